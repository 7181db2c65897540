"""Partners: registered, known by their number, verified by what they are registered with; disputes, asking anew, forms.

Source: letter, area 1: expedites from the NHS and children's care homes; Right Care Right Person; the Philomena protocol.
"""

from typing import Any

import pytest

from hueandcry.domain import dispute, episode, lane, partner, recontact, replay
from hueandcry.domain.acknowledging import Knows
from hueandcry.domain.alert import Known, alerts, in_a_word
from hueandcry.domain.contact import Answered, Channel, Contact, Rang
from hueandcry.domain.contact import Stage as Ringing
from hueandcry.domain.dispute import (
    AcknowledgeDispute,
    Dispute,
    DisputeAcknowledged,
    Disputed,
    DisputeEscalated,
    EscalateDispute,
)
from hueandcry.domain.duty import FIELD, FLOOR, Command, Role
from hueandcry.domain.episode import (
    BeginEpisode,
    DisposeOfForm,
    EndEpisode,
    Episode,
    EpisodeBegun,
    EpisodeEnded,
    FormBegun,
    FormEnded,
    NoteForm,
    NoteFormEnded,
)
from hueandcry.domain.erasure import Erased
from hueandcry.domain.expedite import (
    Asked,
    Close,
    Closed,
    Decide,
    Decided,
    Decision,
    Expedite,
    Means,
    NotMatched,
    Stage,
    Told,
    Verified,
    Verify,
)
from hueandcry.domain.fact import Fact, FactRef
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.lane import KnowPartner, LeadToExpedite, LedToExpedite, PartnerKnown
from hueandcry.domain.pack import PackKind
from hueandcry.domain.partner import (
    EndPartner,
    EndSite,
    ForgetPerson,
    ListSite,
    NamePerson,
    Partner,
    PartnerEnded,
    PartnerRegistered,
    PersonGone,
    PersonNamed,
    PhraseSet,
    RegisterPartner,
    SetPhrase,
    SiteEnded,
    SiteListed,
    partner_stream,
)
from hueandcry.domain.questionnaire import QuestionAnswered
from hueandcry.domain.recall import Abandoned
from hueandcry.domain.recontact import ContactAgain, ContactedAgain, HandBack, HandedBack
from hueandcry.domain.reference import NS_PER_S, Kind
from hueandcry.domain.threshold import DecideNotPolice, ThresholdConsidered
from hueandcry.domain.timer import Timer, timers
from hueandcry.operator.desk import Desk
from hueandcry.operator.partnering import set_phrase
from hueandcry.operator.reference import Misread, find
from hueandcry.operator.verbs import carry_out, preview, refusal
from hueandcry.store.moment import rfc3339
from tests.spec.harness import (
    MINUTE,
    START,
    commands_in,
    given,
    later,
    on_duty,
    policy,
    ref,
    stream_of,
    who_may,
)
from tests.staging import Stage as Room
from tests.staging import work

OF_PARTNERS = (Role.VULNERABILITY, Role.SUPERVISOR, Role.ADMINISTRATOR)
REGISTERED = PartnerRegistered("mft", "nhs", b"Manchester hospitals")
SITE = SiteListed("ward-12", ("441614960000",), b"Ward 12")
NAMED = PersonNamed("ward-12", "A. Jones", "sister", "07700 900456")
KEPT = PhraseSet(b"salt and hash")
CALL, INCIDENT = stream_of(Contact), stream_of(Incident)
ASKED = Asked("ward-12", "walkout", CALL, "Sister Jones", "0161 496 0000", "left without medication")
VERIFIED = Verified(Means.CALL_BACK, "")
NOT_POLICE = Decided(Decision.NOT_POLICE, Means.CALL_BACK, "3003", "the ward searches")
TOLD = Told("Sister Jones", "")
NO_THREAT = tuple(
    QuestionAnswered("right-care", code, answer, False, "")
    for code, answer in (
        ("rc-life", "no"),
        ("rc-harm", "no"),
        ("rc-crime", "no"),
        ("rc-child", "no"),
        ("rc-other", "yes"),
    )
)
NOBODY_ELSE = QuestionAnswered("right-care", "rc-other", "no", False, "")
TO_LIFE = QuestionAnswered("right-care", "rc-life", "yes", False, "")
DECIDED = (ASKED, VERIFIED, *NO_THREAT, NOT_POLICE)


# The register


@pytest.mark.parametrize(
    "command",
    [
        RegisterPartner("mft", "nhs", "x"),
        ListSite("a", (), ""),
        EndSite("a", "x"),
        NamePerson("a", "x", "", ""),
        ForgetPerson(1, "x"),
        SetPhrase(b""),
        EndPartner("x"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_the_register_is_kept_by_the_desk_a_supervisor_or_an_administrator(command: Command[Any]) -> None:
    assert who_may(command) == OF_PARTNERS


def test_there_are_no_other_commands() -> None:
    assert commands_in(partner) == {
        RegisterPartner,
        ListSite,
        EndSite,
        NamePerson,
        ForgetPerson,
        SetPhrase,
        EndPartner,
    }
    assert commands_in(dispute) == {Dispute, EscalateDispute, AcknowledgeDispute}
    assert commands_in(recontact) == {ContactAgain, HandBack}
    assert commands_in(lane) == {KnowPartner, LeadToExpedite}
    assert commands_in(episode) == {BeginEpisode, NoteForm, EndEpisode, NoteFormEnded, DisposeOfForm}


def test_a_partner_is_registered_with_its_sites_people_and_a_phrase() -> None:
    given(on=Partner).when(RegisterPartner("mft", "nhs", "Manchester hospitals")).then(REGISTERED)
    given(REGISTERED, on=Partner).when(ListSite("ward-12", ("441614960000",), "Ward 12")).then(SITE)
    record = (
        given(REGISTERED, SITE, on=Partner)
        .when(NamePerson("ward-12", "A. Jones", "sister", "07700 900456"))
        .then(NAMED)
    )
    assert record.names(3)
    record = given(REGISTERED, SITE, NAMED, on=Partner).when(SetPhrase(b"salt and hash")).then(KEPT)
    assert record.phrase == ref(Partner, 4)


def test_whatever_is_taken_off_is_gone_and_can_come_again() -> None:
    record = (
        given(REGISTERED, SITE, NAMED, on=Partner).when(ForgetPerson(3, "has left")).then(PersonGone(3, "has left"))
    )
    assert record.people == ()
    record = given(REGISTERED, SITE, on=Partner).when(EndSite("ward-12", "moved")).then(SiteEnded("ward-12", "moved"))
    assert record.sites == ()
    record = given(REGISTERED, SITE, NAMED, KEPT, on=Partner).when(EndPartner("merged")).then(PartnerEnded("merged"))
    assert (record.sites, record.people, record.phrase, record.ended) == ((), (), None, True)
    again = given(REGISTERED, PartnerEnded("merged"), on=Partner).when(RegisterPartner("mft", "nhs", "Anew"))
    assert not again.then(PartnerRegistered("mft", "nhs", b"Anew")).ended


def test_a_site_may_be_listed_anew_with_other_numbers() -> None:
    record = (
        given(REGISTERED, SITE, on=Partner)
        .when(ListSite("ward-12", ("441614960001",), "Ward 12"))
        .then(SiteListed("ward-12", ("441614960001",), b"Ward 12"))
    )
    assert [site.numbers for site in record.sites] == [("441614960001",)]


@pytest.mark.parametrize(
    ("facts", "command", "rule"),
    [
        ((REGISTERED,), RegisterPartner("mft", "nhs", "x"), "mft is registered already"),
        ((), ListSite("a", (), ""), "no such partner is registered: register it with 'partner'"),
        ((), SetPhrase(b""), "no such partner is registered: register it with 'partner'"),
        ((REGISTERED, PartnerEnded("x")), EndPartner("x"), "no such partner is registered: register it with 'partner'"),
        (
            (REGISTERED, SITE),
            ListSite("ward-12", ("441614960000",), ""),
            "ward-12 is listed with this name and these numbers already",
        ),
        ((REGISTERED,), EndSite("ward-12", "x"), "mft has no site ward-12"),
        ((REGISTERED, SITE), EndSite("ward-12", ""), "say why the site is taken off"),
        ((REGISTERED,), NamePerson("ward-12", "x", "", ""), "mft has no site ward-12"),
        (
            (REGISTERED, SITE),
            NamePerson("ward-12", "", "", ""),
            "say who it is: name, role and number, parted by ' / '",
        ),
        ((REGISTERED, SITE, NAMED), ForgetPerson(2, "x"), "fact 2 names nobody there now"),
        ((REGISTERED, SITE, NAMED), ForgetPerson(3, ""), "say why they are not named any more"),
        ((REGISTERED,), EndPartner(""), "say why it is no partner any more"),
    ],
)
def test_the_register_refuses_in_the_words_of_the_rule(
    facts: tuple[Fact[Partner], ...], command: Command[Partner], rule: str
) -> None:
    given(*facts, on=Partner).when(command).then_refused(rule)


def test_a_partner_has_one_stream_however_its_code_is_spelt() -> None:
    assert partner_stream("MFT") == partner_stream("mft") != partner_stream("mfu")


# The lane


@pytest.mark.parametrize("channel", [one for one in Channel if one is not Channel.UNKNOWN])
def test_a_partners_number_waits_in_the_lane_and_a_999_call_with_the_999_calls(channel: Channel) -> None:
    record = (
        given(Rang(channel, "0161 496 0000"), on=Contact)
        .when(KnowPartner("mft", "ward-12"))
        .then(PartnerKnown("mft", "ward-12"))
    )
    in_lane = channel is not Channel.EMERGENCY
    assert (record.queue, record.owner) == (("partner", "vulnerability") if in_lane else ("waiting", "handler"))
    assert record.site == "ward-12"


def test_whoever_answers_has_it_like_any_contact_and_a_number_is_known_before() -> None:
    answered = given(Rang(Channel.PARTNER, "x"), PartnerKnown("mft", "ward-12"), Answered("2210"), on=Contact)
    assert (answered.record.queue, answered.record.owner) == ("in-hand", "2210")
    answered.when(KnowPartner("mft", "ward-12")).then_refused("a number is known before the contact is answered")


def test_a_contact_leads_to_the_expedite_once() -> None:
    asked = stream_of(Expedite)
    for facts in ((Rang(Channel.PARTNER, "x"),), (Rang(Channel.PARTNER, "x"), Answered("2210"))):
        assert given(*facts, on=Contact).when(LeadToExpedite(asked)).then(LedToExpedite(asked)).expedite == asked
        given(*facts, LedToExpedite(asked), on=Contact).when(LeadToExpedite(stream_of(Expedite, 1))).then_nothing()


def test_a_partner_whose_line_was_lost_stays_in_the_lane() -> None:
    for channel, queue, owner in (
        (Channel.PARTNER, "partner", "vulnerability"),
        (Channel.EMERGENCY, "recall", "handler"),
    ):
        facts = (Rang(channel, "x"), PartnerKnown("mft", "ward-12"), Abandoned(Ringing.RINGING))
        record = given(*facts, on=Contact).record
        assert (record.queue, record.owner) == (queue, owner)


def registered(room: Room) -> Desk:
    """Return the desk of the vulnerability desk in a room with a partner, its ward and its sister."""
    desk = room.desk("4401", Role.VULNERABILITY, Role.HANDLER)
    work(
        desk,
        """
        partner mft nhs Manchester hospitals
        site mft ward-12 Ward 12 / 0161 496 0000 / 0161 496 0001
        named mft ward-12 A. Jones / ward sister / 07700 900456
        """,
    )
    set_phrase(desk, "mft", "Blue heron at dawn")
    return desk


def test_a_registered_number_is_known_at_the_ring_however_it_is_written() -> None:
    room = Room()
    desk = registered(room)
    for number, site in (
        ("+44 161 4960001", "ward-12"),
        ("0161 496 0000", "ward-12"),
        ("0161 496 0002", ""),
        ("withheld", ""),
    ):
        rang = carry_out(desk, f"ring partner {number}")
        contact = desk.board.record(rang[0].stream)
        assert isinstance(contact, Contact)
        assert contact.site == site, number
    item = next(one for one in desk.board.items(room.clock()) if one.queue == "partner")
    assert (item.what, item.owner) == ("partner ward-12", "vulnerability")


def test_a_site_that_has_no_number_is_not_listed() -> None:
    desk = registered(Room())
    with pytest.raises(Misread) as found:
        carry_out(desk, "site mft ward-13 Ward 13 / the usual")
    assert found.value.why == "'the usual' is no telephone number; name and numbers are parted by ' / '"


def test_a_call_that_led_to_an_expedite_is_closed_like_any_that_led_somewhere() -> None:
    desk = registered(Room())
    work(desk, "ring partner 0161 496 0000\nanswer .\nexpedite ward-12 walkout . Jones / 0161 / left the ward")
    assert carry_out(desk, "close c" + desk.board.name(desk.named(Contact.kind) or b"")[1:])[0].name == "contact.closed"


# Verified by what is registered


@pytest.mark.parametrize(
    ("asks", "means", "matches"),
    [
        ("ward-12", "phrase blue HERON, at dawn", True),
        ("ward-12", "phrase blue heron at dusk", False),
        ("ward-12", "call-back 0161 4960001 the ward sister", True),
        ("ward-12", "call-back 07700900456 A. Jones", True),
        ("ward-12", "call-back 0161 496 7777 somebody", False),
        ("ward-12", "number", True),
        ("mft", "number", True),
        ("ward-99", "number", False),
        ("ward-99", "phrase blue heron at dawn", False),
        ("ward-99", "call-back 0161 276 1234 through the switchboard", None),
        ("ward-12", "not-verified nobody answers", None),
    ],
)
def test_what_the_asker_gives_is_held_against_the_register(asks: str, means: str, matches: bool | None) -> None:
    """A wrong call-back, a wrong phrase or an unregistered partner is taken, flagged, and never trusted."""
    desk = registered(Room())
    work(desk, f"ring partner 0161 496 0000\nanswer .\nexpedite {asks} walkout . Jones / 0161 / left the ward")
    entry = carry_out(desk, f"verify . {means}")[0]
    assert entry.name == ("expedite.not_matched" if matches is False else "expedite.verified")
    item = next(one for one in desk.board.items(desk.identity.now()) if one.kind == "expedite")
    flagged = {"NO MATCH"} if matches is False else set()
    assert {in_a_word(one) for one in item.alerts} == flagged | ({"NOT REG"} if asks == "ward-99" else set())
    if matches is False:
        with pytest.raises(Refused):
            carry_out(desk, "decide . accept they say so")
        carry_out(desk, "verify . not-verified nobody there knows of it")
        carry_out(desk, "decide . accept real and immediate risk all the same")


def test_the_phrase_stands_nowhere_as_it_was_said() -> None:
    room = Room()
    desk = registered(room)
    work(desk, "expedite ward-12 walkout - Jones / 0161 / left the ward\nverify . phrase blue heron at dawn")
    for entry in room.log.entries(0):
        assert "heron" not in repr(desk.door.fact(FactRef(entry.stream, entry.version), "test")).lower()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("verify . phrase", "say the phrase that they gave"),
        ("verify . call-back the switchboard", "say which number was rung back, as in 0161 496 0000 the ward sister"),
    ],
)
def test_what_is_missing_for_it_is_said(line: str, rule: str) -> None:
    desk = registered(Room())
    work(desk, "expedite ward-12 walkout - Jones / 0161 / left the ward")
    with pytest.raises(Refused) as refused:
        carry_out(desk, line)
    assert refused.value.rule == rule


def test_a_partner_without_a_phrase_is_verified_otherwise() -> None:
    room = Room()
    work(room.founder, "partner home children Elm House\nexpedite home missing - Kay / 0161 / she is gone")
    with pytest.raises(Refused) as refused:
        carry_out(room.founder, "verify . phrase open sesame")
    assert refused.value.rule == "no phrase is set for home: ring back, or set one with hue phrase"
    with pytest.raises(Refused) as short:
        set_phrase(room.founder, "home", "ab, c")
    assert short.value.rule == "a shared phrase has at least 8 letters"


def test_a_force_that_registers_nobody_says_itself_how_it_verified_and_is_not_warned() -> None:
    room = Room()
    work(room.founder, "expedite ward-12 walkout - Jones / 0161 / left\nverify . phrase from the paper list")
    item = next(one for one in room.board.items(room.clock()) if one.kind == "expedite")
    assert item.alerts == ()


def test_a_mismatch_is_settled_by_verifying() -> None:
    before = given(ASKED, NotMatched(Means.PHRASE, ""), on=Expedite)
    assert before.record.not_matched
    assert not before.when(Verify(Means.CALL_BACK, "x", True)).then(Verified(Means.CALL_BACK, "x")).not_matched
    known = Known(partners=frozenset({"ward-12"}))
    assert alerts(before.record, (), START, known) == ["NOT as the partner is registered"]


def test_a_code_and_a_number_belong_to_one_partner_and_one_site() -> None:
    """Two that share one would be rung up, and verified, as each other."""
    desk = Room().desk("4401", Role.VULNERABILITY)
    work(
        desk, "partner mft nhs Manchester hospitals\nsite mft ward-12 Ward 12 / 0161 496 0000\npartner aft nhs Another"
    )
    for line, why in (
        ("site aft WARD-12 Ward 12", "WARD-12 is taken: it names mft or a site of it"),
        ("site aft MFT x", "MFT is taken: it names mft or a site of it"),
        ("partner ward-12 nhs x", "ward-12 is taken: it names mft or a site of it"),
        ("site aft ward-1 Ward 1 / 0161 496 0000", "+441614960000 is the number of ward-12 of mft already"),
        ("site mft ward-1 Ward 1 / 0161 496 0000", "+441614960000 is the number of ward-12 of mft already"),
    ):
        with pytest.raises(Refused) as refused:
            carry_out(desk, line)
        assert str(refused.value) == why
    assert preview(desk, "site mft ward-12 Ward 12, new wing").endswith("- instead of Ward 12, +441614960000")
    work(desk, "site mft ward-12 Ward 12, new wing / 0161 496 0000\nsite mft ward-12 Ward 12, new wing")
    assert desk.board.partners()[1].sites[0].numbers == ()


# Whether it is a matter for police


def test_what_is_no_matter_for_police_rests_on_answers_and_on_the_powers_considered() -> None:
    before = given(ASKED, VERIFIED, *NO_THREAT, on=Expedite)
    before.when(DecideNotPolice("the ward searches", "none under s.136, he left of his own will")).then(
        ThresholdConsidered(
            "not-met",
            ("asked", "rc-life.no", "rc-harm.no", "rc-crime.no", "rc-child.no", "rc-other.yes"),
            "none under s.136, he left of his own will",
        ),
        Decided(Decision.NOT_POLICE, Means.CALL_BACK, "1001", "the ward searches"),
    )
    before.when(DecideNotPolice("the ward searches", "")).then_refused("say which powers were considered, after ' / '")


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((), "(not-known): not answered ('question'): rc-life, rc-harm, rc-crime, rc-child, rc-other"),
        (NO_THREAT[:3], "(not-known): not answered ('question'): rc-child, rc-other"),
        ((*NO_THREAT[:4], NOBODY_ELSE), "(no-other-service, rc-other.no): police go"),
        ((*NO_THREAT, TO_LIFE), "(life, rc-life.yes): police go"),
    ],
)
def test_what_is_not_known_or_meets_the_threshold_is_no_refusal(answers: tuple[Fact[Any], ...], why: str) -> None:
    given(ASKED, VERIFIED, *answers, on=Expedite).when(DecideNotPolice("x", "y")).then_refused(
        f"the threshold is met {why}"
    )


# Disputed

WHO_DISPUTES = "name the person at the partner and why they disagree, as in Sister Jones: he is on insulin"


def test_a_dispute_goes_up_the_ladder_until_another_person_decides_anew() -> None:
    disputed = (
        given(*DECIDED, TOLD, on=Expedite)
        .when(Dispute("Sister Jones", "he is on insulin"))
        .then(Disputed("Sister Jones", "he is on insulin"))
    )
    rungs = [
        Timer(START, EscalateDispute(Role.SERGEANT, START)),
        Timer(START + 15 * MINUTE, EscalateDispute(Role.INSPECTOR, START + 15 * MINUTE)),
    ]
    assert [one for one in timers(disputed, policy(), 0) if isinstance(one.command, EscalateDispute)] == rungs
    assert disputed.answer_by(policy()) == START + 15 * MINUTE
    before = given(*DECIDED, TOLD, Disputed("x", "y"), on=Expedite)
    before.when(Close("")).then_refused("the partner disputes the decision: another person decides anew first")
    before.when(Decide(Decision.ACCEPT, "x"), on_duty(collar="3003")).then_refused(
        "the partner disputes what 3003 decided: another person decides anew"
    )
    anew = before.when(Decide(Decision.ACCEPT, "insulin"), on_duty(collar="6601")).then(
        Decided(Decision.ACCEPT, Means.CALL_BACK, "6601", "insulin")
    )
    left = [one for one in timers(anew, policy(), 0) if isinstance(one.command, EscalateDispute)]
    assert (anew.disputed, anew.stage, left) == (0, Stage.DECIDED, [])


def test_each_rung_is_raised_once_when_it_is_due() -> None:
    before = given(*DECIDED, TOLD, Disputed("x", "y"), on=Expedite)
    rung = EscalateDispute(Role.INSPECTOR, START + 15 * MINUTE, ("6601",))
    before.when(rung, on_duty(now=START + 15 * MINUTE - 1)).then_nothing()
    raised = DisputeEscalated(Role.INSPECTOR, ("6601",), START + 15 * MINUTE)
    record = before.when(rung, on_duty(now=START + 15 * MINUTE)).then(raised)
    assert record.unacknowledged is not None
    given(*DECIDED, TOLD, Disputed("x", "y"), raised, on=Expedite).when(
        rung, on_duty(now=START + 99 * MINUTE)
    ).then_nothing()


def test_whoever_it_went_to_acknowledges_in_their_own_name() -> None:
    raised = DisputeEscalated(Role.SERGEANT, (), START)
    before = given(*DECIDED, TOLD, Disputed("x", "y"), raised, on=Expedite)
    record = before.when(AcknowledgeDispute(Knows("", "reading it")), on_duty(Role.SERGEANT)).then(
        DisputeAcknowledged(Role.SERGEANT, "1001", "reading it")
    )
    assert record.unacknowledged is None
    before.when(AcknowledgeDispute(Knows("", "")), on_duty(Role.HANDLER)).then_refused(
        "it was escalated to the sergeant, and you are none: name which of them you told, here or elsewhere, and how"
    )
    told = DisputeAcknowledged(Role.SERGEANT, "3003", "by radio")
    before.when(AcknowledgeDispute(Knows("3003", "by radio", (Role.SERGEANT,))), on_duty(Role.HANDLER)).then(told)
    before.when(AcknowledgeDispute(Knows("3003", "", (Role.SERGEANT,))), on_duty(Role.HANDLER)).then_refused(
        "say how 3003 was told"
    )
    given(*DECIDED, on=Expedite).when(AcknowledgeDispute(Knows("", ""))).then_refused(
        "no dispute of this expedite waits to be acknowledged"
    )


@pytest.mark.parametrize(
    ("facts", "command", "rule"),
    [
        ((ASKED,), Dispute("x", "y"), "nothing is decided yet that could be disputed"),
        ((*DECIDED, Disputed("x", "y")), Dispute("x", "y"), "the decision is disputed already: another person decides anew"),
        (DECIDED, Dispute("", "y"), WHO_DISPUTES),
        (DECIDED, Dispute("x", ""), WHO_DISPUTES),
        ((*DECIDED, TOLD, Closed("")), Dispute("x", "y"), "the expedite is closed"),
        ((*DECIDED, TOLD), HandBack("", "y"), "name the person at the partner who has them now"),
        ((), ContactAgain(None, "x"), "there is no such expedite"),
        (DECIDED, ContactAgain(None, ""), "say what they say now"),
    ],
)  # fmt: skip
def test_what_comes_after_is_refused_in_the_words_of_the_rule(
    facts: tuple[Fact[Expedite], ...], command: Command[Expedite], rule: str
) -> None:
    given(*facts, on=Expedite).when(command).then_refused(rule)


def test_only_the_watch_raises_a_dispute_and_the_floor_records_one() -> None:
    assert who_may(EscalateDispute(Role.SERGEANT, 0)) == (Role.WATCH,)
    assert set(who_may(AcknowledgeDispute(Knows("", "")))) == set(FIELD) == set(who_may(HandBack("x", "")))
    assert who_may(Dispute("x", "y")) == FLOOR == who_may(ContactAgain(None, "x"))


# Asked anew, handed back


@pytest.mark.parametrize(
    "facts", [DECIDED, (*DECIDED, TOLD), (*DECIDED, TOLD, Closed("")), (*DECIDED, Disputed("x", "y"))]
)
def test_whoever_gets_in_touch_again_is_asked_anew_also_after_the_close(facts: tuple[Fact[Expedite], ...]) -> None:
    again = stream_of(Contact, 1)
    now = START + 30 * MINUTE
    codes = tuple(one.question for one in NO_THREAT)
    record = (
        given(*facts, on=Expedite)
        .when(ContactAgain(again, "he has taken tablets"), on_duty(now=now))
        .then(ContactedAgain(again, codes, "he has taken tablets"))
    )
    had_an_answer = TOLD in facts
    assert (record.stage, record.asked, record.open) == (Stage.ASKED, now if had_an_answer else START, True)
    assert (record.decision, record.means, record.answers) == (None, None, ())
    assert record.disputed == (START if Disputed("x", "y") in facts else 0), (
        "what is disputed is decided by another still"
    )
    assert record.contacts == (again,)
    assert record.answer_by(policy()) == (now if had_an_answer else START) + 15 * MINUTE


def test_the_call_that_asked_last_stands_last_also_where_it_asked_before() -> None:
    one, two = stream_of(Contact, 1), stream_of(Contact, 2)
    again = [ContactedAgain(contact, (), "x") for contact in (one, two, one)]
    assert given(*DECIDED, *again, on=Expedite).record.contacts == (two, one)


def test_the_answers_of_other_sets_stand_when_it_is_asked_anew() -> None:
    named = QuestionAnswered("request", "rq-name", "given", False, "Ann")
    record = given(
        *DECIDED, named, ContactedAgain(None, tuple(one.question for one in NO_THREAT), "x"), on=Expedite
    ).record
    assert [one.question for one in record.answers] == ["rq-name"]


def test_whoever_takes_somebody_back_has_a_name() -> None:
    record = (
        given(*DECIDED, TOLD, on=Expedite)
        .when(HandBack("Sister Jones", "on the ward"))
        .then(HandedBack("Sister Jones", "on the ward"))
    )
    assert record.handed_back


def test_its_incident_is_assessed_anew_and_opened_again_where_it_was_closed() -> None:
    desk = registered(Room())
    work(desk, "expedite ward-12 welfare - Jones / 0161 / not at work")
    named = desk.board.name(desk.named(Expedite.kind) or b"")
    work(desk, f"open {named} welfare not at work\nassess 1 {CALM}")
    for closing in ("", "grade 1 5 calm\ntold 1 nobody comes\nresult 1 advice\nclose 1"):
        work(desk, closing)
        carry_out(desk, f"again {named} - he has taken tablets")
        about = desk.board.record(desk.board.incident_on("2026-11-23", 1) or b"")
        assert isinstance(about, Incident)
        assert about.open
        assert not about.assessment_current
        work(desk, f"assess 1 {CALM}")


CALM = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-advice"


# Forms


FORM = EpisodeBegun("philomena", stream_of(Expedite))
KEPT_S = 86_400


def test_a_form_is_kept_in_a_record_of_its_own_and_its_words_go_a_day_after_the_return() -> None:
    given(on=Episode).when(BeginEpisode("philomena", stream_of(Expedite))).then(FORM)
    gone = START + KEPT_S * NS_PER_S
    ended = given(FORM, on=Episode).when(EndEpisode()).then(EpisodeEnded(gone))
    assert list(timers(ended, policy(), 0)) == [Timer(gone, DisposeOfForm())]
    by = policy().adoption(PackKind.SAFEGUARDING).by
    before = given(FORM, EpisodeEnded(gone), on=Episode)
    before.when(DisposeOfForm(), on_duty(now=gone - 1)).then_nothing()
    erased = before.when(DisposeOfForm(), on_duty(now=gone)).then(Erased(by))
    assert list(timers(erased, policy(), 0)) == []
    given(FORM, EpisodeEnded(gone), Erased(by), on=Episode).when(DisposeOfForm(), on_duty(now=gone)).then_nothing()
    assert not erased.kept


def test_how_they_came_back_stays_in_the_record_and_their_form_goes_nowhere() -> None:
    """An export and whoever reads the incident a year later know that there was an episode, and nothing of the form."""
    desk = Room().desk("4401", Role.VULNERABILITY, Role.HANDLER, Role.SUPERVISOR)
    work(desk, "open - missing she did not come home\nform 1 ph-places the bus station")
    record = desk.board.record(find(desk, "1"))
    assert isinstance(record, Incident)
    (form,) = record.forms
    assert form in replay.story(record)
    assert form not in replay.told_of(record)
    ended, said = desk.opened(carry_out(desk, "found 1 came back by herself, unhurt"))
    assert (ended.stream, ended.name) == (form, "episode.ended")
    assert (said.stream, said.fact) == (record.id, FormEnded(form, "came back by herself, unhurt"))
    given(Opened("missing", False, "1001", None, "x"), on=Incident).when(NoteFormEnded(form, "")).then_refused(
        "say where and by whom they were found, and how they are"
    )


def test_a_form_is_kept_as_long_as_somebody_is_missing() -> None:
    record = given(FORM, later(minutes=60 * 24 * 90), on=Episode).record
    assert (list(timers(record, policy(), 0)), record.kept) == ([], True)


@pytest.mark.parametrize(
    ("facts", "command", "rule"),
    [
        ((), BeginEpisode("request", CALL), "request is no form: ask its questions of the record itself"),
        ((), EndEpisode(), "there is no such form"),
        ((FORM, EpisodeEnded(START)), EndEpisode(), "that they are back is recorded already"),
    ],
)
def test_a_form_is_refused_in_the_words_of_the_rule(
    facts: tuple[Fact[Any], ...], command: Command[Any], rule: str
) -> None:
    given(*facts, on=Episode).when(command).then_refused(rule)


def test_no_form_is_begun_for_what_is_over() -> None:
    given(ASKED, on=Expedite).when(NoteForm("philomena", stream_of(Episode))).then(
        FormBegun("philomena", stream_of(Episode))
    )
    given(*DECIDED, TOLD, Closed(""), on=Expedite).when(NoteForm("philomena", stream_of(Episode))).then_refused(
        "nobody works on this any more, so no form is begun"
    )


def test_the_first_answer_begins_the_form_and_the_others_go_to_it() -> None:
    room = Room()
    desk = registered(room)
    work(desk, "expedite ward-12 missing - Kay / 0161 / she is gone")
    first = carry_out(desk, "form . ph-name Ann, called Midge")
    assert [one.name for one in first] == ["record.form_begun", "episode.begun", "record.question_answered"]
    second = carry_out(desk, "form . ph-photo ../../etc/passwd")
    assert [one.name for one in second] == ["record.question_answered"]
    assert second[0].stream == first[1].stream != first[0].stream
    other = carry_out(desk, "form . he-name Ada")
    assert other[1].stream not in (first[1].stream, first[0].stream)
    assert [one.form for one in room.board.episodes()] == ["philomena", "herbert"]
    ended = carry_out(desk, "found . back at 23:10, unhurt")
    assert [one.name for one in ended] == ["episode.ended"] * 2 + ["record.form_ended"] * 2
    assert rfc3339(room.board.episodes()[0].dispose_by) == "2026-11-24T08:00:00.000000000Z"


def test_the_form_is_read_under_its_own_name_and_never_in_the_log_of_the_expedite() -> None:
    room = Room()
    desk = registered(room)
    work(desk, "expedite ward-12 missing - Kay / 0161 / she is gone\nform . ph-places the bus station")
    asked = desk.named(Expedite.kind)
    assert asked is not None
    assert "bus station" not in repr(desk.door.stream(asked, "test"))
    (kept,) = room.board.episodes()
    assert "bus station" in repr(desk.door.stream(kept.id, "test"))
    assert room.board.name(kept.id).startswith("m")


# Found by those who tried to break it


def test_somebody_named_for_a_site_that_was_taken_off_verifies_nobody() -> None:
    left = (
        given(REGISTERED, SITE, NAMED, on=Partner).when(EndSite("ward-12", "moved")).then(SiteEnded("ward-12", "moved"))
    )
    assert left.people == ()
    desk = registered(Room())
    work(desk, "site mft ward-9 Ward 9 / 0161 496 0009\nunsite mft ward-12 moved")
    work(desk, "expedite ward-9 walkout - Jones / 0161 / left the ward")
    assert carry_out(desk, "verify . call-back 07700900456 A. Jones")[0].name == "expedite.not_matched"


def test_the_number_that_asked_last_is_held_against_the_register() -> None:
    desk = registered(Room())
    work(desk, "ring partner 0161 496 0000\nanswer .\nexpedite ward-12 walkout . Jones / 0161 / left")
    named = desk.board.name(desk.named(Expedite.kind) or b"")
    work(desk, f"verify . number\nring 101 07700 900999\nanswer .\nagain {named} . he has taken tablets")
    assert carry_out(desk, f"verify {named} number")[0].name == "expedite.not_matched"


def test_a_mismatch_after_it_was_verified_asks_to_verify_again() -> None:
    record = (
        given(ASKED, VERIFIED, on=Expedite).when(Verify(Means.PHRASE, "", False)).then(NotMatched(Means.PHRASE, ""))
    )
    assert record.means is None


def test_whoever_gets_in_touch_again_waits_in_nobodys_hands() -> None:
    record = given(*DECIDED, TOLD, Closed(""), ContactedAgain(None, (), "x"), on=Expedite).record
    assert record.owner == "vulnerability"


def test_a_second_dispute_is_raised_anew_and_the_partner_waits_for_an_answer_again() -> None:
    raised = DisputeEscalated(Role.INSPECTOR, (), START + 15 * MINUTE)
    first = (*DECIDED, TOLD, Disputed("x", "y"), later(minutes=20), raised)
    again = given(*first, NOT_POLICE, Told("x", ""), later(minutes=5), Disputed("x", "z"), on=Expedite).record
    assert again.unacknowledged is None
    assert [one.command.to for one in timers(again, policy(), 0) if isinstance(one.command, EscalateDispute)] == [
        Role.SERGEANT,
        Role.INSPECTOR,
    ]
    assert again.answer_by(policy()) == START + (25 + 15) * MINUTE


def test_nothing_is_closed_while_a_form_is_kept_for_whoever_is_missing() -> None:
    desk = registered(Room())
    work(desk, "expedite ward-12 missing - Kay / 0161 / gone\nverify . not-verified x\nform . ph-name Ann")
    work(desk, "decide . accept a child\ntellback . Kay: we look")
    with pytest.raises(Refused) as refused:
        carry_out(desk, "close .")
    assert refused.value.rule == "a form is kept for whoever is missing: say that they are back ('found')"
    work(desk, "found . back\nclose .")


@pytest.mark.parametrize(
    "line",
    ["propose form . ph-name Ann", "propose back 5m form . ph-name Ann", "propose verify . phrase blue heron at dawn"],
)
def test_what_a_form_says_and_a_shared_phrase_are_not_proposed(line: str) -> None:
    desk = registered(Room())
    work(desk, "expedite ward-12 missing - Kay / 0161 / gone")
    with pytest.raises(Refused) as refused:
        carry_out(desk, line)
    assert refused.value.rule.endswith("says stands in one record alone: it is not proposed")


def test_a_contact_that_is_the_incidents_already_reopens_its_assessment_all_the_same() -> None:
    desk = registered(Room())
    work(desk, f"ring 101 0161\nanswer .\nopen . missing x\nassess 1 {CALM}")
    call = desk.board.name(desk.named(Contact.kind) or b"")
    work(desk, "expedite ward-12 walkout - J / 0 / left\nlink . 1")
    work(desk, f"assess 1 {CALM}\nagain . {call} he has taken tablets")
    about = desk.board.record(desk.board.incident_on("2026-11-23", 1) or b"")
    assert isinstance(about, Incident)
    assert not about.assessment_current


def test_a_code_is_the_same_however_it_is_spelt() -> None:
    desk = registered(Room())
    work(desk, "expedite WARD-12 walkout - Jones / 0161 / left")
    assert carry_out(desk, "verify . call-back 0161 496 0000")[0].name == "expedite.verified"
    item = next(one for one in desk.board.items(desk.identity.now()) if one.kind == "expedite")
    assert item.alerts == ()


def test_a_site_is_taken_off_by_its_whole_name() -> None:
    desk = registered(Room())
    with pytest.raises(Refused) as refused:
        carry_out(desk, "unsite mft ward-1 moved")
    assert refused.value.rule == "mft has no site ward-1"


def test_a_partner_who_rings_stands_with_the_partners_on_the_whole_board() -> None:
    desk = registered(Room())
    work(
        desk, "ring 101\nring 101\nexpedite ward-12 walkout - Jones / 0161 / left\nring partner 0161 496 0000\nring 999"
    )
    kinds = [(one.kind, one.queue) for one in desk.board.items(desk.identity.now())]
    assert kinds.index(("contact", "partner")) > max(
        at for at, one in enumerate(kinds) if one == ("contact", "waiting")
    )
    ringing = next(
        one for one in desk.board.items(desk.identity.now()) if one.queue == "partner" and one.kind == "contact"
    )
    assert ringing.risk == 200


def test_a_line_that_is_only_typed_verifies_nobody_and_opens_no_phrase() -> None:
    desk = Room().founder
    work(desk, "grant 1001 vulnerability\npartner mft nhs x\nsite mft ward-12 Ward 12 / 0161 496 0000")
    set_phrase(desk, "mft", "seven green lanterns")
    work(desk, "expedite ward-12 walkout - Sister Jones / 0161 496 0000 / left")
    shown = len(list(desk.log.access.entries()))  # type: ignore[attr-defined]
    desk.door.leave()
    for typed in ("verify . phrase seven green", "verify . phrase seven green lanterns"):
        assert refusal(desk, typed) == ""
    assert len(list(desk.log.access.entries())) == shown  # type: ignore[attr-defined]


def test_a_partner_is_found_by_its_code_where_it_is_erased_or_read() -> None:
    room = Room()
    work(room.founder, "grant 1001 vulnerability\npartner mft nhs Manchester hospitals")
    assert find(room.founder, "MFT", (Kind.EPISODE, Kind.PARTNER)) == partner_stream("mft")
    with pytest.raises(Misread):
        find(room.founder, "aft", (Kind.EPISODE, Kind.PARTNER))
