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
    """Lines of facts; `show` replaces them and keeps the place."""

    DEFAULT_CSS = f"LogView {{ background: {BACKGROUND}; scrollbar-size-vertical: 1; overflow-x: hidden; }}"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._heading = ""
        self._lines: tuple[str, ...] = ()
        self._wrapped: list[str] = []

    def show(self, heading: str, lines: tuple[str, ...]) -> None:
        """Show a heading and lines, at the end if the end was in view."""
        if (heading, lines) == (self._heading, self._lines):
            return
        at_end = self.scroll_offset.y >= max(0, self.virtual_size.height - self.size.height)
        self._heading, self._lines = heading, lines
        self._wrap()
        if at_end:
            self.scroll_end(animate=False, immediate=True)
        self.refresh()

    def _wrap(self) -> None:
        width = max(20, self.size.width - 1)
        self._wrapped = [
            part
            for line in self._lines
            for part in textwrap.wrap(safe_text(line), width, subsequent_indent=INDENT, replace_whitespace=False)
            or [""]
        ]
        self.virtual_size = Size(self.size.width, len(self._wrapped) + 1)

    def on_resize(self) -> None:
        self._wrap()
        self.refresh()

    def move(self, rows: int) -> None:
        """Scroll by rows."""
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y - 1
        if y == 0:
            text, style = safe_text(self._heading), HEADING
        else:
            text, style = (self._wrapped[row] if row < len(self._wrapped) else ""), PLAIN
        return Strip([Segment(text, style)]).adjust_cell_length(self.size.width, style)
