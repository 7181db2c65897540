"""Parts of lines are written where they stand, and nothing beside them."""

from itertools import pairwise

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from hueandcry.operator.narrow import NarrowUpdate, narrowed

WIDTH, HEIGHT = 24, 4
OLD, NEW = "abcdefghijklmnopqrstuvwx", "ABCDEFGHIJKLMNOPQRSTUVWX"
CONSOLE = Console(width=WIDTH, color_system="truecolor", force_terminal=True)
STYLES = (None, Style.parse("bold"), Style.parse("red on blue"))
CUTS = st.lists(st.integers(1, WIDTH - 1), max_size=4, unique=True).map(sorted)
SPANS = st.lists(
    st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(1, WIDTH)).filter(lambda one: one[1] < one[2]),
    min_size=1,
    max_size=6,
)  # fmt: skip


def update(cuts: list[int], spans: list[tuple[int, int, int]], text: str = NEW) -> ChopsUpdate:
    """Return lines of a text in capitals, cut into the strips of as many widgets, of which some parts are to be drawn."""
    edges = [0, *cuts, WIDTH]
    line = {
        left: Strip([Segment(text[at], STYLES[at % 3]) for at in range(left, right)]) for left, right in pairwise(edges)
    }
    return ChopsUpdate([line] * HEIGHT, spans, [edges[1:]] * HEIGHT)


def shown(written: str) -> list[str]:
    """Return what a terminal shows that showed small letters before."""
    screen = pyte.Screen(WIDTH, HEIGHT)
    terminal = pyte.Stream(screen)
    for y in range(HEIGHT):
        terminal.feed(f"\x1b[{y + 1};1H{OLD}")
    terminal.feed(written)
    return list(screen.display)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(CUTS, SPANS)
def test_each_part_is_drawn_anew_and_nothing_beside_it(cuts: list[int], spans: list[tuple[int, int, int]]) -> None:
    made = narrowed(update(cuts, spans))
    assert isinstance(made, NarrowUpdate)
    wanted = [list(OLD) for _ in range(HEIGHT)]
    for y, first, last in spans:
        wanted[y][first:last] = NEW[first:last]
    assert shown(made.render_segments(CONSOLE)) == ["".join(line) for line in wanted]


def test_what_is_drawn_whole_is_left_as_it_is() -> None:
    assert narrowed(None) is None
    assert narrowed("a text") == "a text"
    empty = update([], [])
    assert narrowed(empty) is empty
