"""Signed checkpoints: how long the journal was and its root, in a text that anyone can check, and the files that keep them.

Theory of operation. A checkpoint is C2SP tlog-checkpoint in a C2SP signed note: origin, size and root in base64, one a
line, perhaps lines of others, an empty line, and signature lines. Keys are Ed25519 in the texts of signed-note. Only the
form of a note is looked at before a signature by the one key we were told of verifies: lines of other keys are passed
over, a line by our key that does not verify refuses the whole. Base64 is taken only as it would be written, so that one
checkpoint has one spelling. A public key of low order is refused: a signature under one fits many texts.

    key id = first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key)

The file `checkpoints` is a run of entries: a note and one empty line. A checkpoint's text has no empty line and no space
in its first line, a signature line begins with a dash and a space; so an entry is lines, an empty line, signature lines,
an empty line. A write that broke off leaves the beginning of one, or zero bytes where the file system had no time for
more. It was never acknowledged: readers pass over it and the next append cuts it off. All else is Damaged.
"""

import fcntl
import hashlib
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from hueandcry.domain.fault import Damaged, ForeignFault, Unavailable
from hueandcry.store.tree import HASH_BYTES, SIZE_MAX

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
KEY_BYTES = 32
KEY_ID_BYTES = 4
_ED25519 = b"\1"  # the type byte of signed-note
_PRIVATE = "PRIVATE+KEY+"
_DASH = "— "
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,19}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\s+\ud800-\udfff]")  # the last are halves of pairs, which UTF-8 does not know
_TAIL_BYTES = 2 * NOTE_BYTES_MAX + 3  # the empty line before the last entry, the entry, and a write that broke off
_PRIME = (1 << 255) - 19  # of the field below the curve
_ORDER_8_Y = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_LOW_ORDER_Y = (0, 1, _PRIME - 1, _ORDER_8_Y, _PRIME - _ORDER_8_Y)  # of the eight points whose order divides 8


class Verifier:
    """A public key with its name, from a C2SP verifier key; raises ForeignFault where that is none, or of low order."""

    def __init__(self, text: str) -> None:
        self.name, key_id, self.public = _read_key(text)
        _check_point(self.public)
        self.key_id = _key_id(self.name, self.public)
        if key_id != self.key_id:
            raise ForeignFault("the key id of this verifier key is not that of its name and key")
        self._public = Ed25519PublicKey.from_public_bytes(self.public)

    @classmethod
    def of(cls, name: str, public: bytes) -> "Verifier":
        """Return the verifier of a name and a public key; raises ForeignFault as reading its text would."""
        return cls(_key_text(name, _key_id(name, public), public))

    def text(self) -> str:
        """Return the verifier key as C2SP writes it."""
        return _key_text(self.name, self.key_id, self.public)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Tell whether a signature over a message is by this key."""
        with suppress(InvalidSignature):
            self._public.verify(signature, message)
            return True
        return False


class Signer:
    """A key that signs, with its name, from a C2SP signer key; raises ForeignFault where that is none."""

    def __init__(self, text: str) -> None:
        name, key_id, seed = _read_key(text, _PRIVATE)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier.of(name, self._private.public_key().public_bytes_raw())
        if key_id != self.verifier.key_id:
            raise ForeignFault("the key id of this signer key is not that of its name and key")

    @classmethod
    def generate(cls, name: str) -> "Signer":
        """Make a key; raises ForeignFault for a name that signed-note does not allow."""
        private = Ed25519PrivateKey.generate()
        key_id = _key_id(name, private.public_key().public_bytes_raw())
        return cls(_PRIVATE + _key_text(name, key_id, private.private_bytes_raw()))

    def text(self) -> str:
        """Return the signer key as C2SP writes it; whoever has this text can sign."""
        return _PRIVATE + _key_text(self.verifier.name, self.verifier.key_id, self._private.private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message."""
        return self._private.sign(message)


def check_name(name: str) -> None:
    """Check the name of a key; raises ForeignFault where signed-note does not allow it."""
    if not name or _NOT_IN_A_NAME.search(name):
        raise ForeignFault("the name of a key is not empty and holds no space, no plus and no control character")


def _read_key(text: str, mark: str = "") -> tuple[str, bytes, bytes]:
    parts = text.removeprefix(mark).removesuffix("\n").split("+", 2)  # base64 may hold a plus
    if not text.startswith(mark) or len(parts) != 3 or not _KEY_ID.fullmatch(parts[1]):
        raise ForeignFault(f"a key is written as {mark}name+key id+base64, the key id in eight hexadecimal digits")
    check_name(parts[0])
    key = _decoded(parts[2], "key")
    if len(key) != 1 + KEY_BYTES or key[:1] != _ED25519:
        raise ForeignFault("this key is not an Ed25519 key")
    return parts[0], bytes.fromhex(parts[1]), key[1:]


def _key_text(name: str, key_id: bytes, key: bytes) -> str:
    return f"{name}+{key_id.hex()}+{b64encode(_ED25519 + key).decode()}"


def _key_id(name: str, public: bytes) -> bytes:
    check_name(name)
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:KEY_ID_BYTES]


def _check_point(public: bytes) -> None:
    """Check a public key; raises ForeignFault for low order, and for a spelling that is not the one."""
    y = int.from_bytes(public, "little") & (1 << 255) - 1  # the bit above is the sign of x
    if y % _PRIME in _LOW_ORDER_Y:
        raise ForeignFault("this public key is of low order: its signatures would fit texts that were never signed")
    if y >= _PRIME:
        raise ForeignFault("this public key is not spelt as Ed25519 does: its number is not below the prime")


def _decoded(text: str, what: str) -> bytes:
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        content = b""
    if not content or b64encode(content).decode() != text:  # another spelling of the same bytes
        raise ForeignFault(f"the base64 of a {what} is malformed")
    return content


# Notes and checkpoints


def sign_note(text: str, signer: Signer) -> str:
    """Return a text as a note with one signature; raises ForeignFault for a text that no note can hold."""
    verifier = signer.verifier
    signature = signer.sign(text.encode("utf-8", "replace"))  # what this replaces is refused below
    note = f"{text}\n{_DASH}{verifier.name} {b64encode(verifier.key_id + signature).decode()}\n"
    if _parts(note)[0] != text:
        raise ForeignFault("the text of a note ends with a line break")
    return note


def open_note(note: str | bytes, verifier: Verifier) -> str:
    """Return the text of a note that a key signed; raises ForeignFault for anything else."""
    text, signatures = _parts(note)
    ours = [signature for *key, signature in signatures if key == [verifier.name, verifier.key_id]]
    if not ours:
        raise ForeignFault("the note has no signature by the key that it is checked with")
    if not all(verifier.verifies(text.encode(), signature) for signature in ours):
        raise ForeignFault("the note's signature does not fit its text: one of them was changed")
    return text


def _parts(note: str | bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return a note's text and signatures (key name, key id, signature) by its form; raises ForeignFault where that is none."""
    try:
        content = note.encode() if isinstance(note, str) else note
        written = content.decode()
    except UnicodeError as fault:
        raise ForeignFault("the note is not UTF-8") from fault
    if len(content) > NOTE_BYTES_MAX:
        raise ForeignFault(f"the note is longer than {NOTE_BYTES_MAX:,} bytes")
    if _CONTROL.search(written):
        raise ForeignFault("the note holds control characters")
    if not written.endswith("\n"):
        raise ForeignFault("the note does not end with a line break")
    text, gap, lines = written.rpartition("\n\n")
    signatures = lines.split("\n")[:-1]
    if not gap or not signatures:
        raise ForeignFault("this is not a signed note: it has no signature lines after an empty line")
    if len(signatures) > SIGNATURES_MAX:
        raise ForeignFault(f"the note has more than {SIGNATURES_MAX} signatures")
    return text + "\n", [_signature(line) for line in signatures]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, gap, written = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap:
        raise ForeignFault("a signature line is not a dash, a key name and a signature")
    check_name(name)
    content = _decoded(written, "signature")
    if len(content) <= KEY_ID_BYTES:
        raise ForeignFault("a signature line holds no signature")
    return name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:]


class Checkpoint(Struct, frozen=True):
    """What is signed of a journal: its origin, how many rows it had, the root over them, and lines that others added."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the text that is signed."""
        lines = (self.origin, self.size, b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def sign(checkpoint: Checkpoint, signer: Signer) -> str:
    """Return a checkpoint as a signed note; raises ForeignFault for one that would not be read back as it is."""
    note = sign_note(checkpoint.text(), signer)
    if read(note, signer.verifier) != checkpoint:
        raise ForeignFault("this checkpoint would be read back as another: there is a line break in a line of it")
    return note


def read(note: str | bytes, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint of a note that a key signed for its own origin; raises ForeignFault for anything else."""
    checkpoint = _read_text(open_note(note, verifier))
    if checkpoint.origin != verifier.name:
        raise ForeignFault("the checkpoint is of another origin than the key that signed it")
    return checkpoint


def _read_text(text: str) -> Checkpoint:
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise ForeignFault("a checkpoint is an origin, a size and a root, one a line, and has no empty line")
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) > SIZE_MAX:
        raise ForeignFault("the checkpoint's size is not a decimal number of at most 64 bits without leading zeros")
    decoded = _decoded(root, "root")
    if len(decoded) != HASH_BYTES:
        raise ForeignFault(f"the checkpoint's root is not {HASH_BYTES} bytes")
    return Checkpoint(origin, int(size), decoded, tuple(extensions))


def _unverified(note: str | bytes) -> Checkpoint:
    """Return what a note says, whoever signed it; raises ForeignFault where it cannot stand in a file of checkpoints."""
    checkpoint = _read_text(_parts(note)[0])
    check_name(checkpoint.origin)  # with a space it could be taken for a signature line
    return checkpoint


# The files that keep them


class Checkpoints:
    """The store's signed checkpoints, oldest first."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, note: str) -> None:
        """Add a note, durably, once no other process is adding one; raises ForeignFault, Damaged or Unavailable."""
        _unverified(note)
        with _told(self.path), _held(self.path.parent) as folder, _opened(self.path, 0o660) as file:
            file.truncate(_end(file, self.path)[1])
            file.write(f"{note}\n".encode())
            file.flush()
            os.fsync(file.fileno())
            os.fsync(folder)

    def all(self) -> Iterator[str]:
        """Yield the notes, oldest first; raises Damaged at something that is none, or Unavailable."""
        with _told(self.path), suppress(FileNotFoundError), self.path.open("rb") as file:
            end, at = _end(file, self.path)[1], file.seek(0)
            while at < end:
                entry = _entry(file)
                note = _note_of(entry.removesuffix(b"\n"))
                if note is None:
                    raise Damaged(f"{self.path} holds something at byte {at} that is no checkpoint")
                yield note
                at += len(entry)

    def last(self) -> str | None:
        """Return the newest note from the file's tail, None where there is none; raises Damaged or Unavailable."""
        with _told(self.path), suppress(FileNotFoundError), self.path.open("rb") as file:
            return _end(file, self.path)[0]
        return None


class Known:
    """The newest checkpoint that was signed or verified here, in a folder that is not the store's."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self) -> str | None:
        """Return the note, None where nothing is known yet; raises Damaged where what is kept is none, or Unavailable."""
        with _told(self.path), suppress(FileNotFoundError), self.path.open("rb") as file:
            note = _note_of(file.read(NOTE_BYTES_MAX + 1))
            if note is None:
                raise Damaged(f"{self.path} does not hold the checkpoint that was written there")
            return note
        return None

    def advance(self, note: str) -> bool:
        """Keep a note that was signed or verified, durably, and tell whether it changed what is kept; an older one does not.

        Raises ForeignFault where it is no checkpoint of the same origin, Damaged where two of one size have different
        roots or what is kept is no checkpoint, or Unavailable.
        """
        new = _unverified(note)
        with _told(self.path), _held(self.path.parent) as folder:
            if (kept := self.note()) and (kept == note or not _follows(new, _unverified(kept))):
                return False
            beside = self.path.with_name(f"{self.path.name}.new")
            beside.unlink(missing_ok=True)  # of a write that broke off
            with _opened(beside, 0o600) as file:
                file.write(note.encode())
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
            os.fsync(folder)
        return True


def _follows(new: Checkpoint, kept: Checkpoint) -> bool:
    if new.origin != kept.origin:
        raise ForeignFault("the checkpoint is of another origin than the one that is known here")
    if new.size == kept.size and new.root != kept.root:
        raise Damaged(f"two checkpoints over {new.size} rows have different roots: one history was put for another")
    return new.size >= kept.size  # of the same size: signed by more, or by a newer key


def _end(file: BinaryIO, path: Path) -> tuple[str | None, int]:
    """Return the last whole entry's note and where it ends; raises Damaged where more follows than one write leaves."""
    start = file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
    tail = file.read()
    *blocks, _ = tail.split(b"\n\n")
    note, at = None, 0
    for last in range(len(blocks) - 1, 1 if start else 0, -1):  # the first block of a tail may be a part of one
        note = _note_of(b"\n\n".join(blocks[last - 1 : last + 1]) + b"\n")
        if note is not None:
            at = sum(len(block) + 2 for block in blocks[: last + 1])
            break
    rest = tail[at:]
    if len(rest) > NOTE_BYTES_MAX or (rest.count(b"\n\n") > 1 and b"\0" not in rest):
        raise Damaged(f"{path} ends with something that is neither a checkpoint nor the beginning of one")
    return note, start + at


def _note_of(content: bytes) -> str | None:
    try:
        _unverified(content)
    except ForeignFault:
        return None
    return content.decode()


def _entry(file: BinaryIO) -> bytes:
    """Read on to the end of the second empty line, or farther than a note is long."""
    entry, empty = bytearray(), 0
    while empty < 2 and len(entry) <= NOTE_BYTES_MAX and (line := file.readline(NOTE_BYTES_MAX)):
        entry += line
        empty += line == b"\n"
    return bytes(entry)


def _opened(path: Path, mode: int) -> BinaryIO:
    """Open a file to read and to add to; a new one has its mode whatever the umask."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        os.fchmod(handle, mode)
    except FileExistsError:
        handle = os.open(path, os.O_RDWR | os.O_APPEND)
    return os.fdopen(handle, "r+b")


@contextmanager
def _held(folder: Path) -> Iterator[int]:
    """Let one process at a time write in a folder; yields a handle by which the names in it are made durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise Unavailable(f"the checkpoints in {path} cannot be read or written: {fault.strerror}") from fault
