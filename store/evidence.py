"""The whole evidence of a store held together: journal, access log, key store and signed checkpoints.

Theory of operation. Each part is verified by itself, and then against the others. A signed checkpoint must be of this
origin, and the journal must have had its root at its size; the newest one known in the key folder, which is not in the
store, must not lie beyond the journal's end, or the journal was put back to an earlier state. An entry of the access log
names the journal's size and root of its moment. A record key that is gone must have been destroyed by an erasure. What
cannot be checked here, for want of a key, is counted and told, and is no finding.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from hueandcry.domain.access import Read, Searched, Shown
from hueandcry.domain.fault import Damaged, ForeignFault, Unavailable
from hueandcry.domain.policy import POLICY_STREAM, Established, Restored
from hueandcry.store.checkpoint import Checkpoint, Checkpoints, Known, read
from hueandcry.store.connection import existing
from hueandcry.store.folder import ACCESS_TABLE, StoreFolder, open_journal
from hueandcry.store.keyfolder import SEAL_NAME, KeyFolder, access_name, read_key
from hueandcry.store.keyring import kept_in, open_keyring
from hueandcry.store.note import Verifier
from hueandcry.store.sealed import Seals
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.verify import Begun, Finding, Verified, verify

T = TypeVar("T")


class Examined(Struct, frozen=True):
    """What the examination of a store came to: the journal's own verification, and all findings of all parts.

    `unsigned` counts checkpoints whose signature could not be checked here; `accesses` the entries of the access log.
    """

    journal: Verified
    findings: tuple[Finding, ...]
    checkpoints: int = 0
    unsigned: int = 0
    accesses: int = 0


class Examination:
    """Examines one store; what is found is gathered in `findings`.

    A store that is `copied` lies apart from its record keys, and may end before what is known since.
    """

    def __init__(
        self,
        folder: StoreFolder,
        journal: SQLiteJournal,
        keys: KeyFolder | None,
        seals: Seals | None,
        *,
        copied: bool = False,
    ) -> None:
        self._folder, self._journal, self._keys, self._seals, self._copied = folder, journal, keys, seals, copied
        self.findings: list[Finding] = []
        self._unsigned = 0
        self._newest: str | None = None

    def examine(self, progress: Callable[[int], None] = lambda _: None, *, only_new: bool = False) -> Examined:
        """Examine the store; with `only_new`, the journal behind the checkpoint that was verified last."""
        keys, verifier, path = self._keys, self._verifier(), self._folder.checkpoints
        known = self._held("known", lambda: self._outside(keys.known if keys else None, verifier))
        before = self._held("verified", lambda: self._outside(keys.verified if keys else None, verifier))
        notes = self._held(path.name, lambda: self._checkpoints(path, verifier)) or []
        looked = self._held("access log", self._accesses) or []
        begun = Begun(before.size, before.root) if only_new and before is not None else None
        wanted = [*(one.size for one in notes), *(size for _, size, _ in looked), *([known.size] if known else [])]
        self._held("key store", self._try_keys)
        verified = verify(self._journal, progress, seals=self._seals, wanted=wanted, begun=begun)
        for place, size, root in looked:
            self._hold(verified, f"access log @{place}", size, root)
        for one in notes:
            self._hold(verified, f"checkpoint at {one.size}", one.size, one.root)
        self._hold_known(verified, known, "the journal's", notes, path)
        if not self._copied:
            self._held("key store", lambda: self._hold_keys(verified))
        findings = (*verified.findings, *self.findings)
        if not findings and not self._copied and self._keys is not None and self._newest is not None:
            self._keys.verified.advance(self._newest)
        return Examined(verified, findings, len(notes), self._unsigned, len(looked))

    def _found(self, part: str, what: str) -> None:
        self.findings.append(Finding(None, part, what))

    def _held(self, part: str, look: Callable[[], T]) -> T | None:
        """Look at a part; what keeps it from being read is a finding of that part.

        Raises Unavailable where it is this machine that could not open the file now: that says nothing of the file.
        """
        try:
            return look()
        except Unavailable as fault:
            if isinstance(fault.__cause__, sqlite3.OperationalError | OSError):
                raise
            self._found(part, str(fault))
            return None
        except sqlite3.OperationalError as fault:
            if "unable to open" in str(fault):
                raise Unavailable(f"the {part} cannot be opened: {fault}") from fault
            self._found(part, str(fault))
            return None
        except (Damaged, ForeignFault, sqlite3.DatabaseError, ValueError, TypeError) as fault:
            self._found(part, str(fault))
            return None

    # Checkpoints

    def _verifier(self, name: Callable[[str], str] = str) -> Verifier | None:
        """Return the public key at hand, under the name of what it signs; None where there is none."""
        if self._keys is None:
            return None
        with suppress(Unavailable):
            verifier = self._keys.verifier()
            return verifier.named(name(verifier.name))
        return None

    def _outside(self, known: Known | None, verifier: Verifier | None) -> Checkpoint | None:
        """Return a checkpoint that is kept in the key folder."""
        note = known.note() if known is not None and verifier is not None else None
        return read(note, verifier) if note is not None and verifier is not None else None

    def _checkpoints(self, path: Path, verifier: Verifier | None) -> list[Checkpoint]:
        """Return the store's checkpoints, each with its signature checked, oldest first."""
        found: list[Checkpoint] = []
        for note in Checkpoints(path).all():
            if verifier is None:
                self._unsigned += 1
                continue
            one = read(note, verifier)
            if found and one.size < found[-1].size:
                self._found(f"{path.name} at {one.size}", f"stands behind the one at {found[-1].size}")
            found.append(one)
            if path == self._folder.checkpoints:
                self._newest = note
        if not found and not self._unsigned:
            self._found(path.name, "holds no checkpoint; one is signed when a store is made")
        return found

    def _hold(self, verified: Verified, part: str, size: int, root: bytes) -> None:
        if size < verified.since:
            return
        if size > verified.size:
            self._found(
                part, f"is over {size} rows; the journal ends at @{verified.size}: it was cut off or rolled back"
            )
        elif verified.roots.get(size) != root:
            self._found(part, "has another root than the rows up to there: they are not those that were recorded")

    def _hold_known(
        self, verified: Verified, known: Checkpoint | None, whose: str, notes: list[Checkpoint], path: Path
    ) -> None:
        """Hold the journal against a checkpoint that is known here; it was in the store's file before it was known."""
        if known is None or (self._copied and known.size > verified.size):
            return
        self._hold(verified, f"{whose} checkpoint known outside the store, at {known.size}", known.size, known.root)
        if notes and notes[-1].size < known.size and not self._copied:
            self._found(
                path.name, f"ends at {notes[-1].size}; a checkpoint over {known.size} rows is known: it was cut off"
            )

    # The access log

    def _accesses(self) -> list[tuple[int, int, bytes]]:
        """Verify the access log, and return for each entry its place and the journal's size and root that it names."""
        log = open_journal(self._folder.access, table=ACCESS_TABLE)
        try:
            self._verify_access(log)
            return [
                (entry.position, entry.fact.size, entry.fact.root)
                for entry in log.entries()
                if isinstance(entry.fact, Shown | Read | Searched)
            ]
        finally:
            log.close()

    def _verify_access(self, log: SQLiteJournal) -> None:
        """Verify the access log by itself, and against its own checkpoints."""
        verifier, path, keys = self._verifier(access_name), self._folder.access_checkpoints, self._keys
        notes = self._held(path.name, lambda: self._checkpoints(path, verifier)) or []
        known = self._held("access.known", lambda: self._outside(keys.access_known if keys else None, verifier))
        verified = verify(log, wanted=[*(one.size for one in notes), *([known.size] if known else [])])
        self.findings += [Finding(one.position, f"access log {one.part}", one.what) for one in verified.findings]
        for one in notes:
            self._hold(verified, f"access checkpoint at {one.size}", one.size, one.root)
        self._hold_known(verified, known, "the access log's", notes, path)

    # The key store

    def _try_keys(self) -> None:
        """Open the key store with the key that lies in the key folder, whatever its own row says of where that is kept."""
        if self._keys is not None and not self._copied and (self._keys.path / SEAL_NAME).exists():
            open_keyring(self._folder.keys, read_key(self._keys.path / SEAL_NAME)).close()
        if self._seals is not None and not self._seals.at_hand:
            self._seals = None

    def _hold_keys(self, verified: Verified) -> None:
        origin, _ = kept_in(self._folder.keys)
        policy = [entry.fact for entry in self._journal.stream(POLICY_STREAM)]
        said = next((one for one in policy if isinstance(one, Established)), None)
        gone = {key for one in policy if isinstance(one, Restored) for key in one.gone}
        if said is not None and said.origin.decode("utf-8", "replace") != origin:
            self._found("key store", f"belongs to {origin}, not to this store")
        connection = sqlite3.connect(existing(self._folder.keys, "ro"), uri=True)
        try:
            self._hold_rows(connection.execute("SELECT id, wrapped FROM record_key ORDER BY id"), verified, gone)
            for made, there in connection.execute("SELECT made, (SELECT count(*) FROM record_key) FROM keyring"):
                if made != there:
                    self._found("key store", f"{made} record keys were made, and {there} are there")
            for (told,) in connection.execute("PRAGMA integrity_check"):
                if told != "ok":
                    self._found("key store", told)
        finally:
            connection.close()
        if self._seals is not None:
            self._open_all()

    def _hold_rows(self, rows: Iterable[tuple[object, object]], verified: Verified, gone: set[int]) -> None:
        last = 0
        for key, wrapped in rows:
            if key != last + 1:
                self._found(f"record key {key}", f"follows record key {last}: keys are missing or were added")
            last = key if isinstance(key, int) else last + 1
            if wrapped is None:
                if not verified.since and last not in verified.lapsed and last not in gone:
                    self._found(f"record key {key}", "is destroyed, and its record was not erased")
            elif last in verified.gone:
                self._found(
                    f"record key {key}", "is there, and the erasure of its record is complete: it was brought back"
                )
            elif not isinstance(wrapped, bytes):
                self._found(f"record key {key}", "is no bytes")
        if verified.keys and max(verified.keys) > last:
            self._found("key store", f"ends at record key {last}; the journal names {max(verified.keys)}")

    def _open_all(self) -> None:
        """Unwrap every record key that is there: one that was changed is found before its record is needed."""
        assert self._seals is not None
        for key in range(1, self._seals.keyring.made + 1):
            try:
                self._seals.keyring.cipher(key)
            except Damaged as fault:
                self._found(f"record key {key}", str(fault))
