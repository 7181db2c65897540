"""Looking for a person: what was typed, who may be meant, and what is shown of them.

Theory of operation. Each search is in the access log before anything of it is shown, with what was asked by and whom it found, also
where that is nobody; the words of whoever is found are opened at the door. How what was typed is read stands in
operator/sought.py. Source: letter, area 4; Data Protection Act 2018, section 62.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hueandcry.domain.fact import Entry, fold
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.marker import MarkerSet
from hueandcry.domain.nominal import DetailAdded, DetailEnded, Marker, Nominal, Sort
from hueandcry.operator import console
from hueandcry.operator.reference import Misread
from hueandcry.operator.sought import sought
from hueandcry.operator.text import counted, safe_text
from hueandcry.store.moment import local_day, local_text, rfc3339
from hueandcry.store.people import PEOPLE_NAME, People
from hueandcry.store.personindex import Hit, Sought
from hueandcry.store.placeindex import words_in
from hueandcry.store.views import Board

if TYPE_CHECKING:
    from hueandcry.operator.bootstrap import Room
    from hueandcry.operator.desk import Desk
    from hueandcry.store.log import Log

SCREEN = "who"
WHO_MAX = 1500
SUGGESTED_MAX = 3
_NAMES = (Sort.NAME, Sort.ALIAS)
_TELLING = (Sort.NAME, Sort.BORN, Sort.NUMBER)  # by what two records are found to be one person


def people_of(log: "Log") -> People:
    """Return the people whom a journal knows, one search for each journal that is open."""
    return _people(log)


@lru_cache(maxsize=4)
def _people(log: "Log") -> People:
    journal: Path | None = getattr(log, "path", None)  # a journal in memory has none
    return People(log, journal and journal.with_name(PEOPLE_NAME))


def who(room: "Room", text: str, *, session: str | None, json: bool) -> None:
    """Print who may be meant, the likeliest first, with what is known of them and what they are involved in."""
    board, now_ns = room.board, room.identity.now()
    asked = sought(text, int(local_day(now_ns, board.zone)[:4]))
    people, door = people_of(room.journal), room.door(session)
    hits, more = _hits(people, asked, board)
    room.access.searched(door.viewer, _by(asked), [hit.stands for hit, _ in hits])
    for hit, records in hits:
        entries = door.streams([one.id for one in records], SCREEN, board.position)
        if json:
            console.say_json(_object(hit, records, entries, people, board))
        else:
            for line in _lines(records, entries, people, board, now_ns):
                console.say(safe_text(line))
    if not json:
        console.say(_how_many(len(hits), more))


def who_lines(desk: "Desk", text: str) -> list[str]:
    """Return who may be meant, as a list of the room shows it, safe to show; the search is in the access log."""
    board, now_ns = desk.board, desk.identity.now()
    try:
        asked = sought(text, int(local_day(now_ns, board.zone)[:4]))
    except Misread as fault:
        return [safe_text(fault.why)]
    people = people_of(desk.log)
    hits, more = _hits(people, asked, board)
    desk.log.access.searched(desk.door.viewer, _by(asked), [hit.stands for hit, _ in hits])
    lines = []
    for _, records in hits:
        entries = desk.door.streams([one.id for one in records], SCREEN)
        lines += [safe_text(line) for line in _lines(records, entries, people, board, now_ns)]
    return [*lines, _how_many(len(hits), more)]


def maybe_the_same(desk: "Desk", entries: Sequence[Entry]) -> list[str]:
    """Return who else a person may be of whom something was just recorded, a line each; one search for all of it.

    Nothing where they were merged, or found to be two already. It is recorded by now: that nobody can look is a line, too.
    Source: a marker on a duplicate is a marker that is missed.
    """
    try:
        return _maybe_the_same(desk, entries)
    except (Unavailable, OSError) as fault:
        return [safe_text(f"whether they are on record twice cannot be looked for now: {fault}")]


def _maybe_the_same(desk: "Desk", entries: Sequence[Entry]) -> list[str]:
    told = [one.stream for one in entries if isinstance(one.fact, DetailAdded) and one.fact.sort in _TELLING]
    person = desk.board.record(told[-1]) if told else None
    if not isinstance(person, Nominal):
        return []
    details = list(_details(desk.door.streams([person.id], SCREEN)))
    names = [fact.text or "" for fact in details if fact.sort is Sort.NAME]
    born = [fact.text[:4] for fact in details if fact.sort is Sort.BORN and fact.text and fact.plausible]
    numbers = [fact.text for fact in details if fact.sort is Sort.NUMBER and fact.text and fact.plausible]
    if not names or not (born or numbers):
        return []  # a name alone is borne by many
    people = people_of(desk.log)
    alike = [one for number in numbers for one in people.of_number(number)]
    if born:
        hits = people.found(Sought(tuple(words_in(names[-1])), born=(int(born[-1]), int(born[-1])))).hits
        alike += [one.stands for one in hits if _born_in(desk, one.stands, born[-1])]
    known = (person.id, person.merged_into, *person.absorbed, *person.parted)
    others = [one for one in dict.fromkeys(alike) if one not in known][:SUGGESTED_MAX]
    desk.log.access.searched(desk.door.viewer, ("name", "born", "number"), others)
    records = {one: [record.id for record in one_person(desk.board, one)] for one in others}
    named = summaries(desk, records, SCREEN).values()
    return [safe_text(f"may be the same as {one}: 'same' if they are") for one in named]


def _hits(people: People, asked: Sought, board: Board) -> tuple[list[tuple[Hit, list[Nominal]]], int]:
    """Return who may be meant, each with their records, and how many more fit."""
    found = people.found(asked)
    return [(hit, records) for hit in found.hits if (records := one_person(board, hit.stands))], found.more


def _how_many(shown: int, more: int) -> str:
    """Return how many were found, and what to do where not all of them are shown."""
    if more:
        return f"{shown} of {shown + more:,} who may be meant; say more (born=, at=, number=); the search is in the access log"
    return f"{counted(shown, 'person', 'people')} may be meant; the search is in the access log"


def _born_in(desk: "Desk", person: bytes, year: str) -> bool:
    records = one_person(desk.board, person)
    details = _details(desk.door.streams([one.id for one in records], SCREEN))
    return any(one.sort is Sort.BORN and (one.text or "").startswith(year) for one in details)


def rebuild(room: "Room", *, json: bool) -> None:
    """Make the index of people anew, and say how many it holds."""
    count = people_of(room.journal).rebuild()
    console.say_json({"people": count}) if json else console.say(f"{counted(count, 'person', 'people')} in the index")


def _by(asked: Sought) -> tuple[str, ...]:
    """Return by what was asked, in codes: no word of what was typed."""
    given = {
        "name": asked.names,
        "born": asked.born[0],
        "number": asked.tail,
        "plate": asked.plate,
        "address": asked.address,
    }
    return tuple(name for name, value in given.items() if value)


def one_person(board: Board, stream: bytes) -> list[Nominal]:
    """Return the records of one person: the one that stands for them, and those that point to it.

    None of somebody whom another desk recorded since this board was brought up to date.
    """
    first = board.record(stream)
    if not isinstance(first, Nominal):
        return []
    others = (board.record(one) for one in first.absorbed)
    return [first, *(one for one in others if isinstance(one, Nominal))]


def summaries(
    desk: "Desk", people: Mapping[bytes, Sequence[bytes]], screen: str, at_home: Container[bytes] = ()
) -> dict[bytes, str]:
    """Return each of some people in one line: their name, and each warning in a word; all are opened at the door at once.

    `people` has the records of each; of those in `at_home` it says where they live, too. Whoever was recorded since the board was
    brought up to date is left out.
    """
    entries: dict[bytes, list[Entry]] = {}
    for entry in desk.door.streams(dict.fromkeys(chain(*people.values())), screen, desk.board.position):
        entries.setdefault(entry.stream, []).append(entry)
    known = {person: [one for one in records if one in entries] for person, records in people.items()}
    return {
        person: _summary(desk, {one: entries[one] for one in records}, at_home=person in at_home)
        for person, records in known.items()
        if records
    }


def _summary(desk: "Desk", entries: dict[bytes, list[Entry]], *, at_home: bool) -> str:
    now_ns = desk.identity.now()
    records = [fold(Nominal(id=stream), some) for stream, some in entries.items()]
    details = list(_details(list(chain(*entries.values()))))
    names = [fact.text or "[erased]" for fact in details if fact.sort in _NAMES]
    warned = [
        f"MARKER {one.warns} ({one.severity.value}{', REVIEW OVERDUE' if one.is_overdue(now_ns) else ''})"
        for record in records
        for one in record.markers
    ]
    homes = [fact.text for fact in details if at_home and fact.sort is Sort.ADDRESS and fact.text]
    who = f"{', '.join(names) or 'no name'}{f', {homes[-1]}' if homes else ''}"
    who = safe_text(who, limit=WHO_MAX)  # whatever somebody is called, no warning is cut off behind it
    return "  ".join((desk.board.name_of(records[0], now_ns), who, *warned))


def _lines(records: list[Nominal], entries: list[Entry], people: People, board: Board, now_ns: int) -> Iterator[str]:
    """Yield what is known of a person, each warning, and each part that they have, a line each."""
    details = list(_details(entries))
    names = [fact.text or "[erased]" for fact in details if fact.sort in _NAMES]
    rest = [_spoken(fact) for fact in details if fact.sort not in _NAMES]
    yield "  ".join((board.name(records[0].id, now_ns), ", ".join(names) or "no name", *rest))
    said = {(one.stream, one.version): one.fact for one in entries}
    for record in records:
        for marker in record.markers:
            yield f"       {_warned(marker, said.get((record.id, marker.number)), board, now_ns)}"
    for stream, part in people.parts_of(records[0].id):
        yield f"       {part.value} of {board.name(stream, now_ns)}"


def _spoken(fact: DetailAdded) -> str:
    return f"{fact.sort.value} {fact.text}{'' if fact.plausible else ' (CANNOT BE TRUE)'}"


def _warned(marker: Marker, said: Any, board: Board, now_ns: int) -> str:
    by = local_text(marker.review_by, board.zone, day=True)[:10]
    late = f"REVIEW OVERDUE since {by}" if marker.is_overdue(now_ns) else f"looked at again by {by}"
    told = f" from {said.source}: {said.words}".rstrip(": ") if isinstance(said, MarkerSet) else ""
    return f"MARKER {marker.warns} ({marker.severity.value}){told}; {late}"


def _details(entries: list[Entry]) -> Iterator[DetailAdded]:
    """Yield the details that stand."""
    ended = {(one.stream, one.fact.number) for one in entries if isinstance(one.fact, DetailEnded)}
    for entry in entries:
        if isinstance(entry.fact, DetailAdded) and (entry.stream, entry.version) not in ended:
            yield entry.fact


def _object(hit: Hit, records: list[Nominal], entries: list[Entry], people: People, board: Board) -> dict[str, Any]:
    return {
        "ref": board.name(hit.stands),
        "points": round(hit.points, 2),
        "details": [
            {"sort": one.sort.value, "text": one.text, "plausible": one.plausible} for one in _details(entries)
        ],
        "markers": [
            {"warns": one.warns, "severity": one.severity.value, "review_by": rfc3339(one.review_by)}
            for record in records
            for one in record.markers
        ],
        "parts": [{"ref": board.name(stream), "part": part.value} for stream, part in people.parts_of(hit.stands)],
    }
