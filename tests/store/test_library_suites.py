"""The object that the desk appends through passes the eventsourcing library's own suites for recorders."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.tests import persistence as suites

from hueandcry.store.sqlite import Datastore, SQLiteJournal, SQLiteJournalProcess, uri_of


def journal_at(path: Path, kind: type[SQLiteJournal] = SQLiteJournal) -> SQLiteJournal:
    journal = kind(Datastore(uri_of(path)))
    journal.create_table()
    return journal


class _WithFile:
    def setUp(self) -> None:
        self.folder = TemporaryDirectory()
        self.journal = journal_at(Path(self.folder.name) / "journal.db", self.kind)

    def tearDown(self) -> None:
        self.journal.close()
        self.folder.cleanup()

    kind: type[SQLiteJournal] = SQLiteJournal

    def create_recorder(self) -> Any:
        return self.journal


class PositionsWithheld(SQLiteJournal):
    """The library wants None back from an aggregate recorder and positions from an application recorder."""

    def insert_events(self, stored_events: Any, **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


class TestAggregateRecorder(_WithFile, suites.AggregateRecorderTestCase):
    kind = PositionsWithheld


class TestApplicationRecorder(_WithFile, suites.ApplicationRecorderTestCase):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestProcessRecorder(_WithFile, suites.ProcessRecorderTestCase):
    """Of the class by which other applications of the library follow ours, in the same file."""

    kind = SQLiteJournalProcess


class TestNotificationIds(_WithFile, suites.NonInterleavingNotificationIDsBaseCase):
    insert_num = 500


def test_the_suites_run_on_the_class_that_the_desk_appends_through(tmp_path: Path) -> None:
    from hueandcry.store.folder import open_journal

    journal = open_journal(tmp_path / "journal.db", new=True)
    assert type(journal) is TestApplicationRecorder.kind is SQLiteJournal
    assert issubclass(PositionsWithheld, SQLiteJournal)
    journal.insert_events([StoredEvent(suites.uuid4(), 1, "topic", b"state")])
    assert journal.tip().size == 1
    journal.close()
