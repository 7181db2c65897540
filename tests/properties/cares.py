"""An account of welfare beside that of the room: what was offered to whom, what they answered, whom somebody is asked to see to.

Theory of operation. It is kept from the facts alone, in words of its own, and asserts of each fact that it may stand there.
"""

from dataclasses import dataclass, field
from typing import Any

from hueandcry.domain import welfare
from hueandcry.domain.fact import Entry, Header
from hueandcry.domain.staff import staff_stream
from tests.staging import S

ASKED_AFTER = (259_200 * S, 2_419_200 * S)


@dataclass
class Offer:
    """A break that was offered: when, what became of it, and whether somebody saw to them."""

    at: int
    answer: str = ""
    seen: bool = False
    asked: list[int] = field(default_factory=list)


class Cares:
    """Every break that was offered, by whose record and the number of its fact."""

    def __init__(self) -> None:
        self.offers: dict[tuple[bytes, int], Offer] = {}

    def take(self, entry: Entry, header: Header, fact: Any) -> None:
        """Take a fact of a member's record about their welfare."""
        if isinstance(fact, welfare.BreakOffered):
            assert fact.break_s == 900
            assert entry.stream not in map(staff_stream, fact.cover), "nobody covers for themselves"
            open_now = [one for (stream, _), one in self.offers.items() if stream == entry.stream and not one.answer]
            assert not open_now, "an offer that is not answered is made once"
            self.offers[entry.stream, entry.version] = Offer(header.occurred)
            return
        offer = self.offers[entry.stream, fact.number]
        match fact:
            case welfare.BreakAnswered():
                assert entry.stream == staff_stream(header.actor), "people answer for themselves"
                before = ("take",) if fact.answer is welfare.Answer.OVER else ("", "later")
                assert offer.answer in before
                offer.answer = fact.answer.value
            case welfare.SeenTo():
                assert fact.by == header.actor
                assert entry.stream != staff_stream(header.actor), "somebody else sees to them"
                assert not offer.seen
                offer.seen = True
            case welfare.FollowUpDue():
                assert fact.due - offer.at in ASKED_AFTER
                assert fact.due <= header.occurred
                assert fact.due not in offer.asked, "each time asks once"
                offer.asked.append(fact.due)
                offer.seen = False
