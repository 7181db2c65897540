"""A blind second look: somebody assesses and grades an incident as it arrived, before they see what was done; then both stand.

Theory of operation. A review is a record of its own and changes nothing of the incident. It names the fact by which the incident
was graded first; what is shown lies before that. The reviewer goes through the risk model of that day and grades by the scheme of
that day, as facts; only then is it compared, element by element. Nobody reviews what they took, assessed or graded themselves.
Source: letter, areas 1 and 3; HMICFRS reviews samples of calls in the same way.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Record, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import check_offered
from hueandcry.domain.particulars import Reply
from hueandcry.domain.reference import Code, FactRef, Kind, StreamId
from hueandcry.domain.riskmodel import RiskPack

REVIEWERS = (Role.SUPERVISOR, Role.AUDITOR, Role.INCIDENT_MANAGER, Role.INSPECTOR)


class Review(Record, frozen=True, kw_only=True):
    """What a blind review has come to."""

    kind: ClassVar[Kind] = Kind.REVIEW
    incident: bytes | None = None
    of: FactRef | None = None
    reviewer: str = ""
    replies: tuple[Reply, ...] = ()
    vulnerable: bool = False
    grade: str = ""


# Facts


@fact(
    "review.begun",
    version=1,
    says="Blind review of {incident}, graded first as {of}; {handler} took it by {channel}; shown it before: {seen}",
)
class ReviewBegun(Fact[Review], frozen=True):
    """Somebody begins to look; `of` is the first grade, which they do not see. Who took it, where, by which channel and desk.

    `seen` tells whether the access log says that the reviewer was shown the incident before: then it is not quite blind.
    """

    incident: Plain[StreamId]
    of: Plain[FactRef]
    handler: Plain[Code]
    place: Plain[Code]
    channel: Plain[Code]
    desk: Plain[Code]
    seen: Plain[bool]

    def apply(self, review: Review) -> Review:
        return replace(review, incident=self.incident, of=self.of, reviewer=review.actor)


@fact(
    "review.judged",
    version=1,
    says="Judged blind: grade {grade} (suggested {suggested}); vulnerable: {vulnerable}; {replies}. {reason}",
)
class Judged(Fact[Review], frozen=True):
    """The reviewer's own assessment and grade."""

    replies: Plain[tuple[Reply, ...]]
    vulnerable: Plain[bool]
    suggested: Plain[Code]
    grade: Plain[Code]
    reason: Sealed[str]

    def apply(self, review: Review) -> Review:
        return replace(review, replies=self.replies, vulnerable=self.vulnerable, grade=self.grade)


@fact(
    "review.compared",
    version=1,
    says="Done was grade {grade}, vulnerable: {vulnerable}; blind {steps} more urgent; otherwise: {otherwise}",
)
class Compared(Fact[Review], frozen=True):
    """What was done, beside it; `steps` is how many grades more urgent the reviewer chose, negative for less urgent."""

    grade: Plain[Code]
    vulnerable: Plain[bool]
    steps: Plain[int]
    elements: Plain[int]
    otherwise: Plain[tuple[Code, ...]]

    def apply(self, review: Review) -> Review:
        return review


# Commands


def whole(given: tuple[Reply, ...], risk: RiskPack) -> dict[str, str]:
    """Return the answers of an assessment; refuses one that is not offered, and any that is missing."""
    for reply in given:
        check_offered(reply, risk)
    answers = {one.element: one.answer for one in given}
    missing = [one.code for one in risk.element if one.code not in answers]
    if missing:
        raise Refused(f"{', '.join(missing)} neither answered nor passed over with a reason")
    return answers


class BeginReview(Command[Review], frozen=True):
    """Begin a blind review; `theirs` are those who took, assessed or graded the incident."""

    may: ClassVar[tuple[Role, ...]] = REVIEWERS
    incident: bytes
    of: FactRef
    handler: str
    place: str
    channel: str
    desk: str
    theirs: tuple[str, ...]
    seen: bool

    def decide(self, review: Review, duty: Duty) -> list[Fact[Review]]:
        if duty.collar in self.theirs:
            raise Refused(f"{duty.collar} took, assessed or graded it: somebody else takes the second look")
        return [ReviewBegun(self.incident, self.of, self.handler, self.place, self.channel, self.desk, self.seen)]


class Judge(Command[Review], frozen=True):
    """Assess and grade what was shown, and compare it with what was done: `theirs`, under the packs of that day."""

    may: ClassVar[tuple[Role, ...]] = REVIEWERS
    given: tuple[Reply, ...]
    grade: str
    reason: str
    category: str
    risk: bytes | None
    grades: bytes | None
    their_grade: str
    their_vulnerable: bool
    their_replies: tuple[Reply, ...]

    def decide(self, review: Review, duty: Duty) -> list[Fact[Review]]:
        if review.incident is None:
            raise Refused("there is no such review")
        if review.grade:
            raise Refused("this review is done: what was judged blind is not judged again")
        if review.reviewer != duty.collar:
            raise Refused(f"{review.reviewer} has begun this review")
        judged = self._judged(duty)
        grades = duty.policy.grades_of(self.grades)
        theirs = {one.element: one.answer for one in self.their_replies}
        elements = [one.code for one in duty.policy.risk_of(self.risk).element]
        mine = {one.element: one.answer for one in judged.replies}
        otherwise = tuple(code for code in elements if theirs.get(code) != mine.get(code))
        steps = grades.rank(self.their_grade) - grades.rank(self.grade)
        return [judged, Compared(self.their_grade, self.their_vulnerable, steps, len(elements), otherwise)]

    def _judged(self, duty: Duty) -> Judged:
        risk, grades = duty.policy.risk_of(self.risk), duty.policy.grades_of(self.grades)
        grades.row(self.grade)
        answers = whole(self.given, risk)
        suggested = risk.suggestion(answers, self.category).grade
        if suggested != self.grade and not self.reason:
            raise Refused(f"the answers suggest grade {suggested}: say why it is {self.grade}")
        return Judged(self.given, risk.is_vulnerable(answers), suggested, self.grade, self.reason)
