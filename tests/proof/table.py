"""The table of proof runs, docs/proof/journal.md: one row for each campaign, the last run's.

Theory of operation. A campaign tells its row at its end. The row is printed, and only under HUE_PROOF=1 written; a rerun
replaces the campaign's own row and leaves the others, so that one campaign can be run anew by itself.
"""

from pathlib import Path
from typing import NamedTuple

from tests.proof.counts import PROOF, SEED

PAGE = Path(__file__).parents[2] / "docs" / "proof" / "journal.md"
HEAD = """# Proof of the journal

What the campaigns of `make proof` came to when they were last run at full count. Each row is written by its campaign;
`HUE_PROOF=1 HUE_SEED=<seed>` does the same run again.

| campaign | count | found or lost | seconds | seed |
|---|---|---|---|---|
"""


class Told(NamedTuple):
    """What one campaign came to."""

    campaign: str
    count: int
    outcome: str
    seconds: float
    seed: int = SEED

    def line(self) -> str:
        """Return the row as it stands in the table."""
        return f"| {self.campaign} | {self.count:,} | {self.outcome} | {self.seconds:.1f} | {self.seed} |"


def tell(told: Told, page: Path = PAGE, *, write: bool = PROOF) -> None:
    """Print a campaign's row, and as proof put it into the table in place of the campaign's last one."""
    print(told.line())
    if not write:
        return
    kept = {row.split("|")[1].strip(): row for row in _rows(page)}
    kept[told.campaign] = told.line()
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(HEAD + "".join(f"{kept[campaign]}\n" for campaign in sorted(kept)), encoding="utf-8")


def _rows(page: Path) -> list[str]:
    if not page.exists():
        return []
    lines = page.read_text(encoding="utf-8").splitlines()
    below = next((at for at, line in enumerate(lines) if line.startswith("|---")), len(lines))
    return [line for line in lines[below + 1 :] if line.startswith("|")]
