"""The room's other times tried on history: who would have waited too long to be taken up, rung back, heard of, or told."""

import re
from typing import Any

import pytest

from hueandcry.domain.fact import Entry
from hueandcry.domain.gradescheme import GradePack
from hueandcry.domain.packreader import new_pack
from hueandcry.domain.trial import Otherwise, Trial
from hueandcry.operator.desk import Desk
from hueandcry.store.records import blank
from tests.spec.harness import pack
from tests.staging import S, Stage, work

MODEL = new_pack(pack("grades-2020"))
assert isinstance(MODEL, GradePack)
MAJOR = "major 1 gate 4 / crush / crowd / Bell Street / 40 / ambulance"


def scheme(**times: int) -> bytes:
    """Return the scheme of 2020 with other times of the room."""
    text = pack("grades-2020").decode()
    head, _, rest = text.partition("\n[")
    kept = [line for line in head.splitlines() if line.split(" ")[0] not in times]
    return ("\n".join([*kept, *(f"{name} = {value}" for name, value in times.items())]) + "\n[" + rest).encode()


def tried(content: bytes, stage: Stage) -> list[tuple[str, str, int]]:
    """Return what would have been raised otherwise: how it was, how it would have been, and how long after the beginning."""
    entries: tuple[Entry, ...] = tuple(stage.log.entries())
    trial = Trial(new_pack(content), blank, lambda *_: ())
    found: list[Otherwise] = trial.walk(entries, None, stage.clock.now_ns)
    assert all(one.what == "raised" for one in found)
    return [(one.was, one.now, (one.at - begun(entries, one.stream)) // S) for one in found]


def begun(entries: tuple[Entry, ...], stream: bytes) -> int:
    """Return when a wait of a record began: its fact after which time passed."""
    of_it = [one.header.occurred for one in entries if one.stream == stream and one.header is not None]
    return min(at for at in of_it)


def act(desk: Desk, stage: Stage, *steps: Any) -> None:
    """Do lines, and let seconds pass where a number stands."""
    for step in steps:
        stage.pass_time(step) if isinstance(step, int) else work(desk, step)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.mark.parametrize(
    ("times", "steps", "otherwise"),
    [
        ({"park_within_s": 60}, ("ring 101\nanswer .\npark .", 60, "answer ."), ("not raised", "not taken up in 60 s", 60)),
        ({"park_within_s": 60}, ("ring 101\nanswer .\npark .", 59, "answer ."), None),
        ({"park_within_s": 60}, ("ring 101\nanswer .\npark .", 120, "answer ."), None),
        ({"park_within_s": 600}, ("ring 101\nanswer .\npark .", 120, "answer ."), ("not taken up in 120 s", "not raised", 120)),
        ({"park_within_s": 60}, ("ring 101\nanswer .\npark .", 30, "abandon .", 40, "recall . spoke"), None),
        ({"park_within_s": 60}, ("ring 101\nanswer .\npark .", 90), ("not raised", "not taken up in 60 s", 60)),
        ({"recall_every_s": 60}, ("ring 999\nabandon .", 60, "recall . spoke"), ("not raised", "not rung back in 60 s", 60)),
        ({"recall_every_s": 60}, ("ring 999\nabandon .", 59, "recall . spoke", 900), None),
        (
            {"recall_every_s": 60},
            ("ring 999\nabandon .", 30, "recall . voicemail", 70, "recall . spoke"),
            ("not raised", "not rung back in 60 s", 90),
        ),
        ({"recalls": 1}, ("ring 999\nabandon .", 30, "recall . voicemail", 400), ("not rung back in 300 s", "not raised", 330)),
        ({"recalls": 2}, ("ring 999\nabandon .", 30, "recall . voicemail", 290, "recall . spoke"), None),
        ({"recall_every_s": 60}, ("ring 999\nabandon .\nopen . abandoned-call", 200), None),
    ],
)  # fmt: skip
def test_who_would_have_waited_too_long_is_listed_and_nobody_else(
    stage: Stage, times: dict[str, int], steps: tuple[Any, ...], otherwise: tuple[str, str, int] | None
) -> None:
    act(stage.founder, stage, *steps)
    assert tried(scheme(**times), stage) == ([] if otherwise is None else [otherwise])
    assert tried(pack("grades-2020"), stage) == []


@pytest.mark.parametrize(
    ("steps", "otherwise"),
    [
        ((600, "heard AB12"), [("not raised", "not heard of in 600 s")]),
        ((599, "heard AB12", 599, "clear AB12"), []),
        ((599, "heard AB12", 600, "clear AB12"), [("not raised", "not heard of in 600 s")]),
        ((300, "clear AB12", 900), []),
        ((1200, "heard AB12"), []),
    ],
)
def test_a_crew_at_a_scene_is_heard_of_by_the_scheme_that_is_tried(
    stage: Stage, steps: tuple[Any, ...], otherwise: list[tuple[str, str]]
) -> None:
    said = "situation=now threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
    work(stage.founder, f"unit AB12 CENTRAL\nopen - welfare\nassess 1 {said}\ng4 1 so\nsend 1 AB12\narrive 1 AB12")
    act(stage.founder, stage, *steps)
    assert [one[:2] for one in tried(scheme(safety_check_within_s=600), stage)] == otherwise


def test_an_agency_would_have_been_late_or_would_not_have_had_to_be_told(stage: Stage) -> None:
    work(stage.founder, f"open - other crush\n{MAJOR}\ntell 1 fire by talk group")
    stage.pass_time(100)
    work(stage.founder, "knows 1 fire Watch Manager Shah")
    stage.pass_time(30)
    only_fire = 'agency = [{ code = "fire", name = "fire and rescue", acknowledge_within_s = 90 }]'
    content = re.sub(r"agency = \[.*?\n\]", only_fire, pack("grades-2020").decode(), flags=re.DOTALL).encode()
    found = [one[:2] for one in tried(content, stage)]
    assert found[0] == ("not raised", "not said to know by fire in 90 s")
    others = [one.code for one in MODEL.agency if one.code != "fire"]
    assert sorted(found[1:]) == sorted((f"not said to know by {code} in 120 s", "not raised") for code in others)
