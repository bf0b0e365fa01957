"""What was measured: lines with a bound and with the bare case of the same run, as a table and as JSON."""

from __future__ import annotations

import math
import os
import statistics
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What was measured of one thing on one device.

    bound: what 95 in 100 have to stay within; None where nothing is asked of it. bare: the median of the same with a page
    that has nothing in it, in the same browser and the same run.
    """

    name: str
    device: str
    unit: str
    values: list[float]
    bound: float | None = None
    bare: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """What 95 in 100 stay within."""
        ordered = sorted(self.values)
        return ordered[math.ceil(0.95 * len(ordered)) - 1]

    @property
    def missed(self) -> bool:
        """Whether the bound is not kept."""
        return self.bound is not None and self.p95 > self.bound

    def told(self) -> dict[str, Any]:
        """For JSON, with every value."""
        return {
            "name": self.name,
            "device": self.device,
            "unit": self.unit,
            "median": self.median,
            "p95": self.p95,
            "most": max(self.values),
            "bound": self.bound,
            "bare": self.bare,
            "values": self.values,
        }


def machine() -> str:
    """What the figures were measured on, and what else went on."""
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"{os.cpu_count()} processors, load averages {loads}"


def table(lines: list[Line]) -> str:
    """The lines to read. bare: the median beside that of an empty page."""
    rows = [f"{'':34}{'':9}{'n':>5}{'p50':>8}{'p95':>8}{'most':>8}{'bound':>8}{'bare':>8}"]
    for line in lines:
        bound = "" if line.bound is None else f"{line.bound:g}"
        bare = "" if not line.bare else f"{line.median / line.bare:.1f} ×"
        rows.append(
            f"{line.name:34}{line.device:9}{len(line.values):5}{_short(line.median)}{_short(line.p95)}"
            f"{_short(max(line.values))}{bound:>8}{bare:>8} {line.unit}{'  MISSED' if line.missed else ''}"
        )
    return "\n".join(rows)


def _short(value: float) -> str:
    return f"{value:8.3f}" if 0 < value < 1 else f"{value:8.0f}"
