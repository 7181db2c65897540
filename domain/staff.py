"""A member of staff: roles, sign-on and sign-off, and acts that two people do together.

Theory of operation. One stream for each member. A session begins with a sign-on at a seat, in the office or at home,
by one system user, and ends with the sign-off; what is done in between names the session. An act that needs a second
look is first proposed, whole, in the proposer's stream; another person approves exactly that fact from a session of
their own, and the act is done in the same moment. A proposal expires. No rank and no role approves its own proposal.
Source: letter, areas 1 (handlers at home) and 3.
"""

import hashlib
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Place, Role
from hueandcry.domain.fact import Fact, Local, Plain, Record, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import NS_PER_S, Code, FactRef, Instant, Kind, StreamId, stream_id

PROPOSAL_LASTS_S = 1800
PROPOSERS = (*FLOOR, Role.ADMINISTRATOR)  # what is proposed says itself who may do it
EVERYONE = tuple(role for role in Role if role is not Role.WATCH)


class Session(Struct, frozen=True, array_like=True):
    """One stay at a seat; `uid` is the system user that signed on."""

    session: Code
    uid: int
    seat: Code
    place: Place
    since: int


class Proposal(Struct, frozen=True, array_like=True):
    """An act that waits for a second person; `said` is the fact that holds its exact words."""

    tail: Code
    verb: Code
    on: StreamId
    said: FactRef
    expires: int


class Cover(Struct, frozen=True, array_like=True):
    """A district that a member answers for in a role."""

    district: Code
    role: Role


class Care(Struct, frozen=True, array_like=True):
    """A break that was offered: by which fact, when (ns UTC), who could cover, the answer, whether they were seen to."""

    number: int
    offered: Instant
    cover: tuple[Code, ...]
    answer: str = ""
    seen: bool = False
    asked: tuple[Instant, ...] = ()


class Staff(Record, frozen=True, kw_only=True):
    """What is known of a member of staff with the seals closed."""

    kind: ClassVar[Kind] = Kind.STAFF
    collar: str = ""
    uid: int | None = None
    roles: tuple[Role, ...] = ()
    verifier: FactRef | None = None
    sessions: tuple[Session, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    covers: tuple[Cover, ...] = ()
    care: tuple[Care, ...] = ()
    bell: str = ""

    def session(self, session: str) -> Session | None:
        """Return an open session by its id."""
        return next((one for one in self.sessions if one.session == session), None)


def at_work(member: Staff) -> None:
    """Refuse to give work to whoever is not signed on, or has no role in which it could be done."""
    if not member.sessions:
        raise Refused(f"{member.collar or 'nobody'} is not signed on: give it to somebody who is, or to a role's queue")
    if not any(role in FLOOR for role in member.roles):
        held = ", ".join(role.value for role in member.roles)
        raise Refused(f"{member.collar} is {held}: this is worked by a {' or '.join(role.value for role in FLOOR)}")


def staff_stream(collar: str) -> bytes:
    """Return the stream of a member of staff, which follows from the collar number: nobody is registered twice."""
    return stream_id(Kind.STAFF, 0, int.from_bytes(hashlib.sha256(collar.encode()).digest()[:9], "big"))


# Facts


@fact("staff.registered", version=1, says="{collar} registered: {name}")
class Registered(Fact[Staff], frozen=True):
    """A member joined; `uid` binds them to a system user of this machine, who then needs no passphrase here."""

    collar: Plain[Code]
    uid: Plain[int | None]
    name: Sealed[str]

    def apply(self, staff: Staff) -> Staff:
        return replace(staff, collar=self.collar, uid=self.uid)


@fact("staff.role_granted", version=1, says="{role} granted")
class RoleGranted(Fact[Staff], frozen=True):
    """The member may act in a role."""

    role: Plain[Role]

    def apply(self, staff: Staff) -> Staff:
        return replace(staff, roles=(*staff.roles, self.role))


@fact("staff.role_withdrawn", version=1, says="{role} withdrawn")
class RoleWithdrawn(Fact[Staff], frozen=True):
    """The member may no longer act in a role."""

    role: Plain[Role]

    def apply(self, staff: Staff) -> Staff:
        return replace(
            staff,
            roles=tuple(role for role in staff.roles if role is not self.role),
            covers=tuple(one for one in staff.covers if one.role is not self.role),
        )


@fact("staff.passphrase_set", version=1, says="Passphrase set")
class PassphraseSet(Fact[Staff], frozen=True):
    """A passphrase can be checked against `verifier`, salt and scrypt hash; it never leaves the force."""

    verifier: Local[bytes]

    def apply(self, staff: Staff) -> Staff:
        return replace(staff, verifier=staff.here)


@fact("staff.signed_on", version=1, says="Signed on at seat {seat} ({place}), session {session}")
class SignedOn(Fact[Staff], frozen=True):
    """A session began."""

    session: Plain[Code]
    uid: Plain[int]
    seat: Plain[Code]
    place: Plain[Place]

    def apply(self, staff: Staff) -> Staff:
        session = Session(self.session, self.uid, self.seat, self.place, staff.occurred)
        return replace(staff, sessions=(*staff.sessions, session))


@fact("staff.signed_off", version=1, says="Signed off, session {session}")
class SignedOff(Fact[Staff], frozen=True):
    """A session ended."""

    session: Plain[Code]

    def apply(self, staff: Staff) -> Staff:
        return replace(staff, sessions=tuple(one for one in staff.sessions if one.session != self.session))


@fact("staff.proposed", version=1, says="Proposal p{tail} until {expires}, {verb} on {on}: {line}")
class Proposed(Fact[Staff], frozen=True):
    """An act waits for a second person; `line` is the act, whole."""

    tail: Plain[Code]
    verb: Plain[Code]
    on: Plain[StreamId]
    expires: Plain[Instant]
    line: Sealed[str]

    def apply(self, staff: Staff) -> Staff:
        proposal = Proposal(self.tail, self.verb, self.on, staff.here, self.expires)
        return replace(staff, proposals=(*staff.proposals, proposal))


@fact("staff.proposal_settled", version=1, says="Proposal {said} was {how}")
class ProposalSettled(Fact[Staff], frozen=True):
    """The proposal waits no longer: approved and done, or declined."""

    said: Plain[FactRef]
    how: Plain[Code]

    def apply(self, staff: Staff) -> Staff:
        return replace(staff, proposals=tuple(one for one in staff.proposals if one.said != self.said))


@fact("staff.approved", version=1, says="Approved proposal {said} of {proposer}")
class Approved(Fact[Staff], frozen=True):
    """This member approved exactly the fact that `said` names."""

    said: Plain[FactRef]
    proposer: Plain[Code]

    def apply(self, staff: Staff) -> Staff:
        return staff


@fact("staff.declined", version=1, says="Declined proposal {said} of {proposer}: {reason}")
class Declined(Fact[Staff], frozen=True):
    """This member did not approve."""

    said: Plain[FactRef]
    proposer: Plain[Code]
    reason: Sealed[str]

    def apply(self, staff: Staff) -> Staff:
        return staff


# Commands


class Register(Command[Staff], frozen=True):
    """Register a member of staff."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    collar: str
    uid: int | None
    name: str
    roles: tuple[Role, ...]

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if staff.collar:
            raise Refused(f"{self.collar} is registered already")
        if Role.WATCH in self.roles:
            raise Refused("the watch is no person's role")
        if self.collar in Role._value2member_map_:
            raise Refused(f"{self.collar} is a role, so it is nobody's collar number")
        return [Registered(self.collar, self.uid, self.name), *(RoleGranted(role) for role in self.roles)]


class Grant(Command[Staff], frozen=True):
    """Grant a role."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    role: Role

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if not staff.collar:
            raise Refused("there is no such member of staff")
        if self.role is Role.WATCH:
            raise Refused("the watch is no person's role")
        if self.role in staff.roles:
            raise Refused(f"{staff.collar} is {self.role.value} already")
        return [RoleGranted(self.role)]


class Withdraw(Command[Staff], frozen=True):
    """Withdraw a role."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    role: Role

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if self.role not in staff.roles:
            raise Refused(f"{staff.collar or 'nobody'} is not {self.role.value}")
        return [RoleWithdrawn(self.role)]


class SetPassphrase(Command[Staff], frozen=True):
    """Set the passphrase that a sign-on is checked against; a member sets their own, an administrator anyone's first."""

    may: ClassVar[tuple[Role, ...]] = EVERYONE
    verifier: bytes

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if not staff.collar:
            raise Refused("there is no such member of staff")
        if staff.collar != duty.collar and (Role.ADMINISTRATOR not in duty.roles or staff.verifier is not None):
            raise Refused("a passphrase is changed by the member whose it is")
        return [PassphraseSet(self.verifier)]


class SignOn(Command[Staff], frozen=True):
    """Begin a session; the desk has checked the passphrase."""

    may: ClassVar[tuple[Role, ...]] = EVERYONE
    session: str
    uid: int
    seat: str
    place: Place

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if not staff.collar:
            raise Refused("there is no such member of staff")
        _own(staff, duty)
        if not staff.roles:
            raise Refused(f"{staff.collar} has no role")
        return [SignedOn(self.session, self.uid, self.seat, self.place)]


class SignOff(Command[Staff], frozen=True):
    """End a session; `held` names what the member still has in hand, `promised` what they still see to: both go to others first."""

    may: ClassVar[tuple[Role, ...]] = EVERYONE
    session: str
    held: tuple[str, ...] = ()
    promised: tuple[str, ...] = ()

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        _own(staff, duty)
        if staff.session(self.session) is None:
            raise Refused("that session is not open")
        if self.held and len(staff.sessions) == 1:
            raise Refused(
                f"{staff.collar} still has {', '.join(self.held)} in hand: hand it over ('hand'), to a person or to a role's queue"
            )
        if self.promised and len(staff.sessions) == 1:
            raise Refused(
                f"{staff.collar} still sees to what was promised about {', '.join(self.promised)}: "
                "keep it ('kept'), release it ('release') or pass it on ('pass')"
            )
        return [SignedOff(self.session)]


class Propose(Command[Staff], frozen=True):
    """Put an act before a second person; in the proposer's own stream."""

    may: ClassVar[tuple[Role, ...]] = PROPOSERS
    tail: str
    verb: str
    on: bytes
    line: str

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        _own(staff, duty)
        return [Proposed(self.tail, self.verb, self.on, duty.now + PROPOSAL_LASTS_S * NS_PER_S, self.line)]


class Approve(Command[Staff], frozen=True):
    """Approve a proposal; in the approver's own stream. `proposer` is the other member as they stand now."""

    may: ClassVar[tuple[Role, ...]] = PROPOSERS
    proposal: Proposal
    proposer: Staff

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        _own(staff, duty)
        _may_settle(self.proposal, self.proposer, duty)
        if self.proposal.expires <= duty.now:
            raise Refused("the proposal has expired: propose it again")
        return [Approved(self.proposal.said, self.proposer.collar)]


class Decline(Command[Staff], frozen=True):
    """Decline a proposal; in the decliner's own stream."""

    may: ClassVar[tuple[Role, ...]] = PROPOSERS
    proposal: Proposal
    proposer: Staff
    reason: str

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        _own(staff, duty)
        _may_settle(self.proposal, self.proposer, duty)
        if not self.reason:
            raise Refused("say why the proposal is declined")
        return [Declined(self.proposal.said, self.proposer.collar, self.reason)]


class Settle(Command[Staff], frozen=True):
    """Take a proposal off the proposer's list; in the proposer's stream, with the approval or the refusal."""

    may: ClassVar[tuple[Role, ...]] = PROPOSERS
    proposal: Proposal
    how: str

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if self.proposal not in staff.proposals:
            raise Refused("the proposal is settled already")
        return [ProposalSettled(self.proposal.said, self.how)]


def _own(staff: Staff, duty: Duty) -> None:
    if staff.collar != duty.collar:
        raise Refused(f"{duty.collar} acts in their own name, not in that of {staff.collar or 'nobody'}")


def _may_settle(proposal: Proposal, proposer: Staff, duty: Duty) -> None:
    if proposer.collar == duty.collar:
        raise Refused("nobody approves or declines their own proposal")
    if proposer.session(duty.session) is not None:
        raise Refused("a second look comes from another session")
    if proposal not in proposer.proposals:
        raise Refused("the proposal is settled already")
