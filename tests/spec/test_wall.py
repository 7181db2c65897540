"""The wall: each of its figures by a story that a reader can count, and all over a busy shift, counted again by brute force.

Source: letter, its first paragraph (the public can contact the police easily, demand is mapped) and area 1.
"""

import time
from collections.abc import Iterator

import pytest

from hueandcry.domain.answerclock import Answers
from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Fact
from hueandcry.domain.floor import Floor
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Incident
from hueandcry.domain.interruption import Interruptions
from hueandcry.domain.knowing import Known, What
from hueandcry.domain.logbook import Noted
from hueandcry.domain.nominal import Nominal
from hueandcry.domain.reference import Kind
from hueandcry.domain.wall import Figures, Wall
from hueandcry.operator.desk import Desk
from hueandcry.operator.queues import BEGIN_MIN, queues
from hueandcry.operator.roomlists import lines_of
from hueandcry.operator.verbs import is_list
from hueandcry.operator.wall import OVERSEERS, WIDTH, plot, sections, view
from hueandcry.operator.wallkeeper import WallKeeper
from hueandcry.operator.wallobject import document
from hueandcry.store.log import Log
from hueandcry.store.moment import day_began, zone_of
from tests.spec import bruteforce
from tests.spec.busy import CALM, VULNERABLE, Shift, adopt, tick
from tests.spec.harness import MINUTE, START, entry, pack, stream_of
from tests.staging import S, Stage, work

HOUR = 60 * MINUTE
DAY = 24 * HOUR


def counted(log: Log, now_ns: int) -> tuple[Wall, Interruptions]:
    """Return the folds over the whole journal up to a moment, each on a floor of its own."""

    def before(stream: bytes, version: int) -> Iterator[object]:
        return (one for one in log.stream(stream) if one.version < version)

    wall, interruptions = Wall(Floor(before)), Interruptions(Floor(before))  # type: ignore[arg-type]
    for one in log.entries(0, log.position_at(now_ns)):
        wall.take(one)
        interruptions.take(one)
    return wall, interruptions


def wall_at(log: Log, now_ns: int) -> Figures:
    return counted(log, now_ns)[0].figures(now_ns, now_ns // DAY * DAY)


class Room(Stage):
    """A room with a handler, a dispatcher, the desk, a supervisor and a sergeant, and its wall."""

    def __init__(self) -> None:
        super().__init__()
        self.handler, self.dispatcher = self.desk("2211", Role.HANDLER), self.desk("3301", Role.DISPATCHER)
        self.vsu, self.supervisor = self.desk("4401", Role.VULNERABILITY), self.desk("5501", Role.SUPERVISOR)
        self.sergeant = self.desk("6601", Role.SERGEANT)

    def graded(self, number: int, grade: int, said: str = CALM) -> None:
        """Let an incident be opened, assessed and graded by the handler."""
        work(self.handler, f"open - welfare\nlocate {number} CENTRAL 1 Mill Lane\nassess {number} {said}")
        work(self.handler, f"grade {number} {grade} for I say so")

    @property
    def wall(self) -> Figures:
        """The wall as of now, counted from the first fact on."""
        return wall_at(self.log, self.clock())

    def answers(self, channel: str = "999") -> Answers:
        """Return how a channel is answered."""
        return next(one for one in self.wall.answers if one.channel == channel)

    def known(self, what: What) -> tuple[int, int | None, int | None, int, int]:
        """Return of one sort how many were seen, half within how long, the longest, how many never, how many wait."""
        one = next(one for one in self.wall.known if one.what is what)
        return one.seen, one.wait_s_median, one.wait_s_max, one.unseen, one.waiting

    def incident(self, number: int) -> bytes:
        """Return the stream of the incident of the first day of a number."""
        stream = self.board.incident_on("2026-11-23", number)
        assert stream is not None
        return stream

    def name(self, channel: Channel) -> str:
        """Return how the contact of a channel is called."""
        board = self.board
        return next(board.name(one.id) for one in board.open() if isinstance(one, Contact) and one.channel is channel)


@pytest.fixture
def room() -> Room:
    return Room()


# Answers


def test_who_rings_is_answered_lost_or_still_waits_and_each_is_counted_once(room: Room) -> None:
    for wait in (4, 10, 11, 30):
        work(room.handler, "ring 999")
        room.pass_time(wait)
        work(room.handler, "answer .")
    work(room.handler, "ring 999")
    room.pass_time(7)
    work(room.handler, "abandon .\nring 999\nring 101")
    room.pass_time(25)
    assert room.answers() == Answers("999", 1, 25, 4, 10, 30, 10, True, 2, 1)
    assert room.answers("101") == Answers("101", 1, 25, 0, None, None, None, False, None, 0)


def test_999_and_101_stand_there_also_where_nobody_rings(room: Room) -> None:
    assert [(one.channel, one.ringing, one.answered) for one in room.wall.answers] == [("999", 0, 0), ("101", 0, 0)]


def test_that_a_lost_caller_is_rung_back_and_answered_is_no_answer_to_the_ring(room: Room) -> None:
    work(room.handler, "ring 999\nabandon .")
    room.pass_time(60)
    work(room.handler, "recall . spoke\nanswer .")
    assert (room.answers().answered, room.answers().abandoned) == (0, 1)


def test_a_caller_who_is_lost_while_they_talk_was_answered(room: Room) -> None:
    work(room.handler, "ring 999\nanswer .\nabandon .")
    assert (room.answers().answered, room.answers().abandoned) == (1, 0)


def test_an_answer_counts_for_an_hour_and_no_longer(room: Room) -> None:
    work(room.handler, "ring 999\nanswer .\nring 101\nabandon .")
    room.pass_time(3599)
    assert (room.answers().answered, room.answers("101").abandoned) == (1, 1)
    room.pass_time(1)
    assert (room.answers().answered, room.answers("101").abandoned) == (0, 0)


def test_what_is_written_down_afterwards_counts_for_when_it_happened(room: Room) -> None:
    work(room.handler, "ring 999")
    room.pass_time(3 * 3600)
    work(room.handler, "back 2h answer .")
    assert (room.answers().ringing, room.answers().answered) == (0, 0)
    work(room.handler, "back 20m ring 999\nback 10m answer .")
    assert (room.answers().answered, room.answers().wait_s_median) == (1, 600)
    assert room.wall.contacts[-2:] == (1, 0)


def test_the_target_of_a_pack_is_no_assumption_and_may_be_of_any_channel(room: Room) -> None:
    targets = '\n[[answer]]\nchannel = "999"\nwithin_s = 5\n[[answer]]\nchannel = "chat"\nwithin_s = 60\n'
    adopt(room, pack("grades-2020").decode() + targets)
    work(room.handler, "ring 999\nring chat")
    room.pass_time(6)
    work(room.handler, f"answer {room.name(Channel.EMERGENCY)}\nanswer {room.name(Channel.CHAT)}")
    found = [(one.channel, one.target_s, one.assumed, one.within) for one in room.wall.answers]
    assert found == [("999", 5, False, 0), ("101", None, False, None), ("chat", 60, False, 1)]


# Risk and contacts


def test_risk_minutes_of_a_moment_are_those_that_the_queues_had_then(room: Room) -> None:
    room.graded(1, 2)  # risk 100
    room.pass_time(40 * 60)
    work(room.handler, "ring 101")  # risk 50
    room.pass_time(10 * 60)
    work(room.handler, "told 1 nobody comes\nresult 1 advice\nclose 1")
    room.pass_time(20 * 60)
    assert room.wall.risk[-6:] == (0, 100 * 10, 100 * 25, 100 * 40 + 50 * 0, 50 * 15, 50 * 30)


def test_an_incident_that_is_opened_again_weighs_since_it_was_opened_first(room: Room) -> None:
    room.graded(1, 2)
    work(room.handler, "told 1 nobody comes\nresult 1 advice\nclose 1")
    room.pass_time(4 * 3600)
    work(room.handler, "reopen 1 he is back\nring 101\nabandon .")
    room.pass_time(900)
    assert room.wall.risk[-3:] == (0, 100 * 240, 100 * 255 + 50 * 15)


def test_what_was_closed_twice_is_looked_back_at_until_the_second_time_is_long_ago(room: Room) -> None:
    room.graded(1, 2)
    work(room.handler, "told 1 nobody comes\nresult 1 advice\nclose 1")
    room.pass_time(600)
    work(room.handler, "reopen 1 he is back")
    room.pass_time(160 * 60)
    work(room.handler, f"assess 1 {CALM}\ntold 1 nobody comes\nresult 1 advice\nclose 1")
    room.pass_time(20 * 60)
    work(room.handler, "ring chat\nabandon .")
    assert room.wall.risk[-3:] == (100 * 160, 0, 0)


def test_another_scheme_of_grades_weighs_what_is_open_anew_from_its_adoption_on(room: Room) -> None:
    room.graded(1, 2)
    work(room.handler, "open - welfare")
    room.pass_time(900)
    adopt(room, pack("grades-2020").decode().replace("ungraded = 100", "ungraded = 7"))
    room.pass_time(900)
    assert room.wall.risk[-2:] == (15 * (100 + 7), 30 * (100 + 7))
    assert wall_at(room.log, room.clock() - 901 * S).risk[-1] == 14 * (100 + 100)


def test_an_hour_ago_is_the_fifth_point_from_the_end_and_what_is_more_than_nothing_shows() -> None:
    assert plot((0, 0, 0, 0, 0, 0, 31, 5, 1, 2, 3, 12)) == "▁▁▁▁▁▁█▃▂▂▂▄ now 12, an hour ago 5, most 31"
    assert plot((0,) * 12) == "▁▁▁▁▁▁▁▁▁▁▁▁ now 0, an hour ago 0, most 0"


def test_contacts_stand_in_the_quarter_of_an_hour_in_which_they_rang(room: Room) -> None:
    work(room.handler, "ring 101\nring chat")
    room.pass_time(899)
    work(room.handler, "ring 999")
    assert room.wall.contacts[-2:] == (0, 3)
    room.pass_time(1)
    assert room.wall.contacts[-2:] == (2, 1)
    room.pass_time(11 * 900)
    assert room.wall.contacts == (1, *(0,) * 11)


# Promises and escalations


def test_a_promise_is_broken_once_its_time_has_passed_and_until_it_is_kept(room: Room) -> None:
    work(room.handler, "open - welfare\npromise 1 call-back 10m\npromise 1 update 30m")
    room.pass_time(11 * 60)
    tick(room)
    assert (room.wall.broken, room.wall.broken_today) == (1, 1)
    room.pass_time(20 * 60)
    assert (room.wall.broken, room.wall.broken_today) == (2, 1), "open by its time, of today once it is recorded"
    work(room.handler, "kept 1 call-back told her\nkept 1 update told her")
    assert (room.wall.broken, room.wall.broken_today) == (0, 1)


def test_what_was_broken_yesterday_was_not_broken_today(room: Room) -> None:
    work(room.handler, "open - welfare\npromise 1 call-back 10m")
    room.pass_time(11 * 60)
    tick(room)
    room.pass_time(16 * 3600)
    assert (room.wall.broken, room.wall.broken_today) == (1, 0)


def test_a_local_day_begins_when_it_does_in_that_zone() -> None:
    london = zone_of("Europe/London")
    summer = 1_782_000_000 * S  # 2026-06-21 00:00 UTC, an hour after midnight in London
    assert day_began(summer, london) == summer - HOUR
    assert day_began(summer - HOUR, london) == summer - HOUR
    assert day_began(summer - HOUR - 1, london) == summer - HOUR - DAY
    assert day_began(START, london) == START - 8 * HOUR


def test_an_escalation_waits_until_it_is_acknowledged_or_somebody_is_sent(room: Room) -> None:
    work(room.sergeant, "cover CENTRAL sergeant")
    work(room.dispatcher, "unit AB12 CENTRAL")
    for number in (1, 2):
        room.graded(number, 2)
    room.pass_time(40 * 60)
    raised = room.clock()
    tick(room)
    assert [(one.to, one.raised) for one in room.wall.escalations] == [("sergeant", raised)] * 2
    work(room.sergeant, "ack 1")
    work(room.dispatcher, "send 2 AB12")
    assert room.wall.escalations == ()
    room.pass_time(60)
    work(room.dispatcher, "clear AB12 needed elsewhere")
    assert [one.raised for one in room.wall.escalations] == [raised], "who was sent is lost, and nobody knows of it yet"


# From learned to seen


def test_what_others_wrote_is_seen_once_whoever_works_it_has_read_it(room: Room) -> None:
    room.graded(1, 3)
    work(room.handler, "note 1 a neighbour rang")
    room.pass_time(60)
    work(room.handler, "note 1 again\nchange 1 he has a knife\nresearch 1 local nothing")
    work(room.dispatcher, "note 1 in my own words")
    room.pass_time(30)
    sorts = (What.NOTE, What.CHANGE, What.UPDATE)
    assert [room.known(what) for what in sorts] == [(0, None, None, 0, count) for count in (2, 1, 1)]
    work(room.dispatcher, "seen 1")
    assert [room.known(what) for what in sorts] == [(2, 30, 90, 0, 0), (1, 30, 30, 0, 0), (1, 30, 30, 0, 0)]


def test_what_nobody_read_before_the_item_was_closed_was_never_seen(room: Room) -> None:
    room.graded(1, 3)
    work(room.handler, "note 1 a neighbour rang\ntold 1 nobody comes\nresult 1 advice\nclose 1")
    assert room.known(What.NOTE) == (0, None, None, 1, 0)


def test_an_escalation_is_seen_by_whoever_acknowledges_it_and_not_by_a_crew_that_is_sent(room: Room) -> None:
    work(room.dispatcher, "unit AB12 CENTRAL")
    for number in (1, 2, 3):
        room.graded(number, 2)
    room.pass_time(40 * 60)
    tick(room)
    room.pass_time(120)
    work(room.sergeant, "ack 1")
    work(room.dispatcher, "send 2 AB12")
    assert room.known(What.ESCALATION) == (1, 120, 120, 1, 1)


def test_what_a_partner_asks_is_seen_once_it_is_decided_and_anew_where_they_dispute_it_or_ask_again(room: Room) -> None:
    work(room.vsu, "expedite ward-1 walkout - Jones / 0161 / left\nverify . not-verified nobody there")
    room.pass_time(300)
    work(room.vsu, "decide . accept real risk\ntellback . Sister Jones")
    assert room.known(What.PARTNER) == (1, 300, 300, 0, 0)
    work(room.vsu, "dispute . Sister Jones: he is on insulin")
    room.pass_time(60)
    assert room.known(What.PARTNER) == (1, 300, 300, 0, 1)
    work(room.supervisor, f"decide {asked(room)} accept she is right")
    assert room.known(What.PARTNER) == (2, 60, 300, 0, 0)
    work(room.vsu, "tellback . Sister Jones\nclose .")
    room.pass_time(60)
    work(room.vsu, "again . - he rang")
    assert room.known(What.PARTNER) == (2, 60, 300, 0, 1)


def test_what_went_up_about_a_dispute_that_is_decided_is_over_when_they_dispute_it_anew(room: Room) -> None:
    work(room.vsu, "expedite ward-1 walkout - Jones / 0161 / left\nverify . not-verified nobody there")
    work(room.vsu, "decide . hold they look first\ndispute . Sister Jones: he is on insulin")
    room.pass_time(2 * 3600)
    tick(room)
    assert room.wall.escalations
    work(room.supervisor, f"decide {asked(room)} hold they look first")
    room.pass_time(60)
    work(room.vsu, "dispute . Sister Jones: he is still gone")
    assert room.wall.escalations == ()
    tick(room)
    raised = room.wall.escalations
    assert {one.raised for one in raised} <= {room.clock()}


def asked(room: Room) -> str:
    stream = room.vsu.named(Kind.EXPEDITE)
    assert stream is not None
    return room.board.name(stream)


def test_somebody_vulnerable_is_seen_once_the_desk_has_looked_and_anew_when_the_crew_is_lost(room: Room) -> None:
    work(room.dispatcher, "unit AB12 CENTRAL")
    for number in (1, 2):
        room.graded(number, 3, VULNERABLE)
    room.pass_time(240)
    work(room.vsu, "desk 1 as-assessed with her sister\ndesk 1 as-assessed the same")
    assert room.known(What.DESK) == (1, 240, 240, 0, 1)
    work(room.dispatcher, "send 2 AB12\nclear AB12 needed elsewhere")
    assert room.known(What.DESK) == (1, 240, 240, 1, 1)


def test_what_was_seen_counts_for_an_hour_and_what_waits_for_as_long_as_it_does(room: Room) -> None:
    room.graded(1, 3)
    work(room.handler, "note 1 a neighbour rang")
    room.pass_time(60)
    work(room.dispatcher, "seen 1")
    work(room.handler, "note 1 again")
    room.pass_time(3600)
    assert room.known(What.NOTE) == (0, None, None, 0, 1)
    room.pass_time(40 * 3600)
    assert room.known(What.NOTE) == (0, None, None, 0, 1)


# Queues


def test_each_item_stands_in_one_band_of_age(room: Room) -> None:
    for minutes in (180, 45, 10, 1):
        work(room.handler, "ring 101")
        room.pass_time(minutes * 60)
    work(room.handler, "ring 101")
    (waiting,) = queues(room.board.items(room.clock()), room.clock())
    assert (waiting.open, waiting.ages, BEGIN_MIN) == (5, (2, 1, 1, 1, 0), (0, 5, 15, 60, 240))
    room.pass_time(4 * 3600)
    (waiting,) = queues(room.board.items(room.clock()), room.clock())
    assert waiting.ages == (0, 0, 0, 0, 5)
    assert waiting.risk_minutes == 50 * (5 * 240 + 236 + 56 + 11 + 1)


# Over a busy shift


@pytest.fixture(scope="module")
def shift() -> Shift:
    return Shift(11, 900)


def test_over_a_busy_shift_every_figure_is_that_of_a_count_by_brute_force(shift: Shift) -> None:
    log, met = shift.stage.log, set[str]()
    for now_ns in (*shift.moments[100::199], shift.stage.clock() + 25 * MINUTE):
        found = wall_at(log, now_ns)
        entries = [one for one in log.entries() if bruteforce.recorded(one) <= now_ns]
        assert {one.channel: plain(one) for one in found.answers} == bruteforce.answers(entries, now_ns)
        assert found.contacts == bruteforce.contacts(entries, now_ns)
        assert found.risk == bruteforce.risk(log, now_ns)
        assert (found.broken, found.broken_today) == bruteforce.promises(entries, now_ns)
        assert {one.what: spread(one) for one in found.known} == bruteforce.learned(entries, now_ns)
        raised = [(one.raised, one.stream, one.number) for one in found.escalations]
        assert raised == bruteforce.unacknowledged(log, now_ns)
        met |= {one.what.value for one in found.known if one.seen} | {"never" for one in found.known if one.unseen}
        met |= {"raised" for _ in raised} | {"lost" for one in found.answers if one.abandoned}
    assert met == {what.value for what in What} | {"never", "raised", "lost"}, "busy enough to count each"


def plain(one: Answers) -> tuple[int | None, ...]:
    return one.ringing, one.ringing_s_max, one.answered, one.wait_s_median, one.wait_s_p90, one.within, one.abandoned


def spread(one: Known) -> tuple[int | None, ...]:
    longest = one.longest.since if one.longest is not None else None
    return one.seen, one.wait_s_median, one.wait_s_max, one.unseen, one.waiting, longest


def test_begun_in_the_middle_the_wall_is_as_it_is_from_the_first_fact_on() -> None:
    shift = Shift(3, 200)
    for hours in (0, 30, 30):
        shift.stage.pass_time(hours * 3600)
        shift.play(60)
        now, board = shift.stage.clock(), shift.stage.board
        keeper = WallKeeper(shift.stage.log)
        keeper.catch_up(board, now)
        wall, interruptions = counted(shift.stage.log, now)
        assert keeper.wall.figures(now, now // DAY * DAY) == wall.figures(now, now // DAY * DAY)
        assert keeper.interruptions.loads(now) == interruptions.loads(now)
        assert keeper.interruptions.most(now) == interruptions.most(now)


def test_what_is_older_than_a_day_matters_where_it_is_open_touched_or_opened_again(room: Room) -> None:
    for number in (1, 2, 3):
        room.graded(number, 2)
        work(room.handler, f"note {number} he is back\ntold {number} nobody comes\nresult {number} advice")
    work(room.handler, "close 3")
    room.pass_time(30 * 3600)
    work(room.handler, "close 2 of 23/11\nreopen 3 of 23/11 he is back")
    keeper = WallKeeper(room.log)
    keeper.catch_up(room.board, room.clock())
    found = keeper.wall.figures(room.clock(), 0)
    notes = next(one for one in found.known if one.what is What.NOTE)
    assert found == counted(room.log, room.clock())[0].figures(room.clock(), 0)
    assert (notes.waiting, notes.unseen, found.risk[-1]) == (1, 1, 2 * 100 * 30 * 60)
    assert set(floor_of(room).records) == {room.incident(1), room.incident(3)}


def floor_of(stage: Stage) -> Floor:
    """Return the floor after all facts of a journal."""
    log = stage.log
    floor = Floor(lambda stream, version: (one for one in log.stream(stream) if one.version < version))
    for one in log.entries():
        floor.take(one)
    return floor


def test_a_wall_that_is_kept_up_is_as_one_that_is_begun_anew() -> None:
    shift = Shift(13, 60)
    kept = WallKeeper(shift.stage.log)
    for _ in range(6):
        now, board = shift.stage.clock(), shift.stage.board
        anew = WallKeeper(shift.stage.log)
        for one in (kept, anew):
            one.catch_up(board, now)
        assert kept.wall.figures(now, 0) == anew.wall.figures(now, 0)
        assert kept.interruptions.loads(now) == anew.interruptions.loads(now)
        shift.play(40)
        shift.stage.pass_time(7 * 3600)


def test_what_is_over_and_older_than_its_window_is_forgotten(room: Room) -> None:
    over = "ring 999\nanswer .\ntransfer . ambulance chest pain\nclose ."
    work(room.handler, over)
    for number in (1, 2):
        room.graded(number, 2, VULNERABLE)
        work(room.handler, f"note {number} he is back\npromise {number} update 1m")
    room.pass_time(120)
    tick(room)
    work(room.handler, "release 1 update she is here\ntold 1 nobody comes\nresult 1 advice\nclose 1")
    before = held(counted(room.log, room.clock())[0])
    room.pass_time(30 * 3600)
    work(room.handler, f"{over}\nopen - welfare\npromise . update 1m")
    room.pass_time(120)
    tick(room)
    after = held(counted(room.log, room.clock())[0])
    assert (before, after) == ({"risk": 3, "rang": 1, "broken": 2}, {"risk": 3, "rang": 1, "broken": 1})
    assert len(room.board.open()) == 2, "and what was closed a moment ago is still looked back at"


def held(wall: Wall) -> dict[str, int]:
    """Return how many things a wall keeps in mind."""
    return {"risk": len(wall._risk), "rang": len(wall._rang), "broken": wall._broken.total()}


# What the wall does not hear


def test_loaded_history_stands_outside_and_what_the_wall_does_not_hear_costs_it_next_to_nothing() -> None:
    wall, interruptions = Wall(floor := Floor()), Interruptions(floor)
    loaded = IncidentLoaded("nashville", "police", "theft", "WEST", None, None)
    facts: list[tuple[type[Incident] | type[Nominal], int, Fact[Incident] | Noted]] = [
        (Incident, 1, loaded),
        (Incident, 2, Noted(None)),
        (Nominal, 1, Noted(None)),
    ]
    entries = [entry(stream_of(of, n), version, fact) for n in range(10_000) for of, version, fact in facts]  # type: ignore[arg-type]
    begun = time.process_time()
    for one in entries:
        wall.take(one)
        interruptions.take(one)
    assert (time.process_time() - begun) / len(entries) < 10e-6
    found = wall.figures(START, START)
    assert (found.risk, found.broken, [one.waiting for one in found.known]) == ((0,) * 12, 0, [0] * 6)
    assert (floor.records, held(wall)) == ({}, {"risk": 0, "rang": 0, "broken": 0})


# Words


def test_the_wall_is_read_by_those_who_answer_for_the_room_or_examine_it(room: Room) -> None:
    assert is_list("wall")
    for desk in (room.handler, room.dispatcher, room.vsu, room.sergeant):
        assert lines_of(desk, "wall") == ["this is for supervisor or incident-manager or inspector or auditor"]
    for number, role in enumerate(OVERSEERS):
        assert lines_of(room.desk(f"77{number}", role), "wall")[0] == "Answer clock, in the last hour"


def test_every_line_is_narrow_enough_to_stand_beside_another(shift: Shift) -> None:
    now, board = shift.stage.clock(), shift.stage.board
    keeper = WallKeeper(shift.stage.log)
    keeper.catch_up(board, now)
    found = sections(board, keeper.wall, keeper.interruptions, now)
    assert all(len(line) <= WIDTH and line.isprintable() for one in found for line in (one.title, *one.lines))
    assert [one.title for one in found] == [
        "Answer clock, in the last hour",
        "Queues, by risk and age",
        "Risk-minutes, each quarter of an hour",
        "Contacts in each quarter of an hour",
        "Promises broken",
        "Escalations not acknowledged",
        "From learned by the room to seen, in the last hour",
        "Signed on, with interruptions in the last 10 min",
        "Interruptions since each signed on, 12 h back at most",
    ]
    assert all(one.lines for one in found)


def said(desk: Desk, title: str) -> list[str]:
    """Return the lines of a section, as the room says them."""
    lines = lines_of(desk, "wall")
    begin = next(at for at, line in enumerate(lines) if line.startswith(title)) + 1
    end = next((at for at, line in enumerate(lines[begin:], begin) if not line.startswith(" ")), len(lines))
    return [line.removeprefix("  ") for line in lines[begin:end]]


def test_the_wall_says_in_words_what_there_is_to_say(room: Room) -> None:
    work(room.sergeant, "cover CENTRAL sergeant")
    work(room.handler, "ring 999")
    room.pass_time(4)
    work(room.handler, "answer .\nring 101")
    room.graded(1, 2)
    room.pass_time(40 * 60)
    tick(room)
    room.pass_time(60)
    assert said(room.supervisor, "Answer clock") == [
        "999: nobody ringing; 1 answered, half in 4s, 9 of 10 in 4s, 100 % within 10s",
        "    (assumed)",
        "101: 1 ringing, the longest 41m; none answered",
    ]
    assert said(room.supervisor, "Queues") == [
        "in-hand: 1 open, 82,000 risk-minutes; 1 of 15 min to 1 h",
        "dispatch: 1 open, 4,100 risk-minutes; 1 of 15 min to 1 h; 1 overdue, 1",
        "    escalated",
        "waiting: 1 open, 2,050 risk-minutes; 1 of 15 min to 1 h",
    ]
    assert said(room.supervisor, "Escalations") == ["1, the oldest 1m", "1 to the sergeant (6601), 1m"]
    assert said(room.supervisor, "From learned") == ["escalation: 1 not seen yet, the longest 1m (1)"]
    mine = f"2211 handler at T-2211 (office): {room.name(Channel.EMERGENCY)} in hand; 0 interruptions"
    assert mine in said(room.supervisor, "Signed on")
    assert said(room.supervisor, "Promises") == ["0 open, 0 today"]
    assert said(room.supervisor, "Interruptions")[-1] == "most by: 2 x 999 rings, 1 x escalated 1"


def test_the_document_for_machines_has_the_same_keys_whatever_there_is_to_say(room: Room, shift: Shift) -> None:
    found = []
    for stage in (room, shift.stage):
        keeper = WallKeeper(stage.log)
        keeper.catch_up(stage.board, stage.clock())
        found.append(document(stage.board, view(stage.board, keeper.wall, keeper.interruptions, stage.clock())))
    assert list(found[0]) == list(found[1])
    assert list(found[0]) == [
        "at", "position", "answers", "queues", "risk_minutes", "contacts", "promises_broken", "escalations", "learned_to_seen",
        "signed_on", "interruptions",
    ]  # fmt: skip
