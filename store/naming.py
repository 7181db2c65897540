"""How the room names things when a fact is spoken: daily numbers, tails, local time, and what is not open.

Theory of operation. A sentence is made in the domain; which item a stream is called by depends on the board as of a
moment, and what a closed value is called on the record that the page is about.
"""

from hueandcry.domain.fact import Erasure, FactRef, Names, Record
from hueandcry.domain.reference import Kind
from hueandcry.store.moment import local_day, local_text
from hueandcry.store.views import Board


class RoomNames(Names):
    """How the room names things: daily numbers, tails, and local time."""

    def __init__(self, board: Board, now_ns: int, *, day: bool = False, closed: str = Names.closed) -> None:
        self._board, self._now_ns, self._day, self.closed = board, now_ns, day, closed

    def stream(self, stream: bytes) -> str:
        return self._board.name(stream, self._now_ns)

    def fact(self, ref: FactRef) -> str:
        return f"{self.stream(ref.stream)}.{ref.version}"

    def instant(self, instant_ns: int) -> str:
        zone = self._board.zone
        another_day = local_day(instant_ns, zone) != local_day(self._now_ns, zone)
        return local_text(instant_ns, zone, day=self._day or another_day)


def names_for(board: Board, record: Record, now_ns: int, *, day: bool = False) -> RoomNames:
    """Return how the room names things on a page about one record: what is gone from it stands as erased."""
    closed = "[withheld]" if record.kind is Kind.FOREIGN else Names.closed
    return RoomNames(board, now_ns, day=day, closed=closed if record.erasure is Erasure.NONE else "[erased]")
