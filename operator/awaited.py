"""What is awaited of items: moments, the next first, as items come, change and go.

Theory of operation. A heap of moments stands beside what holds for each item. A moment that holds no more stays in the heap until
it comes up; once most of the heap is such, it is made anew of what holds, so that it is never much longer than that.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

IDLE_MAX = 256  # moments that hold no more and that nobody minds


class Awaited:
    """Moments (ns UTC) that are awaited of streams."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, bytes]] = []
        self._of: dict[bytes, tuple[int, ...]] = {}

    def __len__(self) -> int:
        """Return how many moments are in memory, with those that hold no more."""
        return len(self._heap)

    def put(self, stream: bytes, moments: Iterable[int] = ()) -> None:
        """Await these moments of a stream, and no others; none where it is gone."""
        before, now = self._of.get(stream, ()), tuple(moments)
        self._hold(stream, now)
        for moment in now:
            if moment not in before:
                heappush(self._heap, (moment, stream))
        if len(self._heap) > 3 * len(self._of) + IDLE_MAX:
            self._heap = [(moment, stream) for stream, moments in self._of.items() for moment in moments]
            heapify(self._heap)

    def _hold(self, stream: bytes, moments: tuple[int, ...]) -> None:
        if moments:
            self._of[stream] = moments
        else:
            self._of.pop(stream, None)

    def passed(self, now_ns: int) -> list[bytes]:
        """Return the streams of which a moment that is awaited has come, each once; it is not awaited any more."""
        found: dict[bytes, None] = {}
        while self._heap and self._heap[0][0] <= now_ns:
            moment, stream = heappop(self._heap)
            held = self._of.get(stream, ())
            if moment in held:
                found[stream] = None
                self._hold(stream, tuple(one for one in held if one != moment))
        return list(found)

    def first(self) -> tuple[int, bytes] | None:
        """Return the next moment that is awaited, and of which stream."""
        while self._heap and self._heap[0][0] not in self._of.get(self._heap[0][1], ()):
            heappop(self._heap)
        return self._heap[0] if self._heap else None
