"""What is put off, as the facts tell it: by whom, of which items, until when; and whose bell rings up to what.

Theory of operation. A page of the ledger (tests/properties/ledger.py). What is put off has a reason and a time within the hour; it
is put off once; nobody puts off alone what is vulnerable, domestic or of the most urgent grade; no crew's emergency is, and no 999
call that nobody has answered. It ends at its time, by the watch, before that by a person, and with its item.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hueandcry.domain import bell, putoff
from hueandcry.domain.fact import Entry, Header
from hueandcry.domain.reference import stream_text
from hueandcry.domain.staff import staff_stream
from hueandcry.operator.pressing import calls
from hueandcry.store.item import Item
from hueandcry.store.moment import rfc3339

if TYPE_CHECKING:
    from tests.properties.ledger import Ledger

HOUR = 3600 * 10**9
EMERGENCY = "EMERGENCY"


@dataclass
class Silence:
    """What is put off about an item: codes of the words, until when, and whether two people did so."""

    codes: tuple[str, ...]
    until: int
    by_two: bool


@dataclass
class Silences:
    """What is put off now, by item; and whose bell was set to what."""

    ledger: "Ledger"
    now: dict[bytes, Silence] = field(default_factory=dict)
    bells: dict[bytes, str] = field(default_factory=dict)

    def takes(self, entry: Entry, header: Header, fact: Any) -> None:
        """Take that something is put off, or brought back."""
        stream = entry.stream
        if isinstance(fact, putoff.AlertsBroughtBack):
            was = self.now.pop(stream)
            assert (fact.alerts, fact.until) == (was.codes, was.until), "what comes back is what was put off"
            over = fact.until <= header.occurred or (self.is_for_two(stream) and not was.by_two)
            assert header.actor != "watch" or over, "the watch brings it back at its time"
            return
        assert stream in self.ledger.open_streams(), "nothing is put off that is over"
        assert stream not in self.now, "nothing is put off twice"
        assert fact.reason, "it is put off for a reason"
        assert header.occurred < fact.until <= header.occurred + HOUR, "to a time to come, within the hour"
        assert fact.alerts, "something called"
        assert not any(code.endswith("-emergency") for code in fact.alerts), "a crew's emergency is never put off"
        call = self.ledger.calls.get(stream)
        assert call is None or not call.emergency or call.answered, "a 999 call is answered first"
        if self.is_for_two(stream):
            line = f"putoff {{}} {rfc3339(fact.until)} {fact.reason}"
            self.ledger.second_look(entry, fact.approval, line)
        self.now[stream] = Silence(fact.alerts, fact.until, fact.approval is not None)

    def sets(self, entry: Entry, header: Header, fact: bell.BellSet) -> None:
        """Take up to what somebody wants the bell to ring."""
        assert entry.stream == staff_stream(header.actor), "nobody sets the bell of another"
        assert fact.upto in ("off", *"12345"), "off, or up to a grade"
        assert self.bells.get(entry.stream) != fact.upto
        self.bells[entry.stream] = fact.upto

    def is_for_two(self, stream: bytes) -> bool:
        """Tell whether nobody may put off alone what calls about an item."""
        case = self.ledger.cases.get(stream)
        return stream in self.ledger.requests.all or (case is not None and (case.careful or case.grade == "1"))

    def ends(self, stream: bytes) -> None:
        """With an item ends what was put off about it."""
        self.now.pop(stream, None)

    def holds(self, items: Sequence[Item], now: int) -> None:
        """Hold the board against what is put off: nothing past its time, nothing that one person might not, no emergency."""
        for item in items:
            one = self.now.get(item.stream)
            silent = one is not None and one.until > now and (one.by_two or not self.is_for_two(item.stream))
            assert item.put_off == (one.codes if one is not None and silent else ()), stream_text(item.stream)
            assert item.put_off_until == (one.until if one is not None and silent else None)
            said = [words for _, words in calls(item)]
            assert said.count(EMERGENCY) == 0
            for words in item.alerts:
                assert not words.endswith(EMERGENCY) or words in said, "a crew's emergency calls, whatever is put off"
            wanted = len(item.alerts) + bool(item.broken) + bool(item.escalated) + bool(item.rang) + bool(item.unread)
            assert wanted - len(item.put_off) <= len(said) <= wanted, "as much is silent as was put off, and no more"

    def left_over(self, now: int) -> list[bytes]:
        """Return what should have come back once the watch has looked."""
        return [
            stream
            for stream, one in self.now.items()
            if one.until <= now or (self.is_for_two(stream) and not one.by_two)
        ]
