"""Whatever people type, in whatever order and at whatever desks, the rules of the work hold after every line.

Theory of operation. A hypothesis machine works a room: handlers, a dispatcher, a supervisor and the vulnerability desk
type lines of the grammar; time passes, the watch looks, people sign off and on, a second board on the same journal cuts
in between reading and writing, and lines are carried out long after they were read. A line may be refused or misread,
and then nothing may have been written. After each step every new fact is held against the Ledger: an account of its
own, kept from the recorded facts alone and from none of the product's properties. Then the board is held against the
ledger, and against boards folded anew. The last test sees to it that the machine comes to every fact and every verb.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hueandcry.domain import (
    contact,
    cover,
    deployment,
    erasure,
    escalation,
    expedite,
    grading,
    history,
    incident,
    logbook,
    outcome,
    policy,
    promise,
    staff,
    triage,
)
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import REGISTRY, Entry, FactRef, Header, fold
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Kind, stream_text
from hueandcry.domain.staff import SignOn, staff_stream
from hueandcry.operator.desk import THE_WATCH, Act, Desk, Signed
from hueandcry.operator.grammar import Line
from hueandcry.operator.identity import SetClock
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import READER, VERBS, carry_out
from hueandcry.store.codec import Pending
from hueandcry.store.erasure import keys_of
from hueandcry.store.item import Item
from hueandcry.store.log import MemoryLog
from hueandcry.store.moment import last_changeover
from hueandcry.store.sealed import Door, Viewer
from hueandcry.store.views import Board, blank
from tests.proof.counts import PROOF, SEED
from tests.proof.table import Told, tell
from tests.staging import MONDAY, S, Stage

settings.register_profile(
    "room",
    max_examples=25,
    stateful_step_count=30,
    derandomize=True,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile(
    "room at full count", settings.get_profile("room"), max_examples=1000, derandomize=False, print_blob=True
)
PROFILE = settings.get_profile("room at full count" if PROOF else "room")

QUEUES = {
    "contact": {"waiting", "recall", "in-hand"},
    "incident": {"assess", "grade", "dispatch", "deployed", "closing"},
    "expedite": {"partner"},
}
ROLES = {role.value for role in Role}
GRADES = "12345"  # the most urgent first
LADDER = {"1": ("inspector", 0), "2": ("sergeant", 2400 * S)}  # to whom, and how long without a resource
CANCELS = {"cancelled", "duplicate"}
DOMESTIC = {"domestic"}
STAFF = {
    "2001": (Role.HANDLER,),
    "3001": (Role.DISPATCHER,),
    "4001": (Role.VULNERABILITY,),
    "5001": (Role.SUPERVISOR, Role.DISPATCHER),
}
RIVAL = "2002"
NOT_OF_THE_FLOOR = {  # done by commands of their own, not by a line
    "access.read",
    "access.shown",
    "foreign.disclosed",
    "foreign.received",
    "policy.agreed",
    "policy.backed_up",
    "policy.restored",
    "record.exported",
    "staff.passphrase_set",
}


# The ledger: what the recorded facts alone say


@dataclass
class Call:
    """A contact from the ring to the close; `led` tells whether it has led anywhere that allows a close."""

    led: bool = False
    open: bool = True


@dataclass
class Case:
    """An incident: the versions of its last material change and of its last assessment, and what came of it."""

    contacts: list[bytes]
    domestic: bool
    changed: int
    assessed: int = 0
    vulnerable: bool = False
    grade: str = ""
    attended: bool = False
    told: bool = False
    result: str = ""
    open: bool = True
    opened: int = 0
    clock: int = 0
    sent: bool = False
    missed: list[tuple[str, int]] = field(default_factory=list)
    escalated: list[tuple[str, int]] = field(default_factory=list)
    unacknowledged: list[str] = field(default_factory=list)
    heard: set[FactRef] = field(default_factory=set)
    passed_over: set[str] = field(default_factory=set)

    @property
    def careful(self) -> bool:
        return self.vulnerable or self.domestic


@dataclass
class Request:
    """A partner's expedite."""

    decision: str = ""
    told: bool = False
    open: bool = True
    unanswered: list[int] = field(default_factory=list)


@dataclass
class Word:
    """A promise: what, by when, and whether its time has passed in somebody's eyes."""

    what: str
    due: int
    owner: str
    broken: bool = False


class Ledger:
    """An account of the room, kept from opened entries; takes each new fact and asserts that it may stand there."""

    def __init__(self) -> None:
        self.position = 0
        self.recorded = 0
        self.versions: Counter[bytes] = Counter()
        self.facts: dict[FactRef, Entry] = {}
        self.calls: dict[bytes, Call] = {}
        self.cases: dict[bytes, Case] = {}
        self.requests: dict[bytes, Request] = {}
        self.history: list[bytes] = []
        self.sessions: dict[str, str] = {}
        self.roles: dict[bytes, list[str]] = {}
        self.waiting: dict[FactRef, str] = {}
        self.used: set[FactRef] = set()
        self.erasing: list[bytes] = []
        self.promises: dict[bytes, dict[int, Word]] = {}
        self.covers: dict[tuple[str, str], str] = {}

    def take(self, entry: Entry) -> None:
        self._in_its_place(entry)
        header, fact = entry.header, entry.fact
        assert header is not None, "every fact has a header with both clocks"
        assert fact is not None, "every fact of this release is known"
        self._by_whom(entry, header)
        self.facts[FactRef(entry.stream, entry.version)] = entry
        kind = entry.name.partition(".")[0]
        {
            "contact": self._contact,
            "incident": self._incident,
            "expedite": self._expedite,
            "staff": self._staff,
            "policy": lambda *_: None,
            "record": self._record,
        }[kind](entry, header, fact)

    def _in_its_place(self, entry: Entry) -> None:
        self.versions[entry.stream] += 1
        assert entry.position == self.position + 1, "positions have no gap"
        assert entry.version == self.versions[entry.stream], "versions have no gap"
        self.position = entry.position

    def _by_whom(self, entry: Entry, header: Header) -> None:
        assert header.recorded >= self.recorded > -1, "recorded time does not go back"
        assert header.occurred > 0, "two clocks: when it happened, and when we learned of it"
        self.recorded = header.recorded
        assert header.causation is None or header.causation in self.facts, "what caused it was recorded before it"
        if header.actor == "watch":
            of_the_watch = (
                deployment.TargetMissed
                | escalation.Escalated
                | expedite.Unanswered
                | promise.Broken
                | policy.ClockSetBack
                | erasure.ErasureCompleted
            )
            assert isinstance(entry.fact, of_the_watch)
            return
        of_time = deployment.TargetMissed | escalation.Escalated | expedite.Unanswered | promise.Broken
        assert not isinstance(entry.fact, of_time), "time speaks for the watch"
        if isinstance(entry.fact, staff.SignedOn):
            self.sessions[entry.fact.session] = header.actor
        elif self.sessions:
            assert self.sessions.get(header.session) == header.actor, "whoever acts is signed on"
            assert header.role in self.roles[staff_stream(header.actor)], "whoever acts has the role"

    # Contacts

    def _contact(self, entry: Entry, header: Header, fact: Any) -> None:
        if entry.version == 1:
            assert isinstance(fact, contact.Rang | history.ContactLoaded), "the record exists from the ring"
            if isinstance(fact, contact.Rang):
                self.calls[entry.stream] = Call()
            else:
                self.history.append(entry.stream)
            return
        if isinstance(fact, logbook.Noted | logbook.Corrected):
            return
        call = self.calls[entry.stream]
        assert call.open, "a closed contact is not worked"
        match fact:
            case contact.Answered():
                call.led = False
            case contact.Linked() | contact.Resolved() | contact.Transferred() | contact.Abandoned():
                call.led = True
            case contact.Closed():
                assert call.led, "a contact is not discarded"
                assert not self.promises.get(entry.stream), "no close while a promise is open"
                call.open = False

    # Incidents

    def _incident(self, entry: Entry, header: Header, fact: Any) -> None:
        if isinstance(fact, incident.Opened):
            assert entry.version == 1
            contacts = [] if fact.contact is None else [fact.contact]
            assert set(contacts) <= set(self.calls), "the contact's record was there before the incident's"
            when = header.occurred
            self.cases[entry.stream] = Case(contacts, fact.category in DOMESTIC, entry.version, opened=when, clock=when)
        elif isinstance(fact, history.IncidentLoaded):
            self.history.append(entry.stream)
        elif not isinstance(fact, logbook.Noted | logbook.Corrected):
            case = self.cases[entry.stream]
            assert case.open, "a closed incident is not worked"
            self._worked(case, entry, header, fact)

    def _worked(self, case: Case, entry: Entry, header: Header, fact: Any) -> None:
        match fact:
            case incident.Contacted():
                case.contacts.append(fact.contact)
                case.told = False
                late = [
                    number
                    for number, word in self.promises.get(entry.stream, {}).items()
                    if word.due <= header.occurred
                ]
                assert sorted(fact.unkept) == sorted(late), "a re-contact names the promises that were not kept"
                self._changed(case, entry, header)
            case incident.Changed():
                self._changed(case, entry, header)
            case grading.Assessed():
                self._assessed(case, entry, fact)
            case grading.Graded() | grading.Regraded():
                self._graded(case, entry, header, fact)
            case deployment.Resourced():
                case.sent = True
            case deployment.Attended():
                case.attended = case.sent = True
            case outcome.CallerTold():
                assert fact.words
                case.told = True
            case outcome.Resulted():
                self._resulted(case, entry, fact)
            case outcome.Closed():
                assert not self.promises.get(entry.stream), "no close while a promise is open"
                self._closed(case)
            case _:
                self._waits(case, header, fact)

    def _waits(self, case: Case, header: Header, fact: Any) -> None:
        match fact:
            case deployment.Reviewed():
                assert case.assessed > case.changed, "what is out of date is assessed, not reviewed"
            case deployment.TargetMissed():
                self._missed(case, header, fact)
            case escalation.Escalated():
                self._escalated(case, header, fact)
            case escalation.Acknowledged():
                assert fact.to.value in case.unacknowledged, "what is acknowledged was raised"
                case.unacknowledged = [to for to in case.unacknowledged if to != fact.to.value]

    def _escalated(self, case: Case, header: Header, fact: Any) -> None:
        assert not case.sent, "nobody is told of a wait that is over"
        assert fact.grade == case.grade
        assert fact.due <= header.occurred, "no rung before its time"
        assert (fact.to.value, fact.due) not in case.escalated, "a rung is raised once"
        to, after = LADDER[fact.grade]
        assert not fact.again or to in [told for told, _ in case.escalated], "again goes to whom it went before"
        assert fact.to.value == to
        assert fact.due == case.clock + after or fact.again
        case.escalated.append((fact.to.value, fact.due))
        case.unacknowledged.append(fact.to.value)

    def _changed(self, case: Case, entry: Entry, header: Header) -> None:
        """What happens after the result takes it back: the incident is worked again, and its clock runs from there."""
        case.clock = header.occurred if case.result else case.clock
        case.sent = case.sent and (case.attended or not case.result)
        case.changed, case.result = entry.version, ""

    def _assessed(self, case: Case, entry: Entry, fact: Any) -> None:
        """Callers are heard once, in the order in which the room learned of it; what was not asked has a reason."""
        told = [self.facts[said] for said in fact.heard]
        assert not case.heard.intersection(fact.heard), "what was heard before does not undo the last assessment"
        assert {one.stream for one in told} <= set(case.contacts), "those are heard who got in touch about it"
        assert [one.position for one in told] == sorted(one.position for one in told)
        for one in told:
            assert isinstance(one.fact, triage.ElementTriaged | triage.ElementPassedOver)
            if isinstance(one.fact, triage.ElementPassedOver):
                case.passed_over.add(one.fact.element)
        for reply in fact.replies:
            assert (reply.answer == "not-asked") or reply.why is None
            assert reply.answer != "not-asked" or reply.why or reply.element in case.passed_over, (
                "not asked, for a reason"
            )
            if reply.why:
                case.passed_over.add(reply.element)
        case.heard.update(fact.heard)
        case.assessed, case.vulnerable = entry.version, fact.vulnerable

    def _graded(self, case: Case, entry: Entry, header: Header, fact: Any) -> None:
        assert case.assessed > case.changed, "no grade without an assessment newer than the last material change"
        assert fact.assessment == FactRef(entry.stream, case.assessed)
        assert not case.result, "what is resulted is not graded any more"
        if isinstance(fact, grading.Graded):
            assert case.grade == "", "the first grade is given once"
        else:
            assert fact.was == case.grade != fact.grade
            assert fact.rationale, "a re-grade has a reason"
            downgrade = GRADES.index(fact.grade) > GRADES.index(fact.was)
            assert fact.more_urgent is not downgrade
            case.clock = case.opened if downgrade else header.occurred
            if downgrade and case.careful:
                self._second_look(entry, fact.approval, f"grade {{}} {fact.grade} {fact.rationale}")
        case.grade = fact.grade

    def _resulted(self, case: Case, entry: Entry, fact: Any) -> None:
        assert case.grade, "what was not graded is not resulted"
        assert not case.result, "what is resulted is not resulted again"
        if fact.result in CANCELS:
            assert fact.words, "a cancellation has a reason"
            assert case.assessed > case.changed, "whether somebody is vulnerable is known when it is cancelled"
            if case.careful:
                self._second_look(entry, fact.approval, f"result {{}} {fact.result} {fact.words}")
        case.result = fact.result
        assert case.attended or not fact.attended, "nobody says attended where nobody arrived"

    def _second_look(self, entry: Entry, approval: FactRef | None, line: str, *, goes_on: bool = False) -> None:
        """Exactly this line was proposed by one person and approved by another, from another session, in this moment."""
        assert approval is not None, "a second look where someone is vulnerable or it is domestic"
        approved = self.facts[approval]
        assert isinstance(approved.fact, staff.Approved)
        proposed = self.facts[approved.fact.said]
        assert isinstance(proposed.fact, staff.Proposed)
        one, other, now = proposed.header, approved.header, entry.header
        assert one is not None
        assert other is not None
        assert now is not None
        assert one.actor != other.actor
        assert one.session != other.session
        assert (other.session, other.recorded) == (now.session, now.recorded), "approved and done in one moment"
        assert proposed.fact.expires > other.occurred, "a proposal expires"
        assert proposed.fact.on == entry.stream
        wanted, said = line.format(stream_text(entry.stream)), proposed.fact.line
        assert said == wanted or (goes_on and said.startswith(wanted))
        assert approval not in self.used, "an approval is for one act"
        self.used.add(approval)

    def _missed(self, case: Case, header: Header, fact: Any) -> None:
        assert fact.due <= header.occurred, "no target is missed before its time"
        assert (fact.target.value, fact.due) not in case.missed, "a target is missed once"
        assert case.grade, "no target without a grade"
        assert not case.attended, "nobody is missed who was there"
        assert fact.target.value == "attend" or not case.sent, "nothing is missed that was done"
        case.missed.append((fact.target.value, fact.due))

    def _closed(self, case: Case) -> None:
        assert case.assessed > case.changed, "no close without an assessment newer than the last material change"
        assert case.result, "no close without a result"
        assert case.told or case.attended or not case.contacts, "nobody is left waiting for somebody who will not come"
        case.open = False

    # Expedites

    def _expedite(self, entry: Entry, header: Header, fact: Any) -> None:
        if isinstance(fact, expedite.Asked):
            assert entry.version == 1
            self.requests[entry.stream] = Request()
            return
        request = self.requests[entry.stream]
        assert request.open or isinstance(fact, logbook.Noted | logbook.Corrected), "a closed expedite is not worked"
        match fact:
            case expedite.Decided():
                assert fact.reason, "a decision has a reason"
                request.decision, request.told = fact.decision.value, False
            case expedite.Told():
                assert request.decision, "what is told was decided"
                assert fact.person, "a named person is told"
                request.told = True
            case expedite.Unanswered():
                assert fact.due <= header.occurred
                assert fact.due not in request.unanswered
                assert not request.told, "no answer is missed that was given"
                request.unanswered.append(fact.due)
            case expedite.Closed():
                assert request.told, "the partner knows before the close"
                assert not self.promises.get(entry.stream), "no close while a promise is open"
                assert request.decision != "hold"
                request.open = False

    # Staff

    def _staff(self, entry: Entry, header: Header, fact: Any) -> None:
        own = staff.SignedOn | staff.SignedOff | staff.Proposed | staff.Approved | staff.Declined
        assert not isinstance(fact, own) or entry.stream == staff_stream(header.actor), "people act in their own name"
        roles = self.roles.setdefault(entry.stream, [])
        here = FactRef(entry.stream, entry.version)
        match fact:
            case staff.RoleGranted():
                assert fact.role.value not in roles
                roles.append(fact.role.value)
            case staff.RoleWithdrawn():
                roles.remove(fact.role.value)
                lost = [
                    key for key, who in self.covers.items() if who == entry.stream.hex() and key[1] == fact.role.value
                ]
                for key in lost:
                    del self.covers[key]
            case staff.SignedOff():
                del self.sessions[fact.session]
            case cover.DistrictTaken():
                assert (fact.district, fact.role.value) not in self.covers, (
                    "one person answers for a district in a role"
                )
                assert fact.role.value in roles
                self.covers[fact.district, fact.role.value] = entry.stream.hex()
            case cover.DistrictGivenUp():
                assert self.covers.pop((fact.district, fact.role.value)) == entry.stream.hex()
            case staff.Proposed():
                self.waiting[here] = fact.tail
            case staff.ProposalSettled():
                del self.waiting[fact.said]
            case staff.Approved() | staff.Declined():
                self._settles(header, fact)

    def _settles(self, header: Header, fact: Any) -> None:
        proposed = self.facts[fact.said]
        assert fact.said in self.waiting, "a proposal is settled once"
        assert proposed.header is not None
        assert proposed.header.actor == fact.proposer != header.actor, "nobody settles their own proposal"

    # Any record

    def _record(self, entry: Entry, header: Header, fact: Any) -> None:
        """Two people erase a record that is not worked any more, and it is erased once for each time they do."""
        match fact:
            case erasure.Erased():
                assert entry.stream not in self.open_streams(), "what is still worked on is not erased"
                assert entry.stream not in self.erasing
                self._second_look(entry, fact.approval, "erase {} ", goes_on=True)
                self.erasing.append(entry.stream)
            case erasure.ErasureCompleted():
                assert header.actor == "watch"
                self.erasing.remove(entry.stream)
            case _:
                self._promise(self.promises.setdefault(entry.stream, {}), entry, header, fact)

    def _promise(self, open_now: dict[int, Word], entry: Entry, header: Header, fact: Any) -> None:
        assert entry.stream in self.open_streams(), "promises are about what is open"
        if isinstance(fact, promise.Promised):
            assert fact.due > header.occurred, "a promise is for a time to come"
            assert fact.owner, "somebody sees to it"
            open_now[entry.version] = Word(fact.what.value, fact.due, fact.owner)
            return
        word = open_now[fact.number]
        assert fact.what.value == word.what
        match fact:
            case promise.Kept():
                assert fact.late is (word.due < header.occurred)
                del open_now[fact.number]
            case promise.Released():
                assert fact.reason, "a promise is released with a reason"
                del open_now[fact.number]
            case promise.PassedOn():
                assert fact.owner != word.owner
                word.owner = fact.owner
            case promise.Broken():
                assert not word.broken, "a promise is broken once"
                assert (fact.due, fact.owner) == (word.due, word.owner)
                assert word.due <= header.occurred
                word.broken = True

    # What should be on the board

    def open_streams(self) -> list[bytes]:
        held: list[dict[bytes, Any]] = [self.calls, self.cases, self.requests]
        return sorted(stream for one in held for stream, account in one.items() if account.open)

    def holds_board(self, items: Sequence[Item], now: int) -> None:
        assert sorted(item.stream for item in items) == self.open_streams(), "every open item once, and nothing else"
        collars = {
            collar for stream in self.roles for collar in (*STAFF, RIVAL, "1001") if staff_stream(collar) == stream
        }
        for item in items:
            assert item.queue in QUEUES[item.kind], item
            assert item.owner in ROLES | collars, item
            assert item.version == self.versions[item.stream]
            words = self.promises.get(item.stream, {}).values()
            assert item.broken == sum(word.due <= now for word in words), "a promise that was not kept is seen"
            if item.kind == "incident":
                assert item.contacts == len(self.cases[item.stream].contacts), "no contact is dropped"
                self._holds_queue(self.cases[item.stream], item.queue)
                case = self.cases[item.stream]
                waits = case.grade and not case.sent and not case.result
                assert item.escalated == (case.unacknowledged[-1] if waits and case.unacknowledged else "")

    def _holds_queue(self, case: Case, queue: str) -> None:
        if case.result:
            assert queue == "closing"
        elif case.assessed <= case.changed:
            assert queue == "assess", "a re-contact or a change opens the assessment again"
        else:
            assert queue in (("dispatch", "deployed") if case.grade else ("grade",))


# The machine


class CutInLog(MemoryLog):
    """A journal in memory into which somebody else can write in the last moment before an append."""

    cut_in: Callable[[], None] | None = None

    def append(self, pending: Sequence[Pending]) -> list[Entry]:
        cut, self.cut_in = self.cut_in, None
        if cut is not None:
            cut()
        return super().append(pending)


RINGS = tuple(f"ring {channel} 07700900123" for channel in ("999", "101", "chat", "online", "social", "partner", "ivr"))
ANSWERS = "situation=now threat={threat} risk=serious investigation=some vulnerability={v} engagement=wants-police"
QUIET = ANSWERS.format(threat="none", v="none")
CHILD = ANSWERS.format(threat="weapon", v="child")
CALLS = (
    "answer {c}",
    "abandon {c}",
    "triage {c} threat weapon a kitchen knife",
    "triage {c} vulnerability child",
    "notasked {c} engagement unsafe",
    "note {c} she is whispering",
    "locate {c} CENTRAL 12 Mill Lane, back door",
    "fix {c} 1 the number ends in 4",
    "transfer {c} ambulance chest pain, no police matter",
    "resolve {c} advice told where to report it",
    "close {c}",
    "close {c} rung back, nobody there",
)
OPENINGS = (
    "open {c} domestic man with a knife",
    "open {c} theft bicycle",
    "open - welfare",
    "open {e} missing patient left the ward",
)
LINKS = ("link {c} {i}", "link {e} {i}")
INCIDENTS = (
    "note {x} neighbour heard shouting",
    "fix {x} 2 number 21, not 12",
    "fix {x} 99 there is no such fact",
    "locate {i} NORTH 21 Mill Lane",
    "change {i} he is back and shouting",
    "own {i}",
    "own {i} 3001",
    "send {i} AB12",
    "send {i} AB12",
    "send {i} CD34",
    "arrive {i}",
    "arrive {i} CD34",
)
RISKS = (
    f"assess {{i}} {QUIET} he has left",
    f"assess {{i}} {CHILD}",
    "assess {i} threat=none vulnerability=unsafe she is with her sister",
    "assess {i}",
    "grade {i} 1 knife seen",
    "grade {i} 2 near",
    "grade {i} 3 he left",
    "grade {i} 5",
    "g4 {i} an appointment will do",
)
ENDS = (
    "told {i} rang back, will not attend",
    "result {i} attended arrest made",
    "result {i} advice",
    "result {i} cancelled caller rang again, all is well",
    "result {i} cancelled",
    "result {i} duplicate same as another",
    "close {i}",
    "close {i} done",
)
PROMISES = (
    "promise {i} arrival 20m told her twenty minutes",
    "promise {i} call-back 1h",
    "promise {c} update 2h by text",
    "promise {e} tell-partner 10m",
    "promise {i} tell-caller 14:30",
    "kept {i} call-back spoke to her sister",
    "kept {c} update",
    "kept {e} tell-partner",
    "release {i} arrival she is at the station herself",
    "release {i} call-back",
    "pass {i} call-back 3001",
)
RUNGS = (
    "ack {i}",
    "ack {i} 4455",
    "ack {i} 4455 told by radio",
    "review {i} rang back, nothing new",
    "cover CENTRAL supervisor",
    "cover CENTRAL supervisor 5001",
    "cover NORTH sergeant",
)
PARTNERS = (
    "expedite mri-ward-12 walkout - Sister Jones / 0161 496 0000 / left without medication",
    "expedite home-7 missing {c} child of nine not back",
    "verify {e} call-back switchboard put me through",
    "verify {e} not-verified",
    "decide {e} accept real and immediate risk",
    "decide {e} hold more is needed",
    "tellback {e} Sister Jones: we are looking",
    "note {e} rang the ward",
    "fix {e} 1 ward 21",
    "close {e} done",
)
SECOND_LOOKS = (
    "propose grade {i} 4 he has been arrested",
    "propose grade {i} 5 advice will do",
    "propose result {i} cancelled caller is safe",
    "propose close {i} done",
    "propose note {x} for the record",
    "approve {p}",
    "approve {p}",
    "approve {p}",
    "decline {p} he is still in the house",
)
ERASURES = ("erase {x} MoPI review 2026/114", "propose erase {x} MoPI review 2026/114")
OFFICE = (
    "register 9001 handler.dispatcher J. Smith",
    "grant 2001 supervisor",
    "grant 3001 watch",
    "withdraw 2001 supervisor",
    "withdraw 4001 vulnerability",
    "grant 4001 vulnerability",
)
MEANWHILE = (
    *PROMISES[:2],
    PROMISES[5],
    "change {i} she is bleeding",
    RISKS[0],
    RISKS[1],
    RISKS[6],
    ENDS[2],
    *LINKS,
    *CALLS[:2],
    "approve {p}",
)
NONSENSE = (
    "",
    "grade",
    "g9 {i} x",
    "open 1 theft",
    "close",
    "note zz y",
    "ring",
    "ring telex 1",
    "propose",
    "propose propose off",
)
ELEMENTS = (
    "situation past",
    "threat none",
    "risk low",
    "investigation none",
    "vulnerability none",
    "engagement wants-advice",
)
PICK = st.integers(0, 3)
WHO = st.integers(0, 9)


REFERENCE = st.sampled_from(["name", "whole", "dot"])
PAUSE = "(half an hour passes, and the watch looks)"
TRIAGED = tuple(f"triage {{c}} {element}" for element in ELEMENTS)


def course(text: str) -> tuple[str, ...]:
    """Return the lines of a course, parted by bars; a word in capitals stands for lines that are often said."""
    often = {
        "CALM": RISKS[:1],
        "CHILD": RISKS[1:2],
        "CALLED": ("ring 999", "answer .", "open . domestic man with a knife"),
        "AGAIN": ("ring 999", "answer .", "link . {i}"),
        "PAUSE": (PAUSE,),
        "WARD": PARTNERS[:1],
    }
    return tuple(line for part in text.split("|") for line in often.get(part.strip(), (part.strip(),)))


COURSES = (
    course(
        "CALLED | CHILD | g1 {i} x | PAUSE | ack {i} 44 told | promise {i} arrival 20m | PAUSE | AGAIN | assess {i} | review {i} x"
    ),
    course(
        "CALLED | CALM | g2 {i} x | promise {i} call-back 1h | promise {i} arrival 9m | pass {i} call-back 3001 | kept {i} arrival"
    ),
    course(
        "CALLED | CALM | g5 {i} x | promise {i} tell-caller 9m | promise {i} update 9m | told {i} no | result {i} advice"
        " | close {i} | release {i} update she knows | close {i}"
    ),
    course(
        "open - theft | CHILD | g1 {i} near | send {i} A1 | arrive {i} | send {i} B2 | PAUSE | result {i} attended | close {i}"
    ),
    course(
        "open - theft | CHILD | g1 {i} near | PAUSE | send {i} A1 | fix {i} 1 x | arrive {i} | result {i} crime | close {i}"
    ),
    course(
        "open - theft | CALM | g3 {i} x | own {i} | change {i} back | g1 {i} now | CHILD | grade {i} 1 | g1 {i} now"
    ),
    course(
        "open - theft | CALM | g4 {i} x | result {i} cancelled | result {i} cancelled safe | close {i} | note {i} late"
    ),
    course(
        "open - theft | CALM | g4 {i} x | change {i} worse | result {i} cancelled safe | CHILD | result {i} attended"
    ),
    course("CALLED | CALM | g5 {i} x | result {i} advice | close {i} | told {i} nobody comes | close {i} | close {i}"),
    course("CALLED | CALM | g5 {i} x | told {i} nobody comes | change {i} worse | result {i} advice | close {i}"),
    course("CALLED | CALM | g5 {i} x | told {i} nobody comes | AGAIN | assess {i} | result {i} advice | close {i}"),
    course(
        "CALLED | CALM | g5 {i} x | result {i} advice | change {i} worse | close {i} | assess {i} | result {i} advice"
    ),
)
CONTACTS = (
    ("ring 101 07700900123", "answer {c}", "close {c}", *TRIAGED, CALLS[9], "close {c}", "note {c} late"),
    ("ring 999", "answer {c}", *TRIAGED[:5], CALLS[4], CALLS[6], OPENINGS[0], "fix {c} 2 two knives", "close {c}"),
    course("ring 999 | abandon {c} | close {c} | answer {c} | transfer {c} ambulance chest pain | close {c}"),
    course("ring chat someone | answer {c} | abandon {c} | close {c} rung back, nobody there"),
)
REQUESTS = (
    course(
        "WARD | PAUSE | open {e} missing | verify {e} phrase | decide {e} accept now | tellback {e} X | close {e} | note {e} x"
    ),
    course("WARD | verify {e} phrase | decide {e} accept now | tellback {e} Sister Jones | PAUSE | close {e}"),
    course(
        "WARD | link {e} {i} | verify {e} not-verified | decide {e} hold x | tellback {e} X | close {e} | fix {e} 1 x"
    ),
)


def lines_of(*groups: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(line_of(*groups), min_size=2, max_size=5)


def part_of(courses: tuple[tuple[str, ...], ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """A course from its beginning or a little later, up to its end or a little before."""
    cut = st.tuples(st.sampled_from(courses), st.sampled_from([0, 0, 0, 1]), st.sampled_from([12, 9, 8, 7, 6, 5, 4]))
    return cut.map(lambda chosen: chosen[0][chosen[1] : chosen[2]])


def line_of(*groups: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from([line for group in groups for line in group])


class TheRoom(RuleBasedStateMachine):
    """A room at work."""

    seen_in_all: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.clock = SetClock(MONDAY)
        self.log = CutInLog(self.clock)
        self.stage = Stage(self.log, self.clock)
        self.board = self.stage.board
        self.seats = [self.stage.desk(collar, *roles) for collar, roles in STAFF.items()]
        self.rival = self._apart(self.stage.desk(RIVAL))
        self.watch = Desk(self.log, self.board, self.stage.identity, THE_WATCH)
        self.away: list[str] = []
        self.signed_on = 0
        self.held: list[tuple[Desk, Line]] = []
        self.ledger = Ledger()
        self.door = Door(self.log, Viewer("ledger"))
        self.shots: dict[int, tuple[int, Any]] = {}
        self.seen: Counter[str] = Counter()
        self.looking = True

    def _apart(self, desk: Desk) -> Desk:
        return Desk(self.log, Board(self.log), self.stage.identity, desk.signed)

    # Lines

    def line(self, template: str, pick: int, reference: str = "name") -> str:
        """Return a line with references to things that are there; to nothing where there is none."""
        ledger = self.ledger
        calls, cases, requests = list(ledger.calls), list(ledger.cases), list(ledger.requests)
        everything = [*calls, *cases, *requests, *ledger.history]
        tails = [f"p{tail}" for tail in ledger.waiting.values()]
        named = {"c": calls, "i": cases, "e": requests, "x": everything}
        words = {key: self._reference(streams, pick, reference) for key, streams in named.items()}
        return template.format(**words, p=tails[-1 - pick % len(tails)] if tails else "p0000")

    def _reference(self, streams: list[bytes], pick: int, reference: str) -> str:
        if reference == "dot" or not streams:
            return "."
        stream = streams[-1 - pick % len(streams)]
        return stream_text(stream) if reference == "whole" else self.board.name(stream, self.clock())

    def seat(self, who: int) -> Desk:
        return self.seats[who % len(self.seats)]

    def say(self, desk: Desk, text: str, *, with_rival: bool = False) -> list[Entry]:
        """Carry out a line; where it is refused or misread, nothing of this desk's was written."""
        return self.attempt(desk, lambda: carry_out(desk, text), with_rival=with_rival)

    def say_all(self, desk: Desk, lines: Sequence[str], pick: int, reference: str = "name") -> list[Entry]:
        entries = []
        for line in lines:
            if line == PAUSE:
                self.time_passes(1801, watched=True)
            else:
                entries += self.say(desk, self.line(line, pick, reference))
        return entries

    def attempt(self, desk: Desk, work: Callable[[], list[Entry]], *, with_rival: bool = False) -> list[Entry]:
        self.stage.pass_time(1)
        before, entries = self.log.tip(), []
        try:
            entries = work()
        except (Refused, Misread):
            after = list(self.log.entries(before.size))
            own = [entry for entry in after if entry.header is None or entry.header.session == desk.signed.session]
            assert own == []
            assert with_rival or self.log.tip() == before
        if self.looking:
            self.look()
        return entries

    def race(self, desk: Desk, text: str, theirs: str) -> list[Entry]:
        """Carry out a line while the other desk writes, after this one has decided and before it appends."""

        def cut_in() -> None:
            self.looking = False  # whoever looks would bring this desk's board up to date
            self.say(self.rival, theirs)
            self.looking = True

        self.log.cut_in = cut_in
        done = self.say(desk, text, with_rival=True)
        self.log.cut_in = None
        return done

    # What happens

    @initialize(domestic=st.booleans(), answers=st.sampled_from([QUIET, CHILD]), how_far=st.integers(0, 4))
    def a_call_comes_in(self, domestic: bool, answers: str, how_far: int) -> None:
        self.look()
        desk = self.seats[0]
        opening = f"open . {'domestic man with a knife' if domestic else 'theft bicycle'}"
        for text in ("ring 999 07700900123", "answer .", opening, f"assess . {answers}", "grade . 2 near")[
            : how_far + 1
        ]:
            assert self.say(desk, text), text

    @rule(who=WHO, lines=lines_of(RINGS, CALLS, OPENINGS, LINKS, PARTNERS), pick=PICK, reference=REFERENCE)
    def callers_and_partners_are_served(self, who: int, lines: list[str], pick: int, reference: str) -> None:
        self.say_all(self.seat(who), lines, pick, reference)

    @rule(who=WHO, lines=lines_of(PROMISES, RUNGS, RINGS[:1], RISKS[-1:]), pick=PICK, paused=st.booleans())
    def promises_are_made_and_the_ladder_is_climbed(self, who: int, lines: list[str], pick: int, paused: bool) -> None:
        self.say_all(self.seat(who), [*lines[:2], *([PAUSE] if paused else []), *lines[2:]], pick)

    @rule(who=WHO, lines=lines_of(INCIDENTS, RISKS, ENDS, SECOND_LOOKS), pick=PICK, reference=REFERENCE)
    def incidents_are_worked(self, who: int, lines: list[str], pick: int, reference: str) -> None:
        self.say_all(self.seat(who), lines, pick, reference)

    def _roles(self, desk: Desk) -> list[str]:
        return [
            role
            for role in self.ledger.roles[staff_stream(desk.signed.collar)]
            if role not in ("administrator", "auditor")
        ]

    @rule(who=WHO, course=part_of(CONTACTS))
    def a_contact_takes_its_course(self, who: int, course: tuple[str, ...]) -> None:
        self.say_all(self.seat(who), course, 0)

    @rule(who=WHO, pick=PICK)
    def somebody_rings_again_about_an_incident(self, who: int, pick: int) -> None:
        """A re-contact: it rings, is answered and linked; the assessment is open again."""
        desk = self.seat(who)
        number = self.line("{i}", pick)
        rung = self.say(desk, "ring 999") and self.say(desk, "answer .") and self.say(desk, f"link . {number}")
        assert not rung or [entry.name for entry in rung] == ["contact.linked", "incident.contacted"]

    @rule(who=WHO, course=part_of(COURSES))
    def an_incident_takes_its_course(self, who: int, course: tuple[str, ...]) -> None:
        self.say_all(self.seat(who), course, 0)

    @rule(who=WHO, course=part_of(REQUESTS))
    def an_expedite_takes_its_course(self, who: int, course: tuple[str, ...]) -> None:
        self.say_all(self.seat(who), course, 0)

    @rule(
        who=WHO,
        second=WHO,
        lines=st.tuples(line_of(SECOND_LOOKS[:3]), line_of(SECOND_LOOKS[-3:])),
        between=st.none() | st.just(PAUSE) | line_of(INCIDENTS, RISKS, ENDS),
        careful=st.booleans(),
        race=st.booleans(),
    )
    def one_proposes_and_another_settles(
        self, who: int, second: int, lines: tuple[str, str], between: str | None, careful: bool, race: bool
    ) -> None:
        """Something may come between them, two may settle at once, and who settles may be the proposer in another seat."""
        self.say_all(self.seat(who), (OPENINGS[not careful], RISKS[careful], "grade {i} 2 near", lines[0]), 0)
        self.say_all(self.seat(who), [between] if between else [], 0)
        settling = self.line(lines[1], 0)
        done = self.race(self.seat(second), settling, settling) if race else self.say(self.seat(second), settling)
        self.seen.update(f"{entry.name}, approved" for entry in done)

    @rule(who=WHO, founder_first=st.booleans(), lines=st.lists(line_of(ERASURES, ENDS[-2:]), max_size=2), pick=PICK)
    def two_people_erase_a_record(self, who: int, founder_first: bool, lines: list[str], pick: int) -> None:
        """What is still worked on is not erased; so a contact is first brought to its end, if this seat may."""
        self.say_all(self.seat(who), CONTACTS[-1], 0)
        other = next((desk for desk in self.seats if desk.signed.collar == "5001"), self.seat(who))
        first, second = (self.stage.founder, other) if founder_first else (other, self.stage.founder)
        self.say_all(first, [*lines, *ERASURES], pick)
        self.say(second, self.line("approve {p}", 0))
        self.say(other, self.line("note {x} said after the erasure", pick))

    @rule()
    def the_keeper_carries_erasures_out(self) -> None:
        """The keys are destroyed, and every fact of the record says afterwards what it says to the fold, and no more."""
        for stream in list(self.board.erasing):
            before, rows = self.log.tip(), self.log.stream_rows(stream)
            for key in keys_of(rows):
                self.log.seals.keyring.destroy(key)
            assert self.log.tip() == before
            last = max(row.position for row in rows if row.name == erasure.ERASED)
            opened = Door(self.log, Viewer("keeper")).stream(stream, "erasure", last)
            assert opened == self.log.stream(stream, last)
            acts = [Act(stream, erasure.CompleteErasure(1))]
            assert [entry.name for entry in self.watch.do(acts)] == ["record.erasure_completed"]
            self.look()

    @rule(lines=lines_of(OFFICE, NONSENSE), founder=st.booleans(), who=WHO)
    def the_office_is_run_and_things_are_mistyped(self, lines: list[str], founder: bool, who: int) -> None:
        for line in lines:
            done = self.say(self.stage.founder if founder else self.seat(who), self.line(line, 0))
            assert not done or (founder and line in OFFICE), "only an administrator changes who may do what"

    # People, time, and others

    @precondition(lambda self: len(self.seats) > 2)
    @rule(who=WHO, covering=st.booleans())
    def somebody_signs_off(self, who: int, covering: bool) -> None:
        """Whoever answered for a district answers for it no more."""
        desk = self.seat(who)
        self.say_all(desk, RUNGS[4:5] if covering else [], 0)
        names = [entry.name for entry in self.say(desk, "off")]
        assert names[-1:] == ["staff.signed_off"] or not self._roles(desk)
        assert set(names[:-1]) <= {"staff.district_given_up"}
        if desk.signed.session in self.ledger.sessions and self.board.member(desk.signed.collar).session(
            desk.signed.session
        ):
            return
        for text in ("ring 999", "note . from a seat that is empty", "off"):
            assert self.say(desk, text) == []
        self.seats.remove(desk)
        self.away.append(desk.signed.collar)

    @rule(who=WHO, second=st.booleans())
    def somebody_signs_on(self, who: int, second: bool) -> None:
        """Who was away comes back; or one who is here takes a second seat, which makes nobody a second person."""
        if self.away and not second:
            collar = self.away.pop(0)
        elif len(self.seats) < 6:
            collar = self.seat(who).signed.collar
        else:
            return
        self.signed_on += 1
        signed = Signed(collar, f"again-{self.signed_on}", "T9")
        arriving = Desk(self.log, self.board, self.stage.identity, signed, arriving=True)
        act = Act(staff_stream(collar), SignOn(signed.session, 0, signed.seat, Place.HOME))
        if self.attempt(arriving, lambda: arriving.do([act])):
            self.seats.append(Desk(self.log, self.board, self.stage.identity, signed))

    @rule(seconds=st.sampled_from([59, 901, 1801, 3601, 20_000, 90_000]), watched=st.booleans())
    def time_passes(self, seconds: int, watched: bool) -> None:
        self.stage.pass_time(seconds)
        if watched:
            self.the_watch_looks()

    @rule(back=st.sampled_from([1, 900, 7200]))
    def the_machines_clock_is_set_back(self, back: int) -> None:
        self.clock.now_ns -= back * S

    def the_watch_looks(self) -> None:
        """It looks at everything that ever was, not only at what is open; twice, for a second keeper does no harm."""
        acts = [Act(stream, deployment.MissTarget(one)) for stream in self.ledger.cases for one in incident.Target]
        acts += [Act(stream, expedite.MissAnswer()) for stream in self.ledger.requests]
        words = [(stream, number) for stream, held in self.ledger.promises.items() for number in held]
        acts += [Act(stream, promise.BreakPromise(number)) for stream, number in words]
        acts += [Act(stream, rung) for stream in self.ledger.cases for rung in self._rungs(stream)]
        for act in acts:
            self.watch.do([act])
            assert self.watch.do([act]) == []

    def _rungs(self, stream: bytes) -> list[escalation.Escalate]:
        now, board, record = self.clock(), self.board, self.board.record(stream)
        assert isinstance(record, incident.Incident)
        changeover = last_changeover(board.policy.grades.changeover, board.zone, now)
        return [one for one in escalation.rungs(record, board.policy, changeover) if one.due <= now]

    @rule(who=WHO, template=line_of(CALLS, LINKS, RISKS, ENDS, SECOND_LOOKS), pick=PICK, theirs=line_of(MEANWHILE))
    def two_desks_race(self, who: int, template: str, pick: int, theirs: str) -> None:
        self.race(self.seat(who), self.line(template, pick), self.line(theirs, pick, "whole"))

    @rule(template=line_of(CALLS, OPENINGS, LINKS, INCIDENTS, RISKS, ENDS, PARTNERS), pick=PICK)
    def the_other_board_works(self, template: str, pick: int) -> None:
        self.say(self.rival, self.line(template, pick))

    @rule(who=WHO, template=line_of(CALLS, OPENINGS, LINKS, INCIDENTS, RISKS, ENDS, SECOND_LOOKS), pick=PICK)
    def a_line_is_read_and_kept(self, who: int, template: str, pick: int) -> None:
        def read() -> list[Entry]:
            line = READER.read(self.line(template, pick), desk)
            line.verb.acts(desk, line)
            self.held.append((desk, line))
            return []

        desk = self.seat(who)
        self.attempt(desk, read)

    @precondition(lambda self: self.held)
    @rule(pick=PICK)
    def a_line_that_was_kept_is_carried_out(self, pick: int) -> None:
        desk, line = self.held.pop(pick % len(self.held))
        self.attempt(desk, lambda: desk.do(lambda: line.verb.acts(desk, line), approving=line.verb.approving))

    @precondition(lambda self: len(self.ledger.history) < 2)
    @rule(old_contact=st.booleans())
    def history_is_loaded(self, old_contact: bool) -> None:
        stream = self.stage.identity.stream(Kind.CONTACT if old_contact else Kind.INCIDENT)
        command = (
            history.LoadContact(
                history.ContactLoaded("sapd", contact.Channel.UNKNOWN, "police", "theft", "NORTH", None, "words")
            )
            if old_contact
            else history.LoadIncident(history.IncidentLoaded("sapd", "police", "theft", "NORTH", None, "words"))
        )
        act = Act(stream, command, occurred=MONDAY - 86_400 * S, new=True)
        assert self.attempt(self.stage.founder, lambda: self.stage.founder.do([act]))
        for text in ("note {} seen by the review", "change {} x", "assess {} x", "close {} x", "answer {}"):
            self.say(self.seat(0), text.format(stream_text(stream)))

    # What holds after every step

    @invariant()
    def look(self) -> None:
        for entry in self.door.open(self.log.entries(self.ledger.position), "ledger"):
            self.ledger.take(entry)
            self.seen[entry.name] += 1
        self.board.catch_up()
        now = self.clock()
        items = self.board.items(now)
        self.ledger.holds_board(items, now)
        assert self.board.erasing == self.ledger.erasing
        self.rival.board.catch_up()
        for board in (self._board(None), self.rival.board):
            assert shown(board, now) == shown(self.board, now)
        self.shots[self.board.position] = (now, shown(self.board, now))

    def _board(self, upto: int | None) -> Board:
        board = Board(self.log, upto)
        board.catch_up()
        return board

    def teardown(self) -> None:
        self.seen_in_all.update(self.seen)
        for position, (now, shot) in self.shots.items():
            assert shown(self._board(position), now) == shot, "a replay shows what was shown"
        for stream in self.log.begun():
            start = blank(stream)
            assert start is not None
            assert fold(start, self.log.stream(stream)) == self.board.record(stream)


def shown(board: Board, now: int) -> tuple[Any, ...]:
    """Return all that a board knows, in values that later facts do not change."""
    hands = {session: list(held.items()) for session, held in board.in_hand.items()}
    held = (dict(board.records), dict(board.staff), hands, list(board.erasing))
    return board.position, board.recorded, *held, board.items(now)


@pytest.mark.proof
def test_no_course_of_work_breaks_a_rule() -> None:
    """Letter, areas 1 and 5; the invariants of the work, on what the board lists, after every fact."""
    began = time.monotonic()
    run_state_machine_as_test(seed(SEED)(TheRoom) if PROOF else TheRoom, settings=PROFILE)
    courses = f"{PROFILE.max_examples} courses of {PROFILE.stateful_step_count} steps in a room"
    tell(Told(courses, TheRoom.seen_in_all.total(), "no rule broken", time.monotonic() - began))
    assert not PROOF or _never(TheRoom.seen_in_all) == set()


def test_the_room_comes_to_every_fact_and_to_the_end_of_a_second_look() -> None:
    """What the machine could not come to it could not find broken; here it goes through its courses whole."""
    room = TheRoom()
    room.a_call_comes_in(domestic=True, answers=QUIET, how_far=4)
    for course in (*CONTACTS, *COURSES, *REQUESTS):
        room.say_all(room.seat(0), course, 0)
    for group in (CALLS, LINKS, INCIDENTS, RISKS, ENDS, PARTNERS, PROMISES, RUNGS):
        room.somebody_rings_again_about_an_incident(who=0, pick=0)
        room.say_all(room.seat(0), group, 0)
    for lines in zip(SECOND_LOOKS[:3], SECOND_LOOKS[-3:], strict=True):
        room.one_proposes_and_another_settles(who=0, second=3, lines=lines, between=None, careful=True, race=False)
    room.one_proposes_and_another_settles(0, 3, (SECOND_LOOKS[2], "approve {p}"), None, careful=True, race=False)
    room.the_office_is_run_and_things_are_mistyped(lines=list(OFFICE), founder=True, who=0)
    room.history_is_loaded(old_contact=True)
    room.history_is_loaded(old_contact=False)
    room.two_people_erase_a_record(who=3, founder_first=True, lines=[], pick=0)
    room.the_keeper_carries_erasures_out()
    room.somebody_signs_off(who=3, covering=True)
    room.the_machines_clock_is_set_back(back=7200)
    room.somebody_signs_on(who=1, second=False)
    room.teardown()
    assert _never(room.seen) == set()


def _never(seen: Counter[str]) -> set[str]:
    approved = {"incident.regraded, approved", "incident.resulted, approved"}
    return ({name for name, _ in REGISTRY} - NOT_OF_THE_FLOOR | approved) - set(seen)


def test_an_assessment_that_lost_a_race_to_a_recontact_hears_what_its_caller_said() -> None:
    """Letter, area 1: or it would be newer than the re-contact, and current, without anybody having looked at it."""
    room = TheRoom()
    room.a_call_comes_in(domestic=False, answers=QUIET, how_far=4)
    room.say_all(room.seats[0], ("ring 999", "answer .", "triage . vulnerability child", "triage . threat weapon"), 0)
    assess, link = room.line("assess {i} as before", 0), room.line("link {c} {i}", 0, "whole")
    (assessed,) = room.race(room.seats[0], assess, link)
    (case,) = room.ledger.cases.values()
    assert len(case.contacts) == 2
    assert isinstance(assessed.fact, grading.Assessed)
    assert (assessed.fact.vulnerable, assessed.fact.suggested) == (True, "1")


def test_what_is_approved_is_what_was_proposed_where_a_word_was_left_out() -> None:
    """Whoever proposes to own an incident means themselves, not whoever will look at the proposal."""
    room = TheRoom()
    room.a_call_comes_in(domestic=True, answers=CHILD, how_far=4)
    room.say(room.seats[0], room.line("propose own {i}", 0))
    done = room.say(room.seats[3], room.line("approve {p}", 0))
    assert [entry.fact.owner for entry in done if isinstance(entry.fact, incident.Owned)] == ["2001"]


def test_every_verb_has_its_place_in_the_room() -> None:
    assert set(_verbs_of_the_room()) == {verb.name for verb in VERBS}


def _verbs_of_the_room() -> Iterator[str]:
    groups = (
        RINGS, CALLS, OPENINGS, LINKS, INCIDENTS, RISKS, ENDS, PARTNERS, PROMISES, RUNGS, SECOND_LOOKS, ERASURES, OFFICE,
    )  # fmt: skip
    for line in ("off", *(line for group in groups for line in group if not line.startswith("g4"))):
        yield line.split()[0]
