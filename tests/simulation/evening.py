"""An evening at a steady pace, with the usual volume of callers or a multiple of it in one hour, and the partners' calls the same.

Theory of operation. Whoever rings and what a partner asks for is drawn before the evening begins, each by a chance of its own:
the usual callers, the partners and all service times are the same at every volume, and a surge only adds callers. Handlers
take the most pressing contact of the queue 'waiting', as the board has it; one person of the vulnerability desk takes the
first of the lane, and where the lane is empty what the desk is to look at; a dispatcher sends crews. Everybody does one thing
at a time and finishes it. All of it goes through the grammar, desks and the watch of a store, on a clock that is set.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.incident import Incident
from hueandcry.domain.reference import NS_PER_S, stream_text
from hueandcry.domain.staff import Register, SignOn, staff_stream
from hueandcry.operator.bootstrap import Founding, found
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import SetClock, seeded
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from hueandcry.store.item import Item

BEGINS = 1_795_460_400_000_000_000  # 2026-11-23 19:00:00 UTC, in ns
MINUTE = 60 * NS_PER_S
LASTS_MIN, SURGE_FROM_MIN, SURGE_UNTIL_MIN = 150, 45, 105
USUAL_PER_HOUR = 30
PARTNERS_RING, PARTNERS_WRITE = 12, 6
HANDLERS = ("2211", "2212", "2213", "2214")
DESK, DISPATCHER, SUPERVISOR = "4401", "3301", "5501"
ROLES = {DESK: Role.VULNERABILITY, DISPATCHER: Role.DISPATCHER, SUPERVISOR: Role.SUPERVISOR}
CREWS, OUT_MIN = 6, 25  # crews, and how long one is out
SITES = {"mri-ward-12": "0161 496 0012", "elm-house": "0161 496 0040", "edale": "0161 496 0050"}
CALL_S, TALK_S, DECIDE_S, LOOK_S = (120, 300), (60, 180), (90, 180), (45, 75)
ONE_SERVICE_S = 180  # the longest that the person at the desk is busy with one thing
LOOKS_AHEAD = 5 * MINUTE  # how long before its time the desk turns to what it is to look at
CHANNELS = ("999", "101", "101", "chat", "online")
ANSWERS = "situation=past threat=none risk=some investigation=none vulnerability={} engagement=wants-police"


@dataclass
class Caller:
    """Somebody who rings or writes: when, how long they take, and what came of it (ns UTC, 0 until then)."""

    at: int
    takes: int
    channel: str
    site: str = ""
    vulnerable: str = "none"
    advice: bool = False
    decide: int = 0
    above: int = 0
    ahead: int = 0
    answered: int = 0
    asked: int = 0
    told: int = 0
    late: bool = False


def drawn(random: Random, first_min: int, last_min: int) -> Caller:
    """Return a caller who rings at some time, drawn from a chance of their own."""
    at = BEGINS + random.randrange(first_min * 60, last_min * 60) * NS_PER_S
    vulnerable = random.choice(("child", "adult", "none", "none", "none"))
    takes = random.randint(*CALL_S) * NS_PER_S
    return Caller(at, takes, random.choice(CHANNELS), vulnerable=vulnerable, advice=random.random() < 0.6)


def ordinary(seed: str, times: int) -> list[Caller]:
    """Return the usual callers, and those that a surge adds within its hour."""
    usual = [drawn(Random(f"{seed} usual {one}"), 0, LASTS_MIN) for one in range(USUAL_PER_HOUR * LASTS_MIN // 60)]
    more = range((times - 1) * USUAL_PER_HOUR)
    return usual + [drawn(Random(f"{seed} more {one}"), SURGE_FROM_MIN, SURGE_UNTIL_MIN) for one in more]


def partners(seed: str) -> list[Caller]:
    """Return the partners' calls and written requests, the same at every volume."""
    found = []
    for one in range(PARTNERS_RING + PARTNERS_WRITE):
        random = Random(f"{seed} partner {one}")
        caller = drawn(random, 5, LASTS_MIN - 20)
        caller.channel = random.choice(("partner", "101")) if one < PARTNERS_RING else ""
        caller.site = random.choice(list(SITES))
        caller.takes, caller.decide = (random.randint(*span) * NS_PER_S for span in (TALK_S, DECIDE_S))
        found.append(caller)
    return found


class Evening:
    """One evening; `play` works it."""

    def __init__(self, path: Path, seed: str, times: int) -> None:
        self.callers, self.partners = ordinary(seed, times), partners(seed)
        self._seed, self._clock = seed, SetClock(BEGINS - 10 * MINUTE)
        founding = Founding("GMP", "Greater Manchester Police", "1001", keys=path.with_name(f"{path.name}-keys"))
        self.room, signed = found(path, founding, seeded(self._clock, 1))
        self._founder = Desk(self.room.journal, self.room.board, self.room.identity, signed)
        self._watch = Watch(self.room)
        self._desks = {collar: self._seated(collar) for collar in (*HANDLERS, *ROLES)}
        self._idle = [*HANDLERS, DESK]
        self._crews = [f"AB1{number}" for number in range(CREWS)]
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order, self.looked = count(), 0
        self._by: dict[bytes, Caller] = {}
        self.looks_late = 0

    def _seated(self, collar: str) -> Desk:
        room, me, signed = self.room, staff_stream(collar), Signed(collar, f"session-{collar}", f"T-{collar}")
        self._founder.do([Act(me, Register(collar, None, "", (ROLES.get(collar, Role.HANDLER),)))])
        arriving = Desk(room.journal, room.board, room.identity, signed, arriving=True)
        arriving.do([Act(me, SignOn(signed.session, 0, signed.seat, Place.OFFICE))])
        return Desk(room.journal, room.board, room.identity, signed)

    def _say(self, collar: str, *lines: str) -> list[Entry]:
        return [entry for line in lines for entry in carry_out(self._desks[collar], line)]

    def _plan(self, at: int, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), what))

    @property
    def _now(self) -> int:
        return self._clock.now_ns

    def _items(self) -> list[Item]:
        return self.room.board.items(self._now)

    def play(self) -> "Evening":
        """Work until every caller is answered, and every partner told."""
        self._register()
        for caller in self.callers:
            self._plan(caller.at, lambda one=caller: self._rings(one, "07700900123"))
        for caller in self.partners:
            asks = self._rings if caller.channel else self._writes
            self._plan(caller.at, lambda one=caller, asks=asks: asks(one, SITES[one.site]))
        self._plan(BEGINS, self._tick)
        while self._agenda and not self._done():
            at, _, what = heapq.heappop(self._agenda)
            self._clock.set(at)
            what()
            self._turn_to_work()
        self.room.close()
        return self

    def _done(self) -> bool:
        return all(one.answered for one in self.callers) and all(one.told for one in self.partners)

    def _register(self) -> None:
        self._say(DESK, *(f"partner of-{site} nhs The partner of {site}" for site in SITES))
        self._say(DESK, *(f"site of-{site} {site} The site / {number}" for site, number in SITES.items()))
        self._say(DISPATCHER, *(f"unit {crew} CENTRAL" for crew in self._crews))

    # Who rings, what time demands

    def _rings(self, caller: Caller, number: str) -> None:
        rang = self._say(SUPERVISOR, f"ring {caller.channel} {number}")[0]
        self._by[rang.stream] = caller
        items = self._items()
        mine = next(item for item in items if item.stream == rang.stream)
        in_lane = (mine.queue, mine.owner) == ("partner", "vulnerability")
        assert in_lane is bool(caller.site), "a partner waits in the lane, and nobody else does"
        caller.above = items.index(mine)
        caller.ahead = [item.stream for item in items if item.queue == mine.queue].index(rang.stream)

    def _writes(self, caller: Caller, _: str) -> None:
        """A request that comes in writing is asked at once."""
        caller.answered = self._now
        self._ask(SUPERVISOR, caller, "-")

    def _ask(self, collar: str, caller: Caller, contact: str) -> None:
        words = "Sister Jones / 0161 496 0000 / left the ward without medication"
        asked = self._say(collar, f"expedite {caller.site} walkout {contact} {words}")[0]
        self._by[asked.stream], caller.asked = caller, self._now

    def _tick(self) -> None:
        for entry in self._watch.tick():
            if entry.name == "expedite.unanswered":
                self._by[entry.stream].late = True
            self.looks_late += "desk-review" in str(getattr(entry.fact, "target", ""))
        self._plan(self._now + MINUTE, self._tick)

    # Who works

    def _turn_to_work(self) -> None:
        """Whoever has nothing in hand takes the next thing, and the dispatcher sends who is free."""
        items = self._items()
        waits = [item for item in items if item.queue == "waiting"]
        idle = [collar for collar in self._idle if collar != DESK]
        for collar, item in zip(idle, waits, strict=False):
            self._begins(collar, *self._takes_call(collar, item))
        if DESK in self._idle and (next_of_lane := self._lane([item for item in items if item.queue == "partner"])):
            self._begins(DESK, *next_of_lane)
        to_send = [item for item in items if item.queue == "dispatch"][: len(self._crews)]
        for item in to_send:
            crew, it = self._crews.pop(0), stream_text(item.stream)
            self._say(DISPATCHER, f"send {it} {crew}")
            self._plan(self._now + OUT_MIN * MINUTE, lambda crew=crew, it=it: self._back(crew, it))

    def _begins(self, collar: str, until: int, then: Callable[[], None]) -> None:
        self._idle.remove(collar)
        self._plan(until, lambda: self._finishes(collar, then))

    def _finishes(self, collar: str, then: Callable[[], None]) -> None:
        then()
        self._idle.append(collar)

    def _back(self, crew: str, it: str) -> None:
        self._say(DISPATCHER, f"arrive {it} {crew}", f"result {it} attended seen to", f"clear {crew}", f"close {it}")
        self._crews.append(crew)

    def _takes_call(self, collar: str, item: Item) -> tuple[int, Callable[[], None]]:
        """A handler takes the most pressing contact that waits."""
        caller = self._by[item.stream]
        return self._answers(collar, item), lambda: self._after_call(collar, caller, stream_text(item.stream))

    def _answers(self, collar: str, item: Item) -> int:
        """Have somebody answer; returns when they are done."""
        caller = self._by[item.stream]
        self._say(collar, f"answer {stream_text(item.stream)}")
        caller.answered = self._now
        return self._now + caller.takes

    def _after_call(self, collar: str, caller: Caller, it: str) -> None:
        if caller.advice:
            self._say(collar, f"notasked {it} all not-relevant", f"resolve {it} advice told where", f"close {it}")
            return
        self._incident(collar, it, caller.vulnerable)
        self._say(collar, f"close {it}")

    def _incident(self, collar: str, source: str, vulnerable: str) -> None:
        it = stream_text(self._say(collar, f"open {source} welfare not seen since noon")[0].stream)
        self._say(collar, f"assess {it} {ANSWERS.format(vulnerable)}", f"grade {it} 3 as it stands")

    # The vulnerability desk

    def _lane(self, lane: list[Item]) -> tuple[int, Callable[[], None]] | None:
        """The person at the desk takes the first of the lane; where it is empty, what the desk is to look at."""
        if not lane:
            return self._looks()
        item, caller = lane[0], self._by[lane[0].stream]
        if item.kind == "contact":
            return self._answers(DESK, item), lambda: self._after_talk(caller, stream_text(item.stream))
        return self._now + caller.decide, lambda: self._decided(caller, stream_text(item.stream))

    def _after_talk(self, caller: Caller, it: str) -> None:
        self._ask(DESK, caller, it)
        self._say(DESK, f"close {it}")

    def _decided(self, caller: Caller, it: str) -> None:
        self._say(DESK, f"verify {it} call-back {SITES[caller.site]} the ward", f"decide {it} accept real risk")
        self._incident(DESK, it, "adult")
        self._say(DESK, f"tellback {it} Sister Jones: we are looking", f"close {it}")
        caller.told = self._now

    def _looks(self) -> tuple[int, Callable[[], None]] | None:
        """The desk looks at what is vulnerable and has nobody sent, in the order of its times."""
        scheme = self.room.board.policy.safeguarding
        assert scheme is not None
        for_desk = [one for one in self.room.board.open() if isinstance(one, Incident) and one.for_desk]
        due = sorted((one.desk_due(scheme), one.id) for one in for_desk)
        if not due or due[0][0] > self._now + LOOKS_AHEAD:
            return None
        self.looked += 1
        takes = Random(f"{self._seed} look {self.looked}").randint(*LOOK_S) * NS_PER_S
        return self._now + takes, lambda: self._has_looked(due[0][1])

    def _has_looked(self, stream: bytes) -> None:
        about = self.room.board.record(stream)
        if isinstance(about, Incident) and about.for_desk:  # somebody may have been sent meanwhile
            self._say(DESK, f"desk {stream_text(stream)} as-assessed nothing else is known of them")
