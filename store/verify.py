"""Verification: read every row of the journal again and hold it against the tree, the tip and the counters.

Theory of operation. The leaves are recomputed from the rows as stored and the tree is grown again; every kept node and
the tip must come out the same. Each group that is there must meet its digest. Positions stand without a gap, versions
follow each other in a stream of ours, and recorded time never goes back. What is found is named by its position, or by
the span of positions below the first part of the tree that differs. Nothing is mended here.
"""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from hueandcry.domain.fact import Header
from hueandcry.domain.fault import Damaged
from hueandcry.domain.reference import kind_of
from hueandcry.store import codec
from hueandcry.store.codec import GROUP_TIERS, Row
from hueandcry.store.connection import statement
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.tree import CompactRange

FINDINGS_MAX = 100
PROGRESS_EVERY = 4096


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
    """What a verification came to."""

    size: int
    root: bytes
    recorded: int
    findings: tuple[Finding, ...]


class _Walk:
    """One pass over the rows."""

    def __init__(self) -> None:
        self.tree = CompactRange()
        self.findings: list[Finding] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.recorded = 0
        self._last = 0
        self._versions: dict[bytes, int] = {}

    def found(self, position: int | None, part: str, what: str) -> None:
        if position is None or len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(position, part, what))

    def row(self, row: Row) -> None:
        if row.position != self._last + 1:
            self.found(row.position, "position", f"follows position {self._last}: rows are missing, moved or added")
        self._last = max(self._last, row.position)
        header = codec.header_of(row.head) if isinstance(row.head, bytes) else None
        if header is not None:
            self._ours(row, header)
        for tier in GROUP_TIERS:
            self._group(row, tier)
        for level, index, node in self.tree.add(codec.leaf_of(row)):
            self.nodes[level, index] = node

    def _ours(self, row: Row, header: Header) -> None:
        if header.recorded < self.recorded:
            self.found(row.position, "recorded", "goes back behind the row before it")
        self.recorded = header.recorded
        if isinstance(row.stream, bytes) and kind_of(row.stream) is not None:
            expected = self._versions.get(row.stream, 0) + 1
            if row.version != expected:
                self.found(row.position, "version", f"is {row.version} where {expected} follows in its stream")
            self._versions[row.stream] = row.version if isinstance(row.version, int) else expected
        try:
            codec.decode(row, opened=True)
        except (Damaged, ValueError, TypeError) as fault:
            self.found(row.position, "fact", f"does not read as {row.name}: {fault}")

    def _group(self, row: Row, tier: Any) -> None:
        stored, digest = row.group(tier)
        name = tier.name.lower()
        if stored is None:
            if digest is not None:
                self.found(row.position, name, "has a digest and no value")
        elif digest is None:
            self.found(row.position, name, "has a value and no digest")
        elif not isinstance(stored, bytes) or codec.group_digest(tier, stored) != digest:
            self.found(row.position, name, "does not meet its digest")


def verify(journal: SQLiteJournal, progress: Callable[[int], None] = lambda _: None) -> Verified:
    """Verify a whole journal; `progress` is told how many rows were read."""
    walk = _Walk()
    tip = _tip(journal, walk)
    try:
        for columns in _query(journal, f"{journal._select_rows} ORDER BY position"):
            walk.row(Row._make(columns))
            if not walk.tree.size % PROGRESS_EVERY:
                progress(walk.tree.size)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        walk.found(None, f"after @{walk.tree.size}", f"the file cannot be read: {fault}")
    progress(walk.tree.size)
    _held(walk, "node", lambda: _hold_nodes(journal, walk))
    if tip is not None:
        _hold_tip(walk, *tip)
    _held(walk, "sqlite_sequence", lambda: _hold_counter(journal, walk))
    _held(walk, "schema", lambda: _hold_schema(journal, walk))
    return Verified(walk.tree.size, walk.tree.root(), walk.recorded, tuple(walk.findings))


def _held(walk: _Walk, part: str, hold: Callable[[], None]) -> None:
    try:
        hold()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        walk.found(None, part, f"cannot be read: {fault}")


def _query(journal: SQLiteJournal, query: str) -> Iterator[tuple[Any, ...]]:
    return journal._fetched(query, [])


def _tip(journal: SQLiteJournal, walk: _Walk) -> tuple[int, bytes, int] | None:
    rows: list[tuple[Any, ...]] = []
    query = f"SELECT one, size, peaks, recorded FROM {journal.events_table_name}_tip"
    _held(walk, "tip", lambda: rows.extend(_query(journal, query)))
    if len(rows) != 1 or rows[0][0] != 1:
        walk.found(None, "tip", f"has {len(rows)} rows instead of the one")
        return None
    _, size, peaks, recorded = rows[0]
    return size, peaks, recorded


def _hold_tip(walk: _Walk, size: int, peaks: bytes, recorded: int) -> None:
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
    if recorded != walk.recorded:
        walk.found(None, "tip", "its recorded time is not that of the last row")


def _hold_counter(journal: SQLiteJournal, walk: _Walk) -> None:
    counters = list(_query(journal, "SELECT name, seq FROM sqlite_sequence"))
    table = journal.events_table_name
    expected = [(table, walk.tree.size)] if walk.tree.size else []
    if [row for row in counters if row[0] == table or row[1] is not None] != expected or not all(
        type(seq) is int for _, seq in counters
    ):
        walk.found(None, "sqlite_sequence", f"counts {counters}, the journal has {walk.tree.size} rows")


def _hold_nodes(journal: SQLiteJournal, walk: _Walk) -> None:
    stored = {
        (level, index): node
        for level, index, node in _query(journal, f"SELECT level, ix, hash FROM {journal.events_table_name}_node")
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
