"""Where something is: listed places edition by edition, a record placed at one, where the network has a caller; and the lines.

Each rule of domain/gazetteer.py and domain/location.py. Source: letter, area 4 (location at once).
"""

from typing import Any

import pytest

from hueandcry.domain import contact, expedite, gazetteer, location, outcome
from hueandcry.domain.contact import Channel, Contact, Source
from hueandcry.domain.deployment import Attended, Resourced
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.expedite import Decision, Expedite, Means
from hueandcry.domain.fact import Fact, Names, sentence
from hueandcry.domain.gazetteer import (
    GAZETTEER_STREAM,
    BeginEdition,
    Edition,
    EditionBegun,
    Gazetteer,
    ListPlaces,
    PlacesListed,
)
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.history import ContactLoaded, IncidentLoaded
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.location import (
    RADIUS_MAX_M,
    STALE_AFTER_S,
    CallerLocated,
    LocateCaller,
    Network,
    PlaceAt,
    Placed,
    is_point,
    is_stale,
)
from hueandcry.domain.outcome import Resulted
from hueandcry.domain.particulars import CallerAt
from hueandcry.domain.reference import NS_PER_S, Kind, kind_of
from hueandcry.domain.worked import Worked
from hueandcry.operator.desk import Desk
from hueandcry.operator.places import Listing, record
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import safe_text
from hueandcry.operator.verbs import READER, carry_out, preview
from tests.hostile import CORPUS
from tests.spec.harness import START, commands_in, given, later, ref, stream_of, who_may
from tests.staging import MONDAY, S, Stage

CALL = stream_of(Contact)
POINT = (534_659_000, -22_471_000)
MILL_LANE: Any = PlaceAt(41, "CENTRAL", "C2", "12 Mill Lane, Hulme", 10_012_345_678, POINT)
AT_MILL_LANE: Any = Placed(41, "CENTRAL", "C2", "12 Mill Lane, Hulme", 10_012_345_678, POINT)
RINGING: tuple[Fact[Any], ...] = (contact.Rang(Channel.EMERGENCY, "07700 900001"), contact.Answered("1001"))
WAITING: tuple[Fact[Any], ...] = (
    Opened("violence", False, "1001", CALL, "a man is shouting"),
    Assessed((), (), 0, False, "3", ("vulnerable",), ""),
    Graded("3", "3", 0, ref(Incident, 2), ""),
)
ASKED = expedite.Asked("mri-ward-12", "walkout", CALL, "Sister Jones", "0161 496 0000", "patient left")
OPEN: dict[type[Worked], tuple[Fact[Any], ...]] = {Contact: RINGING, Incident: WAITING, Expedite: (ASKED,)}
OVER: list[tuple[type[Worked], tuple[Fact[Any], ...]]] = [
    (Contact, (*RINGING, contact.Linked(stream_of(Incident)), contact.Closed(""))),
    (
        Incident,
        (
            *WAITING,
            Resourced("AB12", False),
            Attended("AB12"),
            Resulted("attended", True, None, ""),
            outcome.Closed(""),
        ),
    ),
    (
        Expedite,
        (
            ASKED,
            expedite.Verified(Means.CALL_BACK, ""),
            expedite.Decided(Decision.ACCEPT, Means.CALL_BACK, "3003", "real risk"),
            expedite.Told("Sister Jones", "we are looking"),
            expedite.Closed(""),
        ),
    ),
    (Contact, (ContactLoaded("san-antonio", Channel.UNKNOWN, "police", "disturbance", "WEST", None, "as it came"),)),
    (Incident, (IncidentLoaded("san-antonio", "police", "disturbance", "WEST", CALL, "as it came"),)),
    *((cls, ()) for cls in OPEN),
]


def kind_name(one: object) -> str:
    return one.__name__ if isinstance(one, type) else ""


# Who may what


def test_every_command_of_both_pages_has_its_roles_checked_here() -> None:
    assert commands_in(location) == {PlaceAt, LocateCaller}
    assert commands_in(gazetteer) == {BeginEdition, ListPlaces}


def test_the_floor_says_where_something_is_and_nobody_else() -> None:
    assert who_may(MILL_LANE) == FLOOR
    assert who_may(LocateCaller(Network.AML, POINT, 30, 0, "")) == FLOOR


@pytest.mark.parametrize("command", [BeginEdition(b"one", 1), ListPlaces(b"one", 1, 1, b"row")], ids=kind_name)
def test_only_an_administrator_says_which_places_there_are(command: Command[Gazetteer]) -> None:
    assert who_may(command) == (Role.ADMINISTRATOR,)


# At a listed place


@pytest.mark.parametrize("cls", [Contact, Incident])
def test_what_is_placed_has_the_place_its_district_and_where_that_is_known_from(cls: type[Contact | Incident]) -> None:
    before = given(*OPEN[cls], on=cls)
    after = before.when(MILL_LANE).then(AT_MILL_LANE)
    assert isinstance(after, Contact | Incident)
    assert (after.district, after.district_source, after.place) == ("CENTRAL", Source.GAZETTEER, after.here)
    assert after.version == before.record.version + 1


def test_an_expedite_is_nowhere_and_stays_as_it_is() -> None:
    before = given(ASKED, on=Expedite)
    after = before.when(MILL_LANE).then(AT_MILL_LANE)
    assert (after.stage, after.owner, after.queue) == (before.record.stage, before.record.owner, before.record.queue)


def test_a_place_without_a_beat_has_none_and_not_an_empty_one() -> None:
    no_beat = PlaceAt(1, "CENTRAL", "", "Peel Park", 0, ())
    given(*RINGING, on=Contact).when(no_beat).then(Placed(1, "CENTRAL", None, "Peel Park", 0, ()))


def test_what_is_placed_anew_is_where_it_was_placed_last() -> None:
    north = PlaceAt(7, "NORTH", "N1", "7 Hill Lane", 0, ())
    after = given(*RINGING, AT_MILL_LANE, on=Contact).when(north).then(Placed(7, "NORTH", "N1", "7 Hill Lane", 0, ()))
    assert (after.district, after.place) == ("NORTH", after.here)


def test_words_that_come_later_count_and_so_does_a_listed_place_behind_them() -> None:
    moved = given(*RINGING, AT_MILL_LANE, on=Contact).when(contact.Locate("EAST", "no, the other one"))
    assert moved.then(contact.Located("EAST", Source.CALLER, "no, the other one")).district == "EAST"
    back = given(*RINGING, contact.Located("EAST", Source.CALLER, "there"), on=Contact).when(MILL_LANE)
    assert back.then(AT_MILL_LANE).district == "CENTRAL"


@pytest.mark.parametrize(("cls", "facts"), OVER, ids=kind_name)
def test_what_nobody_works_on_is_not_placed(cls: type[Worked], facts: tuple[Fact[Any], ...]) -> None:
    rule = "nobody works on this any more, so it is not placed anew"
    given(*facts, on=cls).when(MILL_LANE).then_refused(rule)


# Where the network has the caller


def test_where_a_caller_is_comes_with_its_radius_and_the_moment_it_was_so() -> None:
    """What came 45 seconds old is where the caller was 45 seconds ago."""
    taken = START - 45 * NS_PER_S
    after = (
        given(*RINGING, on=Contact)
        .when(LocateCaller(Network.AML, POINT, 30, 45, "53.4659,-2.2471 30 45s"))
        .then(CallerLocated(Network.AML, 30, taken, True, POINT, ""))
    )
    assert after.caller_at == CallerAt(after.here, taken, True)
    assert after.district == contact.UNKNOWN


@pytest.mark.parametrize("network", Network)
@pytest.mark.parametrize(
    ("point", "radius_m", "age_s"),
    [
        ((900_000_000, 1_800_000_000), 0, 0),
        ((-900_000_000, -1_800_000_000), RADIUS_MAX_M, 0),
        ((0, 0), 1, START // NS_PER_S),
    ],
)
def test_whatever_can_be_true_is_taken_as_true(
    network: Network, point: tuple[int, ...], radius_m: int, age_s: int
) -> None:
    fact = CallerLocated(network, radius_m, START - age_s * NS_PER_S, True, point, "")
    given(*RINGING, on=Contact).when(LocateCaller(network, point, radius_m, age_s, "words")).then(fact)


@pytest.mark.parametrize(
    ("point", "radius_m", "age_s"),
    [
        ((), 30, 0),
        ((534_659_000,), 30, 0),
        ((534_659_000, -22_471_000, 0), 30, 0),
        ((900_000_001, 0), 30, 0),
        ((-900_000_001, 0), 30, 0),
        ((0, 1_800_000_001), 30, 0),
        ((0, -1_800_000_001), 30, 0),
        (POINT, RADIUS_MAX_M + 1, 0),
        (POINT, -1, 0),
        (POINT, 30, -1),
        (POINT, 30, START // NS_PER_S + 1),
        ((10**40, 10**40), 10**40, 10**40),
    ],
)
def test_what_cannot_be_true_is_taken_all_the_same_and_flagged(
    point: tuple[int, ...], radius_m: int, age_s: int
) -> None:
    after = (
        given(*RINGING, on=Contact)
        .when(LocateCaller(Network.EISEC, point, radius_m, age_s, "as it came"))
        .then(CallerLocated(Network.EISEC, 0, START, False, (), "as it came"))
    )
    assert after.caller_at == CallerAt(after.here, START, False)


def test_where_a_caller_was_last_counts() -> None:
    first = CallerLocated(Network.CELL, 2000, START, True, POINT, "")
    later_on = given(*RINGING, first, on=Contact).when(LocateCaller(Network.AML, POINT, 8, 0, ""))
    after = later_on.then(CallerLocated(Network.AML, 8, START, True, POINT, ""))
    assert after.caller_at is not None
    assert after.caller_at.said == after.here


@pytest.mark.parametrize("facts", [facts for cls, facts in OVER if cls is Contact], ids=len)
def test_where_the_caller_of_a_closed_contact_is_nobody_needs_to_know(facts: tuple[Fact[Any], ...]) -> None:
    given(*facts, on=Contact).when(LocateCaller(Network.AML, POINT, 30, 0, "")).then_refused("the contact is closed")


@pytest.mark.parametrize(
    ("age_ns", "stale"),
    [(0, False), (STALE_AFTER_S * NS_PER_S, False), (STALE_AFTER_S * NS_PER_S + 1, True), (-NS_PER_S, False)],
)
def test_where_a_caller_was_is_stale_after_a_minute(age_ns: int, stale: bool) -> None:
    assert is_stale(START - age_ns, START) is stale


def test_a_point_has_two_numbers_and_lies_on_earth() -> None:
    assert is_point(POINT)
    assert not any(map(is_point, [(), (1,), (1, 2, 3), (900_000_001, 0), (0, -1_800_000_001)]))


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (AT_MILL_LANE, "At place #41: 12 Mill Lane, Hulme. District and beat: CENTRAL / C2"),
        (Placed(1, "EAST", None, "Oak House", 0, ()), "At place #1: Oak House. District and beat: EAST"),
        (CallerLocated(Network.AML, 8, START, True, POINT, ""),
         f"Caller located (aml) as of {START} ns; plausible: yes, radius taken: 8 m"),
        (CallerLocated(Network.AML, 0, START, False, (), "953,2 8"),
         f"Caller located (aml) as of {START} ns; plausible: no, radius taken: 0 m: 953,2 8"),
    ],
    ids=["placed", "placed in no beat", "located", "located where nobody can be"],
)  # fmt: skip
def test_where_something_is_is_said_in_one_line(fact: Fact[Any], words: str) -> None:
    assert sentence(fact, Names()) == words


# Which places there are

BEGUN = EditionBegun(b"one", 3, ())


def test_a_file_of_places_is_begun() -> None:
    after = given(on=Gazetteer).when(BeginEdition(b"one", 3)).then(BEGUN)
    assert after.begun == Edition(b"one", 3, 1, 0)
    assert after.edition is None
    assert not after.open


@pytest.mark.parametrize("places", [0, -1])
def test_a_file_that_lists_nothing_is_refused(places: int) -> None:
    given(on=Gazetteer).when(BeginEdition(b"one", places)).then_refused("the file lists no place")


def test_an_edition_is_in_force_once_all_of_its_parts_are_there() -> None:
    part = PlacesListed(2, b"a\nb")
    after = given(BEGUN, on=Gazetteer).when(ListPlaces(b"one", 1, 2, b"a\nb")).then(part)
    assert (after.edition, after.listed) == (None, 2)
    whole = given(BEGUN, part, on=Gazetteer).when(ListPlaces(b"one", 1, 1, b"c")).then(PlacesListed(1, b"c"))
    assert whole.edition == Edition(b"one", 3, 1, 3)
    assert (whole.begun, whole.listed) == (None, 0)


IN_FORCE: tuple[Fact[Gazetteer], ...] = (BEGUN, PlacesListed(3, b"a\nb\nc"))


def test_the_file_in_force_is_not_loaded_again() -> None:
    given(*IN_FORCE, on=Gazetteer).when(BeginEdition(b"one", 3)).then_refused(
        "that file is the edition in force already"
    )


def test_a_file_that_was_in_force_once_can_be_again() -> None:
    second = (EditionBegun(b"two", 1, ()), PlacesListed(1, b"d"))
    after = given(*IN_FORCE, *second, on=Gazetteer).when(BeginEdition(b"one", 3)).then(BEGUN)
    assert after.edition == Edition(b"two", 1, 3, 4)
    assert [one.digest for one in after.editions] == [b"one", b"two"]


def test_while_an_edition_is_loaded_the_former_one_is_in_force() -> None:
    """Also where the load breaks off and nobody goes on with it."""
    facts: Any = (*IN_FORCE, EditionBegun(b"two", 5, ()), PlacesListed(4, b"d\ne\nf\ng"), later(minutes=60 * 24 * 30))
    assert given(*facts, on=Gazetteer).record.edition == Edition(b"one", 3, 1, 2)


def test_a_load_that_broke_off_is_begun_again_from_the_beginning() -> None:
    facts = (BEGUN, PlacesListed(2, b"a\nb"))
    after = given(*facts, on=Gazetteer).when(BeginEdition(b"one", 3)).then(BEGUN)
    assert (after.begun, after.listed) == (Edition(b"one", 3, 3, 0), 0)
    part = PlacesListed(2, b"a\nb")
    assert given(*facts, BEGUN, part, on=Gazetteer).record.edition is None
    assert given(*facts, BEGUN, part, PlacesListed(1, b"c"), on=Gazetteer).record.edition == Edition(b"one", 3, 3, 5)


@pytest.mark.parametrize(
    "facts", [(), IN_FORCE, (BEGUN, EditionBegun(b"two", 2, ())), (*IN_FORCE, EditionBegun(b"two", 2, ()))], ids=len
)
def test_a_part_of_a_file_that_is_not_being_loaded_is_refused(facts: tuple[Fact[Gazetteer], ...]) -> None:
    rule = "another file of places was begun meanwhile: load this one again"
    given(*facts, on=Gazetteer).when(ListPlaces(b"one", 1, 1, b"a")).then_refused(rule)


def test_a_part_of_a_load_is_not_taken_for_one_of_another_load_of_the_same_file() -> None:
    before = given(BEGUN, PlacesListed(2, b"a\nb"), BEGUN, on=Gazetteer)
    rule = "another file of places was begun meanwhile: load this one again"
    before.when(ListPlaces(b"one", 1, 1, b"c")).then_refused(rule)
    before.when(ListPlaces(b"one", 3, 1, b"c")).then(PlacesListed(1, b"c"))


def test_a_part_that_belongs_to_no_edition_is_kept_and_changes_nothing() -> None:
    after = given(*IN_FORCE, PlacesListed(1, b"stray"), on=Gazetteer).record
    assert (after.edition, after.begun, after.listed) == (Edition(b"one", 3, 1, 2), None, 0)


def test_the_gazetteer_is_one_stream_of_its_own_kind() -> None:
    assert kind_of(GAZETTEER_STREAM) is Kind.GAZETTEER


# The lines

ROWS = (
    "12 Mill Lane\tCENTRAL\t10012345678\tthe lighthouse\tMill Lane\tHulme\tM15 4AB\tC2\t534659000\t-22471000",
    "120 Mill Lane\tCENTRAL\t\t\tMill Lane\tHulme\tM15 4AC\tC2\t\t",
    "7 Hill Lane\tNORTH\t\t\tHill Lane\tBlackley\tM9 6PE\t\t\t",
    "Peel Park\tWEST\t\t\t\t\t\t\t\t",
    *(f"{number} Peel Road\tWEST\t\t\t\t\t\t\t\t" for number in range(1, 8)),
    "\u202eParadise [red]\tWEST\t\t\t\t\t\t\t\t",
)


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    record(stage.founder, Listing(b"one", [(len(ROWS), "\n".join(ROWS).encode())], [], {"CENTRAL"}), lambda _: None)
    return stage


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return answered(stage.founder)


def answered(desk: Desk) -> Desk:
    carry_out(desk, "ring 999 07700900123")
    carry_out(desk, "answer .")
    return desk


def said(desk: Desk, line: str) -> Fact[Any]:
    """Return the one fact that a line leads to, with its words."""
    (entry,) = desk.opened(carry_out(desk, line))
    assert entry.fact is not None
    return entry.fact


def misread(desk: Desk, line: str) -> str:
    """Return why a line cannot be read; the words that it is about are marked, and nothing is written."""
    before = desk.log.tip()
    with pytest.raises(Misread) as fault:
        carry_out(desk, line)
    assert desk.log.tip() == before
    assert line[fault.value.start : fault.value.end] == line.split(maxsplit=2)[2].rstrip()
    return fault.value.why


HOUSE = Placed(1, "CENTRAL", "C2", "12 Mill Lane, Hulme, M15 4AB", 10_012_345_678, POINT)


@pytest.mark.parametrize(
    "words", ["#1", "12 mill lane", "mill 12", "the lighthouse", "M154AB", "10012345678", "12 mil la"]
)
def test_words_that_mean_one_place_place_it_there(words: str, desk: Desk) -> None:
    assert said(desk, f"place . {words}") == HOUSE
    assert said(desk, f"pl . {words}  ") == HOUSE


@pytest.mark.parametrize("more", ["flat 2", "  flat 2 ", ", flat 2"])
def test_what_stands_behind_a_number_is_added_to_the_place(more: str, desk: Desk) -> None:
    fact = said(desk, f"place . #1 {more}")
    assert isinstance(fact, Placed)
    assert fact.place == "12 Mill Lane, Hulme, M15 4AB, flat 2"


def test_an_incident_is_placed_as_a_contact_is(desk: Desk) -> None:
    carry_out(desk, "open . violence a man is shouting")
    assert said(desk, "place 1 #3") == Placed(3, "NORTH", None, "7 Hill Lane, Blackley, M9 6PE", 0, ())
    (incident,) = (one for one in desk.board.open() if isinstance(one, Incident))
    assert (incident.district, incident.district_source) == ("NORTH", Source.GAZETTEER)


def test_an_expedite_is_not_a_thing_that_is_placed(desk: Desk) -> None:
    with pytest.raises(Misread, match="does not name a contact or an incident"):
        READER.read("place e4f7q #1", desk)


def test_words_that_mean_several_places_name_them_with_their_numbers(desk: Desk) -> None:
    assert misread(desk, "place . mill lane") == (
        "'mill lane' may be #1 12 Mill Lane, Hulme, M15 4AB (CENTRAL) or #2 120 Mill Lane, Hulme, M15 4AC (CENTRAL)"
    )


def test_of_many_places_five_are_named(desk: Desk) -> None:
    why = misread(desk, "place . peel road")
    assert why.startswith("'peel road' may be #5 1 Peel Road (WEST) or #6 2 Peel Road (WEST) or #7")
    assert why.count("#") == 5
    assert why.endswith("#9 5 Peel Road (WEST) or others")


@pytest.mark.parametrize(
    ("words", "place"),
    [("7 hil layne", "#3 7 Hill Lane"), ("the lighthose", "#1 12 Mill Lane"), ("peal park", "#4 Peel Park")],
)
def test_what_only_sounds_like_a_place_is_named_and_not_taken(words: str, place: str, desk: Desk) -> None:
    """A guess sends nobody anywhere: whoever hears the caller says its number."""
    assert misread(desk, f"place . {words}").startswith(f"no listed place is called '{words}'; it may be {place}")


@pytest.mark.parametrize("words", ["1 mill lane", "2 mill lane", "8 hill lane", "12 hill lane"])
def test_another_house_is_never_taken_for_the_one_that_was_said(words: str, desk: Desk) -> None:
    assert misread(desk, f"place . {words}").startswith(f"no listed place is called '{words}'")


def test_a_place_that_is_not_listed_goes_to_the_line_that_takes_words(desk: Desk) -> None:
    assert misread(desk, "place . the zorblax") == (
        "no listed place is called 'the zorblax'; locate takes it as it was said"
    )


@pytest.mark.parametrize("number", ["0", "13", "999999999"])
def test_a_number_that_no_place_has_is_told(number: str, desk: Desk) -> None:
    assert misread(desk, f"place . #{number}") == f"there is no place #{int(number)} in the gazetteer"


@pytest.mark.parametrize("words", ["#", "#x", "#-1", "#1x", "# 1", "#9999999999", "1", "7.", "12"])
def test_what_is_no_number_of_a_place_is_never_taken_for_one(words: str, desk: Desk) -> None:
    assert misread(desk, f"place . {words}").startswith((f"no listed place is called '{words}'", f"'{words}' may be"))


@pytest.mark.parametrize("words", ["mill lane", "#1"])
def test_without_a_gazetteer_it_is_said_how_to_load_one(words: str) -> None:
    desk = answered(Stage().founder)
    assert misread(desk, f"place . {words}").startswith(
        "no gazetteer is loaded: an administrator loads one with hue gazetteer load FILE"
    )


def test_a_place_keeps_what_it_said_when_a_later_edition_numbers_another_so(desk: Desk) -> None:
    assert said(desk, "place . #1") == HOUSE
    at = desk.log.tip().size
    record(desk, Listing(b"two", [(1, b"Oak House\tEAST")], [], {"EAST"}), lambda _: None)
    assert [one.fact.district for one in desk.log.entries(at - 1, at) if isinstance(one.fact, Placed)] == ["CENTRAL"]
    assert said(desk, "place . #1") == Placed(1, "EAST", None, "Oak House", 0, ())


def test_a_hostile_name_is_shown_by_its_signs(desk: Desk) -> None:
    why = misread(desk, "place . paradyse")
    assert "#12 <U+202E>Paradise [red] (WEST)" in why
    assert said(desk, "place . paradise red").place == "\u202eParadise [red]"  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", [text for text in CORPUS if len(text) < 9_900])
def test_whatever_is_typed_for_a_place_is_placed_or_misread(text: str, desk: Desk) -> None:
    before, told = desk.log.tip(), ""
    for line in (f"place . {text}", f"place . #1 {text}"):
        try:
            carry_out(desk, line)
        except Misread as fault:
            told += fault.why
    assert told == safe_text(told, len(told))
    assert desk.log.tip().size <= before.size + 2


# What the network says, in a line


def located(desk: Desk, words: str) -> CallerLocated:
    fact = said(desk, f"callerat . {words}")
    assert isinstance(fact, CallerLocated)
    return fact


@pytest.mark.parametrize(
    ("words", "point", "radius_m", "age_s"),
    [
        ("53.4808,-2.2426 30 45s", (534_808_000, -22_426_000), 30, 45),
        ("53.4808,-2.2426 30", (534_808_000, -22_426_000), 30, 0),
        ("53.4808, -2.2426 30m 3m", (534_808_000, -22_426_000), 30, 180),
        ("53.4808 ,-2.2426   30   2h", (534_808_000, -22_426_000), 30, 7200),
        ("53.4808,-2.2426 30 45", (534_808_000, -22_426_000), 30, 45),
        ("+53.48081234567,-002.2426 12.3", (534_808_123, -22_426_000), 13, 0),
        ("-90,180 0 0s", (-900_000_000, 1_800_000_000), 0, 0),
        ("0,0 100000", (0, 0), 100_000, 0),
    ],
)
def test_a_line_of_the_network_is_read_as_point_radius_and_age(
    words: str, point: tuple[int, ...], radius_m: int, age_s: int, desk: Desk
) -> None:
    fact = CallerLocated(Network.AML, radius_m, MONDAY - age_s * S, True, point, "")
    assert located(desk, f"aml {words}") == fact
    assert said(desk, f"cat . am {words}") == fact


@pytest.mark.parametrize(
    "words",
    [
        "53.4808",
        "53.4808,-2.2426",
        "53.4808 -2.2426 30",
        "53,4808,-2,2426 30",
        "53.4808,-2.2426 30 soon",
        "53.4808,-2.2426 30 45s more",
        "53.4808,-2.2426 1e3",
        "53.4808N,2.2426W 30",
        "nan,inf 30",
        "1" * 5000 + ",2 30",
        "53.4808,-2.2426 " + "9" * 5000,
        "53.4808,-2.2426 30 " + "9" * 5000 + "s",
        "\u0665\u0663.0,-2 30",
        "95.0,-2.2426 30",
        "53.4808,-200 30",
        "53.4808,-2.2426 100001",
        "53.4808,-2.2426 30 -5s",
        "53.4808,-2.2426 30 999999999h",
        "12 Mill Lane, the subscriber's address",
        *(text for text in CORPUS if text.strip() and len(text) < 9_900),
    ],
    ids=lambda words: words[:30].encode("unicode_escape").decode(),
)
def test_what_cannot_be_read_or_true_is_taken_as_it_was_said_and_flagged(words: str, desk: Desk) -> None:
    fact = located(desk, f"eisec {words}")
    assert (fact.how, fact.plausible, fact.point, fact.radius_m, fact.taken) == (Network.EISEC, False, (), 0, MONDAY)
    assert fact.said
    assert fact.said.split()[0][:20] in words.replace("\ud800", "<U+D800>")


def test_a_line_made_to_be_read_slowly_is_read_at_once(desk: Desk) -> None:
    for words in ("," * 9_000, "1," * 4_000, "1" + " " * 9_000 + "x", "1,1" + " " * 9_000 + "x"):
        assert not located(desk, f"aml {words}").plausible


def test_the_networks_are_those_of_the_999_service(desk: Desk) -> None:
    for network in Network:
        assert located(desk, f"{network.value} 53.4808,-2.2426 30").how is network
    with pytest.raises(Misread, match="there is no how 'satnav'; it is one of eisec, aml, cell"):
        carry_out(desk, "callerat . satnav 53.4808,-2.2426 30")
    with pytest.raises(Misread, match="words is missing at the end"):
        carry_out(desk, "callerat . aml")


def test_a_preview_says_what_a_line_will_do(desk: Desk) -> None:
    (caller,) = desk.board.open()
    name = desk.board.name(caller.id)
    assert preview(desk, "place . #1 flat 2") == f"Put {name} at the listed place #1 flat 2"
    assert preview(desk, "callerat . aml 53.4808,-2.2426 30 45s") == (
        f"Record that the network (aml) has the caller of {name} at 53.4808,-2.2426 30 45s"
    )
