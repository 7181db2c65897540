"""From exec to the painted board with 10,000 open items, beside a bare Textual app, by turns; and where the time goes.

Theory of operation. Bytes are kept as they come, with their times, and read by a terminal afterwards: the board is painted with the
first of them after which the last row that fits can be read. The parts come from runs of their own, in which Python says how long
each import took, without those that it began: their sum is more than an ordinary start takes, and their shares tell.
"""

import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pyte

from tests.bench.bareapp import SHOWN
from tests.bench.datatable import LINES
from tests.bench.faces import COLUMNS, ROOT, ROWS, WAIT_S, Face, Faces, environment
from tests.bench.fullboard import Filled
from tests.bench.rounds import Line

RUNS = 12
QUIET_S = 0.3  # after so long without a byte what came is looked at, so that looking delays no byte
HUE = "from hueandcry.operator.entry import main; main()"  # as the installed command has it
PARTS = ("textual", "rich", "hueandcry.domain", "hueandcry.store", "hueandcry.operator", "asyncio", "cryptography")
IMPORTED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")


def starts(filled: Filled, kept: dict[str, Any], runs: int = RUNS) -> list[Line]:
    """Start both by turns, so many times each."""
    last, table = f" {filled.refs[LINES - 2]} ", ["-m", "tests.bench.datatable", str(filled.rows), "0", "default"]
    words: dict[str, tuple[list[str], dict[str, str], str]] = {
        "room": ([sys.executable, "-c", HUE], filled.env, last),
        "bare": ([sys.executable, "-m", "tests.bench.bareapp"], {}, SHOWN),
        "table": ([sys.executable, *table], {}, last),
    }
    chance = random.Random(runs)
    took: dict[str, list[float]] = {name: [] for name in words}
    for run in range(runs + 1):  # the first is thrown away
        for name in chance.sample(sorted(words), len(words)):
            if name != "table" or run < 5:
                ms = started(*words[name])
                took[name] += [ms] if run else []
    kept["start, ms"] = took
    room, bare, tables = (statistics.median(took[name]) for name in words)
    return [
        Line("start to painted board", f"{room:,.0f} ms", f"{bare:,.0f} ms", room / bare, 2),
        Line("the same, a DataTable for reference", f"{room:,.0f} ms", f"{tables:,.0f} ms", room / tables),
    ]


def started(argv: list[str], env: dict[str, str], shown: str) -> float:
    """Return after how many ms something could be read."""
    screen = pyte.Screen(COLUMNS, ROWS)
    terminal, end = pyte.ByteStream(screen), time.monotonic() + WAIT_S
    with Faces() as faces:
        face = faces["it"] = Face(argv, env, keep=True)
        while time.monotonic() < end:
            before = face.received
            faces.pump(QUIET_S)
            if face.received != before or face.came is None:
                continue
            for at, chunk in face.came:
                terminal.feed(chunk)
                if any(shown in f"{line} " for line in screen.display):
                    return (at - face.began) / 1e6
            face.came = []
    raise AssertionError(f"{shown!r} was never painted")


def parts(filled: Filled, kept: dict[str, Any], runs: int = 3) -> list[Line]:
    """Return what imports take, by package, the biggest first."""
    found: list[Counter[str]] = [_imports(filled) for _ in range(runs)]
    kept["imports, us"] = [dict(one) for one in found]
    names = {name for one in found for name in one}
    took = {name: statistics.median(one[name] for one in found) for name in names}
    whole = sum(took.values())
    ordered = sorted(took.items(), key=lambda one: -one[1])[:10]
    return [
        Line(f"- imports: {name}", f"{us / 1e3:.0f} ms", f"{whole / 1e3:.0f} ms", us / whole) for name, us in ordered
    ]


def _imports(filled: Filled) -> Counter[str]:
    """Return the us of each package's own imports, of one start of the room in line mode and of its screen."""
    code = f"import hueandcry.operator.app; import sys; sys.argv[1:] = ['board', '--json']; {HUE}"
    said = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        env=environment(filled.env), cwd=ROOT, check=False, capture_output=True, text=True,
    ).stderr  # fmt: skip
    found: Counter[str] = Counter()
    for us, module in IMPORTED.findall(said):
        part = next((one for one in PARTS if f"{module}.".startswith(f"{one}.")), module.split(".")[0])
        found[part] += int(us)
    return found
