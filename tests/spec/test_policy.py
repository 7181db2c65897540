"""The force's policy: who we are, and the packs in force; each rule of domain/policy.py, adoption.py and pack.py."""

import hashlib
from itertools import pairwise

import pytest
from msgspec.structs import replace

from hueandcry.domain import (
    adoption,
    advice,
    bell,
    contact,
    deployment,
    dispute,
    episode,
    escalation,
    expedite,
    grading,
    handover,
    incident,
    lane,
    logbook,
    outcome,
    parking,
    partner,
    promise,
    putoff,
    questionnaire,
    recontact,
    referral,
    ringing,
    safeguarding,
    staff,
    triage,
)
from hueandcry.domain.adoption import (
    Adopt,
    BeginKeyBackup,
    Establish,
    NoteBackup,
    NoteRestore,
    NoteSkew,
    WithdrawKeyBackup,
)
from hueandcry.domain.codelist import CategoryPack, ResultPack
from hueandcry.domain.deployment import MissTarget
from hueandcry.domain.duty import Duty, Role
from hueandcry.domain.fact import Fact, Names, sentence
from hueandcry.domain.fault import Refused
from hueandcry.domain.gradescheme import GradePack
from hueandcry.domain.grading import Assess, Assessed, Grade
from hueandcry.domain.incident import Incident, Open, Opened
from hueandcry.domain.outcome import Close, Result
from hueandcry.domain.pack import NOT_ASKED, PackKind
from hueandcry.domain.packreader import new_pack
from hueandcry.domain.particulars import Reply, Target
from hueandcry.domain.policy import (
    POLICY_STREAM,
    Adopted,
    BackedUp,
    ClockSetBack,
    Established,
    KeyBackupBegun,
    KeyBackupWithdrawn,
    Policy,
    Restored,
    digest_of,
)
from hueandcry.domain.reference import NS_PER_S, FactRef, Kind, kind_of
from hueandcry.domain.riskmodel import RiskPack
from hueandcry.domain.safeguardingscheme import SafeguardingPack
from hueandcry.domain.standing import StandingPack
from hueandcry.operator.desk import Act
from hueandcry.store.views import Board
from tests.spec.harness import PACKS, START, adopted, commands_in, given, on_duty, pack, policy, who_may
from tests.staging import Stage, work

ESTABLISH = Establish("GMP", "Europe/Isle_of_Man", "Greater Manchester Police")
ESTABLISHED = Established("GMP", "Europe/Isle_of_Man", b"Greater Manchester Police", b"", b"")
ROOT = bytes(range(32))
OPENED = Opened("domestic", True, "1001", None, "he is back")

TWO_LETTERS = b"""
pack = "two-letters"
kind = "risk"
title = "Two letters"
source = "made for this test"
verified = "no"
element = [
  { code = "threat", letter = "T", name = "Threat", ask = "?", answer = [{ code = "yes", says = "yes" }] },
  { code = "risk", letter = "R", name = "Risk", ask = "?", answer = [{ code = "low", says = "low" }] },
]
not_asked = [{ code = "unsafe", says = "not safe to ask" }]
vulnerable = { threat = ["yes"] }
suggest = [
  { grade = "1", because = "at-home", when = { category = ["domestic"], threat = ["yes"] } },
  { grade = "4", because = "nothing-more-urgent", when = {} },
]
"""
LAST_RULE = b'because = "nothing-more-urgent", when = {} }'
LATER = (PackKind.STANDING, PackKind.SAFEGUARDING)
BOTH = (Reply("threat", "yes"), Reply("risk", "low"))


def under(*facts: Fact[Policy]) -> Duty:
    """Return a duty under the policy that these facts make."""
    return on_duty(policy=given(*facts, on=Policy).record)


def refusal(content: bytes) -> str:
    """Return the words in which a text is refused as a pack."""
    with pytest.raises(Refused) as refused:
        new_pack(content)
    return refused.value.rule


# Who we are


def test_a_store_is_established_for_a_force() -> None:
    record = given(on=Policy).when(ESTABLISH).then(ESTABLISHED)
    assert (record.force, record.zone, record.name) == ("GMP", "Europe/Isle_of_Man", b"Greater Manchester Police")


def test_a_store_belongs_to_one_force_for_ever() -> None:
    given(ESTABLISHED, on=Policy).when(Establish("MET", "Europe/London", "Met")).then_refused(
        "this store belongs to GMP already"
    )


def test_there_is_one_policy_stream() -> None:
    assert given(ESTABLISHED, on=Policy).record.id == POLICY_STREAM
    assert kind_of(POLICY_STREAM) is Kind.POLICY


def test_only_an_administrator_makes_policy_and_only_the_watch_minds_the_clock() -> None:
    assert who_may(ESTABLISH) == who_may(Adopt((TWO_LETTERS,))) == (Role.ADMINISTRATOR,)
    assert who_may(NoteSkew(1500, START)) == (Role.WATCH,)


def test_an_administrator_or_the_watch_keeps_the_backups() -> None:
    assert set(who_may(NoteBackup(7, ROOT, "/b", ""))) == {Role.ADMINISTRATOR, Role.WATCH}
    assert set(who_may(BeginKeyBackup("/k"))) == {Role.ADMINISTRATOR, Role.WATCH}
    assert set(who_may(WithdrawKeyBackup(FactRef(POLICY_STREAM, 2)))) == {Role.ADMINISTRATOR, Role.WATCH}
    assert who_may(NoteRestore(1000, 7, 9, ROOT)) == (Role.WATCH,)  # nobody is signed on in a store that is not there


def test_every_command_on_the_policy_has_its_roles_checked_here() -> None:
    assert commands_in(adoption) == {
        Establish, Adopt, NoteSkew, NoteBackup, NoteRestore, BeginKeyBackup, WithdrawKeyBackup
    }  # fmt: skip


def test_a_store_is_established_with_the_name_and_the_key_that_its_checkpoints_are_signed_with() -> None:
    established = replace(ESTABLISH, origin="hueandcry/GMP/4f7q", vkey="hueandcry/GMP/4f7q+1+2")
    fact = Established(
        "GMP", "Europe/Isle_of_Man", b"Greater Manchester Police", b"hueandcry/GMP/4f7q", b"hueandcry/GMP/4f7q+1+2"
    )
    assert given(on=Policy).when(established).then(fact).origin == b"hueandcry/GMP/4f7q"


def test_backups_are_counted_and_those_of_the_record_keys_found_again() -> None:
    """An erasure has to reach them."""
    before = given(ESTABLISHED, BackedUp(7, ROOT, False, "/b", ""), BackedUp(8, ROOT, True, "/b", "/k"), on=Policy)
    record = before.when(NoteBackup(9, ROOT, "/c", "/l")).then(BackedUp(9, ROOT, True, "/c", "/l"))
    assert (record.backups, record.key_backups) == (3, (FactRef(POLICY_STREAM, 3), FactRef(POLICY_STREAM, 4)))
    record = before.when(NoteBackup(9, ROOT, "/c", "")).then(BackedUp(9, ROOT, False, "/c", ""))
    assert (record.backups, record.key_backups) == (3, (FactRef(POLICY_STREAM, 3),))


def test_where_the_record_keys_go_is_recorded_before_they_do_and_taken_back_where_that_broke_off() -> None:
    """An erasure has to reach them, also where nobody came to record that they went."""
    before = given(ESTABLISHED, on=Policy).when(BeginKeyBackup("/k")).then(KeyBackupBegun("/k"))
    assert before.key_backups == (FactRef(POLICY_STREAM, 2),)
    begun = given(ESTABLISHED, KeyBackupBegun("/k"), on=Policy)
    withdraw = WithdrawKeyBackup(FactRef(POLICY_STREAM, 2))
    assert begun.when(withdraw).then(KeyBackupWithdrawn(FactRef(POLICY_STREAM, 2))).key_backups == ()
    given(ESTABLISHED, on=Policy).when(withdraw).then_nothing()


def test_a_restore_is_recorded_and_changes_nothing() -> None:
    before = given(ESTABLISHED, on=Policy)
    record = before.when(NoteRestore(1000, 7, 9, ROOT, (3, 5))).then(Restored(1000, 7, 9, ROOT, (3, 5)))
    assert (record.force, record.backups) == (before.record.force, 0)


def test_a_clock_that_stood_back_is_recorded_once_for_the_moment_that_it_is_behind_of() -> None:
    """Every process that works meanwhile would else record it again, until the clock has caught up."""
    before = given(ESTABLISHED, on=Policy)
    record = before.when(NoteSkew(1500, START)).then(ClockSetBack(1500))
    assert (record.force, record.adopted) == (before.record.force, before.record.adopted)
    noted = given(ESTABLISHED, ClockSetBack(1500), on=Policy)
    noted.when(NoteSkew(1400, START)).then_nothing()
    noted.when(NoteSkew(1400, START + 1)).then(ClockSetBack(1400))


# Adoption


@pytest.mark.parametrize(("kind", "name"), PACKS.items(), ids=list(PACKS.values()))
def test_each_pack_that_comes_with_the_product_is_adopted_whole_with_its_hash(kind: PackKind, name: str) -> None:
    content = pack(name)
    digest = hashlib.sha256(content).digest()
    record = given(ESTABLISHED, on=Policy).when(Adopt((content,))).then(Adopted(kind, name, False, digest, content))
    (in_force,) = record.adopted
    assert (in_force.kind, in_force.pack, in_force.content) == (kind, name, content)
    assert (in_force.digest, in_force.by) == (digest, FactRef(POLICY_STREAM, 2))


def test_a_pack_whose_source_nobody_read_says_so_at_adoption() -> None:
    said = sentence(adopted(PackKind.RISK), Names())
    assert said == "Pack strive-2020 adopted (risk, source verified: no)"


def test_a_pack_whose_source_was_read_says_so_at_adoption() -> None:
    content = TWO_LETTERS.replace(b'verified = "no"', b'verified = "yes"')
    digest = hashlib.sha256(content).digest()
    given(on=Policy).when(Adopt((content,))).then(Adopted(PackKind.RISK, "two-letters", True, digest, content))


@pytest.mark.parametrize("others", [(), (PackKind.GRADES,)], ids=["alone", "beside another kind"])
def test_a_pack_in_force_is_not_adopted_again(others: tuple[PackKind, ...]) -> None:
    before = given(ESTABLISHED, adopted(PackKind.RISK), *(adopted(kind) for kind in others), on=Policy)
    before.when(Adopt((pack("strive-2020"),))).then_refused("strive-2020 is in force already")


def test_a_first_pack_of_a_kind_is_adopted_beside_those_of_other_kinds() -> None:
    before = given(ESTABLISHED, adopted(PackKind.GRADES), on=Policy)
    before.when(Adopt((pack("strive-2020"),))).then(adopted(PackKind.RISK))


def test_one_changed_byte_makes_another_pack() -> None:
    content = pack("strive-2020") + b"\n"
    before = given(ESTABLISHED, adopted(PackKind.RISK), on=Policy)
    before.when(Adopt((content,))).then(adopted(PackKind.RISK, content))


def test_the_newest_pack_of_a_kind_is_in_force_and_the_other_kinds_stay() -> None:
    before = given(ESTABLISHED, *(adopted(kind) for kind in PACKS), on=Policy)
    digest = hashlib.sha256(TWO_LETTERS).digest()
    record = before.when(Adopt((TWO_LETTERS,))).then(Adopted(PackKind.RISK, "two-letters", False, digest, TWO_LETTERS))
    assert (record.risk.pack, record.grades.pack, record.categories.pack, record.results.pack) == (
        "two-letters",
        "grades-2020",
        "categories-2011",
        "results-2020",
    )


def test_a_force_can_go_back_to_an_earlier_pack() -> None:
    before = given(adopted(PackKind.RISK), adopted(PackKind.RISK, TWO_LETTERS), on=Policy)
    assert before.record.risk.pack == "two-letters"
    record = before.when(Adopt((pack("strive-2020"),))).then(adopted(PackKind.RISK))
    assert record.risk.pack == "strive-2020"


@pytest.mark.parametrize("kind", LATER)
def test_a_force_that_adopted_no_pack_of_a_kind_that_came_later_has_none(kind: PackKind) -> None:
    """A store of an earlier day goes on without it."""
    record = given(ESTABLISHED, *(adopted(one) for one in PACKS if one is not kind), on=Policy).record
    assert getattr(record, kind.value) is None


@pytest.mark.parametrize("kind", [kind for kind in PackKind if kind not in LATER])
def test_a_kind_of_which_no_pack_was_adopted_is_refused(kind: PackKind) -> None:
    record = given(ESTABLISHED, *(adopted(one) for one in PACKS if one is not kind), on=Policy).record
    with pytest.raises(Refused) as refused:
        getattr(record, kind.value)
    assert refused.value.rule == f"no {kind.value} pack is adopted"


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (Open("domestic", "", None), PackKind.CATEGORIES),
        (Assess((), BOTH, ""), PackKind.RISK),
        (Grade("1", ""), PackKind.GRADES),
        (Result("advice", ""), PackKind.RESULTS),
        (Close(""), PackKind.RISK),
        (MissTarget(Target.ATTEND), PackKind.GRADES),
        (parking.Park(""), PackKind.GRADES),
        (advice.Advise("evidence", ""), PackKind.RISK),
        (ringing.RingQuestion("stranded-log", 1, START), PackKind.STANDING),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_decision_is_made_without_the_pack_it_rests_on(command: object, kind: PackKind) -> None:
    without = under(ESTABLISHED, *(adopted(one) for one in PACKS if one is not kind))
    given(on=Incident).when(command, without).then_refused(f"no {kind.value} pack is adopted")


def test_every_decision_that_rests_on_a_pack_names_it_and_no_other_does() -> None:
    """The desk writes the hash of that pack into the header: the decision is explained by it for ever."""
    resting = {
        PackKind.RISK: {
            triage.Triage,
            triage.PassOver,
            contact.Resolve,
            grading.Assess,
            outcome.Close,
            advice.Advise,
        },
        PackKind.GRADES: {
            parking.Park,
            contact.Close,
            recontact.ContactAgain,
            dispute.Dispute,
            grading.Grade,
            deployment.MissTarget,
            deployment.Review,
            escalation.Escalate,
            expedite.Ask,
            expedite.MissAnswer,
            putoff.PutOff,
            bell.SetBell,
        },
        PackKind.CATEGORIES: {incident.Open},
        PackKind.RESULTS: {outcome.Result},
        PackKind.STANDING: {ringing.RingQuestion, ringing.RingVolume},
        PackKind.SAFEGUARDING: {
            questionnaire.AnswerQuestion,
            questionnaire.GiveLevel,
            safeguarding.ReviewAtDesk,
            referral.Refer,
            referral.Send,
            dispute.EscalateDispute,
            episode.BeginEpisode,
            episode.EndEpisode,
        },
    }
    commands = set().union(
        *(
            commands_in(module)
            for module in (
                advice,
                handover,
                logbook,
                promise,
                putoff,
                questionnaire,
                referral,
                ringing,
                safeguarding,
                contact,
                triage,
                incident,
                grading,
                deployment,
                escalation,
                outcome,
                dispute,
                episode,
                expedite,
                lane,
                parking,
                partner,
                recontact,
                staff,
                bell,
                adoption,
            )
        )
    )
    for kind in (None, *PackKind):
        named = {command for command in commands if command.under is kind}
        assert named == (resting[kind] if kind else commands - set().union(*resting.values()))


# Under which pack


def test_an_assessment_rests_on_the_pack_in_force_and_knows_the_category() -> None:
    expected = Assessed(BOTH, (), 0, True, "1", ("at-home", "category.domestic", "threat.yes"), "")
    given(OPENED, on=Incident).when(Assess((), BOTH, ""), under(adopted(PackKind.RISK, TWO_LETTERS))).then(expected)


def test_an_old_incident_keeps_what_the_pack_of_its_day_suggested() -> None:
    """The fact carries suggestion and grounds; the fold asks no pack."""
    old = Assessed(BOTH, (), 0, True, "1", ("at-home", "category.domestic", "threat.yes"), "")
    record = given(OPENED, old, on=Incident).record
    assert policy().risk.pack != "two-letters"
    assert (record.suggested, record.vulnerable, record.replies) == ("1", True, BOTH)


def test_an_incident_that_no_other_rule_meets_is_graded_by_the_last() -> None:
    other = Opened("theft", False, "1001", None, "")
    expected = Assessed(BOTH, (), 0, True, "4", ("nothing-more-urgent",), "")
    given(other, on=Incident).when(Assess((), BOTH, ""), under(adopted(PackKind.RISK, TWO_LETTERS))).then(expected)


def test_a_risk_model_without_a_rule_for_these_answers_suggests_nothing_by_itself() -> None:
    """No such pack can be read; this is what stands behind it."""
    without = replace(policy().risk, suggest=policy().risk.suggest[:-1])
    with pytest.raises(Refused) as refused:
        without.suggestion({}, "theft")
    assert refused.value.rule == "strive-2020 suggests no grade for these answers; its last rule must meet all"


# Old grades


GRADES = pack("grades-2020")
OTHER_GRADES = {
    "other targets": GRADES.replace(b"_s = 7200", b"_s = 3600").replace(b"within_s = 900", b"within_s = 60"),
    "without the grade": GRADES.replace(b'code = "3"', b'code = "3a"'),
}
THAT_FITS = {"other targets": (), "without the grade": (pack("strive-2020").replace(b'grade = "3"', b'grade = "3a"'),)}
DAY_S = 24 * 3600


def grade_and_ask(stage: Stage) -> None:
    """Have an incident graded 3, and a partner wait."""
    work(
        stage.founder,
        """
        open - theft bicycle
        assess . situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police
        grade . 3 the bicycle is needed for work
        expedite mri-ward-12 walkout - Sister Jones / 0161 496 0000 / left without medication
        """,
    )


def dues(stage: Stage) -> dict[str, int | None]:
    """Return in how many seconds each open item is due."""
    now = stage.clock()
    return {item.kind: None if item.due is None else (item.due - now) // NS_PER_S for item in stage.board.items(now)}


@pytest.mark.parametrize("which", OTHER_GRADES)
def test_other_grades_leave_the_board_of_what_was_graded_and_asked_before_as_it_was(which: str) -> None:
    """An old incident and an old request are judged by the pack of their day, before their time is over and after."""
    stage = Stage()
    grade_and_ask(stage)
    moments = [stage.clock() + after * NS_PER_S for after in (0, 901, DAY_S)]
    before = [stage.board.items(moment) for moment in moments]
    stage.founder.do([Act(POLICY_STREAM, Adopt((OTHER_GRADES[which], *THAT_FITS[which])))])
    assert [stage.board.items(moment) for moment in moments] == before
    assert dues(stage) == {"incident": 2 * 3600, "expedite": 900}
    anew = Board(stage.log)
    anew.catch_up()
    assert [anew.items(moment) for moment in moments] == before


def test_what_is_graded_and_asked_from_then_on_has_the_targets_of_the_new_grades() -> None:
    stage = Stage()
    stage.founder.do([Act(POLICY_STREAM, Adopt((OTHER_GRADES["other targets"],)))])
    grade_and_ask(stage)
    assert dues(stage) == {"incident": 3600, "expedite": 60}


def test_grades_that_a_force_went_back_to_are_those_of_their_first_adoption() -> None:
    record = given(
        adopted(PackKind.GRADES),
        adopted(PackKind.GRADES, OTHER_GRADES["other targets"]),
        adopted(PackKind.GRADES),
        on=Policy,
    ).record
    assert record.grades_of(digest_of(GRADES)) == record.grades == new_pack(GRADES)
    assert record.grades_of(digest_of(OTHER_GRADES["other targets"])) == new_pack(OTHER_GRADES["other targets"])


@pytest.mark.parametrize("digest", [None, b"", digest_of(pack("strive-2020"))], ids=["none", "no pack", "a risk model"])
def test_where_no_grades_are_named_those_in_force_count(digest: bytes | None) -> None:
    record = given(
        *(adopted(kind) for kind in PACKS), adopted(PackKind.GRADES, OTHER_GRADES["without the grade"]), on=Policy
    )
    assert record.record.grades_of(digest) == new_pack(OTHER_GRADES["without the grade"])


# What cannot be read


@pytest.mark.parametrize("content", [b"", b'pack = "x"', b'pack = "x"\nkind = "mood"', b"kind = 1979-05-27"])
def test_a_text_that_is_no_kind_of_pack_is_refused(content: bytes) -> None:
    assert refusal(content).startswith(
        "a pack's kind is one of risk, grades, categories, results, standing, safeguarding, not "
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is not TOML", "Expected '='"),
        (b'kind = "risk"\nkind = "risk"', "Cannot overwrite"),
        (TWO_LETTERS.replace(b'title = "Two letters"\n', b""), "missing required field `title`"),
        (TWO_LETTERS.replace(b'source = "made for this test"\n', b""), "missing required field `source`"),
        (TWO_LETTERS.replace(b'verified = "no"\n', b""), "missing required field `verified`"),
        (TWO_LETTERS.replace(b'verified = "no"', b'verified = "maybe"'), "`$.verified`"),
        (TWO_LETTERS.replace(b'verified = "no"', b"verified = false"), "`$.verified`"),
        (TWO_LETTERS.replace(b"because", b"becuase"), "unknown field `becuase` - at `$.suggest[0]`"),
        (TWO_LETTERS.replace(b'code = "threat"', b'code = "the threat"'), "`$.element[0].code`"),
        (TWO_LETTERS.replace(b'grade = "1"', b"grade = 1"), "`$.suggest[0].grade`"),
        (TWO_LETTERS.replace(b"not_asked", b"# not_asked"), "missing required field `not_asked`"),
        (pack("grades-2020").replace(b"900", b'"soon"'), "`$.expedite_answer_within_s`"),
        (pack("grades-2020").replace(b'kind = "grades"', b'kind = "results"'), "unknown field"),
        (pack("categories-2011").replace(b"domestic = true", b"domestic = 1"), "`$.category[0].domestic`"),
        (pack("results-2020").replace(b"cancels", b"cancel"), "unknown field `cancel` - at `$.result[7]`"),
    ],
)
def test_a_pack_that_cannot_be_read_is_refused_at_adoption_and_the_place_is_named(content: bytes, words: str) -> None:
    rule = refusal(content)
    assert rule.startswith("the pack cannot be read: ")
    assert words in rule
    given(ESTABLISHED, on=Policy).when(Adopt((content,))).then_refused(rule)


def test_a_text_in_another_encoding_is_refused_and_ends_in_no_fault_of_ours() -> None:
    content = TWO_LETTERS.replace(b"Two letters", "Überfall".encode("latin-1"))
    assert refusal(content).startswith("the pack cannot be read: ")


@pytest.mark.parametrize("kind", [b'["risk"]', b"{ risk = true }", b"[]"])
def test_a_kind_that_is_not_a_word_is_refused_and_ends_in_no_fault_of_ours(kind: bytes) -> None:
    assert refusal(b"kind = " + kind).startswith(
        "a pack's kind is one of risk, grades, categories, results, standing, safeguarding, not "
    )


# Risk models that would fail in the middle of a shift


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        (b'threat = ["yes"] } },', b'mood = ["bad"] } },', "rule at-home: nobody can answer mood with bad"),
        (b'threat = ["yes"] } },', b'threat = ["knife"] } },', "rule at-home: nobody can answer threat with knife"),
        (b'threat = ["yes"] } },', b'threat = ["yes", "no"] } },', "rule at-home: nobody can answer threat with no"),
        (b'vulnerable = { threat = ["yes"] }', b'vulnerable = { age = ["old", "young"] }',
         "vulnerable: nobody can answer age with old, young"),
        (b'vulnerable = { threat = ["yes"] }', b'vulnerable = { threat = ["yes", "low"] }',
         "vulnerable: nobody can answer threat with low"),
    ],
)  # fmt: skip
def test_a_risk_model_with_a_rule_that_nobody_can_answer_is_refused(was: bytes, becomes: bytes, words: str) -> None:
    """Letter, area 1: a rule with a slip of the pen would be passed over in silence for ever."""
    assert was in TWO_LETTERS
    content = TWO_LETTERS.replace(was, becomes)
    assert refusal(content) == f"two-letters, {words}"
    given(ESTABLISHED, on=Policy).when(Adopt((content,))).then_refused(f"two-letters, {words}")


@pytest.mark.parametrize(
    "content",
    [
        TWO_LETTERS.replace(LAST_RULE, b'because = "nothing-more-urgent", when = { risk = ["low"] } }'),
        TWO_LETTERS.replace(b'{ grade = "4", ' + LAST_RULE + b",", b""),
        TWO_LETTERS[: TWO_LETTERS.index(b"suggest")] + b"suggest = []",
    ],
    ids=["the last has a condition", "there is no last", "there is no rule"],
)
def test_a_risk_model_whose_last_rule_does_not_meet_all_is_refused(content: bytes) -> None:
    rule = "two-letters: the last rule must meet all answers, with nothing under 'when'"
    assert refusal(content) == rule
    given(ESTABLISHED, on=Policy).when(Adopt((content,))).then_refused(rule)


def test_a_rule_may_ask_for_any_category_and_for_what_was_not_asked() -> None:
    content = TWO_LETTERS.replace(b'threat = ["yes"] } },', b'threat = ["not-asked"], risk = ["low", "not-asked"] } },')
    assert content != TWO_LETTERS
    given(ESTABLISHED, on=Policy).when(Adopt((content,))).then(
        Adopted(PackKind.RISK, "two-letters", False, digest_of(content), content)
    )


def test_a_category_makes_nobody_vulnerable_and_a_risk_model_that_says_so_is_refused() -> None:
    content = TWO_LETTERS.replace(b'vulnerable = { threat = ["yes"] }', b'vulnerable = { category = ["domestic"] }')
    assert refusal(content) == "two-letters, vulnerable: nobody can answer category with domestic"


# Packs that do not fit


def test_a_risk_model_and_grades_that_do_not_fit_each_other_are_not_adopted_one_without_the_other() -> None:
    """The letter's model and the one after it have other grades; both are adopted in one moment."""
    old = [adopted(PackKind.RISK), adopted(PackKind.GRADES)]
    before = given(ESTABLISHED, *old, on=Policy)
    risk, grades = pack("thrive-2022"), pack("grades-2022")
    before.when(Adopt((grades,))).then_refused(
        "strive-2020, rule vulnerable: suggests grade 3, which grades-2022 does not have"
    )
    before.when(Adopt((risk,))).then_refused(
        "thrive-2022, rule nothing-more-urgent: suggests grade C, which grades-2020 does not have"
    )
    for both in ((risk, grades), (grades, risk)):
        assert len(before.when(Adopt(both)).then(*map(_as_adopted, both)).adopted) == 4


def _as_adopted(content: bytes) -> Adopted:
    found = new_pack(content)
    return Adopted(PackKind(found.kind), found.pack, False, digest_of(content), content)


def test_a_rule_on_a_category_that_nobody_opens_is_not_adopted() -> None:
    content = pack("strive-2020").replace(
        b'when = { investigation = ["perishing"] }', b'when = { category = ["arson"] }'
    )
    given(ESTABLISHED, adopted(PackKind.CATEGORIES), on=Policy).when(Adopt((content,))).then_refused(
        "strive-2020, rule evidence-will-not-last: categories-2011 has no category arson"
    )


def test_a_rule_that_can_never_decide_is_refused() -> None:
    content = pack("strive-2020").replace(b'when = { risk = ["life"] }', b"when = { }", 1)
    rule = "strive-2020, rule not-breathing: can never decide, for life-at-risk stands before it"
    given(ESTABLISHED, on=Policy).when(Adopt((content,))).then_refused(rule)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pack("grades-2022").replace(b'"C"', b'"2"'), "grades-2022: grade 2 stands twice"),
        (pack("results-2020").replace(b'"crime"', b'"attended"'), "results-2020: result attended stands twice"),
        (pack("strive-2020").replace(b'code = "threat"', b'code = "situation"'), None),
        (pack("categories-2011").replace(b'"theft"', b'"robbery"'), "categories-2011: category robbery stands twice"),
    ],
)
def test_what_has_the_code_of_another_thing_is_refused(content: bytes, words: str | None) -> None:
    said = refusal(content)
    assert words is None or said == words


# The packs that come with the product


def test_every_pack_that_comes_with_the_product_names_its_source_and_claims_no_more_than_is_known() -> None:
    for name in PACKS.values():
        read = new_pack(pack(name))
        assert (read.pack, read.verified) == (name, "no")
        assert len(read.source) > 20


def test_the_risk_model_spells_strive() -> None:
    """Letter, area 1: the existing STRIVE model."""
    assert "".join(one.letter for one in policy().risk.element) == "STRIVE"


def test_every_rule_of_the_risk_model_names_elements_answers_and_grades_that_there_are() -> None:
    risk, grades = policy().risk, policy().grades
    for rule in risk.suggest:
        assert grades.row(rule.grade)
        for element, answers in rule.when.items():
            assert set(answers) <= {*risk.offered(element), NOT_ASKED}, rule.because
    for element, answers in risk.vulnerable.items():
        assert set(answers) <= set(risk.offered(element))


def test_the_rules_of_the_risk_model_stand_most_urgent_first_up_to_advice_and_the_last_meets_all() -> None:
    rules = policy().risk.suggest
    ranks = [policy().grades.rank(rule.grade) for rule in rules[:-1]]
    assert all(first <= second for first, second in pairwise(ranks))
    assert rules[-1].when == {}


def test_every_element_can_be_answered_with_asked_and_not_known() -> None:
    assert all("unknown" in policy().risk.offered(one.code) for one in policy().risk.element)


def test_codes_in_a_pack_are_used_once() -> None:
    rows = (
        policy().risk.element,
        policy().risk.not_asked,
        *(one.answer for one in policy().risk.element),
        (*policy().risk.element, *policy().risk.question),
        *(one.answer for one in policy().risk.question),
        policy().risk.advice,
        policy().grades.grade,
        policy().categories.category,
        policy().results.result,
    )
    for some in rows:
        codes = [row.code for row in some]
        assert len(codes) == len(set(codes))


def test_only_domestic_incidents_are_domestic() -> None:
    assert [row.code for row in policy().categories.category if row.domestic] == ["domestic"]


def test_no_result_cancels_and_attends_at_once() -> None:
    assert not [row.code for row in policy().results.result if row.cancels and row.attended]
    assert [row.code for row in policy().results.result if row.cancels] == ["cancelled", "duplicate"]


def test_grades_rank_from_the_most_urgent_and_wait_longer_from_each_to_the_next() -> None:
    grades = policy().grades
    assert [grades.rank(row.code) for row in grades.grade] == [0, 1, 2, 3, 4]
    waits = [row.attend_within_s for row in grades.grade if row.attend_within_s is not None]
    assert waits == sorted(waits)
    assert grades.row("5").attend_within_s is None


def test_each_kind_of_pack_is_read_as_its_own_type() -> None:
    types = [type(new_pack(pack(name))) for name in PACKS.values()]
    assert types == [RiskPack, GradePack, CategoryPack, ResultPack, StandingPack, SafeguardingPack]


def test_what_was_adopted_once_is_read_for_ever_though_it_would_not_be_adopted_now() -> None:
    """A rule for packs that came later breaks no journal in which an older one stands."""
    text = GRADES
    twice = text + b'\n[[grade]]\ncode = "1"\nname = "another first"\nrisk = 1\n'
    with pytest.raises(Refused, match="grade 1 stands twice"):
        new_pack(twice)
    record = given(ESTABLISHED, adopted(PackKind.GRADES, twice), on=Policy).record
    assert [row.code for row in record.grades.grade].count("1") == 2
