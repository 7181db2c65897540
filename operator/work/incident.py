"""An incident's lines: opened, assessed, graded, changed, owned, ended."""

from collections.abc import Callable

from hueandcry.domain import contact, expedite, grading, handover, incident, link, outcome, referral
from hueandcry.domain.contact import Contact, Source
from hueandcry.domain.duty import AnyCommand
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.firstcheck import missing
from hueandcry.domain.incident import Incident
from hueandcry.domain.pack import NOT_ASKED
from hueandcry.domain.particulars import Reply
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import INCIDENT, ITEM, OWN_COLLAR
from hueandcry.operator.words import words_of
from hueandcry.operator.work.handover import taker_of
from hueandcry.operator.work.resource import freed


def open_acts(desk: Desk, line: Line) -> list[Act]:
    """An incident from a contact or an expedite takes over where it is; without either it is of our own motion."""
    source = line["from"]
    record = None if source is None else desk.board.record(source)
    caller = source if isinstance(record, Contact) else record.contact if isinstance(record, Expedite) else None
    new = desk.identity.stream(Kind.INCIDENT)
    acts = [Act(new, incident.Open(line["category"], line["summary"], caller))]
    heard = desk.board.record(caller) if caller is not None else None
    if isinstance(heard, Contact) and heard.place is not None:
        acts.append(Act(new, incident.Locate(heard.district, "", heard.district_source, heard.place)))
    else:
        acts.append(Act(new, incident.Locate(contact.UNKNOWN, "", Source.UNKNOWN)))
    if isinstance(record, Contact):
        acts.append(Act(record.id, contact.Link(new)))
    elif isinstance(record, Expedite):
        acts.append(Act(record.id, expedite.LinkIncident(new)))
        if isinstance(heard, Contact) and heard.stage is contact.Stage.ANSWERED and heard.incident is None:
            acts.append(Act(heard.id, contact.Link(new)))
    return acts


def link_acts(desk: Desk, line: Line) -> list[Act]:
    """Whoever gets in touch about an incident that is closed reopens it; about a merged one, it concerns the other."""
    item, about = line["item"], worked_for(desk, line["incident"])
    closed = about.stage is incident.Stage.CLOSED and not about.history
    again = [Act(about.id, link.Reopen("somebody got in touch about it again"))] if closed else []
    if kind_of(item) is Kind.CONTACT:
        return [Act(item, contact.Link(about.id)), *again, Act(about.id, incident.AddContact(item))]
    asks = desk.board.record(item)
    assert isinstance(asks, Expedite)
    again = again or [Act(about.id, incident.Change(f"{asks.partner} asks about it ({asks.sort})"))]
    return [Act(item, expedite.LinkIncident(about.id)), *again]


def worked_for(desk: Desk, stream: bytes) -> Incident:
    """Return an incident, or the one that it was merged into and that is worked for both."""
    found = desk.board.record(stream)
    while isinstance(found, Incident) and found.merged_into is not None:
        found = desk.board.record(found.merged_into)
    assert isinstance(found, Incident)
    return found


def assess_acts(desk: Desk, line: Line) -> list[Act]:
    """Words of the form element=answer at the beginning are answers, or reasons for not asking; the rest is the statement.

    A question under an element is answered so, too.
    """
    record = desk.board.record(line["incident"])
    callers: tuple[bytes, ...] = ()
    heard = []
    if isinstance(record, Incident):
        callers = record.contacts
        asked = [desk.board.record(one) for one in callers]
        heard = [one for caller in asked if isinstance(caller, Contact) for one in caller.triage]
    risk = desk.board.policy.risk
    asked_of = {one.code for one in risk.element} | {one.code for one in risk.question}
    given, statement = [], line["statement"]
    for word in words_of(line["statement"]):
        element, equals, answer = word.text.partition("=")
        if not equals or element not in asked_of:
            statement = line["statement"][word.start :]
            break
        reasons = [reason.code for reason in risk.not_asked]
        given.append(Reply(element, NOT_ASKED, answer) if answer in reasons else Reply(element, answer))
        statement = ""
    return [Act(line["incident"], grading.Assess(tuple(heard), tuple(given), statement), rests_on=callers)]


def grade_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], grading.Grade(line["grade"], line["reason"]))]


def unchecked(desk: Desk, line: Line) -> str:
    """Return what nobody looked for at first contact, of all who rang about an incident."""
    record = desk.board.record(line["incident"])
    callers = [desk.board.record(one) for one in record.contacts] if isinstance(record, Incident) else []
    heard = [one for one in callers if isinstance(one, Contact)]
    left = missing(tuple(what for one in heard for what in one.checked)) if heard else ()
    return f"- NOT CHECKED: {', '.join(left)}" if left else ""


def change_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], incident.Change(line["what"]))]


def own_acts(desk: Desk, line: Line) -> list[Act]:
    taker = taker_of(desk, line["collar"] or desk.signed.collar)
    return [Act(line["incident"], handover.Own(taker), rests_on=(taker.id,))]


def told_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], outcome.TellCaller(line["words"]))]


def result_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], outcome.Result(line["result"], line["words"]))]


def close_acts(desk: Desk, line: Line) -> list[Act]:
    """Whoever is still on an incident that is closed is free, which its log says and their own."""
    noun: dict[Kind | None, Callable[..., AnyCommand]] = {
        Kind.CONTACT: contact.Close,
        Kind.INCIDENT: outcome.Close,
        Kind.EXPEDITE: expedite.Close,
        Kind.REFERRAL: referral.End,
    }
    return [
        Act(line["item"], noun[kind_of(line["item"])](line["words"])),
        *freed(desk, line["item"]),
    ]


VERBS = (
    Verb(
        name="open", short="o", acts=open_acts,
        slots=(slots.ref("from", Kind.CONTACT, Kind.EXPEDITE, optional=True), slots.choice("category", slots.categories), slots.words("summary", optional=True)),
        does="Open an incident {category}[ from {from}][: {summary}]", example="o . domestic man with a knife at the door",
    ),
    Verb(
        name="link", short="l", slots=(slots.ref("item", Kind.CONTACT, Kind.EXPEDITE), INCIDENT), acts=link_acts,
        does="Link {item} to incident {incident}", example="l c4f7q 57",
    ),
    Verb(
        name="assess", short="as", slots=(INCIDENT, slots.words("statement", optional=True)), acts=assess_acts,
        does="Assess the risk of incident {incident}[: {statement}]", example="as . threat=none he has left, she is with her sister",
    ),
    Verb(
        name="grade", short="g", slots=(INCIDENT, slots.choice("grade", slots.grades), slots.words("reason", optional=True)), acts=grade_acts,
        reminds=unchecked, does="Grade incident {incident} as {grade}[: {reason}]", example="g1 57 knife seen",
    ),
    Verb(
        name="change", short="ch", slots=(INCIDENT, slots.words("what")), acts=change_acts,
        does="Record a material change of {incident}: {what}", example="ch 57 he is back and shouting",
    ),
    Verb(
        name="own", short="ow", slots=(INCIDENT, OWN_COLLAR), acts=own_acts,
        does="Give incident {incident} to {collar}", example="ow 57",
    ),
    Verb(
        name="told", short="td", slots=(INCIDENT, slots.words("words")), acts=told_acts,
        does="Record that the caller of {incident} was told nobody will come: {words}", example="td 57 rang back, will not attend, report number given",
    ),
    Verb(
        name="result", short="res", slots=(INCIDENT, slots.choice("result", slots.results), slots.words("words", optional=True)), acts=result_acts,
        does="Result incident {incident} as {result}[: {words}]", example="res 57 attended arrest made",
    ),
    Verb(
        name="close", short="c", slots=(ITEM, slots.words("words", optional=True)), acts=close_acts,
        does="Close {item}[: {words}]", example="c 57",
    ),
)  # fmt: skip
