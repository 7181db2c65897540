"""Verification of one journal: read every row again and hold it against the tree, the tip and the seals.

Theory of operation. The leaves are recomputed from the rows as stored and the tree is grown again; every kept node and
the tip must come out the same. Each police group must meet its digest; a sealed one is opened in memory and held
against its digest where the record key is at hand, and counted where it is not. Positions stand without a gap, versions
follow each other in a stream of ours, recorded time never goes back, and a stream keeps its record key until it is
erased. What is found is named by its position, or by the span of positions below the first part of the tree that
differs. Nothing is mended here, and nobody is shown anything.

A verification may begin behind a checkpoint that was verified before: the tree up to there is then taken from the kept
nodes, which must give the checkpoint's root, and only later rows are read.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from hueandcry.domain.erasure import COMPLETED, ERASED
from hueandcry.domain.fact import Header, Tier
from hueandcry.domain.fault import Damaged
from hueandcry.domain.reference import kind_of
from hueandcry.store import codec
from hueandcry.store.codec import SEALED_TIERS, Row
from hueandcry.store.connection import statement
from hueandcry.store.log import End
from hueandcry.store.reading import COLUMNS
from hueandcry.store.sealed import Seals
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.tree import NODE_LEVELS, CompactRange

FINDINGS_MAX = 100
BLOCK = 1 << NODE_LEVELS[0]
_OF_AN_ERASURE = (ERASED, COMPLETED)
Columns = tuple[Any, ...]  # a row as SQLite gives it, in the order of COLUMNS
BELOW_ALL = -(1 << 63)  # a forged row may stand before the first


class Finding(Struct, frozen=True):
    """Something that is not as it was written: at a position, or in a named part of the store."""

    position: int | None
    part: str
    what: str

    def text(self) -> str:
        """Return the finding as one line."""
        where = f"@{self.position} {self.part}" if self.position is not None else self.part
        return f"{where}: {self.what}"


class Verified(Struct, frozen=True):
    """What a verification came to: `opened` seals were checked, `unopened` could not be, for want of their keys.

    `roots` holds the root at each size that was asked for and reached; `since` the size up to which rows were not read.
    `keys` are the record keys with the streams that hold them, `erased` the streams that were erased; `lapsed` the keys that
    an erasure put out of force, `gone` those among them whose erasure is complete.
    """

    size: int
    root: bytes
    recorded: int
    findings: tuple[Finding, ...]
    opened: int = 0
    unopened: int = 0
    roots: dict[int, bytes] = {}
    since: int = 0
    keys: dict[int, bytes] = {}
    erased: frozenset[bytes] = frozenset()
    lapsed: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()


class _Walk:
    """One pass over the rows."""

    def __init__(
        self, seals: Seals | None, wanted: Iterable[int], begin: CompactRange, end_of: Callable[[bytes], End]
    ) -> None:
        self.tree = begin
        self.findings: list[Finding] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.recorded = self.opened = self.unopened = 0
        self.keys: int | None = 0  # the highest given out so far; None where what went before was not read
        self.roots: dict[int, bytes] = {}
        self.holders: dict[int, bytes] = {}  # of a record key: the stream that it is in force for
        self.lapsed: dict[int, bytes] = {}  # with the streams that they were in force for
        self.gone: set[int] = set()
        self._wanted = sorted(set(wanted), reverse=True)
        self._seals, self._end_of = seals, end_of
        self._last = begin.size
        self._ends: dict[bytes, End] = {}
        self._note_roots()

    def found(self, position: int | None, part: str, what: str) -> None:
        if position is None or len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(position, part, what))

    def take(self, batch: list[Columns]) -> None:
        """Hold rows against what went before them, and add them to the tree."""
        self._hold(batch)
        encode, sha = codec.encode, hashlib.sha256
        leaves = [
            sha(b"\0" + encode((position, stream, version, name, head, police, sealed, local))).digest()
            for position, stream, version, name, head, _, police, _, sealed, _, local in batch
        ]
        self.grow(leaves)

    def grow(self, leaves: list[bytes]) -> None:
        """Add leaf hashes to the tree, a whole block at once where there is one, and keep the roots that are wanted."""
        at = 0
        while at < len(leaves):
            to_block = BLOCK - self.tree.size % BLOCK
            until = min(to_block, self._wanted[-1] - self.tree.size if self._wanted else to_block)
            part = leaves[at : at + until]
            whole = len(part) == BLOCK
            for made in [self.tree.add_block(part)] if whole else map(self.tree.add, part):
                self.nodes.update(((level, index), node) for level, index, node in made)
            at += len(part)
            self._note_roots()

    def _hold(self, batch: list[Columns]) -> None:
        """Look at each row at a glance, and examine every one that is not plainly as it must be.

        Plainly is a row that follows in its stream, of a fact known here, under the same record key, with no seal to be opened.
        """
        ends, glance, closed = self._ends, codec.header_at_a_glance, self._seals is None
        last, recorded, unopened = self._last, self.recorded, 0
        for columns in batch:
            position, stream, version, name, head, police, police_digest, sealed, sealed_digest, local, local_digest = (
                columns
            )
            end = ends.get(stream)
            if (
                end is not None
                and position == last + 1
                and version == end[0] + 1
                and police is police_digest is None
                and (sealed is None) is (sealed_digest is None)
                and (local is None) is (local_digest is None)
                and (closed or sealed is local is None)
                and name not in _OF_AN_ERASURE
                and (header := glance(name, head)) is not None
                and header.recorded >= recorded
                and header.key == end[1]
            ):
                last, recorded = position, header.recorded
                ends[stream] = version, end[1]
                unopened += (sealed is not None) + (local is not None)
                continue
            self._last, self.recorded = last, recorded
            self._examine(Row._make(columns))
            last, recorded = self._last, self.recorded
        self._last, self.recorded = last, recorded
        self.unopened += unopened

    def _examine(self, row: Row) -> None:
        if row.position != self._last + 1:
            self.found(row.position, "position", f"follows position {self._last}: rows are missing, moved or added")
        self._last = max(self._last, row.position)
        try:
            header = codec.decode(row).header
        except (Damaged, ValueError, TypeError) as fault:
            self.found(row.position, "fact", f"does not read as {row.name}: {fault}")
            header = codec.header_of(row.head) if isinstance(row.head, bytes) else None
        if header is not None:
            self._ours(row, header)
        if row.police is not None or row.police_digest is not None:
            self._group(row, Tier.POLICE, row.police)
        if (
            row.sealed_digest is not None
            or row.local_digest is not None
            or row.sealed is not None
            or row.local is not None
        ):
            self._sealed(row, header)

    def _note_roots(self) -> None:
        while self._wanted and self._wanted[-1] <= self.tree.size:
            if self._wanted[-1] == self.tree.size:
                self.roots[self.tree.size] = self.tree.root()
            self._wanted.pop()

    def _ours(self, row: Row, header: Header) -> None:
        if header.recorded < self.recorded:
            self.found(row.position, "recorded", "goes back behind the row before it")
        self.recorded = header.recorded
        if not isinstance(row.stream, bytes) or kind_of(row.stream) is None:
            return
        last, key = self._ends.get(row.stream) or self._end_of(row.stream)
        if row.version != last + 1:
            self.found(row.position, "version", f"is {row.version} where {last + 1} follows in its stream")
        self._key(row, header.key, key)
        self._ends[row.stream] = (row.version if isinstance(row.version, int) else last + 1), header.key

    def _key(self, row: Row, key: int | None, before: int | None) -> None:
        """Hold a row's record key against the one before it in the stream, and against those given out so far."""
        if row.name == COMPLETED:
            self.gone |= {one for one, stream in self.lapsed.items() if stream == row.stream}
        if row.name == ERASED:
            if before is not None:
                self.lapsed[before] = row.stream
            if key is not None:
                self.found(row.position, "key", "is in force after the record was erased")
        elif key is None:
            if before is not None:
                self.found(row.position, "key", f"is gone, where record key {before} is in force")
        elif key != before:
            if before is not None or key <= (self.keys or 0):
                self.found(row.position, "key", f"is {key}, which this stream was not given")
            self.keys = max(self.keys or 0, key)
            self.holders[key] = row.stream

    def _group(self, row: Row, tier: Tier, plain: Any) -> None:
        stored, digest = row.group(tier)
        name = tier.name.lower()
        if stored is None:
            if digest is not None:
                self.found(row.position, name, "has a digest and no value")
        elif digest is None:
            self.found(row.position, name, "has a value and no digest")
        elif plain is not None and (not isinstance(plain, bytes) or codec.group_digest(tier, plain) != digest):
            self.found(row.position, name, "does not meet its digest")

    def _sealed(self, row: Row, header: Header | None) -> None:
        groups: dict[Tier, bytes] = {}
        if self._seals is not None and header is not None:
            try:
                groups = self._seals.opened(row)
                codec.decode(row, groups)
            except (Damaged, ValueError, TypeError) as fault:
                self.found(row.position, "seal", str(fault))
        for tier in SEALED_TIERS:
            self._group(row, tier, groups.get(tier))
            if row.group(tier)[0] is not None:
                self.opened += tier in groups
                self.unopened += tier not in groups


class Begun(Struct, frozen=True):
    """Where a verification begins: behind a checkpoint that was verified before."""

    size: int
    root: bytes


def verify(
    journal: SQLiteJournal,
    progress: Callable[[int], None] = lambda _: None,
    *,
    seals: Seals | None = None,
    wanted: Iterable[int] = (),
    begun: Begun | None = None,
) -> Verified:
    """Verify a journal; `progress` is told how many rows were read.

    With `seals` the sealed groups are opened too. `wanted` are sizes whose roots are wanted, to be held against
    checkpoints. With `begun` only later rows are read.
    """
    first = 0 if begun is None else begun.size
    walk = _Walk(seals, wanted, journal.range_at(first), lambda stream: _end_before(journal, stream, first))
    if begun is not None:
        walk.recorded, walk.keys = journal.recorded_at(first), None
        if walk.tree.size != first or walk.tree.root() != begun.root:
            walk.found(None, f"up to @{first}", "the journal is not the one whose checkpoint was verified")
    tip = _tip(journal, walk)
    try:
        for batch in journal._batches(_rows_of(journal, closed=seals is None), [first or BELOW_ALL]):
            walk.take(batch)
            progress(walk.tree.size)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        walk.found(None, f"after @{walk.tree.size}", f"the file cannot be read: {fault}")
    progress(walk.tree.size)
    _held(walk, "node", lambda: _hold_nodes(journal, walk, first))
    if tip is not None:
        _hold_tip(walk, *tip)
    _held(walk, "schema", lambda: _hold_schema(journal, walk))
    return Verified(
        walk.tree.size,
        walk.tree.root(),
        walk.recorded,
        tuple(walk.findings),
        walk.opened,
        walk.unopened,
        walk.roots,
        first,
        walk.holders,
        frozenset(walk.lapsed.values()),
        frozenset(walk.lapsed),
        frozenset(walk.gone),
    )


def _rows_of(journal: SQLiteJournal, *, closed: bool) -> str:
    """Return the query for all rows; with seals closed, whether something is sealed and not the bytes, which nobody could check."""
    columns = COLUMNS
    if closed:
        for name in ("sealed", "local"):
            columns = columns.replace(f" {name},", f" iif({name} IS NULL, NULL, x''),")
    return f"SELECT {columns} FROM {journal.events_table_name} WHERE position>? ORDER BY position"


def _end_before(journal: SQLiteJournal, stream: bytes, size: int) -> End:
    rows = journal.stream_rows(stream, size) if size else []
    return (rows[-1].version, codec.key_of(rows[-1].head)) if rows else (0, None)


def _held(walk: _Walk, part: str, hold: Callable[[], None]) -> None:
    try:
        hold()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        walk.found(None, part, f"cannot be read: {fault}")


def _query(journal: SQLiteJournal, query: str) -> Iterator[tuple[Any, ...]]:
    return journal._fetched(query, [])


def _tip(journal: SQLiteJournal, walk: _Walk) -> tuple[int, bytes, int, int] | None:
    rows: list[tuple[Any, ...]] = []
    query = f"SELECT one, size, peaks, recorded, keys FROM {journal.events_table_name}_tip"
    _held(walk, "tip", lambda: rows.extend(_query(journal, query)))
    if len(rows) != 1 or rows[0][0] != 1:
        walk.found(None, "tip", f"has {len(rows)} rows instead of the one")
        return None
    _, size, peaks, recorded, keys = rows[0]
    return size, peaks, recorded, keys


def _hold_tip(walk: _Walk, size: int, peaks: bytes, recorded: int, keys: int) -> None:
    if size != walk.tree.size:
        walk.found(None, "tip", f"names {size} rows, the journal has {walk.tree.size}")
    elif not isinstance(peaks, bytes):
        walk.found(None, "tip", "its peaks are no bytes")
    elif peaks != walk.tree.joined():
        for at, (first, last) in enumerate(walk.tree.spans()):
            if peaks[at * 32 : at * 32 + 32] != walk.tree.peaks[at]:
                walk.found(
                    None,
                    f"between @{first} and @{last}",
                    "the rows are not those that were recorded, or the tip is not",
                )
                break
        else:
            walk.found(None, "tip", "holds more than the tree's peaks")
    if recorded != walk.recorded or type(recorded) is not int:
        walk.found(None, "tip", "its recorded time is not that of the last row")
    if type(keys) is not int or walk.keys not in (keys, None):
        walk.found(None, "tip", f"names record key {keys} as the last given out; it is {walk.keys}")


def _hold_nodes(journal: SQLiteJournal, walk: _Walk, first: int) -> None:
    stored = {
        (level, index): node
        for level, index, node in _query(journal, f"SELECT level, ix, hash FROM {journal.events_table_name}_node")
        if not first or (index + 1) << level > first
    }
    for level, index in sorted({*stored, *walk.nodes}, key=repr):
        if stored.get((level, index)) == walk.nodes.get((level, index)):
            continue
        width = 1 << level if isinstance(level, int) and 0 <= level < 64 else 0
        part = f"node {level}/{index}"
        if (level, index) in walk.nodes and (level, index) in stored:
            walk.found(
                None,
                f"between @{index * width + 1} and @{(index + 1) * width}",
                "the rows or their kept node were changed",
            )
        else:
            walk.found(None, part, "is missing" if (level, index) in walk.nodes else "belongs to no rows")


def _hold_schema(journal: SQLiteJournal, walk: _Walk) -> None:
    """Hold the file against itself (each index against its table), and the tables against the texts they were made by."""
    for (said,) in _query(journal, "PRAGMA integrity_check"):
        if said != "ok":
            walk.found(None, "file", said)
    table = journal.events_table_name
    wanted = {f"{table}{suffix}": statement(name, table) for suffix, name in _TABLES.items()}
    for kind, name, sql in _query(journal, "SELECT type, name, sql FROM sqlite_master"):
        if kind in ("trigger", "view"):
            walk.found(None, name, f"is a {kind}; the journal has none")
        elif kind == "table" and name in wanted and _plain(sql) != _plain(wanted[name]):
            walk.found(None, name, "is not made as this format makes it")


_TABLES = {"": "fact", "_tip": "tip", "_node": "node"}


def _plain(sql: str) -> str:
    return " ".join(sql.replace("IF NOT EXISTS ", "").split())
