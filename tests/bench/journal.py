"""The journal's figures, design.md section 7: each beside its reference in the same run. `make bench` prints the table.

Theory of operation. The history stands in history.py, its keepers in keepers.py, the taking of times in rounds.py. A durable
decision is one fact appended to an incident that exists: header, codec, leaf, tree, tip and COMMIT, against the same
bytes inserted into a raw table. Replays and one long incident are read from files that were closed and opened again;
what a fact takes on disk is the size of those closed files, index, tree and digests in, nothing vacuumed. The store is
laid in the system's folder for temporary files (TMPDIR names another), which must lie on a disk: what is durable there
has no price in memory. Nothing here is a test; figures depend on the machine, ratios less so.

    python -m tests.bench.journal [--rounds 5] [--samples 1000] [--raw FILE]
"""

import argparse
import json
import os
import platform
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from hueandcry.store.codec import Pending
from hueandcry.store.folder import file_system_of

from tests.bench.history import Stream, history, long_stream
from tests.bench.keepers import Library, Product, Raw, event_of, stored_bytes
from tests.bench.rounds import (
    HALF,
    NS_PER_MS,
    NS_PER_US,
    WORST,
    Contender,
    Line,
    Times,
    interleaved,
    ratio,
    table,
    typical,
)

SEED = 20_200_903  # the day of the letter
WORKED_STREAMS = 200
FACTS_BEFORE = 5  # of each stream that decisions are taken in
LONG_FACTS = 1_000
HISTORY_SHARE = 50  # facts in the history for each sample of a round: 50,000 at full count
REPLAYS = 3  # in a round
LONG_SHARE = 50  # a long incident is read once for so many samples

Kept = dict[str, dict[str, Any]]


def decisions(count: int) -> tuple[list[Pending], list[Pending]]:
    """Return what stands before the first decision, and so many assessments in the streams of it."""
    chance = random.Random(SEED)
    streams = [Stream(number, chance) for number in range(WORKED_STREAMS)]
    before = [stream.say(step) for step in STORY[:FACTS_BEFORE] for stream in streams]
    return before, [chance.choice(streams).say("Assessed") for _ in range(count)]


def durable(folder: Path, rounds: int, samples: int, kept: Kept) -> list[Line]:
    """Time one fact to its commit: the product beside the raw table, then the library beside the raw table."""
    before, said = decisions(calls(rounds, samples))
    product, library, raw = Product(folder / "one.db"), Library(folder / "one-library.db"), Raw(folder / "one-raw.db")
    keepers: tuple[Product | Library | Raw, ...] = (product, library, raw)
    for keeper in keepers:
        keeper.keep(before)
    lines = []
    for name, put in (
        ("durable decision", [partial(product.journal.append, [one]) for one in said]),
        ("the library in our place", [partial(library.application.events.put, [event_of(one)]) for one in said]),
    ):
        insert = [partial(raw.insert, stored_bytes(one)) for one in said]
        times = interleaved({"put": iter(put), "raw": iter(insert)}, rounds, samples)
        kept[f"{name}, ns"] = dict(times)
        at_most = REACH if put[0].func == product.journal.append else {}
        lines += [_durable(name, times["put"], times["raw"], percent, at_most.get(percent)) for percent in (HALF, WORST)]
    for keeper in keepers:
        keeper.close()
    return lines


def _durable(name: str, ours: Times, raw: Times, percent: int, at_most: float | None) -> Line:
    shown = (f"{typical(times, percent) / NS_PER_US:,.0f} us" for times in (ours, raw))
    return Line(f"{name}, p{percent}", *shown, ratio(ours, raw, percent), at_most=at_most)


def on_disk(folder: Path, facts: int, kept: Kept) -> Line:
    """Fill the product's file and the library's with the same history, and weigh both, closed."""
    sizes = {}
    for name, kind in (("product", Product), ("library", Library)):
        path = folder / f"history-{name}.db"
        keeper = kind(path)
        keeper.keep(history(facts, SEED))
        keeper.close()
        assert not path.with_name(path.name + "-wal").exists(), "a connection is open still"
        sizes[name] = path.stat().st_size
    kept["bytes on disk"] = {"facts": facts, **sizes}
    shown = (f"{size / facts:,.0f} B" for size in sizes.values())
    return Line("bytes per fact on disk, all in", *shown, sizes["product"] / sizes["library"], at_most=0.75)


def reading(folder: Path, facts: int, rounds: int, samples: int, kept: Kept) -> list[Line]:
    """Time whole replays, and one long incident to its state, from the files that `on_disk` left."""
    product, library = Product(folder / "history-product.db"), Library(folder / "history-library.db")
    replays = interleaved(
        {
            "closed": repeat(product.replay_closed),
            "opened": repeat(product.replay_opened),
            "library": repeat(library.replay),
        },
        rounds,
        REPLAYS,
    )
    told = long_stream(LONG_FACTS, SEED + 1)
    stream = told[0].stream
    product.keep(told)
    library.keep(told)
    assert product.state(stream).version == library.state(stream).version == LONG_FACTS
    states = interleaved(
        {"product": repeat(lambda: product.state(stream)), "library": repeat(lambda: library.state(stream))},
        rounds,
        max(1, samples // LONG_SHARE),
    )
    product.close()
    library.close()
    kept["full replay, ns"], kept["one stream to state, ns"] = dict(replays), dict(states)
    return [
        _replay("full typed replay, seals closed", replays["closed"], replays["library"], facts, at_least=5),
        _replay("full typed replay, all opened", replays["opened"], replays["library"], facts),
        Line(
            f"one stream of {LONG_FACTS:,} facts to state",
            *(f"{typical(states[name]) / NS_PER_MS:.2f} ms" for name in ("product", "library")),
            ratio(states["library"], states["product"]),
            at_least=15,
        ),
    ]


def _replay(measure: str, ours: Times, library: Times, facts: int, at_least: float | None = None) -> Line:
    shown = (f"{facts / typical(times) * NS_PER_MS:,.0f} k/s" for times in (ours, library))
    remark = "" if at_least else "about 3x"
    return Line(measure, *shown, ratio(library, ours), at_least=at_least, remark=remark)


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "file system": file_system_of(Path(tempfile.gettempdir())),
    }


def _told(state: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in state.items())


def main(arguments: list[str] | None = None) -> None:
    """Take all figures and print them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.journal", description="The journal's figures.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=1_000, help="decisions in a round; all other counts follow")
    parser.add_argument("--raw", type=Path, help="a JSON file for every time taken")
    given = parser.parse_args(arguments)
    before = machine()
    if before["file system"] in ("tmpfs", "ramfs"):
        sys.exit(
            "the folder for temporary files is in memory, where a durable write has no price: set TMPDIR to a disk"
        )
    facts = given.samples * HISTORY_SHARE
    kept: Kept = {"machine": before, "counts": {"rounds": given.rounds, "samples": given.samples, "facts": facts}}
    with tempfile.TemporaryDirectory(prefix="hue-bench-") as name:
        folder = Path(name)
        lines = durable(folder, given.rounds, given.samples, kept)
        weight = on_disk(folder, facts, kept)
        lines += [*reading(folder, facts, given.rounds, given.samples, kept), weight]
    kept["machine"]["load at the end"] = os.getloadavg()[0]
    print(f"{given.rounds} interleaved rounds, {given.samples} decisions in each, a history of {facts:,} facts")
    print(_told(kept["machine"]), table(lines), sep="\n\n")
    if given.raw:
        given.raw.write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
