"""The control room on the screen: routes what the backroom tells to the screen in front, and nothing else.

Theory of operation. The app owns no state of the work: the backroom's thread does, and tells what changed. Messages reach
the app through Textual's thread-safe queue. The mouse is off and nothing blinks or is animated: over a bad line every
cell counts.
"""

import gc
import os
from typing import ClassVar

from textual.app import App
from textual.message import Message as TextualMessage

from hueandcry.operator.backroom import Backroom
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.messages import Foreseen, Left, Listed, Message, Moved, Opened, Stopped, Told
from hueandcry.operator.screens.board import BoardScreen
from hueandcry.operator.screens.desk import DeskScreen
from hueandcry.operator.screens.help import HelpScreen
from hueandcry.operator.screens.item import ItemScreen
from hueandcry.operator.screens.list import ListScreen
from hueandcry.operator.screens.livelists import LiveListsScreen
from hueandcry.operator.screens.room import RoomScreen


class FromBackroom(TextualMessage):
    """Something the backroom told."""

    def __init__(self, told: Message) -> None:
        super().__init__()
        self.told = told


class ControlRoom(App[str]):
    """The app; `backroom` is its only way to the store."""

    CSS = """
    Screen { background: #101418; color: #e6e6e6; layers: base; }
    #status, #keys { text-wrap: nowrap; text-overflow: ellipsis; }
    #status { height: 1; background: #24435c; color: #ffffff; text-style: bold; }
    #message { height: 1; background: #101418; color: #e6e6e6; }
    #preview { height: 1; background: #101418; color: #c8d2da; }
    #keys { height: 1; background: #24435c; color: #ffffff; }
    """
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar = []

    def __init__(self, room: Room, session: str | None, title: str = "") -> None:
        super().__init__()
        self.animation_level = "none"
        self._named = title or "Hue and Cry"
        self.status = self._named
        self.backroom = Backroom(room, session, self._heard)
        self._board = BoardScreen()

    def _heard(self, told: Message) -> None:
        if self.is_running:
            self.post_message(FromBackroom(told))

    def on_mount(self) -> None:
        _ = self.push_screen(self._board)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.backroom.start()
        gc.collect()
        gc.freeze()

    def on_from_backroom(self, message: FromBackroom) -> None:
        told, front = message.told, self._front()
        match told:
            case Moved():
                self._moved(told)
            case Told():
                front.told(told)
            case Foreseen():
                front.foreseen(told)
            case Opened():
                if isinstance(front, ItemScreen):
                    front.opened(told)
            case Listed():
                if isinstance(front, ListScreen):
                    front.listed(told)
            case Left():
                self.exit()
            case Stopped():
                self.exit(told.why, return_code=5)

    def _moved(self, moved: Moved) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, LiveListsScreen) and screen.is_mounted:
                screen.moved(moved)
        status = f"{self._named}  {moved.status}"
        if status != self.status:  # a line that says the same costs nothing over a bad line
            self.status = status
            self._front().say_status(status)

    def _front(self) -> RoomScreen:
        """Return the screen that is seen; one that is only on its way says the status itself once it is there."""
        screens = [one for one in self.screen_stack if isinstance(one, RoomScreen)]
        return next((one for one in reversed(screens) if one.is_mounted), screens[0])

    async def open_item(self, stream: bytes) -> None:
        """Open one item over the board."""
        await self.push_screen(ItemScreen(stream))

    async def action_help(self, verb: str = "") -> None:
        """Show the keys and verbs, or what one verb does."""
        if not isinstance(self.screen, HelpScreen):
            await self.push_screen(HelpScreen(verb))

    async def action_list(self, name: str) -> None:
        """Show a list of the room over what is shown now, in the place of another list."""
        if isinstance(self.screen, ListScreen):
            if self.screen.list_name == name:
                return
            _ = self.pop_screen()
        await self.push_screen(ListScreen(name))

    async def action_desk(self) -> None:
        """Show the vulnerability desk over what is shown now."""
        if not any(isinstance(one, DeskScreen) for one in self.screen_stack):
            await self.push_screen(DeskScreen())
            return
        while not isinstance(self.screen, DeskScreen):
            _ = self.pop_screen()
        self.backroom.look_at(None)

    def action_board(self) -> None:
        """Go back to the board."""
        while self.screen is not self._board:
            _ = self.pop_screen()
        self.backroom.look_at(None)

    async def action_quit(self) -> None:
        """Leave the room; what was asked is finished first."""
        self.exit()


def run(room: Room, session: str | None, title: str = "") -> None:
    """Open the control room on the screen until the operator leaves."""
    from hueandcry.domain.fault import Unavailable

    os.environ.setdefault("TEXTUAL_FPS", "60")
    app = ControlRoom(room, session, title)
    why = app.run(mouse=False)
    if app.backroom.is_alive():
        app.backroom.end()
    if why:
        raise Unavailable(why)
