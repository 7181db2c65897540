"""The Merkle tree of RFC 9162, section 2.1, over the rows of the journal.

Theory of operation. The tree is held as its compact range: the roots of the perfect subtrees that the size's binary
digits name, largest first, at most 64 hashes. Adding a leaf merges the last roots while the size's low bits are ones.
On the way every 256th leaf completes a node of level 8, and every 65,536th one of level 16; those are kept, so that a
change can be found, and later proven, without reading all.

    leaf = SHA-256(0x00 || bytes)      node = SHA-256(0x01 || left || right)      empty tree = SHA-256("")
"""

import hashlib
from collections.abc import Iterable, Iterator

HASH_BYTES = 32
NODE_LEVELS = (8, 16)
EMPTY_ROOT = hashlib.sha256(b"").digest()


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
