"""The spool: what was typed while the store could not be had is kept at the seat, and delivered once when it is back.

Theory of operation. A seat goes on taking the call when the store is locked, full, moved or cut off. Each line is sealed
with the moment it was typed and put at the end of a file of this system user (0600, synced before it is said to be kept).
When the store can be had again, the lines go through the desk in their order, as any line does; each fact has the moment
of typing as the time it occurred, and the line's own mark as its source. Before a line is carried out the spool notes
where the journal stood: after a crash it is looked up there whether the line was recorded, so that none is twice. A line
that is refused stops the delivery, for what follows may build on it; a person looks, drops it, and delivers the rest.

The key lies beside the file and goes with it when all is delivered. A last line that was cut off while it was written was
never said to be kept, and is left out. Source: New York 2013: a server went down, and seats had only paper.
"""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from hueandcry.domain.fault import Damaged, Refused, Unavailable

KEY_BYTES, NONCE_BYTES, MARK_BYTES, LENGTH_BYTES = 32, 12, 16, 4
LINES_MAX = 10_000


class Kept(Struct, frozen=True, array_like=True):
    """A line that waits: its mark, when it was typed (ns UTC), by whom in which session, and its text."""

    mark: bytes
    typed: int
    collar: str
    session: str
    text: str


class Sat(Struct, frozen=True):
    """Who sat here last while the store could be had: a seat that was never signed on keeps nothing."""

    collar: str
    session: str


class Begun(Struct, frozen=True, array_like=True):
    """A line whose delivery has begun, and where the journal stood before."""

    mark: bytes
    position: int


class Spool:
    """The lines that wait at this seat for one store."""

    def __init__(self, store: Path, state: Path | None = None) -> None:
        folder = (state or state_folder()) / hashlib.sha256(str(store).encode()).hexdigest()[:24]
        self._folder = folder
        self._lines, self._key_file = folder / "spool", folder / "spool.key"
        self._sat_file, self._begun_file, self._lock_file = folder / "seat.json", folder / "begun", folder / "lock"

    # Who sits here

    def sat(self) -> Sat | None:
        """Return who sat here last, None where nobody did."""
        try:
            return msgspec.json.decode(self._sat_file.read_bytes(), type=Sat)
        except (OSError, msgspec.DecodeError):
            return None

    def sit(self, collar: str, session: str) -> None:
        """Remember who sits here now."""
        if self.sat() != Sat(collar, session):
            self._write(self._sat_file, msgspec.json.encode(Sat(collar, session)))

    # Keeping

    def keep(self, text: str, typed: int) -> int:
        """Keep a line, durably, and return how many wait; raises Unavailable where this seat may not, or cannot."""
        sat = self.sat()
        if sat is None:
            raise Unavailable("nobody was signed on at this seat before, so nothing is kept here")
        with self._held():
            waiting = self.waiting()
            if len(waiting) >= LINES_MAX:
                raise Unavailable(f"{LINES_MAX} lines wait here already: no more are kept")
            content = b"".join(map(self._sealed, range(len(waiting)), waiting))
            one = Kept(os.urandom(MARK_BYTES), typed, sat.collar, sat.session, text)
            self._write(self._lines, content + self._sealed(len(waiting), one))
        return len(waiting) + 1

    @property
    def holds(self) -> bool:
        """Whether any line waits."""
        return self._lines.exists()

    def waiting(self) -> list[Kept]:
        """Return the lines that wait, in their order; raises Damaged where one of them was changed."""
        try:
            content = self._lines.read_bytes()
        except FileNotFoundError:
            return []
        found: list[Kept] = []
        while len(content) >= LENGTH_BYTES:
            length = int.from_bytes(content[:LENGTH_BYTES], "big")
            sealed, content = content[LENGTH_BYTES : LENGTH_BYTES + length], content[LENGTH_BYTES + length :]
            if len(sealed) < length:
                break  # cut off while it was written
            found.append(self._opened(len(found), sealed))
        return found

    def take_off(self, mark: bytes) -> None:
        """Take a line off that was delivered or dropped; the key goes with the last."""
        with self._held():
            left = [one for one in self.waiting() if one.mark != mark]
            if left:
                self._write(self._lines, b"".join(self._sealed(at, one) for at, one in enumerate(left)))
            else:
                self._lines.unlink(missing_ok=True)
                self._key_file.unlink(missing_ok=True)
                for broken_off in self._folder.glob("*.[0-9]*"):
                    broken_off.unlink(missing_ok=True)
            self._begun_file.unlink(missing_ok=True)

    # Delivering

    def begin(self, mark: bytes, position: int) -> None:
        """Note that a line is about to be carried out."""
        self._write(self._begun_file, msgspec.msgpack.encode(Begun(mark, position)))

    def begun(self) -> Begun | None:
        """Return the line whose delivery was begun and not finished, None where there is none."""
        try:
            return msgspec.msgpack.decode(self._begun_file.read_bytes(), type=Begun)
        except (OSError, msgspec.DecodeError):
            return None

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the delivery for one process at a time; tells whether there is something to deliver and nobody else does."""
        if not self.holds:
            yield False
            return
        handle = os.open(self._folder / "delivering", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)

    # Files

    def _key(self) -> AESGCM:
        try:
            key = self._key_file.read_bytes()
        except FileNotFoundError:
            key = os.urandom(KEY_BYTES)
            self._write(self._key_file, key)
        return AESGCM(key)

    def _sealed(self, at: int, one: Kept) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._key().encrypt(nonce, msgspec.msgpack.encode(one), at.to_bytes(8, "big"))
        return len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed

    def _opened(self, at: int, sealed: bytes) -> Kept:
        try:
            plain = self._key().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], at.to_bytes(8, "big"))
            return msgspec.msgpack.decode(plain, type=Kept)
        except (InvalidTag, ValueError, msgspec.DecodeError) as fault:
            raise Damaged(f"line {at + 1} of the spool {self._lines} is not as it was kept") from fault

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all, durably, for this user alone."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = path.with_name(f"{path.name}.{os.getpid()}")
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                if os.write(handle, content) < len(content):  # a disk that fills up takes a part
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(handle)
            finally:
                os.close(handle)
            fresh.replace(path)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as fault:
            raise Unavailable(f"the spool {self._lines} cannot be written: {fault.strerror}") from fault

    @contextmanager
    def _held(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def state_folder() -> Path:
    """Return where what belongs to this system user's seats is kept: HUE_STATE, or the XDG state folder."""
    named = os.environ.get("HUE_STATE") or os.environ.get("XDG_STATE_HOME")
    base = Path(named).expanduser() if named else Path.home() / ".local" / "state"
    return base / "hueandcry"


def dropped(spool: Spool, number: int) -> Kept:
    """Take off the line of a number, counted from 1, and return it; refuses a number that no line has."""
    waiting = spool.waiting()
    if not 1 <= number <= len(waiting):
        raise Refused(f"{len(waiting)} lines wait here, there is no line {number}")
    spool.take_off(waiting[number - 1].mark)
    return waiting[number - 1]
