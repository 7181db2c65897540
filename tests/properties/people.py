"""An account of people beside that of the room: what is known of each, who warns of what, who is one person, who is involved.

Theory of operation. It is kept from the facts alone, in words of its own, and asserts of each fact that it may stand there.
"""

from dataclasses import dataclass, field
from typing import Any

from hueandcry.domain import doublet, involvement, marker, nominal
from hueandcry.domain.fact import Entry, Header


@dataclass
class Person:
    """A person: details by the numbers of their facts, markers likewise, and whose record stands for whom."""

    details: dict[int, str] = field(default_factory=dict)
    warned: dict[int, str] = field(default_factory=dict)
    into: bytes | None = None
    stands_for: list[bytes] = field(default_factory=list)


class People:
    """Everybody whom the room knows, and their parts in what is worked on."""

    def __init__(self) -> None:
        self.known: dict[bytes, Person] = {}
        self.parts: dict[bytes, list[tuple[bytes, str]]] = {}
        self.gone: set[bytes] = set()

    def take(self, entry: Entry, header: Header, fact: Any) -> None:
        """Take a fact about a person."""
        assert entry.stream not in self.gone, "nothing is added to a record that was erased"
        if isinstance(fact, nominal.NominalRegistered):
            assert entry.version == 1
            self.known[entry.stream] = Person()
            return
        one = self.known[entry.stream]
        match fact:
            case nominal.DetailAdded():
                assert fact.text, "a detail says something"
                one.details[entry.version] = fact.sort.value
            case nominal.DetailEnded():
                assert one.details.pop(fact.number) == fact.sort.value
                assert one.details, "there is always something by which a person is known"
                assert fact.reason
            case doublet.NominalMerged() | doublet.NominalAbsorbed() | doublet.NominalParted():
                self._one_or_two(entry, one, fact)
            case _:
                self._warns(entry, header, one, fact)

    def _warns(self, entry: Entry, header: Header, one: Person, fact: Any) -> None:
        match fact:
            case marker.MarkerSet():
                assert fact.warns not in one.warned.values(), "a person is warned of once for each thing"
                assert fact.review_by > header.occurred
                one.warned[entry.version] = fact.warns
            case marker.MarkerReviewed():
                assert fact.number in one.warned
                assert fact.review_by > header.occurred
                assert fact.words
            case marker.MarkerEnded():
                assert fact.reason
                del one.warned[fact.number]
            case _:
                raise AssertionError(f"nobody knows what {fact} says of a person")

    def _one_or_two(self, entry: Entry, one: Person, fact: Any) -> None:
        match fact:
            case doublet.NominalMerged():
                assert one.into is None
                assert not one.stands_for, "nobody points on from whom others point to"
                assert self.known[fact.into].into is None
                one.into = fact.into
            case doublet.NominalAbsorbed():
                assert self.known[fact.merged].into == entry.stream, "each knows of the other"
                one.stands_for.append(fact.merged)
            case doublet.NominalParted():
                assert fact.reason
                assert fact.other == one.into or fact.other in one.stands_for
                one.into = None if one.into == fact.other else one.into
                one.stands_for = [other for other in one.stands_for if other != fact.other]

    def involved(self, entry: Entry, fact: Any) -> None:
        """Take that somebody has to do with a record, or not any more."""
        parts, part = self.parts.setdefault(entry.stream, []), (fact.nominal, fact.part.value)
        assert entry.version > 1, "there is a record to be involved in"
        assert fact.nominal in self.known
        if isinstance(fact, involvement.PersonInvolved):
            assert part not in parts
            parts.append(part)
        else:
            assert fact.reason
            parts.remove(part)

    def holds(self) -> None:
        """Assert that whoever points to another is pointed back to, and that nobody points in a circle."""
        for stream, one in self.known.items():
            assert one.into is None or stream in self.known[one.into].stands_for
            assert one.into is None or self.known[one.into].into is None
