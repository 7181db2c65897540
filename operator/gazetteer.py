"""The gazetteer at the command line: load a file of places, find one (operator/places.py).

Theory of operation. The commands stand apart from what they do, which every room uses: it would load the command line's library.
"""

from pathlib import Path
from typing import Annotated

import typer

from hueandcry.operator import places
from hueandcry.operator.exits import REFUSED, USAGE, fail
from hueandcry.operator.options import Json, Session, Store

app = typer.Typer(help="The places that there are: load a file of them, find one.", rich_markup_mode=None)


@app.command("load")
def gazetteer_load(
    file: Annotated[Path, typer.Argument(help="A CSV table in UTF-8; docs/operate.md names its columns.")],
    strict: Annotated[bool, typer.Option("--strict", help="Rejected rows make the exit code 1.")] = False,
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Load a file of places as the edition in force; what was placed before keeps what it said."""
    from hueandcry.operator.bootstrap import open_room

    if not file.is_file():
        fail(USAGE, f"there is no file {file}")
    opened = open_room(store)
    rejected = places.load(opened, file, session=session, json=json)
    opened.close()
    if strict and rejected:
        raise typer.Exit(REFUSED)


@app.command("find")
def gazetteer_find(
    text: Annotated[list[str], typer.Argument(help="Parts of words, an alias, a postcode; as it sounds will do.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Find listed places, the best first: number, name, street, district, beat and property number."""
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    places.find(opened, " ".join(text), json=json)
    opened.close()
