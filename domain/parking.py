"""A parked caller: one who holds the line while the handler sees to something else.

Theory of operation. Who is parked is promised to be taken up again within a time of the grades pack; the promise is kept when a
handler is back with them (domain/contact.py), and broken in the ledger like any other. Source: letter, area 1.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.contact import Contact, Stage, taken
from hueandcry.domain.duty import Command, Duty
from hueandcry.domain.fact import Fact, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.promise import made
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.worked import Promising

# Facts


@fact("contact.parked", version=1, says="Parked {reason}")
class Parked(Fact[Contact], frozen=True):
    """The caller holds the line while the handler sees to something else."""

    reason: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, parked=contact.occurred)


# Commands


class Park(Command[Contact], frozen=True):
    """Let a caller hold the line to see to something else; they are promised to be taken up again."""

    under: ClassVar[PackKind | None] = PackKind.GRADES
    reason: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        taken(contact)
        if contact.stage is not Stage.ANSWERED:
            raise Refused(f"the contact is {contact.stage.value}: only who is on the line is parked")
        due = duty.now + duty.policy.grades.park_within_s * NS_PER_S
        return [Parked(self.reason), *made(Promising.TAKE_UP, due, duty.collar)]
