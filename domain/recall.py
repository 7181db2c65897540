"""A caller who was lost: ringing back, attempt by attempt, each with its time; and a caller who does not speak.

Theory of operation. An abandoned contact is rung back within a time of the grades pack and again after each attempt that
reached nobody, so many times as the pack says. The watch records once for each attempt that its time passed; that goes to
the supervisor. It is not closed before it was tried that often or somebody was reached, nor without the risk model.
A silent call follows a script: what the operator asked and what was heard, step by step.
Source: IOPC on Cleveland 2020 (an abandoned 999 call, eleven hours); the Silent Solution (55) of the 999 service.
"""

from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.contact import Contact, Stage, live, taken
from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Recall
from hueandcry.domain.policy import Policy
from hueandcry.domain.promise import given_up
from hueandcry.domain.reference import NS_PER_S, Code, Instant
from hueandcry.domain.worked import Promising


class Reached(Enum):
    """What ringing back came to."""

    NO_ANSWER = "no-answer"
    VOICEMAIL = "voicemail"
    ENGAGED = "engaged"
    CUT_OFF = "cut-off"
    SPOKE = "spoke"


class Means(Enum):
    """By whose help somebody talks to us."""

    INTERPRETER = "interpreter"
    TEXT_RELAY = "text-relay"
    BSL = "bsl"
    FAMILY = "family"


class SilentStep(Enum):
    """What was done in a silent call, or heard."""

    OPERATOR_ASKED = "operator-asked"
    COUGH_OR_TAP_ASKED = "cough-or-tap-asked"
    PRESS_55_ASKED = "press-55-asked"
    PRESSED_55 = "pressed-55"
    YES_NO_BY_TAPS = "yes-no-by-taps"
    HEARD = "heard"
    NOTHING_HEARD = "nothing-heard"


# Facts


@fact("contact.abandoned", version=1, says="The line was lost while {before}")
class Abandoned(Fact[Contact], frozen=True):
    """The caller was gone; someone has to ring back."""

    before: Plain[Stage]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, stage=Stage.ABANDONED, handler="", parked=0, recall=Recall(contact.occurred))


@fact("contact.recall_tried", version=1, says="Rang back, attempt {attempt}: {reached} {words}")
class RecallTried(Fact[Contact], frozen=True):
    """Somebody rang the lost caller back."""

    attempt: Plain[int]
    reached: Plain[Reached]
    words: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        before = contact.recall or Recall(contact.occurred)
        last, reached = max(before.last, contact.occurred), before.reached or self.reached is Reached.SPOKE
        return replace(contact, recall=Recall(before.lost, self.attempt, last, reached))


@fact("contact.recall_late", version=1, says="Nobody rang back by {due}; it goes to the {to}")
class RecallLate(Fact[Contact], frozen=True):
    """The time passed by which somebody should have rung back; the watch recorded it."""

    due: Plain[Instant]
    to: Plain[Role]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, recall=replace(contact.recall or Recall(contact.rang), late=self.due))


@fact("contact.silent_step", version=1, says="Silent call: {step} {words}")
class SilentStepTaken(Fact[Contact], frozen=True):
    """A step of the script for a caller who does not speak."""

    step: Plain[SilentStep]
    words: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, silent=(*contact.silent, self.step.value))


@fact("contact.operator_on_line", version=1, says="The 999 operator is still on the line: {on}")
class OperatorOnLine(Fact[Contact], frozen=True):
    """Whether the operator of the 999 service is still on the line."""

    on: Plain[bool]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, operator_on=self.on)


@fact("contact.helped_to_talk", version=1, says="Talks by {means}, language {language}: {words}")
class HelpedToTalk(Fact[Contact], frozen=True):
    """An interpreter, a text relay or a sign-language relay takes part."""

    means: Plain[Means]
    language: Plain[Code]
    words: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(contact, helped_by=self.means.value)


# What time demands


def recall_due(contact: Contact, policy: Policy) -> int | None:
    """Return by when a lost caller should be rung back (ns UTC), None where that was done often enough or reached them."""
    recall = contact.recall
    if (
        contact.stage is not Stage.ABANDONED
        or recall is None
        or recall.reached
        or recall.tried >= policy.grades.recalls
    ):
        return None
    return max(recall.lost, recall.last) + policy.grades.recall_every_s * NS_PER_S


# Commands


class Abandon(Command[Contact], frozen=True):
    """Record that the caller is gone; the contact waits to be rung back."""

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        live(contact)
        if contact.stage not in (Stage.RINGING, Stage.ANSWERED):
            raise Refused(f"the contact is {contact.stage.value}")
        return [Abandoned(contact.stage), *given_up(contact, Promising.TAKE_UP)]


class TryRecall(Command[Contact], frozen=True):
    """Record an attempt to ring a lost caller back."""

    reached: Reached
    words: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        if contact.stage is not Stage.ABANDONED:
            raise Refused(f"the contact is {contact.stage.value}: only a lost caller is rung back")
        tried = contact.recall.tried if contact.recall is not None else 0
        return [RecallTried(tried + 1, self.reached, self.words)]


class MissRecall(Command[Contact], frozen=True):
    """Record that nobody rang back in time; once for each attempt, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    under: ClassVar[PackKind | None] = PackKind.GRADES

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        due = recall_due(contact, duty.policy)
        if due is None or due > duty.now or contact.recall is None or contact.recall.late == due:
            return []
        return [RecallLate(due, Role.SUPERVISOR)]


class TakeSilentStep(Command[Contact], frozen=True):
    """Record a step of the script for a caller who does not speak."""

    step: SilentStep
    words: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        taken(contact)
        return [SilentStepTaken(self.step, self.words)]


class NoteOperator(Command[Contact], frozen=True):
    """Record whether the operator of the 999 service is still on the line."""

    on: bool

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        live(contact)
        if contact.operator_on is self.on:
            raise Refused(f"the operator is {'on the line' if self.on else 'off'} already")
        return [OperatorOnLine(self.on)]


class HelpToTalk(Command[Contact], frozen=True):
    """Record that an interpreter, a text relay or a sign-language relay takes part."""

    means: Means
    language: str
    words: str

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        taken(contact)
        return [HelpedToTalk(self.means, self.language, self.words)]
