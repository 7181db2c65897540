"""The spool: what was typed while the store could not be had is kept at the seat, and delivered once when it is back.

Theory of operation. A seat goes on taking the call when the store is locked, full, moved or cut off. Each line is sealed
with the moment it was typed and put at the end of a file of this system user (0600, synced before it is said to be kept).
When the store can be had again, the lines go through the desk in their order, as any line does; each fact has the moment
of typing as the time it occurred, and the line's own mark as its source. Before a line is carried out the spool notes
where the journal stood: after a crash it is looked up there whether the line was recorded, so that none is twice.

The file is `length (4 bytes, big-endian) || nonce (12) || AES-256-GCM(line)` for each line; associated data are the line's
place (8 bytes) and one byte that tells whether it is the last. It is always written whole, beside the old one, and put in
its place: a file that ends too early was not cut off by a crash, it is damaged, and so is one with a line too few. The key
lies beside the file and goes with it when all is delivered. Source: New York 2013: a server went down, and seats had only
paper.
"""

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
from msgspec.structs import replace

from hueandcry.domain.fault import Damaged, Refused, Unavailable
from hueandcry.operator.keptfile import KEY_BYTES, NONCE_BYTES, write_whole

MARK_BYTES, LENGTH_BYTES = 16, 4
PLACE_BYTES, FOLDER_LETTERS = 8, 24
LINES_MAX = 10_000
SAT_MAX = 50


class Kept(Struct, frozen=True, array_like=True):
    """A line that waits: its mark, when it was typed (ns UTC), by whom in which session, and its text.

    `hand` are the items that its session had in hand then, the last one turned to at the end; None where that is as the
    board has it, or as the line before leaves it.
    """

    mark: bytes
    typed: int
    collar: str
    session: str
    text: str
    hand: tuple[bytes, ...] | None = None


class Sat(Struct, frozen=True):
    """Who sat here while the store could be had: a seat that was never signed on keeps nothing."""

    collar: str
    session: str


class Begun(Struct, frozen=True, array_like=True):
    """A line whose delivery has begun, and where the journal stood and what was in hand before."""

    mark: bytes
    position: int
    hand: tuple[bytes, ...] = ()


class Spool:
    """The lines that wait at this seat for one store."""

    def __init__(self, store: Path, state: Path | None = None) -> None:
        self._folder = folder = folder_of(state or state_folder(), store)
        self._lines, self._key_file = folder / "spool", folder / "spool.key"
        self._sat_file, self._begun_file, self._lock_file = folder / "seat.json", folder / "begun", folder / "lock"

    # Who sits here

    def sat(self, session: str | None = None) -> Sat | None:
        """Return who sat here in a session, or last where none is named; None where nobody did."""
        known = self._known()
        if session is None:
            return known[-1] if known else None
        return next((one for one in known if one.session == session), None)

    def _known(self) -> list[Sat]:
        try:
            return msgspec.json.decode(self._sat_file.read_bytes(), type=list[Sat])
        except (OSError, msgspec.DecodeError):
            return []

    def sit(self, collar: str, session: str) -> None:
        """Remember who sits here now, and the last few who did: several may at one time, each in a session of their own."""
        known, now = self._known(), Sat(collar, session)
        if known[-1:] != [now]:
            kept = [*[one for one in known if one != now], now][-SAT_MAX:]
            self._write(self._sat_file, msgspec.json.encode(kept))

    # Keeping

    def keep(self, text: str, typed: int, session: str | None = None) -> int:
        """Keep a line of a session, durably, and return how many wait; raises Unavailable where this seat may not, or cannot.

        Where no session is named, it is that of who sat here last.
        """
        sat = self.sat(session)
        if sat is None:
            raise Unavailable("nobody was signed on at this seat before, so nothing is kept here")
        with self._held():
            waiting = self._read()
            if len(waiting) >= LINES_MAX:
                raise Unavailable(f"{LINES_MAX} lines wait here already: no more are kept")
            if not waiting:
                self._write(self._key_file, os.urandom(KEY_BYTES))
            self._rewrite([*waiting, Kept(os.urandom(MARK_BYTES), typed, sat.collar, sat.session, text)])
        return len(waiting) + 1

    @property
    def holds(self) -> bool:
        """Whether any line waits."""
        return self._lines.exists()

    def waiting(self) -> list[Kept]:
        """Return the lines that wait, in their order; raises Damaged where one of them is missing or was changed."""
        if not self.holds:
            return []
        with self._held():
            return self._read()

    def take_off(self, mark: bytes, hand: tuple[bytes, ...] | None = None) -> None:
        """Take a line off that was delivered or dropped; the key goes with the last.

        `hand` is what is in hand for the next line of that session, beside what that has of its own.
        """
        with self._held():
            left = _without(self._read(), mark, hand)
            if left:
                self._rewrite(left)
            else:
                self._lines.unlink(missing_ok=True)
                self._key_file.unlink(missing_ok=True)
                for broken_off in self._folder.glob("*.[0-9]*"):
                    broken_off.unlink(missing_ok=True)
            begun = self.begun()
            if not left or begun is None or begun.mark == mark:
                self._begun_file.unlink(missing_ok=True)

    # Delivering

    def begin(self, begun: Begun) -> None:
        """Note that a line is about to be carried out."""
        self._write(self._begun_file, msgspec.msgpack.encode(begun))

    def put_in_hand(self, mark: bytes, hand: tuple[bytes, ...]) -> None:
        """Note with a line that stays what its session had in hand, so that `.` means the same whenever it is delivered."""
        with self._held():
            self._rewrite([replace(one, hand=hand) if one.mark == mark else one for one in self._read()])

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
        handle = self._open(self._folder / "delivering")
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

    def _read(self) -> list[Kept]:
        try:
            rest = self._lines.read_bytes()
        except FileNotFoundError:
            return []
        key = self._key()
        found: list[Kept] = []
        while rest or not found:  # there is no file without a line
            end = LENGTH_BYTES + int.from_bytes(rest[:LENGTH_BYTES], "big")
            sealed, rest = rest[LENGTH_BYTES:end] if end <= len(rest) else b"", rest[end:]
            try:
                nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
                plain = key.decrypt(nonce, text, _place(len(found), last=not rest))
                found.append(msgspec.msgpack.decode(plain, type=Kept))
            except (InvalidTag, ValueError, msgspec.DecodeError) as fault:
                raise Damaged(f"line {len(found) + 1} of the spool {self._lines} is not as it was kept") from fault
        return found

    def _rewrite(self, lines: list[Kept]) -> None:
        key, content = self._key(), b""
        for at, one in enumerate(lines):
            nonce = os.urandom(NONCE_BYTES)
            place = _place(at, last=at == len(lines) - 1)
            sealed = nonce + key.encrypt(nonce, msgspec.msgpack.encode(one), place)
            content += len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed
        self._write(self._lines, content)

    def _key(self) -> AESGCM:
        try:
            return AESGCM(self._key_file.read_bytes())
        except (FileNotFoundError, ValueError) as fault:
            raise Damaged(f"the key of the spool {self._lines} is not there, or not as it was") from fault

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all, durably, for this user alone."""
        try:
            write_whole(path, content)
        except OSError as fault:
            raise Unavailable(f"the spool {self._lines} cannot be written: {fault.strerror}") from fault

    @contextmanager
    def _held(self) -> Iterator[None]:
        handle = self._open(self._lock_file)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _open(self, path: Path) -> int:
        """Open a file that is held while something is done here; raises Unavailable where this seat has no place for it."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise Unavailable(f"the spool {self._lines} cannot be used: {fault.strerror}") from fault


def state_folder() -> Path:
    """Return where what belongs to this system user's seats is kept: HUE_STATE, or the XDG state folder."""
    named = os.environ.get("HUE_STATE") or os.environ.get("XDG_STATE_HOME")
    base = Path(named).expanduser() if named else Path.home() / ".local" / "state"
    return base / "hueandcry"


def folder_of(state: Path, store: Path) -> Path:
    """Return where lines for a store are kept: one folder, in however many ways its path is written."""
    return state / hashlib.sha256(os.path.realpath(store).encode()).hexdigest()[:FOLDER_LETTERS]


def _place(at: int, *, last: bool) -> bytes:
    return at.to_bytes(PLACE_BYTES, "big") + bytes([last])


def _without(lines: list[Kept], mark: bytes, hand: tuple[bytes, ...] | None) -> list[Kept]:
    """Return the lines but one, what is in hand after it given to the next line of its session."""
    at = next((at for at, one in enumerate(lines) if one.mark == mark), None)
    if at is None:
        return lines
    gone, rest = lines[at], lines[at + 1 :]
    for number, one in enumerate(rest):
        if hand is not None and one.session == gone.session:
            rest[number] = replace(one, hand=(*hand, *(one.hand or ())))
            break
    return [*lines[:at], *rest]


def dropped(spool: Spool, number: int) -> Kept:
    """Take off the line of a number, counted from 1, and return it; refuses a number that no line has."""
    waiting = spool.waiting()
    if not 1 <= number <= len(waiting):
        raise Refused(f"{len(waiting)} lines wait here, there is no line {number}")
    one = waiting[number - 1]
    spool.take_off(one.mark, one.hand)
    return one
