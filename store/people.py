"""People as they are searched: the index in its file beside the journal, kept up to what is recorded.

Theory of operation. The file is a read model, the one that holds opened values (store/personindex.py). Whoever searches first
takes up what was recorded since, in one transaction; the file says up to which position it is made and what the journal's root
was there, and where that does not fit it is made anew. It is never shown: hits are streams, whose words are opened at the
door. With an erasure what the record said is taken out in the same file; nothing of it stays, for SQLite overwrites what it
deletes and the file keeps no log of its own.
"""

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from hueandcry.domain.contact import Rang
from hueandcry.domain.doublet import NominalMerged, NominalParted
from hueandcry.domain.erasure import Erased
from hueandcry.domain.fact import Fact
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.involvement import PersonInvolved, PersonNotInvolved
from hueandcry.domain.marker import MarkerEnded, MarkerSet
from hueandcry.domain.nominal import DetailAdded, DetailEnded
from hueandcry.domain.reference import Kind, ids_from, kind_of
from hueandcry.domain.worked import Part
from hueandcry.store.codec import Row
from hueandcry.store.connection import existing, statement
from hueandcry.store.identifiers import e164
from hueandcry.store.log import Log
from hueandcry.store.personindex import FORM, Found, PersonIndex, Sought

PEOPLE_NAME = "people.db"
_HEARD = {
    one.card.name
    for one in (
        DetailAdded, DetailEnded, NominalMerged, NominalParted, Erased, PersonInvolved, PersonNotInvolved, Rang, MarkerSet,
        MarkerEnded
    )
}  # fmt: skip
_OF_NUMBER = "SELECT DISTINCT stands FROM found_by JOIN person ON number=person WHERE sort='number' AND key=?"
_NUMBER_OF = "SELECT number, position FROM rang WHERE contact=? LIMIT 1"
_CALLS_FROM = "SELECT count(*), coalesce(sum(contact>=?3), 0) FROM rang WHERE number=?1 AND position<?2"
_LAST_FROM = "SELECT contact FROM rang WHERE number=? AND position<? ORDER BY position DESC LIMIT ?"
_PARTS_OF = (
    "SELECT DISTINCT record, part FROM part "
    "WHERE person=?1 OR person IN (SELECT stream FROM person WHERE stands=?1) ORDER BY record, part"
)
_RECORDS_OF = "SELECT stream FROM person WHERE stands=?"
_HOUSEHOLD = (
    "SELECT DISTINCT q.stands FROM person p JOIN home m ON m.person=p.number "
    "JOIN home o ON o.key=m.key JOIN person q ON q.number=o.person "
    "WHERE p.stands=? AND q.stands<>p.stands ORDER BY q.warned=0, q.stands"
)
AT_HOME_NAMED, CALLS_NAMED = 3, 3
T = TypeVar("T")


class Caller(Struct, frozen=True):
    """What is known of whoever rings: who has the number, how many contacts came from it before, and the last few of these; of
    each of these people who else is at their address, and in what they are involved. People are named by the record that stands
    for them; `records` has all records of each, of those at an address only of the first few."""

    people: tuple[bytes, ...]
    calls: int
    calls_lately: int
    contacts: tuple[bytes, ...]
    household: dict[bytes, list[bytes]]
    parts: dict[bytes, list[tuple[bytes, Part]]]
    records: dict[bytes, list[bytes]]


class People:
    """Everybody whom a journal knows, searched in a file beside it, or in memory where `path` is None."""

    def __init__(self, log: Log, path: Path | None) -> None:
        self._log, self._path = log, path
        self._connection: sqlite3.Connection | None = None
        self._sure: tuple[int, bytes] | None = None  # up to where this process has seen that the index fits the journal
        self._lock = threading.RLock()

    def found(self, sought: Sought) -> Found:
        """Return who may be meant, the likeliest first, and how many more."""
        return self._asked(lambda connection: PersonIndex(connection).found(sought))

    def of_number(self, number: str) -> list[bytes]:
        """Return the records of those who have a whole number, in E.164."""
        return self._asked(lambda connection: _of_number(connection, number))

    def caller(self, contact: bytes, since_ns: int) -> Caller | None:
        """Return what is known of the number from which a contact came, in one reading; None where it came from none.

        Calls are counted also from an instant on (ns UTC), as lately.
        """
        return self._asked(lambda connection: _caller(connection, contact, ids_from(since_ns)))

    def parts_of(self, person: bytes) -> list[tuple[bytes, Part]]:
        """Return in what a person is involved, under whichever of their records, the oldest first, and in which part."""
        return self._asked(lambda connection: _parts_of(connection, person))

    def purge(self) -> None:
        """Take out what was erased, if there is anything to take it out of."""
        if self._connection is not None or (self._path is not None and self._path.exists()):
            self._asked(lambda _: None)
            if self._path is not None and self._path.exists():
                handle = os.open(self._path, os.O_RDONLY)
                os.fsync(handle)
                os.close(handle)

    def rebuild(self) -> int:
        """Make the index anew, and return how many people it holds."""
        with self._lock:
            self.close()
            if self._path is not None:
                self._path.unlink(missing_ok=True)
            return self._asked(lambda one: int(one.execute("SELECT count(*) FROM person").fetchone()[0]))

    def close(self) -> None:
        """Give the file back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = self._sure = None

    # Keeping it up

    def _asked(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                return _in_one(self._current(), question)
            except sqlite3.DatabaseError as fault:
                if isinstance(fault, sqlite3.OperationalError):
                    raise Unavailable(f"people cannot be searched: {fault}") from fault
                self.close()  # damaged: it is made anew
                if self._path is not None:
                    self._path.unlink(missing_ok=True)
                return _in_one(self._current(), question)

    def _current(self) -> sqlite3.Connection:
        """Return the index as of the journal's end."""
        connection = self._connection = self._connection or self._opened()
        size, root, *_ = self._log.tip()
        if self._sure == (size, root):
            return connection  # nothing was recorded since; what another process took up is the same
        connection.execute("BEGIN IMMEDIATE")
        try:
            position = self._reached(connection, size)
            if position < size:
                self._take(connection, position, size)
                connection.execute("UPDATE reached SET position=?, root=?", (size, root))
            connection.execute("COMMIT")
            self._sure = (size, root)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return connection

    def _opened(self) -> sqlite3.Connection:
        name = existing(self._path) if self._path is not None and self._has_file(self._path) else "file::memory:"
        connection = sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(
            "PRAGMA synchronous=OFF"
        )  # what a power cut damages is made anew; a purge is synced by itself
        connection.execute("PRAGMA busy_timeout=10000")
        return connection

    def _has_file(self, path: Path) -> bool:
        """Make the file where it is missing; tells whether there is one: without it the index is made in memory."""
        try:
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o660))
                path.chmod(0o660)
        except OSError:
            return False
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)

    def _reached(self, connection: sqlite3.Connection, size: int) -> int:
        """Return up to which position the index is made; it is begun anew where it is of another journal or another form.

        That is so as well where it is ahead of the journal, as when a replay goes back.
        """
        query = "SELECT count(*) FROM sqlite_master WHERE name='reached'"
        if self._sure is not None or connection.execute(query).fetchone()[0]:
            position, root, form = connection.execute("SELECT position, root, form FROM reached").fetchone()
            sure = (position, root) == self._sure or self._log.root_at(min(position, size)) == root
            fits = form == FORM and position <= size and sure
            if fits:
                return int(position)
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
            for (name,) in tables:
                connection.execute(f"DROP TABLE {name}")
        for one in statement("person", "").split(";"):
            connection.execute(one)
        connection.execute("INSERT INTO reached VALUES (0, ?, ?)", (self._log.root_at(0), FORM))
        return 0

    def _take(self, connection: sqlite3.Connection, after: int, upto: int) -> None:
        index = PersonIndex(connection)
        for row in self._log.rows(after, upto):
            if row.name not in _HEARD:
                continue
            fact = self._log.seals.entry(row).fact
            if kind_of(row.stream) is Kind.NOMINAL:
                _take_person(index, row, fact)
            else:
                _take_part(connection, row, fact)


def _in_one(connection: sqlite3.Connection, question: Callable[[sqlite3.Connection], T]) -> T:
    """Return an answer that is read in one transaction: the file is locked once for all of it."""
    connection.execute("BEGIN")
    try:
        return question(connection)
    finally:
        connection.execute("COMMIT")


def _of_number(connection: sqlite3.Connection, number: str) -> list[bytes]:
    key = "".join(filter(str.isdigit, number))[::-1]
    return [one for (one,) in connection.execute(_OF_NUMBER, (key,))]


def _records_of(connection: sqlite3.Connection, person: bytes) -> list[bytes]:
    """Return the records of a person, the one that stands for them first."""
    return sorted((one for (one,) in connection.execute(_RECORDS_OF, (person,))), key=lambda one: one != person)


def _parts_of(connection: sqlite3.Connection, person: bytes) -> list[tuple[bytes, Part]]:
    return [(record, Part(part)) for record, part in connection.execute(_PARTS_OF, (person,))]


def _caller(connection: sqlite3.Connection, contact: bytes, since: bytes) -> Caller | None:
    rang = connection.execute(_NUMBER_OF, (contact,)).fetchone()
    if rang is None:
        return None
    people = _of_number(connection, rang[0])
    calls, lately = connection.execute(_CALLS_FROM, (*rang, since)).fetchone()
    last = [one for (one,) in connection.execute(_LAST_FROM, (*rang, CALLS_NAMED))] if calls else []
    household = {person: [one for (one,) in connection.execute(_HOUSEHOLD, (person,))] for person in people}
    parts = {person: _parts_of(connection, person) for person in people}
    everybody = chain(people, *(others[:AT_HOME_NAMED] for others in household.values()))
    return Caller(
        tuple(people),
        calls,
        lately,
        tuple(reversed(last)),
        household,
        parts,
        {one: _records_of(connection, one) for one in everybody},
    )


def _take_person(index: PersonIndex, row: Row, fact: Fact[Any] | None) -> None:
    match fact:
        case DetailAdded() if fact.text:  # sealed for good where it is None: its erasure comes later in the journal
            index.put(row.stream, row.version, fact.sort, fact.text)
        case DetailEnded():
            index.end(row.stream, fact.number)
        case MarkerSet():
            index.warn(row.stream, 1)
        case MarkerEnded():
            index.warn(row.stream, -1)
        case NominalMerged():
            index.stands(row.stream, fact.into)
        case NominalParted():
            index.stands(row.stream, row.stream)
        case Erased():
            index.drop(row.stream)
        case _:
            pass


def _take_part(connection: sqlite3.Connection, row: Row, fact: Fact[Any] | None) -> None:
    stream = row.stream
    match fact:
        case PersonInvolved():
            connection.execute("INSERT OR IGNORE INTO part VALUES (?,?,?)", (fact.nominal, stream, fact.part.value))
        case PersonNotInvolved():
            gone = (fact.nominal, stream, fact.part.value)
            connection.execute("DELETE FROM part WHERE person=? AND record=? AND part=?", gone)
        case Rang() if fact.number and (number := e164(fact.number)) is not None:
            connection.execute("INSERT INTO rang VALUES (?,?,?)", (number, row.position, stream))
        case Erased():
            connection.execute("DELETE FROM rang WHERE contact=?", (stream,))
        case _:
            pass
