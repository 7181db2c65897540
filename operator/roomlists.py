"""Lists of the room beside its board: resources, likely duplicates, a day's crimes, faults of the system."""

from collections.abc import Iterator
from pathlib import Path

from hueandcry.domain.crime import CrimeRecorded, NoteReconciled
from hueandcry.domain.fault import ForeignFault, Refused
from hueandcry.domain.fault_note import FaultNoted
from hueandcry.domain.grading import Regraded
from hueandcry.domain.incident import Incident
from hueandcry.domain.partner import Partner, PersonNamed
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import NS_PER_S, is_code, stream_text
from hueandcry.domain.staff import Proposal, Staff
from hueandcry.domain.welfare import CARERS
from hueandcry.operator import console, dossier
from hueandcry.operator.attention import Attention
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.duplicates import duplicates as alike
from hueandcry.operator.reference import Misread
from hueandcry.operator.searching import who_lines
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.verbs import READER
from hueandcry.operator.wall import wall_lines
from hueandcry.operator.work.staff import proposed_line
from hueandcry.store.item import Item
from hueandcry.store.moment import ago, local_day, local_text, read_day, read_moment, rfc3339
from hueandcry.store.naming import RoomNames
from hueandcry.store.sealed import Door
from hueandcry.store.views import Board

DAY_NS = 86_400 * NS_PER_S


def lines_of(desk: Desk, name: str) -> list[str]:
    """Return a list of the room by its name, line by line, safe to show."""
    match name:
        case "alerts":
            return alert_lines(desk.board, desk.signed.collar, desk.identity.now())
        case "dispatch":
            return dispatch_lines(desk.board, desk.identity.now())
        case "units":
            return unit_lines(desk.board, desk.identity.now())
        case "desk":
            return desk_lines(desk.board, desk.identity.now())
        case "partners":
            return partner_lines(desk.board, desk.door)
        case "welfare":
            return welfare_lines(desk)
        case "proposals":
            return proposal_lines(desk)
        case "wall":
            return wall_lines(desk)
        case _:
            return who_lines(desk, name.removeprefix("who"))


def alert_lines(board: Board, collar: str, now_ns: int) -> list[str]:
    """Return every item that calls for somebody, the most pressing first, with what it is and the verb that answers."""
    attention = Attention(collar)
    for item in (items := board.items(now_ns)):
        attention.take(item.stream, item)
    by_stream = {item.stream: item for item in items}
    lines = [console.item_line(by_stream[stream], now_ns) for stream in attention.streams()]
    kinds = ", ".join(call.says() for call in attention.calls())
    return [*lines, safe_text(f"{counted(len(lines), 'item')} call for somebody{f': {kinds}' if kinds else ''}")]


def dispatch_lines(board: Board, now_ns: int) -> list[str]:
    """Return the incidents that have no crew, those that have one, and the crews."""
    incidents = [one for one in board.items(now_ns) if one.kind == "incident"]
    sent = [one for one in incidents if one.queue == "deployed"]
    waiting = [one for one in incidents if one.queue not in ("deployed", "closing")]
    lines = []
    for name, items in (("no crew yet", waiting), ("deployed", sent)):
        lines += [f"{name}: {len(items)}", *(f"  {console.item_line(one, now_ns)}" for one in items)]
    return [*lines, *unit_lines(board, now_ns)]


def welfare_lines(desk: Desk) -> list[str]:
    """Return whom a supervisor is asked to see to, and who is free to cover; nothing to whoever is none."""
    me = desk.board.member(desk.signed.collar)
    if me is None or not set(me.roles).intersection(CARERS):
        return [f"this is for {' or '.join(role.value for role in CARERS)}"]
    lines = []
    for member in desk.board.staff.values():
        for care in (one for one in member.care if not one.seen):
            cover = ", ".join(care.cover) or "NOBODY FREE"
            answer = {"": "not answered", "take": "on a break", "later": "later", "over": "back"}[care.answer]
            when = local_text(care.offered, desk.board.zone, day=True)
            again = "  asked again" if care.asked else ""
            lines.append(safe_text(f"{member.collar:<10} {when}  break: {answer}  cover then: {cover}{again}"))
    return [*lines, f"{counted(len(lines), 'member')} to see to: 'seeto COLLAR' once you have"]


def for_desk(board: Board, now_ns: int) -> list[tuple[str, list[Item]]]:
    """Return what the vulnerability desk looks at, part by part: the partners' lane, whoever nobody is sent to, referrals."""
    items = board.items(now_ns)
    return [
        ("partners' lane", [one for one in items if one.queue == "partner"]),
        (
            "vulnerable, nobody sent",
            sorted((one for one in items if one.desk_due is not None), key=lambda one: one.desk_due or 0),
        ),
        ("referrals", [one for one in items if one.kind == "referral"]),
    ]


def desk_lines(board: Board, now_ns: int) -> list[str]:
    """Return what the vulnerability desk looks at, a line each, part by part with how many there are."""
    lines = []
    for name, items in for_desk(board, now_ns):
        lines.append(f"{name}: {len(items)}")
        for item in items:
            by = "" if item.desk_due is None else f"  look by {local_text(item.desk_due, board.zone)[:5]}"
            lines.append(f"  {console.item_line(item, now_ns)}{by}")
    return lines


def desk(board: Board, now_ns: int, *, json: bool) -> None:
    """Print what the vulnerability desk looks at."""
    for line in () if json else desk_lines(board, now_ns):
        console.say(line)
    for name, items in for_desk(board, now_ns) if json else ():
        for item in items:
            console.say_json({"part": name, **console.item_object(item)})


def partner_lines(board: Board, door: Door) -> list[str]:
    """Return every registered partner with its sites, numbers and people; the access log says whose people were shown."""
    lines = []
    for one in board.partners():
        phrase = "phrase set" if one.phrase is not None else "no phrase"
        lines.append(safe_text(f"{one.partner}  {one.sort}  {_text(one.name)}  {phrase}"))
        for site in one.sites:
            numbers = ", ".join(f"+{number}" for number in site.numbers) or "no number"
            lines.append(safe_text(f"  {site.site:<16} {_text(site.name)}  {numbers}"))
        for number, named in _people(door, one):
            lines.append(safe_text(f"    {number}: {named.name}, {named.role}, {named.number} ({named.site})"))
    return [*lines, f"{counted(len(board.partners()), 'partner')} registered"]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def _people(door: Door, partner: Partner) -> list[tuple[int, PersonNamed]]:
    entries = door.stream(partner.id, "partners") if partner.people else []
    return [
        (one.version, one.fact) for one in entries if partner.names(one.version) and isinstance(one.fact, PersonNamed)
    ]


def partners(room: Room, board: Board, *, session: str | None, json: bool) -> None:
    """Print every registered partner."""
    door = room.door(session)
    for line in () if json else partner_lines(board, door):
        console.say(line)
    for one in board.partners() if json else ():
        people = [
            {"number": number, "site": who.site, "name": who.name, "role": who.role, "own_number": who.number}
            for number, who in _people(door, one)
        ]
        sites = [
            {"site": site.site, "name": _text(site.name), "numbers": [f"+{number}" for number in site.numbers]}
            for site in one.sites
        ]
        console.say_json({
            "partner": one.partner, "name": _text(one.name), "sort": one.sort, "phrase": one.phrase is not None,
            "sites": sites, "people": people,
        })  # fmt: skip


def unit_lines(board: Board, now_ns: int) -> list[str]:
    """Return every resource on the list, a line each, whoever calls for help first, and how many there are."""
    lines = []
    for one in sorted(board.resources(), key=lambda one: (not one.emergency, not one.unheard)):
        on = f"on {board.name(one.incident, now_ns)}" if one.incident is not None else ""
        flag = "EMERGENCY" if one.emergency else "NOT HEARD OF" if one.unheard else ""
        by = f"heard of by {local_text(one.check_by, board.zone)[:5]}" if one.check_by else ""
        lines.append(safe_text(
            f"{one.callsign:<8} {one.status.value:<12} {ago(one.since, now_ns):>6}  {one.district:<12} {on:<9} "
            f"{' '.join(one.skills):<20} {by} {flag}".rstrip()
        ))  # fmt: skip
    return [*lines, f"{counted(len(lines), 'resource')} on the list"]


def units(board: Board, now_ns: int, *, json: bool) -> None:
    """Print every resource on the list."""
    for line in () if json else unit_lines(board, now_ns):
        console.say(line)
    for one in board.resources() if json else ():
        on = board.name(one.incident, now_ns) if one.incident is not None else ""
        console.say_json({
            "callsign": one.callsign, "district": one.district, "skills": list(one.skills),
            "status": one.status.value, "since": rfc3339(one.since), "incident": on or None,
            "check_by": rfc3339(one.check_by) if one.check_by else None,
            "unheard": one.unheard, "emergency": one.emergency,
        })  # fmt: skip


def proposal_lines(desk: Desk) -> list[str]:
    """Return what waits for a second look, a line each, in the exact words that would be done."""
    zone, me = desk.board.zone, desk.signed.collar
    lines = [
        safe_text(f"p{one.tail}  {member.collar:<8} until {local_text(one.expires, zone)[:5]}  {says}")
        for member, one, says in _proposed(desk)
    ]
    return [*lines, f"{counted(len(lines), 'proposal')} for {me} to look at: approve or decline"]


def proposals(desk: Desk, *, json: bool) -> None:
    """Print what waits for a second look, each in the exact words that would be done; the access log says who saw them."""
    for line in () if json else proposal_lines(desk):
        console.say(line)
    for member, one, says in _proposed(desk) if json else ():
        expires = rfc3339(one.expires)
        console.say_json({"proposal": f"p{one.tail}", "proposer": member.collar, "expires": expires, "says": says})


def _proposed(desk: Desk) -> Iterator[tuple[Staff, Proposal, str]]:
    for member, one in desk.board.to_approve(desk.signed.collar, desk.identity.now()):
        try:
            says = READER.read(proposed_line(desk, one), desk).says(desk)
        except (Refused, Misread) as fault:  # what it is about has changed, or is erased
            says = str(fault)
        yield member, one, says


def duplicates(room: Room, ref: str, *, session: str | None, json: bool) -> None:
    """Print which open incidents may be about the same as one."""
    board, now_ns = room.board, room.identity.now()
    record = dossier.found(room, board, ref, session)
    if not isinstance(record, Incident):
        raise Misread(f"{board.name(record.id, now_ns)} is no incident")
    found = alike(board, room.door(session), record)
    for other, like in found:
        name = board.name(other.id, now_ns)
        if json:
            console.say_json({
                "ref": name, "stream": stream_text(other.id), "percent": like.percent, "time": like.time,
                "place": like.place, "category": like.category, "words": like.words,
            })  # fmt: skip
        else:
            made = f"time {like.time}, place {like.place}, category {like.category}, words {like.words}"
            console.say(safe_text(f"{name:<8} {like.percent:>3} %  {other.category:<16} {other.district:<10} ({made})"))
    if not json:
        console.say(f"{counted(len(found), 'incident')} may be about the same as {board.name(record.id, now_ns)}")


def crimes(room: Room, day: str | None, theirs: Path | None, *, session: str | None, json: bool) -> bool:
    """Print a day's crimes, or what is missing on either side of theirs; tells whether nothing is."""
    board = room.board
    today = local_day(room.identity.now(), board.zone)
    wanted = read_day(day, today) if day is not None else today
    since = read_moment(f"{wanted} 00:00", board.zone, room.identity.now())
    until = min(since + DAY_NS + 2 * 3600 * NS_PER_S, room.identity.now() + 1)
    ours: dict[str, str] = {}
    for entry in room.journal.entries(room.journal.position_at(since - 1), room.journal.position_at(until)):
        fact, header = entry.fact, entry.header
        if isinstance(fact, CrimeRecorded) and header is not None and local_day(header.recorded, board.zone) == wanted:
            ours[fact.reference] = board.name(entry.stream, room.identity.now())
    if theirs is None:
        for reference, name in ours.items():
            console.say_json({"crime": reference, "ref": name}) if json else console.say(
                safe_text(f"{reference}  {name}")
            )
        return True
    listed = set(_references(theirs))
    only_here, only_there = sorted(set(ours) - listed), sorted(listed - set(ours))
    desk = room.desk(session)
    both = len(listed & set(ours))
    desk.do([Act(POLICY_STREAM, NoteReconciled(since, until, both, len(only_here), len(only_there)))])
    if json:
        console.say_json({"day": wanted, "both": both, "only_here": only_here, "only_there": only_there})
    else:
        for reference in only_here:
            console.say(safe_text(f"only here: {reference}  {ours[reference]}"))
        for reference in only_there:
            console.say(safe_text(f"only there: {reference}"))
        console.say(f"{both} in both, {len(only_here)} only here, {len(only_there)} only there")
    return not only_here and not only_there


def _references(path: Path) -> list[str]:
    try:
        lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    except FileNotFoundError as fault:
        raise Misread(f"there is no file {path}") from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise ForeignFault(f"{path} cannot be read as a list of references") from fault
    for number, line in enumerate(lines, 1):
        if not is_code(line):
            raise ForeignFault(f"{path}, line {number}: a reference is one word of letters, digits, dots and dashes")
    return lines


def regrades(room: Room, board: Board, now_ns: int, *, session: str | None, json: bool) -> None:
    """Print every re-grade with its grounds and reason, and how many went which way."""
    door, names = room.door(session), RoomNames(board, now_ns, day=True)
    counts = {True: 0, False: 0}
    found = [one for one in room.journal.entries(0, board.position) if isinstance(one.fact, Regraded)]
    for entry in door.open(found, "regrades"):
        fact = entry.fact
        assert isinstance(fact, Regraded)
        counts[fact.more_urgent] += 1
        console.say_json(console.fact_object(entry)) if json else console.say(console.fact_line(entry, board, names))
    if not json:
        console.say(f"{counts[True]} up, {counts[False]} down")


def faults(room: Room, *, session: str | None, json: bool) -> None:
    """Print the faults that people noted."""
    board = room.board
    names = RoomNames(board, room.identity.now(), day=True)
    found = [
        one
        for one in room.door(session).stream(POLICY_STREAM, "faults", board.position)
        if isinstance(one.fact, FaultNoted)
    ]
    for entry in found:
        console.say_json(console.fact_object(entry)) if json else console.say(console.fact_line(entry, board, names))
    if not json:
        console.say(f"{counted(len(found), 'fault')} noted")
