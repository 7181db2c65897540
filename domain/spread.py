"""How waits are spread: the one below which so many of a hundred lie, always one that was waited, never a value between two.

Theory of operation. Waits are whole numbers, and so is what is said of them; of none nothing is said.
"""

from collections.abc import Sequence


def percentile(waits: Sequence[int], percent: int) -> int | None:
    """Return the smallest of sorted waits that at least so many of a hundred do not exceed; None of none."""
    return waits[(len(waits) * percent + 99) // 100 - 1] if waits else None
