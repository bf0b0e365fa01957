"""The key that signs roots of the proof tree: Ed25519, in a file of its own.

Whoever has the file can sign a forged tree, and whoever writes the database cannot without it. It is therefore kept
apart from the database, from the keyring and from the backups of both, and made by a command, never by itself where
roots were signed by another one.
"""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from engine.errors import Conflict, InvalidInput, NotFound

ENDING: Final = ".signing-key"
DIGITS: Final = 32
"""Hex digits of a key's name."""


class SigningKey:
    """A private key with its name and its public half."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = key_id(self.public)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a key in a new file that only its owner can read. Raises Conflict when there is a file already."""
        made = cls(Ed25519PrivateKey.generate())
        made._write(path)
        return made

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key in a file. Raises NotFound, and InvalidInput when it is none or others can read it too."""
        try:
            mode = path.stat().st_mode
            content = path.read_bytes()
        except FileNotFoundError:
            raise NotFound(
                code="proof.key_missing",
                message_zh=f"签名密钥文件不存在：{path}",
                message_en=f"there is no signing key at {path}",
                place={"file": str(path)},
            ) from None
        if mode & 0o077:
            raise InvalidInput(
                code="proof.key_open",
                message_zh=f"签名密钥文件他人可读，请改为 0600：{path}",
                message_en=f"others can read the signing key; make it 0600: {path}",
                place={"file": str(path)},
            )
        try:
            private = load_pem_private_key(content, password=None)
        except (ValueError, TypeError):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise InvalidInput(
                code="proof.key_invalid",
                message_zh=f"不是 Ed25519 签名密钥：{path}",
                message_en=f"not an Ed25519 signing key: {path}",
                place={"file": str(path)},
            )
        return cls(private)

    def sign(self, statement: bytes) -> bytes:
        """Sign bytes."""
        return self._private.sign(statement)

    def _write(self, path: Path) -> None:
        content = self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        # mkstemp makes it 0600; linking fails where a file is already, so that none is ever written over.
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(content)
                target.flush()
                os.fsync(target.fileno())
            os.link(beside, path)
        except FileExistsError:
            raise Conflict(
                code="proof.key_there",
                message_zh=f"签名密钥文件已存在：{path}",
                message_en=f"there is a signing key already: {path}",
                current={"file": str(path)},
            ) from None
        finally:
            Path(beside).unlink()

    def __repr__(self) -> str:
        return f"SigningKey({self.id})"


def key_file(database: str, chosen: str | Path | None) -> Path:
    """Where the key of an installation is: as chosen, else beside an embedded database.

    Raises InvalidInput for a server whose key was not named: it belongs apart from the database.
    """
    if chosen:
        return Path(chosen)
    scheme, _, place = database.partition("://")
    path = place.removeprefix("/").partition("?")[0]
    if not scheme.startswith("sqlite") or not path or path == ":memory:":
        raise InvalidInput(
            code="proof.key_unnamed",
            message_zh="请用 BIHUAN_SIGNING_KEY 指定签名密钥文件，密钥不与数据库、密钥库放在一起",
            message_en="name the file of the signing key with BIHUAN_SIGNING_KEY: it is kept apart from the "
            "database and the keyring",
        )
    return Path(f"{path}{ENDING}")


def key_id(public: bytes) -> str:
    """The name of a key: the first digits of its SHA-256."""
    return sha256(public).hexdigest()[:DIGITS]


def is_signed(statement: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the key with this public half signed the statement."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True
