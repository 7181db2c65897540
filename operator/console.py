"""Line mode: one fact, one line, for pipes, screen readers, TERM=dumb and whoever prefers it.

Theory of operation. Every line is plain text that was made safe; Rich only adds weight where the terminal can show it,
and its markup is never read. Machines get one JSON document, or one object a line, with stable keys and instants as
RFC 3339 text in UTC. Progress and errors go to standard error.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from hueandcry.domain.fact import Entry, FactRef, Names, sentence
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import NS_PER_S, stream_text
from hueandcry.domain.replay import Decision
from hueandcry.domain.welfare import QUIET
from hueandcry.operator.pressing import calls, put_off_for
from hueandcry.operator.text import safe_text
from hueandcry.store.item import Item
from hueandcry.store.moment import ago, local_text, rfc3339
from hueandcry.store.naming import RoomNames
from hueandcry.store.views import Board


class _Lines(Console):
    """A console that leaves a closed pipe to the last door, where it is no error."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


out = _Lines(highlight=False, markup=False, emoji=False, soft_wrap=True)
err = _Lines(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def say(text: str, style: str = "") -> None:
    """Print one line that is safe already."""
    out.print(Text(text, style=style))


def complain(text: str) -> None:
    """Print one sentence on standard error."""
    err.print(Text(safe_text(text)))


def say_json(value: Any) -> None:
    """Print one JSON value on one line, in ASCII: what a stranger typed cannot move a terminal that shows it."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n")
    sys.stdout.flush()


# Facts


HAPPENED_APART_NS = 60 * NS_PER_S
_ADMINISTRATOR = "administrator"  # loaded history has its own times, and says so


def fact_line(entry: Entry, board: Board, names: Names, *, of_item: bool = False) -> str:
    """Return an entry as one line: local time, position, who, which item (unless it is plain whose log it is), what."""
    time = local_text(entry.header.recorded, board.zone) if entry.header is not None else "--:--:--"
    actor = entry.header.actor if entry.header is not None else "?"
    item = "" if of_item else f"{names.stream(entry.stream) if isinstance(entry.stream, bytes) else entry.stream:<12} "
    said = sentence(entry.fact, names) if entry.fact is not None else f"[{entry.name}: not known to this release]"
    return safe_text(f"{time} @{entry.position:<5} {actor:<8} {item}{said}{_happened(entry, board)}")


def fact_words(entry: Entry, names: Names) -> str:
    """Return what an entry says of which item, without who and when."""
    said = sentence(entry.fact, names) if entry.fact is not None else entry.name
    return safe_text(f"{names.stream(entry.stream)} {said}" if isinstance(entry.stream, bytes) else said)


def _happened(entry: Entry, board: Board) -> str:
    """Return when it happened where that is not when it was recorded, to the minute."""
    header = entry.header
    if header is None or abs(header.recorded - header.occurred) < HAPPENED_APART_NS or header.role == _ADMINISTRATOR:
        return ""
    days = local_text(header.occurred, board.zone, day=True), local_text(header.recorded, board.zone, day=True)
    same_day = days[0][:10] == days[1][:10]
    return f" (happened {local_text(header.occurred, board.zone, day=not same_day)})"


def say_facts(entries: Iterable[Entry], board: Board, now_ns: int) -> None:
    """Print entries, one line each."""
    names = RoomNames(board, now_ns)
    for entry in entries:
        say(fact_line(entry, board, names))


def fact_object(entry: Entry) -> dict[str, Any]:
    """Return an entry as the object that `--json` prints; a value that is not open is null."""
    header = entry.header
    return {
        "position": entry.position,
        "stream": stream_text(entry.stream),
        "version": entry.version,
        "name": entry.name,
        "occurred": rfc3339(header.occurred) if header else None,
        "recorded": rfc3339(header.recorded) if header else None,
        "actor": header.actor if header else None,
        "role": header.role if header else None,
        "seat": header.seat if header else None,
        "session": header.session if header else None,
        "causation": _plain(header.causation) if header else None,
        "source": header.source.hex() if header and header.source else None,
        "pack": header.pack.hex() if header and header.pack else None,
        "fields": fields_of(entry),
    }


def fields_of(entry: Entry) -> dict[str, Any] | None:
    """Return the fields of an entry's fact in JSON's types; None where the fact is not known here."""
    fact = entry.fact
    if fact is None:
        return None
    nouns, quiet = fact.card.nouns, fact.card.says == QUIET
    return {name: None if quiet else _plain(getattr(fact, name), nouns[name]) for name in fact.__struct_fields__}


def _plain(value: Any, noun: str = "") -> Any:
    match value:
        case FactRef():
            return {"stream": stream_text(value.stream), "version": value.version}
        case bytes():
            return stream_text(value) if noun == "stream" else value.hex()
        case bool() | None:
            return value
        case int():
            return rfc3339(value) if noun == "instant" else value
        case tuple():
            return [_plain(one, noun) for one in value]
        case msgspec.Struct():
            return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
        case _:
            return msgspec.to_builtins(value)


# The board


def item_object(item: Item) -> dict[str, Any]:
    """Return a line of the board as the object that `--json` prints."""
    plain: dict[str, Any] = msgspec.to_builtins(item, builtin_types=(bytes,))
    plain["stream"] = stream_text(item.stream)
    plain["since"] = rfc3339(item.since)
    for name in ("due", "desk_due", "put_off_until"):
        plain[name] = rfc3339(plain[name]) if plain[name] is not None else None
    return plain


def item_line(item: Item, now_ns: int) -> str:
    """Return a line of the board as text that reads well aloud."""
    due = "" if item.due is None else f"{'overdue by' if item.overdue else 'due in'} {_until(item.due, now_ns)}"
    grade = f"grade {item.grade}" if item.grade else "not graded" if item.kind == "incident" else ""
    said = [words for _, words in calls(item)]
    off = "" if item.put_off_until is None else put_off_for(item, _until(item.put_off_until, now_ns))
    flags = " ".join(word for word in (*said, "VULNERABLE" if item.vulnerable else "", due, off) if word)
    return safe_text(
        f"{item.ref:<12} {item.queue:<9} {grade:<10} {item.what:<24} {item.district:<12} "
        f"{item.owner:<14} {ago(item.since, now_ns):>6}  {flags}".rstrip()
    )


def _until(due_ns: int, now_ns: int) -> str:
    return ago(min(due_ns, now_ns), max(due_ns, now_ns))


# Explanations


def decision_lines(decision: Decision, board: Board, policy: Policy, names: Names) -> Iterator[str]:
    """Yield a decision as its line and the lines of what it rests on."""
    entry, header = decision.entry, decision.entry.header
    assert header is not None
    yield fact_line(entry, board, names)
    told = [f"as {header.role} at {header.seat or 'no seat'}"]
    pack = pack_name(decision.pack, policy)
    if pack:
        told.append(f"under {pack}")
    if decision.chosen:
        same = decision.chosen == decision.suggested
        told.append(
            f"chose {decision.chosen}, {'as suggested' if same else f'where {decision.suggested} was suggested'}"
        )
    if decision.grounds:
        told.append(f"on the grounds {', '.join(decision.grounds)}")
    if decision.assessment is not None:
        told.append(f"on the assessment @{decision.assessment}")
    if decision.reason:
        told.append(f"because: {decision.reason}")
    if decision.second:
        told.append(f"proposed by {decision.proposer}, second look by {decision.second}")
    yield safe_text("         " + "; ".join(told))
    if decision.rests_on:
        yield "         rests on " + ", ".join(f"@{position}" for position in decision.rests_on)


def decision_object(decision: Decision, policy: Policy, names: Names) -> dict[str, Any]:
    """Return a decision as the object that `--json` prints."""
    header = decision.entry.header
    assert header is not None
    assert decision.entry.fact is not None
    return {
        "position": decision.entry.position,
        "name": decision.entry.name,
        "recorded": rfc3339(header.recorded),
        "occurred": rfc3339(header.occurred),
        "actor": header.actor,
        "role": header.role,
        "session": header.session,
        "seat": header.seat,
        "says": safe_text(sentence(decision.entry.fact, names)),
        "pack": pack_name(decision.pack, policy) or None,
        "pack_hash": decision.pack.hex() if decision.pack else None,
        "assessment": decision.assessment,
        "grounds": list(decision.grounds),
        "suggested": decision.suggested or None,
        "chosen": decision.chosen or None,
        "reason": decision.reason,
        "proposed_by": decision.proposer or None,
        "second_look": decision.second or None,
        "rests_on": list(decision.rests_on),
    }


def pack_name(digest: bytes | None, policy: Policy) -> str:
    """Return a pack's name and the beginning of its hash, empty where none was named."""
    if digest is None:
        return ""
    found = next((one for one in policy.adopted if one.digest == digest), None)
    return f"{found.pack if found else 'a pack not adopted here'} ({digest.hex()[:12]})"


# Progress


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[..., None]]:
    """Show a bar with rate and remaining time on standard error while long work runs; silent where nobody looks.

    Yields a function that takes how much of `total` is done and how many things that is, where that is another count.
    """
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), _Rate(""), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=total, things=0)
        yield lambda done, things=None: bar.update(task, completed=done, things=done if things is None else things)


class _Rate(TextColumn):
    def render(self, task: Any) -> Text:
        things, elapsed = task.fields["things"], task.elapsed or 0
        return Text(f"{things:,} ({things / elapsed:,.0f}/s)" if things and elapsed else "")
