"""Three keepers of the same history: the product, the eventsourcing library at its default, and a raw SQLite table.

Theory of operation. Each keeper keeps facts in its own way:

- the product appends them to its journal, and can do so step by step, to tell what each step takes;
- the library stores events with the same fields, the header's included, through an application's event store: SQLite
  recorder and JSON transcoder, nothing set but the name of the file. It gets what suits it best: values that JSON holds
  as they are (bytes in hexadecimal, replies as a dict), its own time stamp in the place of our `recorded`, event classes
  with an `apply`, which fold quicker than decorated methods, short topics, and our time-ordered ids;
- the raw table takes the product's stored bytes as one blob, each in a durable transaction of its own: write-ahead log,
  `synchronous=FULL`, autocommit.

Who opens a screenful does so through the door, with an access log in a file as a store has it.
"""

import hashlib
import random
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.utils import get_topic

from hueandcry.domain.fact import Entry, FactRef, Tier, fold
from hueandcry.domain.incident import Incident
from hueandcry.domain.particulars import Reply
from hueandcry.store import codec
from hueandcry.store.access import AccessLog
from hueandcry.store.codec import Pending
from hueandcry.store.connection import uri_of
from hueandcry.store.folder import ACCESS_TABLE, open_journal
from hueandcry.store.keyring import NONCE_BYTES, Kept, Keyring, open_keyring
from hueandcry.store.log import NOTHING, Settling
from hueandcry.store.reading import COLUMNS
from hueandcry.store.sealed import Door, Seals, Viewer
from hueandcry.store.sqlite import FETCH
from hueandcry.store.verify import verify

BATCH = 1_000
LIBRARY_BATCH = 100
STEPS = ("prepare", "turn and begin", "seals and keys", "tree", "insert", "commit")  # of an append
SCREEN_LINES = 40
ORIGIN, KEK = "hueandcry/BENCH/0000000000", bytes(range(32))
TAG_BYTES = 16


class Stopped:
    """A cursor, and how many ns it has taken."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor, self.ns = cursor, 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._cursor, name)

        def timed(*given: Any) -> Any:
            began = time.perf_counter_ns()
            try:
                return method(*given)
            finally:
                self.ns += time.perf_counter_ns() - began

        return timed


class Product:
    """The product's journal in a file, with its key store beside it."""

    def __init__(self, path: Path) -> None:
        new, keys = not path.exists(), path.with_name(f"{path.stem}-keys.db")
        keyring = Keyring.create(keys, ORIGIN, Kept("file"), KEK) if new else open_keyring(keys, KEK)
        self.journal = open_journal(path, new=new, seals=Seals(lambda: keyring))

    def keep(self, said: Iterable[Pending]) -> None:
        """Append in batches."""
        for batch in batches(said):
            self.journal.append(batch)

    def replay_closed(self) -> None:
        """Read every fact with its type, seals closed."""
        deque(self.journal.entries(), maxlen=0)

    def replay_opened(self) -> None:
        """Read every fact with its type and its sealed values."""
        entry = self.journal.seals.entry
        for row in self.journal.rows():
            entry(row)

    def state(self, stream: bytes) -> Incident:
        """Fold one incident."""
        return fold(Incident(id=stream), self.journal.stream(stream))

    def append_by_steps(self, batch: list[Pending]) -> list[int]:
        """Append a batch as the journal's `append` does, and return the ns of each of STEPS."""
        journal, at = self.journal, {"began": time.perf_counter_ns()}

        def add(c: Stopped, rows: Any, tip: Any) -> None:
            at["settled"], c.ns = time.perf_counter_ns(), 0
            type(journal)._add(journal, c, rows, tip)
            at["added"], at["inserted"] = time.perf_counter_ns(), c.ns

        def work(c: sqlite3.Cursor) -> Settling:
            at["in"] = time.perf_counter_ns()
            return journal._settle(Stopped(c), prepared, NOTHING)[0]

        prepared = [codec.prepare(one) for one in batch]
        at["prepared"] = time.perf_counter_ns()
        with patch.object(journal, "_add", add):
            settling = journal._transact(work)
        journal._ends.update(settling.ends)
        journal.seals.keyring.stock(settling.keys)
        at["committed"] = time.perf_counter_ns()
        return [
            at["prepared"] - at["began"],
            at["in"] - at["prepared"],
            at["settled"] - at["in"],
            at["added"] - at["settled"] - at["inserted"],
            at["inserted"],
            at["committed"] - at["added"],
        ]

    def verify(self) -> None:
        """Verify the whole journal, without its keys."""
        assert verify(self.journal).findings == ()

    def close(self) -> None:
        """Close the file."""
        self.journal.close()


class Hashing:
    """Reads every row of the product's file and hashes it once: the least that a verification does."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(uri_of(path), uri=True)

    def read(self) -> None:
        """Read and hash."""
        cursor = self._connection.execute(f"SELECT {COLUMNS} FROM fact ORDER BY position")
        while rows := cursor.fetchmany(FETCH):
            for row in rows:
                hashlib.sha256(codec.encode(row)).digest()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Screen:
    """Shows the words of SCREEN_LINES records at a time, through the door; the keys of `records` records are in memory."""

    def __init__(self, product: Product, access: Path, records: int) -> None:
        opened = (entry for entry in product.journal.entries() if entry.version == 1)
        self._first: list[Entry] = list(islice(opened, records))
        self._log = AccessLog(lambda: open_journal(access, new=True, table=ACCESS_TABLE), product.journal, time.time_ns)
        product.journal.access = self._log
        self._door, self._chance = (
            Door(product.journal, Viewer("C4117", "handler", "floor-2-17", "k7w2mq9d")),
            random.Random(1),
        )
        self._door.open(self._first, "board")

    def screenfuls(self) -> Iterator[Callable[[], object]]:
        """Yield what opens a screenful that was not open before."""
        while True:
            self._door.leave()
            yield partial(self._door.open, self._chance.sample(self._first, SCREEN_LINES), "board")

    def close(self) -> None:
        """Close the access log."""
        self._log.close()


class Case(Aggregate):
    """An incident as the library's users write one; its events have the fields of our facts and of their header."""

    class Event(Aggregate.Event):
        """What every event carries beside its own fields."""

        occurred: int
        actor: str
        role: str
        seat: str
        session: str
        causation: list[Any] | None
        correlation: str
        source: str | None
        pack: str | None

    class Opened(Event, Aggregate.Created):
        """As our fact of that name, as are those that follow."""

        category: str
        domestic: bool
        holder: str
        contact: str
        summary: str

    class Assessed(Event):
        replies: dict[str, str]
        heard: list[list[Any]]
        not_asked: int
        vulnerable: bool
        suggested: str
        grounds: list[str]
        statement: str

        def apply(self, aggregate: Any) -> None:
            aggregate.assessed, aggregate.heard = self.originator_version, [*aggregate.heard, *self.heard]
            aggregate.replies, aggregate.vulnerable, aggregate.suggested = self.replies, self.vulnerable, self.suggested

    class Graded(Event):
        grade: str
        suggested: str
        not_asked: int
        assessment: list[Any]
        rationale: str

        def apply(self, aggregate: Any) -> None:
            aggregate.stage, aggregate.grade, aggregate.graded_on = "graded", self.grade, self.assessment
            aggregate.holder = ""

    class Noted(Event):
        words: str

    class Resourced(Event):
        callsign: str

        def apply(self, aggregate: Any) -> None:
            aggregate.stage, aggregate.resource = "resourced", self.callsign

    class Resulted(Event):
        result: str
        attended: bool
        approval: list[Any] | None
        words: str

        def apply(self, aggregate: Any) -> None:
            aggregate.stage, aggregate.result, aggregate.attended = "resulted", self.result, self.attended

    class Closed(Event):
        words: str

        def apply(self, aggregate: Any) -> None:
            aggregate.stage = "closed"

    def __init__(self, category: str, domestic: bool, holder: str, contact: str) -> None:
        self.category, self.domestic, self.holder, self.contacts = category, domestic, holder, [contact]
        self.stage, self.heard = "opened", list[Any]()


CASE_TOPIC = get_topic(Case)


def event_of(said: Pending) -> Any:
    """Return the library's event for a fact of ours."""
    fields = {name: _for_json(getattr(said.fact, name)) for name in said.fact.__struct_fields__}
    header = {name: _for_json(getattr(said.header, name)) for name in Case.Event.__annotations__}
    event = getattr(Case, type(said.fact).__name__)
    if event is Case.Opened:
        header["originator_topic"] = CASE_TOPIC
    return event(
        originator_id=UUID(bytes=said.stream),
        originator_version=said.version,
        timestamp=event.create_timestamp(),
        **header,
        **fields,
    )


def _for_json(value: Any) -> Any:
    match value:
        case bytes():
            return value.hex()
        case FactRef():
            return [value.stream.hex(), value.version]
        case (Reply(), *_):
            return {reply.element: reply.answer for reply in value}
        case tuple():
            return [_for_json(one) for one in value]
        case _:
            return value


class Library:
    """An application of the library at its default, in a file."""

    def __init__(self, path: Path) -> None:
        self.application: Application[UUID] = Application(
            env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        )

    def keep(self, said: Iterable[Pending]) -> None:
        """Store in batches."""
        for batch in batches(said):
            self.application.events.put([event_of(one) for one in batch])

    def put(self, batch: list[Any]) -> None:
        """Store events, LIBRARY_BATCH of them at a time."""
        for at in range(0, len(batch), LIBRARY_BATCH):
            self.application.events.put(batch[at : at + LIBRARY_BATCH])

    def replay(self) -> None:
        """Read every event with its type, in batches as large as the product's own."""
        recorder, mapper, start = self.application.recorder, self.application.mapper, 1
        while notifications := recorder.select_notifications(start, FETCH):
            for notification in notifications:
                mapper.to_domain_event(notification)
            start = notifications[-1].id + 1

    def state(self, stream: bytes) -> Any:
        """Get one aggregate."""
        return self.application.repository.get(UUID(bytes=stream))

    def close(self) -> None:
        """Close the file."""
        self.application.close()


class Raw:
    """A table of blobs, one durable insert each."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")

    def insert(self, stored: bytes) -> None:
        """Insert one blob."""
        self._connection.execute("INSERT INTO raw (bytes) VALUES (?)", (stored,))

    def keep(self, said: Iterable[Pending]) -> None:
        """Insert each."""
        for one in said:
            self.insert(stored_bytes(one))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def stored_bytes(said: Pending) -> bytes:
    """Return what the product stores of a fact, as one run of bytes."""
    row, _ = codec.settle(codec.prepare(said), (1, said.version, said.header.occurred, 1), _as_long_as_a_seal)
    return b"".join((row.stream, row.name.encode(), row.head, *(part for part in row[5:] if part is not None)))


def _as_long_as_a_seal(_: Tier, plain: bytes) -> bytes:
    return bytes(NONCE_BYTES) + plain + bytes(TAG_BYTES)


def batches(said: Iterable[Pending]) -> Iterator[list[Pending]]:
    """Yield lists of BATCH facts, the last one shorter."""
    rest = iter(said)
    while batch := list(islice(rest, BATCH)):
        yield batch
