"""The partners' lane: a call from a registered partner's number waits there, and leads to an expedite.

Theory of operation. A partner's number is known before anybody answers; the call then waits in the lane, whose order no other
volume touches, and so does a partner whose line was lost, until they are rung back. A 999 call stays with the 999 calls and says
whose it is. Once the request is taken down the contact has led to it, and may be closed once somebody has answered it.
Source: letter, area 1.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.contact import Contact, Stage
from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code, StreamId

# Facts


@fact("contact.partner_known", version=1, says="Rings from {site} of {partner}, a registered partner")
class PartnerKnown(Fact[Contact], frozen=True):
    """The number belongs to a site of a partner."""

    partner: Plain[Code]
    site: Plain[Code]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, site=self.site)


@fact("contact.led_to_expedite", version=1, says="Led to partner safeguarding {expedite}")
class LedToExpedite(Fact[Contact], frozen=True):
    """What the partner asks for is taken down."""

    expedite: Plain[StreamId]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, expedite=self.expedite)


# Commands


class KnowPartner(Command[Contact], frozen=True):
    """Record that a ringing number belongs to a site of a partner."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    partner: str
    site: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        if contact.stage is not Stage.RINGING:
            raise Refused("a number is known before the contact is answered")
        return [PartnerKnown(self.partner, self.site)]


class LeadToExpedite(Command[Contact], frozen=True):
    """Tie a contact to what the partner asks for; nothing where it has led somewhere already."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    expedite: bytes

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        if contact.stage not in (Stage.RINGING, Stage.ANSWERED) or contact.expedite is not None:
            return []
        return [LedToExpedite(self.expedite)]
