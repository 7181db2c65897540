"""Hostile text through every command: what a stranger typed is recorded as it was typed, and shown as what it is.

Theory of operation. A house is a store in which a night was lived with one text in every field (tests/everyfield.py). Two
houses differ in the text alone: one holds all that hostile callers type, the other plain words. So what a command prints of
the one must be what it prints of the other with the text in the place of the words, spelt as a terminal may have it
(tests/shown.py); whatever else stands there was not said by anybody. A command is a row of SINKS, ARGUMENTS or FILES.
"""

import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Entry
from hueandcry.operator.grammar import SlotKind
from hueandcry.operator.text import storable
from hueandcry.operator.verbs import VERBS, carry_out
from tests.everyfield import FIRST, PARTS, PLAIN, SECOND, House, Said, live, mixed, pack_saying, typed
from tests.hostile import CORPUS
from tests.journeys.session import Ended, run
from tests.proof.counts import PROOF, chance, count
from tests.proof.table import Told, tell
from tests.shown import levelled, obeyed, spelt
from tests.staging import Stage

BRIEF, LONG = 12, 60  # of a long text a few letters, so that all of them together are not cut where they are shown
HOSTILE = mixed([text if len(text) <= LONG else text[:BRIEF] for text in CORPUS])
TOLD_ASIDE = {"putoff", "ack"}  # needs an escalation, which takes time


class Twins(NamedTuple):
    """A house with hostile words and one with plain words, and a command to ask of both."""

    hostile: House
    plain: House

    def ask(self, words: str) -> tuple[Ended, Ended]:
        """Put a command to both houses."""
        return self.of(self.hostile, words.split()), self.of(self.plain, words.split())

    def of(self, house: House, words: Sequence[str], given: bytes = b"", **env: str) -> Ended:
        """Put a command to one of them; `@NAME` in it is what the night kept under that name."""
        named = [re.sub(r"^@(\w+)$", lambda one: house.names.get(one[1], one[0]), word) for word in words]
        state = str(house.home / "state")
        ended = run(house.home, named, given, **{"HUE_SESSION": "second", "HUE_STATE": state, **env})
        home = str(house.home).encode()
        return Ended(ended.code, ended.out.replace(home, b"HOME"), ended.err.replace(home, b"HOME"))


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Twins:
    now_ns, folder = time.time_ns(), tmp_path_factory.mktemp("houses")
    houses = House(folder / "hostile", HOSTILE, now_ns), House(folder / "plain", PLAIN, now_ns)
    for house in houses:
        house.close()
    return Twins(*houses)


def said_instead(printed: str, how: Callable[[str], str]) -> str:
    """Return what was printed of plain words with the hostile ones in their place."""
    return Said(map(how, HOSTILE)).instead_of(PLAIN, printed)


def difference(found: Any, plain: Any) -> str:
    """Return where a JSON value is not another with the hostile words in the place of the plain ones, as typed or as spelt."""
    match found, plain:
        case dict(), dict() if found.keys() == plain.keys():
            return next((f"{name}: {why}" for name in found if (why := difference(found[name], plain[name]))), "")
        case list(), list() if len(found) == len(plain):
            return next((why for one, other in zip(found, plain, strict=True) if (why := difference(one, other))), "")
        case str(), str():
            wanted = (said_instead(plain, how) for how in (str, storable, spelt))
            same = found == plain or levelled(found) in map(levelled, wanted)
        case _:
            same = found == plain or {type(found), type(plain)} <= {int, float}
    return "" if same else f"{found!r} for {plain!r}"


def objects(ended: Ended) -> list[Any]:
    """Return the JSON values that a command printed, a line each, in ASCII."""
    assert ended.out.isascii()
    return [json.loads(line) for line in ended.out.splitlines()]


# The oracle and the night themselves


@pytest.mark.parametrize("text", [text for text in CORPUS if spelt(text) != text], ids=ascii)
def test_the_oracle_sees_hostile_signs_where_they_stand_raw(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    assert obeyed(raw) or text.startswith("\n") or "\n" in text
    assert obeyed(spelt(text)) == []


def test_every_verb_that_takes_words_is_in_the_night() -> None:
    verbs = {line.split()[0] for _, _, line in typed()} | {
        line.split()[1] for _, _, line in typed() if "propose" in line
    }
    wordy = {verb.name for verb in VERBS if any(slot.kind is SlotKind.WORDS for slot in verb.slots)}
    assert wordy - verbs == TOLD_ASIDE


# What is typed is evidence


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a fact, whole."""
    match value:
        case str():
            yield value
        case bytes():
            yield value.decode("utf-8", "replace")
        case tuple():
            for one in value:
                yield from strings(one)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from strings(getattr(value, name))
        case _:
            pass


LINES = [line for _, _, line in typed()]


IN_ONE_FORM = {"person", "detail"}  # kept as they are searched: blanks, line breaks and tabs are one blank


def _of_words() -> Iterator[Any]:
    for number, line in enumerate(LINES):
        if "{" in line:
            yield pytest.param(number, id=f"{number} {line}")


@pytest.fixture(scope="module")
def recorded() -> dict[int, list[str]]:
    """Return what each line of the night left in the fields of its facts, whole field by whole field."""
    return lived(HOSTILE)[0]


def lived(said: Said) -> tuple[dict[int, list[str]], Stage]:
    """Live the night in memory; returns what each line left in which fields, and the stage."""
    stage, left = Stage(), dict[int, list[str]]()
    everything = [role for role in Role if role is not Role.WATCH]
    stage.list_places("Mill Lane")

    def heard(number: int, entries: list[Entry]) -> None:
        left[number] = [text for entry in entries for text in strings(entry.fact)]

    live(said, *(stage.desk(collar, *everything) for collar in (FIRST, SECOND)), heard=heard)
    return left, stage


JOINED = {"propose", "callerat", "place", "verify"}  # a field holds what stood before the words, too


def holds(fields: list[str], line: str, words: str) -> bool:
    """Tell whether one of the fields is what was typed, letter by letter."""
    return any(field == words or (line.split(maxsplit=1)[0] in JOINED and field.endswith(words)) for field in fields)


@pytest.mark.parametrize("number", list(_of_words()))
def test_what_is_typed_into_a_field_is_recorded_letter_by_letter(number: int, recorded: dict[int, list[str]]) -> None:
    parts = [HOSTILE.whole if not part else HOSTILE[int(part) - 1] for part in re.findall(r"\{(\d?)\}", LINES[number])]
    for part in parts:
        said = " ".join(part.split()) if LINES[number].split()[0] in IN_ONE_FORM else part
        assert holds(recorded[number], LINES[number], storable(said))


def test_what_is_approved_is_recorded_as_it_was_proposed(recorded: dict[int, list[str]]) -> None:
    approved = [number for number, line in enumerate(LINES) if line.startswith("approve")]
    assert len(approved) == 2
    for number in approved:
        assert storable(HOSTILE.whole) in recorded[number]


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_each_text_alone_is_recorded_as_it_was_typed(text: str) -> None:
    """Blanks at the ends of a line are nobody's words."""
    stage = Stage()
    desk = stage.desk(FIRST, Role.HANDLER)
    text = text[:9_900]
    for line in ("ring chat {}", "answer .", "note . {}", "locate . CENTRAL {}"):
        (first, *_) = desk.opened(carry_out(desk, line.replace("{}", text)))
        assert line == "answer ." or storable(text.strip()) in strings(first.fact)


# What is printed


class Sink(NamedTuple):
    """A command that prints what is recorded; `json` where it has that, `strip` what is not to be compared in it.

    `spelling` is how a text stands in it, where it is quoted; one that does not speak prints no word that anybody typed.
    """

    words: str
    json: bool = True
    strip: str = ""
    ends: str = "\n"
    spelling: Callable[[str], str] = spelt
    speaks: bool = True


def quoted(text: str) -> str:
    """Return a text spelt as it stands between quotation marks."""
    return spelt(json.dumps(storable(text), ensure_ascii=False)[1:-1])


PAGES = r"(?m)^.*page +\d+$|^[-=]{80}$|^\f?(?:OPEN BOARD|CONTACT|INCIDENT|LOG) .*$"
SILENT = (
    *(
        "board",
        "board --at @200",
        "desk",
        "units",
        "queues",
        "coverage",
        "checks",
        "contribution",
        "partners --waits",
        "crimes",
    ),
    *(
        "agreement",
        "sample 3",
        "replay --digest",
        "verify",
        "share list",
        "spool list",
        "who looks",
        "duplicates @twoin",
    ),
    *(
        "access 2211",
        "access @in",
        "gazetteer find mill",
        "pack try strive-2020",
        "pack try grades-2020",
        "pack try standing-2026",
    ),
)
SINKS = (
    *(Sink(words, speaks=False) for words in SILENT),
    *map(Sink, ("ask", "partners", "proposals", "regrades", "faults", "journal", "replay", "store info", "pack list")),
    *map(Sink, ("who number=900123", "show mft", "log mft", "show 2211", "log 2211", "log elm")),
    *(
        Sink(f"log {name}")
        for name in ("@in", "@call", "@onchat", "@onivr", "@ringing", "@ward", "@home", "@sent", "@man")
    ),
    *(Sink(f"log {name}") for name in ("@double", "@twoin", "@threein", "@fourin", "@on101")),
    *(Sink(f"show {name}") for name in ("@in", "@call", "@ringing", "@ward", "@man", "@onpartner")),
    *(Sink(f"explain {name}") for name in ("@in", "@call", "@ward", "@home", "@sent", "@fourin")),
    Sink(
        "erase @on101 --dry-run", json=False, strip=".*people.db.*\n", speaks=False
    ),  # finds there the words of others
    Sink("paper", json=False, strip=PAGES, ends="\n\f"),
    Sink("pack diff results-2020", spelling=quoted),
)


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.words)
def test_a_command_prints_what_was_said_spelt_as_a_terminal_may_have_it_and_nothing_else(
    sink: Sink, twins: Twins
) -> None:
    hostile, plain = twins.ask(sink.words)
    assert (hostile.code, plain.code) == (0, 0), hostile.err
    assert (b"Word" in plain.out) == sink.speaks
    for found, wanted in ((hostile.out, plain.out), (hostile.err, plain.err)):
        assert obeyed(found, ends=sink.ends) == []
        said = said_instead(wanted.decode(), sink.spelling)
        assert levelled(re.sub(sink.strip, "", found.decode())) == levelled(re.sub(sink.strip, "", said))


@pytest.mark.parametrize("sink", [sink for sink in SINKS if sink.json], ids=lambda sink: sink.words)
def test_a_command_prints_for_machines_what_was_typed_in_ascii_and_nothing_else(sink: Sink, twins: Twins) -> None:
    hostile, plain = twins.ask(f"{sink.words} --json")
    assert obeyed(hostile.out + hostile.err) == []
    assert difference(objects(hostile), objects(plain)) == ""
    assert levelled(hostile.err.decode()) == levelled(said_instead(plain.err.decode(), spelt))


# What is typed behind a command


class Typed(NamedTuple):
    """A command with a text in it, the code that it ends with, and how the text may stand in what it says of it."""

    words: str
    code: int
    spelling: Callable[[str], str] = spelt


def pythonic(text: str) -> str:
    """Return a text as Python would write it in a program: harmless, though nobody here reads it so."""
    return spelt(repr(text)[1:-1])


def as_path(text: str) -> str:
    """Return a text as the name of a file."""
    return spelt(str(Path(text)))


def without(said: Said, *signs: str) -> Said:
    """Return a text without some signs."""
    return Said("".join(sign for sign in part if sign not in signs) for part in said)


# What no argument can hold is left out, and a byte that is no text stands for a letter that is none.
ARGUED = Said(part.replace("\x00", "").replace("\ud800", "\udcff") for part in HOSTILE)
ONE_WORD = without(ARGUED, "\udcff", *(sign for sign in ARGUED.whole if sign.isspace()))
REFUSED, USAGE, FOREIGN, UNAVAILABLE = 1, 2, 4, 5
ENDINGS = {0, REFUSED, USAGE, FOREIGN, UNAVAILABLE}
ARGUMENTS = (
    *(
        Typed(f"{name} {{}}", USAGE)
        for name in ("show", "log", "explain", "access", "duplicates", "share export --to x --file f")
    ),
    *(
        Typed(f"{name} {{}}", USAGE)
        for name in ("erase --dry-run", "review --blind", "review", "ask", "sample", "sample 3 --by")
    ),
    *(Typed(f"{name} {{}}", USAGE) for name in ("journal --after", "sample 3 --seed", "watch --tick")),
    *(Typed(f"{name} --at {{}}", USAGE, pythonic) for name in ("board", "journal", "show @in", "pack try thrive-2022")),
    Typed("who born={}", USAGE),
    Typed("crimes {}", USAGE, pythonic),
    Typed("gazetteer find {}", 0),
    Typed("paper {}", USAGE, pythonic),
    Typed("pack diff {}", USAGE),
    *(Typed(f"pack diff {{{part}}}", USAGE) for part in range(1, 7)),
    Typed("pack check {2} {3}", USAGE),
    *(Typed(f"pack {name} {{4}}", USAGE) for name in ("adopt", "try", "show")),
    Typed("ask --pack {1}", USAGE),
    Typed("intake load {2} --map nashville", USAGE, as_path),
    Typed("intake load {} --map nashville", USAGE, as_path),
    Typed("intake load keys/../../plain/calls.csv --map {}", USAGE, pythonic),
    Typed("gazetteer load {3}", USAGE, as_path),
    Typed("share agree {} --key x", USAGE, pythonic),
    Typed("share agree MPS --key {4}", USAGE),
    Typed("share export @in --to {} --file f", REFUSED),
    Typed("share verify {5}", USAGE, as_path),
    Typed("share verify {6} --key {1}", USAGE, as_path),
    Typed("share import {2}", USAGE, as_path),
    Typed("store restore {3} --keys k --store new", USAGE, as_path),
    Typed("do {}", USAGE),
    Typed("do note {} x", USAGE),
    Typed("do note @in {}", 0),
    Typed("do help {}", USAGE),
    Typed("do ring {}", USAGE),
    Typed("do back 00:01 note @in {}", 0),
    Typed("do propose note @in {}", 0),
    Typed("do --session {} ring 999", USAGE),
    Typed("do --keep --session {} ring 999", USAGE),
    Typed("spool drop {}", USAGE),
    Typed("spool {}", USAGE, pythonic),
    Typed("signon {}", REFUSED),
    Typed("signon 2211 --seat {}", USAGE, pythonic),
    Typed("passphrase {}", USAGE),
    Typed("passphrase 2211 --passphrase-file {6}", USAGE, as_path),
    Typed("phrase {}", USAGE),
    Typed("phrase mft --phrase-file {1}", USAGE, as_path),
    Typed("board --store {2}", UNAVAILABLE, as_path),
    Typed("board --store pg://{}", UNAVAILABLE),
    *(
        Typed(f"init --store new --code {words}", USAGE, pythonic)
        for words in ("{} --name x", "X --name x --collar {}")
    ),
    *(
        Typed(f"init --store new --code X --name x {words}", USAGE, pythonic)
        for words in ("--zone {}", "--seal-key {}")
    ),
    *(Typed(f"{words}", USAGE, pythonic) for words in ("{}", "help {}")),
    Typed("demo --keep {4}/x --seed {}", USAGE),
    Typed("erase @on101 --authority {}", 0),
)
MORE = (  # what is found, or drawn, is another thing in each house
    *(
        Typed(words, 0)
        for words in ("who {}", "who number={}", "who at={}", "board --x{}", "signon 2211 --passphrase-file {5}")
    ),
    *(
        Typed(words, 0) for words in ("do back {} note @in x", "do --script {4}", "board {}")
    ),  # spelt in two ways in one sentence
    *(Typed(f"paper board --out {{{part}}}", 0) for part in range(1, 7)),
    *(Typed(f"do {{}} {word}", 0) for word in ("", "note", "note @in", "grade @in 1")),
)


def argued(words: str, said: Said) -> list[str]:
    """Return the words of a command with a text in them; the text is one word, whatever stands in it."""
    return [said.put(word) for word in words.split()]


@pytest.mark.parametrize("row", ARGUMENTS, ids=lambda row: row.words)
def test_a_word_typed_behind_a_command_is_said_back_spelt_and_nothing_else_is(row: Typed, twins: Twins) -> None:
    hostile = twins.of(twins.hostile, argued(row.words, ONE_WORD))
    plain = twins.of(twins.plain, argued(row.words, PLAIN))
    assert obeyed(hostile.out + hostile.err) == []
    assert (hostile.code, plain.code) == (row.code, row.code), hostile.err
    wanted = Said(map(row.spelling, ONE_WORD)).instead_of(PLAIN, (plain.out + plain.err).decode())
    assert _same_tails(levelled((hostile.out + hostile.err).decode())) == _same_tails(levelled(wanted))


def _same_tails(printed: str) -> str:
    """Return what was printed without the name of a proposal, which is drawn anew each time."""
    return re.sub("(?<=Proposalp).*?(?=until)", "", re.sub(r"HOME/store/people\.db:@0,words", "", printed))


@pytest.mark.parametrize("row", [*ARGUMENTS[:: 1 if PROOF else 4], *MORE], ids=lambda row: row.words)
def test_nothing_typed_behind_a_command_reaches_the_terminal_raw_or_ends_it_oddly(row: Typed, twins: Twins) -> None:
    ended = twins.of(twins.hostile, argued(row.words, ARGUED))
    assert obeyed(ended.out + ended.err) == []
    assert b"should not happen" not in ended.err
    assert ended.code in ENDINGS


# What stands in the environment, in the names of files and in the files


ENVIRONMENT = (
    ("board", "HUE_STORE", "{1}"),
    ("board", "HUE_STORE", "pg://{}"),
    ("show @in", "HUE_KEYS", "{2}"),
    ("do ring 999", "HUE_SESSION", "{}"),
    ("spool list", "HUE_STATE", "{3}"),
    ("spool list", "XDG_STATE_HOME", "{4}"),
    ("board", "XDG_DATA_HOME", "{5}"),
    ("passphrase 2211", "HUE_PASSPHRASE_FILE", "{6}"),
    ("show @in", "HUE_KEY_PASSPHRASE_FILE", "{1}"),
    ("init --code X --name x --store new", "LOGNAME", "{}"),
    ("board", "TZ", "{}"),
    ("board", "TERM", "{}"),
    ("board", "LANG", "{}"),
    ("board", "COLUMNS", "{}"),
    ("board", "HOME", "{2}"),
)


@pytest.mark.parametrize(("words", "name", "value"), ENVIRONMENT)
def test_nothing_in_the_environment_reaches_the_terminal_raw(words: str, name: str, value: str, twins: Twins) -> None:
    env = {name: ARGUED.put(value)} | ({"HUE_STORE": ""} if name == "XDG_DATA_HOME" else {})
    ended = twins.of(twins.hostile, words.split(), b"", **env)
    assert obeyed(ended.out + ended.err) == []
    assert b"should not happen" not in ended.err
    assert ended.code in ENDINGS


NAMED = [text for text in CORPUS if len(text) <= LONG and not set(text) & set("/\x00\ud800")]
EVIL_NAME = "".join(NAMED)[:80]
CALL = ("2020-05-03 14:05:00", "police", "theft", "CENTRAL")


class Guest(NamedTuple):
    """A house of its own, in which files may be loaded: it is like no other then."""

    house: House
    twins: Twins

    @property
    def home(self) -> Path:
        """Where it is."""
        return self.house.home

    def __call__(self, words: str, *more: str, given: bytes = b"") -> Ended:
        """Put a command to it."""
        return self.twins.of(self.house, [*words.split(), *more], given)


@pytest.fixture(scope="module")
def guest(twins: Twins) -> Guest:
    house = House(twins.hostile.home.with_name("guest"), HOSTILE, time.time_ns())
    house.close()
    return Guest(house, twins)


def table(*rows: Sequence[str]) -> str:
    """Return rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows([storable(cell).replace("\x00", "") for cell in row] for row in rows)
    return out.getvalue()


def in_each_cell(row: Sequence[str]) -> Iterator[list[str]]:
    """Yield a row with each hostile text in each of its cells."""
    for text in CORPUS:
        for at in range(len(row)):
            yield [*row[:at], text[:200], *row[at + 1 :]]


PLACES = table(
    ("name", "district", "alias", "street"), *in_each_cell(("Mill Lane", "CENTRAL", "the mill", "Mill Street"))
)
CALLS = table(("ts", "service", "call_type", "township"), *in_each_cell(CALL))
FILES: tuple[tuple[str, str | bytes, int], ...] = (
    ("gazetteer load", PLACES, 0),
    ("gazetteer load", table(("name", "district", HOSTILE.whole), ("Mill", "CENTRAL", "x")), FOREIGN),
    ("gazetteer load", f'name,district\n"{HOSTILE[4]}', FOREIGN),
    ("gazetteer load", b"name,district\nMill,CENTRAL\nx" + b"\xff\x9b31m", FOREIGN),
    ("intake load --map montgomery", CALLS, 0),
    ("intake load --map montgomery", table(("ts", HOSTILE.whole), ("x", "y")), FOREIGN),
    ("intake load --map nashville", b"ts\n\xff\x9b31m\x1b[2J\n", 0),
    ("pack check", pack_saying("grades-2020", HOSTILE), 0),
    ("pack diff", pack_saying("categories-2011", HOSTILE) + b"# ours", 0),
    ("pack check", "kind = 'grades'\n\"\\u001b[2J\x9b\u202e[/]\" = 1\n", REFUSED),
    ("pack check", "kind = '\x9b\u202e[/]'\n", REFUSED),
    ("pack check", b"kind = '\xff\x1b[2J'\n", REFUSED),
    ("pack try", "pack = \x9b\u202e", REFUSED),
    ("pack adopt", pack_saying("results-2020", HOSTILE) + b"# ours", 0),
    ("ask --pack", pack_saying("standing-2026", HOSTILE), 0),
    ("crimes --reconcile", "\n".join(storable(text) for text in CORPUS), FOREIGN),
    ("share verify", HOSTILE[0], FOREIGN),
    ("share import", b"\x89CMX\r\n\x1a\x01" + b"\xff" * 40, FOREIGN),
    ("share agree MPS --key", "\x9b\u202e+0123abcd+AAAA", USAGE),
    ("passphrase 2211 --passphrase-file", storable(HOSTILE.whole), 0),
    ("phrase mft --phrase-file", storable(HOSTILE.whole), 0),
    ("do --script", b"note @ \xff\x9b\n", USAGE),
    ("do --script", "note . {grade}{}\n# \x1b[2J\n \x9b31m\n", USAGE),
)


@pytest.mark.parametrize(
    ("words", "content", "code"), FILES, ids=lambda one: one if isinstance(one, str) and len(one) < 40 else ""
)
def test_nothing_in_a_file_or_its_name_reaches_the_terminal_raw(
    words: str, content: str | bytes, code: int, guest: Guest
) -> None:
    file = guest.home / EVIL_NAME
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = guest(words, str(file))
    assert obeyed(ended.out + ended.err) == []
    assert (ended.code, b"should not happen" in ended.err) == (code, False), ended.err


def test_what_was_loaded_from_a_hostile_file_is_shown_as_what_it_is(guest: Guest) -> None:
    home, texts = guest.home, ("[@click=app.quit]x[/]", "\u202e999 lla", "{grade}{}")
    (home / "places.csv").write_text(table(("name", "district"), *([text, "CENTRAL"] for text in CORPUS)), newline="")
    rows = [[f"2019-05-03 14:0{at}:00", "police", text, "CENTRAL"] for at, text in enumerate(texts)]
    (home / "calls.csv").write_text(table(("ts", "service", "call_type", "township"), *rows), newline="")
    assert guest("gazetteer load places.csv").code == 0
    assert guest("intake load calls.csv --map montgomery").code == 0
    for words in ("owned", "alarm", "fake 999", "gazetteer"):
        ended = guest(f"gazetteer find {words}")
        assert (obeyed(ended.out + ended.err), ended.code) == ([], 0)
    assert b"]0;owned" in guest("gazetteer find owned").out
    for at, text in enumerate(texts, 1):
        for words in ("log", "show"):
            ended = guest(f"{words} h{at} of 3/5/2019")
            assert (obeyed(ended.out + ended.err), ended.code) == ([], 0)
            assert spelt(text) in ended.out.decode()


# What a command prints of its own paths


def _named(guest: Guest, kind: str) -> str:
    return f"{guest.home}/{kind}{EVIL_NAME}"


def test_founding_a_store_at_a_hostile_path_prints_it_spelt(guest: Guest) -> None:
    ended = guest("init --code X --name x --store", _named(guest, "a"), "--keys", _named(guest, "k"))
    assert ended.code == 0
    assert obeyed(ended.out + ended.err) == []


def test_a_backup_into_a_hostile_path_and_back_prints_it_spelt(guest: Guest) -> None:
    into, keys = _named(guest, "b"), _named(guest, "c")
    back = [
        guest("store backup", into, "--keys", keys),
        guest("store restore", into, "--keys", keys, "--store", _named(guest, "d")),
    ]
    assert [one.code for one in back] == [0, 0]
    assert [obeyed(one.out + one.err) for one in back] == [[], []]


def test_an_export_and_a_sheet_into_hostile_paths_print_them_spelt(guest: Guest) -> None:
    done = [guest("paper board --out", _named(guest, "p"))]
    done += [guest("paper board --out", _named(guest, "p"))]
    assert [one.code for one in done] == [0, REFUSED]
    assert [obeyed(one.out + one.err) for one in done] == [[], []]


def test_the_text_of_a_pack_goes_into_a_pipe_as_it_is_to_be_copied_and_changed(guest: Guest) -> None:
    """In a terminal it is shown line by line, made harmless; a copy that differs would be another pack."""
    file = guest.home / "own.toml"
    file.write_bytes(pack_saying("grades-2020", HOSTILE))
    shown = guest("pack show own.toml")
    assert shown.code == 0
    assert shown.out == file.read_bytes()


def test_a_rejected_row_begins_no_formula_in_a_spreadsheet(guest: Guest) -> None:
    home = guest.home
    (home / "bad.csv").write_text("ts\n=1+1\n@SUM(A1)\n+1\n-1\n")
    assert guest("intake load bad.csv --map nashville").code == 0
    (side,) = (home / "store" / "rejected").glob("bad.csv.*")
    cells = [cell for row in csv.reader(side.read_text().splitlines()) for cell in row]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\x00＝")] == []


# Lines that come by a script, a pipe, or later


SEPARATORS = ("\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\r")


@pytest.mark.parametrize("sign", SEPARATORS, ids=ascii)
@pytest.mark.parametrize("name", ["-", "script.txt"])
def test_what_stands_within_a_line_of_a_script_is_no_line_of_its_own(name: str, sign: str, guest: Guest) -> None:
    """Whoever keeps a chat in a script must not carry out what the caller typed behind a line separator."""
    home, words = guest.home, guest.house.names["in"]
    text = f"note {words} he wrote:{sign}ring 101 0161 496 0999\n"
    (home / "script.txt").write_text(text, newline="")
    ended = guest(f"do --json --script {name}", given=text.encode())
    assert [one["fields"]["words"] for one in objects(ended)] == [f"he wrote:{sign}ring 101 0161 496 0999"]


def test_lines_from_a_pipe_are_recorded_as_typed_and_answered_spelt(guest: Guest) -> None:
    item = guest.house.names["in"].encode()
    texts = [text for text in CORPUS if len(text) < 9_000 and "\n" not in text]
    lines = [b"note %s A" % item + text.encode("utf-8", "surrogatepass") + b"Z" for text in texts]
    broken = b"note %s A\xff\xfe\xc3(Z" % item
    odd = [text.encode("utf-8", "surrogatepass") for text in texts]
    given = (
        b"\n".join(
            [*lines, broken, *odd, b"help \x1b[2J", b"who \x1b[2J", b"board\x9b", b"units", b"proposals", b"desk"]
        )
        + b"\n"
    )
    ended = guest("", given=given)
    assert (obeyed(ended.out + ended.err), ended.code) == ([], 0)
    log = [one["fields"].get("words") for one in objects(guest("log --json", item.decode()))]
    for text in texts:
        kept = text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
        assert storable(f"A{kept}Z") in log
        assert levelled(spelt(f"A{kept}Z")) in levelled(ended.out.decode())
    assert "A<U+DCFF><U+DCFE><U+DCC3>(Z" in log


def test_lines_that_waited_at_the_seat_are_listed_spelt_and_delivered_as_typed(guest: Guest) -> None:
    home, item = guest.home, guest.house.names["in"]
    assert guest("do note @in before").code == 0
    (home / "store").rename(home / "away")
    texts = [f"A{text}Z".replace("\x00", "").replace("\ud800", "\udcff") for text in CORPUS if len(text) <= LONG]
    for text in texts[::7]:
        kept = guest("do --keep note", item, text)
        assert (obeyed(kept.out + kept.err), kept.code) == ([], UNAVAILABLE)
    told = [guest("spool list"), guest("spool list --json"), guest("spool drop 1")]
    (home / "away").rename(home / "store")
    told += [guest("spool deliver")]
    assert [(obeyed(one.out + one.err), one.code) for one in told] == [([], 0)] * 4
    for text in texts[::7]:
        assert levelled(spelt(text)) in levelled(told[0].out.decode())
    log = [one["fields"].get("words") for one in objects(guest("log --json", item))]
    assert {storable(text) for text in texts[7::7]} <= set(log)


def test_whoever_approves_sees_the_controls_in_what_was_proposed(twins: Twins) -> None:
    """The exact words that would be done: a line break that somebody approves is one that they saw."""
    listed = twins.of(twins.hostile, ["proposals"]).out.decode()
    assert re.sub(" ", "", spelt("harmless\rfake 999")) in re.sub(r"\s", "", listed)


@pytest.mark.parametrize("text", ["see http://e/", "he said:", "a / b /"])
def test_a_text_is_shown_to_its_last_letter(text: str, guest: Guest) -> None:
    assert text in guest("do note @in", text).out.decode()


def test_a_long_name_does_not_push_a_marker_out_of_sight(guest: Guest) -> None:
    """Letter, area 4: a marker that is missed. Whoever gives a name gives as much of one as a line holds."""
    (first, *_) = objects(guest("do --json person", "x" * 2_500))
    for line in ("marker . violent high pnc", f"involve @twoin {first['stream']} suspect"):
        assert guest(f"do {line}").code == 0
    (known,) = [line for line in guest("show @twoin").out.decode().splitlines() if line.startswith("known")]
    assert "MARKER violent (high)" in known


def test_a_second_look_shows_the_call_spelt_and_keeps_its_reason_as_typed(guest: Guest) -> None:
    answers = b"situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
    reason = storable(HOSTILE.whole).replace("\n", "")
    ended = guest("review --blind @fourin", given=answers + b"\n4 " + reason.encode() + b"\n")
    assert (obeyed(ended.out + ended.err), ended.code) == ([], 0), ended.err
    assert levelled(spelt(HOSTILE.whole)) in levelled(ended.out.decode())
    (name,) = re.findall(r"recorded as (\S+):", ended.out.decode())
    fields = [one["fields"] or {} for one in objects(guest(f"log {name} --json"))]
    assert reason in [text for one in fields for text in one.values()]


# A file of another force


def test_what_another_force_sends_is_shown_as_what_it_is(twins: Twins, guest: Guest) -> None:
    home = twins.hostile.home.with_name("london")
    home.mkdir()

    def london(words: str, *more: str) -> Ended:
        return run(home, [*words.split(), *more])

    assert london("init --code MPS --collar 9001 --name", ARGUED.whole).code == 0
    (ours,) = (guest.home / "keys").glob("*/verify.key")
    (theirs,) = (home / "keys").glob("*/verify.key")
    assert guest("share agree MPS --tier sealed --key", str(theirs)).code == 0
    assert guest("share export @in --to MPS --file", str(home / EVIL_NAME)).code == 0
    told = [london("share agree GMP --key", str(ours)), london("share import --json", EVIL_NAME), london("share list")]
    (taken,) = objects(told[1])
    names = taken["records"]
    told += [london(f"{word} {name}") for name in names for word in ("log", "show", "explain")]
    assert [(obeyed(one.out + one.err), one.code) for one in told] == [([], 0)] * len(told)
    assert levelled(spelt(HOSTILE.whole)) in levelled(b"".join(one.out for one in told).decode())
    words = [one["fields"] for name in names for one in objects(london(f"log --json {name}"))]
    assert storable(HOSTILE.whole) in [text for one in words for text in (one or {}).values()]


# Names are words


def test_no_name_is_imported_and_no_path_is_made_of_what_was_typed(twins: Twins) -> None:
    home = twins.hostile.home
    (home / "evilmod.py").write_text("open('imported', 'w')\nX = 1\n")
    around = {one.name for one in home.parent.iterdir()}
    for text in ("evilmod:X", "evilmod", "../escaped"):
        for words in (
            "pack try {}",
            "pack show {}",
            "ask {}",
            "ask --pack {}",
            "show {}",
            "do {}",
            "do note @in {}",
            "share verify {}",
        ):
            ended = twins.of(twins.hostile, [word.replace("{}", text) for word in words.split()])
            assert ended.code in ENDINGS
    assert not (home / "imported").exists()
    assert {one.name for one in home.parent.iterdir()} == around
    names = [one.name for one in (home / "store").rglob("*")] + [one.name for one in (home / "state").rglob("*")]
    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_.-]+", name)] == []


# All of it, each text alone


@pytest.mark.proof
def test_each_text_alone_in_every_field_is_printed_raw_by_no_command(twins: Twins, tmp_path: Path) -> None:
    """Two texts and a few commands; as proof every text and every command, for people and for machines."""
    random, began, printed = chance("hostile texts"), time.monotonic(), 0
    for number, text in enumerate(random.sample(CORPUS, count(len(CORPUS)))):
        house = House(tmp_path / f"{number}", Said(f"A{part}{text[:200]}Z" for part in range(PARTS)), time.time_ns())
        house.close()
        for sink in SINKS if PROOF else random.sample(SINKS, 4):
            for words in (sink.words, f"{sink.words} --json") if sink.json else (sink.words,):
                ended = twins.of(house, words.split())
                assert (obeyed(ended.out, ends=sink.ends), obeyed(ended.err), ended.code) == ([], [], 0), (text, words)
                printed += 1
    told = "0 raw, 0 crashed"
    tell(Told("hostile texts, each alone in every field, printed by commands", printed, told, time.monotonic() - began))
