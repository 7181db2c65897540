"""Handing over: item by item where it matters, in bulk where it does not, and what others wrote that nobody has read.

Each rule of domain/handover.py, the unread updates of domain/incident.py, and the sign-off that nothing in hand survives.
Source: letter, area 1; IOPC on logs that were passed from shift to shift without anybody looking.
"""

import contextlib
from typing import Any

import pytest

from hueandcry.domain import contact, deployment, expedite, grading, handover, incident, link, outcome, parking, recall
from hueandcry.domain.advice import Advised, InterimRiskSet
from hueandcry.domain.check import Answer, CheckReturned
from hueandcry.domain.contact import Channel, Contact, Source
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.expedite import Decision, Expedite, Means
from hueandcry.domain.fact import Entry, Fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.handover import HandedOver, HandOver, Own, SeeUpdate, UpdateSeen, is_pressing
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Incident
from hueandcry.domain.logbook import Corrected, Note, Noted
from hueandcry.domain.major import MajorDeclared
from hueandcry.domain.particulars import InterimRisk, Reply
from hueandcry.domain.promise import Broken, PassedOn, Promised
from hueandcry.domain.staff import Cover, Staff
from hueandcry.domain.worked import Promise, Promising, Worked
from hueandcry.operator.desk import Desk
from hueandcry.operator.verbs import carry_out
from tests.spec.harness import (
    ME,
    MINUTE,
    OTHER,
    START,
    commands_in,
    given,
    later,
    on_duty,
    policy,
    ref,
    said_by,
    stream_of,
    there,
    who_may,
)
from tests.staging import Stage, work

Facts = tuple[Fact[Any], ...]

CALL = stream_of(Contact)
SECOND_CALL = stream_of(Contact, 1)
ANOTHER = stream_of(Incident, 1)
LONG_AFTER = START + 600 * MINUTE

ANSWERED: Facts = (contact.Rang(Channel.NON_EMERGENCY, "0161 496 0001"), contact.Answered(ME))
OPENED = incident.Opened("violence", False, ME, CALL, "a man is shouting")
CALM = grading.Assessed((), (), 0, False, "4", ("nothing-more-urgent",), "")
VULNERABLE = grading.Assessed((), (), 0, True, "3", ("vulnerable",), "")
IN_QUEUE: Facts = (OPENED, CALM, grading.Graded("4", "4", 0, ref(Incident, 2), ""))
OWNED: Facts = (*IN_QUEUE, handover.Owned(ME))
SENT = deployment.Resourced("AB12", False)
AT_SCENE = deployment.Attended("AB12")
DEALT_WITH = outcome.Resulted("attended", True, None, "arrest made")
ADVISED = outcome.Resulted("advice", False, None, "")
CLOSED = outcome.Closed("")
DECIDED: Facts = (
    expedite.Asked("mri-ward-12", "walkout", None, "Sister Jones", "0161 496 0000", "patient left"),
    expedite.Verified(Means.CALL_BACK, ""),
    expedite.Decided(Decision.ACCEPT, Means.CALL_BACK, ME, "real and immediate risk"),
)
IN_HAND: dict[type[Worked], Facts] = {Contact: ANSWERED, Incident: OWNED, Expedite: DECIDED}
QUEUE: dict[type[Worked], Role] = {Contact: Role.HANDLER, Incident: Role.DISPATCHER, Expedite: Role.VULNERABILITY}
NAMES = ["contact", "incident", "expedite"]

HAND = HandOver(there(OTHER), "her sister rings at ten")
OWN = Own(there(OTHER))
IN_BULK = HandOver(there(OTHER), "", bulk=True)
SEE = SeeUpdate()


def handed(to: str = OTHER, words: str = "her sister rings at ten", *, bulk: bool = False) -> HandedOver:
    return HandedOver(to, bulk, words)


def promised(minutes: int, owner: str = ME, what: Promising = Promising.CALL_BACK) -> Promised:
    return Promised(what, START + minutes * MINUTE, owner, "")


# Who may


def test_the_floor_hands_over_and_nobody_else() -> None:
    assert who_may(HAND) == who_may(OWN) == FLOOR


def test_whoever_works_incidents_says_that_an_update_was_read_and_nobody_else() -> None:
    assert who_may(SEE) == (Role.DISPATCHER, Role.SUPERVISOR, Role.INCIDENT_MANAGER)


def test_every_command_of_handing_over_has_its_roles_checked_here() -> None:
    assert {type(one) for one in (HAND, SEE, OWN)} == commands_in(handover)


# To a person, to a queue


@pytest.mark.parametrize(("on", "facts"), IN_HAND.items(), ids=NAMES)
def test_what_somebody_has_in_hand_is_handed_to_another_person_with_words(on: type[Worked], facts: Facts) -> None:
    """Letter, area 1: what goes from shift to shift is looked at, item by item."""
    before = given(*facts, on=on)
    record = before.when(HAND).then(handed())
    assert (before.record.owner, record.owner) == (ME, OTHER)
    assert record.in_hand


@pytest.mark.parametrize(("on", "facts"), IN_HAND.items(), ids=NAMES)
def test_what_is_handed_to_the_role_whose_queue_it_stands_in_waits_there_in_nobodys_hands(
    on: type[Worked], facts: Facts
) -> None:
    role = QUEUE[on].value
    record = given(*facts, on=on).when(HandOver(QUEUE[on], "")).then(handed(role, ""))
    assert (record.owner, record.in_hand) == (role, False)
    assert getattr(record, "handler" if on is Contact else "holder") == "", "nobody's, and not the role's as a person"


def test_an_incident_that_is_not_graded_yet_goes_back_to_the_handlers() -> None:
    record = given(OPENED, on=Incident).when(HandOver(Role.HANDLER, "")).then(handed("handler", ""))
    assert (record.owner, record.in_hand) == ("handler", False)


@pytest.mark.parametrize(("on", "facts"), IN_HAND.items(), ids=NAMES)
def test_handing_over_changes_who_has_it_and_nothing_of_where_it_stands(on: type[Worked], facts: Facts) -> None:
    before = given(*facts, on=on)
    record = before.when(HAND).then(handed())
    assert (record.queue, record.open) == (before.record.queue, True)
    assert record.stage is before.record.stage  # type: ignore[attr-defined]


def test_a_supervisor_hands_over_what_somebody_else_has() -> None:
    duty = on_duty(Role.SUPERVISOR, collar="5001")
    given(*OWNED, on=Incident).when(HAND, duty).then(handed())


def test_what_was_handed_over_is_handed_on() -> None:
    record = given(*OWNED, handed(), on=Incident).when(HandOver(there("3003"), "")).then(handed("3003", ""))
    assert record.owner == "3003"


@pytest.mark.parametrize(("on", "facts"), IN_HAND.items(), ids=NAMES)
def test_what_somebody_has_is_not_handed_to_them(on: type[Worked], facts: Facts) -> None:
    given(*facts, on=on).when(HandOver(there(ME), "")).then_refused("1001 has it already")


@pytest.mark.parametrize(
    ("on", "facts", "waits_for"),
    [
        (Contact, ANSWERED[:1], "handler"),
        (Contact, (*ANSWERED, recall.Abandoned(contact.Stage.ANSWERED)), "handler"),
        (Contact, (*ANSWERED, handed("handler")), "handler"),
        (Incident, IN_QUEUE, "dispatcher"),
        (Expedite, DECIDED[:2], "vulnerability"),
    ],
    ids=["ringing", "abandoned", "handed back", "in the queue", "not decided"],
)
@pytest.mark.parametrize("to", [there(OTHER), Role.HANDLER, Role.DISPATCHER, Role.VULNERABILITY], ids=str)
def test_what_nobody_has_in_hand_is_not_handed_over(
    on: type[Worked], facts: Facts, waits_for: str, to: Staff | Role
) -> None:
    given(*facts, on=on).when(HandOver(to, "")).then_refused(f"nobody has it in hand: it waits for a {waits_for}")


@pytest.mark.parametrize(
    ("on", "facts"),
    [
        (Contact, ()),
        (Incident, ()),
        (Expedite, ()),
        (Contact, (*ANSWERED, contact.Linked(ANOTHER), contact.Closed(""))),
        (Incident, (*OWNED, SENT, AT_SCENE, DEALT_WITH, CLOSED)),
        (Expedite, (*DECIDED, expedite.Told("Sister Jones", ""), expedite.Closed(""))),
        (Incident, (IncidentLoaded("san-antonio", "police", "theft", "WEST", None, ""),)),
    ],
    ids=[*(f"no such {name}" for name in NAMES), *(f"a closed {name}" for name in NAMES), "history"],
)
def test_what_nobody_works_on_is_not_handed_over(on: type[Worked], facts: Facts) -> None:
    given(*facts, on=on).when(HAND).then_refused("nobody works on this any more, so there is nothing to hand over")


def test_an_incident_in_hand_is_handed_over_at_any_stage_of_its_work() -> None:
    stages = {
        incident.Stage.OPENED: (OPENED,),
        incident.Stage.GRADED: OWNED,
        incident.Stage.RESOURCED: (*OWNED, SENT),
        incident.Stage.ATTENDED: (*OWNED, SENT, AT_SCENE),
        incident.Stage.RESULTED: (*OWNED, SENT, AT_SCENE, DEALT_WITH),
    }
    assert {*stages, incident.Stage.NONE, incident.Stage.CLOSED} == set(incident.Stage)
    for stage, facts in stages.items():
        record = given(*facts, on=Incident).when(HAND).then(handed())
        assert (record.stage, record.owner) == (stage, OTHER)


# The promises go along


def test_promises_of_the_giver_go_along_and_those_of_others_stay() -> None:
    """Letter, area 5: what a caller was promised does not go home with whoever promised it."""
    facts = (*OWNED, promised(20), promised(30, "3003"), promised(40, what=Promising.UPDATE))
    record = (
        given(*facts, on=Incident)
        .when(HAND)
        .then(handed(), PassedOn(5, Promising.CALL_BACK, OTHER), PassedOn(7, Promising.UPDATE, OTHER))
    )
    assert record.promises == (
        Promise(5, Promising.CALL_BACK, START + 20 * MINUTE, OTHER),
        Promise(6, Promising.CALL_BACK, START + 30 * MINUTE, "3003"),
        Promise(7, Promising.UPDATE, START + 40 * MINUTE, OTHER),
    )


def test_whose_promises_go_along_is_whose_item_it_is_and_not_who_hands_it_over() -> None:
    facts = (*OWNED, promised(20), promised(30, "5001"))
    duty = on_duty(Role.SUPERVISOR, collar="5001")
    given(*facts, on=Incident).when(HAND, duty).then(handed(), PassedOn(5, Promising.CALL_BACK, OTHER))


def test_a_promise_that_was_broken_goes_along_as_one() -> None:
    broken = Broken(5, Promising.CALL_BACK, START + 20 * MINUTE, ME)
    before = given(*OWNED, promised(20), later(minutes=20), broken, on=Incident)
    record = before.when(HAND, on_duty(now=LONG_AFTER)).then(handed(), PassedOn(5, Promising.CALL_BACK, OTHER))
    assert record.promises == (Promise(5, Promising.CALL_BACK, START + 20 * MINUTE, OTHER, broken=True),)


def test_a_promise_about_what_goes_back_into_a_queue_is_for_whoever_takes_it_there() -> None:
    before = given(*OWNED, promised(20), on=Incident)
    record = before.when(HandOver(Role.DISPATCHER, "")).then(
        handed("dispatcher", ""), PassedOn(5, Promising.CALL_BACK, "dispatcher")
    )
    assert record.promises[0].owner == record.owner == "dispatcher"


def test_a_parked_caller_is_handed_over_with_the_promise_to_take_them_up_and_stays_parked() -> None:
    parked = (*ANSWERED, parking.Parked("a 999 rings"), promised(2, what=Promising.TAKE_UP))
    record = given(*parked, on=Contact).when(HAND).then(handed(), PassedOn(4, Promising.TAKE_UP, OTHER))
    assert (record.owner, record.queue, record.parked) == (OTHER, "parked", START)


# In bulk


@pytest.mark.parametrize(("on", "facts"), [(Contact, ANSWERED), (Incident, OWNED)], ids=["contact", "incident"])
def test_what_neither_is_vulnerable_nor_late_goes_in_bulk_and_is_recorded_so(on: type[Worked], facts: Facts) -> None:
    record = given(*facts, on=on).when(IN_BULK).then(handed(words="", bulk=True))
    assert record.owner == OTHER


PRESSING: dict[str, tuple[type[Worked], Facts, int]] = {
    "vulnerable": (Incident, (OPENED, VULNERABLE, IN_QUEUE[2], handover.Owned(ME)), START),
    "a partner's request": (Expedite, DECIDED, START),
    "a promise late": (Incident, (*OWNED, promised(20)), START + 20 * MINUTE),
    "another's promise late": (Contact, (*ANSWERED, promised(20, "3003")), START + 20 * MINUTE),
    "the interim risk": (
        Incident,
        (*OWNED, InterimRiskSet(InterimRisk.HIGH, START + 5 * MINUTE, "he knows where she is")),
        START + 5 * MINUTE,
    ),
    "a target": (Incident, (*IN_QUEUE[:2], grading.Graded("1", "4", 0, ref(Incident, 2), ""), OWNED[3]), LONG_AFTER),
}


@pytest.mark.parametrize(("on", "facts", "now"), PRESSING.values(), ids=PRESSING)
def test_what_is_vulnerable_or_late_is_not_handed_over_in_bulk(on: type[Worked], facts: Facts, now: int) -> None:
    """Letter, area 1: its number is said aloud."""
    before = given(*facts, on=on)
    rule = "somebody is vulnerable or it is overdue: hand it over by itself ('hand')"
    before.when(IN_BULK, on_duty(now=now)).then_refused(rule)


@pytest.mark.parametrize(("on", "facts", "now"), PRESSING.values(), ids=PRESSING)
def test_what_is_vulnerable_or_late_is_handed_over_by_itself(on: type[Worked], facts: Facts, now: int) -> None:
    before = given(*facts, on=on)
    theirs = [PassedOn(one.number, one.what, OTHER) for one in before.record.promises if one.owner == ME]
    assert before.when(HAND, on_duty(now=now)).then(handed(), *theirs).owner == OTHER


@pytest.mark.parametrize(("late", "is_late"), [(-1, False), (0, True), (1, True)])
def test_an_item_presses_from_the_moment_at_which_something_was_due(late: int, is_late: bool) -> None:
    record = given(*OWNED, promised(20), on=Incident).record
    assert is_pressing(record, policy(), START + 20 * MINUTE + late) is is_late


def test_an_item_on_which_nothing_is_due_never_presses() -> None:
    assert not is_pressing(given(*ANSWERED, on=Contact).record, policy(), LONG_AFTER)


# What others wrote


WRITTEN: dict[str, Fact[Any]] = {
    "a note": Noted("she rang her sister"),
    "a correction": Corrected(ref(Incident, 1), "number 21, not 12"),
    "another contact": incident.Contacted(SECOND_CALL, ()),
    "a change": incident.Changed("he is back"),
    "another place": incident.Located("CENTRAL", Source.HANDLER, None, "12 Mill Lane"),
    "an assessment": grading.Assessed((Reply("risk", "low"),), (), 0, False, "4", (), ""),
    "the interim risk": InterimRiskSet(InterimRisk.LOW, LONG_AFTER, "he has no key"),
    "a check": CheckReturned(4, "pnc", Answer.FOUND, "wanted"),
    "a merged incident": link.Absorbed(ANOTHER, False, False, ()),
    "a major incident": MajorDeclared((), (), "gate 4", "crush", "crowd", "Bell Street", "40", "ambulance"),
}
QUIET: dict[str, Fact[Any]] = {
    "advice": Advised("evidence", "not to wash"),
    "a promise": promised(20),
    "an owner": handover.Owned("3003"),
    "a hand-over": handed("3003"),
    "a resource": SENT,
    "what the caller was told": outcome.CallerTold("nobody comes"),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("role", [Role.HANDLER, Role.VULNERABILITY], ids=lambda role: role.value)
def test_what_whoever_answers_callers_wrote_stands_unread_for_whoever_works_the_incident(
    role: Role, written: Fact[Any]
) -> None:
    record = given(*IN_QUEUE, later(minutes=3), said_by(OTHER, role, written), on=Incident).record
    assert (record.unread, record.unread_since) == (1, START + 3 * MINUTE)


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize(
    "role", [Role.DISPATCHER, Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.WATCH], ids=lambda role: role.value
)
def test_what_whoever_works_incidents_wrote_is_no_update_for_them(role: Role, written: Fact[Any]) -> None:
    assert given(*IN_QUEUE, said_by(OTHER, role, written), on=Incident).record.unread == 0


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_what_its_owner_wrote_is_no_update_for_them_though_a_colleague_of_that_role_makes_one(
    written: Fact[Any],
) -> None:
    mine = given(*OWNED, said_by(ME, Role.HANDLER, written), on=Incident).record
    theirs = given(*OWNED, said_by(OTHER, Role.HANDLER, written), on=Incident).record
    assert (mine.unread, theirs.unread) == (0, 1)


@pytest.mark.parametrize("fact", QUIET.values(), ids=QUIET)
def test_what_is_done_with_an_incident_is_no_update(fact: Fact[Any]) -> None:
    assert given(*IN_QUEUE, said_by(OTHER, Role.HANDLER, fact), on=Incident).record.unread == 0


@pytest.mark.parametrize(
    ("facts", "unread"),
    [
        ((OPENED,), 0),
        ((OPENED, CALM), 0),
        (IN_QUEUE, 1),
        ((*IN_QUEUE, SENT), 1),
        ((*IN_QUEUE, SENT, AT_SCENE), 1),
        ((*IN_QUEUE, SENT, AT_SCENE, DEALT_WITH), 0),
        ((*IN_QUEUE, SENT, AT_SCENE, DEALT_WITH, CLOSED), 0),
        ((*IN_QUEUE, ADVISED, incident.Changed("he is back")), 2),
    ],
    ids=["opened", "assessed", "waiting", "sent", "at the scene", "resulted", "closed", "result taken back"],
)
def test_an_update_is_for_whoever_works_an_incident_from_its_grade_to_its_result(facts: Facts, unread: int) -> None:
    """Before, it is the handler's own; after, it waits for nobody."""
    written = [said_by(OTHER, Role.HANDLER, fact) for fact in (*facts, Noted("she rang"))]
    assert given(*written, on=Incident).record.unread == unread


def test_updates_are_counted_from_the_first_that_nobody_read() -> None:
    noted = said_by(OTHER, Role.HANDLER, Noted("she rang"))
    record = given(*IN_QUEUE, noted, later(minutes=5), noted, later(minutes=5), noted, on=Incident).record
    assert (record.unread, record.unread_since) == (3, START)


def test_whoever_works_an_incident_says_that_they_have_read_what_others_wrote() -> None:
    noted = said_by(OTHER, Role.HANDLER, Noted("she rang"))
    before = given(*IN_QUEUE, later(minutes=1), noted, noted, on=Incident)
    record = before.when(SEE, on_duty(Role.DISPATCHER)).then(UpdateSeen(2, START + MINUTE))
    assert (record.unread, record.unread_since) == (0, 0)


def test_what_is_written_after_it_was_read_stands_unread_anew() -> None:
    noted = said_by(OTHER, Role.HANDLER, Noted("she rang"))
    record = given(*IN_QUEUE, noted, UpdateSeen(1, START), later(minutes=9), noted, on=Incident).record
    assert (record.unread, record.unread_since) == (1, START + 9 * MINUTE)


def test_a_line_that_a_handler_writes_counts_and_one_that_a_dispatcher_writes_does_not() -> None:
    before = given(*IN_QUEUE, on=Incident)
    note: Command[Any] = Note("she rang")
    assert before.when(note, on_duty(Role.HANDLER, collar=OTHER)).then(Noted("she rang")).unread == 1
    assert before.when(note, on_duty(Role.DISPATCHER, collar=OTHER)).then(Noted("she rang")).unread == 0


def test_what_was_not_written_is_not_read() -> None:
    given(*IN_QUEUE, on=Incident).when(SEE).then_refused("nothing was written that is not read")


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ((), "there is no such incident"),
        ((*IN_QUEUE, said_by(OTHER, Role.HANDLER, Noted("she rang")), ADVISED, CLOSED), "the incident is closed"),
    ],
)
def test_updates_of_what_nobody_works_are_not_read(facts: Facts, rule: str) -> None:
    given(*facts, on=Incident).when(SEE).then_refused(rule)


def test_whoever_takes_an_incident_over_has_to_read_what_the_giver_did_not() -> None:
    noted = said_by("3003", Role.HANDLER, Noted("she rang"))
    record = given(*OWNED, noted, on=Incident).when(HAND).then(handed())
    assert (record.unread, record.unread_since) == (1, START)


@pytest.mark.parametrize("lines", ["ring 101\nanswer .", "expedite mri-ward-12 walkout - patient left"])
def test_a_note_on_a_contact_or_an_expedite_is_no_update(lines: str) -> None:
    stage = Stage()
    work(stage.desk("2001"), lines)
    (item,) = stage.board.items(stage.clock())
    work(stage.desk("2002"), f"note {item.ref} she rang")
    assert [(one.version, one.unread) for one in stage.board.items(stage.clock())] == [(item.version + 1, 0)]


# At the desks

ASSESSED = "situation=past threat=none risk=low investigation=none vulnerability={v} engagement=wants-police"
GRADED = f"open - theft\nassess . {ASSESSED}\ngrade . {{grade}} so it is\nown ."


def in_hand(desk: Desk) -> list[str]:
    """Return what a person has in hand, by name."""
    return sorted(one.ref for one in desk.board.items(desk.identity.now()) if one.owner == desk.signed.collar)


def graded(desk: Desk, grade: str = "4", v: str = "none") -> str:
    """Open, grade and own an incident, and return its name."""
    work(desk, GRADED.format(grade=grade, v=v))
    stream = desk.board.in_hand[desk.signed.session][Incident.kind]
    return desk.board.name(stream, desk.identity.now())


def names(entries: list[Entry]) -> list[str]:
    return [one.name for one in entries]


class Shift:
    """A handler with a bit of everything in hand, and the next one."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.desk = self.stage.desk("2001", Role.HANDLER, Role.DISPATCHER)
        self.next = self.stage.desk("2002", Role.HANDLER, Role.DISPATCHER)
        self.late = graded(self.desk)
        work(self.desk, f"promise {self.late} call-back 10m")
        self.vulnerable = graded(self.desk, "3", "child")
        self.calm = graded(self.desk)
        work(
            self.desk, f"promise {self.calm} call-back 3h\npromise {self.calm} update 4h\npass {self.calm} update 2002"
        )
        self.theirs = graded(self.next)
        self.waiting = graded(self.desk)
        work(self.desk, f"hand {self.waiting} dispatcher")
        work(self.desk, "expedite mri-ward-12 walkout - patient left\nverify . call-back\ndecide . accept now")
        self.partner = self.name(Expedite)
        work(self.desk, "ring 101\nanswer .")
        self.caller = self.name(Contact)
        self.stage.pass_time(601)

    def name(self, record: type[Worked]) -> str:
        stream = self.desk.named(record.kind)
        assert stream is not None
        return self.desk.board.name(stream, self.stage.clock())

    def owner(self, name: str) -> str:
        items = self.stage.board.items(self.stage.clock())
        return next(one.owner for one in items if one.ref == name)


def test_the_rest_that_goes_in_bulk_is_exactly_what_is_neither_vulnerable_nor_late_and_in_ones_own_hands() -> None:
    """Letter, area 1: what matters is not lost among what does not."""
    shift = Shift()
    assert in_hand(shift.desk) == sorted((shift.late, shift.vulnerable, shift.calm, shift.partner, shift.caller))
    done = carry_out(shift.desk, "handrest 2002")
    assert [one.fact for one in shift.desk.opened(done) if isinstance(one.fact, HandedOver)] == [
        handed("2002", "", bulk=True)
    ] * 2
    assert in_hand(shift.desk) == sorted((shift.late, shift.vulnerable, shift.partner))
    assert in_hand(shift.next) == sorted((shift.theirs, shift.calm, shift.caller))
    assert shift.owner(shift.waiting) == "dispatcher"
    passed = [one.fact for one in done if isinstance(one.fact, PassedOn)]
    assert [(one.what, one.owner) for one in passed] == [(Promising.CALL_BACK, "2002")]


def test_what_is_handed_over_by_itself_is_not_recorded_as_bulk() -> None:
    shift = Shift()
    done = carry_out(shift.desk, f"hand {shift.vulnerable} 2002 two children upstairs")
    assert shift.desk.opened(done)[0].fact == handed("2002", "two children upstairs")


def test_nothing_goes_in_bulk_where_all_that_is_left_is_vulnerable_or_late() -> None:
    shift = Shift()
    carry_out(shift.desk, "handrest 2002")
    with pytest.raises(Refused) as found:
        carry_out(shift.desk, "handrest 2002")
    assert found.value.rule == (
        "2001 has nothing in hand that could go in bulk; 3 are vulnerable or overdue, each to be handed over by itself"
    )


def test_whoever_has_nothing_in_hand_hands_nothing_over_in_bulk() -> None:
    stage = Stage()
    stage.desk("2002")
    with pytest.raises(Refused) as found:
        carry_out(stage.desk("2001"), "handrest 2002")
    assert found.value.rule == "2001 has nothing in hand that could go in bulk"


def test_the_rest_goes_back_into_the_queue_of_a_role() -> None:
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.DISPATCHER)
    one, other = graded(desk), graded(desk)
    carry_out(desk, "handrest dispatcher")
    owners = {item.ref: item.owner for item in stage.board.items(stage.clock())}
    assert owners == {one: "dispatcher", other: "dispatcher"}


def test_an_unread_update_stands_on_the_board_until_it_is_seen() -> None:
    stage = Stage()
    handler, dispatcher = stage.desk("2001"), stage.desk("3001", Role.DISPATCHER)
    work(handler, f"open - theft\nassess . {ASSESSED.format(v='none')}\ngrade . 4")
    work(handler, "note 1 she rang\nnote 1 and again")
    work(dispatcher, "note 1 read it")
    assert [one.unread for one in stage.board.items(stage.clock())] == [2]
    assert names(carry_out(dispatcher, "seen 1")) == ["incident.update_seen"]
    assert [one.unread for one in stage.board.items(stage.clock())] == [0]


# Signing off


def rule_of(desk: Desk, text: str) -> str:
    """Return the rule that refuses a line, which wrote nothing."""
    before = desk.log.tip()
    with pytest.raises(Refused) as found:
        carry_out(desk, text)
    assert desk.log.tip() == before
    return found.value.rule


def test_nobody_signs_off_with_something_in_hand_and_is_told_what() -> None:
    """Letter, area 1: the number is said, so that somebody takes it."""
    shift = Shift()
    held = [shift.caller, shift.partner, shift.late, shift.vulnerable, shift.calm]
    rule = rule_of(shift.desk, "off")
    assert rule.startswith("2001 still has ")
    assert rule.endswith(" in hand: hand it over ('hand'), to a person or to a role's queue")
    told = rule.removeprefix("2001 still has ").partition(" in hand:")[0]
    assert sorted(told.split(", ")) == sorted(held)
    for left in ("handrest 2002", f"hand {shift.late} dispatcher", f"hand {shift.vulnerable} 2002"):
        carry_out(shift.desk, left)
    assert rule_of(shift.desk, "off").startswith(f"2001 still has {shift.partner} in hand: ")
    carry_out(shift.desk, f"hand {shift.partner} vulnerability")
    assert names(carry_out(shift.desk, "off")) == ["staff.signed_off"]


def test_what_is_closed_or_waits_in_a_queue_keeps_nobody_from_signing_off() -> None:
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.DISPATCHER)
    work(desk, "ring 101\nanswer .\ntransfer . ambulance chest pain\nclose .")
    work(desk, f"open - theft\nassess . {ASSESSED.format(v='none')}\ngrade . 4\nring 999")
    assert names(carry_out(desk, "off")) == ["staff.signed_off"]


def test_whoever_is_signed_on_elsewhere_keeps_what_they_have_until_they_sign_off_there() -> None:
    stage = Stage()
    desk = stage.desk("2001")
    work(desk, "ring 101\nanswer .")
    elsewhere = stage.desk_again("2001", "session-2")
    assert names(carry_out(desk, "off")) == ["staff.signed_off"]
    assert rule_of(elsewhere, "off").startswith("2001 still has c")


def test_a_sign_off_that_is_refused_gives_no_district_up() -> None:
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.SUPERVISOR)
    work(desk, "cover CENTRAL supervisor\nring 101\nanswer .")
    rule_of(desk, "off")
    member = stage.board.member("2001")
    assert member is not None
    assert member.covers == (Cover("CENTRAL", Role.SUPERVISOR),)
    work(desk, "hand . handler")
    assert names(carry_out(desk, "off")) == ["staff.district_given_up", "staff.signed_off"]


def test_nobody_signs_off_who_still_sees_to_what_was_promised_about_another_s_item() -> None:
    """The promise ledger: a promise has one owner, and nobody is its owner who went home."""
    stage = Stage()
    desk, other = stage.desk("2001", Role.DISPATCHER), stage.desk("2002", Role.DISPATCHER)
    name = graded(desk)
    carry_out(desk, f"promise {name} call-back 30m she waits for it")
    carry_out(other, f"own {name}")
    rule = rule_of(desk, "off")
    assert rule.startswith(f"2001 still sees to what was promised about {name} (")
    assert rule.endswith(" call-back): keep it ('kept'), release it ('release') or pass it on ('pass')")
    carry_out(other, f"pass {name} call-back 2002")
    assert names(carry_out(desk, "off")) == ["staff.signed_off"]


def test_what_somebody_else_took_keeps_nobody_from_signing_off() -> None:
    stage = Stage()
    desk, other = stage.desk("2001", Role.DISPATCHER), stage.desk("2002", Role.DISPATCHER)
    name = graded(desk)
    carry_out(other, f"own {name}")
    assert names(carry_out(desk, "off")) == ["staff.signed_off"]


@pytest.mark.parametrize("role", ["vulnerability", "handler"])
def test_what_is_handed_to_a_role_waits_in_the_queue_of_that_role_or_is_refused(role: str) -> None:
    """The log says that the vulnerability desk has it, and the promises are theirs; it waits with the dispatchers."""
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.DISPATCHER)
    name = graded(desk)
    with contextlib.suppress(Refused):
        carry_out(desk, f"hand {name} {role} for them to look at")
    (item,) = stage.board.items(stage.clock())
    assert item.owner in (role, "2001")


@pytest.mark.parametrize("line", ["own {}", "hand {} 4455 for you", "pass {} call-back 4455"])
@pytest.mark.parametrize(("leaving", "rule"), [(True, "4455 is not signed on"), (False, "4455 is sergeant")])
def test_work_is_given_to_who_is_there_and_may_do_it(line: str, leaving: bool, rule: str) -> None:
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.DISPATCHER, Role.SUPERVISOR)
    other = stage.desk("4455", Role.DISPATCHER if leaving else Role.SERGEANT)
    if leaving:
        carry_out(other, "off")
    name = graded(desk)
    work(desk, f"promise {name} call-back 20m")
    with pytest.raises(Refused) as refused:
        carry_out(desk, f"{line.format(name)} 4455" if line.startswith("own") else line.format(name))
    assert str(refused.value).startswith(rule)


def test_what_goes_back_to_a_role_in_bulk_is_what_waits_for_that_role() -> None:
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.DISPATCHER)
    graded(desk)
    work(desk, "ring 101\nanswer .")
    assert names(carry_out(desk, "handrest dispatcher")) == ["record.handed_over"]
    with pytest.raises(Refused, match="nothing in hand that could go in bulk and waits for a dispatcher"):
        carry_out(desk, "handrest dispatcher")
    assert names(carry_out(desk, "handrest handler")) == ["record.handed_over"]
