"""A population of made-up people whose names are as frequent as names in the United Kingdom are.

Theory of operation. Forenames stand in the order of the Office for National Statistics and surnames with their published share
of the population (the 500 commonest, two in five people), both as the faker library has them. Who has none of these surnames
has a rare one: 28,000 made-up names whose shares go on falling with the rank as those of the 500 do at their end, so that they
come to the rest. Everything follows from a seed; nobody in it exists.
"""

from collections.abc import Iterator
from itertools import accumulate
from random import Random

from faker.providers.person.en_GB import Provider
from msgspec import Struct

RARE = 28_000
DISTRICTS = tuple(f"D{number}" for number in range(12))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HEARD = """
ash bar bel ber bos bra bur cal car cas cham clay cob cor cra dar den dor dun ed el far fen fos gar gil gor gran had
hal har hay hol hux in kel ken lan lath lin lock mac mal mar mel mor nor oak or pad pem pol pres quin ram red ros sal
sand sed sel shel sor stan stav sut tar thor tol tre tun ul ven wad wal war wel win wor yel
"""
_LAST = "by ford ham ley ton well wick worth son er man ett ock stead dale combe burn gate field more"
_SYLLABLES, _ENDINGS = _HEARD.split(), _LAST.split()
_AS_IT_SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("ie", "y"), ("ey", "y"), ("th", "t"), ("ll", "l"), ("tt", "t"), ("ss", "s"), ("ee", "ea"),
    ("ai", "ay"), ("c", "k"), ("y", "i"), ("gh", "g"), ("s", "z"), ("x", "ks"),
)  # fmt: skip


class Person(Struct, frozen=True):
    """Somebody who does not exist."""

    forename: str
    surname: str
    born: int
    district: str
    number: str

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.forename} {self.surname}"


def surnames() -> dict[str, float]:
    """Return surnames with their shares in percent: published ones, then made-up ones that come to the rest."""
    shares = {name: float(share) for name, share in Provider.last_names.items()}
    known, last, chance = {name.lower() for name in shares}, min(shares.values()), Random(1)
    for rank in range(len(shares) + 1, len(shares) + RARE + 1):
        shares[_rare(chance, known)] = last * len(Provider.last_names) / rank
    return shares


def _rare(chance: Random, known: set[str]) -> str:
    while True:
        middle = chance.choice(_SYLLABLES) if chance.random() < 0.5 else ""
        name = f"{chance.choice(_SYLLABLES)}{middle}{chance.choice(_ENDINGS)}"
        if name not in known:
            known.add(name)
            return name.capitalize()


def people(size: int, seed: int) -> Iterator[Person]:
    """Yield so many people, each drawn by how frequent names are."""
    chance, shares = Random(seed), surnames()
    names, weights = list(shares), list(accumulate(shares.values()))
    forenames = (list(Provider.first_names_male), list(Provider.first_names_female))
    by_rank = [list(accumulate(1 / (rank + 8) for rank in range(len(one)))) for one in forenames]
    for _ in range(size):
        sex = chance.randrange(2)
        yield Person(
            chance.choices(forenames[sex], cum_weights=by_rank[sex])[0],
            chance.choices(names, cum_weights=weights)[0],
            chance.randint(1930, 2015),
            chance.choice(DISTRICTS),
            f"+447{chance.randrange(10**9):09}",
        )


def with_an_error(word: str, chance: Random) -> str:
    """Return a word with one letter too few, too many, wrong, or two of them changed about."""
    at, letter = chance.randrange(len(word)), chance.choice(LETTERS)
    how = chance.randrange(4)
    if how == 0 and len(word) > 3:
        return word[:at] + word[at + 1 :]
    if how == 1:
        return word[:at] + letter + word[at:]
    if how == 2:
        return word[:at] + letter + word[at + 1 :]
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def as_it_sounds(word: str, chance: Random) -> str:
    """Return a word as somebody writes it who only heard it; with an error where it can be heard in no other way."""
    ways = [(letters, heard) for letters, heard in _AS_IT_SOUNDS if letters in word]
    return word.replace(*chance.choice(ways), 1) if ways else with_an_error(word, chance)
