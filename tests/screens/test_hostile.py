"""Hostile text on the screen: what was said stands there as what it is, in its own cells, and nothing is obeyed.

Theory of operation. Widgets are held against any text that there is (hypothesis), drawn line by line, as a terminal would
measure it (tests/shown.py). The room itself is opened in two real terminals on two houses (tests/everyfield.py) that differ in
what was typed alone: each field of the one has another hostile text, of the other plain words. Every screen is a row of SCREENS:
what stands on the one must stand on the other, with the text in the place of the words.
"""

import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.strip import Strip

from hueandcry.domain.reference import read_stream
from hueandcry.operator.messages import Asked, Element
from hueandcry.operator.text import safe_text
from hueandcry.operator.watch import Watch
from hueandcry.operator.widgets.columns import (
    contact_columns,
    desk_columns,
    incident_columns,
    lane_columns,
    referral_columns,
)
from hueandcry.operator.widgets.commandbar import CommandBar
from hueandcry.operator.widgets.livelist import LiveList
from hueandcry.operator.widgets.logview import LogView, folded
from hueandcry.operator.widgets.riskpanel import RiskPanel
from hueandcry.store.item import Item
from tests.everyfield import House, Turning
from tests.hostile import CORPUS
from tests.proof.counts import chance, count
from tests.screens.terminal import Terminal, hue
from tests.shown import (
    SAID_IN_LINES,
    SAID_TO_A_TERMINAL,
    cells,
    is_harmless,
    is_mark,
    levelled,
    obeyed,
    reads_as,
    spelt,
    squashed,
)

EXAMPLES = count(2_400)
SIGN = st.one_of(
    st.integers(0, 0x10FFFF).map(chr),
    st.sampled_from("\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\u200b\u202e\u2028\ufeff[]@/=|<>{}$\\ "),
    st.sampled_from("\U0001f1ec\U0001f1e7\U0001f44d\U0001f3fd\u2708\ufe0f\u20e3"),
    st.sampled_from("\u0301\u0489\u1161\u11a8\u3164\ud800\udcff\uff1d\u4e00\U0001f468\U000e0041"),
)
ANY = st.one_of(st.lists(SIGN, max_size=40).map("".join), st.sampled_from([text[:400] for text in CORPUS]))
LEVEL = ANY.map(
    lambda text: "".join(sign for sign in text if not (is_mark(sign) and sign >= "\u1100"))
)  # no pile of Korean
fewer = settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck))
examples = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def drawn(widget: Any, rows: int) -> list[Strip]:
    """Return the first lines of a widget as they are drawn."""
    return [widget.render_line(y) for y in range(rows)]


def commands(strip: Strip) -> list[Any]:
    """Return what a line says beside its letters: links, and what a click on it would do."""
    styles = [one.style for one in strip if isinstance(one, Segment) and one.style is not None]
    return [one for style in styles for one in (style.link, style.meta) if one]


# Letters


@examples
@given(LEVEL)
def test_any_text_is_made_safe_and_says_what_was_said(text: str) -> None:
    shown = safe_text(text)
    assert obeyed(shown) == []
    assert reads_as(shown, text)
    assert safe_text(shown) == shown


@examples
@given(LEVEL, st.integers(24, 132), st.sampled_from(["", " " * 9]))
def test_a_folded_text_fits_and_keeps_every_letter_in_order(text: str, width: int, indent: str) -> None:
    lines = folded(safe_text(text), width, indent)
    assert max(map(cells, lines)) <= width
    assert reads_as("".join(lines), text)
    assert all(line.startswith(indent) for line in lines[1:])


def test_no_more_than_four_signs_without_a_cell_are_piled_on_a_letter() -> None:
    assert obeyed(safe_text("\u1100" + "\u1161" * 500)) == []


@pytest.mark.parametrize("text", ["\u4e00" * 300, "é" * 300, "\x07" * 300], ids=["han", "e", "bell"])
def test_a_long_word_is_broken_at_the_edge_and_gets_no_blank(text: str) -> None:
    shown = safe_text(text)
    for line in folded(shown, 80, " " * 9):
        assert line.strip() in shown


@pytest.mark.parametrize(
    "text",
    ["\U0001f1ec\U0001f1e7" * 60, "\U0001f44d\U0001f3fd" * 60, "\u2708\ufe0f" * 60],
    ids=["flag", "skin", "emoji"],
)
def test_a_line_fits_also_where_a_terminal_draws_letter_by_letter(text: str) -> None:
    """What does not fit is written over the last cell: the end of a line is lost, or stands on its neighbour."""
    strips = [Strip([Segment(line)]).adjust_cell_length(80) for line in folded(safe_text(text), 80)]
    assert [cells(strip.text) for strip in strips if cells(strip.text) != 80] == []


# Widgets


class Showing(App[None]):
    """A screen with one widget."""

    def __init__(self, widget: Any) -> None:
        super().__init__()
        self._widget = widget

    def compose(self) -> ComposeResult:
        yield self._widget


async def test_a_log_shows_any_text_in_its_own_cells_and_obeys_none_of_it() -> None:
    log = LogView(id="log", follows=False)
    async with Showing(log).run_test(size=(60, 40)) as pilot:
        await pilot.pause()

        @examples
        @given(LEVEL, LEVEL)
        def check(head: str, line: str) -> None:
            log.show((f"a{head[:60]}",), (f"a{line[:200]}", "the line below"))
            strips = drawn(log, 40)
            assert [cells(strip.text) for strip in strips] == [60] * 40
            text = squashed("".join(strip.text for strip in strips))
            assert [obeyed(strip.text) for strip in strips if obeyed(strip.text)] == []
            assert [commands(strip) for strip in strips if commands(strip)] == []
            assert reads_as(text, f"a{head[:60]}a{line[:200]}the line below")

        check()


async def test_a_risk_model_shows_any_text_in_its_own_cells_and_obeys_none_of_it() -> None:
    panel = RiskPanel(id="risk")
    async with Showing(panel).run_test(size=(56, 60)) as pilot:
        await pilot.pause()

        @fewer
        @given(st.lists(LEVEL, min_size=8, max_size=8))
        def check(texts: list[str]) -> None:
            code, letter, name, ask, says, given_, question, answer = texts
            asked = Asked(code, question, answer)
            panel.show((Element(code, letter, name, ask, ((code, says),), given_, (asked,)),), (("x", says),))
            strips = drawn(panel, 60)
            assert [obeyed(strip.text) for strip in strips if obeyed(strip.text)] == []
            assert [commands(strip) for strip in strips if commands(strip)] == []
            assert [cells(strip.text) for strip in strips if cells(strip.text) != 56] == []

        check()


COLUMNS = (contact_columns, desk_columns, incident_columns, lane_columns, referral_columns)
ITEM = Item(
    ref="1", kind="incident", stream=bytes(16), queue="dispatch", owner="dispatcher", stage="graded", what="theft", grade="3",
    district="CENTRAL", since=1, due=None, overdue=False, vulnerable=False, contacts=0, version=1, risk=1, added_min=10,
)  # fmt: skip
FIELDS = ("ref", "queue", "owner", "stage", "what", "grade", "district")


@pytest.mark.parametrize("columns", COLUMNS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("width", [80, 120])
async def test_a_live_list_shows_any_text_and_obeys_none_of_it(columns: Callable[..., Any], width: int) -> None:
    one = LiveList("Items", columns(width), id="list")
    async with Showing(one).run_test(size=(width, 4)) as pilot:
        await pilot.pause()

        @fewer
        @given(st.lists(LEVEL, min_size=len(FIELDS), max_size=len(FIELDS)))
        def check(texts: list[str]) -> None:
            one.take({ITEM.stream: replace(ITEM, **dict(zip(FIELDS, texts, strict=True)))}, 0, whole=True)
            strips = drawn(one, 4)
            assert [obeyed(strip.text) for strip in strips if obeyed(strip.text)] == []
            assert [commands(strip) for strip in strips if commands(strip)] == []

        check()


def column_at(text: str, at: int, wide: int) -> str:
    """Return what stands in some cells of a line, as a terminal that draws letter by letter has it."""
    row: list[str] = []
    for sign in text:
        if is_mark(sign):
            row[-1] += sign
        else:
            row += [sign, *[""] * (cells(sign) - 1)]
    return "".join(row[at : at + wide])


@pytest.mark.parametrize(
    "what",
    [
        *(
            pytest.param(text, id=ascii(text))
            for text in ("[red]x[/]", "x" * 500, "\x1b[2J\x07", "\u202e999", "{}$var", "")
        ),
        *(pytest.param(text, id=ascii(text)) for text in ("\u4e00\u4e01\u4e02", "Jose\u0301", "\U0001f468\U0001f469")),
    ],
)
async def test_a_column_of_a_live_list_leaves_its_neighbour_where_it_is(what: str) -> None:
    one = LiveList("Items", incident_columns(80), id="list")
    async with Showing(one).run_test(size=(80, 4)) as pilot:
        await pilot.pause()
        one.take({ITEM.stream: replace(ITEM, what=what)}, 0, whole=True)
        *before, district = incident_columns(80)[:5]
        at = 2 + sum(column.width for column in before)
        assert column_at(one.render_line(1).text, at, district.width) == "CENTRAL".ljust(district.width)


async def test_what_is_said_of_a_place_is_no_line_of_the_heading_by_itself() -> None:
    """Whoever says where they are must not be able to put a warning over the page, or one over another's."""
    log = LogView(id="log")
    async with Showing(log).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        log.show(("incident 1", f"district CENTRAL  at {'x ' * 29}MARKER firearms (high)"), ())
        assert [one.text for one in drawn(log, 4) if one.text.startswith("MARKER")] == []


async def test_the_command_bar_holds_nothing_but_what_may_be_shown() -> None:
    bar = CommandBar()
    async with Showing(bar).run_test(size=(80, 4)) as pilot:
        await pilot.pause()
        for text in CORPUS:
            for put in (lambda said: bar.post_message(events.Paste(said)), bar.fill):
                bar.value = ""
                put(f"A{text}Z")
                await pilot.pause()
                assert [sign for sign in bar.value if not is_harmless(sign)] == []
                assert reads_as(spelt(bar.value), f"A{text}Z") or len(text) > 9_000
                strip = bar.render_line(0)
                assert (obeyed(strip.text), commands(strip)) == ([], [])


async def test_a_text_that_is_pasted_loses_no_letter_before_it_is_recorded() -> None:
    bar = CommandBar()
    async with Showing(bar).run_test(size=(80, 4)) as pilot:
        await pilot.pause()
        bar.post_message(events.Paste("e" + "\u0301" * 6))
        await pilot.pause()
        assert bar.value.count("\u0301") == 6
        assert sum(is_mark(sign) for sign in bar.render_line(0).text) == 4


# The room in a terminal


class Screen(NamedTuple):
    """A screen of the room: the keys that open it from the board, what stands on it then, and which columns are compared."""

    name: str
    keys: tuple[tuple[str, str], ...]
    since: int = 0


F1, F2, F3, F4, F10, ESCAPE, UP, DOWN = "\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[21~", "\x1b", "\x1b[A", "\x1b[B"
INCIDENTS, RISK_COLUMNS = "Incidents (", 57
BACK = ((ESCAPE, ""), (F2, INCIDENTS))  # to the board, with nothing in the bar
SCREENS = (
    Screen("the board", ()),
    Screen("an incident", (("\r", "incident 1 of"),)),
    Screen("the crews", ((F3, "resources on the list"),)),
    Screen("what waits for a second look", (("proposals\r", "to look at"),)),
    Screen("the partners", (("partners\r", "partner registered"),)),
    Screen("whom to see to", (("welfare\r", "to see to"),)),
    Screen("who is looked for", (("who number=900123\r", "may be meant"),)),
    Screen("the verbs", ((F1, "The command bar always"),)),
    Screen("what a proposal would do", (("approve @r", "Enter: Approve"),)),
    Screen("what a proposal did", (("approve @r", "Enter: Approve"), ("\r", "was approved"))),
    Screen("why a proposal is not done yet", (("approve @s", "2211 proposes"),)),
    Screen("the vulnerability desk", ((F4, "Referrals ("),)),
    Screen("a referral", ((F4, "Referrals ("), ("\t", "> r"), ("\r", "referral r"))),
    Screen(
        "a contact and its risk model", (("\t", "> c"), (DOWN * 5, "> @call"), ("\r", "contact @call")), RISK_COLUMNS
    ),
    Screen("a caller who rings", ((UP * 4, "> @ringing"), ("\r", "contact @ringing")), RISK_COLUMNS),
    Screen("a partner's request", (("\t", "> e"), ("\r", "expedite e"))),
)


class Room(NamedTuple):
    """A house with its terminal."""

    house: House
    terminal: Terminal

    def put(self, text: str) -> str:
        """Return a text with the names of the night as the screen has them."""
        return re.sub(r"@(\w+)", lambda one: self._shown(self.house.names.get(one[1], one[0])), text)

    def _shown(self, name: str) -> str:
        stream = read_stream(name)
        return self.house.board.name(stream) if stream is not None else name

    def press(self, keys: str, wanted: str) -> None:
        """Press keys and wait for what they bring."""
        self.terminal.type(self.put(keys))
        self.sees(wanted)

    def sees(self, wanted: str) -> None:
        """Wait for what keys bring; what is drawn is read as a whole before it is looked at."""
        self.terminal.settle(0.1)
        self.terminal.until(self.put(wanted))
        self.terminal.settle(0.05)

    def columns(self, since: int) -> str:
        """Return what stands on the screen from a column on."""
        screen = self.terminal.screen
        rows = range(screen.lines)
        cells_of = ("".join(screen.buffer[y][x].data for x in range(since, screen.columns)) for y in rows)
        return "\n".join(cells_of)


def told_in(house: House) -> dict[str, str]:
    """Return how a process is told which store to open, where its keys lie, and who sits there."""
    return {
        "HUE_STORE": str(house.home / "store"),
        "HUE_KEYS": str(house.home / "keys"),
        "HUE_STATE": str(house.home / "state"),
        "HUE_SESSION": "second",
    }


EACH = Turning(f"A{text[:200]}Z" for text in CORPUS)
WORDS = Turning(f"Word{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(len(CORPUS)))


def lived_in(home: Path, said: Turning, now_ns: int) -> House:
    """Return a house of which the watch was kept until now, so that it does nothing while it is looked at."""
    house = House(home, Turning(said), now_ns)
    house.clock.set(now_ns)
    Watch(house.room).tick()
    return house


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[tuple[Room, Room]]:
    now_ns = time.time_ns()
    houses = [lived_in(tmp_path / name, said, now_ns) for name, said in (("hostile", EACH), ("plain", WORDS))]
    both = [Room(house, Terminal(hue(), told_in(house), 120, 110)) for house in houses]
    yield both[0], both[1]
    for room in both:
        ended(room)


def test_every_screen_shows_what_was_said_spelt_and_nothing_else_and_obeys_none_of_it(rooms: tuple[Room, Room]) -> None:
    hostile = rooms[0]
    for room in rooms:
        room.terminal.until(INCIDENTS)
    wrong: dict[str, object] = {}
    before = 0
    for screen in SCREENS:
        for keys, wanted in (*BACK, *screen.keys):
            for room in rooms:
                room.terminal.type(room.put(keys))
            for room in rooms:
                room.sees(wanted)
        found, words = (room.columns(screen.since) for room in rooms)
        wanted = unicodedata.normalize(
            "NFC", Turning(map(spelt, EACH)).instead_of(WORDS, words)
        )  # as the terminal keeps it
        if levelled(found) != levelled(wanted):
            wrong[screen.name] = first_difference(levelled(found), levelled(wanted))
        if raw := obeyed(hostile.terminal.raw[before:], SAID_TO_A_TERMINAL, "\r\n"):
            wrong[f"{screen.name}, raw"] = raw
        before = hostile.terminal.received
    assert wrong == {}
    for room in rooms:
        room.terminal.type(F10)
        assert room.terminal.end() == 0


def first_difference(found: str, wanted: str) -> tuple[str, str]:
    """Return two texts from a little before where they part."""
    at = next((at for at, (one, other) in enumerate(zip(found, wanted, strict=False)) if one != other), 0)
    return found[max(0, at - 60) : at + 60], wanted[max(0, at - 60) : at + 60]


# What is typed at the bar


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    house = House(tmp_path / "house", Turning(WORDS), time.time_ns())
    house.clock.set(time.time_ns())
    Watch(house.room).tick()
    one = Room(house, Terminal(hue(), told_in(house), 120, 24))
    one.terminal.until(INCIDENTS)
    yield one
    ended(one)


def ended(room: Room) -> None:
    """End a room that a test left open."""
    if room.terminal.status is None:
        room.terminal.end(0)
    room.house.close()


def leaves(room: Room) -> None:
    """Leave the room, and see that it was there to be left."""
    room.terminal.settle(0.2)
    assert obeyed(room.terminal.raw, SAID_TO_A_TERMINAL, "\r\n") == []
    room.terminal.type("\x1b")
    room.terminal.settle(0.3)
    room.terminal.type(F10)
    assert room.terminal.end() == 0
    assert b"Traceback" not in room.terminal.raw


def pasted(text: str) -> str:
    """Return a text as a terminal sends it when it is pasted; escapes it leaves out."""
    return f"\x1b[200~{text.replace(chr(0x1B), '')}\x1b[201~"


REFUSED = (
    "{}",
    "note {}",
    "grade 1 {}",
    "back {} x",
    "ring {}",
    "propose {}",
    "expedite mft walkout {}",
    "n {} x",
    "own . {}",
)


def test_a_refusal_quotes_what_was_pasted_spelt_and_the_bar_keeps_it(room: Room) -> None:
    gone = str.maketrans("", "", "\x1b\x00\ud800")  # what no paste brings
    texts = [squashed(text[:20].translate(gone)) for text in CORPUS]
    for at, line in enumerate(REFUSED):
        word = f"A{'|'.join(texts[at :: len(REFUSED)])}Z"
        room.terminal.type(pasted(line.replace("{}", word)))
        room.terminal.type("\r")
        room.terminal.until("(Esc clears the line)")
        room.terminal.settle(0.1)
        said = levelled(unicodedata.normalize("NFC", spelt(word)))
        *above, bar, _ = room.terminal.text.splitlines()
        assert said[:40] in levelled("".join(above[-9:])), (line, word)
        assert levelled(bar).endswith(said[-20:] if line.endswith("}") else "x")
        room.terminal.type("\x1b")
        room.terminal.settle(0.1)
    leaves(room)


def test_what_is_pasted_into_a_line_is_recorded_as_it_stands_there(room: Room) -> None:
    for text in (
        "[@click=app.quit]x[/]",
        "{grade}{}$var%s",
        "]0;owned\x07",
        "a\u202eb\u200bc",
        "a\rring 101\r",
        "=1+1",
    ):
        room.press(f"note 1 of {day(room)} " + pasted(f"A{text}Z"), "Enter: Write")
        room.press("\r", f"of {day(room)} A")
    assert notes(room)[-6:] == [
        *(
            "A[@click=app.quit]x[/]Z",
            "A{grade}{}$var%sZ",
            "A]0;owned␇Z",
            "Aa<U+202E>b<U+200B>cZ",
            "Aa␍ring 101␍Z",
            "A=1+1Z",
        )
    ]
    leaves(room)


def test_a_paste_presses_no_key(room: Room) -> None:
    """Not every terminal leaves escapes out: a multiplexer pastes what it was given. What a caller wrote carries out no line."""
    before = room.house.room.journal.tip().size
    room.terminal.type(f"note 1 of {day(room)} he wrote \x1b[200~\x1b\rring 101 0161 496 0999\r\x1b[201~")
    room.terminal.settle(1)
    assert room.house.room.journal.tip().size == before


def notes(room: Room) -> list[str]:
    """Return what was noted of the incident of the night."""
    desk = room.house.founder
    desk.board.catch_up()
    words = [getattr(one.fact, "words", None) for one in desk.door.stream(incident(room), "test")]
    return [one for one in words if one]


def incident(room: Room) -> bytes:
    """Return the incident of the night."""
    found = read_stream(room.house.names["in"])
    assert found is not None
    return found


def day(room: Room) -> str:
    """Return the day of the night, as an incident of it is named."""
    return room.house.board.name(incident(room)).removeprefix("1 of ")


def test_keys_of_all_sorts_leave_the_room_open(room: Room) -> None:
    keys = chance("hostile keys")
    sorts = (
        lambda: chr(keys.randrange(0x20, 0x7F)),
        lambda: chr(keys.choice([*range(0xA0, 0xD800), *range(0xE000, 0x110000)])),
        lambda: chr(
            keys.choice([0, 1, 2, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 18, 20, 21, 22, 23, 25, 28, 29, 30, 31, 127])
        ),
        lambda: f"\x1b[{keys.randrange(100)};{keys.randrange(100)}{keys.choice('ABCDHFZmnrthlcRuMSTI')}",
        lambda: keys.choice(
            [
                "\x1b[M !!",
                "\x1b[<0;1;1M",
                "\x1b[I",
                "\x1b[O",
                "\x1b[6n",
                "\x1bP+r\x1b\\",
                "\x1b[?2026;2$y",
                "\x1b]0;x\x07",
            ]
        ),
        lambda: pasted("".join(chr(keys.randrange(0x300)) for _ in range(20))),
        lambda: f"\x9b{keys.randrange(100)}m\u202e\u2066\x85\u2028",
    )
    for _ in range(count(600)):
        room.terminal.type("".join(keys.choice(sorts)() for _ in range(6)))
        room.terminal.read(0.01)
    leaves(room)


@pytest.mark.parametrize("keys", [b"\xe9", b"\x1b[200~caf\xe9\x1b[201~"], ids=["typed", "pasted"])
def test_a_byte_that_is_no_letter_leaves_the_room_open(keys: bytes, room: Room) -> None:
    """A terminal set to another alphabet, a paste of another, a bad line: each sends such bytes."""
    room.terminal.type("note 1 of ")
    os.write(room.terminal._fd, keys)
    room.terminal.settle(0.5)
    assert "note 1 of" in room.terminal.text
    assert "Traceback" not in room.terminal.text
    leaves(room)


def test_a_lone_at_sign_in_what_was_said_is_recorded_as_it_was_said(room: Room) -> None:
    room.press(f"note 1 of {day(room)} meet me @ the mill", "Enter: Write")
    room.press("\r", "meet me")
    assert notes(room)[-1] == "meet me @ the mill"


# Commands in a terminal


def in_terminal(room_: House, *words: str, typed: str = "") -> Terminal:
    """Run a command in a terminal to its end."""
    terminal = Terminal(hue(*words), told_in(room_), 120, 40)
    if typed:
        for prompt in ("New passphrase", "again"):
            terminal.until(prompt)
            terminal.settle(0.2)
            terminal.type(typed)
    terminal.end(20)
    return terminal


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    one = House(tmp_path_factory.mktemp("house") / "house", Turning(EACH), time.time_ns())
    yield one
    one.close()


@pytest.mark.parametrize("words", ["log @in", "show @call", "who number=900123", "do sing \x1b[2J\u202e"])
def test_a_command_in_a_terminal_says_nothing_that_it_obeys(words: str, house: House) -> None:
    named = [
        house.names.get(word.removeprefix("@"), word) if word.startswith("@") else word for word in words.split(" ")
    ]
    terminal = in_terminal(house, *named)
    assert terminal.status in (0, 2)
    assert obeyed(terminal.raw, SAID_IN_LINES, "\r\n") == []


NAMES = ("a\x1b]0;x\x07.csv", "\u202ea\x9b31m.csv")


@pytest.mark.parametrize(
    "name", [*NAMES, *(pytest.param(one) for one in ("[red]a[bold].csv", "[link=evil]a.csv"))], ids=ascii
)
def test_a_bar_of_progress_says_the_name_of_a_file_as_it_is(name: str, house: House) -> None:
    file = house.home / name
    file.write_text(f"name,district\nMill {name.encode().hex()},CENTRAL\n")
    terminal = in_terminal(house, "gazetteer", "load", str(file))
    assert terminal.status == 0
    assert obeyed(terminal.raw, SAID_IN_LINES, "\r\n") == []
    assert f"reading {spelt(name)}" in terminal.raw.decode()


def test_a_passphrase_is_asked_for_in_words_that_no_terminal_obeys(house: House) -> None:
    terminal = in_terminal(house, "passphrase", "a\x1b]0;owned\x07\u202e", typed="seven green bottles\r")
    assert obeyed(terminal.raw, SAID_IN_LINES, "\r\n") == []
