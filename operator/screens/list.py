"""A list of the room beside its board, kept up to date while it is looked at: crews, what waits for a second look."""

from typing import ClassVar

from textual.app import ComposeResult

from hueandcry.operator.messages import Listed
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.widgets.logview import LogView


class ListScreen(RoomScreen):
    """One list by its name, under the command bar's keyboard like every screen."""

    CSS: ClassVar[str] = "#list { height: 1fr; }"
    KEYS: ClassVar[str] = "F1 help  F2 board  F3 units  F4 desk  Esc back  Up Down PageUp PageDown  F10 leave"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.list_name = name

    def compose_body(self) -> ComposeResult:
        yield LogView(id="list", follows=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.hue.backroom.show_list(self.list_name)

    def on_unmount(self) -> None:
        self.hue.backroom.show_list("")

    def listed(self, listed: Listed) -> None:
        """Show the list as it stands now."""
        if listed.name == self.list_name:
            self.query_one("#list", LogView).show((listed.name.capitalize(),), listed.lines)

    def action_move(self, rows: int) -> None:
        self.query_one("#list", LogView).move(rows)
