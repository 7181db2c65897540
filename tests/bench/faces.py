"""Processes on ptys, as the figures see them: bytes, when they came, processor time, memory.

Theory of operation. A terminal never keeps its program waiting here: whoever waits for one face reads all of them meanwhile, in one
thread, so that none stands still because its bytes were left lying. A face that is not measured can be held (SIGSTOP), so that
the machine belongs to the one that is. A key's clock stops when bytes have been read in which what the key did can be seen.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from pathlib import Path
from typing import Self

COLUMNS, ROWS = 120, 40
OTHERS = ("HUE_", "TEXTUAL", "COLORTERM", "PYTHON")  # what belongs to another store or terminal, or keeps no bytecode
WAIT_S = 30.0
CHUNK = 1 << 18
SAID_MAX = 2_000  # of the last bytes, which tell why one that ended did
ROOT = Path(__file__).resolve().parents[2]
Came = list[tuple[int, bytes]]  # when (perf_counter ns), and what


def environment(more: dict[str, str]) -> dict[str, str]:
    """Return what a face is started with: this process's own, without what belongs to another store or terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
    for name in ("COLUMNS", "LINES"):
        kept.pop(name, None)
    here = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": f"{ROOT / '.typed'}:{ROOT}"}
    return kept | here | more


class Face:
    """A process on a pty of its own."""

    def __init__(self, argv: list[str], env: dict[str, str], *, keep: bool = False) -> None:
        given = environment(env)
        self.began = time.perf_counter_ns()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execvpe(argv[0], argv, given)
        os.set_blocking(self.fd, False)
        self.received, self.ended = 0, False
        self.came: Came | None = [] if keep else None
        self._seen = self.said = b""

    def take(self) -> None:
        """Take what is there."""
        try:
            chunk = os.read(self.fd, CHUNK)
        except BlockingIOError:
            return
        except OSError:  # its end
            chunk = b""
        if not chunk:
            self.ended = True
        self.received += len(chunk)
        self.said = (self.said + chunk)[-SAID_MAX:]
        self._seen = self._seen[-64:] + chunk
        if self.came is not None:
            self.came.append((time.perf_counter_ns(), chunk))

    def shows(self, wanted: bytes) -> bool:
        """Tell whether some bytes came since the last key, in what was not looked through before."""
        found = wanted in self._seen
        self._seen = b"" if found else self._seen[-len(wanted) :]
        return found

    def write(self, keys: bytes) -> None:
        """Press keys; what came before them counts no more."""
        self._seen = b""
        os.write(self.fd, keys)

    def hold(self) -> None:
        """Let it stand still."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        os.kill(self.pid, signal.SIGCONT)

    def cpu_ns(self) -> dict[int, int]:
        """Return the processor time that each of its threads took so far; the first is the one that draws."""
        return {
            int(task.name): int((task / "schedstat").read_text().split()[0])
            for task in sorted(Path(f"/proc/{self.pid}/task").iterdir(), key=lambda one: int(one.name))
        }

    def memory(self) -> dict[str, float]:
        """Return how much of it is in memory, and how much of that it shares with nobody (MB)."""
        fields = dict(line.split(":") for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:])
        named = {"resident": ("Rss",), "own": ("Private_Clean", "Private_Dirty"), "dirty": ("Private_Dirty",)}
        return {name: sum(int(fields[one].split()[0]) for one in ones) / 1000 for name, ones in named.items()}

    def end(self) -> None:
        """Kill it and wait."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class Faces(dict[str, Face]):
    """Faces by name, all read whenever one is waited for."""

    def pump(self, seconds: float) -> None:
        """Read all faces until one had something, for so long at most."""
        live = {face.fd: face for face in self.values() if not face.ended}
        for fd in select.select(list(live), [], [], max(0.0, seconds))[0]:
            live[fd].take()

    def during(self, seconds: float) -> None:
        """Read all faces for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(left)

    def until(self, face: Face, wanted: bytes) -> int:
        """Read until a face has shown some bytes, and return when (perf_counter ns)."""
        end = time.monotonic() + WAIT_S
        while not face.shows(wanted):
            if face.ended or time.monotonic() > end:
                raise AssertionError(f"{wanted!r} did not come; the last was {face._seen!r}")
            self.pump(0.5)
        return time.perf_counter_ns()

    def press(self, face: Face, keys: bytes, wanted: bytes) -> int:
        """Press keys, and return after how many ns what they do was there."""
        self.pump(0.0)
        began = time.perf_counter_ns()
        face.write(keys)
        return self.until(face, wanted) - began

    def only(self, face: Face | None, settle_s: float) -> None:
        """Hold every face but one, None for none, and give that one time to catch up."""
        for one in self.values():
            (one.go_on if face is None or one is face else one.hold)()
        self.during(settle_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for face in self.values():
            face.end()
