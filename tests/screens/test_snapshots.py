"""How every screen of the room reads, letter by letter, at three sizes and in each theme: held against texts that people looked at.

Theory of operation. One store with a set clock and ids from a seed is the same in every run. The texts stand in snapshots/;
HUE_SNAPSHOTS=write writes them anew, and `git diff` then shows what has changed on the screens. Both faces are
held against the same texts, and the one in process writes them. In every theme the texts are the same, and each letter of them has
the contrast that what matters needs (WCAG 2.2, 1.4.6); only the hint in an empty line is fainter.
"""

import os
from collections.abc import Awaitable, Callable
from difflib import unified_diff
from pathlib import Path

import pytest

from hueandcry.operator.bootstrap import Room
from hueandcry.operator.theme import THEMES
from hueandcry.operator.watch import Watch
from hueandcry.operator.widgets.commandbar import HINT
from tests.screens.clocked import FileClock
from tests.screens.conftest import SIZES, Enter, at_sizes, seating_of
from tests.screens.driver import Seat
from tests.staging import work

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("HUE_SNAPSHOTS") == "write"
QUIET_S, ALIKE_S = 1.0, 8.0
CONTRAST_LEAST = 7.0
DRAWN = set("│─┃━|·…▁▂▃▄▅▆▇█▔▕▏")  # part things, and say nothing
MINUTE_NS = 60 * 10**9
ANSWERS = "situation=just-over threat=spoken risk=some investigation=some vulnerability=adult engagement=wants-police"
PLAIN = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
EVENING = f"""
    grant 2211 vulnerability
    grant 2211 supervisor
    unit AB12 CENTRAL taser
    unit AB14 CENTRAL
    unit NT03 NORTH pursuit
    partner mri nhs Manchester Royal Infirmary
    site mri ward-12 Ward 12 / 0161 496 0300
    person Siobhan Kelly
    detail . number 07700 900123
    marker . violent high pnc assaulted two officers in June
    open - theft a bicycle from a shed
    assess 1 {PLAIN}
    grade 1 3 he can wait
    after 20
    ring 999 07700900461
    answer .
    locate . CENTRAL 14 Acacia Gardens, the blue door
    open . domestic he said he would be back
    assess 2 {ANSWERS}
    grade 2 2
    send 2 AB12
    arrive 2
    note 2 she is in the kitchen with her two children, he stands at the door and shouts that he will come in
    safeguard 2 remove her sister takes her in tonight
    refer 2 mash consent two children saw it
    open - violence two men outside the bar, one has a bottle
    assess 3 situation=now threat=weapon risk=serious investigation=some vulnerability=none engagement=wants-police
    grade 3 1 a weapon is seen
    promise 3 call-back 5m
    open - domestic shouting next door
    assess 4 {ANSWERS}
    grade 4 2
    expedite ward-12 walkout - Sister Jones / 0161 496 0300 / patient left at 14:00 without medication
    after 7
    emergency AB12 open microphone, shouting
    ring 101 07700900555
    ring 999 07700900123
"""

Way = Callable[[Seat], Awaitable[object]]


@pytest.fixture
def evening(clocked: Room) -> Room:
    """An evening on the floor that is the same each time; nothing is due when the room is entered."""
    clock, desk = clocked.identity.now, clocked.desk(None)
    assert isinstance(clock, FileClock)
    for line in filter(None, map(str.strip, EVENING.splitlines())):
        if line.startswith("after "):
            clock.set(clock() + int(line.split()[1]) * MINUTE_NS)
            Watch(clocked).tick()
        else:
            work(desk, line)
    Watch(clocked).tick()
    return clocked


async def board(room: Seat) -> None:
    await room.sees("EMERGENCY")


async def contact(room: Seat) -> None:
    """From the board to the contact that rings."""
    await room.press("Tab")
    await opened(room, "c", "Siobhan Kelly")


async def expedite(room: Seat) -> None:
    """From the contact to the expedite."""
    await room.press("F2", "Tab")
    await opened(room, "e", "Sister Jones")


async def incident(room: Seat) -> None:
    """From the expedite to the incident whose crew calls for help."""
    await room.press("F2", "Tab")
    await room.until(lambda: room.lists.cursor_on().isdigit(), "the cursor is on an incident")
    await room.move_to("2")
    await opened(room, "2", "shouts that he will come in")


async def opened(room: Seat, named: str, shows: str) -> None:
    """Open what is under the cursor, once that is named so."""
    await room.until(lambda: room.lists.cursor_on().startswith(named), f"the cursor is on {named}...")
    await room.press("Enter")
    await room.sees(shows)


async def desk(room: Seat) -> None:
    await room.press("F2", "F4")
    await room.sees("mash (consent)")


async def units(room: Seat) -> None:
    await room.press("F3")
    await room.sees("NT03")


async def wall(room: Seat) -> None:
    await room.press("Ctrl+O")
    await room.sees("The wall", "Queues, by risk and age")


async def replay(room: Seat) -> None:
    """From the wall to the room as it was when the second call came in."""
    await room.press("F2")
    await room.line("replay @52", shows="REPLAY")


async def jump(room: Seat) -> None:
    """From the replay to the live board, with a letter beside each row."""
    await room.press("Ctrl+Y")
    await room.does_not_see("REPLAY")
    await room.press("Ctrl+L")
    await room.sees("a letter puts the cursor on its row")


async def line(room: Seat) -> None:
    """A line half typed that could not be done yet."""
    await room.press("Esc")
    await room.types("grade 3 4")
    await room.sees("Not yet: ")


async def palette(room: Seat) -> None:
    await room.clear()
    await room.press("F9")
    await room.type("re")
    await room.sees("not now: ")


async def help_(room: Seat) -> None:
    await room.press("Esc")
    await board(room)
    await room.press("F1")
    await room.sees("Help")


WAYS: dict[str, Way] = {
    "board": board,
    "contact": contact,
    "expedite": expedite,
    "incident": incident,
    "desk": desk,
    "units": units,
    "wall": wall,
    "replay": replay,
    "jump": jump,
    "line": line,
    "palette": palette,
    "help": help_,
}


@pytest.mark.skipif(WRITE, reason="the texts are being written")
@pytest.mark.parametrize(("face", "theme"), [("pty", "night"), *(("pilot", theme) for theme in THEMES)])
@at_sizes(*SIZES)
async def test_every_screen_reads_as_it_was_looked_at(
    evening: Room, enter: Enter, size: tuple[int, int], theme: str
) -> None:
    """Usable at 80x24, and up to a wall: nothing is cut that has to be read, and nothing moves unnoticed."""
    settings_of(evening).write_text(f'theme = "{theme}"\n')
    room, wrong = await enter(evening), []
    for name, way in WAYS.items():
        await way(room)
        file = kept(name, size)
        wrong += await differences(room, file.name, file.read_text() if file.exists() else "")
        wrong += [f"{name}: {one}" for one in faint(room)]
    await room.leave()
    assert not wrong, "\n".join(("HUE_SNAPSHOTS=write writes what is shown now", *wrong))


@pytest.mark.skipif(not WRITE, reason="HUE_SNAPSHOTS=write writes the texts")
@pytest.mark.parametrize("face", ["pilot"])
@at_sizes(*SIZES)
async def test_the_texts_are_written(evening: Room, enter: Enter, size: tuple[int, int]) -> None:
    room = await enter(evening)
    SNAPSHOTS.mkdir(exist_ok=True)
    for name, way in WAYS.items():
        await way(room)
        before = None
        while before is not room.shown:  # until nothing is painted for a while
            before = room.shown
            await room.face.more(QUIET_S)
        kept(name, size).write_text(f"{room.text}\n")
    await room.leave()


def settings_of(store: Room) -> Path:
    """Return where whoever enters a store has their settings."""
    return Path(seating_of(store).environment["HUE_SETTINGS"])


def faint(room: Seat) -> list[str]:
    """Return the lines that have a letter which is too faint to read, or blinks."""
    lines = list(zip(room.shown.rows, room.shown.lines, strict=True))
    read = [(cell, text) for row, text in lines for cell in row if cell.letter.strip() and cell.letter not in DRAWN]
    wrong = {
        text: cell for cell, text in read if not text.startswith(HINT[:20]) and cell.look.contrast < CONTRAST_LEAST
    }
    return [f"{cell.look.contrast:.1f}: {cell.letter!r} of {text}" for text, cell in wrong.items()] + [
        f"blinks: {text}" for cell, text in read if cell.look.blink
    ]


def kept(name: str, size: tuple[int, int]) -> Path:
    """Return where the text of a screen stands."""
    return SNAPSHOTS / f"{name}-{size[0]}x{size[1]}.txt"


async def differences(room: Seat, name: str, wanted: str) -> list[str]:
    """Wait until a screen reads as a text, and return where it does not in time."""
    try:
        await room.until(lambda: f"{room.text}\n" == wanted, name, ALIKE_S)
    except AssertionError:
        return list(unified_diff(wanted.splitlines(), room.text.splitlines(), name, "on the screen", lineterm=""))
    return []
