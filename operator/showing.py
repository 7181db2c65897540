"""What a source shows of its board: its items, one item that is open, one list; each told again whenever it changes.

Theory of operation. The live room and a replay show the same things in the same way, the one as facts come in, the other as its
clock goes on. Items are told as they change; with each minute those are told whose words follow from the time. A page and a list
are told anew when a record moved that they are about.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from hueandcry.domain.contact import Contact
from hueandcry.domain.fact import Entry, Record
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.order import NS_PER_MIN
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import NS_PER_S, Kind, kind_of
from hueandcry.domain.resource import Resource
from hueandcry.operator import itemview
from hueandcry.operator.awaited import Awaited
from hueandcry.operator.callers import NOTHING, known
from hueandcry.operator.desk import Desk
from hueandcry.operator.messages import Listed, Message, Moved, Told, Turned
from hueandcry.operator.reference import Misread, find
from hueandcry.operator.roomlists import lines_of
from hueandcry.operator.text import safe_text
from hueandcry.store.item import Item, changes_at
from hueandcry.store.moment import local_day
from hueandcry.store.records import WORKED

WHOLE, WHOLE_EVERY_S = ("wall", "alerts", "dispatch", "desk"), 3.0  # lists that are made of every item
Follow = Callable[[bytes, Record | None, Item | None], None]


class Showing:
    """Shows a desk's board; `tell` is called with each message, `follow` with every item that changed."""

    def __init__(
        self, desk: Desk, tell: Callable[[Message], Any], status: Callable[[int], str], follow: Follow | None = None
    ) -> None:
        self._desk, self._tell, self._status, self._follow = desk, tell, status, follow
        self._items: dict[bytes, Item] = {}
        self._known_here = self._named_here()
        self._minute, self._day = 0, ""
        self._changes, self._dues = (
            Awaited(),
            Awaited(),
        )  # when what says something else by itself, and when what is due
        self._told: tuple[str, bytes | None, int] = ("", None, 0)
        self.listing = ""
        self._listed, self._list_late = 0.0, False
        self.looking_at: bytes | None = None
        self._alike, self.known = "", NOTHING
        self._about: frozenset[bytes] = frozenset()  # what the page that is looked at is about

    # The board

    def items(self) -> Iterable[Item]:
        """Return the items as they were told last."""
        return self._items.values()

    def say_board(self) -> list[Item]:
        """Tell the whole board, and return it."""
        now_ns = self._desk.identity.now()
        board = self._desk.board
        records = board.open()
        found = [board.item(record, now_ns) for record in records]
        self._items = {item.stream: item for item in found}
        self._changes, self._dues = Awaited(), Awaited()
        for item in found:
            self._await_due(item, now_ns)
        self._minute, self._day = now_ns // NS_PER_MIN, local_day(now_ns, board.zone)
        self._known_here = self._named_here()
        items: dict[bytes, Item | None] = dict(self._items)
        self._moved(items, now_ns, whole=True)
        # what changes by itself does so later: the board is told first
        for record, item in zip(records, found, strict=True):
            self._await_change(record, item, now_ns)
        return found

    def say_time(self) -> None:
        """Tell that time went on, where that changes anything: a minute, the line above, or the seconds of what is due next."""
        now_ns = self._desk.identity.now()
        if self._list_late:
            self._list_again()
        if now_ns // NS_PER_MIN != self._minute:
            self.say_minute()
            return
        status, ticking = self._status(now_ns), self._ticking(now_ns)
        told = status, ticking, now_ns // NS_PER_S if ticking is not None else 0
        if told != self._told:
            self._told = told
            self._tell(Moved({}, now_ns, status, ticking=ticking))

    def say_minute(self) -> None:
        """Tell that a minute went on: the items whose words are others now."""
        board, now_ns = self._desk.board, self._desk.identity.now()
        day, went_back = local_day(now_ns, board.zone), now_ns // NS_PER_MIN < self._minute
        every = went_back or day != self._day  # a new day changes every number
        self._minute, self._day = now_ns // NS_PER_MIN, day
        changed: dict[bytes, Item | None] = {}
        for record in board.open() if every else self._expected(now_ns):
            item = board.item(record, now_ns)
            before = self._items.get(item.stream)
            self._put(item.stream, record, item, now_ns)
            if before != item:
                changed[item.stream] = item
        self._moved(changed, now_ns)
        if every or self.looking_at in changed:
            self.say_page()
        self._list_again()  # lists tell times, too

    def _expected(self, now_ns: int) -> list[Record]:
        """Return what was expected to say something else by now."""
        found = (self._desk.board.records.get(stream) for stream in self._changes.passed(now_ns))
        return [record for record in found if record is not None]

    def _await_change(self, record: Record, item: Item, now_ns: int) -> None:
        """Remember when an item will say something else."""
        when = changes_at(record, item, now_ns)
        self._changes.put(item.stream, () if when is None else (when,))

    def _await_due(self, item: Item, now_ns: int) -> None:
        """Remember when an item is due."""
        self._dues.put(item.stream, [due for due in (item.due, item.desk_due) if due is not None and due > now_ns])

    def _moved(self, items: dict[bytes, Item | None], now_ns: int, *, whole: bool = False) -> None:
        self._tell(Moved(items, now_ns, self._status(now_ns), whole=whole, ticking=self._ticking(now_ns)))

    def _ticking(self, now_ns: int) -> bytes | None:
        """Return the item that is due next, where that is within a minute."""
        self._dues.passed(now_ns)
        first = self._dues.first()
        return first[1] if first is not None and first[0] - now_ns < NS_PER_MIN else None

    def take(self, entries: Iterable[Entry]) -> None:
        """Tell what the entries moved."""
        taken = [entry for entry in entries if isinstance(entry.stream, bytes)]
        touched = {entry.stream for entry in taken}
        if not touched:
            return
        now_ns = self._desk.identity.now()
        touched |= self._named_by(touched)
        items = {stream: item for stream in touched for item in self._become(stream, now_ns)}
        if self._named_here() != self._known_here or POLICY_STREAM in touched:
            self._say_every()  # any item may stand in a district or be of a partner that is known from now on, or have other times
        else:
            self._moved(items, now_ns)
        if touched.intersection(self._about):
            self._page_again(touched)
        self._list_again()

    def _say_every(self) -> None:
        """Tell the whole board, and whoever follows of each item."""
        for item in self.say_board():
            if self._follow is not None:
                self._follow(item.stream, self._desk.board.records.get(item.stream), item)

    def _page_again(self, touched: set[bytes]) -> None:
        """Tell the page that is looked at anew, after something moved that it is about."""
        if self.looking_at is None:
            return
        people = any(kind_of(one) is Kind.NOMINAL for one in touched.intersection(self._about))
        before, self._about = self._about, self._what_about(self.looking_at)
        if people or self._about != before:
            self.known = known(self._desk, self.looking_at)
        self.say_page()

    def _what_about(self, stream: bytes) -> frozenset[bytes]:
        """Return what the page of an item is about: its record, what that names, and who may be calling."""
        return itemview.about(self._desk.board, stream).union(*self.known.found.values())

    def _named_by(self, touched: set[bytes]) -> set[bytes]:
        """Return the incidents that name a crew of which something was recorded."""
        records = self._desk.board.records
        crews = {one.callsign for stream in touched if isinstance(one := records.get(stream), Resource)}
        if not crews:
            return set()
        return {one.id for one in records.values() if isinstance(one, Incident) and crews.intersection(one.resources)}

    def _become(self, stream: bytes, now_ns: int) -> Iterable[Item | None]:
        """Yield what an item has become, nothing where it is none."""
        record = self._desk.board.records.get(stream)
        if record is None:
            self._put(stream, None, None, now_ns)
            yield None
        elif record.kind in WORKED:
            item = self._desk.board.item(record, now_ns)
            self._put(stream, record, item, now_ns)
            yield item

    def _put(self, stream: bytes, record: Record | None, item: Item | None, now_ns: int) -> None:
        if record is None or item is None:
            self._items.pop(stream, None)
            self._changes.put(stream)
            self._dues.put(stream)
        else:
            self._items[stream] = item
            self._await_change(record, item, now_ns)
            self._await_due(item, now_ns)
        if self._follow is not None:
            self._follow(stream, record, item)

    def _named_here(self) -> tuple[frozenset[str], frozenset[str]]:
        return self._desk.board.districts, self._desk.board.partner_codes

    # A list

    def list(self, name: str) -> None:
        """Tell a list of the room, and again whenever something moves; empty for none."""
        self.listing = name
        self._list_late = False
        if name:
            self._listed = time.monotonic()
            self._tell(Listed(name, tuple(lines_of(self._desk, name))))

    def unlist(self, name: str) -> None:
        """Tell a list no more, where no other is told by now."""
        if self.listing == name:
            self.list("")

    def _list_again(self) -> None:
        """Tell the list anew, one that is made of the whole room not more often than every few seconds."""
        if self.listing in WHOLE and time.monotonic() - self._listed < WHOLE_EVERY_S:
            self._list_late = True
        elif self.listing and not self.listing.startswith("who "):  # a search is one search, recorded once
            self.list(self.listing)

    def say_shown(self) -> None:
        """Tell the page and the list anew that are shown, but for a search, which is recorded each time."""
        self.turn_to(self.looking_at)
        self.say_page()
        if not self.listing.startswith("who "):
            self.list(self.listing)

    # One item

    def turn_to(self, stream: bytes | None) -> None:
        """Look at an item, or at none; what was opened of another is closed again."""
        if stream != self.looking_at:
            self._desk.door.leave()
        self.looking_at = stream
        if stream is not None:
            self._alike, self.known = itemview.alike(self._desk, stream), known(self._desk, stream)
            self._about = self._what_about(stream)

    def look_away(self, stream: bytes) -> None:
        """Look at an item no more, where no other was turned to since."""
        if self.looking_at == stream:
            self.turn_to(None)

    def find(self, text: str) -> None:
        """Tell to which item a reference turns, or why to none."""
        words = text.split()
        try:
            if len(words) not in (1, 3):
                raise Misread(f"'{text}' does not name an item; as in show 57, show 412 of 23/11, show c4f7q")
            day = words[2] if len(words) == 3 and words[1] == "of" else None
            self._tell(Turned(find(self._desk, words[0], WORKED, day), instead=False))
        except (Misread, Refused) as fault:
            self._tell(Told("", (), safe_text(str(fault))))

    def say_page(self) -> None:
        """Tell how the item stands that is looked at."""
        if self.looking_at is not None and self._desk.board.record(self.looking_at) is not None:
            self._tell(itemview.page(self._desk, self.looking_at, self._alike, self.known.lines))

    def unchecked(self) -> dict[Any, tuple[bytes, ...]]:
        """Return what was found by each check that was made for the contact that is looked at, and is not recorded."""
        record = self._desk.board.record(self.looking_at) if self.looking_at is not None else None
        checked = record.checked if isinstance(record, Contact) else None
        return (
            {}
            if checked is None
            else {what: found for what, found in self.known.found.items() if what.value not in checked}
        )
