"""Code lists as packs: the categories under which incidents are opened and closed, and how things end.

Source: National Standard for Incident Recording 2011, as far as it could be read; said in the packs themselves.
"""

import re
from typing import Annotated

from msgspec import Meta, Struct

from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import Answer, PackText, Seconds
from hueandcry.domain.reference import WrittenCode as Code


class Category(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an incident is about; `domestic` asks for a second look where it is downgraded or cancelled.

    A `crime` is recorded within a time of the report, or it is said why it is none. `words` are those by which it is suggested:
    one or several, in small letters; a star at the end stands for any ending.
    """

    code: Code
    name: str
    domestic: bool = False
    crime: bool = False
    words: tuple[str, ...] = ()


class Suggested(Struct, frozen=True):
    """A category that a text suggests, and the words that do; a person chooses."""

    code: Code
    words: tuple[str, ...]


class WarningRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a marker on a person may warn of, and after how many days somebody looks at it again."""

    code: Code
    name: str
    review_days: Annotated[int, Meta(gt=0)] = 365


class CategoryPack(PackText, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The categories under which incidents are opened and closed, and what qualifies them."""

    category: tuple[Category, ...]
    qualifier: tuple[Answer, ...] = ()
    tag: tuple[Answer, ...] = ()
    warning: tuple[WarningRow, ...] = ()
    crime_within_s: Seconds = 86_400

    def row(self, code: str) -> Category:
        """Return a category; refuses one that the pack does not have."""
        for one in self.category:
            if one.code == code:
                return one
        raise Refused(f"{self.pack} has no category {code}")

    def suggested(self, text: str) -> Suggested | None:
        """Return the category most of whose words a text has, the first of those that are alike; None where none has any.

        A phrase counts with all its words: 'hit by a car' says more than 'hit'.

        What is denied ("no knife", "not drunk") counts for nothing.
        """
        said = " ".join(re.findall(r"[^\W_]+", text.lower()))
        found = [(one, tuple(word for word in one.words if _says(said, word))) for one in self.category]
        best = max(found, key=lambda one: sum(len(word.split()) for word in one[1]))
        return Suggested(best[0].code, best[1]) if best[1] else None

    def warns(self, code: str) -> WarningRow:
        """Return what a marker may warn of; refuses one that the pack does not have."""
        for one in self.warning:
            if one.code == code:
                return one
        raise Refused(
            f"{self.pack} has no marker {code}; it has {', '.join(one.code for one in self.warning) or 'none'}"
        )


def _says(said: str, word: str) -> bool:
    """Tell whether a text of words in small letters has a word or phrase, and does not deny it."""
    ending = r"\w*" if word.endswith("*") else ""
    return re.search(rf"(?<!\bno )(?<!\bnot )\b{re.escape(word.removesuffix('*'))}{ending}\b", said) is not None


class ResultRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a contact or an incident ended; `cancels` and `attended` decide what must come before close."""

    code: Code
    name: str
    attended: bool = False
    cancels: bool = False


class ResultPack(PackText, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Result codes."""

    result: tuple[ResultRow, ...]

    def row(self, code: str) -> ResultRow:
        """Return a result code; refuses one that the pack does not have."""
        for one in self.result:
            if one.code == code:
                return one
        raise Refused(f"{self.pack} has no result {code}; it has {', '.join(r.code for r in self.result)}")
