"""Whatever is done to a store by a hand that can write its files is found: 10,000 tamperings of nineteen classes.

Theory of operation. A store of more than 300 facts is played through the grammar, with looks at sealed words, an
erasure that is complete and one that is pending, rows of others, backups noted, and checkpoints signed on the way; a
second one of 65,600 cheap rows has a node of level 16, and takes a tenth of a class's share: reading it takes a second.
Copies of the files are kept on the way, to roll back to.

Each tampering falls on a fresh copy of all files, by SQL and bytes alone: nothing here that changes a store is the
product's. Half of those that change rows go on to make nodes and tip anew (`redo`), as whoever knows the format would;
what is left to find them are signed checkpoints. The hand cannot reach the key folder, and has no key. A draw that leaves
every value as it was, or that SQLite refuses, is drawn again. The judge is tests/reader.py, which shares no code with
the product; every tenth of each class is put before the product's own Examination as well, as `hue verify` has it made.

What no reader of these files can find is not among the classes, and stands in LIMITS, each held to be unseen:
- rows behind the last checkpoint: cut off, changed or added in a tree that fits (the same in the access log);
- what a seal of an erased record holds: its key is gone, and its digest stands;
- the key of a record whose erasure is pending, destroyed: that is what is to come;
- checkpoints but the last, taken out of their file: those that stay say the same and more;
- a key store put back to an older copy in which every erasure is done: no key that a row names is another.
Without the key folder whoever rewrites everything is not found at all. Files outside the evidence, as the page on the
format lists them, are not touched here.
"""

import base64
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import cached_property
from hashlib import sha256
from itertools import count as counted
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import StoredEvent

from hueandcry.domain.adoption import NoteBackup
from hueandcry.domain.contact import Rang
from hueandcry.domain.duty import Role
from hueandcry.domain.expedite import Asked
from hueandcry.domain.fault import Damaged, ForeignFault, Unavailable
from hueandcry.domain.foreign import Receive, Received, foreign_stream
from hueandcry.domain.incident import Opened
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import stream_text
from hueandcry.domain.staff import Proposed, SetPassphrase, staff_stream
from hueandcry.operator import erasing
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.identity import Identity
from hueandcry.operator.intake.loader import Loader
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from hueandcry.store.evidence import Examination
from hueandcry.store.folder import StoreFolder
from tests.proof.counts import chance, count
from tests.proof.table import Told, tell
from tests.reader import GROUPS, NODE, ROW, TIP, Tree, check, packed, unpacked
from tests.staging import Founded

TAMPERINGS = 10_000
BY_THE_PRODUCT = 10  # every tenth
ON_LARGE = 10  # a class that falls on the large store has a tenth of a class's share
LARGE = 65_600
DATABASES = ("journal.db", "access.db", "keys.db")
NOTES = ("checkpoints", "access.checkpoints")
TABLES = {"journal.db": "fact", "access.db": "access"}
SEALED = ("sealed", "local")

# What a day is played of: `@c` is the last contact, `@i` the last incident, `@e` the last expedite, `@p` the proposal.
MORNING = """
    ring 999 07700 900123
    answer @c
    note @c whispering, two children upstairs
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
    assess @i threat=weapon knife seen
    grade @i 1 knife seen
    send @i AB12
    (look) @i livelist
    arrive @i
    note @i one arrested
    propose grade @i 3 in custody
    (second) decline @p statement first
    (second) note @i the sergeant knows
    told @i rang back
    result @i crime arrest made
    close @i
    (look) @c contact
"""
NOON = """
    ring partner 0161 496 0112
    answer @c
    expedite ward-12 walkout @c Sister Jones / 0161 496 0112 / left in slippers
    (wait)
    verify @e call-back switchboard
    note @e insulin due at noon
    open @e missing patient in slippers
    decide @e accept real risk to life
    (look) @e expedite
    transfer @c ward-12 handled as an expedite
    close @c
    tellback @e Sister Jones: a car is looking
    close @e back on the ward
"""
A_CALL = """
    ring 101 07700 900461
    answer @c
    note @c his words come slowly
    triage @c situation past
    triage @c threat none
    triage @c risk low
    triage @c investigation none
    triage @c vulnerability none
    triage @c engagement wants-advice
    resolve @c advice lost property
    close @c
    (look) @c contact
"""
ERASURE = """
    (second) propose erase @c MoPI review 2026/114
    (founder) approve @p
"""
LATE = """
    note @c a word too late
"""
ROWS = [["2026-11-22 07:10:00", "EMS", "FALL VICTIM", "NORRISTOWN"], ["2026-11-22 07:11:00", "Fire", "ALARM", ""]]


# The stores


class Day(Founded):
    """A founded store in files, its people, and what they do and look at."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.first = self.desk("2211", Role.HANDLER, Role.DISPATCHER, Role.VULNERABILITY)
        self.second = self.desk("5501", Role.SUPERVISOR)
        self.watch, self.names = Watch(self.room), dict[str, Any]()

    def play(self, lines: str) -> None:
        desks = {"(second)": self.second, "(founder)": self.founder}
        for line in filter(None, map(str.strip, lines.splitlines())):
            self.pass_time(7)
            who, _, rest = line.partition(" ")
            for sign, (name, _) in self.names.items():
                rest = rest.replace(f"@{sign}", name)
            if who == "(wait)":
                self.pass_time(1000)
                self.watch.tick()
            elif who == "(look)":
                self.look(*rest.split())
            elif who in desks:
                self._said(desks[who], rest)
            else:
                self._said(self.first, f"{who} {rest}")

    def _said(self, desk: Desk, line: str) -> None:
        for entry in carry_out(desk, line):
            sign = {Rang: "c", Opened: "i", Asked: "e", Proposed: "p"}.get(type(entry.fact))
            name = f"p{entry.fact.tail}" if isinstance(entry.fact, Proposed) else stream_text(entry.stream)
            if sign is not None:
                self.names[sign] = name, entry.stream

    def look(self, name: str, screen: str) -> None:
        stream = next(stream for known, stream in self.names.values() if known == name)
        self.first.door.stream(stream, screen)
        self.first.door.leave()

    def of_others(self) -> None:
        """Words for this force alone, history, foreign facts, and rows of another application of the library."""
        self.second.do([Act(staff_stream("5501"), SetPassphrase(b"salt and hash"))])
        Loader(self.room.folder, self.founder, "montgomery").load_rows(iter(ROWS))
        for number in range(3):
            theirs = Received("hueandcry/MET/0", bytes((*bytes(15), number)), 9, b"incident.opened", b"\x92",
                (b"", bytes(32), b""), bytes(32), True, True, b"theirs", b"sealed")  # fmt: skip
            self.founder.do([Act(foreign_stream("hueandcry/MET/0", theirs.stream), Receive((theirs,)))])
        self.room.journal.insert_events([StoredEvent("ledger", at, "bank:Written", b"\x93\1\2\3") for at in (1, 2)])  # type: ignore[arg-type]  # text ids are the library's other habit

    def erase(self) -> None:
        erasing.carry_out(self.room, self.names["c"][1])

    def note_backup(self) -> None:
        self.founder.do([Act(POLICY_STREAM, NoteBackup(9, bytes(32), "/backup/facts", "/backup/keys/keys.db"))])


class Played(NamedTuple):
    """A store, its key folder, and copies of the store from earlier, oldest first; `tail` ends behind a checkpoint."""

    store: Path
    keys: Path
    older: tuple[Path, ...] = ()
    tail: Path = Path()


class Kept:
    """What a hand knows of a store: its rows, header and fact of each, and everything in it, to tell a change by."""

    def __init__(self, played: Played, name: str = "journal.db") -> None:
        self.played, table = played, TABLES[name]
        with closing(sqlite3.connect(played.store / name)) as db:
            self.rows = [
                dict(zip(ROW, row, strict=True)) for row in db.execute(f"SELECT {', '.join(ROW)} FROM {table}")
            ]
        self.ours = [row for row in self.rows if type(row["stream"]) is bytes]
        self.size = len(self.rows)

    @cached_property
    def picture(self) -> str:
        return picture(self.played.store)


def a_day(at: Path) -> Played:
    """Play a store; a copy is kept after each part of the day, each signed at its end."""
    day, older = Day(at / "store"), list[Path]()

    def copy(*, signed: bool = True) -> Path:
        day.pass_time(60)
        if signed:
            day.room.sign_checkpoint()
        older.append(copied(at / "store", at / f"older-{len(older)}"))
        return older[-1]

    for part in (MORNING, NOON, A_CALL * 9):
        day.play(part)
        copy()
    day.of_others()
    day.play(A_CALL * 9 + ERASURE)
    copy()  # the erasure is pending, and the key still there
    day.erase()
    day.note_backup()
    copy()
    day.play(A_CALL * 4 + ERASURE + LATE)
    last = copy()
    day.play(MORNING)
    keyring = day.room.journal.seals.keyring
    keyring.ready(keyring.made + 1)
    tail = copy(signed=False)
    day.close()
    return Played(last, day.room.key_folder.path, tuple(older[:-2]), tail)


def copied(store: Path, to: Path) -> Path:
    """Copy a store that is open."""
    to.mkdir()
    for path in store.iterdir():
        if path.name in DATABASES:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to / path.name)) as target:
                source.backup(target)
        elif path.name in (*NOTES, "store.key"):
            shutil.copy(path, to)
    return to


def a_large_one(at: Path) -> Played:
    day = Day(at / "store")
    day.play(MORNING)
    for first in range(1, LARGE, 4100):
        some = range(first, first + 4100)
        day.room.journal.insert_events([StoredEvent("bulk", at, "bank:Written", b"\x93\1\2\3") for at in some])  # type: ignore[arg-type]  # as above
    day.room.sign_checkpoint()
    day.close()
    return Played(at / "store", day.room.key_folder.path)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return a_day(tmp_path_factory.mktemp("played"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return a_large_one(tmp_path_factory.mktemp("large"))


def picture(store: Path, databases: tuple[str, ...] = DATABASES) -> str:
    """Everything in a store that is evidence or opens it, so that two pictures differ where the stores do."""
    seen = sha256()
    for name in databases:
        if (store / name).exists():
            with closing(sqlite3.connect(store / name)) as db:
                db.text_factory = bytes
                tables = [
                    table.decode() for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
                ]
                for table in tables:
                    seen.update(repr(sorted(map(repr, db.execute(f"SELECT * FROM {table}")))).encode())
    for name in NOTES:
        seen.update(repr((store / name).read_bytes() if (store / name).exists() else None).encode())
    return seen.hexdigest()


# The hand


class NoTampering(Exception):
    """What was drawn cannot be done here, or changes nothing."""


class Hand:
    """A hostile hand on a copy of a store: SQL and bytes."""

    def __init__(self, kept: Kept, at: Path, random: Random) -> None:
        self.kept, self.random = kept, random
        self.store = Path(shutil.copytree(kept.played.store, at / "store"))
        self.keys = Path(shutil.copytree(kept.played.keys, at / "keys" / kept.played.keys.name))
        self._open: dict[str, sqlite3.Connection] = {}

    def __getitem__(self, name: str) -> sqlite3.Connection:
        if name not in self._open:
            self._open[name] = db = sqlite3.connect(self.store / name, isolation_level=None)
            db.execute("PRAGMA synchronous=OFF")
            db.execute("PRAGMA ignore_check_constraints=ON")
            db.execute("BEGIN")
        return self._open[name]

    @property
    def journal(self) -> sqlite3.Connection:
        return self["journal.db"]

    def put(self, position: int, /, **columns: Any) -> None:
        self.put_in("journal.db", position, **columns)

    def put_in(self, name: str, position: int, /, **columns: Any) -> None:
        sets = ", ".join(f"{column}=?" for column in columns)
        self[name].execute(f"UPDATE {TABLES[name]} SET {sets} WHERE position=?", [*columns.values(), position])

    def chance(self, share: float = 0.5) -> bool:
        return self.random.random() < share

    def one(self, among: Any) -> Any:
        among = list(among)
        if not among:
            raise NoTampering
        return self.random.choice(among)

    def two(self, among: Any) -> tuple[Any, Any]:
        among = list(among)
        if len(among) < 2:
            raise NoTampering
        one, other = self.random.sample(among, 2)
        return one, other

    def perhaps_redo(self, name: str = "journal.db") -> str:
        """Half of the time make nodes and tip anew, so that they fit the rows as they stand now."""
        if self.chance():
            return ", the tree left"
        redo(self[name], TABLES[name])
        return ", the tree made anew"

    def done(self) -> None:
        for db in self._open.values():
            db.execute("COMMIT")
        self.close()

    def close(self) -> None:
        for db in self._open.values():
            db.close()
        self._open.clear()


def redo(db: sqlite3.Connection, table: str) -> None:
    """Make nodes and tip anew from the rows as they stand."""
    tree, moment, highest = Tree(), 0, 0
    for row in db.execute(f"SELECT {', '.join(ROW)} FROM {table} ORDER BY position"):
        tree.add(sha256(b"\x00" + packed([*row[:5], *row[8:]])).digest())
        with suppress(Exception):
            header, _ = unpacked(row[4])
            moment, highest = header[2], max(highest, header[11] or 0)
    db.execute(f"DELETE FROM {table}_node")
    db.executemany(f"INSERT INTO {table}_node ({', '.join(NODE)}) VALUES (?,?,?)", tree.made)
    values = (1, tree.size, b"".join(tree.peaks), moment, highest)
    db.execute(f"DELETE FROM {table}_tip")
    db.execute(f"INSERT INTO {table}_tip ({', '.join(TIP)}) VALUES (?,?,?,?,?)", values)


def flipped(content: bytes, random: Random, first: int = 0, end: int | None = None) -> bytes:
    """Return bytes of which one is another."""
    places = range(len(content))[first:end]
    if not places:
        raise NoTampering
    at = random.choice(places)
    return bytes((*content[:at], content[at] ^ random.randrange(1, 256), *content[at + 1 :]))


def another(value: Any, random: Random) -> Any:
    """Return another value of the same type, or something where there was nothing."""
    match value:
        case bool():
            return not value
        case int():
            return max(0, value + random.choice((-1, 1, 1000)))
        case str():
            letter = random.choice("abcdefghijklmnopqrstuvwxyz")
            at = random.randrange(len(value) + 1)
            return value[:at] + letter + value[at + random.randrange(2) :]
        case bytes():
            return flipped(value, random) if value else b"\0"
        case [*items] if items:
            at = random.randrange(len(items))
            return [*items[:at], another(items[at], random), *items[at + 1 :]]
    return random.choice(("", 7, bytes(16), bytes(32), [], True))


def head_of(row: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Header and fact of a row of ours."""
    header, fact = unpacked(row["head"])
    return header, fact


CLASSES: dict[str, list[Callable[[Hand], str]]] = {}
FALL_ON_LARGE = {"level-16 node"}


def of(name: str) -> Callable[[Callable[[Hand], str]], Callable[[Hand], str]]:
    """Enter a way of tampering into its class; it returns what it did in words."""

    def enter(way: Callable[[Hand], str]) -> Callable[[Hand], str]:
        CLASSES.setdefault(name, []).append(way)
        return way

    return enter


# Rows


@of("payload")
def a_byte_of_a_fact(hand: Hand) -> str:
    row = hand.one(hand.kept.rows)
    first = 1 + len(packed(head_of(row)[0])) if row in hand.kept.ours else 0
    hand.put(row["position"], head=flipped(row["head"], hand.random, first))
    return f"a byte of a fact of {row['name']}{hand.perhaps_redo()}"


@of("payload")
def a_value_of_a_fact(hand: Hand) -> str:
    row = hand.one(hand.kept.ours)
    header, fact = head_of(row)
    at = hand.one(range(len(fact)))
    fact[at] = another(fact[at], hand.random)
    hand.put(row["position"], head=packed([header, fact]))
    return f"value {at} of {row['name']}{hand.perhaps_redo()}"


@of("envelope")
def a_value_of_a_header(hand: Hand) -> str:
    row = hand.one(hand.kept.ours)
    header, fact = head_of(row)
    at = hand.one({*range(12)} - {2})
    header[at] = another(header[at], hand.random)
    hand.put(row["position"], head=packed([header, fact]))
    return f"header field {at}{hand.perhaps_redo()}"


@of("envelope")
def a_value_of_another_header(hand: Hand) -> str:
    row, other = hand.two(hand.kept.ours)
    (header, fact), at = head_of(row), hand.one({*range(12)} - {2})
    header[at] = head_of(other)[0][at]
    hand.put(row["position"], head=packed([header, fact]))
    return f"header field {at} of another row{hand.perhaps_redo()}"


@of("envelope")
def a_byte_of_a_header(hand: Hand) -> str:
    row = hand.one(hand.kept.ours)
    end = 1 + len(packed(head_of(row)[0]))
    hand.put(row["position"], head=flipped(row["head"], hand.random, 0, end))
    return f"a byte of a header{hand.perhaps_redo()}"


@of("stream")
def a_byte_of_a_stream(hand: Hand) -> str:
    row = hand.one(hand.kept.ours)
    hand.put(row["position"], stream=flipped(row["stream"], hand.random))
    return f"a byte of a stream{hand.perhaps_redo()}"


@of("stream")
def another_stream_with_the_version_that_follows_there(hand: Hand) -> str:
    row, other = hand.two(hand.kept.ours)
    versions = [one["version"] for one in hand.kept.ours if one["stream"] == other["stream"]]
    hand.put(row["position"], stream=other["stream"], version=max(versions) + 1)
    return f"a row in another stream{hand.perhaps_redo()}"


@of("stream")
def two_streams_exchanged(hand: Hand) -> str:
    one, other = hand.two(hand.kept.ours)
    hand.put(one["position"], stream=b"held")
    hand.put(other["position"], stream=one["stream"], version=one["version"])
    hand.put(one["position"], stream=other["stream"], version=other["version"])
    return f"two rows in each other's streams{hand.perhaps_redo()}"


@of("version")
def another_version(hand: Hand) -> str:
    row = hand.one(hand.kept.rows)
    version = hand.one((0, -1, row["version"] - 1, row["version"] + 1, hand.random.randrange(1 << 40)))
    hand.put(row["position"], version=version)
    return f"version {row['version']} made {version}{hand.perhaps_redo()}"


@of("version")
def two_versions_of_a_stream_exchanged(hand: Hand) -> str:
    row = hand.one(hand.kept.rows)
    one, other = hand.two(same for same in hand.kept.rows if same["stream"] == row["stream"])
    hand.put(one["position"], version=-1)
    hand.put(other["position"], version=one["version"])
    hand.put(one["position"], version=other["version"])
    return f"two versions of a stream exchanged{hand.perhaps_redo()}"


@of("name")
def another_name(hand: Hand) -> str:
    row, other = hand.two(hand.kept.rows)
    name = other["name"] if hand.chance() else another(row["name"], hand.random)
    hand.put(row["position"], name=name)
    return f"{row['name']} named {name}{hand.perhaps_redo()}"


@of("recorded time")
def another_recorded_time(hand: Hand) -> str:
    row, other = hand.two(hand.kept.ours)
    header, fact = head_of(row)
    steps = (1, -1, 10**9, -(10**9), 3600 * 10**9, head_of(other)[0][2] - header[2])
    header[2] += hand.one(steps)
    hand.put(row["position"], head=packed([header, fact]))
    return f"another recorded time{hand.perhaps_redo()}"


@of("recorded time")
def all_that_follows_recorded_later(hand: Hand) -> str:
    first, step = hand.one(hand.kept.ours)["position"], hand.random.randrange(1, 10**12)
    for row in hand.kept.ours:
        if row["position"] >= first:
            header, fact = head_of(row)
            header[2] += step
            hand.put(row["position"], head=packed([header, fact]))
    return f"all from @{first} recorded later{hand.perhaps_redo()}"


# Tip and nodes


@of("tip")
def a_value_of_the_tip(hand: Hand) -> str:
    column = hand.one(TIP)
    ((value,),) = hand.journal.execute(f"SELECT {column} FROM fact_tip").fetchall()
    fresh = another(value, hand.random)
    if column == "peaks" and hand.chance():
        fresh = hand.one((value[32:], value[:-32], value + bytes(32), value[32:] + value[:32], value[:-1]))
    hand.journal.execute(f"UPDATE fact_tip SET {column}=?", [fresh])
    return f"{column} of the tip"


@of("tip")
def the_tip_of_a_shorter_journal(hand: Hand) -> str:
    size = hand.random.randrange(hand.kept.size)
    hand.journal.execute("SAVEPOINT shorter")
    hand.journal.execute("DELETE FROM fact WHERE position>?", [size])
    redo(hand.journal, "fact")
    (tip,) = hand.journal.execute("SELECT size, peaks, recorded, keys FROM fact_tip").fetchall()
    hand.journal.execute("ROLLBACK TO shorter")
    hand.journal.execute("UPDATE fact_tip SET size=?, peaks=?, recorded=?, keys=?", tip)
    return "the tip of a shorter journal"


@of("tip")
def no_tip_or_two(hand: Hand) -> str:
    if hand.chance():
        hand.journal.execute("DELETE FROM fact_tip")
        return "the tip deleted"
    number = hand.random.randrange(2, 1 << 40)
    hand.journal.execute("INSERT INTO fact_tip SELECT ?, size, peaks, recorded, keys FROM fact_tip", [number])
    return "a second tip"


def a_node(hand: Hand, level: int) -> str:
    """Change a node, take it, move it, or add one."""
    nodes = hand.journal.execute("SELECT level, ix, hash FROM fact_node WHERE level=?", [level]).fetchall()
    _, ix, content = hand.one(nodes)
    fresh = flipped(content, hand.random)
    how, values = hand.one(
        (
            ("UPDATE fact_node SET hash=? WHERE level=? AND ix=?", (fresh, level, ix)),
            ("UPDATE fact_node SET hash=? WHERE level=? AND ix=?", (hand.random.randbytes(32), level, ix)),
            ("UPDATE fact_node SET hash=? WHERE level=? AND ix=?", (content[:-1], level, ix)),
            ("DELETE FROM fact_node WHERE level=? AND ix=?", (level, ix)),
            ("UPDATE fact_node SET ix=? WHERE level=? AND ix=?", (hand.random.randrange(300, 1 << 40), level, ix)),
            ("UPDATE fact_node SET level=? WHERE level=? AND ix=?", (hand.one({*range(40)} - {8, 16}), level, ix)),
            ("INSERT INTO fact_node VALUES (?,?,?)", (level, hand.random.randrange(300, 1 << 40), fresh)),
            ("INSERT INTO fact_node VALUES (?,?,?)", (hand.one({*range(40)} - {8, 16}), ix, content)),
        )
    )
    hand.journal.execute(how, values)
    return f"{how} at level {level}"


@of("level-8 node")
def a_node_of_level_8(hand: Hand) -> str:
    return a_node(hand, 8)


@of("level-16 node")
def a_node_of_level_16(hand: Hand) -> str:
    return a_node(hand, 16)


# Checkpoints


def notes_in(content: bytes) -> list[list[str]]:
    """The notes of a file, as their lines: origin, size, root, nothing, signature, nothing."""
    lines = content.decode().split("\n")[:-1]
    return [lines[at : at + 6] for at in range(0, len(lines), 6)]


def write_notes(hand: Hand, name: str, notes: list[list[str]]) -> None:
    (hand.store / name).write_text("".join(f"{line}\n" for note in notes for line in note))


@of("checkpoint")
def a_line_of_a_checkpoint(hand: Hand) -> str:
    name = hand.one(NOTES)
    notes = notes_in((hand.store / name).read_bytes())
    note, at = hand.one(notes), hand.one((0, 1, 2, 4))
    match at:
        case 0:
            note[0] = another(note[0], hand.random)
        case 1:
            note[1] = str(another(int(note[1]), hand.random))
        case 2:
            note[2] = base64.b64encode(flipped(base64.b64decode(note[2]), hand.random)).decode()
        case _:
            dash, key, signature = note[4].split(" ")
            note[4] = f"{dash} {key} {base64.b64encode(flipped(base64.b64decode(signature), hand.random)).decode()}"
    write_notes(hand, name, notes)
    return f"line {at} in {name}"


@of("checkpoint")
def a_line_of_another_checkpoint(hand: Hand) -> str:
    name = hand.one(NOTES)
    notes = notes_in((hand.store / name).read_bytes())
    (one, other), at = hand.two(notes), hand.one((1, 2, 4))
    one[at] = other[at]
    write_notes(hand, name, notes)
    return f"line {at} of another checkpoint in {name}"


@of("checkpoint")
def a_byte_of_a_file_of_checkpoints(hand: Hand) -> str:
    name = hand.one(NOTES)
    content = (hand.store / name).read_bytes()
    (hand.store / name).write_bytes(flipped(content, hand.random))
    return f"a byte in {name}"


@of("checkpoint")
def the_order_of_checkpoints(hand: Hand) -> str:
    name = hand.one(NOTES)
    notes = notes_in((hand.store / name).read_bytes())
    one, other = hand.two(range(len(notes)))
    notes[one], notes[other] = notes[other], notes[one]
    write_notes(hand, name, notes)
    return f"two checkpoints exchanged in {name}"


@of("checkpoint")
def the_last_checkpoints_taken(hand: Hand) -> str:
    name = hand.one(NOTES)
    notes = notes_in((hand.store / name).read_bytes())
    del notes[hand.random.randrange(len(notes)) :]
    write_notes(hand, name, notes)
    return f"all but {len(notes)} taken out of {name}"


@of("checkpoint")
def the_last_checkpoint_cut_off(hand: Hand) -> str:
    name = hand.one(NOTES)
    content = (hand.store / name).read_bytes()
    (hand.store / name).write_bytes(content[: -hand.random.randrange(1, 100)])
    return f"the end of {name} cut off"


@of("checkpoint")
def a_file_of_checkpoints_deleted(hand: Hand) -> str:
    name = hand.one(NOTES)
    (hand.store / name).unlink()
    return f"{name} deleted"


@of("checkpoint")
def the_last_checkpoint_taken_and_the_journal_put_back_to_the_one_before(hand: Hand) -> str:
    notes = notes_in((hand.store / "checkpoints").read_bytes())
    left = notes[: hand.random.randrange(1, len(notes))]
    write_notes(hand, "checkpoints", left)
    cut_journal(hand, int(left[-1][1]))
    return "the last checkpoint taken, the journal put back to the one before"


@of("checkpoint")
def a_checkpoint_signed_with_another_key(hand: Hand) -> str:
    """Over a journal that was changed, by a key of the same name."""
    name = hand.one(TABLES)
    kept = f"{'access.' if name == 'access.db' else ''}checkpoints"
    notes = notes_in((hand.store / kept).read_bytes())
    ((head,),) = hand[name].execute(f"SELECT head FROM {TABLES[name]} WHERE position=2").fetchall()
    hand.put_in(name, 2, head=flipped(head, hand.random))
    redo(hand[name], TABLES[name])
    notes[-1] = signed(hand, name, notes[-1][0])
    write_notes(hand, kept, notes if hand.chance() else notes[-1:])
    return f"a forged checkpoint in {kept}"


def signed(hand: Hand, name: str, origin: str) -> list[str]:
    """Return a checkpoint over a journal as it stands, signed with a key that was just made."""
    private, table = Ed25519PrivateKey.generate(), TABLES[name]
    ((size, peaks),) = hand[name].execute(f"SELECT size, peaks FROM {table}_tip").fetchall()
    root = Tree(size, [peaks[at : at + 32] for at in range(0, len(peaks), 32)]).root()
    lines = [origin, str(size), base64.b64encode(root).decode()]
    key_id = sha256(origin.encode() + b"\x0a\x01" + private.public_key().public_bytes_raw()).digest()[:4]
    signature = private.sign("".join(f"{line}\n" for line in lines).encode())
    return [*lines, "", f"— {origin} {base64.b64encode(key_id + signature).decode()}", ""]


# Seals and digests


def sealed_rows(hand: Hand, column: str) -> list[dict[str, Any]]:
    """Rows whose group in a column opens with a key that is there."""
    keys = {key for (key,) in hand["keys.db"].execute("SELECT id FROM record_key WHERE wrapped IS NOT NULL")}
    return [row for row in hand.kept.ours if row[column] and head_of(row)[0][11] in keys]


@of("seal")
def a_byte_of_a_seal(hand: Hand) -> str:
    column = hand.one(SEALED)
    row = hand.one(sealed_rows(hand, column))
    what, first, end = hand.one((("nonce", 0, 12), ("ciphertext", 12, -16), ("tag", -16, None)))
    hand.put(row["position"], **{column: flipped(row[column], hand.random, first, end)})
    return f"a byte of the {what} of a {column} group"


@of("seal")
def a_seal_of_another_length(hand: Hand) -> str:
    column = hand.one(SEALED)
    row = hand.one(sealed_rows(hand, column))
    left = row[column][: hand.random.randrange(len(row[column]))]
    hand.put(row["position"], **{column: hand.one((left, row[column] + b"\0", None, b""))})
    return f"a {column} group of another length"


@of("seal")
def two_seals_exchanged(hand: Hand) -> str:
    column = hand.one(SEALED)
    one, other = hand.two(sealed_rows(hand, column))
    digests = f"{column}_digest"
    along = hand.chance()
    for row, source in ((one, other), (other, one)):
        hand.put(row["position"], **{column: source[column]}, **({digests: source[digests]} if along else {}))
    return f"two {column} groups exchanged {'with' if along else 'without'} digests{hand.perhaps_redo()}"


@of("seal")
def a_seal_in_the_other_column(hand: Hand) -> str:
    column = hand.one(SEALED)
    other = SEALED[column == "sealed"]
    row = hand.one(sealed_rows(hand, column))
    moved = {column: row[other], other: row[column]}
    if hand.chance():
        moved |= {f"{column}_digest": row[f"{other}_digest"], f"{other}_digest": row[f"{column}_digest"]}
    hand.put(row["position"], **moved)
    return f"a {column} group in the column {other}{hand.perhaps_redo()}"


@of("digest")
def a_byte_of_a_digest(hand: Hand) -> str:
    column = f"{hand.one(GROUPS)}_digest"
    row = hand.one(row for row in hand.kept.ours if row[column])
    fresh = hand.one((flipped(row[column], hand.random), hand.random.randbytes(32), row[column][:-1], None))
    hand.put(row["position"], **{column: fresh})
    return f"a {column} changed{hand.perhaps_redo()}"


@of("digest")
def two_digests_exchanged(hand: Hand) -> str:
    column = f"{hand.one(GROUPS)}_digest"
    one, other = hand.two(row for row in hand.kept.ours if row[column])
    hand.put(one["position"], **{column: other[column]})
    hand.put(other["position"], **{column: one[column]})
    return f"two of {column} exchanged{hand.perhaps_redo()}"


@of("digest")
def a_police_group_changed_with_its_digest(hand: Hand) -> str:
    row = hand.one(row for row in hand.kept.ours if row["police"])
    plain = flipped(row["police"], hand.random)
    hand.put(row["position"], police=plain)
    if hand.chance(2 / 3):
        hand.put(row["position"], police_digest=sha256(b"\1" + plain).digest())
    return f"a police group changed{hand.perhaps_redo()}"


# The key store


def pending(hand: Hand) -> set[int]:
    """The keys of records that were erased, and of which no row says yet that it is complete."""
    held: dict[bytes, int] = {}
    erased: dict[bytes, int] = {}
    for row in hand.kept.ours:
        stream, key = row["stream"], head_of(row)[0][11]
        if row["name"] == "record.erased":
            erased[stream] = held[stream]
        elif row["name"] == "record.erasure_completed":
            del erased[stream]
        held[stream] = key
    return {*erased.values()}


@of("key store")
def a_byte_of_a_wrapped_key(hand: Hand) -> str:
    key, wrapped = hand.one(hand["keys.db"].execute("SELECT id, wrapped FROM record_key WHERE wrapped NOT NULL"))
    gone = wrapped if key in pending(hand) else None
    fresh = hand.one((flipped(wrapped, hand.random), wrapped[:-1], hand.random.randbytes(60), gone))
    hand["keys.db"].execute("UPDATE record_key SET wrapped=? WHERE id=?", [fresh, key])
    return f"wrapped key {key} changed"


@of("key store")
def two_keys_exchanged(hand: Hand) -> str:
    keys = hand["keys.db"].execute("SELECT id, wrapped FROM record_key").fetchall()
    (one, first), (other, second) = hand.two(keys)
    hand["keys.db"].executemany("UPDATE record_key SET wrapped=? WHERE id=?", [(second, one), (first, other)])
    return f"wrapped keys {one} and {other} exchanged"


@of("key store")
def keys_deleted(hand: Hand) -> str:
    ((last,),) = hand["keys.db"].execute("SELECT max(id) FROM record_key").fetchall()
    if hand.chance():
        key = hand.random.randrange(1, last + 1)
        hand["keys.db"].execute("DELETE FROM record_key WHERE id=?", [key])
        return f"wrapped key {key} deleted"
    left = hand.random.randrange(last)
    hand["keys.db"].execute("DELETE FROM record_key WHERE id>?", [left])
    if hand.chance():
        hand["keys.db"].execute("UPDATE keyring SET made=?", [left])
    return f"all keys behind {left} deleted"


@of("key store")
def a_key_added(hand: Hand) -> str:
    key, wrapped = hand.one(hand["keys.db"].execute("SELECT id, wrapped FROM record_key WHERE wrapped NOT NULL"))
    ((last,),) = hand["keys.db"].execute("SELECT max(id) FROM record_key").fetchall()
    hand["keys.db"].execute("INSERT INTO record_key VALUES (?,?)", [last + hand.one((1, 2)), wrapped])
    if hand.chance():
        hand["keys.db"].execute("UPDATE keyring SET made=?", [last + 1])
    return f"wrapped key {key} once more, behind the last"


@of("key store")
def a_destroyed_key_brought_back(hand: Hand) -> str:
    with closing(sqlite3.connect(hand.kept.played.older[0] / "keys.db")) as db:
        before = dict(db.execute("SELECT id, wrapped FROM record_key").fetchall())
    gone = [key for (key,) in hand["keys.db"].execute("SELECT id FROM record_key WHERE wrapped IS NULL")]
    key = hand.one(key for key in gone if before.get(key))
    hand["keys.db"].execute("UPDATE record_key SET wrapped=? WHERE id=?", [before[key], key])
    return f"key {key} of an erased record brought back"


@of("key store")
def a_value_of_the_keyring(hand: Hand) -> str:
    column = hand.one(("origin", "kept", "place", "salt", "first", "made", "proof"))
    ((value,),) = hand["keys.db"].execute(f"SELECT {column} FROM keyring").fetchall()
    fresh = hand.one(("passphrase", "credential")) if column == "kept" else another(value, hand.random)
    hand["keys.db"].execute(f"UPDATE keyring SET {column}=?", [fresh])
    return f"{column} of the keyring"


@of("key store")
def no_keyring(hand: Hand) -> str:
    if hand.chance():
        hand["keys.db"].execute("DELETE FROM keyring")
        return "the keyring's row deleted"
    (hand.store / "keys.db").unlink()
    return "the key store deleted"


# Rows taken, added and moved


def move_up(hand: Hand, behind: int) -> None:
    hand.journal.execute("UPDATE fact SET position=-position WHERE position>?", [behind])
    hand.journal.execute("UPDATE fact SET position=-position-1 WHERE position<0")


def move_down(hand: Hand, first: int) -> None:
    hand.journal.execute("UPDATE fact SET position=-position WHERE position>=?", [first])
    hand.journal.execute("UPDATE fact SET position=1-position WHERE position<0")


@of("deletion")
def a_row_deleted(hand: Hand) -> str:
    last = hand.kept.size
    position = hand.one((1, last, hand.random.randrange(2, last)))
    hand.journal.execute("DELETE FROM fact WHERE position=?", [position])
    how = hand.one(("left", "moved up", "the stream too"))
    if how != "left":
        move_up(hand, position)
    if how == "the stream too":
        row = hand.kept.rows[position - 1]
        later = "UPDATE fact SET version=version-1 WHERE stream=? AND version=?"
        for version in range(row["version"] + 1, last):
            hand.journal.execute(later, [row["stream"], version])
    return f"row {position} deleted, those behind it {how}{hand.perhaps_redo()}"


@of("deletion")
def a_whole_record_deleted(hand: Hand) -> str:
    stream = hand.one(hand.kept.rows)["stream"]
    hand.journal.execute("DELETE FROM fact WHERE stream=?", [stream])
    for position, (old,) in enumerate(
        hand.journal.execute("SELECT position FROM fact ORDER BY position").fetchall(), 1
    ):
        hand.journal.execute("UPDATE fact SET position=? WHERE position=?", [position, old])
    return f"a whole record deleted{hand.perhaps_redo()}"


@of("insertion")
def a_row_forged_in_the_middle(hand: Hand) -> str:
    source, at = hand.one(hand.kept.ours), hand.random.randrange(1, hand.kept.size + 1)
    versions = [row["version"] for row in hand.kept.rows if row["stream"] == source["stream"]]
    move_down(hand, at)
    forged = {**source, "position": at, "version": max(versions) + 1}
    if hand.chance():
        forged |= {"stream": flipped(source["stream"], hand.random, 9), "version": 1}
    _insert(hand, forged)
    return f"a row forged in the middle{hand.perhaps_redo()}"


@of("insertion")
def a_row_forged_at_an_end(hand: Hand) -> str:
    """Nodes and tip stay as they are, or only the size moves: a tree that fits is beyond what is signed."""
    source = hand.one(hand.kept.ours)
    at = hand.one((hand.kept.size + 1, hand.kept.size + 7, 1 << 62, 0, -7))
    _insert(hand, {**source, "position": at, "stream": flipped(source["stream"], hand.random, 9), "version": 1})
    if hand.chance():
        hand.journal.execute("UPDATE fact_tip SET size=size+1")
    return f"a row forged at {at}"


def _insert(hand: Hand, row: dict[str, Any]) -> None:
    hand.journal.execute(f"INSERT INTO fact ({', '.join(row)}) VALUES ({','.join('?' * len(row))})", [*row.values()])


@of("reordering")
def two_positions_exchanged(hand: Hand) -> str:
    one, other = (row["position"] for row in hand.two(hand.kept.rows))
    if hand.chance():
        other = one + 1 if one < hand.kept.size else one - 1
    hand.put(one, position=-1)
    hand.put(other, position=one)
    hand.put(-1, position=other)
    return f"positions {one} and {other} exchanged{hand.perhaps_redo()}"


@of("reordering")
def two_rows_exchanged_with_their_times(hand: Hand) -> str:
    """What each says takes the other's place and moment, so that time still goes forward."""
    one, other = hand.two(hand.kept.ours)
    (first, fact), (second, fact_2) = head_of(one), head_of(other)
    first[2], second[2] = second[2], first[2]
    for row, header, said, place in ((one, first, fact, other), (other, second, fact_2, one)):
        hand.put(row["position"], head=packed([header, said]), position=-place["position"])
    hand.journal.execute("UPDATE fact SET position=-position WHERE position<0")
    return f"two rows exchanged with their times{hand.perhaps_redo()}"


@of("reordering")
def rows_turned_round(hand: Hand) -> str:
    first, last = sorted(row["position"] for row in hand.two(hand.kept.rows))
    hand.journal.execute(
        "UPDATE fact SET position=-(?-position) WHERE position BETWEEN ? AND ?", [first + last, first, last]
    )
    hand.journal.execute("UPDATE fact SET position=-position WHERE position<0")
    return f"rows {first} to {last} turned round{hand.perhaps_redo()}"


# Rolling back


def cut_journal(hand: Hand, size: int) -> None:
    """Put the journal back to a size, as it stood then."""
    hand.journal.execute("DELETE FROM fact WHERE position>?", [size])
    redo(hand.journal, "fact")


def put_back(hand: Hand, older: Path, *names: str) -> None:
    hand.done()
    for name in names:
        shutil.copy(older / name, hand.store / name)


@of("rollback")
def the_whole_store_put_back(hand: Hand) -> str:
    older = hand.one(hand.kept.played.older)
    put_back(hand, older, *DATABASES, *NOTES)
    return f"the whole store put back to {older.name}"


@of("rollback")
def some_files_put_back(hand: Hand) -> str:
    older = hand.one(hand.kept.played.older)
    names = hand.one(
        (("journal.db",), ("journal.db", "checkpoints"), ("access.db", "access.checkpoints"), ("access.db",))
    )
    put_back(hand, older, *names)
    return f"{' and '.join(names)} put back to {older.name}"


@of("rollback")
def the_store_cut_back_to_any_size(hand: Hand) -> str:
    """Journal, access log and both files of checkpoints as though nothing had come since."""
    size = hand.random.randrange(11, hand.kept.size)
    cut_journal(hand, size)
    cut_notes(hand, "checkpoints", size)
    accesses = [position for position, head in hand["access.db"].execute("SELECT position, head FROM access")
        if unpacked(head)[1][0] <= size]  # fmt: skip
    hand["access.db"].execute("DELETE FROM access WHERE position>?", [len(accesses)])
    redo(hand["access.db"], "access")
    cut_notes(hand, "access.checkpoints", len(accesses))
    return f"everything cut back to {size}"


def cut_notes(hand: Hand, name: str, size: int) -> None:
    notes = notes_in((hand.store / name).read_bytes())
    write_notes(hand, name, [note for note in notes if int(note[1]) <= size])


# The access log


def accesses(hand: Hand) -> list[dict[str, Any]]:
    rows = hand["access.db"].execute(f"SELECT {', '.join(ROW)} FROM access ORDER BY position")
    return [dict(zip(ROW, row, strict=True)) for row in rows]


@of("access log")
def a_value_of_an_access(hand: Hand) -> str:
    row = hand.one(accesses(hand))
    header, fact = head_of(row)
    part, at = hand.one([(header, at) for at in range(12)] + [(fact, at) for at in range(len(fact))])
    part[at] = another(part[at], hand.random)
    hand.put_in("access.db", row["position"], head=packed([header, fact]))
    return f"value {at} of an access{hand.perhaps_redo('access.db')}"


@of("access log")
def a_column_of_an_access(hand: Hand) -> str:
    row, column = hand.one(accesses(hand)), hand.one(ROW)
    hand.put_in("access.db", row["position"], **{column: another(row[column], hand.random)})
    return f"{column} of an access{hand.perhaps_redo('access.db')}"


@of("access log")
def accesses_deleted(hand: Hand) -> str:
    rows = accesses(hand)
    at = hand.one(rows)["position"]
    how = hand.one(("position=?", "position>=?", "position<=?"))
    hand["access.db"].execute(f"DELETE FROM access WHERE {how}", [at])
    places = hand["access.db"].execute("SELECT position FROM access ORDER BY position").fetchall()
    for position, (old,) in enumerate(places, 1):
        hand["access.db"].execute("UPDATE access SET position=?, version=? WHERE position=?", [position, position, old])
    return f"accesses {how} deleted{hand.perhaps_redo('access.db')}"


@of("access log")
def the_last_access_deleted(hand: Hand) -> str:
    hand["access.db"].execute("DELETE FROM access WHERE position=?", [len(accesses(hand))])
    return f"the last access deleted{hand.perhaps_redo('access.db')}"


@of("access log")
def the_tip_of_the_access_log(hand: Hand) -> str:
    column = hand.one(TIP)
    ((value,),) = hand["access.db"].execute(f"SELECT {column} FROM access_tip").fetchall()
    hand["access.db"].execute(f"UPDATE access_tip SET {column}=?", [another(value, hand.random)])
    return f"{column} of the access log's tip"


@of("access log")
def no_access_log(hand: Hand) -> str:
    if hand.chance():
        (hand.store / "access.db").unlink()
        return "the access log deleted"
    hand["access.db"].execute("DELETE FROM access")
    redo(hand["access.db"], "access")
    return "the access log emptied"


# Packs


def packs(hand: Hand) -> list[dict[str, Any]]:
    return [row for row in hand.kept.ours if row["name"] == "policy.adopted"]


@of("pack")
def a_word_of_a_pack(hand: Hand) -> str:
    row = hand.one(packs(hand))
    header, fact = head_of(row)
    fact[4] = flipped(fact[4], hand.random)
    along = hand.chance()
    if along:
        fact[3] = sha256(fact[4]).digest()
    hand.put(row["position"], head=packed([header, fact]))
    return f"a byte of a pack{' with its hash' if along else ''}{hand.perhaps_redo()}"


@of("pack")
def a_pack_changed_with_all_that_name_it(hand: Hand) -> str:
    """Also the hash in the header of each fact that was decided under it."""
    row = hand.one(packs(hand))
    header, fact = head_of(row)
    before, fact[4] = fact[3], flipped(fact[4], hand.random)
    fact[3] = sha256(fact[4]).digest()
    hand.put(row["position"], head=packed([header, fact]))
    for one in hand.kept.ours:
        under, said = head_of(one)
        if under[10] == before:
            under[10] = fact[3]
            hand.put(one["position"], head=packed([under, said]))
    return f"a pack changed with all that name it{hand.perhaps_redo()}"


@of("pack")
def the_hash_of_a_pack(hand: Hand) -> str:
    row, other = hand.two(packs(hand))
    header, fact = head_of(row)
    at = hand.one((0, 1, 2, 3))
    fact[at] = head_of(other)[1][at] if hand.chance() else another(fact[at], hand.random)
    hand.put(row["position"], head=packed([header, fact]))
    return f"value {at} of a pack{hand.perhaps_redo()}"


@of("pack")
def two_packs_exchanged(hand: Hand) -> str:
    one, other = hand.two(packs(hand))
    (header, fact), (header_2, fact_2) = head_of(one), head_of(other)
    hand.put(one["position"], head=packed([header, fact_2]))
    hand.put(other["position"], head=packed([header_2, fact]))
    return f"two packs exchanged{hand.perhaps_redo()}"


# The judges, and the campaign


def reader_finds(store: Path, keys: Path) -> bool:
    return not check(store, keys).sound


def product_finds(store: Path, keys: Path) -> bool:
    """Whether the product's examination, made as `hue verify` makes it, has a finding or refuses the store."""
    try:
        room = Room(StoreFolder(store), Identity(), keys=keys.parent)
    except (Damaged, Unavailable, ForeignFault):
        return True
    with closing(room):
        try:
            seals = room.journal.seals if room.journal.seals.at_hand else None
            return bool(Examination(room.folder, room.journal, room.keys_at_hand, seals).examine().findings)
        except (Damaged, Unavailable, ForeignFault):
            return True


def tampered(kept: Kept, way: Callable[[Hand], str], at: Path, random: Random) -> tuple[Hand, str]:
    """Return a hand that has tampered with a copy, and what it did; draws until something is another."""
    for number in counted():
        hand = Hand(kept, at / str(number), random)
        try:
            said = way(hand)
            hand.done()
            if picture(hand.store) != kept.picture:
                return hand, said
        except (NoTampering, sqlite3.IntegrityError, sqlite3.ProgrammingError):
            hand.close()
        shutil.rmtree(at)
    raise AssertionError


Judge = Callable[[Path, Path], bool]


class Campaign:
    """Tamperings of each class, and how each came out."""

    def __init__(self, at: Path, random: Random) -> None:
        self._at, self._random = at, random
        self.outcomes: dict[tuple[str, str], Counter[bool]] = {}  # of a judge and a class: how often found, and unseen
        self.unseen: Counter[str] = Counter()

    def run(self, kept: Kept, name: str, times: int) -> None:
        for number in range(times):
            hand, said = tampered(kept, self._random.choice(CLASSES[name]), self._at / "copy", self._random)
            self._judge(hand, name, said, reader_finds)
            if not number % BY_THE_PRODUCT:
                self._judge(hand, name, said, product_finds)
            shutil.rmtree(self._at / "copy")

    def _judge(self, hand: Hand, name: str, said: str, judge: Judge) -> None:
        try:
            found, how = judge(hand.store, hand.keys), "says it is sound"
        except Exception as fault:  # noqa: BLE001 — whatever ends a judge is its outcome
            found, how = False, f"ended with {type(fault).__name__}: {fault}"
        self.outcomes.setdefault((judge.__name__, name), Counter())[found] += 1
        if not found:
            self.unseen[f"{name}: {said}: {judge.__name__} {how}"] += 1

    def total(self, judge: Judge, found: bool) -> int:
        return sum(outcome[found] for (by, _), outcome in self.outcomes.items() if by == judge.__name__)

    def told(self) -> str:
        mine = {name: outcome for (by, name), outcome in self.outcomes.items() if by == reader_finds.__name__}
        by_class = ", ".join(f"{name} {outcome[True]:,}/{outcome[False]}" for name, outcome in mine.items())
        product = f"{self.total(product_finds, True):,}/{self.total(product_finds, False)}"
        return f"found/unseen by the independent reader: {by_class}; of these by the product too: {product}"


def shares() -> Iterator[tuple[str, int]]:
    """Yield how many tamperings of each class there are."""
    left = max(count(TAMPERINGS), len(CLASSES))
    even = left // len(CLASSES)
    few = {name: max(1, even // ON_LARGE) for name in FALL_ON_LARGE}
    yield from few.items()
    many, left = [name for name in CLASSES if name not in few], left - sum(few.values())
    for at, name in enumerate(many):
        yield name, left // len(many) + (at < left % len(many))


@pytest.mark.proof
def test_whatever_is_done_to_a_store_is_found_by_two_readers(played: Played, large: Played, tmp_path: Path) -> None:
    began, campaign = time.monotonic(), Campaign(tmp_path, chance("tampered store"))
    small, great = Kept(played), Kept(large)
    for name, times in shares():
        campaign.run(great if name in FALL_ON_LARGE else small, name, times)
    done = sum(times for _, times in shares())
    tell(Told("tamperings of a whole store", done, campaign.told(), time.monotonic() - began))
    assert not campaign.unseen, campaign.unseen
    assert campaign.total(reader_finds, True) == done


@pytest.mark.parametrize("which", ["played", "large", "older", "tail"])
def test_stores_that_nobody_touched_are_sound_for_both_readers(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Also the copies that are rolled back to, each with what was known in the key folder when it was made."""
    one: Played = request.getfixturevalue("large" if which == "large" else "played")
    stores = {"older": one.older, "tail": (one.tail,)}.get(which, (one.store,))
    for number, store in enumerate(stores):
        copy = Path(shutil.copytree(store, tmp_path / str(number) / "store"))
        keys = Path(shutil.copytree(one.keys, tmp_path / str(number) / "keys" / one.keys.name))
        for name, known in (("checkpoints", "known"), ("access.checkpoints", "access.known")):
            last = notes_in((copy / name).read_bytes())[-1]
            (keys / known).write_text("".join(f"{line}\n" for line in last[:-1]))
        assert check(copy, keys).findings == []
        assert not product_finds(copy, keys)


def test_the_store_that_is_tampered_with_holds_what_the_classes_need(played: Played, large: Played) -> None:
    """Otherwise the campaign would prove less than it says."""
    kept = Kept(played)
    assert kept.size > 300
    assert [len(notes_in((played.store / name).read_bytes())) > 3 for name in NOTES] == [True, True]
    for column in GROUPS:
        assert sum(bool(row[column]) for row in kept.ours) > 1, column
    with closing(sqlite3.connect(large.store / "journal.db")) as db:
        assert db.execute("SELECT count(*) FROM fact_node WHERE level=16").fetchall() == [(1,)]
    with closing(sqlite3.connect(played.store / "access.db")) as db:
        assert db.execute("SELECT count(*) > 10 FROM access").fetchall() == [(1,)]
    with closing(sqlite3.connect(played.store / "keys.db")) as db:
        assert db.execute("SELECT count(*) FROM record_key WHERE wrapped IS NULL").fetchall() == [(1,)]
    names = Counter(row["name"] for row in kept.ours)
    assert names["record.erased"] == 2
    assert names["record.erasure_completed"] == 1


# What cannot be found


def rows_behind_the_last_checkpoint_cut_off(hand: Hand) -> None:
    ends = {"journal.db": "checkpoints", "access.db": "access.checkpoints"}
    for name, notes in ends.items():
        size = int(notes_in((hand.store / notes).read_bytes())[-1][1])
        hand[name].execute(f"DELETE FROM {TABLES[name]} WHERE position>?", [size])
        redo(hand[name], TABLES[name])


def a_row_changed_behind_the_last_checkpoint(hand: Hand) -> None:
    """With the looks since then, which name the journal's root."""
    rows_behind_the_last_checkpoint_cut_off(hand)
    hand.journal.execute("ROLLBACK")
    hand.journal.execute("BEGIN")
    row = next(row for row in hand.kept.ours[::-1] if row["sealed"] is None and row["local"] is None)
    header, fact = head_of(row)
    header[5] = another(header[5], hand.random)
    hand.put(row["position"], head=packed([header, fact]))
    redo(hand.journal, "fact")


def a_row_added_behind_the_last_checkpoint(hand: Hand) -> None:
    source = next(row for row in hand.kept.ours[::-1] if head_of(row)[0][11] is None)
    forged = {
        **source,
        "position": hand.kept.size + 1,
        "stream": flipped(source["stream"], hand.random, 9),
        "version": 1,
    }
    header, fact = head_of(source)
    header[2] = head_of(hand.kept.ours[-1])[0][2]
    _insert(hand, {**forged, "head": packed([header, fact])})
    redo(hand.journal, "fact")


def a_seal_of_an_erased_record(hand: Hand) -> None:
    gone = {key for (key,) in hand["keys.db"].execute("SELECT id FROM record_key WHERE wrapped IS NULL")}
    row = hand.one(row for row in hand.kept.ours if row["sealed"] and head_of(row)[0][11] in gone)
    hand.put(row["position"], sealed=flipped(row["sealed"], hand.random))


def a_pending_key_destroyed(hand: Hand) -> None:
    """The key of what was said after the erasure is another, and stays."""
    (key,) = pending(hand)
    hand["keys.db"].execute("UPDATE record_key SET wrapped=NULL WHERE id=?", [key])


def checkpoints_but_the_last_taken(hand: Hand) -> None:
    for name in NOTES:
        notes = notes_in((hand.store / name).read_bytes())
        write_notes(hand, name, notes[hand.random.randrange(1, len(notes)) :])


def an_older_key_store_that_lacks_no_key(hand: Hand) -> None:
    """More keys were made ahead since; none of them is named by any row yet."""
    hand.done()
    shutil.copy(hand.kept.played.older[-1] / "keys.db", hand.store / "keys.db")


LIMITS: dict[str, Callable[[Hand], None]] = {
    "rows behind the last checkpoint cut off": rows_behind_the_last_checkpoint_cut_off,
    "a row changed behind the last checkpoint": a_row_changed_behind_the_last_checkpoint,
    "a row added behind the last checkpoint": a_row_added_behind_the_last_checkpoint,
    "a seal of an erased record": a_seal_of_an_erased_record,
    "the key of a pending erasure destroyed": a_pending_key_destroyed,
    "checkpoints but the last taken": checkpoints_but_the_last_taken,
    "an older key store that lacks no key": an_older_key_store_that_lacks_no_key,
}


@pytest.mark.parametrize("limit", LIMITS)
def test_what_cannot_be_found_is_just_what_is_said_here(played: Played, limit: str, tmp_path: Path) -> None:
    """Where one of these is found one day, the page on the format and this list are to be shortened."""
    tail = Played(played.tail, played.keys, played.older)
    kept = Kept(tail)
    hand = Hand(kept, tmp_path, chance(limit))
    LIMITS[limit](hand)
    hand.done()
    assert picture(hand.store) != kept.picture
    assert check(hand.store, hand.keys).findings == []
    assert not product_finds(hand.store, hand.keys)
