"""Chance that is the same on every machine and version: a hash counted upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Draw:
    """A stream of draws under a seed. `fork` gives a stream of its own, so that one case never moves another."""

    seed: str
    count: int = 0

    def fork(self, name: object) -> Draw:
        """An independent stream under a name."""
        return Draw(f"{self.seed}/{name}")

    def fraction(self) -> float:
        """A number from 0 to below 1."""
        self.count += 1
        digest = sha256(f"{self.seed}#{self.count}".encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    def chance(self, probability: float) -> bool:
        """True with a probability from 0 to 1."""
        return self.fraction() < probability

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.fraction() * len(items))]

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.fraction() * (high - low + 1))

    def span(self, low: timedelta, high: timedelta) -> timedelta:
        """A time span from low to high, in whole seconds."""
        seconds = (high - low).total_seconds()
        return low + timedelta(seconds=int(self.fraction() * seconds))
