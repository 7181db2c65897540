"""A log to read: wrapped lines, the newest at the end, which stays in view until the operator scrolls back."""

import textwrap
from collections.abc import Iterable

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hueandcry.operator.text import safe_text
from hueandcry.operator.theme import Styles

INDENT = " " * 9
HEAD_INDENT = "  "  # what a caller said and is folded never looks like a line of its own
HEADING_MAX = 9
WARNS = ("MARKER ", "REPEAT VICTIM")  # what nobody may overlook about a person
_WIDE = Console(width=80, legacy_windows=False)  # measures letters that take two columns


def folded(text: str, width: int, indent: str = "") -> list[str]:
    """Return a text in lines of at most so many columns; letters that take two are counted as two."""
    if text.isascii():
        return textwrap.wrap(text, width, subsequent_indent=indent, replace_whitespace=False) or [""]
    first = Text(text).wrap(_WIDE, width)[0].plain.rstrip()
    again = text[len(first) :].lstrip(" ")
    more = (line.plain.rstrip() for line in Text(again).wrap(_WIDE, width - len(indent))) if again else ()
    return [first, *(f"{indent}{line}" for line in more)]


def _warns(line: str) -> bool:
    return any(word in line for word in WARNS)


class LogView(ScrollView, can_focus=False):
    """Lines of facts; `show` replaces them and keeps the place: the end, where it `follows`, else the beginning."""

    DEFAULT_CSS = "LogView { scrollbar-size-vertical: 1; overflow-x: hidden; }"

    def __init__(self, *, id: str, follows: bool = True) -> None:
        super().__init__(id=id)
        self.styles.background = Styles.theme.ground
        self._heading: tuple[str, ...] = ()
        self._lines: tuple[str, ...] = ()
        self._head: list[tuple[str, Style]] = []
        self._wrapped: list[str] = []
        self._follows = follows  # the end, until the operator scrolls back

    def show(self, heading: tuple[str, ...], lines: tuple[str, ...]) -> None:
        """Show a heading of some lines, and lines below it, at the end if the end was in view."""
        if (heading, lines) == (self._heading, self._lines):
            return
        self._heading, self._lines = heading, lines
        self._wrap()

    def _wrap(self) -> None:
        width = max(20, self.size.width - 1)
        most = max(HEADING_MAX, self.size.height * 3 // 5)
        head = self._styled(self._heading, width)
        if len(head) > most:
            first, *rest = self._heading
            head = self._styled(
                (first, *sorted(rest, key=lambda line: not _warns(line))), width
            )  # warnings are not cut
        left = len(head) - most + 1
        self._head = head if left <= 1 else [*head[: most - 1], (f"... {left} lines more: hue show", Styles.heading)]
        self._wrapped = [part for line in self._lines for part in folded(safe_text(line), width, INDENT)]
        self.virtual_size = Size(self.size.width, len(self._wrapped) + len(self._head))
        if self._follows:
            self._to_end()
        self.refresh()

    def _styled(self, lines: Iterable[str], width: int) -> list[tuple[str, Style]]:
        styled = ((line, Styles.alarm if _warns(line) else Styles.heading) for line in lines)
        return [(part, style) for line, style in styled for part in folded(safe_text(line), width, HEAD_INDENT)]

    def _to_end(self) -> None:
        if self._follows and self.scroll_offset.y != self._last_y:
            self.scroll_to(y=self._last_y, animate=False, immediate=True)

    @property
    def _last_y(self) -> int:
        return max(0, len(self._wrapped) + len(self._head) - self.size.height)

    def on_resize(self) -> None:
        self._wrap()

    def on_idle(self) -> None:
        """Keep the end in view once all is laid out: before that there was nowhere to scroll to."""
        self._to_end()

    def move(self, rows: int) -> None:
        """Scroll by rows."""
        wanted = min(max(0, self.scroll_offset.y + rows), self._last_y)
        self._follows = wanted == self._last_y
        self.scroll_to(y=wanted, animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        if y < len(self._head):
            text, style = self._head[y]
        else:
            text, style = self._body(y)
        return Strip([Segment(text, style)]).adjust_cell_length(self.size.width, style)

    def _body(self, y: int) -> tuple[str, Style]:
        """Return a row below the heading; the first and the last say how many lines there are beyond them."""
        top = self.scroll_offset.y
        row = top + y - len(self._head)
        below = len(self._wrapped) - (top + self.size.height - len(self._head))
        if y == len(self._head) and top > 0:
            return f"... {top + 1} lines above", Styles.heading
        if y == self.size.height - 1 and below > 0:
            return f"... {below + 1} lines below", Styles.heading
        return (self._wrapped[row] if row < len(self._wrapped) else ""), Styles.plain
