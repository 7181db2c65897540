"""The board's checkpoint file: the content of a board at a position, so that nobody folds the whole journal at a start.

Theory of operation. Behind a digest of all that follows stands one array: the position, the root over all rows up to there, the
schema, and what the board held. Records are decoded from views of the file, one by one, so that nothing of it is in memory twice
and a start leaves no holes behind. A file that is missing, damaged, of another journal or of another schema is not used.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from hueandcry.domain.fact import Record, schema_hash
from hueandcry.domain.reference import Kind
from hueandcry.store.codec import DIGEST_BYTES
from hueandcry.store.records import RECORDS

Held = list[tuple[str, list[tuple[Kind, bytes]]]]
Days = list[tuple[str, bytes]]
_encode = msgspec.msgpack.encode
_decoders = {kind: msgspec.msgpack.Decoder(cls) for kind, cls in RECORDS.items()}


class _Head(Struct, frozen=True, array_like=True):
    """What tells whether the rest of a file can be used."""

    position: int
    root: bytes
    schema: bytes


class _File(_Head, frozen=True, array_like=True):
    """A file's content: each record by its kind and as it is encoded."""

    recorded: int
    records: list[tuple[Kind, Raw]]
    in_hand: Held
    days: Days
    erasing: list[bytes]


class Kept(Struct, frozen=True):
    """What was kept of a board: its records, what sessions had in hand, incidents by day, erasures that are pending."""

    position: int
    recorded: int
    records: dict[bytes, Record]
    in_hand: Held
    days: Days
    erasing: list[bytes]


def write(
    path: Path,
    position: int,
    root: bytes,
    recorded: int,
    records: Iterable[Record],
    rest: tuple[Held, Days, list[bytes]],
) -> None:
    """Write a file, whole or not at all; `rest` is what sessions have in hand, ids by day, and what is being erased."""
    encoded = [(one.kind, Raw(_encode(one))) for one in records]
    content = _encode(_File(position, root, _schema(), recorded, encoded, *rest))
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(hashlib.sha256(content).digest())
        file.write(content)
    fresh.chmod(0o660)
    fresh.replace(path)


def read(path: Path, fits: Callable[[int, bytes], bool]) -> Kept | None:
    """Return what a file keeps, None where there is none that can be used; `fits` judges its position and its root."""
    try:
        content = memoryview(path.read_bytes())
        digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != digest:
            return None
        found: Any = msgspec.msgpack.decode(content, type=_File)
        if found.schema != _schema() or not fits(found.position, found.root):
            return None
        decoded = [_decoders[kind].decode(one) for kind, one in found.records]
    except (OSError, ValueError, msgspec.DecodeError):
        return None
    records = {record.id: record for record in decoded}
    return Kept(found.position, found.recorded, records, found.in_hand, found.days, found.erasing)


def _schema() -> bytes:
    """Return a hash of what a file means: the registered facts, the fields of the records, and its own."""
    fields = [(int(kind), cls.__struct_fields__) for kind, cls in sorted(RECORDS.items())]
    return hashlib.sha256(schema_hash() + _encode((_File.__struct_fields__, fields))).digest()
