"""Where something is: a place of the gazetteer, and where the network says that a caller is.

Theory of operation. A contact or an incident is placed by words, by a listed place, or both; the district of a listed
place is known, its point and its property number are about whoever lives there and so are sealed. Where a caller is comes
from the network with a radius and an age; it is shown with both, and as stale once it is old. What cannot be true is
taken all the same, and flagged. Source: letter, area 4 (location at once); EISEC and AML as the 999 service gives them.
"""

from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.contact import Contact
from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.particulars import CallerAt
from hueandcry.domain.reference import NS_PER_S, Code, Instant
from hueandcry.domain.worked import Worked

STALE_AFTER_S = 60
RADIUS_MAX_M = 100_000
_LATITUDE_MAX, _LONGITUDE_MAX = 900_000_000, 1_800_000_000


class Network(Enum):
    """Who says where a caller is: the subscriber's address, the telephone itself, or the cell it is in."""

    EISEC = "eisec"
    AML = "aml"
    CELL = "cell"


# Facts


@fact("record.placed", version=1, says="At place #{listed}: {place}. District and beat: {district} / {beat}")
class Placed(Fact[Worked], frozen=True):
    """It is at a place that the gazetteer lists; `point` is latitude and longitude in 1e-7 degrees, empty where unknown."""

    listed: Plain[int]
    district: Plain[Code]
    beat: Plain[Code | None]
    place: Sealed[str]
    uprn: Sealed[int]
    point: Sealed[tuple[int, ...]]

    def apply(self, worked: Worked) -> Worked:
        return worked.placed(self.district)


@fact(
    "contact.caller_located",
    version=1,
    says="Caller located ({how}) as of {taken}; plausible: {plausible}, radius taken: {radius_m} m: {said}",
)
class CallerLocated(Fact[Contact], frozen=True):
    """Where the network says that the caller is, or was at the moment `taken`; what was said in words where it is odd."""

    how: Plain[Network]
    radius_m: Plain[int]
    taken: Plain[Instant]
    plausible: Plain[bool]
    point: Sealed[tuple[int, ...]]
    said: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, caller_at=CallerAt(contact.here, self.taken, self.plausible))


# Commands


class PlaceAt(Command[Worked], frozen=True):
    """Say at which listed place it is."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    listed: int
    district: str
    beat: str
    place: str
    uprn: int
    point: tuple[int, ...]

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so it is not placed anew")
        return [Placed(self.listed, self.district, self.beat or None, self.place, self.uprn, self.point)]


class LocateCaller(Command[Contact], frozen=True):
    """Record where the network says that the caller is; `age_s` is how old that was when it came.

    What cannot be true is taken and flagged: no point on earth, a radius beyond 100 km, an age below nothing.
    """

    how: Network
    point: tuple[int, ...]
    radius_m: int
    age_s: int
    said: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        if not contact.open:
            raise Refused("the contact is closed")
        plausible = (
            is_point(self.point) and 0 <= self.radius_m <= RADIUS_MAX_M and 0 <= self.age_s * NS_PER_S <= duty.now
        )
        taken = duty.now - self.age_s * NS_PER_S if plausible else duty.now
        point = self.point if plausible else ()
        radius_m = self.radius_m if plausible else 0
        return [CallerLocated(self.how, radius_m, taken, plausible, point, "" if plausible else self.said)]


def is_point(point: tuple[int, ...]) -> bool:
    """Tell whether a latitude and a longitude in 1e-7 degrees name a point on earth."""
    return len(point) == 2 and abs(point[0]) <= _LATITUDE_MAX and abs(point[1]) <= _LONGITUDE_MAX


def is_stale(taken: int, now: int) -> bool:
    """Tell whether a caller's location is too old to send anybody to without asking."""
    return now >= stale_at(taken)


def stale_at(taken: int) -> int:
    """Return from when on a location that was taken then is too old (ns UTC)."""
    return taken + STALE_AFTER_S * NS_PER_S + 1
