"""What whoever sits here has set for themselves: colours, copying, and other keys; nothing of the work.

Theory of operation. One TOML file of the system user, `room.toml` in the XDG configuration folder or where HUE_SETTINGS says. What
is wrong in it is said in a sentence and counts as not said: a bad file at three in the morning keeps nobody from the room.

    theme = "contrast"
    copy = false

    [keys]
    sort = "f11"
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hueandcry.operator.actions import faults_of, usable
from hueandcry.operator.theme import THEMES


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """`theme` is one of the themes; `copy` whether what is shown may be copied; `keys` gives actions other keys."""

    theme: str = "night"
    copy: bool = False
    keys: dict[str, str] = {}


def settings_path() -> Path:
    """Return where the settings of this system user are: HUE_SETTINGS, or room.toml in the XDG configuration folder."""
    named = os.environ.get("HUE_SETTINGS")
    if named:
        return Path(named).expanduser()
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "hueandcry" / "room.toml"


def read_settings(path: Path | None = None) -> tuple[Settings, list[str]]:
    """Return the settings, and what is wrong with the file, a sentence each; what is wrong counts as not said."""
    path = path or settings_path()
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Settings(), []
    except OSError as fault:
        return Settings(), [f"the settings {path} cannot be read: {fault.strerror}"]
    try:
        said = msgspec.toml.decode(content, type=Settings)
    except (ValueError, RecursionError) as fault:  # msgspec's own faults are values, too
        return Settings(), [f"the settings {path} are not used: {fault}"]
    faults = faults_of(said.keys)
    if said.theme not in THEMES:
        faults.append(f"there is no theme {said.theme!r}; it is one of {', '.join(THEMES)}")
        said = replace(said, theme=Settings().theme)
    return replace(said, keys=usable(said.keys)), [f"in {path}: {fault}" for fault in faults]
