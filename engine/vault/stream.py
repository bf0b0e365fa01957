"""Sealing files: piece by piece, so that no file is ever whole in memory.

The format: one byte for the version, 16 random bytes, then pieces of 64 KiB, each sealed with AES-256-GCM under a
key made for the file from the case's key and those bytes. A piece's nonce is its number and whether it is the last,
so that pieces can be neither exchanged nor cut off unnoticed (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár, 2015).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE: Final = 64 * 1024
SALT_BYTES: Final = 16
_FORMAT: Final = b"\x02"
_TAG: Final = 16
_COUNTER_BYTES: Final = 11


class CutOrChanged(Exception):
    """A sealed file is not what was sealed."""


def seal_pieces(key: bytes, salt: bytes, place: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed form of a file.

    key: 32 bytes, of the case and party. salt: 16 random bytes, never used twice. place: what the file is, bound to
    it. chunks: the content, in pieces of any size.
    """
    cipher = AESGCM(_file_key(key, salt))
    yield _FORMAT + salt
    for number, (piece, is_last) in enumerate(_pieces(chunks, PIECE)):
        yield cipher.encrypt(_nonce(number, is_last=is_last), piece, place)


def open_pieces(key: bytes, place: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a sealed file, each piece once it is proved. Raises CutOrChanged."""
    head, rest = _split(chunks, len(_FORMAT) + SALT_BYTES)
    if len(head) < len(_FORMAT) + SALT_BYTES or not head.startswith(_FORMAT):
        raise CutOrChanged
    cipher = AESGCM(_file_key(key, head[len(_FORMAT) :]))
    for number, (piece, is_last) in enumerate(_pieces(rest, PIECE + _TAG)):
        try:
            yield cipher.decrypt(_nonce(number, is_last=is_last), piece, place)
        except InvalidTag:
            raise CutOrChanged from None


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of exactly `size` bytes, the last one shorter or empty, each with whether it is the last."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) > size:
            yield bytes(buffer[:size]), False
            del buffer[:size]
    yield bytes(buffer), True


def _split(chunks: Iterable[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    source = iter(chunks)
    head = bytearray()
    for chunk in source:
        head += chunk
        if len(head) >= size:
            break

    def rest() -> Iterator[bytes]:
        yield bytes(head[size:])
        yield from source

    return bytes(head[:size]), rest()


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes([is_last])


def _file_key(key: bytes, salt: bytes) -> bytes:
    return hmac.digest(hmac.digest(key, b"bihuan vault 1 file", sha256), salt, sha256)
