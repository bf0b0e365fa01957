"""Properties of values that are not contexts: `date.year`, `duration.hours`, `range.start` (DMN 1.5, table 65)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel.temporal import (
    DAY,
    SECOND,
    day_number,
    duration_nanoseconds,
    make_duration,
    offset_of,
    time_parts,
    zone_name,
)
from engine.feel.values import Range, kind_of

_Properties = dict[str, Callable[[Any], Any]]


def _weekday(value: Any) -> int:
    return (day_number(value) + 3) % 7 + 1


def _offset(value: Any) -> Any:
    offset = offset_of(value)
    return None if offset is None else make_duration(offset * SECOND)


def _part_of_duration(unit: int, limit: int | None) -> Callable[[Any], Any]:
    def part(value: Any) -> int:
        nanoseconds = duration_nanoseconds(value)
        amount = abs(nanoseconds) // (unit * SECOND)
        amount = amount if limit is None else amount % limit
        return -amount if nanoseconds < 0 else amount

    return part


def _signed(months: int, amount: int) -> int:
    return -amount if months < 0 else amount


_DAY: _Properties = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "weekday": _weekday,
}
_CLOCK: _Properties = {
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": lambda value: time_parts(value)[2],
    "time offset": _offset,
    "timezone": lambda value: zone_name(value.tzinfo),
}
_BY_KIND: dict[str, _Properties] = {
    "date": _DAY,
    "time": _CLOCK,
    "date and time": _DAY | _CLOCK,
    "days and time duration": {
        "days": _part_of_duration(DAY // SECOND, None),
        "hours": _part_of_duration(3600, 24),
        "minutes": _part_of_duration(60, 60),
        "seconds": _part_of_duration(1, 60),
    },
    "years and months duration": {
        "years": lambda value: _signed(value.months, abs(value.months) // 12),
        "months": lambda value: _signed(value.months, abs(value.months) % 12),
    },
}
_RANGE: _Properties = {
    "start": lambda value: value.start,
    "end": lambda value: value.end,
    "start included": lambda value: value.start_included,
    "end included": lambda value: value.end_included,
}


def property_of(value: Any, name: str) -> tuple[bool, Any]:
    """Whether `value` has a property `name`, and what it is."""
    found = (_RANGE if type(value) is Range else _BY_KIND.get(kind_of(value), {})).get(name)
    return (False, None) if found is None else (True, found(value))
