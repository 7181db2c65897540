"""People searched by parts, sound, an error, a number's tail, a plate, an address; the file, made anew and purged."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hueandcry.domain.duty import Role
from hueandcry.domain.nominal import Nominal
from hueandcry.operator import erasing
from hueandcry.operator.desk import Desk
from hueandcry.operator.verbs import carry_out
from hueandcry.store.people import PEOPLE_NAME, People
from hueandcry.store.personindex import Sought
from tests.staging import Founded, Stage, work

KNOWN = {
    "siobhan": (
        "Siobhan Kelly",
        "born 12/3/1984",
        "number 07700 900123",
        "address CENTRAL 12 Mill Lane",
        "vehicle ab12 cde",
    ),
    "sean": ("Sean Kelly", "born 1990", "number 07700 900124", "address NORTH 7 Hill Road"),
    "smith": ("John Smith", "born 5/1980", "number 0161 496 0112"),
    "smyth": ("Jon Smyth", "born 1981"),
    "obrien": ("Aoife O'Brien", "alias Eva Brien", "address SOUTH 21 Mill Lane"),
}


class Known:
    """People on record, by a short name of each."""

    def __init__(self, desk: Desk, path: Path | None = None) -> None:
        self.desk, self.streams = desk, dict[str, bytes]()
        for name, (called, *details) in KNOWN.items():
            self.streams[name] = carry_out(desk, f"person {called}")[0].stream
            for detail in details:
                carry_out(desk, f"detail . {detail}")
        self.people = People(desk.log, path)

    def found(self, sought: Sought) -> list[str]:
        names = {stream: name for name, stream in self.streams.items()}
        return [names[one.stands] for one in self.people.found(sought).hits]

    def ref(self, name: str) -> str:
        return self.desk.board.name(self.streams[name])


@pytest.fixture
def known() -> Known:
    return Known(Stage().founder)


def names(text: str) -> Sought:
    return Sought(names=tuple(text.split()))


@pytest.mark.parametrize(
    ("sought", "first"),
    [
        (names("siobhan kelly"), "siobhan"),
        (names("kelly siobhan"), "siobhan"),
        (names("siob kelly"), "siobhan"),
        (names("sioban kelly"), "siobhan"),
        (names("siobhan kely"), "siobhan"),
        (names("shivawn kelly"), "siobhan"),
        (names("shaun kelly"), "sean"),
        (names("sean kelley"), "sean"),
        (names("eva brien"), "obrien"),
        (names("eefa obrien"), "obrien"),
        (Sought(("smith",), tail="0112"), "smith"),
        (Sought(("smith",), born=(1981, 1981)), "smyth"),
        (Sought(("kelly",), address=("hill",)), "sean"),
        (Sought(("shivawn",), born=(1950, 1951)), "siobhan"),
        (Sought(tail="900123"), "siobhan"),
        (Sought(plate="AB12CDE"), "siobhan"),
        (Sought(address=("21", "mill", "lane")), "obrien"),
    ],
    ids=str,
)  # fmt: skip
def test_who_is_meant_is_found_first(known: Known, sought: Sought, first: str) -> None:
    """Scenario 18: found as it is said, with a letter wrong, and with a wrong date."""
    assert known.found(sought)[0] == first


@pytest.mark.parametrize(
    "sought",
    [Sought(), names("xylophone"), Sought(tail="999999"), Sought(plate="ZZ99ZZZ"), Sought(address=("nowhere",))],
)
def test_who_is_not_there_is_not_found(known: Known, sought: Sought) -> None:
    assert known.found(sought) == []


def test_what_holds_no_more_finds_nobody_and_what_is_added_finds_them_at_once(known: Known) -> None:
    assert known.found(Sought(tail="900124")) == ["sean"]
    work(known.desk, f"strike {known.ref('sean')} 4 given up\ndetail {known.ref('sean')} number 07700 900999")
    assert known.found(Sought(tail="900124")) == []
    assert known.found(Sought(tail="900999")) == ["sean"]
    assert known.found(names("sean")) == ["sean"]


def test_one_person_with_two_records_is_found_once_and_by_either(known: Known) -> None:
    work(known.desk, f"same {known.ref('smyth')} {known.ref('smith')} one birthday")
    assert known.found(names("smyth")) == ["smith"]
    assert known.found(names("smith")) == ["smith"]
    work(known.desk, f"apart {known.ref('smyth')} {known.ref('smith')} cousins")
    assert known.found(names("jon smyth"))[0] == "smyth"


def test_who_has_a_number_and_which_calls_came_from_it_is_known(known: Known) -> None:
    rings = ("ring 999 07700 900123", "ring 101 +44 7700 900123", "ring 101 withheld")
    first, second, withheld = (carry_out(known.desk, ring)[0].stream for ring in rings)
    caller = known.people.caller(second, 0)
    assert caller is not None
    assert caller.people == (known.streams["siobhan"],)
    assert (caller.calls, caller.calls_lately, caller.contacts) == (1, 1, (first,))
    assert known.people.caller(withheld, 0) is None


def test_in_what_a_person_is_involved_is_known_until_it_is_taken_back(known: Known) -> None:
    work(known.desk, f"open - domestic\ninvolve 1 {known.ref('sean')} suspect\ninvolve 1 {known.ref('sean')} caller")
    stream = known.desk.board.incident_on("2026-11-23", 1)
    assert [(record, part.value) for record, part in known.people.parts_of(known.streams["sean"])] == [
        (stream, "caller"),
        (stream, "suspect"),
    ]
    work(known.desk, f"uninvolve 1 {known.ref('sean')} suspect at work")
    assert [part.value for _, part in known.people.parts_of(known.streams["sean"])] == ["caller"]


def test_an_address_is_found_by_its_words_alone_and_a_plate_by_its_beginning(known: Known) -> None:
    assert known.found(names("12 mill lane")) == ["siobhan"]
    assert set(known.found(names("mill lane"))) == {"siobhan", "obrien"}
    assert known.found(Sought(plate="AB12")) == ["siobhan"]


def test_of_many_that_fit_alike_whoever_has_a_marker_is_first_and_the_rest_are_counted(known: Known) -> None:
    """A list that is cut hides nobody who warns of themselves."""
    last = [
        carry_out(known.desk, f"person {name} Ashworth")[0].stream for name in ("Ann", "Bea", "Cy", "Di", "Ed", "Flo")
    ][-1]
    carry_out(known.desk, "marker . violent high pnc")
    found = known.people.found(names("ashworth"))
    assert (found.hits[0].stands, len(found.hits), found.more) == (last, 5, 1)
    carry_out(known.desk, "grant 1001 supervisor")
    carry_out(known.desk, "unmark . 3 mistaken for another")
    assert known.people.found(names("ashworth")).hits[0].stands != last


def test_one_address_is_one_however_it_is_written(known: Known) -> None:
    carry_out(known.desk, "person Liam Kelly")
    carry_out(known.desk, "detail . address central, 12 Mill Lane.")
    call = carry_out(known.desk, "ring 999 07700 900123")[0].stream
    caller = known.people.caller(call, 0)
    assert caller is not None
    assert len(caller.household[known.streams["siobhan"]]) == 1


# The file


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    stage = Founded(tmp_path / "store")
    yield stage
    stage.close()


@pytest.fixture
def kept(stage: Founded) -> Known:
    return Known(stage.founder, stage.room.folder.path / PEOPLE_NAME)


def test_the_file_is_for_the_owner_and_the_group_alone(stage: Founded, kept: Known) -> None:
    kept.found(names("kelly"))
    assert stat.S_IMODE(os.stat(stage.room.folder.path / PEOPLE_NAME).st_mode) == 0o660


@pytest.mark.parametrize("how", ["gone", "no database", "cut off", "of another journal"])
def test_whatever_happens_to_the_file_it_is_made_anew(stage: Founded, kept: Known, how: str) -> None:
    assert kept.found(names("siobhan")) == ["siobhan"]
    kept.people.close()
    path = stage.room.folder.path / PEOPLE_NAME
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "of another journal":
        other = Known(Stage().founder, path.with_name("other.db"))
        other.found(names("kelly"))
        other.people.close()
        path.write_bytes(path.with_name("other.db").read_bytes())
    else:
        path.write_bytes(b"no database at all" * 100 if how == "no database" else content[: len(content) // 2])
    assert kept.found(names("siobhan")) == ["siobhan"]
    assert kept.people.rebuild() == len(KNOWN)


def test_where_no_file_can_be_made_people_are_searched_in_memory(known: Known, tmp_path: Path) -> None:
    people = People(known.desk.log, tmp_path / "nowhere" / PEOPLE_NAME)
    assert [one.stands for one in people.found(names("siobhan")).hits] == [known.streams["siobhan"]]
    assert not (tmp_path / "nowhere").exists()


def test_two_who_search_at_once_take_up_what_is_new_once(stage: Founded, kept: Known) -> None:
    other = People(stage.room.journal, stage.room.folder.path / PEOPLE_NAME)
    for _ in range(3):
        carry_out(stage.founder, "person Niamh Walsh")
        assert kept.people.found(names("niamh")) == other.found(names("niamh"))
    assert len(other.found(names("neve walsh")).hits) == 3
    other.close()


def test_an_erased_person_is_found_no_more_and_no_word_of_theirs_stays_in_the_file(stage: Founded, kept: Known) -> None:
    assert kept.found(names("siobhan")) == ["siobhan"]
    path = stage.room.folder.path / PEOPLE_NAME
    assert b"siobhan" in path.read_bytes()
    work(stage.desk("5501", Role.SUPERVISOR), f"propose erase {kept.ref('siobhan')} MoPI review")
    (proposal,) = stage.board.staff["5501"].proposals
    work(stage.desk("5502", Role.SUPERVISOR), f"approve p{proposal.tail}")
    erasing.carry_out(stage.room, kept.streams["siobhan"])
    assert kept.found(names("siobhan")) == []
    assert kept.found(names("kelly")) == ["sean"]
    content = path.read_bytes().lower()
    for word in (b"siobhan", b"900123", b"321009", b"ab12cde", b"1984"):
        assert word not in content
    record = stage.board.record(kept.streams["siobhan"])
    assert isinstance(record, Nominal)
