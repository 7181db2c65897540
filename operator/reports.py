"""What the reading commands print: queues, the journal, the digest, verification, the store."""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from hueandcry.domain import replay
from hueandcry.domain.fact import Entry
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import Desk
from hueandcry.operator.queues import queues as standing
from hueandcry.operator.text import counted, safe_text
from hueandcry.operator.watch import keep
from hueandcry.store.evidence import Examination
from hueandcry.store.moment import ago, local_text, rfc3339
from hueandcry.store.naming import RoomNames
from hueandcry.store.records import blank
from hueandcry.store.sealed import Seals
from hueandcry.store.sqlite import FORMAT_VERSION
from hueandcry.store.subscription import Commits
from hueandcry.store.views import Board

COUNTED_EVERY = 4096
FOLLOWED_S = 60.0  # the longest wait of whoever follows; a commit ends it


def queues(board: Board, now_ns: int, *, json: bool) -> None:
    """Print each queue with how much stands in it, how old, and how much risk has waited in it."""
    found = standing(board.items(now_ns), now_ns)
    for one in found:
        if json:
            console.say_json({
                "queue": one.queue, "open": one.open, "oldest": rfc3339(one.oldest), "risk_minutes": one.risk_minutes,
                **one.counts,
            })  # fmt: skip
            continue
        flags = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in one.counts.items() if count)
        waited = f"oldest {ago(one.oldest, now_ns):>6}  {one.risk_minutes:>9,} risk-minutes"
        line = f"{one.queue:<9} {one.open:>5} open  {waited}  {flags}"
        console.say(safe_text(line.rstrip()))
    if not json:
        console.say(f"{sum(one.open for one in found)} open in {counted(len(found), 'queue')}")


def wall(room: Room, board: Board, now_ns: int, *, json: bool) -> None:
    """Print the supervisor's wall."""
    from hueandcry.operator.wall import lines, sections, view
    from hueandcry.operator.wallkeeper import WallKeeper
    from hueandcry.operator.wallobject import document

    keeper = WallKeeper(room.journal)
    keeper.catch_up(board, now_ns)
    if json:
        console.say_json(document(board, view(board, keeper.wall, keeper.interruptions, now_ns)))
        return
    for line in lines(sections(board, keeper.wall, keeper.interruptions, now_ns)):
        console.say(line)


class Span(Struct, frozen=True):
    """Which part of the journal: behind a position, up to an occurred time (ns UTC), and on into the future."""

    after: int = 0
    occurred: int | None = None
    follow: bool = False


def journal(
    room: Room,
    board: Board,
    now_ns: int,
    *,
    span: Span,
    json: bool = False,
) -> None:
    """Print the journal up to the board's position; with `follow`, go on with what others record."""
    names = RoomNames(board, now_ns)

    def print_all(entries: Iterable[Entry]) -> None:
        for entry in entries:
            if span.occurred is not None and (entry.header is None or entry.header.occurred > span.occurred):
                continue
            if json:
                console.say_json(console.fact_object(entry))
            else:
                console.say(console.fact_line(entry, board, names))

    print_all(room.journal.entries(span.after, board.position))
    if not span.follow:
        return
    with Commits(room.journal) as commits:
        while True:
            print_all(board.catch_up())
            commits.wait(FOLLOWED_S)


def digest(room: Room, board: Board, *, json: bool) -> None:
    """Print the digest of all records at the board's position."""
    root = room.journal.root_at(board.position)
    with console.progress("replaying", board.position) as seen:
        streams = _counted(room.journal.streams(board.position), seen)
        found = replay.digest(board.position, root, streams, blank)
    if json:
        console.say_json({"position": board.position, "root": root.hex(), "digest": found})
    else:
        console.say(f"{found} @{board.position}")


def _counted(entries: Iterable[Entry], seen: Callable[[int], None]) -> Iterator[Entry]:
    for count, entry in enumerate(entries, 1):
        if not count % COUNTED_EVERY:
            seen(count)
        yield entry


def verify(room: Room, *, json: bool, only_new: bool = False, closed: bool = False) -> bool:
    """Verify the store and print what came of it; tells whether all is as it was written."""
    seals = room.journal.seals if not closed and room.journal.seals.at_hand else None
    examination = Examination(room.folder, room.journal, room.keys_at_hand, seals)
    with console.progress("verifying", room.journal.max_notification_id()) as seen:
        examined = examination.examine(seen, only_new=only_new)
    result = examined.journal
    if json:
        findings = [{"position": one.position, "part": one.part, "what": one.what} for one in examined.findings]
        console.say_json(
            {
                "position": result.size,
                "since": result.since,
                "root": result.root.hex(),
                "recorded": rfc3339(result.recorded),
                "seals_opened": result.opened,
                "seals_not_checked": result.unopened,
                "checkpoints": examined.checkpoints,
                "checkpoints_not_checked": examined.unsigned,
                "accesses": examined.accesses,
                "findings": findings,
            }
        )
    elif examined.findings:
        for finding in examined.findings:
            console.complain(f"hue: {finding.text()}")
    else:
        since = f" behind @{result.since}" if result.since else ""
        console.say(f"{counted(result.size - result.since, 'fact')} verified{since}, root {result.root.hex()}")
        why = f": {_why_unopened(seals, closed=closed)}" if result.unopened else ""
        console.say(f"{counted(result.opened, 'seal')} opened and checked, {result.unopened} not{why}")
        console.say(
            f"{counted(examined.checkpoints, 'checkpoint')} held"
            + (f", {examined.unsigned} not, for want of their public key" if examined.unsigned else "")
            + f"; {counted(examined.accesses, 'entry', 'entries')} of the access log"
        )
    return not examined.findings


def _why_unopened(seals: Seals | None, *, closed: bool) -> str:
    if closed:
        return "they were left closed"
    return "their keys are not at hand" if seals is None else "their records are erased"


def watch(room: Room, *, once: bool, tick_s: float, json: bool) -> None:
    """Keep the watch and print what it records; an interrupt ends it behind the tick that goes on, a second one at once."""
    ended = threading.Event()

    def interrupted(*_: object) -> None:
        ended.set()
        signal.signal(signal.SIGINT, before)

    def told(entries: list[Entry]) -> None:
        for entry in entries:
            if json:
                console.say_json(console.fact_object(entry))
        if not json:
            console.say_facts(entries, room.board, room.identity.now())

    def wait() -> bool:
        return not once and not ended.wait(tick_s)

    def warn(why: str) -> None:
        console.complain(f"hue: checkpoints are not signed: {why}")

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        keep(room, wait, told, warn)
    finally:
        signal.signal(signal.SIGINT, before)
    if ended.is_set():
        raise KeyboardInterrupt


def load(room: Room, desk: Desk, file: Path, map_name: str, *, json: bool) -> int:
    """Load a file as history, print the counts, and return how many rows were rejected."""
    from hueandcry.operator.intake.loader import Loader

    loader = Loader(room.folder, desk, map_name)
    with console.progress(f"loading {safe_text(file.name)}", file.stat().st_size) as seen:
        counts = loader.load(file, seen)
    if json:
        console.say_json(counts.as_object())
    else:
        console.say(
            f"{counts.read} rows read, {counts.recorded} recorded, {counts.duplicates} known already, {counts.rejected} rejected"
        )
    if counts.rejected:
        console.complain(
            f"hue: {counts.rejected} rows were rejected; they stand with their reasons in {loader.side_path}"
        )
    return counts.rejected


def info(room: Room, *, json: bool) -> None:
    """Print what the store is."""
    board, tip = room.board, room.journal.tip()
    policy = board.policy
    document: dict[str, Any] = {
        "store": str(room.folder.path),
        "engine": "sqlite",
        "format": FORMAT_VERSION,
        "format_fixed": True,
        "force": policy.force,
        "name": policy.name.decode("utf-8", "replace"),
        "zone": policy.zone,
        "position": tip.size,
        "root": tip.root.hex(),
        "recorded": rfc3339(tip.recorded),
        "open": len(board.open()),
        "packs": [{"kind": one.kind.value, "pack": one.pack, "hash": one.digest.hex()} for one in policy.adopted],
        "signed_on": [
            {"collar": member.collar, "session": one.session, "seat": one.seat, "place": one.place.value}
            for member, one in board.sessions()
        ],
    }
    if json:
        console.say_json(document)
        return
    for name, value in document.items():
        lines = value if isinstance(value, list) else [value]
        for line in lines:
            text = " ".join(str(part) for part in line.values()) if isinstance(line, dict) else line
            console.say(safe_text(f"{name:<13} {text}"))
    console.say(f"{'last recorded':<13} {local_text(tip.recorded, board.zone, day=True)} local time")
