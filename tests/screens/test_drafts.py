"""What was typed and not recorded: on disk within a second, sealed, offered again after any end, and gone once it is recorded.

Source: letter, area 1: nothing that a caller said is lost; screens.md 4: a hang-up kills the screen at once, measured.
"""

import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.drafts import LINE, Drafts, Open
from tests.screens.terminal import Terminal, hue
from tests.screens.test_night import ESCAPE, leave, named, signed_on
from tests.staging import work

F6, F7, F9, TOLD, UPSTAIRS = "\x1b[17~", "\x1b[18~", "\x1b[20~", "\x14", "she is upstairs with a knife"
WITHIN_S = 1.2  # of the last key, and the room is killed


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made, _ = found(tmp_path / "store", Founding("GMP", "Greater Manchester Police", "2211", keys=tmp_path / "keys"))
    yield made
    made.close()


def opened(room: Room, session: str = "") -> Terminal:
    env = named(room) | ({"HUE_SESSION": session} if session else {})
    terminal = Terminal(hue(), env)
    terminal.until("Incidents (")
    return terminal


def kept(room: Room) -> list[Path]:
    """Return the files of drafts at this seat."""
    return [one for one in Path(named(room)["HUE_STATE"]).rglob("drafts/*") if one.is_file()]


def drafted(room: Room) -> list[Path]:
    return [one for one in kept(room) if one.suffix == ""]


def waited(room: Room, wanted: int, most_s: float = 10) -> None:
    """Wait until so many rooms keep a draft."""
    end = time.monotonic() + most_s
    while len(drafted(room)) != wanted:
        assert time.monotonic() < end, drafted(room)
        time.sleep(0.02)


def killed(terminal: Terminal, number: int = signal.SIGKILL) -> int:
    """Let the last key be 1.2 s ago, and end the process."""
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        terminal.read(0.05)
    os.kill(terminal.pid, number)
    return terminal.end()


def test_a_half_typed_line_is_offered_again_after_the_room_was_killed(room: Room) -> None:
    terminal = opened(room)
    terminal.type("ring 101 07700900123")
    assert killed(terminal) == -signal.SIGKILL
    again = opened(room)
    again.until("taken up again: 1 text")
    again.until("ring 101 07700900123")
    again.type("\r")
    again.until("Ringing on 101")
    leave(again)
    assert not kept(room), "what is recorded is kept nowhere else"
    last = opened(room)
    last.settle()
    assert "taken up again" not in last.text
    leave(last)


def test_a_hang_up_keeps_the_line_and_ends_the_room_in_order(room: Room) -> None:
    terminal = opened(room)
    terminal.type("note 1 half a sen")
    terminal.until("half a sen")
    os.kill(terminal.pid, signal.SIGHUP)  # at once: nothing has to wait for a timer
    assert terminal.end() == 129
    again = opened(room)
    again.until("note 1 half a sen")
    leave(again)


def test_what_a_caller_says_and_the_open_contact_come_back_after_a_kill(room: Room) -> None:
    work(room.desk(None), "ring 999 07700900123")
    terminal = opened(room)
    terminal.type(F7)
    terminal.until("What they say")
    terminal.type(TOLD)
    terminal.type(UPSTAIRS)
    terminal.until("F6: violence")
    killed(terminal)
    again = opened_on_a_contact(room)
    again.until(UPSTAIRS)
    again.type(F6)
    again.until("Opened as violence: she is upstairs with a knife")
    again.settle()
    assert again.text.count(UPSTAIRS) == 1, "it is said once: in what was recorded"
    leave(again)
    assert not kept(room)


def opened_on_a_contact(room: Room) -> Terminal:
    terminal = Terminal(hue(), named(room))
    terminal.until("taken up again: 1 text")
    terminal.until("Risk  1-9 answer")
    return terminal


def test_the_letters_in_the_palette_are_kept_too(room: Room) -> None:
    terminal = opened(room)
    terminal.type(F9)
    terminal.until("Palette")
    terminal.type("reopen Mill Lane")
    killed(terminal)
    again = opened(room)
    again.until("taken up again: 1 text")
    again.type(F9)
    again.until("reopen Mill Lane")
    again.type(ESCAPE)
    again.until("Incidents (")
    leave(again)
    assert not kept(room)


def test_drafts_are_sealed_and_for_this_system_user_alone(room: Room) -> None:
    terminal = opened(room)
    terminal.type(f"note 1 {UPSTAIRS}")
    waited(room, 1)
    for one in kept(room):
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
        assert stat.S_IMODE(one.parent.stat().st_mode) == 0o700
        assert b"upstairs" not in one.read_bytes()
    terminal.type(ESCAPE)
    terminal.until("type a line")
    leave(terminal)
    assert not kept(room)


def test_a_room_that_lives_keeps_its_drafts_from_another_of_the_same_member(room: Room) -> None:
    first = opened(room)
    first.type("note 1 mine")
    waited(room, 1)
    second = opened(room)
    second.settle()
    assert "taken up again" not in second.text
    leave(second)
    first.type(ESCAPE)
    leave(first)


def test_another_member_at_the_same_seat_is_shown_nobody_elses_drafts(room: Room) -> None:
    work(room.desk(None), "register 3305 handler J. Smith")
    terminal = opened(room)
    terminal.type(f"note 1 {UPSTAIRS}")
    killed(terminal)
    mine = room.signed(None).session
    other = opened(room, signed_on(room, "3305"))
    other.settle()
    assert "upstairs" not in other.text
    leave(other)
    again = opened(room, mine)
    again.until("upstairs")
    leave(again)


def test_a_damaged_draft_is_said_and_keeps_nobody_out(room: Room) -> None:
    terminal = opened(room)
    terminal.type("note 1 lost")
    killed(terminal)
    (draft,) = drafted(room)
    draft.write_bytes(draft.read_bytes()[:-1] + b"\x00")
    again = opened(room)
    again.until("a draft at this seat cannot be read")
    leave(again)


def test_lines_that_several_rooms_left_are_all_offered_the_last_in_the_line(tmp_path: Path) -> None:
    clock = iter(range(1, 100))
    for text in ("first", "second"):
        one = Drafts(tmp_path, "2211", "s", lambda: next(clock), print, tmp_path)
        one.start()
        one.put(LINE, text)
        one.see((Open("board"),))
        one.end()
    left = Drafts(tmp_path, "2211", "s", lambda: next(clock), print, tmp_path).take_over()
    assert left is not None
    assert [one.text for one in left.drafts] == ["first", "second"]
    assert left.screens == (Open("board"),)


def test_a_seat_that_cannot_keep_anything_says_so_once_and_works(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "state").write_text("a file where the folder should be")
    one = Drafts(tmp_path, "2211", "s", time.time_ns, said.append, tmp_path / "state")
    one.start()
    for text in ("a", "ab", "abc"):
        one.put(LINE, text)
        time.sleep(0.35)
    one.end()
    assert len(said) == 1
    assert said[0].startswith("what is typed cannot be kept at this seat: ")


def test_a_terminal_that_nobody_reads_delays_no_commit_of_anybody(room: Room) -> None:
    """A stalled line stops its own screen, and nothing else: measured against the same work with nobody watching."""
    desk = room.desk(None)
    work(desk, "open - theft a bicycle")

    def took() -> float:
        began = time.monotonic()
        work(desk, "\n".join(f"note 1 number {number}" for number in range(60)))
        return time.monotonic() - began

    alone = took()
    terminal = Terminal(hue(), named(room), 240, 67)
    terminal.until("Incidents (1)")
    terminal.type("\r")
    terminal.until("number 59")  # from here on nobody reads
    watched = took()
    assert watched < 10 * alone + 1
    terminal.until("@133 ", 30)  # it is read again, and shows what came meanwhile
    leave(terminal)
