"""The risk model beside a contact: each element, what was answered, and the numbered answers of the one in turn."""

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hueandcry.operator.messages import Element
from hueandcry.operator.text import safe_text
from hueandcry.operator.theme import Styles
from hueandcry.operator.widgets.livelist import MARK, NO_MARK
from hueandcry.operator.widgets.logview import folded


class RiskPanel(ScrollView, can_focus=False):
    """Elements from above, with the answers of the chosen one below it."""

    DEFAULT_CSS = "RiskPanel { scrollbar-size-vertical: 1; overflow-x: hidden; }"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.styles.background = Styles.theme.ground
        self._elements: tuple[Element, ...] = ()
        self._reasons: tuple[tuple[str, str], ...] = ()
        self._suggested = ""
        self._chosen = 0
        self._passing_over = False
        self._shown: list[tuple[str, Style]] = []

    def show(self, elements: tuple[Element, ...], reasons: tuple[tuple[str, str], ...], suggested: str = "") -> None:
        """Show the model as it stands; the first time, turn to the first element that has no answer."""
        first = not self._elements
        self._elements, self._reasons, self._suggested = elements, reasons, suggested
        if elements and first:
            self._chosen = next((at for at, one in enumerate(elements) if not one.given), 0)
        self._draw()

    def move(self, rows: int) -> None:
        """Turn to another element."""
        self._passing_over = False
        self._chosen = max(0, min(len(self._elements) - 1, self._chosen + rows))
        self._draw()

    def pass_over(self) -> None:
        """Offer the reasons for not asking instead of the answers."""
        self._passing_over = not self._passing_over
        self._draw()

    def put_away(self) -> bool:
        """Offer the answers again; tells whether the reasons for not asking stood there."""
        before, self._passing_over = self._passing_over, False
        self._draw()
        return before

    @property
    def is_answered(self) -> bool:
        """Whether the element that is turned to has an answer, so that a digit would change it."""
        return bool(self._elements and self._elements[self._chosen].given)

    def line_for(self, number: int, ref: str) -> str | None:
        """Return the line that the numbered answer stands for and turn to the next element; None for no such number."""
        offered = self._offered()
        if not self._elements or not 1 <= number <= len(offered):
            return None
        verb = "notasked" if self._passing_over else "triage"
        line = f"{verb} {ref} {self._elements[self._chosen].code} {offered[number - 1][0]}"
        self._turn_on()
        return line

    def _turn_on(self) -> None:
        """Turn to the next open element at once: the next digit, however fast it comes, is about that one."""
        self._passing_over = False
        later = range(self._chosen + 1, len(self._elements))
        self._chosen = next((at for at in later if not self._elements[at].given), self._chosen)
        self._draw()

    def _offered(self) -> tuple[tuple[str, str], ...]:
        if not self._elements:
            return ()
        return self._reasons if self._passing_over else self._elements[self._chosen].answers

    def _draw(self) -> None:
        self._shown = self._lines()
        self.virtual_size = Size(self.size.width, len(self._shown))
        self.refresh()

    def on_resize(self) -> None:
        self._draw()

    def _lines(self) -> list[tuple[str, Style]]:
        lines = [("Risk  1-9 answer, - why not asked", Styles.heading)]
        for at, one in enumerate(self._elements):
            mark = MARK if at == self._chosen else NO_MARK
            style = Styles.cursor if at == self._chosen else Styles.plain if one.given else Styles.alarm
            left = sum(not question.given for question in one.questions) if one.given else 0
            more = f"  ? {left}" if left else ""
            lines.append((f"{mark}{one.letter} {one.name:<14} {one.given or 'not yet asked'}{more}", style))
            if at == self._chosen:
                lines += self._wrapped(f"    {one.ask}", "    ", Styles.ask)
                for number, (_, says) in enumerate(self._offered(), 1):
                    lines += self._wrapped(f"    {number} {says}", "      ", Styles.plain)
        if self._suggested:
            lines += self._wrapped(self._suggested, "  ", Styles.heading)
        return [*lines, *self._questions()]

    def _questions(self) -> list[tuple[str, Style]]:
        """Return the questions under what was answered, those to be asked first; below the model, so that it stands still."""
        asked = [one for element in self._elements if element.given for one in element.questions]
        if not asked:
            return []
        told = [("Questions  t @ CODE answer", Styles.heading)]
        for one in sorted(asked, key=lambda one: bool(one.given)):
            text = f"  {one.code}: {one.given}" if one.given else f"? {one.code}  {one.ask}"
            told += self._wrapped(text, "    ", Styles.plain if one.given else Styles.ask)
        return told

    def _wrapped(self, text: str, indent: str, style: Style) -> list[tuple[str, Style]]:
        width = max(20, self.size.width - 1)
        return [(line, style) for line in folded(safe_text(text), width, indent)]

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y
        text, style = self._shown[row] if row < len(self._shown) else ("", Styles.plain)
        return Strip([Segment(safe_text(text), style)]).adjust_cell_length(self.size.width, style)
