"""Lines that are on their way: sent, and not answered yet.

Theory of operation. A line leaves the bar when it is sent, so that whoever types on types another one. Until it is answered it is a
draft of its own, so that a kill loses none. What was refused goes back to where it came from, or where something was typed there
meanwhile, aside; what was carried out is gone. Answers come from other threads, and are known here before a screen has heard them:
whoever leaves right behind Enter is offered nothing again that was recorded.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from msgspec import Struct

SENT = "sent"  # a draft that was on its way, with its number and the name of its line


class Sent(Struct, frozen=True):
    """A line that was sent: by which number it is answered, as it was typed, and from where.

    `where` names the draft that it was, `said` is the text of a narrative that it records, `screen` where the answer belongs, and
    `here` where in it a sign stood for the item `item`.
    """

    number: int
    where: str
    text: str
    screen: Any
    said: str = ""
    here: tuple[int, ...] = ()
    item: str = ""

    @property
    def kept(self) -> str:
        """Under which name it is a draft."""
        return f"{SENT} {self.number} {self.where}"

    def typed(self, at: int) -> int:
        """Return where something stands in what was typed, of which the answer says where it stood in what was meant."""
        behind = sum(at > start + index * (len(self.item) - 1) for index, start in enumerate(self.here))
        return max(0, at - behind * (len(self.item) - 1))


class Underway:
    """What is on its way; `keep` keeps a draft by its name."""

    def __init__(self, keep: Callable[[str, str], None]) -> None:
        self._keep = keep
        self._numbers = count(1)
        self._sent: dict[int, Sent] = {}
        self._carried: set[int] = set()

    def number(self) -> int:
        """Return a number by which a line is answered."""
        return next(self._numbers)

    def send(self, sent: Sent) -> None:
        """Keep a line that is sent now."""
        self._sent[sent.number] = sent
        if sent.text:
            self._keep(sent.kept, sent.text)

    def has(self, where: str) -> bool:
        """Tell whether something of a draft is on its way."""
        return any(one.where == where for one in self._sent.values())

    def carried(self, number: int) -> None:
        """Know that a line was carried out; called by whoever tells so."""
        self._carried.add(number)

    def answered(self, number: int) -> Sent | None:
        """Return the line that an answer is about, which is not on its way any more; None for an answer to nothing."""
        self._carried.discard(number)
        return self._sent.pop(number, None)

    def forget(self, sent: Sent) -> None:
        """Drop the draft of a line, once it is carried out or stands elsewhere."""
        if sent.text:
            self._keep(sent.kept, "")

    def left(self) -> list[tuple[Sent, bool]]:
        """Return what is on its way where somebody leaves, each with whether it was carried out."""
        return [(one, one.number in self._carried) for one in self._sent.values()]
