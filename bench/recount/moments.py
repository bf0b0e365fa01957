"""Moments, days and working hours, as microseconds since 1970 UTC."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

ZONE = ZoneInfo("Asia/Shanghai")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
DAY = 86_400_000_000
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def micros(text: str) -> int:
    """An ISO 8601 moment."""
    return (datetime.fromisoformat(text) - _EPOCH) // _MICRO


def moment(value: Any) -> int | None:
    """What a variable says, where it says a moment."""
    if not isinstance(value, str) or not value.startswith("@dt:"):
        return None
    found = datetime.fromisoformat(value[4:].partition("[")[0])
    return None if found.tzinfo is None else (found - _EPOCH) // _MICRO


def midnight(day: date) -> int:
    """When a day begins."""
    return (datetime(day.year, day.month, day.day, tzinfo=ZONE) - _EPOCH) // _MICRO


def end_of_day(value: Any) -> int | None:
    """24:00 of the day that a variable names."""
    text = value.removeprefix("@date:").removeprefix("@dt:")[:10] if isinstance(value, str) else ""
    try:
        return midnight(date.fromisoformat(text) + timedelta(days=1))
    except ValueError:
        return None


class Office:
    """Working hours of a calendar file that follows the published holidays of China and nothing else."""

    def __init__(self, file: Path) -> None:
        table = tomllib.loads(file.read_text("utf-8"))
        hours = table["hours"]
        if table.get("holidays") != "china" or len(hours) != 1 or "days" in table or "years" in table:
            raise ValueError(f"{file}: only one set of hours and the published holidays are understood here")
        self._hours = {name: [_hours(each) for each in given] for name, given in hours[0].items()}
        self._first = date(2015, 1, 1)
        self._start = midnight(self._first)
        self._days: list[tuple[list[tuple[int, int]], int]] = []
        total = 0
        # The zone has had no summer time since 1991: every day is as long as the other.
        for number in range((date(max(chinese_calendar.holidays).year, 12, 31) - self._first).days + 1):
            shifts = self._shifts(self._first + timedelta(days=number))
            self._days.append((shifts, total))
            total += sum(until - since for since, until in shifts)

    def worked(self, start: int, end: int) -> int:
        """The working time between two moments."""
        return self._until(end) - self._until(start)

    def _until(self, at: int) -> int:
        number, of_day = divmod(at - self._start, DAY)
        shifts, before = self._days[number]
        return before + sum(min(max(of_day - since, 0), until - since) for since, until in shifts)

    def _shifts(self, day: date) -> list[tuple[int, int]]:
        if not chinese_calendar.is_workday(day):
            return []
        return self._hours["exchanged" if day.weekday() > 4 else _WEEK[day.weekday()]]


def _hours(text: str) -> tuple[int, int]:
    since, until = (
        (int(hour) * 60 + int(minute)) * 60_000_000
        for hour, minute in (each.split(":") for each in text.split("-"))
    )
    return since, until
