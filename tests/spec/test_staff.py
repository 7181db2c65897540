"""A member of staff: roles, sessions, and acts that two people do together; each rule of domain/staff.py."""

import pytest

from hueandcry.domain import staff
from hueandcry.domain.contact import Contact
from hueandcry.domain.duty import FLOOR, Command, Duty, Place, Role
from hueandcry.domain.fact import Fact
from hueandcry.domain.incident import Incident
from hueandcry.domain.reference import NS_PER_S, Kind, kind_of
from hueandcry.domain.staff import (
    EVERYONE,
    PROPOSAL_LASTS_S,
    Approve,
    Approved,
    Decline,
    Declined,
    Grant,
    PassphraseSet,
    Proposal,
    ProposalSettled,
    Propose,
    Proposed,
    Register,
    Registered,
    RoleGranted,
    RoleWithdrawn,
    Session,
    SetPassphrase,
    Settle,
    SignedOff,
    SignedOn,
    SignOff,
    SignOn,
    Staff,
    Withdraw,
    staff_stream,
)
from tests.spec.harness import MINUTE, START, commands_in, given, later, on_duty, ref, refused_for, stream_of, who_may

INCIDENT = stream_of(Incident)
EXPIRES = START + PROPOSAL_LASTS_S * NS_PER_S

REGISTERED = Registered("1001", None, "J. Smith")
HANDLER = RoleGranted(Role.HANDLER)
SIGNED_ON = SignedOn("session-1", 1000, "seat-1", Place.HOME)
PROPOSED = Proposed("4k2m", "grade", INCIDENT, EXPIRES, "grade 57 3 he has been arrested")
PROPOSAL = Proposal("4k2m", "grade", INCIDENT, ref(Staff, 4), EXPIRES)
PROPOSER = (REGISTERED, HANDLER, SIGNED_ON, PROPOSED)

SECOND = (
    Registered("2002", None, "A. Khan"),
    RoleGranted(Role.SUPERVISOR),
    SignedOn("session-2", 1001, "seat-2", Place.OFFICE),
)

REGISTER = Register("1001", None, "J. Smith", (Role.HANDLER, Role.DISPATCHER))
GRANT = Grant(Role.SUPERVISOR)
WITHDRAW = Withdraw(Role.HANDLER)
SET = SetPassphrase(b"salt and hash")
SIGN_ON = SignOn("session-1", 1000, "seat-1", Place.HOME)
SIGN_OFF = SignOff("session-1")
PROPOSE = Propose("4k2m", "grade", INCIDENT, "grade 57 3 he has been arrested")


def proposer(*facts: Fact[Staff]) -> Staff:
    """Return the member who made the proposal, as they stand after some more facts."""
    return given(*PROPOSER, *facts, on=Staff).record


def second(**other: object) -> Duty:
    """Return another person, in a session of their own."""
    return on_duty(**({"collar": "2002", "session": "session-2"} | other))


def name_of(command: Command[Staff]) -> str:
    return type(command).__name__


# Who may


@pytest.mark.parametrize("command", [REGISTER, GRANT, WITHDRAW], ids=name_of)
def test_only_an_administrator_registers_people_and_gives_roles(command: Command[Staff]) -> None:
    assert who_may(command) == (Role.ADMINISTRATOR,)


@pytest.mark.parametrize("command", [SET, SIGN_ON, SIGN_OFF], ids=name_of)
def test_everyone_signs_on_and_off_and_has_a_passphrase_but_not_the_watch(command: Command[Staff]) -> None:
    assert who_may(command) == EVERYONE
    assert Role.WATCH not in EVERYONE


@pytest.mark.parametrize(
    "command",
    [PROPOSE, Approve(PROPOSAL, proposer()), Decline(PROPOSAL, proposer(), "no"), Settle(PROPOSAL, "approved")],
    ids=name_of,
)
def test_the_floor_and_administrators_propose_and_look_twice_and_nobody_else(command: Command[Staff]) -> None:
    """Administrators do, because an erasure is theirs too; what is proposed says itself who may do it."""
    assert set(who_may(command)) == {*FLOOR, Role.ADMINISTRATOR}


def test_every_command_on_staff_has_its_roles_checked_here() -> None:
    checked = {Register, Grant, Withdraw, SetPassphrase, SignOn, SignOff, Propose, Approve, Decline, Settle}
    assert checked == commands_in(staff)


def test_whoever_lost_all_roles_may_do_nothing_and_is_told_so() -> None:
    nobody = on_duty(roles=())
    given(REGISTERED, on=Staff).when(GRANT, nobody).then_refused(refused_for((Role.ADMINISTRATOR,), nobody))
    assert refused_for((Role.ADMINISTRATOR,), nobody).endswith("1001 is signed on as nobody")


# Registering


def test_a_member_is_registered_with_roles() -> None:
    record = given(on=Staff).when(REGISTER).then(REGISTERED, HANDLER, RoleGranted(Role.DISPATCHER))
    assert (record.collar, record.uid, record.roles) == ("1001", None, (Role.HANDLER, Role.DISPATCHER))


def test_a_member_can_be_bound_to_a_system_user() -> None:
    record = given(on=Staff).when(Register("1001", 1000, "", ())).then(Registered("1001", 1000, ""))
    assert record.uid == 1000


def test_nobody_is_registered_twice() -> None:
    given(REGISTERED, on=Staff).when(REGISTER).then_refused("1001 is registered already")


def test_a_member_has_one_stream_that_follows_from_the_collar_number() -> None:
    assert staff_stream("1001") == staff_stream("1001") != staff_stream("1002")
    assert kind_of(staff_stream("1001")) is Kind.STAFF


@pytest.mark.parametrize("command", [Register("1001", None, "", (Role.HANDLER, Role.WATCH)), Grant(Role.WATCH)])
def test_no_person_is_the_watch(command: Command[Staff]) -> None:
    facts = (REGISTERED,) if isinstance(command, Grant) else ()
    given(*facts, on=Staff).when(command).then_refused("the watch is no person's role")


# Roles


def test_a_role_is_granted() -> None:
    record = given(REGISTERED, HANDLER, on=Staff).when(GRANT).then(RoleGranted(Role.SUPERVISOR))
    assert record.roles == (Role.HANDLER, Role.SUPERVISOR)


def test_a_role_is_not_granted_twice() -> None:
    before = given(REGISTERED, RoleGranted(Role.SUPERVISOR), on=Staff)
    before.when(GRANT).then_refused("1001 is supervisor already")


def test_a_role_is_withdrawn_and_can_be_granted_again() -> None:
    before = given(REGISTERED, HANDLER, RoleGranted(Role.SUPERVISOR), on=Staff)
    record = before.when(WITHDRAW).then(RoleWithdrawn(Role.HANDLER))
    assert record.roles == (Role.SUPERVISOR,)
    given(REGISTERED, HANDLER, RoleWithdrawn(Role.HANDLER), on=Staff).when(Grant(Role.HANDLER)).then(HANDLER)


def test_a_role_that_a_member_does_not_have_is_not_withdrawn() -> None:
    given(REGISTERED, on=Staff).when(WITHDRAW).then_refused("1001 is not handler")
    given(on=Staff).when(WITHDRAW).then_refused("nobody is not handler")


@pytest.mark.parametrize("command", [GRANT, SET, SIGN_ON], ids=name_of)
def test_nothing_is_done_for_a_member_who_was_never_registered(command: Command[Staff]) -> None:
    given(on=Staff).when(command).then_refused("there is no such member of staff")


# Passphrases


@pytest.mark.parametrize("facts", [(), (PassphraseSet(b"old"),)])
def test_a_member_sets_and_changes_their_own_passphrase(facts: tuple[Fact[Staff], ...]) -> None:
    before = given(REGISTERED, *facts, on=Staff)
    record = before.when(SET, on_duty(Role.HANDLER, collar="1001")).then(PassphraseSet(b"salt and hash"))
    assert record.verifier == ref(Staff, 2 + len(facts))


def test_an_administrator_sets_the_first_passphrase_of_another() -> None:
    duty = on_duty(Role.ADMINISTRATOR, collar="9001")
    given(REGISTERED, on=Staff).when(SET, duty).then(PassphraseSet(b"salt and hash"))


@pytest.mark.parametrize(
    ("facts", "role"),
    [((PassphraseSet(b"old"),), Role.ADMINISTRATOR), ((), Role.SUPERVISOR), ((PassphraseSet(b"old"),), Role.HANDLER)],
)
def test_nobody_else_changes_a_passphrase(facts: tuple[Fact[Staff], ...], role: Role) -> None:
    before = given(REGISTERED, *facts, on=Staff)
    duty = on_duty(role, collar="9001")
    before.when(SET, duty).then_refused("a passphrase is changed by the member whose it is")


# Sessions


@pytest.mark.parametrize("place", Place)
def test_a_member_signs_on_at_a_seat_in_the_office_or_at_home(place: Place) -> None:
    """Letter, area 1: handlers at home."""
    before = given(REGISTERED, HANDLER, on=Staff)
    record = before.when(SignOn("session-1", 1000, "seat-1", place)).then(SignedOn("session-1", 1000, "seat-1", place))
    assert record.session("session-1") == Session("session-1", 1000, "seat-1", place, START)


def test_a_member_without_a_role_does_not_sign_on() -> None:
    given(REGISTERED, on=Staff).when(SIGN_ON).then_refused("1001 has no role")
    given(REGISTERED, HANDLER, RoleWithdrawn(Role.HANDLER), on=Staff).when(SIGN_ON).then_refused("1001 has no role")


def test_a_session_ends_with_the_sign_off_and_no_other_session_does() -> None:
    elsewhere = SignedOn("session-9", 1000, "seat-9", Place.OFFICE)
    record = given(REGISTERED, HANDLER, SIGNED_ON, elsewhere, on=Staff).when(SIGN_OFF).then(SignedOff("session-1"))
    assert [one.session for one in record.sessions] == ["session-9"]


@pytest.mark.parametrize("facts", [(), (SIGNED_ON, SignedOff("session-1")), (SignedOn("other", 1, "s", Place.HOME),)])
def test_a_session_that_is_not_open_does_not_end(facts: tuple[Fact[Staff], ...]) -> None:
    given(REGISTERED, HANDLER, *facts, on=Staff).when(SIGN_OFF).then_refused("that session is not open")


def test_a_session_knows_since_when() -> None:
    record = given(REGISTERED, HANDLER, later(minutes=5), SIGNED_ON, later(minutes=5), on=Staff).record
    assert [one.since for one in record.sessions] == [START + 5 * MINUTE]


# Two people


def test_an_act_is_proposed_whole_and_waits_half_an_hour() -> None:
    """Letter, area 2: a second look where someone is vulnerable."""
    record = given(REGISTERED, HANDLER, SIGNED_ON, on=Staff).when(PROPOSE).then(PROPOSED)
    assert record.proposals == (PROPOSAL,)
    assert EXPIRES - START == 30 * MINUTE


def test_another_person_approves_exactly_the_fact_that_was_proposed() -> None:
    before = given(*SECOND, on=Staff)
    record = before.when(Approve(PROPOSAL, proposer()), second()).then(Approved(ref(Staff, 4), "1001"))
    assert record.proposals == ()


def test_another_person_declines_with_a_reason() -> None:
    command = Decline(PROPOSAL, proposer(), "he is still in the house")
    given(*SECOND, on=Staff).when(command, second()).then(Declined(ref(Staff, 4), "1001", "he is still in the house"))


def test_a_refusal_to_approve_needs_a_reason() -> None:
    command = Decline(PROPOSAL, proposer(), "")
    given(*SECOND, on=Staff).when(command, second()).then_refused("say why the proposal is declined")


SETTLING = [Approve(PROPOSAL, proposer()), Decline(PROPOSAL, proposer(), "no")]


@pytest.mark.parametrize("command", SETTLING, ids=name_of)
@pytest.mark.parametrize("role", FLOOR)
def test_nobody_of_any_role_settles_their_own_proposal(command: Command[Staff], role: Role) -> None:
    duty = on_duty(role, collar="1001", session="session-2")
    given(*PROPOSER, on=Staff).when(command, duty).then_refused("nobody approves or declines their own proposal")


@pytest.mark.parametrize("command", SETTLING, ids=name_of)
def test_a_second_look_comes_from_another_session(command: Command[Staff]) -> None:
    before = given(*SECOND, on=Staff)
    before.when(command, second(session="session-1")).then_refused("a second look comes from another session")


def test_a_proposal_is_approved_until_it_expires() -> None:
    before = given(*SECOND, on=Staff)
    approve = next(one for one in SETTLING if isinstance(one, Approve))
    rule = "the proposal has expired: propose it again"
    before.when(approve, second(now=EXPIRES)).then_refused(rule)
    before.when(approve, second(now=EXPIRES + 60 * MINUTE)).then_refused(rule)
    before.when(approve, second(now=EXPIRES - 1)).then(Approved(ref(Staff, 4), "1001"))


@pytest.mark.parametrize("late", [-1, 0, 60 * MINUTE])
def test_a_proposal_is_declined_at_any_time_so_that_none_stays_for_ever(late: int) -> None:
    decline = next(one for one in SETTLING if isinstance(one, Decline))
    fact = Declined(ref(Staff, 4), "1001", "no")
    given(*SECOND, on=Staff).when(decline, second(now=EXPIRES + late)).then(fact)


SETTLED = ProposalSettled(ref(Staff, 4), "approved")


@pytest.mark.parametrize(
    "command", [Approve(PROPOSAL, proposer(SETTLED)), Decline(PROPOSAL, proposer(SETTLED), "no")], ids=name_of
)
def test_a_proposal_is_settled_once(command: Command[Staff]) -> None:
    given(*SECOND, on=Staff).when(command, second()).then_refused("the proposal is settled already")


@pytest.mark.parametrize("command", [SIGN_ON, SIGN_OFF, PROPOSE, *SETTLING], ids=name_of)
def test_nobody_signs_on_or_off_or_proposes_or_settles_in_the_name_of_another(command: Command[Staff]) -> None:
    """Letter, area 2: a second look is another person's; a stream says of its member what they did themselves."""
    given(*PROPOSER, on=Staff).when(command, second()).then_refused("2002 acts in their own name, not in that of 1001")
    given(*SECOND, on=Staff).when(command, on_duty(collar="9001")).then_refused(
        "9001 acts in their own name, not in that of 2002"
    )


@pytest.mark.parametrize("command", [SIGN_OFF, PROPOSE, *SETTLING], ids=name_of)
def test_nobody_acts_in_a_stream_that_is_nobodys(command: Command[Staff]) -> None:
    given(on=Staff).when(command, second()).then_refused("2002 acts in their own name, not in that of nobody")


def test_the_second_person_takes_the_settled_proposal_off_the_list_of_the_first() -> None:
    given(*PROPOSER, on=Staff).when(Settle(PROPOSAL, "approved"), second()).then(SETTLED)


def test_a_settled_proposal_leaves_the_list_and_the_others_stay() -> None:
    another = Proposed("9zzz", "result", INCIDENT, EXPIRES, "result 57 cancelled she rang back")
    record = given(*PROPOSER, another, on=Staff).when(Settle(PROPOSAL, "approved")).then(SETTLED)
    assert [one.tail for one in record.proposals] == ["9zzz"]


def test_a_proposal_is_not_taken_off_the_list_twice() -> None:
    before = given(*PROPOSER, SETTLED, on=Staff)
    before.when(Settle(PROPOSAL, "declined")).then_refused("the proposal is settled already")


def test_the_exact_words_of_a_proposal_are_sealed_and_the_list_refers_to_them() -> None:
    assert "arrested" not in repr(proposer().proposals)
    assert proposer().proposals[0].said == ref(Staff, 4)


def test_an_act_on_any_record_can_be_proposed() -> None:
    command = Propose("7qqq", "close", stream_of(Contact), "close c4f7q")
    given(REGISTERED, HANDLER, on=Staff).when(command, on_duty(now=START + MINUTE)).then(
        Proposed("7qqq", "close", stream_of(Contact), EXPIRES + MINUTE, "close c4f7q")
    )
