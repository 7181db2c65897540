"""Signed checkpoints: how long the journal was and its root, in a text that anyone can check, and the files that keep them.

Theory of operation. A checkpoint is C2SP tlog-checkpoint in a signed note (store/note.py): origin, size and root in
base64, one a line, perhaps lines of others.

The file `checkpoints` is a run of entries: a note and one empty line. A checkpoint's text has no empty line and no space
in its first line, a signature line begins with a dash and a space; so an entry is lines, an empty line, signature lines,
an empty line. A write that broke off leaves the beginning of one, or zero bytes where the file system had no time for
more. It was never acknowledged: readers pass over it and the next append cuts it off. All else is Damaged.
"""

import fcntl
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from hueandcry.domain.fault import Damaged, ForeignFault, Unavailable
from hueandcry.store.note import NOTE_BYTES_MAX, Signer, Verifier, check_name, decoded, note_parts, open_note, sign_note
from hueandcry.store.tree import HASH_BYTES, SIZE_MAX

_SIZE = re.compile(r"0|[1-9][0-9]{0,19}")
_TAIL_BYTES = 2 * NOTE_BYTES_MAX + 3  # the empty line before the last entry, the entry, and a write that broke off


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
    found = decoded(root, "root")
    if len(found) != HASH_BYTES:
        raise ForeignFault(f"the checkpoint's root is not {HASH_BYTES} bytes")
    return Checkpoint(origin, int(size), found, tuple(extensions))


def _unverified(note: str | bytes) -> Checkpoint:
    """Return what a note says, whoever signed it; raises ForeignFault where it cannot stand in a file of checkpoints."""
    checkpoint = _read_text(note_parts(note)[0])
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
