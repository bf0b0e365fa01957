"""Times as people read and write them, in the configured zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BEYOND = "9999-12-31 →"
"""Stands for a moment after the last year a calendar here knows."""


def shown(micros: int | None, zone: ZoneInfo) -> str:
    """A moment (microseconds since 1970 UTC) to the minute in a zone; an em dash for none."""
    if micros is None:
        return "—"
    try:
        return local(micros, zone).strftime("%Y-%m-%d %H:%M")
    except OverflowError:
        return _BEYOND


def local(micros: int, zone: ZoneInfo) -> datetime:
    """The moment in a zone."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone(zone)


def iso(micros: int | None, zone: ZoneInfo) -> str | None:
    """The moment for programs, with its offset."""
    if micros is None:
        return None
    try:
        return local(micros, zone).isoformat()
    except OverflowError:
        return _BEYOND


def micros_of(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


def read(text: str, zone: ZoneInfo) -> int:
    """What somebody wrote as ISO 8601, in the zone if it has no offset. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return micros_of(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone))


def given(text: str, option: str, zone: ZoneInfo) -> int:
    """What somebody gave as an option's moment. Raises InvalidInput for anything else."""
    try:
        return read(text, zone)
    except (ValueError, OverflowError):
        raise InvalidInput.at(
            option,
            message_zh="时间应写成 2026-11-20T08:30，可带时区",
            message_en="write a time as 2026-11-20T08:30, with an offset if need be",
        ) from None
