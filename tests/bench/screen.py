"""The screen's figures: the room on a pty with 10,000 open items, beside a DataTable with the same rows, by turns.

Theory of operation. One store is filled; the room is opened on it as an operator opens it, and a process of its own hands
over incidents that are in view, so many a second. The reference (tests/bench/datatable.py) has the same rows, columns and styles,
and changes the same cells by a timer of its own: no journal, no fold, no other process. Keys are written to the pty, and the clock
stops when the bytes arrive that show what the key did: the mark on the next row, or the letter in the line. Each key goes to one
and then to the other, both running, so that whatever the machine does falls on both.
    python -m tests.bench.screen [--items N] [--keys N] [--rates 10 100]
"""

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from hueandcry.domain import incident
from hueandcry.domain.duty import Place
from hueandcry.domain.reference import Kind
from hueandcry.domain.staff import SignOn, staff_stream
from hueandcry.operator.bootstrap import Founding, found
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import Identity
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.widgets.columns import incident_columns
from hueandcry.store.item import urgency
from tests.bench.rounds import Line, percentile, table

COLUMNS, ROWS = 120, 40
IN_VIEW = 15  # incidents that are in view at that size and get a note by turns
NOBODYS_UID = 65_534
OTHERS = ("3001", "3002", "3003")
BATCH = 500
DOWN, UP = b"\x1bOB", b"\x1bOA"
LETTERS = "ąćęłńóśźżăâîșțäöüßøåæñçéèêëïôùûÿ"
WAIT_S = 20.0
ROOT = Path(__file__).resolve().parents[2]


class Face:
    """A process on a pty, as bytes."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        given = {name: value for name, value in os.environ.items() if not name.startswith("HUE_")} | env
        for name in ("COLUMNS", "LINES"):
            given.pop(name, None)
        given |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": f"{ROOT / '.typed'}:{ROOT}"}
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execvpe(argv[0], argv, given)
        self.received = 0
        self._tail = b""

    def read(self, seconds: float) -> bytes:
        """Take what comes within a time."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return b""
        chunk = os.read(self._fd, 1 << 16)
        self.received += len(chunk)
        return chunk

    def until(self, wanted: bytes) -> None:
        """Read until some bytes came."""
        seen, end = self._tail, time.monotonic() + WAIT_S
        while wanted not in seen:
            if time.monotonic() > end:
                raise AssertionError(f"{wanted!r} did not come; the last was {seen[-300:]!r}")
            seen = seen[-len(wanted) :] + self.read(0.5)
        self._tail = b""

    def drain(self, seconds: float = 0.0) -> None:
        """Take whatever is there, and what comes within a time."""
        end = time.monotonic() + seconds
        while self.read(max(0.0, end - time.monotonic())) or time.monotonic() < end:
            pass

    def press(self, keys: bytes, shows: bytes) -> int:
        """Write a key, and return after how long (ns) what it does was there."""
        self.drain()
        began = time.perf_counter_ns()
        os.write(self._fd, keys)
        self.until(shows)
        return time.perf_counter_ns() - began

    def cpu_s(self) -> float:
        """Return the processor time that it took so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return how much of it is in memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self) -> None:
        """Kill it and wait."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)


def fill(folder: Path, items: int) -> tuple[dict[str, str], list[str]]:
    """Make a store with so many open incidents; return its environment and the references in view, from above."""
    founding = Founding("GMP", "Greater Manchester Police", "2211", keys=folder / "keys")
    room, _ = found(folder / "store", founding)
    desk, identity = room.desk(None), Identity()
    carry_out(desk, "grant 2211 supervisor")
    for collar in OTHERS:  # others at work, to whom an incident is handed
        carry_out(desk, f"register {collar} handler")
        arriving = Desk(room.journal, room.board, identity, Signed(collar, f"session-{collar}", "T1"), arriving=True)
        arriving.do([Act(staff_stream(collar), SignOn(f"session-{collar}", NOBODYS_UID, "T1", Place.OFFICE))])
    for at in range(0, items, BATCH):
        streams = [identity.stream(Kind.INCIDENT) for _ in range(min(BATCH, items - at))]
        desk.do([Act(stream, incident.Open("theft", f"from a shed {at}", None)) for stream in streams])
    now_ns = identity.now()
    ordered = sorted(room.board.items(now_ns), key=lambda one: urgency(one, now_ns))
    columns = incident_columns(COLUMNS)
    rows = [[column.shows(one, now_ns)[0][: column.width - 1] for column in columns] for one in ordered]
    (folder / "rows.json").write_text(json.dumps({"widths": [one.width for one in columns], "rows": rows}))
    room.close()
    env = {"HUE_STORE": str(folder / "store"), "HUE_KEYS": str(folder / "keys"), "HUE_STATE": str(folder / "state")}
    return env, [one.ref for one in ordered[: IN_VIEW + 5]]


def feed(store: str, rate: float, seconds: float, refs: list[str]) -> None:
    """Hand incidents over by turns, so many a second."""
    from hueandcry.operator.bootstrap import open_room

    desk = open_room(store).desk(None)
    began, done = time.monotonic(), 0
    while (now := time.monotonic() - began) < seconds:
        if done <= now * rate:
            carry_out(desk, f"hand {refs[done % len(refs)]} {OTHERS[done // len(refs) % len(OTHERS)]}")
            done += 1
        else:
            time.sleep(0.001)


def feeding(env: dict[str, str], rate: float, seconds: float, refs: list[str]) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "tests.bench.screen", "--feed", env["HUE_STORE"], str(rate), str(seconds), *refs]
    given = {**os.environ, **env, "PYTHONPATH": f"{ROOT / '.typed'}:{ROOT}"}
    return subprocess.Popen(words, env=given, cwd=ROOT, stdout=subprocess.DEVNULL)


def opened(env: dict[str, str], folder: Path, rate: float, refs: list[str]) -> tuple[Face, Face]:
    """Open the room and the reference, both with the cursor on the first row."""
    room = Face([sys.executable, "-m", "hueandcry.operator.cli"], env)
    reference = Face([sys.executable, "-m", "tests.bench.datatable", str(folder / "rows.json"), str(rate)], {})
    room.until(refs[IN_VIEW - 1].encode())
    reference.until(b"at row 0 ")
    for face in (room, reference):
        face.drain(2.0)
    os.write(room._fd, DOWN)
    room.drain(1.0)
    os.write(room._fd, UP)
    room.drain(0.5)
    return room, reference


def taken(room: Face, reference: Face, refs: list[str], keys: int) -> dict[str, dict[str, list[int]]]:
    """Return the times of arrows and of letters, of the room and of the reference, by turns."""
    times: dict[str, dict[str, list[int]]] = {"arrow": {"room": [], "table": []}, "letter": {"room": [], "table": []}}
    at, step = 0, 1
    for _ in range(keys):
        step = -1 if at == IN_VIEW - 2 else 1 if at == 0 else step
        at += step
        key = DOWN if step == 1 else UP
        times["arrow"]["room"].append(room.press(key, f"> {refs[at]} ".encode()))
        times["arrow"]["table"].append(reference.press(key, f"at row {at} ".encode()))
        time.sleep(0.03)
    for number in range(keys):
        letter = LETTERS[number % len(LETTERS)].encode()
        times["letter"]["room"].append(room.press(letter, letter))
        times["letter"]["table"].append(reference.press(letter, letter))
        time.sleep(0.03)
    return times


def idle(room: Face, reference: Face, seconds: float) -> dict[str, tuple[float, float]]:
    """Return how many bytes a second came and how much of a core was used, with nobody at the keys."""
    before = {name: (face.received, face.cpu_s()) for name, face in (("room", room), ("table", reference))}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        room.read(0.01)
        reference.read(0.01)
    return {
        name: ((face.received - before[name][0]) / seconds, (face.cpu_s() - before[name][1]) / seconds)
        for name, face in (("room", room), ("table", reference))
    }


def measured(folder: Path, items: int, keys: int, rates: list[float]) -> list[Line]:
    env, refs = fill(folder, items)
    lines = []
    for rate in rates:
        feeder = feeding(env, rate, 60 + keys * 0.5, refs[:IN_VIEW])
        room, reference = opened(env, folder, rate, refs)
        quiet = idle(room, reference, 10.0)
        times = taken(room, reference, refs, keys)
        memory = room.memory_mb(), reference.memory_mb()
        for face in (room, reference):
            face.end()
        feeder.kill()
        feeder.wait()
        lines += _lines(rate, quiet, times, memory)
    return lines


def _lines(
    rate: float,
    quiet: dict[str, tuple[float, float]],
    times: dict[str, dict[str, list[int]]],
    memory: tuple[float, float],
) -> list[Line]:
    found = []
    for what, most in (("arrow", 1 / 15), ("letter", 1 / 20)):
        for percent in (50, 99):
            ours, theirs = (percentile(times[what][who], percent) / 1e6 for who in ("room", "table"))
            reach = most if percent == 99 else None
            name = f"{what} to paint, p{percent}, {rate:g} changes/s"
            found.append(Line(name, f"{ours:.1f} ms", f"{theirs:.1f} ms", ours / theirs, at_most=reach))
    (ours_b, ours_cpu), (table_b, table_cpu) = quiet["room"], quiet["table"]
    name = f"bytes for a visible change, {rate:g}/s"
    found.append(Line(name, f"{ours_b / rate:,.0f}", f"{table_b / rate:,.0f}", ours_b / table_b, at_most=1 / 60))
    name = f"share of a core, nobody at the keys, {rate:g}/s"
    found.append(Line(name, f"{ours_cpu:.1%}", f"{table_cpu:.1%}", ours_cpu / table_cpu, at_most=1 / 20))
    found.append(Line("memory", f"{memory[0]:.0f} MB", f"{memory[1]:.0f} MB", memory[0] / memory[1]))
    return found


def main(arguments: list[str] | None = None) -> None:
    """Take the figures and print them, or feed changes to a store."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.screen", description="The screen's figures.")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--rates", type=float, nargs="+", default=[10, 100])
    parser.add_argument("--feed", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.feed:
        store, rate, seconds, *refs = given.feed
        feed(store, float(rate), float(seconds), refs)
        return
    with tempfile.TemporaryDirectory() as folder:
        print(table(measured(Path(folder), given.items, given.keys, given.rates)))


if __name__ == "__main__":
    main()
