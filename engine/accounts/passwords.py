"""Passwords: what they must be like, and how they are kept."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from engine.accounts.settings import PasswordSettings
from engine.errors import InvalidInput

LONGEST: Final = 128
"""Signs of a password; more only costs time."""

_WEAK_WORDS: Final = (
    "bihuan",
    "闭环",
    "zongzhi",
    "woaini",
    "5201314",
    "1314520",
    "admin",
    "password",
    "mima",
)
_GUESSABLE: Final = 3
"""Below this score of zxcvbn a stolen hash would be guessed in days."""


class Hasher:
    """Argon2id (RFC 9106). Only a few hashes are computed at a time: each takes its memory."""

    def __init__(self, settings: PasswordSettings) -> None:
        self._argon = PasswordHasher(
            time_cost=settings.iterations,
            memory_cost=settings.memory_kib,
            parallelism=settings.lanes,
            hash_len=32,
            salt_len=16,
            type=Type.ID,
        )
        self._room = threading.BoundedSemaphore(max(1, settings.at_once))
        self._decoy: str | None = None

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        with self._room:
            return self._argon.hash(normalised(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether it is the password; where nothing is kept it takes as long to say no."""
        with self._room:
            try:
                self._argon.verify(kept or self._of_nobody(), normalised(password))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed at other costs than today's."""
        return self._argon.check_needs_rehash(kept)

    def _of_nobody(self) -> str:
        if self._decoy is None:
            self._decoy = self._argon.hash("nobody's")
        return self._decoy


def normalised(password: str) -> str:
    """The form in which passwords are compared, so that every keyboard makes the same one (NFKC)."""
    return unicodedata.normalize("NFKC", password)[: 2 * LONGEST]


def check_password(password: str, settings: PasswordSettings, *, about: Iterable[str] = ()) -> None:
    """Raise InvalidInput for a password that is too short, too long, common or easily guessed.

    about: what belongs to the person and must not make up the password: login, name.
    """
    own = [word.casefold() for word in about if len(word) >= 2]
    text = normalised(password)
    if len(text) < settings.shortest:
        raise _refused(f"至少 {settings.shortest} 个字符", f"must have at least {settings.shortest} signs")
    if len(text) > LONGEST:
        raise _refused(f"最多 {LONGEST} 个字符", f"must have at most {LONGEST} signs")
    if text.casefold() in own:
        raise _refused("不得与用户名或姓名相同", "must not be the login or the name")
    if text.casefold() in _common() or _score(text, own) < _GUESSABLE:
        raise _refused("过于常见或容易猜到", "is too common or too easily guessed")


def _score(text: str, own: list[str]) -> int:
    # Takes a while to import, and only a changed password needs it. It looks at 72 signs at most.
    from zxcvbn import zxcvbn

    return int(zxcvbn(text[:72], user_inputs=[*own, *_WEAK_WORDS])["score"])


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def _refused(zh: str, en: str) -> InvalidInput:
    return InvalidInput.at("password", message_zh=zh, message_en=en)
