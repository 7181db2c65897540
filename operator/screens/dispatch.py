"""Dispatch: what waits for a crew, who is deployed, and the crews with their status, for whoever sends them."""

from typing import ClassVar

from textual.app import ComposeResult

from hueandcry.operator.messages import Listed
from hueandcry.operator.screens.livelists import LiveListsScreen, Part
from hueandcry.operator.widgets.columns import incident_columns
from hueandcry.operator.widgets.logview import LogView
from hueandcry.store.item import Item

_WITH_CREWS = ("deployed",)
_NEEDS_NONE = ("closing",)  # there is a result: nobody is sent any more


def _waits(item: Item) -> bool:
    return item.kind == "incident" and item.queue not in (*_WITH_CREWS, *_NEEDS_NONE)


def _deployed(item: Item) -> bool:
    return item.kind == "incident" and item.queue in _WITH_CREWS


class DispatchScreen(LiveListsScreen):
    """Incidents without a crew, incidents with one, and the crews."""

    NAME: ClassVar[str] = "dispatch"
    PARTS: ClassVar[tuple[Part, ...]] = (
        Part("waiting", "No crew yet", incident_columns, _waits),
        Part("deployed", "Deployed", incident_columns, _deployed),
    )
    FIRST: ClassVar[str] = "waiting"
    CSS: ClassVar[str] = """
    #waiting { height: 4fr; min-height: 5; }
    #deployed { height: 2fr; min-height: 4; }
    #lists { height: 5fr; }
    #list { height: 2fr; min-height: 4; }
    """

    def compose_body(self) -> ComposeResult:
        yield from super().compose_body()
        yield LogView(id="list", follows=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.source.show_board()
        self.source.show_list("units")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.source.show_list("units")

    def on_unmount(self) -> None:
        self.source.unlist("units")

    def listed(self, listed: Listed) -> None:
        """Show the crews as they stand now."""
        if listed.name == "units":
            self.query_one("#list", LogView).show(("Crews",), listed.lines)
