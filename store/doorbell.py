"""The doorbell: whoever has committed rings, and whoever waits for others' commits hears it at once.

Theory of operation. Each listener, a Bell, binds a datagram socket of its own in a folder beside the journal
(journal.bells for journal.db); a Doorbell sends one byte to each socket there. A ring is a hint and no more: it says
nothing, it never waits, it may be lost (a full queue is dropped, since its owner has been rung already), and every
listener also looks at the journal itself from time to time. So nothing here raises or holds anybody up; where there is
no bell to be had, only the hint is gone.

The folder stands beside the journal because there everybody who shares the store finds it, and nobody else can write:
below /tmp any stranger could take the name first, a runtime folder belongs to one user alone, and a service with a
private /tmp would never be heard. The paths of such folders are longer than the 107 bytes that a socket's name may have;
the folder is therefore opened once and its sockets are named through /proc/self/fd, which is short wherever the store is.

A ring with nobody there costs one fstat: the names are read again only when the folder's own time has moved. A time that
is too young to be told from the next change is not trusted yet. A socket that nobody listens at any more (its process
was killed) is unlinked by the next ring, unless it is younger than a second: it may be just being bound.
"""

import os
import socket
import stat
import time
from contextlib import suppress
from itertools import islice
from math import ceil
from pathlib import Path
from select import POLLIN, poll
from typing import Self

LISTENERS_MAX = 256  # rung at each commit; any more hear of it by looking
NAME_BYTES_MAX = 107  # of a Unix socket
_PREFIX = "bell-"
_BY_HANDLE = os.path.isdir("/proc/self/fd")
_DRAIN_MAX = 1024
_TOO_YOUNG_NS = 2_500_000_000  # coarser than any file system tells the time
_NEWBORN_NS = 1_000_000_000
_NEVER = -1


def bells_of(journal: Path) -> Path:
    """Return the folder of a journal's bells."""
    return journal.with_name(journal.name.removesuffix(".db") + ".bells")


class BellFolder:
    """An open folder of bells; it closes when nobody uses it any more."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path, self.handle = path, handle
        self.through = f"/proc/self/fd/{handle}" if _BY_HANDLE else str(path)

    def __del__(self) -> None:
        os.close(self.handle)

    @classmethod
    def found(cls, path: Path) -> Self | None:
        """Return the folder, None where there is none or it is not of those who share the store."""
        try:
            folder = cls(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC))
            return folder if folder._is_ours() else None
        except OSError:
            return None

    @classmethod
    def made(cls, path: Path) -> Self | None:
        """Return the folder, made where it is missing; None where that cannot be."""
        with suppress(OSError):  # it stands already, or cannot be made: found() tells which
            path.mkdir(mode=0o770)
            path.chmod(0o2770)  # whatever the umask: another of the group rings here too
        return cls.found(path)

    def _is_ours(self) -> bool:
        """Tell whether it is of us, of the store's owner or of its group, and closed to all others."""
        mine, store = os.stat(self.handle), os.stat(self.path.parent)
        shared = mine.st_uid in (os.geteuid(), store.st_uid) or mine.st_gid == store.st_gid
        return shared and not mine.st_mode & stat.S_IWOTH

    def address(self, name: str) -> str | None:
        """Return the name by which a socket here is bound and rung, None where it would be too long."""
        address = f"{self.through}/{name}"
        return address if len(os.fsencode(address)) <= NAME_BYTES_MAX else None


class Doorbell:
    """What is rung after a commit; for any thread, and for a forked child as well."""

    def __init__(self, journal: Path) -> None:
        self._path = bells_of(journal)
        self._folder: BellFolder | None = None
        self._addresses: tuple[tuple[str, str], ...] = ()
        self._as_of = _NEVER
        self._socket: socket.socket | None = None

    def ring(self) -> None:
        """Ring at every listener; never waits and never raises."""
        folder = self._folder
        if folder is None:
            if not os.access(self._path, os.F_OK):
                return  # nobody has ever listened here
            folder = self._folder = BellFolder.found(self._path)
            self._as_of = _NEVER
            if folder is None:
                return
        with suppress(OSError):
            state = os.fstat(folder.handle)
            if state.st_nlink == 0:
                self._folder = None  # removed; perhaps another stands there at the next ring
            elif state.st_mtime_ns != self._as_of:
                self._read(folder, state.st_mtime_ns)
            for name, address in self._addresses:
                self._send(folder, name, address)

    def _read(self, folder: BellFolder, changed: int) -> None:
        names = (name for name in os.listdir(folder.through) if name.startswith(_PREFIX))
        found = ((name, folder.address(name)) for name in islice(names, LISTENERS_MAX))
        self._addresses = tuple((name, address) for name, address in found if address is not None)
        self._as_of = changed if time.time_ns() - changed > _TOO_YOUNG_NS else _NEVER
        if self._socket is None:
            self._socket = _datagrams()

    def _send(self, folder: BellFolder, name: str, address: str) -> None:
        sender = self._socket
        if sender is None:
            return
        try:
            sender.sendto(b"!", address)
        except BlockingIOError:
            pass  # its queue is full: it has been rung already
        except ConnectionRefusedError:
            _bury(folder, name)
        except OSError:
            pass  # gone, or not ours to ring

    def close(self) -> None:
        """Close what is open; a ring opens it again."""
        self._folder, self._addresses, self._as_of = None, (), _NEVER
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _bury(folder: BellFolder, name: str) -> None:
    """Unlink a socket that nobody listens at."""
    with suppress(OSError):
        state = os.stat(name, dir_fd=folder.handle, follow_symlinks=False)
        if stat.S_ISSOCK(state.st_mode) and time.time_ns() - state.st_mtime_ns > _NEWBORN_NS:
            os.unlink(name, dir_fd=folder.handle)


def _datagrams() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made


class Bell:
    """A listener at a journal's door, for one thread; without a journal, or where none can be hung, it only waits."""

    def __init__(self, journal: Path | None) -> None:
        self._path = bells_of(journal) if journal is not None else None
        self._open()

    def _open(self) -> None:
        self._pid = os.getpid()
        self._nudged, self._nudger = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._nudged.setblocking(False)
        self._nudger.setblocking(False)
        self._poll = poll()
        self._poll.register(self._nudged, POLLIN)
        self._name = f"{_PREFIX}{self._pid}-{os.urandom(4).hex()}"
        self._folder = BellFolder.made(self._path) if self._path is not None else None
        self._socket = self._bound(self._folder) if self._folder is not None else None
        if self._socket is not None:
            self._poll.register(self._socket, POLLIN)

    def _bound(self, folder: BellFolder) -> socket.socket | None:
        address = folder.address(self._name)
        if address is None:
            return None
        made = _datagrams()
        try:
            made.bind(address)
            os.chmod(self._name, 0o660, dir_fd=folder.handle)  # whatever the umask: all who share the store ring
        except OSError:
            made.close()
            return None
        return made

    @property
    def hears(self) -> bool:
        """Whether it can be rung; if not, only looking tells of others' commits."""
        return self._socket is not None

    def fileno(self) -> int:
        """Return the handle that is readable when it was rung, for others to select on; -1 where it cannot be."""
        return self._socket.fileno() if self._socket is not None else -1

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is rung or nudged, or the time is over; tell whether it was rung, and forget all rings so far."""
        if self._pid != os.getpid():
            self._shut()
            self._open()  # forked: what the parent is told must not be heard away from it
        ready = {handle for handle, _ in self._poll.poll(max(0, ceil(timeout_s * 1000)))}
        if self._nudged.fileno() in ready:
            _drained(self._nudged)
        return self._socket is not None and self._socket.fileno() in ready and _drained(self._socket)

    def nudge(self) -> None:
        """Let the wait end now; for any thread, and without effect once closed."""
        with suppress(OSError):
            self._nudger.send(b"!")

    def close(self) -> None:
        """Take the bell down; who waits then, waits for the time to be over."""
        if self._socket is not None and self._folder is not None and self._pid == os.getpid():
            with suppress(OSError):
                os.unlink(self._name, dir_fd=self._folder.handle)
        self._shut()

    def _shut(self) -> None:
        self._poll = poll()
        for one in (self._nudged, self._nudger, self._socket):
            if one is not None:
                one.close()
        self._socket = self._folder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _drained(ear: socket.socket) -> bool:
    """Take all that waits at a socket, and tell whether there was anything."""
    for taken in range(_DRAIN_MAX):  # more than any queue holds: who rings without pause must not keep us here
        try:
            ear.recv(1)
        except OSError:
            return taken > 0
    return True
