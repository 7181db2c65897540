"""Lines about people: registered, described, warned of, found to be one or two, and involved in what is worked on."""

from datetime import date

from hueandcry.domain import doublet, involvement, marker, nominal
from hueandcry.domain.nominal import Nominal, Severity, Sort
from hueandcry.domain.reference import Kind
from hueandcry.domain.worked import Part
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Slot, SlotKind, Verb
from hueandcry.operator.slots import ITEM
from hueandcry.store.identifiers import Read, read
from hueandcry.store.moment import local_day


def person_acts(desk: Desk, line: Line) -> list[Act]:
    """Somebody by their name, or by a number where no name is known."""
    sort = Sort.NUMBER if _is_number(line["name"]) else Sort.NAME
    found = _read(desk, sort, line["name"])
    return [Act(desk.identity.stream(Kind.NOMINAL), nominal.RegisterNominal(sort, *_parts(found)))]


def detail_acts(desk: Desk, line: Line) -> list[Act]:
    sort = Sort(line["sort"])
    return [Act(line["person"], nominal.AddDetail(sort, *_parts(_read(desk, sort, line["words"]))))]


def strike_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["person"], nominal.EndDetail(line["number"], line["reason"]))]


def marker_acts(_: Desk, line: Line) -> list[Act]:
    warning = marker.SetMarker(line["warning"], Severity(line["severity"]), line["source"], line["words"])
    return [Act(line["person"], warning)]


def remark_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["person"], marker.ReviewMarker(line["number"], line["words"]))]


def unmark_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["person"], marker.EndMarker(line["number"], line["reason"]))]


def same_acts(desk: Desk, line: Line) -> list[Act]:
    """The first points to the second, which stands for both."""
    other = desk.board.record(line["into"])
    stands = isinstance(other, Nominal) and other.merged_into is None
    return [
        Act(line["person"], doublet.MergeNominal(line["into"], stands, line["reason"]), rests_on=(line["into"],)),
        Act(line["into"], doublet.AbsorbNominal(line["person"])),
    ]


def apart_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(one, doublet.PartNominal(other, line["reason"])) for one, other in _both(line)]


def _both(line: Line) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
    return (line["person"], line["other"]), (line["other"], line["person"])


def involve_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], involvement.Involve(line["person"], Part(line["part"]), line["words"]))]


def not_involve_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], involvement.NotInvolve(line["person"], Part(line["part"]), line["reason"]))]


def _is_number(text: str) -> bool:
    return sum(map(str.isdigit, text)) >= 5 and not any(map(str.isalpha, text))


def _read(desk: Desk, sort: Sort, said: str) -> Read:
    today = date.fromisoformat(local_day(desk.identity.now(), desk.board.zone))
    return read(sort, said, today)


def _parts(found: Read) -> tuple[str, str, bool]:
    return found.text, found.said, found.plausible


PERSON = slots.ref("person", Kind.NOMINAL)
_NUMBER = Slot(name="number", kind=SlotKind.NUMBER)

VERBS = (
    Verb(
        name="person", short="pn", slots=(slots.words("name"),), acts=person_acts,
        does="Register a person: {name}", example="pn Siobhan Kelly",
    ),
    Verb(
        name="detail", short="det", slots=(PERSON, slots.choice("sort", slots.one_of(Sort)), slots.words("words")), acts=detail_acts,
        does="Add to {person} the {sort} {words}", example="det n4f7q born 12/3/1984",
    ),
    Verb(
        name="strike", short="sk", slots=(PERSON, _NUMBER, slots.words("reason")), acts=strike_acts,
        does="Strike detail {number} of {person}: {reason}", example="sk n4f7q 3 number given up in May",
    ),
    Verb(
        name="marker", short="mk", acts=marker_acts,
        slots=(
            PERSON, slots.choice("warning", slots.warnings), slots.choice("severity", slots.one_of(Severity)), slots.code("source"),
            slots.words("words", optional=True),
        ),
        does="Mark {person} {warning} ({severity}), from {source}[: {words}]", example="mk n4f7q violent high pnc assaulted two officers in June",
    ),
    Verb(
        name="remark", short="rmk", slots=(PERSON, _NUMBER, slots.words("words")), acts=remark_acts,
        does="Record that marker {number} of {person} stands: {words}", example="rmk n4f7q 5 threatened a neighbour last week",
    ),
    Verb(
        name="unmark", short="umk", slots=(PERSON, _NUMBER, slots.words("reason")), acts=unmark_acts,
        does="End marker {number} of {person}: {reason}", example="umk n4f7q 5 it was his brother",
    ),
    Verb(
        name="same", short="sm", slots=(PERSON, slots.ref("into", Kind.NOMINAL), slots.words("reason")), acts=same_acts,
        does="Record that {person} is the same person as {into}: {reason}", example="sm n4f7q n9ab2 same date of birth and number",
    ),
    Verb(
        name="apart", short="apt", slots=(PERSON, slots.ref("other", Kind.NOMINAL), slots.words("reason")), acts=apart_acts,
        does="Record that {person} and {other} are two people: {reason}", example="apt n4f7q n9ab2 twin sisters",
    ),
    Verb(
        name="involve", short="iv", slots=(ITEM, PERSON, slots.choice("part", slots.one_of(Part)), slots.words("words", optional=True)), acts=involve_acts,
        does="Record that {person} is the {part} of {item}[: {words}]", example="iv 57 n4f7q suspect",
    ),
    Verb(
        name="uninvolve", short="uiv", slots=(ITEM, PERSON, slots.choice("part", slots.one_of(Part)), slots.words("reason")), acts=not_involve_acts,
        does="Record that {person} is not the {part} of {item}: {reason}", example="uiv 57 n4f7q suspect was at work",
    ),
)  # fmt: skip
