"""The keys by the names on them, as the screen's library calls them and as a terminal sends them."""

from typing import NamedTuple

_FUNCTION = ("OP", "OQ", "OR", "OS", "[15~", "[17~", "[18~", "[19~", "[20~", "[21~", "[23~", "[24~")
_ARROWS = {"Up": "A", "Down": "B", "Right": "C", "Left": "D", "Home": "H", "End": "F"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Key(NamedTuple):
    """A key: its name in process, and its bytes at a terminal."""

    name: str
    sent: bytes


KEYS = {
    "Tab": Key("tab", b"\t"),
    "Shift+Tab": Key("shift+tab", b"\x1b[Z"),
    "Enter": Key("enter", b"\r"),
    "Esc": Key("escape", b"\x1b"),
    "Backspace": Key("backspace", b"\x7f"),
    "Delete": Key("delete", b"\x1b[3~"),
    "PageUp": Key("pageup", b"\x1b[5~"),
    "PageDown": Key("pagedown", b"\x1b[6~"),
    **{f"F{number}": Key(f"f{number}", f"\x1b{sent}".encode()) for number, sent in enumerate(_FUNCTION, 1)},
    **{name: Key(name.lower(), f"\x1b[{letter}".encode()) for name, letter in _ARROWS.items()},
    **{
        f"Ctrl+{letter.upper()}": Key(f"ctrl+{letter}", bytes([number]))
        for number, letter in enumerate(_LETTERS, 1)
        if letter not in "him"  # a terminal sends the same for Backspace, Tab and Enter
    },
}
