"""Advice that somebody was given, and the risk until somebody is there: each rule of domain/advice.py.

Source: letter, area 5 (advice on preserving evidence and on crime prevention); Dorset 2024 on THRIVE-SP, the interim risk.
"""

from typing import Any

import pytest
from msgspec.structs import replace

from hueandcry.domain import advice, contact, deployment, expedite, grading, handover, incident, outcome
from hueandcry.domain.advice import Advise, Advised, InterimRiskSet, SetInterimRisk
from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.deployment import Arrive, Attended, MissTarget, Resourced, TargetMissed
from hueandcry.domain.duty import FLOOR, Role
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Fact
from hueandcry.domain.grading import Assess, Assessed
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Incident
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Interim, InterimRisk, Reply, Target
from hueandcry.domain.policy import POLICY_STREAM, Policy
from hueandcry.domain.timer import Timer, due_by, timers
from hueandcry.domain.worked import Worked
from tests.spec.harness import (
    ME,
    MINUTE,
    OTHER,
    START,
    adopted,
    commands_in,
    given,
    later,
    on_duty,
    pack,
    policy,
    ref,
    said_by,
    stream_of,
    who_may,
)

Facts = tuple[Fact[Any], ...]

CALL = stream_of(Contact)
BY = START + 10 * MINUTE
TOPICS = ("get-safe", "evidence", "prevention", "ring-again", "no-attendance")
WORDS = "he said he would be back within the hour"

ANSWERED: Facts = (contact.Rang(Channel.EMERGENCY, "07700 900001"), contact.Answered(ME))
OPENED = incident.Opened("violence", False, ME, CALL, "a man is shouting")
ASSESSED = Assessed((), (), 0, False, "2", ("serious-risk",), "")
GRADED = grading.Graded("2", "2", 0, ref(Incident, 2), "")
IN_QUEUE: Facts = (OPENED, ASSESSED, GRADED)
SENT = Resourced("AB12", False)
AT_SCENE = Attended("AB12")
DEALT_WITH = outcome.Resulted("attended", True, None, "arrest made")
NO_TRACE = outcome.Resulted("advice", False, None, "")
CLOSED = outcome.Closed("")
ASKED = expedite.Asked("mri-ward-12", "walkout", CALL, "Sister Jones", "", "patient left")
HISTORY = IncidentLoaded("san-antonio", "police", "theft", "WEST", None, "")

ADVISE = Advise("evidence", "not to wash, clothes in a paper bag")
SET = SetInterimRisk(InterimRisk.HIGH, BY, WORDS)
MISS = MissTarget(Target.INTERIM)
HIGH = InterimRiskSet(InterimRisk.HIGH, BY, WORDS)
CALM = (
    Reply("situation", "past"),
    Reply("threat", "none"),
    Reply("risk", "low"),
    Reply("investigation", "none"),
    Reply("vulnerability", "none"),
    Reply("engagement", "wants-police"),
)


def interim(*facts: Any) -> int | None:
    """Return by when the interim risk of an incident is looked at again."""
    return given(*facts, on=Incident).record.targets(policy()).get(Target.INTERIM)


def demanded(*facts: Any) -> list[Timer]:
    """Return what time demands of the interim risk of an incident."""
    found = timers(given(*facts, on=Incident).record, policy(), 0)
    return [one for one in found if one.command == MISS]


# Who may


@pytest.mark.parametrize("command", [ADVISE, SET], ids=["advise", "interim"])
def test_the_floor_advises_and_sets_the_interim_risk_and_nobody_else(command: Advise | SetInterimRisk) -> None:
    assert who_may(command) == FLOOR


def test_every_command_of_advice_has_its_roles_checked_here() -> None:
    assert {type(one) for one in (ADVISE, SET)} == commands_in(advice)


# Advice


@pytest.mark.parametrize(
    ("on", "facts"),
    [(Contact, ANSWERED), (Contact, ANSWERED[:1]), (Incident, IN_QUEUE), (Expedite, (ASKED,))],
    ids=["contact", "ringing", "incident", "expedite"],
)
@pytest.mark.parametrize("topic", TOPICS)
def test_advice_is_a_fact_by_topic_on_whatever_is_worked(on: type[Worked], facts: Facts, topic: str) -> None:
    """Letter, area 5: an inquiry found that it was given and not recorded; so it can be counted."""
    before = given(*facts, on=on)
    record = before.when(Advise(topic, "not to wash")).then(Advised(topic, "not to wash"))
    assert (record.queue, record.owner, record.version) == (
        before.record.queue,
        before.record.owner,
        before.record.version + 1,
    )


def test_advice_needs_no_words_beside_its_topic() -> None:
    given(*IN_QUEUE, on=Incident).when(Advise("get-safe", "")).then(Advised("get-safe", ""))


def test_the_topics_are_those_of_the_risk_pack_in_force() -> None:
    assert tuple(one.code for one in policy().risk.advice) == TOPICS


@pytest.mark.parametrize("topic", ["", "weather", "Evidence", "evidence "])
def test_nobody_is_advised_on_a_topic_that_the_pack_does_not_have(topic: str) -> None:
    rule = f"strive-2020 has advice on {', '.join(TOPICS)}"
    given(*IN_QUEUE, on=Incident).when(Advise(topic, "")).then_refused(rule)


def test_under_a_pack_without_topics_nobody_is_advised_by_topic() -> None:
    before, _, after = pack("strive-2020").partition(b"[[advice]]")
    bare = before + b"[[question]]" + after.partition(b"[[question]]")[2]
    force = given(adopted(PackKind.RISK, bare), on=Policy).record
    duty = on_duty(policy=replace(force, id=POLICY_STREAM))
    given(*IN_QUEUE, on=Incident).when(ADVISE, duty).then_refused("strive-2020 has advice on nothing")


@pytest.mark.parametrize(
    ("on", "facts"),
    [
        (Contact, ()),
        (Incident, ()),
        (Expedite, ()),
        (Contact, (*ANSWERED, contact.Transferred("ambulance", "chest pain"), contact.Closed(""))),
        (Incident, (*IN_QUEUE, NO_TRACE, CLOSED)),
        (Incident, (HISTORY,)),
    ],
    ids=["no contact", "no incident", "no expedite", "a closed contact", "a closed incident", "history"],
)
def test_nobody_is_advised_about_what_nobody_works_on(on: type[Worked], facts: Facts) -> None:
    given(*facts, on=on).when(ADVISE).then_refused("nobody works on this any more, so nobody is advised about it")


# The risk until somebody is there


@pytest.mark.parametrize("risk", InterimRisk, ids=lambda risk: risk.value)
@pytest.mark.parametrize(
    "facts", [(OPENED,), (OPENED, ASSESSED), IN_QUEUE, (*IN_QUEUE, SENT)], ids=["opened", "assessed", "waiting", "sent"]
)
def test_the_interim_risk_says_what_could_happen_before_somebody_is_there_and_has_a_time(
    facts: Facts, risk: InterimRisk
) -> None:
    command = SetInterimRisk(risk, BY, WORDS)
    record = given(*facts, on=Incident).when(command).then(InterimRiskSet(risk, BY, WORDS))
    assert record.interim == Interim(risk, BY)


def test_the_interim_risk_is_looked_at_again_by_its_time_whether_it_is_graded_or_not() -> None:
    assert interim(OPENED, HIGH) == interim(*IN_QUEUE, HIGH) == interim(*IN_QUEUE, SENT, HIGH) == BY
    assert interim(*IN_QUEUE) is None


def test_the_board_counts_down_to_the_interim_review_where_that_comes_first() -> None:
    record = given(*IN_QUEUE, HIGH, on=Incident).record
    assert due_by(record, policy()) == BY
    assert next(iter(record.targets(policy()))) is Target.INTERIM


def test_the_interim_risk_set_last_counts() -> None:
    low = InterimRiskSet(InterimRisk.LOW, BY + MINUTE, "he has gone")
    record = given(*IN_QUEUE, HIGH, on=Incident).when(SetInterimRisk(InterimRisk.LOW, BY + MINUTE, "he has gone"))
    assert record.then(low).interim == Interim(InterimRisk.LOW, BY + MINUTE)
    assert interim(*IN_QUEUE, HIGH, low) == BY + MINUTE


@pytest.mark.parametrize("by", [BY, BY - 1], ids=["now", "past"])
def test_the_interim_risk_is_looked_at_again_at_a_time_to_come(by: int) -> None:
    rule = "the interim risk is looked at again at a time that is still to come"
    command = SetInterimRisk(InterimRisk.HIGH, by, WORDS)
    given(*IN_QUEUE, on=Incident).when(command, on_duty(now=BY)).then_refused(rule)


def test_the_interim_risk_says_in_words_what_could_happen() -> None:
    command = SetInterimRisk(InterimRisk.HIGH, BY, "")
    given(*IN_QUEUE, on=Incident).when(command).then_refused("say what could happen before somebody is there")


@pytest.mark.parametrize(
    "facts",
    [(*IN_QUEUE, SENT, AT_SCENE), (*IN_QUEUE, SENT, AT_SCENE, Resourced("CD34", False)), (*IN_QUEUE, NO_TRACE)],
    ids=["at the scene", "another sent", "resulted"],
)
def test_there_is_no_interim_risk_once_somebody_was_there_or_it_is_resulted(facts: Facts) -> None:
    rule = "somebody was there or it is resulted: assess its risk instead"
    given(*facts, on=Incident).when(SET).then_refused(rule)


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ((), "there is no such incident"),
        ((*IN_QUEUE, NO_TRACE, CLOSED), "the incident is closed"),
        ((HISTORY,), "this incident was loaded as history; history is not worked"),
    ],
    ids=["none", "closed", "history"],
)
def test_what_nobody_works_has_no_interim_risk(facts: Facts, rule: str) -> None:
    given(*facts, on=Incident).when(SET).then_refused(rule)


def test_the_interim_risk_reopens_no_assessment() -> None:
    before = given(*IN_QUEUE, on=Incident)
    record = before.when(SET).then(HIGH)
    assert record.assessment_current
    assert record.queue == before.record.queue == "dispatch"


def test_the_interim_risk_that_a_handler_sets_is_an_update_for_whoever_works_the_incident() -> None:
    assert given(*IN_QUEUE, said_by(OTHER, Role.HANDLER, HIGH), on=Incident).record.unread == 1


# Its review


def test_a_new_assessment_is_the_review_of_the_interim_risk() -> None:
    before = given(*IN_QUEUE, HIGH, on=Incident)
    again = Assessed(CALM, (), 0, False, "4", ("nothing-more-urgent",), "he is at work")
    record = before.when(Assess((), CALM, "he is at work")).then(again)
    assert record.interim is None
    assert interim(*IN_QUEUE, HIGH, again) is None
    assert demanded(*IN_QUEUE, HIGH, again) == []


def test_an_arrival_ends_the_interim_risk() -> None:
    record = given(*IN_QUEUE, HIGH, SENT, on=Incident).when(Arrive("AB12")).then(AT_SCENE)
    assert record.interim is None
    assert Target.INTERIM not in record.targets(policy())
    assert demanded(*IN_QUEUE, HIGH, SENT, AT_SCENE) == []


@pytest.mark.parametrize(
    "fact",
    [SENT, incident.Changed("he is back"), handover.Owned(OTHER), deployment.Reviewed("rang back")],
    ids=["sent", "changed", "owned", "reviewed"],
)
def test_nothing_else_is_its_review(fact: Fact[Any]) -> None:
    assert interim(*IN_QUEUE, HIGH, fact) == BY


def test_the_interim_risk_of_what_is_resulted_is_not_looked_at_and_is_again_where_the_result_is_taken_back() -> None:
    assert interim(*IN_QUEUE, HIGH, NO_TRACE) is None
    assert interim(*IN_QUEUE, HIGH, NO_TRACE, incident.Changed("he is back")) == BY
    assert interim(*IN_QUEUE, HIGH, SENT, AT_SCENE, DEALT_WITH) is None


@pytest.mark.parametrize(("late", "missed"), [(-1, False), (0, True), (MINUTE, True)])
def test_that_nobody_looked_again_in_time_is_recorded_at_its_time_and_not_before(late: int, missed: bool) -> None:
    decided = given(*IN_QUEUE, HIGH, on=Incident).when(MISS, on_duty(Role.WATCH, now=BY + late))
    decided.then(*[TargetMissed(Target.INTERIM, BY)] * missed)


def test_that_nobody_looked_again_is_recorded_once() -> None:
    missed = TargetMissed(Target.INTERIM, BY)
    assert demanded(*IN_QUEUE, HIGH) == [Timer(BY, MISS)]
    before = given(*IN_QUEUE, HIGH, later(minutes=10), missed, on=Incident)
    before.when(MISS, on_duty(Role.WATCH, now=BY + MINUTE)).then_nothing()
    assert demanded(*IN_QUEUE, HIGH, missed) == []


def test_an_interim_risk_that_was_missed_stays_due_until_somebody_looks() -> None:
    assert interim(*IN_QUEUE, HIGH, TargetMissed(Target.INTERIM, BY)) == BY


def test_another_time_can_be_missed_anew() -> None:
    missed, anew = TargetMissed(Target.INTERIM, BY), InterimRiskSet(InterimRisk.HIGH, BY + 20 * MINUTE, WORDS)
    assert demanded(*IN_QUEUE, HIGH, missed, anew) == [Timer(BY + 20 * MINUTE, MISS)]
    before = given(*IN_QUEUE, HIGH, missed, anew, on=Incident)
    duty = on_duty(Role.WATCH, now=BY + 20 * MINUTE)
    before.when(MISS, duty).then(TargetMissed(Target.INTERIM, BY + 20 * MINUTE))


@pytest.mark.parametrize(
    "facts",
    [
        IN_QUEUE,
        (*IN_QUEUE, HIGH, ASSESSED),
        (*IN_QUEUE, HIGH, SENT, AT_SCENE),
        (*IN_QUEUE, HIGH, NO_TRACE),
        (*IN_QUEUE, HIGH, NO_TRACE, CLOSED),
    ],
    ids=["never set", "assessed anew", "at the scene", "resulted", "closed"],
)
def test_nothing_is_missed_that_nobody_has_to_look_at(facts: Facts) -> None:
    given(*facts, on=Incident).when(MISS, on_duty(Role.WATCH, now=BY + MINUTE)).then_nothing()
