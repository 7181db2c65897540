"""The library's own suites, on what PERSISTENCE_MODULE=hueandcry.store.sqlite makes: in a file and in memory.

Theory of operation. A suite of the library is a test case that asks for a recorder, or for an environment to make one by. It
gets what the product's factory makes, so that nothing here stands between the suite and the class that the desk appends
through. Each suite runs in a file and in memory, and with both kinds of ids where it has ids. In memory a private
database is one connection's own, so what has threads gets a shared one, as in the library's own tests for SQLite. An
application and a projection that records events of its own have two databases: in one, each would see the other's.

Left out are the suites for `dcb`, of which the library has no recorder for SQLite (`DCBRecorderTestCase`,
`TaggedDecisionCountersProjectionTestCase`), and `TranscoderTestCase`: our codec is no transcoder, and applications of the
library that share the store keep the library's own.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, ClassVar
from unittest.mock import patch
from uuid import uuid5

import pytest
from eventsourcing import persistence, system
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import InfrastructureFactory, StoredEvent, Tracking
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteTrackingRecorder
from eventsourcing.tests import application as applications
from eventsourcing.tests import persistence as suites
from eventsourcing.tests import projection as projections
from eventsourcing.utils import Environment

from hueandcry.store.sqlite import Factory, SQLiteJournal, SQLiteJournalProcess, uri_of
from hueandcry.store.verify import verify

MODULE = "hueandcry.store.sqlite"
_numbers = count(1)
_texts = count(1)


# Where a journal is; a suite without a place is not run


class InFile:
    """In a file of a folder of its own."""

    __test__ = True

    def uri(self, name: str = "journal") -> str:
        if not hasattr(self, "folder"):
            self.folder = Path(self.enterContext(TemporaryDirectory()))
        return uri_of(self.folder / f"{name}.db")


class InMemory:
    """In the memory of one connection."""

    __test__ = True

    def uri(self, name: str = "journal") -> str:
        return ":memory:"


class InSharedMemory:
    """In memory that the connections of this test share."""

    __test__ = True

    def uri(self, name: str = "journal") -> str:
        if not hasattr(self, "number"):
            self.number = next(_numbers)
        return f"file:conformance-{name}-{self.number}?mode=memory&cache=shared"


# What makes the recorders of a suite


class Made:
    """Makes the product's factory as an application of the library does, and closes it in the end."""

    __test__ = False
    ids: ClassVar[str] = "uuid"

    def factory_here(self) -> Any:
        factory = factory_at(self.uri(), ORIGINATOR_ID_TYPE=self.ids)
        self.addCleanup(factory.close)
        return factory


class ByText:
    """With texts for ids."""

    ids: ClassVar[str] = "text"

    def new_originator_id(self) -> str:
        return f"case-{next(_texts)}"


def factory_at(uri: str, **options: str) -> Any:
    """Return the factory that an application of the library gets by the name of our module."""
    env = {"PERSISTENCE_MODULE": MODULE, "SQLITE_DBNAME": uri, **options}
    factory = InfrastructureFactory[Any].construct(Environment(env=env))
    assert type(factory) is Factory
    return factory


# Recorders


class Snapshots(Made, suites.AggregateRecorderTestCase):
    """What snapshots go to: the library's own recorder."""

    def create_recorder(self) -> Any:
        return self.factory_here().aggregate_recorder("snapshots")


class PositionsWithheld(SQLiteJournal):
    """The library wants None back from an aggregate recorder and positions from an application recorder."""

    def insert_events(self, stored_events: Any, **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


class Aggregates(Made, suites.AggregateRecorderTestCase):
    """The journal, as a recorder of aggregates."""

    def create_recorder(self) -> Any:
        factory = self.factory_here()
        factory.application_recorder_class = PositionsWithheld
        return factory.application_recorder()


class Journals(Made, suites.ApplicationRecorderTestCase[Any]):
    """The journal."""

    def create_recorder(self) -> Any:
        return self.factory_here().application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class Processes(Made, suites.ProcessRecorderTestCase):
    """The journal of a process application."""

    def create_recorder(self) -> Any:
        return self.factory_here().process_recorder()


class JournalsOfProcesses(Journals):
    """The journal of a process application, as the journal that it is."""

    def create_recorder(self) -> Any:
        return self.factory_here().process_recorder()


class Trackings(Made, suites.TrackingRecorderTestCase):
    """What holds the position of a projection."""

    def create_recorder(self) -> Any:
        return self.factory_here().tracking_recorder()


class TrackingsOfProcesses(Made, suites.TrackingRecorderTestCase):
    """The journal of a process application, as what holds its position."""

    def create_recorder(self) -> Any:
        return self.factory_here().process_recorder()


class Positions(Made, suites.NonInterleavingNotificationIDsBaseCase):
    """Two long inserts at once do not stand between each other."""

    insert_num = 2_000

    def create_recorder(self) -> Any:
        return self.factory_here().application_recorder()


class TestSnapshotsInFile(InFile, Snapshots): ...


class TestSnapshotsInFileByText(InFile, ByText, Snapshots): ...


class TestSnapshotsInMemory(InMemory, Snapshots): ...


class TestSnapshotsInMemoryByText(InMemory, ByText, Snapshots): ...


class TestAggregatesInFile(InFile, Aggregates): ...


class TestAggregatesInFileByText(InFile, ByText, Aggregates): ...


class TestAggregatesInMemory(InMemory, Aggregates): ...


class TestAggregatesInMemoryByText(InMemory, ByText, Aggregates): ...


class TestJournalsInFile(InFile, Journals): ...


class TestJournalsInFileByText(InFile, ByText, Journals): ...


class TestJournalsInMemory(InSharedMemory, Journals): ...


class TestJournalsInMemoryByText(InSharedMemory, ByText, Journals): ...


class TestProcessesInFile(InFile, Processes): ...


class TestProcessesInFileByText(InFile, ByText, Processes): ...


class TestProcessesInMemory(InMemory, Processes): ...


class TestProcessesInMemoryByText(InMemory, ByText, Processes): ...


class TestJournalsOfProcessesInFile(InFile, JournalsOfProcesses): ...


class TestJournalsOfProcessesInMemory(InSharedMemory, JournalsOfProcesses): ...


class TestTrackingsInFile(InFile, Trackings): ...


class TestTrackingsInMemory(InMemory, Trackings): ...


class TestTrackingsOfProcessesInFile(InFile, TrackingsOfProcesses): ...


class TestTrackingsOfProcessesInMemory(InMemory, TrackingsOfProcesses): ...


class TestPositionsInFile(InFile, Positions): ...


class TestPositionsInFileByText(InFile, ByText, Positions): ...


class TestPositionsInMemory(InSharedMemory, Positions): ...


class TestPositionsInMemoryByText(InSharedMemory, ByText, Positions): ...


# Factories


class Places(SQLiteTrackingRecorder):
    """A tracking recorder of somebody's own."""


class Factories(Made, suites.InfrastructureFactoryTestCase[Any]):
    """The factory, found by the name of its module."""

    def setUp(self) -> None:
        self.env = Environment("TestCase", {"PERSISTENCE_MODULE": MODULE, "SQLITE_DBNAME": self.uri()})
        super().setUp()

    def expected_factory_class(self) -> Any:
        return Factory

    def expected_aggregate_recorder_class(self) -> Any:
        return SQLiteAggregateRecorder

    def expected_application_recorder_class(self) -> Any:
        return SQLiteJournal

    def expected_tracking_recorder_class(self) -> Any:
        return SQLiteTrackingRecorder

    def tracking_recorder_subclass(self) -> Any:
        return Places

    def expected_process_recorder_class(self) -> Any:
        return SQLiteJournalProcess


class TestFactoriesInFile(InFile, Factories): ...


class TestFactoriesInMemory(InMemory, Factories): ...


# Applications


class Environed:
    """Names our module and a database in the environment that applications read."""

    __test__ = False

    def setUp(self) -> None:
        self.enterContext(patch.dict(os.environ, {"PERSISTENCE_MODULE": MODULE, "SQLITE_DBNAME": self.uri()}))
        super().setUp()


class Examples(Environed, applications.ExampleApplicationTestCase):
    """An application with snapshots."""

    expected_factory_topic = f"{MODULE}:Factory"


@pytest.mark.filterwarnings("default:'log' is deprecated")  # the suite looks for the warning
class Applications(Environed, applications.ApplicationTestCase):
    """What every application can do, a hundred threads at one aggregate among it."""


class TestExamplesInFile(InFile, Examples): ...


class TestExamplesInMemory(InSharedMemory, Examples): ...


class TestApplicationsInFile(InFile, Applications): ...


class TestApplicationsInMemory(InSharedMemory, Applications): ...


# Projections


class Counts(SQLiteTrackingRecorder, projections.EventCountersView):
    """A view that counts, in a table of its own."""

    def construct_create_table_statements(self) -> list[str]:
        table = "CREATE TABLE IF NOT EXISTS counted (what TEXT PRIMARY KEY, many INTEGER NOT NULL)"
        return [*super().construct_create_table_statements(), table]

    def get_created_event_counter(self) -> int:
        return self._many("created")

    def get_subsequent_event_counter(self) -> int:
        return self._many("subsequent")

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self._one_more("created", tracking)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self._one_more("subsequent", tracking)

    def _many(self, what: str) -> int:
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT total(many) AS many FROM counted WHERE what=?", (what,))
            return int(c.fetchone()["many"])

    def _one_more(self, what: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as c:
            self._insert_tracking(c, tracking)
            c.execute("INSERT INTO counted VALUES (?, 1) ON CONFLICT DO UPDATE SET many=many+1", (what,))


class CountsAlone(Made, projections.EventCountersViewTestCase):
    """A view that nobody projects into."""

    def construct_event_counters_view(self) -> Any:
        return self.factory_here().tracking_recorder(Counts)


class Projected:
    """Names the databases of an application and of what is projected from it."""

    __test__ = False
    view_class = Counts

    def setUp(self) -> None:
        named = {
            f"{name.upper()}_SQLITE_DBNAME": self.uri(name) for name in ("application", "eventcounters", "counters")
        }
        self.enterContext(patch.object(type(self), "env", {"PERSISTENCE_MODULE": MODULE, **named}))
        super().setUp()


class CountsProjected(Projected, projections.AggregateEventCountersProjectionTestCase):
    """A view that follows an application."""


class EventsProjected(Projected, projections.EventSourcedProjectionTestCase):
    """An application that follows another and records events of its own."""


class InOneFile(InFile):
    """A view and the application that it follows, in one file."""

    def uri(self, name: str = "journal") -> str:
        return super().uri()


class TestCountsInFile(InFile, CountsAlone): ...


class TestCountsInMemory(InMemory, CountsAlone): ...


class TestCountsProjectedInFile(InFile, CountsProjected): ...


class TestCountsProjectedInOneFile(InOneFile, CountsProjected): ...


class TestCountsProjectedInMemory(InSharedMemory, CountsProjected): ...


class TestEventsProjectedInFile(InFile, EventsProjected): ...


class TestEventsProjectedInMemory(InSharedMemory, EventsProjected): ...


# What the library asks of its SQLite recorders in tests of its own, beside the suites


@pytest.fixture(params=["file", "memory"])
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return uri_of(tmp_path / "journal.db")
    return f"file:conformance-{next(_numbers)}?mode=memory&cache=shared"


@contextmanager
def made(uri: str, **options: str) -> Any:
    with closing(factory_at(uri, **options)) as factory:
        yield factory


def event(version: int = 1) -> StoredEvent:
    return StoredEvent(uuid5(projections.NAMESPACE_URL, "/one"), version, "topic", b"state")


ASKED: dict[str, Callable[[Any], object]] = {
    "insert": lambda recorder: recorder.insert_events([event()]),
    "select": lambda recorder: recorder.select_events(event().originator_id),
    "notifications": lambda recorder: recorder.select_notifications(1, 10),
    "end": lambda recorder: recorder.max_notification_id(),
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_journal_without_its_tables_fails_in_the_librarys_words(uri: str, asked: str) -> None:
    with made(uri, CREATE_TABLE="n") as factory:
        recorder = factory.application_recorder()
        with pytest.raises(persistence.OperationalError):
            ASKED[asked](recorder)


def test_tables_that_cannot_be_made_fail_in_the_librarys_words(uri: str) -> None:
    with made(uri, CREATE_TABLE="n") as factory:
        recorder = factory.application_recorder()
        recorder.create_table_statements = ["NONSENSE"]
        with pytest.raises(persistence.OperationalError):
            recorder.create_table()


WRITTEN: dict[str, Callable[[Any], object]] = {
    "events": lambda factory: factory.application_recorder().insert_events([event()]),
    "snapshots": lambda factory: factory.aggregate_recorder("snapshots").insert_events([event()]),
    "a position": lambda factory: factory.tracking_recorder().insert_tracking(Tracking("other", 1)),
    "events with a position": lambda factory: factory.process_recorder().insert_events(
        [], tracking=Tracking("other", 1)
    ),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_whatever_is_written_waits_its_turn_and_too_long_a_wait_fails_in_the_librarys_words(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("sqlite", "connection"):
        monkeypatch.setattr(f"hueandcry.store.{module}.LOCK_TIMEOUT_S", 0.1)
    uri = uri_of(tmp_path / "journal.db")
    held = pytest.raises(persistence.OperationalError, match="held by others")
    with made(uri) as other:
        other.process_recorder()
        other.aggregate_recorder("snapshots")
        with other.datastore.turnstile.held(1), made(uri, CREATE_TABLE="n") as factory, held:
            WRITTEN[written](factory)


def test_a_version_that_is_taken_leaves_no_trace_of_what_came_with_it(uri: str) -> None:
    with made(uri) as factory:
        recorder = factory.process_recorder()
        recorder.insert_events([event(1)], tracking=Tracking("other", 1))
        with pytest.raises(persistence.IntegrityError):
            recorder.insert_events([event(2), event(1)], tracking=Tracking("other", 2))
        with pytest.raises(persistence.IntegrityError):
            recorder.insert_events([event(2)], tracking=Tracking("other", 1))
        assert recorder.max_tracking_id("other") == 1
        assert recorder.insert_events([event(2)]) == [2]
        assert verify(recorder).findings == ()


def test_tracked_positions_of_several_rows_are_folded_into_one(uri: str) -> None:
    with made(uri, SINGLE_ROW_TRACKING="n") as before:
        recorder = before.process_recorder()
        for position in (1, 2, 5):
            recorder.insert_tracking(Tracking("other", position))
        with made(uri, SINGLE_ROW_TRACKING="y") as after:
            folded = after.process_recorder()
            assert folded.max_tracking_id("other") == 5
            with pytest.raises(persistence.IntegrityError):
                folded.insert_tracking(Tracking("other", 4))


def test_a_file_is_marked_as_a_store_when_it_is_made_and_never_after(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with made(uri_of(path)) as factory:
        factory.application_recorder()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=77")
    with made(uri_of(path)) as factory:
        factory.application_recorder()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (77,)


class Follower(system.ProcessApplication[Any]):
    """A process application that answers each aggregate that was made elsewhere with one of its own."""

    def policy(self, domain_event: Any, processing_event: Any) -> None:
        if isinstance(domain_event, Aggregate.Created):
            processing_event.collect_events(Aggregate())


@pytest.mark.parametrize("runner", [system.SingleThreadedRunner, system.MultiThreadedRunner])
def test_a_system_of_the_library_runs_on_journals(runner: Any, tmp_path: Path) -> None:
    leader, follower = (uri_of(tmp_path / f"{name}.db") for name in ("leader", "follower"))
    env = {"PERSISTENCE_MODULE": MODULE, "APPLICATION_SQLITE_DBNAME": leader, "FOLLOWER_SQLITE_DBNAME": follower}
    with runner(system.System(pipes=[[system.Application, Follower]]), env=env) as running:
        saved = [running.get(system.Application).save(Aggregate()) for _ in range(20)]
        running.get(Follower).recorder.wait("Application", saved[-1][0].notification.id, timeout=10)
        for application in (system.Application, Follower):
            found = verify(running.get(application).recorder)
            assert (found.size, found.findings) == (20, ())


@pytest.mark.parametrize("uri", [":memory:", "file:closing?mode=memory&cache=shared"])
def test_a_store_is_not_closed_under_the_hands_of_who_reads_in_it(uri: str) -> None:
    """The library's pool closes connections that are in use; SQLite then ends the process."""
    with made(uri) as factory:
        recorder = factory.application_recorder()
        done: list[str] = []
        with recorder.datastore.get_connection(commit=False):
            closing_it = Thread(target=lambda: (recorder.close(), done.append("closed")))
            closing_it.start()
            closing_it.join(0.1)
            assert not done
        closing_it.join(5)
        assert done == ["closed"]
