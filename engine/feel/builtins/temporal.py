"""Temporal functions (DMN 1.5, 10.3.4.10)."""

from __future__ import annotations

from datetime import date as _date
from datetime import datetime
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.run import Run
from engine.feel.temporal import Date, day_number, days_in_month, first_of_year
from engine.feel.temporal_arithmetic import day_of

_DAY = "date: date|date and time"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


@builtin("now", "")
def now(run: Run) -> datetime:
    """The moment the environment gives."""
    return run.env.now


@builtin("today", "")
def today(run: Run) -> _date:
    """The day of that moment."""
    return run.env.now.date()


@builtin("day of year", _DAY)
def day_of_year(_run: Run, value: Any) -> int:
    """The number of the day in its year, from 1."""
    day = day_of(value)
    return day_number(day) - _first_of_year(day.year) + 1


def _first_of_year(year: int) -> int:
    return day_number(first_of_year(year))


@builtin("day of week", _DAY)
def day_of_week(_run: Run, value: Any) -> str:
    """The English name of the weekday."""
    return _DAYS[_weekday(day_of(value))]


def _weekday(day: Date) -> int:
    """Monday is 0."""
    return (day_number(day) + 3) % 7


@builtin("month of year", _DAY)
def month_of_year(_run: Run, value: Any) -> str:
    """The English name of the month."""
    return _MONTHS[value.month - 1]


@builtin("week of year", _DAY)
def week_of_year(_run: Run, value: Any) -> int:
    """The ISO 8601 week."""
    day = day_of(value)
    # The week belongs to the year its Thursday lies in; days are counted, so that any year will do.
    thursday = day_number(day) - _weekday(day) + 3
    year = day.year
    if thursday < _first_of_year(year):
        year -= 1
    elif thursday >= _first_of_year(year) + (366 if days_in_month(year, 2) == 29 else 365):
        year += 1
    return (thursday - _first_of_year(year)) // 7 + 1


@builtin("last day of month", _DAY)
def last_day_of_month(_run: Run, value: Any) -> int:
    """The number of the month's last day."""
    return days_in_month(value.year, value.month)
