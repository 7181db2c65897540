"""The strip of alerts: every kind is named or counted at any width, and what is new stands inverse, once; widgets/strip.py.

Source: LAS 1992 (exceptions scrolled out of sight); WCAG 2.3.1: nothing blinks.
"""

import random
import re

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from hueandcry.operator.attention import RANKS, Call
from hueandcry.operator.widgets.strip import AlertStrip

LONG = (
    "ESCALATED TO YOU 412 of 23/11 and 3 more",
    "A BREAK IS OFFERED TO YOU ('break take')",
    "CHECKPOINTS NOT SIGNED",
)
COUNTED = re.compile(r"\+(\d+) more \((\d+)\)")


class Stripped(App[None]):
    """A screen with the strip alone, on so many lines."""

    def __init__(self, height: int = 1) -> None:
        super().__init__()
        self._height = height

    def compose(self) -> ComposeResult:
        yield AlertStrip()

    def on_mount(self) -> None:
        self.strip.styles.height = self._height

    @property
    def strip(self) -> AlertStrip:
        return self.query_one(AlertStrip)


def call(word: str, count: int = 1) -> Call:
    refs = tuple(str(400 + at) for at in range(min(3, count)))
    return Call(word, count, refs, b"x" * 16, "2")


def text(strip: AlertStrip) -> str:
    """Return what is on the screen, cut where the screen ends."""
    lines = (strip.render_line(y).crop(0, strip.size.width).text.rstrip() for y in range(strip.size.height))
    return "  |  ".join(line for line in lines if line)


def inverse(strip: AlertStrip) -> str:
    lines = (strip.render_line(y) for y in range(strip.size.height))
    return "".join(segment.text for line in lines for segment in line if segment.style and segment.style.reverse)


def some(chance: random.Random) -> list[Call]:
    named = [word for word in RANKS if chance.random() < chance.choice((0.1, 0.5, 0.9))]
    return [call(word, chance.choice((1, 2, 40, 1000))) for word in named]


def dropped(shown: str, calls: list[Call]) -> str:
    """Return what is wrong with what is shown, nothing where every kind is named to its last letter or counted."""
    named = [one for one in shown.split("  |  ") if one]
    counted = COUNTED.search(shown)
    kinds, items = (int(counted[1]), int(counted[2])) if counted else (0, 0)
    whole = [one for one in calls if any(part.startswith(one.says()) for part in named)]
    left = calls[len(whole) :]
    if whole != calls[: len(whole)]:
        return "not the most pressing first"
    if kinds != len(left) or items != sum(one.count for one in left):
        return f"{len(whole)} of {len(calls)} named, {kinds} counted, of {items} items"
    return ""


async def wrongly_shown(width: int, height: int, boards: list[list[Call]]) -> list[str]:
    app = Stripped(height)
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        found = []
        for calls in boards:
            app.strip.show(tuple(calls))
            shown = text(app.strip)
            assert cell_len(shown) <= (width + 5) * height
            if why := dropped(shown, calls):
                found.append(f"{width} columns: {why}: {shown!r}")
        return found


def boards(seed: int) -> list[list[Call]]:
    chance = random.Random(seed)
    return [
        [],
        *([call(word)] for word in RANKS),
        [call(word, 9) for word in RANKS],
        *(some(chance) for _ in range(60)),
    ]


@pytest.mark.parametrize("width", [80, 100, 120, 160, 200, 240])
@pytest.mark.parametrize("height", [1, 2])
async def test_every_kind_is_named_or_counted_on_a_screen_of_a_usual_width(width: int, height: int) -> None:
    assert await wrongly_shown(width, height, boards(width)) == []


@pytest.mark.parametrize("width", [20, 30, 40, 50])
async def test_every_kind_is_named_or_counted_however_narrow_the_screen_is(width: int) -> None:
    """Whoever splits a terminal in four is told at least how much is not shown."""
    assert await wrongly_shown(width, 1, boards(width)) == []


@pytest.mark.parametrize("width", [60, 70])
async def test_every_kind_is_named_or_counted_in_half_a_terminal(width: int) -> None:
    assert await wrongly_shown(width, 1, boards(width)) == []


@pytest.mark.parametrize("width", [80, 120])
async def test_what_is_asked_of_whoever_sits_here_is_named_beside_what_calls(width: int) -> None:
    asked = [Call(words, 1, (), None) for words in LONG]
    calls = [call("EMERGENCY", 2), *asked, call("BROKE", 12), call("NO CREW", 3)]
    assert await wrongly_shown(width, 1, [calls]) == []


async def test_without_alerts_it_says_so() -> None:
    app = Stripped()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert text(app.strip) == "no alerts"


async def test_what_is_new_stands_inverse_until_the_next_key_and_only_once() -> None:
    app = Stripped()
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        app.strip.show((call("BROKE"), call("RANG")), frozenset({"RANG"}))
        assert inverse(app.strip) == "RANG 400"
        app.strip.show((call("BROKE"), call("RANG", 2)))
        assert inverse(app.strip) == "2 x RANG 400 401", "it is still not seen"
        app.strip.heard()
        assert inverse(app.strip) == ""
        app.strip.show((call("BROKE"), call("RANG", 3)))
        assert inverse(app.strip) == ""
        app.strip.show((call("BROKE", 2), call("RANG", 3)), frozenset({"BROKE"}))
        assert inverse(app.strip) == "2 x BROKE 400 401"


async def test_what_is_new_for_somebody_else_is_not_drawn_as_new_for_whoever_sits_here() -> None:
    app = Stripped()
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        app.strip.show((Call("ESCALATED TO YOU 7", 1, (), None), call("ESCALATED", 2)), frozenset({"ESCALATED"}))
        assert inverse(app.strip) == "2 x ESCALATED 400 401"


async def test_nothing_blinks_new_or_not() -> None:
    app = Stripped()
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        for fresh in (frozenset(RANKS), frozenset[str]()):
            app.strip.show(tuple(call(word) for word in RANKS), fresh)
            styles = [segment.style for segment in app.strip.render_line(0) if segment.style]
            assert styles
            assert not any(style.blink or style.blink2 for style in styles)
            app.strip.heard()


async def test_a_terminal_that_is_made_narrower_is_drawn_anew() -> None:
    app, calls = Stripped(), [call(word, 9) for word in RANKS]
    async with app.run_test(size=(240, 24)) as pilot:
        await pilot.pause()
        app.strip.show(tuple(calls))
        for width in (80, 200, 60):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            assert app.strip.size.width == width
            assert dropped(text(app.strip), calls) == ""
