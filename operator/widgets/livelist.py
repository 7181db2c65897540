"""A list of live items, drawn line by line: others' changes cost a few cells, and the row under the cursor stays.

Theory of operation. The list keeps its rows in the order in which they were last sorted. A changed item redraws only the
columns that differ. New, closed and re-sorted items change the rows below the cursor at once; above and at the cursor
nothing moves: a row that went stays and says where to, and what should stand higher stands just below the cursor, counted,
until the operator asks for the order. The selection is an item, not a row number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec import Struct
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hueandcry.domain.order import NS_PER_MIN
from hueandcry.domain.reference import NS_PER_S
from hueandcry.operator.text import safe_text
from hueandcry.operator.theme import Styles
from hueandcry.operator.widgets.order import Order
from hueandcry.store.item import Item

MARK, NO_MARK = "> ", "  "
CUT = "…"
NEAR = 12  # cells between two parts of a line that take fewer bytes than to begin anew

Cell = tuple[str, Style | None]
NOWHERE: Mapping[bytes, str] = MappingProxyType({})
LAID_OUT_MAX = 1_000  # rows that are kept laid out: those in view, and some that were


class When(NamedTuple):
    """The moment for which a row is drawn (ns UTC), and whether its item is the one whose seconds are told."""

    now_ns: int
    ticks: bool = False

    @property
    def minute_ns(self) -> int:
        """When the minute began (ns UTC): what is told in minutes changes with it, and with nothing else."""
        return self.now_ns // NS_PER_MIN * NS_PER_MIN


class Column(Struct, frozen=True):
    """A column: its heading, its width in cells, and what it shows of an item, with a style of its own where it has one."""

    heading: str
    width: int
    shows: Callable[[Item, When], Cell]


def fitted(text: str, width: int) -> str:
    """Return a text of exactly so many cells, whatever letters it has: filled with blanks, or cut, and then it says so."""
    if text.isascii() and len(text) <= width:
        return text.ljust(width)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + CUT if width > 0 else ""


class LiveList(ScrollView, can_focus=False):
    """Items of one queue, the most pressing first; `columns` are laid out from the left."""

    DEFAULT_CSS = "LiveList { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; }"

    def __init__(self, title: str, columns: Iterable[Column], *, id: str) -> None:
        super().__init__(id=id)
        self.styles.background = Styles.theme.ground
        self._title, self._columns = title, tuple(columns)
        self._items: dict[bytes, Item] = {}
        self._order = Order()
        self._rows: list[bytes] = []
        self._moved = 0
        self._gone: dict[bytes, Item] = {}
        self._went: dict[bytes, str] = {}  # in which queue what is gone from here stands now
        self._drawn: list[list[Cell]] = []
        self._paint: dict[int, tuple[list[Cell], Strip]] = {}
        self._laid_out: dict[bytes, tuple[tuple[Any, ...], list[Cell]]] = {}
        self._now_ns = 0
        self._ticking: bytes | None = None
        self._letters: Mapping[bytes, str] = NOWHERE
        self.selected: bytes | None = None
        self.left_out = ""  # what is not listed, in words
        self.active = False

    # What others ask of it

    @property
    def out_of_order(self) -> int:
        """How many rows are closed and still stand here, or are not where they belong."""
        return len(self._gone) + self._moved

    @property
    def item(self) -> Item | None:
        """The item under the cursor, also one that was just closed."""
        if self.selected is None:
            return None
        return self._items.get(self.selected) or self._gone.get(self.selected)

    def __len__(self) -> int:
        return len(self._items)

    def holds(self, stream: bytes) -> bool:
        """Tell whether an item stands here, also one that was just closed."""
        return stream in self._items or stream in self._gone

    def row_of(self, stream: bytes | None) -> int | None:
        """Return the row in which an item stands."""
        return self._rows.index(stream) if stream is not None and self.holds(stream) else None

    def take(
        self,
        changed: dict[bytes, Item | None],
        now_ns: int,
        *,
        whole: bool = False,
        ticking: bytes | None = None,
        went: Mapping[bytes, str] = NOWHERE,
    ) -> None:
        """Take what changed; None for an item that does not stand here any more, and `whole` where no other item does.

        `ticking` is the item whose seconds are told, `went` in which queue an item stands that stands here no more: closed, else.
        """
        self._now_ns, self._ticking = now_ns, ticking
        stays = self.active and self.holds(self.selected or b"")  # under the cursor, so that nothing moves there
        if whole and stays:
            changed = {**dict.fromkeys(self._items), **changed}
        elif whole:
            self._items.clear()
            self._gone.clear()
        for stream, item in changed.items():
            self._went.pop(stream, None)
            if item is not None:
                self._items[stream] = item
                self._gone.pop(stream, None)
            elif stream in self._items:
                self._gone[stream] = self._items.pop(stream)
        self._went |= went
        moved = self._order.take(self._items, changed, now_ns, whole=whole)
        if (whole and not stays) or (moved and not self.active) or self.row_of(self.selected) is None:
            self.in_order()  # no cursor is shown here that a row could slip from under
            return
        if moved:
            self._below_cursor()
        self._redraw()

    def in_order(self) -> None:
        """Put every row where it belongs; the selection stays on its item, or where that is gone in its row."""
        kept = self.row_of(self.selected)
        self._gone.clear()
        self._went.clear()
        self._rows, self._moved = self._order.streams(), 0
        if self.selected not in self._items:
            self.selected = self._rows[min(kept or 0, len(self._rows) - 1)] if self._rows else None
        self._resize()
        if self.active:
            self._reveal()
        self._redraw()

    def move(self, rows: int) -> None:
        """Move the cursor by rows."""
        if not self._rows:
            return
        now = self.row_of(self.selected) or 0
        self.selected = self._rows[max(0, min(len(self._rows) - 1, now + rows))]
        self._reveal()
        self._redraw()

    def select(self, stream: bytes) -> None:
        """Put the cursor on an item that stands here."""
        self.selected = stream
        self._reveal()
        self._redraw()

    def in_view(self) -> list[bytes]:
        """Return the items whose rows are in view, the first row first."""
        top = self.scroll_offset.y
        return self._rows[top : top + max(0, self.size.height - 1)]

    def below_view(self, rows: int) -> list[bytes]:
        """Return the items of so many rows below those in view, which come into it where what is said elsewhere gets shorter."""
        end = self.scroll_offset.y + max(0, self.size.height - 1)
        return self._rows[end : end + rows]

    def mark(self, letters: Mapping[bytes, str]) -> None:
        """Draw a letter before the rows of some items, and before no other."""
        self._letters = letters
        self._redraw()

    def lay_out(self, columns: Iterable[Column]) -> None:
        """Draw with other columns, as the screen is wide."""
        self._columns = tuple(columns)
        self._drawn = []
        self._laid_out.clear()
        self._resize()
        self.refresh()
        self._redraw()

    def activate(self, *, active: bool) -> None:
        """Show or hide the cursor, as this list is or is not the one that keys move in."""
        self.active = active
        self._resize()
        if active:
            self._reveal()
        self._redraw()

    # Drawing

    def _below_cursor(self) -> None:
        at = self.row_of(self.selected)
        assert at is not None
        kept = self._rows[: at + 1]
        stay = set(kept)
        self._gone = {stream: item for stream, item in self._gone.items() if stream in stay}
        self._went = {stream: queue for stream, queue in self._went.items() if stream in self._gone}
        self._rows = kept + [stream for stream in self._order.streams() if stream not in stay]
        self._moved = self._order.moved([stream for stream in kept if stream in self._items])
        self._resize(stays=True)

    def _resize(self, *, stays: bool = False) -> None:
        """Be as long as there are rows; where what is in view `stays`, with blank ones at the foot for those that went."""
        width = len(MARK) + sum(column.width for column in self._columns)
        height = len(self._rows) + 1  # the heading stands above the rows
        if stays and self.scroll_offset.y:
            height = max(height, self.scroll_offset.y + self.size.height)
        size = Size(width, height)
        if size != self.virtual_size:
            self.virtual_size = size

    def _reveal(self) -> None:
        row, height = self.row_of(self.selected), self.size.height - 1
        if row is None or height <= 0:
            return
        top = self.scroll_offset.y
        if row < top or row >= top + height:
            y = row if row < top else row - height + 1
            self.scroll_to(y=y, animate=False, immediate=True, force=True)  # its bar may not be laid out yet

    def _cells(self, stream: bytes) -> Sequence[Cell]:
        """Return the cells of a row, laid out; made anew only where the item or the minute is another."""
        shown = self._items.get(stream) or self._gone[stream]
        when = When(self._now_ns, stream == self._ticking)
        made_of = shown, stream in self._items, self._went.get(stream), *_changes(shown, when)
        known = self._laid_out.get(stream)
        if known is None or known[0] != made_of:
            if len(self._laid_out) >= LAID_OUT_MAX:
                self._laid_out.clear()
            cells: list[Cell] = []
            for column, (text, style) in zip(self._columns, self._shown(stream, when), strict=True):
                cells += [(fitted(safe_text(text), column.width - 1), style), (" ", None)]
            known = self._laid_out[stream] = made_of, cells
        return known[1]

    def _shown(self, stream: bytes, when: When) -> Sequence[Cell]:
        item = self._items.get(stream)
        if item is None:
            gone = self._gone[stream]
            return [(column.shows(gone, when)[0], Styles.dimmed) for column in self._columns[:-1]] + [
                (self._went.get(stream, "closed"), Styles.dimmed)
            ]
        return [column.shows(item, when) for column in self._columns]

    def _line(self, y: int) -> list[Cell]:
        """Return the cells of a drawn line: the heading, then a row; each with its column's width."""
        if y == 0:
            order = self.out_of_order
            count = f"{self._title} ({len(self._items)})" + (f"  {order} out of order, F5 sorts" if order else "")
            return [(fitted(f"{count}{'  ' if self.left_out else ''}{self.left_out}", self.size.width), Styles.heading)]
        row = self.scroll_offset.y + y - 1
        if row >= len(self._rows):
            return [(" " * self.size.width, Styles.plain)]
        stream = self._rows[row]
        here = self.active and stream == self.selected
        if here:
            return [(MARK, Styles.cursor), *((text, Styles.cursor) for text, _ in self._cells(stream))]
        letter = self._letters.get(stream)
        mark = (f"{letter} ", Styles.care) if letter else (NO_MARK, None)
        return [mark, *self._cells(stream)]

    def _redraw(self) -> None:
        """Draw again only what differs from what is on the screen."""
        height = self.size.height
        fresh = [self._line(y) for y in range(height)]
        for y, (cells, old) in enumerate(zip_longest(fresh, self._drawn[:height])):
            if old == cells:
                fresh[y] = old
                continue
            for x, end in _changed(old, cells, self.size.width):
                self.refresh(Region(x, y, end - x, 1))
        self._drawn = fresh

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if round(old) != round(new):
            self._redraw()

    def on_resize(self) -> None:
        self._drawn = []
        self._resize()
        self._reveal()
        self.refresh()
        self._redraw()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a part of the list; the library would go through all of them for each that changed."""
        lines = [self._painted(y) for y in crop.line_range]
        whole = crop.column_span == (0, self.size.width)
        return lines if whole else [strip.crop(*crop.column_span) for strip in lines]

    def _painted(self, y: int) -> Strip:
        """Return a line as it goes to the terminal; made anew only where its cells are others."""
        cells = self._drawn[y] if y < len(self._drawn) else self._line(y)
        known = self._paint.get(y)
        if known is None or known[0] is not cells:
            strip = self._strip(cells)
            for one in self.get_line_filters():
                strip = strip.apply_filter(one, self.background_colors[1])
            known = self._paint[y] = cells, strip
        return known[1]

    def render_line(self, y: int) -> Strip:
        return self._strip(self._line(y))

    def _strip(self, cells: Sequence[Cell]) -> Strip:
        strip = Strip([Segment(text, style or Styles.plain) for text, style in cells]).simplify()
        return strip.adjust_cell_length(self.size.width, Styles.plain).crop(0, self.size.width)


def _changes(item: Item, when: When) -> tuple[int, bool, bool, int]:
    """Return what of the time an item's row says: the minute, what is late, and the second where it is told."""
    late = [due is not None and due <= when.now_ns for due in (item.due, item.desk_due)]
    return when.minute_ns, late[0], late[1], when.now_ns // NS_PER_S if when.ticks else 0


def _changed(old: Sequence[Cell] | None, new: Sequence[Cell], width: int) -> list[tuple[int, int]]:
    """Return from where to where a line must be drawn again (cells); parts that are near each other are one."""
    if old is None or len(old) != len(new):
        return [(0, width)]
    parts: list[tuple[int, int]] = []
    x = 0
    for was, cell in zip(old, new, strict=True):
        end = x + cell_len(cell[0])
        if was != cell and parts and x - parts[-1][1] < NEAR:
            parts[-1] = parts[-1][0], end
        elif was != cell:
            parts.append((x, end))
        x = end
    return parts
