"""The board: every open item with its queue and owner, folded from the journal; who is signed on; daily numbers.

Theory of operation. The board is a function of the journal up to a position. It keeps the records of open items, of
staff and of the policy; a closed record is dropped, and read again should another fact come. An incident's daily number
is never drawn: it is the place of its opening fact among the incidents that occurred on that local day, in the order
of the journal; loaded history counts in a sequence of its own. A checkpoint file holds a board (store/boardfile.py), so that
a start folds only what was recorded since.
"""

from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from pathlib import Path
from zoneinfo import ZoneInfo

from hueandcry.domain import district, erasure, history, incident, staff
from hueandcry.domain.access import Access
from hueandcry.domain.alert import Known
from hueandcry.domain.duty import Role
from hueandcry.domain.episode import Episode
from hueandcry.domain.fact import Entry, Header, Record, fold
from hueandcry.domain.fault import Damaged
from hueandcry.domain.gazetteer import Gazetteer
from hueandcry.domain.incident import Incident
from hueandcry.domain.partner import Partner
from hueandcry.domain.policy import POLICY_STREAM, Policy
from hueandcry.domain.reference import Kind, kind_of, letter_of, tail_of
from hueandcry.domain.resource import Resource, resource_stream
from hueandcry.domain.staff import PROPOSERS, Cover, Proposal, Session, Staff
from hueandcry.store import boardfile
from hueandcry.store.item import Item, item_of, urgency
from hueandcry.store.log import Log
from hueandcry.store.moment import local_day, zone_of
from hueandcry.store.number import Number
from hueandcry.store.records import RECORDS, WORKED, blank

ID_BYTES = 16
HELD = (*WORKED, Kind.NOMINAL)
CHECKPOINT_EVERY = 2000
READ_MAX = 256  # records that are not open and are kept in mind, until something new is recorded
_KEPT = (Kind.STAFF, Kind.POLICY, Kind.RESOURCE, Kind.GAZETTEER, Kind.PARTNER)
_APART = (Kind.ACCESS, Kind.FOREIGN, Kind.NOMINAL, Kind.REVIEW)  # never on the board


def in_hand_after(held: dict[Kind, bytes], stream: bytes, header: Header) -> dict[Kind, bytes]:
    """Return what a session has in hand of each kind, the last one turned to at the end, after it acted on a stream."""
    kind = kind_of(stream)
    if kind not in HELD:
        return held
    rest = {other: one for other, one in held.items() if other is not kind}
    consequence = header.causation is not None and header.causation.stream != stream
    # the last in order is what the session turned to last; what only followed from that stands before it
    return {kind: stream, **rest} if consequence else {**rest, kind: stream}


class Board:
    """What is open, who is on, which erasures are pending, and under which policy, as of `position`."""

    def __init__(self, log: Log, upto: int | None = None) -> None:
        self._log = log
        self._upto = upto
        self.position = 0
        self.recorded = 0
        self.records: dict[bytes, Record] = {}
        self.staff: dict[str, Staff] = {}
        self.in_hand: dict[str, dict[Kind, bytes]] = {}
        self.erasing: list[bytes] = []
        self._days: dict[str, bytearray] = {}
        self._places: dict[str, dict[bytes, int]] = {}  # of the incidents of a day that was asked for, counted from 0
        self._zone: ZoneInfo | None = None
        self._districts: frozenset[str] | None = None
        self._partners: tuple[Partner, ...] | None = None
        self._codes: frozenset[str] | None = None  # of partners and sites
        self._read: dict[bytes, Record | None] = {}  # what is not open and was asked for, as of a position
        self._read_at = 0

    # Folding

    def catch_up(self) -> list[Entry]:
        """Fold what was recorded since, not beyond the bound, and return it."""
        return self.take(self._log.entries(self.position, self._upto))

    def take(self, entries: Iterable[Entry]) -> list[Entry]:
        """Fold entries that follow on each other, and return those that were new."""
        new = []
        for entry in entries:
            if entry.position <= self.position:
                continue
            if entry.position != self.position + 1:
                raise Damaged(f"the journal has no row @{self.position + 1}; hue verify says more")
            self._apply(entry)
            new.append(entry)
        return new

    def _apply(self, entry: Entry) -> None:
        self.position = entry.position
        if entry.header is not None:
            self.recorded = entry.header.recorded
        kind = kind_of(entry.stream) if isinstance(entry.stream, bytes) else None
        if kind is None:
            return
        fact = entry.fact
        if isinstance(fact, incident.Opened | history.IncidentLoaded):
            self._count(entry, history=isinstance(fact, history.IncidentLoaded))
        if isinstance(fact, erasure.Erased):
            self.erasing.append(entry.stream)
        elif isinstance(fact, erasure.ErasureCompleted):
            self.erasing.remove(entry.stream)
        if kind is Kind.NOMINAL and entry.header is not None:
            self._hold(entry.header, kind, entry)
        if kind in _APART or isinstance(fact, history.ContactLoaded | history.IncidentLoaded):
            return  # history is outside queues and timers, as is what came from elsewhere
        self._keep(kind, fold(self._before(entry), (entry,)))
        if entry.header is not None:
            self._hold(entry.header, kind, entry)

    def _keep(self, kind: Kind, record: Record) -> None:
        before = self.records.get(record.id)
        if kind in _KEPT and district.named(record) != (district.named(before) if before is not None else ()):
            self._districts = None
        if kind is Kind.PARTNER:
            self._partners = self._codes = None
        if kind in _KEPT or (record.kept if isinstance(record, Episode) else getattr(record, "open", False)):
            self.records[record.id] = record
        else:
            self.records.pop(record.id, None)
        if isinstance(record, Policy):
            self._zone = zone_of(record.zone)
        if isinstance(record, Staff):
            self.staff[record.collar] = record

    def _before(self, entry: Entry) -> Record:
        held = self.records.get(entry.stream)
        if held is not None:
            return held
        record = RECORDS[kind_of(entry.stream)](id=entry.stream)  # type: ignore[index]  # _apply has looked
        return record if entry.version == 1 else fold(record, self._log.stream(entry.stream, entry.position - 1))

    def _count(self, entry: Entry, *, history: bool) -> None:
        assert entry.header is not None
        day = ("h" if history else "") + local_day(entry.header.occurred, self.zone)
        self._days.setdefault(day, bytearray()).extend(entry.stream)

    def _hold(self, header: Header, kind: Kind, entry: Entry) -> None:
        if isinstance(entry.fact, staff.SignedOff):
            self.in_hand.pop(entry.fact.session, None)
        elif header.session and kind in HELD:
            self.in_hand[header.session] = in_hand_after(self.in_hand.get(header.session, {}), entry.stream, header)

    def twin(self) -> "Board":
        """Return a board that stands as this one does and goes its own way."""
        other = copy(self)
        other.records, other.staff, other.in_hand = dict(self.records), dict(self.staff), dict(self.in_hand)
        other.erasing, other._days = list(self.erasing), {day: bytearray(ids) for day, ids in self._days.items()}
        other._places, other._read, other._read_at = {}, {}, 0
        return other

    # Asking

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        found = self.records.get(POLICY_STREAM)
        return found if isinstance(found, Policy) else Policy(id=POLICY_STREAM)

    @property
    def zone(self) -> ZoneInfo:
        """The force's local time."""
        return self._zone or zone_of(self.policy.zone)

    def record(self, stream: bytes) -> Record | None:
        """Return a record as of this board's position, read from the journal where it is not open."""
        held = self.records.get(stream)
        start = blank(stream)
        if held is not None or start is None:
            return held
        if self._read_at != self.position or len(self._read) >= READ_MAX:
            self._read, self._read_at = {}, self.position
        if stream not in self._read:
            entries = self._log.stream(stream, self.position)
            self._read[stream] = fold(start, entries) if entries else None
        return self._read[stream]

    def open(self) -> list[Record]:
        """Return the records of all open contacts, incidents, expedites and referrals."""
        return [record for record in self.records.values() if record.kind in WORKED]

    def partners(self) -> tuple[Partner, ...]:
        """Return every partner that is registered, by code."""
        if self._partners is None:
            found = (one for one in self.records.values() if isinstance(one, Partner) and not one.ended)
            self._partners = tuple(sorted(found, key=lambda one: one.partner))
        return self._partners

    @property
    def partner_codes(self) -> frozenset[str]:
        """The codes of registered partners and of their sites."""
        known = self.partners()
        if self._codes is None:
            codes = (code for one in known for code in (one.partner, *(site.site for site in one.sites)))
            self._codes = frozenset(code.lower() for code in codes)
        return self._codes

    def partner_of(self, code: str) -> tuple[Partner, str] | None:
        """Return the partner that a code names, its own or that of a site, and the site's; None where none is registered."""
        for one in self.partners():
            site = one.site(code)
            if one.partner.lower() == code.lower() or site is not None:
                return one, site.site if site is not None else ""
        return None

    def episodes(self) -> list[Episode]:
        """Return the forms whose words are still to go."""
        return [one for one in self.records.values() if isinstance(one, Episode)]

    def resources(self) -> list[Resource]:
        """Return every resource on the list, by callsign."""
        found = (one for one in self.records.values() if isinstance(one, Resource))
        return sorted(found, key=lambda one: one.callsign)

    def resource(self, callsign: str) -> Resource | None:
        """Return a resource by its callsign, None where it is not on the list."""
        found = self.records.get(resource_stream(callsign))
        return found if isinstance(found, Resource) else None

    @property
    def districts(self) -> frozenset[str]:
        """The districts that are known."""
        if self._districts is None:
            self._districts = district.known(one for one in self.records.values() if one.kind in _KEPT)
        return self._districts

    def member(self, collar: str) -> Staff | None:
        """Return a member of staff by collar number."""
        return self.staff.get(collar)

    def sessions(self) -> list[tuple[Staff, Session]]:
        """Return everyone who is signed on, with their session."""
        return [(one, session) for one in self.staff.values() for session in one.sessions]

    def incident_on(self, day: str, place: int, *, history: bool = False) -> bytes | None:
        """Return the stream of the incident that has a daily number."""
        ids = self._days.get(("h" if history else "") + day, b"")
        at = (place - 1) * ID_BYTES
        return bytes(ids[at : at + ID_BYTES]) if 0 <= at < len(ids) else None

    def number(self, record: Incident) -> Number:
        """Return an incident's daily number."""
        day = local_day(record.opened, self.zone)
        kept = ("h" if record.history else "") + day
        ids, places = self._days.get(kept, bytearray()), self._places.setdefault(kept, {})
        for place in range(len(places), len(ids) // ID_BYTES):
            places[bytes(ids[place * ID_BYTES : (place + 1) * ID_BYTES])] = place
        return Number(day, places.get(record.id, -1) + 1, record.history)

    def name(self, stream: bytes, now_ns: int | None = None) -> str:
        """Return how people name a stream."""
        record = self.record(stream)
        return self.name_of(record, now_ns) if record is not None else f"?{tail_of(stream)}"

    def name_of(self, record: Record, now_ns: int | None = None) -> str:
        """Return how people name a record that was read."""
        match record:
            case Incident():
                return self.number(record).text(local_day(now_ns if now_ns is not None else self.recorded, self.zone))
            case Staff():
                return record.collar
            case Policy():
                return "policy"
            case Resource():
                return record.callsign
            case Partner():
                return record.partner
            case Access() | Gazetteer():
                return record.kind.name.lower()
            case _:
                return letter_of(record.kind) + tail_of(record.id)

    def items(self, now_ns: int) -> list[Item]:
        """Return the open items, the most pressing first within each queue; timers are those of `now_ns`."""
        found = [self.item(record, now_ns) for record in self.open()]
        return sorted(found, key=lambda one: urgency(one, now_ns))

    def item(self, record: Record, now_ns: int) -> Item:
        """Return the line of one open record."""
        return item_of(
            record,
            ref=self.name_of(record, now_ns),
            policy=self.policy,
            crews=self._crews(record),
            known=Known(self.districts, self.partner_codes),
            now_ns=now_ns,
        )

    def _crews(self, record: Record) -> list[Resource]:
        callsigns = record.resources if isinstance(record, Incident) else ()
        found = (self.resource(callsign) for callsign in callsigns)
        return [one for one in found if one is not None]

    def to_approve(self, collar: str, now_ns: int) -> list[tuple[Staff, Proposal]]:
        """Return the proposals of others that a member may give a second look to, each with who proposed it."""
        me = self.member(collar)
        if me is None or not set(me.roles).intersection(PROPOSERS):
            return []
        others = (one for one in self.staff.values() if one.collar != collar)
        return [(one, proposal) for one in others for proposal in one.proposals if proposal.expires > now_ns]

    def answers_for(self, district: str, role: Role) -> tuple[str, ...]:
        """Return who answers for a district in a role, by collar number."""
        return tuple(one.collar for one in self.staff.values() if Cover(district, role) in one.covers)

    # Checkpoint

    def save(self, path: Path) -> None:
        """Write the board to its checkpoint file, whole or not at all."""
        root, records = self._log.root_at(self.position), self.records.values()
        hands = [(session, list(held.items())) for session, held in self.in_hand.items()]
        days = [(day, bytes(ids)) for day, ids in self._days.items()]
        boardfile.write(path, self.position, root, self.recorded, records, (hands, days, self.erasing))

    def restore(self, path: Path) -> bool:
        """Start from a checkpoint where it fits this journal; tells whether it did."""
        kept = boardfile.read(path, self._fits)
        if kept is None:
            return False
        self.position, self.recorded, self.records = kept.position, kept.recorded, kept.records
        self.in_hand = {session: dict(held) for session, held in kept.in_hand}
        self._days, self._places = {day: bytearray(ids) for day, ids in kept.days}, {}
        self.erasing = list(kept.erasing)
        self.staff = {record.collar: record for record in self.records.values() if isinstance(record, Staff)}
        self._zone = self._districts = self._partners = self._codes = None
        return True

    def _fits(self, position: int, root: bytes) -> bool:
        if self._upto is not None and position > self._upto:
            return False
        return position <= self._log.tip().size and root == self._log.root_at(position)


def board_of(log: Log, checkpoint: Path | None = None, upto: int | None = None) -> Board:
    """Return the board of a journal, from its checkpoint where that fits."""
    board = Board(log, upto)
    if checkpoint is not None:
        board.restore(checkpoint)
    before = board.position
    board.catch_up()
    if checkpoint is not None and upto is None and board.position - before >= CHECKPOINT_EVERY:
        with suppress(OSError):  # a reader who may not write here reads a little longer next time, that is all
            board.save(checkpoint)
    return board
