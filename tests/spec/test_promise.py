"""The promise ledger: what was promised, by when, who sees to it, and whether it was kept; each rule of domain/promise.py.

Source: letter, area 5 (people who are told something, ring again, and were told wrong).
"""

from typing import Any

import pytest

from hueandcry.domain import contact, expedite, outcome, parking, promise
from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.deployment import Arrive, Attended, Resourced, StoodDown
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.erasure import Erased, ErasureCompleted
from hueandcry.domain.expedite import Decision, Expedite, Means, TellBack
from hueandcry.domain.fact import Fact
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import AddContact, Contacted, Incident, Opened
from hueandcry.domain.outcome import CallerTold, Resulted, TellCaller
from hueandcry.domain.promise import (
    BreakPromise,
    Broken,
    KeepPromise,
    Kept,
    MakePromise,
    PassedOn,
    PassPromiseOn,
    Promised,
    Released,
    ReleasePromise,
)
from hueandcry.domain.timer import Timer, due_by, timers
from hueandcry.domain.worked import Promise, Promising, Worked
from hueandcry.operator.verbs import carry_out
from tests.spec.harness import (
    APPROVAL,
    MINUTE,
    START,
    commands_in,
    given,
    on_duty,
    policy,
    ref,
    stream_of,
    there,
    who_may,
)
from tests.staging import Stage, work

CALL = stream_of(Contact)
SECOND_CALL = stream_of(Contact, 1)
DUE = START + 20 * MINUTE
LATER = START + 30 * MINUTE

RINGING: tuple[Fact[Any], ...] = (contact.Rang(Channel.EMERGENCY, "07700 900001"), contact.Answered("1001"))
LINKED = contact.Linked(stream_of(Incident))
WAITING: tuple[Fact[Any], ...] = (
    Opened("suspicious", False, "1001", CALL, "a man is shouting"),
    Assessed((), (), 0, False, "3", ("vulnerable",), ""),
    Graded("3", "3", 0, ref(Incident, 2), ""),
)
SENT = Resourced("AB12", False)
AT_SCENE = Attended("AB12")
DEALT_WITH = Resulted("attended", True, None, "arrest made")
HISTORY = IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came")
ASKED = expedite.Asked("mri-ward-12", "walkout", CALL, "Sister Jones", "0161 496 0000", "patient left")
DECIDED: tuple[Fact[Any], ...] = (
    expedite.Verified(Means.CALL_BACK, ""),
    expedite.Decided(Decision.ACCEPT, Means.CALL_BACK, "3003", "real and immediate risk"),
)
FREED = StoodDown("AB12", "it is closed")
TOLD_BACK = expedite.Told("Sister Jones", "we are looking")

CLOSED: dict[type[Worked], tuple[Fact[Any], ...]] = {
    Contact: (*RINGING, LINKED, contact.Closed("")),
    Incident: (*WAITING, SENT, AT_SCENE, DEALT_WITH, outcome.Closed("")),
    Expedite: (ASKED, *DECIDED, TOLD_BACK, expedite.Closed("")),
}
NAMES = ["contact", "incident", "expedite"]

MAKE: Command[Any] = MakePromise(Promising.CALL_BACK, DUE, "2002", "told her twenty minutes")
KEEP: Command[Any] = KeepPromise(4, "spoke to her sister")
RELEASE: Command[Any] = ReleasePromise(4, "she is at the station herself now")
PASS_ON: Command[Any] = PassPromiseOn(4, there("2002"))
BREAK: Command[Any] = BreakPromise(4)
WORK = [MAKE, KEEP, RELEASE, PASS_ON]


def promised(what: Promising = Promising.CALL_BACK, due: int = DUE, owner: str = "1001") -> Fact[Any]:
    """Return a promise, by default to ring back within twenty minutes of START."""
    return Promised(what, due, owner, "told her so")


def name_of(command: Command[Any]) -> str:
    return type(command).__name__


PROMISED = (*WAITING, promised())  # promise 4

# What nobody may do


@pytest.mark.parametrize("command", WORK, ids=name_of)
def test_the_floor_makes_and_keeps_promises_and_nobody_else(command: Command[Any]) -> None:
    assert who_may(command) == FLOOR


def test_only_the_watch_records_that_a_promise_was_broken() -> None:
    assert who_may(BREAK) == (Role.WATCH,)


def test_every_command_on_promises_has_its_roles_checked_here() -> None:
    assert {type(one) for one in (BREAK, *WORK)} == commands_in(promise)


@pytest.mark.parametrize("command", WORK, ids=name_of)
@pytest.mark.parametrize("on", CLOSED, ids=NAMES)
def test_nothing_is_promised_about_a_record_that_is_not_there(on: type[Worked], command: Command[Any]) -> None:
    given(on=on).when(command).then_refused("there is no such record")


@pytest.mark.parametrize("command", WORK, ids=name_of)
@pytest.mark.parametrize(("on", "facts"), CLOSED.items(), ids=NAMES)
def test_nothing_is_promised_about_a_record_that_is_closed(
    on: type[Worked], facts: tuple[Fact[Any], ...], command: Command[Any]
) -> None:
    given(*facts, on=on).when(command).then_refused("nobody works on this any more, so nothing is promised about it")


def test_nothing_is_promised_about_history() -> None:
    given(HISTORY, on=Incident).when(MAKE).then_refused(
        "nobody works on this any more, so nothing is promised about it"
    )


@pytest.mark.parametrize("erasure", [(Erased(APPROVAL),), (Erased(APPROVAL), ErasureCompleted(0, ("restored",)))])
def test_nothing_is_promised_about_a_record_whose_words_are_gone_though_a_restored_journal_has_it_open(
    erasure: tuple[Fact[Any], ...],
) -> None:
    given(*WAITING, *erasure, on=Incident).when(MAKE).then_refused(
        "nobody works on this any more, so nothing is promised about it"
    )


@pytest.mark.parametrize("command", [KEEP, RELEASE, PASS_ON], ids=name_of)
@pytest.mark.parametrize(
    "facts",
    [
        WAITING,
        (*PROMISED, Kept(4, Promising.CALL_BACK, False, "")),
        (*PROMISED, Released(4, Promising.CALL_BACK, "she came in")),
        (*WAITING, outcome.CallerTold("no"), promised()),
    ],
    ids=["never made", "kept", "released", "another number"],
)
def test_a_promise_that_is_not_open_is_neither_kept_nor_released_nor_passed_on(
    facts: tuple[Fact[Any], ...], command: Command[Any]
) -> None:
    given(*facts, on=Incident).when(command).then_refused("promise 4 is not open here")


# Making


@pytest.mark.parametrize(("on", "facts"), [(Contact, RINGING), (Incident, WAITING), (Expedite, (ASKED,))], ids=NAMES)
def test_a_promise_says_what_by_when_and_who_sees_to_it(on: type[Worked], facts: tuple[Fact[Any], ...]) -> None:
    record = given(*facts, on=on).when(MAKE).then(Promised(Promising.CALL_BACK, DUE, "2002", "told her twenty minutes"))
    assert record.promises == (Promise(len(facts) + 1, Promising.CALL_BACK, DUE, "2002"),)


def test_who_promises_sees_to_it_where_nobody_is_named() -> None:
    made = MakePromise(Promising.UPDATE, DUE, "", "")
    given(*WAITING, on=Incident).when(made).then(Promised(Promising.UPDATE, DUE, "1001", ""))


@pytest.mark.parametrize("now", [DUE, DUE + 1], ids=["now", "past"])
def test_nothing_is_promised_for_a_time_that_has_come(now: int) -> None:
    before = given(*WAITING, on=Incident)
    before.when(MAKE, on_duty(now=now)).then_refused("a promise is for a time that is still to come")


def test_promises_stand_in_the_order_in_which_they_were_made() -> None:
    record = given(*PROMISED, promised(Promising.UPDATE), promised(due=LATER), on=Incident).record
    assert [one.number for one in record.promises] == [4, 5, 6]
    assert record.promised(Promising.CALL_BACK) == (
        Promise(4, Promising.CALL_BACK, DUE, "1001"),
        Promise(6, Promising.CALL_BACK, LATER, "1001"),
    )


def test_the_board_counts_down_to_the_first_promise() -> None:
    assert due_by(given(*RINGING, promised(due=LATER), promised(), on=Contact).record, policy()) == DUE


# Keeping and releasing


@pytest.mark.parametrize(("now", "late"), [(DUE - 1, False), (DUE + 1, True)], ids=["in time", "late"])
def test_a_promise_is_kept_in_time_or_late(now: int, late: bool) -> None:
    record = (
        given(*PROMISED, on=Incident)
        .when(KEEP, on_duty(now=now))
        .then(Kept(4, Promising.CALL_BACK, late, "spoke to her sister"))
    )
    assert record.promises == ()


def test_of_two_promises_the_one_that_is_named_is_kept() -> None:
    before = given(*PROMISED, promised(Promising.UPDATE, LATER), on=Incident)
    record = before.when(KeepPromise(5, "")).then(Kept(5, Promising.UPDATE, False, ""))
    assert [one.number for one in record.promises] == [4]


def test_a_promise_is_released_for_a_reason() -> None:
    before = given(*PROMISED, promised(Promising.UPDATE), on=Incident)
    record = before.when(RELEASE).then(Released(4, Promising.CALL_BACK, "she is at the station herself now"))
    assert [one.number for one in record.promises] == [5]


def test_a_promise_is_not_released_without_a_reason() -> None:
    before = given(*PROMISED, on=Incident)
    before.when(ReleasePromise(4, "")).then_refused(
        "say why the promise does not hold any more, and what they were told"
    )


# Passing on


def test_a_promise_is_passed_on_and_is_the_same_promise() -> None:
    before = given(*PROMISED, promised(Promising.UPDATE), on=Incident)
    record = before.when(PASS_ON).then(PassedOn(4, Promising.CALL_BACK, "2002"))
    assert record.promises == (
        Promise(4, Promising.CALL_BACK, DUE, "2002"),
        Promise(5, Promising.UPDATE, DUE, "1001"),
    )


def test_a_promise_is_not_passed_on_to_who_has_it() -> None:
    passed_on = PassedOn(4, Promising.CALL_BACK, "2002")
    given(*PROMISED, passed_on, on=Incident).when(PASS_ON).then_refused("2002 sees to it already")


# Broken


BROKEN: Fact[Any] = Broken(4, Promising.CALL_BACK, DUE, "1001")


@pytest.mark.parametrize(("on", "facts"), [(Contact, RINGING), (Incident, WAITING), (Expedite, (ASKED,))], ids=NAMES)
def test_time_demands_that_a_promise_is_kept_whatever_it_was_made_about(
    on: type[Worked], facts: tuple[Fact[Any], ...]
) -> None:
    record = given(*facts, promised(), on=on).record
    assert Timer(DUE, BreakPromise(len(facts) + 1)) in timers(record, policy(), 0)


def test_a_promise_is_not_broken_before_its_time() -> None:
    given(*PROMISED, on=Incident).when(BREAK, on_duty(now=DUE - 1)).then_nothing()


def test_a_promise_whose_time_passed_is_broken_and_stays_open() -> None:
    before = given(*PROMISED, promised(Promising.UPDATE), on=Incident)
    record = before.when(BREAK, on_duty(now=DUE)).then(BROKEN)
    assert record.promises == (
        Promise(4, Promising.CALL_BACK, DUE, "1001", broken=True),
        Promise(5, Promising.UPDATE, DUE, "1001"),
    )


def test_whoever_had_a_promise_in_the_end_is_who_broke_it() -> None:
    before = given(*PROMISED, PassedOn(4, Promising.CALL_BACK, "2002"), on=Incident)
    before.when(BREAK, on_duty(now=DUE)).then(Broken(4, Promising.CALL_BACK, DUE, "2002"))


def test_a_promise_is_broken_once() -> None:
    before = given(*PROMISED, BROKEN, on=Incident)
    before.when(BREAK, on_duty(now=LATER)).then_nothing()
    assert BREAK not in [one.command for one in timers(before.record, policy(), 0)]


def test_a_promise_that_was_kept_is_not_broken_any_more() -> None:
    kept = Kept(4, Promising.CALL_BACK, False, "")
    given(*PROMISED, kept, on=Incident).when(BREAK, on_duty(now=LATER)).then_nothing()


@pytest.mark.parametrize(
    ("command", "fact"),
    [
        (KEEP, Kept(4, Promising.CALL_BACK, True, "spoke to her sister")),
        (RELEASE, Released(4, Promising.CALL_BACK, "she is at the station herself now")),
    ],
    ids=["kept", "released"],
)
def test_a_broken_promise_is_kept_late_or_released(command: Command[Any], fact: Fact[Any]) -> None:
    record = given(*PROMISED, BROKEN, on=Incident).when(command, on_duty(now=LATER)).then(fact)
    assert record.promises == ()


def test_a_broken_promise_that_is_passed_on_stays_broken() -> None:
    record = given(*PROMISED, BROKEN, PassedOn(4, Promising.CALL_BACK, "2002"), on=Incident).record
    assert record.promises == (Promise(4, Promising.CALL_BACK, DUE, "2002", broken=True),)


# Kept by what is done anyway


EVERY_SORT: tuple[Fact[Any], ...] = tuple(
    promised(what) for what in Promising
)  # one of each, in the order of Promising


def number_of(what: Promising, before: tuple[Fact[Any], ...]) -> int:
    """Return the number of the promise of a sort among one of each, made after some facts."""
    return len(before) + 1 + list(Promising).index(what)


def left(record: Worked) -> set[Promising]:
    """Return what is still promised."""
    return {one.what for one in record.promises}


def test_an_arrival_keeps_every_arrival_that_was_promised_and_nothing_else() -> None:
    before = given(*WAITING, *EVERY_SORT, SENT, promised(Promising.ARRIVAL, LATER), on=Incident)
    first, last = number_of(Promising.ARRIVAL, WAITING), len(WAITING) + len(Promising) + 2
    record = before.when(Arrive("AB12"), on_duty(now=DUE + 1)).then(
        AT_SCENE, Kept(first, Promising.ARRIVAL, True, ""), Kept(last, Promising.ARRIVAL, False, "")
    )
    assert left(record) == set(Promising) - {Promising.ARRIVAL}


def test_telling_the_caller_keeps_the_promise_to_tell_them_and_nothing_else() -> None:
    before = given(*WAITING, *EVERY_SORT, on=Incident)
    record = before.when(TellCaller("nobody comes")).then(
        CallerTold("nobody comes"), Kept(number_of(Promising.TELL_CALLER, WAITING), Promising.TELL_CALLER, False, "")
    )
    assert left(record) == set(Promising) - {Promising.TELL_CALLER}


def test_telling_the_partner_keeps_the_promise_to_tell_them_and_nothing_else() -> None:
    before = given(ASKED, *DECIDED, *EVERY_SORT, on=Expedite)
    record = before.when(TellBack("Sister Jones", "we are looking")).then(
        TOLD_BACK, Kept(number_of(Promising.TELL_PARTNER, (ASKED, *DECIDED)), Promising.TELL_PARTNER, False, "")
    )
    assert left(record) == set(Promising) - {Promising.TELL_PARTNER}


def test_taking_a_parked_caller_up_keeps_the_promise_to_and_nothing_else() -> None:
    before = given(*RINGING, *EVERY_SORT, parking.Parked("a 999 rings"), on=Contact)
    record = before.when(contact.Answer()).then(
        contact.TakenUp("1001"), Kept(number_of(Promising.TAKE_UP, RINGING), Promising.TAKE_UP, False, "")
    )
    assert left(record) == set(Promising) - {Promising.TAKE_UP}


# Nothing is closed over a promise


TO_CLOSE = pytest.mark.parametrize(
    ("on", "facts", "command", "closed"),
    [
        (Contact, (*RINGING, LINKED), contact.Close(""), (contact.Closed(""),)),
        (
            Incident,
            (*WAITING, SENT, AT_SCENE, DEALT_WITH),
            outcome.Close(""),
            (outcome.Closed(""), StoodDown("AB12", "it is closed")),
        ),
        (Expedite, (ASKED, *DECIDED, TOLD_BACK), expedite.Close(""), (expedite.Closed(""),)),
    ],
    ids=NAMES,
)


@TO_CLOSE
@pytest.mark.parametrize("passed", [False, True], ids=["still to come", "broken"])
def test_nothing_is_closed_about_which_a_promise_is_open(
    on: type[Worked], facts: tuple[Fact[Any], ...], command: Command[Any], closed: tuple[Fact[Any], ...], passed: bool
) -> None:
    number = len(facts) + 1
    broken = (Broken(number, Promising.CALL_BACK, DUE, "1001"),) if passed else ()
    given(*facts, promised(), *broken, on=on).when(command).then_refused(
        f"a promise is open: call-back ({number}); keep it ('kept'), or release it with a reason ('release')"
    )


def test_every_promise_that_stands_in_the_way_of_the_close_is_named() -> None:
    before = given(*RINGING, LINKED, promised(), promised(Promising.TELL_CALLER), on=Contact)
    before.when(contact.Close("")).then_refused(
        "a promise is open: call-back (4), tell-caller (5); keep it ('kept'), or release it with a reason ('release')"
    )


@TO_CLOSE
@pytest.mark.parametrize("released", [False, True], ids=["kept", "released"])
def test_what_was_promised_about_is_closed_once_the_promise_is_kept_or_released(
    on: type[Worked], facts: tuple[Fact[Any], ...], command: Command[Any], closed: tuple[Fact[Any], ...], released: bool
) -> None:
    number, what = len(facts) + 1, Promising.CALL_BACK
    done = Released(number, what, "she came in") if released else Kept(number, what, False, "")
    given(*facts, promised(), done, on=on).when(command).then(*closed)


# A caller who rings again


def test_a_caller_who_rings_again_is_heard_on_the_promises_whose_time_had_passed_and_on_no_others() -> None:
    before = given(
        *WAITING,
        promised(),
        promised(Promising.ARRIVAL),
        promised(Promising.TELL_CALLER),
        promised(Promising.UPDATE, DUE + 1),
        promised(Promising.UPDATE),
        Kept(5, Promising.ARRIVAL, False, ""),
        Released(6, Promising.TELL_CALLER, "she knows"),
        on=Incident,
    )
    record = before.when(AddContact(SECOND_CALL), on_duty(now=DUE)).then(Contacted(SECOND_CALL, (4, 8)))
    assert [one.number for one in record.promises] == [4, 7, 8]


def test_a_promise_that_the_watch_recorded_as_broken_is_named_to_who_rings_again() -> None:
    before = given(*PROMISED, BROKEN, on=Incident)
    before.when(AddContact(SECOND_CALL), on_duty(now=LATER)).then(Contacted(SECOND_CALL, (4,)))


def test_a_promise_that_was_kept_in_time_and_written_down_afterwards_was_not_late() -> None:
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.DISPATCHER)
    work(desk, "open - welfare\npromise 1 call-back 10m")
    stage.pass_time(3600)
    (entry,) = carry_out(desk, "back 55m kept 1 call-back spoke to her")
    assert isinstance(entry.fact, Kept)
    assert not entry.fact.late


def test_a_caller_who_rang_again_before_the_time_and_is_written_down_after_it_names_no_broken_promise() -> None:
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.DISPATCHER)
    work(desk, "open - welfare\npromise 1 call-back 10m\nring 101\nanswer .")
    stage.pass_time(3600)
    contacted = carry_out(desk, "back 55m link . 1")[-1].fact
    assert isinstance(contacted, Contacted)
    assert contacted.unkept == ()


def test_a_span_that_is_written_down_afterwards_counts_from_the_moment_when_it_was_said() -> None:
    """Twenty minutes were promised eighteen minutes ago: two are left."""
    stage = Stage()
    desk = stage.desk("2001", Role.HANDLER, Role.DISPATCHER)
    work(desk, "open - welfare\nback 18m promise 1 arrival 20m\nback 30m promise 1 call-back 10m")
    arrival, call_back = [one.fact for one in stage.log.entries() if isinstance(one.fact, Promised)]
    assert (arrival.due, call_back.due) == (stage.clock() + 2 * MINUTE, stage.clock() - 20 * MINUTE)
