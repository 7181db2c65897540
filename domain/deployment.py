"""Sending somebody to an incident, their arrival, reviews while it waits, and the targets that pass unmet.

Theory of operation. Targets follow from the grade and the pack it was given under, so they survive any restart; that one
passed unmet is a fact, recorded once by whoever keeps the watch.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Stage, current_assessment, live
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Missed, Target
from hueandcry.domain.promise import kept
from hueandcry.domain.reference import Code, Instant
from hueandcry.domain.worked import Promising

# Facts


@fact("incident.resourced", version=1, says="{callsign} sent, on the list: {listed}")
class Resourced(Fact[Incident], frozen=True):
    """A resource was sent; `listed` tells whether its callsign was on the list of resources."""

    callsign: Plain[Code]
    listed: Plain[bool]

    def apply(self, incident: Incident) -> Incident:
        stage = Stage.ATTENDED if incident.attended else Stage.RESOURCED  # a second crew takes nobody away who is there
        return replace(incident, stage=stage, resource=self.callsign, resources=_with(incident, self.callsign))


@fact("incident.stood_down", version=1, says="{callsign} goes there no more: {reason}")
class StoodDown(Fact[Incident], frozen=True):
    """A resource is not on this incident any more; where nobody else is, or was there, it waits for one again."""

    callsign: Plain[Code]
    reason: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        left = tuple(one for one in incident.resources if one != self.callsign)
        now = replace(incident, resources=left, resource=left[-1] if left else "")
        if left or incident.stage is not Stage.RESOURCED:
            return now
        if incident.attended:
            return replace(now, stage=Stage.ATTENDED)
        return replace(now, stage=Stage.GRADED, alone_from=incident.occurred)


@fact("incident.attended", version=1, says="{callsign} at scene")
class Attended(Fact[Incident], frozen=True):
    """Someone is there."""

    callsign: Plain[Code]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            stage=Stage.ATTENDED,
            resource=self.callsign,
            resources=_with(incident, self.callsign),
            attended=True,
            interim=None,
        )


@fact("incident.target_missed", version=1, says="Target missed: {target} by {due}")
class TargetMissed(Fact[Incident], frozen=True):
    """A target passed unmet; the watch recorded it."""

    target: Plain[Target]
    due: Plain[Instant]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, missed=(*incident.missed, Missed(self.target, self.due)))


@fact("incident.reviewed", version=1, says="Reviewed: {words}")
class Reviewed(Fact[Incident], frozen=True):
    """Somebody looked again while it waited, and its risk stands as it was assessed."""

    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, reviewed=max(incident.reviewed, incident.occurred))


def _with(incident: Incident, callsign: str) -> tuple[str, ...]:
    return (*(one for one in incident.resources if one != callsign), callsign)


# Commands


class Send(Command[Incident], frozen=True):
    """Send a resource; `listed` tells whether its callsign is on the list. An unknown one is sent all the same."""

    callsign: str
    listed: bool = False

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if not incident.grade:
            raise Refused("the incident is not graded: grade it first")
        if incident.stage is Stage.RESULTED:
            raise Refused("the incident is resulted: nobody is sent any more")
        return [Resourced(self.callsign, self.listed)]


class Arrive(Command[Incident], frozen=True):
    """Record that a resource is at the scene."""

    callsign: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if incident.stage not in (Stage.RESOURCED, Stage.ATTENDED):
            raise Refused("nobody was sent to this incident")
        return [Attended(self.callsign), *kept(incident, Promising.ARRIVAL, duty)]


class StandDown(Command[Incident], frozen=True):
    """Take a resource off an incident; nothing where it was not on it, or where the incident is over."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    callsign: str
    reason: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if not incident.open or self.callsign not in incident.resources:
            return []
        return [StoodDown(self.callsign, self.reason)]


class Review(Command[Incident], frozen=True):
    """Look again at an incident that waits, and say that its risk stands as assessed; else assess it anew."""

    under: ClassVar[PackKind | None] = PackKind.GRADES
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        current_assessment(incident)
        if not self.words:
            raise Refused("say in a few words what the review came to")
        return [Reviewed(self.words)]


class MissTarget(Command[Incident], frozen=True):
    """Record that the time of a target passed unmet; once for each target, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.GRADES
    target: Target

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        due = incident.targets(duty.policy).get(self.target) if incident.open else None
        if due is None or due > duty.now or Missed(self.target, due) in incident.missed:
            return []
        return [TargetMissed(self.target, due)]
