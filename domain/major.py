"""A major incident: declared with M/ETHANE, and every agency that must be told, until each has said that it knows.

Theory of operation. Which agencies must know, and within what time they should have said so, stands in the grades pack of
the day. Telling one and its acknowledgement are two facts, each with a name. Who has not acknowledged in time is recorded
once by the watch, and stands red until they do. It is not closed before it is stood down.
Source: JESIP joint doctrine (M/ETHANE); Manchester Arena Inquiry, volume 2: information was not passed on.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, live
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Major, Telling
from hueandcry.domain.reference import NS_PER_S, Code, Instant

PARTS = ("location", "type", "hazards", "access", "casualties", "services")

# Facts


@fact(
    "incident.major_declared",
    version=1,
    says="MAJOR INCIDENT. Exact location: {location} Type: {sort} Hazards: {hazards} Access: {access} "
    "Casualties: {casualties} Emergency services: {services} To be told: {agencies}",
)
class MajorDeclared(Fact[Incident], frozen=True):
    """A major incident is declared; each of `agencies` should have said by its time of `due` that it knows."""

    agencies: Plain[tuple[Code, ...]]
    due: Plain[tuple[Instant, ...]]
    location: Sealed[str]
    sort: Sealed[str]
    hazards: Sealed[str]
    access: Sealed[str]
    casualties: Sealed[str]
    services: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        told = tuple(Telling(agency, due) for agency, due in zip(self.agencies, self.due, strict=False))
        return replace(incident, major=Major(incident.occurred, told)).updated()


@fact("incident.agency_told", version=1, says="{agency} told: {words}")
class AgencyTold(Fact[Incident], frozen=True):
    """Somebody told an agency."""

    agency: Plain[Code]
    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return _with(incident, self.agency, told=True)


@fact("incident.agency_acknowledged", version=1, says="{agency} knows: {person}")
class AgencyAcknowledged(Fact[Incident], frozen=True):
    """An agency said that it knows, by a named person."""

    agency: Plain[Code]
    person: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return _with(incident, self.agency, told=True, acknowledged=True)


@fact("incident.agency_late", version=1, says="{agency} has not said by {due} that it knows")
class AgencyLate(Fact[Incident], frozen=True):
    """An agency has not acknowledged in time; the watch recorded it."""

    agency: Plain[Code]
    due: Plain[Instant]

    def apply(self, incident: Incident) -> Incident:
        return _with(incident, self.agency, late=True)


@fact("incident.major_stood_down", version=1, says="Major incident stood down: {words}")
class MajorStoodDown(Fact[Incident], frozen=True):
    """It is a major incident no more."""

    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return incident if incident.major is None else replace(incident, major=replace(incident.major, stood_down=True))


def _with(incident: Incident, agency: str, **changes: bool) -> Incident:
    if incident.major is None:
        return incident
    now = tuple(replace(one, **changes) if one.agency == agency else one for one in incident.major.agencies)
    return replace(incident, major=replace(incident.major, agencies=now))


# Commands


def _major(incident: Incident) -> Major:
    live(incident)
    if incident.major is None or incident.major.stood_down:
        raise Refused("it is no major incident: declare it first")
    return incident.major


def _agency(incident: Incident, agency: str) -> Telling:
    major = _major(incident)
    for one in major.agencies:
        if one.agency == agency:
            return one
    raise Refused(f"{agency} is not on the list of who must be told: {', '.join(one.agency for one in major.agencies)}")


class DeclareMajor(Command[Incident], frozen=True):
    """Declare a major incident, with what is known of the six; what is not known yet is said as unknown."""

    under: ClassVar[PackKind | None] = PackKind.GRADES
    parts: tuple[str, ...]

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if incident.major is not None and not incident.major.stood_down:
            raise Refused("it is a major incident already")
        if len(self.parts) != len(PARTS) or not all(self.parts):
            raise Refused(
                f"a major incident is declared with {', '.join(PARTS)}, parted by ' / '; say 'unknown' where one is"
            )
        agencies = duty.policy.grades.agency
        due = tuple(duty.now + one.acknowledge_within_s * NS_PER_S for one in agencies)
        return [MajorDeclared(tuple(one.code for one in agencies), due, *self.parts)]


class TellAgency(Command[Incident], frozen=True):
    """Record that an agency was told."""

    agency: str
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if _agency(incident, self.agency).told:
            raise Refused(f"{self.agency} was told already")
        return [AgencyTold(self.agency, self.words)]


class AcknowledgeAgency(Command[Incident], frozen=True):
    """Record that an agency said it knows, and who there said so."""

    agency: str
    person: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if _agency(incident, self.agency).acknowledged:
            raise Refused(f"{self.agency} has said already that it knows")
        if not self.person:
            raise Refused("name the person at the agency who said that they know")
        return [AgencyAcknowledged(self.agency, self.person)]


class MissAgency(Command[Incident], frozen=True):
    """Record that an agency has not acknowledged in time; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    agency: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if not incident.open or incident.major is None or incident.major.stood_down:
            return []
        late = (one for one in incident.major.unacknowledged if one.agency == self.agency and not one.late)
        return [AgencyLate(one.agency, one.due) for one in late if one.due <= duty.now]


class StandMajorDown(Command[Incident], frozen=True):
    """Say that it is a major incident no more; every agency must have acknowledged it before."""

    may: ClassVar[tuple[Role, ...]] = (Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.INSPECTOR)
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        waiting = [one.agency for one in _major(incident).unacknowledged]
        if waiting:
            raise Refused(f"{', '.join(waiting)} has not said that it knows")
        if not self.words:
            raise Refused("say why it is stood down")
        return [MajorStoodDown(self.words)]
