"""Reading the journal on SQLite: entries, rows, the tree over them, and the library's own ways of reading.

Theory of operation. Reading uses tuples, and connections of its own that are lent and given back, so that a reader never
waits for a writer. What the library reads of a row is its stream, version, name and head, as identity, version, topic
and state. The tree at any size comes from the kept nodes and at most 255 leaves.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

from eventsourcing import persistence
from eventsourcing.persistence import Notification, OperationalError, PersistenceError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder

from hueandcry.domain.erasure import ERASED
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Damaged, Unavailable
from hueandcry.store import codec
from hueandcry.store.codec import Row
from hueandcry.store.connection import LOCK_TIMEOUT_S, Datastore, harden, path_of, told_of
from hueandcry.store.log import Clock, Log, Tip, Unlogged, no_keys, seals_in_memory
from hueandcry.store.sealed import Access, Seals
from hueandcry.store.tree import NODE_LEVELS, CompactRange, subtree_root

TABLE = "fact"
FETCH = 2048
COLUMNS = "position, stream, version, name, head, police, police_digest, sealed, sealed_digest, local, local_digest"
VALUES_MAX = 500  # in one question to SQLite


class SQLiteReading(SQLiteApplicationRecorder, Log):
    """What can be read of the journal in an SQLite file; store/sqlite.py adds the one way in."""

    def __init__(
        self,
        datastore: Datastore,
        events_table_name: str = TABLE,
        clock: Clock = time.time_ns,
        seals: Seals | None = None,
    ) -> None:
        super().__init__(datastore, events_table_name)
        self._in_memory = datastore.pool.is_sqlite_memory_mode
        self.seals = seals or (seals_in_memory() if self._in_memory else Seals(no_keys))
        self.access: Access = Unlogged()
        self._clock = clock
        self.path = None if self._in_memory else path_of(datastore.pool.db_name)
        self._readers: list[sqlite3.Connection] = []
        self._watchers: list[sqlite3.Connection] = []
        self._reader_lock = threading.Lock()
        self._closed = False
        t = self.events_table_name
        self._select_closed = f"SELECT position, stream, version, name, head, police FROM {t}"
        self._select_rows = f"SELECT {COLUMNS} FROM {t}"
        self._select_tip = f"SELECT size, peaks, recorded, keys FROM {t}_tip"

    # Connections

    def _connect(self) -> sqlite3.Connection:
        if self._closed:
            raise Unavailable("the journal is closed")
        connection = sqlite3.connect(
            self.datastore.pool.db_name,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=LOCK_TIMEOUT_S,
        )
        harden(connection, in_memory=self._in_memory)
        return connection

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        if self._in_memory:
            with self.datastore.get_connection(commit=False) as pooled:
                yield cursor_of(pooled._sqlite_conn)
            return
        with self._reader_lock:
            connection = self._readers.pop() if self._readers else None
        if connection is None:
            connection = self._connect()
        try:
            yield connection.cursor()
        finally:
            with self._reader_lock:
                self._readers.append(connection)

    def _told(self) -> AbstractContextManager[None]:
        return told_of(f"the journal {self.path or ''} cannot be read", self.path)

    # The library's recorder

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        query = f"SELECT stream, version, name, head FROM {self.events_table_name} WHERE stream=?"
        values: list[Any] = [stored_id(originator_id)]
        for sign, bound in ((">", gt), ("<=", lte)):
            if bound is not None:
                query += f" AND version{sign}?"
                values.append(bound)
        query += f" ORDER BY version {'DESC' if desc else 'ASC'}"
        if limit is not None:
            query += " LIMIT ?"
            values.append(limit)
        with in_the_librarys_words(), self._reading() as c:
            c.execute(query, values)
            return [
                StoredEvent(_library_id(stream), version, name, head) for stream, version, name, head in c.fetchall()
            ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        query = f"SELECT stream, version, name, head, position FROM {self.events_table_name} WHERE position>=?"
        values: list[Any] = [(start or 0) + (0 if inclusive_of_start or start is None else 1)]
        if stop is not None:
            query += " AND position<=?"
            values.append(stop)
        if topics:
            query += f" AND name IN ({','.join('?' * len(topics))})"
            values += topics
        with in_the_librarys_words(), self._reading() as c:
            c.execute(query + " ORDER BY position LIMIT ?", [*values, limit])
            return [
                Notification(_library_id(stream), version, name, head, id=position)
                for stream, version, name, head, position in c.fetchall()
            ]

    def max_notification_id(self) -> int:
        with in_the_librarys_words(), self._reading() as c:
            c.execute(f"SELECT MAX(position) FROM {self.events_table_name}")
            return c.fetchone()[0]  # type: ignore[no-any-return]  # None where the table is empty, as the library's own

    # The log

    def tip(self) -> Tip:
        with self._told(), self._reading() as c:
            size, peaks, recorded, keys = self._tip(c)
        return Tip(size, tree_of(size, peaks).root(), recorded, keys)

    def _batches(self, query: str, values: Sequence[Any]) -> Iterator[list[Any]]:
        with self._told(), self._reading() as c:
            c.execute(query, values)
            if not self._in_memory:
                while batch := c.fetchmany(FETCH):
                    yield batch
                return
            everything = c.fetchall()  # while somebody reads in memory, nobody can write
        yield everything

    def _fetched(self, query: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        for batch in self._batches(query, values):
            yield from batch

    def entries(self, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        where, values = _between(after, upto)
        return codec.entries(self._batches(f"{self._select_closed} WHERE {where} ORDER BY position", values))

    def stream(self, stream: bytes, upto: int | None = None) -> list[Entry]:
        where, values = _between(0, upto)
        query = f"{self._select_closed} WHERE stream=? AND {where} ORDER BY version"
        return list(codec.entries(self._batches(query, [stream, *values])))

    def streams(self, upto: int | None = None) -> Iterator[Entry]:
        where, values = _between(0, upto)
        query = f"{self._select_closed} WHERE typeof(stream)='blob' AND {where} ORDER BY stream, version"
        return codec.entries(self._batches(query, values))

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        where, values = _between(after, upto)
        return map(Row._make, self._fetched(f"{self._select_rows} WHERE {where} ORDER BY position", values))

    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        found: dict[int, Row] = {}
        for at in range(0, len(positions), VALUES_MAX):
            some = positions[at : at + VALUES_MAX]
            query = f"{self._select_rows} WHERE position IN ({','.join('?' * len(some))})"
            found.update((row[0], Row._make(row)) for row in self._fetched(query, some))
        try:
            return [found[position] for position in positions]
        except KeyError as fault:
            raise Damaged(f"the journal has no row @{fault}; hue verify says more") from fault

    def erased(self, streams: Sequence[bytes]) -> dict[bytes, int]:
        found: dict[bytes, int] = {}
        for at in range(0, len(streams), VALUES_MAX):
            some = streams[at : at + VALUES_MAX]
            query = (
                f"SELECT stream, MAX(version) FROM {self.events_table_name} "
                f"WHERE stream IN ({','.join('?' * len(some))}) AND name=? GROUP BY stream"
            )
            found.update(self._fetched(query, [*some, ERASED]))
        return found

    def holds(self, stream: bytes) -> bool:
        with self._told(), self._reading() as c:
            c.execute(f"SELECT 1 FROM {self.events_table_name} WHERE stream=? LIMIT 1", (stream,))
            return c.fetchone() is not None

    def rows_of(self, streams: Sequence[bytes], upto: int | None = None) -> list[Row]:
        where, values = _between(0, upto)
        streams = list(dict.fromkeys(streams))
        found: dict[bytes, list[Row]] = {stream: [] for stream in streams}
        for at in range(0, len(streams), VALUES_MAX):
            some = streams[at : at + VALUES_MAX]
            query = f"{self._select_rows} WHERE stream IN ({','.join('?' * len(some))}) AND {where} ORDER BY version"
            for row in map(Row._make, self._fetched(query, [*some, *values])):
                found[row.stream].append(row)
        return [row for rows in found.values() for row in rows]

    def begun(self) -> Iterator[bytes]:
        query = f"SELECT stream FROM {self.events_table_name} WHERE version=1 AND typeof(stream)='blob' AND length(stream)=16"
        return (stream for (stream,) in self._fetched(query, []))

    def root_at(self, size: int) -> bytes:
        """Return the root over the first `size` rows, from the kept nodes and at most 255 leaves."""
        return self.range_at(size).root()

    def range_at(self, size: int) -> CompactRange:
        """Return the tree over the first `size` rows, from the kept nodes and at most 255 leaves."""
        tree = CompactRange()
        for level in (*reversed(NODE_LEVELS), 0):
            for node in self._nodes(level, tree.size >> level, size >> level):
                tree.add_node(node, level)
        return tree

    def subtree(self, first: int, end: int) -> bytes:
        """Return the root over rows first..end-1, counted from 0, a part that the tree splits into; for proofs."""
        return subtree_root(first, end, self._nodes)

    def _nodes(self, level: int, first: int, end: int) -> Iterator[bytes]:
        """Yield the roots of the perfect subtrees first..end-1 of a kept level, or of level 0: the leaves."""
        if not level:
            return (codec.leaf_of(row) for row in self.rows(first, end))
        query = f"SELECT hash FROM {self.events_table_name}_node WHERE level=? AND ix>=? AND ix<? ORDER BY ix"
        return (node for (node,) in self._fetched(query, [level, first, end]))

    def data_version(self) -> Callable[[], int]:
        """Return a function that tells a number which changes whenever another connection commits; for one thread."""
        if self._in_memory:
            return lambda: self.tip().size
        with self._told():
            connection = self._connect()
        with self._reader_lock:
            self._watchers.append(connection)  # closed with the others; never lent: what it counts would be stale

        def counted() -> int:
            with self._told():
                return int(connection.execute("PRAGMA data_version").fetchone()[0])

        return counted

    def _tip(self, c: Any) -> tuple[int, bytes, int, int]:
        found = c.execute(self._select_tip).fetchone()
        if found is None:
            raise Damaged(f"the journal has no tip row ({self.events_table_name}_tip)")
        return found  # type: ignore[no-any-return]  # a row of SQLite


def cursor_of(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """Return a cursor that yields tuples, also on a connection of the library's pool, whose rows have names."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor


@contextmanager
def in_the_librarys_words() -> Iterator[None]:
    """Raise a fault as an application of the library expects it: under SQLite's name, which is the library's too."""
    try:
        yield
    except sqlite3.Error as fault:
        raise getattr(persistence, type(fault).__name__, PersistenceError)(fault) from fault
    except Unavailable as fault:
        raise OperationalError(fault) from fault


def tree_of(size: int, peaks: bytes) -> CompactRange:
    """Return the tree of a tip; raises Damaged where size and peaks do not belong together."""
    try:
        return CompactRange.read(size, peaks)
    except ValueError as fault:
        raise Damaged(f"the journal's tip is not what was written: {fault}; hue verify says more") from fault


def _between(after: int, upto: int | None) -> tuple[str, list[int]]:
    return ("position>?", [after]) if upto is None else ("position>? AND position<=?", [after, upto])


def stored_id(originator_id: UUID | str) -> Any:
    """Return an id of the library's as it is stored."""
    return originator_id.bytes if isinstance(originator_id, UUID) else originator_id


def _library_id(stream: Any) -> UUID | str:
    return UUID(bytes=stream) if isinstance(stream, bytes) else str(stream)
