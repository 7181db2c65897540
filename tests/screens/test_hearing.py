"""What others record comes to the screen, whatever the room is busy with in that moment."""

import threading

import pytest

from hueandcry.operator.bootstrap import Room
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
