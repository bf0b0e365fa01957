"""一案一码: the public code of a case, such as `JF-20261122-7K3M9-QXT2C`.

Letters for the flow, the day the case began by its own clock, nine characters drawn from the case's id and one that
checks the others. It says nothing of the parties, cannot be guessed from another one, and follows from the id alone,
so that it comes out the same whenever it is made again. The alphabet leaves out what is misread or misheard: I, L, O, U.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.model.definition import Definition
from engine.model.variables import PROPERTY as OUTSIDE
from engine.model.variables import declared
from engine.runtime.session import EPOCH

PREFIX: Final = "bihuan:case_code"
"""Process property: the letters its codes begin with."""

VARIABLE: Final = "case_code"
"""The variable in which a process that declares it finds the code of its case."""

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS: Final = 9
_SAFE: Final = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_SHAPE: Final = re.compile(rf"([A-Z][A-Z0-9]{{0,7}})-(\d{{8}})-([{ALPHABET}]{{5}})-?([{ALPHABET}]{{5}})")


def new_code(case_id: UUID, definition: Definition, started_at: int, zone: str) -> str:
    """The code of a case. started_at: microseconds since 1970 UTC; zone: IANA name of its clock's zone."""
    day = (EPOCH + timedelta(microseconds=started_at)).astimezone(ZoneInfo(zone))
    digest = int.from_bytes(hashlib.sha256(case_id.bytes).digest()[:8], "big")
    drawn = "".join(ALPHABET[digest >> 5 * place & 31] for place in range(_LETTERS))
    head = f"{prefix_of(definition)}-{day:%Y%m%d}"
    drawn += _check_character(head + drawn)
    return f"{head}-{drawn[:5]}-{drawn[5:]}"


def with_code(
    variables: dict[str, Any], case_id: UUID, definition: Definition, started_at: int, zone: str
) -> dict[str, Any]:
    """What a case starts with: with its code, where its process declares the variable and was not given one.

    It becomes part of the recorded start, so that a replay finds the same one whatever is made of codes later.
    """
    if variables.get(VARIABLE) is not None or not _asks(definition):
        return variables
    return {**variables, VARIABLE: new_code(case_id, definition, started_at, zone)}


def _asks(definition: Definition) -> bool:
    return VARIABLE in _outside(definition.properties.get(OUTSIDE, ""))


@lru_cache(maxsize=256)
def _outside(text: str) -> frozenset[str]:
    return frozenset(declared(text).types)


def prefix_of(definition: Definition) -> str:
    """The letters of a process's codes: those it names, else the beginning of its key."""
    named = definition.properties.get(PREFIX, "").strip().upper()
    if _SAFE.fullmatch(named):
        return named
    return (re.sub(r"[^A-Z0-9]", "", definition.key.upper()).lstrip("0123456789") or "AJ")[:3]


def is_code(text: str) -> bool:
    """Whether a text is a code made here, without a slip of the pen."""
    found = _SHAPE.fullmatch(text.strip().upper())
    if found is None:
        return False
    drawn = found[3] + found[4]
    return _check_character(f"{found[1]}-{found[2]}{drawn[:-1]}") == drawn[-1]


def _check_character(text: str) -> str:
    # Weights are odd, so that one wrong character is always noticed, and differ, so that two exchanged mostly are.
    total = sum((2 * place + 1) * ALPHABET_VALUES.get(letter, 0) for place, letter in enumerate(text))
    return ALPHABET[total % 32]


ALPHABET_VALUES: Final = {letter: place for place, letter in enumerate(ALPHABET)} | {
    "I": 1,
    "L": 17,
    "O": 23,
    "U": 29,
}
