"""The wall: how the room stands, section beside section where the screen is wide, for whoever answers for it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.strip import Strip

from hueandcry.operator.messages import Listed
from hueandcry.operator.screens.list import ListScreen
from hueandcry.operator.source import Source
from hueandcry.operator.theme import Styles
from hueandcry.operator.wall import WIDTH
from hueandcry.operator.widgets.livelist import fitted
from hueandcry.operator.widgets.logview import LogView

BETWEEN = 3
COLUMN = WIDTH + 2 + BETWEEN


class WallView(LogView):
    """The sections; their titles stand out, which are the lines of a column that are not indented."""

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        parts = [strip.crop(x, x + COLUMN) for x in range(0, self.size.width, COLUMN)]
        return Strip.join([one if one.text.startswith(" ") else one.apply_style(Styles.heading) for one in parts])


class WallScreen(ListScreen):
    """Sections in as many columns as there is room for, the first section first; what is below is counted by the list itself."""

    NAME: ClassVar[str] = "wall"

    def __init__(self, source: Source | None = None) -> None:
        super().__init__("wall", source)
        self._said: tuple[str, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield WallView(id="list", follows=False)

    def listed(self, listed: Listed) -> None:
        """Show the wall as it stands now."""
        if listed.name == self.list_name:
            self._said = listed.lines
            self._arrange()

    def on_resize(self) -> None:
        super().on_resize()
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, (self.app.size.width + BETWEEN) // COLUMN)
        self.query_one("#list", LogView).show(("The wall",), tuple(beside(sections_of(self._said), columns)))


def sections_of(lines: tuple[str, ...]) -> list[list[str]]:
    """Return lines in sections; each begins with a line that is not indented."""
    found: list[list[str]] = []
    for line in lines:
        if not line.startswith(" ") or not found:
            found.append([])
        found[-1].append(line)
    return found


def beside(sections: list[list[str]], columns: int) -> list[str]:
    """Return sections set in columns, each put into the one that is shortest, none torn apart."""
    if columns == 1:
        return [line for section in sections for line in section]
    stacks: list[list[str]] = [[] for _ in range(columns)]
    for section in sections:
        shortest = min(stacks, key=len)
        shortest += [*([""] if shortest else []), *section]
    rows = max(map(len, stacks), default=0)
    return [
        "".join(fitted(stack[row] if row < len(stack) else "", COLUMN) for stack in stacks).rstrip()
        for row in range(rows)
    ]
