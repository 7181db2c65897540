"""What calls for somebody in the whole room, ranked and collapsed: an entry a kind, counted, the most pressing first.

Theory of operation. Each item says what calls for somebody about it (operator/pressing.py). Here stands which kind comes before
which, and within a kind the most urgent grade and the longest wait first. Kinds are counted, never cut: what a narrow strip has no
room for is still told as a number. The order within a kind is kept as items come and go, so that a change costs nothing that did
not change. Source: EEMUA 191 as reported: repeats collapse; LAS 1992: exceptions scrolled out of sight.
"""

from bisect import bisect_left, insort

from msgspec import Struct

from hueandcry.operator.pressing import calls
from hueandcry.store.item import Item

RINGING, PARTNER_RINGING = "999 RINGING", "PARTNER RINGING"
TO_YOU = "ESCALATED TO YOU"  # what is said of an item to whoever it went to
RANKS = (
    "EMERGENCY", RINGING, PARTNER_RINGING, "BROKE", "ESCALATED", "RANG", "UNHEARD", "RING BACK", "MAJOR", "AGENCY", "DISPUTE",
    "DESK", "BRING UP", "NO MATCH", "DECLINED", "NO CREW", "LOCATION", "DISTRICT", "NOT REG", "UNREAD",
)  # fmt: skip
_RANK = {word: at for at, word in enumerate(RANKS)}
SHOWN_MAX = 3  # items that are named of a kind; the others are counted
_UNGRADED = "9"
Key = tuple[str, int, bytes, str]  # grade, since when (ns UTC), which, how it is named


class Call(Struct, frozen=True):
    """One kind of alert: its word, how many items have it, and the most pressing of them, how they are named and which they are."""

    word: str
    count: int
    refs: tuple[str, ...]
    first: bytes | None
    grade: str = ""

    def says(self) -> str:
        """Return the kind as the strip shows it."""
        count = f"{self.count} x " if self.count > 1 else ""
        more = f" +{self.count - len(self.refs)}" if self.count > len(self.refs) > 0 else ""
        return f"{count}{self.word} {' '.join(self.refs)}{more}".rstrip()


def kinds_of(item: Item) -> list[str]:
    """Return the kinds of alert that an item has, each once."""
    found = [word for word, _ in calls(item)]
    if item.kind == "contact" and item.stage == "ringing" and item.queue in ("waiting", "partner"):
        if item.queue == "partner":
            found.append(PARTNER_RINGING)
        elif item.what.split(" ")[0] == "999":
            found.append(RINGING)
    return list(dict.fromkeys(found))


class Attention:
    """Alerts of all items, by kind; what is not read calls only whoever owns the item."""

    def __init__(self, collar: str) -> None:
        self._collar = collar
        self._of: dict[bytes, dict[str, Key]] = {}
        self._sorted: dict[str, list[Key]] = {}

    def take(self, stream: bytes, item: Item | None) -> list[str]:
        """Take an item as it is now, None for one that is not on the board any more; returns the kinds that are new."""
        now = {} if item is None else {word: _key(item) for word in kinds_of(item) if self._calls_me(word, item)}
        before = self._of.get(stream, {})
        if now == before:
            return []
        for word, key in before.items():
            if now.get(word) != key:
                ranked = self._sorted[word]
                del ranked[bisect_left(ranked, key)]
        for word, key in now.items():
            if before.get(word) != key:
                insort(self._sorted.setdefault(word, []), key)
        if now:
            self._of[stream] = now
        else:
            self._of.pop(stream, None)
        return [word for word in now if word not in before]

    def _calls_me(self, word: str, item: Item) -> bool:
        return word != "UNREAD" or item.owner == self._collar

    def calls(self) -> list[Call]:
        """Return the kinds there are, the most pressing first."""
        found = [(word, keys) for word, keys in self._sorted.items() if keys]
        found.sort(key=lambda one: _RANK.get(one[0], len(RANKS)))
        return [
            Call(word, len(keys), tuple(key[3] for key in keys[:SHOWN_MAX]), keys[0][2], keys[0][0].strip(_UNGRADED))
            for word, keys in found
        ]

    def streams(self) -> list[bytes]:
        """Return every item that calls for somebody, the most pressing first, each once."""
        ranked = sorted(self._sorted, key=lambda word: _RANK.get(word, len(RANKS)))
        return list(dict.fromkeys(key[2] for word in ranked for key in self._sorted[word]))

    def has(self, word: str, stream: bytes) -> bool:
        """Tell whether an item has an alert of a kind."""
        return word in self._of.get(stream, {})


def _key(item: Item) -> Key:
    return item.grade or _UNGRADED, item.since, item.stream, item.ref
