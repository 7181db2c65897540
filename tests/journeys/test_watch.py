"""The watch: what time demands is recorded once, whoever keeps it, and one process keeps it at a time."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hueandcry.domain.deployment import TargetMissed
from hueandcry.domain.fact import Entry
from hueandcry.domain.particulars import Target
from hueandcry.operator import watch as watching
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.desk import Desk
from hueandcry.operator.identity import SetClock, seeded
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Lease, Watch, keep
from hueandcry.store.checkpoint import Checkpoints, read
from tests.journeys.session import hue, start
from tests.staging import MONDAY, S, work

FIRE = """
    ring 999
    answer .
    open . domestic shouting next door
    assess . situation=now threat=weapon risk=serious investigation=some vulnerability=child engagement=wants-police
    g1 .
"""
QUARTER = 900


class Night:
    """A room on SQLite with a set clock, and more doors into the same store."""

    def __init__(self, home: Path, now_ns: int = MONDAY) -> None:
        self.home, self.clock = home, SetClock(now_ns)
        founding = Founding("GMP", "Greater", "1001", keys=home / "keys")
        self.room, signed = found(home / "store", founding, seeded(self.clock, 1))
        self.desk = Desk(self.room.journal, self.room.board, self.room.identity, signed)
        self._rooms = [self.room]

    def another(self) -> Room:
        """Open the store once more, as another process would."""
        identity = seeded(self.clock, len(self._rooms) + 1)
        self._rooms.append(Room(self.room.folder, identity, keys=self.home / "keys"))
        return self._rooms[-1]

    def pass_time(self, seconds: int) -> None:
        self.clock.set(self.clock.now_ns + seconds * S)

    def close(self) -> None:
        for room in self._rooms:
            room.close()


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    opened = Night(tmp_path)
    yield opened
    opened.close()


def names(entries: list[Entry]) -> list[str]:
    return [entry.name for entry in entries]


def missed(entries: list[Entry], target: Target = Target.ATTEND) -> list[Entry]:
    """Return what says that a target was missed; others fall due beside it."""
    return [one for one in entries if isinstance(one.fact, TargetMissed) and one.fact.target is target]


# What time demands


def test_a_missed_target_is_recorded_when_its_time_has_come_and_not_a_second_before(night: Night) -> None:
    work(night.desk, FIRE)
    watch = Watch(night.room)
    night.pass_time(QUARTER - 1)
    assert missed(watch.tick()) == []
    night.pass_time(1)
    (one,) = watch.tick()
    assert missed([one]) == [one]
    assert one.header is not None
    assert (one.header.actor, one.header.role) == ("watch", "watch")


def test_a_missed_target_is_recorded_once(night: Night) -> None:
    work(night.desk, FIRE)
    night.pass_time(QUARTER)
    watch = Watch(night.room)
    assert len(missed(watch.tick())) == 1
    night.pass_time(QUARTER)
    assert watch.tick() == []


def test_two_watches_record_a_missed_target_once_between_them(night: Night) -> None:
    """Should two processes keep the watch in spite of the lease, no harm is done."""
    work(night.desk, FIRE)
    first, second = Watch(night.room), Watch(night.another())
    night.pass_time(QUARTER)
    assert len(missed(first.tick()) + missed(second.tick())) == 1
    assert second.tick() == []


def test_a_watch_that_begins_after_a_restart_knows_what_was_recorded(night: Night) -> None:
    """Timers follow from facts, so they survive any restart."""
    work(night.desk, FIRE)
    night.pass_time(QUARTER)
    assert len(missed(Watch(night.room).tick())) == 1
    assert Watch(night.another()).tick() == []


def test_a_watch_forgets_what_is_closed(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "GONE_MAX", 4)
    work(night.desk, FIRE)
    watch = Watch(night.room)
    watch.tick()
    (record, *_) = night.room.board.open()
    closed = [night.room.identity.stream(record.kind) for _ in range(10)]
    watch._soonest |= {stream: (record, watching.NEVER) for stream in closed}
    watch.tick()
    assert set(watch._soonest) == set(night.room.board.records)


def test_a_target_that_passed_while_nobody_kept_the_watch_is_recorded_late(night: Night) -> None:
    work(night.desk, FIRE)
    night.pass_time(86_400)
    (one,) = missed(Watch(night.another()).tick())
    assert one.header is not None
    assert one.header.recorded == MONDAY + 86_400 * S


def test_an_incident_that_was_attended_misses_nothing(night: Night) -> None:
    work(night.desk, f"{FIRE}\nsend . AB12\narrive .")
    night.pass_time(86_400)
    assert Watch(night.room).tick() == []


def test_an_incident_that_was_sent_to_and_not_attended_misses_its_target(night: Night) -> None:
    work(night.desk, f"{FIRE}\nsend . AB12")
    night.pass_time(QUARTER)
    assert len(missed(Watch(night.room).tick())) == 1


def test_a_new_grade_has_a_target_of_its_own_which_is_missed_once_more(night: Night) -> None:
    work(night.desk, FIRE.replace("g1 .", "g2 . he is outside"))
    watch = Watch(night.room)
    night.pass_time(3600)
    assert len(missed(watch.tick())) == 1
    work(night.desk, "g1 . he is at the door")
    assert missed(watch.tick()) == []
    night.pass_time(QUARTER)
    assert len(missed(watch.tick())) == 1


def test_a_partner_who_has_no_answer_in_time_is_recorded_once(night: Night) -> None:
    """Letter, area 1: calls expedited by key partners."""
    work(night.desk, "expedite mri-ward-12 walkout - patient left without medication")
    watch = Watch(night.room)
    assert watch.tick() == []
    night.pass_time(QUARTER)
    assert names(watch.tick()) == ["expedite.unanswered"]
    assert watch.tick() == []


def test_a_decision_that_nobody_told_is_still_no_answer(night: Night) -> None:
    work(night.desk, "expedite mri-ward-12 walkout - gone\nverify . phrase\ndecide . accept real risk")
    night.pass_time(QUARTER)
    assert names(Watch(night.room).tick()) == ["expedite.unanswered"]


def test_history_misses_no_target(night: Night) -> None:
    file = night.home / "calls.csv"
    file.write_text("ts\n2020-05-03 14:05\n")
    session = night.desk.signed.session
    assert hue(night.home, "intake", "load", str(file), "--map", "nashville", "--session", session).returncode == 0
    night.pass_time(86_400)
    assert Watch(night.room).tick() == []


# The lease


def test_one_keeper_holds_the_lease(night: Night) -> None:
    first, second = Lease(night.room), Lease(night.another())
    assert first.take()
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    assert not first.take()
    second.release()


def sizes(night: Night) -> list[int]:
    """Return how many facts each signed checkpoint is over, oldest first."""
    key = night.room.key_folder.verifier()
    return [read(note, key).size for note in Checkpoints(night.room.folder.checkpoints).all()]


def test_a_checkpoint_is_signed_each_minute_in_which_something_was_recorded(night: Night) -> None:
    watch = Watch(night.room)
    founded = sizes(night)
    watch.tick()
    assert sizes(night) == founded, "nothing was recorded since"
    work(night.desk, "ring 999")
    night.pass_time(30)
    watch.tick()
    night.pass_time(30)
    watch.tick()
    assert sizes(night) == [*founded, founded[-1] + 1]
    night.pass_time(3600)
    watch.tick()
    assert sizes(night) == [*founded, founded[-1] + 1]


def test_a_watch_that_cannot_sign_says_so_once_and_records_what_time_demands(night: Night) -> None:
    work(night.desk, FIRE)
    key = night.room.key_folder.path / "sign.key"
    key.rename(night.home / "sign.key")
    heard, warned, ticks = list[list[Entry]](), list[str](), iter((True, True, True, False))

    def wait() -> bool:
        night.pass_time(QUARTER)
        return next(ticks)

    keep(night.room, wait, heard.append, warned.append)
    assert len([one for entries in heard for one in missed(entries)]) == 1
    assert [str(key) in one for one in warned] == [True]
    (night.home / "sign.key").rename(key)
    keep(night.room, lambda: False, heard.append, warned.append)
    assert len(warned) == 1
    assert sizes(night)[-1] == night.room.journal.tip().size


def test_who_has_not_the_lease_records_nothing(night: Night) -> None:
    work(night.desk, FIRE)
    night.pass_time(QUARTER)
    lease, heard, warned = Lease(night.another()), list[list[Entry]](), list[str]()
    assert lease.take()
    keep(night.room, lambda: False, heard.append, warned.append)
    assert heard == []
    lease.release()
    keep(night.room, lambda: False, heard.append, warned.append)
    assert [len(missed(entries)) for entries in heard] == [1]
    assert warned == []


def test_the_lease_is_given_back_when_the_watch_ends_in_an_error(night: Night) -> None:
    def fail(_: object) -> None:
        raise OSError("nobody listens")

    with pytest.raises(OSError, match="nobody listens"):
        keep(night.room, lambda: True, fail, fail)
    assert Lease(night.another()).take()


def lease_is_free(room: Room) -> bool:
    lease = Lease(room)
    taken = lease.take()
    lease.release()
    return taken


def until(wanted: bool, room: Room, limit_s: float = 10) -> bool:
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if lease_is_free(room) is wanted:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_the_lease_is_given_back_when_its_process_ends_however_it_ends(night: Night, ending: signal.Signals) -> None:
    keeper = start(night.home, "watch", "--tick", "0.05")
    try:
        assert until(False, night.room), "the process never took the lease"
        keeper.send_signal(ending)
        assert until(True, night.room), "the lease was not given back"
    finally:
        keeper.kill()
        keeper.communicate(timeout=10)


# The command


def an_hour_ago(tmp_path: Path) -> None:
    night = Night(tmp_path, time.time_ns() - 3600 * S)
    work(night.desk, FIRE)
    night.close()


def test_hue_watch_once_records_what_is_due_and_ends(tmp_path: Path) -> None:
    an_hour_ago(tmp_path)
    first = hue(tmp_path, "watch", "--once", "--json")
    assert first.returncode == 0
    assert first.stderr == ""
    told = [json.loads(line) for line in first.stdout.splitlines()]
    assert [one["fields"]["target"] for one in told if one["name"] == "incident.target_missed"] == [
        "desk-review",
        "resource",
        "attend",
        "review",
    ]
    assert [one["fields"]["to"] for one in told if one["name"] == "incident.escalated"] == ["inspector"]
    second = hue(tmp_path, "watch", "--once", "--json")
    assert (second.returncode, second.stdout) == (0, "")


def test_two_processes_keeping_the_watch_record_a_missed_target_once(tmp_path: Path) -> None:
    an_hour_ago(tmp_path)
    both = [start(tmp_path, "watch", "--once", "--json") for _ in range(2)]
    said = b"".join(one.communicate(timeout=30)[0] for one in both)
    assert [one.returncode for one in both] == [0, 0]
    assert said.count(b"incident.target_missed") == 4
    assert said.count(b"incident.escalated") == 1
    assert hue(tmp_path, "verify").returncode == 0


def test_the_watch_needs_nobody_to_be_signed_on(tmp_path: Path) -> None:
    night = Night(tmp_path, time.time_ns() - 3600 * S)
    work(night.desk, FIRE)
    carry_out(night.desk, "handrest handler")
    carry_out(night.desk, "off")
    night.close()
    assert os.environ.get("HUE_SESSION") is None
    done = hue(tmp_path, "watch", "--once")
    assert done.returncode == 0
    assert "Target missed: attend by" in done.stdout
