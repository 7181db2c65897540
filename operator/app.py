"""The control room on the screen: routes what its sources tell to the screens that show it, and nothing else.

Theory of operation. The app owns no state of the work: the backroom's thread does, and tells what changed; a replay has a thread of
its own that tells in the same way. Messages reach the app through Textual's thread-safe queue; what moved is put together and shown
a few times a second at most. What is typed goes to a third thread that keeps drafts. A hang-up or a termination ends the room in
order, drafts kept. The mouse is off and nothing blinks or is animated: over a bad line every cell counts.
"""

import asyncio
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual.drivers import linux_driver
from textual.message import Message as TextualMessage
from textual.screen import Screen

from hueandcry.operator.attention import Call
from hueandcry.operator.bell import Bell, title_sequence, titled
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.gathering import Gathering
from hueandcry.operator.keyboard import keyboard_decoder
from hueandcry.operator.messages import (
    Alerted,
    Copied,
    Filled,
    Foreseen,
    Listed,
    Message,
    Moved,
    Offered,
    Opened,
    Stopped,
    Suggesting,
    Told,
    Turned,
)
from hueandcry.operator.messages import Left as SignedOff
from hueandcry.operator.narrow import narrowed
from hueandcry.operator.screens.board import BoardScreen
from hueandcry.operator.screens.help import HelpScreen
from hueandcry.operator.screens.item import ItemScreen
from hueandcry.operator.screens.livelists import LiveListsScreen
from hueandcry.operator.screens.palette import PaletteScreen
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.settings import Settings
from hueandcry.operator.source import Source
from hueandcry.operator.terminal import TerminalDriver
from hueandcry.operator.theme import Styles
from hueandcry.operator.unrecorded import Unrecorded

TYPING_S = 0.1  # behind a key in which another may come
SWITCH_S = 0.0005  # a key waits no longer than that for a thread that computes; 5 ms are the default
HUNG_UP = 129  # as a shell says it of a process that a hang-up ended


class FromSource(TextualMessage):
    """Something that a source told."""

    def __init__(self, told: Message, source: Source) -> None:
        super().__init__()
        self.told, self.source = told, source


class Flush(TextualMessage):
    """What was gathered is to be shown in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class ControlRoom(Unrecorded):
    """The app; `backroom` is its only way to the store."""

    CSS = """
    Screen { background: $ground; color: $ink; layers: base; }
    #status, #keys { background: $band; color: $band-ink; }
    #status { text-style: bold; }
    #message, #preview { background: $ground; color: $ink; }
    #detail { height: 1; text-wrap: nowrap; text-overflow: ellipsis; background: $ground; color: $loud; }
    """
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar = []

    def __init__(
        self,
        room: Room,
        session: str | None,
        title: str = "",
        settings: Settings | None = None,
        faults: Sequence[str] = (),
    ) -> None:
        self.settings = settings or Settings()
        Styles.choose(self.settings.theme)
        super().__init__(room, session, self.heard, title or "Hue and Cry")
        self.animation_level = "none"
        self.driver_class = TerminalDriver
        self._board = BoardScreen()
        self._gathering, self._telling = Gathering(self._flush_soon), threading.Lock()
        self.calls: tuple[Call, ...] = ()
        self.keymap = self.settings.keys
        self._bell = Bell()
        self._pressed = -TYPING_S  # when a key was pressed last
        self._held = False  # whether what moved waits for the paint of a key
        signed = room.signed(session)
        self.keeps(room.folder.path, signed.collar, signed.session)
        self.zone = room.board.zone
        self._faults = tuple(faults)
        self._why = ""
        self._settled = False

    def get_css_variables(self) -> dict[str, str]:
        return {**super().get_css_variables(), **Styles.css()}

    # What is told

    def heard(self, told: Message, source: Source) -> None:
        """Take what a source told, from its thread; what moved is gathered, the rest goes on at once in its order."""
        if isinstance(told, Told) and told.number and not told.fault:
            self.underway.carried(told.number)
        if not self.is_running:
            return
        # what one source takes out of what is gathered is posted before another tells what came after it
        with self._telling:
            if isinstance(told, Moved) and not told.whole:
                self._gathering.put(told, source)
                return
            self._post_gathered(self.post_message)
            self.post_message(FromSource(told, source))

    def _flush_soon(self, seconds: float) -> None:
        if seconds > 0 or self._is_typing:
            self.post_message(Flush(seconds))
        else:
            self._post_gathered(self.post_message)

    def on_flush(self, message: "Flush") -> None:
        if message.seconds > 0:
            self.set_timer(message.seconds, self._show_between_keys)
        else:
            self._show_between_keys()

    @property
    def _is_typing(self) -> bool:
        return time.monotonic() < self._pressed + TYPING_S

    def _show_between_keys(self) -> None:
        """Show what was gathered, while somebody types right behind the paint of a key: no other waits for it then."""
        if self._is_typing and not self._held:
            self._held = True
            self.set_timer(TYPING_S, self._show_held)
        elif not self._held:
            self._show_gathered()

    def _show_held(self) -> None:
        if self._held:
            self._held = False
            self._show_gathered()

    def _show_gathered(self) -> None:
        """Let what was gathered take its place behind all that was told before: a timer's turn comes before theirs."""
        loop = asyncio.get_running_loop()
        with self._telling:
            self._post_gathered(lambda message: loop.call_soon(self.post_message, message))

    def _post_gathered(self, post: Callable[[TextualMessage], object]) -> None:
        for moved, source in self._gathering.take():
            post(FromSource(moved, source))

    async def on_event(self, event: events.Event) -> None:
        """Do what the library does, know when a key was pressed, and hand on the one that a jump waits for."""
        if isinstance(event, events.Key):
            self._pressed = time.monotonic()
        front = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(front, HelpScreen) and front.gives_way(event):
            _ = self.pop_screen()
        if not (isinstance(front, LiveListsScreen) and front.jumps(event)):
            await super().on_event(event)

    def on_mount(self) -> None:
        self.set_keymap(self.keymap)
        _ = self.push_screen(self._board)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self._hung_up)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.backroom.start()
        left = self.drafts.take_over()
        self.drafts.start()
        if left is not None:
            self.call_later(self.take_up, left)
        if self._faults:
            self._board.warn("; ".join(self._faults))

    def _settle(self) -> None:
        """Set aside what stays for the shift, now that the board is painted, so that nothing looks through it while keys wait."""
        self.backroom.painted()
        gc.collect()
        gc.freeze()
        gc.enable()

    def on_from_source(self, message: FromSource) -> None:
        told, source = message.told, message.source
        front = self.front(source)
        match told:
            case Moved():
                self._moved(told, source)
            case Alerted():
                self._alerted(told)
            case SignedOff():
                self.leave()
            case Stopped() if source is self.backroom:
                self.leave(why=told.why, code=5)
            case Stopped():
                if front is not None:
                    front.warn(told.why)
            case Turned():
                self.call_later(self._turn_to, told, source)
            case Told() | Filled():
                self.answered(told, front)
            case _:
                if front is not None:
                    self._say(told, front)

    def _say(self, told: Message, front: RoomScreen) -> None:
        match told:
            case Foreseen():
                front.foreseen(told)
            case Opened() if isinstance(front, ItemScreen):
                front.opened(told)
            case Offered() if isinstance(self.screen, PaletteScreen):
                self.screen.offered(told)
            case Suggesting() if isinstance(front, ItemScreen):
                front.suggesting(told)
            case Listed():
                front.listed(told)
            case Copied():
                self.copy_to_clipboard(told.text)
                front.message.say("copied; the access log says so", Styles.plain)
            case _:
                pass  # of an item that is not in front any more

    def _moved(self, moved: Moved, source: Source) -> None:
        for screen in self._of(source):
            if isinstance(screen, LiveListsScreen):
                screen.moved(moved)
        if source is self.backroom and not self._settled:
            self._settled = True
            self.call_after_refresh(self._settle)
        status = f"{self._named}  {moved.status}" if source is self.backroom else moved.status
        if status != self._statuses.get(source):  # a line that says the same costs nothing over a bad line
            self._statuses[source] = status
            front = self.front(source)
            if front is not None:
                front.say_status(status)

    def _alerted(self, alerted: Alerted) -> None:
        self.calls = alerted.calls
        for screen in self._of(self.backroom):
            screen.alerted(alerted)
        self._bell.too_low = alerted.too_low
        heard = self._bell.heard(alerted.fresh)
        if heard and self._bell.rings(self.backroom.now()):
            self.bell()
        self._entitle(self._bell.title(alerted.title, heard=heard))

    def _entitle(self, title: str | None) -> None:
        """Give the window another title, as the driver rings the bell; not where the terminal has none."""
        if (
            title is not None
            and self._driver is not None
            and not self.is_headless
            and titled(os.environ.get("TERM", ""))
        ):
            self._driver.write(title_sequence(title))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text for this room, and where that is switched on for the clipboard of the machine that one sits at (OSC 52)."""
        if self.settings.copy:
            super().copy_to_clipboard(text)
        else:
            self._clipboard = text

    # Leaving

    def _hung_up(self) -> None:
        """The line is cut or the process is ended: keep what is typed, and go."""
        self.leave(code=HUNG_UP, place=True)

    def leave(self, *, why: str = "", code: int = 0, place: bool = False) -> None:
        """End the room; what was asked is finished first."""
        if self.backroom.is_alive() and threading.current_thread() is not self.backroom:
            self.backroom.end()
        self.keep_what_is_left()
        self.drafts.end(place=place)
        self._entitle(self._bell.title("", heard=False))
        self.exit(why or None, return_code=code)

    async def action_quit(self) -> None:
        """Leave the room; what was asked is finished first, and what was typed and not recorded is kept."""
        self.leave()

    @property
    def failed(self) -> str:
        """Why the screen ended by itself, empty where it did not."""
        return self._why

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, narrowed(renderable))
        if self._held:
            asyncio.get_running_loop().call_soon(self._show_held)

    def _fatal_error(self) -> None:
        """End with a sentence, what was typed kept: a traceback would show words of the work to whoever stands by."""
        self.drafts.end()
        self._entitle(self._bell.title("", heard=False))
        fault = self._exception
        if os.environ.get("HUE_TRACEBACK") or fault is None:
            super()._fatal_error()
            return
        self._why = f"the screen failed ({type(fault).__name__}): what was recorded and typed is kept; start hue again"
        self._close_messages_no_wait()


def run(
    room: Room, session: str | None, title: str = "", settings: Settings | None = None, faults: Sequence[str] = ()
) -> None:
    """Open the control room on the screen until the operator leaves."""
    from hueandcry.domain.fault import Unavailable

    sys.setswitchinterval(SWITCH_S)
    setattr(linux_driver, "getincrementaldecoder", keyboard_decoder)  # noqa: B010 — it is its own import
    app = ControlRoom(room, session, title, settings, faults)
    why = app.run(mouse=False) or app.failed
    if app.backroom.is_alive():
        app.backroom.end()
    if why:
        raise Unavailable(why)
    if app.return_code == HUNG_UP:
        sys.exit(HUNG_UP)
