"""The words of a line, where each stands, and the sign for the item in front."""

import re
from collections.abc import Sequence

from msgspec import Struct

HERE = "@"  # the item under the cursor


class Word(Struct, frozen=True):
    """A word of a line and where it stands."""

    text: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Return the words of a line and where they stand."""
    return [Word(found.group(), found.start(), found.end()) for found in re.finditer(r"\S+", text)]


def is_dated(words: list[Word], at: int) -> bool:
    """Tell whether a daily number stands here with its day: `57 of 23/11`."""
    if at + 2 >= len(words) or not re.fullmatch(r"h?[0-9]+", words[at].text):
        return False
    return words[at + 1].text == "of" and words[at + 2].text[0].isdigit()


def named(text: str, here: Sequence[int], item: str) -> str:
    """Return a line with an item for each sign that stands for it."""
    for start in reversed(here):
        text = text[:start] + item + text[start + len(HERE) :]
    return text
