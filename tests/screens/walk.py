"""A walk at one seat: an operator who has half a line typed, others who work, and what has to stay as it is meanwhile.

Theory of operation. Each step is one thing that others do, or one key of the operator. While others do something, the line
that is half typed, the cursor in it, the row under the cursor, the lists and the line of keys have to stay, at every
single paint where the face tells of each, and when the screen says what the store says. The operator's own keys may move
the cursor; the line stays, and the item under the cursor is in view. `trail` is what was done, to be done again by hand.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable

from msgspec import Struct

from tests.screens.driver import Lists, Seat
from tests.screens.faces import Piloted
from tests.screens.others import CONTACTS, INCIDENTS, Others
from tests.screens.pages import foot_of, item_of, lists_of

HALVES = {  # what is typed, and how what is foreseen of it reads when all of it was looked at
    "note 1 she whisp": "she whisp",
    "send zz": "'zz'",
    "no": "no",
    "open - burglary the back do": "the back do",
    "qqq": "qqq",
}
SHAPES = ((80, 24), (100, 30), (120, 40), (132, 27))


class Held(Struct, frozen=True):
    """What has to stay: the line and its cursor, the row under the cursor, the lists, the item that is open, the keys."""

    bar: str
    cursor: int | None
    row: tuple[str, int] | None
    titles: tuple[str, ...]
    item: str
    keys: str


class Walk:
    """An operator at a seat, and others."""

    def __init__(self, room: Seat, others: Others, chance: random.Random) -> None:
        self.room, self.others, self._chance = room, others, chance
        self.trail: list[str] = []
        self.done: Counter[str] = Counter()
        self._half = ""
        self._at_desk = ""  # what was typed there last
        self._held: Held | None = None
        self._slips: list[str] = []
        if isinstance(room.face, Piloted):
            room.face.watch(self._at_paint)

    @property
    def moves(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What the operator does, by its name."""
        return {
            "Down": lambda: self._moves("Down", self._chance.randint(1, 6)),
            "Up": lambda: self._moves("Up", self._chance.randint(1, 4)),
            "to the end": lambda: self._moves("PageDown", 5),
            "PageDown": lambda: self._moves("PageDown"),
            "PageUp": lambda: self._moves("PageUp"),
            "F5": self.sorts,
            "Tab": self.turns,
            "resize": self.resizes,
            "retype": self.retypes,
            "open and close": self.opens_and_closes,
            "to the desk and back": self.to_the_desk_and_back,
            "filter": self.filters,
            "reconnect": self.reconnects,
        }

    async def go(self, steps: int) -> None:
        """Do so many steps, of others twice as many as of the operator."""
        await self.retypes()
        for _ in range(steps):
            if self._chance.random() < 0.67:
                await self.others_do()
            else:
                name = self._chance.choice(sorted(self.moves))
                self._note(name)
                await self.moves[name]()

    def _note(self, name: str) -> None:
        self.trail.append(name)
        self.done[name] += 1

    # Others

    async def others_do(self, most: int = 3) -> None:
        """Let others do a few things at once, and see that what has to stay stays."""
        held = self._held = self.seen()
        self.others.in_view = [row.ref for one in lists_of(self.room.shown).values() for row in one.rows]
        for name in [name for name in self._drawn(most) if self.others.doings[name]()]:
            self._note(name)
        await self._until_told()
        self._held = None
        assert self.seen() == held, self._told("what has to stay did not", held, self.seen())
        assert not self._slips, self._told("it did not stay at each paint", held, *self._slips)
        await self._heard()
        now = self.seen()
        assert now == held, self._told("it did not stay at the next key", held, now)

    def _drawn(self, most: int) -> list[str]:
        return self._chance.choices(sorted(self.others.doings), k=self._chance.randint(1, most))

    async def _until_told(self) -> None:
        try:
            await self.room.until(
                lambda: not self.others.differences(self.room.lists), "the screen says what the store says"
            )
        except AssertionError as fault:
            raise AssertionError(self._told("the screen differs", *self.others.differences(self.room.lists))) from fault

    def _told(self, why: str, *found: object) -> str:
        return "\n".join((why, *map(str, found), f"after {self.trail}", self.room.text))

    def seen(self) -> Held:
        """Return what has to stay, as it is seen now."""
        shown = self.room.shown
        foot, lists, item = foot_of(shown), lists_of(shown), item_of(shown)
        row = Lists(lists).cursor()
        return Held(
            foot.bar.text if foot.bar else "no bar",
            foot.bar.cursor if foot.bar else None,
            (row.ref, row.y) if row else None,
            tuple(lists),
            f"{item.kind} {item.ref}" if item else "",
            foot.keys,
        )

    def _at_paint(self) -> None:
        if self._held is not None and (seen := self.seen()) != self._held:
            self._slips.append(f"{seen}\n{self.room.text}")

    # The operator

    async def retypes(self) -> None:
        """Clear the line and type another half of one."""
        await self._clear()
        await self._type()

    async def _clear(self) -> None:
        if self.room.bar.text:
            await self.room.clear()
        await self.room.until(lambda: not self.room.preview, "nothing is foreseen of an empty line")

    async def _type(self) -> None:
        self._half = self._chance.choice(sorted(HALVES))
        await self.room.types(self._half)
        await self._foreseen()

    async def _foreseen(self) -> None:
        await self.room.until(lambda: HALVES[self._half] in self.room.preview, f"{self._half!r} is foreseen")

    async def _moves(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            await self.room.press(key)
            await self._heard()
            assert self._cursor(), self._told(f"the cursor is in view after {key}")
        self._line_stays()

    async def _heard(self) -> None:
        """Return when the keys before have done what they do: a letter behind them is foreseen, and taken back.

        What is foreseen is waited for, so that nothing others record falls into it: test_hearing.py expects that to fail.
        """
        before = self.room.preview
        await self.room.type("x")
        await self._reads(f"{self._half}x", lambda: self.room.preview != before)
        await self.room.press("Backspace")
        await self._reads(self._half, lambda: self.room.preview == before)

    async def _reads(self, line: str, foreseen: Callable[[], bool]) -> None:
        await self.room.until(lambda: self.room.bar.text == line and foreseen(), f"{line!r} is foreseen\n{self.trail}")

    def _cursor(self) -> str:
        return self.room.lists.cursor_on()

    async def sorts(self) -> None:
        """Put the lists in order: the cursor stays on its item, and in view."""
        before, here = self._cursor(), self.room.lists
        await self.room.press("F5")
        await self._heard()
        await self._cursor_in_view("F5", before if before in self._open(here) else "")

    def _open(self, lists: Lists) -> set[str]:
        board = self.others.board()
        return {ref for title in lists.titles if title in board for ref in board[title]}

    async def _cursor_in_view(self, after: str, ref: str) -> None:
        await self._heard()
        where = f"the cursor is in view after {after}{f', on {ref}' if ref else ''}\n{self.trail}"
        await self.room.until(lambda: bool(self._cursor()) and ref in ("", self._cursor()), where, 5)
        self._line_stays()

    def _line_stays(self) -> None:
        bar = self.room.bar
        assert bar.text == self._half, self._told("the typed line stays", bar)
        assert bar.cursor == len(self._half), self._told("the cursor stays behind it", bar)

    async def turns(self) -> None:
        """Turn to the next list, which takes an empty line, and type again."""
        before = self._list_with_cursor()
        await self._clear()
        await self.room.press("Tab")
        self._half = ""
        await self._cursor_in_view("Tab", "")
        assert self._list_with_cursor() != before, self._told("Tab turns")
        await self._type()

    def _list_with_cursor(self) -> str:
        lists = self.room.lists
        return next((title for title in lists.titles if any(row.under_cursor for row in lists[title].rows)), "")

    async def resizes(self) -> None:
        """Make the screen of another size."""
        before = self._cursor()
        await self.room.resize(*self._chance.choice(SHAPES))
        await self._cursor_in_view("a resize", before)

    async def opens_and_closes(self) -> None:
        """Open what is under the cursor, type there while others work, and come back to the same row."""
        await self._clear()
        before = self._cursor()
        await self.room.press("Enter")
        await self.room.until(lambda: item_of(self.room.shown) is not None, f"{before} opens\n{self.trail}")
        await self._type()
        await self.others_do()
        await self._clear()
        await self.room.press("Esc")
        await self.room.until(lambda: INCIDENTS in self.room.lists, "the board is back")
        self._half = ""
        await self._cursor_in_view("Esc", before)
        await self._type()

    async def reconnects(self) -> None:
        """Lose the line and come back: the half typed line is offered again, with the cursor on the same item."""
        before = self._cursor()
        await self.room.reconnect()
        await self.room.until(lambda: INCIDENTS in self.room.lists and CONTACTS in self.room.lists, "the board is back")
        await self.room.until(lambda: self.room.bar.text == self._half, f"{self._half!r} is offered again")
        await self._foreseen()
        await self._cursor_in_view("a reconnection", before if before in self._open(self.room.lists) else "")

    async def filters(self) -> None:
        """List only some items while others work, then all again; nothing is missing then."""
        await self._clear()
        await self.room.line("only theft", shows="only what says 'theft' is listed")
        for name in self._drawn(3):
            self.others.doings[name]()
        await self.room.line("only", shows="all are listed again")
        await self._until_told()
        self._half = ""
        await self._type()

    async def to_the_desk_and_back(self) -> None:
        """Go to the vulnerability desk with half a line typed, and come back to it."""
        before = self._cursor()
        await self.room.press("F4")
        await self.room.sees("Vulnerable, nobody sent")
        await self.room.type("x")
        await self.room.until(lambda: self.room.bar.text.endswith("x"), "what was typed there before is offered")
        assert self.room.bar.text == f"{self._at_desk}x", self._told("another line is offered", self._at_desk)
        half, self._half = self._half, ""
        await self._clear()
        await self._type()
        await self.others_do()
        self._at_desk = self._half
        await self.room.press("F2")
        await self.room.until(lambda: INCIDENTS in self.room.lists and CONTACTS in self.room.lists, "the board is back")
        self._half = half
        await self._cursor_in_view("the desk", before)
