"""The one place that wires things together: where the store is, who sits here, and a desk for them.

Theory of operation. A store is named by --store, HUE_STORE, or stands in the XDG data folder. Who sits here is a
session: --session or HUE_SESSION names one, otherwise the only open session of this system user counts. Everything
that opens files or reads the environment goes through here.
"""

import os
import sys
import time
from copy import copy
from pathlib import Path

from msgspec import Struct

from hueandcry.domain.adoption import Adopt, Establish
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fault import Damaged, Refused, Unavailable
from hueandcry.domain.policy import POLICY_STREAM, Established
from hueandcry.domain.reference import is_code
from hueandcry.domain.staff import PassphraseSet, Register, SetPassphrase, SignOn, Staff, staff_stream
from hueandcry.operator.bundled import PACKS, pack_text
from hueandcry.operator.desk import NOBODY, Act, Desk, Signed, viewer_of
from hueandcry.operator.identity import Identity
from hueandcry.operator.passphrase import SALT_BYTES, check_length, is_that, verifier_of
from hueandcry.operator.reference import Misread
from hueandcry.store import codec
from hueandcry.store.access import AccessLog
from hueandcry.store.checkpoint import Checkpoint, Checkpoints
from hueandcry.store.folder import ACCESS_TABLE, StoreFolder, open_journal
from hueandcry.store.keyfolder import KeyFolder
from hueandcry.store.keyring import Kept, Keyring, kept_in, open_keyring
from hueandcry.store.log import Clock
from hueandcry.store.moment import NotAMoment, read_moment, read_position
from hueandcry.store.sealed import Door, Seals, Viewer
from hueandcry.store.signing import sign_next
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.views import Board, board_of

SESSION_LETTERS = 8
FOUNDED = 16  # a store is established by then
SEAT = "seat-1"
ORIGIN_LETTERS = 10


def store_path(given: str | None) -> Path:
    """Return the folder of the store: as given, HUE_STORE, or the XDG data folder."""
    text = given or os.environ.get("HUE_STORE")
    if text:
        if "://" in text and not text.startswith("sqlite://"):
            raise Unavailable(
                f"{text} is of an engine that this release does not have; name a folder, or sqlite:///folder"
            )
        return Path(text.removeprefix("sqlite://")).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "hueandcry" / "store"


def keys_base(given: str | None = None) -> Path:
    """Return the folder in which key folders lie: as given, HUE_KEYS, or the XDG configuration folder."""
    text = given or os.environ.get("HUE_KEYS")
    if text:
        return Path(text).expanduser().absolute()
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "hueandcry" / "keys"


def key_passphrase() -> str | None:
    """Return the passphrase of the seals: from the file that HUE_KEY_PASSPHRASE_FILE names, or asked for in a terminal."""
    named = os.environ.get("HUE_KEY_PASSPHRASE_FILE")
    if named:
        try:
            return Path(named).read_text().rstrip("\n")
        except (OSError, UnicodeDecodeError) as fault:
            why = getattr(fault, "strerror", None) or "it is no text"
            raise Unavailable(f"the passphrase file {named} cannot be read: {why}") from fault
    if sys.stdin.isatty() and sys.stderr.isatty():
        import getpass

        return getpass.getpass("Passphrase of the seals: ", stream=sys.stderr)
    return None


def missing_access_log(path: Path) -> Unavailable:
    """Return the fault of an access log that is not there."""
    return Unavailable(f"the access log {path} is missing: nothing sealed is shown until it is brought back")


def kept_as(text: str) -> Kept:
    """Return where `--seal-key` says that the key-encryption key is kept; raises Misread for anything else."""
    how, _, place = text.partition(":")
    if text in ("file", "passphrase"):
        return Kept(text)
    if how == "file" and place:
        return Kept(how, str(Path(place).absolute()))
    if how == "credential" and is_code(place):
        return Kept(how, place)
    raise Misread(f"a key of the seals is kept in file, file:PATH, passphrase or credential:NAME, not in {text!r}")


def credentials() -> Path | None:
    """Return the folder of the credentials that the system's service manager hands over."""
    found = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(found) if found else None


class Room:
    """An open store: its folder, journal, board and identity, and where its keys lie."""

    def __init__(
        self,
        folder: StoreFolder,
        identity: Identity,
        *,
        new: bool = False,
        keys: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.folder, self.identity = folder, identity
        self._keys = keys or keys_base()
        self._board: Board | None = None
        self.journal = open_journal(
            folder.journal, new=new, clock=clock or identity.now, seals=Seals(self._open_keyring, self._kek)
        )
        self.access = AccessLog(self._open_access, self.journal, identity.now, self._spool())
        self.journal.access = self.access

    @property
    def key_folder(self) -> KeyFolder:
        """The key folder of this store; raises Unavailable where the key store does not tell its origin."""
        return KeyFolder(self._keys, kept_in(self.folder.keys)[0])

    @property
    def keys_at_hand(self) -> KeyFolder | None:
        """The key folder, None where there is none on this machine."""
        try:
            folder = self.key_folder
        except (Unavailable, Damaged):
            return None
        return folder if folder.exists else None

    def _spool(self) -> Path | None:
        folder = self.keys_at_hand
        return folder.spool if folder is not None else None

    def _open_keyring(self) -> Keyring:
        return open_keyring(self.folder.keys, self._kek())

    def _kek(self) -> bytes:
        origin, kept = kept_in(self.folder.keys)
        mine = self._origin()
        if mine not in ("", origin):
            raise Unavailable(
                f"{self.folder.keys} is the key store of {origin}, and this store is {mine}: bring its own back"
            )
        return KeyFolder(self._keys, origin).kek(kept, key_passphrase, credentials())

    def _origin(self) -> str:
        """Return the name under which this store was established, empty where it was not yet or does not tell."""
        rows = self.journal.stream_rows(POLICY_STREAM, FOUNDED)
        founded = [one for row in rows if isinstance(one := codec.decode(row).fact, Established)]
        return founded[0].origin.decode() if founded else ""

    def _open_access(self) -> SQLiteJournal:
        if not self.folder.access.exists():
            raise missing_access_log(self.folder.access)
        return open_journal(self.folder.access, clock=self.identity.now, table=ACCESS_TABLE)

    @property
    def board(self) -> Board:
        """The board as of now, kept up to date by whoever acts on it."""
        if self._board is None:
            self._board = board_of(self.journal, self.folder.board)
        return self._board

    def warm(self) -> bool:
        """Open keys and access log now, before a caller waits for them, and tell whether both are at hand.

        A passphrase is asked for here, and not when a screen has the terminal already.
        """
        try:
            return self.journal.seals.at_hand and self.access.log is not None
        except (Unavailable, Damaged):
            return False

    def beside(self) -> "Room":
        """Return the same store with a board of its own, for another thread."""
        other = copy(self)
        other._board = None
        return other

    def door(self, session: str | None = None) -> Door:
        """Return the door to sealed values, for who sits here or, where nobody is signed on, for the system user."""
        try:
            signed = self.signed(session)
        except Misread:
            signed = NOBODY
        return Door(self.journal, viewer_of(self.board, signed))

    def board_at(self, position: int | None) -> Board:
        """Return the board as of a position, None for now."""
        return self.board if position is None else board_of(self.journal, self.folder.board, position)

    def desk(self, session: str | None = None) -> Desk:
        """Return the desk of a session; raises Misread where none or several could be meant."""
        return Desk(self.journal, self.board, self.identity, self.signed(session))

    def signed(self, session: str | None) -> Signed:
        """Return who sits here."""
        wanted = session or os.environ.get("HUE_SESSION")
        open_now = self.board.sessions()
        if wanted:
            for member, one in open_now:
                if one.session == wanted and one.uid == os.getuid():
                    return Signed.on(member, one)
            raise Misread(f"there is no open session {wanted} of this system user; hue signon begins one")
        mine = [(member, one) for member, one in open_now if one.uid == os.getuid()]
        if not mine:
            raise Misread("nobody is signed on here; hue signon COLLAR begins a session")
        if len(mine) > 1:
            names = ", ".join(f"{one.session} ({member.collar})" for member, one in mine)
            raise Misread(
                f"this system user has {len(mine)} open sessions: {names}; choose one with --session or HUE_SESSION"
            )
        return Signed.on(*mine[0])

    def sign_checkpoint(self) -> Checkpoint | None:
        """Sign access log and journal as they stand, in the store and in the key folder; None where the journal was already.

        Raises Damaged where one is not what was signed before, Unavailable without the signing key.
        """
        keys, folder = self.key_folder, self.folder
        sign_next(self.access.log, keys.access_signer(), Checkpoints(folder.access_checkpoints), keys.access_known)
        return sign_next(self.journal, keys.signer(), Checkpoints(folder.checkpoints), keys.known)

    def close(self) -> None:
        """Close the store."""
        self.access.close()
        self.journal.close()


def open_room(given: str | None, identity: Identity | None = None) -> Room:
    """Open the store; raises Unavailable where there is none, or one of another version."""
    folder = StoreFolder(store_path(given))
    identity = identity or Identity()
    return Room(folder, identity)


def look(given: str | None, at: str | None) -> tuple[Room, Board, int]:
    """Return the open room, its board as of a moment or a position, and that moment in ns UTC; None looks at now."""
    opened = open_room(given)
    if at is None:
        return opened, opened.board, opened.identity.now()
    position, now_ns = read_at(opened.board, at)
    found_board = opened.board_at(opened.journal.position_at(now_ns) if position is None else position)
    return opened, found_board, now_ns if position is None else found_board.recorded


def read_at(board: Board, at: str) -> tuple[int | None, int]:
    """Return what `--at` names: a position, or else None and a moment in ns UTC; raises NotAMoment."""
    position = read_position(at)
    if position is None:
        return None, read_moment(at, board.zone, time.time_ns())
    if position > board.position:
        raise NotAMoment(f"the journal ends at @{board.position}; there is no @{position}")
    return position, 0


class Founding(Struct, frozen=True):
    """What a new store is made with; `kept` says where its key-encryption key is to be kept."""

    code: str
    name: str
    collar: str
    zone: str = "Europe/London"
    seat: str = SEAT
    kept: Kept = Kept("file")
    keys: Path | None = None


def found(path: Path, founding: Founding, identity: Identity | None = None) -> tuple[Room, Signed]:
    """Make a store: folder, keys, access log, the force, its packs, and its first administrator, who is signed on."""
    identity = identity or Identity()
    folder = StoreFolder(path)
    folder.create()
    base = founding.keys or keys_base()
    origin = f"hueandcry/{founding.code}/{identity.word(ORIGIN_LETTERS)}"
    vkey = _make_keys(folder, KeyFolder(base, origin), origin, founding.kept)
    open_journal(folder.access, new=True, clock=identity.now, table=ACCESS_TABLE).close()
    room = Room(folder, identity, new=True, keys=base)
    session = identity.word(SESSION_LETTERS)
    signed = Signed(founding.collar, session, founding.seat)
    acts = founding_acts(founding, session, origin, vkey)
    Desk(room.journal, room.board, identity, signed).do(acts)
    room.sign_checkpoint()
    return room, signed


def _make_keys(folder: StoreFolder, keys: KeyFolder, origin: str, kept: Kept) -> str:
    """Make the key folder and the key store; returns the public key that checkpoints are checked with."""
    if kept.how == "passphrase":
        kept = Kept(kept.how, salt=os.urandom(SALT_BYTES))
    elsewhere = None if kept == Kept("file") else keys.kek(kept, _long_enough, credentials())
    keys.create()
    vkey = keys.make_signer(origin).verifier.text()
    Keyring.create(folder.keys, origin, kept, elsewhere or keys.make_seal_key()).close()
    return vkey


def _long_enough() -> str | None:
    """Return the passphrase of the seals; refuses one that is too short to be one."""
    said = key_passphrase()
    if said is not None:
        check_length(said)
    return said


def founding_acts(founding: Founding, session: str, origin: str = "", vkey: str = "") -> list[Act]:
    """Return the acts of a new store, which its founder may do while the store belongs to no force yet."""
    me = staff_stream(founding.collar)
    return [
        Act(POLICY_STREAM, Establish(founding.code, founding.zone, founding.name, origin, vkey)),
        Act(POLICY_STREAM, Adopt(tuple(map(pack_text, PACKS)))),
        Act(me, Register(founding.collar, os.getuid(), "", (Role.ADMINISTRATOR, Role.HANDLER))),
        Act(me, SignOn(session, os.getuid(), founding.seat, Place.OFFICE)),
    ]


def sign_on(room: Room, collar: str, passphrase: str | None, seat: str, place: Place) -> Signed:
    """Begin a session for a member of staff; refuses a wrong passphrase, and a member who has none and is not this user."""
    member = room.board.member(collar)
    if member is None:
        raise Refused(f"{collar} is not registered here")
    check_passphrase(room, member, passphrase)
    session = room.identity.word(SESSION_LETTERS)
    signed = Signed(collar, session, seat)
    desk = Desk(room.journal, room.board, room.identity, signed, arriving=True)
    desk.do([Act(member.id, SignOn(session, os.getuid(), seat, place))])
    return signed


def needs_passphrase(member: Staff) -> bool:
    """Tell whether a sign-on asks for a passphrase: always, but for a member bound to this very system user with none set."""
    return member.verifier is not None or member.uid != os.getuid()


def check_passphrase(room: Room, member: Staff, passphrase: str | None) -> None:
    """Refuse where the passphrase is not the member's."""
    if not needs_passphrase(member):
        return
    if member.verifier is None:
        raise Refused(
            f"{member.collar} has no passphrase yet; an administrator sets one with hue passphrase {member.collar}"
        )
    arriving = Viewer(member.collar, ".".join(role.value for role in member.roles))
    said = Door(room.journal, arriving).fact(member.verifier, "signon")
    if passphrase is None:
        raise Misread(
            "a passphrase is needed: give --passphrase-file or HUE_PASSPHRASE_FILE, or run this in a terminal"
        )
    assert said is not None
    assert isinstance(said.fact, PassphraseSet)
    if said.fact.verifier is None or not is_that(passphrase, said.fact.verifier):
        raise Refused("that is not the passphrase")


def set_passphrase(desk: Desk, collar: str, passphrase: str) -> None:
    """Set a member's passphrase."""
    check_length(passphrase)
    desk.do([Act(staff_stream(collar), SetPassphrase(verifier_of(passphrase)))])
