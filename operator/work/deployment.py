"""Lines about sending somebody: who goes, who is there, what waits, who knows."""

from hueandcry.domain import cover, deployment, dispute, escalation, ringing
from hueandcry.domain.acknowledging import Knows
from hueandcry.domain.duty import Role
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.resource import Status
from hueandcry.domain.staff import staff_stream
from hueandcry.domain.worked import Worked
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import DISTRICT, INCIDENT, ITEM, OWN_COLLAR
from hueandcry.operator.work.location import strange
from hueandcry.operator.work.resource import sent


def send_acts(desk: Desk, line: Line) -> list[Act]:
    """A callsign that is not on the list is sent all the same, and the log says so.

    No stream of its own tells of such a one, so that where it is rests on all that is recorded.
    """
    callsign = line["callsign"].upper()
    listed = desk.board.resource(callsign) is not None
    return [
        Act(line["incident"], deployment.Send(callsign, listed), on_all=not listed),
        *sent(desk, line["incident"], callsign, Status.ALLOCATED),
    ]


def as_it_stands(desk: Desk, line: Line) -> str:
    """Return what a crew would be taken away from, or that it is not on the list: then it may be mistyped, and nobody goes."""
    callsign = line["callsign"].upper()
    crew = desk.board.resource(callsign)
    if crew is None:
        return f"- {callsign} IS NOT ON THE LIST OF RESOURCES"
    said = [crew.status.value] if crew.status is not Status.AVAILABLE else []
    if crew.incident is not None and crew.incident != line["incident"]:
        about = desk.board.record(crew.incident)
        grade = f", grade {about.grade}" if isinstance(about, Incident) and about.grade else ""
        said = [f"{crew.status.value} ON {desk.board.name(crew.incident, desk.identity.now())}{grade}"]
    said += ["EMERGENCY"] if crew.emergency else []
    return f"- {callsign} IS {' and in '.join(said)}" if said else ""


def arrive_acts(desk: Desk, line: Line) -> list[Act]:
    record = desk.board.record(line["incident"])
    callsign = (line["callsign"] or (record.resource if isinstance(record, Incident) else "")).upper()
    if not callsign:
        raise Refused("nobody was sent to this incident")
    return [
        Act(line["incident"], deployment.Arrive(callsign)),
        *sent(desk, line["incident"], callsign, Status.AT_SCENE),
    ]


def review_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], deployment.Review(line["words"]))]


def ack_acts(desk: Desk, line: Line) -> list[Act]:
    """What was escalated is acknowledged by whoever answers; that a standing question rang, by anybody."""
    record = desk.board.record(line["item"])
    assert isinstance(record, Worked)
    named, words = _named(desk, line)
    goes_up = isinstance(record, Incident | Expedite)
    only_rings = record.unheeded and not named and not _theirs(desk, record)
    waits = isinstance(record, Incident | Expedite) and record.unacknowledged is not None and not only_rings
    known = [_known(desk, record, named, words)] if waits or (goes_up and not record.unheeded) else []
    if known and not record.unheeded:
        return known
    said = words if known else " ".join(filter(None, (named, words)))
    return [*known, Act(record.id, ringing.HeedRing(said))]


def _theirs(desk: Desk, record: Worked) -> bool:
    """Tell whether an item was escalated to whoever sits here."""
    me = desk.board.member(desk.signed.collar)
    raised = record.escalations if isinstance(record, Incident | Expedite) else ()
    asked = {one.to for one in raised if not one.acknowledged}
    return me is not None and bool(asked.intersection(me.roles))


def _named(desk: Desk, line: Line) -> tuple[str, str]:
    """Return who was told and the words; a first word that is nobody's collar number belongs to the words."""
    first, words = line["collar"] or "", line["words"]
    if desk.board.member(first) is not None or any(sign.isdigit() for sign in first):
        return first, words
    return "", " ".join(filter(None, (first, words)))


def _known(desk: Desk, record: Worked, named: str, words: str) -> Act:
    """Return that somebody knows of what an item was escalated for."""
    member = desk.board.member(named)
    who = Knows(named, words, member.roles if member is not None else None)
    of_dispute = isinstance(record, Expedite)
    return Act(record.id, dispute.AcknowledgeDispute(who) if of_dispute else escalation.Acknowledge(who))


def cover_acts(desk: Desk, line: Line) -> list[Act]:
    """Whoever answered for the district in that role gives it up in the same moment."""
    collar, role = line["collar"] or desk.signed.collar, Role(line["role"])
    before = [one for one in desk.board.answers_for(line["district"], role) if one != collar]
    return [
        *(Act(staff_stream(one), cover.GiveDistrictUp(line["district"], role)) for one in before),
        Act(staff_stream(collar), cover.TakeDistrict(line["district"], role), on_all=True),
    ]


VERBS = (
    Verb(
        name="send", short="d", slots=(INCIDENT, slots.code("callsign", slots.crews)), acts=send_acts, tells=as_it_stands,
        does="Send {callsign} to incident {incident}", example="d 57 AB12",
    ),
    Verb(
        name="arrive", short="at", slots=(INCIDENT, slots.code("callsign", slots.sent, optional=True)), acts=arrive_acts,
        does="Record[ {callsign}] at the scene of incident {incident}", example="at 57",
    ),
    Verb(
        name="review", short="rv", slots=(INCIDENT, slots.words("words")), acts=review_acts,
        does="Record that incident {incident} was reviewed: {words}", example="rv 57 rang her back, he has not returned",
    ),
    Verb(
        name="ack", short="ak", slots=(ITEM, slots.code("collar", slots.members, optional=True), slots.words("words", optional=True)), acts=ack_acts,
        does="Acknowledge the escalation or the ring of {item}[ for {collar}][: {words}]", example="ak 57 4455 told by radio, is looking for a car",
    ),
    Verb(
        name="cover", short="cv", slots=(DISTRICT, slots.choice("role", lambda _, __: [role.value for role in cover.COVERED_AS]), OWN_COLLAR), acts=cover_acts, tells=strange,
        does="Let {collar} answer for {district} as {role}", example="cv CENTRAL sergeant",
    ),
)  # fmt: skip
