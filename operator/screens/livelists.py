"""A screen of live lists, one above the other, each of the items that belong to it; the board and the vulnerability desk are two.

Theory of operation. A list is told what moved and takes what belongs to it; what does not belong any more goes from it. One list
has the cursor, and the line below the lists says in whole words what calls for somebody about the item under it.
"""

from collections.abc import Callable
from string import ascii_letters
from typing import ClassVar

from msgspec import Struct
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from hueandcry.domain.order import NS_PER_MIN
from hueandcry.operator.drafts import Open
from hueandcry.operator.messages import Moved
from hueandcry.operator.pressing import at_length, says_all
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.source import Source
from hueandcry.operator.text import safe_text
from hueandcry.operator.theme import Styles
from hueandcry.operator.widgets.livelist import Column, LiveList
from hueandcry.operator.widgets.saying import WHOLE_LINES_MAX
from hueandcry.store.item import Item

JUMP = "a letter puts the cursor on its row, Esc none"
NO_ROW = "no other row is in view"
SPARE = WHOLE_LINES_MAX  # rows that come into view where a preview of so many lines is gone a moment later
LETTERS = ascii_letters + "123456789"  # of rows, from above


class Part(Struct, frozen=True):
    """One list: its id and title, its columns for a width, and which items belong to it."""

    id: str
    title: str
    columns: Callable[[int], tuple[Column, ...]]
    takes: Callable[[Item], bool]


class LiveListsScreen(RoomScreen):
    """Live lists; a screen of a job says which."""

    PARTS: ClassVar[tuple[Part, ...]] = ()
    FIRST: ClassVar[str] = ""

    def __init__(self, source: Source | None = None) -> None:
        super().__init__(source)
        self._active = self.FIRST
        self._detail = ""
        self._minute = 0
        self._kept: bytes | None = None  # the item that was kept as where one is
        self._wanted = b""
        self._ticking: bytes | None = None
        self._only, self._asked_anew = "", False
        self._letters: dict[str, bytes] = {}  # while somebody jumps: which letter is which item
        self._left_out: dict[str, set[bytes]] = {part.id: set() for part in self.PARTS}

    def compose_body(self) -> ComposeResult:
        width = self.app.size.width
        with Vertical(id="lists"):
            for part in self.PARTS:
                yield LiveList(part.title, part.columns(width), id=part.id)
            yield Static("", id="detail", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self._list().activate(active=True)

    def on_resize(self) -> None:
        """Lay the lists out for the new width."""
        super().on_resize()
        width = self.app.size.width
        for part in self.PARTS:
            self._of(part.id).lay_out(part.columns(width))

    def _of(self, part: str) -> LiveList:
        return self.query_one(f"#{part}", LiveList)

    def _list(self) -> LiveList:
        return self._of(self._active)

    def moved(self, moved: Moved) -> None:
        """Take what changed into the lists; a minute changes what every one of them says."""
        minute = moved.now_ns // NS_PER_MIN
        time_told = minute != self._minute or not moved.items or bool(moved.ticking or self._ticking)
        for part in self.PARTS:
            one = self._of(part.id)
            mine: dict[bytes, Item | None] = {}
            went: dict[bytes, str] = {}
            before, one.left_out = one.left_out, self._leave_out(part, moved)
            for stream, item in moved.items.items():
                if item is not None and part.takes(item) and stream not in self._left_out[part.id]:
                    mine[stream] = item
                elif one.holds(stream):
                    mine[stream] = None
                    if item is not None:
                        went[stream] = item.queue
            if mine or moved.whole or time_told or before != one.left_out:
                one.take(mine, moved.now_ns, whole=moved.whole, ticking=moved.ticking, went=went)
                if moved.whole and (self._asked_anew or not self.is_live):
                    one.in_order()  # asked for, or another moment of the log: nothing moved under anybody's cursor
        self._asked_anew = self._asked_anew and not moved.whole
        self._minute, self._ticking = minute, moved.ticking
        if moved.whole and self._wanted:
            self.select(self._wanted)
            self._wanted = b""  # what is not there by now is not waited for
        self._say_detail()

    def _leave_out(self, part: Part, moved: Moved) -> str:
        """Know what is not listed since it does not say what is asked for, and return how much that is."""
        left = self._left_out[part.id]
        if moved.whole:
            left.clear()
        for stream, item in moved.items.items():
            says = item is None or not part.takes(item) or says_all(item, self._only)
            (left.discard if says else left.add)(stream)
        return f"{len(left)} not shown: only '{self._only}'" if left else ""

    def only(self, words: str) -> None:
        self._only, self._asked_anew = safe_text(words.lower()), True
        self.source.show_board()
        said = f"only what says '{self._only}' is listed; 'only' lists all again" if words else "all are listed again"
        self.message.say(said, Styles.ask)

    def _say_detail(self) -> None:
        """Say in whole words what calls for somebody about the item under the cursor, which is where one comes back to."""
        if self._list().selected != self._kept:
            self._kept = self._list().selected
            self.hue.keep_place()
        item = self._list().item
        said = at_length(item, self.hue.zone) if item is not None else ""
        text = f"{item.ref}: {said}" if item is not None and said else ""
        if text != self._detail:
            self._detail = text
            self.query_one("#detail", Static).update(Text(safe_text(text)), layout=False)

    @property
    def in_front(self) -> bytes | None:
        return self._list().selected

    @property
    def place(self) -> Open:
        return Open(self.NAME, selected=self._list().selected or b"")

    def select(self, stream: bytes) -> None:
        """Put the cursor on an item, where one of the lists has it, or will have once it is filled."""
        self._wanted = stream
        for part in self.PARTS:
            if self._of(part.id).holds(stream):
                self._wanted = b""
                self._turn_to(part.id)
                self._list().select(stream)
                self._say_detail()

    @property
    def under_cursor(self) -> str:
        item = self._list().item
        return item.ref if item is not None else ""

    def action_move(self, rows: int) -> None:
        self._just_sent = False
        if self._leave_empty():
            return
        self._list().move(rows)
        self._say_detail()

    def action_next(self) -> None:
        """Turn to the next list that holds anything, where none does to the next."""
        order = [part.id for part in self.PARTS]
        at = order.index(self._active) + 1
        later = [*order[at:], *order[: at - 1]]
        self._turn_to(next((one for one in later if len(self._of(one))), later[0]))
        self._say_detail()

    def _leave_empty(self) -> bool:
        """Turn from a list that holds nothing to one that does; tells whether that was so."""
        if self._list().selected is not None or not any(len(self._of(part.id)) for part in self.PARTS):
            return False
        self.action_next()
        return True

    def _turn_to(self, part: str) -> None:
        self._list().activate(active=False)
        self._active = part
        self._list().activate(active=True)

    def action_jump(self) -> None:
        """Show a letter beside each row in view but the one under the cursor; rows for which there is none are counted."""
        here = self._list().selected
        rows = [stream for part in self.PARTS for stream in self._of(part.id).in_view() if stream != here]
        spare = [stream for part in self.PARTS for stream in self._of(part.id).below_view(SPARE) if stream != here]
        self._mark(dict(zip(LETTERS, [*rows, *spare], strict=False)))
        more = f"; {len(rows) - len(LETTERS)} rows have none" if len(rows) > len(LETTERS) else ""
        self.message.say(f"{JUMP}{more}" if rows else NO_ROW, Styles.ask)

    def jumps(self, event: events.Event) -> bool:
        """Take the key behind the one that showed the letters, which ends them; tells whether it was for them."""
        if not self._letters or not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            return False  # one that was pressed before comes back where nobody took it
        there = self._letters.get(event.character or "") if isinstance(event, events.Key) else None
        self._mark({})
        self._just_sent = False
        if self.message.said.startswith(JUMP):
            self.message.say("")
        if there is not None and any(self._of(part.id).holds(there) for part in self.PARTS):
            self.select(there)
        return isinstance(event, events.Key) and (event.key == "escape" or event.is_printable)

    def _mark(self, letters: dict[str, bytes]) -> None:
        self._letters = letters
        of = {stream: letter for letter, stream in letters.items()}
        for part in self.PARTS:
            self._of(part.id).mark(of)

    def why_not(self, action: str) -> str:
        return "" if action in ("sort", "jump", "complete") else super().why_not(action)

    async def action_open(self) -> None:
        if self._leave_empty():
            return
        item = self._list().item
        if item is not None:
            await self.hue.open_item(item.stream, self.source)

    def action_sort(self) -> None:
        for part in self.PARTS:
            self._of(part.id).in_order()
        self._say_detail()
