"""The vulnerability desk: what it reviews, what it found out, and what is done to keep somebody safe before anyone is there.

Theory of operation. The desk's queue is exactly what is vulnerable and has no resource; it follows from the incident and is
kept nowhere. Each item is reviewed within a time of the safeguarding pack, and again while it waits; what a review comes to is
a fact, and one that finds the risk otherwise than assessed reopens the assessment. Anybody in the room may begin a
safeguarding action; that it came before the arrival is settled when it is decided, from the incident as it stands.
Source: letter, area 2; HMICFRS on the force's vulnerability unit (incidents with no resource are reviewed while they wait).
"""

from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, current_assessment, live, reassess
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Target
from hueandcry.domain.questionnaire import scheme_of
from hueandcry.domain.reference import Code, StreamId
from hueandcry.domain.worked import Worked


class Review(Enum):
    """What a review of the desk comes to, beside the risk as it was assessed."""

    AS_ASSESSED = "as-assessed"
    HIGHER = "higher"
    LOWER = "lower"


class Action(Enum):
    """What is done about a risk: it is taken away, gone around, made less, or taken."""

    REMOVE = "remove"
    AVOID = "avoid"
    REDUCE = "reduce"
    ACCEPT = "accept"


# Facts


@fact("record.researched", version=1, says="Researched in {source}, found: {found} {words}")
class Researched(Fact[Worked], frozen=True):
    """Somebody looked for what is known beside what the caller said, and found these records, or nothing."""

    source: Plain[Code]
    found: Plain[tuple[StreamId, ...]]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return worked.updated()


@fact("record.safeguarded", version=1, says="Risk to {action}, before anyone was there: {before_arrival}; {words}")
class Safeguarded(Fact[Worked], frozen=True):
    """Something was done to keep somebody safe; `before_arrival` where nobody was there yet."""

    action: Plain[Action]
    before_arrival: Plain[bool]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return worked.updated()


@fact("record.referred", version=1, says="Referred to {agency} as {referral}")
class Referred(Fact[Worked], frozen=True):
    """Somebody it concerns was referred to an agency, in a record of its own."""

    agency: Plain[Code]
    referral: Plain[StreamId]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, referrals=(*worked.referrals, self.referral)).updated()


@fact("incident.desk_reviewed", version=1, says="Reviewed by the desk {desk}, late: {late}; risk {review}: {words}")
class DeskReviewed(Fact[Incident], frozen=True):
    """The vulnerability desk looked at an incident that nobody was sent to."""

    desk: Plain[Code]
    review: Plain[Review]
    late: Plain[bool]
    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        looked = max(incident.desk_reviewed, incident.occurred)
        left = tuple(one for one in incident.missed if one.target is not Target.DESK)  # what was late is looked at now
        now = replace(incident, desk_reviewed=looked, missed=left).updated()
        return now if self.review is Review.AS_ASSESSED else replace(now, **reassess(now))


# Commands


class Research(Command[Worked], frozen=True):
    """Record what was looked for beyond the call, and what that found; also that it found nothing."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    source: str
    found: tuple[bytes, ...]
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so nothing is looked for")
        return [Researched(self.source, self.found, self.words)]


class Safeguard(Command[Worked], frozen=True):
    """Record what is done to keep somebody safe; any role of the room may begin it.

    `attended` tells of what is no incident itself whether somebody was at the one that was opened for it.
    """

    may: ClassVar[tuple[Role, ...]] = FIELD
    action: Action
    words: str
    attended: bool = False

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so nothing is done about it")
        if not self.words:
            raise Refused("say what is done, by whom, and for how long it holds")
        attended = worked.attended if isinstance(worked, Incident) else self.attended
        return [Safeguarded(self.action, not attended, self.words)]


class NoteReferred(Command[Worked], frozen=True):
    """Say in a record that somebody it concerns was referred; also of what is closed, for help may come later."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    agency: str
    referral: bytes

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.version:
            raise Refused("there is no such record")
        return [Referred(self.agency, self.referral)]


class ReviewAtDesk(Command[Incident], frozen=True):
    """Record what the vulnerability desk's review came to."""

    may: ClassVar[tuple[Role, ...]] = (Role.VULNERABILITY, Role.SUPERVISOR)
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    review: Review
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        scheme = scheme_of(duty)
        if not incident.for_desk:
            raise Refused("the desk reviews what is vulnerable and has nobody sent to it; this is not")
        if not self.words:
            raise Refused("say in a few words what the review came to")
        if self.review is Review.AS_ASSESSED:
            current_assessment(incident)
        late = incident.desk_due(scheme) <= duty.now
        return [DeskReviewed(scheme.desk_for(incident.district), self.review, late, self.words)]
