"""Connections to SQLite that keep what they acknowledge: hardened, asserted, and opened by a name that is never parsed.

Theory of operation. Write-ahead log, `synchronous=FULL` and `secure_delete` are set and asserted on every connection, the
library's pool included: with less, what was acknowledged could be lost when the power goes, and what was erased could
be found again. Whatever the library's own classes write through that pool (snapshots, positions of projections, tables)
passes the journal's turnstile as the journal does: outside of it they would get next to nothing while others write.
The SQL objects stand one to a file in store/sql.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from eventsourcing.persistence import OperationalError
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteCursor, SQLiteDatastore

from hueandcry.domain.fault import Unavailable
from hueandcry.store.turnstile import Turnstile

LOCK_TIMEOUT_S = 5
_FOR_NOW = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_AUTH,
}
_THE_ONLY_ONE = {"pool_size": 1, "max_overflow": 0}


@cache
def statement(name: str, table: str) -> str:
    """Return the text of one SQL object."""
    return files("hueandcry.store.sql").joinpath(f"{name}.sql").read_text().format(t=table)


def uri_of(path: Path) -> str:
    """Return the URI by which SQLite opens a file, whatever signs stand in its name."""
    return f"file:{quote(str(path))}"


def existing(path: Path, mode: str = "rw") -> str:
    """Return the URI by which SQLite opens a file that is there, and never makes one: `rw` to write, `ro` to read only."""
    return f"{uri_of(path)}?mode={mode}"


def path_of(uri: str) -> Path:
    """Return the file that a URI (or a plain name) opens."""
    return Path(unquote(uri.removeprefix("file:").partition("?")[0])) if uri.startswith("file:") else Path(uri)


def why_not(fault: Exception, path: Path | None) -> str:
    """Return what SQLite says of a file, and why where that can be seen: a full disk, or one that cannot be written."""
    with suppress(OSError):
        if path is not None and "disk I/O" in str(fault) and not os.statvfs(path.parent).f_bavail:
            return f"{fault}, because the disk is full"
        if path is not None and path.exists() and os.statvfs(path.parent).f_flag & os.ST_RDONLY:
            return f"{fault}, because its disk is read-only: copy the store to one that can be written, and look there"
    return str(fault)


def _is_for_now(fault: Exception) -> bool:
    """Tell whether a fault is of the disk, the rights or the moment; a text that does not decode is one of the file."""
    cause = fault if isinstance(fault, sqlite3.Error) else fault.__cause__
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _FOR_NOW


@contextmanager
def told_of(what: str, path: Path | None) -> Iterator[None]:
    """Raise Unavailable for whatever SQLite cannot do with a file now; what is wrong with the file itself goes on as it is."""
    try:
        yield
    except (sqlite3.OperationalError, OperationalError) as fault:
        if not _is_for_now(fault):
            raise
        raise Unavailable(f"{what}: {why_not(fault, path)}") from fault


def keep_what_was_cut_off(path: Path) -> None:
    """Make durable what a process that was killed amid a commit left in a write-ahead log, before it is read as recorded.

    SQLite takes a commit up that was written and not yet synced; a checkpoint signed over it, or words said to be known
    already, would outlive it if the power went then.
    """
    with suppress(FileNotFoundError):
        log = os.open(path.with_name(f"{path.name}-wal"), os.O_RDONLY)
        try:
            os.fsync(log)
        finally:
            os.close(log)


def harden(connection: sqlite3.Connection, *, in_memory: bool) -> None:
    """Set and assert what durability and erasure rest on."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    if in_memory:
        return
    connection.execute("PRAGMA journal_mode=WAL")
    found = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "secure_delete")
    ]
    if found != ["wal", 2, 1]:
        raise Unavailable(
            f"this file system cannot keep a journal safely (journal_mode, synchronous, secure_delete: {found})"
        )


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        harden(connection._sqlite_conn, in_memory=self.is_sqlite_memory_mode)
        return connection


class Datastore(SQLiteDatastore):
    """The library's datastore with hardened connections, and with a turnstile before its write transactions.

    It is closed once nobody works in it: the library's pool would close connections under the hands of whoever reads in
    another thread, which ends the process.
    """

    def __init__(self, db_name: str, **options: Any) -> None:
        self._idle = threading.Condition()
        self._busy = 0
        super().__init__(db_name, **options)
        self.pool.close()
        in_memory = self.pool.is_sqlite_memory_mode
        alone = in_memory and "cache=shared" not in db_name  # a second connection would have a memory of its own
        only: dict[str, Any] = _THE_ONLY_ONE if alone else {}
        self.pool = _Pool(db_name=db_name, lock_timeout=options.get("lock_timeout"), **only)
        self.turnstile = None if in_memory else Turnstile(path_of(db_name))

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """Give a cursor in a transaction; one that is to be committed waits for its turn first."""
        if not commit or self.turnstile is None:
            with super().transaction(commit=commit) as c:
                yield c
            return
        try:
            with self.turnstile.held(self.pool.lock_timeout or LOCK_TIMEOUT_S), super().transaction(commit=True) as c:
                yield c
        except Unavailable as fault:
            raise OperationalError(fault) from fault

    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[SQLiteConnection]:
        """Lend a connection of the pool."""
        with self._idle:
            self._busy += 1
        try:
            with super().get_connection(commit=commit) as connection:
                yield connection
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """Close the connections and the turnstile; waits a moment for whoever works with one of them."""
        with self._idle:
            self._idle.wait_for(lambda: not self._busy, LOCK_TIMEOUT_S)
        super().close()
        if self.turnstile is not None:
            self.turnstile.close()
