"""What is shown follows what is recorded and the time: page and list in front, the row under the cursor, the strip, a replay.

Theory of operation. Others record by a desk of their own on the same store, or in memory where one thing alone is asked of
what is shown; the clock is set. What has to follow is waited for on the screen. Where the store or the access log is to fail,
it fails at its door, as a full disk would, and nothing else is touched.

Source: LAS 1992: a call that no list shows is a call that nobody takes; what stands on a screen is acted on.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import replace

from hueandcry.domain.duty import Role
from hueandcry.domain.fault import Unavailable
from hueandcry.domain.reference import Kind
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.showing import Showing
from hueandcry.operator.signals import Signals
from hueandcry.operator.watch import Lease, Watch
from tests.screens.clocked import FileClock
from tests.screens.conftest import Enter
from tests.screens.driver import Seat
from tests.screens.faces import Piloted
from tests.screens.test_livelist import Listing, filled, item, shown_row
from tests.screens.test_stories import ANSWERS
from tests.staging import Founded, S, Stage, work

IN_PROCESS = pytest.mark.parametrize("face", ["pilot"])
TOLD_S = 5.0
CALM = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
LOCATED = "ring 999 07700900461\nanswer .\ncallerat . aml 53.4808,-2.2426 30 5s"
PARTNERS = (
    "partner mri nhs Manchester Royal\nsite mri ward-12 Ward 12 / 0161 496 0300\n"
    "nm mri ward-12 A. Jones / ward sister / 07700 900456"
)
PAGES_MAX, CALLS = 8, 30


def app_of(room: Seat) -> Any:
    """Return the room in process."""
    assert isinstance(room.face, Piloted)
    return room.face.app


def goes_on(store: Room, seconds: float) -> None:
    """Let the clock of the room go on."""
    clock = store.identity.now
    assert isinstance(clock, FileClock)
    clock.set(clock() + int(seconds * S))


async def asks(room: Seat, line: str, *seen: str) -> None:
    """Type what asks for a screen, and wait until it is in front."""
    await room.types(line)
    await room.press("Enter")
    await room.sees(*seen)


# What lies below comes to the front again


async def test_the_page_below_another_is_followed_again_once_it_is_in_front(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, "open - theft\nopen - burglary")
    room = await enter(store)
    await asks(room, "show 1", "incident 1")
    await asks(room, "show 2", "incident 2")
    await room.press("Esc")
    await room.sees("incident 1")
    work(desk, "note 1 written by another")
    await room.sees("written by another", within_s=TOLD_S)


async def test_the_crews_of_dispatch_are_followed_again_once_a_list_over_them_is_put_away(
    store: Room, enter: Enter
) -> None:
    desk = store.desk(None)
    work(desk, "unit AB12 CENTRAL")
    room = await enter(store)
    await room.press("F3")
    await room.sees("Crews", "AB12")
    await asks(room, "proposals", "to look at")
    await room.press("Esc")
    await room.sees("Crews", "AB12")
    work(desk, "unit CD34 NORTH")
    await room.sees("CD34", within_s=TOLD_S)


# A page says what it is about


async def test_a_marker_that_is_set_on_somebody_involved_comes_to_the_open_page(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, "open - theft\nperson John Smith\ninvolve 1 . suspect")
    room = await enter(store, size=(120, 40))
    await room.press("Enter")
    await room.sees("incident 1", "John Smith")
    assert "assaulted two" not in room.text
    work(desk, "marker . violent high pnc assaulted two officers in June")
    await room.until(
        lambda: any("violent" in line.lower() for line in room.item.heading), "the marker stands there", TOLD_S
    )


async def test_a_referral_that_is_sent_comes_to_the_open_page_of_its_incident(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, f"open - domestic\nassess 1 {ANSWERS}\ngrade 1 2")
    work(desk, "refer 1 mash child-protection two children saw it / asking would put her at risk")
    room = await enter(store, size=(120, 40))
    await room.press("Enter")
    await room.sees("incident 1", "mash, made")
    work(desk, "sent . secure mail")
    await room.sees("mash, sent", within_s=TOLD_S)


async def test_a_callers_location_that_grows_stale_is_said_on_the_open_page_after_its_minute(
    clocked: Room, enter: Enter
) -> None:
    work(clocked.desk(None), LOCATED)
    room = await enter(clocked, size=(120, 40))
    await asks(room, f"show {ref_of(clocked, Kind.CONTACT)}", "Answered by 2211")
    assert "stale" not in room.text.lower()
    goes_on(clocked, 70)
    await room.until(lambda: any("LOCATION STALE" in line.upper() for line in room.item.heading), "it is stale", TOLD_S)


async def test_after_midnight_the_number_on_an_open_page_says_its_day(clocked: Room, enter: Enter) -> None:
    work(clocked.desk(None), "open - theft")
    room = await enter(clocked)
    await room.press("Enter")
    await room.sees("incident 1", "Opened as theft")
    assert "of 23/11" not in room.text
    goes_on(clocked, 17 * 3600)
    await room.sees("incident 1 of 23/11", within_s=TOLD_S)


def ref_of(store: Room, kind: Kind) -> str:
    """Return how the first open item of a kind is named."""
    return next(store.board.name(one.id) for one in store.board.open() if one.kind is kind)


# The row under the cursor


async def test_on_dispatch_the_incident_under_the_cursor_that_gets_a_crew_stays_and_says_deployed(
    store: Room, enter: Enter
) -> None:
    desk = store.desk(None)
    work(
        desk, f"unit AB12 CENTRAL\nopen - theft\nopen - burglary\nassess 1 {CALM}\ngrade 1 3 it can wait\nopen - theft"
    )
    room = await enter(store)
    await room.press("F3")
    await room.sees("No crew yet (3)")
    await room.move_to("1")
    before = room.lists.cursor()
    assert before is not None
    work(desk, "send 1 AB12")
    await room.sees("No crew yet (2)", "Deployed (1)", within_s=TOLD_S)
    after = room.lists.cursor()
    assert after is not None
    assert (after.ref, after.y) == (before.ref, before.y)
    assert after.text.endswith("deployed")
    assert "closed" not in after.text


@pytest.mark.parametrize("closed_before", [False, True])
async def test_a_list_that_is_told_whole_leaves_a_closed_item_under_the_cursor_where_it_is(closed_before: bool) -> None:
    app = Listing()
    async with app.run_test(size=(80, 20)) as pilot:
        await filled(app, pilot, 9)
        app.list.move(4)
        await pilot.pause()
        before = shown_row(app)
        if closed_before:
            app.list.take({item(5).stream: None}, 0)
        others = {one.stream: one for one in map(item, range(1, 10)) if one.ref != "5"}
        app.list.take(others, 0, whole=True)
        await pilot.pause()
        assert shown_row(app) == before
        assert "closed" in app.list.render_line(before[0]).text
        assert len(app.list) == 8
        app.list.take({item(1).stream: replace(item(1), grade="4")}, 0)
        assert shown_row(app) == before, "and stays there whatever comes next"


# The strip of alerts


class Watched:
    """What is shown at a desk in memory, with its alerts, as the backroom feeds them."""

    def __init__(self, stage: Stage, watch: Watch) -> None:
        self.stage = stage
        self.desk = stage.desk("2211", *(role for role in Role if role is not Role.WATCH))
        self.told: list[Any] = []
        self.signals = Signals(stage.board, self.desk.signed, watch)
        self.showing = Showing(self.desk, self.told.append, lambda _: "", self.signals.take)
        self.signals.fill(self.showing.say_board(), stage.board.open())
        self._at = stage.board.position

    def does(self, lines: str) -> None:
        """Do lines of work, and hear of them."""
        work(self.desk, lines)
        before, self._at = self._at, self.stage.board.position
        self.showing.take(self.stage.log.entries(before, self._at))

    def items_with(self, alert: str) -> list[str]:
        return sorted(one.ref for one in self.showing.items() if any(alert in words.lower() for words in one.alerts))

    def called(self, word: str) -> list[str]:
        """Return which items the strip names by a word."""
        found = self.signals.alerted(self.stage.clock.now_ns)
        calls = found.calls if found is not None else self.signals._last.calls if self.signals._last is not None else ()
        return sorted(ref for one in calls if one.word == word for ref in one.refs)


@pytest.fixture
def watched(tmp_path: Any) -> Iterable[Watched]:
    stage = Founded(tmp_path / "store")
    yield Watched(stage, Watch(stage.room, Lease(stage.room)))
    stage.close()


def test_the_strip_loses_district_once_it_is_known_from_another_desks_fact_and_gains_it_the_other_way(
    watched: Watched,
) -> None:
    watched.does("open - theft\nlocate 1 NORTH 3 High Street")
    assert watched.called("DISTRICT") == watched.items_with("no district") == []
    watched.does("unit CD34 SOUTH")
    assert watched.called("DISTRICT") == watched.items_with("no district") == ["1"]
    watched.does("unit AB12 NORTH")
    assert watched.called("DISTRICT") == watched.items_with("no district") == []


async def test_the_strip_on_the_screen_says_of_districts_what_the_room_knows_by_now(store: Room, enter: Enter) -> None:
    desk = store.desk(None)
    work(desk, "unit CD34 SOUTH\nopen - theft\nlocate 1 NORTH 3 High Street")
    room = await enter(store)
    await room.sees("DISTRICT 1")
    work(desk, "unit AB12 NORTH")
    await room.sees("no alerts", within_s=TOLD_S)
    work(desk, "open - theft\nlocate 2 EAST 3 High Street")
    await room.sees("DISTRICT 2", within_s=TOLD_S)


# What fails once


class Failing:
    """Something of which one method fails so many times, and is as it was then."""

    def __init__(self, real: Any, method: str, times: int) -> None:
        self._real, self._method, self.left = real, method, times

    def __getattr__(self, name: str) -> Any:
        return self._fails if name == self._method else getattr(self._real, name)

    def _fails(self, *given: Any, **named: Any) -> Any:
        if self.left > 0:
            self.left -= 1
            raise Unavailable("the store is busy")
        return getattr(self._real, self._method)(*given, **named)


class Beside:
    """A room that is another's in all but its journal."""

    def __init__(self, real: Any, journal: Failing) -> None:
        self._real, self.journal = real, journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@IN_PROCESS
async def test_a_journal_that_cannot_be_read_once_when_the_room_hears_of_a_commit_loses_no_incident(
    store: Room, enter: Enter
) -> None:
    desk = store.desk(None)
    work(desk, "open - theft")
    room = await enter(store)
    await room.sees("Incidents (1)")
    backroom = app_of(room).backroom
    failing = Failing(backroom._room.journal, "entries", 1)
    backroom._room = Beside(backroom._room, failing)
    work(desk, "open - burglary")
    await room.until(lambda: not failing.left, "it failed")
    await room.sees("Incidents (2)")
    assert sorted(room.board["Incidents"].refs) == ["1", "2"]
    work(desk, "open - theft")
    await room.sees("Incidents (3)", within_s=TOLD_S)


@IN_PROCESS
async def test_an_access_log_that_cannot_be_written_while_people_are_listed_ends_no_room(
    clocked: Room, enter: Enter
) -> None:
    desk = clocked.desk(None)
    work(desk, f"open - theft\n{PARTNERS}")
    room = await enter(clocked, size=(120, 40))
    await asks(room, "partners", "A. Jones")
    await asks(room, "show 1", "incident 1")  # over the list, which is told on; what was opened for it is closed
    access = app_of(room).backroom._room.journal.access
    real, refused = access.shown, list[object]()

    def full(*given: Any, **named: Any) -> Any:
        refused.append(given)
        raise Unavailable("the access log cannot be used: disk full")

    access.shown = full
    try:
        goes_on(clocked, 70)
        await room.until(lambda: bool(refused), "the list was to be shown anew")
        await room.sees("disk full")
    finally:
        access.shown = real
    await room.line("note 1 the work goes on", shows="the work goes on")
    work(desk, "open - burglary")
    await room.press("F2")
    await room.sees("Incidents (2)")


@IN_PROCESS
async def test_a_heading_says_no_more_that_something_is_not_listed_once_that_is_closed(
    clocked: Room, enter: Enter
) -> None:
    desk = clocked.desk(None)
    said = "situation=past threat=none risk=some investigation=none vulnerability=none engagement=wants-police"
    work(desk, f"grant 2211 supervisor\nopen - theft\nopen - burglary\nassess 2 {said}\ngrade 2 4")
    room = await enter(clocked)
    await room.line("only theft", shows="1 not shown")
    work(desk, "nocrime 2 mistaken it was his own\nresult 2 advice gone\nclose 2")
    await room.until(lambda: "not shown" not in room.text, "nothing is left out any more", within_s=TOLD_S)


# The replay


async def test_a_moment_that_is_none_leaves_the_replay_where_the_journal_ends(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.line("replay 25:99", shows="REPLAY")
    await room.sees("Incidents (1)", "25:99")
    await room.leave()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("jump 9999-12-31T23:59", ""),
        ("jump @0", "not founded yet"),
        ("jump @999999", "the journal ends at"),
        ("jump 1700-01-01T00:00", "is before 1970"),
        ("back 99999", ""),
        ("step 999999", ""),
    ],
)
async def test_a_replay_that_is_sent_beyond_its_ends_stays_within_them_or_says_why_not_and_goes_on(
    store: Room, enter: Enter, line: str, said: str
) -> None:
    desk = store.desk(None)
    work(desk, "open - theft")
    half = store.board.position
    work(desk, "open - burglary")
    end = store.board.position
    room = await enter(store, size=(120, 40))
    await room.sees("Incidents (2)")
    await room.press("Ctrl+Y")
    await room.sees("REPLAY", "Incidents (2)")
    end = max(end, store.journal.tip().size)
    await room.types(line)
    await room.press("Enter")
    await room.sees(said or f"{line} ")
    if said:
        await room.until(lambda: room.bar.text == line, "the line comes back")
        await room.clear()
    await room.sees(f"of {end}  stands" if line.startswith("back") else f"@{end} of {end}")
    await room.line(f"jump @{half}", shows=f"@{half} of {end}")
    await room.sees("Incidents (1)")
    await room.line("step 50", shows=f"@{end} of {end}")
    await room.sees("Incidents (2)")


async def test_two_keys_in_one_burst_make_a_replay_four_times_as_fast(store: Room, enter: Enter) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store, size=(120, 40))
    await room.press("Ctrl+Y")
    await room.sees("REPLAY", "stands (x1)")
    await room.type("++")
    await room.sees("stands (x4)", within_s=TOLD_S)
    await room.type("--")
    await room.sees("stands (x1)", within_s=TOLD_S)


# Many pages


@IN_PROCESS
async def test_thirty_calls_leave_few_pages_open_and_what_was_typed_on_one_that_was_put_away_stands_there_again(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "\n".join(f"ring 101 077009{number:05}" for number in range(CALLS)))
    room = await enter(store)
    await room.sees(f"Contacts, waiting first ({CALLS})")
    typed: dict[str, str] = {}
    for number in range(CALLS):
        await room.press("F7")
        await room.until(lambda: room.item.ref not in typed and room.bar.text == "", "the next call is answered")
        typed[room.item.ref] = f"note . words of call {number}"
        await room.types(typed[room.item.ref])
    pages = [one for one in app_of(room).screen_stack if type(one).__name__ == "ItemScreen"]
    assert len(pages) <= PAGES_MAX + 1
    put_away, words = list(typed.items())[-2]
    assert all(put_away != one._ref for one in pages)
    await room.press("F2")
    await room.sees("Contacts, waiting first")
    await asks(room, f"show {put_away}", f"contact {put_away}")
    await room.until(lambda: room.bar.text == words, "it stands there again")
