"""A share of a count, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NONE: Final = "—"
"""Printed for a share of nothing, and for what is not shown."""


def rate(part: int, whole: int) -> str:
    """A percentage with one decimal place, half up; a dash over nothing."""
    if whole == 0:
        return NONE
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10} %"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    part: int
    whole: int

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.part + other.part, self.whole + other.whole)

    def __str__(self) -> str:
        return rate(self.part, self.whole)

    @property
    def share(self) -> float | None:
        """As a fraction for charts; None over nothing."""
        return None if self.whole == 0 else self.part / self.whole


ZERO: Final = Rate(0, 0)
