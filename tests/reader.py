"""Theory of operation: a reader of the journal that shares no code with its writer.

It was written from docs/log-format.md alone, as a neighbouring force's expert or the defence's would write one. It
opens a store read-only and holds everything in it against everything else:

    checkpoints, known    signed notes; each names a size and a root that the journal must have had
    access.checkpoints, access.known    the same of the access log
    access.db             its rows are walked first; each names a size and a root of the journal as well
    journal.db            walked once, in order of position: types, header, key ids, digests, leaf, tree, nodes, tip
    keys.db               which record keys there are, which are destroyed; with the key folder, each is unwrapped

The walk keeps the peaks of the tree, so that the root at any size that was named is known when that size is reached.
Facts are not known here by their fields: what the page says of every fact is checked, and no more. What stands in a
store may have been written to stop this program or to make it lie: what cannot be read is a finding, never an end.

    python tests/reader.py STORE [--keys FOLDER] [--json]       exit 0 sound, 3 findings, 2 usage
    python tests/reader.py STORE --keys FOLDER --open STREAM    the opened facts of one record, as JSON
"""

import argparse
import base64
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import sha256
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import msgpack
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

JOURNAL_MARKS, KEYS_MARKS = (0x48554543, 2), (0x4855454B, 1)  # application_id, user_version
GROUPS = ("police", "sealed", "local")
ROW = ("position", "stream", "version", "name", "head", *GROUPS, *(f"{group}_digest" for group in GROUPS))
TIP, NODE = ("one", "size", "peaks", "recorded", "keys"), ("level", "ix", "hash")
KEYRING, RECORD_KEY = ("one", "origin", "kept", "place", "salt", "first", "made", "proof"), ("id", "wrapped")
OUTSIDE = {"tracking", "stored_snapshots"}  # of other applications, outside the evidence
HEADER = (
    *("fact version", "occurred", "recorded", "actor", "role", "seat", "session"),
    *("causation", "correlation", "source reference", "pack hash", "key id"),
)
KINDS, ACCESS_KIND, ACCESS_NAMES = range(1, 8), 6, {"access.shown", "access.read"}
SALT, NONCE, TAG, WRAPPED = 16, 12, 16, 60  # lengths in bytes

MAYBE_BYTES = (bytes, type(None))
ROW_TYPES = set(product((int,), (bytes, str), (int,), (str,), (bytes,), *[MAYBE_BYTES] * 6))
HEADER_TYPES = set(product(*[(int,)] * 3, *[(str,)] * 4, (list, type(None)), *[MAYBE_BYTES] * 3, (int, type(None))))

# The ordinates of the eight points of low order on the curve of Ed25519: a key of these signs anything.
PRIME = 2**255 - 19
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
LOW_ORDER = {0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8}

Wanted = dict[int, dict[bytes, str]]  # size -> root -> who named it
Tables = dict[str, tuple[str, ...]]  # their columns
Mark = tuple[str, str, int, bytes]  # a checkpoint: where it stands, origin, size, root
Verifier = tuple[str, bytes, Ed25519PublicKey]  # key name, key id, key

packed = msgpack.Packer().pack
unpacked = partial(msgpack.unpackb, strict_map_key=False)


@dataclass
class Report:
    """What was found, and how far it could be looked."""

    findings: list[tuple[str, str]] = field(default_factory=list)  # where, what
    origin: str = ""
    size: int = 0
    root: str = ""
    access_size: int = 0
    access_root: str = ""
    checkpoints: int = 0
    access_checkpoints: int = 0
    signatures: int = 0  # of checkpoints, checked with verify.key
    opened: int = 0  # seals that were opened and met their digest
    unopened: int = 0  # seals that nobody could open here: no key at hand, or it was destroyed with the record

    @property
    def sound(self) -> bool:
        return not self.findings

    def found(self, where: str, what: str) -> None:
        if len(self.findings) < 1000:  # a rewritten journal differs in every row: the first thousand tell enough
            self.findings.append((where, what))


@dataclass
class Keyring:
    """The record keys. `wrapped` tells which there are, `plain` holds those that the key at hand unwrapped."""

    origin: str | None = None  # None: there is no keyring to hold anything against
    first: int = 0
    wrapped: dict[int, bytes | None] = field(default_factory=dict)
    plain: dict[int, bytes] = field(default_factory=dict)


@contextmanager
def guarded(report: Report, where: str) -> Iterator[None]:
    """Turns whatever goes wrong inside into a finding."""
    try:
        yield
    except Exception as problem:  # noqa: BLE001 - what is read may be made to raise anything
        report.found(where, f"cannot be read: {type(problem).__name__}: {problem}")


def at_hand(folder: Path | None, name: str) -> bytes | None:
    return (folder / name).read_bytes() if folder and (folder / name).exists() else None


def kek_in(keys: Path | None) -> bytes | None:
    return bytes.fromhex(kek.decode("ascii").strip()) if (kek := at_hand(keys, "seal.key")) else None


def kind_of(stream: object) -> int:
    """The kind in a version-8 id, 0 where the id is no such id."""
    if type(stream) is not bytes or len(stream) != 16 or stream[6] >> 4 != 8 or stream[8] >> 6 != 0b10:
        return 0
    return (stream[6] & 15) << 4 | stream[7] >> 4


@dataclass
class Tree:
    """RFC 9162's tree, as its peaks. `made` holds every node of the kept levels: level, ix, hash."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)
    made: list[tuple[int, int, bytes]] = field(default_factory=list)

    def add(self, node: bytes) -> None:
        rest, level = self.size, 0
        while rest & 1:
            node = sha256(b"\x01" + self.peaks.pop() + node).digest()
            rest, level = rest >> 1, level + 1
            if level in {8, 16}:
                self.made.append((level, rest, node))
        self.peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        node = self.peaks[-1] if self.peaks else sha256(b"").digest()
        for peak in self.peaks[-2::-1]:
            node = sha256(b"\x01" + peak + node).digest()
        return node


def base64_bytes(text: str) -> bytes:
    """Strictly: the one spelling of these bytes, so that no two texts stand for one signature."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 in another spelling")
    return data


def verifier_of(text: str) -> Verifier:
    """A C2SP note verifier key: name, key id in hexadecimal and key in base64, joined by +."""
    name, given, rest = text.split("+", 2)
    data = base64_bytes(rest)
    mark = sha256(name.encode() + b"\x0a" + data).digest()[:4]
    if len(data) != 33 or data[0] != 1 or given != mark.hex():
        raise ValueError("not an Ed25519 verifier key with its own key id")
    if (int.from_bytes(data[1:], "little") & (2**255 - 1)) % PRIME in LOW_ORDER:
        raise ValueError("a key of low order: anything would verify")
    return name, mark, Ed25519PublicKey.from_public_bytes(data[1:])


def mark_of(body: str, lines: str, where: str, verifier: Verifier | None, report: Report) -> Mark:
    """One note taken apart; raises where it is none, or where a signature by the key at hand does not hold."""
    origin, size, root = body.split("\n")
    if any(char < " " and char != "\n" for char in body + lines) or not re.fullmatch("0|[1-9][0-9]{0,18}", size):
        raise ValueError("not origin, size and root")
    names, checked = set(), 0
    for line in lines.split("\n"):
        dash, name, signature = line.split(" ")
        data = base64_bytes(signature)
        if dash != "—" or not name or "+" in name or len(data) < 5:
            raise ValueError("not a signature line")
        names.add(name)
        if verifier and (name, data[:4]) == verifier[:2]:
            verifier[2].verify(data[4:], f"{body}\n".encode())
            checked += 1
    if origin not in names or (verifier and not checked):
        report.found(where, "no signature of the store's key that holds")
    report.signatures += checked
    return where, origin, int(size), base64_bytes(root)


def marks_in(data: bytes, where: str, verifier: Verifier | None, report: Report) -> list[Mark]:
    """The notes of a file. Neither part of a note holds an empty line, so the parts are what empty lines divide."""
    marks: list[Mark] = []
    *chunks, rest = data.decode().split("\n\n")
    if rest or len(chunks) % 2:
        report.found(where, "does not end with a whole checkpoint and an empty line")
    for number, (body, lines) in enumerate(zip(chunks[::2], chunks[1::2], strict=False), 1):
        with guarded(report, f"{where} {number}"):
            marks.append(mark_of(body, lines, f"{where} {number}", verifier, report))
    return marks


def verifier_at_hand(keys: Path | None, report: Report) -> Verifier | None:
    with guarded(report, "verify.key"):
        if (key := at_hand(keys, "verify.key")) is not None:
            return verifier_of(key.decode().strip())
    return None


def of_the_access_log(verifier: Verifier | None) -> Verifier | None:
    """The same key under the name by which the access log is signed."""
    if verifier is None:
        return None
    name, key = f"{verifier[0]}/access", b"\x01" + verifier[2].public_bytes_raw()
    return name, sha256(name.encode() + b"\x0a" + key).digest()[:4], verifier[2]


def read_marks(store: Path, keys: Path | None, of: str, verifier: Verifier | None, report: Report) -> list[Mark]:
    """The checkpoints of the journal, or (of "access.") of the access log: the store's, and those the key folder knows."""
    name, marks = f"{of}checkpoints", list[Mark]()
    with guarded(report, name):
        marks = marks_in((store / name).read_bytes(), name, verifier, report)
    if not marks:
        report.found(name, "holds no checkpoint; one is signed when a store is made")
    for before, after in pairwise(marks):
        if after[2] < before[2]:
            report.found(after[0], f"size goes down from {before[2]} to {after[2]}")
    end = max((mark[2] for mark in marks), default=0)
    for kept in (f"{of}known",) if of else ("known", "verified"):
        with guarded(report, kept):
            data = at_hand(keys, kept)
            note = b"" if data is None else data.rstrip(b"\n") + b"\n\n"
            for known in marks_in(note, kept, verifier, report):
                if known[2] > end:
                    report.found(name, f"end before size {known[2]}, which is {kept}")
                marks.append(known)
    return marks


def wanted_of(marks: list[Mark], wanted: Wanted) -> Wanted:
    for where, _, size, root in marks:
        wanted.setdefault(size, {}).setdefault(root, where)
    return wanted


def connect(path: Path, immutable: bool) -> sqlite3.Connection:
    """Read-only, and one moment of the file throughout. immutable would not see the write-ahead log."""
    uri = f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None)
    db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")  # text that is no UTF-8 fails in its own row
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("BEGIN")
    db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on the moment is held
    return db


def hold_shape(db: sqlite3.Connection, path: Path, marks: tuple[int, int], tables: Tables, report: Report) -> None:
    """A database's marks, pages and tables. Whether it writes ahead stands in bytes 18 and 19 of the file."""
    found = partial(report.found, path.name)
    *held, page = db.execute("SELECT * FROM pragma_application_id, pragma_user_version, pragma_page_size").fetchone()
    if tuple(held) != marks:
        found("application_id or user_version is of another format")
    with path.open("rb") as file:
        if marks == JOURNAL_MARKS and (page != 4096 or file.read(20)[18:] != b"\x02\x02"):
            found("pages are not of 4,096 bytes, or it is not in WAL mode")
    for sort, name in db.execute("SELECT type, name FROM sqlite_master"):
        known = name in tables or name in OUTSIDE or name.startswith("sqlite_")
        if sort in {"trigger", "view"} or (sort == "table" and not known):
            found(f"holds a {sort} that the format does not know, {name}")
    for name, columns in tables.items():
        there = db.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (name,)).fetchall()
        if sorted(there) != sorted((column, 0) for column in columns):
            found(f"table {name} has other columns than {', '.join(columns)}")
    for (line,) in db.execute("PRAGMA integrity_check"):
        if line != "ok":
            found(f"integrity_check: {line}")


def opened(key: bytes, sealed: bytes, data: bytes) -> bytes | None:
    """What was sealed, None where this key and this associated data do not open it."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], data)
    except (InvalidTag, ValueError):
        return None


def read_keyring(path: Path, kek: bytes | None, report: Report, immutable: bool = False) -> Keyring:
    """Holds keys.db against itself, and unwraps every record key where the key-encryption key is at hand."""
    ring = Keyring()
    with guarded(report, "keys.db"), closing(connect(path, immutable)) as db:
        hold_shape(db, path, KEYS_MARKS, {"keyring": KEYRING, "record_key": RECORD_KEY}, report)
        ((one, origin, kept, place, salt, first, made, proof),) = db.execute(
            f"SELECT {', '.join(KEYRING)} FROM keyring"
        )
        if tuple(map(type, (one, origin, kept, place, first, made, proof))) != (int, str, str, str, int, int, bytes):
            raise ValueError("a column of the keyring holds a value of another type")
        salts = type(salt) is bytes and len(salt) == 16 if salt or kept == "passphrase" else True
        if one != 1 or kept not in {"file", "passphrase", "credential"} or len(proof) != WRAPPED or not salts:
            report.found("keys.db", "a column of the keyring holds what the format does not have")
        ring.origin, ring.first = origin, first
        if kek is not None and opened(kek, proof, packed([0, origin, kept, place, salt, first, made])) != bytes(32):
            report.found("keys.db", "the key-encryption key at hand does not open the proof, or the row was changed")
            kek = None
        for number, (key, wrapped) in enumerate(db.execute("SELECT id, wrapped FROM record_key ORDER BY id"), 1):
            fits = type(key) is int and type(wrapped) in MAYBE_BYTES and (wrapped is None or len(wrapped) == WRAPPED)
            plain = opened(kek, wrapped, packed([origin, key])) if fits and kek and wrapped else None
            if not fits or key != number or (kek and wrapped and plain is None):
                report.found("keys.db", f"key {key!r:.40} is out of place, misshapen, or cannot be unwrapped")
            if fits:
                ring.wrapped[key] = wrapped
            if plain is not None:
                ring.plain[key] = plain
        if made != len(ring.wrapped):
            report.found("keys.db", f"{made} keys were made, and there are {len(ring.wrapped)}")
    return ring


def group_array(tier: int, plain: bytes, digest: bytes) -> list[Any] | str:
    """The fields of a group, or what is wrong with it."""
    if sha256(bytes([tier]) + plain).digest() != digest:
        return "does not meet its digest"
    array = unpacked(plain[SALT:])
    if type(array) is not list or not array or packed(array) != plain[SALT:]:
        return "is not an array of fields in shortest form"
    return array


def header_holds(header: list[Any]) -> bool:
    """Whether the values of a header are right, whose types are."""
    version, *_, causation, correlation, _, pack, key = header
    if causation is not None and (tuple(map(type, causation)) != (bytes, int) or causation[1] < 1):
        return False
    streams = [correlation] if causation is None else [correlation, causation[0]]
    lengths = all(stream is None or len(stream) == 16 for stream in streams) and (pack is None or len(pack) == 32)
    return lengths and 1 <= version <= 127 and (key is None or key >= 1)


def stands(fact: list[Any], counts: list[int | None]) -> bool:
    """Whether the tail of a fact can stand for groups of so many fields: nil for each, "" where none is stored."""
    least = sum(count or 1 for count in counts if count is not None)
    if fact[-least:] == [None] * least:
        return True  # as nearly every row does
    letters = "".join("n" if value is None else "e" if value == "" else "x" for value in fact)
    tail = "".join("e*" if count is None else f"n{{{count}}}" if count else "n+" for count in counts)
    return re.fullmatch(f"[nex]*{tail}", letters) is not None


class Walk:
    """One pass over the rows of the journal or of the access log."""

    def __init__(self, report: Report, table: str, ring: Keyring, wanted: Wanted) -> None:
        self.report, self.table, self.ring, self.wanted = report, table, ring, wanted
        self.where, self.tree = table, Tree()
        self.position = self.moment = self.highest = 0
        self.streams: dict[bytes, tuple[int, int | None]] = {}  # last version, key id in force
        self.owners: dict[int, bytes] = {}  # key id -> its stream
        self.erased: dict[bytes, set[int]] = {}  # stream -> keys whose erasure is pending
        self.destroyed: set[int] = set()  # keys whose erasure is complete
        self.gone: set[int] = set()  # keys that were gone already when the store was put back
        self.names: list[list[Any]] = []  # the facts policy.established
        self.named: Wanted = {}  # what rows of the access log say of the journal

    def found(self, what: str) -> None:
        self.report.found(self.where, what)

    def run(self, db: sqlite3.Connection) -> None:
        if 0 in self.wanted:
            self.hold_root()
        for row in db.execute(f"SELECT {', '.join(ROW)} FROM {self.table} ORDER BY position"):
            self.where = f"{self.table} {row[0]!r:.40}"
            leaf = bytes(32)
            try:
                leaf = sha256(b"\x00" + packed([*row[:5], *row[8:]])).digest()
                self.row(row)
            except Exception as problem:  # noqa: BLE001 - one hostile row must not hide the rows after it
                self.found(f"cannot be read: {type(problem).__name__}: {problem}")
            self.tree.add(leaf)
            if self.tree.size in self.wanted:
                self.hold_root()

    def hold_root(self) -> None:
        root = self.tree.root()
        for named, where in self.wanted.pop(self.tree.size).items():
            if named != root:
                self.report.found(where, f"names another root at size {self.tree.size} than {self.table} has")

    def hold_tree(self, db: sqlite3.Connection) -> None:
        """Nodes and tip, as text: there 1.0 and 1 are two."""
        tip = (1, self.tree.size, b"".join(self.tree.peaks), self.moment, self.highest)
        for name, columns, belonging in (("node", NODE, self.tree.made), ("tip", TIP, [tip])):
            where = f"{self.table}_{name}"
            with guarded(self.report, where):
                there = Counter(map(repr, db.execute(f"SELECT {', '.join(columns)} FROM {where}")))
                belong = Counter(map(repr, belonging))
                for row in (there - belong) + (belong - there):
                    self.report.found(where, f"{row:.200} is missing, or is not what the rows make it")

    def row(self, row: tuple[Any, ...]) -> None:
        if tuple(map(type, row)) not in ROW_TYPES:
            self.found("a column holds a value of another type")
            return
        position, stream, version, name, head, police, sealed, local, *digests = row
        lengths = {len(digest) for digest in digests if digest is not None}
        if not lengths <= {32} or (type(stream) is bytes and len(stream) != 16):
            self.found("a digest or a stream id of another length")
        if position != self.position + 1:
            self.found(f"follows position {self.position}")
        self.position = position
        kind = kind_of(stream)
        header, fact = self.head(stream, kind, head)
        key = header[11] if header else None
        if kind in KINDS:
            before, key_before = self.streams.get(stream, (0, None))
            if version != before + 1:
                self.found(f"version {version} follows {before} in its stream")
            if header:
                self.key_id(stream, name, key, key_before, digests[1:] != [None, None])
            self.streams[stream] = (version, key if header else key_before)
        if row[5:] != (None,) * 6:
            groups = zip((1, 2, 3), (police, sealed, local), digests, strict=True)
            counts = [self.group(*group, [stream, version, name, key]) for group in groups]
            if header and not stands(fact, counts):
                self.found("fields of the fact do not stand as the row's groups have it")
        if self.table == "access":
            self.access(kind, row, header, fact)
        elif header:
            self.policy(name, fact)

    def policy(self, name: str, fact: list[Any]) -> None:
        """The two facts whose fields the page tells of."""
        if name == "policy.established":
            self.names.append(fact)
        elif name == "policy.restored":
            self.gone.update(fact[3])

    def head(self, stream: Any, kind: int, head: bytes) -> tuple[list[Any], list[Any]]:
        """Header and fact; both empty where the row has none, as rows of other applications have none."""
        try:
            header, fact = value = unpacked(head)
            whole = type(value) is type(header) is type(fact) is list and tuple(map(type, header)) in HEADER_TYPES
        except Exception:  # noqa: BLE001 - not msgpack, or hostile: either way no header
            header, fact, value, whole = [], [], None, False
        if not whole:
            if kind in KINDS:
                self.found("the head of a row of ours is not header and fact")
            return [], []
        if kind not in KINDS:
            self.found("a row with a header in a stream that is not ours")
        if packed(value) != head:
            self.found("the head is not msgpack in the shortest form")
        if not header_holds(header):
            self.found("a value of the header is not what the format has there")
        if header[2] < self.moment:
            self.found("recorded before the row before it")
        self.moment = header[2]
        return header, fact

    def key_id(self, stream: bytes, name: str, key: int | None, before: int | None, seals: bool) -> None:
        """The rule of key ids. Record keys below the ring's `first` may have been passed over."""
        if name == "record.erased":
            if before is not None:
                self.erased.setdefault(stream, set()).add(before)
            holds = key is None
        elif seals and before is None:
            holds = key is not None and (key == self.highest + 1 or self.highest < key <= self.ring.first)
        else:
            holds = key == before
        if name == "record.erasure_completed":
            self.destroyed |= self.erased.pop(stream, set())
        if not holds:
            self.found(f"key id {key} after {before}, the highest so far {self.highest}")
        self.highest = max(self.highest, key or 0)
        if key is not None and self.owners.setdefault(key, stream) != stream:
            self.found(f"key {key} is another record's")

    def group(self, tier: int, group: bytes | None, digest: bytes | None, row: list[Any]) -> int | None:
        """How many fields a group has, 0 where that cannot be told here, None where there is none."""
        if digest is None or group is None:
            if digest is not group:
                self.found(f"{GROUPS[tier - 1]} group or digest without the other")
            return None if digest is None else 0
        if tier > 1 and (row[3] is None or len(group) < NONCE + SALT + TAG + 1):
            self.found(f"{GROUPS[tier - 1]} group without a key id, or too short to be a seal")
        plain = group if tier == 1 else self.unsealed(tier, group, row)
        array = group_array(tier, plain, digest) if plain is not None else []
        if isinstance(array, str):
            self.found(f"{GROUPS[tier - 1]} group {array}")
            return 0
        self.report.opened += tier > 1 and plain is not None
        return len(array)

    def unsealed(self, tier: int, group: bytes, row: list[Any]) -> bytes | None:
        """The plain bytes of a seal, or None: then it was counted or found."""
        if row[3] not in self.ring.plain:  # where it should be there, that is found once, for the keyring
            self.report.unopened += 1
            return None
        plain = opened(self.ring.plain[row[3]], group, packed([self.ring.origin, *row, tier]))
        if plain is None:
            self.found(f"{GROUPS[tier - 1]} group cannot be opened with key {row[3]}")
        return plain

    def access(self, kind: int, row: tuple[Any, ...], header: list[Any], fact: list[Any]) -> None:
        """A row of the access log, and where the journal stood: the first whole number that 32 bytes follow."""
        plain = row[5:] == (None,) * 6 and not (header and header[11])
        if kind != ACCESS_KIND or row[3] not in ACCESS_NAMES or not plain:
            self.found("not a row of the access log: of another kind or name, or with groups or a key id")
        for size, root in pairwise(fact):
            if type(size) is int and type(root) is bytes and len(root) == 32:
                self.named.setdefault(size, {}).setdefault(root, self.where)
                return
        self.found("does not tell where the journal stood")

    def hold_keys(self) -> None:
        """The keys that rows name against those of the keyring: there, whole, and destroyed only with the record."""
        wrapped, pending = self.ring.wrapped, set().union(*self.erased.values())
        for key, stream in self.owners.items():
            state = "missing" if key not in wrapped else "there" if wrapped[key] else "destroyed"
            should = "destroyed" if key in self.destroyed else "there"
            if state != should and (key not in pending | self.gone or state == "missing"):
                self.report.found("keys.db", f"key {key} of record {stream.hex()} is {state}, and should be {should}")
        for key in wrapped.keys() - self.owners.keys():
            if wrapped[key] is None and key not in self.gone:
                self.report.found("keys.db", f"key {key} is destroyed, and no record had it")


def walked(path: Path, walk: Walk, immutable: bool, kek: bytes | None = None) -> Walk:
    """Walks a journal. Its moment is taken before the keyring's: keys are made before a row can name them."""
    report, table = walk.report, walk.table
    with guarded(report, path.name), closing(connect(path, immutable)) as db:
        if table == "fact":
            walk.ring = read_keyring(path.parent / "keys.db", kek, report, immutable)
        with guarded(report, path.name):
            hold_shape(db, path, JOURNAL_MARKS, {table: ROW, f"{table}_tip": TIP, f"{table}_node": NODE}, report)
        with guarded(report, path.name):
            walk.run(db)
        walk.hold_tree(db)
        if walk.ring.origin is not None:
            walk.hold_keys()
    return walk


def hold_origin(marks: list[Mark], verifier: Verifier | None, walk: Walk, report: Report) -> None:
    """One name throughout: keys.db, verify.key, every checkpoint, and policy.established."""
    names = [("keys.db", walk.ring.origin), ("verify.key", verifier and verifier[0]), *(mark[:2] for mark in marks)]
    report.origin = next((name for _, name in names if name), "")
    for where, name in names:
        belongs = f"{report.origin}/access" if where.startswith("access.") else report.origin
        if name not in {None, belongs}:
            report.found(where, f"is of {name}, and should be of {belongs}")
    if any(report.origin and report.origin.encode() not in fact for fact in walk.names):
        report.found("policy.established", f"does not name {report.origin}")


def check(store: Path, keys: Path | None = None, *, kek: bytes | None = None, immutable: bool = False) -> Report:
    """Holds a store against itself, and against the key folder where that is given."""
    report = Report()
    verifier = verifier_at_hand(keys, report)
    marks = read_marks(store, keys, "", verifier, report)
    access_marks = read_marks(store, keys, "access.", of_the_access_log(verifier), report)
    in_key_folder = {"known", "verified", "access.known"}
    report.checkpoints = sum(where.split()[0] not in in_key_folder for where, *_ in marks)
    report.access_checkpoints = sum(where.split()[0] not in in_key_folder for where, *_ in access_marks)
    with guarded(report, "seal.key"):
        kek = kek or kek_in(keys)
    # the access log before the journal, which then cannot be behind what is said of it
    access = walked(store / "access.db", Walk(report, "access", Keyring(), wanted_of(access_marks, {})), immutable)
    report.access_size, report.access_root = access.tree.size, access.tree.root().hex()
    walk = Walk(report, "fact", Keyring(), wanted_of(marks, access.named))
    walk = walked(store / "journal.db", walk, immutable, kek)
    report.size, report.root = walk.tree.size, walk.tree.root().hex()
    for one in (access, walk):
        for size, roots in one.wanted.items():
            for where in roots.values():
                report.found(where, f"names size {size}, {one.table} has {one.tree.size} rows")
    hold_origin([*marks, *access_marks], verifier, walk, report)
    return report


def shown_row(walk: Walk, row: tuple[Any, ...]) -> dict[str, Any]:
    """One fact with its groups opened: salt and fields stand beside the digest that they are held against."""
    position, stream, version, name, head, *groups = row
    header, fact = walk.head(stream, kind_of(stream), head)
    shown = {"position": position, "version": version, "name": name, "fact": fact}
    shown["header"] = dict(zip(HEADER, header, strict=False))
    for tier, group, digest in zip((1, 2, 3), groups[:3], groups[3:], strict=True):
        if digest is not None and group is not None and header:
            plain = group if tier == 1 else walk.unsealed(tier, group, [stream, version, name, header[11]])
            array = group_array(tier, plain, digest) if plain else "is closed: its key is not at hand or was destroyed"
            shown[GROUPS[tier - 1]] = {"digest": digest, "salt": plain and plain[:SALT], "fields": array}
    return shown


def open_record(store: Path, keys: Path | None, stream_hex: str, *, kek: bytes | None = None) -> Report:
    """Prints the facts of one record as JSON. Whether the journal holds is for `check` to say."""
    report, facts = Report(), []
    with guarded(report, stream_hex), closing(connect(store / "journal.db", False)) as db:
        walk = Walk(report, "fact", read_keyring(store / "keys.db", kek or kek_in(keys), report), {})
        asked = f"SELECT {', '.join(ROW)} FROM fact WHERE stream = ? ORDER BY version"
        for row in db.execute(asked, (bytes.fromhex(stream_hex.replace("-", "")),)):
            walk.where = f"fact {row[0]!r:.40}"
            with guarded(report, walk.where):
                facts.append(shown_row(walk, row))
        if not facts:
            report.found(stream_hex, "the journal has no such record")
    answer = {"stream": stream_hex, "facts": facts, "findings": report.findings}
    print(json.dumps(answer, indent=2, skipkeys=True, default=lambda v: v.hex() if type(v) is bytes else repr(v)))
    return report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Reads a journal and holds everything in it against everything else.")
    parser.add_argument("store", type=Path)
    parser.add_argument("--keys", type=Path, help="the key folder of this store")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--open", metavar="STREAM", help="print the facts of one record instead")
    parser.add_argument("--immutable", action="store_true", help="for media that cannot be written; skips the WAL")
    said = parser.parse_args(arguments)
    if not said.store.is_dir() or (said.keys and not said.keys.is_dir()):
        parser.error("the store, or the key folder, is no folder")
    if said.open:
        return 0 if open_record(said.store, said.keys, said.open).sound else 3
    report = check(said.store, said.keys, immutable=said.immutable)
    told = {"sound": report.sound, **asdict(report)}
    if said.json:
        print(json.dumps(told, indent=2))
    else:
        for where, what in told.pop("findings"):
            print(f"{where}: {what}".encode("unicode_escape").decode())  # it may be made for a terminal
        print(", ".join(f"{name} {value}" for name, value in told.items()).encode("unicode_escape").decode())
    return 0 if report.sound else 3


if __name__ == "__main__":
    raise SystemExit(main())
