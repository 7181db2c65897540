"""What time demands of a record: which command falls due when.

Theory of operation. Everything that becomes true by the passing of time is derived here from the record as it stands, so
that it survives any restart and no timer can die. The watch looks at each open record, and does the commands that are
due; each refuses to be done twice. What was recorded already is not demanded again.
"""

from collections.abc import Iterator

from msgspec import Struct

from hueandcry.domain.deployment import MissTarget
from hueandcry.domain.duty import AnyCommand
from hueandcry.domain.escalation import rungs
from hueandcry.domain.expedite import Expedite, MissAnswer
from hueandcry.domain.fact import Record
from hueandcry.domain.incident import Incident
from hueandcry.domain.particulars import Missed
from hueandcry.domain.policy import Policy
from hueandcry.domain.promise import BreakPromise
from hueandcry.domain.resource import MissCheck, Resource
from hueandcry.domain.worked import Worked


class Timer(Struct, frozen=True):
    """A command that falls due at a time (ns UTC)."""

    due: int
    command: AnyCommand


def timers(record: Record, policy: Policy, changeover: int) -> Iterator[Timer]:
    """Yield what time demands of a record that was not recorded yet; `changeover` is when the last shift began (ns UTC)."""
    if isinstance(record, Worked):
        yield from (Timer(one.due, BreakPromise(one.number)) for one in record.promises if not one.broken)
    match record:
        case Incident():
            for target, due in record.targets(policy).items():
                if Missed(target, due) not in record.missed:
                    yield Timer(due, MissTarget(target))
            yield from (Timer(one.due, one) for one in rungs(record, policy, changeover))
        case Expedite():
            answer_by = record.answer_by(policy)
            if answer_by is not None and answer_by != record.unanswered:
                yield Timer(answer_by, MissAnswer())
        case Resource():
            if record.check_by and not record.unheard:
                yield Timer(record.check_by, MissCheck())
        case _:
            pass  # nothing else waits for time


def due_by(record: Record, policy: Policy) -> int | None:
    """Return when the next thing should have happened to a record (ns UTC): what the board counts down to, None for nothing."""
    found = [one.due for one in record.promises] if isinstance(record, Worked) else []
    match record:
        case Incident():
            found += record.targets(policy).values()
        case Expedite():
            found += [due for due in (record.answer_by(policy),) if due is not None]
        case _:
            pass
    return min(found, default=None)
