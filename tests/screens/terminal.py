"""A real terminal for tests: the command in a pty, its bytes counted, its screen read with pyte."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from typing import ClassVar

import pyte

PAINT_S = 0.004  # a pause within a paint, which comes in parts, is shorter
ROOT = Path(__file__).parents[2]


class Terminal:
    """A process on a pty of a size; `received` counts what it wrote, `raw` keeps it, `running` are those not ended yet."""

    running: ClassVar[list["Terminal"]] = []

    def __init__(
        self, argv: list[str], env: dict[str, str], columns: int = 80, rows: int = 24, term: str = "xterm-256color"
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw, self.env = b"", env
        self.status: int | None = None
        sized = ("COLUMNS", "LINES")  # of whoever runs the tests: they would stand before the terminal's own size
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("HUE_") and name not in sized
        }
        given = {
            **inherited,
            "TERM": term,
            "LANG": "C.UTF-8",
            "COLORTERM": "",
            "PYTHONPATH": str(ROOT / ".typed"),
            **env,
        }
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            _set_size(0, columns, rows)  # before anybody asks for it
            os.execvpe(argv[0], argv, given)
        self.running.append(self)

    @property
    def received(self) -> int:
        """How many bytes came."""
        return len(self.raw)

    @property
    def handle(self) -> int:
        """What becomes readable when the process writes."""
        return self._fd

    @property
    def text(self) -> str:
        """The screen as it can be read now."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float) -> bool:
        """Take what comes within a time, and tell whether anything did."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return False
        try:
            chunk = os.read(self._fd, 1 << 16)
        except OSError:
            return False
        self.raw += chunk
        self._stream.feed(chunk)
        return bool(chunk)

    def take(self, seconds: float, most_s: float = 0.2) -> bool:
        """Take what comes within a time, with the rest of the paint that it is a part of, and tell whether anything did."""
        came, end = self.read(seconds), time.monotonic() + most_s
        while came and time.monotonic() < end and self.read(PAINT_S):
            pass
        return came

    def settle(self, quiet_s: float = 0.4, most_s: float = 10) -> None:
        """Read until nothing comes for a while."""
        end = time.monotonic() + most_s
        while time.monotonic() < end and self.read(quiet_s):
            pass

    def until(self, wanted: str, most_s: float = 20) -> None:
        """Read until a text stands on the screen."""
        end = time.monotonic() + most_s
        while wanted not in self.text:
            if time.monotonic() > end:
                raise AssertionError(f"{wanted!r} did not appear within {most_s} s on:\n{self.text}")
            self.take(0.1)

    def type(self, text: str) -> None:
        """Press the keys of a text."""
        self.send(text.encode())

    def send(self, keys: bytes) -> None:
        """Send what keys send."""
        os.write(self._fd, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal of another size, with nothing on it until the process has drawn for that size."""
        while self.read(0):
            pass
        self.screen.resize(rows, columns)
        self.screen.erase_in_display(2)
        _set_size(self._fd, columns, rows)

    def line(self, text: str, wanted: str) -> None:
        """Type a line into the command bar, see its preview or error come, press Enter, and wait for what it brings."""
        self.type(text)
        self.until(text[-30:])
        self.type("\r")
        self.until(wanted)

    def end(self, most_s: float = 10) -> int:
        """Wait for the process to end, or end it by its id, and return its exit code."""
        end = time.monotonic() + most_s
        while self.status is None and time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)
        os.close(self._fd)
        self.running.remove(self)
        return self.status


def _set_size(handle: int, columns: int, rows: int) -> None:
    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def hue(*words: str) -> list[str]:
    """Return the command as the tests run it."""
    return [sys.executable, "-m", "hueandcry.operator.entry", *words]
