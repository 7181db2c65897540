"""The journal on SQLite: a persistence module of the eventsourcing library, and the log that the desk appends through.

Theory of operation. One class is both: `SQLiteJournal` is an application recorder of the library, so other applications
of the library can write into the same store and subscribe to it, and it is our Log. Every insert, theirs or ours, goes
through one path: the turnstile, BEGIN IMMEDIATE, read the tip, insert, add the leaves, write the tip, COMMIT, ring the
doorbell. Reading uses tuples and connections of its own. What was acknowledged is remembered only after COMMIT.

Used as a persistence module: PERSISTENCE_MODULE=hueandcry.store.sqlite, SQLITE_DBNAME=/path/journal.db.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
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
from hueandcry.store.codec import Pending, Prepared, Row
from hueandcry.store.connection import Datastore, harden, path_of, statement, uri_of
from hueandcry.store.doorbell import Doorbell
from hueandcry.store.log import Clock, End, Log, Settling, Tip, Unlogged, no_keys, seals_in_memory
from hueandcry.store.sealed import Access, Seals
from hueandcry.store.subscription import JournalSubscription
from hueandcry.store.tree import NODE_LEVELS, CompactRange, grown, subtree_root
from hueandcry.store.turnstile import Turnstile

APPLICATION_ID = 0x48554543  # "HUEC" in the file's header
FORMAT_VERSION = 2
TABLE = "fact"
LOCK_TIMEOUT_S = 5
FETCH = 2048
_COLUMNS = "position, stream, version, name, head, police, police_digest, sealed, sealed_digest, local, local_digest"
ENDS_MAX = 65_536  # ends of streams remembered
VALUES_MAX = 500  # in one question to SQLite
T = TypeVar("T")


class SQLiteJournal(SQLiteApplicationRecorder, Log):
    """The journal in an SQLite file: the library's application recorder and our log in one object."""

    def __init__(
        self,
        datastore: SQLiteDatastore,
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
        self._turnstile = Turnstile(self.path) if self.path else None
        self._doorbell = Doorbell(self.path) if self.path else None
        self._write_lock = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._readers: list[sqlite3.Connection] = []
        self._reader_lock = threading.Lock()
        self._ends: dict[bytes, End] = {}
        t = self.events_table_name
        self._insert = f"INSERT INTO {t} ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
        self._insert_node = f"INSERT INTO {t}_node VALUES (?,?,?)"
        self._update_tip = f"UPDATE {t}_tip SET size=?, peaks=?, recorded=?, keys=?"
        self._select_closed = f"SELECT position, stream, version, name, head, police FROM {t}"
        self._select_rows = f"SELECT {_COLUMNS} FROM {t}"
        self._select_end = f"SELECT version, head FROM {t} WHERE stream=? ORDER BY version DESC LIMIT 1"
        self._select_tip = f"SELECT size, peaks, recorded, keys FROM {t}_tip"

    # Tables

    def construct_create_table_statements(self) -> list[str]:
        return [statement(name, self.events_table_name) for name in ("fact", "tip", "node")]

    def _create_table(self, c: SQLiteCursor) -> None:
        super()._create_table(c)
        c.execute(f"INSERT OR IGNORE INTO {self.events_table_name}_tip VALUES (1, 0, x'', 0, 0)")
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

    def _transact(self, work: Callable[[Any], T]) -> T:
        """Do work in the one write transaction: commit at its end, roll back whatever goes wrong."""
        if self._turnstile is None or self._doorbell is None:
            with self.datastore.transaction(commit=True) as c:
                return work(c)
        with self._write_lock, self._turnstile.held(LOCK_TIMEOUT_S):
            if self._writer is None:
                self._writer = self._connect()
            writer = self._writer
            writer.execute("BEGIN IMMEDIATE")
            try:
                result = work(writer)
                writer.execute("COMMIT")
            except BaseException:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
                raise
        self._doorbell.ring()
        return result

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
        self.seals.close()
        for one in (self._turnstile, self._doorbell):
            if one is not None:
                one.close()
        self.datastore.close()

    # The one path in

    def _tip(self, c: Any) -> tuple[int, bytes, int, int]:
        found = c.execute(self._select_tip).fetchone()
        if found is None:
            raise Damaged(f"the journal has no tip row ({self.events_table_name}_tip)")
        return found  # type: ignore[no-any-return]  # a row of SQLite

    def _add(self, c: Any, rows: list[Row], tip: tuple[int, bytes, int, int]) -> None:
        """Insert rows that follow on the tip, and bring tree and tip to include them; `tip` brings the new time and keys."""
        size, peaks, recorded, keys = tip
        if len(rows) == 1:
            peaks, nodes = _grown(size, peaks, codec.leaf_of(rows[0]))
            c.execute(self._insert, rows[0])
        else:
            tree = _tree(size, peaks)
            nodes = [node for row in rows for node in tree.add(codec.leaf_of(row))]
            peaks = tree.joined()
            c.executemany(self._insert, rows)
        if nodes:
            c.executemany(self._insert_node, nodes)
        c.execute(self._update_tip, (size + len(rows), peaks, recorded, keys))

    def append(self, pending: Sequence[Pending]) -> list[Entry]:
        if not pending:
            return []
        prepared = [codec.prepare(one) for one in pending]
        try:
            settling, entries = self._transact(lambda c: self._settle(c, prepared))
        except sqlite3.IntegrityError as fault:
            self._ends.clear()
            raise Conflict("someone else wrote to this stream first") from fault
        except sqlite3.OperationalError as fault:
            raise Unavailable(f"the journal cannot be written: {fault}") from fault
        except sqlite3.DatabaseError as fault:
            raise Damaged(f"the journal is damaged: {fault}; hue verify says more") from fault
        if len(self._ends) > ENDS_MAX:
            self._ends.clear()
        self._ends.update(settling.ends)
        if settling.drew:
            self.seals.keyring.stock(settling.keys)
        return entries

    def _settle(self, c: Any, prepared: list[Prepared]) -> tuple[Settling, list[Entry]]:
        size, peaks, last, keys = self._tip(c)
        recorded = max(self._clock(), last)
        settling = Settling(
            self.seals, (size, recorded, keys), lambda stream, version: self._end_of(c, stream, version)
        )
        settled = [settling.settle(one) for one in prepared]
        self._add(c, [row for row, _ in settled], (size, peaks, recorded, settling.keys))
        return settling, [entry for _, entry in settled]

    def _end_of(self, c: Any, stream: bytes, version: int) -> End:
        """Return the end of a stream for a version to follow on it.

        What is remembered is used where that version follows on it: it is right, or the version is taken and the insert fails.
        """
        end = self._ends.get(stream)
        if end is None or end[0] + 1 != version:
            found = c.execute(self._select_end, (stream,)).fetchone()
            end = (found[0], codec.key_of(found[1])) if found else (0, None)
        return end

    # The library's recorder

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        try:
            return self._transact(lambda c: self._insert_events(c, stored_events, **kwargs))
        except sqlite3.IntegrityError as fault:
            raise IntegrityError(fault) from fault
        except sqlite3.OperationalError as fault:
            raise OperationalError(fault) from fault

    def _insert_events(self, c: Any, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        if not stored_events:
            return None
        tip = self._tip(c)
        rows = [
            Row(position, _stored_id(one.originator_id), one.originator_version, one.topic, one.state)
            for position, one in enumerate(stored_events, tip[0] + 1)
        ]
        self._add(c, rows, tip)
        return [row.position for row in rows]

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
            size, peaks, recorded, keys = self._tip(c)
        return Tip(size, _tree(size, peaks).root(), recorded, keys)

    def _batches(self, query: str, values: Sequence[Any]) -> Iterator[list[Any]]:
        with self._reading() as c:
            c.execute(query, values)
            while batch := c.fetchmany(FETCH):
                yield batch

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
        connection = self._connect()
        with self._reader_lock:
            self._readers.insert(0, connection)  # closed with the others; pop() takes from the other end
        return lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])


def _grown(size: int, peaks: bytes, leaf: bytes) -> tuple[bytes, list[tuple[int, int, bytes]]]:
    try:
        return grown(size, peaks, leaf)
    except ValueError as fault:
        raise Damaged(f"the journal's tip is not what was written: {fault}; hue verify says more") from fault


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
