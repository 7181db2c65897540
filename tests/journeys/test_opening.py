"""The way into the room: `hue` with nothing behind it loads nothing that only other commands need; docs/adr/0019."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.screens.terminal import ROOT, Terminal

NOT_NEEDED = ("typer", "pydantic", "rapidfuzz", "phonenumbers", "tomlkit", "jellyfish")
LOADS = f"""
import atexit, sys
def say():
    loaded = sorted({{name.partition('.')[0] for name in sys.modules}} & set({NOT_NEEDED!r}))
    print('LOADED', *loaded, file=open(sys.argv_was, 'w'))
sys.argv_was = sys.argv.pop()
atexit.register(say)
from hueandcry.operator.entry import main
main()
"""


def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "HUE_STORE": str(tmp_path / "store"),
        "HUE_KEYS": str(tmp_path / "keys"),
        "HUE_STATE": str(tmp_path / "state"),
        "PYTHONPATH": str(ROOT / ".typed"),
    }


@pytest.fixture
def founded(tmp_path: Path) -> Path:
    words = ["init", "--code", "GMP", "--name", "Greater Manchester Police", "--collar", "2211"]
    subprocess.run(
        [sys.executable, "-m", "hueandcry.operator.entry", *words], env=os.environ | environment(tmp_path), check=True
    )
    return tmp_path


def test_a_room_on_the_screen_loads_nothing_that_only_commands_need(founded: Path) -> None:
    said = founded / "said"
    terminal = Terminal([sys.executable, "-c", LOADS, str(said)], environment(founded))
    terminal.until("Incidents (0)")
    terminal.line("ring 999 07700900123", "Contacts, waiting first (1)")
    terminal.type("\x1b[21~")
    assert terminal.end() == 0
    loaded = said.read_text().split()
    assert loaded[:1] == ["LOADED"]
    assert set(loaded[1:]) <= {"phonenumbers"}, "a number was rung"


def test_line_mode_ends_with_the_same_codes_and_sentences_by_either_way(tmp_path: Path) -> None:
    """Where there is no store, whoever comes in is told so."""
    env = os.environ | environment(tmp_path)
    told = set()
    for words in ([], ["--store", env["HUE_STORE"]]):
        command = [sys.executable, "-m", "hueandcry.operator.entry", *words]
        run = subprocess.run(command, env=env, input="", capture_output=True, text=True, check=False)
        told.add((run.returncode, run.stdout, run.stderr))
    [(code, out, err)] = told
    assert (code, out) == (5, "")
    assert err.startswith("hue: ")


def test_a_shell_that_asks_how_a_word_goes_on_is_answered(tmp_path: Path) -> None:
    asked = {"_HUE_COMPLETE": "complete_bash", "COMP_WORDS": "hue ver", "COMP_CWORD": "1"}
    program = "import sys; sys.argv = ['hue']; from hueandcry.operator.entry import main; main()"
    env = os.environ | environment(tmp_path) | asked
    run = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert "verify" in run.stdout, run
