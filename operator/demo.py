"""The demo: a bundled real day on a throw-away store, in lines or on the screen.

Theory of operation. A store is founded in a temporary folder with a clock that the demo sets. In lines, the whole day is
worked at once: the scripted stories are printed in full, the rest as one line an hour that counts the facts of that
hour; then the store is verified and replayed as any store is. On the screen, the evening is worked at a chosen speed by
simulated staff while the person at the keyboard works with them.
"""

import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from hueandcry.domain import contact, deployment, escalation, expedite, grading, incident, recall
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import schema_hash
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.replay import digest
from hueandcry.domain.staff import Grant, Register, SignOn, staff_stream
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import SetClock, seeded
from hueandcry.operator.simulated import CREWS, DAY, DISPATCHERS, HANDLERS, Outcome, Simulation, real_rows
from hueandcry.operator.stories import CAST
from hueandcry.operator.text import safe_text
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from hueandcry.store.moment import local_text, read_moment
from hueandcry.store.naming import RoomNames
from hueandcry.store.records import blank
from hueandcry.store.verify import verify

ZONE = "America/Chicago"
FOUNDER = "1001"
PATROLS = {"A": "NORTH", "B": "SOUTH", "C": "EAST", "D": "WEST"}
HOUR_NS = 3600 * NS_PER_S
TICK_NS = 300 * NS_PER_S
EVENING = "20:10:00"
REAL = (
    "Real: when each contact came, what it was about and in which district (San Antonio PD calls for service, 4 July 2023,",
    "MIT, github.com/ryan-serpico/sa-sapd-calls-mirror). Simulated: channels, words, answers, grades and everything staff do.",
    "Scripted: the stories printed in full; nobody in them exists. Every line shown is a fact in the store, or counts facts.",
)


@contextmanager
def _stage(
    seed: int, begins: str, keep: Path | None = None
) -> Iterator[tuple[Room, SetClock, dict[str, Desk], Signed]]:
    """Found a store for a day in a temporary folder with its staff signed on; at the end, copy it into one that is kept."""
    if keep is not None:
        _check_new(keep)
        _check_new(keys_beside(keep))
    with tempfile.TemporaryDirectory(prefix="hue-demo-", dir=_throw_away()) as folder:
        clock = SetClock(0)
        identity = seeded(clock, seed)
        founding = Founding("DEMO", "Demonstration room", FOUNDER, zone=ZONE, keys=Path(folder) / "keys")
        clock.set(read_moment(f"{DAY} {begins}", ZoneInfo(ZONE), 0))
        room, signed = found(Path(folder) / "store", founding, identity)
        desks = {FOUNDER: Desk(room.journal, room.board, identity, signed)}
        for collar in HANDLERS:
            desks[collar] = _seated(room, desks[FOUNDER], collar, (Role.HANDLER,), Place.OFFICE)
        for collar in DISPATCHERS:
            desks[collar] = _seated(room, desks[FOUNDER], collar, (Role.DISPATCHER,), Place.OFFICE)
        for collar, (role, place) in CAST.items():
            desks[collar] = _seated(room, desks[FOUNDER], collar, (Role(role),), Place(place))
        for crew in CREWS:
            carry_out(desks[DISPATCHERS[0]], f"unit {crew} {PATROLS[crew[0]]}")
        try:
            yield room, clock, desks, signed
        finally:
            room.close()
        if keep is not None:
            shutil.copytree(Path(folder) / "store", keep, dirs_exist_ok=True)
            shutil.copytree(Path(folder) / "keys", keys_beside(keep), dirs_exist_ok=True)


def keys_beside(keep: Path) -> Path:
    """Return where the keys of a day's store are kept: in a folder of their own beside it."""
    return keep.absolute().with_name(f"{keep.absolute().name}-keys")


def _check_new(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is there already and not empty: the day is kept in a new folder")


def _throw_away() -> str | None:
    """Return where a store that is thrown away is made: in memory where the system offers it, so that no disk is kept busy."""
    memory = Path("/dev/shm")  # noqa: S108 — a folder of an unguessable name is made in it
    return str(memory) if os.access(memory, os.W_OK) else None


def _seated(room: Room, founder: Desk, collar: str, roles: tuple[Role, ...], place: Place) -> Desk:
    me = staff_stream(collar)
    founder.do([Act(me, Register(collar, None, "", roles))])
    signed = Signed(collar, f"demo-{collar}", f"seat-{collar}")
    arriving = Desk(room.journal, room.board, room.identity, signed, arriving=True)
    arriving.do([Act(me, SignOn(signed.session, 0, signed.seat, place))])
    return Desk(room.journal, room.board, room.identity, signed)


# In lines


def in_lines(seed: int, keep: Path | None = None) -> None:
    """Work the whole day and print it: stories in full, the rest one line an hour."""
    began = time.monotonic()
    for line in REAL:
        console.say(line)
    with _stage(seed, "00:00:00", keep) as (room, clock, desks, _):
        zone = room.board.zone
        simulation = Simulation(desks, seed, lambda outcome: _say_outcome(outcome, room))
        for said in real_rows():
            simulation.ring(said)
        simulation.cast(zone)
        watch = Watch(room)
        hour = clock.now_ns
        while (due := simulation.next_due) is not None and hour < clock_end(clock, zone):
            while due >= hour + HOUR_NS:
                hour += HOUR_NS
                _say_hour(room, hour - HOUR_NS)
            if due // TICK_NS != clock.now_ns // TICK_NS:
                watch.tick()
            clock.set(due)
            simulation.step()
        _say_end(room, time.monotonic() - began, keep)


def clock_end(clock: SetClock, zone: ZoneInfo) -> int:
    """Return when the played day is over: at its last local hour."""
    return read_moment(f"{DAY} 23:59:59", zone, clock.now_ns) + 1


def _say_outcome(outcome: Outcome, room: Room) -> None:
    if outcome.story.lines[0][2] == outcome.line:
        console.say("")
        console.say(f"Story: {outcome.story.title}", "bold")
    now_ns = room.identity.now()
    console.say(safe_text(f"{local_text(now_ns, room.board.zone)}       {outcome.collar:<8} > {outcome.line}"))
    if outcome.refusal:
        console.say(safe_text(f"{'':<24} refused: {outcome.refusal}"))
    names = RoomNames(room.board, now_ns)
    for entry in outcome.entries:
        console.say(console.fact_line(entry, room.board, names))


def _say_hour(room: Room, since: int) -> None:
    """Print what an hour came to, counted from its facts."""
    first, last = room.journal.position_at(since - 1), room.journal.position_at(since + HOUR_NS - 1)
    counts: Counter[str] = Counter()
    grades: Counter[str] = Counter()
    for entry in room.journal.entries(first, last):
        counts[entry.name] += 1
        if isinstance(entry.fact, grading.Graded):
            grades[entry.fact.grade] += 1
    told = [
        f"{counts[contact.Rang.card.name]} rang",
        f"{counts[contact.Answered.card.name]} answered",
        f"{counts[recall.Abandoned.card.name]} lost",
        f"{counts[incident.Opened.card.name]} incidents",
        "grades " + " ".join(f"{grade}:{grades[grade]}" for grade in sorted(grades)),
        f"{counts[deployment.TargetMissed.card.name]} targets missed",
        f"{counts[escalation.Escalated.card.name]} escalated",
        f"{counts[expedite.Asked.card.name]} expedites",
        f"{sum(counts.values())} facts",
    ]
    zone = room.board.zone
    console.say(f"{local_text(since, zone)[:5]}-{local_text(since + HOUR_NS, zone)[:5]}  {', '.join(told)}")


def _say_end(room: Room, seconds: float, keep: Path | None) -> None:
    result = verify(room.journal)
    streams = room.journal.streams()
    replayed = digest(result.size, result.root, streams, blank)
    console.say("")
    sound = "verified" if not result.findings else f"NOT as recorded: {result.findings[0].text()}"
    console.say(f"{result.size} facts {sound}, root {result.root.hex()}")
    console.say(f"replayed to the digest {replayed} (schema {schema_hash().hex()[:12]})")
    end = (
        "its store is thrown away"
        if keep is None
        else f"its store is kept: HUE_STORE={keep} HUE_KEYS={keys_beside(keep)}"
    )
    console.say(safe_text(f"The day took {seconds:.0f} seconds; {end}"))


# On the screen


class Playing(threading.Thread):
    """Works the evening at a speed, beside the person at the screen, until it is told to stop."""

    def __init__(self, simulation: Simulation, watch: Watch, clock: SetClock, speed: float) -> None:
        super().__init__(name="simulated staff", daemon=True)
        self._simulation, self._watch, self._clock, self._speed = simulation, watch, clock, speed
        self._stop_asked = threading.Event()

    def run(self) -> None:
        began, start = time.monotonic(), self._clock.now_ns
        while not self._stop_asked.wait(0.05):
            now = start + int((time.monotonic() - began) * self._speed * NS_PER_S)
            while (due := self._simulation.next_due) is not None and due <= now:
                self._clock.set(due)
                self._simulation.step()
            if now // TICK_NS != self._clock.now_ns // TICK_NS:
                self._watch.tick()
            self._clock.set(now)

    def end(self) -> None:
        """Stop working and wait until that is so."""
        self._stop_asked.set()
        self.join()


def on_screen(seed: int, speed: float) -> None:
    """Open the control room on the evening of the bundled day."""
    from hueandcry.operator.app import run

    with _stage(seed, "18:00:00") as (room, clock, desks, signed):
        zone = room.board.zone
        evening = read_moment(f"{DAY} {EVENING}", zone, 0)
        begins = clock.now_ns
        simulation = Simulation(desks, seed)
        for said in real_rows():
            if said.occurred >= begins:
                simulation.ring(said)
        simulation.cast(zone, begins)
        while (due := simulation.next_due) is not None and due < evening:
            clock.set(due)
            simulation.step()
        for role in (Role.DISPATCHER, Role.VULNERABILITY, Role.SUPERVISOR):
            desks[FOUNDER].do([Act(staff_stream(FOUNDER), Grant(role))])
        playing = Playing(simulation, Watch(room), clock, speed)
        mine = room.beside()
        playing.start()
        try:
            run(mine, signed.session, title="demo: 4 July 2023, simulated staff")
        finally:
            playing.end()
