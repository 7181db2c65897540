"""Who may be calling: the people who have the number, the calls that came from it before, and who is involved already.

Theory of operation. What the room knows of a number stands on a contact's page from the ring on, before anybody answers: no key
is pressed for it. That it was looked for is in the access log like any search, and words of a person are opened at the door. Where
nothing is known, the page says so; where it cannot be looked for now, the page says that, and the call is taken all the same.
Source: letter, area 4 (person-based information at once); PEEL on repeat callers that nobody recognised.
"""

from collections.abc import Iterable
from itertools import chain

from hueandcry.domain.contact import Contact
from hueandcry.domain.fact import Record
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.firstcheck import missing
from hueandcry.domain.nominal import Nominal
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.worked import Worked
from hueandcry.operator.desk import Desk
from hueandcry.operator.searching import one_person, people_of, summary
from hueandcry.operator.text import counted, safe_text
from hueandcry.store.identifiers import e164
from hueandcry.store.moment import local_text

SCREEN = "item"
CALLS_NAMED = 3
NAMED_MAX = 3


def known(desk: Desk, stream: bytes) -> tuple[str, ...]:
    """Return what is known of who is calling about an item and of who is involved in it, a line each, safe to show."""
    record = desk.board.record(stream)
    if not isinstance(record, Worked):
        return ()
    try:
        calling = _of_number(desk, record) if isinstance(record, Contact) else []
        return tuple(safe_text(line) for line in (*_involved(desk, record), *calling, *_unchecked(record)))
    except (Unavailable, OSError) as fault:
        return (safe_text(f"what is known of them cannot be looked for now: {fault}"),)


def of_number(desk: Desk, contact: Contact) -> tuple[bytes, ...] | None:
    """Return who has the number of a contact, and which contacts came from it before; None where it has none to look for."""
    rang = desk.door.fact(contact.number, SCREEN)
    number = e164(getattr(rang.fact, "number", None) or "") if rang is not None else None
    if number is None:
        return None
    people = people_of(desk.log)
    return (*people.of_number(number), *(one for one in people.rang_from(number) if one != contact.id))


def _unchecked(record: Worked) -> list[str]:
    """Return what should still be looked for, once somebody talks to the caller."""
    left = missing(record.checked) if isinstance(record, Contact) and record.open and record.handler else ()
    return [f"not checked: {', '.join(left)} ('looked')"] if left else []


def _involved(desk: Desk, record: Worked) -> list[str]:
    return [f"{one.part.value}: {_person(desk, one.nominal)}" for one in record.people]


def _of_number(desk: Desk, contact: Contact) -> list[str]:
    """Return who has the number of a contact, and which contacts came from it before; that nothing is known, where it is so."""
    both = of_number(desk, contact)
    if both is None:
        return []
    known = desk.board.partner_of(contact.site) if contact.site else None
    rings = [f"rings from {contact.site} of {known[0].name.decode('utf-8', 'replace')}"] if known is not None else []
    found = [one for one in both if kind_of(one) is Kind.NOMINAL]
    calls = [one for one in both if kind_of(one) is Kind.CONTACT]
    home = {one: people_of(desk.log).household(one)[:NAMED_MAX] for one in found}
    desk.door.searched(("number",), _records(desk, found), _records(desk, chain(*home.values())), SCREEN)
    told = rings
    for one in found:
        told.append(f"has this number: {_person(desk, one)}")
        told += [f"same address: {_person(desk, other)}" for other in home[one]]
        told += _parts(desk, one)
    if calls:
        told.append(
            f"rang before: {counted(len(calls), 'time')}, {', '.join(_call(desk, one) for one in calls[-CALLS_NAMED:])}"
        )
    return told or ["nothing is known of this number"]


def _records(desk: Desk, people: Iterable[bytes]) -> list[bytes]:
    """Return the records of people, with those that point to them."""
    return [record.id for one in people for record in one_person(desk.board, one)]


def _parts(desk: Desk, person: bytes) -> list[str]:
    """Return what a person had to do with, in a line."""
    parts = people_of(desk.log).parts_of(person)[-NAMED_MAX:]
    said = ", ".join(f"{part.value} of {desk.board.name(record, desk.identity.now())}" for record, part in parts)
    return [f"  was {said}"] if said else []


def _call(desk: Desk, stream: bytes) -> str:
    """Return one contact as it is named among others: when it was, and what it came to."""
    board, now_ns = desk.board, desk.identity.now()
    contact = board.record(stream)
    if not isinstance(contact, Contact):
        return board.name(stream, now_ns)
    about = (
        f" about {board.name(contact.incident, now_ns)}" if contact.incident is not None else f" {contact.stage.value}"
    )
    return f"{local_text(contact.rang, board.zone, day=True)[:10]} {board.name(stream, now_ns)}{about}"


def _person(desk: Desk, stream: bytes) -> str:
    record: Record | None = desk.board.record(stream)
    while isinstance(record, Nominal) and record.merged_into is not None:
        record = desk.board.record(record.merged_into)
    if not isinstance(record, Nominal):
        return desk.board.name(stream)
    return summary(desk, one_person(desk.board, record.id), SCREEN)
