"""How one thing names another: stream ids, references to facts, codes and instants.

Theory of operation. A stream id is 16 bytes: an RFC 9562 UUID of version 8 whose first 48 bits are the unix time in
milliseconds (so ids sort by time), whose next byte after the version nibble is the kind of stream, and whose remaining
66 bits are noise that the caller brings (the domain draws nothing by chance). People never see it: they see an
incident's daily number, or the short tail of any other id, in Crockford's base 32 (no i, l, o, u to misread).

A code is a short word without spaces: a grade, a category, a callsign, a collar number. An instant is nanoseconds UTC.
"""

import re
from enum import IntEnum
from functools import lru_cache
from typing import Annotated

from msgspec import Meta, Struct

CODE_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z"
CODE_MAX = 64
_CODE = re.compile(CODE_PATTERN)
_STREAM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

StreamId = Annotated[bytes, Meta(min_length=16, max_length=16, extra={"noun": "stream"})]
Code = Annotated[
    str, Meta(max_length=CODE_MAX, extra={"noun": "code"})
]  # in facts: its letters are checked where a fact is made
WrittenCode = Annotated[
    str, Meta(pattern=CODE_PATTERN, max_length=CODE_MAX, extra={"noun": "code"})
]  # in people's texts
ZoneName = Annotated[str, Meta(pattern=r"\A[A-Za-z][A-Za-z0-9_+/-]*\Z", max_length=CODE_MAX, extra={"noun": "zone"})]
Origin = Annotated[str, Meta(pattern=r"\A[^\s+]+\Z", max_length=200, extra={"noun": "origin"})]  # whose journal
PublicName = Annotated[bytes, Meta(extra={"noun": "name"})]  # what an organisation is called, as UTF-8
Instant = Annotated[int, Meta(ge=0, extra={"noun": "instant"})]

NS_PER_S = 1_000_000_000
TAIL_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
TAIL_SHOWN = 4
_NOISE_BITS = 66
_LOW_BITS = 62


class Kind(IntEnum):
    """The kinds of stream; a number once given is never given to another kind."""

    CONTACT = 1
    INCIDENT = 2
    EXPEDITE = 3
    STAFF = 4
    POLICY = 5
    ACCESS = 6
    FOREIGN = 7
    RESOURCE = 8
    GAZETTEER = 9
    NOMINAL = 10
    REFERRAL = 11
    EPISODE = 12
    PARTNER = 13
    REVIEW = 14


def letter_of(kind: Kind) -> str:
    """Return the letter that stands before the tail of a kind of stream: its first, where no other goes by that and a tail."""
    return {Kind.EPISODE: "m", Kind.REVIEW: "v"}.get(kind, kind.name[0].lower())


class FactRef(Struct, frozen=True, array_like=True, order=True, gc=False):
    """Names one fact: its stream and its version in that stream, counted from 1."""

    stream: StreamId
    version: int


def stream_id(kind: Kind, unix_ms: int, noise: int) -> bytes:
    """Return the id of a stream that began at `unix_ms`, with 66 bits of `noise` that the caller drew or derived."""
    assert 0 <= unix_ms < 1 << 48, unix_ms
    high, low = noise >> _LOW_BITS & 0xF, noise & (1 << _LOW_BITS) - 1
    number = unix_ms << 80 | 8 << 76 | kind << 68 | high << 64 | 2 << 62 | low
    return number.to_bytes(16, "big")


def ids_from(at_ns: int) -> bytes:
    """Return what sorts before the id of every stream that began at an instant (ns UTC) or later, and behind all others."""
    return max(0, at_ns * 1000 // NS_PER_S).to_bytes(6, "big")


_KIND_AT = {(8 << 12 | kind << 4 | noise).to_bytes(2, "big"): kind for kind in Kind for noise in range(16)}


def kind_of(stream: bytes) -> Kind | None:
    """Return the kind that a stream id carries, None for an id that is not of our making."""
    return _KIND_AT.get(stream[6:8]) if len(stream) == 16 and stream[8] >> 6 == 2 else None


def tail_of(stream: bytes, length: int = TAIL_SHOWN) -> str:
    """Return the last `length` letters by which people name a stream, as in `4f7q`."""
    number = int.from_bytes(stream[-8:], "big") & (1 << _LOW_BITS) - 1
    return "".join(TAIL_ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def has_digit(text: str) -> bool:
    """Tell whether a text has a digit in it, as every tail that we draw has and hardly any word."""
    return any(map(str.isdigit, text))


def read_tail(text: str) -> str:
    """Return a tail as typed by a person in its one spelling: lower case, o as 0, i and l as 1."""
    return text.lower().translate(str.maketrans("oil", "011"))


def stream_text(stream: bytes | str) -> str:
    """Return a stream id as text for machines: hyphenated hexadecimal, or the text id of another application as it is."""
    if isinstance(stream, str):
        return stream
    digits = stream.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def read_stream(text: str) -> bytes | None:
    """Return the stream id that a text spells as `stream_text` does, None for any other text."""
    return bytes.fromhex(text.replace("-", "")) if _STREAM.fullmatch(text) else None


@lru_cache(maxsize=4096)
def is_code(text: str) -> bool:
    """Tell whether a text can stand where a code is wanted."""
    return len(text) <= CODE_MAX and _CODE.match(text) is not None
