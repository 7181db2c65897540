"""The bell at whoever's seat: up to which grade it rings for a member of staff, as they said themselves.

Theory of operation. It is a matter of the person, not of the seat: it goes with them wherever they sign on. Nobody sets it for
another. Where nothing was said it rings for the two most urgent grades, as they are usually called; a grade that the pack in force
does not have any more is as though nothing was said. A grade that only another pack knows always rings: what cannot be told to be
less urgent is not kept silent. Source: letter, area 3; EEMUA 191 as reported: a bell that rings for everything is switched off.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.gradescheme import GradePack
from hueandcry.domain.pack import PackKind
from hueandcry.domain.reference import Code
from hueandcry.domain.staff import EVERYONE, Staff

OFF = "off"
USUAL = "2"


def too_low(upto: str, grades: GradePack) -> tuple[str, ...] | None:
    """Return the grades for which a bell does not ring that rings up to one, None where it does not ring at all."""
    if upto == OFF:
        return None
    codes = [one.code for one in grades.grade]
    last = next((code for code in (upto, USUAL) if code in codes), codes[min(1, len(codes) - 1)])
    return tuple(codes[codes.index(last) + 1 :])


# Facts


@fact("staff.bell_set", version=1, says="The bell rings up to: {upto}")
class BellSet(Fact[Staff], frozen=True):
    """The member has the bell ring up to a grade of the pack in force, or not at all."""

    upto: Plain[Code]

    def apply(self, staff: Staff) -> Staff:
        return replace(staff, bell=self.upto)


# Commands


class SetBell(Command[Staff], frozen=True):
    """Say up to which grade one's own bell rings, `off` for none."""

    may: ClassVar[tuple[Role, ...]] = EVERYONE
    under: ClassVar[PackKind | None] = PackKind.GRADES
    upto: str

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if staff.collar != duty.collar:
            raise Refused(f"{duty.collar} sets their own bell, not that of {staff.collar or 'nobody'}")
        if self.upto != OFF:
            duty.policy.grades.row(self.upto)
        if self.upto == staff.bell:
            raise Refused(
                "the bell is off already" if self.upto == OFF else f"the bell rings up to {self.upto} already"
            )
        return [BellSet(self.upto)]
