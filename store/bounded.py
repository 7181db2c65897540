"""A journal as it was up to a position: what lies behind it is not seen, whoever reads.

Theory of operation. A replay gives the readers of the room this view in place of the journal, so that a page, a list or a search is
made by the same code and of the same facts as then. What was erased since stays closed. Nothing is written through it.
"""

from collections.abc import Iterator, Sequence

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Refused
from hueandcry.store.codec import Pending, Row
from hueandcry.store.log import NOTHING, Log, Seen, Tip


class Bounded(Log):
    """A view of a log up to `position`, which may be moved."""

    def __init__(self, log: Log, position: int) -> None:
        self._log, self.position = log, position
        self.seals, self.access = log.seals, log.access

    def _bound(self, upto: int | None) -> int:
        return self.position if upto is None else min(upto, self.position)

    def append(self, pending: Sequence[Pending], seen: Seen = NOTHING) -> list[Entry]:  # noqa: ARG002
        """Refuse: what was is not changed."""
        raise Refused("this is a replay of what was: nothing is recorded in it")

    def tip(self) -> Tip:
        return Tip(self.position, self.root_at(self.position), self.recorded_at(self.position))

    def entries(self, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        return self._log.entries(after, self._bound(upto))

    def stream(self, stream: bytes, upto: int | None = None) -> list[Entry]:
        return self._log.stream(stream, self._bound(upto))

    def streams(self, upto: int | None = None) -> Iterator[Entry]:
        return self._log.streams(self._bound(upto))

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        return self._log.rows(after, self._bound(upto))

    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        return self._log.rows_at([one for one in positions if one <= self.position])

    def erased(self, streams: Sequence[bytes]) -> dict[bytes, int]:
        return self._log.erased(streams)

    def rows_of(self, streams: Sequence[bytes], upto: int | None = None) -> list[Row]:
        return self._log.rows_of(streams, self._bound(upto))

    def holds(self, stream: bytes) -> bool:
        return bool(self.stream(stream))

    def begun(self) -> Iterator[bytes]:
        return (stream for stream in self._log.begun() if self.holds(stream))

    def root_at(self, size: int) -> bytes:
        return self._log.root_at(min(size, self.position))
