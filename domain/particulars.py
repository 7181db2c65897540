"""The particulars of a contact and of an incident: what their records are made of, each a small thing with a name.

Theory of operation. These hold what facts came to, for rules and screens to read; no fact has them changed but by its
`apply`. They stand beside the record so that its page holds what an incident does.
"""

from enum import Enum

from msgspec import Struct

from hueandcry.domain.duty import Role
from hueandcry.domain.reference import Code, FactRef, Instant, StreamId


class Triaged(Struct, frozen=True, array_like=True):
    """One element of the risk model: the answer, or `not-asked` with its reason in the fact `said`; recorded at `at`, ns UTC."""

    element: Code
    answer: Code
    said: FactRef
    at: Instant


class Recall(Struct, frozen=True, array_like=True):
    """How a lost caller is rung back: when they were lost (ns UTC), how often it was tried, when last, whether it worked.

    `late` is the time that passed without anybody ringing back, as the watch recorded it last.
    """

    lost: Instant
    tried: int = 0
    last: Instant = 0
    reached: bool = False
    late: Instant = 0


class CallerAt(Struct, frozen=True, array_like=True):
    """Which fact says where the network has the caller, as of when (ns UTC), and whether that can be true."""

    said: FactRef
    taken: Instant
    plausible: bool


class Reply(Struct, frozen=True, array_like=True):
    """One element of an assessment: the answer, or `not-asked` with the reason where it was given with the assessment."""

    element: Code
    answer: Code
    why: Code | None = None


class Escalation(Struct, frozen=True, array_like=True):
    """A rung of the ladder that was raised: by which fact, to whom, when it was due and raised, who acknowledged it."""

    number: int
    to: Role
    due: Instant
    raised: Instant
    acknowledged: Code = ""


class InterimRisk(Enum):
    """How bad it could get between the call and the arrival."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Interim(Struct, frozen=True, array_like=True):
    """The risk until somebody is there, and when it is to be looked at again (ns UTC)."""

    risk: InterimRisk
    due: Instant


class Target(Enum):
    """What should have happened by a certain time."""

    INTERIM = "interim-review"
    RESOURCE = "resource"
    ATTEND = "attend"
    REVIEW = "review"
    CRIME = "crime-recording"
    DESK = "desk-review"


class Missed(Struct, frozen=True, array_like=True):
    """A target that passed unmet, and when it was due."""

    target: Target
    due: Instant


class Telling(Struct, frozen=True, array_like=True):
    """An agency that must be told of a major incident: by when it should know (ns UTC), and whether it does."""

    agency: Code
    due: Instant
    told: bool = False
    acknowledged: bool = False
    late: bool = False


class Major(Struct, frozen=True, array_like=True):
    """A declared major incident: since when, which agencies must know, and whether it is stood down."""

    since: Instant
    agencies: tuple[Telling, ...]
    stood_down: bool = False

    @property
    def unacknowledged(self) -> tuple[Telling, ...]:
        """The agencies that have not said that they know."""
        return tuple(one for one in self.agencies if not one.acknowledged)


class Tie(Struct, frozen=True, array_like=True):
    """Another incident that this one has to do with, and how."""

    to: StreamId
    how: Code
