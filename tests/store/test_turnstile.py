"""The turnstile: one at a time, each in turn, and nobody waits for ever, whatever becomes of the holder.

Theory of operation. This file is also the program that goes through the turnstile: a child says what it does, a word a
line, and does what it is told at the other end of the pipe. Whatever a test stops or leaves waiting is killed at its end.
What must happen is given many seconds; what must not is given a fraction of one.
"""

import contextlib
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from hueandcry.domain.fault import Unavailable
from hueandcry.store.doorbell import bells_of
from hueandcry.store.turnstile import Turnstile

ROOT = Path(__file__).parents[2]
LONG_S = 20.0
SHORT_S = 0.3
COUNTS = 200
WRITERS = 8
SATURATING_S = 0.7
HOLD_S = 0.0002  # about a durable commit


# What goes through


def count_up(path: Path, turnstile: Turnstile) -> None:
    """Read a number and write the next, which goes wrong whenever two do it at once."""
    for _ in range(COUNTS):
        with turnstile.held(LONG_S):
            number = int(path.read_text() or "0")
            os.sched_yield()
            path.write_text(str(number + 1))


def saturate(turnstile: Turnstile) -> int:
    """Go through without pause, and return how often."""
    times, until = 0, time.monotonic() + SATURATING_S
    while time.monotonic() < until:
        with turnstile.held(LONG_S):
            time.sleep(HOLD_S)
        times += 1
    return times


@contextlib.contextmanager
def forked(work: Callable[[], Any], many: int) -> Iterator[list[Any]]:
    """Do something in so many forked children at once; yields what they came to."""
    fork = multiprocessing.get_context("fork")
    start, results = fork.Event(), fork.Queue()

    def child() -> None:
        start.wait()
        results.put(work())

    children = [fork.Process(target=child, daemon=True) for _ in range(many)]
    try:
        for one in children:
            one.start()
        start.set()
        yield [results.get(timeout=LONG_S) for _ in children]
    finally:
        for one in children:
            one.kill()
            one.join()


def enter(turnstile: Turnstile, wait_s: float, *, forks: bool = False) -> None:
    """Enter, stay until told, and leave; or say why not. With `forks`, a child of the child lives on."""
    say("waiting")
    try:
        with turnstile.held(wait_s):
            if forks and not os.fork():
                say(f"forked {os.getpid()}")
                signal.pause()
            say("in")
            sys.stdin.readline()
        say("out")
    except Unavailable:
        say("unavailable")
    except KeyboardInterrupt:
        say("interrupted")
        sys.stdin.readline()
        with turnstile.held(wait_s):
            say("in after all")


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def main(what: str, journal: str, wait_s: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts the tests may have it ignored
    turnstile = Turnstile(Path(journal))
    enter(turnstile, float(wait_s), forks=what == "fork")
    turnstile.close()


# The parent


class Child:
    """A process that goes through the turnstile."""

    def __init__(self, what: str, journal: Path, wait_s: float) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / ".typed"), str(ROOT)))}
        command = [sys.executable, __file__, what, str(journal), str(wait_s)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True)

    def hear(self, word: str) -> str:
        """Read until the child says something that begins so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(word):
                return line.removeprefix(word).strip()
        raise AssertionError(f"the child never said {word}, and ended with {self.process.wait()}")

    def tell(self) -> None:
        """Let the child go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def behind(holder: Child, journal: Path) -> Iterator[Child]:
    """Start a process that wants to get in, once another is."""
    holder.hear("in")
    with Child("enter", journal, LONG_S) as child:
        child.hear("waiting")
        yield child


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def turnstile(journal: Path) -> Iterator[Turnstile]:
    made = Turnstile(journal)
    yield made
    made.close()


def stopped(process: subprocess.Popen[str]) -> None:
    """Stop a process as it stands; returns once it does."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)


def refused(turnstile: Turnstile, wait_s: float = 0) -> bool:
    """Tell whether one who waits so long does not get in."""
    try:
        turnstile.enter(wait_s)
    except Unavailable:
        return True
    turnstile.leave()
    return False


# One at a time


def test_of_several_processes_one_at_a_time_is_in_the_room(journal: Path, turnstile: Turnstile) -> None:
    number = journal.with_name("number")
    number.touch()
    with forked(lambda: count_up(number, turnstile), 4):
        assert number.read_text() == str(4 * COUNTS)


@pytest.mark.parametrize("of_their_own", [False, True], ids=["through one turnstile", "each through their own"])
def test_of_several_threads_one_at_a_time_is_in_the_room(journal: Path, of_their_own: bool) -> None:
    number = journal.with_name("number")
    number.touch()
    shared = Turnstile(journal)
    turnstiles = [Turnstile(journal) if of_their_own else shared for _ in range(4)]
    threads = [threading.Thread(target=count_up, args=(number, one)) for one in turnstiles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert number.read_text() == str(4 * COUNTS)
    for one in turnstiles:
        one.close()


def test_who_fails_inside_has_left(turnstile: Turnstile) -> None:
    with pytest.raises(ZeroDivisionError), turnstile.held(SHORT_S):
        _ = 1 // 0
    assert not refused(turnstile)


def test_who_will_not_wait_only_tries(journal: Path, turnstile: Turnstile) -> None:
    with Child("enter", journal, LONG_S) as child:
        child.hear("in")
        with pytest.raises(Unavailable, match="was held by others for 0 s"):
            turnstile.enter(0)
        child.tell()
        child.hear("out")
        turnstile.enter(0)
        turnstile.leave()


# Each in turn


def test_eight_processes_without_pause_all_get_their_share(turnstile: Turnstile) -> None:
    """The figure is measured in tests/bench; here a starving one would have a few of a hundred."""
    with forked(lambda: saturate(turnstile), WRITERS) as times:
        assert min(times) >= max(times) / 2, times


def test_threads_without_pause_all_get_their_share(turnstile: Turnstile) -> None:
    times: list[int] = []
    threads = [threading.Thread(target=lambda: times.append(saturate(turnstile))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(times) >= max(times) / 2, times


def test_those_who_wait_are_woken_one_after_another(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking is the net; it is as good as taken away here."""
    for name in ("LOOK_S_MIN", "LOOK_S_MAX"):
        monkeypatch.setattr(f"hueandcry.store.turnstile.{name}", LONG_S)
    turnstiles = [Turnstile(journal) for _ in range(4)]
    threads = [threading.Thread(target=refused, args=(one, LONG_S)) for one in turnstiles[1:]]
    with turnstiles[0].held(0):
        for thread in threads:
            thread.start()
        time.sleep(SHORT_S)
    began = time.monotonic()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < LONG_S / 4
    for one in turnstiles:
        one.close()


# Nobody waits for ever


def test_a_stopped_holder_keeps_several_at_once_no_longer_than_each_would_wait(
    journal: Path, turnstile: Turnstile
) -> None:
    waited: list[float] = []

    def wait() -> None:
        began = time.monotonic()
        assert refused(turnstile, SHORT_S)
        waited.append(time.monotonic() - began)

    with Child("enter", journal, LONG_S) as holder, contextlib.ExitStack() as stack:
        holder.hear("in")
        stopped(holder.process)
        others = [stack.enter_context(Child("enter", journal, SHORT_S)) for _ in range(3)]
        for other in others:
            other.hear("waiting")
        threads = [threading.Thread(target=wait) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for other in others:
            other.hear("unavailable")
        assert len(waited) == 8
        assert min(waited) >= SHORT_S
        assert max(waited) < 6 * SHORT_S, "one after another they would have waited eight times as long"
        holder.signal(signal.SIGCONT)
        holder.tell()
        holder.hear("out")
        assert not refused(turnstile, LONG_S)


def test_who_is_stopped_as_the_next_keeps_others_no_longer_than_they_would_wait(
    journal: Path, turnstile: Turnstile
) -> None:
    with Child("enter", journal, LONG_S) as holder, behind(holder, journal) as following:
        time.sleep(SHORT_S)
        stopped(following.process)
        holder.tell()
        holder.hear("out")
        assert refused(turnstile, SHORT_S)
        following.signal(signal.SIGCONT)
        following.hear("in")
        following.tell()
        assert not refused(turnstile, LONG_S)


def test_an_impatient_thread_gives_up_behind_a_patient_one(journal: Path, turnstile: Turnstile) -> None:
    with Child("enter", journal, LONG_S) as holder:
        holder.hear("in")
        patient = [threading.Thread(target=refused, args=(turnstile, LONG_S)) for _ in range(2)]
        for thread in patient:
            thread.start()
        began = time.monotonic()
        assert refused(turnstile, SHORT_S)
        assert time.monotonic() - began < LONG_S / 4
        holder.tell()
        for thread in patient:
            thread.join()


def test_a_killed_holder_lets_the_next_in(journal: Path) -> None:
    with Child("enter", journal, LONG_S) as holder, behind(holder, journal) as following:
        holder.process.kill()
        began = time.monotonic()
        following.hear("in")
        assert time.monotonic() - began < LONG_S / 4


def test_a_killed_next_lets_those_behind_in(journal: Path, turnstile: Turnstile) -> None:
    with Child("enter", journal, LONG_S) as holder, behind(holder, journal) as following:
        time.sleep(SHORT_S)
        following.process.kill()
        holder.tell()
        assert not refused(turnstile, LONG_S / 4)


def test_who_is_interrupted_while_waiting_holds_nothing(journal: Path, turnstile: Turnstile) -> None:
    with Child("enter", journal, LONG_S) as holder, behind(holder, journal) as interrupted:
        time.sleep(SHORT_S)
        interrupted.signal(signal.SIGINT)
        interrupted.hear("interrupted")
        holder.tell()
        assert not refused(turnstile, LONG_S / 4)
        interrupted.tell()
        interrupted.hear("in after all")


# Forks


def test_a_process_that_was_forked_inside_does_not_keep_the_room_when_its_parent_is_killed(
    journal: Path, turnstile: Turnstile
) -> None:
    with Child("fork", journal, LONG_S) as holder:
        orphan = int(holder.hear("forked"))
        try:
            holder.process.kill()
            assert not refused(turnstile, LONG_S / 4)
        finally:
            os.kill(orphan, signal.SIGKILL)


def test_a_process_that_was_forked_inside_and_leaves_does_not_let_its_parent_out(
    journal: Path, turnstile: Turnstile
) -> None:
    with turnstile.held(0):
        child = os.fork()
        if not child:
            turnstile.leave()
            os._exit(0 if refused(turnstile) else 1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0, "the room is the parent's still"
        assert refused(Turnstile(journal))
    assert not refused(turnstile)


# Its files


def test_without_anybody_waiting_there_are_two_lock_files_for_the_group_and_nothing_else(journal: Path) -> None:
    before = os.umask(0o077)
    try:
        turnstile = Turnstile(journal)
        with turnstile.held(0):
            beside = {path.name: stat.S_IMODE(path.stat().st_mode) for path in journal.parent.iterdir()}
        turnstile.close()
    finally:
        os.umask(before)
    assert beside == {"journal.turn": 0o660, "journal.lock": 0o660}


def test_the_last_who_waited_takes_the_pipes_away(journal: Path) -> None:
    first, second = Turnstile(journal), Turnstile(journal)
    with first.held(0):
        assert refused(second, SHORT_S / 10)
    bells = bells_of(journal)
    assert {path.name for path in bells.iterdir()} == {"lock", "turn"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in bells.iterdir()} == {0o660}
    third = Turnstile(journal)
    with second.held(0):
        assert refused(third, SHORT_S / 10)
    second.close()
    assert {path.name for path in bells.iterdir()} == {"lock", "turn"}, "one still uses them"
    third.close()
    assert list(bells.iterdir()) == []
    first.close()


def test_where_there_can_be_no_pipe_one_gets_in_by_looking(journal: Path) -> None:
    bells_of(journal).touch()
    with Child("enter", journal, LONG_S) as holder, behind(holder, journal) as following:
        holder.tell()
        following.hear("in")


def test_what_stands_in_the_place_of_a_pipe_is_not_written_to(journal: Path) -> None:
    bells_of(journal).mkdir(mode=0o770)
    planted = [bells_of(journal) / name for name in ("turn", "lock")]
    for path in planted:
        path.write_text("planted")
    turnstile, other = Turnstile(journal), Turnstile(journal)
    with turnstile.held(0):
        assert refused(other, SHORT_S / 10)
    turnstile.close()
    other.close()
    assert [path.read_text() for path in planted] == ["planted"] * 2


def test_a_link_in_the_place_of_a_lock_is_refused_in_a_sentence(journal: Path) -> None:
    aim = journal.with_name("aim")
    journal.with_name("journal.turn").symlink_to(aim)
    with pytest.raises(Unavailable, match=r"the lock .*journal\.turn cannot be opened"):
        Turnstile(journal).enter(0)
    assert not aim.exists()


def test_once_closed_it_can_be_entered_again(turnstile: Turnstile) -> None:
    with turnstile.held(0):
        pass
    turnstile.close()
    with turnstile.held(0):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
