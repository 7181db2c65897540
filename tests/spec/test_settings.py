"""What whoever sits here has set: a bad file is said in a sentence, and keeps nobody from the room; operator/settings.py."""

from pathlib import Path

import pytest

from hueandcry.operator.app import ControlRoom
from hueandcry.operator.settings import Settings, read_settings, settings_path
from tests.hostile import CORPUS
from tests.staging import Founded

SENTENCE_MAX = 400
BAD = {
    "not TOML": b"theme = [",
    "not UTF-8": b"\xff\xfe\x00t",
    "a nul byte": b'theme = "night\x00"',
    "twice the same": b'theme = "night"\ntheme = "contrast"',
    "an unknown field": b'theme = "contrast"\nbell = "loud"',
    "another kind of value": b"theme = 3",
    "keys that are no table": b'keys = "f5"',
    "a key that is no text": b"[keys]\nsort = 5",
    "a date": b"copy = 2026-11-23",
}


def read(folder: Path, content: bytes) -> tuple[Settings, list[str]]:
    path = folder / "room.toml"
    path.write_bytes(content)
    return read_settings(path)


def test_without_a_file_the_defaults_hold_and_nothing_is_said(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml") == (Settings(), [])


def test_an_empty_file_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, b"") == (Settings(), [])


def test_what_is_set_is_used(tmp_path: Path) -> None:
    said, faults = read(tmp_path, b'theme = "contrast"\ncopy = true\n[keys]\nsort = "F11"\n')
    assert faults == []
    assert said == Settings("contrast", True, {"sort": "f11"})


@pytest.mark.parametrize("why", BAD)
def test_a_file_that_cannot_be_understood_is_said_in_one_sentence_and_the_defaults_hold(
    tmp_path: Path, why: str
) -> None:
    said, faults = read(tmp_path, BAD[why])
    assert said == Settings()
    assert len(faults) == 1, faults
    assert str(tmp_path / "room.toml") in faults[0]
    assert "\n" not in faults[0]
    assert len(faults[0]) < SENTENCE_MAX


@pytest.mark.parametrize("content", [b"x = " + b"[" * 20_000, b"copy = " + b"9" * 5_000], ids=["too deep", "too long"])
def test_a_file_that_is_too_much_for_the_reader_keeps_nobody_from_the_room(tmp_path: Path, content: bytes) -> None:
    said, faults = read(tmp_path, content)
    assert said == Settings()
    assert len(faults) == 1


def test_a_file_that_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "room.toml").mkdir()
    said, faults = read_settings(tmp_path / "room.toml")
    assert said == Settings()
    [fault] = faults
    assert "cannot be read" in fault


def test_a_theme_that_is_none_leaves_the_other_settings_as_they_are(tmp_path: Path) -> None:
    said, faults = read(tmp_path, b'theme = "pink"\ncopy = true\n[keys]\nsort = "f11"\n')
    assert said == Settings("night", True, {"sort": "f11"})
    [fault] = faults
    assert "no theme 'pink'" in fault
    assert "night, contrast, colour-blind" in fault


def test_a_keymap_that_clashes_is_not_used_at_all_and_the_theme_is(tmp_path: Path) -> None:
    said, faults = read(tmp_path, b'theme = "contrast"\n[keys]\nsort = "f1"\nundo = "f12"\n')
    assert said == Settings("contrast")
    [fault] = faults
    assert "F1 is the key of help and of sort" in fault


def test_every_fault_of_a_file_is_said(tmp_path: Path) -> None:
    _, faults = read(tmp_path, b'theme = "pink"\n[keys]\nfly = "f11"\nsort = "s"\n')
    assert len(faults) == 3


def test_hostile_words_in_the_file_are_said_harmlessly(tmp_path: Path) -> None:
    for text in (one for one in CORPUS if len(one) < 200):
        quoted = "".join(f"\\U{ord(letter):08x}" for letter in text if not 0xD800 <= ord(letter) < 0xE000)
        said, faults = read(tmp_path, f'theme = "{quoted}"\n[keys]\n"{quoted}" = "{quoted}"\n'.encode())
        assert said == Settings()
        assert faults
        assert [fault for fault in faults if any(letter in fault for letter in "\x1b\x07\x9b\n\r\x08\x00")] == [], text


def test_the_file_is_where_it_is_said_to_be_or_in_the_configuration_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUE_SETTINGS", str(tmp_path / "mine.toml"))
    assert settings_path() == tmp_path / "mine.toml"
    monkeypatch.delenv("HUE_SETTINGS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path() == tmp_path / "hueandcry" / "room.toml"


async def test_the_room_opens_with_a_bad_file_and_says_what_is_wrong(tmp_path: Path) -> None:
    said, faults = read(tmp_path, BAD["an unknown field"])
    stage = Founded(tmp_path / "store")
    app = ControlRoom(stage.room, None, settings=said, faults=faults)
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(100):
            await pilot.pause()
            if "unknown field" in app.front(app.backroom).message.said:  # type: ignore[union-attr]
                break
        assert "unknown field" in app.front(app.backroom).message.said  # type: ignore[union-attr]
        await pilot.press("f10")
    stage.close()
