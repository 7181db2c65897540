"""A change on the screen sends the cells that changed, and not the row from its beginning: over a bad line every byte counts.

Theory of operation. The library knows for each line from where to where it has to be drawn, cuts what is behind that and sends what
stands before it. Here both sides are cut. It asks everything on the screen for all of its lines whatever has to be drawn; here only
what stands in lines that have to be drawn is asked, for those lines. What is drawn is the library's own; only less of it is sent.
"""

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class NarrowUpdate(ChopsUpdate):
    """Parts of lines, each from the first cell that has to be drawn to the last one."""

    def render_segments(self, console: Console) -> str:
        """Return what is written to the terminal, part by part from the place where it stands."""
        written: list[str] = []
        for y, first, last in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is not None and x < last and end > first:
                    left = max(first, x)
                    written.append(Control.move_to(left, y).segment.text)
                    written.append(strip.crop(left - x, min(end, last) - x).render(console))
        return "".join(written)


def narrowed(update: RenderableType | None) -> RenderableType | None:
    """Return an update that sends no cell outside its parts; any other thing to draw as it is."""
    if type(update) is ChopsUpdate and update.spans:
        return NarrowUpdate(update.chops, update.spans, update.chop_ends)
    return update


class NarrowCompositor(Compositor):
    """Puts a screen together out of the lines that have to be drawn."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders()
            return
        rows = Region(0, crop.y, self.size.width, crop.height)
        for widget, (region, clip) in self.visible_widgets.items():
            part = region.intersection(clip).intersection(rows)
            if part.area:
                yield region, part, widget.render_lines(part.translate(-region.offset))
