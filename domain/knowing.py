"""From learned to seen: how long it takes until what the room has learned is seen by who needed it.

Theory of operation. What is recorded on an item is learned by the room in that moment, on the journal's clock. It is seen when
who needs it says so or acts on it: an update that somebody else wrote, when whoever works the incident has read it; an
escalation, when it is acknowledged; what a partner asks or disputes, when it is decided; that somebody is vulnerable with nobody
sent, when the vulnerability desk has looked. Where the need for it ends first (a crew is sent, the item is closed) it was never
seen: that is counted apart, and not as quick. What waits is kept while its item is open, what was seen for an hour.
Source: letter, area 1; IOPC and coroners on logs that held what nobody who needed it had read.
"""

from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import Any

from msgspec import Struct

from hueandcry.domain.dispute import DisputeAcknowledged
from hueandcry.domain.escalation import Acknowledged
from hueandcry.domain.expedite import Decided, Expedite, Stage
from hueandcry.domain.fact import Fact
from hueandcry.domain.floor import Step
from hueandcry.domain.handover import UpdateSeen
from hueandcry.domain.incident import Incident
from hueandcry.domain.logbook import Corrected, Noted
from hueandcry.domain.particulars import Escalation
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.safeguarding import DeskReviewed
from hueandcry.domain.spread import percentile
from hueandcry.domain.worked import Worked

HOUR_NS = 3600 * NS_PER_S


class What(Enum):
    """What the room learned: what others wrote, an escalation, what a partner asks, that the desk has somebody to look at."""

    NOTE = "note"
    CHANGE = "change"
    UPDATE = "update"
    ESCALATION = "escalation"
    PARTNER = "partner"
    DESK = "desk"


_READ = (What.NOTE, What.CHANGE, What.UPDATE)
_SEES: dict[What, tuple[type[Fact[Any]], ...]] = {
    **dict.fromkeys(_READ, (UpdateSeen,)),
    What.ESCALATION: (Acknowledged, DisputeAcknowledged),
    What.PARTNER: (Decided,),
    What.DESK: (DeskReviewed,),
}


class Waiting(Struct, frozen=True, order=True, gc=False):
    """Something that waits to be seen: since when (ns UTC), and on which item; `number` tells two of a sort apart."""

    since: int
    stream: bytes
    number: int


class Known(Struct, frozen=True):
    """One sort: seen in the last hour, with the waits in seconds; never seen while it was needed; and what waits now."""

    what: What
    seen: int
    wait_s_median: int | None
    wait_s_max: int | None
    unseen: int
    waiting: int
    longest: Waiting | None


class Knowing:
    """Takes steps of the floor in order."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, dict[tuple[What, int], int]] = {}
        self._seen: dict[What, deque[tuple[int, int | None]]] = {what: deque() for what in What}

    def take(self, step: Step) -> None:
        """Take a step."""
        before, after, now = step.before, step.after, step.header.recorded
        if not isinstance(after, Worked):
            return
        needed, needs = dict(_needs(before)), dict(_needs(after))
        self._read(step)
        for key in needs.keys() - needed.keys():
            self._waiting.setdefault(after.id, {}).setdefault(key, needs[key] or now)
        gone = needed.keys() - needs.keys() if after.open else set(self._waiting.get(after.id, ()))
        if isinstance(step.fact, DeskReviewed):
            gone.add((What.DESK, 0))
        for what, number in gone:
            self._end(after.id, (what, number), now, seen=isinstance(step.fact, _SEES[what]))

    def _read(self, step: Step) -> None:
        """Hear of what others wrote, and that whoever works the incident has read it."""
        before, after = step.before, step.after
        if not isinstance(before, Incident) or not isinstance(after, Incident):
            return
        if after.unread > before.unread:
            key = _written(step.fact, before, after), after.version
            self._waiting.setdefault(after.id, {})[key] = step.header.recorded
        elif after.unread < before.unread:
            for what, number in [one for one in self._waiting.get(after.id, ()) if one[0] in _READ]:
                seen = isinstance(step.fact, _SEES[what])
                self._end(after.id, (what, number), step.header.recorded, seen=seen)

    def _end(self, stream: bytes, key: tuple[What, int], now: int, *, seen: bool) -> None:
        waits = self._waiting.get(stream, {})
        since = waits.pop(key, None)
        if since is None:
            return
        if not waits:
            del self._waiting[stream]
        ended = self._seen[key[0]]
        ended.append((now, now - since if seen else None))
        while ended[0][0] <= now - HOUR_NS:
            ended.popleft()

    def known(self, now_ns: int) -> list[Known]:
        """Return each sort as of a moment (ns UTC)."""
        waiting: dict[What, list[Waiting]] = {what: [] for what in What}
        for stream, waits in self._waiting.items():
            for (what, number), since in waits.items():
                waiting[what].append(Waiting(since, stream, number))
        return [_known(what, self._seen[what], waiting[what], now_ns) for what in What]


def unacknowledged(record: Worked) -> list[Escalation]:
    """Return the escalations of a record that nobody has acknowledged, while anybody has to know of them."""
    if not isinstance(record, Incident | Expedite) or record.unacknowledged is None:
        return []
    since = record.disputed if isinstance(record, Expedite) else 0
    return [one for one in record.escalations if not one.acknowledged and one.due >= since]


def _needs(record: Any) -> Iterator[tuple[tuple[What, int], int]]:
    """Yield what somebody has to see about a record beside what others wrote, and since when (ns UTC), 0 for from now on.

    An escalation waits since it was raised, also where a crew that was sent meanwhile is lost.
    """
    if not isinstance(record, Incident | Expedite) or not record.open:
        return
    for one in unacknowledged(record):
        yield (What.ESCALATION, one.number), one.raised
    if isinstance(record, Incident) and record.for_desk:
        yield (What.DESK, 0), 0
    if isinstance(record, Expedite) and (record.stage is Stage.ASKED or record.disputed):
        yield (What.PARTNER, 0), 0


def _written(fact: Fact[Any], before: Incident, after: Incident) -> What:
    if isinstance(fact, Noted | Corrected):
        return What.NOTE
    return What.CHANGE if after.changed > before.changed else What.UPDATE


def _known(what: What, ended: deque[tuple[int, int | None]], waiting: list[Waiting], now_ns: int) -> Known:
    hour = [wait for at, wait in ended if at > now_ns - HOUR_NS]
    waits = sorted(wait // NS_PER_S for wait in hour if wait is not None)
    return Known(
        what=what,
        seen=len(waits),
        wait_s_median=percentile(waits, 50),
        wait_s_max=percentile(waits, 100),
        unseen=len(hour) - len(waits),
        waiting=len(waiting),
        longest=min(waiting, default=None),
    )
