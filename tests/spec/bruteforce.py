"""What the wall shows, counted by brute force: each figure from all facts anew, in plain loops that keep nothing in between.

Theory of operation. It looks at the names and fields of facts and walks each record from its first fact on; it knows nothing of the
folds that it is held against. What a queue weighs is asked of a board of that moment.
"""

from collections import Counter
from typing import Any

from hueandcry.domain.fact import Entry, Record, fold
from hueandcry.domain.incident import Incident
from hueandcry.domain.knowing import What
from hueandcry.operator.queues import queues
from hueandcry.store.log import Log
from hueandcry.store.records import blank
from hueandcry.store.views import Board
from tests.spec.harness import MINUTE
from tests.staging import S

HOUR = 60 * MINUTE
DAY = 24 * HOUR
TEN = 10 * MINUTE
READ = (What.NOTE, What.CHANGE, What.UPDATE)
SEEN_BY = {
    **dict.fromkeys(READ, ("incident.update_seen",)),
    What.ESCALATION: ("incident.escalation_acknowledged", "expedite.escalation_acknowledged"),
    What.PARTNER: ("expedite.decided",),
    What.DESK: ("incident.desk_reviewed",),
}
CHANGES = ("incident.contacted", "incident.changed", "incident.absorbed")
ENDS = ("contact.answered", "contact.abandoned")


def occurred(one: Entry) -> int:
    """Return when it happened (ns UTC)."""
    assert one.header is not None
    return one.header.occurred


def recorded(one: Entry) -> int:
    """Return when the journal learned of it (ns UTC)."""
    assert one.header is not None
    return one.header.recorded


# Answers, contacts, risk, promises


def answers(entries: list[Entry], now_ns: int) -> dict[str, tuple[int | None, ...]]:
    """Return by channel: ringing, longest, answered, half, 9 of 10, within 10 s on 999, lost; by the first end of each ring."""
    found: dict[str, tuple[list[int], list[int], list[int]]] = {"999": ([], [], []), "101": ([], [], [])}
    for rang in (one for one in entries if one.name == "contact.rang"):
        fact: Any = rang.fact
        end = next((one for one in entries if one.stream == rang.stream and one.name in ENDS), None)
        if end is not None and occurred(end) <= now_ns - HOUR:
            continue
        ringing, waits, lost = found.setdefault(fact.channel.value, ([], [], []))
        if end is None:
            ringing.append(now_ns - occurred(rang))
        else:
            (waits if end.name == ENDS[0] else lost).append(occurred(end) - occurred(rang))
    return {channel: _counts(*one, within=10 if channel == "999" else None) for channel, one in found.items()}


def _counts(ringing: list[int], waits: list[int], lost: list[int], within: int | None) -> tuple[int | None, ...]:
    def of_a_hundred(percent: int) -> int | None:
        enough = [one for one in waits if sum(two <= one for two in waits) * 100 >= percent * len(waits)]
        return min(enough) // S if enough else None

    longest = max(ringing) // S if ringing else None
    in_time = None if within is None else len([one for one in waits if one <= within * S])
    return len(ringing), longest, len(waits), of_a_hundred(50), of_a_hundred(90), in_time, len(lost)


def contacts(entries: list[Entry], now_ns: int) -> tuple[int, ...]:
    """Return how many rang in each of the last twelve quarters of an hour."""
    ago = [(now_ns - occurred(one)) // (15 * MINUTE) for one in entries if one.name == "contact.rang"]
    return tuple(ago.count(quarter) for quarter in reversed(range(12)))


def risk(log: Log, now_ns: int) -> tuple[int, ...]:
    """Return what all queues came to at each of the last twelve quarters of an hour."""
    return tuple(_risk_at(log, now_ns - back * 15 * MINUTE) for back in reversed(range(12)))


def _risk_at(log: Log, moment: int) -> int:
    board = Board(log, log.position_at(moment))
    board.catch_up()
    return sum(one.risk_minutes for one in queues(board.items(moment), moment))


def promises(entries: list[Entry], now_ns: int) -> tuple[int, int]:
    """Return how many promises are open whose time has passed, and how many were recorded as broken since midnight UTC."""
    due = {}
    for one in entries:
        fact: Any = one.fact
        if one.name == "record.promised":
            due[one.stream, one.version] = fact.due
        elif one.name in ("record.promise_kept", "record.promise_released"):
            del due[one.stream, fact.number]
    today = [one for one in entries if one.name == "record.promise_broken" and occurred(one) // DAY == now_ns // DAY]
    return sum(one <= now_ns for one in due.values()), len(today)


def unacknowledged(log: Log, now_ns: int) -> list[tuple[int, bytes, int]]:
    """Return the escalations that nobody has acknowledged, of what a board of that moment lists as escalated."""
    board, found = Board(log, log.position_at(now_ns)), []
    board.catch_up()
    for item in (one for one in board.items(now_ns) if one.escalated):
        record: Any = board.records[item.stream]
        for one in log.stream(item.stream, board.position):
            if one.name in ("incident.escalated", "expedite.escalated"):
                state = next(each for each in record.escalations if each.number == one.version)
                if not state.acknowledged and state.due >= getattr(record, "disputed", 0):
                    found.append((occurred(one), one.stream, one.version))
    return sorted(found)


# From learned to seen


def learned(entries: list[Entry], now_ns: int) -> dict[What, tuple[int | None, ...]]:
    """Return of each sort: seen, half within, the longest, never seen, waiting, since when the longest."""
    ended: dict[What, list[tuple[int, int, bool]]] = {what: [] for what in What}
    waits: dict[What, list[int]] = {what: [] for what in What}
    for stream in {one.stream for one in entries}:
        record, waiting = blank(stream), dict[tuple[What, int], int]()
        for one in (each for each in entries if each.stream == stream):
            assert record is not None
            before, record = record, fold(record, (one,))
            after = _after(before, record, one, waiting)
            for key, since in waiting.items():
                if key not in after:
                    ended[key[0]].append((recorded(one), since, one.name in SEEN_BY[key[0]]))
            waiting = after
        for (what, _), since in waiting.items():
            waits[what].append(since)
    return {what: _in_an_hour(ended[what], waits[what], now_ns) for what in What}


def _after(before: Record, after: Any, one: Entry, was: dict[tuple[What, int], int]) -> dict[tuple[What, int], int]:
    """Return what waits to be seen after a fact, from what waited before it."""
    found: dict[tuple[What, int], int] = {}
    if isinstance(before, Incident) and after.open:
        found |= {key: since for key, since in was.items() if key[0] in READ and after.unread}
        if after.unread > before.unread:
            material = one.name in CHANGES or after.changed == one.version
            notes = one.name in ("record.noted", "record.corrected")
            found[What.NOTE if notes else What.CHANGE if material else What.UPDATE, one.version] = recorded(one)
        if _for_desk(after) and (not _for_desk(before) or (What.DESK, 0) in was) and one.name not in SEEN_BY[What.DESK]:
            found[What.DESK, 0] = was.get((What.DESK, 0), recorded(one))
    if getattr(after, "unacknowledged", None) is not None:
        for each in after.escalations:
            if not each.acknowledged and each.due >= getattr(after, "disputed", 0):
                found[What.ESCALATION, each.number] = each.raised
    if hasattr(after, "decision") and after.open and (after.decision is None or after.disputed):
        found[What.PARTNER, 0] = was.get((What.PARTNER, 0), recorded(one))
    return found


def _for_desk(incident: Incident) -> bool:
    return incident.open and incident.vulnerable and incident.stage.value in ("opened", "graded")


def _in_an_hour(ended: list[tuple[int, int, bool]], waits: list[int], now_ns: int) -> tuple[int | None, ...]:
    hour = [(moment - since, seen) for moment, since, seen in ended if moment > now_ns - HOUR]
    seen = sorted(wait for wait, was_seen in hour if was_seen)
    half, longest = (seen[(len(seen) - 1) // 2] // S, seen[-1] // S) if seen else (None, None)
    return len(seen), half, longest, len(hour) - len(seen), len(waits), min(waits, default=None)


# Interruptions


def interruptions(entries: list[Entry]) -> list[tuple[int, str, str, str, str | bytes]]:
    """Return each interruption of whoever is signed on: when, of whom, by what sort, how pressing, and from where it comes."""
    found = []
    for place, one in enumerate(entries):
        called = _called(one, entries[:place])
        if called is not None:
            sort, priority, owners, cause = called
            people = {collar for owner in owners for collar in _people(owner, entries[:place])}
            found += [(recorded(one), collar, sort, priority, cause) for collar in people]
    return found


def _called(one: Entry, before: list[Entry]) -> tuple[str, str, tuple[str, ...], str | bytes] | None:
    """Return by what sort a fact interrupts, how pressing it is, whom (people or roles), and from where it comes."""
    fact: Any = one.fact
    match one.name:
        case "contact.rang" if fact.channel.value == "999":
            return "999", "high", ("handler",), ""
        case "contact.partner_known" if _record(one, before).channel.value != "999":
            return "partner", "medium", ("vulnerability",), fact.site
        case "resource.emergency_called":
            return "crew-emergency", "high", ("dispatcher",), one.stream
        case "resource.unheard_of":
            return "crew-unheard", _crews_priority(one, before), ("dispatcher",), one.stream
        case "incident.escalated" | "expedite.escalated":
            return "escalated", _priority(one, before), fact.who or (fact.to.value,), one.stream
        case "record.promise_broken":
            return "promise-broken", _priority(one, before), (fact.owner,), one.stream
        case "record.brought_up":
            return "bring-up", _priority(one, before), (_record(one, before).owner,), one.stream
        case "record.question_rang":
            return "question", _priority(one, before), (_record(one, before).owner,), fact.question
        case "policy.volume_fell":
            return "question", "low", ("supervisor",), fact.question
        case _:
            return None


def _record(one: Entry, before: list[Entry], stream: bytes = b"") -> Any:
    wanted = stream or one.stream
    record = blank(wanted)
    assert record is not None
    return fold(record, [each for each in (*before, one) if each.stream == wanted])


def _priority(one: Entry, before: list[Entry], stream: bytes = b"") -> str:
    record = _record(one, before, stream)
    grade = getattr(record, "grade", "")
    lane = hasattr(record, "decision") or (hasattr(record, "channel") and record.queue == "partner")
    return "high" if grade == "1" else "medium" if grade == "2" or lane else "low"


def _crews_priority(one: Entry, before: list[Entry]) -> str:
    incident = _record(one, before).incident
    return "low" if incident is None else _priority(one, before, incident)


def _people(owner: str, before: list[Entry]) -> list[str]:
    """Return who was signed on of a role, or the one person, from what was said of staff up to there."""
    collars: dict[bytes, str] = {}
    roles: dict[str, set[str]] = {}
    sessions: dict[str, set[str]] = {}
    for one in before:
        fact: Any = one.fact
        match one.name:
            case "staff.registered":
                collars[one.stream] = fact.collar
            case "staff.role_granted":
                roles.setdefault(collars[one.stream], set()).add(fact.role.value)
            case "staff.signed_on":
                sessions.setdefault(collars[one.stream], set()).add(fact.session)
            case "staff.signed_off":
                sessions[collars[one.stream]].remove(fact.session)
    return [one for one in sessions if sessions[one] and (one == owner or owner in roles[one])]


def load(told: list[tuple[int, str, str, str, str | bytes]], collar: str, since: int, now_ns: int) -> dict[str, Any]:
    """Return what interrupted one operator since they signed on: now, worst, by ten minutes, by priority, by cause."""
    first = max(since, now_ns - 12 * HOUR)
    mine = [one for one in told if one[1] == collar and first <= one[0] <= now_ns]
    windows = [len([one for one in mine if begin <= one[0] < begin + TEN]) for begin in range(first, now_ns + 1, TEN)]
    return {
        "now": len([one for one in mine if now_ns - TEN < one[0]]),
        "worst": max((len([two for two in mine if one[0] - TEN < two[0] <= one[0]]) for one in mine), default=0),
        "windows": tuple(windows),
        "mix": {name: len([one for one in mine if one[3] == name]) for name in ("high", "medium", "low")},
        "causes": Counter((one[2], one[4]) for one in mine),
    }
