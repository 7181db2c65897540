"""One line, or as many as it takes, in which the room says something: what a line came to, what Enter will do, what went wrong."""

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from hueandcry.operator.text import safe_text
from hueandcry.operator.theme import Styles
from hueandcry.operator.widgets.logview import folded

WHOLE_LINES_MAX = 8  # of what has to be seen to its last word
_LETTERS_MAX = 400
_MARKED = Style(reverse=True, bold=True)


class Saying(Static):
    """A line of the room's; it is as high as what it says."""

    DEFAULT_CSS = "Saying { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self.said = ""

    def say(self, text: str, style: Style | None = None) -> None:
        """Say a text on one line, its end cut where there is no room for it."""
        shown = Text(
            safe_text(text, limit=_LETTERS_MAX), style=style or Styles.plain, no_wrap=True, overflow="ellipsis"
        )
        self._set(shown, 1)

    def say_whole(self, text: str, style: Style, lines_max: int = WHOLE_LINES_MAX) -> None:
        """Say a text of which every word has to be seen, on as many lines as it takes."""
        width = max(20, self.app.size.width)
        wrapped = folded(safe_text(text, lines_max * (width - 10)), width)[:lines_max]
        self._set(Text("\n".join(wrapped), style=style), len(wrapped))

    def say_marked(self, text: str, start: int, end: int) -> None:
        """Say a line with the word marked that is wrong in it; nothing where none is."""
        if end <= start:
            return
        marked = Text(safe_text(text[:start]), style=Styles.plain, no_wrap=True, overflow="ellipsis")
        marked.append(safe_text(text[start:end]), style=_MARKED)
        marked.append(safe_text(text[end:]))
        self._set(marked, 1)

    def _set(self, text: Text, lines: int) -> None:
        if not text.plain and not self.said:
            return  # nothing stays nothing, and costs nothing
        self.said = text.plain
        self.styles.height = lines
        self.update(text, layout=False)
