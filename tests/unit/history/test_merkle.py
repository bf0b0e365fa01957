"""Merkle trees: the published test values, and every proof of every small tree, right and altered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history import merkle

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


def test_the_published_roots() -> None:
    leaves = [merkle.leaf(entry) for entry in ENTRIES]
    assert [merkle.root(leaves[: size + 1]).hex() for size in range(8)] == ROOTS
    assert merkle.root([]) == merkle.EMPTY


@pytest.mark.parametrize("size", range(1, 20))
def test_every_entry_of_a_tree_is_proved_and_no_other(size: int) -> None:
    top = merkle.root(LEAVES[:size])
    for place in range(size):
        proof = merkle.inclusion(LEAVES[:size], place)
        assert merkle.is_included(b"%d" % place, place, size, proof, top)
        assert not merkle.is_included(b"x", place, size, proof, top)
        assert not merkle.is_included(b"%d" % place, place, size, [*proof, top], top)
        assert not merkle.is_included(b"%d" % place, size, size, proof, top)
        assert size == 1 or not merkle.is_included(b"%d" % place, place, size, proof[:-1], top)


@pytest.mark.parametrize("size", range(1, 20))
def test_every_earlier_tree_is_proved_to_have_been_added_to(size: int) -> None:
    after = merkle.root(LEAVES[:size])
    for earlier in range(1, size + 1):
        before = merkle.root(LEAVES[:earlier])
        proof = merkle.consistency(LEAVES[:size], earlier)
        assert merkle.is_consistent(earlier, size, before, after, proof)
        assert not merkle.is_consistent(earlier, size, merkle.leaf(b"other"), after, proof)
        assert not merkle.is_consistent(earlier, size, before, merkle.leaf(b"other"), proof)
        assert not merkle.is_consistent(earlier, size, before, after, [*proof, after])


def test_places_outside_a_tree_have_no_proof() -> None:
    with pytest.raises(IndexError):
        merkle.inclusion(LEAVES[:3], 3)
    with pytest.raises(IndexError):
        merkle.consistency(LEAVES[:3], 0)


@given(st.integers(2, 20), st.data())
def test_a_rewritten_entry_cannot_be_called_an_addition(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size - 1))
    altered = data.draw(st.integers(0, earlier - 1))
    leaves = list(LEAVES[:size])
    before = merkle.root(leaves[:earlier])
    leaves[altered] = merkle.leaf(b"rewritten")
    proof = merkle.consistency(leaves, earlier)
    assert not merkle.is_consistent(earlier, size, before, merkle.root(leaves), proof)
