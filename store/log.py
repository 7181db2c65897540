"""The port to the journal: append, read, one stream, follow; and a plain twin in memory for fast specs.

Theory of operation. Whoever decides appends the facts of one or several streams in one transaction, each with the
version it expects; a version that someone else took is a Conflict and nothing is written. The journal stamps the
recorded time, which never goes back, and gives positions from 1 without a gap. Readers see entries in order of
position. Sealed values are not read here: store/sealed.py is the one door to them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict
from hueandcry.store import codec
from hueandcry.store.codec import ClosedRow, Pending, Row
from hueandcry.store.tree import CompactRange

Clock = Callable[[], int]


class Tip(NamedTuple):
    """The end of the journal: how many rows, the root over them, and when the last was recorded (ns UTC)."""

    size: int
    root: bytes
    recorded: int


class Log(ABC):
    """The journal as the desk and the readers use it."""

    @abstractmethod
    def append(self, pending: Sequence[Pending]) -> list[Entry]:
        """Write all or nothing and return the entries as recorded; raises Conflict where a version is taken."""

    @abstractmethod
    def tip(self) -> Tip:
        """Return the end of the journal."""

    @abstractmethod
    def entries(self, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        """Yield the entries with after < position <= upto, seals closed."""

    @abstractmethod
    def stream(self, stream: bytes, upto: int | None = None) -> list[Entry]:
        """Return the entries of one stream in order of version, none beyond position `upto`."""

    @abstractmethod
    def streams(self, upto: int | None = None) -> Iterator[Entry]:
        """Yield all entries in order of stream id and version, none beyond position `upto`."""

    @abstractmethod
    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Yield whole rows as stored; for the door and for verification."""

    @abstractmethod
    def stream_rows(self, stream: bytes, upto: int | None = None) -> list[Row]:
        """Return the whole rows of one stream in order of version; for the door."""

    @abstractmethod
    def holds(self, stream: bytes) -> bool:
        """Tell whether a stream has any fact."""

    @abstractmethod
    def begun(self) -> Iterator[bytes]:
        """Yield the id of every stream that has 16 bytes for an id."""

    @abstractmethod
    def root_at(self, size: int) -> bytes:
        """Return the root over the first `size` rows."""

    def position_at(self, recorded_ns: int) -> int:
        """Return the last position recorded at or before a moment (ns UTC), 0 where there is none.

        Recorded time never goes back, so positions are bisected. A row without a header has the moment of the last
        row before it that has one.
        """
        low, high = 0, self.tip().size
        while low < high:
            middle = (low + high + 1) // 2
            if self._recorded(middle) <= recorded_ns:
                low = middle
            else:
                high = middle - 1
        return low

    def _recorded(self, position: int) -> int:
        while position:
            for row in self.rows(position - 1, position):
                header = codec.header_of(row.head)
                if header is not None:
                    return header.recorded
            position -= 1
        return 0

    def close(self) -> None:  # noqa: B027 — a log that holds nothing open has nothing to give back
        """Give back what is held open."""


def root_over(rows: Iterator[Row]) -> CompactRange:
    """Return the tree over rows, counted from the first."""
    tree = CompactRange()
    for row in rows:
        for _ in tree.add(codec.leaf_of(row)):
            pass
    return tree


class MemoryLog(Log):
    """The twin in memory: the same rows, codec and tree, without a file."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: list[Row] = []
        self._streams: dict[bytes, list[int]] = {}
        self._tree = CompactRange()
        self._recorded_last = 0

    def append(self, pending: Sequence[Pending]) -> list[Entry]:
        recorded = max(self._clock(), self._recorded_last)
        next_version: dict[bytes, int] = {}
        rows: list[Row] = []
        for one in pending:
            expected = next_version.get(one.stream, len(self._streams.get(one.stream, ())) + 1)
            if one.version != expected:
                raise Conflict(f"version {one.version} of a stream is taken or out of turn")
            next_version[one.stream] = expected + 1
            rows.append(codec.encode(one, recorded, len(self._rows) + len(rows) + 1))
        for row in rows:
            self._rows.append(row)
            self._streams.setdefault(row.stream, []).append(row.position)
            for _ in self._tree.add(codec.leaf_of(row)):
                pass
        self._recorded_last = recorded
        return [codec.decode(row) for row in rows]

    def tip(self) -> Tip:
        return Tip(len(self._rows), self._tree.root(), self._recorded_last)

    def entries(self, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        return (codec.decode(row) for row in self.rows(after, upto))

    def stream(self, stream: bytes, upto: int | None = None) -> list[Entry]:
        positions = self._streams.get(stream, ())
        return [codec.decode(self._rows[at - 1]) for at in positions if upto is None or at <= upto]

    def streams(self, upto: int | None = None) -> Iterator[Entry]:
        for stream in sorted(self._streams):
            yield from self.stream(stream, upto)

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        return iter(self._rows[after:upto])

    def stream_rows(self, stream: bytes, upto: int | None = None) -> list[Row]:
        return [self._rows[at - 1] for at in self._streams.get(stream, ()) if upto is None or at <= upto]

    def holds(self, stream: bytes) -> bool:
        return stream in self._streams

    def begun(self) -> Iterator[bytes]:
        return iter(sorted(self._streams))

    def root_at(self, size: int) -> bytes:
        return root_over(self.rows(0, size)).root()


__all__ = ["Clock", "ClosedRow", "Log", "MemoryLog", "Pending", "Row", "Tip", "root_over"]
