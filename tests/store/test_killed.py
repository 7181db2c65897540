"""Nothing acknowledged is lost: a deciding process is killed at any moment, and two write at once.

Theory of operation. This file is also the program that is killed: a child opens the store, does line after line at a
desk, and says through a pipe what it is about to do and, once that is recorded, where each fact stands. The parent
reads until the first acknowledgement, waits a random while and kills it. All kills fall on one store, one after
another, so that what earlier ones left behind is there for the later ones. Lines through a pipe are short and so arrive
whole or not at all.
"""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import NamedTuple, Self

import pytest

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Unavailable
from hueandcry.domain.reference import stream_text
from hueandcry.operator.bootstrap import Founding, Room, found, open_room
from hueandcry.operator.desk import Desk
from hueandcry.operator.identity import Identity
from hueandcry.operator.verbs import carry_out
from hueandcry.store.folder import StoreFolder
from hueandcry.store.sqlite import LOCK_TIMEOUT_S
from hueandcry.store.verify import verify
from tests.proof.counts import PROOF, chance, count
from tests.proof.table import Told, tell

ROOT = Path(__file__).parents[2]
KILLS, KILLS_MIN = 50, 10
DELAY_MIN_S, DELAY_MAX_S = 0.0001, 0.05
LINES_OF_A_WRITER = 60
WAIT_S = 0.3
COLLAR = "1001"


# The child


def decide(store: str, lines: int, shared: str, stalls: bool) -> None:
    """Do lines at a desk, for ever or so many, on streams of one's own, two of three times on a shared one.

    Say `+` before each, `=position stream version` of what was recorded, and `!` where the other writer was first as often
    as it is tried. With `stalls`, the tenth transaction asks a clock that never answers: its write lock is held, nothing
    is committed.
    """
    room = Room(StoreFolder(Path(store)), Identity(), clock=Stalling(10) if stalls else time.time_ns)
    desk = room.desk()
    for number in range(lines) if lines else itertools.count():
        if shared and number % 3:
            do_line(desk, f"note {shared} number {number}")
            continue
        for rang in do_line(desk, "ring 999 07700 900123"):
            name = stream_text(
                rang.stream
            )  # `.` is what the session has in hand, and both processes are in one session
            do_line(desk, f"answer {name}")
            do_line(desk, f"open {name} other something")
    room.close()


def do_line(desk: Desk, line: str) -> list[Entry]:
    """Do one line, and say so before and after."""
    say("+")
    try:
        entries = carry_out(desk, line)
    except Conflict:
        say("!")
        return []
    for entry in entries:
        say(f"={entry.position} {stream_text(entry.stream)} {entry.version}")
    return entries


class Stalling:
    """A clock that answers some times and then says `~` and never answers."""

    def __init__(self, times: int) -> None:
        self._left = times

    def __call__(self) -> int:
        self._left -= 1
        if not self._left:
            say("~")
            signal.pause()
        return time.time_ns()


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


# The parent


class Acknowledged(NamedTuple):
    """What a child said of one fact after it was recorded."""

    position: int
    stream: str
    version: int


class Child:
    """A deciding process, and what it has said."""

    def __init__(self, store: Path, lines: int = 0, shared: str = "", *, stalls: bool = False) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / ".typed"), str(ROOT)))}
        command = [sys.executable, __file__, str(store), str(lines), shared, "stalls" if stalls else ""]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, env=env)
        self._pipe = self._process.stdout
        assert self._pipe is not None
        self._said: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def hear(self, sign: str) -> None:
        """Read until the child says something that begins with a sign."""
        assert self._pipe is not None
        while not (self._said and self._said[-1].startswith(sign)):
            line = self._pipe.readline().decode()
            assert line, f"the child ended early, with {self._process.wait()}"
            self._said.append(line.strip())

    def kill(self) -> None:
        """Kill the process as it stands, and read what it had said."""
        self._process.kill()
        assert self.hear_out() < 0, "the child was not killed, it ended"

    def hear_out(self) -> int:
        """Read what the process says until it ends, and return how it ended."""
        assert self._pipe is not None
        self._said += self._pipe.read().decode().splitlines()
        self._pipe.close()
        return self._process.wait()

    @property
    def acknowledged(self) -> list[Acknowledged]:
        """The facts that the child acknowledged."""
        words = [line[1:].split() for line in self._said if line.startswith("=")]
        return [Acknowledged(int(position), stream, int(version)) for position, stream, version in words]

    @property
    def given_up(self) -> int:
        """How many lines it gave up, because the other writer was first every time."""
        return self._said.count("!")

    @property
    def amid(self) -> bool:
        """Whether the last that was heard is a line begun, and nothing of it recorded."""
        return self._said[-1] == "+"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A new store whose founder is signed on."""
    path = tmp_path / "store"
    room, _ = found(path, Founding("GMP", "Greater Manchester Police", COLLAR))
    room.close()
    return path


def do(store: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Do a line through the command, in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".typed"), "HUE_STORE": str(store)}
    command = [sys.executable, "-m", "hueandcry.operator.cli", "do", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def recorded(store: Path) -> tuple[set[Acknowledged], int]:
    """Return every fact of a store and their number; its verification must find nothing, and every seal must open."""
    with contextlib.closing(open_room(str(store))) as room:
        verified = verify(room.journal, seals=room.journal.seals)
        assert (verified.findings, verified.unopened) == ((), 0)
        facts = {Acknowledged(one.position, stream_text(one.stream), one.version) for one in room.journal.entries()}
        return facts, verified.size


def some_while(random: Random) -> float:
    """Return a delay in seconds: the short ones, within a single decision, come as often as the long ones."""
    return float(DELAY_MIN_S * (DELAY_MAX_S / DELAY_MIN_S) ** random.random())


@pytest.mark.proof
def test_what_a_killed_process_acknowledged_is_there_and_the_next_command_works(store: Path) -> None:
    """Promise: nothing acknowledged is ever lost. Fifty kills as proof, ten otherwise."""
    random, began = chance("killed"), time.monotonic()
    kills = max(KILLS_MIN, count(KILLS))
    acknowledged, lost, amid, unheard = 0, 0, 0, 0
    for _ in range(kills):
        _, before = recorded(store)
        with Child(store) as child:
            child.hear("=")
            time.sleep(some_while(random))
            child.kill()
        facts, size = recorded(store)
        said = child.acknowledged
        lost += len(set(said) - facts)
        acknowledged += len(said)
        amid += child.amid
        unheard += size - before > len(said)
        told = do(store, "ring", "101")
        assert (told.returncode, told.stderr) == (0, "")
    outcome = (
        f"{acknowledged:,} facts acknowledged, {lost} lost; {amid} kills amid a decision, "
        f"{unheard} of them with its facts written and not yet acknowledged"
    )
    tell(Told("a deciding process killed", kills, outcome, time.monotonic() - began))
    assert lost == 0
    assert amid > kills // 3, "most kills should fall into a decision"


def test_a_process_killed_inside_its_transaction_leaves_nothing_and_holds_nobody_up(store: Path) -> None:
    with Child(store, stalls=True) as child:
        child.hear("~")
        child.kill()
    facts, size = recorded(store)
    assert set(child.acknowledged) <= facts
    assert size == max(child.acknowledged).position
    began = time.monotonic()
    assert do(store, "ring", "101").returncode == 0
    assert time.monotonic() - began < LOCK_TIMEOUT_S


def test_a_write_lock_that_is_never_given_back_is_waited_for_once(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sits at a desk learns it after one wait, not after as many as a conflict is tried again."""
    monkeypatch.setattr("hueandcry.store.sqlite.LOCK_TIMEOUT_S", WAIT_S)
    with Child(store, stalls=True) as child, contextlib.closing(open_room(str(store))) as room:
        child.hear("~")
        began = time.monotonic()
        with pytest.raises(Unavailable):
            carry_out(room.desk(), "ring 101")
        assert WAIT_S <= time.monotonic() - began < 2 * WAIT_S


@pytest.mark.proof
def test_two_processes_that_write_at_once_lose_nothing_and_take_no_place_twice(store: Path) -> None:
    """Each has contacts of its own, and both note on one shared contact, where one of them is always second."""
    assert do(store, "ring", "101").returncode == 0
    facts, before = recorded(store)
    shared = max(facts).stream
    began, lines = time.monotonic(), LINES_OF_A_WRITER * (10 if PROOF else 1)
    with Child(store, lines, shared) as first, Child(store, lines, shared) as second:
        assert [first.hear_out(), second.hear_out()] == [0, 0]
    said = first.acknowledged + second.acknowledged
    facts, size = recorded(store)
    assert sorted(fact.position for fact in said) == list(range(before + 1, size + 1))
    assert set(said) <= facts
    assert min(len(first.acknowledged), len(second.acknowledged)) > lines
    assert max(first.given_up, second.given_up) < lines // 10, (
        "whoever was second decides again, and is first in the end"
    )
    tell(Told("facts of two processes at once", len(said), "none lost, none double", time.monotonic() - began))


if __name__ == "__main__":
    decide(sys.argv[1], int(sys.argv[2]), sys.argv[3], bool(sys.argv[4]))
