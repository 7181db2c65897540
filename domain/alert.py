"""What must not be missed about an item, in words, the most pressing first.

Theory of operation. An alert follows from the record as it stands and goes when its reason does; nobody switches one off.
Promises, escalations and standing questions have fields of their own on the board; here stands what else calls for somebody.
Source: LAS 1992: exceptions scrolled out of sight; letter, area 1.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from hueandcry.domain.contact import Contact, Stage
from hueandcry.domain.district import is_strange
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Record
from hueandcry.domain.incident import Incident
from hueandcry.domain.location import is_stale
from hueandcry.domain.particulars import Target
from hueandcry.domain.referral import Referral
from hueandcry.domain.referral import Stage as Answered
from hueandcry.domain.resource import Resource
from hueandcry.domain.worked import Worked

EMERGENCY = "EMERGENCY"
_IN_A_WORD = {
    EMERGENCY: EMERGENCY,
    "not heard of": "UNHEARD",
    "is not on the list": "NO CREW",
    "MAJOR INCIDENT": "MAJOR",
    "has not said that it knows": "AGENCY",
    "nobody rang back": "RING BACK",
    "caller location": "LOCATION",
    "no district": "DISTRICT",
    "vulnerability desk": "DESK",
    "agency declined": "DECLINED",
    "is not registered": "NOT REG",
    "NOT as the partner": "NO MATCH",
    "the partner disputes": "DISPUTE",
    "bring up": "BRING UP",
}


class Known(Struct, frozen=True):
    """The districts that are known, and the codes of registered partners and their sites."""

    districts: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()


NOTHING_KNOWN = Known()


def in_a_word(alert: str) -> str:
    """Return an alert in one word, for where there is no room for more."""
    ends = [word for words, word in _IN_A_WORD.items() if alert.endswith(words)]
    return (ends or [word for words, word in _IN_A_WORD.items() if alert.startswith(words)])[0]


def alerts(
    record: Record,
    crews: Iterable[Resource],
    now: int,
    known: Known = NOTHING_KNOWN,
) -> list[str]:
    """Return what calls for somebody about a record at a moment (ns UTC).

    `crews` are those of its resources that are listed; what is named and is not `known` is told, where anything is.
    """
    crews = tuple(crews)
    found = [alert for crew in crews if crew.incident == record.id for alert in _of_crew(crew)]
    if isinstance(record, Incident) and record.queue != "closing":
        listed = {crew.callsign for crew in crews}
        found += [f"{callsign} is not on the list" for callsign in record.resources if callsign not in listed]
    match record:
        case Incident() if record.major is not None and not record.major.stood_down:
            late = [one.agency for one in record.major.unacknowledged if one.due <= now]
            found += ["MAJOR INCIDENT", *(f"{agency} has not said that it knows" for agency in late)]
        case Referral() if record.stage is Answered.DECLINED:
            found.append("agency declined: refer to another, or say what comes of it")
        case Expedite() if record.open:
            found += _of_expedite(record, known.partners)
        case Contact() if record.open:
            found += _of_contact(record, now)
        case _:
            pass
    if isinstance(record, Incident) and _desk_missed(record):
        found.append("vulnerability desk has not looked at it")
    if isinstance(record, Contact | Incident) and record.open and is_strange(record.district, known.districts):
        found.append(f"no district {record.district} is known")
    if isinstance(record, Worked):
        found += ["bring up" for one in record.reminders if one.due <= now]
    return found


def _desk_missed(incident: Incident) -> bool:
    """Tell whether the vulnerability desk has not looked in time, and has not looked since."""
    late = [one.due for one in incident.missed if one.target is Target.DESK]
    since = max(incident.desk_reviewed, incident.vulnerable_from, incident.alone_from, incident.needed_from)
    return incident.for_desk and bool(late) and late[-1] > since


def _of_crew(crew: Resource) -> Iterator[str]:
    if crew.emergency:
        yield f"{crew.callsign} EMERGENCY"
    elif crew.unheard:
        yield f"{crew.callsign} not heard of"


def _of_expedite(expedite: Expedite, partners: frozenset[str]) -> Iterator[str]:
    if expedite.disputed:
        yield "the partner disputes the decision"
    if expedite.not_matched:
        yield "NOT as the partner is registered"
    if partners and expedite.partner.lower() not in partners:
        yield f"{expedite.partner} is not registered"


def _of_contact(contact: Contact, now: int) -> Iterator[str]:
    if contact.stage is Stage.ABANDONED and contact.recall is not None and contact.recall.late:
        yield "nobody rang back"
    if contact.caller_at is not None and not contact.caller_at.plausible:
        yield "caller location cannot be true"
    elif contact.caller_at is not None and is_stale(contact.caller_at.taken, now):
        yield "caller location stale"
