"""A record of another force, as it came over the border: kept apart from ours, never merged into our history.

Theory of operation. A foreign record's id follows from its origin and its id there, so it is the same whoever brings it
and never one of ours. Each fact that was received stands as a fact here, at the same version as in its own stream, with
the exact bytes that its force's tree covers; what was withheld leaves its digest. A fact that is here already changes
nothing, another one in its place is a fork and refused.
"""

import hashlib
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Police, Record, Sealed, fact
from hueandcry.domain.fault import ForeignFault
from hueandcry.domain.reference import Kind, Origin, stream_id


class Foreign(Record, frozen=True, kw_only=True):
    """What is here of a foreign record: where it is from, its id there, and the leaf of each of its facts."""

    kind: ClassVar[Kind] = Kind.FOREIGN
    origin: str = ""
    stream: bytes = b""
    leaves: tuple[bytes, ...] = ()


def foreign_stream(origin: str, stream: bytes) -> bytes:
    """Return the id here of a record that has an id at its origin."""
    noise = int.from_bytes(hashlib.sha256(origin.encode() + b"\0" + stream).digest()[:9], "big")
    return stream_id(Kind.FOREIGN, int.from_bytes(stream[:6], "big"), noise)


@fact("foreign.received", version=1, says="Received from {origin}, their fact {position}")
class Received(Fact[Foreign], frozen=True):
    """One fact of a foreign record; `leaf` is its hash in their tree, `name` and `head` are theirs as they stand there.

    `digests` are those of the police, sealed and local groups, empty where there is none. `police` and `sealed` are salt
    and array, empty where the group was withheld or there is none.
    """

    origin: Plain[Origin]
    stream: Plain[bytes]
    position: Plain[int]
    name: Plain[bytes]
    head: Plain[bytes]
    digests: Plain[tuple[bytes, ...]]
    leaf: Plain[bytes]
    police: Police[bytes]
    sealed: Sealed[bytes]

    def apply(self, foreign: Foreign) -> Foreign:
        return replace(foreign, origin=self.origin, stream=self.stream, leaves=(*foreign.leaves, self.leaf))


class Receive(Command[Foreign], frozen=True):
    """Record facts of a foreign record, verified against their force's checkpoint; `versions` counts from 1 there."""

    may: ClassVar[tuple[Role, ...]] = (Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR)
    facts: tuple[Received, ...]

    def decide(self, foreign: Foreign, duty: Duty) -> list[Fact[Foreign]]:
        known = len(foreign.leaves)
        for version, (one, leaf) in enumerate(zip(self.facts, foreign.leaves, strict=False), 1):
            if one.leaf != leaf:
                raise ForeignFault(f"version {version} of this record was received before, and it was another: a fork")
        return list(self.facts[known:])
