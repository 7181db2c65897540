"""Specification of a foreign record: what came over the border, kept apart, received once, and never taken back by stealth.

Source: letter, area 1 (incidents that cross a force's border); Data Protection Act 2018, section 47.
"""

import pytest
from msgspec.structs import replace

from hueandcry.domain.duty import Role
from hueandcry.domain.erasure import Erased, ErasureCompleted
from hueandcry.domain.fact import FactRef
from hueandcry.domain.fault import ForeignFault
from hueandcry.domain.foreign import Disclosed, Foreign, Held, Receive, Received, foreign_stream
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind, kind_of
from tests.spec.harness import given, who_may

ORIGIN = "hueandcry/GMP/4f7q"
THEIR_STREAM = bytes(range(16))
NOTHING = (b"", b"", b"")


def received(version: int, *, police: bytes = b"", sealed: bytes = b"") -> Received:
    """Return a fact of theirs with the values that a file gave."""
    return Received(
        ORIGIN, THEIR_STREAM, 40 + version, b"record.noted", b"\x92", NOTHING, bytes([version]) * 32,
        bool(police), bool(sealed), police, sealed,
    )  # fmt: skip


def test_a_record_has_one_id_here_whoever_brings_it_and_never_one_of_ours() -> None:
    here = foreign_stream(ORIGIN, THEIR_STREAM)
    assert here == foreign_stream(ORIGIN, THEIR_STREAM)
    assert kind_of(here) is Kind.FOREIGN
    assert here != foreign_stream("hueandcry/MPS/4f7q", THEIR_STREAM)
    assert here[:6] == THEIR_STREAM[:6]  # so that it stands where it began in time


def test_what_is_new_of_a_file_is_received_in_its_order() -> None:
    record = given(received(1), on=Foreign).when(Receive((received(1), received(2)))).then(received(2))
    assert [one.leaf[:1] for one in record.held] == [b"\x01", b"\x02"]
    assert (record.origin, record.stream) == (ORIGIN, THEIR_STREAM)


def test_a_file_that_comes_again_changes_nothing() -> None:
    given(received(1), received(2), on=Foreign).when(Receive((received(1), received(2)))).then_nothing()
    given(received(1), received(2), on=Foreign).when(Receive((received(1),))).then_nothing()


def test_values_that_were_withheld_are_taken_from_a_later_file_that_gives_them() -> None:
    fuller = received(1, police=b"police", sealed=b"words")
    record = (
        given(received(1), received(2), on=Foreign)
        .when(Receive((fuller, received(2), received(3))))
        .then(Disclosed(1, True, True, b"police", b"words"), received(3))
    )
    assert record.held[0] == Held(bytes([1]) * 32, True, True)


def test_of_values_that_are_here_already_only_the_new_ones_are_taken() -> None:
    before = given(received(1, police=b"police"), on=Foreign)
    fuller = received(1, police=b"police", sealed=b"words")
    before.when(Receive((fuller,))).then(Disclosed(1, False, True, b"", b"words"))
    given(received(1), Disclosed(1, False, True, b"", b"words"), on=Foreign).when(
        Receive((received(1, sealed=b"words"),))
    ).then_nothing()


def test_a_file_that_gives_less_takes_nothing_away() -> None:
    given(received(1, sealed=b"words"), on=Foreign).when(Receive((received(1),))).then_nothing()


def test_another_fact_in_the_place_of_one_that_was_received_is_a_fork() -> None:
    other = replace(received(1), leaf=b"\xff" * 32)
    with pytest.raises(ForeignFault, match="version 1 of this record was received before, and it was another: a fork"):
        given(received(1), on=Foreign).when(Receive((other,))).then_nothing()


def test_a_record_that_was_erased_here_does_not_come_back_by_another_file() -> None:
    approval = FactRef(POLICY_STREAM, 1)
    for facts in ((Erased(approval),), (Erased(approval), ErasureCompleted(9, ()))):
        given(received(1), *facts, on=Foreign).when(Receive((received(1), received(2)))).then_refused(
            "this record was erased here: it does not come back by another file"
        )


def test_those_who_answer_for_a_border_take_a_file_in() -> None:
    assert set(who_may(Receive(()))) == {Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR}
