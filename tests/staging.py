"""What tests stand on: a room in memory with a set clock and seeded ids, and its desks."""

from hueandcry.domain.duty import Place, Role
from hueandcry.domain.staff import Register, SignOn, staff_stream
from hueandcry.operator.bootstrap import Founding, founding_acts
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import SetClock, seeded
from hueandcry.operator.verbs import carry_out
from hueandcry.store.access import in_memory
from hueandcry.store.log import Log, MemoryLog
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
        me = staff_stream(collar)
        self.founder.do([Act(me, Register(collar, None, "", roles or (Role.HANDLER,)))])
        signed = Signed(collar, f"session-{collar}", f"T-{collar}")
        arriving = Desk(self.log, self.board, self.identity, signed, arriving=True)
        arriving.do([Act(me, SignOn(signed.session, 0, signed.seat, Place.OFFICE))])
        return Desk(self.log, self.board, self.identity, signed)

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on."""
        self.clock.set(self.clock.now_ns + int(seconds * S))


def work(desk: Desk, text: str) -> None:
    """Carry out the lines of a text, one after another; empty lines are passed over."""
    for line in text.strip().splitlines():
        if line.strip():
            carry_out(desk, line.strip())
