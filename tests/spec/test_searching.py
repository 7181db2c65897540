"""What is typed to look for a person: names, dates, ages, the end of a number, a plate, an address; and what cannot be read."""

from contextlib import suppress

import pytest

from hueandcry.operator.reference import Misread
from hueandcry.operator.searching import sought
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
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(text: str, asked: Sought) -> None:
    assert sought(text, 2026) == asked


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "say whom to look for"),
        ("---", "say whom to look for"),
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
        assert People(stage.log, None).found(sought(text, 2026)) == []
