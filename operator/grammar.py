"""How a line is read: words, references, choices; every error marks the word it is about.

Theory of operation. A line is a verb and its slots, then free text. A verb goes by its long or its short name; a choice
by its whole code or an unambiguous beginning. A reference is an incident's daily number (`412`, `412 of 23/11`,
`h3 of 23/11` for loaded history) or an unambiguous tail of it among open incidents, the letter of a kind with the tail of
another item (`c` a contact, `e` an expedite, `n` a person, `r` a referral, `m` a form), a partner's code, a whole stream id, or `.`
for the item in hand: the last of its kind that this session acted on.
Reading decides nothing and writes nothing; what a line would do can be said before it is done.
"""

import re
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from msgspec import Struct

from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.domain.reference import Kind, is_code, stream_text
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.reference import Misread, find
from hueandcry.operator.text import either
from hueandcry.operator.words import HERE, Word, is_dated, words_of
from hueandcry.store.moment import NotAMoment, local_text, read_ahead, read_back, rfc3339
from hueandcry.store.records import WORKED
from hueandcry.store.views import Board

LINE_MAX = 10_000
LISTED_MAX = 16  # choices that are listed in one sentence
FACT = "fact"  # a place for the number of a fact, or for its position as in the log, @123
IN_HAND = "."  # what the session turned to last


class SlotKind(Enum):
    """What a slot takes."""

    REF = "reference"
    CHOICE = "choice"
    CODE = "code"
    NUMBER = "number"
    TIME = "time"
    WORDS = "words"
    LINE = "line"


class Slot(Struct, frozen=True, kw_only=True):
    """One place in a verb's line; `choices` yields what it may be, given the desk and the slots before it.

    A code may be any word, of which `choices` are offered.
    `default` is what is meant where an optional slot is left out; `otherwise` the choice, where it is on offer, that is
    meant by a word which is none of them: the word then belongs to the next slot. A time is still to come, or `past`.
    """

    name: str
    kind: SlotKind
    kinds: tuple[Kind, ...] = WORKED
    choices: Callable[[Desk, dict[str, Any]], Sequence[str]] | None = None
    optional: bool = False
    default: Callable[[Desk], str] | None = None
    otherwise: str = ""
    past: bool = False

    def shown(self) -> str:
        """Return the slot as help shows it."""
        text = self.name.upper() if self.kind is not SlotKind.WORDS else self.name
        return f"[{text}]" if self.optional else text


class Verb(Struct, frozen=True, kw_only=True):
    """A verb: its names, its slots, what it does in words, and the acts that follow from a line.

    `tells` returns what whoever presses Enter has to see besides, such as the exact words that somebody else proposed;
    `reminds` what they may have forgotten, which a preview shows and nobody else has to hear. What is said `alone` stands in one
    record and in no proposal. What `opens` sealed words where it is decided is not decided while somebody types.
    """

    name: str
    short: str
    slots: tuple[Slot, ...]
    does: str
    acts: Callable[[Desk, "Line"], list[Act]]
    example: str
    approving: bool = False
    alone: bool = False
    opens: bool = False
    tells: Callable[[Desk, "Line"], str] | None = None
    reminds: Callable[[Desk, "Line"], str] | None = None

    @property
    def template(self) -> str:
        """What the verb does, with the names of its slots in capitals where their values will stand."""
        return re.sub(r"\{(\w+)\}", lambda slot: slot[1].upper(), self.does).translate(str.maketrans("", "", "[]"))

    def usage(self) -> str:
        """Return the verb as help shows it."""
        return " ".join((self.name, *(slot.shown() for slot in self.slots)))


class Line(Struct, frozen=True):
    """A line that was read: its verb and the value of each slot; references are stream ids."""

    text: str
    verb: Verb
    values: dict[str, Any]
    reader: "Reader"

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def says(self, desk: Desk) -> str:
        """Return what the line will do and to which item, in words."""
        now_ns = desk.identity.now()
        words = {}
        for slot in self.verb.slots:
            value = self.values.get(slot.name)
            if slot.kind is SlotKind.LINE and isinstance(value, Line):
                value = value.says(desk)
            if value is None and slot.default is not None:
                value = slot.default(desk)
            words[slot.name] = self._said(slot, value, desk, now_ns)
        said = re.sub(" {2,}", " ", _without_gaps(self.verb.does, words).format(**words)).strip(" ")
        return said if self.verb.tells is None else f"{said} {self.verb.tells(desk, self)}".rstrip()

    def _said(self, slot: Slot, value: Any, desk: Desk, now_ns: int) -> str:
        if value is None:
            return ""
        if isinstance(value, bytes):
            return describe(desk.board, value, now_ns)
        return local_text(value, desk.board.zone, day=True) if slot.kind is SlotKind.TIME else str(value)

    def canonical(self, desk: Desk) -> str:
        """Return the line with whole stream ids and what was meant by words left out, the same to another person later."""
        parts = [self.verb.name]
        for slot in self.verb.slots:
            value = self.values.get(slot.name)
            if value is None and slot.default is not None:
                value = slot.default(desk)
            if value is None:
                parts.append("-" if slot.kind is SlotKind.REF else "")
            else:
                parts.append(value.canonical(desk) if isinstance(value, Line) else _exactly(slot, value))
        return " ".join(part for part in parts if part)


def _exactly(slot: Slot, value: Any) -> str:
    if isinstance(value, bytes):
        return stream_text(value)
    return rfc3339(value) if slot.kind is SlotKind.TIME else str(value)


def _without_gaps(does: str, words: dict[str, str]) -> str:
    """Return a verb's sentence without the bracketed parts whose slots were left out."""

    def kept(part: re.Match[str]) -> str:
        return part[1] if all(words[name] for name in re.findall(r"{(\w+)}", part[1])) else ""

    return re.sub(r"\[([^\]]*)\]", kept, does)


def describe(board: Board, stream: bytes, now_ns: int) -> str:
    """Return an item as a preview names it: its name and what it is about."""
    record = board.record(stream)
    what = getattr(record, "category", "") or getattr(record, "partner", "")
    return f"{board.name(stream, now_ns)} {what}".strip()


class Given(Struct, frozen=True):
    """What a slot is read with: the whole text, the desk, the slots before it, and the moment of the line (ns UTC)."""

    text: str
    desk: Desk
    values: dict[str, Any]
    now: int = 0


class Reader:
    """Reads lines with a table of verbs."""

    def __init__(self, verbs: Sequence[Verb]) -> None:
        self.verbs = tuple(verbs)
        self._by_name = {name: verb for verb in verbs for name in (verb.name, verb.short)}
        assert len(self._by_name) == len({(v.name, n) for v in verbs for n in (v.name, v.short)}), (
            "two verbs share a name"
        )

    def read(self, text: str, desk: Desk, now: int | None = None) -> Line:
        """Return the line that a text means at this desk, at a moment (ns UTC) where another is meant than now.

        A line within a line is of the moment that was said before it. Raises Misread.
        """
        if len(text) > LINE_MAX:
            raise Misread(f"a line has at most {LINE_MAX} letters; this one has {len(text)}", LINE_MAX, len(text))
        words = words_of(text)
        if not words:
            raise Misread("say what to do; 'help' lists the verbs")
        verb, given = self._verb(words[0])
        values: dict[str, Any] = dict(given)
        at, moment = 1, desk.identity.now() if now is None else now
        for slot in verb.slots:
            given_so_far = Given(text, desk, values, moment)
            if slot.name in values:
                _choice(slot, Word(values[slot.name], words[0].start + 1, words[0].end), given_so_far)
                continue
            values[slot.name], at = self._slot(slot, words, at, given_so_far)
            if slot.past:
                moment = values[slot.name]
        if at < len(words):
            raise Misread(f"'{words[at].text}' is too much: {verb.usage()}", words[at].start, words[-1].end)
        return Line(text, verb, values, self)

    def verb(self, text: str) -> Verb:
        """Return the verb of a line; raises Misread where there is none of that name."""
        words = words_of(text)
        if not words:
            raise Misread("say what to do; 'help' lists the verbs")
        return self._verb(words[0])[0]

    def here(self, text: str, kind: Kind | None = None) -> tuple[int, ...]:
        """Return where in a line `@` stands in a place of its verb, and not in what is said; what is said stays as it is.

        With the `kind` of an item whose page is open, also where `.` may mean that item.
        """
        words = words_of(text)
        try:
            verb, given = self._verb(words[0])
        except (Misread, IndexError):
            return ()
        at, here = 1, list[int]()
        for slot in (one for one in verb.slots if one.name not in given):
            if at >= len(words) or slot.kind is SlotKind.WORDS:
                break
            start, means = words[at].start, words[at].text
            if slot.kind is SlotKind.LINE:
                here += [start + one for one in self.here(text[start:], kind)]
                break
            in_hand = means == IN_HAND and slot.kind is SlotKind.REF and kind in slot.kinds
            here += [start] if means == HERE or in_hand else []
            at += 3 if is_dated(words, at) else 1
        return tuple(here)

    def is_relative(self, text: str) -> bool:
        """Tell whether a line means an item by what is in hand or under the cursor."""
        return any(self.here(text, kind) for kind in (None, *Kind))

    def _verb(self, word: Word) -> tuple[Verb, dict[str, str]]:
        text = word.text.lower()
        if text in self._by_name:
            return self._by_name[text], {}
        graded = re.fullmatch(r"g([0-9][0-9a-z]*|[a-z])", text)
        if graded and "grade" in self._by_name:
            grade = graded[1].upper() if graded[1].isalpha() else graded[1]
            return self._by_name["grade"], {"grade": grade}
        near = sorted(verb.name for verb in self.verbs if verb.name.startswith(text))
        if len(near) == 1:
            return self._by_name[near[0]], {}
        hint = f"did you mean {' or '.join(near)}?" if near else "'help' lists the verbs"
        raise Misread(f"there is no verb '{word.text}'; {hint}", word.start, word.end)

    def _slot(self, slot: Slot, words: list[Word], at: int, given: Given) -> tuple[Any, int]:
        if slot.kind in (SlotKind.WORDS, SlotKind.LINE):
            return self._rest(slot, words, at, given), len(words)
        if at >= len(words):
            if slot.optional:
                return None, at
            raise Misread(f"{slot.name} is missing at the end", len(given.text), len(given.text))
        word = words[at]
        match slot.kind:
            case SlotKind.REF:
                return self._reference(slot, words, at, given.desk)
            case SlotKind.CHOICE:
                otherwise = slot.otherwise and _is_otherwise(slot, word, given)
                return (slot.otherwise, at) if otherwise else (_choice(slot, word, given), at + 1)
            case SlotKind.NUMBER:
                return _number(slot, word, given), at + 1
            case SlotKind.TIME:
                return _time(slot, word, given), at + 1
            case _:
                if not is_code(word.text):
                    raise Misread(f"{slot.name} is one word of letters, digits, dots and dashes", word.start, word.end)
                return _spelt(slot, word, given), at + 1

    def _rest(self, slot: Slot, words: list[Word], at: int, given: Given) -> Any:
        text = given.text
        if at >= len(words):
            if slot.optional:
                return ""
            raise Misread(f"{slot.name} is missing at the end", len(text), len(text))
        rest, offset = text[words[at].start :].rstrip(), words[at].start
        if slot.kind is SlotKind.WORDS:
            return rest
        try:
            return self.read(rest, given.desk, given.now)
        except Misread as fault:
            raise Misread(fault.why, fault.start + offset, fault.end + offset) from fault

    def _reference(self, slot: Slot, words: list[Word], at: int, desk: Desk) -> tuple[Any, int]:
        word = words[at]
        if slot.optional and word.text == "-":
            return None, at + 1
        day, after = (words[at + 2].text, at + 3) if is_dated(words, at) else (None, at + 1)
        try:
            stream = find(desk, word.text, slot.kinds, day)
        except Misread as fault:
            raise Misread(fault.why, word.start, words[after - 1].end) from fault
        return stream, after

    def complete(self, text: str, desk: Desk) -> list[str]:
        """Return whole lines that the text may become: verbs while the first word is typed, then the slot's choices."""
        words = words_of(text)
        if not words or (len(words) == 1 and not text.endswith(" ")):
            start = words[0].text.lower() if words else ""
            found = (verb.name for verb in self.verbs if verb.name.startswith(start) or verb.short == start)
            return [f"{name} " for name in sorted(found)]
        try:
            return self._completed(text, words, desk)
        except (Misread, Refused, Unavailable):  # what cannot be read or had now is said where the line is read
            return []

    def _completed(self, text: str, words: list[Word], desk: Desk) -> list[str]:
        verb, given = self._verb(words[0])
        typed, stub = (words, "") if text.endswith(" ") else (words[:-1], words[-1].text)
        values: dict[str, Any] = dict(given)
        at = 1
        for slot in verb.slots:
            if slot.name in values:
                continue
            if at >= len(typed):
                offered = offers(slot, desk, values)
                return [
                    f"{text[: len(text) - len(stub)]}{one} " for one in offered if one.lower().startswith(stub.lower())
                ]
            values[slot.name], at = self._slot(slot, typed, at, Given(text, desk, values))
        return []


def offers(slot: Slot, desk: Desk, values: dict[str, Any]) -> list[str]:
    """Return what a slot may be at this desk."""
    if slot.choices is not None:
        return list(slot.choices(desk, values))
    if slot.kind is SlotKind.REF:
        now_ns = desk.identity.now()
        return [desk.board.name(one.id, now_ns) for one in desk.board.open() if one.kind in slot.kinds]
    return []


def _number(slot: Slot, word: Word, given: Given) -> int:
    """Return a number; of a fact also by its position, as the log shows it."""
    if slot.name == FACT and (shown := re.fullmatch(r"@([0-9]{1,12})", word.text)):
        position = int(shown[1])
        for entry in given.desk.log.entries(max(0, position - 1), position):
            if entry.stream == given.values.get("item"):
                return entry.version
        raise Misread(f"{word.text} is no fact of this item; its log says which are", word.start, word.end)
    if not re.fullmatch(r"[0-9]{1,9}", word.text):
        raise Misread(f"{slot.name} is a number, not '{word.text}'", word.start, word.end)
    return int(word.text)


def _choice(slot: Slot, word: Word, given: Given) -> str:
    assert slot.choices is not None, slot.name
    choices = list(slot.choices(given.desk, given.values))
    if word.text in choices:
        return word.text
    near = [one for one in choices if one.lower().startswith(word.text.lower())]
    if len(near) == 1:
        return near[0]
    if near:
        raise Misread(f"{slot.name} '{word.text}' may be {either(near)}", word.start, word.end)
    more = f" and {len(choices) - LISTED_MAX} others, which Tab offers" if len(choices) > LISTED_MAX else ""
    offered = f"it is one of {', '.join(choices[:LISTED_MAX])}{more}" if choices else "there is none here to choose"
    raise Misread(f"there is no {slot.name} '{word.text}'; {offered}", word.start, word.end)


def _spelt(slot: Slot, word: Word, given: Given) -> str:
    """Return a word as one of those on offer is spelt, where it differs from that in capitals alone."""
    alike = [one for one in offers(slot, given.desk, given.values) if one.lower() == word.text.lower()]
    return word.text if word.text in alike or not alike else alike[0]


def _is_otherwise(slot: Slot, word: Word, given: Given) -> bool:
    offered = offers(slot, given.desk, given.values)
    return slot.otherwise in offered and word.text not in offered


def _time(slot: Slot, word: Word, given: Given) -> int:
    read = read_back if slot.past else read_ahead
    try:
        return read(word.text, given.desk.board.zone, given.now)
    except NotAMoment as fault:
        raise Misread(
            f"{slot.name} is a time as in 20m, 2h, 14:30 or 2026-11-23T14:30, not '{word.text}'", word.start, word.end
        ) from fault
