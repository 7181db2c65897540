"""The screen's figures, design.md section 7: the room on a pty with 10,000 open items, each beside its reference in the same run.

Theory of operation. One store is filled (fullboard.py); the room is opened on it as an operator opens it, and a process of its own
commits changes of what is in view. The reference is Textual's DataTable (datatable.py) with the same rows, as one gets it; two
others say what becomes of it when everything known is done for it. A raw echo on a pty is the floor: what the harness itself takes.
Times from a key to its paint stand in keys.py, bytes, processor and memory in quiet.py, the start in starting.py, insertions in
ordering.py. Nothing here is a test: figures depend on the machine, ratios less so.

    python -m tests.bench.screen [--rounds 5] [--keys 300] [--rates 10 100] [--only keys start ...] [--raw FILE]
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import keys, ordering, quiet, starting
from tests.bench.fullboard import Filled, feeding, fill
from tests.bench.rounds import HALF, NS_PER_MS, WORST, Line, Times, ratio, table, typical

REACH = {"arrow": 1 / 15, "letter": 1 / 20}
FIGURES = ("keys", "idle", "start", "insert")
COST_S = 30.0
INSERTIONS_SHARE = 10  # one insertion for so many keys


def changing(filled: Filled, rate: float, rounds: int, many: int, kept: dict[str, Any]) -> list[Line]:
    """Take the figures at a rate of changes."""
    with feeding(filled, rate), keys.opened(filled, rate) as faces:
        costs = quiet.costs(faces, filled, COST_S)
        found = keys.taken(faces, filled, rounds, many)
    kept[f"{rate:g} changes/s, ns"] = found
    return [*_pressed(rate, found), *quiet.lines(rate, costs, kept)]


def slowly(filled: Filled, kept: dict[str, Any]) -> list[Line]:
    """Take what a change costs where each is drawn by itself."""
    with feeding(filled, quiet.SLOW), keys.opened(filled, quiet.SLOW) as faces:
        return quiet.lines(quiet.SLOW, quiet.costs(faces, filled, COST_S), kept)


def _pressed(rate: float, found: keys.Taken) -> list[Line]:
    return [
        _key(f"{what} to paint, p{percent}, {rate:g} changes/s", found[what]["room"], times, name, percent, REACH[what])
        for what in found
        for percent in (WORST, HALF)
        for name, times in found[what].items()
        if name != "room"
    ]


def _key(measure: str, ours: Times, theirs: Times, name: str, percent: int, most: float) -> Line:
    took, reference = (f"{typical(times, percent) / NS_PER_MS:.1f} ms" for times in (ours, theirs))
    reach = most if (name, percent) == ("default", WORST) else None
    of = "" if name == "default" else f", {name}"
    return Line(f"{measure}{of}", took, reference, ratio(ours, theirs, percent), at_most=reach)


def take(given: argparse.Namespace, kept: dict[str, Any]) -> list[Line]:
    """Take what was asked for, in the order of the table."""
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="hue-bench-") as folder:
        filled = fill(Path(folder), given.items)
        if "start" in given.only:
            lines += [*starting.starts(filled, kept), *starting.parts(filled, kept)]
        if "idle" in given.only:
            lines += [*quiet.idle(filled, kept), *slowly(filled, kept)]
        if "keys" in given.only:
            for rate in given.rates:
                lines += changing(filled, rate, given.rounds, given.keys, kept)
    if "insert" in given.only:
        lines += ordering.lines(given.items, given.rounds, max(5, given.keys // INSERTIONS_SHARE), kept)
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Take the figures and print them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.screen", description="The screen's figures.")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=300, help="keys of a kind in a round")
    parser.add_argument("--rates", type=float, nargs="+", default=[10, 100], help="changes a second")
    parser.add_argument("--only", choices=FIGURES, nargs="+", default=FIGURES)
    parser.add_argument("--raw", type=Path, help="a JSON file for every time taken")
    given = parser.parse_args(arguments)
    kept: dict[str, Any] = {"counts": {"rounds": given.rounds, "keys": given.keys}, "load before": os.getloadavg()[0]}
    lines = take(given, kept)
    kept["load after"] = os.getloadavg()[0]
    print(f"{given.items:,} open items, {given.rounds} rounds of {given.keys} keys of a kind;")
    print(f"load before {kept['load before']:.1f}, after {kept['load after']:.1f}, of {os.cpu_count()} cores")
    print("", table(lines), sep="\n")
    if given.raw:
        given.raw.write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
