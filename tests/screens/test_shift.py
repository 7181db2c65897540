"""What a new user met in a first night shift, each as a story: nothing is changed, lost or hidden by a slip of the hand."""

import os
import subprocess

from hueandcry.operator.bootstrap import Room
from hueandcry.operator.roomlists import lines_of
from tests.screens.conftest import Enter, seating_of
from tests.screens.terminal import Terminal, hue
from tests.staging import work

ANSWERS = "situation=just-over threat=spoken risk=some investigation=some vulnerability=adult engagement=wants-police"
TAKEN = "ring 999 07700900123\nanswer ."
OPENED = f"{TAKEN}\nopen . violence man with a knife\nassess 1 {ANSWERS}\ngrade 1 3 he has gone"


async def test_an_element_that_is_answered_is_not_answered_otherwise_by_one_digit(store: Room, enter: Enter) -> None:
    work(store.desk(None), TAKEN)
    room = await enter(store)
    await room.press("Tab")
    await room.until(lambda: room.board.cursor_on().startswith("c"), "the contact is under the cursor")
    await room.press("Enter")
    await room.sees("not yet asked")
    await room.type("1")
    await room.sees("situation: now")
    await room.press("Up")
    await room.type("3")
    await room.sees("answered already: Enter changes the answer", "triage @ situation past")
    assert "situation: past" not in room.text
    await room.press("Enter")
    await room.sees("situation: past")


async def test_enter_and_arrows_leave_a_list_that_holds_nothing(store: Room, enter: Enter) -> None:
    work(store.desk(None), "ring 101 07700900123")
    room = await enter(store)
    await room.until(lambda: "(1)" in room.text, "the contact is listed")
    await room.press("Down")
    await room.until(lambda: room.board.cursor_on().startswith("c"), "the contact is under the cursor")
    await room.press("Enter")
    await room.sees("nothing is known of this number")


async def test_a_fact_is_corrected_by_the_position_that_the_log_shows(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, f"{OPENED}\nnote 1 the house is number 12")
    position = desk.board.position
    room = await enter(store)
    await room.line(f"fix 1 @{position} it is number 21", shows="it is number 21")
    await room.is_refused("fix 1 @1 it is number 22", "@1 is no fact of this item")


async def test_who_is_sent_reads_on_the_incident_what_its_caller_said(store: Room, enter: Enter) -> None:
    work(store.desk(None), f"{OPENED}\nnote . the boy is upstairs")
    room = await enter(store)
    await room.press("Enter")
    await room.sees("incident 1")
    caller = next(one.ref for one in store.board.items(0) if one.kind == "contact")
    work(store.desk(None), f"note {caller} he has the kitchen knife")
    await room.sees(f"{caller}: he has the kitchen knife")


def test_what_has_a_result_waits_for_no_crew_and_calls_for_none(store: Room) -> None:
    desk = store.desk(None)
    work(desk, f"{OPENED}\nunit CD21 CENTRAL\nsend 1 CD21\nsend 1 ZZ99")
    assert any("not on the list" in alert for one in store.board.items(0) for alert in one.alerts)
    work(desk, "arrive 1\nresult 1 attended he is arrested")
    assert lines_of(desk, "dispatch")[:2] == ["no crew yet: 0", "deployed: 0"]
    assert not any("not on the list" in alert for one in store.board.items(0) for alert in one.alerts)


async def test_a_bring_up_says_by_which_verb_and_number_it_ends(store: Room, enter: Enter) -> None:
    work(store.desk(None), f"{OPENED}\nbringup 1 30m has her sister rung")
    number = store.board.records[store.desk(None).board.items(0)[-1].stream].version
    room = await enter(store)
    await room.is_refused("done 1 1", f"there is no bring-up 1 here; there is {number}")


def test_line_mode_says_who_rings(store: Room) -> None:
    terminal = Terminal(hue(), {**seating_of(store).environment, "TERM": "dumb"})
    terminal.until("hue>")
    work(store.desk(None), "ring 999 07700900123")
    terminal.type("units\r")
    terminal.until("! 999 RINGING c")
    assert terminal.text.count("! 999 RINGING") == 1
    terminal.type("units\r")
    terminal.settle()
    assert terminal.text.count("! 999 RINGING") == 1
    terminal.type("quit\r")
    assert terminal.end() == 0


def test_help_writes_the_places_of_a_verb_in_capitals() -> None:
    said = subprocess.run(hue("do", "help", "send"), env=dict(os.environ), capture_output=True, text=True, check=True)
    assert "Send CALLSIGN to incident INCIDENT" in said.stdout


async def test_only_what_says_some_words_is_listed_and_the_rest_is_counted(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, "open - theft a bike\nopen - domestic he is back\nopen - theft a phone")
    room = await enter(store)
    await room.until(lambda: "Incidents (3)" in room.text, "three incidents")
    await room.line("only THEFT assess", shows="Incidents (2)  1 not shown: only 'theft assess'")
    work(desk, "open - domestic her phone is off\nopen - theft a van")
    await room.sees("Incidents (3)  2 not shown")
    await room.line("only", shows="Incidents (5)")
    assert "not shown" not in room.text


def test_line_mode_lists_only_what_says_some_words(store: Room) -> None:
    work(store.desk(None), "open - theft a bike\nopen - domestic he is back")
    terminal = Terminal(hue(), {**seating_of(store).environment, "TERM": "dumb"})
    terminal.until("hue>")
    terminal.type("only theft\r")
    terminal.until("1 not shown")
    assert "domestic" not in terminal.text
    terminal.type("quit\r")
    assert terminal.end() == 0
