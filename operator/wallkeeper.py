"""Keeps what the wall counts up to where the board stands, begun from what still matters and not from the first fact.

Theory of operation. The wall looks back for a day at most, and at whatever is open, however old. So it is begun from the last day's
facts, and before them from the whole stream of every record that is open, that was touched in that day, or that lasts: staff,
crews, policy. All else was over before, and would have left nothing. Later only what was recorded since is taken.
"""

from collections.abc import Iterator

from hueandcry.domain.fact import Entry
from hueandcry.domain.floor import HEARD, Floor
from hueandcry.domain.interruption import Interruptions
from hueandcry.domain.reference import kind_of
from hueandcry.domain.wall import DAY_NS, Wall
from hueandcry.store.log import Log
from hueandcry.store.views import Board


class WallKeeper:
    """The folds of the wall over one journal; `position` is up to where they have it."""

    def __init__(self, log: Log) -> None:
        self._log = log
        floor = Floor(lambda stream, version: (one for one in log.stream(stream) if one.version < version))
        self.wall, self.interruptions = Wall(floor), Interruptions(floor)
        self.position = 0

    def catch_up(self, board: Board, now_ns: int) -> None:
        """Take what was recorded up to the position of a board, as of a moment (ns UTC)."""
        if not self.position:
            self.position = min(self._log.position_at(max(0, now_ns - DAY_NS)), board.position)
            for entry in self._earlier(board):
                self._take(entry)
        for entry in self._log.entries(self.position, board.position):
            self._take(entry)
        self.position = board.position

    def _take(self, entry: Entry) -> None:
        self.wall.take(entry)
        self.interruptions.take(entry)

    def _earlier(self, board: Board) -> list[Entry]:
        """Return what was recorded up to this position about whatever still matters behind it, in order."""
        found = (self._log.stream(stream, self.position) for stream in dict.fromkeys(self._matters(board)))
        return sorted((entry for entries in found for entry in entries), key=lambda one: one.position)

    def _matters(self, board: Board) -> Iterator[bytes]:
        yield from (stream for stream in board.records if kind_of(stream) in HEARD)
        for entry in self._log.entries(self.position, board.position):
            if entry.version > 1 and isinstance(entry.stream, bytes) and kind_of(entry.stream) in HEARD:
                yield entry.stream
