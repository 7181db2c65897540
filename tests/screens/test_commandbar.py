"""The command bar: what was typed is found again, never overwritten, and no key traps anybody; widgets/commandbar.py.

Source: letter, area 1; harlequin #506 as reported (the focus is never taken); lazygit: the keys of this moment, with reasons.
"""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from hueandcry.operator.app import ControlRoom
from hueandcry.operator.desk import Desk
from hueandcry.operator.screens.help import HelpScreen
from hueandcry.operator.screens.item import ItemScreen
from hueandcry.operator.widgets.logview import LogView
from tests.staging import Founded, work

TURNS_MAX = 400
CALLS = "ring 999 07700900123\nring 999 07700900124"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    made = Founded(tmp_path / "store")
    yield made
    made.close()


class Sitting:
    """The room under a pilot, and what stands on it."""

    def __init__(self, app: ControlRoom, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> Any:
        return self.app.screen

    @property
    def line(self) -> str:
        return str(self.screen.bar.value)

    @property
    def preview(self) -> str:
        return str(self.screen.preview.said)

    @property
    def said(self) -> str:
        return str(self.screen.message.said)

    async def until(self, holds: Callable[[], object], why: str = "") -> None:
        for _ in range(TURNS_MAX):
            await self.pilot.pause(0.02)
            if holds():
                return
        raise AssertionError(f"{why or 'it did not come'}: {self.line!r}, {self.preview!r}, {self.said!r}")

    async def types(self, text: str) -> None:
        await self.pilot.press(*(("space" if letter == " " else letter) for letter in text))

    async def does(self, line: str, says: str) -> None:
        self.screen.bar.fill(line)
        await self.pilot.press("enter")
        await self.until(lambda: says in self.said and not self.line, f"{says!r} was not said")


@asynccontextmanager
async def sitting(stage: Founded, before: str = "") -> AsyncIterator[Sitting]:
    desk: Desk = stage.founder
    work(desk, before)
    app = ControlRoom(stage.room, desk.signed.session)
    async with app.run_test(size=(120, 40)) as pilot:
        here = Sitting(app, pilot)
        await here.until(lambda: app.backroom.is_alive() and "1001" in here.screen.query_one("#status").said)
        yield here
        await pilot.press("f10")
    if app.backroom.is_alive():
        app.backroom.end()


def assert_waited(slow: threading.Event) -> None:
    """Hold the backroom up, as a slow disk would."""
    assert slow.wait(20)


async def opened(here: Sitting, count: int = 2) -> None:
    await here.until(lambda: isinstance(here.screen, ItemScreen) and len(here.app.screen_stack) == count + 1)
    await here.until(lambda: here.screen._ref)


# History


async def test_a_line_typed_before_is_found_by_its_words_taken_and_not_done(stage: Founded) -> None:
    async with sitting(stage) as here:
        for at, words in enumerate(("alarm the school", "alarm the shop", "welfare at the school"), 1):
            await here.does(f"open - {words}", f"Opened as {words.split()[0]}")
            assert at
        size = stage.log.tip().size
        await here.pilot.press("ctrl+r")
        await here.types("school open")
        await here.until(lambda: "Enter takes: open - welfare at the school" in here.preview)
        await here.pilot.press("ctrl+r")
        await here.until(lambda: "Enter takes: open - alarm the school" in here.preview)
        await here.pilot.press("ctrl+r")
        await here.until(lambda: "no line typed before" in here.preview)
        await here.pilot.press("escape")
        await here.until(lambda: not here.preview and not here.line and not here.screen.bar.searching)
        await here.pilot.press("ctrl+r")
        await here.types("shop")
        await here.until(lambda: "alarm the shop" in here.preview)
        await here.pilot.press("enter")
        await here.until(lambda: here.line == "open - alarm the shop")
        await here.until(lambda: "Open" in here.preview)
        assert stage.log.tip().size == size, "what was found is not done by finding it"


async def test_where_no_line_has_the_words_it_is_said_so(stage: Founded) -> None:
    async with sitting(stage) as here:
        await here.pilot.press("ctrl+r")
        await here.types("zebra")
        await here.until(lambda: "no line typed before has 'zebra'" in here.preview)


async def test_the_lines_before_and_after_are_gone_through(stage: Founded) -> None:
    async with sitting(stage) as here:
        for words in ("alarm one", "alarm two"):
            await here.does(f"open - {words}", "Opened as alarm")
        for key, line in (("p", "two"), ("p", "one"), ("p", "one"), ("n", "two"), ("n", "")):
            await here.pilot.press(f"ctrl+{key}")
            await here.until(lambda line=line: here.line.endswith(line) and bool(here.line) is bool(line))  # type: ignore[misc]


async def test_what_was_typed_on_one_screen_is_found_on_another(stage: Founded) -> None:
    async with sitting(stage) as here:
        await here.does("open - alarm one", "Opened as alarm")
        await here.pilot.press("f4")
        await here.until(lambda: type(here.screen).__name__ == "DeskScreen")
        await here.pilot.press("ctrl+p")
        await here.until(lambda: here.line == "open - alarm one")


async def test_what_was_typed_on_a_screen_above_is_found_on_the_one_below(stage: Founded) -> None:
    async with sitting(stage) as here:
        await here.pilot.press("f4")
        await here.until(lambda: type(here.screen).__name__ == "DeskScreen")
        await here.does("open - alarm one", "Opened as alarm")
        await here.pilot.press("f2")
        await here.until(lambda: type(here.screen).__name__ == "BoardScreen")
        await here.pilot.press("ctrl+p")
        await here.until(lambda: here.line == "open - alarm one")


# The keys of this moment


async def test_a_question_mark_shows_the_keys_with_reasons_on_an_empty_line_and_is_a_letter_in_one(
    stage: Founded,
) -> None:
    async with sitting(stage) as here:
        await here.types("note?")
        await here.until(lambda: here.line == "note?")
        await here.pilot.press("escape")
        await here.until(lambda: not here.line)
        await here.pilot.press("?")
        await here.until(lambda: isinstance(here.screen, HelpScreen))
        said = "\n".join(here.screen.query_one(LogView)._lines)
        assert "not now: no contact is open" in said
        assert "not now: nothing calls" in said
        await here.pilot.press("escape")
        await here.until(lambda: not isinstance(here.screen, HelpScreen))
        assert here.line == ""


# Calls, narratives, alerts


async def test_the_next_call_is_taken_over_an_open_one_and_the_first_is_found_again_with_what_was_said(
    stage: Founded,
) -> None:
    async with sitting(stage, CALLS) as here:
        await here.pilot.press("f7")
        await opened(here)
        first = here.screen.stream
        await here.pilot.press("ctrl+t")
        await here.types("he is outside")
        await here.until(lambda: here.screen.narrative.text == "he is outside")
        await here.pilot.press("f7")
        await opened(here, 3)
        assert here.screen.stream != first
        assert here.screen.narrative.text == ""
        await here.pilot.press("escape")
        await opened(here)
        assert here.screen.stream == first
        assert here.screen.narrative.text == "he is outside"


async def test_an_incident_of_the_suggested_type_is_opened_and_no_typed_line_is_overwritten(stage: Founded) -> None:
    async with sitting(stage, CALLS) as here:
        await here.pilot.press("f7")
        await opened(here)
        await here.pilot.press("ctrl+t")
        await here.types("an intruder")
        await here.until(lambda: here.screen._category == "burglary")
        await here.pilot.press("tab")
        await here.types("note . wait")
        size = stage.log.tip().size
        await here.pilot.press("f6")
        await here.pilot.pause()
        assert here.line == "note . wait"
        assert stage.log.tip().size == size
        await here.pilot.press("escape", "f6")
        await here.until(lambda: "Opened as burglary" in here.said)
        assert here.screen.narrative.text == ""


async def test_without_a_suggestion_the_line_is_begun_and_a_person_chooses(stage: Founded) -> None:
    async with sitting(stage, CALLS) as here:
        await here.pilot.press("f7")
        await opened(here)
        await here.pilot.press("f6")
        await here.until(lambda: here.line.startswith("open c"))
        assert here.line.endswith(" ")


async def test_what_is_typed_on_while_a_narrative_is_recorded_is_kept(stage: Founded) -> None:
    async with sitting(stage, CALLS) as here:
        await here.pilot.press("f7")
        await opened(here)
        await here.pilot.press("ctrl+t")
        await here.types("he is here")
        slow = threading.Event()
        here.app.backroom._ask(lambda: assert_waited(slow))
        await here.pilot.press("ctrl+s")
        await here.types(" with a knife")
        slow.set()
        await here.until(lambda: "he is here" in here.said)
        assert "with a knife" in here.screen.narrative.text + here.line


async def test_tab_never_traps_whether_something_is_typed_or_not(stage: Founded) -> None:
    async with sitting(stage, CALLS) as here:
        for _ in range(4):
            await here.pilot.press("tab")
            assert here.screen.bar.has_focus
        await here.pilot.press("f7")
        await opened(here)
        await here.pilot.press("ctrl+t", "tab")
        await here.until(lambda: here.screen.bar.has_focus)
        await here.pilot.press("tab", "tab")
        assert here.screen.bar.has_focus
        await here.types("zzz")
        await here.pilot.press("tab")
        assert here.line == "zzz"
        assert here.screen.bar.has_focus


async def test_one_key_goes_from_alert_to_alert_and_round(stage: Founded) -> None:
    async with sitting(stage, CALLS) as here:
        await here.until(lambda: here.app.calls)
        seen = []
        for _ in range(3):
            before = getattr(here.screen, "stream", None)
            await here.pilot.press("f8")
            await here.until(lambda before=before: getattr(here.screen, "stream", before) != before)  # type: ignore[misc]
            seen.append(here.screen.stream)
            assert len(here.app.screen_stack) == 3, "the alert before is put away"
        assert seen[0] == seen[2]
        assert len(set(seen)) == 2


async def test_the_wall_is_no_search_for_somebody_of_that_name(stage: Founded) -> None:
    async with sitting(stage) as here:
        before = len(list(stage.room.access.entries()))
        await here.pilot.press("ctrl+o")
        await here.until(lambda: type(here.screen).__name__ == "WallScreen" and here.screen.query_one(LogView)._lines)
        assert len(list(stage.room.access.entries())) == before
