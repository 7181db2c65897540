"""A long shift: thousands of contacts come, are worked and closed, while four rooms stand open; what each has in memory is noted.

Theory of operation. Four operators have the room open, each in a process of its own on a pty, all on one store: a handler, a
dispatcher, the vulnerability desk, a supervisor. At other desks of the same store scripted staff work (floor.py), so that the board
fills and empties in waves. In the rooms keys are pressed by chance: the cursor moves, lists change, items are opened and left,
words are typed and taken back, notes are recorded. The first third of the shift is for warming up; then what is in memory must stay
where it is: the median of the last third is held against that of the middle one. Who is interrupted goes on in the same folder
with what contacts are left; each sitting is judged by itself, since its rooms are opened anew.

    python -m tests.bench.soak [--contacts 10000] [--pace 4] [--every 10] [--folder FOLDER]
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.faces import Face, Faces
from tests.bench.floor import ROOMS, Floor
from tests.bench.rounds import Line, table

AT_MOST = 1.03
KEYS_PER_S = 2.0  # in each room
STOPPED_S = 120.0  # after the last contact, at most: what is left then is left
DOWN, UP, PAGE_DOWN, ESCAPE, WIPE = b"\x1bOB", b"\x1bOA", b"\x1b[6~", b"\x1b", b"\x15"
F2, F4, F5 = b"\x1bOQ", b"\x1bOS", b"\x1b[15~"
PRESSED = (
    (8, (DOWN,)), (6, (UP,)), (2, (PAGE_DOWN,)), (2, (b"\t",)), (1, (F5,)), (1, (F4,)), (1, (F2,)),
    (2, (b"\r", DOWN, ESCAPE)), (3, (b"n @ she rang", b" again", WIPE)), (1, (b"n @ spoken to by radio", b"\r")),
)  # fmt: skip


class Operator:
    """Who sits in one of the rooms and presses keys by chance."""

    def __init__(self, face: Face, chance: random.Random) -> None:
        self._face, self._chance = face, chance
        self._keys: list[bytes] = []
        self.due = time.monotonic() + 5.0

    def press(self) -> None:
        """Press the next key, and draw when the one after it comes."""
        if not self._keys:
            weights, choices = zip(*PRESSED, strict=True)
            self._keys = list(self._chance.choices(choices, weights)[0])
        self._face.write(self._keys.pop(0))
        self.due = time.monotonic() + self._chance.expovariate(KEYS_PER_S)


class Shift:
    """One sitting of the shift; `work` works it."""

    def __init__(self, folder: Path, contacts: int, pace: float, every_s: float) -> None:
        self._samples, self._every_s = folder / "samples.jsonl", every_s
        self._floor = Floor(folder, contacts, pace)
        self._sitting = 1 + max((one["sitting"] for one in read(self._samples)), default=0)
        self._faces, chance = Faces(), random.Random(self._sitting)
        for name in ROOMS:
            env = self._floor.env | {
                "HUE_SESSION": self._floor.session(name),
                "HUE_STATE": str(folder / f"state-{name}"),
            }
            self._faces[name] = Face([sys.executable, "-m", "hueandcry.operator.entry"], env)
        self._operators = [Operator(face, chance) for face in self._faces.values()]
        self._next_sample = time.monotonic() + every_s

    def work(self) -> None:
        """Work until all contacts have come and are closed."""
        with self._faces:
            for face in self._faces.values():
                self._faces.until(face, b"F10 leave")
            end = None
            while end is None or time.monotonic() < end:
                self._faces.pump(0.02)
                self._floor.work()
                now = time.monotonic()
                for one in self._operators:
                    if one.due <= now:
                        one.press()
                if now >= self._next_sample:
                    self._sample()
                if end is None and self._floor.all_came:
                    end = now + STOPPED_S
                if end is not None and self._floor.open == 0:
                    break
            self._sample()
        self._floor.close()

    def _sample(self) -> None:
        self._next_sample = time.monotonic() + self._every_s
        for name, face in self._faces.items():
            assert not face.ended, f"{name}'s room has ended: {face.said!r}"
        found: dict[str, Any] = {"sitting": self._sitting, "at": time.time(), **self._floor.stands()}
        found["memory"] = {name: face.memory() for name, face in self._faces.items()}
        with self._samples.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")


def read(samples: Path) -> list[dict[str, Any]]:
    """Return what was noted so far."""
    return [json.loads(line) for line in samples.read_text().splitlines()] if samples.exists() else []


def judged(samples: list[dict[str, Any]]) -> list[Line]:
    """Return the rows of a sitting: what each room has in memory in its last third, against its middle one."""
    third = len(samples) // 3
    lines = []
    for name in ROOMS:
        taken = [one["memory"][name]["resident"] for one in samples]
        middle, last = (statistics.median(part) for part in (taken[third : 2 * third], taken[2 * third :]))
        lines.append(
            Line(f"memory, {name}, last third by middle", f"{last:.1f} MB", f"{middle:.1f} MB", last / middle, AT_MOST)
        )
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Work a shift, or what is left of it, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description="A long shift in four rooms.")
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--pace", type=float, default=4.0, help="contacts a second")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks at the memory")
    parser.add_argument("--folder", type=Path, help="where the store and what was noted stay; goes on there")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hue-soak-") as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        Shift(folder, given.contacts, given.pace, given.every).work()
        samples = read(folder / "samples.jsonl")
        sitting = [one for one in samples if one["sitting"] == samples[-1]["sitting"]]
        most = max(one["open"] for one in sitting)
        print(f"{samples[-1]['contacts']:,} contacts, {samples[-1]['facts']:,} facts, at most {most} open;", end=" ")
        print(f"{time.monotonic() - began:,.0f} s, load {os.getloadavg()[0]:.1f}", "", table(judged(sitting)), sep="\n")


if __name__ == "__main__":
    main()
