"""Incidents that have to do with each other: tied, tagged, merged with every caller kept, reopened; each rule of domain/link.py.

Source: letter, area 1; LAS 1992 (call-backs multiplied the load, and nothing found duplicates).
"""

from typing import Any

import pytest

from hueandcry.domain import link
from hueandcry.domain.contact import Contact
from hueandcry.domain.deployment import Attended, Resourced, StoodDown
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import Fact, FactRef
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assessed, Graded, Regraded
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Contacted, Incident, Opened, Stage
from hueandcry.domain.link import (
    Absorb,
    Absorbed,
    How,
    Merge,
    Merged,
    Reopen,
    Reopened,
    Tag,
    Tagged,
    Tie,
    Tied,
    TieTo,
    Untagged,
)
from hueandcry.domain.major import MajorDeclared, MajorStoodDown
from hueandcry.domain.outcome import CallerTold, Close, Closed, Resulted
from hueandcry.domain.particulars import Target
from hueandcry.domain.promise import Kept, Promised
from hueandcry.domain.reference import Kind, tail_of
from hueandcry.domain.worked import Promising
from hueandcry.operator.desk import Desk
from tests.spec.harness import (
    MINUTE,
    START,
    commands_in,
    given,
    later,
    policy,
    ref,
    said_by,
    stream_of,
    who_may,
)
from tests.staging import Stage as Room
from tests.staging import work

HOUR = 60 * MINUTE
CALL, SECOND_CALL, THIRD_CALL = (stream_of(Contact, noise) for noise in range(3))
OTHER, THIRD = stream_of(Incident, 1), stream_of(Incident, 2)
ME = stream_of(Incident)
OPENED = Opened("other", False, "1001", CALL, "crush at gate 4")
WAITING: tuple[Fact[Incident], ...] = (
    OPENED,
    Assessed((), (), 0, False, "3", ("nothing-more-urgent",), ""),
    Graded("3", "3", 0, ref(Incident, 2), ""),
)
SENT, AT_SCENE = Resourced("AB12", False), Attended("AB12")
ENDED: tuple[Fact[Incident], ...] = (*WAITING, SENT, AT_SCENE, Resulted("attended", True, None, ""), Closed(""))
UNTOLD: tuple[Fact[Incident], ...] = (*WAITING, CallerTold("no"), Resulted("advice", False, None, ""), Closed(""))
HISTORY = IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came")
DECLARED = MajorDeclared((), (), "gate 4", "crush", "crowd", "Bell Street", "40", "none")
PROMISED = Promised(Promising.CALL_BACK, START + HOUR, "1001", "")

TIE = TieTo(OTHER, How.SAME_PEOPLE, "the silver car again")
TAG = Tag("series")
MERGE = Merge(OTHER, True, False, "same crush at gate 4")
ABSORB = Absorb(OTHER, False, False, (SECOND_CALL, THIRD_CALL))
REOPEN = Reopen("he is back")
EVERY: list[Command[Any]] = [TIE, TAG, MERGE, ABSORB, REOPEN]
MERGED = Merged(OTHER, "same crush at gate 4")
ABSORBED = Absorbed(OTHER, False, False, (SECOND_CALL, THIRD_CALL))
REOPENED = Reopened("he is back")


def name_of(command: Command[Any]) -> str:
    return type(command).__name__


# What nobody may do


@pytest.mark.parametrize("command", EVERY, ids=name_of)
def test_the_floor_ties_tags_merges_and_reopens_and_nobody_else(command: Command[Any]) -> None:
    assert who_may(command) == FLOOR


def test_every_command_of_the_page_has_its_roles_checked_here() -> None:
    assert commands_in(link) == {type(one) for one in EVERY}


@pytest.mark.parametrize("command", [TAG, MERGE, ABSORB], ids=name_of)
@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ((), "there is no such incident"),
        (ENDED, "the incident is closed"),
        ((*WAITING, MERGED), "the incident is closed"),
        ((HISTORY,), "this incident was loaded as history; history is not worked"),
    ],
    ids=["never opened", "closed", "merged", "history"],
)
def test_what_is_not_worked_is_neither_tagged_nor_merged_nor_merged_into(
    facts: tuple[Fact[Incident], ...], rule: str, command: Command[Incident]
) -> None:
    given(*facts, on=Incident).when(command).then_refused(rule)


# Ties


def test_nothing_is_tied_to_an_incident_that_is_not_there() -> None:
    given(on=Incident).when(TIE).then_refused("there is no such incident")


def test_an_incident_is_not_tied_to_itself() -> None:
    given(*WAITING, on=Incident).when(TieTo(ME, How.SERIES, "")).then_refused(
        "an incident has to do with itself without anybody saying so"
    )


@pytest.mark.parametrize("how", How)
@pytest.mark.parametrize("facts", [WAITING, ENDED, (HISTORY,)], ids=["open", "closed", "history"])
def test_an_incident_is_tied_to_another_while_it_is_worked_and_after(
    facts: tuple[Fact[Incident], ...], how: How
) -> None:
    record = given(*facts, on=Incident).when(TieTo(OTHER, how, "see there")).then(Tied(OTHER, how, "see there"))
    assert record.ties == (Tie(OTHER, how.value),)


def test_the_same_tie_is_recorded_once() -> None:
    given(*WAITING, Tied(OTHER, How.SAME_PEOPLE, ""), on=Incident).when(TIE).then_nothing()


def test_between_two_incidents_the_last_tie_stands_and_others_stay() -> None:
    before = given(*WAITING, Tied(OTHER, How.SERIES, ""), Tied(THIRD, How.FOLLOWS, ""), on=Incident)
    record = before.when(TIE).then(Tied(OTHER, How.SAME_PEOPLE, "the silver car again"))
    assert record.ties == (Tie(THIRD, "follows"), Tie(OTHER, "same-people"))


# Tags


def test_a_tag_is_one_of_the_pack() -> None:
    given(*WAITING, on=Incident).when(Tag("weather")).then_refused(
        "categories-2011 has no tag weather; it has media, operation, series, flooding, stadium"
    )


def test_a_tag_is_put_on_and_taken_off_again() -> None:
    before = given(*WAITING, Tagged("media"), on=Incident)
    assert before.when(TAG).then(Tagged("series")).tags == ("media", "series")
    again = given(*WAITING, Tagged("media"), Tagged("series"), on=Incident)
    assert again.when(TAG).then(Untagged("series")).tags == ("media",)


def test_a_tag_that_the_pack_of_today_has_no_more_is_taken_off_all_the_same() -> None:
    assert given(*WAITING, Tagged("heatwave"), on=Incident).when(Tag("heatwave")).then(Untagged("heatwave")).tags == ()


# Merging: the one that goes


def test_an_incident_is_not_merged_into_itself() -> None:
    given(*WAITING, on=Incident).when(Merge(ME, True, False, "")).then_refused("an incident is not merged into itself")


def test_nothing_is_merged_into_what_is_closed() -> None:
    given(*WAITING, on=Incident).when(Merge(OTHER, False, False, "")).then_refused(
        "the other incident is closed: reopen it first, or merge the other way round"
    )


@pytest.mark.parametrize("there", [(SENT,), (SENT, AT_SCENE)], ids=["on its way", "at the scene"])
def test_what_somebody_was_sent_to_is_not_merged_away(there: tuple[Fact[Incident], ...]) -> None:
    given(*WAITING, *there, on=Incident).when(MERGE).then_refused(
        "AB12 is on this one: merge the other into it, or clear it first"
    )


def test_everybody_who_is_on_it_is_named() -> None:
    given(*WAITING, SENT, Resourced("CD34", True), on=Incident).when(MERGE).then_refused(
        "AB12, CD34 is on this one: merge the other into it, or clear it first"
    )


def test_once_they_were_cleared_it_is_merged() -> None:
    given(*WAITING, SENT, StoodDown("AB12", "not needed"), on=Incident).when(MERGE).then(MERGED)


def test_a_major_incident_is_not_merged_away_before_it_is_stood_down() -> None:
    given(*WAITING, DECLARED, on=Incident).when(MERGE).then_refused(
        "this one is a major incident: merge the other into it"
    )
    given(*WAITING, DECLARED, MajorStoodDown("over"), on=Incident).when(MERGE).then(MERGED)


def test_what_a_promise_is_open_about_is_not_merged_away() -> None:
    given(*WAITING, PROMISED, on=Incident).when(MERGE).then_refused(
        "a promise is open: call-back (4); keep it ('kept'), or release it with a reason ('release')"
    )
    given(*WAITING, PROMISED, Kept(4, Promising.CALL_BACK, False, ""), on=Incident).when(MERGE).then(MERGED)


@pytest.mark.parametrize("at", range(1, len(WAITING) + 1))
def test_an_incident_is_merged_at_any_stage_before_somebody_is_sent(at: int) -> None:
    record = given(*WAITING[:at], on=Incident).when(MERGE).then(MERGED)
    assert (record.stage, record.merged_into, record.open, record.queue) == (Stage.CLOSED, OTHER, False, None)


def test_what_was_merged_keeps_what_it_had() -> None:
    before = given(*WAITING, on=Incident)
    after = before.when(MERGE).then(MERGED)
    for name in ("contacts", "category", "assessed", "grade", "opened", "summary"):
        assert getattr(after, name) == getattr(before.record, name), name


# Merging: the one that stays


def test_the_one_that_stays_takes_over_the_callers_and_is_assessed_anew() -> None:
    before = given(*WAITING, on=Incident)
    record = before.when(ABSORB).then(ABSORBED)
    assert record.contacts == (CALL, SECOND_CALL, THIRD_CALL)
    assert record.absorbed == (OTHER,)
    assert (before.record.assessment_current, record.assessment_current) == (True, False)
    assert record.queue == "assess"
    assert (record.grade, record.clock_from) == (before.record.grade, before.record.clock_from)


def test_until_it_is_assessed_it_is_neither_closed_nor_resulted_as_cancelled() -> None:
    given(*WAITING, SENT, AT_SCENE, Resulted("attended", True, None, ""), ABSORBED, on=Incident).when(
        Close("")
    ).then_refused("risk is not assessed since the last material change (fact 7): assess it first")


def test_a_caller_of_both_stands_once() -> None:
    both = Absorb(OTHER, False, False, (CALL, SECOND_CALL))
    record = given(*WAITING, on=Incident).when(both).then(Absorbed(OTHER, False, False, (CALL, SECOND_CALL)))
    assert record.contacts == (CALL, SECOND_CALL)


def test_several_are_merged_into_one_one_after_another() -> None:
    before = given(*WAITING, ABSORBED, on=Incident)
    record = before.when(Absorb(THIRD, False, False, ())).then(Absorbed(THIRD, False, False, ()))
    assert record.absorbed == (OTHER, THIRD)


@pytest.mark.parametrize(("domestic", "vulnerable"), [(True, False), (False, True), (True, True)])
def test_the_care_that_the_merged_one_asked_for_goes_with_it(domestic: bool, vulnerable: bool) -> None:
    absorb = Absorb(OTHER, domestic, vulnerable, ())
    record = given(*WAITING, on=Incident).when(absorb).then(Absorbed(OTHER, domestic, vulnerable, ()))
    assert (record.domestic, record.vulnerable, record.careful) == (domestic, vulnerable, True)


def test_the_care_that_the_one_that_stays_asked_for_stays() -> None:
    opened = Opened("domestic", True, "1001", CALL, "")
    record = given(opened, on=Incident).when(ABSORB).then(ABSORBED)
    assert record.domestic


@pytest.mark.parametrize(
    ("contacts", "told"), [((SECOND_CALL,), False), ((CALL,), True), ((), True)], ids=["new", "the same", "none"]
)
def test_callers_who_came_with_it_have_not_been_told_that_nobody_comes(contacts: tuple[bytes, ...], told: bool) -> None:
    before = given(*WAITING, CallerTold("no"), on=Incident)
    record = before.when(Absorb(OTHER, False, False, contacts)).then(Absorbed(OTHER, False, False, contacts))
    assert record.told is told


def test_whoever_works_the_one_that_stays_has_an_update_to_read() -> None:
    by_another = given(*WAITING, said_by("2002", Role.HANDLER, ABSORBED), on=Incident).record
    by_dispatch = given(*WAITING, said_by("2002", Role.DISPATCHER, ABSORBED), on=Incident).record
    assert (by_another.unread, by_dispatch.unread) == (1, 0)


# Reopening


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (WAITING, "the incident is open"),
        ((HISTORY,), "this incident was loaded as history; history is not worked"),
    ],
    ids=["open", "history"],
)
def test_only_what_was_closed_is_reopened(facts: tuple[Fact[Incident], ...], rule: str) -> None:
    given(*facts, on=Incident).when(REOPEN).then_refused(rule)


def test_it_is_said_why_something_is_reopened() -> None:
    given(*ENDED, on=Incident).when(Reopen("")).then_refused("say why it is reopened")


@pytest.mark.parametrize(
    ("facts", "stage"),
    [(ENDED, Stage.GRADED), (UNTOLD, Stage.GRADED), ((OPENED, MERGED), Stage.OPENED)],
    ids=["attended", "nobody sent", "not graded"],
)
def test_what_is_reopened_is_assessed_anew_and_waits_for_somebody_though_somebody_was_there_before(
    facts: tuple[Fact[Incident], ...], stage: Stage
) -> None:
    record = given(*facts, on=Incident).when(REOPEN).then(REOPENED)
    assert (record.stage, record.result, record.told, record.holder) == (stage, "", False, "")
    assert not record.assessment_current
    assert record.queue == "assess"


def test_its_targets_begin_anew() -> None:
    record = given(*UNTOLD, later(minutes=300), REOPENED, on=Incident).record
    assert record.targets(policy())[Target.RESOURCE] == START + 420 * MINUTE  # two hours from when it was reopened


def test_what_was_told_before_has_to_be_told_again() -> None:
    given(*UNTOLD, REOPENED, WAITING[1], Resulted("advice", False, None, ""), on=Incident).when(Close("")).then_refused(
        "nobody attended and the caller was not told: tell the caller first ('told')"
    )


def test_what_was_merged_stands_for_itself_again() -> None:
    record = given(*WAITING, MERGED, on=Incident).when(REOPEN).then(REOPENED)
    assert (record.merged_into, record.stage) == (None, Stage.GRADED)


# As they are typed


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def desk(room: Room) -> Desk:
    return room.desk("2211", Role.HANDLER, Role.DISPATCHER)


CRUSH = """
    ring 999 07700 900101
    answer .
    open . other crush at gate 4
    ring 999 07700 900102
    answer .
    open . other people fall at gate 4
"""
ASSESS = "situation=past threat=none risk=low investigation=none vulnerability={} engagement=wants-police"


def incident(desk: Desk, number: int) -> Incident:
    """Return the incident of a daily number, closed or not."""
    opened = [one.stream for one in desk.log.entries() if isinstance(one.fact, Opened)]
    record = desk.board.record(opened[number - 1])
    assert isinstance(record, Incident)
    return record


def closed(desk: Desk, number: int) -> None:
    """Bring an incident to its end without anybody sent."""
    work(desk, f"assess {number} {ASSESS.format('none')}\ngrade {number} 4\ntold {number} nobody comes")
    work(desk, f"result {number} advice\nclose {number}")


def since(room: Room, position: int) -> list[str]:
    return [entry.name for entry in room.log.entries(position)]


def test_both_incidents_say_that_they_are_tied(desk: Desk) -> None:
    work(desk, f"{CRUSH}\ntie 1 2 series the same gate")
    first, second = incident(desk, 1), incident(desk, 2)
    assert (first.ties, second.ties) == ((Tie(second.id, "series"),), (Tie(first.id, "series"),))


def test_a_merge_is_one_act_of_two_incidents_and_both_keep_their_histories(room: Room, desk: Desk) -> None:
    work(desk, CRUSH)
    callers = (*incident(desk, 1).contacts, *incident(desk, 2).contacts)
    before = {number: room.log.stream(incident(desk, number).id) for number in (1, 2)}
    at = room.log.tip().size
    work(desk, "merge 2 1 same crush at gate 4")
    assert since(room, at) == ["incident.merged", "incident.absorbed"]
    first, second = incident(desk, 1), incident(desk, 2)
    assert second.merged_into == first.id
    assert first.absorbed == (second.id,)
    assert (first.contacts, second.contacts) == (callers, callers[1:])
    assert [one for one in desk.board.open() if isinstance(one, Incident)] == [first]
    for number, record in ((1, first), (2, second)):
        told = room.log.stream(record.id)
        assert told[:-1] == before[number]
    merged, absorbed = room.log.entries(at)
    assert absorbed.header is not None
    assert absorbed.header.causation == FactRef(merged.stream, merged.version)


def test_the_callers_of_the_merged_one_stay_linked_to_where_they_were_heard(desk: Desk) -> None:
    work(desk, f"{CRUSH}\nmerge 2 1")
    caller = desk.board.record(incident(desk, 2).contacts[0])
    assert isinstance(caller, Contact)
    assert caller.incident == incident(desk, 2).id


def test_what_was_merged_is_neither_merged_again_nor_merged_into(room: Room, desk: Desk) -> None:
    work(desk, f"{CRUSH}\nmerge 2 1")
    at = room.log.tip().size
    for line, rule in (
        ("merge 2 1", "the incident is closed"),
        ("merge 1 2", "the other incident is closed: reopen it first, or merge the other way round"),
        ("merge 1 1", "an incident is not merged into itself"),
    ):
        with pytest.raises(Refused) as refused:
            work(desk, line)
        assert str(refused.value) == rule
    assert since(room, at) == []


def test_of_a_chain_of_merges_the_last_has_every_caller(desk: Desk) -> None:
    work(desk, f"{CRUSH}\nring 999 3\nanswer .\nopen . other they fall over each other\nmerge 3 2\nmerge 2 1")
    assert len(incident(desk, 1).contacts) == 3


def test_the_vulnerable_caller_of_the_merged_one_is_minded_until_risk_is_assessed_anew(desk: Desk) -> None:
    work(desk, f"{CRUSH}\nassess 2 {ASSESS.format('child')}\nmerge 2 1")
    assert incident(desk, 1).careful


def test_who_gets_in_touch_about_what_is_closed_reopens_it_and_the_call_stands_in_it(room: Room, desk: Desk) -> None:
    work(desk, CRUSH)
    closed(desk, 1)
    at = room.log.tip().size
    work(desk, "ring 999 07700 900103\nanswer .\nlink . 1")
    assert since(room, at)[2:] == ["contact.linked", "incident.reopened", "incident.contacted"]
    record = incident(desk, 1)
    assert (record.open, record.queue, len(record.contacts)) == (True, "assess", 2)
    (*_, reopened, _) = room.log.entries(at)
    assert reopened.header is not None
    assert reopened.header.causation is not None
    assert reopened.header.causation.stream == record.contacts[-1]


def test_who_gets_in_touch_about_what_is_open_reopens_nothing(room: Room, desk: Desk) -> None:
    work(desk, CRUSH)
    at = room.log.tip().size
    work(desk, "ring 999 07700 900103\nanswer .\nlink . 1")
    assert since(room, at)[2:] == ["contact.linked", "incident.contacted"]


def test_a_reopened_incident_goes_back_to_the_board_under_its_number(desk: Desk) -> None:
    work(desk, CRUSH)
    closed(desk, 1)
    assert [desk.board.name(one.id) for one in desk.board.open() if one.kind is Kind.INCIDENT] == ["2"]
    work(desk, "reopen 1 he is back")
    assert {desk.board.name(one.id) for one in desk.board.open() if one.kind is Kind.INCIDENT} == {"1", "2"}


def test_a_contact_that_is_linked_elsewhere_reopens_nothing(room: Room, desk: Desk) -> None:
    """The line is refused whole."""
    work(desk, CRUSH)
    closed(desk, 1)
    at = room.log.tip().size
    caller = tail_of(incident(desk, 2).contacts[0])
    with pytest.raises(Refused):
        work(desk, f"link c{caller} 1")
    assert since(room, at) == []
    assert not incident(desk, 1).open


def test_what_is_merged_a_second_time_brings_the_callers_who_came_since(desk: Desk) -> None:
    work(desk, f"{CRUSH}\nmerge 2 1\nreopen 2 not the same\nring 999 3\nanswer .\nlink . 2\nmerge 2 1 it is after all")
    assert len(incident(desk, 1).contacts) == 3
    assert incident(desk, 1).queue == "assess"


def test_a_partner_who_gets_in_touch_about_what_is_closed_reopens_it(desk: Desk) -> None:
    work(desk, CRUSH)
    closed(desk, 1)
    work(desk, "expedite mri-ward-12 walkout - Sister Jones / 0161 496 0000 / left at 14:00\nlink . 1")
    assert incident(desk, 1).open


def test_what_was_resulted_is_worked_again_when_another_is_merged_into_it(desk: Desk) -> None:
    resulted = given(*WAITING, Resulted("advice", False, None, ""), ABSORBED, on=Incident).record
    contacted = given(*WAITING, Resulted("advice", False, None, ""), Contacted(SECOND_CALL, ()), on=Incident).record
    assert (resulted.stage, resulted.result, resulted.queue) == (contacted.stage, "", "assess")


def test_what_is_reopened_has_nobody_on_it_any_more_and_can_be_merged(desk: Desk) -> None:
    work(desk, f"unit AB12 CENTRAL\n{CRUSH}\nassess 2 {ASSESS.format('none')}\ngrade 2 4\nsend 2 AB12\narrive 2")
    work(desk, "result 2 attended\nclose 2\nreopen 2 he is back")
    assert incident(desk, 2).resources == ()
    work(desk, "merge 2 1")


CALM = ASSESS.format("none")


def test_who_gets_in_touch_about_what_was_merged_stands_in_the_incident_that_is_worked_for_both(desk: Desk) -> None:
    work(desk, f"{CRUSH}\nmerge 2 1\nring 999 07700 900103\nanswer .\nlink . 2")
    first, second = incident(desk, 1), incident(desk, 2)
    caller = desk.board.record(first.contacts[-1])
    assert isinstance(caller, Contact)
    assert (caller.incident, len(first.contacts), second.open) == (first.id, 3, False)


def test_what_a_caller_of_the_merged_one_answers_reopens_the_assessment_of_the_other(desk: Desk) -> None:
    work(desk, f"{CRUSH}\nmerge 2 1\nassess 1 {CALM}")
    caller = tail_of(incident(desk, 2).contacts[0])
    work(desk, f"triage c{caller} threat weapon a knife after all")
    assert not incident(desk, 1).assessment_current


def test_a_partner_who_gets_in_touch_about_what_is_open_reopens_its_assessment(desk: Desk) -> None:
    work(desk, f"{CRUSH}\nassess 1 {CALM}")
    work(desk, "expedite mri-ward-12 walkout - Sister Jones / 0161 496 0000 / left at 14:00\nlink . 1")
    assert incident(desk, 1).queue == "assess"


def test_no_crime_is_lost_in_a_merge(desk: Desk) -> None:
    work(desk, "open - theft\nopen - other\nopen - theft")
    with pytest.raises(Refused) as refused:
        work(desk, "merge 1 2")
    assert str(refused.value).startswith("theft is a crime, and the other is none")
    work(desk, "merge 1 3 one bicycle")
    work(desk, "nocrime 3 it was lent\nmerge 3 2")


def test_nothing_that_is_still_to_be_brought_up_is_lost_in_a_merge(desk: Desk) -> None:
    work(desk, f"{CRUSH}\nbringup 2 20m her sister")
    with pytest.raises(Refused, match="still to be brought up"):
        work(desk, "merge 2 1")


def test_what_was_attended_and_is_needed_again_waits_for_somebody_and_its_clock_begins_anew(desk: Desk) -> None:
    """Whoever was there has left: a change or another caller finds nobody on it, with a result or without."""
    for result in ((), (Resulted("attended", True, None, ""),)):
        done = (*WAITING, SENT, AT_SCENE, StoodDown("AB12", "done"), *result)
        record = given(*done, later(minutes=60), Contacted(SECOND_CALL, ()), on=Incident).record
        assert (record.stage, record.attended, record.told, record.result) == (Stage.GRADED, False, False, "")
        assert record.targets(policy())[Target.RESOURCE] == START + 180 * MINUTE


def test_what_a_crew_is_still_at_is_worked_on_by_them(desk: Desk) -> None:
    there = (*WAITING, SENT, AT_SCENE, Resulted("attended", True, None, ""))
    record = given(*there, Contacted(SECOND_CALL, ()), on=Incident).record
    assert (record.stage, record.attended, record.resources) == (Stage.ATTENDED, True, ("AB12",))


def test_a_downgrade_of_what_is_needed_again_sets_no_target_before_that() -> None:
    down = Regraded("3", "4", False, "3", ref(Incident, 2), None, "quiet")
    record = given(*UNTOLD, later(minutes=300), REOPENED, down, on=Incident).record
    assert record.clock_from == START + 300 * MINUTE
