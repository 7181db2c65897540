"""Advice that somebody was given: what to do, or leave, until police are there.

Theory of operation. Advice is a fact of its own, by topic, so that whether it was given can be counted and shown; an
inquiry found that it was given and not recorded. Topics stand in the risk pack. The interim risk, what could happen between
call and arrival, has its own time by which somebody looks at it again.
Source: letter, area 5 (advice on preserving evidence and crime prevention); Dorset 2024 on THRIVE-SP.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Stage, live
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Interim, InterimRisk
from hueandcry.domain.reference import Code, Instant
from hueandcry.domain.worked import Worked

# Facts


@fact("record.advised", version=1, says="Advised on {topic}: {words}")
class Advised(Fact[Worked], frozen=True):
    """Somebody was told what to do."""

    topic: Plain[Code]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return worked


@fact(
    "incident.interim_risk_set",
    version=1,
    says="Risk until somebody is there: {risk}, looked at again by {review_by}: {words}",
)
class InterimRiskSet(Fact[Incident], frozen=True):
    """What could happen before somebody is there, and by when it is looked at again."""

    risk: Plain[InterimRisk]
    review_by: Plain[Instant]
    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, interim=Interim(self.risk, self.review_by)).updated()


# Commands


class Advise(Command[Worked], frozen=True):
    """Record advice on a topic of the risk pack."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    under: ClassVar[PackKind | None] = PackKind.RISK
    topic: str
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so nobody is advised about it")
        topics = [one.code for one in duty.policy.risk.advice]
        if self.topic not in topics:
            raise Refused(f"{duty.policy.risk.pack} has advice on {', '.join(topics) or 'nothing'}")
        return [Advised(self.topic, self.words)]


class SetInterimRisk(Command[Incident], frozen=True):
    """Say what could happen before somebody is there, and when that is looked at again."""

    risk: InterimRisk
    review_by: int
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if incident.attended or incident.stage is Stage.RESULTED:
            raise Refused("somebody was there or it is resulted: assess its risk instead")
        if self.review_by <= duty.now:
            raise Refused("the interim risk is looked at again at a time that is still to come")
        if not self.words:
            raise Refused("say what could happen before somebody is there")
        return [InterimRiskSet(self.risk, self.review_by, self.words)]
