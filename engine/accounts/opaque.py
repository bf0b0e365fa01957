"""Random secrets, of which only a digest is kept: session ids, tokens, one-time passwords."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Final

Random = Callable[[int], bytes]
"""Gives so many random bytes."""

SECRET_BYTES: Final = 32
_LEGIBLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without signs that are mistaken for each other when read from paper."""


def new_secret(random: Random, size: int = SECRET_BYTES) -> str:
    """A secret as text that fits cookies, headers and addresses."""
    return base64.urlsafe_b64encode(random(size)).rstrip(b"=").decode("ascii")


def digest(purpose: str, secret: str) -> bytes:
    """What is kept of a secret, 32 bytes; the same secret for another purpose has another digest."""
    return hashlib.sha256(f"bihuan:{purpose}:{secret}".encode()).digest()


def derived(purpose: str, secret: str) -> str:
    """A secret that follows from another one and does not give it away."""
    return base64.urlsafe_b64encode(digest(purpose, secret)).rstrip(b"=").decode("ascii")


def one_time_password(random: Random, groups: int = 4) -> str:
    """A password to be read out once: groups of five legible signs, about 25 bits each."""
    signs: list[str] = []
    while len(signs) < groups * 5:
        # Bytes above the largest multiple of the alphabet's length would favour its first signs.
        signs += [_LEGIBLE[byte % 31] for byte in random(32) if byte < 248]
    return "-".join("".join(signs[n : n + 5]) for n in range(0, groups * 5, 5))
