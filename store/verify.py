"""Verification: read every row of the journal again and hold it against the tree, the tip and the counters.

Theory of operation. The leaves are recomputed from the rows as stored and the tree is grown again; every kept node and
the tip must come out the same. Each group that is there must meet its digest. Positions stand without a gap, versions
follow each other in a stream of ours, and recorded time never goes back. What is found is named by its position, or by
the span of positions below the first part of the tree that differs. Nothing is mended here.
"""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from hueandcry.domain.fact import Header
from hueandcry.domain.reference import kind_of
from hueandcry.store import codec
from hueandcry.store.codec import GROUP_TIERS, Row
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.tree import CompactRange
from msgspec import Struct

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
        self._versions: dict[bytes, int] = {}

    def found(self, position: int | None, part: str, what: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(position, part, what))

    def row(self, row: Row) -> None:
        if row.position != self.tree.size + 1:
            self.found(row.position, "position", f"follows position {self.tree.size}: rows are missing or moved")
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
        self.recorded = max(self.recorded, header.recorded)
        if isinstance(row.stream, bytes) and kind_of(row.stream) is not None:
            expected = self._versions.get(row.stream, 0) + 1
            if row.version != expected:
                self.found(row.position, "version", f"is {row.version} where {expected} follows in its stream")
            self._versions[row.stream] = expected
        try:
            codec.decode(row, opened=True)
        except (ValueError, TypeError) as fault:
            self.found(row.position, "fact", f"does not read as {row.name}: {fault}")

    def _group(self, row: Row, tier: Any) -> None:
        stored, digest = row.group(tier)
        name = tier.name.lower()
        if stored is None:
            return
        if digest is None:
            self.found(row.position, name, "has a value and no digest")
        elif not isinstance(stored, bytes) or codec.group_digest(tier, stored) != digest:
            self.found(row.position, name, "does not meet its digest")


def verify(journal: SQLiteJournal, progress: Callable[[int], None] = lambda _: None) -> Verified:
    """Verify a whole journal; `progress` is told how many rows were read."""
    walk = _Walk()
    tip = _tip(journal, walk)
    try:
        for row in journal.rows():
            walk.row(row)
            if not walk.tree.size % PROGRESS_EVERY:
                progress(walk.tree.size)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        walk.found(None, f"after @{walk.tree.size}", f"the file cannot be read: {fault}")
    progress(walk.tree.size)
    _hold_nodes(journal, walk)
    if tip is not None:
        _hold_tip(journal, walk, *tip)
    return Verified(walk.tree.size, walk.tree.root(), walk.recorded, tuple(walk.findings))


def _query(journal: SQLiteJournal, query: str) -> Iterator[tuple[Any, ...]]:
    return journal._fetched(query, [])


def _tip(journal: SQLiteJournal, walk: _Walk) -> tuple[int, bytes, int] | None:
    rows = list(_query(journal, f"SELECT one, size, peaks, recorded FROM {journal.events_table_name}_tip"))
    if len(rows) != 1 or rows[0][0] != 1:
        walk.found(None, "tip", f"has {len(rows)} rows instead of the one")
        return None
    _, size, peaks, recorded = rows[0]
    return size, peaks, recorded


def _hold_tip(journal: SQLiteJournal, walk: _Walk, size: int, peaks: bytes, recorded: int) -> None:
    if size != walk.tree.size:
        walk.found(None, "tip", f"names {size} rows, the journal has {walk.tree.size}")
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
    counters = list(_query(journal, "SELECT name, seq FROM sqlite_sequence"))
    table = journal.events_table_name
    expected = [(table, walk.tree.size)] if walk.tree.size else []
    if [row for row in counters if row[0] == table or row[1] is not None] != expected:
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
