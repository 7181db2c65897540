"""What the caller says, written down freely beside the questions, until it is recorded or goes into an incident.

Theory of operation. It takes the keyboard only when somebody asks for it, and gives it back with Tab or Esc: it never traps. What
stands in it is a draft (operator/drafts.py), and nothing in it is a line of work. A paste is made harmless line by line.
"""

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from hueandcry.operator.text import harmless
from hueandcry.operator.theme import Styles
from hueandcry.operator.widgets.ownkeys import done_here
from hueandcry.operator.widgets.typed import drawn

LETTERS_MAX = 8_000


class Narrative(TextArea):
    """A text of several lines."""

    DEFAULT_CSS = """
    Narrative { border: none; padding: 0; height: 4; }
    Narrative:focus { border: none; }
    """

    class Said(Message):
        """The text is another."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(
            "", id="narrative", soft_wrap=True, tab_behavior="focus", show_line_numbers=False, highlight_cursor_line=False,
            compact=True, theme="css",
        )  # fmt: skip
        self.cursor_blink = False
        self.styles.background, self.styles.color = Styles.theme.line, Styles.theme.text
        self.styles.scrollbar_color = Styles.theme.band

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        message.stop()
        self.post_message(self.Said(self.text))

    async def _on_paste(self, event: events.Paste) -> None:
        room = LETTERS_MAX - len(self.text)
        lines = event.text[: max(0, room)].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        await super()._on_paste(events.Paste("\n".join(harmless(line, LETTERS_MAX) for line in lines)))
        event.prevent_default()
        event.stop()

    async def _on_key(self, event: events.Key) -> None:
        """Take no letter beyond what one record holds."""
        if event.is_printable and len(self.text) >= LETTERS_MAX:
            event.stop()
            event.prevent_default()
            self.app.bell()
            return
        if event.is_printable or not await done_here(self, event):
            await super()._on_key(event)

    def render_line(self, y: int) -> Strip:
        return drawn(super().render_line(y))

    def take_off(self, recorded: str) -> None:
        """Take off what was recorded; what was typed on meanwhile stays, and the cursor behind it."""
        if self.text.startswith(recorded):
            self.text = self.text[len(recorded) :].lstrip()
            self.move_cursor(self.document.end)

    @property
    def words(self) -> str:
        """What is said, on one line."""
        return " ".join(self.text.split())
