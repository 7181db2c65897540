"""How the bench times, compares and prints: interleaved rounds, ratios within a round, medians over rounds.

Theory of operation. A contender yields calls that were prepared before, and only the call is timed. In each round all
contenders take their samples by turns, in an order drawn anew for each sample, so that whatever else the machine does
falls on all of them alike. A percentile is taken of one contender's samples of one round, a ratio within one round only, and the
table shows the medians over the rounds. Every single time is kept, in ns, for the raw file.
"""

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

Contender = Iterator[Callable[[], object]]
Times = list[list[int]]  # ns, for each round

WARM_SHARE = 10  # one sample in so many is taken before the first round, and thrown away
HALF, WORST = 50, 99
NS_PER_US, NS_PER_MS = 1_000, 1_000_000


class Line(NamedTuple):
    """One row of the table. A ratio above its reach is missed where it says at most, one below it where it says at least."""

    measure: str
    product: str
    reference: str
    ratio: float
    at_most: float | None = None
    at_least: float | None = None
    remark: str = ""

    @property
    def reach(self) -> str:
        """What design.md asks for, and whether it was missed."""
        if self.at_most is not None:
            words, missed = f"<= {self.at_most:g}x", self.ratio > self.at_most
        elif self.at_least is not None:
            words, missed = f">= {self.at_least:g}x", self.ratio < self.at_least
        else:
            return f"for information{self.remark and f' ({self.remark})'}"
        return words + (", missed" if missed else "")

    def cells(self) -> tuple[str, ...]:
        """Return the row as texts."""
        return self.measure, self.product, self.reference, f"{self.ratio:.2f}x", self.reach


def calls(rounds: int, samples: int) -> int:
    """Return how often `interleaved` calls each contender."""
    return _warm(samples) + rounds * samples


def _warm(samples: int) -> int:
    return max(1, samples // WARM_SHARE)


def interleaved(contenders: Mapping[str, Contender], rounds: int, samples: int) -> dict[str, Times]:
    """Return each contender's times of every round, taken by turns after a warm-up."""
    chance = random.Random(rounds)
    _one_round(contenders, _warm(samples), chance)
    taken = [_one_round(contenders, samples, chance) for _ in range(rounds)]
    return {name: [one[name] for one in taken] for name in contenders}


def _one_round(contenders: Mapping[str, Contender], samples: int, chance: random.Random) -> dict[str, list[int]]:
    gc.collect()
    times: dict[str, list[int]] = {name: [] for name in contenders}
    turns = list(contenders.items())
    for _ in range(samples):
        chance.shuffle(turns)
        for name, contender in turns:
            timed = next(contender)
            began = time.perf_counter_ns()
            timed()
            times[name].append(time.perf_counter_ns() - began)
    return times


def percentile(values: Sequence[int], percent: int) -> int:
    """Return the smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def typical(times: Times, percent: int = HALF) -> float:
    """Return the median over rounds of a percentile of each."""
    return statistics.median(percentile(one, percent) for one in times)


def ratio(above: Times, below: Times, percent: int = HALF) -> float:
    """Return the median over rounds of the ratio of two contenders' percentiles."""
    pairs = zip(above, below, strict=True)
    return statistics.median(percentile(one, percent) / percentile(other, percent) for one, other in pairs)


def table(lines: Sequence[Line]) -> str:
    """Return the rows under their heads, in columns; a row without a reach is for information."""
    rows = [("measure", "product", "reference", "ratio", "reach"), *(line.cells() for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)
