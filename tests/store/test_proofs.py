"""Proofs are those of RFC 9162, section 2.1: made as it is written there, and refused whenever a byte of them is not."""

import contextlib
import hashlib
import json
import os
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hueandcry.store.tree import (
    SIZE_MAX,
    CompactRange,
    InvalidProof,
    consistency_proof,
    inclusion_proof,
    node_hash,
    root_of,
    subtree_root,
    verify_consistency,
    verify_inclusion,
)

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=300)
SIZES = 70
NOBODY = bytes(32)


def leaf(index: int) -> bytes:
    return hashlib.sha256(b"\0row %d" % index).digest()


LEAVES = [leaf(index) for index in range(SIZES)]


# The book: section 2.1 as it is written, over whole lists and by recursion


def split(leaves: Sequence[bytes]) -> int:
    width = 1
    while width * 2 < len(leaves):
        width *= 2
    return width


@cache
def head(leaves: tuple[bytes, ...]) -> bytes:
    """MTH of 2.1.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = split(leaves)
    return hashlib.sha256(b"\1" + head(leaves[:k]) + head(leaves[k:])).digest()


def path(m: int, leaves: tuple[bytes, ...]) -> list[bytes]:
    """PATH of 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(leaves)
    return [*path(m, leaves[:k]), head(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), head(leaves[:k])]


def subproof(m: int, leaves: tuple[bytes, ...], whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [head(leaves)]
    k = split(leaves)
    if m <= k:
        return [*subproof(m, leaves[:k], whole), head(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), head(leaves[:k])]


def tree(size: int) -> tuple[bytes, ...]:
    return tuple(LEAVES[:size])


def part(first: int, end: int) -> bytes:
    return root_of(LEAVES[first:end])


# Made


def test_the_root_of_a_list_of_leaves_is_the_one_by_the_book() -> None:
    for size in range(SIZES + 1):
        assert root_of(LEAVES[:size]) == head(tree(size)), size


def test_every_inclusion_proof_is_the_one_by_the_book_and_is_accepted() -> None:
    for size in range(1, SIZES + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, part)
            assert proof == path(index, tree(size)), (index, size)
            verify_inclusion(index, size, LEAVES[index], proof, head(tree(size)))


def test_every_consistency_proof_is_the_one_by_the_book_and_is_accepted() -> None:
    for size2 in range(1, SIZES + 1):
        for size1 in range(1, size2 + 1):
            proof = consistency_proof(size1, size2, part)
            assert proof == subproof(size1, tree(size2)), (size1, size2)
            verify_consistency(size1, size2, head(tree(size1)), head(tree(size2)), proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 5), (5, 5), (6, 5)])
def test_there_is_no_inclusion_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"a tree over {size} leaves has no leaf {index}"):
        inclusion_proof(index, size, part)


@pytest.mark.parametrize(("size1", "size2"), [(0, 0), (0, 5), (-1, 5), (6, 5)])
def test_there_is_no_consistency_proof_from_an_empty_or_a_larger_tree(size1: int, size2: int) -> None:
    with pytest.raises(ValueError, match=f"no proof from a tree over {size1} leaves to one over {size2}"):
        consistency_proof(size1, size2, part)


def test_proofs_ask_only_for_parts_that_begin_where_a_kept_node_of_their_width_would() -> None:
    asked: list[tuple[int, int]] = []

    def noted(first: int, end: int) -> bytes:
        asked.append((first, end))
        return part(first, end)

    for size in range(1, SIZES + 1):
        for index in range(size):
            inclusion_proof(index, size, noted)
            consistency_proof(index + 1, size, noted)
    assert asked
    assert all(first % (1 << (end - first - 1).bit_length()) == 0 for first, end in asked)


class Kept:
    """A journal in memory that answers with kept nodes, and counts the leaves that it was asked for."""

    def __init__(self, size: int) -> None:
        self.tree = CompactRange()
        self.leaves = [leaf(index) for index in range(size)]
        self.kept: dict[tuple[int, int], bytes] = {}
        self.read = 0
        for one in self.leaves:
            for level, index, node in self.tree.add(one):
                self.kept[level, index] = node

    def nodes(self, level: int, first: int, end: int) -> Iterator[bytes]:
        if level:
            yield from (self.kept[level, index] for index in range(first, end))
        else:
            self.read += end - first
            yield from self.leaves[first:end]

    def subtree(self, first: int, end: int) -> bytes:
        return subtree_root(first, end, self.nodes)


def test_a_long_journal_proves_from_its_kept_nodes_and_two_groups_of_rows_at_most() -> None:
    size = 65_536 + 3 * 256 + 17
    journal = Kept(size)
    root = journal.tree.root()
    assert journal.subtree(0, size) == root
    for index in (0, 1, 255, 256, 32_767, 40_000, 65_535, 65_536, 65_791, 65_792, size - 18, size - 17, size - 1):
        journal.read = 0
        verify_inclusion(index, size, journal.leaves[index], inclusion_proof(index, size, journal.subtree), root)
        assert journal.read <= 2 * 255, index
        earlier = journal.subtree(0, index + 1)
        journal.read = 0
        verify_consistency(index + 1, size, earlier, root, consistency_proof(index + 1, size, journal.subtree))
        assert journal.read <= 2 * 255, index


@STEADY
@given(st.data())
def test_a_part_found_from_nodes_is_the_part_by_the_book(data: st.DataObject) -> None:
    level = data.draw(st.integers(0, 11))
    first = data.draw(st.integers(0, 3)) << level
    end = first + data.draw(st.integers(1, 1 << level))
    assert JOURNAL.subtree(first, end) == root_of(JOURNAL.leaves[first:end])


JOURNAL = Kept(4 << 11)


# Refused


def refused(check: Callable[..., None], *arguments: Any) -> str:
    """Return the sentence by which a proof is refused."""
    with pytest.raises(InvalidProof) as caught:
        check(*arguments)
    return str(caught.value)


@st.composite
def inclusions(draw: st.DrawFn) -> tuple[int, int, bytes, list[bytes], bytes]:
    size = draw(st.integers(1, SIZES))
    index = draw(st.integers(0, size - 1))
    return index, size, LEAVES[index], path(index, tree(size)), head(tree(size))


@st.composite
def consistencies(draw: st.DrawFn) -> tuple[int, int, bytes, bytes, list[bytes]]:
    size2 = draw(st.integers(1, SIZES))
    size1 = draw(st.integers(1, size2))
    return size1, size2, head(tree(size1)), head(tree(size2)), subproof(size1, tree(size2))


@st.composite
def spoilt(draw: st.DrawFn, hashes: list[bytes]) -> list[bytes]:
    """The hashes with one byte of one of them changed."""
    at, byte = draw(st.integers(0, len(hashes) - 1)), draw(st.integers(0, 31))
    changed = bytearray(hashes[at])
    changed[byte] ^= draw(st.integers(1, 255))
    return [*hashes[:at], bytes(changed), *hashes[at + 1 :]]


@STEADY
@given(inclusions(), st.data())
def test_an_inclusion_proof_with_any_byte_changed_is_refused(case: Any, data: st.DataObject) -> None:
    index, size, found, proof, root = case
    found, root, *proof = data.draw(spoilt([found, root, *proof]))
    assert refused(verify_inclusion, index, size, found, proof, root) == "the leaf and its proof lead to another root"


@STEADY
@given(consistencies(), st.data())
def test_a_consistency_proof_with_any_byte_changed_is_refused(case: Any, data: st.DataObject) -> None:
    size1, size2, root1, root2, proof = case
    root1, root2, *proof = data.draw(spoilt([root1, root2, *proof]))
    assert "root" in refused(verify_consistency, size1, size2, root1, root2, proof)


def other_lists(proof: list[bytes]) -> Iterator[list[bytes]]:
    """The proof with a hash more or less at either end, the other way round, and with neighbours swapped."""
    for extra in (NOBODY, *proof):
        yield [extra, *proof]
        yield [*proof, extra]
    for at in range(len(proof)):
        yield [*proof[:at], *proof[at + 1 :]]
        if at:
            yield [*proof[: at - 1], proof[at], proof[at - 1], *proof[at + 1 :]]


@STEADY
@given(inclusions())
def test_an_inclusion_proof_with_hashes_added_left_out_or_swapped_is_refused(case: Any) -> None:
    index, size, found, proof, root = case
    for other in other_lists(proof):
        refused(verify_inclusion, index, size, found, other, root)


@STEADY
@given(consistencies())
def test_a_consistency_proof_with_hashes_added_left_out_or_swapped_is_refused(case: Any) -> None:
    size1, size2, root1, root2, proof = case
    for other in other_lists(proof):
        refused(verify_consistency, size1, size2, root1, root2, other)


@STEADY
@given(inclusions(), st.integers(0, SIZES))
def test_a_leaf_is_proven_at_its_own_place_alone(case: Any, place: int) -> None:
    index, size, found, proof, root = case
    if place != index:
        refused(verify_inclusion, place, size, found, proof, root)


def test_a_tree_is_proven_to_grow_from_its_own_root_alone() -> None:
    for size1 in range(1, 20):
        for size2 in range(size1, 20):
            proof = subproof(size1, tree(size2))
            for other in range(20):
                if other != size1:
                    refused(verify_consistency, size1, size2, head(tree(other)), head(tree(size2)), proof)
                if other != size2:
                    refused(verify_consistency, size1, size2, head(tree(size1)), head(tree(other)), proof)


def test_a_proof_that_fits_a_root_above_or_below_that_of_its_tree_is_refused() -> None:
    """Whoever makes the root as well can make the hashes meet; the number of them still tells."""
    above, longer, shorter = NOBODY, "the proof is longer than the way to the root", "the proof ends before the root"
    for size in range(2, 20):
        root = head(tree(size))
        for index in range(size):
            proof = path(index, tree(size))
            beyond = node_hash(above, root)
            assert refused(verify_inclusion, index, size, LEAVES[index], [*proof, above], beyond) == longer
            below = part(*((0, middle) if index < (middle := split(tree(size))) else (middle, size)))
            assert refused(verify_inclusion, index, size, LEAVES[index], proof[:-1], below) == shorter
        for size1 in range(1, size):
            earlier, proof = head(tree(size1)), subproof(size1, tree(size))
            beyond = node_hash(above, earlier), node_hash(above, root)
            assert refused(verify_consistency, size1, size, *beyond, [*proof, above])
            if size1 <= (middle := split(tree(size))):
                assert refused(verify_consistency, size1, size, earlier, part(0, middle), proof[:-1]) == shorter


def test_an_empty_proof_shows_no_growth() -> None:
    for size2 in range(2, 20):
        for size1 in range(1, size2):
            for root2 in (head(tree(size1)), head(tree(size2))):
                sentence = refused(verify_consistency, size1, size2, head(tree(size1)), root2, [])
                assert sentence == "the proof ends before the root"


def test_nothing_is_shown_from_an_empty_tree() -> None:
    empty = hashlib.sha256(b"").digest()
    for size2 in (0, 1, 8):
        sentence = refused(verify_consistency, 0, size2, empty, head(tree(size2)), [])
        assert sentence == f"nothing can be shown from a tree over 0 leaves to one over {size2}"


NUMBERS_THAT_ARE_NONE = [-1, SIZE_MAX + 1, 1 << 10_000, True, False, 1.0, "1", b"1", None, [], 1j]
HASHES_THAT_ARE_NONE = [b"", bytes(31), bytes(33), "0" * 32, None, 0, bytearray(32), [0] * 32, memoryview(bytes(32))]
PROOFS_THAT_ARE_NONE = [None, b"", bytes(32), "", "x" * 32, 0, True, {}, {bytes(32)}, iter([bytes(32)]), object()]


@pytest.mark.parametrize("value", NUMBERS_THAT_ARE_NONE, ids=lambda value: repr(value)[:20])
def test_a_size_or_an_index_that_is_no_number_of_leaves_is_refused(value: Any) -> None:
    for arguments in ((value, 2, NOBODY, [NOBODY], NOBODY), (0, value, NOBODY, [NOBODY], NOBODY)):
        assert refused(verify_inclusion, *arguments) == "a size and an index are whole numbers of at most 64 bits"
    for sizes in ((value, 2), (1, value)):
        refused(verify_consistency, *sizes, NOBODY, NOBODY, [NOBODY])


@pytest.mark.parametrize("value", HASHES_THAT_ARE_NONE, ids=lambda value: repr(value)[:10])
def test_a_hash_that_is_not_32_bytes_is_refused(value: Any) -> None:
    for found, proof, root in ((value, [NOBODY], NOBODY), (NOBODY, [value], NOBODY), (NOBODY, [NOBODY], value)):
        assert refused(verify_inclusion, 0, 2, found, proof, root) == "a hash is 32 bytes"
        assert refused(verify_consistency, 1, 2, found, root, proof) == "a hash is 32 bytes"
    assert refused(verify_consistency, 2, 2, value, value, []) == "a hash is 32 bytes"
    assert refused(verify_inclusion, 0, 1, value, [], value) == "a hash is 32 bytes"


@pytest.mark.parametrize("value", PROOFS_THAT_ARE_NONE, ids=lambda value: repr(value)[:20])
def test_a_proof_that_is_no_list_is_refused(value: Any) -> None:
    assert refused(verify_inclusion, 0, 1, NOBODY, value, NOBODY) == "a proof is a list of hashes"
    assert refused(verify_consistency, 2, 2, NOBODY, NOBODY, value) == "a proof is a list of hashes"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(0, 8) | st.floats() | st.text() | st.binary(max_size=40)
    | st.sampled_from(LEAVES[:8]) | st.just(1 << 63),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@STEADY
@given(st.tuples(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING))
def test_whatever_is_put_to_the_checks_the_answer_is_none_or_invalid_proof(arguments: Any) -> None:
    for check in (verify_inclusion, verify_consistency):
        with contextlib.suppress(InvalidProof):
            assert check(*arguments) is None  # type: ignore[func-returns-value]


def test_the_largest_tree_is_checked_as_quickly_as_any() -> None:
    proof = [NOBODY] * 64
    assert refused(verify_inclusion, SIZE_MAX - 1, SIZE_MAX, NOBODY, proof, NOBODY)
    assert refused(verify_consistency, SIZE_MAX - 1, SIZE_MAX, NOBODY, NOBODY, proof)
    assert refused(verify_inclusion, 0, SIZE_MAX, NOBODY, [NOBODY] * 100_000, NOBODY)


# The published vectors: transparency-dev/merkle, testdata/

VECTORS = os.environ.get("HUE_VECTORS", "")
published = pytest.mark.skipif(not VECTORS, reason="HUE_VECTORS does not name the folder of the published vectors")


def vectors(name: str) -> list[tuple[Path, dict[str, Any]]]:
    """Return every file of a family with what it holds."""
    files = sorted(file for file in (Path(VECTORS) / "merkle" / name).rglob("*") if file.is_file())
    return [(file, json.loads(file.read_text())) for file in files]


def is_refused(check: Callable[..., None], *arguments: Any) -> bool:
    try:
        check(*arguments)
    except InvalidProof:
        return True
    return False


def decoded(vector: dict[str, Any], *names: str) -> list[bytes]:
    return [b64decode(vector[name] or "", validate=True) for name in names]


def proof_of(vector: dict[str, Any]) -> list[bytes]:
    return [b64decode(one, validate=True) for one in vector["proof"] or []]


@published
def test_every_published_inclusion_vector_comes_out_as_published() -> None:
    found = vectors("inclusion")
    checked = 0
    for file, vector in found:
        leaf_hash, root = decoded(vector, "leafHash", "root")
        arguments = vector["leafIdx"], vector["treeSize"], leaf_hash, proof_of(vector), root
        assert is_refused(verify_inclusion, *arguments) == vector["wantErr"], (file, vector["desc"])
        checked += 1
    assert checked == len(found) > 0
    assert {vector["wantErr"] for _, vector in found} == {True, False}


@published
def test_every_published_consistency_vector_comes_out_as_published() -> None:
    found = vectors("consistency")
    checked = 0
    for file, vector in found:
        arguments = vector["size1"], vector["size2"], *decoded(vector, "root1", "root2"), proof_of(vector)
        assert is_refused(verify_consistency, *arguments) == vector["wantErr"], (file, vector["desc"])
        checked += 1
    assert checked == len(found) > 0
    assert {vector["wantErr"] for _, vector in found} == {True, False}


@published
def test_no_published_proof_is_left_out() -> None:
    everything = sum(file.is_file() for file in (Path(VECTORS) / "merkle").rglob("*"))
    assert len(vectors("inclusion")) + len(vectors("consistency")) == everything
