"""What every screen of the room has: status and alerts above, message, preview and command bar below, and how lines are sent.

Theory of operation. The command bar keeps the keyboard. With text in it, Tab completes and Enter does the line; empty,
Up, Down, PageUp, PageDown, Tab and Enter move in the screen. `@` in a place of a line, not in what is said, stands for the
item under the cursor, and on its page `.` does, too. A line that is sent leaves the bar, so that whoever types on types another
one; refused, it comes back, with the reason above it and the word it is about marked.
Keys that change the screen are done before the next key is looked at, and wait until the other screen has its bar: whoever
types on loses no letter.

A screen shows what its `source` tells: the live room, or a replay of it, which takes no line of work.
"""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from hueandcry.domain.reference import kind_of, stream_text
from hueandcry.operator.actions import ACTIONS, keys_of
from hueandcry.operator.drafts import HALF, LINE, Open
from hueandcry.operator.messages import Alerted, Filled, Foreseen, Listed, Told
from hueandcry.operator.narrow import NarrowCompositor
from hueandcry.operator.playback import KEYS, Playback
from hueandcry.operator.reference import Misread
from hueandcry.operator.source import Source
from hueandcry.operator.text import safe_text
from hueandcry.operator.theme import Styles
from hueandcry.operator.underway import Sent
from hueandcry.operator.verbs import READER, asks, help_asked, help_on
from hueandcry.operator.widgets.commandbar import CommandBar
from hueandcry.operator.widgets.saying import Saying
from hueandcry.operator.widgets.strip import TALL, AlertStrip
from hueandcry.operator.words import named

if TYPE_CHECKING:
    from hueandcry.operator.app import ControlRoom

NO_CONTACT = "no contact is open: F7 answers whoever is next, Enter opens the one under the cursor"
NO_LIST = "there is no list here"
TOLD_LINES_MAX = 2  # of what a line came to; its log has it all


class RoomScreen(Screen[None]):
    """A screen with the command bar; screens of a job say what stands between."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(one.keys, one.runs, one.does, id=one.id, priority=True, show=False) for one in ACTIONS
    ]
    NAME: ClassVar[str] = ""  # by which it is opened again
    ITEM: ClassVar[bool] = False  # whether it is the page of one item
    KEYS: ClassVar[tuple[str, ...]] = ("help", "board", "dispatch", "desk", "sort", "alert", "palette", "leave")

    def __init__(self, source: Source | None = None) -> None:
        super().__init__()
        self._compositor = NarrowCompositor()
        self._source = source
        self._turn = 0
        self._completions: tuple[str, ...] = ()
        self._came_back = ""
        self._just_sent = False

    @property
    def hue(self) -> "ControlRoom":
        """The app, by its own type."""
        from hueandcry.operator.app import ControlRoom

        assert isinstance(self.app, ControlRoom)
        return self.app

    @property
    def source(self) -> Source:
        """Where what is shown comes from."""
        return self._source or self.hue.backroom

    @property
    def under_cursor(self) -> str:
        """How the item under the cursor is named, empty where there is none."""
        return ""

    @property
    def line(self) -> str:
        """Under which name the draft of this screen's line is kept."""
        where = self.place if self.is_live else Open("replay")
        return f"{LINE} {where.screen} {where.stream.hex()}".rstrip()

    @property
    def in_front(self) -> bytes | None:
        """The item that a verb from the palette would be about."""
        return None

    @property
    def place(self) -> Open:
        """What is open here, to be opened again after a crash."""
        return Open(self.NAME)

    def compose(self) -> ComposeResult:
        yield Saying(id="status")
        yield AlertStrip()
        yield from self.compose_body()
        yield Saying(id="message")
        yield Saying(id="preview")
        yield CommandBar(self.take_key)
        yield Saying(id="keys")

    def compose_body(self) -> ComposeResult:
        """Yield what stands between status and command bar."""
        yield from ()

    def on_mount(self) -> None:
        self.set_focus(self.bar)  # at once: the next key is meant for it
        self.bar.remembers(self.hue.history)
        self._show_frame()
        if self.is_live:
            said = self.hue.offer(self)  # what was typed here before the screen was closed
            if said:
                self.call_later(self.warn, said)

    def on_screen_resume(self) -> None:
        self._show_frame()  # it was said to the screen that lay over this one
        self.message.say("")  # what was said before is not about what is done now
        self.bar.remembers(self.hue.history)
        self.hue.keep_place()

    def on_resize(self) -> None:
        """Give the alerts a second line where the screen is tall, and say the keys anew."""
        self.strip.styles.height = 2 if self.app.size.height >= TALL else 1
        self.say_keys()

    def _show_frame(self) -> None:
        self.say_status(self.hue.status_of(self.source))
        if not self.is_live:
            self.strip.quiet = "what called then stands in the rows; alerts of now are in the live room"
        self.strip.show(self.hue.calls if self.is_live else ())
        self.say_keys()

    @property
    def is_live(self) -> bool:
        """Whether this is the room as it is now, and no replay."""
        return self._source is None

    @property
    def bar(self) -> CommandBar:
        """The command bar."""
        return self.query_one(CommandBar)

    @property
    def strip(self) -> AlertStrip:
        """The strip of alerts."""
        return self.query_one(AlertStrip)

    @property
    def message(self) -> Saying:
        """Where it is said what a line came to."""
        return self.query_one("#message", Saying)

    @property
    def preview(self) -> Saying:
        """Where it is said what Enter will do."""
        return self.query_one("#preview", Saying)

    # Lines

    def on_command_bar_typed(self, message: CommandBar.Typed) -> None:
        self._turn += 1
        self._completions = ()
        self.strip.heard()
        came_back, self._came_back = self._came_back, ""
        self.hue.keep_text(message.half, f"{self.line} {HALF}")
        if not message.found:
            self.hue.keep_text(message.text, self.line)
        if message.found:
            self.preview.say(message.found, Styles.ask)
        elif came_back and came_back == message.text:
            pass  # why it was refused stands there
        elif asks(message.text):
            self.preview.say("Enter: show it", Styles.ask)
        elif message.text.strip():
            here, item = self._meant(message.text)
            # the letter is painted first
            self.call_after_refresh(self.source.foresee, named(message.text, here, item), self._turn)
        else:
            self.preview.say("")

    async def action_enter(self) -> None:
        """Do the line, show what it asks for, or with none open what is under the cursor."""
        await self.bar.settled()
        if self.bar.take_found():
            return
        text = self.bar.value.strip()
        if asks(text):
            await self._show(text)
        elif text:
            here, item = self._meant(text)
            number = self.hue.send(self, text, here=here, item=item)
            self.bar.value, self._just_sent = "", True
            self.source.carry(named(text, here, item), number)
        elif not (self._just_sent and self.hue.underway.has(self.line)):  # a second Enter behind a line opens nothing
            await self.action_open()

    async def _show(self, text: str) -> None:
        """Show what is asked for by a word that is no line of work: help, a list, a screen."""
        asked = help_asked(text)
        try:
            if asked is not None:
                help_on(asked)
        except Misread as fault:
            self.message.say(fault.why, Styles.alarm)
            return
        self.bar.value = ""
        self.bar.done(text)
        if asked is not None:
            await self.hue.action_help(asked)
        else:
            await self.hue.show(text)

    def _meant(self, text: str) -> tuple[tuple[int, ...], str]:
        """Return where in a line the item in front is meant, and which that is: a name may be another's tomorrow."""
        if self.in_front is None:
            return (), ""
        return READER.here(text, kind_of(self.in_front) if self.ITEM else None), stream_text(self.in_front)

    def told(self, told: Told, hint: str = "") -> None:
        """Show what a line came to."""
        if told.fault:
            self.message.say_whole(f"{told.fault}{f'   ({hint})' if hint else ''}", Styles.alarm)
        else:
            self.message.say_whole(" | ".join(told.lines) or "nothing to record", Styles.plain, TOLD_LINES_MAX)

    def came_back(self, told: Told, sent: Sent) -> bool:
        """Take a line back that was refused, with the word that is wrong marked; tells whether the bar had room for it."""
        if self.bar.value or self.bar.searching:
            return False
        self._came_back = sent.text
        self.bar.fill(sent.text)
        self.hue.keep_text(sent.text, self.line)
        self.preview.say_marked(sent.text, sent.typed(told.start), sent.typed(told.end))
        return True

    def carried(self, sent: Sent) -> None:
        """Know that something was carried out that was sent from here."""
        if sent.text:
            self.bar.done(sent.text)
        if not self.bar.value:
            self.preview.say("")

    def foreseen(self, seen: Foreseen) -> None:
        """Show what Enter would do, if that is still the text."""
        if seen.turn != self._turn:
            return
        self._completions = seen.completions
        if seen.refused:
            self.preview.say_whole(f"Not yet: {seen.refused}   ({seen.words})", Styles.alarm)
        elif seen.whole:
            self.preview.say_whole(f"Enter: {seen.words}", Styles.ask)
        elif seen.words:
            self.preview.say(f"Enter: {seen.words}", Styles.ask)
        else:
            offered = "  ".join(one.split()[-1] for one in seen.completions if one.split())
            self.preview.say(f"{seen.fault}{f'   [{offered}]' if offered else ''}")

    def filled(self, filled: Filled) -> None:
        """Put a line into the bar that is to be finished by whoever asked for it; what is typed there stays."""
        if filled.text and not self.bar.value:
            self.bar.fill(filled.text)
        if filled.why:
            self.message.say_whole(filled.why, Styles.ask if filled.text else Styles.alarm)

    def listed(self, listed: Listed) -> None:
        """Show a list, where this screen has one."""

    def alerted(self, alerted: Alerted) -> None:
        """Show what calls for somebody."""
        self.strip.show(alerted.calls, frozenset(word for word, _ in alerted.fresh))

    def say_status(self, status: str) -> None:
        """Show the line above."""
        self.query_one("#status", Saying).say(status, Styles.band)

    def say_keys(self) -> None:
        """Show the line of keys below, as they are set now."""
        named = [f"{keys_of(one, self.hue.keymap).partition(' or ')[0]} {one}" for one in self.KEYS]
        moved = [] if self.is_live else ["Space play", "> step", "< back", "] decision", "+ - speed"]
        self.query_one("#keys", Saying).say(f"? keys  {'  '.join((*moved, *named))}", Styles.band)

    def warn(self, text: str) -> None:
        """Show what the operator has to know before reading on."""
        self.message.say_whole(text, Styles.alarm)

    # Keys

    def why_not(self, action: str) -> str:
        """Return why an action can do nothing here and now, empty where it can."""
        reasons = dict.fromkeys(("incident", "narrative", "record"), NO_CONTACT)
        reasons |= dict.fromkeys(("sort", "jump"), NO_LIST)
        reasons["complete"] = "" if self.bar.value else "there is one list here, or none"
        if not self.hue.settings.copy:
            reasons["copy"] = "copying is switched off (copy = true in the settings)"
        elif self.in_front is None:
            reasons["copy"] = "no item is in front"
        if not self.is_live:
            reasons |= dict.fromkeys(("next-call", "undo", "alert", "copy"), "this is a replay")
        elif not self.hue.calls:
            reasons["alert"] = "nothing calls"
        return reasons.get(action, "")

    def take_key(self, character: str) -> bool:
        """Take a key while the line is empty, and tell whether it was taken."""
        if character == "?":
            self.hue.show_keys()
            return True
        if isinstance(self.source, Playback) and character in KEYS:
            self.source.key(character)
            return True
        return False

    def only(self, words: str) -> None:
        """List only what says some words, or with none everything again."""
        self.message.say(f"there is no list of items here that could be of '{safe_text(words)}' only", Styles.alarm)

    def action_move(self, rows: int) -> None:
        """Move in the screen."""

    async def action_tab(self) -> None:
        """Complete the line where there is one, else turn to the next list."""
        self._just_sent = False
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

    def action_jump(self) -> None:
        """Show a letter beside each row."""
        self.message.say(NO_LIST, Styles.alarm)

    async def action_incident(self) -> None:
        """Open an incident from the contact in front."""
        self.message.say(NO_CONTACT, Styles.alarm)

    async def action_narrative(self) -> None:
        """Write what the caller says, or go back to the line."""
        self.message.say(NO_CONTACT, Styles.alarm)

    async def action_record(self) -> None:
        """Record what the caller says."""
        self.message.say(NO_CONTACT, Styles.alarm)

    def action_copy(self) -> None:
        """Copy what is shown of the item in front."""
        if why := self.why_not("copy"):
            self.message.say(why, Styles.alarm)
        elif self.in_front is not None:
            self.hue.backroom.copy(self.in_front)

    async def action_next_call(self) -> None:
        """Answer whoever is next; what stands in the line and what is open stay."""
        if self.is_live:
            self.hue.backroom.answer_next()

    async def action_undo(self) -> None:
        """Ask for the line that takes the last act back."""
        await self.bar.settled()
        if self.is_live:
            self.hue.backroom.undo()

    async def action_search(self) -> None:
        """Search the lines typed before; again for an older one."""
        await self.bar.settled()
        self.bar.search()

    def action_older(self) -> None:
        """Show the line before."""
        self.bar.older()

    def action_newer(self) -> None:
        """Show the line after."""
        self.bar.newer()

    async def action_leave(self) -> None:
        """Clear the line; with none, go back."""
        await self.bar.settled()
        if self.bar.value or self.bar.searching:
            if not self.bar.searching:
                self.hue.dismiss(self.bar.value)
            self.message.say("")  # it was about the line
            self.bar.clear_line()
        elif len(self.app.screen_stack) > 2:
            _ = self.app.pop_screen()  # not awaited: it would wait for this very handler
            self.hue.end_replays()
