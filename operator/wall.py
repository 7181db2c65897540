"""The supervisor's wall in words: section by section, plain lines that stand beside each other on a wide screen and read aloud.

Theory of operation. What is there now comes from the board, what came to it from the folds of the wall; nothing sealed is opened.
Each line holds at most WIDTH letters. A plot stands where a line tells more than a number, with its numbers in words beside it.
The wall says of colleagues by name what they have in hand and how often they are interrupted; in the room it is for those who
answer for them, and for whoever examines that. What it says of the queues alone anybody reads with `hue queues`.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from hueandcry.domain.answerclock import Answers
from hueandcry.domain.duty import Role
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.incident import Incident
from hueandcry.domain.interruption import FLOOD, Cause, Interruptions, Load, Priority, Sort
from hueandcry.domain.knowing import Known, What
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.wall import Figures, Unknown, Wall
from hueandcry.operator.desk import Desk
from hueandcry.operator.queues import BANDS, Queue, queues
from hueandcry.operator.text import counted, safe_text
from hueandcry.store.moment import ago, day_began, local_text
from hueandcry.store.views import Board

WIDTH = 76
OVERSEERS = (Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.INSPECTOR, Role.AUDITOR)
NAMED_MAX = 8
WINDOWS_SHOWN = 12
_NAMED = {
    What.NOTE: "note",
    What.CHANGE: "material change",
    What.UPDATE: "other update",
    What.ESCALATION: "escalation",
    What.PARTNER: "what a partner asks",
    What.DESK: "vulnerable, nobody sent",
}
_CALLS = {
    Sort.EMERGENCY_RINGS: "999 rings",
    Sort.PARTNER_RINGS: "partner rings",
    Sort.ESCALATED: "escalated",
    Sort.BROKEN: "promise broken",
    Sort.CREW_EMERGENCY: "crew emergency",
    Sort.UNHEARD: "crew not heard of",
    Sort.BRING_UP: "bring-up",
    Sort.QUESTION: "question rang",
}
_HELD = "\u00a0"
_UNIT = re.compile(r" (%|min\b|h\b)")
_BARS = "▁▂▃▄▅▆▇█"
_HOUR_BACK = 5  # the point of an hour ago, counted from the last


class Section(Struct, frozen=True):
    """A part of the wall: what it is about, and its lines, safe to show and at most WIDTH wide."""

    title: str
    lines: tuple[str, ...]


class View(Struct, frozen=True):
    """All that the wall shows, as of a moment (ns UTC); `held` names what each owner has in hand."""

    now_ns: int
    held: dict[str, list[str]]
    queues: tuple[Queue, ...]
    figures: Figures
    loads: tuple[Load, ...]
    most: tuple[tuple[Cause, int], ...]


def view(board: Board, wall: Wall, interruptions: Interruptions, now_ns: int) -> View:
    """Return what the wall shows of a board and the folds that have come as far."""
    items = board.items(now_ns)
    found, held = queues(items, now_ns), dict[str, list[str]]()
    for item in items:
        held.setdefault(item.owner, []).append(item.ref)
    return View(
        now_ns=now_ns,
        held=held,
        queues=tuple(sorted(found, key=lambda one: (-one.risk_minutes, one.oldest))),
        figures=wall.figures(now_ns, day_began(now_ns, board.zone)),
        loads=tuple(interruptions.loads(now_ns)),
        most=tuple(interruptions.most(now_ns)),
    )


def sections(board: Board, wall: Wall, interruptions: Interruptions, now_ns: int) -> list[Section]:
    """Return the wall, section by section."""
    shown = view(board, wall, interruptions, now_ns)
    figures = shown.figures
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        ("Answer clock, in the last hour", map(_answered, figures.answers)),
        ("Queues, by risk and age", map(_queue, shown.queues)),
        ("Risk-minutes, each quarter of an hour", [plot(figures.risk)]),
        ("Contacts in each quarter of an hour", [plot(figures.contacts)]),
        ("Promises broken", [f"{figures.broken} open, {figures.broken_today} today"]),
        ("Escalations not acknowledged", _escalated(board, figures.escalations, now_ns)),
        ("From learned by the room to seen, in the last hour", _seen(board, figures.known, now_ns)),
        ("Signed on, with interruptions in the last 10 min", _signed_on(board, shown)),
        ("Interruptions since each signed on, 12 h back at most", _interrupted(board, shown)),
    )
    return [Section(title, tuple(_folded(lines)) or ("nothing",)) for title, lines in parts]


def wall_lines(desk: Desk) -> list[str]:
    """Return the wall line by line; of whoever may not read it only for whom it is."""
    me = desk.board.member(desk.signed.collar)
    roles = {role.value for role in me.roles} if me is not None else set()
    if not (roles | set(desk.door.viewer.role.split("."))).intersection(role.value for role in OVERSEERS):
        return [f"this is for {' or '.join(role.value for role in OVERSEERS)}"]
    now_ns, keeper = desk.identity.now(), desk.wall_keeper
    keeper.catch_up(desk.board, now_ns)
    return list(lines(sections(desk.board, keeper.wall, keeper.interruptions, now_ns)))


def lines(shown: Iterable[Section]) -> Iterator[str]:
    """Yield sections line by line, one below the other."""
    for one in shown:
        yield one.title
        yield from (f"  {line}" for line in one.lines)


def plot(points: Sequence[int]) -> str:
    """Return points as letters of a height, with the last, that of an hour before and the highest in words."""
    return f"{_bars(points)} now {points[-1]:,}, an hour ago {points[-_HOUR_BACK]:,}, most {max(points):,}"


def _bars(points: Sequence[int]) -> str:
    top = max(points, default=0) or 1
    return "".join(_BARS[-(-point * (len(_BARS) - 1) // top)] for point in points)


def _folded(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        whole = _UNIT.sub(f"{_HELD}\\1", safe_text(line))  # a number stays with what it counts
        yield from (part.replace(_HELD, " ") for part in textwrap.wrap(whole, WIDTH, subsequent_indent="    "))


def _span(seconds: int | None) -> str:
    return ago(0, (seconds or 0) * NS_PER_S)


def _and_more(names: Sequence[str], shown: int = NAMED_MAX) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def _answered(one: Answers) -> str:
    ringing = f"{one.ringing} ringing, the longest {_span(one.ringing_s_max)}" if one.ringing else "nobody ringing"
    said = [f"{one.channel}: {ringing}"]
    if one.answered:
        half, most = _span(one.wait_s_median), _span(one.wait_s_p90)
        within = ""
        if one.target_s is not None:
            percent, assumed = 100 * (one.within or 0) // one.answered, " (assumed)" if one.assumed else ""
            within = f", {percent} % within {_span(one.target_s)}{assumed}"
        said.append(f"{one.answered} answered, half in {half}, 9 of 10 in {most}{within}")
    else:
        said.append("none answered")
    if one.abandoned:
        said.append(f"{one.abandoned} lost before an answer")
    return "; ".join(said)


def _queue(one: Queue) -> str:
    ages = ", ".join(f"{count} {band}" for count, band in zip(one.ages, BANDS, strict=True) if count)
    flags = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in one.counts.items() if count)
    said = f"{one.queue}: {one.open} open, {one.risk_minutes:,} risk-minutes; {ages}"
    return f"{said}; {flags}" if flags else said


def told_to(board: Board, one: Unknown) -> tuple[str, ...]:
    """Return who answers now for the district of what was escalated, in the role that it went to."""
    record = board.record(one.stream)
    about = board.record(record.incident) if isinstance(record, Expedite) and record.incident else record
    return board.answers_for(about.district, Role(one.to)) if isinstance(about, Incident) else ()


def _escalated(board: Board, unknown: Sequence[Unknown], now_ns: int) -> Iterator[str]:
    if not unknown:
        yield "none"
        return
    yield f"{len(unknown)}, the oldest {ago(unknown[0].raised, now_ns)}"
    for one in unknown[:NAMED_MAX]:
        who = ", ".join(told_to(board, one)) or "nobody answers for its district"
        yield f"{board.name(one.stream, now_ns)} to the {one.to} ({who}), {ago(one.raised, now_ns)}"
    if len(unknown) > NAMED_MAX:
        yield f"and {len(unknown) - NAMED_MAX} more"


def _seen(board: Board, known: Iterable[Known], now_ns: int) -> Iterator[str]:
    for one in known:
        said = []
        if one.seen:
            half, longest = _span(one.wait_s_median), _span(one.wait_s_max)
            said.append(f"{one.seen} seen, half within {half}, the longest {longest}")
        if one.longest is not None:
            wait, name = ago(one.longest.since, now_ns), board.name(one.longest.stream, now_ns)
            said.append(f"{one.waiting} not seen yet, the longest {wait} ({name})")
        if one.unseen:
            said.append(f"{one.unseen} never seen while it was needed")
        if said:
            yield f"{_NAMED[one.what]}: {'; '.join(said)}"


def _signed_on(board: Board, shown: View) -> Iterator[str]:
    now = {one.collar: one.now for one in shown.loads}
    for member, session in sorted(board.sessions(), key=lambda one: one[0].collar):
        roles = ", ".join(role.value for role in member.roles) or "no role"
        held = _and_more(shown.held.get(member.collar, [])) or "nothing"
        yield (
            f"{member.collar} {roles} at {session.seat} ({session.place.value}): {held} in hand; "
            f"{counted(now.get(member.collar, 0), 'interruption')}"
        )


def cause_text(board: Board, cause: Cause, now_ns: int) -> str:
    """Return what interrupts, in words."""
    return f"{_CALLS[cause.sort]} {cause.about or (board.name(cause.stream, now_ns) if cause.stream else '')}".rstrip()


def _interrupted(board: Board, shown: View) -> Iterator[str]:
    high, medium, low = (kind.value for kind in Priority)
    yield f"about 1 in 10 min is bearable, {FLOOD} are a flood; {high} % high, {medium} % medium, {low} % low is usual"
    for one in shown.loads:
        whole = sum(count for _, count in one.mix)
        if not whole:
            continue
        since = local_text(one.since, board.zone)[:5]
        mix = ", ".join(f"{100 * count // whole} % {name}" for name, count in one.mix)
        bars = _bars(one.windows[-WINDOWS_SHOWN:])
        yield (
            f"{one.collar} since {since}: {bars} {one.now} in the last 10 min{' FLOOD' if one.flood else ''}, "
            f"{one.worst} in the worst, {whole} in all; {mix}"
        )
    if shown.most:
        named = [f"{count} x {cause_text(board, cause, shown.now_ns)}" for cause, count in shown.most]
        yield f"most by: {', '.join(named)}"
