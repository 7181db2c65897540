"""The scripted staff of a long shift, at desks of one store: they take what the board has, one step at a time, until it is closed.

Theory of operation. What is done with an item follows from the queue it stands in, so that whoever comes new to the store goes on
where another left. Each step has its time, drawn when the item is first seen in that state; the waits grow and shrink over ten
minutes, so that the board fills and empties. A line that a rule refuses is tried again later; what is refused time after time
is given up, and counted.
"""

import json
import math
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fault import Conflict, Refused
from hueandcry.domain.reference import stream_text
from hueandcry.domain.staff import Register, SignOn, staff_stream
from hueandcry.operator.bootstrap import Founding, Room, found, open_room
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import carry_out
from hueandcry.store.item import Item

ROOMS = {
    "handler": ("2212", Role.HANDLER),
    "dispatcher": ("3301", Role.DISPATCHER),
    "desk": ("4401", Role.VULNERABILITY),
    "supervisor": ("5501", Role.SUPERVISOR),
}
HANDLER, DISPATCHER, DESK, SUPERVISOR = "2213", "3302", "4402", "5502"  # the scripted ones
STAFF = {HANDLER: Role.HANDLER, DISPATCHER: Role.DISPATCHER, DESK: Role.VULNERABILITY, SUPERVISOR: Role.SUPERVISOR}
CREWS = tuple(f"AB{number}" for number in range(10, 70))
CHANNELS = ("999", "999", "101", "101", "chat", "online")
CATEGORIES = ("domestic", "violence", "burglary", "theft", "welfare", "road", "other")
ANSWERS = "situation=past threat=none risk={} investigation=none vulnerability={} engagement=wants-police"
WAIT_S, WAVE_S, HIGH = 6.0, 600.0, 0.8
ADVISED = 0.35  # of all contacts: told where else, and closed
TRIES = 8


class Floor:
    """The scripted staff of one store."""

    def __init__(self, folder: Path, contacts: int, pace: float) -> None:
        self.env = {"HUE_STORE": str(folder / "store"), "HUE_KEYS": str(folder / "keys")}
        os.environ["HUE_KEYS"] = self.env["HUE_KEYS"]
        self._count, self._contacts, self._pace = folder / "contacts.json", contacts, pace
        self.came = int(json.loads(self._count.read_text())) if self._count.exists() else 0
        self._room = self._opened(folder)
        self._desks = {collar: self._seat(collar) for collar in STAFF}
        self._chance = random.Random(self.came)
        self._began = self._next = time.monotonic()
        self._due: dict[bytes, tuple[int, float]] = {}  # the version that was seen, and when its next step is
        self._tried: Counter[bytes] = Counter()
        self.given_up: Counter[str] = Counter()

    # The house

    def _opened(self, folder: Path) -> Room:
        if (folder / "store").exists():
            return open_room(str(folder / "store"))
        founding = Founding("GMP", "Greater Manchester Police", "1001", keys=folder / "keys")
        room, signed = found(folder / "store", founding)
        founder = Desk(room.journal, room.board, room.identity, signed)
        for collar, role in (*ROOMS.values(), *STAFF.items()):
            me = staff_stream(collar)
            founder.do([Act(me, Register(collar, None, "", (role,)))])
            arriving = Desk(room.journal, room.board, room.identity, self._signed(collar), arriving=True)
            arriving.do([Act(me, SignOn(f"session-{collar}", os.getuid(), f"T-{collar}", Place.OFFICE))])
        dispatcher = Desk(room.journal, room.board, room.identity, self._signed(DISPATCHER))
        for crew in CREWS:
            carry_out(dispatcher, f"unit {crew} CENTRAL")
        return room

    @staticmethod
    def _signed(collar: str) -> Signed:
        return Signed(collar, f"session-{collar}", f"T-{collar}")

    def _seat(self, collar: str) -> Desk:
        return Desk(self._room.journal, self._room.board, self._room.identity, self._signed(collar))

    def session(self, name: str) -> str:
        """Return the session in which an operator has the room open."""
        return f"session-{ROOMS[name][0]}"

    def close(self) -> None:
        """Close the store."""
        self._room.close()

    # The shift

    @property
    def all_came(self) -> bool:
        """Whether every contact has come."""
        return self.came >= self._contacts

    @property
    def open(self) -> int:
        """How many items are open, and not given up."""
        return sum(self._tried[one.id] < TRIES for one in self._room.board.open())

    def stands(self) -> dict[str, Any]:
        """Return how it stands: contacts, facts, what is open."""
        board = self._room.board
        return {"contacts": self.came, "facts": board.position, "open": len(board.open()), "given up": self.given_up}

    def work(self) -> None:
        """Do what is due now."""
        now = time.monotonic()
        if not self.all_came and now >= self._next:
            self._next += self._chance.expovariate(self._pace)
            self._say(SUPERVISOR, f"ring {self._chance.choice(CHANNELS)} 07700900{self.came % 1000:03}")
            self.came += 1
            self._count.write_text(json.dumps(self.came))
        for record in self._room.board.open():
            version, due = self._due.get(record.id, (-1, 0.0))
            if version != record.version:
                self._due[record.id] = (record.version, now + self._wait(now))
            elif due <= now and self._tried[record.id] < TRIES:
                self._step(self._room.board.item(record, self._room.identity.now()), now)
                return
        if len(self._due) > 4 * len(self._room.board.records):
            self._due = {stream: one for stream, one in self._due.items() if stream in self._room.board.records}

    def _wait(self, now: float) -> float:
        wave = 1 + HIGH * math.sin(2 * math.pi * (now - self._began) / WAVE_S)
        return self._chance.expovariate(1 / (WAIT_S * wave))

    def _say(self, collar: str, *lines: str) -> None:
        for line in lines:
            carry_out(self._desks[collar], line)

    def _step(self, item: Item, now: float) -> None:
        """Do the next thing with an item."""
        self._due[item.stream] = (item.version, now + self._wait(now))
        try:
            self._next_of(item, stream_text(item.stream))
        except (Refused, Misread, Conflict) as fault:
            self._tried[item.stream] += 1
            if self._tried[item.stream] == TRIES:
                self.given_up[f"{item.queue}: {fault}"[:80]] += 1

    def _next_of(self, item: Item, it: str) -> None:
        match item.kind, item.queue:
            case "contact", "waiting":
                self._say(HANDLER, f"answer {it}")
            case "contact", _:
                self._of_contact(it)
            case "incident", "assess" | "grade":
                answers = ANSWERS.format(
                    self._chance.choice(("some", "low")), self._chance.choice(("none", "none", "child"))
                )
                self._say(HANDLER, f"assess {it} {answers}", f"grade {it} {self._chance.choice('233')} as it stands")
            case "incident", "dispatch":
                if item.desk_due is not None and self._chance.random() < 0.5:
                    self._say(DESK, f"desk {it} as-assessed nothing else is known of them")
                else:
                    self._say(DISPATCHER, f"send {it} {self._free()}")
            case "incident", "deployed":
                self._say(DISPATCHER, f"arrive {it}", f"result {it} attended seen to")
            case _:
                self._closes(it)

    def _of_contact(self, it: str) -> None:
        if self._chance.random() < ADVISED:
            self._say(HANDLER, f"notasked {it} all not-relevant", f"resolve {it} advice told where", f"close {it}")
        else:
            summary = f"{self._chance.choice(CATEGORIES)} not seen since noon"
            self._say(HANDLER, f"locate {it} CENTRAL 12 Mill Lane", f"open {it} {summary}", f"close {it}")

    def _closes(self, it: str) -> None:
        try:
            self._say(DISPATCHER, f"close {it}")
        except Refused:  # a crime has its reference first
            self._say(DISPATCHER, f"crime {it} 06EE.{self._chance.randrange(100_000)}-26", f"close {it}")

    def _free(self) -> str:
        free = [one.callsign for one in self._room.board.resources() if one.incident is None]
        if not free:
            raise Refused("no crew is free")
        return self._chance.choice(free)
