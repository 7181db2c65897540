"""What is worked on: a contact, an incident, an expedite or a referral, with the promises that were made about it.

Theory of operation. Whatever is open stands in exactly one queue and has exactly one owner. A promise stands open until it
is kept or released with a reason; its time may pass meanwhile, which is a fact of its own (domain/promise.py). Nothing
with an open promise or a bring-up to come is closed.
"""

from abc import abstractmethod
from enum import Enum
from typing import Self

from msgspec import Struct

from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Record
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code, Instant, StreamId


class Promising(Enum):
    """What somebody was promised."""

    ARRIVAL = "arrival"
    CALL_BACK = "call-back"
    TAKE_UP = "take-up"
    TELL_CALLER = "tell-caller"
    TELL_PARTNER = "tell-partner"
    UPDATE = "update"


class Promise(Struct, frozen=True, array_like=True):
    """An open promise: the number of its fact, what was promised, by when (ns UTC), and who sees to it."""

    number: int
    what: Promising
    due: Instant
    owner: Code
    broken: bool = False


class Rung(Struct, frozen=True, array_like=True):
    """A standing question that rang, by which fact, and whether somebody knows."""

    question: Code
    number: int
    heeded: bool = False


class Check(Struct, frozen=True, array_like=True):
    """A check that was asked for and has not come back: the number of its fact, and in which system."""

    number: int
    system: Code


class Reminder(Struct, frozen=True, array_like=True):
    """What is to be brought up: the number of its fact, when (ns UTC), and whether it is up."""

    number: int
    due: Instant
    up: bool = False


class Hushed(Struct, frozen=True, array_like=True):
    """What is put off: each alert as a code of its words, until when (ns UTC), and whether one person did so alone."""

    alerts: tuple[Code, ...]
    until: Instant
    alone: bool


class Part(Enum):
    """What part a person has in what is worked on."""

    CALLER = "caller"
    VICTIM = "victim"
    SUSPECT = "suspect"
    WITNESS = "witness"
    MISSING = "missing"
    SUBJECT = "subject"
    HOUSEHOLD = "household"
    OTHER = "other"


class Involved(Struct, frozen=True, array_like=True):
    """A person who has to do with it, and in which part."""

    nominal: StreamId
    part: Part


class Given(Struct, frozen=True, array_like=True):
    """How a question of a set was answered."""

    question: Code
    answer: Code


class Rated(Struct, frozen=True, array_like=True):
    """The level that a person gave by a question set."""

    set: Code
    level: Code


class Questioned(Record, frozen=True, kw_only=True):
    """What question sets may be asked about."""

    answers: tuple[Given, ...] = ()
    levels: tuple[Rated, ...] = ()

    def rated(self) -> Self:
        """Return the record after another level was given by a set; risk may have to be assessed anew."""
        return self

    def level_of(self, set_code: str) -> str:
        """Return the level that was given by a set, empty where none was."""
        return next((one.level for one in self.levels if one.set == set_code), "")


class Worked(Questioned, frozen=True, kw_only=True):
    """What contacts, incidents, expedites and referrals have in common."""

    promises: tuple[Promise, ...] = ()
    rung: tuple[Rung, ...] = ()
    checks: tuple[Check, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    people: tuple[Involved, ...] = ()
    referrals: tuple[StreamId, ...] = ()
    forms: tuple[StreamId, ...] = ()
    forms_open: tuple[StreamId, ...] = ()
    put_off: Hushed | None = None

    @property
    @abstractmethod
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""

    @property
    @abstractmethod
    def queue(self) -> str | None:
        """The one queue in which it stands while it is open."""

    @property
    @abstractmethod
    def owner(self) -> str:
        """Who has it now: a collar number, or the role whose queue it stands in."""

    @property
    def in_hand(self) -> bool:
        """Whether a person has it, and not only a queue."""
        return self.open and self.owner not in Role._value2member_map_

    @property
    def is_vulnerable(self) -> bool:
        """Whether somebody is known to be vulnerable."""
        return False

    @property
    def careful(self) -> bool:
        """Whether what takes attention from it asks for a second look."""
        return self.is_vulnerable

    @abstractmethod
    def handed_to(self, collar: str) -> Self:
        """Return the record in the hands of another person; in nobody's, so that it waits in its queue, for an empty text."""

    def placed(self, district: str) -> Self:
        """Return the record at a listed place, where it is one that is anywhere."""
        return self

    def updated(self) -> Self:
        """Return the record after somebody wrote in its log; whoever works it may have to be told."""
        return self

    def has_rung(self, question: Code, number: int) -> bool:
        """Tell whether a standing question rang by a fact, and that is recorded."""
        return any((one.question, one.number) == (question, number) for one in self.rung)

    @property
    def unheeded(self) -> str:
        """The standing question that rang last and that nobody has seen to, empty where there is none."""
        return next((one.question for one in reversed(self.rung) if not one.heeded), "")

    def stands(self, what: Promising) -> str:
        """Return why an open promise of a sort can be neither kept nor given up by saying so, empty where it can."""
        return ""

    def promised(self, what: Promising) -> tuple[Promise, ...]:
        """Return the open promises of a sort."""
        return tuple(one for one in self.promises if one.what is what)


def word_kept(worked: Worked) -> None:
    """Refuse to close what a promise is open about, or what is still to be brought up."""
    if worked.promises:
        named = ", ".join(f"{one.what.value} ({one.number})" for one in worked.promises)
        raise Refused(f"a promise is open: {named}; keep it ('kept'), or release it with a reason ('release')")
    if worked.forms_open:
        raise Refused("a form is kept for whoever is missing: say that they are back ('found')")
    if worked.reminders:
        numbers = ", ".join(str(one.number) for one in worked.reminders)
        raise Refused(f"it is still to be brought up ({numbers}): see to that first ('done')")
