"""A flood of changes is drawn a few times a second, and none of it is lost; operator/gathering.py."""

import random
import threading
import time
from typing import Any

import pytest

from hueandcry.operator import gathering
from hueandcry.operator.gathering import EVERY_S, Gathering
from hueandcry.operator.messages import Moved

ONE: Any = object()
OTHER: Any = object()


def moved(*streams: int, said: Any = "as it is", now_ns: int = 0, status: str = "") -> Moved:
    return Moved({bytes([stream]): said for stream in streams}, now_ns, status)


class Clock:
    """The moment as the gathering reads it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(gathering, "time", made)
    return made


def test_the_first_change_after_a_quiet_while_goes_on_at_once(clock: Clock) -> None:
    asked: list[float] = []
    gathered = Gathering(asked.append)
    gathered.put(moved(1), ONE)
    assert asked == [0.0]
    gathered.take()
    clock.now += 10
    gathered.put(moved(2), ONE)
    assert asked == [0.0, 0.0]


def test_what_comes_within_a_moment_waits_for_its_end_and_is_asked_for_once(clock: Clock) -> None:
    asked: list[float] = []
    gathered = Gathering(asked.append)
    gathered.put(moved(1), ONE)
    gathered.take()
    clock.now += EVERY_S / 4
    for stream in range(2, 50):
        gathered.put(moved(stream), ONE)
    assert asked == [0.0, pytest.approx(EVERY_S * 3 / 4)]
    [(told, source)] = gathered.take()
    assert source is ONE
    assert len(told.items) == 48


def test_of_an_item_that_changed_twice_the_last_is_shown(clock: Clock) -> None:
    gathered = Gathering(lambda _: None)
    gathered.put(moved(1, 2, said="first", now_ns=1, status="08:00"), ONE)
    gathered.put(moved(2, 3, said=None, now_ns=2, status="08:01"), ONE)
    [(told, _)] = gathered.take()
    assert told.items == {b"\x01": "first", b"\x02": None, b"\x03": None}
    assert (told.now_ns, told.status, told.whole) == (2, "08:01", False)


def test_two_sources_are_kept_apart(clock: Clock) -> None:
    gathered = Gathering(lambda _: None)
    gathered.put(moved(1, said="live"), ONE)
    gathered.put(moved(1, said="replayed"), OTHER)
    assert {id(source): told.items[b"\x01"] for told, source in gathered.take()} == {
        id(ONE): "live",
        id(OTHER): "replayed",
    }


def test_what_was_taken_is_not_taken_again(clock: Clock) -> None:
    gathered = Gathering(lambda _: None)
    gathered.put(moved(1), ONE)
    assert len(gathered.take()) == 1
    assert gathered.take() == []


def test_what_is_put_is_not_changed_by_what_comes_later(clock: Clock) -> None:
    gathered, first = Gathering(lambda _: None), moved(1)
    gathered.put(first, ONE)
    gathered.put(moved(2), ONE)
    assert list(first.items) == [b"\x01"]


def test_whatever_the_order_of_putting_and_taking_every_last_state_is_shown(clock: Clock) -> None:
    chance, gathered = random.Random(3), Gathering(lambda _: None)
    is_so: dict[tuple[Any, bytes], int] = {}
    shown: dict[tuple[Any, bytes], int] = {}
    for turn in range(2_000):
        source, stream = chance.choice((ONE, OTHER)), chance.randrange(20)
        gathered.put(moved(stream, said=turn), source)
        is_so[source, bytes([stream])] = turn
        if chance.random() < 0.1:
            for told, origin in gathered.take():
                shown |= {(origin, key): value for key, value in told.items.items()}  # type: ignore[misc]
            assert shown == is_so


def test_a_thread_that_puts_and_one_that_takes_lose_nothing() -> None:
    due = threading.Event()
    gathered = Gathering(lambda _: due.set())
    seen: set[bytes] = set()
    wanted = {number.to_bytes(2, "big") for number in range(3_000)}

    def putting() -> None:
        for one in sorted(wanted):
            gathered.put(Moved({one: None}, 0, ""), ONE)

    thread, end = threading.Thread(target=putting), time.monotonic() + 20
    thread.start()
    while seen != wanted and time.monotonic() < end:
        assert due.wait(20), "what was put was never asked for"
        due.clear()
        seen.update(stream for told, _ in gathered.take() for stream in told.items)
    thread.join()
    assert seen == wanted
