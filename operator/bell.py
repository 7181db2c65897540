"""When the bell rings: once for what is new, per grade, not more often than every few seconds, and not for whoever set it off.

Theory of operation. The bell and the title of the window tell somebody who looks elsewhere that there is something new. They are
no alert by themselves: the strip is. What rings or was escalated to somebody counts as of grade 1. Source: EEMUA 191 as reported:
a bell that rings for everything is switched off by everybody.
"""

from collections.abc import Iterable

EVERY_NS = 5_000_000_000
OFF = "off"
LOUDEST = ("EMERGENCY", "999 RINGING", "PARTNER RINGING", "ESCALATED TO YOU")


class Bell:
    """Rings for grades up to one; `upto` is a grade's code or `off`."""

    def __init__(self, upto: str) -> None:
        self.upto = upto
        self._rang = 0

    def rings(self, fresh: Iterable[tuple[str, str]], now_ns: int) -> bool:
        """Tell whether it rings now for alerts that are new, each with the grade of its item."""
        if self.upto == OFF or not any(self._heard(word, grade) for word, grade in fresh):
            return False
        if now_ns - self._rang < EVERY_NS:
            return False
        self._rang = now_ns
        return True

    def _heard(self, word: str, grade: str) -> bool:
        return word in LOUDEST or (bool(grade) and grade <= self.upto)
