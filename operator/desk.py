"""The desk: load, decide, append; the only place that stamps who, when, why, and caused by what.

Theory of operation. A line of work is one or several acts, each a command on a stream. The desk brings its board up to
date, lets each command decide on the record as it stands (a later act of the same line sees what the earlier ones
decided), and appends all facts in one transaction with the versions it saw. When someone else was first, it loads and
decides again, at most a few times. A refusal writes nothing.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.adoption import NoteSkew
from hueandcry.domain.duty import AnyCommand, Duty, Role
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Entry, Fact, FactRef, Header, Record
from hueandcry.domain.fault import Conflict, Refused, Unavailable
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import NS_PER_S, Kind
from hueandcry.domain.staff import Session, Staff
from hueandcry.operator.identity import Identity
from hueandcry.store.codec import Pending
from hueandcry.store.log import Log, Seen
from hueandcry.store.records import blank
from hueandcry.store.sealed import Door, Viewer
from hueandcry.store.views import Board

if TYPE_CHECKING:
    from hueandcry.operator.wallkeeper import WallKeeper

ATTEMPTS = 5
SKEW_NS = NS_PER_S
WATCH = "watch"


class Act(Struct, frozen=True):
    """A command on a stream; `occurred` where it happened at another time than now (ns UTC).

    `rests_on` names other streams that must be as they were seen, and `on_all` says that nothing at all may have been
    recorded since.

    What stands `apart` names no cause: whoever reads it is not led to the line's other records by that.

    `new` says that the stream is known to be empty and follows from no other act of the line, as with loaded rows; that
    spares a look, and the journal still checks the version.
    """

    stream: bytes
    command: AnyCommand
    occurred: int | None = None
    source: bytes | None = None
    rests_on: tuple[bytes, ...] = ()
    on_all: bool = False
    apart: bool = False
    new: bool = False


class Signed(Struct, frozen=True):
    """Who sits here: a member of staff in one of their sessions, or the watch."""

    collar: str
    session: str
    seat: str

    @classmethod
    def on(cls, member: Staff, session: Session) -> "Signed":
        """Return who sits in a session."""
        return cls(member.collar, session.session, session.seat)


NOBODY = Signed("", "", "")
THE_WATCH = Signed(WATCH, "", WATCH)


class Desk:
    """One person's way into the journal."""

    def __init__(self, log: Log, board: Board, identity: Identity, signed: Signed, *, arriving: bool = False) -> None:
        self.log, self.board, self.identity, self.signed = log, board, identity, signed
        self._arriving = arriving
        self._said: dict[int, Fact[Any]] = {}
        self._skew_noted = False

    @cached_property
    def door(self) -> Door:
        """The door to sealed values, for who sits here."""
        return Door(self.log, viewer_of(self.board, self.signed))

    @cached_property
    def wall_keeper(self) -> "WallKeeper":
        """What the wall has counted, up to where it was looked at last from here."""
        from hueandcry.operator.wallkeeper import WallKeeper

        return WallKeeper(self.log)

    def do(self, acts: Sequence[Act] | Callable[[], Sequence[Act]], *, approving: bool = False) -> list[Entry]:
        """Decide and append all acts in one transaction; returns what was recorded, seals closed.

        Acts that were read off the board come as a function, so that they are read again when others were first. With
        `approving`, the first act is an approval by which the others are done.

        Raises Refused in the words of the rule, and Conflict where others were first every time.
        """
        for attempt in range(ATTEMPTS):
            self.board.catch_up()
            done = acts() if callable(acts) else acts
            pending = self._decide(done, approving=approving)
            if not pending:
                return []
            try:
                entries = self.log.append(pending, self._seen(done))
            except Unavailable:
                raise
            except Conflict:
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            self._said = {entry.position: one.fact for entry, one in zip(entries, pending, strict=True)}
            self._took(entries)
            return entries
        raise Conflict("others were first every time: look again")

    def _seen(self, acts: Sequence[Act]) -> Seen:
        streams = dict.fromkeys(stream for act in acts for stream in act.rests_on)
        records = ((stream, self.board.record(stream)) for stream in streams)
        versions = tuple((stream, record.version if record is not None else 0) for stream, record in records)
        return Seen(versions, self.board.position if any(act.on_all for act in acts) else None)

    def _took(self, entries: list[Entry]) -> None:
        if entries[0].position == self.board.position + 1:
            self.board.take(entries)
        else:
            self.board.catch_up()
        header = entries[-1].header
        assert header is not None
        behind = header.recorded - self.identity.now()
        if behind > SKEW_NS and not self._skew_noted:
            self._skew_noted = True
            self._note_skew(behind, header.recorded)

    def _note_skew(self, behind_ns: int, recorded: int) -> None:
        watch = Desk(self.log, self.board, self.identity, THE_WATCH)
        watch._skew_noted = True
        with suppress(Unavailable):  # what was to be done is recorded; that the clock is behind is seen again
            watch.do([Act(POLICY_STREAM, NoteSkew(behind_ns * 1000 // NS_PER_S, recorded))])

    def duty(self, approval: FactRef | None) -> Duty:
        """Return who acts now, in which roles, under which policy; refuses a session that is over."""
        return Duty(
            collar=self.signed.collar,
            roles=self._roles(),
            session=self.signed.session,
            seat=self.signed.seat,
            now=self.identity.now(),
            policy=self.board.policy,
            approval=approval,
        )

    def _roles(self) -> tuple[Role, ...]:
        if self.signed.collar == WATCH:
            return (Role.WATCH,)
        if not self.board.policy.force:
            return (Role.ADMINISTRATOR,)  # whoever founds the store
        member = self.board.member(self.signed.collar)
        if member is None or not (self._arriving or member.session(self.signed.session)):
            raise Refused(f"{self.signed.collar or 'nobody'} is not signed on in this session: sign on with hue signon")
        return member.roles

    def would(self, acts: Sequence[Act], *, approving: bool = False) -> None:
        """Decide without writing; raises Refused where that would not do."""
        self.board.catch_up()
        self._decide(acts, approving=approving)

    def would_approved(self, acts: Sequence[Act]) -> None:
        """Decide without writing, as though a second person had approved; raises Refused where that would not do."""
        self.board.catch_up()
        self._decide(acts, approval=FactRef(POLICY_STREAM, 0))

    def _decide(
        self, acts: Sequence[Act], approval: FactRef | None = None, *, approving: bool = False
    ) -> list[Pending]:
        duty = self.duty(approval)
        working: dict[bytes, Record] = {}
        pending: list[Pending] = []
        for act in acts:
            record = working.get(act.stream) or self._record(act)
            cause = FactRef(pending[0].stream, pending[0].version) if pending and not (act.new or act.apart) else None
            if approving and cause is not None:
                duty = replace(duty, approval=cause)
            header = self._header(duty, act, record, cause)
            when = duty if act.occurred is None else replace(duty, now=act.occurred, afterwards=True)
            for fact in act.command.decide(record, when):
                one = Pending(act.stream, record.version + 1, fact, header)
                pending.append(one)
                record = _moved(record, one)
            working[act.stream] = record
        return pending

    def _record(self, act: Act) -> Record:
        record = (None if act.new else self.board.record(act.stream)) or blank(act.stream)
        assert record is not None, act.stream.hex()
        return record

    def _header(self, duty: Duty, act: Act, record: Record, cause: FactRef | None) -> Header:
        command = act.command
        contact = getattr(command, "contact", None)
        return Header(
            fact_version=0,
            occurred=act.occurred or duty.now,
            recorded=0,
            actor=duty.collar,
            role=command.role_for(duty).value,
            seat=duty.seat,
            session=duty.session,
            causation=cause or (record.here if record.version else None),
            correlation=contact or root_of(record),
            source=act.source,
            pack=duty.policy.adoption(command.under).digest if command.under is not None else None,
        )

    # What people do with a desk beside acting

    def named(self, kind: Kind) -> bytes | None:
        """Return the item of a kind that this session has in hand: the last one it acted on."""
        return self.board.in_hand.get(self.signed.session, {}).get(kind)

    def opened(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return entries with the words as they were given, where this desk recorded them last: nothing is opened for that."""
        return [replace(entry, fact=self._said.get(entry.position, entry.fact)) for entry in entries]


def viewer_of(board: Board, signed: Signed) -> Viewer:
    """Return who looks, as the access log names them; whoever is not signed on goes by their system user."""
    member = board.member(signed.collar)
    roles = ".".join(role.value for role in member.roles) if member is not None else ""
    return Viewer(signed.collar or f"uid-{os.getuid()}", roles, signed.seat, signed.session)


def _moved(record: Record, pending: Pending) -> Any:
    """Return the record after a fact that is decided and not yet recorded."""
    entry = Entry(
        0, pending.stream, pending.version, "", replace(pending.header, recorded=pending.header.occurred), pending.fact
    )
    fact: Fact[Any] = pending.fact
    return fact.apply(record.reached(entry))


def root_of(record: Record) -> bytes:
    """Return the stream where a story began: the first contact of an incident or an expedite, else the stream itself."""
    match record:
        case Incident() if record.contacts:
            return record.contacts[0]
        case Expedite() if record.contact is not None:
            return record.contact
        case _:
            return record.id
