"""The table of keys: each action once, no key twice, and a keymap that is wrong is said and not used; operator/actions.py.

Source: letter, area 1 (a handler at any terminal); WCAG 2.1.4 as reported: keys can be changed; every action has a line.
"""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from hueandcry.operator.actions import ACTIONS, BY_ID, card, faults_of, keys_of, line_words, usable
from hueandcry.operator.bootstrap import Founding, found
from tests.screens.terminal import ROOT, hue

PLAIN = re.compile(r"f\d+|ctrl\+[a-z]|tab|enter|escape|up|down|pageup|pagedown|home|end|insert|delete")


def keys() -> list[str]:
    return [key for one in ACTIONS for key in one.keys.split(",")]


def test_each_action_stands_in_the_table_once() -> None:
    assert [name for name, count in Counter(one.id for one in ACTIONS).items() if count > 1] == []
    assert [does for does, count in Counter(one.does for one in ACTIONS).items() if count > 1] == []


def test_no_key_is_given_to_two_actions() -> None:
    assert [key for key, count in Counter(keys()).items() if count > 1] == []
    assert faults_of({}) == []


def test_keys_are_those_that_every_terminal_hands_on_and_no_letter_is_among_them() -> None:
    assert [key for key in keys() if not PLAIN.fullmatch(key)] == []
    assert {"ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h"}.isdisjoint(keys()), "a terminal means other keys by them"


@pytest.mark.parametrize(
    ("keymap", "says"),
    [
        ({"fly": "f11"}, "no action 'fly'"),
        ({"sort": "s"}, "'s' is no key"),
        ({"sort": "1"}, "'1' is no key"),
        ({"sort": ""}, "'' is no key"),
        ({"sort": "f13"}, "'f13' is no key"),
        ({"sort": "alt+s"}, "'alt+s' is no key"),
        ({"sort": "ctrl+i"}, "Tab to a terminal"),
        ({"sort": "ctrl+m"}, "Enter to a terminal"),
        ({"sort": "ctrl+j"}, "Enter to a terminal"),
        ({"sort": "Ctrl+H"}, "Backspace to a terminal"),
        ({"sort": "f1"}, "F1 is the key of help and of sort"),
        ({"sort": "ctrl+k"}, "Ctrl+K is the key of"),
        ({"sort": "f11", "undo": "F11"}, "F11 is the key of"),
        ({"do": "f11"}, "do stays on Enter"),
        ({"back": "f12"}, "back stays on Esc"),
        ({"sort": "enter"}, "Enter is the key of"),
        ({"sort": "escape"}, "Esc is the key of"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_keymap_is_said_in_a_sentence_and_none_of_it_is_used(
    keymap: dict[str, str], says: str
) -> None:
    assert any(says in fault for fault in faults_of(keymap)), faults_of(keymap)
    assert all("\n" not in fault and len(fault) < 200 for fault in faults_of(keymap))
    assert usable(keymap | {"alert": "f12"}) == {}, "half a keymap is worse than none"


@pytest.mark.parametrize(
    "keymap",
    [
        {"sort": "f6", "incident": "f5"},
        {"sort": "f11"},
        {"undo": "f12,ctrl+u"},
        {"up": "home", "down": "end"},
        {"help": "f10", "leave": "f1", "sort": "F12"},
    ],
)
def test_keys_that_are_free_or_swapped_are_used(keymap: dict[str, str]) -> None:
    assert faults_of(keymap) == []
    assert usable(keymap) == {name: key.lower() for name, key in keymap.items()}


def test_blanks_and_capitals_in_a_keymap_are_no_fault() -> None:
    assert usable({"undo": " F12 , Ctrl+U "}) == {"undo": "f12,ctrl+u"}


def test_a_key_that_is_given_twice_to_one_action_is_said_to_be_so() -> None:
    """It is no clash of two actions, but nobody means it."""
    assert faults_of({"undo": "f12,f12"}) != []


def test_the_card_names_every_action_with_its_keys_as_they_are_set_and_why_one_can_do_nothing() -> None:
    lines = card({"sort": "f11"}, {"undo": "this is a replay"})
    assert len(lines) == len(ACTIONS)
    said = dict(zip(BY_ID, lines, strict=True))
    assert said["sort"].startswith("F11 ")
    assert "not now: this is a replay" in said["undo"]
    assert said["palette"].startswith("F9 or Ctrl+K ")
    assert [name for name, line in said.items() if keys_of(name, {"sort": "f11"}) not in line] == []


def test_the_command_that_a_fault_points_to_is_one() -> None:
    [fault] = faults_of({"fly": "f11"})
    named = re.search(r"'(hue \w+)'", fault)
    if named is not None:
        run = subprocess.run(
            hue(*named[1].split()[1:], "--help"),
            env=environment(Path("nowhere")),
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr


def environment(store: Path, **other: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / ".typed"), "TERM": "dumb", "HUE_STORE": str(store), **other}


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What line mode answers to the words that it does not know, each typed as it stands, in one run."""
    home = tmp_path_factory.mktemp("room")
    room, _ = found(home / "store", Founding("GMP", "Greater Manchester Police", "2211", keys=home / "keys"))
    room.close()
    words = sorted(set(line_words()), key=lambda word: (word == "quit", word))
    run = subprocess.run(
        hue(),
        input="\n".join(("frobnicate", "ring 999 07700900123", *words, "behind-quit")) + "\n",
        env=environment(home / "store", HUE_KEYS=str(home / "keys"), HUE_STATE=str(home / "state")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    said = [line for line in run.stderr.splitlines() if "there is no verb" in line]
    assert "frobnicate" in said[0]
    assert "behind-quit" not in run.stderr
    return "\n".join(said)


@pytest.mark.parametrize(
    "action",
    list(BY_ID),
)
def test_the_line_of_every_action_is_understood_in_line_mode(action: str, unknown: str) -> None:
    """Nobody who cannot see a screen is kept from anything that a key does."""
    assert f">>{BY_ID[action].line}<<" not in unknown
