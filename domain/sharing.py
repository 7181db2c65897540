"""What may go to whom: agreements with other forces, and the fact that a record was exported.

Theory of operation. An agreement names another force, the public key that its files are signed with, and the tier up to
which our values may go to it: plain, police or sealed. Local values never leave. An export is a fact of every record in
it, so that whoever looks at a record, or erases it, knows where a copy went.
Source: Data Protection Act 2018, section 62 (recipients of disclosures).
"""

from typing import ClassVar

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Police, Record, Tier, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.policy import Agreed, Agreement, Policy
from hueandcry.domain.reference import Code

TIERS_SHARED = (Tier.PLAIN, Tier.POLICE, Tier.SEALED)


def tier_named(name: str) -> Tier:
    """Return a tier that an agreement may name; refuses any other."""
    for tier in TIERS_SHARED:
        if tier.name.lower() == name:
            return tier
    raise Refused(f"values go up to plain, police or sealed, not {name!r}: local ones never leave")


def agreement_with(policy: Policy, force: str) -> Agreement:
    """Return the agreement with a force; refuses where there is none."""
    for one in reversed(policy.agreements):
        if one.force == force:
            return one
    raise Refused(f"there is no agreement with {force}: an administrator makes one with hue share agree")


@fact("record.exported", version=1, says="Exported to {force} up to {tier}, file {digest}")
class Exported(Fact[Record], frozen=True):
    """A copy of the record up to here went to another force; `digest` is SHA-256 of the file.

    To whom it went is no partner's business, should the record be exported again: police forces may see it, and others not.
    """

    tier: Plain[Code]
    export: Plain[bytes]
    digest: Plain[bytes]
    force: Police[Code]

    def apply(self, record: Record) -> Record:
        return record


class Agree(Command[Policy], frozen=True):
    """Agree with another force which values may go to it, and by which key its files are known."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    force: str
    vkey: str
    tier: str

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        if self.force == policy.force:
            raise Refused(f"{self.force} is this force itself")
        tier = tier_named(self.tier)
        return [Agreed(self.force, tier.name.lower(), self.vkey.encode())]


class Export(Command[Record], frozen=True):
    """Record that a copy of the record went to another force under an agreement."""

    may: ClassVar[tuple[Role, ...]] = (Role.SUPERVISOR, Role.DISPATCHER, Role.ADMINISTRATOR)
    force: str
    export: bytes
    digest: bytes

    def decide(self, record: Record, duty: Duty) -> list[Fact[Record]]:
        agreement = agreement_with(duty.policy, self.force)
        return [Exported(agreement.tier, self.export, self.digest, self.force)]
