"""Lines about checks elsewhere, bring-ups, decisions with their grounds, and faults of the system."""

from hueandcry.domain import check, fault_note, rationale, reminder
from hueandcry.domain.check import Answer, System
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Slot, SlotKind, Verb
from hueandcry.operator.slots import ITEM


def check_acts(_: Desk, line: Line) -> list[Act]:
    """Whom or what, and why, are parted by ` / `."""
    subject, _slash, reason = line["words"].partition(" / ")
    return [Act(line["item"], check.RequestCheck(System(line["system"]), subject.strip(), reason.strip()))]


def returned_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], check.ReturnCheck(line["number"], Answer(line["answer"]), line["words"]))]


def bring_up_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], reminder.SetBringUp(line["at"], line["words"]))]


def done_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], reminder.FinishBringUp(line["number"], line["words"]))]


def decision_acts(_: Desk, line: Line) -> list[Act]:
    parts = [part.strip() for part in line["words"].split(" / ")]
    information, threat, powers, options = (*parts, "", "", "", "")[:4]
    return [Act(line["item"], rationale.RecordDecision(information, threat, powers, options, " / ".join(parts[4:])))]


def fault_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(POLICY_STREAM, fault_note.NoteFault(desk.board.position, line["words"]))]


_NUMBER = Slot(name="number", kind=SlotKind.NUMBER)

VERBS = (
    Verb(
        name="check", short="ck", slots=(ITEM, slots.choice("system", slots.one_of(System)), slots.words("words")), acts=check_acts,
        does="Ask for a check in {system} for {item}: {words}", example="ck 57 pnc silver Astra AB12 CDE / seen leaving the scene",
    ),
    Verb(
        name="returned", short="rt", slots=(ITEM, _NUMBER, slots.choice("answer", slots.one_of(Answer)), slots.words("words", optional=True)),
        acts=returned_acts, does="Record that check {number} of {item} came back, {answer}[: {words}]", example="rt 57 9 found wanted on warrant",
    ),
    Verb(
        name="bringup", short="bu", slots=(ITEM, slots.time("at"), slots.words("words", optional=True)), acts=bring_up_acts,
        does="Bring {item} up at {at}[: {words}]", example="bu 57 30m has her sister rung",
    ),
    Verb(
        name="done", short="dn", slots=(ITEM, _NUMBER, slots.words("words", optional=True)), acts=done_acts,
        does="Record that bring-up {number} of {item} is seen to[: {words}]", example="dn 57 9 she has",
    ),
    Verb(
        name="ndm", short="ndm", slots=(ITEM, slots.words("words")), acts=decision_acts,
        does="Record a decision on {item} with its grounds: {words}",
        example="ndm 57 he is armed / to life / section 17 PACE / containing waited for, too long / entry by AB12",
    ),
    Verb(
        name="fault", short="flt", slots=(slots.words("words"),), acts=fault_acts,
        does="Note a fault of this system: {words}", example="flt the map shows the wrong district",
    ),
)  # fmt: skip
