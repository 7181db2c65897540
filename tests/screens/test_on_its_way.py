"""What is on its way: a line that was sent is recorded once, with its words, and stands in one place until it is.

Theory of operation. Keys come faster than answers. Where a test needs an answer to be late, the room's thread is held, so that the
moment is met each time; at a terminal the keys come in one burst. What was recorded is read out of the journal, what is kept out of
the files at the seat, what is offered off the screen.

Source: letter, area 1: nothing that a caller said is lost, and nothing is recorded that nobody meant.
"""

import signal

import pytest

from hueandcry.operator.bootstrap import Room
from tests.screens.atseat import (
    AT_TERMINAL,
    CALL,
    IN_PROCESS,
    TOLD,
    WRONG_S,
    a_second_passes,
    contact_of,
    files,
    heard,
    hung_up,
    kept,
    killed,
    late,
    noted,
    notes,
    on_the_contact,
    stream_of,
    tells,
)
from tests.screens.clocked import FileClock
from tests.screens.conftest import Enter
from tests.screens.faces import AtTerminal
from tests.staging import S, work

NIGHT_S = 17 * 3600


# Enter, and what follows it


async def test_two_lines_that_are_typed_in_one_burst_are_two_notes_with_exactly_their_words(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.sees("Incidents (1)")
    goes_on = late(room)
    for words in ("first", "second"):
        await room.type(f"note 1 {words}")
        await room.press("Enter")
    goes_on()
    await room.until(lambda: "second" in room.message, "the second is answered")
    await heard(room)
    assert notes(store) == ["first", "second"]


async def test_a_second_enter_behind_a_line_records_nothing_again_and_opens_nothing(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.sees("Incidents (1)")
    await room.types("note 1 he is gone")
    goes_on = late(room)
    await room.press("Enter", "Enter")
    await room.until(lambda: not room.bar.text, "the line is sent")
    goes_on()
    await room.sees("he is gone")
    await heard(room)
    assert notes(store) == ["he is gone"]
    assert "Incidents" in room.board, "the board is in front still"


async def test_a_narrative_is_recorded_once_however_often_its_key_is_pressed(store: Room, enter: Enter) -> None:
    work(store.desk(None), CALL)
    room = await enter(store)
    await on_the_contact(room)
    await tells(room, TOLD)
    goes_on = late(room)
    await room.press("Ctrl+S", "Ctrl+S")
    goes_on()
    await room.until(lambda: notes(store) != [], "it is recorded")
    await room.press("Tab")
    await heard(room)
    assert notes(store) == [TOLD]


# Leaving right behind Enter


async def test_f10_right_behind_enter_records_the_line_and_offers_nothing_again(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.sees("Incidents (1)")
    await room.type("note 1 he is gone")
    await room.press("Enter", "F10")
    await room.has_ended()
    assert notes(store) == ["he is gone"]
    assert not files(store)
    again = await heard(await enter(store))
    assert "taken up again" not in again.text
    assert notes(store) == ["he is gone"]


@IN_PROCESS
async def test_a_hang_up_right_behind_enter_records_the_line_and_offers_nothing_again(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.sees("Incidents (1)")
    await room.types("note 1 he is gone")
    await room.press("Enter")
    await hung_up(room)
    assert notes(store) == ["he is gone"]
    assert kept(store) == []
    again = await heard(await enter(store))
    assert "taken up again" not in again.text


@AT_TERMINAL
async def test_a_line_that_is_cut_with_its_enter_under_way_is_either_recorded_or_offered(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.sees("Incidents (1)")
    await room.types("note 1 he is gone")
    await room.press("Enter")
    await killed(room, signal.SIGHUP)
    recorded = notes(store)
    assert recorded in ([], ["he is gone"])
    again = await enter(store)
    if recorded:
        await heard(again)
    else:
        await again.sees("taken up again: 1 text")
    await again.until(
        lambda: again.bar.text == ("" if recorded else "note 1 he is gone"), "it is offered where it was not recorded"
    )


# Going to another screen before the answer


@pytest.mark.parametrize(("sent_from", "then"), [("F3", "F2"), ("F3", "F4"), ("F2", "F3")])
async def test_a_line_whose_answer_comes_to_another_screen_is_kept_no_more(
    store: Room, enter: Enter, sent_from: str, then: str
) -> None:
    titles = {"F2": "Partner safeguarding", "F3": "No crew yet", "F4": "Vulnerable, nobody sent"}
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.press(sent_from)
    await room.sees(titles[sent_from])
    await room.types("note 1 the door is open")
    goes_on = late(room)
    await room.press("Enter", then)
    await room.sees(titles[then])
    goes_on()
    await heard(room)
    await room.press(sent_from)
    await room.sees(titles[sent_from])
    await room.until(lambda: not room.bar.text, "the line stands there no more")
    await a_second_passes(room)
    assert notes(store) == ["the door is open"]
    assert kept(store) == []
    if isinstance(room.face, AtTerminal):
        await killed(room)
        again = await heard(await enter(store))
        assert "taken up again" not in again.text


async def test_a_narrative_whose_answer_comes_to_another_screen_does_not_stand_on_its_page_again(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), CALL)
    room = await enter(store, size=(120, 40))
    await on_the_contact(room)
    await tells(room, TOLD)
    await a_second_passes(room)
    assert kept(store) == [TOLD]
    goes_on = late(room)
    await room.press("Ctrl+S", "F2")
    await room.sees("Contacts, waiting first")
    goes_on()
    await heard(room)
    await room.press("Enter")
    await room.sees("not yet asked", TOLD)
    await room.until(lambda: room.text.count(TOLD) == 1, "it stands in the log alone")
    await room.press("Ctrl+S")
    await room.sees("nothing is written down here")
    await a_second_passes(room)
    assert notes(store) == [TOLD]
    assert kept(store) == []


async def test_keys_in_one_burst_with_those_that_go_to_the_narrative_and_back_go_where_each_was_meant(
    store: Room, enter: Enter
) -> None:
    """Over a line that stalls, what was pressed in a second comes at once."""
    work(store.desk(None), CALL)
    room = await enter(store)
    await on_the_contact(room)
    await room.press("Ctrl+T")
    await room.type(TOLD)
    await room.press("Tab")
    await room.type("note . he is outside")
    await room.press("Enter")
    await room.until(lambda: notes(store) == ["he is outside"], "the line is recorded", WRONG_S)
    await room.press("Ctrl+S")
    await room.until(lambda: notes(store) == ["he is outside", TOLD], "and the narrative")


# What is refused


async def test_a_refused_line_comes_back_into_the_empty_bar_with_its_words(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.types("grade 1 2")
    await room.press("Enter")
    await room.until(lambda: "risk is not assessed" in room.message, "it is refused")
    await room.until(lambda: room.bar.text == "grade 1 2", "it comes back")
    await room.until(lambda: room.bar.cursor == len("grade 1 2"), "one types on behind it")
    await room.type("!")
    await room.until(lambda: room.bar.text == "grade 1 2!", "it is a line like any")


@IN_PROCESS
async def test_a_refused_line_does_not_touch_what_was_typed_meanwhile_and_is_kept_until_it_is_cleared(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.types("grade 1 2")
    goes_on = late(room)
    await room.press("Enter")
    await room.until(lambda: not room.bar.text, "it is sent")
    await room.types("note 1 meanwhile")
    goes_on()
    await room.until(lambda: "risk is not assessed" in room.message, "it is refused")
    assert "'grade 1 2' is behind Ctrl+P" in room.message
    assert room.bar.text == "note 1 meanwhile"
    await a_second_passes(room)
    assert kept(store) == ["grade 1 2", "note 1 meanwhile"]
    await room.press("Enter")
    await room.until(lambda: notes(store) == ["meanwhile"], "what was typed meanwhile is a line of its own")
    await a_second_passes(room)
    assert kept(store) == ["grade 1 2"]
    await room.press("Ctrl+P", "Ctrl+P")
    await room.until(lambda: room.bar.text == "grade 1 2", "it is behind Ctrl+P")
    await room.clear()
    await a_second_passes(room)
    assert kept(store) == []


@IN_PROCESS
async def test_a_line_that_was_refused_while_another_was_typed_is_kept_beyond_a_hang_up(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.types("grade 1 2")
    goes_on = late(room)
    await room.press("Enter")
    await room.type("note 1 meanwhile")
    goes_on()
    await room.until(lambda: "risk is not assessed" in room.message, "it is refused")
    await hung_up(room)
    again = await enter(store)
    await again.sees("taken up again: 2 texts", "Ctrl+P")
    assert again.bar.text == "note 1 meanwhile"
    await a_second_passes(again)
    assert kept(store) == ["grade 1 2", "note 1 meanwhile"]
    assert notes(store) == [], "nothing is done by coming back"


@IN_PROCESS
async def test_ctrl_p_over_what_was_typed_meanwhile_shows_the_refused_line_and_ctrl_n_brings_the_other_back(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.line("note 1 before", shows="before")
    await room.types("grade 1 2")
    goes_on = late(room)
    await room.press("Enter")
    await room.until(lambda: not room.bar.text, "it is sent")
    await room.types("note 1 meanwhile")
    goes_on()
    await room.until(lambda: "behind Ctrl+P" in room.message, "it is refused, and where it is is said")
    await room.press("Ctrl+P")
    await room.until(lambda: room.bar.text != "note 1 meanwhile", "another line is shown")
    assert room.bar.text == "grade 1 2"
    await room.press("Ctrl+N")
    await room.until(lambda: room.bar.text == "note 1 meanwhile", "what was typed comes back")


# What a sign means


async def test_after_midnight_a_sign_on_an_open_page_means_its_incident_though_another_has_the_number_today(
    clocked: Room, enter: Enter
) -> None:
    desk, clock = clocked.desk(None), clocked.identity.now
    assert isinstance(clock, FileClock)
    work(desk, "open - theft")
    yesterdays = stream_of(clocked, "1")
    room = await enter(clocked)
    await room.press("Enter")
    await room.sees("incident 1", "Opened as theft")
    await room.types("note @ he is back")
    clock.set(clock() + NIGHT_S * S)
    work(desk, "open - burglary")
    assert stream_of(clocked, "1") != yesterdays
    await room.press("Enter")
    await room.sees("he is back")
    await room.line("note @ and gone again", shows="and gone again")
    assert noted(clocked) == [(yesterdays, "he is back"), (yesterdays, "and gone again")]


async def test_on_a_contacts_page_a_dot_means_that_contact_and_on_the_board_what_is_in_hand(
    store: Room, enter: Enter
) -> None:
    desk = store.desk(None)
    work(desk, CALL)
    first = contact_of(store)
    room = await enter(store)
    await on_the_contact(room)
    work(desk, "ring 101 07700900124\nanswer .")
    second = contact_of(store)
    await room.line("note . of the page", shows="of the page")
    await room.press("F2")
    await room.sees("Contacts, waiting first (2)")
    work(desk, f"note {second} in hand")
    await room.move_to(first)
    await room.line("note . of the board", shows="of the board")
    one, other = stream_of(store, first), stream_of(store, second)
    assert noted(store) == [(one, "of the page"), (other, "in hand"), (other, "of the board")]
