"""Backups: the facts in one folder, the record keys in another, each copied while the room works, and verified.

Theory of operation. SQLite copies journal, access log and key store from one moment's snapshot each, while others go on
writing. The key store is copied last, so that it holds every key that the facts name, and never into the folder of the
facts: whoever finds a backup of facts reads no words. A copy is verified with its checkpoints before it counts. A restore
verifies the backup first, copies it into a folder that holds no store, and refuses to go behind a checkpoint that is
known in the key folder unless it is told to.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from msgspec import Struct

from hueandcry.domain.fault import Damaged, Refused, Unavailable
from hueandcry.store.connection import existing, told_of
from hueandcry.store.evidence import Examination, Examined
from hueandcry.store.folder import StoreFolder, open_journal
from hueandcry.store.keyfolder import KeyFolder

MODE, SECRET_MODE = 0o660, 0o600


class Copied(Struct, frozen=True):
    """What a backup holds: the journal's size and root in it."""

    size: int
    root: bytes


def back_up(
    store: StoreFolder, into: Path, keys_into: Path | None, keys: KeyFolder, progress: Callable[[int], None]
) -> Copied:
    """Copy a store into a new folder, its record keys into another where one is given, and verify the copy.

    Raises Refused where a folder holds something already or the one lies in the other, Damaged where source or copy is
    not sound, Unavailable.
    """
    check_folders(into, keys_into)
    try:
        return _backed_up(store, into, keys_into, keys, progress)
    except BaseException:
        for folder in (into, keys_into):
            if folder is not None:
                withdraw(folder)  # what broke off is no backup, and can be begun again
        raise


def _backed_up(
    store: StoreFolder, into: Path, keys_into: Path | None, keys: KeyFolder, progress: Callable[[int], None]
) -> Copied:
    copy = StoreFolder(into)
    into.mkdir(parents=True, exist_ok=True)
    into.chmod(0o2770)
    _copy_file(store.checkpoints, copy.checkpoints, MODE)
    _copy_file(store.access_checkpoints, copy.access_checkpoints, MODE)
    _copy_database(store.access, copy.access)  # before the journal, whose size and root its entries name
    _copy_database(store.journal, copy.journal)
    _copy_file(store.source_key, copy.source_key, SECRET_MODE)
    if keys_into is not None:
        keys_into.mkdir(parents=True, exist_ok=True, mode=0o700)
        _copy_database(store.keys, keys_into / store.keys.name)
    examined = examine_copy(copy, keys, progress)
    _sync(into)
    _hold_against_source(store, examined)
    return Copied(examined.journal.size, examined.journal.root)


def withdraw(folder: Path) -> None:
    """Take away a folder that was empty and holds a part of a store; by name, for where no folder can be opened to list it."""
    with suppress(OSError):
        for name in StoreFolder.NAMES:
            for path in (folder / name, folder / f"{name}-wal", folder / f"{name}-shm"):
                path.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.rmdir()


def _hold_against_source(store: StoreFolder, examined: Examined) -> None:
    source = open_journal(store.journal)
    try:
        if source.root_at(examined.journal.size) != examined.journal.root:
            raise Damaged("the copy is not the journal that it was made of; hue verify says more")
    finally:
        source.close()


def examine_copy(copy: StoreFolder, keys: KeyFolder, progress: Callable[[int], None]) -> Examined:
    """Verify a backup by itself, without record keys; raises Damaged at the first finding."""
    journal = open_journal(copy.journal)
    try:
        examined = Examination(copy, journal, keys, None, copied=True).examine(progress)
    finally:
        journal.close()
    if examined.findings:
        raise Damaged(f"the backup {copy.path} is not sound: {examined.findings[0].text()}")
    return examined


def put_back(copy: StoreFolder, keys_copy: Path, store: StoreFolder) -> None:
    """Copy a verified backup into a folder that holds no store; raises Refused, Unavailable."""
    check_empty(store)
    store.path.mkdir(parents=True, exist_ok=True)
    store.path.chmod(0o2770)
    _copy_file(copy.checkpoints, store.checkpoints, MODE)
    _copy_file(copy.access_checkpoints, store.access_checkpoints, MODE)
    _copy_file(copy.source_key, store.source_key, SECRET_MODE)
    _copy_database(keys_copy, store.keys)
    _copy_database(copy.access, store.access)
    _copy_database(copy.journal, store.journal)  # last: without it, this is no store yet
    _sync(store.path)


def check_empty(store: StoreFolder) -> None:
    """Refuse a folder that holds something already."""
    if store.path.exists() and any(store.path.iterdir()):
        raise Refused(f"{store.path} is not empty: move what is there away first")


def check_folders(into: Path, keys_into: Path | None) -> None:
    """Refuse folders of a backup that hold something already, or lie in each other."""
    for folder in (into, keys_into):
        if folder is not None and folder.exists() and any(folder.iterdir()):
            raise Refused(f"{folder} is not empty: a backup goes into a folder of its own")
    if keys_into is not None:
        one, other = into.resolve(), keys_into.resolve()
        if one == other or one in other.parents or other in one.parents:
            raise Refused("the record keys do not lie with the facts: choose a folder elsewhere for --keys")


def _copy_database(source: Path, target: Path) -> None:
    if not source.exists():
        raise Unavailable(f"{source} is missing")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT, MODE))
    target.chmod(MODE)
    try:
        with (
            told_of(f"{source} cannot be copied to {target}", target),
            closing(sqlite3.connect(existing(source, "ro"), uri=True)) as reading,
            closing(sqlite3.connect(target, isolation_level=None)) as writing,
        ):
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=WAL")
            writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as fault:
        raise Damaged(f"{source} cannot be copied: {fault}") from fault
    _sync(target)


def _copy_file(source: Path, target: Path, mode: int) -> None:
    if not source.exists():
        return
    shutil.copyfile(source, target)
    target.chmod(mode)
    _sync(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
