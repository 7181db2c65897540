"""Assessing an incident's risk and grading it: what the pack suggests, what a person chose, and why.

Theory of operation. An assessment takes the last one, what callers answered since, and what is given now, goes through
the risk model in force, and keeps which answers were new to it. Of several callers the most serious answer stands until a
person says otherwise. A grade rests on a current assessment. Where suggestion
and choice differ there is a reason; a re-grade always has one; a downgrade has a second person's look where someone is
vulnerable or it is domestic. Source: letter, area 1; HMICFRS 2018 on re-grades that nobody could explain.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Stage, current_assessment, live
from hueandcry.domain.pack import NOT_ASKED, PackKind
from hueandcry.domain.particulars import Reply, Triaged
from hueandcry.domain.reference import Code, FactRef
from hueandcry.domain.riskmodel import RiskPack

# Facts


@fact(
    "incident.assessed",
    version=1,
    says="Risk assessed, suggests {suggested} ({grounds}); vulnerable: {vulnerable}; {replies}; {not_asked} not asked. {statement}",
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
            reviewed=max(incident.reviewed, incident.occurred),
            heard=(*incident.heard, *self.heard),
            replies=self.replies,
            vulnerable=self.vulnerable,
            vulnerable_from=(incident.vulnerable_from or incident.occurred) if self.vulnerable else 0,
            suggested=self.suggested,
            interim=None,
        ).updated()


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
        clock_from = incident.occurred if self.more_urgent else incident.needed_from
        return replace(
            incident,
            grade=self.grade,
            graded_on=self.assessment,
            graded_under=incident.pack,
            clock_from=clock_from,
        )


# Commands


class Assess(Command[Incident], frozen=True):
    """Assess risk from the last assessment, what contacts were asked since, and what is given now. Source: letter, area 1."""

    under: ClassVar[PackKind | None] = PackKind.RISK
    heard: tuple[Triaged, ...]
    given: tuple[Reply, ...]
    statement: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if duty.afterwards and duty.now < incident.changed_at:
            raise Refused(
                "something material happened after that: assess its risk as it stands now, and note what was then"
            )
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
                answers[one.element] = self._of_all(one, answers.get(one.element), newest, risk)
        for reply in self.given:
            check_offered(reply, risk)
            answers[reply.element] = reply.answer
        standing = risk.standing(answers)
        for reply in self.given:
            if standing[reply.element] != answers[reply.element]:
                raise Refused(
                    risk.skipped(reply.element, answers) or f"{reply.element} does not go with what is answered"
                )
        missing = [element.code for element in risk.element if element.code not in answers]
        if missing:
            raise Refused(
                f"risk is not assessed: {', '.join(missing)} neither answered ('triage') nor passed over with a reason ('notasked')"
            )
        why = {reply.element: reply.why for reply in incident.replies if answers.get(reply.element) == NOT_ASKED}
        why |= {reply.element: reply.why for reply in self.given}
        codes = (*(one.code for one in risk.element), *(one.code for one in risk.question if one.code in answers))
        replies = tuple(Reply(code, answers[code], why.get(code)) for code in codes)
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

    def _of_all(self, new: Triaged, standing: str | None, known: dict[bytes, int], risk: RiskPack) -> str:
        """Return what a new answer about an element comes to beside what others say: the most serious stands.

        Callers take back what they said themselves; whoever is heard for the first time takes back nothing.
        """
        others = [one.answer for one in self.heard if one.element == new.element and one.said.stream != new.said.stream]
        if new.said.stream not in known and standing is not None:
            others.append(standing)
        return risk.most_serious(new.element, [new.answer, *(one for one in others if one != NOT_ASKED)])


def check_offered(reply: Reply, risk: RiskPack) -> None:
    """Refuse an answer that the risk model does not offer, or a reason for not asking that it does not have."""
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
        live(incident)
        duty.policy.grades.row(self.grade)
        assessment = current_assessment(incident)
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
