"""Bring-ups: what somebody wants to be reminded of at a time, and whether they have seen to it.

Theory of operation. A reminder belongs to an item and falls due once; the watch brings it up, and the item is flagged until
somebody says that it is seen to. It is a note to oneself or to a colleague, no promise to anybody outside.
Source: letter, area 1; bring-ups as control rooms have them.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Instant
from hueandcry.domain.worked import Reminder, Worked

# Facts


@fact("record.bring_up_set", version=1, says="To be brought up at {due}: {words}")
class BringUpSet(Fact[Worked], frozen=True):
    """Somebody wants to be reminded."""

    due: Plain[Instant]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, reminders=(*worked.reminders, Reminder(worked.version, self.due)))


@fact("record.brought_up", version=1, says="BRING UP {number}, set for {due}")
class BroughtUp(Fact[Worked], frozen=True):
    """Its time came; the watch brought it up."""

    number: Plain[int]
    due: Plain[Instant]

    def apply(self, worked: Worked) -> Worked:
        now = tuple(replace(one, up=True) if one.number == self.number else one for one in worked.reminders)
        return replace(worked, reminders=now)


@fact("record.bring_up_done", version=1, says="Bring-up {number} seen to: {words}")
class BringUpDone(Fact[Worked], frozen=True):
    """Somebody saw to what was to be brought up."""

    number: Plain[int]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, reminders=tuple(one for one in worked.reminders if one.number != self.number))


# Commands


class SetBringUp(Command[Worked], frozen=True):
    """Have an item brought up at a time."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    due: int
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so it is not brought up")
        if self.due <= duty.now:
            raise Refused("something is brought up at a time that is still to come")
        return [BringUpSet(self.due, self.words)]


class BringUp(Command[Worked], frozen=True):
    """Record that the time of a bring-up came; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    number: int

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        due = [one for one in worked.reminders if one.number == self.number and not one.up and one.due <= duty.now]
        return [BroughtUp(one.number, one.due) for one in due if worked.open]


class FinishBringUp(Command[Worked], frozen=True):
    """Say that what was to be brought up is seen to, before its time or after."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    number: int
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if self.number not in {one.number for one in worked.reminders}:
            there = ", ".join(str(one.number) for one in worked.reminders)
            raise Refused(f"there is no bring-up {self.number} here{f'; there is {there}' if there else ''}")
        return [BringUpDone(self.number, self.words)]
