"""Putting off what calls about an item: who does it, why, until when; and what comes back at its time, or before it.

Theory of operation. An alert follows from the record as it stands and goes when its reason does; putting it off takes away the
call, not the reason. The fact keeps what was said, each alert as a code of its exact words, and only an alert in just those words
is silent, as often as it was said then: whatever says other words is heard at once. It ends at its time, by the watch; before that
by a person; with the item; and at once where the item has become one that nobody puts off alone. It is no work on the item, so no
standing question takes it for that. Source: EEMUA 191 as reported: what is shelved has an expiry and a reason, and the most urgent
is never shelved by one person alone; LAS 1992: exceptions scrolled out of sight.
"""

import re
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.alert import EMERGENCY
from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import CODE_MAX, NS_PER_S, Code, FactRef, Instant
from hueandcry.domain.worked import Hushed, Worked

LONGEST_MIN = 60  # an hour untouched is what standing questions ring for: nothing is silent for longer than that
_NO_LETTER = re.compile("[^a-z0-9]")


def code_of(alert: str) -> str:
    """Return the exact words of an alert as a code: in small letters, a dash for whatever is no letter or digit."""
    return _NO_LETTER.sub("-", alert.lower()).strip("-")[:CODE_MAX]


def asks_for_two(worked: Worked, policy: Policy) -> bool:
    """Tell whether nobody puts off alone what calls about an item: vulnerable, domestic, or of its pack's most urgent grade."""
    if worked.careful:
        return True
    if not isinstance(worked, Incident) or not worked.grade:
        return False
    return policy.grades_of(worked.graded_under).grade[0].code == worked.grade


def silent_until(worked: Worked, policy: Policy) -> int:
    """Return until when something about an item is put off (ns UTC), 0 where nothing is, or may be any more."""
    hushed = worked.put_off
    if hushed is None or (hushed.alone and asks_for_two(worked, policy)):
        return 0
    return hushed.until


# Facts


@fact("record.alerts_put_off", version=1, says="Put off until {until}: {alerts}: {reason}")
class AlertsPutOff(Fact[Worked], frozen=True):
    """What called is silent until a time; `approval` names the second person's approval where the rule asks for one."""

    alerts: Plain[tuple[Code, ...]]
    until: Plain[Instant]
    approval: Plain[FactRef | None]
    reason: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, put_off=Hushed(self.alerts, self.until, self.approval is None))


@fact("record.alerts_brought_back", version=1, says="Brought back, put off until {until}: {alerts}")
class AlertsBroughtBack(Fact[Worked], frozen=True):
    """What was put off calls again: its time is over, it may not be put off any more, or a person said so."""

    alerts: Plain[tuple[Code, ...]]
    until: Plain[Instant]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, put_off=None)


# Commands


class PutOff(Command[Worked], frozen=True):
    """Put off what calls about an item; `alerts` are its exact words. Source: EEMUA 191 as reported, on shelving."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    under: ClassVar[PackKind | None] = PackKind.GRADES
    alerts: tuple[str, ...]
    until: int
    reason: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so nothing is put off")
        if not self.reason:
            raise Refused("say why it is put off")
        if self.until <= duty.now:
            raise Refused("what calls is put off to a time that is still to come")
        if self.until > duty.now + LONGEST_MIN * 60 * NS_PER_S:
            raise Refused(f"what calls is put off for {LONGEST_MIN} minutes at most")
        if isinstance(worked, Contact) and worked.channel is Channel.EMERGENCY and not worked.answered:
            raise Refused("a 999 call that nobody has answered is never put off")
        if silent_until(worked, duty.policy) > duty.now:
            raise Refused("something about it is put off already: bring that back first ('bringback')")
        self._may_be_silent(worked, duty)
        codes = tuple(code_of(one) for one in self.alerts)
        return [*_over(worked), AlertsPutOff(codes, self.until, duty.approval, self.reason)]

    def _may_be_silent(self, worked: Worked, duty: Duty) -> None:
        if not self.alerts:
            raise Refused("nothing calls for anybody about this, so there is nothing to put off")
        if any(one.endswith(EMERGENCY) for one in self.alerts):
            raise Refused("a crew's EMERGENCY is never put off")
        if asks_for_two(worked, duty.policy) and duty.approval is None:
            raise Refused(
                "what is of the most urgent grade, vulnerable or domestic is put off with a second look: "
                "put 'propose' before the line, and have another person approve it",
                second_look=True,
            )


class BringBack(Command[Worked], frozen=True):
    """Let what was put off call again; the watch at its time, once, a person before it."""

    may: ClassVar[tuple[Role, ...]] = (*FLOOR, Role.WATCH)

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if self.role_for(duty) is Role.WATCH:
            return _over(worked) if silent_until(worked, duty.policy) <= duty.now else []
        if worked.put_off is None:
            raise Refused("nothing about this is put off")
        return _over(worked)


def _over(worked: Worked) -> list[Fact[Worked]]:
    """Return that what is put off is not any more."""
    hushed = worked.put_off
    return [] if hushed is None else [AlertsBroughtBack(hushed.alerts, hushed.until)]
