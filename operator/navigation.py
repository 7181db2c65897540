"""Going from screen to screen: workspaces, items, lists, help, and the replay, by key or by word.

Theory of operation. The board lies below all. A workspace is opened once over what is shown, and come back to; an item and a list
lie over it; Esc goes back. What is opened over a replay is of that replay, and ends with it. The focus is never moved by anything
that happens: only who asked for a screen gets it.
"""

from collections.abc import Callable

from textual.app import App

from hueandcry.domain.fault import Refused
from hueandcry.operator.actions import BY_ID, card
from hueandcry.operator.backroom import Backroom
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.messages import Message, Turned
from hueandcry.operator.palette import Offer
from hueandcry.operator.playback import Playback
from hueandcry.operator.screens.board import BoardScreen
from hueandcry.operator.screens.desk import DeskScreen
from hueandcry.operator.screens.dispatch import DispatchScreen
from hueandcry.operator.screens.help import HelpScreen, help_lines
from hueandcry.operator.screens.item import ItemScreen
from hueandcry.operator.screens.list import ListScreen
from hueandcry.operator.screens.palette import PaletteScreen
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.screens.wall import WallScreen
from hueandcry.operator.source import Source
from hueandcry.operator.theme import Styles

PAGES_MAX = 8  # pages of items that lie over each other
WORKSPACES: dict[str, type[RoomScreen]] = {"desk": DeskScreen, "dispatch": DispatchScreen, "wall": WallScreen}


class Navigation(App[str], inherit_bindings=False):
    """An app whose screens lie over each other; `hear` takes what a replay tells, from its thread."""

    def __init__(self, room: Room, session: str | None, hear: Callable[[Message, Source], None], named: str) -> None:
        super().__init__()
        self._named = named
        self._room, self._session, self._hear = room, session, hear
        self.backroom: Backroom = Backroom(room, session, lambda told: hear(told, self.backroom))
        self.keymap: dict[str, str] = {}
        self._statuses: dict[Source, str] = {}
        self._replays: list[Playback] = []

    def _of(self, source: Source) -> list[RoomScreen]:
        found = [one for one in self.screen_stack if isinstance(one, RoomScreen) and one.is_mounted]
        return [one for one in found if one.source is source]

    def front(self, source: Source) -> RoomScreen | None:
        """Return the foremost screen of a source; one that is only on its way says its status itself once it is there."""
        found = self._of(source)
        return found[-1] if found else None

    def status_of(self, source: Source) -> str:
        """Return the line above as a source said it last."""
        return self._statuses.get(source, self._named)

    async def open_item(self, stream: bytes, source: Source) -> None:
        """Open one item over what is shown; whoever writes what a caller says comes back to the line there."""
        if isinstance(self.screen, ItemScreen):
            self.screen.set_focus(self.screen.bar)
        await self.push_screen(ItemScreen(stream, None if source is self.backroom else source))

    async def _turn_to(self, turned: Turned, source: Source) -> None:
        """Open an item that the operator asked for; another that a key led to before is put away, and one too many.

        What is typed on a page that is put away is kept, and stands there again when it is opened.
        """
        pages = [one for one in self._of(source) if isinstance(one, ItemScreen)]
        if self.screen in pages and self.screen is pages[-1] and pages[-1].stream == turned.stream:
            return
        if isinstance(self.screen, ItemScreen) and self.screen.is_live and (turned.instead or len(pages) >= PAGES_MAX):
            _ = self.pop_screen()
        await self.open_item(turned.stream, source)

    async def show(self, text: str) -> None:
        """Show what is asked for by a word that is no line of work."""
        word, _, rest = text.strip().partition(" ")
        match word:
            case "board":
                self.action_board()
            case "show":
                self._source().open(rest.strip())
            case "only" if isinstance(self.screen, RoomScreen):
                self.screen.only(rest.strip())
            case "replay":
                await self.action_replay(rest.strip())
            case "undo":
                self.backroom.undo()
            case "keys":
                self._keys(text, rest.strip())
            case "history" if isinstance(self.screen, RoomScreen):
                self.screen.bar.search()
            case _ if text in WORKSPACES:
                await self._workspace(text)
            case _:
                await self.action_list(text)

    async def action_help(self, verb: str = "") -> None:
        """Show the keys and verbs, or what one verb does."""
        if not isinstance(self.screen, HelpScreen):
            await self.push_screen(HelpScreen(help_lines(verb, self.keymap)))

    def show_keys(self) -> None:
        """Show the keys of this moment; what can do nothing now says why."""
        if isinstance(self.screen, RoomScreen):
            reasons = {one: self.screen.why_not(one) for one in BY_ID}
            _ = self.push_screen(HelpScreen(tuple(card(self.keymap, reasons))))

    def _keys(self, text: str, words: str) -> None:
        """Show the keys, or give an action another; refused, the line stands in the bar again."""
        front = self.screen
        if not words:
            self.show_keys()
        elif isinstance(front, RoomScreen):
            from hueandcry.operator.keymap import change_keys

            try:
                self.keymap, said = change_keys(words)
            except Refused as fault:
                front.bar.fill(text)
                front.warn(str(fault))
                return
            self.set_keymap(self.keymap)
            front.say_keys()
            front.message.say(said, Styles.ask)

    async def action_list(self, name: str) -> None:
        """Show a list of the room over what is shown now, in the place of another list."""
        if isinstance(self.screen, ListScreen) and not isinstance(self.screen, WallScreen):
            if self.screen.list_name == name:
                return
            _ = self.pop_screen()
        source = self._source()
        await self.push_screen(ListScreen(name, None if source is self.backroom else source))

    async def action_wall(self) -> None:
        """Show how the room stands."""
        await self._workspace("wall")

    async def action_desk(self) -> None:
        """Show the vulnerability desk."""
        await self._workspace("desk")

    async def action_dispatch(self) -> None:
        """Show what waits for a crew."""
        await self._workspace("dispatch")

    def _source(self) -> Source:
        """Return where what is shown now comes from."""
        return self.screen.source if isinstance(self.screen, RoomScreen) else self.backroom

    async def _workspace(self, name: str) -> None:
        """Show a screen of a job over what is shown now, or come back to it."""
        source = self._source()
        cls = WORKSPACES[name]
        there = [one for one in self._of(source) if isinstance(one, cls)]
        if not there:
            await self.push_screen(cls(None if source is self.backroom else source))
            return
        while self.screen is not there[-1]:
            _ = self.pop_screen()
        source.look_at(None)

    def action_board(self) -> None:
        """Go back to the board: of the replay, if one is looked at, else the room's."""
        source = self._source()
        board = next(one for one in self._of(source) if isinstance(one, BoardScreen))
        while self.screen is not board:
            _ = self.pop_screen()
        source.look_at(None)

    async def action_palette(self) -> None:
        """Find a verb, an item, a list or a key by a few letters."""
        if not isinstance(self.screen, RoomScreen):
            return
        await self.screen.bar.settled()
        front = self.screen
        await self.push_screen(PaletteScreen(front.in_front), lambda offer: self._take_offer(front, offer))

    def _take_offer(self, front: RoomScreen, offer: Offer | None) -> None:
        """Run the action that was chosen, or put the line that was into the bar; what is typed there stays."""
        if offer is None:
            return
        if offer.action:
            self.call_later(front.run_action, BY_ID[offer.action].runs)
        elif front.bar.value:
            self.call_later(front.message.say, "the line has a text already: do or clear it first", Styles.alarm)
        else:
            front.bar.fill(offer.line)

    async def action_replay(self, at: str = "") -> None:
        """Show the room as it was; pressed again, go back to the room as it is."""
        if isinstance(self.screen, RoomScreen) and not self.screen.is_live:
            while isinstance(self.screen, RoomScreen) and not self.screen.is_live:
                _ = self.pop_screen()
            self.end_replays()
            return
        playback: Playback = Playback(self._room, self._session, lambda told: self._hear(told, playback), at)
        self._replays.append(playback)
        await self.push_screen(BoardScreen(playback))
        playback.start()

    def end_replays(self) -> None:
        """End every replay of which no screen is open any more."""
        looked_at = {one.source for one in self.screen_stack if isinstance(one, RoomScreen)}
        for playback in [one for one in self._replays if one not in looked_at]:
            self._replays.remove(playback)
            self._statuses.pop(playback, None)
            playback.end()

    def action_alert(self) -> None:
        """Open the most pressing alert; from there, the next."""
        self.backroom.turn_to_alert(self.screen.stream if isinstance(self.screen, ItemScreen) else None)
