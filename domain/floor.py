"""The floor as facts leave it: what is open, who is signed on, which crews there are, and under which policy.

Theory of operation. Whoever counts over time needs a record as it was before a fact and as it is after it. The floor folds what
is worked on, staff, crews and policy, and tells both; all else it does not look at. A closed record is dropped, and read again
through `before` where it is opened anew. Several may count on one floor: an entry that it took already is not taken twice.
Loaded history stands outside queues and timers, here as on the board.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from hueandcry.domain.contact import Contact
from hueandcry.domain.duty import Role
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Entry, Fact, Header, Record, fold
from hueandcry.domain.history import ContactLoaded, IncidentLoaded
from hueandcry.domain.incident import Incident
from hueandcry.domain.link import Reopened
from hueandcry.domain.policy import POLICY_STREAM, Policy
from hueandcry.domain.recontact import ContactedAgain
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.referral import Referral
from hueandcry.domain.resource import Resource
from hueandcry.domain.staff import Staff
from hueandcry.domain.worked import Worked

Before = Callable[[bytes, int], Iterable[Entry]]  # the entries of a stream before a version
_WORKED: dict[Kind, type[Worked]] = {cls.kind: cls for cls in (Contact, Incident, Expedite, Referral)}
_LASTING: dict[Kind, type[Record]] = {cls.kind: cls for cls in (Staff, Resource, Policy)}
HEARD = frozenset((*_WORKED, *_LASTING))
_LOADED = frozenset((ContactLoaded, IncidentLoaded))
_OPENS_AGAIN = frozenset((Reopened, ContactedAgain))


class Step(Struct, frozen=True):
    """A fact with its header, and its record before and after it; None before the first."""

    fact: Fact[Any]
    header: Header
    before: Record | None
    after: Record


class Floor:
    """Takes entries in order. `records` are what is open, by stream; staff and crews stay for good."""

    def __init__(self, before: Before = lambda *_: ()) -> None:
        self._before = before
        self._last: Entry | None = None
        self._step: Step | None = None
        self.records: dict[bytes, Worked] = {}
        self._lasting: dict[bytes, Record] = {POLICY_STREAM: Policy(id=POLICY_STREAM)}

    def take(self, entry: Entry) -> Step | None:
        """Take an entry, and return what it changed; None for one that is about nothing on the floor."""
        if entry is not self._last:
            self._last, self._step = entry, self._taken(entry)
        return self._step

    def _taken(self, entry: Entry) -> Step | None:
        fact, header = entry.fact, entry.header
        kind = kind_of(entry.stream) if isinstance(entry.stream, bytes) else None
        if kind not in HEARD or fact is None or header is None or type(fact) in _LOADED:
            return None
        record = self._held(kind, entry)
        if record is None:
            return None
        after: Record = fact.apply(record.reached(entry))
        if isinstance(after, Worked):
            self._keep(after)
        else:
            self._lasting[after.id] = after
        return Step(fact, header, record if record.version else None, after)

    def _held(self, kind: Kind, entry: Entry) -> Record | None:
        """Return a record before an entry; None for one that is closed, and that the entry does not open again."""
        stream = entry.stream
        if kind in _LASTING:
            return self._lasting.get(stream) or _LASTING[kind](id=stream)
        if stream in self.records or entry.version == 1:
            return self.records.get(stream) or _WORKED[kind](id=stream)
        if type(entry.fact) not in _OPENS_AGAIN:
            return None
        record = fold(_WORKED[kind](id=stream), self._before(stream, entry.version))
        return record if record.version else None

    def _keep(self, record: Worked) -> None:
        if record.open:
            self.records[record.id] = record
        else:
            self.records.pop(record.id, None)

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        found = self._lasting[POLICY_STREAM]
        assert isinstance(found, Policy)
        return found

    @property
    def signed_on(self) -> list[Staff]:
        """Who is signed on, by collar number."""
        found = (one for one in self._lasting.values() if isinstance(one, Staff) and one.sessions)
        return sorted(found, key=lambda one: one.collar)

    def people(self, owner: str) -> list[str]:
        """Return who that is signed on: one person by collar number, or all who work a role's queue."""
        role = Role(owner) if owner in Role._value2member_map_ else None
        return [one.collar for one in self.signed_on if (role in one.roles if role else one.collar == owner)]
