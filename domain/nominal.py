"""A nominal: a person as the room knows them, with names, numbers, addresses, vehicles, dates, and warning markers.

Theory of operation. What is about a person stands in the stream of that person alone, sealed; contacts and incidents name
the stream (domain/involvement.py). A detail is added and ended, never changed; what cannot be true, such as a birth date in
the future, is taken as it was said and flagged. Warnings stand on their own page (domain/marker.py), and so does that two
records are of one person (domain/doublet.py).
Source: letter, areas 1, 2 and 4 (person-based information at once).
"""

from enum import Enum
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.fact import Erasure, Fact, Plain, Record, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code, Instant, Kind


class Sort(Enum):
    """What a detail is."""

    NAME = "name"
    ALIAS = "alias"
    BORN = "born"
    NUMBER = "number"
    HANDLE = "handle"
    ADDRESS = "address"
    VEHICLE = "vehicle"
    LOOKS = "looks"


class Severity(Enum):
    """How much a marker weighs."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Detail(Struct, frozen=True, array_like=True):
    """A detail that stands: the number of its fact, what it is, and whether it can be true."""

    number: int
    sort: Sort
    plausible: bool


class Marker(Struct, frozen=True, array_like=True):
    """A warning marker that stands: the number of its fact, what it warns of, how much, and when it is looked at again (ns UTC)."""

    number: int
    warns: Code
    severity: Severity
    review_by: Instant

    def is_overdue(self, now: int) -> bool:
        """Tell whether nobody looked at it again in time; it stands all the same."""
        return self.review_by <= now


class Nominal(Record, frozen=True, kw_only=True):
    """What a nominal has come to; values stand in the facts that `details` and `markers` number."""

    kind: ClassVar[Kind] = Kind.NOMINAL
    details: tuple[Detail, ...] = ()
    markers: tuple[Marker, ...] = ()
    absorbed: tuple[bytes, ...] = ()
    merged_into: bytes | None = None
    parted: tuple[bytes, ...] = ()

    @property
    def open(self) -> bool:
        """A person is nobody's work."""
        return False

    def of_sort(self, *sorts: Sort) -> tuple[Detail, ...]:
        """Return the details of some sorts that stand."""
        return tuple(one for one in self.details if one.sort in sorts)


# Facts


@fact("nominal.registered", version=1, says="Person registered")
class NominalRegistered(Fact[Nominal], frozen=True):
    """The room knows of a person."""

    def apply(self, nominal: Nominal) -> Nominal:
        return nominal


@fact("nominal.detail_added", version=1, says="{sort} {text}, can be true: {plausible} {said}")
class DetailAdded(Fact[Nominal], frozen=True):
    """Something about the person; `text` as it is searched, `said` as it was typed where that differs."""

    sort: Plain[Sort]
    plausible: Plain[bool]
    text: Sealed[str]
    said: Sealed[str]

    def apply(self, nominal: Nominal) -> Nominal:
        added = Detail(nominal.version, self.sort, self.plausible)
        return replace(nominal, details=(*nominal.details, added))


@fact("nominal.detail_ended", version=1, says="Detail {number} ({sort}) holds no more: {reason}")
class DetailEnded(Fact[Nominal], frozen=True):
    """A detail is not so any more, or never was."""

    number: Plain[int]
    sort: Plain[Sort]
    reason: Sealed[str]

    def apply(self, nominal: Nominal) -> Nominal:
        return replace(nominal, details=tuple(one for one in nominal.details if one.number != self.number))


# Commands


def known(nominal: Nominal) -> None:
    """Refuse what is done with a nominal that nobody registered, or whose record was erased."""
    if nominal.erasure is not Erasure.NONE:
        raise Refused("this person's record is erased")
    if not nominal.version:
        raise Refused("there is no such person: register them with 'person'")


class RegisterNominal(Command[Nominal], frozen=True):
    """Register a person by a name, or by what is known instead of one."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    sort: Sort
    text: str
    said: str = ""
    plausible: bool = True

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        if nominal.version:
            raise Refused("this person is registered already")
        if not self.text:
            raise Refused("say by what the person is known: a name, or a number")
        return [NominalRegistered(), DetailAdded(self.sort, self.plausible, self.text, self.said)]


class AddDetail(Command[Nominal], frozen=True):
    """Add a detail; one that cannot be true is taken as it was said, and flagged."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    sort: Sort
    text: str
    said: str = ""
    plausible: bool = True

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        known(nominal)
        if not self.text:
            raise Refused(f"say what the {self.sort.value} is")
        return [DetailAdded(self.sort, self.plausible, self.text, self.said)]


class EndDetail(Command[Nominal], frozen=True):
    """Say that a detail does not hold any more; the last one by which a person is known stays."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    number: int
    reason: str

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        known(nominal)
        found = [one for one in nominal.details if one.number == self.number]
        if not found:
            held = ", ".join(f"{one.number} {one.sort.value}" for one in nominal.details)
            raise Refused(f"detail {self.number} does not stand here; there is {held}")
        if not self.reason:
            raise Refused("say why it does not hold any more")
        if len(nominal.details) == 1:
            raise Refused("it is the last by which this person is known: add another first ('detail')")
        return [DetailEnded(self.number, found[0].sort, self.reason)]
