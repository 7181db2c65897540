"""Lines of a major incident: declared, told agency by agency, acknowledged, stood down."""

from hueandcry.domain import major
from hueandcry.domain.incident import Incident
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import INCIDENT


def major_acts(_: Desk, line: Line) -> list[Act]:
    parts = tuple(part.strip() for part in line["words"].split(" / "))
    return [Act(line["incident"], major.DeclareMajor(parts))]


def tell_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], major.TellAgency(line["agency"], line["words"]))]


def known_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], major.AcknowledgeAgency(line["agency"], line["person"]))]


def stand_down_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], major.StandMajorDown(line["words"]))]


def _agencies(desk: Desk, values: slots.Values) -> list[str]:
    record = desk.board.record(values["incident"])
    found = record.major if isinstance(record, Incident) else None
    return [] if found is None else [one.agency for one in found.agencies]


_AGENCY = slots.choice("agency", _agencies)

VERBS = (
    Verb(
        name="major", short="mj", slots=(INCIDENT, slots.words("words")), acts=major_acts,
        does="DECLARE {incident} A MAJOR INCIDENT: {words}",
        example="mj 57 gate 4 of the stadium / crush / crowd still coming / by Bell Street / about 40 / ambulance there",
    ),
    Verb(
        name="tell", short="tl", slots=(INCIDENT, _AGENCY, slots.words("words", optional=True)), acts=tell_acts,
        does="Record that {agency} was told of {incident}[: {words}]", example="tl 57 fire by the hailing talk group",
    ),
    Verb(
        name="knows", short="kn", slots=(INCIDENT, _AGENCY, slots.words("person")), acts=known_acts,
        does="Record that {agency} knows of {incident}: {person}", example="kn 57 fire watch manager Okoro",
    ),
    Verb(
        name="standdown", short="sd", slots=(INCIDENT, slots.words("words")), acts=stand_down_acts,
        does="Stand major incident {incident} down: {words}", example="sd 57 all casualties away, gates open",
    ),
)  # fmt: skip
