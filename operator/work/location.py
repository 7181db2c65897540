"""Lines about where something is: at a listed place, and where the network says that a caller is."""

import re

from hueandcry.domain.location import LocateCaller, Network, PlaceAt
from hueandcry.domain.reference import Kind
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.places import NOT_LOADED, e7_of, places_of
from hueandcry.operator.reference import Misread
from hueandcry.operator.slots import CONTACT
from hueandcry.operator.text import safe_text
from hueandcry.store.placeindex import Fit, Place

NAMED_MAX = 5
SHOWN_MAX = 80
_NUMBERED = re.compile(r"#([0-9]{1,9})(?:[\s,]+(.*))?", re.DOTALL)
_BARE = re.compile(r"\W*[0-9]{1,5}\W*")  # a house of every street, or a place's number without its sign
_SEEN_AT = re.compile(
    r"(?P<lat>\S{1,40}?)\s*,\s*(?P<lon>\S{1,40})\s+(?P<radius>[0-9]{1,9})(?P<more>\.[0-9]{1,9})?m?"
    r"(?:\s+(?P<age>-?[0-9]{1,9})(?P<unit>[smh]?))?"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def place_acts(desk: Desk, line: Line) -> list[Act]:
    """A listed place by its number, with what is to be added to it, or by words that mean one place alone."""
    words = line["words"]
    try:
        numbered = _NUMBERED.fullmatch(words)
        place = _numbered(desk, int(numbered[1])) if numbered else _meant(desk, words)
    except Misread as fault:
        end = len(line.text.rstrip())
        raise Misread(fault.why, end - len(words), end) from fault
    said = ", ".join(filter(None, (place.words, numbered and numbered[2])))
    return [Act(line["item"], PlaceAt(place.number, place.district, place.beat, said, place.uprn, place.point))]


def _numbered(desk: Desk, number: int) -> Place:
    places = places_of(desk.log, desk.board)
    place = places.numbered(number)
    if place is None:
        raise Misread(NOT_LOADED if places.edition is None else f"there is no place #{number} in the gazetteer")
    return place


def _meant(desk: Desk, words: str) -> Place:
    """Return the one place that has what was said; what only sounds like it is named and not taken."""
    places = places_of(desk.log, desk.board)
    if places.edition is None:
        raise Misread(f"{NOT_LOADED}; locate takes a place as it was said")
    fit, found = places.meant(words)
    said = f"'{safe_text(words, SHOWN_MAX)}'"
    if not found:
        raise Misread(f"no listed place is called {said}; locate takes it as it was said")
    fits = fit in (Fit.WHOLE, Fit.BEGUN)
    if len(found) == 1 and fits and not _BARE.fullmatch(words):
        return found[0]
    named = [f"#{one.number} {safe_text(one.words, SHOWN_MAX)} ({one.district})" for one in found[:NAMED_MAX]]
    more = " or others" if len(found) > NAMED_MAX else ""
    begins = f"{said} may be" if fits else f"no listed place is called {said}; it may be"
    raise Misread(f"{begins} {' or '.join(named)}{more}")


def caller_at_acts(_: Desk, line: Line) -> list[Act]:
    """Where the network has the caller; what cannot be read is taken as it was said, and flagged."""
    said = line["words"]
    return [Act(line["contact"], LocateCaller(Network(line["how"]), *_seen(said), said))]


def _seen(said: str) -> tuple[tuple[int, ...], int, int]:
    """Return the point in 1e-7 degrees, the radius in metres, rounded up, and the age in seconds; no point where it is none."""
    seen = _SEEN_AT.fullmatch(said)
    if seen is None:
        return (), 0, 0
    point = tuple(e7 for one in (seen["lat"], seen["lon"]) if (e7 := e7_of(one)) is not None)
    age_s = int(seen["age"] or 0) * _SECONDS[seen["unit"] or "s"]
    return point, int(seen["radius"]) + bool(seen["more"]), age_s


VERBS = (
    Verb(
        name="place", short="pl", slots=(slots.ref("item", Kind.CONTACT, Kind.INCIDENT), slots.words("words")), acts=place_acts,
        does="Put {item} at the listed place {words}", example="pl . #41 flat 2",
    ),
    Verb(
        name="callerat", short="cat", slots=(CONTACT, slots.choice("how", slots.one_of(Network)), slots.words("words")),
        acts=caller_at_acts, does="Record that the network ({how}) has the caller of {contact} at {words}", example="cat . aml 53.4808,-2.2426 30 45s",
    ),
)  # fmt: skip
