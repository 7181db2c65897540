"""A partner's safeguarding expedite: each rule of domain/expedite.py. Letter, area 1."""

import pytest
from msgspec.structs import replace

from hueandcry.domain import expedite, logbook
from hueandcry.domain.contact import Contact
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.expedite import (
    Ask,
    Asked,
    Close,
    Closed,
    Decide,
    Decided,
    Decision,
    Expedite,
    Linked,
    LinkIncident,
    Means,
    MissAnswer,
    Stage,
    TellBack,
    Told,
    Unanswered,
    Verified,
    Verify,
)
from hueandcry.domain.fact import Fact, fold
from hueandcry.domain.incident import Incident
from hueandcry.domain.logbook import Correct, Corrected, Note, Noted
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import POLICY_STREAM, Policy, digest_of
from tests.spec.harness import (
    MINUTE,
    START,
    Later,
    adopted,
    commands_in,
    entries,
    entry,
    given,
    later,
    on_duty,
    pack,
    policy,
    ref,
    refused_for,
    stream_of,
    who_may,
)

CALL = stream_of(Contact)
INCIDENT = stream_of(Incident)
DUE = START + 15 * MINUTE

ASKED = Asked("mri-ward-12", "walkout", CALL, "Sister Jones", "0161 496 0000", "patient left without medication")
VERIFIED = Verified(Means.CALL_BACK, "through the switchboard")
ACCEPTED = Decided(Decision.ACCEPT, Means.CALL_BACK, "3003", "real and immediate risk")
HELD = Decided(Decision.HOLD, Means.CALL_BACK, "3003", "the ward searches first")
TOLD = Told("Sister Jones", "we are looking")
CLOSED = Closed("")

ASK = Ask("mri-ward-12", "walkout", CALL, "Sister Jones", "0161 496 0000", "patient left without medication")
VERIFY = Verify(Means.CALL_BACK, "through the switchboard")
NOTE = Note("seen at the bus station")
CORRECT = Correct(1, "ward 14, not 12")
LINK = LinkIncident(INCIDENT)
DECIDE = Decide(Decision.ACCEPT, "real and immediate risk")
TELL_BACK = TellBack("Sister Jones", "we are looking")
CLOSE = Close("")
MISS = MissAnswer()

WORK = [VERIFY, LINK, DECIDE, TELL_BACK, CLOSE]


GRADES = pack("grades-2020")
SOONER = GRADES.replace(b"expedite_answer_within_s = 900", b"expedite_answer_within_s = 60")


def since_adopted(content: bytes) -> Policy:
    """Return the policy after other grades came into force beside those of the founding."""
    newest = entry(POLICY_STREAM, policy().version + 1, adopted(PackKind.GRADES, content))
    return fold(policy(), (newest,))


def judged(under: bytes | None, *facts: Fact[Expedite] | Later) -> Expedite:
    """Return an expedite of which the asking, and nothing later, names the pack it rests on."""
    first, *others = entries(stream_of(Expedite), facts)
    assert first.header is not None
    named = replace(first.header, pack=None if under is None else digest_of(under))
    return fold(Expedite(id=stream_of(Expedite)), (replace(first, header=named), *others))


def name_of(command: Command[Expedite]) -> str:
    return type(command).__name__


# What nobody may do


@pytest.mark.parametrize("command", [*WORK, NOTE], ids=name_of)
def test_nothing_is_done_about_an_expedite_that_nobody_asked(command: Command[Expedite]) -> None:
    given(on=Expedite).when(command).then_refused("there is no such expedite")


@pytest.mark.parametrize("command", WORK, ids=name_of)
def test_a_closed_expedite_is_not_worked(command: Command[Expedite]) -> None:
    given(ASKED, VERIFIED, ACCEPTED, TOLD, CLOSED, on=Expedite).when(command).then_refused("the expedite is closed")


@pytest.mark.parametrize("command", [ASK, VERIFY, NOTE, CORRECT, LINK, TELL_BACK, CLOSE], ids=name_of)
def test_the_floor_works_expedites_and_nobody_else(command: Command[Expedite]) -> None:
    assert who_may(command) == FLOOR


def test_dispatch_does_not_decide_an_expedite() -> None:
    """Letter, area 2: the vulnerability desk, a supervisor or the call handler judges it, and whom a dispute goes to."""
    judges = (Role.VULNERABILITY, Role.SUPERVISOR, Role.HANDLER, Role.SERGEANT, Role.INSPECTOR, Role.INCIDENT_MANAGER)
    assert set(who_may(DECIDE)) == set(judges)
    duty = on_duty(Role.DISPATCHER)
    rule = refused_for(Decide.may, duty)
    given(ASKED, VERIFIED, on=Expedite).when(DECIDE, duty).then_refused(rule)


def test_an_expedite_is_decided_as_the_vulnerability_desk_by_whoever_may_do_so() -> None:
    assert DECIDE.role_for(on_duty(Role.HANDLER, Role.VULNERABILITY)) is Role.VULNERABILITY


def test_only_the_watch_records_that_a_partner_had_no_answer() -> None:
    assert who_may(MISS) == (Role.WATCH,)


def test_every_command_on_expedites_has_its_roles_checked_here() -> None:
    assert {type(one) for one in (ASK, NOTE, CORRECT, MISS, *WORK)} == commands_in(expedite) | commands_in(logbook)


# Asking


def test_a_partner_asks_in_a_lane_of_its_own() -> None:
    """Letter, area 1: calls expedited for safeguarding action from the NHS and children's care homes."""
    record = given(on=Expedite).when(ASK).then(ASKED)
    assert (record.open, record.queue, record.owner) == (True, "partner", "vulnerability")
    assert (record.asked, record.request, record.contact) == (START, ref(Expedite, 1), CALL)
    assert (record.partner, record.sort) == ("mri-ward-12", "walkout")


def test_an_expedite_is_asked_under_the_grades_that_say_when_it_is_answered() -> None:
    without = replace(policy(), adopted=tuple(one for one in policy().adopted if one.kind is not PackKind.GRADES))
    given(on=Expedite).when(ASK, on_duty(policy=without)).then_refused("no grades pack is adopted")
    assert judged(GRADES, ASKED, VERIFIED).asked_under == digest_of(GRADES)


def test_an_expedite_is_asked_once() -> None:
    given(ASKED, on=Expedite).when(ASK).then_refused("this expedite was asked already")


def test_a_partner_asks_for_something() -> None:
    given(on=Expedite).when(Ask("mri-ward-12", "walkout", None, "", "", "")).then_refused(
        "say what the partner asks for"
    )


# Verifying


@pytest.mark.parametrize("means", Means)
def test_how_the_asker_was_verified_is_recorded_also_that_it_was_not_possible(means: Means) -> None:
    record = given(ASKED, on=Expedite).when(Verify(means, "")).then(Verified(means, ""))
    assert (record.means, record.stage) == (means, Stage.ASKED)


# Deciding


@pytest.mark.parametrize("decision", [Decision.ACCEPT, Decision.HOLD])
def test_whoever_decides_has_it_and_their_reason_is_kept(decision: Decision) -> None:
    before = given(ASKED, VERIFIED, on=Expedite)
    record = before.when(Decide(decision, "because"), on_duty(collar="3003")).then(
        Decided(decision, Means.CALL_BACK, "3003", "because")
    )
    assert (record.stage, record.decision, record.owner, record.queue) == (Stage.DECIDED, decision, "3003", "partner")


def test_a_request_that_could_not_be_verified_may_be_decided_and_the_decision_says_so() -> None:
    before = given(ASKED, Verified(Means.NOT_VERIFIED, "no answer"), on=Expedite)
    before.when(DECIDE).then(Decided(Decision.ACCEPT, Means.NOT_VERIFIED, "1001", "real and immediate risk"))


def test_an_expedite_is_not_decided_before_somebody_tried_to_verify_the_asker() -> None:
    rule = "the asker is not verified: verify them, or record that it was not possible"
    given(ASKED, on=Expedite).when(DECIDE).then_refused(rule)


def test_a_decision_needs_a_reason() -> None:
    before = given(ASKED, VERIFIED, on=Expedite)
    before.when(Decide(Decision.ACCEPT, "")).then_refused("the decision on an expedite needs a reason")


@pytest.mark.parametrize("facts", [(HELD,), (HELD, TOLD)])
def test_an_expedite_decided_anew_is_told_anew(facts: tuple[Fact[Expedite], ...]) -> None:
    before = given(ASKED, VERIFIED, *facts, on=Expedite)
    record = before.when(DECIDE).then(Decided(Decision.ACCEPT, Means.CALL_BACK, "1001", "real and immediate risk"))
    assert (record.stage, record.owner) == (Stage.DECIDED, "1001")


# The incident


def test_an_incident_is_opened_for_it() -> None:
    record = given(ASKED, on=Expedite).when(LINK).then(Linked(INCIDENT))
    assert (record.incident, record.stage, record.queue) == (INCIDENT, Stage.ASKED, "partner")


def test_an_expedite_has_one_incident() -> None:
    before = given(ASKED, Linked(INCIDENT), on=Expedite)
    before.when(LinkIncident(stream_of(Incident, 1))).then_refused("the expedite has an incident already")


# Telling back, and the close


@pytest.mark.parametrize("decided", [ACCEPTED, HELD])
def test_the_named_person_at_the_partner_is_told_the_decision(decided: Decided) -> None:
    record = given(ASKED, VERIFIED, decided, on=Expedite).when(TELL_BACK).then(TOLD)
    assert (record.stage, record.queue, record.owner) == (Stage.TOLD, "partner", "3003")


@pytest.mark.parametrize("facts", [(ASKED,), (ASKED, VERIFIED)])
def test_what_is_not_decided_cannot_be_told(facts: tuple[Fact[Expedite], ...]) -> None:
    given(*facts, on=Expedite).when(TELL_BACK).then_refused("nothing is decided yet that could be told")


def test_whoever_was_told_has_a_name() -> None:
    before = given(ASKED, VERIFIED, ACCEPTED, on=Expedite)
    before.when(TellBack("", "we are looking")).then_refused("name the person at the partner who was told")


def test_an_expedite_is_closed_once_the_partner_knows() -> None:
    record = given(ASKED, VERIFIED, ACCEPTED, TOLD, on=Expedite).when(CLOSE).then(CLOSED)
    assert (record.open, record.queue) == (False, None)


@pytest.mark.parametrize("facts", [(), (VERIFIED,), (VERIFIED, ACCEPTED), (VERIFIED, HELD, TOLD, ACCEPTED)])
def test_an_expedite_is_not_closed_before_the_partner_knows_its_last_decision(
    facts: tuple[Fact[Expedite], ...],
) -> None:
    undecided = "nothing is decided since they asked: decide it first ('decide')"
    rule = "the partner was not told: tell the named contact first ('tellback')" if ACCEPTED in facts else undecided
    given(ASKED, *facts, on=Expedite).when(CLOSE).then_refused(rule)


def test_an_expedite_on_hold_is_not_closed() -> None:
    rule = "the expedite is on hold: decide it before it is closed"
    given(ASKED, VERIFIED, HELD, TOLD, on=Expedite).when(CLOSE).then_refused(rule)


# The log


@pytest.mark.parametrize("facts", [(ASKED,), (ASKED, VERIFIED, ACCEPTED, TOLD, CLOSED)])
def test_a_line_is_written_at_any_time_also_after_the_close(facts: tuple[Fact[Expedite], ...]) -> None:
    before = given(*facts, on=Expedite)
    record = before.when(NOTE).then(Noted("seen at the bus station"))
    assert (record.stage, record.queue) == (before.record.stage, before.record.queue)


@pytest.mark.parametrize("facts", [(ASKED,), (ASKED, VERIFIED, ACCEPTED, TOLD, CLOSED)])
def test_a_correction_names_the_fact_and_leaves_it_as_it_was(facts: tuple[Fact[Expedite], ...]) -> None:
    before = given(*facts, on=Expedite)
    record = before.when(CORRECT).then(Corrected(ref(Expedite, 1), "ward 14, not 12"))
    assert (record.request, record.stage) == (ref(Expedite, 1), before.record.stage)


@pytest.mark.parametrize("version", [-1, 0, 3])
def test_only_a_fact_that_is_there_can_be_corrected(version: int) -> None:
    rule = f"the expedite has facts 1 to 2, none with number {version}"
    given(ASKED, VERIFIED, on=Expedite).when(Correct(version, "no")).then_refused(rule)


# The watch


def test_a_partner_without_an_answer_is_recorded_at_the_moment_and_not_before() -> None:
    before = given(ASKED, on=Expedite)
    before.when(MISS, on_duty(now=DUE - 1)).then_nothing()
    record = before.when(MISS, on_duty(now=DUE)).then(Unanswered(DUE))
    assert (record.queue, record.owner, record.stage) == ("partner", "vulnerability", Stage.ASKED)


def test_a_partner_without_an_answer_is_recorded_once() -> None:
    given(ASKED, Unanswered(DUE), on=Expedite).when(MISS, on_duty(now=DUE + 60 * MINUTE)).then_nothing()


def test_a_decision_that_nobody_told_is_no_answer() -> None:
    before = given(ASKED, VERIFIED, later(minutes=5), ACCEPTED, on=Expedite)
    before.when(MISS, on_duty(now=DUE)).then(Unanswered(DUE))


@pytest.mark.parametrize("facts", [(), (ASKED, VERIFIED, ACCEPTED, TOLD), (ASKED, VERIFIED, ACCEPTED, TOLD, CLOSED)])
def test_the_watch_says_nothing_where_no_partner_waits(facts: tuple[Fact[Expedite], ...]) -> None:
    given(*facts, on=Expedite).when(MISS, on_duty(now=DUE + 10_000 * MINUTE)).then_nothing()


def test_the_time_to_answer_is_that_of_the_pack_under_which_it_was_asked() -> None:
    """An old request is judged by the pack of its day, whatever was adopted since."""
    record = judged(GRADES, ASKED, VERIFIED, later(minutes=1), HELD)
    assert record.answer_by(policy()) == record.answer_by(since_adopted(SOONER)) == DUE
    assert judged(SOONER, ASKED).answer_by(since_adopted(SOONER)) == START + MINUTE


def test_an_asking_that_names_no_pack_we_know_has_the_time_in_force() -> None:
    assert judged(None, ASKED).answer_by(since_adopted(SOONER)) == START + MINUTE
    assert judged(b"never adopted", ASKED).answer_by(since_adopted(SOONER)) == START + MINUTE


def test_the_watch_says_that_a_partner_had_no_answer_by_the_pack_under_which_it_was_asked() -> None:
    record = judged(GRADES, ASKED)
    assert MISS.decide(record, on_duty(now=DUE - 1, policy=since_adopted(SOONER))) == []
    assert MISS.decide(record, on_duty(now=DUE, policy=since_adopted(SOONER))) == [Unanswered(DUE)]


# The whole life


def test_an_expedite_stands_in_its_lane_with_one_owner_until_it_is_closed() -> None:
    life: list[tuple[Fact[Expedite] | Later, str | None, str]] = [
        (ASKED, "partner", "vulnerability"),
        (Linked(INCIDENT), "partner", "vulnerability"),
        (VERIFIED, "partner", "vulnerability"),
        (Unanswered(DUE), "partner", "vulnerability"),
        (HELD, "partner", "3003"),
        (TOLD, "partner", "3003"),
        (ACCEPTED, "partner", "3003"),
        (TOLD, "partner", "3003"),
        (CLOSED, None, "3003"),
    ]
    for upto in range(1, len(life) + 1):
        record = given(*(fact for fact, _, _ in life[:upto]), on=Expedite).record
        assert (record.queue, record.owner) == life[upto - 1][1:], life[upto - 1][0]


def test_an_answer_is_due_from_the_asking_whatever_was_decided_until_it_is_told() -> None:
    assert given(later(minutes=1), ASKED, on=Expedite).record.answer_by(policy()) == DUE + MINUTE
    assert given(ASKED, VERIFIED, later(minutes=9), HELD, on=Expedite).record.answer_by(policy()) == DUE
    assert given(ASKED, VERIFIED, HELD, TOLD, on=Expedite).record.answer_by(policy()) is None
    assert given(on=Expedite).record.answer_by(policy()) is None


def test_who_was_told_in_time_is_not_unanswered_when_what_was_held_is_decided_again() -> None:
    """The answer was given; that there is another to tell holds up the close, and is no answer that never came."""
    record = given(ASKED, VERIFIED, HELD, TOLD, ACCEPTED, on=Expedite).record
    assert record.answer_by(policy()) is None
    given(ASKED, VERIFIED, HELD, TOLD, ACCEPTED, on=Expedite).when(CLOSE).then_refused(
        "the partner was not told: tell the named contact first ('tellback')"
    )
