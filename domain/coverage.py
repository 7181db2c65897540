"""Coverage: of which share of contacts risk was assessed before they were handed on, by channel, handler, and seat.

Theory of operation. A contact counts once its handler has handed it on: resolved it, transferred it, or its incident went
to somebody else, was graded, sent to or resulted; a caller who was lost counts again from when somebody talks to them. It
counts as assessed where by then every element of the risk model of its day had an answer or a reason for not asking, in the
contact itself or in an assessment of its incident that it was known in; how many elements were passed over is counted apart.
Source: letter, area 1; HMICFRS on the share of calls with a recorded assessment.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from hueandcry.domain import contact, deployment, grading, handover, link, outcome, recall, triage
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Entry, Fact
from hueandcry.domain.pack import NOT_ASKED
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.staff import SignedOn


class Share(Struct, frozen=True, order=True):
    """How many contacts were handed on, of how many risk was assessed before, and how many elements were passed over."""

    by: str
    of: str
    handed_on: int
    assessed: int
    not_asked: int


class _Taken(Struct):
    """A contact as far as it has come: who took it, where, what was asked, and what the last assessment passed over."""

    channel: str
    handler: str = ""
    seat: str = ""
    answers: dict[str, bool] = {}
    passed: int = 0
    assessed: int | None = None
    done: bool = False


class Coverage:
    """Hears entries in order, and counts."""

    def __init__(self) -> None:
        self._policy = Policy()
        self._places: dict[str, str] = {}
        self._seated: dict[str, str] = {}
        self._taken: dict[bytes, _Taken] = {}
        self._waiting: dict[bytes, list[bytes]] = {}
        self._counts: dict[tuple[str, str], list[int]] = {}

    def hear(self, entry: Entry) -> None:
        """Take an entry."""
        fact, stream = entry.fact, entry.stream
        kind = kind_of(stream) if isinstance(stream, bytes) else None
        if fact is None:
            return
        if kind is Kind.POLICY:
            self._policy = fact.apply(self._policy.reached(entry))
        elif isinstance(fact, SignedOn):
            self._places[fact.session] = fact.place.value
            if entry.header is not None:
                self._seated[entry.header.actor] = fact.place.value
        elif kind is Kind.CONTACT:
            self._contact(entry, fact)
        elif kind is Kind.INCIDENT:
            self._incident(entry, fact)

    def _contact(self, entry: Entry, fact: Fact[Any]) -> None:
        if isinstance(fact, contact.Rang):
            self._taken[entry.stream] = _Taken(fact.channel.value)
        taken = self._taken.get(entry.stream)
        if taken is None or taken.done:
            return
        match fact:
            case contact.Answered() | contact.TakenUp():
                self._take(taken, entry, fact.handler)
            case recall.RecallTried() if fact.reached is recall.Reached.SPOKE and entry.header is not None:
                self._take(taken, entry, entry.header.actor)
            case recall.Abandoned():
                taken.handler = ""
            case handover.HandedOver() if fact.to not in Role._value2member_map_:
                taken.handler, taken.seat = fact.to, self._seated.get(fact.to, "unknown")
            case triage.ElementTriaged() | triage.ElementPassedOver():
                taken.answers = {**taken.answers, fact.element: isinstance(fact, triage.ElementTriaged)}
            case contact.Linked():
                self._waiting.setdefault(fact.incident, []).append(entry.stream)
            case contact.Resolved() | contact.Transferred():
                self._count(taken)
            case _:
                pass

    def _take(self, taken: _Taken, entry: Entry, handler: str) -> None:
        """Note who talks to a caller, and where they sit."""
        taken.handler = handler
        taken.seat = self._places.get(entry.header.session if entry.header is not None else "", "unknown")

    def _incident(self, entry: Entry, fact: Fact[Any]) -> None:
        match fact:
            case grading.Assessed():
                for stream in self._waiting.get(entry.stream, ()):
                    self._taken[stream].assessed = sum(reply.answer == NOT_ASKED for reply in fact.replies)
            case link.Absorbed():
                self._waiting.setdefault(entry.stream, []).extend(self._waiting.get(fact.merged, ()))
            case (
                grading.Graded()
                | handover.Owned()
                | handover.HandedOver()
                | deployment.Resourced()
                | outcome.Resulted()
            ):
                for stream in self._waiting.pop(entry.stream, ()):
                    self._count(self._taken[stream])
            case _:
                pass

    def _count(self, taken: _Taken) -> None:
        if taken.done or not taken.handler:
            return
        taken.done = True
        elements = {one.code for one in self._policy.risk.element}
        in_call = elements <= set(taken.answers)
        passed = sum(not asked for code, asked in taken.answers.items() if code in elements)
        for key in (("channel", taken.channel), ("handler", taken.handler), ("seat", taken.seat), ("all", "all")):
            counts = self._counts.setdefault(key, [0, 0, 0])
            counts[0] += 1
            counts[1] += in_call or taken.assessed is not None
            counts[2] += passed if taken.assessed is None else taken.assessed

    def shares(self) -> list[Share]:
        """Return the counts so far."""
        return sorted(Share(by, of, *counts) for (by, of), counts in self._counts.items())


def coverage(entries: Iterable[Entry]) -> list[Share]:
    """Return of which share of contacts risk was assessed before they were handed on."""
    counted = Coverage()
    for entry in entries:
        counted.hear(entry)
    return counted.shares()
