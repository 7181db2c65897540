"""What every screen of the room has: status above, message, preview and command bar below, and how lines are sent.

Theory of operation. The command bar keeps the keyboard. With text in it, Tab completes and Enter does the line; empty,
Up, Down, PageUp, PageDown, Tab and Enter move in the screen. `@` in a line stands for the item under the cursor. A line
that is refused stays in the bar, with the reason above it and the word it is about marked. Keys that change the screen are
done before the next key is looked at, and wait until the other screen has its bar: whoever types on loses no letter.
"""

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from hueandcry.operator.messages import Foreseen, Told
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import safe_text
from hueandcry.operator.verbs import help_asked, help_on, is_list
from hueandcry.operator.widgets.commandbar import CommandBar
from hueandcry.operator.widgets.logview import folded

if TYPE_CHECKING:
    from hueandcry.operator.app import ControlRoom

WHOLE_LINES_MAX = 8  # of what has to be seen to its last word
TOLD_LINES_MAX = 2  # of what a line came to; its log has it all
_PLAIN = Style()
_FAULT = Style.parse("bold #ffb454")
_WILL = Style.parse("#9fd3ff")


def _room_words(text: str) -> bool:
    """Tell whether a text asks the room to show something, and is no line of work."""
    return help_asked(text) is not None or is_list(text) or text.strip() == "board"


class RoomScreen(Screen[None]):
    """A screen with the command bar; screens of a job say what stands between."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("pageup", "move(-10)", priority=True, show=False),
        Binding("pagedown", "move(10)", priority=True, show=False),
        Binding("tab", "tab", priority=True, show=False),
        Binding("escape", "leave", priority=True, show=False),
        Binding("enter", "enter", priority=True, show=False),
        Binding("f1", "app.help", "help", priority=True),
        Binding("f2", "app.board", "board", priority=True),
        Binding("f3", "app.list('units')", "units", priority=True),
        Binding("f4", "app.desk", "desk", priority=True),
        Binding("f5", "sort", "sort", priority=True),
        Binding("f10", "app.quit", "leave", priority=True),
    ]
    KEYS: ClassVar[str] = "F1 help  F2 board  F3 units  F4 desk  F5 sort  Tab list  Enter open  F10 leave"

    def __init__(self) -> None:
        super().__init__()
        self._turn = 0
        self._completions: tuple[str, ...] = ()
        self._sent: dict[str, str] = {}

    @property
    def hue(self) -> "ControlRoom":
        """The app, by its own type."""
        from hueandcry.operator.app import ControlRoom

        assert isinstance(self.app, ControlRoom)
        return self.app

    @property
    def under_cursor(self) -> str:
        """How the item under the cursor is named, empty where there is none."""
        return ""

    def compose(self) -> ComposeResult:
        yield Static("", id="status", markup=False)
        yield from self.compose_body()
        yield Static("", id="message", markup=False)
        yield Static("", id="preview", markup=False)
        yield CommandBar(self.take_key)
        yield Static(self.KEYS, id="keys", markup=False)

    def compose_body(self) -> ComposeResult:
        """Yield what stands between status and command bar."""
        yield from ()

    def on_mount(self) -> None:
        self.set_focus(self.bar)  # at once: the next key is meant for it
        self.say_status(self.hue.status)

    def on_screen_resume(self) -> None:
        self.say_status(self.hue.status)  # it was said to the screen that lay over this one
        self._put("#message", "")  # what was said before is not about what is done now

    @property
    def bar(self) -> CommandBar:
        """The command bar."""
        return self.query_one(CommandBar)

    # Lines

    def on_command_bar_typed(self, message: CommandBar.Typed) -> None:
        self._turn += 1
        self._completions = ()
        if _room_words(message.text):
            self._put("#preview", "Enter: show it", _WILL)
        elif message.text.strip():
            self.hue.backroom.foresee(self._meant(message.text), self._turn)
        else:
            self._clear_preview()

    async def action_enter(self) -> None:
        """Do the line, show what it asks for, or with none open what is under the cursor."""
        await self.bar.settled()
        text = self.bar.value.strip()
        if _room_words(text):
            await self._show(text)
        elif text:
            meant = self._meant(text)
            self._sent[meant] = text
            self.hue.backroom.carry(meant)
        else:
            await self.action_open()

    async def _show(self, text: str) -> None:
        """Show what is asked for by a word that is no line of work: help, a list, the board."""
        asked = help_asked(text)
        try:
            if asked is not None:
                help_on(asked)
        except Misread as fault:
            self._put("#message", fault.why, _FAULT)
            return
        self.bar.done(text)
        if asked is not None:
            await self.hue.action_help(asked)
        elif text == "board":
            self.hue.action_board()
        else:
            await self.hue.action_list(text)

    def _meant(self, text: str) -> str:
        """Return a line with `@` as the name of the item under the cursor, number and day together."""
        name = self.under_cursor
        return " ".join(name if word == "@" and name else word for word in text.split(" "))

    def told(self, told: Told) -> None:
        """Show what a line came to."""
        sent = self._sent.pop(told.text, None)
        if told.fault:
            self._put_whole("#message", f"{told.fault}{'   (Esc clears the line)' if told.text else ''}", _FAULT)
            self._clear_preview()  # it said the same before
            self._put_marked(told.text, told.start, told.end)
            return
        if sent is not None:
            self.bar.done(sent)
        self._put_whole("#message", " | ".join(told.lines) or "nothing to record", _PLAIN, TOLD_LINES_MAX)
        self._clear_preview()

    def foreseen(self, seen: Foreseen) -> None:
        """Show what Enter would do, if that is still the text."""
        if seen.turn != self._turn:
            return
        self._completions = seen.completions
        if seen.refused:
            self._put_whole("#preview", f"Not yet: {seen.refused}   ({seen.words})", _FAULT)
        elif seen.whole:
            self._put_whole("#preview", f"Enter: {seen.words}", _WILL)
        elif seen.words:
            self._put("#preview", f"Enter: {seen.words}", _WILL)
        else:
            offered = "  ".join(one.split()[-1] for one in seen.completions if one.split())
            self._put("#preview", f"{seen.fault}{f'   [{offered}]' if offered else ''}")

    def _clear_preview(self) -> None:
        self._put("#preview", "")

    def _put(self, where: str, text: str, style: Style | None = None) -> None:
        """Show a text on one line, its end cut where there is no room for it."""
        one_line = Text(safe_text(text, limit=400), style=style or "", no_wrap=True, overflow="ellipsis")
        self._set(where, one_line, 1)

    def _put_whole(self, where: str, text: str, style: Style, lines_max: int = WHOLE_LINES_MAX) -> None:
        """Show a text of which every word has to be seen, on as many lines as it takes."""
        width = max(20, self.size.width)
        said = safe_text(text, lines_max * (width - 10))
        wrapped = folded(said, width)[:lines_max]
        self._set(where, Text("\n".join(wrapped), style=style), len(wrapped))

    def _set(self, where: str, text: Text, lines: int) -> None:
        shown = self.query_one(where, Static)
        shown.styles.height = lines
        shown.update(text, layout=False)

    def _put_marked(self, text: str, start: int, end: int) -> None:
        if end <= start:
            return
        marked = Text(safe_text(text[:start]), no_wrap=True, overflow="ellipsis")
        marked.append(safe_text(text[start:end]), style=Style(reverse=True, bold=True))
        marked.append(safe_text(text[end:]))
        self._set("#preview", marked, 1)

    def say_status(self, status: str) -> None:
        """Show the line above."""
        self._put("#status", status)

    def warn(self, text: str) -> None:
        """Show what the operator has to know before reading on."""
        self._put_whole("#message", text, _FAULT)

    # Keys

    def take_key(self, character: str) -> bool:  # noqa: ARG002 — a screen of a job says which keys it takes
        """Take a key while the line is empty, and tell whether it was taken."""
        return False

    def action_move(self, rows: int) -> None:
        """Move in the screen."""

    async def action_tab(self) -> None:
        """Complete the line where there is one, else turn to the next list."""
        await self.bar.settled()
        if self.bar.value and self._completions:
            self.bar.fill(self._completions[0])
        elif not self.bar.value:
            self.action_next()

    def action_next(self) -> None:
        """Turn to the next list of the screen."""

    async def action_open(self) -> None:
        """Open what is under the cursor."""

    def action_sort(self) -> None:
        """Put the lists in order."""

    async def action_leave(self) -> None:
        """Clear the line; with none, go back."""
        await self.bar.settled()
        if self.bar.value:
            self.bar.value = ""
        elif len(self.app.screen_stack) > 2:
            _ = self.app.pop_screen()  # not awaited: it would wait for this very handler
