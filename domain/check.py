"""Checks in national systems: what was asked for, by whom and why, and what came back.

Theory of operation. The systems themselves are not connected; the record is that a check was asked for and what it said,
also where it said nothing. What was asked for and has not come back stands open on the record.
Source: letter, area 2 (person-based information at once); PNC codes of practice ask for the reason of every check.
"""

from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code
from hueandcry.domain.worked import Check, Worked


class System(Enum):
    """Where a check is made."""

    PNC = "pnc"
    PND = "pnd"
    LOCAL = "local"
    VOTERS = "voters"
    OTHER = "other"


class Answer(Enum):
    """What a check came to."""

    FOUND = "found"
    NOTHING = "nothing"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


# Facts


@fact("record.check_requested", version=1, says="Check in {system} asked for: {subject}, because {reason}")
class CheckRequested(Fact[Worked], frozen=True):
    """Somebody asked for a check."""

    system: Plain[System]
    subject: Sealed[str]
    reason: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, checks=(*worked.checks, Check(worked.version, self.system.value)))


@fact("record.check_returned", version=1, says="Check {number} in {system} came back: {answer} {words}")
class CheckReturned(Fact[Worked], frozen=True):
    """What came of a check."""

    number: Plain[int]
    system: Plain[Code]
    answer: Plain[Answer]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        left = tuple(one for one in worked.checks if one.number != self.number)
        return replace(worked, checks=left).updated()


# Commands


class RequestCheck(Command[Worked], frozen=True):
    """Ask for a check, and say why."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    system: System
    subject: str
    reason: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so nothing is checked for it")
        if not self.subject or not self.reason:
            raise Refused("say whom or what is checked, and why: two parts, parted by ' / '")
        return [CheckRequested(self.system, self.subject, self.reason)]


class ReturnCheck(Command[Worked], frozen=True):
    """Record what came of a check, also that it was nothing."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    number: int
    answer: Answer
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        for one in worked.checks:
            if one.number == self.number:
                return [CheckReturned(self.number, one.system, self.answer, self.words)]
        raise Refused(f"check {self.number} is not open here")
