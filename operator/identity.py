"""Where chance and time come in: new ids, session names, and the clock; a test or the demo brings its own.

Theory of operation. The domain draws nothing. The desk asks an Identity for noise and for the time, so that a seeded
one makes the same journal twice.
"""

import os
import random
import time
from collections.abc import Callable

from hueandcry.domain.reference import NS_PER_S, TAIL_ALPHABET, Kind, has_digit, stream_id, tail_of

_NOT_A_DIGIT = 0b11000  # of a tail's last letter: without these bits it is one of 0 to 7


class Identity:
    """The machine's clock and chance."""

    def __init__(self, clock: Callable[[], int] = time.time_ns, noise: Callable[[int], bytes] = os.urandom) -> None:
        self.now = clock
        self._noise = noise

    def stream(self, kind: Kind) -> bytes:
        """Return a new stream id of a kind, of this moment; its tail has a digit, so that no word is taken for its name."""
        unix_ms, noise = self.now() * 1000 // NS_PER_S, int.from_bytes(self._noise(9), "big")
        drawn = stream_id(kind, unix_ms, noise)
        return drawn if has_digit(tail_of(drawn)) else stream_id(kind, unix_ms, noise & ~_NOT_A_DIGIT)

    def word(self, letters: int) -> str:
        """Return a new word of letters that people do not misread."""
        return "".join(TAIL_ALPHABET[byte & 31] for byte in self._noise(letters))


class SetClock:
    """A clock that stands where it is set, for the demo and for tests; ns UTC."""

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns

    def set(self, now_ns: int) -> None:
        """Move the clock; it does not go back."""
        self.now_ns = max(self.now_ns, now_ns)


def seeded(clock: Callable[[], int], seed: int) -> Identity:
    """Return an identity whose ids follow from a seed and a clock alone."""
    return Identity(clock, random.Random(seed).randbytes)  # noqa: S311 — names, not secrets
