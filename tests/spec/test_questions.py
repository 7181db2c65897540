"""Questions under the elements of a risk model: their types, when they are asked, and what their answers lead to.

Each rule on questions in domain/riskmodel.py; how a caller's answers come to an assessment, in domain/triage.py and
domain/grading.py; and how a line answers one. Source: letter, area 1 (the STRIVE model at the first point of contact).
"""

from typing import Any

import pytest

from hueandcry.domain import contact, incident
from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.duty import Duty
from hueandcry.domain.fact import Fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assess, Assessed
from hueandcry.domain.incident import Incident
from hueandcry.domain.pack import PackKind
from hueandcry.domain.packreader import new_pack
from hueandcry.domain.particulars import Reply, Triaged
from hueandcry.domain.policy import Policy
from hueandcry.domain.riskmodel import RiskPack
from hueandcry.domain.triage import ElementPassedOver, ElementTriaged, Triage
from hueandcry.operator.desk import Desk
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import READER, carry_out, preview
from tests.spec.harness import ME, START, adopted, given, on_duty, pack, policy, ref, stream_of
from tests.staging import Stage, work

Facts = tuple[Fact[Any], ...]

CALL = stream_of(Contact)
ANSWERED: Facts = (contact.Rang(Channel.EMERGENCY, "07700 900001"), contact.Answered(ME))
OPENED = incident.Opened("theft", False, ME, CALL, "a bicycle")
CALM = {
    "situation": "past",
    "threat": "none",
    "risk": "low",
    "investigation": "none",
    "vulnerability": "none",
    "engagement": "wants-police",
}
ALWAYS = ["hurt", "means", "cameras"]  # asked whatever was answered

SMALL = """
pack = "small"
kind = "risk"
title = "Small"
source = "made for this test"
verified = "no"
not_asked = [{ code = "unsafe", says = "not safe to ask" }]
vulnerable = { threat = ["weapon"] }
suggest = [
  { grade = "1", because = "used", when = { seen = ["used"] } },
  { grade = "2", because = "armed", when = { threat = ["weapon"], seen = ["unknown"] } },
  { grade = "4", because = "nothing-more-urgent", when = {} },
]

[[element]]
code = "threat"
letter = "T"
name = "Threat"
ask = "?"
answer = [
  { code = "weapon", says = "a weapon" },
  { code = "none", says = "nobody is threatened" },
  { code = "unknown", says = "asked and not known" },
]

[[question]]
code = "seen"
of = "threat"
ask = "Seen?"
type = "choice"
when = { threat = ["weapon"] }
answer = [{ code = "seen", says = "seen" }, { code = "used", says = "used" }]
"""
KIND = """
[[question]]
code = "kind"
of = "threat"
ask = "What kind?"
type = "text"
when = { seen = ["seen", "used"] }
"""


def read(text: str) -> RiskPack:
    found = new_pack(text.encode())
    assert isinstance(found, RiskPack)
    return found


def refusal(text: str) -> str:
    """Return why a pack is refused."""
    with pytest.raises(Refused) as found:
        read(text)
    return found.value.rule


def asked(answers: dict[str, str], risk: RiskPack | None = None) -> list[str]:
    """Return the questions that are asked while these answers stand."""
    return [one.code for one in (risk or policy().risk).asks(answers)]


def under(text: str) -> Duty:
    """Return a duty under a risk model of that text."""
    return on_duty(policy=given(adopted(PackKind.RISK, text.encode()), on=Policy).record)


def triaged(**answers: str) -> Facts:
    """Return a caller's answers; a dash in a code is written as a low line."""
    return tuple(ElementTriaged(code.replace("_", "-"), answer, "") for code, answer in answers.items())


# What a question can be answered with


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("hurt", ("yes", "no", "unknown")),
        ("weapon-seen", ("seen", "spoken-of", "used", "unknown")),
        ("age", ("given", "unknown")),
        ("which-weapon", ("given", "unknown")),
        ("safe-time", ("given", "unknown")),
    ],
    ids=["yes or no", "choice", "number", "text", "time"],
)
def test_each_type_of_question_offers_answers_and_each_may_be_unknown(code: str, offered: tuple[str, ...]) -> None:
    assert policy().risk.offered(code) == offered


@pytest.mark.parametrize("kind", ["yes-no", "number", "text", "time", "choice"])
def test_every_type_of_question_stands_in_the_bundled_models(kind: str) -> None:
    for name in ("strive-2020", "thrive-2022"):
        found = new_pack(pack(name))
        assert isinstance(found, RiskPack)
        assert kind in {one.type for one in found.question}, name


def test_a_question_of_another_type_is_not_read() -> None:
    assert "Invalid enum value 'mood'" in refusal(SMALL + KIND.replace('"text"', '"mood"'))


def test_what_neither_is_an_element_nor_a_question_is_not_answered() -> None:
    given(*ANSWERED, on=Contact).when(Triage("mood", "bad", "")).then_refused(
        "strive-2020 has no element mood; it has situation, threat, risk, investigation, vulnerability, engagement"
    )


@pytest.mark.parametrize("answer", ["", "maybe", "given", "not-asked"])
def test_a_question_is_answered_with_what_it_offers_and_nothing_else(answer: str) -> None:
    rule = "hurt is answered with one of yes, no, unknown"
    given(*ANSWERED, on=Contact).when(Triage("hurt", answer, "")).then_refused(rule)


@pytest.mark.parametrize("answer", ["14", "fourteen", "yes"])
def test_what_was_said_to_a_question_for_a_number_is_no_answer_but_its_words(answer: str) -> None:
    before = given(*ANSWERED, *triaged(vulnerability="child"), on=Contact)
    before.when(Triage("age", answer, "")).then_refused("age is answered with one of given, unknown")


def test_an_answer_to_a_question_stands_beside_those_to_the_elements() -> None:
    before = given(*ANSWERED, *triaged(vulnerability="child"), on=Contact)
    record = before.when(Triage("age", "given", "14")).then(ElementTriaged("age", "given", "14"))
    assert record.triage[1] == Triaged("age", "given", ref(Contact, 4), START)


def test_a_question_that_is_answered_anew_keeps_its_newest_answer_only() -> None:
    before = given(*ANSWERED, *triaged(hurt="unknown"), on=Contact)
    record = before.when(Triage("hurt", "yes", "")).then(ElementTriaged("hurt", "yes", ""))
    assert [(one.element, one.answer) for one in record.triage] == [("hurt", "yes")]


# When a question is asked


@pytest.mark.parametrize(
    ("answers", "more"),
    [
        ({}, []),
        ({"threat": "none"}, []),
        ({"threat": "unknown"}, []),
        ({"threat": "not-asked"}, []),
        ({"threat": "weapon"}, ["weapon-seen", "before"]),
        ({"threat": "spoken"}, ["before"]),
        ({"threat": "weapon", "weapon-seen": "unknown"}, ["weapon-seen", "before"]),
        ({"threat": "weapon", "weapon-seen": "spoken-of"}, ["weapon-seen", "before"]),
        ({"threat": "weapon", "weapon-seen": "seen"}, ["weapon-seen", "which-weapon", "before"]),
        ({"hurt": "no"}, []),
        ({"hurt": "yes"}, ["breathing"]),
        ({"vulnerability": "adult"}, ["age"]),
        ({"vulnerability": "repeat"}, ["how-often"]),
        ({"engagement": "unsafe-to-talk"}, ["safe-time"]),
        ({"threat": "present", "hurt": "yes", "vulnerability": "child"}, ["before", "breathing", "age"]),
    ],
)
def test_a_question_is_asked_while_the_answers_that_it_depends_on_stand(
    answers: dict[str, str], more: list[str]
) -> None:
    codes = [one.code for one in policy().risk.question]
    assert asked(answers) == [code for code in codes if code in {*ALWAYS, *more}]


def test_a_question_that_waits_for_two_answers_is_asked_where_both_stand() -> None:
    both = SMALL + KIND.replace('seen = ["seen", "used"]', 'seen = ["used"], threat = ["weapon"]')
    for answers, found in (
        ({"threat": "weapon"}, ["seen"]),
        ({"seen": "used"}, []),
        ({"threat": "weapon", "seen": "seen"}, ["seen"]),
        ({"threat": "weapon", "seen": "used"}, ["seen", "kind"]),
    ):
        assert asked(answers, read(both)) == found


def test_a_question_without_an_answer_counts_as_unknown_for_the_questions_that_wait_for_it() -> None:
    risk = read(SMALL + KIND.replace('seen = ["seen", "used"]', 'seen = ["unknown"]'))
    assert asked({"threat": "weapon"}, risk) == asked({"threat": "weapon", "seen": "unknown"}, risk) == ["seen", "kind"]
    assert asked({"threat": "weapon", "seen": "used"}, risk) == ["seen"]


@pytest.mark.parametrize(
    ("facts", "question", "rule"),
    [
        ((), "age", "age is asked while vulnerability is child or adult: answer vulnerability first"),
        (triaged(vulnerability="none"), "age",
         "age is asked while vulnerability is child or adult: answer vulnerability first"),
        (triaged(threat="weapon"), "which-weapon",
         "which-weapon is asked while weapon-seen is seen or used: answer weapon-seen first"),
        (triaged(hurt="no"), "breathing", "breathing is asked while hurt is yes: answer hurt first"),
    ],
    ids=["nothing answered", "answered otherwise", "a question before it", "that question answered otherwise"],
)  # fmt: skip
def test_a_question_that_is_skipped_is_not_answered(facts: Facts, question: str, rule: str) -> None:
    given(*ANSWERED, *facts, on=Contact).when(Triage(question, "unknown", "")).then_refused(rule)


@pytest.mark.parametrize("code", ["hurt", "threat", "no-such-thing"])
def test_what_waits_for_nothing_is_never_skipped(code: str) -> None:
    assert policy().risk.skipped(code, {}) is None


@pytest.mark.parametrize("name", ["strive-2020", "thrive-2022"])
def test_a_question_is_skipped_just_while_it_is_not_asked(name: str) -> None:
    """Two ways to the same: what is offered to be asked, and what is refused to be answered."""
    risk = new_pack(pack(name))
    assert isinstance(risk, RiskPack)
    needed = {code: risk.offered(code) for one in risk.question for code in one.when}
    for code, offered in needed.items():
        for answer in (*offered, None):
            answers = {} if answer is None else {code: answer}
            skipped = {one.code for one in risk.question if risk.skipped(one.code, answers) is not None}
            assert skipped == {one.code for one in risk.question} - set(asked(answers, risk))


def test_a_question_is_not_asked_under_one_that_is_not_asked_any_more() -> None:
    assert "which-weapon" not in asked({"threat": "none", "weapon-seen": "seen"})


def test_whoever_asks_under_a_question_that_is_not_asked_any_more_is_told_what_took_it_away() -> None:
    facts = triaged(threat="weapon", weapon_seen="seen", which_weapon="given") + triaged(threat="none")
    given(*ANSWERED, *facts, on=Contact).when(Triage("which-weapon", "given", "a knife")).then_refused(
        "weapon-seen is asked while threat is weapon: answer threat first"
    )


# What an answer leads to


def test_an_unconscious_caller_who_does_not_breathe_is_the_most_urgent() -> None:
    """Letter, area 1: the second thing that is asked of somebody who is hurt."""
    found = policy().risk.suggestion({**CALM, "hurt": "yes", "breathing": "no"}, "theft")
    assert (found.grade, found.grounds) == ("1", ("not-breathing", "breathing.no"))


@pytest.mark.parametrize("answers", [{}, {"hurt": "yes"}, {"breathing": "unknown"}, {"breathing": "yes"}])
def test_whether_somebody_breathes_that_was_not_answered_with_no_suggests_nothing(answers: dict[str, str]) -> None:
    assert policy().risk.suggestion({**CALM, **answers}, "theft").grade == "4"


def test_a_rule_on_a_question_is_met_by_unknown_where_it_was_not_asked() -> None:
    risk = read(SMALL)
    for answers in ({"threat": "weapon"}, {"threat": "weapon", "seen": "unknown"}):
        found = risk.suggestion(answers, "theft")
        assert (found.grade, found.grounds) == ("2", ("armed", "threat.weapon", "seen.unknown"))
    assert risk.suggestion({"threat": "weapon", "seen": "seen"}, "theft").grade == "4"
    assert risk.suggestion({"threat": "weapon", "seen": "used"}, "theft").grade == "1"


def test_what_was_answered_under_a_question_that_is_not_asked_any_more_counts_as_unknown_too() -> None:
    chain = read(SMALL.replace('seen = ["used"]', 'kind = ["given"]') + KIND)
    said = {"threat": "weapon", "seen": "used", "kind": "given"}
    assert chain.suggestion(said, "theft").grade == "1"
    assert chain.suggestion(said | {"threat": "none"}, "theft").grade == "4"
    assert chain.suggestion({"threat": "none", "kind": "given"}, "theft").grade == "4"


def test_nobody_is_vulnerable_by_an_answer_to_a_question_that_is_not_asked_any_more() -> None:
    risk = read(SMALL.replace('vulnerable = { threat = ["weapon"] }', 'vulnerable = { seen = ["used"] }'))
    assert risk.is_vulnerable({"threat": "weapon", "seen": "used"})
    assert not risk.is_vulnerable({"threat": "none", "seen": "used"})


def test_an_answer_that_nobody_was_asked_for_stands() -> None:
    """Somebody who does not breathe need not have been said to be hurt."""
    assert policy().risk.suggestion({**CALM, "breathing": "no"}, "theft").grade == "1"
    assert policy().risk.suggestion({**CALM, "breathing": "no", "hurt": "unknown"}, "theft").grade == "4"


def heard(*facts: Fact[Any]) -> tuple[Triaged, ...]:
    """Return what a caller was asked, as it stands on the contact."""
    return given(*ANSWERED, *facts, on=Contact).record.triage


def test_an_assessment_takes_over_what_callers_answered_to_questions() -> None:
    said = heard(*triaged(**CALM, hurt="yes", breathing="no", cameras="yes"))
    replies = (
        *(Reply(code, answer) for code, answer in CALM.items()),
        Reply("hurt", "yes"),
        Reply("breathing", "no"),
        Reply("cameras", "yes"),
    )
    record = (
        given(OPENED, on=Incident)
        .when(Assess(said, (), "she is on the floor"))
        .then(
            Assessed(
                replies,
                tuple(one.said for one in said),
                0,
                False,
                "1",
                ("not-breathing", "breathing.no"),
                "she is on the floor",
            )
        )
    )
    assert (record.suggested, record.replies) == ("1", replies)


def test_a_question_that_nobody_answered_stands_in_no_assessment() -> None:
    said = heard(*triaged(**CALM))
    decided = given(OPENED, on=Incident).when(Assess(said, (), ""))
    record = decided.then(
        Assessed(
            tuple(Reply(code, answer) for code, answer in CALM.items()),
            tuple(one.said for one in said),
            0,
            False,
            "4",
            ("nothing-more-urgent",),
            "",
        )
    )
    assert [reply.element for reply in record.replies] == list(CALM)


def test_questions_stand_in_the_order_of_the_pack_behind_the_elements_however_they_were_asked() -> None:
    said = heard(*triaged(cameras="no", hurt="no", **CALM))
    before = given(OPENED, on=Incident)
    replies = (
        *(Reply(code, answer) for code, answer in CALM.items()),
        Reply("hurt", "no"),
        Reply("cameras", "no"),
    )
    before.when(Assess(said, (), "")).then(
        Assessed(replies, tuple(one.said for one in said), 0, False, "4", ("nothing-more-urgent",), "")
    )


def test_an_assessment_keeps_what_was_answered_before_and_takes_what_is_newer() -> None:
    first = Assessed(
        (*(Reply(code, answer) for code, answer in CALM.items()), Reply("hurt", "yes"), Reply("breathing", "yes")),
        (), 0, False, "4", ("nothing-more-urgent",), "",
    )  # fmt: skip
    said = heard(*triaged(hurt="yes", breathing="no"))
    record = (
        given(OPENED, first, on=Incident)
        .when(Assess(said[1:], (), ""))
        .then(
            Assessed(
                (*first.replies[:-1], Reply("breathing", "no")),
                (said[1].said,),
                0,
                False,
                "1",
                ("not-breathing", "breathing.no"),
                "",
            )
        )
    )
    assert record.suggested == "1"


def test_elements_that_are_missing_are_missed_and_questions_are_not() -> None:
    said = heard(*triaged(**{code: answer for code, answer in CALM.items() if code != "risk"}, hurt="no"))
    rule = "risk is not assessed: risk neither answered ('triage') nor passed over with a reason ('notasked')"
    given(OPENED, on=Incident).when(Assess(said, (), "")).then_refused(rule)


def test_only_elements_that_were_passed_over_are_counted_as_not_asked() -> None:
    facts = (*triaged(**{code: CALM[code] for code in list(CALM)[:5]}), ElementPassedOver("engagement", "unsafe", ""))
    said = heard(*facts, *triaged(hurt="unknown"))
    replies = (
        *(Reply(code, CALM[code]) for code in list(CALM)[:5]),
        Reply("engagement", "not-asked"),
        Reply("hurt", "unknown"),
    )
    given(OPENED, on=Incident).when(Assess(said, (), "")).then(
        Assessed(replies, tuple(one.said for one in said), 1, False, "4", ("nothing-more-urgent",), "")
    )


def test_under_another_risk_model_only_its_own_questions_are_answered() -> None:
    duty = under(SMALL)
    given(*ANSWERED, on=Contact).when(Triage("hurt", "yes", ""), duty).then_refused(
        "small has no element hurt; it has threat"
    )
    given(*ANSWERED, *triaged(threat="weapon"), on=Contact).when(Triage("seen", "used", ""), duty).then(
        ElementTriaged("seen", "used", "")
    )


# Packs with questions that would fail in the middle of a shift


def test_the_small_model_of_this_page_is_a_sound_one() -> None:
    assert [one.code for one in read(SMALL + KIND).question] == ["seen", "kind"]


LOOP = KIND.replace('seen = ["seen", "used"]', 'size = ["given"]') + KIND.replace('"kind"', '"size"').replace(
    'seen = ["seen", "used"]', 'kind = ["given"]'
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (SMALL + KIND.replace('of = "threat"', 'of = "mood"'), "question kind: there is no element mood"),
        (SMALL + KIND.replace('of = "threat"', 'of = "seen"'), "question kind: there is no element seen"),
        (SMALL + KIND.replace('seen = ["seen", "used"]', 'kind = ["given"]'),
         "question kind: waits for itself, through kind"),
        (SMALL + LOOP, "question kind: waits for itself, through size, kind"),
        (SMALL + KIND.replace('seen = ["seen", "used"]', 'mood = ["bad"]'),
         "question kind: can never be asked, for nobody answers mood with bad"),
        (SMALL + KIND.replace('["seen", "used"]', '["seen", "heard"]'),
         "question kind: can never be asked, for nobody answers seen with heard"),
        (SMALL + KIND.replace('["seen", "used"]', "[]"),
         "question kind: can never be asked, for nobody answers seen with "),
        (SMALL + KIND.replace('["seen", "used"]', '["not-asked"]'),
         "question kind: can never be asked, for nobody answers seen with not-asked"),
        (SMALL + KIND.replace('seen = ["seen", "used"]', 'threat = ["knife"]'),
         "question kind: can never be asked, for nobody answers threat with knife"),
        (SMALL + KIND.replace('seen = ["seen", "used"]', 'seen = ["used"], threat = ["none"]'),
         "question kind: can never be asked, for threat would have to be answered in two ways"),
        (SMALL + KIND.replace('"text"', '"choice"'), "question kind: a choice has answers, and nothing else has"),
        (SMALL.replace('"choice"', '"yes-no"'), "question seen: a choice has answers, and nothing else has"),
        (SMALL + KIND.replace('"kind"', '"threat"').replace('seen = ["seen", "used"]', ""),
         "question threat: an element has that code"),
    ],
    ids=["of no element", "of a question", "waits for itself", "waits in a circle", "waits for nothing there is",
         "waits for no answer there is", "waits for no answer", "waits for a question passed over",
         "waits for no answer of an element", "contradicts what it waits for", "a choice of nothing",
         "answers of its own", "the code of an element"],
)  # fmt: skip
def test_a_model_with_a_question_that_nobody_could_be_asked_is_refused(text: str, rule: str) -> None:
    assert refusal(text) == f"small, {rule}"


def test_a_circle_of_three_is_found_from_outside_too() -> None:
    waits = KIND.replace('"kind"', '"outside"').replace('seen = ["seen", "used"]', 'kind = ["given"]')
    assert "waits for itself" in refusal(SMALL + waits + LOOP)


def test_two_questions_do_not_share_a_code() -> None:
    assert refusal(SMALL + KIND + KIND) == "small: question kind stands twice"


TWICE = '{ code = "used", says = "used" }]'


@pytest.mark.parametrize("code", ["used", "unknown"])
def test_a_question_does_not_offer_an_answer_twice(code: str) -> None:
    assert TWICE in SMALL
    twice = SMALL.replace(TWICE, f'{TWICE[:-1]}, {{ code = "{code}", says = "again" }}]')
    assert refusal(twice) == f"small: question seen: answer {code} stands twice"


def test_a_question_may_wait_for_another_that_is_not_asked() -> None:
    text = SMALL + KIND.replace('seen = ["seen", "used"]', 'seen = ["unknown"], threat = ["none"]')
    assert asked({"threat": "none"}, read(text)) == ["kind"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('seen = ["used"] }', None),
        ('seen = ["unknown"], threat = ["none"] }', None),
        ('seen = ["not-asked"] }', "small, rule used: nobody can answer seen with not-asked"),
        ('seen = ["stabbed"] }', "small, rule used: nobody can answer seen with stabbed"),
        ('smelt = ["yes"] }', "small, rule used: nobody can answer smelt with yes"),
    ],
)
def test_a_rule_rests_on_what_a_question_can_be_answered_with(rule: str, words: str | None) -> None:
    text = SMALL.replace('seen = ["used"] }', rule)
    if words is None:
        assert read(text).suggest[0].because == "used"
    else:
        assert refusal(text) == words


def test_an_element_that_was_not_asked_may_lead_to_a_question() -> None:
    risk = read(SMALL + KIND.replace('seen = ["seen", "used"]', 'threat = ["not-asked"]'))
    assert asked({"threat": "not-asked"}, risk) == ["kind"]


@pytest.mark.parametrize("name", ["strive-2020", "thrive-2022"])
def test_every_question_of_the_bundled_models_is_asked_at_some_time(name: str) -> None:
    risk = new_pack(pack(name))
    assert isinstance(risk, RiskPack)
    met: set[str] = set()
    answers: dict[str, str] = {}
    for _ in risk.question:
        for one in risk.question:
            for code, codes in one.when.items():
                if one.code not in met:
                    answers = {**answers, code: codes[0]}
            met |= set(asked(answers, risk))
    assert met == {one.code for one in risk.question}


# Lines


def on_a_call(*lines: str) -> Desk:
    """Return a desk with a call in hand, after some lines."""
    desk = Stage().desk("2001")
    work(desk, "\n".join(("ring 999", "answer .", *lines)))
    return desk


def last(desk: Desk, text: str) -> Fact[Any]:
    """Carry out a line, and return what it recorded last, with its words."""
    found = desk.opened(carry_out(desk, text))[-1].fact
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("t . age 14", ElementTriaged("age", "given", "14")),
        ("triage . age about 14, she says", ElementTriaged("age", "given", "about 14, she says")),
        ("t . age unknown", ElementTriaged("age", "unknown", "")),
        ("t . age given 14", ElementTriaged("age", "given", "14")),
        ("t . hurt yes her arm", ElementTriaged("hurt", "yes", "her arm")),
        ("t . hurt y", ElementTriaged("hurt", "yes", "")),
        ("t . weapon-seen used on her", ElementTriaged("weapon-seen", "used", "on her")),
        ("t . safe-time after six", ElementTriaged("safe-time", "given", "after six")),
    ],
)
def test_a_number_a_text_or_a_time_is_said_in_words_and_recorded_as_given(text: str, fact: ElementTriaged) -> None:
    desk = on_a_call("t . vulnerability child", "t . threat weapon", "t . engagement wants-police")
    assert last(desk, text) == fact


def test_a_question_for_a_text_takes_all_its_words() -> None:
    desk = on_a_call("t . threat weapon", "t . weapon-seen seen")
    assert last(desk, "t . which-weapon a kitchen knife") == ElementTriaged("which-weapon", "given", "a kitchen knife")


def test_what_was_said_to_a_question_is_sealed_and_that_it_was_given_is_not() -> None:
    desk = on_a_call("t . vulnerability child")
    (recorded,) = carry_out(desk, "t . age 14")
    assert recorded.fact == ElementTriaged("age", "given", None)  # type: ignore[arg-type]
    assert b"14" not in desk.log.stream_rows(recorded.stream)[-1].head


def test_what_enter_will_do_says_the_words_that_were_given() -> None:
    desk = on_a_call("t . vulnerability child")
    assert preview(desk, "t . age 14").endswith(": 14")


@pytest.mark.parametrize("text", ["t . age", "t . hurt maybe", "t . age ", "t . breathing no"])
def test_a_question_that_is_not_asked_or_not_answered_is_not_read(text: str) -> None:
    desk = on_a_call("t . vulnerability child")
    with pytest.raises(Misread):
        READER.read(text, desk)


def offered(desk: Desk) -> list[str]:
    """Return what completion offers behind `triage .`."""
    return [line.removeprefix("triage . ").strip() for line in READER.complete("triage . ", desk)]


@pytest.mark.parametrize(
    ("lines", "more"),
    [
        ((), []),
        (("t . threat none",), []),
        (("t . threat weapon",), ["weapon-seen", "before"]),
        (("t . threat weapon", "t . weapon-seen seen"), ["weapon-seen", "which-weapon", "before"]),
        (("t . threat weapon", "t . threat none"), []),
        (("t . hurt yes",), ["breathing"]),
    ],
)
def test_completion_offers_the_elements_and_the_questions_that_are_asked_now(
    lines: tuple[str, ...], more: list[str]
) -> None:
    codes = [one.code for one in policy().risk.question if one.code in {*ALWAYS, *more}]
    assert offered(on_a_call(*lines)) == [*CALM, *codes]


def test_completion_offers_the_answers_of_a_question() -> None:
    desk = on_a_call("t . hurt yes")
    assert READER.complete("t . breathing ", desk) == [f"t . breathing {one} " for one in ("yes", "no", "unknown")]


def test_an_answer_to_a_question_reopens_the_assessment_of_the_incident_that_the_caller_rang_about() -> None:
    desk = on_a_call(*(f"t . {code} {answer}" for code, answer in CALM.items()), "open . theft", "assess .")
    carry_out(desk, "t . hurt yes")
    carry_out(desk, "assess .")
    names = [entry.name for entry in carry_out(desk, "t . breathing no")]
    assert names == ["contact.triaged", "incident.changed"]
    assessed = last(desk, "assess .")
    assert isinstance(assessed, Assessed)
    assert (assessed.suggested, assessed.grounds) == ("1", ("not-breathing", "breathing.no"))


@pytest.mark.parametrize(
    ("lines", "grade"), [(("t . hurt yes", "t . breathing no", "t . hurt no"), "4")], ids=["nobody is hurt after all"]
)
def test_a_question_that_is_not_asked_any_more_counts_as_unknown(lines: tuple[str, ...], grade: str) -> None:
    desk = on_a_call(*(f"t . {code} {answer}" for code, answer in CALM.items()), *lines, "open . theft")
    assessed = last(desk, "assess .")
    assert isinstance(assessed, Assessed)
    assert assessed.suggested == grade


def test_a_question_is_answered_with_the_assessment_and_one_that_is_not_asked_is_refused() -> None:
    stage = Stage()
    said = " ".join(f"{code}={answer}" for code, answer in CALM.items())
    work(stage.founder, "open - welfare")
    with pytest.raises(Refused, match="breathing is asked while hurt is yes: answer hurt first"):
        carry_out(stage.founder, f"assess 1 {said} hurt=no breathing=no")
    work(stage.founder, f"assess 1 {said} hurt=yes breathing=no he lies still")
    (assessed,) = [one for one in stage.log.entries() if one.name == "incident.assessed"]
    assert assessed.fact is not None
    given = {one.element: one.answer for one in assessed.fact.replies}  # type: ignore[attr-defined]
    assert (given["hurt"], given["breathing"]) == ("yes", "no")
