"""A category is suggested by the words that were said, and only suggested; domain/codelist.py.

Source: letter, area 1 (a quicker first grade, a person decides). What is denied suggests nothing.
"""

import random

import pytest

from hueandcry.domain.codelist import Category, CategoryPack, Suggested
from tests.hostile import CORPUS
from tests.spec.harness import policy


def pack(**words: tuple[str, ...]) -> CategoryPack:
    """Return a pack whose categories have these words, in this order."""
    rows = tuple(Category(code=code, name=code, words=said) for code, said in words.items())
    return CategoryPack(pack="test-2026", kind="categories", title="test", source="test", verified="no", category=rows)


SMALL = pack(
    weapon=("knife", "gun", "stab*"),
    drink=("drunk", "loud music"),
    theft=("stolen", "took my"),
    silent=(),
)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("he has a knife", "weapon", ("knife",)),
        ("HE HAS A KNIFE!", "weapon", ("knife",)),
        ("knife", "weapon", ("knife",)),
        ("a knife,a gun;he stabbed him", "weapon", ("knife", "gun", "stab*")),
        ("loud   music\nall night", "drink", ("loud music",)),
        ("loud-music", "drink", ("loud music",)),
        ("they took my bag", "theft", ("took my",)),
    ],
)
def test_a_category_is_suggested_by_its_words_whatever_stands_around_them(
    text: str, code: str, words: tuple[str, ...]
) -> None:
    assert SMALL.suggested(text) == Suggested(code, words)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "...", "?!", "she rings about her mother", "loud talk, no music"])
def test_nothing_is_suggested_where_no_word_says_so(text: str) -> None:
    assert SMALL.suggested(text) is None


@pytest.mark.parametrize(
    "text", ["no knife", "there is no knife", "NO KNIFE", "he is not drunk", "not a word, no gun", "no loud music"]
)
def test_what_is_denied_suggests_nothing(text: str) -> None:
    assert SMALL.suggested(text) is None


def test_what_is_denied_once_and_said_once_is_said() -> None:
    assert SMALL.suggested("no knife she says, then: a knife") == Suggested("weapon", ("knife",))
    assert SMALL.suggested("no gun but he is drunk") == Suggested("drink", ("drunk",))


def test_a_word_that_only_ends_in_no_denies_nothing() -> None:
    assert SMALL.suggested("at the casino knife fight") == Suggested("weapon", ("knife",))


@pytest.mark.parametrize("text", ["he stabbed me", "stabbing", "stab", "STABS"])
def test_a_star_stands_for_any_ending(text: str) -> None:
    assert SMALL.suggested(text) == Suggested("weapon", ("stab*",))


@pytest.mark.parametrize("text", ["penknifes", "knifeless", "begun", "drunkard", "restab", "took myself off"])
def test_without_a_star_a_part_of_a_word_is_not_the_word(text: str) -> None:
    assert SMALL.suggested(text) is None


def test_the_category_with_most_of_its_words_wins_and_of_those_alike_the_first() -> None:
    assert SMALL.suggested("drunk, he has stolen it and took my bag") == Suggested("theft", ("stolen", "took my"))
    assert SMALL.suggested("he is drunk and has a knife") == Suggested("weapon", ("knife",))


def test_a_word_that_is_said_often_counts_once() -> None:
    assert SMALL.suggested("knife knife knife, stolen, took my bag") == Suggested("theft", ("stolen", "took my"))


def test_hostile_text_is_read_to_its_end_and_suggests_by_its_words_alone() -> None:
    for text in CORPUS:
        found = SMALL.suggested(text)
        assert found is None, (text[:50], found)
        assert SMALL.suggested(f"{text} knife {text}") == Suggested("weapon", ("knife",)), text[:50]
    for text in ("(.*)+$" * 500, "\\b\\w*" * 500, "no " * 5_000 + "knife", "[" * 9_999):
        SMALL.suggested(text)


def test_chance_letters_are_read_without_harm() -> None:
    chance = random.Random(11)
    for _ in range(200):
        SMALL.suggested(
            "".join(chr(chance.choice((chance.randrange(32, 127), chance.randrange(0x10FFFF)))) for _ in range(80))
        )


PACK = policy().categories
WORDS = [(one.code, word) for one in PACK.category for word in one.words]


@pytest.mark.parametrize(("code", "word"), [pytest.param(code, word, id=f"{code}: {word}") for code, word in WORDS])
def test_each_word_of_the_pack_alone_suggests_its_own_category(code: str, word: str) -> None:
    said = word.removesuffix("*")
    found = PACK.suggested(said)
    assert found is not None
    assert word in next(one.words for one in PACK.category if one.code == code)
    assert found.code == code, f"{said!r} suggests {found.code} by {found.words}"


def test_no_word_belongs_to_two_categories() -> None:
    assert len({word for _, word in WORDS}) == len(WORDS)


def test_words_are_written_as_they_are_looked_for() -> None:
    """A capital, a hyphen or an apostrophe would never be found: texts are read in small letters, word by word."""
    odd = [
        word
        for _, word in WORDS
        if not all(part.isalnum() and part == part.lower() for part in word.removesuffix("*").split(" "))
    ]
    assert odd == []


def test_nothing_said_suggests_nothing_in_the_pack() -> None:
    assert [PACK.suggested(text) for text in ("", " ", "\n", "-")] == [None] * 4
