"""The reference of the screen's figures: Textual's DataTable with the room's rows, a line to type in, and changes by the clock.

Theory of operation. It is set as the room is: frames, garbage collection, no mouse, a cursor that does not blink, as many rows in
view, the same cells in the same styles, the same style for the row under the cursor. It has no journal, no fold and no other
process to hear of: cells change within it, so many a second by the clock, and those that are due together are changed together.
`default` is the table as one gets it, columns measured; `tuned` has whatever its interface offers: fixed widths, no padding, no
row labels, no colours worked out for the cursor; `patched` reaches into it, so that a change draws one row and not the whole
table. F9 says how many changes were made.

    python -m tests.bench.datatable ROWS RATE default|tuned|patched [LINES]
"""

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TEXTUAL_FPS", "1000")

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.widgets import DataTable, Static, TextArea

from hueandcry.operator.terminal import TerminalDriver

IN_VIEW = 15
LINES = 22  # of the room's incidents at 120x40, with the heading
CHANGED, OWNERS = 6, ("3001", "3002", "3003")  # the column of which a cell is changed, and to what
KINDS = ("default", "tuned", "patched")


class Patched(DataTable[Text]):
    """A table in which a change of a cell draws the row it is in."""

    def update_cell(self, row_key: Any, column_key: Any, value: Text, *, update_width: bool = False) -> None:
        self._data[row_key][column_key] = value
        self._update_count += 1
        y = self.get_row_index(row_key) + self.header_height
        self.refresh(Region(0, y, self.virtual_size.width, 1).translate(-self.scroll_offset))


class Table(App[None]):
    """Rows in a DataTable."""

    CSS = """
    Screen { background: #101418; color: #e6e6e6; }
    DataTable { background: #101418; }
    #above { height: 1fr; }
    DataTable > .datatable--cursor { background: #f0e442; color: black; text-style: bold; }
    #status, TextArea { height: 1; }
    TextArea { border: none; padding: 0; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [  # noqa: RUF012
        Binding("up", "move(-1)", priority=True),
        Binding("down", "move(1)", priority=True),
        Binding("f9", "count", priority=True),
    ]

    def __init__(self, path: Path, rate: float, kind: str, lines: int) -> None:
        super().__init__(driver_class=TerminalDriver)  # it is held and goes on, too
        self.animation_level, self._lines = "none", lines
        self._content, self._rate, self._kind = json.loads(path.read_text()), rate, kind
        self._changes, self._began = 0, 0.0

    def compose(self) -> ComposeResult:
        yield Static("", id="status", markup=False)
        yield Static("", id="above")
        table = self._table()
        table.styles.height = self._lines
        yield table
        yield TextArea(id="line", soft_wrap=False, show_line_numbers=False, compact=True)

    def _table(self) -> DataTable[Text]:
        if self._kind == "default":
            return DataTable(cursor_type="row")
        made = Patched if self._kind == "patched" else DataTable[Text]
        return made(cursor_type="row", cell_padding=0, show_row_labels=False, cursor_foreground_priority="renderable")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for at, (heading, width) in enumerate(zip(self._content["headings"], self._content["widths"], strict=True)):
            table.add_column(heading, width=None if self._kind == "default" else width, key=str(at))
        for at, row in enumerate(self._content["rows"]):
            table.add_row(*(Text(text, style, no_wrap=True, end="") for text, style in row), key=str(at))
        line = self.query_one(TextArea)
        line.cursor_blink = False
        line.focus()
        gc.collect()
        gc.freeze()
        if self._rate:
            self._began = time.monotonic()
            self.set_interval(min(1 / self._rate, 1.0), self._change)

    def _change(self) -> None:
        table, now = self.query_one(DataTable), time.monotonic()
        due = int((now - self._began) * self._rate)
        if due - self._changes > self._rate:  # it was held for more than a second: what it missed is let go
            self._began, due = now - self._changes / self._rate, self._changes
        while self._changes < due:
            lap, at = divmod(self._changes, IN_VIEW)
            table.update_cell(str(at), str(CHANGED), Text(OWNERS[lap % len(OWNERS)], no_wrap=True, end=""))
            self._changes += 1

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        table = self.query_one(DataTable)
        table.move_cursor(row=table.cursor_row + rows, animate=False)

    def action_count(self) -> None:
        """Say how many changes were made."""
        self.query_one("#status", Static).update(f"changed {self._changes} ", layout=False)


if __name__ == "__main__":
    given = int(sys.argv[4]) if len(sys.argv) > 4 else LINES
    Table(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3], given).run(mouse=False)
