"""What an inquiry asks of the whole history: what would have rung, and what another pack would have said.

Theory of operation. History is read once, seals closed, from the first fact to the moment that is asked about. Every line
names the record, the fact and the moment, so that it can be looked up and held against the log.
"""

from collections.abc import Iterator

from hueandcry.domain.asking import Answer, ask
from hueandcry.domain.coverage import coverage
from hueandcry.domain.idle import check_standing
from hueandcry.domain.standing import StandingPack
from hueandcry.domain.trial import Otherwise, Trial
from hueandcry.operator import console, packs
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import counted, safe_text
from hueandcry.store.moment import changeovers, local_text, rfc3339
from hueandcry.store.naming import RoomNames
from hueandcry.store.records import blank
from hueandcry.store.views import Board


def ask_history(room: Room, board: Board, now_ns: int, *, questions: list[str], named: str | None, json: bool) -> None:
    """Print what standing questions would have rung up to a moment, each with its record and its time."""
    pack = _only(_asked(board, named), questions)
    answer = ask(pack, room.journal.entries(0, board.position), blank, now_ns)
    names = RoomNames(board, now_ns, day=True)
    for ring in answer.rang:
        if json:
            console.say_json({
                "question": ring.question, "rang": rfc3339(ring.at), "stream": ring.stream.hex(),
                "ref": names.stream(ring.stream), "number": ring.number,
            })  # fmt: skip
        else:
            by = f"by fact {ring.number} of {names.stream(ring.stream)}"
            console.say(safe_text(f"{local_text(ring.at, board.zone, day=True)}  {ring.question:<28} {by}"))
    for one in answer.fallen:
        if json:
            console.say_json(
                {"question": one.question, "rang": rfc3339(one.at), "count": one.count, "usual": one.usual}
            )
        else:
            when = local_text(one.at, board.zone, day=True)
            console.say(safe_text(f"{when}  {one.question:<28} {one.count} where {one.usual} are usual"))
    if not json:
        for line in _summary(pack, answer):
            console.say(line)


def _asked(board: Board, named: str | None) -> StandingPack:
    pack = board.policy.standing if named is None else packs.check(named)
    if pack is None:
        raise Misread("no standing questions are adopted: name a pack with --pack")
    if not isinstance(pack, StandingPack):
        raise Misread(f"{pack.pack} holds no standing questions: it is a pack of {pack.kind}")
    check_standing(pack)
    return pack


def _only(pack: StandingPack, questions: list[str]) -> StandingPack:
    known = {one.code for one in pack.question}
    for code in questions:
        if code not in known:
            raise Misread(f"{pack.pack} has no question {code}; it has {', '.join(sorted(known))}")
    if not questions:
        return pack
    return StandingPack(
        pack=pack.pack, kind=pack.kind, title=pack.title, source=pack.source, verified=pack.verified,
        question=tuple(one for one in pack.question if one.code in questions),
    )  # fmt: skip


def _summary(pack: StandingPack, answer: Answer) -> Iterator[str]:
    for question in pack.question:
        codes = [*(one.question for one in answer.rang), *(one.question for one in answer.fallen)]
        rang = codes.count(question.code)
        put = answer.asked.get(question.code, 0)
        each = f" (each of the {put} times it was put)" if rang and rang == put else ""
        yield safe_text(f"{question.code}: rang {counted(rang, 'time')}{each} - {question.asks}")


def try_pack(room: Room, board: Board, now_ns: int, named: str, *, json: bool) -> None:
    """Print what would have gone otherwise under a pack that is not adopted."""
    pack = packs.check(named)
    if isinstance(pack, StandingPack):
        check_standing(pack)
    trial = Trial(pack, blank, lambda times, since, until: changeovers(times, board.zone, since, until))
    found = trial.walk(room.journal.entries(0, board.position), board.policy.standing, now_ns)
    names = RoomNames(board, now_ns, day=True)
    for one in found:
        if json:
            console.say_json(_object(one, names))
        else:
            console.say(safe_text(_line(one, board, names)))
    if not json:
        touched = len({one.stream for one in found})
        console.say(f"{counted(touched, 'record')} of @{board.position} would have gone otherwise under {pack.pack}")


def _object(one: Otherwise, names: RoomNames) -> dict[str, str]:
    return {
        "at": rfc3339(one.at), "stream": one.stream.hex(), "ref": names.stream(one.stream), "what": one.what,
        "was": one.was, "now": one.now, "was_grounds": one.was_grounds, "now_grounds": one.now_grounds,
    }  # fmt: skip


def _line(one: Otherwise, board: Board, names: RoomNames) -> str:
    was = f"{one.was} ({one.was_grounds})" if one.was_grounds else one.was
    now = f"{one.now} ({one.now_grounds})" if one.now_grounds else one.now
    return f"{local_text(one.at, board.zone, day=True)}  {names.stream(one.stream):<14} {one.what}: {was} -> {now}"


def say_coverage(room: Room, board: Board, *, json: bool) -> None:
    """Print of which share of contacts risk was assessed before they were handed on."""
    for one in coverage(room.journal.entries(0, board.position)):
        percent = 100 * one.assessed // one.handed_on
        if json:
            console.say_json({
                "by": one.by, "of": one.of, "handed_on": one.handed_on, "assessed": one.assessed,
                "percent": percent, "not_asked": one.not_asked,
            })  # fmt: skip
        else:
            missing = f", {counted(one.not_asked, 'element')} not asked"
            console.say(
                safe_text(f"{one.by:<8} {one.of:<14} {one.assessed:>6} of {one.handed_on:<6} {percent:>3} %{missing}")
            )
