"""A log to read: wrapped lines, the newest at the end, which stays in view until the operator scrolls back."""

import textwrap

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hueandcry.operator.text import safe_text
from hueandcry.operator.widgets.livelist import BACKGROUND, HEADING, PLAIN

INDENT = " " * 9


class LogView(ScrollView, can_focus=False):
    """Lines of facts; `show` replaces them and keeps the place: the end, where it `follows`, else the beginning."""

    DEFAULT_CSS = f"LogView {{ background: {BACKGROUND}; scrollbar-size-vertical: 1; overflow-x: hidden; }}"

    def __init__(self, *, id: str, follows: bool = True) -> None:
        super().__init__(id=id)
        self._heading = ""
        self._lines: tuple[str, ...] = ()
        self._wrapped: list[str] = []
        self._follows = follows  # the end, until the operator scrolls back

    def show(self, heading: str, lines: tuple[str, ...]) -> None:
        """Show a heading and lines, at the end if the end was in view."""
        if (heading, lines) == (self._heading, self._lines):
            return
        self._heading, self._lines = heading, lines
        self._wrap()

    def _wrap(self) -> None:
        width = max(20, self.size.width - 1)
        self._wrapped = [
            part
            for line in self._lines
            for part in textwrap.wrap(safe_text(line), width, subsequent_indent=INDENT, replace_whitespace=False)
            or [""]
        ]
        self.virtual_size = Size(self.size.width, len(self._wrapped) + 1)
        if self._follows:
            self._to_end()
            self.call_after_refresh(self._to_end)  # before the first layout there is nowhere to scroll to
        self.refresh()

    def _to_end(self) -> None:
        if self._follows and self.scroll_offset.y != self._last_y:
            self.scroll_to(y=self._last_y, animate=False, immediate=True)

    @property
    def _last_y(self) -> int:
        return max(0, len(self._wrapped) + 1 - self.size.height)

    def on_resize(self) -> None:
        self._wrap()

    def move(self, rows: int) -> None:
        """Scroll by rows."""
        wanted = min(max(0, self.scroll_offset.y + rows), self._last_y)
        self._follows = wanted == self._last_y
        self.scroll_to(y=wanted, animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y - 1
        if y == 0:
            text, style = safe_text(self._heading), HEADING
        else:
            text, style = (self._wrapped[row] if row < len(self._wrapped) else ""), PLAIN
        return Strip([Segment(text, style)]).adjust_cell_length(self.size.width, style)
