"""The promise ledger: what a caller or a partner was promised, by when, who sees to it, and whether it was kept.

Theory of operation. Facts of any record that is worked on. A promise has one owner and a due time; when that passes the
watch records that it was broken, once, and it stays open all the same: it is kept late, or released with a reason. What
is done anyway keeps a promise of its sort: an arrival the promised arrival, telling the caller the promise to tell them.
Source: letter, area 5; the National Contact Management principles of 2010 (a caller who waits is told for how long).
"""

from typing import Any, ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Erasure, Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code, Instant
from hueandcry.domain.staff import Staff, at_work
from hueandcry.domain.worked import Promise, Promising, Worked

# Facts


@fact("record.promised", version=1, says="Promised {what} by {due}, {owner} sees to it: {words}")
class Promised(Fact[Worked], frozen=True):
    """Somebody was promised something."""

    what: Plain[Promising]
    due: Plain[Instant]
    owner: Plain[Code]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        made = Promise(worked.version, self.what, self.due, self.owner)
        return replace(worked, promises=(*worked.promises, made))


@fact("record.promise_kept", version=1, says="Promise {number} kept ({what}), late: {late} {words}")
class Kept(Fact[Worked], frozen=True):
    """What was promised was done."""

    number: Plain[int]
    what: Plain[Promising]
    late: Plain[bool]
    words: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return _without(worked, self.number)


@fact("record.promise_released", version=1, says="Promise {number} released ({what}): {reason}")
class Released(Fact[Worked], frozen=True):
    """The promise does not hold any more: whoever it was made to knows, could not be reached, or is gone."""

    number: Plain[int]
    what: Plain[Promising]
    reason: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return _without(worked, self.number)


@fact("record.promise_broken", version=1, says="Promise {number} broken: {what} was due by {due}, {owner} had it")
class Broken(Fact[Worked], frozen=True):
    """The time of a promise passed; the watch recorded it."""

    number: Plain[int]
    what: Plain[Promising]
    due: Plain[Instant]
    owner: Plain[Code]

    def apply(self, worked: Worked) -> Worked:
        now = tuple(replace(one, broken=True) if one.number == self.number else one for one in worked.promises)
        return replace(worked, promises=now)


@fact("record.promise_passed_on", version=1, says="{owner} sees to promise {number} ({what}) now")
class PassedOn(Fact[Worked], frozen=True):
    """Another person sees to the promise."""

    number: Plain[int]
    what: Plain[Promising]
    owner: Plain[Code]

    def apply(self, worked: Worked) -> Worked:
        now = tuple(replace(one, owner=self.owner) if one.number == self.number else one for one in worked.promises)
        return replace(worked, promises=now)


def _without(worked: Worked, number: int) -> Worked:
    return replace(worked, promises=tuple(one for one in worked.promises if one.number != number))


# Commands


def kept(worked: Worked, what: Promising, duty: Duty) -> list[Fact[Any]]:
    """Return that every open promise of a sort is kept by what is done now."""
    return [Kept(one.number, one.what, one.due <= duty.now, "") for one in worked.promised(what)]


def made(what: Promising, due: int, owner: str) -> list[Fact[Any]]:
    """Return that something is promised by what is done now."""
    return [Promised(what, due, owner, "")]


def given_up(worked: Worked, what: Promising) -> list[Fact[Any]]:
    """Return that no open promise of a sort holds any more, for whoever it was made to is gone."""
    return [Released(one.number, one.what, "") for one in worked.promised(what)]


def _open(worked: Worked) -> None:
    if not worked.version:
        raise Refused("there is no such record")
    if not worked.open:
        raise Refused("nobody works on this any more, so nothing is promised about it")


def _one(worked: Worked, number: int) -> Promise:
    for one in worked.promises:
        if one.number == number:
            return one
    raise Refused(f"promise {number} is not open here")


def _by_hand(worked: Worked, number: int) -> Promise:
    """Return a promise that is kept or given up by saying so, and not only by doing something."""
    one = _one(worked, number)
    still = worked.stands(one.what)
    if still:
        raise Refused(still)
    return one


class MakePromise(Command[Worked], frozen=True):
    """Promise something by a time, and say who sees to it."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    what: Promising
    due: int
    owner: str
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        _open(worked)
        if worked.erasure is not Erasure.NONE:
            raise Refused("nobody works on this any more, so nothing is promised about it")
        if self.due <= duty.now:
            raise Refused("a promise is for a time that is still to come")
        return [Promised(self.what, self.due, self.owner or duty.collar, self.words)]


class KeepPromise(Command[Worked], frozen=True):
    """Record that what was promised is done."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    number: int
    words: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        _open(worked)
        one = _by_hand(worked, self.number)
        return [Kept(one.number, one.what, one.due <= duty.now, self.words)]


class ReleasePromise(Command[Worked], frozen=True):
    """Give a promise up; needs a reason."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    number: int
    reason: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        _open(worked)
        one = _by_hand(worked, self.number)
        if not self.reason:
            raise Refused("say why the promise does not hold any more, and what they were told")
        return [Released(one.number, one.what, self.reason)]


class PassPromiseOn(Command[Worked], frozen=True):
    """Give a promise to another person to see to."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    number: int
    taker: Staff

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        _open(worked)
        one = _one(worked, self.number)
        if one.owner == self.taker.collar:
            raise Refused(f"{self.taker.collar} sees to it already")
        at_work(self.taker)
        return [PassedOn(one.number, one.what, self.taker.collar)]


class BreakPromise(Command[Worked], frozen=True):
    """Record that the time of a promise passed; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    number: int

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        due = [one for one in worked.promises if one.number == self.number and one.due <= duty.now and not one.broken]
        return [Broken(one.number, one.what, one.due, one.owner) for one in due]
