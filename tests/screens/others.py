"""What others do while somebody types: facts by another member's desk on the same store, and what the lists should then say."""

import os
import random
import re
from collections.abc import Callable

from hueandcry.domain.duty import Place
from hueandcry.domain.fault import Conflict, Refused
from hueandcry.domain.staff import SignOn, staff_stream
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from hueandcry.store.item import Item
from tests.screens.clocked import FileClock
from tests.screens.driver import Lists
from tests.screens.pages import Row
from tests.staging import work

COLLAR, SEATED = "3305", "2211"
CREW = "AB12"
MINUTE_NS = 60 * 10**9
PLAIN = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
CONTACTS, LANE, INCIDENTS = "Contacts, waiting first", "Partner safeguarding", "Incidents"
GRADE = re.compile(r"\S+\s+(\S)")
FIRST = "1"  # an incident that stays open: the line that is typed may name it
MOST = {"incident": 40, "contact": 20, "expedite": 6}  # open at once: a list is longer than its place, and no longer


def signed_on(store: Room, collar: str) -> Signed:
    """Register a member who may do what the floor does, and sign them on."""
    founder = store.desk(None)
    work(founder, f"register {collar} dispatcher\ngrant {collar} supervisor\ngrant {collar} handler")
    work(founder, f"grant {SEATED} supervisor\nunit {CREW} CENTRAL")
    signed = Signed(collar, f"of-{collar}", "T2")
    arriving = Desk(store.journal, store.board, store.identity, signed, arriving=True)
    arriving.do([Act(staff_stream(collar), SignOn(signed.session, os.getuid(), signed.seat, Place.OFFICE))])
    return signed


class Others:
    """Another desk on the same store; each method does one thing of its kind, where it can be done now."""

    def __init__(self, store: Room, chance: random.Random) -> None:
        assert isinstance(store.identity.now, FileClock)
        self._clock, self._chance, self._store = store.identity.now, chance, store
        self.session = store.signed(None).session  # of whoever sits at the screen
        self._desk = Desk(store.journal, store.board, store.identity, signed_on(store, COLLAR))
        self._watch = Watch(store)
        self._told = 0
        self.in_view: list[str] = []  # what half of it is about, where it is said

    @property
    def doings(self) -> dict[str, Callable[[], bool]]:
        """What others do, by its name."""
        return {
            "an incident comes": self.incident_comes,
            "an incident goes": self.incident_goes,
            "a contact comes": self.contact_comes,
            "a contact goes": self.contact_goes,
            "a partner asks": self.partner_asks,
            "a regrade": self.regrades,
            "an escalation": self.escalates,
            "a broken promise": self.promise_breaks,
            "a crew's emergency": self.crew_calls,
            "a note": self.notes,
            "a minute passes": self.minute_passes,
        }

    def say(self, *lines: str) -> bool:
        """Do lines of work one after another, up to one that is refused; tells whether anything was recorded."""
        before = self._store.board.position
        try:
            for line in lines:
                carry_out(self._desk, line)
        except (Refused, Conflict):
            pass
        return self._store.board.position > before

    def fill(self, incidents: int, contacts: int) -> None:
        """Do so much before anybody looks."""
        for _ in range(incidents):
            self.incident_comes()
        for _ in range(contacts):
            self.contact_comes()
        for _ in range(incidents // 2):
            self.regrades()
        self.partner_asks()

    # What they do

    def incident_comes(self) -> bool:
        return self._room_for("incident") and self.say(
            f"open - {self._chance.choice(('theft', 'burglary', 'domestic', 'violence'))} {self._words()}"
        )

    def incident_goes(self) -> bool:
        ref = self._any("incident")
        return bool(ref) and self.say(f"merge {ref} {FIRST} {self._words()}")

    def contact_comes(self) -> bool:
        return self.say(
            f"ring {self._chance.choice(('999', '101', 'chat'))} 0770090{self._chance.randrange(10_000):04}"
        )

    def contact_goes(self) -> bool:
        ref = self._any("contact")
        return bool(ref) and self.say(f"link {ref} {FIRST}", f"close {ref} goes on as incident {FIRST}")

    def partner_asks(self) -> bool:
        return self._room_for("expedite") and self.say(f"expedite ward walkout - {self._words()}")

    def regrades(self) -> bool:
        return self.grade(self._any("incident"), self._chance.choice("1234"))

    def escalates(self) -> bool:
        """A grade 1 to which nobody was sent: the watch escalates it at once."""
        return self.grade(self._any("incident"), "1") and bool(self._watch.tick())

    def promise_breaks(self, ref: str = "") -> bool:
        ref = ref or self._any("incident")
        return bool(ref) and self.say(f"promise {ref} call-back 1m") and self.minute_passes(2)

    def crew_calls(self) -> bool:
        """The crew goes to an incident and calls for help, or is heard of again."""
        crew = next(iter(self._store.board.resources()))
        if crew.emergency:
            return self.say(f"heard {CREW} all in order", f"clear {CREW}")
        ref = self._any("incident")
        return bool(ref) and self.grade(ref, "2") and self.say(f"send {ref} {CREW}", f"emergency {CREW} shots heard")

    def notes(self) -> bool:
        return self.say(f"note {self._any('incident') or FIRST} {self._words()}")

    def minute_passes(self, minutes: int = 1) -> bool:
        self._clock.set(self._clock() + minutes * MINUTE_NS)
        self._watch.tick()
        return True

    def grade(self, ref: str, grade: str) -> bool:
        """Assess and grade an incident."""
        return bool(ref) and self.say(f"assess {ref} {PLAIN}", f"grade {ref} {grade} {self._words()}")

    def _words(self) -> str:
        self._told += 1
        return f"word {self._told}"

    def _room_for(self, kind: str) -> bool:
        return len(self._items(kind)) < MOST[kind]

    def _items(self, kind: str) -> list[Item]:
        self._store.board.catch_up()
        items = self._store.board.items(self._clock())
        return sorted((one for one in items if one.kind == kind and one.ref != FIRST), key=lambda one: one.stream)

    def _any(self, kind: str) -> str:
        items = [one.ref for one in self._items(kind)]
        seen = [ref for ref in items if ref in self.in_view] if self._chance.random() < 0.5 else []
        return self._chance.choice(seen or items) if items else ""

    # What the lists should say of it

    def board(self) -> dict[str, dict[str, Item]]:
        """Return what should be on each list of the board, by what it is named."""
        self._store.board.catch_up()
        lists: dict[str, dict[str, Item]] = {CONTACTS: {}, LANE: {}, INCIDENTS: {}}
        for one in self._store.board.items(self._clock()):
            title = LANE if one.queue == "partner" else {"contact": CONTACTS, "incident": INCIDENTS}.get(one.kind)
            if title is not None:
                lists[title][one.ref] = one
        return lists

    def differences(self, lists: Lists) -> list[str]:
        """Return where lists on a screen do not say what the store says: how many, what is closed, and every grade."""
        board = self.board()
        shown = [(lists[title], board[title]) for title in lists.titles if title in board]
        found = [f"{one.title} are {len(items)}" for one, items in shown if one.count != len(items)]
        rows = [(row, items.get(row.ref)) for one, items in shown for row in one.rows]
        return found + [f"{row.text!r} is {item}" for row, item in rows if not _agrees(row, item)]


def _agrees(row: Row, item: Item | None) -> bool:
    if item is None or row.closed:
        return item is None and row.closed
    found = GRADE.match(row.text, 2)
    return item.kind != "incident" or (found is not None and found[1] == (item.grade or "-"))
