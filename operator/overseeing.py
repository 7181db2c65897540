"""Commands of whoever oversees the room: how its queues stand, and what standing questions would have rung.

Theory of operation. Each reads the journal up to a moment and prints what follows from it; none records anything.
"""

from typing import Annotated

import typer

from hueandcry.operator.options import At, Json, Store


def register(app: typer.Typer) -> None:
    """Enter the commands into the `hue` command."""
    app.command()(queues)
    app.command()(ask)
    app.command()(coverage)


def queues(store: Store = None, at: At = None, json: Json = False) -> None:
    """Say of each queue how much stands in it, how old it is, and how much risk has waited in it."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    reports.queues(found, now_ns, json=json)
    opened.close()


def ask(
    question: Annotated[list[str] | None, typer.Argument(help="Codes of standing questions; else all.")] = None,
    pack: Annotated[
        str | None, typer.Option("--pack", help="A file or the name of a pack; else the questions in force.")
    ] = None,
    store: Store = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Ask standing questions of the whole history: what would have rung, about what, and when."""
    from hueandcry.operator import inquiry
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    inquiry.ask_history(opened, found, now_ns, questions=question or [], named=pack, json=json)
    opened.close()


def coverage(store: Store = None, at: At = None, json: Json = False) -> None:
    """Say of which share of contacts risk was assessed before they were handed on, by channel, handler and seat."""
    from hueandcry.operator import inquiry
    from hueandcry.operator.bootstrap import look

    opened, found, _ = look(store, at)
    inquiry.say_coverage(opened, found, json=json)
    opened.close()
