"""A fact to a row of the journal and back, through the registry; docs/log-format.md is the page to read beside this one.

Theory of operation. `head` is the msgpack array of the header and the fact, hashed as stored. A field that is not plain
stands in the head as nil where its value lies in its group beside the head, and as the empty text where nothing was
said; so a closed row is read by one typed decode of its head. A group is a 16-byte salt and the msgpack array of its
values, with a digest over tier, salt and array. An opened row is read the same way: what stands in the head for a group
is one byte a field, at the head's end, and is replaced by the group's own bytes.

Writing goes in two steps. `prepare` does all that needs neither a place in the journal nor a key, before the write lock
is asked for: it encodes, reads back what it encoded (we write nothing we cannot read) and commits to the groups.
`settle` then adds place, time and key, and seals.

A name or version that is not in the registry is never resolved to a class or a module: its entry has no fact. A row
whose head is not an array of header and fact was written by another application of the library: it has no header.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, Struct

from hueandcry.domain.fact import REGISTRY, Entry, Fact, Header, Tier
from hueandcry.domain.fault import Damaged
from hueandcry.store.tree import leaf_hash

SALT_BYTES = 16
DIGEST_BYTES = 32
GROUP_TIERS = (Tier.POLICE, Tier.SEALED, Tier.LOCAL)
SEALED_TIERS = (Tier.SEALED, Tier.LOCAL)
NEXT = 0  # as a version: whichever comes next in the stream, where no decision rests on the order
_NIL, _NOTHING_SAID = b"\xc0", b"\xa0"
_FIELDS_OF_HEADER = len(Header.__struct_fields__)
_BEGINS = bytes((0x92, 0x90 | _FIELDS_OF_HEADER))  # an array of two, the first of them a header
_VERSION_AT = len(_BEGINS)

encode = msgspec.msgpack.Encoder().encode
random_bytes = os.urandom
Seal = Callable[[Tier, bytes], bytes]


class Pending(Struct, frozen=True):
    """A fact about to be appended; the journal stamps `header.recorded` and the key, and gives it its position."""

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


ClosedRow = tuple[int, bytes, int, str, bytes, bytes | None]  # position, stream, version, name, head, police


class Prepared(Struct, frozen=True):
    """A fact encoded and read back, before it has a place, a time and a key.

    `groups` holds, for each group that is stored, its tier, salt and array, and the digest over them.
    """

    stream: bytes
    version: int
    name: str
    fact: Fact[Any]
    closed: Fact[Any]
    header: Header
    body: bytes
    groups: tuple[tuple[Tier, bytes, bytes], ...]

    @property
    def seals(self) -> bool:
        """Whether any of its groups is stored sealed."""
        return bool(self.groups) and self.groups[-1][0] >= Tier.SEALED


class _Shape:
    """How one version of one fact is laid out: made once for each class."""

    __slots__ = ("card", "decode", "decode_body", "groups", "nils", "said", "stand_ins", "values")

    def __init__(self, cls: type[Fact[Any]]) -> None:
        self.card = cls.card
        self.groups = cls.card.groups
        self.values = [_values_of(group) for group in self.groups]
        self.nils = [(None,) * len(group) for group in self.groups]
        self.said = [("",) * len(g) if texts else () for g, texts in zip(self.groups, cls.card.texts, strict=True)]
        self.stand_ins = sum(len(group) for group in self.groups[Tier.POLICE :])
        self.decode: Callable[[bytes], tuple[Header, Fact[Any]]]
        self.decode = msgspec.msgpack.Decoder(tuple[Header, cls]).decode  # type: ignore[valid-type]  # made at run time
        self.decode_body: Callable[[bytes | Raw], Fact[Any]] = msgspec.msgpack.Decoder(cls).decode

    def opened(self, body: bytes, groups: dict[Tier, bytes]) -> bytes:
        """Return encoded fields that end with one byte for each field of a group, with the groups at hand in their place."""
        parts, at = [body[: len(body) - self.stand_ins]], len(body) - self.stand_ins
        for tier in GROUP_TIERS:
            width = len(self.groups[tier])
            stored = groups.get(tier)
            parts.append(body[at : at + width] if stored is None else stored[SALT_BYTES + 1 :])
            at += width
        return b"".join(parts)


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


def group_digest(tier: Tier, plain: bytes) -> bytes:
    """Return the commitment to a group: SHA-256(tier byte || salt || array); `plain` is salt and array."""
    return hashlib.sha256(bytes((tier,)) + plain).digest()


# Writing


def prepare(pending: Pending) -> Prepared:
    """Return a fact ready to be settled; raises TypeError where it would not read back as it was given."""
    fact = pending.fact
    card = fact.card
    shape = _shape(card.name, card.version)
    assert shape is not None, f"{card.name} is not in the registry"
    fields = list(shape.values[Tier.PLAIN](fact))
    groups = []
    for tier in GROUP_TIERS:
        values = shape.values[tier](fact)
        if not values:
            continue
        if None in values:
            raise TypeError(f"{card.name}: None means closed to a reader; nothing said is an empty text")
        if shape.said[tier] and not any(values):
            fields += shape.said[tier]
            continue
        plain = random_bytes(SALT_BYTES) + encode(values)
        groups.append((tier, plain, group_digest(tier, plain)))
        fields += shape.nils[tier]
    body = encode(fields)
    closed = _read_back(shape, fact, body, groups)
    return Prepared(pending.stream, pending.version, card.name, fact, closed, pending.header, body, tuple(groups))


def _read_back(shape: _Shape, fact: Fact[Any], body: bytes, groups: list[tuple[Tier, bytes, bytes]]) -> Fact[Any]:
    """Return the fact as it reads with seals closed; raises TypeError where opened it is not what was given."""
    name = shape.card.name
    odd = shape.card.not_a_code(fact)
    if odd is not None:
        raise TypeError(f"{name} does not read back as it was given: {odd!r} stands where a code is wanted")
    try:
        opened = shape.decode_body(shape.opened(body, {tier: plain for tier, plain, _ in groups}) if groups else body)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise TypeError(f"{name} does not read back as it was given: {fault}") from fault
    if opened != fact:
        raise TypeError(f"{name} does not read back as it was given")
    open_here: dict[Tier, bytes] = {tier: plain for tier, plain, _ in groups if tier is Tier.POLICE}
    return shape.decode_body(shape.opened(body, open_here)) if groups else opened


def settle(prepared: Prepared, place: tuple[int, int, int, int | None], seal: Seal | None) -> tuple[Row, Header]:
    """Return the row of a prepared fact at (position, version, recorded, key id), sealed by `seal`, and its header."""
    position, version, recorded, key = place
    given = prepared.header
    header = Header(
        prepared.fact.card.version, given.occurred, recorded, given.actor, given.role, given.seat, given.session,
        given.causation, given.correlation, given.source, given.pack, key,
    )  # fmt: skip
    columns: list[bytes | None] = [None] * 6
    for tier, plain, digest in prepared.groups:
        at = 2 * (tier - Tier.POLICE)
        if tier is Tier.POLICE:
            columns[at] = plain
        else:
            assert seal is not None
            columns[at] = seal(tier, plain)
        columns[at + 1] = digest
    head = b"\x92" + encode(header) + prepared.body
    return Row(position, prepared.stream, version, prepared.name, head, *columns), header


# Reading


def decode_closed(position: int, stream: bytes, version: int, name: str, head: bytes, police: bytes | None) -> Entry:
    """Return a row as the fold sees it: sealed and local values are None, and empty where nothing was said."""
    try:
        shape = _shapes[name, head[_VERSION_AT]]
        header, fact = shape.decode(head if police is None else shape.opened(head, {Tier.POLICE: police}))
    except (KeyError, IndexError, msgspec.DecodeError, UnicodeDecodeError):
        groups: dict[Tier, bytes] = {} if police is None else {Tier.POLICE: police}
        return opened_entry(position, stream, version, name, head_of(head), groups)
    return Entry(position, stream, version, name, header, fact)


def decode(row: Row, groups: dict[Tier, bytes] | None = None) -> Entry:
    """Return a row as the domain sees it: with the groups given as salt and array, or with seals closed."""
    if groups is None:
        return decode_closed(*row[:6])
    return opened_entry(*row[:4], head_of(row.head), groups)


class Head(Struct, frozen=True, array_like=True, gc=False):
    """A row's head half read: its header, and the fact as it is encoded."""

    header: Header
    fact: Raw


_decode_head = msgspec.msgpack.Decoder(Head).decode


def opened_entry(
    position: int, stream: bytes, version: int, name: str, head: Head | None, groups: dict[Tier, bytes]
) -> Entry:
    """Return a row whose head is half read, with the groups given; one not known here has no fact.

    Raises Damaged where a fact that is known here does not read.
    """
    shape = None if head is None else _shape(name, head.header.fact_version)
    if head is None or shape is None:
        return Entry(position, stream, version, name, None if head is None else head.header, None)
    try:
        fact = shape.decode_body(shape.opened(bytes(head.fact), groups) if groups else head.fact)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Damaged(f"@{position} does not read as {name}: {fault}; hue verify says more") from fault
    return Entry(position, stream, version, name, head.header, fact)


def head_of(head: bytes) -> Head | None:
    """Return a row's head half read, None for a row of another application."""
    if head[:_VERSION_AT] != _BEGINS:
        return None
    try:
        return _decode_head(head)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def header_of(head: bytes) -> Header | None:
    """Return the header of a row's head, None for a row of another application."""
    found = head_of(head)
    return None if found is None else found.header


def header_at_a_glance(name: str, head: bytes) -> Header | None:
    """Return the header of a head that reads whole as the fact it is named, None for any other and for what is not known here."""
    try:
        return _shapes[name, head[_VERSION_AT]].decode(head)[0]
    except (KeyError, IndexError, TypeError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def key_of(head: bytes) -> int | None:
    """Return the id of the record key that a row's head names."""
    found = head_of(head)
    return None if found is None else found.header.key


def leaf_of(row: Row) -> bytes:
    """Return the leaf hash of a row: everything but the groups themselves, for which their digests stand."""
    return leaf_hash(encode((*row[:5], row.police_digest, row.sealed_digest, row.local_digest)))


def entries(batches: Iterable[list[ClosedRow]]) -> Iterator[Entry]:
    """Yield the entries of closed rows that come in batches."""
    shapes = _shapes
    for batch in batches:
        try:
            found = [
                Entry(position, stream, version, name, *shapes[name, head[_VERSION_AT]].decode(head))
                if police is None
                else decode_closed(position, stream, version, name, head, police)
                for position, stream, version, name, head, police in batch
            ]
        except (KeyError, IndexError, msgspec.DecodeError, UnicodeDecodeError):  # one of them is not as the others
            found = [decode_closed(*row) for row in batch]
        yield from found
