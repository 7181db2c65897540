"""Listening for what standing questions ring: the watch hears every fact as it is recorded, whoever recorded it.

Theory of operation. Clocks are kept in memory and follow from facts alone: whoever takes the watch over hears the open
items again, and whatever was recorded since its last keeper heard. Only what rings after the questions came into force is
recorded. That a ring is recorded once is for the domain to say; here one only listens.
"""

from collections.abc import Iterator

from hueandcry.domain.asking import Asker, Counter, Ring
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import POLICY_STREAM, Adoption
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.ringing import RingQuestion, RingVolume
from hueandcry.domain.standing import Follows
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import Act
from hueandcry.store.views import blank


class Listener:
    """Hears the journal of a room for the standing questions in force; `heard` is the position up to which that was done."""

    def __init__(self, room: Room, heard: int = 0) -> None:
        self._room, self.heard = room, heard
        self._adoption: Adoption | None = None
        self._in_force_from = 0
        self._asker: Asker | None = None
        self._judged = 0
        self.waiting: list[Act] = []

    def hear(self, now_ns: int) -> None:
        """Hear what was recorded up to the position of the room's board; what rang is added to what waits to be recorded."""
        board = self._room.board
        if (pack := board.policy.standing) is None:
            self.heard = board.position
            return
        adoption = board.policy.adoption(PackKind.STANDING)
        rang: list[Ring] = []
        if self._asker is None or adoption != self._adoption:
            rang += self._begin(adoption)
        assert self._asker is not None
        counter = Counter(pack)
        for entry in self._room.journal.entries(self.heard, board.position):
            rang += self._asker.hear(entry)
            self.heard = entry.position
        rang += self._asker.due(now_ns)
        for ring in sorted(rang):
            if ring.at > self._in_force_from:
                self.waiting.append(Act(ring.stream, RingQuestion(ring.question, ring.number, ring.at)))
        if counter.reach_ns and counter.spans_ended(self._judged, now_ns):
            self.waiting += self._fallen(counter, now_ns)
        self._judged = now_ns

    def _begin(self, adoption: Adoption) -> list[Ring]:
        """Hear what is open, and what was touched while a clock may still run, up to where the last keeper had heard.

        Returns what rang in them.
        """
        log, board, pack = self._room.journal, self._room.board, self._room.board.policy.standing
        assert pack is not None
        adopted = next(one for one in log.stream(POLICY_STREAM) if one.version == adoption.by.version)
        assert adopted.header is not None
        self._adoption, self._in_force_from = adoption, adopted.header.recorded
        self.heard = max(min(self.heard, board.position), adopted.position)
        self._asker = Asker(
            pack, blank, lambda stream, version: (one for one in log.stream(stream) if one.version < version)
        )
        self._judged = log.recorded_at(self.heard)
        waited = max((one.within_s for one in pack.question if isinstance(one, Follows)), default=0) * NS_PER_S
        lately = log.entries(log.position_at(max(0, self._judged - waited)), self.heard)
        streams = dict.fromkeys([*(one.id for one in board.open()), *(one.stream for one in lately)])
        return [ring for stream in streams for ring in self._asker.recall(stream, log.stream(stream, self.heard))]

    def _fallen(self, counter: Counter, now_ns: int) -> Iterator[Act]:
        journal, since = self._room.journal, max(0, self._judged - counter.reach_ns)
        for entry in journal.entries(journal.position_at(since), self._room.board.position):
            counter.hear(entry)
        first = max(since, journal.recorded_at(1))
        for one in counter.fallen(first, now_ns):
            if one.at > self._in_force_from:
                yield Act(POLICY_STREAM, RingVolume(one.question, one.at, one.count, one.usual))
