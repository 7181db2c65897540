"""What time demands of a record: which command falls due when.

Theory of operation. Everything that becomes true by the passing of time is derived here from the record as it stands, so
that it survives any restart and no timer can die. The watch looks at each open record, and does the commands that are
due; each refuses to be done twice. What was recorded already is not demanded again.
"""

from collections.abc import Iterator

from msgspec import Struct

from hueandcry.domain.contact import Contact
from hueandcry.domain.deployment import MissTarget
from hueandcry.domain.dispute import dispute_rungs
from hueandcry.domain.duty import AnyCommand
from hueandcry.domain.episode import DisposeOfForm, Episode
from hueandcry.domain.escalation import rungs
from hueandcry.domain.expedite import Expedite, MissAnswer
from hueandcry.domain.fact import Record
from hueandcry.domain.incident import Incident, Stage
from hueandcry.domain.major import MissAgency
from hueandcry.domain.particulars import Missed, Target, Telling
from hueandcry.domain.policy import Policy
from hueandcry.domain.promise import BreakPromise
from hueandcry.domain.putoff import BringBack, silent_until
from hueandcry.domain.recall import MissRecall, recall_due
from hueandcry.domain.referral import MissAgencyTime, Referral
from hueandcry.domain.reminder import BringUp
from hueandcry.domain.resource import MissCheck, Resource
from hueandcry.domain.staff import Staff
from hueandcry.domain.welfare import follow_ups
from hueandcry.domain.worked import Worked


class Timer(Struct, frozen=True):
    """A command that falls due at a time (ns UTC)."""

    due: int
    command: AnyCommand


def timers(record: Record, policy: Policy, changeover: int) -> Iterator[Timer]:
    """Yield what time demands of a record that was not recorded yet; `changeover` is when the last shift began (ns UTC)."""
    if isinstance(record, Worked):
        yield from (Timer(one.due, BreakPromise(one.number)) for one in record.promises if not one.broken)
        yield from (Timer(one.due, BringUp(one.number)) for one in record.reminders if not one.up)
        if record.put_off is not None:
            yield Timer(silent_until(record, policy), BringBack())
    if isinstance(record, Incident):
        yield from _of_incident(record, policy, changeover)
    yield from _of_one_time(record, policy)


def _of_one_time(record: Record, policy: Policy) -> Iterator[Timer]:
    """Yield what is due of a record for which one time runs at once, where it was not recorded yet."""
    match record:
        case Contact():
            due = recall_due(record, policy)
            if due is not None and record.recall is not None and due != record.recall.late:
                yield Timer(due, MissRecall())
        case Expedite():
            answer_by = record.answer_by(policy)
            if answer_by is not None and answer_by != record.unanswered:
                yield Timer(answer_by, MissAnswer())
            yield from (Timer(one.due, one) for one in dispute_rungs(record, policy))
        case Episode() if record.dispose_by and record.kept:
            yield Timer(record.dispose_by, DisposeOfForm())
        case Referral() if record.due and record.due != record.late:
            yield Timer(record.due, MissAgencyTime())
        case Staff():
            yield from (Timer(due, command) for due, command in follow_ups(record, policy))
        case Resource() if record.check_by and not record.unheard:
            yield Timer(record.check_by, MissCheck())
        case _:
            pass  # nothing else waits for time


def _of_incident(incident: Incident, policy: Policy, changeover: int) -> Iterator[Timer]:
    for target, due in incident.targets(policy).items():
        if Missed(target, due) not in incident.missed:
            yield Timer(due, MissTarget(target))
    yield from (Timer(one.due, one) for one in rungs(incident, policy, changeover))
    yield from (Timer(one.due, MissAgency(one.agency)) for one in _agencies(incident) if not one.late)


def _agencies(incident: Incident) -> tuple[Telling, ...]:
    """Return the agencies that have not said yet that they know of a major incident."""
    major = incident.major
    return () if major is None or major.stood_down else major.unacknowledged


def _later(incident: Incident, target: Target, due: int) -> bool:
    """Tell whether a target is no matter yet: that a crime is recorded within a day, of an incident that waits for a grade."""
    return target is Target.CRIME and incident.stage is Stage.OPENED and Missed(target, due) not in incident.missed


def due_by(record: Record, policy: Policy) -> int | None:
    """Return when the next thing should have happened to a record (ns UTC): what the board counts down to, None for nothing."""
    found = [one.due for one in record.promises] if isinstance(record, Worked) else []
    match record:
        case Incident():
            found += (due for target, due in record.targets(policy).items() if not _later(record, target, due))
            found += (one.due for one in _agencies(record))
        case Contact():
            found += [by for by in (recall_due(record, policy),) if by is not None]
        case Expedite():
            found += [due for due in (record.answer_by(policy),) if due is not None]
        case Referral() if record.due:
            found.append(record.due)
        case _:
            pass
    return min(found, default=None)
