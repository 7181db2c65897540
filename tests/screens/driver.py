"""A seat of the control room for tests, worked by keys and read by eye, in the words of the room.

Theory of operation. A story is told to a Seat: lines, keys, what is seen. Which face the room has, in process or at a
terminal, the seat does not know, so that one story runs on both. Whatever is waited for is waited for on the screen and
with a time limit; nothing sleeps.

    room = await enter(store)
    await room.line("ring 999 07700900123", shows="Ringing on 999")
    assert room.board.cursor_on() == "1"
    await room.leave()
"""

import asyncio
from collections.abc import Callable
from typing import NoReturn

from hueandcry.operator.app import HUNG_UP
from tests.screens.cells import Shown
from tests.screens.faces import Face
from tests.screens.pages import Bar, ItemPage, Listed, Row, body_of, foot_of, item_of, lists_of, status_of

SEEN_S = 20.0
BOARD, DESK = "Contacts, waiting first", "Vulnerable, nobody sent"
TYPED = 30  # letters of a line that are looked for in the bar, whose beginning a narrow screen does not show


class Lists:
    """The lists on a screen, of which one has the cursor."""

    def __init__(self, lists: dict[str, Listed]) -> None:
        self._lists = lists

    def __getitem__(self, title: str) -> Listed:
        return self._lists[title]

    def __contains__(self, title: str) -> bool:
        return title in self._lists

    @property
    def titles(self) -> list[str]:
        """Their titles, from above."""
        return list(self._lists)

    @property
    def counts(self) -> dict[str, int]:
        """How many each says it has."""
        return {title: one.count for title, one in self._lists.items()}

    def cursor(self) -> Row | None:
        """Return the row under the cursor."""
        return next((row for one in self._lists.values() for row in one.rows if row.under_cursor), None)

    def cursor_on(self) -> str:
        """Return what the row under the cursor names, empty where there is no cursor."""
        row = self.cursor()
        return row.ref if row is not None else ""


class Seat:
    """One seat: keys go in, and what stands on the screen is asked of it."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self._left = False

    # What is seen

    @property
    def shown(self) -> Shown:
        """The screen as it is now, cell by cell."""
        return self.face.shown()

    @property
    def text(self) -> str:
        """The screen as text."""
        return self.shown.text

    @property
    def status(self) -> str:
        """The line above."""
        return status_of(self.shown)

    @property
    def message(self) -> str:
        """What the last line came to, or why not."""
        return foot_of(self.shown).message

    @property
    def preview(self) -> str:
        """What Enter would do."""
        return foot_of(self.shown).preview

    @property
    def bar(self) -> Bar:
        """The command bar; empty and without a cursor on a screen that has none."""
        return foot_of(self.shown).bar or Bar("", None)

    @property
    def keys(self) -> str:
        """The line of keys."""
        return foot_of(self.shown).keys

    @property
    def lists(self) -> Lists:
        """The lists on the screen, whichever screen it is."""
        return Lists(lists_of(self.shown))

    @property
    def board(self) -> Lists:
        """The lists of the board, which has to be in front."""
        return self._lists_with(BOARD)

    @property
    def desk(self) -> Lists:
        """The lists of the vulnerability desk, which has to be in front."""
        return self._lists_with(DESK)

    def _lists_with(self, title: str) -> Lists:
        lists = self.lists
        if title not in lists:
            self._fail(f"{title!r} is not in front")
        return lists

    @property
    def item(self) -> ItemPage:
        """The page of the item that is open, which has to be in front."""
        return item_of(self.shown) or self._fail("no item is open")

    @property
    def page(self) -> tuple[str, ...]:
        """The lines between status and foot, as a list of the room or help has them."""
        return body_of(self.shown).lines

    # What is waited for

    async def sees(self, *wanted: str, within_s: float = SEEN_S) -> "Seat":
        """Wait until each of some texts stands on the screen."""
        for text in wanted:
            await self.until(lambda text=text: self.shown.says(text), f"{text!r} is seen", within_s)  # type: ignore[misc]
        return self

    async def does_not_see(self, *unwanted: str, within_s: float = SEEN_S) -> "Seat":
        """Wait until none of some texts stands on the screen."""
        for text in unwanted:
            await self.until(lambda text=text: not self.shown.says(text), f"{text!r} is gone", within_s)  # type: ignore[misc]
        return self

    async def until(self, holds: Callable[[], bool], what: str, within_s: float = SEEN_S) -> "Seat":
        """Wait until something holds of the screen, also of a page that is not in front yet; says `what` where it does not."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while not _already(holds):
            left = end - loop.time()
            if left <= 0:
                self._fail(f"not within {within_s:g} s: {what}")
            await self.face.more(left)
        return self

    def _fail(self, why: str) -> NoReturn:
        raise AssertionError(f"{why}; on the screen stands\n{self.text}")

    # What is done

    async def press(self, *keys: str) -> "Seat":
        """Press keys by their names, one after another."""
        for key in keys:
            await self.face.press(key)
        return self

    async def type(self, text: str) -> "Seat":
        """Press the keys of a text, as fast as they go."""
        await self.face.type(text)
        return self

    async def types(self, text: str) -> "Seat":
        """Type a text, and wait until the bar shows it."""
        await self.face.type(text)
        return await self.until(lambda: self.bar.text.endswith(text[-TYPED:].rstrip()), f"{text!r} is in the bar")

    async def paste(self, text: str) -> "Seat":
        """Paste a text."""
        await self.face.paste(text)
        return self

    async def line(self, text: str, *, shows: str) -> "Seat":
        """Type a line, press Enter, and wait until it is carried out and shows what it should."""
        await self.types(text)
        await self.press("Enter")
        await self.until(lambda: not self.bar.text, f"{text!r} is carried out")
        return await self.sees(shows)

    async def is_refused(self, text: str, rule: str) -> "Seat":
        """Type a line, press Enter, and wait until the rule is named, the line kept, and cleared by Esc."""
        await self.types(text)
        await self.press("Enter")
        await self.until(lambda: rule in self.message, f"{text!r} is refused: {rule}")
        await self.until(lambda: self.bar.text.endswith(text[-TYPED:]), f"the refusal keeps {text!r}")
        return await self.clear()

    async def clear(self) -> "Seat":
        """Clear the bar by Esc."""
        await self.press("Esc")
        return await self.until(lambda: not self.bar.text, "the bar is empty")

    async def move_to(self, ref: str, key: str = "Down") -> "Seat":
        """Move the cursor to a row, key by key, each seen to move it or to be at the end."""
        for _ in range(len(self.lists.titles) * self.shown.size[1]):
            before = self.lists.cursor_on()
            if before == ref:
                return self
            await self.press(key)
            await self.until(lambda before=before: self.lists.cursor_on() != before, f"{key} moves")  # type: ignore[misc]
        return self._fail(f"{key} does not come to {ref}")

    async def resize(self, columns: int, rows: int) -> "Seat":
        """Make the screen of another size, and wait until it is drawn for it."""
        if self.shown.size == (columns, rows):
            return self  # a terminal says nothing of that, and nothing is drawn
        await self.face.resize(columns, rows)
        return await self.until(
            lambda: self.shown.size == (columns, rows) and self._whole(), f"drawn at {columns}x{rows}"
        )

    def _whole(self) -> bool:
        lines = self.shown.lines
        return bool(lines[-1]) and bool(lines[0])

    async def reconnect(self) -> "Seat":
        """Lose the line, and open the room again at the same seat."""
        await self.face.hang_up()
        await self.has_ended(HUNG_UP)
        await self.face.open()
        return await self.until(lambda: bool(self.status), "the board is filled again")

    async def leave(self) -> None:
        """Leave by F10; the room ends well."""
        await self.press("F10")
        await self.has_ended()

    async def has_ended(self, code: int = 0) -> None:
        """Wait until the room has ended with an exit code."""
        found = await self.face.ended()
        assert found == code, f"the room ended with {found}"


def _already(holds: Callable[[], bool]) -> bool:
    """Tell whether something holds; what it is about may not be on the screen yet."""
    try:
        return holds()
    except (AssertionError, KeyError):
        return False
