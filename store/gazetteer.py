"""The gazetteer as it is searched: an index of the edition in force, kept in a file beside the journal.

Theory of operation. The file is a read model (store/placeindex.py). It is written whole or not at all and carries a checksum;
where it is missing, damaged or of another edition the index is made anew, in memory where no file can be written. Nothing
here is evidence.
"""

import os
import sqlite3
import threading
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from hueandcry.domain.gazetteer import GAZETTEER_STREAM, Edition, PlacesListed
from hueandcry.store.connection import existing
from hueandcry.store.log import Log
from hueandcry.store.placeindex import Fit, Index, Place, made_of, stamp

T = TypeVar("T")

PLACES_NAME = "gazetteer.db"
_CHECK_AT, _CHECK_BYTES, _CHUNK = 60, 4, 1 << 20  # in SQLite's user_version stands the checksum over all the rest


def _kept_in(path: Path, edition: Edition) -> sqlite3.Connection | None:
    """Return the index in a file, None where it is damaged, of another edition, or not there."""
    with suppress(OSError, sqlite3.Error):
        with path.open("rb") as file:
            if _checksum(file) != os.pread(file.fileno(), _CHECK_BYTES, _CHECK_AT):
                return None
        uri = f"{existing(path, 'ro')}&immutable=1"  # it is replaced and never written to, so nobody locks it
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        if connection.execute("SELECT * FROM edition").fetchall() == [stamp(edition)]:
            return connection
        connection.close()
    return None


def _keep(memory: sqlite3.Connection, path: Path) -> None:
    """Write an index to its file, whole or not at all; raises OSError or sqlite3.Error where that cannot be done."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    try:
        with open(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o660), "r+b") as file:
            fresh.chmod(0o660)
            with closing(sqlite3.connect(existing(fresh), uri=True)) as copy:
                memory.backup(copy)
            os.pwrite(file.fileno(), _checksum(file), _CHECK_AT)
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _checksum(file: BinaryIO) -> bytes:
    """Return the CRC-32 of a file, the place where it stands itself taken for zeros."""
    begins = bytearray(file.read(_CHUNK))
    begins[_CHECK_AT : _CHECK_AT + _CHECK_BYTES] = bytes(_CHECK_BYTES)
    found = zlib.crc32(begins)
    while chunk := file.read(_CHUNK):
        found = zlib.crc32(chunk, found)
    return found.to_bytes(_CHECK_BYTES, "big")


class Places:
    """The places of the edition in force, searched in a file beside the journal, or in memory where `path` is None."""

    def __init__(self, log: Log, path: Path | None) -> None:
        self._log, self._path = log, path
        self.edition: Edition | None = None
        self._index: Index | None = None
        self._lock = threading.RLock()

    def turn_to(self, edition: Edition | None) -> None:
        """Let an edition be the one that is searched, None for no place at all."""
        with self._lock:
            if edition != self.edition:
                self.close()
                self.edition = edition

    def find(self, text: str, limit: int = 8) -> list[Place]:
        """Return the places that a text may mean, the best first."""
        return [place for _, place in self._asked(lambda index: index.found(text))[:limit]]

    def meant(self, text: str) -> tuple[Fit, list[Place]]:
        """Return the places that fit a text best, and how well they do."""
        found = self._asked(lambda index: index.found(text))
        best = found[0][0] if found else Fit.ALIKE
        return best, [place for fit, place in found if fit is best]

    def numbered(self, number: int) -> Place | None:
        """Return a place by its number in the edition, counted from 1."""
        return next(iter(self._asked(lambda index: index.places("number=?", (number,)))), None)

    def close(self) -> None:
        """Give the file back; it is opened again when it is next asked."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def _asked(self, question: Callable[[Index], list[T]]) -> list[T]:
        with self._lock:
            edition, path = self.edition, self._path
            if edition is None:
                return []
            try:
                self._index = self._index or Index((path and _kept_in(path, edition)) or self._made(edition))
                return question(self._index)
            except (sqlite3.Error, ValueError):  # damaged after it was opened
                self.close()
                self._index = Index(self._made(edition))
                return question(self._index)

    def _made(self, edition: Edition) -> sqlite3.Connection:
        listed = (one for one in self._log.stream(GAZETTEER_STREAM) if edition.first < one.version <= edition.last)
        memory = made_of((one.fact.rows for one in listed if isinstance(one.fact, PlacesListed)), edition)
        if self._path is not None:
            with suppress(OSError, sqlite3.Error):
                _keep(memory, self._path)
                if kept := _kept_in(self._path, edition):
                    memory.close()
                    return kept
        return memory
