"""Coverage: of which share of contacts risk was assessed before they were handed on, against a count by hand.

Theory of operation. `by_hand` counts as the letter asks and shares nothing with domain/coverage.py: it holds the whole
history, looks for the moment at which each contact was handed on, and then back from there. Both count a history that a
seeded chance made at three desks, in the office and at home, over a change of the risk model.
Source: letter, area 1; HMICFRS on the share of calls with a recorded assessment.
"""

import random
from collections import Counter
from functools import lru_cache
from typing import Any

import pytest

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.contact import Channel
from hueandcry.domain.coverage import Share, coverage
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Refused
from hueandcry.domain.history import ContactLoaded, LoadContact
from hueandcry.domain.packreader import new_pack
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.riskmodel import RiskPack
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import carry_out
from tests.spec.harness import pack
from tests.staging import Stage, work

STRIVE = ("situation", "threat", "risk", "investigation", "vulnerability", "engagement")
ASKED = "\n".join(f"t . {element} unknown" for element in STRIVE)
HANDED_ON = {
    "incident.graded",
    "incident.owned",
    "record.handed_over",
    "incident.resourced",
    "incident.resulted",
}


def shares(stage: Stage) -> list[Share]:
    return coverage(stage.log.entries())


def all_of(stage: Stage) -> tuple[int, int, int]:
    """Return how many contacts were handed on, of how many risk was assessed, how many elements were passed over."""
    found = [(one.handed_on, one.assessed, one.not_asked) for one in shares(stage) if one.by == "all"]
    return found[0] if found else (0, 0, 0)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return stage.desk("2001", Role.HANDLER, Role.DISPATCHER)


# Which contacts count


@pytest.mark.parametrize(
    "lines", ["ring 999", "ring 999\nanswer .", "ring 999\nabandon .", f"ring 999\nanswer .\n{ASKED}"]
)
def test_a_contact_that_nobody_handed_on_is_not_counted(stage: Stage, desk: Desk, lines: str) -> None:
    work(desk, lines)
    assert shares(stage) == []


def test_a_contact_that_was_resolved_was_gone_through_before(stage: Stage, desk: Desk) -> None:
    work(desk, f"ring 999\nanswer .\n{ASKED}\nresolve . advice told where to report it")
    assert shares(stage) == [
        Share("all", "all", 1, 1, 0),
        Share("channel", "999", 1, 1, 0),
        Share("handler", "2001", 1, 1, 0),
        Share("seat", "office", 1, 1, 0),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", (1, 0, 0)),
        ("t . threat weapon", (1, 0, 0)),
        ("\n".join(ASKED.splitlines()[:5]), (1, 0, 0)),
        ("\n".join((*ASKED.splitlines()[:5], "na . engagement unsafe")), (1, 1, 1)),
        ("na . all line-lost", (1, 1, 6)),
        ("na . threat unsafe", (1, 0, 1)),
        (f"na . threat unsafe\n{ASKED}", (1, 1, 0)),
        (f"t . hurt no\n{ASKED}\nt . cameras no", (1, 1, 0)),
    ],
    ids=["nothing", "one", "five", "one passed over", "all passed over", "one passed over alone", "asked after all",
         "questions too"],
)  # fmt: skip
def test_a_contact_that_is_passed_on_counts_as_assessed_where_each_element_was_asked_or_passed_over(
    stage: Stage, desk: Desk, asked: str, found: tuple[int, int, int]
) -> None:
    """Letter, area 1: what was not asked is known, not guessed."""
    work(desk, f"ring 999\nanswer .\n{asked}\ntransfer . ambulance chest pain")
    assert all_of(stage) == found


QUIET = " ".join(f"{element}=unknown" for element in STRIVE)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (f"assess . {QUIET}", (0, 0, 0)),
        (f"assess . {QUIET}\ngrade . 4 so it is", (1, 1, 0)),
        ("own . 2002", (1, 0, 0)),
        ("hand 1 2002", (1, 0, 0)),
        (f"hand 1 2002\nassess . {QUIET}\ngrade . 4 so it is", (1, 0, 0)),
        (f"assess . {QUIET}\nown . 2002", (1, 1, 0)),
        (f"assess . {QUIET.replace('threat=unknown', 'threat=unsafe')}\ngrade . 4 so it is", (1, 1, 1)),
    ],
    ids=["assessed and not handed on", "graded", "given away unassessed", "handed over unassessed", "assessed too late",
         "assessed and given away", "one passed over"],
)  # fmt: skip
def test_a_contact_that_led_to_an_incident_counts_when_that_is_handed_on(
    stage: Stage, desk: Desk, lines: str, found: tuple[int, int, int]
) -> None:
    stage.desk("2002")
    work(desk, f"ring 999\nanswer .\nopen . theft\n{lines}")
    assert all_of(stage) == found


def test_a_contact_counts_once_however_often_its_incident_is_handed_on(stage: Stage, desk: Desk) -> None:
    work(desk, f"ring 999\nanswer .\nopen . theft\nassess . {QUIET}\ngrade . 4 so\nown .\nsend . A1\nresult . advice")
    assert all_of(stage) == (1, 1, 0)


def test_each_caller_of_an_incident_counts(stage: Stage, desk: Desk) -> None:
    work(desk, f"ring 999\nanswer .\nopen . theft\nring 101\nanswer .\nlink . 1\nassess 1 {QUIET}\ngrade 1 4 so")
    work(desk, "ring chat\nanswer .\nlink . 1")
    assert all_of(stage) == (2, 2, 0)
    work(desk, "send 1 A1")
    assert [(one.of, one.handed_on) for one in shares(stage) if one.by == "channel"] == [
        ("101", 1),
        ("999", 1),
        ("chat", 1),
    ]


def test_a_caller_counts_for_whoever_took_them_up_last_and_at_their_seat(stage: Stage, desk: Desk) -> None:
    """Letter, area 1: handlers at home."""
    stage.desk("2002")
    home = stage.desk_again("2002", "at-home", Place.HOME)
    work(desk, "ring 999\nanswer .\npark .")
    caller = desk.named(Kind.CONTACT)
    assert caller is not None
    name = stage.board.name(caller)
    work(home, f"answer {name}\ntransfer {name} ambulance chest pain")
    assert [(one.by, one.of) for one in shares(stage)] == [
        ("all", "all"),
        ("channel", "999"),
        ("handler", "2002"),
        ("seat", "home"),
    ]


def test_a_lost_caller_who_was_rung_back_counts_when_they_are_handed_on(stage: Stage, desk: Desk) -> None:
    work(desk, f"ring 999\nanswer .\nabandon .\nrecall . spoke\nanswer .\n{ASKED}\nresolve . advice told")
    assert all_of(stage) == (1, 1, 0)


def test_the_callers_of_a_merged_incident_count_when_the_other_is_handed_on(stage: Stage, desk: Desk) -> None:
    work(desk, f"ring 999\nanswer .\nopen . theft\nopen - theft\nmerge 1 2 same\nassess 2 {QUIET}\ngrade 2 4 so")
    assert all_of(stage) == (1, 1, 0)


def test_an_assessment_from_before_a_caller_rang_assessed_nothing_of_what_they_said(stage: Stage, desk: Desk) -> None:
    work(desk, f"ring 999\nanswer .\nopen . theft\nassess . {QUIET}\ngrade . 4 so")
    work(desk, "ring 999\nanswer .\nlink . 1\nown 1")
    assert all_of(stage) == (2, 1, 0)


def test_a_caller_counts_for_whoever_was_given_them(stage: Stage, desk: Desk) -> None:
    stage.desk("2002")
    other = stage.desk_again("2002", "at-home", Place.HOME)
    work(desk, "ring 999\nanswer .\nhand . 2002")
    caller = desk.named(Kind.CONTACT)
    assert caller is not None
    work(other, f"transfer {stage.board.name(caller)} ambulance chest pain")
    assert [(one.by, one.of) for one in shares(stage) if one.by in ("handler", "seat")] == [
        ("handler", "2002"),
        ("seat", "home"),
    ]


def test_a_lost_caller_with_whom_somebody_spoke_counts_for_them(stage: Stage, desk: Desk) -> None:
    other = stage.desk("2002")
    work(desk, "ring 999\nabandon .")
    caller = desk.named(Kind.CONTACT)
    assert caller is not None
    name = stage.board.name(caller)
    work(other, f"recall {name} spoke a pocket call\nopen {name} theft\nassess 1 {QUIET}\ngrade 1 4 so")
    assert [one.of for one in shares(stage) if one.by == "handler"] == ["2002"]


@pytest.mark.parametrize("lost", ["ring 999\nabandon .", "ring 999\nanswer .\nabandon ."])
def test_a_caller_who_stays_lost_is_in_nobody_s_hands(stage: Stage, desk: Desk, lost: str) -> None:
    work(desk, f"{lost}\nrecall . no-answer\nopen . theft\nassess 1 {QUIET}\ngrade 1 4 so")
    assert shares(stage) == []


def test_a_caller_who_is_handed_back_to_the_queue_still_counts_for_whoever_had_them(stage: Stage, desk: Desk) -> None:
    work(desk, "ring 999\nanswer .\nhand . handler\ntransfer . ambulance chest pain")
    assert [one.of for one in shares(stage) if one.by == "handler"] == ["2001"]


def test_a_caller_of_an_incident_that_was_assessed_before_it_was_merged_counts_as_assessed(
    stage: Stage, desk: Desk
) -> None:
    stage.desk("2002")
    work(desk, f"ring 999\nanswer .\nopen . theft\nassess . {QUIET}\nopen - theft\nmerge 1 2 same\nown 2 2002")
    assert all_of(stage) == (1, 1, 0)


def test_a_caller_of_a_merged_incident_that_stands_for_itself_again_counts_with_it(stage: Stage, desk: Desk) -> None:
    stage.desk("2002")
    work(
        desk,
        "ring 999\nanswer .\nopen . theft\nopen - theft\nmerge 1 2 same\nreopen 1 not the same after all\nown 1 2002",
    )
    assert all_of(stage) == (1, 0, 0)
    work(desk, "own 2 2002")
    assert all_of(stage) == (1, 0, 0)


def test_what_was_loaded_as_history_does_not_count(stage: Stage) -> None:
    loaded = ContactLoaded("sapd", Channel.UNKNOWN, "police", "theft", "NORTH", None, "words")
    stage.founder.do([Act(stage.identity.stream(Kind.CONTACT), LoadContact(loaded), new=True)])
    assert shares(stage) == []


# Against a count by hand


def by_hand(entries: list[Entry]) -> list[Share]:
    """Return the shares of a history, counted contact by contact from the moment at which each was handed on."""
    counts: Counter[tuple[str, str]] = Counter()
    assessed: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str]] = Counter()
    for stream in dict.fromkeys(entry.stream for entry in entries if kind_of(entry.stream) is Kind.CONTACT):
        own = [entry for entry in entries if entry.stream == stream]
        if own[0].name != "contact.rang":
            continue
        moment = _handed_on(entries, own)
        if moment is None:
            continue
        before = [entry for entry in entries if entry.position < moment]
        complete, not_asked = _asked(before, own)
        for key in _keys(before, stream):
            counts[key] += 1
            assessed[key] += complete
            passed[key] += not_asked
    return sorted(Share(*key, counts[key], assessed[key], passed[key]) for key in counts)


def _handed_on(entries: list[Entry], own: list[Entry]) -> int | None:
    """Return at which position a contact that somebody had was handed on: itself, or an incident that it was known in."""
    ends = [entry.position for entry in own if entry.name in ("contact.resolved", "contact.transferred")]
    for incident, since in _known_in(entries, own).items():
        ends += [
            entry.position
            for entry in entries
            if entry.stream == incident and entry.name in HANDED_ON and entry.position > since
        ]
    return min((end for end in ends if _hands([one for one in own if one.position < end])), default=None)


def _known_in(entries: list[Entry], own: list[Entry]) -> dict[bytes, int]:
    """Return the incidents that a contact was known in, each with the position from which on; merged ones pass it on."""
    found: dict[bytes, int] = {}
    for entry in entries:
        fact: Any = entry.fact
        if entry.name == "contact.linked" and entry in own:
            found[fact.incident] = entry.position
        if entry.name == "incident.absorbed" and fact.merged in found:
            found.setdefault(entry.stream, entry.position)
    return found


def _hands(own: list[Entry]) -> tuple[str, Entry] | None:
    """Return who has a contact, and by which fact, None for a caller who is lost."""
    for entry in reversed(own):
        fact: Any = entry.fact
        if entry.name == "contact.abandoned":
            return None
        if entry.name in ("contact.answered", "contact.taken_up"):
            return fact.handler, entry
        if entry.name == "record.handed_over" and fact.to.isdigit():
            return fact.to, entry
        if entry.name == "contact.recall_tried" and fact.reached.value == "spoke":
            assert entry.header is not None
            return entry.header.actor, entry
    return None


def _asked(before: list[Entry], own: list[Entry]) -> tuple[bool, int]:
    """Tell whether risk was assessed by a moment, and return how many elements were passed over."""
    elements = [one.code for one in _risk(before).element]
    known = _known_in(before, own)
    told: dict[str, str] = {}
    for entry in before:
        fact: Any = entry.fact
        if entry in own and entry.name in ("contact.triaged", "contact.element_passed_over"):
            told[fact.element] = entry.name
    for entry in reversed(before):
        last: Any = entry.fact
        if entry.name == "incident.assessed" and entry.position > known.get(entry.stream, entry.position):
            return True, [reply.answer for reply in last.replies].count("not-asked")
    over = [element for element in elements if told.get(element) == "contact.element_passed_over"]
    return all(element in told for element in elements), len(over)


def _risk(before: list[Entry]) -> RiskPack:
    for entry in reversed(before):
        fact: Any = entry.fact
        if entry.name == "policy.adopted" and fact.kind.value == "risk":
            found = new_pack(fact.content)
            assert isinstance(found, RiskPack)
            return found
    raise AssertionError("no risk model")


def _keys(before: list[Entry], stream: bytes) -> list[tuple[str, str]]:
    """Return what a contact counts under: its channel, and who took it last and where they sat."""
    own = [entry for entry in before if entry.stream == stream]
    first: Any = own[0].fact
    hands = _hands(own)
    assert hands is not None
    handler, by = hands
    signed_on: Any = [entry for entry in before if entry.name == "staff.signed_on" and entry.position < by.position]
    if by.name == "record.handed_over":
        seats = [one.fact.place.value for one in signed_on if one.header.actor == handler]
    else:
        assert by.header is not None
        seats = [one.fact.place.value for one in signed_on if one.fact.session == by.header.session]
    return [("channel", first.channel.value), ("handler", handler), ("seat", seats[-1]), ("all", "all")]


class Room:
    """Three desks at which a seeded chance works, line by line; what is refused is left."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.stage = Stage()
        roles = (Role.HANDLER, Role.DISPATCHER, Role.SUPERVISOR)
        self.desks = [self.stage.desk("2001", *roles), self.stage.desk("2002", *roles)]
        self.desks.append(self.stage.desk_again("2002", "at-home", Place.HOME))

    def say(self, *lines: str) -> None:
        desk = self.chance.choice(self.desks)
        for line in lines:
            try:
                carry_out(desk, line)
            except (Refused, Misread):
                continue

    def work(self, steps: int) -> None:
        for _ in range(steps):
            self.stage.pass_time(30)
            self.say(*self.course())

    def course(self) -> list[str]:
        """Return what somebody does next: a call from the ring to somewhere, or something with what is there."""
        pick = self.chance.choice
        risk = self.stage.board.policy.risk
        caller, case = self.name(Kind.CONTACT), self.name(Kind.INCIDENT)
        elements = [one.code for one in risk.element]
        some = self.chance.sample(elements, self.chance.choice([0, 2, len(elements), len(elements)]))
        asked = [pick((f"t {{}} {one} unknown", f"t {{}} {one} unknown", f"na {{}} {one} unsafe")) for one in some]
        if self.chance.random() < 0.5:
            ring = f"ring {pick(('999', '101', 'chat', 'online'))}"
            leads = pick(
                (
                    "resolve . advice told",
                    "transfer . ambulance pain",
                    "open . theft",
                    "park .",
                    f"link . {case}",
                    "abandon .",
                )
            )
            return [ring, "answer .", *(line.format(".") for line in asked), leads]
        replies = " ".join(f"{one}={pick(('unknown', 'unknown', 'unsafe'))}" for one in elements)
        grade = pick([one.code for one in self.stage.board.policy.grades.grade])
        return pick(
            (
                [f"answer {caller}", *(line.format(caller) for line in asked), f"resolve {caller} advice told"],
                [f"answer {caller}", f"transfer {caller} fire smoke"],
                [f"recall {caller} spoke well", f"open {caller} theft"],
                [f"hand {caller} {pick(('2001', '2002', 'handler'))}", f"transfer {caller} fire smoke"],
                [f"merge {case} {self.name(Kind.INCIDENT)} same"],
                [f"assess {case} {replies}", f"grade {case} {grade} so"],
                [f"assess {case}"],
                [f"own {case}"],
                [f"hand {case} {pick(('2001', '2002', 'dispatcher'))}"],
                [f"send {case} A1"],
                [f"result {case} advice"],
            )
        )  # fmt: skip

    def name(self, kind: Kind) -> str:
        names = [self.stage.board.name(one.id) for one in self.stage.board.open() if one.kind is kind]
        return self.chance.choice(names) if names else "."


@lru_cache(maxsize=8)
def history(seed: int) -> list[Entry]:
    """Return a history with a change of the risk model in the middle of it."""
    room = Room(seed)
    room.work(90)
    room.stage.founder.do([Act(POLICY_STREAM, Adopt((pack("thrive-2022"), pack("grades-2022"))))])
    room.work(60)
    return list(room.stage.log.entries())


@pytest.mark.parametrize("seed", range(6))
def test_the_share_is_that_of_a_count_by_hand(seed: int) -> None:
    assert coverage(history(seed)) == by_hand(history(seed))


def test_the_histories_hold_what_is_counted_and_what_is_not() -> None:
    """Or the two counts would agree on nothing."""
    found = [share for seed in range(6) for share in by_hand(history(seed))]
    assert {(one.by, one.of) for one in found} == {
        ("all", "all"),
        *(("channel", channel) for channel in ("999", "101", "chat", "online")),
        *(("handler", collar) for collar in ("2001", "2002")),
        *(("seat", place) for place in ("office", "home")),
    }
    totals = [one for one in found if one.by == "all"]
    assert all(0 < one.assessed < one.handed_on for one in totals)
    assert sum(one.handed_on for one in totals) > 150
    assert all(one.not_asked > 0 for one in totals)
    names = Counter(entry.name for seed in range(6) for entry in history(seed))
    assert min(names[name] for name in ("contact.abandoned", "contact.recall_tried", "incident.absorbed")) >= 5
    assert min(names[name] for name in (*HANDED_ON, "contact.resolved", "contact.transferred", "contact.taken_up")) > 5


def test_the_count_is_the_same_from_any_reading_of_the_journal() -> None:
    """Facts are read with seals closed; nobody's words are needed to count."""
    assert coverage(iter(history(0))) == coverage(history(0))
    assert all(getattr(entry.fact, "detail", None) in (None, "") for entry in history(0))
