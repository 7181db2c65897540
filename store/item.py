"""A line of the board: one open contact, incident or expedite as it is listed, and the order of the lists.

Theory of operation. A line holds plain values that are safe to hand to another thread. Its place in a list depends on the
moment: what weighs more and has waited longer stands before what weighs less (domain/order.py).
"""

from typing import Any

from msgspec import Struct

from hueandcry.domain.order import NS_PER_MIN

_KINDS = {"contact": 0, "expedite": 1, "incident": 2}
_SEEN_TO = ("in-hand", "deployed", "closing")  # queues in which somebody has it already


class Item(Struct, frozen=True, kw_only=True):
    """One line of the board: an open contact, incident or expedite. Instants are ns UTC.

    `risk` and `since` make the order of a queue (domain/order.py), `added_min` is what the pack adds to every wait.
    `alerts` is what else must not be missed (domain/alert.py).
    `broken` counts promises whose time passed; `escalated` names to whom it went, `rang` a standing question,
    until somebody acknowledges it; `unread` counts what others wrote and whoever works it has not read.
    """

    ref: str
    kind: str
    stream: bytes
    queue: str
    owner: str
    stage: str
    what: str
    grade: str
    district: str
    since: int
    due: int | None
    overdue: bool
    vulnerable: bool
    contacts: int
    version: int
    broken: int = 0
    escalated: str = ""
    rang: str = ""
    unread: int = 0
    alerts: tuple[str, ...] = ()
    risk: int = 0
    added_min: int = 0


def urgency(item: Item, now_ns: int) -> tuple[Any, ...]:
    """Return the key that sorts the board: broken promises, what nobody sees to yet, then risk times waiting, then age."""
    pressing = item.risk * (max(0, now_ns - item.since) // NS_PER_MIN + item.added_min)
    return _KINDS[item.kind], not item.broken, item.queue in _SEEN_TO, -pressing, item.since, item.stream
