"""Lines about whoever works here: that something was hard, a break, and that somebody was seen to."""

from hueandcry.domain import welfare
from hueandcry.domain.contact import Contact
from hueandcry.domain.duty import Role
from hueandcry.domain.staff import staff_stream
from hueandcry.domain.welfare import Answer
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import COLLAR, ITEM


def traumatic_acts(desk: Desk, line: Line) -> list[Act]:
    """It was hard on whoever is named, else on who talked to the caller, else on who says so."""
    record = desk.board.record(line["item"])
    talked = record.handler if isinstance(record, Contact) else ""
    collar = line["collar"] or talked or desk.signed.collar
    offer = welfare.OfferBreak(line["item"], free_to_cover(desk, collar))
    return [Act(line["item"], welfare.FindTraumatic()), Act(staff_stream(collar), offer, apart=True)]


def free_to_cover(desk: Desk, collar: str) -> tuple[str, ...]:
    """Return who is signed on as a handler and talks to nobody, beside the one whom they would cover."""
    busy = {one.owner for one in desk.board.open() if isinstance(one, Contact)}
    away = {one.collar for one in desk.board.staff.values() if any(care.answer == "take" for care in one.care)}
    signed_on = {one.collar for one, _ in desk.board.sessions() if Role.HANDLER in one.roles}
    return tuple(sorted(signed_on - busy - away - {collar}))


def break_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(staff_stream(desk.signed.collar), welfare.AnswerBreak(Answer(line["answer"])))]


def see_to_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(staff_stream(line["collar"]), welfare.SeeTo())]


VERBS = (
    Verb(
        name="traumatic", short="tm", slots=(ITEM, slots.choice("collar", slots.members, optional=True)), acts=traumatic_acts,
        does="Say that {item} was hard[ on {collar}], and offer a break", example="tm .",
    ),
    Verb(
        name="break", short="brk", slots=(slots.choice("answer", slots.one_of(Answer)),), acts=break_acts,
        does="Answer the offer of a break: {answer}", example="brk take",
    ),
    Verb(
        name="seeto", short="sto", slots=(COLLAR,), acts=see_to_acts,
        does="Say that you have seen to {collar}", example="sto 2211",
    ),
)  # fmt: skip
