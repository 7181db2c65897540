"""The tree is that of RFC 9162, section 2.1, whichever way it is grown."""

import hashlib
from functools import cache
from itertools import pairwise

import pytest

from hueandcry.store.tree import EMPTY_ROOT, CompactRange, leaf_hash, node_hash

SIZES = 301

# Source: transparency-dev/merkle, rfc6962/rfc6962_test.go (C2SP test vectors; RFC 6962 and RFC 9162 hash alike).
EMPTY_ROOT_HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
EMPTY_LEAF_HEX = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
LEAF_OF_L123456_HEX = "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
NODE_OF_N123_N456_HEX = "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


def leaf(index: int) -> bytes:
    return hashlib.sha256(b"\0row %d" % index).digest()


@cache
def root_by_the_book(first: int, end: int) -> bytes:
    """MTH of RFC 9162, section 2.1.1, over the leaves first..end-1, as it is written there."""
    if first == end:
        return hashlib.sha256(b"").digest()
    if end - first == 1:
        return leaf(first)
    left = 1
    while left * 2 < end - first:
        left *= 2
    return hashlib.sha256(b"\1" + root_by_the_book(first, first + left) + root_by_the_book(first + left, end)).digest()


def grown(size: int) -> CompactRange:
    tree = CompactRange()
    for index in range(size):
        list(tree.add(leaf(index)))
    return tree


def test_hashes_are_those_of_the_published_vectors() -> None:
    assert EMPTY_ROOT.hex() == EMPTY_ROOT_HEX
    assert leaf_hash(b"").hex() == EMPTY_LEAF_HEX
    assert leaf_hash(b"L123456").hex() == LEAF_OF_L123456_HEX
    assert node_hash(b"N123", b"N456").hex() == NODE_OF_N123_N456_HEX


def test_the_root_of_every_size_is_the_one_by_the_book() -> None:
    tree = CompactRange()
    for size in range(SIZES):
        assert tree.size == size
        assert tree.root() == root_by_the_book(0, size), size
        list(tree.add(leaf(size)))


def test_a_range_read_back_from_its_bytes_grows_on_as_before() -> None:
    for size in range(SIZES):
        tree = grown(size)
        again = CompactRange.read(size, tree.joined())
        assert again.peaks == tree.peaks
        list(again.add(leaf(size)))
        assert again.root() == root_by_the_book(0, size + 1), size


@pytest.mark.parametrize(("size", "peaks"), [(0, 1), (1, 0), (2, 2), (3, 1), (255, 7), (256, 2)])
def test_a_size_that_does_not_fit_its_peaks_is_not_taken(size: int, peaks: int) -> None:
    with pytest.raises((AssertionError, ValueError)):
        CompactRange.read(size, bytes(32) * peaks)


def test_every_256th_leaf_yields_its_node_of_level_8_and_no_other_leaf_yields_any() -> None:
    tree, kept = CompactRange(), {}
    for index in range(3 * 256 + 17):
        for level, at, node in tree.add(leaf(index)):
            kept[index] = (level, at, node)
    assert kept == {at * 256 + 255: (8, at, root_by_the_book(at * 256, at * 256 + 256)) for at in range(3)}


def test_the_65536th_leaf_yields_its_nodes_of_both_levels() -> None:
    """The last leaf of a full range of level 16 completes one node of level 8 on the way."""
    full, blank = 65_536, bytes(32)
    halves = [blank]
    for _ in range(16):
        halves.append(hashlib.sha256(b"\1" + halves[-1] * 2).digest())
    tree = CompactRange(full - 1, reversed(halves[:16]))
    assert list(tree.add(blank)) == [(8, 255, halves[8]), (16, 0, halves[16])]
    assert tree.peaks == [halves[16]]
    tree = CompactRange(2 * full - 1, [halves[16], *reversed(halves[:16])])
    assert list(tree.add(blank)) == [(8, 511, halves[8]), (16, 1, halves[16])]


def test_a_tree_grown_by_whole_subtrees_is_the_tree_grown_by_leaves() -> None:
    for size in range(SIZES):
        tree = CompactRange()
        for level in (6, 3, 0):
            while size - tree.size >= 1 << level:
                tree.add_node(root_by_the_book(tree.size, tree.size + (1 << level)), level)
        assert tree.peaks == grown(size).peaks, size


def test_a_subtree_is_added_only_where_its_place_begins() -> None:
    tree = grown(3)
    with pytest.raises(AssertionError):
        tree.add_node(bytes(32), 1)
    assert (tree.size, tree.root()) == (3, root_by_the_book(0, 3))


def test_spans_name_the_leaves_below_each_peak() -> None:
    for size in range(SIZES):
        tree = grown(size)
        spans = tree.spans()
        assert [root_by_the_book(first - 1, last) for first, last in spans] == tree.peaks
        assert [last + 1 for _, last in spans[:-1]] == [first for first, _ in spans[1:]]
        assert all(before[1] - before[0] > after[1] - after[0] for before, after in pairwise(spans))
        assert (spans[0][0], spans[-1][1]) == (1, size) if size else spans == []


def test_one_leaf_changed_or_two_in_the_other_order_change_the_root() -> None:
    leaves = [leaf(index) for index in range(100)]
    swapped = [*leaves[:41], leaves[42], leaves[41], *leaves[43:]]
    changed = [*leaves[:41], leaf(1000), *leaves[42:]]
    roots = set()
    for chosen in (leaves, swapped, changed, leaves[:-1], [*leaves, leaves[-1]]):
        tree = CompactRange()
        for one in chosen:
            tree.add_node(one, 0)
        roots.add(tree.root())
    assert len(roots) == 5


@pytest.mark.parametrize("blocks", [1, 2, 3, 256, 257])
def test_a_whole_block_grows_the_tree_as_its_leaves_one_by_one_do(blocks: int) -> None:
    one_by_one, at_once = CompactRange(), CompactRange()
    leaves = [leaf_hash(bytes([at % 251, at // 251 % 251])) for at in range(256 * blocks)]
    kept = [node for leaf in leaves for node in one_by_one.add(leaf)]
    nodes = [node for at in range(0, len(leaves), 256) for node in at_once.add_block(leaves[at : at + 256])]
    assert nodes == kept
    assert (at_once.size, at_once.peaks) == (one_by_one.size, one_by_one.peaks)
    for leaf in (b"x" * 32, b"y" * 32):
        assert list(at_once.add(leaf)) == list(one_by_one.add(leaf))
    assert at_once.root() == one_by_one.root()
