"""The Merkle tree of RFC 6962: hashes, roots, proofs and their checks. Pure: reads and writes nothing. AUD-2, AUD-3.

A leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right). `Nodes` answers with the hash of the complete
subtree at (level, index): level 0 are the leaves, index i of level n covers the leaves from i * 2^n on.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_BYTES = 32
KEPT_LEVELS = 8  # of the subtrees every eighth level is stored, so that a proof needs few reads
Nodes = Callable[[int, int], bytes]
_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry's bytes."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return _sha256(b"\x01" + left + right).digest()


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees, largest first."""
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


class Frontier:
    """What is needed of a tree in order to go on: the roots of its perfect subtrees, largest first."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {max(size, 0).bit_count()} perfect subtrees")

    def append(self, leaf: bytes) -> None:
        """One leaf more."""
        for _ in self.extend([leaf]):
            pass  # which subtrees became complete does not matter here

    def extend(self, leaves: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """Append leaves one by one; yields (level, index, hash) of every complete subtree that is to be stored."""
        hashes = self.hashes
        for leaf in leaves:
            hashes.append(leaf)
            self.size += 1
            level, index = 0, self.size
            while not index & 1:
                right = hashes.pop()
                hashes[-1] = node_hash(hashes[-1], right)
                level, index = level + 1, index >> 1
                if not level % KEPT_LEVELS:
                    yield level, index - 1, hashes[-1]

    def root(self) -> bytes:
        """The root; of no leaves it is the hash of nothing."""
        return _joined(self.hashes) if self.hashes else _sha256(b"").digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def perfect(start: int, end: int) -> list[tuple[int, int]]:
    """(level, index) of the perfect subtrees that make up the leaves from `start` to before `end`, largest first.

    `start` is 0 or a multiple of the largest of them, as it is for every part of a tree.
    """
    found, at = [], start
    for level in range((end - start).bit_length() - 1, -1, -1):
        if (end - start) >> level & 1:
            found.append((level, at >> level))
            at += 1 << level
    return found


def part(start: int, end: int, nodes: Nodes) -> bytes:
    """The root over the leaves from `start` to before `end`."""
    return _joined([nodes(level, index) for level, index in perfect(start, end)])


def frontier(size: int, nodes: Nodes) -> Frontier:
    """The frontier of the first `size` leaves."""
    return Frontier(size, [nodes(level, index) for level, index in perfect(0, size)])


def _half(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def inclusion(seq: int, size: int, nodes: Nodes) -> list[bytes]:
    """The path from leaf `seq` to the root of the first `size` leaves, from below. ValueError outside of the tree."""
    if not 0 <= seq < size:
        raise ValueError(f"there is no leaf {seq} in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if seq < middle:
            path.append(part(middle, end, nodes))
            end = middle
        else:
            path.append(part(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with the one of `old`. ValueError when that is no question."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} cannot be a later one of {old}")
    path, start, end, whole = [], 0, new, True
    while old < end:
        middle = start + _half(end - start)
        if old <= middle:
            path.append(part(middle, end, nodes))
            end = middle
        else:
            path.append(part(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        path.append(part(start, end, nodes))
    return path[::-1]


def check_inclusion(leaf: bytes, seq: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether `path` leads from that leaf to the root `expected`."""
    if not 0 <= seq < size:
        return False
    at, last, found = seq, size - 1, leaf
    for other in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == expected


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree with `new_root` begins with the one with `old_root`."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    hashes = list(path) if old & (old - 1) else [old_root, *path]
    if not hashes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = hashes[0]
    for other in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, other)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
