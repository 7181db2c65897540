"""A list of the room beside its board, kept up to date while it is looked at: crews, what waits for a second look."""

from typing import ClassVar

from textual.app import ComposeResult

from hueandcry.operator.drafts import Open
from hueandcry.operator.messages import Listed
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.source import Source
from hueandcry.operator.widgets.logview import LogView


class ListScreen(RoomScreen):
    """One list by its name, under the command bar's keyboard like every screen."""

    CSS: ClassVar[str] = "#list { height: 1fr; }"
    NAME: ClassVar[str] = "list"
    KEYS: ClassVar[tuple[str, ...]] = ("help", "board", "dispatch", "desk", "back", "alert", "palette", "leave")

    def __init__(self, name: str, source: Source | None = None) -> None:
        super().__init__(source)
        self.list_name = name

    @property
    def place(self) -> Open:
        return Open(self.list_name)

    def compose_body(self) -> ComposeResult:
        yield LogView(id="list", follows=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.source.show_list(self.list_name)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if not self.list_name.startswith("who "):  # a search is one search, recorded once
            self.source.show_list(self.list_name)

    def on_unmount(self) -> None:
        self.source.unlist(self.list_name)

    def listed(self, listed: Listed) -> None:
        """Show the list as it stands now."""
        if listed.name == self.list_name:
            self.query_one("#list", LogView).show((listed.name.capitalize(),), listed.lines)

    def action_move(self, rows: int) -> None:
        self.query_one("#list", LogView).move(rows)
