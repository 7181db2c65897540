"""An incident from the opening to the close: each rule of domain/incident.py."""

import pytest
from msgspec.structs import replace

from hueandcry.domain import deployment, grading, incident, logbook, outcome
from hueandcry.domain.advice import Advised, InterimRiskSet
from hueandcry.domain.contact import Contact, Source
from hueandcry.domain.crime import CrimeRecorded, NoCrimeFound
from hueandcry.domain.deployment import (
    Arrive,
    Attended,
    MissTarget,
    Resourced,
    Review,
    Reviewed,
    Send,
    StandDown,
    StoodDown,
    TargetMissed,
)
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import Fact, FactRef, fold
from hueandcry.domain.grading import Assess, Assessed, Grade, Graded, Regraded
from hueandcry.domain.handover import HandedOver, Own, Owned, UpdateSeen
from hueandcry.domain.history import IncidentLoaded, LoadIncident
from hueandcry.domain.incident import (
    AddContact,
    Change,
    Changed,
    Contacted,
    Incident,
    Locate,
    Located,
    Open,
    Opened,
    Stage,
)
from hueandcry.domain.logbook import Correct, Corrected, Note, Noted
from hueandcry.domain.outcome import CallerTold, Close, Closed, Result, Resulted, TellCaller
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import InterimRisk, Reply, Target, Triaged
from hueandcry.domain.policy import POLICY_STREAM, Policy, digest_of
from tests.spec.harness import (
    APPROVAL,
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
    stream_of,
    there,
    who_may,
)

HOUR = 60 * MINUTE
CALL = stream_of(Contact)
SECOND_CALL = stream_of(Contact, 1)
CALM = {
    "situation": "past",
    "threat": "none",
    "risk": "low",
    "investigation": "none",
    "vulnerability": "none",
    "engagement": "wants-police",
}
SECOND_LOOK = (
    "needs a second look where someone is vulnerable or it is domestic: "
    "put 'propose' before the line, and have another person approve it"
)


def reply(element: str, answer: str) -> Reply:
    """Return one answer; what was not asked was not safe to ask."""
    return Reply(element, answer, "unsafe" if answer == "not-asked" else None)


def replies(**answers: str) -> tuple[Reply, ...]:
    """Return answers to every element, calm ones where none is given, and behind them those to questions."""
    questions = tuple(reply(code, answer) for code, answer in answers.items() if code not in CALM)
    return (*(reply(element, answers.get(element, calm)) for element, calm in CALM.items()), *questions)


def assessed(
    suggested: str = "4", *grounds: str, statement: str = "", heard: tuple[FactRef, ...] = (), **answers: str
) -> Assessed:
    """Return the assessment on which the pack suggests a grade, calm where no answers are given."""
    said = replies(**answers)
    return Assessed(
        said,
        heard,
        sum(one.answer == "not-asked" for one in said),
        answers.get("vulnerability") in ("child", "adult", "repeat"),
        suggested,
        grounds or ("nothing-more-urgent",),
        statement,
    )


def graded(grade: str, on: int = 2) -> Graded:
    """Return the first grade, as suggested, on the assessment that is fact `on`."""
    return Graded(grade, grade, 0, ref(Incident, on), "")


def regraded(was: str, grade: str) -> Regraded:
    return Regraded(was, grade, grade < was, "4", ref(Incident, 2), None, "it changed")


OPENED = Opened("suspicious", False, "1001", CALL, "a man is shouting")
OWN_MOTION = Opened("police-generated", False, "1001", None, "warrant")
DOMESTIC = Opened("domestic", True, "1001", CALL, "he is back")
ASSESSED = assessed()
VULNERABLE = assessed("3", "vulnerable", "vulnerability.child", vulnerability="child")
GRADED = graded("3")
SENT = Resourced("AB12", False)
AT_SCENE = Attended("AB12")
ADVISED = Resulted("advice", False, None, "")
DEALT_WITH = Resulted("attended", True, None, "arrest made")
TOLD = CallerTold("rang back, will not attend")
CLOSED = Closed("")
FREED = StoodDown("AB12", "it is closed")
LOADED = IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came")

OPEN = Open("suspicious", "a man is shouting", CALL)
LOCATE = Locate("CENTRAL", "12 Mill Lane")
ADD_CONTACT = AddContact(SECOND_CALL)
CHANGE = Change("he is back")
ASSESS = Assess((), replies(), "")
GRADE = Grade("2", "knife seen")
OWN = Own(there("2211"))
SEND = Send("AB12")
ARRIVE = Arrive("AB12")
NOTE = Note("the door is red")
CORRECT = Correct(1, "number 21, not 12")
TELL = TellCaller("rang back, will not attend")
RESULT = Result("advice", "")
CLOSE = Close("")
MISS = MissTarget(Target.ATTEND)
REVIEW = Review("rang back, nothing new")
STAND_DOWN = StandDown("AB12", "clear")
LOAD = LoadIncident(LOADED)

WORK = [LOCATE, ADD_CONTACT, CHANGE, ASSESS, GRADE, OWN, SEND, ARRIVE, REVIEW, TELL, RESULT, CLOSE]
TO_GRADE = (OPENED, ASSESSED)
IN_QUEUE = (OPENED, ASSESSED, GRADED)


def name_of(command: Command[Incident]) -> str:
    return type(command).__name__


# What nobody may do


@pytest.mark.parametrize("command", [*WORK, NOTE], ids=name_of)
def test_nothing_is_done_about_an_incident_that_was_never_opened(command: Command[Incident]) -> None:
    given(on=Incident).when(command).then_refused("there is no such incident")


@pytest.mark.parametrize("command", WORK, ids=name_of)
def test_a_closed_incident_is_not_worked(command: Command[Incident]) -> None:
    given(*IN_QUEUE, DEALT_WITH, CLOSED, on=Incident).when(command).then_refused("the incident is closed")


@pytest.mark.parametrize("command", WORK, ids=name_of)
def test_history_is_not_worked(command: Command[Incident]) -> None:
    given(LOADED, on=Incident).when(command).then_refused("this incident was loaded as history; history is not worked")


@pytest.mark.parametrize("command", [OPEN, NOTE, CORRECT, *WORK], ids=name_of)
def test_the_floor_works_incidents_and_nobody_else(command: Command[Incident]) -> None:
    assert who_may(command) == FLOOR


def test_only_the_watch_records_missed_targets_and_only_an_administrator_loads_history() -> None:
    assert who_may(MISS) == (Role.WATCH,)
    assert who_may(LOAD) == (Role.ADMINISTRATOR,)


def test_every_command_on_incidents_has_its_roles_checked_here() -> None:
    assert {type(one) for one in (OPEN, NOTE, CORRECT, MISS, STAND_DOWN, *WORK)} == {Own}.union(
        *map(commands_in, (incident, grading, deployment, outcome, logbook))
    )


# Opening


def test_an_incident_opens_on_the_first_words_of_a_call_and_waits_to_be_assessed() -> None:
    record = given(on=Incident).when(OPEN).then(OPENED)
    assert (record.open, record.queue, record.owner) == (True, "assess", "1001")
    assert (record.opened, record.contacts, record.summary) == (START, (CALL,), ref(Incident, 1))
    assert (record.category, record.changed) == ("suspicious", 1)


def test_an_incident_can_be_opened_without_a_call() -> None:
    record = given(on=Incident).when(Open("police-generated", "warrant", None)).then(OWN_MOTION)
    assert record.contacts == ()


def test_a_domestic_incident_is_marked_as_such_from_the_category_pack() -> None:
    record = given(on=Incident).when(Open("domestic", "he is back", CALL)).then(DOMESTIC)
    assert (record.domestic, record.careful) == (True, True)


def test_an_incident_opens_once() -> None:
    given(OPENED, on=Incident).when(OPEN).then_refused("this incident is open already")


def test_an_incident_opens_under_a_category_of_the_pack() -> None:
    given(on=Incident).when(Open("ufo", "", None)).then_refused("categories-2011 has no category ufo")


# Where


def test_a_place_said_to_a_call_taker_is_referred_to_and_not_copied() -> None:
    said = FactRef(CALL, 3)
    record = (
        given(OPENED, on=Incident)
        .when(Locate("WEST", "", Source.CALLER, said))
        .then(Located("WEST", Source.CALLER, said, ""))
    )
    assert (record.district, record.district_source, record.place) == ("WEST", Source.CALLER, said)


def test_a_place_typed_for_the_incident_stands_in_its_own_log() -> None:
    record = given(OPENED, on=Incident).when(LOCATE).then(Located("CENTRAL", Source.HANDLER, None, "12 Mill Lane"))
    assert (record.district, record.district_source, record.place) == ("CENTRAL", Source.HANDLER, ref(Incident, 2))


# Material changes


def test_another_call_reopens_the_assessment() -> None:
    """Letter, area 1: whoever rings again is heard, and the risk is judged anew."""
    record = given(*IN_QUEUE, on=Incident).when(ADD_CONTACT).then(Contacted(SECOND_CALL, ()))
    assert (record.queue, record.assessment_current, record.contacts) == ("assess", False, (CALL, SECOND_CALL))


def test_a_call_that_is_linked_already_changes_nothing() -> None:
    given(*IN_QUEUE, on=Incident).when(AddContact(CALL)).then_nothing()


def test_a_material_change_reopens_the_assessment() -> None:
    record = given(*IN_QUEUE, on=Incident).when(CHANGE).then(Changed("he is back"))
    assert (record.queue, record.assessment_current) == ("assess", False)


def test_a_material_change_says_what_changed() -> None:
    given(*IN_QUEUE, on=Incident).when(Change("")).then_refused("say what changed")


CHANGES = pytest.mark.parametrize("change", [Changed("he is back"), Contacted(SECOND_CALL, ())], ids=["change", "call"])


@CHANGES
@pytest.mark.parametrize("there", [True, False], ids=["attended", "not attended"])
def test_what_happens_after_the_result_takes_it_back_and_the_incident_is_worked_again(
    change: Fact[Incident], there: bool
) -> None:
    """Letter, areas 1 and 5: whoever rings after the result is no footnote to it."""
    resulted = (SENT, AT_SCENE, DEALT_WITH) if there else (ADVISED,)
    record = given(*IN_QUEUE, *resulted, change, on=Incident).record
    assert (record.stage, record.result) == (Stage.ATTENDED if there else Stage.GRADED, "")
    assert (record.queue, record.attended, record.grade) == ("assess", there, "3")
    assert given(*IN_QUEUE, *resulted, change, ASSESSED, on=Incident).record.queue == (
        "deployed" if there else "dispatch"
    )


@CHANGES
@pytest.mark.parametrize("facts", [(), (SENT,), (SENT, AT_SCENE)], ids=["graded", "sent", "attended"])
def test_what_happens_before_the_result_leaves_the_stage_as_it_is(
    change: Fact[Incident], facts: tuple[Fact[Incident], ...]
) -> None:
    before = given(*IN_QUEUE, *facts, on=Incident).record
    record = given(*IN_QUEUE, *facts, change, on=Incident).record
    assert (record.stage, record.attended, record.result) == (before.stage, before.attended, "")


@CHANGES
def test_an_incident_whose_result_was_taken_back_is_graded_sent_to_and_resulted_again(change: Fact[Incident]) -> None:
    before = given(*IN_QUEUE, ADVISED, change, ASSESSED, on=Incident)
    before.when(GRADE).then(Regraded("3", "2", True, "4", ref(Incident, 6), None, "knife seen"))
    before.when(SEND).then(SENT)
    record = before.when(Result("not-police", "")).then(Resulted("not-police", False, None, ""))
    assert (record.stage, record.result) == (Stage.RESULTED, "not-police")


def test_a_line_in_the_log_does_not_reopen_the_assessment() -> None:
    record = given(*IN_QUEUE, on=Incident).when(NOTE).then(Noted("the door is red"))
    assert (record.queue, record.assessment_current) == ("dispatch", True)


# Assessment


def test_risk_is_assessed_from_answers_to_every_element() -> None:
    """Letter, area 1."""
    record = (
        given(OPENED, on=Incident).when(Assess((), replies(), "he has left")).then(assessed(statement="he has left"))
    )
    assert (record.assessed, record.suggested, record.queue) == (ref(Incident, 2), "4", "grade")


@pytest.mark.parametrize("missing", list(CALM))
def test_risk_is_not_assessed_while_an_element_is_neither_answered_nor_passed_over(missing: str) -> None:
    said = tuple(one for one in replies() if one.element != missing)
    rule = f"risk is not assessed: {missing} neither answered ('triage') nor passed over with a reason ('notasked')"
    given(OPENED, on=Incident).when(Assess((), said, "")).then_refused(rule)


def test_an_answer_the_pack_does_not_offer_is_not_taken() -> None:
    rule = (
        "threat is answered with one of weapon, present, spoken, none, unknown, "
        "or why it was not asked: line-lost, unsafe, unable, language, not-relevant"
    )
    given(OPENED, on=Incident).when(Assess((), replies(threat="knife"), "")).then_refused(rule)


def test_an_element_the_pack_does_not_have_is_not_taken() -> None:
    rule = f"strive-2020 has no element mood; it has {', '.join(CALM)}"
    given(OPENED, on=Incident).when(Assess((), (*replies(), Reply("mood", "low")), "")).then_refused(rule)


def test_what_was_not_asked_is_counted_in_the_assessment_and_at_grading() -> None:
    """Letter, area 1: an assessment shows what it does not rest on."""
    passed_over = {"vulnerability": "not-asked", "engagement": "not-asked"}
    suggests = assessed("4", "nothing-more-urgent", **passed_over)
    assert suggests.not_asked == 2
    given(OPENED, on=Incident).when(Assess((), replies(**passed_over), "")).then(suggests)
    given(OPENED, suggests, on=Incident).when(Grade("4", "")).then(Graded("4", "4", 2, ref(Incident, 2), ""))


@pytest.mark.parametrize("why", ["line-lost", "unsafe", "unable", "language", "not-relevant"])
def test_an_element_is_passed_over_with_a_reason_of_the_pack_and_the_assessment_keeps_it(why: str) -> None:
    """Letter, area 1: each element is answered, or passed over with a reason."""
    given_now = Reply("engagement", "not-asked", why)
    record = (
        given(OPENED, ASSESSED, on=Incident)
        .when(Assess((), (given_now,), ""))
        .then(Assessed((*replies()[:-1], given_now), (), 1, False, "4", ("nothing-more-urgent",), ""))
    )
    assert record.replies[-1] == given_now


@pytest.mark.parametrize("why", [None, "busy", "not-asked", "weapon"])
def test_an_element_is_not_passed_over_without_a_reason_of_the_pack(why: str | None) -> None:
    rule = "say why threat was not asked: line-lost, unsafe, unable, language, not-relevant"
    given(OPENED, ASSESSED, on=Incident).when(Assess((), (Reply("threat", "not-asked", why),), "")).then_refused(rule)


ONE_ANSWER = [
    ({}, "risk=life", "1", ("life-at-risk", "risk.life")),
    ({}, "breathing=no", "1", ("not-breathing", "breathing.no")),
    ({"situation": "now"}, "threat=weapon", "1", ("weapon-now", "situation.now", "threat.weapon")),
    (
        {"situation": "now", "threat": "present"},
        "risk=serious",
        "1",
        ("threat-present-now", "situation.now", "threat.present", "risk.serious"),
    ),
    (
        {"situation": "now"},
        "engagement=unsafe-to-talk",
        "1",
        ("unsafe-to-talk-now", "situation.now", "engagement.unsafe-to-talk"),
    ),
    (
        {"threat": "spoken"},
        "vulnerability=child",
        "2",
        ("vulnerable-and-threatened", "threat.spoken", "vulnerability.child"),
    ),
    ({}, "risk=serious", "2", ("serious-risk", "risk.serious")),
    ({}, "threat=present", "2", ("threat-present", "threat.present")),
    (
        {"situation": "now"},
        "vulnerability=unknown",
        "2",
        ("vulnerability-not-asked", "situation.now", "vulnerability.unknown"),
    ),
    (
        {"situation": "now"},
        "vulnerability=not-asked",
        "2",
        ("vulnerability-not-asked", "situation.now", "vulnerability.not-asked"),
    ),
    ({}, "vulnerability=adult", "3", ("vulnerable", "vulnerability.adult")),
    ({}, "investigation=perishing", "3", ("evidence-will-not-last", "investigation.perishing")),
    ({}, "situation=now", "3", ("happening-now", "situation.now")),
    ({}, "engagement=wants-advice", "5", ("advice-wanted", "threat.none", "risk.low", "engagement.wants-advice")),
    ({"risk": "life"}, "risk=low", "4", ("nothing-more-urgent",)),
]


@pytest.mark.parametrize(("before", "change", "suggested", "grounds"), ONE_ANSWER, ids=[row[1] for row in ONE_ANSWER])
def test_one_answer_changes_the_suggested_grade_and_its_grounds(
    before: dict[str, str], change: str, suggested: str, grounds: tuple[str, ...]
) -> None:
    """Letter, area 1: the assessment decides the response. The other answers stand as they were last assessed."""
    element, answer = change.split("=")
    last = Assess((), replies(**before), "").decide(given(OPENED, on=Incident).record, on_duty())[0]
    assert isinstance(last, Assessed)
    assert last.grounds != grounds
    after = assessed(suggested, *grounds, **{**before, element: answer})
    given(OPENED, last, on=Incident).when(Assess((), (reply(element, answer),), "")).then(after)


def test_every_rule_of_the_risk_pack_is_reached_by_one_answer_above() -> None:
    assert {row[3][0] for row in ONE_ANSWER} == {rule.because for rule in policy().risk.suggest}


def test_the_most_urgent_rule_that_the_answers_meet_decides() -> None:
    said = {"risk": "life", "situation": "now", "threat": "weapon", "vulnerability": "child"}
    expected = assessed("1", "life-at-risk", "risk.life", **said)
    given(OPENED, on=Incident).when(Assess((), replies(**said), "")).then(expected)


@pytest.mark.parametrize(
    ("answer", "vulnerable"),
    [("child", True), ("adult", True), ("repeat", True), ("none", False), ("unknown", False), ("not-asked", False)],
)
def test_the_assessment_tells_whether_someone_is_vulnerable(answer: str, vulnerable: bool) -> None:
    (fact,) = Assess((), replies(vulnerability=answer), "").decide(given(OPENED, on=Incident).record, on_duty())
    assert isinstance(fact, Assessed)
    assert fact.vulnerable is vulnerable
    assert given(OPENED, fact, on=Incident).record.careful is vulnerable


# What callers said


def heard(element: str, answer: str, *, at: int, call: bytes = CALL, version: int = 9) -> Triaged:
    return Triaged(element, answer, FactRef(call, version), at)


def all_heard(at: int, **answers: str) -> tuple[Triaged, ...]:
    """Return what a caller said to every element, one after another in facts 3 to 8 of the call."""
    return tuple(
        heard(one.element, one.answer, at=at, version=version) for version, one in enumerate(replies(**answers), 3)
    )


def refs(*said: Triaged) -> tuple[FactRef, ...]:
    return tuple(one.said for one in said)


def test_what_a_caller_was_asked_before_the_opening_counts() -> None:
    before = given(later(minutes=2), OPENED, on=Incident)
    said = all_heard(START)
    record = before.when(Assess(said, (), "")).then(assessed(heard=refs(*said)))
    assert record.heard == refs(*said)


def test_what_is_given_now_stands_over_what_a_caller_said() -> None:
    """It was heard all the same: later it does not undo what was given."""
    before = given(later(minutes=2), OPENED, on=Incident)
    said = all_heard(START, risk="life")
    before.when(Assess(said, (Reply("risk", "low"),), "")).then(assessed(heard=refs(*said)))


def test_what_a_caller_said_since_stands_over_the_last_assessment() -> None:
    before = given(OPENED, ASSESSED, Changed("he is back"), on=Incident)
    said = heard("risk", "life", at=START + MINUTE)
    expected = assessed("1", "life-at-risk", "risk.life", heard=refs(said), risk="life")
    before.when(Assess((said,), (), "")).then(expected)


def test_a_caller_who_is_asked_again_since_is_heard_again() -> None:
    first, again = heard("risk", "low", at=START), heard("risk", "life", at=START + MINUTE, version=10)
    before = given(OPENED, assessed(heard=refs(first)), Changed("she rang off"), on=Incident)
    expected = assessed("1", "life-at-risk", "risk.life", heard=refs(again), risk="life")
    before.when(Assess((again,), (), "")).then(expected)


def test_what_a_caller_said_before_does_not_undo_the_last_assessment() -> None:
    said = heard("risk", "life", at=START)
    before = given(OPENED, assessed(heard=refs(said)), Changed("she is with her sister"), on=Incident)
    before.when(Assess((said,), (), "")).then(ASSESSED)


def test_what_a_caller_has_since_corrected_does_not_undo_the_last_assessment() -> None:
    """Two desks assess at once: the one that was second decides again on what its line had read before."""
    stale, since = heard("risk", "low", at=START, version=9), heard("risk", "life", at=START + 1, version=10)
    last = assessed("1", "life-at-risk", "risk.life", heard=refs(since), risk="life")
    (fact,) = Assess((stale,), (), "").decide(given(OPENED, last, on=Incident).record, on_duty())
    assert isinstance(fact, Assessed)
    assert fact.suggested == "1"


def test_what_was_heard_in_any_earlier_assessment_stays_heard() -> None:
    first, second = heard("risk", "life", at=START), heard("threat", "weapon", at=START, call=SECOND_CALL)
    before = given(OPENED, assessed(heard=refs(first)), assessed(heard=refs(second)), ASSESSED, on=Incident)
    record = before.when(Assess((first, second), (), "")).then(ASSESSED)
    assert record.heard == refs(first, second)


ARMED = ("2", "threat-present", "threat.weapon")


def test_of_several_callers_the_most_serious_answer_stands() -> None:
    """Who saw nothing takes no knife back that another saw, in whatever order they rang and were linked."""
    before = given(later(minutes=9), OPENED, on=Incident)
    for one, other in ((CALL, SECOND_CALL), (SECOND_CALL, CALL)):
        saw, saw_none = (
            heard("threat", "weapon", at=START + 4, call=one),
            heard("threat", "none", at=START + 5, call=other),
        )
        expected = assessed(*ARMED, heard=refs(*all_heard(START), saw, saw_none), threat="weapon")
        before.when(Assess((saw_none, *all_heard(START), saw), (), "")).then(expected)


def test_who_is_heard_for_the_first_time_takes_nothing_back_and_who_was_heard_takes_back_their_own() -> None:
    """The first caller's knife stands beside a neighbour who saw none, until the first says that it is gone."""
    armed = assessed(*ARMED, heard=refs(heard("threat", "weapon", at=START)), threat="weapon")
    before = given(OPENED, armed, later(minutes=9), Contacted(SECOND_CALL, ()), on=Incident)
    neighbour = heard("threat", "none", at=START + MINUTE, call=SECOND_CALL)
    before.when(Assess((neighbour,), (), "")).then(assessed(*ARMED, heard=refs(neighbour), threat="weapon"))
    gone = replace(heard("threat", "none", at=START + MINUTE), said=FactRef(CALL, 90))
    before.when(Assess((gone,), (), "")).then(assessed(heard=refs(gone)))
    by_hand = Assess((neighbour,), (Reply("threat", "none"),), "he is in custody")
    assert before.when(by_hand).then(assessed(heard=refs(neighbour), statement="he is in custody")).suggested == "4"


def test_a_call_linked_after_the_assessment_is_heard_though_its_caller_was_asked_before() -> None:
    """Letter, area 1: the second caller knew of the child; the call was triaged first, and linked a minute later."""
    before = given(OPENED, later(minutes=2), ASSESSED, Contacted(SECOND_CALL, ()), on=Incident)
    said = heard("vulnerability", "child", at=START + MINUTE, call=SECOND_CALL)
    expected = assessed("3", "vulnerable", "vulnerability.child", heard=refs(said), vulnerability="child")
    before.when(Assess((said,), (), "")).then(expected)


@pytest.mark.parametrize("known", ["by the first caller", "by the last assessment"])
def test_a_caller_who_was_not_asked_does_not_undo_what_is_known(known: str) -> None:
    """Letter, area 1: a line that was lost takes nothing back."""
    passed_over = heard("risk", "not-asked", at=START + MINUTE, call=SECOND_CALL)
    if known == "by the first caller":
        before, said = given(later(minutes=2), OPENED, on=Incident), (*all_heard(START, risk="life"), passed_over)
    else:
        last = assessed("1", "life-at-risk", "risk.life", risk="life")
        before, said = given(OPENED, last, Contacted(SECOND_CALL, ()), on=Incident), (passed_over,)
    expected = assessed("1", "life-at-risk", "risk.life", heard=refs(*said), risk="life")
    before.when(Assess(said, (), "")).then(expected)


def test_what_no_caller_was_asked_is_counted_and_the_reason_stays_with_the_call() -> None:
    said = all_heard(START, engagement="not-asked")
    expected = Assessed(
        (*replies()[:-1], Reply("engagement", "not-asked")),
        refs(*said),
        1,
        False,
        "4",
        ("nothing-more-urgent",),
        "",
    )
    given(OPENED, on=Incident).when(Assess(said, (), "")).then(expected)


def test_what_one_caller_was_not_asked_another_answers() -> None:
    first, second = all_heard(START, risk="not-asked"), heard("risk", "life", at=START + 1, call=SECOND_CALL)
    expected = assessed("1", "life-at-risk", "risk.life", heard=refs(*first, second), risk="life")
    given(OPENED, on=Incident).when(Assess((*first, second), (), "")).then(expected)


# Grading


def test_the_suggested_grade_needs_no_reason() -> None:
    record = given(*TO_GRADE, on=Incident).when(Grade("4", "")).then(graded("4"))
    assert (record.grade, record.graded_on, record.queue) == ("4", ref(Incident, 2), "dispatch")


def test_a_grade_hands_the_incident_to_dispatch() -> None:
    record = given(*TO_GRADE, Owned("2211"), on=Incident).when(Grade("4", "")).then(graded("4"))
    assert record.owner == "dispatcher"


@pytest.mark.parametrize("grade", ["1", "2", "3", "5"])
def test_another_grade_than_the_suggested_one_needs_a_reason(grade: str) -> None:
    rule = f"the answers suggest grade 4: say why it is {grade}"
    given(*TO_GRADE, on=Incident).when(Grade(grade, "")).then_refused(rule)


def test_a_person_may_choose_another_grade_and_both_are_kept() -> None:
    given(*TO_GRADE, on=Incident).when(Grade("2", "knife seen")).then(
        Graded("2", "4", 0, ref(Incident, 2), "knife seen")
    )


def test_an_incident_is_not_graded_before_it_is_assessed() -> None:
    given(OPENED, on=Incident).when(Grade("4", "")).then_refused("risk is not assessed: assess it first")


@CHANGES
@pytest.mark.parametrize("facts", [(), (GRADED,)], ids=["grade", "regrade"])
def test_an_incident_is_not_graded_on_an_assessment_older_than_the_last_material_change(
    facts: tuple[Fact[Incident], ...], change: Fact[Incident]
) -> None:
    """Letter, area 1."""
    before = given(*TO_GRADE, *facts, change, on=Incident)
    changed = 3 + len(facts)
    rule = f"risk is not assessed since the last material change (fact {changed}): assess it first"
    before.when(GRADE).then_refused(rule)


def test_an_incident_is_graded_with_a_grade_of_the_pack() -> None:
    rule = "grades-2020 has no grade 9; it has 1, 2, 3, 4, 5"
    given(*TO_GRADE, on=Incident).when(Grade("9", "why not")).then_refused(rule)


# Re-grading


def test_a_regrade_names_what_it_was_and_rests_on_the_newest_assessment() -> None:
    before = given(*IN_QUEUE, Changed("he has gone"), ASSESSED, on=Incident)
    record = before.when(Grade("5", "he has gone")).then(
        Regraded("3", "5", False, "4", ref(Incident, 5), None, "he has gone")
    )
    assert (record.grade, record.graded_on, record.stage) == ("5", ref(Incident, 5), Stage.GRADED)


def test_a_regrade_needs_a_reason() -> None:
    """Letter, area 1; HMICFRS 2018 on unexplained re-grades."""
    given(*IN_QUEUE, on=Incident).when(Grade("2", "")).then_refused("a re-grade needs a reason")


def test_a_regrade_is_to_another_grade() -> None:
    given(*IN_QUEUE, on=Incident).when(Grade("3", "again")).then_refused("the incident is grade 3 already")


def test_a_resulted_incident_is_not_regraded() -> None:
    rule = "the incident is resulted: it is not graded any more"
    given(*IN_QUEUE, DEALT_WITH, on=Incident).when(GRADE).then_refused(rule)


@pytest.mark.parametrize("facts", [(OPENED, VULNERABLE), (DOMESTIC, ASSESSED)], ids=["vulnerable", "domestic"])
def test_a_downgrade_needs_a_second_look_where_someone_is_vulnerable_or_it_is_domestic(
    facts: tuple[Fact[Incident], ...],
) -> None:
    """Letter, areas 1 and 2."""
    before = given(*facts, GRADED, on=Incident)
    before.when(Grade("4", "he has gone")).then_refused(f"a downgrade {SECOND_LOOK}", second_look=True)


def test_a_downgrade_with_a_second_look_names_the_approval() -> None:
    before = given(OPENED, VULNERABLE, GRADED, on=Incident)
    before.when(Grade("4", "he has gone"), on_duty(approval=APPROVAL)).then(
        Regraded("3", "4", False, "3", ref(Incident, 2), APPROVAL, "he has gone")
    )


def test_an_upgrade_waits_for_nobody() -> None:
    before = given(DOMESTIC, VULNERABLE, GRADED, on=Incident)
    before.when(Grade("1", "knife seen")).then(Regraded("3", "1", True, "3", ref(Incident, 2), None, "knife seen"))


def test_a_downgrade_needs_no_second_look_where_nobody_is_vulnerable() -> None:
    given(*IN_QUEUE, on=Incident).when(Grade("4", "he has gone")).then(
        Regraded("3", "4", False, "4", ref(Incident, 2), None, "he has gone")
    )


def test_a_second_look_does_not_replace_the_reason() -> None:
    before = given(OPENED, VULNERABLE, GRADED, on=Incident)
    before.when(Grade("4", ""), on_duty(approval=APPROVAL)).then_refused("a re-grade needs a reason")


# The clock


def due(*facts: Fact[Incident] | Later) -> int | None:
    """Return when someone should be there, in ns after START."""
    found = given(*facts, on=Incident).record.targets(policy()).get(Target.ATTEND)
    return None if found is None else found - START


@pytest.mark.parametrize(
    ("grade", "within"), [("1", 15 * MINUTE), ("2", HOUR), ("3", 4 * HOUR), ("4", 48 * HOUR), ("5", None)]
)
def test_the_target_of_a_first_grade_runs_from_the_opening(grade: str, within: int | None) -> None:
    assert due(OPENED, later(minutes=5), ASSESSED, graded(grade)) == within


def test_an_upgrade_starts_the_clock_anew() -> None:
    assert due(*IN_QUEUE, later(minutes=10), regraded("3", "1")) == 25 * MINUTE


def test_a_downgrade_counts_from_the_opening_so_that_waiting_is_not_forgotten() -> None:
    assert due(OPENED, ASSESSED, graded("1"), later(minutes=10), regraded("1", "2")) == HOUR


def test_a_downgrade_after_an_upgrade_counts_from_the_opening_too() -> None:
    up_and_down = (later(minutes=10), regraded("3", "1"), later(minutes=10), regraded("1", "2"))
    assert due(*IN_QUEUE, *up_and_down) == HOUR


GRADES = pack("grades-2020")
SHORTER = GRADES.replace(b"attend_within_s = 14400", b"attend_within_s = 7200")
WITHOUT_IT = GRADES.replace(b'code = "3"', b'code = "3a"')


def since_adopted(content: bytes) -> Policy:
    """Return the policy after other grades came into force beside those of the founding."""
    newest = entry(POLICY_STREAM, policy().version + 1, adopted(PackKind.GRADES, content))
    return fold(policy(), (newest,))


def judged(under: dict[int, bytes], *facts: Fact[Incident] | Later) -> Incident:
    """Return an incident of whose facts some name the pack they rest on, as the desk writes it into their headers."""
    told = []
    for one in entries(stream_of(Incident), facts):
        assert one.header is not None
        named = digest_of(under[one.version]) if one.version in under else None
        told.append(replace(one, header=replace(one.header, pack=named)))
    return fold(Incident(id=stream_of(Incident)), told)


@pytest.mark.parametrize("since", [SHORTER, WITHOUT_IT], ids=["another target", "without the grade"])
def test_the_target_is_that_of_the_pack_under_which_the_grade_was_given(since: bytes) -> None:
    """Old incidents are judged by the pack of their day, whatever was adopted since."""
    record = judged({3: GRADES}, *IN_QUEUE, SENT, Noted("still there"))
    assert record.graded_under == digest_of(GRADES)
    assert (
        record.targets(policy()).get(Target.ATTEND)
        == record.targets(since_adopted(since)).get(Target.ATTEND)
        == START + 4 * HOUR
    )


@pytest.mark.parametrize("since", [SHORTER, WITHOUT_IT], ids=["another target", "without the grade"])
def test_the_watch_misses_the_target_of_the_pack_under_which_the_grade_was_given(since: bytes) -> None:
    record, target = judged({3: GRADES}, *IN_QUEUE), START + 4 * HOUR
    assert MISS.decide(record, on_duty(now=target - 1, policy=since_adopted(since))) == []
    assert MISS.decide(record, on_duty(now=target, policy=since_adopted(since))) == [
        TargetMissed(Target.ATTEND, target)
    ]


def test_a_regrade_brings_the_target_of_the_pack_under_which_it_was_given() -> None:
    record = judged({3: GRADES, 4: SHORTER}, OPENED, ASSESSED, graded("4"), regraded("4", "3"))
    assert record.targets(since_adopted(SHORTER)).get(Target.ATTEND) == START + 2 * HOUR


def test_a_grade_that_names_no_pack_we_know_has_the_target_in_force() -> None:
    facts = (OPENED, ASSESSED, GRADED)
    assert judged({}, *facts).targets(since_adopted(SHORTER)).get(Target.ATTEND) == START + 2 * HOUR
    assert judged({3: b"never adopted"}, *facts).targets(since_adopted(SHORTER)).get(Target.ATTEND) == START + 2 * HOUR


def test_an_incident_is_regraded_though_its_grade_is_not_in_the_pack_in_force() -> None:
    record = judged({3: GRADES}, *IN_QUEUE)
    (fact,) = Grade("1", "knife seen").decide(record, on_duty(policy=since_adopted(WITHOUT_IT)))
    assert fact == Regraded("3", "1", True, "4", ref(Incident, 2), None, "knife seen")


def test_no_grade_no_target() -> None:
    assert due(*TO_GRADE) is None


@pytest.mark.parametrize("facts", [(SENT,), (SENT, Owned("2211")), (SENT, Resourced("CD34", False))])
def test_the_target_stands_until_somebody_is_there(facts: tuple[Fact[Incident], ...]) -> None:
    assert due(*IN_QUEUE, *facts) == 4 * HOUR


@pytest.mark.parametrize(
    "facts", [(SENT, AT_SCENE), (SENT, AT_SCENE, Resourced("CD34", False)), (ADVISED,), (DEALT_WITH, CLOSED)]
)
def test_the_target_ends_when_somebody_was_there_or_nobody_is_sent(facts: tuple[Fact[Incident], ...]) -> None:
    """A second unit sent after the first arrived starts no clock again."""
    assert due(*IN_QUEUE, *facts) is None


# The watch


def test_a_target_is_missed_at_its_moment_and_not_before() -> None:
    before = given(OPENED, ASSESSED, graded("1"), on=Incident)
    before.when(MISS, on_duty(now=START + 15 * MINUTE - 1)).then_nothing()
    before.when(MISS, on_duty(now=START + 15 * MINUTE)).then(TargetMissed(Target.ATTEND, START + 15 * MINUTE))


def test_a_missed_target_is_recorded_once() -> None:
    told = TargetMissed(Target.ATTEND, START + 15 * MINUTE)
    given(OPENED, ASSESSED, graded("1"), told, on=Incident).when(MISS, on_duty(now=START + HOUR)).then_nothing()


def test_a_missed_target_moves_nothing_but_the_record_of_it() -> None:
    before = given(OPENED, ASSESSED, graded("1"), on=Incident)
    record = before.when(MISS, on_duty(now=START + HOUR)).then(TargetMissed(Target.ATTEND, START + 15 * MINUTE))
    assert (record.queue, record.owner, record.stage) == ("dispatch", "dispatcher", Stage.GRADED)
    assert record.assessment_current


def test_an_upgrade_is_a_new_target_and_can_be_missed_again() -> None:
    told = TargetMissed(Target.ATTEND, START + HOUR)
    before = given(OPENED, ASSESSED, graded("2"), later(minutes=60), told, regraded("2", "1"), on=Incident)
    before.when(MISS, on_duty(now=START + 74 * MINUTE)).then_nothing()
    before.when(MISS, on_duty(now=START + 75 * MINUTE)).then(TargetMissed(Target.ATTEND, START + 75 * MINUTE))


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (OPENED,),
        TO_GRADE,
        (OPENED, ASSESSED, graded("5")),
        (*IN_QUEUE, SENT, AT_SCENE),
        (*IN_QUEUE, SENT, AT_SCENE, Resourced("CD34", False)),
        (*IN_QUEUE, DEALT_WITH),
        (*IN_QUEUE, DEALT_WITH, CLOSED),
        (LOADED,),
    ],
)
def test_the_watch_says_nothing_where_nobody_is_late(facts: tuple[Fact[Incident], ...]) -> None:
    given(*facts, on=Incident).when(MISS, on_duty(now=START + 1000 * HOUR)).then_nothing()


# Who has it, and who goes


def test_an_incident_is_given_to_a_named_person() -> None:
    record = given(*IN_QUEUE, on=Incident).when(OWN).then(Owned("2211"))
    assert (record.owner, record.queue) == ("2211", "dispatch")


def test_an_incident_is_not_given_to_whoever_has_it() -> None:
    given(*IN_QUEUE, Owned("2211"), on=Incident).when(OWN).then_refused("2211 has it already")


def test_a_resource_is_sent_to_a_graded_incident() -> None:
    record = given(*IN_QUEUE, on=Incident).when(SEND).then(SENT)
    assert (record.stage, record.resource, record.queue) == (Stage.RESOURCED, "AB12", "deployed")


@pytest.mark.parametrize("facts", [(OPENED,), TO_GRADE])
def test_nobody_is_sent_before_the_grade(facts: tuple[Fact[Incident], ...]) -> None:
    given(*facts, on=Incident).when(SEND).then_refused("the incident is not graded: grade it first")


def test_nobody_is_sent_after_the_result() -> None:
    rule = "the incident is resulted: nobody is sent any more"
    given(*IN_QUEUE, ADVISED, on=Incident).when(SEND).then_refused(rule)


def test_a_change_on_the_way_stops_nobody_from_being_sent() -> None:
    """Help is never delayed by an assessment that is out of date."""
    record = given(*IN_QUEUE, Changed("he is back"), on=Incident).when(SEND).then(SENT)
    assert record.queue == "assess"


def test_a_resource_arrives() -> None:
    record = given(*IN_QUEUE, SENT, on=Incident).when(ARRIVE).then(AT_SCENE)
    assert (record.stage, record.attended, record.queue) == (Stage.ATTENDED, True, "deployed")


def test_a_second_resource_arrives() -> None:
    record = given(*IN_QUEUE, SENT, AT_SCENE, on=Incident).when(Arrive("CD34")).then(Attended("CD34"))
    assert record.resource == "CD34"


@pytest.mark.parametrize("facts", [(OPENED,), IN_QUEUE, (*IN_QUEUE, SENT, AT_SCENE, DEALT_WITH)])
def test_nobody_arrives_who_was_not_sent(facts: tuple[Fact[Incident], ...]) -> None:
    given(*facts, on=Incident).when(ARRIVE).then_refused("nobody was sent to this incident")


# The log


@pytest.mark.parametrize("facts", [(OPENED,), IN_QUEUE, (*IN_QUEUE, DEALT_WITH, CLOSED), (LOADED,)])
def test_a_line_is_written_at_any_time_also_after_the_close(facts: tuple[Fact[Incident], ...]) -> None:
    before = given(*facts, on=Incident)
    record = before.when(NOTE).then(Noted("the door is red"))
    assert (record.stage, record.queue) == (before.record.stage, before.record.queue)


@pytest.mark.parametrize("facts", [(OPENED,), (*IN_QUEUE, DEALT_WITH, CLOSED), (LOADED,)])
def test_a_correction_names_the_fact_and_leaves_it_as_it_was(facts: tuple[Fact[Incident], ...]) -> None:
    before = given(*facts, on=Incident)
    record = before.when(CORRECT).then(Corrected(ref(Incident, 1), "number 21, not 12"))
    assert (record.summary, record.stage) == (ref(Incident, 1), before.record.stage)


@pytest.mark.parametrize("version", [-1, 0, 4])
def test_only_a_fact_that_is_there_can_be_corrected(version: int) -> None:
    rule = f"the incident has facts 1 to 3, none with number {version}"
    given(*IN_QUEUE, on=Incident).when(Correct(version, "no")).then_refused(rule)


# The result


def test_a_result_takes_the_incident_to_closing() -> None:
    record = given(*IN_QUEUE, SENT, AT_SCENE, on=Incident).when(Result("attended", "arrest made")).then(DEALT_WITH)
    assert (record.result, record.attended, record.queue) == ("attended", True, "closing")


@pytest.mark.parametrize("result", [row.code for row in policy().results.result if row.attended])
@pytest.mark.parametrize("facts", [(), (SENT,)], ids=["nobody sent", "on the way"])
def test_a_result_says_attended_only_where_somebody_was_recorded_at_the_scene(
    facts: tuple[Fact[Incident], ...], result: str
) -> None:
    """Letter, area 5: otherwise the caller who was never told would not have to be told."""
    rule = "nobody was at the scene: record who arrived ('arrive'), or choose a result for what was not attended"
    before = given(*IN_QUEUE, *facts, on=Incident)
    before.when(Result(result, "arrest made")).then_refused(rule)


def test_a_result_without_attendance_says_so() -> None:
    record = given(*IN_QUEUE, on=Incident).when(RESULT).then(ADVISED)
    assert not record.attended


def test_who_was_there_stays_attended_whatever_the_result() -> None:
    record = (
        given(*IN_QUEUE, SENT, AT_SCENE, on=Incident)
        .when(Result("not-police", ""))
        .then(Resulted("not-police", False, None, ""))
    )
    assert record.attended


def test_an_incident_is_resulted_with_a_code_of_the_pack() -> None:
    given(*IN_QUEUE, on=Incident).when(Result("fine", "")).then_refused(
        "results-2020 has no result fine; it has attended, crime, no-crime, advice, other-agency, not-police, "
        "no-trace, cancelled, duplicate"
    )


def test_an_incident_is_resulted_once() -> None:
    rule = "the incident is resulted as advice already"
    given(*IN_QUEUE, ADVISED, on=Incident).when(Result("attended", "")).then_refused(rule)


@pytest.mark.parametrize("facts", [(OPENED,), TO_GRADE])
def test_an_incident_is_not_resulted_before_the_grade(facts: tuple[Fact[Incident], ...]) -> None:
    given(*facts, on=Incident).when(RESULT).then_refused("the incident is not graded: grade it first")


@pytest.mark.parametrize("result", ["cancelled", "duplicate"])
def test_a_cancellation_needs_a_reason(result: str) -> None:
    given(*IN_QUEUE, on=Incident).when(Result(result, "")).then_refused("a cancellation needs a reason")


@pytest.mark.parametrize("result", ["cancelled", "duplicate"])
@pytest.mark.parametrize("facts", [(OPENED, VULNERABLE), (DOMESTIC, ASSESSED)], ids=["vulnerable", "domestic"])
def test_a_cancellation_needs_a_second_look_where_someone_is_vulnerable_or_it_is_domestic(
    facts: tuple[Fact[Incident], ...], result: str
) -> None:
    """Letter, areas 1 and 2."""
    before = given(*facts, GRADED, on=Incident)
    before.when(Result(result, "she rang back")).then_refused(f"a cancellation {SECOND_LOOK}", second_look=True)


def test_a_cancellation_with_a_second_look_names_the_approval() -> None:
    before = given(OPENED, VULNERABLE, GRADED, on=Incident)
    before.when(Result("cancelled", "she rang back"), on_duty(approval=APPROVAL)).then(
        Resulted("cancelled", False, APPROVAL, "she rang back")
    )


def test_a_cancellation_needs_no_second_look_where_nobody_is_vulnerable() -> None:
    given(*IN_QUEUE, on=Incident).when(Result("cancelled", "she rang back")).then(
        Resulted("cancelled", False, None, "she rang back")
    )


def test_another_result_asks_for_no_second_look_and_names_none() -> None:
    before = given(OPENED, VULNERABLE, GRADED, on=Incident)
    before.when(RESULT, on_duty(approval=APPROVAL)).then(ADVISED)


@pytest.mark.parametrize("change", [Changed("a child is there"), Contacted(SECOND_CALL, ())], ids=["change", "call"])
def test_a_cancellation_rests_on_a_current_assessment(change: Fact[Incident]) -> None:
    """Letter, area 2: otherwise a call that tells of a child is cancelled before anybody has judged it."""
    rule = "risk is not assessed since the last material change (fact 4): assess it first"
    given(*IN_QUEUE, change, on=Incident).when(Result("cancelled", "she rang back")).then_refused(rule)


# Told, then closed


def test_nobody_came_so_the_caller_is_told_before_the_close() -> None:
    """IOPC 2023: a caller who was never told that nobody would come. Letter, area 5."""
    before = given(*IN_QUEUE, ADVISED, on=Incident)
    before.when(CLOSE).then_refused("nobody attended and the caller was not told: tell the caller first ('told')")


@pytest.mark.parametrize("facts", [(TOLD, ADVISED), (ADVISED, TOLD)], ids=["before the result", "after the result"])
def test_an_incident_is_closed_once_the_caller_was_told(facts: tuple[Fact[Incident], ...]) -> None:
    record = given(*IN_QUEUE, *facts, on=Incident).when(CLOSE).then(CLOSED)
    assert (record.open, record.queue) == (False, None)


def test_what_the_caller_was_told_is_recorded() -> None:
    record = given(*IN_QUEUE, ADVISED, on=Incident).when(TELL).then(TOLD)
    assert (record.told, record.queue) == (True, "closing")


def test_telling_the_caller_is_done_in_words() -> None:
    given(*IN_QUEUE, on=Incident).when(TellCaller("")).then_refused("say what the caller was told")


@pytest.mark.parametrize("facts", [(SENT, AT_SCENE, ADVISED), (DEALT_WITH,)], ids=["seen at scene", "by its result"])
def test_where_somebody_attended_nobody_needs_to_be_told(facts: tuple[Fact[Incident], ...]) -> None:
    freed = (FREED,) if SENT in facts else ()
    given(*IN_QUEUE, *facts, on=Incident).when(CLOSE).then(CLOSED, *freed)


def test_where_nobody_called_nobody_needs_to_be_told() -> None:
    given(OWN_MOTION, ASSESSED, GRADED, ADVISED, on=Incident).when(CLOSE).then(CLOSED)


def test_whoever_rings_after_the_first_caller_was_told_is_told_too() -> None:
    again = given(*IN_QUEUE, TOLD, ADVISED, Contacted(SECOND_CALL, ()), ASSESSED, ADVISED, on=Incident)
    again.when(CLOSE).then_refused("nobody attended and the caller was not told: tell the caller first ('told')")
    told = given(*IN_QUEUE, TOLD, ADVISED, Contacted(SECOND_CALL, ()), ASSESSED, ADVISED, TOLD, on=Incident)
    told.when(CLOSE).then(CLOSED)


def test_a_change_does_not_unsay_what_the_caller_was_told() -> None:
    given(*IN_QUEUE, TOLD, ADVISED, Changed("he has gone"), ASSESSED, ADVISED, on=Incident).when(CLOSE).then(CLOSED)


@pytest.mark.parametrize("facts", [IN_QUEUE, (*IN_QUEUE, SENT), (*IN_QUEUE, SENT, AT_SCENE), (*IN_QUEUE, TOLD)])
def test_an_incident_is_not_closed_without_a_result(facts: tuple[Fact[Incident], ...]) -> None:
    given(*facts, on=Incident).when(CLOSE).then_refused("the incident has no result: result it first")


def test_an_incident_is_not_closed_unassessed() -> None:
    given(OPENED, on=Incident).when(CLOSE).then_refused("risk is not assessed: assess it first")


@CHANGES
def test_an_incident_is_not_closed_on_an_assessment_older_than_the_last_material_change(
    change: Fact[Incident],
) -> None:
    """Letter, area 1."""
    before = given(*IN_QUEUE, DEALT_WITH, change, on=Incident)
    before.when(CLOSE).then_refused("risk is not assessed since the last material change (fact 5): assess it first")


@CHANGES
def test_an_incident_whose_result_was_taken_back_is_closed_once_it_is_assessed_and_resulted_anew(
    change: Fact[Incident],
) -> None:
    taken_back = (*IN_QUEUE, SENT, AT_SCENE, DEALT_WITH, change, ASSESSED)
    given(*taken_back, on=Incident).when(CLOSE).then_refused("the incident has no result: result it first")
    given(*taken_back, DEALT_WITH, on=Incident).when(CLOSE).then(CLOSED, FREED)


@pytest.mark.parametrize("facts", [(DEALT_WITH,), (TOLD, ADVISED)], ids=["attended", "told"])
def test_a_crime_is_closed_once_it_is_recorded_or_it_is_said_why_there_was_none(
    facts: tuple[Fact[Incident], ...],
) -> None:
    """PEEL: 80,000 unrecorded crimes in a year."""
    theft = (Opened("theft", False, "1001", CALL, "a bicycle"), ASSESSED, GRADED, *facts)
    rule = "theft is a crime: record its reference ('crime'), or say why there was none ('nocrime')"
    given(*theft, on=Incident).when(CLOSE).then_refused(rule)
    for decided in (CrimeRecorded("06EE.114-26"), NoCrimeFound("the bicycle was lent")):
        given(*theft, decided, on=Incident).when(CLOSE).then(CLOSED)


# History


def test_history_stands_outside_queues_and_timers() -> None:
    record = given(on=Incident).when(LOAD).then(LOADED)
    assert (record.history, record.open, record.queue, record.opened) == (True, False, None, START)
    assert (record.district, record.district_source, record.contacts) == ("WEST", Source.ROW, (CALL,))
    assert (record.category, record.place, record.summary) == ("disturbance", ref(Incident, 1), ref(Incident, 1))


def test_history_without_a_call_or_a_district_says_so() -> None:
    record = given(IncidentLoaded("map", "police", "x", "unknown", None, ""), on=Incident).record
    assert (record.district_source, record.contacts) == (Source.UNKNOWN, ())


@pytest.mark.parametrize("facts", [(LOADED,), (OPENED,)])
def test_a_row_is_loaded_once_and_never_over_an_incident(facts: tuple[Fact[Incident], ...]) -> None:
    given(*facts, on=Incident).when(LOAD).then_nothing()


# The whole life


def test_an_incident_stands_in_one_queue_with_one_owner_all_its_life() -> None:
    life: list[tuple[Fact[Incident], str | None, str]] = [
        (OPENED, "assess", "1001"),
        (ASSESSED, "grade", "1001"),
        (graded("4"), "dispatch", "dispatcher"),
        (Contacted(SECOND_CALL, ()), "assess", "dispatcher"),
        (assessed("1", "life-at-risk", "risk.life", risk="life"), "dispatch", "dispatcher"),
        (Regraded("4", "1", True, "1", ref(Incident, 5), None, "knife seen"), "dispatch", "dispatcher"),
        (Owned("2211"), "dispatch", "2211"),
        (HandedOver("3305", False, "her sister rings"), "dispatch", "3305"),
        (HandedOver("dispatcher", True, ""), "dispatch", "dispatcher"),
        (Advised("evidence", ""), "dispatch", "dispatcher"),
        (InterimRiskSet(InterimRisk.HIGH, START + MINUTE, "he has a key"), "dispatch", "dispatcher"),
        (UpdateSeen(1, START), "dispatch", "dispatcher"),
        (Owned("2211"), "dispatch", "2211"),
        (SENT, "deployed", "2211"),
        (TargetMissed(Target.ATTEND, START), "deployed", "2211"),
        (AT_SCENE, "deployed", "2211"),
        (Changed("he has gone"), "assess", "2211"),
        (ASSESSED, "deployed", "2211"),
        (DEALT_WITH, "closing", "2211"),
        (CLOSED, None, "2211"),
        (Noted("remembered late"), None, "2211"),
    ]
    for upto in range(1, len(life) + 1):
        record = given(*(fact for fact, _, _ in life[:upto]), on=Incident).record
        assert (record.queue, record.owner) == life[upto - 1][1:], life[upto - 1][0]


def test_no_incident_stands_in_no_queue() -> None:
    record = given(on=Incident).record
    assert (record.open, record.queue, record.assessment_current) == (False, None, False)


# Written down afterwards


def test_an_assessment_from_before_a_change_is_not_written_down_after_it_as_one_of_what_stands_now() -> None:
    before = given(*IN_QUEUE, later(minutes=30), Changed("he is back"), on=Incident)
    before.when(ASSESS, on_duty(now=START, afterwards=True)).then_refused(
        "something material happened after that: assess its risk as it stands now, and note what was then"
    )
    assert before.when(ASSESS, on_duty(now=START)).then(ASSESSED).assessment_current, "a clock that went back is none"


def test_what_the_caller_was_told_before_another_rang_is_not_written_down_after_that_as_told_to_both() -> None:
    before = given(*IN_QUEUE, later(minutes=30), Contacted(SECOND_CALL, ()), on=Incident)
    before.when(TELL, on_duty(now=START, afterwards=True)).then_refused(
        "somebody got in touch, or it was reopened, after that: they are still to be told"
    )


def test_a_review_that_is_written_down_afterwards_sets_no_clock_back() -> None:
    record = given(*IN_QUEUE, later(minutes=30), Reviewed("nothing new"), on=Incident).record
    assert Reviewed("earlier").apply(replace(record, occurred=START)).reviewed == record.reviewed == START + 30 * MINUTE
