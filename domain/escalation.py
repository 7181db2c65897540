"""The escalation ladder: an incident that waits too long for a resource goes to whoever answers for its district.

Theory of operation. The grades pack says for each grade after how long without a resource it goes to whom. The watch
raises each rung once, and the last one again at every changeover of shifts for as long as nobody is sent. Whoever is told
acknowledges by name, from their own session or through whoever rang them. All times follow from facts: the ladder
survives any restart, and two keepers of the watch raise nothing twice. Whoever is lost on the way has not come: what was
due is raised anew in that moment.
Source: letter, area 1; IOPC 2021 on a grade 2 that waited five hours while the escalation policy was not followed.
"""

from collections.abc import Iterator
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.acknowledging import Knows, known_to
from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Stage, live
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Escalation
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import NS_PER_S, Code, Instant

# Facts


@fact(
    "incident.escalated",
    version=1,
    says="Escalated to the {to} of {district} ({who}): grade {grade} and nobody sent",
)
class Escalated(Fact[Incident], frozen=True):
    """Nobody was sent in time; `who` are the members of staff who answer for the district in that role, if any do."""

    to: Plain[Role]
    district: Plain[Code]
    who: Plain[tuple[Code, ...]]
    grade: Plain[Code]
    due: Plain[Instant]
    again: Plain[bool]

    def apply(self, incident: Incident) -> Incident:
        raised = Escalation(incident.version, self.to, self.due, incident.occurred)
        return replace(incident, escalations=(*incident.escalations, raised))


@fact("incident.escalation_acknowledged", version=1, says="{by} knows of the escalation to {to} {words}")
class Acknowledged(Fact[Incident], frozen=True):
    """Whoever the incident was escalated to knows, by name."""

    to: Plain[Role]
    by: Plain[Code]
    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, escalations=known_to(incident.escalations, self.to, self.by))


# What time demands


def rungs(incident: Incident, policy: Policy, changeover: int) -> Iterator["Escalate"]:
    """Yield what is to be raised that was not yet; `changeover` is when the last shift began (ns UTC)."""
    if incident.stage is not Stage.GRADED:
        return
    raised = {(one.to, one.due) for one in incident.escalations}
    ladder = policy.grades_of(incident.graded_under).row(incident.grade).escalate
    for rung in ladder:
        due = max(incident.clock_from + rung.unresourced_for_s * NS_PER_S, incident.alone_from)
        if (Role(rung.to), due) not in raised:
            yield Escalate(Role(rung.to), due)
    known = [one for one in incident.escalations if one.to in {Role(rung.to) for rung in ladder}]
    if known and known[-1].raised < changeover:
        yield Escalate(known[-1].to, changeover, again=True)


# Commands


class Escalate(Command[Incident], frozen=True):
    """Raise a rung of the ladder that is due; once, whoever keeps the watch. Source: letter, area 1."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.GRADES
    to: Role
    due: int
    again: bool = False
    who: tuple[str, ...] = ()

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        waiting = rungs(incident, duty.policy, self.due if self.again else 0)
        if self.due > duty.now or (self.to, self.due) not in {(one.to, one.due) for one in waiting}:
            return []
        return [Escalated(self.to, incident.district, self.who, incident.grade, self.due, self.again)]


class Acknowledge(Command[Incident], frozen=True):
    """Acknowledge an escalation in one's own name, or for a person who was told by other means."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    who: Knows

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        waiting = [one for one in incident.escalations if not one.acknowledged]
        if not waiting:
            raise Refused("no escalation of this incident waits to be acknowledged")
        by, roles = self.who.of(waiting, duty)
        return [Acknowledged(to, by, self.who.words) for to in roles]
