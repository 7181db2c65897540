"""What the reading commands print: one item, its log, its decisions, the journal, the digest, verification, the store."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from hueandcry.domain import replay
from hueandcry.domain.fact import Entry, Erasure, FactRef, Record
from hueandcry.domain.foreign import Foreign
from hueandcry.domain.order import NS_PER_MIN, weight_of
from hueandcry.domain.reference import Kind, stream_text
from hueandcry.domain.staff import Approved
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import NOBODY, Desk
from hueandcry.operator.grammar import words_of
from hueandcry.operator.reference import Misread, find
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.watch import keep
from hueandcry.store import codec
from hueandcry.store.codec import Row
from hueandcry.store.evidence import Examination
from hueandcry.store.inbound import inner
from hueandcry.store.item import Item
from hueandcry.store.log import Log
from hueandcry.store.moment import ago, local_text, rfc3339
from hueandcry.store.naming import RoomNames, names_for
from hueandcry.store.sealed import Seals
from hueandcry.store.sqlite import FORMAT_VERSION
from hueandcry.store.subscription import Commits
from hueandcry.store.views import WORKED, Board, blank

COUNTED_EVERY = 4096
FOLLOWED_S = 60.0  # the longest wait of whoever follows; a commit ends it
READ = (*WORKED, Kind.FOREIGN)


def found(room: Room, board: Board, ref: str, session: str | None) -> Record:
    """Return the record that a reference names on a board; `.` needs a session, any other reference does not."""
    try:
        signed = room.signed(session)
    except Misread:
        signed = NOBODY
    desk = Desk(room.journal, board, room.identity, signed)
    words = [word.text for word in words_of(ref)]
    day = words[2] if len(words) == 3 and words[1] == "of" else None
    member = board.member(words[0]) if len(words) == 1 else None
    if member is not None:
        return member
    if len(words) != 1 and day is None:
        raise Misread(f"'{ref}' does not name an item; as in 57, 412 of 23/11, c4f7q")
    record = board.record(find(desk, words[0], READ, day))
    if record is None:
        raise Misread(f"there was no {ref} yet")
    return record


def show(room: Room, board: Board, now_ns: int, *, ref: str, json: bool, session: str | None) -> None:
    """Print where one item stands, and its log."""
    record = found(room, board, ref, session)
    entries = inner(room.door(session).stream(record.id, "show", board.position))
    names = names_for(board, record, now_ns, day=True)
    if json:
        console.say_json({**_standing(record, board, now_ns), "log": [console.fact_object(entry) for entry in entries]})
        return
    for name, value in _standing(record, board, now_ns).items():
        if value not in (None, "", [], False):
            console.say(safe_text(f"{name:<16} {value if not isinstance(value, list) else ', '.join(map(str, value))}"))
    for entry in entries:
        console.say(console.fact_line(entry, board, names))


def _standing(record: Record, board: Board, now_ns: int) -> dict[str, Any]:
    standing: dict[str, Any] = {
        "ref": board.name(record.id, now_ns),
        "kind": record.kind.name.lower(),
        "stream": stream_text(record.id),
    }
    if record.kind in WORKED:
        item = console.item_object(board.item(record, now_ns))
        standing |= {**item, "history": getattr(record, "history", False)}
        if not getattr(record, "open", True):
            standing |= {"owner": None, "queue": None}  # nobody has it any more
    if record.erasure is not Erasure.NONE:
        standing["erasure"] = record.erasure.value
    incidents = getattr(record, "contacts", ())
    if incidents:
        standing["contacts"] = [board.name(one, now_ns) for one in incidents]
    for name in ("incident", "result", "not_asked", "suggested", "collar"):
        value = getattr(record, name, None)
        standing[name] = board.name(value, now_ns) if isinstance(value, bytes) else value
    if isinstance(record, Foreign):
        standing |= {"origin": record.origin, "theirs": stream_text(record.stream), "facts": len(record.held)}
    if record.kind is Kind.STAFF:
        standing["roles"] = [role.value for role in getattr(record, "roles", ())]
    return {name: value for name, value in standing.items() if value is not None}


def log(room: Room, board: Board, now_ns: int, *, ref: str, json: bool, session: str | None) -> None:
    """Print the log of one item."""
    record = found(room, board, ref, session)
    names = names_for(board, record, now_ns)
    for entry in inner(room.door(session).stream(record.id, "log", board.position)):
        if json:
            console.say_json(console.fact_object(entry))
        else:
            console.say(console.fact_line(entry, board, names))


def explain(room: Room, board: Board, now_ns: int, *, ref: str, json: bool, session: str | None) -> None:
    """Print each decision on an item with what it rests on."""
    record = found(room, board, ref, session)
    names = names_for(board, record, now_ns)
    entries = _story(room, record, board.position, session)
    decisions = replay.explain(entries)
    if json:
        console.say_json(
            {
                "ref": board.name(record.id, now_ns),
                "stream": stream_text(record.id),
                "position": board.position,
                "order": _order_object(record, board, now_ns) if record.kind in WORKED else None,
                "decisions": [console.decision_object(one, board.policy, names) for one in decisions],
                "facts": [console.fact_object(entry) for entry in sorted(entries, key=lambda one: one.position)],
            }
        )
        return
    if record.kind in WORKED and getattr(record, "open", False):
        console.say(_order(record, board, now_ns))
    told = {entry.position for entry in entries}
    for decision in decisions:
        for line in console.decision_lines(decision, board, board.policy, names):
            console.say(line)
        for entry in entries:
            if entry.position in decision.rests_on and entry.position in told:
                told.discard(entry.position)
                console.say("           " + console.fact_line(entry, board, names))
    console.say(
        f"{counted(len(decisions), 'decision')}, explained from {counted(len(entries), 'fact')} up to @{board.position}"
    )


def _order_object(record: Record, board: Board, now_ns: int) -> dict[str, Any]:
    """Return what places an open item in its queue: what it weighs and why, how long it waits, and which it is."""
    weight, added_min = weight_of(record, board.policy), board.policy.grades.order.added_min
    queue = [one.stream for one in board.items(now_ns) if one.queue == board.item(record, now_ns).queue]
    return {
        "risk": weight.risk,
        "grounds": dict(weight.grounds),
        "minutes": weight.minutes(now_ns),
        "added_min": added_min,
        "risk_minutes": weight.risk_minutes(now_ns, added_min),
        "place": queue.index(record.id) + 1 if record.id in queue else None,
        "of": len(queue),
    }


def _order(record: Record, board: Board, now_ns: int) -> str:
    told = _order_object(record, board, now_ns)
    grounds = " + ".join(f"{what} {weight}" for what, weight in told["grounds"].items())
    return safe_text(
        f"Place {told['place']} of {told['of']} in {board.item(record, now_ns).queue}: risk {told['risk']} ({grounds}) "
        f"x ({told['minutes']} minutes waited + {told['added_min']}) = {told['risk_minutes']}"
    )


def queues(board: Board, now_ns: int, *, json: bool) -> None:
    """Print each queue with how much stands in it, how old, and how much risk has waited in it."""
    found: dict[str, list[Item]] = {}
    for item in board.items(now_ns):
        found.setdefault(item.queue, []).append(item)
    for queue, items in found.items():
        minutes = sum(one.risk * (max(0, now_ns - one.since) // NS_PER_MIN) for one in items)
        oldest = min(one.since for one in items)
        counts = {
            "vulnerable": sum(one.vulnerable for one in items),
            "overdue": sum(one.overdue for one in items),
            "promises_broken": sum(one.broken for one in items),
            "escalated": sum(bool(one.escalated) for one in items),
        }
        if json:
            console.say_json(
                {"queue": queue, "open": len(items), "oldest": rfc3339(oldest), "risk_minutes": minutes, **counts}
            )
            continue
        flags = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
        line = f"{queue:<9} {len(items):>5} open  oldest {ago(oldest, now_ns):>6}  {minutes:>9,} risk-minutes  {flags}"
        console.say(safe_text(line.rstrip()))
    if not json:
        console.say(f"{sum(map(len, found.values()))} open in {counted(len(found), 'queue')}")


def _story(room: Room, record: Record, position: int, session: str | None) -> list[Entry]:
    """Return the opened entries of a record's story, with the proposals and approvals that its facts name."""
    journal = room.journal
    rows = [row for stream in replay.story(record) for row in journal.stream_rows(stream, position)]
    for ref in [ref for row in rows if (ref := getattr(codec.decode(row).fact, "approval", None)) is not None]:
        approved = _row(journal, ref)
        said = codec.decode(approved).fact if approved is not None else None
        proposed = _row(journal, said.said) if isinstance(said, Approved) else None
        rows += [row for row in (approved, proposed) if row is not None]
    return inner(room.door(session).opened(sorted(rows), "explain"))


def _row(journal: Log, ref: FactRef) -> Row | None:
    return next((row for row in journal.stream_rows(ref.stream) if row.version == ref.version), None)


class Span(Struct, frozen=True):
    """Which part of the journal: behind a position, up to an occurred time (ns UTC), and on into the future."""

    after: int = 0
    occurred: int | None = None
    follow: bool = False


def journal(
    room: Room,
    board: Board,
    now_ns: int,
    *,
    span: Span,
    json: bool = False,
) -> None:
    """Print the journal up to the board's position; with `follow`, go on with what others record."""
    names = RoomNames(board, now_ns)

    def print_all(entries: Iterable[Entry]) -> None:
        for entry in entries:
            if span.occurred is not None and (entry.header is None or entry.header.occurred > span.occurred):
                continue
            if json:
                console.say_json(console.fact_object(entry))
            else:
                console.say(console.fact_line(entry, board, names))

    print_all(room.journal.entries(span.after, board.position))
    if not span.follow:
        return
    with Commits(room.journal) as commits:
        while True:
            print_all(board.catch_up())
            commits.wait(FOLLOWED_S)


def digest(room: Room, board: Board, *, json: bool) -> None:
    """Print the digest of all records at the board's position."""
    root = room.journal.root_at(board.position)
    with console.progress("replaying", board.position) as seen:
        streams = _counted(room.journal.streams(board.position), seen)
        found = replay.digest(board.position, root, streams, blank)
    if json:
        console.say_json({"position": board.position, "root": root.hex(), "digest": found})
    else:
        console.say(f"{found} @{board.position}")


def _counted(entries: Iterable[Entry], seen: Callable[[int], None]) -> Iterator[Entry]:
    for count, entry in enumerate(entries, 1):
        if not count % COUNTED_EVERY:
            seen(count)
        yield entry


def verify(room: Room, *, json: bool, only_new: bool = False, closed: bool = False) -> bool:
    """Verify the store and print what came of it; tells whether all is as it was written."""
    seals = room.journal.seals if not closed and room.journal.seals.at_hand else None
    examination = Examination(room.folder, room.journal, room.keys_at_hand, seals)
    with console.progress("verifying", room.journal.max_notification_id()) as seen:
        examined = examination.examine(seen, only_new=only_new)
    result = examined.journal
    if json:
        findings = [{"position": one.position, "part": one.part, "what": one.what} for one in examined.findings]
        console.say_json(
            {
                "position": result.size,
                "since": result.since,
                "root": result.root.hex(),
                "recorded": rfc3339(result.recorded),
                "seals_opened": result.opened,
                "seals_not_checked": result.unopened,
                "checkpoints": examined.checkpoints,
                "checkpoints_not_checked": examined.unsigned,
                "accesses": examined.accesses,
                "findings": findings,
            }
        )
    elif examined.findings:
        for finding in examined.findings:
            console.complain(f"hue: {finding.text()}")
    else:
        since = f" behind @{result.since}" if result.since else ""
        console.say(f"{counted(result.size - result.since, 'fact')} verified{since}, root {result.root.hex()}")
        why = f": {_why_unopened(seals, closed=closed)}" if result.unopened else ""
        console.say(f"{counted(result.opened, 'seal')} opened and checked, {result.unopened} not{why}")
        console.say(
            f"{counted(examined.checkpoints, 'checkpoint')} held"
            + (f", {examined.unsigned} not, for want of their public key" if examined.unsigned else "")
            + f"; {counted(examined.accesses, 'entry', 'entries')} of the access log"
        )
    return not examined.findings


def _why_unopened(seals: Seals | None, *, closed: bool) -> str:
    if closed:
        return "they were left closed"
    return "their keys are not at hand" if seals is None else "their records are erased"


def watch(room: Room, *, once: bool, tick_s: float, json: bool) -> None:
    """Keep the watch and print what it records."""

    def told(entries: list[Entry]) -> None:
        for entry in entries:
            if json:
                console.say_json(console.fact_object(entry))
        if not json:
            console.say_facts(entries, room.board, room.identity.now())

    def wait() -> bool:
        if not once:
            time.sleep(tick_s)
        return not once

    def warn(why: str) -> None:
        console.complain(f"hue: checkpoints are not signed: {why}")

    keep(room, wait, told, warn)


def load(room: Room, desk: Desk, file: Path, map_name: str, *, json: bool) -> int:
    """Load a file as history, print the counts, and return how many rows were rejected."""
    from hueandcry.operator.intake.loader import Loader

    loader = Loader(room.folder, desk, map_name)
    with console.progress(f"loading {safe_text(file.name)}", file.stat().st_size) as seen:
        counts = loader.load(file, seen)
    if json:
        console.say_json(counts.as_object())
    else:
        console.say(
            f"{counts.read} rows read, {counts.recorded} recorded, {counts.duplicates} known already, {counts.rejected} rejected"
        )
    if counts.rejected:
        console.complain(
            f"hue: {counts.rejected} rows were rejected; they stand with their reasons in {loader.side_path}"
        )
    return counts.rejected


def info(room: Room, *, json: bool) -> None:
    """Print what the store is."""
    board, tip = room.board, room.journal.tip()
    policy = board.policy
    document: dict[str, Any] = {
        "store": str(room.folder.path),
        "engine": "sqlite",
        "format": FORMAT_VERSION,
        "format_fixed": True,
        "force": policy.force,
        "name": policy.name.decode("utf-8", "replace"),
        "zone": policy.zone,
        "position": tip.size,
        "root": tip.root.hex(),
        "recorded": rfc3339(tip.recorded),
        "open": len(board.open()),
        "packs": [{"kind": one.kind.value, "pack": one.pack, "hash": one.digest.hex()} for one in policy.adopted],
        "signed_on": [
            {"collar": member.collar, "session": one.session, "seat": one.seat, "place": one.place.value}
            for member, one in board.sessions()
        ],
    }
    if json:
        console.say_json(document)
        return
    for name, value in document.items():
        lines = value if isinstance(value, list) else [value]
        for line in lines:
            text = " ".join(str(part) for part in line.values()) if isinstance(line, dict) else line
            console.say(safe_text(f"{name:<13} {text}"))
    console.say(f"{'last recorded':<13} {local_text(tip.recorded, board.zone, day=True)} local time")
