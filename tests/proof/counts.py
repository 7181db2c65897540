"""How much a campaign does: the full count under `make proof`, a twentieth of it in `make test`; both from a seed.

Theory of operation. HUE_PROOF=1 asks for the full counts; what a campaign does by chance follows from SEED. A proof run
draws its seed, prints it, and does the same again under HUE_SEED=that number; any other run has a fixed one.
"""

import os
import random

PROOF = os.environ.get("HUE_PROOF") == "1"
SHARE = 20
FIXED_SEED = 20_200_903  # the day of the letter


def _seed() -> int:
    given = os.environ.get("HUE_SEED")
    if given:
        return int(given)
    return random.SystemRandom().randrange(1 << 32) if PROOF else FIXED_SEED


SEED = _seed()
if PROOF:
    print(f"seed {SEED}: HUE_PROOF=1 HUE_SEED={SEED} does the same again")


def count(full: int) -> int:
    """Return how many of a full count this run does: all of them as proof, otherwise a twentieth and at least one."""
    return full if PROOF else max(1, full // SHARE)


def chance(campaign: str) -> random.Random:
    """Return the chance of one campaign: it follows from the seed and the campaign's name alone."""
    return random.Random(f"{SEED} {campaign}")
