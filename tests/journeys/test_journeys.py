"""Every story in tests/journeys/*.txt holds, told to the command from outside."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.session import Session, hue

FOLDER = Path(__file__).parent
SCRIPTS = sorted(FOLDER.glob("*.txt"))
Told = Callable[[str], Path]


def today() -> str:
    return f"{datetime.now(ZoneInfo('Europe/London')):%Y-%m-%d}"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Tell a story once, and return the home it was told in; over a midnight, which renames items, tell it again."""
    homes: dict[str, Path] = {}

    def tell(name: str) -> Path:
        if name not in homes:
            day = today()
            home = tmp_path_factory.mktemp(name)
            try:
                Session(home).play(FOLDER / f"{name}.txt")
            except AssertionError:
                if day == today():
                    raise
                home = tmp_path_factory.mktemp(name)
                Session(home).play(FOLDER / f"{name}.txt")
            homes[name] = home
        return homes[name]

    return tell


@pytest.mark.parametrize("name", [script.stem for script in SCRIPTS])
def test_the_story_holds(name: str, told: Told) -> None:
    told(name)


# What the record tells of the 999 call


@pytest.fixture(scope="module")
def explained(told: Told) -> dict[str, Any]:
    """Return `hue explain --json` of the incident of the 999 call."""
    done = hue(told("a-999-call-from-ring-to-close"), "explain", "1", "--json")
    assert done.returncode == 0
    told_of: dict[str, Any] = json.loads(done.stdout)
    return told_of


def test_each_decision_names_who_made_it_in_which_role_and_session(explained: dict[str, Any]) -> None:
    """Letter, area 1: every decision can be explained."""
    assert [one["name"] for one in explained["decisions"]] == [
        "incident.opened",
        "contact.linked",
        *2 * ["contact.element_passed_over"],
        "incident.assessed",
        "incident.graded",
        "incident.resourced",
        "contact.linked",
        "incident.assessed",
        "incident.regraded",
        "incident.resulted",
        "incident.caller_told",
        "incident.closed",
        "incident.stood_down",
        "contact.closed",
        "contact.closed",
    ]
    for one in explained["decisions"]:
        assert one["actor"] in ("2211", "3344")
        assert all(one[part] for part in ("role", "session", "seat", "recorded", "occurred", "says"))


def test_a_judgement_names_the_pack_of_its_day_by_its_hash(explained: dict[str, Any], told: Told) -> None:
    info = json.loads(hue(told("a-999-call-from-ring-to-close"), "store", "info", "--json").stdout)
    hashes = {one["kind"]: one["hash"] for one in info["packs"]}
    wanted = {
        "opened": "categories",
        "assessed": "risk",
        "graded": "grades",
        "regraded": "grades",
        "resulted": "results",
    }
    for one in explained["decisions"]:
        kind = wanted.get(one["name"].removeprefix("incident."))
        if kind is not None:
            assert one["pack_hash"] == hashes[kind]
            assert len(one["pack_hash"]) == 64


def test_a_grade_names_its_assessment_what_was_suggested_and_what_was_chosen(explained: dict[str, Any]) -> None:
    first, second = (one for one in explained["decisions"] if one["name"].endswith("graded"))
    assert (first["suggested"], first["chosen"], first["assessment"]) == ("1", "1", 24)
    assert first["grounds"] == ["weapon-now", "situation.now", "threat.weapon"]
    assert (second["suggested"], second["chosen"], second["assessment"]) == ("2", "3", 31)
    assert second["reason"] == "he has left, she is not alone"


def test_a_downgrade_names_both_people(explained: dict[str, Any]) -> None:
    """Whoever reads the decision alone sees who wanted it and who took the second look: two people."""
    second = next(one for one in explained["decisions"] if one["name"] == "incident.regraded")
    names = {part: second.get(part) for part in ("actor", "proposed_by", "second_look")}
    assert {"2211", "3344"} <= set(names.values()), names


def test_every_decision_rests_only_on_what_was_recorded_before_it(explained: dict[str, Any]) -> None:
    facts = {one["position"]: one for one in explained["facts"]}
    for one in explained["decisions"]:
        assert all(position < one["position"] for position in one["rests_on"])
        assert all(position in facts for position in one["rests_on"])
        assert one["assessment"] is None or one["assessment"] in one["rests_on"]
        assert one["position"] in facts


def test_a_downgrade_rests_on_its_assessment_its_proposal_and_its_approval(explained: dict[str, Any]) -> None:
    facts = {one["position"]: one["name"] for one in explained["facts"]}
    second = next(one for one in explained["decisions"] if one["name"] == "incident.regraded")
    assert {"incident.assessed", "staff.proposed", "staff.approved"} == {facts[at] for at in second["rests_on"]}


def test_an_explanation_as_of_a_moment_knows_nothing_of_what_came_later(told: Told) -> None:
    home = told("a-999-call-from-ring-to-close")
    for position in (19, 24, 25, 31):
        then = json.loads(hue(home, "explain", "1", "--json", "--at", f"@{position}").stdout)
        assert max(one["position"] for one in then["facts"]) <= position
        assert then["decisions"][-1]["position"] == position
