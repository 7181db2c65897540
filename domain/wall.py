"""What the supervisor's wall counts over time: answers, risk, contacts, broken promises, escalations, and what nobody has seen.

Theory of operation. How the room stands now is the board's to say; the wall holds what it takes to say how it came to that. It
takes entries in order, and its figures are those of a moment at or after the last of them. Risk is kept as it changed, item by
item, so that its sum can be told for any moment of the last three hours. What is older than its window is dropped; what is open
and still waits is kept for as long as it is.
Source: letter, its first paragraph (demand is predicted and mapped so that the room is not overwhelmed) and area 1.
"""

from collections import Counter, deque

from msgspec import Struct

from hueandcry.domain.answerclock import AnswerClock, Answers
from hueandcry.domain.contact import Rang
from hueandcry.domain.fact import Entry
from hueandcry.domain.floor import Floor, Step
from hueandcry.domain.knowing import Knowing, Known, unacknowledged
from hueandcry.domain.order import risk_minutes, weight_of
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import Adopted
from hueandcry.domain.promise import Broken
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.worked import Worked

QUARTER_S = 900
QUARTER_NS = QUARTER_S * NS_PER_S
POINTS = 12
SPAN_NS = POINTS * QUARTER_NS
DAY_NS = 26 * 3600 * NS_PER_S  # a local day and an hour, where clocks go back


class Risk(Struct, frozen=True, gc=False):
    """What an item weighed from a moment on, and since when it waits (ns UTC); no risk once it is closed."""

    at: int
    risk: int
    since: int


class Unknown(Struct, frozen=True, order=True):
    """An escalation that nobody has acknowledged: when it was raised (ns UTC), about what, and to whom."""

    raised: int
    stream: bytes
    number: int
    to: str


class Figures(Struct, frozen=True):
    """The wall as of a moment. `risk` and `contacts` stand every quarter of an hour, the oldest first, the last as of now.

    `broken` counts promises that are open and whose time has passed, `broken_today` those that were recorded as broken.
    """

    answers: tuple[Answers, ...]
    risk: tuple[int, ...]
    contacts: tuple[int, ...]
    broken: int
    broken_today: int
    escalations: tuple[Unknown, ...]
    known: tuple[Known, ...]


class Wall:
    """Takes entries in order; several folds may share a floor."""

    def __init__(self, floor: Floor | None = None) -> None:
        self._floor = floor or Floor()
        self._answers, self._knowing = AnswerClock(), Knowing()
        self._risk: dict[bytes, list[Risk]] = {}
        self._closed: deque[tuple[int, bytes]] = deque()
        self._rang: deque[tuple[int, int]] = deque()  # recorded, occurred
        self._broken: Counter[int] = Counter()  # by the quarter of an hour

    def take(self, entry: Entry) -> None:
        """Take an entry."""
        step = self._floor.take(entry)
        if step is None:
            return
        now = step.header.recorded
        if isinstance(step.fact, Adopted) and step.fact.kind is PackKind.GRADES:
            for record in self._floor.records.values():
                self._weigh(record, now)
        if isinstance(step.after, Worked):
            self._answers.take(step)
            self._knowing.take(step)
            self._weigh(step.after, now)
            self._count(step)

    def _weigh(self, record: Worked, now: int) -> None:
        """Keep what a record weighs from now on, and forget what it weighed before anybody looks back."""
        weight = weight_of(record, self._floor.policy) if record.open else None
        risk, since = (weight.risk, weight.since) if weight is not None else (0, 0)
        weighed = self._risk.setdefault(record.id, [])
        if not weighed or (weighed[-1].risk, weighed[-1].since) != (risk, since):
            weighed.append(Risk(now, risk, since))
            while len(weighed) > 1 and weighed[1].at <= now - SPAN_NS:
                del weighed[0]
            if not record.open:
                self._closed.append((now, record.id))
        while self._closed and self._closed[0][0] <= now - SPAN_NS:
            _, stream = self._closed.popleft()
            last = self._risk[stream][-1] if stream in self._risk else None
            if last is not None and not last.risk and last.at <= now - SPAN_NS:  # and was not opened again meanwhile
                del self._risk[stream]

    def _count(self, step: Step) -> None:
        now = step.header.recorded
        if isinstance(step.fact, Rang):
            self._rang.append((now, step.header.occurred))
            while self._rang[0][0] <= now - SPAN_NS:
                self._rang.popleft()
        elif isinstance(step.fact, Broken):
            self._broken[step.header.occurred // QUARTER_NS] += 1
            for quarter in [one for one in self._broken if one * QUARTER_NS <= now - DAY_NS]:
                del self._broken[quarter]

    def figures(self, now_ns: int, day_ns: int) -> Figures:
        """Return the wall as of a moment; `day_ns` is when the local day began, on a quarter of an hour (ns UTC)."""
        moments = [now_ns - back * QUARTER_NS for back in reversed(range(POINTS))]
        return Figures(
            answers=tuple(self._answers.answers(now_ns, self._floor.policy)),
            risk=tuple(self._risk_at(at) for at in moments),
            contacts=tuple(sum(at - QUARTER_NS < rang <= at for _, rang in self._rang) for at in moments),
            broken=sum(one.due <= now_ns for record in self._floor.records.values() for one in record.promises),
            broken_today=sum(count for quarter, count in self._broken.items() if quarter * QUARTER_NS >= day_ns),
            escalations=tuple(sorted(self._unknown())),
            known=tuple(self._knowing.known(now_ns)),
        )

    def _risk_at(self, at: int) -> int:
        total = 0
        for weighed in self._risk.values():
            for one in reversed(weighed):
                if one.at <= at:
                    total += risk_minutes(one.risk, one.since, at)
                    break
        return total

    def _unknown(self) -> list[Unknown]:
        return [
            Unknown(one.raised, stream, one.number, one.to.value)
            for stream, record in self._floor.records.items()
            for one in unacknowledged(record)
        ]
