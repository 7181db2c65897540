"""One item, open: its log, and for a contact the risk model beside it, to be gone through element by element.

Theory of operation. Keys that a line does not begin with answer the risk model while the command bar is empty: a digit
gives the numbered answer, `-` offers the reasons for not asking. Each becomes a line of the grammar like any other. Below the log
stands what the caller says, as it is written down; the words suggest what an incident would be about, and a person decides.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from hueandcry.domain.reference import Kind, kind_of, stream_text
from hueandcry.operator.actions import keys_of
from hueandcry.operator.drafts import Open
from hueandcry.operator.messages import Opened, Suggesting
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.source import Source
from hueandcry.operator.theme import Styles
from hueandcry.operator.underway import Sent
from hueandcry.operator.widgets.commandbar import HINT
from hueandcry.operator.widgets.logview import LogView
from hueandcry.operator.widgets.narrative import Narrative
from hueandcry.operator.widgets.riskpanel import RiskPanel
from hueandcry.operator.widgets.saying import Saying
from hueandcry.operator.widgets.strip import TALL
from hueandcry.operator.words import HERE

_WRITES = ("enter", "move", "older", "newer")


class ItemScreen(RoomScreen):
    """A contact, an incident or an expedite with its log; a contact with its risk model."""

    CSS: ClassVar[str] = """
    #told { width: 1fr; }
    #log { height: 1fr; }
    #risk { margin-right: 1; }
    #risk { width: 1fr; min-width: 38; max-width: 56; }
    """
    NAME: ClassVar[str] = "item"
    ITEM: ClassVar[bool] = True
    KEYS: ClassVar[tuple[str, ...]] = ("help", "board", "back", "incident", "narrative", "alert", "palette", "leave")

    def __init__(self, stream: bytes, source: Source | None = None) -> None:
        super().__init__(source)
        self.stream = stream
        self._ref = ""
        self._taking = kind_of(stream) is Kind.CONTACT
        self._narrates = self._taking and source is None
        self._category = ""
        self._noted = ""  # what was noted here of what the caller said, until an incident is opened of it
        self._opening = 0  # by which number it is answered that an incident is opened

    def compose_body(self) -> ComposeResult:
        with Horizontal():
            if self._taking:
                yield RiskPanel(id="risk")
            with Vertical(id="told"):
                yield LogView(id="log")
                if self._narrates:
                    yield Saying(id="suggested")
                    yield Narrative()

    def on_mount(self) -> None:
        super().on_mount()
        self.source.look_at(self.stream)
        if self._narrates:
            self._say_suggested()
            self.narrative.text = self.hue.text_kept(self.stream.hex())
            self.narrative.move_cursor(self.narrative.document.end)

    def on_resize(self) -> None:
        super().on_resize()
        if self._narrates:
            self.narrative.styles.height = 4 if self.app.size.height < TALL else 8

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.source.look_at(self.stream)

    def on_unmount(self) -> None:
        self.source.look_away(self.stream)  # what is shown next is a view of its own

    def opened(self, opened: Opened) -> None:
        """Show the item as it stands now."""
        if opened.stream != self.stream:
            return
        self._ref = opened.ref
        self.query_one("#log", LogView).show(opened.heading, opened.log)
        if opened.warning:
            self.warn(opened.warning)
        if self._taking:
            self.query_one("#risk", RiskPanel).show(opened.elements, opened.reasons, opened.suggested)

    # What the caller says

    @property
    def narrative(self) -> Narrative:
        """What the caller says."""
        return self.query_one(Narrative)

    @property
    def is_writing(self) -> bool:
        """Whether the next key goes into what the caller says."""
        return self.focused is self.narrative

    def on_narrative_said(self, message: Narrative.Said) -> None:
        self.hue.keep_text(message.text, self.stream.hex())
        self.hue.backroom.suggest(self.stream, message.text or self._noted)

    def suggesting(self, suggesting: Suggesting) -> None:
        """Show what the words suggest; nobody's choice is touched by that."""
        if suggesting.stream == self.stream and self._narrates:
            self._category = suggesting.category
            self._say_suggested(suggesting.words)

    def _say_suggested(self, words: tuple[str, ...] = ()) -> None:
        write, record, opens = (keys_of(one, self.hue.keymap) for one in ("narrative", "record", "incident"))
        about = f"{opens}: {self._category} ({', '.join(words)})" if self._category else ""
        self.query_one("#suggested", Saying).say(
            about or f"What they say  {write} write  {record} note", Styles.heading
        )

    async def action_narrative(self) -> None:
        if not self._narrates:
            await super().action_narrative()
        elif self.is_writing:
            self.set_focus(self.bar)
        else:
            self.set_focus(self.narrative)

    async def action_record(self) -> None:
        """Record what the caller says in the log of the contact."""
        await self.bar.settled()
        words = self.narrative.words if self._narrates else ""
        if not words:
            self.message.say("nothing is written down here that the caller says", Styles.alarm)
        elif not self.hue.underway.has(self.stream.hex()):
            self.source.carry(f"note {stream_text(self.stream)} {words}", self._records())

    def _records(self) -> int:
        """Return the number by which it is answered whether what the caller says was recorded."""
        return self.hue.send(self, "", where=self.stream.hex(), said=self.narrative.text)

    async def action_incident(self) -> None:
        """Open an incident from this contact: of the type that the words suggest, or one that is still to be typed."""
        await self.bar.settled()
        if not self._narrates:
            await super().action_incident()
        elif self.bar.value:
            self.message.say("the line has a text already: do or clear it first", Styles.alarm)
        elif self.hue.underway.has(self.stream.hex()):
            self.message.say("what they say is on its way into the log: press it again in a moment", Styles.alarm)
        else:
            self.set_focus(self.bar)
            self._opening = self._records()
            self.hue.backroom.open_incident(self.stream, self.narrative.words or self._noted, self._opening)

    def carried(self, sent: Sent) -> None:
        super().carried(sent)
        if sent.number == self._opening:
            self._noted = ""  # pressed again, it opens no second one of the same words
        elif sent.said:
            self._noted = f"{self._noted} {sent.said}".strip()
        if sent.said:
            self.narrative.take_off(sent.said)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys that write a text to the narrative while it is written in."""
        writing = self._narrates and self.is_mounted and self.is_writing
        return not (writing and action in _WRITES) and super().check_action(action, parameters)

    def why_not(self, action: str) -> str:
        return "" if self._narrates and action in ("incident", "narrative", "record") else super().why_not(action)

    @property
    def in_front(self) -> bytes | None:
        return self.stream

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
        if panel.is_answered:  # what was said is not said otherwise by one digit
            self._changes(panel.line_for(int(character), HERE))
            return True
        line = panel.line_for(int(character), stream_text(self.stream))
        if line is not None:
            self.source.carry(line)
        return True

    def _changes(self, line: str | None) -> None:
        if line is not None:
            self.bar.fill(line)
            self.message.say("answered already: Enter changes the answer, Esc leaves it", Styles.ask)

    def on_descendant_focus(self) -> None:
        self._say_where_one_types()

    def on_descendant_blur(self) -> None:
        self._say_where_one_types()

    def _say_where_one_types(self) -> None:
        if self._narrates and self.is_mounted:
            back = keys_of("narrative", self.hue.keymap).partition(" or ")[0]
            writes = self.is_writing
            self.bar.placeholder = f"you write above what they say; {back} comes back to this line" if writes else HINT

    async def action_tab(self) -> None:
        """Complete the line; from the narrative go back to it."""
        if self._narrates and self.is_writing:
            self.set_focus(self.bar)
        else:
            await super().action_tab()

    async def action_leave(self) -> None:
        """Go back from the narrative to the line, clear the line, put the reasons for not asking away, or else go back."""
        if self._narrates and self.is_writing:
            self.set_focus(self.bar)
        elif self.bar.value or not (self._taking and self.query_one("#risk", RiskPanel).put_away()):
            await super().action_leave()

    def action_move(self, rows: int) -> None:
        if self._taking and abs(rows) == 1:
            self.query_one("#risk", RiskPanel).move(rows)
        else:
            self.query_one("#log", LogView).move(rows)
