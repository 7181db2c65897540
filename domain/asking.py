"""Asking standing questions of the facts as they come: what would have rung, about what, and when.

Theory of operation. Each record that a question concerns is folded here once more, fact by fact, with the clocks that the
questions have set on it. A clock that runs out before the next fact of its record rings at the moment it ran out; what
has run out by now is told by `due`. The same entries give the same rings whether they are heard as they are recorded or
read again years later, so that what the watch rang and what an auditor asks can be held against each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from msgspec import Struct

from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Entry, Record
from hueandcry.domain.idle import RECORD_OF
from hueandcry.domain.putoff import AlertsBroughtBack, AlertsPutOff
from hueandcry.domain.reference import NS_PER_S, Code, Instant, StreamId
from hueandcry.domain.standing import (
    Follows,
    Precedes,
    Question,
    Silence,
    StandingPack,
    Step,
    Volume,
    is_like,
)
from hueandcry.domain.worked import Worked

_WATCH = Role.WATCH.value


class Ring(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A question rang at a time (ns UTC) about a record, by the fact of that number."""

    at: Instant
    question: Code
    stream: StreamId
    number: int


class Clock(Struct, frozen=True, gc=False):
    """A question's clock on a record: the fact that set it, and when it runs out (ns UTC)."""

    question: Follows | Silence
    number: int
    due: int


class Heard(Struct, gc=False):
    """A record as it was heard of, with the clocks on it; `before` are the `precedes` questions that are answered.

    It is folded where a question asks what it is like; of others only the facts are looked at.
    """

    record: Worked
    folded: bool
    silences: tuple[Silence, ...]
    clocks: tuple[Clock, ...] = ()
    before: tuple[str, ...] = ()


class Asker:
    """Hears entries, and tells what rang about a record.

    `blank` gives a record before its first fact, None for a stream that is not of our making. With `before`, which reads
    the entries of a stream up to a version, a record that is closed and has no clock is forgotten until it is heard of again.
    """

    def __init__(
        self,
        pack: StandingPack,
        blank: Callable[[bytes], Record | None],
        before: Callable[[bytes, int], Iterable[Entry]] | None = None,
    ) -> None:
        self._blank, self._before = blank, before
        self._heard: dict[bytes, Heard | None] = {}
        self._steps: dict[str, list[tuple[Follows | Precedes, Step, str]]] = defaultdict(list)
        self._silences: dict[type[Record], list[Silence]] = defaultdict(list)
        self._folded: set[type[Record]] = set()
        self.asked: dict[str, int] = {one.code: 0 for one in pack.question}
        for question in pack.question:
            self._enter(question)

    def _enter(self, question: Question) -> None:
        match question:
            case Follows() | Precedes():
                self._steps[question.when.fact].append((question, question.when, "when"))
                for step in question.unless:
                    self._steps[step.fact].append((question, step, "unless"))
                for step in question.since if isinstance(question, Precedes) else ():
                    self._steps[step.fact].append((question, step, "since"))
                if question.while_:
                    kind = question.when.fact.partition(".")[0]
                    self._folded |= {RECORD_OF[kind]} if kind in RECORD_OF else set(RECORD_OF.values())
            case Silence():
                self._silences[RECORD_OF[question.of]].append(question)
                self._folded.add(RECORD_OF[question.of])
            case Volume():
                pass  # counted over all records, below

    # Hearing

    def hear(self, entry: Entry) -> list[Ring]:
        """Take an entry, and return what rang by it or had rung before it in its record."""
        stream = entry.stream
        heard = self._heard[stream] if stream in self._heard else self._meet(stream)
        if heard is None:
            return []
        if self._before is None:
            return self._take(heard, entry)
        rang = []
        if heard.record.version < entry.version - 1:
            for earlier in self._before(stream, entry.version):
                rang += self._take(heard, earlier)
        rang += self._take(heard, entry)
        if not heard.record.open and not heard.clocks:
            del self._heard[stream]
        return rang

    def recall(self, stream: bytes, entries: Iterable[Entry]) -> list[Ring]:
        """Take the entries of a record that was not heard of yet, and return what rang."""
        heard = self._meet(stream)
        return [] if heard is None else [ring for entry in entries for ring in self._take(heard, entry)]

    def share(self, record: Record | None) -> None:
        """Hold a record that was folded elsewhere instead of its own, where both are of the same facts: it is in memory once."""
        if isinstance(record, Worked):
            heard = self._heard.get(record.id)
            if heard is not None and heard.folded and heard.record.version == record.version:
                heard.record = record

    def _meet(self, stream: bytes) -> Heard | None:
        record = self._blank(stream) if isinstance(stream, bytes) else None
        heard = None
        if isinstance(record, Worked):
            folded = self._before is not None or type(record) in self._folded
            heard = Heard(record, folded, tuple(self._silences.get(type(record), ())))
        self._heard[stream] = heard
        return heard

    def _take(self, heard: Heard, entry: Entry) -> list[Ring]:
        header, fact = entry.header, entry.fact
        now = header.recorded if header is not None else heard.record.recorded
        rang = self._run_out(heard, now) if heard.clocks else []
        if heard.folded:
            record = heard.record.reached(entry)
            heard.record = record if fact is None else fact.apply(record)
        if fact is not None and entry.name in self._steps:
            for question, step, part in self._steps[entry.name]:
                if step.met(fact):
                    rang += self._step(heard, entry, question, part, now)
        if heard.silences or (heard.clocks and heard.folded):
            self._set(heard, entry, now)
        return rang

    def _step(self, heard: Heard, entry: Entry, question: Follows | Precedes, part: str, now: int) -> list[Ring]:
        match question, part:
            case Follows(), "unless":
                heard.clocks = tuple(one for one in heard.clocks if one.question is not question)
            case Precedes(), "unless":
                heard.before = (*heard.before, question.code)
            case Precedes(), "since":
                heard.before = tuple(code for code in heard.before if code != question.code)
            case _ if question.while_ and not is_like(heard.record, question.while_):
                pass
            case Follows(), _:
                self.asked[question.code] += 1
                heard.clocks += (Clock(question, entry.version, now + question.within_s * NS_PER_S),)
            case Precedes(), _:
                self.asked[question.code] += 1
                if question.code not in heard.before:
                    return [Ring(now, question.code, entry.stream, entry.version)]
        return []

    def _run_out(self, heard: Heard, now: int) -> list[Ring]:
        """Return the clocks of a record that ran out before a moment, and take them off it."""
        rang = [Ring(one.due, one.question.code, heard.record.id, one.number) for one in heard.clocks if one.due < now]
        if rang:
            heard.clocks = tuple(one for one in heard.clocks if one.due >= now)
        return rang

    def _set(self, heard: Heard, entry: Entry, now: int) -> None:
        """Take off the clocks whose record is not as they say any more, and set those that run while nobody does anything."""
        record, header = heard.record, entry.header
        is_work = not isinstance(entry.fact, AlertsPutOff | AlertsBroughtBack)
        by_a_person = header is not None and header.role != _WATCH and is_work
        if heard.clocks:
            heard.clocks = tuple(
                one
                for one in heard.clocks
                if not (by_a_person and isinstance(one.question, Silence))
                and (record.open or isinstance(one.question, Follows))
                and (not one.question.while_ or is_like(record, one.question.while_))
            )
        if by_a_person and record.open:
            for question in heard.silences:
                if is_like(record, question.while_):
                    self.asked[question.code] += 1
                    heard.clocks += (Clock(question, entry.version, now + question.longer_than_s * NS_PER_S),)

    # Asking

    def due(self, now: int) -> list[Ring]:
        """Return the clocks that ran out before a moment, in order; each is told once."""
        heard = (one for one in self._heard.values() if one is not None and one.clocks)
        return sorted(ring for one in heard for ring in self._run_out(one, now))


class Fallen(Struct, frozen=True, order=True):
    """A question that counts and rang: for the span that ended then, how many there were and how many are usual."""

    at: Instant
    question: Code
    count: int
    usual: int


class Counter:
    """Counts what questions of volume count, by span of time."""

    def __init__(self, pack: StandingPack) -> None:
        self._questions = [one for one in pack.question if isinstance(one, Volume)]
        self._counts: dict[str, dict[int, int]] = {one.code: defaultdict(int) for one in self._questions}
        self._steps: dict[str, list[tuple[Volume, Step]]] = defaultdict(list)
        for question in self._questions:
            for step in question.when:
                self._steps[step.fact].append((question, step))

    @property
    def reach_ns(self) -> int:
        """For how long back a question of this pack looks (ns), 0 where none counts."""
        return max((one.per_s * (one.of_previous + 2) for one in self._questions), default=0) * NS_PER_S

    def spans_ended(self, since: int, now: int) -> bool:
        """Tell whether a span of some question ended between two moments (ns UTC)."""
        return any(since // (one.per_s * NS_PER_S) != now // (one.per_s * NS_PER_S) for one in self._questions)

    def hear(self, entry: Entry) -> None:
        """Count an entry where a question counts it."""
        if entry.name in self._steps and entry.fact is not None and entry.header is not None:
            for question, step in self._steps[entry.name]:
                if step.met(entry.fact):
                    self._counts[question.code][entry.header.recorded // (question.per_s * NS_PER_S)] += 1

    def fallen(self, first: int, now: int) -> list[Fallen]:
        """Return the whole spans up to now in which something happened too seldom; what is usual is known from `first` on."""
        found = []
        for question in self._questions:
            span, counts = question.per_s * NS_PER_S, self._counts[question.code]
            for at in range(-(-first // span) + question.of_previous, now // span):
                before = [counts.get(one, 0) for one in range(at - question.of_previous, at)]
                usual, count = sum(before) // len(before), counts.get(at, 0)
                if usual >= question.at_least and count * 100 < usual * question.below_percent:
                    found.append(Fallen((at + 1) * span, question.code, count, usual))
        return sorted(found)


class Answer(Struct, frozen=True):
    """What standing questions come to over a history: what rang, what fell, and how often each question was put."""

    rang: list[Ring]
    fallen: list[Fallen]
    asked: dict[str, int]


def ask(
    pack: StandingPack, entries: Iterable[Entry], blank: Callable[[bytes], Record | None], now: int | None = None
) -> Answer:
    """Return what would have rung over all entries up to a moment, or where none is given up to the last entry."""
    asker, counter = Asker(pack, blank), Counter(pack)
    rang: list[Ring] = []
    first, last = None, 0
    for entry in entries:
        rang += asker.hear(entry)
        counter.hear(entry)
        if entry.header is not None:
            last = entry.header.recorded
            first = last if first is None else first
    until = last if now is None else now
    rang += asker.due(until)
    return Answer(sorted(rang), counter.fallen(first or 0, until), asker.asked)
