"""A small task for the sender's computer, so that requests cannot be poured in by the thousand.

The nonce is ours: random, with the moment it ends and its difficulty, under our signature, so that nothing needs to be
kept for those who never come back. Whoever finds a `solution` for which SHA-256 of `nonce:solution` begins with so many
zero bits has worked for it (about 2^difficulty hashes), and we check it with one. That each nonce is used once is for
whoever takes the request: it becomes the request's idempotency key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.errors import BihuanError

SECOND: Final = 1_000_000
LIFETIME: Final = 600 * SECOND
"""How long a nonce may be used, in microseconds."""

MAX_DIFFICULTY: Final = 32
LONGEST_SOLUTION: Final = 64
_RANDOM: Final = 15
_SIGNATURE: Final = 16
_MADE: Final = _RANDOM + 8 + 1


class Unsolved(BihuanError):
    """What came with a request is no solution of a task of ours that still runs."""

    default_code: ClassVar[str] = "challenge.unsolved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge:
    """A task. expires_at: microseconds since 1970 UTC. difficulty: zero bits asked for."""

    nonce: str
    difficulty: int
    expires_at: int


class Challenges:
    """Sets tasks and checks them.

    secret: of this installation, at least 32 bytes. random: gives as many unpredictable bytes as it is asked for.
    """

    def __init__(self, secret: bytes, random: Callable[[int], bytes]) -> None:
        self._secret = secret
        self._random = random

    def issue(self, difficulty: int, now: int) -> Challenge:
        """A new task. Raises ValueError for a difficulty that is none."""
        if not 0 <= difficulty <= MAX_DIFFICULTY:
            raise ValueError(f"a difficulty is 0 to {MAX_DIFFICULTY}: {difficulty}")
        expires_at = now + LIFETIME
        made = self._random(_RANDOM) + expires_at.to_bytes(8, "big") + bytes([difficulty])
        nonce = base64.urlsafe_b64encode(made + self._signature(made)).decode("ascii")
        return Challenge(nonce=nonce, difficulty=difficulty, expires_at=expires_at)

    def check(self, nonce: str, solution: str, now: int) -> None:
        """Raises Unsolved unless the nonce is ours, still runs, and the solution solves it."""
        try:
            content = base64.b64decode(nonce.encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise _foreign() from None
        made, signature = content[:_MADE], content[_MADE:]
        # Other spellings of the same bytes would be other keys: a nonce is taken as it was given, or not at all.
        spelled = base64.urlsafe_b64encode(content).decode("ascii")
        if not hmac.compare_digest(self._signature(made), signature) or spelled != nonce:
            raise _foreign()
        if int.from_bytes(made[_RANDOM : _RANDOM + 8], "big") <= now:
            raise Unsolved(
                code="challenge.expired",
                message_zh="验证已过期，请重新提交",
                message_en="the challenge has expired; ask for a new one",
            )
        if len(solution) > LONGEST_SOLUTION or leading_zeros(nonce, solution) < made[-1]:
            raise Unsolved(message_zh="验证没有通过", message_en="this does not solve the challenge")

    def _signature(self, made: bytes) -> bytes:
        return hmac.digest(self._secret, b"bihuan challenge 1 " + made, hashlib.sha256)[:_SIGNATURE]


def leading_zeros(nonce: str, solution: str) -> int:
    """With how many zero bits SHA-256 of `nonce:solution` (UTF-8) begins."""
    digest = hashlib.sha256(f"{nonce}:{solution}".encode("utf-8", "surrogatepass")).digest()
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def _foreign() -> Unsolved:
    return Unsolved(
        code="challenge.foreign",
        message_zh="验证不是本系统发出的",
        message_en="this challenge is not one of ours",
    )
