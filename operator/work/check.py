"""Lines about checks elsewhere, bring-ups, what is put off, decisions with their grounds, and faults of the system."""

from hueandcry.domain import check, fault_note, putoff, rationale, reminder
from hueandcry.domain.check import Answer, System
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.worked import Worked
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Slot, SlotKind, Verb
from hueandcry.operator.pressing import calls
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


def put_off_acts(desk: Desk, line: Line) -> list[Act]:
    """What calls when it is done is put off, of a proposal what whoever approves it hears; crews and districts have a say in it."""
    return [Act(line["item"], putoff.PutOff(_calling(desk, line), line["until"], line["reason"]), on_all=True)]


def put_off_told(desk: Desk, line: Line) -> str:
    """Return which alerts will be silent, in their exact words."""
    said = _calling(desk, line)
    return f"- puts off: {', '.join(said)}" if said else ""


def _calling(desk: Desk, line: Line) -> tuple[str, ...]:
    record = desk.board.record(line["item"])
    if not isinstance(record, Worked) or not record.open:
        return ()
    return tuple(words for _, words in calls(desk.board.item(record, desk.identity.now())))


def bring_back_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], putoff.BringBack())]


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
        name="putoff", short="po", slots=(ITEM, slots.time("until"), slots.words("reason")), acts=put_off_acts, tells=put_off_told,
        does="Let what calls about {item} be silent until {until}: {reason}", example="po 57 20m the sergeant is on the phone with her",
    ),
    Verb(
        name="bringback", short="bb", slots=(ITEM,), acts=bring_back_acts,
        does="Let what is put off about {item} call again", example="bb 57",
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
