"""How far blind second looks agree with what was done, by handler, desk, channel and place; and which incidents to look at.

Theory of operation. A review counts once it is compared. An incident may be drawn for review once it was graded and is closed, and
nobody has reviewed it; the draw takes from each group in turn, so that a small one is not drowned by a large one, and the same seed
draws the same incidents. Source: letter, areas 1 and 3.
"""

import hashlib
from collections.abc import Iterable

from msgspec import Struct

from hueandcry.domain.blindreview import Compared, Judged, ReviewBegun
from hueandcry.domain.fact import Entry
from hueandcry.domain.reference import Kind, kind_of

GROUPS = ("handler", "desk", "channel", "place")


class Agreement(Struct, frozen=True, order=True):
    """The reviews of one group: of how many the grade was the same, more or less urgent blind, and who is vulnerable the same.

    `seen_before` of them were made by somebody who had been shown the incident before.
    """

    by: str
    of: str
    reviewed: int
    same_grade: int
    more_urgent: int
    less_urgent: int
    same_vulnerable: int
    elements: int
    same_elements: int
    seen_before: int


class Found(Struct):
    """A review as far as it came: its stream and reviewer, what was begun, judged and compared."""

    stream: bytes
    reviewer: str
    begun: ReviewBegun
    judged: Judged | None = None
    compared: Compared | None = None


def reviews(entries: Iterable[Entry]) -> list[Found]:
    """Return the reviews that were begun, each as far as it came."""
    found: dict[bytes, Found] = {}
    for entry in entries:
        if not isinstance(entry.stream, bytes) or kind_of(entry.stream) is not Kind.REVIEW:
            continue
        match entry.fact:
            case ReviewBegun():
                found[entry.stream] = Found(
                    entry.stream, entry.header.actor if entry.header is not None else "", entry.fact
                )
            case Judged():
                found[entry.stream].judged = entry.fact
            case Compared():
                found[entry.stream].compared = entry.fact
            case _:
                pass
    return list(found.values())


def agreement(entries: Iterable[Entry]) -> list[Agreement]:
    """Return how far the reviews agree, by each group and of all."""
    groups: dict[tuple[str, str], list[Found]] = {}
    for one in reviews(entries):
        if one.compared is not None:
            for by in GROUPS:
                groups.setdefault((by, getattr(one.begun, by)), []).append(one)
            groups.setdefault(("all", "all"), []).append(one)
    return sorted(_agreement(by, of, found) for (by, of), found in groups.items())


def _agreement(by: str, of: str, found: list[Found]) -> Agreement:
    pairs = [(one.compared, one.judged) for one in found if one.compared is not None and one.judged is not None]
    steps = [compared.steps for compared, _ in pairs]
    return Agreement(
        by,
        of,
        len(pairs),
        sum(one == 0 for one in steps),
        sum(one > 0 for one in steps),
        sum(one < 0 for one in steps),
        sum(compared.vulnerable == judged.vulnerable for compared, judged in pairs),
        sum(compared.elements for compared, _ in pairs),
        sum(compared.elements - len(compared.otherwise) for compared, _ in pairs),
        sum(one.begun.seen for one in found),
    )


def drawn(candidates: dict[bytes, str], count: int, seed: int) -> list[bytes]:
    """Return so many of the candidates, each with its group, from each group in turn; the same seed draws the same."""
    groups: dict[str, list[bytes]] = {}
    for stream, group in candidates.items():
        groups.setdefault(group, []).append(stream)
    shuffled = [sorted(one, key=lambda stream: _lot(seed, stream)) for _, one in sorted(groups.items())]
    rounds = max(map(len, shuffled), default=0)
    in_turn = [one[at] for at in range(rounds) for one in shuffled if at < len(one)]
    return in_turn[:count]


def _lot(seed: int, stream: bytes) -> bytes:
    return hashlib.sha256(seed.to_bytes(8, "big") + stream).digest()
