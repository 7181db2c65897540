"""Lines about people: roles, proposals and approvals, whoever's bell, signing off."""

from hueandcry.domain import bell, cover, staff
from hueandcry.domain.duty import Role
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import read_tail
from hueandcry.domain.staff import Proposal, Proposed, Staff, staff_stream
from hueandcry.domain.worked import Worked
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Slot, SlotKind, Verb
from hueandcry.operator.reference import Misread
from hueandcry.operator.slots import COLLAR
from hueandcry.operator.text import safe_text
from hueandcry.operator.words import words_of
from hueandcry.operator.work.handover import held_by

PROPOSAL_LETTERS = 4


def propose_acts(desk: Desk, line: Line) -> list[Act]:
    inner: Line = line["line"]
    acts = inner.verb.acts(desk, inner)
    if inner.verb.approving or inner.verb.name in ("propose", "off"):
        raise Refused("a proposal proposes an act on an item, not another proposal and not a sign-off")
    if _alone(inner):
        raise Refused(f"what {inner.verb.name} says stands in one record alone: it is not proposed")
    desk.would_approved(acts)
    tail = desk.identity.word(PROPOSAL_LETTERS)
    return [Act(_self(desk), staff.Propose(tail, inner.verb.name, acts[0].stream, inner.canonical(desk)))]


def _alone(line: Line) -> bool:
    """Tell whether a line, or one within it, says what stands in one record and nowhere else."""
    return line.verb.alone or any(isinstance(one, Line) and _alone(one) for one in line.values.values())


def approve_acts(desk: Desk, line: Line) -> list[Act]:
    proposer, proposal = find_proposal(desk, line["proposal"])
    inner = line.reader.read(proposed_line(desk, proposal), desk)
    return [
        Act(_self(desk), staff.Approve(proposal, proposer)),
        Act(proposer.id, staff.Settle(proposal, "approved")),
        *inner.verb.acts(desk, inner),
    ]


def proposed(desk: Desk, line: Line) -> str:
    """Return who proposed what, in the words that are approved: nobody gives a second look to what they do not see."""
    proposer, proposal = find_proposal(desk, line["proposal"])
    return f"- {proposer.collar} proposes: {line.reader.read(proposed_line(desk, proposal), desk).says(desk)}"


def decline_acts(desk: Desk, line: Line) -> list[Act]:
    proposer, proposal = find_proposal(desk, line["proposal"])
    return [
        Act(_self(desk), staff.Decline(proposal, proposer, line["reason"])),
        Act(proposer.id, staff.Settle(proposal, "declined")),
    ]


def register_acts(_: Desk, line: Line) -> list[Act]:
    known = [role.value for role in Role if role is not Role.WATCH]
    for name in line["roles"].split("."):
        if name not in known:
            word = words_of(line.text)[2]
            why = f"there is no role '{safe_text(name)}'; roles are {', '.join(known)}, joined by dots"
            raise Misread(why, word.start, word.end)
    roles = tuple(Role(name) for name in line["roles"].split("."))
    return [Act(staff_stream(line["collar"]), staff.Register(line["collar"], None, line["name"], roles))]


def grant_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(staff_stream(line["collar"]), staff.Grant(Role(line["role"])))]


def withdraw_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(staff_stream(line["collar"]), staff.Withdraw(Role(line["role"])))]


def bell_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(_self(desk), bell.SetBell(line["upto"]))]


def off_acts(desk: Desk, _: Line) -> list[Act]:
    """Whoever signs off answers for no district any more, unless they are signed on elsewhere."""
    me = desk.board.member(desk.signed.collar)
    covers = me.covers if me is not None and len(me.sessions) == 1 else ()
    given_up = [Act(_self(desk), cover.GiveDistrictUp(one.district, one.role)) for one in covers]
    now_ns = desk.identity.now()
    held = tuple(desk.board.name(one.id, now_ns) for one in held_by(desk, desk.signed.collar))
    sees_to = [one for one in desk.board.open() if isinstance(one, Worked) and one.owner != desk.signed.collar]
    promised = tuple(
        f"{desk.board.name(one.id, now_ns)} ({promise.number} {promise.what.value})"
        for one in sees_to
        for promise in one.promises
        if promise.owner == desk.signed.collar
    )
    return [*given_up, Act(_self(desk), staff.SignOff(desk.signed.session, held, promised), on_all=True)]


def find_proposal(desk: Desk, text: str) -> tuple[Staff, Proposal]:
    """Return a waiting proposal and who made it, by its tail as in `p4k2m`."""
    tail = read_tail(text.removeprefix("p"))
    for member in desk.board.staff.values():
        for proposal in member.proposals:
            if proposal.tail == tail:
                return member, proposal
    raise Refused(f"no proposal {text} waits for a second look")


def proposed_line(desk: Desk, proposal: Proposal) -> str:
    """Return the exact line that was proposed, opened through the door."""
    said = desk.door.fact(proposal.said, "approval")
    assert said is not None
    assert isinstance(said.fact, Proposed)
    if said.fact.line is None:
        raise Refused("the words of this proposal are not open any more")
    return said.fact.line


def _self(desk: Desk) -> bytes:
    return staff_stream(desk.signed.collar)


VERBS = (
    Verb(
        name="propose", short="p", slots=(Slot(name="line", kind=SlotKind.LINE),), acts=propose_acts,
        does="Put before a second person: {line}", example="p g3 57 he has been arrested",
    ),
    Verb(
        name="approve", short="ap", slots=(slots.choice("proposal", slots.proposals),), acts=approve_acts, approving=True, tells=proposed,
        does="Approve and do proposal {proposal}", example="ap p4k2m",
    ),
    Verb(
        name="decline", short="dc", slots=(slots.choice("proposal", slots.proposals), slots.words("reason")), acts=decline_acts, approving=True, tells=proposed,
        does="Decline proposal {proposal}: {reason}", example="dc p4k2m he is still in the house",
    ),
    Verb(
        name="register", short="rg", slots=(slots.code("collar"), slots.code("roles", slots.ROLES), slots.words("name", optional=True)), acts=register_acts,
        does="Register {collar} as {roles}[: {name}]", example="rg 2211 handler.dispatcher J. Smith",
    ),
    Verb(
        name="grant", short="gr", slots=(COLLAR, slots.choice("role", slots.ROLES)), acts=grant_acts,
        does="Grant {role} to {collar}", example="gr 2211 supervisor",
    ),
    Verb(
        name="withdraw", short="wd", slots=(COLLAR, slots.choice("role", slots.ROLES)), acts=withdraw_acts,
        does="Withdraw {role} from {collar}", example="wd 2211 supervisor",
    ),
    Verb(
        name="bell", short="bl", slots=(slots.choice("upto", slots.bells),), acts=bell_acts, alone=True,
        does="Let your bell ring up to: {upto}", example="bl 1",
    ),
    Verb(name="off", short="off", slots=(), acts=off_acts, does="Sign off", example="off"),
)  # fmt: skip
