"""Nothing a caller typed reaches the terminal raw.

Theory of operation. The bytes that a stranger sent are evidence and stay as they are in the journal; what is shown is
made harmless here, in one place, for screens, line mode and titles alike. Control characters are shown as their
pictures, invisible and direction-changing ones by their number, and piled-up combining marks are cut. What some terminals
draw as one sign and others as two stands apart, so that a line is as wide everywhere. The result holds no escape, no line
break and nothing a terminal obeys; it is never read as markup. What is still typed is only made `harmless`: it is recorded
as it was said, and its marks are cut where it is drawn (`unpiled`).
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
    text = harmless(text, limit)
    return text if text.isascii() else unpiled("".join(map(_apart, text)))


def harmless(text: str, limit: int = SHOWN_MAX) -> str:
    """Return a text in which nothing is obeyed by a terminal and nothing hides; no mark and no flag in it is another."""
    if len(text) > limit:
        text = f"{text[:limit]}… (+{len(text) - limit})"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(sign, unicodedata.category(sign)) for sign in text)


def unpiled(text: str) -> str:
    """Return a text with at most four marks on a letter; it takes as many cells as before."""
    if text.isascii():
        return text
    shown: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign).startswith("M") or _of_a_syllable(sign) else 0
        if marks <= MARKS_MAX:
            shown.append(sign)
    return "".join(shown)


def _apart(sign: str) -> str:
    """Return a sign that some terminals draw together with its neighbour as it stands alone.

    A half of a flag as its letter, a tone of skin by its number; what only asks for a picture instead of a letter is left out.
    """
    if "\U0001f1e6" <= sign <= "\U0001f1ff":
        return f"<{chr(ord(sign) - 0x1F1E6 + ord('A'))}>"
    if "\U0001f3fb" <= sign <= "\U0001f3ff":
        return f"<U+{ord(sign):04X}>"
    return "" if sign in "\ufe0e\ufe0f" else sign


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
