"""What overseers read of safeguarding: what the desk adds week by week, how soon partners are answered, which checks were made.

Each count is held against a story that a reader can count by hand. Source: letter, areas 1 and 2.
"""

from hueandcry.domain.answering import answering
from hueandcry.domain.contribution import Week, contribution
from hueandcry.domain.duty import Role
from hueandcry.domain.looking import checks
from hueandcry.operator.desk import Desk
from hueandcry.operator.roomlists import desk_lines, lines_of
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from tests.staging import Founded, Stage, work

VULNERABLE = "situation=now threat=spoken risk=some investigation=none vulnerability=child engagement=wants-police"
CALM = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-advice"
WEEK = "2026-W48"
EVERY = ("number", "person", "address", "household", "repeat")


def staffed(stage: Stage) -> Desk:
    """Return the desk of somebody who does everything."""
    return stage.desk("4401", Role.VULNERABILITY, Role.HANDLER, Role.DISPATCHER, Role.SUPERVISOR)


def weeks(stage: Stage) -> list[Week]:
    return contribution(lambda: stage.log.entries(0), lambda _: WEEK)


def opened(desk: Desk, number: int) -> None:
    work(desk, f"open - domestic he is back\nassess {number} {VULNERABLE}\ngrade {number} 3 a crew in an hour")


def test_a_stay_counts_what_was_done_in_it_and_by_when() -> None:
    stage = Stage()
    desk = staffed(stage)
    opened(desk, 1)  # reviewed in time, another risk, safe before arrival, accepted by their reference
    stage.pass_time(300)
    work(desk, f"desk 1 higher two calls last month\nsafeguard 1 remove to her sister\nassess 1 {VULNERABLE}")
    work(desk, "refer 1 mash child-protection two children / asking would put her at risk\nsent . mail")
    work(desk, "agency . accepted reference Jane Hill / CS-1")
    opened(desk, 2)  # reviewed late, accepted by our word only
    stage.pass_time(3600)
    work(desk, "desk 2 as-assessed she is with friends\nrefer 2 adults consent wants help\nsent . mail")
    work(desk, "agency . accepted our-word Kay Moss / by telephone")
    opened(desk, 3)  # sent to before anybody looked
    work(desk, "send 3 AB12\narrive 3\nsafeguard 3 reduce taken to hospital")
    opened(desk, 4)  # was never vulnerable again
    work(desk, f"assess 4 {CALM}\ndesk 1 as-assessed seen again")
    assert weeks(stage) == [Week("vsu", WEEK, 4, 2, 1, 1, 1, 2, 1, 1)]


def test_an_incident_that_is_opened_again_comes_to_the_desk_of_its_district_again() -> None:
    stage = Stage()
    desk = staffed(stage)
    opened(desk, 1)
    work(desk, "told 1 nobody comes\nresult 1 advice\nclose 1")
    stage.pass_time(600)
    work(desk, "reopen 1 he is back\ndesk 1 higher he has a key")
    assert weeks(stage) == [Week("vsu", WEEK, 2, 1, 1, 1, 0, 0, 0, 0)]


def test_whoever_asks_anew_while_they_wait_has_waited_since_they_first_asked() -> None:
    stage = Stage()
    desk = staffed(stage)
    work(desk, "expedite ward-12 walkout - Sister Jones / 0161 496 0000 / left")
    stage.pass_time(50 * 60)
    work(desk, "again . - he has taken tablets")
    stage.pass_time(5 * 60)
    work(desk, "verify . not-verified nobody answers\ndecide . accept real risk\ntellback . Sister Jones")
    (counted,) = answering(stage.log.entries())
    assert (counted.asked, counted.answered, counted.wait_s_max) == (1, 1, 55 * 60)


def test_an_incident_whose_crew_is_lost_comes_to_the_desk_again() -> None:
    stage = Stage()
    desk = staffed(stage)
    opened(desk, 1)
    work(desk, "send 1 AB12\nclear AB12 a grade 1")
    assert [one.came for one in weeks(stage)] == [2]


def test_what_is_done_when_nobody_is_waited_for_counts_for_no_desk() -> None:
    stage = Stage()
    desk = staffed(stage)
    work(desk, f"open - theft a bicycle\nassess 1 {CALM}\nsafeguard 1 avoid told not to go back")
    assert weeks(stage) == []


def test_partners_are_answered_by_partner_and_kind_each_asking_by_itself() -> None:
    stage = Stage()
    desk = staffed(stage)
    work(desk, "partner mft nhs Trust\nsite mft ward-1 Ward / 0161 496 0000\nsite mft ward-2 Ward / 0161 496 0001")
    for ward, wait in (("ward-1", 60), ("ward-2", 300), ("ward-9", 30)):
        work(desk, f"expedite {ward} walkout - Jones / 0161 / left\nverify . not-verified nobody there")
        stage.pass_time(wait)
        work(desk, "decide . accept real risk\ntellback . Jones: we look")
    stage.pass_time(60)
    work(desk, "again . - he rang\nverify . not-verified nobody there\ndecide . hold they look first")
    found = {(one.partner, one.sort): one for one in answering(stage.log.entries(0))}
    mft, other = found["mft", "walkout"], found["ward-9", "walkout"]
    assert (mft.asked, mft.answered, mft.accepted, mft.wait_s_median, mft.wait_s_p95, mft.wait_s_max) == (
        2,
        2,
        2,
        60,
        300,
        300,
    )
    assert (other.asked, other.answered, other.accepted, other.held, other.wait_s_max) == (2, 1, 1, 1, 30)


def test_checks_count_for_whoever_talked_to_the_caller_once_the_contact_is_closed() -> None:
    stage = Stage()
    first, second = stage.desk("2211", Role.HANDLER), stage.desk("2212", Role.HANDLER)
    for desk, whats in (
        (first, ("number", "household")),
        (first, ()),
        (second, EVERY),
    ):
        work(desk, "ring 101\nanswer .")
        for what in whats:
            carry_out(desk, f"looked . {what} nothing known")
        work(desk, "transfer . ambulance chest pain\nclose .")
    work(first, "ring 101\nanswer .\nlooked . number nothing")  # still open
    work(first, "ring 999\nabandon .")  # nobody talked to them
    found = {one.handler: one for one in checks(stage.log.entries(0))}
    assert set(found) == {"2211", "2212", "all"}
    assert (found["2211"].contacts, found["2211"].whole, dict(found["2211"].made)["number"]) == (2, 0, 1)
    assert (found["2212"].whole, found["all"].contacts, found["all"].whole) == (1, 3, 1)
    assert dict(found["all"].made) == {"number": 2, "person": 1, "address": 1, "household": 2, "repeat": 1}


def test_the_desks_list_is_its_lane_whoever_nobody_is_sent_to_and_the_referrals() -> None:
    stage = Stage()
    desk = staffed(stage)
    opened(desk, 1)
    opened(desk, 2)
    work(desk, "send 2 AB12\nexpedite ward-1 walkout - Jones / 0161 / left\nrefer 1 mash consent two children")
    work(desk, f"open - theft a bicycle\nassess 3 {CALM}")
    said = lines_of(desk, "desk")
    assert [line for line in said if not line.startswith(" ")] == [
        "partners' lane: 1",
        "vulnerable, nobody sent: 1",
        "referrals: 1",
    ]
    assert said[3].split()[0] == "1"
    assert said[3].endswith("look by 08:10")


def test_an_incident_that_the_desk_missed_stands_before_those_to_come() -> None:
    stage = Stage()
    desk = staffed(stage)
    opened(desk, 1)
    stage.pass_time(60)
    opened(desk, 2)
    work(desk, "desk 1 as-assessed she is with friends")
    order = [line.split()[0] for line in desk_lines(desk.board, stage.clock()) if line.startswith("  ")]
    assert order == ["2", "1"]


def test_a_form_is_disposed_of_by_the_watch_a_day_after_the_return(tmp_path: object) -> None:
    stage = Founded(tmp_path / "store")  # type: ignore[operator]
    desk = staffed(stage)
    work(desk, "expedite ward-1 missing - Kay / 0161 / gone\nform . ph-places the bus station\nfound . back at 23:10")
    kept = stage.room.board.episodes()[0].id
    watch = Watch(stage.room)
    stage.pass_time(86_399)
    watch.tick()
    assert "bus station" in repr(desk.door.stream(kept, "test"))
    stage.pass_time(2)
    named = [entry.name for entry in watch.tick()]
    assert named[-2:] == ["record.erased", "record.erasure_completed"]
    assert "bus station" not in repr(desk.door.stream(kept, "test"))
    assert stage.room.board.episodes() == []
    stage.close()
