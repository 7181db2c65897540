"""What a source shows follows the board and the time, without looking at what neither changed."""

from collections.abc import Callable
from typing import Any

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.duty import Role
from hueandcry.domain.order import NS_PER_MIN
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.operator.desk import Act
from hueandcry.operator.showing import Showing
from tests.everyfield import FIRST, PLAIN, SECOND, live
from tests.spec.harness import pack
from tests.staging import S, Stage, work

ANSWERS = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
NIGHT_MIN, PUT_OFF_AT = 18 * 60, 45


def shown_of(stage: Stage) -> Showing:
    """Return what is shown at the founder's desk."""
    showing = Showing(stage.founder, lambda _: None, lambda _: "")
    showing.say_board()
    return showing


def test_in_each_minute_it_shows_what_the_whole_board_says_then() -> None:
    """A night with promises, bring-ups, locations, a major incident and what was put off, over a midnight."""
    stage = Stage()
    everything = [role for role in Role if role is not Role.WATCH]
    stage.list_places("Mill Lane")
    desks = [stage.desk(collar, *everything) for collar in (FIRST, SECOND)]
    showing, changed = shown_of(stage), set()

    def same() -> None:
        found = {one.stream: one for one in stage.board.items(stage.clock.now_ns)}
        assert {one.stream: one for one in showing.items()} == found

    told = stage.board.position

    def heard(*_: object) -> None:
        nonlocal told
        showing.take(stage.log.entries(told, stage.board.position))
        told = stage.board.position
        same()

    live(PLAIN, *desks, heard=heard)
    for number in range(1, 9):
        work(
            desks[0],
            f"open - theft\npromise . arrival {number * 7}m\npromise . call-back {number * 9}m\nbringup . {number * 11}m",
        )
        heard()
    work(desks[0], "ring 999 07700900461\nanswer .\ncallerat . aml 53.4808,-2.2426 30 5s\nopen - welfare")
    work(desks[0], "major . gate 4 / crush / crowd / none / 40 / fire")
    heard()
    stage.clock.set(stage.clock.now_ns // NS_PER_MIN * NS_PER_MIN)
    for minute in range(NIGHT_MIN):
        stage.pass_time(60)
        if minute == PUT_OFF_AT:
            work(
                desks[0],
                f"putoff {next(one.ref for one in showing.items() if one.broken)} 20m he is on the phone",
            )
            heard()
        before = {one.stream: one for one in showing.items()}
        showing.say_minute()
        same()
        if any(before[one.stream] != one for one in showing.items()):
            changed.add(minute)
    assert len(changed) > 10, "in some minutes something has to change, so that it can be missed"


def test_what_is_due_next_is_found_whatever_came_and_went() -> None:
    stage = Stage()
    desk = stage.desk("2211", Role.HANDLER, Role.DISPATCHER)
    told: list[Any] = []
    showing = Showing(desk, told.append, lambda _: "")
    showing.say_board()
    for number in (1, 2, 3):
        before = stage.board.position
        work(desk, f"open - theft\npromise {number} arrival {number * 10}m")
        showing.take(stage.log.entries(before, stage.board.position))
    first = min(one.due for one in showing.items() if one.due is not None)
    stage.clock.set(first - 30 * S)
    showing.say_minute()
    assert told[-1].ticking == next(one.stream for one in showing.items() if one.due == first)
    before = stage.board.position
    work(desk, "release 1 arrival he came himself")
    showing.take(stage.log.entries(before, stage.board.position))
    dues = [one.due for one in showing.items() if one.due is not None]
    assert (told[-1].ticking is not None) == (min(dues) < stage.clock.now_ns + 60 * S)


def test_a_crew_that_is_listed_and_times_that_are_others_are_shown_on_items_that_nobody_touched() -> None:
    stage = Stage()
    desk = stage.desk("2211", *(role for role in Role if role is not Role.WATCH))
    showing = shown_of(stage)

    def same_after(act: Callable[[], object]) -> None:
        before, items = stage.board.position, list(showing.items())
        act()
        showing.take(stage.log.entries(before, stage.board.position))
        assert list(showing.items()) != items
        assert {one.stream: one for one in showing.items()} == {
            one.stream: one for one in stage.board.items(stage.clock.now_ns)
        }

    same_after(
        lambda: work(desk, f"unit AB12 CENTRAL\nopen - theft\nassess 1 {ANSWERS}\ngrade 1 3 it is needed\nsend 1 CD34")
    )
    same_after(lambda: work(desk, "unit CD34 CENTRAL"))
    later = pack("grades-2020").replace(b"added_min = 10", b"added_min = 20")
    same_after(lambda: stage.founder.do([Act(POLICY_STREAM, Adopt((later,)))]))
