"""Stores, and seats at them: `enter` opens the room in process and at a terminal, one story on both."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.identity import seeded
from tests.screens.clocked import FileClock
from tests.screens.driver import Seat
from tests.screens.faces import FACES, Seating
from tests.screens.terminal import Terminal
from tests.staging import MONDAY

SIZES = ((80, 24), (120, 40), (240, 67))


def at_sizes(*sizes: tuple[int, int]) -> pytest.MarkDecorator:
    """Let a test run at each of some sizes."""
    return pytest.mark.parametrize("size", sizes, ids=[f"{columns}x{rows}" for columns, rows in sizes])


class Enter(Protocol):
    """Opens the room on a store, and waits for its board."""

    async def __call__(self, store: Room, *, session: str = "", size: tuple[int, int] | None = None) -> Seat:
        """Return the seat."""


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    """End every process on a terminal that a test left, as one does that fails."""
    yield
    for terminal in list(Terminal.running):
        terminal.end(0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Room]:
    """A new store, whose founder 2211 is signed on."""
    made, _ = found(tmp_path / "store", Founding("GMP", "Greater Manchester Police", "2211", keys=tmp_path / "keys"))
    yield made
    made.close()


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Room]:
    """The same with a clock that stands in a file, for the store and for whoever enters, and with ids from a seed."""
    clock = FileClock(tmp_path / "clock")
    clock.set(MONDAY)
    founding = Founding("GMP", "Greater Manchester Police", "2211", keys=tmp_path / "keys")
    made, _ = found(tmp_path / "store", founding, seeded(clock, 1))
    yield made
    made.close()


@pytest.fixture(params=sorted(FACES))
def face(request: pytest.FixtureRequest) -> str:
    """Which face the room has: a test that asks for `enter` runs on each."""
    name: str = request.param
    return name


@pytest.fixture
def size() -> tuple[int, int]:
    """Columns and rows, where a test is not marked with at_sizes."""
    return SIZES[0]


@pytest.fixture
async def enter(face: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Enter]:
    """Seats of the room, which are left when the test is over, however it ends."""
    opened: list[Seat] = []
    plain = size

    async def at(store: Room, *, session: str = "", size: tuple[int, int] | None = None) -> Seat:
        seating = seating_of(store, session=session, size=size or plain)
        for name, told in seating.environment.items():
            monkeypatch.setenv(name, told)
        seat = Seat(FACES[face](seating))
        await seat.face.open()
        opened.append(seat)
        return await seat.until(lambda: bool(seat.status), "the board is filled, and the line above says the time")

    yield at
    for seat in opened:
        await seat.face.close()


def seating_of(store: Room, *, session: str = "", size: tuple[int, int] = SIZES[0]) -> Seating:
    """Return where the room is opened on a store, under the clock of whoever made it."""
    state, now = store.folder.path.parent / "state", store.identity.now
    clock = now.path if isinstance(now, FileClock) else None
    return Seating(store.folder.path, store.key_folder.path.parent, state, session, size, clock)
