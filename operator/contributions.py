"""What overseers read of safeguarding: what the vulnerability desk adds, how soon partners are answered, which checks were made.

Theory of operation. Each is counted from the whole journal up to a moment, seals closed, and names nobody but who acted.
"""

from datetime import date

from msgspec.structs import asdict

from hueandcry.domain.answering import answering
from hueandcry.domain.contribution import contribution
from hueandcry.domain.looking import checks
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.text import counted, safe_text
from hueandcry.store.moment import local_day
from hueandcry.store.views import Board


def _week_of(board: Board, instant_ns: int) -> str:
    """Return the ISO week of an instant in the force's time, as 2026-W48."""
    year, week, _ = date.fromisoformat(local_day(instant_ns, board.zone)).isocalendar()
    return f"{year}-W{week:02}"


def say_contribution(room: Room, board: Board, *, json: bool) -> None:
    """Print what each vulnerability desk added, week by week."""
    found = contribution(lambda: room.journal.entries(0, board.position), lambda at: _week_of(board, at))
    for one in found:
        if json:
            console.say_json(asdict(one))
            continue
        percent = 100 * one.in_time // one.came
        console.say(safe_text(
            f"{one.desk:<10} {one.week}  {one.came:>5} came  {one.reviewed:>5} reviewed  {one.in_time:>5} in time ({percent} %)  "
            f"{one.risk_changed:>4} risk changed  {one.safeguarded:>4} safe before arrival  {one.referred:>4} referred  "
            f"{one.accepted:>4} accepted  {one.accepted_our_word:>3} by our word only"
        ))  # fmt: skip
    if not json:
        console.say(f"{counted(len(found), 'week')} of a desk")


def say_answers(room: Room, board: Board, *, json: bool) -> None:
    """Print how soon partners had their answer, by partner and kind."""
    found = answering(room.journal.entries(0, board.position))
    for one in found:
        if json:
            console.say_json(asdict(one))
            continue
        waits = (
            f"{_minutes(one.wait_s_median)} median  {_minutes(one.wait_s_p95)} p95  {_minutes(one.wait_s_max)} longest"
            if one.answered
            else "none answered yet"
        )
        console.say(safe_text(
            f"{one.partner:<14} {one.sort:<10} {one.asked:>4} asked  {one.answered:>4} answered  {one.late:>3} late  "
            f"{one.accepted:>3} accepted  {one.held:>3} held  {one.not_police:>3} not police  {waits}"
        ))  # fmt: skip
    if not json:
        console.say(f"{counted(sum(one.asked for one in found), 'asking')} of partners")


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}m{seconds % 60:02}s"


def say_checks(room: Room, board: Board, *, json: bool) -> None:
    """Print which checks of first contact were made, by handler."""
    for one in checks(room.journal.entries(0, board.position)):
        if json:
            console.say_json({"handler": one.handler, "contacts": one.contacts, "whole": one.whole, **dict(one.made)})
            continue
        each = "  ".join(f"{code} {100 * made // one.contacts:>3} %" for code, made in one.made)
        console.say(
            safe_text(f"{one.handler:<10} {counted(one.contacts, 'contact'):<14} {each}  all of them {one.whole}")
        )
