"""The strip of alerts: a place of its own that is never scrolled away and that nothing else is drawn over.

Theory of operation. The kinds stand in their rank, each with how many there are and the most pressing by name. What is new stands
inverse until the next key is pressed, once and without blinking; what there is no room for is counted.
"""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from hueandcry.operator.attention import TO_YOU, Call
from hueandcry.operator.text import safe_text
from hueandcry.operator.theme import Styles
from hueandcry.operator.widgets.livelist import fitted

QUIET = "no alerts"
_BETWEEN = "  |  "
TALL, WIDE = 36, 118  # rows and columns from which there is room for more


class AlertStrip(Widget, can_focus=False):
    """Kinds of alerts on one line, or two where the screen is tall."""

    DEFAULT_CSS = "AlertStrip { height: 1; }"

    def __init__(self) -> None:
        super().__init__(id="alerts")
        self.styles.background = Styles.theme.ground
        self._calls: tuple[Call, ...] = ()
        self.quiet = QUIET
        self._fresh: frozenset[str] = frozenset()
        self._drawn: list[Strip] = []

    def show(self, calls: tuple[Call, ...], fresh: frozenset[str] = frozenset()) -> None:
        """Show what calls; `fresh` are the words of what is new."""
        self._calls = calls
        self._fresh |= fresh
        self._redraw()

    def heard(self) -> None:
        """Show what was new as anything else: somebody is at the keys."""
        if self._fresh:
            self._fresh = frozenset()
            self._redraw()

    def on_resize(self) -> None:
        self._drawn = []
        self._redraw()

    def _redraw(self) -> None:
        """Draw again what differs, each line up to its last cell that does."""
        fresh = [self._strip(line) for line in self._lines()]
        for y, strip in enumerate(fresh):
            if y >= len(self._drawn) or strip != self._drawn[y]:
                old = self._drawn[y] if y < len(self._drawn) else None
                self.refresh(Region(0, y, _changed(old, strip, self.size.width), 1))
        if len(fresh) < len(self._drawn):
            self.refresh()
        self._drawn = fresh

    def render_line(self, y: int) -> Strip:
        return self._drawn[y] if y < len(self._drawn) else Strip.blank(self.size.width, Styles.plain)

    def _strip(self, line: list[tuple[str, Style]]) -> Strip:
        return Strip([Segment(text, style) for text, style in line]).adjust_cell_length(self.size.width, Styles.plain)

    def _lines(self) -> list[list[tuple[str, Style]]]:
        if not self._calls:
            return [[(self.quiet, Styles.dimmed)]]
        lines: list[list[tuple[str, Style]]] = []
        left = list(self._calls)
        for row in range(self.size.height):
            line, left = self._line(left, last=row == self.size.height - 1)
            lines.append(line)
        return lines

    def _line(self, calls: list[Call], *, last: bool) -> tuple[list[tuple[str, Style]], list[Call]]:
        """Return a line of as many kinds as it has room for, and those that are left; on the last they are counted."""
        line: list[tuple[str, Style]] = []
        room = self.size.width
        for at, call in enumerate(calls):
            text, between, rest = safe_text(call.says()), _BETWEEN if line else "", calls[at + 1 :]
            needed = cell_len(between + text) + (cell_len(_counted(rest)) if last else 0)
            if needed > room and (line or last):
                counted = _counted(calls[at:]) if last else ""
                cut = [] if line else [(fitted(text, max(0, room - cell_len(counted))), self._style(call))]
                return [*line, *cut, (counted, Styles.alarm)], calls[at:]
            line += [(between, Styles.dimmed), (text, self._style(call))]
            room -= cell_len(between + text)
        return line, []

    def _style(self, call: Call) -> Style:
        fresh = call.word in self._fresh or (TO_YOU in self._fresh and call.word.startswith(TO_YOU))
        return Styles.alarm + Style(reverse=True) if fresh else Styles.alarm


def _changed(old: Strip | None, new: Strip, width: int) -> int:
    """Return how many cells from the left must be drawn again."""
    if old is None:
        return width
    last = width
    while last > 0 and old.crop(last - 1, last) == new.crop(last - 1, last):
        last -= 1
    return last


def _counted(calls: list[Call]) -> str:
    """Return how much is not shown: kinds, and of how many items."""
    return f"  +{len(calls)} more ({sum(call.count for call in calls)})" if calls else ""
