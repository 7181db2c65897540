"""Replay: the digest of all records at a moment, and the explanation of each decision by what lay before it.

Theory of operation. Everything here is a function of entries. The digest is taken over the records folded with seals
closed, stream by stream in order of id, so that it is the same on every machine and is not changed by an erasure.
An explanation walks the entries of one story in order of position; what a decision rests on lies below its position,
by construction: only what was walked already can be named.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct

from hueandcry.domain import (
    advice,
    check,
    classification,
    contact,
    crime,
    deployment,
    dispute,
    episode,
    escalation,
    expedite,
    firstcheck,
    grading,
    handover,
    incident,
    involvement,
    lane,
    link,
    location,
    logbook,
    major,
    outcome,
    parking,
    promise,
    putoff,
    questionnaire,
    rationale,
    recall,
    recontact,
    referral,
    ringing,
    safeguarding,
    staff,
    threshold,
    triage,
)
from hueandcry.domain.fact import Entry, Fact, FactRef, Record, fold, schema_hash

DIGEST_TAG = b"hueandcry replay 1\n"
_DECISIONS = (
    triage.ElementPassedOver,
    contact.Linked,
    recall.Abandoned,
    contact.Resolved,
    contact.Transferred,
    contact.Closed,
    incident.Opened,
    grading.Assessed,
    grading.Graded,
    grading.Regraded,
    handover.Owned,
    deployment.Resourced,
    deployment.Reviewed,
    escalation.Acknowledged,
    promise.Promised,
    promise.Released,
    ringing.RingHeeded,
    putoff.AlertsPutOff,
    putoff.AlertsBroughtBack,
    handover.HandedOver,
    advice.Advised,
    advice.InterimRiskSet,
    parking.Parked,
    classification.Classified,
    crime.CrimeRecorded,
    crime.NoCrimeFound,
    link.Merged,
    link.Absorbed,
    link.Reopened,
    major.MajorDeclared,
    major.AgencyTold,
    major.AgencyAcknowledged,
    major.MajorStoodDown,
    rationale.DecisionRecorded,
    check.CheckRequested,
    check.CheckReturned,
    recall.RecallTried,
    recall.SilentStepTaken,
    deployment.StoodDown,
    outcome.CallerTold,
    outcome.Resulted,
    outcome.Closed,
    expedite.Verified,
    expedite.NotMatched,
    threshold.ThresholdConsidered,
    expedite.Decided,
    expedite.Told,
    expedite.Closed,
    questionnaire.LevelGiven,
    safeguarding.Safeguarded,
    safeguarding.DeskReviewed,
    referral.Made,
    referral.Sent,
    referral.Received,
    referral.Accepted,
    referral.Declined,
    referral.Ended,
    lane.LedToExpedite,
    recontact.ContactedAgain,
    recontact.HandedBack,
    dispute.Disputed,
    dispute.DisputeAcknowledged,
    episode.FormEnded,
)


def is_decision(entry: Entry) -> bool:
    """Tell whether an entry is a decision that somebody answers for."""
    return isinstance(entry.fact, _DECISIONS)


_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def digest(position: int, root: bytes, streams: Iterable[Entry], blank: Callable[[bytes], Record | None]) -> str:
    """Return the digest of every record at a position; `streams` are all entries in order of stream id and version.

    SHA-256 over a version tag, the release's schema hash, position, root, then for each stream its record as msgpack;
    of a stream that is not of our making, the names and versions of its entries.
    """
    total = hashlib.sha256(DIGEST_TAG + schema_hash() + _encode((position, root)))
    for stream, entries in groupby(streams, key=lambda entry: entry.stream):
        record = blank(stream)
        if record is None:
            total.update(_encode((stream, [(entry.name, entry.version) for entry in entries])))
        else:
            total.update(_encode((stream, fold(record, entries))))
    return total.hexdigest()


class Decision(Struct, frozen=True, kw_only=True):
    """One decision of a story: who, when, under which pack, on what, and what was suggested against what was chosen."""

    entry: Entry
    pack: bytes | None
    assessment: int | None = None
    grounds: tuple[str, ...] = ()
    suggested: str = ""
    chosen: str = ""
    reason: str | None = ""
    proposer: str = ""
    second: str = ""
    rests_on: tuple[int, ...] = ()


def explain(entries: Sequence[Entry]) -> list[Decision]:
    """Return the decisions of a story in order; `entries` are those of all its streams, sealed values opened.

    Each decision rests on facts that were walked before it: what its own record had come to know since it was last
    assessed, that assessment, the proposal and its approval.
    """
    walk, told = _Walk(), list[Decision]()
    for entry in sorted(entries, key=lambda one: one.position):
        walk.hears(entry)
        if entry.fact is not None and is_decision(entry):
            told.append(_decision(entry, entry.fact, walk))
        walk.on(entry)
    return told


class _Walk:
    """What each record of a story had come to know by an entry: its own facts, and those of its callers."""

    def __init__(self) -> None:
        self.walked: dict[FactRef, Entry] = {}
        self.assessed: dict[bytes, Entry] = {}
        self.unheard: dict[bytes, list[int]] = defaultdict(list)  # since it was last assessed
        self._said: dict[bytes, list[int]] = defaultdict(list)
        self._callers: dict[bytes, set[bytes]] = defaultdict(set)

    def hears(self, entry: Entry) -> None:
        """Let a record know from here on what others say whom an entry ties to it, and what they said so far."""
        for caller in _callers(entry.fact):
            if caller not in self._callers[entry.stream]:
                self._callers[entry.stream].add(caller)
                self.unheard[entry.stream] += self._said[caller]

    def on(self, entry: Entry) -> None:
        """Walk past an entry."""
        fact, stream = entry.fact, entry.stream
        if isinstance(fact, grading.Assessed):
            self.assessed[stream] = entry
            self.unheard[stream].clear()
        elif informs(fact):
            self._said[stream].append(entry.position)
            concerned = [one for one, callers in self._callers.items() if stream in callers]
            for one in {stream, *concerned}:
                self.unheard[one].append(entry.position)
        self.walked[FactRef(stream, entry.version)] = entry

    def heard_by(self, stream: bytes) -> set[bytes]:
        """Return whom a record hears: itself, its callers, and theirs."""
        heard = {stream}
        while more := {caller for one in heard for caller in self._callers[one]} - heard:
            heard |= more
        return heard

    def rests_on(self, entry: Entry) -> tuple[int, ...]:
        """Return the positions of the facts that a decision rests on."""
        fact, positions = entry.fact, set(self.unheard[entry.stream])
        assessed = self.assessed.get(entry.stream)
        if isinstance(fact, grading.Graded | grading.Regraded | outcome.Closed) and assessed is not None:
            positions.add(assessed.position)
        approved = self.approval(fact)
        if approved is not None:
            positions.add(approved.position)
            if isinstance(approved.fact, staff.Approved) and approved.fact.said in self.walked:
                positions.add(self.walked[approved.fact.said].position)
        return tuple(sorted(positions))

    def approval(self, fact: Fact[Any] | None) -> Entry | None:
        """Return the approval that a decision names, None where it names none that is here."""
        return self.walked.get(getattr(fact, "approval", None) or FactRef(b"", 0))


def _callers(fact: Fact[Any] | None) -> tuple[bytes, ...]:
    """Return which records a record hears from this fact on: its callers, and an incident merged into it."""
    match fact:
        case incident.Opened() | incident.Contacted() | expedite.Asked() | recontact.ContactedAgain():
            return () if fact.contact is None else (fact.contact,)
        case link.Absorbed():
            return (*fact.contacts, fact.merged)
        case _:
            return ()


def informs(fact: Fact[Any] | None) -> bool:
    """Tell whether a fact says what the room came to know, and not what it did."""
    noted = contact.Rang | logbook.Noted | triage.ElementTriaged | triage.ElementPassedOver | contact.Located
    changed = incident.Opened | incident.Contacted | incident.Changed | logbook.Corrected
    again = link.Absorbed | link.Reopened | recontact.ContactedAgain
    asked = questionnaire.QuestionAnswered | safeguarding.Researched | firstcheck.Checked | check.CheckReturned
    where = incident.Located | location.Placed | location.CallerLocated
    who = involvement.PersonInvolved | involvement.PersonNotInvolved | recall.HelpedToTalk | lane.PartnerKnown
    return isinstance(fact, noted | changed | again | asked | where | who | expedite.Asked)


def known_before(entries: Iterable[Entry], stream: bytes, position: int) -> list[Entry]:
    """Return what a record had come to know before a position: what its own facts say, and its callers of that time."""
    walk, before = _Walk(), [one for one in entries if one.position < position]
    for entry in sorted(before, key=lambda one: one.position):
        walk.hears(entry)
        walk.on(entry)
    return [one for one in before if one.stream in walk.heard_by(stream) and informs(one.fact)]


def _decision(entry: Entry, fact: Fact[Any], walk: _Walk) -> Decision:
    graded = isinstance(fact, grading.Graded | grading.Regraded)
    assessed = walk.assessed.get(entry.stream) if graded else None
    approval = walk.approval(fact)
    judged = fact if isinstance(fact, grading.Assessed) else assessed.fact if assessed is not None else None
    return Decision(
        entry=entry,
        pack=entry.header.pack if entry.header is not None else None,
        assessment=assessed.position if assessed is not None else None,
        grounds=getattr(judged, "grounds", ()),
        suggested=getattr(fact, "suggested", ""),
        chosen=getattr(fact, "grade", ""),
        reason=next(
            (getattr(fact, name) for name in ("rationale", "reason", "statement", "words") if hasattr(fact, name)), ""
        ),
        proposer=approval.fact.proposer if approval is not None and isinstance(approval.fact, staff.Approved) else "",
        second=approval.header.actor if approval is not None and approval.header is not None else "",
        rests_on=walk.rests_on(entry),
    )


def told_of(about: incident.Incident) -> tuple[bytes, ...]:
    """Return the streams that say what happened in an incident: itself, whom it came from, and what was merged into it.

    Referrals go to their agencies, and forms are disposed of where they are kept: neither goes on with it.
    """
    return (about.id, *about.contacts, *about.absorbed)


def story(record: Record) -> tuple[bytes, ...]:
    """Return the streams that make up the story of a record: itself, whom it came from, its referrals, and its forms."""
    match record:
        case incident.Incident():
            return (*told_of(record), *record.referrals, *record.forms)
        case expedite.Expedite():
            asked_by = filter(None, (record.contact, record.incident))
            return (record.id, *asked_by, *record.contacts, *record.referrals, *record.forms)
        case _:
            return (record.id,)
