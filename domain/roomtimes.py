"""The room's times beside its grades, as one scheme of them or another would have kept them over recorded history.

Theory of operation. A caller who is parked waits to be taken up, a lost one to be rung back, a crew at a scene to be heard of,
an agency to say that it knows. Each is a wait that one fact begins and another ends; whether its time passed meanwhile is asked
of two schemes, the one of the day and the one that is tried. A wait that either would have raised, and the other not, is told.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from hueandcry.domain import contact, link, major, outcome, parking
from hueandcry.domain.fact import Entry, Fact
from hueandcry.domain.gradescheme import GradePack
from hueandcry.domain.recall import Abandoned, Reached, RecallTried
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.resource import HeardOf, StatusGiven

NOT_RAISED = "not raised"
Told = tuple[int, bytes, str, str]  # when, about which record, what was raised, what would have been
_ENDS = (
    contact.TakenUp, contact.Answered, contact.Linked, contact.Resolved, contact.Transferred, contact.Closed,
    Abandoned, RecallTried, StatusGiven, HeardOf, major.MajorStoodDown, outcome.Closed, link.Merged,
)  # fmt: skip
_HEARD = frozenset((*_ENDS, parking.Parked, major.MajorDeclared, major.AgencyAcknowledged))


class _Wait(Struct, frozen=True):
    """A wait: since when (ns UTC), and after how many seconds each scheme raises it, None for never."""

    since: int
    was_s: int | None
    now_s: int | None


class RoomTimes:
    """Walks history with a scheme that is tried."""

    def __init__(self, tried: GradePack) -> None:
        self._tried = tried
        self._waits: dict[bytes, dict[str, _Wait]] = {}

    def take(self, entry: Entry, day: GradePack) -> Iterator[Told]:
        """Take an entry, under the scheme of its day; yields what the two schemes would have raised otherwise by now."""
        if type(entry.fact) not in _HEARD or entry.header is None:
            return
        if isinstance(entry.fact, major.AgencyAcknowledged):
            yield from self._end(entry.stream, f"said to know by {entry.fact.agency}", entry.header.recorded)
        elif isinstance(entry.fact, _ENDS):
            yield from self.end(entry.stream, entry.header.recorded)
        self._begun(entry.stream, entry.fact, entry.header.occurred, day)

    def _begun(self, stream: bytes, fact: Fact[Any] | None, since: int, day: GradePack) -> None:
        match fact:
            case parking.Parked():
                self._begin(stream, "taken up", since, day.park_within_s, self._tried.park_within_s)
            case Abandoned():
                self._rings_back(stream, since, 0, day)
            case RecallTried() if fact.reached is not Reached.SPOKE:
                self._rings_back(stream, since, fact.attempt, day)
            case StatusGiven() | HeardOf() if fact.check_by:
                self._begin(stream, "heard of", since, day.safety_check_within_s, self._tried.safety_check_within_s)
            case major.MajorDeclared():
                self._must_know(stream, since, day)
            case _:
                pass

    def end(self, stream: bytes, now: int) -> Iterator[Told]:
        """Yield what would have been raised otherwise about a record all of whose waits end (ns UTC)."""
        for what in list(self._waits.get(stream, ())):
            yield from self._end(stream, what, now)

    def end_all(self, now: int) -> Iterator[Told]:
        """Yield what would have been raised otherwise of all that still waits at a moment (ns UTC)."""
        for stream in list(self._waits):
            yield from self.end(stream, now)

    def _rings_back(self, stream: bytes, since: int, tried: int, day: GradePack) -> None:
        schemes = [one.recall_every_s if tried < one.recalls else None for one in (day, self._tried)]
        self._begin(stream, "rung back", since, *schemes)

    def _must_know(self, stream: bytes, since: int, day: GradePack) -> None:
        within = [{one.code: one.acknowledge_within_s for one in scheme.agency} for scheme in (day, self._tried)]
        for agency in sorted(within[0].keys() | within[1].keys()):
            self._begin(stream, f"said to know by {agency}", since, within[0].get(agency), within[1].get(agency))

    def _begin(self, stream: bytes, what: str, since: int, was_s: int | None, now_s: int | None) -> None:
        if was_s != now_s:
            self._waits.setdefault(stream, {})[what] = _Wait(since, was_s, now_s)

    def _end(self, stream: bytes, what: str, now: int) -> Iterator[Told]:
        wait = self._waits.get(stream, {}).pop(what, None)
        if wait is None:
            return
        if not self._waits[stream]:
            del self._waits[stream]
        raised = {
            after_s: wait.since + after_s * NS_PER_S for after_s in (wait.was_s, wait.now_s) if after_s is not None
        }
        passed = {after_s: due for after_s, due in raised.items() if due <= now}
        if (wait.was_s in passed) is (wait.now_s in passed):
            return
        told = [f"not {what} in {one} s" if one in passed else NOT_RAISED for one in (wait.was_s, wait.now_s)]
        yield min(passed.values()), stream, told[0], told[1]
