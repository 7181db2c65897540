"""Checks at first contact: the number, the person, the address, the household, the vehicle, and whether it is a repeat.

Theory of operation. Each check is a fact with whom or what it found, and that it found nothing is a fact, too: nobody can tell
afterwards what was not written down. A check may be made again; which were made stands on the contact, and what is missing is
shown to whoever grades. Source: letter, area 1; PEEL wants repeat callers and others in the household recorded.
"""

from enum import Enum

from msgspec.structs import replace

from hueandcry.domain.contact import Contact, live
from hueandcry.domain.duty import Command, Duty
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.reference import NS_PER_S, StreamId


class Looked(Enum):
    """What was looked for."""

    NUMBER = "number"
    PERSON = "person"
    ADDRESS = "address"
    HOUSEHOLD = "household"
    VEHICLE = "vehicle"
    REPEAT = "repeat"


REPEAT_NS = 365 * 24 * 3600 * NS_PER_S  # within which whoever rings again is a repeat caller, or victim
WANTED = (Looked.NUMBER, Looked.PERSON, Looked.ADDRESS, Looked.HOUSEHOLD, Looked.REPEAT)

# Facts


@fact("contact.checked", version=1, says="Checked {what}, found: {found} {words}")
class Checked(Fact[Contact], frozen=True):
    """Somebody looked, and found these people and records, or nothing."""

    what: Plain[Looked]
    found: Plain[tuple[StreamId, ...]]
    words: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        others = tuple(one for one in contact.checked if one != self.what.value)
        return replace(contact, checked=(*others, self.what.value))


# Commands


class CheckFirst(Command[Contact], frozen=True):
    """Record what was looked for at first contact, and what that found."""

    what: Looked
    found: tuple[bytes, ...]
    words: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        live(contact)
        return [Checked(self.what, self.found, self.words)]


def missing(checked: tuple[str, ...]) -> tuple[str, ...]:
    """Return what should have been looked for and was not."""
    return tuple(one.value for one in WANTED if one.value not in checked)
