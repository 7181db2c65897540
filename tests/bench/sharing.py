"""Sharing one store: eight writers without pause, and how soon another process holds what was committed.

Theory of operation. Every figure is taken between real processes, each with a journal of its own on one file.

Eight writers append facts one by one for some seconds, each to an incident of its own; the library's own application on
SQLite, nothing set, does the same with the same facts. Fairness is the fewest commits of a writer by the most of one.
The longest wait is the longest that any writer was in one append, that is wait and commit together; one who was turned
away has waited as well.

For the second figure one process appends at random moments and notes when each append returned; this one waits with
`Commits`, or asks PRAGMA data_version every 5 ms, and notes when it holds each entry, decoded. Both ways hear the same
writer by turns, in an order drawn anew for each round. An entry that is held before its append returned counts as 0.

    python -m tests.bench.sharing [--rounds 5] [--seconds 3]
"""

import argparse
import multiprocessing
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

from eventsourcing.persistence import PersistenceError

from hueandcry.domain.fault import Conflict
from hueandcry.store.codec import Pending
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.subscription import Commits
from tests.bench.history import LONG_STORY, Stream
from tests.bench.keepers import Library, Product, event_of
from tests.bench.rounds import HALF, NS_PER_MS, WORST, Line, Times, ratio, table, typical

SEED = 20_200_903
WRITERS = 8
POLL_S = 0.005
GAP_S_MIN, GAP_S_MAX = 0.002, 0.014  # between two appends: no rhythm that a poll could fall in with
STUCK_S = 60.0

PROCESSES = multiprocessing.get_context("spawn")  # a fork would share the open files of this one


class Share(NamedTuple):
    """What one of several writers got."""

    commits: int
    longest_ns: int


# Eight writers


def writers(folder: Path, seconds: float, rounds: int, kept: dict[str, Any]) -> list[Line]:
    """Let eight processes write at once, ours and the library's by turns."""
    chance, shares = random.Random(SEED), dict[str, list[list[Share]]](product=[], library=[])
    for number in range(rounds):
        for name in chance.sample(sorted(shares), len(shares)):
            shares[name].append(_eight(name, folder / f"writers-{number}-{name}.db", seconds))
    kept["eight writers, commits and longest ns of each"] = shares
    ours, theirs = shares["product"], shares["library"]
    fair, unfair = (statistics.median(map(_fairness, one)) for one in (ours, theirs))
    waits = [(_longest_ms(one), _longest_ms(other)) for one, other in zip(ours, theirs, strict=True)]
    longest = [f"{statistics.median(some):,.0f} ms" for some in zip(*waits, strict=True)]
    many = [
        statistics.median(sum(one.commits for one in shared) / seconds for shared in some) for some in (ours, theirs)
    ]
    by_theirs = statistics.median(one / other for one, other in waits)
    return [
        Line("eight writers, fewest commits by most", f"{fair:.2f}", f"{unfair:.2f}", fair, at_least=0.8),
        Line("eight writers, longest wait", longest[0], longest[1], by_theirs, at_most=0.1),
        Line("eight writers, commits a second", f"{many[0]:,.0f}", f"{many[1]:,.0f}", many[0] / many[1]),
    ]


def _fairness(shares: list[Share]) -> float:
    return min(one.commits for one in shares) / max(1, *(one.commits for one in shares))


def _longest_ms(shares: list[Share]) -> float:
    return max(one.longest_ns for one in shares) / NS_PER_MS


def _eight(name: str, path: Path, seconds: float) -> list[Share]:
    (Product if name == "product" else Library)(path).close()
    gate, told = PROCESSES.Barrier(WRITERS), PROCESSES.Queue()
    given = [(name, path, number, seconds, gate, told) for number in range(WRITERS)]
    with _running([PROCESSES.Process(target=_write, args=one, daemon=True) for one in given]) as children:
        return [told.get(timeout=STUCK_S) for _ in children]


def _write(name: str, path: Path, number: int, seconds: float, gate: Any, told: Any) -> None:
    """Append without pause until the time is over: the work of one writer process."""
    put, close = _putter(name, path)
    stream = Stream(number, random.Random(SEED + number))
    put(stream.say("Opened"))
    steps, commits, longest = cycle(LONG_STORY), 0, 0
    gate.wait(STUCK_S)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        said = stream.say(next(steps))
        began = time.perf_counter_ns()
        try:
            put(said)
            commits += 1
        except (Conflict, PersistenceError):
            stream.version -= 1
        longest = max(longest, time.perf_counter_ns() - began)
    told.put(Share(commits, longest))
    close()


def _putter(name: str, path: Path) -> tuple[Callable[[Pending], Any], Callable[[], None]]:
    """Return what appends one fact durably, and what closes it."""
    if name == "product":
        product = Product(path)
        return lambda one: product.journal.append([one]), product.close
    library = Library(path)
    return lambda one: library.application.events.put([event_of(one)]), library.close


# From a commit to another process


def held(folder: Path, seconds: float, rounds: int, kept: dict[str, Any]) -> list[Line]:
    """Time how soon this process holds, decoded, what another one appended."""
    many = max(50, int(seconds / ((GAP_S_MIN + GAP_S_MAX) / 2)))
    ways = {"commits": _by_commits, "poll": _by_polling}
    times: dict[str, Times] = {name: [] for name in ways}
    path, chance = folder / "held.db", random.Random(SEED)
    product = Product(path)
    ours, its = PROCESSES.Pipe()
    with _running([PROCESSES.Process(target=_append_when_told, args=(path, its), daemon=True)]):
        assert ours.poll(STUCK_S)
        ours.recv()
        for _ in range(rounds):
            for name in chance.sample(sorted(ways), len(ways)):
                with ways[name](product.journal) as wait:
                    after = product.journal.tip().size
                    ours.send(many)
                    seen = _seen(product.journal, after, many, wait)
                returned = ours.recv()
                times[name].append([max(0, seen[position] - at) for position, at in returned.items()])
        ours.send(0)
    product.close()
    kept["commit -> other process, ns"] = times
    return [_held(times["commits"], times["poll"], percent) for percent in (WORST, HALF)]


def _held(commits: Times, poll: Times, percent: int) -> Line:
    took, reference = (f"{typical(times, percent) / NS_PER_MS:.2f} ms" for times in (commits, poll))
    reach = 0.33 if percent == WORST else None
    return Line(
        f"commit -> other process holds it, p{percent}", took, reference, ratio(commits, poll, percent), at_most=reach
    )


def _append_when_told(path: Path, pipe: Any) -> None:
    """Append so many facts at random moments whenever told; answer when each append returned, by position."""
    product, chance = Product(path), random.Random(SEED)
    stream, steps = Stream(0, random.Random(SEED)), cycle(LONG_STORY)
    product.journal.append([stream.say("Opened")])
    pipe.send("ready")
    while many := pipe.recv():
        returned: dict[int, int] = {}
        for _ in range(many):
            time.sleep(chance.uniform(GAP_S_MIN, GAP_S_MAX))
            (entry,) = product.journal.append([stream.say(next(steps))])
            returned[entry.position] = time.perf_counter_ns()
        pipe.send(returned)
    product.close()


@contextmanager
def _by_commits(journal: SQLiteJournal) -> Iterator[Callable[[], bool]]:
    with Commits(journal) as commits:
        yield lambda: commits.wait(1.0)


@contextmanager
def _by_polling(journal: SQLiteJournal) -> Iterator[Callable[[], bool]]:
    version = journal.data_version()
    last = version()

    def wait() -> bool:
        nonlocal last
        time.sleep(POLL_S)
        before, last = last, version()
        return before != last

    yield wait


def _seen(journal: SQLiteJournal, after: int, many: int, wait: Callable[[], bool]) -> dict[int, int]:
    """Return when each of so many new entries was held, by position."""
    seen: dict[int, int] = {}
    until = time.monotonic() + STUCK_S
    while len(seen) < many:
        assert time.monotonic() < until, "the writer has stopped"
        if wait():
            for entry in journal.entries(after):
                seen[entry.position] = time.perf_counter_ns()
                after = entry.position
    return seen


# Together


@contextmanager
def _running(children: list[Any]) -> Iterator[list[Any]]:
    """Run processes; none outlives this."""
    try:
        for one in children:
            one.start()
        yield children
        for one in children:
            one.join(STUCK_S)
    finally:
        for one in children:
            one.kill()
            one.join()


def lines(folder: Path, seconds: float, rounds: int, kept: dict[str, Any]) -> list[Line]:
    """Take both figures; each round lasts so many seconds for each of four."""
    return [*writers(folder, seconds, rounds, kept), *held(folder, seconds, rounds, kept)]


def main() -> None:
    """Take both figures and print them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sharing", description="Sharing one store.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hue-bench-") as name:
        print(table(lines(Path(name), given.seconds, given.rounds, {})))


if __name__ == "__main__":
    main()
