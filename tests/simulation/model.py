"""What a night in the room should come to: a model of the work that shares no code with the product.

Theory of operation. This is written from docs/events.md, docs/commands.md and the packs, whose text stands in the journal
itself. It imports the standard library and its own two pages beside it (things.py holds what it keeps account of, partners.py
what it knows of safeguarding and partners), and nothing else. It reads facts as `hue journal --json` prints them, seals
closed: an empty text says that nothing was said, null that something was. Each fact is taken in turn: it must be one that
may stand there, and changes the model's account of promises, queues, owners, crews and people. From the account follow
what time demands, what the board should list in which order, and, for a line that somebody is about to type, whether the
rules must refuse it and in which words. All instants are ns UTC.
"""

import heapq
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.partners import MAY, SafeguardingAccount, SafeguardingRules
from tests.simulation.things import (
    CLOSED,
    FIELD,
    FINE,
    FLOOR,
    NS,
    OVER,
    ROLES,
    UNSAID,
    Agency,
    Call,
    Case,
    Crew,
    Fact,
    Item,
    Key,
    Line,
    Member,
    Referral,
    Request,
    Rung,
    Typed,
    Word,
    Worked,
    instant,
    kind_of,
    ref,
    settled,
    span,
    waits_for,
)  # fmt: skip

PROPOSAL_LASTS = 1800 * NS
ASSIGNS = frozenset({"supervisor", "incident-manager", "administrator"})
ON_AN_INCIDENT = ("allocated", "en-route", "at-scene")
WATCHED = {  # what time demands: the fact, its field that tells it from others of its kind, and whether it has a due time
    "record.promise_broken": "number",
    "record.brought_up": "number",
    "record.alerts_brought_back": "",
    "incident.target_missed": "target",
    "incident.escalated": "to",
    "incident.agency_late": "agency",
    "contact.recall_late": "to",
    "expedite.unanswered": "",
    "expedite.escalated": "to",
    "referral.late": "awaited",
    "record.erased": "",
    "resource.unheard_of": "",
}
BY_ANYBODY = {"record.alerts_brought_back"}  # by the watch at its time, by a person before it
BY_THE_WATCH = {*WATCHED, "record.question_rang", "record.erasure_completed"} - BY_ANYBODY
PUT_OFF_AT_MOST = 3600 * NS
KEEPS = {  # what is done anyway, and the sort of promise that it keeps
    "incident.attended": "arrival",
    "contact.taken_up": "take-up",
    "incident.caller_told": "tell-caller",
    "expedite.told": "tell-partner",
}
LISTED = (Call, Request, Case, Referral)  # in this order, where several kinds stand in one queue
SILENT = {  # facts that change nothing of which this model keeps account
    "contact.silent_step",
    "contact.helped_to_talk",
    "incident.tagged",
    "incident.untagged",
    "record.advised",
    "record.decision_recorded",
    "policy.fault_noted",
}


# The account


class Model(SafeguardingAccount):
    """The account of a night after some lines of the journal."""

    def __init__(self) -> None:
        super().__init__()
        self.position = self.recorded = 0
        self.versions: Counter[str] = Counter()
        self.names: Counter[str] = Counter()
        self.zone = ZoneInfo("UTC")
        self.packs: dict[str, Line] = {}
        self.force: dict[str, Line] = {}
        self.items: dict[str, Item] = {}
        self.live: dict[str, Item] = {}
        self.crews: dict[str, Crew] = {}
        self.people: dict[str, Member] = {}
        self.proposed: dict[tuple[str, int], Fact] = {}
        self.approved: dict[tuple[str, int], Fact] = {}
        self.used: set[tuple[str, int]] = set()
        self.about: defaultdict[str, list[str]] = defaultdict(list)  # the incidents that a contact concerns
        self.doing = ""
        self._act: tuple[int, str, str] = (0, "", "")
        self._in_act: list[Fact] = []
        self._owed: list[tuple[Callable[[], bool], str]] = []
        self._demanded: dict[str, dict[Key, int]] = {}
        self._next: list[tuple[int, Key]] = []
        self._expected: list[Key] = []
        self.looks: list[int] = []
        self.changeover = 0
        self.raised: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()

    # Reading

    def follow(self, lines: Iterable[Line], doing: str = "") -> None:
        """Take lines in order of position; `doing` is the verb that was typed, where one was."""
        self.doing = doing
        for line in lines:
            self._take(Fact(line))
        self._end_of_act()

    def _take(self, fact: Fact) -> None:
        self._in_its_place(fact)
        act = (fact.recorded, fact.session, fact.actor)
        if act != self._act:
            self._end_of_act()
            self._act, self._in_act = act, []
        told = getattr(self, "_" + fact.name.replace(".", "_"), None)
        assert told is not None or fact.name in SILENT, f"{fact.name} is a fact that this model does not know"
        if told is not None:
            told(fact)
        if fact.stream in self.items:
            self._place(fact)
        self._in_act.append(fact)
        self._touch(fact.stream, fact.recorded)

    def _place(self, fact: Fact) -> None:
        one = self.items[fact.stream]
        one.version = fact.version
        if one.open:
            self.live[one.stream] = one
        else:
            self.live.pop(one.stream, None)

    def _in_its_place(self, fact: Fact) -> None:
        self.versions[fact.stream] += 1
        self.names[fact.name] += 1
        assert fact.position == self.position + 1, "positions have no gap"
        assert fact.version == self.versions[fact.stream], "versions have no gap"
        assert fact.recorded >= self.recorded, "recorded time does not go back"
        assert 0 < fact.occurred <= fact.recorded, "what is recorded has happened"
        self.position, self.recorded = fact.position, fact.recorded
        of_the_watch = fact.name in BY_THE_WATCH or (fact.name in BY_ANYBODY and fact.actor == "watch")
        assert (fact.actor == "watch") is of_the_watch, f"{fact.name} by {fact.actor}: time speaks by the watch alone"
        if not of_the_watch and self.people and fact.name != "staff.signed_on":
            person = self.person(fact.actor)
            assert person is not None, f"{fact.actor} is nobody here"
            if self.force and person.roles:
                assert fact.role in person.roles, "whoever acts has the role"
                assert fact.session in person.sessions or not person.sessions, "whoever acts is signed on"

    def _end_of_act(self) -> None:
        for met, why in self._owed:
            assert met(), f"@{self.position}: {why}"
        self._owed = []

    def _owe(self, met: Callable[[], bool], why: str) -> None:
        """Have something hold by the end of this act."""
        self._owed.append((met, why))

    # Who is there

    def person(self, collar: str) -> Member | None:
        return next((one for one in self.people.values() if one.collar == collar), None)

    def answers_for(self, district: str, role: str) -> list[str]:
        return [one.collar for one in self.people.values() if (district, role) in one.covers]

    def call(self, stream: str) -> Call:
        one = self.items[stream]
        assert isinstance(one, Call)
        return one

    def case(self, stream: str) -> Case:
        one = self.items[stream]
        assert isinstance(one, Case)
        return one

    def request(self, stream: str) -> Request:
        one = self.items[stream]
        assert isinstance(one, Request)
        return one

    def open_items(self) -> list[Item]:
        return list(self.live.values())

    def open_cases(self) -> list[Case]:
        return [one for one in self.live.values() if isinstance(one, Case)]

    # Policy

    def _policy_established(self, fact: Fact) -> None:
        self.zone = ZoneInfo(fact.said["zone"])

    def _policy_adopted(self, fact: Fact) -> None:
        pack = tomllib.loads(bytes.fromhex(fact.said["content"]).decode())
        self.packs[fact.said["digest"]] = self.force[fact.said["kind"]] = pack
        self.adopted[fact.said["kind"]] = (fact.stream, fact.version)
        for stream in self.live:  # times of safeguarding are those in force, also of what stands already
            self._touch(stream, fact.recorded)

    @property
    def grades(self) -> Line:
        return self.force["grades"]

    def row(self, case: Case) -> Line:
        """Return the grade of an incident as it stands in the pack under which it was given."""
        return self.grade_row(case.grade, self.packs[case.pack])

    def grade_row(self, code: str, pack: Line | None = None) -> Line:
        rows: list[Line] = (pack or self.grades)["grade"]
        return next(one for one in rows if one["code"] == code)

    def result_row(self, code: str) -> Line:
        rows: list[Line] = self.force["results"]["result"]
        return next(one for one in rows if one["code"] == code)

    def elements(self) -> list[str]:
        return [one["code"] for one in self.force["risk"]["element"]]

    def last_changeover(self, now: int) -> int:
        """Return when a shift began last."""
        today = datetime.fromtimestamp(now // NS, self.zone).date()
        found = [
            self._at(day, time) for day in (today - timedelta(days=1), today) for time in self.grades["changeover"]
        ]
        return max((at for at in found if at <= now), default=0)

    def _at(self, day: date, time: str) -> int:
        local = datetime.fromisoformat(f"{day} {time}").replace(tzinfo=self.zone)
        return int(local.timestamp()) * NS

    # Staff

    def _staff_registered(self, fact: Fact) -> None:
        self.people[fact.stream] = Member(fact.said["collar"])

    def _staff_role_granted(self, fact: Fact) -> None:
        self.people[fact.stream].roles.append(fact.said["role"])

    def _staff_signed_on(self, fact: Fact) -> None:
        self.people[fact.stream].sessions.append(fact.said["session"])

    def _staff_signed_off(self, fact: Fact) -> None:
        one = self.people[fact.stream]
        one.sessions.remove(fact.said["session"])
        assert one.sessions or not one.covers, "whoever signed off answers for no district"
        held = [item.stream for item in self.open_items() if item.owner == one.collar]
        assert one.sessions or not held, "signed off with something in hand"

    def _staff_district_taken(self, fact: Fact) -> None:
        one, key = self.people[fact.stream], (fact.said["district"], fact.said["role"])
        assert key[1] in one.roles
        assert not self.answers_for(*key), f"two answer for {key}"
        one.covers.append(key)

    def _staff_district_given_up(self, fact: Fact) -> None:
        self.people[fact.stream].covers.remove((fact.said["district"], fact.said["role"]))

    def _staff_proposed(self, fact: Fact) -> None:
        self.proposed[fact.stream, fact.version] = fact
        self.people[fact.stream].proposals[fact.version] = fact.said

    def _settled(self, fact: Fact) -> None:
        said = ref(fact.said["said"])
        assert self.proposed[said].actor == fact.said["proposer"] != fact.actor, "nobody settles their own proposal"
        assert self.proposed[said].session != fact.session, "a second look comes from another session"
        assert said[1] in self.people[said[0]].proposals, "a proposal is settled once"

    def _staff_approved(self, fact: Fact) -> None:
        self._settled(fact)
        said = ref(fact.said["said"])
        assert instant(self.proposed[said].said["expires"]) > fact.occurred, "a proposal expires"
        self.approved[fact.stream, fact.version] = fact

    def _staff_declined(self, fact: Fact) -> None:
        assert fact.said["reason"] != "", "a refusal has a reason"
        self._settled(fact)

    def _staff_proposal_settled(self, fact: Fact) -> None:
        del self.people[fact.stream].proposals[fact.said["said"]["version"]]

    # Contacts

    def _contact_rang(self, fact: Fact) -> None:
        assert fact.version == 1, "the record exists from the ring"
        self.items[fact.stream] = Call(fact.stream, fact.occurred, stage="ringing", channel=fact.said["channel"])

    def _taken(self, fact: Fact, *, holds: bool = False) -> Call:
        """Return a contact that somebody has taken and that is not over; `holds` where the caller may hold the line."""
        one = self.call(fact.stream)
        assert one.open, "a closed contact is not worked"
        assert one.stage != "ringing", "a contact is answered first"
        assert holds or not one.parked, "a parked contact is taken up first"
        return one

    def _at_work(self, collar: str) -> None:
        one = self.person(collar)
        assert one is not None
        assert one.sessions, "work is given to who is there"
        assert FLOOR & set(one.roles), "work is given to who may do it"

    def _contact_answered(self, fact: Fact) -> None:
        one = self.call(fact.stream)
        assert one.stage in ("ringing", "abandoned"), f"it is {one.stage}, {one.owner} has it: in the hands of two"
        assert fact.said["handler"] == fact.actor
        assert one.stage == "ringing" or one.reached, "a lost caller is answered once somebody spoke to them"
        one.stage, one.holder, one.was_answered = "answered", fact.said["handler"], True

    def _contact_located(self, fact: Fact) -> None:
        self._taken(fact).district = fact.said["district"]
        said_in = fact.stream, fact.version
        for case in self.open_cases():
            nowhere = case.placed_by == "unknown" or not case.said_in[0]
            if fact.stream in case.contacts and (nowhere or case.said_in[0] == fact.stream):
                self._owe(lambda case=case: case.said_in == said_in, "an incident goes where its caller says")

    def _contact_triaged(self, fact: Fact) -> None:
        one = self._taken(fact)
        one.answers[fact.said["element"]] = fact.said["answer"], fact.version
        for case in [self.case(stream) for stream in self.about[fact.stream]]:
            if case.open and case.current:
                self._owe(lambda case=case: not case.current, "what a caller answers reopens the assessment")

    def _contact_element_passed_over(self, fact: Fact) -> None:
        one = self.call(fact.stream)
        if one.stage != "abandoned":
            self._taken(fact)
        assert fact.said["reason"], "what is not asked has a reason"
        one.answers[fact.said["element"]] = "not-asked", fact.version

    def _contact_operator_on_line(self, fact: Fact) -> None:
        self.call(fact.stream).operator = fact.said["on"]

    def _contact_parked(self, fact: Fact) -> None:
        one = self._taken(fact)
        assert one.stage == "answered"
        one.parked = True
        self._owe(lambda: "take-up" in one.sorts(), "who is parked is promised to be taken up")

    def _contact_taken_up(self, fact: Fact) -> None:
        one = self.call(fact.stream)
        assert one.parked
        one.parked, one.holder = False, fact.said["handler"]
        self._keeps(fact)

    def _contact_linked(self, fact: Fact) -> None:
        one = self._taken(fact, holds=True)
        assert not one.incident, "a contact concerns one incident"
        one.stage, one.incident = "linked", fact.said["incident"]
        about = self.case(one.incident)
        self._owe(lambda: one.stream in about.contacts, "no caller is dropped")

    def _contact_resolved(self, fact: Fact) -> None:
        one = self._taken(fact)
        assert one.stage != "abandoned", "whoever was lost is rung back"
        assert not one.incident
        assert not self.unasked(one), "resolved without the risk model"
        assert fact.said["reason"] != ""
        one.stage = "resolved"

    def _contact_transferred(self, fact: Fact) -> None:
        one = self._taken(fact)
        assert one.stage != "abandoned", "whoever was lost is rung back"
        assert fact.said["reason"] != ""
        one.stage = "transferred"

    def _contact_abandoned(self, fact: Fact) -> None:
        one = self.call(fact.stream)
        assert one.stage in ("ringing", "answered")
        one.stage, one.holder, one.parked = "abandoned", "", False
        one.lost, one.tried, one.last, one.reached, one.late = fact.occurred, 0, 0, False, 0
        self._owe(lambda: "take-up" not in one.sorts(), "nobody can be taken up who is gone")

    def _contact_recall_tried(self, fact: Fact) -> None:
        one = self.call(fact.stream)
        assert one.stage == "abandoned"
        assert fact.said["attempt"] == one.tried + 1
        one.last = max(one.last, fact.occurred)
        one.tried, one.reached, one.late = one.tried + 1, one.reached or fact.said["reached"] == "spoke", 0

    def _contact_recall_late(self, fact: Fact) -> None:
        self._raise(fact)
        self.call(fact.stream).late = instant(fact.said["due"])

    def _contact_closed(self, fact: Fact) -> None:
        one = self.call(fact.stream)
        if one.stage == "abandoned":
            tried = one.reached or one.tried >= self.grades["recalls"]
            assert one.incident or tried, "a lost caller is not discarded"
            assert one.incident or not self.unasked(one)
        else:
            led = one.stage == "answered" and bool(one.expedite)
            assert led or one.stage in ("linked", "resolved", "transferred"), "a contact is not discarded"
        self._ends(one)

    def _ends(self, one: Worked) -> None:
        assert not one.words, "no close while a promise is open"
        assert not one.reminders, "no close while something is to be brought up"
        one.stage, one.put_off = "closed", None

    def unasked(self, call: Call) -> list[str]:
        return [element for element in self.elements() if element not in call.answers]

    def asked(self, call: Call) -> list[str]:
        """Return the elements, and the questions under them that are asked while these answers stand."""
        questions = self.force["risk"]["question"]
        given = settled(questions, {element: answer for element, (answer, _) in call.answers.items()})
        whens = {one["code"]: one.get("when", {}).items() for one in questions}
        met = (code for code, when in whens.items() if all(given.get(on, "unknown") in codes for on, codes in when))
        return [*self.elements(), *met]

    # Incidents

    def _worked(self, fact: Fact) -> Case:
        one = self.case(fact.stream)
        assert one.open, "a closed incident is not worked"
        return one

    def _updated(self, one: Case, fact: Fact) -> None:
        """Count what somebody else wrote for whoever works the incident."""
        theirs = fact.role in ("dispatcher", "supervisor", "incident-manager", "watch") or fact.actor == one.holder
        if one.open and not theirs and one.stage not in ("opened", "resulted"):
            one.unread += 1

    def _incident_opened(self, fact: Fact) -> None:
        said = fact.said
        assert fact.version == 1
        one = Case(fact.stream, fact.occurred, stage="opened", holder=said["holder"], category=said["category"])
        one.clock = one.needed_from = one.untold_from = one.changed_at = fact.occurred
        one.categories, one.careful = fact.pack, said["domestic"]
        self.items[fact.stream] = one
        if said["contact"]:
            self.call(said["contact"])
            self._concerns(one, said["contact"])

    def _concerns(self, one: Case, contact: str) -> None:
        if contact not in one.contacts:
            one.contacts.append(contact)
            self.about[contact].append(one.stream)

    def _incident_located(self, fact: Fact) -> None:
        one, said_in = self._worked(fact), fact.said["said_in"]
        one.district, one.placed_by = fact.said["district"], fact.said["district_source"]
        one.said_in = (said_in["stream"], said_in["version"]) if said_in else (fact.stream, fact.version)
        self._updated(one, fact)

    def _incident_contacted(self, fact: Fact) -> None:
        one = self._worked(fact)
        assert fact.said["contact"] not in one.contacts
        late = [number for number, word in one.words.items() if word.due <= fact.occurred]
        assert sorted(fact.said["unkept"]) == late, "a re-contact names the promises that were not kept"
        self._concerns(one, fact.said["contact"])
        one.told, one.untold_from = False, max(one.untold_from, fact.occurred)
        self._changed_by(one, fact)

    def _incident_changed(self, fact: Fact) -> None:
        assert fact.said["what"] != "", "a change says what"
        self._changed_by(self._worked(fact), fact)

    def _changed_by(self, one: Case, fact: Fact) -> None:
        """Something material happened: the assessment reopens, and what was done with is worked anew."""
        one.changed, one.changed_at = fact.version, max(one.changed_at, fact.occurred)
        if one.stage == "resulted" or (one.stage == "attended" and not one.crews):
            one.attended = one.attended and bool(one.crews)
            one.stage = "attended" if one.attended else "resourced" if one.crews else "graded"
            one.result, one.clock, one.needed_from = "", fact.occurred, fact.occurred
        self._updated(one, fact)

    def _incident_owned(self, fact: Fact) -> None:
        one = self._worked(fact)
        assert one.holder != fact.said["owner"]
        self._at_work(fact.said["owner"])
        one.holder = fact.said["owner"]

    def _incident_assessed(self, fact: Fact) -> None:
        one, said = self._worked(fact), fact.said
        assert said["heard"] or said["replies"]
        assert fact.occurred >= one.changed_at, "what happened since is assessed as it stands"
        for stream, version in map(ref, said["heard"]):
            assert stream in one.contacts, "those are heard who got in touch about it"
            assert version > one.heard.get(stream, 0), "callers are heard once"
        for stream, version in map(ref, said["heard"]):
            one.heard[stream] = max(one.heard.get(stream, 0), version)
        for stream in one.contacts:
            newest = max((version for _, version in self.call(stream).answers.values()), default=0)
            assert newest <= one.heard.get(stream, 0), "a caller is not heard"
        replies = {reply["element"]: reply["answer"] for reply in said["replies"]}
        assert set(self.elements()) <= set(replies), "every element is answered or passed over"
        assert said["vulnerable"] is self.is_vulnerable(replies), "by the answers that stand"
        one.replies, one.suggested, one.vulnerable = replies, said["suggested"], said["vulnerable"]
        one.vulnerable_from = (one.vulnerable_from or fact.occurred) if one.vulnerable else 0
        one.assessed, one.interim = fact.version, 0
        one.reviewed = max(one.reviewed, fact.occurred)
        self._updated(one, fact)

    def is_vulnerable(self, replies: dict[str, str]) -> bool:
        named = self.force["risk"]["vulnerable"]
        return any(replies.get(element) in codes for element, codes in named.items())

    def _incident_graded(self, fact: Fact) -> None:
        one, said = self._worked(fact), fact.said
        assert not one.grade, "the first grade is given once"
        assert one.current, "no grade without an assessment newer than the last material change"
        assert ref(said["assessment"]) == (fact.stream, one.assessed)
        assert said["grade"] == one.suggested or said["rationale"] != "", "another than was suggested, for a reason"
        one.stage, one.holder, one.grade, one.pack = "graded", "", said["grade"], fact.pack

    def _incident_regraded(self, fact: Fact) -> None:
        one, said = self._worked(fact), fact.said
        codes = [row["code"] for row in self.grades["grade"]]
        up = codes.index(said["grade"]) < codes.index(said["was"])
        assert one.current, "no re-grade without an assessment newer than the last material change"
        assert ref(said["assessment"]) == (fact.stream, one.assessed)
        assert said["was"] == one.grade != said["grade"]
        assert one.stage != "resulted"
        assert said["rationale"] != "", "a re-grade has a reason"
        assert said["more_urgent"] is up
        if not up and one.careful_now:
            self._second_look(fact)
        one.grade, one.pack, one.clock = said["grade"], fact.pack, fact.occurred if up else one.needed_from

    def _second_look(self, fact: Fact) -> None:
        """Another person approved just this, from a session of their own, in this act."""
        assert fact.said["approval"] is not None, "a second look where someone is vulnerable or it is domestic"
        look = ref(fact.said["approval"])
        approved = self.approved[look]
        proposed = self.proposed[ref(approved.said["said"])]
        assert (approved.recorded, approved.session) == (fact.recorded, fact.session), "approved and done in one act"
        assert proposed.actor != approved.actor
        assert proposed.session != approved.session
        assert proposed.said["on"] == fact.stream
        assert look not in self.used, "an approval is for one act"
        self.used.add(look)

    def _incident_resourced(self, fact: Fact) -> None:
        one, callsign = self._worked(fact), fact.said["callsign"]
        assert one.grade
        assert one.stage != "resulted"
        assert fact.said["listed"] is (callsign in self.listed())
        one.stage, one.crew = "attended" if one.attended else "resourced", callsign
        self._on(one, callsign)

    def _on(self, one: Case, callsign: str) -> None:
        one.crews = [*(other for other in one.crews if other != callsign), callsign]
        for other in self.open_cases():
            if other is not one and callsign in other.crews:
                self._owe(lambda other=other: callsign not in other.crews, f"{callsign} is on two incidents")

    def listed(self) -> dict[str, Crew]:
        return {one.callsign: one for one in self.crews.values()}

    def _incident_stood_down(self, fact: Fact) -> None:
        one, callsign = self.case(fact.stream), fact.said["callsign"]
        assert one.open or any(other.name == "incident.closed" for other in self._in_act)
        one.crews.remove(callsign)
        one.crew = one.crews[-1] if one.crews else ""
        if one.stage == "resourced" and not one.crews:
            one.stage = "attended" if one.attended else "graded"
            if not one.attended:
                one.alone_from = fact.occurred

    def _incident_attended(self, fact: Fact) -> None:
        one, callsign = self._worked(fact), fact.said["callsign"]
        assert one.stage in ("resourced", "attended"), "nobody arrives who was not sent"
        one.stage, one.crew, one.attended, one.interim = "attended", callsign, True, 0
        self._on(one, callsign)
        self._keeps(fact)

    def _incident_reviewed(self, fact: Fact) -> None:
        one = self._worked(fact)
        assert one.current, "what is out of date is assessed, not reviewed"
        assert fact.said["words"] != ""
        one.reviewed = max(one.reviewed, fact.occurred)

    def _incident_interim_risk_set(self, fact: Fact) -> None:
        one = self._worked(fact)
        assert not one.attended
        assert one.stage != "resulted"
        one.interim = instant(fact.said["review_by"])
        self._updated(one, fact)

    def _incident_update_seen(self, fact: Fact) -> None:
        one = self._worked(fact)
        assert fact.said["count"] == one.unread > 0
        one.unread = 0

    def _incident_caller_told(self, fact: Fact) -> None:
        assert fact.said["words"] != ""
        one = self._worked(fact)
        one.told = True
        assert fact.occurred >= one.untold_from, "whoever got in touch after that is still to be told"
        self._keeps(fact)

    def _incident_resulted(self, fact: Fact) -> None:
        one, said = self._worked(fact), fact.said
        row = self.result_row(said["result"])
        assert one.grade
        assert one.stage != "resulted"
        assert said["attended"] is row.get("attended", False)
        assert one.attended or not said["attended"], "nobody says attended where nobody arrived"
        if row.get("cancels"):
            assert said["words"] != "", "a cancellation has a reason"
            assert one.current
            if one.careful_now:
                self._second_look(fact)
        one.stage, one.result = "resulted", said["result"]

    def _incident_closed(self, fact: Fact) -> None:
        one = self._worked(fact)
        assert one.current, "no close without an assessment newer than the last material change"
        assert one.stage == "resulted", "no close without a result"
        assert one.told or one.attended or not one.contacts, "nobody waits for somebody who will not come"
        assert not self.crime_open(one), "a crime is recorded, or it is said why not"
        assert not one.major
        self._ends(one)
        self._owe(lambda: not one.crews, "whoever was on it is free, and its log says so")

    def _incident_merged(self, fact: Fact) -> None:
        one, other = self._worked(fact), self.case(fact.said["into"])
        assert other.open
        assert other is not one
        assert not one.crews
        assert not one.major
        assert not self.crime_open(one) or other.crime or self.crime_open(other), "no crime is lost in a merge"
        assert not one.words, "no promise is lost in a merge"
        assert not one.reminders, "no reminder is lost in a merge"
        one.stage, one.result, one.merged, one.put_off = "closed", "", other.stream, None
        mine = list(one.contacts)
        self._owe(lambda: set(mine) <= set(other.contacts), "a merge keeps every caller")
        self._owe(lambda: one.stream in other.absorbed, "a merge is told in both")
        self._owe(lambda: not other.current, "what is merged into is assessed anew")

    def _incident_absorbed(self, fact: Fact) -> None:
        one, said = self._worked(fact), fact.said
        new = [contact for contact in said["contacts"] if contact not in one.contacts]
        for contact in new:
            self._concerns(one, contact)
        one.absorbed.append(said["merged"])
        one.careful, one.vulnerable = one.careful or said["domestic"], one.vulnerable or said["vulnerable"]
        one.vulnerable_from = one.vulnerable_from or (fact.occurred if said["vulnerable"] else 0)
        if new:
            one.told, one.untold_from = False, max(one.untold_from, fact.occurred)
        self._changed_by(one, fact)

    def _incident_reopened(self, fact: Fact) -> None:
        one = self.case(fact.stream)
        assert not one.open
        assert fact.said["reason"] != ""
        one.stage, one.attended, one.merged = "graded" if one.grade else "opened", False, ""
        one.result, one.holder, one.told = "", "", False
        one.changed, one.clock, one.needed_from = fact.version, fact.occurred, fact.occurred
        one.changed_at, one.untold_from = max(one.changed_at, fact.occurred), max(one.untold_from, fact.occurred)

    def _incident_tied(self, fact: Fact) -> None:
        self.case(fact.stream).ties[fact.said["to"]] = fact.said["how"]
        other, me = self.case(fact.said["to"]), fact.stream
        self._owe(lambda: me in other.ties, "both incidents say that they are tied")

    def _incident_classified(self, fact: Fact) -> None:
        one, said = self._worked(fact), fact.said
        assert said["category"] == one.category or said["reason"] != ""
        one.no_crime = one.no_crime and said["category"] == one.category
        one.category, one.categories = said["category"], fact.pack
        one.careful = one.careful or said["domestic"]

    def _incident_crime_recorded(self, fact: Fact) -> None:
        one = self.case(fact.stream)
        one.crime, one.no_crime = fact.said["reference"], False

    def _incident_no_crime_found(self, fact: Fact) -> None:
        one = self.case(fact.stream)
        assert fact.said["reason"] != ""
        assert not one.crime
        one.no_crime = True

    def crime_open(self, one: Case) -> bool:
        """Tell whether it is of a crime, and neither recorded nor said why not."""
        rows = self.packs[one.categories]["category"]
        crime = any(row.get("crime") for row in rows if row["code"] == one.category)
        return crime and not one.crime and not one.no_crime

    # A major incident

    def _incident_major_declared(self, fact: Fact) -> None:
        one, said = self._worked(fact), fact.said
        assert not one.major
        wanted = [(row["code"], row["acknowledge_within_s"] * NS) for row in self.grades["agency"]]
        assert said["agencies"] == [code for code, _ in wanted], "whoever must know is told of by the pack"
        one.agencies = {code: Agency(instant(due)) for code, due in zip(said["agencies"], said["due"], strict=True)}
        one.major = True
        self._updated(one, fact)

    def _agency(self, fact: Fact) -> Agency:
        one = self._worked(fact)
        assert one.major
        return one.agencies[fact.said["agency"]]

    def _incident_agency_told(self, fact: Fact) -> None:
        one = self._agency(fact)
        assert not one.told
        one.told = True

    def _incident_agency_acknowledged(self, fact: Fact) -> None:
        one = self._agency(fact)
        assert not one.knows
        assert fact.said["person"] != ""
        one.told = one.knows = True

    def _incident_agency_late(self, fact: Fact) -> None:
        self._raise(fact)
        self._agency(fact).late = True

    def _incident_major_stood_down(self, fact: Fact) -> None:
        one = self._worked(fact)
        assert all(agency.knows for agency in one.agencies.values())
        one.major = False

    # Waiting

    def _incident_target_missed(self, fact: Fact) -> None:
        self._raise(fact)
        self.missed[fact.said["target"]] += 1
        self.case(fact.stream).missed.append((fact.said["target"], instant(fact.said["due"])))

    def _incident_escalated(self, fact: Fact) -> None:
        self._raise(fact)
        one, said = self._worked(fact), fact.said
        assert one.stage == "graded", "nobody is told of a wait that is over"
        assert (said["grade"], said["district"]) == (one.grade, one.district)
        assert sorted(said["who"]) == sorted(self.answers_for(one.district, said["to"])), (
            "it goes to who answers for it"
        )
        assert not said["again"] or said["to"] in [rung.to for rung in one.rungs], "again is to whom it went before"
        one.rungs.append(Rung(said["to"], fact.occurred))
        one.raised.add((said["to"], instant(said["due"])))

    def _incident_escalation_acknowledged(self, fact: Fact) -> None:
        one = self._worked(fact)
        waiting = [rung for rung in one.rungs if rung.to == fact.said["to"] and not rung.known]
        assert waiting, "what is acknowledged was raised"
        assert fact.said["by"], "by name"
        for rung in waiting:
            rung.known = True

    # Expedites

    def _expedite_told(self, fact: Fact) -> None:
        one = self.request(fact.stream)
        assert one.stage in ("decided", "told")
        assert fact.said["person"] != ""
        one.stage, one.told = "told", True
        self._keeps(fact)

    def _expedite_unanswered(self, fact: Fact) -> None:
        self._raise(fact)
        one = self.request(fact.stream)
        one.unanswered = instant(fact.said["due"])

    def _expedite_closed(self, fact: Fact) -> None:
        one = self.request(fact.stream)
        assert one.stage == "told", "the partner knows before the close"
        assert not one.disputed, "a dispute is decided before the close"
        assert one.decision != "hold"
        self._ends(one)

    # Crews

    def _resource_registered(self, fact: Fact) -> None:
        one = self.crews.setdefault(fact.stream, Crew(fact.stream, fact.said["callsign"]))
        one.district, one.skills = fact.said["district"], fact.said["skills"]
        one.status = "available" if one.status == "off" else one.status

    def _resource_status_given(self, fact: Fact) -> None:
        one, said = self.crews[fact.stream], fact.said
        one.status, one.incident, one.unheard = said["status"], said["incident"] or "", False
        one.check_by = instant(said["check_by"])
        assert bool(one.incident) is (one.status in ON_AN_INCIDENT)
        self._checked(one, fact)

    def _resource_heard_of(self, fact: Fact) -> None:
        one = self.crews[fact.stream]
        one.check_by, one.unheard, one.emergency = instant(fact.said["check_by"]), False, False
        self._checked(one, fact)

    def _checked(self, one: Crew, fact: Fact) -> None:
        """At a scene a crew is heard of within a time of the pack, and nowhere else."""
        by = fact.occurred + self.grades["safety_check_within_s"] * NS
        assert bool(one.check_by) is (one.status == "at-scene")
        assert not one.check_by or one.check_by == by, "a crew is heard of in time"

    def _resource_unheard_of(self, fact: Fact) -> None:
        self._raise(fact)
        self.crews[fact.stream].unheard = True

    def _resource_emergency_called(self, fact: Fact) -> None:
        self.crews[fact.stream].emergency = True

    # Any record

    def _record_promised(self, fact: Fact) -> None:
        one, said = self.items[fact.stream], fact.said
        due = instant(said["due"])
        assert one.open, "promises are about what is open"
        assert due > fact.occurred, "a promise is for a time to come"
        assert said["owner"], "somebody sees to it"
        one.words[fact.version] = Word(said["what"], due, said["owner"])

    def _keeps(self, fact: Fact) -> None:
        one, sort = self.items[fact.stream], KEEPS[fact.name]
        self._owe(lambda: sort not in one.sorts(), f"{fact.name} keeps what was promised of it")

    def _word(self, fact: Fact) -> Word:
        word = self.items[fact.stream].words[fact.said["number"]]
        assert fact.said["what"] == word.what
        return word

    def _alone(self, fact: Fact, verb: str) -> bool:
        """Tell whether a fact is what somebody typed, and follows from nothing else."""
        return not self._in_act and (not self.doing or self.doing == verb or self.doing in ("back", "approve"))

    def _record_promise_kept(self, fact: Fact) -> None:
        word = self._word(fact)
        by = [other for other in self._in_act if other.stream == fact.stream and KEEPS.get(other.name) == word.what]
        approved = [other for other in self._in_act if other.name.startswith("staff.")]
        assert by or self._alone(fact, "kept") or approved, (
            "a promise is kept by what was promised, or by somebody's word"
        )
        assert fact.said["late"] is (word.due <= fact.occurred), "kept late or in time"
        del self.items[fact.stream].words[fact.said["number"]]

    def _record_promise_released(self, fact: Fact) -> None:
        word = self._word(fact)
        gone = any(other.name == "contact.abandoned" for other in self._in_act) and word.what == "take-up"
        assert gone or fact.said["reason"] != "", "a promise is released with a reason"
        del self.items[fact.stream].words[fact.said["number"]]

    def _record_promise_broken(self, fact: Fact) -> None:
        self._raise(fact)
        word = self._word(fact)
        assert (instant(fact.said["due"]), fact.said["owner"]) == (word.due, word.owner)
        word.broken = True

    def _record_promise_passed_on(self, fact: Fact) -> None:
        word = self._word(fact)
        assert word.owner != fact.said["owner"]
        if fact.said["owner"] not in ROLES:
            self._at_work(fact.said["owner"])
        word.owner = fact.said["owner"]

    def _record_handed_over(self, fact: Fact) -> None:
        one, to = self.items[fact.stream], fact.said["to"]
        giver = one.holder
        assert one.open
        assert giver, "what is handed over is in somebody's hands"
        assert giver != to
        assert not fact.said["bulk"] or not self.is_pressing(one, fact.occurred), (
            "what presses is handed over by itself"
        )
        one.holder = "" if to in ROLES else to
        assert to == one.owner, "it waits where it was said to wait"
        if one.holder:
            self._at_work(to)
        self._owe(lambda: all(word.owner != giver for word in one.words.values()), "promises go along")

    def _record_bring_up_set(self, fact: Fact) -> None:
        assert instant(fact.said["due"]) > fact.occurred
        self.items[fact.stream].reminders[fact.version] = instant(fact.said["due"]), False

    def _record_brought_up(self, fact: Fact) -> None:
        self._raise(fact)
        one, number = self.items[fact.stream], fact.said["number"]
        one.reminders[number] = one.reminders[number][0], True

    def _record_bring_up_done(self, fact: Fact) -> None:
        del self.items[fact.stream].reminders[fact.said["number"]]

    # What is put off

    def is_for_two(self, one: Item) -> bool:
        """Tell whether nobody puts off alone what calls about it."""
        if not isinstance(one, Case):
            return self.vulnerable(one)
        most_urgent = bool(one.grade) and one.grade == self.packs[one.pack]["grade"][0]["code"]
        return one.careful_now or most_urgent

    def silent_until(self, one: Item) -> int:
        """Return until when something about it is silent, 0 where nothing is."""
        if one.put_off is None or (one.put_off[2] and self.is_for_two(one)):
            return 0
        return one.put_off[1]

    def called(self, one: Item, now: int) -> list[str]:
        """Return what calls about it, in whole words, without what is silent as often as it was put off."""
        shown = self._item(one, now)
        words = sorted(shown["alerts"])
        if shown["broken"]:
            words.append(f"{shown['broken']} PROMISES BROKEN" if shown["broken"] > 1 else "PROMISE BROKEN")
        words += [f"ESCALATED to {shown['escalated']}"] if shown["escalated"] else []
        words += [f"RANG {shown['rang']}"] if shown["rang"] else []
        words += [f"+{shown['unread']} UNREAD"] if shown["unread"] else []
        left = list(shown["put_off"])
        heard = []
        for one_of in words:
            if in_code(one_of) in left:
                left.remove(in_code(one_of))
            else:
                heard.append(one_of)
        return heard

    def _record_alerts_put_off(self, fact: Fact) -> None:
        one, until = self.items[fact.stream], instant(fact.said["until"])
        assert one.open, "nothing is put off about what is over"
        assert one.put_off is None, "nothing is put off twice"
        assert fact.said["reason"] != "", "it is put off for a reason"
        assert fact.occurred < until <= fact.occurred + PUT_OFF_AT_MOST, "to a time to come, and for an hour at most"
        assert not isinstance(one, Call) or one.channel != "999" or one.was_answered, "a 999 call is answered"
        called = self.called(one, fact.recorded)
        assert sorted(fact.said["alerts"]) == sorted(map(in_code, called)) != [], "just what calls is put off"
        assert not any(words.endswith("EMERGENCY") for words in called), "no emergency is put off"
        if self.is_for_two(one):
            self._second_look(fact)
        one.put_off = (fact.said["alerts"], until, fact.said["approval"] is None)

    def _record_alerts_brought_back(self, fact: Fact) -> None:
        one = self.items[fact.stream]
        assert one.put_off is not None, "what is brought back was put off"
        assert (fact.said["alerts"], instant(fact.said["until"])) == one.put_off[:2]
        if fact.actor == "watch":
            self._raise(fact, self.silent_until(one))
        one.put_off = None

    def _record_check_requested(self, fact: Fact) -> None:
        self.items[fact.stream].checks.add(fact.version)

    def _record_check_returned(self, fact: Fact) -> None:
        self.items[fact.stream].checks.remove(fact.said["number"])
        self._written(fact)

    def _record_noted(self, fact: Fact) -> None:
        self._written(fact)

    def _record_corrected(self, fact: Fact) -> None:
        assert fact.said["corrects"]["version"] < fact.version
        self._written(fact)

    def _written(self, fact: Fact) -> None:
        one = self.items[fact.stream]
        if isinstance(one, Case):
            self._updated(one, fact)

    def _record_question_rang(self, fact: Fact) -> None:
        one, key = self.items[fact.stream], (fact.said["question"], fact.said["number"])
        assert key not in one.rung, "a question rings once"
        assert instant(fact.said["at"]) <= fact.recorded
        one.rung[key] = False

    def _record_ring_heeded(self, fact: Fact) -> None:
        one = self.items[fact.stream]
        for key in one.rung:
            if key[0] == fact.said["question"]:
                one.rung[key] = True

    # What time demands

    def _touch(self, stream: str, moment: int) -> None:
        """Work out anew what time demands of a stream."""
        before = self._demanded.get(stream)
        found = set(self._demands(stream))
        if not found and not before:
            return
        before = before or {}
        for key in found - before.keys():
            heapq.heappush(self._next, (key[3], key))
        self._demanded[stream] = {key: before.get(key, moment) for key in found}

    def _demands(self, stream: str) -> Iterator[Key]:
        crew = self.crews.get(stream)
        if crew is not None and crew.check_by and not crew.unheard:
            yield stream, "resource.unheard_of", "", crew.check_by, False
        yield from self._of_safeguarding(stream)
        one = self.items.get(stream)
        if one is None or not one.open:
            return
        yield from _of_any(one)
        if one.put_off is not None:
            yield stream, "record.alerts_brought_back", "", self.silent_until(one), False
        match one:
            case Case():
                yield from self._of_case(one)
            case Call():
                due = self.recall_by(one)
                if due and due != one.late:
                    yield stream, "contact.recall_late", "supervisor", due, False
            case Request():
                if self.answer_by(one) not in (0, one.unanswered):
                    yield stream, "expedite.unanswered", "", self.answer_by(one), False

    def _of_case(self, one: Case) -> Iterator[Key]:
        for target, due in self.targets(one).items():
            if (target, due) not in one.missed:
                yield one.stream, "incident.target_missed", target, due, False
        if one.major:
            for code, agency in one.agencies.items():
                if not agency.knows and not agency.late:
                    yield one.stream, "incident.agency_late", code, agency.due, False
        if one.stage != "graded":
            return
        ladder = self.row(one).get("escalate", [])
        for rung in ladder:
            due = max(one.clock + rung["unresourced_for_s"] * NS, one.alone_from)
            if (rung["to"], due) not in one.raised:
                yield one.stream, "incident.escalated", rung["to"], due, False
        known = [rung for rung in one.rungs if rung.to in [row["to"] for row in ladder]]
        if known and known[-1].raised < self.changeover:
            yield one.stream, "incident.escalated", known[-1].to, self.changeover, True

    def recall_by(self, one: Call) -> int:
        """Return by when a lost caller should be rung back, 0 where that was done often enough, or reached them."""
        if one.stage != "abandoned" or one.reached or one.tried >= self.grades["recalls"]:
            return 0
        return max(one.lost, one.last) + self.grades["recall_every_s"] * NS

    def answer_by(self, one: Request) -> int:
        if one.told or not one.open:
            return 0
        return one.answer_from + self.packs[one.pack]["expedite_answer_within_s"] * NS

    def targets(self, one: Case) -> dict[str, int]:
        """Return by when what should happen next."""
        found = {}
        if one.interim and not one.attended and one.stage != "resulted":
            found["interim-review"] = one.interim
        if self.crime_open(one):
            found["crime-recording"] = one.since + self.packs[one.categories]["crime_within_s"] * NS
        if one.for_desk:
            found["desk-review"] = self.desk_by(one)
        if not one.grade or one.attended or one.stage not in ("graded", "resourced"):
            return found
        row = self.row(one)
        if "attend_within_s" in row:
            found["attend"] = one.clock + row["attend_within_s"] * NS
        if one.stage == "graded":
            if "resource_within_s" in row:
                found["resource"] = one.clock + row["resource_within_s"] * NS
            if "review_every_s" in row:
                found["review"] = max(one.reviewed, one.clock) + row["review_every_s"] * NS
        return found

    def look(self, now: int) -> None:
        """Somebody keeps the watch and looks now: what is due is to be recorded before they look away."""
        changeover = self.last_changeover(now)
        if changeover != self.changeover:
            self.changeover = changeover
            for one in self.open_cases():
                self._touch(one.stream, changeover)
        self._expected = []
        while self._next and self._next[0][0] <= now:
            key = heapq.heappop(self._next)[1]
            if key in self._demanded.get(key[0], {}):
                self._expected.append(key)
        self.looks.append(now)

    def _raise(self, fact: Fact, by: int | None = None) -> None:
        """Hold what the watch recorded against what is demanded: when it was due, at the first look, once."""
        said, which = fact.said, WATCHED[fact.name]
        due = instant(said["due"]) if by is None else by
        key = (fact.stream, fact.name, str(said[which]) if which else "", due, bool(said.get("again")))
        since = self._demanded.get(fact.stream, {}).get(key)
        assert since is not None, f"{key} was recorded, and nothing demands it (any more, or twice)"
        assert due <= fact.occurred, "nothing is recorded before its time"
        earlier = self.looks[-2] if len(self.looks) > 1 else 0
        assert max(due, since) > earlier or since >= earlier, f"{key} was due at the look before"
        self.raised[fact.name + (" again" if key[4] else "")] += 1

    def looked(self) -> None:
        """Whoever kept the watch has looked: nothing that was due is left."""
        left = [key for key in self._expected if key in self._demanded.get(key[0], {})]
        assert not left, f"not recorded, though it is due: {left}"

    # What the board should list

    def due_by(self, one: Item) -> int | None:
        found = [word.due for word in one.words.values()]
        match one:
            case Case():
                found += (
                    due
                    for target, due in self.targets(one).items()
                    if target != "crime-recording" or one.stage != "opened" or (target, due) in one.missed
                )
                found += [agency.due for agency in one.agencies.values() if one.major and not agency.knows]
            case Call():
                found += [self.recall_by(one)]
            case Request():
                found += [self.answer_by(one)]
            case Referral():
                found += [one.due]
        return min((due for due in found if due), default=None)

    def is_pressing(self, one: Item, now: int) -> bool:
        due = self.due_by(one)
        return self.vulnerable(one) or (due is not None and due <= now)

    def vulnerable(self, one: Item) -> bool:
        return isinstance(one, Request) or (isinstance(one, Case) and one.vulnerable)

    def risk(self, one: Item) -> int:
        order = self.grades["order"]
        match one:
            case Call():
                lane = one.queue == "partner"
                return int(order["expedite" if lane else "emergency" if one.channel == "999" else "contact"])
            case Request():
                return int(order["contact" if one.stage == "told" else "expedite"])
            case Referral():
                return int(order["vulnerable" if one.due else "contact"])
            case Case():
                graded = self.row(one).get("risk", 0) if one.grade else order["ungraded"]
                return int(graded) + (order["vulnerable"] if one.vulnerable else 0)

    def board(self, now: int) -> dict[str, Line]:
        """Return what `hue board --json` should say of each open item, as far as this model knows."""
        return {one.stream: self._item(one, now) for one in self.open_items()}

    def _item(self, one: Item, now: int) -> Line:
        due = self.due_by(one)
        waiting = one.waiting if isinstance(one, Case | Request) else None
        silent = one.put_off is not None and self.silent_until(one) > now
        return {
            "queue": one.queue,
            "owner": one.owner,
            "stage": one.stage,
            "grade": one.grade if isinstance(one, Case) else "",
            "what": _what(one),
            "district": one.district,
            "since": one.since,
            "due": due,
            "overdue": due is not None and due <= now,
            "vulnerable": self.vulnerable(one),
            "contacts": len(one.contacts) if isinstance(one, Case) else 0,
            "version": one.version,
            "broken": sum(word.due <= now for word in one.words.values()),
            "escalated": waiting.to if waiting else "",
            "rang": next((code for (code, _), known in reversed(one.rung.items()) if not known), ""),
            "unread": one.unread if isinstance(one, Case) else 0,
            "alerts": sorted(self._alerts(one, now)),
            "put_off": sorted(one.put_off[0]) if one.put_off is not None and silent else [],
            "put_off_until": self.silent_until(one) if silent else None,
            "risk": self.risk(one),
        }

    def _alerts(self, one: Item, now: int) -> Iterator[str]:
        yield from ("bring up" for due, _ in one.reminders.values() if due <= now)
        yield from self.partner_alerts(one)
        if isinstance(one, Call) and one.stage == "abandoned" and one.late:
            yield "nobody rang back"
        known = {crew.district for crew in self.crews.values()}
        known |= {district for person in self.people.values() for district, _ in person.covers}
        if isinstance(one, Call | Case) and known and one.district not in (*known, "unknown"):
            yield f"no district {one.district} is known"
        if not isinstance(one, Case):
            return
        if one.major:
            yield "MAJOR INCIDENT"
            late = (code for code, agency in one.agencies.items() if not agency.knows and agency.due <= now)
            yield from (f"{code} has not said that it knows" for code in late)
        yield from (f"{callsign} is not on the list" for callsign in one.crews if callsign not in self.listed())
        on_it = [crew for crew in self.crews.values() if crew.callsign in one.crews and crew.incident == one.stream]
        for crew in on_it:
            if crew.emergency:
                yield f"{crew.callsign} EMERGENCY"
            elif crew.unheard:
                yield f"{crew.callsign} not heard of"

    def order(self, now: int) -> dict[str, list[str]]:
        """Return the streams of each queue, the most pressing first: broken promises, then by the formula in the pack."""
        queues: dict[str, list[tuple[int, bool, int, int, str]]] = {}
        for one in self.open_items():
            minutes = max(0, now - one.since) // (60 * NS) + self.grades["order"]["added_min"]
            lane = one.queue == "partner"
            kind, broken = (
                LISTED.index(Request if lane else type(one)),
                any(word.due <= now for word in one.words.values()),
            )
            row = (kind, not broken, -self.risk(one) * minutes, one.since, one.stream)
            queues.setdefault(one.queue, []).append(row)
        return {queue: [row[-1] for row in sorted(rows)] for queue, rows in queues.items()}


def in_code(words: str) -> str:
    """Return the words of an alert as a code: small letters and digits, and a dash for whatever else stands there."""
    return re.sub(r"[^a-z0-9]", "-", words.lower()).strip("-")[:64]


def _of_any(one: Worked) -> Iterator[Key]:
    for number, word in one.words.items():
        if not word.broken:
            yield one.stream, "record.promise_broken", str(number), word.due, False
    for number, (due, up) in one.reminders.items():
        if not up:
            yield one.stream, "record.brought_up", str(number), due, False


def _what(one: Item) -> str:
    """Return what an item is about, in a word or two."""
    match one:
        case Call():
            return f"{one.channel} {one.site}".rstrip()
        case Case():
            return one.category
        case Request():
            return one.what
        case Referral():
            return f"{one.agency} ({one.basis})"


# What the rules refuse


STALE = "risk is not assessed"
LOOK = "needs a second look"
OF_A_FIELD = {"unit", "status", "enroute", "heard", "emergency", "ack", "cover", "ndm"}
TAKEN = {"locate", "triage", "silent", "talks", "resolve", "transfer", "park", "open", "link"}
LIVE = {
    "assess", "grade", "change", "own", "told", "result", "close", "send", "arrive", "review", "interim", "seen", "tag",
    "merge", "classify", "major", "standdown", "locate", "desk",
}  # fmt: skip


class Rules(SafeguardingRules):
    """Says of a line whether it must be refused as things stand: FINE, a part of the refusal's words, or UNSAID."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.collar = self.meant = ""  # who types, and who is meant where no collar number is given
        self.roles: list[str] = []
        self.approved = False
        self.now = 0

    def refusal(self, collar: str, typed: Typed, now: int) -> str | None:
        """Return why a member's line must be refused now, FINE where it must not be, UNSAID where this does not cover it."""
        member = self.model.person(collar)
        assert member is not None
        self.collar, self.roles, self.now = collar, member.roles, now
        self.approved, self.meant = False, collar
        if not member.sessions:
            return UNSAID if typed.verb in ("ack", "handrest", "off", "merge") else self._away(typed)
        return self._of(typed)

    def _away(self, typed: Typed) -> str | None:
        """Whoever is not signed on is told so, where the line can be read."""
        return "is not signed on in this session" if typed.verb == "note" else UNSAID

    def _of(self, typed: Typed) -> str | None:
        before = self._unread(typed) or self._not_for(typed.verb) or self._standing(typed)
        if before:
            return before
        rule = getattr(self, f"_{typed.verb}", None)
        return rule(typed) if rule is not None else UNSAID

    def _unread(self, typed: Typed) -> str:
        """Return why a line cannot be read, or names nobody."""
        one, verb = self.model.items.get(typed.item), typed.verb
        of_partners = self._unread_of_partners(typed)
        if of_partners:
            return of_partners
        if verb in ("kept", "release", "pass") and one is not None:
            named = typed.words[0]
            if named not in map(str, one.words) and one.sorts().count(named) != 1:
                return f"there is no promise '{named}'"
        if verb in ("tell", "knows") and isinstance(one, Case) and typed.words[0] not in one.agencies:
            return "there is no agency"
        if verb in ("status", "enroute", "heard", "emergency") and typed.words[0] not in self.model.listed():
            return "there is no callsign"
        if verb == "triage" and typed.words[0] not in self.model.asked(self.model.call(typed.item)):
            return "there is no element"
        if verb == "handrest" and not self._rest(typed.words[0]):
            return "has nothing in hand that could go in bulk"
        if verb == "arrive" and not typed.words and isinstance(one, Case) and not one.crew:
            return "nobody was sent to this incident"
        return FINE

    def _not_for(self, verb: str) -> str:
        if verb in ("propose", "approve", "decline", "off", "back", "clear", "status"):
            return FINE
        may = FIELD if verb in OF_A_FIELD else FLOOR
        may = {**MAY, "seen": ASSIGNS | {"dispatcher"}}.get(verb, may)
        may = {"standdown": {"supervisor", "incident-manager", "inspector"}}.get(verb, may)
        return FINE if may & set(self.roles) else "this is for"

    def _standing(self, typed: Typed) -> str:
        """Return why an item is not such that this could be done with it."""
        one, verb = self.model.items.get(typed.item), typed.verb
        if isinstance(one, Call) and verb in TAKEN:
            if not one.open:
                return CLOSED["contact"]
            if one.stage == "ringing":
                return "the contact is still ringing"
            return "the contact is parked" if one.parked and verb not in ("link", "open") else FINE
        if one is not None and not one.open and verb in LIVE and not isinstance(one, Request):
            return CLOSED[kind_of(one.stream)]
        if isinstance(one, Request) and not one.open and verb in ("verify", "open", "link", "tellback", "close"):
            return CLOSED["expedite"]
        if one is not None and not one.open and verb in ("promise", "advise", "check", "bringup", "hand", "putoff"):
            return OVER
        return FINE

    # Contacts

    def _ring(self, _: Typed) -> str | None:
        return FINE

    def _answer(self, typed: Typed) -> str | None:
        one = self.model.call(typed.item)
        if not one.open:
            return CLOSED["contact"]
        if one.stage == "abandoned" and not one.reached:
            return "the caller was lost: ring back"
        return FINE if one.parked or one.stage in ("ringing", "abandoned") else f"the contact is {one.stage}"

    def _abandon(self, typed: Typed) -> str | None:
        one = self.model.call(typed.item)
        return FINE if one.stage in ("ringing", "answered") else f"the contact is {one.stage}"

    def _park(self, typed: Typed) -> str | None:
        return FINE if self.model.call(typed.item).stage == "answered" else "only who is on the line is parked"

    def _locate(self, _: Typed) -> str | None:
        return FINE

    _silent = _talks = _triage = _locate

    def _notasked(self, typed: Typed) -> str | None:
        one = self.model.call(typed.item)
        if one.stage in ("ringing", "closed") or one.parked:
            return {"ringing": "still ringing", "closed": CLOSED["contact"]}.get(one.stage, "is parked")
        return FINE if typed.words[0] != "all" or self.model.unasked(one) else "every element is answered"

    def _resolve(self, typed: Typed) -> str | None:
        one = self.model.call(typed.item)
        if one.stage == "abandoned":
            return "the caller was lost"
        if one.incident:
            return "the contact led to an incident"
        return STALE if self.model.unasked(one) else FINE

    def _transfer(self, typed: Typed) -> str | None:
        return "the caller was lost" if self.model.call(typed.item).stage == "abandoned" else FINE

    def _recall(self, typed: Typed) -> str | None:
        return FINE if self.model.call(typed.item).stage == "abandoned" else "only a lost caller is rung back"

    def _operator(self, typed: Typed) -> str | None:
        one, on = self.model.call(typed.item), typed.words[0] == "on"
        if not one.open:
            return CLOSED["contact"]
        return "already" if one.operator is on else FINE

    def _open(self, typed: Typed) -> str | None:
        one = self.model.items.get(typed.item)
        if isinstance(one, Call) and one.incident:
            return "linked to another incident"
        if isinstance(one, Request):
            return "has an incident already" if one.incident else FINE
        return FINE

    def _link(self, typed: Typed) -> str | None:
        one, to = self.model.items[typed.item], self.model.case(typed.words[0])
        while to.merged:
            to = self.model.case(to.merged)
        if isinstance(one, Request):
            return "has an incident already" if one.incident else FINE
        assert isinstance(one, Call)
        if one.incident:
            return "linked to that incident already" if one.incident == to.stream else "linked to another incident"
        return FINE

    def _close(self, typed: Typed) -> str | None:
        one = self.model.items[typed.item]
        match one:
            case Call():
                found = self._close_contact(one)
            case Case():
                found = self._close_incident(one)
            case _:
                found = self._close_expedite(one)
        return found or self._word_kept(one)

    def _word_kept(self, one: Worked) -> str:
        if one.words:
            return "a promise is open"
        if one.needed:
            return "a form is kept for whoever is missing"
        return "still to be brought up" if one.reminders else FINE

    def _close_contact(self, one: Call) -> str:
        if one.stage == "ringing" or (one.stage == "answered" and not one.expedite):
            return "a contact is not discarded"
        if one.stage != "abandoned" or one.incident:
            return FINE
        if not one.reached and one.tried < self.model.grades["recalls"]:
            return "the caller was lost"
        return STALE if self.model.unasked(one) else FINE

    def _close_incident(self, one: Case) -> str:
        if not one.current:
            return STALE
        if one.stage != "resulted":
            return "has no result"
        if one.contacts and not one.attended and not one.told:
            return "the caller was not told"
        if self.model.crime_open(one):
            return "is a crime"
        return "declared major incident" if one.major else FINE

    # Incidents

    def _assess(self, typed: Typed) -> str | None:
        one = self.model.case(typed.item)
        known = set(one.replies) | {word.partition("=")[0] for word in typed.words if "=" in word}
        known |= {element for contact in one.contacts for element in self.model.call(contact).answers}
        return FINE if set(self.model.elements()) <= known else STALE

    def _grade(self, typed: Typed) -> str | None:
        one, grade, why = self.model.case(typed.item), typed.words[0], typed.words[1:]
        if not one.current:
            return STALE
        if not one.grade:
            return FINE if grade == one.suggested or why else "the answers suggest"
        if one.stage == "resulted":
            return "it is not graded any more"
        if grade == one.grade:
            return f"the incident is grade {grade} already"
        if not why:
            return "a re-grade needs a reason"
        codes = [row["code"] for row in self.model.grades["grade"]]
        down = codes.index(grade) > codes.index(one.grade)
        return LOOK if down and one.careful_now and not self.approved else FINE

    def _change(self, _: Typed) -> str | None:
        return FINE

    _told = _classify = _tag = _change

    def _own(self, typed: Typed) -> str | None:
        to = typed.words[0] if typed.words else self.meant
        return "has it already" if self.model.case(typed.item).holder == to else self._given(to)

    def _given(self, to: str) -> str:
        """Return why nothing is given to a member of staff."""
        one = self.model.person(to)
        if one is None or not one.sessions:
            return "is not signed on"
        return FINE if FLOOR & set(one.roles) else "this is worked by"

    def _result(self, typed: Typed) -> str | None:
        one, words = self.model.case(typed.item), typed.words[1:]
        row = self.model.result_row(typed.words[0])
        if one.stage == "resulted":
            return "the incident is resulted as"
        if not one.grade:
            return "the incident is not graded"
        if row.get("attended") and not one.attended:
            return "nobody was at the scene"
        return self._cancelled(one, words) if row.get("cancels") else FINE

    def _cancelled(self, one: Case, words: tuple[str, ...]) -> str:
        if not words:
            return "a cancellation needs a reason"
        if not one.current:
            return STALE
        return LOOK if one.careful_now and not self.approved else FINE

    def _send(self, typed: Typed) -> str | None:
        one = self.model.case(typed.item)
        if not one.grade:
            return "the incident is not graded"
        return "the incident is resulted" if one.stage == "resulted" else FINE

    def _arrive(self, typed: Typed) -> str | None:
        sent = self.model.case(typed.item).stage in ("resourced", "attended")
        return FINE if sent else "nobody was sent to this incident"

    def _review(self, typed: Typed) -> str | None:
        return FINE if self.model.case(typed.item).current else STALE

    def _interim(self, typed: Typed) -> str | None:
        one = self.model.case(typed.item)
        return "somebody was there or it is resulted" if one.attended or one.stage == "resulted" else FINE

    def _seen(self, typed: Typed) -> str | None:
        return FINE if self.model.case(typed.item).unread else "nothing was written that is not read"

    def _ack(self, typed: Typed) -> str | None:
        """By name: a member whose role it is, or somebody told by other means."""
        one = self.model.items[typed.item]
        if isinstance(one, Request):
            return self._ack_dispute(one)
        if not isinstance(one, Case) or any(not known for known in one.rung.values()):
            return UNSAID
        asked = [rung.to for rung in one.rungs if not rung.known]
        if not one.open:
            return CLOSED["incident"]
        if not asked:
            return "no escalation of this incident waits"
        named = typed.words[0] if typed.words else ""
        member = self.model.person(named or self.collar)
        if member is not None and not set(asked) & set(member.roles):
            return "it was escalated to the"
        return f"say how {named} was told" if named not in ("", self.collar) and len(typed.words) < 2 else FINE

    def _cover(self, typed: Typed) -> str | None:
        district, role = typed.words[:2]
        to = typed.words[2] if len(typed.words) > 2 else self.meant
        before = [one for one in self.model.answers_for(district, role) if one != to]
        if any(one != self.collar for one in before) and not {role, *ASSIGNS} & set(self.roles):
            return "takes no district from"
        if to != self.collar and not ASSIGNS & set(self.roles):
            return "takes a district in their own name"
        member = self.model.person(to)
        if member is None or role not in member.roles:
            return f"is not {role}"
        return "already" if (district, role) in member.covers else FINE

    # Crews

    def _unit(self, typed: Typed) -> str | None:
        callsign, district, *skills = typed.words
        one = self.model.listed().get(callsign)
        wanted = [part for part in "".join(skills).split(".") if part]
        same = one is not None and one.status != "off" and (one.district, one.skills) == (district, wanted)
        return "is on the list as that already" if same else FINE

    def _enroute(self, typed: Typed) -> str | None:
        one = self.model.listed()[typed.words[0]]
        if not one.incident:
            return "is allocated to no incident"
        return "is en-route already" if one.status == "en-route" else FINE

    def _heard(self, _: Typed) -> str | None:
        return FINE

    _emergency = _heard

    def _status(self, typed: Typed) -> str | None:
        one, status = self.model.listed()[typed.words[0]], typed.words[1]
        if not FIELD & set(self.roles):
            return "this is for"
        return "already" if one.status == status else FINE

    def _clear(self, typed: Typed) -> str | None:
        if not FIELD & set(self.roles):
            return UNSAID
        one = self.model.listed().get(typed.words[0])
        on_any = any(typed.words[0] in case.crews for case in self.model.open_cases())
        if one is not None:
            return "is available already" if one.status == "available" and not on_any else FINE
        return FINE if on_any else "is on no incident, and not on the list"

    # What incidents have to do with each other

    def _tie(self, typed: Typed) -> str | None:
        return "an incident has to do with itself" if typed.item == typed.words[0] else FINE

    def _merge(self, typed: Typed) -> str | None:
        one, other = self.model.case(typed.item), self.model.case(typed.words[0])
        if one is other:
            return "an incident is not merged into itself"
        if not other.open:
            return "the other incident is closed"
        if one.crews:
            return "is on this one"
        if one.major:
            return "this one is a major incident"
        if self.model.crime_open(one) and not (other.crime or self.model.crime_open(other)):
            return "is a crime, and the other is none"
        return self._word_kept(one)

    def _reopen(self, typed: Typed) -> str | None:
        return "the incident is open" if self.model.case(typed.item).open else FINE

    def _crime(self, typed: Typed) -> str | None:
        return "it is recorded as" if self.model.case(typed.item).crime == typed.words[0] else FINE

    def _nocrime(self, typed: Typed) -> str | None:
        return "it is recorded as crime" if self.model.case(typed.item).crime else FINE

    def _major(self, typed: Typed) -> str | None:
        return "it is a major incident already" if self.model.case(typed.item).major else FINE

    def _told_of(self, typed: Typed) -> tuple[str, Agency]:
        one = self.model.case(typed.item)
        if not one.open:
            return CLOSED["incident"], Agency(0)
        return FINE if one.major else "it is no major incident", one.agencies[typed.words[0]]

    def _tell(self, typed: Typed) -> str | None:
        refusal, agency = self._told_of(typed)
        return refusal or ("was told already" if agency.told else FINE)

    def _knows(self, typed: Typed) -> str | None:
        refusal, agency = self._told_of(typed)
        return refusal or ("has said already that it knows" if agency.knows else FINE)

    def _standdown(self, typed: Typed) -> str | None:
        one = self.model.case(typed.item)
        if not one.major:
            return "it is no major incident"
        return FINE if all(agency.knows for agency in one.agencies.values()) else "has not said that it knows"

    # Promises, hands, logs

    def _promise(self, _: Typed) -> str | None:
        return FINE

    _advise = _check = _bringup = _note = _ndm = _fault = _promise

    def _kept(self, typed: Typed) -> str | None:
        """Whoever holds the line is taken up by nobody's word."""
        one = self.model.items[typed.item]
        sorts = {str(number): word.what for number, word in one.words.items()}
        what = sorts.get(typed.words[0], typed.words[0])
        return "the contact is parked" if isinstance(one, Call) and one.parked and what == "take-up" else FINE

    _release = _kept

    def _pass(self, typed: Typed) -> str | None:
        one, named = self.model.items[typed.item], typed.words[0]
        word = next(word for number, word in one.words.items() if named in (str(number), word.what))
        return "sees to it already" if word.owner == typed.words[1] else self._given(typed.words[1])

    def _hand(self, typed: Typed) -> str | None:
        one = self.model.items[typed.item]
        if not one.holder:
            return "nobody has it in hand"
        to = typed.words[0]
        if to in ROLES:
            return FINE if to == waits_for(one) else "in nobody's hands it waits for"
        return "has it already" if one.owner == to else self._given(to)

    def _handrest(self, typed: Typed) -> str | None:
        to = typed.words[0]
        if to in ROLES:
            return FINE
        return "has it already" if to == self.collar else self._given(to)

    def _rest(self, to: str) -> list[Item]:
        mine = (one for one in self.model.open_items() if one.owner == self.collar)
        theirs = (one for one in mine if to not in ROLES or to == waits_for(one))
        return [one for one in theirs if not self.model.is_pressing(one, self.now)]

    def _off(self, _: Typed) -> str | None:
        held = any(one.owner == self.collar for one in self.model.open_items())
        member = self.model.person(self.collar)
        sees_to = any(word.owner == self.collar for one in self.model.open_items() for word in one.words.values())
        if member is None or len(member.sessions) != 1:
            return FINE
        return "hand it over" if held else "still sees to what was promised" if sees_to else FINE

    def _returned(self, typed: Typed) -> str | None:
        return FINE if int(typed.words[0]) in self.model.items[typed.item].checks else "is not open here"

    def _done(self, typed: Typed) -> str | None:
        return FINE if int(typed.words[0]) in self.model.items[typed.item].reminders else "there is no bring-up"

    def _putoff(self, typed: Typed) -> str | None:
        one, called = self.model.items[typed.item], self.model.called(self.model.items[typed.item], self.now)
        if span(typed.words[0]) > PUT_OFF_AT_MOST:
            return "is put off for 60 minutes at most"
        if isinstance(one, Call) and one.channel == "999" and not one.was_answered:
            return "a 999 call that nobody has answered"
        if self.model.silent_until(one) > self.now:
            return "is put off already"
        if not called:
            return "nothing calls for anybody about this"
        if any(words.endswith("EMERGENCY") for words in called):
            return "a crew's EMERGENCY is never put off"
        return "is put off with a second look" if self.model.is_for_two(one) and not self.approved else FINE

    def _bringback(self, typed: Typed) -> str | None:
        return "nothing about this is put off" if self.model.items[typed.item].put_off is None else FINE

    def _fix(self, typed: Typed) -> str | None:
        return FINE if 1 <= int(typed.words[0]) <= self.model.items[typed.item].version else "has facts 1 to"

    def _back(self, typed: Typed) -> str | None:
        assert typed.inner is not None
        if typed.inner.verb in ("propose", "approve", "decline", "off", "putoff"):
            return UNSAID
        found, one = self._of(typed.inner), self.model.items.get(typed.inner.item)
        if found == FINE and isinstance(one, Case):
            return self._too_late(one, typed.inner.verb, self.now - span(typed.words[0]))
        return found

    def _too_late(self, one: Case, verb: str, happened: int) -> str:
        """What came after it was neither assessed then, nor was anybody told of it."""
        if verb == "assess" and happened < one.changed_at:
            return "something material happened after that"
        return "after that: they are still to be told" if verb == "told" and happened < one.untold_from else FINE

    # Expedites

    def _expedite(self, _: Typed) -> str | None:
        return FINE

    # Two people

    def _propose(self, typed: Typed) -> str | None:
        assert typed.inner is not None
        if typed.inner.verb in ("form", "verify"):
            return self._unread(typed.inner) or "stands in one record alone"
        self.approved = True
        found = self._of(typed.inner)
        return found or ("this is for" if found == FINE and not {"administrator", *FLOOR} & set(self.roles) else found)

    def _settled(self, tail: str) -> tuple[str, str, Line]:
        for one in self.model.people.values():
            for said in one.proposals.values():
                if said["tail"] == tail:
                    return FINE, one.collar, said
        return "there is no proposal", "", {}

    def _approve(self, typed: Typed) -> str | None:
        assert typed.inner is not None
        refusal, proposer, said = self._settled(typed.words[0].removeprefix("p"))
        if refusal:
            return refusal
        unread = self._unread(typed.inner)
        if unread:
            return unread
        if not {"administrator", *FLOOR} & set(self.roles):
            return "this is for"
        if proposer == self.collar:
            return "nobody approves or declines their own proposal"
        if instant(said["expires"]) <= self.now:
            return "the proposal has expired"
        self.approved, self.meant = True, proposer
        times = {"promise": 1, "interim": 1, "bringup": 0, "putoff": 0}
        at, words = times.get(typed.inner.verb, -1), typed.inner.words
        gone = at >= 0 and instant(said["expires"]) - PROPOSAL_LASTS + span(words[at]) <= self.now
        found = self._of(typed.inner)
        first = found == FINE or (typed.inner.verb == "putoff" and found not in (None, OVER, "this is for"))
        return "still to come" if first and gone else found  # the time that was meant when it was proposed

    def _decline(self, typed: Typed) -> str | None:
        refusal, proposer, _ = self._settled(typed.words[0].removeprefix("p"))
        if refusal:
            return refusal
        if not {"administrator", *FLOOR} & set(self.roles):
            return "this is for"
        return "nobody approves or declines their own proposal" if proposer == self.collar else FINE
