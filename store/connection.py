"""Connections to SQLite that keep what they acknowledge: hardened, asserted, and opened by a name that is never parsed.

Theory of operation. Write-ahead log, `synchronous=FULL` and `secure_delete` are set and asserted on every connection, the
library's pool included: with less, what was acknowledged could be lost when the power goes, and what was erased could
be found again. The SQL objects stand one to a file in store/sql.
"""

import sqlite3
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteDatastore

from hueandcry.domain.fault import Unavailable


@cache
def statement(name: str, table: str) -> str:
    """Return the text of one SQL object."""
    return files("hueandcry.store.sql").joinpath(f"{name}.sql").read_text().format(t=table)


def uri_of(path: Path) -> str:
    """Return the URI by which SQLite opens a file, whatever signs stand in its name."""
    return f"file:{quote(str(path))}"


def path_of(uri: str) -> Path:
    """Return the file that a URI (or a plain name) opens."""
    return Path(unquote(uri.removeprefix("file:").partition("?")[0])) if uri.startswith("file:") else Path(uri)


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
        connection._sqlite_conn.row_factory = None
        return connection


class Datastore(SQLiteDatastore):
    """The library's datastore with hardened connections that yield tuples."""

    def __init__(self, db_name: str, **options: Any) -> None:
        super().__init__(db_name, **options)
        self.pool.close()
        self.pool = _Pool(db_name=db_name, lock_timeout=options.get("lock_timeout"))
