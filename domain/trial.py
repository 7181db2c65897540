"""Trying a pack on recorded history before it is adopted: which records would have gone otherwise, and on what grounds.

Theory of operation. History is walked once. What a person chose stands as it was: a grade, a result, the moment when
somebody was sent. What the pack says by itself is worked out again under the pack that is tried, and held against what the
pack of the day said of the same facts: the grade that the answers suggest and its grounds, whether somebody counts as
vulnerable, which targets pass unmet and which rungs of the ladder are raised, which partners wait for an answer, who waits
too long to be taken up, rung back, heard of or told (domain/roomtimes.py), what a standing question rings. A pack that
differs in nothing changes nothing, whatever the watch did or missed on the day.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.asking import Answer, ask
from hueandcry.domain.codelist import CategoryPack, ResultPack
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Entry, Fact, Record, fold
from hueandcry.domain.gradescheme import GradePack, GradeRow
from hueandcry.domain.grading import Assessed
from hueandcry.domain.incident import Incident, Opened, Stage
from hueandcry.domain.outcome import Resulted
from hueandcry.domain.pack import NOT_ASKED
from hueandcry.domain.packreader import Pack
from hueandcry.domain.policy import POLICY_STREAM, Policy
from hueandcry.domain.reference import NS_PER_S, Instant, Kind, StreamId, kind_of
from hueandcry.domain.riskmodel import RiskPack
from hueandcry.domain.roomtimes import NOT_RAISED, RoomTimes, Told
from hueandcry.domain.standing import StandingPack

_TIMED = (Kind.CONTACT, Kind.INCIDENT, Kind.RESOURCE)
_TRIED: dict[Kind | None, type[Incident | Expedite]] = {Kind.INCIDENT: Incident, Kind.EXPEDITE: Expedite}
Raised = tuple[str, int, str]  # under which grade where it has one, from when its clock ran, and what
Rang = tuple[int, bytes, str, int]  # when, about which record, which question, and by which fact
_AHEAD_NS = 7 * 86_400 * NS_PER_S
_WAS, _NOW = "was ", "now "  # no code begins so
Changeovers = Callable[[tuple[str, ...], int, int], Iterable[int]]


class Otherwise(Struct, frozen=True, order=True):
    """What would have gone otherwise about a record at a moment (ns UTC): how it was, how it would have been, and why."""

    at: Instant
    stream: StreamId
    what: str
    was: str
    now: str
    was_grounds: str = ""
    now_grounds: str = ""


class Trial:
    """Walks history with a pack; `changeovers` gives when shifts changed between two moments by times of day."""

    def __init__(self, pack: Pack, blank: Callable[[bytes], Record | None], changeovers: Changeovers) -> None:
        self._pack, self._changeovers = pack, changeovers
        self._blank = blank
        self._policy = Policy()
        self._open: dict[bytes, Incident | Expedite] = {}
        self._raised: dict[bytes, tuple[dict[Raised, int], dict[Raised, int]]] = {}
        self._shifts: dict[tuple[str, ...], tuple[int, int, list[int]]] = {}
        self._now, self._until = 0, 0
        self._times = RoomTimes(pack) if isinstance(pack, GradePack) else None

    def walk(self, entries: Iterable[Entry], before: StandingPack | None = None, until: int = 0) -> list[Otherwise]:
        """Return what would have gone otherwise over all entries, up to a moment or to the last of them.

        Standing questions are held against those of `before`.
        """
        self._until = until
        if isinstance(self._pack, StandingPack):
            return self._rang_otherwise(self._pack, before, entries)
        found = list[Otherwise]()
        for entry in entries:
            kind = kind_of(entry.stream) if isinstance(entry.stream, bytes) else None
            if entry.header is not None:
                self._now = entry.header.recorded
            if kind is Kind.POLICY:
                self._policy = fold(self._policy, (entry,))
            elif kind in _TRIED:
                found.extend(self._take(entry, _TRIED[kind]))
            if self._times is not None and kind in _TIMED:
                found.extend(_raised(one) for one in self._times.take(entry, self._policy.grades))
        for record in self._open.values():
            found += self._end(record, max(self._now, until))
        if self._times is not None:
            found.extend(_raised(one) for one in self._times.end_all(max(self._now, until)))
        return sorted(found)

    def _take(self, entry: Entry, tried: type[Incident | Expedite]) -> Iterator[Otherwise]:
        before = self._open.get(entry.stream) or tried(id=entry.stream)
        after = before.reached(entry)
        after = after if entry.fact is None else entry.fact.apply(after)
        if isinstance(after, Incident):
            yield from self._judged(entry.fact, after)
        if isinstance(self._pack, GradePack):
            self._pass(before, self._now)
        if after.open:
            self._open[entry.stream] = after
        else:
            self._open.pop(entry.stream, None)
            yield from self._end(after, self._now)

    # What a pack says at once

    def _judged(self, fact: Fact[Incident] | None, incident: Incident) -> Iterator[Otherwise]:
        match self._pack, fact:
            case RiskPack(), Assessed():
                yield from _assessed(self._pack, fact, incident)
            case CategoryPack(), Opened():
                named = [one for one in self._pack.category if one.code == fact.category]
                if not named:
                    yield _otherwise(incident, "category", fact.category, "not in this pack")
                elif named[0].domestic != fact.domestic:
                    yield _otherwise(incident, "domestic", _yes(fact.domestic), _yes(named[0].domestic))
            case ResultPack(), Resulted():
                rows = [one for one in self._pack.result if one.code == fact.result]
                if not rows:
                    yield _otherwise(incident, "result", fact.result, "not in this pack")
                elif rows[0].attended != fact.attended:
                    yield _otherwise(incident, "attended", _yes(fact.attended), _yes(rows[0].attended))
            case _:
                pass

    # What a scheme says as time passes

    def _pass(self, record: Incident | Expedite, until: int) -> None:
        """Note what either scheme raises while a record stands as it does, up to a moment."""
        if isinstance(record, Expedite):
            waits, day = record.answer_by(self._policy) is not None, record.asked_under
        else:
            waits = bool(record.grade) and not record.attended and record.stage in (Stage.GRADED, Stage.RESOURCED)
            day = record.graded_under
        if not waits:
            return
        assert isinstance(self._pack, GradePack)
        was, now = self._raised.setdefault(record.id, ({}, {}))
        for scheme, raised in ((self._policy.grades_of(day), was), (self._pack, now)):
            for what, due in self._raises(record, scheme, until):
                raised.setdefault(what, due)

    def _raises(self, record: Incident | Expedite, scheme: GradePack, until: int) -> Iterator[tuple[Raised, int]]:
        if isinstance(record, Expedite):
            answer_by = record.asked + scheme.expedite_answer_within_s * NS_PER_S
            if answer_by <= until:
                yield ("", record.asked, f"not answered in {scheme.expedite_answer_within_s} s"), answer_by
            return
        start, row = record.clock_from, next((one for one in scheme.grade if one.code == record.grade), None)
        if row is None:
            yield (record.grade, start, f"no grade {record.grade} in it"), start
            return
        for what, due in self._due(record, scheme, row, until):
            yield (record.grade, start, what), due

    def _due(self, incident: Incident, scheme: GradePack, row: GradeRow, until: int) -> Iterator[tuple[str, int]]:
        start = incident.clock_from
        if row.attend_within_s is not None and start + row.attend_within_s * NS_PER_S <= until:
            yield f"not attended in {row.attend_within_s} s", start + row.attend_within_s * NS_PER_S
        if incident.stage is not Stage.GRADED:
            return
        if row.resource_within_s is not None and start + row.resource_within_s * NS_PER_S <= until:
            yield f"not resourced in {row.resource_within_s} s", start + row.resource_within_s * NS_PER_S
        if row.review_every_s is not None:
            due = max(incident.reviewed, start) + row.review_every_s * NS_PER_S
            if due <= until:
                yield f"not reviewed in {row.review_every_s} s", due
        raised = [(max(start + one.unresourced_for_s * NS_PER_S, incident.alone_from), one) for one in row.escalate]
        raised = [(due, rung) for due, rung in raised if due <= until]
        for due, rung in raised:
            yield f"escalated to {rung.to} after {rung.unresourced_for_s} s", due
        if raised:
            for moment in self._shifts_changed(scheme.changeover, min(due for due, _ in raised), until):
                to = [rung.to for due, rung in raised if due < moment][-1]
                yield f"escalated to {to} again at {moment // NS_PER_S}", moment

    def _shifts_changed(self, times: tuple[str, ...], since: int, until: int) -> list[int]:
        """Return when shifts changed after a moment and up to another; worked out once for all that was asked so far."""
        first, last, known = self._shifts.get(times, (since, since, []))
        if since < first:
            known, first = [*self._changeovers(times, since, first), *known], since
        if until > last:
            known, last = [*known, *self._changeovers(times, last, until + _AHEAD_NS)], until + _AHEAD_NS
        self._shifts[times] = first, last, known
        return known[bisect_right(known, since) : bisect_right(known, until)]

    def _end(self, record: Incident | Expedite, until: int) -> Iterator[Otherwise]:
        """Yield what the schemes would have raised otherwise about a record that is closed, or stands at the end."""
        if not isinstance(self._pack, GradePack):
            return
        self._pass(record, until)
        was, now = self._raised.pop(record.id, ({}, {}))
        for key in sorted(set(was) - set(now)):
            yield Otherwise(was[key], record.id, "raised", _spoken(key[2]), NOT_RAISED, key[0])
        for key in sorted(set(now) - set(was)):
            yield Otherwise(now[key], record.id, "raised", NOT_RAISED, _spoken(key[2]), "", key[0])

    # What a question rings

    def _rang_otherwise(
        self, pack: StandingPack, before: StandingPack | None, entries: Iterable[Entry]
    ) -> list[Otherwise]:
        """Return what rings by the questions that only the former pack has, and by those that only this one has."""
        marked = _otherwise_asked(pack, before)
        if not marked.question:
            return []
        was, now = dict[Rang, str](), dict[Rang, str]()
        for key, grounds in _rung(ask(marked, entries, self._blank, self._until or None)):
            at, stream, code, number = key
            mark, side = (_WAS, was) if code.startswith(_WAS) else (_NOW, now)
            side[at, stream, code.removeprefix(mark), number] = grounds
        gone, come = was.keys() - now.keys(), now.keys() - was.keys()
        return sorted(
            [
                *(Otherwise(one[0], one[1], "rang", one[2], "silent", was[one]) for one in gone),
                *(Otherwise(one[0], one[1], "rang", "silent", one[2], "", now[one]) for one in come),
            ]
        )


def _raised(told: Told) -> Otherwise:
    at, stream, was, now = told
    return Otherwise(at, stream, "raised", was, now)


def _rung(answer: Answer) -> Iterator[tuple[Rang, str]]:
    """Yield what rang about a record, and what fell in the whole room, each with its grounds."""
    yield from (((one.at, one.stream, one.question, one.number), "") for one in answer.rang)
    for one in answer.fallen:
        yield (one.at, POLICY_STREAM, one.question, 0), f"{one.count} where {one.usual} are usual"


def _otherwise_asked(pack: StandingPack, before: StandingPack | None) -> StandingPack:
    """Return the questions of two packs that the other does not have word for word, each marked with whose it is."""
    old = () if before is None else before.question
    marked = [
        *(replace(one, code=f"{_WAS}{one.code}") for one in old if one not in pack.question),
        *(replace(one, code=f"{_NOW}{one.code}") for one in pack.question if one not in old),
    ]
    return replace(pack, question=tuple(marked))


def _assessed(pack: RiskPack, fact: Assessed, incident: Incident) -> Iterator[Otherwise]:
    answers = {one.code: NOT_ASKED for one in pack.element} | {reply.element: reply.answer for reply in fact.replies}
    suggestion = pack.suggestion(answers, incident.category)
    if suggestion.grade != fact.suggested:
        yield _otherwise(
            incident,
            "suggested",
            fact.suggested,
            suggestion.grade,
            ", ".join(fact.grounds),
            ", ".join(suggestion.grounds),
        )
    vulnerable = pack.is_vulnerable(answers)
    if vulnerable != fact.vulnerable:
        yield _otherwise(incident, "vulnerable", _yes(fact.vulnerable), _yes(vulnerable))


def _otherwise(incident: Incident, what: str, was: str, now: str, *grounds: str) -> Otherwise:
    return Otherwise(incident.recorded, incident.id, what, was, now, *grounds)


def _spoken(what: str) -> str:
    """Return what was raised without the moment that tells repeats apart."""
    return what.partition(" again at ")[0] + (" again at a changeover" if " again at " in what else "")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
