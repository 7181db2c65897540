"""History comes in through the door for files: whole, once, just as its rows say, and whatever is in them.

The bundled day is always loaded. Where HUE_DATA names the folder of the three real files, the first 2,000 rows of each
are loaded too, and under HUE_PROOF=1 all of them.
"""

import csv
import gzip
import io
import json
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from hueandcry.domain.contact import Channel
from hueandcry.domain.fact import Entry
from hueandcry.domain.history import ContactLoaded, IncidentLoaded
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.identity import Identity
from hueandcry.store.access import SCREENFUL
from hueandcry.store.folder import StoreFolder
from tests.hostile import CORPUS
from tests.journeys.session import ROOT, hue, start
from tests.proof.counts import PROOF

SAMPLE = ROOT / "operator" / "intake" / "sample" / "san-antonio-2023-07-04.csv.gz"
ROWS_MAX = None if PROOF else 2000
ZONES = {"san-antonio": "America/Chicago", "montgomery": "America/New_York", "nashville": "America/Chicago"}
FROM_OFFICERS = {
    "Patrol By",
    "Officer Traffic Stop",
    "Officer In Trouble In Progress",
    "Officer EMS In Trouble in Progress",
}
COUNTS = ("read", "recorded", "duplicates", "rejected")
HEADERS = {
    "san-antonio": "ts_local,ts_utc_s,category,problem_type,substation,zip",
    "montgomery": "ts,service,call_type,township",
    "nashville": "ts",
}


class Source(NamedTuple):
    """A file and how it is read; `path` ends in a star for one of the real files."""

    map: str
    path: str


SOURCES = [
    Source("san-antonio", str(SAMPLE)),
    Source("san-antonio", "san_antonio_police_cfs_*"),
    Source("montgomery", "montgomery_911_*"),
    Source("nashville", "nashville_911_calls_*"),
]


def rows_of(source: Source) -> list[list[str]]:
    path, most = Path(source.path), None
    if not path.is_absolute():
        most = ROWS_MAX
        folder = os.environ.get("HUE_DATA")
        if not folder:
            pytest.skip("HUE_DATA names no folder with the real files")
        (path,) = Path(folder).glob(source.path)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        assert ",".join(next(reader)) == HEADERS[source.map]
        return [row for _, row in zip(range(most or 1 << 40), reader, strict=False)]


def write(path: Path, map_name: str, rows: list[list[str]]) -> Path:
    """Write rows under their map's header, gzipped where the name says so."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADERS[map_name].split(","), *rows])
    content = text.getvalue().encode("utf-8", "surrogatepass")
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def init(home: Path, zone: str = "Europe/London") -> Path:
    """Make a store in a home, as hue init does."""
    home.mkdir(exist_ok=True)
    room, _ = found(home / "store", Founding("GMP", "Greater", "1001", zone=zone, keys=home / "keys"))
    room.close()
    return home


def open_room(home: Path) -> Room:
    """Open the store of a home with the keys that stand there."""
    return Room(StoreFolder(home / "store"), Identity(), keys=home / "keys")


class Loaded(NamedTuple):
    """What a load came to."""

    code: int
    counts: tuple[int, ...]
    said: str


def load(home: Path, file: Path, map_name: str, *options: str) -> Loaded:
    done = hue(home, "intake", "load", str(file), "--map", map_name, "--json", *options)
    counts = json.loads(done.stdout) if done.stdout else {}
    assert tuple(counts) in (COUNTS, ())
    return Loaded(done.returncode, tuple(counts.values()), done.stderr)


# Real files


def header_source(entry: Entry) -> bytes | None:
    return entry.header.source if entry.header is not None else None


@dataclass
class History:
    """A source that was loaded into a store of its own."""

    home: Path
    map: str
    file: Path
    rows: list[list[str]]
    loaded: Loaded
    room: Room

    def entries(self) -> Iterator[Entry]:
        """Yield all loaded facts with their sealed values."""
        loaded = (one for one in self.room.journal.entries() if one.name.endswith(".loaded"))
        while some := list(islice(loaded, SCREENFUL)):
            yield from self.room.door().open(some, "log")

    def of_rows(self) -> Iterator[list[Entry]]:
        """Yield the facts of each row, in the order of the rows; they share a source reference."""
        return (list(entries) for _, entries in groupby(self.entries(), key=header_source))


@pytest.fixture(scope="module", params=SOURCES, ids=lambda source: Path(source.path).name.partition("-2023")[0])
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    source = request.param
    rows = rows_of(source)
    home = init(tmp_path_factory.mktemp(source.map), ZONES[source.map])
    file = write(home / "calls.csv.gz", source.map, rows)
    loaded = load(home, file, source.map)
    room = open_room(home)
    yield History(home, source.map, file, rows, loaded, room)
    room.close()


@pytest.mark.proof
def test_a_file_loads_whole_and_the_journal_verifies(history: History) -> None:
    whole = len(history.rows)
    assert history.loaded == Loaded(0, (whole, whole, 0, 0), "")
    done = hue(history.home, "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (history.home / "store" / "rejected").exists()


@pytest.mark.proof
def test_a_file_is_recorded_once_under_any_name_and_grows_by_its_new_rows(history: History, tmp_path: Path) -> None:
    """Equal rows are told apart by their ordinal: three rows once more at the end are three more calls."""
    whole = len(history.rows)
    home = init(tmp_path / "home")
    half = whole // 2
    shorter = write(tmp_path / "shorter.csv", history.map, history.rows[:half])
    renamed = write(tmp_path / "other name.csv", history.map, history.rows)
    longer = write(tmp_path / "longer.csv.gz", history.map, [*history.rows, *history.rows[:3]])
    assert load(home, shorter, history.map).counts == (half, half, 0, 0)
    assert load(home, history.file, history.map).counts == (whole, whole - half, half, 0)
    assert load(home, history.file, history.map).counts == (whole, 0, whole, 0)
    assert load(home, renamed, history.map).counts == (whole, 0, whole, 0)
    assert load(home, longer, history.map).counts == (whole + 3, 3, whole, 0)
    assert hue(home, "verify").returncode == 0


@pytest.mark.proof
def test_the_digest_of_history_is_the_same_under_another_zone_seed_or_language(history: History) -> None:
    here = hue(history.home, "replay", "--digest")
    assert re.fullmatch(r"[0-9a-f]{64} @\d+\n", here.stdout)
    for more in ({"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"}, {"LC_ALL": "C", "PYTHONHASHSEED": "4711"}):
        assert hue(history.home, "replay", "--digest", **more).stdout == here.stdout


class Row(NamedTuple):
    """What a row says, read here a second time and in other words than the maps'."""

    occurred: int
    service: str
    type: str
    district: str
    wording: str
    contact: bool
    incident: bool


def coded(text: str) -> str:
    return "-".join(re.findall("[A-Za-z0-9]+", text)) or "unknown"


def ns_of(local: str, zone: str) -> int:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1) * 1_000_000_000


def said_by(map_name: str, row: list[str]) -> Row:
    if map_name == "nashville":
        return Row(ns_of(row[0], ZONES[map_name]), "unknown", "unknown", "unknown", "", True, False)
    if map_name == "montgomery":
        ts, service, kind, township = row
        when = ns_of(ts, ZONES[map_name])
        return Row(when, coded(service).lower(), coded(kind).lower(), coded(township), kind, True, True)
    _, seconds, category, problem, substation, zip_code = row
    wording = ", ".join(filter(None, (problem, category, zip_code and f"zip {zip_code}")))
    called = problem not in FROM_OFFICERS
    return Row(int(seconds) * 1_000_000_000, "police", coded(problem).lower(), coded(substation), wording, called, True)


@pytest.mark.proof
def test_the_record_says_what_the_row_says_and_nothing_else(history: History) -> None:
    """An officer's own stop has no caller, a bare call has no incident, and what is not said is `unknown`."""
    for row, entries in zip(history.rows, history.of_rows(), strict=True):
        said = said_by(history.map, [field.strip() for field in row])
        facts = [entry.fact for entry in entries]
        calls = [one for one in facts if isinstance(one, ContactLoaded)]
        events = [one for one in facts if isinstance(one, IncidentLoaded)]
        assert (len(calls), len(events), len(facts)) == (said.contact, said.incident, said.contact + said.incident)
        for one in calls:
            assert one.channel is Channel.UNKNOWN
            assert (one.service, one.type, one.district) == (said.service, said.type, said.district)
            assert one.wording == said.wording
        for event in events:
            assert (event.service, event.category, event.district) == (said.service, said.type, said.district)
            assert event.wording == said.wording
        for entry in entries:
            assert entry.header is not None
            assert (entry.header.occurred, entry.version) == (said.occurred, 1)


@pytest.mark.proof
def test_what_led_to_an_incident_is_its_own_call_and_no_other_row(history: History) -> None:
    """A header names what a fact was caused by; the first row of a batch did not cause the rest."""
    for entries in history.of_rows():
        streams = {entry.stream for entry in entries}
        for entry in entries:
            assert entry.header is not None
            assert entry.header.causation is None or entry.header.causation.stream in streams
            assert entry.header.correlation is None or entry.header.correlation in streams


@pytest.mark.proof
def test_history_stands_in_no_queue_has_no_grade_and_was_answered_by_nobody(history: History) -> None:
    done = hue(history.home, "board", "--json")
    assert json.loads(done.stdout)["items"] == []
    for entry in islice(history.entries(), 0, None, max(1, len(history.rows) // 200)):
        record = history.room.board.record(entry.stream)
        assert record is not None
        assert getattr(record, "history", None) is True
        assert getattr(record, "grade", "") == ""
        assert getattr(record, "answered", 0) == 0
        assert getattr(record, "handler", "") == ""
        assert getattr(record, "queue", None) is None


@pytest.mark.proof
def test_loaded_incidents_are_numbered_h1_and_on_by_local_day_in_the_order_of_the_journal(history: History) -> None:
    places: Counter[str] = Counter()
    zone = ZoneInfo(ZONES[history.map])
    for entry in history.entries():
        if entry.name == "incident.loaded":
            assert entry.header is not None
            day = f"{datetime.fromtimestamp(entry.header.occurred // 1_000_000_000, zone):%d/%m/%Y}"
            places[day] += 1
            assert history.room.board.name(entry.stream) == f"h{places[day]} of {day}"
    if places:
        day = next(iter(places))
        shown = hue(history.home, "show", "h1", "of", day, "--json")
        assert json.loads(shown.stdout)["ref"] == f"h1 of {day}"
        assert hue(history.home, "show", f"h{places[day] + 1}", "of", day).returncode == 2
        assert hue(history.home, "show", "1", "of", day).returncode == 2


def test_officers_own_stops_are_in_the_bundled_day_and_ring_no_telephone() -> None:
    rows = rows_of(SOURCES[0])
    assert 0 < sum(1 for row in rows if row[3] in FROM_OFFICERS) < len(rows)
    assert len(rows) == 3735


# Bad input


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return init(tmp_path / "home")


FOUNDED = "11"  # facts of a store that was made: the force, six packs, its first member and their sign-on


def facts(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in hue(home, "journal", "--after", FOUNDED, "--json").stdout.splitlines()]


def side_files(home: Path) -> list[Path]:
    return sorted((home / "store" / "rejected").glob("*"))


def rejected(home: Path) -> list[list[str]]:
    (side,) = side_files(home)
    assert stat.S_IMODE(side.stat().st_mode) == 0o600
    header, *rows = list(csv.reader(side.read_text().splitlines()))
    assert header == ["line", "reason", "row"]
    return rows


GOOD = "2023-07-04 00:00:13,1688446813,Property Crime Calls,Burglary Vehicle,PRUE,78257"
BAD_ROWS = {
    "san-antonio": [
        ("2023-07-04 00:00:13,1688446813,Property Crime Calls,Burglary Vehicle,PRUE", "5 fields instead of 6"),
        (f"{GOOD},one too many", "7 fields instead of 6"),
        ("2023-07-04 00:00:13,1688446814,Property,Burglary,PRUE,78257", "not the same moment"),
        ("2023-07-04 05:00:13,1688446813,Property,Burglary,PRUE,78257", "not the same moment"),
        ("2023-07-04 00:00:13,noon,Property,Burglary,PRUE,78257", "is not a number of seconds"),
        ("2023-07-04 00:00:13,-1,Property,Burglary,PRUE,78257", "is not a number of seconds"),
        ("2023-07-04 00:00:13,99999999999,Property,Burglary,PRUE,78257", "is not a number of seconds"),
        ("2023-07-04 00:00:13,1688446813\x00,Property,Burglary,PRUE,78257", "is not a number of seconds"),
        (",,,,,", "is not a number of seconds"),
        ("2023-07-04 00:00:13,1688446813,Property,,PRUE,78257", "problem_type is empty"),
        (f"2023-07-04 00:00:13,1688446813,Property,{'x' * 200},PRUE,78257", "too long for a code"),
        (f"2023-07-04 00:00:13,1688446813,{'x' * 200_000},Burglary,PRUE,78257", "field larger than"),
    ],
    "montgomery": [
        ("2015-11-01 01:30:00,EMS,FALL,ABINGTON", "was twice in America/New_York"),
        ("2016-03-13 02:30:00,EMS,FALL,ABINGTON", "never was in America/New_York"),
        ("yesterday,EMS,FALL,ABINGTON", "is not a time like"),
        ("2015-12-10T17:40:00Z,EMS,FALL,ABINGTON", "is not a time like"),
        ("2015-02-30 10:00:00,EMS,FALL,ABINGTON", "is not a time like"),
        ("0001-01-01 00:00:00,EMS,FALL,ABINGTON", ""),
        ("1969-12-31 12:00:00,EMS,FALL,ABINGTON", ""),
        ("9999-12-31 23:59:59,EMS,FALL,ABINGTON", ""),
        ("2015-12-10 17:40:00,,FALL,ABINGTON", "service or call_type is empty"),
        ("2015-12-10 17:40:00,EMS,,ABINGTON", "service or call_type is empty"),
        ("2015-12-10 17:40:00\x00,EMS,FALL,ABINGTON", "is not a time like"),
    ],
    "nashville": [
        ("2020-11-01 01:30", "was twice in America/Chicago"),
        ("2020-05-03 16:30:00", "is not a time like"),
        ("2020-05-03 16:30,2020-05-03 16:31", "2 fields instead of 1"),
        ("1965-05-03 16:30", ""),
        ("3000-05-03 16:30", ""),
    ],
}
GOOD_ROWS = {
    "san-antonio": GOOD,
    "montgomery": "2015-12-10 17:40:00,EMS,FALL,ABINGTON",
    "nashville": "2020-05-03 16:30",
}
OUT_OF_ALL_TIME = [(name, row) for name, rows in BAD_ROWS.items() for row, reason in rows if not reason]


@pytest.mark.parametrize("map_name", BAD_ROWS)
def test_rows_that_cannot_be_read_are_counted_and_set_aside_and_the_rest_goes_on(map_name: str, home: Path) -> None:
    bad, good = BAD_ROWS[map_name], GOOD_ROWS[map_name]
    lines = [HEADERS[map_name], good, *(line for row, _ in bad for line in (row, good))]
    file = home / "calls.csv"
    file.write_text("\n".join(lines) + "\n")
    loaded = load(home, file, map_name)
    assert (loaded.code, loaded.counts) == (0, (2 * len(bad) + 1, len(bad) + 1, 0, len(bad)))
    assert str(side_files(home)[0]) in loaded.said
    found = rejected(home)
    assert [int(line) for line, _, _ in found] == [3 + 2 * at for at in range(len(bad))]
    for (row, reason), (_, given, kept) in zip(bad, found, strict=True):
        assert given
        assert reason in given
        assert kept == row or len(row) > 100_000
    assert load(home, file, map_name).counts == (2 * len(bad) + 1, 0, len(bad) + 1, len(bad))
    assert hue(home, "verify").returncode == 0


@pytest.mark.parametrize(("map_name", "row"), OUT_OF_ALL_TIME)
def test_a_row_from_before_or_after_all_time_stops_nothing(map_name: str, row: str, home: Path) -> None:
    """One such row must not take the other rows of its batch with it."""
    file = home / "calls.csv"
    file.write_text("\n".join((HEADERS[map_name], GOOD_ROWS[map_name], row, GOOD_ROWS[map_name])) + "\n")
    loaded = load(home, file, map_name)
    assert (loaded.code, loaded.counts) == (0, (3, 2, 0, 1))
    assert "should not happen" not in loaded.said


def test_strict_makes_rejected_rows_an_error_after_the_rest_was_recorded(home: Path) -> None:
    file = home / "calls.csv"
    file.write_text("ts\n2020-05-03 16:30\nnonsense\n2020-05-03 16:31\n")
    assert load(home, file, "nashville", "--strict")[:2] == (1, (3, 2, 0, 1))
    file.write_text("ts\n2020-05-03 16:30\n")
    assert load(home, file, "nashville", "--strict")[:2] == (0, (1, 0, 1, 0))


def test_a_row_with_bytes_that_are_no_text_is_recorded_with_their_numbers(home: Path) -> None:
    file = home / "calls.csv"
    file.write_bytes(HEADERS["montgomery"].encode() + b"\n2015-12-10 17:40:00,EMS,CAF\xe9 FIRE,ABINGTON\n")
    assert load(home, file, "montgomery").counts == (1, 1, 0, 0)
    assert "CAF<U+DCE9> FIRE" in hue(home, "log", "h1", "of", "10/12/2015").stdout


def test_what_a_row_leaves_empty_is_unknown(home: Path) -> None:
    rows = {"montgomery": "2015-12-10 17:40:00,Fire,GAS-ODOR/LEAK,", "san-antonio": GOOD.replace("PRUE,78257", ",")}
    for name, row in rows.items():
        file = home / f"{name}.csv"
        file.write_text(f"{HEADERS[name]}\n{row}\n")
        assert load(home, file, name).counts == (1, 1, 0, 0)
    assert {one["fields"]["district"] for one in facts(home)} == {"unknown"}
    assert {one["fields"]["service"] for one in facts(home)} == {"fire", "police"}
    assert "zip" not in hue(home, "log", "h1", "of", "4/7/2023").stdout


@pytest.mark.parametrize(
    "header",
    [
        "ts,service,call_type",
        "ts,service,call_type,township,addr",
        "ts,service,township,call_type",
        "2015-12-10 17:40:00,EMS,FALL,ABINGTON",
        "",
        '"',
        "\x00",
        "x" * 200_000,
    ],
    ids=lambda header: header[:40].replace("\x00", "NUL") or "blank",
)
def test_a_file_with_other_columns_is_refused_whole(header: str, home: Path) -> None:
    file = home / "calls.csv"
    file.write_text(f"{header}\n2015-12-10 17:40:00,EMS,FALL,ABINGTON\n")
    loaded = load(home, file, "montgomery")
    assert loaded[:2] == (4, ())
    assert loaded.said.startswith("hue: ")
    assert len(loaded.said) < 3000
    assert facts(home) == []


@pytest.mark.parametrize("name", ["empty.csv", "empty.csv.gz", "no-rows.csv"])
def test_a_file_that_says_nothing_is_refused_where_it_has_no_columns(name: str, home: Path) -> None:
    file = home / name
    file.write_bytes(gzip.compress(b"") if name.endswith(".gz") else b"ts\n" if name.startswith("no") else b"")
    assert load(home, file, "nashville")[:2] == ((0, (0, 0, 0, 0)) if name.startswith("no") else (4, ()))


def test_a_file_with_a_byte_order_mark_or_windows_line_ends_is_read(home: Path) -> None:
    file = home / "calls.csv"
    file.write_bytes(b"\xef\xbb\xbfts\r\n2020-05-03 16:30\r\n\r\n2020-05-03 16:31\r\n")
    assert load(home, file, "nashville").counts == (2, 2, 0, 0)


def many(count: int) -> list[list[str]]:
    begin = datetime(2020, 5, 1)  # noqa: DTZ001 — a local time, as the file has it
    return [[f"{begin + timedelta(minutes=7 * at):%Y-%m-%d %H:%M}"] for at in range(count)]


def test_a_file_that_was_cut_off_keeps_what_was_read_says_how_much_and_is_completed_later(home: Path) -> None:
    whole = write(home / "calls.csv.gz", "nashville", many(5000))
    content = whole.read_bytes()
    cut = home / "cut.csv.gz"
    cut.write_bytes(content[: len(content) * 7 // 10])
    loaded = load(home, cut, "nashville")
    assert loaded.code == 4
    told = re.search(r"(\d+) rows were read and (\d+) recorded", loaded.said)
    assert told is not None, loaded.said
    read, recorded = int(told[1]), int(told[2])
    assert 1000 < recorded <= read < 5000
    assert len(facts(home)) == recorded
    assert hue(home, "verify").returncode == 0
    assert load(home, whole, "nashville").counts == (5000, 5000 - recorded, recorded, 0)


@pytest.mark.parametrize("damage", ["header", "flipped", "trailer"])
def test_a_damaged_gzip_is_told_with_code_4(damage: str, home: Path) -> None:
    content = bytearray(write(home / "calls.csv.gz", "nashville", many(3000)).read_bytes())
    if damage == "header":
        content = content[:12]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    else:
        content[-6] ^= 0xFF
    (home / "calls.csv.gz").write_bytes(content)
    loaded = load(home, home / "calls.csv.gz", "nashville")
    assert loaded.code == 4
    assert "should not happen" not in loaded.said
    assert hue(home, "verify").returncode == 0


def test_hostile_words_in_rows_are_kept_and_shown_safe(home: Path) -> None:
    rows = [["2023-07-04 00:00:13", "1688446813", text, "Burglary", "PRUE", "78257"] for text in CORPUS]
    file = write(home / "calls.csv", "san-antonio", rows)
    assert load(home, file, "san-antonio").counts == (len(rows), len(rows), 0, 0)
    room = open_room(home)
    kept = [one for one in room.door().open(room.journal.entries(9), "log") if isinstance(one.fact, IncidentLoaded)]
    for text, entry in zip(CORPUS, kept, strict=True):
        assert isinstance(entry.fact, IncidentLoaded)
        assert entry.fact.wording is not None
        if "\ud800" not in text:
            assert text.strip() in entry.fact.wording
    room.close()
    for at in (1, 13, 19):
        shown = hue(home, "log", f"h{at}", "of", "4/7/2023")
        assert shown.returncode == 0
        assert plain(shown.stdout)


def test_hostile_words_in_a_bad_row_are_shown_safe_and_kept_aside(home: Path) -> None:
    file = home / "calls \x1b[2J.csv"
    file.write_text("ts\n\x1b]0;owned\x07\n", newline="")
    loaded = load(home, file, "nashville")
    assert loaded.counts == (1, 0, 0, 1)
    assert plain(loaded.said)
    assert rejected(home)[0][2] == "\x1b]0;owned\x07"
    file.write_text("\x1b]0;owned\x07,\u202e999\n")
    assert plain(load(home, file, "nashville").said)


def plain(text: str) -> bool:
    bad = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return all(sign == "\n" or unicodedata.category(sign) not in bad for sign in text)


def test_a_handler_does_not_load_history(home: Path) -> None:
    (home / "passphrase").write_text("four wet elephants")
    file = write(home / "calls.csv", "nashville", many(3))
    (session,) = [one["session"] for one in json.loads(hue(home, "store", "info", "--json").stdout)["signed_on"]]
    assert hue(home, "do", "--session", session, "register", "2002", "handler").returncode == 0
    words = ("--passphrase-file", "passphrase")
    assert hue(home, "passphrase", "2002", "--session", session, *words).returncode == 0
    handler = hue(home, "signon", "2002", *words).stdout.strip()
    before = len(facts(home))
    loaded = load(home, file, "nashville", "--session", handler)
    assert loaded[:2] == (1, ())
    assert "administrator" in loaded.said
    assert len(facts(home)) == before
    assert load(home, file, "nashville", "--session", session).counts == (3, 3, 0, 0)


def test_two_loads_of_one_file_at_once_record_every_row_once(home: Path) -> None:
    file = write(home / "calls.csv", "nashville", many(4000))
    both = [start(home, "intake", "load", str(file), "--map", "nashville") for _ in range(2)]
    said = [one.communicate(timeout=60)[1].decode() for one in both]
    assert all(one.returncode in (0, 5) for one in both), said
    assert load(home, file, "nashville").code == 0
    assert len(facts(home)) == 4000
    assert hue(home, "verify").returncode == 0


def test_two_stores_name_the_same_row_differently(tmp_path: Path) -> None:
    """Source references are keyed with the store's own key, so that nobody else can guess a row from them."""
    sources = []
    for name in ("one", "two"):
        home = init(tmp_path / name)
        load(home, write(home / "calls.csv", "nashville", many(1)), "nashville")
        sources.append(facts(home)[0]["source"])
    assert sources[0] != sources[1]


def test_a_load_can_be_watched_by_a_follower(home: Path) -> None:
    follower = start(home, "journal", "--follow", "--after", FOUNDED)
    assert follower.stdout is not None
    try:
        load(home, write(home / "calls.csv", "nashville", many(2)), "nashville")
        assert b"Loaded from nashville" in follower.stdout.readline()
    finally:
        follower.kill()
        follower.communicate(timeout=10)


def test_progress_is_silent_where_nobody_looks(home: Path) -> None:
    file = write(home / "calls.csv", "nashville", many(2500))
    done = hue(home, "intake", "load", str(file), "--map", "nashville")
    assert (done.stdout, done.stderr) == ("2500 rows read, 2500 recorded, 0 known already, 0 rejected\n", "")
