"""Specification of a queue's order: risk times waiting, by the formula of the grades pack.

Source: letter, area 1; the inspectorate's finding that the risk in queues was neither known nor counted.
"""

import pytest

from hueandcry.domain.contact import Channel, Contact, Rang
from hueandcry.domain.expedite import Asked, Expedite
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.order import weight_of
from hueandcry.domain.policy import Policy
from tests.spec.harness import MINUTE, START, given, policy, ref

OPENED = Opened("theft", False, "1001", None, "bicycle")


def incident(grade: str = "", *, vulnerable: bool = False) -> Incident:
    """Return an incident that was opened at START."""
    assessed = Assessed((), (), 0, vulnerable, grade or "4", ("x",), "")
    graded = (Graded(grade, grade, 0, ref(Incident, 2), ""),) if grade else ()
    return given(OPENED, assessed, *graded, on=Incident).record


def pressing(record: Contact | Incident | Expedite, minutes: int) -> int:
    """Return what places a record in its queue so many minutes after START."""
    return weight_of(record, policy()).risk_minutes(START + minutes * MINUTE, policy().grades.order.added_min)


def test_a_vulnerable_grade_3_at_three_hours_overtakes_a_plain_grade_2_at_five_minutes() -> None:
    """The worked example that stands in the pack."""
    assert pressing(incident("3", vulnerable=True), 180) == (20 + 20) * (180 + 10) == 7600
    assert pressing(incident("2"), 5) == 100 * (5 + 10) == 1500


def test_a_grade_1_that_comes_in_now_stands_before_both() -> None:
    assert pressing(incident("1"), 0) == 2000 * 10 > 7600


def test_of_two_that_weigh_the_same_the_longer_waiting_stands_first() -> None:
    assert pressing(incident("3"), 61) > pressing(incident("3"), 60)


def test_what_nobody_has_graded_yet_weighs_as_much_as_a_grade_2() -> None:
    assert weight_of(incident(), policy()).grounds == (("not graded", 100),)
    assert weight_of(incident(), policy()).risk == weight_of(incident("2"), policy()).risk


def test_the_grounds_say_what_the_risk_is_made_of() -> None:
    assert weight_of(incident("3", vulnerable=True), policy()).grounds == (("grade 3", 20), ("vulnerable", 20))


@pytest.mark.parametrize(
    ("channel", "risk"), [(Channel.EMERGENCY, 2000), (Channel.NON_EMERGENCY, 50), (Channel.CHAT, 50)]
)
def test_a_999_call_weighs_as_much_as_a_grade_1(channel: Channel, risk: int) -> None:
    assert weight_of(given(Rang(channel, ""), on=Contact).record, policy()).risk == risk


def test_a_partners_expedite_has_a_weight_of_its_own() -> None:
    asked = Asked("mri-ward-12", "walkout", None, "", "", "left without medication")
    assert weight_of(given(asked, on=Expedite).record, policy()).grounds == (("partner waits", 200),)


def test_a_queues_risk_minutes_are_those_that_were_waited_and_no_more() -> None:
    weight = weight_of(incident("2"), policy())
    assert [weight.risk_minutes(START + at) for at in (0, MINUTE - 1, MINUTE, 60 * MINUTE)] == [0, 0, 100, 6000]


def test_a_clock_that_stands_before_the_opening_makes_nothing_wait_less_than_not_at_all() -> None:
    assert weight_of(incident("2"), policy()).risk_minutes(START - MINUTE) == 0


def test_the_policy_stands_in_no_queue() -> None:
    with pytest.raises(TypeError, match="POLICY stands in no queue"):
        weight_of(Policy(), policy())
