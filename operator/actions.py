"""What a key can do in the room: each action once, with its keys, its words and the line that does the same without a screen.

Theory of operation. Screens take their bindings from this table, help and the card of keys print it, and the settings of whoever
sits here may give an action other keys by its id. Letters and digits are never keys: they belong to the line, save `?`, `-` and
digits while it is empty. Function keys, Esc, Tab, arrows and control with a letter are what every terminal and tmux hands on.
"""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

_NAMES = {
    "pageup": "PageUp", "pagedown": "PageDown", "escape": "Esc", "enter": "Enter", "tab": "Tab", "up": "Up", "down": "Down",
    "home": "Home", "end": "End", "insert": "Insert", "delete": "Delete",
}  # fmt: skip
_FIXED = ("enter", "escape")  # without them nobody gets anything done, or out
_KEY = re.compile(r"f([1-9]|1[0-2])|ctrl\+[a-z]|" + "|".join(_NAMES))
_TERMINALS_OWN = {
    "ctrl+i": "it is Tab to a terminal", "ctrl+m": "it is Enter to a terminal", "ctrl+j": "it is Enter to a terminal",
    "ctrl+h": "it is Backspace to a terminal",
}  # fmt: skip


class Action(Struct, frozen=True):
    """One thing a key does: its id, its keys as Textual names them, what it does in words, what runs, and its line."""

    id: str
    keys: str
    does: str
    runs: str
    line: str


ACTIONS = (
    Action("help", "f1", "help: keys, verbs, references", "app.help", "help"),
    Action("board", "f2", "the board: contacts, partners, incidents", "app.board", "board"),
    Action("dispatch", "f3", "dispatch: what waits for a crew, who is deployed, the crews", "app.dispatch", "dispatch"),
    Action("desk", "f4", "the vulnerability desk", "app.desk", "desk"),
    Action("sort", "f5", "put the lists in order", "sort", "board"),
    Action("incident", "f6", "open an incident from this contact", "incident", "open"),
    Action("next-call", "f7", "answer whoever is next; what is in hand stays", "next_call", "next"),
    Action("alert", "f8", "go to the most pressing alert", "app.alert", "alerts"),
    Action("palette", "f9,ctrl+k", "find a verb, an item or a list by a few letters", "app.palette", "help"),
    Action("leave", "f10", "leave the room", "app.quit", "quit"),
    Action("wall", "ctrl+o", "the wall: how the room stands", "app.wall", "wall"),
    Action("replay", "ctrl+y", "the replay: the room as it was", "app.replay", "replay"),
    Action("narrative", "ctrl+t", "write what the caller says; again: back to the line", "narrative", "note"),
    Action("record", "ctrl+s", "record what the caller says as a note", "record", "note"),
    Action("undo", "ctrl+z", "offer the line that takes the last act back", "undo", "undo"),
    Action("copy", "ctrl+g", "copy what is shown of this item, where that is switched on", "copy", "show"),
    Action("search", "ctrl+r", "search the lines typed before", "search", "history"),
    Action("older", "ctrl+p", "the line before", "older", "history"),
    Action("newer", "ctrl+n", "the line after", "newer", "history"),
    Action("complete", "tab", "complete the line; with an empty line, the next list", "tab", "help"),
    Action("do", "enter", "do the line; with an empty line, open the item under the cursor", "enter", "show"),
    Action("back", "escape", "clear the line; with an empty line, go back", "leave", "board"),
    Action("jump", "ctrl+l", "a letter beside each row in view; that letter puts the cursor there", "jump", "board"),
    Action("up", "up", "one row up", "move(-1)", "board"),
    Action("down", "down", "one row down", "move(1)", "board"),
    Action("page-up", "pageup", "ten rows up", "move(-10)", "board"),
    Action("page-down", "pagedown", "ten rows down", "move(10)", "board"),
)
BY_ID = {one.id: one for one in ACTIONS}
assert len(BY_ID) == len(ACTIONS)


def spoken(keys: str) -> str:
    """Return keys as people say them: `F9 or Ctrl+K`."""
    return " or ".join(_spoken(key) for key in keys.split(","))


def _spoken(key: str) -> str:
    if key.startswith("ctrl+"):
        return f"Ctrl+{key[5:].upper()}"
    return _NAMES.get(key, key.upper())


def keys_of(action: str, keymap: Mapping[str, str]) -> str:
    """Return the keys of an action, as people say them, under a keymap."""
    return spoken(keymap.get(action, BY_ID[action].keys))


def faults_of(keymap: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a keymap, a sentence each: ids that are no action's, what is no key, and clashes."""
    faults = [f"there is no action {name!r}; 'hue keys' lists them" for name in keymap if name not in BY_ID]
    known = {name: keys.lower().replace(" ", "") for name, keys in keymap.items() if name in BY_ID}
    faults += [f"{name} stays on {spoken(BY_ID[name].keys)}" for name in known if BY_ID[name].keys in _FIXED]
    for name, keys in known.items():
        faults += [why for key in keys.split(",") if (why := _no_key(name, key))]
    return [*faults, *_clashes(known)]


def _no_key(name: str, key: str) -> str:
    if key in _TERMINALS_OWN:
        return f"{name}: {_spoken(key)} cannot be told apart, {_TERMINALS_OWN[key]}"
    if not _KEY.fullmatch(key):
        return (
            f"{name}: {key!r} is no key here; f1 to f12, ctrl+a to ctrl+z, tab, arrows, pageup, pagedown, home, end are"
        )
    return ""


def _clashes(keymap: Mapping[str, str]) -> list[str]:
    """Return which keys would belong to two actions."""
    of: dict[str, list[str]] = {}
    for one in ACTIONS:
        for key in keymap.get(one.id, one.keys).split(","):
            of.setdefault(key, []).append(one.id)
    return [f"{_spoken(key)} is the key of {' and of '.join(names)}" for key, names in of.items() if len(names) > 1]


def card(keymap: Mapping[str, str], why_not: Mapping[str, str] | None = None) -> list[str]:
    """Return the keys, one action a line; one that can do nothing now says why."""
    reasons = why_not or {}
    return [
        f"{keys_of(one.id, keymap):<13} {one.does}{f'   (not now: {reasons[one.id]})' if reasons.get(one.id) else ''}"
        for one in ACTIONS
    ]


def usable(keymap: Mapping[str, str]) -> dict[str, str]:
    """Return a keymap without what is wrong with it: all of it, or where anything clashes none."""
    return {} if faults_of(keymap) else {name: keys.lower().replace(" ", "") for name, keys in keymap.items()}


def line_words() -> Iterable[str]:
    """Return the first word of every line that does what a key does."""
    return (one.line for one in ACTIONS)
