"""Replay: the digest of all records at a moment, and the explanation of each decision by what lay before it.

Theory of operation. Everything here is a function of entries. The digest is taken over the records folded with seals
closed, stream by stream in order of id, so that it is the same on every machine and is not changed by an erasure.
An explanation walks the entries of one story in order of position; what a decision rests on lies below its position,
by construction: only what was walked already can be named.
"""

import hashlib
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
    escalation,
    expedite,
    grading,
    handover,
    incident,
    link,
    logbook,
    major,
    outcome,
    promise,
    rationale,
    recall,
    ringing,
    staff,
    triage,
)
from hueandcry.domain.fact import Entry, Fact, FactRef, Record, fold, schema_hash

DIGEST_TAG = b"hueandcry replay 1\n"
_DECISIONS = (
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
    handover.HandedOver,
    advice.Advised,
    advice.InterimRiskSet,
    contact.Parked,
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
    expedite.Decided,
    expedite.Told,
    expedite.Closed,
)
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

    Each decision rests on facts that were walked before it: the triage and the changes since the last assessment, the
    assessment itself, the proposal and its approval.
    """
    walked: dict[FactRef, Entry] = {}
    heard: list[int] = []
    told: list[Decision] = []
    last_assessment: int | None = None
    grounds: tuple[str, ...] = ()
    for entry in sorted(entries, key=lambda one: one.position):
        fact = entry.fact
        if isinstance(fact, _DECISIONS):
            rests = _rests_on(fact, walked, heard, last_assessment)
            told.append(_decision(entry, fact, rests, last_assessment, grounds, walked))
        if isinstance(fact, grading.Assessed):
            last_assessment, grounds, heard = entry.position, fact.grounds, []
        elif _informs(fact):
            heard.append(entry.position)
        walked[FactRef(entry.stream, entry.version)] = entry
    return told


def _informs(fact: Fact[Any] | None) -> bool:
    noted = contact.Rang | logbook.Noted | triage.ElementTriaged | triage.ElementPassedOver | contact.Located
    changed = incident.Opened | incident.Contacted | incident.Changed | logbook.Corrected
    return isinstance(fact, noted | changed | expedite.Asked)


def _rests_on(
    fact: Fact[Any], walked: dict[FactRef, Entry], heard: Sequence[int], assessment: int | None
) -> tuple[int, ...]:
    positions = set(heard)
    if isinstance(fact, grading.Graded | grading.Regraded | outcome.Closed) and assessment is not None:
        positions.add(assessment)
    approval = getattr(fact, "approval", None)
    if approval is not None and approval in walked:
        approved = walked[approval]
        positions.add(approved.position)
        if isinstance(approved.fact, staff.Approved) and approved.fact.said in walked:
            positions.add(walked[approved.fact.said].position)
    return tuple(sorted(positions))


def _decision(
    entry: Entry,
    fact: Fact[Any],
    rests_on: tuple[int, ...],
    assessment: int | None,
    grounds: tuple[str, ...],
    walked: dict[FactRef, Entry],
) -> Decision:
    graded = isinstance(fact, grading.Graded | grading.Regraded)
    approval = walked.get(getattr(fact, "approval", None) or FactRef(b"", 0))
    return Decision(
        entry=entry,
        pack=entry.header.pack if entry.header is not None else None,
        assessment=assessment if graded else None,
        grounds=fact.grounds if isinstance(fact, grading.Assessed) else grounds if graded else (),
        suggested=getattr(fact, "suggested", ""),
        chosen=getattr(fact, "grade", ""),
        reason=next(
            (getattr(fact, name) for name in ("rationale", "reason", "statement", "words") if hasattr(fact, name)), ""
        ),
        proposer=approval.fact.proposer if approval is not None and isinstance(approval.fact, staff.Approved) else "",
        second=approval.header.actor if approval is not None and approval.header is not None else "",
        rests_on=rests_on,
    )


def story(record: Record) -> tuple[bytes, ...]:
    """Return the streams that make up the story of a record: itself, and the contacts it came from."""
    match record:
        case incident.Incident():
            return (record.id, *record.contacts, *record.absorbed)
        case expedite.Expedite():
            return (record.id, *((record.contact,) if record.contact else ()))
        case _:
            return (record.id,)
