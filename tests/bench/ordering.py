"""Something new among 10,000: put where it belongs and painted, headless, in the live list and in a DataTable, by turns.

Theory of operation. What comes in belongs within the rows in view, so that both have to draw it. The live list takes it as the
board hands it over; the table adds a row and sorts, by the same keys. Both are waited for in the way of Textual's tests, which
sleeps in steps of 20 ms; what that waiting takes with nothing to do is taken beside every insertion, and left out. The processor
time of the same has no steps in it.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from rich.text import Text
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import DataTable

from hueandcry.operator.widgets.columns import incident_columns
from hueandcry.operator.widgets.livelist import LiveList, When
from hueandcry.store.item import Item, urgency
from tests.bench.faces import COLUMNS, ROWS
from tests.bench.rounds import HALF, NS_PER_MS, Line, percentile

NOW_NS = 1_795_460_400_000_000_000
MIN_NS = 60_000_000_000
FIRST_ROWS = 20
Insert = Callable[[Item], None]


def item(number: int, since: int) -> Item:
    """Return an incident that waits since a moment (ns UTC)."""
    return Item(
        ref=f"{number}", kind="incident", stream=number.to_bytes(16, "big"), queue="dispatch", owner="dispatcher",
        stage="graded", what="theft", grade="2", district="CENTRAL", since=since, due=None, overdue=False,
        vulnerable=False, contacts=1, version=3, risk=100,
    )  # fmt: skip


class Holding(App[None]):
    """An app with 10,000 rows in one widget, and how another is put in."""

    CSS = "LiveList, DataTable { height: 1fr; }"

    def __init__(self, kind: str, items: list[Item]) -> None:
        super().__init__()
        self._kind, self._items = kind, items
        self._columns = incident_columns(COLUMNS)
        self._keys: dict[str, Any] = {}

    def compose(self) -> ComposeResult:
        live = self._kind == "live list"
        yield LiveList("Incidents", self._columns, id="it") if live else DataTable[Text](cursor_type="row", id="it")

    def on_mount(self) -> None:
        if self._kind == "live list":
            self.query_one(LiveList).take({one.stream: one for one in self._items}, NOW_NS, whole=True)
            self.query_one(LiveList).activate(active=True)
            return
        for column in self._columns:
            self.query_one(DataTable).add_column(column.heading, width=column.width, key=column.heading)
        for one in self._items:
            self._add(one)

    def _add(self, one: Item) -> None:
        self._keys[one.ref] = urgency(one, NOW_NS)
        cells = (column.shows(one, When(NOW_NS)) for column in self._columns)
        self.query_one(DataTable).add_row(
            *(Text(text, style or "", no_wrap=True, end="") for text, style in cells), key=one.ref
        )

    def insert(self, one: Item) -> None:
        """Put an item where it belongs."""
        if self._kind == "live list":
            self.query_one(LiveList).take({one.stream: one}, NOW_NS)
            return
        self._add(one)
        self.query_one(DataTable).sort("incident", key=lambda cell: self._keys[cell.plain])


async def _timed(pilot: Pilot[None], insert: Callable[[], None] | None) -> tuple[int, int]:
    """Return the ns and the processor ns of an insertion and its paint; of the waiting alone without one."""
    began, spent = time.perf_counter_ns(), time.process_time_ns()
    if insert is not None:
        insert()
    await pilot.pause()
    return time.perf_counter_ns() - began, time.process_time_ns() - spent


async def _round(kind: str, many: int, samples: int, chance: random.Random) -> dict[str, list[tuple[int, int]]]:
    """Return the times of one round: of insertions, and of waiting with nothing to do."""
    app = Holding(kind, [item(number, NOW_NS - (2 * many - number) * MIN_NS) for number in range(many)])
    found: dict[str, list[tuple[int, int]]] = {"insert": [], "nothing": []}
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        await pilot.pause(2.0)
        for number in range(samples):
            above = chance.randrange(1, FIRST_ROWS)  # the row below which it belongs
            one = item(many + number, NOW_NS - (2 * many - above) * MIN_NS + 1)
            found["nothing"].append(await _timed(pilot, None))
            found["insert"].append(await _timed(pilot, lambda one=one: app.insert(one)))  # type: ignore[misc]
    return found


def lines(many: int, rounds: int, samples: int, kept: dict[str, Any]) -> list[Line]:
    """Return the rows of both, net of the waiting."""
    chance, kinds = random.Random(rounds), ("live list", "table")
    net: dict[str, dict[str, list[float]]] = {of: {kind: [] for kind in kinds} for of in ("wall", "processor")}
    kept["ordered insertion, ns and processor ns"] = raw = []
    for _ in range(rounds):
        for kind in chance.sample(kinds, len(kinds)):
            taken = asyncio.run(_round(kind, many, samples, chance))
            raw.append((kind, taken))
            for at, of in enumerate(net):
                half = {what: percentile([one[at] for one in times], HALF) for what, times in taken.items()}
                net[of][kind].append((half["insert"] - half["nothing"]) / NS_PER_MS)
    return [_line(of, *net[of].values()) for of in net]


def _line(of: str, ours: list[float], theirs: list[float]) -> Line:
    name = f"insertion in order and paint, net, {of} time"
    found = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    took, reference = (f"{statistics.median(one):.1f} ms" for one in (ours, theirs))
    return Line(name, took, reference, found, at_most=1 / 8 if of == "wall" else None)
