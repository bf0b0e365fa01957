"""Sealing and opening confidential content."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.canonical import Wire, dumps, loads
from engine.errors import BihuanError
from engine.vault.keyring import Keyring
from engine.vault.stream import SALT_BYTES, CutOrChanged, open_pieces, seal_pieces

_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12


class Damaged(BihuanError):
    """Sealed content is not what was sealed: changed, cut, or of another entry."""

    default_code = "vault.damaged"


_INSTALLATION = UUID(int=0)
"""Whose key no case has: case ids are UUIDs of version 7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What sealing gives: the ciphertext for the vault and the commitment (64 hex digits) for the case log."""

    ciphertext: bytes = field(repr=False)
    commitment: str


class Vault:
    """Seals values with AES-256-GCM under the key of their case and party (NIST SP 800-38D).

    The commitment is an HMAC-SHA-256 over place and content: it binds the log to the content without telling it,
    not even to someone who guesses, and equal contents have different commitments.

    random: gives as many unpredictable bytes as it is asked for; used for nonces.
    """

    def __init__(self, keyring: Keyring, *, random: Callable[[int], bytes]) -> None:
        self._keyring = keyring
        self._random = random

    def hasty(self) -> AbstractContextManager[None]:
        """As `Keyring.hasty`."""
        return self._keyring.hasty()

    def secret(self, purpose: str) -> bytes:
        """A secret of the installation, 32 bytes, another for each purpose; kept with the keys, made when first asked for."""
        return _subkey(self._keyring.key(_INSTALLATION, None), f"secret {purpose}".encode())

    def seal(
        self, case_id: UUID, entry_id: int, party: str | None, value: Wire, *, kind: str | None = None
    ) -> Sealed:
        """Seal a wire form as entry `entry_id` of a case.

        kind: its masking class, which is bound to it like the place. Raises Erased when the party's key was destroyed.
        """
        key = self._keyring.key(case_id, party)
        place, content = _place(case_id, entry_id, party, kind), dumps(value)
        nonce = self._random(_NONCE_BYTES)
        ciphertext = _FORMAT + nonce + AESGCM(_subkey(key, b"encrypt")).encrypt(nonce, content, place)
        return Sealed(ciphertext=ciphertext, commitment=_commitment(key, place, content))

    def open(
        self,
        case_id: UUID,
        entry_id: int,
        party: str | None,
        ciphertext: bytes,
        *,
        commitment: str,
        kind: str | None = None,
    ) -> Wire:
        """The wire form that was sealed, once it matches the commitment in the case log.

        Raises Erased when the key was destroyed, Damaged when the content is not what was sealed there.
        """
        key = self._keyring.existing_key(case_id, party)
        place = _place(case_id, entry_id, party, kind)
        start = len(_FORMAT) + _NONCE_BYTES
        if not ciphertext.startswith(_FORMAT) or len(ciphertext) < start:
            raise _damaged(entry_id)
        nonce = ciphertext[len(_FORMAT) : start]
        try:
            content = AESGCM(_subkey(key, b"encrypt")).decrypt(nonce, ciphertext[start:], place)
        except InvalidTag:
            raise _damaged(entry_id) from None
        if not hmac.compare_digest(_commitment(key, place, content), commitment):
            raise _damaged(entry_id)
        value: Wire = loads(content)
        return value

    def seal_file(
        self, case_id: UUID, name: str, party: str | None, chunks: Iterable[bytes]
    ) -> Iterator[bytes]:
        """The sealed form of a file of a case, piece by piece. Raises Erased when the party's key was destroyed."""
        key = self._keyring.key(case_id, party)
        return seal_pieces(key, self._random(SALT_BYTES), _file_place(case_id, name, party), chunks)

    def open_file(
        self, case_id: UUID, name: str, party: str | None, chunks: Iterable[bytes]
    ) -> Iterator[bytes]:
        """The content of a sealed file, piece by piece, each proved before it is given.

        Raises Erased when the key was destroyed; Damaged, when a piece is met that is not what was sealed.
        """
        key = self._keyring.existing_key(case_id, party)
        return _opened(key, _file_place(case_id, name, party), name, chunks)

    def __repr__(self) -> str:
        return "Vault()"


def _place(case_id: UUID, entry_id: int, party: str | None, kind: str | None) -> bytes:
    # Entries were sealed without a class once; they open as they were.
    return dumps([str(case_id), entry_id, party, *([] if kind is None else [kind])])


def _subkey(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"bihuan vault 1 " + purpose, sha256)


def _commitment(key: bytes, place: bytes, content: bytes) -> str:
    return hmac.digest(_subkey(key, b"commit"), place + content, sha256).hex()


def _file_place(case_id: UUID, name: str, party: str | None) -> bytes:
    return dumps([str(case_id), name, party])


def _opened(key: bytes, place: bytes, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from open_pieces(key, place, chunks)
    except CutOrChanged:
        raise Damaged(
            message_zh="文件已损坏或被改动",
            message_en="the file is damaged or was changed",
            place={"file": name},
        ) from None


def _damaged(entry_id: int) -> Damaged:
    return Damaged(
        message_zh=f"保密内容第 {entry_id} 项已损坏或被改动",
        message_en=f"confidential entry {entry_id} is damaged or was changed",
        place={"entry": entry_id},
    )
