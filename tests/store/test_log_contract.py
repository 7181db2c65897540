"""The port to the journal keeps one contract, whichever engine stands behind it."""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgpack
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from hueandcry.domain import contact, erasure, logbook, staff
from hueandcry.domain.contact import Channel
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import REGISTRY, Entry, Fact, FactRef, Header, Kind, Plain, Tier, fact
from hueandcry.domain.fault import Conflict, Unavailable
from hueandcry.domain.reference import stream_id
from hueandcry.operator.identity import SetClock
from hueandcry.store import codec
from hueandcry.store.access import in_memory
from hueandcry.store.codec import NEXT, Pending, Row
from hueandcry.store.connection import harden
from hueandcry.store.folder import open_journal
from hueandcry.store.keyring import KEY_BYTES, Kept, Keyring, open_keyring
from hueandcry.store.log import Clock, Log, MemoryLog, Seen
from hueandcry.store.sealed import Door, Seals, Viewer
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.verify import verify
from tests.staging import MONDAY, S

FULL_NODE = 256
FULL_NODE_OF_NODES = 65_536
KEK = bytes(range(KEY_BYTES))
ME = Viewer("2001", "handler", "T1", "s1")


class StepClock(SetClock):
    """A set clock that goes on by `step` ns whenever it is read."""

    step = 0

    def __call__(self) -> int:
        self.now_ns += self.step
        return self.now_ns


@pytest.fixture
def clock() -> StepClock:
    return StepClock(MONDAY)


@pytest.fixture
def journal(tmp_path: Path, clock: SetClock) -> Iterator[SQLiteJournal]:
    opened = journal_at(tmp_path / "journal.db", new=True, clock=clock)
    yield opened
    opened.close()


def journal_at(path: Path, *, new: bool = False, clock: Clock = time.time_ns) -> SQLiteJournal:
    """Open a journal, or make it, with its record keys in a file beside it and its access log in memory."""
    keys = path.with_name("keys.db")
    keyring = Keyring.create(keys, "hueandcry/TEST/0", Kept("file"), KEK) if new else open_keyring(keys, KEK)
    journal = open_journal(path, new=new, clock=clock, seals=Seals(lambda: keyring))
    journal.access = in_memory(journal, clock)
    return journal


@pytest.fixture(params=["memory", "sqlite"])
def log(request: pytest.FixtureRequest, clock: SetClock) -> Log:
    if request.param == "sqlite":
        return request.getfixturevalue("journal")
    memory = MemoryLog(clock)
    memory.access = in_memory(memory, clock)
    return memory


@pytest.fixture
def whistled() -> Iterator[type[Fact[Any]]]:
    """A fact that this release knows only until the test forgets it."""

    @fact("contact.whistled", version=7, says="Whistled {times} times")
    class Whistled(Fact[contact.Contact], frozen=True):
        times: Plain[int]

        def apply(self, contact: contact.Contact) -> contact.Contact:
            return contact

    yield Whistled
    forget("contact.whistled", 7)


def forget(name: str, version: int) -> None:
    REGISTRY.pop((name, version), None)
    codec._shapes.pop((name, version), None)


def contact_id(number: int) -> bytes:
    return stream_id(Kind.CONTACT, 1_000_000 + number, number)


A, B, C = contact_id(1), contact_id(2), contact_id(3)


def pending(stream: bytes, version: int, fact: Fact[Any] | None = None, **header: Any) -> Pending:
    given = {"occurred": MONDAY - 5, "recorded": 0, "actor": "2001", "role": "handler", "seat": "T1", "session": "s1"}
    stamped = Header(**{"fact_version": 0, **given, **header})
    return Pending(stream, version, logbook.Noted(f"words {version}") if fact is None else fact, stamped)


def fill(log: Log, rows: int, batch: int = 100) -> None:
    """Append facts to one stream in a few transactions."""
    for first in range(1, rows + 1, batch):
        log.append([pending(A, version) for version in range(first, min(first + batch, rows + 1))])


def places(log: Log, **bounds: int) -> list[int]:
    return [entry.position for entry in log.entries(**bounds)]


# The tree, once more, by the book


def leaf_by_the_book(row: Row) -> bytes:
    hashed = [*row[:5], row.police_digest, row.sealed_digest, row.local_digest]
    return hashlib.sha256(b"\0" + msgpack.packb(hashed)).digest()


def roots_by_the_book(rows: Sequence[Row]) -> Callable[[int], bytes]:
    """Return MTH of RFC 9162, section 2.1.1, over the first so many rows."""
    leaves = [leaf_by_the_book(row) for row in rows]

    @cache
    def root(first: int, end: int) -> bytes:
        if end - first == 1:
            return leaves[first]
        left = 1 << (end - first - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + root(first, first + left) + root(first + left, end)).digest()

    return lambda size: root(0, size) if size else hashlib.sha256(b"").digest()


# Append and read back


def test_a_new_log_is_empty_and_has_the_root_of_nothing(log: Log) -> None:
    assert log.tip() == (0, hashlib.sha256(b"").digest(), 0, 0)
    assert list(log.entries()) == list(log.rows()) == list(log.streams()) == list(log.begun()) == []
    assert log.stream(A) == log.stream_rows(A) == []
    assert not log.holds(A)
    assert log.root_at(0) == log.tip().root


def test_what_was_appended_is_returned_as_recorded_and_read_back_the_same(log: Log) -> None:
    rang = contact.Rang(Channel.EMERGENCY, "07700 900123")
    cause = FactRef(B, 4)
    given = pending(A, 1, rang, causation=cause, correlation=B, source=b"ref", pack=b"hash")
    (entry,) = log.append([given])
    assert (entry.position, entry.stream, entry.version, entry.name) == (1, A, 1, "contact.rang")
    assert entry.header == Header(1, MONDAY - 5, MONDAY, "2001", "handler", "T1", "s1", cause, B, b"ref", b"hash", 1)
    assert list(log.entries()) == log.stream(A) == list(log.streams()) == [entry]
    assert [codec.decode(row) for row in log.rows()] == [entry]
    assert [codec.decode(row, log.seals.opened(row)).fact for row in log.stream_rows(A)] == [rang]
    assert (log.tip().size, log.tip().recorded) == (1, MONDAY)


def test_nothing_appended_changes_nothing(log: Log) -> None:
    assert log.append([]) == []
    assert log.tip().size == 0


def test_positions_count_from_one_without_a_gap_over_all_streams(log: Log) -> None:
    log.append([pending(A, 1), pending(B, 1), pending(A, 2)])
    with pytest.raises(Conflict):
        log.append([pending(C, 1), pending(B, 1)])
    log.append([pending(C, 1), pending(B, 2)])
    assert [(entry.position, entry.stream, entry.version) for entry in log.entries()] == [
        (1, A, 1),
        (2, B, 1),
        (3, A, 2),
        (4, C, 1),
        (5, B, 2),
    ]


def test_facts_of_several_streams_in_one_transaction_have_one_recorded_time(log: Log, clock: StepClock) -> None:
    clock.step = 1
    entries = log.append([pending(A, 1), pending(B, 1), pending(C, 1)])
    assert {entry.header.recorded for entry in entries if entry.header} == {log.tip().recorded}
    assert log.tip().recorded > MONDAY


# All or nothing


@pytest.mark.parametrize(("version", "why"), [(2, "taken"), (1, "taken long ago"), (4, "a gap"), (-1, "no version")])
def test_a_version_that_is_not_the_next_is_a_conflict_and_nothing_is_written(log: Log, version: int, why: str) -> None:
    log.append([pending(A, 1), pending(A, 2)])
    before, held = log.tip(), list(log.rows())
    with pytest.raises(Conflict):
        log.append([pending(B, 1), pending(A, version), pending(C, 1)])
    assert (log.tip(), list(log.rows())) == (before, held), why
    assert not log.holds(B)
    log.append([pending(B, 1), pending(A, 3)])
    assert places(log) == [1, 2, 3, 4]


def test_a_fact_on_which_no_order_rests_takes_whichever_version_comes_next(log: Log) -> None:
    entries = log.append([pending(A, NEXT), pending(B, 1), pending(A, NEXT), pending(A, 3), pending(B, NEXT)])
    entries += log.append([pending(A, NEXT)])
    assert [(entry.stream, entry.version) for entry in entries] == [(A, 1), (B, 1), (A, 2), (A, 3), (B, 2), (A, 4)]
    assert list(log.entries()) == entries


@pytest.mark.parametrize("versions", [(1, 1), (1, 3), (2, 1), (NEXT, 1), (1, NEXT, 2)])
def test_versions_out_of_turn_within_one_transaction_are_a_conflict(log: Log, versions: tuple[int, ...]) -> None:
    with pytest.raises(Conflict):
        log.append([pending(A, version) for version in versions])
    assert log.tip().size == 0


def test_a_first_fact_at_another_version_than_one_is_a_conflict(log: Log) -> None:
    with pytest.raises(Conflict):
        log.append([pending(A, 2)])
    assert log.tip().size == 0


def test_a_fact_that_cannot_be_stored_takes_the_whole_transaction_with_it(log: Log) -> None:
    log.append([pending(A, 1)])
    before = log.tip()
    unfit = contact.Answered("no code at all")
    with pytest.raises((TypeError, ValueError)):
        log.append([pending(A, 2), pending(B, 1, unfit)])
    assert log.tip() == before
    assert places(log) == [1]


# Time


def test_recorded_time_does_not_go_back_when_the_clock_does(log: Log, clock: SetClock) -> None:
    recorded = []
    for now in (MONDAY, MONDAY + 3 * S, MONDAY - 3600 * S, MONDAY + 2 * S, MONDAY + 4 * S):
        clock.now_ns = now
        (entry,) = log.append([pending(A, len(recorded) + 1, occurred=now)])
        assert entry.header is not None
        assert entry.header.occurred == now, "what happened is not moved; only when we learned of it"
        recorded.append(entry.header.recorded - MONDAY)
        assert log.tip().recorded == entry.header.recorded
    assert recorded == [0, 3 * S, 3 * S, 3 * S, 4 * S]


def test_the_last_position_at_a_moment_is_found(log: Log, clock: SetClock) -> None:
    """Positions 1-3 at +0 s, 4 at +10 s, 5-6 at +20 s, 7 at +20 s again with the clock set back."""
    for seconds, count in ((0, 3), (10, 1), (20, 2), (15, 1)):
        clock.now_ns = MONDAY + seconds * S
        size = log.tip().size
        log.append([pending(A, size + one) for one in range(1, count + 1)])
    at = {second: log.position_at(MONDAY + second * S) for second in (-1, 0, 1, 9, 10, 19, 20, 1000)}
    assert at == {-1: 0, 0: 3, 1: 3, 9: 3, 10: 4, 19: 4, 20: 7, 1000: 7}
    assert log.position_at(MONDAY + 10 * S - 1) == 3
    assert log.position_at(0) == 0


def test_no_position_is_found_in_an_empty_log(log: Log) -> None:
    assert log.position_at(MONDAY) == 0


def test_every_moment_of_a_long_log_is_bisected_to_its_position(log: Log, clock: SetClock) -> None:
    for version in range(1, 40):
        clock.now_ns = MONDAY + version * S
        log.append([pending(A, version)])
    assert [log.position_at(MONDAY + second * S) for second in range(42)] == [*range(40), 39, 39]


# Reading in part, and by stream


def test_entries_are_read_after_a_position_and_up_to_another(log: Log) -> None:
    fill(log, 10)
    for after in range(12):
        assert places(log, after=after) == list(range(after + 1, 11))
        assert [row.position for row in log.rows(after)] == list(range(after + 1, 11))
        for upto in range(12):
            wanted = list(range(after + 1, min(upto, 10) + 1))
            assert places(log, after=after, upto=upto) == wanted
            assert [row.position for row in log.rows(after, upto)] == wanted


def test_entries_read_in_several_portions_are_the_entries_read_at_once(log: Log) -> None:
    fill(log, 5000, batch=2500)
    whole = places(log)
    assert whole == list(range(1, 5001))
    assert [at for after in range(0, 5000, 999) for at in places(log, after=after, upto=after + 999)] == whole


def test_a_stream_is_read_alone_in_order_of_version_and_not_beyond_a_position(log: Log) -> None:
    log.append([pending(A, 1), pending(B, 1), pending(A, 2)])
    log.append([pending(B, 2), pending(A, 3)])
    assert [(entry.position, entry.version) for entry in log.stream(A)] == [(1, 1), (3, 2), (5, 3)]
    for upto, versions in ((0, []), (1, [1]), (2, [1]), (3, [1, 2]), (4, [1, 2]), (5, [1, 2, 3]), (9, [1, 2, 3])):
        assert [entry.version for entry in log.stream(A, upto)] == versions
        assert [row.version for row in log.stream_rows(A, upto)] == versions
    assert log.stream(C) == []


def test_the_rows_of_some_streams_come_in_the_order_in_which_they_are_named(log: Log) -> None:
    log.append([pending(A, 1), pending(B, 1), pending(A, 2)])
    log.append([pending(B, 2), pending(A, 3)])
    for upto, positions in ((None, [2, 4, 1, 3, 5]), (3, [2, 1, 3]), (0, [])):
        assert [row.position for row in log.rows_of([B, C, A, B], upto)] == positions
    assert log.rows_of([]) == []
    many = [bytes([at // 256, at % 256]).ljust(16, b"x") for at in range(1200)]
    assert [row.position for row in log.rows_of([*many, A])] == [1, 3, 5]


def test_streams_are_read_in_order_of_id_and_version_whatever_the_order_of_the_journal(log: Log) -> None:
    log.append([pending(C, 1), pending(A, 1), pending(C, 2), pending(B, 1), pending(A, 2)])
    in_order = [(A, 1), (A, 2), (B, 1), (C, 1), (C, 2)]
    assert [(entry.stream, entry.version) for entry in log.streams()] == in_order
    assert [(entry.stream, entry.version) for entry in log.streams(3)] == [(A, 1), (C, 1), (C, 2)]
    assert list(log.streams(0)) == []


def test_what_has_begun_is_told_once_for_each_stream(log: Log) -> None:
    log.append([pending(C, 1), pending(A, 1), pending(A, 2)])
    assert sorted(log.begun()) == [A, C]
    assert [log.holds(one) for one in (A, B, C)] == [True, False, True]


def test_a_log_can_be_read_by_stream_while_its_entries_are_walked(log: Log) -> None:
    fill(log, 30)
    seen = [(entry.position, len(log.stream(A, entry.position))) for entry in log.entries()]
    assert seen == [(at, at) for at in range(1, 31)]


# Seals, and what is not known


def test_sealed_values_are_closed_in_every_reading_but_that_of_the_door(log: Log) -> None:
    noted = logbook.Noted("knife in the kitchen")
    (entry,) = log.append([pending(A, 1, noted), pending(A, 2, logbook.Noted(""))])[:1]
    readings = [entry, *log.entries(upto=1), *log.stream(A, 1), *log.streams(1)]
    assert [one.fact for one in readings] == [logbook.Noted(None)] * 4
    door = Door(log, ME)
    assert [one.fact for one in door.stream(A, "log")] == [noted, logbook.Noted("")]
    assert [one.fact for one in door.stream(A, "log", 1)] == [noted]
    assert [one.fact for one in door.open(log.entries(), "log")] == [noted, logbook.Noted("")]
    opened = door.fact(FactRef(A, 1), "log")
    assert opened is not None
    assert opened.fact == noted
    assert [door.fact(ref, "log") for ref in (None, FactRef(A, 0), FactRef(A, 3), FactRef(B, 1))] == [None] * 4


def test_the_door_shows_nothing_sealed_of_a_log_without_an_access_log(tmp_path: Path, clock: SetClock) -> None:
    journal = open_journal(tmp_path / "journal.db", new=True, clock=clock, seals=MemoryLog(clock).seals)
    for log in (MemoryLog(clock), journal):
        log.append([pending(A, 1, contact.Linked(B)), pending(A, 2)])
        door = Door(log, ME)
        assert [one.fact for one in door.stream(A, "log", 1)] == [contact.Linked(B)], "nothing sealed is shown"
        with pytest.raises(Unavailable, match="opened without its access log"):
            door.stream(A, "log")
    journal.close()


def test_a_journal_without_its_keys_is_read_and_takes_what_needs_none(tmp_path: Path, clock: SetClock) -> None:
    journal = journal_at(tmp_path / "journal.db", new=True, clock=clock)
    journal.append([pending(A, 1)])
    journal.close()
    journal = open_journal(tmp_path / "journal.db", clock=clock)
    assert [one.fact for one in journal.entries()] == [logbook.Noted(None)]
    journal.append([pending(A, 2, contact.Linked(B)), pending(A, 3, logbook.Noted(""))])
    before = journal.tip()
    with pytest.raises(Unavailable, match="opened without its keys"):
        journal.append([pending(B, 1, contact.Linked(A)), pending(A, 4)])
    assert journal.tip() == before
    journal.close()


# Record keys


def keys(entries: Sequence[Entry]) -> list[int | None]:
    return [entry.header.key for entry in entries if entry.header is not None]


def test_each_stream_in_which_something_is_sealed_has_a_key_of_its_own_and_keeps_it(log: Log) -> None:
    """Also those of its facts that seal nothing name it: the end of a stream tells its key."""
    entries = log.append([pending(A, 1), pending(B, 1), pending(A, 2, contact.Linked(B))])
    entries += log.append([pending(C, 1), pending(B, 2), pending(A, 3)])
    assert keys(entries) == keys(list(log.entries())) == [1, 2, 1, 3, 2, 1]
    assert log.tip().keys == 3


def test_a_stream_has_no_key_before_anything_is_sealed_in_it(log: Log) -> None:
    silent = [pending(A, 1, contact.Linked(B)), pending(A, 2, logbook.Noted(""))]
    assert keys(log.append(silent)) == [None, None]
    assert log.tip().keys == 0
    assert keys(log.append([pending(A, 3), pending(A, 4, contact.Linked(B))])) == [1, 1]


def test_what_is_said_after_an_erasure_is_sealed_under_another_key(log: Log) -> None:
    erased = erasure.Erased(FactRef(B, 1))
    entries = log.append([pending(A, 1), pending(A, 2, erased), pending(A, 3, contact.Linked(B)), pending(A, 4)])
    entries += log.append([pending(B, 1), pending(A, 5, erased), pending(A, 6, erased), pending(A, 7)])
    assert keys(entries) == [1, None, None, 2, 3, None, None, 4]


def test_an_append_that_fails_gives_no_key_out(log: Log) -> None:
    log.append([pending(A, 1)])
    with pytest.raises(Conflict):
        log.append([pending(B, 1), pending(A, 1)])
    assert log.tip().keys == 1
    assert keys(log.append([pending(C, 1), pending(B, 1)])) == [2, 3]


def test_a_key_is_not_given_below_the_first_that_the_keyring_allows(log: Log) -> None:
    """As in a store that was restored from behind its last fact: no key is given to a second record."""
    log.append([pending(A, 1)])
    log.seals.keyring.begin_at(1000)
    entries = log.append([pending(A, 2), pending(B, 1), pending(C, 1)])
    assert keys(entries) == [1, 1000, 1001]
    assert [one.fact for one in Door(log, ME).stream(C, "log")] == [logbook.Noted("words 1")]


def test_words_that_were_not_said_are_read_as_empty_and_not_as_sealed(log: Log) -> None:
    log.append([pending(A, 1, logbook.Noted(""))])
    assert [entry.fact for entry in log.entries()] == [logbook.Noted("")]


def test_local_values_are_closed_too_and_opened_by_the_door(log: Log) -> None:
    me = staff.staff_stream("2001")
    log.append([pending(me, 1, staff.PassphraseSet(b"salt and hash"))])
    assert [entry.fact for entry in log.stream(me)] == [staff.PassphraseSet(None)]
    assert [entry.fact for entry in Door(log, ME).stream(me, "log")] == [staff.PassphraseSet(b"salt and hash")]


def test_a_fact_that_a_reader_does_not_know_stays_opaque_in_its_place(log: Log, whistled: type[Fact[Any]]) -> None:
    log.append([pending(A, 1), pending(A, 2, whistled(3)), pending(A, 3)])
    root = log.tip().root
    forget("contact.whistled", 7)
    for entries in (list(log.entries()), log.stream(A), list(log.streams()), Door(log, ME).stream(A, "log")):
        opaque = entries[1]
        assert (opaque.position, opaque.version, opaque.name, opaque.fact) == (2, 2, "contact.whistled", None)
        assert opaque.header is not None
        assert (opaque.header.fact_version, opaque.header.recorded, opaque.header.actor) == (7, MONDAY, "2001")
    assert log.tip().root == log.root_at(3) == root
    assert log.position_at(MONDAY) == 3


# Roots


def test_the_root_over_any_number_of_rows_is_the_one_by_the_book(log: Log) -> None:
    fill(log, 3 * FULL_NODE + 5)
    root = roots_by_the_book(list(log.rows()))
    sizes = {*range(40), *(at * FULL_NODE + by for at in (1, 2, 3) for by in (-2, -1, 0, 1, 2)), 700, 773}
    assert {size: log.root_at(size) for size in sizes} == {size: root(size) for size in sizes}
    assert log.tip().root == root(773)


@pytest.mark.parametrize("batch", [1, 7, 256, 300])
def test_the_tip_is_the_same_whether_rows_come_one_by_one_or_in_bulk(log: Log, batch: int) -> None:
    fill(log, 300, batch)
    assert log.tip().root == roots_by_the_book(list(log.rows()))(300) == log.root_at(300)


def test_roots_across_a_kept_node_of_level_16_are_those_by_the_book(journal: SQLiteJournal) -> None:
    """Rows of another application are the cheapest to write in bulk; the tree is the same."""
    size = FULL_NODE_OF_NODES + FULL_NODE + 3
    journal.insert_events([StoredEvent(UUID(int=1), version, "t", b"s") for version in range(1, size + 1)])
    root = roots_by_the_book(list(journal.rows()))
    full = FULL_NODE_OF_NODES
    for n in (1, 255, 256, 511, 512, 40_000, full - 256, *range(full - 2, full + 3), full + 255, full + 256, size):
        assert journal.root_at(n) == root(n), n
    assert journal.tip().root == root(size)
    assert verify(journal).findings == ()


# The two engines against each other


def both(tmp_path: Path, history: Sequence[Pending]) -> tuple[Log, SQLiteJournal]:
    clock = SetClock(MONDAY)
    memory, journal = MemoryLog(clock), journal_at(tmp_path / "j.db", new=True, clock=clock)
    memory.access = in_memory(memory, clock)
    for one in history:
        memory.append([one])
        journal.append([one])
    return memory, journal


def test_both_engines_have_the_same_leaves_and_roots_for_facts_without_sealed_words(tmp_path: Path) -> None:
    roles = [pending(staff.staff_stream("2001"), at, staff.RoleGranted(role)) for at, role in enumerate(Role, 1)]
    links = [pending(one, 1, contact.Linked(A)) for one in (C, B)]
    memory, journal = both(tmp_path, [*roles, *links, pending(A, 1, logbook.Noted(""))])
    assert list(memory.rows()) == list(journal.rows())
    assert [codec.leaf_of(row) for row in memory.rows()] == [codec.leaf_of(row) for row in journal.rows()]
    assert memory.tip() == journal.tip()
    assert [memory.root_at(n) for n in range(11)] == [journal.root_at(n) for n in range(11)]
    journal.close()


def test_both_engines_keep_the_same_but_for_salts_where_words_are_sealed(tmp_path: Path) -> None:
    memory, journal = both(tmp_path, [pending(A, 1, contact.Rang(Channel.CHAT, "x")), pending(B, 1), pending(A, 2)])
    for ours, theirs in zip(memory.rows(), journal.rows(), strict=True):
        assert ours[:5] == theirs[:5]
        assert ours.sealed is not None
        assert theirs.sealed is not None
        plain = [log.seals.opened(row)[Tier.SEALED] for log, row in ((memory, ours), (journal, theirs))]
        assert plain[0][codec.SALT_BYTES :] == plain[1][codec.SALT_BYTES :]
        assert codec.leaf_of(ours) != codec.leaf_of(theirs), "the salt is drawn anew for each row"
        assert codec.leaf_of(ours._replace(sealed_digest=None)) == codec.leaf_of(theirs._replace(sealed_digest=None))
    assert list(memory.entries()) == list(journal.entries())
    assert list(memory.streams()) == list(journal.streams())
    assert Door(memory, ME).stream(A, "log") == Door(journal, ME).stream(A, "log")
    assert sorted(memory.begun()) == sorted(journal.begun())
    journal.close()


# Rows of another application of the library


def test_rows_of_another_application_count_in_the_tree_between_ours(journal: SQLiteJournal, clock: SetClock) -> None:
    journal.append([pending(A, 1)])
    clock.set(MONDAY + 10 * S)
    foreign = [StoredEvent(UUID(int=9), 1, "library:Book.Lent", b'{"to": "x"}'), StoredEvent("shelf-1", 1, "t", b"")]
    assert journal.insert_events(foreign[:1]) == [2]
    assert journal.insert_events(foreign[1:]) == [3]
    journal.append([pending(A, 2)])
    assert [(entry.position, entry.name) for entry in journal.entries()] == [
        (1, "record.noted"),
        (2, "library:Book.Lent"),
        (3, "t"),
        (4, "record.noted"),
    ]
    assert [(entry.header is None, entry.fact is None) for entry in journal.entries()][1:3] == [(True, True)] * 2
    root = roots_by_the_book(list(journal.rows()))
    assert [journal.root_at(n) for n in range(5)] == [root(n) for n in range(5)]
    assert verify(journal).findings == ()


def test_a_row_of_another_application_has_the_moment_of_the_last_row_before_it_with_a_header(
    journal: SQLiteJournal, clock: SetClock
) -> None:
    def lend(version: int) -> None:
        journal.insert_events([StoredEvent(UUID(int=9), version, "library:Book.Lent", b"{}")])

    lend(1)
    lend(2)
    assert journal.tip().recorded == 0
    assert journal.position_at(0) == 2, "before any row with a header there is only the beginning of time"
    journal.append([pending(A, 1)])
    clock.set(MONDAY + 10 * S)
    lend(3)
    assert journal.tip().recorded == MONDAY
    assert [journal.position_at(MONDAY + second * S) for second in (-1, 0, 9, 10)] == [2, 4, 4, 4]
    journal.append([pending(A, 2)])
    assert [journal.position_at(MONDAY + second * S) for second in (-1, 0, 9, 10)] == [2, 4, 4, 5]


def test_the_library_reads_our_rows_as_its_own_and_meets_our_versions(journal: SQLiteJournal) -> None:
    journal.append([pending(A, 1), pending(A, 2)])
    events = journal.select_events(UUID(bytes=A))
    assert [(event.originator_version, event.topic) for event in events] == [(1, "record.noted"), (2, "record.noted")]
    before = journal.tip()
    with pytest.raises(IntegrityError):
        journal.insert_events([StoredEvent(UUID(int=9), 1, "t", b""), StoredEvent(UUID(bytes=A), 2, "t", b"")])
    assert journal.tip() == before
    assert not journal.holds(UUID(int=9).bytes)


def test_streams_of_another_application_do_not_hide_ours(journal: SQLiteJournal) -> None:
    journal.insert_events([StoredEvent("a text id", 1, "t", b""), StoredEvent(UUID(int=9), 1, "t", b"")])
    journal.append([pending(A, 1)])
    assert [entry.stream for entry in journal.streams()] == [UUID(int=9).bytes, A]
    assert sorted(journal.begun()) == [UUID(int=9).bytes, A]
    assert [entry.position for entry in journal.stream(A)] == [3]


# What the engine promises to the disk


def connections(journal: SQLiteJournal) -> Iterator[sqlite3.Connection]:
    """Yield every connection that this journal reads and writes through, and one of the library's pool."""
    assert journal._writer is not None
    assert journal._readers
    yield journal._writer
    yield from journal._readers
    with journal.datastore.transaction(commit=False) as cursor:
        yield cursor.sqlite_cursor.connection


def test_every_connection_is_in_write_ahead_mode_and_waits_for_the_disk_and_wipes_what_it_deletes(
    journal: SQLiteJournal,
) -> None:
    journal.append([pending(A, 1)])
    journal.data_version()
    assert [len(journal.stream(A)) for _ in journal.entries()] == [1]
    found = [
        [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete")
        ]
        for connection in connections(journal)
    ]
    assert len(found) >= 4
    assert found == [["wal", 2, 1]] * len(found)


def test_a_file_system_that_cannot_keep_a_journal_safely_is_refused() -> None:
    """A database in memory has no write-ahead log, as a file on some file systems has none."""
    connection = sqlite3.connect(":memory:")
    with pytest.raises(Unavailable, match="cannot keep a journal safely"):
        harden(connection, in_memory=False)
    connection.close()


def test_what_was_acknowledged_is_there_for_a_journal_that_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first = journal_at(path, new=True, clock=SetClock(MONDAY))
    first.append([pending(A, 1), pending(B, 1)])
    second = journal_at(path, clock=SetClock(MONDAY - 3600 * S))
    assert list(second.rows()) == list(first.rows())
    assert second.tip() == first.tip()
    (entry,) = second.append([pending(A, 2)])
    assert entry.header is not None
    assert entry.header.recorded == MONDAY, "the time of the journal binds whoever opens it"
    assert places(first) == [1, 2, 3]
    assert first.tip() == second.tip()
    first.close()
    second.close()


def test_two_writers_of_one_file_never_both_take_a_version(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first = journal_at(path, new=True, clock=SetClock(MONDAY))
    second = journal_at(path, clock=SetClock(MONDAY))
    first.append([pending(A, 1)])
    with pytest.raises(Conflict):
        second.append([pending(A, 1)])
    second.append([pending(A, 2)])
    with pytest.raises(Conflict):
        first.append([pending(B, 1), pending(A, 2)])
    assert [(entry.stream, entry.version) for entry in first.entries()] == [(A, 1), (A, 2)]
    assert first.tip().root == roots_by_the_book(list(first.rows()))(2)
    first.close()
    second.close()


@pytest.mark.parametrize("next_version", [lambda log: len(log.stream(A)) + 1, lambda _: NEXT], ids=["seen", "any"])
def test_two_who_write_one_stream_by_turns_are_each_recorded(
    tmp_path: Path, next_version: Callable[[Log], int]
) -> None:
    """Each knows how the stream ended when it wrote there last; whoever has looked since is not second any more."""
    path = tmp_path / "journal.db"
    logs = [journal_at(path, new=True, clock=SetClock(MONDAY)), journal_at(path, clock=SetClock(MONDAY))]
    for _ in range(3):
        for log in logs:
            log.append([pending(A, next_version(log))])
            log.append([pending(A, next_version(log))])
    assert [entry.version for entry in logs[0].stream(A)] == list(range(1, 13))
    assert verify(logs[1], seals=logs[1].seals).findings == ()
    for log in logs:
        log.close()


def test_others_commits_are_heard_and_ones_own_silence_is_not(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first, second = journal_at(path, new=True), journal_at(path)
    heard = first.data_version()
    before = heard()
    assert heard() == before
    second.append([pending(A, 1)])
    assert heard() != before
    first.close()
    second.close()


def test_the_machines_clock_is_the_default_clock(tmp_path: Path) -> None:
    before = time.time_ns()
    journal = open_journal(tmp_path / "journal.db", new=True)
    (entry,) = journal.append([pending(A, 1, contact.Linked(B))])
    assert entry.header is not None
    assert before <= entry.header.recorded <= time.time_ns()
    assert datetime.fromtimestamp(entry.header.recorded / S, UTC).year >= 2020
    journal.close()


# What a decision rests on


@pytest.mark.parametrize("seen", [Seen(((B, 1),)), Seen(((A, 1), (C, 1))), Seen(size=3), Seen(((B, 1),), 3)])
def test_what_others_wrote_to_what_a_decision_rests_on_is_a_conflict_and_nothing_is_written(
    log: Log, seen: Seen
) -> None:
    log.append([pending(A, 1), pending(B, 1), pending(B, 2), pending(A, 2)])
    before, held = log.tip(), list(log.rows())
    with pytest.raises(Conflict):
        log.append([pending(C, 1)], seen)
    assert (log.tip(), list(log.rows())) == (before, held)


def test_what_is_as_it_was_seen_holds_nothing_up(log: Log) -> None:
    log.append([pending(A, 1), pending(B, 1)])
    log.append([pending(C, 1)], Seen(((A, 1), (B, 1), (contact_id(9), 0)), 2))
    assert places(log) == [1, 2, 3]


def test_what_another_connection_wrote_is_seen_too(tmp_path: Path, journal: SQLiteJournal, clock: StepClock) -> None:
    """What one connection remembers of a stream's end is not asked."""
    journal.append([pending(A, 1)])
    other = journal_at(tmp_path / "journal.db", clock=clock)
    other.append([pending(A, 2)])
    other.close()
    with pytest.raises(Conflict):
        journal.append([pending(B, 1)], Seen(((A, 1),)))
    journal.append([pending(B, 1)], Seen(((A, 2),)))
