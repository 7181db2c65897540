"""A safeguarding referral to an agency: made on a basis in law, sent, received, accepted, and what came of it.

Theory of operation. A referral is a record of its own, for it goes on after the incident is closed, and what it says of somebody
goes when it goes. It names the incident, contact or expedite that it is about, and the person where one is known. It rests on
consent, or on another basis with the reason why it goes without. That it was received and that it was accepted are said by a
named person of the agency, with what shows it; where only we say so, it is counted apart. It stands in its queue until what
came of it is known, and the agency's times are kept like any other.
Source: letter, area 2; HMICFRS 2021 on referrals that stopped and that nobody missed.
"""

from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.questionnaire import scheme_of
from hueandcry.domain.reference import NS_PER_S, Code, Instant, Kind, StreamId
from hueandcry.domain.worked import Worked, word_kept


class Stage(Enum):
    """How far a referral has come."""

    NONE = "none"
    MADE = "made"
    SENT = "sent"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


class Shown(Enum):
    """What shows that an agency received or accepted: its own reference or message, or only our word for it."""

    REFERENCE = "reference"
    MESSAGE = "message"
    OUR_WORD = "our-word"


class Referral(Worked, frozen=True, kw_only=True):
    """What a referral has come to."""

    kind: ClassVar[Kind] = Kind.REFERRAL
    stage: Stage = Stage.NONE
    agency: str = ""
    basis: str = ""
    about: bytes | None = None
    made: int = 0
    due: int = 0
    accept_within_s: int = 0
    late: int = 0
    holder: str = ""

    @property
    def open(self) -> bool:
        """Whether what came of it is not known yet."""
        return self.stage not in (Stage.NONE, Stage.ENDED)

    @property
    def queue(self) -> str | None:
        """The queue of referrals."""
        return "referral" if self.open else None

    @property
    def owner(self) -> str:
        """Who sees to it: whoever was given it, before that the vulnerability desk."""
        return self.holder or Role.VULNERABILITY.value

    def handed_to(self, collar: str) -> "Referral":
        """Return the referral in the hands of another person."""
        return replace(self, holder=collar)


# Facts


@fact(
    "referral.made", version=1, says="Referred to {agency} about {about}; basis {basis}: {content} {without} {person}"
)
class Made(Fact[Referral], frozen=True):
    """A referral was written; `without` is why it goes without consent."""

    agency: Plain[Code]
    about: Plain[StreamId]
    person: Plain[StreamId | None]
    basis: Plain[Code]
    send_by: Plain[Instant]
    content: Sealed[str]
    without: Sealed[str]

    def apply(self, referral: Referral) -> Referral:
        return replace(
            referral,
            stage=Stage.MADE,
            agency=self.agency,
            basis=self.basis,
            about=self.about,
            made=referral.occurred,
            due=self.send_by,
        )


@fact(
    "referral.sent",
    version=1,
    says="Sent, should be received by {receive_by} and accepted within {accept_within_s} s: {how}",
)
class Sent(Fact[Referral], frozen=True):
    """It left the room."""

    receive_by: Plain[Instant]
    accept_within_s: Plain[int]
    how: Sealed[str]

    def apply(self, referral: Referral) -> Referral:
        return replace(referral, stage=Stage.SENT, due=self.receive_by, accept_within_s=self.accept_within_s)


@fact("referral.received", version=1, says="Received, shown by {shown}: {person} / {evidence}")
class Received(Fact[Referral], frozen=True):
    """A named person of the agency has it."""

    shown: Plain[Shown]
    person: Sealed[str]
    evidence: Sealed[str]

    def apply(self, referral: Referral) -> Referral:
        due = referral.occurred + referral.accept_within_s * NS_PER_S
        return replace(referral, stage=Stage.RECEIVED, due=due)


@fact("referral.accepted", version=1, says="Accepted, shown by {shown}: {person} / {evidence}")
class Accepted(Fact[Referral], frozen=True):
    """A named person of the agency takes it on."""

    shown: Plain[Shown]
    person: Sealed[str]
    evidence: Sealed[str]

    def apply(self, referral: Referral) -> Referral:
        return replace(referral, stage=Stage.ACCEPTED, due=0)


@fact("referral.declined", version=1, says="Declined, shown by {shown}: {person} / {reason}")
class Declined(Fact[Referral], frozen=True):
    """A named person of the agency does not take it on, and why."""

    shown: Plain[Shown]
    person: Sealed[str]
    reason: Sealed[str]

    def apply(self, referral: Referral) -> Referral:
        return replace(referral, stage=Stage.DECLINED, due=0)


@fact("referral.late", version=1, says="Not {awaited} by {due}")
class Late(Fact[Referral], frozen=True):
    """A time passed by which it should have come further; the watch recorded it."""

    awaited: Plain[Stage]
    due: Plain[Instant]

    def apply(self, referral: Referral) -> Referral:
        return replace(referral, late=self.due)


@fact("referral.ended", version=1, says="What came of it: {outcome}")
class Ended(Fact[Referral], frozen=True):
    """What came of the referral is known."""

    outcome: Sealed[str]

    def apply(self, referral: Referral) -> Referral:
        return replace(referral, stage=Stage.ENDED, due=0, put_off=None)


# Commands

_AWAITED = {Stage.MADE: Stage.SENT, Stage.SENT: Stage.RECEIVED, Stage.RECEIVED: Stage.ACCEPTED}
SEND_WITHIN_S = 3600


def _live(referral: Referral) -> None:
    if referral.stage is Stage.NONE:
        raise Refused("there is no such referral")
    if referral.stage is Stage.ENDED:
        raise Refused("what came of the referral is recorded already")


class Refer(Command[Referral], frozen=True):
    """Refer somebody to an agency: on consent, or on another basis and why without it."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    agency: str
    about: bytes
    person: bytes | None
    basis: str
    content: str
    without: str

    def decide(self, referral: Referral, duty: Duty) -> list[Fact[Referral]]:
        if referral.stage is not Stage.NONE:
            raise Refused("this referral was made already")
        scheme = scheme_of(duty)
        agency, basis = scheme.takes(self.agency), scheme.rests_on(self.basis)
        if not self.content:
            raise Refused("say what the agency has to know, and no more than that")
        if not basis.consent and not self.without:
            raise Refused(f"{basis.code} goes without consent: say why, after ' / '")
        send_by = duty.now + SEND_WITHIN_S * NS_PER_S
        return [Made(agency.code, self.about, self.person, basis.code, send_by, self.content, self.without)]


class Send(Command[Referral], frozen=True):
    """Record that the referral was sent, and how."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    how: str

    def decide(self, referral: Referral, duty: Duty) -> list[Fact[Referral]]:
        _live(referral)
        if referral.stage is not Stage.MADE:
            raise Refused(f"the referral is {referral.stage.value} already")
        if not self.how:
            raise Refused("say how it was sent, and where to")
        agency = scheme_of(duty).takes(referral.agency)
        return [Sent(duty.now + agency.received_within_s * NS_PER_S, agency.accepted_within_s, self.how)]


class _Answered(Command[Referral], frozen=True):
    """What a named person of the agency said, and what shows it."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    shown: Shown
    person: str
    evidence: str

    def _named(self, referral: Referral) -> None:
        _live(referral)
        if referral.stage is Stage.MADE:
            raise Refused("the referral was not sent yet")
        if not self.person:
            raise Refused("name the person of the agency who said so")
        if not self.evidence:
            raise Refused("say what shows it, after ' / ': their reference, their message, or how you know")


class NoteReceived(_Answered, frozen=True):
    """Record that the agency has the referral."""

    def decide(self, referral: Referral, duty: Duty) -> list[Fact[Referral]]:
        self._named(referral)
        if referral.stage is not Stage.SENT:
            raise Refused(f"the referral is {referral.stage.value} already")
        return [Received(self.shown, self.person, self.evidence)]


class NoteAccepted(_Answered, frozen=True):
    """Record that the agency takes the referral on."""

    def decide(self, referral: Referral, duty: Duty) -> list[Fact[Referral]]:
        self._named(referral)
        if referral.stage is Stage.ACCEPTED:
            raise Refused("the referral is accepted already")
        return [Accepted(self.shown, self.person, self.evidence)]


class NoteDeclined(_Answered, frozen=True):
    """Record that the agency does not take the referral on, and why."""

    def decide(self, referral: Referral, duty: Duty) -> list[Fact[Referral]]:
        self._named(referral)
        if referral.stage is Stage.DECLINED:
            raise Refused("the referral is declined already")
        return [Declined(self.shown, self.person, self.evidence)]


class End(Command[Referral], frozen=True):
    """Record what came of the referral; nothing more is to be done about it."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    outcome: str

    def decide(self, referral: Referral, duty: Duty) -> list[Fact[Referral]]:
        _live(referral)
        if not self.outcome:
            raise Refused("say what came of the referral, or why it is given up")
        if referral.stage in _AWAITED and Role.VULNERABILITY not in duty.roles and Role.SUPERVISOR not in duty.roles:
            raise Refused(f"the agency has not answered: the referral is {referral.stage.value}")
        word_kept(referral)
        return [Ended(self.outcome)]


class MissAgencyTime(Command[Referral], frozen=True):
    """Record that a referral has not come further in time; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)

    def decide(self, referral: Referral, duty: Duty) -> list[Fact[Referral]]:
        awaited = _AWAITED.get(referral.stage)
        if awaited is None or not referral.due or referral.due > duty.now or referral.late == referral.due:
            return []
        return [Late(awaited, referral.due)]
