"""Standing questions that can never ring, or always ring: found before they are adopted.

Theory of operation. A step that names a fact nobody records, a field it does not have or a value that field never has is met
by nothing; a question that waits for such a step is idle, one that is kept from ringing by nothing else rings each time.
What cannot be told from the text alone is told by asking: `hue ask` says how often each question was put and rang.
"""

from collections.abc import Iterator
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin

from hueandcry.domain.contact import Contact
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import REGISTRY, Record
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.standing import STATE, Codes, Follows, Precedes, Question, Silence, StandingPack, Step, Volume

_ANY = "record"
RECORD_OF: dict[str, type[Record]] = {"contact": Contact, "incident": Incident, "expedite": Expedite}


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
    record = RECORD_OF.get(when.fact.partition(".")[0])
    if record is not None:
        yield from _unlike(like, record)


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
            yield from _no_value(step.fact, name, codes, known[-1].__annotations__.get(name))


def _no_value(what: str, name: str, codes: Codes, hint: Any) -> Iterator[str]:
    offered = _offered(hint)
    wrong = [code for code in codes if offered and code not in offered]
    if wrong:
        yield f"{name} of {what} is never {', '.join(wrong)}; it is one of {', '.join(offered)}"


def _offered(hint: Any) -> tuple[str, ...]:
    """Return the values that a type can have where they can be listed."""
    if get_origin(hint) is Annotated:
        return _offered(get_args(hint)[0])
    if isinstance(hint, UnionType):
        within = [_offered(one) for one in get_args(hint) if one is not NoneType]
        return (*(one for offered in within for one in offered), "none") if all(within) else ()
    if hint is bool:
        return ("yes", "no")
    return tuple(str(one.value) for one in hint) if isinstance(hint, type) and issubclass(hint, Enum) else ()


def _unlike(like: dict[str, Codes], record: type[Record]) -> Iterator[str]:
    for name, codes in like.items():
        if name not in STATE or not hasattr(record, name):
            has = ", ".join(one for one in STATE if hasattr(record, one))
            yield f"can never ring: a record of that kind has no {name}; it has {has}"
        elif not codes:
            yield f"can never ring: no {name} is named"
        else:
            hint = record.__annotations__.get(name)
            yield from (f"can never ring: {why}" for why in _no_value("it", name, codes, hint))
