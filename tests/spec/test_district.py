"""Districts: which are known, and that an unknown one is taken and flagged; where a caller says it is, their incident is."""

import pytest

from hueandcry.domain.alert import Known, alerts, in_a_word
from hueandcry.domain.district import is_strange
from hueandcry.domain.duty import Role
from hueandcry.domain.incident import Incident
from hueandcry.operator.desk import Desk
from hueandcry.operator.verbs import READER, carry_out, preview
from hueandcry.store.item import Item
from tests.staging import Stage, work

CALLED = "ring 999 07700900123\nanswer ."
CALM = "situation=now threat=none risk=low investigation=none vulnerability=none engagement=wants-police"


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def desk(stage: Stage) -> Desk:
    work(stage.founder, "unit AB12 CENTRAL\nunit CD34 North")
    return stage.founder


def item(desk: Desk, ref: str) -> Item:
    (found,) = [one for one in desk.board.items(desk.identity.now()) if one.ref == ref]
    return found


def incident(desk: Desk, place: int = 1) -> Incident:
    stream = desk.board.incident_on("2026-11-23", place)
    record = desk.board.record(stream or b"")
    assert isinstance(record, Incident)
    return record


def completed(desk: Desk, text: str) -> list[str]:
    return [one.removeprefix(text.rpartition(" ")[0]).strip() for one in READER.complete(text, desk)]


# Which are known


def test_districts_are_known_by_crews_by_who_answers_for_them_and_by_listed_places(stage: Stage) -> None:
    assert stage.board.districts == frozenset()
    work(stage.founder, "unit AB12 NORTH")
    work(stage.desk("4455", Role.SERGEANT), "cover SOUTH sergeant")
    stage.list_places("12 Mill Lane")
    assert stage.board.districts == {"NORTH", "SOUTH", "CENTRAL"}


def test_a_district_that_nobody_makes_known_any_more_is_known_no_more(stage: Stage) -> None:
    sergeant = stage.desk("4455", Role.SERGEANT)
    work(sergeant, "cover SOUTH sergeant\noff")
    work(stage.founder, "unit AB12 NORTH\nunit AB12 WEST")
    assert stage.board.districts == {"WEST"}


def test_a_crew_that_is_off_still_belongs_to_its_district(desk: Desk) -> None:
    work(desk, "status AB12 off")
    assert "CENTRAL" in desk.board.districts


# A district as it is typed


@pytest.mark.parametrize("typed", ["CENTRAL", "central", "Central"])
def test_a_district_is_spelt_as_it_is_known(desk: Desk, typed: str) -> None:
    work(desk, f"{CALLED}\nlocate . {typed} 12 Mill Lane\nopen . welfare")
    assert incident(desk).district == "CENTRAL"
    assert item(desk, "1").alerts == ()


def test_the_known_districts_are_offered(desk: Desk) -> None:
    work(desk, CALLED)
    assert completed(desk, "locate . ") == ["CENTRAL", "North"]
    assert completed(desk, "locate . ce") == ["CENTRAL"]
    assert completed(desk, "cover no") == ["North"]
    assert completed(desk, "unit EF56 ") == ["CENTRAL", "North"]


def test_an_unknown_district_is_taken_is_said_before_and_stands_as_an_alert(desk: Desk) -> None:
    """What is escalated there goes to nobody, so that it must not pass unseen."""
    work(desk, CALLED)
    assert preview(desk, "locate . CENTRAAL 12 Mill Lane").endswith("- NO DISTRICT CENTRAAL IS KNOWN")
    assert "IS KNOWN" not in preview(desk, "locate . CENTRAL 12 Mill Lane")
    work(desk, "locate . CENTRAAL 12 Mill Lane\nopen . welfare")
    assert incident(desk).district == "CENTRAAL"
    assert item(desk, "1").alerts == ("no district CENTRAAL is known",)
    work(desk, "locate 1 CENTRAL 12 Mill Lane")
    assert item(desk, "1").alerts == ()


def test_an_alert_goes_once_the_district_is_known(desk: Desk) -> None:
    work(desk, f"{CALLED}\nlocate . EAST here\nunit EF56 EAST")
    contact = next(one for one in desk.board.items(desk.identity.now()) if one.kind == "contact")
    assert contact.alerts == ()


@pytest.mark.parametrize("district", ["unknown", "CENTRAL"])
def test_where_no_district_is_known_at_all_none_is_strange(district: str) -> None:
    assert not is_strange(district, frozenset())
    assert not is_strange("unknown", frozenset({"CENTRAL"}))


def test_a_mistyped_district_of_a_crew_or_of_who_answers_is_said_before(desk: Desk) -> None:
    assert preview(desk, "unit EF56 CENTRAAL").endswith("- NO DISTRICT CENTRAAL IS KNOWN")
    assert preview(desk, "cover CENTRAAL dispatcher").endswith("- NO DISTRICT CENTRAAL IS KNOWN")


# An incident is where its caller says


def test_an_incident_goes_where_its_caller_says_now(desk: Desk) -> None:
    work(desk, f"{CALLED}\nlocate . CENTRAL 12 Mill Lane\nopen . welfare")
    before = incident(desk).place
    call = incident(desk).contacts[0]
    name = desk.board.name(call)
    assert preview(desk, f"locate {name} North 21 Mill Lane").endswith("- incident 1 moves with it")
    entries = carry_out(desk, f"locate {name} North 21 Mill Lane")
    assert [one.name for one in entries] == ["contact.located", "incident.located"]
    after = incident(desk)
    assert (after.district, after.district_source.value) == ("North", "caller")
    assert after.place is not None
    assert after.place != before
    assert (after.place.stream, after.place.version) == (call, entries[0].version)


def test_an_incident_that_a_caller_opened_without_a_place_goes_where_they_say(desk: Desk) -> None:
    work(desk, f"{CALLED}\nopen . welfare")
    name = desk.board.name(incident(desk).contacts[0])
    work(desk, f"locate {name} CENTRAL 12 Mill Lane")
    assert incident(desk).district == "CENTRAL"


def test_an_incident_that_somebody_placed_stays_and_whoever_moves_its_caller_is_told(desk: Desk) -> None:
    work(desk, f"{CALLED}\nopen . welfare\nlocate 1 North the old mill")
    name = desk.board.name(incident(desk).contacts[0])
    said = preview(desk, f"locate {name} CENTRAL 12 Mill Lane")
    assert said.endswith("- incident 1 stays where it is: locate it by itself")
    work(desk, f"locate {name} CENTRAL 12 Mill Lane")
    assert incident(desk).district == "North"


def test_a_second_caller_does_not_move_what_the_first_one_placed(desk: Desk) -> None:
    work(desk, f"{CALLED}\nlocate . CENTRAL 12 Mill Lane\nopen . welfare\n{CALLED}\nlink . 1")
    second = desk.board.name(incident(desk).contacts[1])
    work(desk, f"locate {second} North over the road")
    assert incident(desk).district == "CENTRAL"


def test_a_listed_place_moves_the_incident_too(desk: Desk, stage: Stage) -> None:
    stage.list_places("12 Mill Lane", "21 Mill Lane")
    work(desk, f"{CALLED}\nplace . #1\nopen . welfare")
    name = desk.board.name(incident(desk).contacts[0])
    entries = carry_out(desk, f"place {name} #2")
    assert [one.name for one in entries] == ["record.placed", "incident.located"]
    place = incident(desk).place
    assert place is not None
    assert (place.stream, place.version) == (entries[0].stream, entries[0].version)


def test_whoever_works_an_incident_is_told_that_it_moved(stage: Stage, desk: Desk) -> None:
    work(desk, f"{CALLED}\nlocate . CENTRAL 12 Mill Lane\nopen . welfare\nassess 1 {CALM}\ng4 1 so")
    name = desk.board.name(incident(desk).contacts[0])
    work(stage.desk("2002"), f"locate {name} North 21 Mill Lane")
    assert incident(desk).unread == 1


def test_a_closed_incident_stays_where_it_was(desk: Desk) -> None:
    work(desk, f"{CALLED}\nlocate . CENTRAL 12 Mill Lane\nopen . welfare\nassess 1 {CALM}\ng4 1 so")
    work(desk, "told 1 nobody comes\nresult 1 advice\nclose 1")
    name = desk.board.name(incident(desk).contacts[0])
    assert [one.name for one in carry_out(desk, f"locate {name} North 21 Mill Lane")] == ["contact.located"]


def test_crews_are_offered_for_an_incident_whoever_is_free_and_near_first(stage: Stage) -> None:
    desk = stage.founder
    work(desk, "unit AA1 North\nunit BB2 CENTRAL\nunit CC3 CENTRAL\nunit DD4 CENTRAL\nunit EE5 North\nstatus DD4 off")
    work(
        desk, f"open - welfare\nlocate 1 CENTRAL here\nassess 1 {CALM}\ng4 1 so\nopen - theft\nassess 2 {CALM}\ng4 2 so"
    )
    work(desk, "send 2 BB2\nsend 2 AA1")
    assert completed(desk, "send 1 ") == ["CC3", "EE5", "BB2", "AA1"]
    assert completed(desk, "send 2 ") == ["CC3", "EE5"]
    assert completed(desk, "arrive 2 ") == ["BB2", "AA1"]


# In a word


@pytest.mark.parametrize(
    ("alert", "word"),
    [
        ("AB12 EMERGENCY", "EMERGENCY"),
        ("EMERGENCY is not on the list", "NO CREW"),
        ("EMERGENCY not heard of", "UNHEARD"),
        ("MAJOR INCIDENT", "MAJOR"),
        ("fire has not said that it knows", "AGENCY"),
        ("nobody rang back", "RING BACK"),
        ("caller location stale", "LOCATION"),
        ("caller location cannot be true", "LOCATION"),
        ("no district EMERGENCY is known", "DISTRICT"),
        ("bring up", "BRING UP"),
    ],
)
def test_each_alert_has_a_word_for_a_narrow_column(alert: str, word: str) -> None:
    assert in_a_word(alert) == word


def test_every_alert_of_a_bad_night_has_its_word(desk: Desk) -> None:
    work(desk, f"{CALLED}\nlocate . NOWHERE here\ncallerat . aml nonsense\nopen . other\nassess 1 {CALM}\ng1 1 so")
    work(desk, "send 1 AB12\nsend 1 ZZ98\nemergency AB12\nbringup 1 1m look\nmajor 1 a / b / c / d / e / f")
    found = set()
    for record in desk.board.open():
        crews = [one for one in desk.board.resources() if one.incident == record.id]
        found |= set(
            alerts(record, crews, desk.identity.now() + 10**12, Known(desk.board.districts, frozenset({"another"})))
        )
    assert len(found) >= 9
    assert all(in_a_word(one) for one in found)
