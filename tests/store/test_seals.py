"""What was typed stands in no file in clear, and opens where it was sealed, with the keys of this store, and nowhere else."""

import contextlib
import itertools
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hueandcry.domain.contact import Channel, Contact, Rang
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import REGISTRY, Entry, Fact, Header, Local, Plain, Sealed, Tier, fact, fold
from hueandcry.domain.fault import Damaged, Refused, Unavailable
from hueandcry.domain.logbook import Noted
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import Kind, stream_id, stream_text
from hueandcry.operator import erasing
from hueandcry.operator.bootstrap import Room, open_room, set_passphrase
from hueandcry.operator.desk import Desk
from hueandcry.operator.verbs import carry_out
from hueandcry.store import codec
from hueandcry.store import keyring as keyrings
from hueandcry.store.codec import Pending, Row
from hueandcry.store.keyfolder import SEAL_NAME
from hueandcry.store.keyring import AHEAD, KEY_BYTES, NONCE_BYTES, Kept, Keyring, open_keyring
from hueandcry.store.log import MemoryLog, seals_in_memory
from hueandcry.store.sealed import Door, Seals, Viewer
from hueandcry.store.verify import verify
from tests.staging import MONDAY, Founded

ROOT = Path(__file__).parents[2]
UNAVAILABLE = 5  # exit code
SOME_KEY, ANOTHER_KEY = bytes(range(KEY_BYTES)), bytes(range(1, KEY_BYTES + 1))
A, B = stream_id(Kind.POLICY, 1, 1), stream_id(Kind.POLICY, 2, 2)
A_HEADER = Header(0, MONDAY, 0, "2001", "handler", "T1", "session-1")
ME = Viewer("2001")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    founded = Founded(tmp_path / "store")
    yield founded
    founded.close()


def mark(number: int) -> str:
    """Return a word that stands in no file by chance; two of them have no half in common."""
    return f"typed{number:03d}by{number * 7919 % 1000:03d}us"


def opened(room: Room, stream: bytes) -> list[Entry]:
    return Door(room.journal, ME).stream(stream, "show")


def ring(desk: Desk, words: str = "07700 900123") -> bytes:
    """Let somebody ring, and return the contact."""
    return carry_out(desk, f"ring 999 {words}")[0].stream


def number_of(room: Room, stream: bytes) -> str | None:
    said = opened(room, stream)[0].fact
    assert isinstance(said, Rang)
    return said.number


def hue(*words: str, store: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".typed"), "HUE_STORE": str(store)}
    command = [sys.executable, "-m", "hueandcry.operator.cli", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


# In no file


LINES = """
    ring 999 {}
    answer .
    note . {}
    fix . 3 {}
    locate . SOUTH {}
    triage . situation now {}
    notasked . engagement unsafe {}
    open . domestic {}
    assess . threat=weapon risk=serious investigation=some vulnerability=child {}
    grade . 2 {}
    change . {}
    assess . situation=now {}
    grade . 1 {}
    note . {}
    locate . SOUTH {}
    propose grade . 3 {}
    told . {}
    result . advice {}
    close . {}
    ring partner {}
    answer .
    expedite ward-12 walkout . {}
    note . {}
    verify . call-back {}
    decide . accept {}
    tellback . {}
    transfer . ambulance {}
    ring 101 {}
    answer .
    triage . situation past
    triage . threat none
    triage . risk low
    triage . investigation none
    triage . vulnerability none
    triage . engagement wants-advice
    resolve . advice {}
    register 9001 handler {}
"""


def type_all(stage: Founded) -> list[str]:
    """Carry out a line of each verb that takes words, and return the words."""
    numbers, typed = itertools.count(), []
    desk = stage.founder
    carry_out(desk, "grant 1001 vulnerability")
    carry_out(desk, "grant 1001 dispatcher")
    for template in LINES.strip().splitlines():
        words = mark(next(numbers))
        stage.pass_time(1)
        carry_out(desk, template.strip().format(words))
        typed += [words] if "{}" in template else []
    second = stage.desk("5501", Role.SUPERVISOR)
    words = mark(next(numbers))
    carry_out(second, f"decline p{stage.board.staff['1001'].proposals[0].tail} {words}")
    set_passphrase(stage.founder, "1001", mark(999))
    return [*typed, words]


def files_with(*folders: Path) -> list[tuple[Path, bytes]]:
    return [(path, path.read_bytes()) for folder in folders for path in folder.rglob("*") if path.is_file()]


def test_what_was_typed_stands_in_no_file_in_clear(stage: Founded) -> None:
    """Nor in the write-ahead logs, the access log, the board's checkpoint or the key folder; open, and closed."""
    typed = type_all(stage)
    folder = stage.room.folder
    every = [entry for stream in stage.log.begun() for entry in opened(stage.room, stream)]
    said = repr([entry.fact for entry in every])
    assert [words for words in typed if words not in said] == [], "each was recorded, and the door opens it"
    verifiers = [one.fact.verifier for one in every if one.name == "staff.passphrase_set" and one.fact is not None]
    stage.board.save(folder.board)
    stage.room.sign_checkpoint()
    for _ in range(2):
        found = files_with(folder.path, stage.room.key_folder.path)
        assert {path.name for path, _ in found} >= {
            "journal.db",
            "access.db",
            "keys.db",
            "board.checkpoint",
            "checkpoints",
        }
        for path, content in found:
            assert [words for words in typed if words.encode() in content] == [], path
            assert [one for one in verifiers if one in content] == [], path
        assert len(typed) > 25
        assert len(verifiers) == 1
        stage.close()


def test_words_of_a_refused_line_are_written_nowhere(stage: Founded) -> None:
    contact = ring(stage.founder)
    with pytest.raises(Refused, match="still ringing"):
        carry_out(stage.founder, f"open {stream_text(contact)} domestic {mark(1)}")
    assert not [path for path, content in files_with(stage.room.folder.path) if mark(1).encode() in content]


# In their place, and nowhere else


@pytest.fixture
def two_tiers() -> Iterator[type[Fact[Any]]]:
    """A fact with a sealed and a local value, in the registry for one test."""

    @fact("policy.tried", version=1, says="{code} {words} {secret}")
    class Tried(Fact[Policy], frozen=True):
        code: Plain[bytes]
        words: Sealed[str]
        secret: Local[str]

        def apply(self, policy: Policy) -> Policy:
            return policy

    yield Tried
    del REGISTRY["policy.tried", 1]
    codec._shapes.pop(("policy.tried", 1), None)


def with_key(row: Row, key: int) -> bytes:
    """Return a row's head with another key named in it."""
    header, said = msgspec.msgpack.decode(row.head)
    return msgspec.msgpack.encode([[*header[:-1], key], said])


MOVED: dict[str, dict[str, Any]] = {
    "to another stream": {"stream": B},
    "to another version": {"version": 2},
    "to another name": {"name": "policy.told"},
    "to another key": {"head": lambda row: with_key(row, 2)},
    "from local to sealed": {"sealed": lambda row: row.local},
    "from sealed to local": {"local": lambda row: row.sealed},
    "both ways": {"sealed": lambda row: row.local, "local": lambda row: row.sealed},
    "cut at its end": {"sealed": lambda row: row.sealed[:-1]},
    "cut at its beginning": {"sealed": lambda row: row.sealed[1:]},
    "made longer": {"sealed": lambda row: row.sealed + b"\0"},
    "cut to its nonce": {"sealed": lambda row: row.sealed[:NONCE_BYTES]},
    "emptied": {"local": b""},
    "of another type": {"sealed": "words in clear"},
}


@pytest.mark.parametrize("moved", MOVED)
def test_a_seal_that_was_moved_or_changed_does_not_open(two_tiers: type[Fact[Any]], moved: str) -> None:
    """To another stream, version, name, key or column; the position is no part of it, the leaf commits to that."""
    log = MemoryLog(lambda: MONDAY)
    said = two_tiers(b"c", "words", "secret")
    log.append([Pending(A, 1, said, A_HEADER), Pending(B, 1, said, A_HEADER)])
    row = next(log.rows())
    assert codec.decode(row, log.seals.opened(row._replace(position=7))).fact == said
    changed = {column: new(row) if callable(new) else new for column, new in MOVED[moved].items()}
    with pytest.raises(Damaged, match="@1 does not open: its seal was changed or moved"):
        log.seals.opened(row._replace(**changed))


def test_every_byte_of_a_seal_counts(two_tiers: type[Fact[Any]]) -> None:
    log = MemoryLog(lambda: MONDAY)
    log.append([Pending(A, 1, two_tiers(b"c", "words", "secret"), A_HEADER)])
    (row,) = log.rows()
    assert row.sealed is not None
    for at in range(len(row.sealed)):
        changed = row.sealed[:at] + bytes((row.sealed[at] ^ 1,)) + row.sealed[at + 1 :]
        with pytest.raises(Damaged, match="does not open"):
            log.seals.opened(row._replace(sealed=changed))


def test_a_seal_without_a_key_in_its_head_is_damaged(two_tiers: type[Fact[Any]]) -> None:
    log = MemoryLog(lambda: MONDAY)
    log.append([Pending(A, 1, two_tiers(b"c", "words", "secret"), A_HEADER)])
    (row,) = log.rows()
    for head in (b"{}", msgspec.msgpack.encode([A_HEADER, [b"c", None, None]])):
        with pytest.raises(Damaged, match="@1 is sealed and names no key"):
            log.seals.opened(row._replace(head=head))


def log_of(origin: str) -> MemoryLog:
    """Return a log of a store of that name."""
    return MemoryLog(lambda: MONDAY, Seals(lambda: Keyring.create(None, origin, Kept("file"), SOME_KEY)))


def test_a_seal_of_another_store_does_not_open_though_its_record_key_were_the_same(
    two_tiers: type[Fact[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyrings.os, "urandom", lambda count: b"\7" * count)
    ours, theirs, again = (log_of(origin) for origin in ("hueandcry/GMP/0", "hueandcry/MET/0", "hueandcry/GMP/0"))
    said = two_tiers(b"c", "words", "secret")
    for log in (ours, theirs, again):
        log.append([Pending(A, 1, said, A_HEADER)])
    (row,) = ours.rows()
    assert codec.decode(row, again.seals.opened(row)).fact == said, "the keys are the same"
    with pytest.raises(Damaged, match="does not open"):
        theirs.seals.opened(row)


def test_a_seal_moved_in_the_file_is_not_shown_and_verification_names_its_row(stage: Founded) -> None:
    contact = ring(stage.founder)
    carry_out(stage.founder, "note . one word")
    carry_out(stage.founder, "note . another word")
    first, second = [row.position for row in stage.log.stream_rows(contact)][1:]
    hand = sqlite3.connect(stage.room.folder.journal, isolation_level=None)
    swap = "UPDATE fact SET sealed=(SELECT sealed FROM fact WHERE position=?) WHERE position=?"
    hand.execute(swap, (first, second))
    hand.close()
    with pytest.raises(Damaged, match=f"@{second} does not open"):
        opened(stage.room, contact)
    findings = verify(stage.room.journal, seals=stage.room.journal.seals).findings
    assert [(one.position, one.part) for one in findings] == [(second, "seal")]


# The key that wraps the keys


def seal_key(stage: Founded) -> Path:
    return stage.room.key_folder.path / SEAL_NAME


def why_closed(store: Path, contact: bytes) -> str:
    """Return why nothing sealed of a store is shown or written, in one sentence; the board is there all the same."""
    with contextlib.closing(open_room(str(store))) as room:
        with pytest.raises(Unavailable) as shown:
            opened(room, contact)
        before = room.journal.tip()
        with pytest.raises(Unavailable) as written:
            ring(room.desk())
        assert str(shown.value) == str(written.value)
        assert "\n" not in str(shown.value)
        assert room.journal.tip() == before
        assert not room.journal.seals.at_hand
        assert room.board.items(MONDAY)
        said = room.journal.stream(contact)[0].fact
        assert isinstance(said, Rang)
        assert said.number is None
        return str(shown.value)


def test_another_key_opens_nothing_and_says_so_in_one_sentence(stage: Founded) -> None:
    contact, store = ring(stage.founder), stage.room.folder.path
    seal_key(stage).write_text(SOME_KEY.hex())
    assert "that is not the key of this store's seals" in why_closed(store, contact)
    told = hue("show", stream_text(contact), store=store)
    assert (told.returncode, told.stdout) == (UNAVAILABLE, "")
    assert told.stderr == f"hue: {why_closed(store, contact)}\n"
    told = hue("do", "ring", "999", "07700", "900124", store=store)
    assert (told.returncode, told.stdout) == (UNAVAILABLE, "")
    assert told.stderr == f"hue: {why_closed(store, contact)}\n"
    assert hue("board", store=store).returncode == 0


def _removed(path: Path) -> None:
    path.unlink()


def _holding(text: str | bytes) -> Any:
    return lambda path: path.write_bytes(text if isinstance(text, bytes) else text.encode())


def _with_mode(mode: int) -> Any:
    return lambda path: path.chmod(mode)


DAMAGE: dict[str, tuple[Any, str]] = {
    "missing": (_removed, "sealed words stay closed until it is brought back"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "sealed words stay closed until it is brought back"),
    "empty": (_holding(""), "is damaged: it should hold 64 hexadecimal digits"),
    "short": (_holding("00" * 31), "is damaged: it should hold 64 hexadecimal digits"),
    "long": (_holding("00" * 33), "is damaged: it should hold 64 hexadecimal digits"),
    "an odd digit": (_holding("00" * 31 + "0"), "is damaged: it should hold 64 hexadecimal digits"),
    "no hexadecimal": (_holding("xy" * 32), "is damaged: it should hold 64 hexadecimal digits"),
    "no text": (_holding(b"\xff" * 64), "it is no text"),
    "open to all": (_with_mode(0o644), "may be read by others (mode 644): chmod it to 6"),
    "open to others": (_with_mode(0o604), "may be read by others (mode 604): chmod it to 6"),
    "writable by the group": (_with_mode(0o620), "may be read by others (mode 620): chmod it to 6"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_key_file_that_cannot_be_used_is_named_with_what_to_do(stage: Founded, damage: str) -> None:
    contact, path = ring(stage.founder), seal_key(stage)
    hurt, says = DAMAGE[damage]
    hurt(path)
    told = why_closed(stage.room.folder.path, contact)
    assert str(path) in told
    assert says in told


def test_a_store_without_its_key_folder_is_read_with_seals_closed(
    stage: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has copied the store has no word of it."""
    contact = ring(stage.founder)
    monkeypatch.setenv("HUE_KEYS", str(tmp_path))
    assert "sealed words stay closed until it is brought back" in why_closed(stage.room.folder.path, contact)


def test_a_key_that_is_brought_back_opens_everything_again(stage: Founded) -> None:
    contact, path = ring(stage.founder), seal_key(stage)
    content = path.read_text()
    path.unlink()
    with contextlib.closing(open_room(str(stage.room.folder.path))) as room:
        with pytest.raises(Unavailable):
            number_of(room, contact)
        path.write_text(content)
        path.chmod(0o600)
        assert number_of(room, contact) == "07700 900123"


def test_a_key_store_that_is_missing_is_said_and_not_made_anew(stage: Founded) -> None:
    contact, folder = ring(stage.founder), stage.room.folder
    stage.close()
    folder.keys.unlink()
    assert re.search("key store .* is missing", why_closed(folder.path, contact))
    assert not folder.keys.exists()


def test_a_key_file_of_ones_own_is_used_where_it_lies(tmp_path: Path) -> None:
    own = tmp_path / "own.key"
    own.write_text(SOME_KEY.hex())
    own.chmod(0o600)
    stage = Founded(tmp_path / "store", Kept("file", str(own)))
    contact = ring(stage.founder)
    assert not seal_key(stage).exists()
    stage.close()
    with contextlib.closing(open_room(str(tmp_path / "store"))) as room:
        assert number_of(room, contact) == "07700 900123"
    own.write_text(ANOTHER_KEY.hex())
    assert "that is not the key of this store's seals" in why_closed(tmp_path / "store", contact)


def test_a_store_kept_by_a_passphrase_opens_with_it_and_with_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("correct horse battery staple\n")
    wrong.write_text("correct horse battery stable\n")
    monkeypatch.setenv("HUE_KEY_PASSPHRASE_FILE", str(right))
    stage = Founded(tmp_path / "store", Kept("passphrase"))
    contact, store = ring(stage.founder), stage.room.folder.path
    assert not seal_key(stage).exists(), "the key is kept nowhere"
    stage.close()
    with contextlib.closing(open_room(str(store))) as room:
        assert number_of(room, contact) == "07700 900123"
    assert hue("show", stream_text(contact), store=store).stdout.count("07700 900123") == 1
    monkeypatch.setenv("HUE_KEY_PASSPHRASE_FILE", str(wrong))
    assert "that is not the key of this store's seals" in why_closed(store, contact)
    monkeypatch.setenv("HUE_KEY_PASSPHRASE_FILE", str(tmp_path / "none"))
    assert "cannot be read" in why_closed(store, contact)
    monkeypatch.delenv("HUE_KEY_PASSPHRASE_FILE")
    assert "give HUE_KEY_PASSPHRASE_FILE, or run this in a terminal" in why_closed(store, contact)


def test_two_stores_with_one_passphrase_have_two_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "right").write_text("correct horse battery staple")
    monkeypatch.setenv("HUE_KEY_PASSPHRASE_FILE", str(tmp_path / "right"))
    stages = [Founded(tmp_path / name, Kept("passphrase")) for name in ("one", "other")]
    keks = [stage.room.journal.seals.kek for stage in stages]
    assert keks[0] != keks[1]
    with pytest.raises(Unavailable, match="not the key"):
        open_keyring(stages[0].room.folder.keys, keks[1])
    for stage in stages:
        stage.close()


def test_a_store_kept_by_a_credential_opens_where_the_service_manager_hands_it_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, other = tmp_path / "credentials", tmp_path / "others"
    for one, key in ((folder, SOME_KEY), (other, ANOTHER_KEY)):
        one.mkdir()
        (one / "hue-seal").write_text(key.hex())
        (one / "hue-seal").chmod(0o440)  # as systemd hands it over
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    stage = Founded(tmp_path / "store", Kept("credential", "hue-seal"))
    contact, store = ring(stage.founder), stage.room.folder.path
    assert not seal_key(stage).exists()
    stage.close()
    with contextlib.closing(open_room(str(store))) as room:
        assert number_of(room, contact) == "07700 900123"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(other))
    assert "that is not the key of this store's seals" in why_closed(store, contact)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert "hue-seal cannot be read" in why_closed(store, contact)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert "CREDENTIALS_DIRECTORY is not set" in why_closed(store, contact)


# The record keys


def test_record_keys_are_made_ahead_so_that_opening_a_record_costs_no_second_commit(stage: Founded) -> None:
    """Three hundred records are opened by one process; the key store hears of a commit a few times."""
    ear = sqlite3.connect(stage.room.folder.keys)
    commits, heard = 0, 0
    for _ in range(300):
        stage.pass_time(1)
        ring(stage.founder)
        (now,) = ear.execute("PRAGMA data_version").fetchone()
        commits, heard = commits + (now != heard), now
    ear.close()
    assert stage.log.tip().keys == 300
    assert 2 <= commits <= 4, "the first look, and one for each batch"
    assert len({entry.header.key for entry in stage.log.entries() if entry.header} - {None}) == 300


def test_a_key_is_durable_before_anything_is_sealed_under_it(stage: Founded, tmp_path: Path) -> None:
    """A process that ends between the two leaves a key that nobody uses, never a seal that nobody can open."""
    for _ in range(AHEAD + 2):
        ring(stage.founder)
    last = stage.log.tip().keys
    copy = sqlite3.connect(f"file:{stage.room.folder.keys}?mode=ro", uri=True)
    made = copy.execute("SELECT max(id) FROM record_key WHERE wrapped NOT NULL").fetchone()[0]
    copy.close()
    assert made >= last == AHEAD + 2


def test_two_processes_that_make_keys_make_each_once(tmp_path: Path) -> None:
    first = Keyring.create(tmp_path / "keys.db", "hueandcry/GMP/0", Kept("file"), SOME_KEY)
    second = open_keyring(tmp_path / "keys.db", SOME_KEY)
    for upto in (300, 500, 700, 1500):
        first.ready(upto)
        second.ready(upto + 1)
    assert second.made >= 1501
    assert first.cipher(1) is not None
    sealed = first.cipher(1501)
    assert sealed is not None
    nonce = bytes(NONCE_BYTES)
    theirs = second.cipher(1501)
    assert theirs is not None
    assert theirs.decrypt(nonce, sealed.encrypt(nonce, b"words", None), None) == b"words"
    hand = sqlite3.connect(tmp_path / "keys.db")
    ids = [one for (one,) in hand.execute("SELECT id FROM record_key ORDER BY id")]
    assert ids == list(range(1, len(ids) + 1))
    for one in (hand, first, second):
        one.close()


KEYS_CHANGED = {
    "a wrapped key changed": "UPDATE record_key SET wrapped=zeroblob(60) WHERE id=1",
    "a wrapped key of text": "UPDATE record_key SET wrapped='key' WHERE id=1",
    "two keys swapped": "UPDATE record_key SET wrapped=(SELECT wrapped FROM record_key WHERE id=2) WHERE id=1",
    "a key taken away": "DELETE FROM record_key WHERE id=1",
}


@pytest.mark.parametrize("hand", KEYS_CHANGED)
def test_a_record_key_that_was_changed_is_damage_and_named(stage: Founded, hand: str) -> None:
    contact, other = ring(stage.founder), ring(stage.founder)
    _change_keys(stage, KEYS_CHANGED[hand])
    with contextlib.closing(open_room(str(stage.room.folder.path))) as room:
        assert number_of(room, other) == "07700 900123"
        with pytest.raises(Damaged, match="record key 1"):
            opened(room, contact)


@pytest.mark.parametrize("column", ["origin", "kept", "place", "salt", "first", "made", "proof"])
def test_a_keyring_row_that_was_changed_opens_nothing(stage: Founded, column: str) -> None:
    """Or whoever changes it could have keys given twice, or have a passphrase asked for that is sent elsewhere."""
    contact = ring(stage.founder)
    kek = stage.room.journal.seals.kek
    value = {"salt": "x'00'", "proof": "zeroblob(60)", "first": "9", "made": "9"}.get(column, "'other'")
    _change_keys(stage, f"UPDATE keyring SET {column}={value}")
    with pytest.raises(Unavailable, match="the key store was changed: it does not open"):
        open_keyring(stage.room.folder.keys, kek)
    with contextlib.closing(open_room(str(stage.room.folder.path))) as room, pytest.raises(Unavailable):
        opened(room, contact)


def _change_keys(stage: Founded, statement: str) -> None:
    stage.close()
    hand = sqlite3.connect(stage.room.folder.keys, isolation_level=None)
    assert hand.execute(statement).rowcount == 1
    hand.close()


def test_a_stream_keeps_its_key_across_processes(stage: Founded) -> None:
    contact, store = ring(stage.founder), stage.room.folder.path
    ring(stage.founder)
    assert hue("do", "note", stream_text(contact), "one", "word", store=store).returncode == 0
    with contextlib.closing(open_room(str(store))) as room:
        carry_out(room.desk(), f"note {stream_text(contact)} another word")
    carry_out(stage.founder, f"answer {stream_text(contact)}")
    keys = [entry.header.key for entry in stage.log.stream(contact) if entry.header is not None]
    assert keys == [1, 1, 1, 1]
    told = [entry.fact for entry in opened(stage.room, contact)]
    assert told[1:3] == [Noted("one word"), Noted("another word")]


# Destroyed keys


def closed_contact(stage: Founded) -> bytes:
    """Return a contact that was worked and closed."""
    contact = ring(stage.founder)
    for line in ("answer .", "note . she whispers", "transfer . ambulance chest pain", "close . done"):
        stage.pass_time(1)
        carry_out(stage.founder, line)
    return contact


def test_a_destroyed_key_leaves_every_fact_and_digest_and_takes_the_words(stage: Founded) -> None:
    contact = closed_contact(stage)
    before, rows, record = stage.log.tip(), list(stage.log.rows()), stage.board.record(contact)
    closed, shown = stage.log.stream(contact), opened(stage.room, contact)
    assert shown != closed
    stage.log.seals.keyring.destroy(1)
    after = opened(stage.room, contact)
    assert after == closed
    assert [entry.fact for entry in after if entry.name == "contact.rang"] == [Rang(Channel.EMERGENCY, None)]
    assert [entry.fact for entry in after if entry.name == "record.noted"] == [Noted(None)]
    assert (stage.log.tip(), list(stage.log.rows())) == (before, rows)
    assert stage.log.root_at(before.size) == before.root
    assert fold(Contact(id=contact), after) == record
    verified = verify(stage.room.journal, seals=stage.room.journal.seals)
    assert (verified.findings, verified.root) == ((), before.root)
    assert verified.unopened == sum(row.sealed is not None for row in stage.log.stream_rows(contact))


def test_a_destroyed_key_is_found_in_no_file_any_more(stage: Founded) -> None:
    """Not where it stood, not in a page that was freed, not in the write-ahead log."""
    closed_contact(stage)
    keys = stage.room.folder.keys
    wrapped = stage.log.seals.keyring.destroy(1)
    assert wrapped is not None
    stage.log.seals.keyring.scrub()
    assert [path for path, content in files_with(keys.parent) if wrapped in content] == []
    assert stage.log.seals.keyring.destroy(1) is None
    assert stage.log.seals.keyring.destroyed(1)
    assert not stage.log.seals.keyring.destroyed(2)


def test_nothing_is_sealed_under_a_destroyed_key(stage: Founded) -> None:
    """Whoever destroys a key without an erasure has stopped the record, and is not written around."""
    contact = ring(stage.founder)
    stage.log.seals.keyring.destroy(1)
    before = stage.log.tip()
    with pytest.raises(Damaged, match="record key 1 was destroyed"):
        carry_out(stage.founder, f"note {stream_text(contact)} a word")
    assert stage.log.tip() == before


def erase(stage: Founded, contact: bytes) -> None:
    """Let two people erase a record."""
    second = stage.desk("5501", Role.SUPERVISOR)
    carry_out(stage.founder, f"propose erase {stream_text(contact)} MoPI review 2026/114")
    carry_out(second, f"approve p{stage.board.staff['1001'].proposals[0].tail}")


def keys_in(stage: Founded, contact: bytes) -> list[int | None]:
    return [entry.header.key for entry in stage.log.stream(contact) if entry.header is not None]


def test_what_is_said_after_an_erasure_has_another_key_and_outlives_it(stage: Founded) -> None:
    contact = closed_contact(stage)
    worked = len(stage.log.stream(contact))
    erase(stage, contact)
    carry_out(stage.founder, f"note {stream_text(contact)} said after the erasure")
    later = stage.log.tip().keys
    assert keys_in(stage, contact) == [1] * worked + [None, later]
    assert later > 1
    erasing.carry_out(stage.room, contact)
    assert keys_in(stage, contact)[worked:] == [None, later, later]
    shown = opened(stage.room, contact)
    assert shown[:worked] == stage.log.stream(contact)[:worked], "nothing of it opens"
    assert [entry.fact for entry in shown if entry.name == "record.noted"] == [
        Noted(None),
        Noted("said after the erasure"),
    ]


def test_an_open_door_sees_that_another_process_destroyed_a_key(stage: Founded) -> None:
    """What it opened before is forgotten, the key too; it asks before it shows anything."""
    contact, other = closed_contact(stage), ring(stage.founder, "0161 496 0000")
    door = Door(stage.log, ME)
    assert Noted("she whispers") in [entry.fact for entry in door.stream(contact, "show")]
    assert len(door.stream(other, "show")) == 1
    with contextlib.closing(open_room(str(stage.room.folder.path))) as elsewhere:
        elsewhere.journal.seals.keyring.destroy(1)
    assert door.stream(contact, "show") == stage.log.stream(contact)
    assert stage.log.seals.keyring.destroyed(1)
    assert number_of(stage.room, other) == "0161 496 0000"


def test_an_erasure_in_another_process_changes_the_key_here_too(stage: Founded) -> None:
    """This process remembers how the stream ended; what others recorded since must not be sealed with the old key."""
    contact = closed_contact(stage)
    with contextlib.closing(open_room(str(stage.room.folder.path))) as elsewhere:
        second = stage.desk("5501", Role.SUPERVISOR)
        first = elsewhere.desk(stage.founder.signed.session)
        carry_out(first, f"propose erase {stream_text(contact)} MoPI review 2026/114")
        stage.board.catch_up()
        tail = stage.board.staff["1001"].proposals[0].tail
        carry_out(Desk(elsewhere.journal, elsewhere.board, elsewhere.identity, second.signed), f"approve p{tail}")
        erasing.carry_out(elsewhere, contact)
    carry_out(stage.founder, f"note {stream_text(contact)} said after the erasure")
    keys = keys_in(stage, contact)
    assert keys[-1] not in (None, 1)
    assert opened(stage.room, contact)[-1].fact == Noted("said after the erasure")


# Seals in memory


def test_seals_that_live_in_memory_are_other_ones_each_time() -> None:
    first, second = MemoryLog(lambda: MONDAY), MemoryLog(lambda: MONDAY, seals_in_memory())
    for log in (first, second):
        log.append([Pending(stream_id(Kind.CONTACT, 1, 1), 1, Noted("words"), A_HEADER)])
    (ours,), (theirs,) = first.rows(), second.rows()
    assert (
        first.seals.opened(ours)[Tier.SEALED][codec.SALT_BYTES :]
        == second.seals.opened(theirs)[Tier.SEALED][codec.SALT_BYTES :]
    )
    with pytest.raises(Damaged, match="does not open"):
        second.seals.opened(ours)
