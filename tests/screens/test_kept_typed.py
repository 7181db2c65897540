"""What is half typed, and what dead rooms left: it is on disk until it is recorded or cleared, and comes back where it was typed.

Theory of operation. What is kept is read out of the files at the seat. A text may be looked away from (another page, the history,
a search in it) without being lost; a room that died leaves its texts to the next one of the same member, and to no other.

Source: letter, area 1: nothing that a caller said is lost.
"""

import errno
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hueandcry.operator import keptfile
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.drafts import Drafts, Left
from hueandcry.operator.unrecorded import Unrecorded
from tests.screens.atseat import (
    AT_TERMINAL,
    CALL,
    WRONG_S,
    a_second_passes,
    heard,
    kept,
    killed,
    left_behind,
    notes,
    on_the_contact,
    tells,
    waiting,
)
from tests.screens.conftest import Enter
from tests.screens.faces import Piloted
from tests.staging import work

# What is half typed


@pytest.mark.parametrize("elsewhere", ["F2", "F3"])
async def test_a_line_half_typed_on_a_page_stands_there_again_whatever_is_typed_elsewhere(
    store: Room, enter: Enter, elsewhere: str
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.press("Enter")
    await room.sees("incident 1", "Opened as theft")
    await room.types("note . two men with kni")
    await room.press(elsewhere)
    await room.sees("Incidents (1)" if elsewhere == "F2" else "No crew yet")
    await room.until(lambda: not room.bar.text, "it is of its page")
    await room.types("x")
    await room.press("Backspace")
    await room.until(lambda: not room.bar.text, "nothing stands in the bar elsewhere")
    await room.press("F2")
    await room.sees("Incidents (1)")
    await a_second_passes(room)
    assert kept(store) == ["note . two men with kni"]
    await room.press("Enter")
    await room.sees("incident 1")
    await room.until(lambda: room.bar.text == "note . two men with kni", "it stands there again")
    await room.type("ves")
    await room.press("Enter")
    await room.until(lambda: notes(store) == ["two men with knives"], "it is done like any")


async def test_a_narrative_is_not_erased_by_a_note_whose_words_end_alike(store: Room, enter: Enter) -> None:
    work(store.desk(None), CALL)
    room = await enter(store)
    await on_the_contact(room)
    await tells(room, "at the door")
    await room.press("Tab")
    await room.line("note . he waits at the door", shows="he waits at the door")
    await room.press("Ctrl+S")
    await room.until(lambda: len(notes(store)) == 2, "the narrative is recorded, too")
    assert notes(store) == ["he waits at the door", "at the door"]
    await heard(room)
    await room.press("Ctrl+S")
    await room.sees("nothing is written down here")


async def test_a_search_in_the_history_leaves_the_line_on_disk_and_esc_brings_it_back(
    store: Room, enter: Enter
) -> None:
    room = await enter(store)
    await room.line("open - theft", shows="Opened as theft")
    await room.types("note 1 she says")
    await a_second_passes(room)
    assert kept(store) == ["note 1 she says"]
    await room.press("Ctrl+R")
    await room.until(lambda: "no line typed before" in room.preview, "it is looked for")
    await room.type(" zebra")
    await room.until(lambda: "zebra" in room.preview, "it is looked for by more words")
    await a_second_passes(room)
    assert "note 1 she says" in kept(store)
    await room.press("Esc")
    await room.until(lambda: room.bar.text == "note 1 she says", "Esc brings the line back")
    await a_second_passes(room)
    assert kept(store) == ["note 1 she says"]


async def test_a_line_half_typed_is_kept_while_an_older_one_is_shown_and_comes_back_after_that_was_done(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.line("note 1 again and again", shows="again and again")
    await room.types("note 1 half a sen")
    await room.press("Ctrl+P")
    await room.until(lambda: room.bar.text == "note 1 again and again", "the line before is shown")
    await a_second_passes(room)
    assert "note 1 half a sen" in kept(store)
    await room.press("Enter")
    await room.until(lambda: notes(store) == ["again and again"] * 2, "the line before is done once more")
    await a_second_passes(room)
    assert kept(store) == ["note 1 half a sen"]
    await room.press("Ctrl+N")
    await room.until(lambda: room.bar.text == "note 1 half a sen", "the half comes back")
    await room.clear()
    await a_second_passes(room)
    assert kept(store) == [], "what whoever typed it cleared is kept nowhere"


# What dead rooms left


@AT_TERMINAL
async def test_the_lines_of_several_dead_rooms_stay_on_disk_until_each_is_done_or_cleared(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    left_behind(store, ("board", "note 1 alpha"), ("dispatch", "note 1 beta"))
    left_behind(store, ("board", "note 1 gamma"))
    texts = ["note 1 alpha", "note 1 beta", "note 1 gamma"]
    for _ in range(2):
        room = await enter(store)
        await room.sees("taken up again: 3 texts", "Ctrl+P")
        assert kept(store) == texts
        await killed(room)
        assert kept(store) == texts, "right behind the start it is killed again"
    room = await enter(store)
    await room.sees("taken up again: 3 texts")
    assert room.bar.text == "note 1 alpha"
    await room.press("Enter")
    await room.until(lambda: notes(store) == ["alpha"], "the first is recorded")
    await heard(room)
    await a_second_passes(room)
    assert kept(store) == ["note 1 beta", "note 1 gamma"]
    await room.press("Ctrl+P", "Ctrl+P")
    await room.until(lambda: room.bar.text in ("note 1 beta", "note 1 gamma"), "the others are behind it")
    beta = room.bar.text
    await room.clear()
    await a_second_passes(room)
    assert kept(store) == [one for one in ("note 1 beta", "note 1 gamma") if one != beta]
    await killed(room)
    again = await enter(store)
    await again.sees("taken up again: 1 text")
    assert notes(store) == ["alpha"]


def test_what_a_dead_room_left_stays_where_nothing_can_be_written(store: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    left_behind(store, ("board", "note 1 alpha"))

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(keptfile, "write_whole", full)
        left = waiting(store).take_over()
        assert left is not None
        assert [one.text for one in left.drafts] == ["note 1 alpha"]
    assert kept(store) == ["note 1 alpha"]
    again = waiting(store).take_over()
    assert again is not None
    assert [one.text for one in again.drafts] == ["note 1 alpha"]


def test_of_two_rooms_that_start_in_one_moment_only_one_takes_over_what_was_left(
    store: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(store, ("board", "note 1 alpha"))
    both, taken, read = threading.Barrier(2), list[Any](), Drafts._read

    def slowly(self: Drafts, path: Path) -> Left | None:
        found = read(self, path)
        with suppress(threading.BrokenBarrierError):
            both.wait(1)  # until the other has read, too, where it can
        return found

    monkeypatch.setattr(Drafts, "_read", slowly)
    rooms = [threading.Thread(target=lambda: taken.append(waiting(store).take_over())) for _ in range(2)]
    for one in rooms:
        one.start()
    for one in rooms:
        one.join()
    found = [one for one in taken if one is not None]
    assert len(taken) == 2
    assert len(found) == 1
    assert [one.text for one in found[0].drafts] == ["note 1 alpha"]


# A sign that means another item by now


@pytest.mark.parametrize("sign", ["@", "."])
async def test_a_kept_line_with_a_sign_from_the_board_is_not_put_before_the_next_enter(
    store: Room, enter: Enter, sign: str
) -> None:
    """By then the sign may mean another item."""
    work(store.desk(None), "open - theft\nopen - burglary")
    room = await enter(store)
    await room.sees("Incidents (2)")
    await room.types(f"note {sign} he has a knife")
    await room.leave()
    again = await enter(store)
    await again.sees("taken up again: 1 text", "Ctrl+P")
    assert again.bar.text == ""
    await a_second_passes(again)
    assert kept(store) == [f"note {sign} he has a knife"]


@pytest.mark.parametrize("sign", ["@", "."])
async def test_a_kept_line_with_a_sign_from_the_board_is_behind_ctrl_p(store: Room, enter: Enter, sign: str) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.types(f"note {sign} he has a knife")
    await room.leave()
    again = await enter(store)
    await again.sees("Ctrl+P shows what")
    await again.press("Ctrl+P")
    await again.until(lambda: again.bar.text == f"note {sign} he has a knife", "it is shown", WRONG_S)


async def test_a_line_about_what_was_in_front_does_not_come_back_over_what_is_in_front_now(
    store: Room, enter: Enter
) -> None:
    work(store.desk(None), "open - theft")
    room = await enter(store)
    await room.press("F3")
    await room.sees("No crew yet")
    await room.types("note @ he has a knife")
    await room.press("F2")
    await room.until(lambda: "Contacts, waiting first" in room.text, "the board is back")
    await room.press("F3")
    await room.sees("is behind Ctrl+P: it was about what was in front then")
    assert room.bar.text == ""
    await room.press("Ctrl+P")
    await room.until(lambda: room.bar.text == "note @ he has a knife", "it is brought back by whoever wants it")


@pytest.mark.parametrize("face", ["pilot"])
async def test_the_same_words_set_aside_twice_are_one_draft_and_gone_once_they_are_dismissed(
    store: Room, enter: Enter
) -> None:
    room = await enter(store)
    assert isinstance(room.face, Piloted)
    app = room.face.app
    app.set_aside("note 1 alpha ", "line one")
    app.set_aside("note 1 alpha", "line two")
    assert [app.text_kept(where) for where in ("line one", "line two")] == ["", "note 1 alpha"]
    app.dismiss("note 1 alpha")
    assert app.text_kept("line two") == ""


@pytest.mark.parametrize("face", ["pilot"])
async def test_what_a_dead_room_left_is_not_lost_to_whoever_types_before_it_comes_back(
    store: Room, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(store, ("board", "note 1 she has a knife"))
    take_up = Unrecorded.take_up

    async def behind_a_key(app: Unrecorded, left: Left) -> None:
        app.screen_stack[-1].bar.fill("z")  # type: ignore[attr-defined]
        await take_up(app, left)

    monkeypatch.setattr(Unrecorded, "take_up", behind_a_key)
    room = await enter(store)
    await room.sees("taken up again", "Ctrl+P shows what has no place here")
    await room.type("y")
    await a_second_passes(room)
    assert kept(store) == ["note 1 she has a knife", "zy"]
    await room.press("Ctrl+P")
    await room.until(lambda: "she has a knife" in room.bar.text, "it is behind Ctrl+P")


def test_what_is_typed_before_dead_rooms_are_looked_for_is_kept_beside_what_they_left(store: Room) -> None:
    left_behind(store, ("board", "note 1 she has a knife"))
    mine = waiting(store)
    mine.put("line board", "z")
    mine.take_over()
    assert sorted(one.text for one in mine._texts.values()) == ["note 1 she has a knife", "z"]
    mine.end()
