"""Which incidents may be about the same: by time, place, category and words, each shown; and nothing is merged by itself.

domain/duplicate.py and operator/duplicates.py. Source: LAS 1992 (no duplicate detection; call-backs multiplied the load).
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from hueandcry.domain.access import Shown
from hueandcry.domain.contact import UNKNOWN
from hueandcry.domain.duplicate import APART_MAX_S, Likeness, likeness, may_be_alike
from hueandcry.domain.fact import Fact
from hueandcry.domain.incident import Incident, Opened
from hueandcry.operator import duplicates as finder
from hueandcry.operator import roomlists
from hueandcry.operator.duplicates import duplicates, shared
from hueandcry.operator.reference import Misread
from tests.hostile import CORPUS
from tests.spec.harness import START, stream_of
from tests.staging import Founded, S, work

HERE = stream_of(Incident)


def incident(noise: int = 0, apart_s: int = 0, district: str = "EAST", category: str = "other") -> Incident:
    """Return an incident that was opened so many seconds after START."""
    return Incident(
        id=stream_of(Incident, noise), opened=START + apart_s * S, district=district, category=category, version=1
    )


ONE = incident()

# Which are compared at all


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (incident(1), True),
        (incident(1, APART_MAX_S), True),
        (incident(1, -APART_MAX_S), True),
        (incident(1, APART_MAX_S + 1), False),
        (incident(1, -APART_MAX_S - 1), False),
        (incident(1, 0, "WEST"), False),
        (incident(1, 0, UNKNOWN), True),
        (incident(1, 0, "EAST", "violence"), True),
        (incident(0), False),
    ],
    ids=["beside", "2h after", "2h before", "later", "sooner", "elsewhere", "unknown where", "another sort", "itself"],
)
def test_only_what_is_near_in_time_and_may_be_near_in_place_is_compared(other: Incident, alike: bool) -> None:
    assert may_be_alike(ONE, other) is alike
    assert may_be_alike(other, ONE) is alike


def test_two_of_which_nobody_knows_where_are_compared() -> None:
    assert may_be_alike(incident(0, 0, UNKNOWN), incident(1, 0, UNKNOWN))


# How alike


@pytest.mark.parametrize(
    ("other", "words", "like"),
    [
        (incident(1), 100, Likeness(100, 30, 20, 10, 40)),
        (incident(1), 0, Likeness(60, 30, 20, 10, 0)),
        (incident(1, APART_MAX_S // 2), 50, Likeness(65, 15, 20, 10, 20)),
        (incident(1, APART_MAX_S), 100, Likeness(70, 0, 20, 10, 40)),
        (incident(1, 2 * APART_MAX_S), 100, Likeness(70, 0, 20, 10, 40)),
        (incident(1, 0, UNKNOWN), 100, Likeness(90, 30, 10, 10, 40)),
        (incident(1, 0, "EAST", "violence"), 100, Likeness(90, 30, 20, 0, 40)),
    ],
)
def test_the_score_is_a_sum_of_four_parts(other: Incident, words: int, like: Likeness) -> None:
    assert likeness(ONE, other, words) == like
    assert likeness(other, ONE, words) == like


def test_nobody_knowing_where_is_not_the_same_place() -> None:
    assert likeness(incident(0, 0, UNKNOWN), incident(1, 0, UNKNOWN), 0).place == 10


@any_of(
    st.integers(-3 * APART_MAX_S, 3 * APART_MAX_S),
    st.sampled_from(["EAST", "WEST", UNKNOWN]),
    st.sampled_from(["other", "violence"]),
    st.integers(0, 100),
)
def test_whatever_they_are_the_parts_make_the_whole_and_it_lies_between_none_and_all(
    apart_s: int, district: str, category: str, words: int
) -> None:
    like = likeness(ONE, incident(1, apart_s, district, category), words)
    assert like.percent == like.time + like.place + like.category + like.words
    assert 0 <= like.percent <= 100
    assert like.words <= words


# Words


@pytest.mark.parametrize(
    ("one", "other", "percent"),
    [
        ("", "", 0),
        ("", "crush at gate 4", 0),
        ("at by in", "crush at gate", 0),
        ("crush at gate 4", "crush at gate 4", 100),
        ("crush at gate 4", "people crushed at gate 4, caller 2", 66),
        ("albert street 12", "albert street 14", 66),
        ("geoghegan", "geohegan", 100),
        ("the door of number 3", "a car in the road", 0),
        ("fire", "fire fire fire fire smoke", 100),
    ],
    ids=["nothing", "one empty", "only short ones", "the same", "nearly", "number", "misspelt", "other", "repeated"],
)
def test_words_are_shared_by_the_share_of_the_one_that_has_fewer(one: str, other: str, percent: int) -> None:
    assert shared(one, other) == percent
    assert shared(other, one) == percent


@any_of(st.text(max_size=80), st.text(max_size=80))
def test_whatever_was_typed_the_share_is_a_percentage_and_the_same_from_both_sides(one: str, other: str) -> None:
    percent = shared(one, other)
    assert 0 <= percent <= 100
    assert shared(other, one) == percent
    assert shared(one, one) in (0, 100)


def test_hostile_texts_are_compared_in_no_time() -> None:
    for text in CORPUS:
        shared(text * 3, "crush at gate 4")


# In the room


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    founded = Founded(tmp_path / "store")
    yield founded
    founded.close()


def call(stage: Founded, place: str, what: str, category: str = "other") -> None:
    """Take a call, and open an incident from it."""
    work(stage.founder, f"ring 999\nanswer .\nlocate . {place}\nopen . {category} {what}")


def opened(stage: Founded, number: int) -> Incident:
    streams = [one.stream for one in stage.log.entries() if isinstance(one.fact, Opened)]
    record = stage.board.record(streams[number - 1])
    assert isinstance(record, Incident)
    return record


def alike(stage: Founded, number: int) -> dict[str, Likeness]:
    """Return what may be about the same as an incident of a daily number, the likeliest first."""
    found = duplicates(stage.board, stage.room.door(), opened(stage, number))
    return {stage.board.name(one.id): like for one, like in found}


def shown(stage: Founded) -> list[tuple[str, int]]:
    """Return what the access log says: on which screen, how many records."""
    facts: list[Fact] = [one.fact for one in stage.room.access.log.entries() if isinstance(one.fact, Shown)]
    return [(one.screen, len(one.records)) for one in facts if isinstance(one, Shown)]


def test_calls_about_one_crush_are_found_and_the_one_about_a_door_is_not(stage: Founded) -> None:
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    stage.pass_time(60)
    call(stage, "EAST gate 4 of the stadium", "crowd crushed against gate 4, many fell")
    call(stage, "EAST 3 Albert Street", "he is breaking the door down", "domestic")
    call(stage, "WEST gate 4 of the stadium", "people crushed at gate 4")
    assert set(alike(stage, 1)) == {"2"}
    assert set(alike(stage, 2)) == {"1"}
    assert alike(stage, 3) == {}


def test_the_likeliest_stands_first(stage: Founded) -> None:
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    call(stage, "unknown gate 4 of the stadium", "people crushed at gate 4")
    stage.pass_time(600)
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4", "welfare")
    found = alike(stage, 1)
    assert list(found) == ["3", "2", "4"]
    assert [one.percent for one in found.values()] == sorted((one.percent for one in found.values()), reverse=True)


def test_what_nobody_can_have_mistyped_the_same_is_not_suggested_on_time_and_place_alone(stage: Founded) -> None:
    """Time, place and category come to the threshold by themselves; without half the words nothing is suggested."""
    call(stage, "EAST", "a bicycle was taken from the yard")
    call(stage, "EAST", "somebody screams behind the church")
    assert alike(stage, 1) == {}


def test_what_is_closed_or_merged_is_not_suggested(stage: Founded) -> None:
    for _ in range(3):
        call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    work(stage.founder, "merge 3 1")
    assert set(alike(stage, 1)) == {"2"}


def test_nothing_is_recorded_by_looking_and_whoever_looked_at_what_stands_in_the_access_log(stage: Founded) -> None:
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    size, before = stage.log.tip().size, len(shown(stage))
    assert alike(stage, 1)
    assert stage.log.tip().size == size
    assert {screen for screen, _ in shown(stage)[before:]} == {finder.PURPOSE}
    named = {
        stream for one in stage.room.access.log.entries() if isinstance(one.fact, Shown) for stream in one.fact.records
    }
    assert named >= {opened(stage, 1).id, opened(stage, 2).id, *opened(stage, 1).contacts, *opened(stage, 2).contacts}


def test_where_nothing_is_near_nothing_is_opened(stage: Founded) -> None:
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    stage.pass_time(APART_MAX_S + 1)
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    before = shown(stage)
    assert alike(stage, 2) == {}
    assert shown(stage) == before


def test_no_more_are_opened_than_a_few_and_those_nearest_in_time(stage: Founded) -> None:
    for _ in range(6):
        call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
        stage.pass_time(60)
    found = duplicates(stage.board, stage.room.door(), opened(stage, 6), most=2)
    assert [stage.board.name(one.id) for one, _ in found] == ["5", "4"]
    named = {
        stream for one in stage.room.access.log.entries() if isinstance(one.fact, Shown) for stream in one.fact.records
    }
    assert opened(stage, 1).id not in named


def test_they_are_listed_with_how_it_was_made(stage: Founded, capsys: pytest.CaptureFixture[str]) -> None:
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    call(stage, "EAST gate 4 of the stadium", "people crushed at gate 4")
    capsys.readouterr()
    roomlists.duplicates(stage.room, "1", session=None, json=False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    made = ["(time", "30,", "place", "20,", "category", "10,", "words", "40)"]
    assert lines == [
        ["2", "100", "%", "other", "EAST", *made],
        ["1", "incident", "may", "be", "about", "the", "same", "as", "1"],
    ]
    roomlists.duplicates(stage.room, "1", session=None, json=True)
    assert json.loads(capsys.readouterr().out)["percent"] == 100


def test_only_an_incident_has_its_like(stage: Founded) -> None:
    work(stage.founder, "ring 999")
    (contact,) = stage.board.open()
    with pytest.raises(Misread, match="is no incident"):
        roomlists.duplicates(stage.room, stage.board.name(contact.id), session=None, json=False)
