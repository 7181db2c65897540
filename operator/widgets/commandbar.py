"""The command bar: one line that is always ready to be typed in, with history, and nothing raw from a paste.

Theory of operation. The bar keeps the keyboard; lists and panels are moved by keys that a line does not use. The
text is cleared only when it was carried out, so that a refusal keeps what was typed. Control characters
that a paste brings are turned into their pictures before they reach the line.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from hueandcry.operator.text import safe_text

HISTORY_MAX = 500


class CommandBar(Input):
    """The line in which the work is typed."""

    DEFAULT_CSS = """
    CommandBar { border: none; height: 1; padding: 0; background: #1c2730; color: #ffffff; }
    CommandBar:focus { border: none; background: #1c2730; background-tint: transparent 0%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "older", "older line", show=False),
        Binding("ctrl+n", "newer", "newer line", show=False),
    ]

    class Typed(Message):
        """The text of the line changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, offer: Callable[[str], bool] | None = None) -> None:
        super().__init__(
            placeholder="type a line, as in: ring 999 07700900123     F1 help", id="command", select_on_focus=False
        )
        self.cursor_blink = False
        self._offer = offer
        self._history: list[str] = []
        self._at = 0
        self._last = ""

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        clean = safe_text(message.value, limit=10_000)
        if clean != message.value:
            self.value = clean
            return
        self.post_message(self.Typed(clean))

    async def _on_key(self, event: events.Key) -> None:
        """Offer a key to the screen first while nothing is typed; what it takes does not reach the line."""
        if not self.value and event.character and self._offer is not None and self._offer(event.character):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        super()._on_paste(events.Paste(safe_text(event.text, limit=10_000)))
        event.prevent_default()
        event.stop()

    async def settled(self) -> None:
        """Return once every key that was pressed before is in the line."""
        there = asyncio.Event()
        self.call_later(there.set)
        await there.wait()

    def done(self, text: str) -> None:
        """The line was carried out: keep it in the history and clear the bar."""
        self._history = [*[one for one in self._history if one != text], text][-HISTORY_MAX:]
        self._at = len(self._history)
        if self.value.strip() == text:
            self.value = ""

    def fill(self, text: str) -> None:
        """Put a text into the bar, with the cursor behind it."""
        self.value = text
        self.cursor_position = len(text)

    def action_older(self) -> None:
        """Show the line before in the history."""
        if self._at > 0:
            self._at -= 1
            self.fill(self._history[self._at])

    def action_newer(self) -> None:
        """Show the line after in the history, or an empty one at its end."""
        self._at = min(len(self._history), self._at + 1)
        self.fill(self._history[self._at] if self._at < len(self._history) else "")
