"""Checks at first contact: what was looked for and what that found, also nothing; what is missing is shown at grading.

Source: letter, area 1; PEEL on repeat callers and others in the household.
"""

import pytest
from hypothesis import given as drawn
from hypothesis.strategies import binary

from hueandcry.domain import firstcheck
from hueandcry.domain.contact import Answered, Channel, Closed, Contact, Linked, Rang
from hueandcry.domain.duty import FLOOR
from hueandcry.domain.firstcheck import WANTED, Checked, CheckFirst, Looked, missing
from hueandcry.domain.incident import Incident
from hueandcry.domain.nominal import Nominal
from hueandcry.domain.reference import Kind, has_digit, tail_of
from hueandcry.operator.identity import Identity
from hueandcry.operator.verbs import carry_out, preview
from tests.spec.harness import START, commands_in, given, stream_of, who_may
from tests.staging import Stage, work

RANG = Rang(Channel.EMERGENCY, "07700900123")
HER = stream_of(Nominal)
NOTHING = CheckFirst(Looked.HOUSEHOLD, (), "")
CALM = "situation=now threat=none risk=low investigation=none vulnerability=none engagement=wants-police"


def test_anybody_on_the_floor_checks_and_there_is_no_other_command() -> None:
    assert who_may(NOTHING) == FLOOR
    assert commands_in(firstcheck) == {CheckFirst}


@pytest.mark.parametrize("what", Looked)
@pytest.mark.parametrize("found", [(), (HER,)], ids=["nothing", "somebody"])
def test_a_check_is_a_fact_with_what_it_found_also_where_that_is_nothing(
    what: Looked, found: tuple[bytes, ...]
) -> None:
    record = given(RANG, on=Contact).when(CheckFirst(what, found, "her son")).then(Checked(what, found, "her son"))
    assert record.checked == (what.value,)


def test_what_is_checked_again_stands_once() -> None:
    record = (
        given(RANG, Answered("1001"), Checked(Looked.HOUSEHOLD, (), ""), on=Contact)
        .when(NOTHING)
        .then(Checked(Looked.HOUSEHOLD, (), ""))
    )
    assert record.checked == ("household",)


def test_nothing_is_checked_for_what_is_over() -> None:
    given(RANG, Linked(stream_of(Incident)), Closed(""), on=Contact).when(NOTHING).then_refused("the contact is closed")
    given(on=Contact).when(NOTHING).then_refused("there is no such contact")


def test_what_is_missing_is_what_should_have_been_looked_for_and_was_not() -> None:
    assert missing(()) == tuple(one.value for one in WANTED)
    assert missing(("number", "vehicle")) == ("person", "address", "household", "repeat")
    assert missing(tuple(one.value for one in Looked)) == ()


def test_whoever_grades_sees_what_nobody_looked_for_among_all_who_rang() -> None:
    desk = Stage().founder
    work(desk, f"ring 999 07700900123\nanswer .\nopen . welfare\nassess 1 {CALM}")
    assert preview(desk, "g4 1 so").endswith("- NOT CHECKED: number, person, address, household, repeat")
    call = desk.board.name(desk.named(Kind.CONTACT) or b"")
    work(desk, f"looked {call} household\nlooked {call} person\nring 101\nanswer .\nlink . 1\nlooked . address")
    assert preview(desk, "g4 1 so").endswith("- NOT CHECKED: number, repeat")
    work(desk, f"open - welfare\nassess 2 {CALM}")
    assert "NOT CHECKED" not in preview(desk, "g4 2 so")


def test_who_was_found_is_named_first_and_the_rest_are_words() -> None:
    desk = Stage().founder
    work(desk, "person Siobhan Kelly\nring 999\nanswer .")
    her = desk.named(Kind.NOMINAL) or b""
    (entry,) = desk.opened(carry_out(desk, f"looked . household {desk.board.name(her)} 3 children, the eldest is 9"))
    assert entry.fact == Checked(Looked.HOUSEHOLD, (her,), "3 children, the eldest is 9")
    (entry,) = desk.opened(carry_out(desk, "looked . repeat rang twice in May"))
    assert entry.fact == Checked(Looked.REPEAT, (), "rang twice in May")


@pytest.mark.parametrize("seed", range(3))
def test_a_word_is_taken_for_nobody_whatever_their_tail_is(seed: int) -> None:
    desk = Stage(seed=seed).founder
    work(desk, "\n".join(f"person Nobody Else {one}" for one in range(40)))
    work(desk, "ring 999\nanswer .")
    words = "no c1 night nd earn children live there"
    (entry,) = desk.opened(carry_out(desk, f"looked . household {words}"))
    assert entry.fact == Checked(Looked.HOUSEHOLD, (), words)


@drawn(binary(min_size=9, max_size=9))
def test_every_tail_that_people_type_has_a_digit(noise: bytes) -> None:
    identity = Identity(lambda: START, lambda count: noise[:count])
    assert has_digit(tail_of(identity.stream(Kind.NOMINAL)))
