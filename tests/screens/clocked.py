"""The room under a clock that tests set: a file says the time, so that it is one for all processes.

python -m tests.screens.clocked FILE opens the room as `hue` does, on the store that the environment names.
"""

import os
import sys
from pathlib import Path

from hueandcry.operator.bootstrap import open_room
from hueandcry.operator.identity import Identity


class FileClock:
    """A clock that stands where a file says; ns UTC."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> int:
        return int(self.path.read_text())

    def set(self, now_ns: int) -> None:
        """Move the clock, for every process that reads it; none reads half a time."""
        fresh = self.path.with_suffix(".next")
        fresh.write_text(str(now_ns))
        fresh.replace(self.path)


def main(path: str) -> None:
    """Open the room."""
    from hueandcry.operator.app import run

    opened, session = open_room(None, Identity(FileClock(Path(path)))), os.environ.get("HUE_SESSION")
    opened.desk(session)
    opened.warm()
    run(opened, session)


if __name__ == "__main__":
    main(sys.argv[1])
