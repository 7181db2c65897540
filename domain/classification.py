"""What an incident turned out to be: its category with qualifiers, whether a crime is recorded, and in what time.

Theory of operation. An incident opens under the category that the first contact suggests; it may close under another, with
a reason, and both stand in its log. Where its category is a crime, the crime is recorded within a day of the report, by the
reference of the crime system, or it is said why there was none; until then it is not closed. That there was none is said of
one category, so that another one asks again.
Source: National Standard for Incident Recording 2011; Crime Recording Rules (24 hours); letter, area 4.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, live
from hueandcry.domain.pack import PackKind
from hueandcry.domain.reference import Code

# Facts


@fact("incident.classified", version=1, says="Category {category}, qualifiers: {qualifiers}. {reason}")
class Classified(Fact[Incident], frozen=True):
    """What it turned out to be."""

    category: Plain[Code]
    domestic: Plain[bool]
    qualifiers: Plain[tuple[Code, ...]]
    reason: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            category=self.category,
            categorised_under=incident.pack,
            domestic=incident.domestic or self.domestic,
            qualifiers=self.qualifiers,
            no_crime=incident.no_crime and incident.category == self.category,
        )


# Commands


class Classify(Command[Incident], frozen=True):
    """Say what an incident turned out to be; another category than it has needs a reason.

    What was domestic once stays so for the second look: a category is not changed to avoid one.
    """

    under: ClassVar[PackKind | None] = PackKind.CATEGORIES
    category: str
    qualifiers: tuple[str, ...]
    reason: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        pack = duty.policy.categories
        row = pack.row(self.category)
        known = [one.code for one in pack.qualifier]
        unknown = [one for one in self.qualifiers if one not in known]
        if unknown:
            raise Refused(f"{pack.pack} has no qualifier {', '.join(unknown)}; it has {', '.join(known)}")
        if self.category != incident.category and not self.reason:
            raise Refused(
                f"it was opened as {incident.category}: say behind the category what was found that contradicts it"
            )
        domestic = row.domestic or "domestic" in self.qualifiers
        return [Classified(self.category, domestic, tuple(dict.fromkeys(self.qualifiers)), self.reason)]
