"""Two act at once: what one decided rests on what was there, and holds only if that is still so; operator/desk.py.

Each story: somebody types a line, and between deciding and recording another is quicker. ADR 0014.
"""

from collections.abc import Callable

import pytest

from hueandcry.domain.cover import Cover
from hueandcry.domain.duty import Role
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.reference import Kind, tail_of
from hueandcry.operator.desk import Desk
from hueandcry.operator.identity import SetClock
from hueandcry.operator.verbs import carry_out
from hueandcry.store.views import Board
from tests.staging import MONDAY, RacingLog, Stage, work

CALM = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"


class Two:
    """A room with two desks, each with a board of its own, and an incident that somebody rang about."""

    def __init__(self) -> None:
        clock = SetClock(MONDAY)
        self.log = RacingLog(clock)
        self.stage = Stage(self.log, clock)
        self.one, other = self.stage.desk("2001", *ALL), self.stage.desk("2002", *ALL)
        self.other = Desk(self.log, Board(self.log), self.stage.identity, other.signed)
        work(self.one, f"ring 999\nanswer .\nopen . theft\nassess . {CALM}")
        caller = self.one.named(Kind.CONTACT)
        assert caller is not None
        self.caller = f"c{tail_of(caller)}"

    def overtaken(self, line: str, meanwhile: str) -> str:
        """Have one type a line while the other is quicker; returns why it was refused, empty where it was not."""
        self.log.cut_in = lambda: work(self.other, meanwhile)
        return reason(lambda: carry_out(self.one, line))

    @property
    def incident(self) -> Incident:
        self.stage.board.catch_up()
        (found,) = [one for one in self.stage.board.open() if isinstance(one, Incident)][:1]
        return found


ALL = (Role.HANDLER, Role.DISPATCHER, Role.SUPERVISOR)


def reason(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused as fault:
        return str(fault)
    return ""


@pytest.fixture
def two() -> Two:
    return Two()


def test_what_a_caller_answers_while_somebody_assesses_is_heard_or_reopens_the_assessment(two: Two) -> None:
    work(two.one, "change 1 he is back")
    assert two.overtaken(f"triage {two.caller} threat weapon a knife", f"assess 1 {CALM}") == ""
    assert not two.incident.assessment_current


def test_an_assessment_hears_what_the_caller_answered_while_it_was_made(two: Two) -> None:
    work(two.one, "change 1 he is back")
    assert two.overtaken("assess 1 as before", f"triage {two.caller} threat weapon a knife") == ""
    assert {"threat": "weapon"}.items() <= {one.element: one.answer for one in two.incident.replies}.items()


@pytest.mark.parametrize("line", ["own 1 2002", "hand 1 2002 yours", "pass 1 call-back 2002"])
def test_nothing_is_given_to_who_signs_off_in_that_moment(two: Two, line: str) -> None:
    work(two.one, "promise 1 call-back 20m")
    assert two.overtaken(line, "off").startswith("2002 is not signed on")
    assert "2002" not in (two.incident.owner, two.incident.promises[0].owner)


def test_one_person_answers_for_a_district_though_two_took_it_at_once(two: Two) -> None:
    assert two.overtaken("cover CENTRAL dispatcher", "cover CENTRAL dispatcher") == ""
    members = [two.stage.board.member(collar) for collar in ("2001", "2002")]
    held = [one.covers for one in members if one is not None]
    assert held == [(Cover("CENTRAL", Role.DISPATCHER),), ()]


def test_a_callsign_that_nobody_listed_is_on_one_incident_though_two_sent_it_at_once(two: Two) -> None:
    work(two.one, f"grade 1 4 so\nopen - other\nassess 2 {CALM}\ngrade 2 4 so")
    assert two.overtaken("send 1 ZZ99", "send 2 ZZ99") == ""
    on = [one.resources for one in two.stage.board.open() if isinstance(one, Incident)]
    assert sorted(on) == [(), ("ZZ99",)]


def test_nobody_signs_off_with_what_was_handed_to_them_in_that_moment(two: Two) -> None:
    work(two.other, "ring 101\nanswer .")
    assert two.overtaken("off", "hand . 2001 yours").startswith("2001 still has")
    member = two.stage.board.member("2001")
    assert member is not None
    assert member.sessions


def test_a_crew_that_calls_for_help_in_that_moment_is_not_put_off(two: Two) -> None:
    work(two.one, "unit AB12 CENTRAL\ngrade 1 4 so\nsend 1 AB12\nsend 1 ZZ99")
    assert two.overtaken("putoff 1 20m it is known", "emergency AB12 shouting") == "a crew's EMERGENCY is never put off"
    assert two.incident.put_off is None
