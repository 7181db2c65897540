"""What is known of a caller before anybody answers: who has the number, which calls came from it, who is involved."""

import pytest

from hueandcry.domain.access import Searched
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.firstcheck import Checked, Looked
from hueandcry.domain.reference import Kind
from hueandcry.operator.callers import known
from hueandcry.operator.desk import Desk
from hueandcry.operator.lines import work as console_work
from hueandcry.operator.reference import Misread
from hueandcry.operator.searching import people_of, who_lines
from hueandcry.operator.verbs import carry_out
from hueandcry.store.access import AccessLog
from hueandcry.store.views import Board
from tests.staging import Stage, work

SIOBHAN = "person Siobhan Kelly\ndetail . number 07700 900123\nmarker . violent high pnc"


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return stage.founder


def rings(desk: Desk, number: str) -> bytes:
    work(desk, f"ring 999 {number}")
    stream = desk.named(Kind.CONTACT)
    assert stream is not None
    return stream


def lines(desk: Desk, stream: bytes) -> tuple[str, ...]:
    return known(desk, stream).lines


def test_who_has_the_number_and_what_warns_of_them_is_known_from_the_ring_on(desk: Desk) -> None:
    work(desk, SIOBHAN)
    (line,) = lines(desk, rings(desk, "+44 7700 900123"))
    assert line.startswith("has this number: n")
    assert line.endswith("  Siobhan Kelly  MARKER violent (high)")


def test_a_marker_whose_review_is_overdue_says_so(stage: Stage, desk: Desk) -> None:
    work(desk, SIOBHAN)
    stage.pass_time(366 * 86_400)
    (line,) = lines(desk, rings(desk, "07700 900123"))
    assert line.endswith("MARKER violent (high, REVIEW OVERDUE)")


def test_calls_that_came_before_are_told_with_what_they_came_to(desk: Desk) -> None:
    first = rings(desk, "07700 900123")
    work(desk, "answer .\nopen . domestic he is back")
    second = rings(desk, "07700 900123")
    (line,) = lines(desk, second)
    assert line == f"rang before: 1 time, 23/11/2026 {desk.board.name(first)} about 1"
    (line,) = lines(desk, rings(desk, "+447700900123"))
    assert line.startswith("rang before: 2 times, ")
    assert line.endswith(f"{desk.board.name(second)} ringing")


def test_that_nothing_is_known_of_a_number_is_said_and_of_none_nothing(desk: Desk) -> None:
    assert lines(desk, rings(desk, "07700 900999")) == ("nothing is known of this number",)
    assert lines(desk, rings(desk, "")) == ()
    assert lines(desk, rings(desk, "withheld")) == (
        "rings from 'withheld': no telephone number that could be looked for",
    )


def test_two_records_of_one_person_are_shown_as_one_with_the_markers_of_both(desk: Desk) -> None:
    """A marker on a duplicate is a marker that is missed."""
    work(desk, SIOBHAN)
    first = desk.board.name(desk.named(Kind.NOMINAL) or b"")
    work(desk, "person Shevaun Kelly\nmarker . weapons low force")
    work(desk, f"same . {first} one birthday")
    (line,) = lines(desk, rings(desk, "07700 900123"))
    assert line.endswith("  Siobhan Kelly, Shevaun Kelly  MARKER violent (high)  MARKER weapons (low)")


def test_who_is_involved_stands_with_their_part(desk: Desk) -> None:
    work(desk, f"{SIOBHAN}\nopen - domestic\ninvolve 1 . victim")
    stream = desk.board.incident_on("2026-11-23", 1)
    (line,) = lines(desk, stream or b"")
    assert line.startswith("victim: n")


def test_that_a_number_was_looked_for_is_in_the_access_log_with_whom_that_found(desk: Desk) -> None:
    work(desk, SIOBHAN)
    lines(desk, rings(desk, "07700 900123"))
    lines(desk, rings(desk, "07700 900999"))
    searched = [one.fact for one in desk.log.access.entries() if isinstance(one.fact, Searched)]  # type: ignore[attr-defined]
    assert [(one.by, len(one.records)) for one in searched] == [(("number",), 1), (("number",), 0)]


# Who lives there, and what they had to do with


def test_who_lives_with_whoever_rings_and_what_they_had_to_do_with_is_known_from_the_ring_on(desk: Desk) -> None:
    """Letter, area 1: others in the household are known at first contact."""
    work(desk, f"{SIOBHAN}\ndetail . address CENTRAL 12 Mill Lane\nopen - domestic he is back\ninvolve 1 . victim")
    work(desk, "person Liam Kelly\ndetail . address central 12 mill lane\nmarker . exploited high local")
    work(desk, "person Sean Kelly\ndetail . address CENTRAL 13 Mill Lane")
    repeat, has, was, home = lines(desk, rings(desk, "07700 900123"))
    assert repeat == "REPEAT VICTIM: 1 time in 12 months"
    assert has.startswith("has this number: ")
    assert has.endswith("  Siobhan Kelly, CENTRAL 12 Mill Lane  MARKER violent (high)")
    assert home.startswith("same address: n")
    assert home.endswith("  Liam Kelly  MARKER exploited (high)")
    assert was.strip() == "was victim of 1"


def test_an_address_that_is_ended_is_nobodys_home(desk: Desk) -> None:
    work(desk, f"{SIOBHAN}\ndetail . address CENTRAL 12 Mill Lane")
    work(desk, "person Liam Kelly\ndetail . address CENTRAL 12 Mill Lane\nstrike . 3 has moved")
    assert len(lines(desk, rings(desk, "07700 900123"))) == 1


def test_what_somebody_had_to_do_with_under_a_record_that_points_to_theirs_is_theirs(desk: Desk) -> None:
    work(desk, SIOBHAN)
    first = desk.board.name(desk.named(Kind.NOMINAL) or b"")
    work(desk, f"person Shevaun Kelly\nopen - domestic he is back\ninvolve 1 . victim\nsame . {first} one birthday")
    *_, was = lines(desk, rings(desk, "07700 900123"))
    assert was.strip() == "was victim of 1"


def test_whoever_another_desk_recorded_a_moment_ago_is_known_with_the_next_look(stage: Stage, desk: Desk) -> None:
    call = rings(desk, "07700 900123")
    behind = Desk(stage.log, Board(stage.log), stage.identity, desk.signed)
    behind.board.catch_up()
    work(desk, f"{SIOBHAN}\ndetail . address CENTRAL 12 Mill Lane")
    assert lines(behind, call) == ("nothing is known of this number",)
    assert who_lines(behind, "siobhan")[-1].startswith("0 people may be meant")
    behind.board.catch_up()
    assert len(lines(behind, call)) == 1
    assert who_lines(behind, "siobhan")[-1].startswith("1 person may be meant")


def test_more_people_than_are_named_at_an_address_and_more_parts_than_are_named_are_counted(
    stage: Stage, desk: Desk
) -> None:
    """A line that is cut without saying so reads as if that were all."""
    work(desk, f"{SIOBHAN}\ndetail . address CENTRAL 12 Mill Lane")
    for one in range(5):
        work(desk, f"person Lodger {one}\ndetail . address CENTRAL 12 Mill Lane")
    siobhan = desk.board.name(people_of(desk.log).of_number("+447700900123")[0])
    for one in range(1, 6):
        stage.pass_time(60)
        work(desk, f"open - domestic again\ninvolve {one} {siobhan} victim")
    *_, was, _, _, third, more = lines(desk, rings(desk, "07700 900123"))
    assert third.startswith("same address: n")
    assert more == "same address: 2 more"
    assert was.strip() == "was victim of 3, victim of 4, victim of 5 (+2 before)"


class Closed(AccessLog):
    """An access log that cannot be written."""

    def _write(self, make: object) -> None:
        raise Unavailable("the access log cannot be used: no space")


def test_where_a_search_cannot_be_logged_nothing_is_found_and_a_detail_is_recorded_once(
    stage: Stage, desk: Desk
) -> None:
    work(desk, SIOBHAN)
    call = rings(desk, "07700 900123")
    (her,) = people_of(desk.log).of_number("+447700900123")
    assert known(desk, call).found == {Looked.NUMBER: (her,), Looked.REPEAT: (), Looked.HOUSEHOLD: ()}
    work(desk, "person Siobhan Kelly")
    desk.log.access = Closed(lambda: stage.log, stage.log, stage.clock)
    told = known(desk, call)
    assert told.found == {}
    assert told.lines[0].startswith("what is known of them cannot be looked for now: the access log")
    (entry,) = console_work(desk, "detail . number 07700 900123")
    assert entry.name == "nominal.detail_added"


def test_of_many_calls_from_a_number_the_last_few_are_named_and_all_counted(stage: Stage, desk: Desk) -> None:
    for _ in range(6):
        rings(desk, "07700 900123")
        stage.pass_time(60)
    told = known(desk, rings(desk, "07700 900123"))
    assert len(told.found[Looked.NUMBER]) == 3
    assert told.lines[0].startswith("rang before: 6 times, ")


def test_whoever_rings_again_within_twelve_months_is_a_repeat_caller_and_victim_and_before_that_not(
    stage: Stage, desk: Desk
) -> None:
    """PEEL: a repeat caller or victim is recognised at first contact, by whoever answers."""
    work(desk, f"{SIOBHAN}\nopen - domestic he is back\ninvolve 1 . victim")
    long_ago = rings(desk, "07700 900123")
    work(desk, "answer .\nlocate . CENTRAL 12 Mill Lane")
    stage.pass_time(300 * 86_400)
    now = rings(desk, "07700 900123")
    found = known(desk, now).found[Looked.REPEAT]
    assert found == (long_ago, desk.board.incident_on("2026-11-23", 1))
    assert lines(desk, now)[-1].endswith("answered, at 12 Mill Lane")
    stage.pass_time(100 * 86_400)
    much_later = rings(desk, "07700 900123")
    assert known(desk, much_later).found[Looked.REPEAT] == (now,)
    assert lines(desk, much_later)[-1].startswith("rang before: 2 times, 1 of them in 12 months, ")
    assert not any(line.startswith("REPEAT VICTIM") for line in lines(desk, much_later))
    assert lines(desk, long_ago)[-1].strip() == "was victim of 1 of 23/11/2026", "what came later was not before"


def test_a_check_that_is_only_named_is_made_in_the_records(desk: Desk) -> None:
    """Nobody records 'nothing found' against what the room has on record."""
    work(desk, SIOBHAN)
    her = desk.named(Kind.NOMINAL) or b""
    rings(desk, "07700 900123")
    work(desk, "answer .")
    (entry,) = desk.opened(carry_out(desk, "looked . number"))
    assert entry.fact == Checked(Looked.NUMBER, (her,), "")
    (entry,) = desk.opened(carry_out(desk, "looked . person nobody else is there"))
    assert entry.fact == Checked(Looked.PERSON, (), "nobody else is there")
    with pytest.raises(Misread, match="there is no nominal 'n4zz9'"):
        carry_out(desk, "looked . person n4zz9")
