"""Sending somebody to an incident, their arrival, and the target that passes when nobody is there in time.

Theory of operation. A target follows from the grade and the pack it was given under, so it survives any restart; that it
passed unmet is a fact, recorded once by whoever keeps the watch.
"""

from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Stage, live
from hueandcry.domain.pack import PackKind
from hueandcry.domain.reference import Code, Instant

# Facts


class Target(Enum):
    """What should have happened by a certain time."""

    ATTEND = "attend"


@fact("incident.resourced", version=1, says="{callsign} sent")
class Resourced(Fact[Incident], frozen=True):
    """A resource was sent."""

    callsign: Plain[Code]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, stage=Stage.RESOURCED, resource=self.callsign)


@fact("incident.attended", version=1, says="{callsign} at scene")
class Attended(Fact[Incident], frozen=True):
    """Someone is there."""

    callsign: Plain[Code]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, stage=Stage.ATTENDED, resource=self.callsign, attended=True)


@fact("incident.target_missed", version=1, says="Not attended by {due}, the target of its grade")
class TargetMissed(Fact[Incident], frozen=True):
    """A target passed unmet; the watch recorded it."""

    target: Plain[Target]
    due: Plain[Instant]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, missed=self.due)


# Commands


class Send(Command[Incident], frozen=True):
    """Send a resource."""

    callsign: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if not incident.grade:
            raise Refused("the incident is not graded: grade it first")
        if incident.stage is Stage.RESULTED:
            raise Refused("the incident is resulted: nobody is sent any more")
        return [Resourced(self.callsign)]


class Arrive(Command[Incident], frozen=True):
    """Record that a resource is at the scene."""

    callsign: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if incident.stage not in (Stage.RESOURCED, Stage.ATTENDED):
            raise Refused("nobody was sent to this incident")
        return [Attended(self.callsign)]


class MissTarget(Command[Incident], frozen=True):
    """Record that the time of a target passed unmet; once for each target, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.GRADES

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        due = incident.attend_by(duty.policy) if incident.open else None
        if due is None or due > duty.now or incident.missed == due:
            return []
        return [TargetMissed(Target.ATTEND, due)]
