"""A night's hard moments at a real terminal: a store that goes away, a second look, a crew that calls for help."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.duty import Place
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.staff import SignOn, staff_stream
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.bundled import pack_text
from hueandcry.operator.desk import Act, Desk, Signed
from tests.screens.terminal import Terminal, hue
from tests.staging import work

ANSWERS = "situation=just-over threat=spoken risk=some investigation=some vulnerability=adult engagement=wants-police"
LOCKED = """
import sqlite3, sys
holding = sqlite3.connect(sys.argv[1], isolation_level=None)
holding.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
POINTER_SHAPE = b"\x1b]22;default\x07"  # Textual sets the mouse pointer's shape at start and end
F10, ESCAPE, DOWN, PAGE_UP = "\x1b[21~", "\x1b", "\x1b[B", "\x1b[5~"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A room whose waits are a second long."""
    made, _ = found(tmp_path / "store", Founding("GMP", "Greater Manchester Police", "2211", keys=tmp_path / "keys"))
    grades = pack_text("grades-2020").replace(b"recall_every_s = 300", b"recall_every_s = 1")
    grades = grades.replace(b"unresourced_for_s = 2400", b"unresourced_for_s = 1")
    made.desk(None).do([Act(POLICY_STREAM, Adopt((grades,)))])
    yield made
    made.close()


def named(room: Room) -> dict[str, str]:
    state = str(room.folder.path.parent / "state")
    return {"HUE_STORE": str(room.folder.path), "HUE_KEYS": str(room.key_folder.path.parent), "HUE_STATE": state}


def signed_on(room: Room, collar: str) -> str:
    """Sign a member on, and return their session."""
    signed = Signed(collar, f"of-{collar}", "T2")
    arriving = Desk(room.journal, room.board, room.identity, signed, arriving=True)
    arriving.do([Act(staff_stream(collar), SignOn(signed.session, os.getuid(), signed.seat, Place.OFFICE))])
    return signed.session


def leave(terminal: Terminal) -> None:
    terminal.type(F10)
    assert terminal.end() == 0


def told(room: Room, *words: str) -> str:
    done = subprocess.run(hue(*words), env={**os.environ, **named(room)}, capture_output=True, text=True, check=True)
    return done.stdout


def gone(terminal: Terminal, unwanted: str, most: int = 50) -> None:
    """Read until a text stands on the screen no more."""
    for _ in range(most):
        if unwanted not in terminal.text:
            return
        terminal.read(0.1)
    raise AssertionError(f"{unwanted!r} stays on:\n{terminal.text}")


def test_a_screen_whose_store_goes_away_keeps_what_is_typed_and_delivers_it_once(room: Room) -> None:
    """Scenario 16: the seat goes on, says so, and nothing is lost or twice."""
    terminal = Terminal(hue(), named(room))
    terminal.until("Incidents (0)")
    terminal.line("ring 999 07700900123", "Ringing on 999")
    terminal.line("answer .", "Answered by 2211")
    blocker = subprocess.Popen(
        [sys.executable, "-c", LOCKED, str(room.folder.journal)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert blocker.stdout is not None
    assert blocker.stdin is not None
    blocker.stdout.readline()
    terminal.line("note . she whispers", "kept at this seat")
    terminal.line("note . he is downstairs", "2 lines to be delivered")
    blocker.stdin.close()
    blocker.wait()
    terminal.until("delivered: 2 lines kept at this seat")
    leave(terminal)
    assert told(room, "journal", "--json").count('"name": "record.noted"') == 2


def test_a_screen_that_finds_no_store_takes_lines_until_it_is_back(room: Room) -> None:
    """Whoever comes to a seat while the server is gone can still take the call."""
    home = named(room)
    terminal = Terminal(hue(), home)
    terminal.until("2211 at")
    terminal.settle()
    leave(terminal)
    store, elsewhere = room.folder.path, room.folder.path.with_name("elsewhere")
    store.rename(elsewhere)
    terminal = Terminal(hue(), home)
    terminal.until("at this seat until it is back")
    terminal.type("ring 999 07700900123\r")
    terminal.until("to be delivered")
    elsewhere.rename(store)
    terminal.type("answer .\r")
    terminal.until("Answered by 2211")
    assert "delivered, typed" in terminal.text
    terminal.type("quit\r")
    assert terminal.end() == 0


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_an_incident_that_may_be_about_the_same_as_another_says_so_when_it_is_read(
    room: Room, columns: int, rows: int
) -> None:
    """Scenario 9, LAS 1992: nobody has to think of asking for duplicates; a person merges them or not."""
    desk = room.desk(None)
    for number, words in enumerate(("people crushed at gate 4 of the stadium", "crushed at stadium gate 4"), 1):
        work(desk, f"ring 999 0770090010{number}\nanswer .\nlocate . CENTRAL stadium gate 4\nopen . other {words}")
    terminal = Terminal(hue(), named(room), columns, rows)
    terminal.until("Incidents (2)")
    terminal.type(DOWN)
    terminal.until("> ")
    terminal.type("\r")
    terminal.until("may be about the same as")
    terminal.line("merge 2 1 one crush", "Merged into 1")
    leave(terminal)
    assert "1 incident" not in told(room, "duplicates", "1")


def test_a_log_that_is_longer_than_the_screen_opens_at_its_end(room: Room) -> None:
    """What was written last is what whoever opens it has to know."""
    work(room.desk(None), "open - welfare\n" + "\n".join(f"note 1 note number {number}" for number in range(40)))
    terminal = Terminal(hue(), named(room))
    terminal.until("Incidents (1)")
    terminal.type(DOWN)
    terminal.until("> ")
    terminal.type("\r")
    terminal.until("note number 39")
    terminal.type(PAGE_UP)
    terminal.until("note number 20")
    terminal.line("note 1 one more", "one more")
    assert "note number 20" in terminal.text, "whoever reads further up stays there"
    leave(terminal)


def test_whoever_gives_a_second_look_is_told_that_it_is_wanted_and_sees_the_exact_words(room: Room) -> None:
    """HMICFRS 2018 on re-grades: nobody approves what they have not read."""
    stage = room.desk(None)
    work(stage, f"register 5501 supervisor\nopen - domestic he has a knife\nassess 1 {ANSWERS}\ngrade 1 2")
    terminal = Terminal(hue(), named(room) | {"HUE_SESSION": signed_on(room, "5501")})
    terminal.until("Incidents (1)")
    work(stage, "propose grade 1 4 he has gone to work, she is with her sister until tomorrow")
    terminal.until("SECOND LOOK p")
    found = re.search(r"SECOND LOOK (p\w+)", terminal.text)
    assert found is not None
    terminal.type(f"approve {found[1]}")
    terminal.until("2211 proposes: Grade incident 1")
    terminal.until("until tomorrow")
    terminal.type("\r")
    terminal.until("Regraded from 2 to 4")
    gone(terminal, "SECOND LOOK")
    leave(terminal)


def test_what_a_crew_says_moves_the_row_of_its_incident(room: Room) -> None:
    """Officer safety: that a crew was not heard of stands on the board in that moment, and goes when it was."""
    desk = room.desk(None)
    work(desk, f"unit AB12 CENTRAL\nopen - violence\nassess 1 {ANSWERS}\ngrade 1 2\nsend 1 AB12")
    terminal = Terminal(hue(), named(room))
    terminal.until("deployed")
    work(desk, "emergency AB12 shots heard")
    terminal.until("EMERGENCY")
    work(desk, "heard AB12 all in order")
    terminal.until("deployed")
    gone(terminal, "EMERGENCY")
    leave(terminal)


def test_a_999_that_rings_is_seen_above_whatever_is_open(room: Room) -> None:
    desk = room.desk(None)
    work(desk, "open - welfare")
    terminal = Terminal(hue(), named(room))
    terminal.until("Incidents (1)")
    terminal.type(DOWN)
    terminal.until("> ")
    terminal.type("\r")
    terminal.until("Opened as welfare")
    work(desk, "ring 999 07700900444")
    terminal.until("999 RINGING c")
    work(desk, "answer .")
    gone(terminal, "RINGING")
    leave(terminal)


def test_signing_off_ends_the_screen(room: Room) -> None:
    """Nobody reads on what somebody else left open."""
    terminal = Terminal(hue(), named(room))
    terminal.until("Incidents (0)")
    terminal.type("off\r")
    assert terminal.end() == 0
    assert "staff.signed_off" in told(room, "journal", "--json")


def test_a_line_that_would_be_refused_says_so_before_enter_and_why_to_the_last_word(room: Room) -> None:
    """The preview promises nothing that the rule refuses."""
    work(room.desk(None), f"open - domestic he is back\nassess 1 {ANSWERS}\ng2 1\nresult 1 advice")
    terminal = Terminal(hue(), named(room))
    terminal.until("Incidents (1)")
    terminal.type("result 1 attended")
    terminal.until("Not yet: the incident is resulted as advice already")
    terminal.type(ESCAPE)
    terminal.settle()
    terminal.type("open - burglary\r")
    terminal.until("Opened as burglary")
    terminal.type("promise 2 call-back 10m\r")
    terminal.until("Promised call-back")
    terminal.type(f"assess 2 {ANSWERS}\r")
    terminal.until("Risk assessed")
    terminal.type("close 2")
    terminal.until("result it first")
    leave(terminal)


def test_help_names_one_verb_and_the_crews_are_listed_as_they_are_now(room: Room) -> None:
    desk = room.desk(None)
    work(desk, "unit AB12 CENTRAL taser")
    terminal = Terminal(hue(), named(room))
    terminal.until("Incidents (0)")
    terminal.line("help send", "Send CALLSIGN to incident INCIDENT")
    terminal.type(ESCAPE)
    gone(terminal, "Send CALLSIGN")
    terminal.line("help nothing", "there is no verb 'nothing'")
    terminal.type(ESCAPE)
    terminal.settle()
    terminal.line("units", "1 resource on the list")
    assert re.search(r"AB12 +available", terminal.text)
    work(desk, "status AB12 refreshments")
    terminal.until("refreshments")
    terminal.type("status AB12 available\r")
    gone(terminal, "refreshments")
    terminal.type(ESCAPE)
    terminal.until("Incidents (0)")
    leave(terminal)


def test_whoever_an_incident_is_escalated_to_is_told_above_every_screen_and_by_which_verb_they_answer(
    room: Room,
) -> None:
    """Letter, area 1: the sergeant's screen says that it is theirs."""
    desk = room.desk(None)
    work(desk, "register 4455 sergeant\ngrant 2211 supervisor\nunit AB12 CENTRAL\ncover CENTRAL sergeant 4455")
    work(desk, f"open - domestic he would be back\nlocate 1 CENTRAL 14 Acacia Gardens\nassess 1 {ANSWERS}\ng2 1")
    terminal = Terminal(hue(), named(room) | {"HUE_SESSION": signed_on(room, "4455")})
    terminal.until("ESCALATED TO YOU 1")
    terminal.until("1: ESCALATED to sergeant ('ack 1')")
    terminal.line("ack 1 looks for a car", "4455 knows of the escalation to sergeant")
    gone(terminal, "ESCALATED")
    leave(terminal)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_an_incident_s_page_says_where_it_is_and_the_row_all_that_calls_for_somebody(
    room: Room, columns: int, rows: int
) -> None:
    desk = room.desk(None)
    work(desk, "unit AB12 CENTRAL\nring 999 07700900123\nanswer .\nlocate . CENTRAL 14 Acacia Gardens, the blue door")
    work(desk, f"open . domestic he is back\nassess 1 {ANSWERS}\ng2 1\nsend 1 AB12\nsend 1 ZZ98\nemergency AB12 shots")
    terminal = Terminal(hue(), named(room), columns, rows)
    terminal.until("EMERGENCY+1" if columns > 100 else "EMERGEN+1")
    terminal.until("1: AB12 EMERGENCY; ZZ98 is not on the list")
    terminal.type("\r")
    terminal.until("at 14 Acacia Gardens, the blue door")
    assert "AB12 EMERGENCY; ZZ98 is not on the list" in terminal.text
    leave(terminal)


def test_escape_puts_the_reasons_for_not_asking_away_and_keeps_the_contact(room: Room) -> None:
    work(room.desk(None), "ring 999 07700900123\nanswer .")
    terminal = Terminal(hue(), named(room))
    terminal.until("Contacts, waiting first (1)")
    terminal.type("\t")
    terminal.until("> c")
    terminal.type("\r")
    terminal.until("not yet asked")
    terminal.type("-")
    terminal.until("not safe to ask")
    terminal.type(ESCAPE)
    gone(terminal, "not safe to ask")
    assert "not yet asked" in terminal.text
    terminal.type(ESCAPE)
    terminal.until("Incidents (0)")
    leave(terminal)


def test_who_may_be_calling_stands_on_the_page_before_the_call_is_answered(room: Room) -> None:
    """Letter, area 4: person-based information at once; no key is pressed for it."""
    work(
        room.desk(None),
        "person Siobhan Kelly\ndetail . number 07700 900123\nmarker . violent high pnc\nring 999 +447700900123",
    )
    terminal = Terminal(hue(), named(room))
    terminal.until("999 RINGING")
    terminal.type("\t")
    terminal.until("> c")
    terminal.type("\r")
    terminal.until("Siobhan Kelly")
    terminal.until("MARKER")
    terminal.settle()
    assert "has this number" in terminal.text
    assert "MARKER violent (high)" in " ".join(terminal.text.split())
    assert "Answered by" not in terminal.text
    leave(terminal)


def rung(terminal: Terminal) -> int:
    """Return how often the bell rang."""
    return terminal.raw.replace(POINTER_SHAPE, b"").count(b"\x07")


def title(terminal: Terminal) -> str:
    """Return what the window was called last, empty where it never was."""
    titles = re.findall(rb"\x1b\]0;([^\x1b]*)\x1b\\", terminal.raw)
    return titles[-1].decode() if titles else ""


def entitled(terminal: Terminal, wanted: str, most: int = 100) -> None:
    """Read until the window goes by a title."""
    for _ in range(most):
        if title(terminal) == wanted:
            return
        terminal.read(0.1)
    raise AssertionError(f"the window is called {title(terminal)!r}, not {wanted!r}")


def test_the_bell_and_the_title_say_what_is_new_to_whoever_looks_elsewhere(room: Room) -> None:
    """In words and counts of the room: nothing that anybody typed stands in a title."""
    desk = room.desk(None)
    work(desk, "open - welfare an old man")
    terminal = Terminal(hue(), named(room))
    terminal.until("Incidents (1)")
    terminal.settle()
    assert (rung(terminal), title(terminal)) == (0, ""), "what stood there before is not new"
    work(desk, "ring 999 07700900123")
    entitled(terminal, "999 RINGING")
    work(desk, "ring 999 07700900124")
    entitled(terminal, "2 x 999 RINGING")
    assert rung(terminal) == 1, "once in a few seconds"
    for _ in range(2):
        terminal.line("next", "Answered by 2211")
        terminal.type(ESCAPE * 2)
        terminal.settle()
    entitled(terminal, "")
    work(desk, "ring 999 07700900125")
    entitled(terminal, "999 RINGING")
    leave(terminal)
    assert title(terminal) == "", "it does not outlive the room"


def test_whoever_wants_no_bell_has_none_and_no_title_from_that_line_on(room: Room) -> None:
    """Also at the next start; what calls still stands above every screen."""
    desk = room.desk(None)
    terminal = Terminal(hue(), named(room))
    terminal.until("Incidents (0)")
    terminal.line("bell off", "The bell rings up to: off")
    work(desk, "ring 999 07700900123")
    terminal.until("999 RINGING")
    leave(terminal)
    assert (rung(terminal), b"\x1b]0;" in terminal.raw) == (0, False)
    terminal = Terminal(hue(), named(room))
    terminal.until("999 RINGING")
    work(desk, "ring 999 07700900124")
    terminal.until("2 x 999 RINGING")
    assert (rung(terminal), b"\x1b]0;" in terminal.raw) == (0, False)
    terminal.line("bell 1", "The bell rings up to: 1")
    work(desk, "ring 999 07700900125")
    entitled(terminal, "3 x 999 RINGING")
    assert rung(terminal) == 1
    leave(terminal)


@pytest.mark.parametrize("term", ["linux", "vt100"])
def test_a_terminal_that_has_no_title_is_sent_none_and_hears_the_bell(room: Room, term: str) -> None:
    terminal = Terminal(hue(), named(room), term=term)
    terminal.until("Incidents (0)")
    work(room.desk(None), "ring 999 07700900123")
    terminal.until("999 RINGING")
    terminal.settle()
    leave(terminal)
    assert (rung(terminal), b"\x1b]0;" in terminal.raw) == (1, False)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_what_is_put_off_is_silent_on_every_row_and_says_how_it_comes_back(room: Room, columns: int, rows: int) -> None:
    """EEMUA 191 as reported: with an expiry and a reason; what says other words is heard at once."""
    desk = room.desk(None)
    work(desk, "unit AB12 CENTRAL\nopen - theft a silver car")
    work(desk, f"assess 1 {ANSWERS.replace('adult', 'none')}\ngrade 1 3 it can wait\nsend 1 ZZ98")
    terminal = Terminal(hue(), named(room), columns, rows)
    terminal.until("1: ZZ98 is not on the list")
    terminal.until("NO CREW")
    terminal.line("putoff 1 20m it is the car of the neighbours", "Put off until")
    terminal.until("1: put off until ")
    terminal.until("ZZ98 is not on the list ('bringback 1')")
    gone(terminal, "NO CREW")
    terminal.until("no alerts")
    terminal.line("putoff 1 20m again", "something about it is put off already")
    terminal.until("putoff 1 20m again")
    terminal.type(ESCAPE)
    terminal.until("type a line")
    work(desk, "send 1 YY97")
    terminal.until("1: YY97 is not on the list; put off until ")
    terminal.line("bringback 1", "Brought back, put off until")
    terminal.until("1: ZZ98 is not on the list; YY97 is not on the list")
    leave(terminal)
