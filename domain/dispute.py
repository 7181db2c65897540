"""A partner that does not agree with what police decided: it goes up the ladder until another person decides anew.

Theory of operation. A dispute is a fact with the name of whoever disputes. The safeguarding pack says to whom it goes and after
how long; the watch raises each rung once, and whoever is told acknowledges by name. Only another person than the one whose
decision is disputed ends it, by a decision of their own; whether they decide the same or otherwise, both stand.
Source: letter, area 1; Right Care Right Person: an escalation route for partners who disagree.
"""

from collections.abc import Iterator
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.acknowledging import Knows, known_to
from hueandcry.domain.duty import FIELD, FLOOR, Command, Duty, Role
from hueandcry.domain.expedite import Expedite, Stage, live
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Escalation
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import NS_PER_S, Code, Instant

# Facts


@fact("expedite.disputed", version=1, says="{person} disputes the decision: {words}")
class Disputed(Fact[Expedite], frozen=True):
    """A named person of the partner does not agree, and why."""

    person: Sealed[str]
    words: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(
            expedite, disputed=expedite.occurred, told=False, answer_from=expedite.occurred, asked_under=expedite.pack
        )


@fact("expedite.escalated", version=1, says="Escalated to the {to} ({who}): the partner disputes the decision")
class DisputeEscalated(Fact[Expedite], frozen=True):
    """Nobody decided anew in time; `who` are the members of staff who answer for its district in that role, if any do."""

    to: Plain[Role]
    who: Plain[tuple[Code, ...]]
    due: Plain[Instant]

    def apply(self, expedite: Expedite) -> Expedite:
        raised = Escalation(expedite.version, self.to, self.due, expedite.occurred)
        return replace(expedite, escalations=(*expedite.escalations, raised))


@fact("expedite.escalation_acknowledged", version=1, says="{by} knows of the dispute, as {to} {words}")
class DisputeAcknowledged(Fact[Expedite], frozen=True):
    """Whoever the dispute went to knows, by name."""

    to: Plain[Role]
    by: Plain[Code]
    words: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(expedite, escalations=known_to(expedite.escalations, self.to, self.by))


# What time demands


def dispute_rungs(expedite: Expedite, policy: Policy) -> Iterator["EscalateDispute"]:
    """Yield to whom a dispute is to go that it has not gone to yet."""
    scheme = policy.safeguarding
    if not expedite.disputed or scheme is None:
        return
    raised = {(one.to, one.due) for one in expedite.escalations}
    for rung in scheme.dispute:
        to, due = Role(rung.to), expedite.disputed + rung.after_s * NS_PER_S
        if (to, due) not in raised:
            yield EscalateDispute(to, due)


# Commands


class Dispute(Command[Expedite], frozen=True):
    """Record that the partner disputes what was decided."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    under: ClassVar[PackKind | None] = PackKind.GRADES
    person: str
    words: str

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        live(expedite)
        if expedite.stage is Stage.ASKED:
            raise Refused("nothing is decided yet that could be disputed")
        if expedite.disputed:
            raise Refused("the decision is disputed already: another person decides anew")
        if not self.person or not self.words:
            raise Refused("name the person at the partner and why they disagree, as in Sister Jones: he is on insulin")
        return [Disputed(self.person, self.words)]


class EscalateDispute(Command[Expedite], frozen=True):
    """Raise a rung of the ladder that is due; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    to: Role
    due: int
    who: tuple[str, ...] = ()

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        waiting = {(one.to, one.due) for one in dispute_rungs(expedite, duty.policy)}
        if self.due > duty.now or (self.to, self.due) not in waiting:
            return []
        return [DisputeEscalated(self.to, self.who, self.due)]


class AcknowledgeDispute(Command[Expedite], frozen=True):
    """Acknowledge that a dispute came up, in one's own name or for a person who was told by other means."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    who: Knows

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        live(expedite)
        waiting = [one for one in expedite.escalations if not one.acknowledged and one.due >= expedite.disputed]
        if not waiting or not expedite.disputed:
            raise Refused("no dispute of this expedite waits to be acknowledged")
        by, roles = self.who.of(waiting, duty)
        return [DisputeAcknowledged(to, by, self.who.words) for to in roles]
