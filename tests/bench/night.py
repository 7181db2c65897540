"""The night shift's figures: asking and trying over simulated days, and the board's update, each against its reference.

Theory of operation. Days are worked by the simulated staff of the demo, one after another in one store, so that the history
has what a room leaves: contacts, assessments, grades, crews, escalations, rings. The reference of whatever walks the whole
history is one typed replay of it with seals closed, in the same run; that of the board's update is a refold.
Run it as `python -m tests.bench.night`; `--days 13` is about a million facts.
"""

import argparse
import json
import os
import sys
import time
from collections import deque
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from hueandcry.domain.asking import ask
from hueandcry.domain.coverage import coverage
from hueandcry.domain.fact import Entry
from hueandcry.domain.packreader import read_pack
from hueandcry.domain.reference import NS_PER_S, stream_text
from hueandcry.domain.trial import Trial
from hueandcry.operator import demo
from hueandcry.operator.bundled import pack_text
from hueandcry.operator.simulated import Simulation, real_rows
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from hueandcry.store.log import Log
from hueandcry.store.moment import changeovers
from hueandcry.store.records import blank
from hueandcry.store.views import Board
from tests.bench.rounds import Line, interleaved, ratio, table, typical

SEED = 20_260_401
DAY_NS = 86_400 * NS_PER_S
TICK_NS = 300 * NS_PER_S
OPEN_ITEMS = 10_000
WALKS = 1
ZONE = ZoneInfo(demo.ZONE)
Kept = dict[str, Any]


def nights(days: int) -> Any:
    """Work so many days in one store; a generator that holds the room open."""
    with demo._stage(SEED, "00:00:00") as (room, clock, desks, _):
        for day in range(days):
            simulation = Simulation(desks, SEED + day)
            for said in real_rows():
                simulation.ring(replace(said, occurred=said.occurred + day * DAY_NS))
            watch = Watch(room)
            end = clock.now_ns // DAY_NS * DAY_NS + DAY_NS
            while (due := simulation.next_due) is not None and due < end + DAY_NS // 8:
                if due // TICK_NS != clock.now_ns // TICK_NS:
                    watch.tick()
                clock.set(due)
                simulation.step()
        yield room


def walks(log: Log, board: Board, rounds: int, kept: Kept) -> list[Line]:
    """Time each walk over the whole history against a typed replay of it."""
    standing = board.policy.standing
    assert standing is not None
    shifts = partial(changeovers_of, board)

    def tried(name: str) -> None:
        content = pack_text(name).replace(b"within_s = 1800", b"within_s = 900").replace(b"_than_s = ", b"_than_s = 1")
        Trial(read_pack(content), blank, shifts).walk(log.entries(0, board.position), standing)

    readers = {
        "replay": lambda: deque(log.entries(0, board.position), maxlen=0),
        "hue ask, every question": lambda: ask(standing, log.entries(0, board.position), blank),
        "hue pack try, risk": partial(tried, "thrive-2022"),
        "hue pack try, grades": partial(tried, "grades-2022"),
        "hue pack try, standing": partial(tried, "standing-2026"),
        "hue coverage": lambda: coverage(log.entries(0, board.position)),
    }
    times = interleaved({name: repeat(read) for name, read in readers.items()}, rounds, WALKS)
    kept["walks, ns"] = dict(times)

    def line(name: str) -> Line:
        ours, replay = (f"{board.position / typical(times[one]) * 1e6:,.0f} k/s" for one in (name, "replay"))
        reach = None if name == "hue coverage" else 3.0
        return Line(name, ours, replay, ratio(times[name], times["replay"]), at_most=reach)

    return [line(name) for name in readers if name != "replay"]


def changeovers_of(board: Board, times: tuple[str, ...], since: int, until: int) -> list[int]:
    """Return when shifts changed, in the room's local time."""
    return changeovers(times, board.zone, since, until)


def updates(rounds: int, kept: Kept) -> Line:
    """Time the board's taking of one fact at 10,000 open items against folding them all anew."""
    with demo._stage(SEED, "00:00:00") as (room, clock, desks, _):
        handler = desks[demo.HANDLERS[0]]
        for number in range(OPEN_ITEMS):
            clock.set(clock.now_ns + NS_PER_S)
            carry_out(handler, f"open - other {number}")
        room.board.catch_up()
        log, size = room.journal, room.board.position
        board = room.beside().board
        entries = iter(list(noted(room, desks, clock, rounds * 100 + 50)))
        refold = repeat(lambda: Board(log, size).catch_up())
        taking = (partial(_take, board, entry) for entry in entries)
        update = interleaved({"update": taking}, rounds, 100)
        whole = interleaved({"refold": refold}, rounds, 1)
        kept["board update, ns"] = dict(update) | dict(whole)
        ours, theirs = f"{typical(update['update']) / 1e3:,.0f} us", f"{typical(whole['refold']) / 1e6:,.0f} ms"
        found = ratio(update["update"], whole["refold"])
        return Line("board update for one fact, 10,000 open", ours, theirs, found, at_most=0.01)


def _take(board: Board, entry: Entry) -> None:
    board.take([entry])
    record = board.records[entry.stream]
    board.item(record, record.recorded)


def noted(room: Any, desks: Any, clock: Any, many: int) -> Any:
    """Yield so many facts of open items, as they are recorded."""
    handler = desks[demo.HANDLERS[0]]
    streams = [one.id for one in room.board.open()]
    for number in range(many):
        clock.set(clock.now_ns + NS_PER_S)
        yield from carry_out(handler, f"note {stream_text(streams[number % len(streams)])} still waiting")


def main(arguments: list[str] | None = None) -> None:
    """Take all figures and print them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.night", description="The night shift's figures.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--days", type=int, default=1, help="simulated days, about 77,000 facts each")
    parser.add_argument("--raw", type=Path, help="a JSON file for every time taken")
    given = parser.parse_args(arguments)
    kept: Kept = {"rounds": given.rounds, "days": given.days, "load before": os.getloadavg()[0]}
    began = time.monotonic()
    for room in nights(given.days):
        print(f"{room.board.position:,} facts of {given.days} simulated days in {time.monotonic() - began:.0f} s")
        lines = walks(room.journal, room.board, given.rounds, kept)
    lines.append(updates(given.rounds, kept))
    print(table(lines))
    if given.raw is not None:
        given.raw.write_text(json.dumps(kept))


if __name__ == "__main__":
    sys.exit(main())
