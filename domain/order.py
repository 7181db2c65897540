"""In which order a queue is worked: risk times waiting, by a formula that stands in the grades pack.

Theory of operation. What an item weighs follows from its grade, whether somebody is vulnerable, and for a contact from its
channel; how long it has waited multiplies that, so that somebody vulnerable does not wait for ever behind fresh and less
weighty things. A few minutes are added to every wait, so that what comes in now is weighed as well. The product is in
risk-minutes; a queue's are the sum of those of its items, without what was added.
Source: letter, area 1; the inspectorate's finding that the risk in queues was neither known nor counted.
"""

from msgspec import Struct

from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.expedite import Stage as ExpediteStage
from hueandcry.domain.fact import Record
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.referral import Referral

NS_PER_MIN = 60 * NS_PER_S


def risk_minutes(risk: int, since: int, now_ns: int, added_min: int = 0) -> int:
    """Return risk times waiting since a moment (ns UTC), by whole minutes; `added_min` as the order has it, none for a sum."""
    return risk * (max(0, now_ns - since) // NS_PER_MIN + added_min)


class Weight(Struct, frozen=True):
    """What an item weighs: its risk, since when it waits (ns UTC), and what the risk is made of."""

    risk: int
    since: int
    grounds: tuple[tuple[str, int], ...]

    def minutes(self, now_ns: int) -> int:
        """Return for how many whole minutes it has waited."""
        return max(0, now_ns - self.since) // NS_PER_MIN

    def risk_minutes(self, now_ns: int, added_min: int = 0) -> int:
        """Return risk times waiting; `added_min` as the order has it, none for the sum of a queue."""
        return risk_minutes(self.risk, self.since, now_ns, added_min)


def weight_of(record: Record, policy: Policy) -> Weight:
    """Return what an open record weighs under the grades in force; its own grade weighs as in the pack of its day."""
    order = policy.grades.order
    grounds: list[tuple[str, int]] = []
    match record:
        case Contact():
            urgent = record.channel is Channel.EMERGENCY
            if record.queue == "partner":
                grounds.append(("partner waits", order.expedite))
            else:
                grounds.append((record.channel.value, order.emergency if urgent else order.contact))
            since = record.rang
        case Incident():
            if record.grade:
                row = policy.grades_of(record.graded_under).row(record.grade)
                grounds.append((f"grade {record.grade}", row.risk))
            else:
                grounds.append(("not graded", order.ungraded))
            if record.vulnerable:
                grounds.append(("vulnerable", order.vulnerable))
            since = record.opened
        case Expedite():
            told = record.stage is ExpediteStage.TOLD
            grounds.append(("partner told", order.contact) if told else ("partner waits", order.expedite))
            since = record.asked
        case Referral():
            answered = record.due == 0
            grounds.append(("agency answered", order.contact) if answered else ("agency waits", order.vulnerable))
            since = record.made
        case _:
            raise TypeError(f"{record.kind.name} stands in no queue")
    return Weight(sum(weight for _, weight in grounds), since, tuple(grounds))
