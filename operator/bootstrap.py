"""The one place that wires things together: where the store is, who sits here, and a desk for them.

Theory of operation. A store is named by --store, HUE_STORE, or stands in the XDG data folder. Who sits here is a
session: --session or HUE_SESSION names one, otherwise the only open session of this system user counts. Everything
that opens files or reads the environment goes through here.
"""

import hashlib
import hmac
import os
import time
from importlib.resources import files
from pathlib import Path

from hueandcry.domain.adoption import Adopt, Establish
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.staff import PassphraseSet, Register, SetPassphrase, SignOn, Staff, staff_stream
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.grammar import Misread
from hueandcry.operator.identity import Identity
from hueandcry.store.folder import StoreFolder, open_journal
from hueandcry.store.moment import NotAMoment, read_moment, read_position
from hueandcry.store.sealed import Door
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.views import Board, board_of

PACKS = ("strive-2020", "grades-2020", "categories-2011", "results-2020")
SESSION_LETTERS = 8
SEAT = "seat-1"
PASSPHRASE_LETTERS_MIN = 8
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1 << 14, 8, 1
_SALT_BYTES = 16


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


class Room:
    """An open store: its folder, journal, board and identity."""

    def __init__(self, folder: StoreFolder, journal: SQLiteJournal, identity: Identity) -> None:
        self.folder, self.journal, self.identity = folder, journal, identity
        self._board: Board | None = None

    @property
    def board(self) -> Board:
        """The board as of now, kept up to date by whoever acts on it."""
        if self._board is None:
            self._board = board_of(self.journal, self.folder.board)
        return self._board

    @property
    def door(self) -> Door:
        """The door to sealed values."""
        return Door(self.journal)

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

    def close(self) -> None:
        """Close the store."""
        self.journal.close()


def open_room(given: str | None, identity: Identity | None = None) -> Room:
    """Open the store; raises Unavailable where there is none, or one of another version."""
    folder = StoreFolder(store_path(given))
    identity = identity or Identity()
    return Room(folder, open_journal(folder.journal, clock=identity.now), identity)


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


class Founding:
    """What a new store is made with."""

    def __init__(self, code: str, name: str, collar: str, *, zone: str = "Europe/London", seat: str = SEAT) -> None:
        self.code, self.name, self.collar, self.zone, self.seat = code, name, collar, zone, seat


def found(path: Path, founding: Founding, identity: Identity | None = None) -> tuple[Room, Signed]:
    """Make a store: its folder and key, the force, its packs, and its first administrator, who is signed on."""
    identity = identity or Identity()
    folder = StoreFolder(path)
    folder.create()
    room = Room(folder, open_journal(folder.journal, new=True, clock=identity.now), identity)
    session = identity.word(SESSION_LETTERS)
    signed = Signed(founding.collar, session, founding.seat)
    Desk(room.journal, room.board, identity, signed).do(founding_acts(founding, session))
    return room, signed


def founding_acts(founding: Founding, session: str) -> list[Act]:
    """Return the acts of a new store, which its founder may do while the store belongs to no force yet."""
    me = staff_stream(founding.collar)
    return [
        Act(POLICY_STREAM, Establish(founding.code, founding.zone, founding.name)),
        *(Act(POLICY_STREAM, Adopt(pack_text(name))) for name in PACKS),
        Act(me, Register(founding.collar, os.getuid(), "", (Role.ADMINISTRATOR, Role.HANDLER))),
        Act(me, SignOn(session, os.getuid(), founding.seat, Place.OFFICE)),
    ]


def pack_text(name: str) -> bytes:
    """Return the text of a pack that comes with the product."""
    return files("hueandcry.domain.packs").joinpath(f"{name}.toml").read_bytes()


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
    said = room.door.fact(member.verifier)
    if passphrase is None:
        raise Misread(
            "a passphrase is needed: give --passphrase-file or HUE_PASSPHRASE_FILE, or run this in a terminal"
        )
    assert said is not None
    assert isinstance(said.fact, PassphraseSet)
    if said.fact.verifier is None or not hmac.compare_digest(
        _scrypt(passphrase, said.fact.verifier[:_SALT_BYTES]), said.fact.verifier
    ):
        raise Refused("that is not the passphrase")


def set_passphrase(desk: Desk, collar: str, passphrase: str) -> None:
    """Set a member's passphrase."""
    check_length(passphrase)
    desk.do([Act(staff_stream(collar), SetPassphrase(_scrypt(passphrase, os.urandom(_SALT_BYTES))))])


def check_length(passphrase: str) -> None:
    """Refuse a passphrase that is too short to be one."""
    if len(passphrase) < PASSPHRASE_LETTERS_MIN:
        raise Refused(f"a passphrase has at least {PASSPHRASE_LETTERS_MIN} letters")


def _scrypt(passphrase: str, salt: bytes) -> bytes:
    return salt + hashlib.scrypt(passphrase.encode(), salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
