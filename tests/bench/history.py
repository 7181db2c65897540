"""One history for all who keep it: facts of many incidents with their headers, as the desk stamps them, by seeded chance.

Theory of operation. An incident goes through its story fact by fact: opened, assessed, graded, noted, resourced, resulted,
closed. Many are in hand at once, so that their streams lie interleaved in a file as they do in a control room. The
same seed tells the same history.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import Any

from hueandcry.domain import deployment, grading, incident, logbook, outcome
from hueandcry.domain.fact import Fact, FactRef, Header
from hueandcry.domain.particulars import Reply
from hueandcry.domain.reference import Kind, stream_id
from hueandcry.store.codec import Pending
from tests.staging import MONDAY, S

IN_HAND = 50
STATEMENT_LETTERS = 90
NOTE_LETTERS = 60
PACK = hashlib.sha256(b"strive-2020").digest()
JUDGED = (
    incident.Opened,
    grading.Assessed,
    grading.Graded,
    outcome.Resulted,
)  # under a pack, which the header names
STORY = (
    "Opened", "Assessed", "Graded", "Noted", "Resourced", "Noted", "Noted", "Assessed", "Noted", "Resulted", "Closed",
)  # fmt: skip
LONG_STORY = ("Assessed", "Graded", "Noted", "Noted")
ANSWERS = {
    "situation": ("now", "just-over", "past", "unknown"),
    "threat": ("weapon", "present", "spoken", "none"),
    "risk": ("life", "serious", "some", "low"),
    "investigation": ("perishing", "some", "none"),
    "vulnerability": ("child", "adult", "repeat", "none"),
    "engagement": ("wants-police", "wants-advice", "unsafe-to-talk", "not-asked"),
}
SAID = """
caller says her former partner is outside the door shouting knocking knife seen two children upstairs crying he left in
a silver car towards the school neighbour at number nine heard it too line open no reply
"""
WORDS = SAID.split()


class Stream:
    """One incident of the history: what is said next of it, with its header."""

    def __init__(self, number: int, chance: random.Random, steps: Iterable[str] = STORY) -> None:
        self.id = stream_id(Kind.INCIDENT, MONDAY // 1_000_000 + number * 40, chance.getrandbits(66))
        self._contact = stream_id(Kind.CONTACT, MONDAY // 1_000_000 + number * 40, chance.getrandbits(66))
        self._occurred = MONDAY + number * 40 * S // 1000
        self._chance, self._steps = chance, iter(steps)
        self._assessed = FactRef(self.id, 1)
        self.version = 0

    def next(self) -> Pending | None:
        """Return the next fact of its story, None at the end."""
        step = next(self._steps, None)
        return None if step is None else self.say(step)

    def say(self, step: str) -> Pending:
        """Return a fact of a kind as the next of this stream."""
        fact = self._fact(step)
        header = self._header(fact)
        self.version += 1
        if step == "Assessed":
            self._assessed = FactRef(self.id, self.version)
        return Pending(self.id, self.version, fact, header)

    def _header(self, fact: Fact[Any]) -> Header:
        self._occurred += self._chance.randrange(20 * S, 600 * S)
        before = FactRef(self.id, self.version) if self.version else None
        pack = PACK if isinstance(fact, JUDGED) else None
        return Header(
            0, self._occurred, 0, "C4117", "handler", "floor-2-17", "k7w2mq9d", before, self._contact, None, pack
        )

    def _fact(self, step: str) -> Fact[Any]:
        match step:
            case "Opened":
                return incident.Opened("domestic", True, "C4117", self._contact, self._words(NOTE_LETTERS))
            case "Assessed":
                return self._assessed_fact()
            case "Graded":
                return grading.Graded("1", "1", 1, self._assessed, self._words(NOTE_LETTERS))
            case "Noted":
                return logbook.Noted(self._words(NOTE_LETTERS))
            case "Resourced":
                return deployment.Resourced("GA21", False)
            case "Resulted":
                return outcome.Resulted("attended", True, None, self._words(NOTE_LETTERS))
            case _:
                return outcome.Closed("")

    def _assessed_fact(self) -> Fact[Any]:
        """Return an assessment into which one answer of the caller's came."""
        return grading.Assessed(
            replies=tuple(Reply(element, self._chance.choice(answers)) for element, answers in ANSWERS.items()),
            heard=(FactRef(self._contact, self.version + 2),),
            not_asked=1,
            vulnerable=True,
            suggested="1",
            grounds=("threat-near", "child-in-home", "repeat"),
            statement=self._words(STATEMENT_LETTERS),
        )

    def _words(self, letters: int) -> str:
        return " ".join(self._chance.choices(WORDS, k=letters // 3))[:letters]


def history(facts: int, seed: int) -> Iterator[Pending]:
    """Yield so many facts of incidents of which IN_HAND are worked on at once."""
    chance = random.Random(seed)
    return islice(_worked(chance), facts)


def _worked(chance: random.Random) -> Iterator[Pending]:
    streams = [Stream(number, chance) for number in range(IN_HAND)]
    number = IN_HAND
    while True:
        at = chance.randrange(IN_HAND)
        said = streams[at].next()
        if said is None:
            streams[at], number = Stream(number, chance), number + 1
        else:
            yield said


def long_stream(facts: int, seed: int) -> list[Pending]:
    """Return one incident that so much was said of."""
    stream = Stream(0, random.Random(seed))
    return [stream.say("Opened"), *(stream.say(step) for step in islice(cycle(LONG_STORY), facts - 1))]
