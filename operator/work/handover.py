"""Lines of handing over, of reading what others wrote, of advice and of the risk until somebody is there."""

from hueandcry.domain import advice, handover
from hueandcry.domain.duty import Role
from hueandcry.domain.fault import Refused
from hueandcry.domain.particulars import InterimRisk
from hueandcry.domain.staff import Staff
from hueandcry.domain.worked import Worked
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import INCIDENT, ITEM
from hueandcry.store.item import urgency


def hand_acts(desk: Desk, line: Line) -> list[Act]:
    to, rests_on = _to(desk, line["to"])
    return [Act(line["item"], handover.HandOver(to, line["words"]), rests_on=rests_on)]


def taker_of(desk: Desk, collar: str) -> Staff:
    """Return whoever is to have something, as they stand now."""
    return desk.board.member(collar) or Staff(collar=collar)


def _to(desk: Desk, to: str) -> tuple[Staff | Role, tuple[bytes, ...]]:
    """Return to whom something goes, and what that rests on: that they are still there."""
    if to in Role._value2member_map_:
        return Role(to), ()
    taker = taker_of(desk, to)
    return taker, (taker.id,)


def hand_rest_acts(desk: Desk, line: Line) -> list[Act]:
    """Everything in one's own hands that neither is vulnerable nor late; what is, is handed over by itself.

    To a role goes what waits for that role when it is in nobody's hands.
    """
    now_ns = desk.identity.now()
    to, rests_on = _to(desk, line["to"])
    mine = held_by(desk, desk.signed.collar)
    if isinstance(to, Role):
        mine = [one for one in mine if one.handed_to("").owner == to.value]
    rest = [one for one in mine if not handover.is_pressing(one, desk.board.policy, now_ns)]
    if not rest:
        left = f"; {len(mine)} are vulnerable or overdue, each to be handed over by itself" if mine else ""
        waits = f" and waits for a {to.value}" if isinstance(to, Role) else ""
        raise Refused(f"{desk.signed.collar} has nothing in hand that could go in bulk{waits}{left}")
    return [Act(one.id, handover.HandOver(to, "", bulk=True), rests_on=rests_on) for one in rest]


def held_by(desk: Desk, collar: str) -> list[Worked]:
    """Return what a person has in hand, the most pressing first."""
    now_ns = desk.identity.now()
    mine = [one for one in desk.board.open() if isinstance(one, Worked) and one.owner == collar]
    return sorted(mine, key=lambda one: urgency(desk.board.item(one, now_ns), now_ns))


def seen_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], handover.SeeUpdate())]


def interim_acts(_: Desk, line: Line) -> list[Act]:
    risk = InterimRisk(line["risk"])
    return [Act(line["incident"], advice.SetInterimRisk(risk, line["by"], line["words"]))]


def advise_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], advice.Advise(line["topic"], line["words"]))]


VERBS = (
    Verb(
        name="advise", short="adv", slots=(ITEM, slots.choice("topic", slots.topics), slots.words("words", optional=True)), acts=advise_acts,
        does="Record advice on {topic} for {item}[: {words}]", example="adv . evidence not to wash, clothes in a paper bag",
    ),
    Verb(
        name="interim", short="int", acts=interim_acts,
        slots=(INCIDENT, slots.choice("risk", slots.one_of(InterimRisk)), slots.time("by"), slots.words("words")),
        does="Set the risk of {incident} until somebody is there to {risk}, looked at again by {by}: {words}",
        example="int 57 high 10m he said he would be back within the hour",
    ),
    Verb(
        name="seen", short="sn", slots=(INCIDENT,), acts=seen_acts,
        does="Record that what others wrote about {incident} was read", example="sn 57",
    ),
    Verb(
        name="hand", short="h", slots=(ITEM, slots.choice("to", slots.takers), slots.words("words", optional=True)), acts=hand_acts,
        does="Hand {item} over to {to}[: {words}]", example="h 57 3305 her sister rings at ten",
    ),
    Verb(
        name="handrest", short="hr", slots=(slots.choice("to", slots.takers),), acts=hand_rest_acts,
        does="Hand everything that is neither vulnerable nor overdue over to {to}, in bulk", example="hr 3305",
    ),
)  # fmt: skip
