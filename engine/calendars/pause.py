"""Pauses of a clock: when it stood still, why, and on whose word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from engine.errors import InvalidInput

Interval: TypeAlias = tuple[int, int]
"""From one moment to a later one, microseconds since 1970 UTC; the end is outside."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """One time a clock stood still.

    start, end: microseconds since 1970 UTC; end is None while it lasts. reason: one the rule allows. actor: who
    granted it. Raises InvalidInput when it ends before it starts.
    """

    start: int
    end: int | None
    reason: str
    actor: str

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise InvalidInput.at("end", message_zh="早于开始", message_en="before the start")


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time as ascending intervals that do not touch."""
    result: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
