"""Merkle trees as RFC 6962 §2.1 defines them, word for word, over the list of all leaves: what ours is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from engine.history.merkle import EMPTY, node


def root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node(root(leaves[:middle]), root(leaves[middle:]))


def inclusion(leaves: Sequence[bytes], place: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    if place < middle:
        return [*inclusion(leaves[:middle], place), root(leaves[middle:])]
    return [*inclusion(leaves[middle:], place - middle), root(leaves[:middle])]


def consistency(leaves: Sequence[bytes], earlier: int, *, whole: bool = True) -> list[bytes]:
    if earlier == len(leaves):
        return [] if whole else [root(leaves)]
    middle = split(len(leaves))
    if earlier <= middle:
        return [*consistency(leaves[:middle], earlier, whole=whole), root(leaves[middle:])]
    return [*consistency(leaves[middle:], earlier - middle, whole=False), root(leaves[:middle])]


def split(size: int) -> int:
    """The largest power of two below the size."""
    found = 1
    while found * 2 < size:
        found *= 2
    return found
