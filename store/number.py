"""An incident's daily number, as people say it.

Theory of operation. It is the place of an incident among those that occurred on one local day, in the order of the journal; loaded
history counts in a sequence of its own. It is derived by the board and never drawn (store/views.py).
"""

from msgspec import Struct


class Number(Struct, frozen=True, array_like=True):
    """An incident's daily number on a local day; `history` for the sequence of loaded incidents."""

    day: str
    place: int
    history: bool = False

    def text(self, today: str) -> str:
        """Return the number as people say it: `412` today, `412 of 23/11` before, with an h for loaded history."""
        short = f"{'h' if self.history else ''}{self.place}"
        if self.day == today:
            return short
        year, month, day = self.day.split("-")
        return f"{short} of {day}/{month}" + ("" if year == today[:4] else f"/{year}")
