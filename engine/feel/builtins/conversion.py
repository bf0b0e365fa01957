"""Conversion functions (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.numbers import CONTEXT, Number, as_number, decimal, number_text, whole
from engine.feel.run import NullResult, Run
from engine.feel.temporal import (
    DATE_TIMES,
    DATES,
    DURATIONS,
    SECOND,
    Duration,
    Time,
    YearsMonthsDuration,
    date_of,
    duration_nanoseconds,
    fixed_zone,
    make_date,
    make_date_time,
    make_time,
    time_of,
    time_of_nanoseconds,
)
from engine.feel.temporal_arithmetic import day_of
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.text import to_text

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,1000}(?:\.[0-9]{0,1000})?|\.[0-9]{1,1000})(?:[eE][+-]?[0-9]{1,6})?", re.ASCII
)


@builtin("string", "from: any!")
def string(run: Run, value: Any) -> str | None:
    """Any value as text; null stays null."""
    if value is None:
        return None
    text = to_text(value, run)
    run.fits(len(text))
    return text


@builtin("number", "from: string, grouping separator?: string!, decimal separator?: string!")
def number(_run: Run, text: str, grouping: str | None, point: str | None) -> Number:
    """A number written with these separators; grouping may be blank, comma or dot, the other comma or dot."""
    if (
        grouping not in (None, " ", ",", ".")
        or point not in (None, ",", ".")
        or (grouping and grouping == point)
    ):
        raise NullResult("value.domain", "number", f"{grouping} {point}")
    plain = text.replace(grouping, "") if grouping else text
    if point == ",":
        if "." in plain:
            raise NullResult("temporal.text", text, "number")
        plain = plain.replace(",", ".")
    result = as_number(CONTEXT.create_decimal(plain)) if _NUMBER.fullmatch(plain) else None
    if result is None:
        raise NullResult("temporal.text", text, "number")
    return result


def _valid(value: Any, text: object, kind: str) -> Any:
    if value is None:
        raise NullResult("temporal.text", text, kind)
    return value


@builtin("date", "from: string|date|date and time")
def date(_run: Run, value: Any) -> Any:
    """A date from text, or the day of a date and time."""
    return _valid(parse_date(value), value, "date") if type(value) is str else day_of(value)


@builtin("date", "year: number, month: number, day: number")
def date_of_parts(_run: Run, year: Number, month: Number, day: Number) -> Any:
    """A date from its parts."""
    return _valid(
        make_date(whole(year), whole(month), whole(day)),
        "-".join(map(number_text, (year, month, day))),
        "date",
    )


@builtin("time", "from: string|time|date|date and time")
def time(_run: Run, value: Any) -> Any:
    """A time from text, the time of a date and time, or the beginning of a day in UTC."""
    if type(value) is str:
        return _valid(parse_time(value), value, "time")
    if type(value) in DATE_TIMES:
        return time_of(value)
    return time_of_nanoseconds(0, fixed_zone(0)) if type(value) in DATES else value


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration!")
def time_of_parts(_run: Run, hour: Number, minute: Number, second: Number, offset: Duration | None) -> Any:
    """A time from its parts and its offset from UTC."""
    zone = None
    if offset is not None:
        nanoseconds = duration_nanoseconds(offset)
        if abs(nanoseconds) > 18 * 3600 * SECOND or nanoseconds % SECOND:
            raise NullResult("temporal.range")
        zone = fixed_zone(nanoseconds // SECOND)
    fraction = CONTEXT.remainder(decimal(second), Decimal(1))
    nanosecond = whole(CONTEXT.multiply(fraction, Decimal(SECOND)))
    made = make_time(whole(hour), whole(minute), whole(second), nanosecond, zone)
    return _valid(made, ":".join(map(number_text, (hour, minute, second))), "time")


@builtin("date and time", "from: string|date|date and time")
def date_and_time(_run: Run, value: Any) -> Any:
    """A date and time from text, or the beginning of a day in UTC."""
    if type(value) is str:
        return _valid(parse_date_time(value), value, "date and time")
    return (
        value
        if type(value) in DATE_TIMES
        else make_date_time(value, time_of_nanoseconds(0, None), fixed_zone(0))
    )


@builtin("date and time", "date: date|date and time, time: time")
def date_and_time_of(_run: Run, day: Any, moment: Time) -> Any:
    """A date and time from the day of one value and the time of another."""
    return make_date_time(date_of(day) if type(day) in DATE_TIMES else day, moment, moment.tzinfo)


@builtin("duration", "from: string|days and time duration|years and months duration")
def duration(_run: Run, value: Any) -> Any:
    """A duration from text."""
    if type(value) in DURATIONS or type(value) is YearsMonthsDuration:
        return value
    return _valid(parse_duration(value), value, "duration")


@builtin("years and months duration", "from: date|date and time, to: date|date and time")
def years_and_months_duration(_run: Run, start: Any, end: Any) -> YearsMonthsDuration:
    """The whole months between two days."""
    first, last = day_of(start), day_of(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonthsDuration(months)


@builtin("range", "from: string")
def range_of(run: Run, text: str) -> Any:
    """A range from text with literal ends: `[1..3]`, `(< @"2020-01-01")`."""
    from engine.feel.range_text import parse_range

    made = parse_range(text, run)
    if made is None:
        raise NullResult("temporal.text", text, "range")
    return made
