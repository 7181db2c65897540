"""The room's two faces for tests: in process under Textual's Pilot, and at a real terminal read with pyte.

Theory of operation. A face takes keys and shows cells; nothing else of the room is looked at. In process the cells are
the compositor's own strips, made anew when the app has painted; at a terminal they are what pyte made of the bytes.
Whoever waits for something to be shown waits for the next paint, or for the next bytes.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct
from rich.console import RenderableType
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from hueandcry.operator.app import ControlRoom
from hueandcry.operator.bootstrap import open_room
from hueandcry.operator.identity import Identity
from hueandcry.operator.settings import read_settings
from tests.screens.cells import Cell, Shown, of_pyte, of_strip
from tests.screens.clocked import FileClock
from tests.screens.keys import KEYS
from tests.screens.terminal import ROOT, Terminal, hue

START_S = LEAVE_S = 20.0
ESCAPED_S = 0.3  # by this pause a terminal tells Esc from a key that begins with the same byte


class Seating(Struct, frozen=True):
    """Where a face opens: the store, its keys and the seat's own folder, whose session, how large, under which clock."""

    store: Path
    keys: Path
    state: Path
    session: str = ""
    size: tuple[int, int] = (80, 24)
    clock: Path | None = None  # a file that says the time; the machine's clock where there is none

    @property
    def environment(self) -> dict[str, str]:
        """How a process is told so."""
        told = {"HUE_STORE": str(self.store), "HUE_KEYS": str(self.keys), "HUE_STATE": str(self.state)}
        told["HUE_SETTINGS"] = str(self.state.with_name("room.toml"))
        return told | ({"HUE_SESSION": self.session} if self.session else {})


class Face(Protocol):
    """What a driver works: keys in, cells out."""

    async def open(self) -> None:
        """Open the room."""

    async def press(self, key: str) -> None:
        """Press a key by its name."""

    async def type(self, text: str) -> None:
        """Press the keys of a text, as fast as they can be pressed."""

    async def paste(self, text: str) -> None:
        """Paste a text."""

    def shown(self) -> Shown:
        """Return what stands on the screen now."""

    async def more(self, most_s: float) -> None:
        """Return when something was drawn since the last look, or the time is over; raises where the room has ended."""

    async def resize(self, columns: int, rows: int) -> None:
        """Make the screen of another size; what stood on it counts no more."""

    async def hang_up(self) -> None:
        """Cut the line to the room, which ends by that."""

    async def ended(self) -> int:
        """Wait for the room to end, and return its exit code."""

    async def close(self) -> None:
        """End it, however it stands."""


class Painted(ControlRoom):
    """The room, keeping what it painted last."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.painted = asyncio.Event()
        self.strips: list[Strip] = []
        self.seen: Callable[[], None] | None = None  # called at each paint

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        if renderable is None or self._batch_count or screen is not self.screen:
            return  # nothing was painted
        self.strips = screen._compositor.render_strips()
        self.painted.set()
        if self.seen is not None:
            self.seen()


class Piloted:
    """The room in process."""

    def __init__(self, seating: Seating) -> None:
        self._seating = seating
        clock = FileClock(seating.clock) if seating.clock is not None else None
        self._room = open_room(str(seating.store), Identity(clock) if clock else Identity())
        self._pilot: Pilot[str] | None = None
        self._seen: Callable[[], None] | None = None
        self._read: list[Strip] = []
        self._shown = Shown(())

    async def open(self) -> None:
        """Open the room as the command does, and return when keys can be pressed."""
        session = self._seating.session or None
        self._room.desk(session)
        self._room.warm()
        settings, faults = read_settings()
        self.app = Painted(self._room, session, "", settings, faults)
        self.watch(self._seen)
        ready = asyncio.Event()

        async def steer(pilot: Pilot[Any]) -> None:
            self._pilot = pilot
            ready.set()

        opened = self.app.run_async(headless=True, size=self._seating.size, mouse=False, auto_pilot=steer)
        self._running = asyncio.create_task(opened)
        await asyncio.wait_for(ready.wait(), START_S)

    def watch(self, seen: Callable[[], None] | None) -> None:
        """Call something at each paint."""
        self._seen = self.app.seen = seen

    async def press(self, key: str) -> None:
        """Press a key by its name."""
        self.app.post_message(events.Key(KEYS[key].name, None))

    async def type(self, text: str) -> None:
        """Press the keys of a text."""
        for letter in text:
            self.app.post_message(events.Key(_character_to_key(letter), letter))

    async def paste(self, text: str) -> None:
        """Paste a text."""
        self.app.post_message(events.Paste(text))

    def shown(self) -> Shown:
        """Return what was painted last."""
        if self.app.strips is not self._read:
            self._read, self._shown = self.app.strips, Shown(of_strip(tuple(strip)) for strip in self.app.strips)
        return self._shown

    async def more(self, most_s: float) -> None:
        """Wait for the next paint."""
        if self._running.done():
            raise AssertionError(f"the room has ended: {self.app._exception or self.app.return_code}")
        painting = asyncio.create_task(self.app.painted.wait())
        await asyncio.wait((painting, self._running), timeout=most_s, return_when=asyncio.FIRST_COMPLETED)
        painting.cancel()
        self.app.painted.clear()

    async def resize(self, columns: int, rows: int) -> None:
        """Make the screen of another size."""
        assert self._pilot is not None
        with self.app._context():
            await self._pilot.resize_terminal(columns, rows)

    async def hang_up(self) -> None:
        """Do what a hang-up does; the signal itself would be for the whole process."""
        self.app._hung_up()

    async def ended(self) -> int:
        """Wait for the app to end, and for its backroom, as the command does."""
        await asyncio.wait_for(asyncio.shield(self._running), LEAVE_S)
        if self.app.backroom.is_alive():
            await asyncio.to_thread(self.app.backroom.end)
        return self.app.return_code or 0

    async def close(self) -> None:
        """End it, however it stands."""
        if not self._running.done():
            self.app.leave()
        await self.ended()
        self._room.close()
        gc.unfreeze()  # the room froze what was there, and the next test would keep it for good


class AtTerminal:
    """The room as a process of its own on a pty."""

    def __init__(self, seating: Seating) -> None:
        self._seating = seating
        self._escaped = 0.0
        self._rows: dict[int, tuple[Cell, ...]] = {}  # as read; only those that changed are read again
        self._shown = Shown(())

    async def open(self) -> None:
        """Start the command."""
        given = self._seating.environment
        argv = hue()
        if self._seating.clock is not None:
            argv = [sys.executable, "-m", "tests.screens.clocked", str(self._seating.clock)]
            given["PYTHONPATH"] = f"{ROOT / '.typed'}{os.pathsep}{ROOT}"
        self.terminal = Terminal(argv, given, *self._seating.size)

    async def press(self, key: str) -> None:
        """Press a key by its name."""
        await self._send(KEYS[key].sent)
        if key == "Esc":
            self._escaped = asyncio.get_running_loop().time()

    async def type(self, text: str) -> None:
        """Press the keys of a text."""
        await self._send(text.encode())

    async def paste(self, text: str) -> None:
        """Paste a text, in brackets as terminals do."""
        await self._send(f"\x1b[200~{text}\x1b[201~".encode())

    async def _send(self, keys: bytes) -> None:
        pause = self._escaped + ESCAPED_S - asyncio.get_running_loop().time()
        if pause > 0:
            await asyncio.sleep(pause)
        self.terminal.send(keys)

    def shown(self) -> Shown:
        """Return what pyte has made of the bytes."""
        screen = self.terminal.screen
        if screen.dirty:
            fresh = {y: of_pyte(screen.buffer[y], screen.columns) for y in screen.dirty if y < screen.lines}
            screen.dirty.clear()
            self._rows = {y: row for y, row in (self._rows | fresh).items() if y < screen.lines}
            self._shown = Shown(self._rows[y] for y in range(screen.lines))
        return self._shown

    async def more(self, most_s: float) -> None:
        """Wait for the next bytes, and take what is there."""
        came, loop, handle = asyncio.Event(), asyncio.get_running_loop(), self.terminal.handle
        loop.add_reader(handle, came.set)
        try:
            await asyncio.wait_for(came.wait(), most_s)
        except TimeoutError:
            return
        finally:
            loop.remove_reader(handle)
        if not self.terminal.take(0):
            raise AssertionError(f"the room has ended:\n{self.terminal.text}")

    async def resize(self, columns: int, rows: int) -> None:
        """Make the screen of another size."""
        self.terminal.resize(columns, rows)

    async def hang_up(self) -> None:
        """Send the signal that a lost terminal sends."""
        os.kill(self.terminal.pid, signal.SIGHUP)

    async def ended(self) -> int:
        """Wait for the process to end."""
        return await asyncio.to_thread(self.terminal.end, LEAVE_S)

    async def close(self) -> None:
        """End it, however it stands."""
        if self.terminal.status is None:
            await asyncio.to_thread(self.terminal.end, 0)


FACES: dict[str, Callable[[Seating], Face]] = {"pilot": Piloted, "pty": AtTerminal}
