"""Trying a pack on history: what would have gone otherwise is listed, exactly that, and with the grounds of both.

Theory of operation. A night is worked once, by chance from a seed, through the lines that people type; the watch looks now
and then. What a pack would have said is worked out here a second time, from the recorded facts and the pack's text alone.
"""

import random
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

import pytest

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.asking import Ring, ask
from hueandcry.domain.contact import Channel, Contact, Rang, Transferred
from hueandcry.domain.deployment import Attended, Resourced, Reviewed, StoodDown
from hueandcry.domain.duty import Role
from hueandcry.domain.expedite import Asked
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Refused
from hueandcry.domain.grading import Assessed, Graded, Regraded
from hueandcry.domain.incident import Changed, Contacted, Incident, Opened
from hueandcry.domain.outcome import Closed, Resulted
from hueandcry.domain.packreader import new_pack
from hueandcry.domain.policy import POLICY_STREAM, digest_of
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.standing import StandingPack
from hueandcry.domain.timer import timers
from hueandcry.domain.trial import Otherwise, Trial
from hueandcry.operator.bundled import PACKS
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from hueandcry.operator.grammar import Misread
from hueandcry.operator.verbs import carry_out
from hueandcry.store.moment import changeovers, last_changeover, zone_of
from hueandcry.store.records import blank
from tests.spec.harness import entry, pack, stream_of
from tests.staging import S, Stage, work

LONDON = zone_of("Europe/London")
ANSWERS = {
    "situation": ("now", "past", "unknown"),
    "threat": ("weapon", "present", "spoken", "none"),
    "risk": ("life", "serious", "some", "low", "low"),
    "investigation": ("perishing", "none", "none"),
    "vulnerability": ("child", "repeat", "none", "none", "unsafe"),
    "engagement": ("wants-police", "wants-advice", "unable"),
}
SAID = " ".join(f"{element}={answers[0]}" for element, answers in ANSWERS.items())
CALL = f"ring 999\nanswer .\nopen . welfare shouting\nassess . {SAID}"
CATEGORIES = ("domestic", "welfare", "road", "animal")
SOONER = pack("grades-2020").replace(b"unresourced_for_s = 2400", b"unresourced_for_s = 900")
Row = dict[str, Any]


@lru_cache
def night(seed: int, lines: int = 1000, *, adopting: bool = False) -> tuple[Entry, ...]:
    """Return the journal of a night and the morning after; with `adopting`, shorter ladders come into force in the middle."""
    chance, room = random.Random(seed), Stage(seed=seed)
    desks = [room.founder, room.desk("2001"), room.desk("3001", Role.DISPATCHER)]
    looks = room.desk("5001", Role.SUPERVISOR)
    watch = Desk(room.log, room.board, room.identity, THE_WATCH)
    for at in range(lines):
        room.pass_time(chance.choice((0, 5, 20, 60, 300)))
        if adopting and at == lines // 2:
            room.founder.do([Act(POLICY_STREAM, Adopt((SOONER,)))])
        if chance.random() < 0.1:
            _keep_watch(room, watch)
        for line in _drawn(room, chance):
            with suppress(Refused, Misread):
                carry_out(chance.choice(desks) if not line.startswith("approve") else looks, line)
    for grade in (1, 2):
        work(room.founder, f"{CALL}\ng{grade} . he is outside")
    room.pass_time(7200)
    work(room.founder, "ring 101")
    return tuple(room.log.entries())


def _keep_watch(room: Stage, watch: Desk) -> None:
    now = room.clock.now_ns
    changeover = last_changeover(room.board.policy.grades.changeover, LONDON, now)
    for record in room.board.open():
        for timer in timers(record, room.board.policy, changeover):
            if timer.due <= now:
                watch.do([Act(record.id, timer.command)])


def _drawn(room: Stage, chance: random.Random) -> Iterator[str]:
    """Yield what somebody types: a call, the next step about an incident, or something else about it."""
    said = " ".join(f"{element}={chance.choice(answers)}" for element, answers in ANSWERS.items())
    waiting = [one for one in room.board.open() if isinstance(one, Incident)]
    if len(waiting) < 4 or chance.random() < 0.1:
        yield from ("ring 999", "answer .", f"open . {chance.choice(CATEGORIES)} heard shouting")
        return
    record = chance.choice(waiting)
    ref, grade = room.board.name(record.id, room.clock.now_ns), chance.randint(1, 5)
    result = f"result {ref} {chance.choice(('attended', 'advice', 'no-trace', 'other-agency'))} dealt with"
    steps = {
        "assess": (f"assess {ref} {said}",), "grade": (f"g{grade} {ref} so it seems",), "dispatch": (f"send {ref} AB12", result),
        "deployed": (f"arrive {ref}", result), "closing": (f"told {ref} nobody comes", f"close {ref}"),
    }  # fmt: skip
    others = (
        f"assess {ref} {said}", f"g{grade} {ref} so it seems", f"review {ref} rang her", f"change {ref} it changed",
        f"note {ref} heard shouting", f"send {ref} CD34", f"propose grade {ref} {grade} it is quiet",
    )  # fmt: skip
    line = chance.choice(steps[record.queue or ""] if chance.random() < 0.5 else others)
    yield line
    if line.startswith("propose"):
        proposals = [one.tail for member in room.board.staff.values() for one in member.proposals]
        yield from (f"approve p{tail}" for tail in proposals[-1:])


def tried(content: bytes, entries: tuple[Entry, ...], before: bytes | None = None) -> list[Otherwise]:
    """Return what would have gone otherwise under a pack; standing questions are held against those of `before`."""
    trial = Trial(new_pack(content), blank, lambda times, since, until: changeovers(times, LONDON, since, until))
    asked = None if before is None else new_pack(before)
    assert asked is None or isinstance(asked, StandingPack)
    return trial.walk(entries, asked)


def changed(name: str, *swaps: tuple[str, str]) -> bytes:
    """Return the text of a pack of the product with words in it exchanged, each of which stands there once."""
    text = pack(name).decode()
    for was, now in swaps:
        assert text.count(was) == 1, f"{was} stands {text.count(was)} times in {name}"
        text = text.replace(was, now)
    return text.encode()


def incidents(entries: tuple[Entry, ...]) -> dict[bytes, list[Entry]]:
    """Return the facts of each incident."""
    found: dict[bytes, list[Entry]] = {}
    for one in entries:
        if isinstance(one.stream, bytes) and kind_of(one.stream) is Kind.INCIDENT:
            found.setdefault(one.stream, []).append(one)
    return found


@lru_cache
def parsed(content: bytes) -> Row:
    return tomllib.loads(content.decode())


def at_of(entry: Entry) -> int:
    assert entry.header is not None
    return entry.header.recorded


NIGHTS = [night(seed) for seed in (1, 2)]


def test_the_nights_hold_what_is_tried_on_them() -> None:
    for entries in NIGHTS:
        names = {one.name for one in entries}
        assert {"incident.escalated", "incident.regraded", "incident.closed", "incident.target_missed"} <= names
        assert {one.fact.more_urgent for one in entries if isinstance(one.fact, Regraded)} == {True, False}
        assert len(incidents(entries)) > 40


# What is in force


@pytest.mark.parametrize("entries", NIGHTS, ids=["one night", "another"])
@pytest.mark.parametrize("name", PACKS)
def test_a_pack_identical_to_the_one_in_force_changes_nothing(name: str, entries: tuple[Entry, ...]) -> None:
    assert tried(pack(name), entries, pack("standing-2026")) == []
    assert tried(pack(name) + b"\n# the same\n", entries, pack("standing-2026")) == []


# What the answers suggest

LIFE_ONLY = changed("strive-2020", ('grade = "2"\nbecause = "serious-risk"', 'grade = "3"\nbecause = "serious-risk"'))
FIRST = '[[suggest]]\ngrade = "1"\nbecause = "life-at-risk"'
AT_HOME = '[[suggest]]\ngrade = "3"\nbecause = "at-home"\nwhen = { category = ["domestic"], threat = ["present", "spoken"] }\n'
DOMESTIC_FIRST = changed("strive-2020", (FIRST, AT_HOME + FIRST))
REPEAT = '[vulnerable]\nvulnerability = ["child", "adult", "repeat"]'
NO_REPEAT = changed("strive-2020", (REPEAT, '[vulnerable]\nvulnerability = ["child"]'))


def suggested(content: bytes, said: dict[str, str]) -> tuple[str, str]:
    """Return the grade that the first rule whose conditions are all met suggests, and its grounds, from the text alone."""
    for rule in parsed(content)["suggest"]:
        if all(said.get(element, "unknown") in codes for element, codes in rule["when"].items()):
            met = (f"{element}.{said.get(element, 'unknown')}" for element in rule["when"])
            return rule["grade"], ", ".join((rule["because"], *met))
    raise AssertionError("the last rule meets all")


def assessments(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, Assessed, dict[str, str]]]:
    for facts in incidents(entries).values():
        opened = facts[0].fact
        assert isinstance(opened, Opened)
        for one in facts:
            if isinstance(one.fact, Assessed):
                yield one, one.fact, {"category": opened.category} | {it.element: it.answer for it in one.fact.replies}


@pytest.mark.parametrize("content", [LIFE_ONLY, DOMESTIC_FIRST, NO_REPEAT, pack("thrive-2022")])
@pytest.mark.parametrize("entries", NIGHTS, ids=["one night", "another"])
def test_another_risk_model_lists_what_it_says_otherwise_with_both_grounds(
    entries: tuple[Entry, ...], content: bytes
) -> None:
    elements, vulnerable = [one["code"] for one in parsed(content)["element"]], parsed(content)["vulnerable"]
    expected = []
    for one, fact, answered in assessments(entries):
        said = dict.fromkeys(elements, "not-asked") | answered
        was, now = (fact.suggested, ", ".join(fact.grounds)), suggested(content, said)
        assert suggested(pack("strive-2020"), answered) == was
        if was[0] != now[0]:
            expected.append(Otherwise(at_of(one), one.stream, "suggested", was[0], now[0], was[1], now[1]))
        careful = any(said[element] in codes for element, codes in vulnerable.items())
        if careful is not fact.vulnerable:
            yes_no = [("no", "yes")[it] for it in (fact.vulnerable, careful)]
            expected.append(Otherwise(at_of(one), one.stream, "vulnerable", *yes_no))
    assert tried(content, entries) == sorted(expected) != []


# What a category or a result says

OTHERS = changed(
    "categories-2011", ('name = "concern for safety"', 'name = "concern for safety", domestic = true'),
    ('"domestic incident", domestic = true', '"domestic incident"'), ('code = "animal"', 'code = "beast"'),
)  # fmt: skip
ENDS = changed(
    "results-2020", ('name = "advice given, nobody sent"', 'name = "advice"\nattended = true'),
    ('"attended, nothing found"\nattended = true', '"nothing found"'), ('code = "other-agency"', 'code = "passed-on"'),
)  # fmt: skip
SAYS = {
    "welfare": ("domestic", "no", "yes"), "domestic": ("domestic", "yes", "no"),
    "advice": ("attended", "no", "yes"), "no-trace": ("attended", "yes", "no"),
    "animal": ("category", "animal", "not in this pack"), "other-agency": ("result", "other-agency", "not in this pack"),
}  # fmt: skip


@pytest.mark.parametrize("entries", NIGHTS, ids=["one night", "another"])
def test_other_categories_and_results_list_what_would_be_domestic_or_attended(entries: tuple[Entry, ...]) -> None:
    opened = [(one, SAYS.get(one.fact.category)) for one in entries if isinstance(one.fact, Opened)]
    resulted = [(one, SAYS.get(one.fact.result)) for one in entries if isinstance(one.fact, Resulted)]
    for content, told in ((OTHERS, opened), (ENDS, resulted)):
        expected = [Otherwise(at_of(one), one.stream, *says) for one, says in told if says is not None]
        assert tried(content, entries) == sorted(expected) != []
        assert {one.was for one in expected} >= {"yes", "no"}


# What time raises


def raised(facts: list[Entry], end: int, schemes: dict[bytes, Row], under: bytes | None = None) -> set[tuple[str, int]]:
    """Return what a scheme raises about an incident and when it was due, from its facts and the pack's text alone.

    The scheme is that of the day on which the grade was given, or the one that is named by its hash.
    """
    found: set[tuple[str, int]] = set()
    one = Stands()
    for fact, after in zip(facts, [*facts[1:], None], strict=True):
        one.take(fact)
        if one.stage in ("graded", "resourced") and not one.there:
            found |= set(_due(schemes[under or one.day], one, end if after is None else at_of(after)))
    return found


class Stands:
    """How an incident stands after some facts: as far as it is there for what time raises."""

    def __init__(self) -> None:
        self.stage, self.grade, self.day = "opened", "", b""
        self.clock, self.needed, self.alone, self.reviewed = 0, 0, 0, 0
        self.crews: set[str] = set()
        self.there = False

    def take(self, entry: Entry) -> None:
        at = at_of(entry)
        match entry.fact:
            case Opened():
                self.clock = self.needed = at
            case Assessed() | Reviewed():
                self.reviewed = at
            case Graded() | Regraded():
                assert entry.header is not None
                self.grade, self.day = entry.fact.grade, entry.header.pack or b""
                if isinstance(entry.fact, Graded):
                    self.stage = "graded"
                else:
                    self.clock = at if entry.fact.more_urgent else self.needed
            case Resourced() | Attended():
                self.crews.add(entry.fact.callsign)
                self.there |= isinstance(entry.fact, Attended)
                self.stage = "attended" if isinstance(entry.fact, Attended) else "resourced"
            case StoodDown():
                self.crews.discard(entry.fact.callsign)
                if self.stage == "resourced" and not self.crews:
                    self.stage, self.alone = "attended" if self.there else "graded", at
            case Resulted():
                self.stage, self.there = "resulted", self.there or entry.fact.attended
            case Contacted() | Changed() if self.stage == "resulted" or (self.stage == "attended" and not self.crews):
                self.there = self.there and bool(self.crews)
                self.stage = "attended" if self.there else "resourced" if self.crews else "graded"
                self.clock = self.needed = at
            case Closed():
                self.stage = "closed"
            case _:
                pass


def _due(scheme: Row, one: Stands, until: int) -> Iterator[tuple[str, int]]:
    row = next((row for row in scheme["grade"] if row["code"] == one.grade), None)
    if row is None:
        yield f"no grade {one.grade} in it", one.clock
        return
    waits = [("attended", "attend_within_s", one.clock)]
    if one.stage == "graded":
        waits += [
            ("resourced", "resource_within_s", one.clock),
            ("reviewed", "review_every_s", max(one.reviewed, one.clock)),
        ]
    for what, target, since in waits:
        if target in row and since + row[target] * S <= until:
            yield f"not {what} in {row[target]} s", since + row[target] * S
    for rung in row.get("escalate", ()) if one.stage == "graded" else ():
        due = max(one.clock + rung["unresourced_for_s"] * S, one.alone)
        if due <= until:
            yield f"escalated to {rung['to']} after {rung['unresourced_for_s']} s", due
        for moment in range(due // S // 60 * 60, until // S + 1, 60):  # in November local time is UTC
            shifts = f"{moment // 3600 % 24:02}:{moment // 60 % 60:02}" in scheme["changeover"]
            if shifts and due < moment * S <= until:
                yield f"escalated to {rung['to']} again at a changeover", moment * S


def raised_otherwise(content: bytes, entries: tuple[Entry, ...]) -> set[tuple[bytes, str, str]]:
    """Return for each incident what would be raised that was not, and what was and would not be."""
    schemes = {digest_of(one): parsed(one) for one in (pack("grades-2020"), SOONER, content)}
    found = set()
    for stream, facts in incidents(entries).items():
        was = raised(facts, at_of(entries[-1]), schemes)
        now = raised(facts, at_of(entries[-1]), schemes, digest_of(content))
        found |= {(stream, text, "not raised") for text, _ in was - now}
        found |= {(stream, "not raised", text) for text, _ in now - was}
    return found


AFTER_900, AFTER_2400 = "escalated to sergeant after 900 s", "escalated to sergeant after 2400 s"
HALF_PAST = ", ".join(f'"{hour:02}:30"' for hour in range(24))
OTHER_SHIFTS = changed("grades-2020", ('["07:00", "15:00", "22:00"]', f"[{HALF_PAST}]"))
SLOWER = changed(
    "grades-2020", ("attend_within_s = 3600", "attend_within_s = 5400"),
    ("resource_within_s = 300", "resource_within_s = 600"), ("review_every_s = 7200", "review_every_s = 1800"),
)  # fmt: skip
LADDER = 'review_every_s = 7200\nescalate = [{ to = "supervisor", unresourced_for_s = 5000 }]'
ROUTINE_TOO = changed("grades-2020", ("review_every_s = 7200", LADDER))


@pytest.mark.parametrize(
    "content", [SOONER, OTHER_SHIFTS, SLOWER, ROUTINE_TOO, pack("grades-2022")],
    ids=["sooner", "other shifts", "other targets", "a ladder for routine", "three grades"],
)  # fmt: skip
def test_another_scheme_lists_exactly_what_it_would_have_raised_otherwise_and_at_changeovers_too(
    content: bytes,
) -> None:
    nights = [*NIGHTS, night(3, adopting=True)]
    found = [{(one.stream, one.was, one.now) for one in tried(content, entries)} for entries in nights]
    assert found == [raised_otherwise(content, entries) for entries in nights]
    assert any(found)


def waited(room: Stage, *seconds: int) -> None:
    """Let incidents of grade 2 wait for so long, one after another."""
    for one in seconds:
        work(room.founder, f"{CALL}\ng2 . he is outside")
        room.pass_time(one)
        work(room.founder, f"send . AB{one}")
        room.pass_time(1)


def test_a_rung_that_comes_sooner_is_listed_for_those_who_waited_that_long_at_the_moment_at_which_it_was_due() -> None:
    waited(room := Stage(), 899, 900, 2400)
    entries = tuple(room.log.entries())
    _, second, third = ((stream, at_of(facts[0])) for stream, facts in incidents(entries).items())
    sooner = [
        Otherwise(at + 900 * S, stream, "raised", "not raised", AFTER_900, "", "2") for stream, at in (second, third)
    ]
    late = Otherwise(third[1] + 2400 * S, third[0], "raised", AFTER_2400, "not raised", "2")
    assert tried(SOONER, entries) == [*sooner, late]


def test_what_was_graded_before_a_scheme_was_adopted_is_held_against_the_scheme_of_its_day() -> None:
    work((room := Stage()).founder, f"{CALL}\ng2 . he is outside")
    room.pass_time(300)
    room.founder.do([Act(POLICY_STREAM, Adopt((SOONER,)))])
    room.pass_time(700)
    work(room.founder, "send . AB12")
    waited(room, 1000)
    entries = tuple(room.log.entries())
    first, second = incidents(entries)
    assert [(one.stream, one.was, one.now) for one in tried(SOONER, entries)] == [(first, "not raised", AFTER_900)]
    assert [(one.stream, one.was, one.now) for one in tried(pack("grades-2020"), entries)] == [
        (second, AFTER_900, "not raised")
    ]


ANSWER = "expedite_answer_within_s"
IN_TEN = changed("grades-2020", (f"{ANSWER} = 900", f"{ANSWER} = 600"))
IN_TEN_LATE, IN_FIFTEEN_LATE = "not answered in 600 s", "not answered in 900 s"


def answered_after(room: Stage, *seconds: int) -> None:
    """Let partners wait for an answer for so long, one after another."""
    for one in seconds:
        work(room.founder, "expedite ward walkout - gone\nverify . phrase")
        room.pass_time(one)
        work(room.founder, "decide . accept real risk\ntellback . Jones: we look")
        room.pass_time(1)


def test_another_time_for_an_answer_lists_the_partners_who_would_have_waited_too_long_or_not() -> None:
    answered_after(room := Stage(), 599, 600, 900)
    work(room.founder, "expedite ward walkout - gone")
    room.pass_time(700)
    work(room.founder, "ring 101")
    entries = tuple(room.log.entries())
    asked = [(one.stream, at_of(one)) for one in entries if isinstance(one.fact, Asked)]
    come = [Otherwise(at + 600 * S, it, "raised", "not raised", IN_TEN_LATE) for it, at in asked[1:]]
    gone = [Otherwise(at + 900 * S, it, "raised", IN_FIFTEEN_LATE, "not raised") for it, at in asked[2:3]]
    assert tried(IN_TEN, entries) == sorted([*come, *gone])
    assert tried(pack("grades-2022"), entries) == []


def test_a_partner_who_asked_before_a_scheme_was_adopted_is_held_against_the_scheme_of_that_day() -> None:
    work((room := Stage()).founder, "expedite ward walkout - gone")
    room.founder.do([Act(POLICY_STREAM, Adopt((IN_TEN,)))])
    room.pass_time(700)
    work(room.founder, "ring 101")
    entries = tuple(room.log.entries())
    assert [one.now for one in tried(IN_TEN, entries)] == [IN_TEN_LATE]
    assert tried(pack("grades-2020"), entries) == []


# What a question rings

WHOLE = pack("standing-2026")
OTHERWISE = changed("standing-2026", ('"not-assessed"', '"not-looked-at"'), ('grade = ["1", "2"]', 'grade = ["1"]'))


def rung(content: bytes, entries: tuple[Entry, ...]) -> set[Ring]:
    questions = new_pack(content)
    assert isinstance(questions, StandingPack)
    return set(ask(questions, entries, blank, at_of(entries[-1])).rang)


@pytest.mark.parametrize("entries", NIGHTS, ids=["one night", "another"])
def test_questions_that_are_added_changed_or_taken_away_list_exactly_their_rings(entries: tuple[Entry, ...]) -> None:
    old, new = rung(WHOLE, entries), rung(OTHERWISE, entries)
    come = [Otherwise(one.at, one.stream, "rang", "silent", one.question) for one in new - old]
    gone = [Otherwise(one.at, one.stream, "rang", one.question, "silent") for one in old - new]
    assert tried(OTHERWISE, entries, WHOLE) == sorted([*come, *gone])
    assert {one.now for one in come} == {"not-looked-at"}
    assert {one.was for one in gone} == {"not-assessed", "stranded-log"}
    assert {one.question for one in old & new} >= {"stranded-log"}
    assert tried(OTHERWISE, entries) == sorted(
        Otherwise(one.at, one.stream, "rang", "silent", one.question) for one in new
    )


def test_a_question_that_counts_lists_the_falls_that_would_have_rung_and_how_many_are_usual() -> None:
    day = 86_400 * S
    at = [number * day + one for number in range(1, 11) for one in range({2: 15, 9: 3}.get(number, 8))]
    facts = (entry(stream_of(Contact, one), 1, Transferred("fire", ""), at=moment) for one, moment in enumerate(at))
    entries = (*facts, entry(stream_of(Contact, 99), 1, Rang(Channel.CHAT, ""), at=11 * day))
    fell = (10 * day, POLICY_STREAM, "rang")
    week = "of_previous = 7\nat_least = 8"
    fewer = changed("standing-2026", (f"below_percent = 50\n{week}", f"below_percent = 30\n{week}"))
    assert tried(WHOLE, entries) == [Otherwise(*fell, "silent", "referrals-falling", "", "3 where 9 are usual")]
    assert tried(fewer, entries, WHOLE) == [Otherwise(*fell, "referrals-falling", "silent", "3 where 9 are usual")]
    assert tried(WHOLE, entries, fewer) == tried(WHOLE, entries)
    longer = changed("standing-2026", (week, "of_previous = 6\nat_least = 8"))
    assert tried(longer, entries, WHOLE) == tried(WHOLE, entries, WHOLE) == []
