"""What stands on a screen, cell by cell, whoever drew it: the letter and how it looks."""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

DEFAULT = "default"  # the terminal's own colour, whatever it is
_ANSI = {
    "black": "#000000", "red": "#cd0000", "green": "#00cd00", "brown": "#cdcd00", "blue": "#0000ee", "magenta": "#cd00cd",
    "cyan": "#00cdcd", "white": "#e5e5e5", "brightblack": "#7f7f7f", "brightred": "#ff0000", "brightgreen": "#00ff00",
    "brightbrown": "#ffff00", "brightblue": "#5c5cff", "brightmagenta": "#ff00ff", "brightcyan": "#00ffff",
    "brightwhite": "#ffffff",
}  # fmt: skip
_LINEAR_UP_TO = 0.04045  # of sRGB: WCAG 2.2, relative luminance


class Look(NamedTuple):
    """How a cell looks: colours as `#rrggbb`, or DEFAULT."""

    fg: str = DEFAULT
    bg: str = DEFAULT
    bold: bool = False
    reverse: bool = False
    blink: bool = False

    @property
    def ink(self) -> str:
        """The colour in which the letter is seen."""
        return self.bg if self.reverse else self.fg

    @property
    def ground(self) -> str:
        """The colour on which the letter is seen."""
        return self.fg if self.reverse else self.bg

    @property
    def contrast(self) -> float:
        """The contrast ratio of ink and ground as WCAG counts it, from 1 to 21."""
        darker, lighter = sorted((_luminance(self.ink), _luminance(self.ground)))
        return (lighter + 0.05) / (darker + 0.05)


class Cell(NamedTuple):
    """One cell; the second cell of a letter that takes two has none."""

    letter: str
    look: Look = Look()


class Shown:
    """A screen, or a part of one, as it is seen at one moment; `top` and `left` say where on the screen it stands."""

    def __init__(self, rows: Iterable[Iterable[Cell]], top: int = 0, left: int = 0) -> None:
        self.rows = tuple(tuple(row) for row in rows)
        self.top, self.left = top, left

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return max(map(len, self.rows), default=0), len(self.rows)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its lines, without the spaces at their ends."""
        return tuple("".join(cell.letter for cell in row).rstrip() for row in self.rows)

    @cached_property
    def text(self) -> str:
        """Its lines as one text."""
        return "\n".join(self.lines)

    def says(self, wanted: str) -> bool:
        """Tell whether a text is read here, also one that goes on in the next line."""
        return wanted in self.text or " ".join(wanted.split()) in " ".join(self.text.split())

    def part(self, top: int = 0, bottom: int | None = None, left: int = 0, right: int | None = None) -> "Shown":
        """Return a part of it: rows and columns counted from its own corner."""
        return Shown((row[left:right] for row in self.rows[top:bottom]), self.top + top, self.left + left)

    def looks(self, y: int) -> Look:
        """Return how a line begins: the look of its first letter, or of its first cell where it has none."""
        return next((cell.look for cell in self.rows[y] if cell.letter.strip()), self.rows[y][0].look)


def _luminance(colour: str) -> float:
    assert colour != DEFAULT, "the terminal's own colour has no contrast that could be counted"
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= _LINEAR_UP_TO else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(4096)  # most lines are as they were at the paint before
def of_strip(segments: tuple[Segment, ...]) -> tuple[Cell, ...]:
    """Return the cells of a line that the screen's library has put together."""
    cells: list[Cell] = []
    for text, style, control in segments:
        look = _look_of(style or Style.null())
        for letter in "" if control else text:
            width = 1 if letter.isascii() else cell_len(letter)
            cells += [Cell(letter, look), *[Cell("", look)] * (width - 1)] if width else ()
    return tuple(cells)


def _look_of(style: Style) -> Look:
    fg, bg = (
        one.get_truecolor().hex if one and not one.is_default else DEFAULT for one in (style.color, style.bgcolor)
    )
    return Look(fg, bg, bool(style.bold), bool(style.reverse), bool(style.blink or style.blink2))


def of_pyte(row: Any, columns: int) -> tuple[Cell, ...]:
    """Return the cells of a line that pyte has read."""
    return tuple(Cell(char.data, _look_in(*char[1:4], *char[7:9])) for char in (row[x] for x in range(columns)))


@lru_cache(1024)
def _look_in(fg: str, bg: str, bold: bool, reverse: bool, blink: bool) -> Look:
    return Look(_hex(fg), _hex(bg), bold, reverse, blink)


def _hex(colour: str) -> str:
    if colour == DEFAULT:
        return colour
    return _ANSI.get(colour.replace("bfight", "bright")) or f"#{colour}"  # the name of a colour is misspelt there
