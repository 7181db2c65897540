"""Listening for what standing questions ring: the watch hears every fact as it is recorded, whoever recorded it.

Theory of operation. Clocks are kept in memory and follow from facts alone: whoever takes the watch over hears the open
items again, and whatever was recorded since its last keeper heard. Each pack is asked from its adoption to that of the next
one, also where both were adopted since anybody listened. That a ring is recorded once is for the domain to say; here one
only listens.
"""

from collections.abc import Iterator

from hueandcry.domain.asking import Asker, Counter, Ring
from hueandcry.domain.fact import Entry
from hueandcry.domain.pack import PackKind
from hueandcry.domain.packreader import read_pack
from hueandcry.domain.policy import POLICY_STREAM, Adoption
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.ringing import RingQuestion, RingVolume
from hueandcry.domain.standing import Follows, StandingPack
from hueandcry.domain.worked import Worked
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import Act
from hueandcry.store.records import blank


class Listener:
    """Hears the journal of a room for the standing questions in force; `heard` is the position up to which that was done."""

    def __init__(self, room: Room, heard: int = 0) -> None:
        self._room, self.heard = room, heard
        self._adoption: Adoption | None = None
        self._in_force_from = 0
        self._pack: StandingPack | None = None
        self._asker: Asker | None = None
        self._judged = 0
        self.waiting: list[Act] = []

    def hear(self, now_ns: int) -> None:
        """Hear what was recorded up to the position of the room's board; what rang is added to what waits to be recorded."""
        board = self._room.board
        adopted = [one for one in board.policy.adopted if one.kind is PackKind.STANDING]
        if adopted and adopted[-1] != self._adoption:
            for adoption, entry in self._to_begin(adopted):
                self._listen(entry.position, _recorded(entry))
                self._begin(adoption, entry)
        self._listen(board.position, now_ns)
        self.heard = board.position

    def _to_begin(self, adopted: list[Adoption]) -> Iterator[tuple[Adoption, Entry]]:
        """Yield the packs that were in force since somebody heard, and that are not asked yet, each with its adoption."""
        by_version = {one.version: one for one in self._room.journal.stream(POLICY_STREAM)}
        entries = [by_version[one.by.version] for one in adopted]
        first = max(sum(entry.position <= self.heard for entry in entries) - 1, 0)
        for adoption, entry in list(zip(adopted, entries, strict=True))[first:]:
            if adoption != self._adoption:
                yield adoption, entry

    def _begin(self, adoption: Adoption, adopted: Entry) -> None:
        """Ask a pack from its adoption on, or from where the last keeper had heard.

        What is open is heard up to there, and what was touched while a clock may still run; what rang in it waits, too.
        """
        log, board, pack = self._room.journal, self._room.board, read_pack(adoption.content)
        assert isinstance(pack, StandingPack)
        self._adoption, self._pack, self._in_force_from = adoption, pack, _recorded(adopted)
        self.heard = max(min(self.heard, board.position), adopted.position)
        self._asker = Asker(
            pack, blank, lambda stream, version: (one for one in log.stream(stream) if one.version < version)
        )
        self._judged = log.recorded_at(self.heard)
        waited = max((one.within_s for one in pack.question if isinstance(one, Follows)), default=0) * NS_PER_S
        lately = log.entries(log.position_at(max(0, self._judged - waited)), self.heard)
        streams = dict.fromkeys([*(one.id for one in board.open()), *(one.stream for one in lately)])
        rang: list[Ring] = []
        for stream in streams:
            rang += self._asker.recall(stream, log.stream(stream, self.heard))
            self._asker.share(board.records.get(stream))
        self._wait([one for one in rang if one.at > self._in_force_from])  # what rang at that moment rang before it

    def _listen(self, position: int, until_ns: int) -> None:
        """Ask the pack that is asked of what was recorded up to a position, and of the time that passed."""
        if self._pack is None or self._asker is None:
            return
        rang: list[Ring] = []
        touched = set()
        for entry in self._room.journal.entries(self.heard, position):
            rang += self._asker.hear(entry)
            self.heard = entry.position
            touched.add(entry.stream)
        for stream in touched:
            self._asker.share(self._room.board.records.get(stream))
        rang += self._asker.due(until_ns)
        self._wait([one for one in rang if one.at >= self._in_force_from])
        counter = Counter(self._pack)
        if counter.reach_ns and counter.spans_ended(self._judged, until_ns):
            self.waiting += self._fallen(counter, until_ns)
        self._judged = until_ns

    def _wait(self, rang: list[Ring]) -> None:
        """Let what rang wait to be recorded, but for what the board knows to be recorded already."""
        new = (one for one in sorted(rang) if not self._is_recorded(one))
        self.waiting += (Act(one.stream, RingQuestion(one.question, one.number, one.at)) for one in new)

    def _is_recorded(self, ring: Ring) -> bool:
        record = self._room.board.records.get(ring.stream)
        return isinstance(record, Worked) and record.has_rung(ring.question, ring.number)

    def _fallen(self, counter: Counter, until_ns: int) -> Iterator[Act]:
        journal, since = self._room.journal, max(0, self._judged - counter.reach_ns)
        for entry in journal.entries(journal.position_at(since), self._room.board.position):
            counter.hear(entry)
        first = max(since, journal.recorded_at(1))
        for one in counter.fallen(first, until_ns):
            if one.at > self._in_force_from:
                yield Act(POLICY_STREAM, RingVolume(one.question, one.at, one.count, one.usual))


def _recorded(entry: Entry) -> int:
    """Return when the fact of an adoption was recorded (ns UTC)."""
    assert entry.header is not None
    return entry.header.recorded
