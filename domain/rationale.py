"""A decision with its grounds, after the National Decision Model.

Theory of operation. Whoever decides something that will be asked about later records what was known, what threatened, which
powers there were, which options were weighed and rejected, and what was done; each in its own field, so that none is left
out unseen. Source: College of Policing, National Decision Model; letter, area 5.
"""

from typing import ClassVar

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.worked import Worked

PARTS = ("information", "threat", "powers", "options", "action")


@fact(
    "record.decision_recorded",
    version=1,
    says="Decided. Known: {information} Threat: {threat} Powers: {powers} Options: {options} Action: {action}",
)
class DecisionRecorded(Fact[Worked], frozen=True):
    """A decision, with what it rests on."""

    information: Sealed[str]
    threat: Sealed[str]
    powers: Sealed[str]
    options: Sealed[str]
    action: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return worked


class RecordDecision(Command[Worked], frozen=True):
    """Record a decision with its grounds; none of the five is left out."""

    may: ClassVar[tuple[Role, ...]] = (*FLOOR, Role.SERGEANT, Role.INSPECTOR)
    information: str
    threat: str
    powers: str
    options: str
    action: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.version:
            raise Refused("there is no such record")
        missing = [name for name in PARTS if not getattr(self, name)]
        if missing:
            raise Refused(f"a decision names its {', '.join(PARTS)}, parted by ' / '; {', '.join(missing)} is missing")
        return [DecisionRecorded(self.information, self.threat, self.powers, self.options, self.action)]
