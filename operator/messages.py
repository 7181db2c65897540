"""What the backroom tells the screen: plain values, already safe to show.

Theory of operation. The backroom's thread owns desk and board; the screen's loop only ever gets these. Each is whole in
itself, so that one which is lost or late is made good by the next.
"""

from msgspec import Struct

from hueandcry.operator.attention import Call
from hueandcry.operator.palette import Offer
from hueandcry.store.item import Item


class Told(Struct, frozen=True):
    """What a line came to: the facts recorded, or why not, and which word was wrong; `number` tells which line it was."""

    text: str
    lines: tuple[str, ...]
    fault: str = ""
    start: int = 0
    end: int = 0
    number: int = 0


class Foreseen(Struct, frozen=True):
    """What Enter would do with a text, or by which rule it would be refused.

    `turn` tells which text it was, `whole` that every word of it has to be seen.
    """

    turn: int
    words: str
    fault: str = ""
    start: int = 0
    end: int = 0
    completions: tuple[str, ...] = ()
    whole: bool = False
    refused: str = ""


class Filled(Struct, frozen=True):
    """A line to be finished by whoever asked for it, and what it is; or why there is none; `number` tells what was asked."""

    text: str
    why: str = ""
    number: int = 0


class Copied(Struct, frozen=True):
    """What is shown of an item, for the clipboard of whoever asked; the access log says so already."""

    text: str


class Offered(Struct, frozen=True):
    """What the palette offers for what was typed; `turn` tells for which text."""

    turn: int
    offers: tuple[Offer, ...]


class Moved(Struct, frozen=True):
    """What changed on the board: items by stream, None for one that is closed; `whole` replaces everything.

    `ticking` is the item that is due next, where that is so soon that its seconds are told.
    """

    items: dict[bytes, Item | None]
    now_ns: int
    status: str
    whole: bool = False
    ticking: bytes | None = None


class Alerted(Struct, frozen=True):
    """What calls for somebody now, ranked, a kind each; `fresh` are kinds that are new, each with its item's grade.

    `title` is what calls most, in words and counts of the room alone. `too_low` are the grades for which whoever sits here wants
    no bell, None where they want none at all.
    """

    calls: tuple[Call, ...]
    fresh: tuple[tuple[str, str], ...] = ()
    title: str = ""
    too_low: tuple[str, ...] | None = None


class Asked(Struct, frozen=True):
    """A question under an element as a contact stands: its code, what to ask, what was answered."""

    code: str
    ask: str
    given: str


class Element(Struct, frozen=True):
    """One element of the risk model as a contact stands: what to ask, what may be answered, what was."""

    code: str
    letter: str
    name: str
    ask: str
    answers: tuple[tuple[str, str], ...]
    given: str
    questions: tuple[Asked, ...] = ()


class Suggesting(Struct, frozen=True):
    """Which category the words of a contact's narrative suggest, and which words; empty where none do."""

    stream: bytes
    category: str = ""
    words: tuple[str, ...] = ()


class Opened(Struct, frozen=True):
    """One item as it stands: how it stands and where it is, its log, and the risk model where it is a contact.

    `suggested` is what the answers of a contact would suggest as a grade, with the grounds.
    """

    stream: bytes
    ref: str
    heading: tuple[str, ...]
    log: tuple[str, ...]
    elements: tuple[Element, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    warning: str = ""
    suggested: str = ""


class Listed(Struct, frozen=True):
    """A list of the room by its name, line by line."""

    name: str
    lines: tuple[str, ...]


class Left(Struct, frozen=True):
    """Whoever sat here signed off: the screen ends, and shows nobody else what they could see."""


class Turned(Struct, frozen=True):
    """An item that the operator asked for; `instead` of the item that is shown, or over it."""

    stream: bytes
    instead: bool


class Stopped(Struct, frozen=True):
    """The journal cannot be used any more; the text says why."""

    why: str


Message = (
    Told
    | Filled
    | Copied
    | Offered
    | Foreseen
    | Moved
    | Alerted
    | Opened
    | Suggesting
    | Listed
    | Turned
    | Left
    | Stopped
)
