"""Taking back: for the last act of a session, the line that compensates it, to be finished with a reason of its own.

Theory of operation. Nothing that was recorded goes away. What can be taken back has a command that makes it good: a crew is
cleared, a closed incident reopened, a word corrected. The line for it is put before whoever asks, with the reason left to be
typed; what has no such command is said to have none. The table goes by the fact, so that a line typed by hand and a key are alike.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hueandcry.domain import (
    deployment,
    grading,
    involvement,
    link,
    logbook,
    marker,
    nominal,
    outcome,
    parking,
    partner,
    promise,
    putoff,
    reminder,
)
from hueandcry.domain.fact import Entry, Fact, sentence
from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.operator.desk import Desk
from hueandcry.operator.messages import Filled
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import safe_text
from hueandcry.operator.verbs import refusal
from hueandcry.store.naming import RoomNames
from hueandcry.store.views import Board

LOOKED_BACK = 500  # positions behind the end in which the last act is looked for
_SECOND_LOOK = "put 'propose' before the line"  # as the rule says it
Back = Callable[[Any, str, int, Board], str]

BACK: dict[type[Fact[Any]], Back] = {
    deployment.Resourced: lambda fact, _, __, ___: f"clear {fact.callsign} ",
    outcome.Closed: lambda _, ref, __, ___: f"reopen {ref} ",
    link.Tagged: lambda fact, ref, _, __: f"tag {ref} {fact.tag}",
    link.Untagged: lambda fact, ref, _, __: f"tag {ref} {fact.tag}",
    grading.Regraded: lambda fact, ref, _, __: f"grade {ref} {fact.was} ",
    involvement.PersonInvolved: lambda fact, ref, _, board: (
        f"uninvolve {ref} {board.name(fact.nominal)} {fact.part.value} "
    ),
    involvement.PersonNotInvolved: lambda fact, ref, _, board: (
        f"involve {ref} {board.name(fact.nominal)} {fact.part.value} "
    ),
    marker.MarkerSet: lambda _, ref, version, __: f"unmark {ref} {version} ",
    nominal.DetailAdded: lambda _, ref, version, __: f"strike {ref} {version} ",
    logbook.Noted: lambda _, ref, version, __: f"fix {ref} {version} ",
    promise.Promised: lambda _, ref, version, __: f"release {ref} {version} ",
    parking.Parked: lambda _, ref, __, ___: f"answer {ref}",
    reminder.BringUpSet: lambda _, ref, version, __: f"done {ref} {version} ",
    putoff.AlertsPutOff: lambda _, ref, __, ___: f"bringback {ref}",
    partner.SiteListed: lambda fact, ref, _, __: f"unsite {ref} {fact.site} ",
    partner.PersonNamed: lambda _, ref, version, __: f"forget {ref} {version} ",
    partner.PartnerRegistered: lambda _, ref, __, ___: f"unpartner {ref} ",
}


def last_act(desk: Desk) -> Sequence[Entry]:
    """Return what the last line of this session recorded, seals closed; empty where that is longer ago than is looked for."""
    board, session = desk.board, desk.signed.session
    entries = list(desk.log.entries(max(0, board.position - LOOKED_BACK), board.position))
    mine = [one for one in entries if one.header is not None and one.header.session == session]
    if not mine:
        return ()
    first = mine[-1]
    found = [first]
    for one in reversed(mine[:-1]):  # one transaction: positions follow on each other, at one moment
        assert one.header is not None
        assert first.header is not None
        if one.position != found[0].position - 1 or one.header.occurred != first.header.occurred:
            break
        found.insert(0, one)
    return found


def undoing(desk: Desk) -> Filled:
    """Return the line that takes the last act of this session back, or why there is none."""
    acts = last_act(desk)
    if not acts:
        return Filled("", "nothing was recorded from here lately")
    names = RoomNames(desk.board, desk.identity.now())
    acts = desk.opened(list(acts))  # in the words in which it was said here
    for entry in acts:
        back = BACK.get(type(entry.fact)) if entry.fact is not None else None
        if back is not None and isinstance(entry.stream, bytes):
            text = back(entry.fact, names.stream(entry.stream), entry.version, desk.board)
            said = _said(entry, names)
            if _SECOND_LOOK in refusal_of(desk, text):
                text = f"propose {text}"
            how = "say why, then Enter" if text.endswith(" ") else "Enter"
            return Filled(text, safe_text(f"takes back '{said}'; {how}"))
    return Filled(
        "", safe_text(f"'{_said(acts[0], names)}' is not taken back; what is wrong in it is corrected: help fix")
    )


def refusal_of(desk: Desk, text: str) -> str:
    """Return why a line would be refused once a reason is typed behind it, empty where it would not be."""
    try:
        return refusal(desk, f"{text}x" if text.endswith(" ") else text)
    except (Misread, Refused, Unavailable) as fault:
        return str(fault)


def _said(entry: Entry, names: RoomNames) -> str:
    """Return what a fact says, as far as it is open here."""
    return sentence(entry.fact, names) if entry.fact is not None else entry.name
