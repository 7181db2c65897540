"""A night in the room: a late shift, the night shift and an early one, at two desks on one store, and who keeps the watch.

Theory of operation. All that happens stands in an agenda in order of simulated time, drawn from a seed: callers ring,
staff turn to something, shifts change, a keeper looks, a keeper stops. What a member of staff types is mostly what comes
next for an item, sometimes anything that the grammar offers, and sometimes another writes about the same item after it was
decided and before it is recorded. Before each line the model says whether the rules must refuse it, and after each it
takes the facts from the journal; a line that is refused has written none. Everything goes through the grammar and a desk.
"""

import heapq
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Refused
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import read_stream
from hueandcry.domain.staff import Register, SignOn, staff_stream
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.bundled import pack_text
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import SetClock, seeded
from hueandcry.operator.partnering import set_phrase
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Lease, Watch
from hueandcry.store.codec import Pending
from hueandcry.store.log import NOTHING, Seen
from hueandcry.store.views import Board
from tests.simulation.desklines import FOR_THE_DESK, NUMBERS, PHRASES, RINGS_ON, SafeguardingLines
from tests.simulation.model import Model, Rules
from tests.simulation.things import (
    FINE,
    NS,
    Call,
    Case,
    Item,
    Line,
    Referral,
    Request,
    Typed,
    instant,
    waits_for,
)

MS = 1_000_000
ANY = "for whatever reason"
ZONE = "Europe/London"
FOUNDED, BEGINS, RINGS_UNTIL, ENDS = "21:30", "21:35", "07:04", "07:10"
LATE, NIGHT, EARLY = "1", "2", "3"  # the third figure of a collar number
SEATS = (
    ("22{}1", (Role.HANDLER,)),
    ("22{}2", (Role.HANDLER,)),
    ("33{}1", (Role.DISPATCHER,)),
    ("44{}1", (Role.VULNERABILITY, Role.HANDLER)),
    ("55{}1", (Role.SUPERVISOR, Role.DISPATCHER)),
    ("66{}1", (Role.SERGEANT, Role.INSPECTOR)),
)
DISTRICTS = ("NORTH", "SOUTH", "CENTRAL")
CREWS = tuple(f"{letter}{number}" for letter in "NSC" for number in range(11, 15))
STRANGERS = tuple(f"X{number}" for number in range(1, 7))  # callsigns that nobody put on the list
TURNS = 36  # of staff, for each caller
PACES = (0.9, 0.9, 0.5, 0.2, 0.06)  # how likely whoever turns to an item does something about it
CHANNELS = ("999", "999", "999", "101", "101", "chat", "online", "social", "partner", "ivr")
CATEGORIES = ("domestic", "violence", "burglary", "theft", "robbery", "welfare", "missing", "road", "other")
ANSWERS = {
    "situation": ("now", "just-over", "past", "unknown"),
    "threat": ("weapon", "present", "spoken", "none", "none", "none"),
    "risk": ("life", "serious", "some", "low", "low"),
    "investigation": ("perishing", "some", "none"),
    "vulnerability": ("child", "adult", "repeat", "none", "none", "none"),
    "engagement": ("wants-police", "wants-advice", "unsafe-to-talk", "unwilling"),
}
REASONS = ("line-lost", "unsafe", "unable", "language", "not-relevant")
QUESTIONS = (("weapon-seen", "seen"), ("hurt", "yes"), ("breathing", "no"), ("means", "unknown"), ("age", "nine"))
SORTS = ("arrival", "call-back", "take-up", "tell-caller", "tell-partner", "update")
SHORTER = (  # what another pack of grades has otherwise
    (b"resource_within_s = 1200", b"resource_within_s = 900"),
    (b"attend_within_s = 14400", b"attend_within_s = 7200"),
    (b"attend_within_s = 172800", b"attend_within_s = 86400"),
    (b"answer_within_s = 900", b"answer_within_s = 600"),
    (b"risk = 100", b"risk = 150"),
)
SOONER = (  # and another pack of safeguarding
    (b"review_within_s = 600", b"review_within_s = 480"),
    (b"review_every_s = 1800", b"review_every_s = 1200"),
    (b"form_kept_s = 86400", b"form_kept_s = 900"),
    (b"after_s = 900", b"after_s = 600"),
    (b"received_within_s = 3600", b"received_within_s = 600"),
    (b"desk = [", b'desk = [{ code = "south", name = "South", district = ["SOUTH"] }, '),
)
SPANS = ("1m", "2m", "5m", "10m", "20m", "45m", "2h")
SINCE = ("1m", "3m", "8m", "25m")
AGENCIES = ("fire", "ambulance", "council", "btp")
METHANE = "gate 4 / crush / crowd still coming / by Bell Street / about 40 / ambulance there"
ATTENDED = ("attended", "crime", "no-crime", "no-trace")
NOT_ATTENDED = ("advice", "other-agency", "not-police")
CANCELS = ("cancelled", "duplicate")


class Racing:
    """The journal as one desk has it: another may write in the last moment before this one appends."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self.cut_in: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def append(self, pending: Sequence[Pending], seen: Seen = NOTHING) -> list[Entry]:
        cut, self.cut_in = self.cut_in, None
        if cut is not None:
            cut()
        entries: list[Entry] = self._log.append(pending, seen)
        return entries


class Keeper:
    """Somebody who keeps the watch, with a board of their own."""

    def __init__(self, room: Room) -> None:
        self.room = room.beside()
        self.lease = Lease(self.room)
        self.watch = Watch(self.room, self.lease)


class Night(SafeguardingLines):
    """A whole night; `play` works it."""

    def __init__(self, path: Path, random: Random, contacts: int, tick_s: int, day: tuple[str, str]) -> None:
        self.random, self._contacts, self._tick_ns = random, contacts, tick_s * NS
        self._days, self._zone = day, ZoneInfo(ZONE)
        self.clock = SetClock(self.at(FOUNDED))
        self.keys = path.with_name("keys")
        founding = Founding("GMP", "Greater Manchester Police", "1001", zone=ZONE, keys=self.keys)
        self.room, signed = found(path, founding, seeded(self.clock, random.randrange(1 << 30)))
        self.rooms = (self.room, self.room.beside())
        self.model, self.seen = Model(), 0
        self.rules = Rules(self.model)
        self.desks = {"1001": Desk(self.room.journal, self.room.board, self.room.identity, signed)}
        self.on_duty: list[str] = []
        self.keepers: list[Keeper] = [Keeper(self.room)]
        self._away_until = 0
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self.lines: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.covered = self.raced = self.compared = 0
        self.proposals: dict[str, Typed] = {}
        self.shots: list[tuple[int, int, dict[str, Line], dict[str, list[str]]]] = []

    def close(self) -> None:
        for keeper in self.keepers:
            keeper.lease.release()
        self.room.close()

    # Time

    @property
    def now(self) -> int:
        return self.clock.now_ns

    def at(self, time: str) -> int:
        """Return a local time of this night; before noon it is that of the second day."""
        day = self._days[time < "12:00"]
        return int(datetime.fromisoformat(f"{day} {time}").replace(tzinfo=self._zone).timestamp()) * NS

    def plan(self, at: int, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), what))

    def between(self, first: str, last: str) -> int:
        return self.random.randrange(self.at(first), self.at(last))

    def play(self) -> None:
        """Work the night from beginning to end."""
        self._follow("")
        self._shift_begins(LATE, "")
        for callsign in CREWS:
            district = next(one for one in DISTRICTS if one[0] == callsign[0])
            self.say(f"55{LATE}1", Typed("unit", words=(callsign, district)))
        self._register_partners()
        for _ in range(self._contacts):
            self.plan(self._ringing(), self._somebody_calls)
        for _ in range(self._contacts * TURNS):
            self.plan(self.between(BEGINS, ENDS), self._turn)
        for _ in range(40):
            self.plan(self.between(BEGINS, ENDS), self.compare)
        for _ in range(8):
            self.plan(self.between(BEGINS, ENDS), self._keepers_change)
        for at in range(self.at(FOUNDED), self.at(ENDS), self._tick_ns):
            self.plan(at, self.look)
        for time, going, coming in (("22:00", LATE, NIGHT), ("07:00", NIGHT, EARLY)):
            self.plan(self.at(time) - 150 * NS, lambda going=going, coming=coming: self._shift_begins(coming, going))
            for seat, _ in SEATS:
                lag = self.random.randrange(120 * NS)
                self.plan(self.at(time) + lag, lambda seat=seat, g=going, c=coming: self._goes(seat, g, c))
            if self.random.random() < 0.3:
                self.plan(self.at(time) - 20 * NS, self._nobody_looks)
        self.plan(self.at("03:00"), self._another_pack)
        while self._agenda:
            at, _, what = heapq.heappop(self._agenda)
            self.clock.set(at)
            what()
        self.clock.set(self.at(ENDS))
        self._away_until = 0
        self.look()
        self.compare()

    def _register_partners(self) -> None:
        desk = self.desks[f"44{LATE}1"]
        for typed in self.registering():
            self.say(f"44{LATE}1", typed)
        for code, phrase in PHRASES.items():
            set_phrase(desk, code, phrase)
            self._follow("")

    def _ringing(self) -> int:
        """A fifth of all callers ring within ten minutes about closing time."""
        crush = self.random.random() < 0.2
        return self.between("02:05", "02:15") if crush else self.between(BEGINS, RINGS_UNTIL)

    # Lines

    def text(self, typed: Typed, desk: Desk) -> str:
        """Return a line as somebody types it."""
        inner = [self.text(typed.inner, desk)] if typed.inner is not None and typed.verb in ("propose", "back") else []
        item = [self._named(typed.item, desk)] if typed.item else []
        return " ".join((typed.verb, *item, *typed.words, *inner))

    def _named(self, item: str, desk: Desk) -> str:
        stream = read_stream(item)
        if stream is None or item not in self.model.items or self.random.random() < 0.8:
            return item
        number = isinstance(self.model.items[item], Case)
        return desk.board.name(stream, self.now) if number else item

    def say(self, collar: str, typed: Typed, cut: Callable[[], None] | None = None) -> list[str]:
        """Have somebody type a line, and hold what comes of it against the model; returns the facts' names."""
        self.clock.set(self.now + MS)
        desk = self.desks[collar]
        desk.board.catch_up()
        allowed = [self.rules.refusal(collar, typed, self.now)]
        text, raced = self.text(typed, desk), False
        verified = self.rules.outcome_of(typed, PHRASES) if typed.verb == "verify" else ""

        def cut_in() -> None:
            nonlocal raced
            raced = True
            assert cut is not None
            cut()
            after = self.rules.refusal(collar, typed, self.now)
            allowed.append(ANY if after and after.startswith("there is no") else after)  # it was read before that
            self.clock.set(self.now + MS)

        log = desk.log
        assert isinstance(log, Racing)
        log.cut_in = cut_in if cut is not None else None
        reason, names = "", list[str]()
        try:
            names = [entry.name for entry in carry_out(desk, text)]
        except (Refused, Misread) as fault:
            reason = str(fault)
        log.cut_in = None
        self._count(typed, allowed, reason)
        where = f"@{self.seen} {collar}: {text}"
        assert any(_is_that(one, reason) for one in allowed), f"{where}: {reason!r} where the model has {allowed}"
        new = self._follow(typed.verb)
        assert new == len(names), f"{where}: a line that is refused writes nothing"
        assert raced or not names or verified in ("", names[0]), f"{where}: it comes to {names}, not {verified}"
        self.raced += raced
        if names == ["staff.proposed"]:
            said = list(self.model.proposed.values())[-1].said
            inner = typed.inner if typed.verb == "propose" else None
            self.proposals[said["tail"]] = inner or typed
        return names

    def _count(self, typed: Typed, allowed: list[str | None], reason: str) -> None:
        self.lines[typed.verb] += 1
        self.covered += None not in allowed
        if reason:
            self.refused[_shape(reason)] += 1

    def _follow(self, doing: str) -> int:
        before = self.seen
        entries = list(self.room.journal.entries(self.seen))
        self.model.follow(map(console.fact_object, entries), doing)
        self.seen = self.model.position
        return self.seen - before

    # Who keeps the watch

    def look(self) -> None:
        """Whoever has the lease looks; sometimes a second one does in spite of it, and that does no harm."""
        if self.now < self._away_until:
            return
        self.model.look(self.now)
        holders = [one for one in self.keepers if one.lease.take()]
        assert len(holders) == 1, "one keeper holds the lease"
        holders[0].watch.tick()
        self._follow("")
        self.model.looked()
        if self.random.random() < 0.01:
            rest = [one for one in self.keepers if one is not holders[0]]
            for keeper in (*holders, *rest):
                twice = keeper.watch.tick()
                assert twice == [], f"recorded twice: {[one.name for one in twice]}"

    def _keepers_change(self) -> None:
        """A second keeper comes; or one of them stops, and where it was the only one nobody looks for a while."""
        if len(self.keepers) < 2 and self.random.random() < 0.6:
            self.keepers.append(Keeper(self.room))
            return
        self.keepers.pop(self.random.randrange(len(self.keepers))).lease.release()
        if not self.keepers:
            self._nobody_looks()

    def _nobody_looks(self) -> None:
        """Whoever kept the watch is gone, and it is minutes before another does."""
        for keeper in self.keepers:
            keeper.lease.release()
        self.keepers = [Keeper(self.room)]
        self._away_until = self.now + self.random.randrange(600 * NS)

    def _another_pack(self) -> None:
        """Grades with shorter times come into force; what was graded before keeps its own. So does a safeguarding pack."""
        for pack, changes in (("grades-2020", SHORTER), ("safeguarding-2020", SOONER)):
            text = pack_text(pack)
            for was, now in changes:
                assert was in text
                text = text.replace(was, now)
            self.desks["1001"].do([Act(POLICY_STREAM, Adopt((text,)))])
        self._follow("")

    # Shifts

    def _shift_begins(self, shift: str, going: str) -> None:
        for at, (seat, roles) in enumerate(SEATS):
            collar = seat.format(shift)
            me, signed = staff_stream(collar), Signed(collar, f"session-{collar}", f"T-{collar}")
            self.desks["1001"].do([Act(me, Register(collar, None, "", roles))])
            room = self.rooms[at % 2]
            arriving = Desk(room.journal, room.board, room.identity, signed, arriving=True)
            arriving.do([Act(me, SignOn(signed.session, 0, signed.seat, Place.HOME if at < 2 else Place.OFFICE))])
            self.desks[collar] = Desk(Racing(room.journal), room.board, room.identity, signed)  # type: ignore[arg-type]
            self.on_duty.append(collar)
        self._follow("")
        for district in DISTRICTS:
            for role in ("sergeant", "inspector"):
                self.say(f"66{shift}1", Typed("cover", words=(district, role)))

    def _goes(self, seat: str, going: str, coming: str) -> None:
        """Somebody hands over what they have in hand and goes home; the rest of the room works meanwhile."""
        collar, to = seat.format(going), seat.format(coming)
        if collar not in self.on_duty:
            return
        self._takes_things(collar)
        if self.random.random() < 0.5 and self.say(collar, Typed("off")):
            self.on_duty.remove(collar)
            return
        if self.random.random() < 0.7:
            self.say(collar, Typed("handrest", words=(to,)))
        for one in [one for one in self.model.open_items() if one.owner == collar]:
            if self.random.random() < 0.5:
                self.say(collar, Typed("promise", one.stream, (self.random.choice(SORTS), self.random.choice(SPANS))))
            taker = to if self.random.random() < 0.8 else waits_for(one)
            if not self.say(collar, Typed("hand", one.stream, (taker, "mind", "this", "one"))):
                self.say(self.member("supervisor"), Typed("hand", one.stream, (taker, "for", "them")))
        if self.random.random() < 0.7:
            self._passes_on(collar, to)
        names = self.say(collar, Typed("off"), self._given_to(collar) if self.random.random() < 0.25 else None)
        if names:
            self.on_duty.remove(collar)
            self.say(collar, Typed("note", self.random.choice(list(self.model.items)), ("from", "an", "empty", "seat")))
        elif self.now < self.at(ENDS) - 60 * NS:
            self.plan(self.now + 20 * NS, lambda: self._goes(seat, going, coming))

    def _passes_on(self, collar: str, to: str) -> None:
        """Have somebody pass on what they promised about what others have in hand, or nobody has, as with a referral."""
        for one in self.model.open_items():
            for number in [number for number, word in one.words.items() if word.owner == collar]:
                self.say(collar, Typed("pass", one.stream, (str(number), to)))

    def _takes_things(self, collar: str) -> None:
        """Have somebody take a few incidents in hand, some that are overdue and some that may wait."""
        calm = [one for one in self.model.open_cases() if not one.vulnerable]
        late = [one for one in calm if self.model.is_pressing(one, self.now)]
        for one in [*late[:2], *[other for other in calm if other not in late][:1]]:
            if one.holder != collar:
                self.say(collar, Typed("own", one.stream))

    def _given_to(self, collar: str) -> Callable[[], None] | None:
        """Return that a supervisor gives them something in the last moment."""
        about = self._some(Case)
        if about is None or about.holder == collar:
            return None
        return lambda: self._then(self.member("supervisor"), Typed("own", about.stream, (collar,)))

    # What staff turn to

    def anybody(self) -> str:
        return self.random.choice(self.on_duty)

    def member(self, *roles: str) -> str:
        """Return somebody on duty in one of some roles."""
        found = [one for one in self.on_duty if set(roles) & set(self._roles(one))]
        return self.random.choice(found)

    def _roles(self, collar: str) -> list[str]:
        member = self.model.person(collar)
        return member.roles if member is not None else []

    def _somebody_calls(self) -> None:
        if self.random.random() < 0.08:
            self.say(self.member("handler", "vulnerability"), self.asking())
        elif self.random.random() < 0.04:
            self.say(
                self.member("dispatcher"),
                Typed("open", "", ("-", self.random.choice(CATEGORIES), "seen", "on", "patrol")),
            )
        else:
            self._rings()

    def _rings(self) -> None:
        """Somebody rings, sometimes from a partner's number: then it is known whose that is."""
        theirs = self.random.random() < 0.2
        number = self.random.choice(NUMBERS) if theirs else "07700900123"
        ring = Typed("ring", words=(self.random.choice(RINGS_ON if theirs else CHANNELS), *number.split()))
        known, late = self.model.rings_from(number), self.random.random() < 0.03
        names = self.say(self.member("handler"), Typed("back", words=("2m",), inner=ring) if late else ring)
        assert ("contact.partner_known" in names) is (known is not None), f"{number} rings"

    def _some(self, kind: type[Any], *, closed: bool = False) -> Any:
        among = self.model.items if closed else self.model.live
        found = [one for one in among.values() if isinstance(one, kind)]
        return self.random.choice(found) if found else None

    def _turn(self) -> None:
        draw = self.random.random()
        if draw < 0.82:
            self._does_what_comes_next()
        elif draw < 0.9:
            self.say(*self._anything())
        else:
            self._races()

    def _one(self) -> Item | None:
        live = self.model.open_items()
        return self.random.choice(live) if live else None

    def _does_what_comes_next(self) -> None:
        """Turn to an item; some are neglected, so that their times pass."""
        one = self._one()
        if one is None or self.random.random() > PACES[int(one.stream[-1], 16) % len(PACES)]:
            return
        line = self.next_for(one)
        self.say(*(line or self._anything()))

    def next_for(self, one: Item) -> tuple[str, Typed] | None:
        """Return who types what about an item as it stands."""
        if self.random.random() < 0.2:
            return self._beside(one)
        typed = self._next(one)
        if typed is None:
            return None
        if self.random.random() < 0.03 and typed.verb not in ("approve", "propose"):
            typed = Typed("back", words=(self.random.choice(SINCE),), inner=typed)
        return self._who(one, typed), typed

    def _next(self, one: Item) -> Typed | None:
        match one:
            case Call():
                return self._next_of_call(one)
            case Request():
                return self._next_of_request(one)
            case Referral():
                return self._next_of_referral(one)
            case Case():
                return self._next_of_case(one)

    def _who(self, one: Item, typed: Typed) -> str:
        """Return who turns to an item: mostly whoever it is for."""
        match one:
            case Call():
                theirs = one.holder in self.on_duty and self.random.random() < 0.8
                return one.holder if theirs else self.member("handler")
            case Request() if typed.verb == "ack":
                return self.member("sergeant", "supervisor")
            case Request() | Referral():
                return self.member("vulnerability", "supervisor", "handler")
            case Case() if typed.verb == "desk":
                return self.member(*FOR_THE_DESK)
            case Case():
                return self.member("handler" if one.stage == "opened" else "dispatcher", "supervisor")

    def _pick(self, *choices: tuple[float, Typed]) -> Typed:
        weights, lines = zip(*choices, strict=True)
        return self.random.choices(lines, weights)[0]

    # A contact

    def _next_of_call(self, one: Call) -> Typed | None:
        it = one.stream
        if one.words and one.stage not in ("ringing", "abandoned") and not one.parked:
            return self._word_of(one)
        match one.stage:
            case "ringing":
                return self._pick((9, Typed("answer", it)), (1, Typed("abandon", it)))
            case "abandoned":
                return self._next_of_lost(one)
            case "answered" if one.parked:
                return Typed("answer", it)
            case "answered":
                return self._next_of_partner(one) if one.site else self._next_of_answered(one)
            case _:
                return Typed("close", it, ("done",))

    def _word_of(self, one: Item) -> Typed:
        word = self.random.choice(one.sorts())
        return self._pick(
            (5, Typed("kept", one.stream, (word, "rang", "her"))),
            (2, Typed("release", one.stream, (word, "she", "knows"))),
            (1, Typed("pass", one.stream, (word, self.anybody()))),
        )

    def _next_of_lost(self, one: Call) -> Typed:
        it = one.stream
        reached = self.random.choice(("no-answer", "voicemail", "engaged", "cut-off", "spoke"))
        if one.tried < 3 and not one.reached:
            return self._pick((6, Typed("recall", it, (reached,))), (1, Typed("answer", it)), (1, Typed("close", it)))
        if self.model.unasked(one):
            return Typed("notasked", it, ("all", "line-lost"))
        return self._pick((4, Typed("close", it, ("rang", "back"))), (1, self._opening(one)))

    def _next_of_answered(self, one: Call) -> Typed:
        it, left = one.stream, self.model.unasked(one)
        if one.district == "unknown" and self.random.random() < 0.7:
            district = self.random.choice((*8 * DISTRICTS, "central", "ELSEWHERE"))
            return Typed("locate", it, (district, "12", "Mill", "Lane"))
        if left and self.random.random() < 0.8:
            element = left[0]
            answer = Typed("triage", it, (element, self.random.choice(ANSWERS[element]), "she", "says"))
            passed = Typed("notasked", it, (element, self.random.choice(REASONS)))
            return self._pick((20, answer), (1, passed), (2, Typed("notasked", it, ("all", "language"))))
        about = self._some(Case)
        linked = Typed("link", it, (about.stream,)) if about is not None else self._opening(one)
        return self._pick(
            (12, self._opening(one)),
            (3, linked),
            (2, Typed("resolve", it, ("advice", "told", "where"))),
            (1, Typed("transfer", it, ("ambulance", "chest", "pain"))),
            (1, Typed("park", it, ("a", "999"))),
            (1, Typed("abandon", it)),
            (1, self._asked_besides(one)),
        )

    def _next_of_partner(self, one: Call) -> Typed:
        """A partner on the line is asked what they want, and is done with once that is taken down."""
        if one.expedite:
            return Typed("close", one.stream, ("done",))
        return self.asked_by(one) if self.random.random() < 0.8 else self._next_of_answered(one)

    def _opening(self, one: Call | Request) -> Typed:
        return Typed("open", one.stream, (self.random.choice(CATEGORIES), "he", "is", "outside"))

    def _asked_besides(self, one: Call) -> Typed:
        it = one.stream
        return self._pick(
            (2, Typed("triage", it, self.random.choice(QUESTIONS))),
            (1, Typed("silent", it, ("press-55-asked",))),
            (1, Typed("operator", it, (self.random.choice(("on", "off")),))),
            (1, Typed("talks", it, ("interpreter", "polish"))),
        )

    # An incident

    def _next_of_case(self, one: Case) -> Typed | None:
        it = one.stream
        if not one.current:
            given = tuple(f"{element}={self.random.choice(found)}" for element, found in ANSWERS.items())
            return Typed("assess", it, given if not one.assessed or self.random.random() < 0.6 else ("as", "before"))
        if one.for_desk and self.random.random() < 0.2:
            return self._at_desk(one)
        if self.random.random() < 0.04:
            return self._of_anything(one)
        match one.stage:
            case "opened":
                grade = one.suggested if self.random.random() < 0.7 else self.random.choice("12345")
                return Typed("grade", it, (grade, "because"))
            case "graded":
                return self._next_of_waiting(one)
            case "resourced":
                return self._next_of_sent(one)
            case "attended":
                return self._next_of_attended(one)
            case _:
                return self._next_of_resulted(one)

    def _next_of_waiting(self, one: Case) -> Typed:
        it = one.stream
        if one.waiting is not None and self.random.random() < 0.5:
            return Typed("ack", it, ("4455", "told", "by", "radio"))
        if one.unread and self.random.random() < 0.3:
            return Typed("seen", it)
        return self._pick(
            (10, self._sending(one)),
            (2, Typed("review", it, ("nothing", "new"))),
            (1, Typed("promise", it, (self.random.choice(("arrival", "call-back")), self.random.choice(SPANS)))),
            (1, Typed("interim", it, ("high", self.random.choice(SPANS), "he", "may", "be", "back"))),
            (4, self._regrading(one)),
            (2, Typed("told", it, ("nobody", "will", "come"))),
            (2, self._ending(one)),
            (1, Typed("own", it)),
        )

    def _sending(self, one: Case) -> Typed:
        free = [crew.callsign for crew in self.model.crews.values() if crew.status == "available"]
        callsign = self.random.choice(free) if free and self.random.random() < 0.85 else self._callsign()
        return Typed("send", one.stream, (callsign,))

    def _callsign(self) -> str:
        return self.random.choice((*CREWS, *STRANGERS))

    def _regrading(self, one: Case) -> Typed:
        line = Typed("grade", one.stream, (self.random.choice("12345"), "he", "is", "near"))
        return Typed("propose", inner=line) if self.random.random() < 0.5 else line

    def _next_of_sent(self, one: Case) -> Typed:
        it = one.stream
        if not one.crews:
            return Typed("arrive", it)
        crew = self.random.choice(one.crews)
        return self._pick(
            (8, Typed("arrive", it, (crew,))),
            (3, Typed("enroute", words=(crew,))),
            (3, Typed("clear", words=(crew, "diverted"))),
            (1, self._sending(one)),
            (1, self._regrading(one)),
            (1, Typed("promise", it, ("arrival", self.random.choice(SPANS)))),
        )

    def _next_of_attended(self, one: Case) -> Typed:
        it = one.stream
        crew = self.random.choice(one.crews) if one.crews else self._callsign()
        return self._pick(
            (3, Typed("heard", words=(crew, "in", "order"))),
            (1, Typed("emergency", words=(crew, "shouting"))),
            (2, Typed("clear", words=(crew,))),
            (1, self._sending(one)),
            (8, Typed("result", it, (self.random.choice(ATTENDED), "dealt", "with"))),
        )

    def _ending(self, one: Case) -> Typed:
        it = one.stream
        line = Typed("result", it, (self.random.choice((*NOT_ATTENDED, *CANCELS)), "no", "need"))
        return Typed("propose", inner=line) if self.random.random() < 0.3 else line

    def _next_of_resulted(self, one: Case) -> Typed:
        it = one.stream
        if self.random.random() < 0.3:
            return Typed("close", it)
        if self.model.crime_open(one):
            crime = Typed("crime", it, (f"06EE.{self.random.randrange(10**6)}",))
            return self._pick((1, crime), (1, Typed("nocrime", it, ("it", "was", "lent"))))
        if one.words:
            return self._word_of(one)
        if one.reminders:
            return Typed("done", it, (str(min(one.reminders)), "she", "has"))
        if one.major:
            return self._of_a_major(one)
        if not one.attended and not one.told:
            return Typed("told", it, ("nobody", "will", "come"))
        return Typed("close", it, ("done",))

    def _of_a_major(self, one: Case) -> Typed:
        waiting = [code for code, agency in one.agencies.items() if not agency.knows]
        if not waiting:
            return Typed("standdown", one.stream, ("all", "away"))
        code = self.random.choice(waiting)
        return self._pick((1, Typed("tell", one.stream, (code,))), (2, Typed("knows", one.stream, (code, "Okoro"))))

    # Beside what comes next

    def _beside(self, one: Item) -> tuple[str, Typed]:
        """Return something that is done about any item, or with people."""
        waiting = [said["tail"] for member in self.model.people.values() for said in member.proposals.values()]
        known = [tail for tail in waiting if tail in self.proposals]
        if known and self.random.random() < 0.5:
            return self._settling(self.random.choice(known[-3:]))
        who, it = self.anybody(), one.stream
        span = self.random.choice(SPANS)
        number = str(self.random.choice(list(one.reminders) or [1]))
        check = str(self.random.choice(list(one.checks) or [1]))
        typed = self._pick(
            (2, Typed("note", it, ("neighbour", "heard", "shouting"))),
            (1, Typed("fix", it, (str(self.random.randrange(1, 9)), "number", "21"))),
            (3, Typed("promise", it, (self.random.choice(SORTS), span, "told", "her"))),
            (2, Typed("bringup", it, (span, "her", "sister"))),
            (2, Typed("done", it, (number, "she", "has"))),
            (3, Typed("putoff", it, (span, "somebody", "sees", "to", "it"))),
            (1, Typed("propose", inner=Typed("putoff", it, (span, "somebody", "sees", "to", "it")))),
            (1, Typed("bringback", it)),
            (2, Typed("check", it, ("pnc", "Astra", "/", "seen", "leaving"))),
            (2, Typed("returned", it, (check, "nothing"))),
            (1, Typed("advise", it, ("get-safe", "lock", "the", "door"))),
            (
                2,
                Typed("hand", it, (self.random.choice((*self.on_duty, waits_for(one), "vulnerability")), "yours")),
            ),
            (1, Typed("ndm", it, ("armed / to life / section 17 / wait / entry",))),
            (2, self._cover()),
            (1, Typed("unit", words=(self._callsign(), self.random.choice(DISTRICTS), "taser"))),
            (1, Typed("status", words=(self._callsign(), self.random.choice(("refreshments", "off", "available"))))),
        )
        if isinstance(one, Case) and self.random.random() < 0.6:
            typed = self._of_two(one)
        elif self.random.random() < 0.15:
            typed = self._of_anything(one)
        if isinstance(one, Call) and one.stage == "linked":
            element = self.random.choice(list(ANSWERS))
            typed = Typed("triage", it, (element, self.random.choice(ANSWERS[element]), "now", "she", "says"))
        return who, typed

    def _cover(self) -> Typed:
        role = self.random.choice(("sergeant", "inspector", "supervisor", "dispatcher"))
        to = (self.anybody(),) if self.random.random() < 0.4 else ()
        return Typed("cover", words=(self.random.choice(DISTRICTS), role, *to))

    def _settling(self, tail: str) -> tuple[str, Typed]:
        who = self.member("supervisor", "dispatcher", "handler")
        if self.random.random() < 0.8:
            return who, Typed("approve", words=(f"p{tail}",), inner=self.proposals[tail])
        return who, Typed("decline", words=(f"p{tail}", "not", "yet"))

    def _of_two(self, one: Case) -> Typed:
        it, other = one.stream, self._some(Case, closed=self.random.random() < 0.2) or one
        to = other.stream
        return self._pick(
            (3, Typed("tie", it, (to, self.random.choice(("same-place", "series")), "the", "car"))),
            (5, Typed("merge", it, (to, "same", "crush"))),
            (2, Typed("change", it, ("he", "is", "back"))),
            (1, Typed("major", it, (METHANE,))),
            (1, Typed("own", it, (self.anybody(),))),
            (1, Typed("tag", it, ("series",))),
            (1, Typed("classify", it, (self.random.choice(CATEGORIES), "weapon", "he", "cut", "her"))),
            (1, Typed("reopen", to, ("he", "is", "back"))),
            (2, self._of_a_major(one) if one.agencies else Typed("reopen", it, ("again",))),
        )

    # Anything at all

    def _anything(self) -> tuple[str, Typed]:
        """Return a line of any verb about any item, open or closed, sensible or not."""
        among = self.model.items if self.random.random() < 0.15 else self.model.live
        if not among:
            return self.anybody(), Typed("ring", words=("101",))
        one = self.random.choice(list(among.values()))
        draw = self.random.random()
        if draw < 0.3:
            who, typed = self._beside(one)
        elif draw < 0.36:
            who, typed = self.member(*FOR_THE_DESK) if draw < 0.35 else self.anybody(), self.of_the_register()
        else:
            who, typed = self.anybody(), self._of_its_kind(one)
        return who, Typed("propose", inner=typed) if self._is_proposable(
            typed
        ) and self.random.random() < 0.06 else typed

    def _is_proposable(self, typed: Typed) -> bool:
        return typed.verb not in ("propose", "approve", "decline", "off", "back")

    def _of_its_kind(self, one: Item) -> Typed:
        it = one.stream
        match one:
            case Call():
                about = self._some(Case, closed=True)
                lines = [
                    self._next_of_answered(one),
                    self._next_of_lost(one),
                    *(Typed(v, it) for v in ("answer", "abandon", "park", "close")),
                ]
                lines += [Typed("link", it, (about.stream,))] * 2 if about is not None else []
            case Referral():
                lines = [self._next_of_referral(one), self._of_a_referral(one)]
            case Request():
                lines = [
                    self._about_request(one),
                    self._deciding(one),
                    Typed("ack", it, ("reading", "it")),
                    self._opening(one),
                    Typed("close", it),
                    Typed("tellback", it, ("Jones",)),
                    Typed("decide", it, ("accept", "risk")),
                ]
            case Case():
                lines = [
                    self._next_of_waiting(one),
                    self._next_of_sent(one),
                    self._next_of_attended(one),
                    self._of_two(one),
                    self._of_anything(one),
                    self._at_desk(one),
                    Typed("close", it),
                    Typed("grade", it, (self.random.choice("12345"),)),
                    Typed("result", it, (self.random.choice((*ATTENDED, *CANCELS)),)),
                    Typed("ack", it),
                    Typed("ack", it, (self.anybody(), "told")),
                    Typed("reopen", it, ("he", "is", "back")),
                    Typed("tell", it, (self.random.choice(AGENCIES),)),
                    Typed("knows", it, (self.random.choice(AGENCIES), "Okoro")),
                    Typed("kept", it, (self.random.choice(SORTS),)),
                ]
        return self.random.choice(lines)

    # Races

    def _races(self) -> None:
        """Two turn to the same item at once: the second writes after the first has decided."""
        one = self._one()
        first = self.next_for(one) if one is not None else None
        second = self.next_for(one) if one is not None else None
        if first is None or second is None:
            return
        draw = self.random.random()
        if draw < 0.04:
            cover = Typed("cover", words=(self.random.choice(DISTRICTS), "dispatcher"))
            first, second = (self.member("dispatcher"), cover), (self.member("dispatcher"), cover)
        elif draw < 0.08:
            first, second = ((self.member(*FOR_THE_DESK), self.of_the_register()) for _ in range(2))
        elif draw < 0.15:
            cover = self._cover()
            first, second = (self.anybody(), cover), (self.anybody(), cover)
        self.say(*first, cut=lambda: self._then(*second))

    def _then(self, collar: str, typed: Typed) -> None:
        self.say(collar, typed)

    # Boards

    def compare(self) -> None:
        """Hold both boards against the model: every open item once, and the order of every queue."""
        wanted, orders = self.model.board(self.now), self.model.order(self.now)
        for room in self.rooms:
            room.board.catch_up()
            self.compared += holds(room.board, self.now, wanted, orders)
        self.shots.append((self.seen, self.now, wanted, orders))


def holds(board: Board, now: int, wanted: dict[str, Line], orders: dict[str, list[str]]) -> int:
    """Hold a board against what it should list, and in which order; returns how many items it lists."""
    items = [console.item_object(item) for item in board.items(now)]
    assert sorted(item["stream"] for item in items) == sorted(wanted), "every open item once, and nothing else"
    for item in items:
        assert _shown(item, wanted[item["stream"]]) == wanted[item["stream"]], item["ref"]
    for queue, streams in orders.items():
        assert [item["stream"] for item in items if item["queue"] == queue] == streams, f"order of {queue}"
    return len(items)


def _shown(item: Line, wanted: Line) -> Line:
    """Return of a line of the board what the model knows of."""
    moments = {name: instant(item[name]) if item[name] else None for name in ("since", "due", "put_off_until")}
    return {
        name: sorted(item[name]) if name in ("alerts", "put_off") else moments.get(name, item[name]) for name in wanted
    }


def _is_that(expected: str | None, reason: str) -> bool:
    if expected is None:
        return True
    if expected == ANY:
        return bool(reason)
    return reason == "" if expected == FINE else expected in reason


def _shape(reason: str) -> str:
    """Return a refusal without what differs from one item to the next."""
    return re.sub(r"'[^']*'|\b[\w.-]*\d[\w.-]*\b", "…", reason)[:90]
