"""What may stand on a terminal, and how what somebody said is spelt there: the tests' own idea of it, not the product's.

Theory of operation. Written from what is wanted (each letter takes a cell, controls are pictures, what cannot be seen or
turns the line is a number, at most four marks stand on a letter, halves of a flag and tones of skin stand apart), and measured
with the tables by which a terminal measures, letter by letter. Nothing of operator/text.py is used here. Where the wish leaves
it open whether a letter is shown or numbered, both are taken.
"""

import re
import unicodedata
from functools import lru_cache

from wcwidth import wcwidth

MARKS_MAX = 4
PICTURE_OR_LETTER = "\ufe0e\ufe0f"  # says which of two pictures is meant, and takes no cell
# What a full-screen program says to its terminal while it works, and nothing else; each as it is sent.
SAID_TO_A_TERMINAL = (
    r"\x1b\[[0-9;]*m",  # in which colours
    r"\x1b\[[0-9]+;[0-9]+H",  # where
    r"\x1b\[\?(?:1049|1004|2004)h",  # a screen of its own, focus, pastes in brackets
    r"\x1b\[\?(?:25|7)l",  # no cursor, no wrapping
    r"\x1b\[\?(?:2026|2048)\$p",  # what it can do
    r"\x1b\[>[0-9]+u",  # keys in full
    r"\x1b\[\?2026[hl]",  # wait until it is all there
    r"\x1b\]22;(?:default|text|pointer)\x07",  # the mouse pointer's shape
)
SAID_IN_LINES = (
    r"\x1b\[[0-9;]*m",
    r"\x1b\[\?25[lh]",  # the cursor, while a bar grows
    r"\x1b\[(?:1A|2K)",  # back over the bar
)
_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_BLANKS = re.compile("[\u2409-\u240d\u241c-\u241f]|<U\\+(?:0085|2028|2029)>")
_OPEN = {"Cn", "Co", "Cf"}  # not given to anybody yet, for private use, or to be seen in some scripts only


@lru_cache(maxsize=4096)
def is_mark(sign: str) -> bool:
    """Tell whether a sign stands on the letter before it: an accent, or a part of a Korean syllable that takes no cell."""
    return unicodedata.category(sign).startswith("M") or (unicodedata.category(sign) == "Lo" and wcwidth(sign) == 0)


def cells(text: str) -> int:
    """Return how many cells a terminal takes for a text, letter by letter."""
    return sum(max(0, wcwidth(sign)) for sign in text)


@lru_cache(maxsize=4096)
def is_harmless(sign: str) -> bool:
    """Tell whether a sign moves nothing, turns nothing, and takes a cell or stands on a letter that does."""
    turns = unicodedata.bidirectional(sign) in _TURNS or unicodedata.category(sign) in ("Zl", "Zp", "Cs", "Cc")
    return not turns and (wcwidth(sign) > 0 or is_mark(sign))


def obeyed(output: str | bytes, allowed: tuple[str, ...] = (), ends: str = "\n") -> list[str]:
    """Return what in an output a terminal may obey, hide or turn; of sequences `allowed` passes, of controls `ends`."""
    text = output if isinstance(output, str) else _text(output)
    if allowed:
        text = re.sub("|".join(allowed), "", text)
    found = []
    for odd in re.finditer(r"[^\x20-\x7e]+", text):  # the letters between are what they are
        marks = 0
        for at, sign in enumerate(odd[0], odd.start()):
            marks = marks + 1 if is_mark(sign) else 0
            if (sign not in ends and not is_harmless(sign)) or marks > MARKS_MAX:
                found.append(f"U+{ord(sign):04X} in {text[max(0, at - 20) : at + 10]!r}")
    return found[:5]


def _text(output: bytes) -> str:
    try:
        return output.decode()
    except UnicodeDecodeError as fault:
        return f"\ud800 not UTF-8: {fault}"


def spelt(text: str) -> str:
    """Return a text as it is to be read on a terminal."""
    shown, marks = [], 0
    for sign in text:
        if sign in PICTURE_OR_LETTER:
            continue
        marks = marks + 1 if is_mark(sign) else 0
        if marks <= MARKS_MAX:
            shown.append(_pictures(sign)[0])
    return "".join(shown)


def _pictures(sign: str) -> list[str]:
    """Return how a sign may be shown, the wanted way first."""
    code = ord(sign)
    if code < 0x20:
        return [chr(0x2400 + code)]
    if code == 0x7F:
        return ["\u2421"]
    number = f"<U+{code:04X}>"
    if 0x1F3FB <= code <= 0x1F3FF:
        return [number]
    if 0x1F1E6 <= code <= 0x1F1FF:
        return [f"<{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[code - 0x1F1E6]}>"]
    if unicodedata.category(sign) == "Zs":
        return [" "]
    if not is_harmless(sign):
        return [number]
    undecided = unicodedata.category(sign) in _OPEN or not unicodedata.name(sign, "FILLER").find("FILLER")
    return [number, sign] if undecided else [sign, number]


def reads_as(shown: str, text: str) -> bool:
    """Tell whether what is shown says a text, whole and alone: its letters in order, blanks aside; nothing else stands in it.

    What is too long may be cut, if it is said how many letters are not shown.
    """
    shown, marks = squashed(shown), 0
    for at, sign in enumerate(text):
        cut = re.fullmatch(r"\u2026\(\+(\d+)\)", shown)
        if cut and int(cut[1]) == len(text) - at:
            return True
        if sign in PICTURE_OR_LETTER:
            continue
        marks = marks + 1 if is_mark(sign) else 0
        if marks > MARKS_MAX:
            continue
        pictures = [one.strip() for one in _pictures(sign)]
        found = next((one for one in pictures if shown.startswith(one)), None)
        if found is None:
            return False
        shown = shown[len(found) :]
    return not shown


def squashed(text: str) -> str:
    """Return a text without its blanks: lines are broken and padded as there is room."""
    return "".join(text.split())


def levelled(text: str) -> str:
    """Return a text without what differs from run to run (numbers, times, hashes) and without blanks, pictured ones too."""
    return re.sub(r"\d+", "0", squashed(_BLANKS.sub("", re.sub(r"\b[0-9a-f]{12,}\b", "0", text))))
