"""A store or a seat that cannot be had for a moment ends no room, and what it could not tell is told afterwards.

Theory of operation. Rooms run in process, so that one call of the store fails in the moment that is meant: a full disk, a lock held
by another, a file that is not as it was kept.
"""

from collections.abc import Callable
from typing import Any

import pytest

from hueandcry.domain.fault import Unavailable
from hueandcry.operator import backroom, itemview, playback, showing
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.messages import Moved
from hueandcry.operator.playback import Playback
from hueandcry.operator.spool import Spool
from tests.screens.atseat import IN_PROCESS
from tests.screens.conftest import Enter, seating_of
from tests.screens.test_followed import PARTNERS, app_of, asks
from tests.staging import work

TOLD_S = 12.0


class Once:
    """A function that fails once and then does what it does."""

    def __init__(self, real: Callable[..., Any], number: int = 1) -> None:
        self._real, self._left = real, number
        self.failed = False

    def __call__(self, *given: Any, **named: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            self.failed = True
            raise Unavailable("the store is busy")
        return self._real(*given, **named)


def full(*_: Any, **__: Any) -> Any:
    raise Unavailable("the disk is full")


@IN_PROCESS
async def test_a_page_that_could_not_be_told_once_is_told_afterwards(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = store.desk(None)
    work(desk, "open - theft")
    room = await enter(store)
    await room.press("Enter")
    await room.sees("Esc back", "incident 1")
    once = Once(itemview.page)
    monkeypatch.setattr(itemview, "page", once)
    work(desk, "note 1 he has a knife")
    await room.until(lambda: once.failed, "it failed")
    await room.sees("he has a knife", within_s=TOLD_S)


@IN_PROCESS
async def test_a_list_that_could_not_be_told_once_is_told_afterwards(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = store.desk(None)
    work(desk, "unit AB12 NORTH")
    room = await enter(store)
    await room.line("units", shows="AB12")
    once = Once(showing.lines_of)
    monkeypatch.setattr(showing, "lines_of", once)
    work(desk, "unit CD34 SOUTH")
    await room.until(lambda: once.failed, "it failed")
    await room.sees("CD34", within_s=TOLD_S)


@IN_PROCESS
async def test_a_page_does_not_wait_for_the_list_beneath_it_that_cannot_be_shown(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, f"open - theft\n{PARTNERS}")
    room = await enter(store, size=(120, 40))
    await asks(room, "partners", "A. Jones")
    await asks(room, "show 1", "incident 1")
    access = app_of(room).backroom._room.journal.access
    real, access.shown = access.shown, full
    try:
        work(desk, "locate 1 NORTH 3 High Street")
        await room.sees("district NORTH", within_s=TOLD_S)
    finally:
        access.shown = real


@IN_PROCESS
async def test_a_kept_line_that_cannot_be_delivered_at_the_start_ends_no_room(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(store.desk(None), "open - theft")
    once = Once(backroom.deliver)
    monkeypatch.setattr(backroom, "deliver", once)
    room = await enter(store)
    await room.sees("the store is busy", "Incidents (1)")
    await room.line("note 1 the work goes on", shows="the work goes on")


@IN_PROCESS
@pytest.mark.parametrize("how", ["damaged", "no place"])
async def test_a_line_that_can_be_neither_recorded_nor_kept_is_said_to_be_so(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    work(store.desk(None), "open - theft")
    if how == "damaged":
        monkeypatch.setenv("HUE_STATE", str(seating_of(store).state))
        spool = Spool(store.folder.path)
        spool.sit("2211", "s")
        spool.keep("note 1 alpha", 1, "s")
        spool._lines.write_bytes(b"broken")
    room = await enter(store)
    await room.sees("Incidents (1)")
    app = app_of(room)
    if how == "no place":
        monkeypatch.setattr(Spool, "_open", full)
    monkeypatch.setattr(app.backroom._desk.log, "append", full)
    await room.types("note 1 he has a knife")
    await room.press("Enter")
    await room.sees("is not as it was kept" if how == "damaged" else "the disk is full")
    assert app.backroom.is_alive()
    await room.until(lambda: "he has a knife" in room.bar.text, "the line is there again")


@IN_PROCESS
async def test_what_rings_is_seen_before_the_watch_looks_first(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backroom, "PAINT_S", 60.0)  # the watch does not look before
    work(store.desk(None), "ring 999 07700900123")
    room = await enter(store)
    await room.sees("999 RINGING")


def test_a_replay_shows_all_again_after_its_way_forward_broke_off(store: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal cannot be read for a moment, in the middle of a jump: what was read before it is told with the next one."""
    monkeypatch.setattr(playback, "TWIN_EVERY", 5)
    start = store.board.position
    work(store.desk(None), "open - theft\nopen - burglary\nopen - theft\nopen - theft\nopen - theft")
    told: list[Any] = []
    player = Playback(store, None, told.append)
    player._begin()
    player._carry(f"jump @{start}")
    monkeypatch.setattr(store.journal, "entries", Once(store.journal.entries, 3))
    end = store.journal.tip().size
    player._carry(f"jump @{end}")
    player._carry(f"jump @{end}")
    shown: dict[bytes, Any] = {}
    for one in told:
        if isinstance(one, Moved):
            shown = {**({} if one.whole else shown), **one.items}
    assert {stream for stream, item in shown.items() if item} == {one.id for one in player._board.open()}
    assert len(shown) == 5
