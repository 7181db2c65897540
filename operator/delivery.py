"""Delivering what a seat kept: each line through the desk, once, as of the moment it was typed.

Theory of operation. A line is read at the moment it was typed, so that `20m` means what it meant then, and is decided as of
that moment, on the record as it stands now. Its facts carry that moment as the time they occurred and the line's mark as
their source; where a delivery broke off, the mark is looked for behind the position that was noted before.

A line that is refused stays, and those that may build on it stay with it: that name what it names, or that mean by `.` what
it may have put in hand. The rest goes on. So that `.` means the same whenever a line is delivered, what a session has in
hand is followed from line to line, beside what it has in hand on the board, and is noted with a line that stays.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from copy import copy

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Refused, Unavailable
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import SlotKind
from hueandcry.operator.identity import Identity
from hueandcry.operator.reference import Misread
from hueandcry.operator.spool import Begun, Kept, Spool
from hueandcry.operator.text import counted, storable
from hueandcry.operator.verbs import READER
from hueandcry.operator.words import words_of
from hueandcry.store.views import in_hand_after

Hand = dict[Kind, bytes]  # the last item of each kind, the one turned to last at the end


class Delivered(Struct, frozen=True):
    """What a delivery came to: the lines with what was recorded, how many stay, and why the first of those does."""

    lines: tuple[tuple[Kept, tuple[Entry, ...]], ...]
    left: int
    why: str = ""


def deliver(desk: Desk, spool: Spool) -> Delivered:
    """Deliver the lines that wait; one that is refused or cannot be read stays, with what may build on it."""
    with spool.alone() as alone:
        if alone:
            return _Delivery(desk, spool).run()
    left = len(spool.waiting())
    return Delivered((), left, "what this seat kept is being delivered by another process now" if left else "")


class _Delivery:
    """One delivery: what is in hand of each session whose lines it came upon, and what the lines that stay are about."""

    def __init__(self, desk: Desk, spool: Spool) -> None:
        self._desk, self._spool = desk, spool
        self._done: list[tuple[Kept, tuple[Entry, ...]]] = []
        self._hands: dict[str, Hand] = {}
        self._stay: list[Kept] = []
        self._named: set[str] = set()
        self._why = ""

    def run(self) -> Delivered:
        self._finish()
        for one in self._spool.waiting():
            try:
                self._take(one, self._carry_out(one))
            except Unavailable:
                raise
            except (Refused, Misread, Conflict) as fault:
                self._leave(one, str(fault))
        return Delivered(tuple(self._done), len(self._stay), self._why)

    def _finish(self) -> None:
        """Take the line off that was recorded when a delivery broke off; its words stay closed: nobody is shown them again."""
        begun = self._spool.begun()
        for one in self._spool.waiting():
            if begun is not None and begun.mark == one.mark:
                entries = self._desk.log.entries(begun.position)
                found = [entry for entry in entries if entry.header is not None and entry.header.source == one.mark]
                if found:
                    self._hands[one.session] = _hand(begun.hand)
                    self._take(one, tuple(found))
        self._hands.clear()  # each line that waits has what was in hand before it

    def _carry_out(self, one: Kept) -> tuple[Entry, ...]:
        desk = self._desk
        if one.collar != desk.signed.collar:
            raise Refused(
                f"{one.collar} typed it, and {desk.signed.collar} sits here now: {one.collar} signs on to deliver it"
            )
        desk.board.catch_up()
        hand = self._in_hand(one)
        if again := _names(one.text) & self._named:
            raise Refused(f"a line before it stays, which is about {', '.join(sorted(again))} as well")
        self._spool.begin(Begun(one.mark, desk.board.position, tuple(hand.values())))
        line = READER.read(one.text, self._then(one, hand))

        def acts() -> list[Act]:
            typed = min(one.typed, desk.identity.now())
            return [replace(act, occurred=act.occurred or typed, source=one.mark) for act in line.verb.acts(desk, line)]

        return tuple(desk.opened(desk.do(acts, approving=line.verb.approving)))

    def _in_hand(self, one: Kept) -> Hand:
        """Return what a line's session had in hand: as noted with it, as the lines before left it, or as the board has it."""
        if one.hand is not None:
            self._hands[one.session] = _hand((*self._hands.get(one.session, {}).values(), *one.hand))
        elif one.session not in self._hands:
            self._hands[one.session] = self._desk.board.in_hand.get(one.session, {})
        return self._hands[one.session]

    def _then(self, one: Kept, hand: Hand) -> Desk:
        """Return the desk as it was when a line was typed."""
        desk, board = self._desk, copy(self._desk.board)
        board.in_hand = {desk.signed.session: hand}
        return Desk(desk.log, board, Identity(lambda: one.typed), desk.signed)

    def _take(self, one: Kept, entries: tuple[Entry, ...]) -> None:
        hand = self._hands[one.session]
        for entry in entries:
            if isinstance(entry.stream, bytes) and entry.header is not None:
                hand = in_hand_after(hand, entry.stream, entry.header)
        self._hands[one.session] = hand
        self._spool.take_off(one.mark, tuple(hand.values()))
        self._done.append((one, entries))

    def _leave(self, one: Kept, why: str) -> None:
        """Let a line stay; what it would have put in hand, nobody knows: later lines have only what is put there after it."""
        self._why = self._why or why
        hand = self._hands.get(one.session)
        if hand is not None:  # else it is another person's
            first = all(other.session != one.session for other in self._stay)
            if one.hand is None and (hand or first):
                self._spool.put_in_hand(one.mark, tuple(hand.values()))
            self._hands[one.session] = {}
            self._named |= _names(one.text)
        self._stay.append(one)


def _hand(streams: Iterable[bytes]) -> Hand:
    """Return what is in hand of each kind; of several of a kind, the last."""
    held: Hand = {}
    for stream in streams:
        kind = kind_of(stream)
        if kind is not None:
            held.pop(kind, None)
            held[kind] = stream
    return held


def _names(text: str) -> set[str]:
    """Return the words with which a line names items, as far as they stand where its verb has them."""
    try:
        verb = READER.verb(text)
    except Misread:
        return set()
    words, found = words_of(text), set[str]()
    for slot, word in zip(verb.slots, words[1:], strict=False):
        if slot.kind is SlotKind.REF:
            found.add(word.text)
        elif slot.kind is SlotKind.LINE:
            found |= _names(text[word.start :])
    return found - {".", "-"}


def sit(desk: Desk, spool: Spool) -> None:
    """Remember at this seat who sits here; a seat that cannot remember keeps nothing later, and works all the same."""
    with suppress(Unavailable, OSError):
        spool.sit(desk.signed.collar, desk.signed.session)


def keep(spool: Spool, texts: Sequence[str], typed: int, fault: Unavailable, session: str | None = None) -> str:
    """Keep lines that could not be recorded, and return the sentence that says so; raises the fault where none are kept here.

    They are of a session, or of that which sat here last where none is named.
    """
    if spool.sat(session) is None:
        raise fault
    for text in texts:
        READER.verb(text)
    count = 0
    for text in texts:
        try:
            count = spool.keep(storable(text), typed, session)
        except Unavailable as why:
            raise Unavailable(f"{fault}; not kept at this seat: {why}") from fault
    return f"{fault}; kept at this seat, {counted(count, 'line')} to be delivered when the store is back"
