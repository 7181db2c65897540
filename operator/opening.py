"""Opens the room where somebody sits: on the screen, or line by line where none can be drawn or the store is away.

Theory of operation. This is the way that `hue` takes with nothing behind it; it stays clear of the command line's library, which
takes longer to load than the screen's (docs/adr/0019). What is loaded for the screen is loaded once it is known that there is one.
"""

import gc
import os
import sys

from hueandcry.domain.fault import Unavailable

FPS = "1000"  # a key behind another paint waits 1 ms at most, not 17; what others do is drawn a few times a second


def open_here(store: str | None = None, session: str | None = None) -> None:
    """Draw the room; where no screen can be drawn or the store is away, take lines: a seat keeps them until it is back."""
    from hueandcry.operator.lines import converse

    if not can_draw():
        converse(store, session)
        return
    os.environ.setdefault("TEXTUAL_FPS", FPS)  # is read when the library is imported
    from hueandcry.operator.app import run as run_screen
    from hueandcry.operator.bootstrap import open_room
    from hueandcry.operator.settings import read_settings

    gc.disable()  # until the board is painted (app.py): what is loaded now stays, and looking through it takes longer than loading
    try:
        opened = open_room(store)
        opened.desk(session)
        opened.warm()
    except Unavailable:
        gc.enable()
        converse(store, session)
        return
    settings, faults = read_settings()
    run_screen(opened, session, settings=settings, faults=faults)


def can_draw() -> bool:
    """Tell whether a screen can be drawn where this runs."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "")
