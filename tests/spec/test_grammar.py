"""One grammar for every way in: verbs, references, choices; what is wrong is marked, and nothing is written by reading."""

from collections.abc import Iterator

import pytest

from hueandcry.domain.duty import Role
from hueandcry.domain.reference import Kind, stream_text
from hueandcry.operator import lines
from hueandcry.operator.desk import Desk
from hueandcry.operator.grammar import LINE_MAX, Line, SlotKind, Verb
from hueandcry.operator.reference import Misread, find
from hueandcry.operator.text import storable
from hueandcry.operator.verbs import READER, VERBS, carry_out, preview
from tests.staging import Stage, work

DAY_S = 86_400
UNCHECKED = "- NOT CHECKED: number, person, address, household, repeat"
RE = (
    "recall",
    "refer",
    "register",
    "release",
    "remark",
    "reopen",
    "research",
    "resolve",
    "result",
    "returned",
    "review",
)
PARTNERS = """
    partner mft nhs Manchester hospitals
    site mft mri-ward-12 Ward 12 / 0161 496 0000
"""
NIGHT = """
    ring 999 07700 900123
    answer .
    open . domestic shouting next door
    assess . situation=now threat=weapon risk=serious investigation=some vulnerability=child engagement=wants-police
    g1 .
    send . AB12
    promise 1 arrival 20m twenty minutes
    promise 1 call-back 2h
    major 1 gate 4 / crush / crowd still coming / by Bell Street / about 40 / ambulance there
    unit AB12 CENTRAL taser.pursuit
    open - theft a silver car
    note 1 she is upstairs
    expedite mri-ward-12 walkout . patient left without medication
    verify . call-back 0161 496 0000 the ward sister
    decide . hold the ward searches first
    form . ph-name Ann
    refer 1 mash child-protection two children / asking would put her at risk
"""


class Night:
    """A desk with a contact, incident 1 and an expedite in hand, two colleagues, and a proposal that waits.

    There are two people, a second incident, a crew on the list, and listed places; incident 1 is declared a major incident.
    """

    def __init__(self) -> None:
        self.stage = Stage()
        self.desk = self.stage.desk("3001")
        work(self.stage.desk("2211", Role.HANDLER), "ring 101 07700 900555")
        self.stage.desk("3305", Role.HANDLER)
        self.stage.list_places(*(f"{number} Mill Lane" for number in range(1, 42)))
        registered = [carry_out(self.desk, f"person {name}")[0] for name in ("Siobhan Kelly", "Sean Kelly")]
        self.people = [self.desk.board.name(one.stream) for one in registered]
        work(self.stage.founder, PARTNERS)
        work(self.desk, NIGHT)
        work(self.desk, "propose g3 1 he has been arrested")

    def name(self, kind: Kind) -> str:
        stream = self.desk.named(kind)
        assert stream is not None
        return self.desk.board.name(stream, self.stage.clock())

    @property
    def proposal(self) -> str:
        member = self.desk.board.member("3001")
        assert member is not None
        return f"p{member.proposals[0].tail}"

    def example(self, verb: Verb) -> str:
        """Return a verb's example with the names of what is really here, without the `propose` of what nobody does alone."""
        named = {"57": "1", "61": "2", "c4f7q": self.name(Kind.CONTACT), "p4k2m": self.proposal}
        named |= {"n4f7q": self.people[0], "n9ab2": self.people[1]}
        words = verb.example.removeprefix("propose ").split(" ")
        return " ".join(named.get(word, word) for word in words)


@pytest.fixture(scope="module")
def night() -> Night:
    return Night()


def misread(desk: Desk, text: str) -> tuple[str, str]:
    """Return why a text cannot be read, and the word that is marked."""
    before = desk.log.tip()
    with pytest.raises(Misread) as found:
        READER.read(text, desk)
    assert desk.log.tip() == before
    return found.value.why, text[found.value.start : found.value.end]


def read(desk: Desk, text: str) -> Line:
    return READER.read(text, desk)


# The table


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_the_example_of_every_verb_reads_as_that_verb_and_leads_to_acts(verb: Verb, night: Night) -> None:
    line = read(night.desk, night.example(verb))
    assert line.verb is verb
    assert line.verb.acts(night.desk, line)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_goes_by_its_long_and_its_short_name_in_any_case(verb: Verb, night: Night) -> None:
    rest = night.example(verb).partition(" ")[2]
    graded = "1 1 knife seen" if verb.name == "grade" else rest
    for name in (verb.name, verb.short, verb.name.upper(), verb.short.title()):
        assert read(night.desk, f"{name} {graded}").verb is verb


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_says_in_words_what_enter_will_do_and_writes_nothing(verb: Verb, night: Night) -> None:
    before = night.desk.log.tip()
    said = preview(night.desk, night.example(verb))
    assert said[0].isupper()
    assert not set("{}") & set(said)
    assert "None" not in said
    assert "  " not in said
    assert night.desk.log.tip() == before


@pytest.mark.parametrize("verb", [one for one in VERBS if one.name != "propose"], ids=lambda verb: verb.name)
def test_a_line_written_out_means_the_same_to_another_person_later(verb: Verb, night: Night) -> None:
    """What is proposed is kept with whole stream ids: `.` and `1` are somebody's, today's."""
    line = read(night.desk, night.example(verb))
    other = night.stage.founder
    again = read(other, line.canonical(night.desk))
    assert (again.verb, again.says(other)) == (line.verb, line.says(night.desk))


def test_an_example_that_begins_with_propose_proposes_that_verb(night: Night) -> None:
    """What nobody does alone is shown as it is typed."""
    proposed = [verb for verb in VERBS if verb.example.startswith("propose ")]
    assert [verb.name for verb in proposed] == ["erase"]
    for verb in proposed:
        line = read(night.desk, f"propose {night.example(verb)}")
        assert line.verb.name == "propose"
        assert line["line"].verb is verb


def test_no_two_verbs_share_a_name() -> None:
    names = [name for verb in VERBS for name in {verb.name, verb.short}]
    assert len(names) == len(set(names))


def test_every_verb_takes_the_words_that_are_left_last() -> None:
    for verb in VERBS:
        kinds = [slot.kind for slot in verb.slots]
        assert not {SlotKind.WORDS, SlotKind.LINE} & set(kinds[:-1])
        assert "{" in verb.does or not verb.slots


def test_the_help_shows_what_may_be_left_out(night: Night) -> None:
    shown = {verb.name: verb.usage() for verb in VERBS}
    assert shown["ring"] == "ring CHANNEL [number]"
    assert shown["note"] == "note ITEM words"
    assert shown["own"] == "own INCIDENT [COLLAR]"


# Verbs


@pytest.mark.parametrize(("text", "verb"), [("ans .", "answer"), ("verif . phrase", "verify"), ("RIN 999", "ring")])
def test_a_verb_may_be_begun_and_left_where_only_one_begins_so(text: str, verb: str, night: Night) -> None:
    assert read(night.desk, text).verb.name == verb


def test_a_beginning_of_several_verbs_names_them_all(night: Night) -> None:
    why, word = misread(night.desk, "re 1 advice")
    assert why == f"there is no verb 're'; did you mean {' or '.join(RE)}?"
    assert word == "re"


def test_a_short_name_is_that_verb_though_longer_ones_begin_so(night: Night) -> None:
    assert [read(night.desk, text).verb.name for text in ("a .", "as 1", "at 1")] == ["answer", "assess", "arrive"]


@pytest.mark.parametrize("text", ["", "   ", "\t"])
def test_an_empty_line_is_asked_what_to_do(text: str, night: Night) -> None:
    assert misread(night.desk, text)[0] == "say what to do; 'help' lists the verbs"


def test_a_grade_may_stand_in_its_verb(night: Night) -> None:
    short, long = read(night.desk, "g2 1 knife seen"), read(night.desk, "grade 1 2 knife seen")
    assert (short.verb, short.values) == (long.verb, long.values)
    assert (short["grade"], short["reason"]) == ("2", "knife seen")


# What is wrong is marked


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("sing 1", "sing"),
        ("  sing 1", "sing"),
        ("g9 1 knife", "9"),
        ("g1 99 knife", "99"),
        ("g1   99   knife", "99"),
        ("grade 1 9 knife", "9"),
        ("ring pigeon 07700", "pigeon"),
        ("triage . threat sword", "sword"),
        ("triage . weather wet", "weather"),
        ("note c9999 words", "c9999"),
        ("note e9999 words", "e9999"),
        ("note x9999 words", "x9999"),
        ("g1 1 of 1/1 knife", "1 of 1/1"),
        ("g1 1 of 31/02 knife", "1 of 31/02"),
        ("fix 1 four it was 12", "four"),
        ("fix 1 -4 it was 12", "-4"),
        ("fix 1 1234567890 it was 12", "1234567890"),
        ("locate . Mill_Lane! 12", "Mill_Lane!"),
        ("send 1 AB12 now please", "now please"),
        ("off duty", "duty"),
        ("own 1 9999", "9999"),
        ("propose g9 1 knife", "9"),
        ("propose g1 99 knife", "99"),
        ("propose propose sing", "sing"),
        ("approve pzzzz", "pzzzz"),
        ("gr 2211 wizard", "wizard"),
    ],
)
def test_an_error_marks_the_word_it_is_about(text: str, word: str, night: Night) -> None:
    assert misread(night.desk, text)[1] == word


@pytest.mark.parametrize(
    ("text", "slot"),
    [("answer", "contact"), ("ring", "channel"), ("note .", "words"), ("fix 1", "fact"), ("propose", "line")],
)
def test_what_is_missing_is_named_and_marked_at_the_end(text: str, slot: str, night: Night) -> None:
    with pytest.raises(Misread, match=f"{slot} is missing at the end") as found:
        read(night.desk, text)
    assert (found.value.start, found.value.end) == (len(text), len(text))


def test_the_marked_word_is_shown_where_it_stands_also_behind_bytes_that_are_no_text(night: Night) -> None:
    """A broken terminal sends lone surrogates; they are kept by their number, and the mark stays on its word."""
    for text, shown in (
        ("g1 99 knife", "[g1 >>99<< knife]"),
        ("ring pigeon \udcff", "[ring >>pigeon<< <U+DCFF>]"),
        ("g1 \udcff\udcff knife", "[g1 >><U+DCFF><U+DCFF><< knife]"),
        ("\udcff 1", "[>><U+DCFF><< 1]"),
        ("send 1 \x1b[2J x", "[send 1 >>␛[2J<< x]"),
    ):
        with pytest.raises(Misread) as found:
            lines.work(night.desk, text)
        assert str(found.value).endswith(shown)


# Choices


def test_a_choice_may_be_begun_and_left_where_only_one_begins_so(night: Night) -> None:
    line = read(night.desk, "t . Thr WEAP a kitchen knife")
    assert (line["element"], line["answer"], line["detail"]) == ("threat", "weapon", "a kitchen knife")


def test_a_beginning_of_several_choices_names_them_all(night: Night) -> None:
    why, word = misread(night.desk, "open . asb noise")
    assert why == "category 'asb' may be asb-personal or asb-nuisance or asb-environment"
    assert word == "asb"
    assert read(night.desk, "open . asb-p noise")["category"] == "asb-personal"


def test_of_many_choices_some_are_listed_and_the_rest_counted(night: Night) -> None:
    for number in range(40):
        work(night.desk, f"unit X{number:02} CENTRAL")
    why, _ = misread(night.desk, "status NOBODY available")
    assert why.startswith("there is no callsign 'NOBODY'; it is one of ")
    assert why.count(",") == 16
    assert why.endswith(" and 25 others, which Tab offers")


def test_an_unknown_choice_names_what_there_is(night: Night) -> None:
    assert misread(night.desk, "ring pigeon")[0] == (
        "there is no channel 'pigeon'; it is one of 999, 101, chat, online, social, partner, ivr"
    )


def test_the_answers_on_offer_are_those_of_the_element(night: Night) -> None:
    assert read(night.desk, "t . vuln child")["answer"] == "child"
    assert misread(night.desk, "t . threat child")[1] == "child"


# References


def test_the_item_in_hand_is_the_last_of_its_kind_that_this_session_acted_on(night: Night) -> None:
    for text, kind in (("a .", Kind.CONTACT), ("g2 . x", Kind.INCIDENT), ("v . phrase", Kind.EXPEDITE)):
        line = read(night.desk, text)
        assert line[line.verb.slots[0].name] == night.desk.named(kind)
    why, word = misread(night.stage.founder, "answer .")
    assert (why, word) == ("this session has no contact in hand", ".")


def test_a_contact_and_an_expedite_go_by_their_letter_and_tail_however_typed(night: Night) -> None:
    for kind in (Kind.CONTACT, Kind.EXPEDITE):
        name = night.name(kind)
        for text in (name, name.upper(), name[0] + name[1:].replace("0", "o").replace("1", "l"), name[0] + name[-3:]):
            assert read(night.desk, f"note {text} words")["item"] == night.desk.named(kind)


def test_any_item_goes_by_its_whole_stream_id(night: Night) -> None:
    stream = night.desk.named(Kind.INCIDENT)
    assert stream is not None
    assert read(night.desk, f"g2 {stream_text(stream)} x")["incident"] == stream
    assert misread(night.desk, f"answer {stream_text(stream)}")[1] == stream_text(stream)
    unknown = stream_text(bytes(reversed(stream)))
    assert misread(night.desk, f"note {unknown} words") == (
        f"there is no contact or incident or expedite or referral {unknown}",
        unknown,
    )


def test_an_optional_reference_is_left_out_with_a_dash(night: Night) -> None:
    assert read(night.desk, "open - burglary own motion")["from"] is None
    assert misread(night.desk, "answer -")[1] == "-"


class Week:
    """A desk with incidents of yesterday, 1 to 12, and of today, 1 and 2."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.desk = self.stage.desk("3001")
        work(self.desk, "open - burglary x\n" * 12)
        self.stage.pass_time(DAY_S)
        work(self.desk, "open - burglary y\n" * 2)

    def found(self, text: str) -> str:
        stream = read(self.desk, f"note {text} words")["item"]
        return self.desk.board.name(stream, self.stage.clock())


@pytest.fixture(scope="module")
def week() -> Week:
    return Week()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1", "1"),
        ("2", "2"),
        ("1 of 23/11", "1 of 23/11"),
        ("2 of 23/11/2026", "2 of 23/11"),
        ("12 of 2026-11-23", "12 of 23/11"),
        ("2 of 24/11", "2"),
        ("7", "7 of 23/11"),
        ("12", "12 of 23/11"),
        ("0", "10 of 23/11"),
    ],
)
def test_a_number_is_todays_or_the_one_open_number_that_ends_so_or_that_of_a_day(
    text: str, name: str, week: Week
) -> None:
    assert week.found(text) == name


def test_a_number_that_several_open_incidents_end_with_names_them(week: Week) -> None:
    stage = Stage()
    desk = stage.desk("3001")
    work(desk, "open - burglary x\n" * 12)
    stage.pass_time(DAY_S)
    assert misread(desk, "note 2 words") == ("2 may be 2 of 23/11 or 12 of 23/11", "2")
    assert misread(desk, "note 13 words") == ("there is no incident 13", "13")
    assert misread(desk, "note 13 of 23/11 words") == ("there is no incident 13 of 23/11", "13 of 23/11")
    assert misread(desk, "note 0 of 23/11 words")[0] == "there is no incident 0 of 23/11"


def test_of_many_incidents_that_a_number_may_mean_a_few_are_named_and_the_rest_counted() -> None:
    stage = Stage()
    desk = stage.desk("3001")
    work(desk, "open - burglary x\n" * 71)
    stage.pass_time(DAY_S)
    why = "1 may be 1 of 23/11 or 11 of 23/11 or 21 of 23/11 or 31 of 23/11 or 41 of 23/11 or 51 of 23/11 or 2 others"
    assert misread(desk, "note 1 words") == (why, "1")


def test_a_day_of_next_month_means_that_day_of_last_year(week: Week) -> None:
    assert misread(week.desk, "note 1 of 24/12 words")[0] == "there is no incident 1 of 24/12"


def test_words_that_begin_with_of_are_words_unless_a_day_follows(week: Week) -> None:
    assert read(week.desk, "note 1 of interest to the inquiry")["words"] == "of interest to the inquiry"
    assert read(week.desk, "note 1 of")["words"] == "of"
    assert read(week.desk, "note 1 of 23/11 of interest")["words"] == "of interest"


def test_history_has_numbers_of_its_own(week: Week) -> None:
    assert misread(week.desk, "note h1 of 23/11 words") == ("there is no incident h1 of 23/11", "h1 of 23/11")
    assert misread(week.desk, "note h1 words") == ("there is no incident h1", "h1")


def test_a_tail_of_several_contacts_names_longer_tails_that_tell_them_apart() -> None:
    desk = Stage().desk("3001")
    work(desk, "ring 101\n" * 70)
    tails = [desk.board.name(one.id)[-1] for one in desk.board.open()]
    doubled = next(one for one in sorted(tails) if tails.count(one) in (2, 3))
    why, word = misread(desk, f"note c{doubled} words")
    assert why.startswith(f"'c{doubled}' names {tails.count(doubled)} of them: ")
    assert word == f"c{doubled}"
    longer = why.partition(": ")[2].split(" or ")
    found = {read(desk, f"note {one} words")["item"] for one in longer}
    assert len(found) == len(longer) == tails.count(doubled)


def test_a_closed_contact_still_goes_by_its_tail(night: Night) -> None:
    desk = night.stage.desk("3002")
    work(desk, "ring 101\nanswer .\ntransfer . ambulance chest pain\nclose .")
    closed = desk.named(Kind.CONTACT)
    assert closed is not None
    assert desk.board.record(closed) not in desk.board.open()
    assert read(desk, f"note {desk.board.name(closed)} late")["item"] == closed


# What Enter will do


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ring 999 07700 900123", "Record a contact on 999 from 07700 900123"),
        ("g2 1 knife seen", f"Grade incident 1 domestic as 2: knife seen {UNCHECKED}"),
        ("g2 .", f"Grade incident 1 domestic as 2 {UNCHECKED}"),
        ("p g3 1 arrested", "Put before a second person: Grade incident 1 domestic as 3: arrested"),
        ("own 1 2211", "Give incident 1 domestic to 2211"),
        ("send 1 AB12", "Send AB12 to incident 1 domestic"),
        ("hand 1 3305 her sister rings", "Hand 1 domestic over to 3305: her sister rings"),
        ("hr 3305", "Hand everything that is neither vulnerable nor overdue over to 3305, in bulk"),
        ("adv 1 evidence not to wash", "Record advice on evidence for 1 domestic: not to wash"),
        ("sn 1", "Record that what others wrote about 1 domestic was read"),
        ("off", "Sign off"),
    ],
)
def test_the_preview_names_the_item_and_what_will_be_done(text: str, said: str, night: Night) -> None:
    assert preview(night.desk, text) == said


def test_a_preview_is_a_whole_sentence_also_where_a_word_is_left_out(night: Night) -> None:
    """Who presses Enter on `own 1` must see who will have it."""
    assert preview(night.desk, "own 1").endswith(" to 3001")
    assert not preview(night.desk, "ring 999").endswith(" from")
    assert "from :" not in preview(night.desk, "open - burglary own motion")
    assert "contact )" not in preview(night.desk, "expedite ward walkout - he is gone")


def test_the_preview_of_hostile_words_does_not_fill_in_what_is_not_its_own(night: Night) -> None:
    assert preview(night.desk, "note 1 {item} %s {0.__class__}").endswith("{item} %s {0.__class__}")


def test_reading_writes_nothing_though_it_means_something_new(night: Night) -> None:
    before, hand = night.desk.log.tip(), dict(night.desk.board.in_hand)
    for _ in range(3):
        preview(night.desk, "ring 999")
        preview(night.desk, "open - burglary x")
    assert night.desk.log.tip() == before
    assert dict(night.desk.board.in_hand) == hand


# Completion


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("regi", ["register "]),
        ("re", [f"{verb} " for verb in RE]),
        ("gra", ["grade ", "grant "]),
        ("d", ["decide ", "decline ", "desk ", "detail ", "dispute ", "done ", "send "]),
        ("sing", []),
        ("ring 9", ["ring 999 "]),
        ("ring ", [f"ring {one} " for one in ("999", "101", "chat", "online", "social", "partner", "ivr")]),
        ("open . dom", ["open . domestic "]),
        ("t . threat w", ["t . threat weapon "]),
        ("t . threat weapon ", []),
        ("grant 2211 sup", ["grant 2211 supervisor "]),
        ("note 1 any", []),
        ("sing 1", []),
        ("g1 ", ["g1 1 ", "g1 2 "]),
        ("h 1 33", ["h 1 3305 "]),
        ("hr di", ["hr dispatcher "]),
        ("h 1 h", ["h 1 handler "]),
        ("int 1 ", [f"int 1 {risk} " for risk in ("low", "medium", "high")]),
        ("adv 1 ", [f"adv 1 {one} " for one in ("get-safe", "evidence", "prevention", "ring-again", "no-attendance")]),
        ("grade 1 ", [f"grade 1 {grade} " for grade in "12345"]),
    ],
)
def test_completion_offers_whole_lines_that_the_text_may_become(text: str, offered: list[str], night: Night) -> None:
    assert READER.complete(text, night.desk) == offered


def test_every_offered_line_begins_with_what_was_typed_and_goes_on_to_read(night: Night) -> None:
    for text, rest in (("as ", ""), ("tb ", "Sister Jones"), ("de . ", "why"), ("ow 1 ", ""), ("approve ", "")):
        offered = READER.complete(text, night.desk)
        assert offered
        for one in offered:
            assert one.startswith(text)
            assert read(night.desk, one + rest)


def test_completion_goes_on_behind_a_number_with_its_day(week: Week) -> None:
    assert READER.complete("grade 1 of 23/11 ", week.desk) == [f"grade 1 of 23/11 {grade} " for grade in "12345"]


def test_completion_knows_an_element_by_its_beginning(night: Night) -> None:
    assert READER.complete("t . thr wea", night.desk) == ["t . thr weapon "]


# Odd texts


def test_a_lone_surrogate_is_stored_by_its_number_and_the_rest_as_it_is() -> None:
    assert storable("caf\udce9") == "caf<U+DCE9>"
    assert storable("\ud800\udfff") == "<U+D800><U+DFFF>"
    assert storable("Łódź 😀 \x1b\x00") == "Łódź 😀 \x1b\x00"
    assert storable("plain") == "plain"


def test_what_a_broken_terminal_sent_is_recorded_and_not_lost(night: Night) -> None:
    (entry,) = night.desk.opened(carry_out(night.desk, "note 1 caf\udce9"))
    assert getattr(entry.fact, "words", None) == "caf<U+DCE9>"


@pytest.fixture
def tip(night: Night) -> Iterator[None]:
    before = night.desk.log.tip()
    yield
    assert night.desk.log.tip() == before


@pytest.mark.usefixtures("tip")
def test_a_line_may_be_long_but_not_endless(night: Night) -> None:
    just = "note 1 " + "x" * (LINE_MAX - 7)
    assert len(read(night.desk, just)["words"]) == LINE_MAX - 7
    why, word = misread(night.desk, just + "yz")
    assert why == f"a line has at most {LINE_MAX} letters; this one has {LINE_MAX + 2}"
    assert word == "yz"
    misread(night.desk, "x " * 1_000_000)


def test_words_keep_their_blanks_and_lose_only_those_at_the_end(night: Night) -> None:
    assert read(night.desk, "note  1   two   words  ")["words"] == "two   words"


def test_a_colon_or_a_slash_in_words_is_left_to_the_verb(night: Night) -> None:
    (entry,) = night.desk.opened(carry_out(night.desk, "e ward-1 walkout - Jones / 0161 / gone / again"))
    asked = entry.fact
    assert (getattr(asked, "asker", ""), getattr(asked, "call_back", "")) == ("Jones", "0161")
    assert getattr(asked, "request", "") == "gone / again"


def test_a_contact_that_has_no_incident_yet_does_not_mean_that_of_another_call() -> None:
    """`.` for an incident was the one of the call before, while another call was on the screen."""
    desk = Stage().desk("2211", *(role for role in Role if role is not Role.WATCH))
    work(desk, "ring 999 07700900123\nanswer .\nopen . domestic\nring 999 07700900124\nanswer .")
    with pytest.raises(Misread, match=r"the contact in hand, c[0-9a-z]+, has no incident yet"):
        carry_out(desk, "change . he is back")
    work(desk, "open . theft\nchange . he is back")
    assert desk.named(Kind.INCIDENT) == find(desk, "2")
