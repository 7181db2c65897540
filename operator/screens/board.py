"""The board: waiting contacts, partner safeguarding, live incidents, each a list that changes by itself."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from hueandcry.operator.messages import Moved
from hueandcry.operator.pressing import at_length
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.text import safe_text
from hueandcry.operator.widgets.columns import contact_columns, expedite_columns, incident_columns
from hueandcry.operator.widgets.livelist import LiveList
from hueandcry.store.item import Item

LISTS = {"contact": "#contacts", "expedite": "#expedites", "incident": "#incidents"}


class BoardScreen(RoomScreen):
    """The room's board."""

    CSS: ClassVar[str] = """
    #contacts { height: 1fr; min-height: 4; }
    #expedites { height: 3; }
    #incidents { height: 3fr; min-height: 5; }
    #detail { height: 1; text-wrap: nowrap; text-overflow: ellipsis; background: #101418; color: #ffb454; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._detail = ""

    def compose_body(self) -> ComposeResult:
        width = self.app.size.width
        with Vertical():
            yield LiveList("Contacts, waiting first", contact_columns(width), id="contacts")
            yield LiveList("Partner safeguarding", expedite_columns(width), id="expedites")
            yield LiveList("Incidents", incident_columns(width), id="incidents")
            yield Static("", id="detail", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self._active = "#incidents"
        self._list().activate(active=True)

    def on_resize(self) -> None:
        """Lay the lists out for the new width."""
        width = self.app.size.width
        for where, columns in zip(LISTS.values(), (contact_columns, expedite_columns, incident_columns), strict=True):
            self.query_one(where, LiveList).lay_out(columns(width))

    def _list(self) -> LiveList:
        return self.query_one(self._active, LiveList)

    def moved(self, moved: Moved) -> None:
        """Take what changed into the lists."""
        for kind, where in LISTS.items():
            one = self.query_one(where, LiveList)
            mine = {stream: item for stream, item in moved.items.items() if _belongs(stream, item, kind, one)}
            one.take(mine, moved.now_ns, whole=moved.whole)
        self._say_detail()

    def _say_detail(self) -> None:
        """Say in whole words what calls for somebody about the item under the cursor."""
        item = self._list().item
        said = at_length(item) if item is not None else ""
        text = f"{item.ref}: {said}" if item is not None and said else ""
        if text != self._detail:
            self._detail = text
            self.query_one("#detail", Static).update(Text(safe_text(text)), layout=False)

    @property
    def under_cursor(self) -> str:
        item = self._list().item
        return item.ref if item is not None else ""

    def action_move(self, rows: int) -> None:
        self._list().move(rows)
        self._say_detail()

    def action_next(self) -> None:
        order = list(LISTS.values())
        self._list().activate(active=False)
        self._active = order[(order.index(self._active) + 1) % len(order)]
        self._list().activate(active=True)
        self._say_detail()

    def action_open(self) -> None:
        item = self._list().item
        if item is not None:
            self.hue.open_item(item.stream)

    def action_sort(self) -> None:
        for where in LISTS.values():
            self.query_one(where, LiveList).in_order()
        self._say_detail()


def _belongs(stream: bytes, item: Item | None, kind: str, one: LiveList) -> bool:
    return item.kind == kind if item is not None else one.row_of(stream) is not None
