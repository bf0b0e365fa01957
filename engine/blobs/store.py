"""Where files lie: an interface small enough for any object store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from engine.errors import NotFound

KEY: Final = re.compile(r"[0-9a-f]{8,64}")
"""What a key looks like: hex digits, so that it is a safe file name and object name anywhere."""


class BlobStore(Protocol):
    """Keeps sequences of bytes under keys (see `KEY`). What is put is there whole and durable, or not at all."""

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """Store the chunks under a new key; how many bytes. An exception from `chunks` leaves nothing behind."""

    def open(self, key: str) -> Iterator[bytes]:
        """The bytes in chunks. Raises NotFound (code `blob.missing`) at once when there is nothing."""

    def delete(self, key: str) -> None:
        """Remove what is there; nothing need be."""

    def keys(self, before: int) -> Iterator[str]:
        """The keys of what was stored before a moment (microseconds since 1970 UTC)."""


def missing(key: str) -> NotFound:
    """Nothing is stored under a key."""
    return NotFound(
        code="blob.missing",
        message_zh="文件内容缺失",
        message_en="the content of the file is missing",
        place={"blob": key},
    )


def checked(key: str) -> str:
    """The key, once it is one. Raises ValueError."""
    if not KEY.fullmatch(key):
        raise ValueError("not the key of a blob")
    return key
