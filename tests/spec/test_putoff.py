"""Putting off what calls about an item, and what brings it back: each rule of domain/putoff.py and operator/pressing.py.

Source: letter, area 1; EEMUA 191 as reported (what is shelved has an expiry and a reason, and the most urgent is never shelved by
one person alone); LAS 1992 (exceptions scrolled out of sight).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hueandcry.domain import contact, expedite, link, outcome, putoff, referral
from hueandcry.domain.adoption import Adopt
from hueandcry.domain.asking import ask
from hueandcry.domain.classification import Classified
from hueandcry.domain.contact import Channel, Contact
from hueandcry.domain.deployment import Attended, Resourced
from hueandcry.domain.duty import FLOOR, Role
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assessed, Graded, Regraded
from hueandcry.domain.history import IncidentLoaded
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.outcome import Resulted
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.putoff import LONGEST_MIN, AlertsBroughtBack, AlertsPutOff, BringBack, PutOff, code_of
from hueandcry.domain.reference import CODE_MAX, FactRef, is_code
from hueandcry.domain.referral import Referral
from hueandcry.domain.standing import Silence
from hueandcry.domain.timer import Timer, timers
from hueandcry.domain.worked import Hushed, Worked
from hueandcry.operator import console
from hueandcry.operator.attention import Attention
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.pressing import at_length, calls, is_said
from hueandcry.operator.theme import Styles
from hueandcry.operator.undoing import undoing
from hueandcry.operator.verbs import carry_out, preview
from hueandcry.operator.watch import Watch
from hueandcry.operator.widgets.columns import incident_columns
from hueandcry.operator.widgets.livelist import When
from hueandcry.store.item import Item
from hueandcry.store.records import blank
from hueandcry.store.views import Board, board_of
from tests.spec.harness import (
    APPROVAL,
    MINUTE,
    START,
    commands_in,
    given,
    on_duty,
    pack,
    policy,
    ref,
    stream_of,
    who_may,
)
from tests.staging import Founded, Stage, work

UNTIL = START + 20 * MINUTE
WORDS = ("PROMISE BROKEN", "ESCALATED to sergeant")
CODES = ("promise-broken", "escalated-to-sergeant")
WHY = "the sergeant is on the phone with her"
PUT = PutOff(WORDS, UNTIL, WHY)
PUT_OFF = AlertsPutOff(CODES, UNTIL, None, WHY)
BY_TWO = replace(PUT_OFF, approval=APPROVAL)
BROUGHT_BACK = AlertsBroughtBack(CODES, UNTIL)
LOOK = (
    "what is of the most urgent grade, vulnerable or domestic is put off with a second look: "
    "put 'propose' before the line, and have another person approve it"
)

OPENED = Opened("other", False, "1001", None, "a man is shouting")
CALM, CHILD = (Assessed((), (), 0, vulnerable, "3", ("calm",), "") for vulnerable in (False, True))
WAITING: tuple[Fact[Any], ...] = (OPENED, CALM, Graded("3", "3", 0, ref(Incident, 2), ""))
URGENT = Regraded("3", "1", True, "3", ref(Incident, 2), None, "he has a knife")
RANG = contact.Rang(Channel.NON_EMERGENCY, "0161")
RANG_999 = contact.Rang(Channel.EMERGENCY, "07700 900001")
MADE = referral.Made("mash", stream_of(Incident), None, "consent", UNTIL, "two children", "")
ASKED = expedite.Asked("ward-12", "walkout", None, "Sister Jones", "0161 496 0000", "patient left")
ON_EACH = pytest.mark.parametrize(
    ("on", "facts"),
    [(Contact, (RANG,)), (Contact, (RANG_999, contact.Answered("1001"))), (Incident, WAITING), (Referral, (MADE,))],
    ids=["a contact", "a 999 call that is answered", "an incident", "a referral"],
)
OF_TWO = pytest.mark.parametrize(
    ("on", "facts"),
    [
        (Incident, (OPENED, CHILD, WAITING[2])),
        (Incident, (Opened("domestic", True, "1001", None, ""), *WAITING[1:])),
        (Incident, (OPENED, CALM, Graded("1", "1", 0, ref(Incident, 2), ""))),
        (Expedite, (ASKED,)),
    ],
    ids=["vulnerable", "domestic", "of the most urgent grade", "asked by a partner"],
)


# Who may


def test_the_floor_puts_off_and_brings_back_and_the_watch_brings_back_at_the_time() -> None:
    assert who_may(PUT) == FLOOR
    assert set(who_may(BringBack())) == {*FLOOR, Role.WATCH}


def test_every_command_on_what_is_put_off_has_its_roles_checked_here() -> None:
    assert {PutOff, BringBack} == commands_in(putoff)


# The words


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ESCALATED to inspector", "escalated-to-inspector"),
        ("+3 UNREAD", "3-unread"),
        ("2 PROMISES BROKEN", "2-promises-broken"),
        ("bring up", "bring-up"),
        ("agency declined: refer to another", "agency-declined--refer-to-another"),
        (f"no district {'x' * 60} is known", f"no-district-{'x' * 52}"),
    ],
)
def test_the_words_of_an_alert_are_a_code_of_letters_digits_and_dashes(words: str, code: str) -> None:
    assert code_of(words) == code
    assert is_code(code)
    assert len(code) <= CODE_MAX


# Putting off


@ON_EACH
def test_what_calls_about_an_item_is_put_off_until_a_time_for_a_reason(
    on: type[Worked], facts: tuple[Fact[Any], ...]
) -> None:
    record = given(*facts, on=on).when(PUT).then(PUT_OFF)
    assert record.put_off == Hushed(CODES, UNTIL, alone=True)


def test_nothing_is_put_off_without_a_reason() -> None:
    given(*WAITING, on=Incident).when(replace(PUT, reason="")).then_refused("say why it is put off")


@pytest.mark.parametrize("until", [START, START - MINUTE], ids=["now", "before"])
def test_it_is_put_off_to_a_time_that_is_still_to_come(until: int) -> None:
    given(*WAITING, on=Incident).when(replace(PUT, until=until)).then_refused(
        "what calls is put off to a time that is still to come"
    )


def test_it_is_put_off_for_an_hour_and_no_longer() -> None:
    """An hour untouched is what a standing question rings for; nothing is silent for longer."""
    assert LONGEST_MIN == 60
    hour = START + LONGEST_MIN * MINUTE
    given(*WAITING, on=Incident).when(replace(PUT, until=hour)).then(replace(PUT_OFF, until=hour))
    given(*WAITING, on=Incident).when(replace(PUT, until=hour + 1)).then_refused(
        "what calls is put off for 60 minutes at most"
    )


def test_an_alert_that_is_not_there_is_not_put_off() -> None:
    given(*WAITING, on=Incident).when(replace(PUT, alerts=())).then_refused(
        "nothing calls for anybody about this, so there is nothing to put off"
    )


@pytest.mark.parametrize(
    ("on", "facts"),
    [
        (Incident, ()),
        (Incident, (*WAITING, Resulted("advice", False, None, ""), outcome.Closed(""))),
        (Incident, (IncidentLoaded("sapd", "police", "theft", "WEST", None, ""),)),
        (Contact, (RANG, contact.Answered("1001"), contact.Closed(""))),
    ],
    ids=["never opened", "closed", "history", "a contact that is closed"],
)
def test_nothing_is_put_off_about_what_nobody_works_on(on: type[Worked], facts: tuple[Fact[Any], ...]) -> None:
    given(*facts, on=on).when(PUT).then_refused("nobody works on this any more, so nothing is put off")


@pytest.mark.parametrize("approval", [None, APPROVAL], ids=["alone", "by two"])
def test_a_crew_that_calls_for_help_is_never_put_off(approval: FactRef | None) -> None:
    command = replace(PUT, alerts=("AB12 EMERGENCY", *WORDS))
    given(*WAITING, on=Incident).when(command, on_duty(approval=approval)).then_refused(
        "a crew's EMERGENCY is never put off"
    )


@pytest.mark.parametrize("approval", [None, APPROVAL], ids=["alone", "by two"])
def test_a_999_call_that_nobody_has_answered_is_never_put_off(approval: FactRef | None) -> None:
    before = given(RANG_999, on=Contact)
    before.when(PUT, on_duty(approval=approval)).then_refused("a 999 call that nobody has answered is never put off")


@OF_TWO
def test_what_is_vulnerable_domestic_or_most_urgent_is_never_put_off_by_one_person_alone(
    on: type[Worked], facts: tuple[Fact[Any], ...]
) -> None:
    given(*facts, on=on).when(PUT).then_refused(LOOK, second_look=True)


@OF_TWO
def test_with_a_second_look_it_is_put_off_and_names_the_approval(
    on: type[Worked], facts: tuple[Fact[Any], ...]
) -> None:
    record = given(*facts, on=on).when(PUT, on_duty(approval=APPROVAL)).then(BY_TWO)
    assert record.put_off == Hushed(CODES, UNTIL, alone=False)
    assert [one for one in timers(record, policy(), 0) if one.command == BringBack()] == [Timer(UNTIL, BringBack())]


def test_nothing_is_put_off_twice() -> None:
    given(*WAITING, PUT_OFF, on=Incident).when(PutOff(("+1 UNREAD",), UNTIL + MINUTE, "x")).then_refused(
        "something about it is put off already: bring that back first ('bringback')"
    )


def test_what_is_over_is_brought_back_first_where_the_watch_has_not_looked_yet() -> None:
    again = AlertsPutOff(("1-unread",), UNTIL + MINUTE, None, "x")
    before = given(*WAITING, PUT_OFF, on=Incident)
    record = before.when(PutOff(("+1 UNREAD",), UNTIL + MINUTE, "x"), on_duty(now=UNTIL)).then(BROUGHT_BACK, again)
    assert record.put_off == Hushed(("1-unread",), UNTIL + MINUTE, alone=True)


# Bringing back


@pytest.mark.parametrize("now", [START, UNTIL - 1, UNTIL + MINUTE], ids=["at once", "before its time", "after it"])
def test_a_person_of_the_floor_brings_it_back_at_any_time(now: int) -> None:
    record = given(*WAITING, PUT_OFF, on=Incident).when(BringBack(), on_duty(now=now)).then(BROUGHT_BACK)
    assert record.put_off is None


@pytest.mark.parametrize("facts", [(), (PUT_OFF, BROUGHT_BACK)], ids=["never put off", "back already"])
def test_what_is_not_put_off_is_not_brought_back(facts: tuple[Fact[Any], ...]) -> None:
    given(*WAITING, *facts, on=Incident).when(BringBack()).then_refused("nothing about this is put off")


def test_the_watch_brings_it_back_at_its_time_and_not_before() -> None:
    before = given(*WAITING, PUT_OFF, on=Incident)
    before.when(BringBack(), on_duty(Role.WATCH, now=UNTIL - 1)).then_nothing()
    record = before.when(BringBack(), on_duty(Role.WATCH, now=UNTIL)).then(BROUGHT_BACK)
    given(*WAITING, PUT_OFF, BROUGHT_BACK, on=Incident).when(BringBack(), on_duty(Role.WATCH, now=UNTIL)).then_nothing()
    assert BringBack() not in [one.command for one in timers(record, policy(), 0)]
    assert Timer(UNTIL, BringBack()) in timers(before.record, policy(), 0)


@pytest.mark.parametrize(
    "fact",
    [CHILD, URGENT, Classified("domestic", True, (), "he lives there")],
    ids=["vulnerable", "most urgent", "domestic"],
)
def test_what_one_person_put_off_is_over_where_nobody_might_have_alone(fact: Fact[Any]) -> None:
    """It calls at once; the watch says so when it looks next. What two put off stays as they wanted it."""
    record = given(*WAITING, PUT_OFF, fact, on=Incident).record
    assert putoff.silent_until(record, policy()) == 0
    assert Timer(0, BringBack()) in timers(record, policy(), 0)
    given(*WAITING, PUT_OFF, fact, on=Incident).when(BringBack(), on_duty(Role.WATCH)).then(BROUGHT_BACK)
    by_two = given(*WAITING, BY_TWO, fact, on=Incident)
    assert putoff.silent_until(by_two.record, policy()) == UNTIL
    by_two.when(BringBack(), on_duty(Role.WATCH)).then_nothing()


def test_the_most_urgent_grade_is_that_of_the_pack_under_which_it_was_graded() -> None:
    stage = Stage()
    work(stage.founder, f"{SOMETHING}\ngrade 1 1 he has a knife\npromise 1 arrival 5m")
    renamed = [pack(name).replace(b'"1"', b'"A"') for name in ("grades-2020", "strive-2020")]
    stage.founder.do([Act(POLICY_STREAM, Adopt(tuple(renamed)))])
    stage.pass_time(300)
    with pytest.raises(Refused) as refused:
        work(stage.founder, f"putoff 1 20m {WHY}")
    assert (refused.value.rule, refused.value.second_look) == (LOOK, True)


@pytest.mark.parametrize(
    ("on", "facts", "end"),
    [
        (Contact, (RANG, contact.Answered("1001"), contact.Transferred("ambulance", "x")), contact.Closed("")),
        (Incident, (*WAITING, Resulted("advice", False, None, "")), outcome.Closed("")),
        (Incident, WAITING, link.Merged(stream_of(Incident, 2), "the same")),
        (Expedite, (ASKED,), expedite.Closed("")),
        (Referral, (MADE,), referral.Ended("given up")),
    ],
    ids=["a contact", "an incident", "one that is merged", "an expedite", "a referral"],
)
def test_with_the_item_ends_what_was_put_off_about_it(
    on: type[Worked], facts: tuple[Fact[Any], ...], end: Fact[Any]
) -> None:
    """Where it is opened again, it calls."""
    assert given(*facts, BY_TWO, end, on=on).record.put_off is None


# Standing questions


def test_putting_off_is_no_work_on_an_incident_that_lies_untouched() -> None:
    """Surrey 2018: a log that is silenced again and again is looked at by nobody."""
    untouched = Silence(
        code="stranded", asks="x", source="x", of="incident", longer_than_s=3600, while_={"queue": ("dispatch",)}
    )
    scheme = policy().standing
    assert scheme is not None
    questions = replace(scheme, question=(untouched,))
    stage = Stage()
    work(stage.founder, f"{SOMETHING}\ngrade 1 3 x\npromise 1 arrival 5m")
    for line in (f"putoff 1 20m {WHY}", "bringback 1", f"putoff 1 20m {WHY}"):
        stage.pass_time(1000)
        work(stage.founder, line)
    now = stage.clock()
    assert ask(questions, stage.log.entries(), blank, now + 600 * 10**9).rang == []
    (rang,) = ask(questions, stage.log.entries(), blank, now + 601 * 10**9).rang
    assert rang.at == START + 60 * MINUTE, "an hour after the promise, the last that anybody did about it"


# In the room

SOMETHING = """
open - theft a silver car
assess . situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police
"""
LATE = f"{SOMETHING}\ngrade 1 3 it is needed for work\npromise 1 arrival 5m"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    founded = Founded(tmp_path / "store")
    yield founded
    founded.close()


@pytest.fixture
def desk(stage: Founded) -> Desk:
    return stage.desk("3311", Role.DISPATCHER)


def item(stage: Founded) -> Item:
    return next(one for one in stage.board.items(stage.clock()) if one.kind == "incident")


def heard(stage: Founded) -> list[str]:
    return [words for _, words in calls(item(stage))]


def ticked(stage: Founded) -> list[Fact[Any] | None]:
    return [one.fact for one in Watch(stage.room).tick() if one.name == "record.alerts_brought_back"]


def test_what_is_put_off_calls_nobody_until_its_time_and_calls_again_then(stage: Founded, desk: Desk) -> None:
    work(desk, LATE)
    stage.pass_time(300)
    assert heard(stage) == ["PROMISE BROKEN"]
    work(desk, f"putoff 1 20m {WHY}")
    assert heard(stage) == []
    assert item(stage).broken == 1, "the reason stands, and is counted"
    stage.pass_time(1199)
    assert (ticked(stage), heard(stage)) == ([], [])
    stage.pass_time(1)
    assert heard(stage) == ["PROMISE BROKEN"], "whether anybody keeps the watch or not"
    assert ticked(stage) == [AlertsBroughtBack(("promise-broken",), stage.clock())]
    assert ticked(stage) == []


def test_only_alerts_in_those_words_are_silent_and_others_are_heard_at_once(stage: Founded, desk: Desk) -> None:
    """One more update, a second broken promise, an escalation to somebody else: each says other words."""
    handler = stage.desk("2211", Role.HANDLER)
    work(desk, f"{LATE}\npromise 1 update 30m\nnote 1 mine")
    work(handler, "note 1 her sister rang")
    stage.pass_time(300)
    assert heard(stage) == ["PROMISE BROKEN", "+1 UNREAD"]
    work(desk, f"putoff 1 1h {WHY}")
    assert heard(stage) == []
    work(handler, "note 1 her sister rang again")
    assert heard(stage) == ["+2 UNREAD"]
    stage.pass_time(1500)
    assert heard(stage) == ["2 PROMISES BROKEN", "+2 UNREAD"]
    work(desk, "seen 1\nkept 1 update")
    assert heard(stage) == [], "these are the words that were put off"


def test_an_escalation_to_somebody_else_is_heard(stage: Founded, desk: Desk) -> None:
    work(desk, SOMETHING + "grade 1 2 near")
    stage.pass_time(2400)
    Watch(stage.room).tick()
    assert heard(stage) == ["ESCALATED to sergeant"]
    work(desk, f"putoff 1 30m {WHY}")
    assert heard(stage) == []
    quiet = item(stage)
    assert [words for _, words in calls(replace(quiet, escalated="inspector"))] == ["ESCALATED to inspector"]
    assert calls(replace(quiet, escalated="", alerts=("AB12 EMERGENCY",), put_off=("ab12-emergency",))) == [
        ("EMERGENCY", "AB12 EMERGENCY")
    ], "whatever a fact says"


def test_what_was_said_once_is_silent_once(stage: Founded, desk: Desk) -> None:
    work(desk, f"{SOMETHING}\nbringup 1 5m her sister\nbringup 1 10m his brother")
    stage.pass_time(300)
    work(desk, f"putoff 1 20m {WHY}")
    assert heard(stage) == []
    stage.pass_time(300)
    assert heard(stage) == ["bring up"]


def test_a_grade_1_calls_again_in_the_moment_it_is_one(stage: Founded, desk: Desk) -> None:
    work(desk, LATE)
    stage.pass_time(300)
    work(desk, f"putoff 1 20m {WHY}\ngrade 1 1 he has a knife")
    assert heard(stage) == ["PROMISE BROKEN"]
    assert item(stage).put_off_until is None
    assert [type(one) for one in ticked(stage)] == [AlertsBroughtBack]


def test_a_grade_1_is_put_off_by_two_people(stage: Founded, desk: Desk) -> None:
    work(desk, f"{SOMETHING}\ngrade 1 1 he has a knife")
    Watch(stage.room).tick()
    assert heard(stage) == ["ESCALATED to inspector"]
    with pytest.raises(Refused, match="is put off with a second look"):
        work(desk, f"putoff 1 20m {WHY}")
    tail = carry_out(desk, f"propose putoff 1 20m {WHY}")[0].fact.tail
    other = stage.desk("5501", Role.SUPERVISOR)
    assert preview(other, f"approve p{tail}").endswith(f": {WHY} - puts off: ESCALATED to inspector")
    done = carry_out(other, f"approve p{tail}")
    assert done[-1].fact == AlertsPutOff(
        ("escalated-to-inspector",), stage.clock() + 20 * MINUTE, FactRef(done[0].stream, done[0].version), None
    )
    assert heard(stage) == []


def test_the_line_says_before_enter_which_alerts_will_be_silent(stage: Founded, desk: Desk) -> None:
    work(desk, LATE)
    with pytest.raises(Refused, match="nothing calls for anybody about this"):
        work(desk, f"putoff 1 20m {WHY}")
    assert preview(desk, f"po 1 20m {WHY}").endswith(WHY)
    stage.pass_time(300)
    assert preview(desk, f"po 1 08:25 {WHY}") == (
        f"Let what calls about 1 theft be silent until 23/11/2026 08:25:00: {WHY} - puts off: PROMISE BROKEN"
    )
    work(desk, f"putoff 1 20m {WHY}")
    assert undoing(desk).text == "bringback 1"
    work(desk, "bb 1")
    assert heard(stage) == ["PROMISE BROKEN"]


def test_a_line_and_a_page_say_what_is_put_off_until_when_and_how_it_comes_back(stage: Founded, desk: Desk) -> None:
    work(desk, LATE)
    stage.pass_time(300)
    work(desk, f"putoff 1 20m {WHY}")
    said, zone = "put off until 08:25: PROMISE BROKEN ('bringback 1')", stage.board.zone
    assert at_length(item(stage), zone) == said
    work(stage.desk("2211", Role.HANDLER), "note 1 she rang")
    assert at_length(item(stage), zone) == f"+1 UNREAD ('seen 1'); {said}"
    assert console.item_line(item(stage), stage.clock()).endswith(
        "+1 UNREAD overdue by 0s put off for 20m: PROMISE BROKEN"
    )
    work(desk, "kept 1 arrival")
    assert at_length(item(stage), zone) == "+1 UNREAD ('seen 1'); put off until 08:25 ('bringback 1')"
    shown = json.loads(json.dumps(console.item_object(item(stage))))
    assert (shown["put_off"], shown["put_off_until"]) == (["promise-broken"], "2026-11-23T08:25:00.000000000Z")


def test_a_row_says_nothing_of_what_is_put_off_as_though_it_called(stage: Founded, desk: Desk) -> None:
    work(desk, LATE)
    work(stage.desk("2211", Role.HANDLER), "note 1 she rang")
    stage.pass_time(300)

    def row() -> dict[str, tuple[str, Any]]:
        return {one.heading: one.shows(item(stage), When(stage.clock())) for one in incident_columns(120)}

    assert row()["due"][0].startswith("BROKE")
    assert row()["what"] == ("+1 theft", Styles.care)
    work(desk, f"putoff 1 20m {WHY}")
    assert row()["due"][0].startswith("LATE"), "that it is late is no call, but how it stands"
    assert row()["what"] == ("+1 theft", None)
    assert row()["queue"] == ("dispatch", None)


def test_what_comes_back_is_new_to_whoever_sits_there(stage: Founded, desk: Desk) -> None:
    """It rings once more: nothing slips back unheard."""
    work(desk, LATE)
    stage.pass_time(300)
    attention = Attention("3311")
    assert attention.take(item(stage).stream, item(stage)) == ["BROKE"]
    work(desk, f"putoff 1 20m {WHY}")
    assert (attention.take(item(stage).stream, item(stage)), attention.calls()) == ([], [])
    assert not is_said(item(stage), "BROKE")
    work(desk, "bringback 1")
    assert attention.take(item(stage).stream, item(stage)) == ["BROKE"]


def test_a_checkpoint_of_the_board_keeps_what_is_put_off(stage: Founded, desk: Desk, tmp_path: Path) -> None:
    work(desk, LATE)
    stage.pass_time(300)
    work(desk, f"putoff 1 20m {WHY}")
    stage.board.save(tmp_path / "board")
    restored = Board(stage.log)
    assert restored.restore(tmp_path / "board")
    for board in (restored, board_of(stage.log, tmp_path / "board")):
        assert board.items(stage.clock()) == stage.board.items(stage.clock())


def test_the_order_of_the_board_and_what_is_due_are_those_of_the_work(stage: Founded, desk: Desk) -> None:
    """What is put off is a call to somebody, and nothing about the item itself."""
    work(desk, LATE)
    stage.pass_time(300)
    before = item(stage)
    work(desk, f"putoff 1 20m {WHY}")
    told = {"put_off": ("promise-broken",), "put_off_until": stage.clock() + 20 * MINUTE, "version": before.version + 1}
    assert item(stage) == replace(before, **told)


def test_an_incident_with_a_crew_on_it_is_put_off_as_any_other(stage: Founded, desk: Desk) -> None:
    record = given(*WAITING, Resourced("AB12", True), Attended("AB12"), on=Incident).when(PUT).then(PUT_OFF)
    assert record.put_off is not None
