"""How a text that is still typed is drawn: as it is, with no more marks on a letter than any text has that is shown."""

from rich.segment import Segment
from textual.strip import Strip

from hueandcry.operator.text import unpiled


def drawn(strip: Strip) -> Strip:
    """Return a line of a text that is typed as it is drawn; each letter stays in its cell."""
    if all(text.isascii() for text, _, _ in strip):
        return strip
    return Strip([Segment(unpiled(text), style, control) for text, style, control in strip], strip.cell_length)
