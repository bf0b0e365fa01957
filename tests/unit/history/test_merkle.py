"""Merkle trees: the published test values, and every proof of every small tree, right and altered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history import merkle
from tests.unit.history import naive_tree as naive

# The entries and roots that implementations of RFC 6962 test themselves with.
ENTRIES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf(b"%d" % number) for number in range(20)]


def proved(leaves: list[bytes], parts: list[merkle.Range]) -> list[bytes]:
    """The hashes of a proof, each joined from the complete subtrees that a growing tree kept."""
    kept = grown(leaves)[1]
    return [merkle.joined([kept[place] for place in merkle.subtrees(part)]) for part in parts]


def grown(leaves: list[bytes], at_once: int = 1) -> tuple[bytes, dict[merkle.Place, bytes]]:
    """The root of a tree that was left and taken up again every so many leaves, and all its complete subtrees."""
    kept: dict[merkle.Place, bytes] = {}
    tree = merkle.Growing()
    for place, each in enumerate(leaves):
        if place % at_once == 0:
            tree = merkle.Growing(place, [kept[part] for part in merkle.subtrees((0, place))])
        kept[0, place] = each
        kept |= dict(tree.add(each))
    return tree.root(), kept


def test_the_published_roots() -> None:
    leaves = [merkle.leaf(entry) for entry in ENTRIES]
    assert [grown(leaves[: size + 1])[0].hex() for size in range(8)] == ROOTS
    assert [naive.root(leaves[: size + 1]).hex() for size in range(8)] == ROOTS
    assert grown([])[0] == naive.root([]) == merkle.EMPTY


@pytest.mark.parametrize("size", range(1, 20))
def test_every_entry_of_a_tree_is_proved_and_no_other(size: int) -> None:
    top = naive.root(LEAVES[:size])
    for place in range(size):
        proof = proved(LEAVES[:size], merkle.inclusion(place, size))
        assert merkle.is_included(b"%d" % place, place, size, proof, top)
        assert not merkle.is_included(b"x", place, size, proof, top)
        assert not merkle.is_included(b"%d" % place, place, size, [*proof, top], top)
        assert not merkle.is_included(b"%d" % place, size, size, proof, top)
        assert size == 1 or not merkle.is_included(b"%d" % place, place, size, proof[:-1], top)


@pytest.mark.parametrize("size", range(1, 20))
def test_every_earlier_tree_is_proved_to_have_been_added_to(size: int) -> None:
    after = naive.root(LEAVES[:size])
    for earlier in range(1, size + 1):
        before = naive.root(LEAVES[:earlier])
        proof = proved(LEAVES[:size], merkle.consistency(earlier, size))
        assert merkle.is_consistent(earlier, size, before, after, proof)
        assert not merkle.is_consistent(earlier, size, merkle.leaf(b"other"), after, proof)
        assert not merkle.is_consistent(earlier, size, before, merkle.leaf(b"other"), proof)
        assert not merkle.is_consistent(earlier, size, before, after, [*proof, after])


def test_places_outside_a_tree_have_no_proof() -> None:
    with pytest.raises(IndexError):
        merkle.inclusion(3, 3)
    with pytest.raises(IndexError):
        merkle.consistency(0, 3)


@given(st.integers(2, 20), st.data())
def test_a_rewritten_entry_cannot_be_called_an_addition(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size - 1))
    altered = data.draw(st.integers(0, earlier - 1))
    leaves = list(LEAVES[:size])
    before = naive.root(leaves[:earlier])
    leaves[altered] = merkle.leaf(b"rewritten")
    proof = proved(leaves, merkle.consistency(earlier, size))
    assert not merkle.is_consistent(earlier, size, before, naive.root(leaves), proof)


@given(st.integers(1, 300), st.integers(1, 50), st.data())
def test_a_tree_that_grows_is_the_one_of_the_definition(size: int, at_once: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf(b"%d" % number) for number in range(size)]
    top, kept = grown(leaves, at_once)
    assert top == naive.root(leaves)
    # About one subtree more for each leaf, and no more.
    assert len(kept) < 2 * size
    place = data.draw(st.integers(0, size - 1))
    assert proved(leaves, merkle.inclusion(place, size)) == naive.inclusion(leaves, place)
    earlier = data.draw(st.integers(1, size))
    assert proved(leaves, merkle.consistency(earlier, size)) == naive.consistency(leaves, earlier)
