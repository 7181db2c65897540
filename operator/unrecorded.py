"""What is typed and not recorded, on whichever screen: kept, sent, answered, put aside, taken up again after a crash.

Theory of operation. A text is in one place at a time: in its bar, on its way, or aside (in the history, and a draft still). It goes
from there when it is carried out, or when whoever typed it clears it. Signs that mean something else by now, as what is in
hand or under the cursor, are not put before anybody's next Enter: such a line is aside.
"""

from collections.abc import Sequence
from pathlib import Path

from hueandcry.operator.drafts import LINE, Drafts, Left
from hueandcry.operator.messages import Filled, Told
from hueandcry.operator.navigation import WORKSPACES, Navigation
from hueandcry.operator.screens.board import BoardScreen
from hueandcry.operator.screens.item import ItemScreen
from hueandcry.operator.screens.livelists import LiveListsScreen
from hueandcry.operator.screens.room import RoomScreen
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.underway import SENT, Sent, Underway
from hueandcry.operator.verbs import READER
from hueandcry.operator.widgets.commandbar import History
from hueandcry.store.moment import local_text

_ASIDE = f"{LINE} of "


class Unrecorded(Navigation):
    """An app that loses nothing that was typed."""

    def keeps(self, store: Path, collar: str, session: str) -> None:
        """Keep what this member types at this seat."""
        now = self.backroom.now
        self.history = History()
        self.drafts = Drafts(store, collar, session, now, self._draft_failed)
        self.underway = Underway(self.drafts.put)
        self._aside: dict[str, str] = {}  # texts that are in the history alone, each with the name of its draft

    def _draft_failed(self, why: str) -> None:
        if self.is_running and why:
            self._hear(Told("", (), safe_text(why)), self.backroom)

    def keep_text(self, text: str, where: str) -> None:
        """Keep what is typed now."""
        self.drafts.put(where, text)

    def text_kept(self, where: str) -> str:
        """Return what was typed somewhere and not recorded."""
        return self.drafts.text(where)

    def keep_place(self) -> None:
        """Keep which screens are open."""
        shown = [one for one in self.screen_stack if isinstance(one, RoomScreen) and one.is_live and one.NAME]
        self.drafts.see(one.place for one in shown)

    # On its way

    def send(
        self,
        screen: RoomScreen,
        text: str,
        *,
        where: str = "",
        said: str = "",
        here: Sequence[int] = (),
        item: str = "",
    ) -> int:
        """Know that a line goes on its way from a screen, and return by which number it is answered."""
        number = self.underway.number()
        self.underway.send(Sent(number, where or screen.line, text, screen, said, tuple(here), item))
        return number

    def answered(self, told: Told | Filled, front: RoomScreen | None) -> None:
        """Take an answer: to the screen that asked, whichever is in front, and in words to the one in front."""
        sent = self.underway.answered(told.number)
        if isinstance(told, Filled):  # a line to be finished: nothing was recorded
            if front is not None:
                front.filled(told)
            return
        hint = "Esc clears the line" if told.fault and sent is not None and sent.text else ""
        if sent is not None:
            if not told.fault:
                self._carried(sent)
            elif sent.text and not (sent.screen in self.screen_stack and sent.screen.came_back(told, sent)):
                self.set_aside(sent.text, f"{LINE} {sent.kept}")
                hint = f"'{sent.text[:20]}' is behind Ctrl+P"
            self.underway.forget(sent)
        if front is not None:
            front.told(told, safe_text(hint))

    def _carried(self, sent: Sent) -> None:
        if sent.screen in self.screen_stack:
            sent.screen.carried(sent)
        else:
            self._take_off(sent)
        if sent.text:
            self._remember(sent.text)
            self.dismiss(sent.text)

    def _take_off(self, sent: Sent) -> None:
        """Take off a narrative what was recorded of it, where its page is closed."""
        kept = self.drafts.text(sent.where)
        if sent.said and kept.startswith(sent.said):
            self.drafts.put(sent.where, kept[len(sent.said) :].lstrip())

    def set_aside(self, text: str, where: str) -> None:
        """Keep a line that has no place now: Ctrl+P shows it, and a crash loses none."""
        self._remember(text)
        self.drafts.put(where, text)
        before, self._aside[text.strip()] = self._aside.get(text.strip(), where), where
        if before != where:
            self.drafts.put(before, "")  # the same words are offered once

    def _put_aside(self, text: str, where: str) -> None:
        """Set a line aside under another name than that of its bar, in which something else may be typed meanwhile."""
        if where.startswith(_ASIDE):
            self.set_aside(text, where)
        else:
            self.set_aside(text, f"{_ASIDE}{where}")
            self.drafts.put(where, "")

    def _remember(self, text: str) -> None:
        """Put a line behind those typed before; in every bar the next older one is this."""
        self.history.add(text)
        for screen in self._of(self.backroom):
            screen.bar.remembers(self.history)

    def dismiss(self, text: str) -> None:
        """Forget a line that was aside: it was carried out, or cleared by whoever typed it."""
        where = self._aside.pop(text.strip(), "")
        if where:
            self.drafts.put(where, "")

    # Taken up again

    async def take_up(self, left: Left) -> None:
        """Open what was open, and offer what was typed and not recorded."""
        for one in left.screens:
            if one.screen == ItemScreen.NAME:
                await self.open_item(one.stream, self.backroom)
            elif one.screen != BoardScreen.NAME:
                await self.show(one.screen)
            if one.selected and isinstance(self.screen, LiveListsScreen):
                self.screen.select(one.selected)
        texts = {one.where: one.text for one in sorted(left.drafts, key=lambda one: one.typed)}
        lines = {where: text for where, text in texts.items() if where.startswith((LINE, SENT))}
        self._fill(lines)
        front = self.front(self.backroom)
        if front is not None and texts:
            typed = local_text(max(one.typed for one in left.drafts), self._room.board.zone)
            count = counted(len(texts), "text")
            unsure = "; one was on its way: see whether it is recorded" if any(map(_was_sent, texts)) else ""
            there = [where.removeprefix(f"{LINE} ") for where in lines if _stands_there(where)]
            stays = f"; what was typed at the {' and the '.join(there)} stands there" if there else ""
            aside = "; Ctrl+P shows what has no place here" if self._aside else ""
            front.warn(safe_text(f"taken up again: {count} typed until {typed} and not recorded{unsure}{stays}{aside}"))

    def _fill(self, lines: dict[str, str]) -> None:
        """Put each line into its bar, or the bar in front; what has none, or would mean another item now, is set aside.

        What was typed at a workspace that is not open stays where it is: whoever goes there finds it.
        """
        for screen in self._of(self.backroom):
            text = lines.pop(screen.line, "")
            if text and screen.bar.value:  # somebody typed before this came
                self._put_aside(text, screen.line)
                self.drafts.put(screen.line, screen.bar.value)
            self.offer(screen)
        front = self.front(self.backroom)
        for where, text in lines.items():
            if _stands_there(where):
                continue
            if _was_sent(where):
                self.set_aside(text, where)
            elif front is None or front.bar.value or READER.is_relative(text):
                self._put_aside(text, where)
            else:
                front.bar.fill(text)
                self.drafts.put(front.line, text)
                self.drafts.put(where, "")

    def offer(self, screen: RoomScreen) -> str:
        """Put what was typed on a screen before into its empty bar.

        What would mean another item now is set aside; returns what is to be said of that.
        """
        text = self.drafts.text(screen.line)
        if not text or screen.bar.value:
            return ""
        if screen.ITEM or not READER.is_relative(text):
            screen.bar.fill(text)
            return ""
        self._put_aside(text, screen.line)
        return safe_text(f"'{text[:30]}' is behind Ctrl+P: it was about what was in front then")

    def keep_what_is_left(self) -> None:
        """Keep what stands in the bars, and what was on its way and was not carried out, for whoever comes back."""
        for screen in self._of(self.backroom):
            if not screen.bar.searching:
                self.keep_text(screen.bar.value, screen.line)  # what was cleared a moment ago is not kept
        for sent, carried in self.underway.left():
            if carried:
                self._take_off(sent)
                self.underway.forget(sent)


def _stands_there(where: str) -> bool:
    """Tell whether a line is kept for a workspace, which offers it when it is opened."""
    return where.removeprefix(f"{LINE} ") in WORKSPACES


def _was_sent(where: str) -> bool:
    return where.startswith(SENT)
