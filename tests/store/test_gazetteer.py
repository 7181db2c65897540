"""Listed places are found as people say and type them; the index is rebuilt whatever becomes of its file; a file loads whole.

Source: letter, area 4 (location at once).
"""

import csv
import random
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hueandcry.domain.duty import Role
from hueandcry.domain.fault import ForeignFault, Refused
from hueandcry.domain.gazetteer import GAZETTEER_STREAM, BeginEdition, Edition, Gazetteer, ListPlaces, PlacesListed
from hueandcry.operator import places as loading
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.places import COLUMNS, Listing, e7_of, places_of, read, record
from hueandcry.store import gazetteer
from hueandcry.store.gazetteer import PLACES_NAME, Places
from hueandcry.store.log import Log
from hueandcry.store.placeindex import Fit, Place, plain, words_in
from tests.hostile import CORPUS, HUGE
from tests.staging import Founded, Stage

# Each line: name | district | alias | street | town | postcode | beat
TOWN = """
12 Mill Lane | CENTRAL | | Mill Lane | Hulme | M15 4AB | C2
120 Mill Lane | CENTRAL | | Mill Lane | Hulme | M15 4AC | C2
12A Mill Lane | CENTRAL | | Mill Lane | Hulme | M15 4AB | C2
Flat 3, 14 Mill Lane | CENTRAL | | Mill Lane | Hulme | M15 4AB | C2
12 Mill Street | NORTH | | Mill Street | Blackley | M9 8HH | N1
7 Hill Lane | NORTH | | Hill Lane | Blackley | M9 6PE | N1
Moulin Rouge | CENTRAL | the Windmill / the old mill | Oxford Street | Manchester | M1 6EU | C1
St Mary's Church | CENTRAL | The Hidden Gem / Saint Mary Mulberry Street | Mulberry Street | Manchester | M2 6LN | C1
Saint Mary's Hospital | SOUTH | SMH / the women's hospital | Oxford Road | Manchester | M13 9WL | S1
St. Ann's Square | CENTRAL | | | Manchester | M2 7HG | C1
Manchester Royal Infirmary | SOUTH | MRI / the Royal | Oxford Road | Manchester | M13 9WL | S1
Piccadilly Gardens | CENTRAL | the Gardens | Piccadilly | Manchester | M1 1RG | C1
Piccadilly Station | CENTRAL | Manchester Piccadilly / London Road Station | Station Approach | Manchester | M60 7RA | C1
Strangeways | NORTH | HMP Manchester | Southall Street | Manchester | M60 9AH | N2
Etihad Stadium | EAST | City of Manchester Stadium / Eastlands / Man City | Ashton New Road | Manchester | M11 3FF | E1
Old Trafford | SOUTH | Man United / Theatre of Dreams | Sir Matt Busby Way | Stretford | M16 0RA | S2
Lancashire Cricket Ground | SOUTH | Emirates Old Trafford | Talbot Road | Stretford | M16 0PX | S2
White Field | NORTH | | | Bury | | N3
Whitefield Metrolink Stop | NORTH | | Bury New Road | Whitefield | M45 7TD | N3
3 Bridgewater Street | CENTRAL | | Bridgewater Street | Manchester | M3 4NN | C1
Knott Mill | CENTRAL | Deansgate Station | Whitworth Street West | Manchester | M1 5LH | C1
Greengate Garage | SALFORD | | Greengate | Salford | M3 7NG | F1
Leicester Road Primary School | SALFORD | | Leicester Road | Salford | M7 4AR | F1
Phoenix Way Industrial Estate | NORTH | | Phoenix Way | Rochdale | OL16 1AA | N4
McDonald's | CENTRAL | Maccies | Oxford Road | Manchester | M1 5QA | C1
Café Nero | CENTRAL | | Oxford Street | Manchester | M1 6FQ | C1
The Crown and Kettle | CENTRAL | | Oldham Road | Manchester | M4 5EA | C1
The Crown | NORTH | | Crown Street | Oldham | OL1 1AA | N5
12 Crown Street | NORTH | | Crown Street | Oldham | OL1 1AB | N5
King's Head | EAST | | Droylsden Road | Audenshaw | M34 5RE | E2
Kings Road Playing Fields | SOUTH | | Kings Road | Chorlton | M21 0XU | S3
Beaufort House | CENTRAL | | Byrom Street | Manchester | M3 4PF | C1
Ancoats Retail Park | CENTRAL | | Great Ancoats Street | Manchester | M4 6DE | C1
Urmston Meadows | SOUTH | | Meadow Road | Urmston | M41 9DJ | S4
M60 Junction 10 | SALFORD | Barton / Trafford Centre junction | | Eccles | | F2
Thirlmere Avenue Recreation Ground | SOUTH | | Thirlmere Avenue | Stretford | M32 8QW | S2
1 Thirlmere Avenue | SOUTH | | Thirlmere Avenue | Stretford | M32 8QR | S2
Peel Park | SALFORD | | The Crescent | Salford | M5 4PU | F1
Higher Blackley Cemetery | NORTH | | Rochdale Road | Blackley | M9 6FX | N1
100 Cross Lane | SALFORD | | Cross Lane | Salford | M5 4BP | F1
"""
UPRN = {"12 Mill Lane": 10_012_345_678, "Old Trafford": 100_012_697_344}


def rows_of(text: str) -> list[str]:
    """Return the lines of a town as rows of a fact."""
    rows = []
    for line in text.strip().splitlines():
        name, district, alias, street, town, postcode, beat = (cell.strip() for cell in line.split("|"))
        aliases = "|".join(one.strip() for one in alias.split("/") if one.strip())
        point = ("534659000", "-22471000") if postcode else ("", "")
        uprn = str(UPRN.get(name, ""))
        rows.append("\t".join((name, district, uprn, aliases, street, town, postcode, beat, *point)))
    return rows


def listing_of(rows: list[str], digest: bytes = b"town", part: int = 1000) -> Listing:
    """Return rows as a file of them would be listed."""
    parts = [rows[at : at + part] for at in range(0, len(rows), part)]
    return Listing(digest, [(len(one), "\n".join(one).encode()) for one in parts], [], set())


def put(desk: Desk, listing: Listing) -> Edition:
    """Record an edition at a desk and return it."""
    record(desk, listing, lambda _: None)
    return gazetteer_of(desk).editions[-1]


def gazetteer_of(desk: Desk) -> Gazetteer:
    found = desk.board.record(GAZETTEER_STREAM)
    assert isinstance(found, Gazetteer)
    return found


def at(log: Log, path: Path | None, edition: Edition) -> Places:
    """Return the places of an edition as a process would that comes new."""
    places = Places(log, path)
    places.turn_to(edition)
    return places


@pytest.fixture(scope="module")
def stage() -> Stage:
    stage = Stage()
    put(stage.founder, listing_of(rows_of(TOWN)))
    return stage


@pytest.fixture(scope="module")
def town(stage: Stage) -> Places:
    return places_of(stage.log, stage.board)


def names(found: list[Place]) -> list[str]:
    return [one.name for one in found]


# What people say and type; the first that is found

FIRST = [
    # in full, in any order, in part
    ("12 Mill Lane", "12 Mill Lane"),
    ("mill lane 12", "12 Mill Lane"),
    ("mill 12", "12 Mill Lane"),
    ("12 mi la", "12 Mill Lane"),
    ("lane mill 120", "120 Mill Lane"),
    ("12a mill lane", "12A Mill Lane"),
    ("12 a mill lane", "12A Mill Lane"),
    ("flat 3 14 mill", "Flat 3, 14 Mill Lane"),
    ("12 mill street", "12 Mill Street"),
    ("12 mill st", "12 Mill Street"),
    ("12 mill ln", "12 Mill Lane"),
    ("thirl ave 1", "1 Thirlmere Avenue"),
    ("recr thirl", "Thirlmere Avenue Recreation Ground"),
    ("picc gdns", "Piccadilly Gardens"),
    ("lanc cric", "Lancashire Cricket Ground"),
    ("peel", "Peel Park"),
    ("CROSS LANE 100", "100 Cross Lane"),
    ("junction 10 m60", "M60 Junction 10"),
    ("m60 jct 10", "M60 Junction 10"),
    # by alias
    ("mri", "Manchester Royal Infirmary"),
    ("the royal", "Manchester Royal Infirmary"),
    ("hidden gem", "St Mary's Church"),
    ("the women's hospital", "Saint Mary's Hospital"),
    ("smh", "Saint Mary's Hospital"),
    ("man city", "Etihad Stadium"),
    ("eastlands", "Etihad Stadium"),
    ("theatre of dreams", "Old Trafford"),
    ("hmp manchester", "Strangeways"),
    ("maccies", "McDonald's"),
    ("deansgate station", "Knott Mill"),
    ("old mill", "Moulin Rouge"),
    # by postcode, with the blank and without
    ("M16 0RA", "Old Trafford"),
    ("m160ra", "Old Trafford"),
    ("old trafford m16 0ra", "Old Trafford"),
    ("ol16 1aa", "Phoenix Way Industrial Estate"),
    ("ol161aa", "Phoenix Way Industrial Estate"),
    ("m11", "Etihad Stadium"),
    ("m60 9", "Strangeways"),
    # by property number
    ("100012697344", "Old Trafford"),
    # saints, apostrophes, accents, signs
    ("Saint Mary's church", "St Mary's Church"),
    ("st marys church", "St Mary's Church"),
    ("St. Mary’s Church", "St Mary's Church"),
    ("st marys hosp", "Saint Mary's Hospital"),
    ("saint anns square", "St. Ann's Square"),
    ("st anns sq", "St. Ann's Square"),
    ("kings head", "King's Head"),
    ("mcdonalds", "McDonald's"),
    ("mc donalds", "McDonald's"),
    ("cafe nero", "Café Nero"),
    ("CAFÉ NERO", "Café Nero"),
    ("crown & kettle", "The Crown and Kettle"),
    ("the crown", "The Crown"),
    ("phoenix way ind est", "Phoenix Way Industrial Estate"),
    # two words as one, one as two
    ("bridge water street 3", "3 Bridgewater Street"),
    ("whitefield bury", "White Field"),
    ("white field metrolink", "Whitefield Metrolink Stop"),
    ("green gate garage", "Greengate Garage"),
    # as it sounds, as it is mistyped
    ("mil lain 12", "12 Mill Lane"),
    ("12 mil layne", "12 Mill Lane"),
    ("straingeways", "Strangeways"),
    ("piccadily gardns", "Piccadilly Gardens"),
    ("lester road school", "Leicester Road Primary School"),
    ("fenix way", "Phoenix Way Industrial Estate"),
    ("bofort house", "Beaufort House"),
    ("ankoats retail", "Ancoats Retail Park"),
    ("ermston meadows", "Urmston Meadows"),
    ("etihad stadum", "Etihad Stadium"),
    ("old traford man untied", "Old Trafford"),
    ("higher blakely cemetary", "Higher Blackley Cemetery"),
    ("thurlmere avenue 1", "1 Thirlmere Avenue"),
    ("nott mill", "Knott Mill"),
    ("royal infermary", "Manchester Royal Infirmary"),
]


@pytest.mark.parametrize(("said", "name"), FIRST)
def test_a_place_is_found_first_as_people_say_and_type_it(said: str, name: str, town: Places) -> None:
    assert names(town.find(said))[:1] == [name]


def test_a_street_finds_what_stands_in_it_and_no_other_street(town: Places) -> None:
    found = town.find("mill lane")
    assert {one.street for one in found} == {"Mill Lane"}
    assert len(found) == 4


def test_what_is_typed_so_far_is_enough_at_every_letter(town: Places) -> None:
    for text in ("12 Mill Lane", "Manchester Royal Infirmary", "St Mary's Hospital"):
        for end in range(3, len(text) + 1):
            assert town.find(text[:end]), text[:end]


def test_what_is_beside_the_name_finds_it_too_but_behind_what_is_named_so(town: Places) -> None:
    assert names(town.find("oxford")) != []
    assert names(town.find("piccadilly"))[0].startswith("Piccadilly")
    assert "White Field" in names(town.find("bury"))
    assert {one.district for one in town.find("salford", limit=20)} == {"SALFORD"}


@pytest.mark.parametrize(
    "said", ["zorblax", "12 zorblax lane", "13 mill lane", "m99 9zz", "mill lane oldham", "", "  ", "-", "!!", "\u200b"]
)
def test_what_is_not_there_is_not_found(said: str, town: Places) -> None:
    assert town.find(said) == []


def test_no_more_are_found_than_were_asked_for(town: Places) -> None:
    assert len(town.find("m")) == 8
    assert len(town.find("m", limit=3)) == 3
    assert town.find("m", limit=3) == town.find("m")[:3]


# What may be taken for what was said


@pytest.mark.parametrize(
    ("said", "fit", "meant"),
    [
        ("12 mill lane", Fit.WHOLE, ["12 Mill Lane"]),
        ("12 mil la", Fit.BEGUN, ["12 Mill Lane"]),
        ("mri", Fit.WHOLE, ["Manchester Royal Infirmary"]),
        ("m16 0ra", Fit.WHOLE, ["Old Trafford"]),
        ("12 crown street", Fit.WHOLE, ["12 Crown Street"]),
        ("the crown", Fit.WHOLE, ["The Crown", "12 Crown Street", "The Crown and Kettle"]),
        ("10 cross lane", Fit.PART, ["100 Cross Lane"]),
        ("1 mill lane", Fit.PART, ["12 Mill Lane", "12A Mill Lane", "120 Mill Lane", "Flat 3, 14 Mill Lane"]),
        ("straingeways", Fit.ALIKE, ["Strangeways"]),
        ("zorblax", Fit.ALIKE, []),
    ],
)
def test_what_fits_best_is_meant_and_how_well_is_told(said: str, fit: Fit, meant: list[str], town: Places) -> None:
    found_fit, found = town.meant(said)
    assert found_fit is fit
    assert sorted(names(found)) == sorted(meant)


@pytest.mark.parametrize(
    "said", ["13 mil lain", "4 mil lain", "21 mill lane", "11 mill lain", "m15 4ad", "m16 0rb mill lane"]
)
def test_a_number_is_never_guessed_at(said: str, town: Places) -> None:
    """Another house of the street is another house, and another postcode another street."""
    assert town.find(said) == []


def test_a_place_says_what_its_row_says(town: Places) -> None:
    (place,) = town.find("12 mill lane hulme m15 4ab c2", limit=1)
    assert place == Place(
        1,
        "12 Mill Lane",
        "CENTRAL",
        10_012_345_678,
        (),
        "Mill Lane",
        "Hulme",
        "M15 4AB",
        "C2",
        (534_659_000, -22_471_000),
    )
    (alone,) = town.find("m60 junction 10")
    assert (alone.uprn, alone.point, alone.postcode) == (0, (), "")
    assert alone.aliases == ("Barton", "Trafford Centre junction")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("12 mill lane", "12 Mill Lane, Hulme, M15 4AB"),
        ("hidden gem", "St Mary's Church, Mulberry Street, Manchester, M2 6LN"),
        ("m60 junction 10", "M60 Junction 10, Eccles"),
        ("mri", "Manchester Royal Infirmary, Oxford Road, M13 9WL"),
    ],
)
def test_a_place_is_written_without_saying_anything_twice(said: str, written: str, town: Places) -> None:
    assert town.find(said)[0].words == written


def test_a_number_names_the_place_of_that_row_and_nothing_else_does(town: Places) -> None:
    rows = rows_of(TOWN)
    for number, row in enumerate(rows, 1):
        place = town.numbered(number)
        assert place is not None
        assert (place.number, place.name) == (number, row.split("\t")[0])
    assert [town.numbered(one) for one in (0, -1, len(rows) + 1, 10**9, 10**15)] == [None] * 5


# A whole force area, drawn by chance

STREETS, ENDS, SORTS, TOWNS = (
    line.split()
    for line in """
Acacia Albion Beech Bolton Canal Chapel Church Derby Elm Gladstone Grange Heath High Hope Linden Manor Market Mill Moss York
field brook ton ford wood ley bank hurst worth dale gate mere cliffe
Street Road Avenue Lane Close Drive Grove Court Crescent Terrace Gardens Way Square
Manchester Salford Stockport Bolton Bury Oldham Rochdale Trafford Wigan Altrincham Sale Hyde Denton Leigh Eccles
""".strip().splitlines()
)
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def area(count: int, seed: int) -> list[str]:
    """Return the rows of an area: streets with their houses, and here and there a place that has an alias."""
    draw = random.Random(seed)
    streets = []
    for _ in range(count // 40):
        first = draw.choice(STREETS) + (draw.choice(ENDS) if draw.random() < 0.5 else "")
        at = draw.randrange(len(TOWNS))
        streets.append((f"{first} {draw.choice(SORTS)}", TOWNS[at], f"M{at + 1}", f"D{at // 3}", f"B{at}"))
    rows = []
    for number in range(count):
        street, town, out, district, beat = draw.choice(streets)
        postcode = f"{out} {draw.randrange(10)}{draw.choice(LETTERS)}{draw.choice(LETTERS)}"
        house = f"{draw.randrange(1, 200)}{draw.choice('ABC') if draw.random() < 0.05 else ''} {street}"
        named = draw.random() < 0.05
        name = f"{draw.choice(STREETS)} {draw.choice(('Arms', 'School', 'Surgery', 'Club'))}" if named else house
        alias = f"the {draw.choice(ENDS)} {draw.choice(('shop', 'hut', 'corner'))} {number}" if named else ""
        rows.append("\t".join((name, district, str(10**10 + number), alias, street, town, postcode, beat, "", "")))
    return rows


AREA = area(20_000, 7)


@pytest.fixture(scope="module")
def wide() -> Places:
    stage = Stage()
    edition = put(stage.founder, listing_of(AREA))
    return at(stage.log, None, edition)


def sample(
    count: int, seed: int, which: Callable[[list[str]], bool] = lambda _: True
) -> Iterator[tuple[int, list[str]]]:
    """Yield some rows, each with its number."""
    draw = random.Random(seed)
    fitting = [number for number, row in enumerate(AREA, 1) if which(row.split("\t"))]
    for number in draw.sample(fitting, count):
        yield number, AREA[number - 1].split("\t")


def mistyped(word: str, draw: random.Random) -> str:
    """Return a word with one letter left out, one put in another's place, or two changed round; a number as it is."""
    if len(word) < 5 or not word.isalpha():
        return word
    at = draw.randrange(1, len(word) - 2)
    return draw.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + "e" + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def test_each_place_of_an_area_is_found_by_its_name_and_postcode(wide: Places) -> None:
    for number, row in sample(300, 1):
        for text in (f"{row[0]} {row[6]}", f"{row[6].replace(' ', '')} {row[0]}"):
            assert number in [one.number for one in wide.find(text)], text


def test_each_place_of_an_area_is_found_by_the_beginnings_of_its_words_in_any_order(wide: Places) -> None:
    draw = random.Random(2)
    for _, row in sample(300, 2):
        words = [word[:4] if word.isalpha() else word for word in words_in(f"{row[0]} {row[5]}")]
        draw.shuffle(words)
        found = wide.find(" ".join(words), limit=200)
        assert (row[0], row[5]) in {(one.name, one.town) for one in found}, words


def test_each_place_of_an_area_is_found_by_its_alias_and_property_number(wide: Places) -> None:
    for number, row in sample(200, 3, lambda row: bool(row[3])):
        assert wide.find(row[3])[0].number == number
        assert [one.number for one in wide.find(row[2])] == [number]


def test_of_names_with_an_error_in_every_long_word_nine_in_ten_are_among_the_first_eight(wide: Places) -> None:
    draw = random.Random(4)
    hits = 0
    for _, row in sample(400, 4, lambda row: not row[3]):
        text = " ".join(mistyped(word, draw) for word in words_in(f"{row[0]} {row[5]}"))
        hits += any((one.name, one.town) == (row[0], row[5]) for one in wide.find(text))
    assert hits >= 360, hits


def test_a_whole_name_is_found_first_among_thousands_that_hold_it() -> None:
    """Only so many are compared letter by letter; the one that is named just so is always among them."""
    stage = Stage()
    rows = [f"{number} High Street\tCENTRAL" for number in range(1, 1500)]
    edition = put(stage.founder, listing_of([*rows, "High Street\tNORTH", "Nowhere\tEAST\t\tHigh Street"]))
    places = at(stage.log, None, edition)
    assert {one.number for one in places.find("high street")[:2]} == {1500, 1501}
    assert {one.number for one in places.find("high st")[:2]} == {1500, 1501}


def test_what_is_named_so_is_found_before_thousands_that_only_lie_there() -> None:
    stage = Stage()
    rows = [f"{number} Elm Road\tCENTRAL\t\t\tElm Road\tOxford" for number in range(1, 1500)]
    edition = put(stage.founder, listing_of([*rows, "Oxford Arms\tNORTH\t\t\t\tBury"]))
    assert names(at(stage.log, None, edition).find("oxford"))[0] == "Oxford Arms"


def test_a_place_that_has_the_words_stands_before_one_that_is_only_written_more_like_them() -> None:
    stage = Stage()
    rows = ["Crowns\tWEST", "The Crown at the End of the Long Lane\tWEST"]
    edition = put(stage.founder, listing_of(rows))
    assert [one.number for one in at(stage.log, None, edition).find("crown")] == [2, 1]
    assert [one.number for one in at(stage.log, None, edition).find("crow")] == [1, 2]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("12 mill lane".ljust(500), True),
        ("12 mill lane".ljust(501), False),
        ("12 mill lane" + " 12 mill" * 12, True),
        (" ".join(f"12 mill lane {number}" for number in range(20)), False),
    ],
    ids=["500 letters", "501 letters", "the same words again", "more words than 20"],
)
def test_a_text_that_is_longer_than_any_cell_names_no_place(text: str, there: bool, town: Places) -> None:
    assert bool(town.find(text)) is there


# The file beside the journal


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Founded]:
    with closing(Founded(tmp_path / "store")) as room:
        put(room.founder, listing_of(rows_of(TOWN)))
        yield room


def file_of(room: Founded) -> Path:
    return room.room.folder.path / PLACES_NAME


def again(room: Founded) -> Places:
    """Return the places as another process comes to them."""
    return at(room.log, file_of(room), gazetteer_of(room.founder).editions[-1])


def answers(places: Places) -> list[object]:
    """Return what a search says to each of a few questions, and a place by its number."""
    return [places.find(said) for said, _ in FIRST] + [places.numbered(5)]


def test_the_file_is_made_at_the_first_question_for_the_owner_and_the_group_alone(room: Founded) -> None:
    assert not file_of(room).exists()
    expected = answers(places_of(room.log, room.board))
    assert f"{stat.S_IMODE(file_of(room).stat().st_mode):04o}" == "0660"
    assert [one.name for one in file_of(room).parent.glob("gazetteer.db*")] == [PLACES_NAME]
    before = file_of(room).stat()
    assert answers(again(room)) == expected
    after = file_of(room).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_the_file_is_not_made_again_by_whoever_comes_next(room: Founded, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers(again(room))
    monkeypatch.setattr(gazetteer, "made_of", lambda *_: pytest.fail("made again"))
    assert answers(again(room)) == expected


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def page_out(content: bytes) -> bytes:
    return content[:4096] + bytes(4096) + content[8192:]


def foreign(_: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:")) as other:
        other.execute("CREATE TABLE place (name TEXT)")
        return other.serialize()


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "a line of text": lambda _: b"not a database\n",
    "zeros": lambda content: bytes(len(content)),
    "cut off": cut,
    "a page of zeros": page_out,
    "one letter of a name": lambda content: content.replace(b"Strangeways", b"Strangewaye"),
    "another database": foreign,
    "longer": lambda content: content + bytes(4096),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_made_anew_and_answers_as_before(how: str, room: Founded) -> None:
    expected = answers(again(room))
    sound = file_of(room).read_bytes()
    file_of(room).write_bytes(DAMAGE[how](sound))
    assert answers(again(room)) == expected
    assert file_of(room).read_bytes() == sound


def test_no_byte_of_the_file_can_change_unseen(room: Founded) -> None:
    expected = answers(again(room))
    sound = file_of(room).read_bytes()
    draw = random.Random(5)
    for place in [0, 18, 60, 63, 100, *draw.sample(range(len(sound)), 25), len(sound) - 1]:
        file_of(room).write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        assert answers(again(room)) == expected, place
        assert file_of(room).read_bytes() == sound, place


def test_a_file_that_is_taken_away_or_spoilt_while_it_is_searched_is_made_anew(room: Founded) -> None:
    places = again(room)
    expected = answers(places)
    places.close()
    file_of(room).unlink()
    assert answers(places) == expected
    assert file_of(room).exists()
    places.close()
    assert places.find("mri")
    with file_of(room).open("r+b") as file:
        file.truncate(4096)
    assert answers(places) == expected


def test_what_stands_in_the_way_of_the_file_hinders_no_search(room: Founded) -> None:
    expected = answers(again(room))
    file_of(room).unlink()
    file_of(room).mkdir()
    assert answers(again(room)) == expected
    assert file_of(room).is_dir()
    assert [one.name for one in file_of(room).parent.glob("gazetteer.db*")] == [PLACES_NAME]


@pytest.mark.parametrize("hindered", ["open", "fsync", "pwrite"])
def test_where_no_file_can_be_written_the_places_are_searched_in_memory(
    hindered: str, room: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is read only to this person, or a disk that is full."""
    expected = answers(again(room))
    file_of(room).unlink()

    def refuses(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(f"os.{hindered}", refuses)
        places = again(room)
        assert answers(places) == expected
    assert list(file_of(room).parent.glob("gazetteer.db*")) == []
    assert answers(places) == expected


def test_a_folder_that_is_not_there_hinders_no_search(room: Founded, tmp_path: Path) -> None:
    edition = gazetteer_of(room.founder).editions[-1]
    assert at(room.log, tmp_path / "nowhere" / PLACES_NAME, edition).find("mri")
    assert not (tmp_path / "nowhere").exists()


def test_a_load_that_broke_off_while_the_file_was_written_leaves_the_old_file_whole(
    room: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(room).find("mri")
    before = file_of(room).read_bytes()
    put(room.founder, listing_of(["Only Place\tCENTRAL"], b"second"))

    def killed(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            again(room).find("mri")
    assert file_of(room).read_bytes() == before
    assert names(again(room).find("only")) == ["Only Place"]


def test_a_journal_in_memory_has_its_places_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stage = Stage()
    put(stage.founder, listing_of(rows_of(TOWN)))
    assert names(places_of(stage.log, stage.board).find("mri")) == ["Manchester Royal Infirmary"]
    assert list(tmp_path.iterdir()) == []


def test_a_journal_has_its_places_once_however_often_they_are_asked_for(room: Founded) -> None:
    assert places_of(room.log, room.board) is places_of(room.log, room.board)
    other = Stage()
    assert places_of(other.log, other.board) is not places_of(room.log, room.board)


# Editions


def test_without_an_edition_nothing_is_listed_and_nothing_written(tmp_path: Path) -> None:
    with closing(Founded(tmp_path / "store")) as room:
        places = places_of(room.log, room.board)
        assert places.edition is None
        assert (places.find("mri"), places.numbered(1), places.meant("mri")) == ([], None, (Fit.ALIKE, []))
        assert not file_of(room).exists()


def test_a_later_edition_takes_the_place_of_the_former_one_whole(room: Founded) -> None:
    old = again(room)
    assert names(old.find("straingeways")) == ["Strangeways"]
    put(room.founder, listing_of(["Mill House\tWEST", "Oak House\tWEST"], b"second"))
    new = places_of(room.log, room.board)
    assert (new.find("straingeways"), names(new.find("mil hous"))) == ([], ["Mill House"])
    assert (new.numbered(1), new.numbered(3)) == (new.find("mill house")[0], None)
    for former in (old, at(room.log, None, gazetteer_of(room.founder).editions[0])):  # who did not look again yet
        assert names(former.find("straingeways")) == ["Strangeways"]
        assert former.numbered(len(rows_of(TOWN))) is not None
        assert former.numbered(len(rows_of(TOWN)) + 1) is None


def test_whoever_has_the_journal_open_finds_the_new_edition_as_soon_as_the_board_has_it(room: Founded) -> None:
    places = places_of(room.log, room.board)
    assert places.find("strangeways")
    with closing(room.room.beside().journal):
        put(room.founder, listing_of(["Mill House\tWEST"], b"second"))
        assert places_of(room.log, room.board) is places
        assert names(places.find("mill")) == ["Mill House"]


def test_an_edition_is_numbered_over_all_of_its_parts(tmp_path: Path) -> None:
    with closing(Founded(tmp_path / "store")) as room:
        rows = [f"House {number}\tCENTRAL" for number in range(1, 251)]
        edition = put(room.founder, listing_of(rows, part=10))
        assert (edition.places, edition.last - edition.first) == (250, 25)
        places = again(room)
        assert [one.name for one in map(places.numbered, range(1, 251)) if one] == [f"House {n}" for n in range(1, 251)]


def test_a_load_that_broke_off_leaves_the_former_edition_in_force_and_can_be_begun_again(room: Founded) -> None:
    before = gazetteer_of(room.founder).edition
    expected = answers(places_of(room.log, room.board))
    second = listing_of([f"House {number}\tCENTRAL" for number in range(100)], b"second", part=10)

    def broken(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loading, "BATCH_PARTS", 4)
        with pytest.raises(KeyboardInterrupt):
            record(room.founder, second, broken)
    assert gazetteer_of(room.founder).edition == before
    assert gazetteer_of(room.founder).listed == 40
    assert answers(places_of(room.log, room.board)) == expected
    assert answers(again(room)) == expected
    edition = put(room.founder, second)
    assert edition.places == 100
    assert [names(again(room).find(f"house {number}"))[0] for number in (0, 99)] == ["House 0", "House 99"]


def test_of_two_loads_at_once_the_later_begun_wins_and_the_other_is_refused(room: Founded) -> None:
    """Also where both load the same file: their parts are never mixed."""
    rows = [f"House {number}\tCENTRAL" for number in range(100)]
    for other in (b"the same", b"another"):
        mine = listing_of(rows, b"the same", part=10)
        theirs = listing_of(rows[:50], other, part=10)
        met: list[bool] = []

        def meets(_: int, theirs: Listing = theirs, met: list[bool] = met) -> None:
            if not met:
                met.append(True)
                put(room.founder, theirs)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(loading, "BATCH_PARTS", 4)
            with pytest.raises(Refused, match="another file of places was begun meanwhile: load this one again"):
                record(room.founder, mine, meets)
        edition = gazetteer_of(room.founder).edition
        assert edition is not None
        assert (edition.digest, edition.places) == (other, 50)
        assert again(room).numbered(50) is not None
        assert again(room).numbered(51) is None
        put(room.founder, listing_of(["Mill House\tWEST"], b"between"))


def test_a_load_does_not_go_on_with_what_another_of_the_same_file_has_begun(room: Founded) -> None:
    mine = listing_of([f"House {number}\tCENTRAL" for number in range(100)], b"the same", part=10)
    before = gazetteer_of(room.founder).edition

    def meets(_: int) -> None:
        room.founder.do([Act(GAZETTEER_STREAM, BeginEdition(b"the same", 100))])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loading, "BATCH_PARTS", 4)
        with pytest.raises(Refused, match="another file of places was begun meanwhile: load this one again"):
            record(room.founder, mine, meets)
    assert (gazetteer_of(room.founder).edition, gazetteer_of(room.founder).listed) == (before, 0)


def test_rows_that_another_program_wrote_badly_are_listed_as_far_as_they_can_be_read(tmp_path: Path) -> None:
    rows = b"\n".join(
        (
            b"Only a name",
            b"",
            b"Ov\xff\xfeerlong\tCENTRAL\tmany\talias||\tstreet\ttown\tpost\tbeat\tnorth\twest\tmore\tand more",
            b"High\tCENTRAL\t99999999999999999999\t\t\t\t\t\t1\t",
            b"\tCENTRAL",
        )
    )
    with closing(Founded(tmp_path / "store")) as room:
        room.founder.do(
            [
                Act(GAZETTEER_STREAM, BeginEdition(b"x", 5)),
                Act(GAZETTEER_STREAM, ListPlaces(b"x", 1, 5, rows)),
            ]
        )
        places = places_of(room.log, room.board)
        listed = [places.numbered(number) for number in range(1, 6)]
        assert [one and (one.name, one.district, one.uprn, one.point) for one in listed] == [
            ("Only a name", "", 0, ()),
            ("", "", 0, ()),
            ("Ov\ufffd\ufffderlong", "CENTRAL", 0, ()),
            ("High", "CENTRAL", 0, ()),
            ("", "CENTRAL", 0, ()),
        ]
        assert names(places.find("alias")) == ["Ov\ufffd\ufffderlong"]


# Reading a file

HEADER = ",".join(COLUMNS)


def listed(tmp_path: Path, content: str | bytes) -> Listing:
    """Return what a file of some content lists."""
    file = tmp_path / "places.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with file.open("rb") as raw:
        return read(raw, file, b"digest", lambda _, __: None)


def cells_of(listing: Listing) -> list[list[str]]:
    return [row.split("\t") for _, rows in listing.parts for row in rows.decode().split("\n")]


def test_a_row_stands_in_the_fact_in_the_order_that_is_written_down(tmp_path: Path) -> None:
    header = "beat,lat,lon,name,district,uprn,alias,street,town,postcode"
    row = "C2,53.4659,-2.24710001,12 Mill Lane,CENTRAL,00042,a| b ||c,Mill Lane,Hulme,M15 4AB"
    assert cells_of(listed(tmp_path, f"{header}\n{row}\n")) == [
        ["12 Mill Lane", "CENTRAL", "00042", "a|b|c", "Mill Lane", "Hulme", "M15 4AB", "C2", "534659000", "-22471000"]
    ]


def test_name_and_district_are_enough_and_the_header_may_be_written_in_capitals(tmp_path: Path) -> None:
    for content in ("name,district\nPeel Park,WEST\n", "\ufeff DISTRICT ,Name\r\nWEST,Peel Park\r\n\r\n"):
        assert cells_of(listed(tmp_path, content)) == [["Peel Park", "WEST", *[""] * 8]]


def test_a_file_is_listed_in_parts_of_a_thousand_places(tmp_path: Path) -> None:
    listing = listed(tmp_path, "name,district\n" + "".join(f"House {n},WEST\n" for n in range(2345)))
    assert [places for places, _ in listing.parts] == [1000, 1000, 345]
    assert listing.places == 2345
    assert len(cells_of(listing)) == 2345


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",WEST,,,,,,,,", "it has no name"),
        ("   ,WEST,,,,,,,,", "it has no name"),
        ("\u200b\u202e,WEST,,,,,,,,", "it has no name"),
        ("A,,,,,,,,,", "its district is one word of letters, digits, dots and dashes, not ''"),
        ("A,WEST END,,,,,,,,", "its district is one word of letters, digits, dots and dashes, not 'WEST END'"),
        ("A,WEST,,,,,,B 1,,", "its beat is one word of letters, digits, dots and dashes, not 'B 1'"),
        ("A,WEST,12A,,,,,,,", "its uprn is a number of up to 12 digits, not '12A'"),
        ("A,WEST,1.0E+11,,,,,,,", "its uprn is a number of up to 12 digits, not '1.0E+11'"),
        ("A,WEST,-1,,,,,,,", "its uprn is a number of up to 12 digits, not '-1'"),
        ("A,WEST,1234567890123,,,,,,,", "its uprn is a number of up to 12 digits, not '1234567890123'"),
        ("A,WEST,\u0661,,,,,,,", "its uprn is a number of up to 12 digits, not '\u0661'"),
        ("A,WEST,,,,,,,90.1,0", "'90.1', '0' is no point on earth, as in 53.4808 and -2.2426"),
        ("A,WEST,,,,,,,0,-180.0000001", "'0', '-180.0000001' is no point on earth, as in 53.4808 and -2.2426"),
        ("A,WEST,,,,,,,53.4,", "'53.4', '' is no point on earth, as in 53.4808 and -2.2426"),
        ("A,WEST,,,,,,,,-2.2", "'', '-2.2' is no point on earth, as in 53.4808 and -2.2426"),
        ("A,WEST,,,,,,,nan,inf", "'nan', 'inf' is no point on earth, as in 53.4808 and -2.2426"),
        ("A,WEST,,,,,,,5.3e1,0", "'5.3e1', '0' is no point on earth, as in 53.4808 and -2.2426"),
        ("A,WEST,,,,,,", "it has 8 cells instead of 10"),
        ("A,WEST,,,,,,,,,", "it has 11 cells instead of 10"),
        (f"{'A' * 501},WEST,,,,,,,,", "its name has 501 letters, 500 are the most"),
    ],
)
def test_a_row_that_cannot_be_listed_is_told_with_its_line_and_the_rest_is_listed(
    row: str, why: str, tmp_path: Path
) -> None:
    listing = listed(tmp_path, f'{HEADER}\n\n"Peel\nPark",WEST,,,,,,,,\n{row}\nOak Park,WEST,,,,,,,,\n')
    assert listing.rejected == [(5, why)]
    assert [cells[0] for cells in cells_of(listing)] == ["Peel Park", "Oak Park"]


@pytest.mark.parametrize("point", ["90,180", "-90,-180", "+53.5,-2", "0.,0", "53.48080000000000,-2.2426"])
def test_every_point_on_earth_can_be_listed(point: str, tmp_path: Path) -> None:
    assert listed(tmp_path, f"name,district,lat,lon\nA,WEST,{point}\n").rejected == []


@pytest.mark.parametrize(
    ("degrees", "e7"),
    [
        ("53.4808", 534_808_000),
        ("-2.24261234567", -22_426_123),
        ("-0.00000005", 0),
        ("1", 10_000_000),
        ("", None),
        ("1,5", None),
    ],
)
def test_degrees_are_kept_to_a_centimetre(degrees: str, e7: int | None) -> None:
    assert e7_of(degrees) == e7


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "has no column name: its first line names name and district, and if you have them uprn, alias,"),
        ("name,colour,district\nA,red,B\n", "has a column 'colour' that is none of places: these are name and"),
        ("name;district\nA;B\n", "has a column 'name;district' that is none of places"),
        ("name,district,name\n", "has the column name twice"),
        ("name,uprn\n", "has no column district"),
        ("district\n", "has no column name"),
        ('name,district\nA,B\n"C,D\nE,F\n', "is no CSV table: line 3: unexpected end of data"),
        ('name,district\nA,B\n"C,D\nE,F\n"G",H\n', "is no CSV table: line 3: ',' expected after '\"'"),
        ('name,district\n"' + "A" * 300_000, "is no CSV table: line 2: unexpected end of data"),
        ("name,district\nCaf\xe9,B\n".encode("latin-1"), "is not in UTF-8: line "),
        ("name,district\nA,B\n".encode("utf-16"), "is not in UTF-8: line 1 or one soon behind it"),
        (b"\x1f\x8b\x08\x00" + bytes(range(256)), "is not in UTF-8: line 1 or one soon behind it"),
    ],
)
def test_a_file_that_is_no_table_of_places_is_refused_whole(content: str | bytes, why: str, tmp_path: Path) -> None:
    before = csv.field_size_limit(4321)
    with pytest.raises(ForeignFault) as fault:
        listed(tmp_path, content)
    assert f"{tmp_path / 'places.csv'} {why}" in str(fault.value)
    assert csv.field_size_limit(before) == 4321


def test_one_monstrous_cell_costs_one_row(tmp_path: Path) -> None:
    before = csv.field_size_limit(4321)
    listing = listed(tmp_path, f"name,district\nA,B\n{'x' * 1_000_000},B\nC,D\n")
    assert listing.rejected == [(3, "its name has 1000000 letters, 500 are the most")]
    assert [cells[0] for cells in cells_of(listing)] == ["A", "C"]
    assert csv.field_size_limit(before) == 4321


# What a stranger may have put into a file, or types


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Places, Listing]:
    folder = tmp_path_factory.mktemp("hostile")
    with (folder / "rows.csv").open("w", encoding="utf-8", errors="replace", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for text in CORPUS:
            table.writerow((f"a {text}", "WEST", "", f"b {text}|{text}", text, text, text, "", "", ""))
    listing = listed(folder, (folder / "rows.csv").read_bytes())
    stage = Stage()
    return at(stage.log, None, put(stage.founder, listing)), listing


def test_no_cell_of_a_hostile_file_moves_anything_in_the_rows(hostile: tuple[Places, Listing]) -> None:
    _, listing = hostile
    assert {why.split(" has ")[0] for _, why in listing.rejected} <= {"its name", "its alias"}
    assert len(listing.rejected) <= 4
    for cells in cells_of(listing):
        assert len(cells) == len(COLUMNS)
        assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for cell in cells for sign in cell)
        assert cells[0] == " ".join(cells[0].split())


def test_every_place_of_a_hostile_file_is_listed_and_found(hostile: tuple[Places, Listing]) -> None:
    places, listing = hostile
    for number, cells in enumerate(cells_of(listing), 1):
        place = places.numbered(number)
        assert place is not None
        assert place.name == cells[0]
        if 1 < len(words_in(place.name)) < 20:
            assert number in [one.number for one in places.find(place.name, limit=60)], cells[0]


@pytest.mark.parametrize(
    "text", [*CORPUS, *HUGE, "m " * 300, "12 " * 5000, "a'" * 200, "%", "_", "'; DROP TABLE place", "\x00"]
)
def test_whatever_is_typed_is_answered_soon_and_changes_nothing(text: str, town: Places) -> None:
    started = time.monotonic()
    town.find(text)
    town.meant(text)
    assert time.monotonic() - started < 5  # far above what it takes: a slow machine is no fault
    assert names(town.find("mri")) == ["Manchester Royal Infirmary"]


def test_words_are_told_apart_as_people_mean_them() -> None:
    assert words_in("St. Mary’s & Crown, 12A") == ("st", "marys", "crown", "12a")
    assert words_in("CAFE\u0301 \u202eTEST\u200bED") == ("cafe", "tested")
    assert plain("Saint Mary's Street") == plain("st marys st") == "st marys st"


# Who may load, and what is recorded


def test_only_an_administrator_loads_a_gazetteer() -> None:
    stage = Stage()
    handler = stage.desk("2002", Role.HANDLER, Role.SUPERVISOR)
    with pytest.raises(Refused, match="this is for administrator"):
        put(handler, listing_of(rows_of(TOWN)))
    assert not stage.log.holds(GAZETTEER_STREAM)


def test_the_journal_holds_the_rows_as_they_were_listed_and_who_listed_them() -> None:
    stage = Stage()
    rows = rows_of(TOWN)
    put(stage.founder, listing_of(rows, part=15))
    begun, *parts = stage.log.stream(GAZETTEER_STREAM)
    assert begun.name == "gazetteer.edition_begun"
    assert [one.name for one in parts] == ["gazetteer.places_listed"] * 3
    assert [one.fact.places for one in parts if isinstance(one.fact, PlacesListed)] == [15, 15, 10]
    told = [one.fact.rows.decode().split("\n") for one in parts if isinstance(one.fact, PlacesListed)]
    assert [row for part in told for row in part] == rows
    assert {one.header.actor for one in (begun, *parts) if one.header} == {"1001"}
