"""What tests stand on: a room in memory with a set clock and seeded ids, and its desks; and the same founded in files."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.gazetteer import GAZETTEER_STREAM, BeginEdition, ListPlaces
from hueandcry.domain.staff import Register, SignOn, staff_stream
from hueandcry.operator.bootstrap import Founding, found, founding_acts
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import Identity, SetClock, seeded
from hueandcry.operator.verbs import carry_out
from hueandcry.store.access import in_memory
from hueandcry.store.codec import Pending
from hueandcry.store.keyring import Kept
from hueandcry.store.log import NOTHING, Log, MemoryLog, Seen
from hueandcry.store.views import Board

MONDAY = 1_795_420_800_000_000_000  # 2026-11-23 08:00:00 UTC, in ns
S = 1_000_000_000


class Stage:
    """A founded room: `founder` is administrator and call handler; `log` may be any Log, in memory by default."""

    def __init__(self, log: Log | None = None, clock: SetClock | None = None, seed: int = 1) -> None:
        self.clock = clock or SetClock(MONDAY)
        self.log = log or MemoryLog(self.clock)
        self.log.access = in_memory(self.log, self.clock)
        self.board = Board(self.log)
        self.identity = seeded(self.clock, seed)
        self.founder = Desk(self.log, self.board, self.identity, Signed("1001", "founding", "T1"))
        self.founder.do(founding_acts(Founding("GMP", "Greater Manchester Police", "1001"), "founding"))

    def desk(self, collar: str, *roles: Role) -> Desk:
        """Register a member with roles (call handler by default), sign them on, and return their desk."""
        self.founder.do([Act(staff_stream(collar), Register(collar, None, "", roles or (Role.HANDLER,)))])
        return self.desk_again(collar, f"session-{collar}")

    def desk_again(self, collar: str, session: str, place: Place = Place.OFFICE) -> Desk:
        """Sign a member on, in a session of that name, and return their desk."""
        signed = Signed(collar, session, f"T-{collar}")
        arriving = Desk(self.log, self.board, self.identity, signed, arriving=True)
        arriving.do([Act(staff_stream(collar), SignOn(signed.session, 0, signed.seat, place))])
        return Desk(self.log, self.board, self.identity, signed)

    def list_places(self, *names: str) -> None:
        """Load a gazetteer of places of that name, all of district CENTRAL, by the founder."""
        digest, rows = b"places".ljust(32), "\n".join(f"{name}\tCENTRAL" + 8 * "\t" for name in names).encode()
        gazetteer = self.board.record(GAZETTEER_STREAM)
        begun = 1 if gazetteer is None else gazetteer.version + 1
        parts = (BeginEdition(digest, len(names), ("CENTRAL",)), ListPlaces(digest, begun, len(names), rows))
        self.founder.do([Act(GAZETTEER_STREAM, part) for part in parts])

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on."""
        self.clock.set(self.clock.now_ns + int(seconds * S))


class RacingLog(MemoryLog):
    """A log into which somebody else writes once in the moment between deciding and recording: what `cut_in` does."""

    cut_in: Callable[[], object] | None = None

    def append(self, pending: Sequence[Pending], seen: Seen = NOTHING) -> list[Entry]:
        """Let the other be quicker, then write."""
        cut, self.cut_in = self.cut_in, None
        if cut is not None:
            cut()
        return super().append(pending, seen)


class Founded(Stage):
    """The same in files, with keys, access log and checkpoints: `room` is the open store.

    Its ids are drawn by chance: its key folder has a name of its own among those of the run.
    """

    def __init__(self, path: Path, kept: Kept | None = None) -> None:
        self.clock = SetClock(MONDAY)
        self.identity = Identity(self.clock)
        founding = Founding("GMP", "Greater Manchester Police", "1001", kept=kept or Kept("file"))
        self.room, signed = found(path, founding, self.identity)
        self.log, self.board = self.room.journal, self.room.board
        self.founder = Desk(self.log, self.board, self.identity, signed)

    def close(self) -> None:
        """Close the store."""
        self.room.close()


def work(desk: Desk, text: str) -> None:
    """Carry out the lines of a text, one after another; empty lines are passed over."""
    for line in text.strip().splitlines():
        if line.strip():
            carry_out(desk, line.strip())
