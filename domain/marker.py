"""A warning marker on a nominal: what it warns of, how much, from which source, and by when somebody looks at it again.

Theory of operation. Markers are for police alone. What they may warn of, and how soon each is looked at again, stands in the
categories pack. Past its time a marker still stands and is shown as overdue; only a person ends one, with a reason.
Source: letter, area 2; the caution type of the emergency services' data exchange (severity, source, begin, review).
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Police, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.nominal import Marker, Nominal, Severity, known
from hueandcry.domain.pack import PackKind
from hueandcry.domain.reference import NS_PER_S, Code, Instant

DAY_NS = 86_400 * NS_PER_S

# Facts


@fact(
    "nominal.marker_set",
    version=1,
    says="MARKER {warns} ({severity}), from {source}, looked at again by {review_by}: {words}",
)
class MarkerSet(Fact[Nominal], frozen=True):
    """A warning about the person, for police alone."""

    warns: Police[Code]
    severity: Police[Severity]
    source: Police[Code]
    review_by: Police[Instant]
    words: Sealed[str]

    def apply(self, nominal: Nominal) -> Nominal:
        marker = Marker(nominal.version, self.warns or "", self.severity or Severity.HIGH, self.review_by or 0)
        return replace(nominal, markers=(*nominal.markers, marker))


@fact("nominal.marker_reviewed", version=1, says="Marker {number} stands, looked at again by {review_by}: {words}")
class MarkerReviewed(Fact[Nominal], frozen=True):
    """Somebody looked at a marker again, and it stands."""

    number: Plain[int]
    review_by: Police[Instant]
    words: Sealed[str]

    def apply(self, nominal: Nominal) -> Nominal:
        by = self.review_by or 0
        now = tuple(replace(one, review_by=by) if one.number == self.number else one for one in nominal.markers)
        return replace(nominal, markers=now)


@fact("nominal.marker_ended", version=1, says="Marker {number} stands no more: {reason}")
class MarkerEnded(Fact[Nominal], frozen=True):
    """A marker does not hold any more."""

    number: Plain[int]
    reason: Sealed[str]

    def apply(self, nominal: Nominal) -> Nominal:
        return replace(nominal, markers=tuple(one for one in nominal.markers if one.number != self.number))


# Commands


class SetMarker(Command[Nominal], frozen=True):
    """Set a warning marker, with its source; the pack says how soon it is looked at again. Source: letter, area 2."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    under: ClassVar[PackKind | None] = PackKind.CATEGORIES
    warns: str
    severity: Severity
    source: str
    words: str

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        known(nominal)
        row = duty.policy.categories.warns(self.warns)
        if any(one.warns == self.warns for one in nominal.markers):
            raise Refused(
                f"they have the marker {self.warns} already: look at it again ('remark'), or end it ('unmark')"
            )
        return [MarkerSet(self.warns, self.severity, self.source, duty.now + row.review_days * DAY_NS, self.words)]


def _marker(nominal: Nominal, number: int) -> Marker:
    known(nominal)
    for one in nominal.markers:
        if one.number == number:
            return one
    held = ", ".join(f"{one.number} {one.warns}" for one in nominal.markers) or "none"
    raise Refused(f"marker {number} does not stand here; there is {held}")


class ReviewMarker(Command[Nominal], frozen=True):
    """Say that a marker was looked at again and stands, and on what it still rests."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    under: ClassVar[PackKind | None] = PackKind.CATEGORIES
    number: int
    words: str

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        marker = _marker(nominal, self.number)
        if not self.words:
            raise Refused(f"say on what the marker {marker.warns} still rests")
        row = duty.policy.categories.warns(marker.warns)
        return [MarkerReviewed(self.number, duty.now + row.review_days * DAY_NS, self.words)]


class EndMarker(Command[Nominal], frozen=True):
    """Say that a marker does not hold any more."""

    may: ClassVar[tuple[Role, ...]] = (Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.VULNERABILITY)
    number: int
    reason: str

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        _marker(nominal, self.number)
        if not self.reason:
            raise Refused("say why the marker does not hold any more")
        return [MarkerEnded(self.number, self.reason)]
