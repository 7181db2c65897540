"""The port to the journal: append, read, one stream, follow; and a plain twin in memory for fast specs.

Theory of operation. Whoever decides appends the facts of one or several streams in one transaction, each with the
version it expects; a version that someone else took is a Conflict and nothing is written. A decision may rest on streams
that it does not write to: whether those are as they were seen is looked at in the same transaction. The journal stamps the
recorded time, which never goes back, and gives positions from 1 without a gap. Readers see entries in order of
position. Sealed values are not read here: store/sealed.py is the one door to them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hueandcry.domain.erasure import ERASED
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Unavailable
from hueandcry.store import codec
from hueandcry.store.codec import ClosedRow, Pending, Prepared, Row, random_bytes
from hueandcry.store.keyring import KEY_BYTES, Kept, Keyring
from hueandcry.store.sealed import Access, Seals, Viewer
from hueandcry.store.tree import CompactRange

Clock = Callable[[], int]
ORIGIN_IN_MEMORY = "in-memory"


class Tip(NamedTuple):
    """The end of the journal: how many rows, the root over them, when the last was recorded (ns UTC), the last key id."""

    size: int
    root: bytes
    recorded: int
    keys: int = 0


class Seen(NamedTuple):
    """On what a decision rests beside the streams that it writes to: the versions of others, or the end of the journal."""

    versions: tuple[tuple[bytes, int], ...] = ()
    size: int | None = None

    def check(self, size: int, version_of: Callable[[bytes], int]) -> None:
        """Raise Conflict where others wrote meanwhile to what the decision rests on."""
        if self.size not in (None, size) or any(version_of(stream) != version for stream, version in self.versions):
            raise Conflict("someone else wrote meanwhile to what this rests on")


NOTHING = Seen()
End = tuple[int, int | None]  # of a stream: its last version, and the key in force


class Settling:
    """Gives prepared facts their place in one transaction: position, recorded time, version, key; and seals them.

    `end_of` returns the end of a stream as it stands in this transaction, for a version that is to follow (NEXT for
    whichever follows). Raises Conflict where a version is taken or out of turn.
    """

    def __init__(self, seals: Seals, tip: tuple[int, int, int], end_of: Callable[[bytes, int], End]) -> None:
        self.size, self.recorded, self.keys = tip
        self._seals, self._end_of = seals, end_of
        self.ends: dict[bytes, End] = {}
        self.drew = False

    def settle(self, one: Prepared) -> tuple[Row, Entry]:
        """Return the row of the next fact, and its entry with seals closed."""
        last, key = self.ends.get(one.stream) or self._end_of(one.stream, one.version)
        version = one.version or last + 1
        if version != last + 1:
            raise Conflict("someone else wrote to this stream first")
        seal = None
        if one.name == ERASED:
            key = None
        elif one.seals:
            if key is None:
                key = self.keys = self._seals.keyring.next_after(self.keys)
                self._seals.keyring.ready(key)
                self.drew = True
            seal = self._seals.sealer(key, one.stream, version, one.name)
        self.size += 1
        row, header = codec.settle(one, (self.size, version, self.recorded, key), seal)
        self.ends[one.stream] = version, key
        return row, Entry(self.size, one.stream, version, one.name, header, one.closed)


class Log(ABC):
    """The journal as the desk and the readers use it.

    `seals` seals and opens its groups; `access` names whoever is shown them, before they are.
    """

    seals: Seals
    access: Access

    @abstractmethod
    def append(self, pending: Sequence[Pending], seen: Seen = NOTHING) -> list[Entry]:
        """Write all or nothing and return the entries as recorded.

        Raises Conflict where a version is taken, or where what was `seen` is not as it was any more.
        """

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
    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        """Return the whole rows at some positions, in their order there; for the door."""

    @abstractmethod
    def erased(self, streams: Sequence[bytes]) -> dict[bytes, int]:
        """Return for each of some streams that was erased the version at which it was, the last time."""

    @abstractmethod
    def rows_of(self, streams: Sequence[bytes], upto: int | None = None) -> list[Row]:
        """Return the whole rows of some streams, in their order there and of version; for the door."""

    def stream_rows(self, stream: bytes, upto: int | None = None) -> list[Row]:
        """Return the whole rows of one stream in order of version; for the door."""
        return self.rows_of((stream,), upto)

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
            if self.recorded_at(middle) <= recorded_ns:
                low = middle
            else:
                high = middle - 1
        return low

    def recorded_at(self, position: int) -> int:
        """Return the moment of a row (ns UTC), that of the last row before it with a header where it has none itself."""
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


class Unlogged(Access):
    """Stands where a journal was opened without its access log: nothing sealed is shown."""

    def shown(self, _: Viewer, __: str, ___: Sequence[bytes]) -> None:
        raise Unavailable("this journal was opened without its access log")

    def searched(
        self, _: Viewer, __: Sequence[str], ___: Sequence[bytes], ____: str = "", _____: Sequence[bytes] = ()
    ) -> None:
        raise Unavailable("this journal was opened without its access log")

    def spooled(self, _: Viewer, __: str, ___: Sequence[bytes]) -> None:
        raise Unavailable("this journal was opened without its access log")


class MemoryLog(Log):
    """The twin in memory: the same rows, codec and tree, without a file."""

    def __init__(self, clock: Clock, seals: Seals | None = None) -> None:
        self.seals = seals or seals_in_memory()
        self.access = Unlogged()
        self._clock = clock
        self._rows: list[Row] = []
        self._streams: dict[bytes, list[int]] = {}
        self._tree = CompactRange()
        self._recorded_last = 0
        self._keys = 0

    def append(self, pending: Sequence[Pending], seen: Seen = NOTHING) -> list[Entry]:
        seen.check(len(self._rows), lambda stream: self._end_of(stream, 0)[0])
        recorded = max(self._clock(), self._recorded_last)
        settling = Settling(self.seals, (len(self._rows), recorded, self._keys), self._end_of)
        settled = [settling.settle(codec.prepare(one)) for one in pending]
        for row, _ in settled:
            self._rows.append(row)
            self._streams.setdefault(row.stream, []).append(row.position)
            for _node in self._tree.add(codec.leaf_of(row)):
                pass
        self._recorded_last, self._keys = recorded, settling.keys
        return [entry for _, entry in settled]

    def _end_of(self, stream: bytes, _: int) -> End:
        positions = self._streams.get(stream)
        if not positions:
            return 0, None
        row = self._rows[positions[-1] - 1]
        return row.version, codec.key_of(row.head)

    def tip(self) -> Tip:
        return Tip(len(self._rows), self._tree.root(), self._recorded_last, self._keys)

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

    def erased(self, streams: Sequence[bytes]) -> dict[bytes, int]:
        rows = (self._rows[at - 1] for stream in streams for at in self._streams.get(stream, ()))
        return {row.stream: row.version for row in rows if row.name == ERASED}

    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        return [self._rows[at - 1] for at in positions]

    def rows_of(self, streams: Sequence[bytes], upto: int | None = None) -> list[Row]:
        positions = (at for stream in dict.fromkeys(streams) for at in self._streams.get(stream, ()))
        return [self._rows[at - 1] for at in positions if upto is None or at <= upto]

    def holds(self, stream: bytes) -> bool:
        return stream in self._streams

    def begun(self) -> Iterator[bytes]:
        return iter(sorted(self._streams))

    def root_at(self, size: int) -> bytes:
        return root_over(self.rows(0, size)).root()


def no_keys() -> Keyring:
    """Refuse: the journal was opened without its keys."""
    raise Unavailable("this journal was opened without its keys")


def seals_in_memory() -> Seals:
    """Return seals whose keys live and die with this process."""
    return Seals(lambda: Keyring.create(None, ORIGIN_IN_MEMORY, Kept("file"), random_bytes(KEY_BYTES)))


__all__ = [
    "Clock",
    "ClosedRow",
    "Log",
    "MemoryLog",
    "Pending",
    "Row",
    "Tip",
    "Unlogged",
    "no_keys",
    "root_over",
    "seals_in_memory",
]
