"""The watch: what time demands, recorded as facts, whoever keeps it.

Theory of operation. One process for each store holds the lease, a lock on a file beside the journal that the system
gives back when the process ends, however it ends. At each tick the keeper looks at every open item and lets the
commands of the domain say what time has made true: a target missed, an expedite unanswered. They are decided on the
record and appended with the version that was seen, so a second keeper could do no harm. When the next thing falls due is kept
in mind for as long as it is the same record under the same policy and shift: a tick then costs next to nothing.
"""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from hueandcry.domain.dispute import EscalateDispute
from hueandcry.domain.duty import AnyCommand
from hueandcry.domain.escalation import Escalate
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Entry, Record
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.timer import timers
from hueandcry.operator import erasing
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from hueandcry.operator.listening import Listener
from hueandcry.store.moment import last_changeover

TICK_S = 5.0
CHECKPOINT_EVERY = 1000
SAVE_AFTER_NS = 60 * NS_PER_S
SIGN_EVERY = 1000
SIGN_AFTER_NS = 60 * NS_PER_S
LEASE_NAME = "watch.lease"
NEVER = 1 << 63
GONE_MAX = 256  # records that are closed and not forgotten yet


class Lease:
    """The right to keep the watch of one store; given back by `release`, or by the end of the process."""

    def __init__(self, room: Room) -> None:
        self._path = room.folder.path / LEASE_NAME
        self._handle: int | None = None

    def take(self) -> bool:
        """Take the lease if nobody holds it, and tell whether it is ours."""
        if self._handle is not None:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o660)
        if os.fstat(handle).st_uid == os.geteuid():
            os.fchmod(handle, 0o660)  # whatever the umask: another of the group takes over
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def heard(self) -> int:
        """Return the position up to which the last keeper had heard what rings, 0 where nobody says."""
        try:
            return int(self._path.read_text() or 0)
        except (OSError, ValueError):
            return 0

    def note(self, heard: int) -> None:
        """Leave to the next keeper up to which position this one has heard."""
        if self._handle is not None:
            text = str(heard).encode()
            os.pwrite(self._handle, text, 0)
            os.ftruncate(self._handle, len(text))

    def release(self) -> None:
        """Give the lease back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class Watch:
    """Keeps the watch of a store, one tick at a time."""

    def __init__(self, room: Room, lease: Lease | None = None) -> None:
        self._room, self._lease = room, lease
        self._desk = Desk(room.journal, room.board, room.identity, THE_WATCH)
        self._listener: Listener | None = None
        self._saved, self._saved_at = room.board.position, 0
        self._soonest: dict[bytes, tuple[Record, int]] = {}
        self._under: tuple[Policy, int] | None = None
        self._signed, self._signed_at = 0, 0
        self.unsigned = ""

    def tick(self) -> list[Entry]:
        """Record what time has made true since, and return it."""
        board, now_ns = self._room.board, self._room.identity.now()  # the time first: what comes after it is in time
        board.catch_up()
        recorded: list[Entry] = []
        if not board.policy.force:
            return recorded
        changeover = last_changeover(board.policy.grades.changeover, board.zone, now_ns)
        for record in self._due(changeover, now_ns):
            for timer in timers(record, board.policy, changeover):
                if timer.due <= now_ns:
                    recorded += self._desk.do([Act(record.id, self._named(record, timer.command))])
        recorded += self._ring(now_ns)
        if board.position - self._saved >= CHECKPOINT_EVERY and now_ns - self._saved_at >= SAVE_AFTER_NS:
            board.save(self._room.folder.board)
            self._saved, self._saved_at = board.position, now_ns
        self._sign()
        return recorded + self.erase()

    def _due(self, changeover: int, now_ns: int) -> list[Record]:
        """Return the records of which something falls due by now (ns UTC)."""
        board, found, soonest = self._room.board, list[Record](), self._soonest
        if self._under != (board.policy, changeover):
            soonest.clear()
        self._under = board.policy, changeover
        for stream, record in board.records.items():
            known = soonest.get(stream)
            if known is None or known[0] is not record:
                due = min((one.due for one in timers(record, board.policy, changeover)), default=NEVER)
                known = soonest[stream] = record, due
            if known[1] <= now_ns:
                found.append(record)
        if len(soonest) > len(board.records) + GONE_MAX:
            self._soonest = {stream: known for stream, known in soonest.items() if stream in board.records}
        return found

    def _ring(self, now_ns: int) -> list[Entry]:
        """Record what standing questions rang; what cannot be recorded now waits for the next tick."""
        lease = self._lease
        if self._listener is None:
            self._listener = Listener(self._room, lease.heard() if lease is not None else 0)
        listener, recorded = self._listener, []
        listener.hear(now_ns)
        while listener.waiting:
            recorded += self._desk.do([listener.waiting[0]])
            del listener.waiting[0]
        if lease is not None:
            lease.note(listener.heard)
        return recorded

    def erase(self) -> list[Entry]:
        """Carry out what erasures are pending; one that cannot be finished now stays pending until a later tick."""
        board, before = self._room.board, self._room.board.position
        for stream in list(board.erasing):
            with suppress(Unavailable):
                erasing.carry_out(self._room, stream)
        return list(self._room.journal.entries(before, board.position)) if board.position > before else []

    def _sign(self) -> None:
        """Sign a checkpoint each minute in which something was recorded, or after 1,000 facts."""
        board, now_ns = self._room.board, self._room.identity.now()
        due = board.position - self._signed >= SIGN_EVERY or now_ns - self._signed_at >= SIGN_AFTER_NS
        if not due or board.position == self._signed:
            return
        self._signed, self._signed_at = board.position, now_ns
        try:
            self._room.sign_checkpoint()
            self.unsigned = ""
        except Unavailable as fault:  # the watch goes on: what time demands of the work does not wait for a key
            self.unsigned = str(fault)

    def _named(self, record: Record, command: AnyCommand) -> AnyCommand:
        """Return a command with whom it concerns: an escalation goes to who answers for the district now."""
        if isinstance(command, Escalate) and isinstance(record, Incident):
            return replace(command, who=self._room.board.answers_for(record.district, command.to))
        if isinstance(command, EscalateDispute) and isinstance(record, Expedite) and record.incident is not None:
            about = self._room.board.record(record.incident)
            district = about.district if isinstance(about, Incident) else ""
            return replace(command, who=self._room.board.answers_for(district, command.to))
        return command


def keep(
    room: Room, wait: Callable[[], bool], told: Callable[[list[Entry]], None], warn: Callable[[str], None]
) -> None:
    """Keep the watch until `wait` says no more; takes the lease over when its holder ends.

    `warn` hears once why checkpoints cannot be signed, where that is so.
    """
    lease = Lease(room)
    watch = Watch(room, lease)
    warned = ""
    try:
        while True:
            if lease.take():
                told(watch.tick())
                if watch.unsigned and watch.unsigned != warned:
                    warn(watch.unsigned)
                warned = watch.unsigned
            if not wait():
                return
    finally:
        lease.release()
