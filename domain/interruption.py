"""What interrupts whom: how often each operator is called from what they are doing, by what, and when that is a flood.

Theory of operation. A fact that calls for somebody at once interrupts whoever of them is signed on in that moment: a 999 call all
handlers, a partner's call the vulnerability desk, a crew in need or not heard of all dispatchers, an escalation whoever it names or
else all in its role, a broken promise whoever saw to it, a bring-up or a standing question whoever has the item, a volume that
fell the supervisors. Whose queue an item stands in is called as one. A break that is offered is an offer and interrupts nobody.
Counted on the journal's clock, for the shift in hand; nothing is averaged, for the worst ten minutes are what people work in.
An item's grade says how pressing it is: the first of its scheme high, the second medium.
Source: practice of alarms in process control, as published papers tell it: about one in ten minutes is bearable, ten are a flood,
of a hundred some 5 should be high, 15 medium and 80 low. EEMUA 191 and ISA-18.2 themselves were not at hand: this is informed by
them, and conforms to nothing.
"""

from collections import Counter, deque
from collections.abc import Iterable
from enum import Enum, IntEnum
from typing import Any

from msgspec import Struct

from hueandcry.domain.contact import Channel, Contact, Rang
from hueandcry.domain.dispute import DisputeEscalated
from hueandcry.domain.duty import Role
from hueandcry.domain.escalation import Escalated
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Entry, Fact, Record
from hueandcry.domain.floor import Floor, Step
from hueandcry.domain.incident import Incident
from hueandcry.domain.lane import PartnerKnown
from hueandcry.domain.promise import Broken
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.reminder import BroughtUp
from hueandcry.domain.resource import EmergencyCalled, Resource, UnheardOf
from hueandcry.domain.ringing import QuestionRang, VolumeFell
from hueandcry.domain.staff import Staff
from hueandcry.domain.worked import Worked

WINDOW_NS = 600 * NS_PER_S
SHIFT_NS = 12 * 3600 * NS_PER_S
FLOOD = 10
MOST = 10
_INTERRUPTS = frozenset((
    Rang, PartnerKnown, Escalated, DisputeEscalated, Broken, EmergencyCalled, UnheardOf, BroughtUp, QuestionRang, VolumeFell,
))  # fmt: skip


class Priority(IntEnum):
    """How pressing an interruption is; the value is how many of a hundred should be of that sort."""

    HIGH = 5
    MEDIUM = 15
    LOW = 80


class Sort(Enum):
    """What sort of interruption it is."""

    EMERGENCY_RINGS = "999"
    PARTNER_RINGS = "partner"
    ESCALATED = "escalated"
    BROKEN = "promise-broken"
    CREW_EMERGENCY = "crew-emergency"
    UNHEARD = "crew-unheard"
    BRING_UP = "bring-up"
    QUESTION = "question"


class Cause(Struct, frozen=True):
    """What interrupts again and again: the sort, with the partner's site, the question, or else the record it is about."""

    sort: Sort
    about: str = ""
    stream: bytes = b""


class Interruption(Struct, frozen=True, gc=False):
    """One interruption, at its moment (ns UTC)."""

    at: int
    priority: Priority
    cause: Cause


class Load(Struct, frozen=True):
    """What interrupted one operator since they signed on, a shift back at most.

    `now` counts the last ten minutes, `worst` the worst ten there were; `windows` each ten minutes from the sign-on on, the
    last not yet over. `most` are the causes that interrupt most, with how often.
    """

    collar: str
    since: int
    now: int
    worst: int
    windows: tuple[int, ...]
    mix: tuple[tuple[str, int], ...]
    most: tuple[tuple[Cause, int], ...]

    @property
    def flood(self) -> bool:
        """Whether more comes than anybody can take in."""
        return self.now >= FLOOD


class Interruptions:
    """Takes entries in order; several folds may share a floor."""

    def __init__(self, floor: Floor | None = None) -> None:
        self._floor = floor or Floor()
        self._told: dict[str, deque[Interruption]] = {}

    def take(self, entry: Entry) -> None:
        """Take an entry."""
        step = self._floor.take(entry)
        if step is not None and isinstance(step.after, Staff):
            self._at_work(step.after)
        called = self._called(step) if step is not None and type(step.fact) in _INTERRUPTS else None
        if step is None or called is None:
            return
        sort, priority, people, about = called
        found = Interruption(step.header.recorded, priority, _cause(sort, about, step.after))
        for collar in set(people).intersection(self._told):
            told = self._told[collar]
            told.append(found)
            while told[0].at <= found.at - SHIFT_NS:
                told.popleft()

    def _at_work(self, member: Staff) -> None:
        if member.sessions:
            self._told.setdefault(member.collar, deque())
        else:
            self._told.pop(member.collar, None)

    def _called(self, step: Step) -> tuple[Sort, Priority, Iterable[str], str] | None:
        """Return what a fact interrupts with, how pressing that is, who is called, and by what it is known if not its record."""
        fact, after = step.fact, step.after
        match fact:
            case Rang() if fact.channel is Channel.EMERGENCY:
                return Sort.EMERGENCY_RINGS, Priority.HIGH, self._all(Role.HANDLER), ""
            case PartnerKnown() if isinstance(after, Contact) and after.channel is not Channel.EMERGENCY:
                return Sort.PARTNER_RINGS, Priority.MEDIUM, self._all(Role.VULNERABILITY), fact.site
            case EmergencyCalled():
                return Sort.CREW_EMERGENCY, Priority.HIGH, self._all(Role.DISPATCHER), ""
            case VolumeFell():
                return Sort.QUESTION, Priority.LOW, self._all(Role.SUPERVISOR), fact.question
            case _:
                return self._of_record(fact, after)

    def _of_record(self, fact: Fact[Any], record: Record) -> tuple[Sort, Priority, Iterable[str], str] | None:
        priority = self._priority(record)
        match fact:
            case UnheardOf():
                return Sort.UNHEARD, priority, self._all(Role.DISPATCHER), ""
            case Escalated() | DisputeEscalated():
                return Sort.ESCALATED, priority, fact.who or self._all(fact.to), ""
            case Broken():
                return Sort.BROKEN, priority, self._floor.people(fact.owner), ""
            case BroughtUp() if isinstance(record, Worked):
                return Sort.BRING_UP, priority, self._floor.people(record.owner), ""
            case QuestionRang() if isinstance(record, Worked):
                return Sort.QUESTION, priority, self._floor.people(record.owner), fact.question
            case _:
                return None

    def _all(self, role: Role) -> list[str]:
        return self._floor.people(role.value)

    def _priority(self, record: Record) -> Priority:
        """Return how pressing an item is; a crew's is that of the incident it is on."""
        if isinstance(record, Resource):
            about = self._floor.records.get(record.incident or b"")
            return Priority.LOW if about is None else self._priority(about)
        if isinstance(record, Incident) and record.grade:
            rank = self._floor.policy.grades_of(record.graded_under).rank(record.grade)
            return (Priority.HIGH, Priority.MEDIUM, Priority.LOW)[min(rank, 2)]
        partners = isinstance(record, Expedite) or (isinstance(record, Contact) and record.queue == "partner")
        return Priority.MEDIUM if partners else Priority.LOW

    def loads(self, now_ns: int) -> list[Load]:
        """Return what interrupted each operator who is signed on, as of a moment (ns UTC), by collar number."""
        return [_load(one, self._told.get(one.collar, ()), now_ns) for one in self._floor.signed_on]

    def most(self, now_ns: int) -> list[tuple[Cause, int]]:
        """Return the causes that interrupt most of all who are signed on, with how often anybody was interrupted by each."""
        counts: Counter[Cause] = Counter()
        for told in self._told.values():
            counts.update(one.cause for one in told if now_ns - SHIFT_NS < one.at <= now_ns)
        return _most(counts)


def _cause(sort: Sort, about: str, record: Record) -> Cause:
    if sort is Sort.EMERGENCY_RINGS:  # each is another record; what interrupts is that they ring
        return Cause(sort)
    return Cause(sort, about) if about else Cause(sort, stream=record.id)


def _load(member: Staff, told: Iterable[Interruption], now_ns: int) -> Load:
    since = min(one.since for one in member.sessions)
    first = max(since, now_ns - SHIFT_NS)
    here = [one for one in told if first <= one.at <= now_ns]
    windows = [0] * (max(0, now_ns - first) // WINDOW_NS + 1)
    for one in here:
        windows[(one.at - first) // WINDOW_NS] += 1
    return Load(
        collar=member.collar,
        since=since,
        now=sum(one.at > now_ns - WINDOW_NS for one in here),
        worst=_worst([one.at for one in here]),
        windows=tuple(windows),
        mix=tuple((kind.name.lower(), sum(one.priority is kind for one in here)) for kind in Priority),
        most=tuple(_most(Counter(one.cause for one in here))),
    )


def _worst(moments: list[int]) -> int:
    """Return how many of some moments, in order, fall at most into any ten minutes."""
    first = worst = 0
    for last, at in enumerate(moments):
        while moments[first] <= at - WINDOW_NS:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


def _most(counts: Counter[Cause]) -> list[tuple[Cause, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0].sort.value, one[0].about, one[0].stream))[:MOST]
