"""One item, open: its log, and for a contact the risk model beside it, to be gone through element by element.

Theory of operation. Keys that a line does not begin with answer the risk model while the command bar is empty: a digit
gives the numbered answer, `-` offers the reasons for not asking. Each becomes a line of the grammar like any other.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from hueandcry.domain.reference import Kind, kind_of, stream_text
from hueandcry.operator.drafts import Open
from hueandcry.operator.messages import Opened
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.source import Source
from hueandcry.operator.widgets.logview import LogView
from hueandcry.operator.widgets.riskpanel import RiskPanel


class ItemScreen(RoomScreen):
    """A contact, an incident or an expedite with its log; a contact with its risk model."""

    CSS: ClassVar[str] = """
    #log { width: 1fr; }
    #risk { margin-right: 1; }
    #risk { width: 1fr; min-width: 38; max-width: 56; }
    """
    NAME: ClassVar[str] = "item"
    KEYS: ClassVar[tuple[str, ...]] = ("help", "board", "back", "incident", "narrative", "alert", "palette", "leave")

    def __init__(self, stream: bytes, source: Source | None = None) -> None:
        super().__init__(source)
        self.stream = stream
        self._ref = ""
        self._taking = kind_of(stream) is Kind.CONTACT

    def compose_body(self) -> ComposeResult:
        with Horizontal():
            if self._taking:
                yield RiskPanel(id="risk")
            yield LogView(id="log")

    def on_mount(self) -> None:
        super().on_mount()
        self.source.look_at(self.stream)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.source.look_at(self.stream)

    def on_unmount(self) -> None:
        self.source.look_at(None)  # what is shown next is a view of its own

    def opened(self, opened: Opened) -> None:
        """Show the item as it stands now."""
        if opened.stream != self.stream:
            return
        self._ref = opened.ref
        self.query_one("#log", LogView).show(opened.heading, opened.log)
        if opened.warning:
            self.warn(opened.warning)
        if self._taking:
            self.query_one("#risk", RiskPanel).show(opened.elements, opened.reasons)

    @property
    def place(self) -> Open:
        return Open(self.NAME, self.stream)

    @property
    def under_cursor(self) -> str:
        return self._ref

    def take_key(self, character: str) -> bool:
        if not self._taking or not self.is_live or character not in "-123456789":
            return super().take_key(character)
        panel = self.query_one("#risk", RiskPanel)
        if character == "-":
            panel.pass_over()
            return True
        line = panel.line_for(int(character), stream_text(self.stream))
        if line is not None:
            self.source.carry(line)
        return True

    async def action_leave(self) -> None:
        """Clear the line; with none, put the reasons for not asking away; with neither, go back."""
        if self.bar.value or not (self._taking and self.query_one("#risk", RiskPanel).put_away()):
            await super().action_leave()

    def action_move(self, rows: int) -> None:
        if self._taking and abs(rows) == 1:
            self.query_one("#risk", RiskPanel).move(rows)
        else:
            self.query_one("#log", LogView).move(rows)
