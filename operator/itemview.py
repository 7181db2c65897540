"""One item as its page shows it: how it stands, what calls for somebody, where it is, its log, the risk model of a contact.

Theory of operation. A page is made anew whenever its record moves. What is sealed is opened at the door, which names the
record in the access log; where that cannot be written the log is shown closed, and why. Whoever opens an incident is shown
once which others may be about the same, and an incident's page says where its caller said it is.
"""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.episode import Episode
from hueandcry.domain.fact import Entry, Record, sentence
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.incident import Incident
from hueandcry.domain.logbook import Noted
from hueandcry.domain.reference import kind_of
from hueandcry.domain.referral import Referral
from hueandcry.domain.riskmodel import RiskPack
from hueandcry.domain.triage import ElementTriaged
from hueandcry.domain.worked import Worked
from hueandcry.operator import console
from hueandcry.operator.callers import unchecked
from hueandcry.operator.desk import Desk
from hueandcry.operator.duplicates import suggested
from hueandcry.operator.messages import Asked, Element, Opened
from hueandcry.operator.pressing import at_length
from hueandcry.operator.questioning import question_lines
from hueandcry.operator.text import safe_text
from hueandcry.operator.whereabouts import placed, where
from hueandcry.store.item import Item
from hueandcry.store.naming import RoomNames, names_for
from hueandcry.store.records import WORKED
from hueandcry.store.views import Board

LOG_LINES_MAX = 2000
SAID_MAX = 3  # of what callers said, on the page of their incident; their own pages have it all
SCREEN = "item"


def page(desk: Desk, stream: bytes, alike: str, known: tuple[str, ...] = ()) -> Opened:
    """Return an item's page as it stands; `alike` says which others may be about the same, `known` who may be calling."""
    board, now_ns = desk.board, desk.identity.now()
    record = board.record(stream)
    assert record is not None
    names = names_for(board, record, now_ns)
    entries, place, warning = _read(desk, record, names.closed)
    log = tuple(console.fact_line(entry, board, names, of_item=True) for entry in entries[-LOG_LINES_MAX:])
    item = board.item(record, now_ns) if record.kind in WORKED else None
    ref = board.name(stream, now_ns)
    asked = question_lines(record, board.policy) if isinstance(record, Worked) else []
    heading = (
        *_heading(record, ref, item, place, board.zone),
        *_kept(record, board),
        *(_said(desk, record, names) if isinstance(record, Incident) else ()),
        *known,
        *unchecked(record),
        *asked,
    )
    elements, reasons = _model(record, board.policy.risk) if isinstance(record, Contact) else ((), ())
    suggested = _suggested(record, board.policy.risk) if isinstance(record, Contact) else ""
    return Opened(
        stream, ref, heading, (*log, *filter(None, (alike,))), elements, reasons, safe_text(warning), suggested
    )


def about(board: Board, stream: bytes) -> frozenset[bytes]:
    """Return what an item's page is about: its record, and the streams that it names."""
    record = board.record(stream)
    return frozenset((stream, *_ids(record))) if record is not None else frozenset((stream,))


def _ids(value: Any) -> Iterator[bytes]:
    match value:
        case bytes() if kind_of(value) is not None:
            yield value
        case tuple():
            yield from (one for part in value for one in _ids(part))
        case Struct():
            yield from (one for name in value.__struct_fields__ for one in _ids(getattr(value, name)))
        case _:
            pass


def alike(desk: Desk, stream: bytes) -> str:
    """Return which open incidents may be about the same as one that nobody was at yet; empty where none may be."""
    record = desk.board.record(stream)
    if not isinstance(record, Incident) or not record.open or record.attended:
        return ""
    try:
        return safe_text(suggested(desk.board, desk.door, record, desk.identity.now()))
    except Unavailable:  # nothing sealed may be shown, so that nothing can be compared
        return ""


def _heading(record: Record, ref: str, item: Item | None, place: str, zone: ZoneInfo) -> tuple[str, ...]:
    """Return how an item stands, what calls for somebody, and where it is: each a line, where there is anything to say."""
    named = f"{record.kind.name.lower()} {ref}"
    if item is None:
        return (named,)
    grade = f"grade {item.grade}" if item.grade else ""
    stage = item.queue if item.queue == "parked" else item.stage
    parts = (named, "VULNERABLE" if item.vulnerable else "", item.what, grade, stage, f"owner {item.owner}")
    at = f"district {item.district}{f'  at {place}' if place else ''}"
    lines = ("  ".join(filter(None, parts)), at_length(item, zone), at if item.kind in ("contact", "incident") else "")
    return tuple(safe_text(line) for line in lines if line)


def _kept(record: Record, board: Board) -> list[str]:
    """Return where the forms and referrals of an item stand, each in a record of its own."""
    if not isinstance(record, Worked):
        return []
    forms = [one for one in map(board.record, record.forms) if isinstance(one, Episode)]
    referrals = [one for one in map(board.record, record.referrals) if isinstance(one, Referral)]
    named = [
        f"form {one.form}: {board.name(one.id)}, {len(one.answers)} answered{'' if one.kept else ' (disposed of)'}"
        for one in forms
    ]
    named += [f"referral {board.name(one.id)}: {one.agency}, {one.stage.value}" for one in referrals]
    return [safe_text(line) for line in named]


def _said(desk: Desk, incident: Incident, names: RoomNames) -> list[str]:
    """Return what the callers of an incident said last, in their words: whoever is sent has to know it."""
    said: list[tuple[int, str]] = []
    try:
        for contact in incident.contacts:
            caller = desk.board.name(contact)
            for entry in desk.door.stream(contact, SCREEN):
                words = getattr(entry.fact, "detail" if isinstance(entry.fact, ElementTriaged) else "words", "")
                if isinstance(entry.fact, Noted | ElementTriaged) and words:
                    said.append((entry.position, f"{caller}: {sentence(entry.fact, names)}"))
    except Unavailable:  # the log below says why it is closed
        return []
    return [safe_text(words) for _, words in sorted(said)[-SAID_MAX:]]


def _read(desk: Desk, record: Record, closed: str) -> tuple[list[Entry], str, str]:
    """Return an item's log and its place opened; closed, and why, where nothing sealed may be shown.

    A 999 call is not held up by an access log that cannot be written.
    """
    urgent = isinstance(record, Contact) and record.open and record.channel is Channel.EMERGENCY
    door = desk.door
    try:
        entries = placed(door, record, door.stream(record.id, SCREEN, urgent=urgent), SCREEN)
        place = where(door, record, SCREEN, closed)
    except Unavailable as fault:
        return desk.log.stream(record.id), "", str(fault)
    return entries, place, "this view is not in the access log yet: it waits in the spool" if door.flagged else ""


def _suggested(contact: Contact, risk: RiskPack) -> str:
    """Return the grade that a contact's answers would suggest, and the grounds; empty before anything was answered."""
    if not contact.triage or not contact.open or contact.incident is not None:
        return ""
    found = risk.suggestion({one.element: one.answer for one in contact.triage}, "")
    return safe_text(f"as answered: grade {found.grade} ({', '.join(found.grounds)})")


def _model(contact: Contact, risk: RiskPack) -> tuple[tuple[Element, ...], tuple[tuple[str, str], ...]]:
    """Return the risk model as a contact stands, and the reasons for not asking."""
    given = {one.element: one.answer for one in contact.triage}
    asked = [(one.of, Asked(one.code, one.ask, given.get(one.code, ""))) for one in risk.asks(given)]
    elements = tuple(
        Element(
            one.code,
            one.letter,
            one.name,
            one.ask,
            tuple((answer.code, answer.says) for answer in one.answer),
            given.get(one.code, ""),
            tuple(question for of, question in asked if of == one.code),
        )
        for one in risk.element
    )
    return elements, tuple((reason.code, reason.says) for reason in risk.not_asked)
