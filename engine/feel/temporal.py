"""Dates, times and durations: Python's own types where they reach, extended ones past them.

FEEL knows years up to nine digits and nanoseconds (ISO 8601 expanded representation). A value that
`datetime` can hold exactly is always given as such; the extended classes carry only the others, so that a
value has one representation. All arithmetic works on parts and nanoseconds (`temporal_arithmetic`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
LAST_YEAR = 999_999_999
_ZONE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+)*\Z")


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A duration of whole months; `months` may be negative."""

    months: int


@dataclass(frozen=True, slots=True)
class ExtendedDuration:
    """A days and time duration too long or too fine for `timedelta`."""

    nanoseconds: int


@dataclass(frozen=True, slots=True)
class ExtendedDate:
    """A date outside the years 1 to 9999."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class ExtendedTime:
    """A time of day with a fraction finer than a microsecond."""

    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class ExtendedDateTime:
    """A date and time outside `datetime`'s years or precision."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: tzinfo | None = None


Duration: TypeAlias = timedelta | ExtendedDuration
Date: TypeAlias = date | ExtendedDate
Time: TypeAlias = time | ExtendedTime
DateTime: TypeAlias = datetime | ExtendedDateTime

DURATIONS = (timedelta, ExtendedDuration)
DATE_TIMES = (datetime, ExtendedDateTime)
TIMES = (time, ExtendedTime)
DATES = (date, ExtendedDate)
"""For `type(value) in …`; `isinstance` would take a datetime for a date."""


def make_duration(nanoseconds: int) -> Duration | None:
    """The duration of so many nanoseconds; None past 34 digits."""
    if nanoseconds % 1000 == 0 and abs(nanoseconds) < 999_999_999 * DAY:
        return timedelta(microseconds=nanoseconds // 1000)
    return ExtendedDuration(nanoseconds) if abs(nanoseconds) < 10**34 else None


def duration_nanoseconds(value: Duration) -> int:
    """The length of a days and time duration in nanoseconds."""
    if isinstance(value, ExtendedDuration):
        return value.nanoseconds
    return ((value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds) * 1000


def days_in_month(year: int, month: int) -> int:
    """The length of a month in the proleptic Gregorian calendar."""
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def make_date(year: int, month: int, day: int) -> Date | None:
    """A date; None when there is no such day."""
    if not (1 <= month <= 12 and abs(year) <= LAST_YEAR and 1 <= day <= days_in_month(year, month)):
        return None
    return _date(year, month, day)


def _date(year: int, month: int, day: int) -> Date:
    return date(year, month, day) if 1 <= year <= 9999 else ExtendedDate(year, month, day)


def first_of_year(year: int) -> Date:
    """The first of January."""
    return _date(year, 1, 1)


def make_time(hour: int, minute: int, second: int, nanosecond: int, zone: tzinfo | None) -> Time | None:
    """A time of day; None when there is no such time."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    return _time(hour, minute, second, nanosecond, zone)


def _time(hour: int, minute: int, second: int, nanosecond: int, zone: tzinfo | None) -> Time:
    if nanosecond % 1000 == 0:
        return time(hour, minute, second, nanosecond // 1000, zone)
    return ExtendedTime(hour, minute, second, nanosecond, zone)


def make_date_time(day: Date, moment: Time, zone: tzinfo | None) -> DateTime:
    """The date and time made of a day, a time of day and a zone (None: local time)."""
    year, month, number = day.year, day.month, day.day
    hour, minute, second, nanosecond = time_parts(moment)
    if nanosecond % 1000 == 0 and 1 <= year <= 9999:
        return datetime(year, month, number, hour, minute, second, nanosecond // 1000, zone)
    return ExtendedDateTime(year, month, number, hour, minute, second, nanosecond, zone)


def time_parts(value: Time | DateTime) -> tuple[int, int, int, int]:
    """Hour, minute, second and nanosecond."""
    if isinstance(value, time | datetime):
        return value.hour, value.minute, value.second, value.microsecond * 1000
    return value.hour, value.minute, value.second, value.nanosecond


def date_of(value: DateTime) -> Date:
    """The day of a date and time."""
    if isinstance(value, datetime):
        return value.date()
    return _date(value.year, value.month, value.day)


def time_of(value: DateTime) -> Time:
    """The time of day of a date and time, with its zone."""
    return _time(*time_parts(value), value.tzinfo)


def day_number(value: Date | DateTime) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar, for any year."""
    if isinstance(value, date):
        return value.toordinal() - 719_163
    year = value.year - (value.month <= 2)
    era, of_era = divmod(year, 400)
    of_year = (153 * (value.month + (-3 if value.month > 2 else 9)) + 2) // 5 + value.day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def date_of_number(number: int) -> Date | None:
    """The day so many days after 1970-01-01; the inverse of `day_number`."""
    if -719_162 <= number <= 2_932_896:
        return date.fromordinal(number + 719_163)
    era, of_era = divmod(number + 719_468, 146_097)
    years = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * years + years // 4 - years // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    day = of_year - (153 * shifted + 2) // 5 + 1
    return make_date(years + era * 400 + (month <= 2), month, day)


def day_nanoseconds(value: Time | DateTime) -> int:
    """Nanoseconds since midnight on the value's own clock."""
    hour, minute, second, nanosecond = time_parts(value)
    return (hour * 3600 + minute * 60 + second) * SECOND + nanosecond


def time_of_nanoseconds(nanoseconds: int, zone: tzinfo | None) -> Time:
    """The time of day so many nanoseconds (less than a day) after midnight."""
    seconds, nanosecond = divmod(nanoseconds, SECOND)
    return _time(seconds // 3600, seconds // 60 % 60, seconds % 60, nanosecond, zone)


def offset_of(value: Time | DateTime) -> int | None:
    """The offset from UTC in seconds; None without zone, or for a time of day in a named zone."""
    if value.tzinfo is None:
        return None
    if isinstance(value, datetime):
        offset = value.utcoffset()
    elif isinstance(value, ExtendedDateTime):
        offset = datetime(
            equivalent_year(value.year), value.month, value.day, value.hour, value.minute, value.second,
            tzinfo=value.tzinfo,
        ).utcoffset()  # fmt: skip
    else:
        offset = value.tzinfo.utcoffset(None)
    return None if offset is None else offset.days * 86_400 + offset.seconds


def equivalent_year(year: int) -> int:
    """A year that `datetime` knows with the same calendar: zone rules repeat with its cycle of 400 years."""
    return 2000 + year % 400


def fixed_zone(seconds: int) -> tzinfo:
    """The zone that is always so many seconds east of UTC."""
    return UTC if seconds == 0 else timezone(timedelta(seconds=seconds))


@lru_cache(maxsize=1024)
def named_zone(key: str) -> tzinfo | None:
    """The zone of the time zone database with this name; None when there is none."""
    if len(key) > 64 or not _ZONE_KEY.match(key):
        return None
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_name(zone: tzinfo | None) -> str | None:
    """The name of a named zone, None for offsets."""
    return zone.key if isinstance(zone, ZoneInfo) else None
