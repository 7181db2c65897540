"""Verbs, items, lists and keys by a few letters of them, what may be done now first; operator/palette.py.

Source: letter, area 1: nobody looks for a verb in vain while somebody waits on the line.
"""

import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pytest

from hueandcry.domain.duty import Role
from hueandcry.domain.incident import Open
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.palette import OFFERED_MAX, Offer, Palette
from hueandcry.operator.verbs import LISTS, VERBS, refusal
from tests.staging import Stage, work

STAFF = tuple(role for role in Role if role is not Role.WATCH)
OPEN = 1_000  # items of a crowded board
DEARER_MAX = 2.5  # times the reading of the whole board
SECRET = "behind the blue kitchen door"
ANSWERS = "situation=just-over threat=spoken risk=some investigation=some vulnerability=adult engagement=wants-police"
BUSY = f"""
unit AB12 CENTRAL
partner mft nhs Manchester hospitals
site mft ward-12 Ward 12 / 0161 276 1234
person Ann Lee
detail . number 07700 900461
marker . violent high pnc assaulted two officers
ring 999 07700900461
answer .
note . {SECRET}
open . domestic {SECRET}
locate 1 CENTRAL 12 Mill Lane
assess 1 {ANSWERS}
grade 1 3 later
open - theft a bicycle
expedite ward-12 walkout - Sister Jones / 0161 276 1234 / {SECRET}
refer 1 mash consent {SECRET}
ring 101 0161
"""


def stage_of(text: str) -> tuple[Stage, Desk]:
    stage = Stage()
    desk = stage.desk("2211", *STAFF)
    for line in text.strip().splitlines():
        stage.pass_time(1)
        work(desk, line)
    return stage, desk


@pytest.fixture(scope="module")
def busy() -> tuple[Stage, Desk]:
    return stage_of(BUSY)


def incident(stage: Stage, ref: str = "1") -> bytes:
    return next(one.stream for one in stage.board.items(stage.clock.now_ns) if one.ref == ref)


def palette_of(desk: Desk) -> Palette:
    return Palette(desk, lambda: desk.board.items(desk.identity.now()))


def lines(offers: list[Offer]) -> list[str]:
    return [one.line.strip() for one in offers]


def of_verb(offers: list[Offer], verb: str) -> Offer:
    return next(one for one in offers if not one.action and one.line.split(" ")[0] == verb)


# What stands first


def test_what_begins_with_the_letters_stands_before_what_has_a_word_of_them_before_what_is_only_like_them(
    busy: tuple[Stage, Desk],
) -> None:
    stage, desk = busy
    now = [one for one in palette_of(desk).offered("note", incident(stage)) if not one.why_not]
    ways = [how("note", one) for one in now]
    assert ways == sorted(ways)
    assert len(set(ways)) > 1
    assert now[0].line.split()[0] == "note"


def how(typed: str, offer: Offer) -> int:
    """Return how an offer has what is typed: 0 it begins so, 1 one of its words does, 2 it is only like it."""
    line, said = offer.line.strip().lower(), f"{offer.line} {offer.does}".lower().split()
    return 0 if line.startswith(typed) else 1 if any(word.startswith(typed) for word in said) else 2


@pytest.mark.parametrize("verb", [one.name for one in VERBS])
def test_a_verb_that_is_typed_whole_is_offered(busy: tuple[Stage, Desk], verb: str) -> None:
    stage, desk = busy
    offered = lines(palette_of(desk).offered(verb, incident(stage)))
    assert verb in [one.split(" ")[0] for one in offered[:8]], offered[:8]


def test_a_verb_is_found_by_its_short_name(busy: tuple[Stage, Desk]) -> None:
    _, desk = busy
    found = palette_of(desk).offered("sn", None)
    assert any(one.line.startswith("seen ") for one in found)


def test_a_verb_is_found_by_a_word_of_what_it_does_and_by_letters_that_are_wrong(busy: tuple[Stage, Desk]) -> None:
    offered = palette_of(busy[1]).offered
    assert any("send" in one.split()[0] for one in lines(offered("callsign", None)))
    assert "safeguard" in [one.split()[0] for one in lines(offered("safegaurd", None))]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_found_by_its_name(busy: tuple[Stage, Desk], name: str) -> None:
    assert name in lines(palette_of(busy[1]).offered(name, None))


def test_a_key_is_found_by_what_it_does(busy: tuple[Stage, Desk]) -> None:
    assert "undo" in [one.action for one in palette_of(busy[1]).offered("takes the last", None)]


def test_what_fits_nothing_is_offered_nothing(busy: tuple[Stage, Desk]) -> None:
    assert palette_of(busy[1]).offered("qqzzxx", None) == []


def test_no_more_is_offered_than_somebody_reads(busy: tuple[Stage, Desk]) -> None:
    offered = palette_of(busy[1]).offered("", None)
    assert 0 < len(offered) <= OFFERED_MAX


# What is refused now


def test_what_is_refused_now_stands_below_what_may_be_done_with_the_words_of_the_rule(busy: tuple[Stage, Desk]) -> None:
    stage, desk = busy
    offered = palette_of(desk).offered("", incident(stage))
    refused = [bool(one.why_not) for one in offered if not one.line.startswith("show ")]
    assert refused == sorted(refused)
    close = of_verb(palette_of(desk).offered("close", incident(stage)), "close")
    assert close.why_not == refusal(desk, "close 1")
    assert "result it first" in close.why_not


def test_what_becomes_possible_is_not_said_to_be_refused_any_more() -> None:
    stage, desk = stage_of(f"open - alarm a shop\nunit AB12 CENTRAL\nassess 1 {ANSWERS}\ngrade 1 2 as suggested")
    palette = palette_of(desk)
    assert "nobody was sent" in of_verb(palette.offered("arrive", incident(stage)), "arrive").why_not
    work(desk, "send 1 AB12")
    assert of_verb(palette.offered("arrive", incident(stage)), "arrive").why_not == ""


@pytest.mark.parametrize(
    "line",
    [
        "tie 1 2 same-people a car",
        "merge 1 2 one and the same",
        "status AB12 refreshments",
        "partner elm children Elm House",
        "major 1 gate 4 / crush / crowd / by Bell Street / about 40 / ambulance there",
        "check 1 pnc silver Astra AB12 CDE / seen leaving the scene",
        "grade 1 1 a knife was seen",
        "open - burglary",
    ],
)
def test_a_verb_that_may_be_done_now_is_not_said_to_be_refused(busy: tuple[Stage, Desk], line: str) -> None:
    stage, desk = busy
    assert refusal(desk, line) == ""
    verb = line.split(" ", maxsplit=1)[0]
    offered = of_verb(palette_of(desk).offered(verb, incident(stage)), verb)
    assert offered.why_not == ""


def test_each_role_sees_first_what_is_for_it(busy: tuple[Stage, Desk]) -> None:
    stage, _ = busy
    seen = {}
    for role in (Role.HANDLER, Role.DISPATCHER, Role.AUDITOR):
        desk = stage.desk(f"9{role.value[:3]}", role)
        offered = [one for one in palette_of(desk).offered("", incident(stage)) if not one.action]
        verbs = [one for one in offered if one.line.split(" ")[0] in {verb.name for verb in VERBS}]
        seen[role] = [one.line.split(" ")[0] for one in verbs if not one.why_not]
        barred = [one.why_not for one in palette_of(desk).offered("grant", None) if one.line.startswith("grant")]
        assert any(why.startswith("this is for administrator") for why in barred)
    assert "ring" in seen[Role.HANDLER]
    assert not {"ring", "cover", "note", "send"} & set(seen[Role.AUDITOR])
    assert seen[Role.DISPATCHER] != seen[Role.AUDITOR]


# The item in front


@pytest.mark.parametrize("verb", ["note", "grade", "assess", "send", "own", "result", "promise", "hand"])
def test_the_item_in_front_stands_in_the_line(busy: tuple[Stage, Desk], verb: str) -> None:
    stage, desk = busy
    assert of_verb(palette_of(desk).offered(verb, incident(stage)), verb).line == f"{verb} 1 "
    assert of_verb(palette_of(desk).offered(verb, incident(stage, "2")), verb).line == f"{verb} 2 "
    assert of_verb(palette_of(desk).offered(verb, None), verb).line == f"{verb} "


def test_an_item_that_a_verb_is_not_about_stands_not_in_its_line(busy: tuple[Stage, Desk]) -> None:
    stage, desk = busy
    assert of_verb(palette_of(desk).offered("answer", incident(stage)), "answer").line == "answer "


# What offering leaves behind


def everything(stage: Stage) -> Iterator[bytes | None]:
    yield None
    yield from (one.id for one in stage.board.open())


def test_no_offer_records_anything_opens_a_sealed_word_or_moves_the_access_log(busy: tuple[Stage, Desk]) -> None:
    stage, desk = busy
    access: Any = stage.log.access
    before = stage.log.tip(), len(list(access.entries()))
    said = ""
    for stream in everything(stage):
        palette = palette_of(desk)
        for typed in ("", "n", "note", "kitchen", "lee", "violent"):
            said += " ".join(f"{one.line} {one.does} {one.why_not}" for one in palette.offered(typed, stream))
    assert (stage.log.tip(), len(list(access.entries()))) == before
    assert [word for word in ("kitchen", "bicycle", "Sister", "07700", "assaulted") if word in said] == []


@pytest.mark.parametrize("text", ["", "open - alarm a shop", BUSY], ids=["empty", "one item", "busy"])
def test_every_verb_is_offered_with_whatever_in_front(text: str) -> None:
    stage, desk = stage_of(text)
    kinds = set()
    for stream in everything(stage):
        kinds.add(kind_of(stream) if stream is not None else None)
        palette = palette_of(desk)
        offered = {
            one.line.split(" ")[0]
            for one in palette._verbs(stage.board.name(stream, stage.clock.now_ns) if stream else "", stream)
        }
        assert offered == {verb.name for verb in VERBS}
        palette.offered("a", stream)
    assert text != BUSY or kinds >= {None, Kind.CONTACT, Kind.INCIDENT, Kind.EXPEDITE, Kind.REFERRAL}


@pytest.mark.parametrize("typed", ["\x1b[2J", "note\n", "\u202enote", "[red]", "(", "\\", "é" * 300, " " * 50])
def test_whatever_is_typed_is_looked_for_and_no_more(busy: tuple[Stage, Desk], typed: str) -> None:
    offered = palette_of(busy[1]).offered(typed, None)
    assert not any(letter in one.line + one.does for one in offered for letter in "\x1b\n\u202e")


# Many items


@lru_cache(maxsize=1)
def crowded() -> tuple[Stage, Desk]:
    stage, desk = stage_of("")
    for _ in range(OPEN // 500):
        desk.do([Act(stage.identity.stream(Kind.INCIDENT), Open("theft", "", None), new=True) for _ in range(500)])
    return stage, desk


def steps(what: Callable[[], object]) -> int:
    """Return how many calls of functions something takes: as long as a time says, and the same on every machine."""
    counted = [0]

    def count(_: object, event: str, __: object) -> None:
        counted[0] += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        what()
    finally:
        sys.setprofile(None)
    return counted[0]


def test_an_offer_among_many_open_items_costs_about_what_reading_them_once_does() -> None:
    stage, desk = crowded()
    palette, now_ns = palette_of(desk), stage.clock.now_ns
    palette.offered("", None)
    once = steps(lambda: stage.board.items(now_ns))
    for typed in ("", "n", "safegaurd", "show 19"):
        assert steps(lambda: palette.offered(typed, None)) <= DEARER_MAX * once, typed  # noqa: B023 — done at once


def test_the_first_offer_after_something_was_recorded_costs_not_much_more() -> None:
    """With 10,000 open items it costs the better part of a minute, and every line waits behind it."""
    stage, desk = crowded()
    once = steps(lambda: stage.board.items(stage.clock.now_ns))
    assert steps(lambda: palette_of(desk).offered("", None)) <= 2 * DEARER_MAX * once
