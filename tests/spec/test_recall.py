"""A caller who was lost is rung back, attempt by attempt; one who does not speak is asked by a script; domain/recall.py.

Source: IOPC on Cleveland 2020 (an abandoned 999 call, eleven hours); the Silent Solution (55) of the 999 service.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hueandcry.domain import contact, parking, recall
from hueandcry.domain.alert import alerts
from hueandcry.domain.contact import (
    Answer,
    Answered,
    Channel,
    Close,
    Closed,
    Contact,
    Linked,
    Rang,
    Resolved,
    Stage,
)
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import Fact, fold
from hueandcry.domain.fault import Refused
from hueandcry.domain.history import ContactLoaded
from hueandcry.domain.incident import Incident
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Recall
from hueandcry.domain.policy import POLICY_STREAM, Policy
from hueandcry.domain.recall import (
    Abandon,
    Abandoned,
    HelpedToTalk,
    HelpToTalk,
    Means,
    MissRecall,
    NoteOperator,
    OperatorOnLine,
    Reached,
    RecallLate,
    RecallTried,
    SilentStep,
    SilentStepTaken,
    TakeSilentStep,
    TryRecall,
    recall_due,
)
from hueandcry.domain.timer import Timer, due_by, timers
from hueandcry.domain.triage import ElementPassedOver
from hueandcry.operator.watch import Watch
from tests.spec.harness import (
    MINUTE,
    PACKS,
    START,
    Later,
    adopted,
    commands_in,
    entry,
    given,
    later,
    on_duty,
    pack,
    policy,
    stream_of,
    who_may,
)
from tests.staging import Founded, work

RANG = Rang(Channel.EMERGENCY, "07700 900461")
ANSWERED = Answered("1001")
LOST: tuple[Fact[Contact] | Later, ...] = (RANG, later(minutes=1), Abandoned(Stage.RINGING))
AT_LOSS = START + MINUTE
EVERY, TIMES = 5 * MINUTE, 3
DUE = AT_LOSS + EVERY
TRIAGED = tuple(ElementPassedOver(one.code, "line-lost", "") for one in policy().risk.element)
LOADED = ContactLoaded("san-antonio", Channel.EMERGENCY, "police", "disturbance", "WEST", None, "as it came")
NOT_REACHED = [one for one in Reached if one is not Reached.SPOKE]

TRY = TryRecall(Reached.NO_ANSWER, "rang out")
MISS = MissRecall()
STEP = TakeSilentStep(SilentStep.PRESSED_55, "two tones")
OPERATOR = NoteOperator(True)
HELP = HelpToTalk(Means.INTERPRETER, "polish", "on the three-way line")
BY_THE_FLOOR: list[Command[Any]] = [TRY, STEP, OPERATOR, HELP]


def tried(*reached: Reached, every: int = 2) -> Iterator[Fact[Contact] | Later]:
    """Yield attempts, one after another, each so many minutes after what came before."""
    for attempt, one in enumerate(reached, 1):
        yield later(minutes=every)
        yield RecallTried(attempt, one, "")


def policy_with(grades: bytes) -> Policy:
    """Return the policy after another pack of grades was adopted."""
    before = policy()
    return fold(before, (entry(POLICY_STREAM, before.version + 1, adopted(PackKind.GRADES, grades)),))


def name_of(command: Command[Any]) -> str:
    return type(command).__name__


# What nobody may do


@pytest.mark.parametrize("command", BY_THE_FLOOR, ids=name_of)
def test_the_floor_rings_back_and_listens_and_nobody_else(command: Command[Any]) -> None:
    assert who_may(command) == FLOOR


def test_only_the_watch_says_that_nobody_rang_back() -> None:
    assert who_may(MISS) == (Role.WATCH,)


def test_every_command_of_the_page_has_its_roles_checked_here() -> None:
    assert commands_in(recall) == {Abandon, *(type(one) for one in (*BY_THE_FLOOR, MISS))}


@pytest.mark.parametrize("command", [STEP, HELP], ids=name_of)
@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ((), "there is no such contact"),
        ((LOADED,), "this contact was loaded as history; history is not worked"),
        ((RANG,), "the contact is still ringing: answer it first"),
        ((RANG, ANSWERED, parking.Parked("")), "the contact is parked: answer it first"),
        ((RANG, ANSWERED, Linked(stream_of(Incident)), Closed("")), "the contact is closed"),
    ],
    ids=["never rang", "history", "ringing", "parked", "closed"],
)
def test_nobody_hears_a_caller_who_is_not_on_the_line(
    facts: tuple[Fact[Contact], ...], rule: str, command: Command[Contact]
) -> None:
    given(*facts, on=Contact).when(command).then_refused(rule)


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ((), "none"),
        ((RANG,), "ringing"),
        ((RANG, ANSWERED), "answered"),
        ((RANG, ANSWERED, Linked(stream_of(Incident))), "linked"),
        ((RANG, ANSWERED, Resolved("advice", "")), "resolved"),
        ((*LOST, Answered("1001")), "answered"),
        ((RANG, ANSWERED, Resolved("advice", ""), Closed("")), "closed"),
    ],
)
def test_only_a_lost_caller_is_rung_back(facts: tuple[Fact[Contact], ...], stage: str) -> None:
    given(*facts, on=Contact).when(TRY).then_refused(f"the contact is {stage}: only a lost caller is rung back")


# Attempts


@pytest.mark.parametrize("reached", Reached)
def test_each_attempt_has_its_number_its_moment_and_what_it_came_to(reached: Reached) -> None:
    before = given(*LOST, *tried(Reached.ENGAGED), on=Contact)
    now = AT_LOSS + 9 * MINUTE
    record = before.when(TryRecall(reached, "rang"), on_duty(now=now)).then(RecallTried(2, reached, "rang"))
    assert record.recall == Recall(AT_LOSS, 2, now, reached is Reached.SPOKE)
    assert record.queue == "recall"


def test_who_is_lost_again_after_being_answered_is_rung_back_anew() -> None:
    lost = (*LOST, *tried(Reached.NO_ANSWER), Answered("1001"), later(minutes=9), Abandoned(Stage.ANSWERED))
    record = given(*lost, on=Contact).record
    assert record.recall == Recall(AT_LOSS + 11 * MINUTE)
    given(*lost, on=Contact).when(TRY).then(RecallTried(1, Reached.NO_ANSWER, "rang out"))


# By when


def test_time_demands_that_a_lost_caller_is_rung_back_and_the_board_counts_down_to_it() -> None:
    record = given(*LOST, on=Contact).record
    assert list(timers(record, policy(), 0)) == [Timer(DUE, MISS)]
    assert due_by(record, policy()) == DUE


@pytest.mark.parametrize("reached", NOT_REACHED)
def test_an_attempt_that_reached_nobody_moves_it_on(reached: Reached) -> None:
    record = given(*LOST, *tried(reached), on=Contact).record
    assert recall_due(record, policy()) == AT_LOSS + 2 * MINUTE + EVERY


@pytest.mark.parametrize(
    "facts",
    [
        (*LOST, *tried(*[Reached.NO_ANSWER] * TIMES)),
        (*LOST, *tried(*[Reached.NO_ANSWER] * (TIMES + 1))),
        (*LOST, *tried(Reached.SPOKE)),
        (*LOST, *tried(Reached.ENGAGED, Reached.SPOKE)),
        (*LOST, Answered("1001")),
        (*LOST, Linked(stream_of(Incident))),
        (RANG,),
        (RANG, ANSWERED),
        (),
    ],
    ids=["often enough", "oftener", "spoke", "spoke later", "rang again", "incident", "rings", "on the line", "none"],
)
def test_nothing_is_demanded_where_nobody_is_lost_or_they_were_reached_or_tried_often_enough(
    facts: tuple[Fact[Contact] | Later, ...],
) -> None:
    before = given(*facts, on=Contact)
    assert recall_due(before.record, policy()) is None
    assert list(timers(before.record, policy(), 0)) == []
    before.when(MISS, on_duty(now=START + 600 * MINUTE)).then_nothing()


def test_how_soon_and_how_often_stand_in_the_pack() -> None:
    ours = pack(PACKS[PackKind.GRADES]).replace(
        b"recall_every_s = 300\nrecalls = 3", b"recall_every_s = 60\nrecalls = 1"
    )
    changed = policy_with(ours)
    assert recall_due(given(*LOST, on=Contact).record, changed) == AT_LOSS + MINUTE
    assert recall_due(given(*LOST, *tried(Reached.NO_ANSWER), on=Contact).record, changed) is None


# Late


def test_that_nobody_rang_back_is_said_when_its_time_comes_and_goes_to_the_supervisor() -> None:
    before = given(*LOST, on=Contact)
    before.when(MISS, on_duty(now=DUE - 1)).then_nothing()
    record = before.when(MISS, on_duty(now=DUE)).then(RecallLate(DUE, Role.SUPERVISOR))
    assert record.recall == Recall(AT_LOSS, late=DUE)


def test_of_each_attempt_it_is_said_once() -> None:
    before = given(*LOST, later(minutes=5), RecallLate(DUE, Role.SUPERVISOR), on=Contact)
    before.when(MISS, on_duty(now=DUE + 600 * MINUTE)).then_nothing()
    assert list(timers(before.record, policy(), 0)) == []
    assert due_by(before.record, policy()) == DUE  # overdue on the board until somebody rings


def test_it_is_said_again_when_the_next_attempt_does_not_come_either() -> None:
    after = (*LOST, later(minutes=5), RecallLate(DUE, Role.SUPERVISOR), *tried(Reached.VOICEMAIL))
    before, second = given(*after, on=Contact), DUE + 2 * MINUTE + EVERY
    assert list(timers(before.record, policy(), 0)) == [Timer(second, MISS)]
    before.when(MISS, on_duty(now=second - 1)).then_nothing()
    before.when(MISS, on_duty(now=second)).then(RecallLate(second, Role.SUPERVISOR))


def test_late_is_said_at_most_as_often_as_it_is_to_be_tried() -> None:
    facts: list[Fact[Contact] | Later] = [*LOST]
    said, now = 0, AT_LOSS
    for attempt in range(1, 2 * TIMES):
        before = given(*facts, on=Contact)
        due = recall_due(before.record, policy())
        if due is None:
            break
        before.when(MISS, on_duty(now=due)).then(RecallLate(due, Role.SUPERVISOR))
        facts += [Later(due - now), RecallLate(due, Role.SUPERVISOR), RecallTried(attempt, Reached.NO_ANSWER, "")]
        said, now = said + 1, due
    assert said == TIMES


def test_it_stands_red_until_somebody_rings() -> None:
    late = (*LOST, later(minutes=5), RecallLate(DUE, Role.SUPERVISOR))
    assert alerts(given(*LOST, on=Contact).record, (), DUE) == []
    assert alerts(given(*late, on=Contact).record, (), DUE) == ["nobody rang back"]
    assert alerts(given(*late, *tried(Reached.NO_ANSWER), on=Contact).record, (), DUE) == []
    assert alerts(given(*late, Closed(""), on=Contact).record, (), DUE) == []


# The close


@pytest.mark.parametrize("times", range(TIMES))
@pytest.mark.parametrize("late", [False, True], ids=["", "late"])
def test_a_lost_caller_is_not_closed_before_they_were_tried_often_enough(times: int, late: bool) -> None:
    facts = (*LOST, *TRIAGED, *tried(*[Reached.NO_ANSWER] * times))
    said = (RecallLate(DUE, Role.SUPERVISOR),) if late else ()
    given(*facts, *said, on=Contact).when(Close("nobody answers")).then_refused(
        f"the caller was lost: ring back 3 times ('recall'), tried {times} times, or open an incident"
    )


@pytest.mark.parametrize(
    "attempts",
    [[Reached.NO_ANSWER] * 3, [Reached.SPOKE], [Reached.ENGAGED, Reached.SPOKE]],
    ids=["often enough", "spoke", "spoke at the second"],
)
def test_once_they_were_tried_or_reached_and_the_risk_gone_through_it_is_closed(attempts: list[Reached]) -> None:
    given(*LOST, *tried(*attempts), on=Contact).when(Close("all well")).then_refused(
        "risk is not assessed: situation, threat, risk, investigation, vulnerability, engagement neither answered "
        "('triage') nor passed over with a reason ('notasked')"
    )
    given(*LOST, *tried(*attempts), *TRIAGED, on=Contact).when(Close("all well")).then(Closed("all well"))


def test_how_often_by_the_pack_of_the_day_of_the_close() -> None:
    once = policy_with(pack(PACKS[PackKind.GRADES]).replace(b"recalls = 3", b"recalls = 1"))
    before = given(*LOST, *tried(Reached.NO_ANSWER), *TRIAGED, on=Contact)
    before.when(Close("")).then_refused(
        "the caller was lost: ring back 3 times ('recall'), tried 1 times, or open an incident"
    )
    before.when(Close(""), on_duty(policy=once)).then(Closed(""))


def test_who_was_reached_is_answered_and_not_lost_any_more() -> None:
    record = given(*LOST, *tried(Reached.SPOKE), on=Contact).when(Answer()).then(Answered("1001"))
    assert record.queue == "in-hand"


# A caller who does not speak


@pytest.mark.parametrize("step", SilentStep)
def test_each_step_of_a_silent_call_is_recorded_in_its_order(step: SilentStep) -> None:
    before = given(RANG, ANSWERED, SilentStepTaken(SilentStep.OPERATOR_ASKED, ""), on=Contact)
    record = before.when(TakeSilentStep(step, "breathing")).then(SilentStepTaken(step, "breathing"))
    assert record.silent == ("operator-asked", step.value)


def test_a_silent_call_that_broke_off_is_a_lost_caller_with_its_steps() -> None:
    before = given(RANG, ANSWERED, SilentStepTaken(SilentStep.PRESSED_55, ""), on=Contact)
    record = before.when(Abandon()).then(Abandoned(Stage.ANSWERED))
    assert (record.silent, record.queue) == (("pressed-55",), "recall")


def test_the_operator_of_the_999_service_stays_on_the_line_and_leaves_it() -> None:
    assert given(RANG, on=Contact).when(OPERATOR).then(OperatorOnLine(True)).operator_on
    assert (
        not given(RANG, OperatorOnLine(True), on=Contact)
        .when(NoteOperator(False))
        .then(OperatorOnLine(False))
        .operator_on
    )


@pytest.mark.parametrize(
    ("facts", "on", "rule"),
    [
        ((RANG, OperatorOnLine(True)), True, "the operator is on the line already"),
        ((RANG,), False, "the operator is off already"),
        ((RANG, ANSWERED, Resolved("advice", ""), Closed("")), True, "the contact is closed"),
    ],
)
def test_the_operator_is_not_noted_twice_nor_after_the_close(
    facts: tuple[Fact[Contact], ...], on: bool, rule: str
) -> None:
    given(*facts, on=Contact).when(NoteOperator(on)).then_refused(rule)


@pytest.mark.parametrize("means", Means)
def test_who_helps_a_caller_to_talk_is_recorded(means: Means) -> None:
    before = given(RANG, ANSWERED, on=Contact)
    record = before.when(HelpToTalk(means, "polish", "")).then(HelpedToTalk(means, "polish", ""))
    assert record.helped_by == means.value


# In the room


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Founded]:
    stage = Founded(tmp_path / "store")
    work(stage.founder, "ring 999 07700 900461\nabandon .")
    yield stage
    stage.close()


def late(stage: Founded) -> list[RecallLate]:
    return [one.fact for one in Watch(stage.room).tick() if isinstance(one.fact, RecallLate)]


def test_the_watch_says_once_for_each_attempt_that_nobody_rang(lost: Founded) -> None:
    lost.pass_time(299)
    assert late(lost) == []
    lost.pass_time(1)
    assert len(late(lost)) == 1
    lost.pass_time(3600)
    assert late(lost) == []
    (item,) = lost.board.items(lost.clock.now_ns)
    assert (item.queue, item.alerts, item.overdue) == ("recall", ("nobody rang back",), True)
    work(lost.founder, "recall . voicemail")
    assert late(lost) == []
    lost.pass_time(300)
    assert len(late(lost)) == 1
    work(lost.founder, "recall . engaged\nrecall . spoke he is well")
    lost.pass_time(3600)
    assert late(lost) == []


def test_who_was_reached_once_stays_reached() -> None:
    record = given(*LOST, *tried(Reached.SPOKE, Reached.NO_ANSWER), on=Contact).record
    assert record.recall is not None
    assert record.recall.reached
    assert recall_due(record, policy()) is None


@pytest.mark.parametrize(
    "command",
    [contact.Transfer("ambulance", "not for us"), contact.Resolve("advice", "nobody there")],
    ids=name_of,
)
def test_nobody_gets_round_ringing_a_lost_caller_back(command: Command[Contact]) -> None:
    """Either step may refuse."""
    with pytest.raises(Refused):
        closed_after(command)


def closed_after(command: Command[Contact]) -> Contact:
    """Return a lost caller's contact after a command, closed."""
    record = given(*LOST, *TRIAGED, on=Contact).record
    for one in (command, Close("")):
        for fact in one.decide(record, on_duty()):
            record = fold(record, (entry(record.id, record.version + 1, fact),))
    return record
