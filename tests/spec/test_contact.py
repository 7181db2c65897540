"""One contact through any channel, from the ring to the close: each rule of domain/contact.py."""

import pytest
from msgspec.structs import replace

from hueandcry.domain import contact, logbook, triage
from hueandcry.domain.contact import (
    Abandon,
    Abandoned,
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
    Transfer,
    Transferred,
    Triaged,
)
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import Fact, fold
from hueandcry.domain.history import ContactLoaded, LoadContact
from hueandcry.domain.incident import Incident
from hueandcry.domain.logbook import Correct, Corrected, Note, Noted
from hueandcry.domain.triage import ElementPassedOver, ElementTriaged, PassOver, Triage
from tests.spec.harness import (
    MINUTE,
    START,
    commands_in,
    entry,
    given,
    later,
    on_duty,
    ref,
    refused_for,
    stream_of,
    who_may,
)

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
ABANDON = Abandon()
CLOSE = Close("rung back, a pocket call")

WORK = [ANSWER, LOCATE, TRIAGE, PASS_OVER, LINK, RESOLVE, TRANSFER, ABANDON, CLOSE]
TAKEN_ONLY = [LOCATE, TRIAGE, PASS_OVER, LINK, RESOLVE, TRANSFER]


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
    assert {type(one) for one in (RING, NOTE, CORRECT, *WORK)} == commands_in(contact) | commands_in(
        triage
    ) | commands_in(logbook)


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


def test_an_element_the_pack_does_not_have_is_not_passed_over() -> None:
    rule = f"strive-2020 has no element mood; it has {', '.join(ELEMENTS)}"
    given(RANG, ANSWERED, on=Contact).when(PassOver("mood", "unsafe", "")).then_refused(rule)


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
    rule = f"risk is not assessed: {ELEMENTS[missing]} neither answered nor passed over with a reason"
    before.when(RESOLVE).then_refused(rule)


def test_a_contact_about_which_nothing_was_asked_is_told_all_that_is_missing() -> None:
    rule = f"risk is not assessed: {', '.join(ELEMENTS)} neither answered nor passed over with a reason"
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
    record = given(RANG, ANSWERED, ABANDONED, on=Contact).when(ANSWER, on_duty(collar="2211")).then(Answered("2211"))
    assert (record.queue, record.owner) == ("in-hand", "2211")


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


def test_a_lost_caller_is_not_closed_without_saying_who_was_reached() -> None:
    rule = "the caller was lost: say who was rung back, and what came of it"
    given(RANG, ANSWERED, ABANDONED, on=Contact).when(Close("")).then_refused(rule)


def test_a_lost_caller_is_closed_with_what_came_of_the_recall() -> None:
    record = given(RANG, ANSWERED, ABANDONED, on=Contact).when(CLOSE).then(Closed("rung back, a pocket call"))
    assert not record.open


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
