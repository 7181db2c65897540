"""Help: the keys of the room and every verb, from the same table that reads the lines."""

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from hueandcry.operator.actions import card
from hueandcry.operator.verbs import LISTS, help_on
from hueandcry.operator.widgets.logview import LogView

INTRODUCTION = (
    "The command bar always has the keyboard. What Enter will do stands above it before you press it.",
    "With an empty line, ? shows the keys of this moment and why one can do nothing now.",
    "",
)
REFERENCES = (
    "",
    f"help send, {', '.join(LISTS)}: what a verb does, and the lists of the room",
    "",
    "In an open contact, with an empty line: a digit answers the marked element, - offers the reasons for not asking.",
    "In a line: @ is the item under the cursor, . the item in hand, 57 an incident by its number or an unambiguous end",
    "of it, c4f7q a contact, e4f7q an expedite, r4f7q a referral by their tails, 412 of 23/11 an incident of another day.",
    "",
)


CLOSES = ("escape", "f1", "q", "question_mark")


def help_lines(verb: str, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """Return the help on everything, or on one verb; raises Misread for no verb's name."""
    lines = help_on(verb)
    return tuple(lines if verb else (*INTRODUCTION, *card(keymap), *REFERENCES, *lines))


class HelpScreen(Screen[None]):
    """Keys and verbs, what one verb does, or the keys of the moment it was asked.

    Its keys are done before the next one is looked at, which is for the screen below already.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(CLOSES), "app.pop_screen", "back", priority=True),
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("pageup", "move(-10)", priority=True, show=False),
        Binding("pagedown", "move(10)", priority=True, show=False),
        Binding("f10", "app.quit", "leave", priority=True),
    ]

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        yield LogView(id="help", follows=False)
        yield Static("Esc back, or type on   Up Down PageUp PageDown   F10 leave", id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#help", LogView).show(("Help",), self._lines)

    def gives_way(self, event: events.Event) -> bool:
        """Tell whether a key is for the line, whose letters end the help: whoever types on wants to work."""
        if isinstance(event, events.Paste):
            return True
        return isinstance(event, events.Key) and event.is_printable and event.key not in CLOSES

    def action_move(self, rows: int) -> None:
        """Scroll."""
        self.query_one("#help", LogView).move(rows)
