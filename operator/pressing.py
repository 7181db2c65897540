"""What calls for somebody about an item, in words: in one of them for a narrow column, in whole ones beside it.

Theory of operation. The most pressing stands first: a crew in need, a broken promise, what was escalated, what rang, what else
the item's alerts say, what is not read. A column has room for one word and says how many more there are; the line for the
item under the cursor and its own page say them all, with the verb that answers. What is put off is left out where its words are
those that were put off, as often as they were; the same line and page say what that is, until when, and how it comes back. So the
words say whatever makes another alert of it: to whom, how many.
"""

from zoneinfo import ZoneInfo

from hueandcry.domain.alert import EMERGENCY, in_a_word
from hueandcry.domain.putoff import code_of
from hueandcry.store.item import Item
from hueandcry.store.moment import local_text

_ANSWERS = {
    "ESCALATED": "ack",
    "RANG": "ack",
    "UNREAD": "seen",
    "DESK": "desk",
    "BRING UP": "done",
    "DISPUTE": "decide",
    "NO MATCH": "verify",
    "DECLINED": "outcome",
}
Said = list[tuple[str, str]]  # alerts, each in one word and in whole ones


def calls(item: Item) -> Said:
    """Return what calls for somebody, the most pressing first, each in one word and in whole ones."""
    return _parted(item)[0]


def says_all(item: Item, words: str) -> bool:
    """Tell whether the row of an item says all of some words, in whichever column, what calls about it among them."""
    grade = f"grade {item.grade}" if item.grade else ""
    said = (
        item.ref,
        item.kind,
        item.queue,
        item.stage,
        item.what,
        grade,
        item.district,
        item.owner,
        *sum(calls(item), ()),
    )
    row = f"{' '.join(said)}{' vulnerable' if item.vulnerable else ''}".lower()
    return all(word in row for word in words.lower().split())


def is_said(item: Item, word: str) -> bool:
    """Tell whether something calls that goes by a word, and is not put off."""
    return any(one == word for one, _ in calls(item))


def _parted(item: Item) -> tuple[Said, Said]:
    """Return what calls, and what would call and is put off; a crew's emergency never is."""
    found, left = _found(item), list(item.put_off)
    if not left:
        return found, []
    heard, silent = Said(), Said()
    for one in found:
        code = code_of(one[1])
        if code in left and one[0] != EMERGENCY:
            left.remove(code)
            silent.append(one)
        else:
            heard.append(one)
    return heard, silent


def _found(item: Item) -> Said:
    found = [(in_a_word(one), one) for one in item.alerts]
    first = [one for one in found if one[0] == EMERGENCY]
    rest = [one for one in found if one[0] != EMERGENCY]
    if item.broken:
        first.append(("BROKE", "PROMISE BROKEN" if item.broken == 1 else f"{item.broken} PROMISES BROKEN"))
    if item.escalated:
        first.append(("ESCALATED", f"ESCALATED to {item.escalated}"))
    if item.rang:
        first.append(("RANG", f"RANG {item.rang}"))
    unread = [("UNREAD", f"+{item.unread} UNREAD")] if item.unread else []
    return [*first, *unread, *rest]


def at_length(item: Item, zone: ZoneInfo) -> str:
    """Return all that calls for somebody about an item, and by which verb one answers; empty where nothing does.

    Besides what is put off, until when in local time, and how it comes back.
    """
    heard, silent = _parted(item)
    by = [f"{words} ('{_ANSWERS[word]} {item.ref}')" if word in _ANSWERS else words for word, words in heard]
    if item.put_off_until is not None:
        until = local_text(item.put_off_until, zone)[:5]
        by.append(f"{_off(f'put off until {until}', silent)} ('bringback {item.ref}')")
    return "; ".join(by)


def put_off_for(item: Item, how_long: str) -> str:
    """Return what is put off for how long, where a line of the board says it; empty where nothing is."""
    return _off(f"put off for {how_long}", _parted(item)[1]) if item.put_off_until is not None else ""


def _off(begin: str, silent: Said) -> str:
    """Return what is put off; where nothing calls that is, what might."""
    return f"{begin}: {', '.join(words for _, words in silent)}" if silent else begin
