"""People: registered, described, warned of, merged and parted, involved in what is worked on; each rule of their pages.

Source: letter, areas 1, 2 and 4 (person-based information at once); a marker on a duplicate is a marker that is missed.
"""

from datetime import date
from typing import Any

import phonenumbers
import pytest
from hypothesis import given as drawn
from hypothesis.strategies import from_regex

from hueandcry.domain import doublet, involvement, marker, nominal
from hueandcry.domain.contact import Channel, Contact, Rang
from hueandcry.domain.doublet import (
    AbsorbNominal,
    MergeNominal,
    NominalAbsorbed,
    NominalMerged,
    NominalParted,
    PartNominal,
)
from hueandcry.domain.duty import FIELD, FLOOR, Command, Role
from hueandcry.domain.fact import Fact
from hueandcry.domain.incident import Incident, Opened
from hueandcry.domain.involvement import Involve, NotInvolve, PersonInvolved, PersonNotInvolved
from hueandcry.domain.marker import (
    DAY_NS,
    EndMarker,
    MarkerEnded,
    MarkerReviewed,
    MarkerSet,
    ReviewMarker,
    SetMarker,
)
from hueandcry.domain.nominal import (
    AddDetail,
    Detail,
    DetailAdded,
    DetailEnded,
    EndDetail,
    Marker,
    Nominal,
    NominalRegistered,
    RegisterNominal,
    Severity,
    Sort,
)
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.worked import Involved, Part
from hueandcry.operator.desk import Desk
from hueandcry.operator.verbs import carry_out
from hueandcry.store.identifiers import REGION, Read, e164, read
from tests.spec.harness import START, commands_in, given, on_duty, policy, stream_of, who_may
from tests.staging import Stage, work

NAMED = (NominalRegistered(), DetailAdded(Sort.NAME, True, "Siobhan Kelly", ""))
BORN = DetailAdded(Sort.BORN, True, "1984-03-12", "12/3/1984")
YEAR = START + 365 * DAY_NS
VIOLENT = MarkerSet("violent", Severity.HIGH, "pnc", YEAR, "assaulted two officers")
MARK = SetMarker("violent", Severity.HIGH, "pnc", "assaulted two officers")
ME, OTHER, THIRD = (stream_of(Nominal, noise) for noise in range(3))
MERGE = MergeNominal(OTHER, True, "same date of birth")
OPENED = Opened("other", False, "1001", None, "shouting")


@drawn(from_regex(r"(0|\+44|)[0-9]{8,12}", fullmatch=True))
def test_a_number_of_here_reads_as_the_library_reads_it(said: str) -> None:
    """What is read at a glance is what is read at length."""
    try:
        number = phonenumbers.parse(said, REGION)
        possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    except phonenumbers.NumberParseException:
        assert e164(said) is None
        return
    at_length = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert e164(said) == (at_length if possible else None)


# Who may


@pytest.mark.parametrize(
    ("command", "may"),
    [
        (RegisterNominal(Sort.NAME, "x"), FIELD),
        (AddDetail(Sort.NAME, "x"), FIELD),
        (EndDetail(2, "x"), FIELD),
        (MARK, FLOOR),
        (ReviewMarker(3, "x"), FLOOR),
        (EndMarker(3, "x"), (Role.SUPERVISOR, Role.INCIDENT_MANAGER, Role.VULNERABILITY)),
        (MERGE, FLOOR),
        (AbsorbNominal(OTHER), FLOOR),
        (PartNominal(OTHER, "x"), FLOOR),
        (Involve(ME, Part.CALLER, ""), FIELD),
        (NotInvolve(ME, Part.CALLER, "x"), FIELD),
    ],
    ids=lambda one: type(one).__name__,
)
def test_each_line_is_for_those_roles_and_nobody_else(command: Command[Any], may: tuple[Role, ...]) -> None:
    assert set(who_may(command)) == set(may)


def test_these_are_all_commands_about_people() -> None:
    named = {RegisterNominal, AddDetail, EndDetail, SetMarker, ReviewMarker, EndMarker, MergeNominal, AbsorbNominal}
    pages = (nominal, marker, doublet, involvement)
    assert set.union(*map(commands_in, pages)) == named | {PartNominal, Involve, NotInvolve}


# A person and what is known of them


def test_a_person_is_registered_by_a_name() -> None:
    record = given(on=Nominal).when(RegisterNominal(Sort.NAME, "Siobhan Kelly")).then(*NAMED)
    assert record.details == (Detail(2, Sort.NAME, True),)
    assert not record.open


def test_a_person_is_registered_once_and_by_something() -> None:
    given(*NAMED, on=Nominal).when(RegisterNominal(Sort.NAME, "x")).then_refused("this person is registered already")
    given(on=Nominal).when(RegisterNominal(Sort.NAME, "")).then_refused(
        "say by what the person is known: a name, or a number"
    )


@pytest.mark.parametrize("sort", Sort)
def test_a_detail_of_each_sort_is_added(sort: Sort) -> None:
    record = (
        given(*NAMED, on=Nominal).when(AddDetail(sort, "text", "said")).then(DetailAdded(sort, True, "text", "said"))
    )
    assert record.details[-1] == Detail(3, sort, True)


def test_what_cannot_be_true_is_taken_and_flagged() -> None:
    odd = AddDetail(Sort.BORN, "31/2/1984", "", plausible=False)
    record = given(*NAMED, on=Nominal).when(odd).then(DetailAdded(Sort.BORN, False, "31/2/1984", ""))
    assert record.of_sort(Sort.BORN) == (Detail(3, Sort.BORN, False),)


def test_a_detail_ends_with_a_reason_and_the_last_one_stays() -> None:
    record = (
        given(*NAMED, BORN, on=Nominal)
        .when(EndDetail(3, "her sister's"))
        .then(DetailEnded(3, Sort.BORN, "her sister's"))
    )
    assert record.details == (Detail(2, Sort.NAME, True),)
    given(*NAMED, BORN, on=Nominal).when(EndDetail(3, "")).then_refused("say why it does not hold any more")
    given(*NAMED, on=Nominal).when(EndDetail(9, "x")).then_refused("detail 9 does not stand here; there is 2 name")
    given(*NAMED, on=Nominal).when(EndDetail(2, "x")).then_refused(
        "it is the last by which this person is known: add another first ('detail')"
    )


@pytest.mark.parametrize("command", [AddDetail(Sort.NAME, "x"), EndDetail(2, "x"), MARK, ReviewMarker(3, "x"), MERGE])
def test_nothing_is_said_of_whom_nobody_registered(command: Command[Nominal]) -> None:
    given(on=Nominal).when(command).then_refused("there is no such person: register them with 'person'")


# Markers


def test_a_marker_has_its_source_its_weight_and_a_date_by_which_it_is_looked_at_again() -> None:
    record = given(*NAMED, on=Nominal).when(MARK).then(VIOLENT)
    assert record.markers == (Marker(3, "violent", Severity.HIGH, YEAR),)
    assert [record.markers[0].is_overdue(at) for at in (YEAR - 1, YEAR)] == [False, True]


def test_a_marker_of_the_same_kind_is_set_once() -> None:
    given(*NAMED, VIOLENT, on=Nominal).when(MARK).then_refused(
        "they have the marker violent already: look at it again ('remark'), or end it ('unmark')"
    )


def test_a_marker_that_the_pack_does_not_have_is_refused_with_those_it_has() -> None:
    codes = ", ".join(one.code for one in policy().categories.warning)
    given(*NAMED, on=Nominal).when(SetMarker("rude", Severity.LOW, "pnc", "")).then_refused(
        f"categories-2011 has no marker rude; it has {codes}"
    )


def test_a_marker_that_was_looked_at_again_stands_for_its_time_anew() -> None:
    later = on_duty(now=YEAR)
    record = (
        given(*NAMED, VIOLENT, on=Nominal)
        .when(ReviewMarker(3, "again in May"), later)
        .then(MarkerReviewed(3, YEAR + 365 * DAY_NS, "again in May"))
    )
    assert not record.markers[0].is_overdue(YEAR + 1)
    given(*NAMED, VIOLENT, on=Nominal).when(ReviewMarker(3, "")).then_refused(
        "say on what the marker violent still rests"
    )
    given(*NAMED, VIOLENT, on=Nominal).when(ReviewMarker(2, "x")).then_refused(
        "marker 2 does not stand here; there is 3 violent"
    )


def test_a_marker_is_ended_by_a_person_with_a_reason() -> None:
    supervisor = on_duty(Role.SUPERVISOR)
    before = given(*NAMED, VIOLENT, on=Nominal)
    assert (
        before.when(EndMarker(3, "it was his brother"), supervisor).then(MarkerEnded(3, "it was his brother")).markers
        == ()
    )
    before.when(EndMarker(3, ""), supervisor).then_refused("say why the marker does not hold any more")


# One person or two


def test_two_records_of_one_person_point_to_each_other_and_part_with_what_was_theirs() -> None:
    """Two people merged in error: always reversible."""
    first = given(*NAMED, on=Nominal).when(MERGE).then(NominalMerged(OTHER, "same date of birth"))
    assert first.merged_into == OTHER
    second = given(*NAMED, VIOLENT, on=Nominal).when(AbsorbNominal(THIRD)).then(NominalAbsorbed(THIRD))
    assert (second.absorbed, second.markers) == ((THIRD,), (Marker(3, "violent", Severity.HIGH, YEAR),))
    apart = (
        given(*NAMED, NominalMerged(OTHER, "x"), on=Nominal)
        .when(PartNominal(OTHER, "twins"))
        .then(NominalParted(OTHER, "twins"))
    )
    assert apart.merged_into is None
    left = (
        given(*NAMED, NominalAbsorbed(THIRD), NominalAbsorbed(OTHER), on=Nominal)
        .when(PartNominal(OTHER, "twins"))
        .then(NominalParted(OTHER, "twins"))
    )
    assert left.absorbed == (THIRD,)


@pytest.mark.parametrize(
    ("facts", "command", "rule"),
    [
        ((), MergeNominal(ME, True, "x"), "a person is the same as themselves without anybody saying so"),
        ((), MergeNominal(OTHER, False, "x"), "the other one is the same as a third: name that one"),
        ((), MergeNominal(OTHER, True, ""), "say what shows that they are one person"),
        ((NominalMerged(THIRD, "x"),), MERGE, "this one is the same as another already: part them first ('apart')"),
        ((NominalAbsorbed(THIRD),), MERGE, "this one stands for others: merge the other into it"),
        ((), PartNominal(OTHER, "x"), "these two were not merged"),
        ((NominalMerged(OTHER, "x"),), PartNominal(OTHER, ""), "say what shows that they are two people"),
    ],
)  # fmt: skip
def test_what_would_tangle_people_is_refused(
    facts: tuple[Fact[Nominal], ...], command: Command[Nominal], rule: str
) -> None:
    given(*NAMED, *facts, on=Nominal).when(command).then_refused(rule)


# Who is involved


@pytest.mark.parametrize(("on", "begun"), [(Incident, OPENED), (Contact, Rang(Channel.NON_EMERGENCY, "07700900123"))])
def test_a_person_is_involved_in_a_part_and_not_any_more(on: type[Any], begun: Fact[Any]) -> None:
    record = (
        given(begun, on=on)
        .when(Involve(ME, Part.SUSPECT, "seen leaving"))
        .then(PersonInvolved(ME, Part.SUSPECT, "seen leaving"))
    )
    assert record.people == (Involved(ME, Part.SUSPECT),)
    involved = PersonInvolved(ME, Part.SUSPECT, "")
    given(begun, involved, on=on).when(Involve(ME, Part.SUSPECT, "")).then_refused("this person is its suspect already")
    given(begun, involved, on=on).when(Involve(ME, Part.VICTIM, "")).then(PersonInvolved(ME, Part.VICTIM, ""))
    gone = (
        given(begun, involved, on=on)
        .when(NotInvolve(ME, Part.SUSPECT, "was at work"))
        .then(PersonNotInvolved(ME, Part.SUSPECT, "was at work"))
    )
    assert gone.people == ()
    given(begun, involved, on=on).when(NotInvolve(ME, Part.SUSPECT, "")).then_refused(
        "say why they have nothing to do with it"
    )
    given(begun, on=on).when(NotInvolve(ME, Part.SUSPECT, "x")).then_refused("this person is not its suspect")
    given(on=on).when(Involve(ME, Part.SUSPECT, "")).then_refused("there is no such record")


# What is typed

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("07700 900123", "+447700900123"), ("+44 (0)7700 900123", "+447700900123"), ("0161 496 0112", "+441614960112"),
        ("+353 1 402 0000", "+35314020000"), ("0044 7700 900123", "+447700900123"), ("12", None), ("withheld", None), ("", None),
        ("07700 900123 ext 4", "+447700900123"), ("\u202e07700", None),
    ],
)  # fmt: skip
def test_a_number_stands_as_it_is_dialled_anywhere_or_as_it_was_said_and_flagged(said: str, text: str | None) -> None:
    found = read(Sort.NUMBER, said, TODAY)
    assert (found.text, found.plausible) == ((text, True) if text else (said, False))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("12/3/1984", "1984-03-12"), ("1984-03-12", "1984-03-12"), ("12.03.1984", "1984-03-12"), ("3/1984", "1984-03"),
        ("1984", "1984"),
        ("1984-03", "1984-03"), ("29/2/2024", "2024-02-29"), ("29/2/2023", None), ("31/2/1984", None), ("24/11/2026", None),
        ("1/1/1850", None), ("about forty", None), ("0/0/1984", "1984"), ("12/13/1984", None),
    ],
)  # fmt: skip
def test_a_date_of_birth_is_read_as_far_as_it_is_known_and_an_impossible_one_is_flagged(
    said: str, text: str | None
) -> None:
    found = read(Sort.BORN, said, TODAY)
    assert (found.text, found.plausible) == ((text, True) if text else (said, False))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("ab12 cde", "AB12CDE"),
        ("A123 BCD", "A123BCD"),
        ("ABC 123A", "ABC123A"),
        ("AIG 1234", "AIG1234"),
        ("ABCDEFGH", None),
    ],
)
def test_a_plate_stands_in_capitals_without_blanks(said: str, text: str | None) -> None:
    found = read(Sort.VEHICLE, said, TODAY)
    assert (found.text, found.plausible) == ((text, True) if text else (said, False))


def test_what_was_typed_stays_where_it_differs() -> None:
    assert read(Sort.NUMBER, "07700 900123", TODAY) == Read("+447700900123", "07700 900123", True)
    assert read(Sort.NAME, "  Siobhan   Kelly ", TODAY) == Read("Siobhan Kelly", "", True)


# The lines


@pytest.fixture
def desk() -> Desk:
    return Stage().founder


def test_a_person_is_registered_described_and_involved_by_lines(desk: Desk) -> None:
    work(desk, "person Siobhan Kelly\ndetail . born 12/3/1984\ndetail . number 07700 900123\nmarker . violent high pnc")
    work(desk, "open - domestic he is back\ninvolve 1 . victim rang from the bathroom")
    stream = desk.board.incident_on("2026-11-23", 1)
    record = desk.board.record(stream or b"")
    assert isinstance(record, Incident)
    (involved,) = record.people
    person = desk.board.record(involved.nominal)
    assert isinstance(person, Nominal)
    assert [one.sort for one in person.details] == [Sort.NAME, Sort.BORN, Sort.NUMBER]
    assert desk.board.name(person.id).startswith("n")
    assert person.markers[0].warns == "violent"


def test_a_person_may_be_known_by_a_number_alone(desk: Desk) -> None:
    (_, added) = desk.opened(carry_out(desk, "person 07700 900123"))
    assert added.fact == DetailAdded(Sort.NUMBER, True, "+447700900123", "07700 900123")


def test_two_people_are_merged_and_parted_by_lines(desk: Desk) -> None:
    names = []
    for _ in range(2):
        registered = carry_out(desk, "person Siobhan Kelly")[0]
        assert kind_of(registered.stream) is Kind.NOMINAL
        names.append(desk.board.name(registered.stream))
    first, second = names
    assert [one.name for one in carry_out(desk, f"same {first} {second} one number")] == [
        "nominal.merged",
        "nominal.absorbed",
    ]
    assert [one.name for one in carry_out(desk, f"apart {second} {first} twins")] == 2 * ["nominal.parted"]
    assert [one.name for one in carry_out(desk, f"same {second} {first} one after all")] == [
        "nominal.merged",
        "nominal.absorbed",
    ]
