"""The disk is full, or no file can be opened any more, at any write: refused in a sentence, nothing half done, nothing lost.

Theory of operation. Each scenario is one command on a store that stands on a small disk. The store is put back, the disk is
filled up to so many free pages, and the command is run; then with one page more, until it gets through: so every write
that needs a page is once the first that finds none. The command ends with 5 and one sentence, or with 0. Then there is
space again: the store is examined with its seals, what was acknowledged is there, and the same command works. The same
with the number of files that a process may have open.

The command runs in a fork of this process that has closed everything: what it is short of, it is short of in the store,
not in the interpreter. The disk is a tmpfs where the tests may mount one; else the length of files is limited, which finds
the writes that lengthen a file.
"""

import contextlib
import gc
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hueandcry.domain.contact import Channel, Contact, Stage
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import Erasure
from hueandcry.domain.reference import Kind, stream_text
from hueandcry.domain.staff import Register, SignOn, staff_stream
from hueandcry.operator import border
from hueandcry.operator.backroom import Backroom
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.cli import app
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.exits import run
from hueandcry.operator.identity import Identity, SetClock
from hueandcry.operator.intake import loader
from hueandcry.operator.messages import Opened, Stopped
from hueandcry.operator.messages import Told as Answer
from hueandcry.operator.verbs import carry_out
from hueandcry.store import keyring
from hueandcry.store.evidence import Examination
from hueandcry.store.folder import StoreFolder
from hueandcry.store.note import Signer
from tests.proof.counts import PROOF, chance
from tests.proof.table import Told, tell
from tests.staging import MONDAY

DISK_BYTES = 8 << 20
PAGE = 4096
FILES_MIN = 4  # a process that may open none but its three streams cannot begin
GOES_ON = 80  # points of a scenario that goes on without what it cannot have
THROUGH = 5  # so many times in a row, and it gets through for good
KEYS, FEW_KEYS, NO_KEYS = 256, 30, 1  # record keys made at once, while a store is made ready
WAIT_S = 30
DONE, REFUSED, UNAVAILABLE = 0, 1, 5
WORDS = "whispering behind the door"
FOUNDER, SECOND = "session-1001", "session-5501"

# The stores


class World(NamedTuple):
    """Where things stand: the disk that is full, and a folder where there is space."""

    disk: Path
    beside: Path
    store_name: str = "store"
    keys_beside: bool = False

    @property
    def store(self) -> Path:
        return self.disk / self.store_name

    @property
    def keys(self) -> Path:
        return (self.beside if self.keys_beside else self.disk) / "keys"

    def open(self) -> contextlib.closing[Room]:
        """Open the store, to be closed again."""
        return contextlib.closing(Room(StoreFolder(self.store), Identity(), keys=self.keys))


def build(at: Path, given: Path) -> None:
    """Make the store that the commands work on: calls, incidents, a closed call, two people signed on, an agreement."""
    clock = SetClock(MONDAY)
    identity = Identity(clock)
    founding = Founding("GMP", "Greater Manchester Police", "1001", keys=at / "keys")
    room, signed = found(at / "store", founding, identity)
    founder = Desk(room.journal, room.board, identity, signed)
    me, other = staff_stream("1001"), staff_stream("5501")
    founder.do([Act(me, SignOn(FOUNDER, os.getuid(), "T1", Place.OFFICE))])
    founder.do([Act(other, Register("5501", None, "", (Role.SUPERVISOR,)))])
    second = Signed("5501", SECOND, "T2")
    arriving = Desk(room.journal, room.board, identity, second, arriving=True)
    arriving.do([Act(other, SignOn(SECOND, os.getuid(), "T2", Place.OFFICE))])
    for line in (
        "ring 999 07700 900123",
        "answer .",
        f"note . {WORDS}",
        "open . domestic partner at the back door",
        "assess . situation=now threat=weapon risk=some investigation=some vulnerability=child engagement=unsafe a knife",
        "grade . 1 knife seen",
        "ring 101 07700 900124",
        "answer .",
        "note . lost a purse on the tram",
        "transfer . front-desk she comes in person",
        "close .",
    ):
        carry_out(founder, line)
    border.agree(room, "MET", (given / "met.key").read_text(), "sealed", session=FOUNDER)
    room.sign_checkpoint()
    carry_out(founder, "ring 999 07700 900125")
    room.close()


def give(given: Path) -> None:
    """Make what another force gave us: its key, and an incident in a file."""
    room, signed = found(given / "theirs", Founding("MET", "Metropolitan Police", "7001", keys=given / "keys"))
    (given / "met.key").write_text(room.key_folder.verifier().text())
    border.agree(room, "GMP", Signer.generate("hueandcry/GMP/any").verifier.text(), "sealed", session=signed.session)
    desk = room.desk(signed.session)
    for line in ("ring 999 020 7946 0001", "answer .", "note . she is whispering", "open . domestic at the back door"):
        incident = carry_out(desk, line)[0].stream
    border.export(room, stream_text(incident), "GMP", given / "met.cmx", session=signed.session, json=True)
    room.close()


# The means


class Scarce:
    """Something of which there is only so much: `squeeze` leaves a process with that, `ease` gives it back."""

    name = ""
    enough = 256  # with so much every command gets through
    reasons: tuple[str, ...] = ()  # one of them stands in a refusal
    spools = True  # whether a file on another disk can be written

    def __init__(self, disk: Path) -> None:
        self.disk = disk
        disk.mkdir(exist_ok=True)

    def squeeze(self, many: int) -> None:
        """Leave this process, or all, with only so much; for a process that ends soon."""

    def ease(self) -> None:
        """Give back what was taken from all."""


class SmallDisk(Scarce):
    """A tmpfs, filled up to so many free pages."""

    name = "a full tmpfs"
    reasons = ("the disk is full", "No space left on device", "database or disk is full")

    def squeeze(self, many: int) -> None:
        state = os.statvfs(self.disk)
        with (self.disk / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, (state.f_bfree - many) * PAGE)
        assert os.statvfs(self.disk).f_bfree == many

    def ease(self) -> None:
        (self.disk / "ballast").unlink()


class ShortFiles(Scarce):
    """Files that may be so many pages long and no longer, where no small disk may be mounted."""

    name = "files cut short by RLIMIT_FSIZE"
    reasons = ("the disk is full", "disk I/O error", "File too large", "database or disk is full")

    def squeeze(self, many: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        many += 1  # what the command says goes into files, too
        resource.setrlimit(resource.RLIMIT_FSIZE, (many * PAGE, resource.RLIM_INFINITY))


class FewFiles(Scarce):
    """A process that may open so many files."""

    name = "RLIMIT_NOFILE"
    reasons = ("Too many open files", "unable to open database file")
    enough = 48
    spools = False

    def squeeze(self, many: int) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_MIN + many, FILES_MIN + many))


@contextlib.contextmanager
def small_disk(at: Path) -> Iterator[Scarce]:
    """Mount a small disk where that is allowed, and take it off again whatever happens."""
    at.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "hue-full-disk", str(at)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield ShortFiles(at)
        return
    try:
        yield SmallDisk(at)
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


# The commands


class Came(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str


def in_fork(work: Callable[[], int], world: World) -> Came:
    """Do something in a process that has nothing open but its three streams."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if not pid:
            os._exit(_alone(work, world, (out.fileno(), err.fileno())))
        _, status = os.waitpid(pid, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode())
    return Came(os.waitstatus_to_exitcode(status), *texts)


def _alone(work: Callable[[], int], world: World, streams: tuple[int, int]) -> int:
    """Do the work in this process, which is a fork of the tests and must not go on as one."""
    code = 99
    try:
        gc.freeze()
        warnings.simplefilter("ignore")  # as the installed command does
        null = os.open(os.devnull, os.O_RDONLY)
        for at, handle in enumerate((null, *streams)):
            os.dup2(handle, at)
        os.closerange(3, 4096)
        sys.stdout, sys.stderr = (io.TextIOWrapper(io.FileIO(at, "w")) for at in (1, 2))
        os.environ |= {"HUE_STORE": str(world.store), "HUE_KEYS": str(world.keys)}
        code = work()
        gc.collect()  # what the command left open is closed, as at the interpreter's end
    except BaseException:  # noqa: BLE001 — whatever it is, it is told and judged
        traceback.print_exc()
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    return code


def hue(words: Sequence[str]) -> int:
    """Run the command."""
    sys.argv = ["hue", *words]
    return run(app)


NONE, WHOLE = "none", "whole"


class Scenario:
    """A command, and how much of it is done in a store: none, the whole, or some part that may stand."""

    name = ""
    parts: tuple[str, ...] = ()  # beside none and the whole, what may stand until the command is given again
    store_name, keys_beside, keys_ahead = "store", False, KEYS
    warns = False  # whether it may go on without, and says so
    unfinished: tuple[str, ...] = ()  # of these parts, such as are not sound until then
    spools = True  # whether there is what the spool beside needs
    repeats = False  # whether it is given again although it is done

    def prepare(self, world: World) -> None:
        """Make what else the command needs, before space gets scarce."""

    def words(self, world: World) -> list[str]:
        """Return the command's words."""
        raise NotImplementedError

    def again(self, world: World) -> list[str]:
        """Return the words with which one goes on when there is space again."""
        return self.words(world)

    def work(self, world: World, squeeze: Callable[[], None]) -> int:
        """Do it, with only so much."""
        squeeze()
        return hue(self.words(world))

    def done(self, world: World, came: Came) -> str:
        """Return how much is done; `came` tells what was acknowledged."""
        raise NotImplementedError

    def wrong(self, world: World, came: Came) -> str:
        """Return what else is not as it must be, empty where everything is."""
        return ""


def _sizes(world: World) -> tuple[int, int]:
    with world.open() as room:
        return room.journal.tip().size, room.access.log.tip().size


def _positions(came: Came) -> list[int]:
    return [json.loads(line)["position"] for line in came.out.splitlines() if line.startswith("{")]


class Call(Scenario):
    """Three lines of work, each of one fact."""

    name = "a call rung, answered and noted"
    parts = ("1 lines", "2 lines")
    lines = ("ring 999 07700 900555", "answer .", "note . he went over the fence")

    def prepare(self, world: World) -> None:
        (world.beside / "script").write_text("\n".join(self.lines))
        self._before = _sizes(world)[0]

    def words(self, world: World) -> list[str]:
        return ["do", "--json", "--script", str(world.beside / "script"), "--session", FOUNDER]

    def done(self, world: World, came: Came) -> str:
        many = _sizes(world)[0] - self._before
        return NONE if not many else WHOLE if many >= len(self.lines) else f"{many} lines"

    def wrong(self, world: World, came: Came) -> str:
        said, size = _positions(came), _sizes(world)[0]
        first = [*range(self._before + 1, self._before + 1 + len(said))]
        if said != first or (said and said[-1] > size):
            return f"said {said} of {size}"
        return "more is recorded than was said" if size > self._before + len(said) else ""


class NewRecord(Call):
    """A record whose key is yet to be made."""

    name = "a new record that needs new record keys"
    parts = ()
    lines = ("ring 101 07700 900556",)
    keys_ahead = NO_KEYS


class FewKeys(NewRecord):
    """A record after which more record keys are made ahead."""

    name = "a new record that leaves few record keys"
    keys_ahead = FEW_KEYS


class Founded(Scenario):
    """A new store."""

    name = "a store founded"
    parts = unfinished = ("founded and not signed",)
    store_name = "new"

    def words(self, world: World) -> list[str]:
        return ["init", "--code", "GMP", "--name", "Greater Manchester Police", "--collar", "1001"]

    def again(self, world: World) -> list[str]:
        return self.words(world) if self.done(world, Came(0, "", "")) == NONE else ["watch", "--once"]

    def done(self, world: World, came: Came) -> str:
        try:
            with world.open() as room:
                if not room.journal.tip().size:
                    return NONE
                return WHOLE if room.key_folder.known.note() else self.parts[0]
        except Exception:  # noqa: BLE001 — no store: how it is told is the command's matter
            return NONE


class Loaded(Scenario):
    """Fifty rows in batches of twenty."""

    name = "rows loaded"
    parts = ("20 rows", "40 rows")
    rows = 50

    def prepare(self, world: World) -> None:
        rows = [f"2026-01-12 07:{at:02}:00,EMS,FALL {at},NORRISTOWN" for at in range(self.rows)]
        (world.beside / "rows.csv").write_text("\n".join(["ts,service,call_type,township", *rows]))

    def words(self, world: World) -> list[str]:
        return ["intake", "load", str(world.beside / "rows.csv"), "--map", "montgomery", "--json", "--session", FOUNDER]

    def done(self, world: World, came: Came) -> str:
        with world.open() as room:
            many = sum(entry.name == "incident.loaded" for entry in room.journal.entries())
        return NONE if not many else WHOLE if many == self.rows else f"{many} rows"


class Shown(Scenario):
    """A call shown, which the access log must name first."""

    name = "a call shown"

    def prepare(self, world: World) -> None:
        with world.open() as room:
            calls = [one for one in room.board.open() if isinstance(one, Contact) and one.stage is Stage.LINKED]
            self._ref = room.board.name(calls[0].id)
            self._stream = calls[0].id

    def words(self, world: World) -> list[str]:
        return ["show", self._ref, "--session", FOUNDER]

    def done(self, world: World, came: Came) -> str:
        with world.open() as room:
            named = any(self._stream in entry.fact.records for entry in room.access.entries())
        return WHOLE if named else NONE

    def wrong(self, world: World, came: Came) -> str:
        if WORDS in came.out and self.done(world, came) != WHOLE:
            return "words were shown, and the access log does not name them"
        return "nothing was shown" if came.code == DONE and WORDS not in came.out else ""


class Ringing(Shown):
    """A ringing 999 call on the screen, while a target is missed; the key folder is on another disk."""

    name = "a ringing 999 call on the screen"
    keys_beside = warns = repeats = True

    def prepare(self, world: World) -> None:
        with world.open() as room:
            calls = [one for one in room.board.open() if isinstance(one, Contact) and one.stage is Stage.RINGING]
            self._stream, self._ref = calls[0].id, room.board.name(calls[0].id)
        assert calls[0].channel is Channel.EMERGENCY

    def work(self, world: World, squeeze: Callable[[], None]) -> int:
        heard: list[Any] = []
        with world.open() as room:
            backroom = Backroom(room, FOUNDER, heard.append)
            backroom.start()
            until = time.monotonic() + WAIT_S
            while backroom._commits is None and time.monotonic() < until:
                time.sleep(0.001)
            squeeze()
            backroom._next_tick = 0.0  # time for the watch as well
            backroom.look_at(self._stream)
            backroom.carry(f"note {self._ref} {WORDS}")
            backroom.end()
        for one in heard:
            match one:
                case Opened():
                    print("opened", one.log, one.warning)
                case Answer():
                    print("told", one.text, one.fault)
                case Stopped():
                    print("stopped", one.why)
        return DONE

    def done(self, world: World, came: Came) -> str:
        with world.open() as room:
            named = any(self._stream in entry.fact.records for entry in room.access.entries())
            spool = room.key_folder.spool
            aside = spool.exists() and self._stream.hex() in spool.read_text()
        return WHOLE if named or aside else NONE

    def wrong(self, world: World, came: Came) -> str:
        if "stopped" in came.out:
            return f"the screen ended: {came.out[came.out.index('stopped') :].strip()}"
        if "07700 900125" not in came.out:
            return "the caller's number was not shown"
        if self.done(world, came) == NONE and (self.spools or "not in the access log" not in came.out):
            return "the view is in no log and in no spool"
        return "" if f"told note {self._ref} {WORDS}" in came.out else "the typed text was not kept"


class Verified(Scenario):
    """Everything verified: what cannot be read for want of space is no damage."""

    name = "a store verified"

    def words(self, world: World) -> list[str]:
        return ["verify"]

    def done(self, world: World, came: Came) -> str:
        return WHOLE if "verified" in came.out else NONE


class CheckpointSigned(Scenario):
    """A checkpoint, by the watch."""

    name = "a checkpoint signed"
    warns = True

    def words(self, world: World) -> list[str]:
        return ["watch", "--once"]

    def done(self, world: World, came: Came) -> str:
        from hueandcry.store.checkpoint import read

        with world.open() as room:
            keys = room.key_folder
            note = keys.known.note()
            assert note is not None
            return WHOLE if read(note, keys.verifier()).size >= room.journal.tip().size else NONE

    def wrong(self, world: World, came: Came) -> str:
        unsigned = came.code == DONE and self.done(world, came) != WHOLE
        return "not signed, and nothing said" if unsigned and "not signed" not in came.err else ""


class Erased(Scenario):
    """An erasure approved, and so carried out."""

    name = "a record erased"
    parts = ("pending",)

    def prepare(self, world: World) -> None:
        with world.open() as room:
            closed = [entry.stream for entry in room.journal.entries() if entry.name == "contact.closed"]
            second = Desk(room.journal, room.board, room.identity, Signed("5501", SECOND, "T2"))
            entries = carry_out(second, f"propose erase {stream_text(closed[0])} MoPI review 2026/114")
            self._stream, self._tail = closed[0], entries[0].fact.tail

    def words(self, world: World) -> list[str]:
        return ["do", "--session", FOUNDER, "approve", f"p{self._tail}"]

    def again(self, world: World) -> list[str]:
        if self.done(world, Came(0, "", "")) == "pending":
            return ["erase", stream_text(self._stream)]
        return self.words(world)

    def done(self, world: World, came: Came) -> str:
        with world.open() as room:
            record = room.board.record(self._stream)
            assert record is not None
            return {Erasure.NONE: NONE, Erasure.PENDING: "pending", Erasure.COMPLETED: WHOLE}[record.erasure]


class BackedUp(Scenario):
    """A backup, facts and record keys apart."""

    name = "a backup"

    def words(self, world: World) -> list[str]:
        return ["store", "backup", str(world.disk / "f"), "--keys", str(world.disk / "k"), "--session", FOUNDER]

    def done(self, world: World, came: Came) -> str:
        with world.open() as room:
            noted = any(entry.name == "policy.backed_up" for entry in room.journal.entries())
        return WHOLE if noted else NONE


class Exported(Scenario):
    """An incident exported."""

    name = "an export"

    def prepare(self, world: World) -> None:
        with world.open() as room:
            incidents = [one for one in room.board.open() if one.kind is Kind.INCIDENT]
            self._ref = stream_text(incidents[0].id)

    def words(self, world: World) -> list[str]:
        return [
            "share",
            "export",
            self._ref,
            "--to",
            "MET",
            "--file",
            str(world.disk / "out.cmx"),
            "--session",
            FOUNDER,
        ]

    def done(self, world: World, came: Came) -> str:
        file = world.disk / "out.cmx"
        with world.open() as room:
            noted = [entry.fact.digest for entry in room.journal.entries() if entry.name == "record.exported"]
        digest = sha256(file.read_bytes()).digest() if file.exists() else b""
        if not noted:
            return "a file that no fact tells of" if digest else NONE
        return WHOLE if digest == noted[-1] else "a fact of a file that is not there"


class Imported(Scenario):
    """An incident of another force."""

    name = "an import"

    def words(self, world: World) -> list[str]:
        return ["share", "import", str(world.beside / "met.cmx"), "--session", FOUNDER]

    def done(self, world: World, came: Came) -> str:
        with world.open() as room:
            return WHOLE if any(entry.name == "foreign.received" for entry in room.journal.entries()) else NONE


class PutBack(Scenario):
    """A backup put back into a new folder."""

    name = "a backup put back"
    store_name = "back"

    def prepare(self, world: World) -> None:
        old = world._replace(store_name="store")
        words = ["store", "backup", str(world.beside / "f"), "--keys", str(world.beside / "k"), "--session", FOUNDER]
        came = in_fork(lambda: hue(words), old)
        assert came.code == DONE, came.err
        with old.open() as room:
            room.sign_checkpoint()
        shutil.rmtree(old.store)

    def words(self, world: World) -> list[str]:
        return ["store", "restore", str(world.beside / "f"), "--keys", str(world.beside / "k"), "--behind"]

    def done(self, world: World, came: Came) -> str:
        try:
            with world.open() as room:
                return (
                    WHOLE
                    if any(entry.name == "policy.restored" for entry in room.journal.entries())
                    else "half put back"
                )
        except Exception:  # noqa: BLE001 — no store: how it is told is the command's matter
            return NONE


SCENARIOS = (
    Founded, Call, NewRecord, FewKeys, Loaded, Shown, Ringing, Verified, CheckpointSigned, Erased, BackedUp, Exported, Imported,
    PutBack,
)  # fmt: skip


# The campaign


class Campaign:
    """One means of scarcity, through all scenarios."""

    def __init__(self, scarce: Scarce, folder: Path, stores: dict[int, Path], name: str) -> None:
        self._scarce, self._folder, self._stores, self._name = scarce, folder, stores, name
        self._chance = chance(name)
        self.codes: Counter[int] = Counter()
        self.broken: dict[str, list[str]] = {}

    def run(self) -> None:
        """Go through all scenarios, and tell the row."""
        began = time.monotonic()
        for kind in SCENARIOS:
            self._through(kind())
        outcome = (
            f"{len(SCENARIOS)} commands, by {self._scarce.name}: {self.codes[UNAVAILABLE]:,} times refused, "
            f"{self.codes[DONE]:,} times done, nothing by halves"
        )
        tell(Told(self._name, self.codes.total(), outcome, time.monotonic() - began))

    def _through(self, scenario: Scenario) -> None:
        world = World(self._scarce.disk, self._folder / "beside", scenario.store_name, scenario.keys_beside)
        put_back(world, self._stores[scenario.keys_ahead])
        scenario.prepare(world)
        scenario.spools = self._scarce.spools
        ready = Path(tempfile.mkdtemp(dir=self._folder))
        for one in ("disk", "beside"):
            shutil.copytree(getattr(world, one), ready / one)
        self._sweep(lambda point: self._gets_through(scenario, world, ready, point), GOES_ON if scenario.warns else 0)

    def _sweep(self, gets_through: Callable[[int], bool], least: int) -> None:
        """Go from nothing up to where it gets through for good; as a sample, halve the way to there."""
        if PROOF:
            point = through = 0
            while through < THROUGH or point < least:
                through = through + 1 if gets_through(point) else 0
                point += 1
            return
        short, enough = 0, self._scarce.enough + self._chance.randrange(self._scarce.enough // 8)
        assert gets_through(enough)
        gets_through(0)
        while enough - short > 1:
            middle = (short + enough) // 2
            if gets_through(middle):
                enough = middle
            else:
                short = middle

    def _gets_through(self, scenario: Scenario, world: World, ready: Path, point: int) -> bool:
        put_back(world, ready)
        came = in_fork(lambda: scenario.work(world, lambda: self._scarce.squeeze(point)), world)
        self._scarce.ease()
        self.codes[came.code] += 1
        done = scenario.done(world, came)
        for wrong in self._judged(scenario, world, came, done):
            self.broken.setdefault(f"{scenario.name}: {wrong}", []).append(f"{point}: {came.err.strip()[-200:]}")
        return came.code == DONE and done == WHOLE

    def _judged(self, scenario: Scenario, world: World, came: Came, done: str) -> Iterator[str]:
        """Yield whatever is not as it must be, first as the command left it, then when it is given again."""
        yield from _told_well(came)
        if came.code == UNAVAILABLE and not any(reason in came.err for reason in self._scarce.reasons):
            yield f"names no reason: {came.err.strip()}"
        if done not in (NONE, WHOLE, *scenario.parts):
            yield f"half done: {done}"
        if came.code == DONE and done != WHOLE and not scenario.warns:
            yield f"said to be done: {done}"
        if wrong := scenario.wrong(world, came):
            yield wrong
        if done not in scenario.unfinished:
            yield from _not_sound(world)
        if done == WHOLE and not scenario.repeats:
            return
        again = in_fork(lambda: hue(scenario.again(world)), world)
        if again.code != DONE:
            yield f"cannot be done when there is space again: {again.code} {again.err.strip()}"
        elif scenario.done(world, again) != WHOLE:
            yield f"given again, it is {scenario.done(world, again)}"
        yield from _not_sound(world)


def put_back(world: World, ready: Path) -> None:
    """Put both folders back as they were."""
    for one in ("disk", "beside"):
        folder = getattr(world, one)
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(ready / one, folder, dirs_exist_ok=True)


def _told_well(came: Came) -> Iterator[str]:
    """A refusal is one sentence that names the reason."""
    if came.code not in (DONE, UNAVAILABLE):
        yield f"ended with {came.code}"
    lines = came.err.splitlines()
    if came.code == UNAVAILABLE and (len(lines) != 1 or not lines[0].startswith("hue: ")):
        yield f"not one sentence: {lines}"
    if "is not a store" in came.err:
        yield "names a wrong reason"
    if "Traceback" in came.err or "should not happen" in came.err:
        yield f"not meant for people: {lines[-1]}"


def _not_sound(world: World) -> Iterator[str]:
    if not (world.store / "journal.db").exists():
        return
    try:
        with world.open() as room:
            if not room.journal.tip().size:
                return  # a founding that broke off
            for finding in (
                Examination(room.folder, room.journal, room.key_folder, room.journal.seals).examine().findings
            ):
                yield f"not sound: {finding.text()}"
    except Exception as fault:  # noqa: BLE001 — whatever keeps it from being examined is what is looked for
        yield f"not examined: {type(fault).__name__}: {fault}"


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one: a thousand stores are copied, and none is to wait for a disk."""
    where = Path("/dev/shm")
    if os.access(where, os.W_OK):
        with tempfile.TemporaryDirectory(prefix="hue-full-disk-", dir=where) as folder:
            yield Path(folder)
    else:
        yield tmp_path_factory.mktemp("memory")


@pytest.fixture(scope="module")
def stores(memory: Path) -> dict[int, Path]:
    """The stores that commands begin on, by how many record keys were made at once."""
    made = {}
    for ahead in (KEYS, FEW_KEYS, NO_KEYS):
        folder = memory / f"ready-{ahead}"
        folder.mkdir()
        given = folder / "given"
        given.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keyring, "AHEAD", ahead)
            patch.setattr(keyring, "LOW", 0)
            give(given)
            (folder / "disk").mkdir()
            build(folder / "disk", given)
        (folder / "beside").mkdir()
        shutil.copy(given / "met.cmx", folder / "beside")
        shutil.copytree(folder / "disk" / "keys", folder / "beside" / "keys")
        made[ahead] = folder
    return made


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads come in small batches; and what the command line imports when it is first used is there before the forks."""
    monkeypatch.setattr(loader, "BATCH_ROWS", 20)
    monkeypatch.setattr(sys, "argv", ["hue"])
    assert hue(["board", "--store", "/nowhere"]) == UNAVAILABLE


@pytest.mark.proof
def test_on_a_full_disk_a_command_is_done_or_refused_and_can_be_given_again(
    memory: Path, stores: dict[int, Path]
) -> None:
    """Promise: what is acknowledged is kept, and what is refused leaves nothing behind."""
    with small_disk(memory / "disk") as scarce:
        campaign = Campaign(scarce, memory, stores, "a full disk at every write")
        campaign.run()
    assert not campaign.broken, "\n".join(
        f"{what}, at {len(where)}: {where[0]}" for what, where in campaign.broken.items()
    )


@pytest.mark.proof
def test_with_too_few_files_a_command_is_done_or_refused_and_can_be_given_again(
    memory: Path, stores: dict[int, Path]
) -> None:
    scarce = FewFiles(memory / "disk-of-many")
    campaign = Campaign(scarce, memory, stores, "too few files at every opening of one")
    campaign.run()
    assert not campaign.broken, "\n".join(
        f"{what}, at {len(where)}: {where[0]}" for what, where in campaign.broken.items()
    )
