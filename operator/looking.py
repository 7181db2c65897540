"""Reading the access log: who was shown a record, or what a member of staff was shown."""

from hueandcry.domain.access import Read, Searched, Shown
from hueandcry.domain.fact import Entry
from hueandcry.domain.reference import read_stream, stream_text
from hueandcry.operator import console, dossier
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.text import counted, safe_text
from hueandcry.store.moment import local_text, rfc3339


def access(room: Room, about: str, *, session: str | None, json: bool) -> None:
    """Print the entries about an item or by a member of staff; that somebody asked is itself an entry, written first."""
    board = room.board
    member = board.member(about)
    record = member or dossier.found(room, board, about, session)
    stream = record.id if member is None else None
    asked = stream_text(record.id) if member is None else member.collar
    room.access.read(room.door(session).viewer, asked)
    shown = 0
    for entry in room.access.entries():
        if _concerns(entry, stream, member.collar if member is not None else ""):
            shown += 1
            _say(room, entry, json=json)
    if not json:
        console.say(counted(shown, "entry", "entries"))


def _concerns(entry: Entry, stream: bytes | None, collar: str) -> bool:
    if entry.header is None:
        return False
    if stream is None:
        return entry.header.actor == collar
    asked = isinstance(entry.fact, Read) and entry.fact.about == stream_text(stream)
    return asked or (isinstance(entry.fact, Shown | Searched) and stream in entry.fact.records)


def _say(room: Room, entry: Entry, *, json: bool) -> None:
    header, fact = entry.header, entry.fact
    assert header is not None
    assert isinstance(fact, Shown | Read | Searched)
    shown = () if isinstance(fact, Read) else fact.records
    records = [stream_text(one) for one in shown]
    if json:
        console.say_json(
            {
                "position": entry.position,
                "occurred": rfc3339(header.occurred),
                "recorded": rfc3339(header.recorded),
                "actor": header.actor,
                "role": header.role,
                "seat": header.seat,
                "session": header.session,
                "name": entry.name,
                "screen": fact.screen if isinstance(fact, Shown) else None,
                "records": records,
                "by": list(fact.by) if isinstance(fact, Searched) else None,
                "about": fact.about if isinstance(fact, Read) else None,
                "journal_size": fact.size,
                "journal_root": fact.root.hex(),
            }
        )
        return
    names = ", ".join(room.board.name(one) for one in shown)
    what = ""
    match fact:
        case Shown():
            what = f"{names} on {fact.screen}"
        case Searched():
            what = f"searched people by {', '.join(fact.by)}: {names or 'nobody'} found"
        case Read():
            what = f"read the access log for {_name(room, fact.about)}"
    when = local_text(header.occurred, room.board.zone, day=True)
    console.say(safe_text(f"{when} {header.actor:<8} {header.role or '-':<24} {what} (journal at @{fact.size})"))


def _name(room: Room, about: str) -> str:
    """Return how people name what was asked about: a record by its name here, a member of staff by their collar number."""
    stream = read_stream(about)
    return about if stream is None else room.board.name(stream)
