"""Help: the keys of the room and every verb, from the same table that reads the lines."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from hueandcry.operator.verbs import help_on
from hueandcry.operator.widgets.logview import LogView

KEYS = (
    "The command bar always has the keyboard. What Enter will do stands above it before you press it.",
    "",
    "F1     this help                      F2     the board",
    "F5     put the lists in order         F10    leave",
    "Tab    complete the line; with an empty line, the next list",
    "Up Down PageUp PageDown               move in the list, the risk model or the log",
    "Enter  do the line; with an empty line, open the item under the cursor",
    "Esc    clear the line; with an empty line, go back",
    "F3     the crews                      F4     the vulnerability desk",
    "Ctrl+P Ctrl+N                         older and newer lines",
    "help send, units, proposals, desk, partners, board    what a verb does, and the lists of the room",
    "",
    "In an open contact, with an empty line: a digit answers the marked element, - offers the reasons for not asking.",
    "In a line: @ is the item under the cursor, . the item in hand, 57 an incident by its number or an unambiguous end",
    "of it, c4f7q a contact, e4f7q an expedite, r4f7q a referral by their tails, 412 of 23/11 an incident of another day.",
    "",
)


class HelpScreen(Screen[None]):
    """Keys and verbs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "app.pop_screen", "back"),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("f10", "app.quit", "leave"),
    ]

    def __init__(self, verb: str = "") -> None:
        super().__init__()
        self._verb = verb

    def compose(self) -> ComposeResult:
        yield LogView(id="help", follows=False)
        yield Static("Esc back   Up Down PageUp PageDown   F10 leave", id="keys", markup=False)

    def on_mount(self) -> None:
        lines = help_on(self._verb)
        self.query_one("#help", LogView).show(("Help",), tuple(lines if self._verb else (*KEYS, *lines)))

    def action_move(self, rows: int) -> None:
        """Scroll."""
        self.query_one("#help", LogView).move(rows)
