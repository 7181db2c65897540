"""Stories of the control room, each in process and at a real terminal: one driver, the same words, what a person sees."""

import os
import subprocess

from hueandcry.operator.bootstrap import Room
from tests.screens.conftest import Enter, seating_of
from tests.screens.terminal import hue


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
