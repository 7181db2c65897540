"""Commands by which people come in: founding a store, signing on, setting a passphrase.

Theory of operation. A passphrase comes from the file that was named, or is asked for in a terminal; it never stands on a
command line, where others could read it.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hueandcry.operator.exits import USAGE, fail
from hueandcry.operator.options import PassphraseFile, Session, Store
from hueandcry.operator.text import safe_text

if TYPE_CHECKING:
    from hueandcry.operator.bootstrap import Room
    from hueandcry.operator.desk import Signed


def register(app: typer.Typer) -> None:
    """Enter the commands into the `hue` command."""
    app.command()(init)
    app.command()(signon)
    app.command()(passphrase)
    app.command()(phrase)


def init(  # noqa: PLR0913, PLR0917 — each option of a command is an argument
    code: Annotated[str, typer.Option("--code", help="The force's short code, as in GMP.")],
    name: Annotated[str, typer.Option("--name", help="The force's name.")],
    collar: Annotated[
        str | None, typer.Option("--collar", help="Your collar number; else your system user name.")
    ] = None,
    zone: Annotated[str, typer.Option("--zone", help="The force's time zone.")] = "Europe/London",
    keys: Annotated[
        Path | None,
        typer.Option("--keys", help="Where the key folder is made; else HUE_KEYS, else the XDG config folder."),
    ] = None,
    seal_key: Annotated[
        str,
        typer.Option(
            "--seal-key", help="Where the key of the seals is kept: file, file:PATH, passphrase or credential:NAME."
        ),
    ] = "file",
    store: Store = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a new store with its keys and packs; you are its first administrator, and signed on."""
    import getpass

    from hueandcry.domain.reference import is_code
    from hueandcry.operator.bootstrap import Founding, found, kept_as, set_passphrase, store_path
    from hueandcry.operator.desk import WATCH
    from hueandcry.operator.passphrase import check_length
    from hueandcry.operator.text import storable
    from hueandcry.store.moment import zone_of

    collar = collar or getpass.getuser()
    for what, text in (("code", code), ("collar number", collar)):
        if not is_code(text) or text == WATCH:
            fail(USAGE, f"the {what} is one word of letters, digits, dots and dashes, not {text!r}")
    zone_of(zone)
    passphrase = _passphrase(passphrase_file)
    if passphrase is not None:
        check_length(passphrase)
    founding = Founding(code, storable(name), collar, zone=zone, kept=kept_as(seal_key), keys=keys and keys.absolute())
    made, signed = found(store_path(store), founding)
    if passphrase is not None:
        set_passphrase(made.desk(signed.session), collar, passphrase)
    _say_founded(made, signed, keys)
    if passphrase is None and sys.stdin.isatty():
        _note(
            f"whoever works as this system user signs on as {collar} without a passphrase; hue passphrase {collar} sets one"
        )
    made.close()


def _say_founded(made: "Room", signed: "Signed", keys: Path | None) -> None:
    """Say what was made, where its keys lie, and by which key it is checked."""
    from hueandcry.operator import console
    from hueandcry.store.keyring import Kept, kept_in

    policy, folder = made.board.policy, made.key_folder
    copied = "seal.key and sign.key" if kept_in(made.folder.keys)[1] == Kept("file") else "sign.key"
    console.say(safe_text(f"Store for {policy.force} made at {made.folder.path}"))
    console.say(f"{signed.collar} is its administrator and call handler, signed on in session {signed.session}")
    console.say(f"Packs adopted, their sources not verified: {', '.join(one.pack for one in policy.adopted)}")
    console.say(safe_text(f"Keys made at {folder.path}: keep a copy of {copied} apart from every backup of the store"))
    if keys is not None:
        console.say(safe_text(f"Name them to every later command: HUE_KEYS={keys.absolute()}"))
    console.say(f"Checkpoints are checked with {folder.verifier().text()}")


def signon(
    collar: Annotated[str, typer.Argument(help="Your collar number.")],
    seat: Annotated[str, typer.Option("--seat", help="The workstation.")] = "seat-1",
    home: Annotated[bool, typer.Option("--home", help="The seat is at home.")] = False,
    store: Store = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign on; prints the id of the session."""
    from hueandcry.domain.duty import Place
    from hueandcry.domain.reference import is_code
    from hueandcry.operator.bootstrap import needs_passphrase, open_room, sign_on

    if not is_code(seat):
        fail(USAGE, f"a seat is one word of letters, digits, dots and dashes, not {seat!r}")
    opened = open_room(store)
    member = opened.board.member(collar)
    needed = member is not None and needs_passphrase(member)
    passphrase = _passphrase(passphrase_file, safe_text(f"Passphrase of {collar}: ")) if needed else None
    signed = sign_on(opened, collar, passphrase, seat, Place.HOME if home else Place.OFFICE)
    print(signed.session)
    if sys.stdin.isatty() and sys.stdout.isatty():
        _note(f"{collar} is signed on at {seat}: 'hue' opens the room, 'off' in it or 'hue do off' signs off")
        if len(opened.board.sessions()) > 1:
            _note(f"others are signed on, too: HUE_SESSION={signed.session} says whose lines these are")
    opened.close()


def _note(text: str) -> None:
    from hueandcry.operator import console

    console.complain(f"hue: note: {text}")


def passphrase(
    collar: Annotated[str, typer.Argument(help="Whose passphrase is set.")],
    store: Store = None,
    session: Session = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Set your own passphrase, or as administrator a member's first one."""
    from hueandcry.operator.bootstrap import open_room, set_passphrase

    opened = open_room(store)
    desk = opened.desk(session)
    given = _passphrase(passphrase_file, safe_text(f"New passphrase of {collar}: "), again="The same again: ")
    if given is None:
        fail(USAGE, "a passphrase is needed: give --passphrase-file or HUE_PASSPHRASE_FILE, or run this in a terminal")
    set_passphrase(desk, collar, given)
    opened.close()


def phrase(
    partner: Annotated[str, typer.Argument(help="The partner whose callers are verified by it.")],
    store: Store = None,
    session: Session = None,
    phrase_file: Annotated[
        Path | None, typer.Option("--phrase-file", help="A file that holds the phrase; else it is asked for.")
    ] = None,
) -> None:
    """Set the phrase that is shared with a partner; it is kept as salt and hash, and never stands on a command line."""
    from hueandcry.domain.reference import is_code
    from hueandcry.operator.bootstrap import open_room
    from hueandcry.operator.partnering import set_phrase

    if not is_code(partner):
        fail(USAGE, "the partner goes by its code, as in hue phrase mft; hue partners lists them")
    opened = open_room(store)
    desk = opened.desk(session)
    given = _passphrase(phrase_file, f"Phrase shared with {partner}: ", again="The same again: ", named=False)
    if given is None:
        fail(USAGE, "a phrase is needed: give --phrase-file, or run this in a terminal")
    set_phrase(desk, partner, given)
    opened.close()


def _passphrase(file: Path | None, ask: str = "", again: str = "", *, named: bool = True) -> str | None:
    """Return a passphrase from a file, or asked for in a terminal, twice where it is set; None where there is none."""
    by_name = os.environ.get("HUE_PASSPHRASE_FILE") if named else None
    path = file or (Path(by_name) if by_name else None)
    if path is not None:
        try:
            return path.read_text().rstrip("\n")
        except (OSError, UnicodeDecodeError) as fault:
            fail(
                USAGE,
                f"the passphrase file {path} cannot be read: {getattr(fault, 'strerror', None) or 'it is no text'}",
            )
    if ask and sys.stdin.isatty():
        import getpass

        given = getpass.getpass(ask)
        if again and getpass.getpass(again) != given:
            fail(USAGE, "the two differ, and nothing is set: give the same passphrase twice")
        return given
    return None
