"""The ledger of a room: an account of what was recorded, kept from the facts alone and from none of the product's properties.

Theory of operation. Each new fact is held against the account as it stands: may it stand there, does it say of what came
before what is so, was it done by whoever may. Then it moves the account on. At any moment the account says what the board
must show: what is open, in which queue, whose it is, what is due and since when, what nobody has read or seen to.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hueandcry.domain import (
    advice,
    bell,
    check,
    classification,
    contact,
    cover,
    crime,
    deployment,
    dispute,
    episode,
    erasure,
    escalation,
    expedite,
    firstcheck,
    grading,
    handover,
    history,
    incident,
    involvement,
    lane,
    link,
    location,
    logbook,
    major,
    outcome,
    parking,
    policy,
    promise,
    putoff,
    questionnaire,
    rationale,
    recall,
    referral,
    reminder,
    resource,
    ringing,
    safeguarding,
    staff,
    triage,
    welfare,
)
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Entry, FactRef, Header
from hueandcry.domain.reference import stream_text
from hueandcry.domain.staff import staff_stream
from hueandcry.store.item import Item
from tests.properties.cares import Cares
from tests.properties.partners import Partners, Request, Requests
from tests.properties.people import People
from tests.properties.safeguarding import Paper, Safeguarding
from tests.properties.silences import Silences
from tests.staging import S

ROLES = {role.value for role in Role}
FLOOR = {"handler", "dispatcher", "vulnerability", "supervisor", "incident-manager"}
DISPATCH = {"dispatcher", "supervisor", "incident-manager", "watch"}
GRADES = "12345"  # the most urgent first
LADDER = {"1": ("inspector", 0), "2": ("sergeant", 2400 * S)}  # to whom, and how long without a resource
WITHIN_S = {  # until somebody is sent, until somebody is there, and between two looks at it
    "1": (300, 900, 300),
    "2": (1200, 3600, 1200),
    "3": (7200, 14_400, 7200),
    "4": (None, 172_800, 86_400),
    "5": (None, None, None),
}
TAKE_UP_WITHIN, HEARD_WITHIN, CRIME_WITHIN = 120 * S, 1200 * S, 86_400 * S
DESK_WITHIN, DESK_EVERY = 600 * S, 1800 * S
RECALL_EVERY, RECALLS = 300 * S, 3
CANCELS = {"cancelled", "duplicate"}
DOMESTIC = {"domestic"}
CRIMES = {"violence", "robbery", "burglary", "theft", "vehicle-crime", "damage", "drugs"}
ELEMENTS = {"situation", "threat", "risk", "investigation", "vulnerability", "engagement"}
ADVICE = {"get-safe", "evidence", "prevention", "ring-again", "no-attendance"}
AGENCIES = ("fire", "ambulance", "council", "btp")
THERE = {"allocated", "en-route", "at-scene"}
OF_TIME = (
    deployment.TargetMissed
    | escalation.Escalated
    | dispute.DisputeEscalated
    | referral.Late
    | expedite.Unanswered
    | promise.Broken
    | recall.RecallLate
    | major.AgencyLate
    | reminder.BroughtUp
    | resource.UnheardOf
    | ringing.QuestionRang
    | ringing.VolumeFell
    | welfare.FollowUpDue
)
UPDATES = (
    logbook.Noted
    | logbook.Corrected
    | incident.Contacted
    | incident.Changed
    | incident.Located
    | location.Placed
    | grading.Assessed
    | advice.InterimRiskSet
    | check.CheckReturned
    | link.Absorbed
    | major.MajorDeclared
    | safeguarding.Researched
    | safeguarding.Safeguarded
    | safeguarding.Referred
    | safeguarding.DeskReviewed
    | questionnaire.LevelGiven
)
OF_SAFEGUARDING = (
    questionnaire.QuestionAnswered
    | questionnaire.LevelGiven
    | safeguarding.Researched
    | safeguarding.Safeguarded
    | safeguarding.Referred
    | episode.FormBegun
    | episode.FormEnded
)
TO_COME_BACK = (
    reminder.BringUpSet | reminder.BroughtUp | reminder.BringUpDone | putoff.AlertsPutOff | putoff.AlertsBroughtBack
)
OF_WELFARE = welfare.BreakOffered | welfare.BreakAnswered | welfare.FollowUpDue | welfare.SeenTo
AFTERWARDS = link.Tied | crime.CrimeRecorded | crime.NoCrimeFound | link.Reopened  # of what is closed, too


@dataclass
class Call:
    """A contact from the ring to the close; `led` tells whether it has led anywhere that allows a close."""

    rang: int
    emergency: bool
    number: str
    sites: set[tuple[str, str]]
    site: str = ""
    expedite: bytes = b""
    led: bool = False
    incident: bytes = b""
    open: bool = True
    ringing: bool = True
    owner: str = ""
    parked: bool = False
    answered: bool = False
    asked: set[str] = field(default_factory=set)
    lost: int = 0
    tried: int = 0
    last: int = 0
    reached: bool = False
    late: int = 0
    operator_on: bool = False

    @property
    def holder(self) -> str:
        return self.owner or ("vulnerability" if self.queue == "partner" else "handler")

    @property
    def queue(self) -> str:
        if (self.ringing or self.lost) and self.site and not self.emergency:
            return "partner"
        if self.ringing:
            return "waiting"
        return "recall" if self.lost else "parked" if self.parked else "in-hand"

    @property
    def recall_due(self) -> int | None:
        if not self.lost or self.reached or self.tried >= RECALLS:
            return None
        return max(self.lost, self.last) + RECALL_EVERY

    def dues(self) -> Iterator[int]:
        """Yield when somebody should do something."""
        if self.recall_due is not None:
            yield self.recall_due


@dataclass
class Telling:
    """An agency that must know of a major incident."""

    due: int
    told: bool = False
    knows: bool = False
    late: bool = False


@dataclass
class Case:
    """An incident: the versions of its last material change and of its last assessment, and what came of it."""

    contacts: list[bytes]
    category: str
    domestic: bool
    changed: int
    changed_at: int
    assessed: int = 0
    vulnerable: bool = False
    vulnerable_since: int = 0
    looked: int = 0
    grade: str = ""
    attended: bool = False
    told: bool = False
    result: str = ""
    open: bool = True
    opened: int = 0
    needed: int = 0
    clock: int = 0
    alone: int = 0
    reviewed: int = 0
    sent: bool = False
    crews: list[str] = field(default_factory=list)
    owner: str = ""
    unread: int = 0
    unread_since: int = 0
    interim: int = 0
    crime: str = ""
    no_crime: bool = False
    tags: list[str] = field(default_factory=list)
    absorbed: list[bytes] = field(default_factory=list)
    into: bytes = b""
    agencies: dict[str, Telling] | None = None
    missed: list[tuple[str, int]] = field(default_factory=list)
    escalated: list[tuple[str, int]] = field(default_factory=list)
    unacknowledged: list[str] = field(default_factory=list)
    heard: set[FactRef] = field(default_factory=set)
    passed_over: set[str] = field(default_factory=set)

    @property
    def careful(self) -> bool:
        return self.vulnerable or self.domestic

    @property
    def holder(self) -> str:
        return self.owner or ("dispatcher" if self.grade else "handler")

    @property
    def queue(self) -> str:
        if self.result:
            return "closing"
        if self.assessed <= self.changed:
            return "assess"
        return "grade" if not self.grade else "deployed" if self.sent or self.attended else "dispatch"

    @property
    def crime_undecided(self) -> bool:
        return self.category in CRIMES and not self.crime and not self.no_crime

    @property
    def for_desk(self) -> bool:
        """Whether somebody is vulnerable and nobody is sent."""
        return self.open and self.vulnerable and not (self.sent or self.attended or self.result)

    @property
    def desk_since(self) -> int:
        """Since when nobody has looked at it who should."""
        return max(self.vulnerable_since, self.alone, self.needed)

    @property
    def desk_due(self) -> int:
        looked = self.looked >= self.desk_since
        return self.looked + DESK_EVERY if looked else self.desk_since + DESK_WITHIN

    def targets(self) -> dict[str, int]:
        """Return by when what should happen."""
        found = {}
        if self.for_desk:
            found["desk-review"] = self.desk_due
        if self.interim and not self.attended and not self.result:
            found["interim-review"] = self.interim
        if self.crime_undecided:
            found["crime-recording"] = self.opened + CRIME_WITHIN
        if self.grade and not self.attended and not self.result:
            resource_s, attend_s, review_s = WITHIN_S[self.grade]
            after = {"attend": (self.clock, attend_s)}
            if not self.sent:
                after |= {"resource": (self.clock, resource_s), "review": (max(self.reviewed, self.clock), review_s)}
            found |= {target: since + within_s * S for target, (since, within_s) in after.items() if within_s}
        return found

    def dues(self) -> Iterator[int]:
        """Yield when somebody should do something."""
        for target, due in self.targets().items():
            if target != "crime-recording" or self.grade or (target, due) in self.missed:
                yield due
        yield from (one.due for one in (self.agencies or {}).values() if not one.knows)


@dataclass
class Crew:
    """A resource that is on the list."""

    callsign: str
    status: str = "off"
    on: bytes | None = None
    check_by: int = 0
    unheard: bool = False


@dataclass
class Word:
    """A promise: what, by when, and whether its time has passed in somebody's eyes."""

    what: str
    due: int
    owner: str
    broken: bool = False


@dataclass
class Margin:
    """What stands on any record beside its own: promises, checks that are out, bring-ups, questions that rang."""

    promises: dict[int, Word] = field(default_factory=dict)
    checks: dict[int, str] = field(default_factory=dict)
    bring_ups: dict[int, tuple[int, bool]] = field(default_factory=dict)
    rung: list[tuple[str, int]] = field(default_factory=list)
    unheeded: list[str] = field(default_factory=list)
    going_along: dict[int, str] = field(default_factory=dict)


class Ledger:
    """An account of the room, kept from opened entries; takes each new fact and asserts that it may stand there."""

    def __init__(self) -> None:
        self.position = 0
        self.recorded = 0
        self.versions: Counter[bytes] = Counter()
        self.facts: dict[FactRef, Entry] = {}
        self.calls: dict[bytes, Call] = {}
        self.cases: dict[bytes, Case] = {}
        self.requests = Requests(self)
        self.partners = Partners()
        self.safeguarding = Safeguarding(self)
        self.crews: dict[bytes, Crew] = {}
        self.people = People()
        self.cares = Cares()
        self.silences = Silences(self)
        self.history: list[bytes] = []
        self.on: dict[bytes, Margin] = {}
        self.sessions: dict[str, str] = {}
        self.roles: dict[bytes, list[str]] = {}
        self.waiting: dict[FactRef, str] = {}
        self.used: set[FactRef] = set()
        self.erasing: list[bytes] = []
        self.erased: set[bytes] = set()
        self.covers: dict[tuple[str, str], str] = {}
        self.fallen: dict[str, int] = {}

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
            "expedite": self.requests.take,
            "partner": self.partners.take,
            "referral": self.safeguarding.refers,
            "episode": self.safeguarding.keeps,
            "staff": self._staff,
            "policy": self._policy,
            "gazetteer": lambda *_: None,
            "resource": self._resource,
            "nominal": self.people.take,
            "record": self._record,
        }[kind](entry, header, fact)
        case = self.cases.get(entry.stream)
        if case is not None and isinstance(fact, UPDATES):
            self._updated(case, header)
        self.safeguarding.nobody_repeats(entry)

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
            form_goes = isinstance(entry.fact, erasure.Erased) and entry.stream in self.safeguarding.forms
            by_the_watch = OF_TIME | policy.ClockSetBack | erasure.ErasureCompleted | putoff.AlertsBroughtBack
            assert form_goes or isinstance(entry.fact, by_the_watch)
            return
        assert not isinstance(entry.fact, OF_TIME), "time speaks for the watch"
        if isinstance(entry.fact, staff.SignedOn):
            self.sessions[entry.fact.session] = header.actor
        elif self.sessions:
            assert self.sessions.get(header.session) == header.actor, "whoever acts is signed on"
            assert header.role in self.roles[staff_stream(header.actor)], "whoever acts has the role"

    def _updated(self, case: Case, header: Header) -> None:
        """What others wrote stands unread for whoever works an incident, from its grade to its result."""
        if header.role in DISPATCH or header.actor == case.owner:
            return
        if case.open and case.grade and not case.result:
            case.unread += 1
            case.unread_since = case.unread_since or header.recorded

    # Contacts

    def _contact(self, entry: Entry, header: Header, fact: Any) -> None:
        if entry.version == 1:
            assert isinstance(fact, contact.Rang | history.ContactLoaded), "the record exists from the ring"
            if isinstance(fact, contact.Rang):
                number, emergency = fact.number or "", fact.channel is contact.Channel.EMERGENCY
                self.calls[entry.stream] = Call(header.occurred, emergency, number, self.partners.sites_of(number))
            else:
                self.history.append(entry.stream)
            return
        call = self.calls[entry.stream]
        assert call.open, "a closed contact is not worked"
        match fact:
            case contact.Answered() | contact.TakenUp() | parking.Parked() | recall.Abandoned():
                self._on_the_line(call, header, fact)
            case recall.RecallTried() | recall.RecallLate():
                self._rung_back(call, header, fact)
            case recall.OperatorOnLine():
                assert call.operator_on is not fact.on
                call.operator_on = fact.on
            case firstcheck.Checked():
                known = {*self.people.known, *self.calls, *self.requests.all, *self.cases, *self.history}
                assert set(fact.found) <= known, "who was found is on record"
            case location.CallerLocated():
                assert fact.plausible or not fact.radius_m, "what cannot be true is taken, and flagged"
            case lane.PartnerKnown():
                assert call.ringing, "a number is known before anybody answers"
                assert (fact.partner, fact.site) in call.sites, "the number that rings is one of the site's"
                call.site = fact.site
            case triage.ElementPassedOver() if call.lost:
                call.asked.add(fact.element)
            case contact.Closed():
                self._ended(entry.stream, call)
            case _:
                self._asked(call, fact)

    def _on_the_line(self, call: Call, header: Header, fact: Any) -> None:
        match fact:
            case contact.Answered():
                assert call.ringing or call.lost, "who is on the line is not answered again"
                assert call.ringing or call.reached, "who was lost is answered once somebody spoke to them"
                call.led = call.ringing = call.parked = False
                call.owner, call.lost, call.answered = fact.handler, 0, True
            case contact.TakenUp():
                assert call.parked, "only who holds the line is taken up"
                call.owner, call.parked = fact.handler, False
            case parking.Parked():
                assert call.queue == "in-hand", "only who is on the line is parked"
                assert not call.led
                call.parked = True
            case recall.Abandoned():
                assert not call.led, "who came to something is not lost"
                assert fact.before.value == ("ringing" if call.ringing else "answered")
                call.led, call.ringing, call.parked, call.owner = True, False, False, ""
                call.lost, call.tried, call.last, call.reached, call.late = header.occurred, 0, 0, False, 0

    def _rung_back(self, call: Call, header: Header, fact: Any) -> None:
        assert call.lost, "only a lost caller is rung back"
        if isinstance(fact, recall.RecallTried):
            assert fact.attempt == call.tried + 1
            call.tried, call.last, call.late = fact.attempt, max(call.last, header.occurred), 0
            call.reached = call.reached or fact.reached is recall.Reached.SPOKE
            return
        assert (fact.due, fact.to) == (call.recall_due, Role.SUPERVISOR), "it goes to the supervisor"
        assert fact.due <= header.occurred, "nobody is late before the time"
        assert fact.due != call.late, "each attempt is late once"
        call.late = fact.due

    def _asked(self, call: Call, fact: Any) -> None:
        """What is asked of a caller and where they lead: nothing while it rings, or while they hold the line."""
        assert not call.ringing or isinstance(fact, lane.LedToExpedite), "who rings is answered first"
        assert not call.parked or isinstance(fact, contact.Linked | lane.LedToExpedite), (
            "who holds the line is taken up first"
        )
        assert not call.lost or not isinstance(fact, contact.Resolved | contact.Transferred), (
            "who was lost is rung back"
        )
        match fact:
            case triage.ElementTriaged() | triage.ElementPassedOver():
                call.asked.add(fact.element)
            case lane.LedToExpedite():
                assert not call.lost, "it leads somewhere while somebody is there"
                assert not call.led, "who came to something came to one thing"
                assert not call.expedite
                assert fact.expedite in self.requests.all, "what the partner asks for is taken down"
                call.expedite = fact.expedite
            case contact.Linked() | contact.Resolved() | contact.Transferred():
                assert not isinstance(fact, contact.Resolved) or call.asked >= ELEMENTS, "risk was gone through"
                call.led, call.lost = True, 0
                call.incident = fact.incident if isinstance(fact, contact.Linked) else b""
            case contact.Located() | recall.SilentStepTaken() | recall.HelpedToTalk():
                pass
            case _:
                raise AssertionError(f"nobody knows what {fact} does to a contact")

    def _ended(self, stream: bytes, call: Call) -> None:
        assert call.led or call.expedite, "a contact is not discarded"
        self.nothing_is_left(stream)
        if call.lost:
            assert call.reached or call.tried >= RECALLS, "a lost caller was rung back"
            assert call.asked >= ELEMENTS, "risk was gone through, or passed over with a reason"
        call.open = False

    def worked_for(self, case: Case) -> Case:
        """Return an incident, or the one that it was merged into and that is worked for both."""
        while case.into:
            case = self.cases[case.into]
        return case

    def nothing_is_left(self, stream: bytes) -> None:
        assert not self._of(stream).promises, "no end while a promise is open"
        assert not self._of(stream).bring_ups, "no end while something is to be brought up"
        assert not self.safeguarding.needed.get(stream), "no end while somebody is missing and a form is kept"
        self.silences.ends(stream)

    # Incidents

    def _incident(self, entry: Entry, header: Header, fact: Any) -> None:
        if isinstance(fact, incident.Opened):
            assert entry.version == 1
            contacts = [] if fact.contact is None else [fact.contact]
            assert set(contacts) <= set(self.calls), "the contact's record was there before the incident's"
            when, domestic = header.occurred, fact.category in DOMESTIC
            self.cases[entry.stream] = Case(
                contacts,
                fact.category,
                domestic,
                entry.version,
                entry.position,
                opened=when,
                needed=when,
                clock=when,
                owner=fact.holder,
            )
        elif isinstance(fact, history.IncidentLoaded):
            self.history.append(entry.stream)
        elif entry.stream in self.history:
            assert isinstance(fact, link.Tied), "history is not worked"
        else:
            case = self.cases[entry.stream]
            left = isinstance(fact, deployment.StoodDown) and fact.callsign in case.crews
            assert case.open or left or isinstance(fact, AFTERWARDS), "a closed incident is not worked"
            for told in (self._worked, self._sent, self._waits, self._ties, self._classified, self._declared):
                if told(case, entry, header, fact):
                    return
            assert isinstance(fact, incident.Located), f"nobody knows what {fact} does to an incident"

    def _worked(self, case: Case, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case incident.Contacted():
                case.contacts.append(fact.contact)
                case.told = False
                promises = self._of(entry.stream).promises
                late = [number for number, word in promises.items() if word.due <= header.occurred]
                assert sorted(fact.unkept) == sorted(late), "a re-contact names the promises that were not kept"
                self._changed(case, entry, header)
            case incident.Changed():
                self._changed(case, entry, header)
            case handover.Owned():
                assert case.owner != fact.owner
                self._at_work(fact.owner)
                case.owner = fact.owner
            case grading.Assessed():
                self._assessed(case, entry, header, fact)
            case grading.Graded() | grading.Regraded():
                self._graded(case, entry, header, fact)
            case outcome.CallerTold():
                assert fact.words
                case.told = True
            case outcome.Resulted():
                self._resulted(case, entry, fact)
            case outcome.Closed():
                self.nothing_is_left(entry.stream)
                self._closed(case)
            case _:
                return False
        return True

    def _sent(self, case: Case, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case deployment.Resourced():
                assert case.grade, "nobody is sent to what is not graded"
                assert not case.result, "nobody is sent to what is over"
                listed = any(crew.callsign == fact.callsign for crew in self.crews.values())
                assert fact.listed is listed, "the log says whether the callsign is on the list"
                case.sent = True
                case.crews = [*(one for one in case.crews if one != fact.callsign), fact.callsign]
            case deployment.Attended():
                assert case.sent or case.attended, "nobody arrives who was not sent"
                case.attended = case.sent = True
                case.crews = [*(one for one in case.crews if one != fact.callsign), fact.callsign]
                case.interim = 0
            case deployment.StoodDown():
                assert fact.callsign in case.crews, "who was not on it does not leave it"
                case.crews.remove(fact.callsign)
                if case.sent and not case.crews and not case.attended:
                    case.sent, case.alone = False, header.occurred
            case _:
                return False
        return True

    def _waits(self, case: Case, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case deployment.Reviewed():
                assert case.assessed > case.changed, "what is out of date is assessed, not reviewed"
                case.reviewed = max(case.reviewed, header.occurred)
            case safeguarding.DeskReviewed():
                self._looked_at(case, entry, header, fact)
            case deployment.TargetMissed():
                self._missed(case, header, fact)
            case escalation.Escalated():
                self._escalated(case, header, fact)
            case escalation.Acknowledged():
                assert fact.to.value in case.unacknowledged, "what is acknowledged was raised"
                case.unacknowledged = [to for to in case.unacknowledged if to != fact.to.value]
            case advice.InterimRiskSet():
                assert not case.attended, "until somebody is there"
                assert not case.result
                assert fact.review_by > header.occurred, "it is looked at again at a time to come"
                assert fact.words, "it says what could happen"
                case.interim = fact.review_by
            case handover.UpdateSeen():
                assert (fact.count, fact.since) == (case.unread, case.unread_since), "just what was not read is read"
                assert fact.count
                case.unread = case.unread_since = 0
            case _:
                return False
        return True

    def _looked_at(self, case: Case, entry: Entry, header: Header, fact: Any) -> None:
        """The desk looks at what is vulnerable and has nobody sent; where risk is another it is assessed anew."""
        assert case.for_desk, "the desk looks at what is vulnerable and has nobody sent"
        assert fact.late is (case.desk_due <= header.occurred), "it is late from its time on"
        assert fact.words
        as_assessed = fact.review is safeguarding.Review.AS_ASSESSED
        assert not as_assessed or case.assessed > case.changed, "what is out of date is not as assessed"
        case.missed = [one for one in case.missed if one[0] != "desk-review"]
        case.looked = max(case.looked, header.occurred)
        if fact.review is not safeguarding.Review.AS_ASSESSED:
            case.changed, case.changed_at = entry.version, entry.position

    def _ties(self, case: Case, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case link.Tied():
                assert fact.to != entry.stream
                assert fact.to in self.cases or fact.to in self.history
            case link.Tagged():
                assert fact.tag not in case.tags
                case.tags.append(fact.tag)
            case link.Untagged():
                case.tags.remove(fact.tag)
            case link.Merged():
                self.nothing_is_left(entry.stream)
                other = self.cases[fact.into]
                assert not case.crime_undecided or other.crime_undecided or other.crime, "no crime is lost in a merge"
                assert not case.crews, "nobody is left on what is not worked any more"
                assert case.agencies is None, "a major incident is not merged away"
                assert self.cases[fact.into].open
                case.open, case.result, case.into = False, "", fact.into
            case link.Absorbed():
                self._absorbed(case, entry, header, fact)
            case link.Reopened():
                assert not case.open
                assert fact.reason, "there is a reason to work it again"
                case.open, case.result, case.told, case.owner, case.into = True, "", False, "", b""
                case.changed, case.changed_at = entry.version, entry.position
                case.sent = case.attended = False
                case.clock = case.needed = header.occurred
            case _:
                return False
        return True

    def _absorbed(self, case: Case, entry: Entry, header: Header, fact: Any) -> None:
        other = self.cases[fact.merged]
        assert not other.open, "what was taken over is not worked any more"
        assert (fact.domestic, fact.vulnerable) == (other.domestic, other.vulnerable), "what is known of it goes along"
        assert list(fact.contacts) == other.contacts, "no caller is dropped"
        new = [one for one in other.contacts if one not in case.contacts]
        case.absorbed.append(fact.merged)
        case.contacts += new
        case.domestic, case.vulnerable = case.domestic or other.domestic, case.vulnerable or other.vulnerable
        case.vulnerable_since = case.vulnerable_since or (header.occurred if case.vulnerable else 0)
        case.told = case.told and not new
        self._changed(case, entry, header)

    def _classified(self, case: Case, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case classification.Classified():
                assert fact.category == case.category or fact.reason, "another category has a reason"
                case.no_crime = case.no_crime and fact.category == case.category
                case.category, case.domestic = fact.category, case.domestic or fact.domestic
                assert fact.domestic is (fact.category in DOMESTIC or "domestic" in fact.qualifiers)
            case crime.CrimeRecorded():
                assert case.crime != fact.reference
                case.crime, case.no_crime = fact.reference, False
            case crime.NoCrimeFound():
                assert fact.reason
                assert not case.crime, "what is recorded is cancelled by whoever recorded it"
                case.no_crime = True
            case _:
                return False
        return True

    def _declared(self, case: Case, entry: Entry, header: Header, fact: Any) -> bool:
        agencies = case.agencies or {}
        match fact:
            case major.MajorDeclared():
                assert case.agencies is None, "it is declared once"
                assert fact.agencies == AGENCIES, "every agency of the pack must know"
                case.agencies = {one: Telling(due) for one, due in zip(fact.agencies, fact.due, strict=True)}
                assert {one.due for one in case.agencies.values()} == {header.occurred + 120 * S}
                parts = (fact.location, fact.sort, fact.hazards, fact.access, fact.casualties, fact.services)
                assert all(parts), "each of the six is said, or said to be unknown"
            case major.AgencyTold():
                assert not agencies[fact.agency].told
                agencies[fact.agency].told = True
            case major.AgencyAcknowledged():
                assert fact.person, "somebody there knows, by name"
                assert not agencies[fact.agency].knows
                agencies[fact.agency].told = agencies[fact.agency].knows = True
            case major.AgencyLate():
                one = agencies[fact.agency]
                assert (one.due, one.late, one.knows) == (fact.due, False, False), "each is late once"
                assert fact.due <= header.occurred
                one.late = True
            case major.MajorStoodDown():
                assert all(one.knows for one in agencies.values()), "every agency knows before it is stood down"
                assert case.agencies is not None
                assert fact.words
                case.agencies = None
            case _:
                return False
        return True

    def _escalated(self, case: Case, header: Header, fact: Any) -> None:
        assert not case.sent, "nobody is told of a wait that is over"
        assert fact.grade == case.grade
        assert fact.due <= header.occurred, "no rung before its time"
        assert (fact.to.value, fact.due) not in case.escalated, "a rung is raised once"
        to, after = LADDER[fact.grade]
        assert not fact.again or to in [told for told, _ in case.escalated], "again goes to whom it went before"
        assert fact.to.value == to
        assert fact.due == max(case.clock + after, case.alone) or fact.again
        case.escalated.append((fact.to.value, fact.due))
        case.unacknowledged.append(fact.to.value)

    def _changed(self, case: Case, entry: Entry, header: Header) -> None:
        """Where there is a result, or whoever was there has left, the incident is worked anew, its clock from there."""
        if case.result or (case.attended and not case.crews):
            case.attended, case.sent = case.attended and bool(case.crews), bool(case.crews)
            case.clock = case.needed = header.occurred
        case.changed, case.changed_at, case.result = entry.version, entry.position, ""

    def _assessed(self, case: Case, entry: Entry, header: Header, fact: Any) -> None:
        """Callers are heard once, in the order in which the room learned of it; what was not asked has a reason."""
        told = [self.facts[said] for said in fact.heard]
        assert not case.heard.intersection(fact.heard), "what was heard before does not undo the last assessment"
        assert {one.stream for one in told} <= set(case.contacts), "those are heard who got in touch about it"
        assert [one.position for one in told] == sorted(one.position for one in told)
        for one in told:
            assert isinstance(one.fact, triage.ElementTriaged | triage.ElementPassedOver)
            if isinstance(one.fact, triage.ElementPassedOver):
                case.passed_over.add(one.fact.element)
        assert {reply.element for reply in fact.replies} >= ELEMENTS, "each element is answered, or passed over"
        for reply in fact.replies:
            assert (reply.answer == "not-asked") or reply.why is None
            assert reply.answer != "not-asked" or reply.why or reply.element in case.passed_over, (
                "not asked, for a reason"
            )
            if reply.why:
                case.passed_over.add(reply.element)
        case.heard.update(fact.heard)
        case.assessed, case.vulnerable = entry.version, fact.vulnerable
        case.vulnerable_since = (case.vulnerable_since or header.occurred) if fact.vulnerable else 0
        case.reviewed, case.interim = max(case.reviewed, header.occurred), 0

    def _graded(self, case: Case, entry: Entry, header: Header, fact: Any) -> None:
        assert case.assessed > case.changed, "no grade without an assessment newer than the last material change"
        assert fact.assessment == FactRef(entry.stream, case.assessed)
        assert not case.result, "what is resulted is not graded any more"
        if isinstance(fact, grading.Graded):
            assert case.grade == "", "the first grade is given once"
            case.owner = ""
        else:
            assert fact.was == case.grade != fact.grade
            assert fact.rationale, "a re-grade has a reason"
            downgrade = GRADES.index(fact.grade) > GRADES.index(fact.was)
            assert fact.more_urgent is not downgrade
            case.clock = case.needed if downgrade else header.occurred
            if downgrade and case.careful:
                self.second_look(entry, fact.approval, f"grade {{}} {fact.grade} {fact.rationale}")
        case.grade = fact.grade

    def _resulted(self, case: Case, entry: Entry, fact: Any) -> None:
        assert case.grade, "what was not graded is not resulted"
        assert not case.result, "what is resulted is not resulted again"
        if fact.result in CANCELS:
            assert fact.words, "a cancellation has a reason"
            assert case.assessed > case.changed, "whether somebody is vulnerable is known when it is cancelled"
            if case.careful:
                self.second_look(entry, fact.approval, f"result {{}} {fact.result} {fact.words}")
        case.result = fact.result
        assert case.attended or not fact.attended, "nobody says attended where nobody arrived"

    def second_look(self, entry: Entry, approval: FactRef | None, line: str, *, goes_on: bool = False) -> None:
        """Assert that exactly this line was proposed by one and approved by another, from another session, in this moment."""
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
        target = fact.target.value
        assert fact.due <= header.occurred, "no target is missed before its time"
        assert (target, fact.due) not in case.missed, "a target is missed once"
        assert case.targets().get(target) == fact.due, "nothing is missed that was done, or that nobody has to do"
        case.missed.append((target, fact.due))

    def _closed(self, case: Case) -> None:
        assert case.assessed > case.changed, "no close without an assessment newer than the last material change"
        assert case.result, "no close without a result"
        assert case.told or case.attended or not case.contacts, "nobody is left waiting for somebody who will not come"
        assert not case.crime_undecided, "a crime is recorded, or it is said why there was none"
        assert case.agencies is None, "a major incident is stood down before the close"
        case.open = False

    # Resources

    def _resource(self, entry: Entry, header: Header, fact: Any) -> None:
        if isinstance(fact, resource.ResourceRegistered):
            crew = self.crews.setdefault(entry.stream, Crew(fact.callsign))
            crew.status = "available" if crew.status == "off" else crew.status
            return
        crew = self.crews[entry.stream]
        match fact:
            case resource.StatusGiven():
                there = fact.status.value in THERE
                assert (fact.incident is not None) is there, "it is on an incident, or free"
                assert fact.incident is None or fact.incident in self.cases
                at_scene = fact.status is resource.Status.AT_SCENE
                assert fact.check_by == (header.occurred + HEARD_WITHIN if at_scene else 0)
                assert (crew.status, crew.on) != (fact.status.value, fact.incident)
                crew.status, crew.on, crew.check_by = fact.status.value, fact.incident, fact.check_by
                crew.unheard = False
            case resource.HeardOf():
                assert fact.check_by == (header.occurred + HEARD_WITHIN if crew.status == "at-scene" else 0)
                crew.check_by, crew.unheard = fact.check_by, False
            case resource.UnheardOf():
                assert fact.due == crew.check_by
                assert 0 < fact.due <= header.occurred, "nobody is unheard of before the time"
                assert not crew.unheard, "that is recorded once"
                crew.unheard = True
            case _:
                assert isinstance(fact, resource.EmergencyCalled)

    # Policy and staff

    def _policy(self, entry: Entry, header: Header, fact: Any) -> None:
        if isinstance(fact, ringing.VolumeFell):
            assert self.fallen.get(fact.question, 0) < fact.at, "a span of time rings once"
            self.fallen[fact.question] = fact.at

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
                elsewhere = header.actor in self.sessions.values()
                assert elsewhere or not self.held_by(header.actor), "nobody goes home with something in hand"
                assert elsewhere or not self.promised_by(header.actor), "nobody goes home who sees to a promise"
            case cover.DistrictTaken() | cover.DistrictGivenUp():
                self._covers(entry, roles, fact)
            case bell.BellSet():
                self.silences.sets(entry, header, fact)
            case staff.Proposed():
                self.waiting[here] = fact.tail
            case staff.ProposalSettled():
                del self.waiting[fact.said]
            case staff.Approved() | staff.Declined():
                self._settles(header, fact)
            case _ if isinstance(fact, OF_WELFARE):
                self.cares.take(entry, header, fact)

    def _covers(self, entry: Entry, roles: list[str], fact: Any) -> None:
        key = fact.district, fact.role.value
        if isinstance(fact, cover.DistrictGivenUp):
            assert self.covers.pop(key) == entry.stream.hex()
            return
        assert key not in self.covers, "one person answers for a district in a role"
        assert fact.role.value in roles
        self.covers[key] = entry.stream.hex()

    def _settles(self, header: Header, fact: Any) -> None:
        proposed = self.facts[fact.said]
        assert fact.said in self.waiting, "a proposal is settled once"
        assert proposed.header is not None
        assert proposed.header.actor == fact.proposer != header.actor, "nobody settles their own proposal"

    # Any record

    def _of(self, stream: bytes) -> Margin:
        return self.on.setdefault(stream, Margin())

    def _record(self, entry: Entry, header: Header, fact: Any) -> None:
        """Two people erase a record that is not worked any more, and it is erased once for each time they do."""
        if isinstance(fact, OF_SAFEGUARDING):
            self._safeguards(entry, header, fact)
            return
        match fact:
            case erasure.Erased():
                self._erased(entry, header, fact)
                self.erasing.append(entry.stream)
                self.people.gone.add(entry.stream)
            case erasure.ErasureCompleted():
                assert header.actor == "watch"
                self.erasing.remove(entry.stream)
            case logbook.Noted() | logbook.Corrected() | rationale.DecisionRecorded() | welfare.FoundTraumatic():
                assert entry.version > 1, "there is a record to write in"
            case ringing.QuestionRang() | ringing.RingHeeded():
                self._rang(self._of(entry.stream), entry, header, fact)
            case check.CheckRequested() | check.CheckReturned():
                self._checked(self._of(entry.stream), entry, fact)
            case _ if isinstance(fact, TO_COME_BACK):
                self._comes_back(self._of(entry.stream), entry, header, fact)
            case involvement.PersonInvolved() | involvement.PersonNotInvolved():
                self.people.involved(entry, fact)
            case handover.HandedOver():
                self._handed_over(entry, header, fact)
            case advice.Advised() | location.Placed():
                assert entry.stream in self.open_streams(), "nobody is advised about what is over, and nothing moves"
                assert not isinstance(fact, advice.Advised) or fact.topic in ADVICE
            case _:
                self._promise(self._of(entry.stream), entry, header, fact)

    def _safeguards(self, entry: Entry, header: Header, fact: Any) -> None:
        """Also of an incident, whose assessment knows nothing of a level that was given after it."""
        self.safeguarding.take(entry, header, fact)
        case = self.cases.get(entry.stream)
        if isinstance(fact, questionnaire.LevelGiven) and case is not None and case.assessed:
            case.changed, case.changed_at = entry.version, entry.position

    def _erased(self, entry: Entry, header: Header, fact: Any) -> None:
        """What nobody works on is erased by two people; only a form goes by itself, when its time has come."""
        stream = entry.stream
        assert stream not in self.open_streams(), "what is still worked on is not erased"
        assert not self.safeguarding.is_kept(stream), "a form is kept while somebody is missing"
        assert stream not in self.partners.firms or not self.partners.firms[stream].registered
        assert stream not in self.erasing
        if header.actor == "watch":
            assert stream not in self.erased, "a form goes once"
            self.safeguarding.goes(entry, header, fact.approval)
        else:
            self.second_look(entry, fact.approval, "erase {} ", goes_on=True)
        self.erased.add(stream)

    def _rang(self, here: Margin, entry: Entry, header: Header, fact: Any) -> None:
        if isinstance(fact, ringing.RingHeeded):
            assert fact.question in here.unheeded, "what is known of had rung"
            here.unheeded = [one for one in here.unheeded if one != fact.question]
            return
        assert (fact.question, fact.number) not in here.rung, "a question rings once by a fact"
        assert 0 < fact.number < entry.version, "a fact of the record set its clock"
        assert fact.at <= header.recorded, "no question rings before its time"
        here.rung.append((fact.question, fact.number))
        here.unheeded.append(fact.question)

    def _checked(self, here: Margin, entry: Entry, fact: Any) -> None:
        if isinstance(fact, check.CheckReturned):
            assert here.checks.pop(fact.number) == fact.system, "what came back was asked for"
            return
        assert entry.stream in self.open_streams()
        assert fact.subject
        assert fact.reason, "a check has a reason"
        here.checks[entry.version] = fact.system.value

    def _comes_back(self, here: Margin, entry: Entry, header: Header, fact: Any) -> None:
        match fact:
            case putoff.AlertsPutOff() | putoff.AlertsBroughtBack():
                self.silences.takes(entry, header, fact)
            case reminder.BringUpSet():
                assert entry.stream in self.open_streams()
                assert fact.due > header.occurred
                here.bring_ups[entry.version] = (fact.due, False)
            case reminder.BroughtUp():
                assert entry.stream in self.open_streams(), "nobody is reminded of what is over"
                assert here.bring_ups[fact.number] == (fact.due, False), "it is brought up once"
                assert fact.due <= header.occurred
                here.bring_ups[fact.number] = (fact.due, True)
            case reminder.BringUpDone():
                del here.bring_ups[fact.number]

    def _handed_over(self, entry: Entry, header: Header, fact: Any) -> None:
        """From one person to another, or to nobody: an item has one owner, and what matters goes by itself."""
        account, here = self.account(entry.stream), self._of(entry.stream)
        giver = account.holder
        assert account.open, "nothing is handed over that is over"
        assert giver not in ROLES, "what nobody has is not handed over"
        assert fact.to != giver, "it is another's from then on"
        assert not fact.bulk or not self.presses(entry.stream, header.occurred), "what matters is handed over by itself"
        here.going_along |= {number: fact.to for number, word in here.promises.items() if word.owner == giver}
        account.owner = "" if fact.to in ROLES else fact.to
        assert fact.to == account.holder != giver, "it is theirs, or waits where it was said to wait"
        if account.owner:
            self._at_work(account.owner)

    def _at_work(self, collar: str) -> None:
        assert collar in self.sessions.values(), "work is given to who is there"
        assert any(role in FLOOR for role in self.roles[staff_stream(collar)]), "work is given to who may do it"

    def presses(self, stream: bytes, now: int) -> bool:
        """Tell whether somebody is vulnerable, or something about it is late."""
        vulnerable = stream in self.requests.all or (stream in self.cases and self.cases[stream].vulnerable)
        due = self.due(stream)
        return vulnerable or (due is not None and due <= now)

    def _promise(self, here: Margin, entry: Entry, header: Header, fact: Any) -> None:
        assert entry.stream in self.open_streams(), "promises are about what is open"
        if isinstance(fact, promise.Promised):
            assert fact.due > header.occurred, "a promise is for a time to come"
            assert fact.owner, "somebody sees to it"
            assert fact.what.value != "take-up" or fact.due == header.occurred + TAKE_UP_WITHIN
            here.promises[entry.version] = Word(fact.what.value, fact.due, fact.owner)
            return
        word = here.promises[fact.number]
        assert fact.what.value == word.what
        match fact:
            case promise.Kept():
                assert fact.late is (word.due <= header.occurred)
                del here.promises[fact.number]
            case promise.Released():
                gone = word.what == "take-up" and self.calls[entry.stream].lost
                assert fact.reason or gone, "a promise is released with a reason, or whoever it was made to is gone"
                del here.promises[fact.number]
            case promise.PassedOn():
                assert fact.owner != word.owner
                assert here.going_along.pop(fact.number, fact.owner) == fact.owner, "it goes along with the item"
                if fact.owner not in ROLES:
                    self._at_work(fact.owner)
                word.owner = fact.owner
            case promise.Broken():
                assert not word.broken, "a promise is broken once"
                assert (fact.due, fact.owner) == (word.due, word.owner)
                assert word.due <= header.occurred
                word.broken = True

    # What should be on the board

    def _items(self) -> list[dict[bytes, Any]]:
        return [self.calls, self.cases, self.requests.all, self.safeguarding.papers]

    def account(self, stream: bytes) -> Call | Case | Request | Paper:
        """Return the account of an item."""
        return next(one[stream] for one in self._items() if stream in one)

    def open_streams(self) -> list[bytes]:
        return sorted(stream for one in self._items() for stream, account in one.items() if account.open)

    def everything(self) -> list[bytes]:
        """Return every contact, incident, expedite and referral, also what was loaded."""
        return [*(stream for one in self._items() for stream in one), *self.history]

    def looks_anew(self, request: Request) -> None:
        """Assert that the incident of what a partner asks anew was opened or changed after that."""
        case = self.cases.get(request.incident)
        if case is not None and request.again and request.linked < request.again:
            assert self.worked_for(case).changed_at > request.again, "what a partner says anew is assessed anew"

    def held_by(self, collar: str) -> list[bytes]:
        """Return what a person has in hand."""
        return [stream for stream in self.open_streams() if self.account(stream).holder == collar]

    def promised_by(self, collar: str) -> list[tuple[bytes, int]]:
        """Return which open promises a person sees to."""
        words = ((stream, self._of(stream).promises) for stream in self.open_streams())
        return [(stream, number) for stream, open_ in words for number, word in open_.items() if word.owner == collar]

    def due(self, stream: bytes) -> int | None:
        """Return when the next thing should have happened to an item."""
        words = (word.due for word in self._of(stream).promises.values())
        return min([*words, *self.account(stream).dues()], default=None)

    def holds_board(self, items: Sequence[Item], now: int) -> None:
        assert sorted(item.stream for item in items) == self.open_streams(), "every open item once, and nothing else"
        for item in items:
            account, here = self.account(item.stream), self._of(item.stream)
            assert item.owner == account.holder, "whose it is: one person's, or a queue's"
            assert item.queue == account.queue, "a re-contact or a change opens the assessment again"
            assert item.version == self.versions[item.stream]
            assert item.broken == sum(word.due <= now for word in here.promises.values()), "a broken promise is seen"
            assert here.going_along == {}, "the promises of the giver go along"
            assert item.due == self.due(item.stream)
            assert item.overdue is (item.due is not None and item.due <= now)
            assert item.rang == (here.unheeded[-1] if here.unheeded else "")
            up = [due for due, _ in here.bring_ups.values() if due <= now]
            assert item.alerts.count("bring up") == len(up)
            self._holds_one(account, item, here)
        self.people.holds()
        self.silences.holds(items, now)
        self.requests.holds()
        self.safeguarding.holds()
        for crew in self.crews.values():
            assert crew.on is None or (self.cases[crew.on].open and crew.callsign in self.cases[crew.on].crews), (
                "a crew is on what is open, and its log says so"
            )
        assert not any(case.crews for case in self.cases.values() if not case.open), "who was on it is free in its log"

    def _holds_one(self, account: Call | Case | Request | Paper, item: Item, here: Margin) -> None:
        match account:
            case Call():
                self._holds_call(account, here)
            case Case():
                self._holds_case(account, item)
            case Request():
                known = {code for firm in self.partners.now() for code in (firm.code, *firm.sites)}
                assert item.escalated == account.escalated, "to whom a dispute went is seen until they know"
                assert item.vulnerable
                alerts = {
                    "the partner disputes the decision": bool(account.disputed),
                    "NOT as the partner is registered": account.mismatched,
                    f"{account.partner} is not registered": bool(known) and account.partner not in known,
                }
                assert {one for one in item.alerts if one != "bring up"} == {
                    one for one, is_so in alerts.items() if is_so
                }
            case Paper():
                assert item.kind == "referral"
                assert any(one.startswith("agency declined") for one in item.alerts) is (account.stage == "declined")

    def _holds_call(self, call: Call, here: Margin) -> None:
        assert bool(call.site) is bool(call.sites), "whose number rings is known, where it is a partner's"
        waits = [word for word in here.promises.values() if word.what == "take-up"]
        assert len(waits) == call.parked, "whoever holds the line is promised to be taken up, and nobody else"

    def _holds_case(self, case: Case, item: Item) -> None:
        assert item.contacts == len(case.contacts), "no contact is dropped"
        assert (item.grade, item.vulnerable, item.what) == (case.grade, case.vulnerable, case.category)
        assert item.unread == case.unread, "what others wrote is seen to be unread"
        unseen = [due for target, due in case.missed if target == "desk-review"]
        passed_over = case.for_desk and bool(unseen) and unseen[-1] > max(case.looked, case.desk_since)
        assert ("vulnerability desk has not looked at it" in item.alerts) is passed_over
        waits = case.grade and not case.sent and not case.result
        assert item.escalated == (case.unacknowledged[-1] if waits and case.unacknowledged else "")
        assert ("MAJOR INCIDENT" in item.alerts) is (case.agencies is not None)
