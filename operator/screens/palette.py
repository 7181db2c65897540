"""The palette's screen: a line to type a few letters in, and what fits them below."""

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hueandcry.operator.messages import Offered
from hueandcry.operator.palette import Offer
from hueandcry.operator.text import safe_text
from hueandcry.operator.theme import Styles
from hueandcry.operator.widgets.commandbar import CommandBar
from hueandcry.operator.widgets.livelist import MARK, NO_MARK, fitted
from hueandcry.operator.widgets.saying import Saying

if TYPE_CHECKING:
    from hueandcry.operator.app import ControlRoom

DRAFT = "palette"
LINE_CELLS = 24


class Offers(ScrollView, can_focus=False):
    """What is offered, one a line; one of them is chosen."""

    DEFAULT_CSS = "Offers { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; }"

    def __init__(self) -> None:
        super().__init__(id="offers")
        self.styles.background = Styles.theme.ground
        self._offers: tuple[Offer, ...] = ()
        self._at = 0

    @property
    def chosen(self) -> Offer | None:
        """What Enter takes."""
        return self._offers[self._at] if self._offers else None

    def show(self, offers: tuple[Offer, ...]) -> None:
        """Show what is offered now, the first chosen."""
        self._offers, self._at = offers, 0
        self.virtual_size = Size(self.size.width, max(1, len(offers)))
        self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()

    def move(self, rows: int) -> None:
        """Choose another."""
        self._at = max(0, min(len(self._offers) - 1, self._at + rows))
        top, height = self.scroll_offset.y, self.size.height
        if not top <= self._at < top + height:
            self.scroll_to(y=self._at if self._at < top else self._at - height + 1, animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y
        if row >= len(self._offers):
            text, style = ("nothing fits" if not self._offers and y == 0 else ""), Styles.dimmed
        else:
            text, style = self._row(self._offers[row], here=row == self._at)
        return Strip([Segment(fitted(text, self.scrollable_content_region.width), style)])

    def _row(self, offer: Offer, *, here: bool) -> tuple[str, Style]:
        said = f"not now: {offer.why_not}" if offer.why_not else offer.does
        text = f"{MARK if here else NO_MARK}{fitted(safe_text(offer.line), LINE_CELLS)} {safe_text(said)}"
        return text, Styles.cursor if here else Styles.dimmed if offer.why_not else Styles.plain


class PaletteScreen(Screen[Offer | None]):
    """Finds by a few letters; ends with what was chosen, or with nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("pageup", "move(-10)", priority=True, show=False),
        Binding("pagedown", "move(10)", priority=True, show=False),
        Binding("enter,tab", "choose", priority=True, show=False),
        Binding("escape,f9,ctrl+k", "cancel", priority=True, show=False),
    ]

    def __init__(self, stream: bytes | None) -> None:
        super().__init__()
        self._stream = stream
        self._turn = 0

    @property
    def hue(self) -> "ControlRoom":
        """The app, by its own type."""
        from hueandcry.operator.app import ControlRoom

        assert isinstance(self.app, ControlRoom)
        return self.app

    def compose(self) -> ComposeResult:
        yield Saying(id="status")
        yield CommandBar()
        yield Offers()
        yield Saying(id="keys")

    def on_mount(self) -> None:
        bar = self.query_one(CommandBar)
        bar.placeholder = "a few letters of a verb, an item, a list or a key"
        self.set_focus(bar)
        bar.fill(self.hue.text_kept(DRAFT))
        self.query_one("#status", Saying).say("Palette", Styles.band)
        self.query_one("#keys", Saying).say("Enter puts it into the line   Up Down   Esc back", Styles.band)
        self._ask()

    def on_command_bar_typed(self, message: CommandBar.Typed) -> None:
        self.hue.keep_text(message.text, DRAFT)
        self._ask()

    def _ask(self) -> None:
        self._turn += 1
        self.hue.backroom.offer(self.query_one(CommandBar).value, self._stream, self._turn)

    def offered(self, offered: Offered) -> None:
        """Show what fits, if that is still what is typed."""
        if offered.turn == self._turn:
            self.query_one(Offers).show(offered.offers)

    def action_move(self, rows: int) -> None:
        """Choose another."""
        self.query_one(Offers).move(rows)

    async def action_choose(self) -> None:
        """End with what is chosen."""
        await self.query_one(CommandBar).settled()
        self.hue.keep_text("", DRAFT)
        _ = self.dismiss(self.query_one(Offers).chosen)

    def action_cancel(self) -> None:
        """End with nothing."""
        self.hue.keep_text("", DRAFT)
        _ = self.dismiss(None)
