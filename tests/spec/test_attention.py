"""What calls for somebody: ranked, collapsed, counted, and nothing of it dropped; operator/attention.py, bell.py.

Source: letter, area 1; EEMUA 191 as reported: repeats collapse to one, a bell that rings for everything is switched off.
"""

import random
from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from hueandcry.domain.alert import _IN_A_WORD
from hueandcry.operator.attention import PARTNER_RINGING, RANKS, RINGING, SHOWN_MAX, Attention, Call, kinds_of
from hueandcry.store.item import Item

ME, OTHER = "1001", "2002"
ALERTS = ("AB12 EMERGENCY", "ZZ98 is not on the list")


def item(number: int, *, grade: str = "3", since: int = 0, **other: object) -> Item:
    usual = Item(
        ref=str(number), kind="incident", stream=number.to_bytes(16, "big"), queue="dispatch", owner=OTHER, stage="graded",
        what="theft", grade=grade, district="CENTRAL", since=since or number, due=None, overdue=False, vulnerable=False,
        contacts=0, version=1,
    )  # fmt: skip
    return replace(usual, **other)


def ringing(number: int, channel: str = "999", queue: str = "waiting", **other: object) -> Item:
    return item(number, grade="", kind="contact", queue=queue, stage="ringing", what=f"{channel} call", **other)


def filled(*items: Item) -> Attention:
    attention = Attention(ME)
    for one in items:
        attention.take(one.stream, one)
    return attention


def words(attention: Attention) -> list[str]:
    return [call.word for call in attention.calls()]


def test_nothing_calls_where_nothing_is_amiss() -> None:
    assert filled(item(1), item(2)).calls() == []


def test_repeats_collapse_to_one_kind_that_is_counted_and_names_the_most_pressing() -> None:
    [call] = filled(*(item(number, broken=1) for number in range(1, 9))).calls()
    assert (call.word, call.count, call.refs) == ("BROKE", 8, ("1", "2", "3"))
    assert call.says() == "8 x BROKE 1 2 3 +5"


def test_a_kind_of_one_item_is_said_without_a_count() -> None:
    [call] = filled(item(7, broken=1)).calls()
    assert call.says() == "BROKE 7"


def test_a_promise_that_was_broken_twice_is_one_item() -> None:
    [call] = filled(item(7, broken=2)).calls()
    assert call.count == 1


def test_within_a_kind_the_grade_stands_before_the_wait_and_what_has_no_grade_comes_last() -> None:
    attention = filled(
        item(1, grade="3", since=10, broken=1),
        item(2, grade="1", since=40, broken=1),
        item(3, grade="3", since=5, broken=1),
        item(4, grade="", since=1, broken=1),
        item(5, grade="1", since=30, broken=1),
    )
    assert [int.from_bytes(stream, "big") for stream in attention.streams()] == [5, 2, 3, 1, 4]
    [call] = attention.calls()
    assert call.refs == ("5", "2", "3")
    assert (call.first, call.grade) == (item(5).stream, "1")


def test_kinds_stand_in_their_rank_whatever_came_first() -> None:
    things = [
        item(1, unread=1, owner=ME),
        item(2, rang="no crew"),
        item(3, escalated="sergeant"),
        item(4, broken=1),
        ringing(5, queue="partner", channel="partner"),
        ringing(6),
        item(7, alerts=("AB12 EMERGENCY",)),
    ]
    wanted = ["EMERGENCY", RINGING, PARTNER_RINGING, "BROKE", "ESCALATED", "RANG", "UNREAD"]
    for seed in range(20):
        random.Random(seed).shuffle(things)
        assert words(filled(*things)) == wanted
    assert sorted(wanted, key=RANKS.index) == wanted


def test_no_kind_has_two_ranks() -> None:
    assert len(set(RANKS)) == len(RANKS)


def test_every_alert_that_an_item_can_have_has_a_rank() -> None:
    assert set(_IN_A_WORD.values()) - set(RANKS) == set()


def test_a_999_that_rings_calls_and_a_101_does_not() -> None:
    assert kinds_of(ringing(1)) == [RINGING]
    assert kinds_of(ringing(1, "101")) == []
    assert kinds_of(ringing(1, "9991")) == []
    assert kinds_of(ringing(1, "partner", "partner")) == [PARTNER_RINGING]
    assert kinds_of(replace(ringing(1), stage="answered")) == []


def test_what_is_not_read_calls_only_whoever_owns_it() -> None:
    attention = Attention(ME)
    assert attention.take(item(1).stream, item(1, unread=2, owner=OTHER)) == []
    assert attention.calls() == []
    assert attention.take(item(1).stream, item(1, unread=2, owner=ME)) == ["UNREAD"]
    assert words(attention) == ["UNREAD"]
    attention.take(item(1).stream, item(1, unread=2, owner=OTHER))
    assert attention.calls() == []


def test_everything_else_calls_everybody() -> None:
    assert words(filled(item(1, broken=1, escalated="sergeant", rang="no crew", owner=OTHER))) == [
        "BROKE",
        "ESCALATED",
        "RANG",
    ]


def test_a_kind_is_new_once_and_again_only_after_it_was_gone() -> None:
    attention, stream = Attention(ME), item(1).stream
    assert attention.take(stream, item(1, broken=1)) == ["BROKE"]
    assert attention.take(stream, item(1, broken=1)) == []
    assert attention.take(stream, item(1, broken=2, grade="1", version=9)) == []
    assert attention.take(stream, item(1, broken=2, grade="1", escalated="sergeant")) == ["ESCALATED"]
    assert attention.take(stream, item(1)) == []
    assert attention.take(stream, item(1, broken=1)) == ["BROKE"]
    assert attention.take(stream, None) == []
    assert attention.calls() == []
    assert attention.take(stream, None) == []


def test_it_is_told_which_kinds_an_item_has() -> None:
    attention = filled(item(1, broken=1))
    assert attention.has("BROKE", item(1).stream)
    assert not attention.has("BROKE", item(2).stream)
    assert not attention.has("RANG", item(1).stream)


def chosen(chance: random.Random, number: int) -> Item | None:
    """Return an item in a state by chance, or none."""
    if chance.random() < 0.2:
        return None
    if chance.random() < 0.2:
        return ringing(number, chance.choice(("999", "101", "partner")), chance.choice(("waiting", "partner")))
    return item(
        number,
        grade=chance.choice(("", "1", "2", "3", "4", "5")),
        since=chance.randrange(1, 6),
        owner=chance.choice((ME, OTHER)),
        broken=chance.choice((0, 0, 1)),
        escalated=chance.choice(("", "sergeant")),
        rang=chance.choice(("", "no crew")),
        unread=chance.choice((0, 3)),
        alerts=tuple(one for one in ALERTS if chance.random() < 0.3),
    )


def brute(items: Iterable[Item]) -> list[Call]:
    """Return the calls of a board as one who looks at each item of it would."""
    of: dict[str, list[Item]] = {}
    for one in items:
        for word in kinds_of(one):
            if word != "UNREAD" or one.owner == ME:
                of.setdefault(word, []).append(one)
    found = []
    for word in sorted(of, key=RANKS.index):
        ranked = sorted(of[word], key=lambda one: (one.grade or "~", one.since, one.stream))
        refs = tuple(one.ref for one in ranked[:SHOWN_MAX])
        found.append(Call(word, len(ranked), refs, ranked[0].stream, ranked[0].grade))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_the_calls_are_those_of_the_board_as_it_is(seed: int) -> None:
    chance, attention = random.Random(seed), Attention(ME)
    board: dict[bytes, Item] = {}
    for _ in range(600):
        number = chance.randrange(12)
        stream, now = item(number).stream, chosen(chance, number)
        before = {call.word for call in brute([board[stream]])} if stream in board else set()
        board.pop(stream, None)
        if now is not None:
            board[stream] = now
        fresh = attention.take(stream, now)
        after = {call.word for call in brute([now])} if now is not None else set()
        assert set(fresh) == after - before
        assert len(fresh) == len(set(fresh))
        assert attention.calls() == brute(board.values())
        assert set(attention.streams()) == {one.stream for one in board.values() if brute([one])}
        assert len(set(attention.streams())) == len(attention.streams())
