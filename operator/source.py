"""Where a screen's words come from: the live room, or a replay of it; each answers with messages."""

from typing import Protocol


class Source(Protocol):
    """What a screen asks; each call returns at once and is answered by a message, again whenever it changes."""

    def carry(self, text: str, number: int = 0) -> None:
        """Carry out a line; answered by Told with its number."""

    def foresee(self, text: str, turn: int) -> None:
        """Say what Enter would do; answered by Foreseen."""

    def look_at(self, stream: bytes | None) -> None:
        """Open an item; answered by Opened."""

    def look_away(self, stream: bytes) -> None:
        """Open an item no more, where no other was opened since."""

    def unlist(self, name: str) -> None:
        """Show a list no more, where no other is shown by now."""

    def open(self, ref: str) -> None:
        """Turn to an item by its reference; answered by Turned, or by Told where it names none."""

    def show_list(self, name: str) -> None:
        """Show a list by its name, empty for none; answered by Listed."""

    def show_board(self) -> None:
        """Say the whole board; answered by Moved."""
