"""Given these facts, when this is commanded, then these facts follow, or this rule refuses; after Emmett's specifications.

Theory of operation. `given` folds facts to a record as the board does: real entries with real headers, seals closed.
`when` does what the desk does before it appends: whoever has none of the roles is refused, the pack must be in force,
then the command decides. `then` compares what was decided, and looks that each fact reads back as it was given and
moves the record in the same way open and closed; it returns the record as it stands after. Facts happen at START, by
collar 1001 as a handler; `later(...)` among them lets time pass, `said_by(...)` has one recorded by somebody else.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from types import ModuleType
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import pytest
from msgspec.structs import replace

from hueandcry.domain.duty import AnyCommand, Command, Duty, Place, Role
from hueandcry.domain.fact import Entry, Fact, FactRef, Header, Record, Tier, fold
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import POLICY_STREAM, Adopted, Established, Policy, digest_of
from hueandcry.domain.reference import NS_PER_S, Kind, stream_id
from hueandcry.domain.staff import Session, Staff, staff_stream

R = TypeVar("R", bound=Record)

START = 1_795_420_800_000_000_000  # 2026-11-23 08:00:00 UTC, in ns
MINUTE = 60 * NS_PER_S
ME = "1001"
OTHER = "2002"
EVERY_ROLE = tuple(Role)
APPROVAL = FactRef(staff_stream(OTHER), 7)
PACKS = {
    PackKind.RISK: "strive-2020",
    PackKind.GRADES: "grades-2020",
    PackKind.CATEGORIES: "categories-2011",
    PackKind.RESULTS: "results-2020",
    PackKind.STANDING: "standing-2026",
    PackKind.SAFEGUARDING: "safeguarding-2020",
}


class Later(int):
    """Time that passes between two facts, in ns."""


def later(*, minutes: int = 0, seconds: int = 0) -> Later:
    """Let time pass between two facts."""
    return Later(minutes * MINUTE + seconds * NS_PER_S)


class SaidBy(NamedTuple):
    """A fact that somebody else recorded, in a role."""

    collar: str
    role: Role
    fact: Fact[Any]


def said_by(collar: str, role: Role, fact: Fact[Any]) -> SaidBy:
    """Return a fact as somebody else recorded it."""
    return SaidBy(collar, role, fact)


def stream_of(record: type[Record], noise: int = 0) -> bytes:
    """Return the stream on which facts of a kind are given; another `noise`, another stream."""
    if record.kind is Kind.POLICY:
        return POLICY_STREAM
    return stream_id(record.kind, START // 1_000_000, noise)


def ref(record: type[Record], version: int) -> FactRef:
    """Return the reference to a given fact, the first being 1."""
    return FactRef(stream_of(record), version)


def entry(
    stream: bytes, version: int, fact: Fact[Any], *, at: int = START, by: str = ME, role: Role = Role.HANDLER
) -> Entry:
    """Return a fact as the journal would give it back."""
    header = Header(fact.card.version, at, at, by, role.value, "T1", "session-1")
    return Entry(version, stream, version, fact.card.name, header, fact)


def entries(stream: bytes, facts: Iterable[Fact[Any] | Later | SaidBy]) -> Iterator[Entry]:
    """Yield given facts as entries of a stream, each at its moment, by whoever said it."""
    version, moment = 0, START
    for one in facts:
        if isinstance(one, Later):
            moment += one
            continue
        version += 1
        said = one if isinstance(one, SaidBy) else SaidBy(ME, Role.HANDLER, one)
        yield entry(stream, version, said.fact, at=moment, by=said.collar, role=said.role)


def closed(fact: Fact[Any]) -> Fact[Any]:
    """Return a fact as it reads with seals closed: sealed and local values are None, but for texts that were never said."""
    card = fact.card
    shut = {
        field: None
        for tier in (Tier.SEALED, Tier.LOCAL)
        if not card.texts[tier] or any(getattr(fact, field) for field in card.groups[tier])
        for field in card.groups[tier]
    }
    return replace(fact, **shut)


def pack(name: str) -> bytes:
    """Return the text of a pack that comes with the product."""
    return files("hueandcry.domain.packs").joinpath(f"{name}.toml").read_bytes()


def adopted(kind: PackKind, content: bytes | None = None) -> Adopted:
    """Return the adoption of a pack, by default the one that comes with the product."""
    content = content or pack(PACKS[kind])
    return Adopted(kind, PACKS[kind], False, digest_of(content), content)


@lru_cache(maxsize=1)
def policy() -> Policy:
    """Return the policy of a founded force with the packs that come with the product."""
    facts = (
        Established("GMP", "Europe/London", b"Greater Manchester Police", b"", b""),
        *(adopted(kind) for kind in PACKS),
    )
    return fold(Policy(id=POLICY_STREAM), entries(POLICY_STREAM, facts))


def on_duty(*roles: Role, **other: Any) -> Duty:
    """Return who acts: collar 1001 at START, with every role unless some are named; any of it can be given otherwise."""
    usual: dict[str, Any] = {
        "collar": ME,
        "roles": roles or EVERY_ROLE,
        "session": "session-1",
        "seat": "T1",
        "now": START,
        "policy": policy(),
    }
    return Duty(**(usual | other))


def there(collar: str, *roles: Role) -> Staff:
    """Return a member of staff who is signed on, in every role unless some are named."""
    session = Session(f"session-{collar}", 1000, "T2", Place.OFFICE, START)
    return Staff(collar=collar, roles=roles or EVERY_ROLE, sessions=(session,))


class Then(Generic[R]):
    """What came of a command: facts, or the rule that refused it."""

    def __init__(self, record: R, duty: Duty, decided: list[Fact[R]] | Refused, role: Role = Role.HANDLER) -> None:
        self._record, self._duty, self._decided, self._role = record, duty, decided, role

    def then(self, *facts: Fact[R]) -> R:
        """Expect exactly these facts; returns the record after them."""
        __tracebackhide__ = True
        if isinstance(self._decided, Refused):
            pytest.fail(f"refused: {self._decided.rule}")
        if self._decided != list(facts):
            pytest.fail(f"decided:  {self._decided}\nexpected: {list(facts)}")
        record = self._record
        for fact in facts:
            record = _after(record, fact, self._duty, self._role)
        return record

    def then_nothing(self) -> None:
        """Expect that nothing follows, and nothing is refused."""
        __tracebackhide__ = True
        self.then()

    def then_refused(self, rule: str, *, second_look: bool = False) -> None:
        """Expect a refusal in exactly these words."""
        __tracebackhide__ = True
        if not isinstance(self._decided, Refused):
            pytest.fail(f"not refused, but decided: {self._decided}")
        if self._decided.rule != rule:
            pytest.fail(f"refused:  {self._decided.rule}\nexpected: {rule}")
        if self._decided.second_look is not second_look:
            pytest.fail(f"second look {self._decided.second_look}, expected {second_look}: {rule}")


def _after(record: R, fact: Fact[R], duty: Duty, role: Role) -> R:
    read_back = msgspec.msgpack.decode(msgspec.msgpack.encode(fact), type=type(fact))
    if read_back != fact:
        pytest.fail(f"does not read back as it was given: {fact}")
    recorded = entry(record.id, record.version + 1, fact, at=duty.now, by=duty.collar, role=role)
    opened, shut = fold(record, (recorded,)), fold(record, (replace(recorded, fact=closed(fact)),))
    if opened != shut:
        pytest.fail(f"the fold reads a sealed value of {fact}")
    return shut


class Given(Generic[R]):
    """A record that came about by facts."""

    def __init__(self, record: R) -> None:
        self.record = record

    def when(self, command: Command[R], duty: Duty | None = None) -> Then[R]:
        """Let the command decide, as the desk does before it appends."""
        duty = duty or on_duty()
        try:
            role = command.role_for(duty)
            if command.under is not None:
                duty.policy.adoption(command.under)
            return Then(self.record, duty, command.decide(self.record, duty), role)
        except Refused as refused:
            return Then(self.record, duty, refused)


def given(*facts: Fact[R] | Later, on: type[R]) -> Given[R]:
    """Return the record of a kind after these facts, folded with seals closed; without any, before its first."""
    stream = stream_of(on)
    told = (replace(one, fact=None if one.fact is None else closed(one.fact)) for one in entries(stream, facts))
    return Given(fold(on(id=stream), told))


def refused_for(roles: tuple[Role, ...], duty: Duty) -> str:
    """Return the words by which whoever has none of the roles that may is refused."""
    have = ", ".join(role.value for role in duty.roles) or "nobody"
    return f"this is for {' or '.join(role.value for role in roles)}; {duty.collar} is signed on as {have}"


def commands_in(module: ModuleType) -> set[type[AnyCommand]]:
    """Return the commands that a module defines."""
    found = (one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Command))
    return {one for one in found if one.__module__ == module.__name__}


def who_may(command: AnyCommand) -> tuple[Role, ...]:
    """Return the roles that may give a command, found by trying each role alone."""
    return tuple(role for role in Role if _may(command, role))


def _may(command: AnyCommand, role: Role) -> bool:
    try:
        return command.role_for(on_duty(role)) is role
    except Refused:
        return False
