"""Line mode's work: a line in, facts or one sentence out; and a conversation where no screen can be drawn."""

import sys

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Damaged, Refused, Unavailable
from hueandcry.operator import console, delivery
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.delivery import sit
from hueandcry.operator.desk import Desk
from hueandcry.operator.reference import Misread
from hueandcry.operator.spool import Spool
from hueandcry.operator.text import counted, safe_text, storable
from hueandcry.operator.verbs import VERBS, carry_out
from hueandcry.store.moment import local_text

PROMPT = "hue> "


def work(desk: Desk, text: str, *, json: bool = False, echo: bool = False) -> list[Entry]:
    """Carry out one line, print what was recorded and return it; raises what the line raises, with the word marked."""
    if echo and not json:
        console.say(f"> {safe_text(text)}")
    try:
        entries = carry_out(desk, text)
    except Misread as fault:
        raise Misread(_marked(fault, storable(text)), fault.start, fault.end) from fault
    opened = desk.opened(entries)
    if json:
        for entry in opened:
            console.say_json(console.fact_object(entry))
    else:
        console.say_facts(opened, desk.board, desk.identity.now())
    return opened


def deliver(desk: Desk, spool: Spool, *, json: bool = False) -> None:
    """Deliver what this seat kept, and say so."""
    sit(desk, spool)
    try:
        delivered = delivery.deliver(desk, spool)
    except Damaged as fault:
        console.complain(f"{fault}; hue spool list says more")
        return
    for one, entries in delivered.lines:
        if json:
            for entry in entries:
                console.say_json(console.fact_object(entry))
            continue
        typed = local_text(one.typed, desk.board.zone, day=True)
        console.say(safe_text(f"delivered, typed {typed}: {one.text}"))
    if delivered.why:
        console.complain(f"{delivered.why}; {counted(delivered.left, 'line')} still kept at this seat: hue spool list")


def _marked(fault: Misread, text: str) -> str:
    word = text[fault.start : fault.end]
    return f"{fault.why} [{safe_text(text[: fault.start])}>>{safe_text(word)}<<{safe_text(text[fault.end :])}]"


def say_verbs() -> None:
    """Print the verbs, one a line."""
    for verb in VERBS:
        console.say(f"{verb.short:<4} {verb.usage():<52} as in: {verb.example}")


def converse(room: Room, session: str | None) -> None:
    """Read lines from standard input until it ends, do each, and say what came of it; errors do not end it."""
    desk, spool = room.desk(session), Spool(room.folder.path)
    deliver(desk, spool)
    while True:
        if sys.stdin.isatty():
            sys.stdout.write(PROMPT)
            sys.stdout.flush()
        text = sys.stdin.readline()
        if not text or text.strip() in ("quit", "exit"):
            return
        _one(desk, spool, text.strip())


def _one(desk: Desk, spool: Spool, text: str) -> None:
    if not text:
        return
    if text in ("help", "?"):
        say_verbs()
    elif text == "board":
        now_ns = desk.identity.now()
        desk.board.catch_up()
        for item in desk.board.items(now_ns):
            console.say(console.item_line(item, now_ns))
    else:
        try:
            work(desk, text)
        except Unavailable as fault:
            _keep(desk, spool, text, fault)
        except (Refused, Misread, Conflict) as fault:
            console.complain(str(fault))


def _keep(desk: Desk, spool: Spool, text: str, fault: Unavailable) -> None:
    """Keep a line that could not be recorded, and say so, or why it is not kept either."""
    try:
        console.complain(delivery.keep(spool, [text], desk.identity.now(), fault))
    except (Unavailable, Misread) as why:
        console.complain(str(why))
