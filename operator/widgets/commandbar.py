"""The command bar: one line that is always ready to be typed in, with history, and nothing raw from a paste.

Theory of operation. The bar keeps the keyboard; lists and panels are moved by keys that a line does not use. The
text is cleared only when it was carried out, so that a refusal keeps what was typed. Control characters
that a paste brings are turned into their pictures before they reach the line. While the history is searched, what is typed is
what is looked for, and Enter takes what was found into the line without doing it.
"""

import asyncio
from collections.abc import Callable

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input

from hueandcry.operator.text import harmless
from hueandcry.operator.theme import Styles
from hueandcry.operator.widgets.ownkeys import done_here
from hueandcry.operator.widgets.typed import drawn

HISTORY_MAX = 500
LINE_MAX = 10_000
HINT = "type a line, as in: ring 999 07700900123     F1 help"


class History:
    """The lines that were carried out here, the last at the end; all screens of a room share it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, text: str) -> None:
        """Put a line at the end, once."""
        self.lines = [*[one for one in self.lines if one != text], text][-HISTORY_MAX:]

    def found(self, words: str, before: int) -> int | None:
        """Return where the last line before a place stands that has all of some words; None where none has."""
        wanted = words.lower().split()
        places = (at for at in range(min(before, len(self.lines)) - 1, -1, -1))
        return next((at for at in places if all(word in self.lines[at].lower() for word in wanted)), None)


class CommandBar(Input):
    """The line in which the work is typed."""

    DEFAULT_CSS = """
    CommandBar { border: none; height: 1; padding: 0; }
    CommandBar:focus { border: none; background-tint: transparent 0%; }
    """

    virtual_size = Reactive(Size(0, 0))  # the library would lay the whole screen out anew for each letter

    class Typed(Message):
        """The text of the line changed; `found` says what a search in the history found, `half` what was half typed before it."""

        def __init__(self, text: str, found: str = "", half: str = "") -> None:
            super().__init__()
            self.text, self.found, self.half = text, found, half

    def __init__(self, offer: Callable[[str], bool] | None = None) -> None:
        super().__init__(placeholder=HINT, id="command", select_on_focus=False)
        self.cursor_blink = False
        self.styles.background, self.styles.color = Styles.theme.line, Styles.theme.text
        self._offer = offer
        self._history = History()
        self._at = 0
        self.searching = False
        self._found: int | None = None
        self._half = ""

    def remembers(self, history: History) -> None:
        """Share the lines that were carried out."""
        self._history, self._at = history, len(history.lines)

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        clean = harmless(message.value, limit=LINE_MAX)
        if clean != message.value:
            self.value = clean
            return
        self._say()

    def _say(self) -> None:
        half = self._half if self._half != self.value else ""
        self.post_message(self.Typed("" if self.searching else self.value, self._search_says(), half))

    async def _on_key(self, event: events.Key) -> None:
        """Offer a key to the screen first while nothing is typed; what it takes does not reach the line."""
        if (
            not self.value
            and not self.searching
            and event.character
            and self._offer is not None
            and self._offer(event.character)
        ):
            event.stop()
            event.prevent_default()
            return
        if not await done_here(self, event):
            await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        super()._on_paste(events.Paste(harmless(event.text, limit=LINE_MAX)))
        event.prevent_default()
        event.stop()

    def render_line(self, y: int) -> Strip:
        return drawn(super().render_line(y))

    async def settled(self) -> None:
        """Return once every key that was pressed before is in the line."""
        there = asyncio.Event()
        self.call_later(there.set)
        await there.wait()

    def done(self, text: str) -> None:
        """The line was carried out: keep it in the history; what was half typed before it stays there, behind the last."""
        self._history.add(text)
        self._at = len(self._history.lines)
        if self._half.strip() == text:
            self._half = ""

    def fill(self, text: str) -> None:
        """Put a text into the bar, with the cursor behind it."""
        self.value = text
        self.cursor_position = len(text)

    def clear_line(self) -> None:
        """Clear the line, or end a search in the history with the line as it was before."""
        if self.searching:
            self.searching = False
            self.fill(self._half)
        else:
            self._half = "" if self._half == self.value else self._half
            self.value = ""
        self._say()

    # History

    def older(self) -> None:
        """Show the line before in the history; what is half typed comes back behind the last."""
        if self._at == len(self._history.lines):
            self._half = self.value
        if self._at > 0:
            self._at -= 1
            self.fill(self._history.lines[self._at])

    def newer(self) -> None:
        """Show the line after in the history, and behind the last what was half typed."""
        lines = self._history.lines
        self._at = min(len(lines), self._at + 1)
        self.fill(lines[self._at] if self._at < len(lines) else self._half)

    def search(self) -> None:
        """Look in the history for what is typed now; while looking, for the next older line."""
        if self.searching and self._found is not None:
            self._at = self._found
        elif not self.searching:
            self.searching, self._at, self._half = True, len(self._history.lines), self.value
        self._say()

    def _search_says(self) -> str:
        if not self.searching:
            return ""
        self._found = self._history.found(self.value, self._at)
        if self._found is None:
            return f"no line typed before has '{self.value}'   (Esc ends the search)"
        return f"Enter takes: {self._history.lines[self._found]}   (again for an older one, Esc ends)"

    def take_found(self) -> bool:
        """Put the line that a search found into the bar; tells whether a search was going on."""
        if not self.searching:
            return False
        self.searching = False
        self.fill(self._history.lines[self._found] if self._found is not None else self.value)
        self._say()
        return True
