"""Crews under a callsign: listed, sent, heard of, and taken from one incident to another.

Each rule of domain/resource.py, and what domain/deployment.py, domain/alert.py and the lines of operator/work/resource.py
say of crews. Source: letter, area 4; officer safety timers as control rooms have them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hueandcry.domain import resource
from hueandcry.domain.alert import alerts
from hueandcry.domain.contact import Contact
from hueandcry.domain.deployment import Arrive, Attended, Resourced, Send, StandDown, StoodDown
from hueandcry.domain.duty import FIELD, FLOOR, Command, Role
from hueandcry.domain.fact import Fact, fold
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Incident, Opened, Stage
from hueandcry.domain.outcome import Closed, Resulted
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Target
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.resource import (
    ON_AN_INCIDENT,
    CallEmergency,
    EmergencyCalled,
    GiveStatus,
    HeardOf,
    HearOf,
    MissCheck,
    RegisterResource,
    Resource,
    ResourceRegistered,
    Status,
    StatusGiven,
    UnheardOf,
    resource_stream,
)
from hueandcry.domain.timer import Timer, timers
from hueandcry.operator import roomlists
from hueandcry.operator.desk import Desk
from hueandcry.operator.reference import Misread
from hueandcry.operator.roomlists import unit_lines
from hueandcry.operator.verbs import preview
from hueandcry.operator.watch import Watch
from tests.spec.harness import (
    MINUTE,
    PACKS,
    START,
    adopted,
    commands_in,
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
from tests.staging import Founded, S, work
from tests.staging import Stage as Room

INCIDENT, OTHER = stream_of(Incident), stream_of(Incident, 1)
CHECK_BY = START + 20 * MINUTE
LISTED = ResourceRegistered("AB12", "CENTRAL", ("taser",))
ALLOCATED = StatusGiven(Status.ALLOCATED, INCIDENT, 0)
AT_SCENE = StatusGiven(Status.AT_SCENE, INCIDENT, CHECK_BY)
OFF = StatusGiven(Status.OFF, None, 0)
UNHEARD, EMERGENCY = UnheardOf(CHECK_BY), EmergencyCalled("open microphone, shouting")
NOT_ON_ONE = [one for one in Status if one not in ON_AN_INCIDENT]

REGISTER = RegisterResource("AB12", "CENTRAL", ("taser",))
GIVE = GiveStatus(Status.REFRESHMENTS)
HEAR = HearOf("all in order")
CALL_FOR_HELP = CallEmergency("open microphone, shouting")
MISS = MissCheck()
WORK: list[Command[Any]] = [REGISTER, GIVE, HEAR, CALL_FOR_HELP]


def name_of(command: Command[Any]) -> str:
    return type(command).__name__


def alerts_of(*facts: Fact[Resource]) -> list[str]:
    """Return what an incident calls for on account of a crew that is on it."""
    crew = given(LISTED, *facts, on=Resource).record
    return alerts(given(*GRADED, on=Incident).record, (crew,), START)


# What nobody may do


@pytest.mark.parametrize("command", WORK, ids=name_of)
def test_the_floor_and_who_answers_for_a_district_say_what_crews_do(command: Command[Any]) -> None:
    assert set(who_may(command)) == {*FLOOR, Role.SERGEANT, Role.INSPECTOR}


def test_only_the_watch_says_that_a_crew_was_not_heard_of() -> None:
    assert who_may(MISS) == (Role.WATCH,)


def test_every_command_of_the_page_has_its_roles_checked_here() -> None:
    assert commands_in(resource) == {type(one) for one in (*WORK, MISS)}


@pytest.mark.parametrize("command", [GIVE, GiveStatus(Status.ALLOCATED, INCIDENT), HEAR, CALL_FOR_HELP], ids=name_of)
def test_of_a_callsign_that_is_not_on_the_list_nothing_is_said(command: Command[Any]) -> None:
    given(on=Resource).when(command).then_refused("no such callsign is on the list: register it with 'unit'")


# The list


def test_a_callsign_has_one_stream_however_its_letters_are_written() -> None:
    assert resource_stream("ab12") == resource_stream("AB12") != resource_stream("AB13")
    assert kind_of(resource_stream("AB12")) is Kind.RESOURCE


def test_who_is_put_on_the_list_is_available() -> None:
    record = given(on=Resource).when(REGISTER).then(LISTED)
    assert (record.callsign, record.district, record.skills) == ("AB12", "CENTRAL", ("taser",))
    assert (record.status, record.since, record.open) == (Status.AVAILABLE, START, True)


def test_who_is_listed_as_that_already_is_not_listed_twice() -> None:
    given(LISTED, on=Resource).when(REGISTER).then_refused("AB12 is on the list as that already")


@pytest.mark.parametrize(("district", "skills"), [("EAST", ("taser",)), ("CENTRAL", ())])
def test_who_is_listed_anew_keeps_what_they_are_doing(district: str, skills: tuple[str, ...]) -> None:
    before = given(LISTED, AT_SCENE, UNHEARD, on=Resource)
    record = before.when(RegisterResource("AB12", district, skills)).then(ResourceRegistered("AB12", district, skills))
    assert (record.status, record.incident, record.check_by, record.unheard) == (
        Status.AT_SCENE,
        INCIDENT,
        CHECK_BY,
        True,
    )


def test_who_was_off_and_is_listed_again_is_available_from_then() -> None:
    record = given(LISTED, OFF, later(minutes=5), LISTED, on=Resource).record
    assert (record.status, record.since) == (Status.AVAILABLE, START + 5 * MINUTE)
    given(LISTED, OFF, on=Resource).when(REGISTER).then(LISTED)


# What they are doing


@pytest.mark.parametrize("status", [one for one in NOT_ON_ONE if one is not Status.AVAILABLE])
def test_a_status_that_is_for_no_incident_leaves_the_one_they_were_on(status: Status) -> None:
    before = given(LISTED, AT_SCENE, later(minutes=3), on=Resource)
    record = before.when(GiveStatus(status, OTHER)).then(StatusGiven(status, None, 0))
    assert (record.status, record.incident, record.check_by) == (status, None, 0)


@pytest.mark.parametrize("status", ON_AN_INCIDENT)
def test_a_status_for_an_incident_names_it_or_goes_on_with_the_one_they_are_on(status: Status) -> None:
    due = CHECK_BY if status is Status.AT_SCENE else 0
    given(LISTED, on=Resource).when(GiveStatus(status, OTHER)).then(StatusGiven(status, OTHER, due))
    committed = StatusGiven(Status.EN_ROUTE if status is not Status.EN_ROUTE else Status.ALLOCATED, INCIDENT, 0)
    given(LISTED, committed, on=Resource).when(GiveStatus(status)).then(StatusGiven(status, INCIDENT, due))


@pytest.mark.parametrize("status", ON_AN_INCIDENT)
@pytest.mark.parametrize("before", [(), (AT_SCENE, StatusGiven(Status.COMMITTED, None, 0))], ids=["never", "before"])
def test_nobody_is_on_the_way_to_nowhere(status: Status, before: tuple[Fact[Resource], ...]) -> None:
    given(LISTED, *before, on=Resource).when(GiveStatus(status)).then_refused(
        "AB12 is allocated to no incident: send it to one"
    )


@pytest.mark.parametrize(
    ("facts", "command", "status"),
    [
        ((), GiveStatus(Status.AVAILABLE), "available"),
        ((ALLOCATED,), GiveStatus(Status.ALLOCATED, INCIDENT), "allocated"),
        ((AT_SCENE,), GiveStatus(Status.AT_SCENE), "at-scene"),
        ((OFF,), GiveStatus(Status.OFF), "off"),
    ],
)
def test_what_they_are_doing_already_is_not_said_again(
    facts: tuple[Fact[Resource], ...], command: GiveStatus, status: str
) -> None:
    given(LISTED, *facts, on=Resource).when(command).then_refused(f"AB12 is {status} already")


def test_from_one_incident_to_another_in_the_same_status_is_something_new() -> None:
    record = (
        given(LISTED, ALLOCATED, on=Resource)
        .when(GiveStatus(Status.ALLOCATED, OTHER))
        .then(StatusGiven(Status.ALLOCATED, OTHER, 0))
    )
    assert record.incident == OTHER


# Heard of


def test_at_a_scene_a_crew_is_heard_of_within_the_time_of_the_pack() -> None:
    record = given(LISTED, ALLOCATED, on=Resource).when(GiveStatus(Status.AT_SCENE)).then(AT_SCENE)
    assert list(timers(record, policy(), 0)) == [Timer(CHECK_BY, MISS)]
    ours = pack(PACKS[PackKind.GRADES]).replace(b"safety_check_within_s = 1200", b"safety_check_within_s = 60")
    sooner = fold(policy(), (entry(POLICY_STREAM, policy().version + 1, adopted(PackKind.GRADES, ours)),))
    given(LISTED, ALLOCATED, on=Resource).when(GiveStatus(Status.AT_SCENE), on_duty(policy=sooner)).then(
        StatusGiven(Status.AT_SCENE, INCIDENT, START + MINUTE)
    )


def test_the_time_that_was_given_stands_whatever_pack_is_adopted_since() -> None:
    ours = pack(PACKS[PackKind.GRADES]).replace(b"safety_check_within_s = 1200", b"safety_check_within_s = 60")
    since = fold(policy(), (entry(POLICY_STREAM, policy().version + 1, adopted(PackKind.GRADES, ours)),))
    assert list(timers(given(LISTED, AT_SCENE, on=Resource).record, since, 0)) == [Timer(CHECK_BY, MISS)]


def test_each_time_they_are_heard_of_it_begins_anew() -> None:
    now = START + 15 * MINUTE
    record = (
        given(LISTED, AT_SCENE, on=Resource)
        .when(HEAR, on_duty(now=now))
        .then(HeardOf(now + 20 * MINUTE, "all in order"))
    )
    assert record.check_by == now + 20 * MINUTE
    given(LISTED, AT_SCENE, HeardOf(now + 20 * MINUTE, ""), on=Resource).when(
        MISS, on_duty(now=CHECK_BY)
    ).then_nothing()


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.AT_SCENE])
def test_elsewhere_nobody_waits_to_hear_of_them(status: Status) -> None:
    where = StatusGiven(status, INCIDENT if status in ON_AN_INCIDENT else None, 0)
    before = given(LISTED, AT_SCENE, UNHEARD, where, on=Resource)
    assert list(timers(before.record, policy(), 0)) == []
    assert not before.record.unheard
    assert before.when(HEAR).then(HeardOf(0, "all in order")).check_by == 0
    before.when(MISS, on_duty(now=START + 600 * MINUTE)).then_nothing()


def test_a_crew_is_not_heard_of_when_its_time_comes_and_not_before() -> None:
    before = given(LISTED, AT_SCENE, on=Resource)
    before.when(MISS, on_duty(now=CHECK_BY - 1)).then_nothing()
    assert before.when(MISS, on_duty(now=CHECK_BY)).then(UNHEARD).unheard


def test_it_is_said_once_for_each_time() -> None:
    before = given(LISTED, AT_SCENE, UNHEARD, on=Resource)
    before.when(MISS, on_duty(now=CHECK_BY + 600 * MINUTE)).then_nothing()
    assert list(timers(before.record, policy(), 0)) == []
    second = CHECK_BY + 25 * MINUTE
    again = given(LISTED, AT_SCENE, UNHEARD, HeardOf(second, ""), on=Resource)
    assert list(timers(again.record, policy(), 0)) == [Timer(second, MISS)]
    again.when(MISS, on_duty(now=second)).then(UnheardOf(second))


# Help


@pytest.mark.parametrize("facts", [(), (ALLOCATED,), (AT_SCENE,), (OFF,)], ids=["free", "sent", "there", "off"])
def test_a_crew_calls_for_help_wherever_it_is(facts: tuple[Fact[Resource], ...]) -> None:
    assert given(LISTED, *facts, on=Resource).when(CALL_FOR_HELP).then(EMERGENCY).emergency


def test_the_call_stands_until_the_crew_says_that_it_is_well() -> None:
    assert given(LISTED, AT_SCENE, EMERGENCY, StatusGiven(Status.COMMITTED, None, 0), on=Resource).record.emergency
    assert (
        not given(LISTED, AT_SCENE, EMERGENCY, on=Resource).when(HEAR).then(HeardOf(CHECK_BY, "all in order")).emergency
    )


def test_the_incident_calls_for_somebody_on_account_of_its_crew() -> None:
    assert alerts_of(AT_SCENE) == []
    assert alerts_of(AT_SCENE, UNHEARD) == ["AB12 not heard of"]
    assert alerts_of(AT_SCENE, EMERGENCY) == ["AB12 EMERGENCY"]
    assert alerts_of(AT_SCENE, UNHEARD, EMERGENCY) == ["AB12 EMERGENCY"]
    assert alerts_of(AT_SCENE, UNHEARD, EMERGENCY, HeardOf(CHECK_BY, "")) == []


# The incident they are sent to

GRADED: tuple[Fact[Incident], ...] = (
    Opened("other", False, "1001", stream_of(Contact), "a man is shouting"),
    Assessed((), (), 0, False, "3", ("nothing-more-urgent",), ""),
    Graded("3", "3", 0, ref(Incident, 2), ""),
)
SENT, SECOND_SENT = Resourced("AB12", True), Resourced("CD34", False)
THERE = Attended("AB12")
DOWN = StoodDown("AB12", "sent elsewhere")


def test_those_who_send_and_those_who_lead_crews_stand_them_down() -> None:
    assert set(who_may(StandDown("AB12", ""))) == set(FIELD)


@pytest.mark.parametrize("listed", [True, False])
def test_whoever_is_sent_is_on_the_incident_and_the_log_says_whether_they_are_on_the_list(listed: bool) -> None:
    record = given(*GRADED, on=Incident).when(Send("AB12", listed)).then(Resourced("AB12", listed))
    assert (record.stage, record.resource, record.resources, record.queue) == (
        Stage.RESOURCED,
        "AB12",
        ("AB12",),
        "deployed",
    )


def test_several_are_on_it_the_last_one_sent_or_there_standing_last_and_each_once() -> None:
    assert given(*GRADED, SENT, SECOND_SENT, SENT, on=Incident).record.resources == ("CD34", "AB12")
    record = given(*GRADED, SENT, SECOND_SENT, THERE, on=Incident).record
    assert (record.resources, record.resource, record.attended) == (("CD34", "AB12"), "AB12", True)


def test_whoever_arrives_without_having_been_sent_is_on_it() -> None:
    record = given(*GRADED, SENT, on=Incident).when(Arrive("EF56")).then(Attended("EF56"))
    assert record.resources == ("AB12", "EF56")


def test_the_only_crew_taken_off_puts_the_incident_back_into_the_queue_with_its_times() -> None:
    before = given(*GRADED, on=Incident).record
    record = (
        given(*GRADED, later(minutes=9), SENT, later(minutes=9), on=Incident)
        .when(StandDown("AB12", "sent elsewhere"))
        .then(DOWN)
    )
    assert (record.stage, record.queue, record.owner) == (Stage.GRADED, "dispatch", "dispatcher")
    assert (record.resource, record.resources) == ("", ())
    assert record.targets(policy()) == before.targets(policy()) != {}
    assert record.targets(policy())[Target.RESOURCE] == START + 120 * MINUTE


def test_one_crew_of_two_taken_off_leaves_the_other() -> None:
    record = given(*GRADED, SECOND_SENT, SENT, on=Incident).when(StandDown("AB12", "")).then(StoodDown("AB12", ""))
    assert (record.stage, record.resource, record.resources) == (Stage.RESOURCED, "CD34", ("CD34",))


def test_where_somebody_was_already_it_does_not_wait_for_somebody_again() -> None:
    """Neither where the crew that was there leaves, nor where another that was on its way does."""
    record = given(*GRADED, SENT, THERE, on=Incident).when(StandDown("AB12", "")).then(StoodDown("AB12", ""))
    assert (record.stage, record.resources, record.attended) == (Stage.ATTENDED, (), True)
    both = (*GRADED, SENT, THERE, StoodDown("AB12", ""), SECOND_SENT)
    assert given(*both, on=Incident).when(StandDown("CD34", "")).then(StoodDown("CD34", "")).stage is Stage.ATTENDED


@pytest.mark.parametrize(
    "facts",
    [
        GRADED,
        (*GRADED, SECOND_SENT),
        (*GRADED, SENT, DOWN),
        (*GRADED, SENT, THERE, Resulted("attended", True, None, ""), Closed("")),
        (IncidentLoaded("san-antonio", "police", "disturbance", "WEST", None, ""),),
        (),
    ],
    ids=["nobody", "another", "off already", "closed", "history", "never opened"],
)
def test_who_is_not_on_it_is_not_taken_off(facts: tuple[Fact[Incident], ...]) -> None:
    given(*facts, on=Incident).when(StandDown("AB12", "")).then_nothing()


def test_who_leaves_after_the_result_changes_nothing_of_it() -> None:
    resulted = Resulted("attended", True, None, "")
    record = given(*GRADED, SENT, THERE, resulted, on=Incident).when(StandDown("AB12", "")).then(StoodDown("AB12", ""))
    assert (record.stage, record.resources) == (Stage.RESULTED, ())


# As it is typed


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def desk(room: Room) -> Desk:
    return room.desk("2211", Role.HANDLER, Role.DISPATCHER)


CALM = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
TWO = f"""
    unit AB12 CENTRAL taser.pursuit
    open - other shouting
    assess 1 {CALM}
    grade 1 4
    open - other more shouting
    assess 2 {CALM}
    grade 2 4
"""


def incident(desk: Desk, number: int) -> Incident:
    """Return the incident of a daily number, closed or not."""
    opened = [one.stream for one in desk.log.entries() if isinstance(one.fact, Opened)]
    record = desk.board.record(opened[number - 1])
    assert isinstance(record, Incident)
    return record


def crew(desk: Desk, callsign: str = "AB12") -> Resource:
    found = desk.board.resource(callsign)
    assert found is not None
    return found


def names(room: Room, after: int) -> list[str]:
    return [entry.name for entry in room.log.entries(after)]


def refused(desk: Desk, line: str) -> str:
    """Return the words of a refusal, by which nothing was recorded."""
    size = desk.log.tip().size
    with pytest.raises((Refused, Misread)) as fault:
        work(desk, line)
    assert desk.log.tip().size == size
    return str(fault.value)


def test_a_crew_is_listed_with_its_skills_and_in_capitals(desk: Desk) -> None:
    work(desk, "unit ab12 CENTRAL taser.pursuit")
    assert (crew(desk).callsign, crew(desk).skills) == ("AB12", ("taser", "pursuit"))
    assert desk.board.resource("ab12") == crew(desk)


def test_a_listed_crew_that_is_sent_is_allocated_in_the_same_act(room: Room, desk: Desk) -> None:
    work(desk, TWO)
    size = room.log.tip().size
    work(desk, "send 1 ab12")
    assert names(room, size) == ["incident.resourced", "resource.status_given"]
    first = incident(desk, 1)
    assert (crew(desk).status, crew(desk).incident) == (Status.ALLOCATED, first.id)
    (sent, _) = room.log.entries(size)
    assert sent.fact == Resourced("AB12", True)


def test_a_callsign_that_nobody_listed_is_sent_and_flagged_as_that(room: Room, desk: Desk) -> None:
    work(desk, TWO)
    size = room.log.tip().size
    work(desk, "send 1 zz99")
    assert [entry.fact for entry in room.log.entries(size)] == [Resourced("ZZ99", False)]
    assert desk.board.resource("ZZ99") is None
    work(desk, "arrive 1\nclear ZZ99 not needed")
    assert incident(desk, 1).resources == ()


def test_it_goes_there_and_is_there_and_is_heard_of(desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 AB12\nenroute AB12")
    assert crew(desk).status is Status.EN_ROUTE
    work(desk, "arrive 1")
    assert (crew(desk).status, crew(desk).check_by) == (Status.AT_SCENE, desk.identity.now() + 1200 * S)
    assert incident(desk, 1).attended


def test_a_crew_that_is_diverted_leaves_where_it_was_going(room: Room, desk: Desk) -> None:
    work(desk, TWO)
    before = incident(desk, 1).targets(desk.board.policy)
    room.pass_time(60)
    work(desk, "send 1 AB12")
    size = room.log.tip().size
    room.pass_time(60)
    work(desk, "send 2 AB12")
    assert names(room, size) == ["incident.resourced", "resource.status_given", "incident.stood_down"]
    first, second = incident(desk, 1), incident(desk, 2)
    assert (first.stage, first.queue, first.resources) == (Stage.GRADED, "dispatch", ())
    assert first.targets(desk.board.policy) == before
    assert (second.queue, second.resources, crew(desk).incident) == ("deployed", ("AB12",), second.id)
    assert {item.queue for item in desk.board.items(room.clock.now_ns)} == {"dispatch", "deployed"}


def test_a_crew_that_is_there_and_is_sent_elsewhere_has_been_there(desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 AB12\narrive 1\nsend 2 AB12")
    first = incident(desk, 1)
    assert (first.stage, first.attended, first.resources) == (Stage.ATTENDED, True, ())
    assert (crew(desk).status, crew(desk).check_by) == (Status.ALLOCATED, 0)


def test_a_crew_that_turns_up_at_another_incident_leaves_the_first(desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 AB12\nsend 2 CD34\narrive 2 AB12")
    assert incident(desk, 1).queue == "dispatch"
    assert incident(desk, 2).resources == ("CD34", "AB12")
    assert crew(desk).incident == incident(desk, 2).id


def test_the_second_crew_of_the_first_incident_stays_when_the_other_is_diverted(desk: Desk) -> None:
    work(desk, f"{TWO}\nunit CD34 CENTRAL\nsend 1 AB12\nsend 1 CD34\nsend 2 AB12")
    assert (incident(desk, 1).queue, incident(desk, 1).resources) == ("deployed", ("CD34",))
    assert crew(desk, "CD34").incident == incident(desk, 1).id


UNLISTED = TWO.replace("unit AB12 CENTRAL taser.pursuit", "")


def test_who_was_sent_before_they_were_listed_goes_back_to_where_they_were_sent_first(desk: Desk) -> None:
    work(desk, f"{UNLISTED}\nsend 2 AB12\nunit AB12 CENTRAL\nsend 1 AB12\nsend 2 AB12")
    assert (incident(desk, 1).resources, incident(desk, 2).resources) == ((), ("AB12",))
    assert crew(desk).incident == incident(desk, 2).id


@pytest.mark.parametrize("line", ["clear AB12", "clear ab12 not needed", "status AB12 available", "status AB12 off"])
def test_a_crew_that_is_free_or_off_is_on_no_incident(desk: Desk, line: str) -> None:
    work(desk, f"{TWO}\nsend 1 AB12\n{line}")
    assert (incident(desk, 1).queue, incident(desk, 1).resources) == ("dispatch", ())
    assert crew(desk).incident is None


def test_the_same_crew_is_sent_to_the_same_incident_without_a_new_status(room: Room, desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 AB12")
    size = room.log.tip().size
    work(desk, "send 1 AB12")
    assert names(room, size) == ["incident.resourced"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("clear ZZ99", "ZZ99 is on no incident, and not on the list"),
        ("clear AB12", "AB12 is available already"),
        ("enroute AB12", "AB12 is allocated to no incident: send it to one"),
        ("unit AB12 CENTRAL taser.pursuit", "AB12 is on the list as that already"),
    ],
)
def test_what_is_not_so_is_refused_in_words(desk: Desk, line: str, rule: str) -> None:
    work(desk, TWO)
    assert refused(desk, line) == rule


@pytest.mark.parametrize(
    "line", ["status AB12 at-scene", "status ZZ99 off", "heard ZZ99", "emergency ZZ99", "enroute ZZ99"]
)
def test_what_nobody_can_mean_is_not_read(desk: Desk, line: str) -> None:
    """Whoever is sent, on the way or there is so for an incident, which 'send', 'enroute' and 'arrive' name."""
    work(desk, TWO)
    refused(desk, line)


def test_closing_an_incident_frees_its_crews_and_no_others(room: Room, desk: Desk) -> None:
    work(desk, f"{TWO}\nunit CD34 EAST\nunit EF56 EAST\nsend 1 AB12\nsend 1 CD34\nsend 2 EF56\narrive 1 AB12")
    work(desk, "result 1 attended")
    size = room.log.tip().size
    work(desk, "close 1")
    assert names(room, size) == ["incident.closed", *2 * ["incident.stood_down"], *2 * ["resource.status_given"]]
    for callsign in ("AB12", "CD34"):
        assert (crew(desk, callsign).status, crew(desk, callsign).incident) == (Status.AVAILABLE, None)
        assert crew(desk, callsign).check_by == 0
    assert crew(desk, "EF56").status is Status.ALLOCATED


def test_a_close_that_is_refused_frees_nobody(desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 AB12\narrive 1")
    assert refused(desk, "close 1") == "the incident has no result: result it first"
    assert crew(desk).status is Status.AT_SCENE


# In the room


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Founded]:
    stage = Founded(tmp_path / "store")
    work(stage.founder, f"{TWO}\nsend 1 AB12\narrive 1")
    yield stage
    stage.close()


def unheard(stage: Founded) -> list[UnheardOf]:
    return [one.fact for one in Watch(stage.room).tick() if isinstance(one.fact, UnheardOf)]


def alerts_on_the_board(stage: Founded) -> dict[str, tuple[str, ...]]:
    return {item.ref: item.alerts for item in stage.board.items(stage.clock.now_ns)}


def test_the_watch_says_once_that_a_crew_was_not_heard_of_and_its_incident_is_red(scene: Founded) -> None:
    scene.pass_time(1199)
    assert unheard(scene) == []
    scene.pass_time(1)
    assert len(unheard(scene)) == 1
    scene.pass_time(600)
    assert unheard(scene) == []
    assert alerts_on_the_board(scene) == {"1": ("AB12 not heard of",), "2": ()}
    work(scene.founder, "heard AB12 all in order")
    assert alerts_on_the_board(scene) == {"1": (), "2": ()}
    scene.pass_time(1200)
    assert len(unheard(scene)) == 1


def test_a_crew_that_calls_for_help_makes_its_incident_red_and_no_other(scene: Founded) -> None:
    work(scene.founder, "emergency AB12 open microphone")
    assert alerts_on_the_board(scene) == {"1": ("AB12 EMERGENCY",), "2": ()}
    work(scene.founder, "send 2 AB12")
    assert alerts_on_the_board(scene) == {"1": (), "2": ("AB12 EMERGENCY",)}


def test_only_where_the_crew_is_now_is_red_on_its_account(room: Room, desk: Desk) -> None:
    """It was sent to the other one before it was on the list, and stands there still."""
    work(desk, f"{UNLISTED}\nsend 2 AB12\nunit AB12 CENTRAL\nsend 1 AB12\nemergency AB12")
    assert {item.ref: item.alerts for item in desk.board.items(room.clock.now_ns)} == {
        "1": ("AB12 EMERGENCY",),
        "2": (),
    }


@pytest.mark.parametrize("line", ["clear AB12", "status AB12 refreshments", "send 2 AB12"])
def test_a_crew_that_left_the_scene_is_not_waited_for(scene: Founded, line: str) -> None:
    work(scene.founder, line)
    scene.pass_time(3600)
    assert unheard(scene) == []


def test_the_timer_outlives_the_result_and_ends_with_the_close(scene: Founded) -> None:
    work(scene.founder, "result 1 attended")
    scene.pass_time(1200)
    assert len(unheard(scene)) == 1
    work(scene.founder, "heard AB12\nclose 1")
    scene.pass_time(3600)
    assert unheard(scene) == []


def test_the_list_says_what_each_is_doing(scene: Founded, capsys: pytest.CaptureFixture[str]) -> None:
    work(scene.founder, "unit ZZ01 EAST\nunit CD34 EAST\nsend 2 CD34\nemergency CD34")
    scene.pass_time(1200)
    Watch(scene.room).tick()
    capsys.readouterr()
    roomlists.units(scene.board, scene.clock.now_ns, json=False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["CD34", "allocated", "20m", "EAST", "on", "2", "EMERGENCY"],
        [
            "AB12",
            "at-scene",
            "20m",
            "CENTRAL",
            "on",
            "1",
            "taser",
            "pursuit",
            *["heard", "of", "by", "08:20", "NOT", "HEARD", "OF"],
        ],
        ["ZZ01", "available", "20m", "EAST"],
        ["3", "resources", "on", "the", "list"],
    ]


def test_the_list_reads_by_machine(scene: Founded, capsys: pytest.CaptureFixture[str]) -> None:
    roomlists.units(scene.board, scene.clock.now_ns, json=True)
    (one,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert one == {
        "callsign": "AB12",
        "district": "CENTRAL",
        "skills": ["taser", "pursuit"],
        "status": "at-scene",
        "since": "2026-11-23T08:00:00.000000000Z",
        "incident": "1",
        "check_by": "2026-11-23T08:20:00.000000000Z",
        "unheard": False,
        "emergency": False,
    }


def test_a_sergeant_clears_a_crew_that_is_on_an_incident(room: Room, desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 AB12")
    work(room.desk("3003", Role.SERGEANT), "clear AB12")
    assert crew(desk).status is Status.AVAILABLE


def test_a_callsign_that_nobody_listed_is_diverted_as_any_other(desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 ZZ99\nsend 2 ZZ99")
    assert (incident(desk, 1).queue, incident(desk, 1).resources) == ("dispatch", ())
    assert incident(desk, 2).resources == ("ZZ99",)


def test_a_closed_incident_has_nobody_on_it(desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 AB12\narrive 1\nresult 1 attended\nclose 1")
    assert incident(desk, 1).resources == ()


def test_what_is_worked_again_after_the_result_waits_for_nobody_while_a_crew_is_on_its_way(desk: Desk) -> None:
    work(desk, f"{TWO}\nsend 1 AB12\nresult 1 advice\nchange 1 he is back\nassess 1 {CALM}")
    assert (incident(desk, 1).resources, incident(desk, 1).queue) == (("AB12",), "deployed")


def test_a_second_crew_takes_nobody_away_who_is_there() -> None:
    record = given(*GRADED, Resourced("AB12", True), Attended("AB12"), Resourced("CD34", True), on=Incident).record
    assert (record.stage, record.attended, record.resources) == (Stage.ATTENDED, True, ("AB12", "CD34"))


def test_what_a_crew_is_taken_away_from_is_said_before_it_is_sent(desk: Desk) -> None:
    work(desk, f"{TWO}\nunit CD34 NORTH\nsend 1 AB12")
    assert preview(desk, "send 2 AB12").endswith("- AB12 IS allocated ON 1, grade 4")
    assert " IS " not in preview(desk, "send 2 CD34")
    work(desk, "emergency AB12 shots")
    assert preview(desk, "send 2 AB12").endswith("- AB12 IS allocated ON 1, grade 4 and in EMERGENCY")


def test_who_calls_for_help_stands_first_on_the_list(desk: Desk) -> None:
    work(desk, f"{TWO}\nunit CD34 NORTH\nemergency CD34 shots")
    first, *_ = unit_lines(desk.board, desk.identity.now())
    assert (first.split()[0], first.split()[-1]) == ("CD34", "EMERGENCY")


def test_a_callsign_that_is_not_on_the_list_is_said_before_it_is_sent_and_stands_as_an_alert(desk: Desk) -> None:
    """It may be mistyped, and nobody is on the way."""
    work(desk, TWO)
    assert preview(desk, "send 1 ZZ98").endswith("- ZZ98 IS NOT ON THE LIST OF RESOURCES")
    assert "NOT ON" not in preview(desk, "send 1 AB12")
    work(desk, "send 1 ZZ98")
    (item,) = [one for one in desk.board.items(desk.identity.now()) if one.ref == "1"]
    assert item.alerts == ("ZZ98 is not on the list",)
    work(desk, "unit ZZ98 EAST")
    (item,) = [one for one in desk.board.items(desk.identity.now()) if one.ref == "1"]
    assert item.alerts == ()
