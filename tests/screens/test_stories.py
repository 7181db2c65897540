"""Stories of the control room, each in process and at a real terminal: one driver, the same words, what a person sees."""

import os
import subprocess

import pytest

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.bundled import pack_text
from hueandcry.operator.desk import Act
from tests.screens.conftest import SIZES, Enter, at_sizes, seating_of
from tests.screens.terminal import hue
from tests.staging import work

ANSWERS = "situation=just-over threat=spoken risk=some investigation=some vulnerability=adult engagement=wants-police"
NARROW_AND_WIDE = at_sizes(*SIZES[:2])


@pytest.fixture
def hasty(store: Room) -> Room:
    """A store whose waits are a second long."""
    grades = pack_text("grades-2020").replace(b"recall_every_s = 300", b"recall_every_s = 1")
    grades = grades.replace(b"unresourced_for_s = 2400", b"unresourced_for_s = 1")
    store.desk(None).do([Act(POLICY_STREAM, Adopt((grades,)))])
    return store


def told(store: Room, *words: str) -> str:
    """Return what a command of its own process says of the store."""
    env = {**os.environ, **seating_of(store).environment}
    return subprocess.run(hue(*words), env=env, capture_output=True, text=True, check=True).stdout


async def test_a_999_call_is_taken_from_ring_to_close_by_keys_alone(store: Room, enter: Enter) -> None:
    """Letter, area 1: the handler at a terminal assesses risk at the first point of contact."""
    room = await enter(store)
    await room.line("ring 999 07700900123", shows="Ringing on 999 07700900123")
    await room.line("answer .", shows="Answered by 2211")
    await room.press("Tab")
    await room.until(lambda: room.board.cursor_on().startswith("c"), "the contact is under the cursor")
    await room.press("Enter")
    await room.sees("not yet asked")
    await room.type("1123")  # fast: each digit is about the next element
    await room.sees("situation: now", "threat: weapon", "risk: serious", "investigation:")
    await room.type("1")
    await room.sees("vulnerability: child")
    await room.type("-")
    await room.sees("not safe to ask")
    await room.type("2")
    await room.sees("engagement not asked: unsafe")
    await room.line("open @ domestic man with a knife", shows="Linked to incident 1")
    await room.is_refused("grade . 1", "risk is not assessed")
    await room.line("assess 1 he is outside", shows="suggests 1")
    await room.line("grade 1 1", shows="Graded 1 (suggested 1")
    await room.line("send 1 AB12", shows="AB12 sent")
    await room.line("arrive 1", shows="AB12 at scene")
    await room.line("result 1 crime arrest made", shows="Result crime: arrest made")
    await room.line("close 1", shows="Incident closed")
    await room.line("close @", shows="Contact closed")
    await room.leave()
    page = told(store, "explain", "1")
    for words in ("Opened as domestic", "Risk assessed", "Graded 1", "AB12 sent", "Result crime", "Incident closed"):
        assert words in page


@NARROW_AND_WIDE
async def test_an_abandoned_999_is_rung_back_until_it_may_be_closed(hasty: Room, enter: Enter) -> None:
    """Scenario 2, letter, area 1: nobody reaches the caller, nobody forgets them, and nobody closes it unassessed."""
    room = await enter(hasty)
    await room.line("ring 999 07700900461", shows="Ringing on 999")
    await room.line("abandon .", shows="The line was lost while ringing")
    await room.sees("RING BACK")  # the room keeps the watch itself: nobody rang back in time
    await room.is_refused("close .", "ring back 3 times")
    await room.line("recall . voicemail", shows="attempt 1: voicemail")
    await room.line("recall . no-answer", shows="attempt 2: no-answer")
    await room.line("recall . no-answer somebody hung up", shows="attempt 3: no-answer")
    await room.is_refused("close . nobody answers", "risk is not assessed")
    await room.line("open . abandoned-call somebody lifted and hung up", shows="Linked to incident 1")
    (contact,) = room.board["Contacts, waiting first"].refs
    await room.line(f"close {contact} goes on as incident 1", shows="Contact closed")
    await room.leave()
    page = told(hasty, "explain", "1")
    assert "attempt 1: voicemail" in page
    assert "Opened as abandoned-call" in page


@NARROW_AND_WIDE
async def test_a_grade_2_that_nobody_resources_goes_to_the_sergeant_by_name(hasty: Room, enter: Enter) -> None:
    """Scenario 7, letter, area 1: escalated once, red on the board until somebody is named who knows."""
    work(hasty.desk(None), "register 4455 sergeant\ngrant 2211 supervisor\ncover CENTRAL sergeant 4455")
    room = await enter(hasty)
    for line, shown in (
        ("ring 101 07700900123", "Ringing on 101"),
        ("answer .", "Answered by 2211"),
        ("locate . CENTRAL 14 Acacia Gardens", "District CENTRAL"),
        ("open . domestic he said he would be back", "Linked to incident 1"),
        (f"assess 1 {ANSWERS}", "suggests 2"),
        ("grade 1 2", "Graded 2"),
    ):  # fmt: skip
        await room.line(line, shows=shown)
    await room.sees("ESCALATED")
    await room.is_refused("ack 1", "name which of them you told")
    await room.line("ack 1 4455 told by radio, looks for a car", shows="4455 knows of the escalation to sergeant")
    await room.does_not_see("ESCALATED")
    await room.leave()
    page = told(hasty, "explain", "1")
    assert page.count("4455 knows of the escalation to sergeant") == 1
    assert told(hasty, "log", "1").count("Escalated to the sergeant of CENTRAL (4455)") == 1
