"""Puts together what moved on the board, so that a flood of changes is drawn a few times a second and not each by itself.

Theory of operation. The first change after a quiet while goes on at once; those that come within a moment after wait for
each other. Filled from a source's thread, emptied by the app's.
"""

import threading
import time
from collections.abc import Callable

from hueandcry.operator.messages import Moved
from hueandcry.operator.source import Source

EVERY_S = 0.1


class Gathering:
    """What moved, by source, until it is taken; `soon` is asked once to have it taken after so many seconds."""

    def __init__(self, soon: Callable[[float], object]) -> None:
        self._soon = soon
        self._lock = threading.Lock()
        self._moved: dict[Source, Moved] = {}
        self._taken = 0.0

    def put(self, moved: Moved, source: Source) -> None:
        """Add what moved."""
        with self._lock:
            first = not self._moved
            before = self._moved.get(source)
            items = {**before.items, **moved.items} if before is not None else moved.items
            self._moved[source] = Moved(items, moved.now_ns, moved.status, ticking=moved.ticking)
        if first:
            self._soon(max(0.0, self._taken + EVERY_S - time.monotonic()))

    def take(self) -> list[tuple[Moved, Source]]:
        """Return what moved since it was taken last."""
        with self._lock:
            found = [(moved, source) for source, moved in self._moved.items()]
            self._moved.clear()
            self._taken = time.monotonic()
        return found
