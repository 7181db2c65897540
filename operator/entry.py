"""Where the installed `hue` begins: until the command is up, Ctrl-C simply ends it.

Theory of operation. Importing takes longer than a finger; Python would answer an interrupt in between with a traceback.
So the signal keeps the system's own meaning until what is run is loaded, which then ends interrupted with 130. With nothing behind
it, `hue` opens the room without the command line's library; a shell that asks how a word goes on has nothing behind it either.
"""

import os
import signal
import sys


def main() -> None:
    """Load what the words ask for and run it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if len(sys.argv) > 1 or any(name.startswith("_") and name.endswith("_COMPLETE") for name in os.environ):
        from hueandcry.operator.cli import main as run

        signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    else:
        from hueandcry.operator import exits, opening

        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(exits.run(opening.open_here))


if __name__ == "__main__":
    main()
