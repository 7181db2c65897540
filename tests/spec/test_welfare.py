"""Welfare at the moment: a break is offered, cover is checked, a supervisor is asked; no word of what somebody feels is kept.

Source: letter, area 3; scenario 20: a child-death call on a handler's fourth night.
"""

from typing import Any

import pytest

from hueandcry.domain import welfare
from hueandcry.domain.contact import Answered, Channel, Contact, Rang
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import REGISTRY, Fact, FactRef, Names, Tier, sentence
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.staff import Registered, Staff
from hueandcry.domain.timer import Timer, timers
from hueandcry.domain.welfare import (
    CARERS,
    Answer,
    AnswerBreak,
    AskAgain,
    BreakAnswered,
    BreakOffered,
    FindTraumatic,
    FollowUpDue,
    FoundTraumatic,
    OfferBreak,
    SeenTo,
    SeeTo,
)
from hueandcry.operator.console import fields_of
from hueandcry.operator.roomlists import lines_of
from hueandcry.operator.verbs import carry_out
from tests.spec.harness import ME, START, commands_in, entry, given, on_duty, policy, stream_of, who_may
from tests.staging import Stage, work

CALL = stream_of(Contact)
JOINED = Registered(ME, None, "")
OFFERED = BreakOffered(900, ("2212",), CALL)
THREE_DAYS, FOUR_WEEKS = (START + days * 86_400 * NS_PER_S for days in (3, 28))


def test_whoever_works_the_floor_says_it_and_answers_and_those_who_look_after_others_see_to_them() -> None:
    for command in (FindTraumatic(), OfferBreak(CALL, ()), AnswerBreak(Answer.TAKE)):
        assert who_may(command) == FLOOR
    assert set(who_may(SeeTo())) == set(CARERS)
    assert who_may(AskAgain(2, 0)) == (Role.WATCH,)
    assert commands_in(welfare) == {FindTraumatic, OfferBreak, AnswerBreak, SeeTo, AskAgain}


def test_that_it_was_hard_is_said_of_the_call_and_names_nobody_to_another_force() -> None:
    given(Rang(Channel.EMERGENCY, "x"), Answered(ME), on=Contact).when(FindTraumatic()).then(FoundTraumatic())
    given(on=Contact).when(FindTraumatic()).then_refused("there is no such record")


def test_a_break_is_offered_with_who_is_free_and_a_supervisor_is_asked() -> None:
    record = given(JOINED, on=Staff).when(OfferBreak(CALL, ("2212",))).then(OFFERED)
    (care,) = record.care
    assert (care.number, care.offered, care.cover, care.answer, care.seen) == (2, START, ("2212",), "", False)
    given(on=Staff).when(OfferBreak(CALL, ())).then_refused("there is no such member of staff")


@pytest.mark.parametrize("answer", [Answer.TAKE, Answer.LATER])
def test_the_offer_is_answered_by_the_member_and_may_be_taken_later(answer: Answer) -> None:
    record = given(JOINED, OFFERED, on=Staff).when(AnswerBreak(answer)).then(BreakAnswered(2, answer))
    assert record.care[0].answer == answer.value
    given(JOINED, OFFERED, BreakAnswered(2, Answer.LATER), on=Staff).when(AnswerBreak(Answer.TAKE)).then(
        BreakAnswered(2, Answer.TAKE)
    )
    given(JOINED, OFFERED, BreakAnswered(2, Answer.TAKE), on=Staff).when(AnswerBreak(Answer.OVER)).then(
        BreakAnswered(2, Answer.OVER)
    )


@pytest.mark.parametrize(
    ("facts", "command", "duty", "rule"),
    [
        ((JOINED,), AnswerBreak(Answer.TAKE), {}, "no break is offered to you"),
        ((JOINED, OFFERED), AnswerBreak(Answer.OVER), {}, "you are not on a break"),
        ((JOINED, OFFERED, BreakAnswered(2, Answer.TAKE)), AnswerBreak(Answer.TAKE), {}, "no break is offered to you"),
        ((JOINED, OFFERED), AnswerBreak(Answer.TAKE), {"collar": "3003"}, f"3003 answers for themselves, not for {ME}"),
        ((JOINED, OFFERED), SeeTo(), {}, "somebody else sees to you"),
        ((JOINED,), SeeTo(), {"collar": "3003"}, f"nobody is asked to see to {ME}"),
        ((JOINED, OFFERED, SeenTo(2, "3003")), SeeTo(), {"collar": "3003"}, f"nobody is asked to see to {ME}"),
    ],
)
def test_what_does_not_go_is_refused_in_the_words_of_the_rule(
    facts: tuple[Fact[Staff], ...], command: Command[Staff], duty: dict[str, Any], rule: str
) -> None:
    given(*facts, on=Staff).when(command, on_duty(**duty)).then_refused(rule)


def test_a_supervisor_sees_to_them_and_is_asked_again_after_three_days_and_four_weeks() -> None:
    seen = given(JOINED, OFFERED, on=Staff).when(SeeTo(), on_duty(collar="5501")).then(SeenTo(2, "5501"))
    assert list(timers(seen, policy(), 0)) == [
        Timer(THREE_DAYS, AskAgain(2, THREE_DAYS)),
        Timer(FOUR_WEEKS, AskAgain(2, FOUR_WEEKS)),
    ]
    before = given(JOINED, OFFERED, SeenTo(2, "5501"), on=Staff)
    before.when(AskAgain(2, THREE_DAYS), on_duty(now=THREE_DAYS - 1)).then_nothing()
    asked = before.when(AskAgain(2, THREE_DAYS), on_duty(now=THREE_DAYS)).then(FollowUpDue(2, THREE_DAYS))
    assert not asked.care[0].seen
    given(JOINED, OFFERED, FollowUpDue(2, THREE_DAYS), on=Staff).when(
        AskAgain(2, THREE_DAYS), on_duty(now=THREE_DAYS + 1)
    ).then_nothing()


def test_no_fact_of_welfare_has_room_for_words_and_colleagues_read_none_of_it() -> None:
    facts = [cls for cls in REGISTRY.values() if cls.__module__.endswith(".welfare")]
    assert len(facts) == 5
    for cls in facts:
        assert not cls.card.groups[Tier.SEALED]
    for one in (OFFERED, BreakAnswered(2, Answer.TAKE), FollowUpDue(2, 1), SeenTo(2, "5501")):
        assert sentence(one, Names()) == "Welfare"
        assert set((fields_of(entry(stream_of(Staff), 3, one)) or {}).values()) == {None}


def test_nothing_that_is_printed_leads_from_the_call_to_whom_it_hit() -> None:
    desk = Stage().desk("2212")
    work(desk, "ring 999\nanswer .")
    said, offered = carry_out(desk, "traumatic .")
    assert (sentence(said.fact, Names()), said.fact) == ("Hard on whoever dealt with it", FoundTraumatic())  # type: ignore[arg-type]
    assert offered.header is not None
    assert offered.header.causation not in (None, FactRef(said.stream, said.version))
    (again,) = carry_out(desk, "traumatic .")
    assert again.stream == said.stream, "an offer that is not answered is made once"


def test_cover_is_whoever_is_signed_on_and_talks_to_nobody() -> None:
    stage = Stage()
    first, second = stage.desk("2211", Role.HANDLER), stage.desk("2212", Role.HANDLER)
    stage.desk("2213", Role.HANDLER)
    stage.desk("3301", Role.DISPATCHER)
    work(second, "ring 101\nanswer .")
    work(first, "ring 999\nanswer .")
    entries = carry_out(first, "traumatic .")
    offered = entries[1].fact
    assert isinstance(offered, BreakOffered)
    assert offered.cover == ("1001", "2213")  # the founder takes calls, too
    care = stage.board.staff["2211"].care
    assert [one.cover for one in care] == [("1001", "2213")]


def test_it_was_hard_on_whoever_talked_to_the_caller_or_is_named() -> None:
    stage = Stage()
    first, second = stage.desk("2211", Role.HANDLER), stage.desk("2212", Role.HANDLER)
    work(first, "ring 999\nanswer .")
    work(second, "traumatic c" + stage.board.name(first.named(Contact.kind) or b"")[1:])
    assert [len(stage.board.staff[one].care) for one in ("2211", "2212")] == [1, 0]
    work(first, "open . sudden-death a child")
    work(second, "traumatic 1 2212")
    assert [len(stage.board.staff[one].care) for one in ("2211", "2212")] == [1, 1]


def test_whoever_is_on_a_break_covers_for_nobody() -> None:
    stage = Stage()
    first, second = stage.desk("2211", Role.HANDLER), stage.desk("2212", Role.HANDLER)
    work(first, "ring 999\nanswer .\ntraumatic .\nbreak take")
    work(second, "ring 999\nanswer .\ntraumatic .")
    assert stage.board.staff["2212"].care[0].cover == ("1001",)


def test_supervisors_have_a_list_of_whom_to_see_to_and_colleagues_do_not() -> None:
    stage = Stage()
    first, supervisor = stage.desk("2211", Role.HANDLER), stage.desk("5501", Role.SUPERVISOR)
    work(first, "ring 999\nanswer .\ntraumatic .")
    assert lines_of(first, "welfare") == ["this is for supervisor or incident-manager or inspector"]
    said = lines_of(supervisor, "welfare")
    assert said[0].split() == ["2211", "23/11/2026", "08:00:00", "break:", "not", "answered", "cover", "then:", "1001"]
    carry_out(supervisor, "seeto 2211")
    assert lines_of(supervisor, "welfare") == ["0 members to see to: 'seeto COLLAR' once you have"]
    with pytest.raises(Refused):
        carry_out(first, "seeto 2211")


def test_where_nobody_is_free_that_is_said() -> None:
    stage = Stage()
    first, supervisor = stage.desk("2211", Role.HANDLER), stage.desk("5501", Role.SUPERVISOR)
    work(stage.founder, "ring 101\nanswer .")
    work(first, "ring 999\nanswer .\ntraumatic .")
    assert "cover then: NOBODY FREE" in lines_of(supervisor, "welfare")[0]
