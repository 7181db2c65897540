"""The escalation ladder and the targets of a grade: what time demands of an incident, and who was told of it.

Source: letter, area 1; IOPC 2021 on a grade 2 that waited five hours while the escalation policy was not followed.
Each rule of domain/escalation.py, and those of domain/deployment.py that the watch keeps.
"""

import pytest
from msgspec.structs import replace

from hueandcry.domain import escalation
from hueandcry.domain.acknowledging import Knows
from hueandcry.domain.advice import InterimRiskSet
from hueandcry.domain.contact import Contact, Source
from hueandcry.domain.crime import CrimeRecorded, NoCrimeFound
from hueandcry.domain.deployment import Attended, MissTarget, Resourced, Review, Reviewed, StoodDown, TargetMissed
from hueandcry.domain.duty import FLOOR, Role
from hueandcry.domain.escalation import Acknowledge, Acknowledged, Escalate, Escalated
from hueandcry.domain.fact import Fact, fold
from hueandcry.domain.grading import Assessed, Graded, Regraded
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Changed, Incident, Located, Opened
from hueandcry.domain.outcome import Closed, Resulted
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import InterimRisk, Target
from hueandcry.domain.policy import POLICY_STREAM, digest_of
from hueandcry.domain.reference import Kind
from hueandcry.domain.ringing import RingQuestion
from hueandcry.domain.timer import Timer, due_by, timers
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from hueandcry.operator.verbs import carry_out
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
    stream_of,
    who_may,
)
from tests.staging import Stage, work

Told = tuple[Fact[Incident] | Later, ...]

HOUR = 60 * MINUTE
CALL = stream_of(Contact)
IN_40 = START + 40 * MINUTE
CHANGEOVER = START + 2 * HOUR

ASSESSED = Assessed((), (), 0, False, "3", ("vulnerable",), "")
OPENED = (
    Opened("violence", False, "1001", CALL, "a man is shouting"),
    Located("CENTRAL", Source.HANDLER, None, "12 Mill Lane"),
)
SENT = Resourced("AB12", False)
AT_SCENE = Attended("AB12")
ADVISED = Resulted("advice", False, None, "")
CLOSED = Closed("")
HISTORY = IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came")


def graded(grade: str) -> tuple[Fact[Incident], ...]:
    """Return an incident of CENTRAL from the opening to its first grade, all at one moment."""
    return (*OPENED, ASSESSED, Graded(grade, grade, 0, ref(Incident, 3), ""))


def regraded(was: str, grade: str) -> Regraded:
    return Regraded(was, grade, grade < was, "3", ref(Incident, 3), None, "it changed")


def raised(to: Role, due: int, grade: str, *, again: bool = False) -> Escalated:
    """Return that an incident of CENTRAL went to a role in which nobody answers for it."""
    return Escalated(to, "CENTRAL", (), grade, due, again)


def demanded(*facts: Fact[Incident] | Later, changeover: int = 0) -> list[Timer]:
    """Return what of the ladder is still to be raised of an incident, and when."""
    return of_ladder(given(*facts, on=Incident).record, changeover)


def of_ladder(record: Incident, changeover: int = 0) -> list[Timer]:
    """Return what of the ladder is still to be raised."""
    return [one for one in timers(record, policy(), changeover) if isinstance(one.command, Escalate)]


EMERGENCY, PRIORITY, ROUTINE = graded("1"), graded("2"), graded("3")
TO_INSPECTOR = Escalate(Role.INSPECTOR, START)
TO_SERGEANT = Escalate(Role.SERGEANT, IN_40)
INSPECTOR = raised(Role.INSPECTOR, START, "1")
SERGEANT = raised(Role.SERGEANT, IN_40, "2")
AGAIN = raised(Role.SERGEANT, CHANGEOVER, "2", again=True)
BOTH: Told = (
    *PRIORITY,
    SERGEANT,
    later(minutes=50),
    regraded("2", "1"),
    raised(Role.INSPECTOR, START + 50 * MINUTE, "1"),
)

# Who may


def test_only_the_watch_escalates() -> None:
    assert who_may(TO_INSPECTOR) == (Role.WATCH,)


def test_the_floor_and_whoever_is_told_acknowledge_and_nobody_else() -> None:
    assert set(who_may(Acknowledge(Knows("", "")))) == {*FLOOR, Role.SERGEANT, Role.INSPECTOR}


def test_every_command_on_escalations_has_its_roles_checked_here() -> None:
    assert {Escalate, Acknowledge} == commands_in(escalation)


# The ladder


def test_grade_1_goes_to_the_inspector_at_once() -> None:
    assert demanded(*EMERGENCY) == [Timer(START, TO_INSPECTOR)]
    record = given(*EMERGENCY, on=Incident).when(TO_INSPECTOR).then(INSPECTOR)
    assert [(one.number, one.to, one.due) for one in record.escalations] == [(5, Role.INSPECTOR, START)]


def test_grade_2_goes_to_the_sergeant_after_40_minutes() -> None:
    assert demanded(*PRIORITY) == [Timer(IN_40, TO_SERGEANT)]
    given(*PRIORITY, on=Incident).when(TO_SERGEANT, on_duty(now=IN_40)).then(SERGEANT)


def test_grade_2_goes_to_nobody_a_moment_before_40_minutes() -> None:
    given(*PRIORITY, on=Incident).when(TO_SERGEANT, on_duty(now=IN_40 - 1)).then_nothing()


@pytest.mark.parametrize("grade", ["3", "4", "5"])
def test_a_less_urgent_grade_goes_to_nobody(grade: str) -> None:
    assert demanded(*graded(grade), changeover=CHANGEOVER) == []


def test_an_incident_without_a_grade_goes_to_nobody() -> None:
    assert demanded(*OPENED, ASSESSED, changeover=CHANGEOVER) == []
    given(*OPENED, ASSESSED, on=Incident).when(TO_INSPECTOR).then_nothing()


def test_the_forty_minutes_count_from_the_opening_and_not_from_the_grade() -> None:
    assert demanded(*OPENED, later(minutes=15), *PRIORITY[2:]) == [Timer(IN_40, TO_SERGEANT)]


def test_an_escalation_names_who_answers_for_the_district() -> None:
    to = replace(TO_SERGEANT, who=("3003",))
    given(*PRIORITY, on=Incident).when(to, on_duty(now=IN_40)).then(replace(SERGEANT, who=("3003",)))


@pytest.mark.parametrize("since", [(SENT,), (SENT, AT_SCENE), (ADVISED,), (ADVISED, CLOSED)])
@pytest.mark.parametrize("before", [(), (SERGEANT,)], ids=["not escalated", "escalated"])
def test_what_somebody_was_sent_to_or_what_is_over_goes_to_nobody(
    before: tuple[Fact[Incident], ...], since: tuple[Fact[Incident], ...]
) -> None:
    facts = (*PRIORITY, *before, *since)
    assert demanded(*facts, changeover=CHANGEOVER) == []
    to = Escalate(Role.SERGEANT, CHANGEOVER, again=True) if before else TO_SERGEANT
    given(*facts, on=Incident).when(to, on_duty(now=CHANGEOVER)).then_nothing()


def test_a_rung_is_raised_once() -> None:
    assert demanded(*PRIORITY, SERGEANT) == []


def test_a_rung_that_two_keepers_of_the_watch_raise_is_raised_once() -> None:
    given(*PRIORITY, SERGEANT, on=Incident).when(TO_SERGEANT, on_duty(now=IN_40)).then_nothing()
    given(*EMERGENCY, INSPECTOR, on=Incident).when(TO_INSPECTOR).then_nothing()


def test_an_escalation_that_was_acknowledged_is_not_raised_anew() -> None:
    assert demanded(*PRIORITY, SERGEANT, Acknowledged(Role.SERGEANT, "3003", "")) == []


def test_the_ladder_is_that_of_the_pack_under_which_the_grade_was_given() -> None:
    """Old incidents are judged by the pack of their day, whatever was adopted since."""
    ours = pack("grades-2020")
    sooner = ours.replace(b"unresourced_for_s = 2400", b"unresourced_for_s = 60")
    newest = entry(POLICY_STREAM, policy().version + 1, adopted(PackKind.GRADES, sooner))
    since = fold(policy(), (newest,))
    told = [
        replace(one, header=replace(one.header, pack=digest_of(ours)))
        for one in entries(stream_of(Incident), PRIORITY)
        if one.header is not None
    ]
    record = fold(Incident(id=stream_of(Incident)), told)
    assert Timer(IN_40, TO_SERGEANT) in timers(record, since, 0)


# At a changeover


def test_what_nobody_was_sent_to_goes_to_the_next_shift_too() -> None:
    to = Escalate(Role.SERGEANT, CHANGEOVER, again=True)
    assert demanded(*PRIORITY, SERGEANT, changeover=CHANGEOVER) == [Timer(CHANGEOVER, to)]
    record = given(*PRIORITY, SERGEANT, on=Incident).when(to, on_duty(now=CHANGEOVER)).then(AGAIN)
    assert of_ladder(record, CHANGEOVER) == []


def test_what_was_acknowledged_goes_to_the_next_shift_too() -> None:
    facts = (*PRIORITY, SERGEANT, Acknowledged(Role.SERGEANT, "3003", "looking for a car"))
    assert [one.due for one in demanded(*facts, changeover=CHANGEOVER)] == [CHANGEOVER]


def test_what_waits_on_goes_to_every_next_shift() -> None:
    after = CHANGEOVER + 8 * HOUR
    facts: Told = (*PRIORITY, later(minutes=40), SERGEANT, later(minutes=80), AGAIN)
    assert demanded(*facts, changeover=CHANGEOVER) == []
    assert demanded(*facts, changeover=after) == [Timer(after, Escalate(Role.SERGEANT, after, again=True))]


def test_it_goes_to_whom_it_went_last() -> None:
    to = Escalate(Role.INSPECTOR, CHANGEOVER, again=True)
    assert demanded(*BOTH, changeover=CHANGEOVER) == [Timer(CHANGEOVER, to)]


@pytest.mark.parametrize("changeover", [START - HOUR, IN_40 - 1, IN_40], ids=["long before", "just before", "then"])
def test_a_changeover_that_does_not_lie_after_the_last_escalation_raises_nothing(changeover: int) -> None:
    assert demanded(*PRIORITY, later(minutes=40), SERGEANT, changeover=changeover) == []


def test_what_was_raised_after_the_changeover_though_due_before_is_not_raised_again_for_that_changeover() -> None:
    """Opened before the changeover and graded 1 after it: the new shift's inspector is told once, not twice in a moment."""
    changeover = START + 10 * MINUTE
    facts: Told = (*OPENED, later(minutes=20), *EMERGENCY[2:], INSPECTOR)
    assert demanded(*facts, changeover=changeover) == []


def test_a_changeover_before_the_rung_is_due_raises_nothing_of_its_own() -> None:
    assert demanded(*PRIORITY, changeover=START + 10 * MINUTE) == [Timer(IN_40, TO_SERGEANT)]


def test_what_was_regraded_to_where_there_is_no_ladder_goes_to_no_next_shift() -> None:
    assert demanded(*PRIORITY, SERGEANT, regraded("2", "3"), changeover=CHANGEOVER) == []


# Another grade


def test_a_more_urgent_grade_starts_the_clock_anew() -> None:
    due = START + 100 * MINUTE
    assert demanded(*ROUTINE, later(minutes=60), regraded("3", "2")) == [Timer(due, Escalate(Role.SERGEANT, due))]


def test_a_more_urgent_grade_goes_up_its_own_ladder_though_it_was_escalated_in_the_same_moment() -> None:
    facts: Told = (*PRIORITY, SERGEANT, later(minutes=40), regraded("2", "1"))
    to = Escalate(Role.INSPECTOR, IN_40)
    assert demanded(*facts) == [Timer(IN_40, to)]
    given(*facts, on=Incident).when(to, on_duty(now=IN_40)).then(raised(Role.INSPECTOR, IN_40, "1"))


def test_what_was_escalated_goes_to_the_same_role_anew_when_its_clock_starts_anew() -> None:
    due = START + 100 * MINUTE
    facts: Told = (*PRIORITY, SERGEANT, later(minutes=50), regraded("2", "3"), later(minutes=10), regraded("3", "2"))
    to = Escalate(Role.SERGEANT, due)
    assert demanded(*facts) == [Timer(due, to)]
    given(*facts, on=Incident).when(to, on_duty(now=due)).then(raised(Role.SERGEANT, due, "2"))


def test_a_less_urgent_grade_counts_from_the_opening() -> None:
    assert demanded(*EMERGENCY, INSPECTOR, later(minutes=10), regraded("1", "2")) == [Timer(IN_40, TO_SERGEANT)]


# Acknowledging


ACKNOWLEDGE = Acknowledge(Knows("", "looking for a car"))


@pytest.mark.parametrize("by", ["", "1001"], ids=["naming nobody", "naming themselves"])
def test_whoever_holds_the_role_acknowledges_in_their_own_name(by: str) -> None:
    before = given(*PRIORITY, SERGEANT, on=Incident)
    record = before.when(Acknowledge(Knows(by, "")), on_duty(Role.SERGEANT)).then(
        Acknowledged(Role.SERGEANT, "1001", "")
    )
    assert [one.acknowledged for one in record.escalations] == ["1001"]
    assert record.unacknowledged is None


@pytest.mark.parametrize("by", ["", "1001"], ids=["naming nobody", "naming themselves"])
@pytest.mark.parametrize("role", [Role.HANDLER, Role.SUPERVISOR, Role.INSPECTOR])
def test_whoever_does_not_hold_the_role_names_who_was_told(role: Role, by: str) -> None:
    """No rank stands in for another: it was not the inspector who was to be told."""
    given(*PRIORITY, SERGEANT, on=Incident).when(Acknowledge(Knows(by, "I know")), on_duty(role)).then_refused(
        "it was escalated to the sergeant, and you are none: name which of them you told, here or elsewhere, and how"
    )


def test_whoever_holds_none_of_several_roles_is_told_all_of_them() -> None:
    given(*BOTH, on=Incident).when(ACKNOWLEDGE, on_duty(Role.HANDLER)).then_refused(
        "it was escalated to the sergeant or inspector, and you are none: name which of them you told, here or elsewhere, and how"
    )


def test_another_person_who_was_told_by_other_means_is_named_with_how() -> None:
    before = given(*PRIORITY, SERGEANT, on=Incident)
    told = Acknowledge(Knows("3003", "told by radio"))
    record = before.when(told, on_duty(Role.DISPATCHER)).then(Acknowledged(Role.SERGEANT, "3003", "told by radio"))
    assert [one.acknowledged for one in record.escalations] == ["3003"]


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SERGEANT])
def test_nobody_acknowledges_for_another_without_saying_how_they_were_told(role: Role) -> None:
    before = given(*PRIORITY, SERGEANT, on=Incident)
    before.when(Acknowledge(Knows("3003", "")), on_duty(role)).then_refused("say how 3003 was told")


@pytest.mark.parametrize(
    "facts",
    [PRIORITY, (*PRIORITY, SERGEANT, Acknowledged(Role.SERGEANT, "3003", ""))],
    ids=["never raised", "acknowledged"],
)
@pytest.mark.parametrize("command", [ACKNOWLEDGE, Acknowledge(Knows("3003", "told by radio"))], ids=["own", "another"])
def test_nothing_is_acknowledged_that_does_not_wait_for_it(
    facts: tuple[Fact[Incident], ...], command: Acknowledge
) -> None:
    given(*facts, on=Incident).when(command).then_refused("no escalation of this incident waits to be acknowledged")


def test_one_role_does_not_acknowledge_for_the_other() -> None:
    before = given(*BOTH, on=Incident)
    record = before.when(ACKNOWLEDGE, on_duty(Role.INSPECTOR)).then(
        Acknowledged(Role.INSPECTOR, "1001", "looking for a car")
    )
    assert [one.acknowledged for one in record.escalations] == ["", "1001"]


def test_whoever_holds_both_roles_acknowledges_as_both() -> None:
    given(*BOTH, on=Incident).when(ACKNOWLEDGE, on_duty(Role.SERGEANT, Role.INSPECTOR)).then(
        Acknowledged(Role.SERGEANT, "1001", "looking for a car"),
        Acknowledged(Role.INSPECTOR, "1001", "looking for a car"),
    )


def test_what_went_to_a_role_twice_is_acknowledged_in_one() -> None:
    before = given(*PRIORITY, SERGEANT, AGAIN, on=Incident)
    record = before.when(Acknowledge(Knows("", "")), on_duty(Role.SERGEANT)).then(
        Acknowledged(Role.SERGEANT, "1001", "")
    )
    assert record.unacknowledged is None


def test_the_next_shift_acknowledges_for_itself() -> None:
    before = given(*PRIORITY, SERGEANT, Acknowledged(Role.SERGEANT, "3003", ""), AGAIN, on=Incident)
    record = before.when(Acknowledge(Knows("", "")), on_duty(Role.SERGEANT)).then(
        Acknowledged(Role.SERGEANT, "1001", "")
    )
    assert [one.acknowledged for one in record.escalations] == ["3003", "1001"]


@pytest.mark.parametrize(
    ("facts", "waits"),
    [
        ((), Role.INSPECTOR),
        ((Acknowledged(Role.INSPECTOR, "4004", ""),), Role.SERGEANT),
        ((Acknowledged(Role.SERGEANT, "3003", ""),), Role.INSPECTOR),
    ],
    ids=["none acknowledged", "the last acknowledged", "the first acknowledged"],
)
def test_the_last_escalation_that_nobody_acknowledged_stands_on_the_board(
    facts: tuple[Fact[Incident], ...], waits: Role
) -> None:
    waiting = given(*BOTH, *facts, on=Incident).record.unacknowledged
    assert waiting is not None
    assert waiting.to is waits


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ((), "there is no such incident"),
        ((*PRIORITY, SERGEANT, ADVISED, CLOSED), "the incident is closed"),
        ((HISTORY,), "this incident was loaded as history; history is not worked"),
    ],
    ids=["never opened", "closed", "history"],
)
def test_what_is_not_worked_is_not_acknowledged(facts: tuple[Fact[Incident], ...], rule: str) -> None:
    given(*facts, on=Incident).when(ACKNOWLEDGE).then_refused(rule)


# Targets


RISKY = InterimRiskSet(InterimRisk.HIGH, START + 5 * MINUTE, "he said he would be back")
VULNERABLE = Assessed((), (), 0, True, "3", ("vulnerable",), "")
EVERY_TARGET = (*PRIORITY, VULNERABLE, RISKY)  # the category is a crime
RECORDED, NO_CRIME = CrimeRecorded("06EE.114-26"), NoCrimeFound("the bicycle was lent")

EACH_TARGET = pytest.mark.parametrize(
    ("target", "due"),
    [
        (Target.INTERIM, START + 5 * MINUTE),
        (Target.RESOURCE, START + 20 * MINUTE),
        (Target.ATTEND, START + HOUR),
        (Target.REVIEW, START + 20 * MINUTE),
        (Target.CRIME, START + 24 * HOUR),
        (Target.DESK, START + 10 * MINUTE),
    ],
    ids=["interim", "resource", "attend", "review", "crime", "desk"],
)


def targets(*facts: Fact[Incident] | Later) -> dict[Target, int]:
    """Return the targets of an incident, in minutes after START."""
    found = given(*facts, on=Incident).record.targets(policy())
    return {target: (due - START) // MINUTE for target, due in found.items()}


def test_only_the_watch_misses_a_target() -> None:
    assert who_may(MissTarget(Target.REVIEW)) == (Role.WATCH,)


@EACH_TARGET
def test_time_demands_what_the_grade_promises(target: Target, due: int) -> None:
    assert Timer(due, MissTarget(target)) in timers(given(*EVERY_TARGET, on=Incident).record, policy(), 0)


@EACH_TARGET
def test_a_target_is_missed_when_its_time_comes_and_not_before(target: Target, due: int) -> None:
    before = given(*EVERY_TARGET, on=Incident)
    before.when(MissTarget(target), on_duty(now=due - 1)).then_nothing()
    before.when(MissTarget(target), on_duty(now=due)).then(TargetMissed(target, due))


@EACH_TARGET
def test_each_target_is_missed_once(target: Target, due: int) -> None:
    before = given(*EVERY_TARGET, TargetMissed(target, due), on=Incident)
    before.when(MissTarget(target), on_duty(now=due + HOUR)).then_nothing()
    left = {one.command.target for one in timers(before.record, policy(), 0) if isinstance(one.command, MissTarget)}
    assert left == set(Target) - {target}


@pytest.mark.parametrize("target", [Target.RESOURCE, Target.REVIEW])
def test_once_somebody_was_sent_only_their_arrival_is_waited_for(target: Target) -> None:
    before = given(*PRIORITY, RECORDED, SENT, on=Incident)
    before.when(MissTarget(target), on_duty(now=START + 9 * HOUR)).then_nothing()
    assert list(before.record.targets(policy())) == [Target.ATTEND]
    assert list(targets(*EVERY_TARGET, SENT)) == [Target.INTERIM, Target.CRIME, Target.ATTEND]


@pytest.mark.parametrize(
    "since",
    [(SENT, AT_SCENE), (SENT, AT_SCENE, Resourced("CD34", False)), (ADVISED,), (ADVISED, CLOSED)],
    ids=["arrived", "another one sent", "resulted", "closed"],
)
@pytest.mark.parametrize("target", list(Target))
def test_no_target_is_left_once_somebody_was_there_or_it_is_over(
    target: Target, since: tuple[Fact[Incident], ...]
) -> None:
    for decided in (RECORDED, NO_CRIME):
        before = given(*EVERY_TARGET, decided, *since, on=Incident)
        assert list(timers(before.record, policy(), 0)) == []
        before.when(MissTarget(target), on_duty(now=START + 48 * HOUR)).then_nothing()


@pytest.mark.parametrize(
    "since",
    [(), (SENT,), (SENT, AT_SCENE), (ADVISED,), (ADVISED, Changed("he is back"))],
    ids=["waiting", "sent", "arrived", "resulted", "result taken back"],
)
def test_a_crime_is_recorded_within_a_day_of_the_report_whatever_else_is_done(
    since: tuple[Fact[Incident], ...],
) -> None:
    """Crime Recording Rules: the clock stops for a reference, or for what shows that there was no crime."""
    assert targets(*PRIORITY, later(minutes=90), *since)[Target.CRIME] == 24 * 60
    for decided in (RECORDED, NO_CRIME):
        assert Target.CRIME not in targets(*PRIORITY, later(minutes=90), *since, decided)


def test_a_category_that_is_no_crime_has_no_such_clock() -> None:
    assert targets(Opened("welfare", False, "1001", CALL, ""), ASSESSED) == {}
    assert targets(OPENED[0], ASSESSED) == {Target.CRIME: 24 * 60}


def test_a_grade_has_the_targets_that_the_pack_gives_it_and_no_others() -> None:
    assert targets(*graded("4"), RECORDED) == {Target.ATTEND: 48 * 60, Target.REVIEW: 24 * 60}
    assert targets(*graded("5"), RECORDED) == {}


def test_the_board_counts_down_to_the_first_target() -> None:
    assert due_by(given(*PRIORITY, on=Incident).record, policy()) == START + 20 * MINUTE
    assert due_by(given(*PRIORITY, SENT, on=Incident).record, policy()) == START + HOUR


@pytest.mark.parametrize("looked", [Reviewed("as before"), ASSESSED], ids=["review", "assessment"])
def test_whoever_looks_again_moves_the_review_on_and_nothing_else(looked: Fact[Incident]) -> None:
    assert targets(*PRIORITY, later(minutes=15), looked) == {
        Target.CRIME: 24 * 60,
        Target.RESOURCE: 20,
        Target.ATTEND: 60,
        Target.REVIEW: 35,
    }


def test_the_next_review_is_missed_as_the_last_one_was() -> None:
    first, second = START + 20 * MINUTE, START + 45 * MINUTE
    before = given(*PRIORITY, TargetMissed(Target.REVIEW, first), later(minutes=25), Reviewed("as before"), on=Incident)
    before.when(MissTarget(Target.REVIEW), on_duty(now=second - 1)).then_nothing()
    before.when(MissTarget(Target.REVIEW), on_duty(now=second)).then(TargetMissed(Target.REVIEW, second))


def test_a_more_urgent_grade_starts_its_targets_anew() -> None:
    """Also the review, though nobody has looked since the first assessment."""
    assert targets(*ROUTINE, later(minutes=60), regraded("3", "2")) == {
        Target.CRIME: 24 * 60,
        Target.RESOURCE: 80,
        Target.ATTEND: 120,
        Target.REVIEW: 80,
    }


# Reviewing


REVIEW = Review("still at large, no car free")


def test_an_incident_that_waits_is_reviewed_by_the_floor() -> None:
    assert who_may(REVIEW) == FLOOR
    now = START + 15 * MINUTE
    record = given(*PRIORITY, on=Incident).when(REVIEW, on_duty(now=now)).then(Reviewed("still at large, no car free"))
    assert record.reviewed == now


def test_a_review_says_what_it_came_to() -> None:
    given(*PRIORITY, on=Incident).when(Review("")).then_refused("say in a few words what the review came to")


def test_what_changed_since_is_assessed_and_not_reviewed() -> None:
    given(*PRIORITY, Changed("he has a knife"), on=Incident).when(REVIEW).then_refused(
        "risk is not assessed since the last material change (fact 5): assess it first"
    )


def test_what_is_closed_is_not_reviewed() -> None:
    given(*PRIORITY, ADVISED, CLOSED, on=Incident).when(REVIEW).then_refused("the incident is closed")


CALM = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"

# A crew that is lost


LOST_AT_60: Told = (*PRIORITY, SERGEANT, Acknowledged(Role.SERGEANT, "4455", ""), Resourced("AB12", True))


def test_who_loses_the_crew_that_was_sent_goes_up_the_ladder_anew_in_that_moment() -> None:
    """Nobody is on the way any more, and whoever acknowledged it has been told that somebody was."""
    lost = (*LOST_AT_60, later(minutes=60), StoodDown("AB12", "diverted"))
    assert demanded(*lost) == [Timer(START + 60 * MINUTE, Escalate(Role.SERGEANT, START + 60 * MINUTE))]
    again = raised(Role.SERGEANT, START + 60 * MINUTE, "2")
    assert demanded(*lost, again) == []


def test_who_loses_the_crew_before_it_was_due_has_no_more_time_than_before() -> None:
    lost = (*PRIORITY, Resourced("AB12", True), later(minutes=10), StoodDown("AB12", "diverted"))
    assert demanded(*lost) == [Timer(IN_40, TO_SERGEANT)]


def test_a_grade_1_whose_crew_is_diverted_goes_to_the_inspector_at_once() -> None:
    lost = (*EMERGENCY, INSPECTOR, Resourced("AB12", True), later(minutes=3), StoodDown("AB12", "diverted"))
    assert [one.due for one in demanded(*lost)] == [START + 3 * MINUTE]


def test_who_is_not_whom_it_was_escalated_to_says_that_they_know_of_a_ring_alone() -> None:
    stage = Stage()
    desk = stage.desk("2001")
    work(desk, f"open - violence\nassess 1 {CALM}\ngrade 1 1 now")
    stream = desk.named(Kind.INCIDENT)
    assert stream is not None
    watch = Desk(stage.log, stage.board, stage.identity, THE_WATCH)
    watch.do([Act(stream, Escalate(Role.INSPECTOR, stage.clock())), Act(stream, RingQuestion("stranded", 1, 1))])
    heeded = carry_out(desk, "ack 1 looked at it")
    assert [entry.name for entry in heeded] == ["record.ring_heeded"]
    known = carry_out(desk, "ack 1 4455 told by radio")
    assert [entry.name for entry in known] == ["incident.escalation_acknowledged"]
