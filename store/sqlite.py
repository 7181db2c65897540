"""The journal on SQLite: a persistence module of the eventsourcing library, and the log that the desk appends through.

Theory of operation. One class is both: `SQLiteJournal` is an application recorder of the library, so other applications
of the library can write into the same store and subscribe to it, and it is our Log. Every insert, theirs or ours, goes
through one path: BEGIN IMMEDIATE, read the tip, insert, add the leaves, write the tip, COMMIT. Reading uses tuples and
connections of its own. Others' commits are seen by polling `data_version`.

Used as a persistence module: PERSISTENCE_MODULE=hueandcry.store.sqlite, SQLITE_DBNAME=/path/journal.db.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteFactory,
    SQLiteProcessRecorder,
    SQLiteTrackingRecorder,
)

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Damaged, Unavailable
from hueandcry.store import codec
from hueandcry.store.codec import Pending, Row
from hueandcry.store.connection import Datastore, harden, statement, uri_of
from hueandcry.store.log import Clock, Log, Tip
from hueandcry.store.subscription import JournalSubscription
from hueandcry.store.tree import NODE_LEVELS, CompactRange

APPLICATION_ID = 0x48554543  # "HUEC" in the file's header
FORMAT_VERSION = 1
TABLE = "fact"
LOCK_TIMEOUT_S = 5
FETCH = 2048
_COLUMNS = "position, stream, version, name, head, police, police_digest, sealed, sealed_digest, local, local_digest"
_CLOSED = (
    "position, stream, version, name, head, police, police_digest, sealed_digest IS NOT NULL, local_digest IS NOT NULL"
)


class SQLiteJournal(SQLiteApplicationRecorder, Log):
    """The journal in an SQLite file: the library's application recorder and our log in one object."""

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = TABLE, clock: Clock = time.time_ns) -> None:
        super().__init__(datastore, events_table_name)
        self._clock = clock
        self._in_memory = datastore.pool.is_sqlite_memory_mode
        self._write_lock = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._readers: list[sqlite3.Connection] = []
        self._reader_lock = threading.Lock()
        t = self.events_table_name
        self._insert = f"INSERT INTO {t} ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
        self._select_closed = f"SELECT {_CLOSED} FROM {t}"
        self._select_rows = f"SELECT {_COLUMNS} FROM {t}"
        self._select_version = f"SELECT version FROM {t} WHERE stream=? ORDER BY version DESC LIMIT 1"
        self._select_tip = f"SELECT size, peaks, recorded FROM {t}_tip"

    # Tables

    def construct_create_table_statements(self) -> list[str]:
        return [statement(name, self.events_table_name) for name in ("fact", "tip", "node")]

    def _create_table(self, c: SQLiteCursor) -> None:
        super()._create_table(c)
        c.execute(f"INSERT OR IGNORE INTO {self.events_table_name}_tip VALUES (1, 0, x'', 0)")
        c.execute(f"PRAGMA application_id={APPLICATION_ID}")
        c.execute(f"PRAGMA user_version={FORMAT_VERSION}")

    # Connections

    def _connect(self) -> sqlite3.Connection:
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
    def _writing(self) -> Iterator[Any]:
        """Hold the one write transaction; commit at the end, roll back whatever goes wrong."""
        if self._in_memory:
            with self.datastore.transaction(commit=True) as c:
                yield c
            return
        with self._write_lock:
            if self._writer is None:
                self._writer = self._connect()
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer.cursor()
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        if self._in_memory:
            with self.datastore.transaction(commit=False) as c:
                yield c
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

    def close(self) -> None:
        """Close every connection; the last one out folds the write-ahead log back into the file."""
        with self._write_lock, self._reader_lock:
            for connection in (*self._readers, *([self._writer] if self._writer else [])):
                connection.close()
            self._readers, self._writer = [], None
        self.datastore.close()

    # The one path in

    def _add(self, c: Any, make_rows: Callable[[int, int], list[Row]]) -> list[Row]:
        """Insert rows made for (the first position, the recorded time) and bring the tree to include them."""
        c.execute(self._select_tip)
        found = c.fetchone()
        if found is None:
            raise Damaged(f"the journal has no tip row ({self.events_table_name}_tip)")
        size, peaks, last = found
        recorded = max(self._clock(), last)
        rows = make_rows(size + 1, recorded)
        tree = _tree(size, peaks)
        for row in rows:
            c.execute(self._insert, row)
            for node in tree.add(codec.leaf_of(row)):
                c.execute(f"INSERT INTO {self.events_table_name}_node VALUES (?,?,?)", node)
        if rows and codec.header_of(rows[-1].head) is not None:
            last = recorded
        c.execute(
            f"UPDATE {self.events_table_name}_tip SET size=?, peaks=?, recorded=?", (tree.size, tree.joined(), last)
        )
        return rows

    def append(self, pending: Sequence[Pending]) -> list[Entry]:
        if not pending:
            return []
        try:
            with self._writing() as c:
                rows = self._add(c, lambda position, recorded: self._encoded(c, pending, position, recorded))
        except sqlite3.IntegrityError as fault:
            raise Conflict("someone else wrote to this stream first") from fault
        except sqlite3.OperationalError as fault:
            raise Unavailable(f"the journal cannot be written: {fault}") from fault
        return [codec.decode(row) for row in rows]

    def _encoded(self, c: Any, pending: Sequence[Pending], position: int, recorded: int) -> list[Row]:
        expected: dict[bytes, int] = {}
        rows = []
        for at, one in enumerate(pending):
            if one.stream not in expected:
                c.execute(self._select_version, (one.stream,))
                found = c.fetchone()
                expected[one.stream] = found[0] + 1 if found else 1
            if one.version != expected[one.stream]:
                raise Conflict("someone else wrote to this stream first")
            expected[one.stream] += 1
            rows.append(codec.encode(one, recorded, position + at))
        return rows

    # The library's recorder

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        try:
            with self._writing() as c:
                return self._insert_events(c, stored_events, **kwargs)
        except sqlite3.IntegrityError as fault:
            raise IntegrityError(fault) from fault
        except sqlite3.OperationalError as fault:
            raise OperationalError(fault) from fault

    def _insert_events(self, c: Any, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        if not stored_events:
            return None

        def rows(position: int, _: int) -> list[Row]:
            return [
                Row(position + at, _stored_id(one.originator_id), one.originator_version, one.topic, one.state)
                for at, one in enumerate(stored_events)
            ]

        return [row.position for row in self._add(c, rows)]

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
        values: list[Any] = [_stored_id(originator_id)]
        for sign, bound in ((">", gt), ("<=", lte)):
            if bound is not None:
                query += f" AND version{sign}?"
                values.append(bound)
        query += f" ORDER BY version {'DESC' if desc else 'ASC'}"
        if limit is not None:
            query += " LIMIT ?"
            values.append(limit)
        with self._reading() as c:
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
        with self._reading() as c:
            c.execute(query + " ORDER BY position LIMIT ?", [*values, limit])
            return [
                Notification(_library_id(stream), version, name, head, id=position)
                for stream, version, name, head, position in c.fetchall()
            ]

    def max_notification_id(self) -> int:
        with self._reading() as c:
            c.execute(f"SELECT MAX(position) FROM {self.events_table_name}")
            return c.fetchone()[0]  # type: ignore[no-any-return]  # None where the table is empty, as the library's own

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[Any]:
        """Return a subscription that hears of commits by any process, by polling."""
        return JournalSubscription(self, gt=gt, topics=topics)

    # The log

    def tip(self) -> Tip:
        with self._reading() as c:
            c.execute(self._select_tip)
            found = c.fetchone()
        if found is None:
            raise Damaged(f"the journal has no tip row ({self.events_table_name}_tip)")
        size, peaks, recorded = found
        return Tip(size, _tree(size, peaks).root(), recorded)

    def _fetched(self, query: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        with self._reading() as c:
            c.execute(query, values)
            while batch := c.fetchmany(FETCH):
                yield from batch

    def entries(self, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        where, values = _between(after, upto)
        return codec.entries(self._fetched(f"{self._select_closed} WHERE {where} ORDER BY position", values))

    def stream(self, stream: bytes, upto: int | None = None) -> list[Entry]:
        where, values = _between(0, upto)
        query = f"{self._select_closed} WHERE stream=? AND {where} ORDER BY version"
        return list(codec.entries(self._fetched(query, [stream, *values])))

    def streams(self, upto: int | None = None) -> Iterator[Entry]:
        where, values = _between(0, upto)
        query = f"{self._select_closed} WHERE typeof(stream)='blob' AND {where} ORDER BY stream, version"
        return codec.entries(self._fetched(query, values))

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        where, values = _between(after, upto)
        return map(Row._make, self._fetched(f"{self._select_rows} WHERE {where} ORDER BY position", values))

    def holds(self, stream: bytes) -> bool:
        with self._reading() as c:
            c.execute(f"SELECT 1 FROM {self.events_table_name} WHERE stream=? LIMIT 1", (stream,))
            return c.fetchone() is not None

    def stream_rows(self, stream: bytes, upto: int | None = None) -> list[Row]:
        where, values = _between(0, upto)
        query = f"{self._select_rows} WHERE stream=? AND {where} ORDER BY version"
        return [Row._make(row) for row in self._fetched(query, [stream, *values])]

    def begun(self) -> Iterator[bytes]:
        query = f"SELECT stream FROM {self.events_table_name} WHERE version=1 AND typeof(stream)='blob' AND length(stream)=16"
        return (stream for (stream,) in self._fetched(query, []))

    def root_at(self, size: int) -> bytes:
        """Return the root over the first `size` rows, from the kept nodes and at most 255 leaves."""
        tree = CompactRange()
        for level in reversed(NODE_LEVELS):
            first, last = tree.size >> level, (size >> level) - 1
            query = f"SELECT hash FROM {self.events_table_name}_node WHERE level=? AND ix BETWEEN ? AND ? ORDER BY ix"
            for (node,) in self._fetched(query, [level, first, last]):
                tree.add_node(node, level)
        for row in self.rows(tree.size, size):
            tree.add_node(codec.leaf_of(row), 0)
        return tree.root()

    def data_version(self) -> Callable[[], int]:
        """Return a function that tells a number which changes whenever another connection commits; for one thread."""
        if self._in_memory:
            return lambda: self.tip().size
        connection = self._connect()
        with self._reader_lock:
            self._readers.insert(0, connection)  # closed with the others; pop() takes from the other end
        return lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])


def _tree(size: int, peaks: bytes) -> CompactRange:
    try:
        return CompactRange.read(size, peaks)
    except ValueError as fault:
        raise Damaged(f"the journal's tip is not what was written: {fault}; hue verify says more") from fault


def _between(after: int, upto: int | None) -> tuple[str, list[int]]:
    return ("position>?", [after]) if upto is None else ("position>? AND position<=?", [after, upto])


def _stored_id(originator_id: UUID | str) -> Any:
    return originator_id.bytes if isinstance(originator_id, UUID) else originator_id


def _library_id(stream: Any) -> UUID | str:
    return UUID(bytes=stream) if isinstance(stream, bytes) else str(stream)


class SQLiteJournalProcess(SQLiteTrackingRecorder, SQLiteJournal):
    """The journal for the library's process applications: their position is tracked in the same transaction."""

    def __init__(self, datastore: SQLiteDatastore, *, events_table_name: str = TABLE) -> None:
        super().__init__(datastore, events_table_name=events_table_name)

    def _insert_events(self, c: Any, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        positions = super()._insert_events(c, stored_events, **kwargs)
        tracking = kwargs.get("tracking")
        if tracking is not None:
            self._insert_tracking(c, tracking)
        return positions


class Factory(SQLiteFactory):
    """What PERSISTENCE_MODULE=hueandcry.store.sqlite makes."""

    application_recorder_class = SQLiteJournal
    process_recorder_class = SQLiteJournalProcess  # type: ignore[assignment]  # beside the library's own, not below it

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        plain = self.datastore
        self.datastore = Datastore(
            plain.pool.db_name,
            lock_timeout=plain.pool.lock_timeout,
            single_row_tracking=plain.single_row_tracking,
            originator_id_type=plain.originator_id_type,
        )
        plain.close()


del SQLiteFactory, SQLiteProcessRecorder  # the library takes the first factory it finds in a persistence module


__all__ = ["APPLICATION_ID", "FORMAT_VERSION", "Datastore", "Factory", "SQLiteJournal", "uri_of"]
