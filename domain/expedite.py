"""A partner's safeguarding expedite: a ward, a children's home or a care home asks, we verify, decide, tell back, close.

Theory of operation. An expedite is asked in a lane of its own, so that no other volume can bury it. It is decided with
a reason and always told back to a named contact of the partner before it is closed. A request that could not be
verified may still be decided: the decision then says so; what they gave and did not match is a fact of its own. That it is
not a matter for police (domain/threshold.py) is decided on answers that say so. What a partner disputes (domain/dispute.py) is
decided anew by another person; who gets in touch again (domain/recontact.py) is asked anew.
Source: letter, area 1 (calls expedited for safeguarding action from key partners including the NHS and Children's Care
Homes); Right Care Right Person.
"""

from enum import Enum
from typing import ClassVar, Literal

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Escalation
from hueandcry.domain.policy import Policy
from hueandcry.domain.promise import kept
from hueandcry.domain.reference import NS_PER_S, Code, FactRef, Instant, Kind, StreamId
from hueandcry.domain.worked import Promising, Worked, word_kept


class Means(Enum):
    """How the asker was verified."""

    CALL_BACK = "call-back"
    PHRASE = "phrase"
    NUMBER = "number"
    NOT_VERIFIED = "not-verified"


class Decision(Enum):
    """What police do about it."""

    ACCEPT = "accept"
    HOLD = "hold"
    NOT_POLICE = "not-police"


class Stage(Enum):
    """How far an expedite has come."""

    NONE = "none"
    ASKED = "asked"
    DECIDED = "decided"
    TOLD = "told"
    CLOSED = "closed"


class Expedite(Worked, frozen=True, kw_only=True):
    """What an expedite has come to."""

    kind: ClassVar[Kind] = Kind.EXPEDITE
    stage: Stage = Stage.NONE
    partner: str = ""
    sort: str = ""
    asked: int = 0
    asked_under: bytes | None = None
    answer_from: int = 0
    request: FactRef | None = None
    contact: bytes | None = None
    means: Means | None = None
    decision: Decision | None = None
    decider: str = ""
    holder: str = ""
    incident: bytes | None = None
    told: bool = False
    unanswered: int = 0
    not_matched: bool = False
    disputed: int = 0
    escalations: tuple[Escalation, ...] = ()
    contacts: tuple[StreamId, ...] = ()
    handed_back: bool = False

    @property
    def open(self) -> bool:
        """Whether the partner still waits for something."""
        return self.stage not in (Stage.NONE, Stage.CLOSED)

    @property
    def queue(self) -> str | None:
        """The lane of its own."""
        return "partner" if self.open else None

    @property
    def owner(self) -> str:
        """Who has it now: whoever decided it or was given it, before that the vulnerability desk."""
        return self.holder or Role.VULNERABILITY.value

    @property
    def is_vulnerable(self) -> bool:
        """A partner asks for somebody who is."""
        return True

    def handed_to(self, collar: str) -> "Expedite":
        """Return the expedite in the hands of another person."""
        return replace(self, holder=collar)

    @property
    def unacknowledged(self) -> Escalation | None:
        """The last escalation of a dispute that nobody has acknowledged, for as long as it is not decided anew."""
        waits = [one for one in self.escalations if self.disputed and self.open and one.due >= self.disputed]
        return next((one for one in reversed(waits) if not one.acknowledged), None)

    def answer_by(self, policy: Policy) -> int | None:
        """Return when the partner should have an answer (ns UTC) under the pack of the asking, None once it had one."""
        if self.told or not self.open:
            return None
        return self.answer_from + policy.grades_of(self.asked_under).expedite_answer_within_s * NS_PER_S


# Facts


@fact("expedite.asked", version=1, says="{partner} asks ({sort}): {request} / {asker} {call_back}")
class Asked(Fact[Expedite], frozen=True):
    """A partner asked; `asker` is the named person there."""

    partner: Plain[Code]
    sort: Plain[Code]
    contact: Plain[StreamId | None]
    asker: Sealed[str]
    call_back: Sealed[str]
    request: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(
            expedite,
            stage=Stage.ASKED,
            partner=self.partner,
            sort=self.sort,
            contact=self.contact,
            asked=expedite.occurred,
            asked_under=expedite.pack,
            answer_from=expedite.occurred,
            request=expedite.here,
        )


@fact("expedite.verified", version=1, says="Asker: {means} {words}")
class Verified(Fact[Expedite], frozen=True):
    """Who asked was checked, or could not be."""

    means: Plain[Means]
    words: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(expedite, means=self.means, not_matched=False)


@fact("expedite.not_matched", version=1, says="NOT as registered: {means} {words}")
class NotMatched(Fact[Expedite], frozen=True):
    """What they gave is not what the partner is registered with; nobody is verified by that."""

    means: Plain[Means]
    words: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(expedite, means=None, not_matched=True)


@fact("expedite.linked", version=1, says="Incident {incident} was opened for it")
class Linked(Fact[Expedite], frozen=True):
    """An incident was opened for it."""

    incident: Plain[StreamId]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(expedite, incident=self.incident)


@fact("expedite.decided", version=1, says="{decision}, asker: {verified}; {reason}")
class Decided(Fact[Expedite], frozen=True):
    """What police do about it, and why."""

    decision: Plain[Decision]
    verified: Plain[Means]
    decider: Plain[Code]
    reason: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(
            expedite,
            stage=Stage.DECIDED,
            decision=self.decision,
            decider=self.decider,
            holder=self.decider,
            disputed=0,
        )


@fact("expedite.told", version=1, says="Told back to {person}: {words}")
class Told(Fact[Expedite], frozen=True):
    """The named partner contact knows the decision."""

    person: Sealed[str]
    words: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(expedite, stage=Stage.TOLD, told=True)


@fact("expedite.unanswered", version=1, says="The partner had no answer by {due}")
class Unanswered(Fact[Expedite], frozen=True):
    """The time to answer passed; the watch recorded it."""

    due: Plain[Instant]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(expedite, unanswered=self.due)


@fact("expedite.closed", version=1, says="Expedite closed {words}")
class Closed(Fact[Expedite], frozen=True):
    """Nothing more is to be done."""

    words: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(expedite, stage=Stage.CLOSED, put_off=None)


# Commands


def live(expedite: Expedite) -> None:
    """Refuse what is done with an expedite that was never asked, or is closed."""
    if expedite.stage is Stage.NONE:
        raise Refused("there is no such expedite")
    if expedite.stage is Stage.CLOSED:
        raise Refused("the expedite is closed")


class Ask(Command[Expedite], frozen=True):
    """Record what a partner asks for."""

    under: ClassVar[PackKind | None] = PackKind.GRADES
    partner: str
    sort: str
    contact: bytes | None
    asker: str
    call_back: str
    request: str

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        if expedite.stage is not Stage.NONE:
            raise Refused("this expedite was asked already")
        if not self.request:
            raise Refused("say what the partner asks for")
        return [Asked(self.partner, self.sort, self.contact, self.asker, self.call_back, self.request)]


class Verify(Command[Expedite], frozen=True):
    """Record how the asker was verified; `matches` tells whether it is as the partner is registered, None where it is not."""

    means: Means
    words: str
    matches: bool | None = None

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        live(expedite)
        if self.matches is False and self.means is not Means.NOT_VERIFIED:
            return [NotMatched(self.means, self.words)]
        return [Verified(self.means, self.words)]


class LinkIncident(Command[Expedite], frozen=True):
    """Tie the expedite to the incident that was opened for it."""

    incident: bytes

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        live(expedite)
        if expedite.incident is not None:
            raise Refused("the expedite has an incident already")
        return [Linked(self.incident)]


DECIDERS = (
    Role.VULNERABILITY,
    Role.SUPERVISOR,
    Role.HANDLER,
    Role.SERGEANT,
    Role.INSPECTOR,
    Role.INCIDENT_MANAGER,
)


def decision_on(expedite: Expedite, duty: Duty, decision: Decision, reason: str) -> Decided:
    """Refuse a decision without reason, about an asker whom nobody checked, or on a dispute of one's own decision."""
    live(expedite)
    if not reason:
        raise Refused("the decision on an expedite needs a reason")
    if expedite.means is None:
        raise Refused("the asker is not verified: verify them, or record that it was not possible")
    if expedite.disputed and duty.collar == expedite.decider:
        raise Refused(f"the partner disputes what {duty.collar} decided: another person decides anew")
    return Decided(decision, expedite.means, duty.collar, reason)


class Decide(Command[Expedite], frozen=True):
    """Accept it or hold it; always with a reason, of a dispute by another person."""

    may: ClassVar[tuple[Role, ...]] = DECIDERS
    decision: Literal[Decision.ACCEPT, Decision.HOLD]
    reason: str

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        return [decision_on(expedite, duty, self.decision, self.reason)]


class TellBack(Command[Expedite], frozen=True):
    """Record who at the partner was told the decision."""

    person: str
    words: str

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        live(expedite)
        if expedite.stage is Stage.ASKED:
            raise Refused("nothing is decided yet that could be told")
        if not self.person:
            raise Refused("name the person at the partner who was told")
        return [Told(self.person, self.words), *kept(expedite, Promising.TELL_PARTNER, duty)]


class Close(Command[Expedite], frozen=True):
    """Close the expedite once the partner knows."""

    words: str

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        live(expedite)
        if expedite.stage is Stage.ASKED:
            raise Refused("nothing is decided since they asked: decide it first ('decide')")
        if expedite.stage is not Stage.TOLD:
            raise Refused("the partner was not told: tell the named contact first ('tellback')")
        if expedite.disputed:
            raise Refused("the partner disputes the decision: another person decides anew first")
        if expedite.decision is Decision.HOLD:
            raise Refused("the expedite is on hold: decide it before it is closed")
        word_kept(expedite)
        return [Closed(self.words)]


class MissAnswer(Command[Expedite], frozen=True):
    """Record that the partner had no answer in time; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.GRADES

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        due = expedite.answer_by(duty.policy)
        if due is None or due > duty.now or expedite.unanswered == due:
            return []
        return [Unanswered(due)]
