"""A store is a folder for one owner or one group: its modes, its key, its side files, and a second founding refused."""

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hueandcry.domain.contact import Rang
from hueandcry.domain.fault import Damaged, Refused, Unavailable
from hueandcry.operator.bootstrap import Founding, Room, found, open_room
from hueandcry.operator.desk import Desk
from hueandcry.operator.intake.loader import Loader
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Lease
from hueandcry.store import folder as rooms
from hueandcry.store.connection import why_not
from hueandcry.store.folder import StoreFolder, file_system_of, open_journal

ROOT = Path(__file__).parents[2]
GMP = Founding("GMP", "Greater Manchester Police", "1001")
REFUSED, DAMAGED, UNAVAILABLE = 1, 3, 5  # exit codes
NOT_A_ROW = ["never", "EMS", "FALL VICTIM", "EAST"]


@pytest.fixture(params=[0o022, 0o077, 0o000], ids=["umask 022", "umask 077", "umask 000"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Whatever the person who runs the command has as umask."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made, _ = found(tmp_path / "store", GMP)
    with contextlib.closing(made):
        yield made


def desk_of(room: Room) -> Desk:
    return Desk(room.journal, room.board, room.identity, room.signed(None))


def mode(path: Path) -> str:
    """Return a file's permissions as people write them."""
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def hue(*words: str, store: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".typed"), "HUE_STORE": str(store)}
    command = [sys.executable, "-m", "hueandcry.operator.cli", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


# Modes


def test_a_new_store_is_open_to_its_owner_and_its_group_and_to_nobody_else(tmp_path: Path, umask: int) -> None:
    made, _ = found(tmp_path / "store", GMP)
    with contextlib.closing(made):
        assert mode(made.folder.path) == "2770"
        files = {path.name: mode(path) for path in made.folder.path.iterdir() if path.is_file()}
        assert {"journal.db", "access.db", "keys.db", "checkpoints", "journal.turn", "journal.lock"} < set(files)
        assert {name: found for name, found in files.items() if found != "0660"} == {"store.key": "0600"}


def test_the_key_folder_is_open_to_its_owner_alone_and_nothing_of_it_lies_in_the_store(
    tmp_path: Path, umask: int
) -> None:
    """Whoever copies the store, or is of its group, has none of it; but anybody may check what was signed."""
    made, _ = found(tmp_path / "store", GMP)
    with contextlib.closing(made):
        keys = made.key_folder.path
        assert mode(keys) == "0700"
        assert {path.name for path in keys.iterdir()} >= {"seal.key", "sign.key", "verify.key", "known"}
        assert {path.name: mode(path) for path in keys.iterdir() if mode(path) != "0600"} == {"verify.key": "0644"}
        secrets = [(keys / name).read_bytes().strip() for name in ("seal.key", "sign.key")]
        secrets.append(bytes.fromhex(secrets[0].decode()))
        stored = b"".join(path.read_bytes() for path in made.folder.path.rglob("*") if path.is_file())
        assert not any(secret in stored for secret in secrets)


@pytest.mark.parametrize("name", ["journal.db", "access.db", "keys.db"])
def test_what_stands_beside_an_open_file_of_the_store_is_open_to_the_group_too(
    tmp_path: Path, umask: int, name: str
) -> None:
    """Who of the group cannot write the write-ahead log cannot write the journal."""
    made, _ = found(tmp_path / "store", GMP)
    with contextlib.closing(made):
        (rang,) = carry_out(desk_of(made), "ring 999 07700 900123")
        assert made.door().stream(rang.stream, "show")
        beside = sorted(path for path in made.folder.path.iterdir() if path.name.startswith(f"{name}-"))
        assert [path.name for path in beside] == [f"{name}-shm", f"{name}-wal"]
        assert [mode(path) for path in beside] == ["0660", "0660"]


def test_files_that_the_group_shares_are_open_to_it_whoever_made_them(room: Room, umask: int) -> None:
    """The lease of the watch, the checkpoint of the board, the folder of rejected rows: whoever comes first makes them."""
    lease = Lease(room)
    assert lease.take()
    room.board.save(room.folder.board)
    os.close(room.folder.side_file("rows.csv"))
    lease.release()
    assert mode(room.folder.path / "watch.lease") == "0660"
    assert mode(room.folder.board) == "0660"
    assert mode(room.folder.rejected) in ("0770", "2770")


def test_a_side_file_of_rejected_rows_is_for_its_owner_alone(room: Room, umask: int, tmp_path: Path) -> None:
    """It holds what could not be recorded, as it came: it may name people."""
    file = tmp_path / "calls.csv"
    file.write_text(f"ts,service,call_type,township\n{','.join(NOT_A_ROW)}\n")
    loader = Loader(room.folder, desk_of(room), "montgomery")
    assert loader.load(file).rejected == 1
    assert loader.side_path is not None
    assert mode(loader.side_path) == "0600"
    assert "FALL VICTIM" in loader.side_path.read_text()


def test_a_side_file_that_stood_open_to_all_is_closed_to_them_before_it_is_written(room: Room) -> None:
    os.close(room.folder.side_file("rows.csv"))
    (room.folder.rejected / "rows.csv").chmod(0o666)
    os.close(room.folder.side_file("rows.csv"))
    assert mode(room.folder.rejected / "rows.csv") == "0600"


# A second founding


def test_a_second_founding_is_refused_and_changes_nothing(room: Room) -> None:
    """Exit code 1: a rule, not a fault of the machine."""
    key, size = (room.folder.path / "store.key").read_bytes(), room.journal.tip().size
    with pytest.raises(Refused, match="holds a store already"):
        found(room.folder.path, GMP)
    told = hue("init", "--code", "GMP", "--name", "Another", store=room.folder.path)
    assert told.returncode == REFUSED
    assert "holds a store already" in told.stderr
    assert (room.folder.path / "store.key").read_bytes() == key
    assert room.journal.tip().size == size


def test_a_founding_that_broke_off_before_its_journal_can_be_done_again(tmp_path: Path) -> None:
    """The key is written first; a folder that has a key and no journal holds no store."""
    StoreFolder(tmp_path / "store").create()
    made, signed = found(tmp_path / "store", GMP)
    with contextlib.closing(made):
        assert signed.collar == "1001"


HOT_JOURNAL = bytes.fromhex("d9d505f920a163d7 ffffffff 00000000 00000000 00000200 00001000").ljust(512, b"\0")


@pytest.mark.parametrize("hot", [False, True], ids=["its first page written", "its first page to be rolled back"])
def test_a_founding_that_broke_off_in_its_first_page_can_be_done_again(tmp_path: Path, hot: bool) -> None:
    """As a power cut leaves it: an SQLite file in which nothing was made."""
    folder = StoreFolder(tmp_path / "store")
    folder.create()
    with contextlib.closing(sqlite3.connect(folder.journal)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    assert folder.journal.stat().st_size == 4096
    if hot:
        folder.journal.with_name("journal.db-journal").write_bytes(HOT_JOURNAL)
    made, signed = found(tmp_path / "store", GMP)
    with contextlib.closing(made):
        assert signed.collar == "1001"


def test_a_database_of_somebody_else_is_never_taken_for_a_founding_that_broke_off(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path / "store")
    folder.create()
    with contextlib.closing(sqlite3.connect(folder.journal)) as connection:
        connection.execute("CREATE TABLE recipe (words)")
    with pytest.raises(Refused, match="holds a store already"):
        found(tmp_path / "store", GMP)


def test_what_was_cut_off_amid_a_commit_is_made_durable_before_it_is_read(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint signed over it would else outlive it, should the power go then."""
    synced: list[str] = []
    sync = os.fsync

    def noting(handle: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        sync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    assert room.journal.seals.at_hand
    with contextlib.closing(Room(room.folder, room.identity)) as other:
        assert other.board.position == room.board.position
        assert synced[:1] == ["journal.db-wal"]
        assert other.journal.seals.at_hand
        assert "keys.db-wal" in synced


class BrokeOff(Exception):
    pass


@pytest.mark.parametrize("where", ["open_journal", "Room", "Desk.do"])
def test_a_founding_that_broke_off_after_its_keys_were_made_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Nothing was sealed under the keys of the first; the second has its own, and what is said opens with them."""

    def breaks_off(*_: object, **__: object) -> None:
        raise BrokeOff

    with monkeypatch.context() as broken:
        broken.setattr(f"hueandcry.operator.bootstrap.{where}", breaks_off)
        with pytest.raises(BrokeOff):
            found(tmp_path / "store", GMP)
    made, _ = found(tmp_path / "store", GMP)
    with contextlib.closing(made):
        (rang,) = carry_out(desk_of(made), "ring 999 07700 900123")
        (opened,) = made.door().stream(rang.stream, "show")
        assert isinstance(opened.fact, Rang)
        assert opened.fact.number == "07700 900123"
    assert hue("verify", store=tmp_path / "store").returncode == 0


def test_a_network_file_system_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of mounts cannot be forged here, so the file system at hand is put among those that are refused."""
    monkeypatch.setattr(rooms, "_NETWORK_FILE_SYSTEMS", {file_system_of(tmp_path)})
    with pytest.raises(Unavailable, match="network file system"):
        StoreFolder(tmp_path / "store").create()
    assert not (tmp_path / "store" / "store.key").exists()


# The key of the source references


@pytest.mark.parametrize("content", [b"", b"short", bytes(31), bytes(33)])
def test_a_key_of_another_length_is_damage(room: Room, content: bytes) -> None:
    (room.folder.path / "store.key").write_bytes(content)
    with pytest.raises(Damaged, match="bytes instead of 32"):
        room.folder.key()


def test_a_key_that_is_missing_is_said_and_not_made_anew(room: Room) -> None:
    """A new key would make every row that was loaded before look new."""
    (room.folder.path / "store.key").unlink()
    with pytest.raises(Unavailable, match="cannot be read"):
        room.folder.key()
    assert not (room.folder.path / "store.key").exists()


@pytest.mark.parametrize(("content", "code"), [(b"short", DAMAGED), (None, UNAVAILABLE)], ids=["damaged", "missing"])
def test_loading_without_a_whole_key_ends_in_a_sentence_and_records_nothing(
    room: Room, tmp_path: Path, content: bytes | None, code: int
) -> None:
    file, key = tmp_path / "calls.csv", room.folder.path / "store.key"
    file.write_text("ts,service,call_type,township\n2020-01-01 10:00:00,EMS,FALL VICTIM,EAST\n")
    key.unlink()
    if content is not None:
        key.write_bytes(content)
    size = room.journal.tip().size
    told = hue("intake", "load", str(file), "--map", "montgomery", store=room.folder.path)
    assert (told.returncode, len(told.stderr.splitlines())) == (code, 1)
    assert "key" in told.stderr
    assert room.journal.tip().size == size


def test_work_that_needs_no_key_goes_on_without_it(room: Room) -> None:
    """A lost key of the source references stops loading, not the room."""
    (room.folder.path / "store.key").unlink()
    assert carry_out(desk_of(room), "ring 999 07700 900123")
    assert hue("verify", store=room.folder.path).returncode == 0


# Opening


def test_a_store_opens_again_as_it_was_left(room: Room) -> None:
    tip = room.journal.tip()
    with contextlib.closing(open_room(str(room.folder.path))) as again:
        assert again.journal.tip() == tip
        assert again.signed(None) == room.signed(None)


@pytest.mark.parametrize("name", ["a store", "#1?mode=memory", "50%", "Größe", "-rf"])
def test_a_store_may_stand_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    made, _ = found(tmp_path / name, GMP)
    with contextlib.closing(made):
        assert made.folder.journal.stat().st_size > 0
        assert [path.name for path in tmp_path.iterdir()] == [name]


def test_opening_a_store_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="hue init"):
        open_journal(tmp_path / "nowhere" / "journal.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_taken_away_while_the_room_is_open_is_never_made_anew(room: Room) -> None:
    """An empty one in its place would be taken for the room's own when it comes back."""
    (rang,) = carry_out(desk_of(room), "ring 999 07700 900123")
    assert room.warm()
    room.folder.access.rename(room.folder.path / "aside")
    with pytest.raises(Unavailable, match="sealed words stay closed, for the access log cannot be written"):
        room.door().stream(rang.stream, "show")
    assert not room.folder.access.exists()
    (room.folder.path / "aside").rename(room.folder.access)
    (opened,) = room.door().stream(rang.stream, "show")
    assert isinstance(opened.fact, Rang)
    assert opened.fact.number == "07700 900123"


def test_a_store_on_a_disk_that_cannot_be_written_is_said_to_be_on_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence comes on such media: whoever looks is told to copy it first."""
    path = tmp_path / "journal.db"
    path.touch()
    seen = os.statvfs(tmp_path)
    flagged = os.statvfs_result((*seen[:8], seen.f_flag | os.ST_RDONLY, *seen[9:]))
    monkeypatch.setattr(os, "statvfs", lambda _: flagged)
    assert "copy the store to one that can be written" in why_not(sqlite3.OperationalError("unable to open"), path)
