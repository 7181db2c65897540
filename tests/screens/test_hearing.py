"""What others record comes to the screen, whatever the room is busy with in that moment."""

import threading
import time
from typing import Any

import pytest
from textual.screen import Screen

from hueandcry.operator import backroom
from hueandcry.operator.app import FromSource
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.messages import Moved, Told
from hueandcry.operator.watch import Watch
from tests.screens.conftest import Enter
from tests.screens.driver import Seat
from tests.screens.faces import Piloted
from tests.screens.test_stories import ANSWERS
from tests.staging import work

TOLD_S = 3.0
HELD_S = 15.0  # a test that fails before it lets go must end, too
IN_PROCESS = pytest.mark.parametrize("face", ["pilot"])  # its thread is held there, so that the moment is met each time


def held(room: Seat) -> threading.Event:
    """Hold the room's thread at its next request, as one that takes long would, until the event is set."""
    goes_on = threading.Event()
    assert isinstance(room.face, Piloted)
    room.face.app.backroom._ask(lambda: goes_on.wait(HELD_S))  # type: ignore[arg-type,return-value]
    return goes_on


@IN_PROCESS
async def test_an_incident_that_comes_while_a_line_is_foreseen_stands_on_the_board(store: Room, enter: Enter) -> None:
    """LAS 1992: a call that no list shows is a call that nobody takes."""
    desk = store.desk(None)
    work(desk, "open - theft a bicycle")
    room = await enter(store)
    await room.sees("Incidents (1)")
    goes_on = held(room)
    await room.types("note 1 she whisp")
    work(desk, "open - burglary the back door")
    goes_on.set()
    await room.until(lambda: "she whisp" in room.preview, "the line is foreseen")
    await room.sees("Incidents (2)", within_s=TOLD_S)


@IN_PROCESS
async def test_an_incident_that_comes_while_another_is_opened_stands_on_the_board(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(
        desk, f"grant 2211 supervisor\nopen - theft a bicycle\nassess 1 {ANSWERS}\ngrade 1 2\nnote 1 he has rung again"
    )
    room = await enter(store)
    await room.sees("Incidents (1)", "+1 theft")
    goes_on = held(room)
    await room.press("Enter")
    await room.sees("Esc back")  # the page is asked for
    work(desk, "open - burglary the back door")
    goes_on.set()
    await room.sees("Updates read")
    await room.press("F2")
    await room.sees("Incidents (2)", within_s=TOLD_S)


@IN_PROCESS
async def test_what_moved_is_never_shown_after_the_whole_board_that_was_told_later(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two sources tell at once, the live room and a replay: what one takes along of the other is not overtaken."""
    room = await enter(store)
    await room.sees("Incidents (0)")
    assert isinstance(room.face, Piloted)
    app, posted, taken, whole_told = room.face.app, list[bool](), threading.Event(), threading.Event()

    def slowly(message: Any) -> bool:
        if isinstance(message, FromSource) and isinstance(message.told, Moved):
            if message.told.now_ns > 2:
                return True  # the room's own
            if not message.told.whole:
                taken.set()
                whole_told.wait(0.5)  # the other has its chance to be first
            posted.append(message.told.whole)
        return True

    monkeypatch.setattr(app, "post_message", slowly)
    app._gathering._taken = time.monotonic()  # what moves now is gathered
    app.heard(Moved({}, 1, ""), app.backroom)
    along = threading.Thread(target=app.heard, args=(Told("", ("something else",)), app.backroom))
    along.start()
    assert taken.wait(HELD_S)
    app.heard(Moved({}, 2, "", whole=True), app.backroom)
    whole_told.set()
    along.join()
    monkeypatch.undo()
    assert posted == [False, True]


@IN_PROCESS
async def test_what_comes_behind_a_whole_board_is_not_undone_by_it_though_its_time_to_be_drawn_comes_first(
    store: Room, enter: Enter
) -> None:
    room = await enter(store)
    work(store.desk(None), "ring 101 07700900123")
    await room.sees("Contacts, waiting first (1)")
    assert isinstance(room.face, Piloted)
    app = room.face.app
    (item,) = store.board.items(0)

    def told() -> None:
        app.heard(Moved({}, 1, "", whole=True), app.backroom)
        app.heard(Moved({item.stream: item}, 1, ""), app.backroom)

    teller = threading.Thread(target=told)
    teller.start()
    teller.join()  # nothing of it is shown yet: the loop waits here
    app._show_gathered()
    await room.until(lambda: not app._gathering._moved, "all is taken")
    await room.face.more(0.3)
    assert "Contacts, waiting first (1)" in room.text


@IN_PROCESS
async def test_a_call_comes_to_the_board_of_whoever_types_without_a_pause(store: Room, enter: Enter) -> None:
    room = await enter(store)
    await room.sees("Contacts, waiting first (0)")
    work(store.desk(None), "ring 999 07700900123")
    end = time.monotonic() + TOLD_S
    while "Contacts, waiting first (1)" not in room.text and time.monotonic() < end:
        await room.types("a")
        await room.face.more(0.03)
        await room.press("Backspace")
        await room.face.more(0.03)
    assert "Contacts, waiting first (1)" in room.text


@IN_PROCESS
async def test_a_letter_lays_nothing_out_anew(store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout of the screen for each letter was what a letter took most of its time for."""
    room = await enter(store)
    await room.types("note 1 she w")
    await room.until(lambda: room.preview != "", "the line is foreseen")
    laid_out: list[Any] = []
    whole = Screen._refresh_layout

    def counted(screen: Screen[Any], *given: Any, **named: Any) -> None:
        laid_out.append(given)
        whole(screen, *given, **named)

    monkeypatch.setattr(Screen, "_refresh_layout", counted)
    await room.types("hispers")
    await room.until(lambda: "note 1 she whispers" in room.text, "it stands in the bar")
    assert not laid_out


@IN_PROCESS
async def test_the_end_of_a_line_longer_than_the_bar_is_what_is_seen_while_it_is_typed(
    store: Room, enter: Enter
) -> None:
    room = await enter(store)
    await room.types("note 1 " + "whispers " * 30 + "and ends")
    await room.sees("and ends")
    await room.press("Home")
    await room.until(lambda: "note 1 whispers" in room.text.splitlines()[-2], "its beginning is seen")


@IN_PROCESS
async def test_what_others_record_in_a_flood_is_told_together(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backroom, "OTHERS_S", 1.0)
    desk = store.desk(None)
    work(desk, "open - theft a bicycle")
    room = await enter(store)
    await room.sees("Incidents (1)")
    assert isinstance(room.face, Piloted)
    told: list[Moved] = []
    put = room.face.app._gathering.put
    monkeypatch.setattr(room.face.app._gathering, "put", lambda moved, source: (told.append(moved), put(moved, source)))
    for number in range(20):
        work(desk, f"open - burglary number {number}")
        await room.face.more(0.01)
    await room.sees("Incidents (21)")
    assert len([one for one in told if one.items]) <= 20 / 2


@IN_PROCESS
async def test_what_is_asked_here_waits_for_nothing_that_others_record(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backroom, "OTHERS_S", 60.0)  # longer than anything is waited for here
    desk = store.desk(None)
    work(desk, "open - theft a bicycle")
    room = await enter(store)
    work(desk, "open - burglary the back door")
    await room.sees("Incidents (2)")
    work(desk, "open - burglary the front door")
    await room.face.more(0.5)
    assert "Incidents (2)" in room.text, "it waits for more"
    await room.types("note 1 it is red")
    await room.until(lambda: "it is red" in room.preview, "the line is foreseen")
    await room.press("Enter")
    await room.sees("1 it is red", "Incidents (3)")


@IN_PROCESS
@pytest.mark.parametrize(("pause_s", "late_s", "waits_s"), [(0.6, 60.0, 0.6), (60.0, 1.2, 1.2)], ids=["pause", "late"])
async def test_the_watch_looks_in_a_pause_of_whoever_types_or_when_it_is_late(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch, pause_s: float, late_s: float, waits_s: float
) -> None:
    room = await enter(store)
    work(store.desk(None), "open - theft a bicycle")
    await room.sees("Incidents (1)")
    assert isinstance(room.face, Piloted)
    looked: list[float] = []
    monkeypatch.setattr(Watch, "tick", lambda _: looked.append(time.monotonic()))
    monkeypatch.setattr(backroom, "PAUSE_S", pause_s)
    monkeypatch.setattr(backroom, "LATE_S", late_s)
    goes_on, before = held(room), time.monotonic()
    await room.types("note 1 she")
    room.face.app.backroom._next_tick = before
    goes_on.set()
    await room.until(lambda: bool(looked), "the watch looks", within_s=TOLD_S)
    assert looked[0] - before >= waits_s
