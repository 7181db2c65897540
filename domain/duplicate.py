"""How likely it is that two incidents are about the same: by time, place and words.

Theory of operation. The score is a sum of four parts, each shown with it, so that a person sees why something is suggested
and merges it or not: how close in time, whether in the same district, whether of the same category, and how much of the
words is shared. Nothing is merged by itself. Source: LAS 1992 (no duplicate detection, call-backs multiplied the load).
"""

from msgspec import Struct

from hueandcry.domain.contact import UNKNOWN
from hueandcry.domain.incident import Incident
from hueandcry.domain.reference import NS_PER_S

APART_MAX_S = 7200
SUGGESTED_FROM = 60
TIME, PLACE, CATEGORY, WORDS = 30, 20, 10, 40  # percent of the whole


class Likeness(Struct, frozen=True, order=True):
    """How alike two incidents are, in percent, and of what that is made."""

    percent: int
    time: int
    place: int
    category: int
    words: int


def may_be_alike(one: Incident, other: Incident) -> bool:
    """Tell whether two incidents are near enough in time and place for their words to be compared at all."""
    apart_s = abs(one.opened - other.opened) // NS_PER_S
    districts = {one.district, other.district}
    return one.id != other.id and apart_s <= APART_MAX_S and (len(districts) == 1 or UNKNOWN in districts)


def likeness(one: Incident, other: Incident, words_shared: int) -> Likeness:
    """Return how alike two incidents are; `words_shared` is how much of their words is the same, in percent."""
    apart_s = abs(one.opened - other.opened) // NS_PER_S
    time = TIME * max(0, APART_MAX_S - apart_s) // APART_MAX_S
    place = PLACE if one.district == other.district != UNKNOWN else PLACE // 2
    category = CATEGORY if one.category == other.category else 0
    words = WORDS * words_shared // 100
    return Likeness(time + place + category + words, time, place, category, words)
