"""The one door to sealed values: whatever is shown, matched or exported of them is opened here.

Theory of operation. The fold never reads sealed or local values; whoever needs them asks the door for the entries of a
stream or of a fact and says on which screen. The door first has the access log name the records, in one commit for a
whole screenful, and only then opens; a record that stands open on this screen already is not named again until the
screen is left. If the access log cannot be written the view is refused, save for the record of a ringing 999: that goes
on, and the entry waits in a spool. What was destroyed or never held stays None.

`Seals` is what the door and the journal's writer share: it seals and opens groups with the store's record keys.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from msgspec import Struct

from hueandcry.domain.fact import Entry, Tier
from hueandcry.domain.fault import Damaged, Unavailable
from hueandcry.domain.reference import FactRef
from hueandcry.store import codec
from hueandcry.store.codec import SEALED_TIERS, Row, Seal, encode
from hueandcry.store.keyring import NONCE_BYTES, Keyring

if TYPE_CHECKING:
    from hueandcry.store.log import Log

CACHED = 2048


class Seals:
    """Seals and opens the groups of one store; the keyring is opened when it is first needed."""

    def __init__(self, opener: Callable[[], Keyring], kek: Callable[[], bytes] | None = None) -> None:
        self._opener, self._kek = opener, kek
        self._keyring: Keyring | None = None

    @property
    def kek(self) -> bytes:
        """The key-encryption key, for a backup of the key store; raises Unavailable."""
        if self._kek is None:
            raise Unavailable("the key-encryption key is not at hand")
        return self._kek()

    @property
    def keyring(self) -> Keyring:
        """The record keys; raises Unavailable where they cannot be opened."""
        if self._keyring is None:
            self._keyring = self._opener()
        return self._keyring

    @property
    def at_hand(self) -> bool:
        """Whether the keys can be opened here and now."""
        try:
            return self.keyring is not None
        except (Unavailable, Damaged):
            return False

    def sealer(self, key: int, stream: bytes, version: int, name: str) -> Seal:
        """Return what seals the groups of one row under a record key."""
        keyring = self.keyring
        cipher = keyring.cipher(key)
        if cipher is None:
            raise Damaged(f"record key {key} was destroyed and cannot seal anything more")

        def seal(tier: Tier, plain: bytes) -> bytes:
            nonce = codec.random_bytes(NONCE_BYTES)
            bound = encode((keyring.origin, stream, version, name, key, tier))
            return nonce + cipher.encrypt(nonce, plain, bound)

        return seal

    def entry(self, row: Row) -> Entry:
        """Return a row with all values that can be opened; raises Damaged where one was changed."""
        head = codec.head_of(row.head)
        groups = self._groups(row, None if head is None else head.header.key)
        return codec.opened_entry(*row[:4], head, groups)

    def opened(self, row: Row) -> dict[Tier, bytes]:
        """Return the groups of a row that can be opened, as salt and array; raises Damaged where one was changed."""
        return self._groups(row, codec.key_of(row.head))

    def _groups(self, row: Row, key: int | None) -> dict[Tier, bytes]:
        groups = {} if row.police is None else {Tier.POLICE: row.police}
        if row.sealed is None and row.local is None:
            return groups
        if key is None:
            raise Damaged(f"@{row.position} is sealed and names no key; hue verify says more")
        cipher = self.keyring.cipher(key)
        if cipher is None:
            return groups
        for tier in SEALED_TIERS:
            stored, _ = row.group(tier)
            if stored is None:
                continue
            bound = encode((self.keyring.origin, row.stream, row.version, row.name, key, tier))
            try:
                groups[tier] = cipher.decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], bound)
            except (InvalidTag, ValueError, TypeError) as fault:
                raise Damaged(f"@{row.position} does not open: its seal was changed or moved") from fault
        return groups

    def close(self) -> None:
        """Close the key store and forget the keys."""
        if self._keyring is not None:
            self._keyring.close()
            self._keyring = None


class Viewer(Struct, frozen=True):
    """Who looks: a member of staff in a session, or a system user who is not signed on, as `uid-1000`."""

    collar: str
    role: str = ""
    seat: str = ""
    session: str = ""


class Access(ABC):
    """The port to the access log."""

    @abstractmethod
    def shown(self, viewer: Viewer, screen: str, records: Sequence[bytes]) -> None:
        """Write durably that records are about to be shown; raises Unavailable where that cannot be done."""

    @abstractmethod
    def searched(
        self, viewer: Viewer, by: Sequence[str], records: Sequence[bytes], screen: str = "", shown: Sequence[bytes] = ()
    ) -> None:
        """Write durably by what people were searched and whom that found, and at once what is about to be shown of it.

        Raises Unavailable where that cannot be done.
        """

    @abstractmethod
    def spooled(self, viewer: Viewer, screen: str, records: Sequence[bytes]) -> None:
        """Keep the entry aside until the access log can be written again."""


class Door:
    """Opens sealed values of one journal for one viewer."""

    def __init__(self, log: "Log", viewer: Viewer) -> None:
        self._log, self.viewer = log, viewer
        self._standing: set[bytes] = set()
        self._cache: dict[int, Entry] = {}
        self._generation = 0
        self.flagged = False

    def open(self, entries: Iterable[Entry], screen: str) -> list[Entry]:
        """Return entries with their sealed values."""
        return self.opened(self._log.rows_at([entry.position for entry in entries]), screen)

    def stream(self, stream: bytes, screen: str, upto: int | None = None, *, urgent: bool = False) -> list[Entry]:
        """Return the entries of a stream with their sealed values, none beyond position `upto`."""
        return self.opened(self._log.stream_rows(stream, upto), screen, urgent=urgent)

    def streams(self, streams: Iterable[bytes], screen: str, upto: int | None = None) -> list[Entry]:
        """Return the entries of several streams, named in the access log together."""
        return self.opened(self._log.rows_of(list(streams), upto), screen)

    def fact(self, ref: FactRef | None, screen: str) -> Entry | None:
        """Return the opened entry that a reference names, None where it names nothing that is here."""
        if ref is None:
            return None
        rows = [row for row in self._log.stream_rows(ref.stream) if row.version == ref.version]
        return next(iter(self.opened(rows, screen)), None)

    def opened(self, rows: Sequence[Row], screen: str, *, urgent: bool = False) -> list[Entry]:
        """Name the records of sealed rows in the access log, then return all rows opened.

        What a record said before it was erased stays closed from that fact on, its key destroyed already or not.

        With `urgent` (a 999 call that rings), an access log that cannot be written holds nobody up: `flagged` says so.
        """
        sealed = dict.fromkeys(row.stream for row in rows if row.sealed is not None or row.local is not None)
        if not sealed:
            return [codec.decode(row) for row in rows]
        seals = self._log.seals
        generation = seals.keyring.still()
        if generation != self._generation:
            self._cache.clear()
            self._generation = generation
        fresh = [stream for stream in sealed if stream not in self._standing]
        if fresh:
            self._name(fresh, screen, urgent=urgent)
        erased = self._log.erased(list(sealed))
        return [codec.decode(row) if row.version < erased.get(row.stream, 0) else self._one(seals, row) for row in rows]

    def searched(self, by: Sequence[str], found: Sequence[bytes], also: Sequence[bytes], screen: str) -> None:
        """Record by what people were searched and whom that found; they and `also` may be shown then.

        One entry follows the other durably at once. Raises Unavailable where that cannot be done: nothing is shown then.
        """
        shown = [one for one in dict.fromkeys((*found, *also)) if one not in self._standing]
        self._log.access.searched(self.viewer, by, found, screen, shown)
        self._standing.update(shown)

    def _name(self, records: Sequence[bytes], screen: str, *, urgent: bool) -> None:
        try:
            self._log.access.shown(self.viewer, screen, records)
        except Unavailable as fault:
            if not urgent:
                raise Unavailable(f"sealed words stay closed, for the access log cannot be written: {fault}") from fault
            self._log.access.spooled(self.viewer, screen, records)
            self.flagged = True
        self._standing.update(records)

    def _one(self, seals: Seals, row: Row) -> Entry:
        found = self._cache.get(row.position)
        if found is None:
            if len(self._cache) >= CACHED:
                self._cache.clear()
            found = self._cache[row.position] = seals.entry(row)
        return found

    def leave(self) -> None:
        """Nothing stands open on this screen any more: what is shown next is named again, and nothing opened is kept."""
        self._standing.clear()
        self._cache.clear()
