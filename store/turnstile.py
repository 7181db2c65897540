"""The turnstile before the journal: whoever writes waits their turn, and nobody waits for ever.

Theory of operation. SQLite's own lock is what keeps two transactions apart; but those who wait for it come back at times
of their own choosing, and under load one of eight gets nothing for seconds. So writers first pass a turnstile of two
locks (flock) on files beside the journal. Who holds `turn` is the next; who holds `lock` is in the room. The next gives
the turn back only once in the room, when whoever was there before stands in line again and cannot slip in first. Threads
of one process pass two locks of the same kind ahead of that. Both locks end with their holder, however it ends. Files
that were deleted meanwhile cost fairness, never safety.

flock knows no time limit, and a holder that was stopped must not hang all others. So a lock is only ever tried, never
waited for; one waits at a named pipe instead, which can be left at any moment, and the holder writes a byte into it when
the lock is free. Waiting with EPOLLEXCLUSIVE, one is woken for each byte, in the order of arrival. The pipe is a hint: it
stands in the folder of the bells only while somebody has waited there, what is written while nobody waits is gone, and
every waiter looks for itself every few milliseconds, so that a killed holder or a lost byte costs no more than that.
Measured with eight processes on two busy cores: as fair as blocking flocks (0.9 and more against 0.3 for a single one),
and twice to four times the commits of a helper thread that blocks in their place.

Nobody waiting, the way in and out is six calls of flock.
"""

import os
import select
import threading
import time
import weakref
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path

from hueandcry.domain.fault import Unavailable
from hueandcry.store.doorbell import BellFolder, bells_of

LOOK_S = 0.005  # how often one who waits looks for itself
_TRY = LOCK_EX | LOCK_NB
_TURN, _ROOM = "turn", "lock"  # the names of the locks and of the pipes at which one waits for them
_PIPE = os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class Turnstile:
    """The way to the one write transaction of a journal, for all processes and threads."""

    def __init__(self, journal: Path) -> None:
        self._path = journal.resolve()
        self._turn_here, self._room_here = threading.Lock(), threading.Lock()
        self._handles: tuple[int, int] | None = None
        self._turn_line, self._room_line = Line(bells_of(self._path), _TURN), Line(bells_of(self._path), _ROOM)
        _EVERY.add(self)

    def held(self, wait_s_max: float) -> "Held":
        """Return what holds the room from `with` to its end; entering raises Unavailable after so long a wait."""
        return Held(self, wait_s_max)

    def enter(self, wait_s_max: float) -> None:
        """Wait for our turn and take the room; raises Unavailable after so long a wait."""
        until = time.monotonic() + wait_s_max
        if not self._turn_here.acquire(timeout=max(0, wait_s_max)):
            raise _too_long(wait_s_max)
        try:
            if not self._room_here.acquire(timeout=max(0, until - time.monotonic())):
                raise _too_long(wait_s_max)
            try:
                if not self._pass(until):
                    raise _too_long(wait_s_max)
            except BaseException:
                self._room_here.release()
                raise
        finally:
            self._turn_here.release()

    def _pass(self, until: float) -> bool:
        """Pass both locks of the files, and tell whether that was in time."""
        turn, room = self._handles or self._open()
        waited = False
        try:
            if not _had(turn):
                waited = True
                if not self._turn_line.wait(turn, until):
                    return False
            if _had(room):
                return True
            waited = True
            return self._room_line.wait(room, until)
        except BaseException:
            flock(room, LOCK_UN)
            raise
        finally:
            flock(turn, LOCK_UN)  # without effect where it is not ours
            if waited:
                self._turn_line.wake()  # also when we gave up: the byte that woke us may have been another's

    def leave(self) -> None:
        """Leave the room, and wake the next; without effect in a child that was forked inside."""
        if self._handles is None:
            return
        turn, room = self._handles
        try:
            flock(room, LOCK_UN)
            flock(turn, _TRY)
        except BlockingIOError:
            self._room_line.wake()  # somebody is the next
        else:
            flock(turn, LOCK_UN)
        finally:
            self._room_here.release()

    def _open(self) -> tuple[int, int]:
        turn = self._opened(_TURN)
        try:
            self._handles = (turn, self._opened(_ROOM))
        except Unavailable:
            os.close(turn)
            raise
        return self._handles

    def _opened(self, name: str) -> int:
        path = self._path.with_name(f"{self._path.name.removesuffix('.db')}.{name}")
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o660)
            if os.fstat(handle).st_uid == os.geteuid():
                os.fchmod(handle, 0o660)  # whatever the umask: another of the group locks it too
        except OSError as fault:
            raise Unavailable(f"the lock {path} cannot be opened: {fault.strerror}") from fault
        return handle

    def close(self) -> None:
        """Close the locks; entering opens them again."""
        with self._turn_here, self._room_here:
            self._shut()

    def _shut(self) -> None:
        for handle in self._handles or ():
            os.close(handle)
        self._handles = None
        self._turn_line.close()
        self._room_line.close()

    def _forked(self) -> None:
        """Let go of what is the parent's: locks belong to an open file, and the child's copy would keep them held."""
        self._shut()
        self._turn_here, self._room_here = threading.Lock(), threading.Lock()


class Held:
    """The room, held from `with` to its end."""

    __slots__ = ("_turnstile", "_wait_s_max")

    def __init__(self, turnstile: Turnstile, wait_s_max: float) -> None:
        self._turnstile, self._wait_s_max = turnstile, wait_s_max

    def __enter__(self) -> None:
        self._turnstile.enter(self._wait_s_max)

    def __exit__(self, *_: object) -> None:
        self._turnstile.leave()


class Line:
    """Those who wait for one lock, of whatever process: they listen at a named pipe in the folder of the bells."""

    def __init__(self, bells: Path, name: str) -> None:
        self._bells, self._name = bells, name
        self._pipe: int | None = None
        self._ear: Any = None

    def wait(self, lock: int, until: float) -> bool:
        """Wait for a lock until a moment, and tell whether we have it."""
        pipe = self._opened() if self._pipe is None else self._pipe
        if pipe is not None:
            self._ear.register(pipe, FLAGS)
        look = 0.001
        try:
            while True:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                if self._ear is not None:
                    if self._ear.poll(min(look, left), 1):
                        with suppress(BlockingIOError):  # another took the bytes, and tries for the lock as we do
                            os.read(pipe, 4096)
                if _had(lock):
                    return True
                look = min(2 * look, 0.016)
        finally:
            if pipe is not None:
                self._ear.unregister(pipe)

    def wake(self) -> None:
        """Wake all; the first to come has the lock."""
        pipe = self._opened() if self._pipe is None else self._pipe
        if pipe is not None:
            with suppress(OSError):
                os.write(pipe, b"!")

    def _opened(self) -> int | None:
        folder = BellFolder.made(self._bells)
        if folder is None:
            return None
        with suppress(OSError):
            os.mkfifo(self._name, 0o660, dir_fd=folder.handle)
            os.chmod(self._name, 0o660, dir_fd=folder.handle)  # whatever the umask: the group wakes us
        try:
            self._pipe = os.open(self._name, os.O_RDWR | _PIPE, dir_fd=folder.handle)
        except OSError:
            return None
        self._ear = select.epoll(1)
        return self._pipe

    def close(self) -> None:
        """Step out of the line."""
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None


FLAGS = select.EPOLLIN | select.EPOLLEXCLUSIVE


def _had(lock: int) -> bool:
    try:
        flock(lock, _TRY)
    except BlockingIOError:
        return False
    return True


def _too_long(wait_s: float) -> Unavailable:
    return Unavailable(f"the journal was held by others for {wait_s:g} s; try again")


_EVERY: "weakref.WeakSet[Turnstile]" = weakref.WeakSet()


def _let_go_of_the_parents() -> None:
    for turnstile in list(_EVERY):
        turnstile._forked()


os.register_at_fork(after_in_child=_let_go_of_the_parents)
