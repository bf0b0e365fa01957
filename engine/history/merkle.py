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


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    middle = _middle(len(leaves))
    return node(root(leaves[:middle]), root(leaves[middle:]))


def inclusion(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The proof that the leaf at `place` (from 0) is in the tree. Raises IndexError for a place outside it."""
    if not 0 <= place < len(leaves):
        raise IndexError(place)
    if len(leaves) == 1:
        return []
    middle = _middle(len(leaves))
    if place < middle:
        return [*inclusion(leaves[:middle], place), root(leaves[middle:])]
    return [*inclusion(leaves[middle:], place - middle), root(leaves[:middle])]


def consistency(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """The proof that the tree of the first `earlier` leaves was only added to. Raises IndexError when not 0 < earlier <= size."""
    if not 0 < earlier <= len(leaves):
        raise IndexError(earlier)
    return _consistency(leaves, earlier, whole=True)


def _consistency(leaves: Sequence[bytes], earlier: int, *, whole: bool) -> list[bytes]:
    if earlier == len(leaves):
        return [] if whole else [root(leaves)]
    middle = _middle(len(leaves))
    if earlier <= middle:
        return [*_consistency(leaves[:middle], earlier, whole=whole), root(leaves[middle:])]
    return [*_consistency(leaves[middle:], earlier - middle, whole=False), root(leaves[:middle])]


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
