"""Who answers for a district: the person to whom its incidents are escalated.

Theory of operation. A member of staff answers for a district in a role that they hold. At a changeover the next one takes
it over, and whoever had it gives it up in the same moment, so that one person at most answers for a district in a role.
Who signs off answers for nothing any more. Source: letter, area 1; the escalation ladder of the grades pack.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code
from hueandcry.domain.staff import Cover, Staff

COVERED_AS = (Role.DISPATCHER, Role.SERGEANT, Role.INSPECTOR, Role.SUPERVISOR, Role.INCIDENT_MANAGER)
_ASSIGNS = (Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)

# Facts


@fact("staff.district_taken", version=1, says="Answers for {district} as {role}")
class DistrictTaken(Fact[Staff], frozen=True):
    """The member answers for a district."""

    district: Plain[Code]
    role: Plain[Role]

    def apply(self, staff: Staff) -> Staff:
        return replace(staff, covers=(*staff.covers, Cover(self.district, self.role)))


@fact("staff.district_given_up", version=1, says="Answers for {district} as {role} no more")
class DistrictGivenUp(Fact[Staff], frozen=True):
    """The member does not answer for a district any more: somebody took it over, or they signed off."""

    district: Plain[Code]
    role: Plain[Role]

    def apply(self, staff: Staff) -> Staff:
        return replace(staff, covers=tuple(one for one in staff.covers if one != Cover(self.district, self.role)))


# Commands


class TakeDistrict(Command[Staff], frozen=True):
    """Answer for a district in a role; a supervisor may say so of another."""

    may: ClassVar[tuple[Role, ...]] = (*FLOOR, Role.SERGEANT, Role.INSPECTOR, Role.ADMINISTRATOR)
    district: str
    role: Role

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if staff.collar != duty.collar and not any(role in duty.roles for role in _ASSIGNS):
            raise Refused(f"{duty.collar} takes a district in their own name; a supervisor says so of another")
        if self.role not in COVERED_AS:
            raise Refused(f"one answers for a district as {', '.join(role.value for role in COVERED_AS)}")
        if self.role not in staff.roles:
            raise Refused(f"{staff.collar or 'nobody'} is not {self.role.value}")
        if Cover(self.district, self.role) in staff.covers:
            raise Refused(f"{staff.collar} answers for {self.district} as {self.role.value} already")
        return [DistrictTaken(self.district, self.role)]


class GiveDistrictUp(Command[Staff], frozen=True):
    """Answer for a district no more; in one's own name, or because somebody in that role takes it over."""

    may: ClassVar[tuple[Role, ...]] = (*FLOOR, Role.SERGEANT, Role.INSPECTOR, Role.ADMINISTRATOR)
    district: str
    role: Role

    def decide(self, staff: Staff, duty: Duty) -> list[Fact[Staff]]:
        if Cover(self.district, self.role) not in staff.covers:
            return []
        if staff.collar != duty.collar and not any(role in duty.roles for role in (self.role, *_ASSIGNS)):
            raise Refused(f"{duty.collar} takes no district from {staff.collar}: they are no {self.role.value}")
        return [DistrictGivenUp(self.district, self.role)]
