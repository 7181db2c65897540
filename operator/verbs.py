"""The table of verbs: one grammar for the screen's command bar, `hue do`, line mode, tests and the demo.

Theory of operation. Each page of operator/work/ holds the verbs of one noun: their names and slots, a sentence for the
preview, and the function that turns a line into acts. Nothing there knows a rule of the work: rules stand with their
streams in the domain. docs/commands.md is written from this table. `carry_out` is the way from a line of text to
recorded facts.
"""

from hueandcry.domain.fact import Entry
from hueandcry.operator.desk import Desk
from hueandcry.operator.grammar import Reader, Verb
from hueandcry.operator.text import storable
from hueandcry.operator.work import (
    check,
    contact,
    deployment,
    expedite,
    handover,
    incident,
    link,
    location,
    logbook,
    major,
    promise,
    recall,
    resource,
    staff,
)

VERBS: tuple[Verb, ...] = (
    *contact.VERBS,
    *location.VERBS,
    *incident.VERBS,
    *recall.VERBS,
    *deployment.VERBS,
    *resource.VERBS,
    *link.VERBS,
    *major.VERBS,
    *promise.VERBS,
    *handover.VERBS,
    *check.VERBS,
    *logbook.VERBS,
    *expedite.VERBS,
    *staff.VERBS,
)
READER = Reader(VERBS)


def carry_out(desk: Desk, text: str) -> list[Entry]:
    """Read a line at a desk, decide it and record it; raises Misread, Refused or Conflict and then writes nothing."""
    desk.board.catch_up()
    line = READER.read(storable(text), desk)
    return desk.do(lambda: line.verb.acts(desk, line), approving=line.verb.approving)


def preview(desk: Desk, text: str) -> str:
    """Return what Enter will do with this line, in words; raises Misread."""
    return READER.read(storable(text), desk).says(desk)
