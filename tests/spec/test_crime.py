"""The crime-recording clock: a crime has its reference within a day, or it is said why there was none; domain/crime.py.

Source: Crime Recording Rules for frontline officers (24 hours); PEEL: 80,000 unrecorded at GMP in the year to June 2020.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hueandcry.domain import crime
from hueandcry.domain.classification import Classified
from hueandcry.domain.contact import Contact
from hueandcry.domain.crime import (
    CrimeRecorded,
    CrimesReconciled,
    FindNoCrime,
    NoCrimeFound,
    NoteReconciled,
    RecordCrime,
)
from hueandcry.domain.deployment import Attended, MissTarget, Resourced, StoodDown, TargetMissed
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import Fact, fold
from hueandcry.domain.fault import ForeignFault
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Changed, Incident, Opened
from hueandcry.domain.link import Merged, Reopened
from hueandcry.domain.outcome import Close, Closed, Resulted
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Missed, Target
from hueandcry.domain.policy import POLICY_STREAM, Policy, digest_of
from hueandcry.domain.timer import Timer, due_by, timers
from hueandcry.operator import roomlists
from hueandcry.operator.reference import Misread
from tests.spec.harness import (
    MINUTE,
    PACKS,
    START,
    Given,
    Later,
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
from tests.staging import MONDAY, Founded, S, work

HOUR = 60 * MINUTE
TUESDAY = MONDAY + 16 * 3600 * S  # midnight by local time
DAY = 24 * HOUR
CALL = stream_of(Contact)
OTHER_INCIDENT = stream_of(Incident, 1)
BURGLARY = Opened("burglary", False, "1001", CALL, "back door forced")
WELFARE = Opened("welfare", False, "1001", CALL, "not seen for days")
DOMESTIC = Opened("domestic", True, "1001", CALL, "shouting")
HISTORY = IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came")
TO_CLOSE: tuple[Fact[Incident], ...] = (
    Assessed((), (), 0, False, "3", ("nothing-more-urgent",), ""),
    Graded("3", "3", 0, ref(Incident, 2), ""),
    Resourced("AB12", False),
    Attended("AB12"),
    Resulted("crime", True, None, "forced entry"),
)
RECORDED = CrimeRecorded("06EE.114-26")
NO_CRIME = NoCrimeFound("the bicycle was lent to his brother")
RECORD = RecordCrime("06EE.114-26")
FIND_NONE = FindNoCrime("the bicycle was lent to his brother")
RECONCILED = NoteReconciled(START, START + DAY, 7, 1, 2)
MISS = MissTarget(Target.CRIME)


def clock_of(record: Incident, under: Policy | None = None) -> int | None:
    """Return by when the crime should be recorded."""
    return record.targets(under or policy()).get(Target.CRIME)


def name_of(command: Command[Any]) -> str:
    return type(command).__name__


# What nobody may do


@pytest.mark.parametrize("command", [RECORD, FIND_NONE], ids=name_of)
def test_the_floor_records_crimes_and_nobody_else(command: Command[Any]) -> None:
    assert who_may(command) == FLOOR


def test_the_floor_auditors_and_administrators_hold_a_days_crimes_against_theirs() -> None:
    assert set(who_may(RECONCILED)) == {*FLOOR, Role.AUDITOR, Role.ADMINISTRATOR}


def test_every_command_of_the_page_has_its_roles_checked_here() -> None:
    assert commands_in(crime) == {type(one) for one in (RECORD, FIND_NONE, RECONCILED)}


@pytest.mark.parametrize("command", [RECORD, FIND_NONE], ids=name_of)
@pytest.mark.parametrize("facts", [(), (HISTORY,)], ids=["never opened", "history"])
def test_no_crime_is_recorded_of_what_we_did_not_work(
    facts: tuple[Fact[Incident], ...], command: Command[Incident]
) -> None:
    given(*facts, on=Incident).when(command).then_refused("there is no such incident that we worked")


def test_a_crime_is_not_recorded_twice_under_one_reference() -> None:
    given(BURGLARY, RECORDED, on=Incident).when(RECORD).then_refused("it is recorded as 06EE.114-26 already")


def test_that_there_was_no_crime_is_said_with_what_shows_it() -> None:
    given(BURGLARY, on=Incident).when(FindNoCrime("")).then_refused("say what shows that there was no crime")


def test_a_recorded_crime_is_not_undone_here() -> None:
    given(BURGLARY, RECORDED, on=Incident).when(FIND_NONE).then_refused(
        "it is recorded as crime 06EE.114-26: the crime system cancels that"
    )


# What is recorded


def test_a_crime_is_recorded_by_its_reference() -> None:
    assert given(BURGLARY, on=Incident).when(RECORD).then(RECORDED).crime == "06EE.114-26"


def test_another_reference_stands_instead_of_the_one_before() -> None:
    record = given(BURGLARY, RECORDED, on=Incident).when(RecordCrime("06EE.115-26")).then(CrimeRecorded("06EE.115-26"))
    assert record.crime == "06EE.115-26"


def test_a_crime_may_be_recorded_after_the_close_or_where_none_was_found() -> None:
    record = given(BURGLARY, *TO_CLOSE, NO_CRIME, Closed(""), on=Incident).when(RECORD).then(RECORDED)
    assert (record.crime, record.no_crime, record.open) == ("06EE.114-26", False, False)


def test_that_there_was_none_is_recorded_with_its_reason() -> None:
    record = given(BURGLARY, on=Incident).when(FIND_NONE).then(NO_CRIME)
    assert record.no_crime
    assert not record.crime_undecided(policy())


def test_a_crime_is_recorded_also_where_the_category_is_none() -> None:
    assert given(WELFARE, on=Incident).when(RECORD).then(RECORDED).crime == "06EE.114-26"


def test_what_came_of_holding_two_lists_against_each_other_stands_in_the_policys_log() -> None:
    given(on=Policy).when(RECONCILED).then(CrimesReconciled(START, START + DAY, 7, 1, 2))


# The clock


def test_every_crime_of_the_pack_has_a_day_from_the_opening_and_nothing_else_has() -> None:
    timed = {
        one.code: clock_of(given(Opened(one.code, one.domestic, "1001", None, ""), on=Incident).record)
        for one in policy().categories.category
    }
    crimes = {"violence", "robbery", "burglary", "theft", "vehicle-crime", "damage", "drugs"}
    assert timed == {code: START + DAY if code in crimes else None for code in timed}
    assert crimes < timed.keys()


def test_time_demands_that_a_crime_is_recorded_and_the_board_counts_down_to_it() -> None:
    record = given(BURGLARY, on=Incident).record
    assert list(timers(record, policy(), 0)) == [Timer(START + DAY, MISS)]
    assert due_by(record, policy()) is None, "it waits for a grade first"
    graded = given(BURGLARY, *TO_CLOSE[:2], on=Incident).record
    assert clock_of(graded) == START + DAY
    missed = given(BURGLARY, TargetMissed(Target.CRIME, START + DAY), on=Incident).record
    assert due_by(missed, policy()) == START + DAY, "what was missed is not kept back"


@pytest.mark.parametrize("decided", [RECORDED, NO_CRIME], ids=["recorded", "no crime"])
def test_the_clock_stops_once_it_is_decided(decided: Fact[Incident]) -> None:
    before = given(BURGLARY, decided, on=Incident)
    assert clock_of(before.record) is None
    before.when(MISS, on_duty(now=START + 2 * DAY)).then_nothing()


def test_a_day_without_a_decision_is_missed_when_it_is_over_and_not_before() -> None:
    before = given(BURGLARY, on=Incident)
    before.when(MISS, on_duty(now=START + DAY - 1)).then_nothing()
    record = before.when(MISS, on_duty(now=START + DAY)).then(TargetMissed(Target.CRIME, START + DAY))
    assert record.missed == (Missed(Target.CRIME, START + DAY),)


def test_it_is_missed_once() -> None:
    before = given(BURGLARY, TargetMissed(Target.CRIME, START + DAY), on=Incident)
    before.when(MISS, on_duty(now=START + 9 * DAY)).then_nothing()
    assert list(timers(before.record, policy(), 0)) == []
    assert clock_of(before.record) == START + DAY  # still to be done, and overdue on the board


@pytest.mark.parametrize("at", range(1, len(TO_CLOSE) + 1))
def test_the_clock_runs_through_every_stage_of_the_work(at: int) -> None:
    """Also after somebody was there, and after the result: nothing but the decision stops it."""
    assert clock_of(given(BURGLARY, later(minutes=5), *TO_CLOSE[:at], on=Incident).record) == START + DAY


@pytest.mark.parametrize("last", [(Merged(OTHER_INCIDENT, ""),), (HISTORY,)], ids=["merged", "history"])
def test_what_is_not_worked_has_no_clock(last: tuple[Fact[Incident], ...]) -> None:
    assert clock_of(given(BURGLARY, *last, on=Incident).record) is None


def test_what_is_reopened_has_its_day_from_the_first_report() -> None:
    reopened = given(BURGLARY, *TO_CLOSE, Closed(""), later(minutes=600), Reopened("he is back"), on=Incident)
    assert clock_of(reopened.record) == START + DAY


# The category as it stands


def test_what_turns_out_to_be_a_crime_has_its_day_from_the_report_and_not_from_then() -> None:
    found: tuple[Fact[Incident] | Later, ...] = (
        WELFARE,
        later(minutes=600),
        Classified("violence", False, (), "bruises"),
    )
    assert clock_of(given(*found, on=Incident).record) == START + DAY


def test_what_turns_out_to_be_none_has_no_clock_any_more() -> None:
    assert clock_of(given(BURGLARY, Classified("civil-dispute", False, (), "a tenant"), on=Incident).record) is None


def test_from_one_crime_to_another_the_clock_goes_on() -> None:
    classified = Classified("theft", False, (), "nothing was forced")
    missed = TargetMissed(Target.CRIME, START + DAY)
    record = given(BURGLARY, later(minutes=1441), missed, classified, on=Incident).record
    assert clock_of(record) == START + DAY
    assert list(timers(record, policy(), 0)) == []  # the one miss stands for both


# The pack of the day

_OURS = pack(PACKS[PackKind.CATEGORIES])
CALM = _OURS.replace(b'code = "burglary", name = "burglary", crime = true', b'code = "burglary", name = "burglary"')
STRICT = _OURS.replace(b"crime_within_s = 86400", b"crime_within_s = 3600").replace(
    b'code = "welfare", name = "concern for safety"', b'code = "welfare", name = "concern for safety", crime = true'
)


def under(content: bytes, *facts: Fact[Incident]) -> Incident:
    """Return an incident all of whose facts were decided under a pack of categories."""
    stream = stream_of(Incident)
    told = [entry(stream, version, one) for version, one in enumerate(facts, 1)]
    stamped = [replace(one, header=replace(one.header, pack=digest_of(content))) for one in told]
    return fold(Incident(id=stream), stamped)


def policy_of(*contents: bytes) -> Policy:
    """Return a policy which adopted these packs of categories, the last one in force."""
    found = policy()
    for at, content in enumerate(contents, found.version + 1):
        found = fold(found, (entry(POLICY_STREAM, at, adopted(PackKind.CATEGORIES, content)),))
    return found


def test_the_packs_differ() -> None:
    assert len({_OURS, CALM, STRICT}) == 3


def test_what_was_a_crime_when_it_was_opened_is_one_whatever_is_adopted_since() -> None:
    assert clock_of(under(_OURS, BURGLARY), policy_of(CALM)) == START + DAY
    assert clock_of(under(CALM, BURGLARY), policy_of(CALM, _OURS)) is None
    assert clock_of(under(STRICT, BURGLARY), policy_of(STRICT, _OURS)) == START + HOUR
    assert clock_of(under(_OURS, WELFARE), policy_of(STRICT)) is None


def test_the_close_asks_by_the_pack_of_the_day() -> None:
    strict, calm = under(_OURS, BURGLARY, *TO_CLOSE), under(CALM, BURGLARY, *TO_CLOSE)
    rule = "burglary is a crime: record its reference ('crime'), or say why there was none ('nocrime')"
    Given(strict).when(Close(""), on_duty(policy=policy_of(CALM))).then_refused(rule)
    Given(calm).when(Close(""), on_duty(policy=policy_of(CALM, _OURS))).then(
        Closed(""), StoodDown("AB12", "it is closed")
    )


def test_what_is_classified_anew_is_asked_by_the_pack_of_that_day() -> None:
    record = under(STRICT, BURGLARY)
    again = replace(entry(record.id, 2, Classified("welfare", False, (), "she fell")))
    header = replace(again.header, pack=digest_of(_OURS))
    assert clock_of(fold(record, (replace(again, header=header),)), policy_of(STRICT, _OURS)) is None
    header = replace(again.header, pack=digest_of(STRICT))
    assert clock_of(fold(record, (replace(again, header=header),)), policy_of(STRICT, _OURS)) == START + HOUR


# Nothing is closed over it


def test_a_crime_is_not_closed_without_its_reference_or_the_reason_why_there_was_none() -> None:
    given(BURGLARY, *TO_CLOSE, on=Incident).when(Close("")).then_refused(
        "burglary is a crime: record its reference ('crime'), or say why there was none ('nocrime')"
    )


@pytest.mark.parametrize("decided", [RECORDED, NO_CRIME], ids=["recorded", "no crime"])
def test_a_crime_that_is_decided_is_closed(decided: Fact[Incident]) -> None:
    given(BURGLARY, *TO_CLOSE, decided, on=Incident).when(Close("")).then(Closed(""), StoodDown("AB12", "it is closed"))


@pytest.mark.parametrize("opened", [WELFARE, DOMESTIC], ids=["welfare", "domestic"])
def test_what_is_no_crime_by_the_pack_is_closed_without(opened: Opened) -> None:
    given(opened, *TO_CLOSE, on=Incident).when(Close("")).then(Closed(""), StoodDown("AB12", "it is closed"))


def test_what_was_classified_as_a_crime_is_asked_for_under_that_name() -> None:
    classified = Classified("theft", False, (), "her purse was gone")
    given(WELFARE, *TO_CLOSE, classified, on=Incident).when(Close("")).then_refused(
        "theft is a crime: record its reference ('crime'), or say why there was none ('nocrime')"
    )


def test_risk_comes_before_crime_at_the_close() -> None:
    given(BURGLARY, *TO_CLOSE, Changed("he is back"), on=Incident).when(Close("")).then_refused(
        "risk is not assessed since the last material change (fact 7): assess it first"
    )


# A day's list, held against theirs


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Founded]:
    """A store on which three crimes were recorded: two on Monday, the first and the last second of it, one on Tuesday."""
    stage = Founded(tmp_path / "store")
    work(stage.founder, "open - burglary\ncrime 1 A.1-26\nopen - theft")
    stage.clock.set(TUESDAY - S)
    work(stage.founder, "crime 2 A.2-26")
    stage.clock.set(TUESDAY)
    work(stage.founder, "open - robbery\ncrime 1 A.3-26\nopen - theft\nnocrime 2 it was in his bag")
    yield stage
    stage.close()


def listed(stage: Founded, day: str | None, theirs: Path | None = None, *, json: bool = False) -> bool:
    return roomlists.crimes(stage.room, day, theirs, session=None, json=json)


def reconciled(stage: Founded) -> list[CrimesReconciled]:
    return [one.fact for one in stage.log.entries() if isinstance(one.fact, CrimesReconciled)]


@pytest.mark.parametrize(
    ("day", "crimes"),
    [
        ("23/11", "A.1-26  1 of 23/11\nA.2-26  2 of 23/11\n"),
        ("2026-11-24", "A.3-26  1\n"),
        (None, "A.3-26  1\n"),
        ("2026-11-22", ""),
    ],
)
def test_a_day_lists_the_crimes_that_were_recorded_on_it_by_local_time(
    days: Founded, day: str | None, crimes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    size = days.log.tip().size
    assert listed(days, day)
    assert capsys.readouterr().out == crimes
    assert days.log.tip().size == size


def test_the_list_reads_by_machine(days: Founded, capsys: pytest.CaptureFixture[str]) -> None:
    listed(days, "2026-11-24", json=True)
    assert json.loads(capsys.readouterr().out) == {"crime": "A.3-26", "ref": "1"}


def test_a_day_that_is_the_same_on_both_sides_is_recorded_as_that(
    days: Founded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("A.2-26\n\n  A.1-26 \nA.2-26\n")
    days.clock.set(TUESDAY + 8 * 3600 * S)
    assert listed(days, "23/11", theirs)
    assert capsys.readouterr().out == "2 in both, 0 only here, 0 only there\n"
    (fact,) = reconciled(days)
    assert (fact.both, fact.only_here, fact.only_there) == (2, 0, 0)
    assert fact.since == TUESDAY - 24 * 3600 * S


def test_what_either_side_has_alone_is_named_and_counted(
    days: Founded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("A.1-26\nB.9-26\nB.8-26\n")
    assert not listed(days, "23/11", theirs)
    assert capsys.readouterr().out.splitlines() == [
        "only here: A.2-26  2 of 23/11",
        "only there: B.8-26",
        "only there: B.9-26",
        "1 in both, 1 only here, 2 only there",
    ]
    (fact,) = reconciled(days)
    assert (fact.both, fact.only_here, fact.only_there) == (1, 1, 2)


@pytest.mark.parametrize("content", [b"A.1-26 and more", b"A.1-26\n\x1b[2J\n", b"\xff\xfe"])
def test_a_file_that_is_no_list_of_references_is_set_aside_whole(days: Founded, tmp_path: Path, content: bytes) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_bytes(content)
    with pytest.raises(ForeignFault) as fault:
        listed(days, "23/11", theirs)
    assert str(fault.value).isprintable()
    assert reconciled(days) == []


def test_a_file_that_is_not_there_is_said_to_be_missing(days: Founded, tmp_path: Path) -> None:
    with pytest.raises(Misread, match="there is no file"):
        listed(days, "23/11", tmp_path / "none")
