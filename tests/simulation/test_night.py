"""A whole night, worked by six staff at two desks, is the one that a model of the documents says it should have been.

Theory of operation. tests/simulation/night.py works the night and holds every line, every look of the watch and both
boards against tests/simulation/model.py, which shares no code with the product. Here stands what is asked once it is over.
"""

import ast
import sys
import time
from pathlib import Path

import pytest

from hueandcry.domain.replay import digest
from hueandcry.operator import console
from hueandcry.operator.watch import Watch
from hueandcry.store.verify import verify
from hueandcry.store.views import blank, board_of
from tests.proof.counts import PROOF, chance, count
from tests.proof.table import Told, tell
from tests.simulation import model
from tests.simulation.night import Night

CONTACTS = 2000


@pytest.mark.proof
def test_a_whole_night_is_what_the_documents_say(tmp_path: Path) -> None:
    began = time.monotonic()
    night = Night(tmp_path / "store", chance("a whole night"), count(CONTACTS), 5 if PROOF else 60, ("2026-11-23", "2026-11-24"))
    night.play()
    print(night.lines.total(), night.covered, night.refused.total(), night.raced, night.compared, night.seen, time.monotonic()-began)
    import pprint
    open(f"/tmp/sim/out-{__import__('os').environ.get('HUE_SEED','0')}.txt","w").write("\n".join([str(time.monotonic()-began), pprint.pformat(night.lines.most_common()), pprint.pformat(night.refused.most_common()), pprint.pformat(night.model.names.most_common()), pprint.pformat(night.model.raised), pprint.pformat(night.model.astray)]))
    night.close()
