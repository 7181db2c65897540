"""Who is involved in what: a person and their part in a contact, an incident or an expedite.

Theory of operation. A record names the nominal and never copies what is known of them, so that what is about a person is
erased with that person's record alone. A person may have several parts; a part that was a mistake is ended with a reason, and
the history stays. Source: letter, areas 1 and 4 (repeat callers and victims, and others in the household, known at once).
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import StreamId
from hueandcry.domain.worked import Involved, Part, Worked

# Facts


@fact("record.person_involved", version=1, says="{nominal} is its {part}: {words}")
class PersonInvolved(Fact[Worked], frozen=True):
    """A person has to do with it."""

    nominal: Plain[StreamId]
    part: Plain[Part]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, people=(*worked.people, Involved(self.nominal, self.part)))


@fact("record.person_not_involved", version=1, says="{nominal} is not its {part}: {reason}")
class PersonNotInvolved(Fact[Worked], frozen=True):
    """A person has nothing to do with it after all, not in that part."""

    nominal: Plain[StreamId]
    part: Plain[Part]
    reason: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        gone = Involved(self.nominal, self.part)
        return replace(worked, people=tuple(one for one in worked.people if one != gone))


# Commands


class Involve(Command[Worked], frozen=True):
    """Say who has to do with it, and in which part; also of what is closed, for people are named later."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    nominal: bytes
    part: Part
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.version:
            raise Refused("there is no such record")
        if Involved(self.nominal, self.part) in worked.people:
            raise Refused(f"this person is its {self.part.value} already")
        return [PersonInvolved(self.nominal, self.part, self.words)]


class NotInvolve(Command[Worked], frozen=True):
    """Say that a person has nothing to do with it in that part; needs a reason."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    nominal: bytes
    part: Part
    reason: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if Involved(self.nominal, self.part) not in worked.people:
            raise Refused(f"this person is not its {self.part.value}")
        if not self.reason:
            raise Refused("say why they have nothing to do with it")
        return [PersonNotInvolved(self.nominal, self.part, self.reason)]
