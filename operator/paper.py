"""Paper: the open board and blank forms as plain text, to work on when the system is down and to write back from after.

Theory of operation. Every sheet fits a page of 80 columns and 60 lines and says when it was printed and at which position
the journal stood. The board's sheet opens what each item is about, at the door, which writes that it was printed. The
forms follow the packs in force: what a handler would be asked on the screen stands on the form. What was written on paper
is typed in afterwards with `back TIME LINE`, so that it has both clocks.
Source: New York 2013 and iOPS 2019: rooms went over to paper that nobody had ready.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from hueandcry.domain.fact import Record
from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.domain.incident import Incident
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.duplicates import words_of
from hueandcry.operator.text import safe_text
from hueandcry.store.item import Item
from hueandcry.store.moment import local_text
from hueandcry.store.sealed import Door

COLUMNS, LINES = 80, 60
PURPOSE = "paper"
SHEETS = ("all", "board", "forms")
_RULE = "_" * (COLUMNS - 30)
_HANGING = "  "
_BOX, _WHOLE_BOX = (
    "[ ] ",
    "[\ue000]\ue000",
)  # a box stays with what it is for: a letter that no safe text has is no blank


def print_sheets(room: Room, what: str, out: Path | None, *, session: str | None) -> None:
    """Print the sheets that were asked for to standard output, or to a new file that only this user may read."""
    pages = list(sheets(room, what, room.door(session)))
    text = "\f".join(pages)
    if out is None:
        print(text, end="")
        return
    _write_new(out, text.encode())
    console.say(safe_text(f"{len(pages)} pages printed to {out}"))


def _write_new(out: Path, content: bytes) -> None:
    """Write a file that was not there, whole or not at all."""
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        except OSError:
            out.unlink(missing_ok=True)
            raise
    except FileExistsError as fault:
        raise Refused(f"{out} is there already: name a new file") from fault
    except OSError as fault:
        raise Unavailable(f"{out} cannot be written: {fault.strerror}") from fault


def sheets(room: Room, what: str, door: Door) -> Iterator[str]:
    """Yield the pages as text."""
    now_ns = room.identity.now()
    stamp = f"{room.board.policy.force}  {local_text(now_ns, room.board.zone, day=True)}  @{room.board.position}"
    if what in ("all", "board"):
        yield from _paged("OPEN BOARD", stamp, _board(room, door, now_ns))
    if what in ("all", "forms"):
        yield from _paged("CONTACT", stamp, _contact(room))
        yield from _paged("INCIDENT", stamp, _incident(room))
        yield from _paged("LOG", stamp, _log())


def _paged(title: str, stamp: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield pages of so many lines, each with its head and its number."""
    room, page, number = LINES - 4, list[str](), 1
    for line in lines:
        page.append(line)
        if len(page) == room:
            yield _page(title, stamp, page, number)
            page, number = [], number + 1
    if page or number == 1:
        yield _page(title, stamp, page, number)


def _page(title: str, stamp: str, lines: list[str], number: int) -> str:
    head = f"{title:<20}{stamp:>{COLUMNS - 20}}"
    return "\n".join((head[:COLUMNS], "=" * COLUMNS, *lines, "-" * COLUMNS, f"page {number}".rjust(COLUMNS), ""))


def _board(room: Room, door: Door, now_ns: int) -> Iterator[str]:
    for item in room.board.items(now_ns):
        record = room.board.records[item.stream]
        yield from _wrapped(console.item_line(item, now_ns), "")
        yield from _wrapped(_about(room, door, record, item), "      ")
        yield ""


def _about(room: Room, door: Door, record: Record, item: Item) -> str:
    said = words_of(door, room.board, record, PURPOSE) if isinstance(record, Incident) else ""
    sent = f"sent: {', '.join(record.resources)}; " if isinstance(record, Incident) and record.resources else ""
    return safe_text(f"{sent}{said}" or item.what)


def _wrapped(text: str, indent: str) -> Iterator[str]:
    """Yield a text of any length as lines that fit; what a letter takes is counted in columns, of which some take two."""
    room = COLUMNS - len(indent) - len(_HANGING)
    whole = Text(safe_text(text, limit=len(text)).replace(_BOX, _WHOLE_BOX))
    for number, line in enumerate(whole.wrap(console.out, room)):
        yield f"{indent}{_HANGING if number else ''}{line.plain.replace(_WHOLE_BOX, _BOX)}".rstrip()


def _contact(room: Room) -> Iterator[str]:
    risk = room.board.policy.risk
    yield from (f"{name:<28}{_RULE}" for name in ("Rang at, on which line", "Number", "Answered at, by", "Caller"))
    yield f"{'Where, district':<28}{_RULE}"
    yield ""
    for element in risk.element:
        yield from _wrapped(f"{element.letter}  {element.name}: {element.ask}", "")
        yield from _wrapped("   ".join(f"[ ] {answer.says}" for answer in element.answer), "   ")
        for question in risk.question:
            if question.of == element.code:
                yield from _wrapped(f"- {question.ask} {'.' * 12}", "   ")
        yield f"   {'_' * (COLUMNS - 3)}"
    yield from _wrapped("Not asked because: " + "   ".join(f"[ ] {one.says}" for one in risk.not_asked), "")
    if risk.advice:
        yield from _wrapped("Advised: " + "   ".join(f"[ ] {one.says}" for one in risk.advice), "")
    yield f"{'Promised, by when, by whom':<28}{_RULE}"


def _incident(room: Room) -> Iterator[str]:
    policy = room.board.policy
    yield from (f"{name:<28}{_RULE}" for name in ("Opened at, by", "Category", "From which contact", "Where, district"))
    yield ""
    yield from _wrapped("Grade   " + "   ".join(f"[ ] {grade.code} {grade.name}" for grade in policy.grades.grade), "")
    yield from (f"{name:<28}{_RULE}" for name in ("Risk as assessed, at, by", "Grounds of the grade", "Second look by"))
    yield ""
    yield from (f"Sent {number}: callsign, at, there at  {_RULE[:-6]}" for number in range(1, 5))
    yield ""
    yield from (f"{name:<28}{_RULE}" for name in ("Escalated to, at", "Caller told, by, at", "Result, at, by"))
    yield f"{'Crime reference, or why none':<28} {_RULE[:-1]}"


def _log() -> Iterator[str]:
    yield f"{'Time':<8}{'Who':<10}What"
    for _ in range(LINES - 8):
        yield f"{'_' * 6}  {'_' * 8}  {'_' * (COLUMNS - 18)}"
