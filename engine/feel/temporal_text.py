"""Temporal values from and to text: ISO 8601 with `@Zone/Name` (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import re
from datetime import tzinfo

from engine.feel.temporal import (
    DAY,
    SECOND,
    Date,
    DateTime,
    Duration,
    Time,
    YearsMonthsDuration,
    duration_nanoseconds,
    fixed_zone,
    make_date,
    make_date_time,
    make_duration,
    make_time,
    named_zone,
    offset_of,
    time_parts,
    zone_name,
)

_DATE = re.compile(r"(-?)([0-9]{4}|[1-9][0-9]{4,8})-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,18}))?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_/+\-]{1,64}))?",
    re.ASCII,
)
_DURATION = re.compile(
    r"(-?)P(?=.)(?:([0-9]{1,40})D)?(?:T(?=.)(?:([0-9]{1,40})H)?(?:([0-9]{1,40})M)?(?:([0-9]{1,40})(?:\.([0-9]{1,18}))?S)?)?",
    re.ASCII,
)
_MONTHS = re.compile(r"(-?)P(?=.)(?:([0-9]{1,20})Y)?(?:([0-9]{1,20})M)?", re.ASCII)


def parse_date(text: str) -> Date | None:
    """`YYYY-MM-DD`, the year with up to nine digits; None when it is no date."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year = int(found[2])
    return make_date(-year if found[1] else year, int(found[3]), int(found[4]))


def parse_time(text: str) -> Time | None:
    """`HH:MM:SS[.f][Z|±HH:MM[:SS]|@Zone]`; None when it is no time."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    zone: tzinfo | None = None
    if found[5] is not None:
        zone = fixed_zone(0)
    elif found[6] is not None:
        seconds = int(found[7]) * 3600 + int(found[8]) * 60 + int(found[9] or 0)
        if seconds > 18 * 3600 or int(found[8]) > 59 or int(found[9] or 0) > 59:
            return None
        zone = fixed_zone(-seconds if found[6] == "-" else seconds)
    elif found[10] is not None:
        zone = named_zone(found[10])
        if zone is None:
            return None
    nanosecond = int((found[4] or "0").ljust(9, "0")[:9])
    return make_time(int(found[1]), int(found[2]), int(found[3]), nanosecond, zone)


def parse_date_time(text: str) -> DateTime | None:
    """A date, `T` and a time, or a date alone for its midnight; None when it is neither."""
    day_text, divider, time_text = text.partition("T")
    day = parse_date(day_text)
    moment = parse_time(time_text if divider else "00:00:00")
    if day is None or moment is None:
        return None
    return make_date_time(day, moment, moment.tzinfo)


def parse_duration(text: str) -> Duration | YearsMonthsDuration | None:
    """`P…D T…H…M…S` or `P…Y…M`; None when it is neither."""
    found = _DURATION.fullmatch(text)
    if found is not None:
        days, hours, minutes, seconds = (int(part or 0) for part in found.group(2, 3, 4, 5))
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        nanoseconds = total * SECOND + int((found[6] or "0").ljust(9, "0")[:9])
        return make_duration(-nanoseconds if found[1] else nanoseconds)
    found = _MONTHS.fullmatch(text)
    if found is None:
        return None
    months = int(found[2] or 0) * 12 + int(found[3] or 0)
    if months > 10**12:
        return None
    return YearsMonthsDuration(-months if found[1] else months)


def date_text(value: Date | DateTime) -> str:
    """`YYYY-MM-DD`."""
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def time_text(value: Time | DateTime) -> str:
    """`HH:MM:SS[.f]` with the zone as offset or name."""
    hour, minute, second, nanosecond = time_parts(value)
    text = f"{hour:02d}:{minute:02d}:{second:02d}"
    if nanosecond:
        text += f".{nanosecond:09d}".rstrip("0")
    return text + _zone_text(value)


def _zone_text(value: Time | DateTime) -> str:
    name = zone_name(value.tzinfo)
    if name is not None:
        return f"@{name}"
    offset = offset_of(value)
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def date_time_text(value: DateTime) -> str:
    """The date, `T` and the time."""
    return f"{date_text(value)}T{time_text(value)}"


def duration_text(value: Duration) -> str:
    """`[-]P…DT…H…M…S` without its zero parts; `PT0S` for none."""
    nanoseconds = duration_nanoseconds(value)
    days, rest = divmod(abs(nanoseconds), DAY)
    seconds, fraction = divmod(rest, SECOND)
    text = f"{days}D" if days else ""
    clock = "".join(
        f"{amount}{unit}" for amount, unit in ((seconds // 3600, "H"), (seconds // 60 % 60, "M")) if amount
    )
    if seconds % 60 or fraction:
        clock += str(seconds % 60) + (f".{fraction:09d}".rstrip("0") if fraction else "") + "S"
    text += f"T{clock}" if clock else ""
    return f"{'-' if nanoseconds < 0 else ''}P{text or 'T0S'}"


def months_text(value: YearsMonthsDuration) -> str:
    """`[-]P…Y…M` without its zero parts; `P0M` for none."""
    years, months = divmod(abs(value.months), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return f"{'-' if value.months < 0 else ''}P{text or '0M'}"
