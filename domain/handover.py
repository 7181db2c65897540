"""Handing over what one has in hand: item by item where it matters, in bulk where it does not.

Theory of operation. Whatever is vulnerable or overdue is handed over by itself, so that somebody says its number aloud; the
rest may go in bulk, and is recorded as such. It goes to somebody who is signed on, or back to the queue where it waits;
promises that the giver saw to go along. An update that somebody wrote for whoever works an incident stands as unread until
they say that they have seen it.
Source: letter, area 1; IOPC on logs that were passed from shift to shift without anybody looking.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, live
from hueandcry.domain.policy import Policy
from hueandcry.domain.promise import PassedOn
from hueandcry.domain.reference import Code, Instant
from hueandcry.domain.staff import Staff, at_work
from hueandcry.domain.timer import due_by
from hueandcry.domain.worked import Worked

# Facts


@fact("record.handed_over", version=1, says="Handed over to {to}, in bulk: {bulk} {words}")
class HandedOver(Fact[Worked], frozen=True):
    """Another person has it now, or nobody, where `to` is the role whose queue it waits in again."""

    to: Plain[Code]
    bulk: Plain[bool]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return worked.handed_to("" if self.to in Role._value2member_map_ else self.to)


@fact("incident.owned", version=1, says="{owner} has it now")
class Owned(Fact[Incident], frozen=True):
    """A person took the incident, or gave it to another."""

    owner: Plain[Code]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, holder=self.owner)


@fact("incident.update_seen", version=1, says="Updates read: {count}, since {since}")
class UpdateSeen(Fact[Incident], frozen=True):
    """Whoever works the incident has read what others wrote."""

    count: Plain[int]
    since: Plain[Instant]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, unread=0, unread_since=0)


# Commands


def is_pressing(worked: Worked, policy: Policy, now: int) -> bool:
    """Tell whether an item is handed over only by itself: somebody is vulnerable, or something about it is late."""
    due = due_by(worked, policy)
    return worked.is_vulnerable or (due is not None and due <= now)


class HandOver(Command[Worked], frozen=True):
    """Give an item to another person, or back to a queue by its role."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    to: Staff | Role
    words: str
    bulk: bool = False

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so there is nothing to hand over")
        if not worked.in_hand:
            raise Refused(f"nobody has it in hand: it waits for a {worked.owner}")
        to = self._taker(worked)
        if self.bulk and is_pressing(worked, duty.policy, duty.now):
            raise Refused("somebody is vulnerable or it is overdue: hand it over by itself ('hand')")
        theirs = [one for one in worked.promises if one.owner == worked.owner]
        return [
            HandedOver(to, self.bulk, self.words),
            *(PassedOn(one.number, one.what, to) for one in theirs),
        ]

    def _taker(self, worked: Worked) -> str:
        if isinstance(self.to, Role):
            waits_for = worked.handed_to("").owner
            if self.to.value != waits_for:
                raise Refused(f"in nobody's hands it waits for a {waits_for}: hand it to {waits_for}, or to a person")
            return waits_for
        if self.to.collar == worked.owner:
            raise Refused(f"{self.to.collar} has it already")
        at_work(self.to)
        return self.to.collar


class Own(Command[Incident], frozen=True):
    """Take the incident, or give it to a named person."""

    taker: Staff

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if incident.holder == self.taker.collar:
            raise Refused(f"{self.taker.collar} has it already")
        at_work(self.taker)
        return [Owned(self.taker.collar)]


class SeeUpdate(Command[Incident], frozen=True):
    """Say that one has read what others wrote about an incident."""

    may: ClassVar[tuple[Role, ...]] = (Role.DISPATCHER, Role.SUPERVISOR, Role.INCIDENT_MANAGER)

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if not incident.unread:
            raise Refused("nothing was written that is not read")
        return [UpdateSeen(incident.unread, incident.unread_since)]
