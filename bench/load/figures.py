"""Times of requests, and what they come to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True, slots=True)
class Times:
    """Seconds that requests of one kind took, and how many had which status."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, seconds: float, status: int) -> None:
        """One more request."""
        self.seconds.append(seconds)
        self.statuses[status] += 1

    def figures(self) -> dict[str, Any]:
        """How many, and percentiles in milliseconds."""
        ordered = sorted(self.seconds)
        return {
            "requests": len(ordered),
            **{f"p{share}_ms": round(1_000 * _at(ordered, share / 100), 1) for share in (50, 95, 99)},
            "longest_ms": round(1_000 * ordered[-1], 1) if ordered else None,
            "statuses": {str(status): number for status, number in sorted(self.statuses.items())},
        }


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
