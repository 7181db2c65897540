"""Drafts: what is typed and not yet recorded is on disk within a second, with what was open, and is offered again after a crash.

Theory of operation. Whatever bears text tells each change; a thread of its own writes all of it, sealed and synced, a moment after
the first change, so that neither a slow disk holds up a key nor a frozen terminal a draft. Each room has a file of its own in the
seat's folder and holds a lock on it while it lives: a file that nobody holds was left by a room that died. A new room of the same
member takes over what such rooms left. What was recorded or cleared is not in the file any more. Source: Textual 8.2.8 dies of
a hang-up at once, and typed text with it (measured).
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.fault import Damaged
from hueandcry.operator.keptfile import SealedFile
from hueandcry.operator.spool import folder_of, state_folder

WRITE_AFTER_S = 0.3
HALF = "half"  # behind the name of a line: what was half typed while a line typed before is shown
LINE = "line"  # a command bar, with its screen; a narrative is kept under its contact's stream in hexadecimal


class Draft(Struct, frozen=True, array_like=True):
    """A text that was typed: in what, and when it was last changed (ns UTC)."""

    where: str
    text: str
    typed: int


class Open(Struct, frozen=True, array_like=True):
    """A screen that was open: its name, which item it showed (empty for none), and how the item under the cursor is named."""

    screen: str
    stream: bytes = b""
    selected: bytes = b""


class Left(Struct, frozen=True, array_like=True):
    """What a room kept: whose it is, its drafts, and its screens from the board upward."""

    collar: str
    session: str
    drafts: tuple[Draft, ...] = ()
    screens: tuple[Open, ...] = ()


class Drafts(threading.Thread):
    """Keeps the drafts of one room; `failed` is told in a sentence when they cannot be kept, empty when they can again."""

    def __init__(
        self, store: Path, collar: str, session: str, now: Callable[[], int], failed: Callable[[str], None],
        state: Path | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name="drafts", daemon=True)
        self._folder = folder_of(state or state_folder(), store) / "drafts"
        self._collar, self._session, self._now, self._failed = collar, session, now, failed
        self._texts: dict[str, Draft] = {}
        self._screens: tuple[Open, ...] = ()
        self._changed = threading.Condition()
        self._dirty = self._urgent = self._ends = False
        self._why = ""
        self._lock = -1
        self._file: SealedFile | None = None

    # What the room tells

    def put(self, where: str, text: str) -> None:
        """Keep a text as it is now; an empty one is gone at once."""
        with self._changed:
            before = self._texts.get(where)
            if (before.text if before is not None else "") == text:
                return
            if text:
                self._texts[where] = Draft(where, text, self._now())
            else:
                del self._texts[where]
            self._tell(urgent=not text)

    def text(self, where: str) -> str:
        """Return what is kept of a text, empty where nothing is."""
        with self._changed:
            kept = self._texts.get(where)
            return kept.text if kept is not None else ""

    def see(self, screens: Iterable[Open]) -> None:
        """Keep which screens are open."""
        found = tuple(screens)
        with self._changed:
            if found != self._screens:
                self._screens = found
                self._tell(urgent=False)

    def _tell(self, *, urgent: bool) -> None:
        waits = not self._dirty or urgent  # else the thread knows, and writes in a moment
        self._dirty, self._urgent = True, self._urgent or urgent
        if waits:
            self._changed.notify()

    def end(self, *, place: bool = True) -> None:
        """Write what is there now, with the place or without; returns when that is done, and may be called again."""
        with self._changed:
            self._ends = True
            if not place:
                self._screens = ()
            self._dirty = True
            self._changed.notify()
        if self.is_alive():
            self.join()

    # What others left

    def take_over(self) -> Left | None:
        """Return what dead rooms of this member left, all drafts and the screens of the last one; None where nothing was.

        Call it before the thread starts: what is taken over is this room's from then on, and is written before it is
        removed there.
        """
        with self._dead() as dead:
            return self._taken_over(dead)

    def _taken_over(self, dead: list[Path]) -> Left | None:
        found = [(path, left) for path in dead if (left := self._read(path)) is not None]
        if not found:
            return None
        found.sort(key=lambda one: one[0].stat().st_mtime_ns)
        drafts: dict[str, Draft] = {}
        for one in sorted((draft for _, left in found for draft in left.drafts), key=lambda one: one.typed):
            taken = one.where in drafts or one.where in self._texts  # in this room, too: both are offered
            where = f"{LINE} {one.where} {len(drafts)}" if taken else one.where
            drafts[where] = replace(one, where=where)
        self._texts |= drafts
        self._screens = found[-1][1].screens
        if self._write():  # else they stay where they are, and the next room finds them
            for path, _ in found:
                with suppress(OSError):
                    SealedFile(path).remove()
                    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
        return Left(self._collar, self._session, tuple(drafts.values()), self._screens)

    @contextmanager
    def _dead(self) -> Iterator[list[Path]]:
        """Give the files of rooms that ended, locked meanwhile: no two rooms take the same over."""
        found, held = [], []
        try:
            for lock in sorted(self._folder.glob("*.lock")):
                with suppress(OSError):
                    held.append(os.open(lock, os.O_RDWR))
                    fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
                    found.append(lock.with_name(lock.name.removesuffix(".lock")))
            yield found
        finally:
            for handle in held:
                os.close(handle)

    def _read(self, path: Path) -> Left | None:
        """Return what a room left, where it is this member's and can be read."""
        try:
            content = SealedFile(path).read()
            left = msgspec.msgpack.decode(content, type=Left) if content is not None else None
        except (Damaged, OSError, msgspec.DecodeError) as fault:
            self._failed(f"a draft at this seat cannot be read: {fault}")
            return None
        return left if left is not None and left.collar == self._collar else None

    # The thread

    def run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._dirty)
                if not self._ends:
                    self._changed.wait_for(lambda: self._urgent or self._ends, WRITE_AFTER_S)
                self._dirty = self._urgent = False
                ends = self._ends
            self._write()
            if ends:
                self._let_go()
                return

    def _write(self) -> bool:
        """Write what is kept now, and tell whether that was possible."""
        with self._changed:
            left = Left(self._collar, self._session, tuple(self._texts.values()), self._screens)
        try:
            if left.drafts or left.screens:
                self._mine().write(msgspec.msgpack.encode(left))
            elif self._file is not None:
                self._file.remove()
            why = ""
        except OSError as fault:
            why = f"what is typed cannot be kept at this seat: {fault.strerror}"
        if why != self._why:
            self._why = why
            self._failed(why)
        return not why

    def _mine(self) -> SealedFile:
        """Return this room's file, whose lock it holds until it ends."""
        if self._file is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{os.getpid()}-{os.urandom(4).hex()}"
            self._lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._file = SealedFile(path)
        return self._file

    def _let_go(self) -> None:
        if self._file is not None:
            if not self._file.path.exists():
                self._file.path.with_name(f"{self._file.path.name}.lock").unlink(missing_ok=True)
            os.close(self._lock)
