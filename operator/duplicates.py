"""Which incidents may be about the same as one: candidates by time and district, ranked with their words opened.

Theory of operation. Only those near enough in time and place are opened, the nearest first and no more than a few, at the
door, which writes that they were looked at for that. Words count as
the same where the rapidfuzz library finds them nearly so: a name that two callers spell in two ways is one.
"""

import re

from hueandcry.domain.contact import Contact
from hueandcry.domain.duplicate import SUGGESTED_FROM, WORDS, Likeness, likeness, may_be_alike
from hueandcry.domain.fact import FactRef
from hueandcry.domain.incident import Incident
from hueandcry.store.sealed import Door
from hueandcry.store.views import Board

CANDIDATES_MAX = 40
AT_ONCE_MAX = 5  # whenever an incident is opened to be read
PURPOSE = "duplicates"
ALIKE = 85  # percent, as the library measures words
_LONG = re.compile(r"\w{4,}|\d+")


def duplicates(
    board: Board, door: Door, incident: Incident, most: int = CANDIDATES_MAX
) -> list[tuple[Incident, Likeness]]:
    """Return the open incidents that may be about the same, the likeliest first; at most `most` are opened for it."""
    near = [one for one in board.open() if isinstance(one, Incident) and may_be_alike(incident, one)]
    near.sort(key=lambda one: abs(one.opened - incident.opened))
    mine = words_of(door, board, incident) if near else ""
    found = [(one, likeness(incident, one, shared(mine, words_of(door, board, one)))) for one in near[:most]]
    likely = (pair for pair in found if pair[1].percent >= SUGGESTED_FROM and pair[1].words >= WORDS // 2)
    return sorted(likely, key=lambda pair: -pair[1].percent)


def suggested(board: Board, door: Door, incident: Incident, now_ns: int) -> str:
    """Return in one sentence which incidents may be about the same, and what to do about it; empty where none may."""
    found = duplicates(board, door, incident, AT_ONCE_MAX)
    if not found:
        return ""
    named = ", ".join(f"{board.name(one.id, now_ns)} ({like.percent} %)" for one, like in found)
    older, newer = sorted((incident, found[0][0]), key=lambda one: one.opened)
    into, one = board.name(older.id, now_ns), board.name(newer.id, now_ns)
    return f"may be about the same as {named}: 'merge {one} {into}', or 'tie {one} {into} same-place'"


def shared(one: str, other: str) -> int:
    """Return how much of the longer words of two texts is nearly the same, in percent of the text that has fewer."""
    from rapidfuzz.fuzz import ratio  # not before it is asked for: a room opens without it

    few, many = sorted(({*_LONG.findall(text.lower())} for text in (one, other)), key=len)
    if not few:
        return 0
    return 100 * sum(any(ratio(word, match) >= ALIKE for match in many) for word in few) // len(few)


def words_of(door: Door, board: Board, incident: Incident, purpose: str = PURPOSE) -> str:
    """Return what an incident is about and where, as it was typed; the access log says for what it was opened."""
    refs: list[FactRef | None] = [incident.summary, incident.place]
    for caller in incident.contacts[:1]:
        heard = board.record(caller)
        refs.append(heard.place if isinstance(heard, Contact) else None)
    said = []
    for ref in dict.fromkeys(one for one in refs if one is not None):
        entry = door.fact(ref, purpose)
        fact = entry.fact if entry is not None else None
        said += [text for name in ("summary", "place") if isinstance(text := getattr(fact, name, None), str)]
    return " ".join(filter(None, said))
