"""Which checks of first contact were made, by the handler who took the contact.

Theory of operation. A contact counts once it is closed, for whoever talked to the caller last; a lost caller whom nobody reached
counts for nobody. Each check that should be made counts where somebody looked, also where that found nothing.
Source: letter, area 1; the inspectorate's share of contacts with a repeat check.
"""

from collections.abc import Iterable

from msgspec import Struct

from hueandcry.domain.contact import Answered, Closed, TakenUp
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.firstcheck import WANTED, Checked
from hueandcry.domain.handover import HandedOver
from hueandcry.domain.reference import Kind, kind_of

ALL = "all"


class Checks(Struct, frozen=True, order=True):
    """A handler's contacts, and of how many each check was made: pairs of its name and the count, in order."""

    handler: str
    contacts: int
    whole: int
    made: tuple[tuple[str, int], ...]


class _Contact(Struct):
    handler: str = ""
    checked: set[str] = set()


def checks(entries: Iterable[Entry]) -> list[Checks]:
    """Return which checks were made, by handler, and of all."""
    open_now: dict[bytes, _Contact] = {}
    done: dict[str, list[set[str]]] = {}
    for entry in entries:
        if kind_of(entry.stream) is not Kind.CONTACT if isinstance(entry.stream, bytes) else True:
            continue
        one = open_now.setdefault(entry.stream, _Contact())
        match entry.fact:
            case Answered() | TakenUp():
                one.handler = entry.fact.handler
            case HandedOver() if entry.fact.to not in Role._value2member_map_:
                one.handler = entry.fact.to
            case Checked():
                one.checked = {*one.checked, entry.fact.what.value}
            case Closed():
                del open_now[entry.stream]
                for handler in (one.handler, ALL) if one.handler else ():
                    done.setdefault(handler, []).append(one.checked)
            case _:
                pass
    return sorted(_of(handler, found) for handler, found in done.items())


def _of(handler: str, found: list[set[str]]) -> Checks:
    wanted = [one.value for one in WANTED]
    whole = sum(made.issuperset(wanted) for made in found)
    return Checks(handler, len(found), whole, tuple((code, sum(code in made for made in found)) for code in wanted))
