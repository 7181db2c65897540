"""What a seat has recorded and keeps, for tests of what is typed there: notes out of the journal, drafts out of the seat's files.

Theory of operation. What is kept is read as whoever comes next would read it. Where an answer has to be late, the room's thread is
held at its next request; only in process can it be. A room is ended behind the keys that were pressed, or at once.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hueandcry.domain.fault import Damaged
from hueandcry.domain.logbook import Noted
from hueandcry.domain.reference import Kind
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.drafts import LINE, Drafts, Left, Open
from hueandcry.operator.keptfile import SealedFile
from hueandcry.operator.reference import find
from tests.screens.conftest import seating_of
from tests.screens.driver import Seat
from tests.screens.faces import AtTerminal, Piloted
from tests.screens.test_hearing import held

IN_PROCESS = pytest.mark.parametrize("face", ["pilot"])
AT_TERMINAL = pytest.mark.parametrize("face", ["pty"])
HUNG_UP = 129
WITHIN_S = 1.2  # of the last key, and what was typed is on disk
WRONG_S = 3.0  # to wait for what does not come as long as the product is wrong
CALL = "ring 999 07700900123\nanswer ."
TOLD = "a man with a knife is at the door"


def noted(store: Room) -> list[tuple[bytes, str]]:
    """Return what was noted, in its order: of which item, in which words."""
    store.board.catch_up()
    door = store.desk(None).door
    streams = dict.fromkeys(one.stream for one in store.journal.entries(0) if isinstance(one.fact, Noted))
    entries = [one for stream in streams if isinstance(stream, bytes) for one in door.stream(stream, "test")]
    found = sorted(
        (one.position, one.stream, getattr(one.fact, "words", "")) for one in entries if isinstance(one.fact, Noted)
    )
    return [(stream, words) for _, stream, words in found]


def notes(store: Room) -> list[str]:
    return [words for _, words in noted(store)]


def stream_of(store: Room, ref: str) -> bytes:
    store.board.catch_up()
    return find(store.desk(None), ref)


def contact_of(store: Room) -> str:
    """Return how the contact is named that rang last."""
    found = max(one.id for one in store.board.open() if one.kind is Kind.CONTACT)
    return store.board.name(found)


def files(store: Room) -> list[Path]:
    """Return the files of drafts at the seat, locks and keys apart."""
    return [one for one in seating_of(store).state.rglob("drafts/*") if one.is_file() and not one.suffix]


def kept(store: Room) -> list[str]:
    """Return the texts that are on disk at the seat, as whoever comes next would read them."""
    found: list[str] = []
    for path in files(store):
        try:
            content = SealedFile(path).read()
        except Damaged:  # it is written in this moment
            continue
        if content is not None:
            found += [one.text for one in msgspec.msgpack.decode(content, type=Left).drafts]
    return sorted(found)


async def a_second_passes(room: Seat) -> Seat:
    """Let the last key be so long ago that what was typed is on disk."""
    loop = asyncio.get_running_loop()
    end = loop.time() + WITHIN_S
    while (left := end - loop.time()) > 0:
        await room.face.more(left)
    return room


async def killed(room: Seat, number: int = signal.SIGKILL) -> None:
    """End the process of a room, at once."""
    assert isinstance(room.face, AtTerminal)
    os.kill(room.face.terminal.pid, number)
    await room.has_ended(HUNG_UP if number == signal.SIGHUP else -number)


async def hung_up(room: Seat) -> None:
    """Cut the line of a room in process, behind the keys that were pressed."""
    assert isinstance(room.face, Piloted)
    room.face.app.call_later(room.face.app._hung_up)
    await room.has_ended(HUNG_UP)


async def heard(room: Seat) -> Seat:
    """Return when the keys before have done what they do, and the room has done what they asked for."""
    await room.types("qqq")
    await room.until(lambda: "qqq" in room.preview, "what was typed is foreseen")
    return await room.clear()


def late(room: Seat) -> Callable[[], None]:
    """Let answers be late until it is called; at a terminal they come when they come."""
    return held(room).set if isinstance(room.face, Piloted) else lambda: None


async def on_the_contact(room: Seat) -> None:
    """Open the one contact from the board, and wait until all is there that its number tells."""
    await room.press("Tab")
    await room.until(lambda: room.board.cursor_on().startswith("c"), "the contact is under the cursor")
    await room.press("Enter")
    await room.sees("not yet asked", "found: none")


async def tells(room: Seat, words: str) -> None:
    """Write down what the caller says."""
    await room.press("Ctrl+T")
    await room.type(words)
    await room.sees(words)


def left_behind(store: Room, *lines: tuple[str, str]) -> None:
    """Leave lines at the seat as a room does that died, each under the name of its screen."""
    seating = seating_of(store)
    one = Drafts(store.folder.path, "2211", "s", store.identity.now, print, seating.state / "hueandcry")
    one.start()
    for screen, text in lines:
        one.put(f"{LINE} {screen}", text)
    one.see((Open("board"),))
    one.end()


def waiting(store: Room) -> Drafts:
    """Return the drafts of a room that is about to start."""
    state = seating_of(store).state / "hueandcry"
    return Drafts(store.folder.path, "2211", "s", store.identity.now, lambda _: None, state)
