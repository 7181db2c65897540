"""An incident: opened, assessed, graded, owned, resulted, closed; and never graded on an assessment that is out of date.

Theory of operation. `changed` is the version of the last material change: the opening, another contact, a change that a
person records. An assessment is current while it is newer than that. Grade, re-grade and close ask for a current
assessment. The pack suggests a grade from the answers; the person chooses, and says why where the two differ. A
downgrade or a cancellation needs a reason, and a second person's look where someone is vulnerable or it is domestic.
Whoever is not sent anybody is told so before the close. All timers follow from facts.
Source: letter, areas 1 and 5; the findings on regrading and on closing untold behind reference rules are in docs/letter.md.
"""

from enum import Enum
from typing import ClassVar

from hueandcry.domain.contact import UNKNOWN, Source, Triaged
from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Record, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import NOT_ASKED, PackKind, RiskPack
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import NS_PER_S, Code, FactRef, Instant, Kind, StreamId
from msgspec import Struct
from msgspec.structs import replace


class Stage(Enum):
    """How far an incident has come."""

    NONE = "none"
    OPENED = "opened"
    GRADED = "graded"
    RESOURCED = "resourced"
    ATTENDED = "attended"
    RESULTED = "resulted"
    CLOSED = "closed"


class Reply(Struct, frozen=True, array_like=True):
    """One element of an assessment: the answer, or `not-asked` with the reason where it was given with the assessment."""

    element: Code
    answer: Code
    why: Code | None = None


class Target(Enum):
    """What should have happened by a certain time."""

    ATTEND = "attend"


class Incident(Record, frozen=True, kw_only=True):
    """What an incident has come to."""

    kind: ClassVar[Kind] = Kind.INCIDENT
    stage: Stage = Stage.NONE
    category: str = ""
    domestic: bool = False
    opened: int = 0
    summary: FactRef | None = None
    contacts: tuple[bytes, ...] = ()
    place: FactRef | None = None
    district: str = UNKNOWN
    district_source: Source = Source.UNKNOWN
    changed: int = 0
    assessed: FactRef | None = None
    heard: tuple[FactRef, ...] = ()
    replies: tuple[Reply, ...] = ()
    vulnerable: bool = False
    suggested: str = ""
    grade: str = ""
    graded_on: FactRef | None = None
    graded_under: bytes | None = None
    clock_from: int = 0
    resource: str = ""
    holder: str = ""
    told: bool = False
    result: str = ""
    attended: bool = False
    missed: int = 0
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
    def careful(self) -> bool:
        """Whether a downgrade or a cancellation asks for a second look."""
        return self.vulnerable or self.domestic

    def attend_by(self, policy: Policy) -> int | None:
        """Return when someone should be there (ns UTC), None where nobody is sent or somebody was there.

        The target is that of the pack under which the grade was given, whatever was adopted since.
        """
        if not self.grade or self.attended or self.stage not in (Stage.GRADED, Stage.RESOURCED):
            return None
        within_s = policy.grades_of(self.graded_under).row(self.grade).attend_within_s
        return None if within_s is None else self.clock_from + within_s * NS_PER_S


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
            domestic=self.domestic,
            holder=self.holder,
            opened=incident.occurred,
            clock_from=incident.occurred,
            summary=incident.here,
            contacts=() if self.contact is None else (self.contact,),
            changed=incident.version,
        )


@fact("incident.loaded", version=1, says="Loaded from {map}: {category} ({service}) {wording}")
class Loaded(Fact[Incident], frozen=True):
    """An incident that another system held; it stands outside queues and timers."""

    map: Plain[Code]
    service: Plain[Code]
    category: Plain[Code]
    district: Plain[Code]
    contact: Plain[StreamId | None]
    wording: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            stage=Stage.CLOSED,
            category=self.category,
            opened=incident.occurred,
            summary=incident.here,
            contacts=() if self.contact is None else (self.contact,),
            place=incident.here,
            district=self.district,
            district_source=Source.UNKNOWN if self.district == UNKNOWN else Source.ROW,
            history=True,
        )


@fact("incident.located", version=1, says="District {district} (from {district_source}) {said_in} {place}")
class Located(Fact[Incident], frozen=True):
    """Where it is happening; `said_in` names the contact's fact that holds the place, so that it is not copied."""

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
        )


@fact("incident.contacted", version=1, says="Contact {contact} concerns this incident; assess it anew")
class Contacted(Fact[Incident], frozen=True):
    """Someone got in touch about it again, which reopens the assessment."""

    contact: Plain[StreamId]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            contacts=(*incident.contacts, self.contact),
            changed=incident.version,
            told=False,
            **_result_taken_back(incident),
        )


@fact("incident.changed", version=1, says="Changed: {what}")
class Changed(Fact[Incident], frozen=True):
    """Something material changed, which reopens the assessment."""

    what: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, changed=incident.version, **_result_taken_back(incident))


def _result_taken_back(incident: Incident) -> dict[str, Stage | str]:
    """Return what changes when something happens after the result: the incident is worked again."""
    if incident.stage is not Stage.RESULTED:
        return {}
    return {"stage": Stage.ATTENDED if incident.attended else Stage.GRADED, "result": ""}


@fact(
    "incident.assessed",
    version=1,
    says="Risk assessed, suggests {suggested} ({grounds}); vulnerable: {vulnerable}; {not_asked} not asked: {replies}. {statement}",
)
class Assessed(Fact[Incident], frozen=True):
    """Risk was assessed under the pack that the header names; `heard` are the callers' answers that were new to it."""

    replies: Plain[tuple[Reply, ...]]
    heard: Plain[tuple[FactRef, ...]]
    not_asked: Plain[int]
    vulnerable: Plain[bool]
    suggested: Plain[Code]
    grounds: Plain[tuple[Code, ...]]
    statement: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            assessed=incident.here,
            heard=(*incident.heard, *self.heard),
            replies=self.replies,
            vulnerable=self.vulnerable,
            suggested=self.suggested,
        )


@fact("incident.graded", version=1, says="Graded {grade} (suggested {suggested}, {not_asked} not asked): {rationale}")
class Graded(Fact[Incident], frozen=True):
    """The first grade, chosen by a person on a current assessment."""

    grade: Plain[Code]
    suggested: Plain[Code]
    not_asked: Plain[int]
    assessment: Plain[FactRef]
    rationale: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            stage=Stage.GRADED,
            grade=self.grade,
            graded_on=self.assessment,
            graded_under=incident.pack,
            holder="",
        )


@fact("incident.regraded", version=1, says="Regraded from {was} to {grade} (suggested {suggested}): {rationale}")
class Regraded(Fact[Incident], frozen=True):
    """Another grade; `approval` names the second person's approval where the rule asks for one."""

    was: Plain[Code]
    grade: Plain[Code]
    more_urgent: Plain[bool]
    suggested: Plain[Code]
    assessment: Plain[FactRef]
    approval: Plain[FactRef | None]
    rationale: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        clock_from = incident.occurred if self.more_urgent else incident.opened
        return replace(
            incident,
            grade=self.grade,
            graded_on=self.assessment,
            graded_under=incident.pack,
            clock_from=clock_from,
        )


@fact("incident.owned", version=1, says="{owner} has it now")
class Owned(Fact[Incident], frozen=True):
    """A person took the incident, or gave it to another."""

    owner: Plain[Code]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, holder=self.owner)


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


@fact("incident.noted", version=1, says="{words}")
class Noted(Fact[Incident], frozen=True):
    """A line in the incident's log, in free text."""

    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return incident


@fact("incident.corrected", version=1, says="Corrects {corrects}: {words}")
class Corrected(Fact[Incident], frozen=True):
    """An earlier fact was mistyped; it stays, and this names it."""

    corrects: Plain[FactRef]
    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return incident


@fact("incident.caller_told", version=1, says="Caller told that nobody will come: {words}")
class CallerTold(Fact[Incident], frozen=True):
    """The caller knows that nobody will attend."""

    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, told=True)


@fact("incident.target_missed", version=1, says="Not attended by {due}, the target of its grade")
class TargetMissed(Fact[Incident], frozen=True):
    """A target passed unmet; the watch recorded it."""

    target: Plain[Target]
    due: Plain[Instant]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, missed=self.due)


@fact("incident.resulted", version=1, says="Result {result}: {words}")
class Resulted(Fact[Incident], frozen=True):
    """How it ended; `approval` names the second person's approval where it was cancelled and someone is vulnerable."""

    result: Plain[Code]
    attended: Plain[bool]
    approval: Plain[FactRef | None]
    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, stage=Stage.RESULTED, result=self.result, attended=incident.attended or self.attended)


@fact("incident.closed", version=1, says="Incident closed {words}")
class Closed(Fact[Incident], frozen=True):
    """Nothing more is to be done."""

    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, stage=Stage.CLOSED)


# Commands


def _live(incident: Incident) -> None:
    if incident.history:
        raise Refused("this incident was loaded as history; history is not worked")
    if incident.stage is Stage.NONE:
        raise Refused("there is no such incident")
    if incident.stage is Stage.CLOSED:
        raise Refused("the incident is closed")


def _current(incident: Incident) -> FactRef:
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
        _live(incident)
        return [Located(self.district, self.source, self.said_in, self.place)]


class AddContact(Command[Incident], frozen=True):
    """Tie another contact to this incident; its assessment reopens."""

    contact: bytes

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        return [] if self.contact in incident.contacts else [Contacted(self.contact)]


class Change(Command[Incident], frozen=True):
    """Record a material change; the assessment reopens."""

    what: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        if not self.what:
            raise Refused("say what changed")
        return [Changed(self.what)]


class Assess(Command[Incident], frozen=True):
    """Assess risk from the last assessment, what contacts were asked since, and what is given now. Source: letter, area 1."""

    under: ClassVar[PackKind | None] = PackKind.RISK
    heard: tuple[Triaged, ...]
    given: tuple[Reply, ...]
    statement: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        risk = duty.policy.risk
        answers = {reply.element: reply.answer for reply in incident.replies}
        newest = {ref.stream: ref.version for ref in sorted(incident.heard)}
        heard = [
            one
            for one in sorted(self.heard, key=lambda one: one.at)
            if one.said.version > newest.get(one.said.stream, 0)
        ]
        for one in heard:
            if one.answer != NOT_ASKED or one.element not in answers:
                answers[one.element] = one.answer
        for reply in self.given:
            _offered(reply, risk)
            answers[reply.element] = reply.answer
        missing = [element.code for element in risk.element if element.code not in answers]
        if missing:
            raise Refused(f"risk is not assessed: {', '.join(missing)} neither answered nor passed over with a reason")
        why = {reply.element: reply.why for reply in incident.replies if answers.get(reply.element) == NOT_ASKED}
        why |= {reply.element: reply.why for reply in self.given}
        replies = tuple(Reply(element.code, answers[element.code], why.get(element.code)) for element in risk.element)
        suggestion = risk.suggestion(answers, incident.category)
        return [
            Assessed(
                replies,
                tuple(one.said for one in heard),
                sum(1 for reply in replies if reply.answer == NOT_ASKED),
                risk.is_vulnerable(answers),
                suggestion.grade,
                suggestion.grounds,
                self.statement,
            )
        ]


def _offered(reply: Reply, risk: RiskPack) -> None:
    offered, reasons = risk.offered(reply.element), [one.code for one in risk.not_asked]
    if reply.answer == NOT_ASKED and reply.why in reasons:
        return
    if reply.answer == NOT_ASKED:
        raise Refused(f"say why {reply.element} was not asked: {', '.join(reasons)}")
    if reply.answer not in offered:
        raise Refused(
            f"{reply.element} is answered with one of {', '.join(offered)}, or why it was not asked: {', '.join(reasons)}"
        )


class Grade(Command[Incident], frozen=True):
    """Choose the grade, the first or another. Source: letter, area 1; HMICFRS 2018 on unexplained re-grades."""

    under: ClassVar[PackKind | None] = PackKind.GRADES
    grade: str
    rationale: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        duty.policy.grades.row(self.grade)
        assessment = _current(incident)
        if not incident.grade:
            if self.grade != incident.suggested and not self.rationale:
                raise Refused(f"the answers suggest grade {incident.suggested}: say why it is {self.grade}")
            not_asked = sum(1 for reply in incident.replies if reply.answer == NOT_ASKED)
            return [Graded(self.grade, incident.suggested, not_asked, assessment, self.rationale)]
        return [self._regraded(incident, assessment, duty)]

    def _regraded(self, incident: Incident, assessment: FactRef, duty: Duty) -> Fact[Incident]:
        if incident.stage is Stage.RESULTED:
            raise Refused("the incident is resulted: it is not graded any more")
        if self.grade == incident.grade:
            raise Refused(f"the incident is grade {self.grade} already")
        if not self.rationale:
            raise Refused("a re-grade needs a reason")
        grades = duty.policy.grades
        known = any(one.code == incident.grade for one in grades.grade)
        was = (grades if known else duty.policy.grades_of(incident.graded_under)).rank(incident.grade)
        more_urgent = grades.rank(self.grade) < was
        if not more_urgent and incident.careful and duty.approval is None:
            raise Refused(
                "a downgrade needs a second look where someone is vulnerable or it is domestic: "
                "put 'propose' before the line, and have another person approve it",
                second_look=True,
            )
        return Regraded(
            incident.grade, self.grade, more_urgent, incident.suggested, assessment, duty.approval, self.rationale
        )


class Own(Command[Incident], frozen=True):
    """Take the incident, or give it to a named person."""

    owner: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        if incident.holder == self.owner:
            raise Refused(f"{self.owner} has it already")
        return [Owned(self.owner)]


class Send(Command[Incident], frozen=True):
    """Send a resource."""

    callsign: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        if not incident.grade:
            raise Refused("the incident is not graded: grade it first")
        if incident.stage is Stage.RESULTED:
            raise Refused("the incident is resulted: nobody is sent any more")
        return [Resourced(self.callsign)]


class Arrive(Command[Incident], frozen=True):
    """Record that a resource is at the scene."""

    callsign: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        if incident.stage not in (Stage.RESOURCED, Stage.ATTENDED):
            raise Refused("nobody was sent to this incident")
        return [Attended(self.callsign)]


class Note(Command[Incident], frozen=True):
    """Write a line in the incident's log; allowed after the close, for what is remembered late."""

    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if incident.stage is Stage.NONE:
            raise Refused("there is no such incident")
        return [Noted(self.words)]


class Correct(Command[Incident], frozen=True):
    """Say what an earlier fact should have said; the earlier fact stays."""

    version: int
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if not 1 <= self.version <= incident.version:
            raise Refused(f"the incident has facts 1 to {incident.version}, none with number {self.version}")
        return [Corrected(FactRef(incident.id, self.version), self.words)]


class TellCaller(Command[Incident], frozen=True):
    """Record that the caller was told that nobody will come, and by what words."""

    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        if not self.words:
            raise Refused("say what the caller was told")
        return [CallerTold(self.words)]


class Result(Command[Incident], frozen=True):
    """Say how it ended."""

    under: ClassVar[PackKind | None] = PackKind.RESULTS
    result: str
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        row = duty.policy.results.row(self.result)
        if incident.stage is Stage.RESULTED:
            raise Refused(f"the incident is resulted as {incident.result} already")
        if not incident.grade:
            raise Refused("the incident is not graded: grade it first")
        if row.attended and not incident.attended:
            raise Refused("nobody was at the scene: record who arrived, or choose a result for what was not attended")
        if row.cancels and not self.words:
            raise Refused("a cancellation needs a reason")
        if row.cancels:
            _current(incident)
        if row.cancels and incident.careful and duty.approval is None:
            raise Refused(
                "a cancellation needs a second look where someone is vulnerable or it is domestic: "
                "put 'propose' before the line, and have another person approve it",
                second_look=True,
            )
        return [Resulted(self.result, row.attended, duty.approval if row.cancels else None, self.words)]


class Close(Command[Incident], frozen=True):
    """Close the incident. Source: IOPC 2023, a caller who was never told that nobody would come."""

    under: ClassVar[PackKind | None] = PackKind.RISK
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _live(incident)
        _current(incident)
        if incident.stage is not Stage.RESULTED:
            raise Refused("the incident has no result: result it first")
        if incident.contacts and not incident.attended and not incident.told:
            raise Refused("nobody attended and the caller was not told: tell the caller first")
        return [Closed(self.words)]


class MissTarget(Command[Incident], frozen=True):
    """Record that the time of a target passed unmet; once for each target, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.GRADES

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        due = incident.attend_by(duty.policy) if incident.open else None
        if due is None or due > duty.now or incident.missed == due:
            return []
        return [TargetMissed(Target.ATTEND, due)]


class Load(Command[Incident], frozen=True):
    """Record an incident that another system held, with just what its row says."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    loaded: Loaded

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        return [self.loaded] if incident.stage is Stage.NONE else []
