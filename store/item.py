"""A line of the board: one open contact, incident, expedite or referral as it is listed, and the order of the lists.

Theory of operation. A line holds plain values that are safe to hand to another thread. Its place in a list depends on the
moment: what weighs more and has waited longer stands before what weighs less (domain/order.py).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from hueandcry.domain.alert import Known, alerts
from hueandcry.domain.contact import UNKNOWN, Contact
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Record
from hueandcry.domain.incident import Incident
from hueandcry.domain.location import stale_at
from hueandcry.domain.order import risk_minutes, weight_of
from hueandcry.domain.policy import Policy
from hueandcry.domain.putoff import silent_until
from hueandcry.domain.referral import Referral
from hueandcry.domain.resource import Resource
from hueandcry.domain.timer import due_by
from hueandcry.domain.worked import Worked

_KINDS = {"contact": 0, "expedite": 1, "incident": 2, "referral": 3}
_SEEN_TO = ("in-hand", "deployed", "closing")  # queues in which somebody has it already


class Item(Struct, frozen=True, kw_only=True):
    """One line of the board: an open contact, incident, expedite or referral. Instants are ns UTC.

    `risk` and `since` make the order of a queue (domain/order.py), `added_min` is what the pack adds to every wait.
    `alerts` is what else must not be missed (domain/alert.py). `desk_due` is by when the vulnerability desk should look at
    it, None where it is not for the desk.
    `broken` counts promises whose time passed; `escalated` names to whom it went, `rang` a standing question,
    until somebody acknowledges it; `unread` counts what others wrote and whoever works it has not read.
    `put_off` are codes of the words of alerts that are silent (domain/putoff.py), and `put_off_until` when they call again.
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
    desk_due: int | None = None
    put_off: tuple[str, ...] = ()
    put_off_until: int | None = None
    risk: int = 0
    added_min: int = 0


class Standing(NamedTuple):
    """What an item's place in a list follows from, beside the time."""

    kind: int
    unbroken: bool
    seen_to: bool
    risk: int
    since: int
    added_min: int
    stream: bytes

    def key(self, now_ns: int) -> tuple[Any, ...]:
        """Return the key that sorts the board at a moment (ns UTC)."""
        kind, unbroken, seen_to, risk, since, added_min, stream = self
        return kind, unbroken, seen_to, -risk_minutes(risk, since, now_ns, added_min), since, stream


def standing(item: Item) -> Standing:
    """Return what an item's place in a list follows from."""
    kind = "expedite" if item.queue == "partner" else item.kind  # a partner who rings waits in the lane
    seen_to = item.queue in _SEEN_TO
    return Standing(_KINDS[kind], not item.broken, seen_to, item.risk, item.since, item.added_min, item.stream)


def urgency(item: Item, now_ns: int) -> tuple[Any, ...]:
    """Return the key that sorts the board: broken promises, what nobody sees to yet, then risk times waiting, then age."""
    return standing(item).key(now_ns)


def item_of(record: Record, *, ref: str, policy: Policy, crews: Sequence[Resource], known: Known, now_ns: int) -> Item:
    """Return the line of one open record at a moment (ns UTC).

    `crews` are its resources that are listed, `known` the districts and partners that are.
    """
    assert isinstance(record, Worked), record.kind
    escalated = record.unacknowledged if isinstance(record, Incident | Expedite) else None
    due = due_by(record, policy)
    until = silent_until(record, policy)
    hushed = record.put_off if until > now_ns else None
    return Item(
        ref=ref,
        kind=record.kind.name.lower(),
        stream=record.id,
        queue=record.queue or "",
        owner=record.owner,
        stage=_stage(record),
        what=_what(record),
        grade=getattr(record, "grade", ""),
        district=getattr(record, "district", UNKNOWN),
        since=_since(record),
        due=due,
        overdue=due is not None and due <= now_ns,
        vulnerable=record.is_vulnerable,
        contacts=len(record.contacts) if isinstance(record, Incident) else 0,
        version=record.version,
        broken=sum(one.due <= now_ns for one in record.promises),
        escalated=escalated.to.value if escalated is not None else "",
        rang=record.unheeded,
        unread=record.unread if isinstance(record, Incident) else 0,
        alerts=tuple(alerts(record, crews, now_ns, known)),
        desk_due=_desk_due(record, policy),
        put_off=hushed.alerts if hushed is not None else (),
        put_off_until=until if hushed is not None else None,
        risk=weight_of(record, policy).risk,
        added_min=policy.grades.order.added_min,
    )


def changes_at(record: Record, item: Item, now_ns: int) -> int | None:
    """Return when (ns UTC) a line says something else though nothing is recorded, None for never.

    `item` is the line of the record as of `now_ns`. A new day is another matter: it changes the number of every incident.
    """
    assert isinstance(record, Worked), record.kind
    moments = [item.due or 0, item.put_off_until or 0]
    moments += [one.due for one in record.promises]
    moments += [one.due for one in record.reminders]
    match record:
        case Incident() if record.major is not None:
            moments += [one.due for one in record.major.unacknowledged]
        case Contact() if record.caller_at is not None:
            moments.append(stale_at(record.caller_at.taken))
        case _:
            pass
    return min((one for one in moments if one > now_ns), default=None)


def _desk_due(record: Worked, policy: Policy) -> int | None:
    """Return by when the vulnerability desk should look at an item (ns UTC), None where it is not for the desk."""
    scheme = policy.safeguarding
    if scheme is None or not isinstance(record, Incident) or not record.for_desk:
        return None
    return record.desk_due(scheme)


def _stage(record: Worked) -> str:
    match record:
        case Contact() | Incident() | Expedite() | Referral():
            return str(record.stage.value)
        case _:
            raise TypeError(f"{record.kind.name} is not worked")


def _what(record: Worked) -> str:
    """Return what an item is about, in a word or two."""
    match record:
        case Contact():
            return f"{record.channel.value} {record.site}".rstrip()
        case Incident():
            return record.category
        case Expedite():
            return f"{record.partner} {record.sort}"
        case Referral():
            return f"{record.agency} ({record.basis})"
        case _:
            raise TypeError(f"{record.kind.name} is not worked")


def _since(record: Worked) -> int:
    """Return since when an item waits (ns UTC)."""
    match record:
        case Contact():
            return record.rang
        case Incident():
            return record.opened
        case Expedite():
            return record.asked
        case Referral():
            return record.made
        case _:
            raise TypeError(f"{record.kind.name} is not worked")
