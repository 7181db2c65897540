"""A force's own packs at the command line: list, check, compare with what is in force, adopt.

Theory of operation. A pack is a TOML text: a file, or one that comes with the product, by its name. Checking reads it as
adoption would and says the first thing that is wrong, with its line. Comparing walks both packs by the codes of their
tables and tells each value that differs. Packs that belong together are adopted in one moment; from then on decisions
rest on them, and what was decided before stays under the pack of its day.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.fault import Refused
from hueandcry.domain.idle import check_standing
from hueandcry.domain.pack import PackKind
from hueandcry.domain.packreader import Pack, check_together, new_pack, read_pack
from hueandcry.domain.policy import POLICY_STREAM, Policy, digest_of
from hueandcry.domain.standing import StandingPack
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.bundled import bundled, pack_text
from hueandcry.operator.desk import Act
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import counted, safe_text

_TABLE = re.compile(r"`\$\.(\w+)\[(\d+)\]")
_KEYS = ("code", "because", "to", "channel")


def text_of(named: str) -> bytes:
    """Return the text of a pack: of a file, or of one that comes with the product; raises Misread where there is neither."""
    path = Path(named)
    if path.is_file():
        return path.read_bytes()
    if named in bundled():
        return pack_text(named)
    raise Misread(f"there is no file {named}, and no pack of that name; with the product come {', '.join(bundled())}")


def check(named: str) -> Pack:
    """Return a pack; refuses one that could not be adopted, with the line where that can be told."""
    content = text_of(named)
    try:
        pack = new_pack(content)
        if isinstance(pack, StandingPack):
            check_standing(pack)
        return pack
    except Refused as fault:
        raise _where(named, content, fault) from fault


def check_all(names: Iterable[str], policy: Policy) -> list[Pack]:
    """Return packs; refuses those that could not be adopted, or would not fit each other or what is in force beside them."""
    given = {named: check(named) for named in names}
    together = {one.kind: read_pack(one.content) for one in policy.adopted}
    together |= {PackKind(pack.kind): pack for pack in given.values()}
    try:
        check_together(together.values())
    except Refused as fault:
        for named, pack in given.items():
            if str(fault).startswith(f"{pack.pack},"):
                raise _where(named, text_of(named), fault) from fault
        raise
    return list(given.values())


def _where(named: str, content: bytes, fault: Refused) -> Refused:
    """Return a refusal with the file that it is about, and the line where that can be told."""
    line = _line_of(str(fault), content)
    return Refused(f"{named}{f', line {line}' if line else ''}: {fault}")


def _line_of(fault: str, content: bytes) -> int | None:
    """Return the line of a table that a fault names by its place, or of a rule or element that it names by its code."""
    lines = content.decode("utf-8", "replace").splitlines()
    found = _TABLE.search(fault)
    if found:
        heads = [at for at, line in enumerate(lines, 1) if line.strip() == f"[[{found[1]}]]"]
        return heads[int(found[2])] if int(found[2]) < len(heads) else None
    named = re.search(r"(?:rule|element|question|grade|category|result|answer) ([\w.-]+)", fault)
    told = re.search(r"\(line (\d+)", fault) or re.search(r"line (\d+)", fault)
    if told:
        return int(told[1])
    quoted = f'"{named[1].rstrip(":")}"' if named else ""
    heads = [
        at
        for at, line in enumerate(lines, 1)
        if quoted and re.search(rf"\b(code|because|channel)\s*=\s*{quoted}", line)
    ]
    return next(iter(heads), None)


def _note_namesakes(names: Iterable[str]) -> None:
    """Say which packs go by the name of one that comes with the product and are not that one: they are easily confused."""
    for named in names:
        content = text_of(named)
        name = read_pack(content).pack
        if name in bundled() and content != pack_text(name):
            console.complain(
                f"hue: note: this {name} is not the one that comes with the product: give it a name of its own"
            )


def say_check(names: list[str], policy: Policy, *, json: bool) -> None:
    """Print that packs could be adopted, and what they are."""
    checked = check_all(names, policy)
    _note_namesakes(names)
    for pack in checked:
        if json:
            console.say_json(
                {"pack": pack.pack, "kind": pack.kind, "verified": pack.verified == "yes", "title": pack.title}
            )
            continue
        sure = "its source was read" if pack.verified == "yes" else "its source is not verified"
        console.say(safe_text(f"{pack.pack} can be adopted ({pack.kind}, {sure}): {pack.title}"))


def say_text(room: Room, named: str) -> None:
    """Print a pack's text, to be copied and changed: one in force by its name, else one that comes with the product.

    Into a file it goes as it is; a terminal is shown it line by line, made harmless.
    """
    adopted = [one.content for one in room.board.policy.adopted if one.pack == named]
    text = (adopted[-1] if adopted else text_of(named)).decode()
    if not sys.stdout.isatty():
        print(text, end="")
        return
    for line in text.split("\n"):
        console.say(safe_text(line))


def listed(room: Room, *, json: bool) -> None:
    """Print the packs in force, and those that come with the product."""
    policy = room.board.policy
    in_force = {kind: policy.adoption(kind) for kind in PackKind if any(one.kind is kind for one in policy.adopted)}
    for kind, one in in_force.items():
        pack = read_pack(one.content)
        if json:
            console.say_json({"pack": one.pack, "kind": kind.value, "hash": one.digest.hex(), "in_force": True})
        else:
            console.say(safe_text(f"{kind.value:<11} {one.pack:<16} in force  {one.digest.hex()[:12]}  {pack.title}"))
    digests = {one.digest for one in in_force.values()}
    for name in bundled():
        content = pack_text(name)
        if digest_of(content) not in digests:
            pack = read_pack(content)
            if json:
                console.say_json({"pack": name, "kind": pack.kind, "hash": digest_of(content).hex(), "in_force": False})
            else:
                console.say(
                    safe_text(f"{pack.kind:<11} {name:<16}           {digest_of(content).hex()[:12]}  {pack.title}")
                )


def adopt(room: Room, names: list[str], *, session: str | None, json: bool) -> None:
    """Bring packs into force, all in one moment."""
    check_all(names, room.board.policy)
    _note_namesakes(names)
    desk = room.desk(session)
    entries = desk.do([Act(POLICY_STREAM, Adopt(tuple(map(text_of, names))))])
    if json:
        for entry in entries:
            console.say_json(console.fact_object(entry))
    else:
        console.say_facts(entries, room.board, room.identity.now())


def compare(room: Room, named: str, *, json: bool) -> None:
    """Print every value in which a pack differs from the one of its kind that is in force."""
    new = check(named)
    old = read_pack(room.board.policy.adoption(PackKind(new.kind)).content)
    found = list(differences(msgspec.to_builtins(old), msgspec.to_builtins(new)))
    for path, was, now in found:
        if json:
            console.say_json({"at": path, "was": was, "now": now})
        else:
            console.say(safe_text(f"{path}: {_shown(was)} -> {_shown(now)}"))
    if not json:
        console.say(f"{counted(len(found), 'difference')} between {old.pack}, in force, and {new.pack}")


def _shown(value: Any) -> str:
    return "-" if value is None else msgspec.json.encode(value).decode()


def differences(was: Any, now: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two packs differ: the place, the value before, the value now; tables go by their codes."""
    if isinstance(was, list | tuple) and isinstance(now, list | tuple) and _is_keyed([*was, *now]):
        was, now = _by_key(was), _by_key(now)
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*was, *now)):
            yield from differences(was.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif was != now:
        yield path, was, now


def _is_keyed(tables: list[Any]) -> bool:
    return bool(tables) and all(isinstance(one, dict) and any(key in one for key in _KEYS) for one in tables)


def _by_key(tables: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {str(next(one[key] for key in _KEYS if key in one)): one for one in tables}
