"""The colours of the room: one set for the night, one of high contrast, one for eyes that do not part red from green.

Theory of operation. A theme is chosen once, before the first screen is drawn. Nothing is told by colour alone: a grade has its
number, its sign and its column beside its colour, and what alarms is a word. What matters has a contrast of at least 7:1 on its
ground (WCAG 1.4.6), in each theme; with 16 colours the nearest are drawn, with NO_COLOR none. Colours that colour-blind people
part are those of Okabe and Ito.
"""

from typing import ClassVar

from msgspec import Struct
from rich.style import Style

GRADE_SIGNS = {"1": "◆", "2": "▲", "3": "●", "4": "○", "5": "·"}


class Theme(Struct, frozen=True):
    """Colours as `#rrggbb`, and the styles that are made of them."""

    ground: str
    text: str
    heading: str
    alarm: str
    care: str
    dim: str
    band: str  # of the lines above and below
    band_text: str
    line: str  # on which one types
    cursor: str
    grades: dict[str, str]

    def on_ground(self, colour: str, *, bold: bool = False) -> Style:
        """Return the style of a colour on the ground."""
        return Style(color=colour, bgcolor=self.ground, bold=bold or None)


THEMES: dict[str, Theme] = {
    "night": Theme(
        ground="#101418", text="#e6e6e6", heading="#9fd3ff", alarm="#ffb454", care="#f0e442", dim="#a9b0b6", band="#24435c",
        band_text="#ffffff", line="#1c2730", cursor="#f0e442",
        grades={"1": "#ffffff", "2": "#f0e442", "3": "#e69f00", "4": "#56b4e9", "5": "#c8d2da"},
    ),
    "contrast": Theme(
        ground="#000000", text="#ffffff", heading="#ffffff", alarm="#ffff00", care="#ffff00", dim="#d0d0d0", band="#ffffff",
        band_text="#000000", line="#000000", cursor="#ffff00",
        grades={"1": "#ffffff", "2": "#ffff00", "3": "#ffd0a0", "4": "#a0d8ff", "5": "#d0d0d0"},
    ),
    "colour-blind": Theme(
        ground="#0a0f1a", text="#f2f2f2", heading="#8fcaf2", alarm="#f0e442", care="#f0e442", dim="#b4bac2", band="#123a5e",
        band_text="#ffffff", line="#16202c", cursor="#f0e442",
        grades={"1": "#ffffff", "2": "#f0e442", "3": "#e69f00", "4": "#56b4e9", "5": "#b4bac2"},
    ),
}  # fmt: skip


class Styles:
    """The styles of the theme that was chosen; `choose` before the first screen is made."""

    name: ClassVar[str] = "night"
    theme: ClassVar[Theme] = THEMES["night"]
    plain: ClassVar[Style]
    heading: ClassVar[Style]
    cursor: ClassVar[Style]
    dimmed: ClassVar[Style]
    alarm: ClassVar[Style]
    care: ClassVar[Style]
    ask: ClassVar[Style]
    band: ClassVar[Style]
    grades: ClassVar[dict[str, Style]]

    @classmethod
    def choose(cls, name: str) -> None:
        """Draw in a theme from now on."""
        theme = THEMES[name]
        cls.name, cls.theme = name, theme
        cls.plain, cls.heading = theme.on_ground(theme.text), theme.on_ground(theme.heading, bold=True)
        cls.cursor = Style(color="black", bgcolor=theme.cursor, bold=True)
        cls.dimmed, cls.ask = theme.on_ground(theme.dim), theme.on_ground(theme.heading)
        cls.alarm, cls.care = theme.on_ground(theme.alarm, bold=True), theme.on_ground(theme.care, bold=True)
        cls.band = Style(color=theme.band_text, bgcolor=theme.band)
        cls.grades = {
            grade: Style(color="black", bgcolor=colour, bold=grade in ("1", "2") or None)
            for grade, colour in theme.grades.items()
        }

    @classmethod
    def css(cls) -> dict[str, str]:
        """Return the colours as the style sheet names them."""
        theme = cls.theme
        return {
            "ground": theme.ground, "ink": theme.text, "band": theme.band, "band-ink": theme.band_text, "line": theme.line,
            "quiet": theme.dim, "loud": theme.alarm, "told": theme.heading,
        }  # fmt: skip


Styles.choose("night")
