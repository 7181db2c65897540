"""Going through the risk model with a caller: each element gets an answer, or a reason why it was not asked.

Source: letter, area 1 (the STRIVE model at the first point of contact).
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.contact import Contact, Stage, taken, unanswered
from hueandcry.domain.duty import Command, Duty
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import NOT_ASKED, PackKind
from hueandcry.domain.particulars import Triaged
from hueandcry.domain.reference import Code

EVERY_ELEMENT = "all"

# Facts


@fact("contact.triaged", version=1, says="{element}: {answer} {detail}")
class ElementTriaged(Fact[Contact], frozen=True):
    """An element of the risk model, or a question under one, was asked and answered."""

    element: Plain[Code]
    answer: Plain[Code]
    detail: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, triage=_with(contact, self.element, self.answer))


@fact("contact.element_passed_over", version=1, says="{element} not asked: {reason} {detail}")
class ElementPassedOver(Fact[Contact], frozen=True):
    """An element of the risk model was not asked, for a reason."""

    element: Plain[Code]
    reason: Plain[Code]
    detail: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, triage=_with(contact, self.element, NOT_ASKED))


def _with(contact: Contact, element: str, answer: str) -> tuple[Triaged, ...]:
    """Return the triage with one element answered anew; the order is the order of asking."""
    kept = tuple(one for one in contact.triage if one.element != element)
    return (*kept, Triaged(element, answer, contact.here, contact.recorded))


# Commands


class Triage(Command[Contact], frozen=True):
    """Answer one element of the risk model, or a question under one. Source: letter, area 1."""

    under: ClassVar[PackKind | None] = PackKind.RISK
    element: str
    answer: str
    detail: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        taken(contact)
        offered = duty.policy.risk.offered(self.element)
        skipped = duty.policy.risk.skipped(self.element, {one.element: one.answer for one in contact.triage})
        if skipped is not None:
            raise Refused(skipped)
        if self.answer not in offered:
            raise Refused(f"{self.element} is answered with one of {', '.join(offered)}")
        return [ElementTriaged(self.element, self.answer, self.detail)]


class PassOver(Command[Contact], frozen=True):
    """Say why an element was not asked, or `all` that were not; it is counted and shown at grading."""

    under: ClassVar[PackKind | None] = PackKind.RISK
    element: str
    reason: str
    detail: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        if contact.stage is not Stage.ABANDONED:
            taken(contact)
        risk = duty.policy.risk
        reasons = [one.code for one in risk.not_asked]
        if self.reason not in reasons:
            raise Refused(f"the reason for not asking is one of {', '.join(reasons)}")
        if self.element == EVERY_ELEMENT:
            left = unanswered(contact.triage, duty)
            if not left:
                raise Refused("every element is answered, or passed over with a reason")
            return [ElementPassedOver(one, self.reason, self.detail) for one in left]
        if self.element not in {one.code for one in risk.element}:
            raise Refused(f"an element is passed over with a reason, one of {', '.join(e.code for e in risk.element)}")
        return [ElementPassedOver(self.element, self.reason, self.detail)]
