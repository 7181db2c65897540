"""The bell at whoever's seat, and the title of the window: each rule of domain/bell.py and operator/bell.py.

Source: letter, area 3; EEMUA 191 as reported: a bell that rings for everything is switched off by everybody.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hueandcry.domain import bell
from hueandcry.domain.bell import OFF, BellSet, SetBell, too_low
from hueandcry.domain.duty import Role
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.staff import EVERYONE, Registered, Staff, staff_stream
from hueandcry.operator.bell import EVERY_NS, LOUDEST, Bell, title_sequence, titled
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.messages import Alerted
from hueandcry.operator.reference import Misread
from hueandcry.operator.signals import Signals
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from tests.spec.harness import ME, OTHER, commands_in, given, on_duty, policy, who_may
from tests.staging import Founded, work

MEMBER = Registered(ME, None, "J. Smith")
GRADES = policy().grades


# Who may, and what


def test_whoever_works_here_sets_their_bell() -> None:
    assert set(who_may(SetBell("1"))) == set(EVERYONE) == set(Role) - {Role.WATCH}


def test_every_command_on_bells_has_its_roles_checked_here() -> None:
    assert {SetBell} == commands_in(bell)


@pytest.mark.parametrize("upto", [OFF, "1", "5"])
def test_a_member_has_the_bell_ring_up_to_a_grade_of_the_pack_or_not_at_all(upto: str) -> None:
    assert given(MEMBER, on=Staff).record.bell == ""
    assert given(MEMBER, on=Staff).when(SetBell(upto)).then(BellSet(upto)).bell == upto


@pytest.mark.parametrize("member", [MEMBER, None], ids=["a member", "nobody"])
def test_nobody_sets_the_bell_of_another(member: Registered | None) -> None:
    whose = "1001" if member else "nobody"
    before = given(*([member] if member else []), on=Staff)
    before.when(SetBell(OFF), on_duty(collar=OTHER)).then_refused(f"2002 sets their own bell, not that of {whose}")


def test_a_grade_that_the_pack_does_not_have_is_refused() -> None:
    given(MEMBER, on=Staff).when(SetBell("9")).then_refused("grades-2020 has no grade 9; it has 1, 2, 3, 4, 5")


@pytest.mark.parametrize(("upto", "rule"), [(OFF, "the bell is off already"), ("1", "the bell rings up to 1 already")])
def test_a_bell_is_not_set_as_it_is_already(upto: str, rule: str) -> None:
    given(MEMBER, BellSet(upto), on=Staff).when(SetBell(upto)).then_refused(rule)


@pytest.mark.parametrize(
    ("upto", "low"),
    [
        ("", ("3", "4", "5")),
        ("1", ("2", "3", "4", "5")),
        ("2", ("3", "4", "5")),
        ("5", ()),
        ("Z", ("3", "4", "5")),
        (OFF, None),
    ],
)
def test_it_rings_for_that_grade_and_more_urgent_ones_and_up_to_2_where_nothing_was_said(
    upto: str, low: tuple[str, ...] | None
) -> None:
    """A grade that the pack in force does not have any more is as though nothing was said."""
    assert too_low(upto, GRADES) == low


def test_where_no_grade_goes_by_2_it_rings_for_the_two_most_urgent() -> None:
    codes = [one.code for one in GRADES.grade]
    renamed = replace(GRADES, grade=tuple(replace(one, code=f"P{one.code}") for one in GRADES.grade))
    assert too_low("", renamed) == tuple(f"P{code}" for code in codes[2:])
    assert too_low("", replace(GRADES, grade=GRADES.grade[:1])) == ()
    third = replace(GRADES, grade=(renamed.grade[0], *GRADES.grade))
    assert too_low("", third) == ("3", "4", "5"), "up to 2, wherever it stands"
    assert too_low(OFF, renamed) is None


# When it rings


def told(too_low: tuple[str, ...] | None = ("3", "4", "5")) -> Bell:
    found = Bell()
    found.too_low = too_low
    return found


@pytest.mark.parametrize(
    ("fresh", "heard"),
    [
        ([("ESCALATED", "2")], True),
        ([("ESCALATED", "3")], False),
        ([("UNREAD", "3"), ("BROKE", "1")], True),
        ([("BRING UP", "")], False),
        *(([(word, "")], True) for word in LOUDEST),
        ([("ESCALATED", "A")], True),
        ([], False),
    ],
)
def test_it_rings_for_what_is_new_by_the_grade_of_its_item(fresh: list[tuple[str, str]], heard: bool) -> None:
    """Of a grade that only another pack knows nobody can say that it is less urgent."""
    assert told().heard(fresh) is heard


@pytest.mark.parametrize("word", LOUDEST)
def test_a_bell_that_is_off_rings_for_nothing_and_neither_does_one_of_which_nothing_is_known_yet(word: str) -> None:
    assert not told(None).heard([(word, "1")])
    assert not Bell().heard([(word, "1")])


def test_it_rings_once_in_a_few_seconds() -> None:
    one = told()
    assert [one.rings(at) for at in (EVERY_NS, EVERY_NS + 1, 2 * EVERY_NS - 1, 2 * EVERY_NS)] == [
        True,
        False,
        False,
        True,
    ]


# What the window is called


def test_the_window_is_called_what_calls_most_with_the_bell_and_nothing_once_nothing_calls() -> None:
    one = told()
    assert one.title("ESCALATED", heard=False) is None, "not before the bell"
    assert one.title("ESCALATED", heard=True) == "ESCALATED"
    assert one.title("ESCALATED", heard=True) is None, "nothing is said twice over a bad line"
    assert one.title("2 x ESCALATED", heard=True) == "2 x ESCALATED"
    assert one.title("ESCALATED", heard=False) is None, "fewer of the same are no news"
    assert one.title("2 x UNREAD", heard=False) == "2 x UNREAD", "it never says what is over"
    assert one.title("", heard=False) == ""
    assert one.title("", heard=False) is None
    assert one.title("UNREAD", heard=False) is None


def test_where_the_bell_is_off_the_window_has_no_title_and_loses_the_one_it_had() -> None:
    one = told()
    one.title("ESCALATED", heard=True)
    one.too_low = None
    assert one.title("2 x ESCALATED", heard=True) == ""
    assert one.title("2 x ESCALATED", heard=True) is None


@pytest.mark.parametrize(
    ("term", "has"),
    [
        *((name, True) for name in ("xterm-256color", "screen.xterm-256color", "tmux-256color", "vte", "alacritty")),
        *((name, False) for name in ("linux", "linux-16color", "vt100", "vt220", "dumb", "cons25", "unknown", "")),
    ],
)
def test_a_terminal_without_a_title_is_sent_none(term: str, has: bool) -> None:
    assert titled(term) is has


def test_a_title_ends_without_a_sound() -> None:
    assert title_sequence("2 x ESCALATED") == "\x1b]0;2 x ESCALATED\x1b\\"


# In the room


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    founded = Founded(tmp_path / "store")
    yield founded
    founded.close()


@pytest.fixture
def desk(stage: Founded) -> Desk:
    return stage.desk("3311", Role.DISPATCHER)


def signals(stage: Founded, desk: Desk) -> Signals:
    found = Signals(stage.board, desk.signed, Watch(stage.room))
    found.fill(stage.board.items(stage.clock()), stage.board.open())
    return found


def said(stage: Founded, found: Signals, desk: Desk, text: str) -> Alerted | None:
    """Have a line carried out, and return what is told of it."""
    for entry in carry_out(desk, text):
        record = stage.board.records.get(entry.stream)
        item = next((one for one in stage.board.items(stage.clock()) if one.stream == entry.stream), None)
        found.take(entry.stream, record, item)
    return found.alerted(stage.clock())


def test_the_screen_is_told_at_the_start_and_at_once_what_the_bell_rings_for(stage: Founded, desk: Desk) -> None:
    work(desk, "bell 3")
    found = signals(stage, desk)
    first = found.alerted(stage.clock())
    assert first is not None
    assert (first.too_low, first.title) == (("4", "5"), "")
    off = said(stage, found, desk, "bl off")
    assert off is not None
    assert off.too_low is None
    assert found.alerted(stage.clock()) is None, "what was said is not said again"
    rang = said(stage, found, desk, "ring 999")
    assert rang is not None
    assert rang.fresh == (("999 RINGING", ""),)
    (item,) = stage.board.items(stage.clock())
    record = stage.board.record(item.stream)
    found.take(item.stream, record, None)
    found.take(item.stream, record, item)
    twice = found.alerted(stage.clock())
    assert twice is not None, "what is new is told, also where all stands as it did"
    assert (twice.calls, twice.fresh) == (rang.calls, rang.fresh)
    again = said(stage, found, desk, "bell 1")
    assert again is not None
    assert again.too_low == ("2", "3", "4", "5")


def test_the_bell_of_one_person_is_nobody_elses(stage: Founded, desk: Desk) -> None:
    other = signals(stage, stage.desk("2211", Role.HANDLER))
    work(desk, "bell off")
    told = other.alerted(stage.clock())
    assert told is not None
    assert told.too_low == ("3", "4", "5")
    acts = [Act(staff_stream("2211"), SetBell(OFF))]
    with pytest.raises(Refused, match="3311 sets their own bell, not that of 2211"):
        desk.do(acts)


def test_the_title_is_in_words_and_counts_of_the_room_and_never_names_anything(stage: Founded, desk: Desk) -> None:
    found = signals(stage, desk)
    handler = stage.desk("2211", Role.HANDLER)
    ringing = said(stage, found, handler, "ring 999 07700900123")
    assert ringing is not None
    assert ringing.title == "999 RINGING"
    twice = said(stage, found, handler, "ring 999 07700900123")
    assert twice is not None
    assert twice.title == "2 x 999 RINGING"
    said(stage, found, handler, "answer .")
    (first,) = [one for one in stage.board.items(stage.clock()) if one.queue == "waiting"]
    said(stage, found, handler, f"answer {first.ref}")
    asked = said(stage, found, handler, "propose note . she whispers")
    assert asked is not None
    assert asked.calls[0].word.startswith("SECOND LOOK p")
    assert asked.title == "SECOND LOOK"


def test_a_bell_is_set_to_what_the_pack_has_and_is_not_proposed(desk: Desk) -> None:
    with pytest.raises(Misread, match="it is one of off, 1, 2, 3, 4, 5"):
        carry_out(desk, "bell loud")
    with pytest.raises(Refused, match="what bell says stands in one record alone: it is not proposed"):
        carry_out(desk, "propose bell off")


def test_a_decision_on_the_bell_names_the_pack(desk: Desk) -> None:
    (entry,) = carry_out(desk, "bell 1")
    assert entry.header is not None
    assert entry.header.pack == policy().adoption(PackKind.GRADES).digest
