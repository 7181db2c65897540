"""An incident: opened, assessed, graded, owned, resulted, closed; and never graded on an assessment that is out of date.

Theory of operation. `changed` is the version of the last material change: the opening, another contact, a change that a
person records. An assessment is current while it is newer than that. Grade, re-grade and close ask for a current
assessment. The pack suggests a grade from the answers; the person chooses, and says why where the two differ. A
downgrade or a cancellation needs a reason, and a second person's look where someone is vulnerable or it is domestic.
Whoever is not sent anybody is told so before the close. All timers follow from facts.
Source: letter, areas 1 and 5; the findings on regrading and on closing untold behind reference rules are in docs/letter.md.
"""

from enum import Enum
from typing import Any, ClassVar

from msgspec.structs import replace

from hueandcry.domain.contact import UNKNOWN, Source
from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Escalation, Interim, Major, Missed, Reply, Target, Tie
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import NS_PER_S, Code, FactRef, Kind, StreamId
from hueandcry.domain.safeguardingscheme import SafeguardingPack
from hueandcry.domain.worked import Worked

_DISPATCH = tuple(role.value for role in (Role.DISPATCHER, Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.WATCH))


class Stage(Enum):
    """How far an incident has come."""

    NONE = "none"
    OPENED = "opened"
    GRADED = "graded"
    RESOURCED = "resourced"
    ATTENDED = "attended"
    RESULTED = "resulted"
    CLOSED = "closed"


class Incident(Worked, frozen=True, kw_only=True):
    """What an incident has come to."""

    kind: ClassVar[Kind] = Kind.INCIDENT
    stage: Stage = Stage.NONE
    category: str = ""
    categorised_under: bytes | None = None
    domestic: bool = False
    qualifiers: tuple[str, ...] = ()
    crime: str = ""
    no_crime: bool = False
    opened: int = 0
    needed_from: int = 0
    summary: FactRef | None = None
    contacts: tuple[bytes, ...] = ()
    place: FactRef | None = None
    district: str = UNKNOWN
    district_source: Source = Source.UNKNOWN
    changed: int = 0
    changed_at: int = 0
    assessed: FactRef | None = None
    heard: tuple[FactRef, ...] = ()
    replies: tuple[Reply, ...] = ()
    vulnerable: bool = False
    vulnerable_from: int = 0
    desk_reviewed: int = 0
    suggested: str = ""
    grade: str = ""
    graded_on: FactRef | None = None
    graded_under: bytes | None = None
    clock_from: int = 0
    alone_from: int = 0
    reviewed: int = 0
    resource: str = ""
    resources: tuple[str, ...] = ()
    holder: str = ""
    interim: Interim | None = None
    unread: int = 0
    unread_since: int = 0
    told: bool = False
    untold_from: int = 0
    result: str = ""
    attended: bool = False
    missed: tuple[Missed, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    ties: tuple[Tie, ...] = ()
    tags: tuple[str, ...] = ()
    absorbed: tuple[bytes, ...] = ()
    merged_into: bytes | None = None
    major: Major | None = None
    history: bool = False

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return not self.history and self.stage not in (Stage.NONE, Stage.CLOSED)

    @property
    def assessment_current(self) -> bool:
        """Whether risk was assessed since the last material change."""
        return self.assessed is not None and self.assessed.version > self.changed

    @property
    def queue(self) -> str | None:
        """The one queue in which an open incident stands."""
        if not self.open:
            return None
        if self.stage is Stage.RESULTED:
            return "closing"
        if not self.assessment_current:
            return "assess"
        match self.stage:
            case Stage.OPENED:
                return "grade"
            case Stage.GRADED:
                return "dispatch"
            case _:
                return "deployed"

    @property
    def owner(self) -> str:
        """Who has it now: a collar number, or the role whose queue it stands in."""
        if self.holder:
            return self.holder
        role = Role.HANDLER if self.stage is Stage.OPENED else Role.DISPATCHER
        return str(role.value)

    @property
    def is_vulnerable(self) -> bool:
        """Whether the last assessment names somebody vulnerable."""
        return self.vulnerable

    def placed(self, district: str) -> "Incident":
        """Return the incident at a listed place."""
        return replace(self, district=district, district_source=Source.GAZETTEER, place=self.here).updated()

    def handed_to(self, collar: str) -> "Incident":
        """Return the incident in the hands of another person."""
        return replace(self, holder=collar)

    def updated(self) -> "Incident":
        """Return the incident with an update that whoever works it has not read, where it came from somebody else."""
        by_them = self.role in _DISPATCH or self.actor == self.holder
        if by_them or not self.open or self.stage in (Stage.OPENED, Stage.RESULTED):
            return self
        return replace(self, unread=self.unread + 1, unread_since=self.unread_since or self.recorded)

    def rated(self) -> "Incident":
        """Return the incident after a level was given; an assessment that did not know of it is out of date."""
        return (replace(self, **reassess(self)) if self.assessed is not None else self).updated()

    @property
    def for_desk(self) -> bool:
        """Whether the vulnerability desk looks at it: somebody is vulnerable, and nobody was sent."""
        return self.open and self.vulnerable and self.stage in (Stage.OPENED, Stage.GRADED)

    def desk_due(self, scheme: SafeguardingPack) -> int:
        """Return by when the desk should have looked (ns UTC): soon after it is for the desk, then again and again."""
        since = max(self.vulnerable_from, self.alone_from, self.needed_from)
        if self.desk_reviewed >= since:
            return self.desk_reviewed + scheme.review_every_s * NS_PER_S
        return since + scheme.review_within_s * NS_PER_S

    @property
    def careful(self) -> bool:
        """Whether a downgrade or a cancellation asks for a second look."""
        return self.vulnerable or self.domestic

    @property
    def unacknowledged(self) -> Escalation | None:
        """The last escalation that nobody has acknowledged, for as long as nobody is sent."""
        if self.stage is not Stage.GRADED:
            return None
        return next((one for one in reversed(self.escalations) if not one.acknowledged), None)

    def crime_undecided(self, policy: Policy) -> bool:
        """Tell whether its category is a crime, and neither is one recorded nor is it said why there was none."""
        if self.crime or self.no_crime or not self.category:
            return False
        rows = policy.categories_of(self.categorised_under).category
        return any(one.crime for one in rows if one.code == self.category)

    def targets(self, policy: Policy) -> dict[Target, int]:
        """Return by when what should happen next (ns UTC), in the order in which it should.

        Targets are those of the pack under which the grade was given, whatever was adopted since. None stands where nobody
        is sent, and none once it is met: somebody was sent, somebody was there. Until somebody is sent, risk is reviewed.
        """
        found: dict[Target, int] = {}
        if not self.open:
            return found
        if self.interim is not None and not self.attended and self.stage is not Stage.RESULTED:
            found[Target.INTERIM] = self.interim.due
        if self.crime_undecided(policy):
            found[Target.CRIME] = self.opened + policy.categories_of(self.categorised_under).crime_within_s * NS_PER_S
        if self.for_desk and policy.safeguarding is not None:
            found[Target.DESK] = self.desk_due(policy.safeguarding)
        if not self.grade or self.attended or self.stage not in (Stage.GRADED, Stage.RESOURCED):
            return found
        row = policy.grades_of(self.graded_under).row(self.grade)
        waits = self.stage is Stage.GRADED
        if waits and row.resource_within_s is not None:
            found[Target.RESOURCE] = self.clock_from + row.resource_within_s * NS_PER_S
        if row.attend_within_s is not None:
            found[Target.ATTEND] = self.clock_from + row.attend_within_s * NS_PER_S
        if waits and row.review_every_s is not None:
            found[Target.REVIEW] = max(self.reviewed, self.clock_from) + row.review_every_s * NS_PER_S
        return found


# Facts


@fact("incident.opened", version=1, says="Opened as {category}: {summary}")
class Opened(Fact[Incident], frozen=True):
    """The incident exists; it opens on first-contact information and is never delayed."""

    category: Plain[Code]
    domestic: Plain[bool]
    holder: Plain[Code]
    contact: Plain[StreamId | None]
    summary: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            stage=Stage.OPENED,
            category=self.category,
            categorised_under=incident.pack,
            domestic=self.domestic,
            holder=self.holder,
            opened=incident.occurred,
            needed_from=incident.occurred,
            clock_from=incident.occurred,
            untold_from=incident.occurred,
            summary=incident.here,
            contacts=() if self.contact is None else (self.contact,),
            **reassess(incident),
        )


@fact("incident.located", version=1, says="District {district} (from {district_source}) {said_in} {place}")
class Located(Fact[Incident], frozen=True):
    """Where it is happening, which whoever works it has to read; `said_in` names the contact's fact that holds the place."""

    district: Plain[Code]
    district_source: Plain[Source]
    said_in: Plain[FactRef | None]
    place: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            district=self.district,
            district_source=self.district_source,
            place=self.said_in or incident.here,
        ).updated()


@fact(
    "incident.contacted",
    version=1,
    says="Contact {contact} concerns this incident; assess it anew; promises not kept: {unkept}",
)
class Contacted(Fact[Incident], frozen=True):
    """Someone got in touch about it again, which reopens the assessment; `unkept` are the promises whose time had passed."""

    contact: Plain[StreamId]
    unkept: Plain[tuple[int, ...]]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident, contacts=(*incident.contacts, self.contact), **untold(incident), **needed_again(incident)
        ).updated()


@fact("incident.changed", version=1, says="Changed: {what}")
class Changed(Fact[Incident], frozen=True):
    """Something material changed, which reopens the assessment."""

    what: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, **needed_again(incident)).updated()


def reassess(incident: Incident) -> dict[str, Any]:
    """Return what changes when something material happens: no assessment from before it is current any more."""
    return {"changed": incident.version, "changed_at": max(incident.changed_at, incident.occurred)}


def untold(incident: Incident) -> dict[str, Any]:
    """Return what changes when somebody is there to be told: nobody was told yet that nobody will come."""
    return {"told": False, "untold_from": max(incident.untold_from, incident.occurred)}


def nobody_on_it() -> dict[str, Any]:
    """Return what changes when an incident ends: whoever was on it is free."""
    return {"resource": "", "resources": ()}


def needed_again(incident: Incident) -> dict[str, Any]:
    """Return what changes when something material happens; where its work was done, the incident is worked anew.

    It was done where there is a result, and where whoever was there has left. Who is still on it stays; where nobody is,
    somebody is needed as at the first time, and all clocks begin anew.
    """
    done = incident.stage is Stage.RESULTED or (incident.stage is Stage.ATTENDED and not incident.resources)
    if not done:
        return reassess(incident)
    there = incident.attended and bool(incident.resources)
    alone = Stage.RESOURCED if incident.resources else Stage.GRADED
    return {
        **reassess(incident),
        "stage": Stage.ATTENDED if there else alone,
        "result": "",
        "attended": there,
        "clock_from": incident.occurred,
        "needed_from": incident.occurred,
    }


# Commands


def live(incident: Incident) -> None:
    """Refuse what is done with an incident that is not open to work: never opened, closed, or loaded as history."""
    if incident.history:
        raise Refused("this incident was loaded as history; history is not worked")
    if incident.stage is Stage.NONE:
        raise Refused("there is no such incident")
    if incident.stage is Stage.CLOSED:
        raise Refused("the incident is closed")


def current_assessment(incident: Incident) -> FactRef:
    """Return the assessment that is newer than the last material change; refuses where there is none."""
    if incident.assessed is None:
        raise Refused("risk is not assessed: assess it first")
    if not incident.assessment_current:
        raise Refused(f"risk is not assessed since the last material change (fact {incident.changed}): assess it first")
    return incident.assessed


class Open(Command[Incident], frozen=True):
    """Open an incident, from a contact or on our own motion."""

    under: ClassVar[PackKind | None] = PackKind.CATEGORIES
    category: str
    summary: str
    contact: bytes | None

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if incident.stage is not Stage.NONE:
            raise Refused("this incident is open already")
        category = duty.policy.categories.row(self.category)
        return [Opened(self.category, category.domestic, duty.collar, self.contact, self.summary)]


class Locate(Command[Incident], frozen=True):
    """Say where it is happening."""

    district: str
    place: str
    source: Source = Source.HANDLER
    said_in: FactRef | None = None

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        return [Located(self.district, self.source, self.said_in, self.place)]


class AddContact(Command[Incident], frozen=True):
    """Tie another contact to this incident; its assessment reopens."""

    contact: bytes

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if self.contact in incident.contacts:
            return []
        return [Contacted(self.contact, tuple(one.number for one in incident.promises if one.due <= duty.now))]


class Change(Command[Incident], frozen=True):
    """Record a material change; the assessment reopens."""

    what: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if not self.what:
            raise Refused("say what changed")
        return [Changed(self.what)]
