"""The palette: every verb, item, list and key by a few letters of it, what is possible now before what is not.

Theory of operation. What is offered is ranked by how well it fits what is typed, then by whether whoever sits here may do it now:
each verb is tried on the item in front as a preview is, deciding and writing nothing. What is refused is still offered, below, with
the rule: nobody looks for a verb in vain. A verb is only ever put into the line, never done from here. Matching is rapidfuzz's.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.domain.reference import Kind, kind_of, stream_text
from hueandcry.operator.actions import ACTIONS
from hueandcry.operator.desk import Desk
from hueandcry.operator.grammar import Slot, SlotKind, Verb
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import safe_text
from hueandcry.operator.verbs import LISTS, READER, VERBS, refusal
from hueandcry.store.item import Item
from hueandcry.store.records import WORKED

OFFERED_MAX = 60
FITS_MIN = 80  # of 100
LIKE_LETTERS_MIN = 4  # that are typed, before what is only like them is offered
LESS_IN_PART = 5
BEGINS = 130  # what begins with what was typed stands before all that is only like it
NOT_NOW = 25  # less, for what is refused now
_MOVES = ("up", "down", "page-up", "page-down", "do", "back", "complete", "palette")
_ROLE = "this is for"
_TYPED = {SlotKind.NUMBER: "1", SlotKind.TIME: "20m", SlotKind.WORDS: "x", SlotKind.LINE: "next"}


class Offer(Struct, frozen=True):
    """One thing on offer: what goes into the line or which action is run, what it does, and why it is refused now."""

    line: str
    does: str
    action: str = ""
    why_not: str = ""


class Palette:
    """What is offered at one desk, with the items that are `shown`; what was found out about verbs holds until something is
    recorded.
    """

    def __init__(self, desk: Desk, shown: Callable[[], Iterable[Item]]) -> None:
        self._desk, self._shown = desk, shown
        self._tried: tuple[int, str, list[Offer]] = (-1, "", [])

    def offered(self, typed: str, stream: bytes | None) -> list[Offer]:
        """Return what fits what is typed, the best first; `stream` is the item in front."""
        now_ns = self._desk.identity.now()
        ref = self._desk.board.name(stream, now_ns) if stream is not None else ""
        found = [*self._verbs(ref, stream), *_actions(), *_lists(), *self._items()]
        ranked = sorted(
            ((_rank(one, typed), at, one) for at, one in enumerate(found)), key=lambda one: (-one[0], one[1])
        )
        return [one for rank, _, one in ranked if rank >= FITS_MIN - NOT_NOW or not typed][:OFFERED_MAX]

    def _verbs(self, ref: str, stream: bytes | None) -> list[Offer]:
        position = self._desk.board.position
        if self._tried[:2] != (position, ref):
            self._tried = position, ref, [self._verb(verb, ref, stream) for verb in VERBS]
        return self._tried[2]

    def _verb(self, verb: Verb, ref: str, stream: bytes | None) -> Offer:
        takes = bool(verb.slots) and verb.slots[0].kind is SlotKind.REF and _fits(verb.slots[0], stream)
        line = f"{verb.name} {ref} " if takes else f"{verb.name} "
        return Offer(
            line,
            f"{verb.template}   ({verb.usage()}, {verb.short})",
            why_not=safe_text(self._why_not(verb, ref if takes else "")),
        )

    def _why_not(self, verb: Verb, ref: str) -> str:
        """Return by which rule a verb would be refused now, as far as that can be told without the words of a line.

        Where anything but words would have to be guessed, only what holds for whatever is typed is said: the role.
        """
        sure = bool(ref or not verb.slots) and not verb.opens and all(_sure(slot) for slot in verb.slots[1:])
        try:
            why = refusal(self._desk, self._sample(verb, ref))
        except (Misread, Refused, Unavailable) as fault:
            why = fault.why if isinstance(fault, Misread) else str(fault)
        return why if sure or why.startswith(_ROLE) else ""

    def _sample(self, verb: Verb, ref: str) -> str:
        """Return a line as it might be typed."""
        text = f"{verb.name} "
        for at, slot in enumerate(verb.slots):
            if not slot.optional:
                text = (
                    f"{text}{ref} "
                    if ref and not at
                    else self._next(text, slot, verb.example.split(" ", at + 1)[at + 1 :])
                )
        return text

    def _next(self, text: str, slot: Slot, example: list[str]) -> str:
        match slot.kind:
            case (
                SlotKind.REF
            ):  # the first there is: naming all of them to take one would be a walk over the whole board
                first = next((one for one in self._desk.board.records.values() if one.kind in slot.kinds), None)
                return f"{text}{stream_text(first.id) if first is not None else 'x'} "
            case SlotKind.CHOICE | SlotKind.CODE:
                offered = READER.complete(text, self._desk)
                return offered[0] if offered else f"{text}x "
            case SlotKind.WORDS if example:  # words of a form, as in the verb's own example
                return f"{text}{example[0]} "
            case _:
                return f"{text}{_TYPED[slot.kind] if not slot.past else '1m'} "

    def _items(self) -> Iterator[Offer]:
        for item in self._shown():
            yield Offer(f"show {item.ref}", f"open {item.kind} {item.what} {item.district}".rstrip())


def _sure(slot: Slot) -> bool:
    """Tell whether a rule would say the same whatever is typed for a slot."""
    return slot.kind is SlotKind.WORDS or slot.optional


def _fits(slot: Slot, stream: bytes | None) -> bool:
    kind: Kind | None = kind_of(stream) if stream is not None else None
    return kind in slot.kinds if kind in WORKED else False


@lru_cache(maxsize=1)
def _actions() -> list[Offer]:
    return [Offer(one.line, one.does, action=one.id) for one in ACTIONS if one.id not in _MOVES]


@lru_cache(maxsize=1)
def _lists() -> list[Offer]:
    return [Offer(name, f"the list of {name}") for name in LISTS]


def _rank(offer: Offer, typed: str) -> float:
    """Return how well an offer fits what is typed: 100 as a whole, more where it begins so, less where it is refused now."""
    wanted = typed.strip().lower()
    less = NOT_NOW if offer.why_not else 0
    if not wanted:
        return (1 if offer.line.startswith("show ") else 100) - less
    line = offer.line.strip().lower()
    if line.startswith(wanted):
        return BEGINS - less
    fits = _words(wanted, f"{line} {offer.does.lower()}")
    if len(wanted) >= LIKE_LETTERS_MIN and not line.startswith("show "):  # nobody misspells a number
        from rapidfuzz import fuzz  # not before somebody types here: a room opens without it

        fits = max(fits, fuzz.ratio(wanted, line), fuzz.partial_ratio(wanted, line) - LESS_IN_PART)
    return fits - less


def _words(wanted: str, said: str) -> float:
    """Return 95 where every word that is typed begins a word of what is said."""
    words = said.split()
    return 95.0 if all(any(one.startswith(part) for one in words) for part in wanted.split()) else 0.0
