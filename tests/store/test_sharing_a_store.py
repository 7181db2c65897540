"""Several processes and several applications share one store: all is there once, in one order, and nobody is turned away.

Theory of operation. This file is also the program that the processes run. `crowd` starts one fresh process, which has
neither threads nor open files, and forks from it one child for each part to be played; they wait for each other and
begin at once. A part is a function of this file, its arguments and what it returns are JSON. Writers are our own
journal, with seals, and an application of the library with snapshots, found by the name of our module. Readers check
what they see while it is written. How much is written follows from the run: HUE_PROOF=1 does it at full count.
"""

import contextlib
import gc
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from eventsourcing.persistence import OperationalError, StoredEvent
from eventsourcing.projection import ApplicationSubscription
from eventsourcing.sqlite import SQLiteAggregateRecorder
from eventsourcing.tests.application import BankAccounts
from eventsourcing.tests.domain import BankAccount

from hueandcry.domain import replay
from hueandcry.domain.fault import Unavailable
from hueandcry.store.folder import open_journal
from hueandcry.store.records import blank
from hueandcry.store.sqlite import Datastore, SQLiteJournal, uri_of
from hueandcry.store.subscription import Commits
from hueandcry.store.verify import verify
from tests.bench.history import history
from tests.bench.keepers import Product
from tests.proof.counts import PROOF, count
from tests.proof.table import Told, tell

ROOT = Path(__file__).parents[2]
MODULE = "hueandcry.store.sqlite"
OURS, THEIRS, READERS = 5, 3, 40
FACTS = 800  # of each writer, at full count
SNAPSHOT_EVERY = 5
LOOKED_BACK = 500
STUCK_S = 300 if PROOF else 60

_together: Any = None  # where the children wait for each other


class Accounts(BankAccounts):
    """An application of the library, with snapshots."""

    snapshotting_intervals = {BankAccount: SNAPSHOT_EVERY}  # noqa: RUF012  # as the library has it


def accounts_at(path: Path) -> Accounts:
    return Accounts(env={"PERSISTENCE_MODULE": MODULE, "SQLITE_DBNAME": uri_of(path)})


# The parts that processes play


def ours(path: str, number: int, facts: int) -> list[int]:
    """Append facts with seals, some at a time; return their positions."""
    chance, said, positions = Random(number), history(facts, number), []
    with closing(Product(Path(path))) as product:
        while some := list(islice(said, chance.randint(1, 5))):
            positions += [entry.position for entry in product.journal.append(some)]
    return positions


def theirs(path: str, number: int, facts: int) -> list[int]:
    """Save events of one account, whose snapshots are read again for each; return their positions."""
    account, positions = BankAccount.open(f"writer {number}", "w@example.com"), list[int]()
    with closing(accounts_at(Path(path))) as accounts:
        for turn in range(facts):
            if turn:
                account = accounts.get_account(account.id)
                account.append_transaction(Decimal(1))
            positions += [one.notification.id for one in accounts.save(account)]
        assert accounts.get_balance(account.id) == facts - 1
    return positions


def tails(path: str, upto: int) -> list[int]:
    """Read on from the last position seen, without pause; return the positions in the order in which they were seen."""
    seen = [0]
    with closing(open_journal(Path(path))) as journal:
        while seen[-1] < upto:
            seen += [entry.position for entry in journal.entries(seen[-1])]
    return seen[1:]


def waits(path: str, upto: int) -> list[int]:
    """Read on whenever somebody has committed."""
    seen = [0]
    with closing(open_journal(Path(path))) as journal, Commits(journal) as commits:
        while seen[-1] < upto:
            seen += [entry.position for entry in journal.entries(seen[-1])]
            commits.wait(1)
    return seen[1:]


def subscribes(path: str, upto: int) -> list[int]:
    """Take what a subscription of the library gives."""
    with closing(open_journal(Path(path))) as journal, journal.subscribe(gt=0) as subscription:
        return [notification.id for notification in islice(subscription, upto)]


def reads(path: str, number: int, upto: int) -> str:
    """Open, read, check and close, over and over, until all is written; return the digest."""
    chance, size = Random(number), -1
    while size < upto:
        time.sleep(chance.uniform(0, 0.6))
        with closing(open_journal(Path(path))) as journal:
            size, root, *_ = journal.tip()
            assert journal.root_at(size) == root
            first = max(0, size - LOOKED_BACK)
            assert [entry.position for entry in journal.entries(first, size)] == list(range(first + 1, size + 1))
    with closing(open_journal(Path(path))) as journal:
        return replay.digest(upto, journal.root_at(upto), journal.streams(upto), blank)


def opens(path: str) -> list[int]:
    """Found an account as the first that this process does."""
    with closing(accounts_at(Path(path))) as accounts:
        return [one.notification.id for one in accounts.save(BankAccount.open("first", "f@example.com"))]


def open_handles() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


# Playing them


class Part(NamedTuple):
    """A part and what it is played with."""

    name: str
    arguments: list[Any]


def crowd(*parts: Part) -> list[Any]:
    """Let so many processes play their parts at once, and return what each came to; none may leave a handle open."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / '.typed'}:{ROOT}"}
    command = [sys.executable, "-W", "error", __file__, json.dumps(parts)]
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=False, start_new_session=True)
    assert (told.returncode, told.stderr) == (0, "")
    results = json.loads(told.stdout.splitlines()[-1])  # a proof run says its seed before
    assert [leaked for _, leaked in results] == [0] * len(parts)
    return [result for result, _ in results]


def main(parts: list[Any]) -> None:
    global _together
    signal.alarm(STUCK_S)
    fork = multiprocessing.get_context("fork")
    _together = fork.Barrier(len(parts))
    with fork.Pool(len(parts)) as pool:
        playing = [pool.apply_async(play, [part], error_callback=end_all) for part in parts]
        print(json.dumps([one.get() for one in playing]))
        pool.close()
        pool.join()


def play(part: list[Any]) -> tuple[Any, int]:
    signal.alarm(STUCK_S)  # none of them outlives the test
    handles = open_handles()
    _together.wait()
    result = globals()[part[0]](*part[1])
    return result, open_handles() - handles


def end_all(fault: BaseException) -> None:
    """Say what went wrong, and end all processes: others would wait for what never comes."""
    print("".join(traceback.format_exception(fault)), file=sys.stderr, flush=True)
    os.killpg(0, signal.SIGKILL)


# One store, several processes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A new journal with its key store."""
    Product(tmp_path / "journal.db").close()
    return tmp_path / "journal.db"


def writers(path: Path, facts: int) -> list[Part]:
    mine = [Part("ours", [str(path), number, facts]) for number in range(OURS)]
    return mine + [Part("theirs", [str(path), number, facts]) for number in range(THEIRS)]


def test_what_several_applications_write_at_once_stands_in_one_order_and_verifies(path: Path) -> None:
    facts = count(FACTS)
    results = crowd(*writers(path, facts))
    total = facts * (OURS + THEIRS)
    assert all(positions == sorted(positions) for positions in results)
    assert sorted(position for positions in results for position in positions) == list(range(1, total + 1))
    assert turns(results) > len(results)  # they wrote by turns, not one after the other
    with closing(Product(path)) as product:
        found = verify(product.journal, seals=product.journal.seals)
        assert (found.size, found.findings, found.unopened) == (total, (), 0)
        assert found.opened > 0


def turns(results: list[list[int]]) -> int:
    """Return how often the next position was written by another process than the last."""
    by = {position: writer for writer, positions in enumerate(results) for position in positions}
    return sum(by[position] != by[position + 1] for position in range(1, len(by)))


def test_each_application_reads_what_the_others_wrote(path: Path) -> None:
    facts = 20
    first, second = crowd(Part("ours", [str(path), 1, facts]), Part("theirs", [str(path), 1, facts]))
    with closing(open_journal(path)) as journal, closing(accounts_at(path)) as accounts:
        entries = {entry.position: entry for entry in journal.entries()}
        assert all(entries[position].fact is not None for position in first)
        assert all(entries[position].header is None for position in second)
        section = accounts.recorder.select_notifications(1, 1000)
        assert [one.id for one in section] == sorted(first + second)
        assert [one.topic for one in section] == [entry.name for entry in entries.values()]
        account = next(one.originator_id for one in section if one.id == second[0])
        assert accounts.get_balance(account) == facts - 1


@pytest.mark.proof
def test_whoever_reads_on_while_others_commit_sees_each_position_once_and_in_order(path: Path) -> None:
    began, facts = time.monotonic(), count(FACTS)
    total = facts * (OURS + THEIRS)
    following = [Part(name, [str(path), total]) for name in ("tails", "waits", "subscribes")]
    seen = crowd(*writers(path, facts), *following)[-len(following) :]
    outcome = f"{total:,} facts of {OURS + THEIRS} writers; none skipped, none twice"
    tell(Told("readers that follow eight writers", len(following), outcome, time.monotonic() - began))
    assert seen == [list(range(1, total + 1))] * len(following)


@pytest.mark.proof
def test_forty_readers_beside_eight_writers_end_with_one_digest(path: Path) -> None:
    began, facts = time.monotonic(), count(FACTS)
    total = facts * (OURS + THEIRS)
    reading = [Part("reads", [str(path), number, total]) for number in range(READERS)]
    digests = crowd(*writers(path, facts), *reading)[-READERS:]
    outcome = f"{total:,} facts of {OURS + THEIRS} writers; one digest, none turned away"
    tell(Told("readers beside eight writers", READERS, outcome, time.monotonic() - began))
    assert len(set(digests)) == 1
    with closing(open_journal(path)) as journal:
        root = journal.tip().root
        assert digests[0] == replay.digest(total, root, journal.streams(), blank)


def test_applications_that_open_a_store_while_others_write_are_not_turned_away(path: Path) -> None:
    results = crowd(*[Part("opens", [str(path)]) for _ in range(8)], *writers(path, 10))
    assert sorted(position for one in results for position in one) == list(range(1, 8 + 10 * (OURS + THEIRS) + 1))


def test_applications_that_found_a_store_at_once_found_one(tmp_path: Path) -> None:
    results = crowd(*[Part("opens", [str(tmp_path / "journal.db")]) for _ in range(8)])
    assert sorted(position for one in results for position in one) == list(range(1, 8 + 1))


# Snapshots


def test_snapshots_lie_in_the_librarys_own_table_and_add_nothing_to_the_journal(path: Path) -> None:
    with closing(accounts_at(path)) as accounts:
        account = BankAccount.open("one", "o@example.com")
        for _ in range(2 * SNAPSHOT_EVERY - 1):
            account.append_transaction(Decimal(1))
        accounts.save(account)
        assert type(accounts.snapshots.recorder) is SQLiteAggregateRecorder
        taken = accounts.snapshots.recorder.select_events(account.id)
        assert [one.originator_version for one in taken] == [SNAPSHOT_EVERY, 2 * SNAPSHOT_EVERY]
        before = accounts.recorder.tip()
        accounts.take_snapshot(account.id, version=3)
        assert accounts.recorder.tip() == before
        assert verify(accounts.recorder).findings == ()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM stored_snapshots").fetchone() == (3,)


def test_appending_never_touches_snapshots(path: Path) -> None:
    with closing(accounts_at(path)) as accounts, closing(Product(path)) as product:
        accounts.save(BankAccount.open("one", "o@example.com"))
        said = history(60, 1)
        product.journal.append(list(islice(said, 1)))
        touched = set[str | None]()
        product.journal._writer.set_authorizer(lambda _, table, *__: touched.add(table) or sqlite3.SQLITE_OK)
        product.journal.append(list(islice(said, 1)))
        product.journal.append(list(said))
        product.journal.insert_events([StoredEvent(UUID(int=1), 1, "topic", b"state")])
        assert {"fact", "fact_tip"} <= touched
        assert not [table for table in touched if table and "snapshot" in table]


# Subscriptions and their threads


@pytest.fixture(params=["file", "memory"])
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    in_memory = f"file:sharing-{tmp_path.name}?mode=memory&cache=shared"
    return uri_of(tmp_path / "journal.db") if request.param == "file" else in_memory


@contextlib.contextmanager
def journal_at(uri: str) -> Iterator[SQLiteJournal]:
    with closing(SQLiteJournal(Datastore(uri))) as journal:
        journal.create_table()
        journal.insert_events([StoredEvent(UUID(int=1), 1, "topic", b"state")])
        yield journal


@pytest.fixture
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where a thread or a handle is left behind, something is not closed, or a thread dies of a fault."""
    complaints = list[Any]()
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    monkeypatch.setattr(threading, "excepthook", complaints.append)
    threads, handles = set(threading.enumerate()), open_handles()
    yield
    gc.collect()
    assert (set(threading.enumerate()) - threads, open_handles() - handles, complaints) == (set(), 0, [])


def followers() -> list[str]:
    """Return the names of the threads that follow a journal."""
    return [one.name for one in threading.enumerate() if "_loop_on_pull" in one.name or "journal" in one.name]


@pytest.mark.usefixtures("nothing_left")
def test_leaving_a_subscription_ends_its_threads(uri: str) -> None:
    with journal_at(uri) as journal:
        with journal.subscribe(gt=0) as subscription:
            assert next(subscription).id == 1
            assert len(followers()) == 2
        assert followers() == []


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("stopped", [True, False])
def test_closing_a_store_ends_the_threads_that_follow_it_first(uri: str, stopped: bool) -> None:
    with journal_at(uri) as journal, contextlib.ExitStack() as whatever_comes:
        subscription = journal.subscribe(gt=0)
        whatever_comes.callback(subscription.stop)
        assert next(subscription).id == 1
        if stopped:
            subscription.stop()
        journal.close()
        assert followers() == []
        assert list(subscription) == []


@pytest.mark.usefixtures("nothing_left")
def test_an_application_that_closes_ends_the_subscriptions_to_it(path: Path) -> None:
    with contextlib.ExitStack() as whatever_comes:
        with accounts_at(path) as accounts:
            accounts.save(BankAccount.open("one", "o@example.com"))
            subscription = ApplicationSubscription(accounts, gt=0)
            whatever_comes.callback(subscription.stop)
            assert next(subscription)[1].notification_id == 1
        assert followers() == []
        assert list(subscription) == []


@pytest.mark.usefixtures("nothing_left")
def test_a_closed_store_is_not_opened_again_by_those_who_come_too_late(tmp_path: Path) -> None:
    with journal_at(uri_of(tmp_path / "journal.db")) as journal:
        journal.close()
        with pytest.raises(OperationalError):
            journal.max_notification_id()
        with pytest.raises(OperationalError):
            journal.insert_events([StoredEvent(UUID(int=1), 2, "topic", b"state")])
        with pytest.raises(Unavailable):
            next(journal.entries())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
