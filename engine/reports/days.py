"""Days and periods in the zone of an installation, as half-open ranges of microseconds since 1970 UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
_YEAR: Final = re.compile(r"(\d{4})")
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])")
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_WEEK: Final = re.compile(r"(\d{4})-W(\d\d)")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
MOST_PARTS: Final = 120
"""Weeks or months a trend has at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From `start`, up to and without `end`; microseconds since 1970 UTC. name: as it is asked for."""

    name: str
    start: int
    end: int
    first: date
    after: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after - timedelta(days=1)


def period(text: str, zone: ZoneInfo) -> Period:
    """`2026`, `2026-Q1`, `2026-03`, `2026-W09` (Monday to Sunday, 24:00), `2026-03-01` or `2026-03-01..2026-03-31`.

    Raises InvalidInput for anything else.
    """
    try:
        first, after = _days(text.strip())
        return between(text.strip(), first, after, zone)
    except (ValueError, OverflowError):
        raise InvalidInput.at(
            "period",
            message_zh="不是有效的统计期（2026、2026-Q1、2026-03、2026-W09、2026-03-01..2026-03-31）",
            message_en="not a period (2026, 2026-Q1, 2026-03, 2026-W09, 2026-03-01..2026-03-31)",
        ) from None


def between(name: str, first: date, after: date, zone: ZoneInfo) -> Period:
    """The period of some days. Raises ValueError when it holds none."""
    if after <= first:
        raise ValueError("no day")
    return Period(
        name=name, start=_midnight(first, zone), end=_midnight(after, zone), first=first, after=after
    )


def week_of(moment: int, zone: ZoneInfo) -> Period:
    """The week, Monday to Sunday, that a moment lies in."""
    year, week, _ = (_EPOCH + moment * _MICRO).astimezone(zone).date().isocalendar()
    return period(f"{year}-W{week:02d}", zone)


def before(given: Period, zone: ZoneInfo) -> Period:
    """The week before a week."""
    return week_of(given.start - 1, zone)


def parts(whole: Period, step: str, zone: ZoneInfo) -> list[Period]:
    """A period cut into its `week`s or `month`s, whole ones. Raises InvalidInput for too many."""
    found: list[Period] = []
    day = whole.first
    while day < whole.after:
        if len(found) == MOST_PARTS:
            raise InvalidInput.at(
                "period", message_zh="统计期太长", message_en="the period is too long for that step"
            )
        year, week, _ = day.isocalendar()
        each = period(f"{year}-W{week:02d}" if step == "week" else f"{day:%Y-%m}", zone)
        found.append(each)
        day = each.after
    return found


def end_of_day(value: Any, zone: str) -> int | None:
    """The end (24:00) of a day given as a date or its text; None where it is none."""
    from engine import canonical

    found = canonical.from_wire(value) if isinstance(value, str) else value
    if isinstance(found, str) and _DAY.match(found[:10]):
        try:
            found = date.fromisoformat(found[:10])
        except ValueError:
            return None
    if isinstance(found, datetime):
        found = found.date()
    if not isinstance(found, date):
        return None
    return _midnight(found + timedelta(days=1), ZoneInfo(zone))


def day_of(moment: int, zone: ZoneInfo) -> date:
    """The day a moment lies in."""
    return (_EPOCH + moment * _MICRO).astimezone(zone).date()


def _days(text: str) -> tuple[date, date]:
    if found := _YEAR.fullmatch(text):
        year = int(found[1])
        return date(year, 1, 1), date(year + 1, 1, 1)
    if found := _QUARTER.fullmatch(text):
        year, month = int(found[1]), 3 * int(found[2]) - 2
        return date(year, month, 1), _month_after(date(year, month + 2, 1))
    if found := _MONTH.fullmatch(text):
        first = date(int(found[1]), int(found[2]), 1)
        return first, _month_after(first)
    if found := _WEEK.fullmatch(text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return first, first + timedelta(days=7)
    start, dots, end = text.partition("..")
    if not _DAY.fullmatch(start) or (dots and not _DAY.fullmatch(end)):
        raise ValueError(text)
    return date.fromisoformat(start), date.fromisoformat(end or start) + timedelta(days=1)


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return (datetime.combine(day, time(), zone).astimezone(UTC) - _EPOCH) // _MICRO
