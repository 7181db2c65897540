"""The journal's figures, design.md section 7: each beside its reference in the same run. `make bench` prints the table.

Theory of operation. The history stands in history.py, its keepers in keepers.py, the taking of times in rounds.py. A
durable decision is one fact appended to an incident that exists: header, codec, leaf, tree, tip and COMMIT, against the
same bytes inserted into a raw table; the library then takes the product's place, beside the raw table again, so that
neither cools the caches of the other. Replays and one long incident are read from files that were closed and opened
anew. What a fact takes on disk is the size of those closed files, index, tree and digests in, nothing vacuumed.

The files are laid in the system's folder for temporary files (TMPDIR names another), which must lie on a disk: in memory
a durable write has no price. Nothing here is a test: figures depend on the machine, ratios less so, and on a busy
machine even the ratios of durable rows say little.

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
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

from hueandcry.store.codec import Pending
from hueandcry.store.folder import file_system_of
from tests.bench.history import STORY, Stream, history, long_stream
from tests.bench.keepers import Library, Product, Raw, event_of, stored_bytes
from tests.bench.rounds import (
    HALF,
    NS_PER_MS,
    NS_PER_US,
    WORST,
    Line,
    Times,
    calls,
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
REACH_DURABLE = {HALF: 1.25, WORST: 1.75}

Kept = dict[str, dict[str, Any]]


def decisions(many: int) -> tuple[list[Pending], list[Pending]]:
    """Return what stands before the first decision, and so many assessments in the streams of it."""
    chance = random.Random(SEED)
    streams = [Stream(number, chance) for number in range(WORKED_STREAMS)]
    before = [stream.say(step) for step in STORY[:FACTS_BEFORE] for stream in streams]
    return before, [chance.choice(streams).say("Assessed") for _ in range(many)]


def durable(folder: Path, rounds: int, samples: int, kept: Kept) -> list[Line]:
    """Time one fact to its commit: the product beside the raw table, then the library beside the raw table."""
    before, said = decisions(calls(rounds, samples))
    product, library, raw = Product(folder / "one.db"), Library(folder / "one-library.db"), Raw(folder / "one-raw.db")
    for keep in (product.keep, library.keep, raw.keep):
        keep(before)
    inserts = [partial(raw.insert, stored_bytes(one)) for one in said]
    appends = [partial(product.journal.append, [one]) for one in said]
    ours = interleaved({"product": iter(appends), "raw": iter(inserts)}, rounds, samples)
    puts = [partial(library.application.events.put, [event_of(one)]) for one in said]
    theirs = interleaved({"library": iter(puts), "raw": iter(inserts)}, rounds, samples)
    for close in (product.close, library.close, raw.close):
        close()
    kept["durable decision, ns"], kept["durable decision of the library, ns"] = dict(ours), dict(theirs)
    return [
        *(_durable("durable decision", ours["product"], ours["raw"], p, REACH_DURABLE[p]) for p in REACH_DURABLE),
        *(_durable("the library in our place", theirs["library"], theirs["raw"], p, None) for p in REACH_DURABLE),
    ]


def _durable(name: str, one: Times, raw: Times, percent: int, at_most: float | None) -> Line:
    took, reference = (f"{typical(times, percent) / NS_PER_US:,.0f} us" for times in (one, raw))
    return Line(f"{name}, p{percent}", took, reference, ratio(one, raw, percent), at_most=at_most)


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
    ours, theirs = (f"{size / facts:,.0f} B" for size in sizes.values())
    return Line("bytes per fact on disk, all in", ours, theirs, sizes["product"] / sizes["library"], at_most=0.75)


def replays(product: Product, library: Library, rounds: int, facts: int, kept: Kept) -> list[Line]:
    """Time whole replays of the history that `on_disk` left."""
    readers = {"closed": product.replay_closed, "opened": product.replay_opened, "library": library.replay}
    times = interleaved({name: repeat(read) for name, read in readers.items()}, rounds, REPLAYS)
    kept["full replay, ns"] = dict(times)

    def line(which: str, at_least: float | None = None, remark: str = "") -> Line:
        ours, theirs = (f"{facts / typical(times[name]) * NS_PER_MS:,.0f} k/s" for name in (which, "library"))
        found = ratio(times["library"], times[which])
        return Line(f"full typed replay, seals {which}", ours, theirs, found, at_least=at_least, remark=remark)

    return [line("closed", at_least=5), line("opened", remark="about 3x")]


def one_stream(product: Product, library: Library, rounds: int, samples: int, kept: Kept) -> Line:
    """Time one long incident to its state; it is added to the history for that."""
    told = long_stream(LONG_FACTS, SEED + 1)
    product.keep(told)
    library.keep(told)
    stream = told[0].stream
    assert product.state(stream).version == library.state(stream).version == LONG_FACTS
    readers = {"product": partial(product.state, stream), "library": partial(library.state, stream)}
    times = interleaved({name: repeat(read) for name, read in readers.items()}, rounds, samples)
    kept["one stream to state, ns"] = dict(times)
    ours, theirs = (f"{typical(times[name]) / NS_PER_MS:.2f} ms" for name in readers)
    found = ratio(times["library"], times["product"])
    return Line(f"one stream of {LONG_FACTS:,} facts to state", ours, theirs, found, at_least=15)


def machine() -> dict[str, Any]:
    """Return what the figures are taken on, and how busy it is before."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "file system": file_system_of(Path(tempfile.gettempdir())),
        "cores": os.cpu_count() or 1,
        "load before": round(os.getloadavg()[0], 2),
    }


def take(rounds: int, samples: int, kept: Kept) -> list[Line]:
    """Take all figures, in the order of the table."""
    facts = samples * HISTORY_SHARE
    with tempfile.TemporaryDirectory(prefix="hue-bench-") as name:
        folder = Path(name)
        lines = durable(folder, rounds, samples, kept)
        weight = on_disk(folder, facts, kept)
        product, library = Product(folder / "history-product.db"), Library(folder / "history-library.db")
        lines += replays(product, library, rounds, facts, kept)
        lines.append(one_stream(product, library, rounds, max(1, samples // LONG_SHARE), kept))
        product.close()
        library.close()
    return [*lines, weight]


def main(arguments: list[str] | None = None) -> None:
    """Take all figures and print them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.journal", description="The journal's figures.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=1_000, help="decisions in a round; all other counts follow")
    parser.add_argument("--raw", type=Path, help="a JSON file for every time taken")
    given = parser.parse_args(arguments)
    on = machine()
    if on["file system"] in ("tmpfs", "ramfs"):
        sys.exit("the folder for temporary files is in memory: set TMPDIR to a folder on a disk")
    kept: Kept = {"machine": on, "counts": {"rounds": given.rounds, "samples": given.samples}}
    lines = take(given.rounds, given.samples, kept)
    on["load after"] = round(os.getloadavg()[0], 2)
    print(f"{given.rounds} rounds, {given.samples:,} decisions and {REPLAYS} replays of each kind in a round,")
    print(f"{given.samples * HISTORY_SHARE:,} facts in the history;", ", ".join(f"{name} {on[name]}" for name in on))
    if max(on["load before"], on["load after"]) > on["cores"]:
        print("the machine was busy with other work, and the durable rows say little: take them again when it rests")
    print("", table(lines), sep="\n")
    if given.raw:
        given.raw.write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
