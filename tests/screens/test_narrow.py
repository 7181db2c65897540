"""Parts of lines are written where they stand, and nothing beside them; who has nothing to draw is not asked for its lines."""

from itertools import pairwise

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from hueandcry.operator.narrow import NarrowCompositor, NarrowUpdate, narrowed

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


class Asked(Static):
    """A text that knows for how many of its lines it was asked."""

    asked = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked += crop.height
        return super().render_lines(crop)


class Parted(Screen[None]):
    """Texts beside and above each other, one of them longer than there is room for it."""

    CSS = "#long { height: 5; overflow-y: scroll; } #beside { height: 4; } #beside Asked { width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._compositor = NarrowCompositor()

    def compose(self) -> ComposeResult:
        yield Asked("first\nsecond", id="first")
        with Horizontal(id="beside"):
            yield Asked("left\nof it", id="left")
            yield Asked("right\nof it", id="right")
        with Vertical(id="long"):
            yield Asked("\n".join(f"line {number}" for number in range(40)), id="lines")


async def test_what_is_put_together_of_the_lines_to_be_drawn_is_what_the_library_puts_together_of_all() -> None:
    app: App[None] = App()
    async with app.run_test(size=(WIDTH, 14)) as pilot:
        await app.push_screen(Parted())
        await pilot.pause()
        narrow = app.screen._compositor
        app.screen.query_one("#long").scroll_to(y=7, animate=False)
        await pilot.pause()
        for at in range(150):
            top, left = at % 14, at % (WIDTH - 1)
            regions = {Region(left, top, 1 + at % 5, 1), Region(0, (top * 5 + at) % 14, WIDTH, 1 + at % 2)}
            written = []
            for cls in (NarrowCompositor, Compositor):
                narrow.__class__, narrow._dirty_regions = cls, set(regions)
                made = narrow.render_partial_update()
                assert made is not None
                written.append(NarrowUpdate(made.chops, made.spans, made.chop_ends).render_segments(CONSOLE))
            assert written[0] == written[1]


async def test_who_has_nothing_to_draw_is_not_asked_for_lines() -> None:
    app: App[None] = App()
    async with app.run_test(size=(WIDTH, 14)) as pilot:
        await app.push_screen(Parted())
        await pilot.pause()
        texts = {one.id: one for one in app.screen.query(Asked)}
        for one in texts.values():
            one.asked = 0
        app.screen._compositor._dirty_regions = {Region(0, 1, 4, 1)}
        app.screen._compositor.render_partial_update()
        assert {name: one.asked for name, one in texts.items()} == {"first": 1, "left": 0, "right": 0, "lines": 0}
