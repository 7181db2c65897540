"""Delivering what a seat kept: each line through the desk, once, as of the moment it was typed.

Theory of operation. A line is read at the moment it was typed, so that `20m` means what it meant then, and is decided now.
Its facts carry that moment as the time they occurred and the line's mark as their source; where a delivery broke off, the
mark is looked for behind the position that was noted before.
"""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Refused, Unavailable
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.identity import Identity
from hueandcry.operator.reference import Misread
from hueandcry.operator.spool import Kept, Spool
from hueandcry.operator.text import counted, storable
from hueandcry.operator.verbs import READER


class Delivered(Struct, frozen=True):
    """What a delivery came to: the lines with what was recorded, and why it stopped before the end, if it did."""

    lines: tuple[tuple[Kept, tuple[Entry, ...]], ...]
    left: int
    why: str = ""


def deliver(desk: Desk, spool: Spool) -> Delivered:
    """Deliver the lines that wait; stops at the first that is refused or cannot be read, and keeps it with what follows."""
    done: list[tuple[Kept, tuple[Entry, ...]]] = []
    with spool.alone() as alone:
        waiting = spool.waiting() if alone else []
        for at, one in enumerate(waiting):
            try:
                entries = _deliver_one(desk, spool, one)
            except (Refused, Misread, Conflict) as fault:
                if isinstance(fault, Unavailable):
                    raise
                return Delivered(tuple(done), len(waiting) - at, str(fault))
            spool.take_off(one.mark)
            done.append((one, entries))
    return Delivered(tuple(done), 0)


def _deliver_one(desk: Desk, spool: Spool, one: Kept) -> tuple[Entry, ...]:
    if one.collar != desk.signed.collar:
        raise Refused(
            f"{one.collar} typed it, and {desk.signed.collar} sits here now: {one.collar} signs on to deliver it"
        )
    desk.board.catch_up()
    begun = spool.begun()
    if begun is not None and begun.mark == one.mark:
        found = [e for e in desk.log.entries(begun.position) if e.header is not None and e.header.source == one.mark]
        if found:
            return tuple(found)  # its words stay closed: nobody is shown them again for that
    spool.begin(one.mark, desk.board.position)
    then = Desk(desk.log, desk.board, Identity(lambda: one.typed), desk.signed)
    line = READER.read(one.text, then)

    def acts() -> list[Act]:
        typed = min(one.typed, desk.identity.now())
        return [replace(act, occurred=act.occurred or typed, source=one.mark) for act in line.verb.acts(desk, line)]

    return tuple(desk.opened(desk.do(acts, approving=line.verb.approving)))


def sit(desk: Desk, spool: Spool) -> None:
    """Remember at this seat who sits here; a seat that cannot remember keeps nothing later, and works all the same."""
    with suppress(Unavailable, OSError):
        spool.sit(desk.signed.collar, desk.signed.session)


def keep(spool: Spool, texts: Sequence[str], typed: int, fault: Unavailable) -> str:
    """Keep lines that could not be recorded, and return the sentence that says so; raises the fault where none are kept here."""
    if spool.sat() is None:
        raise fault
    for text in texts:
        READER.verb(text)
    count = 0
    for text in texts:
        try:
            count = spool.keep(storable(text), typed)
        except Unavailable as why:
            raise Unavailable(f"{fault}; not kept at this seat: {why}") from fault
    return f"{fault}; kept at this seat, {counted(count, 'line')} to be delivered when the store is back"
