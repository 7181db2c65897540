"""Lines about incidents that have to do with each other, and about what an incident turned out to be."""

from hueandcry.domain import classification, crime, link
from hueandcry.domain.incident import Incident
from hueandcry.domain.link import How
from hueandcry.domain.reference import Kind
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import INCIDENT


def tie_acts(_: Desk, line: Line) -> list[Act]:
    """Both incidents say so."""
    how, one, other = How(line["how"]), line["incident"], line["other"]
    return [
        Act(one, link.TieTo(other, how, line["words"])),
        Act(other, link.TieTo(one, how, "")),
    ]


def tag_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], link.Tag(line["tag"]))]


def merge_acts(desk: Desk, line: Line) -> list[Act]:
    """The first is closed as merged; the second takes over its callers, who are told so by nobody but whoever works it."""
    one, other = desk.board.record(line["incident"]), desk.board.record(line["into"])
    assert isinstance(one, Incident)
    assert isinstance(other, Incident)
    to_crime = bool(other.crime) or other.crime_undecided(desk.board.policy)
    return [
        Act(one.id, link.Merge(other.id, other.open, to_crime, line["reason"])),
        Act(other.id, link.Absorb(one.id, one.domestic, one.vulnerable, one.contacts)),
    ]


def reopen_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], link.Reopen(line["reason"]))]


def classify_acts(desk: Desk, line: Line) -> list[Act]:
    """Words at the beginning that are qualifiers of the pack are such; the rest is the reason."""
    known = {one.code for one in desk.board.policy.categories.qualifier}
    qualifiers, reason = [], line["words"]
    while (word := reason.split(maxsplit=1)[:1]) and word[0] in known:
        qualifiers += word
        reason = reason[len(word[0]) :].lstrip()
    return [Act(line["incident"], classification.Classify(line["category"], tuple(qualifiers), reason))]


def crime_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], crime.RecordCrime(line["crime"]))]


def no_crime_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], crime.FindNoCrime(line["reason"]))]


VERBS = (
    Verb(
        name="tie", short="ti", acts=tie_acts,
        slots=(INCIDENT, slots.ref("other", Kind.INCIDENT), slots.choice("how", slots.one_of(How)), slots.words("words", optional=True)),
        does="Tie incident {incident} to {other}, {how}[: {words}]", example="ti 57 61 same-people the silver car again",
    ),
    Verb(
        name="tag", short="tg", slots=(INCIDENT, slots.choice("tag", slots.tags)), acts=tag_acts,
        does="Tag incident {incident} as {tag}, or take the tag off", example="tg 57 series",
    ),
    Verb(
        name="merge", short="mg", slots=(INCIDENT, slots.ref("into", Kind.INCIDENT), slots.words("reason", optional=True)), acts=merge_acts,
        does="Merge incident {incident} into {into}, its callers with it[: {reason}]", example="mg 61 57 same crush at gate 4",
    ),
    Verb(
        name="reopen", short="ro", slots=(INCIDENT, slots.words("reason")), acts=reopen_acts,
        does="Work incident {incident} again: {reason}", example="ro 57 he is back",
    ),
    Verb(
        name="classify", short="cy", acts=classify_acts,
        slots=(INCIDENT, slots.choice("category", slots.categories), slots.words("words", optional=True)),
        does="Classify incident {incident} as {category}[: {words}]", example="cy 57 violence alcohol weapon he cut her arm",
    ),
    Verb(
        name="crime", short="cr", slots=(INCIDENT, slots.code("crime")), acts=crime_acts,
        does="Record that the crime system has {incident} as {crime}", example="cr 57 06EE.114-26",
    ),
    Verb(
        name="nocrime", short="nc", slots=(INCIDENT, slots.words("reason")), acts=no_crime_acts,
        does="Record that {incident} was no crime: {reason}", example="nc 57 the bicycle was lent to his brother",
    ),
)  # fmt: skip
