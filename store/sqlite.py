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
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from weakref import WeakSet

from eventsourcing.persistence import ProcessRecorder, StoredEvent, Subscription
from eventsourcing.sqlite import SQLiteCursor, SQLiteFactory, SQLiteProcessRecorder, SQLiteTrackingRecorder

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Damaged, Unavailable
from hueandcry.store import codec
from hueandcry.store.codec import Pending, Prepared, Row
from hueandcry.store.connection import LOCK_TIMEOUT_S, Datastore, statement, uri_of, why_not
from hueandcry.store.doorbell import Doorbell
from hueandcry.store.log import NOTHING, Clock, End, Seen, Settling
from hueandcry.store.reading import (
    COLUMNS,
    FETCH,
    TABLE,
    SQLiteReading,
    cursor_of,
    in_the_librarys_words,
    stored_id,
    tree_of,
)
from hueandcry.store.sealed import Seals
from hueandcry.store.subscription import JournalSubscription
from hueandcry.store.tree import grown

APPLICATION_ID = 0x48554543  # "HUEC" in the file's header
FORMAT_VERSION = 2
ENDS_MAX = 65_536  # ends of streams remembered
T = TypeVar("T")


class SQLiteJournal(SQLiteReading):
    """The journal in an SQLite file: the library's application recorder and our log in one object."""

    def __init__(
        self,
        datastore: Datastore,
        events_table_name: str = TABLE,
        clock: Clock = time.time_ns,
        seals: Seals | None = None,
    ) -> None:
        super().__init__(datastore, events_table_name, clock, seals)
        self._turnstile = datastore.turnstile
        self._doorbell = Doorbell(self.path) if self.path else None
        self._write_lock = threading.Lock()
        self._subscriptions: WeakSet[JournalSubscription] = WeakSet()
        self._writer: sqlite3.Connection | None = None
        self._ends: dict[bytes, End] = {}
        t = self.events_table_name
        self._insert = f"INSERT INTO {t} ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
        self._insert_node = f"INSERT INTO {t}_node VALUES (?,?,?)"
        self._update_tip = f"UPDATE {t}_tip SET size=?, peaks=?, recorded=?, keys=?"
        self._select_end = f"SELECT version, head FROM {t} WHERE stream=? ORDER BY version DESC LIMIT 1"

    # Tables

    def construct_create_table_statements(self) -> list[str]:
        return [statement(name, self.events_table_name) for name in ("fact", "tip", "node")]

    def _create_table(self, c: SQLiteCursor) -> None:
        c.execute("SELECT count(*) FROM sqlite_master WHERE name=?", (f"{self.events_table_name}_tip",))
        (made,) = c.fetchone()
        super()._create_table(c)
        if made:
            return  # whatever release made it
        c.execute(f"INSERT OR IGNORE INTO {self.events_table_name}_tip VALUES (1, 0, x'', 0, 0)")
        c.execute(f"PRAGMA application_id={APPLICATION_ID}")
        c.execute(f"PRAGMA user_version={FORMAT_VERSION}")

    # Connections

    def _transact(self, work: Callable[[Any], T]) -> T:
        """Do work in the one write transaction: commit at its end, roll back whatever goes wrong."""
        if self._turnstile is None or self._doorbell is None:
            with self.datastore.get_connection(commit=True) as pooled:
                return _committed(pooled._sqlite_conn, work)
        with self._turnstile.held(LOCK_TIMEOUT_S), self._write_lock:  # the wait has a limit only there
            if self._writer is None:
                self._writer = self._connect()
            result = _committed(self._writer, work)
        self._doorbell.ring()
        return result

    def close(self) -> None:
        """End who follows it, then close every connection; the last one out folds the write-ahead log back into the file."""
        for subscription in list(self._subscriptions):
            subscription.end()
        with self._write_lock, self._reader_lock:
            self._closed = True
            for connection in (*self._readers, *self._watchers, *([self._writer] if self._writer else [])):
                connection.close()
            self._readers, self._watchers, self._writer = [], [], None
        self.seals.close()
        if self._doorbell is not None:
            self._doorbell.close()
        self.datastore.close()

    # The one path in

    def _add(self, c: Any, rows: list[Row], tip: tuple[int, bytes, int, int]) -> None:
        """Insert rows that follow on the tip, and bring tree and tip to include them; `tip` brings the new time and keys."""
        size, peaks, recorded, keys = tip
        if len(rows) == 1:
            peaks, nodes = _grown(size, peaks, codec.leaf_of(rows[0]))
            c.execute(self._insert, rows[0])
        else:
            tree = tree_of(size, peaks)
            nodes = [node for row in rows for node in tree.add(codec.leaf_of(row))]
            peaks = tree.joined()
            c.executemany(self._insert, rows)
        if nodes:
            c.executemany(self._insert_node, nodes)
        c.execute(self._update_tip, (size + len(rows), peaks, recorded, keys))

    def append(self, pending: Sequence[Pending], seen: Seen = NOTHING) -> list[Entry]:
        if not pending:
            return []
        prepared = [codec.prepare(one) for one in pending]
        try:
            settling, entries = self._transact(lambda c: self._settle(c, prepared, seen))
        except sqlite3.IntegrityError as fault:
            self._ends.clear()
            raise Conflict("someone else wrote to this stream first") from fault
        except sqlite3.OperationalError as fault:
            raise Unavailable(f"the journal cannot be written: {why_not(fault, self.path)}") from fault
        except sqlite3.DatabaseError as fault:
            raise Damaged(f"the journal is damaged: {fault}; hue verify says more") from fault
        if len(self._ends) > ENDS_MAX:
            self._ends.clear()
        self._ends.update(settling.ends)
        if settling.drew:
            with suppress(Unavailable):  # what is recorded is recorded; who needs a key that is not there is told
                self.seals.keyring.stock(settling.keys)
        return entries

    def _settle(self, c: Any, prepared: list[Prepared], seen: Seen) -> tuple[Settling, list[Entry]]:
        size, peaks, last, keys = self._tip(c)
        seen.check(size, lambda stream: self._end_of(c, stream, 0)[0])
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
        with in_the_librarys_words():
            return self._transact(lambda c: self._insert_events(c, stored_events, **kwargs))

    def _insert_events(self, c: Any, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        if not stored_events:
            return None
        tip = self._tip(c)
        rows = [
            Row(position, stored_id(one.originator_id), one.originator_version, one.topic, one.state)
            for position, one in enumerate(stored_events, tip[0] + 1)
        ]
        self._add(c, rows, tip)
        return [row.position for row in rows]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[Any]:
        """Return a subscription that hears of commits by any process; it ends with this journal at the latest."""
        subscription = JournalSubscription(self, gt=gt, topics=topics)
        self._subscriptions.add(subscription)
        return subscription


def _committed(connection: sqlite3.Connection, work: Callable[[Any], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(cursor_of(connection))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _grown(size: int, peaks: bytes, leaf: bytes) -> tuple[bytes, list[tuple[int, int, bytes]]]:
    try:
        return grown(size, peaks, leaf)
    except ValueError as fault:
        raise Damaged(f"the journal's tip is not what was written: {fault}; hue verify says more") from fault


class SQLiteJournalProcess(SQLiteTrackingRecorder, SQLiteJournal, ProcessRecorder):
    """The journal for the library's process applications: their position is tracked in the same transaction."""

    def __init__(self, datastore: Datastore, *, events_table_name: str = TABLE) -> None:
        super().__init__(datastore, events_table_name=events_table_name)

    def _insert_events(self, c: Any, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        positions = super()._insert_events(c, stored_events, **kwargs)
        tracking = kwargs.get("tracking")
        if tracking is not None:
            self._insert_tracking(c, tracking)
        return positions


class Factory(SQLiteFactory):
    """What PERSISTENCE_MODULE=hueandcry.store.sqlite makes."""

    application_recorder_class = SQLiteJournal  # type: ignore[assignment]  # it wants our datastore
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
        self._journals: list[SQLiteJournal] = []

    def application_recorder(self) -> Any:
        return self._closed_with_this(super().application_recorder())

    def process_recorder(self) -> Any:
        return self._closed_with_this(super().process_recorder())

    def _closed_with_this(self, journal: Any) -> Any:
        self._journals.append(journal)
        return journal

    def close(self) -> None:
        """Close the journals made here as well: an application of the library closes its factory and nothing else."""
        for journal in self._journals:
            journal.close()
        super().close()


del SQLiteFactory, SQLiteProcessRecorder  # the library takes the first factory it finds in a persistence module


__all__ = [
    "APPLICATION_ID",
    "FETCH",
    "FORMAT_VERSION",
    "LOCK_TIMEOUT_S",
    "TABLE",
    "Datastore",
    "Factory",
    "SQLiteJournal",
    "uri_of",
]
