"""Erasure of a record: facts that any record may have, without content, and the commands that lead to them.

Theory of operation. A record is erased by two people: one proposes it with the authority for it, another approves from a
session of their own. `record.erased` says so in the record's own stream; with that fact the record key is out of force,
and the keeper of the store destroys it. Until every place where its words may lie was searched and found clean the
erasure is pending; `record.erasure_completed` ends that. No fact is changed or taken away: who did what, when and under
which rule stays, and so does every digest of a replay. Only the words are gone.
Source: Data Protection Act 2018, section 47; Management of Police Information (review, retention and disposal).
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Erasure, Fact, FactRef, Plain, Record, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code

ERASED = "record.erased"
COMPLETED = "record.erasure_completed"


@fact(ERASED, version=1, says="Record erased, approved as {approval}")
class Erased(Fact[Record], frozen=True):
    """The record's words are to be gone; `approval` leads to the proposal, which holds the authority."""

    approval: Plain[FactRef]

    def apply(self, record: Record) -> Record:
        return replace(record, erasure=Erasure.PENDING)


@fact(COMPLETED, version=1, says="Erasure completed: {searched} places searched, nothing found")
class ErasureCompleted(Fact[Record], frozen=True):
    """The record key is destroyed, and no place that was searched holds the words any more.

    `left` names the places that the proposal had named as staying, such as another force's copy.
    """

    searched: Plain[int]
    left: Plain[tuple[Code, ...]]

    def apply(self, record: Record) -> Record:
        return replace(record, erasure=Erasure.COMPLETED)


class Erase(Command[Record], frozen=True):
    """Erase a record, under an authority that is named; by two people."""

    may: ClassVar[tuple[Role, ...]] = (Role.SUPERVISOR, Role.ADMINISTRATOR)
    authority: str

    def decide(self, record: Record, duty: Duty) -> list[Fact[Record]]:
        if not record.version:
            raise Refused("there is no such record")
        if getattr(record, "open", False):
            raise Refused("a record that is still worked on is not erased: close it first")
        if record.erasure is Erasure.PENDING:
            raise Refused("the record's erasure is pending already")
        if not self.authority.strip():
            raise Refused("say under which authority the record is erased")
        if duty.approval is None:
            raise Refused(
                "an erasure asks for a second look: propose it for another person to approve", second_look=True
            )
        return [Erased(duty.approval)]


class RepeatErasure(Command[Record], frozen=True):
    """Say again that a record was erased, where a restored journal does not tell of it; `restored` is the fact of that."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    restored: FactRef

    def decide(self, record: Record, duty: Duty) -> list[Fact[Record]]:
        return [Erased(self.restored), ErasureCompleted(0, ("restored",))]


class CompleteErasure(Command[Record], frozen=True):
    """Record that a pending erasure was carried out and every place found clean."""

    may: ClassVar[tuple[Role, ...]] = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.WATCH)
    searched: int
    left: tuple[str, ...] = ()

    def decide(self, record: Record, duty: Duty) -> list[Fact[Record]]:
        if record.erasure is not Erasure.PENDING:
            raise Refused("no erasure of this record is pending")
        return [ErasureCompleted(self.searched, self.left)]
