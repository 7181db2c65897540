"""Districts: which there are, by the listed places, the crews, and whoever answers for one.

Theory of operation. Nobody keeps a list of districts: one is known where a listed place lies in it, a crew belongs to it or
somebody answers for it. Any other is taken as it was said and stands as an alert, for what waits there would be escalated to
nobody. Where nothing at all is known yet, nothing can be told apart and nothing is flagged.
"""

from collections.abc import Iterable

from hueandcry.domain.contact import UNKNOWN
from hueandcry.domain.fact import Record
from hueandcry.domain.gazetteer import Gazetteer
from hueandcry.domain.resource import Resource
from hueandcry.domain.staff import Staff


def known(records: Iterable[Record]) -> frozenset[str]:
    """Return the districts that are known by the records of gazetteer, crews and staff."""
    return frozenset(district for record in records for district in named(record))


def named(record: Record) -> tuple[str, ...]:
    """Return the districts that a record makes known."""
    match record:
        case Gazetteer():
            return record.districts
        case Resource():
            return (record.district,) if record.district else ()
        case Staff():
            return tuple(cover.district for cover in record.covers)
        case _:
            return ()


def is_strange(district: str, districts: frozenset[str]) -> bool:
    """Tell whether a district was named that nobody knows, where some are known."""
    return bool(districts) and district != UNKNOWN and district not in districts
