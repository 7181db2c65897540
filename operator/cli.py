"""The `hue` command: every way in from a shell.

Theory of operation. Each command opens the store through bootstrap, does its work and prints through console; how it
ends stands in exits.py. Commands import what they need when they run: first paint is mostly import time.
"""

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from hueandcry.domain.fault import Unavailable
from hueandcry.operator import adopting, arriving, custody, gazetteer, overseeing, seat
from hueandcry.operator.exits import DAMAGED, REFUSED, UNAVAILABLE, USAGE, fail, run
from hueandcry.operator.options import At, Json, Session, Store

app = typer.Typer(
    name="hue",
    help="A terminal control room for police contact management. Without a command it opens the room.",
    add_completion=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
intake_app = typer.Typer(help="Doors for contacts from elsewhere.", rich_markup_mode=None)
store_app = typer.Typer(help="The store itself.", rich_markup_mode=None)
arriving.register(app)
overseeing.register(app)
app.add_typer(adopting.app, name="pack")
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(seat.app, name="spool")
app.add_typer(intake_app, name="intake")
app.add_typer(store_app, name="store")
custody.register(app, store_app)


@app.callback(invoke_without_command=True)
def room(context: typer.Context, store: Store = None, session: Session = None) -> None:
    """Open the control room."""
    if store is not None:
        os.environ["HUE_STORE"] = store  # named before the command, it holds for the command
    if session is not None:
        os.environ["HUE_SESSION"] = session
    if context.invoked_subcommand is None:
        from hueandcry.operator.opening import open_here

        open_here(store, session)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def do(
    line: Annotated[list[str] | None, typer.Argument(help="A line of work, as in: ring 999 07700900123")] = None,
    script: Annotated[str | None, typer.Option("--script", help="A file of lines, - for standard input.")] = None,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Keep at this seat what cannot be recorded now; in a terminal that is always so."),
    ] = False,
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Do a line of work, or a script of them; 'hue do help' lists the verbs."""
    from hueandcry.domain.erasure import ERASED
    from hueandcry.operator import delivery, lines
    from hueandcry.operator.bootstrap import open_room, store_path
    from hueandcry.operator.spool import Spool
    from hueandcry.operator.verbs import help_asked

    if line and (asked := help_asked(" ".join(line))) is not None:
        lines.say_help(asked)
        return
    if not line and script is None:
        fail(USAGE, "give a line of work, or --script FILE; 'hue do help' lists the verbs")
    if late := [
        word for word in line or () if word.startswith(("--store", "--session", "--json", "--script", "--keep"))
    ]:
        fail(USAGE, f"{late[0]} stands within the line of work; options stand before it")
    texts = [" ".join(line)] if line else _script(str(script))
    spool = Spool(store_path(store))
    left = list(texts)
    try:
        opened = open_room(store)
        desk = opened.desk(session)
        lines.deliver(desk, spool, json=json)
        while left:
            entries = lines.work(desk, left[0], json=json, echo=not line)
            del left[0]
            if any(entry.name == ERASED for entry in entries):
                custody.finish_erasures(opened, json=json)
    except Unavailable as fault:
        if not keep and not sys.stdin.isatty():
            raise  # whoever runs it from a program gives it again, and then it would be recorded twice
        fail(UNAVAILABLE, delivery.keep(spool, left, time.time_ns(), fault, session or os.environ.get("HUE_SESSION")))
    opened.close()


def _script(name: str) -> list[str]:
    try:
        content = sys.stdin.read() if name == "-" else Path(name).read_bytes().decode()
    except (OSError, UnicodeDecodeError) as fault:
        fail(USAGE, f"the script {name} cannot be read: {fault}")
    return [text for raw in content.split("\n") if (text := raw.strip()) and not text.startswith("#")]


@app.command()
def board(store: Store = None, at: At = None, json: Json = False) -> None:
    """List every open item with its queue and owner."""
    from hueandcry.operator import console
    from hueandcry.operator.bootstrap import look
    from hueandcry.store.moment import local_text, rfc3339

    opened, found, now_ns = look(store, at)
    items = found.items(now_ns)
    if json:
        document = {
            "at": rfc3339(now_ns),
            "position": found.position,
            "items": [console.item_object(item) for item in items],
        }
        console.say_json(document)
    else:
        for item in items:
            console.say(console.item_line(item, now_ns))
        console.say(f"{len(items)} open at {local_text(now_ns, found.zone, day=True)} (@{found.position})")
    opened.close()


@app.command()
def show(ref: list[str], store: Store = None, session: Session = None, at: At = None, json: Json = False) -> None:
    """Show one item: where it stands, and its log."""
    from hueandcry.operator import dossier
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    dossier.show(opened, found, now_ns, ref=" ".join(ref), json=json, session=session)
    opened.close()


@app.command()
def log(ref: list[str], store: Store = None, session: Session = None, at: At = None, json: Json = False) -> None:
    """Print the log of one item, one fact a line."""
    from hueandcry.operator import dossier
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    dossier.log(opened, found, now_ns, ref=" ".join(ref), json=json, session=session)
    opened.close()


@app.command()
def explain(ref: list[str], store: Store = None, session: Session = None, at: At = None, json: Json = False) -> None:
    """Explain each decision on an item: who, under which pack, on what, suggested and chosen, and why."""
    from hueandcry.operator import dossier
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    dossier.explain(opened, found, now_ns, ref=" ".join(ref), json=json, session=session)
    opened.close()


@app.command()
def journal(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is recorded from now.")] = False,
    after: Annotated[int, typer.Option("--after", min=0, max=(1 << 63) - 1, help="Begin behind this position.")] = 0,
    as_occurred: Annotated[
        bool, typer.Option("--as-occurred", help="--at means when it occurred, not when it was recorded.")
    ] = False,
    store: Store = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Print the journal, seals closed, one fact a line."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import look

    if as_occurred and at is not None and at.startswith("@"):
        fail(USAGE, f"{at} is a position; with --as-occurred give a time")
    opened, found, now_ns = look(store, None if as_occurred else at)
    from hueandcry.operator.bootstrap import read_at

    occurred = read_at(opened.board, at)[1] if as_occurred and at else None
    reports.journal(opened, found, now_ns, span=reports.Span(after, occurred, follow), json=json)
    opened.close()


@app.command()
def replay(
    digest: Annotated[
        bool, typer.Option("--digest", help="Print the digest of all records instead of the facts.")
    ] = False,
    store: Store = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Replay the journal up to a moment."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    if digest:
        reports.digest(opened, found, json=json)
    else:
        reports.journal(opened, found, now_ns, span=reports.Span(), json=json)
    opened.close()


@app.command()
def verify(
    new: Annotated[
        bool, typer.Option("--new", help="Only what was recorded behind the checkpoint that was verified last.")
    ] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Leave the seals closed, as without the keys.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Verify journal, seals, checkpoints, key store and access log; says what is wrong and where."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    sound = reports.verify(opened, json=json, only_new=new, closed=closed)
    opened.close()
    if not sound:
        raise typer.Exit(DAMAGED)


@app.command()
def watch(
    once: Annotated[bool, typer.Option("--once", help="One tick, then end.")] = False,
    tick_s: Annotated[float, typer.Option("--tick", min=0.05, max=86400, help="Seconds between ticks.")] = 5.0,
    store: Store = None,
    json: Json = False,
) -> None:
    """Keep the watch: what time demands becomes a fact, once."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    reports.watch(opened, once=once, tick_s=tick_s, json=json)
    opened.close()


@app.command()
def keys(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ACTION [KEY... | default]]", help="One action, and the keys it is to have here."),
    ] = None,
    json: Json = False,
) -> None:
    """Print the keys of the room as they are set here: a card for the desk; or give an action others, as in hue keys sort f11.

    Says what is wrong with the settings. A change that clashes with another key is refused.
    """
    from hueandcry.operator import console
    from hueandcry.operator.actions import ACTIONS, card, spoken
    from hueandcry.operator.keymap import change_keys
    from hueandcry.operator.settings import read_settings, settings_path
    from hueandcry.operator.text import safe_text

    said = change_keys(" ".join(words))[1] if words else ""
    settings, faults = read_settings()
    for line in () if json else [safe_text(said)] if said else card(settings.keys):
        console.say(line)
    shown = [one for one in ACTIONS if not words or one.id == words[0]]
    for one in shown if json else ():
        set_to = settings.keys.get(one.id, one.keys)
        console.say_json(
            {"action": one.id, "keys": set_to.split(","), "does": one.does, "line": one.line, "said": spoken(set_to)}
        )
    if not json and not words:
        console.say(
            f"{len(ACTIONS)} keys; other ones by their action's name in {settings_path()}: hue keys --json names them"
        )
    if faults:
        fail(USAGE, "; ".join(faults))


@app.command()
def demo(
    seed: Annotated[int, typer.Option("--seed", help="What the simulated staff do follows from it.")] = 1,
    speed: Annotated[
        float, typer.Option("--speed", min=1, help="Simulated seconds in a second, on the screen.")
    ] = 60.0,
    lines: Annotated[bool, typer.Option("--lines", help="Line mode even in a terminal.")] = False,
    keep: Annotated[Path | None, typer.Option("--keep", help="Keep the store in this folder (line mode).")] = None,
) -> None:
    """Play a bundled real day on a throw-away store."""
    from hueandcry.operator import demo as played
    from hueandcry.operator.opening import can_draw

    if lines or keep or not can_draw():
        played.in_lines(seed, keep)
    else:
        played.on_screen(seed, speed)


@intake_app.command("load")
def intake_load(
    file: Path,
    map_name: Annotated[str, typer.Option("--map", help="How to read the rows: san-antonio, montgomery or nashville.")],
    strict: Annotated[bool, typer.Option("--strict", help="Rejected rows make the exit code 1.")] = False,
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Load contacts that another system took, as history; loading again records only what is new."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import open_room

    if not file.is_file():
        fail(USAGE, f"there is no file {file}")
    opened = open_room(store)
    rejected = reports.load(opened, opened.desk(session), file, map_name, json=json)
    opened.close()
    if strict and rejected:
        raise typer.Exit(REFUSED)


@store_app.command("info")
def store_info(store: Store = None, json: Json = False) -> None:
    """Say what the store is: force, format, size, root, packs, who is on."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    reports.info(opened, json=json)
    opened.close()


def main() -> None:
    """Run the command and end with its exit code; `hue help log` says what `hue log --help` says."""
    if sys.argv[1:2] == ["help"]:
        sys.argv[1:] = [*sys.argv[2:], "--help"]
    sys.exit(run(_command))


def _command() -> object:
    """Run what the words say, and return the exit code; what the command-line library has against them becomes a sentence."""
    try:
        return app(standalone_mode=False)
    except typer.Exit as end:
        return end.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.TyperException as fault:
        said = getattr(fault, "format_message", fault.__str__)()
        fail(USAGE, " ".join(said.split()))


if __name__ == "__main__":
    main()
