"""The blind second look: judged before it is compared, by nobody who did it, under the packs of that day; samples and agreement.

Source: letter, areas 1 and 3; the inspectorate's reviews of calls.
"""

from typing import Any

import pytest
from msgspec.structs import replace

from hueandcry.domain import blindreview
from hueandcry.domain.agreement import Agreement, agreement, drawn
from hueandcry.domain.blindreview import REVIEWERS, BeginReview, Compared, Judge, Judged, Review, ReviewBegun
from hueandcry.domain.duty import Command
from hueandcry.domain.fact import Fact
from hueandcry.domain.incident import Incident
from hueandcry.domain.particulars import Reply
from hueandcry.domain.reference import Kind, stream_id
from hueandcry.operator.desk import Desk
from hueandcry.operator.reference import find
from hueandcry.operator.reviewing import case_of
from tests.spec.harness import ME, START, commands_in, entry, given, on_duty, ref, stream_of, who_may
from tests.staging import Stage, work

INCIDENT = stream_of(Incident)
FIRST = ref(Incident, 4)
BEGIN = BeginReview(INCIDENT, FIRST, "2211", "home", "999", "vsu", ("2211", "3301"), seen=False)
BEGUN = ReviewBegun(INCIDENT, FIRST, "2211", "home", "999", "vsu", seen=False)
MINE = tuple(
    Reply(element, answer)
    for element, answer in (
        ("situation", "now"),
        ("threat", "weapon"),
        ("risk", "serious"),
        ("investigation", "none"),
        ("vulnerability", "child"),
        ("engagement", "wants-police"),
    )
)
THEIRS = tuple(Reply(one.element, "present" if one.element == "threat" else one.answer) for one in MINE)
JUDGE = Judge(MINE, "1", "he may be armed", "domestic", None, None, "2", False, THEIRS)
JUDGED = Judged(MINE, True, "1", "1", "he may be armed")
COMPARED = Compared("2", False, 1, 6, ("threat",))


def test_overseers_review_and_there_is_no_other_command() -> None:
    assert set(who_may(BEGIN)) == set(who_may(JUDGE)) == set(REVIEWERS)
    assert commands_in(blindreview) == {BeginReview, Judge}


def test_a_review_names_what_it_is_of_and_then_what_was_judged_and_what_was_done() -> None:
    begun = given(on=Review).when(BEGIN).then(BEGUN)
    assert (begun.incident, begun.of, begun.reviewer) == (INCIDENT, FIRST, ME)
    judged = given(BEGUN, on=Review).when(JUDGE).then(JUDGED, COMPARED)
    assert (judged.grade, judged.vulnerable, judged.replies) == ("1", True, MINE)


@pytest.mark.parametrize(("grade", "steps"), [("1", 1), ("2", 0), ("4", -2)])
def test_it_says_how_many_grades_more_urgent_it_was_judged(grade: str, steps: int) -> None:
    given(BEGUN, on=Review).when(replace(JUDGE, grade=grade)).then(
        replace(JUDGED, grade=grade), replace(COMPARED, steps=steps)
    )


@pytest.mark.parametrize("collar", ["2211", "3301"])
def test_nobody_reviews_what_they_did_themselves(collar: str) -> None:
    given(on=Review).when(BEGIN, on_duty(collar=collar)).then_refused(
        f"{collar} took, assessed or graded it: somebody else takes the second look"
    )


@pytest.mark.parametrize(
    ("facts", "command", "rule"),
    [
        ((), JUDGE, "there is no such review"),
        ((BEGUN, JUDGED), JUDGE, "this review is done: what was judged blind is not judged again"),
        ((BEGUN,), replace(JUDGE, given=MINE[1:]), "situation neither answered nor passed over with a reason"),
        ((BEGUN,), replace(JUDGE, reason="", grade="3"), "the answers suggest grade 1: say why it is 3"),
        ((BEGUN,), replace(JUDGE, grade="9"), "grades-2020 has no grade 9; it has 1, 2, 3, 4, 5"),
    ],
)
def test_a_judgement_is_refused_in_the_words_of_the_rule(
    facts: tuple[Fact[Review], ...], command: Command[Review], rule: str
) -> None:
    given(*facts, on=Review).when(command).then_refused(rule)


def test_who_began_a_review_ends_it() -> None:
    given(BEGUN, on=Review).when(JUDGE, on_duty(collar="7001")).then_refused(f"{ME} has begun this review")


# Agreement and samples


def of(number: int, handler: str, place: str, compared: Compared | None, *, vulnerable: bool = True) -> list[Any]:
    stream = stream_id(Kind.REVIEW, START // 1_000_000, number)
    facts: list[Fact[Any]] = [replace(BEGUN, handler=handler, place=place)]
    if compared is not None:
        facts += [replace(JUDGED, vulnerable=vulnerable), compared]
    return [entry(stream, at, fact) for at, fact in enumerate(facts, 1)]


def test_agreement_is_counted_by_each_group_and_of_all_and_what_was_not_judged_counts_for_nobody() -> None:
    entries = [
        *of(1, "2211", "home", COMPARED),
        *of(2, "2211", "home", Compared("1", True, 0, 6, ())),
        *of(3, "2212", "office", Compared("1", True, -2, 6, ("risk", "threat")), vulnerable=False),
        *of(4, "2213", "office", None),
    ]
    found = {(one.by, one.of): one for one in agreement(entries)}
    assert found["handler", "2211"] == Agreement("handler", "2211", 2, 1, 1, 0, 1, 12, 11, 0)
    assert found["place", "office"] == Agreement("place", "office", 1, 0, 0, 1, 0, 6, 4, 0)
    assert found["all", "all"] == Agreement("all", "all", 3, 1, 1, 1, 1, 18, 15, 0)
    assert ("handler", "2213") not in found


def candidates(**groups: int) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for group, count in groups.items():
        for _ in range(count):
            found[stream_id(Kind.INCIDENT, START // 1_000_000, len(found))] = group
    return found


def test_a_sample_takes_from_each_group_in_turn_so_that_a_small_one_is_not_drowned() -> None:
    among = candidates(many=100, few=2, one=1)
    taken = [among[stream] for stream in drawn(among, 6, 0)]
    assert sorted(taken) == ["few", "few", "many", "many", "many", "one"]


def test_the_same_seed_draws_the_same_and_another_others() -> None:
    among = candidates(many=100)
    assert drawn(among, 10, 7) == drawn(dict(reversed(among.items())), 10, 7)
    assert drawn(among, 10, 7) != drawn(among, 10, 8)
    assert drawn({}, 5, 0) == []
    assert sorted(drawn(among, 500, 1)) == sorted(among)


# What is shown


def shown(desk: Desk, ref: str) -> tuple[list[str], Incident]:
    """Return what a reviewer of an incident is shown, and the incident as it was."""
    room = Looking(desk)
    incident = desk.board.record(find(desk, ref))
    assert isinstance(incident, Incident)
    case = case_of(room, desk.board, incident, {})  # type: ignore[arg-type]  # a journal and a board are all of a room it reads
    assert case is not None
    return [one.name for one in case.shown], case.incident


class Looking:
    def __init__(self, desk: Desk) -> None:
        self.journal = desk.log


ASSESS = (
    "assess {} situation=now threat=present risk=some investigation=none vulnerability=none engagement=wants-police"
)


def test_a_reviewer_is_shown_all_that_the_room_knew_and_nothing_that_it_learned_or_was_tied_to_later() -> None:
    stage = Stage()
    desk = stage.founder
    work(desk, "ring 101 07700900444\nanswer .\nnote . a car with two men")
    another = desk.board.name(desk.named(Kind.CONTACT) or b"")
    work(
        desk,
        "person Sean Kelly\nring 999 07700900123\nanswer .\nlocate . CENTRAL 12 Mill Lane\ntalks . interpreter polish",
    )
    work(
        desk,
        f"looked . repeat third call\nopen . domestic shouting\ninvolve 1 . suspect\n{ASSESS.format(1)}\ngrade 1 2 so",
    )
    names, _ = shown(desk, "1")
    assert names == [
        "contact.rang", "contact.located", "contact.helped_to_talk", "contact.checked", "incident.opened", "incident.located",
        "record.person_involved",
    ]  # fmt: skip
    work(desk, "classify 1 violence he hit her\nring 999 07700900999\nanswer .\nnote . he has a knife\nlink . 1")
    work(desk, "ring 999 07700900777\nanswer .\nnote . a window broke\nopen . other a window\nmerge 2 1 the same house")
    work(desk, f"link {another} 1")
    later, then = shown(desk, "1")
    assert later == names
    assert (then.category, then.district) == ("domestic", "CENTRAL")
