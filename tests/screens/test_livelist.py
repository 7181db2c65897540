"""The live list: nothing moves under the cursor, whatever others do."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.scroll_view import ScrollView

from hueandcry.operator.widgets.columns import (
    contact_columns,
    desk_columns,
    incident_columns,
    lane_columns,
    referral_columns,
)
from hueandcry.operator.widgets.livelist import MARK, Column, LiveList, When, fitted
from hueandcry.store.item import Item, urgency


def item(number: int, grade: str = "3", since: int = 0) -> Item:
    return Item(
        ref=str(number), kind="incident", stream=number.to_bytes(16, "big"), queue="dispatch", owner="dispatcher",
        stage="graded", what="theft", grade=grade, district="CENTRAL", since=since or number, due=None, overdue=False,
        vulnerable=False, contacts=0, version=1, risk=10 ** (5 - int(grade)), added_min=10,
    )  # fmt: skip


class Listing(App[None]):
    """A screen with one list."""

    def compose(self) -> ComposeResult:
        yield LiveList("Incidents", incident_columns(80), id="list")

    @property
    def list(self) -> LiveList:
        return self.query_one(LiveList)


def shown_row(app: Listing) -> tuple[int, str]:
    """Return where the cursor stands on the screen, and on which item."""
    for y in range(app.list.size.height):
        text = app.list.render_line(y).text
        if text.startswith("> "):
            return y, text.split()[1]
    raise AssertionError("no cursor is shown")


async def filled(app: Listing, pilot: Any, count: int = 40) -> None:
    await pilot.pause()
    app.list.activate(active=True)
    app.list.take({one.stream: one for one in map(item, range(1, count + 1))}, 0, whole=True)
    await pilot.pause()


async def test_the_row_under_the_cursor_stays_whatever_others_do() -> None:
    app, chance = Listing(), random.Random(7)
    async with app.run_test(size=(80, 20)) as pilot:
        await filled(app, pilot)
        app.list.move(12)
        await pilot.pause()
        place = shown_row(app)
        alive = {number: item(number) for number in range(1, 41)}
        for turn in range(200):
            number = chance.randrange(1, 60 + turn)
            match chance.choice(("new", "regrade", "close")):
                case "close" if number in alive and number != 13:
                    del alive[number]
                    app.list.take({item(number).stream: None}, 0)
                case _:
                    alive[number] = item(number, chance.choice("1234"))
                    app.list.take({alive[number].stream: alive[number]}, 0)
            assert shown_row(app) == place
        assert len(app.list) == len(alive)
        app.list.in_order()
        wanted = [one.ref for one in sorted(alive.values(), key=lambda one: urgency(one, 0))]
        assert [app.list._items[stream].ref for stream in app.list._rows] == wanted
        assert app.list.out_of_order == 0


async def test_a_closed_item_above_the_cursor_stays_marked_until_the_list_is_put_in_order() -> None:
    app = Listing()
    async with app.run_test(size=(80, 20)) as pilot:
        await filled(app, pilot, 5)
        app.list.move(3)
        app.list.take({item(2).stream: None}, 0)
        assert "closed" in app.list.render_line(2).text
        assert app.list.out_of_order == 1
        app.list.in_order()
        assert "closed" not in app.list.render_line(2).text
        assert shown_row(app)[1] == "4"


async def test_what_is_more_urgent_stands_just_below_the_cursor_at_once() -> None:
    app = Listing()
    async with app.run_test(size=(80, 20)) as pilot:
        await filled(app, pilot, 5)
        app.list.move(2)
        app.list.take({item(9, "1").stream: item(9, "1")}, 0)
        below = app.list.render_line(shown_row(app)[0] + 1).text
        assert below.split()[0] == "9"


async def test_the_cursor_stays_on_its_item_when_the_item_itself_changes() -> None:
    app = Listing()
    async with app.run_test(size=(80, 20)) as pilot:
        await filled(app, pilot, 5)
        app.list.move(2)
        place = shown_row(app)
        app.list.take({item(3).stream: replace(item(3), grade="1", owner="3305")}, 0)
        assert shown_row(app) == place
        assert "3305" in app.list.render_line(place[0]).text


async def test_an_empty_list_is_drawn_and_moved_in_without_harm() -> None:
    app = Listing()
    async with app.run_test(size=(80, 5)) as pilot:
        await pilot.pause()
        app.list.take({}, 0, whole=True)
        app.list.move(1)
        assert app.list.item is None
        assert "Incidents (0)" in app.list.render_line(0).text


@pytest.mark.parametrize("columns", [contact_columns, incident_columns, desk_columns, lane_columns, referral_columns])
@pytest.mark.parametrize("width", [80, 120, 240])
def test_the_columns_have_room_on_their_screen(columns: Callable[[int], tuple[Column, ...]], width: int) -> None:
    assert len(MARK) + sum(one.width for one in columns(width)) <= width  # of the last one the bar takes a blank


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    ("minutes", "said"), [(15, "BROKE 15m"), (59, "BROKE 59m"), (125, "BROKE 2h"), (3_000, "BROKE 2d")]
)
def test_the_number_with_its_day_and_what_is_late_are_whole(width: int, minutes: int, said: str) -> None:
    """After midnight most of what is open is of another day; `57 of` alone would be today's 57."""
    late = replace(item(57), ref="1057 of 23/11", broken=1, due=0)
    shown = {
        one.heading: (one.shows(late, When(minutes * 60 * 10**9))[0], one.width - 1) for one in incident_columns(width)
    }
    assert shown["incident"][0] == "1057 of 23/11"
    assert shown["due"][0] == said
    assert all(len(text) <= room for text, room in (shown["incident"], shown["due"]))


def test_a_cell_for_which_a_text_is_too_long_says_so() -> None:
    assert fitted("dispatcher", 10) == "dispatcher"
    assert fitted("dispatcher", 6) == "dispa…"
    assert fitted("警察署長", 5) == "警察…"
    assert [cell_len(fitted(text, width)) for text in ("警察署長", "dispatch", "") for width in range(9)] == [
        *range(9)
    ] * 3


async def test_lines_as_they_are_kept_are_those_that_the_library_would_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")  # the library makes all colours grey in a last step
    app, chance = Listing(), random.Random(3)
    async with app.run_test(size=(80, 20)) as pilot:
        await filled(app, pilot)
        for at in range(60):
            number = chance.randrange(1, 41)
            changed = {item(number).stream: item(number, grade=chance.choice("1234")) if at % 3 else None}
            app.list.take(changed, at * 10**9)
            app.list.move(chance.choice((-9, -1, 1, 9)))
            if at % 20 == 19:
                await pilot.resize_terminal(70 + at % 30, 12 + at % 9)
            await pilot.pause()
            for region in (Region(0, 0, *app.list.size), Region(3, 2, 20, 4)):
                kept = app.list.render_lines(region)
                app.list._styles_cache.clear()
                drawn = ScrollView.render_lines(app.list, region)
                assert [list(strip.simplify()) for strip in kept] == [list(strip.simplify()) for strip in drawn]


async def test_a_row_that_came_back_and_is_closed_then_says_so() -> None:
    app = Listing()
    async with app.run_test(size=(80, 24)) as pilot:
        await filled(app, pilot, 5)
        app.list.select(item(5).stream)
        for third, went, says in (
            (None, {item(3).stream: "in-hand"}, "in-hand"), (item(3), {}, "dispatch"), (None, {}, "closed")
        ):  # fmt: skip
            app.list.take({item(3).stream: third}, 0, went=went)
            await pilot.pause()
            shown = [app.list.render_line(y).text for y in range(6)]
            assert any(says in line for line in shown if line.split()[:1] == ["3"]), (says, shown)


async def test_what_passed_through_a_list_is_not_remembered() -> None:
    app = Listing()
    async with app.run_test(size=(80, 24)) as pilot:
        await filled(app, pilot, 5)
        for number in range(100, 200):
            app.list.take({item(number).stream: item(number)}, 0)
            app.list.take({item(number).stream: None}, 0, went={item(number).stream: "in-hand"})
        assert len(app.list._went) <= len(app.list._gone)
