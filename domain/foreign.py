"""A record of another force, as it came over the border: kept apart from ours, never merged into our history.

Theory of operation. A foreign record's id follows from its origin and its id there, so it is the same whoever brings it
and never one of ours. Each fact that was received stands as a fact here, in the order of its own stream, with the exact
bytes that its force's tree covers; what was withheld leaves its digest, and when a later file gives it, that is a fact
of its own. A fact that is here already changes nothing, another one in its place is a fork and refused. A record that
was erased here does not come back by another file.
"""

import hashlib
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Erasure, Fact, Plain, Police, Record, Sealed, fact
from hueandcry.domain.fault import ForeignFault, Refused
from hueandcry.domain.reference import Kind, Origin, stream_id


class Held(Struct, frozen=True, array_like=True):
    """One foreign fact as it is here: its leaf in their tree, and which of its values were given."""

    leaf: bytes
    with_police: bool
    with_sealed: bool


class Foreign(Record, frozen=True, kw_only=True):
    """What is here of a foreign record: where it is from, its id there, and each of its facts in order of their version."""

    kind: ClassVar[Kind] = Kind.FOREIGN
    origin: str = ""
    stream: bytes = b""
    held: tuple[Held, ...] = ()


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
    with_police: Plain[bool]
    with_sealed: Plain[bool]
    police: Police[bytes]
    sealed: Sealed[bytes]

    def apply(self, foreign: Foreign) -> Foreign:
        one = Held(self.leaf, self.with_police, self.with_sealed)
        return replace(foreign, origin=self.origin, stream=self.stream, held=(*foreign.held, one))


@fact("foreign.disclosed", version=1, says="Values of their version {theirs} were given later")
class Disclosed(Fact[Foreign], frozen=True):
    """Values that were withheld when their fact was received, and that a later file gave."""

    theirs: Plain[int]
    with_police: Plain[bool]
    with_sealed: Plain[bool]
    police: Police[bytes]
    sealed: Sealed[bytes]

    def apply(self, foreign: Foreign) -> Foreign:
        held = tuple(
            Held(one.leaf, one.with_police or self.with_police, one.with_sealed or self.with_sealed)
            if version == self.theirs
            else one
            for version, one in enumerate(foreign.held, 1)
        )
        return replace(foreign, held=held)


class Receive(Command[Foreign], frozen=True):
    """Record facts of a foreign record, verified against their force's checkpoint; `versions` counts from 1 there."""

    may: ClassVar[tuple[Role, ...]] = (Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR)
    facts: tuple[Received, ...]

    def decide(self, foreign: Foreign, duty: Duty) -> list[Fact[Foreign]]:
        if foreign.erasure is not Erasure.NONE:
            raise Refused("this record was erased here: it does not come back by another file")
        given: list[Fact[Foreign]] = []
        for version, (one, known) in enumerate(zip(self.facts, foreign.held, strict=False), 1):
            if one.leaf != known.leaf:
                raise ForeignFault(f"version {version} of this record was received before, and it was another: a fork")
            police, sealed = one.with_police and not known.with_police, one.with_sealed and not known.with_sealed
            if police or sealed:
                given.append(
                    Disclosed(version, police, sealed, one.police if police else b"", one.sealed if sealed else b"")
                )
        return [*given, *self.facts[len(foreign.held) :]]
