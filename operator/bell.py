"""When the bell rings, and what the window is called: for what is new, per grade and per person, and not for whoever set it off.

Theory of operation. The bell and the title of the window tell somebody who looks elsewhere that there is something new. They are
no alert by themselves: the strip is. The bell rings not more often than every few seconds; what rings or was escalated to somebody
counts as of grade 1. Up to which grade it rings whoever sits here says (domain/bell.py). The title is given with the bell and says
what calls most and how often then; it goes on to what calls most after that, so that it never says what is over, until nothing
calls any more. Some terminals have no title and would show the sequence. Source: EEMUA 191 as reported: a bell that rings for
everything is switched off by everybody.
"""

import re
from collections.abc import Iterable

EVERY_NS = 5_000_000_000
LOUDEST = ("EMERGENCY", "999 RINGING", "PARTNER RINGING", "ESCALATED TO YOU")
_UNTITLED = re.compile("linux|vt[0-9]|dumb|cons|unknown")  # how the names of terminals begin that have no title


def titled(term: str) -> bool:
    """Tell whether a terminal of a name has a title that can be set."""
    return bool(term) and _UNTITLED.match(term) is None


def title_sequence(text: str) -> str:
    """Return what gives a window its title, OSC 0; it ends without a BEL, which would ring."""
    return f"\x1b]0;{text}\x1b\\"


class Bell:
    """Rings for what is new, except of grades that are `too_low`; not at all where that is None, as it is until it is said."""

    def __init__(self) -> None:
        self.too_low: tuple[str, ...] | None = None
        self._rang = 0
        self._title = ""

    def heard(self, fresh: Iterable[tuple[str, str]]) -> bool:
        """Tell whether any of what is new is loud enough here: alerts, each with the grade of its item."""
        low = self.too_low
        return low is not None and any(word in LOUDEST or (bool(grade) and grade not in low) for word, grade in fresh)

    def rings(self, now_ns: int) -> bool:
        """Tell whether it rings now for what was heard, or has just rung."""
        if now_ns - self._rang < EVERY_NS:
            return False
        self._rang = now_ns
        return True

    def title(self, calls: str, *, heard: bool) -> str | None:
        """Return what the window is to be called now, None where that does not change; empty for no title."""
        wanted = calls if self.too_low is not None and (heard or self._title) else ""
        if wanted == self._title or (not heard and _word(wanted) == _word(self._title)):
            return None  # fewer of the same are no news: over a bad line every cell counts
        self._title = wanted
        return wanted


def _word(title: str) -> str:
    """Return what a title says without how often."""
    return title.rpartition(" x ")[2]
