"""The Merkle tree of RFC 9162, section 2.1, over the rows of the journal.

Theory of operation. The tree is held as its compact range: the roots of the perfect subtrees that the size's binary
digits name, largest first, at most 64 hashes. Adding a leaf merges the last roots while the size's low bits are ones.
On the way every 256th leaf completes a node of level 8, and every 65,536th one of level 16; those are kept, so that a
change can be found, and later proven, without reading all.

    leaf = SHA-256(0x00 || bytes)      node = SHA-256(0x01 || left || right)      empty tree = SHA-256("")

Two proofs are made and checked. An inclusion proof shows that a leaf stands in a tree, a consistency proof that a later
tree only added to an earlier one. Both are hashes along a path, at most 65 of them. Whoever makes one says with a
function how the root over a part of the leaves is found; `subtree_root` finds it from kept nodes. Whoever checks one
trusts nothing: whatever the arguments are, the answer is None or InvalidProof. An empty earlier tree is refused, since
everything is consistent with it and such a proof shows nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_BYTES = 32
NODE_LEVELS = (8, 16)
EMPTY_ROOT = hashlib.sha256(b"").digest()
SIZE_MAX = (1 << 64) - 1  # a size is 64 bits in RFC 9162

# The root over the leaves first..end-1, counted from 0. Proofs ask only for parts that the tree splits into: `first` is
# a multiple of the smallest power of two that is not below the number of leaves, so a kept node lies inside or outside.
Subtree = Callable[[int, int], bytes]
# The roots of the perfect subtrees of a level with first <= index < end, in order; level 0 is the leaf hashes.
Nodes = Callable[[int, int, int], Iterable[bytes]]


class InvalidProof(ValueError):
    """A proof does not show what it is said to show."""


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\0" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


class CompactRange:
    """The tree over the first `size` leaves as the roots of its perfect subtrees, largest first."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        assert len(self.peaks) == size.bit_count(), (size, len(self.peaks))

    @classmethod
    def read(cls, size: int, joined: bytes) -> "CompactRange":
        """Return a range from its size and its peaks, joined; raises ValueError where they do not belong together."""
        if not isinstance(size, int) or not isinstance(joined, bytes) or len(joined) != HASH_BYTES * size.bit_count():
            raise ValueError(f"a tree over {size} leaves does not have these peaks")
        return cls(size, (joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)))

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add a leaf hash; yield (level, index, hash) for each kept node that it completes, index counted from 0."""
        node, level, left = leaf, 0, self.size
        while left & 1:
            node = node_hash(self.peaks.pop(), node)
            left >>= 1
            level += 1
            if level in NODE_LEVELS:
                yield level, left, node
        self.peaks.append(node)
        self.size += 1

    def add_block(self, leaves: Sequence[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """Add the leaf hashes of one whole node of the lowest kept level at once; the same as adding each, and quicker."""
        level = NODE_LEVELS[0]
        assert len(leaves) == 1 << level, len(leaves)
        assert self.size % len(leaves) == 0, self.size
        nodes, sha = list(leaves), hashlib.sha256
        while len(nodes) > 1:
            nodes = [sha(b"\1" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
        node, left_over = nodes[0], self.size >> level
        yield level, left_over, node
        while left_over & 1:
            node = node_hash(self.peaks.pop(), node)
            left_over >>= 1
            level += 1
            if level in NODE_LEVELS:
                yield level, left_over, node
        self.peaks.append(node)
        self.size += len(leaves)

    def add_node(self, node: bytes, level: int) -> None:
        """Add a perfect subtree of a level; the size so far must be a multiple of its width."""
        width = 1 << level
        assert self.size % width == 0, (self.size, level)
        left = self.size >> level
        while left & 1:
            node = node_hash(self.peaks.pop(), node)
            left >>= 1
        self.peaks.append(node)
        self.size += width

    def joined(self) -> bytes:
        """Return the peaks as one run of bytes."""
        return b"".join(self.peaks)

    def root(self) -> bytes:
        """Return the root hash over all leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def spans(self) -> list[tuple[int, int]]:
        """Return for each peak the first and last position (counted from 1) of the leaves below it."""
        spans, first = [], 1
        for level in reversed(range(self.size.bit_length())):
            if self.size >> level & 1:
                spans.append((first, first + (1 << level) - 1))
                first += 1 << level
        return spans


def grown(size: int, peaks: bytes, leaf: bytes) -> tuple[bytes, list[tuple[int, int, bytes]]]:
    """Return the joined peaks after one more leaf, and the kept nodes that it completes as (level, index, hash).

    The same as CompactRange.add, for one leaf at a time. Raises ValueError where size and peaks do not belong together.
    """
    if not isinstance(size, int) or not isinstance(peaks, bytes) or len(peaks) != HASH_BYTES * size.bit_count():
        raise ValueError(f"a tree over {size} leaves does not have these peaks")
    nodes: list[tuple[int, int, bytes]] = []
    node, level, left, end = leaf, 0, size, len(peaks)
    while left & 1:
        node = node_hash(peaks[end - HASH_BYTES : end], node)
        end -= HASH_BYTES
        left >>= 1
        level += 1
        if level in NODE_LEVELS:
            nodes.append((level, left, node))
    return peaks[:end] + node, nodes


# Making proofs


def subtree_root(first: int, end: int, nodes: Nodes) -> bytes:
    """Return the root over the leaves first..end-1, a part that the tree splits into, from the largest nodes kept."""
    tree = CompactRange()
    for level in (*reversed(NODE_LEVELS), 0):
        if end - first >> level:  # otherwise the part may begin inside a node of this level
            for node in nodes(level, first + tree.size >> level, end >> level):
                tree.add_node(node, level)
    assert tree.size == end - first, (first, end, tree.size)
    return tree.root()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    tree = CompactRange()
    for leaf in leaves:
        tree.add_node(leaf, 0)
    return tree.root()


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that leaf `index`, counted from 0, stands in the tree over `size` leaves.

    RFC 9162, section 2.1.3.1. Raises ValueError where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree over {size} leaves has no leaf {index}")
    proof: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = _middle(first, end)
        if index < middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(first, middle))
            first = middle
    return proof[::-1]


def consistency_proof(size1: int, size2: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree over `size2` leaves begins with the tree over `size1` leaves.

    RFC 9162, section 2.1.4.1. Raises ValueError where the earlier tree is empty or larger than the later one.
    """
    if not 0 < size1 <= size2:
        raise ValueError(f"there is no proof from a tree over {size1} leaves to one over {size2}")
    proof: list[bytes] = []
    first, end = 0, size2
    while end != size1:
        middle = _middle(first, end)
        if size1 <= middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(first, middle))
            first = middle
    if first:  # otherwise what is left is the earlier tree, whose root the reader has
        proof.append(subtree(first, end))
    return proof[::-1]


def _middle(first: int, end: int) -> int:
    """Return where a part of at least two leaves splits: after the largest power of two below their number."""
    return first + (1 << (end - first - 1).bit_length() - 1)


# Checking proofs


def verify_inclusion(leaf_index: int, tree_size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf hash stands at an index, counted from 0, in the tree with a size and a root.

    RFC 9162, section 2.1.3.2. Raises InvalidProof whenever that is not shown.
    """
    _check_sizes(leaf_index, tree_size)
    _check_hashes(proof, leaf_hash, root)
    if leaf_index >= tree_size:
        raise InvalidProof(f"a tree over {tree_size} leaves has no leaf {leaf_index}")
    node, last, found = leaf_index, tree_size - 1, leaf_hash
    for sibling in proof:
        if not last:
            raise InvalidProof("the proof is longer than the way to the root")
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            node, last = _climbed(node, last)
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise InvalidProof("the proof ends before the root")
    if found != root:
        raise InvalidProof("the leaf and its proof lead to another root")


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree with the second size and root begins with the tree of the first.

    RFC 9162, section 2.1.4.2. Raises InvalidProof whenever that is not shown.
    """
    _check_sizes(size1, size2)
    _check_hashes(proof, root1, root2)
    if not 0 < size1 <= size2:
        raise InvalidProof(f"nothing can be shown from a tree over {size1} leaves to one over {size2}")
    if size1 == size2:
        if proof:
            raise InvalidProof("the proof is longer than the way to the root")
        if root1 != root2:
            raise InvalidProof(f"two roots are given for the tree over {size1} leaves")
        return
    _verify_growth(size1, size2, root1, root2, proof)


def _verify_growth(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    path = [root1, *proof] if size1.bit_count() == 1 else list(proof)  # a perfect earlier tree is itself a node
    if not proof:
        raise InvalidProof("the proof ends before the root")
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    earlier = later = path[0]
    for sibling in path[1:]:
        if not last:
            raise InvalidProof("the proof is longer than the way to the root")
        if node & 1 or node == last:
            earlier, later = node_hash(sibling, earlier), node_hash(sibling, later)
            node, last = _climbed(node, last)
        else:
            later = node_hash(later, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise InvalidProof("the proof ends before the root")
    if earlier != root1:
        raise InvalidProof("the proof leads to another root for the earlier tree")
    if later != root2:
        raise InvalidProof("the proof leads to another root for the later tree")


def _climbed(node: int, last: int) -> tuple[int, int]:
    """Return a right or last node and the last of its level, lifted to where the node is a right child or the first."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _check_sizes(*sizes: object) -> None:
    for size in sizes:
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= SIZE_MAX:
            raise InvalidProof("a size and an index are whole numbers of at most 64 bits")


def _check_hashes(proof: object, *others: object) -> None:
    if not isinstance(proof, list | tuple):
        raise InvalidProof("a proof is a list of hashes")
    if not all(isinstance(one, bytes) and len(one) == HASH_BYTES for one in (*proof, *others)):
        raise InvalidProof(f"a hash is {HASH_BYTES} bytes")
