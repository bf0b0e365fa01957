"""Where time comes from. Only here and in the random source does the engine touch the outside world."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns the present in microseconds since 1970 UTC."""


def wall_clock() -> int:
    """The machine's time."""
    return time.time_ns() // 1000


class ManualClock:
    """A clock that stands still until it is set, for tests and simulation.

    now: where it stands, in microseconds since 1970 UTC.
    """

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, micros: int) -> None:
        """Go forward."""
        self.now += micros
