"""Nothing takes the keyboard from whoever types, and nothing moves under the cursor, whatever others do meanwhile.

Theory of operation. Seeded walks (tests/screens/walk.py), a twentieth of the count without HUE_PROOF; many steps in process,
where every paint is looked at, and fewer at a real terminal.
"""

import pytest

from hueandcry.operator.bootstrap import Room
from tests.proof.counts import chance, count
from tests.screens.conftest import Enter
from tests.screens.driver import Seat
from tests.screens.others import CONTACTS, GRADE, INCIDENTS, Others
from tests.screens.test_livelist import Listing, item, shown_row
from tests.screens.walk import SHAPES, Walk

WALKS = [("pilot", 0), ("pilot", 1), ("pilot", 2), ("pty", 3)]
STEPS = {"pilot": count(1400), "pty": count(600)}  # of each walk
TOLD_S = 3.0


@pytest.mark.proof
@pytest.mark.parametrize(("face", "number"), WALKS)
async def test_whatever_others_do_the_half_typed_line_keeps_the_keyboard_and_the_row_under_the_cursor_its_place(
    clocked: Room, enter: Enter, face: str, number: int
) -> None:
    """Screens never steal focus and never move the row under the cursor; nothing pops up."""
    drawn = chance(f"focus at {face}, walk {number}")
    others = Others(clocked, drawn)
    others.fill(incidents=30, contacts=10)
    room = await enter(clocked, session=others.session, size=SHAPES[number % len(SHAPES)])
    walk = Walk(room, others, drawn)
    await walk.go(STEPS[face])
    await room.leave()


@pytest.fixture
def others(clocked: Room) -> Others:
    """Others who have done so much that the lists are longer than their places."""
    others = Others(clocked, chance("a full board"))
    others.fill(incidents=30, contacts=10)
    return others


async def at_the_end(room: Seat) -> str:
    """Move the cursor to the end of its list, once it is laid out, and return what stands there."""
    await heard(room)
    await room.press(*["PageDown"] * 6)
    await heard(room)
    return room.board.cursor_on()


def grade_of(room: Seat, ref: str) -> str:
    """Return the grade in an incident's row."""
    found = GRADE.match(room.board[INCIDENTS][ref].text, 2)
    assert found is not None
    return found[1]


async def heard(room: Seat) -> None:
    """Return when the keys before have done what they do."""
    await room.types("qqq")
    await room.clear()


async def test_f5_leaves_the_item_under_the_cursor_in_view(clocked: Room, enter: Enter, others: Others) -> None:
    room = await enter(clocked, session=others.session)
    last = await at_the_end(room)
    others.grade(last, "1")
    await room.until(lambda: grade_of(room, last) == "1", f"{last} is of grade 1")
    await room.press("F5")
    await heard(room)
    await room.until(lambda: room.board.cursor_on() == last, f"{last} is under the cursor", TOLD_S)


async def test_tab_shows_the_cursor_in_the_list_that_it_turns_to(clocked: Room, enter: Enter, others: Others) -> None:
    room = await enter(clocked, session=others.session)
    await room.press("Tab")
    last = await at_the_end(room)
    await room.press("Tab", "Tab")
    others.promise_breaks(last)  # it stands first now
    others.say("ring 101 07700900999")
    await room.sees(f"{CONTACTS} (11)")
    await room.press("Tab")
    await heard(room)
    await room.until(lambda: room.board.cursor_on() == last, f"{last} is under the cursor", TOLD_S)


async def test_whoever_comes_back_from_the_desk_finds_the_row_where_it_was(
    clocked: Room, enter: Enter, others: Others
) -> None:
    room = await enter(clocked, session=others.session)
    await room.press("Down", "Down", "Down")
    await heard(room)
    before = room.board.cursor()
    assert before is not None
    others.grade(before.ref, "4")
    await room.until(lambda: grade_of(room, before.ref) == "4", f"{before.ref} is of grade 4")
    await room.press("F4")
    await room.sees("Vulnerable, nobody sent")
    await room.press("F2")
    await heard(room)
    after = room.board.cursor()
    assert after is not None
    assert (after.ref, after.y) == (before.ref, before.y)


async def test_a_row_that_goes_below_the_cursor_at_the_end_of_a_list_leaves_the_row_under_the_cursor_where_it_is(
    clocked: Room, enter: Enter, others: Others
) -> None:
    room = await enter(clocked, session=others.session)
    last = await at_the_end(room)
    await room.press("Up", "Up", "Up")
    await heard(room)
    before = room.board.cursor()
    others.say(f"merge {last} 1 the same")
    await room.until(lambda: last not in room.board[INCIDENTS].refs, f"{last} is gone")
    await heard(room)
    assert room.board.cursor() == before


async def test_a_new_district_leaves_the_row_under_the_cursor_where_it_is(
    clocked: Room, enter: Enter, others: Others
) -> None:
    room = await enter(clocked, session=others.session)
    await room.press("Down", "Down", "Down")
    await heard(room)
    before = room.board.cursor()
    assert before is not None
    others.grade(before.ref, "4")
    await room.until(lambda: grade_of(room, before.ref) == "4", f"{before.ref} is of grade 4")
    others.say("unit NN12 NORTH", "ring 101 07700900999")
    await room.sees(f"{CONTACTS} (11)")
    after = room.board.cursor()
    assert after is not None
    assert (after.ref, after.y) == (before.ref, before.y)


async def test_a_key_that_comes_as_soon_as_a_list_is_filled_leaves_the_cursor_in_view() -> None:
    app = Listing()
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        app.list.activate(active=True)
        app.list.take({one.stream: one for one in map(item, range(1, 41))}, 0, whole=True)
        app.list.move(30)
        await pilot.pause()
        assert shown_row(app)[1] == "31"


async def test_whoever_comes_back_finds_the_cursor_on_the_item_on_which_it_was_though_they_never_moved_it(
    clocked: Room, enter: Enter, others: Others
) -> None:
    room = await enter(clocked, session=others.session)
    await heard(room)
    before = room.board.cursor_on()
    other = next(ref for ref in reversed(room.board[INCIDENTS].refs) if ref != before)
    others.promise_breaks(other)  # it stands before it now
    await room.until(lambda: "BROKE" in room.board[INCIDENTS][other].text, "it is told")
    for _ in range(2):
        await room.reconnect()
        await room.until(lambda: INCIDENTS in room.lists and room.board.cursor_on() == before, f"on {before} again")


async def test_what_is_typed_at_the_desk_stands_there_after_a_lost_line_whatever_is_cleared_elsewhere(
    clocked: Room, enter: Enter, others: Others
) -> None:
    room = await enter(clocked, session=others.session, size=(120, 40))
    await room.press("F4")
    await room.sees("Vulnerable, nobody sent")
    await room.types("note 1 she whispers")
    await room.press("F2")
    await room.sees(INCIDENTS)
    await room.types("note 2 he")
    await room.reconnect()
    await room.sees("what was typed at the desk stands there")
    await room.until(lambda: room.bar.text == "note 2 he", "the board's own line is there")
    await room.clear()
    await room.types("note 1 she whispers")
    await room.clear()
    await room.press("F4")
    await room.until(lambda: room.bar.text == "note 1 she whispers", "the desk's line is there")
