"""An index of people: found by parts of names, by sound, with a letter wrong, by a number's tail, a plate, an address, a date.

Theory of operation. Each word of a name stands with who bears it, with how it sounds, and under every spelling that lacks one
letter of it, so that a word with one letter wrong is found without comparing it with all others. What a typed word may mean
weighs by how near it is, and the more the fewer people bear it. What else was said (a year of birth, a district, the tail of a
number) adds to that and shuts nobody out: a caller may be wrong about a date. Somebody whose record points to another's is
found by what stands in either.
"""

import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from hueandcry.domain.nominal import Sort
from hueandcry.domain.reference import has_digit
from hueandcry.store.connection import statement
from hueandcry.store.placeindex import words_in

FORM = "3"
FOUND_MAX = 5
NAMES_MAX, WORD_MAX = 8, 40  # words of a name that are looked for, letters of each
COMPARED_MAX = 400  # people whose dates and addresses are read
BEGINNINGS_MAX = 50
_WHOLE, _ONE_WRONG, _SOUNDS, _BEGINS = 1.0, 0.8, 0.75, 0.7
_BORN_THEN, _AT = 2.5, 2.0  # what a year of birth and a word of an address add
_NAMES = (Sort.NAME, Sort.ALIAS)
_LAST = "\U0010ffff"
_SAID_OTHERWISE = {
    "shivawn": "siobhan", "shevaun": "siobhan", "chevonne": "siobhan", "shivaun": "siobhan", "neve": "niamh", "neev": "niamh",
    "keeva": "caoimhe", "kweeva": "caoimhe", "eefa": "aoife", "sersha": "saoirse", "surcha": "saoirse", "shaun": "sean",
    "shawn": "sean", "rosheen": "roisin", "osheen": "oisin", "grawnya": "grainne", "owen": "eoin", "kieran": "ciaran",
    "keiran": "ciaran", "teague": "tadhg", "neil": "niall", "ashling": "aisling", "mave": "maeve", "kathal": "cathal",
    "evonne": "yvonne", "zoey": "zoe", "huw": "hugh", "rees": "rhys", "reece": "rhys", "alun": "alan", "sharn": "sian",
}  # fmt: skip


class Sought(Struct, frozen=True):
    """Whom to look for: words of a name, between which years they were born (both 0 where that was not said), the last digits
    of a number, a plate, words of an address."""

    names: tuple[str, ...] = ()
    born: tuple[int, int] = (0, 0)
    tail: str = ""
    plate: str = ""
    address: tuple[str, ...] = ()


class Hit(Struct, frozen=True):
    """Somebody who may be meant: the record that stands for them, the one that was found, and how well it fits."""

    stands: bytes
    stream: bytes
    points: float


class Found(Struct, frozen=True):
    """Who may be meant, the likeliest first, and how many more records fit less well or as well and are not among them."""

    hits: tuple[Hit, ...]
    more: int


class PersonIndex:
    """The people of one store in an SQLite database, and the ways to find them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._ask, self._many = connection.execute, connection.executemany

    @staticmethod
    def made() -> str:
        """Return the statements that make an empty index."""
        return statement("person", "")

    # Keeping

    def put(self, stream: bytes, version: int, sort: Sort, text: str) -> None:
        """Add a detail of somebody."""
        number = self._number(stream)
        self._ask("INSERT OR REPLACE INTO detail VALUES (?,?,?,?)", (number, version, sort.value, text))
        if sort is Sort.ADDRESS:
            self._ask("INSERT INTO home VALUES (?,?,?)", (" ".join(words_in(text)), number, version))
        if sort not in _NAMES:
            keys = [(sort.value, key, number) for key in _keys(sort, text)]
            self._many("INSERT OR IGNORE INTO found_by VALUES (?,?,?)", keys)
            return
        for word in set(words_in(text)):
            if self._ask("INSERT OR IGNORE INTO bearer VALUES (?,?)", (word, number)).rowcount:
                self._count(word)

    def _count(self, word: str) -> None:
        if self._ask("UPDATE word SET bearers=bearers+1 WHERE word=?", (word,)).rowcount:
            return
        self._ask("INSERT INTO word VALUES (?,?,1)", (word, _sound(word)))
        self._many("INSERT INTO shortened VALUES (?,?)", [(key, word) for key in _shortened(word)])

    def end(self, stream: bytes, version: int) -> None:
        """Take a detail away."""
        number = self._number(stream)
        kept = self._ask("SELECT version, sort, text FROM detail WHERE person=? AND version<>?", (number, version))
        self._again(stream, kept.fetchall())

    def drop(self, stream: bytes) -> None:
        """Take everything away that is known of somebody: no word of theirs stays unless another bears it."""
        self._again(stream, [])
        self._ask("UPDATE person SET warned=0 WHERE stream=?", (stream,))

    def warn(self, stream: bytes, markers: int) -> None:
        """Count so many markers more about somebody."""
        self._ask("UPDATE person SET warned=warned+? WHERE number=?", (markers, self._number(stream)))

    def stands(self, stream: bytes, other: bytes) -> None:
        """Let a record stand for somebody: their own, or another's."""
        self._number(stream)
        self._ask("UPDATE person SET stands=? WHERE stream=?", (other, stream))

    def _again(self, stream: bytes, details: Iterable[tuple[int, str, str]]) -> None:
        number = self._number(stream)
        for (word,) in self._ask("SELECT word FROM bearer WHERE person=?", (number,)).fetchall():
            self._ask("UPDATE word SET bearers=bearers-1 WHERE word=?", (word,))
            if self._ask("DELETE FROM word WHERE word=? AND bearers<=0", (word,)).rowcount:
                self._many("DELETE FROM shortened WHERE key=? AND word=?", [(key, word) for key in _shortened(word)])
        keys = self._ask("SELECT sort, text FROM detail WHERE person=?", (number,)).fetchall()
        gone = [(sort, key, number) for sort, text in keys for key in _keys(Sort(sort), text)]
        self._many("DELETE FROM found_by WHERE sort=? AND key=? AND person=?", gone)
        self._ask(
            "DELETE FROM bearer WHERE word IN (SELECT word FROM bearer WHERE person=?) AND person=?", (number, number)
        )
        self._ask("DELETE FROM detail WHERE person=?", (number,))
        self._ask("DELETE FROM home WHERE person=?", (number,))
        for version, sort, text in details:
            self.put(stream, version, Sort(sort), text)

    def _number(self, stream: bytes) -> int:
        known = self._ask("SELECT number FROM person WHERE stream=?", (stream,)).fetchone()
        if known is None:
            known = (self._ask("INSERT INTO person (stream, stands) VALUES (?,?)", (stream, stream)).lastrowid,)
        return int(known[0])

    # Searching

    def found(self, sought: Sought, limit: int = FOUND_MAX) -> Found:
        """Return who may be meant, the likeliest first, of equals whoever has a marker; nobody where nothing was said."""
        (everybody,) = self._ask("SELECT coalesce(max(number), 0) FROM person").fetchone()
        points, all_borne = self._named(sought.names[:NAMES_MAX], everybody)
        may_be_a_place = len(sought.names) > 1 and (not all_borne or any(map(has_digit, sought.names)))
        for people, all_of_it in self._sure(sought, may_be_a_place=may_be_a_place):
            more = math.log(1 + everybody / max(1, len(people)))
            for one in people if all_of_it or not sought.names else people & points.keys():
                points[one] = points.get(one, 0.0) + more
        best = sorted(points.items(), key=lambda one: (-one[1], one[0]))[:COMPARED_MAX]
        hits, seen = self._hits(self._ranked(best, sought), limit)
        return Found(hits, len(points) - seen)

    def _named(self, names: Sequence[str], everybody: int) -> tuple[dict[int, float], bool]:
        """Return who bears every word that was typed, or something near it, and that somebody does; else the likeliest alone."""
        points: dict[int, float] = {}
        all_borne = True
        for meant, _ in sorted((self._meant(word, everybody) for word in names), key=lambda one: one[1]):
            mine: dict[int, float] = {}
            for word, weight in sorted(meant.items(), key=lambda one: one[1]):
                mine.update((one, weight) for (one,) in self._ask("SELECT person FROM bearer WHERE word=?", (word,)))
            both = {one: points[one] + mine[one] for one in points.keys() & mine.keys()}
            all_borne = all_borne and bool(both or (mine and not points))
            points = both or points or mine
        return points, all_borne

    def _meant(self, word: str, everybody: int) -> tuple[dict[str, float], int]:
        """Return the words that a typed one may mean, with what each weighs, and how many people bear any of them."""
        from rapidfuzz.distance import OSA

        near: dict[str, tuple[float, int]] = {}
        keys = _shortened(word)
        query = "SELECT DISTINCT word.word, bearers FROM shortened JOIN word USING (word) WHERE key IN"
        for other, bearers in self._ask(f"{query} ({','.join('?' * len(keys))})", keys):
            if OSA.distance(word, other, score_cutoff=1) <= 1:
                near[other] = (_WHOLE if other == word else _ONE_WRONG, bearers)
        alike = [(_sound(word), _SOUNDS)] if _sound(word) else []
        for sound, weight in alike:
            for other, bearers in self._ask("SELECT word, bearers FROM word WHERE sound=?", (sound,)):
                likeness = 0.5 + 0.5 * OSA.normalized_similarity(word, other)
                near.setdefault(other, (weight * likeness, bearers))
        query = "SELECT word, bearers FROM word WHERE word>? AND word<? ORDER BY bearers DESC LIMIT ?"
        for other, bearers in self._ask(query, (word, word + _LAST, BEGINNINGS_MAX)):
            near.setdefault(other, (_BEGINS, bearers))
        weights = {other: nearness * math.log(1 + everybody / bearers) for other, (nearness, bearers) in near.items()}
        return weights, sum(bearers for _, bearers in near.values())

    def _sure(self, sought: Sought, *, may_be_a_place: bool) -> Iterator[tuple[set[int], bool]]:
        """Yield who is found by a number, a plate or an address, and whether that alone brings them in."""
        if sought.tail:
            last = sought.tail[::-1]
            query = "SELECT person FROM found_by WHERE sort='number' AND key>=? AND key<?"
            yield {one for (one,) in self._ask(query, (last, last + ":"))}, len(last) > 4
        if sought.plate:
            query = "SELECT person FROM found_by WHERE sort='vehicle' AND key>=? AND key<?"
            yield {one for (one,) in self._ask(query, (sought.plate, sought.plate + _LAST))}, True
        if sought.address and not sought.names:
            yield self._at(sought.address), True
        if may_be_a_place:
            yield self._at(sought.names), True

    def _at(self, words: Iterable[str]) -> set[int]:
        """Return who is at an address that has all of some words; begins with the rarest."""
        rarest_first = sorted(words, key=self._homes)
        more = " AND EXISTS (SELECT 1 FROM found_by WHERE sort='address' AND key=? AND person=f.person)"
        query = f"SELECT person FROM found_by f WHERE sort='address' AND key=?{more * (len(rarest_first) - 1)}"
        return {one for (one,) in self._ask(query, rarest_first)}

    def _homes(self, word: str) -> int:
        """Return how many people have a word in an address, counted no further than matters."""
        query = "SELECT count(*) FROM (SELECT 1 FROM found_by WHERE sort='address' AND key=? LIMIT 1000)"
        (count,) = self._ask(query, (word,)).fetchone()
        return int(count)

    def _ranked(self, best: list[tuple[int, float]], sought: Sought) -> list[tuple[float, int]]:
        warned = self._warned([one for one, _ in best])
        if not (sought.born[0] or sought.address):
            return sorted(((points, one) for one, points in best), key=lambda pair: (-pair[0], pair[1] not in warned))
        query = "SELECT sort, text FROM detail WHERE person=? AND sort IN ('born', 'address')"
        ranked = []
        for one, points in best:
            said = self._ask(query, (one,)).fetchall()
            years = [int(text[:4]) for sort, text in said if sort == "born" and text[:4].isdigit()]
            then = any(sought.born[0] <= year <= sought.born[1] for year in years)
            words = {word for sort, text in said if sort == "address" for word in words_in(text)}
            there = sum(word in words for word in sought.address)
            ranked.append((points + _BORN_THEN * then + _AT * there, one))
        return sorted(ranked, key=lambda pair: (-pair[0], pair[1] not in warned, pair[1]))

    def _warned(self, people: Sequence[int]) -> set[int]:
        query = f"SELECT number FROM person WHERE warned>0 AND number IN ({','.join('?' * len(people))})"
        return {one for (one,) in self._ask(query, people)}

    def _hits(self, ranked: Iterable[tuple[float, int]], limit: int) -> tuple[tuple[Hit, ...], int]:
        """Return the first of each person, where one record stands for several, and how many records were gone through."""
        found: dict[bytes, Hit] = {}
        seen = 0
        for points, number in ranked:
            seen += 1
            stands, stream = self._ask("SELECT stands, stream FROM person WHERE number=?", (number,)).fetchone()
            found.setdefault(stands, Hit(stands, stream, points))
            if len(found) == limit:
                break
        return tuple(found.values()), seen


def _shortened(word: str) -> list[str]:
    """Return a word and every spelling of it that lacks one letter."""
    word = word[:WORD_MAX]
    return list(dict.fromkeys((word, *(word[:at] + word[at + 1 :] for at in range(len(word)) if len(word) > 1))))


def _sound(word: str) -> str:
    """Return how a word sounds; a name that is said otherwise than it is spelt sounds as it is said. Empty for a number."""
    from jellyfish import metaphone

    known = _SAID_OTHERWISE.get(word, word)
    sound = metaphone(known) if known.isalpha() else ""
    return str(sound) if len(sound) > 1 else ""


def _keys(sort: Sort, text: str) -> Iterator[str]:
    match sort:
        case Sort.NUMBER:
            yield "".join(filter(str.isdigit, text))[::-1]
        case Sort.VEHICLE:
            yield "".join(words_in(text)).upper()
        case Sort.NAME | Sort.ALIAS:
            return
        case _:
            yield from set(words_in(text))
