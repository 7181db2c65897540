"""Who may be calling: the people who have the number, the calls that came from it before, and who is involved already.

Theory of operation. What the room knows of a number stands on a contact's page from the ring on, before anybody answers: no key
is pressed for it. That it was looked for is in the access log like any search, and words of a person are opened at the door. Where
nothing is known, the page says so; where it cannot be looked for now, the page says that, and the call is taken all the same.
Source: letter, area 4 (person-based information at once); PEEL on repeat callers that nobody recognised.
"""

from collections.abc import Iterator
from itertools import chain

from msgspec import Struct

from hueandcry.domain.contact import Contact
from hueandcry.domain.fact import Record
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.firstcheck import REPEAT_NS, Looked, missing
from hueandcry.domain.nominal import Nominal
from hueandcry.domain.reference import ids_from
from hueandcry.domain.worked import Part, Worked
from hueandcry.operator.desk import Desk
from hueandcry.operator.searching import one_person, people_of, summaries
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.whereabouts import where
from hueandcry.store.moment import local_text
from hueandcry.store.people import AT_HOME_NAMED, Caller
from hueandcry.store.views import Board

SCREEN = "item"
NAMED_MAX = 3


class Known(Struct, frozen=True):
    """What is known about an item: lines to show, safe; and what was found by each check that was made for them."""

    lines: tuple[str, ...] = ()
    found: dict[Looked, tuple[bytes, ...]] = {}


NOTHING = Known()


def known(desk: Desk, stream: bytes) -> Known:
    """Return what is known of who is calling about an item and of who is involved in it."""
    record = desk.board.record(stream)
    if not isinstance(record, Worked):
        return NOTHING
    try:
        involved = _involved(desk, record)
        calling, found = _calling(desk, record) if isinstance(record, Contact) else ([], {})
    except (Unavailable, OSError) as fault:
        return Known((safe_text(f"what is known of them cannot be looked for now: {fault}"),))
    return Known(tuple(safe_text(line) for line in (*involved, *calling)), found)


def _calling(desk: Desk, contact: Contact) -> tuple[list[str], dict[Looked, tuple[bytes, ...]]]:
    """Return what is known of whoever rings, and what each check found that could be made."""
    year_ago = desk.identity.now() - REPEAT_NS
    caller = people_of(desk.log).caller(contact.id, year_ago)
    if caller is None:
        return _unreadable(desk, contact), {}
    lately = [one for one in caller.contacts if one >= ids_from(year_ago)]
    victim = [record for record, part in _parts_of(caller) if part is Part.VICTIM and record >= ids_from(year_ago)]
    found = {
        Looked.NUMBER: (*caller.people, *caller.contacts),
        Looked.REPEAT: (*lately, *victim[-NAMED_MAX:]),
    }
    if caller.people:
        home = dict.fromkeys(chain.from_iterable(others[:AT_HOME_NAMED] for others in caller.household.values()))
        found[Looked.HOUSEHOLD] = tuple(home)
    return _of_number(desk, caller, contact, len(set(victim))), found


def _parts_of(caller: Caller) -> Iterator[tuple[bytes, Part]]:
    return chain.from_iterable(caller.parts.values())


def _unreadable(desk: Desk, contact: Contact) -> list[str]:
    """Return that nobody can be looked for by what a contact rings from, where that is no number."""
    rang = desk.door.fact(contact.number, SCREEN)
    said = getattr(rang.fact, "number", None) if rang is not None else None
    return [f"rings from '{said}': no telephone number that could be looked for"] if said else []


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


def _of_number(desk: Desk, caller: Caller, contact: Contact, victim: int) -> list[str]:
    """Return who has the number of a contact, and which contacts came from it before; that nothing is known, where it is so."""
    found = list(chain.from_iterable(caller.records[person] for person in caller.people))
    desk.door.searched(("number",), found, list(chain(*caller.records.values())), SCREEN)
    said = summaries(desk, caller.records, SCREEN, at_home=caller.people)
    told = _site(desk, contact)
    if victim:
        told.append(f"REPEAT VICTIM: {counted(victim, 'time')} in 12 months")
    for person in (one for one in caller.people if one in said):
        told.append(f"has this number: {said[person]}")
        told += _parts(desk, caller.parts[person])
        told += [f"same address: {line}" for line in _household(caller.household[person], said)]
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
    """Return the contacts that came from a number before, in a line, and where the last of them was."""
    if not caller.contacts:
        return []
    last = ", ".join(_call(desk, one) for one in caller.contacts)
    lately = f", {caller.calls_lately} of them in 12 months" if caller.calls_lately != caller.calls else ""
    record = desk.board.record(caller.contacts[-1])
    place = where(desk.door, record, SCREEN, "") if isinstance(record, Contact) else ""
    return [f"rang before: {counted(caller.calls, 'time')}{lately}, {last}{f', at {place}' if place else ''}"]


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
