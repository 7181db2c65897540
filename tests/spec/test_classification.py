"""What an incident turned out to be: each rule of domain/classification.py, and how its line is read.

Source: National Standard for Incident Recording 2011 (a closing category with qualifiers, beside the opening one).
"""

import pytest

from hueandcry.domain import classification, outcome
from hueandcry.domain.classification import Classified, Classify
from hueandcry.domain.contact import Contact
from hueandcry.domain.crime import NoCrimeFound
from hueandcry.domain.duty import FLOOR
from hueandcry.domain.fact import Fact
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import digest_of
from tests.spec.harness import PACKS, commands_in, given, pack, policy, stream_of, who_may
from tests.staging import Stage, work

CALL = stream_of(Contact)
OPENED = Opened("violence", False, "1001", CALL, "a man is shouting")
DOMESTIC = Opened("domestic", True, "1001", CALL, "he is back")
HISTORY = IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came")
CLASSIFY = Classify("theft", ("alcohol", "weapon"), "he took her bag and ran")


# What nobody may do


def test_the_floor_classifies_and_nobody_else() -> None:
    assert who_may(CLASSIFY) == FLOOR


def test_every_command_of_the_page_has_its_roles_checked_here() -> None:
    assert commands_in(classification) == {Classify}


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ((), "there is no such incident"),
        ((OPENED, outcome.Closed("")), "the incident is closed"),
        ((HISTORY,), "this incident was loaded as history; history is not worked"),
    ],
    ids=["never opened", "closed", "history"],
)
def test_what_is_not_worked_is_not_classified(facts: tuple[Fact[Incident], ...], rule: str) -> None:
    given(*facts, on=Incident).when(CLASSIFY).then_refused(rule)


def test_a_category_is_one_of_the_pack() -> None:
    given(OPENED, on=Incident).when(Classify("weather", (), "hail")).then_refused(
        "categories-2011 has no category weather"
    )


def test_a_qualifier_is_one_of_the_pack_and_every_other_is_named() -> None:
    given(OPENED, on=Incident).when(Classify("violence", ("alcohol", "rain", "fog"), "")).then_refused(
        "categories-2011 has no qualifier rain, fog; it has alcohol, drugs, mental-health, domestic, hate, vulnerable, "
        "repeat, youth, cse, honour-based, weapon"
    )


def test_another_category_needs_a_reason() -> None:
    given(OPENED, on=Incident).when(Classify("theft", (), "")).then_refused(
        "it was opened as violence: say behind the category what was found that contradicts it"
    )


# What it turned out to be


def test_another_category_is_taken_with_what_was_found_and_its_qualifiers() -> None:
    record = (
        given(OPENED, on=Incident)
        .when(CLASSIFY)
        .then(Classified("theft", False, ("alcohol", "weapon"), "he took her bag and ran"))
    )
    assert (record.category, record.qualifiers, record.domestic) == ("theft", ("alcohol", "weapon"), False)


def test_the_same_category_is_qualified_without_a_reason() -> None:
    record = (
        given(OPENED, on=Incident)
        .when(Classify("violence", ("hate",), ""))
        .then(Classified("violence", False, ("hate",), ""))
    )
    assert (record.category, record.qualifiers) == ("violence", ("hate",))


def test_qualifiers_given_later_stand_instead_of_those_before() -> None:
    before = given(OPENED, Classified("violence", False, ("hate", "youth"), ""), on=Incident)
    assert before.when(Classify("violence", (), "")).then(Classified("violence", False, (), "")).qualifiers == ()


def test_a_qualifier_given_twice_stands_once_and_in_its_order() -> None:
    given(OPENED, on=Incident).when(Classify("violence", ("weapon", "alcohol", "weapon"), "")).then(
        Classified("violence", False, ("weapon", "alcohol"), "")
    )


@pytest.mark.parametrize(
    "command", [Classify("domestic", (), "he is her husband"), Classify("violence", ("domestic",), "")]
)
def test_a_domestic_category_or_qualifier_asks_for_the_second_look(command: Classify) -> None:
    fact = Classified(command.category, True, command.qualifiers, command.reason)
    record = given(OPENED, on=Incident).when(command).then(fact)
    assert record.domestic
    assert record.careful


def test_what_was_domestic_once_stays_so_for_the_second_look() -> None:
    record = (
        given(DOMESTIC, on=Incident)
        .when(Classify("theft", (), "a lodger, no relation"))
        .then(Classified("theft", False, (), "a lodger, no relation"))
    )
    assert record.category == "theft"
    assert record.careful


def test_the_risk_as_assessed_stands_after_a_category_has_changed() -> None:
    """What is material to the risk is recorded as a change; the category is a matter of counting."""
    before = given(OPENED, on=Incident).record
    after = given(OPENED, Classified("theft", False, (), "a bag"), on=Incident).record
    assert (after.changed, after.stage, after.queue) == (before.changed, before.stage, before.queue)


NO_CRIME = NoCrimeFound("they were play-fighting")


@pytest.mark.parametrize(
    ("classified", "undecided"),
    [
        (Classified("theft", False, (), "her bag is gone"), True),
        (Classified("violence", False, ("alcohol",), ""), False),
        (Classified("welfare", False, (), "nobody did anything"), False),
    ],
    ids=["another crime", "the same, qualified", "no crime"],
)
def test_that_there_was_no_crime_was_said_of_the_category_that_it_had(classified: Classified, undecided: bool) -> None:
    """Crime Recording Rules: another crime is recorded, or it is said why there was none of that sort either."""
    before = given(OPENED, NO_CRIME, on=Incident).record
    after = given(OPENED, NO_CRIME, classified, on=Incident).record
    again = given(OPENED, NO_CRIME, classified, NO_CRIME, on=Incident).record
    assert [one.crime_undecided(policy()) for one in (before, after, again)] == [False, undecided, False]


# As it is typed


@pytest.mark.parametrize(
    ("line", "qualifiers", "reason"),
    [
        ("cy . theft alcohol weapon he cut her bag", ("alcohol", "weapon"), "he cut her bag"),
        ("cy . theft he had alcohol", (), "he had alcohol"),
        ("cy . theft alcohol then drugs", ("alcohol",), "then drugs"),
        ("cy . violence hate", ("hate",), ""),
        ("cy . violence", (), ""),
    ],
)
def test_words_at_the_beginning_that_qualify_are_qualifiers_and_the_rest_is_the_reason(
    line: str, qualifiers: tuple[str, ...], reason: str
) -> None:
    stage = Stage()
    desk = stage.desk("2211")
    work(desk, f"open - violence\n{line}")
    (*_, entry) = stage.log.entries()
    fact = desk.opened([entry])[0].fact
    assert isinstance(fact, Classified)
    assert (fact.qualifiers, fact.reason) == (qualifiers, reason)
    assert entry.header is not None
    assert entry.header.pack == digest_of(pack(PACKS[PackKind.CATEGORIES]))
