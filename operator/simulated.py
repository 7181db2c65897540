"""Simulated staff work a real day's contacts, through the same grammar as people do.

Theory of operation. When, what about and in which district somebody called is real; the channel, the words, the answers
and everything staff do is drawn from a seed. Every step is a line at a desk at a simulated time, kept in a heap in order
of time. A handler takes one contact after another; a contact waits while all of them are busy. The clock belongs to the
caller, who decides how fast it goes.
"""

import csv
import gzip
import heapq
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib.resources import files
from zoneinfo import ZoneInfo

from msgspec import Struct

from hueandcry.domain.contact import UNKNOWN, Rang
from hueandcry.domain.expedite import Asked
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.reference import NS_PER_S, read_stream, stream_text
from hueandcry.domain.staff import Proposed
from hueandcry.operator.desk import Desk
from hueandcry.operator.intake.maps import MAPS, Said
from hueandcry.operator.stories import STORIES, Story
from hueandcry.operator.verbs import carry_out
from hueandcry.store.moment import read_moment

SAMPLE = "san-antonio-2023-07-04.csv.gz"
DAY = "2023-07-04"
HANDLERS = tuple(f"22{number}" for number in range(20, 44))
DISPATCHERS = tuple(f"33{number}" for number in range(10, 16))
CREWS = tuple(f"{letter}{number}" for letter in "ABCD" for number in range(10, 60))
CATEGORIES = (
    ("Family", "domestic"),
    ("Violation of Protective", "domestic"),
    ("Assault", "violence"),
    ("Fight", "violence"),
    ("Shooting", "violence"),
    ("Gun", "violence"),
    ("Robbery", "robbery"),
    ("Holdup", "robbery"),
    ("Burglary Vehicle", "vehicle-crime"),
    ("Theft of Vehicle", "vehicle-crime"),
    ("Burglary", "burglary"),
    ("Theft", "theft"),
    ("Shoplifting", "theft"),
    ("Mischief", "damage"),
    ("Narcotic", "drugs"),
    ("Fireworks", "asb-nuisance"),
    ("Music", "asb-nuisance"),
    ("Disturbance", "asb-nuisance"),
    ("Welfare", "welfare"),
    ("Injured", "welfare"),
    ("Missing", "missing"),
    ("Mental", "mental-health"),
    ("DOA", "sudden-death"),
    ("Suspicious", "suspicious"),
    ("Prowler", "suspicious"),
    ("Major Accident", "collision-injury"),
    ("Accident", "collision-damage"),
    ("Traffic", "road"),
    ("Vehicle", "road"),
    ("Alarm", "alarm"),
    ("Animal", "animal"),
    ("Property", "property"),
    ("Visitation", "civil-dispute"),
    ("Patrol", "police-generated"),
    ("Officer", "police-generated"),
)


class Outcome(Struct, frozen=True):
    """One line of a scripted story as it went: who typed it, and what was recorded or why it was refused."""

    story: Story
    collar: str
    line: str
    entries: tuple[Entry, ...]
    refusal: str


class _Step(Struct, frozen=True):
    due: int
    turn: int
    what: Callable[[], None] = lambda: None

    def __lt__(self, other: "_Step") -> bool:
        return (self.due, self.turn) < (other.due, other.turn)


def real_rows() -> Iterator[Said]:
    """Yield what the rows of the bundled day say, in the file's order."""
    found = MAPS["san-antonio"]
    zone = ZoneInfo(found.zone)
    content = files("hueandcry.operator.intake.sample").joinpath(SAMPLE).read_bytes()
    rows = csv.reader(gzip.decompress(content).decode().splitlines())
    next(rows)
    return (found.read(row, zone) for row in rows)


def category_of(wording: str) -> str:
    """Return the category that a simulated handler gives to a real type."""
    return next((category for word, category in CATEGORIES if word in wording), "other")


class Simulation:
    """A day of real contacts and scripted stories, as steps in order of time."""

    def __init__(self, desks: dict[str, Desk], seed: int, told: Callable[[Outcome], None] = lambda _: None) -> None:
        self._desks, self._told = desks, told
        self._chance = random.Random(seed)  # noqa: S311 — a play, not a secret
        self._steps: list[_Step] = []
        self._turn = 0
        self._free = dict.fromkeys(HANDLERS, 0)
        self._crews, self._on = list(CREWS), dict[str, str]()
        self._names: dict[tuple[str, str], str] = {}
        self.worked = 0

    # Time

    def at(self, due: int, what: Callable[[], None]) -> None:
        """Have something happen at a time (ns UTC)."""
        self._turn += 1
        heapq.heappush(self._steps, _Step(due, self._turn, what))

    @property
    def next_due(self) -> int | None:
        """When the next step is due (ns UTC), None when the day is over."""
        return self._steps[0].due if self._steps else None

    def step(self) -> None:
        """Do the next step."""
        heapq.heappop(self._steps).what()

    # Stories

    def cast(self, zone: ZoneInfo, since: int = 0) -> None:
        """Put the stories that begin from a time on into the day."""
        for story in STORIES:
            begins = read_moment(f"{DAY} {story.begins}", zone, 0)
            for seconds, collar, line in story.lines if begins >= since else ():
                self.at(
                    begins + seconds * NS_PER_S,
                    partial(self._say, story, collar, line),
                )

    def _say(self, story: Story, collar: str, text: str) -> None:
        desk = self._desks[collar]
        line = text.removeprefix("! ")
        for sign in "icep":
            line = line.replace(f"@{sign}", self._named(story, sign))
        try:
            entries = desk.opened(carry_out(desk, line))
        except Refused as refusal:
            self._told(Outcome(story, collar, line, (), refusal.rule))
            return
        self._remember(story, entries)
        self._told(Outcome(story, collar, line, tuple(entries), ""))

    def _named(self, story: Story, sign: str) -> str:
        return self._names.get((story.title, sign), "") or "."

    def _remember(self, story: Story, entries: list[Entry]) -> None:
        board = next(iter(self._desks.values())).board
        signs: dict[object, str] = {Rang: "c", Opened: "i", Asked: "e"}
        for entry in entries:
            if isinstance(entry.fact, Proposed):
                self._names[story.title, "p"] = f"p{entry.fact.tail}"
            elif type(entry.fact) in signs:
                self._names.setdefault((story.title, signs[type(entry.fact)]), board.name(entry.stream))

    # The real day

    def ring(self, said: Said) -> None:
        """Put a real row into the day: somebody calls, or an officer reports."""
        self.at(said.occurred, lambda: self._rang(said) if said.contact else self._reported(said))

    def _do(self, collar: str, line: str) -> list[Entry]:
        return carry_out(self._desks[collar], line)

    def _later(self, due: int, collar: str, line: str) -> None:
        self.at(due, lambda: self._simply(collar, line))

    def _simply(self, collar: str, line: str) -> None:
        with suppress(Refused):  # someone at the screen was first; the simulated person goes on
            self._do(collar, line)

    def _seconds(self, low: float, high: float) -> int:
        return int(self._chance.uniform(low, high) * NS_PER_S)

    def _rang(self, said: Said) -> None:
        urgent = self._chance.random() < 0.5
        handler = min(self._free, key=self._free.__getitem__)
        (rang,) = self._do(handler, f"ring {'999' if urgent else '101'} 07700 9{self._chance.randrange(10**5):05d}")
        ref = stream_text(rang.stream)
        now = said.occurred
        begin = max(now, self._free[handler]) + self._seconds(2, 15)
        if begin - now > 240 * NS_PER_S and self._chance.random() < 0.3:
            return self._lost(ref, handler, now)
        end = begin + self._seconds(70, 260)
        self._free[handler] = end
        self._later(begin, handler, f"answer {ref}")
        self.at(begin + (end - begin) // 3, lambda: self._triaged(ref, handler, said))
        self.at(end, lambda: self._opened(ref, handler, said))
        return None

    def _lost(self, ref: str, handler: str, now: int) -> None:
        due = now + self._seconds(60, 200)
        self._later(due, handler, f"abandon {ref}")
        for _ in range(3):
            due += self._seconds(120, 420)
            self._later(due, handler, f"recall {ref} no-answer")
        due += self._seconds(20, 90)
        self._later(due, handler, f"notasked {ref} all line-lost")
        self._later(due + NS_PER_S, handler, f"close {ref} rang back three times, nothing known at the number")

    def _answers(self, said: Said) -> dict[str, str]:
        violent = category_of(said.wording) in ("domestic", "violence", "robbery")
        draw = self._chance.choices
        return {
            "situation": draw(
                ("now", "just-over", "past"), (5, 3, 3) if violent or "Progress" in said.wording else (2, 3, 5)
            )[0],
            "threat": draw(("weapon", "present", "spoken", "none"), (1, 3, 3, 4) if violent else (0, 1, 2, 30))[0],
            "risk": draw(("life", "serious", "some", "low"), (1, 6, 20, 8) if violent else (1, 8, 60, 120))[0],
            "investigation": draw(("perishing", "some", "none"), (1, 5, 9))[0],
            "vulnerability": draw(("child", "adult", "repeat", "none"), (2, 2, 2, 9) if violent else (1, 1, 1, 30))[0],
            "engagement": draw(("wants-police", "wants-advice"), (3, 1))[0],
        }

    def _triaged(self, ref: str, handler: str, said: Said) -> None:
        if said.district != UNKNOWN:
            self._simply(handler, f"locate {ref} {said.district}")
        for element, answer in self._answers(said).items():
            passed = element == "engagement" and self._chance.random() < 0.1
            self._simply(
                handler, f"notasked {ref} {element} line-lost" if passed else f"triage {ref} {element} {answer}"
            )

    def _opened(self, ref: str, handler: str, said: Said) -> None:
        try:
            entries = self._do(handler, f"open {ref} {category_of(said.wording)} {said.wording}")
        except Refused:
            return
        self._worked(stream_text(entries[0].stream), handler)
        self._simply(handler, f"close {ref}")

    def _reported(self, said: Said) -> None:
        collar = self._chance.choice(DISPATCHERS)
        entries = self._do(collar, f"open - police-generated {said.wording}")
        ref = stream_text(entries[0].stream)
        self._simply(collar, f"locate {ref} {said.district}")
        self._simply(
            collar,
            f"assess {ref} situation=now threat=none risk=low investigation=none vulnerability=none engagement=wants-police",
        )
        self._simply(collar, f"grade {ref} 3")
        self._simply(collar, f"send {ref} P{self._chance.randrange(10, 99)}")
        self._simply(collar, f"arrive {ref}")
        self._ended(ref, collar, said.occurred + self._seconds(300, 1500), "attended")

    def _worked(self, ref: str, handler: str) -> None:
        """Assess, grade as suggested, hand on; a dispatcher sends somebody by the grade."""
        entries = self._do(handler, f"assess {ref}")
        grade = getattr(entries[0].fact, "suggested", "4")
        self._simply(handler, f"grade {ref} {grade}")
        self.worked += 1
        now = self._desks[handler].identity.now()
        collar = self._chance.choice(DISPATCHERS)
        if grade == "5":
            self._later(now + self._seconds(60, 300), collar, f"told {ref} rang back, advice given, nobody will come")
            self._ended(ref, collar, now + self._seconds(360, 900), "advice")
            return
        sent = now + {"1": self._seconds(20, 300), "2": self._seconds(120, 2400)}.get(grade, self._seconds(600, 9000))
        there = sent + self._seconds(180, 1500)
        self.at(sent, lambda: self._sent(ref, collar))
        self._later(there, collar, f"arrive {ref}")
        self._ended(
            ref,
            collar,
            there + self._seconds(600, 3600),
            self._chance.choice(("attended", "crime", "no-crime", "no-trace")),
        )

    def _sent(self, ref: str, collar: str) -> None:
        """Send the crew that has been free for longest; where all are busy, one that is not on the list."""
        crew = self._crews.pop(0) if self._crews else f"X{self._chance.randrange(10, 99)}"
        self._on[ref] = crew
        self._simply(collar, f"send {ref} {crew}")

    def _ended(self, ref: str, collar: str, due: int, result: str) -> None:
        self._later(due, collar, f"result {ref} {result}")
        self.at(due + 20 * NS_PER_S, lambda: self._crime(ref, collar, result))
        self.at(due + 30 * NS_PER_S, lambda: self._closed(ref, collar))

    def _crime(self, ref: str, collar: str, result: str) -> None:
        board = self._desks[collar].board
        record = board.records.get(read_stream(ref) or b"")
        if not isinstance(record, Incident) or not record.crime_undecided(board.policy):
            return
        crime = f"crime {ref} {DAY[:4]}.{self._chance.randrange(10**6):06d}"
        self._simply(collar, crime if result == "crime" else f"nocrime {ref} nothing found that would be one")

    def _closed(self, ref: str, collar: str) -> None:
        self._simply(collar, f"close {ref}")
        crew = self._on.pop(ref, "")
        if crew in CREWS:
            self._crews.append(crew)
