"""Who answers for a district: each rule of domain/cover.py.

Source: letter, area 1; the escalation ladder of the grades pack, which goes to whoever answers for the district.
"""

import pytest

from hueandcry.domain import cover
from hueandcry.domain.cover import COVERED_AS, DistrictGivenUp, DistrictTaken, GiveDistrictUp, TakeDistrict
from hueandcry.domain.duty import FLOOR, Command, Role
from hueandcry.domain.fact import Fact
from hueandcry.domain.staff import Cover, Registered, RoleGranted, RoleWithdrawn, Staff
from tests.spec.harness import ME, OTHER, commands_in, given, on_duty, who_may

DISTRICT = "CENTRAL"
SERGEANT = RoleGranted(Role.SERGEANT)
MEMBER = (Registered(ME, None, "J. Smith"), SERGEANT)
TAKEN = DistrictTaken(DISTRICT, Role.SERGEANT)

TAKE = TakeDistrict(DISTRICT, Role.SERGEANT)
GIVE_UP = GiveDistrictUp(DISTRICT, Role.SERGEANT)

MAY = {*FLOOR, Role.SERGEANT, Role.INSPECTOR, Role.ADMINISTRATOR}
SAY_SO_OF_ANOTHER = (Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


def value_of(role: Role) -> str:
    return role.value


# Who may


@pytest.mark.parametrize("command", [TAKE, GIVE_UP], ids=["take", "give up"])
def test_the_floor_sergeants_inspectors_and_administrators_say_who_answers_for_a_district(
    command: Command[Staff],
) -> None:
    assert set(who_may(command)) == MAY


def test_every_command_on_districts_has_its_roles_checked_here() -> None:
    assert {TakeDistrict, GiveDistrictUp} == commands_in(cover)


# Taking


def test_a_member_answers_for_a_district_in_a_role_that_they_hold() -> None:
    record = given(*MEMBER, on=Staff).when(TAKE, on_duty(Role.SERGEANT)).then(TAKEN)
    assert record.covers == (Cover(DISTRICT, Role.SERGEANT),)


def test_nobody_answers_for_a_district_in_a_role_that_they_do_not_hold() -> None:
    """Whoever says so may hold it; it is the member who has to."""
    given(*MEMBER, on=Staff).when(TakeDistrict(DISTRICT, Role.INSPECTOR)).then_refused("1001 is not inspector")


def test_nobody_answers_for_a_district_who_was_never_registered() -> None:
    given(on=Staff).when(TAKE).then_refused("nobody is not sergeant")


@pytest.mark.parametrize(
    "role",
    [Role.DISPATCHER, Role.SERGEANT, Role.INSPECTOR, Role.SUPERVISOR, Role.INCIDENT_MANAGER],
    ids=value_of,
)
def test_one_answers_for_a_district_as_its_dispatcher_or_as_whom_the_ladder_goes_to(role: Role) -> None:
    before = given(MEMBER[0], RoleGranted(role), on=Staff)
    before.when(TakeDistrict(DISTRICT, role), on_duty(role)).then(DistrictTaken(DISTRICT, role))


@pytest.mark.parametrize("role", [role for role in Role if role not in COVERED_AS], ids=value_of)
def test_one_answers_for_a_district_in_no_other_role(role: Role) -> None:
    before = given(MEMBER[0], RoleGranted(role), on=Staff)
    before.when(TakeDistrict(DISTRICT, role)).then_refused(
        "one answers for a district as dispatcher, sergeant, inspector, supervisor, incident-manager"
    )


@pytest.mark.parametrize("role", SAY_SO_OF_ANOTHER, ids=value_of)
def test_a_supervisor_an_incident_manager_or_an_administrator_says_who_else_answers_for_a_district(role: Role) -> None:
    given(*MEMBER, on=Staff).when(TAKE, on_duty(role, collar=OTHER)).then(TAKEN)


@pytest.mark.parametrize("role", [role for role in Role if role in MAY and role not in SAY_SO_OF_ANOTHER], ids=value_of)
def test_anybody_else_takes_a_district_in_their_own_name_alone(role: Role) -> None:
    before = given(*MEMBER, on=Staff)
    before.when(TAKE, on_duty(role, collar=OTHER)).then_refused(
        "2002 takes a district in their own name; a supervisor says so of another"
    )


def test_a_district_is_not_taken_twice_in_one_role() -> None:
    given(*MEMBER, TAKEN, on=Staff).when(TAKE).then_refused("1001 answers for CENTRAL as sergeant already")


@pytest.mark.parametrize(
    "other",
    [DistrictTaken("WEST", Role.SERGEANT), DistrictTaken(DISTRICT, Role.INSPECTOR)],
    ids=["another district", "another role"],
)
def test_a_member_may_answer_for_several_districts_and_in_several_roles(other: DistrictTaken) -> None:
    record = given(*MEMBER, RoleGranted(Role.INSPECTOR), other, on=Staff).when(TAKE).then(TAKEN)
    assert record.covers == (Cover(other.district, other.role), Cover(DISTRICT, Role.SERGEANT))


# Giving up


@pytest.mark.parametrize(
    "kept",
    [DistrictTaken("WEST", Role.SERGEANT), DistrictTaken(DISTRICT, Role.INSPECTOR)],
    ids=["another district", "another role"],
)
def test_a_district_is_given_up_in_one_role_and_the_others_are_kept(kept: DistrictTaken) -> None:
    before = given(*MEMBER, RoleGranted(Role.INSPECTOR), TAKEN, kept, on=Staff)
    record = before.when(GIVE_UP).then(DistrictGivenUp(DISTRICT, Role.SERGEANT))
    assert record.covers == (Cover(kept.district, kept.role),)


def test_a_district_that_was_given_up_is_taken_again() -> None:
    given(*MEMBER, TAKEN, DistrictGivenUp(DISTRICT, Role.SERGEANT), on=Staff).when(TAKE).then(TAKEN)


def test_whoever_takes_a_district_over_gives_it_up_for_who_had_it() -> None:
    before = given(*MEMBER, TAKEN, on=Staff)
    before.when(GIVE_UP, on_duty(Role.SERGEANT, collar=OTHER)).then(DistrictGivenUp(DISTRICT, Role.SERGEANT))


@pytest.mark.parametrize(
    "facts",
    [(), (DistrictTaken("WEST", Role.SERGEANT),), (DistrictTaken(DISTRICT, Role.INSPECTOR),)],
    ids=["nothing", "another district", "another role"],
)
def test_what_a_member_does_not_answer_for_is_not_given_up(facts: tuple[Fact[Staff], ...]) -> None:
    given(*MEMBER, *facts, on=Staff).when(GIVE_UP).then_nothing()


def test_whoever_loses_a_role_answers_for_no_district_in_it_any_more() -> None:
    """A member answers for a district in a role that they hold; what is escalated must not go to who may not act on it."""
    as_inspector = (RoleGranted(Role.INSPECTOR), DistrictTaken(DISTRICT, Role.INSPECTOR))
    record = given(*MEMBER, TAKEN, *as_inspector, RoleWithdrawn(Role.SERGEANT), on=Staff).record
    assert record.covers == (Cover(DISTRICT, Role.INSPECTOR),)
