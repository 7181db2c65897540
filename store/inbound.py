"""Import: read another force's file and believe nothing of it that does not verify.

Theory of operation (docs/exchange.md is the page to read beside this one). The whole file is checked before anything is
recorded: frames within their bounds and in their order, each spelt in the one way it can be; the end's signature over
every byte before it, by the key that was agreed; the checkpoint by the same key; each row's leaf in the tree that the
checkpoint signs; each value that was given against its digest, and none beyond what may be given; versions of every
record from 1 without a gap. Names are never resolved to anything: a fact that is not known here stays opaque. Whatever
differs is a ForeignFault with one sentence, and the file is left as it is.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from hueandcry.domain.fact import Entry, Tier
from hueandcry.domain.fault import Damaged, ForeignFault
from hueandcry.domain.foreign import Disclosed, Received
from hueandcry.domain.reference import StreamId
from hueandcry.store import codec
from hueandcry.store.checkpoint import Checkpoint, read
from hueandcry.store.codec import Row
from hueandcry.store.note import Verifier, open_note
from hueandcry.store.outbound import CHECKPOINT, END, EVENT, FORMAT, HEADER, LENGTH_BYTES, MAGIC, end_text
from hueandcry.store.tree import InvalidProof, verify_inclusion

FRAME_BYTES_MAX = 1 << 20
FILE_BYTES_MAX = 1 << 26
EVENTS_MAX = 100_000
_TEXT_MAX = 200
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
Text = Annotated[str, Meta(min_length=1, max_length=_TEXT_MAX)]


class _Frame(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    pass


class Header(_Frame, frozen=True, array_like=True):
    """What a file says of itself."""

    type: Literal[1]
    format: int
    origin: Text
    force: Text
    export: Annotated[bytes, Meta(min_length=16, max_length=16)]
    created: int
    exporter: Text
    recipient: Text
    tier: Literal["plain", "police", "sealed"]
    record: StreamId
    events: Annotated[int, Meta(ge=1, le=EVENTS_MAX)]


class Event(_Frame, frozen=True, array_like=True):
    """One row, with what was given of its groups and the way to the root."""

    type: Literal[3]
    position: Annotated[int, Meta(ge=1)]
    stream: StreamId
    version: Annotated[int, Meta(ge=1)]
    name: Text
    head: bytes
    digests: tuple[Digest | None, Digest | None, Digest | None]
    values: tuple[bytes | None, bytes | None, None]
    proof: Annotated[tuple[Digest, ...], Meta(max_length=64)]

    def row(self) -> Row:
        """Return the row that the leaf is taken of."""
        police, sealed, local = self.digests
        return Row(
            self.position, self.stream, self.version, self.name, self.head, None, police, None, sealed, None, local
        )


class Note(_Frame, frozen=True, array_like=True):
    """A signed note: the checkpoint, or the end."""

    type: Literal[4, 5]
    note: str


class Inbound(Struct, frozen=True):
    """A file that was verified: what it says of itself, its rows, and the checkpoint that they lie under."""

    header: Header
    events: tuple[Event, ...]
    checkpoint: Checkpoint

    def received(self) -> dict[bytes, tuple[Received, ...]]:
        """Return what is to be recorded, by the record's id at its origin."""
        found: dict[bytes, list[Received]] = {}
        for event in self.events:
            found.setdefault(event.stream, []).append(_received(self.header.origin, event))
        return {stream: tuple(facts) for stream, facts in found.items()}


def origin_of(content: bytes) -> tuple[str, str]:
    """Return the origin and the force that a file claims to be from, before anything of it is believed."""
    header = _header(next(_frames(content))[1])
    return header.origin, header.force


def verify_file(content: bytes, verifier: Verifier, recipient: str | None = None) -> Inbound:
    """Return what a file holds once every byte of it is verified; raises ForeignFault with what differs.

    With `recipient`, the file must be meant for that force.
    """
    frames = list(_frames(content))
    header = _header(frames[0][1])
    if header.origin != verifier.name:
        raise ForeignFault(f"the file is from {header.origin}, and the key is that of {verifier.name}")
    if recipient is not None and header.recipient != recipient:
        raise ForeignFault(f"the file is meant for {header.recipient}, not for {recipient}")
    if len(frames) != header.events + 3:
        raise ForeignFault(f"the file holds {len(frames) - 3} rows, and its header says {header.events}")
    *events, checkpoint_frame, (end_at, end_content) = frames[1:]
    end = _decoded(end_content, Note, END, "end")
    text = open_note(end.note, verifier)
    if text != end_text(header.export, header.origin, header.recipient, content[:end_at], header.events):
        raise ForeignFault("the file is not the one that was signed: a byte of it was changed")
    checkpoint = read(_decoded(checkpoint_frame[1], Note, CHECKPOINT, "checkpoint").note, verifier)
    rows = tuple(_decoded(one, Event, EVENT, "row") for _, one in events)
    _check_rows(header, rows, checkpoint)
    return Inbound(header, rows, checkpoint)


def _frames(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where each frame begins and what it holds; raises ForeignFault at one that is cut off or too long."""
    if len(content) > FILE_BYTES_MAX:
        raise ForeignFault(f"the file is longer than {FILE_BYTES_MAX:,} bytes")
    if not content.startswith(MAGIC):
        raise ForeignFault("this is no exchange file: it does not begin as one, or was changed on the way as text")
    at = len(MAGIC)
    if at == len(content):
        raise ForeignFault("the file is cut off behind its first bytes")
    while at < len(content):
        length = int.from_bytes(content[at : at + LENGTH_BYTES], "big")
        end = at + LENGTH_BYTES + length
        if length > FRAME_BYTES_MAX or end > len(content):
            raise ForeignFault(f"the file is cut off or damaged at byte {at}")
        yield at, content[at + LENGTH_BYTES : end]
        at = end


def _decoded(content: bytes, kind: type[Any], number: int, what: str) -> Any:
    """Return a frame by its type; raises ForeignFault where it is another one, or is spelt in another way than the one."""
    try:
        found = msgspec.msgpack.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ForeignFault(f"a {what} of the file does not read as one ({fault})") from fault
    if found.type != number or codec.encode(found) != content:
        raise ForeignFault(f"a {what} of the file is not spelt as it is written")
    return found


def _header(content: bytes) -> Header:
    header: Header = _decoded(content, Header, HEADER, "header")
    if header.format != FORMAT:
        raise ForeignFault(f"the file is of format {header.format}; this release reads format {FORMAT}")
    return header


def _check_rows(header: Header, rows: tuple[Event, ...], checkpoint: Checkpoint) -> None:
    last, versions = 0, dict[bytes, int]()
    allowed = Tier[header.tier.upper()]
    for row in rows:
        if row.position <= last:
            raise ForeignFault(f"row @{row.position} is out of order")
        last = row.position
        if row.version != versions.get(row.stream, 0) + 1:
            raise ForeignFault(
                f"row @{row.position} is version {row.version} of its record, and one before it is missing"
            )
        versions[row.stream] = row.version
        _check_values(row, allowed)
        leaf = codec.leaf_of(row.row())
        try:
            verify_inclusion(row.position - 1, checkpoint.size, leaf, row.proof, checkpoint.root)
        except InvalidProof as fault:
            raise ForeignFault(f"row @{row.position} does not stand in the journal that was signed: {fault}") from fault
    if header.record not in versions:
        raise ForeignFault("the file does not hold the record that it says it is about")


def _check_values(row: Event, allowed: Tier) -> None:
    header = codec.header_of(row.head)
    if header is None:
        raise ForeignFault(f"row @{row.position} is not a fact of a control room")
    for tier, value, digest in zip((Tier.POLICE, Tier.SEALED), row.values, row.digests, strict=False):
        if value is None:
            continue
        if tier > allowed:
            raise ForeignFault(f"row @{row.position} gives {tier.name.lower()} values, beyond what the file says")
        if digest is None or codec.group_digest(tier, value) != digest:
            raise ForeignFault(
                f"row @{row.position}: its {tier.name.lower()} values are not those that were committed to"
            )
    groups = {
        tier: value for tier, value in zip((Tier.POLICE, Tier.SEALED), row.values, strict=False) if value is not None
    }
    try:
        entry = codec.decode(row.row(), groups)
    except Damaged as fault:
        raise ForeignFault(f"row @{row.position} does not read as {row.name}") from fault
    odd = entry.fact.card.not_a_code(entry.fact) if entry.fact is not None else None
    if odd is not None:
        raise ForeignFault(f"row @{row.position}: {odd!r} stands where a code is wanted")


def _received(origin: str, event: Event) -> Received:
    police, sealed, _ = event.values
    return Received(
        origin,
        event.stream,
        event.position,
        event.name.encode(),
        event.head,
        tuple(digest or b"" for digest in event.digests),
        codec.leaf_of(event.row()),
        police is not None,
        sealed is not None,
        police or b"",
        sealed or b"",
    )


def inner(entries: Sequence[Entry]) -> list[Entry]:
    """Return the facts of a foreign record as its force recorded them, as far as their values are open to this reader.

    Every other entry stays as it is.
    """
    later: dict[int, list[Disclosed]] = {}
    for entry in entries:
        if isinstance(entry.fact, Disclosed):
            later.setdefault(entry.fact.theirs, []).append(entry.fact)
    found, theirs = [], 0
    for entry in entries:
        said = entry.fact
        if isinstance(said, Received):
            theirs += 1
            found.append(_inner(entry, said, later.get(theirs, [])))
        else:
            found.append(entry)
    return found


def _inner(entry: Entry, said: Received, later: Sequence[Disclosed]) -> Entry:
    given: list[Received | Disclosed] = [said, *later]
    police = next((one.police for one in given if one.police), None)
    sealed = next((one.sealed for one in given if one.sealed), None)
    groups = {tier: value for tier, value in ((Tier.POLICE, police), (Tier.SEALED, sealed)) if value}
    digests = [digest or None for digest in said.digests]
    row = Row(
        entry.position,
        entry.stream,
        entry.version,
        said.name.decode(),
        said.head,
        None,
        digests[0],
        None,
        digests[1],
        None,
        digests[2],
    )
    return codec.decode(row, groups)
