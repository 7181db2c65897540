"""The supervisor's wall as one document for machines: stable keys, instants as RFC 3339 text in UTC, times in seconds."""

from typing import Any

from msgspec.structs import asdict

from hueandcry.domain.interruption import FLOOD, WINDOW_NS, Cause, Load, Priority
from hueandcry.domain.reference import NS_PER_S, stream_text
from hueandcry.domain.wall import QUARTER_S, Figures
from hueandcry.operator.queues import BEGIN_MIN, Queue
from hueandcry.operator.wall import View, cause_text, told_to
from hueandcry.store.moment import rfc3339
from hueandcry.store.views import Board


def document(board: Board, shown: View) -> dict[str, Any]:
    """Return the wall as the object that `--json` prints."""
    figures = shown.figures
    return {
        "at": rfc3339(shown.now_ns),
        "position": board.position,
        "answers": [asdict(one) for one in figures.answers],
        "queues": [_queue(one) for one in shown.queues],
        "risk_minutes": {"every_s": QUARTER_S, "points": list(figures.risk)},
        "contacts": {"every_s": QUARTER_S, "points": list(figures.contacts)},
        "promises_broken": {"open": figures.broken, "today": figures.broken_today},
        "escalations": [
            {
                "ref": board.name(one.stream, shown.now_ns), "to": one.to, "who": list(told_to(board, one)),
                "raised": rfc3339(one.raised),
            }
            for one in figures.escalations
        ],
        "learned_to_seen": _known(board, figures, shown.now_ns),
        "signed_on": _signed_on(board, shown),
        "interruptions": {
            "window_s": WINDOW_NS // NS_PER_S,
            "flood": FLOOD,
            "usual_percent": {kind.name.lower(): kind.value for kind in Priority},
            "operators": [_load(board, one, shown.now_ns) for one in shown.loads],
            "most": [_cause(board, one, count, shown.now_ns) for one, count in shown.most],
        },
    }  # fmt: skip


def _queue(one: Queue) -> dict[str, Any]:
    ages = [{"from_min": begin, "open": count} for begin, count in zip(BEGIN_MIN, one.ages, strict=True)]
    return {
        "queue": one.queue, "open": one.open, "oldest": rfc3339(one.oldest), "risk_minutes": one.risk_minutes,
        **one.counts, "ages": ages,
    }  # fmt: skip


def _known(board: Board, figures: Figures, now_ns: int) -> list[dict[str, Any]]:
    found = []
    for one in figures.known:
        longest = one.longest
        found.append({
            "what": one.what.value, "seen": one.seen, "wait_s_median": one.wait_s_median, "wait_s_max": one.wait_s_max,
            "never_seen": one.unseen, "waiting": one.waiting,
            "longest": None if longest is None
            else {"ref": board.name(longest.stream, now_ns), "since": rfc3339(longest.since)},
        })  # fmt: skip
    return found


def _signed_on(board: Board, shown: View) -> list[dict[str, Any]]:
    now = {one.collar: one.now for one in shown.loads}
    return [
        {
            "collar": member.collar, "roles": [role.value for role in member.roles], "seat": session.seat,
            "place": session.place.value, "since": rfc3339(session.since), "in_hand": shown.held.get(member.collar, []),
            "interruptions_now": now.get(member.collar, 0),
        }
        for member, session in sorted(board.sessions(), key=lambda one: one[0].collar)
    ]  # fmt: skip


def _load(board: Board, one: Load, now_ns: int) -> dict[str, Any]:
    return {
        "collar": one.collar, "since": rfc3339(one.since), "now": one.now, "flood": one.flood, "worst": one.worst,
        "windows": list(one.windows), "mix": dict(one.mix),
        "most": [_cause(board, cause, count, now_ns) for cause, count in one.most],
    }  # fmt: skip


def _cause(board: Board, cause: Cause, count: int, now_ns: int) -> dict[str, Any]:
    return {
        "says": cause_text(board, cause, now_ns), "sort": cause.sort.value, "about": cause.about or None,
        "stream": stream_text(cause.stream) if cause.stream else None, "count": count,
    }  # fmt: skip
