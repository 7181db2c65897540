"""On duty: who acts, in which role, from which seat, at what moment, under which policy.

Theory of operation. The domain has no clock and knows no session; the desk stamps a Duty and hands it to each command.
A command names the roles that may give it; whoever has none of them is refused (deny by default).
"""

from abc import abstractmethod
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from msgspec import Struct

from hueandcry.domain.fact import Fact, Record
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import FactRef, Instant

R = TypeVar("R", bound=Record)


class Role(Enum):
    """What a member of staff may do; a person may hold several."""

    HANDLER = "handler"
    DISPATCHER = "dispatcher"
    VULNERABILITY = "vulnerability"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SERGEANT = "sergeant"
    INSPECTOR = "inspector"
    INCIDENT_MANAGER = "incident-manager"
    WATCH = "watch"


FLOOR = (Role.HANDLER, Role.DISPATCHER, Role.VULNERABILITY, Role.SUPERVISOR, Role.INCIDENT_MANAGER)
FIELD = (*FLOOR, Role.SERGEANT, Role.INSPECTOR)


class Place(Enum):
    """Where a seat stands: the letter tells of handlers at home from 2020 on."""

    OFFICE = "office"
    HOME = "home"


class Duty(Struct, frozen=True, kw_only=True):
    """Who acts, and when; `approval` is the fact by which another person approved exactly this act.

    `now` is when it happens (ns UTC): for what is written down `afterwards`, when it happened.
    """

    collar: str
    roles: tuple[Role, ...]
    session: str
    seat: str
    now: Instant
    policy: Policy
    approval: FactRef | None = None
    afterwards: bool = False


class Command(Struct, Generic[R], frozen=True):
    """Something a person wants done, in the imperative; deciding it yields facts or a refusal."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    under: ClassVar[PackKind | None] = None

    @abstractmethod
    def decide(self, record: R, duty: Duty) -> list[Fact[R]]:
        """Return the facts that follow, none where nothing does; raises Refused in the words of the rule."""

    def role_for(self, duty: Duty) -> Role:
        """Return the role under which this is done; refuses whoever has none of the roles that may."""
        for role in self.may:
            if role in duty.roles:
                return role
        raise Refused(
            f"this is for {' or '.join(role.value for role in self.may)}; {duty.collar} is signed on as "
            f"{', '.join(role.value for role in duty.roles) or 'nobody'}"
        )


AnyCommand = Command[Any]
