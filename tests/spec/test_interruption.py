"""What interrupts whom, how often in ten minutes, and by what: by stories to count, and over a busy shift by brute force.

Source: alarm practice of process control, at second hand; letter, area 3 (staff who are supported to be effective).
"""

from collections.abc import Iterator

import pytest

from hueandcry.domain.duty import Role
from hueandcry.domain.floor import Floor
from hueandcry.domain.interruption import FLOOD, MOST, Cause, Interruptions, Load, Sort
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.promise import BreakPromise
from hueandcry.domain.reference import Kind
from hueandcry.domain.resource import resource_stream
from hueandcry.domain.ringing import RingQuestion, RingVolume
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from tests.spec import bruteforce
from tests.spec.busy import CALM, Shift, adopt, tick
from tests.spec.harness import MINUTE, pack
from tests.staging import Stage, work

THRIVE = "threat=none harm=none risk=low investigation=none vulnerability=none engagement=wants-advice"


class Room(Stage):
    """A room in which each role has somebody who is signed on, the handlers two, and the sergeants another who covers CENTRAL."""

    def __init__(self) -> None:
        super().__init__()
        self.handler, self.other = self.desk("2211", Role.HANDLER), self.desk("2212", Role.HANDLER)
        self.dispatcher, self.vsu = self.desk("3301", Role.DISPATCHER), self.desk("4401", Role.VULNERABILITY)
        self.supervisor, self.sergeant = self.desk("5501", Role.SUPERVISOR), self.desk("6601", Role.SERGEANT)
        self.inspector, self.khan = self.desk("6602", Role.INSPECTOR), self.desk("6603", Role.SERGEANT)
        work(self.khan, "cover CENTRAL sergeant")
        work(self.supervisor, "partner mft nhs Trust\nsite mft ward-12 Ward / 0161 496 0012")
        work(self.dispatcher, "unit AB12 CENTRAL")
        work(self.founder, "off")

    def graded(self, number: int, grade: str) -> None:
        """Let an incident be opened, assessed and graded by the handler."""
        work(self.handler, f"open - welfare\nassess {number} {CALM}\ngrade {number} {grade} for I say so")

    def watch(self, *acts: Act) -> None:
        """Let the watch do something."""
        Desk(self.log, self.board, self.identity, THE_WATCH).do(acts)

    def incident(self, number: int) -> bytes:
        """Return the stream of today's incident of a number."""
        stream = self.board.incident_on("2026-11-23", number)
        assert stream is not None
        return stream

    def counted(self) -> Interruptions:
        """Return the fold over the whole journal."""
        found = Interruptions(Floor())
        for one in self.log.entries():
            found.take(one)
        return found

    def loads(self) -> dict[str, Load]:
        """Return what interrupted each, by collar number."""
        return {one.collar: one for one in self.counted().loads(self.clock())}

    def called(self) -> dict[str, list[Cause]]:
        """Return who was interrupted since they signed on, and by what."""
        return {collar: [cause for cause, _ in one.most] for collar, one in self.loads().items() if one.most}


@pytest.fixture
def room() -> Room:
    return Room()


# Who is called by what


def test_a_999_call_calls_all_handlers_who_are_signed_on(room: Room) -> None:
    work(room.other, "off")
    work(room.handler, "ring 999")
    assert room.called() == {"2211": [Cause(Sort.EMERGENCY_RINGS)]}


@pytest.mark.parametrize("line", ["ring 101", "ring chat", "ring partner", "ring 101 0161 496 9999"])
def test_any_other_call_interrupts_nobody(room: Room, line: str) -> None:
    work(room.handler, line)
    assert room.called() == {}


def test_a_partners_call_calls_the_vulnerability_desk_and_on_999_the_handlers(room: Room) -> None:
    work(room.handler, "ring 101 01614960012")
    assert room.called() == {"4401": [Cause(Sort.PARTNER_RINGS, "ward-12")]}
    work(room.handler, "ring 999 01614960012")
    assert room.called() == {
        "2211": [Cause(Sort.EMERGENCY_RINGS)],
        "2212": [Cause(Sort.EMERGENCY_RINGS)],
        "4401": [Cause(Sort.PARTNER_RINGS, "ward-12")],
    }


def test_an_escalation_calls_whoever_answers_for_its_district_and_where_nobody_does_all_in_its_role(room: Room) -> None:
    room.graded(1, "2")
    work(room.handler, "locate 1 CENTRAL 1 Mill Lane")
    room.pass_time(40 * 60)
    tick(room)
    assert room.called() == {"6603": [Cause(Sort.ESCALATED, stream=room.incident(1))]}
    room.graded(2, "2")
    room.pass_time(40 * 60)
    tick(room)
    other = Cause(Sort.ESCALATED, stream=room.incident(2))
    assert room.called()["6601"] == [other]
    assert set(room.called()["6603"]) == {Cause(Sort.ESCALATED, stream=room.incident(1)), other}


def test_a_dispute_that_goes_up_calls_the_role_that_it_goes_to(room: Room) -> None:
    work(room.vsu, "expedite ward-12 walkout - Jones / 0161 / left\nverify . not-verified nobody there")
    work(room.vsu, "decide . hold they look first\ntellback . Sister Jones\ndispute . Sister Jones: he is on insulin")
    stream = room.vsu.named(Kind.EXPEDITE)
    assert stream is not None
    tick(room)
    room.pass_time(3 * 3600)
    tick(room)
    called = {collar for collar, causes in room.called().items() if Cause(Sort.ESCALATED, stream=stream) in causes}
    assert called
    assert called <= {"5501", "6601", "6602", "6603"}
    assert room.loads()[min(called)].mix == (("high", 0), ("medium", 1), ("low", 0))


def test_a_broken_promise_calls_whoever_saw_to_it(room: Room) -> None:
    room.graded(1, "3")
    work(room.handler, "promise 1 call-back 10m\nown 1 3301\npass 1 call-back 2212")
    room.pass_time(601)
    tick(room)
    assert room.called() == {"2212": [Cause(Sort.BROKEN, stream=room.incident(1))]}


def test_a_crew_in_need_or_not_heard_of_calls_all_dispatchers(room: Room) -> None:
    room.graded(1, "3")
    work(room.dispatcher, "send 1 AB12\narrive 1 AB12\nemergency AB12 help")
    crew = resource_stream("AB12")
    assert room.called() == {"3301": [Cause(Sort.CREW_EMERGENCY, stream=crew)]}
    room.pass_time(1200)
    tick(room)
    assert room.called() == {"3301": [Cause(Sort.CREW_EMERGENCY, stream=crew), Cause(Sort.UNHEARD, stream=crew)]}


def test_a_bring_up_calls_whoever_has_the_item_or_all_in_whose_queue_it_stands(room: Room) -> None:
    room.graded(1, "3")
    room.graded(2, "3")
    work(room.handler, "own 1 2212\nbringup 1 10m ring her\nbringup 2 10m ring him")
    room.pass_time(601)
    tick(room)
    assert room.called() == {
        "2212": [Cause(Sort.BRING_UP, stream=room.incident(1))],
        "3301": [Cause(Sort.BRING_UP, stream=room.incident(2))],
    }


def test_a_standing_question_calls_whoever_has_the_item_and_a_volume_that_fell_the_supervisors(room: Room) -> None:
    room.graded(1, "3")
    work(room.handler, "own 1 2212")
    room.watch(Act(room.incident(1), RingQuestion("stranded-log", 1, room.clock())))
    room.watch(Act(POLICY_STREAM, RingVolume("referrals-fell", room.clock(), 1, 9)))
    assert room.called() == {
        "2212": [Cause(Sort.QUESTION, "stranded-log")],
        "5501": [Cause(Sort.QUESTION, "referrals-fell")],
    }


def test_the_offer_of_a_break_is_an_offer_and_interrupts_nobody(room: Room) -> None:
    work(room.handler, "ring 101\nanswer .\ntraumatic .")
    assert room.board.staff["2211"].care
    assert room.called() == {}


def test_whoever_is_not_signed_on_is_not_interrupted_and_begins_anew_with_the_next_sign_on(room: Room) -> None:
    work(room.handler, "ring 999")
    assert room.counted().most(room.clock()) == [(Cause(Sort.EMERGENCY_RINGS), 2)]
    work(room.other, "off")
    assert room.counted().most(room.clock()) == [(Cause(Sort.EMERGENCY_RINGS), 1)]
    work(room.handler, "ring 999")
    room.pass_time(60)
    room.desk_again("2212", "again")
    assert [(collar, one.now) for collar, one in room.loads().items() if collar.startswith("22")] == [
        ("2211", 2),
        ("2212", 0),
    ]
    work(room.handler, "ring 999")
    assert [(collar, one.now) for collar, one in room.loads().items() if collar.startswith("22")] == [
        ("2211", 3),
        ("2212", 1),
    ]


# How pressing it is


@pytest.mark.parametrize(("grade", "mix"), [("1", (1, 0, 0)), ("2", (0, 1, 0)), ("3", (0, 0, 1)), ("4", (0, 0, 1))])
def test_what_it_is_about_says_how_pressing_it_is(room: Room, grade: str, mix: tuple[int, int, int]) -> None:
    room.graded(1, grade)
    work(room.handler, "promise 1 call-back 10m")
    room.pass_time(601)
    room.watch(*broken(room))
    assert tuple(count for _, count in room.loads()["2211"].mix) == mix


def broken(room: Room) -> Iterator[Act]:
    for record in room.board.open():
        yield from (Act(record.id, BreakPromise(one.number)) for one in getattr(record, "promises", ()))


def test_a_crew_that_is_not_heard_of_is_as_pressing_as_what_it_is_at(room: Room) -> None:
    room.graded(1, "1")
    work(room.dispatcher, "send 1 AB12\narrive 1 AB12")
    room.pass_time(1200)
    tick(room)
    assert room.loads()["3301"].mix == (("high", 1), ("medium", 0), ("low", 0))


def test_the_first_grade_of_another_scheme_is_high_and_its_second_medium(room: Room) -> None:
    room.founder = room.desk_again("1001", "founder-again")
    adopt(room, pack("grades-2022").decode(), pack("thrive-2022").decode())
    for number, grade in enumerate(("1", "2", "C"), 1):
        work(room.handler, f"open - welfare\nassess {number} {THRIVE}\ngrade {number} {grade} for I say so")
        work(room.handler, f"promise {number} update 10m")
    room.pass_time(601)
    room.watch(*broken(room))
    assert room.loads()["2211"].mix == (("high", 1), ("medium", 1), ("low", 1))


# How often


def test_now_and_the_worst_count_any_ten_minutes_and_windows_those_since_the_sign_on(room: Room) -> None:
    room.pass_time(595)
    for _ in range(6):
        work(room.handler, "ring 999")
        room.pass_time(2)
    mine = room.loads()["2211"]
    assert (mine.now, mine.worst, mine.windows, mine.flood) == (6, 6, (3, 3), False)
    room.pass_time(589)
    assert (room.loads()["2211"].now, room.loads()["2211"].worst) == (5, 6)
    room.pass_time(700)
    assert (room.loads()["2211"].now, room.loads()["2211"].worst, room.loads()["2211"].windows) == (0, 6, (3, 3, 0, 0))


def test_two_that_are_ten_minutes_apart_do_not_come_within_ten_minutes(room: Room) -> None:
    work(room.handler, "ring 999")
    room.pass_time(600)
    work(room.handler, "ring 999")
    assert (room.loads()["2211"].now, room.loads()["2211"].worst) == (1, 1)


def test_ten_in_ten_minutes_are_a_flood_for_as_long_as_they_are(room: Room) -> None:
    for number in range(FLOOD):
        assert not room.loads()["2211"].flood, number
        room.pass_time(66 if number else 0)
        work(room.handler, "ring 999")
    room.pass_time(5)
    assert (room.loads()["2211"].now, room.loads()["2211"].flood) == (10, True)
    room.pass_time(1)
    assert (room.loads()["2211"].now, room.loads()["2211"].flood, room.loads()["2211"].worst) == (9, False, 10)
    assert not room.loads()["3301"].flood


def test_what_is_older_than_a_shift_is_forgotten(room: Room) -> None:
    work(room.handler, "ring 999")
    room.pass_time(12 * 3600)
    assert room.loads()["2211"].worst == 1
    room.pass_time(1)
    assert (room.loads()["2211"].worst, len(room.loads()["2211"].windows)) == (0, 73)
    work(room.handler, "ring 999")
    assert len(room.counted()._told["2211"]) == 1


def test_the_ten_that_interrupt_most_are_named_the_most_frequent_first(room: Room) -> None:
    for number in range(1, 13):
        room.graded(number, "3")
        for _ in range(number):
            work(room.handler, f"promise {number} update 10m")
    work(room.handler, "own 12")
    work(room.handler, "ring 999\nring 999")
    room.pass_time(601)
    room.watch(*broken(room))
    found = room.loads()["2211"].most
    assert len(found) == MOST
    assert found[:2] == (
        (Cause(Sort.BROKEN, stream=room.incident(12)), 12),
        (Cause(Sort.BROKEN, stream=room.incident(11)), 11),
    )
    counts = dict(room.counted().most(room.clock()))
    assert counts[Cause(Sort.EMERGENCY_RINGS)] == 4, "of all handlers together"


# Over a busy shift


def test_over_a_busy_shift_it_is_that_of_a_count_by_brute_force() -> None:
    shift = Shift(11, 900)
    entries = list(shift.stage.log.entries())
    told = bruteforce.interruptions(entries)
    for now_ns in (*shift.moments[200::233], shift.stage.clock() + 25 * MINUTE):
        found = Interruptions()
        for one in entries:
            if bruteforce.recorded(one) <= now_ns:
                found.take(one)
        for load in found.loads(now_ns):
            oracle = bruteforce.load(told, load.collar, load.since, now_ns)
            named = {(cause.sort.value, cause.about or cause.stream): count for cause, count in load.most}
            for key, count in named.items():
                assert oracle["causes"][key[0], key[1] or ""] == count
            assert sorted(named.values()) == sorted(oracle.pop("causes").values())[-MOST:]
            assert oracle == {"now": load.now, "worst": load.worst, "windows": load.windows, "mix": dict(load.mix)}
    assert {one[2] for one in told} == {sort.value for sort in Sort}, "busy enough to be interrupted by each"
