"""The vulnerability desk, the partners' lane, a search and the welfare line at a real terminal, at three sizes.

Source: letter, areas 1, 2 and 3; scenarios 1, 3, 6 and 20.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hueandcry.operator.bootstrap import Founding, Room, found
from tests.screens.terminal import Terminal, hue
from tests.screens.test_night import ANSWERS, DOWN, ESCAPE, gone, leave, named, signed_on
from tests.staging import work

F2, F4, TAB = "\x1bOQ", "\x1bOS", "\t"
SIZES = pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (240, 67)])
KNOWN = """
    grant 2211 vulnerability
    partner elm children Elm House
    site elm elm-house Elm House / 0161 496 0300
    person Ann Lee
    detail . number 07700 900461
    detail . address CENTRAL 12 Mill Lane
    marker . controlled high local
    person Liam Lee
    detail . address CENTRAL 12 Mill Lane
"""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made, _ = found(tmp_path / "store", Founding("GMP", "Greater Manchester Police", "2211", keys=tmp_path / "keys"))
    work(made.desk(None), KNOWN)
    yield made
    made.close()


@SIZES
def test_the_desk_has_its_lane_whoever_nobody_is_sent_to_and_referrals(room: Room, columns: int, rows: int) -> None:
    """Letter, area 2: what is for the desk comes to it by itself, and goes when somebody is sent."""
    terminal = Terminal(hue(), named(room), columns, rows)
    terminal.until("Incidents (0)")
    terminal.type(F4)
    terminal.until("Vulnerable, nobody sent (0)")
    terminal.line("ring partner 0161 496 0300", "Rings from elm-house")
    terminal.until("Partner safeguarding (1)")
    for line, shown in (
        ("open - domestic he is back", "Opened as domestic"),
        (f"assess 1 {ANSWERS}", "suggests 2"),
        ("grade 1 2", "Graded 2"),
    ):
        terminal.line(line, shown)
    terminal.until("Vulnerable, nobody sent (1)")
    terminal.type(DOWN)
    terminal.until("> 1")
    terminal.type("\r")
    terminal.until("incident 1")
    terminal.type(F4)  # goes back to the desk, and lays no second one over it
    terminal.until("Vulnerable, nobody sent (1)")
    terminal.type(ESCAPE)
    terminal.until("Contacts, waiting first")
    terminal.type(F4)
    terminal.until("Vulnerable, nobody sent (1)")
    terminal.line("refer 1 mash consent two children", "Referred to mash")
    terminal.until("Referrals (1)")
    terminal.line("desk 1 as-assessed she is with friends", "Reviewed by the desk vsu")
    terminal.line("send 1 AB12", "AB12 sent")
    terminal.until("Vulnerable, nobody sent (0)")
    terminal.type(F2)
    terminal.until("Incidents (1)")
    leave(terminal)


@SIZES
def test_who_rings_who_lives_there_and_what_warns_of_them_is_read_before_a_word_is_said(
    room: Room, columns: int, rows: int
) -> None:
    """Letter, area 4: immediate access to person-based information."""
    terminal = Terminal(hue(), named(room), columns, rows)
    terminal.until("Incidents (0)")
    terminal.line("ring 999 07700900461", "Ringing on 999")
    terminal.type(TAB)
    terminal.settle()
    terminal.type("\r")
    terminal.until("has this number: ")
    terminal.until("same address: ")
    said = " ".join(terminal.text.split())
    assert "Ann Lee" in said
    assert "MARKER" in said
    assert "controlled" in said
    leave(terminal)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24)])
def test_a_person_is_looked_for_from_any_screen(room: Room, columns: int, rows: int) -> None:
    terminal = Terminal(hue(), named(room), columns, rows)
    terminal.until("Incidents (0)")
    terminal.type("who anne lee\r")
    terminal.until("may be meant; the search is in the access log")
    assert "Ann Lee" in terminal.text
    terminal.type(ESCAPE)
    terminal.settle()
    terminal.until("Incidents (0)")
    leave(terminal)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24)])
def test_a_break_stands_above_the_screen_of_whom_it_is_offered_and_the_supervisor_is_asked(
    room: Room, columns: int, rows: int
) -> None:
    work(room.desk(None), "register 5501 supervisor")
    other = signed_on(room, "5501")
    first = next(session for member, session in room.board.sessions() if member.collar == "2211")
    terminal = Terminal(hue("--session", first.session), named(room), columns, rows)
    terminal.until("Incidents (0)")
    for line, shown in (
        ("ring 999", "Ringing on 999"),
        ("answer .", "Answered by 2211"),
        ("traumatic .", "Hard on"),
    ):
        terminal.line(line, shown)
    terminal.until("A BREAK IS OFFERED TO YOU")
    supervisor = Terminal(hue("--session", other), named(room), columns, rows)
    supervisor.until("WELFARE 2211")
    terminal.line("break take", "Welfare")
    gone(terminal, "A BREAK IS OFFERED")
    supervisor.line("seeto 2211", "Welfare")
    gone(supervisor, "WELFARE 2211")
    leave(terminal)
    leave(supervisor)


@SIZES
def test_what_was_not_looked_for_is_said_whole_to_whoever_grades(room: Room, columns: int, rows: int) -> None:
    work(room.desk(None), f"ring 999\nanswer .\nopen . domestic he is back\nassess 1 {ANSWERS}")
    terminal = Terminal(hue(), named(room), columns, rows)
    terminal.until("Incidents (1)")
    terminal.type("g3 1 a crew in an hour")
    terminal.until("NOT CHECKED")
    terminal.settle()
    assert "NOT CHECKED: number, person, address, household, repeat" in " ".join(terminal.text.split())
    terminal.type(ESCAPE)
    leave(terminal)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24)])
def test_whoever_types_on_loses_no_letter_to_a_screen_that_opens(room: Room, columns: int, rows: int) -> None:
    terminal = Terminal(hue(), named(room), columns, rows)
    terminal.until("Incidents (0)")
    for number in range(1, 6):
        terminal.type(f"{F4}open - theft a bicycle\r")
        terminal.until(f"{number} Opened as theft")
        terminal.type(f"{ESCAPE}")
        terminal.until(f"Incidents ({number})")
    leave(terminal)
