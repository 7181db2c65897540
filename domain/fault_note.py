"""Fault notes: whoever works here says what is wrong with the system, tied to the place in the journal where it was seen.

Source: the inspectorate on iOPS 2019: staff felt blamed, and workarounds were uncertain.
"""

from typing import ClassVar

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Local, Plain, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.policy import Policy
from hueandcry.domain.staff import EVERYONE


@fact("policy.fault_noted", version=1, says="Fault seen at @{position}: {words}")
class FaultNoted(Fact[Policy], frozen=True):
    """Somebody saw a fault of the system; `position` is how far the journal was when they did."""

    position: Plain[int]
    words: Local[str]

    def apply(self, policy: Policy) -> Policy:
        return policy


class NoteFault(Command[Policy], frozen=True):
    """Note a fault of the system; anybody may, and nobody is asked why they did it wrong."""

    may: ClassVar[tuple[Role, ...]] = EVERYONE
    position: int
    words: str

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        if not self.words:
            raise Refused("say what went wrong")
        return [FaultNoted(self.position, self.words)]
