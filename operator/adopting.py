"""Commands about a force's packs: list, show, check, compare, try on history, adopt."""

from typing import Annotated

import typer

from hueandcry.operator.options import At, Json, Session, Store

app = typer.Typer(
    help="The force's packs: risk models, grades, categories, results, standing questions.", rich_markup_mode=None
)


@app.command("list")
def pack_list(store: Store = None, json: Json = False) -> None:
    """List the packs in force, and those that come with the product."""
    from hueandcry.operator import packs
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    packs.listed(opened, json=json)
    opened.close()


@app.command("show")
def pack_show(pack: str, store: Store = None) -> None:
    """Print the text of a pack, in force or as it comes with the product, to be copied and changed."""
    from hueandcry.operator import packs
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    packs.say_text(opened, pack)
    opened.close()


@app.command("check")
def pack_check(
    pack: Annotated[list[str], typer.Argument(help="Files or names; what would be adopted together.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Check whether packs could be adopted, beside those of the store if there is one; says what is wrong and in which line."""
    from hueandcry.domain.policy import Policy
    from hueandcry.operator import packs
    from hueandcry.operator.bootstrap import open_room, store_path

    if store is None and not store_path(store).exists():
        packs.say_check(pack, Policy(), json=json)
        return
    opened = open_room(store)
    packs.say_check(pack, opened.board.policy, json=json)
    opened.close()


@app.command("diff")
def pack_diff(pack: str, store: Store = None, json: Json = False) -> None:
    """Say in which values a pack differs from the one of its kind that is in force."""
    from hueandcry.operator import packs
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    packs.compare(opened, pack, json=json)
    opened.close()


@app.command("adopt")
def pack_adopt(
    pack: Annotated[list[str], typer.Argument(help="Files or names; what belongs together is adopted together.")],
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Bring packs into force, all in one moment; what was decided before stays under the pack of its day."""
    from hueandcry.operator import packs
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    packs.adopt(opened, pack, session=session, json=json)
    opened.close()


@app.command("try")
def pack_try(
    pack: Annotated[str, typer.Argument(help="A file, or the name of a pack that comes with the product.")],
    store: Store = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Replay history under a pack that is not adopted; says what would have gone otherwise, and on what grounds."""
    from hueandcry.operator import inquiry
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    inquiry.try_pack(opened, found, now_ns, pack, json=json)
    opened.close()
