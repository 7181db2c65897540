"""What is typed to look for a person: names, dates, ages, the end of a number, a plate, an address; and what cannot be read."""

from contextlib import suppress

import pytest

from hueandcry.domain.access import Searched
from hueandcry.domain.reference import Kind
from hueandcry.operator.desk import Desk
from hueandcry.operator.reference import Misread
from hueandcry.operator.roomlists import lines_of
from hueandcry.operator.searching import maybe_the_same
from hueandcry.operator.sought import sought
from hueandcry.operator.verbs import carry_out, is_list
from hueandcry.store.people import People
from hueandcry.store.personindex import Sought
from tests.staging import Stage, work


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Siobhan O'Kelly", Sought(("siobhan", "okelly"))),
        ("kelly born=1984", Sought(("kelly",), born=(1984, 1984))),
        ("kelly born=1980-1990", Sought(("kelly",), born=(1980, 1990))),
        ("kelly age=40", Sought(("kelly",), born=(1985, 1986))),
        ("kelly age=30-40", Sought(("kelly",), born=(1985, 1996))),
        ("0123", Sought(tail="0123")),
        ("number=+44-7700-900123", Sought(tail="447700900123")),
        ("ab12cde", Sought(plate="AB12CDE")),
        ("plate=odd", Sought(plate="ODD")),
        ("kelly at=Mill at=lane", Sought(("kelly",), address=("mill", "lane"))),
        ("kelly AT=mill,lane", Sought(("kelly",), address=("mill", "lane"))),
        ("who=is", Sought(("who", "is"))),
        ("+44 161 496 0123", Sought(tail="441614960123")),
        ("+441614960123", Sought(tail="441614960123")),
        ("kelly 0161 496 0123", Sought(("kelly",), tail="441614960123")),
        ("number=0161 496 0123 kelly", Sought(("kelly",), tail="441614960123")),
        ("ab12 cde", Sought(plate="AB12CDE")),
        ("kelly plate=ab12 cde", Sought(("kelly",), plate="AB12CDE")),
        ("plate=ab12", Sought(plate="AB12")),
        ("at=12 mill lane", Sought(address=("12", "mill", "lane"))),
        ("kelly at=mill lane born=1984", Sought(("kelly",), born=(1984, 1984), address=("mill", "lane"))),
        ("12 mill lane", Sought(("12", "mill", "lane"))),
        ("kelly 12/3/1984", Sought(("kelly",), born=(1984, 1984))),
        ("kelly born=12/3/1984", Sought(("kelly",), born=(1984, 1984))),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(text: str, asked: Sought) -> None:
    assert sought(text, 2026) == asked


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "say whom to look for"),
        ("---", "say whom to look for"),
        ("born=1984", "say whom to look for"),
        ("12/3/1984", "say whom to look for"),
        ("born=yesterday", "born is said as in born=1984 or born=1980-1990"),
        ("age=forty", "age is said as in age=34 or age=30-40"),
    ],
)
def test_what_cannot_be_read_is_refused_with_how_it_is_said(text: str, why: str) -> None:
    with pytest.raises(Misread, match=why):
        sought(text, 2026)


@pytest.mark.parametrize(
    "text",
    [
        "\u202e\u0000 [red]",
        "' OR 1=1 --",
        "%q {0}",
        "a" * 5000,
        "\ud800",
        "x " * 500,
        "at=' at=%",
        "number=;",
        "number=%",
    ],
)
def test_hostile_text_finds_nobody(text: str) -> None:
    stage = Stage()
    work(stage.founder, "person Siobhan Kelly")
    with suppress(Misread):
        assert People(stage.log, None).found(sought(text, 2026)).hits == ()


# In the room


def suggested(desk: Desk, *lines: str) -> list[str]:
    """Return what is suggested after the last of some lines."""
    for line in lines:
        entries = carry_out(desk, line)
    return maybe_the_same(desk, desk.opened(entries))


def test_two_records_that_may_be_one_person_are_suggested_when_they_are_made() -> None:
    """A marker on a duplicate is a marker that is missed."""
    desk = Stage().founder
    work(desk, "person Siobhan Kelly\ndetail . born 12/3/1984\ndetail . number 07700 900123\nmarker . violent high pnc")
    (by_name,) = suggested(desk, "person Shivawn Kelly", "detail . born 1984")
    assert by_name.startswith("may be the same as n")
    assert by_name.endswith("Siobhan Kelly  MARKER violent (high): 'same' if they are")
    (by_number,) = suggested(desk, "person Ann Lee", "detail . number +447700900123")
    assert "Siobhan Kelly" in by_number


@pytest.mark.parametrize(
    "lines",
    [
        ("person Siobhan Kelly",),
        ("person Shivawn Kelly", "detail . born 1990"),
        ("person Shivawn Kelly", "detail . looks red hair"),
        ("person Ann Lee", "detail . born 1984"),
    ],
)
def test_a_name_alone_or_another_year_suggests_nobody(lines: tuple[str, ...]) -> None:
    desk = Stage().founder
    work(desk, "person Siobhan Kelly\ndetail . born 12/3/1984")
    assert suggested(desk, *lines) == []


def test_whoever_was_merged_or_parted_is_not_suggested_again() -> None:
    desk = Stage().founder
    work(desk, "person Siobhan Kelly\ndetail . born 1984")
    first = desk.board.name(desk.named(Kind.NOMINAL) or b"")
    work(desk, "person Siobhan Kelly\ndetail . born 1984")
    second = desk.board.name(desk.named(Kind.NOMINAL) or b"")
    work(desk, f"same {second} {first} one birthday")
    assert suggested(desk, f"detail {second} born 12/3/1984") == []
    work(desk, f"apart {second} {first} two after all")
    assert suggested(desk, f"detail {second} born 13/3/1984") == []


def test_people_are_looked_for_from_the_room_and_each_search_is_recorded_once() -> None:
    desk = Stage().founder
    work(desk, "person Siobhan Kelly\ndetail . born 1984\nmarker . violent high pnc")
    assert is_list("who shivawn kelly")
    assert not is_list("whoever rings")
    assert not is_list("who")
    said = lines_of(desk, "who shivawn kelly")
    assert said[0].split("  ")[1] == "Siobhan Kelly"
    assert said[1].strip().startswith("MARKER violent (high)")
    assert said[-1] == "1 person may be meant; the search is in the access log"
    searches = [one for one in desk.log.access.entries() if isinstance(one.fact, Searched)]
    assert len(searches) == 1


def test_what_cannot_be_looked_for_is_said_in_the_list() -> None:
    desk = Stage().founder
    assert lines_of(desk, "who born=yesterday") == ["born is said as in born=1984 or born=1980-1990"]
