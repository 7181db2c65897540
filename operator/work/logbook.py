"""Lines that go into a log, or take words out of it."""

from msgspec.structs import replace

from hueandcry.domain import erasure, logbook
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Kind
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Slot, SlotKind, Verb
from hueandcry.operator.slots import ITEM
from hueandcry.store.records import WORKED


def note_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], logbook.Note(line["words"]))]


def fix_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], logbook.Correct(line["fact"], line["words"]))]


def erase_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], erasure.Erase(line["authority"]))]


def back_acts(desk: Desk, line: Line) -> list[Act]:
    """What is written down afterwards has two clocks: when it happened, and when the journal learned of it."""
    inner: Line = line["line"]
    if inner.verb.approving or inner.verb.name in ("back", "propose", "erase", "off"):
        raise Refused(f"'{inner.verb.name}' is done now, and not written down afterwards")
    return [replace(act, occurred=line["happened"]) for act in inner.verb.acts(desk, inner)]


VERBS = (
    Verb(
        name="back", short="bk", acts=back_acts,
        slots=(Slot(name="happened", kind=SlotKind.TIME, past=True), Slot(name="line", kind=SlotKind.LINE)),
        does="Write down that at {happened}: {line}", example="bk 21:14 n 57 she was rung back by radio telephone",
    ),
    Verb(
        name="note", short="n", slots=(ITEM, slots.words("words")), acts=note_acts,
        does="Write in the log of {item}: {words}", example="n 57 neighbour heard shouting",
    ),
    Verb(
        name="fix", short="f", slots=(ITEM, Slot(name="fact", kind=SlotKind.NUMBER), slots.words("words")), acts=fix_acts,
        does="Correct fact {fact} of {item}: {words}", example="f 57 4 the house is number 21, not 12",
    ),
    Verb(
        name="erase", short="er", slots=(slots.ref("item", *WORKED, Kind.FOREIGN, Kind.NOMINAL, Kind.EPISODE, Kind.PARTNER), slots.words("authority")), acts=erase_acts,
        does="Erase every word of {item}, for good: {authority}", example="propose erase 57 MoPI review 2026/114",
    ),
)  # fmt: skip
