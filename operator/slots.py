"""What the slots of verbs may be: the choices that the packs, the staff and the items of this room offer.

Theory of operation. A choice is worked out when it is needed, from the desk's board and the slots that stand before it, so
that an adopted pack or a new member of staff is offered at once.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from hueandcry.domain.bell import OFF
from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.duty import Role
from hueandcry.domain.incident import Incident
from hueandcry.domain.reference import Kind
from hueandcry.domain.resource import Status
from hueandcry.domain.triage import EVERY_ELEMENT
from hueandcry.domain.worked import Worked
from hueandcry.operator.desk import Desk
from hueandcry.operator.grammar import Slot, SlotKind

Values = dict[str, Any]
Choices = Callable[[Desk, Values], Sequence[str]]


def ref(name: str, *kinds: Kind, optional: bool = False) -> Slot:
    """Return a slot for a reference to an item, of any kind that is worked on where none is named."""
    if not kinds:
        return Slot(name=name, kind=SlotKind.REF, optional=optional)
    return Slot(name=name, kind=SlotKind.REF, kinds=kinds, optional=optional)


def words(name: str, *, optional: bool = False) -> Slot:
    """Return a slot for the rest of the line."""
    return Slot(name=name, kind=SlotKind.WORDS, optional=optional)


def time(name: str) -> Slot:
    """Return a slot for a moment."""
    return Slot(name=name, kind=SlotKind.TIME)


def choice(name: str, choices: Choices, *, optional: bool = False) -> Slot:
    """Return a slot for one of several codes."""
    return Slot(name=name, kind=SlotKind.CHOICE, choices=choices, optional=optional)


def code(name: str, offered: Choices | None = None, *, optional: bool = False) -> Slot:
    """Return a slot for one word: any, of which some may be offered."""
    return Slot(name=name, kind=SlotKind.CODE, choices=offered, optional=optional)


def one_of(cls: type[Enum], *but: Enum) -> Choices:
    """Return the choices that an enumeration offers."""
    values = [str(one.value) for one in cls if one not in but]
    return lambda _, __: values


# From the packs


def elements(desk: Desk, _: Values) -> list[str]:
    """Return the elements of the risk model in force."""
    return [element.code for element in desk.board.policy.risk.element]


def asked(desk: Desk, values: Values) -> list[str]:
    """Return the elements of the risk model in force, and the questions that a contact is to be asked as it stands."""
    contact, risk = desk.board.record(values["contact"]), desk.board.policy.risk
    given = {one.element: one.answer for one in contact.triage} if isinstance(contact, Contact) else {}
    return [*elements(desk, values), *(one.code for one in risk.asks(given))]


def answers(desk: Desk, values: Values) -> tuple[str, ...]:
    """Return the answers that an element or a question offers."""
    return desk.board.policy.risk.offered(values["element"])


def passed_over(desk: Desk, _: Values) -> list[str]:
    """Return what may be passed over: each element, or all that are left."""
    return [*elements(desk, {}), EVERY_ELEMENT]


def topics(desk: Desk, _: Values) -> list[str]:
    """Return the topics of advice in force."""
    return [one.code for one in desk.board.policy.risk.advice]


def reasons(desk: Desk, _: Values) -> list[str]:
    """Return the reasons for not asking."""
    return [reason.code for reason in desk.board.policy.risk.not_asked]


def grades(desk: Desk, _: Values) -> list[str]:
    """Return the grades in force."""
    return [grade.code for grade in desk.board.policy.grades.grade]


def bells(desk: Desk, _: Values) -> list[str]:
    """Return up to what a bell rings: not at all, or a grade in force."""
    return [OFF, *grades(desk, {})]


def categories(desk: Desk, _: Values) -> list[str]:
    """Return the categories in force."""
    return [category.code for category in desk.board.policy.categories.category]


def tags(desk: Desk, _: Values) -> list[str]:
    """Return the tags in force."""
    return [tag.code for tag in desk.board.policy.categories.tag]


def warnings(desk: Desk, _: Values) -> list[str]:
    """Return what a marker may warn of."""
    return [one.code for one in desk.board.policy.categories.warning]


def results(desk: Desk, _: Values) -> list[str]:
    """Return the result codes in force."""
    return [result.code for result in desk.board.policy.results.result]


# From the room


def districts(desk: Desk, _: Values) -> list[str]:
    """Return the districts that are known."""
    return sorted(desk.board.districts)


def callsigns(desk: Desk, _: Values) -> list[str]:
    """Return every callsign on the list."""
    return [one.callsign for one in desk.board.resources()]


def crews(desk: Desk, values: Values) -> list[str]:
    """Return the callsigns that can be sent to an incident, whoever is free first, and those of its district first of these."""
    incident = desk.board.record(values["incident"])
    district = incident.district if isinstance(incident, Incident) else ""
    on_duty = [one for one in desk.board.resources() if one.open and one.incident != values["incident"]]
    on_duty.sort(key=lambda one: (one.status is not Status.AVAILABLE, one.district != district))
    return [one.callsign for one in on_duty]


def sent(desk: Desk, values: Values) -> list[str]:
    """Return the callsigns that were sent to an incident."""
    incident = desk.board.record(values["incident"])
    return list(incident.resources) if isinstance(incident, Incident) else []


def members(desk: Desk, _: Values) -> list[str]:
    """Return the collar numbers of all members of staff."""
    return sorted(desk.board.staff)


def takers(desk: Desk, _: Values) -> list[str]:
    """Return to whom something in hand can be given: a member of staff, or a queue by its role."""
    return [*members(desk, {}), *(role.value for role in (Role.HANDLER, Role.DISPATCHER, Role.VULNERABILITY))]


def promises(desk: Desk, values: Values) -> list[str]:
    """Return what names an open promise of the item: its number, and what was promised where that names one alone."""
    record = desk.board.record(values["item"])
    open_now = record.promises if isinstance(record, Worked) else ()
    sorts = [one.what.value for one in open_now]
    return [*(str(one.number) for one in open_now), *(what for what in dict.fromkeys(sorts) if sorts.count(what) == 1)]


def proposals(desk: Desk, _: Values) -> list[str]:
    """Return the proposals that wait for a second look."""
    return [f"p{one.tail}" for member in desk.board.staff.values() for one in member.proposals]


def _own_collar(desk: Desk) -> str:
    return desk.signed.collar


CHANNELS = one_of(Channel, Channel.UNKNOWN)
ROLES = one_of(Role, Role.WATCH)
CONTACT, INCIDENT, EXPEDITE = (
    ref("contact", Kind.CONTACT),
    ref("incident", Kind.INCIDENT),
    ref("expedite", Kind.EXPEDITE),
)
ITEM = ref("item")
DISTRICT = code("district", districts)
CALLSIGN = choice("callsign", callsigns)
COLLAR = Slot(name="collar", kind=SlotKind.CHOICE, choices=members)
OWN_COLLAR = Slot(name="collar", kind=SlotKind.CHOICE, choices=members, optional=True, default=_own_collar)
