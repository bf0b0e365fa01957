"""Case ids: UUIDs that sort by the time they were made (RFC 9562, version 7)."""

from __future__ import annotations

from uuid import UUID

RANDOM_BYTES = 8


def new_case_id(clock_micros: int, random_bytes: bytes) -> UUID:
    """The id of a case started at `clock_micros` (microseconds since 1970, UTC).

    The millisecond fills the first 48 bits and its fraction the next 12 (RFC 9562 6.2, method 3), so that ids
    sort by the microsecond, about; `random_bytes` (8 bytes, from the caller's random source) fill the rest.
    Raises ValueError when either is out of range.
    """
    if not 0 <= clock_micros < 1000 << 48:
        raise ValueError("the clock is outside the years that a version 7 UUID holds")
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"{RANDOM_BYTES} random bytes are needed")
    millis, micros = divmod(clock_micros, 1000)
    fraction = (micros << 12) // 1000
    tail = int.from_bytes(random_bytes) & (1 << 62) - 1
    return UUID(int=millis << 80 | 7 << 76 | fraction << 64 | 2 << 62 | tail)
