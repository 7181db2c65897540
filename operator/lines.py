"""Line mode's work: a line in, facts or one sentence out; and a conversation where no screen can be drawn."""

import os
import sys
from contextlib import suppress

from hueandcry.domain.contact import Rang
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Damaged, Refused, Unavailable
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.operator import console, delivery
from hueandcry.operator.bootstrap import open_room, read_at, store_path
from hueandcry.operator.delivery import sit
from hueandcry.operator.desk import Desk
from hueandcry.operator.grammar import Line
from hueandcry.operator.identity import Identity
from hueandcry.operator.pressing import says_all
from hueandcry.operator.reference import Misread
from hueandcry.operator.spool import Spool
from hueandcry.operator.text import counted, safe_text, storable
from hueandcry.operator.verbs import READER, asks, carry_out, help_asked, help_on, is_list
from hueandcry.store.moment import NotAMoment, local_text

PROMPT = "hue> "


def work(desk: Desk, text: str, *, json: bool = False, echo: bool = False) -> list[Entry]:
    """Carry out one line, print what was recorded and return it; raises what the line raises, with the word marked."""
    if echo and not json:
        console.say(f"> {safe_text(text)}")
    try:
        desk.board.catch_up()
        line = READER.read(storable(text), desk)
        noted = _noted(desk, line) if not line.verb.approving else []
        entries = carry_out(desk, text)
    except Misread as fault:
        raise Misread(_marked(fault, storable(text)), fault.start, fault.end) from fault
    opened = desk.opened(entries)
    for note in noted if not json else ():
        console.complain(f"hue: note: {note.removeprefix('- ')}")
    if json:
        for entry in opened:
            console.say_json(console.fact_object(entry))
    else:
        console.say_facts(opened, desk.board, desk.identity.now())
        for one in _maybe_the_same(desk, opened):
            console.complain(f"hue: note: {one}")
    return opened


def _noted(desk: Desk, line: Line) -> list[str]:
    """Return what a preview would have said besides: what is odd about the line, and what may have been forgotten."""
    found = (one(desk, line) for one in (line.verb.tells, line.verb.reminds) if one is not None)
    return [note for note in found if note]


def _maybe_the_same(desk: Desk, entries: list[Entry]) -> list[str]:
    if not any(isinstance(one.stream, bytes) and kind_of(one.stream) is Kind.NOMINAL for one in entries):
        return []
    from hueandcry.operator import searching

    return searching.maybe_the_same(desk, entries)


def deliver(desk: Desk, spool: Spool, *, json: bool = False) -> bool:
    """Deliver what this seat kept, and say so; tells whether nothing stays."""
    sit(desk, spool)
    try:
        delivered = delivery.deliver(desk, spool)
    except Damaged as fault:
        console.complain(f"{fault}; hue spool list says more")
        return False
    for one, entries in delivered.lines:
        if json:
            for entry in entries:
                console.say_json(console.fact_object(entry))
            continue
        typed = local_text(one.typed, desk.board.zone, day=True)
        console.say(safe_text(f"delivered, typed {typed}: {one.text}"))
    if delivered.left:
        console.complain(f"{delivered.why}; {counted(delivered.left, 'line')} still kept at this seat: hue spool list")
    return not delivered.left


def _marked(fault: Misread, text: str) -> str:
    word = text[fault.start : fault.end]
    return f"{fault.why} [{safe_text(text[: fault.start])}>>{safe_text(word)}<<{safe_text(text[fault.end :])}]"


def say_help(words: str) -> None:
    """Print the verbs, one a line, or what one of them does; raises Misread."""
    for line in help_on(words):
        console.say(line)


def converse(store: str | None, session: str | None) -> None:
    """Read lines from standard input until it ends, do each, and say what came of it; errors do not end it."""
    seat = _Seat(store, session)
    seat.begin()
    while True:
        if sys.stdin.isatty():
            seat.announce()
            sys.stdout.write(PROMPT)
            sys.stdout.flush()
        text = sys.stdin.readline()
        if not text or text.strip() in ("quit", "exit"):
            return
        seat.hear(text.strip())


class _Seat:
    """A seat in line mode, with its store or, while that cannot be had, without it."""

    def __init__(self, store: str | None, session: str | None) -> None:
        self._store, self._session = store, session
        self._named_session = session or os.environ.get("HUE_SESSION")
        self._spool = Spool(store_path(store))
        self._identity = Identity()
        self._sits: Desk | None = None
        self._history: list[str] = []
        self._rings: list[str] = []
        self._missed = True  # what is kept here is to be delivered before anything else is done

    def begin(self) -> None:
        """Deliver what is kept here; raises what keeps anybody from working here, now or later."""
        try:
            self._desk()
        except Unavailable as fault:
            if self._spool.sat() is None:
                raise
            console.complain(f"{fault}; lines are kept at this seat until it is back")

    def announce(self) -> None:
        """Say who rings since it was said last: whoever reads line by line has no strip of alerts."""
        from hueandcry.operator.attention import PARTNER_RINGING, RINGING, kinds_of

        with suppress(Unavailable, Misread):  # whoever types hears of it
            board, now_ns = self._opened().board, self._identity.now()
            board.catch_up()
            calls = [board.item(one, now_ns) for one in board.open() if one.kind is Kind.CONTACT]
            rings = [
                f"{kind} {item.ref}" for item in calls for kind in kinds_of(item) if kind in (RINGING, PARTNER_RINGING)
            ]
            for one in (one for one in rings if one not in self._rings):
                console.say(safe_text(f"! {one} ('alerts' lists what calls for somebody)"))
            self._rings = rings

    def hear(self, text: str) -> None:
        """Do what a line says, or keep it."""
        try:
            if (asked := help_asked(text)) is not None:
                say_help(asked)
            elif text == "board":
                self._say_board()
            elif is_list(text):
                self._say_list(text)
            elif asks(text):
                self._say(*text.split(" ", 1))
            elif text:
                self._work(text)
        except (Refused, Misread, Conflict, NotAMoment) as fault:
            console.complain(str(fault))

    def _work(self, text: str) -> None:
        try:
            desk = self._desk()
            self._say_known(desk, work(desk, text))
            self._history.append(text)
        except Unavailable as fault:
            self._missed = True
            console.complain(delivery.keep(self._spool, [text], self._identity.now(), fault, self._named_session))

    def _say_known(self, desk: Desk, entries: list[Entry]) -> None:
        """Say what is known of whoever rings, as the screen shows it before anybody answers."""
        from hueandcry.operator.callers import known

        for rang in (one for one in entries if isinstance(one.fact, Rang)):
            for line in known(desk, rang.stream).lines:
                console.say(f"  {line}")

    def _desk(self) -> Desk:
        """Return the desk of who sits here, after what was kept is delivered: what is done next does not overtake it."""
        desk = self._opened()
        if self._missed:
            deliver(desk, self._spool)
            self._missed = False
        return desk

    def _opened(self) -> Desk:
        if self._sits is None:
            self._room = open_room(self._store, self._identity)
            self._sits = self._room.desk(self._session)
            self._room.warm()
        return self._sits

    def _say_list(self, name: str) -> None:
        from hueandcry.operator import roomlists

        desk = self._opened()
        desk.board.catch_up()
        for line in roomlists.lines_of(desk, name):
            console.say(line)

    def _say(self, word: str, rest: str = "") -> None:
        """Say what a word asks for: an item with its log, the board as it was, the line that takes the last act back."""
        from hueandcry.operator import dossier
        from hueandcry.operator.actions import card
        from hueandcry.operator.keymap import change_keys
        from hueandcry.operator.settings import read_settings
        from hueandcry.operator.undoing import undoing

        desk = self._opened()
        desk.board.catch_up()
        match word:
            case "show":
                now_ns = self._identity.now()
                dossier.show(self._room, desk.board, now_ns, ref=rest.strip(), json=False, session=self._session)
            case "replay":
                self._say_then(rest.strip())
            case "only":
                now_ns = self._identity.now()
                items = desk.board.items(now_ns)
                fit = [item for item in items if says_all(item, rest)]
                for item in fit:
                    console.say(console.item_line(item, now_ns))
                console.say(f"{len(items) - len(fit)} not shown")
            case "undo":
                found = undoing(desk)
                console.say(f"{found.text}REASON: {found.why}" if found.text else found.why)
            case "keys":
                for one in [change_keys(rest)[1]] if rest.strip() else card(read_settings()[0].keys):
                    console.say(safe_text(one))
            case _:
                for one in self._history:
                    console.say(safe_text(one))

    def _say_then(self, at: str) -> None:
        if not at:
            raise Misread("replay needs a moment or a position, as in replay 22:31 or replay @123")
        position, moment = read_at(self._opened().board, at)
        board = self._room.board_at(self._room.journal.position_at(moment) if position is None else position)
        now_ns = moment if position is None else board.recorded
        for item in board.items(now_ns):
            console.say(console.item_line(item, now_ns))
        console.say(f"the board at {local_text(now_ns, board.zone, day=True)} (@{board.position})")

    def _say_board(self) -> None:
        desk, now_ns = self._opened(), self._identity.now()
        desk.board.catch_up()
        for item in desk.board.items(now_ns):
            console.say(console.item_line(item, now_ns))
