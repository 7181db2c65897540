"""Checks elsewhere, bring-ups, decisions with their grounds, and faults of the system.

Each rule of domain/check.py, reminder.py, rationale.py and fault_note.py. Source: letter, areas 1, 2 and 5; College of
Policing, National Decision Model; the inspectorate on iOPS 2019 (staff felt blamed).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hueandcry.domain import check, contact, expedite, fault_note, rationale, reminder
from hueandcry.domain.access import Shown
from hueandcry.domain.alert import alerts
from hueandcry.domain.check import Answer, CheckRequested, CheckReturned, RequestCheck, ReturnCheck, System
from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.deployment import Attended, Resourced, StoodDown
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Fact
from hueandcry.domain.fault_note import FaultNoted, NoteFault
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.outcome import Close, Closed, Resulted
from hueandcry.domain.policy import POLICY_STREAM, Policy
from hueandcry.domain.rationale import PARTS, DecisionRecorded, RecordDecision
from hueandcry.domain.reminder import BringUp, BringUpDone, BringUpSet, BroughtUp, FinishBringUp, SetBringUp
from hueandcry.domain.staff import EVERYONE
from hueandcry.domain.timer import Timer, timers
from hueandcry.domain.worked import Check, Reminder, Worked
from hueandcry.operator import roomlists
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from tests.hostile import CORPUS
from tests.spec.harness import (
    MINUTE,
    START,
    commands_in,
    given,
    on_duty,
    policy,
    ref,
    said_by,
    stream_of,
    who_may,
)
from tests.staging import Founded, Stage, work

CALL = stream_of(Contact)
DUE = START + 30 * MINUTE
OPEN: dict[type[Worked], tuple[Fact[Any], ...]] = {
    Contact: (contact.Rang(Channel.EMERGENCY, "07700 900001"), contact.Answered("1001")),
    Incident: (Opened("other", False, "1001", CALL, "a man is shouting"),),
    Expedite: (expedite.Asked("mri-ward-12", "walkout", CALL, "Sister Jones", "0161 496 0000", "patient left"),),
}
WAITING: tuple[Fact[Any], ...] = (
    *OPEN[Incident],
    Assessed((), (), 0, False, "3", ("nothing-more-urgent",), ""),
    Graded("3", "3", 0, ref(Incident, 2), ""),
)
RESULTED: tuple[Fact[Any], ...] = (
    *WAITING,
    Resourced("AB12", False),
    Attended("AB12"),
    Resulted("attended", True, None, ""),
)
CLOSED: tuple[Fact[Any], ...] = (*RESULTED, Closed(""))
HISTORY = IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came")

REQUEST = RequestCheck(System.PNC, "silver Astra AB12 CDE", "seen leaving the scene")
RETURN = ReturnCheck(4, Answer.FOUND, "wanted on warrant")
SET = SetBringUp(DUE, "has her sister rung")
BRING_UP = BringUp(4)
FINISH = FinishBringUp(4, "she has")
GROUNDS = ("he is armed", "to life", "section 17 PACE", "containing, too long", "entry by AB12")
DECIDE = RecordDecision(*GROUNDS)
FAULT = NoteFault(112, "the map shows the wrong district")

REQUESTED = CheckRequested(System.PNC, "silver Astra AB12 CDE", "seen leaving the scene")
SET_FOR = BringUpSet(DUE, "has her sister rung")
ON_EACH = pytest.mark.parametrize(("on", "facts"), OPEN.items(), ids=["contact", "incident", "expedite"])


def name_of(command: Command[Any]) -> str:
    return type(command).__name__


# What nobody may do


@pytest.mark.parametrize("command", [REQUEST, RETURN, SET, FINISH], ids=name_of)
def test_the_floor_checks_and_has_things_brought_up_and_nobody_else(command: Command[Any]) -> None:
    assert who_may(command) == FLOOR


def test_the_floor_and_who_answers_for_a_district_record_what_they_decided() -> None:
    assert set(who_may(DECIDE)) == {*FLOOR, Role.SERGEANT, Role.INSPECTOR}


def test_only_the_watch_brings_up() -> None:
    assert who_may(BRING_UP) == (Role.WATCH,)


def test_everybody_who_works_here_notes_a_fault() -> None:
    assert set(who_may(FAULT)) == set(EVERYONE) == set(Role) - {Role.WATCH}


def test_every_command_of_the_four_pages_has_its_roles_checked_here() -> None:
    pages = (check, reminder, rationale, fault_note)
    assert {one for page in pages for one in commands_in(page)} == {
        type(one) for one in (REQUEST, RETURN, SET, BRING_UP, FINISH, DECIDE, FAULT)
    }


# Checks


@ON_EACH
@pytest.mark.parametrize("system", System)
def test_a_check_that_was_asked_for_stands_open_on_the_record(
    on: type[Worked], facts: tuple[Fact[Any], ...], system: System
) -> None:
    record = (
        given(*facts, on=on)
        .when(RequestCheck(system, "A. Jones 1/1/80", "missing"))
        .then(CheckRequested(system, "A. Jones 1/1/80", "missing"))
    )
    assert record.checks == (Check(len(facts) + 1, system.value),)


@pytest.mark.parametrize("facts", [(), CLOSED, (HISTORY,)], ids=["never opened", "closed", "history"])
def test_nothing_is_checked_for_what_nobody_works_on(facts: tuple[Fact[Any], ...]) -> None:
    given(*facts, on=Incident).when(REQUEST).then_refused("nobody works on this any more, so nothing is checked for it")


@pytest.mark.parametrize(("subject", "reason"), [("", "seen"), ("Astra", ""), ("", "")])
def test_a_check_says_of_whom_and_why(subject: str, reason: str) -> None:
    given(*WAITING, on=Incident).when(RequestCheck(System.PNC, subject, reason)).then_refused(
        "say whom or what is checked, and why: two parts, parted by ' / '"
    )


@pytest.mark.parametrize("answer", Answer)
def test_what_came_back_ends_that_check_also_where_it_is_nothing(answer: Answer) -> None:
    before = given(*WAITING, REQUESTED, CheckRequested(System.PND, "A. Jones", "missing"), on=Incident)
    record = before.when(ReturnCheck(4, answer, "")).then(CheckReturned(4, "pnc", answer, ""))
    assert record.checks == (Check(5, "pnd"),)


@pytest.mark.parametrize(
    "facts",
    [WAITING, (*WAITING, CheckRequested(System.PNC, "a", "b"), CheckReturned(4, "pnc", Answer.NOTHING, "")), ()],
    ids=["never asked for", "back already", "no record"],
)
def test_what_is_not_open_does_not_come_back(facts: tuple[Fact[Any], ...]) -> None:
    given(*facts, on=Incident).when(RETURN).then_refused("check 4 is not open here")


def test_a_check_comes_back_also_after_the_close() -> None:
    """It was asked for, and what it said belongs to the record."""
    before = given(*WAITING, REQUESTED, *RESULTED[3:], Closed(""), on=Incident)
    assert before.when(RETURN).then(CheckReturned(4, "pnc", Answer.FOUND, "wanted on warrant")).checks == ()


def test_whoever_works_the_incident_is_told_that_something_came_back_and_not_that_it_was_asked_for() -> None:
    asked = given(*WAITING, said_by("2002", Role.HANDLER, REQUESTED), on=Incident).record
    back = CheckReturned(4, "pnc", Answer.FOUND, "")
    told = given(*WAITING, REQUESTED, said_by("2002", Role.HANDLER, back), on=Incident).record
    assert (asked.unread, told.unread) == (0, 1)


def test_an_open_check_holds_up_no_close() -> None:
    given(*RESULTED, REQUESTED, on=Incident).when(Close("")).then(Closed(""), StoodDown("AB12", "it is closed"))


# Bring-ups


@ON_EACH
def test_something_is_brought_up_about_whatever_is_worked_on(on: type[Worked], facts: tuple[Fact[Any], ...]) -> None:
    record = given(*facts, on=on).when(SET).then(SET_FOR)
    number = len(facts) + 1
    assert record.reminders == (Reminder(number, DUE),)
    assert Timer(DUE, BringUp(number)) in timers(record, policy(), 0)


@pytest.mark.parametrize("facts", [(), CLOSED, (HISTORY,)], ids=["never opened", "closed", "history"])
def test_nothing_is_brought_up_about_what_nobody_works_on(facts: tuple[Fact[Any], ...]) -> None:
    given(*facts, on=Incident).when(SET).then_refused("nobody works on this any more, so it is not brought up")


@pytest.mark.parametrize("now", [DUE, DUE + 1])
def test_something_is_brought_up_at_a_time_still_to_come(now: int) -> None:
    given(*WAITING, on=Incident).when(SET, on_duty(now=now)).then_refused(
        "something is brought up at a time that is still to come"
    )


def test_it_is_brought_up_when_its_time_comes_and_not_before() -> None:
    before = given(*WAITING, SET_FOR, BringUpSet(DUE + MINUTE, "and his"), on=Incident)
    before.when(BRING_UP, on_duty(now=DUE - 1)).then_nothing()
    record = before.when(BRING_UP, on_duty(now=DUE)).then(BroughtUp(4, DUE))
    assert record.reminders == (Reminder(4, DUE, up=True), Reminder(5, DUE + MINUTE))


@pytest.mark.parametrize(
    "facts",
    [
        (*WAITING, SET_FOR, BroughtUp(4, DUE)),
        (*WAITING, SET_FOR, BringUpDone(4, "")),
        (*WAITING, SET_FOR, *RESULTED[3:], Closed("")),
        (*WAITING, REQUESTED),
    ],
    ids=["up already", "seen to", "closed", "another number"],
)
def test_it_is_brought_up_once_and_only_while_it_is_open(facts: tuple[Fact[Any], ...]) -> None:
    before = given(*facts, on=Incident)
    before.when(BRING_UP, on_duty(now=DUE + 60 * MINUTE)).then_nothing()


def test_time_demands_it_once() -> None:
    before = given(*WAITING, SET_FOR, BroughtUp(4, DUE), on=Incident).record
    assert BRING_UP not in [one.command for one in timers(before, policy(), 0)]


def test_the_item_is_flagged_from_then_until_somebody_has_seen_to_it() -> None:
    facts = (*WAITING, SET_FOR)
    assert alerts(given(*facts, on=Incident).record, (), DUE - 1) == []
    assert alerts(given(*facts, on=Incident).record, (), DUE) == ["bring up"]
    assert alerts(given(*facts, BroughtUp(4, DUE), on=Incident).record, (), DUE + MINUTE) == ["bring up"]
    assert alerts(given(*facts, BroughtUp(4, DUE), BringUpDone(4, ""), on=Incident).record, (), DUE) == []


@pytest.mark.parametrize("up", [(), (BroughtUp(4, DUE),)], ids=["before its time", "after"])
def test_it_is_seen_to_before_its_time_or_after(up: tuple[Fact[Any], ...]) -> None:
    before = given(*WAITING, SET_FOR, *up, BringUpSet(DUE, "and his"), on=Incident)
    record = before.when(FINISH).then(BringUpDone(4, "she has"))
    assert [one.number for one in record.reminders] == [5 + len(up)]


@pytest.mark.parametrize(
    "facts", [WAITING, (*WAITING, SET_FOR, BringUpDone(4, ""))], ids=["never set", "seen to already"]
)
def test_what_is_not_set_is_not_seen_to(facts: tuple[Fact[Any], ...]) -> None:
    given(*facts, on=Incident).when(FINISH).then_refused("there is no bring-up 4 here")


def test_nothing_is_closed_while_something_is_still_to_be_brought_up() -> None:
    """Nobody looks at what is closed, so that the reminder would come up nowhere."""
    before = given(*RESULTED, SET_FOR, on=Incident)
    before.when(Close("")).then_refused("it is still to be brought up (7): see to that first ('done')")
    given(*RESULTED, SET_FOR, BringUpDone(7, ""), on=Incident).when(Close("")).then(
        Closed(""), StoodDown("AB12", "it is closed")
    )


# Decisions


@pytest.mark.parametrize("facts", [WAITING, CLOSED, (HISTORY,)], ids=["open", "closed", "history"])
def test_a_decision_names_all_five_of_its_grounds(facts: tuple[Fact[Any], ...]) -> None:
    before = given(*facts, on=Incident)
    record = before.when(DECIDE).then(DecisionRecorded(*GROUNDS))
    assert (record.queue, record.changed) == (before.record.queue, before.record.changed)


@pytest.mark.parametrize("at", range(len(GROUNDS)))
def test_none_of_the_five_is_left_out(at: int) -> None:
    grounds = [*GROUNDS]
    grounds[at] = ""
    given(*WAITING, on=Incident).when(RecordDecision(*grounds)).then_refused(
        f"a decision names its information, threat, powers, options, action, parted by ' / '; {PARTS[at]} is missing"
    )


def test_all_that_is_left_out_is_named() -> None:
    given(*WAITING, on=Incident).when(RecordDecision("he is armed", "", "", "", "")).then_refused(
        "a decision names its information, threat, powers, options, action, parted by ' / '; "
        "threat, powers, options, action is missing"
    )


def test_nothing_is_decided_on_a_record_that_is_not_there() -> None:
    given(on=Incident).when(DECIDE).then_refused("there is no such record")


# Faults


def test_a_fault_is_noted_with_the_place_in_the_journal() -> None:
    given(on=Policy).when(FAULT).then(FaultNoted(112, "the map shows the wrong district"))


def test_a_fault_is_said_in_words() -> None:
    given(on=Policy).when(NoteFault(112, "")).then_refused("say what went wrong")


# As they are typed


def last(stage: Stage) -> Fact[Any]:
    """Return the fact that was recorded last, as it was given."""
    (*_, entry) = stage.log.entries()
    fact = stage.founder.opened([entry])[0].fact
    assert fact is not None
    return fact


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("ck . pnc silver Astra / seen leaving", CheckRequested(System.PNC, "silver Astra", "seen leaving")),
        ("ck . local 12 Mill Lane /  warnings ", CheckRequested(System.LOCAL, "12 Mill Lane", "warnings")),
        ("ck . voters a / b / c", CheckRequested(System.VOTERS, "a", "b / c")),
        ("bu . 30m has she rung", BringUpSet(DUE, "has she rung")),
        ("bu . 30m", BringUpSet(DUE, "")),
        ("ndm . a / b / c / d / e", DecisionRecorded("a", "b", "c", "d", "e")),
        ("ndm . a / b / c / d / entry / by two cars", DecisionRecorded("a", "b", "c", "d", "entry / by two cars")),
        ("fault it hangs", FaultNoted(13, "it hangs")),
    ],
)
def test_a_line_is_read_into_its_parts(line: str, fact: Fact[Any]) -> None:
    stage = Stage()
    work(stage.founder, "ring 101\nanswer .")
    if isinstance(fact, FaultNoted):
        fact = FaultNoted(stage.log.tip().size, fact.words)
    work(stage.founder, line)
    assert last(stage) == fact


def test_what_came_back_is_named_by_the_number_of_what_was_asked_for() -> None:
    stage = Stage()
    work(
        stage.founder,
        "ring 101\nanswer .\nck . pnc a / b\nck . pnd c / d\nrt . 3 nothing",
    )
    assert last(stage) == CheckReturned(3, "pnc", Answer.NOTHING, "")


@pytest.mark.parametrize("line", ["ck . interpol a / b", "rt . 3 perhaps", "bu . yesterday x", "bu . x", "dn . nine"])
def test_a_line_that_offers_something_else_is_not_read(line: str) -> None:
    stage = Stage()
    work(stage.founder, "ring 101\nanswer .\nck . pnc a / b")
    with pytest.raises(Misread):
        work(stage.founder, line)


# In the room


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    founded = Founded(tmp_path / "store")
    yield founded
    founded.close()


def test_the_watch_brings_up_once_what_is_due_of_every_sort_of_item(stage: Founded) -> None:
    work(stage.founder, "ring 101\nanswer .\nbu . 30m the caller\nopen . other x\nbu 1 30m the incident\nbu 1 2h later")
    stage.pass_time(1800)
    up = [one.fact for one in Watch(stage.room).tick() if isinstance(one.fact, BroughtUp)]
    assert [one.due for one in up] == [DUE, DUE]
    stage.pass_time(600)
    assert [one for one in Watch(stage.room).tick() if isinstance(one.fact, BroughtUp)] == []
    assert [one.alerts for one in stage.board.items(stage.clock.now_ns)] == [("bring up",), ("bring up",)]


def test_faults_are_listed_with_the_place_and_in_safe_text(stage: Founded, capsys: pytest.CaptureFixture[str]) -> None:
    size = stage.log.tip().size
    texts = [one for one in CORPUS if one.strip() and len(one) < 5_000]
    for text in texts:
        carry_out(stage.founder, f"fault {text}")
    roomlists.faults(stage.room, session=None, json=False)
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[-1] == f"{len(texts)} faults noted"
    assert len(lines) == len(texts) + 1
    assert all(f"Fault seen at @{size + at}" in line for at, line in enumerate(lines[:-1]))
    assert out.replace("\n", "").isprintable()
    (shown,) = [one.fact for one in stage.room.access.log.entries() if isinstance(one.fact, Shown)]
    assert (shown.screen, shown.records) == ("faults", (POLICY_STREAM,))
