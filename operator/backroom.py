"""The backroom: one thread that owns the desk and the board while a screen is open.

Theory of operation. The screen's loop never touches the store: a slow disk must not freeze a key, and a frozen terminal
must not delay a commit. The screen hands in requests; this thread does them in order and in between hears of what
others recorded, a few times a second at most (docs/adr/0020). What it finds goes out as messages: plain values, already safe
to show. It keeps the watch when nobody else does.
"""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from hueandcry.domain.contact import Answered
from hueandcry.domain.fault import Conflict, Damaged, Refused, Unavailable
from hueandcry.domain.order import NS_PER_MIN
from hueandcry.domain.staff import SignedOff
from hueandcry.operator import console, itemview
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.delivery import deliver, keep, sit
from hueandcry.operator.desk import Desk
from hueandcry.operator.exits import family_of
from hueandcry.operator.messages import (
    Copied,
    Filled,
    Foreseen,
    Left,
    Message,
    Offered,
    Stopped,
    Suggesting,
    Told,
    Turned,
)
from hueandcry.operator.opened import note_checked, note_seen
from hueandcry.operator.palette import Palette
from hueandcry.operator.reference import Misread
from hueandcry.operator.searching import maybe_the_same
from hueandcry.operator.showing import Showing
from hueandcry.operator.signals import Signals
from hueandcry.operator.spool import Spool
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.undoing import undoing
from hueandcry.operator.verbs import NEXT, READER, carry_out, preview, refusal
from hueandcry.operator.watch import TICK_S, Lease, Watch
from hueandcry.store.naming import RoomNames
from hueandcry.store.subscription import Commits

RETRY_S = 3.0  # between attempts to deliver what is kept while the store is away
PAINT_S = 0.5  # the first tick looks at every open item, and waits until the board that was told is painted
OTHERS_S = 0.2  # what others record within this time is told together; what is asked here waits for none of it
PAUSE_S = 0.1  # a tick of the watch waits for so long a pause in what is asked, as somebody types
LATE_S = 2.0  # and no longer than that
IDLE_S = 0.5  # how long the thread waits for a request or a commit before it looks at the time


class Backroom(threading.Thread):
    """Owns the desk; `tell` is called with each message, from this thread."""

    def __init__(self, room: Room, session: str | None, tell: Callable[[Message], Any]) -> None:
        super().__init__(name="backroom", daemon=True)
        self._room, self._session, self._tell = room, session, tell
        self._requests: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._commits: Commits | None = None
        self._desk: Desk
        self._lease = Lease(room)
        self._spool = Spool(room.folder.path)
        self._watch: Watch
        self._signals: Signals
        self._showing: Showing
        self._palette: Palette
        self._painted = threading.Event()
        self._next_tick = self._heard = self._asked = 0.0
        self._last: dict[str, Callable[[], None]] = {}  # what was asked last of a kind
        self._retry = 0.0
        self._missed = False  # whether the store could not be had when something was to be done or heard
        self._minute = 0
        self._told = 0  # the position up to which the screen knows

    # What the screen asks; each returns at once

    def carry(self, text: str, number: int = 0) -> None:
        """Carry out a line; answered by Told with its number."""
        self._ask(lambda: self._carry(text, number))

    def foresee(self, text: str, turn: int) -> None:
        """Say what Enter would do; answered by Foreseen."""
        self._ask_last("foresee", lambda: self._foresee(text, turn))

    def look_at(self, stream: bytes | None) -> None:
        """Open an item and keep it up to date; answered by Opened, again whenever it changes."""
        self._ask(lambda: self._look_at(stream))

    def look_away(self, stream: bytes) -> None:
        """Keep an item up to date no more, where no other was opened since."""
        self._ask(lambda: self._showing.look_away(stream))

    def unlist(self, name: str) -> None:
        """Keep a list up to date no more, where no other is shown by now."""
        self._ask(lambda: self._showing.unlist(name))

    def open(self, ref: str) -> None:
        """Turn to an item by its reference; answered by Turned."""
        self._ask(lambda: self._showing.find(ref))

    def show_list(self, name: str) -> None:
        """Show a list of the room and keep it up to date, empty for none; answered by Listed, again whenever it changes."""
        self._ask(lambda: self._showing.list(name))

    def show_board(self) -> None:
        """Say the whole board again, for a screen that was not there when it was said; answered by Moved."""
        self._ask(self._say_board)

    def painted(self) -> None:
        """Know that the board that was told first is painted: what follows from it is worked out from now on."""
        self._painted.set()

    def undo(self) -> None:
        """Say by which line the last act of this session is taken back; answered by Filled."""
        self._ask(lambda: self._tell(undoing(self._desk)))

    def answer_next(self) -> None:
        """Answer whoever is next; answered by Told, and by Turned to the contact."""
        self._ask(self._answer_next)

    def suggest(self, stream: bytes, text: str) -> None:
        """Say which category the words of a narrative suggest; answered by Suggesting."""
        self._ask_last("suggest", lambda: self._suggest(stream, text))

    def offer(self, typed: str, stream: bytes | None, turn: int) -> None:
        """Say what the palette offers for what is typed, with an item in front; answered by Offered."""
        self._ask_last("offer", lambda: self._tell(Offered(turn, tuple(self._palette.offered(typed, stream)))))

    def open_incident(self, stream: bytes, words: str, number: int = 0) -> None:
        """Open an incident from a contact, of the type that its words suggest; answered by Told, or by Filled where none do."""
        self._ask(lambda: self._open_incident(stream, words, number))

    def copy(self, stream: bytes) -> None:
        """Hand out what is shown of an item, which the access log names as copied; answered by Copied."""
        self._ask(lambda: self._copy(stream))

    def turn_to_alert(self, shown: bytes | None) -> None:
        """Turn to the most pressing alert, or behind the one that is shown to the next; answered by Turned."""
        self._ask(lambda: self._turn_to_alert(shown))

    def now(self) -> int:
        """Return the moment (ns UTC) by the room's clock."""
        return self._room.identity.now()

    def end(self) -> None:
        """Finish what was asked, then stop; returns when that is so."""
        self._ask(None)
        self.join()

    def _ask_last(self, what: str, request: Callable[[], None]) -> None:
        """Ask for what follows from a text; of what is asked while others are answered, only the last text counts."""
        self._last[what] = request

        def asked() -> None:
            if self._last[what] is request:
                request()

        self._ask(asked)

    def _ask(self, request: Callable[[], None] | None) -> None:
        self._requests.put(request)
        if self._commits is not None:
            self._commits.nudge()

    # The thread

    def run(self) -> None:
        try:
            self._desk = self._room.desk(self._session)
            self._watch = Watch(self._room, self._lease)
            self._signals = Signals(self._room.board, self._desk.signed, self._watch)
            self._room.warm()
            sit(self._desk, self._spool)
            self._minute = self.now() // NS_PER_MIN
            self._showing = Showing(self._desk, self._tell, self._signals.status, self._signals.take)
            self._palette = Palette(self._desk, self._showing.items)
            self._told = self._room.board.position
            self._say_board()
            self._next_tick = time.monotonic() + PAINT_S
            try:
                self._deliver()
            except Unavailable as fault:
                self._away(fault)
            with Commits(self._room.journal) as self._commits:
                self._serve(self._commits)
        except Exception as fault:  # noqa: BLE001 — the last door of this thread: the screen says one sentence and ends
            self._tell(Stopped(family_of(fault)[1]))
        finally:
            self._lease.release()

    def _serve(self, commits: Commits) -> None:
        """Do what is asked and hear of what others do, until the end; a store that cannot be had now ends nothing."""
        while True:
            try:
                if not self._goes_on(commits):
                    return
                self._keep_time()
                if self._missed and time.monotonic() >= self._retry:
                    self._retry = time.monotonic() + RETRY_S
                    self._deliver()
                    self._missed = False
                    self._say_board()
                    self._showing.say_shown()
            except Unavailable as fault:
                self._away(fault)
                time.sleep(IDLE_S)

    def _away(self, fault: Unavailable) -> None:
        """Know that the store could not be had, and say so where it was not said."""
        if not self._missed:
            self._tell(Told("", (), safe_text(str(fault))))
        self._missed = True

    def _goes_on(self, commits: Commits) -> bool:
        """Do the next thing, and tell whether there will be another."""
        try:
            request = self._requests.get(timeout=max(0.0, self._heard + OTHERS_S - time.monotonic()))
        except queue.Empty:
            if commits.wait(IDLE_S) or self._missed:
                self._heard = time.monotonic()
                self._room.board.catch_up()
                self._say_new()
            return True
        if request is not None:
            request()
            self._say_new()
            self._asked = time.monotonic()
        return request is not None

    def _keep_time(self) -> None:
        late_s = time.monotonic() - self._next_tick
        if late_s >= LATE_S or (late_s >= 0 and time.monotonic() >= self._asked + PAUSE_S):
            self._next_tick = time.monotonic() + TICK_S
            try:
                if self._lease.take():
                    try:
                        self._watch.tick()
                    finally:
                        self._say_new()  # what it came upon before it failed, too
                self._signals.unkept = ""
            except (Unavailable, OSError) as fault:
                self._signals.unkept = str(fault)  # the work goes on; the line above says so until a tick succeeds
            self._say_alerts()
        self._showing.say_time()
        minute = self.now() // NS_PER_MIN
        if minute != self._minute:
            self._minute = minute
            self._say_alerts()

    # Doing

    def _carry(self, text: str, number: int = 0) -> None:
        desk = self._desk
        if self._missed and self._spool.holds:
            # in the order of typing: none overtakes
            self._keep(text, Unavailable("the store cannot be had yet"), number)
            return
        try:
            entries = desk.opened(carry_out(desk, text))
        except Misread as fault:
            self._tell(Told(text, (), safe_text(fault.why), fault.start, fault.end, number))
        except Unavailable as fault:
            self._keep(text, fault, number)
        except (Refused, Conflict) as fault:
            self._tell(Told(text, (), safe_text(str(fault)), number=number))
        else:
            names = RoomNames(desk.board, self.now())
            said = [console.fact_words(entry, names) for entry in entries]
            self._tell(Told(text, (*said, *maybe_the_same(desk, entries)), number=number))
            if SignedOff(desk.signed.session) in [entry.fact for entry in entries]:
                self._tell(Left())
        if desk.board.erasing:
            self._watch.erase()  # at once, whoever keeps the watch
        self._say_new()

    def _answer_next(self) -> None:
        before = self._desk.board.position
        self._carry(NEXT)
        entries = self._desk.log.entries(before, self._desk.board.position)
        mine = [one for one in entries if isinstance(one.fact, Answered)]
        session = self._desk.signed.session
        for one in (one for one in mine if one.header is not None and one.header.session == session):
            assert isinstance(one.stream, bytes)
            self._tell(Turned(one.stream, instead=False))

    def _suggest(self, stream: bytes, text: str) -> None:
        found = self._room.board.policy.categories.suggested(text)
        self._tell(Suggesting(stream, found.code, found.words) if found is not None else Suggesting(stream))

    def _open_incident(self, stream: bytes, words: str, number: int) -> None:
        found = self._room.board.policy.categories.suggested(words)
        line = f"open {self._room.board.name(stream, self.now())} "
        if found is not None:
            self._carry(f"{line}{found.code} {words}", number)
        else:
            self._tell(Filled(line, "what is it about? Tab offers the types", number))

    def _copy(self, stream: bytes) -> None:
        try:
            self._room.access.shown(self._desk.door.viewer, "copy", [stream])
        except Unavailable as fault:
            self._tell(Told("", (), safe_text(f"nothing is copied: {fault}")))
            return
        page = itemview.page(self._desk, stream, "")
        self._tell(Copied("\n".join((*page.heading, *page.log))))

    def _turn_to_alert(self, shown: bytes | None) -> None:
        streams = self._signals.streams()
        if not streams:
            self._tell(Told("", (), "nothing calls for anybody now"))
            return
        at = streams.index(shown) + 1 if shown in streams else 0
        self._tell(Turned(streams[at % len(streams)], instead=True))

    def _keep(self, text: str, fault: Unavailable, number: int) -> None:
        """Keep a line at this seat that could not be recorded, and say so."""
        self._missed, self._retry = True, time.monotonic() + RETRY_S
        try:
            said = safe_text(keep(self._spool, [text], self.now(), fault, self._desk.signed.session))
            self._tell(Told(text, (said,), number=number))
        except (Unavailable, Misread, Damaged) as why:
            self._tell(Told(text, (), safe_text(str(why)), number=number))

    def _deliver(self) -> None:
        """Deliver what this seat kept, and say what came of it."""
        try:
            delivered = deliver(self._desk, self._spool)
        except Damaged as fault:
            self._tell(Told("", (), safe_text(str(fault))))
            return
        if delivered.lines:
            count = counted(len(delivered.lines), "line")
            self._tell(Told("", (f"delivered: {count} kept at this seat",), safe_text(delivered.why)))
            self._say_new()
        elif delivered.why:
            self._tell(Told("", (), safe_text(f"{delivered.why}; {delivered.left} still kept here: hue spool list")))
        elif self._missed:
            self._tell(Told("", ("the store can be used again",)))

    def _foresee(self, text: str, turn: int) -> None:
        completions = tuple(READER.complete(text, self._desk)[:8])
        try:
            words, refused = preview(self._desk, text), refusal(self._desk, text)
        except Misread as fault:
            self._tell(Foreseen(turn, "", safe_text(fault.why), fault.start, fault.end, completions))
        except (Refused, Unavailable) as fault:
            self._tell(Foreseen(turn, "", safe_text(str(fault)), completions=completions))
        else:
            verb = READER.verb(text)
            whole = verb.tells is not None or verb.reminds is not None
            said, why = safe_text(words, len(words)), safe_text(refused)
            self._tell(Foreseen(turn, said, completions=completions, whole=whole, refused=why))

    def _look_at(self, stream: bytes | None) -> None:
        if stream is not None:
            note_seen(self._desk, stream)
            self._say_new()
        self._showing.turn_to(stream)
        if stream is not None:
            note_checked(self._desk, stream, self._showing.unchecked())
            self._say_new()
            self._showing.say_page()

    def _say_new(self) -> None:
        """Tell what moved since it was told last, whoever recorded it, and whatever made this room come upon it."""
        position = self._room.board.position
        if self._told != position:
            entries = list(self._room.journal.entries(self._told, position))  # where that fails, it is told later
            self._told, self._heard = position, time.monotonic()
            try:
                self._showing.take(entries)
            finally:
                self._say_alerts()

    def _say_board(self) -> None:
        self._say_new()
        items = self._showing.say_board()
        self._painted.wait(PAINT_S)  # whatever works beside it delays the paint
        self._signals.fill(items, self._room.board.open())
        self._say_alerts()

    def _say_alerts(self) -> None:
        alerted = self._signals.alerted(self.now())
        if alerted is not None:
            self._tell(alerted)
