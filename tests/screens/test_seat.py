"""What a seat shows and takes at every size, on both faces: keys, colours, pages in their parts, a screen that changes its size."""

from hueandcry.operator.bootstrap import Room
from tests.screens.atseat import CALL, on_the_contact, tells
from tests.screens.conftest import SIZES, Enter, at_sizes
from tests.staging import work

CONTRAST_LEAST = 7.0  # WCAG 2.2, 1.4.6


@at_sizes(*SIZES)
async def test_what_a_line_came_to_and_what_the_next_one_would_do_stand_apart(store: Room, enter: Enter) -> None:
    room = await enter(store)
    await room.line("open - theft a bicycle", shows="Opened as theft")
    await room.types("note 1 it is red")
    await room.until(lambda: room.preview == "Enter: Write in the log of 1 theft: it is red", "the line is foreseen")
    assert room.message.startswith("1 Opened as theft")
    assert (room.bar.text, room.bar.cursor) == ("note 1 it is red", len("note 1 it is red"))
    assert room.keys.startswith("? keys  F1 help  F2 board")
    await room.leave()


@at_sizes(*SIZES)
async def test_a_contact_s_page_has_its_risk_model_beside_its_log(store: Room, enter: Enter) -> None:
    work(store.desk(None), "ring 999 07700900123\nanswer .\nlocate . CENTRAL 14 Acacia Gardens, the blue door")
    room = await enter(store)
    await room.press("Tab")
    await room.until(lambda: room.lists.cursor_on().startswith("c"), "the contact is under the cursor")
    ref = room.board.cursor_on()
    await room.press("Enter")
    await room.sees("not yet asked", "found: none")
    await room.press("Down")
    await room.until(lambda: "Threat" in room.item.element, "the next element is marked")
    assert (room.item.kind, room.item.ref) == ("contact", ref)
    assert any(line.endswith("Checked repeat, found: none") for line in room.item.log)
    await room.press("PageUp")  # a small screen counts the lines for which it has no room
    await room.until(
        lambda: any(line.endswith("Ringing on 999 07700900123") for line in room.item.log), "its beginning"
    )
    assert "14 Acacia Gardens" in " ".join(room.item.heading)
    await room.leave()


async def test_the_row_under_the_cursor_is_read_well_and_nothing_blinks(store: Room, enter: Enter) -> None:
    """WCAG 2.2, 1.4.6 and 2.3.1."""
    work(store.desk(None), "open - theft\nopen - burglary")
    room = await enter(store)
    await room.sees("Incidents (2)")
    await room.press("Down")
    await room.until(lambda: room.board["Incidents"].rows[1].under_cursor, "the cursor is on the second row")
    shown, row = room.shown, room.board.cursor()
    assert row is not None
    assert min(cell.look.contrast for cell in shown.rows[row.y] if cell.letter.strip()) >= CONTRAST_LEAST
    assert not any(cell.look.blink for line in shown.rows for cell in line)
    await room.leave()


async def test_an_older_line_comes_back_and_is_done_with_another_end(store: Room, enter: Enter) -> None:
    room = await enter(store)
    await room.line("open - theft", shows="1 Opened as theft")
    await room.press("Ctrl+P")
    await room.until(lambda: room.bar.text == "open - theft", "the line is back")
    await room.press(*["Backspace"] * len("theft"))
    await room.until(lambda: room.bar.text == "open -", "its end is taken back")
    await room.line("burglary", shows="2 Opened as burglary")
    await room.press("Ctrl+P", "Ctrl+P", "Ctrl+N")
    await room.until(lambda: room.bar.text == "open - burglary", "the last line is back")
    await room.leave()


async def test_a_screen_that_changes_its_size_keeps_the_line_and_reads_as_before_when_it_is_back(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft\nring 101 0161")
    room = await enter(store, size=(120, 40))
    await room.sees("Incidents (1)", "Contacts, waiting first (1)")
    await room.types("note 1 it is")
    await room.until(lambda: room.preview.endswith("it is"), "the line is foreseen")
    before = room.text
    for columns, rows in ((80, 24), (240, 67)):
        await room.resize(columns, rows)
        await room.until(
            lambda: room.bar.text == "note 1 it is" and room.board.cursor_on() == "1", "all of it is there"
        )
    await room.resize(120, 40)
    await room.until(lambda: room.text == before, f"it reads as before:\n{before}")
    await room.leave()


async def test_a_paste_stands_in_the_line_and_is_not_done(store: Room, enter: Enter) -> None:
    room = await enter(store)
    await room.paste("open - theft")
    await room.until(lambda: room.bar.text == "open - theft", "it is in the line")
    await room.until(lambda: room.preview.startswith("Enter: "), "it is foreseen")
    assert room.board.counts["Incidents"] == 0
    await room.leave()


async def test_a_letter_that_is_taken_back_is_gone_before_the_next_key_is_looked_at(store: Room, enter: Enter) -> None:
    """Keys come in bursts over a bad line; a 2 that was changed to a 3 must not be done as a 2."""
    room = await enter(store)
    await room.type("grade 1 2")
    await room.press("Backspace")
    await room.type("3 he can wait")
    await room.until(lambda: room.bar.text == "grade 1 3 he can wait", "the line is as it was typed", 3)


async def test_whoever_types_on_behind_the_key_that_closes_help_loses_no_key(store: Room, enter: Enter) -> None:
    """A bad line brings keys in bursts."""
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.press("F1")
    await room.sees("The command bar always has the keyboard")
    await room.press("F1", "F9")
    await room.type("note")
    await room.sees("Palette", "Write in the log of")
    await room.press("Esc")
    await room.does_not_see("Palette")
    await room.press("F1")
    await room.sees("The command bar always has the keyboard")
    await room.press("F1")
    await room.type("note 1 she whispers")
    await room.until(lambda: room.bar.text == "note 1 she whispers", "all of it is in the line")
    await room.clear()
    await room.leave()


async def test_whoever_types_a_line_over_the_help_types_it_into_the_line(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.press("F1")
    await room.sees("The command bar always has the keyboard")
    await room.types("note 1 she whispers")
    await room.sees("Incidents (1)")
    await room.clear()
    await room.leave()


async def test_words_that_were_recorded_as_a_note_still_suggest_the_type(store: Room, enter: Enter) -> None:
    work(store.desk(None), "ring 999 07700900123\nanswer .")
    room = await enter(store)
    await on_the_contact(room)
    await tells(room, "my son has taken tablets")
    await room.press("Ctrl+S")
    await room.sees("my son has taken tablets", "F6: welfare (has taken tablets)")
    await room.until(lambda: "my son has taken tablets" in room.message, "it is recorded")
    await room.press("F6")
    await room.sees("Opened as welfare")
    await room.press("F6")
    await room.sees("what is it about?")
    assert len([one for one in store.board.catch_up() if one.name == "incident.opened"]) == 1
    await room.clear()
    await room.leave()


async def test_a_page_that_one_comes_back_to_takes_keys_into_the_line(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, CALL)
    room = await enter(store)
    await on_the_contact(room)
    first = room.item.ref
    await tells(room, "she whispers")
    work(desk, "ring 999 07700900124")
    await room.press("F7")
    await room.until(lambda: room.item.ref not in ("", first), "the next one is answered")
    await room.press("Esc")
    await room.until(lambda: room.item.ref == first, "the first page is in front")
    await room.types("note . he")
    await room.until(lambda: room.bar.text == "note . he", "it stands in the line")
    await room.clear()
    await room.leave()
