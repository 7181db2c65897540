"""What a person reads off a screen: lists and their rows, an item's page, the lines at the foot.

Theory of operation. Nothing stands at a fixed row: the clock tells the status line, a bold title with a number a list, a
bold name the page of an item, the line of keys where the command bar is. So a line more, a strip more or a screen of
another size changes nothing here.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from tests.screens.cells import Shown

CLOCK = re.compile(r"(?:^|  )\d\d:\d\d(?:  |$)")
TITLE = re.compile(r"(\S[^()]*?) \((\d+)\)(?:  (\d+) out of order, F5 sorts)?")
REF = re.compile(r"\S+(?: of \d\d/\d\d)?")
BETWEEN, COUNTED = "  |  ", re.compile(r"\+\d+ more \(\d+\)$")  # of the strip of alerts, which is bold and counts, too
ITEM = re.compile(r"(?:^|(?<=\s\s))(contact|incident|expedite|referral|episode) (\S+)")
LOGGED = re.compile(r"\d\d:\d\d:\d\d |\d\d/\d\d ")
KEYS = ("? keys", "Esc back")  # how the line of keys begins
FORESEEN = ("Enter: ", "Not yet: ")  # how a preview begins that may take more lines than one
PLACEHOLDER = "type a line, as in:"
UNDER, BESIDE = "> ", "  "
LINES_MAX = 8  # of a message, or of a preview
SCROLLBAR = " ▁▂▃▄▅▆▇█"


class Row(Struct, frozen=True):
    """A row of a list: what it names, where on the screen it stands, what it says."""

    ref: str
    y: int
    text: str
    under_cursor: bool

    @property
    def closed(self) -> bool:
        """Whether it is marked as closed."""
        return self.text.endswith("closed")


class Listed(Struct, frozen=True):
    """A list on the screen: its title, how many it says it has, how many out of order, and the rows in view."""

    title: str
    count: int
    out_of_order: int
    rows: tuple[Row, ...]

    @property
    def refs(self) -> list[str]:
        """What its rows in view name, from above."""
        return [row.ref for row in self.rows]

    def __getitem__(self, ref: str) -> Row:
        return {row.ref: row for row in self.rows}[ref]


class Bar(Struct, frozen=True):
    """The command bar: what is typed in it, and in which column its cursor stands, None where it has none."""

    text: str
    cursor: int | None


class Foot(Struct, frozen=True):
    """The lines at the foot: message, preview, command bar, keys; `top` is the first row that is theirs."""

    message: str
    preview: str
    bar: Bar | None
    keys: str
    top: int


class ItemPage(Struct, frozen=True):
    """An item's page: how it stands, its log, and for a contact the risk model."""

    kind: str
    ref: str
    heading: tuple[str, ...]
    log: tuple[str, ...]
    risk: tuple[str, ...]

    @property
    def element(self) -> str:
        """The line of the risk model that is marked."""
        return next(line for line in self.risk if line.startswith(UNDER))


def status_of(shown: Shown) -> str:
    """Return the status line, empty on a screen that has none."""
    return next((line for line in shown.lines if CLOCK.search(line)), "")


def lists_of(shown: Shown) -> dict[str, Listed]:
    """Return the lists on a screen by their titles, from above."""
    return {one.title: one for one in _lists(shown)}


def _lists(shown: Shown) -> Iterator[Listed]:
    lines = shown.lines
    for y, line in enumerate(lines):
        found = TITLE.fullmatch(line.rstrip(SCROLLBAR))
        if found and shown.looks(y).bold and BETWEEN not in line and not COUNTED.search(line):
            rows = []
            for below in range(y + 1, len(lines)):
                if lines[below] and not lines[below].startswith((UNDER, BESIDE)):
                    break
                if named := REF.match(lines[below], 2):
                    text = lines[below].rstrip(SCROLLBAR)
                    rows.append(Row(named[0], below, text, text.startswith(UNDER)))
            yield Listed(found[1], int(found[2]), int(found[3] or 0), tuple(rows))


def foot_of(shown: Shown) -> Foot:
    """Return the lines at the foot of a screen; help has no bar."""
    lines, columns = shown.lines, shown.size[0]
    keys = max((y for y, line in enumerate(lines) if line.startswith(KEYS)), default=len(lines) - 1)
    if not lines or not lines[keys].startswith(KEYS[0]):
        return Foot("", "", None, "".join(lines[keys:]), max(0, keys))
    bar = keys - 1
    preview = _preview_from(shown, bar)
    message = preview - 1
    while preview - message < LINES_MAX and _goes_on(shown, message, columns):
        message -= 1
    said = " ".join(lines[message:preview]), " ".join(lines[preview:bar])
    return Foot(*said, _bar_of(shown, bar), lines[keys], message)


def _preview_from(shown: Shown, bar: int) -> int:
    """Return the row with which the preview begins."""
    for y in range(bar - 1, max(0, bar - 1 - LINES_MAX), -1):
        if shown.lines[y].startswith(FORESEEN):
            return y
        if not shown.lines[y] or shown.looks(y) != shown.looks(bar - 1):
            break
    return bar - 1


def _goes_on(shown: Shown, y: int, columns: int) -> bool:
    """Tell whether the line above is of the same message: it looks the same and had no room for the first word of this one."""
    above, here = shown.lines[y - 1], shown.lines[y]
    if not here or not above or LOGGED.match(above) or above.startswith(BESIDE):
        return False
    return shown.looks(y) == shown.looks(y - 1) and len(above) + 1 + len(here.split()[0]) > columns


def _bar_of(shown: Shown, y: int) -> Bar:
    row, text = shown.rows[y], shown.lines[y]
    ground = row[-1].look.ground if row[-1].look.ground == row[-2].look.ground else row[0].look.ground
    cursor = next((x for x, cell in enumerate(row) if cell.look.ground != ground), None)
    return Bar("" if text.startswith(PLACEHOLDER) else text, cursor)


def body_of(shown: Shown) -> Shown:
    """Return what stands between the status line and the foot."""
    top = next((y + 1 for y, line in enumerate(shown.lines) if CLOCK.search(line)), 0)
    return shown.part(top, max(top, foot_of(shown).top))


def item_of(shown: Shown) -> ItemPage | None:
    """Return the page of the item that is open, None where none is."""
    body = body_of(shown)
    for y, line in enumerate(body.lines):
        for found in ITEM.finditer(line):
            if body.rows[y][found.start()].look.bold and not line[: found.start()].endswith(")"):
                return _page(body.part(y), found)
    return None


def _page(body: Shown, found: re.Match[str]) -> ItemPage:
    left = found.start()
    page, risk = body.part(left=left), body.part(right=left) if left else None
    below = next((y for y, line in enumerate(page.lines) if not line or not page.looks(y).bold), len(page.lines))
    return ItemPage(found[1], found[2], page.lines[:below], _unfolded(page.lines[below:]), risk.lines if risk else ())


def _unfolded(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines of a log, each with what of it stands on the lines below."""
    found: list[str] = []
    for line in lines:
        text = line.rstrip(SCROLLBAR)
        if found and text.startswith(BESIDE):
            found[-1] += f" {text.strip()}"
        elif text:
            found.append(text)
    return tuple(found)
