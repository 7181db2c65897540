"""Keys are changed where one sits, without a file: they work at once, the line of keys says them, and a clash is refused."""

import subprocess
from pathlib import Path

from hueandcry.operator.bootstrap import Room
from tests.screens.conftest import Enter
from tests.screens.terminal import hue
from tests.spec.test_actions import environment
from tests.staging import work


async def test_another_key_works_at_once_and_the_one_before_does_nothing_any_more(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store, size=(120, 40))
    await room.line("keys wall f11", shows="wall is on F11 from now on")
    await room.line("keys help f12", shows="help is on F12 from now on")
    assert "F12 help" in room.keys, "the line of keys says it"
    await room.press("F11")
    await room.sees("The wall")
    await room.press("F2")
    await room.sees("Incidents (1)")
    await room.press("Ctrl+O")
    await room.press("F1")
    await room.types("note 1 nothing happens")
    assert "Incidents (1)" in room.text
    await room.press("Esc")
    await room.line("keys help default", shows="help is on F1 from now on")
    await room.press("F1")
    await room.sees("The command bar always has the keyboard")
    await room.press("F10")
    await room.has_ended()


async def test_a_key_that_another_action_has_is_refused_and_the_line_stays(store: Room, enter: Enter) -> None:
    room = await enter(store)
    await room.is_refused("keys sort f6", "F6 is the key of")
    await room.is_refused("keys fly f11", "there is no action 'fly'")
    assert "F5 sort" in room.keys
    await room.leave()


async def test_keys_alone_shows_the_card(store: Room, enter: Enter) -> None:
    room = await enter(store)
    await room.types("keys")
    await room.press("Enter")
    await room.sees("help: keys, verbs, references", "the board: contacts, partners, incidents")
    await room.press("F10")
    await room.has_ended()


def test_line_mode_and_the_shell_change_keys_too(store: Room, tmp_path: Path) -> None:
    env = environment(store.folder.path, HUE_KEYS=str(tmp_path / "keys"), HUE_STATE=str(tmp_path / "state"))
    env["HUE_SETTINGS"] = str(tmp_path / "room.toml")
    lines = "keys sort f11\nkeys sort\nkeys sort f6\nkeys\n"
    said = subprocess.run(hue(), input=lines, env=env, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[:2] == [
        f"sort is on F11 from now on: {tmp_path / 'room.toml'}",
        "F11           put the lists in order",
    ]
    assert "F6 is the key of sort and of incident" in said.stderr
    assert "F1            help: keys, verbs, references" in said.stdout.splitlines()
    for words, code, says in (
        (["sort", "default"], 0, "sort is on F5 from now on"),
        (["sort", "f6"], 1, "F6 is the key of sort and of incident"),
        (["sort", "--json"], 0, '"keys": ["f5"]'),
    ):
        run = subprocess.run(hue("keys", *words), env=env, capture_output=True, text=True, check=False)
        assert (run.returncode, says in run.stdout + run.stderr) == (code, True), run
