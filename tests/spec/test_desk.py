"""The desk: who, when, why, caused by what; decided again when others were first; nothing half done."""

import pytest

from hueandcry.domain.contact import Answer, Contact, Ring
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Conflict, Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import POLICY_STREAM, ClockSetBack
from hueandcry.domain.reference import Kind
from hueandcry.operator.desk import ATTEMPTS, THE_WATCH, Act, Desk
from hueandcry.operator.verbs import carry_out
from hueandcry.store.log import NOTHING, MemoryLog, Seen
from hueandcry.store.views import Board
from tests.staging import MONDAY, S, Stage, work

TAKEN = """
ring 999 07700900123
answer .
triage . situation now
triage . threat present
triage . risk serious
triage . investigation none
triage . vulnerability child
triage . engagement wants-police
open . domestic he is at the door
assess .
grade . 1
"""


def last(stage: Stage) -> Entry:
    return list(stage.log.entries())[-1]


def test_every_fact_tells_who_did_it_in_which_role_seat_and_session() -> None:
    stage = Stage()
    work(stage.desk("2211"), "ring 999 0770")
    header = last(stage).header
    assert header is not None
    assert (header.actor, header.role, header.seat, header.session) == ("2211", "handler", "T-2211", "session-2211")
    assert header.occurred == header.recorded == MONDAY


def test_a_fact_names_the_fact_that_its_decision_stood_on() -> None:
    stage = Stage()
    desk = stage.desk("2211")
    work(desk, "ring 999 0770\nanswer .")
    rang, answered = list(stage.log.entries())[-2:]
    assert answered.header is not None
    assert answered.header.causation is not None
    assert (answered.header.causation.stream, answered.header.causation.version) == (rang.stream, rang.version)


def test_what_follows_from_a_line_names_its_first_fact_as_the_cause_and_the_contact_as_the_root() -> None:
    stage = Stage()
    work(stage.desk("2211"), TAKEN)
    opened, linked = (
        next(one for one in stage.log.entries() if one.name == name) for name in ("incident.opened", "contact.linked")
    )
    assert opened.header is not None
    assert linked.header is not None
    assert linked.header.causation is not None
    assert linked.header.causation.stream == opened.stream
    assert opened.header.correlation == linked.stream


def test_only_a_role_that_may_does_it() -> None:
    stage = Stage()
    auditor = stage.desk("9001", Role.AUDITOR)
    with pytest.raises(Refused, match="this is for handler or dispatcher"):
        carry_out(auditor, "ring 999 0770")


def test_nobody_acts_in_a_session_that_is_over() -> None:
    stage = Stage()
    desk = stage.desk("2211")
    carry_out(desk, "off")
    with pytest.raises(Refused, match="not signed on in this session"):
        carry_out(desk, "ring 999 0770")


def test_a_refusal_in_the_second_act_of_a_line_writes_nothing_of_the_first() -> None:
    stage = Stage()
    desk = stage.desk("2211")
    work(desk, "ring 999 0770")
    before = stage.log.tip()
    with pytest.raises(Refused, match="still ringing"):
        carry_out(desk, "open . domestic he is at the door")
    assert stage.log.tip() == before


class Overtaken(MemoryLog):
    """A log in which somebody else is first a number of times."""

    times = 0

    def append(self, pending: list, seen: Seen = NOTHING) -> list[Entry]:  # type: ignore[override, type-arg]
        if self.times > 0:
            self.times -= 1
            raise Conflict("someone else wrote to this stream first")
        return super().append(pending, seen)


def test_a_decision_is_made_again_when_someone_else_was_first() -> None:
    stage = Stage(log=Overtaken(lambda: MONDAY))
    desk = stage.desk("2211")
    stage.log.times = ATTEMPTS - 1  # type: ignore[attr-defined]
    carry_out(desk, "ring 999 0770")
    assert last(stage).name == "contact.rang"


def test_a_decision_that_always_comes_too_late_says_so() -> None:
    stage = Stage(log=Overtaken(lambda: MONDAY))
    desk = stage.desk("2211")
    stage.log.times = ATTEMPTS  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        carry_out(desk, "ring 999 0770")


def test_a_board_that_is_behind_decides_on_what_others_recorded_meanwhile() -> None:
    stage = Stage()
    first = stage.desk("2211")
    work(first, "ring 999 0770")
    behind = Desk(stage.log, Board(stage.log), stage.identity, first.signed)
    behind.board.catch_up()
    contact = last(stage).stream
    work(first, "answer .")
    with pytest.raises(Refused, match="the contact is answered, 2211 has it"):
        behind.do([Act(contact, Answer())])


def test_a_clock_that_went_back_by_over_a_second_is_itself_recorded_once() -> None:
    stage = Stage()
    desk = stage.desk("2211")
    work(desk, "ring 999 0770")
    stage.clock.now_ns -= 90 * S
    work(desk, "ring 101 0161\nring 101 0162")
    facts = [
        one.fact for one in stage.log.entries() if one.stream == POLICY_STREAM and isinstance(one.fact, ClockSetBack)
    ]
    assert facts == [ClockSetBack(90_000)]
    recorded = [one.header.recorded for one in stage.log.entries() if one.header is not None]
    assert recorded == sorted(recorded)


def test_a_clock_that_is_behind_by_less_is_not() -> None:
    stage = Stage()
    desk = stage.desk("2211")
    stage.clock.now_ns -= S // 2
    work(desk, "ring 999 0770")
    assert not [one for one in stage.log.entries() if isinstance(one.fact, ClockSetBack)]


def test_a_downgrade_is_proposed_by_one_and_approved_by_another_who_sees_the_exact_line() -> None:
    stage = Stage()
    handler, supervisor = stage.desk("2211"), stage.desk("5501", Role.SUPERVISOR)
    work(handler, TAKEN)
    with pytest.raises(Refused, match="needs a second look"):
        carry_out(handler, "grade . 3 he has left")
    carry_out(handler, "propose grade . 3 he has left")
    tail = stage.board.staff["2211"].proposals[0].tail
    with pytest.raises(Refused, match="their own proposal"):
        carry_out(handler, f"approve p{tail}")
    facts = carry_out(supervisor, f"approve p{tail}")
    assert [one.name for one in facts] == ["staff.approved", "staff.proposal_settled", "incident.regraded"]
    incident = stage.board.record(facts[-1].stream)
    assert isinstance(incident, Incident)
    assert incident.grade == "3"
    assert facts[-1].fact.approval.stream == facts[0].stream  # type: ignore[union-attr]


def test_a_proposal_expires() -> None:
    stage = Stage()
    handler, supervisor = stage.desk("2211"), stage.desk("5501", Role.SUPERVISOR)
    work(handler, TAKEN + "propose grade . 3 he has left")
    stage.pass_time(1801)
    with pytest.raises(Refused, match="has expired"):
        carry_out(supervisor, f"approve p{stage.board.staff['2211'].proposals[0].tail}")


def test_a_proposal_that_would_be_refused_anyway_is_refused_at_once() -> None:
    stage = Stage()
    handler = stage.desk("2211")
    work(handler, TAKEN + "change . he is back")
    with pytest.raises(Refused, match="not assessed since the last material change"):
        carry_out(handler, "propose grade . 3 he has left")


def test_the_watch_does_what_time_demands_and_nothing_else() -> None:
    stage = Stage()
    watch = Desk(stage.log, stage.board, stage.identity, THE_WATCH)
    with pytest.raises(Refused, match="this is for handler"):
        watch.do([Act(stage.identity.stream(Kind.CONTACT), Ring(Contact().channel, ""))])


def test_the_item_in_hand_is_the_one_that_the_last_line_was_about() -> None:
    stage = Stage()
    one, other = stage.desk("2211"), stage.desk("2212")
    work(one, TAKEN)
    work(other, "ring 101 0161\nanswer .\nlink . 1\nclose . thanked")
    assert stage.board.in_hand["session-2212"]
    closed = [entry for entry in stage.log.entries() if entry.name == "contact.closed"]
    assert len(closed) == 1
    assert stage.board.name(closed[0].stream).startswith("c")


def test_what_a_caller_answers_after_the_assessment_reopens_it() -> None:
    """A child that is mentioned late must not be missed by a grade that stands already. Letter, area 1."""
    stage = Stage()
    desk = stage.desk("2211")
    work(desk, TAKEN.replace("vulnerability child", "vulnerability none"))
    facts = carry_out(desk, "triage . vulnerability child")
    assert [one.name for one in facts] == ["contact.triaged", "incident.changed"]
    with pytest.raises(Refused, match="not assessed since the last material change"):
        carry_out(desk, "grade . 2 a child is there")
    assert carry_out(desk, "assess .")[0].fact.vulnerable  # type: ignore[union-attr]
