"""Nothing a caller typed reaches the terminal raw: safe_text over all that a hostile caller may type."""

import sys
import time
import unicodedata

import pytest

from hueandcry.operator.text import MARKS_MAX, SHOWN_MAX, safe_text
from tests.hostile import CORPUS, HUGE

OBEYED_OR_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
FILLERS = "\u115f\u1160\u3164\uffa0"  # letters by category, and nothing to see: Hangul fillers
EVERYTHING = (*CORPUS, *HUGE)
NUMBERED = [f"{number}" for number in range(len(EVERYTHING))]


def bad_signs(text: str) -> list[str]:
    return [f"U+{ord(sign):04X}" for sign in text if unicodedata.category(sign) in OBEYED_OR_UNSEEN]


def longest_pile(text: str) -> int:
    """Return how many combining marks stand on one another at most."""
    longest = here = 0
    for sign in text:
        here = here + 1 if unicodedata.category(sign).startswith("M") else 0
        longest = max(longest, here)
    return longest


@pytest.mark.parametrize("text", EVERYTHING, ids=NUMBERED)
def test_what_is_shown_holds_nothing_that_a_terminal_obeys_or_that_hides(text: str) -> None:
    shown = safe_text(text)
    assert bad_signs(shown) == []
    assert "\n" not in shown
    assert shown.isprintable()
    shown.encode()


@pytest.mark.parametrize("text", EVERYTHING, ids=NUMBERED)
def test_what_is_shown_is_one_short_line_without_piles_of_marks(text: str) -> None:
    shown = safe_text(text)
    assert longest_pile(shown) <= MARKS_MAX
    assert len(shown) <= 10 * SHOWN_MAX
    assert shown.splitlines() in ([shown], [])


@pytest.mark.parametrize("text", EVERYTHING, ids=NUMBERED)
def test_what_was_made_safe_stays_as_it_is_when_it_is_made_safe_again(text: str) -> None:
    shown = safe_text(text, 100)
    assert safe_text(shown, 10_000) == shown


@pytest.mark.parametrize("text", HUGE, ids=range(len(HUGE)))
def test_a_huge_text_is_cut_at_once_and_says_by_how_much(text: str) -> None:
    begin = time.perf_counter()
    shown = safe_text(text)
    assert time.perf_counter() - begin < 0.25
    assert shown.endswith(f"… (+{len(text) - SHOWN_MAX})")


def test_every_sign_of_unicode_is_shown_as_itself_or_as_something_harmless() -> None:
    for first in range(0, sys.maxunicode + 1, 4096):
        signs = "".join(chr(code) + "." for code in range(first, min(first + 4096, sys.maxunicode + 1)))
        shown = safe_text(signs, len(signs))
        assert shown.isprintable(), bad_signs(shown)[:9]


def test_control_characters_are_shown_as_their_pictures() -> None:
    assert safe_text("\x00\x07\x08\t\n\r\x1b\x7f") == "␀␇␈␉␊␍␛␡"


def test_invisible_and_turning_signs_are_shown_by_their_numbers() -> None:
    assert safe_text("\u202e999\u200b\ufeff\x9b\x85\u2028") == ("<U+202E>999<U+200B><U+FEFF><U+009B><U+0085><U+2028>")
    assert safe_text("\U000e0041\ud800") == "<U+E0041><U+D800>"


def test_letters_with_nothing_to_see_are_shown_by_their_numbers() -> None:
    """A name that looks empty, or like another one, is a trap for whoever reads the log."""
    shown = safe_text("".join(f"a{sign}" for sign in FILLERS))
    assert shown == "a<U+115F>a<U+1160>a<U+3164>a<U+FFA0>"


@pytest.mark.parametrize(
    "pile",
    [
        "e" + "\u0301" * 500,
        "e" + "\u20dd" * 500,
        "\u0915" + "\u0903" * 500,
        "e" + "\u0301\u0301\u0301\u0301\u0903" * 99,
    ],
    ids=["above", "around", "beside", "in turns"],
)
def test_marks_are_cut_where_they_pile_up_of_whatever_kind(pile: str) -> None:
    shown = safe_text(pile)
    assert longest_pile(shown) <= MARKS_MAX
    assert shown[0] == pile[0]


@pytest.mark.parametrize(
    "text",
    [
        "12 Mill Lane, back door",
        "Łódź Street, José, Ó Briain, naïve",
        "日本語 العربية हिन्दी ไทย",
        "“quoted” – £5 · 100 %",
        "[red]not markup[/red] {braces} %s \\",
    ],
)
def test_what_people_write_is_shown_as_they_wrote_it(text: str) -> None:
    assert safe_text(text) == text


def test_an_odd_blank_is_shown_as_a_blank() -> None:
    assert safe_text("a\u00a0b\u2003c\u3000d") == "a b c d"


def test_a_text_at_the_limit_is_shown_whole_and_one_letter_more_is_cut() -> None:
    assert safe_text("x" * SHOWN_MAX) == "x" * SHOWN_MAX
    assert safe_text("abcdef", 4) == "abcd… (+2)"
    assert safe_text("", 4) == ""
