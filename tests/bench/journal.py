"""The journal's figures, design.md section 7: each beside its reference in the same run. `make bench` prints the table.

Theory of operation. The history stands in history.py, its keepers in keepers.py, the taking of times in rounds.py. A
durable decision is one fact appended to an incident that exists: header, codec, leaf, tree, tip and COMMIT, against the
same bytes inserted into a raw table; the library then takes the product's place, beside the raw table again, so that
neither cools the caches of the other. Replays and one long incident are read from files that were closed and opened
anew. What a fact takes on disk is the size of those closed files, index, tree and digests in, nothing vacuumed.

A bulk load is a thousand facts in one append against ten puts of a hundred. Of its facts one in three opens a record,
which draws a record key; beside it stand rows as another system's file has them, each of which opens one. Its steps are
taken from appends of their own, step by step. The journal is verified without keys and held against reading
each row and hashing it once. A screenful is forty records' words, opened at the door after the access log was
committed to its file, when nothing of it stood open before and the keys are in memory. What several processes get of one
store is measured in sharing.py.

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
from collections.abc import Iterator
from functools import partial
from itertools import count, islice, repeat
from pathlib import Path
from typing import Any

from hueandcry.store.codec import Pending
from hueandcry.store.folder import file_system_of
from tests.bench import sharing
from tests.bench.history import STORY, Stream, history, long_stream
from tests.bench.keepers import BATCH, STEPS, Hashing, Library, Product, Raw, Screen, batches, event_of, stored_bytes
from tests.bench.rounds import (
    HALF,
    NS_PER_MS,
    NS_PER_US,
    WORST,
    Line,
    Times,
    calls,
    interleaved,
    percentile,
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
BULK_SHARE = 100  # a thousand facts are loaded once for so many samples
THREE_OF_ONE, ONE_EACH = ("Opened", "Assessed", "Noted"), ("Opened",)  # the records of a bulk load
WARM_RECORDS = 400
SHARING_SHARE = 1 / 300  # s of sharing in a round for each sample
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


def bulk(steps: tuple[str, ...]) -> Iterator[Pending]:
    """Yield the facts of one record after another, each with the same steps."""
    chance = random.Random(SEED + 2)
    for number in count():
        stream = Stream(number, chance, steps)
        yield from iter(stream.next, None)


def loads(folder: Path, rounds: int, samples: int, kept: Kept) -> list[Line]:
    """Time thousands of facts to their commit, and take some of them apart."""
    opening_some = load(folder, THREE_OF_ONE, rounds, samples, kept)._replace(at_least=1.2)
    return [
        opening_some,
        *load_steps(folder, rounds * samples, kept),
        load(folder, ONE_EACH, rounds, samples, kept)._replace(measure="bulk load, each opens a record"),
    ]


def load(folder: Path, steps: tuple[str, ...], rounds: int, samples: int, kept: Kept) -> Line:
    """Time appends of a thousand facts, of records with these steps, against the library's puts of a hundred."""
    path = folder / f"bulk-{len(steps)}.db"
    product, library = Product(path), Library(path.with_suffix(".library.db"))
    appends = (partial(product.journal.append, batch) for batch in batches(bulk(steps)))
    puts = (partial(library.put, [event_of(one) for one in batch]) for batch in batches(bulk(steps)))
    times = interleaved({"product": appends, "library": puts}, rounds, samples)
    product.close()
    library.close()
    kept[f"bulk load, a record for each {len(steps)}, ns for {BATCH:,}"] = dict(times)
    ours, theirs = (f"{BATCH / typical(times[name]) * NS_PER_MS:,.0f} k/s" for name in times)
    return Line("bulk load", ours, theirs, ratio(times["library"], times["product"]))


def load_steps(folder: Path, many: int, kept: Kept) -> list[Line]:
    """Take so many appends of a thousand facts apart."""
    product = Product(folder / "bulk-steps.db")
    taken = [product.append_by_steps(batch) for batch in islice(batches(bulk(THREE_OF_ONE)), many + 1)][1:]
    product.verify()
    product.close()
    kept["bulk load by steps, ns for a thousand"] = {"steps": STEPS, "taken": taken}
    halves = [percentile(one, HALF) for one in zip(*taken, strict=True)]
    return [
        Line(f"- {name}", f"{ns / NS_PER_MS:.1f} ms", f"{sum(halves) / NS_PER_MS:.1f} ms", ns / sum(halves))
        for name, ns in zip(STEPS, halves, strict=True)
    ]


def verification(path: Path, product: Product, rounds: int, kept: Kept) -> Line:
    """Time the verification of the history that `on_disk` left."""
    hashing = Hashing(path)
    times = interleaved({"verify": repeat(product.verify), "hash": repeat(hashing.read)}, rounds, REPLAYS)
    hashing.close()
    kept["verify, ns"] = dict(times)
    ours, reference = (f"{typical(times[name]) / NS_PER_MS:,.0f} ms" for name in times)
    return Line("verify without keys", ours, reference, ratio(times["verify"], times["hash"]), at_most=2)


def screenfuls(folder: Path, product: Product, rounds: int, samples: int, kept: Kept) -> Line:
    """Time screenfuls of the history that `on_disk` left, against one durable insert each."""
    screen, raw = Screen(product, folder / "access.db", WARM_RECORDS), Raw(folder / "access-raw.db")
    inserts = (partial(raw.insert, stored_bytes(one)) for one in history(calls(rounds, samples), SEED))
    times = interleaved({"screen": screen.screenfuls(), "raw": inserts}, rounds, samples)
    screen.close()
    raw.close()
    kept["screenful, ns"] = dict(times)
    return _durable("screenful opened and logged", times["screen"], times["raw"], HALF, 5)


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
        lines.append(verification(folder / "history-product.db", product, rounds, kept))
        lines.append(screenfuls(folder, product, rounds, samples, kept))
        lines.append(one_stream(product, library, rounds, max(1, samples // LONG_SHARE), kept))
        product.close()
        library.close()
        lines += loads(folder, rounds, max(1, samples // BULK_SHARE), kept)
        lines += sharing.lines(folder, max(0.5, samples * SHARING_SHARE), rounds, kept)
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
