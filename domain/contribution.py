"""What the vulnerability desk adds: what came to it, what it reviewed in time, what changed by it, who was safe sooner.

Theory of operation. An incident comes to the desk when somebody is vulnerable and nobody is sent, and goes when either ends; each
such stay counts in the week in which it began, for the desk that answers for its district then. What was done during a stay
counts for it: a review in time, one that found another risk, a safeguarding action before anybody was there, a referral. That
an agency accepted counts with the stay that the referral was made in; where only our word shows it, it is counted apart.
Source: letter, area 2 (a positive contribution to initial safeguarding).
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from hueandcry.domain import link, referral, safeguarding
from hueandcry.domain.fact import Entry, Fact
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import Kind, kind_of


class Week(Struct, frozen=True, order=True):
    """One desk's week, by counts of stays; `accepted` is shown by the agency, `accepted_our_word` only said by us."""

    desk: str
    week: str
    came: int
    reviewed: int
    in_time: int
    risk_changed: int
    safeguarded: int
    referred: int
    accepted: int
    accepted_our_word: int


class _Stay(Struct):
    """One stay of an incident at a desk, and what was done in it."""

    desk: str
    week: str
    reviewed: bool = False
    in_time: bool = False
    changed: bool = False
    safeguarded: bool = False
    referred: bool = False
    accepted: bool = False
    our_word: bool = False


class Contribution:
    """Hears entries in order, and counts; `week_of` names the week of an instant (ns UTC).

    What was closed is forgotten, save the incidents that are `reopened` later.
    """

    def __init__(self, week_of: Callable[[int], str], reopened: frozenset[bytes]) -> None:
        self._week_of, self._reopened = week_of, reopened
        self._policy = Policy()
        self._incidents: dict[bytes, Incident] = {}
        self._now: dict[bytes, _Stay] = {}
        self._stays: list[_Stay] = []
        self._referred: dict[bytes, _Stay] = {}

    def hear(self, entry: Entry) -> None:
        """Take an entry."""
        kind = kind_of(entry.stream) if isinstance(entry.stream, bytes) else None
        if entry.fact is None:
            return
        if kind is Kind.POLICY:
            self._policy = entry.fact.apply(self._policy.reached(entry))
        elif kind is Kind.INCIDENT:
            self._incident(entry, entry.fact)
        elif kind is Kind.REFERRAL:
            self._referral(entry, entry.fact)

    def _incident(self, entry: Entry, fact: Fact[Any]) -> None:
        before = self._incidents.get(entry.stream) or Incident(id=entry.stream)
        after = fact.apply(before.reached(entry))
        self._incidents[entry.stream] = after
        if not after.open and entry.stream not in self._reopened:
            del self._incidents[entry.stream]
        if after.for_desk and entry.stream not in self._now:
            self._comes(after)
        stay = self._now.get(entry.stream)
        if stay is not None:
            self._done(stay, fact)
        if not after.for_desk:
            self._now.pop(entry.stream, None)

    def _comes(self, incident: Incident) -> None:
        scheme = self._policy.safeguarding
        desk = scheme.desk_for(incident.district) if scheme is not None else "none"
        stay = _Stay(desk, self._week_of(incident.occurred))
        self._now[incident.id] = stay
        self._stays.append(stay)

    def _done(self, stay: _Stay, fact: Fact[Any]) -> None:
        match fact:
            case safeguarding.DeskReviewed():
                stay.in_time = stay.in_time or not (fact.late or stay.reviewed)
                stay.reviewed = True
                stay.changed = stay.changed or fact.review is not safeguarding.Review.AS_ASSESSED
            case safeguarding.Safeguarded() if fact.before_arrival:
                stay.safeguarded = True
            case safeguarding.Referred():
                stay.referred = True
                self._referred[fact.referral] = stay
            case _:
                pass

    def _referral(self, entry: Entry, fact: Fact[Any]) -> None:
        stay = self._referred.get(entry.stream)
        if stay is None or not isinstance(fact, referral.Accepted):
            return
        if fact.shown is referral.Shown.OUR_WORD:
            stay.our_word = True
        else:
            stay.accepted = True

    def weeks(self) -> list[Week]:
        """Return the counts so far."""
        found: dict[tuple[str, str], list[_Stay]] = {}
        for stay in self._stays:
            found.setdefault((stay.desk, stay.week), []).append(stay)
        return sorted(
            Week(
                desk,
                week,
                len(stays),
                sum(one.reviewed for one in stays),
                sum(one.in_time for one in stays),
                sum(one.changed for one in stays),
                sum(one.safeguarded for one in stays),
                sum(one.referred for one in stays),
                sum(one.accepted for one in stays),
                sum(one.our_word and not one.accepted for one in stays),
            )
            for (desk, week), stays in found.items()
        )


def contribution(entries: Callable[[], Iterable[Entry]], week_of: Callable[[int], str]) -> list[Week]:
    """Return what each desk added, week by week; `entries` are read twice."""
    reopened = frozenset(one.stream for one in entries() if isinstance(one.fact, link.Reopened))
    counted = Contribution(week_of, reopened)
    for entry in entries():
        counted.hear(entry)
    return counted.weeks()
