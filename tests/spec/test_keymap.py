"""Another key for an action: written into the settings, which keep what else stands in them; a clash is refused.

Source: WCAG 2.1.4 as reported: keys can be changed; whoever changes one at night types no file by hand.
"""

from pathlib import Path

import pytest

from hueandcry.domain.fault import Refused
from hueandcry.operator.keymap import change_keys
from hueandcry.operator.settings import read_settings

MINE = '# mine\ntheme = "contrast"  # for my eyes\ncopy = true\n'


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "room.toml"
    path.write_text(MINE)
    return path


def test_an_action_gets_another_key_and_nothing_else_in_the_file_is_touched(settings: Path) -> None:
    keymap, said = change_keys("sort F11", settings)
    assert keymap == {"sort": "f11"}
    assert said == f"sort is on F11 from now on: {settings}"
    assert settings.read_text().startswith(MINE)
    read, faults = read_settings(settings)
    assert (read.theme, read.copy, read.keys, faults) == ("contrast", True, {"sort": "f11"}, [])
    assert sorted(one.name for one in settings.parent.iterdir()) == ["room.toml"]


def test_a_second_change_keeps_the_first_and_default_gives_the_own_keys_back(settings: Path) -> None:
    change_keys("sort f11", settings)
    assert change_keys("palette f12 ctrl+k", settings)[0] == {"sort": "f11", "palette": "f12,ctrl+k"}
    keymap, said = change_keys("sort default", settings)
    assert keymap == {"palette": "f12,ctrl+k"} == read_settings(settings)[0].keys
    assert "sort is on F5" in said


def test_where_there_are_no_settings_they_are_made(tmp_path: Path) -> None:
    path = tmp_path / "not" / "there" / "room.toml"
    change_keys("sort f11", path)
    assert read_settings(path)[0].keys == {"sort": "f11"}


def test_a_link_to_where_the_settings_are_kept_stays_one(settings: Path) -> None:
    link = settings.parent / "link.toml"
    link.symlink_to(settings)
    change_keys("sort f11", link)
    assert link.is_symlink()
    assert read_settings(settings)[0].keys == {"sort": "f11"}


def test_an_action_alone_says_its_keys_and_writes_nothing(settings: Path) -> None:
    assert change_keys("sort", settings)[1].split(maxsplit=1) == ["F5", "put the lists in order"]
    assert settings.read_text() == MINE


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "there is no action ''"),
        (" ", "there is no action ''"),
        ("fly f11", "there is no action 'fly'"),
        ("sort f6", "F6 is the key of"),
        ("sort s", "'s' is no key here"),
        ("sort ctrl+m", "it is Enter to a terminal"),
        ("do f11", "do stays on Enter"),
        ("sort f11 f11", "F11"),
        ("sort default f11", "'default' is no key here"),
        ("\x1b[2J f11", "there is no action"),
    ],
)  # fmt: skip
def test_what_would_be_wrong_is_refused_in_its_words_and_the_file_stays(settings: Path, words: str, says: str) -> None:
    with pytest.raises(Refused) as fault:
        change_keys(words, settings)
    assert says in fault.value.rule
    assert fault.value.rule.isprintable()
    assert settings.read_text() == MINE


def test_a_fault_that_stands_in_the_file_keeps_nobody_from_mending_another_and_is_said(settings: Path) -> None:
    settings.write_text('[keys]\nsort = "f6"\nundo = "u"\n')
    keymap, said = change_keys("sort default", settings)
    assert keymap == {}
    assert "none is used before this is mended: undo: 'u' is no key here" in said
    assert change_keys("undo ctrl+u", settings)[0] == {"undo": "ctrl+u"}


@pytest.mark.parametrize("content", ["[keys", "keys = 3\n", '[keys]\nsort = "\n', "\x00"])
def test_settings_that_cannot_be_read_are_left_as_they_are(settings: Path, content: str) -> None:
    settings.write_text(content)
    with pytest.raises(Refused, match="mended"):
        change_keys("sort f11", settings)
    assert settings.read_text() == content


def test_bytes_that_are_no_text_are_left_as_they_are(settings: Path) -> None:
    settings.write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match="mended"):
        change_keys("sort f11", settings)
    assert settings.read_bytes() == b"\xff\xfe"


def test_settings_that_cannot_be_written_are_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"cannot be (read|written): Not a directory"):
        change_keys("sort f11", tmp_path / "file" / "room.toml")
