"""The replay shows what was: board, incident and contact at random moments, against what the live room showed then.

Source: letter, the inspectorate's question who knew what at 22:31; screens of an auditor are those of the room.
"""

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Kind
from hueandcry.operator.app import ControlRoom
from hueandcry.operator.desk import WATCH, Desk
from hueandcry.operator.playback import Playback
from hueandcry.operator.reference import Misread
from hueandcry.operator.screens.item import ItemScreen
from hueandcry.operator.screens.livelists import LiveListsScreen
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.widgets.livelist import LiveList
from hueandcry.operator.widgets.logview import LogView
from hueandcry.operator.widgets.riskpanel import RiskPanel
from tests.staging import Founded, work

MOMENTS = 20
FOUNDED = """
    grant 1001 dispatcher
    unit AB12 CENTRAL taser
    unit CD34 NORTH
    partner mft nhs Manchester hospitals
    site mft ward-12 Ward 12 / 0161 496 0000
    cover CENTRAL dispatcher
    person Siobhan Kelly
    detail . number 07700 900111
    marker . violent high pnc
"""
ANSWERS = "situation=now threat=weapon risk=serious investigation=none vulnerability=child engagement=wants-police"


class Seen(Struct, frozen=True):
    """What stood on the live screen at a moment: of the board, or of one item."""

    now_ns: int
    position: int
    stream: bytes | None
    text: str


class Shift:
    """Random work of a room, a line at a time, each at a moment of its own."""

    def __init__(self, stage: Founded, seed: int) -> None:
        self.stage, self.random = stage, random.Random(seed)
        self.desk = Desk(stage.log, stage.board, stage.identity, stage.founder.signed)
        work(self.desk, FOUNDED)

    def go_on(self, lines: int) -> None:
        """Do so many lines, refused ones among them; a moment passes with each, sometimes a long one."""
        for _ in range(lines):
            self.stage.pass_time(self.random.choice((1, 2, 7, 40, 200)))
            with suppress(Refused, Misread):
                carry_out(self.desk, self._line())

    def _line(self) -> str:
        draw = self.random
        contact, incident = self.any(Kind.CONTACT), self.any(Kind.INCIDENT)
        return draw.choice((
            f"ring {draw.choice(('999', '101', 'chat'))} 07700 900{draw.choice((111, 222, 333))}", f"answer {contact}", "next",
            f"locate {contact} {draw.choice(('CENTRAL', 'NORTH'))} {draw.randrange(1, 9)} Mill Lane",
            f"triage {contact} {draw.choice(('situation now', 'threat weapon', 'vulnerability child', 'risk serious'))}",
            f"open {contact} {draw.choice(('domestic', 'theft', 'welfare'))} at the door", f"assess {incident} {ANSWERS}",
            f"grade {incident} {draw.choice('123')} as it was told", f"send {incident} {draw.choice(('AB12', 'CD34'))}",
            f"arrive {incident}", f"note {incident} she is upstairs", f"promise {incident} call-back 10m",
            f"expedite ward-12 walkout {incident} left without medication", f"involve {incident} . victim",
            f"result {incident} crime arrest", f"close {incident} done", f"tag {incident} series", "clear AB12",
        ))  # fmt: skip

    def any(self, kind: Kind) -> str:
        """Return how some open item of a kind is named."""
        found = [one for one in self.stage.board.open() if one.kind is kind]
        return self.stage.board.name_of(self.random.choice(found), self.stage.clock()) if found else "1"


async def until(pilot: Any, holds: Callable[[], bool], most_s: float = 20) -> None:
    end = time.monotonic() + most_s
    while not holds():
        assert time.monotonic() < end, pilot.app.screen
        await pilot.pause(0.01)


def text_of(screen: Any) -> str:
    """Return what a screen shows of the work, cursor apart: every list whole, or an item's page with its risk model."""
    if isinstance(screen, LiveListsScreen):
        lists = list(screen.query(LiveList))
        return "\n".join(_list_text(one) for one in lists)
    log, risk = screen.query_one(LogView), screen.query(RiskPanel)
    lines = [text for text, _ in log._head] + log._wrapped
    lines += [text.replace("> ", "  ", 1) for panel in risk for text in _answers(panel)]
    return "\n".join(lines)


def _answers(panel: RiskPanel) -> list[str]:
    """Return every element with its answer, the suggestion and the questions; which element is in turn is the cursor's."""
    asked = [one.ask for element in panel._elements for one in element.questions]
    return [*(f"{one.name} {one.given}" for one in panel._elements), *asked, panel._suggested]


def _list_text(one: LiveList) -> str:
    rows = ["".join(text for text, _ in one._cells(stream)) for stream in one._rows]
    return "\n".join((f"{one._title} {len(one)}", *rows))


async def heard(pilot: Any, ask: Callable[[Callable[[], None]], None]) -> None:
    """Wait until a source has done what was asked of it, and the app has shown all that it told by then."""
    told: list[bool] = []
    ask(lambda: pilot.app.call_later(told.append, True))
    await until(pilot, lambda: bool(told) and not pilot.app._gathering._moved)
    await pilot.pause()


async def settled(pilot: Any, source: Any, position: int) -> None:
    """Wait until the backroom has heard of everything up to a position, and the screen has shown it."""
    await until(pilot, lambda: source._desk.board.position >= position)
    await heard(pilot, source._ask)


async def watched(pilot: Any, stage: Founded, shift: Shift) -> list[Seen]:
    """Work a shift, and look at the live room at random moments of it."""
    app, seen = pilot.app, []
    for number in range(MOMENTS):
        shift.go_on(shift.random.randrange(3, 9))
        kind = (None, Kind.INCIDENT, Kind.CONTACT)[number % 3]
        open_now = [one.id for one in stage.board.open() if one.kind is kind]
        stream = shift.random.choice(open_now) if open_now else None
        await settled(pilot, app.backroom, stage.log.tip().size)
        app.backroom._ask(app.backroom._showing.say_minute)  # time has gone on, too
        if stream is not None:
            await app.open_item(stream, app.backroom)
            await until(pilot, lambda: isinstance(app.screen, ItemScreen) and bool(app.screen._ref))
        else:
            app._board.action_sort()
        await settled(pilot, app.backroom, stage.log.tip().size)
        if stream is None:
            app._board.action_sort()
        seen.append(Seen(stage.clock(), stage.log.tip().size, stream, text_of(app.screen)))
        await pilot.press("f2")
        stage.board.catch_up()
    return seen


async def replayed(pilot: Any, playback: Playback, one: Seen) -> str:
    """Return what the replay shows at that moment."""
    app = pilot.app
    playback._requests.put(lambda: playback._go_to(one.position, one.now_ns))
    await until(pilot, lambda: playback._requests.empty() and playback._log.position == one.position)
    if one.stream is not None:
        await app.open_item(one.stream, playback)
        await until(pilot, lambda: isinstance(app.screen, ItemScreen) and bool(app.screen._ref))
    await heard(pilot, playback._requests.put)
    if one.stream is None:
        app.screen.action_sort()
    text = text_of(app.screen)
    if one.stream is not None:
        await pilot.press("escape")
    return text


@pytest.mark.parametrize("seed", range(1, 13) if os.environ.get("HUE_PROOF") else [3])
async def test_the_replay_shows_at_random_moments_what_the_live_room_showed_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv("HUE_STATE", str(tmp_path / "state"))
    stage = Founded(tmp_path / "store")
    app = ControlRoom(stage.room.beside(), None)
    async with app.run_test(size=(120, 67)) as pilot:
        await until(pilot, lambda: hasattr(app.backroom, "_palette"))
        seen = await watched(pilot, stage, Shift(stage, seed))
        await pilot.press("ctrl+y")
        await until(pilot, lambda: bool(app._replays) and hasattr(app._replays[0], "_showing"))
        playback = app._replays[0]
        before = stage.log.tip().size
        moments = random.Random(seed).sample(seen, len(seen))
        for one in moments:
            assert await replayed(pilot, playback, one) == one.text, f"at @{one.position}"
        since = [one.header.actor for one in stage.log.entries(before) if one.header is not None]
        assert set(since) <= {WATCH}, "a replay records nothing; the live room behind it keeps its watch"
        await pilot.press("ctrl+y")
        await until(pilot, lambda: not app._replays)
        app.backroom.end()
    stage.close()
    assert len({one.text for one in seen}) > MOMENTS // 2
