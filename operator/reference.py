"""What a reference names: an incident's daily number, the tail of another item, a whole stream id, or the item in hand.

Theory of operation. `412` is today's incident of that number, or the one open incident whose number ends so; `412 of 23/11`
and `h3 of 23/11` name a day, the latter in loaded history. A kind's letter and a tail name any other item, as `c4f7q` a contact;
a partner goes by its code. `.` is what this session acted on last. What names nothing, or several, is refused in words.
"""

import re
from collections.abc import Sequence
from typing import TypeGuard

from hueandcry.domain.contact import Contact
from hueandcry.domain.fact import Record
from hueandcry.domain.incident import Incident
from hueandcry.domain.partner import partner_stream
from hueandcry.domain.reference import Kind, is_code, kind_of, letter_of, read_stream, read_tail, tail_of
from hueandcry.operator.desk import Desk
from hueandcry.operator.text import either
from hueandcry.store.moment import NotAMoment, local_day, read_day
from hueandcry.store.records import WORKED


class Misread(Exception):
    """A line cannot be read; `start` and `end` mark the word, the text is kept."""

    def __init__(self, why: str, start: int = 0, end: int = 0) -> None:
        super().__init__(why)
        self.why, self.start, self.end = why, start, end


def find(desk: Desk, text: str, kinds: Sequence[Kind] = WORKED, day: str | None = None) -> bytes:
    """Return the stream that a reference names; raises Misread where it names none or several."""
    board = desk.board
    if text == ".":
        return _in_hand(desk, kinds)
    stream = read_stream(text)
    if stream is not None:
        if kind_of(stream) in kinds and board.record(stream) is not None:
            return stream
        raise Misread(f"there is no {' or '.join(kind.name.lower() for kind in kinds)} {text}")
    if Kind.PARTNER in kinds and is_code(text) and board.record(partner_stream(text)) is not None:
        return partner_stream(text)
    numbered = re.fullmatch(r"(h?)([0-9]{1,9})", text)
    if numbered and Kind.INCIDENT in kinds:
        return _numbered(desk, int(numbered[2]), day, history=bool(numbered[1]))
    letter = {letter_of(kind): kind for kind in kinds if kind is not Kind.INCIDENT}.get(text[:1].lower())
    if letter is not None and len(text) > 1 and text[1:].isalnum():
        return _tailed(desk, letter, read_tail(text[1:]), text)
    raise Misread(f"'{text}' does not name {_listed(kinds)}")


def _listed(kinds: Sequence[Kind]) -> str:
    names = ["foreign record" if kind is Kind.FOREIGN else kind.name.lower() for kind in kinds]
    return " or ".join(f"an {name}" if name[0] in "ie" else f"a {name}" for name in names)


def _in_hand(desk: Desk, kinds: Sequence[Kind]) -> bytes:
    held = desk.board.in_hand.get(desk.signed.session, {})
    for kind, stream in reversed(held.items()):
        if kind in kinds:
            return stream
        record = desk.board.record(stream)
        if Kind.INCIDENT in kinds and _is_taken(record, desk.signed.collar) and record.incident is None:
            name = desk.board.name(stream)
            raise Misread(f"the contact in hand, {name}, has no incident yet: open one, or name the one you mean")
    raise Misread(f"this session has no {' or '.join(kind.name.lower() for kind in kinds)} in hand")


def _is_taken(record: Record | None, collar: str) -> TypeGuard[Contact]:
    """Tell whether a record is a contact that somebody has answered, and not one that only rings."""
    return isinstance(record, Contact) and record.open and record.owner == collar


def _numbered(desk: Desk, place: int, day: str | None, *, history: bool) -> bytes:
    board = desk.board
    today = local_day(desk.identity.now(), board.zone)
    try:
        wanted = read_day(day, today) if day is not None else today
    except NotAMoment as fault:
        raise Misread(str(fault)) from fault
    exact = board.incident_on(wanted, place, history=history)
    if exact is not None:
        return exact
    name = f"{'h' if history else ''}{place}" + (f" of {day}" if day else "")
    if day is None and not history:
        numbers = {one.id: board.number(one).place for one in board.open() if isinstance(one, Incident)}
        near = [stream for stream, number in numbers.items() if str(number).endswith(str(place))]
        if len(near) == 1:
            return near[0]
        if near:
            near.sort(
                key=lambda stream: numbers[stream] != place
            )  # what has that very number on another day stands first
            raise Misread(f"{name} may be {either([board.name(one, desk.identity.now()) for one in near])}")
    raise Misread(f"there is no incident {name}")


def _tailed(desk: Desk, kind: Kind, tail: str, text: str) -> bytes:
    for streams in ((one.id for one in desk.board.open() if one.kind is kind), desk.log.begun()):
        near = [stream for stream in streams if kind_of(stream) is kind and tail_of(stream, len(tail)) == tail]
        if len(near) == 1:
            return near[0]
        if near:
            longer = " or ".join(text[0] + tail_of(stream, len(tail) + 2) for stream in near[:4])
            raise Misread(f"'{text}' names {len(near)} of them: {longer}")
    raise Misread(f"there is no {kind.name.lower()} '{text}'")
