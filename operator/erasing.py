"""Erasing a record at the command line: every place where its words may lie, the proposal, and carrying it out.

Theory of operation. `hue erase REF` lists the places and proposes; another person approves from a session of their own,
which puts `record.erased` into the record's stream. Whoever comes first then carries it out: the approving command, the
watch at its next tick, or `hue erase REF` again. What is carried out is the keeper's work in store/erasure.py; what
came of it is a fact.
"""

from pathlib import Path

from msgspec import Struct

from hueandcry.domain.erasure import CompleteErasure
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Record
from hueandcry.domain.gazetteer import GAZETTEER_STREAM, PlacesListed
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import BackedUp, KeyBackupBegun
from hueandcry.domain.sharing import Exported
from hueandcry.domain.staff import Proposed
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from hueandcry.operator.searching import people_of
from hueandcry.operator.text import counted
from hueandcry.store.codec import GROUP_TIERS
from hueandcry.store.erasure import Eraser, Place
from hueandcry.store.sealed import Door, Viewer


class Listed(Struct, frozen=True):
    """What an erasure of a record comes to: the places of its words, and other records that may name the same people."""

    places: tuple[Place, ...]
    others: tuple[str, ...]


def eraser_of(room: Room) -> Eraser:
    """Return what carries out erasures in a store; words that a pack or the gazetteer says too are nobody's."""
    places = (one.fact for one in room.journal.stream(GAZETTEER_STREAM))
    listed = (fact.rows for fact in places if isinstance(fact, PlacesListed))
    public = b"\n".join((*(one.content for one in room.board.policy.adopted), *listed))
    return Eraser(room.folder, room.key_folder.path, room.journal, public)


def listed(room: Room, record: Record) -> Listed:
    """Return every place where a record's words lie or may lie, opened in memory and shown to nobody."""
    rows = room.journal.stream_rows(record.id)
    sealed = sum(1 for row in rows for tier in GROUP_TIERS[1:] if row.group(tier)[0] is not None)
    folder = room.folder
    places = [
        Place(
            str(folder.journal),
            f"{counted(sealed, 'sealed group')} in {counted(len(rows), 'fact')}",
            "sealed: closed for good with the key",
        ),
        Place(str(folder.keys), "the record key: destroyed, the file rebuilt and its log truncated"),
        Place(str(folder.access), "who was shown the record, no word of it", "it names the record and holds no words"),
        Place(str(folder.checkpoints), "roots and sizes", "no words stand there"),
        Place(str(folder.board), "the board, seals closed", "no words stand there"),
        *eraser_of(room).found(record.id),
        *_proposals(room, record),
        *_exports(room, record),
        *_backups(room),
    ]
    return Listed(tuple(places), tuple(_others(room, record)))


def _exports(room: Room, record: Record) -> list[Place]:
    """Return where copies of a record went, as its own facts tell."""
    return [
        Place(f"{entry.fact.force}", f"a copy, values up to {entry.fact.tier}", "it is theirs: ask them to erase it")
        for entry in room.journal.stream(record.id)
        if isinstance(entry.fact, Exported)
    ]


def _backups(room: Room) -> list[Place]:
    policy = room.board.policy
    found = []
    if policy.backups:
        found.append(Place("backups", f"{policy.backups} of the facts", "they hold sealed words only"))
    found += [
        Place(str(path), "a backup of the record keys: destroyed there too, if it can be reached")
        for path in key_backups(room)
    ]
    return found


def key_backups(room: Room) -> list[Path]:
    """Return where backups of the record keys were put, or were begun, as their facts tell."""
    door = Door(room.journal, Viewer(THE_WATCH.collar))
    facts = [door.fact(ref, "erasure") for ref in room.board.policy.key_backups]
    places = [
        entry.fact.keys_place
        for entry in facts
        if entry is not None and isinstance(entry.fact, BackedUp | KeyBackupBegun) and entry.fact.keys_place
    ]
    return [Path(place) for place in dict.fromkeys(places)]


def _others(room: Room, record: Record) -> list[str]:
    """Return the records that this one is linked with: their words stay, and two people decide on each by itself."""
    match record:
        case Incident():
            linked = list(record.contacts)
        case Expedite():
            linked = [one for one in (record.contact, record.incident) if one is not None]
        case _:
            linked = [one for one in (getattr(record, "incident", None),) if one is not None]
    return [room.board.name(one) for one in linked]


def _proposals(room: Room, record: Record) -> list[Place]:
    """Return whose proposals about a record hold words: they stand in the records of those who proposed."""
    return [
        Place(
            f"the record of {member.collar}",
            f"the words of proposal p{entry.fact.tail}",
            "sealed there under that member's own key",
        )
        for member in room.board.staff.values()
        for entry in room.journal.stream(member.id)
        if isinstance(entry.fact, Proposed) and entry.fact.on == record.id
    ]


def carry_out(room: Room, stream: bytes) -> tuple[int, list[Place]]:
    """Carry out a pending erasure and record that it is complete; raises Unavailable where it stays pending.

    Where another process was quicker nothing is left to record.
    """
    people_of(room.journal).purge()  # whoever is erased is found no more, and their words are out of its file
    searched, left = eraser_of(room).carry_out(stream, key_backups(room))
    names = tuple(dict.fromkeys(_code_of(place) for place in left))
    watch = Desk(room.journal, room.board, room.identity, THE_WATCH)
    watch.do(lambda: [Act(stream, CompleteErasure(searched, names))] if stream in room.board.erasing else [])
    return searched, left


def _code_of(place: Place) -> str:
    return "rejected-rows" if "rejected" in place.path else "key-backup"
