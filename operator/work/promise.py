"""Lines of the promise ledger."""

from hueandcry.domain import promise
from hueandcry.domain.fault import Refused
from hueandcry.domain.worked import Promising, Worked
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import COLLAR, ITEM
from hueandcry.operator.work.handover import taker_of


def promise_acts(desk: Desk, line: Line) -> list[Act]:
    what = Promising(line["sort"])
    return [Act(line["item"], promise.MakePromise(what, line["by"], desk.signed.collar, line["words"]))]


def kept_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], promise.KeepPromise(_promise(desk, line), line["words"]))]


def release_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], promise.ReleasePromise(_promise(desk, line), line["reason"]))]


def pass_acts(desk: Desk, line: Line) -> list[Act]:
    taker = taker_of(desk, line["collar"])
    return [Act(line["item"], promise.PassPromiseOn(_promise(desk, line), taker), rests_on=(taker.id,))]


def _promise(desk: Desk, line: Line) -> int:
    """Return the number of the promise that a line names by its number or by what was promised."""
    record, named = desk.board.record(line["item"]), line["promise"]
    assert isinstance(record, Worked)
    for one in record.promises:
        if named in (str(one.number), one.what.value):
            return one.number
    raise Refused(f"promise {named} is not open here any more")


VERBS = (
    Verb(
        name="promise", short="pm", slots=(ITEM, slots.choice("sort", slots.one_of(Promising)), slots.time("by"), slots.words("words", optional=True)),
        acts=promise_acts, does="Promise {sort} about {item} by {by}[: {words}]", example="pm 57 arrival 20m told her twenty minutes",
    ),
    Verb(
        name="kept", short="k", slots=(ITEM, slots.choice("promise", slots.promises), slots.words("words", optional=True)), acts=kept_acts,
        does="Record that promise {promise} of {item} was kept[: {words}]", example="k 57 call-back spoke to her sister",
    ),
    Verb(
        name="release", short="rl", slots=(ITEM, slots.choice("promise", slots.promises), slots.words("reason")), acts=release_acts,
        does="Release promise {promise} of {item}: {reason}", example="rl 57 arrival she is at the station herself now",
    ),
    Verb(
        name="pass", short="ps", slots=(ITEM, slots.choice("promise", slots.promises), COLLAR), acts=pass_acts,
        does="Let {collar} see to promise {promise} of {item}", example="ps 57 call-back 2211",
    ),
)  # fmt: skip
