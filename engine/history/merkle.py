"""Append-only Merkle trees and their proofs (RFC 6962 §2.1; RFC 9162 §2.1.3–2.1.4 for checking them).

Entries are bytes; hashes are SHA-256 with the prefixes 0 for a leaf and 1 for a node, so that neither can pass for
the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
"""The root of a tree without entries."""


def leaf(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes below it."""
    return sha256(b"\x01" + left + right).digest()


Range = tuple[int, int]
"""Leaves from a place up to, and without, another."""

Place = tuple[int, int]
"""A complete subtree: its level (0: a leaf) and which of that level."""


def inclusion(place: int, size: int) -> list[Range]:
    """Whose roots prove that the leaf at `place` (from 0) is in the tree of `size` leaves, from below.

    Raises IndexError for a place outside it.
    """
    if not 0 <= place < size:
        raise IndexError(place)
    start, end = 0, size
    found: list[Range] = []
    while end - start > 1:
        middle = start + _middle(end - start)
        if place < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency(earlier: int, size: int) -> list[Range]:
    """Whose roots prove that the tree of the first `earlier` leaves was only added to, from below.

    Raises IndexError when not 0 < earlier <= size.
    """
    if not 0 < earlier <= size:
        raise IndexError(earlier)
    start, end = 0, size
    found: list[Range] = []
    while earlier != end:
        middle = start + _middle(end - start)
        if earlier <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    # The earlier tree itself is known to whoever asks.
    if start:
        found.append((start, end))
    return found[::-1]


def subtrees(part: Range) -> list[Place]:
    """The complete subtrees a range of a tree is made of, the largest first."""
    start, end = part
    found: list[Place] = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def joined(hashes: Sequence[bytes]) -> bytes:
    """The root over the subtrees of a range (see `subtrees`)."""
    if not hashes:
        return EMPTY
    found = hashes[-1]
    for each in reversed(hashes[:-1]):
        found = node(each, found)
    return found


class Growing:
    """A tree being added to: all it remembers are the complete subtrees it is made of.

    size, hashes: of the tree so far, as `subtrees((0, size))` has them.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        self.size = size
        self._parts = [(level, each) for (level, _), each in zip(subtrees((0, size)), hashes, strict=True)]

    def add(self, found: bytes) -> list[tuple[Place, bytes]]:
        """Add the hash of a leaf; the subtrees of two leaves and more that it completes."""
        self.size += 1
        level = 0
        completed: list[tuple[Place, bytes]] = []
        while self._parts and self._parts[-1][0] == level:
            found = node(self._parts.pop()[1], found)
            level += 1
            completed.append(((level, (self.size >> level) - 1), found))
        self._parts.append((level, found))
        return completed

    def root(self) -> bytes:
        """The root now."""
        return joined([each for _, each in self._parts])


def is_included(entry: bytes, place: int, size: int, proof: Sequence[bytes], top: bytes) -> bool:
    """Whether a proof shows that an entry is at `place` of the tree of `size` entries with root `top`."""
    if not 0 <= place < size:
        return False
    here, last, found = place, size - 1, leaf(entry)
    for each in proof:
        if last == 0:
            return False
        if here % 2 or here == last:
            found = node(each, found)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            found = node(found, each)
        here, last = here // 2, last // 2
    return last == 0 and found == top


def is_consistent(earlier: int, size: int, before: bytes, after: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree with root `after` (`size` entries) grew out of that with root `before`."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and before == after
    path = [before, *proof] if earlier & (earlier - 1) == 0 else list(proof)
    if not path:
        return False
    here, last = earlier - 1, size - 1
    while here % 2:
        here, last = here // 2, last // 2
    old = new = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if here % 2 or here == last:
            old, new = node(each, old), node(each, new)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            new = node(new, each)
        here, last = here // 2, last // 2
    return last == 0 and old == before and new == after


def _middle(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
