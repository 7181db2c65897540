"""Who may be calling: the people who have the number, the calls that came from it before, and who is involved already.

Theory of operation. What the room knows of a number stands on a contact's page from the ring on, before anybody answers: no key
is pressed for it. That it was looked for is in the access log like any search, and words of a person are opened at the door. Where
nothing is known, the page says so; where it cannot be looked for now, the page says that, and the call is taken all the same.
Source: letter, area 4 (person-based information at once); PEEL on repeat callers that nobody recognised.
"""

from itertools import chain

from msgspec import Struct

from hueandcry.domain.contact import Contact
from hueandcry.domain.fact import Record
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.firstcheck import missing
from hueandcry.domain.nominal import Nominal
from hueandcry.domain.worked import Part, Worked
from hueandcry.operator.desk import Desk
from hueandcry.operator.searching import one_person, people_of, summaries
from hueandcry.operator.text import counted, safe_text
from hueandcry.store.moment import local_text
from hueandcry.store.people import Caller
from hueandcry.store.views import Board

SCREEN = "item"
NAMED_MAX = 3


class Known(Struct, frozen=True):
    """What is known about an item: lines to show, safe; and what a look for its number found, None where nobody could look."""

    lines: tuple[str, ...] = ()
    found: tuple[bytes, ...] | None = None


NOTHING = Known()


def known(desk: Desk, stream: bytes) -> Known:
    """Return what is known of who is calling about an item and of who is involved in it."""
    record = desk.board.record(stream)
    if not isinstance(record, Worked):
        return NOTHING
    try:
        caller = people_of(desk.log).caller(record.id) if isinstance(record, Contact) else None
        calling = _of_number(desk, caller, record) if caller is not None and isinstance(record, Contact) else ()
        lines = tuple(safe_text(line) for line in (*_involved(desk, record), *calling))
    except (Unavailable, OSError) as fault:
        return Known((safe_text(f"what is known of them cannot be looked for now: {fault}"),))
    return Known(lines, (*caller.people, *caller.contacts) if caller is not None else None)


def unchecked(record: Record) -> list[str]:
    """Return what should still be looked for, once somebody talks to the caller."""
    left = missing(record.checked) if isinstance(record, Contact) and record.open and record.handler else ()
    return [f"not checked: {', '.join(left)} ('looked')"] if left else []


def _involved(desk: Desk, record: Worked) -> list[str]:
    if not record.people:
        return []
    people = [(one.part, _standing_for(desk.board, one.nominal)) for one in record.people]
    records = {one: [record.id for record in one_person(desk.board, one)] for _, one in people}
    said = summaries(desk, records, SCREEN)
    return [f"{part.value}: {said.get(one) or desk.board.name(one)}" for part, one in people]


def _of_number(desk: Desk, caller: Caller, contact: Contact) -> list[str]:
    """Return who has the number of a contact, and which contacts came from it before; that nothing is known, where it is so."""
    found = list(chain.from_iterable(caller.records[person] for person in caller.people))
    desk.door.searched(("number",), found, list(chain(*caller.records.values())), SCREEN)
    said = summaries(desk, caller.records, SCREEN)
    told = _site(desk, contact)
    for person in (one for one in caller.people if one in said):
        told.append(f"has this number: {said[person]}")
        told += [f"same address: {line}" for line in _household(caller.household[person], said)]
        told += _parts(desk, caller.parts[person])
    told += _calls(desk, caller)
    return told or ["nothing is known of this number"]


def _household(people: list[bytes], said: dict[bytes, str]) -> list[str]:
    """Return who else is at an address, and how many more than are named."""
    named = [said[one] for one in people if one in said]
    more = len(people) - len(named)
    return [*named, f"{more} more"] if more else named


def _site(desk: Desk, contact: Contact) -> list[str]:
    """Return from which partner's site a contact rings, in a line."""
    known = desk.board.partner_of(contact.site) if contact.site else None
    return [f"rings from {contact.site} of {known[0].name.decode('utf-8', 'replace')}"] if known is not None else []


def _calls(desk: Desk, caller: Caller) -> list[str]:
    """Return the contacts that came from a number before, in a line."""
    last = ", ".join(_call(desk, one) for one in caller.contacts)
    return [f"rang before: {counted(caller.calls, 'time')}, {last}"] if last else []


def _parts(desk: Desk, parts: list[tuple[bytes, Part]]) -> list[str]:
    """Return what a person had to do with, in a line."""
    now_ns = desk.identity.now()
    said = ", ".join(f"{part.value} of {desk.board.name(record, now_ns)}" for record, part in parts[-NAMED_MAX:])
    more = f" (+{len(parts) - NAMED_MAX} before)" if len(parts) > NAMED_MAX else ""
    return [f"  was {said}{more}"] if said else []


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


def _standing_for(board: Board, stream: bytes) -> bytes:
    """Return the record that stands for a person."""
    record: Record | None = board.record(stream)
    while isinstance(record, Nominal) and record.merged_into is not None:
        stream = record.merged_into
        record = board.record(stream)
    return stream
