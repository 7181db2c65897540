"""Where the installed `hue` begins: until the command is up, Ctrl-C simply ends it.

Theory of operation. Importing takes longer than a finger; Python would answer an interrupt in between with a traceback.
So the signal keeps the system's own meaning until the command line is loaded, which then ends interrupted with 130.
"""

import signal


def main() -> None:
    """Load the command line and run it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from hueandcry.operator.cli import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
