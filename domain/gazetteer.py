"""The gazetteer: which places there are, loaded from a file, edition by edition.

Theory of operation. Places are public reference data and no record of anybody, so the rows of a file stand as they came,
in parts, in one stream; an edition counts once all of its parts are there. What was placed under an older edition keeps
what it said. How rows are searched is the store's (store/placeindex.py). Source: letter, area 4.
"""

from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Record, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code, Kind, stream_id

GAZETTEER_STREAM = stream_id(Kind.GAZETTEER, 0, 0)


class Edition(Struct, frozen=True, array_like=True):
    """An edition: the hash of its file, how many places it lists, and the numbers of the facts that hold them."""

    digest: bytes
    places: int
    first: int
    last: int


class Gazetteer(Record, frozen=True, kw_only=True):
    """What editions there are, with the districts of the one in force; `begun` is one whose parts are still to come."""

    kind: ClassVar[Kind] = Kind.GAZETTEER
    editions: tuple[Edition, ...] = ()
    begun: Edition | None = None
    listed: int = 0
    districts: tuple[Code, ...] = ()
    begun_districts: tuple[Code, ...] = ()

    @property
    def open(self) -> bool:
        """It is nobody's work."""
        return False

    @property
    def edition(self) -> Edition | None:
        """The edition in force: the last that is whole."""
        return self.editions[-1] if self.editions else None


# Facts


@fact("gazetteer.edition_begun", version=1, says="Edition of {places} places begun in {districts}, file {digest}")
class EditionBegun(Fact[Gazetteer], frozen=True):
    """A file of places is being loaded; `districts` are those in which they lie."""

    digest: Plain[bytes]
    places: Plain[int]
    districts: Plain[tuple[Code, ...]]

    def apply(self, gazetteer: Gazetteer) -> Gazetteer:
        begun = Edition(self.digest, self.places, gazetteer.version, 0)
        return replace(gazetteer, begun=begun, begun_districts=self.districts, listed=0)


@fact("gazetteer.places_listed", version=1, says="{places} places listed")
class PlacesListed(Fact[Gazetteer], frozen=True):
    """A part of an edition; `rows` are its lines as UTF-8, tab-separated, in the order of the page in docs/operate.md."""

    places: Plain[int]
    rows: Plain[bytes]

    def apply(self, gazetteer: Gazetteer) -> Gazetteer:
        begun, listed = gazetteer.begun, gazetteer.listed + self.places
        if begun is None:
            return gazetteer
        if listed < begun.places:
            return replace(gazetteer, listed=listed)
        whole = replace(begun, last=gazetteer.version)
        return replace(
            gazetteer,
            editions=(*gazetteer.editions, whole),
            districts=gazetteer.begun_districts,
            begun=None,
            begun_districts=(),
            listed=0,
        )


# Commands


class BeginEdition(Command[Gazetteer], frozen=True):
    """Begin to load a file of places; one that is in force already is not loaded again."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    digest: bytes
    places: int
    districts: tuple[str, ...] = ()

    def decide(self, gazetteer: Gazetteer, duty: Duty) -> list[Fact[Gazetteer]]:
        if self.places < 1:
            raise Refused("the file lists no place")
        if gazetteer.edition is not None and gazetteer.edition.digest == self.digest:
            raise Refused("that file is the edition in force already")
        return [EditionBegun(self.digest, self.places, self.districts)]


class ListPlaces(Command[Gazetteer], frozen=True):
    """Record a part of the edition that was begun by the fact of that number; one file may be loaded twice at once."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    digest: bytes
    begun: int
    places: int
    rows: bytes

    def decide(self, gazetteer: Gazetteer, duty: Duty) -> list[Fact[Gazetteer]]:
        begun = gazetteer.begun
        if begun is None or (begun.digest, begun.first) != (self.digest, self.begun):
            raise Refused("another file of places was begun meanwhile: load this one again")
        return [PlacesListed(self.places, self.rows)]
