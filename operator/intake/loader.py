"""Loads a file of another system's contacts as history: idempotent, in batches, losing nothing.

Theory of operation. The files have no ids and hold equal rows, so a row is known by its source reference: the map, a
hash of its content keyed with the store's own key, and its ordinal among equal rows. Stream ids follow from the source
reference and the row's time, so that a row loaded again, from a renamed or a longer file, is found to be there. A batch
is one transaction. A row that cannot be read is counted and written with its line and reason to a 0600 side file, and
the rest goes on; a file that ends too early keeps the batches that were committed.
"""

import csv
import gzip
import hashlib
import io
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO
from zoneinfo import ZoneInfo

from msgspec import Struct

from hueandcry.domain import history
from hueandcry.domain.contact import Channel
from hueandcry.domain.fault import ForeignFault
from hueandcry.domain.reference import NS_PER_S, Kind, stream_id
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.intake.maps import MAPS, Malformed, Said, check_columns
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import storable
from hueandcry.store.folder import StoreFolder

BATCH_ROWS = 1000
GZIP_MAGIC = b"\x1f\x8b"
FORMULA_SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "＝",
    "＋",
    "－",
    "＠",
)  # with which a spreadsheet begins a formula, the wide ones too
FIELD_MAX = 100_000


class Counts(Struct):
    """What a load came to, in rows."""

    read: int = 0
    recorded: int = 0
    duplicates: int = 0
    rejected: int = 0

    def as_object(self) -> dict[str, int]:
        """Return the counts as `--json` prints them."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


class Loader:
    """Loads files through one map at one desk."""

    def __init__(self, folder: StoreFolder, desk: Desk, map_name: str) -> None:
        if map_name not in MAPS:
            raise Misread(f"there is no map {map_name!r}; there are {', '.join(MAPS)}")
        self._map = MAPS[map_name]
        self._zone = ZoneInfo(self._map.zone)
        self._folder, self._desk = folder, desk
        self._key = folder.key()
        self._equal: Counter[bytes] = Counter()
        self._side: TextIO | None = None
        self.side_path: Path | None = None
        self.counts = Counts()

    def load(self, file: Path, progress: Callable[[int, int], None] = lambda _, __: None) -> Counts:
        """Load a file, plain or gzipped, read as a stream; raises ForeignFault where it is not what the map reads."""
        try:
            with file.open("rb") as raw, _text_of(raw) as text:
                self._rows(text, file, lambda: progress(raw.tell(), self.counts.read))
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            kept = f"{self.counts.read} rows were read and {self.counts.recorded} recorded"
            raise ForeignFault(
                f"{file} is cut off or damaged ({fault}); {kept}; load it again when it is whole"
            ) from fault
        finally:
            if self._side is not None:
                self._side.close()
        return self.counts

    def load_rows(self, rows: Iterator[list[str]]) -> Counts:
        """Load rows that are at hand, all of them in one transaction."""
        acts: list[Act] = []
        for row in rows:
            self.counts.read += 1
            acts += self._acts(row, self._map.read(row, self._zone))
        if acts:
            self._desk.do(acts)
        return self.counts

    def _rows(self, text: TextIO, file: Path, progress: Callable[[], None]) -> None:
        csv.field_size_limit(FIELD_MAX)
        reader = csv.reader(text)
        try:
            header = next(reader, None)
        except csv.Error as fault:
            raise ForeignFault(f"{file} is no table: {fault}") from fault
        if header is None:
            raise ForeignFault(
                f"{file} is empty; its first line should name the columns {', '.join(self._map.columns)}"
            )
        check_columns(self._map, header)
        batch: list[Act] = []
        try:
            for line, row, unreadable in _lines(reader):
                self.counts.read += 1
                batch += self._read(line, row, unreadable, file)
                if not self.counts.read % BATCH_ROWS:
                    self._record(batch)
                    progress()
        finally:
            self._record(batch)
            progress()

    def _record(self, batch: list[Act]) -> None:
        rows = len({act.source for act in batch})
        if batch:
            self._desk.do(batch)
        self.counts.recorded += rows
        batch.clear()

    def _read(self, line: int, row: list[str], unreadable: str, file: Path) -> list[Act]:
        try:
            if unreadable:
                raise Malformed(unreadable)
            if len(row) != len(self._map.columns):
                raise Malformed(f"{len(row)} fields instead of {len(self._map.columns)}")
            row = [storable(field.strip()) for field in row]
            said = self._map.read(row, self._zone)
        except (Malformed, OverflowError, OSError) as reason:
            self._reject(line, row, str(reason), file)
            return []
        acts = self._acts(row, said)
        if not acts:
            self.counts.duplicates += 1
        return acts

    def _acts(self, row: list[str], said: Said) -> list[Act]:
        """Return the acts that record a row, none where it is here already."""
        content = "\x1f".join(row).encode()
        digest = hashlib.blake2b(content, key=self._key, digest_size=16).digest()
        ordinal = self._equal[digest]
        self._equal[digest] += 1
        source = self._map.name.encode() + b"\0" + digest + ordinal.to_bytes(4, "big")
        caller = self._stream(Kind.CONTACT, source, said) if said.contact else None
        event = self._stream(Kind.INCIDENT, source, said) if said.incident else None
        if self._desk.log.holds(event or caller or b""):
            return []
        acts = []
        name, when = self._map.name, said.occurred
        if caller is not None:
            fact = history.ContactLoaded(
                name, Channel.UNKNOWN, said.service, said.type, said.district, event, said.wording
            )
            acts.append(Act(caller, history.LoadContact(fact), when, source, new=True))
        if event is not None:
            loaded = history.IncidentLoaded(name, said.service, said.type, said.district, caller, said.wording)
            acts.append(Act(event, history.LoadIncident(loaded), when, source, new=True))
        return acts

    def _stream(self, kind: Kind, source: bytes, said: Said) -> bytes:
        noise = hashlib.blake2b(bytes((kind,)) + source, key=self._key, digest_size=9).digest()
        return stream_id(kind, said.occurred // (NS_PER_S // 1000), int.from_bytes(noise, "big"))

    def _reject(self, line: int, row: list[str], reason: str, file: Path) -> None:
        self.counts.rejected += 1
        if self._side is None:
            name = f"{file.name}.{os.getpid()}.rejected.csv"
            self.side_path = self._folder.rejected / name
            self._side = os.fdopen(self._folder.side_file(name), "w", encoding="utf-8", newline="")
            csv.writer(self._side).writerow(["line", "reason", "row"])
        csv.writer(self._side).writerow([line, reason, _cell(storable(",".join(row)))])


def _cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula: an apostrophe stands before one that would be (OWASP)."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _text_of(raw: BinaryIO) -> TextIO:
    """Return a file's text, unpacked where it is gzipped; bytes that are not UTF-8 are kept as their numbers."""
    magic = raw.read(len(GZIP_MAGIC))
    raw.seek(0)
    stream = gzip.GzipFile(fileobj=raw) if magic == GZIP_MAGIC else raw
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _lines(reader: Any) -> Iterator[tuple[int, list[str], str]]:
    """Yield (line, row, fault) for each row; a row that csv itself cannot read comes with its fault."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield reader.line_num, [], str(fault)
            continue
        if row:
            yield reader.line_num, row, ""
