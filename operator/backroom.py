"""The backroom: one thread that owns the desk and the board while a screen is open.

Theory of operation. The screen's loop never touches the store: a slow disk must not freeze a key, and a frozen terminal
must not delay a commit. The screen hands in requests; this thread does them in order and in between hears of what
others recorded. What it finds goes out as messages: plain values, already safe to show. It keeps the watch when nobody
else does.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Entry, Record
from hueandcry.domain.fault import Conflict, Damaged, Refused, Unavailable
from hueandcry.domain.firstcheck import CheckFirst
from hueandcry.domain.handover import SeeUpdate
from hueandcry.domain.incident import Incident
from hueandcry.domain.involvement import PersonInvolved, PersonNotInvolved
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.resource import Resource
from hueandcry.domain.staff import SignedOff
from hueandcry.domain.welfare import CARERS
from hueandcry.operator import console, itemview
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.callers import NOTHING, known
from hueandcry.operator.delivery import deliver, keep, sit
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.exits import family_of
from hueandcry.operator.messages import Foreseen, Left, Listed, Message, Moved, Stopped, Told
from hueandcry.operator.reference import Misread
from hueandcry.operator.roomlists import lines_of
from hueandcry.operator.searching import maybe_the_same
from hueandcry.operator.spool import Spool
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.verbs import READER, carry_out, preview, refusal
from hueandcry.operator.watch import TICK_S, Lease, Watch
from hueandcry.store.item import Item
from hueandcry.store.moment import local_text
from hueandcry.store.naming import RoomNames
from hueandcry.store.subscription import Commits
from hueandcry.store.views import WORKED

MINUTE_NS = 60 * NS_PER_S
RETRY_S = 3.0  # between attempts to deliver what is kept while the store is away
IDLE_S = 0.5  # how long the thread waits for a request or a commit before it looks at the time


def _rings(record: Record | None) -> bool:
    return isinstance(record, Contact) and record.channel is Channel.EMERGENCY and record.queue == "waiting"


def _first_of(named: Sequence[str]) -> str:
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    return f"{named[0]}{more}" if named else ""


class Backroom(threading.Thread):
    """Owns the desk; `tell` is called with each message, from this thread."""

    def __init__(self, room: Room, session: str | None, tell: Callable[[Message], Any]) -> None:
        super().__init__(name="backroom", daemon=True)
        self._room, self._session, self._tell = room, session, tell
        self._requests: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._looking_at: bytes | None = None
        self._alike = ""
        self._known = NOTHING
        self._listing = ""
        self._known_here: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._ringing: set[bytes] = set()  # followed from fact to fact: the line above is written at every one
        self._partners: set[bytes] = set()
        self._escalated: set[bytes] = set()
        self._commits: Commits | None = None
        self._desk: Desk
        self._lease = Lease(room)
        self._spool = Spool(room.folder.path)
        self._watch: Watch
        self._next_tick = 0.0
        self._unkept = ""
        self._retry = 0.0
        self._missed = False  # whether the store could not be had when something was to be done or heard
        self._minute = 0
        self._warned: tuple[str, ...] = ()

    # What the screen asks; each returns at once

    def carry(self, text: str) -> None:
        """Carry out a line; answered by Told."""
        self._ask(lambda: self._carry(text))

    def foresee(self, text: str, turn: int) -> None:
        """Say what Enter would do; answered by Foreseen."""
        self._ask(lambda: self._foresee(text, turn))

    def look_at(self, stream: bytes | None) -> None:
        """Open an item and keep it up to date; answered by Opened, again whenever it changes."""
        self._ask(lambda: self._look_at(stream))

    def show_list(self, name: str) -> None:
        """Show a list of the room and keep it up to date, empty for none; answered by Listed, again whenever it changes."""
        self._ask(lambda: self._list(name))

    def show_board(self) -> None:
        """Say the whole board again, for a screen that was not there when it was said; answered by Moved."""
        self._ask(lambda: self._say_board(whole=True))

    def end(self) -> None:
        """Finish what was asked, then stop; returns when that is so."""
        self._ask(None)
        self.join()

    def _ask(self, request: Callable[[], None] | None) -> None:
        self._requests.put(request)
        if self._commits is not None:
            self._commits.nudge()

    # The thread

    def run(self) -> None:
        try:
            self._desk = self._room.desk(self._session)
            self._watch = Watch(self._room, self._lease)
            self._room.warm()
            sit(self._desk, self._spool)
            self._minute = self._now() // MINUTE_NS
            for one in self._room.board.open():
                self._follow(one.id, one)
            self._known_here = (self._room.board.districts, self._room.board.partner_codes)
            self._say_board(whole=True)
            self._deliver()
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
                if self._missed and time.monotonic() >= self._retry:
                    self._retry = time.monotonic() + RETRY_S
                    self._deliver()
                    self._missed = False
            except Unavailable as fault:
                if not self._missed:
                    self._tell(Told("", (), safe_text(str(fault))))
                self._missed = True
                time.sleep(IDLE_S)
            self._keep_time()

    def _goes_on(self, commits: Commits) -> bool:
        """Do the next thing, and tell whether there will be another."""
        try:
            request = self._requests.get_nowait()
        except queue.Empty:
            if commits.wait(IDLE_S) or self._missed:
                self._take(self._room.board.catch_up())
            return True
        if request is not None:
            request()
        return request is not None

    def _keep_time(self) -> None:
        if time.monotonic() >= self._next_tick:
            self._next_tick = time.monotonic() + TICK_S
            board = self._room.board
            before = board.position
            try:
                if self._lease.take():
                    self._watch.tick()
                    self._take(self._room.journal.entries(before, board.position))  # others', too, that it came upon
                self._unkept = ""
            except (
                Unavailable,
                OSError,
            ) as fault:  # the work goes on; the line above says so until a tick gets through
                self._unkept = str(fault)
        minute, warnings = self._now() // MINUTE_NS, self._warnings()
        if (minute, warnings) != (self._minute, self._warned):
            self._minute, self._warned = minute, warnings
            self._say_board(whole=False)

    def _now(self) -> int:
        return self._room.identity.now()

    # Doing

    def _carry(self, text: str) -> None:
        desk = self._desk
        if self._missed and self._spool.holds:
            self._keep(text, Unavailable("the store cannot be had yet"))  # in the order of typing: none overtakes
            return
        before = desk.board.position
        try:
            entries = desk.opened(carry_out(desk, text))
        except Misread as fault:
            self._tell(Told(text, (), safe_text(fault.why), fault.start, fault.end))
        except Unavailable as fault:
            self._keep(text, fault)
        except (Refused, Conflict) as fault:
            self._tell(Told(text, (), safe_text(str(fault))))
        else:
            names = RoomNames(desk.board, self._now())
            said = [console.fact_words(entry, names) for entry in entries]
            self._tell(Told(text, (*said, *maybe_the_same(desk, entries))))
            if any(
                isinstance(entry.fact, SignedOff) and entry.fact.session == desk.signed.session for entry in entries
            ):
                self._tell(Left())
        if desk.board.erasing:
            self._watch.erase()  # at once, whoever keeps the watch
        if desk.board.position != before:
            self._take(desk.log.entries(before, desk.board.position))

    def _keep(self, text: str, fault: Unavailable) -> None:
        """Keep a line at this seat that could not be recorded, and say so."""
        self._missed, self._retry = True, time.monotonic() + RETRY_S
        try:
            self._tell(Told(text, (safe_text(keep(self._spool, [text], self._now(), fault)),)))
        except (Unavailable, Misread) as why:
            self._tell(Told(text, (), safe_text(str(why))))

    def _deliver(self) -> None:
        """Deliver what this seat kept, and say what came of it."""
        before = self._desk.board.position
        try:
            delivered = deliver(self._desk, self._spool)
        except Damaged as fault:
            self._tell(Told("", (), safe_text(str(fault))))
            return
        if delivered.lines:
            count = counted(len(delivered.lines), "line")
            self._tell(Told("", (f"delivered: {count} kept at this seat",), safe_text(delivered.why)))
            self._take(self._desk.log.entries(before, self._desk.board.position))
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
        if stream != self._looking_at:
            self._desk.door.leave()
        self._looking_at = stream
        if stream is not None:
            self._note_seen(stream)
            self._alike, self._known = itemview.alike(self._desk, stream), known(self._desk, stream)
            self._note_checked(stream)
            self._tell(itemview.page(self._desk, stream, self._alike, self._known.lines))

    def _note_seen(self, stream: bytes) -> None:
        """Record that whoever works an incident has read what others wrote, where somebody with that role opens it."""
        record = self._room.board.record(stream)
        if isinstance(record, Incident) and record.unread:
            with suppress(Refused, Conflict):
                self._take(self._desk.do([Act(stream, SeeUpdate())]))

    def _note_checked(self, stream: bytes) -> None:
        """Record what was looked for by the number of a contact, once somebody who may take it opens it and could look."""
        record = self._room.board.record(stream)
        if not isinstance(record, Contact):
            return
        acts = [
            Act(stream, CheckFirst(what, found, ""))
            for what, found in self._known.found.items()
            if what.value not in record.checked
        ]
        with suppress(Refused, Conflict, Unavailable):  # the page says what is known, recorded or not
            self._take(self._desk.do(acts))

    def _take(self, entries: Iterable[Entry]) -> None:
        """Tell the screen which items the entries moved."""
        taken = [entry for entry in entries if isinstance(entry.stream, bytes)]
        touched, facts = {entry.stream for entry in taken}, [entry.fact for entry in taken]
        if not touched:
            return
        board, now_ns = self._room.board, self._now()
        crews = (board.records.get(stream) for stream in touched)
        touched |= {one.incident for one in crews if isinstance(one, Resource) and one.incident is not None}
        items: dict[bytes, Item | None] = {}
        for stream in touched:
            record = board.records.get(stream)
            self._follow(stream, record)
            if record is None:
                items[stream] = None
            elif record.kind in WORKED:
                items[stream] = board.item(record, now_ns)
        if (board.districts, board.partner_codes) != self._known_here:
            self._known_here = (board.districts, board.partner_codes)
            self._say_board(whole=True)  # any item may stand in one of them
        else:
            self._tell(Moved(items, now_ns, self._status()))
        if not self._listing.startswith("who "):  # a search is one search, recorded once
            self._list(self._listing)
        if self._looking_at in touched:
            if any(isinstance(one, PersonInvolved | PersonNotInvolved) for one in facts):
                self._known = known(self._desk, self._looking_at)
            self._tell(itemview.page(self._desk, self._looking_at, self._alike, self._known.lines))

    def _follow(self, stream: bytes, record: Record | None) -> None:
        """Keep in mind what the line above tells of."""
        (self._ringing.add if _rings(record) else self._ringing.discard)(stream)
        partner = isinstance(record, Contact) and record.queue == "partner"
        (self._partners.add if partner else self._partners.discard)(stream)
        waits = isinstance(record, Incident | Expedite) and record.unacknowledged is not None
        (self._escalated.add if waits else self._escalated.discard)(stream)

    def _list(self, name: str) -> None:
        self._listing = name
        if name:
            self._tell(Listed(name, tuple(lines_of(self._desk, name))))

    def _say_board(self, *, whole: bool) -> None:
        now_ns = self._now()
        items: dict[bytes, Item | None] = {}
        if whole:
            items.update({item.stream: item for item in self._room.board.items(now_ns)})
        self._tell(Moved(items, now_ns, self._status(), whole))

    def _status(self) -> str:
        board, signed = self._room.board, self._desk.signed
        member = board.member(signed.collar)
        roles = ", ".join(role.value for role in member.roles) if member else ""
        clock = local_text(self._now(), board.zone)[:5]
        named = f"{board.policy.force}  {signed.collar} at {signed.seat} as {roles}"
        return safe_text("  ".join((clock, *self._warnings(), named)))

    def _warnings(self) -> tuple[str, ...]:
        """Return what is not as it should be, before anything else on the line above: a narrow screen cuts its end."""
        board, now_ns = self._room.board, self._now()
        asked = board.to_approve(self._desk.signed.collar, now_ns)
        mine, cared = self._for_me(), self._to_see_to()
        warnings = (
            (f"{len(self._ringing)} x 999 RINGING", self._ringing),
            (f"{len(self._partners)} x PARTNER RINGING", self._partners),
            (f"ESCALATED TO YOU {_first_of(mine)}", mine),
            ("A BREAK IS OFFERED TO YOU ('break take')", self._offered()),
            ("ON A BREAK ('break over')", self._on_a_break()),
            (f"WELFARE {_first_of(cared)}", cared),
            (f"SECOND LOOK {_first_of([f'p{one.tail}' for _, one in asked])}", asked),
            ("CHECKPOINTS NOT SIGNED", self._watch.unsigned),
            ("THE WATCH IS NOT KEPT", self._unkept),
            ("AN ERASURE IS PENDING", board.erasing),
        )
        return tuple(text for text, holds in warnings if holds)

    def _offered(self) -> bool:
        """Tell whether a break is offered to whoever sits here, and not answered."""
        me = self._room.board.member(self._desk.signed.collar)
        return me is not None and any(not one.answer for one in me.care)

    def _on_a_break(self) -> bool:
        me = self._room.board.member(self._desk.signed.collar)
        return me is not None and any(one.answer == "take" for one in me.care)

    def _to_see_to(self) -> list[str]:
        """Return whom whoever sits here is asked to see to, as a supervisor."""
        board = self._room.board
        me = board.member(self._desk.signed.collar)
        if me is None or not set(me.roles).intersection(CARERS):
            return []
        others = [one for one in board.staff.values() if one.collar != me.collar]
        return [one.collar for one in others if any(not care.seen for care in one.care)]

    def _for_me(self) -> list[str]:
        """Return what was escalated to whoever sits here: as answering for its district, or where nobody does."""
        board, me = self._room.board, self._desk.board.member(self._desk.signed.collar)
        found = []
        for record in (board.records.get(stream) for stream in sorted(self._escalated)):
            waits = record.unacknowledged if isinstance(record, Incident | Expedite) else None
            if record is None or waits is None or me is None or waits.to not in me.roles:
                continue
            about = board.record(record.incident) if isinstance(record, Expedite) and record.incident else record
            district = about.district if isinstance(about, Incident) else ""
            if me.collar in (board.answers_for(district, waits.to) or (me.collar,)):
                found.append(board.name(record.id, self._now()))
        return found
