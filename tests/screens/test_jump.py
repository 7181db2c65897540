"""A letter beside each row in view: the next one puts the cursor on its row, and none reaches the line."""

import re

from hueandcry.operator.bootstrap import Room
from tests.screens.conftest import Enter
from tests.screens.driver import Seat
from tests.staging import work

LETTER_BESIDE = re.compile(r"([a-zA-Z1-9]) (\d+|c[a-z0-9]{4}) {2}")
MANY = "\n".join(["open - theft"] * 40)


def letters(room: Seat) -> dict[str, str]:
    """Return which letter stands before which row."""
    found = (LETTER_BESIDE.match(line) for line in room.shown.lines)
    return {one[2]: one[1] for one in found if one}


def rows_in_view(room: Seat) -> int:
    return sum(bool(re.match(r"[>a-zA-Z1-9 ] \d+ {2}", line)) for line in room.shown.lines)


async def jumps(room: Seat) -> dict[str, str]:
    await room.press("Ctrl+L")
    await room.sees("a letter puts the cursor on its row")
    return letters(room)


async def test_a_letter_puts_the_cursor_on_the_row_that_it_stands_beside_in_another_list_too(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "ring 999 07700900123\nring 101 0161\nopen - theft\nopen - burglary\nopen - violence")
    room = await enter(store)
    await room.sees("Incidents (3)")
    beside = await jumps(room)
    assert len(beside) == 4, "the row under the cursor needs none"
    contact = next(ref for ref in beside if ref.startswith("c"))
    await room.type(beside[contact])
    await room.until(lambda: room.board.cursor_on() == contact, "the cursor is on the contact")
    assert not letters(room)
    await room.type((await jumps(room))["3"])
    await room.until(lambda: room.board.cursor_on() == "3", "the cursor is on the incident")
    assert room.bar.text == ""
    await room.leave()


async def test_a_line_half_typed_stays_while_somebody_jumps_and_is_about_the_row_jumped_to(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft\nopen - burglary")
    room = await enter(store)
    await room.types("note @ she wh")
    other = "2" if room.board.cursor_on() == "1" else "1"
    await room.type((await jumps(room))[other])
    await room.until(lambda: room.board.cursor_on() == other, "the cursor jumped")
    await room.types("ispers")
    await room.until(lambda: room.preview.startswith(f"Enter: Write in the log of {other} "), "it is about that row")
    assert room.bar.text == "note @ she whispers"
    await room.press("Esc")
    await room.leave()


async def test_any_other_key_ends_the_letters_and_does_what_it_does(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft\nopen - burglary\nopen - violence")
    room = await enter(store)
    before = room.board.cursor_on()
    await jumps(room)
    await room.press("Down")
    await room.until(lambda: room.board.cursor_on() != before, "Down moves")
    assert not letters(room)
    await room.types("note 1 x")
    await jumps(room)
    await room.press("Esc")
    await room.does_not_see("a letter puts the cursor")
    assert room.bar.text == "note 1 x", "Esc took the letters away, and nothing else"
    await jumps(room)
    await room.type("z")
    await room.does_not_see("a letter puts the cursor")
    assert room.bar.text == "note 1 x", "z stands beside no row"
    await room.press("Esc")
    await room.leave()


async def test_a_row_that_comes_into_view_as_a_long_preview_goes_has_a_letter_too(store: Room, enter: Enter) -> None:
    work(store.desk(None), MANY)
    room = await enter(store)
    await room.sees("Incidents (40)")
    await room.types("grade 1 2 he is not hurt, but he says that he will be back and that he has")
    await room.sees("Not yet: ")
    await room.press("Esc", "Ctrl+L")  # in one burst: the preview is gone a moment later
    await room.until(lambda: "Not yet" not in room.text and bool(letters(room)), "the preview is gone")
    await room.until(lambda: len(letters(room)) + 1 == rows_in_view(room), "each row but the cursor's has a letter")
    await room.press("Esc")
    await room.leave()


async def test_rows_for_which_there_is_no_letter_are_counted(store: Room, enter: Enter) -> None:
    work(store.desk(None), f"{MANY}\n{MANY}\n{MANY}")
    room = await enter(store, size=(120, 130))
    await room.sees("Incidents (120)")
    beside = await jumps(room)
    counted = re.search(r"; (\d+) rows have none", room.message)
    assert counted is not None
    assert len(beside) + int(counted[1]) + 1 == rows_in_view(room)
    await room.press("Esc")
    await room.leave()


async def test_a_letter_stays_with_its_item_when_others_move_its_row(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, "open - theft\nopen - burglary\nopen - violence")
    room = await enter(store)
    await room.sees("Incidents (3)")
    beside = await jumps(room)
    work(desk, "\n".join(["ring 999 07700900123"] * 3))
    await room.sees("Contacts, waiting first (3)")
    assert letters(room) == beside, "what came later has none"
    ref = next(iter(beside))
    await room.type(beside[ref])
    await room.until(lambda: room.board.cursor_on() == ref, "the cursor is on its item")
    await room.leave()


async def test_where_there_is_no_list_it_is_said(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.press("Enter")
    await room.sees("incident 1")
    await room.press("Ctrl+L")
    await room.sees("there is no list here")
    await room.leave()


async def test_a_key_pressed_before_that_nobody_takes_does_not_end_the_letters(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft\nopen - burglary")
    room = await enter(store)
    await room.sees("Incidents (2)")
    await room.press("F12", "Ctrl+L")  # in one burst: what nobody takes comes back to the room behind the other
    await room.sees("a letter puts the cursor on its row")
    await room.face.more(0.5)
    assert letters(room)
    await room.press("Esc")
    await room.leave()
