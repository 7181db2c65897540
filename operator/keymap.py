"""Changes of the keys at the seat: an action is given other keys in the settings file, and nothing else in it is touched.

Theory of operation. `keys sort f11` in the room or in line mode, `hue keys sort f11` at the shell. A change that would bring a
fault that was not there is refused, in the words of the fault; so the file that is written is never worse than the one before.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hueandcry.domain.fault import Refused
from hueandcry.operator.actions import BY_ID, card, faults_of, keys_of, usable
from hueandcry.operator.settings import settings_path
from hueandcry.operator.text import safe_text

OWN = "default"  # the word for the keys that an action comes with


def change_keys(words: str, path: Path | None = None) -> tuple[dict[str, str], str]:
    """Do what `ACTION KEY [KEY]` or `ACTION default` says, and return the keymap then, with a sentence of what was done.

    An action alone changes nothing, and the sentence is its keys. Raises Refused with what is wrong.
    """
    action, *keys = words.split() or [""]
    if action not in BY_ID:
        raise Refused(f"there is no action '{safe_text(action)}'; 'hue keys --json' names them")
    path = path or settings_path()
    said = _read(path)
    before = {str(name): str(one) for name, one in said.get("keys", {}).items()}
    if not keys:
        return usable(before), card(usable(before))[list(BY_ID).index(action)]
    after = {name: one for name, one in before.items() if name != action}
    if keys != [OWN]:
        after[action] = ",".join(keys).lower()
    faults = [fault for fault in faults_of(after) if fault not in faults_of(before)]
    if faults:
        raise Refused(safe_text("; ".join(faults)))
    _put(said, action, after.get(action))
    _write(path, said)
    unused = f"; none is used before this is mended: {'; '.join(faults_of(after))}" if faults_of(after) else ""
    return usable(after), f"{action} is on {keys_of(action, after)} from now on: {path}{unused}"


def _put(said: Any, action: str, keys: str | None) -> None:
    import tomlkit

    if "keys" not in said:
        said["keys"] = tomlkit.table()
    if keys is None:
        said["keys"].pop(action, None)
    else:
        said["keys"][action] = keys


def _read(path: Path) -> Any:
    """Return what the file says, with its comments; raises Refused where it cannot be read."""
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        said = tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except OSError as fault:
        raise Refused(f"the settings {path} cannot be read: {fault.strerror}") from fault
    except (ParseError, ValueError) as fault:
        raise Refused(
            f"the settings {path} cannot be changed before they are mended: {safe_text(str(fault))}"
        ) from fault
    if not isinstance(said.get("keys", {}), dict):
        raise Refused(f"the settings {path} cannot be changed before they are mended: 'keys' is no table there")
    return said


def _write(path: Path, said: Any) -> None:
    """Put the file in the place of the old one at once; raises Refused where that cannot be done, and the old one stays."""
    import tomlkit

    there = path.resolve()  # a link to where somebody keeps settings stays one
    try:
        there.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=there.parent) as folder:
            fresh = Path(folder) / there.name
            fresh.write_text(tomlkit.dumps(said), encoding="utf-8")
            os.replace(fresh, there)
    except OSError as fault:
        raise Refused(f"the settings {path} cannot be written: {fault.strerror}") from fault
