"""Lines about resources: who is on the list, what they are doing, whether they were heard of."""

from hueandcry.domain import deployment, resource
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.resource import Status, resource_stream
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import CALLSIGN, DISTRICT
from hueandcry.operator.work.location import strange


def unit_acts(_: Desk, line: Line) -> list[Act]:
    callsign = line["callsign"].upper()
    skills = tuple(part for part in (line["skills"] or "").split(".") if part)
    return [Act(resource_stream(callsign), resource.RegisterResource(callsign, line["district"], skills))]


def status_acts(desk: Desk, line: Line) -> list[Act]:
    """Whoever is free, or off, is on no incident any more."""
    status = Status(line["status"])
    off = [] if status in resource.ON_AN_INCIDENT else taken_off(desk, line["callsign"], status.value)
    return [Act(resource_stream(line["callsign"]), resource.GiveStatus(status)), *off]


def en_route_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(resource_stream(line["callsign"]), resource.GiveStatus(Status.EN_ROUTE))]


def clear_acts(desk: Desk, line: Line) -> list[Act]:
    """A callsign that is not on the list is taken off the incidents that it was sent to."""
    callsign = line["callsign"].upper()
    off = taken_off(desk, callsign, line["words"] or "clear")
    known = desk.board.resource(callsign)
    if known is None and not off:
        raise Refused(f"{callsign} is on no incident, and not on the list")
    if known is None or (off and known.status is Status.AVAILABLE):
        return off
    return [Act(known.id, resource.GiveStatus(Status.AVAILABLE)), *off]


def taken_off(desk: Desk, callsign: str, reason: str, but: bytes = b"") -> list[Act]:
    """Return the acts that take a resource off every open incident but one."""
    on = (one for one in desk.board.open() if isinstance(one, Incident) and callsign in one.resources)
    return [Act(one.id, deployment.StandDown(callsign, reason)) for one in on if one.id != but]


def heard_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(resource_stream(line["callsign"]), resource.HearOf(line["words"]))]


def emergency_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(resource_stream(line["callsign"]), resource.CallEmergency(line["words"]))]


def sent(desk: Desk, incident: bytes, callsign: str, status: Status) -> list[Act]:
    """Return the acts on a resource that goes to an incident: a listed one has a status, any leaves the one it was on."""
    known = desk.board.resource(callsign)
    other = taken_off(desk, callsign, "sent elsewhere", incident)
    if known is None or (known.status, known.incident) == (status, incident):
        return other
    return [Act(known.id, resource.GiveStatus(status, incident)), *other]


def freed(desk: Desk, incident: bytes) -> list[Act]:
    """Return the acts that free every listed resource of an incident that ends."""
    return [
        Act(one.id, resource.GiveStatus(Status.AVAILABLE)) for one in desk.board.resources() if one.incident == incident
    ]


_GIVEN = slots.one_of(Status, *resource.ON_AN_INCIDENT)

VERBS = (
    Verb(
        name="unit", short="u", slots=(slots.code("callsign", slots.callsigns), DISTRICT, slots.code("skills", optional=True)), acts=unit_acts, tells=strange,
        does="Put {callsign} of {district} on the list of resources[, skills {skills}]", example="u AB12 CENTRAL taser.pursuit",
    ),
    Verb(
        name="status", short="st", slots=(CALLSIGN, slots.choice("status", _GIVEN)), acts=status_acts,
        does="Set {callsign} to {status}", example="st AB12 refreshments",
    ),
    Verb(name="enroute", short="en", slots=(CALLSIGN,), acts=en_route_acts, does="Set {callsign} on its way", example="en AB12"),
    Verb(
        name="clear", short="cl", slots=(slots.code("callsign", slots.callsigns), slots.words("words", optional=True)), acts=clear_acts,
        does="Take {callsign} off its incident[: {words}]", example="cl AB12",
    ),
    Verb(
        name="heard", short="hd", slots=(CALLSIGN, slots.words("words", optional=True)), acts=heard_acts,
        does="Record that {callsign} is well[: {words}]", example="hd AB12 all in order",
    ),
    Verb(
        name="emergency", short="em", slots=(CALLSIGN, slots.words("words", optional=True)), acts=emergency_acts,
        does="Record that {callsign} calls for help[: {words}]", example="em AB12 open microphone, shouting",
    ),
)  # fmt: skip
