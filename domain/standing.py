"""Standing questions as a pack: each finding of an inquiry as a named rule over time, asked of every record.

Theory of operation. Four shapes of rule say what inquiries found. `follows`: after a fact, another must follow within a
time. `precedes`: before a fact, another must have come. `silence`: a record that stands so must not lie untouched for
longer. `volume`: how often something happens must not fall far below what is usual. A step names a fact and, where it is
told, what its open fields hold, of a list any of its values, of a record its id; `while` names what the record must be like.
Only what is open to every reader is looked at, so the same question has the same answer with seals closed, and after an erasure.

Times are those of the journal: what the room knew by then, not what had happened unknown to it.
Source: letter, area 1; the findings behind each question stand in its pack.
"""

from enum import Enum
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from hueandcry.domain.fact import Fact, Record
from hueandcry.domain.pack import PackText
from hueandcry.domain.reference import WrittenCode as Code
from hueandcry.domain.reference import stream_text

Codes = tuple[str, ...]
Span = Annotated[int, Meta(ge=0)]
WorkedKind = Literal["contact", "incident", "expedite"]
STATE = ("stage", "queue", "grade", "category", "district", "channel", "vulnerable", "domestic", "attended", "decision")


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """A fact by its name; `where` tells for its open fields the values of which it must have one."""

    fact: str
    where: dict[str, Codes] = {}

    def met(self, fact: Fact[Any]) -> bool:
        """Tell whether a fact of that name is one that is meant."""
        return all(_names_one(getattr(fact, name, None), codes) for name, codes in self.where.items())


class _Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule"):
    """What every standing question says of itself."""

    code: Code
    asks: str
    source: str


class Follows(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="follows"):
    """Rings where none of `unless` comes within a time after `when`, in a record that is like `while` all that time."""

    when: Step
    within_s: Span
    unless: tuple[Step, ...] = ()
    while_: dict[str, Codes] = field(name="while", default_factory=dict)


class Precedes(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="precedes"):
    """Rings where none of `unless` came before `when`, since the last of `since` where such a fact is named."""

    when: Step
    unless: tuple[Step, ...] = ()
    since: tuple[Step, ...] = ()
    while_: dict[str, Codes] = field(name="while", default_factory=dict)


class Silence(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="silence"):
    """Rings where nothing is done about an open record for longer than a time, while it is like that."""

    of: WorkedKind
    longer_than_s: Span
    while_: dict[str, Codes] = field(name="while", default_factory=dict)


class Volume(_Question, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="volume"):
    """Rings where fewer of such facts than a share of the usual are recorded in a span of time.

    Usual is the mean of the `of_previous` spans before it, rounded down, where that is at least `at_least`; spans are
    counted from 1970.
    """

    when: tuple[Step, ...]
    per_s: Annotated[int, Meta(gt=0)]
    below_percent: Span
    of_previous: Annotated[int, Meta(gt=0, le=366)]
    at_least: Annotated[int, Meta(gt=0)] = 1


Question = Follows | Precedes | Silence | Volume


class StandingPack(PackText, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Standing questions."""

    question: tuple[Question, ...]


def _names_one(value: Any, codes: Codes) -> bool:
    """Tell whether a value, or one of those in a list, is one that a step names; a list of nothing is none."""
    if isinstance(value, tuple):
        return any(code_of(one) in codes for one in value or (None,))
    return code_of(value) in codes


def code_of(value: Any) -> str:
    """Return a value as the pack writes it: yes and no, a code, a record by its id, `none` for nothing."""
    match value:
        case None | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case bytes() if len(value) == 16:
            return stream_text(value)
        case _:
            return str(value)


def is_like(record: Record, like: dict[str, Codes]) -> bool:
    """Tell whether a record is as a question says."""
    for name, codes in like.items():
        value = getattr(record, name, None)
        if (value if value and type(value) is str else code_of(value)) not in codes:
            return False
    return True
