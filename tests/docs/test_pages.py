"""The documentation cannot drift: pages follow from the code, examples run, links lead somewhere."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.main import get_command

from hueandcry.domain.fact import REGISTRY
from hueandcry.operator.cli import app
from hueandcry.operator.verbs import VERBS
from tests.docs.write import PAGES, ROOT, commands_page, events_page


def test_the_page_of_verbs_follows_from_the_table() -> None:
    assert (PAGES / "commands.md").read_text() == commands_page(), "make docs"


def test_the_page_of_facts_follows_from_the_registry() -> None:
    assert (PAGES / "events.md").read_text() == events_page(), "make docs"


def test_the_tour_of_the_readme_runs(tmp_path: Path) -> None:
    """Every line of the five minutes, in order, in a home of its own; what the page shows is what comes."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HUE_", "XDG_"))}
    env = {**inherited, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / ".typed")}
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    lines = [line.replace("/tmp/", f"{tmp_path}/") for block in blocks for line in block.splitlines()]
    commands = [at for at, line in enumerate(lines) if line.startswith("$ ")]
    assert len(commands) > 20
    for at, end in zip(commands, [*commands[1:], len(lines)], strict=True):
        words = shlex.split(lines[at][2:])
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            env |= {name: value} if name.startswith("HUE_") else {}
            continue
        assert words[0] == "hue"
        done = subprocess.run(
            [sys.executable, "-m", "hueandcry.operator.cli", *words[1:]],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        shown = [line for line in lines[at + 1 : end] if line.strip()]
        assert done.returncode == (1 if shown else 0), (lines[at], done.stdout, done.stderr)
        for line in shown:
            assert line in (done.stdout + done.stderr).splitlines()


def test_every_command_and_option_on_a_page_is_one_that_there_is() -> None:
    """Also where it stands in the middle of a sentence, as a page for operators has them."""
    told = 0
    for page in [*ROOT.glob("*.md"), *PAGES.glob("*.md")]:
        for line in re.findall(r"`hue ([^`]+)`", page.read_text()):
            known: Any = get_command(app)
            for word in line.split():
                commands = getattr(known, "commands", {})
                if all(one in commands for one in word.split("|")):
                    known, told = commands[word.split("|")[0]], told + 1
                elif word.startswith("-"):
                    options = {name for one in known.params for name in one.opts} | {"-h", "--help"}
                    assert word in options, f"{page.name}: hue {line}"
                else:
                    assert not commands, f"{page.name}: hue {line}"
    assert told > 10


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *PAGES.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_verb_has_an_example_that_begins_with_it() -> None:
    for verb in VERBS:
        first = verb.example.split()[0]
        proposed = verb.example.startswith(f"propose {verb.name} ")  # what no one does alone
        assert first in (verb.name, verb.short) or (verb.name == "grade" and first.startswith("g")) or proposed, (
            verb.name
        )


def test_every_target_of_the_makefile_is_in_contributing() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0].split()
    text = (ROOT / "CONTRIBUTING.md").read_text() + (ROOT / "README.md").read_text()
    assert [target for target in targets if f"make {target}" not in text and target != "clean"] == []


def test_every_test_that_the_letters_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (PAGES / "letter.md").read_text())
    assert len(named) > 25
    for path, test in named:
        assert (ROOT / path).is_file(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text(), f"{path}::{test}"


def test_every_fact_and_line_that_the_letters_page_names_is_there() -> None:
    page = (PAGES / "letter.md").read_text()
    facts = {name for name, _ in REGISTRY}
    assert {
        one for one in re.findall(r"`((?:contact|incident|expedite|record|policy|staff|foreign)\.\w+)`", page)
    } <= facts
