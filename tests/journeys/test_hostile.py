"""Hostile text through every command: what a stranger typed is recorded as it was typed, and shown as what it is.

Theory of operation. A house is a store in which a night was lived with one text in every field (tests/everyfield.py). Two
houses differ in the text alone: one holds all that hostile callers type, the other plain words. So what a command prints of
the one must be what it prints of the other with the text in the place of the words, spelt as a terminal may have it
(tests/shown.py); whatever else stands there was not said by anybody. A command is a row of SINKS, ARGUMENTS or FILES.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from hueandcry.domain.duty import Role
from hueandcry.domain.fact import Entry
from hueandcry.operator.grammar import SlotKind
from hueandcry.operator.spool import Spool
from hueandcry.operator.text import storable
from hueandcry.operator.verbs import VERBS, carry_out
from tests.everyfield import FIRST, PLAIN, SECOND, House, Said, live, mixed, pack_saying, typed
from tests.hostile import CORPUS
from tests.journeys.warm import Ended, Warm
from tests.proof.counts import PROOF
from tests.shown import levelled, obeyed, spelt
from tests.staging import Stage

BRIEF, LONG = 12, 60  # of a long text a few letters, so that all of them together are not cut where they are shown
HOSTILE = mixed([text if len(text) <= LONG else text[:BRIEF] for text in CORPUS])
TOLD_ASIDE = {"ack"}  # needs an escalation, which takes time


class Twins(NamedTuple):
    """A house with hostile words and one with plain words, and a command to ask of both."""

    hostile: House
    plain: House
    warm: Warm

    def ask(self, words: str, *more: str, given: bytes = b"", **env: str) -> tuple[Ended, Ended]:
        """Put a command to both houses; `@NAME` in it is what the night kept under that name."""
        return self.of(self.hostile, words, *more, given=given, **env), self.of(
            self.plain, words, *more, given=given, **env
        )

    def of(self, house: House, words: str, *more: str, given: bytes = b"", **env: str) -> Ended:
        """Put a command to one of them."""
        named = [re.sub(r"^@(\w+)$", lambda one: house.names.get(one[1], one[0]), word) for word in words.split()]
        state = str(house.home / "state")
        ended = self.warm.hue(
            house.home, [*named, *more], given, **{"HUE_SESSION": "second", "HUE_STATE": state, **env}
        )
        home = str(house.home).encode()
        return Ended(ended.code, ended.out.replace(home, b"HOME"), ended.err.replace(home, b"HOME"))


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    now_ns, folder = time.time_ns(), tmp_path_factory.mktemp("houses")
    houses = House(folder / "hostile", HOSTILE, now_ns), House(folder / "plain", PLAIN, now_ns)
    for house in houses:
        house.close()
    with Warm(folder) as warm:
        yield Twins(*houses, warm)


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
            wanted = {plain, *(said_instead(plain, how) for how in (storable, spelt))}
            same = found in wanted or levelled(found) in map(levelled, wanted)
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


LINES = [line for _, _, line in typed()]
BLANKS_LOST = {"person", "detail", "classify"}


def _of_words() -> Iterator[Any]:
    for number, line in enumerate(LINES):
        if "{" in line:
            why = "runs of blanks, line breaks and tabs among them, are made one space before the words are recorded"
            lost = line.split()[0] in BLANKS_LOST
            yield pytest.param(
                number, id=f"{number} {line}", marks=[pytest.mark.xfail(strict=True, reason=why)] if lost else []
            )


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
    return any(field == words or (line.split()[0] in JOINED and field.endswith(words)) for field in fields)


@pytest.mark.parametrize("number", list(_of_words()))
def test_what_is_typed_into_a_field_is_recorded_letter_by_letter(number: int, recorded: dict[int, list[str]]) -> None:
    parts = [HOSTILE.whole if not part else HOSTILE[int(part) - 1] for part in re.findall(r"\{(\d?)\}", LINES[number])]
    for part in parts:
        assert holds(recorded[number], LINES[number], storable(part))


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

    `spelling` is how a text stands in it, where it is quoted.
    """

    words: str
    json: bool = True
    strip: str = ""
    ends: str = "\n"
    spelling: Callable[[str], str] = spelt


def quoted(text: str) -> str:
    """Return a text spelt as it stands between quotation marks."""
    return spelt(json.dumps(storable(text), ensure_ascii=False)[1:-1])


PAGES = r"(?m)^.*page +\d+$|^[-=]{80}$|^\f?(?:OPEN BOARD|CONTACT|INCIDENT|LOG) .*$"
SINKS = (
    *map(Sink, ("board", "board --at @200", "desk", "units", "queues", "ask", "coverage", "checks", "contribution")),
    *map(Sink, ("partners", "partners --waits", "proposals", "crimes", "regrades", "faults", "agreement", "sample 3")),
    *map(
        Sink, ("journal", "replay", "replay --digest", "verify", "store info", "pack list", "share list", "spool list")
    ),
    *map(
        Sink,
        ("who number=900123", "who looks", "duplicates @twoin", "access 2211", "access @in"),
    ),
    *map(Sink, ("gazetteer find mill", "show mft", "log mft", "show 2211", "log 2211", "log elm")),
    *(
        Sink(f"log {name}")
        for name in ("@in", "@call", "@onchat", "@onivr", "@ringing", "@ward", "@home", "@sent", "@man")
    ),
    *(Sink(f"log {name}") for name in ("@double", "@twoin", "@threein", "@fourin", "@on101")),
    *(Sink(f"show {name}") for name in ("@in", "@call", "@ringing", "@ward", "@man", "@onpartner")),
    *(Sink(f"explain {name}") for name in ("@in", "@call", "@ward", "@home", "@sent", "@fourin")),
    Sink("erase @on101 --dry-run", json=False, strip=".*people.db.*\n"),  # finds there the words of others that are like these
    Sink("paper", json=False, strip=PAGES, ends="\n\f"),
    Sink("pack diff results-2020", spelling=quoted),
    *(Sink(f"pack try {name}") for name in ("strive-2020", "grades-2020", "standing-2026")),
)


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.words)
def test_a_command_prints_what_was_said_spelt_as_a_terminal_may_have_it_and_nothing_else(
    sink: Sink, twins: Twins
) -> None:
    hostile, plain = twins.ask(sink.words)
    assert (hostile.code, plain.code) == (0, 0), hostile.err
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
