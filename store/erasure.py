"""Carrying out an erasure: what the words of a record are, where they may lie, and that they lie nowhere any more.

Theory of operation. While the record key is still there the sealed groups are opened in memory, which gives the needles:
each group's salt and array exactly as they would stand in a file, and every text of some length. All files of the store
and of its key folder are searched for them. Words that stand in a file which SQLite keeps would be a fault of ours: the
erasure then stays pending, and the key is not destroyed. Side files for what could not be recorded are named and may
stay: they belong to no record. Then the key is destroyed, the key store is rebuilt and its write-ahead log truncated,
and all files are searched again, for the wrapped key too. Only then is the erasure complete.

When the process that carries it out ends in the middle, the next one begins again; once the key is gone what is left to
do is to rebuild the key store, which asks for no needle.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from hueandcry.domain.erasure import ERASED
from hueandcry.domain.fault import Damaged, Unavailable
from hueandcry.store import codec
from hueandcry.store.codec import SALT_BYTES, SEALED_TIERS, Row
from hueandcry.store.folder import REJECTED_NAME, StoreFolder
from hueandcry.store.keyring import Keyring, open_keyring
from hueandcry.store.log import Log

TEXT_BYTES_MIN = 8  # shorter words stand in too many places by chance
CHUNK_BYTES = 1 << 20


class Needle(Struct, frozen=True):
    """Bytes that must not be found: what they are, and whether it is a text as somebody typed it."""

    what: str
    content: bytes
    text: bool = False


class Place(Struct, frozen=True):
    """A place where words of a record lie or may lie; `stays` says why it is left, empty where it must be clean."""

    path: str
    what: str
    stays: str = ""


def keys_of(rows: Iterable[Row]) -> list[int]:
    """Return the record keys that erased rows of a stream were sealed under: those before its last `record.erased`."""
    found: list[int] = []
    held: list[int] = []
    for row in rows:
        key = codec.key_of(row.head)
        if key is not None and key not in held:
            held.append(key)
        if row.name == ERASED:
            found = list(held)
    return found


def needles_of(log: Log, rows: Iterable[Row], public: bytes = b"") -> list[Needle]:
    """Return what must not be found of the rows of a record; texts that stand in `public`, such as a pack's, are no needle.

    The groups are opened in memory and shown to nobody. Raises Unavailable without the keys.
    """
    found: list[Needle] = []
    for row in rows:
        groups = log.seals.opened(row)
        for tier in SEALED_TIERS:
            plain = groups.get(tier)
            if plain is None:
                continue
            found.append(Needle(f"@{row.position}, salt", plain[:SALT_BYTES]))
            found += [
                Needle(f"@{row.position}, words", text, text=True)
                for text in _texts(msgspec.msgpack.decode(plain[SALT_BYTES:]))
                if len(text) >= TEXT_BYTES_MIN and text not in public
            ]
    return found


def _texts(value: object) -> Iterator[bytes]:
    if isinstance(value, str):
        yield value.encode("utf-8", "surrogatepass")
    elif isinstance(value, bytes):
        yield value
        yield from _within(value)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _within(value: bytes) -> Iterator[bytes]:
    """Yield the texts of a group that another force sealed and gave: salt and array, as one value of a fact here."""
    try:
        inner = msgspec.msgpack.decode(value[SALT_BYTES:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if isinstance(inner, list):
        yield from _texts(inner)


def search(needles: list[Needle], files: Iterable[Path]) -> list[tuple[Path, Needle]]:
    """Return where needles are found: each file with the first needle in it."""
    longest = max((len(one.content) for one in needles), default=0)
    found = []
    for path in files:
        hit = _in_file(path, needles, longest)
        if hit is not None:
            found.append((path, hit))
    return found


def _in_file(path: Path, needles: list[Needle], longest: int) -> Needle | None:
    try:
        with path.open("rb") as file:
            tail = b""
            while chunk := file.read(CHUNK_BYTES):
                window = tail + chunk
                for one in needles:
                    if one.content in window:
                        return one
                tail = window[-longest:] if longest else b""
    except FileNotFoundError:
        return None  # a write-ahead log that was folded back meanwhile
    except OSError as fault:
        raise Unavailable(f"{path} cannot be searched: {fault.strerror}") from fault
    return None


def files_of(*folders: Path) -> list[Path]:
    """Return all files below some folders, in order."""
    return sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file())


class Eraser:
    """Carries out the erasure of records of one store."""

    def __init__(self, folder: StoreFolder, key_folder: Path, log: Log, public: bytes) -> None:
        self._folder, self._key_folder, self._log, self._public = folder, key_folder, log, public

    def found(self, stream: bytes) -> list[Place]:
        """Return the places in files where words of a record stand in clear."""
        needles = needles_of(self._log, self._log.stream_rows(stream), self._public)
        return self._places(needles)

    def carry_out(self, stream: bytes, key_backups: Iterable[Path]) -> tuple[int, list[Place]]:
        """Erase a record whose erasure was approved; returns how many files were searched, and the places that stay.

        Raises Unavailable where it has to stay pending: words found where they must not be, or a key store that another
        process reads.
        """
        rows = self._log.stream_rows(stream)
        keyring = self._log.seals.keyring
        keys = keys_of(rows)
        gone = [key for key in keys if not keyring.destroyed(key)]
        needles = needles_of(self._log, rows, self._public) if gone else []
        staying = self._clean(needles)
        for key in gone:
            wrapped = keyring.destroy(key)
            if wrapped is not None:
                needles.append(Needle(f"record key {key}", wrapped))
        keyring.scrub()
        # Also those that were destroyed here before: whoever began may have ended before it came to the backups.
        staying += [self._in_backup(path, keys) for path in key_backups]
        self._clean(needles)
        searched = len(files_of(self._folder.path, self._key_folder))
        return searched, [place for place in staying if place.stays]

    def _places(self, needles: list[Needle]) -> list[Place]:
        hits = search(needles, files_of(self._folder.path, self._key_folder))
        return [Place(str(path), needle.what, self._may_stay(path)) for path, needle in hits]

    def _may_stay(self, path: Path) -> str:
        if path.parent.name == REJECTED_NAME:
            return "a row that could not be recorded belongs to no record: delete the file when it is dealt with"
        return ""

    def _clean(self, needles: list[Needle]) -> list[Place]:
        places = self._places(needles)
        left = [place for place in places if not place.stays]
        if left:
            raise Unavailable(
                f"the erasure stays pending: {left[0].path} still holds {left[0].what}"
                + (f", and {len(left) - 1} files more" if len(left) > 1 else "")
            )
        return places

    def _in_backup(self, path: Path, keys: list[int]) -> Place:
        """Destroy record keys in a backup of the key store too; where it cannot be reached, it is named and stays."""
        if not path.exists():
            return Place(str(path), "a backup of the record keys", "it cannot be reached from here: destroy it by hand")
        try:
            kept: Keyring = open_keyring(path, self._log.seals.kek)
        except (Unavailable, Damaged) as fault:
            return Place(str(path), "a backup of the record keys", f"it does not open ({fault}): destroy it by hand")
        try:
            for key in keys:
                kept.destroy(key)
            kept.scrub()
        finally:
            kept.close()
        return Place(str(path), "a backup of the record keys")
