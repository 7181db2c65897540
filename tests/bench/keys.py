"""From a key to its paint, with changes coming in: the room and its references, by turns, each with the machine to itself.

Theory of operation. Every face runs from the beginning and is read all the time. In a block of keys one of them runs and the others
are held; then it is the next one's turn, in an order drawn anew, so that whatever else the machine does falls on all alike. An
arrow's clock stops when the row it leads to has been painted as the row under the cursor: told by its style for the table, by the
mark for the room. A letter is typed within a line of work (`n 7 ...`), so that the room foresees, as it does at work, what the line
would do; no letter comes twice in a line. Between two keys passes a time drawn by chance, so that no frame or timer keeps step.
"""

import random
import sys
from collections.abc import Iterator
from itertools import chain, cycle

from hueandcry.operator.widgets.livelist import MARK
from tests.bench.faces import Face, Faces
from tests.bench.fullboard import IN_VIEW, Filled
from tests.bench.rounds import Times

REFERENCES = ("default", "tuned", "patched")
BLOCK = 25  # keys of a kind, then it is another face's turn
SETTLE_S = 1.0  # after it was held
GAP_S = (0.02, 0.06)
PAUSE_S = 0.2
DOWN, UP, WIPE = b"\x1bOB", b"\x1bOA", b"\x15"
CURSOR = b"\x1b[1;38;5;16;48;5;221m"  # how the row under the table's cursor is drawn in 256 colours, and no other
MARKED = {"default": CURSOR + b" ", "tuned": CURSOR, "patched": CURSOR}
LETTERS = "ąćęłńóśźżăâîșțäöüßøåæñçéèêëïôùûÿ"
Taken = dict[str, dict[str, Times]]  # what, of whom


def opened(filled: Filled, rate: float, references: tuple[str, ...] = REFERENCES) -> Faces:
    """Open the room, the references and the floor; all run."""
    faces = Faces()
    faces["room"] = Face([sys.executable, "-m", "hueandcry.operator.entry"], filled.env)
    for kind in references:
        words = [sys.executable, "-m", "tests.bench.datatable", str(filled.rows), str(rate), kind]
        faces[kind] = Face(words, {})
    faces["floor"] = Face([sys.executable, "-m", "tests.bench.echo"], {})
    faces.until(faces["room"], filled.refs[IN_VIEW - 1].encode())
    for kind in references:
        faces.until(faces[kind], filled.refs[IN_VIEW - 1].encode() + b" ")
    faces.during(3.0)
    return faces


class Walk:
    """The arrows of one face, up and down what is in view."""

    def __init__(self, name: str, faces: Faces, filled: Filled) -> None:
        self.name, self.face, self._faces, self._refs = name, faces[name], faces, filled.refs
        self._steps = cycle([*range(1, IN_VIEW - 1), *range(IN_VIEW - 3, -1, -1)])
        self._at, self._marked = 0, MARKED.get(name, MARK.encode())
        faces.only(self.face, SETTLE_S)
        for _ in range(IN_VIEW):  # to the first row, wherever the cursor is
            self.face.write(UP)
            faces.during(PAUSE_S)

    def step(self) -> int:
        """Press an arrow, and return after how many ns the row was there."""
        if self.name == "floor":
            return self._faces.press(self.face, b"x", b"x")
        to = next(self._steps)
        key, self._at = (DOWN if to > self._at else UP), to
        return self._faces.press(self.face, key, self._marked + self._refs[to].encode() + b" ")

    def type(self, chance: random.Random, many: int) -> Iterator[int]:
        """Type a line of so many letters and wipe it; yields after how many ns each was there."""
        self.face.write(f"n {self._refs[0]} ".encode())
        self._faces.during(SETTLE_S)
        for letter in LETTERS[:many]:
            yield self._faces.press(self.face, letter.encode(), letter.encode())
            self._faces.during(chance.uniform(*GAP_S))
        self.face.write(WIPE)
        self._faces.during(PAUSE_S)


def taken(faces: Faces, filled: Filled, rounds: int, keys: int) -> Taken:
    """Return the times of arrows and of letters, of all faces, for each round."""
    chance = random.Random(rounds)
    walks = [Walk(name, faces, filled) for name in faces]
    found: Taken = {what: {name: [] for name in faces} for what in ("arrow", "letter")}
    for _ in range(rounds):
        for times in chain.from_iterable(one.values() for one in found.values()):
            times.append([])
        for _ in range(-(-keys // BLOCK)):
            for walk in chance.sample(walks, len(walks)):
                faces.only(walk.face, SETTLE_S)
                for _ in range(BLOCK):
                    found["arrow"][walk.name][-1].append(walk.step())
                    faces.during(chance.uniform(*GAP_S))
                found["letter"][walk.name][-1].extend(walk.type(chance, BLOCK))
    faces.only(None, 0.0)
    return found
