"""The places that are listed: a file of them is loaded, one is found; and the way from a desk to them.

Theory of operation. A file is a CSV table in UTF-8 with a header row. One that is no such table is refused whole; a row
that cannot be used is counted and told with its line, and the rest is loaded. The rows become facts in parts, several
parts to a transaction; an edition counts once all of its parts are there, so a load that breaks off leaves the former
one in force. Whoever begins a file later wins: no edition is mixed of two loads.
"""

import csv
import hashlib
import io
import re
import sys
import unicodedata
from collections.abc import Callable, Generator
from contextlib import closing
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from hueandcry.domain.duty import AnyCommand
from hueandcry.domain.fault import ForeignFault
from hueandcry.domain.gazetteer import GAZETTEER_STREAM, BeginEdition, Gazetteer, ListPlaces
from hueandcry.domain.location import is_point
from hueandcry.domain.reference import is_code
from hueandcry.operator.text import counted, safe_text

if TYPE_CHECKING:
    from hueandcry.operator.bootstrap import Room
    from hueandcry.operator.desk import Act, Desk
    from hueandcry.store.gazetteer import Places
    from hueandcry.store.log import Log
    from hueandcry.store.views import Board

COLUMNS = ("name", "district", "uprn", "alias", "street", "town", "postcode", "beat", "lat", "lon")
REQUIRED = 2
SHOWN = ("number", "name", "street", "district", "beat", "uprn")
CELL_MAX = 500
PART_PLACES, BATCH_PARTS = 1000, 20
TOLD = 10
NOT_LOADED = "no gazetteer is loaded: an administrator loads one with hue gazetteer load FILE"
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,20})?")

# What is listed


def places_of(log: "Log", board: "Board") -> "Places":
    """Return the places of the edition in force, one search for each journal that is open."""
    gazetteer, places = board.record(GAZETTEER_STREAM), _places(log)
    places.turn_to(gazetteer.edition if isinstance(gazetteer, Gazetteer) else None)
    return places


@lru_cache(maxsize=4)
def _places(log: "Log") -> "Places":
    from hueandcry.store.gazetteer import PLACES_NAME, Places

    journal: Path | None = getattr(log, "path", None)  # a journal in memory has none
    return Places(log, journal and journal.with_name(PLACES_NAME))


def find(room: "Room", text: str, *, json: bool) -> None:
    """Print the places that a text may mean, the best first."""
    from hueandcry.operator import console

    places = places_of(room.journal, room.board)
    found = places.find(text)
    if json:
        for one in found:
            console.say_json({name: getattr(one, name) or None for name in SHOWN})
        return
    for one in found:
        cells = (f"#{one.number}", *(str(getattr(one, name) or "-") for name in SHOWN[1:]))
        console.say("  ".join(safe_text(cell, CELL_MAX) for cell in cells))
    if not found:
        console.say(NOT_LOADED if places.edition is None else safe_text(f"no listed place is called '{text}'"))


# Loading


class Unusable(ValueError):
    """A row cannot be listed; the text is the reason."""


class Listing(NamedTuple):
    """What a file lists: its hash, its places in parts (how many, and their rows), rows that cannot be used, districts."""

    digest: bytes
    parts: list[tuple[int, bytes]]
    rejected: list[tuple[int, str]]
    named: set[str]

    @property
    def districts(self) -> tuple[str, ...]:
        """In which districts they lie."""
        return tuple(sorted(self.named))

    @property
    def places(self) -> int:
        """How many places it lists."""
        return sum(places for places, _ in self.parts)


def load(room: "Room", file: Path, *, session: str | None, json: bool) -> int:
    """Load a file as the edition in force, print what came of it, and return how many rows were rejected."""
    from hueandcry.operator import console

    desk = room.desk(session)
    with file.open("rb") as raw, console.progress(f"reading {safe_text(file.name)}", file.stat().st_size) as seen:
        digest = hashlib.file_digest(raw, "sha256").digest()
        desk.would([_act(BeginEdition(digest, 1))])  # what would be refused is refused before the file is read
        raw.seek(0)
        listing = read(raw, file, digest, seen)
    for line, why in listing.rejected[:TOLD]:
        console.complain(f"hue: line {line} is rejected: {why}")
    if len(listing.rejected) > TOLD:
        console.complain(f"hue: {counted(len(listing.rejected) - TOLD, 'more row')} rejected")
    with console.progress(f"loading {safe_text(file.name)}", listing.places) as seen:
        edition = record(desk, listing, seen)
    places_of(room.journal, room.board).find("")  # the index is made now, and not when a caller waits for it
    if json:
        console.say_json(
            {"edition": edition, "file": digest.hex(), "places": listing.places, "rejected": len(listing.rejected)}
        )
    else:
        listed = f"{counted(listing.places, 'place')} listed, {counted(len(listing.rejected), 'row')} rejected"
        console.say(f"{listed}; edition {edition} of the gazetteer is in force")
    return len(listing.rejected)


def record(desk: "Desk", listing: Listing, seen: Callable[[int], None]) -> int:
    """Record an edition in batches and return its number; refused where another load was begun meanwhile."""
    (begun,) = desk.do([_act(BeginEdition(listing.digest, listing.places, listing.districts))])
    for at in range(0, len(listing.parts), BATCH_PARTS):
        batch = listing.parts[at : at + BATCH_PARTS]
        desk.do([_act(ListPlaces(listing.digest, begun.version, places, rows)) for places, rows in batch])
        seen(sum(places for places, _ in listing.parts[: at + BATCH_PARTS]))
    whole = desk.board.record(GAZETTEER_STREAM)
    assert isinstance(whole, Gazetteer)
    return len(whole.editions)


def _act(command: AnyCommand) -> "Act":
    from hueandcry.operator.desk import Act

    return Act(GAZETTEER_STREAM, command)


# Reading


def read(raw: BinaryIO, file: Path, digest: bytes, seen: Callable[[int, int], None]) -> Listing:
    """Return what a file lists; raises ForeignFault where it is no table of places."""
    listing = Listing(digest, [], [], set())
    lines: list[str] = []
    with closing(_rows(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""), file)) as rows:
        columns = _columns(next(rows, (0, []))[1], file)
        for line, row in rows:
            try:
                cells = _listed(row, columns)
            except Unusable as why:
                listing.rejected.append((line, str(why)))
                continue
            listing.named.add(cells["district"])
            lines.append("\t".join(cells.values()))
            if len(lines) == PART_PLACES:
                listing.parts.append(_part(lines))
                lines = []
                seen(raw.tell(), listing.places)
    if lines:
        listing.parts.append(_part(lines))
    return listing


def _part(lines: list[str]) -> tuple[int, bytes]:
    return len(lines), "\n".join(lines).encode()


def _rows(text: io.TextIOWrapper, file: Path) -> Generator[tuple[int, list[str]], None, None]:
    """Yield each row with the line that it begins in; empty lines are passed over.

    A quotation that is never closed would swallow the rows behind it, so that whatever is not quoted well ends it all.
    """
    reader, before = csv.reader(text, strict=True), csv.field_size_limit(sys.maxsize)
    line = 0
    try:
        while True:
            line = reader.line_num + 1
            row = next(reader, None)
            if row is None:
                return
            if row:
                yield line, row
    except csv.Error as fault:
        raise ForeignFault(f"{file} is no CSV table: line {line}: {fault}") from fault
    except UnicodeDecodeError as fault:
        raise ForeignFault(f"{file} is not in UTF-8: line {line} or one soon behind it") from fault
    finally:
        csv.field_size_limit(before)


def _columns(header: list[str], file: Path) -> list[str]:
    columns = [name.strip().lower() for name in header]
    known = f"{' and '.join(COLUMNS[:REQUIRED])}, and if you have them {', '.join(COLUMNS[REQUIRED:])}"
    for name in columns:
        if name not in COLUMNS:
            raise ForeignFault(f"{file} has a column '{safe_text(name, 80)}' that is none of places: these are {known}")
        if columns.count(name) > 1:
            raise ForeignFault(f"{file} has the column {name} twice")
    for name in COLUMNS[:REQUIRED]:
        if name not in columns:
            raise ForeignFault(f"{file} has no column {name}: its first line names {known}")
    return columns


def _listed(row: list[str], columns: list[str]) -> dict[str, str]:
    """Return a row's cells as they stand in a fact, in the order of COLUMNS; raises Unusable."""
    if len(row) != len(columns):
        raise Unusable(f"it has {counted(len(row), 'cell')} instead of {len(columns)}")
    cells = dict.fromkeys(COLUMNS, "") | {name: _clean(cell) for name, cell in zip(columns, row, strict=True)}
    if long := [f"its {name} has {len(cell)} letters" for name, cell in cells.items() if len(cell) > CELL_MAX]:
        raise Unusable(f"{long[0]}, {CELL_MAX} are the most")
    if not any(map(str.isalnum, cells["name"])):
        raise Unusable("it has no name")
    for name in ("district", "beat"):
        if not is_code(cells[name]) and (cells[name] or name == "district"):
            raise Unusable(f"its {name} is one word of letters, digits, dots and dashes, not '{cells[name]}'")
    if not re.fullmatch(r"[0-9]{0,12}", cells["uprn"]):
        raise Unusable(f"its uprn is a number of up to 12 digits, not '{cells['uprn']}'")
    cells["alias"] = "|".join(filter(None, (one.strip() for one in cells["alias"].split("|"))))
    cells["lat"], cells["lon"] = _point(cells["lat"], cells["lon"])
    return cells


def _clean(cell: str) -> str:
    """Return a cell on one line: whatever is not to be seen but moves things is a space."""
    if not cell.isprintable():
        cell = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in cell)
    return " ".join(cell.split())


def _point(lat: str, lon: str) -> tuple[str, str]:
    if not lat and not lon:
        return "", ""
    point = tuple(e7 for one in (lat, lon) if (e7 := e7_of(one)) is not None)
    if not is_point(point):
        raise Unusable(f"'{lat}', '{lon}' is no point on earth, as in 53.4808 and -2.2426")
    return str(point[0]), str(point[1])


def e7_of(degrees: str) -> int | None:
    """Return degrees in 1e-7 degrees, None for a text that is no such number."""
    return round(Decimal(degrees).scaleb(7)) if _DEGREES.fullmatch(degrees) else None
