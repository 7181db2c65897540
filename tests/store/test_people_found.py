"""Whether who is meant is found: a thousand seeded cases in a population whose names are as frequent as they are here.

Theory of operation. Each case is a person of the population, their name with one error or as it sounds, and one thing more that
is known: an age within ten years, a district, or the last four digits of a number. Beside it stands what a perfect ranker could
reach that knows the name as it is: where more than five people have that name and that one thing, it can only guess.
"""

import sqlite3
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from rapidfuzz import fuzz, process

from hueandcry.domain.nominal import Sort
from hueandcry.store.connection import statement
from hueandcry.store.personindex import PersonIndex, Sought
from tests.population import DISTRICTS, Person, as_it_sounds, people, surnames, with_an_error
from tests.proof.counts import PROOF, SEED
from tests.proof.table import Told, tell

CASES = 1000
SIZE = 1_000_000 if PROOF else 50_000
FIRST = 5


class Case(NamedTuple):
    """Who is meant, what is typed, and which of the others have that name and that one thing, too."""

    number: int
    sought: Sought
    also: int
    namesakes: int


class Found(NamedTuple):
    """Shares of the cases that are found among the first five, and how long a search takes (s)."""

    with_more: float
    by_name: float
    perfect: float
    perfect_by_name: float
    p99_s: float


@pytest.fixture(scope="module")
def population() -> list[Person]:
    return list(people(SIZE, SEED))


@pytest.fixture(scope="module")
def index(population: list[Person], tmp_path_factory: pytest.TempPathFactory) -> PersonIndex:
    path: Path = tmp_path_factory.mktemp("people") / "people.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for one in statement("person", "").split(";"):
        connection.execute(one)
    connection.execute("BEGIN")
    made = PersonIndex(connection)
    for number, one in enumerate(population):
        stream = number.to_bytes(16, "big")
        said = (
            (Sort.NAME, one.name),
            (Sort.BORN, f"{one.born}-05-05"),
            (Sort.ADDRESS, one.district),
            (Sort.NUMBER, one.number),
        )
        for version, (sort, text) in enumerate(said, 2):
            made.put(stream, version, sort, text)
    connection.execute("COMMIT")
    return made


def cases(population: list[Person]) -> list[Case]:
    chance, namesakes = Random(SEED), defaultdict[str, list[Person]](list)
    for one in population:
        namesakes[one.name].append(one)
    made = []
    for _ in range(CASES):
        number = chance.randrange(len(population))
        one = population[number]
        words = [one.forename.lower(), one.surname.lower()]
        wrong = chance.randrange(2)
        words[wrong] = (with_an_error if chance.random() < 0.5 else as_it_sounds)(words[wrong], chance)
        first = one.born - chance.randint(0, 9)
        more: dict[str, Any]
        more, fits = chance.choice(
            [
                ({"born": (first, first + 9)}, lambda other, first=first: first <= other.born <= first + 9),
                ({"address": (one.district.lower(),)}, lambda other, one=one: other.district == one.district),
                ({"tail": one.number[-4:]}, lambda other, one=one: other.number[-4:] == one.number[-4:]),
            ]
        )
        also = sum(map(fits, namesakes[one.name]))
        made.append(Case(number, Sought(tuple(words), **more), also, len(namesakes[one.name])))
    return made


def looked_for(index: PersonIndex, asked: list[Case]) -> Found:
    spent, with_more, by_name = [], 0, 0
    for case in asked:
        began = time.perf_counter()
        found = index.found(case.sought).hits
        spent.append(time.perf_counter() - began)
        with_more += _among(found, case.number)
        by_name += _among(index.found(Sought(case.sought.names)).hits, case.number)
    perfect = sum(min(1.0, FIRST / case.also) for case in asked) / len(asked)
    perfect_by_name = sum(min(1.0, FIRST / case.namesakes) for case in asked) / len(asked)
    p99_s = sorted(spent)[len(spent) * 99 // 100]
    return Found(with_more / len(asked), by_name / len(asked), perfect, perfect_by_name, p99_s)


def _among(found: list[Any], number: int) -> bool:
    return any(int.from_bytes(one.stream, "big") == number for one in found)


@pytest.mark.proof
def test_who_is_meant_is_among_the_first_five_and_found_soon(population: list[Person], index: PersonIndex) -> None:
    """Scenario 18. At least 95 in 100, and p99 within a twentieth of comparing all names."""
    began = time.monotonic()
    found = looked_for(index, cases(population))
    names, spent = [one.name for one in population], []
    for typed in ("jhon smith", "siobhan keley", "aisha ahmed"):
        since = time.perf_counter()
        process.extract(typed, names, scorer=fuzz.WRatio, limit=FIRST)
        spent.append(time.perf_counter() - since)
    times = sorted(spent)[len(spent) // 2] / found.p99_s
    outcome = (
        f"{found.with_more:.1%} in the first five (a perfect ranker {found.perfect:.1%}), by name alone {found.by_name:.1%} "
        f"({found.perfect_by_name:.1%}); p99 {found.p99_s * 1000:.1f} ms, {times:.0f}x faster than comparing all names"
    )
    tell(Told(f"searches among {SIZE:,} people", CASES, outcome, time.monotonic() - began))
    assert found.with_more >= 0.95
    assert times >= 20 or not PROOF, "held as a ratio in the proof's own run; a shared machine may be late in another"


# The population


def test_names_are_as_frequent_as_they_are_published() -> None:
    drawn = Counter(one.surname for one in people(50_000, 1))
    shares = surnames()
    assert 95 < sum(shares.values()) < 105
    for name in ("Smith", "Jones", "Williams", "Taylor", "Brown"):
        wanted = shares[name] / sum(shares.values()) * 50_000
        assert 0.8 * wanted < drawn[name] < 1.2 * wanted, name
    assert drawn.most_common(2)[0][0] == "Smith"
    common = sum(count for name, count in drawn.items() if shares[name] >= 0.03)
    assert 0.35 < common / 50_000 < 0.45, "two in five have one of the 500 commonest"


def test_a_population_follows_from_its_seed_and_spreads_over_districts_and_years() -> None:
    one, again, other = (list(people(2000, seed)) for seed in (1, 1, 2))
    assert one == again != other
    assert {person.district for person in one} == set(DISTRICTS)
    assert len({person.born for person in one}) > 80
    assert len({person.number for person in one}) == 2000


@pytest.mark.parametrize("word", ["siobhan", "smith", "lee", "thackeray"])
def test_an_error_changes_a_word_by_one_letter_or_two_that_change_places(word: str) -> None:
    from rapidfuzz.distance import OSA

    chance = Random(1)
    assert {OSA.distance(word, with_an_error(word, chance)) for _ in range(500)} <= {0, 1}
    assert {as_it_sounds(word, chance) for _ in range(50)} - {word}
