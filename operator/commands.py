"""What lines mean: for each verb, the acts on streams that follow from a line that was read.

Theory of operation. A verb's function turns the line's values into acts, each a command on a stream; the desk decides
and records them in one transaction. Nothing here knows a rule of the work: rules stand with their streams. The table
of verbs, with their slots and words, stands in operator/verbs.py.
"""

from collections.abc import Callable

from hueandcry.domain import (
    contact,
    cover,
    deployment,
    erasure,
    escalation,
    expedite,
    grading,
    incident,
    outcome,
    promise,
    staff,
    triage,
)
from hueandcry.domain.contact import Channel, Contact, Source
from hueandcry.domain.duty import AnyCommand, Role
from hueandcry.domain.expedite import Decision, Expedite, Means
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Reply
from hueandcry.domain.pack import NOT_ASKED
from hueandcry.domain.reference import Kind, kind_of, read_tail
from hueandcry.domain.staff import Proposal, Proposed, Staff, staff_stream
from hueandcry.domain.worked import Promising, Worked
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Misread, words_of

PROPOSAL_LETTERS = 4


def ring_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(desk.identity.stream(Kind.CONTACT), contact.Ring(Channel(line["channel"]), line["number"]))]


def answer_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], contact.Answer())]


def note_acts(_: Desk, line: Line) -> list[Act]:
    noun: dict[Kind, Callable[..., AnyCommand]] = {
        Kind.CONTACT: contact.Note,
        Kind.INCIDENT: incident.Note,
        Kind.EXPEDITE: expedite.Note,
    }
    return [Act(line["item"], noun[_kind(line["item"])](line["words"]))]


def fix_acts(_: Desk, line: Line) -> list[Act]:
    noun: dict[Kind, Callable[..., AnyCommand]] = {
        Kind.CONTACT: contact.Correct,
        Kind.INCIDENT: incident.Correct,
        Kind.EXPEDITE: expedite.Correct,
    }
    return [Act(line["item"], noun[_kind(line["item"])](line["fact"], line["words"]))]


def locate_acts(_: Desk, line: Line) -> list[Act]:
    if _kind(line["item"]) is Kind.CONTACT:
        return [Act(line["item"], contact.Locate(line["district"], line["place"]))]
    return [Act(line["item"], incident.Locate(line["district"], line["place"]))]


def _reopened(desk: Desk, caller: bytes, what: str) -> list[Act]:
    """Return the act that reopens the assessment of the incident which a caller's new answer concerns, if there is one."""
    heard = desk.board.record(caller)
    about = desk.board.record(heard.incident) if isinstance(heard, Contact) and heard.incident is not None else None
    if isinstance(about, Incident) and about.open and about.assessment_current:
        return [Act(about.id, incident.Change(what))]
    return []


def triage_acts(desk: Desk, line: Line) -> list[Act]:
    return [
        Act(line["contact"], triage.Triage(line["element"], line["answer"], line["detail"])),
        *_reopened(desk, line["contact"], f"the caller answered {line['element']} with {line['answer']}"),
    ]


def not_asked_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], triage.PassOver(line["element"], line["reason"], line["detail"]))]


def open_acts(desk: Desk, line: Line) -> list[Act]:
    """An incident from a contact or an expedite takes over where it is; without either it is of our own motion."""
    source = line["from"]
    record = None if source is None else desk.board.record(source)
    caller = source if isinstance(record, Contact) else record.contact if isinstance(record, Expedite) else None
    new = desk.identity.stream(Kind.INCIDENT)
    acts = [Act(new, incident.Open(line["category"], line["summary"], caller))]
    heard = desk.board.record(caller) if caller is not None else None
    if isinstance(heard, Contact) and heard.place is not None:
        acts.append(Act(new, incident.Locate(heard.district, "", heard.district_source, heard.place)))
    else:
        acts.append(Act(new, incident.Locate(contact.UNKNOWN, "", Source.UNKNOWN)))
    if isinstance(record, Contact):
        acts.append(Act(record.id, contact.Link(new)))
    elif isinstance(record, Expedite):
        acts.append(Act(record.id, expedite.LinkIncident(new)))
        if isinstance(heard, Contact) and heard.stage is contact.Stage.ANSWERED and heard.incident is None:
            acts.append(Act(heard.id, contact.Link(new)))
    return acts


def link_acts(_: Desk, line: Line) -> list[Act]:
    if _kind(line["item"]) is Kind.EXPEDITE:
        return [Act(line["item"], expedite.LinkIncident(line["incident"]))]
    return [
        Act(line["item"], contact.Link(line["incident"])),
        Act(line["incident"], incident.AddContact(line["item"])),
    ]


def resolve_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], contact.Resolve(line["result"], line["reason"]))]


def transfer_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], contact.Transfer(line["to"], line["reason"]))]


def abandon_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], contact.Abandon())]


def assess_acts(desk: Desk, line: Line) -> list[Act]:
    """Words of the form element=answer at the beginning are answers, or reasons for not asking; the rest is the statement."""
    record = desk.board.record(line["incident"])
    heard = []
    if isinstance(record, Incident):
        callers = [desk.board.record(one) for one in record.contacts]
        heard = [one for caller in callers if isinstance(caller, Contact) for one in caller.triage]
    elements = [element.code for element in desk.board.policy.risk.element]
    given, statement = [], line["statement"]
    for word in words_of(line["statement"]):
        element, equals, answer = word.text.partition("=")
        if not equals or element not in elements:
            statement = line["statement"][word.start :]
            break
        reasons = [reason.code for reason in desk.board.policy.risk.not_asked]
        given.append(Reply(element, NOT_ASKED, answer) if answer in reasons else Reply(element, answer))
        statement = ""
    return [Act(line["incident"], grading.Assess(tuple(heard), tuple(given), statement))]


def grade_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], grading.Grade(line["grade"], line["reason"]))]


def change_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], incident.Change(line["what"]))]


def own_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], incident.Own(line["collar"] or desk.signed.collar))]


def send_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], deployment.Send(line["callsign"]))]


def arrive_acts(desk: Desk, line: Line) -> list[Act]:
    record = desk.board.record(line["incident"])
    callsign = line["callsign"] or (record.resource if isinstance(record, Incident) else "")
    if not callsign:
        raise Refused("nobody was sent to this incident")
    return [Act(line["incident"], deployment.Arrive(callsign))]


def review_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], deployment.Review(line["words"]))]


def ack_acts(desk: Desk, line: Line) -> list[Act]:
    named = line["collar"] or ""
    member = desk.board.member(named)
    roles = member.roles if member is not None else None
    return [Act(line["incident"], escalation.Acknowledge(named, line["words"], roles))]


def cover_acts(desk: Desk, line: Line) -> list[Act]:
    """Whoever answered for the district in that role gives it up in the same moment."""
    collar, role = line["collar"] or desk.signed.collar, Role(line["role"])
    before = [one for one in desk.board.answers_for(line["district"], role) if one != collar]
    return [
        *(Act(staff_stream(one), cover.GiveDistrictUp(line["district"], role)) for one in before),
        Act(staff_stream(collar), cover.TakeDistrict(line["district"], role)),
    ]


def promise_acts(desk: Desk, line: Line) -> list[Act]:
    what = Promising(line["what"])
    return [Act(line["item"], promise.MakePromise(what, line["by"], desk.signed.collar, line["words"]))]


def kept_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], promise.KeepPromise(_promise(desk, line), line["words"]))]


def release_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], promise.ReleasePromise(_promise(desk, line), line["reason"]))]


def pass_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], promise.PassPromiseOn(_promise(desk, line), line["collar"]))]


def _promise(desk: Desk, line: Line) -> int:
    """Return the number of the promise that a line names by its number or by what was promised."""
    record, named = desk.board.record(line["item"]), line["promise"]
    assert isinstance(record, Worked)
    return next((one.number for one in record.promises if named in (str(one.number), one.what.value)), 0)


def told_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], outcome.TellCaller(line["words"]))]


def result_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], outcome.Result(line["result"], line["words"]))]


def close_acts(_: Desk, line: Line) -> list[Act]:
    noun: dict[Kind, Callable[..., AnyCommand]] = {
        Kind.CONTACT: contact.Close,
        Kind.INCIDENT: outcome.Close,
        Kind.EXPEDITE: expedite.Close,
    }
    return [Act(line["item"], noun[_kind(line["item"])](line["words"]))]


def expedite_acts(desk: Desk, line: Line) -> list[Act]:
    """The text may name the asker and a call-back number before the request, parted by ` / `."""
    parts = [part.strip() for part in line["request"].split(" / ")]
    asker, call_back, request = (
        (parts[0], parts[1], " / ".join(parts[2:])) if len(parts) > 2 else ("", "", line["request"])
    )
    new = desk.identity.stream(Kind.EXPEDITE)
    return [Act(new, expedite.Ask(line["partner"], line["sort"], line["contact"], asker, call_back, request))]


def verify_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["expedite"], expedite.Verify(Means(line["means"]), line["words"]))]


def decide_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["expedite"], expedite.Decide(Decision(line["decision"]), line["reason"]))]


def tell_back_acts(_: Desk, line: Line) -> list[Act]:
    person, colon, words = line["person"].partition(":")
    return [Act(line["expedite"], expedite.TellBack(person.strip(), words.strip() if colon else ""))]


def erase_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], erasure.Erase(line["authority"]))]


def propose_acts(desk: Desk, line: Line) -> list[Act]:
    inner: Line = line["line"]
    acts = inner.verb.acts(desk, inner)
    if inner.verb.approving or inner.verb.name in ("propose", "off"):
        raise Refused("a proposal proposes an act on an item, not another proposal and not a sign-off")
    desk.would(acts)
    tail = desk.identity.word(PROPOSAL_LETTERS)
    return [Act(_self(desk), staff.Propose(tail, inner.verb.name, acts[0].stream, inner.canonical(desk)))]


def approve_acts(desk: Desk, line: Line) -> list[Act]:
    proposer, proposal = find_proposal(desk, line["proposal"])
    inner = line.reader.read(proposed_line(desk, proposal), desk)
    return [
        Act(_self(desk), staff.Approve(proposal, proposer)),
        Act(proposer.id, staff.Settle(proposal, "approved")),
        *inner.verb.acts(desk, inner),
    ]


def decline_acts(desk: Desk, line: Line) -> list[Act]:
    proposer, proposal = find_proposal(desk, line["proposal"])
    return [
        Act(_self(desk), staff.Decline(proposal, proposer, line["reason"])),
        Act(proposer.id, staff.Settle(proposal, "declined")),
    ]


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


def register_acts(_: Desk, line: Line) -> list[Act]:
    try:
        roles = tuple(Role(role) for role in line["roles"].split("."))
    except ValueError as fault:
        raise Misread(
            f"{fault}; roles are {', '.join(role.value for role in Role if role is not Role.WATCH)}, joined by dots"
        ) from fault
    return [Act(staff_stream(line["collar"]), staff.Register(line["collar"], None, line["name"], roles))]


def grant_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(staff_stream(line["collar"]), staff.Grant(Role(line["role"])))]


def withdraw_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(staff_stream(line["collar"]), staff.Withdraw(Role(line["role"])))]


def off_acts(desk: Desk, _: Line) -> list[Act]:
    """Whoever signs off answers for no district any more, unless they are signed on elsewhere."""
    me = desk.board.member(desk.signed.collar)
    covers = me.covers if me is not None and len(me.sessions) == 1 else ()
    given_up = [Act(_self(desk), cover.GiveDistrictUp(one.district, one.role)) for one in covers]
    return [*given_up, Act(_self(desk), staff.SignOff(desk.signed.session))]


def _self(desk: Desk) -> bytes:
    return staff_stream(desk.signed.collar)


def _kind(stream: bytes) -> Kind:
    kind = kind_of(stream)
    assert kind is not None
    return kind
