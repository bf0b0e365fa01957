"""Working-time figures: due dates a second, and how long a calendar takes to lay out.

    python -m bench.calendars [--seconds N] [--json]

One process, one core, the calendar and limits that come with the product.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from engine.calendars import Calendar, Clock, Limit, Pause, Timetable, due, ledger, read_calendar, worked

CONFIG = Path(__file__).parents[1] / "config"
LIMITS = ("30 min", "24 h", "6 workHour", "15 day", "7 workDay", "3 month")
SECOND = 1_000_000
DAY = 86_400 * SECOND
SPREAD = 20_000


def rate(action: Callable[[int], object], seconds: float) -> float:
    """How often a second `action` runs, called with 0, 1, 2, ... below `SPREAD` again and again."""
    began = time.perf_counter()
    runs = 0
    while (elapsed := time.perf_counter() - began) < seconds:
        for number in range(SPREAD):
            action(number)
        runs += SPREAD
    return runs / elapsed


def measure(seconds: float) -> dict[str, float]:
    """Every figure by name; a second unless the name says milliseconds."""
    began = time.perf_counter()
    calendar = read_calendar("cn.toml", (CONFIG / "calendars" / "cn.toml").read_bytes())
    read = time.perf_counter()
    calendar.table  # noqa: B018 - laid out when first used
    laid_out = time.perf_counter()
    figures = {"read a calendar, ms": (read - began) * 1000, "lay it out, ms": (laid_out - read) * 1000}
    random = Random(0)
    first = 1_767_225_600 * SECOND
    starts = [first + random.randrange(600 * DAY) for _ in range(SPREAD)]
    for text in LIMITS:
        limit = Limit.parse(text)
        figures[f"due, {text}"] = rate(_alone(starts, limit, calendar), seconds)
    figures["due, all units mixed"] = rate(_mixed(starts, calendar), seconds)
    figures["due, 7 workDay with 3 pauses"] = rate(_paused(starts, calendar), seconds)
    figures["worked between two moments"] = rate(
        lambda number: worked(starts[number], starts[number] + 90 * DAY, calendar), seconds
    )
    figures["ledger of 7 workDay with a pause"] = rate(_ledgers(starts), seconds)
    return figures


def _alone(starts: list[int], limit: Limit, calendar: Calendar) -> Callable[[int], object]:
    return lambda number: due(starts[number], limit, calendar)


def _mixed(starts: list[int], calendar: Calendar) -> Callable[[int], object]:
    limits = [Limit.parse(text) for text in LIMITS]
    return lambda number: due(starts[number], limits[number % len(limits)], calendar)


def _paused(starts: list[int], calendar: Calendar) -> Callable[[int], object]:
    limit = Limit.parse("7 workDay")
    pauses = [[(start + day * DAY, start + day * DAY + DAY // 2) for day in (1, 4, 6)] for start in starts]
    return lambda number: due(starts[number], limit, calendar, pauses[number])


def _ledgers(starts: list[int]) -> Callable[[int], object]:
    timetable = Timetable.load(CONFIG)
    row = timetable.limits.row("whistle.daily.handle", starts[0])
    calendar = timetable.calendar_of(row)
    clocks = [
        Clock(
            row=row,
            start=start,
            pauses=(Pause(start=start + 2 * DAY, end=start + 4 * DAY, reason="appraisal", actor="li"),),
        )
        for start in starts
    ]
    return lambda number: ledger(clocks[number], calendar, starts[number] + 20 * DAY)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="working-time figures")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.seconds)
    if options.json:
        print(json.dumps({name: round(value, 1) for name, value in figures.items()}, ensure_ascii=False))
        return
    print(f"Python {platform.python_version()}, one core")
    for name, value in figures.items():
        print(f"  {name:36} {value:>12,.0f}" + ("" if name.endswith("ms") else "/s"))


if __name__ == "__main__":
    main()
