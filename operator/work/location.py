"""Lines about where something is: at a listed place, and where the network says that a caller is."""

import re

from hueandcry.domain import contact, incident
from hueandcry.domain.contact import Source
from hueandcry.domain.district import is_strange
from hueandcry.domain.incident import Incident
from hueandcry.domain.location import LocateCaller, Network, PlaceAt
from hueandcry.domain.reference import FactRef, Kind, kind_of
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.places import NOT_LOADED, e7_of, places_of
from hueandcry.operator.reference import Misread
from hueandcry.operator.slots import CONTACT, DISTRICT
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


def locate_acts(desk: Desk, line: Line) -> list[Act]:
    """Where a caller says that it is happening is where their incident is."""
    item, district, place = line["item"], line["district"], line["place"]
    if kind_of(item) is not Kind.CONTACT:
        return [Act(item, incident.Locate(district, place))]
    return [Act(item, contact.Locate(district, place)), *_moved_with(desk, item, district, Source.CALLER)]


def _moved_with(desk: Desk, caller: bytes, district: str, source: Source) -> list[Act]:
    """Return the acts by which the incidents that are where a caller said go where the caller says now."""
    heard = desk.board.record(caller)
    said_in = FactRef(caller, heard.version + 1 if heard is not None else 1)
    moved = incident.Locate(district, "", source, said_in)
    return [Act(one.id, moved) for one in witnessed(desk, caller) if _goes_with(one, caller)]


def _goes_with(about: Incident, caller: bytes) -> bool:
    """Tell whether an incident is where this caller said, or nowhere yet."""
    if about.place is None or about.district_source is Source.UNKNOWN:
        return True
    return about.place.stream == caller


def witnessed(desk: Desk, caller: bytes) -> list[Incident]:
    """Return the open incidents that a caller is a witness of: the one they are linked to, and what it was merged into."""
    return [one for one in desk.board.open() if isinstance(one, Incident) and caller in one.contacts]


def strange(desk: Desk, line: Line) -> str:
    """Return that a district is known to nobody: it may be mistyped, and what waits there is escalated to nobody."""
    district = line["district"]
    return f"- NO DISTRICT {district} IS KNOWN" if is_strange(district, desk.board.districts) else ""


def whereabouts(desk: Desk, line: Line) -> str:
    """Return what has to be seen before something is placed: an unknown district, an incident that moves or stays."""
    told, now_ns = [strange(desk, line)] if line["district"] else [], desk.identity.now()
    for one in witnessed(desk, line["item"]):
        goes = "moves with it" if _goes_with(one, line["item"]) else "stays where it is: locate it by itself"
        told.append(f"- incident {desk.board.name(one.id, now_ns)} {goes}")
    return " ".join(filter(None, told))


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
    item = line["item"]
    placed = Act(item, PlaceAt(place.number, place.district, place.beat, said, place.uprn, place.point))
    follow = _moved_with(desk, item, place.district, Source.GAZETTEER) if kind_of(item) is Kind.CONTACT else []
    return [placed, *follow]


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


_PLACED = slots.ref("item", Kind.CONTACT, Kind.INCIDENT)

VERBS = (
    Verb(
        name="locate", short="loc", slots=(_PLACED, DISTRICT, slots.words("place", optional=True)), acts=locate_acts, tells=whereabouts,
        does="Place {item} in district {district}[: {place}]", example="loc . CENTRAL 12 Mill Lane, back door",
    ),
    Verb(
        name="place", short="pl", slots=(_PLACED, slots.words("words")), acts=place_acts, tells=whereabouts,
        does="Put {item} at the listed place {words}", example="pl . #41 flat 2",
    ),
    Verb(
        name="callerat", short="cat", slots=(CONTACT, slots.choice("how", slots.one_of(Network)), slots.words("words")),
        acts=caller_at_acts, does="Record that the network ({how}) has the caller of {contact} at {words}", example="cat . aml 53.4808,-2.2426 30 45s",
    ),
)  # fmt: skip
