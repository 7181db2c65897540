"""A store is a folder: journal, access log, key store, checkpoints, the board's checkpoint and the side files.

Theory of operation. `create` makes the folder for one owner or one group (2770, files 0660, the key 0600) and refuses a
folder that holds a store already, and network file systems, whose locks cannot be trusted. `open_journal` reads the
file's own header first: a file that is not a store, or is one of another version, is refused in a sentence and never
touched.
"""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from hueandcry.domain.fault import Damaged, Refused, Unavailable
from hueandcry.store.connection import existing, keep_what_was_cut_off, told_of, why_not
from hueandcry.store.log import Clock
from hueandcry.store.sealed import Seals
from hueandcry.store.sqlite import APPLICATION_ID, FORMAT_VERSION, TABLE, Datastore, SQLiteJournal

JOURNAL_NAME = "journal.db"
KEY_NAME = "store.key"
KEYS_NAME = "keys.db"
ACCESS_NAME = "access.db"
ACCESS_TABLE = "access"
CHECKPOINTS_NAME = "checkpoints"
ACCESS_CHECKPOINTS_NAME = "access.checkpoints"
BOARD_NAME = "board.checkpoint"
REJECTED_NAME = "rejected"
KEY_BYTES = 32
_NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "lustre",
}


class StoreFolder:
    """The files of one store."""

    NAMES = (
        JOURNAL_NAME,
        KEYS_NAME,
        ACCESS_NAME,
        CHECKPOINTS_NAME,
        ACCESS_CHECKPOINTS_NAME,
        BOARD_NAME,
        KEY_NAME,
        *(f"{name}.{part}" for name in ("journal", "access") for part in ("turn", "lock")),
    )

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / JOURNAL_NAME
        self.keys = path / KEYS_NAME
        self.access = path / ACCESS_NAME
        self.checkpoints = path / CHECKPOINTS_NAME
        self.access_checkpoints = path / ACCESS_CHECKPOINTS_NAME
        self.board = path / BOARD_NAME
        self.rejected = path / REJECTED_NAME
        self.source_key = path / KEY_NAME

    @property
    def exists(self) -> bool:
        """Whether a journal stands here."""
        return self.journal.exists()

    def create(self) -> None:
        """Make the folder and its key; refuses a folder that holds a store, and a network file system."""
        if self.exists and not self._broken_off():
            raise Refused(f"{self.path} holds a store already; choose another folder with --store")
        self.path.mkdir(parents=True, exist_ok=True)
        found = file_system_of(self.path)
        if found in _NETWORK_FILE_SYSTEMS:
            raise Unavailable(f"{self.path} is on a network file system ({found}), whose locks cannot keep a journal")
        self.path.chmod(0o2770)
        if self.source_key.exists() and self.source_key.stat().st_size == KEY_BYTES:
            return  # an earlier founding broke off before it made the journal
        handle = os.open(self.source_key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())

    def _broken_off(self) -> bool:
        """Tell whether an earlier founding ended before its first fact: nothing is lost by founding again."""
        try:
            journal = open_journal(self.journal)
        except (Unavailable, Damaged):
            return _holds_nothing(self.journal)
        try:
            return journal.tip().size == 0
        finally:
            journal.close()

    def key(self) -> bytes:
        """Return the key that makes source references."""
        try:
            key = self.source_key.read_bytes()
        except OSError as fault:
            raise Unavailable(f"the store's key {self.source_key} cannot be read: {fault.strerror}") from fault
        if len(key) != KEY_BYTES:
            raise Damaged(f"the store's key {self.source_key} has {len(key)} bytes instead of {KEY_BYTES}")
        return key

    def side_file(self, name: str) -> int:
        """Return a handle to a new 0600 side file for what could not be recorded."""
        if not self.rejected.exists():
            self.rejected.mkdir()
            self.rejected.chmod(0o2770)
        handle = os.open(self.rejected / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        return handle


def file_system_of(path: Path) -> str:
    """Return the type of the file system that holds a path, empty where the system does not tell."""
    try:
        lines = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return ""
    mounts = [(line.split()[1], line.split()[2]) for line in lines]
    where = str(path.resolve())
    holding = [(mount, kind) for mount, kind in mounts if where == mount or where.startswith(mount.rstrip("/") + "/")]
    return max(holding, key=lambda one: len(one[0]))[1] if holding else ""


def open_journal(
    path: Path, *, new: bool = False, clock: Clock = time.time_ns, seals: Seals | None = None, table: str = TABLE
) -> SQLiteJournal:
    """Open the journal in a file, or make it; raises Unavailable for a file that is no store or is of another version.

    Without `seals` nothing can be sealed in it or opened. `table` is the access log's own name for its rows.
    """
    if new:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o660))
        path.chmod(0o660)  # before SQLite opens it: what stands beside it takes its mode
    else:
        _check(path)
        keep_what_was_cut_off(path)
    with told_of(f"the journal {path} cannot be opened", path):
        journal = SQLiteJournal(Datastore(existing(path)), table, clock=clock, seals=seals)
        if new:
            journal.create_table()
    return journal


def _holds_nothing(path: Path) -> bool:
    """Tell whether a file is an SQLite database in which nothing was made yet, whoever began it.

    It is opened to be written, so that a change that was broken off is rolled back first, as any opening of it would.
    """
    try:
        with closing(sqlite3.connect(existing(path), uri=True)) as connection:
            (made,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            (application,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.Error:
        return False
    return not made and not application


def _check(path: Path) -> None:
    if not path.exists():
        raise Unavailable(f"there is no store at {path.parent}; make one with hue init, or name another with --store")
    try:
        connection = sqlite3.connect(existing(path, "ro"), uri=True)
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError as fault:
        raise Unavailable(f"the journal {path} cannot be opened: {why_not(fault, path)}") from fault
    except sqlite3.DatabaseError as fault:
        if "malformed" in str(fault):
            raise Damaged(f"the journal {path} is damaged: {fault}") from fault
        raise Unavailable(f"{path} is not a store: {fault}") from fault
    if application != APPLICATION_ID:
        raise Unavailable(f"{path} is not a store of Hue and Cry")
    if version != FORMAT_VERSION:
        age = "newer" if version > FORMAT_VERSION else "older"
        raise Unavailable(
            f"{path} is a store of format {version}, {age} than format {FORMAT_VERSION} that this release reads and writes; "
            f"use the release that made it"
        )
