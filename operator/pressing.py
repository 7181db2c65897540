"""What calls for somebody about an item, in words: in one of them for a narrow column, in whole ones beside it.

Theory of operation. The most pressing stands first: a crew in need, a broken promise, what was escalated, what rang, what else
the item's alerts say, what is not read. A column has room for one word and says how many more there are; the line for the
item under the cursor and its own page say them all, with the verb that answers.
"""

from hueandcry.domain.alert import EMERGENCY, in_a_word
from hueandcry.store.item import Item

_ANSWERS = {
    "ESCALATED": "ack",
    "RANG": "ack",
    "UNREAD": "seen",
    "DESK": "desk",
    "DISPUTE": "decide",
    "NO MATCH": "verify",
    "DECLINED": "outcome",
}


def calls(item: Item) -> list[tuple[str, str]]:
    """Return what calls for somebody, the most pressing first, each in one word and in whole ones."""
    found = [(in_a_word(one), one) for one in item.alerts]
    first = [one for one in found if one[0] == EMERGENCY]
    rest = [one for one in found if one[0] != EMERGENCY]
    if item.broken:
        first.append(("BROKE", "PROMISE BROKEN"))
    if item.escalated:
        first.append(("ESCALATED", f"ESCALATED to {item.escalated}"))
    if item.rang:
        first.append(("RANG", f"RANG {item.rang}"))
    unread = [("UNREAD", f"+{item.unread} UNREAD")] if item.unread else []
    return [*first, *unread, *rest]


def at_length(item: Item) -> str:
    """Return all that calls for somebody about an item, and by which verb one answers; empty where nothing does."""
    by = (f"{words} ('{_ANSWERS[word]} {item.ref}')" if word in _ANSWERS else words for word, words in calls(item))
    return "; ".join(by)
