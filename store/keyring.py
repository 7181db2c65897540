"""The record keys of a store, in a file of their own, each wrapped by a key-encryption key that lies elsewhere.

Theory of operation. A record (a stream) has one key of 32 random bytes, under which everything sealed in it is
encrypted; destroying the key erases the record. Keys are made ahead in batches that are durable before any of them is
used, and the journal hands out their ids in order, in its own transaction: opening a record costs no second commit.
A key is wrapped with its id and the store's origin as associated data, so that keys cannot change places. Destroying
sets the wrapped bytes to NULL, rebuilds the file and truncates the write-ahead log, so that SQLite keeps no copy.

Another process may destroy a key that this one has in memory: whoever opens values asks `still` first, which looks at
SQLite's counter of others' commits. Whoever seals need not: an erasure is a fact of the record itself, and the next
fact of that record is given another key.
"""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from hueandcry.domain.fault import Damaged, Unavailable
from hueandcry.store.codec import encode
from hueandcry.store.connection import existing, harden, keep_what_was_cut_off, statement, told_of, why_not

APPLICATION_ID = 0x4855454B  # "HUEK" in the file's header
FORMAT_VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
AHEAD = 256  # keys made at once
LOW = 64  # fewer than so many left, and more are made
CACHED = 512  # ciphers at hand, 3 kB each: a record has one key, and more are not open at a time
LOCK_TIMEOUT_S = 5
PROOF_ID = 0
_PROVEN = "origin, kept, place, salt, first, made"
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P, _SCRYPT_BYTES_MAX = 1 << 15, 8, 1, 1 << 26


class Kept(Struct, frozen=True):
    """Where the key-encryption key is kept: in a `file`, in a `passphrase`, in a `credential`; `place` is its path or name."""

    how: str
    place: str = ""
    salt: bytes = b""


def stretched(passphrase: str, salt: bytes) -> bytes:
    """Return the key-encryption key that a passphrase stands for: scrypt, 32 bytes."""
    return hashlib.scrypt(
        passphrase.encode(),
        salt=salt,
        n=_SCRYPT_N,
        r=_SCRYPT_R,
        p=_SCRYPT_P,
        maxmem=_SCRYPT_BYTES_MAX,
        dklen=KEY_BYTES,
    )


P = ParamSpec("P")
R = TypeVar("R")


def _told(work: Callable[P, R]) -> Callable[P, R]:
    """Let what SQLite says of the key store be told as one of our faults."""

    @wraps(work)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except sqlite3.OperationalError as fault:
            raise Unavailable(f"the key store cannot be used: {fault}") from fault
        except sqlite3.DatabaseError as fault:
            raise Damaged(f"the key store is damaged: {fault}") from fault

    return told


class Keyring:
    """The record keys, opened with the key-encryption key; raises Unavailable where that is not the one."""

    def __init__(self, connection: sqlite3.Connection, kek: bytes) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._wrapping = AESGCM(kek)
        self._ciphers: dict[int, AESGCM | None] = {}
        found = connection.execute(f"SELECT {_PROVEN}, proof FROM keyring").fetchone()
        if found is None:
            raise Damaged("the key store has no keyring row")
        *proven, proof = found
        try:
            self._wrapping.decrypt(proof[:NONCE_BYTES], proof[NONCE_BYTES:], encode((PROOF_ID, *proven)))
        except (InvalidTag, ValueError, TypeError) as fault:
            raise Unavailable(
                "that is not the key of this store's seals, or the key store was changed: it does not open"
            ) from fault
        self.origin, self._kept = proven[0], tuple(proven[1:4])
        self._first, self._made = int(proven[4]), int(proven[5])
        self._seen = self._version()
        self._generation: int = 0

    # Making

    @classmethod
    def create(cls, path: Path | None, origin: str, kept: Kept, kek: bytes) -> "Keyring":
        """Make a key store with its first batch of keys, in a file or (None) in memory.

        What an earlier founding left that broke off is thrown away: nothing was sealed under it.
        """
        if path is not None:
            for left in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
                left.unlink(missing_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o660))
            path.chmod(0o660)
        with told_of(f"the key store {path or ''} cannot be made", path):
            connection = _connect(path)
            cls._begin(connection, (origin, kept.how, kept.place, kept.salt, 1, 0), kek)
        keyring = cls(connection, kek)
        keyring.ready(1)
        return keyring

    @staticmethod
    def _begin(connection: sqlite3.Connection, proven: tuple[object, ...], kek: bytes) -> None:
        for name in ("keyring", "record_key"):
            connection.execute(statement(name, ""))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO keyring VALUES (1,?,?,?,?,?,?,?)", (*proven, _proof(AESGCM(kek), proven)))
        connection.execute("COMMIT")
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={FORMAT_VERSION}")

    @_told
    def ready(self, upto: int) -> None:
        """Make keys ahead, durably, unless those up to an id are there already."""
        if upto <= self._made:
            return
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._first, made = self._connection.execute("SELECT first, made FROM keyring").fetchone()
                last = max(upto - 1 + AHEAD, made)
                self._connection.executemany(
                    "INSERT INTO record_key VALUES (?,?)",
                    (
                        (one, _wrapped(self._wrapping, self.origin, one, os.urandom(KEY_BYTES)))
                        for one in range(made + 1, last + 1)
                    ),
                )
                self._prove(self._first, last)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self._made = last

    def stock(self, given: int) -> None:
        """Make keys ahead where few are left beyond those given out; for when the write lock is given back."""
        if self._made - given < LOW:
            self.ready(given + LOW)

    def next_after(self, given: int) -> int:
        """Return the id of the next record key where ids up to `given` are given out."""
        return max(given + 1, self._first)

    # Using

    @_told
    def still(self) -> int:
        """Forget the keys in memory if another process has written to the key store since.

        Returns a number that changes whenever a key may have been destroyed, here or elsewhere.
        """
        version = self._version()
        if version != self._seen:
            with self._lock:
                self._ciphers.clear()
                self._seen = version
                self._made = self._count()
                self._generation += 1
        return self._generation

    def cipher(self, key: int) -> AESGCM | None:
        """Return the cipher of a record key, None where it was destroyed; raises Damaged where it is not what was made."""
        try:
            return self._ciphers[key]
        except KeyError:
            return self._loaded(key)

    @_told
    def _loaded(self, key: int) -> AESGCM | None:
        with self._lock:
            found = self._connection.execute("SELECT wrapped FROM record_key WHERE id=?", (key,)).fetchone()
        if found is None:
            raise Damaged(f"the key store has no record key {key}")
        try:
            cipher = None if found[0] is None else AESGCM(self._unwrapped(key, found[0]))
        except (InvalidTag, ValueError, TypeError) as fault:
            raise Damaged(f"record key {key} is not what was made: the key store was changed") from fault
        if len(self._ciphers) >= CACHED:
            self._ciphers.clear()
        self._ciphers[key] = cipher
        return cipher

    def destroyed(self, key: int) -> bool:
        """Tell whether a record key is gone for good."""
        self.still()
        return self.cipher(key) is None

    @_told
    def destroy(self, key: int) -> bytes | None:
        """Destroy a record key and return the wrapped bytes that must not be found any more, None where it was gone."""
        with self._lock:
            row = self._connection.execute("SELECT wrapped FROM record_key WHERE id=?", (key,)).fetchone()
            self._connection.execute("UPDATE record_key SET wrapped=NULL WHERE id=?", (key,))
            self._ciphers[key] = None
            self._generation += 1
        return bytes(row[0]) if row and row[0] is not None else None

    @_told
    def scrub(self) -> None:
        """Rebuild the file and truncate the write-ahead log; raises Unavailable while another process reads the key store."""
        with self._lock:
            self._connection.execute("VACUUM")
            busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._sync_log()
        if busy:
            raise Unavailable("another process is reading the key store: what SQLite kept is not cleared yet")

    def _sync_log(self) -> None:
        """Make the truncation of the write-ahead log durable: SQLite does not, and what it held could come back."""
        file = self._connection.execute("PRAGMA database_list").fetchone()[2]
        log = Path(f"{file}-wal")
        if file and log.exists():
            handle = os.open(log, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @_told
    def begin_at(self, first: int) -> None:
        """Give no new record a key below this id; for a store that was restored from behind its last fact."""
        with self._lock:
            self._prove(first, self._made)
            self._first = first

    @property
    def made(self) -> int:
        """How many record keys there are, given out or not."""
        return self._made

    def close(self) -> None:
        """Close the file and forget the keys."""
        with self._lock:
            self._ciphers.clear()
            self._connection.close()

    def _unwrapped(self, key: int, wrapped: bytes) -> bytes:
        return self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], encode((self.origin, key)))

    def _prove(self, first: int, made: int) -> None:
        proven = (self.origin, *self._kept, first, made)
        self._connection.execute(
            "UPDATE keyring SET first=?, made=?, proof=?", (first, made, _proof(self._wrapping, proven))
        )

    def _count(self) -> int:
        return int(self._connection.execute("SELECT made FROM keyring").fetchone()[0])

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


def kept_in(path: Path) -> tuple[str, Kept]:
    """Return the origin of a key store and where its key-encryption key is kept; raises Unavailable or Damaged."""
    if not path.exists():
        raise Unavailable(f"the key store {path} is missing: sealed words stay closed until it is brought back")
    try:
        with closing(_connect(path)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if application != APPLICATION_ID or version != FORMAT_VERSION:
                raise Unavailable(f"{path} is not a key store that this release reads")
            found = connection.execute("SELECT origin, kept, place, salt FROM keyring").fetchone()
    except sqlite3.OperationalError as fault:
        if "no such" not in str(fault):
            raise Unavailable(f"the key store {path} cannot be opened: {why_not(fault, path)}") from fault
        raise Damaged(f"the key store {path} is damaged: {fault}") from fault
    except sqlite3.DatabaseError as fault:
        raise Damaged(f"the key store {path} is damaged: {fault}") from fault
    if found is None:
        raise Damaged(f"the key store {path} has no keyring row")
    origin, how, place, salt = found
    return origin, Kept(how, place, salt)


def open_keyring(path: Path, kek: bytes) -> Keyring:
    """Open a key store; raises Unavailable where the key-encryption key is not its own, Damaged where it cannot be read."""
    try:
        keep_what_was_cut_off(path)
        return Keyring(_connect(path), kek)
    except sqlite3.OperationalError as fault:
        raise Unavailable(f"the key store {path} cannot be opened: {why_not(fault, path)}") from fault
    except sqlite3.DatabaseError as fault:
        raise Damaged(f"the key store {path} is damaged: {fault}") from fault


def _connect(path: Path | None) -> sqlite3.Connection:
    name = ":memory:" if path is None else existing(path)
    connection = sqlite3.connect(
        name, uri=path is not None, isolation_level=None, check_same_thread=False, timeout=LOCK_TIMEOUT_S
    )
    harden(connection, in_memory=path is None)
    return connection


def _proof(wrapping: AESGCM, proven: tuple[object, ...]) -> bytes:
    """Return zeros sealed with everything that the keyring row says: whoever changes a word of it is found out."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + wrapping.encrypt(nonce, bytes(KEY_BYTES), encode((PROOF_ID, *proven)))


def _wrapped(wrapping: AESGCM, origin: str, key: int, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + wrapping.encrypt(nonce, plain, encode((origin, key)))
