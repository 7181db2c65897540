"""A store with thousands of open incidents, and who changes those in view, so many times a second, from a process of its own.

Theory of operation. The incidents in view are assessed and graded, so that their rows have the colours they have at work; the
others wait. They were opened an hour ago, and what time demanded of them since is recorded, so that none of it happens while it is
measured. A change gives one in view to another colleague: one cell, and the row stays in its place. Changes are due at times that
were fixed beforehand, so that a slow one is made up for, and whoever measures reads in the journal how many were recorded.

    python -m tests.bench.fullboard STORE RATE REF...
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from hueandcry.domain import incident
from hueandcry.domain.duty import Place
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Kind, stream_text
from hueandcry.domain.staff import SignOn, staff_stream
from hueandcry.operator.bootstrap import Founding, Room, found, open_room
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import Identity
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from hueandcry.operator.widgets.columns import incident_columns
from hueandcry.operator.widgets.livelist import When
from hueandcry.store.item import Item, urgency
from tests.bench.faces import COLUMNS, ROOT, environment

IN_VIEW = 15  # incidents that are in view at 120x40 and change by turns
GRADED = 45  # of them and below them
BATCH = 500
AGO_NS = 3600 * 1_000_000_000
NOBODYS_UID = 65_534
OTHERS = ("3001", "3002", "3003")
GRADES, VULNERABLE = ("1", "2", "2"), ("child", "none")


class Filled(NamedTuple):
    """A store that was filled: how it is opened, what is in view from above, and its rows as texts and styles."""

    env: dict[str, str]
    refs: list[str]
    rows: Path


def fill(folder: Path, items: int) -> Filled:
    """Make a store with so many open incidents."""
    founding = Founding("GMP", "Greater Manchester Police", "2211", keys=folder / "keys")
    identity = Identity(clock=lambda: time.time_ns() - AGO_NS)
    room, _ = found(folder / "store", founding, identity)
    desk = room.desk(None)
    carry_out(desk, "grant 2211 supervisor")
    for collar in OTHERS:  # others at work, to whom an incident is handed
        carry_out(desk, f"register {collar} handler")
        arriving = Desk(room.journal, room.board, identity, Signed(collar, f"session-{collar}", "T1"), arriving=True)
        arriving.do([Act(staff_stream(collar), SignOn(f"session-{collar}", NOBODYS_UID, "T1", Place.OFFICE))])
    streams = [identity.stream(Kind.INCIDENT) for _ in range(items)]
    for at in range(0, items, BATCH):
        desk.do([Act(one, incident.Open("theft", "from a shed", None)) for one in streams[at : at + BATCH]])
    _grade(desk, streams[:GRADED])
    ordered = _in_order(room)
    refs = [one.ref for one in ordered[:IN_VIEW]]
    for ref in refs:
        carry_out(desk, f"own {ref} {OTHERS[0]}")
    room.close()
    env = {"HUE_STORE": str(folder / "store"), "HUE_KEYS": str(folder / "keys"), "HUE_STATE": str(folder / "state")}
    return Filled(env, *_settled(folder, refs))


def _settled(folder: Path, refs: list[str]) -> tuple[list[str], Path]:
    """Record what time demanded up to now; return what is graded, as it stands then, and the file of all rows."""
    os.environ["HUE_KEYS"] = str(folder / "keys")
    room = open_room(str(folder / "store"))
    Watch(room).tick()
    room.board.save(room.folder.board)
    ordered = _in_order(room)
    assert sorted(one.ref for one in ordered[:IN_VIEW]) == sorted(refs), "what is given to somebody stays in view"
    rows = folder / "rows.json"
    rows.write_text(json.dumps(shown(ordered, room.identity.now())))
    room.close()
    return [one.ref for one in ordered[:GRADED]], rows


def _grade(desk: Desk, streams: list[bytes]) -> None:
    for number, stream in enumerate(streams):
        it, vulnerable = stream_text(stream), VULNERABLE[number % len(VULNERABLE)]
        said = f"situation=past threat=none risk=some investigation=none vulnerability={vulnerable}"
        carry_out(desk, f"assess {it} {said} engagement=wants-police")
        carry_out(desk, f"grade {it} {GRADES[number % len(GRADES)]} as it stands")


def _in_order(room: Room) -> list[Item]:
    now_ns = room.identity.now()
    return sorted(room.board.items(now_ns), key=lambda one: urgency(one, now_ns))


def shown(items: list[Item], now_ns: int) -> dict[str, list[object]]:
    """Return the columns' widths, and of every item the cells that the room shows of it: texts with their styles."""
    columns = incident_columns(COLUMNS)
    when = When(now_ns)
    cells = ([column.shows(one, when) for column in columns] for one in items)
    rows: list[object] = [
        [(text[: column.width - 1], str(style or "")) for column, (text, style) in zip(columns, row, strict=True)]
        for row in cells
    ]
    return {"headings": [one.heading for one in columns], "widths": [one.width for one in columns], "rows": rows}


def feed(store: str, rate: float, refs: list[str]) -> None:
    """Give incidents to others by turns, so many a second, for as long as whoever began it lives."""
    desk, parent = open_room(store).desk(None), os.getppid()
    began, done, laps = time.monotonic(), 0, desk.board.position  # another beginning than the last feeder's
    while os.getppid() == parent:
        if done > (time.monotonic() - began) * rate:
            time.sleep(min(0.001, 1 / rate / 4))
            continue
        lap, at = divmod(done, len(refs))
        with suppress(Refused):  # whoever has it already, as another feeder left it
            carry_out(desk, f"own {refs[at]} {OTHERS[(laps + lap) % len(OTHERS)]}")
        done += 1


@contextmanager
def feeding(filled: Filled, rate: float) -> Iterator[None]:
    """Feed from a process of its own meanwhile."""
    words = [sys.executable, "-m", "tests.bench.fullboard", filled.env["HUE_STORE"], str(rate), *filled.refs[:IN_VIEW]]
    feeder = subprocess.Popen(words, env=environment(filled.env), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
        assert feeder.poll() is None, "the feeder has stopped"
    finally:
        feeder.kill()
        feeder.wait()


if __name__ == "__main__":
    feed(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
