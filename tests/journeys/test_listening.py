"""What standing questions ring is recorded once by whoever keeps the watch, and is what an auditor finds years later.

Also the commands that ask: `hue ask`, `hue pack try`, and the line that says that a ring is known of.
"""

import json
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.asking import Answer, Fallen, Ring, ask
from hueandcry.domain.fact import Entry
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind
from hueandcry.domain.ringing import QuestionRang, RingHeeded, VolumeFell
from hueandcry.domain.worked import Worked
from hueandcry.operator.bundled import pack_text
from hueandcry.operator.desk import Act
from hueandcry.operator.grammar import Misread
from hueandcry.operator.listening import Listener
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Lease, Watch, keep
from hueandcry.store.item import Item
from hueandcry.store.records import blank
from tests.journeys.session import hue
from tests.journeys.test_watch import Night
from tests.staging import MONDAY, S, work

ANSWERS = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
CALLED = "ring 999\nanswer .\nopen . welfare shouting"
ROUTINE = f"{CALLED}\nassess . {ANSWERS}\ng2 . he is outside"
LOST = "ring 999\nabandon ."
SHIPPED = pack_text("standing-2026")
NEVER_ANSWERED = b"""
[[question]]
rule = "follows"
code = "never-answered"
asks = "Was the contact answered within five minutes?"
source = "made for this test"
when = { fact = "contact.rang" }
within_s = 300
unless = [{ fact = "contact.answered" }]
"""


class Listened(Night):
    """A room on SQLite with a set clock, whose watch is kept by one process after another."""

    def watch_once(self) -> list[Entry]:
        """Take the lease as another process would, tick once, give it back; returns what rang."""
        told = list[Entry]()
        keep(self.another(), lambda: False, told.extend, pytest.fail)
        return [one for one in told if isinstance(one.fact, QuestionRang | VolumeFell)]

    def passes(self, minutes: float) -> None:
        self.clock.set(self.clock.now_ns + int(minutes * 60 * S))

    def facts(self) -> list[Entry]:
        return list(self.room.journal.entries())

    def rang(self) -> list[Ring]:
        """Return every ring that was recorded, by its moment."""
        facts = [(one.stream, one.fact) for one in self.facts() if isinstance(one.fact, QuestionRang)]
        return sorted(Ring(fact.at, fact.question, stream, fact.number) for stream, fact in facts)

    def asked(self) -> Answer:
        """Return what an auditor finds who asks now."""
        self.room.board.catch_up()
        questions = self.room.board.policy.standing
        assert questions is not None
        return ask(questions, self.facts(), blank, self.clock.now_ns)

    def in_hand(self, kind: Kind = Kind.INCIDENT) -> Worked:
        self.room.board.catch_up()
        record = self.room.board.record(self.desk.named(kind) or b"")
        assert isinstance(record, Worked)
        return record

    def item(self, kind: Kind = Kind.INCIDENT) -> Item:
        return self.room.board.item(self.in_hand(kind), self.clock.now_ns)

    def adopt(self, content: bytes) -> None:
        self.desk.do([Act(POLICY_STREAM, Adopt((content,)))])


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Listened]:
    opened = Listened(tmp_path)
    yield opened
    opened.close()


def said(entries: list[Entry]) -> list[str]:
    return [one.fact.question for one in entries if isinstance(one.fact, QuestionRang | VolumeFell)]


# The watch listens


def test_the_watch_records_each_ring_once_when_its_time_has_run_out_and_in_its_own_name(night: Listened) -> None:
    work(night.desk, LOST)
    watch = Watch(night.room)
    night.passes(10)
    assert said(watch.tick()) == []
    night.passes(0.01)
    (one,) = watch.tick()
    assert one.header is not None
    assert isinstance(one.fact, QuestionRang)
    assert (one.header.actor, one.header.role) == ("watch", "watch")
    assert one.header.pack == night.room.board.policy.adoption(PackKind.STANDING).digest
    assert (one.fact.question, one.fact.number, one.fact.at) == ("abandoned-and-not-rung-back", 2, MONDAY + 600 * S)
    night.passes(60)
    assert said(watch.tick()) == said(watch.tick()) == []


def test_two_keepers_record_a_ring_once_between_them_one_after_another_and_at_once(night: Listened) -> None:
    work(night.desk, LOST)
    first, second = Watch(night.room), Watch(night.another())
    assert said([*first.tick(), *second.tick()]) == []
    night.passes(11)
    rang = [said(night.watch_once()), said(first.tick()), said(second.tick()), said(night.watch_once())]
    assert rang == [["abandoned-and-not-rung-back"], [], [], []]


def test_a_keeper_who_takes_over_has_nothing_to_record_of_what_rang_before(night: Listened) -> None:
    work(night.desk, LOST)
    night.passes(11)
    night.watch_once()
    night.room.board.catch_up()
    listener = Listener(night.room)
    listener.hear(night.clock.now_ns)
    assert listener.waiting == []


def test_a_clock_that_one_keeper_heard_set_is_heard_by_the_next_when_it_runs_out(night: Listened) -> None:
    work(night.desk, LOST)
    assert night.watch_once() == []
    assert Lease(night.room).heard() == night.room.journal.tip().size
    night.passes(11)
    assert said(night.watch_once()) == ["abandoned-and-not-rung-back"]


@pytest.mark.parametrize(("minutes", "rang"), [(10, 0), (11, 1)], ids=["in time", "late"])
def test_what_was_done_while_nobody_kept_the_watch_is_in_time_or_late(night: Listened, minutes: int, rang: int) -> None:
    work(night.desk, LOST)
    assert night.watch_once() == []
    night.passes(minutes)
    work(night.desk, "recall . spoke")
    night.passes(60)
    assert len(night.watch_once()) == len(night.rang()) == rang


@pytest.mark.parametrize("heard_before", [True, False], ids=["open when it was handed over", "never heard of"])
def test_what_rang_in_a_record_that_was_closed_in_between_is_recorded_in_it(
    night: Listened, heard_before: bool
) -> None:
    assert night.watch_once() == []
    work(night.desk, CALLED)
    if heard_before:
        assert night.watch_once() == []
    night.passes(31)
    work(night.desk, f"assess . {ANSWERS}\ng5 . no lines\ntold . nobody will come\nresult . advice told how\nclose .")
    (one,) = night.watch_once()
    assert said([one]) == ["not-assessed"]
    record = night.in_hand()
    assert (one.stream, record.open, record.unheeded) == (record.id, False, "not-assessed")
    work(night.desk, f"note {night.room.board.name(record.id)} her mother rang")
    assert night.watch_once() == []


def test_what_the_watch_itself_records_does_not_end_a_silence(night: Listened) -> None:
    work(night.desk, ROUTINE)
    watch = Watch(night.room)
    told = list[Entry]()
    for _ in range(61):
        night.passes(1)
        told += watch.tick()
    assert {"incident.escalated", "incident.target_missed"} <= {one.name for one in told}
    assert night.rang()[-1] == Ring(MONDAY + 3600 * S, "stranded-log", night.in_hand().id, 4)


def test_what_rang_before_the_questions_were_adopted_is_not_recorded_and_what_rings_after_is(night: Listened) -> None:
    work(night.desk, "ring 999")
    early = night.in_hand(Kind.CONTACT).id
    night.passes(4)
    work(night.desk, "ring 101")
    late = night.in_hand(Kind.CONTACT).id
    night.passes(2)
    night.adopt(SHIPPED + NEVER_ANSWERED)
    night.passes(60)
    assert said(night.watch_once()) == ["never-answered"]
    assert night.rang() == [Ring(MONDAY + 540 * S, "never-answered", late, 1)]
    assert {one.stream for one in night.asked().rang} == {early, late}


def test_questions_that_are_adopted_while_the_watch_is_kept_are_asked_from_then_on(night: Listened) -> None:
    watch = Watch(night.room)
    work(night.desk, LOST)
    watch.tick()
    night.adopt(SHIPPED + NEVER_ANSWERED)
    watch.tick()
    night.passes(11)
    assert sorted(said(watch.tick())) == ["abandoned-and-not-rung-back", "never-answered"]
    assert said(watch.tick()) == said(night.watch_once()) == []


ONLY_OURS = SHIPPED[: SHIPPED.index(b"[[question]]")] + NEVER_ANSWERED


@pytest.mark.parametrize("kept", ["by the same keeper", "by the next keeper"])
@pytest.mark.parametrize("between", [(), (NEVER_ANSWERED.replace(b"300", b"400"),)], ids=["one pack", "two packs"])
def test_what_ran_out_before_other_questions_were_adopted_is_recorded_though_the_watch_looked_only_afterwards(
    night: Listened, kept: str, between: tuple[bytes, ...]
) -> None:
    watch = Watch(night.room)
    tick = watch.tick if kept == "by the same keeper" else night.watch_once
    work(night.desk, LOST)
    assert said(tick()) == []
    night.passes(10.5)
    for more in between:
        night.adopt(SHIPPED + more)
    night.adopt(ONLY_OURS)
    assert said(tick()) == ["abandoned-and-not-rung-back"]
    assert night.rang() == [Ring(MONDAY + 600 * S, "abandoned-and-not-rung-back", night.in_hand(Kind.CONTACT).id, 2)]
    assert said(tick()) == said(night.watch_once()) == []


def test_each_pack_is_asked_while_it_is_in_force_and_no_longer(night: Listened) -> None:
    watch = Watch(night.room)
    work(night.desk, LOST)
    watch.tick()
    night.passes(4)
    night.adopt(SHIPPED + NEVER_ANSWERED)
    night.passes(2)
    night.adopt(ONLY_OURS.replace(b"never-answered", b"nobody-answered"))
    night.passes(60)
    assert said([*watch.tick(), *night.watch_once()]) == ["never-answered"]


@pytest.mark.parametrize("kept", ["by the same keeper", "by the next keeper"])
def test_what_runs_out_in_the_very_moment_of_an_adoption_rings_by_the_pack_that_comes(
    night: Listened, kept: str
) -> None:
    watch = Watch(night.room)
    tick = watch.tick if kept == "by the same keeper" else night.watch_once
    work(night.desk, LOST)
    tick()
    night.passes(10)
    night.adopt(SHIPPED + NEVER_ANSWERED)
    night.passes(60)
    assert said(tick()) == ["abandoned-and-not-rung-back"]


def test_what_fell_before_other_questions_were_adopted_is_recorded_though_the_watch_looked_only_afterwards(
    night: Listened,
) -> None:
    day = 86_400 * S
    first = MONDAY // day * day + day
    for number in range(8):
        night.clock.set(first + number * day + 3600 * S)
        for _ in range(2 if number == 7 else 8):
            work(night.desk, "ring 999\nanswer .\ntransfer . ambulance chest pain\nclose .")
        night.watch_once()
    night.clock.set(first + 8 * day + 1)
    night.adopt(ONLY_OURS)
    assert said(night.watch_once()) == ["referrals-falling"]
    assert [one.fact for one in night.facts() if isinstance(one.fact, VolumeFell)] == [
        VolumeFell("referrals-falling", first + 8 * day, 2, 8)
    ]


# fmt: off
LINES = (
    "ring 999", "answer {contact}", "answer {contact}", "abandon {contact}", "recall {contact} voicemail", "ack {contact}",
    "open {contact} welfare heard shouting", f"assess {{incident}} {ANSWERS}", f"assess {{incident}} {ANSWERS}",
    "g2 {incident} so it seems", "g1 {incident} so it seems", "g3 {incident} it is quiet", "note {incident} heard shouting",
    "change {incident} he is back", "send {incident} AB12", "arrive {incident}", "told {incident} nobody will come",
    "result {incident} advice dealt with", "close {incident}", "ack {incident} 4455 told by radio", "verify {expedite} phrase",
    "expedite ward walkout - gone", "decide {expedite} accept real risk", "tellback {expedite} Jones: yes",
)
# fmt: on


@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_watch_recorded_in_a_night_is_what_is_found_by_asking_afterwards(night: Listened, seed: int) -> None:
    chance, keeper, worked = random.Random(seed), Watch(night.room), 0
    for _ in range(350):
        night.passes(chance.choice((0, 0.5, 1, 2, 5, 10, 30)))
        match chance.random():
            case low if low < 0.1:
                keeper.tick()
            case low if low < 0.15:
                night.watch_once()
            case _:
                worked += _work_by_chance(night, chance)
    night.watch_once()
    rang = night.asked().rang
    assert night.rang() == rang
    assert len({one.question for one in rang}) >= 4
    assert min(worked // 5, len(rang)) >= 15


def _work_by_chance(night: Listened, chance: random.Random) -> bool:
    board = night.desk.board
    board.catch_up()
    refs = dict.fromkeys(("contact", "incident", "expedite"), ".")
    for one in board.open():
        if refs[one.kind.name.lower()] == "." or chance.random() < 0.3:
            refs[one.kind.name.lower()] = board.name(one.id, night.clock.now_ns)
    with suppress(Refused, Misread):
        return bool(carry_out(night.desk, chance.choice(LINES).format(**refs)))
    return False


def test_what_falls_is_recorded_once_at_the_end_of_its_day_and_is_what_is_found_by_asking(night: Listened) -> None:
    day = 86_400 * S
    first = MONDAY // day * day + day
    for number in range(9):
        night.clock.set(first + number * day + 3600 * S)
        for _ in range(2 if number == 7 else 8):
            work(night.desk, "ring 999\nanswer .\ntransfer . ambulance chest pain\nclose .")
        night.watch_once()
    falls = [one.fact for one in night.facts() if isinstance(one.fact, VolumeFell)]
    found = [Fallen(one.at, one.question, one.count, one.usual) for one in falls]
    assert found == night.asked().fallen == [Fallen(first + 8 * day, "referrals-falling", 2, 8)]
    (fell,) = night.room.board.policy.fallen
    assert (fell.question, fell.at) == ("referrals-falling", first + 8 * day)


# Whoever knows of it says so


@pytest.mark.parametrize(
    ("kind", "lines", "question"),
    [(Kind.CONTACT, LOST, "abandoned-and-not-rung-back"), (Kind.INCIDENT, CALLED, "not-assessed")],
    ids=["contact", "incident"],
)
def test_a_ring_is_flagged_on_the_board_until_somebody_knows(
    night: Listened, kind: Kind, lines: str, question: str
) -> None:
    work(night.desk, lines)
    assert night.item(kind).rang == ""
    night.passes(31)
    night.watch_once()
    assert night.item(kind).rang == question
    heeded = carry_out(night.desk, f"ack {night.room.board.name(night.in_hand(kind).id)} looking into it")
    assert [one.fact for one in night.desk.opened(heeded)] == [RingHeeded(question, "looking into it")]
    assert night.item(kind).rang == ""
    assert night.watch_once() == []
    assert night.item(kind).rang == ""


def test_one_line_says_that_both_an_escalation_and_a_ring_are_known_of(night: Listened) -> None:
    work(night.desk, ROUTINE)
    night.passes(61)
    night.watch_once()
    assert (night.item().escalated, night.item().rang) == ("sergeant", "stranded-log")
    work(night.desk, "ack . 4455 told by radio")
    assert (night.item().escalated, night.item().rang) == ("", "")


def test_where_nothing_rang_the_line_that_says_so_is_refused_in_words(night: Listened) -> None:
    work(night.desk, CALLED)
    for kind, why in (
        (Kind.CONTACT, "no standing question rang here that nobody knows of"),
        (Kind.INCIDENT, "no escalation of this incident waits to be acknowledged"),
    ):
        before = night.room.journal.tip().size
        with pytest.raises(Refused, match=why):
            carry_out(night.desk, f"ack {night.room.board.name(night.in_hand(kind).id)}")
        assert night.room.journal.tip().size == before


# The commands


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a store in which a caller was lost an hour ago and an incident was assessed, with packs to try."""
    night = Listened(tmp_path_factory.mktemp("asking"), time.time_ns() - 3600 * S)
    work(night.desk, f"{CALLED}\nassess . {ANSWERS.replace('risk=low', 'risk=serious')}\ng2 .\nsend . AB12\n{LOST}")
    night.close()
    ours, rule = SHIPPED + NEVER_ANSWERED, b'"2"\nbecause = "serious-risk"'
    (night.home / "ours.toml").write_bytes(ours)
    (night.home / "idle.toml").write_bytes(ours.replace(b"contact.rang", b"contact.sang"))
    (night.home / "risk.toml").write_bytes(pack_text("strive-2020").replace(rule, rule.replace(b"2", b"3")))
    return night.home


def objects(home: Path, *words: str) -> list[dict[str, Any]]:
    """Return what a command prints for machines."""
    done = hue(home, *words, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_hue_ask_says_what_rang_and_how_often_and_for_machines_with_the_same_keys_always(home: Path) -> None:
    (one,) = objects(home, "ask")
    assert list(one) == ["question", "rang", "stream", "ref", "number"]
    assert (one["question"], one["number"], one["ref"][0]) == ("abandoned-and-not-rung-back", 2, "c")
    done = hue(home, "ask")
    lines = done.stdout.splitlines()
    assert (done.returncode, len(lines)) == (0, 1 + SHIPPED.count(b"[[question]]"))
    assert f"abandoned-and-not-rung-back  by fact 2 of {one['ref']}" in lines[0]
    assert "abandoned-and-not-rung-back: rang 1 time (each of the 1 times it was put) - Was" in done.stdout


def test_hue_ask_asks_only_what_is_named_and_of_a_pack_that_is_not_in_force_too(home: Path) -> None:
    assert objects(home, "ask", "stranded-log") == []
    named = objects(home, "ask", "never-answered", "--pack", "ours.toml")
    assert [one["question"] for one in named] == ["never-answered"]


def test_hue_pack_try_says_what_would_have_gone_otherwise_with_the_same_keys_always(home: Path) -> None:
    keys = ["at", "stream", "ref", "what", "was", "now", "was_grounds", "now_grounds"]
    grounds = "serious-risk, risk.serious"
    (one,) = objects(home, "pack", "try", "risk.toml")
    assert list(one) == keys
    assert [one[key] for key in keys[3:]] == ["suggested", "2", "3", grounds, grounds]
    done = hue(home, "pack", "try", "risk.toml")
    first, last = done.stdout.splitlines()
    assert first.endswith(f"suggested: 2 ({grounds}) -> 3 ({grounds})")
    assert last.startswith("1 record of @")
    assert hue(home, "pack", "try", "strive-2020").stdout.startswith("0 records of @")
    assert all(list(one) == keys for one in objects(home, "pack", "try", "ours.toml"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("ask", "stranded"), "standing-2026 has no question stranded; it has abandoned-and-not-rung-back, "),
        (("ask", "--pack", "grades-2020"), "grades-2020 holds no standing questions: it is a pack of grades"),
        (("ask", "--pack", "nowhere.toml"), "there is no file nowhere.toml, and no pack of that name; "),
        (("pack", "try", "nowhere.toml"), "there is no file nowhere.toml, and no pack of that name; "),
    ],
)
def test_what_is_not_there_to_be_asked_is_a_usage_fault(home: Path, words: tuple[str, ...], why: str) -> None:
    done = hue(home, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"hue: {why}")


@pytest.mark.parametrize("words", [("ask", "--pack"), ("pack", "try"), ("pack", "check"), ("pack", "adopt")])
def test_a_pack_that_can_never_ring_is_refused_by_question_and_line(home: Path, words: tuple[str, ...]) -> None:
    line = (home / "idle.toml").read_text().splitlines().index('code = "never-answered"') + 1
    done = hue(home, *words, "idle.toml")
    why = "standing-2026, question never-answered: can never ring: there is no fact contact.sang"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"hue: idle.toml, line {line}: {why}\n")
