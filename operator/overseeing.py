"""Commands of whoever oversees the room: how its queues stand, and what standing questions would have rung.

Theory of operation. Each reads the journal up to a moment and prints what follows from it; none records anything.
"""

from pathlib import Path
from typing import Annotated

import typer

from hueandcry.operator.exits import REFUSED, USAGE, fail
from hueandcry.operator.options import At, Json, Session, Store


def register(app: typer.Typer) -> None:
    """Enter the commands into the `hue` command."""
    app.command()(queues)
    app.command()(wall)
    app.command()(ask)
    app.command()(coverage)
    app.command()(checks)
    app.command()(contribution)
    app.command()(partners)
    app.command()(desk)
    app.command()(review)
    app.command()(sample)
    app.command()(agreement)
    app.command()(units)
    app.command()(who)
    app.command()(duplicates)
    app.command()(proposals)
    app.command()(crimes)
    app.command()(regrades)
    app.command()(faults)
    app.command()(paper)


def who(
    text: Annotated[
        list[str] | None,
        typer.Argument(help="Words of a name, the end of a number, a plate; born=, age=, number=, plate=, at=."),
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index of people anew first.")] = False,
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Look for a person as they are called, as it sounds, or with a letter wrong; each search is in the access log."""
    from hueandcry.operator import searching
    from hueandcry.operator.bootstrap import open_room

    if not text and not rebuild:
        fail(USAGE, "say whom to look for, as in: hue who siobhan kelly born=1984")
    opened = open_room(store)
    if rebuild:
        searching.rebuild(opened, json=json and not text)
    if text:
        searching.who(opened, " ".join(text), session=session, json=json)
    opened.close()


def queues(store: Store = None, at: At = None, json: Json = False) -> None:
    """Say of each queue how much stands in it, how old it is, and how much risk has waited in it."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    reports.queues(found, now_ns, json=json)
    opened.close()


def wall(store: Store = None, at: At = None, json: Json = False) -> None:
    """Say how the room stands: answers, queues, risk, promises, escalations, what nobody has seen, and who is interrupted."""
    from hueandcry.operator import reports
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    reports.wall(opened, found, now_ns, json=json)
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


def checks(store: Store = None, at: At = None, json: Json = False) -> None:
    """Say which checks of first contact were made, of all contacts that are closed, by handler."""
    from hueandcry.operator import contributions
    from hueandcry.operator.bootstrap import look

    opened, found, _ = look(store, at)
    contributions.say_checks(opened, found, json=json)
    opened.close()


def contribution(store: Store = None, at: At = None, json: Json = False) -> None:
    """Say what each vulnerability desk added, week by week: in time, risk changed, safe before arrival, accepted."""
    from hueandcry.operator import contributions
    from hueandcry.operator.bootstrap import look

    opened, found, _ = look(store, at)
    contributions.say_contribution(opened, found, json=json)
    opened.close()


def partners(
    waits: Annotated[bool, typer.Option("--waits", help="How soon each had its answer, by kind.")] = False,
    store: Store = None,
    session: Session = None,
    at: At = None,
    json: Json = False,
) -> None:
    """List the registered partners with their sites, numbers and people; or say how soon they had their answers."""
    from hueandcry.operator import contributions, roomlists
    from hueandcry.operator.bootstrap import look

    opened, found, _ = look(store, at)
    if waits:
        contributions.say_answers(opened, found, json=json)
    else:
        roomlists.partners(opened, found, session=session, json=json)
    opened.close()


def desk(store: Store = None, at: At = None, json: Json = False) -> None:
    """List what the vulnerability desk looks at: vulnerable with nobody sent, the partners' lane, open referrals."""
    from hueandcry.operator import roomlists
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    roomlists.desk(found, now_ns, json=json)
    opened.close()


def review(
    ref: list[str],
    blind: Annotated[
        bool, typer.Option("--blind", help="Judge it as it arrived, before what was done is shown.")
    ] = False,
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """Take a second look at an incident as it arrived, judge it, and see what was done beside it."""
    from hueandcry.operator import reviewing
    from hueandcry.operator.bootstrap import open_room

    if not blind:
        fail(USAGE, "a second look is blind: hue review 57 --blind; what was done is in hue explain 57")
    opened = open_room(store)
    reviewing.review(opened, " ".join(ref), session=session, json=json)
    opened.close()


def sample(
    count: Annotated[int, typer.Argument(min=1, help="How many incidents.")],
    by: Annotated[str, typer.Option("--by", help="From each handler, desk, channel or place in turn.")] = "handler",
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**64 - 1, help="The same seed draws the same.")] = 0,
    store: Store = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Draw incidents for a second look, of those that are closed and nobody has reviewed."""
    from hueandcry.operator import reviewing
    from hueandcry.operator.bootstrap import look

    opened, found, _ = look(store, at)
    reviewing.sample(opened, found, reviewing.Draw(count, by, seed), json=json)
    opened.close()


def agreement(store: Store = None, at: At = None, json: Json = False) -> None:
    """Say how far second looks agree with what was done, by handler, desk, channel, and office or home."""
    from hueandcry.operator import reviewing
    from hueandcry.operator.bootstrap import look

    opened, found, _ = look(store, at)
    reviewing.say_agreement(opened, found, json=json)
    opened.close()


def units(store: Store = None, at: At = None, json: Json = False) -> None:
    """List the resources: what each is doing, for which incident, and by when it must be heard of."""
    from hueandcry.operator import roomlists
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    roomlists.units(found, now_ns, json=json)
    opened.close()


def proposals(store: Store = None, session: Session = None, json: Json = False) -> None:
    """List what others proposed and waits for a second look, each in the exact words that would be done."""
    from hueandcry.operator import roomlists
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    roomlists.proposals(opened.desk(session), json=json)
    opened.close()


def duplicates(ref: list[str], store: Store = None, session: Session = None, json: Json = False) -> None:
    """List the open incidents that may be about the same as one, by time, place and words."""
    from hueandcry.operator import roomlists
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    roomlists.duplicates(opened, " ".join(ref), session=session, json=json)
    opened.close()


def crimes(
    day: Annotated[str | None, typer.Argument(help="A day as 23/11 or 2026-11-23; else today.")] = None,
    theirs: Annotated[
        Path | None, typer.Option("--reconcile", help="A file of the crime system's references, one a line.")
    ] = None,
    store: Store = None,
    session: Session = None,
    json: Json = False,
) -> None:
    """List a day's crimes for the crime system, or hold them against its own list and record what came of it."""
    from hueandcry.operator import roomlists
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    whole = roomlists.crimes(opened, day, theirs, session=session, json=json)
    opened.close()
    if not whole:
        raise typer.Exit(REFUSED)


def regrades(store: Store = None, session: Session = None, at: At = None, json: Json = False) -> None:
    """List every re-grade: from what to what, against which suggestion, by whom, with which second look, and why."""
    from hueandcry.operator import roomlists
    from hueandcry.operator.bootstrap import look

    opened, found, now_ns = look(store, at)
    roomlists.regrades(opened, found, now_ns, session=session, json=json)
    opened.close()


def faults(store: Store = None, session: Session = None, json: Json = False) -> None:
    """List the faults of this system that people noted, each with the place in the journal where it was seen."""
    from hueandcry.operator import roomlists
    from hueandcry.operator.bootstrap import open_room

    opened = open_room(store)
    roomlists.faults(opened, session=session, json=json)
    opened.close()


def paper(
    what: Annotated[str, typer.Argument(help="board, forms or all.")] = "all",
    out: Annotated[Path | None, typer.Option("--out", help="A new file instead of standard output.")] = None,
    store: Store = None,
    session: Session = None,
) -> None:
    """Print the open board and the forms, to go on with paper when the system is down."""
    from hueandcry.operator import paper as printed
    from hueandcry.operator.bootstrap import open_room

    if what not in printed.SHEETS:
        fail(USAGE, f"paper prints {', '.join(printed.SHEETS)}, not {what!r}")
    opened = open_room(store)
    printed.print_sheets(opened, what, out, session=session)
    opened.close()
