"""The order of a live list, kept as items come, change and go, without sorting what did not move.

Theory of operation. Each item has the key by which it is sorted, as of one minute: what waits weighs more with every whole minute,
so that all keys are made anew when a minute has passed. Within it an item that changes is taken from its place, which its key
finds, and put where its new key belongs.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hueandcry.domain.order import NS_PER_MIN
from hueandcry.store.item import Item, Standing, standing

Key = tuple[Any, ...]


class Order:
    """Streams in the order of their items' urgency."""

    def __init__(self) -> None:
        self._minute = -1
        self._keys: dict[bytes, Key] = {}
        self._standing: dict[bytes, Standing] = {}
        self._sorted: list[Key] = []  # each ends with its stream

    def take(self, items: Mapping[bytes, Item], changed: Iterable[bytes], now_ns: int, *, whole: bool) -> bool:
        """Put what changed where it belongs, with all `items` as they are now; tells whether anything stands elsewhere."""
        minute = now_ns // NS_PER_MIN
        if whole:
            self._standing = {stream: standing(item) for stream, item in items.items()}
        if not whole and minute == self._minute:
            return any([self._put(stream, items.get(stream)) for stream in changed])
        for stream in changed:
            self._stand(stream, items.get(stream))
        before, self._minute = self._sorted, minute
        self._keys = {stream: one.key(minute * NS_PER_MIN) for stream, one in self._standing.items()}
        self._sorted = sorted(self._keys.values())
        return len(before) != len(self._sorted) or any(
            one[-1] != other[-1] for one, other in zip(before, self._sorted, strict=True)
        )

    def _stand(self, stream: bytes, item: Item | None) -> Standing | None:
        if item is None:
            self._standing.pop(stream, None)
            return None
        self._standing[stream] = found = standing(item)
        return found

    def _put(self, stream: bytes, item: Item | None) -> bool:
        before = self._keys.get(stream)
        stands = self._stand(stream, item)
        key = stands.key(self._minute * NS_PER_MIN) if stands is not None else None
        if before == key:
            return False
        if before is not None:
            del self._sorted[bisect_left(self._sorted, before)], self._keys[stream]
        if key is not None:
            insort(self._sorted, key)
            self._keys[stream] = key
        return True

    def streams(self) -> list[bytes]:
        """Return all streams in order."""
        return [one[-1] for one in self._sorted]

    def moved(self, kept: Sequence[bytes]) -> int:
        """Return how many rows are not where they belong, where some are kept above and all others follow in order."""
        stay = set(kept)
        last = max((bisect_left(self._sorted, self._keys[stream]) for stream in kept), default=-1) + 1
        ahead = [one[-1] for one in self._sorted[:last]]
        shown = [*kept, *(stream for stream in ahead if stream not in stay)]
        return sum(one != other for one, other in zip(shown, ahead, strict=False))
