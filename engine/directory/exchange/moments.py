"""Moments in files: a day (its beginning) or a local time in the operator's zone, or ISO 8601 with an offset."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_DAY: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")


def read_moment(text: str, zone: ZoneInfo) -> int | None:
    """The microseconds since 1970 UTC that a text means; None when it means none. Days may be written 2026/3/1."""
    padded = _DAY.sub(lambda day: f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}", text.strip(), count=1)
    try:
        moment = datetime.fromisoformat(padded)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    micros = (moment - _EPOCH) // _MICRO
    return micros if micros >= 0 else None


def write_moment(micros: int, zone: ZoneInfo) -> str:
    """The shortest text that `read_moment` reads as this moment, whatever the zone's rules."""
    local = (_EPOCH + timedelta(microseconds=micros)).astimezone(zone)
    day = date.isoformat(local.date())
    return day if read_moment(day, zone) == micros else local.isoformat()
