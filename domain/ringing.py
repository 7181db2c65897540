"""When a standing question rings: a fact on the record it is about, flagged until somebody has seen to it.

Theory of operation. The watch hears every fact as it is recorded (domain/asking.py) and records each ring once, whoever
keeps the watch. A question that counts rings on the force's policy. An old ring stays in the log for ever; on the board it
stands until a person says that they know of it.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import Fell, Policy
from hueandcry.domain.reference import Code, Instant
from hueandcry.domain.worked import Rung, Worked

# Facts


@fact("record.question_rang", version=1, says="RANG at {at}: {question}, by fact {number}")
class QuestionRang(Fact[Worked], frozen=True):
    """A standing question rang about this record; `number` is the fact that set its clock."""

    question: Plain[Code]
    number: Plain[int]
    at: Plain[Instant]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, rung=(*worked.rung, Rung(self.question, self.number)))


@fact("record.ring_heeded", version=1, says="{question} is known of: {words}")
class RingHeeded(Fact[Worked], frozen=True):
    """Somebody knows that a standing question rang, and sees to it."""

    question: Plain[Code]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        now = tuple(replace(one, heeded=True) if one.question == self.question else one for one in worked.rung)
        return replace(worked, rung=now)


@fact("policy.volume_fell", version=1, says="RANG at {at}: {question}, {count} where {usual} are usual")
class VolumeFell(Fact[Policy], frozen=True):
    """Something happened much more seldom than usual in a span of time."""

    question: Plain[Code]
    at: Plain[Instant]
    count: Plain[int]
    usual: Plain[int]

    def apply(self, policy: Policy) -> Policy:
        others = tuple(one for one in policy.fallen if one.question != self.question)
        return replace(policy, fallen=(*others, Fell(self.question, self.at)))


# Commands


class RingQuestion(Command[Worked], frozen=True):
    """Record that a standing question rang; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.STANDING
    question: str
    number: int
    at: int

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if worked.has_rung(self.question, self.number):
            return []
        return [QuestionRang(self.question, self.number, self.at)]


class HeedRing(Command[Worked], frozen=True):
    """Say that one knows what rang, and sees to it."""

    may: ClassVar[tuple[Role, ...]] = (*FLOOR, Role.SERGEANT, Role.INSPECTOR, Role.AUDITOR)
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        waiting = dict.fromkeys(one.question for one in worked.rung if not one.heeded)
        if not waiting:
            raise Refused("no standing question rang here that nobody knows of")
        return [RingHeeded(question, self.words) for question in waiting]


class RingVolume(Command[Policy], frozen=True):
    """Record that something happens too seldom; once for each span, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.STANDING
    question: str
    at: int
    count: int
    usual: int

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        if any(one.question == self.question and one.at >= self.at for one in policy.fallen):
            return []
        return [VolumeFell(self.question, self.at, self.count, self.usual)]
