"""The control room in a real terminal: worked by keys, watched from another process, read back with pyte."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.desk import Desk
from tests.hostile import CORPUS
from tests.screens.terminal import Terminal, hue
from tests.staging import work

F10 = "\x1b[21~"
CHANGE_BYTES_MAX = 320
BELLS_MAX = 3
OWN_TITLE = re.compile(r"\x1b\]0;([0-9]+ x )?[A-Z0-9 ]*\x1b\\")  # in words and counts of the room
POINTER_SHAPE = "\x1b]22;default\x07"  # Textual sets the mouse pointer's shape at start and end
TRIAGED = """
answer .
locate . CENTRAL 12 Mill Lane
triage . situation now
triage . threat weapon
triage . risk serious
triage . investigation none
triage . vulnerability child
triage . engagement wants-police
open . domestic man at the door
assess .
grade . 1 knife seen
"""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made, _ = found(tmp_path / "store", Founding("GMP", "Greater Manchester Police", "2211", keys=tmp_path / "keys"))
    yield made
    made.close()


def desk_of(room: Room) -> Desk:
    return room.desk(None)


def named(room: Room) -> dict[str, str]:
    """Return how a process is told which store to open, and where its keys lie."""
    state = str(room.folder.path.parent / "state")
    return {"HUE_STORE": str(room.folder.path), "HUE_KEYS": str(room.key_folder.path.parent), "HUE_STATE": state}


def open_terminal(room: Room, columns: int = 80, rows: int = 24, term: str = "xterm-256color") -> Terminal:
    return Terminal(hue(), named(room), columns, rows, term)


def leave(terminal: Terminal) -> None:
    terminal.type(F10)
    assert terminal.end() == 0


def test_what_another_process_records_appears_and_costs_few_bytes(room: Room) -> None:
    desk = desk_of(room)
    work(desk, "unit AB12 CENTRAL")
    for _ in range(5):
        work(desk, "ring 999 0770\n" + TRIAGED)
    terminal = open_terminal(room, 120, 40)
    terminal.until("Incidents (5)")
    while terminal.text.count("ESCALATED") < 5:  # the room keeps the watch itself, and nobody was sent to a grade 1
        assert terminal.read(20), terminal.text
    terminal.settle()
    before, cursor = terminal.received, [line for line in terminal.text.splitlines() if line.startswith("> ")]
    work(desk, "send 3 AB12")
    terminal.until("deployed")
    terminal.settle()
    assert terminal.received - before <= CHANGE_BYTES_MAX
    work(desk, "ring 101 0161")
    terminal.until("Contacts, waiting first (6)")
    terminal.settle()
    assert [line for line in terminal.text.splitlines() if line.startswith("> ")] == cursor, (
        "the row under the cursor stays"
    )
    leave(terminal)


def test_a_999_that_rings_while_somebody_types_is_shown_at_once(room: Room) -> None:
    """Whatever makes this room come upon what others recorded, a preview among it, it is told: none is passed over."""
    desk = desk_of(room)
    terminal = open_terminal(room)
    terminal.until("Incidents (0)")
    for number in range(8):
        terminal.type(f"ring 101 half ty {number}")  # each letter is foreseen on the board as it is then
        work(desk, f"ring 999 0770090012{number}")
        terminal.until("999 RINGING")
        work(desk, "answer .")
        terminal.until("no alerts")
        terminal.type("\x1b")
        terminal.until("type a line")
    leave(terminal)


def test_an_idle_screen_sends_next_to_nothing(room: Room) -> None:
    work(desk_of(room), "ring 999 0770\n" + TRIAGED)
    terminal = open_terminal(room)
    terminal.until("Incidents (1)")
    terminal.settle()
    before, began = terminal.received, time.monotonic()
    while time.monotonic() - began < 3:
        terminal.read(0.2)
    assert (terminal.received - before) / 3 <= 1000
    leave(terminal)


def test_nothing_a_stranger_typed_reaches_the_terminal_raw(room: Room) -> None:
    desk = desk_of(room)
    work(desk, "ring online someone")
    work(desk, TRIAGED)
    from hueandcry.operator.verbs import carry_out

    for text in CORPUS:
        if text.strip():
            carry_out(desk, f"note . {text[:2000]}")
            carry_out(desk, f"ring chat {text[:2000]}")
            carry_out(desk, f"expedite ward walkout - {text[:2000]}")
    terminal = open_terminal(room, 120, 40)
    terminal.until("Incidents (1)")
    terminal.settle()
    terminal.type("\r")
    terminal.until("incident 1")
    for _ in range(30):
        terminal.type("\x1b[5~")
        terminal.settle(0.1)
    assert hostile_bytes(terminal.raw) == []
    leave(terminal)


def hostile_bytes(raw: bytes) -> list[str]:
    """Return what a terminal would obey beyond what Textual itself sends: titles, clipboard, 8-bit controls, directions."""
    text = OWN_TITLE.sub("", raw.decode("utf-8", "replace").replace(POINTER_SHAPE, ""))
    bells = text.count("\x07")
    text = text.replace("\x07", "") + "\x07" * bells  # the room's own bell for what is new
    marks = (
        "\x1b]",
        "\x1bP",
        "\x1b_",
        "\x1bc",
        "\x07" * (BELLS_MAX + 1),
        "\x08",
        "\x9b",
        "\x85",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\x1b[2J",
        "\x1b[6n",
    )
    return [repr(mark) for mark in marks if mark in text]


def test_a_dumb_terminal_gets_line_mode(room: Room) -> None:
    terminal = open_terminal(room, term="dumb")
    terminal.until("hue>")
    terminal.type("ring 999 07700900123\n")
    terminal.until("Ringing on 999")
    terminal.type("grade 1 1\n")
    terminal.until("there is no incident 1")
    terminal.type("quit\n")
    assert terminal.end() == 0
    assert b"\x1b[?1049h" not in terminal.raw


def test_the_demo_opens_the_room_on_the_evening_in_a_terminal() -> None:
    terminal = Terminal(hue("demo", "--speed", "60"), {}, 120, 40)
    terminal.until("demo: 4 July 2023", 40)
    terminal.until("dispatcher", 40)
    leave(terminal)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_help_names_every_key_and_the_board_comes_back(room: Room, size: tuple[int, int]) -> None:
    terminal = open_terminal(room, *size)
    terminal.until("Incidents (0)")
    terminal.type("\x1bOP")
    terminal.until("The command bar always has the keyboard")
    terminal.type("\x1b")
    terminal.until("Incidents (0)")
    leave(terminal)


def test_a_hostile_paste_leaves_the_room_open_and_nothing_raw_behind(room: Room) -> None:
    before = room.journal.tip().size
    terminal = open_terminal(room)
    terminal.until("Incidents (0)")
    for text in (
        "\x1b]0;owned\x07",
        "\x9b31mred",
        "a\u202eb\u200bc",
        "[@click=app.quit]x[/]",
        "note\rring 999\r",
        "\x07" * 50,
    ):
        terminal.type(f"\x1b[200~{text}\x1b[201~")
        terminal.settle(0.3)
        terminal.type("\x1b\x1b")
        terminal.settle(0.3)
    assert hostile_bytes(terminal.raw) == []
    assert "Incidents (0)" in terminal.text
    assert room.journal.tip().size == before, "a paste carries out no line"
    leave(terminal)
