"""The last act of a session is taken back by a line that compensates it, with a reason of its own; operator/undoing.py.

Nothing that was recorded goes away. Source: letter, area 1: whoever clicks wrongly at three in the morning puts it right.
"""

from typing import Any

import pytest

from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Fact
from hueandcry.domain.reference import Kind
from hueandcry.operator.desk import Desk
from hueandcry.operator.reference import find
from hueandcry.operator.undoing import BACK, LOOKED_BACK, last_act, undoing
from hueandcry.operator.verbs import carry_out, preview, refusal
from tests.staging import Stage

REASON = "it was the wrong one"
STAFF = tuple(role for role in Role if role is not Role.WATCH)
ANSWERS = "situation=just-over threat=none risk=low investigation=some vulnerability=none engagement=wants-police"
GRAVE = "situation=just-over threat=spoken risk=some investigation=some vulnerability=adult engagement=wants-police"
ALARM = f"unit AB12 CENTRAL\nopen - alarm a shop\nlocate 1 CENTRAL 12 Mill Lane\nassess 1 {ANSWERS}\ngrade 1 4 no hurry"
DOMESTIC = (
    ALARM.replace("alarm a shop", "domestic he is back").replace(ANSWERS, GRAVE).replace("1 4 no hurry", "1 3 later")
)
SITE = "site mft ward-12 Ward 12 / 0161 276 1234"
ROWS: dict[str, tuple[str, str, str]] = {  # the fact: what comes before, the act, how the record reads afterwards as before
    "Resourced": ("", "send 1 AB12", "crews"),
    "Closed": ("result 1 advice told\ntold 1 rang back", "close 1", "Reopened"),
    "Tagged": ("", "tag 1 series", "tags"),
    "Untagged": ("tag 1 series", "tag 1 series", "tags"),
    "Regraded": ("", "grade 1 2 knife seen", "grade"),
    "PersonInvolved": ("person Ann Lee", "involve 1 . suspect", "people"),
    "PersonNotInvolved": ("person Ann Lee\ninvolve 1 . suspect", "uninvolve 1 . suspect was at work", "people"),
    "MarkerSet": ("person Ann Lee", "marker . violent high pnc assaulted two officers", "MarkerEnded"),
    "DetailAdded": ("person Ann Lee", "detail . born 12/3/1984", "DetailEnded"),
    "Noted": ("", "note 1 the house is number 12", "Corrected"),
    "Parked": ("ring 101 0161\nanswer .\nring 999 0770", "park {answered}", "TakenUp"),
    "Promised": ("", "promise 1 arrival 20m told her twenty minutes", "promises"),
    "AlertsPutOff": ("promise 1 call-back 1m\nnote 1 x", "putoff 1 20m he is being rung", "AlertsBroughtBack"),
    "BringUpSet": ("", "bringup 1 30m has her sister rung", "BringUpDone"),
    "SiteListed": ("partner mft nhs Manchester", SITE, "SiteEnded"),
    "PersonNamed": (f"partner mft nhs Manchester\n{SITE}", "named mft ward-12 A. Jones / sister / 07700 900456", "PersonGone"),
    "PartnerRegistered": ("", "partner mft nhs Manchester hospitals", "PartnerEnded"),
}  # fmt: skip


class Sitting:
    """A room, and a member of staff with every role in it."""

    def __init__(self, before: str = ALARM) -> None:
        self.stage = Stage()
        self.desk = self.stage.desk("2211", *STAFF)
        self.does(before)

    def does(self, text: str, desk: Desk | None = None) -> list[str]:
        """Carry out lines, a second apart; returns what the last recorded."""
        found: list[str] = []
        for line in text.strip().splitlines():
            self.stage.pass_time(1)
            named = line.replace("{answered}", self.answered())
            found = [type(entry.fact).__name__ for entry in carry_out(desk or self.desk, named)]
        return found

    def answered(self) -> str:
        items = self.stage.board.items(self.stage.clock.now_ns)
        return next((one.ref for one in items if one.kind == "contact" and one.stage != "ringing"), "")

    def reads(self) -> dict[str, Any]:
        """Return how incident 1 reads, closed or not."""
        record: Any = self.stage.board.record(find(self.desk, "1", (Kind.INCIDENT,)))
        people = [(one.nominal, one.part) for one in record.people]
        said = {name: getattr(record, name) for name in ("tags", "grade", "promises", "resource", "resources", "stage")}
        return {**said, "people": people}


def finished(text: str) -> str:
    return f"{text}{REASON}" if text.endswith(" ") else text


def test_each_fact_that_can_be_taken_back_is_tried_here() -> None:
    assert {fact.__name__ for fact in BACK} == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_the_line_that_is_offered_takes_the_act_back_once_a_reason_is_added(name: str) -> None:
    before, act, ends = ROWS[name]
    sitting = Sitting()
    sitting.does(before)
    was = sitting.reads()
    assert name in sitting.does(act)
    offered = undoing(sitting.desk)
    assert offered.text, offered.why
    line = finished(offered.text)
    assert preview(sitting.desk, line)
    assert refusal(sitting.desk, line) == ""
    recorded = sitting.does(line)
    if ends[0].isupper():
        assert ends in recorded
    else:
        now = sitting.reads()
        assert now == was
    assert f"takes back '{offered.why.split(chr(39))[1]}" in offered.why


@pytest.mark.parametrize("name", ROWS)
def test_the_line_that_is_offered_is_for_the_record_on_which_it_was_recorded(name: str) -> None:
    before, act, _ = ROWS[name]
    sitting = Sitting()
    sitting.does(f"open - burglary another\n{before}")
    sitting.does(act)
    text = undoing(sitting.desk).text.rstrip()
    assert text
    if "1" in act.split():
        assert "1" in text.split() or "AB12" in text.split()
        assert "2" not in text.split()[:2]


def test_an_upgrade_that_was_a_slip_is_taken_back_where_a_downgrade_needs_a_second_look() -> None:
    sitting = Sitting(DOMESTIC)
    sitting.does("grade 1 2 knife seen")
    line = finished(undoing(sitting.desk).text)
    assert refusal(sitting.desk, line) == ""


def test_what_was_said_is_repeated_in_the_words_in_which_it_was_said() -> None:
    sitting = Sitting()
    sitting.does("note 1 the house is number 12")
    assert "the house is number 12" in undoing(sitting.desk).why


def test_nothing_is_recorded_and_nothing_is_opened_by_asking() -> None:
    sitting = Sitting()
    sitting.does("note 1 the house is number 12")
    access = sitting.stage.log.access
    tip, shown = sitting.stage.log.tip(), len(list(access.entries()))
    undoing(sitting.desk)
    assert sitting.stage.log.tip() == tip
    assert len(list(access.entries())) == shown


def test_a_merge_is_not_taken_back_and_it_is_said_how_a_wrong_word_is_corrected() -> None:
    sitting = Sitting()
    sitting.does("open - alarm the same shop\nmerge 2 1 one shop")
    offered = undoing(sitting.desk)
    assert offered.text == ""
    assert "is not taken back" in offered.why
    assert "help fix" in offered.why


def test_what_took_an_act_back_may_be_taken_back_itself_or_it_is_said_that_it_is_not() -> None:
    sitting = Sitting()
    sitting.does("send 1 AB12\nclear AB12 wrong crew")
    offered = undoing(sitting.desk)
    assert offered.text == ""
    assert "is not taken back" in offered.why


def test_another_session_s_act_is_passed_over() -> None:
    sitting = Sitting()
    other = sitting.stage.desk("3305", *STAFF)
    sitting.does("send 1 AB12")
    sitting.does("note 1 she rings again", other)
    assert undoing(sitting.desk).text == "clear AB12 "
    assert undoing(other).text.startswith("fix 1 ")


def test_a_line_that_recorded_several_facts_is_taken_back_as_one() -> None:
    """`send` gives the crew a status as well, `park` promises to come back."""
    sitting = Sitting()
    sitting.does("send 1 AB12")
    assert [type(one.fact).__name__ for one in last_act(sitting.desk)] == ["Resourced", "StatusGiven"]
    assert undoing(sitting.desk).text == "clear AB12 "


def test_two_lines_one_after_the_other_are_two_acts() -> None:
    sitting = Sitting()
    sitting.does("send 1 AB12\nnote 1 she rings again")
    assert len(last_act(sitting.desk)) == 1
    assert undoing(sitting.desk).text.startswith("fix 1 ")


@pytest.mark.parametrize(("others", "found"), [(LOOKED_BACK - 1, True), (LOOKED_BACK + 1, False)])
def test_what_lies_too_far_back_is_not_offered_any_more(others: int, found: bool) -> None:
    sitting = Sitting()
    other = sitting.stage.desk("3305", *STAFF)
    sitting.does("send 1 AB12")
    size = sitting.stage.log.tip().size
    for number in range(others - 1 if found else others):
        sitting.does(f"note 1 number {number}", other)
    assert sitting.stage.log.tip().size - size >= others - 1
    offered = undoing(sitting.desk)
    assert (offered.text == "clear AB12 ") is found
    assert found or offered.why == "nothing was recorded from here lately"


def test_where_nothing_was_recorded_from_here_it_is_said_so() -> None:
    sitting = Sitting()
    watching = Desk(sitting.stage.log, sitting.stage.board, sitting.stage.identity, sitting.stage.founder.signed)
    nobody = Desk(watching.log, watching.board, watching.identity, type(watching.signed)("2211", "another", "T9"))
    assert undoing(nobody).why == "nothing was recorded from here lately"


@pytest.mark.parametrize("before", ["", "note 1 the house is number 12"])
def test_a_session_that_is_taken_up_again_is_offered_its_last_act(before: str) -> None:
    """After a cut line, or a line typed in another window, the first key is often this one."""
    sitting = Sitting()
    sitting.does(before)
    again = Desk(sitting.stage.log, sitting.stage.board, sitting.stage.identity, sitting.desk.signed)
    undoing(again)


def test_whoever_just_signed_on_and_did_nothing_is_told_so() -> None:
    sitting = Sitting()
    assert undoing(sitting.stage.desk("3305", Role.HANDLER)).text == ""


def test_every_row_is_a_fact_that_the_journal_knows() -> None:
    assert all(issubclass(fact, Fact) for fact in BACK)
