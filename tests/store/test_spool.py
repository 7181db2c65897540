"""What is typed while the store cannot be had is kept at the seat and delivered once, in its order: nothing lost, nothing twice.

Theory of operation. Commands run in forks of this process, which has imported everything: a fork costs milliseconds, and
can be killed at any moment. A seat is a home with a store, keys and a state folder of its own, copied from one that was
made once. A fork that is told to dies by its own hand before or after a step that others could see: a file synced, put in
its place or taken away, a COMMIT. Whatever happens, the journal then has each line that was said to be kept once, in the
order in which they were typed, or the line waits still.
"""

import contextlib
import gc
import io
import json
import os
import shutil
import signal
import sqlite3
import stat
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Damaged, Unavailable
from hueandcry.domain.logbook import Noted
from hueandcry.domain.promise import Promised
from hueandcry.domain.staff import Register, SignOn, staff_stream
from hueandcry.operator import delivery
from hueandcry.operator import spool as spools
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.cli import app
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.exits import run
from hueandcry.operator.identity import Identity
from hueandcry.operator.spool import Spool, dropped
from hueandcry.operator.text import storable
from hueandcry.operator.verbs import carry_out
from hueandcry.store import reading, sqlite
from hueandcry.store.folder import StoreFolder
from hueandcry.store.sqlite import SQLiteJournal
from tests.hostile import CORPUS
from tests.proof.counts import chance, count
from tests.staging import S
from tests.store.test_full_disk import small_disk

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # as in the tests of kills

DONE, REFUSED, USAGE, DAMAGED, UNAVAILABLE = 0, 1, 2, 3, 5
KILLS = 400
KILLED = -signal.SIGKILL
MINE, THEIRS = "session-1001", "session-5501"
WORDS = "whispering behind the cellar door"
SECRETS = (b"whispering", b"cellar", b"note .")
LOCKED_S = 0.2
LIMIT_S = 60


class Came(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str


class Seat:
    """A home with a store, its keys, and what the seat keeps."""

    def __init__(self, home: Path) -> None:
        self.home, self.store, self.keys, self.state = home, home / "store", home / "keys", home / "state"

    @property
    def spool(self) -> Spool:
        return Spool(self.store, self.state / "hueandcry")

    @property
    def texts(self) -> list[str]:
        """The lines that wait."""
        return [one.text for one in self.spool.waiting()]

    @property
    def files(self) -> list[Path]:
        """Every file in the state folder."""
        return sorted(path for path in self.state.rglob("*") if path.is_file())

    @property
    def lines_file(self) -> Path:
        (found_file,) = (path for path in self.files if path.name == "spool")
        return found_file

    def hue(self, *words: str, given: str = "", before: Callable[[], object] = lambda: None, **env: str) -> Came:
        """Run the command in a fork, after something else that is done there."""
        return self.start(*words, given=given, before=before, **env).end()

    def start(self, *words: str, given: str = "", before: Callable[[], object] = lambda: None, **env: str) -> "Running":
        """Start the command in a fork."""
        home = {"HUE_STORE": str(self.store), "HUE_KEYS": str(self.keys), "HUE_STATE": str(self.state), "TERM": "dumb"}

        def work() -> int:
            os.environ.update({**home, "HUE_SESSION": MINE, **env})
            before()
            sys.argv = ["hue", *words]
            return run(app)

        return Running(work, given)

    def room(self) -> contextlib.closing[Room]:
        """Open the store, to be closed again."""
        return contextlib.closing(Room(StoreFolder(self.store), Identity(), keys=self.keys))

    def entries(self, after: int = 0) -> list[Entry]:
        """Return what the journal has, its words opened."""
        with self.room() as room:
            return room.door(MINE).opened(list(room.journal.rows(after)), "test")

    def notes(self) -> list[str]:
        """Return the words of every note in the journal."""
        return [one.fact.words for one in self.entries() if isinstance(one.fact, Noted)]

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Have the store moved away for a while."""
        elsewhere = self.home / "elsewhere"
        self.store.rename(elsewhere)
        try:
            yield
        finally:
            elsewhere.rename(self.store)

    def keep(self, *texts: str) -> None:
        """Have lines kept, each typed after the one before."""
        for text in texts:
            self.spool.keep(text, time.time_ns())


class Running:
    """A command that runs in a fork of this process."""

    def __init__(self, work: Callable[[], int], given: str) -> None:
        self._streams = [os.memfd_create(name) for name in ("in", "out", "err")]
        os.pwrite(self._streams[0], given.encode(), 0)
        self.pid = os.fork()
        if not self.pid:
            os._exit(_alone(work, self._streams))

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def kill(self) -> Came:
        """Kill it, and return what came of it."""
        os.kill(self.pid, signal.SIGKILL)
        return self.end()

    def end(self) -> Came:
        """Wait for its end."""
        _, status = os.waitpid(self.pid, 0)
        texts = [os.pread(stream, os.fstat(stream).st_size, 0).decode() for stream in self._streams[1:]]
        for stream in self._streams:
            os.close(stream)
        came = Came(os.waitstatus_to_exitcode(status), *texts)
        assert "Traceback" not in came.err, came.err
        assert "should not happen" not in came.err, came.err
        return came


def _alone(work: Callable[[], int], streams: list[int]) -> int:
    """Do the work in this process, which is a fork of the tests and must not go on as one."""
    code = 99
    try:
        signal.alarm(LIMIT_S)  # whatever becomes of the tests, it does not go on for ever
        gc.freeze()
        warnings.simplefilter("ignore")  # as the installed command does
        for at, handle in enumerate(streams):
            os.dup2(handle, at)
        os.closerange(3, 1024)
        sys.stdin = io.TextIOWrapper(io.FileIO(0, "r"))
        sys.stdout, sys.stderr = (io.TextIOWrapper(io.FileIO(at, "w")) for at in (1, 2))
        code = work()
        gc.collect()
    except BaseException:  # noqa: BLE001 — whatever it is, it is told and judged
        traceback.print_exc()
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    return code


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one: what dies here is a process and never the machine, so no disk is waited for."""
    where = Path("/dev/shm")
    if os.access(where, os.W_OK):
        with tempfile.TemporaryDirectory(prefix="hue-spool-", dir=where) as folder:
            yield Path(folder)
    else:
        yield tmp_path_factory.mktemp("memory")


@pytest.fixture(scope="module")
def made(memory: Path) -> Path:
    """A home in which 1001 has a call in hand, and a second person is signed on."""
    home = memory / "made"
    home.mkdir()
    seat = Seat(home)
    room, signed = found(seat.store, Founding("GMP", "Greater Manchester Police", "1001", keys=seat.keys))
    founder = Desk(room.journal, room.board, room.identity, signed)
    me, other = staff_stream("1001"), staff_stream("5501")
    founder.do([Act(me, SignOn(MINE, os.getuid(), "T1", Place.OFFICE))])
    founder.do([Act(other, Register("5501", None, "", (Role.HANDLER, Role.SUPERVISOR)))])
    arriving = Desk(room.journal, room.board, room.identity, Signed("5501", THEIRS, "T2"), arriving=True)
    arriving.do([Act(other, SignOn(THEIRS, os.getuid(), "T2", Place.OFFICE))])
    desk = room.desk(MINE)
    for line in ("ring 999 07700 900123", "answer .", "note . before"):
        carry_out(desk, line)
    room.close()
    came = seat.hue("do", "note", ".", "the", "seat", "is", "known")
    assert came.code == DONE, came
    return home


@pytest.fixture
def seat(made: Path, memory: Path) -> Iterator[Seat]:
    """The same in another place, where 1001 was signed on as well."""
    home = memory / "home"
    shutil.copytree(made, home, ignore=shutil.ignore_patterns("state"))
    copied = Seat(home)
    copied.spool.sit("1001", MINE)
    yield copied
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock for five seconds."""
    for module in (sqlite, reading):
        monkeypatch.setattr(module, "LOCK_TIMEOUT_S", LOCKED_S)


@contextlib.contextmanager
def locked(store: Path) -> Iterator[None]:
    """Hold the journal as another process does that stopped in the middle of a write."""
    with contextlib.closing(sqlite3.connect(store / "journal.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


BEFORE = ["before", "the seat is known"]


# Why the store cannot be had


def kept(came: Came, count_of: str = "1 line") -> str:
    """Return the reason that was given; the command ended with 5 and one sentence that says that the line is kept."""
    assert (came.code, came.out) == (UNAVAILABLE, ""), came
    reason, _, rest = came.err.partition("; kept at this seat, ")
    assert rest == f"{count_of} to be delivered when the store is back\n", came
    return reason


def test_a_store_that_is_moved_away(seat: Seat) -> None:
    with seat.away():
        came = seat.hue("do", "--keep", "note", ".", WORDS)
        assert kept(came).startswith(f"hue: there is no store at {seat.store}")
        assert seat.texts == [f"note . {WORDS}"]
    assert seat.notes() == BEFORE
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, WORDS]


@pytest.mark.usefixtures("impatient")
def test_a_store_that_another_process_holds_locked(seat: Seat) -> None:
    with locked(seat.store):
        assert "locked" in kept(seat.hue("do", "--keep", "note", ".", WORDS))
        assert kept(seat.hue("do", "--keep", "note", ".", "and more"), "2 lines")
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, WORDS, "and more"]


@pytest.mark.usefixtures("impatient")
def test_a_store_whose_turnstile_somebody_holds(seat: Seat) -> None:
    with seat.room() as room:
        turnstile = room.journal._turnstile
        assert turnstile is not None
        with turnstile.held(1):
            kept(seat.hue("do", "--keep", "note", ".", WORDS))
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, WORDS]


def test_a_store_whose_disk_is_full(seat: Seat, tmp_path: Path) -> None:
    state = seat.home / "state"
    with small_disk(tmp_path / "disk") as scarce:
        shutil.move(seat.home, scarce.disk / "home")
        seat = Seat(scarce.disk / "home")
        seat.state = tmp_path / "state"
        shutil.move(scarce.disk / "home" / state.name, seat.state)
        assert (
            seat.hue("do", "note", ".", "here the seat is known again").code == DONE
        )  # the store has another name here
        fill = ("do", "--keep", "note", ".", WORDS * 40)
        came = seat.hue(*fill, before=lambda: scarce.squeeze(0))
        scarce.ease()
        assert any(reason in kept(came) for reason in scarce.reasons)
        assert seat.hue("spool", "deliver").code == DONE
        assert seat.notes() == [*BEFORE, "here the seat is known again", WORDS * 40]


def test_a_store_that_somebody_cut_off_from_its_files(seat: Seat) -> None:
    """Its folder is there and empty, as where a disk was not mounted."""
    with seat.away():
        seat.store.mkdir()
        kept(seat.hue("do", "--keep", "note", ".", WORDS))
        seat.store.rmdir()
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, WORDS]


def test_a_line_that_was_recorded_is_not_kept_as_well(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands behind the journal; that is to be recorded too, and then the disk is full."""
    plain, appended = SQLiteJournal.append, []

    def append(journal: SQLiteJournal, pending: Any, *seen: Any) -> list[Entry]:
        appended.append(pending)
        if len(appended) > 1:
            raise Unavailable("the journal cannot be written: the disk is full")
        return plain(journal, pending, *seen)

    late = (lambda: time.time_ns() - 3600 * S, os.urandom)
    monkeypatch.setattr(SQLiteJournal, "append", append)
    seat.hue("do", "--keep", "note", ".", WORDS, before=lambda: setattr(Identity.__init__, "__defaults__", late))
    monkeypatch.undo()
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, WORDS]


# What is kept, and for whom


def test_a_program_that_asks_for_nothing_has_nothing_kept_and_gives_the_line_again_itself(seat: Seat) -> None:
    with seat.away():
        came = seat.hue("do", "note", ".", WORDS)
    assert (came.code, "kept" in came.err) == (UNAVAILABLE, False)
    assert seat.texts == []


def test_in_a_terminal_what_cannot_be_recorded_is_kept_without_asking(seat: Seat) -> None:
    def sit_at_a_terminal() -> None:
        _, terminal = os.openpty()
        os.dup2(terminal, 0)

    with seat.away():
        kept(seat.hue("do", "note", ".", WORDS, before=sit_at_a_terminal))
    assert seat.texts == [f"note . {WORDS}"]


def test_a_script_is_kept_whole_in_its_order(seat: Seat) -> None:
    with seat.away():
        kept(
            seat.hue("do", "--keep", "--script", "-", given="note . one\n# no line\n\nnote . two\nnote . three"),
            "3 lines",
        )
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "one", "two", "three"]


def test_of_a_script_that_breaks_off_only_what_was_not_recorded_is_kept(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, appended = SQLiteJournal.append, []

    def append(journal: SQLiteJournal, pending: Any, *seen: Any) -> list[Entry]:
        appended.append(pending)
        if len(appended) > 2:
            raise Unavailable("the journal cannot be written: the disk is full")
        return plain(journal, pending, *seen)

    monkeypatch.setattr(SQLiteJournal, "append", append)
    came = seat.hue("do", "--keep", "--script", "-", given="note . one\nnote . two\nnote . three\nnote . four")
    assert came.code == UNAVAILABLE
    assert came.err.endswith("kept at this seat, 2 lines to be delivered when the store is back\n")
    assert seat.texts == ["note . three", "note . four"]
    monkeypatch.undo()
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "one", "two", "three", "four"]


@pytest.mark.parametrize("script", ["sing aloud", "note . one\nsing aloud\nnote . two"])
def test_what_is_no_verb_is_said_at_once_and_nothing_of_its_script_is_kept(seat: Seat, script: str) -> None:
    with seat.away():
        came = seat.hue("do", "--keep", "--script", "-", given=script)
    assert (came.code, came.err) == (USAGE, "hue: there is no verb 'sing'; 'help' lists the verbs\n")
    assert seat.texts == []


def test_a_seat_that_nobody_was_signed_on_at_keeps_nothing_and_says_why_the_store_cannot_be_had(seat: Seat) -> None:
    fresh = seat.home / "fresh"
    with seat.away():
        plain = seat.hue("do", "note", ".", WORDS)
        came = seat.hue("do", "--keep", "note", ".", WORDS, HUE_STATE=str(fresh))
    assert came == plain
    assert not list(fresh.rglob("spool*"))
    with pytest.raises(Unavailable, match="nobody was signed on at this seat before, so nothing is kept here"):
        Spool(seat.store, fresh).keep("note . x", 0)


def test_each_store_has_lines_of_its_own_at_a_seat(seat: Seat) -> None:
    with seat.away():
        seat.hue("do", "--keep", "note", ".", WORDS)
        other = seat.hue("do", "--keep", "note", ".", WORDS, HUE_STORE=str(seat.home / "another"))
    assert (other.code, "kept" in other.err) == (UNAVAILABLE, False)
    assert seat.texts == [f"note . {WORDS}"]


def test_however_its_path_is_written_a_store_has_one_spool(seat: Seat) -> None:
    link = seat.home / "link"
    link.symlink_to(seat.store)
    paths = ("./store", link, seat.home / "keys" / ".." / "store", f"sqlite://{link}")
    with seat.away():
        for path in paths:
            at_home = {"before": lambda: os.chdir(seat.home), "HUE_STORE": str(path)}
            assert seat.hue("do", "--keep", "note", ".", "x", **at_home).code == UNAVAILABLE
    assert seat.texts == ["note . x"] * 4
    assert seat.hue("spool", "deliver", HUE_STORE=str(link)).code == DONE
    assert seat.notes() == [*BEFORE, *"xxxx"]


def test_no_more_are_kept_than_so_many_and_that_is_said(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "LINES_MAX", 2)
    with seat.away():
        assert kept(seat.hue("do", "--keep", "--script", "-", given="note . 1\nnote . 2"), "2 lines")
        came = seat.hue("do", "--keep", "note", ".", "3")
    assert came.code == UNAVAILABLE
    assert came.err.endswith("; not kept at this seat: 2 lines wait here already: no more are kept\n")
    assert seat.texts == ["note . 1", "note . 2"]


def test_nothing_of_it_can_be_read_by_others_nor_found_in_any_file(seat: Seat) -> None:
    before = os.umask(0)
    try:
        with seat.away():
            for _ in range(3):
                seat.hue("do", "--keep", "note", ".", WORDS)
        seat.spool.begin(spools.Begun(b"x" * 16, 7))
    finally:
        os.umask(before)
    assert len(seat.files) >= 4
    for path in seat.files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        content = path.read_bytes()
        assert not [word for word in SECRETS if word in content], path
    for folder in {path.parent for path in seat.files}:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_two_lines_that_are_the_same_do_not_look_the_same_in_the_file(seat: Seat) -> None:
    seat.keep("note . x", "note . x")
    content = seat.lines_file.read_bytes()
    half = len(content) // 2
    assert len(content) % 2 == 0
    assert content[4:half] != content[half + 4 :]
    assert len({one.mark for one in seat.spool.waiting()}) == 2


def test_whatever_was_typed_comes_back_as_it_was_and_is_listed_in_safe_text(seat: Seat) -> None:
    texts = [f"note . {storable(one)}" for one in CORPUS]
    seat.keep(*texts)
    assert seat.texts == texts
    listed = seat.hue("spool", "list")
    assert (listed.code, listed.err) == (DONE, "")
    lines = listed.out.splitlines()
    assert len(lines) == len(texts) + 1
    assert lines[-1] == f"{len(texts)} lines kept at this seat"
    assert listed.out.replace("\n", "").isprintable()
    as_json = [json.loads(line) for line in seat.hue("spool", "list", "--json").out.splitlines()]
    assert [one["line"] for one in as_json] == texts
    assert [one["number"] for one in as_json] == list(range(1, len(texts) + 1))
    for text in texts:
        assert dropped(seat.spool, 1).text == text
    assert seat.texts == []


# Delivering


def test_what_happened_has_two_clocks_and_the_mark_of_its_line(seat: Seat) -> None:
    typed = time.time_ns() - 3600 * S
    for at in range(3):
        seat.spool.keep(f"note . line {at}", typed + at)
    waiting = seat.spool.waiting()
    with seat.room() as room:
        size = room.journal.tip().size
    came = seat.hue("spool", "deliver")
    assert came.code == DONE
    assert [line.rpartition(": ")[2] for line in came.out.splitlines()] == [f"note . line {at}" for at in range(3)]
    for at, entry in enumerate(seat.entries(size)):
        header = entry.header
        assert header is not None
        assert (header.occurred, header.source) == (typed + at, waiting[at].mark)
        assert header.recorded - header.occurred >= 3600 * S - 3
        assert (header.actor, header.session, header.seat) == ("1001", MINE, "T1")
    assert len(seat.entries(size)) == 3


def test_a_span_of_time_counts_from_when_it_was_typed(seat: Seat) -> None:
    typed = time.time_ns() - 300 * S
    seat.spool.keep("promise . call-back 20m she was told", typed)
    assert seat.hue("spool", "deliver").code == DONE
    (*_, last) = seat.entries()
    assert isinstance(last.fact, Promised)
    assert last.fact.due == typed + 1200 * S


def test_a_promise_whose_time_has_passed_is_recorded_as_it_was_made_and_stops_nothing(seat: Seat) -> None:
    typed = time.time_ns() - 2400 * S
    seat.spool.keep("promise . call-back 20m she was told", typed)
    seat.spool.keep("back 10m promise . arrival 5m a car is near", typed)
    seat.spool.keep("note . two", typed)
    came = seat.hue("spool", "deliver")
    assert (came.code, came.err) == (DONE, "")
    made = [one for one in seat.entries() if isinstance(one.fact, Promised)]
    assert [one.fact.due for one in made] == [typed + 1200 * S, typed - 300 * S]
    assert [one.header.occurred for one in made if one.header is not None] == [typed, typed - 600 * S]
    assert seat.notes() == [*BEFORE, "two"]


def test_what_was_typed_by_a_clock_that_is_ahead_did_not_happen_later_than_now(seat: Seat) -> None:
    seat.spool.keep("note . x", time.time_ns() + 3600 * S)
    seat.hue("spool", "deliver")
    (*_, last) = seat.entries()
    assert last.header is not None
    assert last.header.occurred <= last.header.recorded


def test_what_is_written_down_afterwards_keeps_the_time_that_it_names(seat: Seat) -> None:
    typed = time.time_ns()
    seat.spool.keep("back 30m note . she was rung back", typed)
    assert seat.hue("spool", "deliver").code == DONE
    (*_, last) = seat.entries()
    assert last.header is not None
    assert last.header.occurred == typed - 1800 * S


def test_whatever_is_done_next_delivers_first_what_was_kept(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    came = seat.hue("do", "note", ".", "three")
    assert came.code == DONE
    assert [("delivered" in line) for line in came.out.splitlines()] == [True, True, False]
    assert seat.notes() == [*BEFORE, "one", "two", "three"]
    assert seat.texts == []


def test_what_was_delivered_reads_by_machine(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    came = seat.hue("do", "--json", "note", ".", "three")
    assert [json.loads(line)["fields"]["words"] for line in came.out.splitlines()] == ["one", "two", "three"]


def test_a_whole_call_that_was_taken_without_the_store_comes_into_the_journal(seat: Seat) -> None:
    script = (
        "ring 999 07700 900777\nanswer .\nlocate . EAST gate 4\nopen . other crush\npromise 1 arrival 30m\nnote . x"
    )
    with seat.away():
        kept(seat.hue("do", "--keep", "--script", "-", given=script), "6 lines")
    with seat.room() as room:
        size = room.journal.tip().size
    assert seat.hue("spool", "deliver").code == DONE
    assert [one.name for one in seat.entries(size)] == [
        "contact.rang",
        "contact.answered",
        "contact.located",
        "incident.opened",
        "incident.located",
        "contact.linked",
        "record.promised",
        "record.noted",
    ]


def test_the_key_goes_with_the_last_line(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    assert "spool.key" in {path.name for path in seat.files}
    assert seat.hue("spool", "deliver").code == DONE
    assert {path.name for path in seat.files} <= {"seat.json", "lock", "delivering"}
    assert seat.hue("spool", "list").out == "0 lines kept at this seat\n"
    assert seat.hue("spool", "deliver") == Came(DONE, "", "")


def test_the_next_lines_are_kept_under_another_key(seat: Seat) -> None:
    keys = set()
    for _ in range(3):
        seat.keep("note . x")
        (key,) = (path.read_bytes() for path in seat.files if path.name == "spool.key")
        keys.add(key)
        seat.hue("spool", "deliver")
    assert len(keys) == 3


def test_a_line_is_about_what_its_own_session_had_in_hand(seat: Seat) -> None:
    def sessions() -> set[str]:
        with seat.room() as room:
            return {session.session for _, session in room.board.sessions()}

    before = sessions()
    assert seat.hue("signon", "1001", HUE_SESSION="").code == DONE
    (later,) = sessions() - before
    assert seat.hue("do", "ring", "101", HUE_SESSION=later).code == DONE
    seat.spool.sit("1001", MINE)
    seat.keep("note . of the first call")
    assert seat.hue("spool", "deliver", HUE_SESSION=later).code == DONE
    assert calls(seat) == [*FIRST, "1 of the first call"]


def test_a_key_that_was_left_behind_is_not_used_again(seat: Seat) -> None:
    seat.keep("note . one")
    key = seat.lines_file.with_name("spool.key")
    left = key.read_bytes()
    assert seat.hue("spool", "deliver").code == DONE
    key.write_bytes(left)
    seat.keep("note . two")
    assert key.read_bytes() != left
    assert seat.texts == ["note . two"]


# What is refused stays, with what may build on it


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("transfer . ambulance", "reason is missing at the end"),
        ("triage . weather fine", "there is no element 'weather'"),
        ("answer .", "the contact is answered, 1001 has it"),
        ("note c99zzz x", "there is no contact"),
    ],
)
def test_a_line_that_is_refused_stays_and_what_builds_on_it_with_it(seat: Seat, line: str, why: str) -> None:
    seat.keep("note . one", line, "note . two")
    came = seat.hue("spool", "deliver")
    assert came.code == REFUSED
    assert came.err.startswith(why), came.err
    assert came.err.endswith("; 2 lines still kept at this seat: hue spool list\n")
    assert (seat.notes(), seat.texts) == ([*BEFORE, "one"], [line, "note . two"])
    again = seat.hue("spool", "deliver")
    assert (again.code, again.out, again.err) == (REFUSED, "", came.err)
    assert (seat.notes(), seat.texts) == ([*BEFORE, "one"], [line, "note . two"])


def test_a_person_drops_it_and_goes_on(seat: Seat) -> None:
    seat.keep("triage . weather fine", "note . two")
    assert seat.hue("spool", "deliver").code == REFUSED
    came = seat.hue("spool", "drop", "1")
    assert came.code == DONE
    assert came.out.startswith("dropped, typed ")
    assert came.out.endswith(" by 1001: triage . weather fine\n")
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "two"]


NEW_CALL = ("ring 101 07700 900555", "answer .", "note . of the new call")


def calls(seat: Seat) -> list[str]:
    """Return which call each note was written in: the first, or the second that rang."""
    rang = [one.stream for one in seat.entries() if one.name == "contact.rang"]
    return [f"{rang.index(one.stream) + 1} {one.fact.words}" for one in seat.entries() if isinstance(one.fact, Noted)]


FIRST = [f"1 {words}" for words in BEFORE]


def test_what_does_not_build_on_it_goes_on(seat: Seat) -> None:
    seat.keep("triage . weather fine", "note . of the first call", *NEW_CALL)
    came = seat.hue("spool", "deliver")
    assert (came.code, came.err.startswith("there is no element 'weather'")) == (REFUSED, True)
    assert came.err.endswith("; 2 lines still kept at this seat: hue spool list\n")
    assert seat.texts == ["triage . weather fine", "note . of the first call"]
    assert calls(seat) == [*FIRST, "2 of the new call"]


def test_what_stays_is_about_the_same_whenever_it_is_delivered(seat: Seat) -> None:
    seat.keep("triage . weather fine", "note . of the first call", *NEW_CALL)
    assert seat.hue("spool", "deliver").code == REFUSED
    assert seat.hue("do", "note", ".", "of the new call, again").code == DONE
    assert seat.hue("spool", "drop", "1").code == DONE
    assert seat.hue("spool", "deliver").code == DONE
    assert calls(seat) == [*FIRST, "2 of the new call", "2 of the new call, again", "1 of the first call"]


def test_what_builds_on_a_call_that_was_refused_is_written_in_no_other(seat: Seat) -> None:
    seat.keep("ring 102", "note . nobody rang", "open . other crush", "back 5m note . nobody rang", *NEW_CALL)
    came = seat.hue("spool", "deliver")
    assert (came.code, came.err.startswith("there is no channel '102'")) == (REFUSED, True), came
    assert came.err.endswith("; 4 lines still kept at this seat: hue spool list\n")
    assert seat.texts == ["ring 102", "note . nobody rang", "open . other crush", "back 5m note . nobody rang"]
    assert calls(seat) == [*FIRST, "2 of the new call"]


def test_what_stays_builds_on_a_line_that_is_taken_at_last(seat: Seat) -> None:
    seat.keep("note 1 a crush", "ring 101 07700 900555", "change . it grew")
    assert seat.hue("spool", "deliver").code == REFUSED
    assert seat.texts == ["note 1 a crush", "change . it grew"]
    assert seat.hue("do", "open", "-", "other", "crush", HUE_SESSION=THEIRS).code == DONE
    came = seat.hue("spool", "deliver")
    assert (came.code, came.err, seat.texts) == (DONE, "", [])


def test_what_was_about_nothing_never_comes_to_be_about_something(seat: Seat) -> None:
    seat.spool.sit("5501", THEIRS)
    seat.keep("note . whose call is this", *NEW_CALL)
    for _ in range(2):
        came = seat.hue("spool", "deliver", HUE_SESSION=THEIRS)
        assert (came.code, came.err.startswith("this session has no")) == (REFUSED, True), came
    assert (seat.texts, calls(seat)) == (["note . whose call is this"], [*FIRST, "2 of the new call"])


def test_what_is_about_the_same_item_by_its_name_stays_as_well(seat: Seat) -> None:
    with seat.room() as room:
        (contact,) = (room.board.name(one.id) for one in room.board.open())
    seat.keep(
        f"triage {contact} weather fine",
        f"back 5m note {contact} one",
        "open - other crush",
        "note . two",
        f"note {contact} three",
        "note . four",
    )
    assert seat.hue("spool", "deliver").code == REFUSED
    assert [text.rpartition(" ")[2] for text in seat.texts] == ["fine", "one", "three", "four"]
    assert seat.notes() == [*BEFORE, "two"]
    assert seat.hue("spool", "drop", "1").code == DONE
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "two", "one", "three", "four"]


def test_the_lines_of_others_hold_up_nothing_of_mine(seat: Seat) -> None:
    seat.keep("note . one")
    with seat.away():
        kept(seat.hue("do", "--keep", "note", ".", "x"), "2 lines")
    seat.spool.sit("5501", THEIRS)
    seat.keep("ring 101 07700 900555", "note . theirs")
    came = seat.hue("spool", "deliver", HUE_SESSION=THEIRS)
    assert (came.code, came.err.startswith("1001 typed it, and 5501 sits here now")) == (REFUSED, True)
    assert seat.texts == ["note . one", "note . x"]
    assert calls(seat) == [*FIRST, "2 theirs"]
    assert seat.hue("spool", "deliver").code == DONE
    assert calls(seat) == [*FIRST, "2 theirs", "1 one", "1 x"]


def test_any_line_may_be_dropped_and_no_other_goes(seat: Seat) -> None:
    seat.keep("note . one", "note . two", "note . three")
    came = seat.hue("spool", "drop", "2", "--json")
    assert json.loads(came.out)["line"] == "note . two"
    assert seat.texts == ["note . one", "note . three"]


@pytest.mark.parametrize("number", ["0", "3", "-1"])
def test_a_line_that_does_not_wait_is_not_dropped(seat: Seat, number: str) -> None:
    seat.keep("note . one", "note . two")
    came = seat.hue("spool", "drop", "--", number)
    assert (came.code, came.err) == (REFUSED, f"hue: 2 lines wait here, there is no line {number}\n")
    assert len(seat.texts) == 2


def test_what_stops_holds_up_what_is_done_now_in_nothing(seat: Seat) -> None:
    seat.keep("triage . weather fine")
    came = seat.hue("do", "note", ".", "now")
    assert (came.code, "still kept at this seat" in came.err) == (DONE, True)
    assert (seat.notes(), len(seat.texts)) == ([*BEFORE, "now"], 1)


def test_another_person_does_not_deliver_what_one_has_typed(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    came = seat.hue("spool", "deliver", HUE_SESSION=THEIRS)
    assert came.code == REFUSED
    assert came.err == (
        "1001 typed it, and 5501 sits here now: 1001 signs on to deliver it; "
        "2 lines still kept at this seat: hue spool list\n"
    )
    assert (seat.notes(), len(seat.texts)) == (BEFORE, 2)
    with seat.away():
        kept(seat.hue("do", "--keep", "ring", "101", HUE_SESSION=THEIRS), "3 lines")
    assert [one.collar for one in seat.spool.waiting()] == ["1001", "1001", "5501"]
    came = seat.hue("spool", "deliver")
    assert (came.code, seat.notes()) == (REFUSED, [*BEFORE, "one", "two"])
    assert seat.hue("spool", "deliver", HUE_SESSION=THEIRS).code == DONE
    (*_, last) = seat.entries()
    assert last.header is not None
    assert (last.header.actor, last.header.session) == ("5501", THEIRS)


def test_the_same_person_delivers_from_a_later_session(seat: Seat) -> None:
    def sessions() -> set[str]:
        with seat.room() as room:
            return {session.session for _, session in room.board.sessions()}

    with seat.room() as room:
        (contact,) = (room.board.name(one.id) for one in room.board.open())
    seat.keep(f"note {contact} one", "note . two")
    assert seat.hue("do", "sing").code == USAGE  # and what was kept was delivered
    seat.keep(f"note {contact} three", "note . four")
    before = sessions()
    assert seat.hue("do", "sing", HUE_SESSION=THEIRS).code == USAGE
    assert seat.hue("signon", "1001", HUE_SESSION="").code == DONE
    (again,) = sessions() - before
    came = seat.hue("spool", "deliver", HUE_SESSION=again)
    assert (came.code, seat.notes(), seat.texts) == (DONE, [*BEFORE, "one", "two", "three", "four"], [])


# The file as it is found


def test_a_file_that_was_cut_off_anywhere_is_found(seat: Seat) -> None:
    """It is written whole and then put in its place, so no crash cuts it off: what is missing was said to be kept."""
    seat.keep("note . one", "note . two")
    whole = seat.lines_file.read_bytes()
    for cut in range(len(whole)):
        seat.lines_file.write_bytes(whole[:cut])
        with pytest.raises(Damaged, match=r"line [12] of the spool .* is not as it was kept"):
            seat.spool.waiting()
    seat.lines_file.write_bytes(whole)
    assert seat.texts == ["note . one", "note . two"]


def test_a_line_too_many_is_found(seat: Seat) -> None:
    seat.keep("note . one")
    one = seat.lines_file.read_bytes()
    seat.keep("note . two")
    whole = seat.lines_file.read_bytes()
    for content in (whole + whole[len(one) :], whole + b"\0", one + whole):
        seat.lines_file.write_bytes(content)
        with pytest.raises(Damaged, match=r"of the spool .* is not as it was kept"):
            seat.spool.waiting()


def sealed_at(content: bytes) -> list[int]:
    """Return where the sealed bytes of each line lie, lengths left out."""
    found_at, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        found_at += range(at + 4, at + 4 + length)
        at += 4 + length
    return found_at


def test_a_changed_byte_is_found_wherever_it_is(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    whole = seat.lines_file.read_bytes()
    for at in sealed_at(whole):
        for bit in (1, 128):
            seat.lines_file.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
            with pytest.raises(Damaged, match=r"of the spool .* is not as it was kept"):
                seat.spool.waiting()


def test_a_changed_length_is_found_too(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    whole = seat.lines_file.read_bytes()
    for at in set(range(len(whole))) - set(sealed_at(whole)):
        seat.lines_file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Damaged, match=r"of the spool .* is not as it was kept"):
            seat.spool.waiting()


def test_lines_that_changed_places_are_found(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    whole = seat.lines_file.read_bytes()
    half = len(whole) // 2
    seat.lines_file.write_bytes(whole[half:] + whole[:half])
    with pytest.raises(Damaged, match="line 1 of the spool"):
        seat.spool.waiting()


def test_of_a_damaged_spool_nothing_is_lost_and_nothing_is_held_up(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    whole = seat.lines_file.read_bytes()
    broken = whole[:-1] + bytes([whole[-1] ^ 1])
    seat.lines_file.write_bytes(broken)
    sentence = f"line 2 of the spool {seat.lines_file} is not as it was kept"
    assert seat.hue("spool", "list") == Came(DAMAGED, "", f"hue: {sentence}\n")
    assert seat.hue("spool", "drop", "1").code == DAMAGED
    assert seat.hue("spool", "deliver").code == DAMAGED
    came = seat.hue("do", "note", ".", "now")
    assert (came.code, came.err.startswith(sentence)) == (DONE, True)
    with seat.away():
        assert seat.hue("do", "--keep", "note", ".", "three").code == DAMAGED
    assert (seat.lines_file.read_bytes(), seat.notes()) == (broken, [*BEFORE, "now"])
    seat.lines_file.write_bytes(whole)
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "now", "one", "two"]


def test_without_its_key_nothing_is_read_and_with_it_all_is(seat: Seat) -> None:
    seat.keep("note . one")
    (key,) = (path for path in seat.files if path.name == "spool.key")
    content = key.read_bytes()
    key.unlink()
    assert seat.hue("spool", "list").code == DAMAGED
    assert seat.hue("spool", "deliver").code == DAMAGED
    key.write_bytes(content)
    assert seat.texts == ["note . one"]


@pytest.mark.parametrize("name", ["seat.json", "begun"])
def test_what_else_lies_there_may_be_broken(seat: Seat, name: str) -> None:
    seat.keep("note . one")
    (seat.lines_file.parent / name).write_bytes(b"\xc1 not what it was")
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "one"]


def test_on_a_full_disk_a_line_is_not_kept_and_those_before_are(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up takes a part of what is written, and says how much."""
    seat.keep("note . one", "note . two")
    plain = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, content: plain(handle, content[: len(content) // 3]))
        with pytest.raises(Unavailable):
            seat.keep("note . three")
    assert seat.texts == ["note . one", "note . two"]


def test_a_full_disk_is_said_and_nothing_is_lost(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    seat.keep("note . one")

    def full(handle: int, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with seat.away(), monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(Unavailable, match="cannot be written: No space left on device"):
            seat.keep("note . two")
    assert seat.texts == ["note . one"]


def test_a_seat_that_cannot_remember_works_all_the_same(seat: Seat) -> None:
    came = seat.hue("do", "note", ".", "now", HUE_STATE="/dev/null")
    assert (came.code, seat.notes()) == (DONE, [*BEFORE, "now"])


# Line mode


@pytest.mark.usefixtures("impatient")
def test_line_mode_keeps_what_cannot_be_recorded_and_goes_on(seat: Seat) -> None:
    with locked(seat.store):
        came = seat.hue(given="note . one\nsing aloud\nboard\nnote . two\n")
    assert came.code == DONE
    told = came.err.splitlines()
    assert len(told) == 3
    assert told[0].endswith("kept at this seat, 1 line to be delivered when the store is back")
    assert told[1].startswith("there is no verb 'sing'")
    assert told[2].endswith("kept at this seat, 2 lines to be delivered when the store is back")
    assert "in-hand" in came.out
    assert seat.texts == ["note . one", "note . two"]


def test_in_line_mode_nothing_overtakes_what_was_kept(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is away for the call and its answer, and back for the third line."""
    plain, appended = SQLiteJournal.append, []

    def append(journal: SQLiteJournal, pending: Any, *seen: Any) -> list[Entry]:
        appended.append(pending)
        if len(appended) < 3:
            raise Unavailable("the journal cannot be written: the disk is full")
        return plain(journal, pending, *seen)

    monkeypatch.setattr(SQLiteJournal, "append", append)
    came = seat.hue(given="ring 101 07700 900555\nanswer .\nnote . of the new call\n")
    monkeypatch.undo()
    assert came.code == DONE
    assert [("kept at this seat" in line) for line in came.err.splitlines()] == [True, True]
    assert [("delivered" in line) for line in came.out.splitlines()] == [True, True, False]
    *_, rang, answered, noted = seat.entries()
    assert (rang.name, answered.name, noted.name) == ("contact.rang", "contact.answered", "record.noted")
    assert rang.stream == answered.stream == noted.stream
    assert seat.texts == []


def test_line_mode_delivers_first(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    came = seat.hue(given="note . three\n")
    assert (came.code, came.err) == (DONE, "")
    assert [("delivered" in line) for line in came.out.splitlines()] == [True, True, False]
    assert seat.notes() == [*BEFORE, "one", "two", "three"]


def test_line_mode_says_what_stops(seat: Seat) -> None:
    seat.keep("triage . weather fine", "note . two")
    came = seat.hue(given="note . three\n")
    assert (came.code, "2 lines still kept at this seat" in came.err) == (DONE, True)
    assert seat.notes() == [*BEFORE, "three"]


def test_line_mode_keeps_also_where_the_store_is_away_from_the_beginning(seat: Seat) -> None:
    with seat.away():
        came = seat.hue(given="note . one\nboard\nsing aloud\nnote . two\n")
    assert (came.code, came.out) == (DONE, "")
    away, one, board, verb, two = came.err.splitlines()
    assert away == f"{board}; lines are kept at this seat until it is back"
    assert board.startswith(f"there is no store at {seat.store}")
    assert one.endswith("kept at this seat, 1 line to be delivered when the store is back")
    assert verb.startswith("there is no verb 'sing'")
    assert two.endswith("kept at this seat, 2 lines to be delivered when the store is back")
    assert seat.texts == ["note . one", "note . two"]
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "one", "two"]


def test_line_mode_goes_on_with_the_store_when_it_is_there_at_last(seat: Seat) -> None:
    elsewhere = seat.home / "elsewhere"
    seat.store.rename(elsewhere)
    read = sys.stdin.readline

    def bring_back_at_the_second_line() -> None:
        lines_read = iter(["note . one\n", "note . two\n", ""])

        def readline() -> str:
            line = next(lines_read)
            if "two" in line:
                elsewhere.rename(seat.store)
            return line

        sys.stdin.readline = readline  # type: ignore[method-assign]  # only in a fork, which ends

    came = seat.hue(before=bring_back_at_the_second_line)
    assert sys.stdin.readline == read
    assert came.code == DONE
    assert [("delivered" in line) for line in came.out.splitlines()] == [True, False]
    assert seat.notes() == [*BEFORE, "one", "two"]


def test_line_mode_ends_at_once_where_nothing_could_be_kept(seat: Seat) -> None:
    with seat.away():
        came = seat.hue(given="note . one\n", HUE_STATE=str(seat.home / "fresh"))
    assert (came.code, came.out) == (UNAVAILABLE, "")
    assert came.err.startswith(f"hue: there is no store at {seat.store}")


@pytest.mark.usefixtures("impatient")
def test_line_mode_goes_on_where_a_line_cannot_be_kept_either(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "LINES_MAX", 0)
    with locked(seat.store):
        came = seat.hue(given="note . one\nsing aloud\n")
    assert (came.code, "there is no verb 'sing'" in came.err) == (DONE, True)


# Several at once


def test_of_several_who_deliver_at_once_one_does(seat: Seat) -> None:
    for round_of in range(3):
        seat.keep(*(f"note . {round_of} {at}" for at in range(5)))
        running = [seat.start("spool", "deliver") for _ in range(4)]
        assert {one.end().code for one in running} <= {DONE, REFUSED}
        assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, *(f"{round_of} {at}" for round_of in range(3) for at in range(5))]


def test_whoever_delivers_beside_another_is_told_so(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    with seat.spool.alone() as alone:
        assert alone
        came = seat.hue("spool", "deliver")
    assert (came.code, came.out) == (REFUSED, "")
    assert came.err == (
        "what this seat kept is being delivered by another process now; "
        "2 lines still kept at this seat: hue spool list\n"
    )
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "one", "two"]


def test_while_one_delivers_others_go_on_keeping_and_nothing_is_lost(seat: Seat) -> None:
    def keeping() -> None:
        for at in range(30):
            seat.keep(f"note . {os.getpid()} {at:02}")

    keepers = [seat.start("spool", "list", before=keeping) for _ in range(2)]
    for _ in range(6):
        seat.hue("spool", "deliver")
    assert [one.end().code for one in keepers] == [DONE, DONE]
    assert seat.hue("spool", "deliver").code == DONE
    notes = seat.notes()[len(BEFORE) :]
    assert len(notes) == len(set(notes)) == 60
    for keeper in keepers:
        own = [note for note in notes if note.startswith(str(keeper.pid))]
        assert own == sorted(own)


@pytest.mark.usefixtures("impatient")
def test_a_store_that_goes_away_while_it_is_delivered_to_leaves_the_rest(seat: Seat) -> None:
    seat.keep("note . one", "note . two")
    with locked(seat.store):
        came = seat.hue("spool", "deliver")
        assert (came.code, "locked" in came.err) == (UNAVAILABLE, True)
        assert kept(seat.hue("do", "--keep", "note", ".", "three"), "3 lines")
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, "one", "two", "three"]


def test_what_was_recorded_when_a_delivery_broke_off_is_told_with_its_words_closed_and_not_recorded_again(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.keep("note . one")

    def broken_off(*_: object) -> None:
        raise Unavailable("the spool cannot be written")

    with seat.room() as room, monkeypatch.context() as patch:
        patch.setattr(Spool, "take_off", broken_off)
        with pytest.raises(Unavailable):
            delivery.deliver(room.desk(MINE), seat.spool)
    assert (seat.notes(), seat.texts) == ([*BEFORE, "one"], ["note . one"])
    came = seat.hue("spool", "deliver", "--json")
    told = [json.loads(line) for line in came.out.splitlines()]
    assert [(one["name"], one["fields"]) for one in told] == [("record.noted", {"words": None})]
    assert (came.code, seat.notes(), seat.texts) == (DONE, [*BEFORE, "one"], [])


def test_what_was_recorded_when_a_delivery_broke_off_is_not_recorded_again_where_another_line_was_dropped_meanwhile(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.keep("triage . weather fine", *NEW_CALL)

    def broken_off(*_: object) -> None:
        raise Unavailable("the spool cannot be written")

    with seat.room() as room, monkeypatch.context() as patch:
        patch.setattr(Spool, "take_off", broken_off)
        with pytest.raises(Unavailable):
            delivery.deliver(room.desk(MINE), seat.spool)
    assert seat.hue("spool", "drop", "1").code == DONE
    assert seat.hue("spool", "deliver").code == DONE
    assert [one.name for one in seat.entries()].count("contact.rang") == 2
    assert calls(seat) == [*FIRST, "2 of the new call"]


def test_what_was_in_hand_when_a_delivery_broke_off_is_in_hand_when_it_goes_on(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.keep("open - other crush", "triage . situation now")

    def broken_off(*_: object) -> None:
        raise Unavailable("the spool cannot be written")

    with seat.room() as room, monkeypatch.context() as patch:
        patch.setattr(Spool, "take_off", broken_off)
        with pytest.raises(Unavailable):
            delivery.deliver(room.desk(MINE), seat.spool)
    came = seat.hue("spool", "deliver")
    assert (came.code, came.err) == (DONE, "")
    assert seat.entries()[-1].name == "contact.triaged"


def test_nobody_reads_while_another_takes_a_line_off(seat: Seat) -> None:
    seat.keep("note . one")
    with seat.spool._held():
        running = seat.start("spool", "list")
        time.sleep(LOCKED_S)
        assert not running.ended
    assert running.end().code == DONE


# Killed


class Steps:
    """Counts the steps of a process that others could see, and ends it by its own hand at one of them."""

    def __init__(self, at: int) -> None:
        self._left = at

    def watch(self) -> None:
        """Have every step of this process counted from now."""
        for name in ("fsync", "replace", "unlink", "mkdir"):
            plain = getattr(os, name)
            setattr(os, name, self._counted(plain))
        plain_connect, steps = sqlite3.connect, self

        class Counting(sqlite3.Connection):
            def execute(self, sql: str, /, *values: Any) -> sqlite3.Cursor:
                if sql != "COMMIT":
                    return super().execute(sql, *values)
                done: sqlite3.Cursor = steps._counted(super().execute)(sql, *values)
                return done

        def connect(database: Any, **options: Any) -> sqlite3.Connection:
            return plain_connect(database, factory=Counting, **options)

        sqlite3.connect = connect  # type: ignore[assignment]  # only in a fork, which ends

    def _counted(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            self._step()
            done = plain(*args, **options)
            self._step()
            return done

        return counted

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Count:
    """Keeps numbered lines at a seat, and looks whether each is recorded once and in order, or waits still."""

    def __init__(self, seat: Seat) -> None:
        self.seat, self.kept, self.recorded = seat, 0, 0
        with seat.room() as room:
            self._position = room.journal.tip().size

    def keep(self, many: int) -> None:
        """Have so many more kept."""
        self.seat.keep(*(f"note . line {self.kept + at}" for at in range(many)))
        self.kept += many

    def look(self, *, deliver: bool = False) -> None:
        """Look at the journal and at what waits, as it was left, or after another process delivered the rest."""
        waiting = [int(text.removeprefix("note . line ")) for text in self.seat.texts]
        with self.seat.room() as room:
            self._hear(room)
            assert waiting in (list(range(self.recorded, self.kept)), list(range(self.recorded - 1, self.kept)))
            if deliver:
                assert delivery.deliver(room.desk(MINE), self.seat.spool).left == 0
                self._hear(room)
                assert (self.recorded, self.seat.texts) == (self.kept, [])

    def _hear(self, room: Room) -> None:
        for entry in room.door(MINE).opened(list(room.journal.rows(self._position)), "test"):
            self._position = entry.position
            if isinstance(entry.fact, Noted) and entry.fact.words == "now":
                assert self.recorded == self.kept, "what is done now came before what was kept"
            elif isinstance(entry.fact, Noted):
                assert entry.fact.words == f"line {self.recorded}"
                self.recorded += 1


def test_killed_at_each_step_of_a_delivery_each_line_is_recorded_once_and_nothing_can_be_read(seat: Seat) -> None:
    """Two lines; the process dies before or after one step, and another goes on."""
    point, lines, ended = 0, Count(seat), False
    while not ended:
        point += 1
        lines.keep(2)
        came = seat.hue("spool", "deliver", before=Steps(point).watch)
        ended = came.code == DONE
        assert ended or came.code == KILLED, came
        for path in seat.files:
            assert b"line" not in path.read_bytes(), path
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        lines.look(deliver=True)
    assert point > 30


def test_killed_at_each_step_of_a_delivery_in_which_a_line_stays_each_other_is_recorded_once(seat: Seat) -> None:
    point, ended = 0, False
    while not ended:
        point += 1
        seat.keep("triage . weather fine", *NEW_CALL, f"note . {point}")
        came = seat.hue("spool", "deliver", before=Steps(point).watch)
        ended = came.code == REFUSED
        assert ended or came.code == KILLED, came
        assert seat.hue("spool", "deliver").code == REFUSED
        assert seat.texts == ["triage . weather fine"]
        assert seat.notes() == [*BEFORE, *(words for at in range(point) for words in ("of the new call", f"{at + 1}"))]
        assert len(set(calls(seat)[len(BEFORE) :])) == 2 * point
        dropped(seat.spool, 1)
    assert point > 30


def test_killed_at_each_step_of_keeping_a_line_is_kept_or_was_never_said_to_be(seat: Seat) -> None:
    point, ended = 0, False
    with seat.away():
        while not ended:
            point += 1
            before = seat.texts
            came = seat.hue("do", "--keep", "note", ".", f"{point}", before=Steps(point).watch)
            ended = came.code == UNAVAILABLE
            assert ended or (came.code, came.err) == (KILLED, ""), came
            assert seat.texts in (before, [*before, f"note . {point}"])
            if ended:
                assert seat.texts[-1] == f"note . {point}"
    assert point > 8
    kept_lines = [text.removeprefix("note . ") for text in seat.texts]
    assert seat.hue("spool", "deliver").code == DONE
    assert seat.notes() == [*BEFORE, *kept_lines]


MANY, DWELL_S = 8, 0.01


@pytest.mark.proof
def test_killed_at_any_moment_of_a_delivery_each_line_is_recorded_once(seat: Seat) -> None:
    """As proof 400 kills, of `hue do` and of `hue spool deliver` in turn, each while some line is being delivered."""
    random, lines, within = chance("killed while delivering"), Count(seat), 0
    for kill in range(count(KILLS)):
        lines.keep(MANY - len(seat.texts))
        running = delivering(
            seat, random.randrange(MANY), *(("do", "note", ".", "now") if kill % 2 else ("spool", "deliver"))
        )
        time.sleep(random.uniform(0, DWELL_S))
        within += running.kill().code == KILLED
        lines.look()
    lines.look(deliver=True)
    assert within >= count(KILLS) / 2, f"{within} of {count(KILLS)} fell within a delivery"


def delivering(seat: Seat, at: int, *words: str) -> Running:
    """Start a command that delivers, and wait until it has begun with the line that is so far behind the first."""
    marks = [one.mark for one in seat.spool.waiting()]
    running = seat.start(*words)
    while not running.ended:
        begun = seat.spool.begun()
        if begun is not None and begun.mark in marks[at:]:
            break
        time.sleep(0.0002)
    return running


def test_when_all_is_delivered_nothing_of_it_lies_there_any_more(seat: Seat) -> None:
    for point in range(1, 9):
        seat.keep(f"note . {WORDS}")
        seat.hue("spool", "deliver", before=Steps(point).watch)
    assert seat.hue("spool", "deliver").code == DONE
    assert {path.name for path in seat.files} <= {"seat.json", "lock", "delivering"}
