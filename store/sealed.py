"""The one door to sealed values: whatever is shown, matched or exported of them is opened here.

Theory of operation. The fold never reads sealed or local values; whoever needs them asks the door for the entries of a
stream or of a position and gets the same facts with their values. In this release the groups lie unencrypted behind the
door; record keys, erasure and the access log come in with the log format's declaration, without a change to any fact.
"""

from collections.abc import Iterable
from functools import lru_cache

from hueandcry.domain.fact import Entry
from hueandcry.domain.reference import FactRef
from hueandcry.store import codec
from hueandcry.store.log import Log

CACHED = 4096


class Door:
    """Opens sealed values of one journal."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._at = lru_cache(maxsize=CACHED)(self._read)

    def _read(self, position: int) -> Entry:
        (row,) = self._log.rows(position - 1, position)
        return codec.decode(row, opened=True)

    def open(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return entries with their sealed values."""
        return [self._at(entry.position) for entry in entries]

    def stream(self, stream: bytes, upto: int | None = None) -> list[Entry]:
        """Return the entries of a stream with their sealed values, none beyond position `upto`."""
        return [codec.decode(row, opened=True) for row in self._log.stream_rows(stream, upto)]

    def fact(self, ref: FactRef | None) -> Entry | None:
        """Return the opened entry that a reference names, None where it names nothing that is here."""
        if ref is None:
            return None
        rows = self._log.stream_rows(ref.stream)
        return next((codec.decode(row, opened=True) for row in rows if row.version == ref.version), None)
