"""A calendar's days laid out in arrays, so that counting is a look-up.

All moments are microseconds since 1970 UTC. Days have numbers from 0. Working time is a running total at the end
of each span of business, so that time between two moments is a difference, and its inverse one binary search.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.calendars.day import WHOLE_DAY, DayKind, Hours, LastDay
from engine.calendars.limit import DAY, SECOND
from engine.errors import LimitExceeded

if TYPE_CHECKING:
    from engine.calendars.calendar import Calendar

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class DayTable:
    """The days of a calendar.

    first: ordinal of day 0. starts: midnight of each day and of the one after the last. closes: when each day's
    business ends (midnight where it has none). worked: the numbers of the days worked; rank: how many of them lie
    before a day. moved: for each day the day a limit ends whose last day it is. span_starts, span_ends,
    span_totals: business hours and the working time up to each end. rest: 1 for days not worked; names of holidays
    by day. published: no date at or after this moment is certain.
    """

    first: int
    starts: array[int]
    closes: array[int]
    worked: array[int]
    rank: array[int]
    moved: array[int]
    span_starts: array[int]
    span_ends: array[int]
    span_totals: array[int]
    rest: bytearray
    names: dict[int, str]
    published: int | None

    @classmethod
    def of(cls, calendar: Calendar) -> DayTable:
        """Lay a calendar out."""
        return _lay_out(calendar)

    def day(self, moment: int) -> int:
        """The number of the day a moment lies in. Raises LimitExceeded outside the calendar."""
        starts = self.starts
        guess = (moment - starts[0]) // DAY
        if 0 <= guess < len(starts) - 1 and starts[guess] <= moment < starts[guess + 1]:
            return guess
        if not starts[0] <= moment < starts[-1]:
            raise outside()
        return bisect_right(starts, moment) - 1

    def date(self, day: int) -> date:
        """The date of a day's number."""
        return date.fromordinal(self.first + day)

    def total(self, moment: int) -> int:
        """The working time from the calendar's beginning to a moment."""
        span = bisect_right(self.span_starts, moment) - 1
        if span < 0:
            return 0
        return self.span_totals[span] - max(0, self.span_ends[span] - moment)

    def reach(self, total: int) -> int:
        """The first moment at which `total` working time has passed. Raises LimitExceeded beyond the calendar."""
        span = bisect_left(self.span_totals, total)
        if span == len(self.span_totals):
            raise outside()
        return self.span_ends[span] - (self.span_totals[span] - total)


def outside() -> LimitExceeded:
    """The refusal of a moment before or after the days of a calendar."""
    return LimitExceeded(
        code="calendar.range",
        message_zh="时间超出日历的起止范围",
        message_en="the time lies outside the days of the calendar",
    )


def _lay_out(calendar: Calendar) -> DayTable:
    zone = ZoneInfo(calendar.zone)
    starts = array("q", _midnights(calendar, zone))
    closes, worked, rank = array("q"), array("q"), array("q")
    span_starts, span_ends, span_totals = array("q"), array("q"), array("q")
    rest = bytearray()
    kinds: list[DayKind] = []
    names: dict[int, str] = {}
    total = 0
    for number, (day, kind, name, hours) in enumerate(calendar.days()):
        kinds.append(kind)
        rank.append(len(worked))
        rest.append(kind is not DayKind.WORK)
        if name:
            names[number] = name
        if kind is not DayKind.WORK:
            closes.append(starts[number + 1])
            continue
        worked.append(number)
        for opens, shuts in _spans(day, hours or WHOLE_DAY, starts, number, zone):
            total += shuts - opens
            span_starts.append(opens)
            span_ends.append(shuts)
            span_totals.append(total)
        closes.append(span_ends[-1])
    rank.append(len(worked))
    return DayTable(
        first=calendar.first.toordinal(),
        starts=starts,
        closes=closes,
        worked=worked,
        rank=rank,
        moved=_moved(calendar, kinds),
        span_starts=span_starts,
        span_ends=span_ends,
        span_totals=span_totals,
        rest=rest,
        names=names,
        published=_published(calendar, zone),
    )


def _midnights(calendar: Calendar, zone: ZoneInfo) -> list[int]:
    count = (calendar.last - calendar.first).days + 2
    return [_instant(calendar.first + timedelta(days=number), 0, zone) for number in range(count)]


def _spans(day: date, hours: Hours, starts: array[int], number: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    midnight = starts[number]
    if starts[number + 1] - midnight == DAY:
        return [(midnight + opens * SECOND, midnight + shuts * SECOND) for opens, shuts in hours]
    spans = [(_instant(day, opens, zone), _instant(day, shuts, zone)) for opens, shuts in hours]
    return [(opens, max(opens, shuts)) for opens, shuts in spans]


def _instant(day: date, seconds: int, zone: ZoneInfo) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + timedelta(seconds=seconds) - _EPOCH) // _MICROSECOND


def _moved(calendar: Calendar, kinds: list[DayKind]) -> array[int]:
    free = {
        LastDay.REST_DAY: {DayKind.WEEKEND, DayKind.HOLIDAY},
        LastDay.HOLIDAY: {DayKind.HOLIDAY},
        LastDay.KEEP: set(),
    }[calendar.last_day]
    moved = array("q", bytes(8 * len(kinds)))
    target = len(kinds)
    for number in reversed(range(len(kinds))):
        if kinds[number] not in free:
            target = number
        moved[number] = target
    return moved


def _published(calendar: Calendar, zone: ZoneInfo) -> int | None:
    if calendar.published_until is None:
        return None
    return _instant(calendar.published_until + timedelta(days=1), 0, zone)
