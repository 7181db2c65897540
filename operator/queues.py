"""How each queue stands: how much is in it, how long it has waited, and how much risk has waited with it.

Theory of operation. Counted from the lines of the board as of a moment. Each item stands in one band of age, so that one old
item does not hide behind many that came just now. Risk-minutes are risk times waiting (domain/order.py), without what the order
of a queue adds. Source: letter, area 1; the inspectorate's finding that the risk in queues was neither known nor counted.
"""

from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct

from hueandcry.domain.order import NS_PER_MIN, risk_minutes
from hueandcry.store.item import Item

BANDS = ("under 5 min", "of 5 to 15 min", "of 15 min to 1 h", "of 1 to 4 h", "over 4 h")
BEGIN_MIN = (0, 5, 15, 60, 240)


class Queue(Struct, frozen=True):
    """A queue at a moment: since when its oldest waits (ns UTC), and how many of its items stand in each band of age."""

    queue: str
    open: int
    oldest: int
    risk_minutes: int
    vulnerable: int
    overdue: int
    promises_broken: int
    escalated: int
    ages: tuple[int, ...]

    @property
    def counts(self) -> dict[str, int]:
        """What calls for somebody, by name."""
        names = ("vulnerable", "overdue", "promises_broken", "escalated")
        return {name: getattr(self, name) for name in names}


def queues(items: Iterable[Item], now_ns: int) -> list[Queue]:
    """Return how each queue stands at a moment (ns UTC), in the order in which the board has them."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.queue, []).append(item)
    return [_queue(name, standing, now_ns) for name, standing in found.items()]


def _queue(name: str, items: list[Item], now_ns: int) -> Queue:
    ages = [0] * len(BANDS)
    for one in items:
        ages[bisect_right(BEGIN_MIN, max(0, now_ns - one.since) // NS_PER_MIN) - 1] += 1
    return Queue(
        queue=name,
        open=len(items),
        oldest=min(one.since for one in items),
        risk_minutes=sum(risk_minutes(one.risk, one.since, now_ns) for one in items),
        vulnerable=sum(one.vulnerable for one in items),
        overdue=sum(one.overdue for one in items),
        promises_broken=sum(one.broken for one in items),
        escalated=sum(bool(one.escalated) for one in items),
        ages=tuple(ages),
    )
