"""Writes the pages that follow from the code: docs/commands.md and docs/events.md; a test holds them against it."""

import sys
from pathlib import Path

from hueandcry.domain.fact import REGISTRY, Tier
from hueandcry.operator.verbs import VERBS
from hueandcry.store import views

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs"


def commands_page() -> str:
    """Return docs/commands.md."""
    lines = [
        "# Verbs",
        "",
        "Written from `operator/verbs.py` by `make docs`. A verb goes by its long or short name, or an unambiguous beginning. In",
        "capitals a word, in small letters text to the end of the line, in brackets what may be left out. `.` is the item in hand,",
        "`57` an incident by its daily number or an unambiguous end of it, `412 of 23/11` one of another day, `c4f7q` a contact,",
        "`e4f7q` an expedite by its tail. `g1 57` is `grade 57 1`.",
        "",
        "| verb | short | line | what it does | as in |",
        "|---|---|---|---|---|",
    ]
    for verb in VERBS:
        does = verb.does.translate(str.maketrans("", "", "{}[]"))
        lines.append(f"| {verb.name} | `{verb.short}` | `{verb.usage()}` | {does} | `{verb.example}` |")
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Return docs/events.md."""
    assert views.RECORDS, "the registry is whole once the board knows every record"
    lines = [
        "# Facts",
        "",
        "Written from the classes in `domain/` by `make docs`. A field in braces stands in the fact's sentence.",
        "",
        "| fact | version | says | plain | police | sealed | local |",
        "|---|---|---|---|---|---|---|",
    ]
    for (name, version), cls in sorted(REGISTRY.items()):
        if not cls.__module__.startswith("hueandcry."):
            continue
        tiers = " | ".join(", ".join(cls.card.groups[tier]) for tier in Tier)
        lines.append(f"| `{name}` | {version} | {cls.card.says} | {tiers} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the pages; returns 0."""
    (PAGES / "commands.md").write_text(commands_page())
    (PAGES / "events.md").write_text(events_page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
