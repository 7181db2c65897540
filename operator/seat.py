"""Commands about what this seat keeps for a store that cannot be had: list, deliver, drop."""

from typing import Annotated

import typer

from hueandcry.operator.options import Json, Session, Store

app = typer.Typer(help="What this seat keeps while the store cannot be had.", rich_markup_mode=None)


@app.command("list")
def listed(store: Store = None, json: Json = False) -> None:
    """List the lines that wait at this seat, with the moment each was typed."""
    from hueandcry.operator import console
    from hueandcry.operator.bootstrap import store_path
    from hueandcry.operator.spool import Spool
    from hueandcry.operator.text import counted, safe_text
    from hueandcry.store.moment import rfc3339

    waiting = Spool(store_path(store)).waiting()
    for number, one in enumerate(waiting, 1):
        if json:
            console.say_json({"number": number, "typed": rfc3339(one.typed), "collar": one.collar, "line": one.text})
        else:
            console.say(safe_text(f"{number:>4}  {rfc3339(one.typed)}  {one.collar:<8} {one.text}"))
    if not json:
        console.say(f"{counted(len(waiting), 'line')} kept at this seat")


@app.command()
def deliver(store: Store = None, session: Session = None, json: Json = False) -> None:
    """Deliver the lines that wait; one that is refused stays, with those that may build on it."""
    from hueandcry.operator import lines
    from hueandcry.operator.bootstrap import open_room
    from hueandcry.operator.exits import REFUSED
    from hueandcry.operator.spool import Spool

    opened = open_room(store)
    spool = Spool(opened.folder.path)
    desk = opened.desk(session)
    spool.waiting()  # of a damaged one nothing is delivered, and that is said once
    if not lines.deliver(desk, spool, json=json):
        raise typer.Exit(REFUSED)
    opened.close()


@app.command()
def drop(
    number: Annotated[int, typer.Argument(help="The line's number, as hue spool list gives it.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Drop a line that cannot be delivered; print it, so that it is not lost."""
    from hueandcry.operator import console
    from hueandcry.operator.bootstrap import store_path
    from hueandcry.operator.spool import Spool, dropped
    from hueandcry.operator.text import safe_text
    from hueandcry.store.moment import rfc3339

    one = dropped(Spool(store_path(store)), number)
    if json:
        console.say_json({"number": number, "typed": rfc3339(one.typed), "collar": one.collar, "line": one.text})
    else:
        console.say(safe_text(f"dropped, typed {rfc3339(one.typed)} by {one.collar}: {one.text}"))
