"""Standing questions: each shape of rule rings when its words say and not otherwise; those of the product; what is refused.

Source: letter, area 1; the findings behind each question stand in domain/packs/standing-2026.toml. Each rule of
domain/standing.py, asking.py, idle.py and ringing.py.
"""

import ast
import inspect
import textwrap
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hueandcry.domain import ringing
from hueandcry.domain.adoption import Adopt
from hueandcry.domain.asking import Asker, Fallen, Ring, ask
from hueandcry.domain.contact import Answered, Channel, Closed, Contact, Linked, Rang, Stage, Transferred
from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.escalation import Escalate
from hueandcry.domain.expedite import Asked, Expedite
from hueandcry.domain.fact import Entry, Fact, Record, fold
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assessed
from hueandcry.domain.idle import QUEUES_OF, check_standing, idle
from hueandcry.domain.incident import Incident
from hueandcry.domain.link import Absorbed
from hueandcry.domain.logbook import Noted
from hueandcry.domain.pack import PackKind
from hueandcry.domain.packreader import new_pack
from hueandcry.domain.policy import POLICY_STREAM, Adopted, Policy, digest_of
from hueandcry.domain.promise import Kept
from hueandcry.domain.recall import Abandoned
from hueandcry.domain.reference import Kind, kind_of, stream_text
from hueandcry.domain.referral import Referral, Sent
from hueandcry.domain.ringing import HeedRing, QuestionRang, RingHeeded, RingQuestion, RingVolume, VolumeFell
from hueandcry.domain.standing import Follows, Precedes, Question, Silence, StandingPack, Step, Volume
from hueandcry.domain.worked import Promising, Worked
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from hueandcry.store.records import blank
from tests.spec.harness import START, Later, commands_in, entry, given, later, on_duty, pack, policy, stream_of, who_may
from tests.staging import S, work
from tests.staging import Stage as Room

CALL = stream_of(Contact)
RANG, ANSWERED, LOST = Rang(Channel.EMERGENCY, "07700 900001"), Answered("1001"), Abandoned(Stage.RINGING)
CLOSED, NOTED, GONE, CHAT = Closed(""), Noted("still there"), Transferred("fire", ""), Rang(Channel.CHAT, "")
BY_THE_WATCH = QuestionRang("another", 1, START)
EXPEDITED = Asked("ward", "walkout", None, "", "", "gone")
SHIPPED_TEXT = pack("standing-2026")
SHIPPED = new_pack(SHIPPED_TEXT)
assert isinstance(SHIPPED, StandingPack)
Told = Fact[Any] | Later
SAID: dict[str, Any] = {"code": "asked", "asks": "Did it?", "source": "made for this test"}


def of(*questions: Question) -> StandingPack:
    """Return a pack of questions."""
    return StandingPack(pack="made", kind="standing", title="", source="", verified="no", question=questions)


def told(*facts: Told, on: type[Worked] = Contact, noise: int = 0) -> list[Entry]:
    """Return facts as the journal gives them back, each at its moment, those of the watch in its name."""
    found, moment = list[Entry](), START
    for one in facts:
        if isinstance(one, Later):
            moment += one
            continue
        role = Role.WATCH if one is BY_THE_WATCH else Role.HANDLER
        found.append(entry(stream_of(on, noise), len(found) + 1, one, at=moment, role=role))
    return found


def after(minutes: int) -> Later:
    return later(minutes=minutes)


A_MOMENT = Later(1)
RUNG_BACK = Follows(**SAID, when=Step("contact.abandoned"), within_s=600, unless=(Step("contact.answered"),))
EITHER = replace(RUNG_BACK, unless=(Step("contact.answered"), Step("contact.closed")))
LOST_RINGING = replace(RUNG_BACK, when=Step("contact.abandoned", {"before": ("ringing", "none")}))
BY_1001 = (Step("contact.answered", {"handler": ("1001",)}),)
NOTED_LOST = replace(RUNG_BACK, when=Step("record.noted"), while_={"stage": ("abandoned",)})
WHILE_LOST = replace(RUNG_BACK, while_={"stage": ("abandoned",)})
NEVER_TOLD = Follows(**SAID, when=Step("expedite.asked"), within_s=60, unless=(Step("expedite.told"),))
OF_NOBODY = replace(NEVER_TOLD, when=Step("expedite.asked", {"contact": ("none",)}))
KEPT = replace(NEVER_TOLD, when=Step("record.promise_kept", {"late": ("yes",)}))
ANSWERED_FIRST = Precedes(**SAID, when=Step("contact.closed"), unless=(Step("contact.answered"),))
SINCE_LOST = replace(ANSWERED_FIRST, since=(Step("contact.abandoned", {"before": ("ringing",)}),))
OF_999 = replace(ANSWERED_FIRST, while_={"channel": ("999",), "stage": ("closed",)})
UNTOUCHED = Silence(**SAID, of="contact", longer_than_s=600)
WAITING = replace(UNTOUCHED, while_={"queue": ("waiting",)})

# When each shape of rule rings about a record: in seconds from START, and by the fact of which number.
# fmt: off
SHAPES: list[tuple[str, Question, tuple[Told, ...], list[tuple[int, int]]]] = [
    # After a fact, another must follow within a time
    ("it rings when the time has run out, by the fact that set it", RUNG_BACK, (RANG, after(5), LOST), [(900, 2)]),
    ("also where something else was done meanwhile", RUNG_BACK, (RANG, after(5), LOST, after(3), NOTED), [(900, 2)]),
    ("what follows at once does", RUNG_BACK, (RANG, LOST, ANSWERED), []),
    ("what follows in time does", RUNG_BACK, (RANG, LOST, after(3), ANSWERED), []),
    ("what follows in the very moment at which it is due is in time", RUNG_BACK, (RANG, LOST, after(10), ANSWERED), []),
    ("what follows a moment later is late", RUNG_BACK, (RANG, LOST, after(10), A_MOMENT, ANSWERED), [(600, 2)]),
    ("what nothing has set does not ring", RUNG_BACK, (RANG, ANSWERED, after(60), CLOSED), []),
    ("what came before does not count as following", RUNG_BACK, (RANG, ANSWERED, LOST), [(600, 3)]),
    ("any of what is named may follow", EITHER, (RANG, LOST, CLOSED), []),
    ("nothing else may", EITHER, (RANG, LOST, NOTED), [(600, 2)]),
    ("each fact that sets it rings by itself", RUNG_BACK, (RANG, LOST, after(4), LOST), [(600, 2), (840, 3)]),
    ("one that follows does for all", RUNG_BACK, (RANG, LOST, after(4), LOST, after(3), ANSWERED), []),
    ("but for what was late already", RUNG_BACK, (RANG, LOST, after(4), LOST, after(8), ANSWERED), [(600, 2)]),
    ("a fact with one of the values sets it", LOST_RINGING, (RANG, LOST), [(600, 2)]),
    ("a fact with another value does not", LOST_RINGING, (RANG, ANSWERED, Abandoned(Stage.ANSWERED)), []),
    ("a fact with one of the values follows", replace(RUNG_BACK, unless=BY_1001), (RANG, LOST, ANSWERED), []),
    ("one with another does not", replace(RUNG_BACK, unless=BY_1001), (RANG, LOST, Answered("2002")), [(600, 2)]),
    ("nothing is written as none", OF_NOBODY, (EXPEDITED,), [(60, 1)]),
    ("what is somebody's is not none", OF_NOBODY, (replace(EXPEDITED, contact=CALL),), []),
    ("what is so is written as yes", KEPT, (RANG, Kept(1, Promising.CALL_BACK, True, "")), [(60, 2)]),
    ("what is not so is not yes", KEPT, (RANG, Kept(1, Promising.CALL_BACK, False, "")), []),
    ("it rings where the record is like that all the time", WHILE_LOST, (RANG, LOST), [(600, 2)]),
    ("not where it is not from the start", replace(WHILE_LOST, while_={"stage": ("ringing",)}), (RANG, LOST), []),
    ("not where it is not any more before the time is out", WHILE_LOST, (RANG, LOST, after(9), GONE), []),
    ("nor in the moment at which it is due", WHILE_LOST, (RANG, LOST, after(10), GONE), []),
    ("but where it is so until then", WHILE_LOST, (RANG, LOST, after(10), A_MOMENT, GONE), [(600, 2)]),
    ("nor where it comes back to that", WHILE_LOST, (RANG, LOST, after(1), GONE, after(1), LOST), [(720, 4)]),
    ("a fact that any record may have sets it there", NOTED_LOST, (RANG, LOST, NOTED), [(600, 3)]),
    ("but where the record is not like that", NOTED_LOST, (RANG, NOTED), []),
    ("a closed record still has to have it follow", RUNG_BACK, (RANG, LOST, after(1), CLOSED), [(600, 2)]),
    # Before a fact, another must have come
    ("what did not precede rings at once, by what it should have", ANSWERED_FIRST, (RANG, LOST, after(7), CLOSED), [(420, 3)]),
    ("what preceded does, however long ago", ANSWERED_FIRST, (RANG, ANSWERED, after(900), LOST, CLOSED), []),
    ("what preceded with another value does not", replace(ANSWERED_FIRST, unless=BY_1001), (RANG, Answered("2"), CLOSED), [(0, 3)]),
    ("what comes afterwards precedes only what comes then", ANSWERED_FIRST, (RANG, CLOSED, ANSWERED, CLOSED), [(0, 2)]),
    ("what came before the last of since does not count", SINCE_LOST, (RANG, ANSWERED, LOST, CLOSED), [(0, 4)]),
    ("what came after it does", SINCE_LOST, (RANG, LOST, ANSWERED, CLOSED), []),
    ("the last of since counts and not the first", SINCE_LOST, (RANG, LOST, ANSWERED, LOST, CLOSED), [(0, 5)]),
    ("where nothing of since came everything counts", SINCE_LOST, (RANG, ANSWERED, Abandoned(Stage.ANSWERED), CLOSED), []),
    ("it is asked of a record that is then as it says", OF_999, (RANG, CLOSED), [(0, 2)]),
    ("and not of another", OF_999, (CHAT, CLOSED), []),
    # A record must not lie untouched
    ("what lies untouched rings once, by the last fact of a person", UNTOUCHED, (RANG, after(5), ANSWERED), [(900, 2)]),
    ("a silence that comes again rings again", UNTOUCHED, (RANG, after(15), NOTED), [(600, 1), (1500, 2)]),
    ("what is done when it is due ends it", UNTOUCHED, (RANG, after(10), NOTED, after(10), CLOSED), []),
    ("what is done a moment later does not", UNTOUCHED, (RANG, after(10), A_MOMENT, CLOSED), [(600, 1)]),
    ("facts by the watch do not end a silence", UNTOUCHED, (RANG, after(9), BY_THE_WATCH, after(9), BY_THE_WATCH), [(600, 1)]),
    ("nor do they begin one", UNTOUCHED, (RANG, after(11), BY_THE_WATCH, after(30), BY_THE_WATCH), [(600, 1)]),
    ("nobody has to do anything about what is closed", UNTOUCHED, (RANG, after(1), CLOSED, NOTED), []),
    ("it counts while the record is like that", WAITING, (RANG,), [(600, 1)]),
    ("and not where it is not any more", WAITING, (RANG, after(1), ANSWERED), []),
    ("and from where it is again", WAITING, (RANG, after(1), ANSWERED, after(1), RANG), [(720, 3)]),
    ("it concerns the kind that it names", replace(UNTOUCHED, of="incident"), (RANG,), []),
    ("and every kind can be named", replace(UNTOUCHED, of="expedite"), (EXPEDITED,), [(600, 1)]),
]
# fmt: on


@pytest.mark.parametrize(("question", "facts", "rang"), [one[1:] for one in SHAPES], ids=[one[0] for one in SHAPES])
def test_a_rule_rings_exactly_when_its_words_say(
    question: Question, facts: tuple[Told, ...], rang: list[tuple[int, int]]
) -> None:
    heard = told(*facts, on=Expedite if isinstance(facts[0], Asked) else Contact)
    found = ask(of(question), heard, blank, START + 86_400 * S)
    assert [(one.at, one.number) for one in found.rang] == [(START + at * S, number) for at, number in rang]


@pytest.mark.parametrize("question", [RUNG_BACK, UNTOUCHED], ids=["follows", "silence"])
def test_nothing_rings_in_the_moment_at_which_its_time_runs_out_but_in_the_next(question: Question) -> None:
    heard = told(RANG, LOST)
    assert ask(of(question), heard, blank, START + 600 * S).rang == []
    assert ask(of(question), heard, blank, START + 600 * S + 1).rang == [Ring(START + 600 * S, "asked", CALL, 2)]


def test_what_is_done_about_another_record_does_not_count() -> None:
    heard = [*told(RANG, ANSWERED, noise=1), *told(RANG, LOST, CLOSED), *told(after(1), RANG, ANSWERED, noise=2)]
    questions = (replace(ANSWERED_FIRST, code="before"), RUNG_BACK)
    found = ask(of(*questions), heard, blank, START + 3600 * S)
    assert found.rang == [Ring(START, "before", CALL, 3), Ring(START + 600 * S, "asked", CALL, 2)]
    assert found.asked == {"before": 1, "asked": 1}


def test_a_closed_record_is_not_forgotten_while_a_clock_runs_on_it_and_is_read_again_when_it_was() -> None:
    heard = told(RANG, LOST, after(1), CLOSED, after(30), NOTED, LOST)
    asker = Asker(of(RUNG_BACK), blank, lambda _, upto: heard[: upto - 1])
    assert [ring for one in heard[:3] for ring in asker.hear(one)] == []
    assert [one.number for one in asker.due(START + 700 * S)] == [2]
    assert {one.number for one in (*asker.hear(heard[3]), *asker.hear(heard[4]))} == {2}
    assert [one.number for one in asker.due(START + 3600 * S)] == [5]


def test_a_fact_that_this_release_does_not_know_was_done_by_somebody_all_the_same() -> None:
    heard = told(RANG, after(9), NOTED)
    heard[-1] = replace(heard[-1], name="contact.sung_to", fact=None)
    assert ask(of(UNTOUCHED), heard, blank, START + 1100 * S).rang == []


# How often something happens must not fall

FEWER = Volume(**SAID, when=(Step("contact.rang"),), per_s=60, below_percent=50, of_previous=2, at_least=4)
EARLY = replace(FEWER, when=(Step("contact.rang", {"channel": ("chat",)}), Step("contact.answered")))
HALF_A_MINUTE = [Later(30 * S), *[RANG] * 20, Later(30 * S), *[RANG] * 6, after(1), *[RANG] * 4]


def rung(*counts: int) -> list[Told]:
    """Return that so many contacts rang in each minute from START on."""
    return [one for count in counts for one in (*[RANG] * count, after(1))]


@pytest.mark.parametrize(
    ("facts", "by_s", "fell"),
    [
        (rung(6, 8, 3), 180, [(180, 3, 7)]),
        (rung(6, 8, 0, 9), 240, [(180, 0, 7)]),
        (rung(6, 8, 0), 179.9, []),
        (rung(6, 10, 4), 180, []),
        (rung(6, 10, 3), 180, [(180, 3, 8)]),
        (rung(4, 3, 0), 180, []),
        (rung(4, 4, 0), 180, [(180, 0, 4)]),
        (rung(20, 0), 120, []),
        (HALF_A_MINUTE, 240, [(240, 0, 5)]),
    ],
    ids=["far fewer than usual ring with how many and how many are usual", "none at all", "not before the span has ended",
         "a share just met does not", "one below it does", "what is too seldom is not usual", "what is just often enough is",
         "nothing is usual where too few spans are known", "a span of which only the end is known does not count"],
)  # fmt: skip
def test_what_falls_rings_at_the_end_of_its_span(
    facts: list[Told], by_s: float, fell: list[tuple[int, int, int]]
) -> None:
    found = ask(of(FEWER), told(*facts), blank, START + int(by_s * S))
    assert found.fallen == [Fallen(START + at * S, "asked", *counts) for at, *counts in fell]
    assert found.rang == []


def test_only_what_is_meant_is_counted_in_whatever_record_and_all_of_it() -> None:
    heard = told(*[RANG] * 9, *[CHAT] * 4, *[ANSWERED] * 2, after(1), *[CHAT] * 3, *[LOST] * 9)
    heard += told(after(2), *[CHAT] * 3, noise=1)
    assert ask(of(EARLY), heard, blank, START + 180 * S).fallen == []
    assert ask(of(EARLY), heard[:-2], blank, START + 180 * S).fallen == [Fallen(START + 180 * S, "asked", 1, 4)]


INCIDENT = stream_of(Incident)
ID = stream_text(INCIDENT)
GROUNDS = Assessed((), (), 0, False, "1", ("not-breathing", "breathing.no"), "")


@pytest.mark.parametrize(
    ("fact", "field", "codes", "met"),
    [
        (GROUNDS, "grounds", ("breathing.no",), True),
        (GROUNDS, "grounds", ("life-at-risk", "not-breathing"), True),
        (GROUNDS, "grounds", ("life-at-risk", "none"), False),
        (replace(GROUNDS, grounds=()), "grounds", ("none",), True),
        (Absorbed(CALL, False, False, (INCIDENT, CALL)), "contacts", (stream_text(CALL),), True),
        (Absorbed(CALL, False, False, (CALL,)), "contacts", (ID,), False),
        (Linked(INCIDENT), "incident", (ID,), True),
        (Linked(INCIDENT), "incident", (stream_text(CALL),), False),
    ],
)
def test_a_step_names_any_value_of_a_list_and_a_record_by_its_id(
    fact: Fact[Any], field: str, codes: tuple[str, ...], met: bool
) -> None:
    step = Step(fact.card.name, {field: codes})
    assert list(idle(replace(FEWER, when=(step,)))) == []
    assert step.met(fact) is met


# The questions that come with the product


def play(room: Room, *story: str | int) -> None:
    """Work lines at the founder's desk, let minutes pass, and let the watch escalate where the story says so."""
    for one in story:
        if isinstance(one, int):
            room.pass_time(one * 60)
        elif one != "escalated":
            work(room.founder, one)
        else:
            stream = next(one.stream for one in room.log.entries() if kind_of(one.stream) is Kind.INCIDENT)
            raised = Escalate(Role.INSPECTOR, getattr(room.board.record(stream), "clock_from", 0))
            Desk(room.log, room.board, room.identity, THE_WATCH).do([Act(stream, raised)])


def rings(code: str, *story: str | int, without: str = "") -> bool:
    """Tell whether a question of the product rang at the end of a story; `without` takes the last such fact out of it."""
    room = Room()
    play(room, *story)
    heard = list(room.log.entries())
    if without:
        heard.remove([one for one in heard if one.name == without][-1])
    return code in {one.question for one in ask(SHIPPED, heard, blank, room.clock.now_ns).rang}


ANSWERS = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
CALLED = ("ring 999", "answer .", "open . welfare shouting")
GRADED = (*CALLED, f"assess . {ANSWERS}", "g2 . he is outside")
RAISED = (*CALLED, f"assess . {ANSWERS}", "g1 . he is outside", "escalated")
LOWERED = (*GRADED, 5, "g3 . he has left")
ADVISED = (*GRADED, "told . nobody will come", "result . advice told her how")
AGAIN = (
    *ADVISED[:-1],
    "ring 101",
    "answer .",
    "link . 1",
    "assess 1 no change",
    "told 1 still nobody",
    "result 1 advice told her how",
)
OURS_ALONE = ("open - welfare seen by us", f"assess . {ANSWERS}", "g5 . no lines", "result . advice none", "close .")
DECIDED = ("expedite ward walkout - gone", "verify . phrase", "decide . accept real risk")

# fmt: off
STORIES: list[tuple[str, bool, tuple[str | int, ...]]] = [
    ("stranded-log", True, (*GRADED, 61)),
    ("stranded-log", False, (*GRADED, 60)),
    ("stranded-log", False, (*GRADED, 59, "review . rang her", 59)),
    ("stranded-log", False, (*GRADED, 59, "send . AB12", 120)),
    ("stranded-log", False, (*GRADED, "g4 . tomorrow will do", 120)),
    ("not-assessed", True, (*CALLED, 31)),
    ("not-assessed", True, (*GRADED, "change . he is back", 31)),
    ("not-assessed", False, (*CALLED, 30, f"assess . {ANSWERS}", 120)),
    ("escalation-not-acknowledged", True, (*RAISED, 16)),
    ("escalation-not-acknowledged", False, (*RAISED, 15, "ack . 4455 told by radio", 60)),
    ("escalation-not-acknowledged", False, (*RAISED, 15, "send . AB12", 60)),
    ("escalation-not-acknowledged", False, (*RAISED[:-1], 60)),
    ("closed-without-telling", False, (*ADVISED, "close .")),
    ("closed-without-telling", False, (*AGAIN, "close 1")),
    ("closed-without-telling", False, OURS_ALONE),
    ("closed-without-telling", False, (*GRADED, "send . AB12", "arrive .", "result . attended", "close .")),
    ("silent-downgrade", True, (*LOWERED, 31)),
    ("silent-downgrade", False, (*LOWERED, 30)),
    ("silent-downgrade", False, (*LOWERED, 30, "told . nobody will come", 60)),
    ("silent-downgrade", False, (*LOWERED, 30, "promise . call-back 2h", 60)),
    ("silent-downgrade", False, (*LOWERED, 30, "send . AB12", 60)),
    ("silent-downgrade", False, (*GRADED, 5, "g1 . he is at the door", 60)),
    ("abandoned-and-not-rung-back", True, ("ring 999", "abandon .", 11)),
    ("abandoned-and-not-rung-back", False, ("ring 999", "abandon .", 10, "recall . spoke", 60)),
    ("abandoned-and-not-rung-back", False, ("ring 999", "abandon .", 10, "recall . voicemail", 60)),
    ("partner-not-told", True, (*DECIDED, 31)),
    ("partner-not-told", False, (*DECIDED, 30, "tellback . Sister Jones: we look", 60)),
    ("partner-not-told", False, (*DECIDED[:2], 60)),
]
# fmt: on


@pytest.mark.parametrize(("code", "rang", "story"), STORIES)
def test_each_question_of_the_product_rings_where_it_should(
    code: str, rang: bool, story: tuple[str | int, ...]
) -> None:
    assert rings(code, *story) is rang


@pytest.mark.parametrize("story", [(*ADVISED, "close ."), (*AGAIN, "close 1")], ids=["never told", "told too early"])
def test_a_close_that_a_rule_let_pass_untold_would_ring(story: tuple[str | int, ...]) -> None:
    """Today's rules refuse such a close, so the last telling is taken out of the journal afterwards."""
    assert rings("closed-without-telling", *story, without="incident.caller_told")


@pytest.mark.parametrize(
    ("code", "fact", "of"),
    [
        ("referrals-falling", GONE, Contact),
        ("safeguarding-referrals-falling", Sent(START, 60, "mail"), Referral),
    ],
)
@pytest.mark.parametrize(("last", "rang"), [(4, []), (3, [(3, 8)])])
def test_referrals_that_fall_below_half_of_the_week_before_ring(
    code: str, fact: Fact[Any], of: type[Record], last: int, rang: list[tuple[int, int]]
) -> None:
    day = 86_400 * S
    first = START // day * day + day
    at = [first - 1, *(first + n * day + one for n in range(8) for one in range(8 if n < 7 else last))]
    heard = [entry(stream_of(of, number), 1, fact, at=moment) for number, moment in enumerate(at)]
    found = ask(SHIPPED, heard, blank, first + 8 * day).fallen
    assert found == [Fallen(first + 8 * day, code, *one) for one in rang]


def test_every_question_of_the_product_has_its_stories_here() -> None:
    assert {one.code for one in SHIPPED.question} == {
        "referrals-falling",
        "safeguarding-referrals-falling",
        *(code for code, _, _ in STORIES),
    }


# Questions that can never ring, or always ring

STAGES = ", ".join(one.value for one in Stage)
NO_SUCH, UNHEARD = Step("contact.sung_to"), "there is no fact contact.sung_to"
NOTHING_NAMED = "always rings: nothing is named that would keep it from it"
# fmt: off
IDLE: list[tuple[Question, str]] = [
    (replace(RUNG_BACK, when=NO_SUCH), f"can never ring: {UNHEARD}"),
    (replace(RUNG_BACK, when=Step("contact.abandoned", {"after": ("x",)})),
     "can never ring: contact.abandoned has no open field after; it has before"),
    (replace(RUNG_BACK, when=Step("contact.closed", {"words": ("x",)})),
     "can never ring: contact.closed has no open field words; it has none"),
    (replace(RUNG_BACK, when=Step("contact.abandoned", {"before": ()})),
     "can never ring: contact.abandoned with before of no value"),
    (replace(RUNG_BACK, when=Step("contact.abandoned", {"before": ("ringing", "dinner")})),
     f"can never ring: before of contact.abandoned is never dinner; it is one of {STAGES}"),
    (replace(RUNG_BACK, when=Step("incident.regraded", {"more_urgent": ("maybe",)}), unless=(Step("incident.closed"),)),
     "can never ring: more_urgent of incident.regraded is never maybe; it is one of yes, no"),
    (replace(RUNG_BACK, unless=()), NOTHING_NAMED),
    (replace(RUNG_BACK, unless=(NO_SUCH,)), f"always rings: {UNHEARD}"),
    (replace(RUNG_BACK, unless=(Step("contact.answered", {"by": ("1001",)}),)),
     "always rings: contact.answered has no open field by; it has handler"),
    (replace(RUNG_BACK, within_s=0), "always rings: nothing can follow within 0 seconds"),
    (replace(RUNG_BACK, while_={"stage": ("lunch",)}), f"can never ring: stage of it is never lunch; it is one of {STAGES}"),
    (replace(RUNG_BACK, while_={"stage": ()}), "can never ring: no stage is named"),
    (replace(ANSWERED_FIRST, when=NO_SUCH), f"can never ring: {UNHEARD}"),
    (replace(ANSWERED_FIRST, unless=()), NOTHING_NAMED),
    (replace(ANSWERED_FIRST, since=(NO_SUCH,)), f"can never ring: {UNHEARD}"),
    (replace(ANSWERED_FIRST, while_={"stage": ()}), "can never ring: no stage is named"),
    (replace(UNTOUCHED, longer_than_s=0), "always rings: everything is untouched for longer than 0 seconds"),
    (replace(UNTOUCHED, while_={"channel": ()}), "can never ring: no channel is named"),
    (replace(UNTOUCHED, of="expedite", while_={"decision": ("perhaps",)}),
     "can never ring: decision of it is never perhaps; it is one of accept, hold, not-police, none"),
    (replace(NOTED_LOST, while_={"stage": ("lunch",)}), f"can never ring: stage of it is never lunch; it is one of {STAGES}"),
    (replace(NOTED_LOST, while_={"channel": ("999",), "grade": ("1",)}),
     "can never ring: a record of that kind has no grade; it has stage, queue, district, channel"),
    (replace(UNTOUCHED, while_={"queue": ("dispatch", "waiting")}),
     "can never ring: queue of it is never dispatch; it is one of waiting, partner, in-hand, parked, recall, none"),
    (replace(UNTOUCHED, of="expedite", while_={"queue": ("waiting",)}),
     "can never ring: queue of it is never waiting; it is one of partner, none"),
    (replace(NOTED_LOST, while_={"queue": ("lunch",)}),
     "can never ring: queue of it is never lunch; it is one of waiting, partner, in-hand, parked, recall, none"),
    (replace(FEWER, when=(Step("contact.linked", {"incident": ("412",)}),)),
     "can never ring: incident of contact.linked is never 412; it is one of the ids of records"),
    (replace(OF_NOBODY, when=Step("expedite.asked", {"contact": ("anybody",)})),
     "can never ring: contact of expedite.asked is never anybody; it is one of the ids of records, none"),
    (replace(FEWER, when=(Step("incident.assessed", {"replies": ("breathing.no",)}),)),
     "can never ring: replies of incident.assessed is never breathing.no; it is one of none"),
    (replace(FEWER, when=(Step("incident.graded", {"assessment": ("none",)}),)),
     "can never ring: assessment of incident.graded is never none; it holds nothing that a question can name"),
    (replace(FEWER, when=()), "can never ring: it counts nothing"),
    (replace(FEWER, below_percent=0), "can never ring: nothing falls below 0 percent"),
    (replace(FEWER, when=(Step("contact.answered"), NO_SUCH)), f"can never ring: {UNHEARD}"),
]
# fmt: on


@pytest.mark.parametrize(("question", "why"), IDLE, ids=[why for _, why in IDLE])
def test_a_question_that_never_or_always_rings_is_told_with_the_reason(question: Question, why: str) -> None:
    assert list(idle(question)) == [why]
    with pytest.raises(Refused) as refused:
        check_standing(of(RUNG_BACK, replace(question, code="idle")))
    assert refused.value.rule == f"made, question idle: {why}"


@pytest.mark.parametrize("field", ["grade", "handler"])
def test_a_state_that_such_a_record_does_not_have_is_told_with_those_that_it_has(field: str) -> None:
    for question in (UNTOUCHED, RUNG_BACK, ANSWERED_FIRST):
        (why,) = idle(replace(question, while_={field: ("1",)}))
        assert why.startswith(f"can never ring: a record of that kind has no {field}; it has stage, queue, ")


@pytest.mark.parametrize("record", QUEUES_OF, ids=lambda record: record.__name__)
def test_the_queues_that_can_be_named_are_those_in_which_such_a_record_stands(record: type[Worked]) -> None:
    spelt = ast.walk(ast.parse(textwrap.dedent(inspect.getsource(record.queue.fget))))  # type: ignore[attr-defined]
    texts = {one.value for one in spelt if isinstance(one, ast.Constant) and type(one.value) is str}
    assert {text for text in texts if " " not in text} == set(QUEUES_OF[record])


WITHOUT_APPROVAL = replace(FEWER, when=(Step("incident.regraded", {"approval": ("none",)}),))
GRADE_1_OR_999 = [replace(NOTED_LOST, while_=like) for like in ({"grade": ("1",)}, {"channel": ("999",)})]
PROMISED = replace(RUNG_BACK, unless=(Step("record.promised", {"what": ("call-back",)}),))
ON_HOLD = replace(UNTOUCHED, of="expedite", while_={"decision": ("none", "hold")})


@pytest.mark.parametrize(
    "question",
    [
        *SHIPPED.question,
        *(one[1] for one in SHAPES),
        FEWER,
        EARLY,
        PROMISED,
        ON_HOLD,
        WITHOUT_APPROVAL,
        *GRADE_1_OR_999,
    ],
)
def test_a_question_that_may_ring_and_may_not_is_accepted(question: Question) -> None:
    assert list(idle(question)) == []


# Adoption

OURS = b"""
pack = "ours"
kind = "standing"
title = "Our own"
source = "made for this test"
verified = "no"
[[question]]
rule = "follows"
code = "rung-back"
asks = "Was the caller rung back?"
source = "made for this test"
when = { fact = "contact.abandoned", where = { before = ["ringing"] } }
within_s = 600
unless = [{ fact = "contact.answered" }]
while = { stage = ["abandoned"] }
"""


def adopted(content: bytes, name: str) -> Adopted:
    return Adopted(PackKind.STANDING, name, False, digest_of(content), content)


def test_the_pack_of_the_product_and_a_force_s_own_are_adopted_and_until_then_there_are_none() -> None:
    before = given(adopted(OURS, "ours"), on=Policy)
    assert given(on=Policy).record.standing is None
    assert before.record.standing == new_pack(OURS)
    assert before.when(Adopt((SHIPPED_TEXT,))).then(adopted(SHIPPED_TEXT, "standing-2026")).standing == SHIPPED


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        (b'"contact.abandoned"', b'"contact.lost"', "can never ring: there is no fact contact.lost"),
        (b"{ before =", b"{ after =", "can never ring: contact.abandoned has no open field after; it has before"),
        (b'"ringing"', b'"ring"', f"can never ring: before of contact.abandoned is never ring; it is one of {STAGES}"),
        (b'"contact.answered"', b'"contact.heard"', "always rings: there is no fact contact.heard"),
        (b'"abandoned"]', b'"lost"]', f"can never ring: stage of it is never lost; it is one of {STAGES}"),
    ],
)
def test_a_pack_with_what_nobody_records_is_refused_at_adoption_by_its_question(
    right: bytes, wrong: bytes, why: str
) -> None:
    assert OURS.count(right) == 1
    given(on=Policy).when(Adopt((OURS.replace(right, wrong),))).then_refused(f"ours, question rung-back: {why}")


@pytest.mark.parametrize("wrong", ["600 -1", '600 "soon"', '"follows" "haunts"', "asks moans", "where whom"])
def test_a_text_that_is_no_pack_of_questions_is_refused(wrong: str) -> None:
    with pytest.raises(Refused, match="the pack cannot be read"):
        new_pack(OURS.replace(*wrong.encode().split()))


def test_two_questions_of_one_code_are_refused() -> None:
    with pytest.raises(Refused, match="ours: question rung-back stands twice"):
        new_pack(OURS + OURS[OURS.index(b"[[question]]") :])


# What rang stands until somebody knows of it

RING, RUNG = RingQuestion("rung-back", 2, START), QuestionRang("rung-back", 2, START)
FALL, FELL = RingVolume("fewer", START, 3, 8), VolumeFell("fewer", START, 3, 8)
HEED, HEEDED = HeedRing("looking into it"), RingHeeded("rung-back", "looking into it")
OTHER = replace(RUNG, question="other")


@lru_cache
def asking() -> Duty:
    """Return a duty of every role under a policy with standing questions."""
    newest = entry(POLICY_STREAM, policy().version + 1, adopted(OURS, "ours"))
    return on_duty(policy=fold(policy(), (newest,)))


def test_only_the_watch_rings_and_whoever_works_answers_or_audits_says_that_they_know() -> None:
    assert who_may(RING) == who_may(FALL) == (Role.WATCH,)
    assert set(who_may(HEED)) == {*FLOOR, Role.SERGEANT, Role.INSPECTOR, Role.AUDITOR}
    assert commands_in(ringing) == {RingQuestion, HeedRing, RingVolume}


def test_a_ring_is_recorded_once_for_a_question_and_the_fact_that_set_it() -> None:
    assert given(RANG, LOST, on=Contact).when(RING, asking()).then(RUNG).unheeded == "rung-back"
    for facts in ((RANG, LOST, RUNG), (RANG, LOST, RUNG, HEEDED)):
        before = given(*facts, on=Contact)
        before.when(RING, asking()).then_nothing()
        before.when(replace(RING, at=START + S), asking()).then_nothing()
        before.when(replace(RING, number=3), asking()).then(replace(RUNG, number=3))
        before.when(replace(RING, question="other"), asking()).then(OTHER)


@pytest.mark.parametrize("command", [RING, FALL])
def test_nothing_rings_where_no_questions_are_adopted(command: Command[Any]) -> None:
    before = given(on=Contact if command is RING else Policy)
    before.when(command, on_duty(policy=Policy())).then_refused("no standing pack is adopted")


def test_whoever_knows_of_a_ring_says_so_once_for_every_question_that_waits() -> None:
    facts = (RANG, LOST, RUNG, OTHER, replace(RUNG, number=5))
    record = given(*facts, on=Contact).when(HEED).then(HEEDED, replace(HEEDED, question="other"))
    assert (record.unheeded, len(record.rung)) == ("", 3)
    again = given(RANG, RUNG, HEEDED, replace(RUNG, number=5), on=Contact)
    assert again.record.unheeded == "rung-back"
    again.when(HEED).then(HEEDED)


def test_the_last_ring_that_nobody_knows_of_is_flagged() -> None:
    assert given(RANG, RUNG, OTHER, on=Contact).record.unheeded == "other"
    assert given(RANG, RUNG, OTHER, replace(HEEDED, question="other"), on=Contact).record.unheeded == "rung-back"


@pytest.mark.parametrize("facts", [(RANG,), (RANG, RUNG, HEEDED)], ids=["none", "known"])
def test_where_nothing_rang_that_nobody_knows_of_there_is_nothing_to_say(facts: tuple[Fact[Any], ...]) -> None:
    given(*facts, on=Contact).when(HEED).then_refused("no standing question rang here that nobody knows of")


def test_a_fall_is_recorded_once_for_its_span_and_the_next_one_again() -> None:
    given(on=Policy).when(FALL, asking()).then(FELL)
    before = given(FELL, on=Policy)
    before.when(FALL, asking()).then_nothing()
    before.when(replace(FALL, at=START - 1), asking()).then_nothing()
    before.when(replace(FALL, at=START + 1), asking()).then(replace(FELL, at=START + 1))
    before.when(replace(FALL, question="other"), asking()).then(replace(FELL, question="other"))


# Heard as it is recorded, or read again years later


@lru_cache
def facts_of_an_incident() -> tuple[Entry, ...]:
    """Return the facts that an incident came to in a long story, one of each sort and every re-grade, the opening first."""
    room = Room()
    play(room, *RAISED, "ack . 4455 told by radio", "review . rang her", "note . a car is parked there")
    play(room, "promise . arrival 20m", "g3 . he has left", "g1 . he is back", "send . AB12", "arrive .")
    play(
        room, f"change . he has a knife\nassess . {ANSWERS}", "told . no more will come", "result . advice -", "close ."
    )
    mine = [one for one in room.log.entries() if kind_of(one.stream) is Kind.INCIDENT]
    found = {one.name if one.name != "incident.regraded" else one.version: one for one in mine}
    wanted = {one.when.fact for one in SOONER.question if isinstance(one, Follows | Precedes)}
    assert {fact for fact in wanted if fact.startswith(("incident", "record"))} <= {one.name for one in mine}
    return tuple(found.values())


def _sooner(question: Question, s: int) -> Question:
    match question:
        case Silence():
            return replace(question, longer_than_s=s)
        case Follows():
            return replace(question, within_s=s)
        case _:
            return question


REVIEWED = Follows(
    code="any", asks="", source="", when=Step("record.noted"), within_s=60, unless=(Step("incident.reviewed"),)
)
SOONER = of(
    *(_sooner(one, 30 * at) for at, one in enumerate(SHIPPED.question, 1) if not isinstance(one, Volume)), REVIEWED
)
GAPS = st.sampled_from((0, 1, 30 * S, 60 * S, 60 * S + 1, 200 * S))
MOMENTS = st.lists(
    st.tuples(st.integers(0, 99), GAPS, st.booleans(), st.lists(st.integers(0, 100), max_size=3)), min_size=1, max_size=14
)  # fmt: skip
Moments = list[tuple[int, int, bool, list[int]]]


def _history(moments: Moments) -> list[Entry]:
    pool, found, now = facts_of_an_incident(), list[Entry](), START
    for at, (which, gap, watch, _) in enumerate(moments):
        one, now = pool[which % len(pool) if at else 0], now + gap
        assert one.header is not None
        header = replace(one.header, recorded=now, occurred=now, role="watch" if watch else "handler")
        found.append(replace(one, version=at + 1, position=at + 1, header=header))
    return found


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@drawn(MOMENTS, st.integers(0, 14))
def test_what_rings_as_it_is_recorded_is_what_rings_over_the_whole_history(moments: Moments, handed_over: int) -> None:
    heard = _history(moments)
    end = START + sum(gap for _, gap, _, _ in moments) + 90 * S
    whole = ask(SOONER, heard, blank, end).rang
    live, forgetful = Asker(SOONER, blank), Asker(SOONER, blank, lambda _, upto: heard[: upto - 1])
    rang, again = list[Ring](), list[Ring]()
    for one, (_, gap, _, shares) in zip(heard, moments, strict=True):
        assert one.header is not None
        for share in sorted(shares):
            moment = one.header.recorded - gap + gap * share // 100
            rang += live.due(moment)
            again += forgetful.due(moment)
        rang += live.hear(one)
        again += forgetful.hear(one)
    assert sorted(rang + live.due(end)) == whole
    assert set(again + forgetful.due(end)) == set(whole)
    taken_over = Asker(SOONER, blank)
    late = taken_over.recall(heard[0].stream, heard[:handed_over])
    late += [ring for one in heard[handed_over:] for ring in taken_over.hear(one)]
    assert sorted(late + taken_over.due(end)) == whole


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@drawn(MOMENTS)
def test_what_rings_is_the_same_where_records_are_those_of_the_board(moments: Moments) -> None:
    heard = _history(moments)
    end = START + sum(gap for _, gap, _, _ in moments) + 90 * S
    asker, start, rang = Asker(SOONER, blank), blank(heard[0].stream), list[Ring]()
    assert start is not None
    for at, one in enumerate(heard, 1):
        rang += asker.hear(one)
        for ahead in (heard[:at], heard):  # what the board has come to may be more than was heard
            asker.share(fold(start, ahead))
    assert sorted(rang + asker.due(end)) == ask(SOONER, heard, blank, end).rang
