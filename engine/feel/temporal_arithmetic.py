"""Adding, subtracting and comparing temporal values (DMN 1.5, 10.3.2.3.5 to 10.3.2.3.9 and 10.3.2.13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from engine.feel.numbers import Number, divide, multiply
from engine.feel.temporal import (
    DATE_TIMES,
    DATES,
    DAY,
    DURATIONS,
    SECOND,
    TIMES,
    Date,
    DateTime,
    Duration,
    Time,
    YearsMonthsDuration,
    date_of,
    date_of_number,
    day_nanoseconds,
    day_number,
    days_in_month,
    duration_nanoseconds,
    equivalent_year,
    fixed_zone,
    make_date,
    make_date_time,
    make_duration,
    offset_of,
    time_of,
    time_of_nanoseconds,
    time_parts,
    zone_name,
)


def instant(value: DateTime) -> tuple[bool, int]:
    """Whether the value has a zone, and its nanoseconds since 1970 in UTC (or on its local clock)."""
    local = day_number(value) * DAY + day_nanoseconds(value)
    offset = offset_of(value)
    return (False, local) if offset is None else (True, local - offset * SECOND)


def at_midnight(value: Date) -> DateTime:
    """A day as the date and time of its beginning in UTC (10.3.2.3.5)."""
    utc = fixed_zone(0)
    return make_date_time(value, time_of_nanoseconds(0, utc), utc)


def _from_instant(nanoseconds: int, zone: tzinfo | None) -> DateTime | None:
    """The date and time on the clock of `zone` at this instant."""
    universal = _on_clock(nanoseconds, fixed_zone(0))
    if zone is None or universal is None:
        return _on_clock(nanoseconds, zone)
    year = universal.year if isinstance(universal, datetime) else equivalent_year(universal.year)
    hour, minute, second, _ = time_parts(universal)
    known = datetime(year, universal.month, universal.day, hour, minute, second, tzinfo=UTC)
    try:
        offset = known.astimezone(zone).utcoffset() or timedelta()
    except OverflowError:
        return None
    local = _on_clock(nanoseconds + duration_nanoseconds(offset), zone)
    if isinstance(local, datetime) and local.utcoffset() != offset:
        # The hour that comes twice when clocks are put back: this is its second time.
        return local.replace(fold=1)
    return local


def _on_clock(nanoseconds: int, zone: tzinfo | None) -> DateTime | None:
    days, rest = divmod(nanoseconds, DAY)
    day = date_of_number(days)
    return None if day is None else make_date_time(day, time_of_nanoseconds(rest, zone), zone)


def _plus_months(value: Any, months: int) -> Any:
    years, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    day = make_date(years, month + 1, min(value.day, days_in_month(years, month + 1)))
    if day is None or type(value) in DATES:
        return day
    return make_date_time(day, time_of(value), value.tzinfo)


def plus(value: Any, duration: Duration | YearsMonthsDuration, sign: int) -> Any:
    """`value` moved by a duration, forth (`sign` 1) or back (-1); None when they do not go together."""
    kind = type(value)
    if isinstance(duration, YearsMonthsDuration):
        return _plus_months(value, sign * duration.months) if kind in DATES or kind in DATE_TIMES else None
    nanoseconds = sign * duration_nanoseconds(duration)
    if kind in DATES:
        return date_of_number((day_number(value) * DAY + nanoseconds) // DAY)
    if kind in TIMES:
        return time_of_nanoseconds((day_nanoseconds(value) + nanoseconds) % DAY, value.tzinfo)
    if kind in DATE_TIMES:
        return _from_instant(instant(value)[1] + nanoseconds, value.tzinfo)
    return None


def add(left: Any, right: Any) -> Any:
    """The sum of two temporal values; None when they have none."""
    left_kind, right_kind = type(left), type(right)
    if left_kind in DURATIONS and right_kind in DURATIONS:
        return make_duration(duration_nanoseconds(left) + duration_nanoseconds(right))
    if left_kind is YearsMonthsDuration and right_kind is YearsMonthsDuration:
        return months_duration(left.months + right.months)
    if right_kind in DURATIONS or right_kind is YearsMonthsDuration:
        return plus(left, right, 1)
    if left_kind in DURATIONS or left_kind is YearsMonthsDuration:
        return plus(right, left, 1)
    return None


def subtract(left: Any, right: Any) -> Any:
    """The difference of two temporal values; None when they have none."""
    left_kind, right_kind = type(left), type(right)
    if left_kind in DURATIONS and right_kind in DURATIONS:
        return make_duration(duration_nanoseconds(left) - duration_nanoseconds(right))
    if left_kind is YearsMonthsDuration and right_kind is YearsMonthsDuration:
        return months_duration(left.months - right.months)
    if right_kind in DURATIONS or right_kind is YearsMonthsDuration:
        return plus(left, right, -1)
    if left_kind in TIMES and right_kind in TIMES:
        return _time_difference(left, right)
    return _date_difference(left, right)


def _date_difference(left: Any, right: Any) -> Duration | None:
    if type(left) in DATES and type(right) in DATES:
        return make_duration((day_number(left) - day_number(right)) * DAY)
    left = at_midnight(left) if type(left) in DATES else left
    right = at_midnight(right) if type(right) in DATES else right
    if type(left) not in DATE_TIMES or type(right) not in DATE_TIMES:
        return None
    (left_zoned, left_at), (right_zoned, right_at) = instant(left), instant(right)
    return make_duration(left_at - right_at) if left_zoned == right_zoned else None


def _time_difference(left: Time, right: Time) -> Duration | None:
    keys = time_key(left), time_key(right)
    return make_duration(keys[0][1] - keys[1][1]) if keys[0][0] == keys[1][0] else None


def time_key(value: Time) -> tuple[str, int]:
    """What clock a time of day is on ("" local, "UTC", or a zone's name), and its nanoseconds there."""
    offset = offset_of(value)
    if offset is not None:
        return "UTC", day_nanoseconds(value) - offset * SECOND
    return zone_name(value.tzinfo) or "", day_nanoseconds(value)


def months_duration(months: int) -> YearsMonthsDuration | None:
    """A years and months duration; None past any calendar."""
    return YearsMonthsDuration(months) if abs(months) <= 10**12 else None


def scale(value: Any, factor: Number) -> Any:
    """A duration times a number, cut to whole months or nanoseconds."""
    return _resized(value, lambda amount: multiply(amount, factor))


def ratio(left: Any, right: Any) -> Any:
    """A duration divided by a number or by a duration of its kind; None for zero and other kinds."""
    if type(right) in (int, Decimal):
        return scale_down(left, right) if right != 0 else None
    if type(left) is YearsMonthsDuration and type(right) is YearsMonthsDuration and right.months:
        return divide(left.months, right.months)
    if type(left) in DURATIONS and type(right) in DURATIONS and duration_nanoseconds(right):
        return divide(duration_nanoseconds(left), duration_nanoseconds(right))
    return None


def scale_down(value: Any, divisor: Number) -> Any:
    """A duration divided by a number that is not zero, cut to whole months or nanoseconds."""
    return _resized(value, lambda amount: divide(amount, divisor))


def _resized(value: Any, change: Callable[[int], Number | None]) -> Any:
    if type(value) is YearsMonthsDuration:
        months = change(value.months)
        return months_duration(int(months)) if months is not None and -(10**13) < months < 10**13 else None
    nanoseconds = change(duration_nanoseconds(value))
    if nanoseconds is None or not -(10**35) < nanoseconds < 10**35:
        return None
    return make_duration(int(nanoseconds))


def day_of(value: Any) -> Date:
    """The day of a date or of a date and time."""
    day: Date = date_of(value) if type(value) in DATE_TIMES else value
    return day
