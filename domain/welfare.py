"""Welfare at the moment: whoever took something hard is offered a break, and a supervisor is asked to see to them, now and later.

Theory of operation. That a call was hard is said of the call; on whom, and what follows, stands in the member's own record, and no
free text stands there: what somebody feels or suffers from is kept nowhere. Colleagues read no more than that there was something.
The offer names who is free to cover, from who is signed on in that moment. The member takes it, leaves it for later, and comes
back; a supervisor says that they have seen to them. After the times of the safeguarding pack the watch asks again.
Source: letter, area 3; trauma risk management asks at 72 hours and at a month.
"""

from collections.abc import Iterator
from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Local, Plain, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import Policy
from hueandcry.domain.questionnaire import scheme_of
from hueandcry.domain.reference import NS_PER_S, Code, Instant, StreamId
from hueandcry.domain.staff import Care, Staff
from hueandcry.domain.worked import Worked

QUIET = "Welfare"  # all that is printed of these facts, their fields neither; supervisors have a list of their own
CARERS = (Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.INSPECTOR)


class Answer(Enum):
    """What a member does with the offer of a break."""

    TAKE = "take"
    LATER = "later"
    OVER = "over"


# Facts


@fact("record.found_traumatic", version=1, says="Hard on whoever dealt with it")
class FoundTraumatic(Fact[Worked], frozen=True):
    """It was hard on whoever dealt with it; on whom stands in their own record alone."""

    def apply(self, worked: Worked) -> Worked:
        return worked


@fact("staff.break_offered", version=1, says=QUIET)
class BreakOffered(Fact[Staff], frozen=True):
    """A break is offered, and a supervisor is asked to see to the member; `cover` are those who are free now."""

    break_s: Plain[int]
    cover: Plain[tuple[Code, ...]]
    about: Local[StreamId]

    def apply(self, staff: Staff) -> Staff:
        care = Care(staff.version, staff.occurred, self.cover)
        return replace(staff, care=(*staff.care, care))


@fact("staff.break_answered", version=1, says=QUIET)
class BreakAnswered(Fact[Staff], frozen=True):
    """What the member does with the offer."""

    number: Plain[int]
    answer: Plain[Answer]

    def apply(self, staff: Staff) -> Staff:
        return _with(staff, self.number, answer=self.answer.value)


@fact("staff.follow_up_due", version=1, says=QUIET)
class FollowUpDue(Fact[Staff], frozen=True):
    """The time came to ask how the member is; the watch recorded it."""

    number: Plain[int]
    due: Plain[Instant]

    def apply(self, staff: Staff) -> Staff:
        asked = {one.number: (*one.asked, self.due) for one in staff.care}
        return _with(staff, self.number, asked=asked.get(self.number, ()), seen=False)


@fact("staff.seen_to", version=1, says=QUIET)
class SeenTo(Fact[Staff], frozen=True):
    """A supervisor has spoken with the member; what was said is theirs."""

    number: Plain[int]
    by: Plain[Code]

    def apply(self, staff: Staff) -> Staff:
        return _with(staff, self.number, seen=True)


def _with(staff: Staff, number: int, **now: object) -> Staff:
    return replace(staff, care=tuple(replace(one, **now) if one.number == number else one for one in staff.care))


# What time demands


def follow_ups(staff: Staff, policy: Policy) -> Iterator[tuple[int, "AskAgain"]]:
    """Yield when a supervisor is to be asked again about a member, with the command for it."""
    scheme = policy.safeguarding
    for care in staff.care if scheme is not None else ():
        for after_s in scheme.follow_up_s if scheme is not None else ():
            due = care.offered + after_s * NS_PER_S
            if due not in care.asked:
                yield due, AskAgain(care.number, due)


# Commands


class FindTraumatic(Command[Worked], frozen=True):
    """Say that something was hard on whoever dealt with it."""

    may: ClassVar[tuple[Role, ...]] = FLOOR

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.version:
            raise Refused("there is no such record")
        return [FoundTraumatic()]


class OfferBreak(Command[Staff], frozen=True):
    """Offer a break, with who is free to cover; nothing while the member has one that they have not answered."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    about: bytes
    cover: tuple[str, ...]

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if not staff.collar:
            raise Refused("there is no such member of staff")
        if any(not one.answer for one in staff.care):
            return []
        return [BreakOffered(scheme_of(duty).break_s, self.cover, self.about)]


class AnswerBreak(Command[Staff], frozen=True):
    """Take the break that is offered, leave it for later, or be back from it; each for themselves."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    answer: Answer

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if staff.collar != duty.collar:
            raise Refused(f"{duty.collar} answers for themselves, not for {staff.collar or 'nobody'}")
        on = [one for one in staff.care if one.answer == Answer.TAKE.value]
        offered = [one for one in staff.care if one.answer in ("", Answer.LATER.value)]
        if self.answer is Answer.OVER and not on:
            raise Refused("you are not on a break")
        if self.answer is not Answer.OVER and not offered:
            raise Refused("no break is offered to you")
        return [BreakAnswered((on if self.answer is Answer.OVER else offered)[-1].number, self.answer)]


class SeeTo(Command[Staff], frozen=True):
    """Say that one has seen to a member; of supervisors, and of nobody for themselves."""

    may: ClassVar[tuple[Role, ...]] = CARERS

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        waiting = [one for one in staff.care if not one.seen]
        if not waiting:
            raise Refused(f"nobody is asked to see to {staff.collar or 'nobody'}")
        if staff.collar == duty.collar:
            raise Refused("somebody else sees to you")
        return [SeenTo(one.number, duty.collar) for one in waiting]


class AskAgain(Command[Staff], frozen=True):
    """Ask a supervisor again to see to a member; once for each time, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    number: int
    due: int

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if self.due > duty.now or (self.due, self) not in set(follow_ups(staff, duty.policy)):
            return []
        return [FollowUpDue(self.number, self.due)]
