"""One contact through any channel, from the ring to the close.

Theory of operation. The record exists from the ring, before anything is typed, and nothing discards it. A handler
answers it and goes through the risk model element by element: each gets an answer from the pack, or a reason why it was
not asked, which is counted. The contact then leads to an incident, is resolved without one, is passed on, or was
abandoned; only then is it closed. History loaded from elsewhere is a contact that stands outside queues and timers.
Source: letter, areas 1, 4 and 6 (risk at every point of contact, all channels in one place).
"""

from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import CallerAt, Recall, Triaged
from hueandcry.domain.promise import kept
from hueandcry.domain.reference import Code, FactRef, Kind, StreamId
from hueandcry.domain.worked import Promising, Worked, word_kept

UNKNOWN = "unknown"
PARKED = "the contact is parked: answer it first"


class Channel(Enum):
    """How the contact reached us; `unknown` where a loaded row does not say."""

    EMERGENCY = "999"
    NON_EMERGENCY = "101"
    CHAT = "chat"
    ONLINE = "online"
    SOCIAL = "social"
    PARTNER = "partner"
    IVR = "ivr"
    UNKNOWN = "unknown"


class Source(Enum):
    """Who says where something is."""

    CALLER = "caller"
    HANDLER = "handler"
    GAZETTEER = "gazetteer"
    NETWORK = "network"
    ROW = "row"
    UNKNOWN = "unknown"


class Stage(Enum):
    """How far a contact has come."""

    NONE = "none"
    RINGING = "ringing"
    ANSWERED = "answered"
    LINKED = "linked"
    RESOLVED = "resolved"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    CLOSED = "closed"


class Contact(Worked, frozen=True, kw_only=True):
    """What a contact has come to."""

    kind: ClassVar[Kind] = Kind.CONTACT
    stage: Stage = Stage.NONE
    channel: Channel = Channel.UNKNOWN
    rang: int = 0
    answered: int = 0
    handler: str = ""
    parked: int = 0
    recall: Recall | None = None
    silent: tuple[str, ...] = ()
    operator_on: bool = False
    helped_by: str = ""
    caller_at: CallerAt | None = None
    number: FactRef | None = None
    place: FactRef | None = None
    district: str = UNKNOWN
    district_source: Source = Source.UNKNOWN
    triage: tuple[Triaged, ...] = ()
    checked: tuple[Code, ...] = ()
    incident: bytes | None = None
    expedite: bytes | None = None
    site: str = ""
    result: str = ""
    history: bool = False

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return not self.history and self.stage not in (Stage.NONE, Stage.CLOSED)

    @property
    def queue(self) -> str | None:
        """The one queue in which an open contact stands."""
        if not self.open:
            return None
        match self.stage:
            case Stage.RINGING | Stage.ABANDONED if self.site and self.channel is not Channel.EMERGENCY:
                return "partner"
            case Stage.RINGING:
                return "waiting"
            case Stage.ABANDONED:
                return "recall"
            case _ if self.parked:
                return "parked"
            case _:
                return "in-hand"

    @property
    def owner(self) -> str:
        """Who has it now: a collar number, or the role whose queue it stands in."""
        return self.handler or (Role.VULNERABILITY if self.queue == "partner" else Role.HANDLER).value

    def placed(self, district: str) -> "Contact":
        """Return the contact at a listed place."""
        return replace(self, district=district, district_source=Source.GAZETTEER, place=self.here)

    def handed_to(self, collar: str) -> "Contact":
        """Return the contact in the hands of another handler."""
        return replace(self, handler=collar)

    def stands(self, what: Promising) -> str:
        """Return that a caller who holds the line is still to be taken up."""
        return PARKED if self.parked and what is Promising.TAKE_UP else ""


# Facts


@fact("contact.rang", version=1, says="Ringing on {channel} {number}")
class Rang(Fact[Contact], frozen=True):
    """The contact reached us."""

    channel: Plain[Channel]
    number: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, stage=Stage.RINGING, channel=self.channel, rang=contact.occurred, number=contact.here)


@fact("contact.answered", version=1, says="Answered by {handler}")
class Answered(Fact[Contact], frozen=True):
    """A handler took the contact."""

    handler: Plain[Code]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, stage=Stage.ANSWERED, handler=self.handler, answered=contact.occurred)


@fact("contact.located", version=1, says="District {district} (from {district_source}) {place}")
class Located(Fact[Contact], frozen=True):
    """Where it is happening."""

    district: Plain[Code]
    district_source: Plain[Source]
    place: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, district=self.district, district_source=self.district_source, place=contact.here)


@fact("contact.linked", version=1, says="Linked to incident {incident}")
class Linked(Fact[Contact], frozen=True):
    """The contact concerns an incident."""

    incident: Plain[StreamId]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, stage=Stage.LINKED, incident=self.incident)


@fact("contact.resolved", version=1, says="Resolved without an incident: {result} {reason}")
class Resolved(Fact[Contact], frozen=True):
    """The contact needed no incident."""

    result: Plain[Code]
    reason: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, stage=Stage.RESOLVED, result=self.result)


@fact("contact.transferred", version=1, says="Transferred to {to}: {reason}")
class Transferred(Fact[Contact], frozen=True):
    """The contact was passed on to someone outside this room."""

    to: Plain[Code]
    reason: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, stage=Stage.TRANSFERRED)


@fact("contact.taken_up", version=1, says="Taken up again by {handler}")
class TakenUp(Fact[Contact], frozen=True):
    """A handler is back with a parked caller, the same one or another."""

    handler: Plain[Code]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, handler=self.handler, parked=0)


@fact("contact.closed", version=1, says="Contact closed {words}")
class Closed(Fact[Contact], frozen=True):
    """Nothing more is to be done about this contact."""

    words: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, stage=Stage.CLOSED, put_off=None)


# Commands


def live(contact: Contact) -> None:
    """Refuse what is done with a contact that is not open to work: never rung, closed, or loaded as history."""
    if contact.history:
        raise Refused("this contact was loaded as history; history is not worked")
    if contact.stage is Stage.NONE:
        raise Refused("there is no such contact")
    if contact.stage is Stage.CLOSED:
        raise Refused("the contact is closed")


def answered(contact: Contact) -> None:
    """Refuse what is done with a contact that nobody has answered, or that is over."""
    live(contact)
    if contact.stage is Stage.RINGING:
        raise Refused("the contact is still ringing: answer it first")


def taken(contact: Contact) -> None:
    """Refuse what is done with a contact that nobody has answered, that is over, or whose caller holds the line."""
    answered(contact)
    if contact.parked:
        raise Refused(PARKED)


def _on_the_line(contact: Contact) -> None:
    taken(contact)
    if contact.stage is Stage.ABANDONED:
        raise Refused(
            "the caller was lost: ring back ('recall') and answer the contact, or close it once that was tried"
        )


class Ring(Command[Contact], frozen=True):
    """Record that a contact reached us; `number` is the caller's number or handle as it came in."""

    channel: Channel
    number: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        if contact.stage is not Stage.NONE:
            raise Refused("this contact has rung already")
        return [Rang(self.channel, self.number)]


class Answer(Command[Contact], frozen=True):
    """Take a ringing contact, one that was parked, or one that was abandoned and has been rung back."""

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        live(contact)
        if contact.parked:
            return [TakenUp(duty.collar), *kept(contact, Promising.TAKE_UP, duty)]
        if contact.stage not in (Stage.RINGING, Stage.ABANDONED):
            raise Refused(f"the contact is {contact.stage.value}, {contact.owner} has it")
        if contact.stage is Stage.ABANDONED and not (contact.recall is not None and contact.recall.reached):
            raise Refused("the caller was lost: ring back, and say with 'recall' that you spoke to them")
        return [Answered(duty.collar)]


class Locate(Command[Contact], frozen=True):
    """Say where it is happening."""

    district: str
    place: str
    source: Source = Source.CALLER

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        taken(contact)
        return [Located(self.district, self.source, self.place)]


class Link(Command[Contact], frozen=True):
    """Tie the contact to an incident, also while the caller holds the line: an incident is never delayed."""

    incident: bytes

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        answered(contact)
        if contact.incident == self.incident:
            raise Refused("the contact is linked to that incident already")
        if contact.incident is not None:
            raise Refused("the contact is linked to another incident; note the connection there")
        return [Linked(self.incident)]


class Resolve(Command[Contact], frozen=True):
    """End the contact without an incident; the risk model must have been gone through."""

    under: ClassVar[PackKind | None] = PackKind.RISK
    result: str
    reason: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        _on_the_line(contact)
        if contact.incident is not None:
            raise Refused("the contact led to an incident: result that")
        duty.policy.results.row(self.result)
        if not self.reason:
            raise Refused("say in a few words how the contact was resolved")
        _gone_through(contact, duty)
        return [Resolved(self.result, self.reason)]


class Transfer(Command[Contact], frozen=True):
    """Pass the contact on to someone outside this room."""

    to: str
    reason: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        _on_the_line(contact)
        if not self.reason:
            raise Refused("a transfer needs a reason")
        return [Transferred(self.to, self.reason)]


class Close(Command[Contact], frozen=True):
    """Close a contact that has led somewhere; an abandoned one needs words on who was reached or tried."""

    under: ClassVar[PackKind | None] = PackKind.GRADES
    words: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        live(contact)
        if contact.stage is Stage.RINGING or (contact.stage is Stage.ANSWERED and contact.expedite is None):
            raise Refused(
                "a contact is not discarded: link it to an incident, resolve it, transfer it or mark it abandoned"
            )
        if contact.stage is Stage.ABANDONED:
            _lost_caller_was_tried(contact, duty)
        word_kept(contact)
        return [Closed(self.words)]


def _lost_caller_was_tried(contact: Contact, duty: Duty) -> None:
    wanted, recall = duty.policy.grades.recalls, contact.recall
    if contact.incident is not None:
        return
    if recall is None or (recall.tried < wanted and not recall.reached):
        tried = recall.tried if recall is not None else 0
        raise Refused(
            f"the caller was lost: ring back {wanted} times ('recall'), tried {tried} times, or open an incident"
        )
    _gone_through(contact, duty)


def _gone_through(contact: Contact, duty: Duty) -> None:
    missing = unanswered(contact.triage, duty)
    if missing:
        raise Refused(
            f"risk is not assessed: {', '.join(missing)} neither answered ('triage') nor passed over with a reason ('notasked')"
        )


def unanswered(triage: tuple[Triaged, ...], duty: Duty) -> list[str]:
    """Return the elements of the risk model in force that have neither an answer nor a reason."""
    had = {one.element for one in triage}
    return [element.code for element in duty.policy.risk.element if element.code not in had]
