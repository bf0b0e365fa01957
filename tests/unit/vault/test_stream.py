"""Sealed files: the same in pieces of any size, and nothing in them can be moved, changed or cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vault.stream import PIECE, CutOrChanged, open_pieces, seal_pieces

KEY, SALT = bytes(range(32)), bytes(16)
SEALED_PIECE = PIECE + 16
HEAD = 17


def parts(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


def sealed(content: bytes, size: int = 9_999, *, place: bytes = b"p", salt: bytes = SALT) -> bytes:
    return b"".join(seal_pieces(KEY, salt, place, parts(content, size)))


def opened(content: bytes, size: int = 7_777, *, key: bytes = KEY, place: bytes = b"p") -> bytes:
    return b"".join(open_pieces(key, place, parts(content, size)))


LENGTHS = st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 5])
SIZES = st.sampled_from([1_000, PIECE - 1, PIECE, PIECE + 1, 200_000])


@given(LENGTHS, SIZES, SIZES)
def test_what_was_sealed_is_opened_whatever_the_pieces(length: int, first: int, second: int) -> None:
    content = bytes(number % 251 for number in range(length))
    closed = sealed(content, first)
    assert closed == sealed(content)
    assert opened(closed, second) == content


@given(st.integers(0, 2 * SEALED_PIECE + 16 + HEAD + 4), st.integers(1, 255))
def test_a_changed_byte_is_noticed(position: int, change: int) -> None:
    closed = bytearray(sealed(bytes(2 * PIECE + 5)))
    closed[position] ^= change
    with pytest.raises(CutOrChanged):
        opened(bytes(closed))


@pytest.mark.parametrize("length", [0, 5, HEAD, HEAD + SEALED_PIECE, HEAD + 2 * SEALED_PIECE])
def test_a_cut_is_noticed(length: int) -> None:
    with pytest.raises(CutOrChanged):
        opened(sealed(bytes(2 * PIECE + 5))[:length])


def test_pieces_cannot_be_exchanged_or_left_out() -> None:
    closed = sealed(bytes(3 * PIECE))
    head, rest = closed[:HEAD], parts(closed[HEAD:], SEALED_PIECE)
    for order in ((1, 0, 2), (0, 2), (0, 1, 2, 2), (0, 1)):
        with pytest.raises(CutOrChanged):
            opened(head + b"".join(rest[number] for number in order))


def test_another_key_place_or_salt_opens_nothing() -> None:
    closed = sealed(b"content")
    assert closed != sealed(b"content", salt=bytes([1] * 16))
    with pytest.raises(CutOrChanged):
        opened(closed, key=bytes(32))
    with pytest.raises(CutOrChanged):
        opened(closed, place=b"q")
