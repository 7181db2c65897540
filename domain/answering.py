"""How soon partners have their answer: from the asking to the telling, by partner and kind.

Theory of operation. Each asking counts, also each anew where the partner got in touch again after an answer; it is answered when
the named person is told for the first time after it. One without an answer is counted as open or late, never left out of sight. A
site counts for the partner that it was registered with when it asked; whoever was not registered counts under the name that they
gave. Source: letter, area 1.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from hueandcry.domain import expedite, partner, recontact
from hueandcry.domain.fact import Entry, Fact
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.spread import percentile


class Answers(Struct, frozen=True, order=True):
    """One partner's askings of a kind; waits are in seconds, of those answered."""

    partner: str
    sort: str
    asked: int
    answered: int
    late: int
    accepted: int
    held: int
    not_police: int
    wait_s_median: int
    wait_s_p95: int
    wait_s_max: int


class _Count(Struct):
    asked: int = 0
    late: int = 0
    decided: dict[str, int] = {}
    waits: list[int] = []


class _Asking(Struct):
    key: tuple[str, str]
    since: int
    waiting: bool = True


class Answering:
    """Hears entries in order, and counts."""

    def __init__(self) -> None:
        self._sites: dict[str, str] = {}
        self._codes: dict[bytes, str] = {}
        self._asking: dict[bytes, _Asking] = {}
        self._counts: dict[tuple[str, str], _Count] = {}

    def hear(self, entry: Entry) -> None:
        """Take an entry."""
        kind = kind_of(entry.stream) if isinstance(entry.stream, bytes) else None
        if entry.fact is None or entry.header is None:
            return
        if kind is Kind.PARTNER:
            self._partner(entry.stream, entry.fact)
        elif kind is Kind.EXPEDITE:
            self._expedite(entry.stream, entry.fact, entry.header.occurred)

    def _partner(self, stream: bytes, fact: Fact[Any]) -> None:
        match fact:
            case partner.PartnerRegistered():
                self._codes[stream] = fact.partner
            case partner.SiteListed():
                self._sites[fact.site] = self._codes[stream]
            case partner.SiteEnded():
                self._sites.pop(fact.site, None)
            case _:
                pass

    def _expedite(self, stream: bytes, fact: Fact[Any], at: int) -> None:
        if isinstance(fact, expedite.Asked):
            key = (self._sites.get(fact.partner, fact.partner), fact.sort)
            self._asking[stream] = _Asking(key, at)
            self._counts.setdefault(key, _Count()).asked += 1
            return
        asking = self._asking.get(stream)
        if asking is None:
            return
        count = self._counts[asking.key]
        match fact:
            case recontact.ContactedAgain():
                if not asking.waiting:  # whoever still waits goes on waiting
                    asking.since, asking.waiting = at, True
                    count.asked += 1
            case expedite.Unanswered():
                count.late += 1
            case expedite.Decided():
                code = fact.decision.value
                count.decided = {**count.decided, code: count.decided.get(code, 0) + 1}
            case expedite.Told() if asking.waiting:
                asking.waiting = False
                count.waits = [*count.waits, max(0, at - asking.since) // 1_000_000_000]
            case _:
                pass

    def answers(self) -> list[Answers]:
        """Return the counts so far."""
        return sorted(_answers(who, sort, one) for (who, sort), one in self._counts.items())


def _answers(who: str, sort: str, count: _Count) -> Answers:
    accepted, held, not_police = (count.decided.get(code.value, 0) for code in expedite.Decision)
    median, p95, longest = _spread(sorted(count.waits))
    return Answers(
        who,
        sort,
        count.asked,
        len(count.waits),
        count.late,
        accepted,
        held,
        not_police,
        median,
        p95,
        longest,
    )


def _spread(waits: list[int]) -> tuple[int, int, int]:
    """Return the median, the 95th of a hundred and the longest, 0 of none."""
    return percentile(waits, 50) or 0, percentile(waits, 95) or 0, percentile(waits, 100) or 0


def answering(entries: Iterable[Entry]) -> list[Answers]:
    """Return how soon partners had their answer."""
    counted = Answering()
    for entry in entries:
        counted.hear(entry)
    return counted.answers()
