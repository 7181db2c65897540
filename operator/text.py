"""Nothing a caller typed reaches the terminal raw.

Theory of operation. The bytes that a stranger sent are evidence and stay as they are in the journal; what is shown is
made harmless here, in one place, for screens, line mode and titles alike. Control characters are shown as their
pictures, invisible and direction-changing ones by their number, and piled-up combining marks are cut. The result holds
no escape, no line break and nothing a terminal obeys; it is never read as markup.
"""

import unicodedata
from collections.abc import Sequence

MARKS_MAX = 4
SHOWN_MAX = 2000
NAMED_MAX = 6  # names that are offered in one sentence
_FILLERS = "\u115f\u1160\u3164\uffa0"  # letters by category that are drawn as nothing
_SHOWN_BY_NUMBER = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def safe_text(text: str, limit: int = SHOWN_MAX) -> str:
    """Return a text as it may be shown on one line: at most `limit` letters, then an ellipsis with what was cut."""
    if len(text) > limit:
        text = f"{text[:limit]}… (+{len(text) - limit})"
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        marks = marks + 1 if category.startswith("M") or _of_a_syllable(sign) else 0
        if marks <= MARKS_MAX:
            shown.append(_shown(sign, category))
    return "".join(shown)


def _of_a_syllable(sign: str) -> bool:
    """Tell whether a letter stands on the one before it and takes no cell: a vowel or an end of a Korean syllable."""
    return "\u1160" <= sign <= "\u11ff" or "\ud7b0" <= sign <= "\ud7ff"


def _shown(sign: str, category: str) -> str:
    code = ord(sign)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if category in _SHOWN_BY_NUMBER or sign in _FILLERS:
        return f"<U+{code:04X}>"
    return " " if category == "Zs" else sign


def storable(text: str) -> str:
    """Return a text that can be stored as UTF-8: a lone surrogate, as from a broken terminal, by its number."""
    if text.isascii():
        return text
    return "".join(f"<U+{ord(sign):04X}>" if 0xD800 <= ord(sign) <= 0xDFFF else sign for sign in text)


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 fact`, `2 facts`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def either(names: Sequence[str], most: int = NAMED_MAX) -> str:
    """Return names to choose from, `a or b or c`; of many the first ones, and how many others there are."""
    rest = len(names) - most
    return " or ".join([*names[:most], f"{rest} others"] if rest > 1 else names)
