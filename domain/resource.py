"""A resource: a crew under a callsign, where it belongs, what it can do, what it is doing, and whether it was heard of.

Theory of operation. One stream for each callsign; a callsign that nobody registered can be sent all the same, and the
incident's log says that it is not on the list. Each status has its moment. At a scene a resource is heard of within a time
of the grades pack; the time by which it must be stands in the fact itself, and that it passed is a fact of its own.
Source: letter, area 4; officer safety timers as control rooms have them.
"""

import hashlib
from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Record, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.reference import NS_PER_S, Code, Instant, Kind, StreamId, stream_id


class Status(Enum):
    """What a resource is doing."""

    AVAILABLE = "available"
    ALLOCATED = "allocated"
    EN_ROUTE = "en-route"
    AT_SCENE = "at-scene"
    COMMITTED = "committed"
    REFRESHMENTS = "refreshments"
    OFF = "off"


ON_AN_INCIDENT = (Status.ALLOCATED, Status.EN_ROUTE, Status.AT_SCENE)


class Resource(Record, frozen=True, kw_only=True):
    """What a resource has come to; `check_by` is when it must have been heard of (ns UTC), 0 where it need not."""

    kind: ClassVar[Kind] = Kind.RESOURCE
    callsign: str = ""
    district: str = ""
    skills: tuple[str, ...] = ()
    status: Status = Status.OFF
    since: int = 0
    incident: bytes | None = None
    check_by: int = 0
    unheard: bool = False
    emergency: bool = False

    @property
    def open(self) -> bool:
        """Whether it is on duty."""
        return self.status is not Status.OFF


def resource_stream(callsign: str) -> bytes:
    """Return the stream of a resource, which follows from its callsign."""
    digest = hashlib.sha256(b"resource " + callsign.upper().encode()).digest()
    return stream_id(Kind.RESOURCE, 0, int.from_bytes(digest[:9], "big"))


# Facts


@fact("resource.registered", version=1, says="{callsign} belongs to {district}, skills: {skills}")
class ResourceRegistered(Fact[Resource], frozen=True):
    """A crew is on the list, or is listed anew."""

    callsign: Plain[Code]
    district: Plain[Code]
    skills: Plain[tuple[Code, ...]]

    def apply(self, resource: Resource) -> Resource:
        status = resource.status if resource.open else Status.AVAILABLE
        since = resource.since if resource.open else resource.occurred
        return replace(
            resource,
            callsign=self.callsign,
            district=self.district,
            skills=self.skills,
            status=status,
            since=since,
        )


@fact("resource.status_given", version=1, says="{status} {incident}, heard of by {check_by}")
class StatusGiven(Fact[Resource], frozen=True):
    """What the resource is doing now, and for which incident; `check_by` 0 where it need not be heard of."""

    status: Plain[Status]
    incident: Plain[StreamId | None]
    check_by: Plain[Instant]

    def apply(self, resource: Resource) -> Resource:
        return replace(
            resource,
            status=self.status,
            incident=self.incident,
            since=resource.occurred,
            check_by=self.check_by,
            unheard=False,
        )


@fact("resource.heard_of", version=1, says="Heard of, next by {check_by}: {words}")
class HeardOf(Fact[Resource], frozen=True):
    """The crew said that it is well."""

    check_by: Plain[Instant]
    words: Sealed[str]

    def apply(self, resource: Resource) -> Resource:
        return replace(resource, check_by=self.check_by, unheard=False, emergency=False)


@fact("resource.unheard_of", version=1, says="NOT heard of by {due}")
class UnheardOf(Fact[Resource], frozen=True):
    """The time passed by which the crew should have been heard of; the watch recorded it."""

    due: Plain[Instant]

    def apply(self, resource: Resource) -> Resource:
        return replace(resource, unheard=True)


@fact("resource.emergency_called", version=1, says="EMERGENCY {words}")
class EmergencyCalled(Fact[Resource], frozen=True):
    """A crew calls for help."""

    words: Sealed[str]

    def apply(self, resource: Resource) -> Resource:
        return replace(resource, emergency=True)


# Commands


def _on_duty(resource: Resource) -> None:
    if not resource.callsign:
        raise Refused("no such callsign is on the list: register it with 'unit'")


class RegisterResource(Command[Resource], frozen=True):
    """Put a crew on the list, with where it belongs and what it can do."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    callsign: str
    district: str
    skills: tuple[str, ...]

    def decide(self, resource: Resource, duty: Duty) -> list[Fact[Resource]]:
        if resource.open and (resource.district, resource.skills) == (self.district, self.skills):
            raise Refused(f"{self.callsign} is on the list as that already")
        return [ResourceRegistered(self.callsign, self.district, self.skills)]


class GiveStatus(Command[Resource], frozen=True):
    """Say what a resource is doing; for an incident where it is allocated to one, on its way or there."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    under: ClassVar[PackKind | None] = PackKind.GRADES
    status: Status
    incident: bytes | None = None

    def decide(self, resource: Resource, duty: Duty) -> list[Fact[Resource]]:
        _on_duty(resource)
        there = self.status in ON_AN_INCIDENT
        incident = (self.incident or resource.incident) if there else None
        if there and incident is None:
            raise Refused(f"{resource.callsign} is allocated to no incident: send it to one")
        if (self.status, incident) == (resource.status, resource.incident):
            raise Refused(f"{resource.callsign} is {self.status.value} already")
        checked = self.status is Status.AT_SCENE
        due = duty.now + duty.policy.grades.safety_check_within_s * NS_PER_S if checked else 0
        return [StatusGiven(self.status, incident, due)]


class HearOf(Command[Resource], frozen=True):
    """Record that a crew said it is well; the time to the next check begins anew."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    under: ClassVar[PackKind | None] = PackKind.GRADES
    words: str

    def decide(self, resource: Resource, duty: Duty) -> list[Fact[Resource]]:
        _on_duty(resource)
        checked = resource.status is Status.AT_SCENE
        due = duty.now + duty.policy.grades.safety_check_within_s * NS_PER_S if checked else 0
        return [HeardOf(due, self.words)]


class CallEmergency(Command[Resource], frozen=True):
    """Record that a crew calls for help."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    words: str

    def decide(self, resource: Resource, duty: Duty) -> list[Fact[Resource]]:
        _on_duty(resource)
        return [EmergencyCalled(self.words)]


class MissCheck(Command[Resource], frozen=True):
    """Record that a crew was not heard of in time; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)

    def decide(self, resource: Resource, duty: Duty) -> list[Fact[Resource]]:
        if not resource.check_by or resource.check_by > duty.now or resource.unheard:
            return []
        return [UnheardOf(resource.check_by)]
