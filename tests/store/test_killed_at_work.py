"""Nothing acknowledged is lost: processes at four kinds of work are killed 5,000 times, at any moment.

Theory of operation. The parent has imported everything and holds nothing open; each worker is a fork of it, so that a
cycle costs milliseconds. A worker opens the store, records a first fact, and goes on with its kind of work until it is
killed: loading files in batches, deciding lines at a desk (and looking, and signing checkpoints), carrying out approved
erasures, backing up. What it acknowledges leaves through a pipe after the call has returned. A line through the pipe is
short and so arrives whole or not at all.

Where a worker stands is counted, not guessed. `sqlite3.connect` makes connections there that write into memory shared
with the parent: INSIDE once BEGIN on the journal has returned, COMMITTING before COMMIT is called, OUTSIDE once it has
returned; likewise for the rebuilding of the key store and the copying of databases. What stands there once the worker is
dead is where it was killed. One kill of ten falls before the first fact is acknowledged, at opening. Most kills of those
who load and decide are aimed: the journal's clock, which is asked inside the transaction, stays there up to 2 ms, and
the parent kills when the worker says that it is inside. All others fall at random.

All kills fall on one store for a while: each worker finds what the one before left, first of all its write-ahead log.
After each kill every acknowledged row is there, asked for by SQL alone; the next worker's first fact is what shows that
the next writer works at once. Every twentieth time the whole store is examined, seals opened, by the product and by the
independent reader, one pending erasure is carried out, and the backups made since are judged: an acknowledged one is
sound, one that was broken off is refused, or it is whole.
"""

import contextlib
import mmap
import os
import select
import shutil
import signal
import sqlite3
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Self

import pytest

from hueandcry.domain.adoption import NoteBackup
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Damaged, Refused, Unavailable
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind, stream_text
from hueandcry.domain.staff import Proposed, Register, SignOn, staff_stream
from hueandcry.operator import erasing
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import Identity
from hueandcry.operator.intake import loader
from hueandcry.operator.verbs import carry_out
from hueandcry.store.backup import back_up, examine_copy, put_back
from hueandcry.store.evidence import Examination
from hueandcry.store.folder import StoreFolder, open_journal
from hueandcry.store.keyring import open_keyring
from hueandcry.store.sealed import Seals
from hueandcry.store.sqlite import LOCK_TIMEOUT_S
from tests.proof.counts import chance, count
from tests.proof.table import Told, tell
from tests.reader import check

KILLS = 5_000
ON_ONE_STORE = 200
BETWEEN_EXAMINATIONS = 20
AT_OPENING = 0.1  # share of the kills
AIMED = 0.8  # share of the kills of those who load and decide
DWELL_S = 0.002
DELAY_MIN_S = 0.0001
AT_ONCE_S = 0.5
OUTSIDE, INSIDE, COMMITTING, REBUILDING, COPYING = range(5)
FOUNDER, SECOND = "1001", "5501"
ROWS_OF_A_FILE, ROWS_OF_A_BATCH = 60, 6
LINES = ("ring 999 07700 900123", "answer .", "note . she whispers, two children upstairs", "open . other something")
LINE_BYTES_MAX = 4096


# Where a worker stands


class Watched(sqlite3.Connection):
    """A connection that tells where it stands in its transaction; `state` is shared with the parent."""

    state: mmap.mmap
    journal = False

    def execute(self, sql: str, /, *values: Any) -> sqlite3.Cursor:
        if not self.journal and sql != "VACUUM":
            return super().execute(sql, *values)
        if sql in ("COMMIT", "VACUUM"):
            self.state[0] = COMMITTING if sql == "COMMIT" else REBUILDING
        done = super().execute(sql, *values)
        if sql in ("COMMIT", "ROLLBACK", "VACUUM"):
            self.state[0] = OUTSIDE
        if sql.startswith("BEGIN"):
            self.state[0] = INSIDE
        return done

    def backup(self, target: sqlite3.Connection, /, **options: Any) -> None:
        self.state[0] = COPYING
        super().backup(target, **options)
        self.state[0] = OUTSIDE


def watch_connections(state: mmap.mmap, journal: Path) -> None:
    """Have every connection of this process tell where it stands."""
    Watched.state, plain = state, sqlite3.connect

    def connect(database: Any, **options: Any) -> sqlite3.Connection:
        connection = plain(database, factory=Watched, **options)
        connection.journal = str(journal) in str(database)
        return connection

    sqlite3.connect = connect  # type: ignore[assignment]  # only in a worker, which ends by being killed


# The worker


class Orders(NamedTuple):
    """What a worker is told: its store, its kind of work, what chance it has, and whether it stays in its transactions."""

    store: Path
    kind: str
    seed: int
    dwells: bool
    files: Path
    backups: Path


class Heard(Desk):
    """A desk that acknowledges what was recorded, once it was."""

    says: Callable[[str], None]

    def do(self, *acts: Any, **how: Any) -> list[Entry]:
        entries = super().do(*acts, **how)
        for entry in entries:
            self.says(f"={entry.position} {entry.stream.hex()} {entry.version}")
        return entries


class Worker:
    """One process at work: a room, the founder's desk, a second desk, and the pipe."""

    def __init__(self, orders: Orders, pipe: int) -> None:
        self.orders, self.random, self._pipe = orders, Random(orders.seed), pipe
        self.whole: set[Path] = set()  # files that were loaded to their end here
        self.room = Room(StoreFolder(orders.store), Identity(), clock=self._clock)
        Heard.says = self.say
        self.founder = self._desk(FOUNDER)
        self.second = self._desk(SECOND)

    def _desk(self, collar: str) -> Heard:
        member = self.room.board.member(collar)
        assert member is not None
        signed = Signed.on(member, member.sessions[0])
        return Heard(self.room.journal, self.room.board, self.room.identity, signed)

    def _clock(self) -> int:
        if self.orders.dwells:
            time.sleep(self.random.uniform(0, DWELL_S))
        return time.time_ns()

    def say(self, text: str) -> None:
        os.write(self._pipe, f"{text}\n".encode())

    def work(self) -> None:
        carry_out(self.founder, "ring 101")
        while True:
            WORK[self.orders.kind](self)


def load(worker: Worker) -> None:
    """Load the files that are not whole yet, again from their beginnings: what is there already is passed over."""
    loader.BATCH_ROWS = ROWS_OF_A_BATCH
    for path in sorted({*worker.orders.files.glob("*.csv")} - worker.whole):
        counts = loader.Loader(worker.room.folder, worker.founder, "montgomery").load(path)
        worker.say(f"f{path.name} {counts.read}")
        worker.whole.add(path)
    write_file(worker.orders.files, worker.random)


def write_file(files: Path, random: Random) -> None:
    """Write a file of calls, some of them equal."""
    rows = [
        f"2026-11-2{row % 3} 07:{random.randrange(60):02}:00,EMS,FALL {random.randrange(20)},TOWN\n"
        for row in range(ROWS_OF_A_FILE)
    ]
    path = files / f"{len(list(files.iterdir())):04}"
    path.write_text("ts,service,call_type,township\n" + "".join(rows))
    path.rename(path.with_suffix(".csv"))


def decide(worker: Worker) -> None:
    """Take a call, look at it, and now and then sign a checkpoint."""
    for line in LINES:
        carry_out(worker.founder, line)
    caller = worker.founder.named(Kind.CONTACT)
    assert caller is not None
    worker.founder.door.stream(caller, "contact")
    worker.founder.door.leave()
    worker.say(f"a{worker.room.access.log.tip().size}")
    if worker.random.random() < 0.3:
        worker.room.sign_checkpoint()


def erase(worker: Worker) -> None:
    """Carry out an erasure that two people approved; where none is pending, have them approve one."""
    board = worker.room.board
    board.catch_up()
    if not board.erasing:
        propose_erasure(worker)
    stream = board.erasing[0]
    erasing.carry_out(worker.room, stream)
    worker.say(f"e{stream.hex()}")


def propose_erasure(worker: Worker) -> None:
    """Load a contact of its own for it: a record that nobody works on."""
    number = worker.random.randrange(1 << 40)
    rows = [["2026-11-19 07:10:00", "EMS", f"WORDS {number}", "NORRISTOWN"]]
    before = worker.room.board.position
    loader.Loader(worker.room.folder, worker.founder, "montgomery").load_rows(iter(rows))
    for row in worker.room.journal.rows(before):
        if row.name == "contact.loaded":
            (proposed,) = carry_out(worker.founder, f"propose erase {stream_text(row.stream)} MoPI review 2026/114")
            assert isinstance(proposed.fact, Proposed)
            carry_out(worker.second, f"approve p{proposed.fact.tail}")


def back_up_again(worker: Worker) -> None:
    """As `hue store backup` does it; only some backups of record keys are named, for erasures to reach."""
    room, into = worker.room, worker.orders.backups / f"{worker.random.randrange(1 << 40):010x}"
    room.sign_checkpoint()
    copied = back_up(room.folder, into / "facts", into / "keys", room.key_folder, lambda _: None)
    worker.say(f"b{into.name} {copied.size}")
    keys_place = str(into / "keys" / "keys.db") if worker.random.random() < 0.05 else ""
    note = NoteBackup(copied.size, copied.root, str(into / "facts"), keys_place)
    worker.founder.do([Act(POLICY_STREAM, note)])


WORK: dict[str, Callable[[Worker], None]] = {
    "loading": load,
    "deciding": decide,
    "erasing": erase,
    "backing up": back_up_again,
}
DELAY_MAX_S = {"loading": 0.06, "deciding": 0.06, "erasing": 0.3, "backing up": 0.3}


# The parent


class Child:
    """A forked process, what it says through a pipe, and where it stands."""

    def __init__(self, work: Callable[[int], None], state: mmap.mmap) -> None:
        self.state, self.said, self._rest = state, list[str](), b""
        state[0] = OUTSIDE
        self.began = time.monotonic()
        reading, writing = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            _run(work, writing)
        os.close(writing)
        os.set_blocking(reading, False)
        self._pipe = reading

    def hear(self, wait_s: float = 0) -> bool:
        """Take in what was said, waiting so long for it; False once the pipe is closed at the other end."""
        if not select.select([self._pipe], [], [], wait_s)[0]:
            return True
        content = os.read(self._pipe, 1 << 16)
        *lines, self._rest = (self._rest + content).split(b"\n")
        self.said += [line.decode() for line in lines]
        return bool(content)

    def await_word(self, first: str, wait_s: float) -> float:
        """Wait until a line begins with a sign, and return how long that took since the fork."""
        until = self.began + wait_s
        while not any(line.startswith(first) for line in self.said):
            alive = self.hear(max(0, until - time.monotonic()))
            assert alive, f"the worker ended: {self.said[-1:]}"
            assert time.monotonic() < until, f"the worker said nothing for {wait_s} s"
        return time.monotonic() - self.began

    def wait_within(self, seconds: float, states: tuple[int, ...] = ()) -> bool:
        """Go on hearing for a while, or until the worker stands in one of some states; tells whether it does."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.state[0] in states:
                return True
            self.hear(0.0002 if states else max(0, until - time.monotonic()))
        return False

    def kill(self) -> int:
        """Kill the process, hear what it had said, and return where it stood."""
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        while self.hear(1):
            pass
        os.close(self._pipe)
        faults = [line for line in self.said if line.startswith("x")]
        assert os.WIFSIGNALED(status), f"the worker was not killed, it ended: {faults}"
        return self.state[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def acknowledged(self, sign: str) -> list[list[str]]:
        return [line[1:].split() for line in self.said if line.startswith(sign)]


def _run(work: Callable[[int], None], pipe: int) -> None:
    """Be the child: it ends by being killed, or says why it could not go on."""
    try:
        work(pipe)
    except BaseException:  # noqa: BLE001 — told to the parent
        os.write(pipe, f"x{traceback.format_exc()!r:.3000}\n".encode())
    finally:
        os._exit(1)


class Store:
    """A store that is worked on, and what was acknowledged of it."""

    def __init__(self, at: Path) -> None:
        self.path, self.files, self.backups = at / "store", at / "files", at / "backups"
        at.mkdir()
        self.files.mkdir()
        self.backups.mkdir()
        room, signed = found(self.path, Founding("GMP", "Greater Manchester Police", FOUNDER))
        founder = Desk(room.journal, room.board, room.identity, signed)
        me = staff_stream(SECOND)
        founder.do([Act(me, Register(SECOND, None, "", (Role.SUPERVISOR,)))])
        arriving = Desk(room.journal, room.board, room.identity, Signed(SECOND, "second", "T2"), arriving=True)
        arriving.do([Act(me, SignOn("second", 0, "T2", Place.OFFICE))])
        self.keys = room.key_folder
        room.close()
        self.erased: set[str] = set()
        self.whole: dict[str, int] = {}  # backups that were acknowledged, with their sizes
        self.facts = self.pending = self.refused = self.sound = 0

    def take(self, child: Child) -> int:
        """Hold what a killed worker acknowledged against the file; returns how much of it is lost."""
        said = {
            (int(position), bytes.fromhex(stream), int(version))
            for position, stream, version in child.acknowledged("=")
        }
        self.facts += len(said)
        erased = {stream for (stream,) in child.acknowledged("e")}
        self.erased |= erased
        self.whole |= {name: int(size) for name, size in child.acknowledged("b")}
        for name, _ in child.acknowledged("f"):
            (self.files / name).rename(self.files / f"{name}.whole")
        shown = max((int(size) for (size,) in child.acknowledged("a")), default=0)
        with asked(self.path / "journal.db") as ask:
            first = min(said, default=(0,))[0]
            there = set(ask("SELECT position, stream, version FROM fact WHERE position>=?", first))
            ((size,),) = ask("SELECT size FROM fact_tip")
            completed = ask("SELECT stream FROM fact WHERE name='record.erasure_completed'") if erased else []
        lost = len({fact for fact in said if fact not in there or fact[0] > size})
        with asked(self.path / "access.db") as ask:
            ((accesses,),) = ask("SELECT size FROM access_tip")
        return lost + len(erased - {stream.hex() for (stream,) in completed}) + (shown > accesses)

    def examine(self) -> None:
        """Examine everything, by the product with its seals and by the independent reader; then finish an erasure."""
        with closing(Room(StoreFolder(self.path), Identity())) as room:
            examination = Examination(room.folder, room.journal, room.keys_at_hand, room.journal.seals)
            assert examination.examine().findings == ()
            self._judge_backups(room)
            if room.board.erasing:
                erasing.carry_out(room, room.board.erasing[0])
                self.pending += 1
            room.board.save(room.folder.board)
        assert check(self.path, self.keys.path).findings == []

    def _judge_backups(self, room: Room) -> None:
        for into in self.backups.iterdir():
            size = self.whole.pop(into.name, None)
            copied = size_of_sound_backup(into, room)
            assert size in (copied, None), f"{into} was acknowledged at {size} and is sound at {copied}"
            self.sound += copied is not None
            self.refused += copied is None
            shutil.rmtree(into)
        assert not self.whole, f"acknowledged, and not there: {self.whole}"

    def finish(self) -> None:
        """Carry out what is pending, and find every loaded row once."""
        with closing(Room(StoreFolder(self.path), Identity())) as room:
            for stream in tuple(room.board.erasing):
                erasing.carry_out(room, stream)
                self.pending += 1
            assert not room.board.erasing
            loaded = [one for one in room.journal.entries() if one.name.endswith(".loaded")]
            sources = [(one.name, one.header.source) for one in loaded if one.header is not None]
            assert len(set(sources)) == len(sources), "a row was loaded twice"
            incidents = sum(name == "incident.loaded" for name, _ in sources)
            assert incidents >= len(rows_of(self.files.glob("*.whole"))), "a row of a file that was whole is missing"
        self.examine()


def rows_of(files: Iterable[Path]) -> set[tuple[str, int]]:
    """The rows of files, each with its place among equal ones of its file: that is what they are known by."""
    rows: set[tuple[str, int]] = set()
    for path in files:
        equal: Counter[str] = Counter()
        for line in path.read_text().splitlines()[1:]:
            rows.add((line, equal[line]))
            equal[line] += 1
    return rows


@contextlib.contextmanager
def asked(path: Path) -> Any:
    """Ask a database that nobody has open, and leave its write-ahead log to the next who writes."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        yield lambda query, *values: db.execute(query, values).fetchall()


def size_of_sound_backup(into: Path, room: Room) -> int | None:
    """Return the size of a backup that is accepted, None where it is refused; what is accepted must be whole.

    Whole: it is the beginning of this journal, it can be put back, and all its seals open with the keys beside it.
    """
    facts, keys, back = into / "facts", into / "keys" / "keys.db", into / "back"
    try:
        examined = examine_copy(StoreFolder(facts), room.key_folder, lambda _: None)
        open_keyring(keys, room.journal.seals.kek).close()
        put_back(StoreFolder(facts), keys, StoreFolder(back))
    except (Damaged, Unavailable, Refused):
        return None
    size, root = examined.journal.size, examined.journal.root
    assert room.journal.root_at(size) == root
    seals = Seals(lambda: open_keyring(back / "keys.db", room.journal.seals.kek))
    with closing(open_journal(back / "journal.db", seals=seals)) as journal:
        again = Examination(StoreFolder(back), journal, room.key_folder, seals, copied=True).examine()
    assert (again.findings, again.journal.size) == ((), size)
    return size


class Campaign:
    """Kills, one after another, and what came of them."""

    def __init__(self, at: Path, random: Random) -> None:
        self._at, self._random, self._state = at, random, mmap.mmap(-1, mmap.PAGESIZE)
        self.kinds: Counter[str] = Counter()
        self.stood: Counter[int] = Counter()
        self.lost = self.erased = self.facts = self.pending = self.refused = self.sound = self.stores = 0
        self.longest_s = 0.0

    def run(self, kills: int) -> None:
        while kills > 0:
            self.stores += 1
            self._on_one_store(Store(self._at / str(self.stores)), min(kills, ON_ONE_STORE))
            shutil.rmtree(self._at / str(self.stores))
            kills -= ON_ONE_STORE

    def _on_one_store(self, store: Store, kills: int) -> None:
        for number in range(kills):
            self._kill_one(store, list(WORK)[number % len(WORK)])
            if not (number + 1) % BETWEEN_EXAMINATIONS:
                store.examine()
        store.finish()
        self.facts += store.facts
        self.erased += len(store.erased)
        self.pending += store.pending
        self.refused += store.refused
        self.sound += store.sound

    def _kill_one(self, store: Store, kind: str) -> None:
        aimed = kind in ("loading", "deciding") and self._random.random() < AIMED
        orders = Orders(store.path, kind, self._random.getrandbits(32), aimed, store.files, store.backups)
        with Child(lambda pipe: begin(orders, pipe, self._state), self._state) as child:
            if self._random.random() < AT_OPENING:
                child.wait_within(self._random.uniform(0, 0.06))
            else:
                self.longest_s = max(self.longest_s, child.await_word("=", 4 * LOCK_TIMEOUT_S))
                self._wait(child, kind, aimed=aimed)
            self.stood[child.kill()] += 1
        self.kinds[kind] += 1
        self.lost += store.take(child)

    def _wait(self, child: Child, kind: str, *, aimed: bool) -> None:
        """Wait a random while; where it is aimed, also for a transaction, and a random part of the stay in it."""
        longest = DELAY_MAX_S[kind]
        child.wait_within(DELAY_MIN_S * (longest / DELAY_MIN_S) ** self._random.random())
        if aimed and child.wait_within(1, (INSIDE,)):
            time.sleep(self._random.uniform(0, DWELL_S / 2))

    def told(self) -> str:
        kinds = ", ".join(f"{kind} {kills:,}" for kind, kills in self.kinds.items())
        inside = self.stood[INSIDE] + self.stood[COMMITTING]
        return (
            f"{kinds}; {inside:,} between BEGIN and the end of COMMIT ({self.stood[COMMITTING]:,} in COMMIT itself), "
            f"{self.stood[REBUILDING]:,} as the key store was rebuilt, {self.stood[COPYING]:,} as a database was copied; "
            f"{self.facts:,} facts and {self.erased:,} erasures acknowledged, {self.lost} lost; {self.pending} pending "
            f"erasures completed afterwards, {self.sound} backups sound, {self.refused} broken off and refused; "
            f"the next writer had written within {self.longest_s * 1000:.0f} ms"
        )


def begin(orders: Orders, pipe: int, state: mmap.mmap) -> None:
    watch_connections(state, orders.store / "journal.db")
    Worker(orders, pipe).work()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # threads that other tests left hold nothing of ours
@pytest.mark.proof
def test_what_killed_workers_acknowledged_is_there_and_the_next_one_works_at_once(tmp_path: Path) -> None:
    """Five thousand kills as proof, a quarter of them at least between BEGIN and COMMIT."""
    began, kills, campaign = time.monotonic(), count(KILLS), Campaign(tmp_path, chance("killed at work"))
    campaign.run(kills)
    tell(Told("workers killed at four kinds of work", kills, campaign.told(), time.monotonic() - began))
    assert campaign.lost == 0
    assert campaign.kinds.total() == kills
    assert campaign.stood[INSIDE] >= kills / 4, campaign.stood
    assert campaign.longest_s < LOCK_TIMEOUT_S


# In the turnstile


def hold(store: Path, pipe: int) -> None:
    """Stay in the room for ever."""
    room = Room(StoreFolder(store), Identity())
    assert room.journal._turnstile is not None
    with room.journal._turnstile.held(LOCK_TIMEOUT_S):
        os.write(pipe, b"~\n")
        signal.pause()


def record(store: Path, pipe: int) -> None:
    """Record a fact, say that, and stay."""
    room = Room(StoreFolder(store), Identity())
    os.write(pipe, b"+\n")
    carry_out(room.desk(), "ring 101")
    os.write(pipe, b"=\n")
    signal.pause()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # as above
@pytest.mark.parametrize("waiting", [True, False], ids=["who stands in line", "who comes later"])
def test_a_process_killed_inside_the_turnstile_lets_the_next_one_in_at_once(tmp_path: Path, waiting: bool) -> None:
    room, _ = found(tmp_path / "store", Founding("GMP", "Greater Manchester Police", FOUNDER))
    room.close()
    state = mmap.mmap(-1, mmap.PAGESIZE)
    with Child(lambda pipe: hold(tmp_path / "store", pipe), state) as holder:
        holder.await_word("~", LOCK_TIMEOUT_S)
        if not waiting:
            holder.kill()
        with Child(lambda pipe: record(tmp_path / "store", pipe), state) as following:
            following.await_word("+", LOCK_TIMEOUT_S)
            if waiting:
                assert following.wait_within(0.2) is False
                assert "=" not in following.said
                holder.kill()
            began = time.monotonic()
            following.await_word("=", LOCK_TIMEOUT_S)
            assert time.monotonic() - began < AT_ONCE_S
            following.kill()
