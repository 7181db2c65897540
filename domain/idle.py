"""Standing questions that can never ring, or always ring: found before they are adopted.

Theory of operation. A step that names a fact nobody records, a field it does not have or a value that field never has is met
by nothing; a question that waits for such a step is idle, one that is kept from ringing by nothing else rings each time.
What cannot be told from the text alone is told by asking: `hue ask` says how often each question was put and rang.
"""

from collections.abc import Iterator
from enum import Enum
from itertools import chain
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from msgspec import Meta, Struct

from hueandcry.domain.contact import Contact
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import REGISTRY, Record
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.reference import read_stream
from hueandcry.domain.standing import STATE, Codes, Follows, Precedes, Question, Silence, StandingPack, Step, Volume

_ANY, _ID = "record", "the ids of records"
RECORD_OF: dict[str, type[Record]] = {"contact": Contact, "incident": Incident, "expedite": Expedite}
QUEUES_OF: dict[type[Record], tuple[str, ...]] = {
    Contact: ("waiting", "partner", "in-hand", "parked", "recall"),
    Incident: ("assess", "grade", "dispatch", "deployed", "closing"),
    Expedite: ("partner",),
}


def check_standing(pack: StandingPack) -> None:
    """Refuse a pack with a question that can never ring, or always rings."""
    for question in pack.question:
        for why in idle(question):
            raise Refused(f"{pack.pack}, question {question.code}: {why}")


def idle(question: Question) -> Iterator[str]:
    """Yield why a question can never ring, or always rings; nothing where neither is so."""
    match question:
        case Follows():
            yield from _idle_steps(question.when, question.unless, question.while_)
            if question.within_s == 0 and question.unless:
                yield "always rings: nothing can follow within 0 seconds"
        case Precedes():
            yield from _idle_steps(question.when, question.unless, question.while_)
            for step in question.since:
                yield from (f"can never ring: {why}" for why in _unmeetable(step))
        case Silence():
            if question.longer_than_s == 0:
                yield "always rings: everything is untouched for longer than 0 seconds"
            yield from _unlike(question.while_, RECORD_OF[question.of])
        case Volume():
            if not question.when:
                yield "can never ring: it counts nothing"
            if question.below_percent == 0:
                yield "can never ring: nothing falls below 0 percent"
            for step in question.when:
                yield from (f"can never ring: {why}" for why in _unmeetable(step))


def _idle_steps(when: Step, unless: tuple[Step, ...], like: dict[str, Codes]) -> Iterator[str]:
    yield from (f"can never ring: {why}" for why in _unmeetable(when))
    kind = when.fact.partition(".")[0]
    if kind not in (*RECORD_OF, _ANY):
        yield f"can never ring: {when.fact} is about no contact, incident or expedite"
    met = [step for step in unless if not list(_unmeetable(step)) and _of_one_record(step.fact, kind)]
    if not unless:
        yield "always rings: nothing is named that would keep it from it"
    elif not met:
        elsewhere = f"{unless[0].fact} is about another kind of record"
        yield f"always rings: {next(_unmeetable(unless[0]), elsewhere)}"
    records = [RECORD_OF[kind]] if kind in RECORD_OF else list(RECORD_OF.values()) if kind == _ANY else []
    whys = [list(_unlike(like, record)) for record in records]
    yield from min(whys, key=len, default=[])  # what any record may have rings where one kind can be like that


def _of_one_record(fact: str, kind: str) -> bool:
    """Tell whether a fact can come in a record of a kind."""
    return _ANY in (kind, fact.partition(".")[0]) or fact.startswith(f"{kind}.")


def _unmeetable(step: Step) -> Iterator[str]:
    """Yield why no fact is like a step."""
    known = [cls for (name, _), cls in REGISTRY.items() if name == step.fact]
    if not known:
        yield f"there is no fact {step.fact}"
        return
    plain = {name for cls in known for name in cls.card.groups[0]}
    for name, codes in step.where.items():
        if name not in plain:
            yield f"{step.fact} has no open field {name}; it has {', '.join(sorted(plain)) or 'none'}"
        elif not codes:
            yield f"{step.fact} with {name} of no value"
        else:
            yield from _no_value(step.fact, name, codes, _offered(known[-1].__annotations__[name]))


def _no_value(what: str, name: str, codes: Codes, offered: Codes | None) -> Iterator[str]:
    if offered is None:
        return
    wrong = [code for code in codes if code not in offered and (_ID not in offered or read_stream(code) is None)]
    if wrong:
        why = f"it is one of {', '.join(offered)}" if offered else "it holds nothing that a question can name"
        yield f"{name} of {what} is never {', '.join(wrong)}; {why}"


def _offered(hint: Any) -> Codes | None:
    """Return the values that a type can have, as a pack writes them; None where they cannot be listed."""
    origin, within = get_origin(hint), get_args(hint)
    if origin is Annotated:
        is_stream = any(isinstance(meta, Meta) and meta.extra == {"noun": "stream"} for meta in within)
        return (_ID,) if is_stream else _offered(within[0])
    if origin in (Union, UnionType, tuple):
        each = [_offered(one) for one in within if one is not Ellipsis]
        listed = [one for one in each if one is not None]
        nothing = ("none",) if origin is tuple else ()
        return (*chain.from_iterable(listed), *nothing) if len(listed) == len(each) else None
    if hint is bool or hint is NoneType:
        return ("yes", "no") if hint is bool else ("none",)
    if issubclass(hint, Enum):
        return tuple(str(one.value) for one in hint)
    return () if issubclass(hint, Struct) else None


def _unlike(like: dict[str, Codes], record: type[Record]) -> Iterator[str]:
    for name, codes in like.items():
        if name not in STATE or not hasattr(record, name):
            has = ", ".join(one for one in STATE if hasattr(record, one))
            yield f"can never ring: a record of that kind has no {name}; it has {has}"
        elif not codes:
            yield f"can never ring: no {name} is named"
        else:
            offered = (*QUEUES_OF[record], "none") if name == "queue" else _offered(record.__annotations__[name])
            yield from (f"can never ring: {why}" for why in _no_value("it", name, codes, offered))
