"""Where an item is, in words: its own, or those of the caller's fact that it names.

Theory of operation. An incident does not copy where its caller said it is: it names the fact of the contact that holds the
words. Whoever reads an incident is shown them all the same, opened through the door, which writes down that the contact was
opened, too. What is erased from the contact is gone from here in the same moment, and an erased incident says nothing of it.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from hueandcry.domain.fact import Entry, Erasure, FactRef, Record
from hueandcry.domain.incident import Located
from hueandcry.store.sealed import Door


def placed(door: Door, record: Record, entries: Iterable[Entry], screen: str) -> list[Entry]:
    """Return a record's opened entries, each place that stands in a contact's fact in its words; of an erased one as they are."""
    erased = record.erasure is not Erasure.NONE
    return [entry if erased else _placed(door, entry, screen) for entry in entries]


def _placed(door: Door, entry: Entry, screen: str) -> Entry:
    fact = entry.fact
    if not isinstance(fact, Located) or fact.said_in is None:
        return entry
    return replace(entry, fact=replace(fact, place=_words(door, fact.said_in, screen)))


def where(door: Door, record: Record, screen: str, closed: str) -> str:
    """Return where a record is, in the words of the fact that says so, or as `closed`; empty where no words do."""
    place: FactRef | None = getattr(record, "place", None)
    if place is None:
        return ""
    words = _words(door, place, screen) if record.erasure is Erasure.NONE else None
    return closed if words is None else words


def _words(door: Door, place: FactRef, screen: str) -> str | None:
    """Return a place's words, None where they are not open any more."""
    said = door.fact(place, screen)
    return "" if said is None else getattr(said.fact, "place", "")
