"""Explaining a story: what each decision rests on is what its own record knew, and nothing of another's."""

import pytest

from hueandcry.domain import replay
from hueandcry.domain.fact import Entry
from hueandcry.domain.reference import kind_of
from hueandcry.operator.verbs import carry_out
from tests.staging import Stage, work

CALM = "situation=now threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
KNIFE = CALM.replace("threat=none", "threat=weapon")
CALLED = "ring 999 07700900123\nanswer .\ntriage . threat weapon he has a knife"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def done(stage: Stage, line: str) -> Entry:
    """Do a line and return the first fact that it led to."""
    return carry_out(stage.founder, line)[0]


def decisions(stage: Stage, ref: str) -> dict[int, replay.Decision]:
    """Return the decisions of an item's story by their positions."""
    now = stage.clock.now_ns
    (record,) = [one for one in stage.board.open() if stage.board.name(one.id, now) == ref]
    streams = replay.story(record)
    entries = [one for one in stage.log.entries() if one.stream in streams]
    return {one.entry.position: one for one in replay.explain(entries)}


def merged(stage: Stage) -> tuple[Entry, Entry]:
    """Open two incidents, one of them from a call, merge the second into the first; return the merge and an assessment."""
    work(stage.founder, f"open - other crush\nassess 1 {CALM}\ng4 1 so\n{CALLED}\nopen . other crush at gate 4")
    work(stage.founder, f"assess 2 {KNIFE}\ng1 2")
    entries = carry_out(stage.founder, "merge 2 1 one crush")
    return entries[1], done(stage, f"assess 1 {KNIFE}")


def test_an_assessment_after_a_merge_rests_on_the_merge_and_on_the_callers_that_came_with_it(stage: Stage) -> None:
    merge, assessed = merged(stage)
    rests = decisions(stage, "1")[assessed.position].rests_on
    said = {one.name: one.position for one in stage.log.entries()}
    assert {merge.position, said["contact.rang"], said["contact.triaged"]} <= set(rests)


def test_a_close_rests_on_the_assessment_of_its_own_incident(stage: Stage) -> None:
    _, assessed = merged(stage)
    work(stage.founder, "result 1 advice\ntold 1 nobody comes")
    work(stage.founder, f"reopen 2 it was another crush\nassess 2 {CALM}")
    now = stage.clock.now_ns
    (record,) = [one for one in stage.board.open() if stage.board.name(one.id, now) == "1"]
    closed = done(stage, "close 1")
    entries = [one for one in stage.log.entries() if one.stream in replay.story(record)]
    (found,) = [one for one in replay.explain(entries) if one.entry.position == closed.position]
    judged = [one.position for one in entries if one.name == "incident.assessed" and one.position in found.rests_on]
    assert judged == [assessed.position]


def test_what_one_caller_is_told_rests_on_nothing_that_another_said(stage: Stage) -> None:
    work(stage.founder, f"{CALLED}\nopen . other crush")
    first = next(one for one in stage.board.open() if kind_of(one.id).name == "CONTACT")  # type: ignore[union-attr]
    work(stage.founder, "ring 101 07700900456\nanswer .\nlink . 1")
    closed = done(stage, "close .")
    rests = decisions(stage, "1")[closed.position].rests_on
    of_first = {one.position for one in stage.log.entries() if one.stream == first.id}
    assert rests
    assert not of_first.intersection(rests)


def test_an_incident_hears_each_of_its_callers_before_and_after_it_was_opened(stage: Stage) -> None:
    work(stage.founder, f"{CALLED}\nopen . other crush\nring 101\nanswer .\nlink . 1")
    later = done(stage, "note . people are down")
    assessed = done(stage, f"assess 1 {KNIFE}")
    rests = decisions(stage, "1")[assessed.position].rests_on
    assert later.position in rests
    again = done(stage, f"assess 1 {KNIFE}")
    assert decisions(stage, "1")[again.position].rests_on == ()


def test_that_a_caller_was_lost_is_among_what_is_explained(stage: Stage) -> None:
    work(stage.founder, "ring 999")
    lost = done(stage, "abandon .")
    (ref,) = [one.ref for one in stage.board.items(stage.clock.now_ns)]
    assert list(decisions(stage, ref)) == [lost.position]


def test_nothing_rests_on_what_came_after_it(stage: Stage) -> None:
    merged(stage)
    for decision in decisions(stage, "1").values():
        assert all(position < decision.entry.position for position in decision.rests_on)
