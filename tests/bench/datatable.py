"""The reference of the screen's figures: Textual's DataTable with the room's rows, a line to type in, and changes by a timer.

Theory of operation. It is set as the room is: frames, garbage collection, no mouse, a cursor that does not blink, columns of a
fixed width, so that nothing is measured. It says in a line which row the cursor is on, as the room does for the item under it.
"""

import gc
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TEXTUAL_FPS", "60")

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Input, Static

IN_VIEW = 15
CHANGED, OWNERS = 6, ("3001", "3002", "3003")  # the column of which a cell is changed, and to what


class Table(App[None]):
    """Rows in a DataTable."""

    CSS = "DataTable { height: 1fr; } #status { height: 1; } Input { border: none; height: 1; padding: 0; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [Binding("up", "move(-1)", priority=True), Binding("down", "move(1)", priority=True)]  # noqa: RUF012

    def __init__(self, path: Path, rate: float) -> None:
        super().__init__()
        content = json.loads(path.read_text())
        self._widths, self._rows, self._rate = content["widths"], content["rows"], rate
        self._changes = 0

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row", show_header=True, id="table")
        yield Static("", id="status", markup=False)
        yield Input(id="line")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for at, width in enumerate(self._widths):
            table.add_column(str(at), width=width, key=str(at))
        for at, row in enumerate(self._rows):
            table.add_row(*(Text(cell) for cell in row), key=str(at))
        line = self.query_one(Input)
        line.cursor_blink = False
        line.focus()
        gc.collect()
        gc.freeze()
        if self._rate:
            self.set_interval(1 / self._rate, self._change)

    def _change(self) -> None:
        at = self._changes % IN_VIEW
        self._changes += 1
        text = Text(OWNERS[self._changes // IN_VIEW % len(OWNERS)])
        self.query_one(DataTable).update_cell(str(at), str(CHANGED), text)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        table = self.query_one(DataTable)
        table.move_cursor(row=table.cursor_row + rows, animate=False)

    @on(DataTable.RowHighlighted)
    def said(self, event: DataTable.RowHighlighted) -> None:
        """Say on which row the cursor is."""
        self.query_one("#status", Static).update(f"at row {event.cursor_row} ", layout=False)


if __name__ == "__main__":
    Table(Path(sys.argv[1]), float(sys.argv[2])).run(mouse=False)
