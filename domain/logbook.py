"""Lines in the log of whatever is worked on: what was said or seen, and what an earlier fact should have said.

Theory of operation. A log only grows. What was mistyped stays, and a later fact names it and says it right. Both are
allowed after the close, for what is remembered late.
"""

from typing import ClassVar

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import FactRef
from hueandcry.domain.worked import Worked

# Facts


@fact("record.noted", version=1, says="{words}")
class Noted(Fact[Worked], frozen=True):
    """What was said or seen, in free text."""

    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return worked.updated()


@fact("record.corrected", version=1, says="Corrects {corrects}: {words}")
class Corrected(Fact[Worked], frozen=True):
    """An earlier fact was mistyped; it stays, and this names it."""

    corrects: Plain[FactRef]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return worked.updated()


# Commands


class Note(Command[Worked], frozen=True):
    """Write a line in the log."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.version:
            raise Refused(f"there is no such {worked.kind.name.lower()}")
        return [Noted(self.words)]


class Correct(Command[Worked], frozen=True):
    """Say what an earlier fact should have said; the earlier fact stays."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    number: int
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not 1 <= self.number <= worked.version:
            raise Refused(
                f"the {worked.kind.name.lower()} has facts 1 to {worked.version}, none with number {self.number}"
            )
        return [Corrected(FactRef(worked.id, self.number), self.words)]
