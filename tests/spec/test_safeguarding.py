"""The vulnerability desk, question sets and their levels, and referrals to agencies; each rule of their pages.

Source: letter, area 2; HMICFRS on the vulnerability unit and on referrals that stopped unnoticed.
"""

from typing import Any

import pytest
from msgspec.structs import replace

from hueandcry.domain import questionnaire, referral, safeguarding
from hueandcry.domain.alert import alerts, in_a_word
from hueandcry.domain.deployment import Attended, MissTarget, Resourced, StoodDown, TargetMissed
from hueandcry.domain.duty import FIELD, Command, Role
from hueandcry.domain.expedite import Asked, Expedite
from hueandcry.domain.expedite import Closed as ExpediteClosed
from hueandcry.domain.fact import Fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.incident import Changed, Incident, Opened
from hueandcry.domain.nominal import Nominal
from hueandcry.domain.order import weight_of
from hueandcry.domain.packreader import new_pack
from hueandcry.domain.particulars import Target
from hueandcry.domain.policy import Policy
from hueandcry.domain.questionnaire import AnswerQuestion, GiveLevel, LevelGiven, QuestionAnswered
from hueandcry.domain.reference import NS_PER_S, Kind
from hueandcry.domain.referral import (
    SEND_WITHIN_S,
    Accepted,
    Declined,
    End,
    Ended,
    Late,
    Made,
    MissAgencyTime,
    NoteAccepted,
    NoteDeclined,
    NoteReceived,
    Received,
    Refer,
    Referral,
    Send,
    Sent,
    Shown,
    Stage,
)
from hueandcry.domain.safeguarding import (
    Action,
    DeskReviewed,
    NoteReferred,
    Referred,
    Research,
    Researched,
    Review,
    ReviewAtDesk,
    Safeguard,
    Safeguarded,
)
from hueandcry.domain.safeguardingscheme import SafeguardingPack
from hueandcry.domain.timer import Timer, due_by, timers
from hueandcry.operator.desk import Act
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.work.safeguarding import answer_of
from tests.spec.harness import (
    MINUTE,
    PACKS,
    START,
    adopted,
    commands_in,
    given,
    later,
    on_duty,
    pack,
    policy,
    ref,
    stream_of,
    who_may,
)
from tests.staging import Stage as Room
from tests.staging import work

OPENED = Opened("domestic", True, "1001", None, "he is back")
VULNERABLE = Assessed((), (), 0, True, "2", ("domestic",), "")
CALM = Assessed((), (), 0, False, "4", ("calm",), "")
GRADED = Graded("2", "2", 0, ref(Incident, 2), "")
WAITS = (OPENED, VULNERABLE, GRADED)
SENT_CREW, THERE = Resourced("AB12", True), Attended("AB12")
HOUR = 60 * MINUTE
INCIDENT, HER = stream_of(Incident), stream_of(Nominal)
ASKED = Asked("ward-1", "walkout", None, "Jones", "0161", "left")
DA = "domestic-abuse"
SETS = "domestic-abuse, missing-person, request, right-care, philomena, herbert"
AGENCIES = "mash, adults, marac, idva, victim-services, early-help, mental-health, ambulance, school, housing"
BASES = "consent, child-protection, adult-at-risk, vital-interests, legal-duty, crime-prevention"
NOTHING_ASKED = "nothing of domestic-abuse is answered: ask ('question'), or say why the level is given without"
SHOWN = "say what shows it, after ' / ': their reference, their message, or how you know"
LAST = b'{ level = "medium", because = "not-known" },\n]\nquestion = [\n  { code = "da-'
HIGH = LevelGiven(DA, "high", "high", (), "")
SCHEME = policy().safeguarding
assert SCHEME is not None
WITHOUT = given(*(adopted(kind) for kind in PACKS if kind.value != "safeguarding"), on=Policy).record


# Who


@pytest.mark.parametrize(
    "command",
    [
        Safeguard(Action.REMOVE, "x"),
        Research("local", (), ""),
        NoteReferred("mash", INCIDENT),
        AnswerQuestion("da-kill", "yes", ""),
        GiveLevel("domestic-abuse", "high", ""),
        Refer("mash", INCIDENT, None, "consent", "x", ""),
        Send("mail"),
        NoteReceived(Shown.MESSAGE, "x", "y"),
        NoteAccepted(Shown.MESSAGE, "x", "y"),
        NoteDeclined(Shown.MESSAGE, "x", "y"),
        End("x"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_any_role_of_the_room_begins_any_safeguarding(command: Command[Any]) -> None:
    assert set(who_may(command)) == set(FIELD)


def test_the_desk_reviews_and_only_the_watch_records_what_is_late() -> None:
    assert who_may(ReviewAtDesk(Review.HIGHER, "x")) == (Role.VULNERABILITY, Role.SUPERVISOR)
    assert who_may(MissAgencyTime()) == (Role.WATCH,)


def test_there_are_no_other_commands() -> None:
    assert commands_in(safeguarding) == {Research, Safeguard, NoteReferred, ReviewAtDesk}
    assert commands_in(questionnaire) == {AnswerQuestion, GiveLevel}
    named = {one for one in commands_in(referral) if not one.__name__.startswith("_")}
    assert named == {Refer, Send, NoteReceived, NoteAccepted, NoteDeclined, End, MissAgencyTime}


# The desk's queue


@pytest.mark.parametrize(
    ("facts", "for_desk"),
    [
        ((OPENED,), False),
        ((OPENED, VULNERABLE), True),
        (WAITS, True),
        ((*WAITS, CALM), False),
        ((*WAITS, SENT_CREW), False),
        ((*WAITS, SENT_CREW, THERE), False),
        ((*WAITS, SENT_CREW, StoodDown("AB12", "a grade 1")), True),
        ((*WAITS, SENT_CREW, THERE, StoodDown("AB12", "")), False),
        ((OPENED, CALM), False),
    ],
)
def test_the_queue_of_the_desk_is_exactly_what_is_vulnerable_and_has_nobody_sent(
    facts: tuple[Fact[Incident], ...], for_desk: bool
) -> None:
    record = given(*facts, on=Incident).record
    assert record.for_desk is for_desk
    assert (Target.DESK in record.targets(policy())) is for_desk


def test_the_desk_looks_within_ten_minutes_then_every_half_hour_and_anew_when_the_crew_is_lost() -> None:
    looked = DeskReviewed("vsu", Review.AS_ASSESSED, False, "x")
    for facts, minutes in (
        ((OPENED, later(minutes=3), VULNERABLE), 13),
        ((OPENED, later(minutes=3), VULNERABLE, later(minutes=9), VULNERABLE), 13),  # assessed again is not anew
        ((OPENED, VULNERABLE, CALM, later(minutes=7), VULNERABLE), 17),
        ((OPENED, VULNERABLE, later(minutes=4), looked), 34),
        ((*WAITS, later(minutes=4), looked, SENT_CREW, later(minutes=5), StoodDown("AB12", "")), 19),
    ):
        targets = given(*facts, on=Incident).record.targets(policy())
        assert targets[Target.DESK] == START + minutes * MINUTE


def test_a_force_without_a_scheme_has_no_times_for_its_desk() -> None:
    record = given(*WAITS, on=Incident).record
    assert Target.DESK not in record.targets(WITHOUT)
    given(*WAITS, on=Incident).when(ReviewAtDesk(Review.HIGHER, "x"), on_duty(policy=WITHOUT)).then_refused(
        "no safeguarding pack is adopted"
    )


def test_that_the_desk_has_not_looked_in_time_is_told_until_it_has() -> None:
    due = START + 10 * MINUTE
    missed = (
        given(*WAITS, on=Incident).when(MissTarget(Target.DESK), on_duty(now=due)).then(TargetMissed(Target.DESK, due))
    )
    said = [one for one in alerts(missed, (), due) if "desk" in one]
    assert said == ["vulnerability desk has not looked at it"]
    assert in_a_word(said[0]) == "DESK"
    for after in (later(minutes=12), DeskReviewed("vsu", Review.AS_ASSESSED, True, "")), (SENT_CREW,):
        now = given(*WAITS, TargetMissed(Target.DESK, due), *after, on=Incident).record
        assert not [one for one in alerts(now, (), due) if "desk" in one]


@pytest.mark.parametrize("review", Review)
def test_a_review_says_what_it_came_to_and_reopens_the_assessment_where_the_risk_is_another(review: Review) -> None:
    record = (
        given(*WAITS, on=Incident)
        .when(ReviewAtDesk(review, "two calls"))
        .then(DeskReviewed("vsu", review, False, "two calls"))
    )
    assert record.assessment_current is (review is Review.AS_ASSESSED)


def test_a_review_after_its_time_is_late() -> None:
    for minutes, late in ((9, False), (10, True)):
        given(*WAITS, on=Incident).when(
            ReviewAtDesk(Review.AS_ASSESSED, "x"), on_duty(now=START + minutes * MINUTE)
        ).then(DeskReviewed("vsu", Review.AS_ASSESSED, late, "x"))


def test_a_review_needs_words_and_something_to_review() -> None:
    given(*WAITS, on=Incident).when(ReviewAtDesk(Review.HIGHER, "")).then_refused(
        "say in a few words what the review came to"
    )
    given(*WAITS, SENT_CREW, on=Incident).when(ReviewAtDesk(Review.HIGHER, "x")).then_refused(
        "the desk reviews what is vulnerable and has nobody sent to it; this is not"
    )


def test_a_desk_answers_for_its_districts_and_one_for_the_rest() -> None:
    text = pack("safeguarding-2020").replace(
        b'desk = [{ code = "vsu",', b'desk = [{ code = "south", name = "South", district = ["SOUTH"] }, { code = "vsu",'
    )
    scheme = new_pack(text)
    assert isinstance(scheme, SafeguardingPack)
    assert [scheme.desk_for(one) for one in ("SOUTH", "NORTH", "unknown")] == ["south", "vsu", "vsu"]


# Research and action


def test_research_is_recorded_with_what_it_found_also_nothing() -> None:
    for found, words in (((HER,), "bail until Friday"), ((), "")):
        given(*WAITS, on=Incident).when(Research("local", found, words)).then(Researched("local", found, words))


@pytest.mark.parametrize("action", Action)
def test_an_action_knows_whether_it_came_before_anybody_was_there(action: Action) -> None:
    for facts, before in ((WAITS, True), ((*WAITS, SENT_CREW), True), ((*WAITS, SENT_CREW, THERE), False)):
        given(*facts, on=Incident).when(Safeguard(action, "to her sister")).then(
            Safeguarded(action, before, "to her sister")
        )
    given(*WAITS, on=Incident).when(Safeguard(action, "")).then_refused(
        "say what is done, by whom, and for how long it holds"
    )


def test_what_is_over_is_neither_researched_nor_safeguarded() -> None:
    over = given(ASKED, ExpediteClosed(""), on=Expedite)
    over.when(Research("local", (), "")).then_refused("nobody works on this any more, so nothing is looked for")
    over.when(Safeguard(Action.AVOID, "x")).then_refused("nobody works on this any more, so nothing is done about it")
    over.when(NoteReferred("mash", HER)).then(Referred("mash", HER))


# Question sets


def answered(question: str, answer: str, set_code: str = "domestic-abuse") -> QuestionAnswered:
    return QuestionAnswered(set_code, question, answer, False, "")


def test_an_answer_is_a_fact_of_its_set() -> None:
    record = (
        given(OPENED, on=Incident)
        .when(AnswerQuestion("da-kill", "yes", "twice"))
        .then(QuestionAnswered("domestic-abuse", "da-kill", "yes", False, "twice"))
    )
    assert [(one.question, one.answer) for one in record.answers] == [("da-kill", "yes")]


def test_what_is_answered_again_stands_as_it_was_said_last() -> None:
    record = given(OPENED, answered("da-kill", "yes"), answered("da-kill", "no"), on=Incident).record
    assert [(one.question, one.answer) for one in record.answers] == [("da-kill", "no")]


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (AnswerQuestion("mood", "yes", ""), "safeguarding-2020 has no question mood"),
        (AnswerQuestion("da-kill", "maybe", ""), "da-kill is answered with one of yes, no, unknown"),
        (AnswerQuestion("da-safe-call", "given", ""), "say in words what the answer to da-safe-call is"),
        (
            AnswerQuestion("da-how-many", "given", "two"),
            "da-how-many is asked while da-children is yes: answer da-children first",
        ),
        (AnswerQuestion("rc-life", "yes", ""), "right-care is not asked about an incident"),
        (AnswerQuestion("ph-looks", "given", "tall"), "philomena is not asked about an incident"),
    ],
)
def test_an_answer_is_refused_in_the_words_of_the_rule(command: AnswerQuestion, rule: str) -> None:
    given(OPENED, on=Incident).when(command).then_refused(rule)


@pytest.mark.parametrize(
    ("question", "detail", "flagged"),
    [
        ("rq-born", "12/3/1984", False),
        ("rq-born", "1984", False),
        ("rq-born", "2031-01-01", True),
        ("rq-born", "1799", True),
        ("rq-born", "last spring", True),
        ("rq-born", "31/2/2010", True),
        ("rq-born", "29/2/2023", True),
        ("rq-born", "29/2/2024", False),
        ("rq-born", "1/13/2000", True),
        ("rq-born", "2010-02-31", True),
        ("rq-seen-when", "14:05 at the bus stop", False),
        ("rq-seen-when", "around noon", False),
        ("rq-seen-when", "banana", True),
        ("rq-seen-when", "99:99", True),
        ("rq-photo", "HOME-7 221b.jpg", False),
        ("rq-photo", "../../etc/passwd", True),
        ("rq-photo", "<script>alert(1)</script>", True),
        ("rq-photo", "file:///c:/x", True),
        ("rq-photo", "\x1b[2J", True),
        ("rq-name", "<b>", False),
    ],
)
def test_what_can_hardly_be_true_is_taken_and_flagged(question: str, detail: str, flagged: bool) -> None:
    desk = Room().founder
    work(desk, "expedite ward-12 walkout - left")
    stream = desk.named(Kind.EXPEDITE) or b""
    answer = answer_of(desk, question, "given", detail)
    (entry,) = desk.opened(desk.do([Act(stream, answer)]))
    assert entry.fact == QuestionAnswered("request", question, "given", flagged, detail)


@pytest.mark.parametrize(
    ("set_code", "answers", "level", "because"),
    [
        ("domestic-abuse", {"da-throat": "yes"}, "high", "throat"),
        ("domestic-abuse", {"da-afraid": "yes", "da-worse": "yes", "da-order": "yes"}, "medium", "several"),
        (
            "domestic-abuse",
            dict.fromkeys(("da-throat", "da-kill", "da-weapon", "da-afraid"), "no"),
            "standard",
            "asked",
        ),
        ("domestic-abuse", {"da-throat": "no"}, "medium", "not-known"),
        ("missing-person", {"mp-child": "yes", "mp-exploited": "yes"}, "high", "child-exploited"),
        ("missing-person", {"mp-child": "yes", "mp-self": "no"}, "medium", "child"),
        ("missing-person", dict.fromkeys(("mp-self", "mp-health", "mp-exploited", "mp-others"), "no"), "low", "asked"),
        ("missing-person", {}, "medium", "not-known"),
        ("right-care", {"rc-life": "yes"}, "met", "life"),
        ("right-care", {"rc-life": "no"}, "met", "not-known"),
        (
            "right-care",
            {"rc-life": "no", "rc-harm": "no", "rc-crime": "no", "rc-child": "no", "rc-other": "yes"},
            "not-met",
            "asked",
        ),
    ],
)
def test_the_answers_suggest_a_level_and_what_is_not_known_is_no_evidence_of_safety(
    set_code: str, answers: dict[str, str], level: str, because: str
) -> None:
    assert SCHEME is not None
    found = SCHEME.set_of(set_code).suggestion(answers)
    assert (found.level, found.grounds[0]) == (level, because)


def test_eight_times_yes_is_high_whatever_they_are() -> None:
    assert SCHEME is not None
    domestic = SCHEME.set_of("domestic-abuse")
    mild = [one.code for one in domestic.question if one.type == "yes-no"]
    mild = [one for one in mild if one not in ("da-throat", "da-kill", "da-weapon")][:8]
    assert domestic.suggestion(dict.fromkeys(mild, "yes")).grounds == ("many", "yes.8")
    assert domestic.suggestion(dict.fromkeys(mild[:7], "yes")).level == "medium"


def test_a_level_is_given_by_a_person_and_what_was_assessed_before_it_is_assessed_anew() -> None:
    before = given(*WAITS, answered("da-throat", "yes"), on=Incident)
    assert before.record.assessment_current
    record = before.when(GiveLevel("domestic-abuse", "high", "")).then(
        LevelGiven("domestic-abuse", "high", "high", ("throat", "da-throat.yes"), "")
    )
    assert (record.level_of("domestic-abuse"), record.assessment_current) == ("high", False)
    assert given(OPENED, answered("da-throat", "yes"), on=Incident).record.level_of("domestic-abuse") == ""


@pytest.mark.parametrize(
    ("facts", "command", "rule"),
    [
        ((), GiveLevel("domestic-abuse", "medium", ""), NOTHING_ASKED),
        ((answered("da-kill", "yes"),), GiveLevel(DA, "standard", ""), "the answers suggest high: say why it is standard"),
        ((), GiveLevel(DA, "dire", "x"), "domestic-abuse has no level dire; it has high, medium, standard"),
        ((), GiveLevel("right-care", "met", "x"), "right-care is not asked about an incident"),
        ((), GiveLevel("philomena", "x", "x"), "philomena has no level x; it has none"),
        ((), GiveLevel("moods", "x", "x"), f"safeguarding-2020 has no set moods; it has {SETS}"),
        ((answered("da-kill", "yes"), HIGH), GiveLevel(DA, "high", ""), "domestic-abuse is high already"),
    ],
)  # fmt: skip
def test_a_level_is_refused_in_the_words_of_the_rule(
    facts: tuple[Fact[Any], ...], command: GiveLevel, rule: str
) -> None:
    given(OPENED, *facts, on=Incident).when(command).then_refused(rule)


def test_another_level_than_suggested_has_its_reason() -> None:
    given(OPENED, answered("da-kill", "yes"), on=Incident).when(
        GiveLevel("domestic-abuse", "medium", "said in anger, they are parted by 300 miles")
    ).then(
        LevelGiven(
            "domestic-abuse",
            "medium",
            "high",
            ("threat-to-life", "da-kill.yes"),
            "said in anger, they are parted by 300 miles",
        )
    )


# The scheme


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        (b'threshold = "right-care"', b'threshold = "request"', "request has no level not-met"),
        (b'not_police = ["not-met"]', b"not_police = []", "right-care has no level at which police do not go"),
        (b'threshold = "right-care"', b'threshold = "nought"', "has no set nought"),
        (LAST, LAST.partition(b"\n")[2], "the last rule must meet all answers"),
        (b'when = { da-kill = ["yes"] }', b'when = { da-kill = ["perhaps"] }', "nobody can answer da-kill with perhaps"),
        (b'level = "high", because = "throat"', b'level = "dire", because = "throat"', "there is no level dire"),
        (b'code = "mp-why"', b'code = "da-kill"', "question da-kill stands twice"),
        (b'desk = [{ code = "vsu", name = "Vulnerability Support Unit" }]', b"desk = []", "names no desk"),
    ],
)  # fmt: skip
def test_a_scheme_that_would_fail_in_the_middle_of_a_shift_is_refused(was: bytes, now: bytes, why: str) -> None:
    text = pack("safeguarding-2020")
    assert was in text
    with pytest.raises(Refused) as refused:
        new_pack(text.replace(was, now, 1))
    assert why in refused.value.rule


# Referrals

REFER = Refer("mash", INCIDENT, HER, "child-protection", "two children saw it", "asking would put her at risk")
SEND_BY = START + SEND_WITHIN_S * NS_PER_S
MADE = Made("mash", INCIDENT, HER, "child-protection", SEND_BY, "two children saw it", "asking would put her at risk")
SENT = Sent(START + 3600 * NS_PER_S, 86_400, "secure mail")
RECEIVED = Received(Shown.MESSAGE, "Jane Hill", "their mail of 10:04")
DECLINED = Declined(Shown.MESSAGE, "Jane Hill", "not in our area")
ACCEPTED = Accepted(Shown.REFERENCE, "Jane Hill", "CS-20417")


def test_a_referral_goes_from_made_to_what_came_of_it_each_step_by_a_named_person() -> None:
    """Sent within an hour; received and accepted within the agency's own times."""
    new = given(on=Referral)
    assert new.when(REFER).then(MADE).stage is Stage.MADE
    sent = given(MADE, on=Referral).when(Send("secure mail")).then(SENT)
    assert due_by(sent, policy()) == START + 3600 * NS_PER_S
    received = (
        given(MADE, SENT, on=Referral)
        .when(NoteReceived(Shown.MESSAGE, "Jane Hill", "their mail of 10:04"))
        .then(RECEIVED)
    )
    assert due_by(received, policy()) == START + 86_400 * NS_PER_S
    accepted = (
        given(MADE, SENT, RECEIVED, on=Referral)
        .when(NoteAccepted(Shown.REFERENCE, "Jane Hill", "CS-20417"))
        .then(ACCEPTED)
    )
    assert (due_by(accepted, policy()), accepted.open, accepted.queue) == (None, True, "referral")
    ended = given(MADE, SENT, RECEIVED, ACCEPTED, on=Referral).when(End("family visited")).then(Ended("family visited"))
    assert (ended.open, ended.queue) == (False, None)


@pytest.mark.parametrize(
    ("facts", "command", "rule"),
    [
        ((), replace(REFER, without=""), "child-protection goes without consent: say why, after ' / '"),
        ((), replace(REFER, content=""), "say what the agency has to know, and no more than that"),
        ((), replace(REFER, agency="scouts"), f"safeguarding-2020 has no agency scouts; it has {AGENCIES}"),
        ((), replace(REFER, basis="whim"), f"safeguarding-2020 has no basis whim; it has {BASES}"),
        ((MADE,), REFER, "this referral was made already"),
        ((), Send("x"), "there is no such referral"),
        ((MADE,), Send(""), "say how it was sent, and where to"),
        ((MADE, SENT), Send("x"), "the referral is sent already"),
        ((MADE,), NoteReceived(Shown.OUR_WORD, "x", "y"), "the referral was not sent yet"),
        ((MADE,), NoteAccepted(Shown.OUR_WORD, "x", "y"), "the referral was not sent yet"),
        ((MADE, SENT), NoteReceived(Shown.MESSAGE, "", "y"), "name the person of the agency who said so"),
        ((MADE, SENT), NoteAccepted(Shown.MESSAGE, "x", ""), SHOWN),
        ((MADE, SENT, RECEIVED), NoteReceived(Shown.MESSAGE, "x", "y"), "the referral is received already"),
        ((MADE, SENT, ACCEPTED), NoteAccepted(Shown.MESSAGE, "x", "y"), "the referral is accepted already"),
        ((MADE, SENT, DECLINED), NoteDeclined(Shown.MESSAGE, "x", "y"), "the referral is declined already"),
        ((MADE, SENT), End(""), "say what came of the referral, or why it is given up"),
        ((MADE, Ended("x")), Send("x"), "what came of the referral is recorded already"),
        ((MADE, Ended("x")), End("x"), "what came of the referral is recorded already"),
    ],
)  # fmt: skip
def test_a_step_is_refused_in_the_words_of_the_rule(
    facts: tuple[Fact[Referral], ...], command: Command[Referral], rule: str
) -> None:
    given(*facts, on=Referral).when(command).then_refused(rule)


def test_consent_needs_no_other_reason() -> None:
    agreed = replace(REFER, basis="consent", without="")
    given(on=Referral).when(agreed).then(replace(MADE, basis="consent", without=""))


def test_one_that_no_agency_answered_is_given_up_by_the_desk_alone() -> None:
    given(MADE, SENT, on=Referral).when(End("wrong agency"), on_duty(Role.HANDLER)).then_refused(
        "the agency has not answered: the referral is sent"
    )
    for role in (Role.VULNERABILITY, Role.SUPERVISOR):
        given(MADE, SENT, on=Referral).when(End("wrong agency"), on_duty(role)).then(Ended("wrong agency"))
    given(MADE, SENT, ACCEPTED, on=Referral).when(End("visited"), on_duty(Role.HANDLER)).then(Ended("visited"))


@pytest.mark.parametrize(
    ("facts", "awaited", "due"),
    [
        ((MADE,), Stage.SENT, SEND_BY),
        ((MADE, SENT), Stage.RECEIVED, START + 3600 * NS_PER_S),
        ((MADE, SENT, RECEIVED), Stage.ACCEPTED, START + 86_400 * NS_PER_S),
    ],
)
def test_a_step_that_does_not_come_in_time_is_recorded_once(
    facts: tuple[Fact[Referral], ...], awaited: Stage, due: int
) -> None:
    before = given(*facts, on=Referral)
    assert list(timers(before.record, policy(), 0)) == [Timer(due, MissAgencyTime())]
    before.when(MissAgencyTime(), on_duty(now=due - 1)).then_nothing()
    late = before.when(MissAgencyTime(), on_duty(now=due)).then(Late(awaited, due))
    assert list(timers(late, policy(), 0)) == []
    given(*facts, Late(awaited, due), on=Referral).when(MissAgencyTime(), on_duty(now=due + HOUR)).then_nothing()


def test_nothing_is_late_once_the_agency_has_answered() -> None:
    for answered_by in (ACCEPTED, DECLINED):
        record = given(MADE, SENT, answered_by, on=Referral).record
        assert list(timers(record, policy(), 0)) == []
        given(MADE, SENT, answered_by, on=Referral).when(
            MissAgencyTime(), on_duty(now=START + 99 * HOUR)
        ).then_nothing()


def test_a_declined_one_says_so_until_something_comes_of_it() -> None:
    record = given(MADE, SENT, DECLINED, on=Referral).record
    assert [in_a_word(one) for one in alerts(record, (), START)] == ["DECLINED"]


def test_an_unanswered_referral_weighs_as_somebody_vulnerable_does() -> None:
    waits, done = given(MADE, on=Referral).record, given(MADE, SENT, ACCEPTED, on=Referral).record
    assert weight_of(waits, policy()).grounds == (("agency waits", 20),)
    assert weight_of(done, policy()).grounds == (("agency answered", 50),)


# In the room

CALLED = """
    open - domestic he is back
    assess . situation=now threat=spoken risk=serious investigation=none vulnerability=child engagement=wants-police
    grade . 3 a crew is free in an hour
"""


def test_a_referral_names_the_person_it_is_about_and_stands_in_the_log_of_the_incident() -> None:
    room = Room()
    desk = room.desk("4401", Role.VULNERABILITY, Role.HANDLER)
    person = carry_out(desk, "person Ann Lee")[0].stream
    work(desk, CALLED)
    work(desk, f"involve . {desk.board.name(person)} victim")
    entries = carry_out(desk, "refer 1 idva consent wants somebody to talk to")
    assert [one.name for one in entries] == ["referral.made", "record.referred"]
    made = desk.board.record(entries[0].stream)
    assert isinstance(made, Referral)
    about = desk.board.incident_on("2026-11-23", 1)
    assert (made.about, made.agency, made.basis) == (about, "idva", "consent")
    assert entries[0].fact is not None
    assert getattr(entries[0].fact, "person", None) == person
    work(desk, "sent . secure mail\nagency . received our-word Kay Moss / told me by telephone")
    item = next(one for one in desk.board.items(room.clock()) if one.kind == "referral")
    assert (item.what, item.stage, item.queue, item.owner) == (
        "idva (consent)",
        "received",
        "referral",
        "vulnerability",
    )


def test_a_referral_is_handed_over_like_anything_that_is_worked_on() -> None:
    room = Room()
    desk = room.desk("4401", Role.VULNERABILITY)
    room.desk("4402", Role.VULNERABILITY)
    work(room.founder, CALLED)
    carry_out(desk, "refer 1 adults adult-at-risk lives alone / could not be asked")
    with pytest.raises(Refused) as refused:
        carry_out(desk, "hand . 4402")
    assert refused.value.rule == "nobody has it in hand: it waits for a vulnerability"


# Found by those who tried to break it


def test_a_review_in_time_that_is_written_down_late_ends_the_alert() -> None:
    due = START + 10 * MINUTE
    looked = DeskReviewed("vsu", Review.AS_ASSESSED, False, "x")  # at the fifth minute, written down at the twentieth
    record = given(*WAITS, later(minutes=5), TargetMissed(Target.DESK, due), looked, on=Incident).record
    assert [one for one in alerts(record, (), due) if "desk" in one] == []


def test_a_review_does_not_say_as_assessed_of_what_is_out_of_date() -> None:
    changed = Changed("he is back")
    given(*WAITS, changed, on=Incident).when(ReviewAtDesk(Review.AS_ASSESSED, "x")).then_refused(
        "risk is not assessed since the last material change (fact 4): assess it first"
    )
    given(*WAITS, changed, on=Incident).when(ReviewAtDesk(Review.HIGHER, "x")).then(
        DeskReviewed("vsu", Review.HIGHER, False, "x")
    )


def test_a_referral_is_closed_by_what_came_of_it() -> None:
    room = Room()
    work(room.founder, CALLED)
    carry_out(room.founder, "refer 1 adults consent lives alone")
    with pytest.raises(Refused) as refused:
        carry_out(room.founder, "close .")
    assert refused.value.rule == "say what came of the referral, or why it is given up"


def test_what_is_done_about_an_expedite_is_before_the_arrival_at_the_incident_that_was_opened_for_it() -> None:
    desk = Room().desk("4401", Role.VULNERABILITY, Role.HANDLER, Role.DISPATCHER)
    work(desk, "expedite ward-12 walkout - left\nopen . welfare left the ward")
    work(
        desk,
        "assess 1 situation=now threat=none risk=some investigation=none vulnerability=adult engagement=wants-police\ngrade 1 3 so",
    )
    asked = desk.board.name(desk.named(Kind.EXPEDITE) or b"")
    (before,) = carry_out(desk, f"safeguard {asked} reduce the ward rings her sister")
    work(desk, "send 1 AB12\narrive 1")
    (after,) = carry_out(desk, f"safeguard {asked} remove to the ward")
    assert [getattr(one.fact, "before_arrival", None) for one in (before, after)] == [True, False]
