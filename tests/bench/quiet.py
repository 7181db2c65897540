"""Nobody at the keys: what changes cost in bytes and in processor time, what an idle screen sends, and how much is in memory.

Theory of operation. One face runs at a time, the others are held. How many changes there really were is read where they are made:
in the journal for the room, and from the table itself for a reference. What an idle screen sends is taken over two turns of a
minute, at which ages and clock are drawn anew. Memory is what is resident once everything is loaded; that of a bare app with the
domain and the store imported is the reference.
"""

import re
import sys
from typing import Any, NamedTuple

from hueandcry.operator.bootstrap import Room, open_room
from tests.bench.bareapp import SHOWN
from tests.bench.faces import Face, Faces
from tests.bench.fullboard import Filled
from tests.bench.keys import PAUSE_S, REFERENCES, SETTLE_S
from tests.bench.rounds import Line

IDLE_S = 130.0
SLOW, IDLE_RATE = 2, 10  # changes a second: each is drawn by itself; as in an idle room
COUNT = b"\x1b[20~"  # F9


class Cost(NamedTuple):
    """What a face did in some seconds: its changes, the bytes it sent, the share of a core it took."""

    changes: int
    seconds: float
    sent: int
    cpu: float
    threads: list[float]

    @property
    def each(self) -> float:
        """Bytes for a change."""
        return self.sent / max(1, self.changes)


def costs(faces: Faces, filled: Filled, seconds: float) -> dict[str, Cost]:
    """Return what each face but the floor takes, alone, for so long."""
    store = open_room(filled.env["HUE_STORE"])
    found = {}
    for name, face in faces.items():
        if name == "floor":
            continue
        faces.only(face, 3 * SETTLE_S)
        before = _changes(name, faces, face, store)
        sent, spent = face.received, face.cpu_ns()
        faces.during(seconds)
        spent = {thread: ns - spent.get(thread, 0) for thread, ns in face.cpu_ns().items()}
        sent = face.received - sent
        threads = [ns / seconds / 1e9 for ns in spent.values()]
        found[name] = Cost(_changes(name, faces, face, store) - before, seconds, sent, sum(threads), threads)
    faces.only(None, SETTLE_S)
    store.close()
    return found


def _changes(name: str, faces: Faces, face: Face, store: Room) -> int:
    """Return how many changes there were so far."""
    if name not in REFERENCES:
        return store.journal.tip().size
    face.came = []
    face.write(COUNT)
    faces.during(4 * PAUSE_S)
    came, face.came = b"".join(chunk for _, chunk in face.came), None
    return int(re.findall(rb"changed ([0-9]+) ", came)[-1])


def lines(rate: float, found: dict[str, Cost], kept: dict[str, Any]) -> list[Line]:
    """Return the rows of what a change costs."""
    kept[f"{rate:g} changes/s, nobody at the keys"] = {name: one._asdict() for name, one in found.items()}
    ours, rows = found["room"], []
    for name in (one for one in REFERENCES if one in found):
        it, of = found[name], f", {rate:g} changes/s{'' if name == 'default' else f', {name}'}"
        reached = name == "default"
        each = reached and rate <= SLOW  # what comes faster than it is drawn is drawn together
        rows.append(
            Line(
                f"bytes for a change{of}", f"{ours.each:,.0f} B", f"{it.each:,.0f} B", ours.each / it.each,
                at_most=1 / 60 if each else None,
            )
        )  # fmt: skip
        rows.append(
            Line(
                f"share of a core{of}", f"{ours.cpu:.1%}", f"{it.cpu:.1%}", ours.cpu / it.cpu,
                at_most=1 / 20 if reached and rate == IDLE_RATE else None,
            )
        )  # fmt: skip
        made, theirs = ours.changes / ours.seconds, it.changes / it.seconds
        rows.append(Line(f"changes really made a second{of}", f"{made:.1f}", f"{theirs:.1f}", made / theirs))
    return rows


def idle(filled: Filled, kept: dict[str, Any], seconds: float = IDLE_S) -> list[Line]:
    """Return the rows of the room with nothing to tell, and of its memory: of the first, which keeps the watch, and another."""
    with Faces() as faces:
        room = faces["room"] = Face([sys.executable, "-m", "hueandcry.operator.entry"], filled.env)
        bare = faces["bare"] = Face([sys.executable, "-m", "tests.bench.bareapp", "--with-store"], {})
        faces.until(bare, SHOWN.encode())
        faces.until(room, b"F10 leave")
        faces.during(10.0)
        sent, spent = room.received, sum(room.cpu_ns().values())
        faces.during(seconds)
        each, cpu = (room.received - sent) / seconds, (sum(room.cpu_ns().values()) - spent) / seconds / 1e9
        beside = faces["beside"] = Face([sys.executable, "-m", "hueandcry.operator.entry"], filled.env)
        faces.until(beside, b"F10 leave")
        faces.during(10.0)
        memory = {"keeps the watch": room.memory(), "beside it": beside.memory(), "bare app": bare.memory()}
    kept["idle"] = {"bytes/s": each, "cpu": cpu, "memory": memory}
    keeper, other, theirs = (one["resident"] for one in memory.values())
    return [
        Line("idle with clocks, bytes/s", f"{each:,.0f}", "1,000", each / 1000, at_most=1),
        Line("idle with clocks, share of a core", f"{cpu:.1%}", "-", cpu),
        Line("memory of an operator", f"{other:.0f} MB", f"{theirs:.0f} MB", other / theirs, at_most=1.5),
        Line("memory of whose room keeps the watch", f"{keeper:.0f} MB", f"{theirs:.0f} MB", keeper / theirs),
    ]
