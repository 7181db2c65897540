"""What is known of a ringing number, against the least that could be asked: a bare indexed lookup and one opening at the door.

Theory of operation. One store with many people, each with a name, a number, a date of birth and an address. Of the same numbers, in
turns, the page's own question is asked (who has it, what warns of them, who lives there, which calls came before; recorded in the
access log), and the bare one: a number in an indexed SQLite table, and that person's record opened at the same door.
    python -m tests.bench.ringing [--people N] [--addresses N] [--rounds N]
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from random import Random

from hueandcry.domain.contact import Channel, Ring
from hueandcry.domain.nominal import AddDetail, RegisterNominal, Sort
from hueandcry.domain.reference import Kind
from hueandcry.operator.callers import known
from hueandcry.operator.desk import Act
from hueandcry.operator.searching import people_of
from tests.population import people
from tests.staging import Founded

BATCH = 500
ASKED = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--addresses", type=int, default=20_000, help="fewer than people: others are at home there")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stage = Founded(Path(folder) / "store")
        bare = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        bare.execute("CREATE TABLE person (number TEXT PRIMARY KEY, stream BLOB) WITHOUT ROWID")
        numbers = fill(stage, bare, given.people, given.addresses)
        people_of(stage.founder.log).rebuild()
        ours, least = measured(stage, bare, numbers, given.rounds)
        at = f"{given.people:,} people at {given.addresses:,} addresses"
        print(f"{at}, {given.rounds} rounds of {ASKED}, median of medians")
        print(f"bare lookup and one opening   {least * 1e6:8.0f} us")
        print(f"what is known at the ring     {ours * 1e6:8.0f} us   {ours / least:.2f}x")
        stage.close()


def fill(stage: Founded, bare: sqlite3.Connection, count: int, addresses: int) -> list[str]:
    """Register so many people at so many addresses, and return their numbers."""
    desk, numbers, acts = stage.founder, [], []
    for at, one in enumerate(people(count, 1)):
        stream = desk.identity.stream(Kind.NOMINAL)
        number = f"+44{one.number.lstrip('+').removeprefix('44').lstrip('0')}"
        numbers.append(number)
        bare.execute("INSERT OR IGNORE INTO person VALUES (?,?)", (number, stream))
        acts += [
            Act(stream, RegisterNominal(Sort.NAME, one.name, "", True)),
            Act(stream, AddDetail(Sort.NUMBER, number, "", True)),
            Act(stream, AddDetail(Sort.BORN, f"{one.born}-05-05", "", True)),
            Act(stream, AddDetail(Sort.ADDRESS, f"{at % addresses} Mill Lane", "", True)),
        ]
        if len(acts) >= BATCH:
            desk.do(acts)
            acts = []
    if acts:
        desk.do(acts)
    return numbers


def measured(stage: Founded, bare: sqlite3.Connection, numbers: list[str], rounds: int) -> tuple[float, float]:
    """Return the median times (s) of both, in turns, each about a number of its own."""
    desk, chance = stage.founder, Random(1)
    ours, least = [], []
    for _ in range(rounds):
        one, other = [], []
        drawn = chance.sample(numbers, 2 * ASKED)
        for number, another in zip(drawn[:ASKED], drawn[ASKED:], strict=True):
            contact = desk.identity.stream(Kind.CONTACT)
            desk.do([Act(contact, Ring(Channel.EMERGENCY, number))])
            desk.door.leave()
            desk.door.stream(contact, "item")  # its own page is opened in any case
            began = time.perf_counter()
            told = known(desk, contact).lines
            one.append(time.perf_counter() - began)
            assert told[0].startswith("has this number"), told
            desk.door.leave()
            began = time.perf_counter()
            (stream,) = bare.execute("SELECT stream FROM person WHERE number=?", (another,)).fetchone()
            desk.door.stream(stream, "item")
            other.append(time.perf_counter() - began)
        ours.append(statistics.median(one))
        least.append(statistics.median(other))
    return statistics.median(ours), statistics.median(least)


if __name__ == "__main__":
    main()
