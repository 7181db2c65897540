"""An index of listed places: found by parts of words, alias, postcode and sound.

Theory of operation. An index is made from the rows of one edition: its places, every word of them with the numbers of the
places that have it (in their name, or only beside it), and every whole name. What is typed must fit word for word, in
any order: words that a place has fit best, then beginnings of them, then what sounds or is spelt alike. A number is
never guessed at.
"""

import re
import sqlite3
import sys
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from functools import lru_cache
from heapq import nsmallest
from itertools import pairwise
from typing import Any

from msgspec import Struct

from hueandcry.domain.gazetteer import Edition
from hueandcry.store.connection import statement

TYPED_MAX, LETTERS_MAX = 20, 500  # words and letters; whoever types more of them names no place
RANKED_MAX = 200  # places that are compared letter by letter
ALIKE_MAX = 30  # words that are tried for one that is not there
ALIKE_MIN = 0.7  # of a word's letters are right: one error in four letters, two in eight
_FORM = f"1 {sys.byteorder}"  # how words are told apart and kept; an index of another form is made anew
_CELLS = 10
_has_digit = re.compile(r"\d").search
_UPRN = re.compile(r"[0-9]{6,12}")
_POSTCODE = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?[0-9][a-z]{2}")
_FILLERS = {"the", "of", "and", "at", "in", "on", "near"}
_SHORT = {
    "saint": "st", "street": "st", "road": "rd", "avenue": "ave", "lane": "ln", "drive": "dr", "court": "ct", "close": "cl",
    "crescent": "cres", "place": "pl", "square": "sq", "terrace": "ter", "gardens": "gdns", "grove": "gr", "park": "pk",
    "mount": "mt", "hospital": "hosp", "station": "stn", "centre": "ctr", "center": "ctr", "junction": "jct", "house": "hse",
    "apartment": "apt", "estate": "est", "industrial": "ind", "boulevard": "blvd", "highway": "hwy", "parade": "pde",
}  # fmt: skip
_NONE: frozenset[tuple[int, str]] = frozenset()
_LONG = {short: [one for one, other in _SHORT.items() if other == short] for short in _SHORT.values()}


class Fit(IntEnum):
    """How well a place fits what was typed, the best first."""

    WHOLE = 0  # it has every word
    BEGUN = 1  # it has every number, and words that begin so
    PART = 2  # a number of it only begins so: worth showing, not worth taking
    ALIKE = 3  # it has every number, and words that sound or are spelt alike


class Place(Struct, frozen=True):
    """A listed place; `uprn` is 0 and `point`, in 1e-7 degrees, is empty where the row does not say."""

    number: int
    name: str
    district: str
    uprn: int
    aliases: tuple[str, ...]
    street: str
    town: str
    postcode: str
    beat: str
    point: tuple[int, ...]

    @property
    def words(self) -> str:
        """The place as people write it: its name, and what of street, town and postcode the name does not say."""
        said = self.name
        for part in (self.street, self.town, self.postcode):
            if part and f" {plain(part)} " not in f" {plain(said)} ":
                said += f", {part}"
        return said


# Words


@lru_cache(maxsize=1 << 13)
def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a text in small letters, without accents, apostrophes and signs that nobody sees."""
    text = text.casefold().replace("'", "").replace("’", "")
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in apart if unicodedata.category(sign) not in ("Mn", "Cf"))
    return tuple(re.findall(r"[^\W_]+", text))


def plain(text: str) -> str:
    """Return a text as its words alone, each in its shortest form."""
    return " ".join(_SHORT.get(word, word) for word in words_in(text))


def _pairs(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where two words that follow on each other may be one: White Field, 12 A, M1 2AB."""
    for at, (one, other) in enumerate(pairwise(words)):
        both = one + other
        if both.isalpha() or (one.isdigit() and len(other) == 1) or _POSTCODE.fullmatch(both):
            yield at, both


@lru_cache(maxsize=1 << 13)
def _forms(cell: str) -> frozenset[tuple[int, str]]:
    """Return the words by which a cell is found: as they are, shortened and in full (0), and two as one (1)."""
    words = words_in(cell)
    others = (_LONG.get(word, [_SHORT[word]] if word in _SHORT else []) for word in words)
    alone = ((0, word) for some in (words, *others) for word in some)
    return frozenset((*alone, *((1, both) for _, both in _pairs(words))))


def _typed(text: str) -> list[str]:
    """Return the words that a place must have: a postcode as one word, and without those that say nothing."""
    words = list(words_in(text))
    for at, both in _pairs(words_in(text)):
        if _POSTCODE.fullmatch(both):
            words[at : at + 2] = [both, ""]
    return list(dict.fromkeys(word for word in words if word and word not in _FILLERS)) or words[:1]


# Searching


class Index:
    """The places of one edition in an SQLite database, and the ways to find them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.close = connection.close
        self._spellings: list[str] = []
        self._alikes: dict[str, list[str]] = {}

    def places(self, where: str, values: Sequence[int]) -> list[Place]:
        """Return the places for which a condition holds, in the order of their numbers."""
        rows = self._connection.execute(f"SELECT * FROM place WHERE {where} ORDER BY number", values)
        return [_place(row) for row in rows]

    def found(self, text: str) -> list[tuple[Fit, Place]]:
        """Return the places that a text may mean, the best first."""
        self._alikes.clear()
        typed = _typed(text) if len(text) <= LETTERS_MAX else []
        if not 0 < len(typed) <= TYPED_MAX:
            return []
        if len(typed) == 1 and _UPRN.fullmatch(typed[0]):
            return [(Fit.WHOLE, one) for one in self.places("uprn=?", (int(typed[0]),))]
        told = self._first(typed, self._exactly)
        if not told or told[0][0] is not Fit.WHOLE:
            seen = {place.number for _, place in told}
            told += [one for one in self._first(typed, self._alike) if one[1].number not in seen]
        return told

    def _first(self, typed: list[str], look: Callable[[list[str]], list[tuple[Fit, Place]]]) -> list[tuple[Fit, Place]]:
        """Return what is found of the words as typed, else with two of them as one."""
        ways = (typed, *([*typed[:at], both, *typed[at + 2 :]] for at, both in _pairs(typed)))
        return next(filter(None, map(look, ways)), [])

    def _exactly(self, typed: list[str]) -> list[tuple[Fit, Place]]:
        whole = _common(self._had(word) for word in typed)
        query = "SELECT number FROM title WHERE title=? LIMIT ?"
        titled = {one for (one,) in self._connection.execute(query, (plain(" ".join(typed)), RANKED_MAX))}
        named = _common(self._had(word, "named") for word in typed) if len(whole) > RANKED_MAX else whole
        fits = dict.fromkeys(_some(titled & whole, named, whole), Fit.WHOLE)
        if len(fits) < RANKED_MAX:
            begun = _common(self._begun(word) for word in typed)
            numerals = [self._had(word) for word in typed if _has_digit(word)]
            sure = begun & _common(numerals) if numerals else begun
            fits = {one: Fit.BEGUN if one in sure else Fit.PART for one in _some(sure, begun)} | fits
        return self._ranked(typed, fits)

    def _alike(self, typed: list[str]) -> list[tuple[Fit, Place]]:
        found = _common(self._had(word) if _has_digit(word) else self._like(word) for word in typed)
        return self._ranked(typed, dict.fromkeys(_some(found), Fit.ALIKE))

    def _had(self, word: str, where: str = "named || beside") -> list[bytes]:
        query = f"SELECT CAST({where} AS BLOB) FROM word WHERE joined IN (0, 1) AND word=?"
        return [packed for (packed,) in self._connection.execute(query, (word,))]

    def _begun(self, word: str) -> list[bytes]:
        query = "SELECT CAST(named || beside AS BLOB) FROM word WHERE joined=0 AND word>=? AND word<?"
        return [packed for (packed,) in self._connection.execute(query, (word, word + chr(sys.maxunicode)))]

    def _like(self, word: str) -> list[bytes]:
        return [*self._begun(word), *(packed for other in self._words_like(word) for packed in self._had(other))]

    def _words_like(self, word: str) -> list[str]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if word not in self._alikes:
            ask, sound, likeness = self._connection.execute, _sound(word), OSA.normalized_similarity
            self._spellings = self._spellings or [one for (one,) in ask("SELECT word FROM word WHERE sound<>''")]
            by_sound = [one for (one,) in ask("SELECT word FROM word WHERE sound=?", (sound,))] if sound else []
            found = process.extract(word, self._spellings, scorer=likeness, score_cutoff=ALIKE_MIN, limit=ALIKE_MAX)
            found += process.extract(word, by_sound, scorer=likeness, limit=ALIKE_MAX)
            self._alikes[word] = list(dict.fromkeys(one for one, _, _ in found))
        return self._alikes[word]

    def _ranked(self, typed: list[str], fits: dict[int, Fit]) -> list[tuple[Fit, Place]]:
        from rapidfuzz.fuzz import token_sort_ratio

        text = plain(" ".join(typed))

        def rank(place: Place) -> tuple[Fit, float, int]:
            whole = f"{place.name} {place.street} {place.town} {place.postcode}"
            names = (place.name, *place.aliases, f"{place.name} {place.town}", whole)
            return fits[place.number], -max(token_sort_ratio(text, plain(name)) for name in names), place.number

        places = self.places(f"number IN ({','.join('?' * len(fits))})", list(fits))
        return [(fits[place.number], place) for place in sorted(places, key=rank)]


def _common(words: Iterable[list[bytes]]) -> set[int]:
    """Return the numbers that every word has, each in one or more packs; the rarest word is unpacked first."""
    rarest, *others = sorted(words, key=lambda packs: sum(map(len, packs)))
    found = set[int]().union(*map(_numbers, rarest))
    for packs in others:
        if found:
            found = set[int]().union(*(found.intersection(_numbers(packed)) for packed in packs))
    return found


def _some(*pools: set[int]) -> list[int]:
    """Return the first numbers of the first pools, as many as are compared."""
    return list(dict.fromkeys(one for pool in pools for one in nsmallest(RANKED_MAX, pool)))[:RANKED_MAX]


def _numbers(packed: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(packed)
    return numbers


def _sound(word: str) -> str:
    """Return how a word sounds, empty for a number and for what is too short to tell."""
    from jellyfish import metaphone

    sound = "" if _has_digit(word) else metaphone(word)
    return sound if len(sound) > 1 else ""


def _place(row: Sequence[Any]) -> Place:
    number, name, district, uprn, alias, street, town, postcode, beat, *point = row
    aliases = tuple(filter(None, alias.split("|")))
    return Place(
        number, name, district, uprn, aliases, street, town, postcode, beat, () if None in point else tuple(point)
    )


# Making


def made_of(parts: Iterable[bytes], edition: Edition) -> sqlite3.Connection:
    """Return an index in memory, made from the rows of an edition; a cell that is not there or no number is empty."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    memory.executescript(statement("gazetteer", ""))
    words: dict[tuple[int, str], tuple[array[int], array[int]]] = defaultdict(lambda: (array("I"), array("I")))
    lines = (line for part in parts for line in part.decode("utf-8", "replace").split("\n"))
    memory.execute("BEGIN")
    memory.execute("INSERT INTO edition VALUES (?,?,?,?,?)", stamp(edition))
    for number, line in enumerate(lines, 1):
        cells = [*line.split("\t"), *[""] * _CELLS][:_CELLS]
        name, district, uprn, alias, street, town, postcode, beat, *point = cells
        row = (number, name, district, _whole(uprn) or 0, alias, street, town, postcode, beat, *map(_whole, point))
        memory.execute("INSERT INTO place VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
        names = (name, *alias.split("|")) if alias else (name,)
        memory.executemany("INSERT OR IGNORE INTO title VALUES (?,?)", [(plain(one), number) for one in names])
        named = _NONE.union(*map(_forms, names))
        for word in named:
            words[word][0].append(number)
        for word in _NONE.union(*map(_forms, (district, street, town, postcode, beat))) - named:
            words[word][1].append(number)
    rows = ((*word, _sound(word[1]), *(numbers.tobytes() for numbers in words[word])) for word in sorted(words))
    memory.executemany("INSERT INTO word VALUES (?,?,?,?,?)", rows)
    memory.execute("COMMIT")
    return memory


def _whole(cell: str) -> int | None:
    return int(cell) if re.fullmatch(r"-?[0-9]{1,12}", cell) else None


def stamp(edition: Edition) -> tuple[bytes, int, int, int, str]:
    """Return what an index says of itself: of which edition it is, and of which form."""
    return edition.digest, edition.places, edition.first, edition.last, _FORM
