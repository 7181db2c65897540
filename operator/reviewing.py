"""The blind second look as it is done: an incident unfolds as it arrived, the reviewer judges it, then both are shown.

Theory of operation. What is shown are the facts that informed the room, of the incident and its callers, up to its first grade;
assessments, grades and all that was done stay hidden until the reviewer's own judgement is recorded. In a terminal one fact follows
on each Enter; from a pipe the judgement comes as two lines. An answer that cannot be read is asked for again in a terminal and ends
the command in a pipe; what was begun and not judged stays on record as begun.
"""

import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from hueandcry.domain import replay
from hueandcry.domain.access import Shown
from hueandcry.domain.agreement import GROUPS, agreement, drawn, reviews
from hueandcry.domain.blindreview import BeginReview, Compared, Judge, Judged, whole
from hueandcry.domain.contact import Contact
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Entry, FactRef, fold
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.incident import Incident
from hueandcry.domain.pack import NOT_ASKED
from hueandcry.domain.particulars import Reply
from hueandcry.domain.reference import Kind, kind_of, stream_text
from hueandcry.domain.riskmodel import RiskPack
from hueandcry.domain.staff import SignedOn
from hueandcry.domain.triage import ElementTriaged
from hueandcry.operator import console, dossier
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.words import words_of
from hueandcry.store.codec import decode
from hueandcry.store.inbound import inner
from hueandcry.store.naming import names_for
from hueandcry.store.views import Board

UNKNOWN = "unknown"
T = TypeVar("T")


class Case(Struct, frozen=True):
    """An incident for review: what informed the room, closed, what it was graded by, and who took it, where and how."""

    incident: Incident
    shown: tuple[Entry, ...]
    assessed: Entry
    graded: Entry
    handler: str
    place: str
    channel: str
    desk: str
    theirs: tuple[str, ...]

    def group(self, by: str) -> str:
        """Return the group that the incident belongs to."""
        return str(getattr(self, by))


def case_of(room: Room, board: Board, incident: Incident, places: dict[str, str]) -> Case | None:
    """Return an incident for review as it was when it was graded first, None where nobody has graded it."""
    entries = _story(room, board, incident)
    graded = next((one for one in entries if isinstance(one.fact, Graded) and one.stream == incident.id), None)
    if graded is None or graded.header is None or not isinstance(graded.fact, Graded):
        return None
    before = [one for one in entries if one.position < graded.position]
    own = [one for one in before if one.stream == incident.id]
    then = fold(Incident(id=incident.id), own)
    caller = _caller(then, before)
    by = [one.header for one in (own[0], graded) if one.header is not None]
    taken = caller.handler if caller is not None and caller.handler else by[0].actor
    scheme = board.policy.safeguarding
    assessed = next(one for one in own if FactRef(one.stream, one.version) == graded.fact.assessment)
    theirs = (taken, *(one.actor for one in by), assessed.header.actor if assessed.header is not None else taken)
    return Case(
        then,
        tuple(replay.known_before(entries, incident.id, graded.position)),
        assessed,
        graded,
        taken,
        places.get(by[0].session, UNKNOWN),
        caller.channel.value if caller is not None else "own-motion",
        scheme.desk_for(then.district) if scheme is not None else UNKNOWN,
        tuple(dict.fromkeys(theirs)),
    )


def _story(room: Room, board: Board, incident: Incident) -> list[Entry]:
    """Return all entries of an incident and of whoever asked for it, in order; of a partner's request those of its calls, too."""
    streams = dict.fromkeys(replay.story(incident))
    for stream in incident.contacts:
        asked = board.record(stream)
        if isinstance(asked, Expedite):
            streams.update(dict.fromkeys(filter(None, (asked.contact, *asked.contacts))))
    return sorted(map(decode, room.journal.rows_of(list(streams), board.position)), key=lambda one: one.position)


def _caller(then: Incident, before: list[Entry]) -> Contact | None:
    """Return the contact that an incident came from first, as it stood then."""
    first = next((one for one in then.contacts if kind_of(one) is Kind.CONTACT), None)
    return fold(Contact(id=first), (one for one in before if one.stream == first)) if first is not None else None


def places_of(room: Room, board: Board) -> dict[str, str]:
    """Return where each session sat: in the office or at home."""
    facts = (one.fact for one in room.journal.entries(0, board.position))
    return {one.session: one.place.value for one in facts if isinstance(one, SignedOn)}


# One review


def review(room: Room, ref: str, *, session: str | None, json: bool) -> None:
    """Show an incident as it arrived, take a judgement of it, record that, and show what was done beside it."""
    board, desk = room.board, room.desk(session)
    record = dossier.found(room, board, ref, session)
    if not isinstance(record, Incident):
        raise Misread(f"{board.name(record.id, room.identity.now())} is no incident")
    case = case_of(room, board, record, places_of(room, board))
    if case is None:
        raise Refused("nobody has graded it yet: there is nothing to hold a second look against")
    stream = _begun(room, desk, case)
    for line in _unfolded(desk, case):
        console.say(line)
        if sys.stdin.isatty():
            sys.stdin.readline()
    _tell(desk, case, _judged(desk, case, stream), json=json)


def _begun(room: Room, desk: Desk, case: Case) -> bytes:
    """Return the review that is begun with this, or that its reviewer began and did not end; nobody judges twice."""
    incident, me = case.incident.id, desk.signed.collar
    for one in reviews(room.journal.entries(0, room.board.position)):
        if (one.begun.incident, one.reviewer) == (incident, me):
            if one.judged is None:
                return one.stream
            raise Refused(f"{me} has judged it and was shown what was done: somebody else takes a second look")
    graded = FactRef(case.graded.stream, case.graded.version)
    facts = (one.fact for one in room.access.entries() if one.header is not None and one.header.actor == me)
    seen = any(isinstance(one, Shown) and incident in one.records for one in facts)
    begin = BeginReview(incident, graded, case.handler, case.place, case.channel, case.desk, case.theirs, seen)
    stream = desk.identity.stream(Kind.REVIEW)
    desk.do([Act(stream, begin)])
    return stream


def _unfolded(desk: Desk, case: Case) -> Iterator[str]:
    names = names_for(desk.board, case.incident, desk.identity.now())
    for entry in inner(desk.door.open(case.shown, "review")):
        yield console.fact_line(_as_said(entry), desk.board, names)


def _as_said(entry: Entry) -> Entry:
    """Return an entry with what the caller said, and not how that was judged."""
    fact = entry.fact
    return replace(entry, fact=replace(fact, answer="-")) if isinstance(fact, ElementTriaged) else entry


def _judged(desk: Desk, case: Case, stream: bytes) -> list[Entry]:
    """Take the judgement: an assessment, then a grade with its reason."""
    risk = desk.board.policy.risk_of(case.assessed.header.pack if case.assessed.header is not None else None)
    console.say("Assess it: element=answer of each, or element=reason for not asking, with 'help' for what there is")
    given = _asked("assessment> ", lambda text: _replies(text, risk))
    return _asked("grade and reason> ", lambda text: desk.do([Act(stream, _judge(case, given, text))]))


def _asked(prompt: str, take: Callable[[str], T]) -> T:
    """Return what is made of a line; asks again in a terminal where that is refused."""
    while True:
        if sys.stdin.isatty():
            sys.stdout.write(prompt)
            sys.stdout.flush()
        text = sys.stdin.readline()
        if not text:
            raise Misread("the review was begun and not judged: the judgement is missing at the end")
        try:
            return take(text.strip())
        except (Refused, Misread) as fault:
            if not sys.stdin.isatty():
                raise
            console.complain(str(fault))


def _replies(text: str, risk: RiskPack) -> tuple[Reply, ...]:
    reasons = [one.code for one in risk.not_asked]
    if text == "help":
        raise Misread("; ".join(f"{one.code}: {', '.join(risk.offered(one.code))}" for one in risk.element))
    given = []
    for word in words_of(text):
        element, _equals, answer = word.text.partition("=")
        risk.offered(element)
        given.append(Reply(element, NOT_ASKED, answer) if answer in reasons else Reply(element, answer))
    whole(tuple(given), risk)
    return tuple(given)


def _judge(case: Case, given: tuple[Reply, ...], text: str) -> Judge:
    grade, _space, reason = text.partition(" ")
    assessed, graded = case.assessed, case.graded
    assert isinstance(assessed.fact, Assessed)
    assert isinstance(graded.fact, Graded)
    return Judge(
        given,
        grade,
        reason.strip(),
        case.incident.category,
        assessed.header.pack if assessed.header is not None else None,
        graded.header.pack if graded.header is not None else None,
        graded.fact.grade,
        assessed.fact.vulnerable,
        assessed.fact.replies,
    )


def _tell(desk: Desk, case: Case, entries: list[Entry], *, json: bool) -> None:
    """Show the reviewer's judgement beside what was done."""
    judged, compared = (one.fact for one in entries)
    assert isinstance(judged, Judged)
    assert isinstance(compared, Compared)
    assert isinstance(case.assessed.fact, Assessed)
    theirs = {one.element: one.answer for one in case.assessed.fact.replies}
    rows = [(one.element, one.answer, theirs.get(one.element, "-")) for one in judged.replies]
    rows += [
        ("vulnerable", _yes(judged.vulnerable), _yes(compared.vulnerable)),
        ("grade", judged.grade, compared.grade),
    ]
    if json:
        console.say_json({
            "review": stream_text(entries[0].stream), "incident": stream_text(case.incident.id),
            "blind": {row[0]: row[1] for row in rows}, "done": {row[0]: row[2] for row in rows}, "steps": compared.steps,
        })  # fmt: skip
        return
    for name, mine, done in rows:
        console.say(
            safe_text(f"{name:<15} blind {mine:<14} done {done:<14}{'' if mine == done else ' otherwise'}".rstrip())
        )
    console.say(f"recorded as {desk.board.name(entries[0].stream)}: hue log {desk.board.name(entries[0].stream)}")


def _yes(value: bool) -> str:
    return "yes" if value else "no"


# Samples and agreement


class Draw(Struct, frozen=True):
    """How many incidents are drawn, from each group of what in turn, and by which seed."""

    count: int
    by: str
    seed: int


def sample(room: Room, board: Board, draw: Draw, *, json: bool) -> None:
    """Print incidents to look at, from each group in turn."""
    if draw.by not in GROUPS:
        raise Misread(f"a sample is drawn by {', '.join(GROUPS)}, not {draw.by}")
    found = _candidates(room, board, draw.by)
    now_ns = room.identity.now()
    for stream in drawn(found, draw.count, draw.seed):
        name = board.name(stream, now_ns)
        if json:
            console.say_json({"ref": name, "stream": stream_text(stream), "by": draw.by, "of": found[stream]})
        else:
            console.say(safe_text(f"{name:<16} {draw.by} {found[stream]}"))
    if not json:
        console.say(f"{counted(min(draw.count, len(found)), 'incident')} of {len(found)} that nobody has reviewed")


def _candidates(room: Room, board: Board, by: str) -> dict[bytes, str]:
    """Return every closed incident that was graded and nobody has reviewed, with its group."""
    done = {one.begun.incident for one in reviews(room.journal.entries(0, board.position)) if one.compared is not None}
    places = places_of(room, board)
    graded = dict.fromkeys(
        one.stream for one in room.journal.entries(0, board.position) if isinstance(one.fact, Graded)
    )
    found: dict[bytes, str] = {}
    for stream in graded:
        record = board.record(stream)
        if isinstance(record, Incident) and not record.open and stream not in done:
            case = case_of(room, board, record, places)
            if case is not None:
                found[stream] = case.group(by)
    return found


def say_agreement(room: Room, board: Board, *, json: bool) -> None:
    """Print how far blind reviews agree with what was done."""
    for one in agreement(room.journal.entries(0, board.position)):
        if json:
            console.say_json(asdict(one))
            continue
        percent = 100 * one.same_elements // one.elements if one.elements else 0
        console.say(safe_text(
            f"{one.by:<8} {one.of:<14} {one.reviewed:>4} reviewed  same grade {one.same_grade:>4}  "
            f"more urgent {one.more_urgent:>3}  "
            f"less urgent {one.less_urgent:>3}  vulnerable the same {one.same_vulnerable:>4}  elements {percent:>3} %"
            f"{f'  {one.seen_before} seen before' if one.seen_before else ''}"
        ))  # fmt: skip
