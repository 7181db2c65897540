"""A major incident: declared with M/ETHANE, and every agency that must know, until each has said so; domain/major.py.

Source: JESIP joint doctrine (M/ETHANE); Manchester Arena Inquiry, volume 2: information was not passed on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hueandcry.domain import major
from hueandcry.domain.adoption import Adopt
from hueandcry.domain.alert import alerts
from hueandcry.domain.contact import Contact
from hueandcry.domain.deployment import Attended, Resourced, StoodDown
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import Fact, fold
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.link import Merged, Reopened
from hueandcry.domain.major import (
    PARTS,
    AcknowledgeAgency,
    AgencyAcknowledged,
    AgencyLate,
    AgencyTold,
    DeclareMajor,
    MajorDeclared,
    MajorStoodDown,
    MissAgency,
    StandMajorDown,
    TellAgency,
)
from hueandcry.domain.outcome import Close, Closed, Resulted
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Major, Telling
from hueandcry.domain.policy import POLICY_STREAM, Policy
from hueandcry.domain.timer import Timer, due_by, timers
from hueandcry.operator.desk import Act
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
from tests.staging import Founded, work

CALL = stream_of(Contact)
OPENED: tuple[Fact[Incident], ...] = (Opened("other", False, "1001", CALL, "crush at gate 4"),)
RESULTED: tuple[Fact[Incident], ...] = (
    *OPENED,
    Assessed((), (), 0, False, "3", ("nothing-more-urgent",), ""),
    Graded("3", "3", 0, ref(Incident, 2), ""),
    Resourced("AB12", False),
    Attended("AB12"),
    Resulted("attended", True, None, ""),
)
HISTORY = IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came")
AGENCIES = ("fire", "ambulance", "council", "btp")
SAID = ("gate 4 of the stadium", "crush", "crowd still coming", "by Bell Street", "about 40", "ambulance there")
DUE = START + 2 * MINUTE
DECLARED = MajorDeclared(AGENCIES, (DUE,) * 4, *SAID)
EVERYBODY_KNOWS: tuple[Fact[Incident], ...] = tuple(AgencyAcknowledged(one, "on the line") for one in AGENCIES)
FREED = StoodDown("AB12", "it is closed")
STOOD_DOWN = MajorStoodDown("all casualties away")
LATE = AgencyLate("council", DUE)

DECLARE = DeclareMajor(SAID)
TELL = TellAgency("fire", "by the hailing talk group")
KNOWS = AcknowledgeAgency("fire", "watch manager Okoro")
MISS = MissAgency("council")
STAND_DOWN = StandMajorDown("all casualties away")
BY_THE_FLOOR: list[Command[Any]] = [DECLARE, TELL, KNOWS]


def name_of(command: Command[Any]) -> str:
    return type(command).__name__


def known(*agencies: str) -> tuple[Fact[Incident], ...]:
    """Return that these agencies have said that they know."""
    return tuple(AgencyAcknowledged(one, "on the line") for one in agencies)


def policy_with(grades: bytes) -> Policy:
    """Return the policy after another pack of grades was adopted."""
    before = policy()
    return fold(before, (entry(POLICY_STREAM, before.version + 1, adopted(PackKind.GRADES, grades)),))


def telling(record: Incident) -> dict[str, Telling]:
    assert record.major is not None
    return {one.agency: one for one in record.major.agencies}


# What nobody may do


@pytest.mark.parametrize("command", BY_THE_FLOOR, ids=name_of)
def test_anybody_on_the_floor_declares_and_tells(command: Command[Any]) -> None:
    assert who_may(command) == FLOOR


def test_it_is_stood_down_by_who_runs_the_incident() -> None:
    assert set(who_may(STAND_DOWN)) == {Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.INSPECTOR}


def test_only_the_watch_says_that_an_agency_is_late() -> None:
    assert who_may(MISS) == (Role.WATCH,)


def test_every_command_of_the_page_has_its_roles_checked_here() -> None:
    assert commands_in(major) == {type(one) for one in (*BY_THE_FLOOR, STAND_DOWN, MISS)}


@pytest.mark.parametrize("command", [*BY_THE_FLOOR, STAND_DOWN], ids=name_of)
@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ((), "there is no such incident"),
        ((*OPENED, Merged(CALL, "")), "the incident is closed"),
        ((HISTORY,), "this incident was loaded as history; history is not worked"),
    ],
    ids=["never opened", "merged", "history"],
)
def test_what_is_not_worked_is_no_major_incident(
    facts: tuple[Fact[Incident], ...], rule: str, command: Command[Incident]
) -> None:
    given(*facts, on=Incident).when(command).then_refused(rule)


@pytest.mark.parametrize("command", [TELL, KNOWS, STAND_DOWN], ids=name_of)
@pytest.mark.parametrize(
    "facts", [OPENED, (*OPENED, DECLARED, *EVERYBODY_KNOWS, STOOD_DOWN)], ids=["not declared", "stood down"]
)
def test_nobody_is_told_of_a_major_incident_that_is_none(
    facts: tuple[Fact[Incident], ...], command: Command[Incident]
) -> None:
    given(*facts, on=Incident).when(command).then_refused("it is no major incident: declare it first")


@pytest.mark.parametrize("command", [TellAgency("navy", ""), AcknowledgeAgency("navy", "an admiral")], ids=name_of)
def test_whoever_is_not_on_the_list_is_not_told_here(command: Command[Incident]) -> None:
    given(*OPENED, DECLARED, on=Incident).when(command).then_refused(
        "navy is not on the list of who must be told: fire, ambulance, council, btp"
    )


# Declaring


def test_it_is_declared_with_the_six_and_with_who_must_know_by_the_pack_of_the_day() -> None:
    record = given(*OPENED, on=Incident).when(DECLARE).then(DECLARED)
    assert record.major == Major(START, tuple(Telling(one, DUE) for one in AGENCIES))


@pytest.mark.parametrize(
    "parts", [(), SAID[:5], (*SAID, "more"), (*SAID[:3], "", *SAID[4:])], ids=["none", "five", "seven", "one empty"]
)
def test_none_of_the_six_is_left_out(parts: tuple[str, ...]) -> None:
    assert len(PARTS) == 6
    given(*OPENED, on=Incident).when(DeclareMajor(parts)).then_refused(
        "a major incident is declared with location, type, hazards, access, casualties, services, parted by ' / '; "
        "say 'unknown' where one is"
    )


def test_it_is_declared_once() -> None:
    given(*OPENED, DECLARED, on=Incident).when(DECLARE).then_refused("it is a major incident already")


def test_what_was_stood_down_is_declared_anew_and_everybody_is_told_anew() -> None:
    before = given(*OPENED, DECLARED, *EVERYBODY_KNOWS, STOOD_DOWN, later(minutes=60), on=Incident)
    now = START + 60 * MINUTE
    record = before.when(DECLARE, on_duty(now=now)).then(MajorDeclared(AGENCIES, (now + 2 * MINUTE,) * 4, *SAID))
    assert record.major is not None
    assert [one.agency for one in record.major.unacknowledged] == list(AGENCIES)


def test_each_agency_has_its_own_time_by_the_pack_in_force() -> None:
    ours = pack(PACKS[PackKind.GRADES]).replace(
        b'"ambulance service", acknowledge_within_s = 120', b'"ambulance service", acknowledge_within_s = 30'
    )
    due = (DUE, START + 30_000_000_000, DUE, DUE)
    given(*OPENED, on=Incident).when(DECLARE, on_duty(policy=policy_with(ours))).then(
        MajorDeclared(AGENCIES, due, *SAID)
    )


def test_who_was_on_the_list_when_it_was_declared_stays_on_it() -> None:
    """A pack that is adopted since changes nothing about who must know of this one."""
    without = pack(PACKS[PackKind.GRADES]).replace(b'  { code = "btp"', b'  # { code = "btp"')
    duty = on_duty(policy=policy_with(without))
    assert len(duty.policy.grades.agency) == 3
    given(*OPENED, DECLARED, on=Incident).when(AcknowledgeAgency("btp", "control, Shaw"), duty).then(
        AgencyAcknowledged("btp", "control, Shaw")
    )


# Telling


def test_that_an_agency_was_told_is_one_fact_and_that_it_knows_another() -> None:
    told = given(*OPENED, DECLARED, on=Incident).when(TELL).then(AgencyTold("fire", "by the hailing talk group"))
    assert telling(told)["fire"] == Telling("fire", DUE, told=True)
    knows = given(*OPENED, DECLARED, AgencyTold("fire", ""), on=Incident).when(KNOWS)
    record = knows.then(AgencyAcknowledged("fire", "watch manager Okoro"))
    assert telling(record)["fire"] == Telling("fire", DUE, told=True, acknowledged=True)
    assert [telling(record)[one] for one in AGENCIES[1:]] == [Telling(one, DUE) for one in AGENCIES[1:]]


def test_an_agency_that_says_that_it_knows_was_told() -> None:
    record = given(*OPENED, DECLARED, on=Incident).when(KNOWS).then(AgencyAcknowledged("fire", "watch manager Okoro"))
    assert telling(record)["fire"].told
    given(*OPENED, DECLARED, *known("fire"), on=Incident).when(TELL).then_refused("fire was told already")


def test_an_agency_is_told_once_and_says_once_that_it_knows() -> None:
    given(*OPENED, DECLARED, AgencyTold("fire", ""), on=Incident).when(TELL).then_refused("fire was told already")
    given(*OPENED, DECLARED, *known("fire"), on=Incident).when(KNOWS).then_refused(
        "fire has said already that it knows"
    )


def test_whoever_said_that_they_know_is_named() -> None:
    given(*OPENED, DECLARED, on=Incident).when(AcknowledgeAgency("fire", "")).then_refused(
        "name the person at the agency who said that they know"
    )


# Late


def test_time_demands_of_each_agency_that_it_knows_and_the_board_counts_down_to_it() -> None:
    record = given(*OPENED, DECLARED, *known("fire"), on=Incident).record
    assert list(timers(record, policy(), 0)) == [Timer(DUE, MissAgency(one)) for one in AGENCIES[1:]]
    assert due_by(record, policy()) == DUE


def test_an_agency_is_late_when_its_time_comes_and_not_before() -> None:
    before = given(*OPENED, DECLARED, on=Incident)
    before.when(MISS, on_duty(now=DUE - 1)).then_nothing()
    record = before.when(MISS, on_duty(now=DUE)).then(LATE)
    assert telling(record)["council"].late


def test_being_told_is_not_knowing() -> None:
    given(*OPENED, DECLARED, AgencyTold("council", ""), on=Incident).when(MISS, on_duty(now=DUE)).then(LATE)


def test_each_agency_is_late_once() -> None:
    before = given(*OPENED, DECLARED, LATE, on=Incident)
    before.when(MISS, on_duty(now=DUE + 60 * MINUTE)).then_nothing()
    assert MISS not in [one.command for one in timers(before.record, policy(), 0)]


@pytest.mark.parametrize(
    "facts",
    [
        OPENED,
        (*OPENED, DECLARED, *known("council")),
        (*OPENED, DECLARED, *EVERYBODY_KNOWS, STOOD_DOWN),
        (*OPENED, DECLARED, Merged(CALL, "")),
    ],
    ids=["not declared", "knows", "stood down", "over"],
)
def test_nobody_is_late_where_nothing_is_waited_for(facts: tuple[Fact[Incident], ...]) -> None:
    before = given(*facts, on=Incident)
    before.when(MISS, on_duty(now=DUE + 60 * MINUTE)).then_nothing()


def test_an_agency_that_is_not_on_the_list_is_never_late() -> None:
    given(*OPENED, DECLARED, on=Incident).when(MissAgency("navy"), on_duty(now=DUE)).then_nothing()


def test_a_late_agency_may_still_say_that_it_knows() -> None:
    before = given(*OPENED, DECLARED, LATE, on=Incident)
    record = before.when(AcknowledgeAgency("council", "duty officer Patel")).then(
        AgencyAcknowledged("council", "duty officer Patel")
    )
    assert telling(record)["council"] == Telling("council", DUE, told=True, acknowledged=True, late=True)


# What the board says of it


def test_it_stands_red_with_each_agency_that_should_have_said_so_until_it_does() -> None:
    record = given(*OPENED, DECLARED, *known("fire"), on=Incident).record
    assert alerts(record, (), DUE - 1) == ["MAJOR INCIDENT"]
    late = [f"{one} has not said that it knows" for one in AGENCIES[1:]]
    assert alerts(record, (), DUE) == ["MAJOR INCIDENT", *late]
    all_know = given(*OPENED, DECLARED, *EVERYBODY_KNOWS, on=Incident).record
    assert alerts(all_know, (), DUE + 60 * MINUTE) == ["MAJOR INCIDENT"]


@pytest.mark.parametrize(
    "facts", [OPENED, (*OPENED, DECLARED, *EVERYBODY_KNOWS, STOOD_DOWN)], ids=["not declared", "stood down"]
)
def test_nothing_is_red_about_what_is_no_major_incident(facts: tuple[Fact[Incident], ...]) -> None:
    record = given(*facts, on=Incident).record
    assert alerts(record, (), DUE + 60 * MINUTE) == []
    assert due_by(record, policy()) is None


# Standing down, and the close


def test_it_is_stood_down_once_everybody_knows() -> None:
    record = given(*OPENED, DECLARED, *EVERYBODY_KNOWS, on=Incident).when(STAND_DOWN).then(STOOD_DOWN)
    assert record.major is not None
    assert record.major.stood_down


@pytest.mark.parametrize("know", [0, 1, 3])
def test_it_is_not_stood_down_while_somebody_has_not_said_that_they_know(know: int) -> None:
    waiting = ", ".join(AGENCIES[know:])
    given(*OPENED, DECLARED, LATE, *known(*AGENCIES[:know]), on=Incident).when(STAND_DOWN).then_refused(
        f"{waiting} has not said that it knows"
    )


def test_it_is_said_why_it_is_stood_down() -> None:
    given(*OPENED, DECLARED, *EVERYBODY_KNOWS, on=Incident).when(StandMajorDown("")).then_refused(
        "say why it is stood down"
    )


@pytest.mark.parametrize("since", [(), EVERYBODY_KNOWS], ids=["nobody knows", "everybody knows"])
def test_it_is_not_closed_before_it_is_stood_down(since: tuple[Fact[Incident], ...]) -> None:
    given(*RESULTED, DECLARED, *since, on=Incident).when(Close("")).then_refused(
        "it is a declared major incident: stand it down first ('standdown')"
    )


def test_once_stood_down_it_is_closed() -> None:
    given(*RESULTED, DECLARED, *EVERYBODY_KNOWS, STOOD_DOWN, on=Incident).when(Close("")).then(
        Closed(""), StoodDown("AB12", "it is closed")
    )


def test_what_is_reopened_is_no_major_incident_for_that() -> None:
    record = given(*RESULTED, DECLARED, *EVERYBODY_KNOWS, STOOD_DOWN, Closed(""), Reopened("again"), on=Incident).record
    assert alerts(record, (), DUE) == []


# In the room


@pytest.fixture
def stadium(tmp_path: Path) -> Iterator[Founded]:
    stage = Founded(tmp_path / "store")
    work(stage.founder, "grant 1001 incident-manager\nopen - other crush at gate 4")
    work(stage.founder, "major 1 gate 4 / crush / crowd still coming / by Bell Street / about 40 / unknown")
    yield stage
    stage.close()


def late(stage: Founded) -> list[str]:
    return [one.fact.agency for one in Watch(stage.room).tick() if isinstance(one.fact, AgencyLate)]


def test_the_watch_says_once_of_each_who_is_late(stadium: Founded) -> None:
    stadium.pass_time(119)
    assert late(stadium) == []
    work(stadium.founder, "tell 1 fire by radio\nknows 1 ambulance tactical commander Hill")
    stadium.pass_time(1)
    assert late(stadium) == ["fire", "council", "btp"]
    stadium.pass_time(3600)
    assert late(stadium) == []
    (item,) = stadium.board.items(stadium.clock.now_ns)
    assert item.alerts == (
        "MAJOR INCIDENT",
        *(f"{one} has not said that it knows" for one in ("fire", "council", "btp")),
    )


def test_what_is_typed_is_parted_by_strokes_and_blanks_around_it_fall_away(stadium: Founded) -> None:
    (*_, last) = stadium.log.entries()
    (fact,) = (one.fact for one in stadium.founder.opened([last]))
    assert isinstance(fact, MajorDeclared)
    assert (fact.location, fact.sort, fact.services) == ("gate 4", "crush", "unknown")


def test_a_force_whose_pack_names_nobody_tells_nobody(stadium: Founded) -> None:
    content = pack(PACKS[PackKind.GRADES])
    start, end = content.index(b"agency = ["), content.index(b"]\n", content.index(b"agency = [")) + 2
    stadium.founder.do([Act(POLICY_STREAM, Adopt((content[:start] + content[end:],)))])
    work(stadium.founder, "open - other a second\nmajor 2 a / b / c / d / e / f\nstanddown 2 a false alarm")
    with pytest.raises(Refused, match="fire, ambulance, council, btp has not said that it knows"):
        work(stadium.founder, "standdown 1 over")
