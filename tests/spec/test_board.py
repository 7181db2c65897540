"""The board: daily numbers, what stands first, its checkpoint, and what happens to a record after its close."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgpack
import pytest
from eventsourcing.persistence import StoredEvent

from hueandcry.domain import contact, deployment, history, incident
from hueandcry.domain.contact import Channel
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Record
from hueandcry.domain.fault import Damaged
from hueandcry.domain.incident import Incident
from hueandcry.domain.reference import Kind, stream_id
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from hueandcry.operator.verbs import carry_out
from hueandcry.store import views
from hueandcry.store.folder import open_journal
from hueandcry.store.log import MemoryLog
from hueandcry.store.moment import ns_of
from hueandcry.store.number import Number
from hueandcry.store.views import Board, board_of
from tests.staging import MONDAY, S, Stage, work

HOUR = 3600 * S
DIGEST = 32
ALL_ASKED = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-advice"


def at(text: str) -> int:
    return ns_of(datetime.fromisoformat(text))


def opened(stage: Stage, occurred: str | None = None, stream: bytes | None = None) -> bytes:
    """Open an incident of our own motion, now or as something that happened at another time."""
    new = stream or stage.identity.stream(Kind.INCIDENT)
    when = None if occurred is None else at(occurred)
    stage.founder.do([Act(new, incident.Open("theft", "", None), occurred=when)])
    return new


def loaded(stage: Stage, occurred: str) -> bytes:
    new = stage.identity.stream(Kind.INCIDENT)
    fact = history.IncidentLoaded("sapd", "police", "theft", "unknown", None, "theft of bicycle")
    stage.founder.do([Act(new, history.LoadIncident(fact), occurred=at(occurred), new=True)])
    return new


def number(board: Board, stream: bytes) -> Number:
    record = board.record(stream)
    assert isinstance(record, Incident)
    return board.number(record)


def entry_of(text: str, desk: Desk) -> bytes:
    """Carry out a line and return the stream of the first fact it made."""
    return carry_out(desk, text)[0].stream


def state(board: Board) -> tuple[Any, ...]:
    """Return all that a board knows, as of its own last moment and an hour later."""
    known = (board.position, board.recorded, board.records, board.staff, board.in_hand, board.policy, board.zone)
    named = {entry.stream: board.name(entry.stream, board.recorded) for entry in board._log.entries(0, board.position)}
    return (*known, named, board.items(board.recorded), board.items(board.recorded + HOUR))


@pytest.fixture
def stage() -> Stage:
    return Stage()


# Daily numbers


def test_incidents_of_a_day_are_numbered_from_one_in_the_order_of_the_journal(stage: Stage) -> None:
    first, second = opened(stage), opened(stage)
    work(stage.founder, "ring 999")
    third = opened(stage)
    assert [number(stage.board, one) for one in (first, second, third)] == [
        Number("2026-11-23", place) for place in (1, 2, 3)
    ]
    assert [stage.board.incident_on("2026-11-23", place) for place in (0, 1, 2, 3, 4, -1)] == [
        None,
        first,
        second,
        third,
        None,
        None,
    ]
    assert stage.board.incident_on("2026-11-22", 1) is None


def test_each_local_day_has_numbers_of_its_own(stage: Stage) -> None:
    opened(stage)
    stage.clock.set(at("2026-11-23T23:59:59+00:00"))
    last = opened(stage)
    stage.clock.set(at("2026-11-24T00:00:00+00:00"))
    first = opened(stage)
    assert number(stage.board, last) == Number("2026-11-23", 2)
    assert number(stage.board, first) == Number("2026-11-24", 1)


def test_the_day_of_a_number_is_the_local_day_and_not_the_day_in_utc(stage: Stage) -> None:
    stage.clock.set(at("2027-06-01T22:59:00+00:00"))
    before = opened(stage)
    stage.clock.set(at("2027-06-01T23:00:00+00:00"))
    after = opened(stage)
    assert number(stage.board, before) == Number("2027-06-01", 1)
    assert number(stage.board, after) == Number("2027-06-02", 1)


@pytest.mark.parametrize(
    ("day", "first", "hours"),
    [("2027-03-28", "2027-03-28T00:00:00+00:00", 23), ("2027-10-31", "2027-10-31T00:00:00+01:00", 25)],
)
def test_a_day_on_which_the_clocks_change_has_one_run_of_numbers_for_its_hours(
    stage: Stage, day: str, first: str, hours: int
) -> None:
    """In October the hour that is told twice goes on counting; nothing is numbered twice."""
    begins = at(first)
    numbers = []
    for hour in range(-1, hours + 1):
        stage.clock.set(begins + hour * HOUR + HOUR // 2)
        numbers.append(number(stage.board, opened(stage)))
    assert numbers[1:-1] == [Number(day, place) for place in range(1, hours + 1)]
    assert [one.place for one in (numbers[0], numbers[-1])] == [1, 1]
    assert numbers[0].day < day < numbers[-1].day


def test_what_happened_on_an_earlier_day_takes_the_next_number_of_that_day(stage: Stage) -> None:
    yesterday = opened(stage, "2026-11-22T12:00:00+00:00")
    today = opened(stage)
    late = opened(stage, "2026-11-22T08:00:00+00:00")
    assert number(stage.board, yesterday) == Number("2026-11-22", 1)
    assert number(stage.board, late) == Number("2026-11-22", 2), "earlier in the day, but later in the journal"
    assert number(stage.board, today) == Number("2026-11-23", 1)
    assert stage.board.name(late, MONDAY) == "2 of 22/11"
    assert stage.board.name(today, MONDAY) == "1"


def test_loaded_history_counts_in_a_sequence_of_its_own(stage: Stage) -> None:
    own, old = opened(stage), loaded(stage, "2026-11-23T03:00:00+00:00")
    older, other = loaded(stage, "2026-11-23T02:00:00+00:00"), opened(stage)
    assert [number(stage.board, one).place for one in (own, other)] == [1, 2]
    assert [number(stage.board, one) for one in (old, older)] == [
        Number("2026-11-23", 1, history=True),
        Number("2026-11-23", 2, history=True),
    ]
    assert stage.board.incident_on("2026-11-23", 2) == other
    assert stage.board.incident_on("2026-11-23", 2, history=True) == older
    assert stage.board.name(older, MONDAY) == "h2"


@pytest.mark.parametrize(
    ("given", "today", "text"),
    [
        (Number("2026-11-23", 412), "2026-11-23", "412"),
        (Number("2026-11-23", 412), "2026-11-24", "412 of 23/11"),
        (Number("2026-11-23", 412), "2027-01-01", "412 of 23/11/2026"),
        (Number("2026-11-23", 3, history=True), "2026-11-23", "h3"),
        (Number("2023-07-04", 3, history=True), "2026-11-23", "h3 of 04/07/2023"),
    ],
)
def test_a_number_is_said_with_the_day_only_where_it_is_not_todays(given: Number, today: str, text: str) -> None:
    assert given.text(today) == text


def test_a_number_stays_with_its_incident_through_the_close_and_for_every_later_board(stage: Stage) -> None:
    first, second = opened(stage), opened(stage)
    _close(stage.founder, "1")
    assert {one.stream for one in stage.board.items(MONDAY)} == {second}
    for board in (stage.board, board_of(stage.log)):
        assert number(board, first) == Number("2026-11-23", 1)
        assert board.incident_on("2026-11-23", 1) == first
    assert number(stage.board, opened(stage)) == Number("2026-11-23", 3), "a number is never given twice"


def test_a_number_is_found_where_two_ids_side_by_side_happen_to_spell_a_third(stage: Stage) -> None:
    one = stream_id(Kind.INCIDENT, 1, 0x8020)
    two = stream_id(Kind.INCIDENT, 0x80 << 40, 0)
    hidden = one[8:] + two[:8]
    for stream in (one, two, hidden):
        opened(stage, stream=stream)
    assert [number(stage.board, stream).place for stream in (one, two, hidden)] == [1, 2, 3]


# What stands first


def test_contacts_stand_first_then_partners_then_incidents(stage: Stage) -> None:
    desk = stage.desk("2001")
    incident_id = opened(stage)
    asked = entry_of("expedite mri-ward-12 walkout - find her", desk)
    rang = entry_of("ring 101", desk)
    assert [item.stream for item in stage.board.items(MONDAY)] == [rang, asked, incident_id]


def test_among_contacts_the_waiting_stand_first_then_999_then_the_longest_waiting(stage: Stage) -> None:
    desk = stage.desk("2001")
    rung = {}
    for name, channel in (
        ("old 101", "101"),
        ("old 999", "999"),
        ("taken 999", "999"),
        ("new 101", "101"),
        ("new 999", "999"),
    ):
        rung[entry_of(f"ring {channel}", desk)] = name
        if name.startswith("taken"):
            work(desk, "answer .")
        stage.pass_time(60)
    order = [rung[item.stream] for item in stage.board.items(stage.clock.now_ns)]
    assert order == ["old 999", "new 999", "old 101", "new 101", "taken 999"]


def test_among_expedites_the_longest_waiting_stand_first_and_those_that_were_told_last(stage: Stage) -> None:
    """Letter, area 1: what a partner asks for in order to safeguard somebody is not buried. Told ones have no due time."""
    desk = stage.desk("2001", Role.VULNERABILITY)
    asked = {}
    for name in ("told", "overdue", "older overdue", "fresh", "fresher"):
        if name == "fresh":
            stage.pass_time(890)
        asked[entry_of("expedite mri-ward-12 walkout - find her", desk)] = name
        if name == "told":
            work(desk, "verify . phrase\ndecide . accept at once\ntellback . Sister Jones")
        stage.pass_time(10)
    order = [asked[item.stream] for item in stage.board.items(stage.clock.now_ns)]
    assert order == ["overdue", "older overdue", "fresh", "fresher", "told"]


def test_among_incidents_risk_times_waiting_decides_and_of_the_same_the_oldest(stage: Stage) -> None:
    desk = stage.desk("2001")
    made: dict[bytes, str] = {}
    for name in ("1 overdue", "3 older", "ungraded", "2", "3", "1"):
        if name == "3 older":
            stage.pass_time(290)
        made[opened(stage)] = name
        if name != "ungraded":
            place = len(made)
            work(desk, f"assess {place} {ALL_ASKED}\ngrade {place} {name[0]} chosen")
        stage.pass_time(10)
    now = stage.clock.now_ns
    assert [made[item.stream] for item in stage.board.items(now)] == ["1 overdue", "1", "ungraded", "2", "3 older", "3"]
    assert [item.overdue for item in stage.board.items(now)] == [True] + [False] * 5
    assert [item.overdue for item in stage.board.items(now - 60 * S)] == [False] * 6, "timers are those of the moment"


def test_a_target_is_due_to_the_second_and_overdue_from_then_on(stage: Stage) -> None:
    opened(stage)
    work(stage.founder, f"assess 1 {ALL_ASKED}\ngrade 1 1 chosen")
    due = MONDAY + 300 * S
    for now, overdue in ((due - 1, False), (due, True), (due + 1, True)):
        (item,) = stage.board.items(now)
        assert (item.due, item.overdue) == (due, overdue)


def test_the_order_does_not_depend_on_the_order_in_which_items_came_up() -> None:
    orders = set()
    for chosen in itertools.permutations((1, 2, 3)):
        stage = Stage()
        for place, grade in enumerate(chosen, 1):
            opened(stage)
            work(stage.founder, f"assess {place} {ALL_ASKED}\ngrade {place} {grade} chosen")
        orders.add(tuple(item.grade for item in stage.board.items(MONDAY)))
    assert orders == {("1", "2", "3")}


# The checkpoint


@pytest.fixture
def busy(stage: Stage) -> Stage:
    """A room with something of every kind: open, parked, lost, closed, history, a proposal, a crew, two days, two sessions."""
    handler, second = stage.desk("2001"), stage.desk("2002", Role.HANDLER, Role.SUPERVISOR)
    work(handler, "ring 999 07700900123\nanswer .\ntriage . threat weapon\nopen . domestic man with a knife")
    work(handler, f"assess . {ALL_ASKED} vulnerability=child\ngrade . 1 knife\npropose grade . 3 he left")
    work(handler, "interim . high 30m he has a key\ncheck . pnc AB12 CDE / seen there\nbringup . 2h\ntag . series")
    work(second, "unit AB12 CENTRAL taser\nsend 1 AB12\nsend 1 CD34\nmajor 1 gate 4 / crush / crowd / none / 40 / fire")
    loaded(stage, "2026-11-22T03:00:00+00:00")
    stage.pass_time(16 * 3600)
    opened(stage)
    _close(second, "1")
    opened(stage)
    work(second, "expedite mri-ward-12 walkout - find her\nnote . rang the ward\noff")
    work(handler, "ring chat\nanswer .\nabandon .\nrecall . engaged\nring 101\nanswer .\npark . a 999 rings\nring 101")
    return stage


def test_a_board_from_its_checkpoint_is_the_board_that_was_saved(busy: Stage, tmp_path: Path) -> None:
    path = tmp_path / "board.checkpoint"
    busy.board.save(path)
    restored = Board(busy.log)
    assert restored.restore(path)
    assert restored.position == busy.log.tip().size
    assert state(restored) == state(busy.board) == state(board_of(busy.log))


def test_a_board_from_its_checkpoint_goes_on_with_what_came_after(busy: Stage, tmp_path: Path) -> None:
    path = tmp_path / "board.checkpoint"
    for position in range(1, busy.log.tip().size, 5):
        board_of(busy.log, upto=position).save(path)
        restored = Board(busy.log)
        assert restored.restore(path)
        assert restored.position == position
        restored.catch_up()
        assert state(restored) == state(busy.board)


def test_a_checkpoint_is_written_whole_readable_to_the_group_and_leaves_nothing_beside_it(
    busy: Stage, tmp_path: Path
) -> None:
    path = tmp_path / "board.checkpoint"
    path.write_bytes(b"an older one")
    busy.board.save(path)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o660
    assert Board(busy.log).restore(path)


def test_a_board_of_an_earlier_position_does_not_take_a_later_checkpoint(busy: Stage, tmp_path: Path) -> None:
    path = tmp_path / "board.checkpoint"
    busy.board.save(path)
    earlier = busy.log.tip().size - 3
    assert not Board(busy.log, upto=earlier).restore(path)
    assert board_of(busy.log, path, upto=earlier).position == earlier
    assert state(board_of(busy.log, path, upto=earlier)) == state(board_of(busy.log, upto=earlier))


def whole(content: bytes) -> bytes:
    """Return a checkpoint's content behind its digest, as the board writes it."""
    return hashlib.sha256(content).digest() + content


def _repacked(change: Callable[[list[Any]], None]) -> Callable[[bytes], bytes]:
    """Change what stands in a checkpoint and bring its digest to it, so that only what it says is wrong."""

    def repack(content: bytes) -> bytes:
        fields = msgpack.unpackb(content[DIGEST:])
        change(fields)
        return whole(msgpack.packb(fields))

    return repack


def _set(place: int, value: Any) -> Callable[[bytes], bytes]:
    return _repacked(lambda fields: fields.__setitem__(place, value))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[:-1], id="cut short"),
        pytest.param(lambda content: content + b"x", id="longer"),
        pytest.param(lambda content: b"no checkpoint at all", id="text"),
        pytest.param(lambda content: bytes(DIGEST) + content[DIGEST:], id="another digest"),
        pytest.param(lambda content: whole(b"\xc1" * 100), id="no msgpack"),
        pytest.param(lambda content: whole(content[DIGEST:-1]), id="less than there was"),
        pytest.param(lambda content: whole(msgpack.packb({"a": 1})), id="a map"),
        pytest.param(lambda content: whole(msgpack.packb(5)), id="a number"),
        pytest.param(lambda content: whole(msgpack.packb([])), id="nothing in it"),
        pytest.param(_set(0, 10**9), id="a position beyond the journal"),
        pytest.param(_set(0, 5), id="the position of another root"),
        pytest.param(_set(0, "5"), id="a position that is no number"),
        pytest.param(_set(0, -1), id="a position before the first"),
        pytest.param(_set(1, bytes(32)), id="another root"),
        pytest.param(_set(2, bytes(32)), id="another schema"),
        pytest.param(_set(4, [[2, b"\xc0"]]), id="a record that is none"),
        pytest.param(_set(4, [[99, b"\x80"]]), id="a record of no kind"),
        pytest.param(_set(4, 7), id="no records"),
        pytest.param(_set(5, [["s", [[77, b""]]]]), id="a hand that holds no kind"),
        pytest.param(_set(6, [["2026-11-23", "text"]]), id="a day that holds text"),
        pytest.param(_set(6, None), id="no days"),
    ],
)
def test_a_checkpoint_that_is_wrong_is_not_used_and_the_board_is_whole_all_the_same(
    busy: Stage, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "board.checkpoint"
    busy.board.save(path)
    path.write_bytes(spoil(path.read_bytes()))
    board = Board(busy.log)
    assert not board.restore(path)
    board.catch_up()
    assert state(board) == state(board_of(busy.log, path)) == state(busy.board)


def test_a_checkpoint_packed_again_as_it_was_is_used(busy: Stage, tmp_path: Path) -> None:
    """So that the checkpoints above were refused for what was changed in them."""
    path = tmp_path / "board.checkpoint"
    busy.board.save(path)
    path.write_bytes(_set(0, busy.board.position)(path.read_bytes()))
    assert Board(busy.log).restore(path)


def test_a_checkpoint_that_is_missing_or_cannot_be_read_is_no_error(busy: Stage, tmp_path: Path) -> None:
    for path in (tmp_path / "board.checkpoint", tmp_path, tmp_path / "no folder" / "board.checkpoint"):
        assert not Board(busy.log).restore(path)
        assert state(board_of(busy.log, path)) == state(busy.board)


def test_a_checkpoint_of_another_journal_of_the_same_length_is_not_used(busy: Stage, tmp_path: Path) -> None:
    path = tmp_path / "board.checkpoint"
    busy.board.save(path)
    other = Stage(seed=2)
    while other.log.tip().size < busy.log.tip().size:
        opened(other)
    assert other.log.tip().size == busy.log.tip().size
    assert not Board(other.log).restore(path)
    assert state(board_of(other.log, path)) == state(board_of(other.log))


def test_a_checkpoint_in_which_one_bit_turned_is_not_used(busy: Stage, tmp_path: Path) -> None:
    """The root tells that it belongs to this journal, not that it is whole: nobody may be shown in the wrong queue."""
    path = tmp_path / "board.checkpoint"
    busy.board.save(path)
    content = path.read_bytes()
    taken = []
    for place in range(0, len(content), 61):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        if Board(busy.log).restore(path):
            taken.append(place)
    assert taken == []


def test_a_checkpoint_of_a_release_whose_records_had_other_fields_is_not_used(
    busy: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field that the checkpoint does not know would stand at its default, as though nothing had been recorded of it."""

    class Later(Incident, frozen=True, kw_only=True):
        newly_kept: int = 0

    path = tmp_path / "board.checkpoint"
    busy.board.save(path)
    monkeypatch.setitem(views.RECORDS, Kind.INCIDENT, Later)
    assert not Board(busy.log).restore(path)


def test_a_checkpoint_is_kept_by_whoever_had_to_fold_much_and_only_then(
    busy: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "board.checkpoint"
    size = busy.log.tip().size
    monkeypatch.setattr(views, "CHECKPOINT_EVERY", size + 1)
    board_of(busy.log, path)
    assert not path.exists()
    monkeypatch.setattr(views, "CHECKPOINT_EVERY", size)
    board_of(busy.log, path, upto=size)
    assert not path.exists(), "a board of the past is nobody's beginning"
    board_of(busy.log, path)
    assert Board(busy.log).restore(path)
    board_of(busy.log, tmp_path / "no folder" / "board.checkpoint")


# After the close


def _close(desk: Desk, place: str) -> None:
    lines = f"assess {{0}} {ALL_ASKED}\ngrade {{0}} 4 chosen\nresult {{0}} advice\nnocrime {{0}} lent\nclose {{0}} done"
    work(desk, lines.format(place))


def boards(stage: Stage, path: Path) -> Iterator[Board]:
    """Yield the live board, one folded anew, and one from a checkpoint."""
    stage.board.save(path)
    yield stage.board
    yield board_of(stage.log)
    restored = Board(stage.log)
    assert restored.restore(path)
    yield restored


def test_a_closed_incident_to_which_a_note_comes_is_read_again_and_not_listed(stage: Stage, tmp_path: Path) -> None:
    stream = opened(stage)
    _close(stage.founder, "1")
    for board in list(boards(stage, tmp_path / "one")):
        board._log = stage.log
        before = board.record(stream)
        assert before is not None
        assert stream not in board.records
    work(stage.founder, "note 1 he rang to say thank you\nnote 1 and again")
    for board in boards(stage, tmp_path / "two"):
        record = board.record(stream)
        assert isinstance(record, Incident)
        assert record.version == before.version + 2
        assert (record.stage, record.grade, record.result) == (incident.Stage.CLOSED, "4", "advice")
        assert board.items(MONDAY) == []
        assert stream not in board.records


def test_a_closed_contact_to_which_a_note_comes_is_read_again_and_not_listed(stage: Stage, tmp_path: Path) -> None:
    desk = stage.desk("2001")
    stream = entry_of("ring 101 07700900123", desk)
    work(desk, "answer .\ntransfer . ambulance chest pain\nclose .\nnote . she is well")
    for board in boards(stage, tmp_path / "board"):
        record = board.record(stream)
        assert isinstance(record, contact.Contact)
        assert (record.version, record.stage, record.channel) == (5, contact.Stage.CLOSED, Channel.NON_EMERGENCY)
        assert board.items(MONDAY) == []


def test_history_to_which_a_note_comes_stays_history_and_is_not_listed(stage: Stage, tmp_path: Path) -> None:
    stream = loaded(stage, "2026-11-22T03:00:00+00:00")
    work(stage.founder, "note h1 of 22/11 seen by the review")
    for board in boards(stage, tmp_path / "board"):
        record = board.record(stream)
        assert isinstance(record, Incident)
        assert (record.version, record.history) == (2, True)
        assert board.items(MONDAY) == []
        assert number(board, stream) == Number("2026-11-22", 1, history=True)


def test_a_record_is_read_as_of_the_position_of_its_board(stage: Stage) -> None:
    stream = opened(stage)
    before = stage.log.tip().size
    _close(stage.founder, "1")
    versions = []
    for position in range(before - 1, stage.log.tip().size + 1):
        record: Record | None = board_of(stage.log, upto=position).record(stream)
        versions.append(record.version if record else 0)
    assert versions == [0, 1, 2, 3, 4, 5, 6]


# Taking entries


def test_entries_that_were_folded_already_are_passed_over(busy: Stage) -> None:
    before = state(busy.board)
    assert busy.board.take(list(busy.log.entries())[-5:]) == []
    assert state(busy.board) == before


def test_entries_with_a_gap_before_them_are_not_taken(stage: Stage) -> None:
    board = Board(stage.log)
    with pytest.raises(Damaged):
        board.take(list(stage.log.entries())[1:])


def test_a_board_catches_up_with_exactly_what_was_recorded_since(stage: Stage) -> None:
    board = board_of(stage.log)
    opened(stage)
    opened(stage)
    assert [entry.name for entry in board.catch_up()] == ["incident.opened"] * 2
    assert board.catch_up() == []
    assert state(board) == state(stage.board)


def test_rows_of_another_application_move_the_position_and_nothing_else(tmp_path: Path) -> None:
    clock = Stage().clock
    journal = open_journal(tmp_path / "journal.db", new=True, clock=clock)
    stage = Stage(journal, clock)
    opened(stage)
    items = stage.board.items(MONDAY)
    journal.insert_events([StoredEvent("text", 1, "t", b""), StoredEvent(UUID(int=5), 1, "incident.opened", b"{}")])
    for board in (stage.board, board_of(journal)):
        board.catch_up()
        assert board.position == journal.tip().size
        assert board.items(MONDAY) == items
    assert number(stage.board, opened(stage)).place == 2
    journal.close()


def test_a_board_of_an_empty_journal_lists_nothing() -> None:
    board = board_of(MemoryLog(Stage().clock))
    assert (board.position, board.items(MONDAY), board.sessions()) == (0, [], [])
    assert (board.policy.force, board.zone.key) == ("", "Europe/London")


# Who is on, and what they have in hand


def test_the_board_tells_who_is_signed_on_and_in_which_session(stage: Stage) -> None:
    desk = stage.desk("2001")
    assert [(member.collar, one.session) for member, one in stage.board.sessions()] == [
        ("1001", "founding"),
        ("2001", "session-2001"),
    ]
    work(desk, "off")
    assert [member.collar for member, _ in stage.board.sessions()] == ["1001"]


def test_a_session_has_in_hand_the_last_item_of_each_kind_it_acted_on_until_it_ends(stage: Stage) -> None:
    one, other = stage.desk("2001"), stage.desk("2002")
    first = entry_of("ring 999", one)
    second = entry_of("ring 999", other)
    incident_id = opened(stage)
    assert (
        one.board.in_hand[one.signed.session].get(Kind.CONTACT),
        other.board.in_hand[other.signed.session].get(Kind.CONTACT),
    ) == (first, second)
    work(one, f"note {stage.board.name(second)} seen from here")
    work(one, "note 1 and here")
    assert (
        one.board.in_hand[one.signed.session].get(Kind.CONTACT),
        one.board.in_hand[one.signed.session].get(Kind.INCIDENT),
    ) == (second, incident_id)
    assert other.board.in_hand[other.signed.session].get(Kind.CONTACT) == second
    work(one, "off")
    assert one.signed.session not in one.board.in_hand


def test_the_watch_takes_nothing_in_hand(stage: Stage) -> None:
    stream = opened(stage)
    work(stage.founder, f"assess 1 {ALL_ASKED}\ngrade 1 1 chosen")
    hands = dict(stage.board.in_hand)
    stage.pass_time(901)
    watch = Desk(stage.log, stage.board, stage.identity, THE_WATCH)
    assert [entry.name for entry in watch.do([Act(stream, deployment.MissTarget(incident.Target.ATTEND))])] == [
        "incident.target_missed"
    ]
    assert stage.board.in_hand == hands


def test_a_dot_means_the_item_that_the_session_turned_to_last(stage: Stage) -> None:
    desk = stage.desk("2001")
    rang = entry_of("ring 999", desk)
    work(desk, "answer .\nopen . theft bicycle")
    assert carry_out(desk, "note . gone since noon")[0].stream != rang, "the incident was opened last"
    work(desk, "triage . threat none")
    assert carry_out(desk, "note . she is safe")[0].stream == rang, "the contact was worked on since"
