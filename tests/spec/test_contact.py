"""One contact through any channel, from the ring to the close: each rule of domain/contact.py."""

import pytest
from msgspec.structs import replace

from hueandcry.domain import contact, logbook, parking, triage
from hueandcry.domain.alert import alerts
from hueandcry.domain.contact import (
    Answer,
    Answered,
    Channel,
    Close,
    Closed,
    Contact,
    Link,
    Linked,
    Locate,
    Located,
    Rang,
    Resolve,
    Resolved,
    Ring,
    Source,
    Stage,
    TakenUp,
    Transfer,
    Transferred,
)
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import Fact, fold
from hueandcry.domain.handover import HandedOver
from hueandcry.domain.history import ContactLoaded, LoadContact
from hueandcry.domain.incident import Incident
from hueandcry.domain.logbook import Correct, Corrected, Note, Noted
from hueandcry.domain.pack import PackKind
from hueandcry.domain.parking import Park, Parked
from hueandcry.domain.particulars import Triaged
from hueandcry.domain.promise import (
    BreakPromise,
    Broken,
    KeepPromise,
    Kept,
    PassedOn,
    Promised,
    Released,
    ReleasePromise,
)
from hueandcry.domain.recall import Abandon, Abandoned, Reached, RecallLate, RecallTried
from hueandcry.domain.reference import NS_PER_S, Kind
from hueandcry.domain.timer import Timer, due_by, timers
from hueandcry.domain.triage import ElementPassedOver, ElementTriaged, PassOver, Triage
from hueandcry.domain.worked import Promise, Promising
from hueandcry.operator.verbs import carry_out
from tests.spec.harness import (
    MINUTE,
    START,
    commands_in,
    entry,
    given,
    later,
    on_duty,
    policy,
    ref,
    refused_for,
    stream_of,
    who_may,
)
from tests.staging import Stage as Staged
from tests.staging import work

INCIDENT = stream_of(Incident)
ANOTHER_INCIDENT = stream_of(Incident, 1)
ELEMENTS = ("situation", "threat", "risk", "investigation", "vulnerability", "engagement")
REASONS = "line-lost, unsafe, unable, language, not-relevant"

RANG = Rang(Channel.EMERGENCY, "07700 900001")
ANSWERED = Answered("1001")
LINKED = Linked(INCIDENT)
RESOLVED = Resolved("advice", "told where to report it")
TRANSFERRED = Transferred("ambulance", "chest pain")
ABANDONED = Abandoned(Stage.ANSWERED)
SPOKE = RecallTried(1, Reached.SPOKE, "")
CLOSED = Closed("")
LOADED = ContactLoaded("san-antonio", Channel.EMERGENCY, "police", "disturbance", "WEST", None, "as it came")
TRIAGED = tuple(ElementTriaged(element, "unknown", "") for element in ELEMENTS)

LOAD = LoadContact(LOADED)
RING = Ring(Channel.EMERGENCY, "07700 900001")
ANSWER = Answer()
NOTE = Note("a man is shouting")
CORRECT = Correct(1, "the number ends in 2")
LOCATE = Locate("CENTRAL", "12 Mill Lane")
TRIAGE = Triage("threat", "weapon", "a kitchen knife")
PASS_OVER = PassOver("engagement", "unsafe", "he can hear her")
LINK = Link(INCIDENT)
RESOLVE = Resolve("advice", "told where to report it")
TRANSFER = Transfer("ambulance", "chest pain")
PARK = Park("a 999 is ringing")
ABANDON = Abandon()
CLOSE = Close("rung back, a pocket call")

WORK = [ANSWER, LOCATE, TRIAGE, PASS_OVER, LINK, RESOLVE, TRANSFER, PARK, ABANDON, CLOSE]
TAKEN_ONLY = [LOCATE, TRIAGE, PASS_OVER, LINK, RESOLVE, TRANSFER, PARK]

TAKE_UP_BY = START + 2 * MINUTE
PARKED = (Parked("a 999 is ringing"), Promised(Promising.TAKE_UP, TAKE_UP_BY, "1001", ""))
ON_HOLD = (RANG, ANSWERED, *PARKED)  # the promise to take them up is fact 4


def name_of(command: Command[Contact]) -> str:
    return type(command).__name__


# From the ring


@pytest.mark.parametrize("channel", [channel for channel in Channel if channel is not Channel.UNKNOWN])
def test_a_contact_exists_from_the_ring_through_any_channel_before_anything_is_typed(channel: Channel) -> None:
    """Letter, areas 1, 4 and 6: all channels in one place."""
    record = given(on=Contact).when(Ring(channel, "")).then(Rang(channel, ""))
    assert (record.open, record.queue, record.owner, record.channel) == (True, "waiting", "handler", channel)
    assert (record.rang, record.number) == (START, ref(Contact, 1))


def test_a_contact_rings_once() -> None:
    given(RANG, on=Contact).when(RING).then_refused("this contact has rung already")


def test_whoever_answers_has_it() -> None:
    record = given(RANG, on=Contact).when(ANSWER, on_duty(collar="2211", now=START + MINUTE)).then(Answered("2211"))
    assert (record.queue, record.owner, record.answered) == ("in-hand", "2211", START + MINUTE)


@pytest.mark.parametrize(
    ("facts", "stage", "owner"),
    [
        ((RANG, ANSWERED), "answered", "1001"),
        ((RANG, ANSWERED, LINKED), "linked", "1001"),
        ((RANG, ANSWERED, *TRIAGED, RESOLVED), "resolved", "1001"),
        ((RANG, ANSWERED, TRANSFERRED), "transferred", "1001"),
        ((RANG, ABANDONED, LINKED), "linked", "handler"),
    ],
)
def test_a_contact_that_somebody_took_is_not_answered_again(
    facts: tuple[Fact[Contact], ...], stage: str, owner: str
) -> None:
    given(*facts, on=Contact).when(ANSWER).then_refused(f"the contact is {stage}, {owner} has it")


# What nobody may do


@pytest.mark.parametrize("command", [*WORK, NOTE], ids=name_of)
def test_nothing_is_done_about_a_contact_that_never_rang(command: Command[Contact]) -> None:
    given(on=Contact).when(command).then_refused("there is no such contact")


@pytest.mark.parametrize("command", WORK, ids=name_of)
def test_a_closed_contact_is_not_worked(command: Command[Contact]) -> None:
    given(RANG, ANSWERED, LINKED, CLOSED, on=Contact).when(command).then_refused("the contact is closed")


@pytest.mark.parametrize("command", WORK, ids=name_of)
def test_history_is_not_worked(command: Command[Contact]) -> None:
    given(LOADED, on=Contact).when(command).then_refused("this contact was loaded as history; history is not worked")


@pytest.mark.parametrize("command", TAKEN_ONLY, ids=name_of)
def test_a_ringing_contact_is_answered_before_it_is_worked(command: Command[Contact]) -> None:
    given(RANG, on=Contact).when(command).then_refused("the contact is still ringing: answer it first")


@pytest.mark.parametrize("command", [RING, NOTE, CORRECT, *WORK], ids=name_of)
def test_the_floor_works_contacts_and_nobody_else(command: Command[Contact]) -> None:
    """Auditors read, administrators keep the store, and the watch is no handler."""
    assert who_may(command) == FLOOR


def test_only_an_administrator_loads_history() -> None:
    assert who_may(LOAD) == (Role.ADMINISTRATOR,)


def test_every_command_on_contacts_has_its_roles_checked_here() -> None:
    assert {type(one) for one in (RING, NOTE, CORRECT, *WORK)} == {Abandon} | set().union(
        *map(commands_in, (contact, parking, triage, logbook))
    )


def test_an_auditor_who_rings_a_contact_is_told_whose_work_it_is() -> None:
    duty = on_duty(Role.AUDITOR)
    given(on=Contact).when(RING, duty).then_refused(refused_for(FLOOR, duty))
    assert "handler or dispatcher" in refused_for(FLOOR, duty)


def passed_over(contact: Contact) -> int:
    return sum(one.answer == "not-asked" for one in contact.triage)


# Words


@pytest.mark.parametrize("facts", [(RANG,), (RANG, ANSWERED), (RANG, ANSWERED, LINKED, CLOSED), (LOADED,)])
def test_words_are_taken_at_any_time_also_while_it_rings_and_after_the_close(facts: tuple[Fact[Contact], ...]) -> None:
    before = given(*facts, on=Contact)
    record = before.when(NOTE).then(Noted("a man is shouting"))
    assert (record.stage, record.queue, record.owner) == (
        before.record.stage,
        before.record.queue,
        before.record.owner,
    )


def test_a_correction_names_the_fact_and_leaves_it_as_it_was() -> None:
    before = given(RANG, ANSWERED, Noted("number 12"), on=Contact)
    record = before.when(Correct(3, "number 21")).then(Corrected(ref(Contact, 3), "number 21"))
    assert record.stage is before.record.stage


@pytest.mark.parametrize("facts", [(RANG, ANSWERED, LINKED, CLOSED), (LOADED,)])
def test_a_closed_contact_and_history_can_still_be_corrected(facts: tuple[Fact[Contact], ...]) -> None:
    given(*facts, on=Contact).when(CORRECT).then(Corrected(ref(Contact, 1), "the number ends in 2"))


@pytest.mark.parametrize("version", [-1, 0, 3])
def test_only_a_fact_that_is_there_can_be_corrected(version: int) -> None:
    rule = f"the contact has facts 1 to 2, none with number {version}"
    given(RANG, ANSWERED, on=Contact).when(Correct(version, "no")).then_refused(rule)


def test_the_last_fact_can_be_corrected() -> None:
    given(RANG, ANSWERED, on=Contact).when(Correct(2, "it was 2211")).then(Corrected(ref(Contact, 2), "it was 2211"))


# Where


def test_a_place_is_kept_with_who_said_it() -> None:
    record = given(RANG, ANSWERED, on=Contact).when(LOCATE).then(Located("CENTRAL", Source.CALLER, "12 Mill Lane"))
    assert (record.district, record.district_source, record.place) == ("CENTRAL", Source.CALLER, ref(Contact, 3))


def test_a_later_place_stands_instead_of_an_earlier_one() -> None:
    before = given(RANG, ANSWERED, Located("CENTRAL", Source.CALLER, "12 Mill Lane"), on=Contact)
    record = before.when(Locate("WEST", "", Source.NETWORK)).then(Located("WEST", Source.NETWORK, ""))
    assert (record.district, record.district_source, record.place) == ("WEST", Source.NETWORK, ref(Contact, 4))


def test_a_contact_nobody_has_placed_is_of_unknown_district() -> None:
    record = given(RANG, on=Contact).record
    assert (record.district, record.district_source, record.place) == ("unknown", Source.UNKNOWN, None)


# Risk


def test_an_element_of_the_risk_model_is_answered_with_an_answer_from_the_pack() -> None:
    """Letter, area 1: STRIVE at the first point of contact."""
    record = given(RANG, ANSWERED, on=Contact).when(TRIAGE).then(ElementTriaged("threat", "weapon", "a kitchen knife"))
    assert record.triage == (Triaged("threat", "weapon", ref(Contact, 3), START),)


@pytest.mark.parametrize(
    "fact", [TRIAGED[1], ElementPassedOver("threat", "unsafe", "")], ids=["answered", "passed over"]
)
def test_an_answer_stands_at_the_moment_at_which_it_was_recorded(fact: Fact[Contact]) -> None:
    """Two callers' answers are ordered by what the room knew when, not by when something is said to have happened."""
    before = given(RANG, ANSWERED, on=Contact).record
    typed_late = entry(before.id, 3, fact, at=START - 60 * MINUTE)
    assert typed_late.header is not None
    recorded = replace(typed_late, header=replace(typed_late.header, recorded=START + MINUTE))
    assert fold(before, (recorded,)).triage[0].at == START + MINUTE


def test_an_element_answered_anew_keeps_its_newest_answer_only() -> None:
    before = given(RANG, ANSWERED, TRIAGED[1], ElementTriaged("risk", "life", ""), on=Contact)
    record = before.when(TRIAGE).then(ElementTriaged("threat", "weapon", "a kitchen knife"))
    assert [(one.element, one.answer, one.said.version) for one in record.triage] == [
        ("risk", "life", 4),
        ("threat", "weapon", 5),
    ]


def test_an_element_the_pack_does_not_have_is_not_answered() -> None:
    rule = f"strive-2020 has no element mood; it has {', '.join(ELEMENTS)}"
    given(RANG, ANSWERED, on=Contact).when(Triage("mood", "low", "")).then_refused(rule)


@pytest.mark.parametrize("answer", ["knife", "not-asked", ""])
def test_an_answer_the_pack_does_not_offer_is_not_taken(answer: str) -> None:
    rule = "threat is answered with one of weapon, present, spoken, none, unknown"
    given(RANG, ANSWERED, on=Contact).when(Triage("threat", answer, "")).then_refused(rule)


def test_an_element_is_passed_over_with_a_reason_and_counted() -> None:
    """Letter, area 1: what was not asked is known, not guessed."""
    before = given(RANG, ANSWERED, ElementTriaged("threat", "weapon", ""), on=Contact)
    record = before.when(PASS_OVER).then(ElementPassedOver("engagement", "unsafe", "he can hear her"))
    assert record.triage[1] == Triaged("engagement", "not-asked", ref(Contact, 4), START)
    assert (passed_over(before.record), passed_over(record)) == (0, 1)


def test_an_element_that_was_asked_after_all_is_not_counted_as_passed_over() -> None:
    before = given(RANG, ANSWERED, ElementPassedOver("threat", "language", ""), on=Contact)
    record = before.when(TRIAGE).then(ElementTriaged("threat", "weapon", "a kitchen knife"))
    assert (passed_over(before.record), passed_over(record)) == (1, 0)


def test_an_element_is_not_passed_over_without_a_reason_from_the_pack() -> None:
    before = given(RANG, ANSWERED, on=Contact)
    before.when(PassOver("threat", "busy", "")).then_refused(f"the reason for not asking is one of {REASONS}")


@pytest.mark.parametrize("element", ["mood", "hurt", ""])
def test_what_is_no_element_of_the_pack_is_not_passed_over(element: str) -> None:
    """A question under an element that nobody asked is unknown; it needs no reason."""
    rule = f"an element is passed over with a reason, one of {', '.join(ELEMENTS)}"
    given(RANG, ANSWERED, on=Contact).when(PassOver(element, "unsafe", "")).then_refused(rule)


def test_all_elements_that_are_left_are_passed_over_at_once_and_none_that_was_asked() -> None:
    before = given(RANG, ANSWERED, TRIAGED[1], ElementPassedOver("risk", "unable", ""), on=Contact)
    left = [ElementPassedOver(one, "line-lost", "cut off") for one in ELEMENTS if one not in ("threat", "risk")]
    record = before.when(PassOver("all", "line-lost", "cut off")).then(*left)
    assert {one.element for one in record.triage} == set(ELEMENTS)
    given(RANG, ANSWERED, *TRIAGED, on=Contact).when(PassOver("all", "line-lost", "")).then_refused(
        "every element is answered, or passed over with a reason"
    )


def test_a_caller_who_is_lost_may_still_be_passed_over() -> None:
    given(RANG, ANSWERED, ABANDONED, on=Contact).when(PASS_OVER).then(
        ElementPassedOver("engagement", "unsafe", "he can hear her")
    )


@pytest.mark.parametrize("facts", [(RANG, ABANDONED), (RANG, ANSWERED, LINKED)])
def test_risk_is_asked_of_a_caller_who_was_rung_back_and_after_the_link(facts: tuple[Fact[Contact], ...]) -> None:
    given(*facts, on=Contact).when(TRIAGE).then(ElementTriaged("threat", "weapon", "a kitchen knife"))


# Where a contact leads


def test_a_contact_leads_to_an_incident() -> None:
    record = given(RANG, ANSWERED, on=Contact).when(LINK).then(LINKED)
    assert (record.stage, record.incident, record.queue, record.owner) == (Stage.LINKED, INCIDENT, "in-hand", "1001")


def test_an_abandoned_contact_may_lead_to_an_incident() -> None:
    """A silent 999 that broke off: nobody waits for the recall before somebody is sent."""
    given(RANG, ANSWERED, ABANDONED, on=Contact).when(LINK).then(LINKED)


def test_a_contact_is_not_linked_to_the_same_incident_twice() -> None:
    before = given(RANG, ANSWERED, LINKED, on=Contact)
    before.when(LINK).then_refused("the contact is linked to that incident already")


def test_a_contact_is_linked_to_one_incident() -> None:
    rule = "the contact is linked to another incident; note the connection there"
    given(RANG, ANSWERED, LINKED, on=Contact).when(Link(ANOTHER_INCIDENT)).then_refused(rule)


def test_a_contact_whose_risk_was_gone_through_is_resolved_without_an_incident() -> None:
    record = given(RANG, ANSWERED, *TRIAGED, on=Contact).when(RESOLVE).then(RESOLVED)
    assert (record.stage, record.result, record.open) == (Stage.RESOLVED, "advice", True)


def test_elements_passed_over_with_a_reason_do_not_stand_in_the_way_of_a_resolution() -> None:
    before = given(RANG, ANSWERED, *TRIAGED[:5], ElementPassedOver("engagement", "line-lost", ""), on=Contact)
    before.when(RESOLVE).then(RESOLVED)


@pytest.mark.parametrize("missing", range(6), ids=ELEMENTS)
def test_a_contact_is_not_resolved_while_an_element_is_neither_answered_nor_passed_over(missing: int) -> None:
    """Letter, area 1: risk at all points of contact, also where no incident follows."""
    before = given(RANG, ANSWERED, *TRIAGED[:missing], *TRIAGED[missing + 1 :], on=Contact)
    rule = f"risk is not assessed: {ELEMENTS[missing]} neither answered ('triage') nor passed over with a reason ('notasked')"
    before.when(RESOLVE).then_refused(rule)


def test_a_contact_about_which_nothing_was_asked_is_told_all_that_is_missing() -> None:
    rule = f"risk is not assessed: {', '.join(ELEMENTS)} neither answered ('triage') nor passed over with a reason ('notasked')"
    given(RANG, ANSWERED, on=Contact).when(RESOLVE).then_refused(rule)


def test_a_contact_that_led_to_an_incident_is_not_resolved_without_it() -> None:
    before = given(RANG, ANSWERED, *TRIAGED, LINKED, on=Contact)
    before.when(RESOLVE).then_refused("the contact led to an incident: result that")


def test_a_resolution_says_in_words_how() -> None:
    before = given(RANG, ANSWERED, *TRIAGED, on=Contact)
    before.when(Resolve("advice", "")).then_refused("say in a few words how the contact was resolved")


def test_a_resolution_uses_a_result_code_of_the_pack() -> None:
    given(RANG, ANSWERED, *TRIAGED, on=Contact).when(Resolve("fine", "all well")).then_refused(
        "results-2020 has no result fine; it has attended, crime, no-crime, advice, other-agency, not-police, "
        "no-trace, cancelled, duplicate"
    )


def test_a_contact_is_passed_on_with_a_reason() -> None:
    record = given(RANG, ANSWERED, on=Contact).when(TRANSFER).then(TRANSFERRED)
    assert (record.stage, record.open) == (Stage.TRANSFERRED, True)


def test_a_contact_is_not_passed_on_without_a_reason() -> None:
    given(RANG, ANSWERED, on=Contact).when(Transfer("ambulance", "")).then_refused("a transfer needs a reason")


# The line is lost


@pytest.mark.parametrize(("facts", "before"), [((RANG,), Stage.RINGING), ((RANG, ANSWERED), Stage.ANSWERED)])
def test_a_caller_who_is_gone_waits_to_be_rung_back(facts: tuple[Fact[Contact], ...], before: Stage) -> None:
    record = given(*facts, on=Contact).when(ABANDON).then(Abandoned(before))
    assert (record.open, record.queue, record.owner) == (True, "recall", "handler")


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ((RANG, ABANDONED), "abandoned"),
        ((RANG, ANSWERED, LINKED), "linked"),
        ((RANG, ANSWERED, *TRIAGED, RESOLVED), "resolved"),
        ((RANG, ANSWERED, TRANSFERRED), "transferred"),
    ],
)
def test_a_contact_that_came_to_something_is_not_abandoned(facts: tuple[Fact[Contact], ...], stage: str) -> None:
    given(*facts, on=Contact).when(ABANDON).then_refused(f"the contact is {stage}")


def test_a_caller_who_was_rung_back_is_in_hand_again() -> None:
    record = (
        given(RANG, ANSWERED, ABANDONED, SPOKE, on=Contact).when(ANSWER, on_duty(collar="2211")).then(Answered("2211"))
    )
    assert (record.queue, record.owner) == ("in-hand", "2211")


def test_a_lost_caller_is_not_answered_before_somebody_spoke_to_them() -> None:
    """IOPC on Cleveland 2020: a lost caller goes out of the queue for being rung back only once they were reached."""
    refused = "the caller was lost: ring back, and say with 'recall' that you spoke to them"
    lost = (RANG, ANSWERED, ABANDONED)
    given(*lost, on=Contact).when(ANSWER).then_refused(refused)
    given(*lost, RecallTried(1, Reached.VOICEMAIL, ""), on=Contact).when(ANSWER).then_refused(refused)


# Parked


def test_a_caller_who_is_parked_is_promised_to_be_taken_up_again_and_waits_in_a_queue_of_their_own() -> None:
    """Letter, area 1: whoever holds the line is nobody's who is forgotten."""
    record = given(RANG, ANSWERED, on=Contact).when(PARK).then(*PARKED)
    assert (record.stage, record.open, record.queue, record.owner) == (Stage.ANSWERED, True, "parked", "1001")
    assert (record.parked, record.in_hand) == (START, True)
    assert record.promises == (Promise(4, Promising.TAKE_UP, TAKE_UP_BY, "1001"),)
    assert due_by(record, policy()) == TAKE_UP_BY


def test_how_long_a_parked_caller_waits_at_most_stands_in_the_grades_pack() -> None:
    assert PARK.under is PackKind.GRADES
    assert policy().grades.park_within_s * NS_PER_S == TAKE_UP_BY - START
    duty = on_duty(collar="2211", now=START + MINUTE)
    promise = Promised(Promising.TAKE_UP, START + 3 * MINUTE, "2211", "")
    given(RANG, Answered("2211"), on=Contact).when(PARK, duty).then(PARKED[0], promise)


@pytest.mark.parametrize("reason", ["", "a 999 is ringing"])
def test_a_caller_is_parked_with_a_reason_or_without(reason: str) -> None:
    given(RANG, ANSWERED, on=Contact).when(Park(reason)).then(Parked(reason), PARKED[1])


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ((RANG, ABANDONED), "abandoned"),
        ((RANG, ANSWERED, LINKED), "linked"),
        ((RANG, ANSWERED, *TRIAGED, RESOLVED), "resolved"),
        ((RANG, ANSWERED, TRANSFERRED), "transferred"),
    ],
)
def test_only_who_is_on_the_line_is_parked(facts: tuple[Fact[Contact], ...], stage: str) -> None:
    rule = f"the contact is {stage}: only who is on the line is parked"
    given(*facts, on=Contact).when(PARK).then_refused(rule)


@pytest.mark.parametrize("command", [one for one in TAKEN_ONLY if one is not LINK], ids=name_of)
def test_a_parked_contact_is_taken_up_before_it_is_worked(command: Command[Contact]) -> None:
    given(*ON_HOLD, on=Contact).when(command).then_refused("the contact is parked: answer it first")


def test_a_parked_contact_is_not_discarded() -> None:
    given(*ON_HOLD, on=Contact).when(CLOSE).then_refused(
        "a contact is not discarded: link it to an incident, resolve it, transfer it or mark it abandoned"
    )


def test_words_are_taken_while_a_caller_is_parked_and_they_stay_so() -> None:
    record = given(*ON_HOLD, on=Contact).when(NOTE).then(Noted("a man is shouting"))
    assert record.queue == "parked"


@pytest.mark.parametrize("collar", ["1001", "2211"])
def test_whoever_takes_a_parked_caller_up_has_them_and_the_promise_is_kept(collar: str) -> None:
    duty = on_duty(collar=collar, now=TAKE_UP_BY - 1)
    record = given(*ON_HOLD, on=Contact).when(ANSWER, duty).then(TakenUp(collar), Kept(4, Promising.TAKE_UP, False, ""))
    assert (record.stage, record.queue, record.owner) == (Stage.ANSWERED, "in-hand", collar)
    assert (record.parked, record.promises, record.answered) == (0, (), START)


@pytest.mark.parametrize("late", [0, 1, 60 * MINUTE])
def test_a_parked_caller_who_is_taken_up_late_is_known_to_have_been(late: int) -> None:
    duty = on_duty(now=TAKE_UP_BY + late)
    given(*ON_HOLD, on=Contact).when(ANSWER, duty).then(TakenUp("1001"), Kept(4, Promising.TAKE_UP, True, ""))


def test_a_caller_who_was_taken_up_is_worked_and_may_be_parked_again() -> None:
    back = (*ON_HOLD, TakenUp("1001"), Kept(4, Promising.TAKE_UP, False, ""))
    given(*back, on=Contact).when(TRIAGE).then(ElementTriaged("threat", "weapon", "a kitchen knife"))
    record = given(*back, on=Contact).when(PARK).then(*PARKED)
    assert record.promises == (Promise(8, Promising.TAKE_UP, TAKE_UP_BY, "1001"),)


def test_taking_a_caller_up_keeps_no_other_promise() -> None:
    call_back = Promised(Promising.CALL_BACK, TAKE_UP_BY, "1001", "")
    before = given(RANG, ANSWERED, call_back, *PARKED, on=Contact)
    record = before.when(ANSWER).then(TakenUp("1001"), Kept(5, Promising.TAKE_UP, False, ""))
    assert [one.what for one in record.promises] == [Promising.CALL_BACK]


def test_that_a_parked_caller_was_left_too_long_is_recorded_once_and_they_stay_parked() -> None:
    due = BreakPromise(4)
    before = given(*ON_HOLD, on=Contact)
    assert [*timers(before.record, policy(), 0)] == [Timer(TAKE_UP_BY, due)]
    before.when(due, on_duty(Role.WATCH, now=TAKE_UP_BY - 1)).then_nothing()
    broken = Broken(4, Promising.TAKE_UP, TAKE_UP_BY, "1001")
    record = before.when(due, on_duty(Role.WATCH, now=TAKE_UP_BY)).then(broken)
    assert (record.queue, record.promises[0].broken) == ("parked", True)
    given(*ON_HOLD, broken, on=Contact).when(due, on_duty(Role.WATCH, now=TAKE_UP_BY + MINUTE)).then_nothing()


def test_a_parked_caller_who_was_left_too_long_is_still_taken_up() -> None:
    broken = Broken(4, Promising.TAKE_UP, TAKE_UP_BY, "1001")
    before = given(*ON_HOLD, broken, on=Contact)
    record = before.when(ANSWER, on_duty(now=TAKE_UP_BY + MINUTE)).then(
        TakenUp("1001"), Kept(4, Promising.TAKE_UP, True, "")
    )
    assert record.promises == ()


def test_who_hangs_up_while_parked_is_lost_and_to_be_rung_back_and_no_promise_to_take_them_up_stands() -> None:
    before = given(*ON_HOLD, on=Contact)
    record = before.when(ABANDON).then(Abandoned(Stage.ANSWERED), Released(4, Promising.TAKE_UP, ""))
    assert (record.queue, record.owner, record.parked, record.promises) == ("recall", "handler", 0, ())


def test_a_promise_to_ring_back_stands_also_where_a_parked_caller_hangs_up() -> None:
    call_back = Promised(Promising.CALL_BACK, TAKE_UP_BY, "1001", "")
    before = given(RANG, ANSWERED, call_back, *PARKED, on=Contact)
    record = before.when(ABANDON).then(Abandoned(Stage.ANSWERED), Released(5, Promising.TAKE_UP, ""))
    assert [one.what for one in record.promises] == [Promising.CALL_BACK]


def test_a_lost_caller_who_was_parked_is_answered_anew_when_they_are_rung_back() -> None:
    lost = (*ON_HOLD, Abandoned(Stage.ANSWERED), Released(4, Promising.TAKE_UP, ""), SPOKE)
    given(*lost, on=Contact).when(ANSWER, on_duty(collar="2211")).then(Answered("2211"))


def test_who_sees_to_a_parked_caller_may_pass_the_promise_on() -> None:
    passed = PassedOn(4, Promising.TAKE_UP, "2211")
    before = given(*ON_HOLD, passed, on=Contact)
    assert before.record.promises == (Promise(4, Promising.TAKE_UP, TAKE_UP_BY, "2211"),)
    before.when(ANSWER, on_duty(collar="2211")).then(TakenUp("2211"), Kept(4, Promising.TAKE_UP, False, ""))


# The close


@pytest.mark.parametrize("facts", [(RANG,), (RANG, ANSWERED), (RANG, ANSWERED, Noted("nothing said"), *TRIAGED)])
def test_a_contact_is_never_discarded(facts: tuple[Fact[Contact], ...]) -> None:
    given(*facts, on=Contact).when(CLOSE).then_refused(
        "a contact is not discarded: link it to an incident, resolve it, transfer it or mark it abandoned"
    )


@pytest.mark.parametrize("facts", [(LINKED,), (*TRIAGED, RESOLVED), (TRANSFERRED,)])
def test_a_contact_that_led_somewhere_is_closed_without_further_words(facts: tuple[Fact[Contact], ...]) -> None:
    record = given(RANG, ANSWERED, *facts, on=Contact).when(Close("")).then(CLOSED)
    assert (record.open, record.queue) == (False, None)


def tried(*reached: Reached) -> tuple[RecallTried, ...]:
    return tuple(RecallTried(attempt, one, "") for attempt, one in enumerate(reached, 1))


NOBODY = (Reached.NO_ANSWER, Reached.VOICEMAIL, Reached.ENGAGED)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_lost_caller_is_not_closed_before_somebody_was_reached_or_it_was_tried_often_enough(times: int) -> None:
    rule = f"the caller was lost: ring back 3 times ('recall'), tried {times} times, or open an incident"
    before = given(RANG, ANSWERED, *TRIAGED, ABANDONED, *tried(*NOBODY[:times]), on=Contact)
    before.when(CLOSE).then_refused(rule)


@pytest.mark.parametrize("reached", [NOBODY, (Reached.SPOKE,), (Reached.CUT_OFF, Reached.SPOKE)])
def test_a_lost_caller_who_was_rung_back_is_closed(reached: tuple[Reached, ...]) -> None:
    before = given(RANG, ANSWERED, *TRIAGED, ABANDONED, *tried(*reached), on=Contact)
    record = before.when(CLOSE).then(Closed("rung back, a pocket call"))
    assert not record.open


def test_a_lost_caller_is_not_closed_without_the_risk_model() -> None:
    """Letter, area 1: what could not be asked is passed over with a reason, also of a caller who is gone."""
    before = given(RANG, ANSWERED, *TRIAGED[1:], ABANDONED, *tried(*NOBODY), on=Contact)
    before.when(CLOSE).then_refused(
        "risk is not assessed: situation neither answered ('triage') nor passed over with a reason ('notasked')"
    )
    passed = ElementPassedOver("situation", "line-lost", "")
    given(RANG, ANSWERED, *TRIAGED[1:], ABANDONED, passed, *tried(*NOBODY), on=Contact).when(CLOSE).then(
        Closed("rung back, a pocket call")
    )


# History


def test_history_stands_outside_queues_and_timers() -> None:
    record = given(on=Contact).when(LOAD).then(LOADED)
    assert (record.history, record.open, record.queue, record.rang) == (True, False, None, START)
    assert (record.district, record.district_source) == ("WEST", Source.ROW)
    assert record.channel is Channel.EMERGENCY


def test_history_that_names_no_district_is_of_unknown_source() -> None:
    record = given(ContactLoaded("map", Channel.UNKNOWN, "police", "x", "unknown", INCIDENT, ""), on=Contact).record
    assert (record.district_source, record.incident) == (Source.UNKNOWN, INCIDENT)


@pytest.mark.parametrize("facts", [(LOADED,), (RANG,)])
def test_a_row_is_loaded_once_and_never_over_a_contact(facts: tuple[Fact[Contact], ...]) -> None:
    given(*facts, on=Contact).when(LOAD).then_nothing()


# The whole life


def test_a_contact_stands_in_one_queue_with_one_owner_all_its_life() -> None:
    life = (
        (RANG, "waiting", "handler"),
        (Abandoned(Stage.RINGING), "recall", "handler"),
        (ANSWERED, "in-hand", "1001"),
        (Noted("it was her sister"), "in-hand", "1001"),
        (Located("CENTRAL", Source.CALLER, ""), "in-hand", "1001"),
        (TRIAGED[0], "in-hand", "1001"),
        (ElementPassedOver("threat", "unsafe", ""), "in-hand", "1001"),
        (PARKED[0], "parked", "1001"),
        (PARKED[1], "parked", "1001"),
        (HandedOver("2211", False, ""), "parked", "2211"),
        (TakenUp("1001"), "in-hand", "1001"),
        (LINKED, "in-hand", "1001"),
        (CLOSED, None, "1001"),
        (Noted("remembered late"), None, "1001"),
    )
    for upto in range(1, len(life) + 1):
        record = given(*(fact for fact, _, _ in life[:upto]), on=Contact).record
        assert (record.queue, record.owner) == life[upto - 1][1:], life[upto - 1][0]


def test_a_contact_knows_when_it_rang_and_when_it_was_answered() -> None:
    record = given(RANG, later(seconds=9), ANSWERED, later(minutes=3), CLOSED, on=Contact).record
    assert (record.rang, record.answered - record.rang) == (START, 9_000_000_000)
    assert (record.version, record.occurred, record.actor) == (3, START + 9_000_000_000 + 3 * MINUTE, "1001")


def test_no_contact_stands_in_no_queue() -> None:
    record = given(on=Contact).record
    assert (record.open, record.queue) == (False, None)


@pytest.mark.parametrize("command", [KeepPromise(4, "said so"), ReleasePromise(4, "she knows")], ids=name_of)
def test_who_holds_the_line_stays_promised_to_be_taken_up(command: Command[Contact]) -> None:
    given(*ON_HOLD, on=Contact).when(command).then_refused("the contact is parked: answer it first")


def test_an_incident_opens_for_a_partner_also_while_their_caller_holds_the_line() -> None:
    """An incident opens on first-contact information and is never delayed."""
    stage = Staged()
    desk = stage.desk("2001")
    work(desk, "ring partner\nanswer .\nexpedite ward-1 walkout . patient left")
    caller, asked = (desk.named(kind) for kind in (Kind.CONTACT, Kind.EXPEDITE))
    assert caller is not None
    assert asked is not None
    work(desk, f"park {stage.board.name(caller)} a 999 rings")
    opened, *_ = carry_out(desk, f"open {stage.board.name(asked)} missing")
    assert opened.name == "incident.opened"


def test_that_nobody_rang_back_is_no_alert_once_the_caller_is_on_the_line_again() -> None:
    """An alert follows from the record as it stands and goes when its reason does."""
    late = RecallLate(START + 5 * MINUTE, Role.SUPERVISOR)
    record = given(RANG, ANSWERED, ABANDONED, late, Answered("2211"), on=Contact).record
    assert alerts(record, (), START + 6 * MINUTE) == []
