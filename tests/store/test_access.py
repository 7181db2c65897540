"""Who was shown what is written before it is shown; where that cannot be, nothing is shown, save to a ringing 999."""

import contextlib
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hueandcry.domain.access import ACCESS_STREAM, Access, Read, Shown
from hueandcry.domain.contact import Rang
from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Entry, Header, fold
from hueandcry.domain.fault import Damaged, Unavailable
from hueandcry.domain.logbook import Noted
from hueandcry.domain.reference import Kind, stream_id, stream_text
from hueandcry.operator.bootstrap import open_room
from hueandcry.operator.desk import Desk
from hueandcry.operator.verbs import carry_out
from hueandcry.store import access as accesses
from hueandcry.store.access import SCREENFUL, AccessLog, in_memory
from hueandcry.store.codec import Pending
from hueandcry.store.log import Log, MemoryLog
from hueandcry.store.sealed import Door, Seals, Viewer
from hueandcry.store.verify import verify
from tests.staging import MONDAY, Founded, S

ROOT = Path(__file__).parents[2]
SECRET = "typed042by578us"
ME = Viewer("2211", "handler.dispatcher", "T7", "session-7")
OTHER = Viewer("5501", "supervisor", "T9", "session-9")
A_HEADER = Header(0, MONDAY, 0, "2001", "handler", "T1", "session-1")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    founded = Founded(tmp_path / "store")
    yield founded
    founded.close()


@pytest.fixture
def contacts(stage: Founded) -> list[bytes]:
    """Three contacts that rang, each with a number that is sealed."""
    return [carry_out(stage.founder, f"ring 999 {SECRET}{number}")[0].stream for number in range(3)]


def door(stage: Founded, viewer: Viewer = ME) -> Door:
    return Door(stage.log, viewer)


def entries(stage: Founded) -> list[Entry]:
    return list(stage.room.access.entries())


def facts(stage: Founded) -> list[Any]:
    return [entry.fact for entry in entries(stage)]


def told(stage: Founded) -> list[tuple[str, tuple[bytes, ...]]]:
    """Return the screens and the records of all entries."""
    return [(one.screen, one.records) for one in facts(stage) if isinstance(one, Shown)]


def numbers(shown: Sequence[Entry]) -> list[str | None]:
    return [entry.fact.number for entry in shown if isinstance(entry.fact, Rang)]


def hue(*words: str, store: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".typed"), "HUE_STORE": str(store)}
    command = [sys.executable, "-m", "hueandcry.operator.cli", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


# What is named, and when


def test_a_screenful_is_one_entry_whatever_it_shows(stage: Founded, contacts: list[bytes]) -> None:
    assert len(numbers(door(stage).streams(contacts, "board"))) == 3
    assert told(stage) == [("board", tuple(contacts))]


def test_an_entry_is_written_before_anything_is_opened(stage: Founded, contacts: list[bytes]) -> None:
    """What does not open was named all the same: somebody was about to see it."""
    hand = sqlite3.connect(stage.room.folder.journal, isolation_level=None)
    hand.execute("UPDATE fact SET sealed=zeroblob(60) WHERE stream=?", [contacts[1]])
    hand.close()
    with pytest.raises(Damaged):
        door(stage).streams(contacts, "board")
    assert told(stage) == [("board", tuple(contacts))]


def test_an_entry_is_durable_before_anything_is_opened(stage: Founded, contacts: list[bytes]) -> None:
    """Another connection sees it in the moment in which the first word is opened."""
    elsewhere = sqlite3.connect(stage.room.folder.access)
    seen = []

    class Watched(Seals):
        def entry(self, row: Any) -> Any:
            seen.append(elsewhere.execute("SELECT count(*) FROM access").fetchone()[0])
            return super().entry(row)

    seals = stage.room.journal.seals
    stage.room.journal.seals = Watched(lambda: seals.keyring)
    door(stage).streams(contacts, "board")
    elsewhere.close()
    assert seen == [1, 1, 1]


def test_what_stands_open_is_not_named_again_until_the_screen_is_left(stage: Founded, contacts: list[bytes]) -> None:
    looking = door(stage)
    first, second, third = contacts
    for _ in range(3):
        looking.stream(first, "item")
    carry_out(stage.founder, f"note {stream_text(first)} {SECRET}")
    assert Noted(SECRET) in [entry.fact for entry in looking.stream(first, "item")]
    assert told(stage) == [("item", (first,))]
    looking.streams([first, second], "item")
    looking.open(stage.log.stream(third), "item")
    assert told(stage)[1:] == [("item", (second,)), ("item", (third,))]
    looking.leave()
    looking.streams([second, first], "item")
    assert told(stage)[3:] == [("item", (second, first))]


def test_each_who_looks_is_named_for_themselves(stage: Founded, contacts: list[bytes]) -> None:
    for looking in (door(stage), door(stage, OTHER), door(stage)):
        looking.stream(contacts[0], "item")
    assert [entry.header.actor for entry in entries(stage) if entry.header] == ["2211", "5501", "2211"]


def test_what_holds_nothing_sealed_is_shown_without_an_entry(stage: Founded) -> None:
    (rang,) = carry_out(stage.founder, "ring 999")
    assert len(door(stage).stream(rang.stream, "item")) == 1
    assert door(stage).open(stage.log.entries(upto=5), "log") != []
    assert facts(stage) == []


def test_an_entry_tells_who_looked_at_what_where_and_when_and_how_the_journal_stood(
    stage: Founded, contacts: list[bytes]
) -> None:
    stage.pass_time(90)
    before = stage.log.tip()
    door(stage).stream(contacts[0], "item")
    carry_out(stage.founder, "ring 101")
    assert stage.log.root_at(before.size) == before.root
    (entry,) = entries(stage)
    assert entry.fact == Shown(before.size, before.root, "item", (contacts[0],))
    assert entry.header is not None
    header = entry.header
    assert (header.actor, header.role, header.seat, header.session) == ("2211", "handler.dispatcher", "T7", "session-7")
    assert header.occurred == header.recorded == MONDAY + 90 * S
    assert (entry.stream, entry.version, entry.name) == (ACCESS_STREAM, 1, "access.shown")


def test_the_desk_looks_in_the_name_of_whoever_sits_there(stage: Founded, contacts: list[bytes]) -> None:
    desk = stage.desk("2211", Role.HANDLER, Role.DISPATCHER)
    desk.door.stream(contacts[0], "item")
    (header,) = [entry.header for entry in entries(stage)]
    assert header is not None
    assert (header.actor, header.role) == ("2211", "handler.dispatcher")
    assert (header.seat, header.session) == (desk.signed.seat, desk.signed.session)


def test_whoever_is_not_signed_on_is_named_by_their_system_user(stage: Founded, contacts: list[bytes]) -> None:
    carry_out(stage.founder, "off")
    stage.room.door().stream(contacts[0], "show")
    assert [entry.header.actor for entry in entries(stage) if entry.header] == [f"uid-{os.getuid()}"]


def test_what_was_just_typed_is_given_back_from_hand_and_no_view(stage: Founded) -> None:
    recorded = carry_out(stage.founder, f"ring 999 {SECRET}")
    assert numbers(recorded) == [None]
    assert numbers(stage.founder.opened(recorded)) == [SECRET]
    assert facts(stage) == []


def test_no_entry_holds_a_word_of_what_was_shown(stage: Founded, contacts: list[bytes]) -> None:
    looking = door(stage)
    looking.streams(contacts, "board")
    for contact in contacts:
        looking.stream(contact, "item")
    stage.room.access.read(ME, "2211")
    held = [path.read_bytes() for path in stage.room.folder.path.glob("access.db*")]
    assert b"".join(held).count(contacts[0]) > 0
    assert not [content for content in held if SECRET.encode() in content]
    assert not [group for row in stage.room.access.log.rows() for group in row[5:] if group is not None], "all is plain"


def test_more_than_a_screenful_is_named_in_several_entries_of_one_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryLog(lambda: MONDAY)
    kept = in_memory(log, lambda: MONDAY)
    log.access = kept
    streams = [stream_id(Kind.CONTACT, 1, number) for number in range(2 * SCREENFUL + 1)]
    log.append([Pending(stream, 1, Noted(SECRET), A_HEADER) for stream in streams])
    appended = []
    append = kept.log.append
    monkeypatch.setattr(kept.log, "append", lambda pending: [appended.append(len(pending)), append(pending)][1])
    assert len(Door(log, ME).streams(streams, "export")) == len(streams)
    named = [entry.fact.records for entry in kept.entries() if isinstance(entry.fact, Shown)]
    assert [len(one) for one in named] == [SCREENFUL, SCREENFUL, 1]
    assert [stream for one in named for stream in one] == streams
    assert appended == [3]


def test_reading_the_access_log_is_itself_an_entry(stage: Founded, contacts: list[bytes]) -> None:
    stage.room.access.read(OTHER, stream_text(contacts[0]))
    tip = stage.log.tip()
    assert facts(stage) == [Read(tip.size, tip.root, stream_text(contacts[0]))]
    assert [entry.header.actor for entry in entries(stage) if entry.header] == ["5501"]


def test_whoever_asks_who_looked_is_told_and_stands_there_too(stage: Founded, contacts: list[bytes]) -> None:
    door(stage).stream(contacts[0], "item")
    door(stage, OTHER).stream(contacts[1], "item")
    store, name = stage.room.folder.path, stream_text(contacts[0])
    for asked in (1, 2):
        said = hue("access", name, "--json", store=store)
        assert (said.returncode, said.stderr) == (0, "")
        lines = [json.loads(line) for line in said.stdout.splitlines()]
        assert [line["actor"] for line in lines] == ["2211"] + ["1001"] * asked
        assert [line["about"] for line in lines] == [None] + [name] * asked
    said = hue("access", "1001", "--json", store=store)
    assert [json.loads(line)["about"] for line in said.stdout.splitlines()] == [name, name, "1001"]
    assert SECRET not in said.stdout


def test_where_the_entries_say_that_the_journal_stood_it_did(stage: Founded, contacts: list[bytes]) -> None:
    """So the two can be held against each other: a journal that is another one now is found by who looked at it."""
    for contact in contacts:
        stage.pass_time(1)
        door(stage).stream(contact, "item")
        carry_out(stage.founder, f"note {stream_text(contact)} a word")
    sizes = [one.size for one in facts(stage)]
    assert sizes == sorted(set(sizes))
    assert [one.root for one in facts(stage)] == [stage.log.root_at(size) for size in sizes]
    verified = verify(stage.room.access.log)  # type: ignore[arg-type]  # it is one of SQLite
    assert (verified.findings, verified.size) == ((), 3)
    assert fold(Access(id=ACCESS_STREAM), entries(stage)).shown == 3
    assert hue("verify", store=stage.room.folder.path).returncode == 0


def test_two_who_look_by_turns_from_two_processes_are_both_named_every_time(
    stage: Founded, contacts: list[bytes]
) -> None:
    with contextlib.closing(open_room(str(stage.room.folder.path))) as elsewhere:
        for _ in range(3):
            for log, viewer in ((stage.log, ME), (elsewhere.journal, OTHER)):
                assert numbers(Door(log, viewer).stream(contacts[0], "item")) == [f"{SECRET}0"]
    assert [entry.header.actor for entry in entries(stage) if entry.header] == ["2211", "5501"] * 3
    assert [entry.version for entry in entries(stage)] == [1, 2, 3, 4, 5, 6]


# Where no entry can be written


def _a_folder_in_its_place(stage: Founded) -> None:
    stage.room.access.close()
    path = stage.room.folder.access
    for left in path.parent.glob("access.db*"):
        left.unlink()
    path.mkdir()


def _missing(stage: Founded) -> None:
    stage.room.access.close()
    for left in stage.room.folder.path.glob("access.db*"):
        left.unlink()


def _no_database(stage: Founded) -> None:
    _missing(stage)
    stage.room.folder.access.write_bytes(b"no database at all" * 400)


def _of_another_format(stage: Founded) -> None:
    stage.room.access.close()
    hand = sqlite3.connect(stage.room.folder.access, isolation_level=None)
    hand.execute("PRAGMA user_version=99")
    hand.close()


def _told_to_its_writer(pragma: str) -> Callable[[Founded], None]:
    def tell(stage: Founded) -> None:
        stage.room.access.read(ME, "2211")
        log: Any = stage.room.access.log
        assert log._writer is not None
        log._writer.execute(pragma)

    return tell


def _no_room(stage: Founded) -> None:
    _told_to_its_writer("PRAGMA max_page_count=1")(stage)  # it does not go below what is there
    with pytest.raises(Unavailable, match="full"):
        _read_often(stage)


def _read_often(stage: Founded) -> None:
    for _ in range(1000):
        stage.room.access.read(ME, "2211")


def _damaged_inside(stage: Founded) -> None:
    """Its header is whole, its pages are not."""
    stage.room.access.close()
    path = stage.room.folder.access
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def _without_a_tip(stage: Founded) -> None:
    stage.room.access.close()
    hand = sqlite3.connect(stage.room.folder.access, isolation_level=None)
    hand.execute("DELETE FROM access_tip")
    hand.close()


NOT_TO_BE_HAD: dict[str, Callable[[Founded], None]] = {
    "a folder in its place": _a_folder_in_its_place,
    "missing": _missing,
    "no database": _no_database,
    "of another format": _of_another_format,
    "not to be written": _told_to_its_writer("PRAGMA query_only=ON"),
    "no room on the disk": _no_room,
    "damaged inside": _damaged_inside,
    "without its tip": _without_a_tip,
}


@pytest.mark.parametrize("hindrance", NOT_TO_BE_HAD)
def test_nothing_sealed_is_shown_while_the_access_log_cannot_be_written(
    stage: Founded, contacts: list[bytes], hindrance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    NOT_TO_BE_HAD[hindrance](stage)
    monkeypatch.setattr(Seals, "opened", _never)
    monkeypatch.setattr(Seals, "entry", _never)
    looking = door(stage)
    for _ in range(2):
        with pytest.raises((Unavailable, Damaged)) as fault:
            looking.stream(contacts[0], "item")
        assert "\n" not in str(fault.value)
        if isinstance(fault.value, Unavailable):
            assert str(fault.value).startswith("sealed words stay closed, for the access log cannot be written: ")
    assert not looking.flagged
    assert not stage.room.key_folder.spool.exists()


def _never(*_: object) -> Any:
    pytest.fail("a seal was opened")


@pytest.mark.parametrize("hindrance", NOT_TO_BE_HAD)
def test_a_ringing_999_is_held_up_by_nothing_and_its_view_is_flagged_and_kept_aside(
    stage: Founded, contacts: list[bytes], hindrance: str
) -> None:
    NOT_TO_BE_HAD[hindrance](stage)
    before, looking = stage.log.tip(), door(stage)
    assert numbers(looking.stream(contacts[0], "item", urgent=True)) == [f"{SECRET}0"]
    assert looking.flagged
    spool = stage.room.key_folder.spool
    assert stat.S_IMODE(spool.stat().st_mode) == 0o600
    assert spool.parent != stage.room.folder.path, "the store's own disk may be the trouble"
    (line,) = lines_in(spool)
    assert json.loads(line)["records"] == [contacts[0].hex()]
    assert json.loads(line)["size"] == before.size
    assert SECRET.encode() not in line
    looking.stream(contacts[0], "item", urgent=True)
    assert lines_in(spool) == [line], "what stands open is not named again"


def lines_in(spool: Path) -> list[bytes]:
    """Return the lines of a spool, without their breaks and without empty ones."""
    return [line for line in spool.read_bytes().split(b"\n") if line]


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_spool_is_for_its_owner_alone_whatever_the_umask(stage: Founded, contacts: list[bytes], umask: int) -> None:
    _missing(stage)
    before = os.umask(umask)
    try:
        door(stage).stream(contacts[0], "item", urgent=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(stage.room.key_folder.spool.stat().st_mode) == 0o600


def test_a_999_goes_on_even_where_nothing_can_be_kept_aside(stage: Founded, contacts: list[bytes]) -> None:
    _missing(stage)
    stage.room.key_folder.spool.mkdir()
    looking = door(stage)
    assert numbers(looking.stream(contacts[0], "item", urgent=True)) == [f"{SECRET}0"]
    assert looking.flagged


def test_an_urgent_view_is_written_like_any_other_while_that_can_be(stage: Founded, contacts: list[bytes]) -> None:
    looking = door(stage)
    looking.stream(contacts[0], "item", urgent=True)
    assert told(stage) == [("item", (contacts[0],))]
    assert not looking.flagged
    assert not stage.room.key_folder.spool.exists()


# The spool


class Hindered(AccessLog):
    """An access log that can be written when `open` says so."""

    open = True

    @property
    def log(self) -> Log:
        if not self.open:
            raise Unavailable("no room on the disk")
        return super().log


@pytest.fixture
def hindered(stage: Founded) -> Hindered:
    room = stage.room
    made = Hindered(room.access._opener, room.journal, room.identity.now, room.key_folder.spool)
    room.journal.access = room.access = made
    return made


def spool(stage: Founded, hindered: Hindered, contacts: Sequence[bytes]) -> None:
    """Look at contacts while the access log cannot be written, a minute apart."""
    hindered.open = False
    for contact in contacts:
        stage.pass_time(60)
        door(stage).stream(contact, "item", urgent=True)
    hindered.open = True


def test_what_was_kept_aside_is_delivered_in_order_and_with_its_moment_before_the_next_entry(
    stage: Founded, contacts: list[bytes], hindered: Hindered
) -> None:
    size = stage.log.tip().size
    spool(stage, hindered, contacts[:2])
    carry_out(stage.founder, "ring 101")
    stage.pass_time(60)
    door(stage, OTHER).stream(contacts[2], "show")
    assert told(stage) == [("item", (contacts[0],)), ("item", (contacts[1],)), ("show", (contacts[2],))]
    headers = [entry.header for entry in entries(stage) if entry.header]
    assert [header.occurred - MONDAY for header in headers] == [60 * S, 120 * S, 180 * S]
    assert [header.recorded - MONDAY for header in headers] == [180 * S] * 3
    assert [header.actor for header in headers] == ["2211", "2211", "5501"]
    assert headers[0].role == ME.role
    assert [one.size for one in facts(stage)] == [size, size, size + 1]
    assert [one.root for one in facts(stage)] == [stage.log.root_at(one.size) for one in facts(stage)]
    assert not stage.room.key_folder.spool.exists()
    door(stage).stream(contacts[0], "item")
    assert len(facts(stage)) == 4, "it is delivered once"


def test_reading_the_access_log_delivers_what_was_kept_aside_first(
    stage: Founded, contacts: list[bytes], hindered: Hindered
) -> None:
    """Or whoever looked while the disk was full would not be found by whoever asks."""
    spool(stage, hindered, contacts[:1])
    hindered.read(OTHER, "2211")
    assert [type(one) for one in facts(stage)] == [Shown, Read]


def test_what_was_kept_aside_stays_while_the_access_log_cannot_be_written(
    stage: Founded, contacts: list[bytes], hindered: Hindered
) -> None:
    spool(stage, hindered, contacts[:1])
    hindered.open = False
    with pytest.raises(Unavailable):
        door(stage).stream(contacts[1], "show")
    hindered.open = True
    assert stage.room.key_folder.spool.exists()
    door(stage).stream(contacts[1], "show")
    assert told(stage) == [("item", (contacts[0],)), ("show", (contacts[1],))]


NO_ENTRIES = {
    "nothing": b"",
    "zeros": bytes(100),
    "no text": b"\xff\xfe\xff",
    "a number": b"7",
    "an empty object": b"{}",
    "a list": b"[]",
    "a record of three bytes": {"records": ["aabbcc"]},
    "a record of no hexadecimal": {"records": ["xyz"]},
    "records of no list": {"records": 7},
    "a screen of words": {"screen": "the item"},
    "a size of no number": {"size": "many"},
    "a viewer of one word": {"viewer": ["2211", "", "", "", "", ""]},
}


@pytest.mark.parametrize("odd", NO_ENTRIES)
def test_a_line_of_the_spool_that_is_no_entry_is_passed_over(
    stage: Founded, contacts: list[bytes], hindered: Hindered, odd: str
) -> None:
    """What a crash or a disk left there must not keep anybody from looking ever after."""
    spool(stage, hindered, contacts[:2])
    kept = stage.room.key_folder.spool
    first, second = lines_in(kept)
    line = NO_ENTRIES[odd]
    between = line if isinstance(line, bytes) else json.dumps({**json.loads(first), **line}).encode()
    kept.write_bytes(b"\n".join((first, between, second, b"")))
    door(stage).stream(contacts[2], "show")
    assert [records for _, records in told(stage)] == [(one,) for one in contacts]


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_torn_line_at_the_end_of_the_spool_is_passed_over(
    stage: Founded, contacts: list[bytes], hindered: Hindered, share: float
) -> None:
    spool(stage, hindered, contacts[:2])
    kept = stage.room.key_folder.spool
    first, second = lines_in(kept)
    kept.write_bytes(first + b"\n" + second[: int(len(second) * share)])
    door(stage).stream(contacts[2], "show")
    assert [records for _, records in told(stage)] == [(contacts[0],), (contacts[2],)]
    assert not kept.exists()


def test_a_torn_line_takes_no_entry_with_it_that_was_kept_aside_after_it(
    stage: Founded, contacts: list[bytes], hindered: Hindered
) -> None:
    """A process was killed while it wrote; the next one keeps its own entry aside."""
    spool(stage, hindered, contacts[:1])
    kept = stage.room.key_folder.spool
    kept.write_bytes(kept.read_bytes()[:40])
    spool(stage, hindered, contacts[1:2])
    door(stage).stream(contacts[2], "show")
    assert [records for _, records in told(stage)] == [(contacts[1],), (contacts[2],)]


def test_what_another_process_keeps_aside_while_the_spool_is_delivered_is_not_lost(
    stage: Founded, contacts: list[bytes], hindered: Hindered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own write still failed when ours went through; its entry stands in the spool behind those that we read."""
    spool(stage, hindered, contacts[:1])
    append = hindered.log.append

    def while_another_keeps_aside(pending: Sequence[Pending]) -> list[Entry]:
        monkeypatch.undo()
        hindered.spooled(OTHER, "item", contacts[1:2])
        return append(pending)

    monkeypatch.setattr(hindered.log, "append", while_another_keeps_aside)
    door(stage).stream(contacts[2], "show")
    door(stage).stream(contacts[2], "show")
    assert sorted(records[0] for _, records in told(stage)) == sorted([*contacts, contacts[2]])


def test_an_entry_is_kept_aside_in_one_write_so_that_the_lines_of_two_processes_do_not_mix(
    stage: Founded, contacts: list[bytes], hindered: Hindered, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = []
    write = os.write
    monkeypatch.setattr(
        accesses.os, "write", lambda handle, content: [writes.append(content), write(handle, content)][1]
    )
    hindered.open = False
    rows = [row for contact in contacts for row in stage.log.stream_rows(contact)]
    door(stage).opened(rows, "board", urgent=True)
    (kept,) = [content for content in writes if b"records" in content]
    assert kept.startswith((b"{", b"\n{"))
    assert kept.endswith(b"}\n")
    assert len(json.loads(kept)["records"]) == 3


def test_a_journal_in_memory_has_no_spool_and_holds_a_999_up_as_little() -> None:
    log = MemoryLog(lambda: MONDAY)
    log.append([Pending(stream_id(Kind.CONTACT, 1, 1), 1, Noted(SECRET), A_HEADER)])

    def fails() -> Log:
        raise Unavailable("no room on the disk")

    log.access = AccessLog(fails, log, lambda: MONDAY)
    looking = Door(log, ME)
    with pytest.raises(Unavailable):
        looking.stream(stream_id(Kind.CONTACT, 1, 1), "item")
    assert [entry.fact for entry in looking.stream(stream_id(Kind.CONTACT, 1, 1), "item", urgent=True)] == [
        Noted(SECRET)
    ]
    assert looking.flagged


def test_the_work_itself_goes_on_without_the_access_log(stage: Founded, contacts: list[bytes]) -> None:
    """A call is rung, answered and noted; only who wants to see what was said waits."""
    _a_folder_in_its_place(stage)
    desk = Desk(stage.log, stage.board, stage.identity, stage.founder.signed)
    for line in ("ring 999 07700 900123", "answer .", "note . she whispers"):
        assert carry_out(desk, line)
