"""The room in each of its themes, and without colours: nothing is told by colour alone, nothing blinks, all can be read.

Source: WCAG 2 (1.4.1, 1.4.6: 7:1 for what matters; 2.3.1); letter, area 1: whoever sees colours otherwise works here, too.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.color import Color
from rich.style import Style
from textual.pilot import Pilot

from hueandcry.operator.app import ControlRoom
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.settings import Settings
from hueandcry.operator.theme import THEMES
from tests.screens.terminal import Terminal, hue
from tests.screens.test_night import ANSWERS, leave, named
from tests.staging import work

CONTRAST_MIN = 7.0
TURNS_MAX = 300
CALM = ANSWERS.replace("spoken", "none").replace("risk=some", "risk=low").replace("adult", "none")
REASONS = {"1": "knife seen", "2": "", "3": "later", "4": "later", "5": "later"}
BUSY = (
    "unit AB12 CENTRAL\npartner elm children Elm House\nperson Ann Lee\ndetail . number 07700 900461\n"
    "marker . violent high pnc assaulted two officers\nring 999 07700900461\nanswer .\nring 999 07700900999\n"
    "expedite ward-12 walkout - Sister Jones / 0161 276 1234 / he left\n"
)
WALK = {"board": "f2", "dispatch": "f3", "desk": "f4", "item": "f8", "palette": "f9", "help": "f1"}
BORDERS = set("│─┃━|·…▁▂▃▄▅▆▇█▔▕▏ ")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A room with an incident of each grade, calls that ring, a crew in need, and a warning about a caller."""
    made, _ = found(tmp_path / "store", Founding("GMP", "Greater Manchester Police", "2211", keys=tmp_path / "keys"))
    desk = made.desk(None)
    work(desk, BUSY)
    for number, (grade, reason) in enumerate(REASONS.items(), 1):
        answers = CALM if grade > "3" else ANSWERS
        work(desk, f"open - alarm number {grade}\nlocate {number} CENTRAL 12 Mill Lane\nassess {number} {answers}")
        work(desk, f"grade {number} {grade} {reason}" if grade != "5" else f"note {number} no grade")
    work(desk, "send 2 AB12\nemergency AB12 shots heard")
    yield made
    made.close()


def luminance(colour: Color) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    parts = (part / 255 for part in colour.get_truecolor())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(style: Style) -> float:
    """Return the contrast of letters on their ground; a colour that the terminal chooses is none that can be relied on."""
    if style.color is None or style.bgcolor is None or style.color.is_default or style.bgcolor.is_default:
        return 0.0
    pair = sorted((luminance(style.color), luminance(style.bgcolor)))
    return (pair[1] + 0.05) / (pair[0] + 0.05)


def faint(app: ControlRoom) -> list[str]:
    """Return what on the screen is too faint to read, or blinks; all but the placeholder and what parts things."""
    placeholder = getattr(app.screen.query_one("#command"), "placeholder", "") if app.screen.query("#command") else ""
    wrong = []
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            style, text = segment.style or Style(), segment.text.strip()
            if style.blink or style.blink2:
                wrong.append(f"blinks: {text!r}")
            letters = set(text) - BORDERS
            if letters and not (placeholder and text[:20] in placeholder) and contrast(style) < CONTRAST_MIN:
                wrong.append(f"{contrast(style):.1f}: {text[:40]!r} {style}")
    return wrong


def shown(app: ControlRoom) -> str:
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


async def until(app: ControlRoom, pilot: Pilot[Any], wanted: str) -> None:
    for _ in range(TURNS_MAX):
        await pilot.pause(0.02)
        if re.search(wanted, shown(app)):
            return
    raise AssertionError(f"{wanted!r} did not come on:\n{shown(app)}")


SAYS = {
    "board": r"Incidents \(5\)", "dispatch": r"Deployed \(1\)", "desk": "Referrals", "item": r"c\w{4}|incident",
    "palette": "Enter puts it", "help": "The command bar always",
}  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
async def test_whatever_matters_can_be_read_in_each_theme_and_nothing_blinks(room: Room, theme: str) -> None:
    app, wrong = ControlRoom(room, None, settings=Settings(theme)), []
    async with app.run_test(size=(120, 40)) as pilot:
        await until(app, pilot, "EMERGENCY AB12|EMERGENCY 2")
        for name, key in WALK.items():
            await pilot.press(key)
            await until(app, pilot, SAYS[name])
            if name == "palette":
                await pilot.press(*"re")
                await until(app, pilot, "not now: ")
            await pilot.pause()
            wrong += [f"{name}: {one}" for one in faint(app)]
            if name in ("palette", "item", "help"):
                await pilot.press("escape")
                await until(app, pilot, r"F1 help")
        await pilot.press(*"grade 1")
        await until(app, pilot, r"reason|missing|Enter")
        wrong += [f"line: {one}" for one in faint(app)]
        await pilot.press("escape", "f10")
    assert sorted(set(wrong)) == []


def on(room: Room, term: str, **other: str) -> tuple[Terminal, str]:
    """Return the room in a terminal of a kind, with its board on the screen, and what stands there."""
    terminal = Terminal(hue(), named(room) | other, 120, 40, term)
    terminal.until("Incidents (5)")
    terminal.until("999 RINGING")
    terminal.settle()
    return terminal, terminal.text


def words(text: str) -> list[str]:
    """Return the words that stand on a screen, without the minutes that went by meanwhile."""
    return [word for word in text.split() if not re.fullmatch(r"\d{1,2}:\d\d|\d+m?|\d+h\d\d|\d+:\d\d", word)]


@pytest.mark.parametrize(
    ("term", "env"), [("xterm-256color", {"NO_COLOR": "1"}), ("xterm", {})], ids=["no colour", "16 colours"]
)
def test_with_fewer_colours_the_same_stands_on_the_screen(room: Room, term: str, env: dict[str, str]) -> None:
    coloured, said = on(room, "xterm-256color")
    leave(coloured)
    plain, text = on(room, term, **env)
    for told in ("1◆", "2▲", "3●", "4○"):
        assert told in text, "a grade is told by its number and its sign"
    assert "999 RINGING" in text
    assert "EMERGENCY" in text
    assert words(text) == words(said)
    sent = plain.raw.decode("utf-8", "replace")
    assert "\x1b[5m" not in sent
    if env:
        colours = {tuple(map(int, one)) for one in re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", sent)}
        assert all(len(set(colour)) == 1 for colour in colours), "without colours there are greys at most"
    leave(plain)


def test_an_old_terminal_is_worked_from_start_to_end(room: Room) -> None:
    terminal, text = on(room, "vt100")
    assert "999 RINGING" in text
    terminal.line("note 1 she rings again", "she rings again")
    terminal.type("\x1bOP")
    terminal.until("The command bar always has the keyboard")
    terminal.type("\x1b")
    terminal.until("Incidents (5)")
    leave(terminal)
