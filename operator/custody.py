"""Commands of whoever keeps the store: who looked at what, erasing a record, backups, and sharing across borders.

Theory of operation. The commands are entered into the `hue` command by `register`; each opens the store through
bootstrap, does its work and prints. What they record, they record at a desk like everybody else.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hueandcry.operator.exits import REFUSED, USAGE, fail
from hueandcry.operator.options import Json, Session, Store

if TYPE_CHECKING:
    from hueandcry.operator.bootstrap import Room
    from hueandcry.operator.erasing import Listed


def register(app: typer.Typer, store_app: typer.Typer) -> None:
    """Enter the commands into the `hue` command."""
    app.command()(access)
    app.command()(erase)
    share_app = typer.Typer(help="Incidents across the force's border, by file.", rich_markup_mode=None)
    app.add_typer(share_app, name="share")
    share_app.command("agree")(agree)
    share_app.command("list")(list_shared)
    share_app.command("export")(export)
    share_app.command("verify")(verify_file)
    share_app.command("import")(import_file)
    store_app.command("backup")(backup)
    store_app.command("restore")(restore)


# Who looked


def access(
    about: Annotated[list[str], typer.Argument(help="An item, or a member's collar number.")],
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Say who was shown a record, or what a member of staff was shown; that you asked is an entry, too."""
    from hueandcry.operator import looking
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    looking.access(opened, " ".join(about), session=session, json=json)
    opened.close()


# Erasing


def erase(
    ref: Annotated[list[str], typer.Argument(help="The item to erase.")],
    authority: Annotated[str, typer.Option("--authority", help="Under which authority it is erased.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the places where its words lie.")] = False,
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Propose to erase a record, listing every place of its words; or go on with an erasure that is pending."""
    from hueandcry.operator import console, dossier, erasing
    from hueandcry.operator.bootstrap import open_room
    from hueandcry.operator.verbs import carry_out

    opened = open_room(store)
    record = dossier.found(opened, opened.board, " ".join(ref), session)
    if record.id in opened.board.erasing and not dry_run:
        finish_erasures(opened, json=json)
        opened.close()
        return
    _say_places(erasing.listed(opened, record), json=json)
    if not dry_run:
        if not authority.strip():
            fail(USAGE, "say under which authority the record is erased: --authority TEXT")
        name = opened.board.name(record.id, opened.identity.now())
        desk = opened.desk(session)
        entries = carry_out(desk, f"propose erase {name} {authority}")
        if json:
            for entry in desk.opened(entries):
                console.say_json(console.fact_object(entry))
            opened.close()
            return
        console.say_facts(desk.opened(entries), opened.board, opened.identity.now())
        console.say("Another person approves it from a session of their own: hue do approve and the proposal's name")
    opened.close()


def _say_places(listed: "Listed", *, json: bool) -> None:
    from hueandcry.operator import console
    from hueandcry.operator.text import safe_text

    if json:
        places = [{"path": one.path, "what": one.what, "stays": one.stays or None} for one in listed.places]
        console.say_json({"places": places, "others": list(listed.others)})
        return
    for one in listed.places:
        console.say(safe_text(f"{one.path}: {one.what}" + (f"; stays: {one.stays}" if one.stays else "")))
    for name in listed.others:
        console.say(safe_text(f"{name} is linked with it and may name the same people: it is a record of its own"))


def finish_erasures(room: "Room", *, json: bool) -> None:
    """Carry out every erasure that is pending, and say what came of each; raises Unavailable where one stays pending."""
    from hueandcry.domain.fault import Unavailable
    from hueandcry.operator import console, erasing
    from hueandcry.operator.text import safe_text

    for stream in list(room.board.erasing):
        name = room.board.name(stream, room.identity.now())
        try:
            searched, left = erasing.carry_out(room, stream)
        except Unavailable as fault:
            raise Unavailable(
                f"{name} is to be erased and that is pending: {fault}; hue erase {name} goes on"
            ) from fault
        if json:
            places = [{"path": place.path, "stays": place.stays} for place in left]
            console.say_json({"erased": name, "searched": searched, "left": places})
            continue
        console.say(f"{name} is erased: its key is destroyed, {searched} files searched and none holds its words")
        for place in left:
            console.say(safe_text(f"stays: {place.path}: {place.stays}"))


# Backups


def backup(
    into: Annotated[Path, typer.Argument(help="A new folder for the facts.")],
    keys: Annotated[Path | None, typer.Option("--keys", help="A new folder, elsewhere, for the record keys.")] = None,
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Back the store up while it is worked in, verified on both ends; the record keys go apart from the facts."""
    from hueandcry.operator import keeping
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    keeping.backup(opened, into.absolute(), keys and keys.absolute(), session=session, json=json)
    opened.close()


def restore(
    backup: Annotated[Path, typer.Argument(help="The folder of a backup.")],
    keys: Annotated[Path, typer.Option("--keys", help="The folder of the record keys' backup.")],
    behind: Annotated[
        bool, typer.Option("--behind", help="Even behind a checkpoint that is known: what lies between is given up.")
    ] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Put a verified backup into a folder that holds no store."""
    from hueandcry.operator import keeping
    from hueandcry.operator.bootstrap import store_path

    if not backup.is_dir():
        fail(USAGE, f"there is no folder {backup}")
    if not keeping.restore(backup.absolute(), keys.absolute(), store_path(store), behind=behind, json=json):
        raise typer.Exit(REFUSED)


# Sharing


def agree(
    force: Annotated[str, typer.Argument(help="The other force's short code.")],
    key: Annotated[str, typer.Option("--key", help="Its public key, or a file that holds it, as its verify.key.")],
    tier: Annotated[
        str, typer.Option("--tier", help="Up to which values go there: plain, police or sealed.")
    ] = "police",
    store: Store = None,
    session: Session = None,
) -> None:
    """Record an agreement with another force: by which key its files are known, and which of our values may go there."""
    from hueandcry.domain.reference import is_code
    from hueandcry.operator import border
    from hueandcry.operator.bootstrap import open_room

    if not is_code(force):
        fail(USAGE, f"a force's code is one word of letters, digits, dots and dashes, not {force!r}")
    opened = open_room(store)
    border.agree(opened, force, key, tier, session=session)
    opened.close()


def export(
    ref: Annotated[list[str], typer.Argument(help="The incident.")],
    to: Annotated[str, typer.Option("--to", help="The force that it is for.")],
    file: Annotated[Path, typer.Option("--file", help="A new file.")],
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Write one incident with its contacts to a file that another force can verify."""
    from hueandcry.operator import border
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    border.export(opened, " ".join(ref), to, file, session=session, json=json)
    opened.close()


def verify_file(
    file: Path,
    key: Annotated[
        str | None,
        typer.Option("--key", help="The public key of the force that it is from; else that of the agreement."),
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Verify an exchange file and say what it holds; with --key it needs no store."""
    from hueandcry.operator import border
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store) if key is None else None
    border.verify(opened, file, key, json=json)
    if opened is not None:
        opened.close()


def list_shared(store: Store = None, json: Json = False) -> None:
    """List what is agreed with other forces, and the records that were received from them."""
    from hueandcry.operator import border
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    border.listed(opened, json=json)
    opened.close()


def import_file(file: Path, store: Store = None, session: Session = None, json: Json = False) -> None:
    """Verify an exchange file and record what is new of it, apart from our own records; all or nothing."""
    from hueandcry.operator import border
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    border.take(opened, file, session=session, json=json)
    opened.close()
