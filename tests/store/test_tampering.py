"""Whatever is changed in a store is found: every byte of every column of every table, rows taken, moved and forged.

Theory of operation. A store is played through the grammar, with rows of another application of the library among its
facts, a foreign record, and a record that is being erased. Its seals are verified with the keys at hand. Of a copy of it
each value is changed in turn: each of its bytes, its type, and to nothing where the column allows; the store is verified,
and the old value written back. A change that the engine itself refuses is no change. What may be changed unseen stands in
REBUILDABLE: it can be made anew from the journal, and nothing rests on it. Without keys, what a seal holds may be changed
unseen too, and nothing else: each seal that was not opened is counted.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent, Tracking

from hueandcry.domain.blindreview import BeginReview
from hueandcry.domain.contact import Rang
from hueandcry.domain.duty import Role
from hueandcry.domain.expedite import Asked
from hueandcry.domain.fact import FactRef, Kind
from hueandcry.domain.foreign import Receive, Received, foreign_stream
from hueandcry.domain.incident import Opened
from hueandcry.domain.reference import kind_of, stream_text
from hueandcry.domain.staff import Proposed, SetPassphrase, SignOff, staff_stream
from hueandcry.operator.bootstrap import open_room
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.intake.loader import Loader
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from hueandcry.store import codec
from hueandcry.store.erasure import keys_of
from hueandcry.store.folder import StoreFolder
from hueandcry.store.moment import local_day
from hueandcry.store.sqlite import Datastore, Factory, SQLiteJournalProcess, uri_of
from hueandcry.store.verify import Finding, Verified, verify
from tests.proof.counts import chance, count
from tests.proof.table import Told, tell
from tests.staging import Founded, work

REBUILDABLE = ("stored_snapshots", "tracking")  # tables, with all their columns
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "log-format.md"
THROUGH_THE_COMMAND = 20
SHORT, LONG = 200, 300
INDEX_LEAF = 10  # the kind of page, in the file format of SQLite
CELL_HEADER_MAX = 6  # length, header length, and the types of stream, version and position
DAMAGED, UNAVAILABLE = 3, 5  # exit codes

STORY = """
    ring 999 07700 900123
    answer @c
    note @c whispering, two children upstairs
    fix @c 3 three children
    locate @c SOUTH 12 Mill Lane, back door
    triage @c situation now he shouts through the letter box
    triage @c threat present former partner
    triage @c risk some
    triage @c investigation some
    triage @c vulnerability child
    notasked @c engagement unsafe she whispers
    open @c domestic former partner at the back door
    assess @i door locked
    grade @i 2
    own @i 5501
    change @i he has a knife
    assess @i threat=weapon knife seen
    grade @i 1 knife seen
    unit AB12 CENTRAL taser
    interim @i high 30m he has a key
    check @i pnc AB12 CDE / seen at the back door
    advise @i get-safe lock the door
    send @i AB12
    (wait)
    arrive @i
    note @i one arrested
    fix @i 1 the house is number 21
    change @i he is in custody
    assess @i situation=just-over threat=none risk=low
    propose grade @i 3 in custody
    (second) decline @p statement first
    propose grade @i 3 in custody, statement taken
    (second) approve @p
    ring 101 07700 900477
    answer @c
    link @c @i
    close @c
    assess @i neighbour has it on film
    told @i rang back
    result @i crime arrest made
    close @i
    ring partner 0161 496 0112
    answer @c
    expedite ward-12 walkout @c Sister Jones / 0161 496 0112 / left in slippers
    (wait)
    verify @e call-back switchboard
    note @e insulin due at noon
    fix @e 1 left at 09:10
    open @e missing patient in slippers
    decide @e accept real risk to life
    transfer @c ward-12 handled as an expedite
    close @c
    tellback @e Sister Jones: a car is looking
    close @e back on the ward
    ring 101 07700 900461
    answer @c
    operator @c on
    triage @c situation past
    triage @c threat none
    triage @c risk low
    triage @c investigation none
    triage @c vulnerability none
    triage @c engagement wants-advice
    resolve @c advice lost property
    close @c
    (second) propose erase @c MoPI review 2026/114
    (founder) approve @p
    note @c a word too late
    person Siobhan Kelly
    marker . violent high pnc assaulted two officers
    partner home children Elm House
    expedite home missing - Kay / 0161 496 0200 / she is gone
    form . ph-places the bus station
    refer . mash child-protection out alone at night / could not be asked
"""
ROWS = [["2026-11-22 07:10:00", "EMS", "FALL VICTIM", "NORRISTOWN"], ["2026-11-22 07:11:00", "Fire", "ALARM", ""]]


# The stores that are tampered with


def play(path: Path, size: int) -> None:
    """Make a store of so many facts: the story, staff, history, the watch's facts, and rows of others."""
    stage = Founded(path)
    journal = stage.room.journal
    stage.list_places("12 Mill Lane")
    first = stage.desk("2211", Role.HANDLER, Role.DISPATCHER, Role.VULNERABILITY)
    second = stage.desk("5501", Role.SUPERVISOR)
    journal.insert_events([StoredEvent(UUID(int=7), version, "bank:Account.Opened", b"{}") for version in (1, 2)])
    tell_story(stage, first, second)
    _staff_and_history(stage)
    _another_application(stage.room.folder)
    padding = chain.from_iterable(repeat(("ring 999 07700 900999", "note . nobody speaks", "answer .")))
    while journal.tip().size < size:
        work(first, next(padding))
    for record in stage.board.open():
        first.door.stream(record.id, "show")
    stage.room.access.read(first.door.viewer, "2211")
    stage.close()


def tell_story(stage: Founded, first: Desk, second: Desk) -> None:
    names: dict[str, str] = {}
    watch = Watch(stage.room)
    desks = {"(second)": second, "(founder)": stage.founder}
    for line in (line.strip() for line in STORY.strip().splitlines()):
        stage.pass_time(7)
        if line == "(wait)":
            stage.pass_time(1000)
            watch.tick()
            continue
        who, _, rest = line.partition(" ")
        desk, text = (desks[who], rest) if who in desks else (first, line)
        for sign, name in names.items():
            text = text.replace(f"@{sign}", name)
        for entry in carry_out(desk, text):
            names |= _named(entry.fact, stream_text(entry.stream))


def _named(fact: Any, stream: str) -> dict[str, str]:
    match fact:
        case Rang():
            return {"c": stream}
        case Opened():
            return {"i": stream}
        case Asked():
            return {"e": stream}
        case Proposed():
            return {"p": f"p{fact.tail}"}
    return {}


def _staff_and_history(stage: Founded) -> None:
    leaving = stage.desk("2214")
    leaving.do([Act(staff_stream("2214"), SetPassphrase(b"salt and hash"))])
    leaving.do([Act(staff_stream("2214"), SignOff(leaving.signed.session))])
    work(stage.founder, "grant 2214 dispatcher\nwithdraw 2214 handler")
    about = stage.board.incident_on(local_day(stage.clock(), stage.board.zone), 1) or b""
    review = BeginReview(about, FactRef(about, 5), "2211", "office", "999", "vsu", ("2211",), seen=False)
    work(stage.founder, "grant 1001 auditor")
    stage.founder.do([Act(stage.founder.identity.stream(Kind.REVIEW), review)])
    Loader(stage.room.folder, stage.founder, "montgomery").load_rows(iter(ROWS))
    theirs = Received(
        "hueandcry/MET/0",
        bytes(16),
        9,
        b"incident.opened",
        b"\x92",
        (b"", bytes(32), b""),
        bytes(32),
        False,
        True,
        b"",
        b"s",
    )
    stage.founder.do([Act(foreign_stream("hueandcry/MET/0", bytes(16)), Receive((theirs,)))])
    stage.clock.now_ns -= 5 * 10**9  # the machine's clock goes back by more than a second
    work(stage.founder, "ring 999 07700 900124")
    stage.pass_time(6)


def _another_application(folder: StoreFolder) -> None:
    """Write as other applications of the library do, which follow ours, and keep snapshots, in the same file."""
    datastore = Datastore(uri_of(folder.journal))
    process = SQLiteJournalProcess(datastore)
    process.create_table()
    events = [StoredEvent("ledger", version, "bank:Ledger.Written", b"\x93\1\2\3") for version in (1, 2)]  # type: ignore[arg-type]  # text ids are the library's other habit
    process.insert_events(events, tracking=Tracking("bank", 5))
    snapshots = Factory.aggregate_recorder_class(datastore, events_table_name="stored_snapshots")
    snapshots.create_table()
    snapshots.insert_events([StoredEvent(UUID(int=7), 2, "bank:Account", b"{}")])
    process.close()


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "store"
    play(path, SHORT)
    return path


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "store"
    play(path, LONG)
    return path


# Changing, and looking


class Tampering:
    """A copy of a store under a hostile hand: a connection that changes it, and a journal that is verified."""

    def __init__(self, store: Path, at: Path, *, access: bool = False) -> None:
        self.folder = StoreFolder(shutil.copytree(store, at / "store"))
        self.hand = sqlite3.connect(self.folder.access if access else self.folder.journal, isolation_level=None)
        self.hand.execute("PRAGMA synchronous=OFF")
        self.hand.execute("PRAGMA ignore_check_constraints=ON")
        self.room = open_room(str(self.folder.path))
        self.journal: Any = self.room.access.log if access else self.room.journal

    def verified(self, *, closed: bool = False) -> Verified:
        return verify(self.journal, seals=None if closed else self.journal.seals)

    def findings(self) -> tuple[Finding, ...]:
        return self.verified().findings

    def do(self, *statements: str) -> None:
        for statement in statements:
            self.hand.execute(statement)

    def ask(self, query: str) -> Any:
        return self.hand.execute(query).fetchone()[0]

    def close(self) -> None:
        self.hand.close()
        self.room.close()


@pytest.fixture
def tampering(short: Path, tmp_path: Path) -> Iterator[Tampering]:
    made = Tampering(short, tmp_path)
    yield made
    made.close()


@pytest.fixture
def tampering_access(short: Path, tmp_path: Path) -> Iterator[Tampering]:
    made = Tampering(short, tmp_path, access=True)
    yield made
    made.close()


@pytest.fixture
def tampering_long(long: Path, tmp_path: Path) -> Iterator[Tampering]:
    made = Tampering(long, tmp_path)
    yield made
    made.close()


class Cell(NamedTuple):
    """One value of a table: its column, and the values of the key columns that name its row."""

    table: str
    column: str
    keys: tuple[str, ...]
    row: tuple[Any, ...]
    value: Any

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    def where(self) -> tuple[str, list[Any]]:
        """Return the clause that names the row."""
        return " AND ".join(f"{key} IS ?" for key in self.keys), list(self.row)


class Change(NamedTuple):
    """What is written over a value, and by which way of changing it."""

    cell: Cell
    how: str
    written: Any

    @property
    def position(self) -> int | None:
        """The position of the row that is changed, None outside the facts."""
        return self.cell.row[0] if self.cell.table in ("fact", "access") else None


def cells(hand: sqlite3.Connection) -> Iterator[Cell]:
    """Yield every value of every table of a store."""
    for (table,) in hand.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name").fetchall():
        columns = hand.execute(f"PRAGMA table_info({table})").fetchall()
        keys = tuple(name for _, name, _, _, _, key in columns if key) or ("rowid",)
        names = [name for _, name, *_ in columns]
        for row in hand.execute(f"SELECT {', '.join((*keys, *names))} FROM {table}").fetchall():
            for name, value in zip(names, row[len(keys) :], strict=True):
                yield Cell(table, name, keys, row[: len(keys)], value)


def changes(cell: Cell, random: Random) -> Iterator[Change]:
    """Yield the changes of a value: each of its bytes, to another type, and to nothing."""
    value = cell.value
    if value is None:
        yield Change(cell, "filled", b"\0")
        return
    stored = value.to_bytes(8, "big", signed=True) if isinstance(value, int) else as_bytes(value)
    for at, byte in enumerate(stored):
        fresh = bytes((*stored[:at], byte ^ random.randrange(1, 256), *stored[at + 1 :]))
        yield Change(cell, "byte", _like(fresh, value))
    others = [as_bytes(value), Text(as_bytes(value)), float(value) if isinstance(value, int) else len(value)]
    yield from (Change(cell, "type", other) for other in others if type(other) is not type(_like(b"", value)))
    yield Change(cell, "nothing", None)


class Text(bytes):
    """Bytes that are written as text, also where they are not UTF-8."""


def _like(content: bytes, value: Any) -> Any:
    if isinstance(value, int):
        return int.from_bytes(content, "big", signed=True)
    return Text(content) if isinstance(value, str) else content


def as_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def apply(hand: sqlite3.Connection, change: Change) -> bool:
    """Write a change; tells whether the engine took it and stores something else now."""
    cell = change.cell
    where, values = cell.where()
    put = "CAST(? AS TEXT)" if isinstance(change.written, Text) else "?"
    look = f"SELECT hex({cell.column}), typeof({cell.column}) FROM {cell.table} WHERE "
    before = hand.execute(look + where, values).fetchone()
    try:
        hand.execute(f"UPDATE {cell.table} SET {cell.column}={put} WHERE {where}", [change.written, *values])
    except sqlite3.IntegrityError:
        return False
    where, values = after(change)
    return hand.execute(look + where, values).fetchone() != before


def after(change: Change) -> tuple[str, list[Any]]:
    """Return the clause that names the row of a change that was written, also where its key was changed."""
    keys = change.cell.keys
    new = [change.written if key == change.cell.column else old for key, old in zip(keys, change.cell.row, strict=True)]
    signs = ["CAST(? AS TEXT)" if isinstance(value, Text) else "?" for value in new]
    return " AND ".join(f"{key} IS {sign}" for key, sign in zip(keys, signs, strict=True)), new


def undo(hand: sqlite3.Connection, change: Change) -> None:
    """Write the old value back."""
    cell = change.cell
    where, values = after(change)
    done = hand.execute(f"UPDATE {cell.table} SET {cell.column}=? WHERE {where}", [cell.value, *values])
    assert done.rowcount == 1, change


def names_the_place(finding: Finding, change: Change) -> bool:
    """Tell whether a finding names the row that was changed, or a part of the store where no row was.

    A row that has another position is named by its old place, the row behind that, or its new place.
    """
    position = change.position
    if position is None:
        return True
    between = re.fullmatch(r"between @(\d+) and @(\d+)", finding.part)
    behind = re.fullmatch(r"after @(\d+)", finding.part)
    if between:
        return int(between[1]) <= position <= int(between[2])
    if behind:
        return int(behind[1]) < position
    moved = change.cell.column == "position"
    return finding.position in ((position, position + 1, change.written) if moved else (position,))


def seen(tampering: Tampering, change: Change, *, closed: bool = False) -> str:
    """Return how a change came out: found, unseen, or refused by the engine; the store is as before."""
    if not apply(tampering.hand, change):
        return "refused"
    try:
        found = any(names_the_place(finding, change) for finding in tampering.verified(closed=closed).findings)
        return "found" if found else "unseen"
    except Exception as fault:  # noqa: BLE001 — whatever ends a verification is its outcome
        return f"verification ended with {type(fault).__name__}"
    finally:
        undo(tampering.hand, change)


def campaign(tampering: Tampering, wanted: list[Change], name: str, *, closed: bool = False) -> None:
    """Make the changes, one after another, tell the row, and hold that none was unseen."""
    began = time.monotonic()
    outcomes: Counter[str] = Counter()
    unseen: Counter[str] = Counter()
    for change in wanted:
        outcome = seen(tampering, change, closed=closed)
        outcomes[outcome] += 1
        if outcome not in ("found", "refused"):
            unseen[f"{change.cell.name}: {change.how}: {outcome}"] += 1
    done = sum(outcomes.values()) - outcomes["refused"]
    tell(Told(name, done, f"{outcomes['found']:,} found, {sum(unseen.values()):,} unseen", time.monotonic() - began))
    assert not unseen, unseen
    assert done
    assert not tampering.findings(), "the tampering was not undone"


def all_changes(tampering: Tampering, random: Random, *tables: str) -> list[Change]:
    """Return every change to a store, or to some of its tables, but to what is rebuildable."""
    wanted = [cell for cell in cells(tampering.hand) if cell.table not in REBUILDABLE]
    return [one for cell in wanted if not tables or cell.table in tables for one in changes(cell, random)]


# Values


@pytest.mark.proof
def test_every_value_changed_in_a_store_is_found_and_named_by_its_place(tampering: Tampering) -> None:
    """Each byte of each value, its type, and the value made nothing; a twentieth of them without HUE_PROOF."""
    random = chance("tampering")
    every = all_changes(tampering, random)
    campaign(tampering, random.sample(every, count(len(every))), "a value changed in a store of 200 facts")


@pytest.mark.proof
def test_every_changed_value_of_kept_nodes_and_tip_is_found(tampering_long: Tampering) -> None:
    """A store of 300 facts keeps a node of level 8."""
    assert tampering_long.ask("SELECT count(*) FROM fact_node WHERE level=8") == 1
    wanted = all_changes(tampering_long, chance("nodes"), "fact_node", "fact_tip")
    assert {change.cell.column for change in wanted} >= {"hash", "size", "peaks", "recorded", "keys"}
    campaign(tampering_long, wanted, "a value changed in nodes and tip of a store of 300 facts")


@pytest.mark.proof
def test_every_value_changed_in_the_access_log_is_found_and_named_by_its_place(tampering_access: Tampering) -> None:
    """Or whoever looked could take themselves out of it. A twentieth of the changes without HUE_PROOF."""
    random = chance("tampering with the access log")
    every = all_changes(tampering_access, random)
    assert {change.cell.table for change in every} == {"access", "access_tip"}
    assert tampering_access.ask("SELECT count(DISTINCT name) FROM access") == 2
    campaign(tampering_access, random.sample(every, count(len(every))), "a value changed in an access log")


@pytest.mark.proof
def test_every_value_but_what_a_seal_holds_is_found_without_keys_too(tampering: Tampering) -> None:
    """Whoever checks a store that is not theirs has no keys. A twentieth of the changes without HUE_PROOF."""
    random = chance("tampering, closed")
    every = [one for one in all_changes(tampering, random) if one.cell.column not in ("sealed", "local")]
    campaign(tampering, random.sample(every, count(len(every))), "a value changed, verified without keys", closed=True)


def test_a_run_without_keys_counts_each_seal_that_it_did_not_open(tampering: Tampering) -> None:
    """What a seal holds is then not held against its digest: that is told, and not passed over."""
    groups = tampering.ask("SELECT count(sealed) + count(local) FROM fact")
    whole, shut = tampering.verified(), tampering.verified(closed=True)
    assert (whole.findings, whole.opened, whole.unopened) == ((), groups, 0)
    assert (shut.findings, shut.opened, shut.unopened) == ((), 0, groups)
    assert (shut.root, shut.keys, shut.erased) == (whole.root, whole.keys, whole.erased)
    tampering.do(f"UPDATE fact SET sealed=zeroblob(length(sealed)) WHERE position={NOTED}")
    shut = tampering.verified(closed=True)
    assert (shut.findings, shut.opened, shut.unopened) == ((), 0, groups)
    assert [finding.part for finding in tampering.findings()] == ["seal"]
    tampering.do(f"UPDATE fact SET sealed=NULL WHERE position={NOTED}")
    assert [finding.part for finding in tampering.verified(closed=True).findings] == ["sealed"]


@pytest.mark.parametrize("closed", [False, True], ids=["with keys", "without keys"])
@pytest.mark.parametrize("by", [1, -1, 1000, None], ids=["the next", "the one before", "one never made", "none"])
def test_another_key_in_a_head_is_found(tampering: Tampering, by: int | None, closed: bool) -> None:
    """The head stands in the leaf; and no stream has a key that was not given to it."""
    position, head = tampering.hand.execute(f"SELECT position, head FROM fact WHERE position={NOTED}").fetchone()
    header, fact = msgspec.msgpack.decode(head)
    header[-1] = None if by is None else header[-1] + by
    tampering.hand.execute(f"UPDATE fact SET head=? WHERE position={NOTED}", [msgspec.msgpack.encode([header, fact])])
    findings = tampering.verified(closed=closed).findings
    assert (position, "key") in [(finding.position, finding.part) for finding in findings]
    assert any(finding.position is None for finding in findings), "the tree does not come out the same"


def test_what_was_sealed_under_a_destroyed_key_is_counted_and_no_finding(tampering: Tampering) -> None:
    """It was erased: nobody can hold it against its digest any more, and it is what was recorded."""
    whole = tampering.verified()
    (stream,) = whole.erased
    rows = tampering.journal.stream_rows(stream)
    (key,) = keys_of(rows)
    under = sum(row.sealed is not None for row in rows if codec.key_of(row.head) == key)
    later = [row for row in rows if row.sealed is not None and codec.key_of(row.head) not in (key, None)]
    assert under
    assert later
    tampering.journal.seals.keyring.destroy(key)
    after = tampering.verified()
    assert (after.findings, after.root, after.unopened) == ((), whole.root, under)
    assert after.opened == whole.opened - under
    tampering.room.close()
    told = hue("verify", store=tampering.folder.path)
    assert (told.returncode, told.stderr) == (0, "")


def test_a_record_key_that_is_gone_without_an_erasure_is_found(tampering: Tampering) -> None:
    """Whoever destroys a key has erased a record, and two people have to do that."""
    held = tampering.verified()
    key = next(key for key, stream in held.keys.items() if stream not in held.erased)
    tampering.journal.seals.keyring.destroy(key)
    tampering.room.close()
    told = hue("verify", store=tampering.folder.path)
    assert told.returncode == DAMAGED
    assert told.stderr == f"hue: record key {key}: is destroyed, and its record was not erased\n"


def test_a_store_that_is_tampered_with_holds_every_kind_of_stream_and_group(tampering: Tampering) -> None:
    """Otherwise the campaign would prove less than it says."""
    streams = [stream for (stream,) in tampering.hand.execute("SELECT DISTINCT stream FROM fact")]
    assert {kind_of(stream) for stream in streams if isinstance(stream, bytes)} == {None, *Kind} - {Kind.ACCESS}
    assert any(isinstance(stream, str) for stream in streams)
    for group in ("sealed", "local"):
        assert tampering.ask(f"SELECT count(*) FROM fact WHERE {group} IS NOT NULL"), group
    keys = [codec.key_of(row.head) for row in tampering.journal.rows()]
    assert len({*keys} - {None}) == tampering.ask("SELECT keys FROM fact_tip") > 5
    assert tampering.ask("SELECT count(*) FROM fact WHERE name='record.erased'") == 1
    assert tampering.ask("SELECT count(*) FROM fact") == SHORT


def test_what_may_change_unseen_is_just_what_the_log_format_says(tampering: Tampering) -> None:
    """The page names each table: as evidence, with its columns, or as rebuildable and outside the evidence."""
    page = PAGE.read_text(encoding="utf-8")
    told = re.search(r"rebuildable and outside the evidence: (.*?)\.", page, re.DOTALL)
    assert told is not None
    assert tuple(sorted(re.findall(r"`(\w+)`", told[1]))) == REBUILDABLE
    every = {cell.table: set[str]() for cell in cells(tampering.hand)}
    for cell in cells(tampering.hand):
        every[cell.table].add(cell.column)
    assert set(REBUILDABLE) < set(every)
    for table, columns in every.items():
        assert f"`{table}`" in page
        assert table in REBUILDABLE or all(f"`{column}`" in page for column in columns), table


# Rows


FORGED = (
    "INSERT INTO fact SELECT {position}, x'0192f0c1d2e380108000000000000001', 1, name, head, police, police_digest, sealed, "
    "sealed_digest, local, local_digest FROM fact WHERE position=(SELECT max(position) FROM fact WHERE name='record.noted')"
)
HELD = (
    "CREATE TEMP TABLE held AS SELECT position, sealed, sealed_digest FROM fact "
    "WHERE name='record.noted' ORDER BY position LIMIT 2"
)
HANDS: dict[str, tuple[str, ...]] = {
    "the last fact deleted": ("DELETE FROM fact WHERE position=200",),
    "the last fact deleted and the size set back": (
        "DELETE FROM fact WHERE position=200",
        "UPDATE fact_tip SET size=199",
    ),
    "a middle fact deleted": ("DELETE FROM fact WHERE position=100",),
    "the first fact deleted": ("DELETE FROM fact WHERE position=1",),
    "a fact of another application deleted": ("DELETE FROM fact WHERE name='bank:Ledger.Written' AND version=2",),
    "all facts deleted": ("DELETE FROM fact",),
    "a middle fact deleted and those behind it moved up": (
        "DELETE FROM fact WHERE position=100",
        "UPDATE fact SET position=position-1 WHERE position>100",
        "UPDATE fact_tip SET size=199",
    ),
    "the positions of two facts swapped": (
        "UPDATE fact SET position=1000 WHERE position=50",
        "UPDATE fact SET position=50 WHERE position=51",
        "UPDATE fact SET position=51 WHERE position=1000",
    ),
    "the sealed groups of two facts swapped with their digests": (
        HELD,
        "UPDATE fact SET (sealed, sealed_digest) = (SELECT sealed, sealed_digest FROM held WHERE held.position != fact.position) "
        "WHERE position IN (SELECT position FROM held)",
    ),
    "the sealed groups of two facts swapped without their digests": (
        HELD,
        "UPDATE fact SET sealed = (SELECT sealed FROM held WHERE held.position != fact.position) "
        "WHERE position IN (SELECT position FROM held)",
    ),
    "a sealed group taken away with its digest": (
        "UPDATE fact SET sealed=NULL, sealed_digest=NULL WHERE position=(SELECT min(position) FROM fact WHERE sealed NOT NULL)",
    ),
    "a forged fact at the end": (FORGED.format(position="NULL"),),
    "a forged fact at the end, and the size with it": (
        FORGED.format(position="NULL"),
        "UPDATE fact_tip SET size=size+1",
    ),
    "a forged fact before the first": (FORGED.format(position=0),),
    "a forged fact far before the first": (FORGED.format(position=-7),),
    "a forged fact far behind the last": (FORGED.format(position=1 << 62),),
    "the tip deleted": ("DELETE FROM fact_tip",),
    "a node of no rows": ("INSERT INTO fact_node VALUES (8, 0, zeroblob(32))",),
}


@pytest.mark.parametrize("hand", HANDS)
def test_rows_taken_moved_and_forged_are_found(tampering: Tampering, hand: str) -> None:
    before = tampering.hand.total_changes
    tampering.do(*HANDS[hand])
    assert tampering.hand.total_changes > before
    findings = tampering.findings()
    assert findings
    assert all(finding.position is not None or finding.part for finding in findings)


NOTED = "(SELECT max(position) FROM fact WHERE name='record.noted')"
NAMED: dict[str, tuple[str, str]] = {
    "a fact deleted": ("DELETE FROM fact WHERE position=100", "@101 position"),
    "a fact moved behind the last": ("UPDATE fact SET position=900 WHERE position=103", "@900 position"),
    "a version moved on": (f"UPDATE fact SET version=77 WHERE position={NOTED}", "version"),
    "a moment moved back": (
        "UPDATE fact SET head=(SELECT head FROM fact WHERE position=1) WHERE position=100",
        "@100 recorded",
    ),
    "a name of a fact of other fields": ("UPDATE fact SET name='incident.opened' WHERE position=100", "@100 fact"),
    "a sealed group changed": (f"UPDATE fact SET sealed=zeroblob(40) WHERE position={NOTED}", "seal"),
    "a sealed group of text": (f"UPDATE fact SET sealed='words' WHERE position={NOTED}", "seal"),
    "a sealed group taken": (f"UPDATE fact SET sealed=NULL WHERE position={NOTED}", "sealed"),
    "a local group given": (f"UPDATE fact SET local=zeroblob(40) WHERE position={NOTED}", "local"),
    "the size changed": ("UPDATE fact_tip SET size=201", "tip"),
    "the tip's moment changed": ("UPDATE fact_tip SET recorded=recorded+1", "tip"),
    "the peaks cut": ("UPDATE fact_tip SET peaks=substr(peaks, 1, 64)", "between @193 and @200"),
    "the peaks a number": ("UPDATE fact_tip SET peaks=1", "tip"),
    "the tip unreadable": ("UPDATE fact_tip SET peaks=CAST(x'ff' AS TEXT)", "tip"),
    "the tip deleted": ("DELETE FROM fact_tip", "tip"),
    "the last key set on": ("UPDATE fact_tip SET keys=keys+1", "tip"),
    "the last key no number": ("UPDATE fact_tip SET keys='many'", "tip"),
    "a name unreadable": ("UPDATE fact SET name=CAST(x'ff' AS TEXT) WHERE position=1", "after @0"),
}


@pytest.mark.parametrize("hand", NAMED)
def test_a_finding_names_the_part_that_is_not_as_it_was_written(tampering: Tampering, hand: str) -> None:
    """Whoever reads `hue verify` must know where to look."""
    statement, part = NAMED[hand]
    tampering.do(statement)
    told = [finding.text().split(":")[0] for finding in tampering.findings()]
    assert any(one == part or one.endswith(f" {part}") for one in told), told
    assert len(told) < 8, told


def test_peaks_that_go_on_behind_those_of_the_tree_are_found(tampering: Tampering) -> None:
    peaks = tampering.ask("SELECT peaks FROM fact_tip")
    tampering.hand.execute("UPDATE fact_tip SET peaks=?", [peaks + bytes(32)])
    assert [finding.part for finding in tampering.findings()] == ["tip"]


@pytest.mark.parametrize("taken", ["DELETE FROM fact_node", "INSERT INTO fact_node VALUES (16, 0, zeroblob(32))"])
def test_nodes_taken_and_added_are_found(tampering_long: Tampering, taken: str) -> None:
    tampering_long.do(taken)
    assert [finding.part[:4] for finding in tampering_long.findings()] == ["node"]


def test_a_row_whose_moment_is_moved_on_is_named_and_not_those_behind_it(tampering: Tampering) -> None:
    """A list of a hundred rows that are as they were hides the one that is not."""
    head = tampering.ask("SELECT head FROM fact WHERE position=50")
    at = head.index(b"\xcf", head.index(b"\xcf") + 1) + 1  # the second instant of the header: recorded
    later = head[:at] + bytes((head[at] + 1,)) + head[at + 1 :]
    tampering.hand.execute("UPDATE fact SET head=? WHERE position=50", [later])
    findings = tampering.findings()
    assert len(findings) < 5, [finding.text() for finding in findings]
    assert any(finding.part == "between @1 and @128" for finding in findings)


# Below the rows


def test_an_index_that_hides_a_fact_of_a_stream_is_found(tampering: Tampering) -> None:
    """One stream is read through an index; verification reads the rows. A hand in the file can part the two."""
    stream = tampering.ask("SELECT stream FROM fact WHERE name='incident.graded'")
    before = len(tampering.journal.stream(stream))
    path = tampering.folder.journal
    tampering.close()
    _break_index(path, stream)
    room = open_room(str(path.parent))
    assert len(room.journal.stream(stream)) < before
    findings = verify(room.journal, seals=room.journal.seals).findings
    room.close()
    assert findings


def _break_index(path: Path, stream: bytes) -> None:
    """Make a stream's id less by one in the first of its cells in a leaf of an index, nowhere else."""
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    for page in range(size, len(content), size):
        cells = int.from_bytes(content[page + 3 : page + 5], "big") if content[page] == INDEX_LEAF else 0
        for pointer in range(page + 8, page + 8 + 2 * cells, 2):
            cell = page + int.from_bytes(content[pointer : pointer + 2], "big")
            at = content.find(stream, cell, cell + len(stream) + CELL_HEADER_MAX)
            if at >= 0:
                content[at : at + len(stream)] = (int.from_bytes(stream, "big") - 1).to_bytes(len(stream), "big")
                path.write_bytes(content)
                return
    pytest.fail("no leaf of an index holds the stream")


def test_a_trigger_that_somebody_put_on_the_facts_is_found(tampering: Tampering) -> None:
    """It would change what is recorded from now on, after the journal has counted it."""
    tampering.do("CREATE TRIGGER quiet AFTER INSERT ON fact BEGIN DELETE FROM fact_node; END")
    assert tampering.findings()


@pytest.mark.parametrize("more", ["fact", "fact_tip", "fact_node"])
def test_a_table_that_is_made_otherwise_than_the_format_says_is_found(tampering: Tampering, more: str) -> None:
    tampering.do(f"ALTER TABLE {more} ADD COLUMN more")
    assert more in [finding.part for finding in tampering.findings()]


@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_a_file_that_is_cut_off_is_found(tampering: Tampering, cut: float) -> None:
    path = tampering.folder.journal
    tampering.close()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    told = hue("verify", store=path.parent)
    assert told.returncode in (DAMAGED, UNAVAILABLE)
    assert told.stderr.startswith("hue: ")


# Through the command


def hue(*words: str, store: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".typed"), "HUE_STORE": str(store)}
    command = [sys.executable, "-m", "hueandcry.operator.cli", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_says_what_was_changed_and_ends_with_3(tampering: Tampering) -> None:
    random = chance("tampering through the command")
    every = [one for one in all_changes(tampering, random) if one.how == "byte"]
    random.shuffle(every)
    done = 0
    while done < THROUGH_THE_COMMAND:
        change = every.pop()
        if not apply(tampering.hand, change):
            continue
        told = hue("verify", store=tampering.folder.path)
        undo(tampering.hand, change)
        done += 1
        assert (told.returncode, bool(told.stderr)) == (DAMAGED, True), (change, told)
    assert hue("verify", store=tampering.folder.path).returncode == 0


def test_nothing_is_found_in_a_store_that_nobody_touched(short: Path, long: Path, tmp_path: Path) -> None:
    for at, (store, size) in enumerate(((short, SHORT), (long, LONG))):
        told = hue("verify", store=shutil.copytree(store, tmp_path / str(at)))
        assert (told.returncode, told.stderr) == (0, "")
        assert told.stdout.startswith(f"{size} facts verified")


NOT_STORES: dict[str, Callable[[Path], object]] = {
    "a newer version": lambda path: _pragma(path, "user_version=99"),
    "an older version": lambda path: _pragma(path, "user_version=0"),
    "of another application": lambda path: _pragma(path, "application_id=7"),
    "not a database": lambda path: path.write_bytes(b"not a journal at all" * 400),
    "empty": lambda path: path.write_bytes(b""),
    "a directory": lambda path: (path.unlink(), path.mkdir()),
    "missing": lambda path: path.unlink(),
}


def _pragma(path: Path, setting: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {setting}")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("made", NOT_STORES)
def test_a_file_that_is_no_store_of_this_version_is_refused_and_not_touched(
    short: Path, tmp_path: Path, made: str
) -> None:
    folder = shutil.copytree(short, tmp_path / "store")
    path = folder / "journal.db"
    NOT_STORES[made](path)
    before = path.read_bytes() if path.is_file() else None
    told = hue("verify", store=folder)
    assert told.returncode == UNAVAILABLE
    assert told.stderr.startswith("hue: ")
    assert len(told.stderr.splitlines()) == 1
    assert (path.read_bytes() if path.is_file() else None) == before
