"""The table of verbs: one grammar for the screen's command bar, `hue do`, line mode, tests and the demo.

Theory of operation. Each page of operator/work/ holds the verbs of one noun: their names and slots, a sentence for the
preview, and the function that turns a line into acts. Nothing there knows a rule of the work: rules stand with their
streams in the domain. docs/commands.md is written from this table. `carry_out` is the way from a line of text to
recorded facts.
"""

from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Refused
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
    partner,
    person,
    promise,
    recall,
    resource,
    safeguarding,
    staff,
    welfare,
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
    *partner.VERBS,
    *safeguarding.VERBS,
    *person.VERBS,
    *staff.VERBS,
    *welfare.VERBS,
)
READER = Reader(VERBS)
NEXT = "next"  # the line that answers whoever is next
LISTS = (
    "alerts",
    "dispatch",
    "units",
    "proposals",
    "desk",
    "partners",
    "welfare",
    "wall",
)  # beside the board, by their words
SHOWN = (
    "board",
    "show",
    "only",
    "replay",
    "undo",
    "history",
    "keys",
)  # other words that ask for something, and are no line of work


def is_list(text: str) -> bool:
    """Tell whether a text asks for a list of the room: one by its name, or people by `who` and whom to look for."""
    return text.strip() in LISTS or text.startswith("who ")


def asks(text: str) -> bool:
    """Tell whether a text asks to be shown something, and is no line of work: help, a list, an item, the room as it was."""
    return help_asked(text) is not None or is_list(text) or text.strip().partition(" ")[0] in SHOWN


def carry_out(desk: Desk, text: str) -> list[Entry]:
    """Read a line at a desk, decide it and record it; raises Misread, Refused or Conflict and then writes nothing."""
    desk.board.catch_up()
    line = READER.read(storable(text), desk)
    return desk.do(lambda: line.verb.acts(desk, line), approving=line.verb.approving)


def preview(desk: Desk, text: str) -> str:
    """Return what Enter will do with this line, in words; raises Misread."""
    line = READER.read(storable(text), desk)
    reminded = line.verb.reminds(desk, line) if line.verb.reminds is not None else ""
    return f"{line.says(desk)} {reminded}".rstrip()


def refusal(desk: Desk, text: str) -> str:
    """Return why a line would be refused as things stand, in the words of the rule; empty where it would be done.

    Empty as well where sealed words would have to be opened for that: nothing is looked at before Enter.
    """
    line = READER.read(storable(text), desk)
    if line.verb.opens:
        return ""
    try:
        desk.would(line.verb.acts(desk, line), approving=line.verb.approving)
    except Refused as fault:
        return str(fault)
    return ""


def help_on(words: str) -> list[str]:
    """Return the verbs, one a line; of one that is named what it does and an example. Raises Misread for no verb's name."""
    if not words:
        lists = (
            f"{', '.join(LISTS)}, board, help, quit: crews, what waits for a second look, what is open, this, the end;"
            " show 57, replay 22:31, undo, history: an item, the room as it was, the line that takes the last act back, lines"
            " typed; only central theft: the items whose row says so, only: all of them; keys, keys sort f11: the keys, and"
            " another one for an action"
        )
        return [*(f"{verb.short:<4} {verb.usage():<52} as in: {verb.example}" for verb in VERBS), lists]
    verb = READER.verb(words)
    return [f"{verb.usage()}   or for short: {verb.short}", verb.template, f"as in: {verb.example}"]


def help_asked(text: str) -> str | None:
    """Return on what help is asked by a line, empty for all of it; None for any other line."""
    first, _, rest = text.strip().partition(" ")
    return rest.strip() if first.lower() in ("help", "?") else None
