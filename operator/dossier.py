"""What is printed of one item: where it stands, its log, and its decisions with what each rests on.

Theory of operation. Each is a function of the journal up to a position; sealed words are opened at the door, which writes who
was shown them. What is printed for machines has stable keys.
"""

from typing import Any

from hueandcry.domain import replay
from hueandcry.domain.fact import Entry, Erasure, FactRef, Record
from hueandcry.domain.foreign import Foreign
from hueandcry.domain.incident import Incident
from hueandcry.domain.order import weight_of
from hueandcry.domain.reference import Kind, stream_text
from hueandcry.domain.staff import Approved
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.callers import known, unchecked
from hueandcry.operator.desk import NOBODY, Desk
from hueandcry.operator.reference import Misread, find
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.whereabouts import placed, where
from hueandcry.operator.words import words_of
from hueandcry.store import codec
from hueandcry.store.codec import Row
from hueandcry.store.inbound import inner
from hueandcry.store.log import Log
from hueandcry.store.naming import names_for
from hueandcry.store.records import WORKED
from hueandcry.store.views import Board

COUNTED_EVERY = 4096
FOLLOWED_S = 60.0  # the longest wait of whoever follows; a commit ends it
READ = (*WORKED, Kind.FOREIGN, Kind.NOMINAL, Kind.EPISODE, Kind.REVIEW, Kind.PARTNER)


def found(room: Room, board: Board, ref: str, session: str | None) -> Record:
    """Return the record that a reference names on a board; `.` needs a session, any other reference does not."""
    desk = _reader(room, board, session)
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


def _reader(room: Room, board: Board, session: str | None) -> Desk:
    """Return the desk of whoever reads, signed on or not."""
    try:
        signed = room.signed(session)
    except Misread:
        signed = NOBODY
    return Desk(room.journal, board, room.identity, signed)


def show(room: Room, board: Board, now_ns: int, *, ref: str, json: bool, session: str | None) -> None:
    """Print where one item stands, what is known now of who is calling and who is involved, and its log."""
    record, door = found(room, board, ref, session), room.door(session)
    entries = inner(door.stream(record.id, "show", board.position))
    names = names_for(board, record, now_ns, day=True)
    place = where(door, record, "show", names.closed)
    standing = _standing(record, board, now_ns) | ({"place": place} if place else {})
    now_known = (
        known(_reader(room, board, session), record.id).lines if board.position == room.journal.tip().size else ()
    )
    standing |= {"known": lines} if (lines := [*now_known, *unchecked(record)]) else {}
    if json:
        console.say_json({**standing, "log": [console.fact_object(entry) for entry in entries]})
        return
    for line in standing.pop("known", ()):
        console.say(f"{'known':<16} {line}")
    for name, value in standing.items():
        if value not in (None, "", [], False):
            console.say(safe_text(f"{name:<16} {value if not isinstance(value, list) else ', '.join(map(str, value))}"))
    for entry in placed(door, record, entries, "show"):
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
    for name in ("resources", "qualifiers", "tags", "crime", "silent", "helped_by", "operator_on"):
        standing[name] = getattr(record, name, None) or None
    for name in ("incident", "result", "suggested", "collar", "merged_into"):
        value = getattr(record, name, None)
        standing[name] = board.name(value, now_ns) if isinstance(value, bytes) else value
    if isinstance(record, Incident):
        standing["ties"] = [f"{board.name(one.to, now_ns)} ({one.how})" for one in record.ties]
        agencies = record.major.agencies if record.major is not None else ()
        standing["agencies"] = [
            f"{one.agency} {'knows' if one.acknowledged else 'told' if one.told else 'not told'}" for one in agencies
        ]
    if isinstance(record, Foreign):
        standing |= {"origin": record.origin, "theirs": stream_text(record.stream), "facts": len(record.held)}
    if record.kind is Kind.STAFF:
        standing["roles"] = [role.value for role in getattr(record, "roles", ())]
    return {name: value for name, value in standing.items() if value is not None}


def log(room: Room, board: Board, now_ns: int, *, ref: str, json: bool, session: str | None) -> None:
    """Print the log of one item."""
    record = found(room, board, ref, session)
    names, door = names_for(board, record, now_ns), room.door(session)
    entries = inner(door.stream(record.id, "log", board.position))
    for entry in entries if json else placed(door, record, entries, "log"):
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
