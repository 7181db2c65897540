"""The doorbell, and what listens at it: a ring is heard at once, a lost one costs little, and nothing holds anybody up.

Theory of operation. This file is also the program at the other side of the door: a child that listens, rings or commits,
a word a line. What must happen is given many seconds, what must not a fraction of one.
"""

import contextlib
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from hueandcry.store.doorbell import LISTENERS_MAX, Bell, Doorbell, bells_of
from hueandcry.store.folder import open_journal
from hueandcry.store.sqlite import Datastore, SQLiteJournal
from hueandcry.store.subscription import POLL_S, Commits, JournalSubscription

ROOT = Path(__file__).parents[2]
LONG_S = 20.0
SHORT_S = 0.1
OLD_NS = 1_000_000_000_000_000_000  # in 2001


# The child


def main(what: str, path: str) -> None:
    journal = Path(path)
    if what == "listen":
        with Bell(journal) as bell:
            say("listening")
            say("rung" if bell.wait(LONG_S) else "not rung")
            sys.stdin.readline()
    elif what == "ring":
        say("ready")
        for _ in sys.stdin:
            Doorbell(journal).ring()
    else:
        log = open_journal(journal)
        say("ready")
        for number, _ in enumerate(sys.stdin, 1):
            log.insert_events([event(number)])
        log.close()


def event(number: int) -> StoredEvent:
    """Return an event of another application; it needs no key."""
    return StoredEvent(UUID(int=9), number, "topic", b"state")


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


# The parent


class Child:
    """A process at the other side of the door."""

    def __init__(self, what: str, journal: Path) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / ".typed"), str(ROOT)))}
        command = [sys.executable, __file__, what, str(journal)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True)
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline().strip()

    def hear(self) -> str:
        """Return what the child says next."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self) -> None:
        """Let the child do it once."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def doorbell(journal: Path) -> Iterator[Doorbell]:
    made = Doorbell(journal)
    yield made
    made.close()


def hung(journal: Path) -> list[Path]:
    """Return the sockets of all who listen."""
    return sorted(bells_of(journal).glob("bell-*"))


def in_a_fork(work: Callable[[], bool]) -> None:
    """Do something in a forked child, where it must be true."""
    child = os.fork()
    if not child:
        good = False
        with contextlib.suppress(BaseException):
            good = work()
        os._exit(0 if good else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


# Ringing and hearing


def test_a_ring_is_heard_by_another_process(journal: Path, doorbell: Doorbell) -> None:
    with Child("listen", journal) as child:
        assert child.first == "listening"
        doorbell.ring()
        assert child.hear() == "rung"


def test_all_who_listen_hear_and_without_a_ring_nobody(journal: Path, doorbell: Doorbell) -> None:
    with Bell(journal) as first, Bell(journal) as second:
        assert not first.wait(0)
        assert not second.wait(SHORT_S)
        doorbell.ring()
        assert first.wait(LONG_S)
        assert second.wait(LONG_S)
        assert not first.wait(0)


def test_rings_that_were_not_waited_for_are_heard_as_one(journal: Path, doorbell: Doorbell) -> None:
    with Bell(journal) as bell:
        for _ in range(5):
            doorbell.ring()
        assert bell.wait(0)
        assert not bell.wait(0)


def test_who_selects_on_a_bell_sees_the_ring(journal: Path, doorbell: Doorbell) -> None:
    with Bell(journal) as bell:
        assert select.select([bell], [], [], 0)[0] == []
        doorbell.ring()
        assert select.select([bell], [], [], LONG_S)[0] == [bell]


def test_every_new_listener_is_rung_however_soon_after_the_last_ring(journal: Path, doorbell: Doorbell) -> None:
    for _ in range(50):
        with Bell(journal) as bell:
            doorbell.ring()
            assert bell.wait(0)
        doorbell.ring()


def test_a_new_listener_is_rung_though_the_folder_tells_the_same_time(
    journal: Path, doorbell: Doorbell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the file system's clock is too coarse to tell two changes apart."""
    monkeypatch.setattr("hueandcry.store.doorbell._TOO_YOUNG_NS", LONG_S * 1e9)
    with Bell(journal):
        doorbell.ring()
        before = bells_of(journal).stat().st_mtime_ns
        with Bell(journal) as second:
            os.utime(bells_of(journal), ns=(before, before))
            doorbell.ring()
            assert second.wait(0)


def test_a_new_listener_is_rung_long_after_the_last_ring(journal: Path, doorbell: Doorbell) -> None:
    with Bell(journal):
        time.sleep(SHORT_S)
        doorbell.ring()
        with Bell(journal) as second:
            doorbell.ring()
            assert second.wait(0)


def test_a_store_however_deep_has_a_bell(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a folder with a rather long name"] * 8)
    deep.mkdir(parents=True)
    with Bell(deep / "journal.db") as bell:
        assert bell.hears
        Doorbell(deep / "journal.db").ring()
        assert bell.wait(0)


def test_bells_and_their_folder_are_for_the_group_whatever_the_umask(journal: Path) -> None:
    before = os.umask(0o077)
    try:
        with Bell(journal):
            (path,) = hung(journal)
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o2770
    finally:
        os.umask(before)


# Nothing holds anybody up


def test_where_nobody_has_ever_listened_a_ring_leaves_nothing_behind(journal: Path, doorbell: Doorbell) -> None:
    doorbell.ring()
    assert list(journal.parent.iterdir()) == []


def test_a_listener_that_does_not_look_holds_nobody_up(journal: Path, doorbell: Doorbell) -> None:
    with Bell(journal) as bell:
        for _ in range(1000):
            doorbell.ring()
        assert bell.wait(0)
        assert not bell.wait(0)


def test_a_stopped_listener_holds_nobody_up_and_hears_later(journal: Path, doorbell: Doorbell) -> None:
    with Child("listen", journal) as child:
        child.process.send_signal(signal.SIGSTOP)
        for _ in range(1000):
            doorbell.ring()
        child.process.send_signal(signal.SIGCONT)
        assert child.hear() == "rung"


def test_a_bell_that_is_taken_down_leaves_nothing_to_ring(journal: Path, doorbell: Doorbell) -> None:
    with Bell(journal) as bell:
        doorbell.ring()
    assert hung(journal) == []
    doorbell.ring()
    bell.close()
    bell.nudge()
    began = time.monotonic()
    assert not bell.wait(SHORT_S)
    assert time.monotonic() - began >= SHORT_S / 2, "who waits all the same does not spin"
    assert bell.fileno() == -1


def test_the_bell_of_a_killed_listener_is_taken_down_by_a_ring(journal: Path, doorbell: Doorbell) -> None:
    with Child("listen", journal) as child:
        (left,) = hung(journal)
        child.process.kill()
        child.process.wait()
    doorbell.ring()
    assert hung(journal) == [left], "one so young may be just being hung"
    os.utime(left, ns=(OLD_NS, OLD_NS))
    with Bell(journal) as bell:
        doorbell.ring()
        assert bell.wait(0)
        assert left not in hung(journal)


def test_what_stands_in_the_place_of_a_bell_is_left_alone(journal: Path, doorbell: Doorbell, tmp_path: Path) -> None:
    with Bell(journal) as bell:
        folder = bells_of(journal)
        (folder / "bell-1-file").write_text("planted")
        os.mkfifo(folder / "bell-2-pipe")
        (folder / "bell-3-link").symlink_to(tmp_path / "aim")
        (folder / "bell-4-folder").mkdir()
        for path in folder.glob("bell-[123]*"):
            os.utime(path, ns=(OLD_NS, OLD_NS), follow_symlinks=False)
        before = hung(journal)
        doorbell.ring()
        assert bell.wait(0)
        assert hung(journal) == before
        assert (folder / "bell-1-file").read_text() == "planted"
        assert not (tmp_path / "aim").exists()


def test_a_folder_that_is_not_of_those_who_share_the_store_is_not_used(journal: Path, tmp_path: Path) -> None:
    """It would be a stranger's: a link to elsewhere, open to everybody, or owned by somebody else."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    bells_of(journal).symlink_to(elsewhere)
    assert not _hears(journal)
    bells_of(journal).unlink()
    bells_of(journal).mkdir()
    bells_of(journal).chmod(0o777)
    assert not _hears(journal)
    bells_of(journal).chmod(0o770)
    assert _hears(journal)
    if os.geteuid() == 0:
        os.chown(bells_of(journal), 12345, 12345)
        assert not _hears(journal)
    assert list(elsewhere.iterdir()) == []


def _hears(journal: Path) -> bool:
    doorbell = Doorbell(journal)
    with Bell(journal) as bell:
        doorbell.ring()
        heard = bell.wait(0)
        assert heard == bell.hears
    doorbell.close()
    return heard


def test_where_no_folder_can_be_made_one_only_waits(journal: Path, doorbell: Doorbell) -> None:
    bells_of(journal).touch()
    for place in (journal, None):
        with Bell(place) as bell:
            doorbell.ring()
            assert not bell.hears
            assert not bell.wait(0)


def test_a_folder_that_is_removed_and_made_anew_is_found(journal: Path, doorbell: Doorbell) -> None:
    with Bell(journal):
        doorbell.ring()
    bells_of(journal).rmdir()
    doorbell.ring()
    with Bell(journal) as bell:
        doorbell.ring()
        assert bell.wait(0)


def test_no_more_are_rung_than_a_commit_can_bear(journal: Path, doorbell: Doorbell) -> None:
    with contextlib.ExitStack() as stack:
        stack.enter_context(Bell(journal))
        for number in range(LISTENERS_MAX + 5):
            made = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            made.bind(f"{bells_of(journal)}/bell-{number}")
        doorbell.ring()
        assert len(doorbell._addresses) == LISTENERS_MAX


def test_a_ring_raises_nothing_where_the_folder_cannot_be_read(
    journal: Path, doorbell: Doorbell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_: object) -> list[str]:
        raise PermissionError

    monkeypatch.setattr("hueandcry.store.doorbell.os.listdir", unreadable)
    with Bell(journal) as bell:
        doorbell.ring()
        assert not bell.wait(0)


# Threads and forks


def test_threads_ring_while_bells_come_and_go(journal: Path, doorbell: Doorbell) -> None:
    def ring() -> None:
        for _ in range(300):
            doorbell.ring()

    with ThreadPoolExecutor(4) as threads:
        ringing = [threads.submit(ring) for _ in range(4)]
        while not all(one.done() for one in ringing):
            with Bell(journal):
                pass
            with contextlib.suppress(OSError):
                bells_of(journal).rmdir()
        assert [one.result() for one in ringing] == [None] * 4


def test_a_wait_is_ended_by_a_nudge_from_another_thread(journal: Path) -> None:
    for place in (journal, None):
        with Bell(place) as bell:
            nudger = threading.Timer(SHORT_S / 10, bell.nudge)
            nudger.start()
            began = time.monotonic()
            assert not bell.wait(LONG_S)
            assert time.monotonic() - began < LONG_S / 2
            nudger.join()


def test_a_forked_child_has_a_bell_of_its_own_and_does_not_hear_its_parents(journal: Path, doorbell: Doorbell) -> None:
    with Bell(journal) as bell:

        def child() -> bool:
            before = bell.wait(0)
            doorbell.ring()
            heard = bell.wait(0)
            alone = len(hung(journal)) == 2
            bell.close()
            return heard and alone and not before

        def closing() -> bool:
            bell.close()
            return not bell.hears

        doorbell.ring()
        in_a_fork(child)
        assert bell.wait(0), "the parent's rings are for the parent"
        assert len(hung(journal)) == 1
        in_a_fork(closing)
        assert len(hung(journal)) == 1, "a child does not take the parent's bell down"


# Those who listen to a journal


@pytest.fixture
def log(journal: Path) -> Iterator[SQLiteJournal]:
    made = open_journal(journal, new=True)
    yield made
    made.close()


@pytest.fixture
def in_memory() -> Iterator[SQLiteJournal]:
    made = SQLiteJournal(Datastore(":memory:"))
    made.create_table()
    yield made
    made.close()


def test_commits_of_another_process_are_heard_and_the_end_of_a_wait_too(journal: Path, log: SQLiteJournal) -> None:
    with Child("commit", journal) as child, Commits(log) as commits:
        assert not commits.wait(SHORT_S)
        for _ in range(3):
            child.tell()
            assert commits.wait(LONG_S)
            assert not commits.wait(0)


def test_a_commit_is_heard_of_though_its_ring_was_lost(
    log: SQLiteJournal, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Doorbell, "ring", lambda _: None)
    other = open_journal(journal)
    with Commits(log) as commits, JournalSubscription(log) as subscription:
        inserter = threading.Timer(SHORT_S, other.insert_events, [[event(1)]])
        inserter.start()
        began = time.monotonic()
        assert commits.wait(LONG_S)
        assert next(subscription).originator_version == 1
        assert time.monotonic() - began < LONG_S / 2
        inserter.join()
    other.close()


def test_a_commit_is_heard_by_its_ring_and_a_subscription_left_without_delay(
    log: SQLiteJournal, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking is the net; it is as good as taken away here."""
    monkeypatch.setattr("hueandcry.store.subscription.POLL_S", LONG_S)
    other, began = open_journal(journal), time.monotonic()
    with Commits(log) as commits, JournalSubscription(log) as subscription:
        inserter = threading.Timer(SHORT_S, other.insert_events, [[event(1)]])
        inserter.start()
        assert commits.wait(LONG_S)
        assert next(subscription).originator_version == 1
        inserter.join()
    other.close()
    assert time.monotonic() - began < LONG_S / 2


def test_a_ring_without_a_commit_is_none(log: SQLiteJournal, journal: Path, doorbell: Doorbell) -> None:
    with Commits(log) as commits:
        doorbell.ring()
        assert not commits.wait(2 * POLL_S)


def test_a_journal_in_memory_is_followed_by_looking(in_memory: SQLiteJournal) -> None:
    with Commits(in_memory) as commits, JournalSubscription(in_memory) as subscription:
        assert not commits.wait(0)
        in_memory.insert_events([event(1)])
        assert commits.wait(LONG_S)
        assert next(subscription).originator_version == 1


def test_a_nudge_ends_the_wait_for_commits_even_when_it_came_before(log: SQLiteJournal) -> None:
    with Commits(log) as commits:
        commits.nudge()
        began = time.monotonic()
        assert not commits.wait(LONG_S)
        nudger = threading.Timer(SHORT_S / 10, commits.nudge)
        nudger.start()
        assert not commits.wait(LONG_S)
        assert time.monotonic() - began < LONG_S / 2
        nudger.join()


def listening() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "journal listener"]


def test_a_subscription_hears_of_what_another_process_stores_and_ends_when_it_is_left(
    journal: Path, log: SQLiteJournal
) -> None:
    with Child("commit", journal) as child, JournalSubscription(log) as subscription:
        for number in range(1, 4):
            child.tell()
            assert next(subscription).originator_version == number
        assert len(listening()) == len(hung(journal)) == 1
    assert listening() == []
    assert hung(journal) == []


def test_a_subscription_whose_listener_fails_tells_whoever_iterates_and_nobody_else(
    log: SQLiteJournal, journal: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def closed() -> int:
        raise OSError("the store is closed")

    with JournalSubscription(log) as subscription:
        monkeypatch.setattr(log, "max_notification_id", closed)
        with pytest.raises(OSError, match="the store is closed"):
            next(subscription)
        for thread in listening():
            thread.join(LONG_S)
        assert listening() == []
        assert hung(journal) == []
    assert capfd.readouterr().err == ""


def test_a_subscription_that_is_stopped_says_nothing_of_a_store_that_is_closed_then(
    log: SQLiteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()

    def closing() -> int:
        asked.set()
        subscription.stop()
        raise OSError("the store is closed")

    with JournalSubscription(log) as subscription:
        monkeypatch.setattr(log, "max_notification_id", closing)
        assert asked.wait(LONG_S)
        assert list(subscription) == []


if __name__ == "__main__":
    main(*sys.argv[1:])
