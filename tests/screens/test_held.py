"""A room whose process was held and goes on: the same keys, the same screen, and the terminal as it was when it ends."""

import os
import signal
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hueandcry.operator.app import HUNG_UP
from tests.bench.fullboard import feeding, fill
from tests.proof.counts import chance, count
from tests.screens.terminal import Terminal, hue
from tests.staging import Founded

F10 = "\x1b[21~"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    stage = Founded(tmp_path / "store")
    folder = stage.room.folder.path
    env = {
        "HUE_STORE": str(folder),
        "HUE_KEYS": str(stage.room.key_folder.path.parent),
        "HUE_STATE": str(tmp_path / "state"),
    }
    made = Terminal(hue(), env)
    made.until("Incidents (0)")
    made.settle()
    yield made
    if made in Terminal.running:
        made.end(0.1)
    stage.close()


def threads(terminal: Terminal) -> int:
    return len(list(Path(f"/proc/{terminal.pid}/task").iterdir()))


def hold(terminal: Terminal) -> None:
    os.kill(terminal.pid, signal.SIGSTOP)
    os.waitpid(terminal.pid, os.WUNTRACED)


def go_on(terminal: Terminal) -> None:
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.settle()


def test_a_room_that_was_held_has_no_second_pair_of_threads_that_share_its_keys(terminal: Terminal) -> None:
    before = threads(terminal)
    for _ in range(3):
        hold(terminal)
        go_on(terminal)
    assert threads(terminal) == before
    terminal.line("ring 101 07700900123", "Contacts, waiting first (1)")


def test_a_room_that_was_held_draws_what_others_wrote_over(terminal: Terminal) -> None:
    hold(terminal)
    terminal.screen.reset()
    modes = termios.tcgetattr(terminal.handle)
    modes[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(terminal.handle, termios.TCSANOW, modes)  # as a shell leaves it
    go_on(terminal)
    terminal.until("Incidents (0)")
    terminal.line("ring 101 07700900123", "Contacts, waiting first (1)")


@pytest.mark.proof
def test_a_room_that_is_held_in_the_middle_of_its_drawing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written has a queue with a lock: one thread that takes it twice waits for ever."""
    monkeypatch.setenv("HUE_KEYS", "")  # which the filling sets
    filled, drawn = fill(tmp_path, 60), chance("held while it draws")
    terminal = Terminal(hue(), filled.env, 120, 40)
    terminal.until("Incidents (60)")
    with feeding(filled, 100):
        for _ in range(count(8000)):
            hold(terminal)
            os.kill(terminal.pid, signal.SIGCONT)
            end = time.monotonic() + drawn.uniform(0.003, 0.02)
            while time.monotonic() < end:
                terminal.read(0.001)
    terminal.line("ring 101 07700900123", "Contacts, waiting first (1)")
    terminal.end(0)


def test_the_terminal_is_given_back_as_it_was_though_the_room_was_held(terminal: Terminal) -> None:
    hold(terminal)
    go_on(terminal)
    terminal.type(F10)
    while terminal.read(0.5):
        pass
    assert termios.tcgetattr(terminal.handle)[3] & termios.ICANON
    assert terminal.end() == 0


def test_what_was_typed_is_offered_again_after_a_hang_up_which_makes_the_room_go_on_too(terminal: Terminal) -> None:
    terminal.type("ring 101 half ty")
    terminal.until("ring 101 half ty")
    os.close(terminal.handle)  # the system sends SIGHUP and SIGCONT
    _, status = os.waitpid(terminal.pid, 0)
    Terminal.running.remove(terminal)
    assert os.waitstatus_to_exitcode(status) == HUNG_UP
    again = Terminal(hue(), terminal.env)
    again.until("ring 101 half ty")
    again.type("\x1b" + F10)
    assert again.end() == 0
