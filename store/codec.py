"""A fact to a row of the journal and back, through the registry; docs/log-format.md is the page to read beside this one.

Theory of operation. `head` is the msgpack array of the header and the Plain group, hashed as stored. The other groups
stand beside it, each as a 16-byte salt and the msgpack array of its values, with a digest over tier, salt and array; a
group of texts in which nothing was said is not stored and has no digest. Because every group is an array of at most 15
values, a fact is decoded by joining the groups' values behind one array byte: a closed group is joined as nils, an
empty one as empty texts. What was encoded is decoded again before it is written: we write nothing we cannot read.

A name or version that is not in the registry is never resolved to a class or a module: its entry has no fact. A row
whose head is not an array of header and group was written by another application of the library: it has no header.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from hueandcry.domain.fact import REGISTRY, Entry, Fact, Header, Tier
from hueandcry.domain.fault import Damaged
from hueandcry.store.tree import leaf_hash

SALT_BYTES = 16
DIGEST_BYTES = 32
GROUP_TIERS = (Tier.POLICE, Tier.SEALED, Tier.LOCAL)

_encode = msgspec.msgpack.Encoder().encode


class Pending(Struct, frozen=True):
    """A fact about to be appended; the journal stamps `header.recorded` and gives it its position."""

    stream: bytes
    version: int
    fact: Fact[Any]
    header: Header


class Row(NamedTuple):
    """One row as stored; `stream` is 16 bytes (text, in rows of another application with text ids)."""

    position: int
    stream: bytes
    version: int
    name: str
    head: bytes
    police: bytes | None = None
    police_digest: bytes | None = None
    sealed: bytes | None = None
    sealed_digest: bytes | None = None
    local: bytes | None = None
    local_digest: bytes | None = None

    def group(self, tier: Tier) -> tuple[bytes | None, bytes | None]:
        """Return the stored bytes and the digest of a tier's group."""
        at = 5 + 2 * (tier - Tier.POLICE)
        return self[at], self[at + 1]  # type: ignore[return-value]  # the slice of a NamedTuple has no names


class ClosedRow(NamedTuple):
    """A row as the fold reads it: sealed and local values stay where they are, only whether they are there is known."""

    position: int
    stream: bytes
    version: int
    name: str
    head: bytes
    police: bytes | None
    police_digest: bytes | None
    has_sealed: int
    has_local: int


class _Head(Struct, frozen=True, array_like=True):
    header: Header
    plain: Raw


_decode_head = msgspec.msgpack.Decoder(_Head).decode


class _Shape:
    """How one version of one fact is laid out: made once for each class."""

    __slots__ = ("decode", "first", "groups", "nils", "said", "values")

    def __init__(self, cls: type[Fact[Any]]) -> None:
        card = cls.card
        self.groups = card.groups
        self.first = bytes([0x90 | sum(len(group) for group in card.groups)])
        self.values = [_values_of(group) for group in card.groups]
        self.nils = [b"\xc0" * len(group) for group in card.groups]
        self.said = [
            b"\xa0" * len(group) if texts else b"" for group, texts in zip(card.groups, card.texts, strict=True)
        ]
        self.decode: Callable[[bytes], Fact[Any]] = msgspec.msgpack.Decoder(cls).decode


def _values_of(group: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if not group:
        return lambda _: ()
    getter = attrgetter(*group)
    return getter if len(group) > 1 else lambda fact: (getter(fact),)


_shapes: dict[tuple[str, int], _Shape] = {}


def _shape(name: str, version: int) -> _Shape | None:
    shape = _shapes.get((name, version))
    if shape is None and (name, version) in REGISTRY:
        shape = _shapes[name, version] = _Shape(REGISTRY[name, version])
    return shape


def group_digest(tier: Tier, stored: bytes) -> bytes:
    """Return the commitment to a group: SHA-256(tier byte || salt || array); `stored` is salt and array."""
    return hashlib.sha256(bytes((tier,)) + stored).digest()


def encode(pending: Pending, recorded: int, position: int) -> Row:
    """Return the row of a fact; raises TypeError where it would not read back as it was given."""
    fact = pending.fact
    card = fact.card
    shape = _shape(card.name, card.version)
    assert shape is not None, f"{card.name} is not in the registry"
    header = replace(pending.header, fact_version=card.version, recorded=recorded)
    head = _encode((header, shape.values[0](fact)))
    groups: list[bytes | None] = []
    for tier in GROUP_TIERS:
        values = shape.values[tier](fact)
        if None in values:
            raise TypeError(f"{card.name}: None means closed to a reader; nothing said is an empty text")
        if not values or (shape.said[tier] and not any(values)):
            groups += (None, None)
            continue
        stored = os.urandom(SALT_BYTES) + _encode(values)
        groups += (stored, group_digest(tier, stored))
    row = Row(position, pending.stream, pending.version, card.name, head, *groups)
    try:
        same = decode(row, opened=True).fact == fact
    except Damaged as fault:
        raise TypeError(f"{card.name} does not read back as it was given: {fault}") from fault
    if not same:
        raise TypeError(f"{card.name} does not read back as it was given")
    return row


def decode(row: Row, *, opened: bool = False) -> Entry:
    """Return a row as the domain sees it; `opened` reads the sealed groups too and is for the door alone."""
    if not opened:
        return decode_closed(
            ClosedRow(
                *row[:5], row.police, row.police_digest, row.sealed_digest is not None, row.local_digest is not None
            )
        )
    header, plain = _head(row.head)
    shape = None if header is None else _shape(row.name, header.fact_version)
    if header is None or shape is None:
        return Entry(row.position, row.stream, row.version, row.name, header, None)
    parts = [_joined(shape, tier, *row.group(tier)) for tier in GROUP_TIERS]
    return Entry(
        row.position,
        row.stream,
        row.version,
        row.name,
        header,
        _read(shape, shape.first + plain[1:] + b"".join(parts), row.position, row.name),
    )


def decode_closed(row: ClosedRow) -> Entry:
    """Return a row as the fold sees it: sealed and local values are None, and empty where nothing was said."""
    position, stream, version, name, head, police, police_digest, has_sealed, has_local = row
    header, plain = _head(head)
    if header is None:
        return Entry(position, stream, version, name, None, None)
    shape = _shape(name, header.fact_version)
    if shape is None:
        return Entry(position, stream, version, name, header, None)
    nils, said = shape.nils, shape.said
    joined = (
        shape.first
        + plain[1:]
        + (_joined(shape, Tier.POLICE, police, police_digest) if shape.groups[1] else b"")
        + (nils[2] if has_sealed else said[2] or nils[2])
        + (nils[3] if has_local else said[3] or nils[3])
    )
    return Entry(position, stream, version, name, header, _read(shape, joined, position, name))


def _read(shape: _Shape, joined: bytes, position: int, name: str) -> Fact[Any]:
    try:
        return shape.decode(joined)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Damaged(f"@{position} does not read as {name}: {fault}; hue verify says more") from fault


def _head(head: bytes) -> tuple[Header | None, bytes]:
    try:
        parts = _decode_head(head)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, b""
    return parts.header, bytes(parts.plain)


def _joined(shape: _Shape, tier: Tier, stored: bytes | None, digest: bytes | None) -> bytes:
    if stored is not None:
        return stored[SALT_BYTES + 1 :]
    return shape.nils[tier] if digest is not None else shape.said[tier] or shape.nils[tier]


def header_of(head: bytes) -> Header | None:
    """Return the header of a row's head, None for a row of another application."""
    return _head(head)[0]


def leaf_of(row: Row) -> bytes:
    """Return the leaf hash of a row: everything but the groups themselves, for which their digests stand."""
    return leaf_hash(_encode((*row[:5], row.police_digest, row.sealed_digest, row.local_digest)))


def entries(rows: Iterable[tuple[Any, ...]]) -> Iterator[Entry]:
    """Yield the entries of rows read as ClosedRow tuples."""
    for row in rows:
        yield decode_closed(row)  # type: ignore[arg-type]  # a plain tuple of the same shape: no object for each row
