"""Counting limits: when they end, how much of them has passed, when they must begin.

Civil Code 200-203: the day a limit starts is not counted; a limit in months ends on the day of the same number, or
the month's last; a last day that is a statutory holiday moves to the day after it; the last day ends at 24:00, or
with the close of business where there are business hours; hours and minutes run from the start.

A pause stops the clock. Limits by the clock or in working hours end when the clock has run their length. Limits in
days end with the first day at whose end the clock has run as long as it would have run without the pauses, and is
not standing still.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.calendars.calendar import Calendar
from engine.calendars.day_table import DayTable, outside
from engine.calendars.limit import ELAPSED, WORKING, Limit, Unit
from engine.calendars.pause import Interval
from engine.errors import LimitExceeded

_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WORK_DAY, _DAY, _MONTH, _WORK_HOUR = Unit.WORK_DAY, Unit.DAY, Unit.MONTH, Unit.WORK_HOUR


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends.

    at: microseconds since 1970 UTC. provisional: it depends on days beyond the last published table of holidays.
    """

    at: int
    provisional: bool


def due(start: int, limit: Limit, calendar: Calendar, pauses: Sequence[Interval] = ()) -> Due:
    """When a limit that starts at `start` ends.

    start: microseconds since 1970 UTC. pauses: ended ones, ascending and apart (see `pause.merged`).
    Raises LimitExceeded when start or end lie outside the calendar.
    """
    unit = limit.unit
    if unit in ELAPSED:
        at = start + limit.micros
        return Due(_prolonged(start, at, pauses, _elapsed, _later) if pauses else at, False)
    table = calendar.table
    if unit is _WORK_HOUR:
        at = table.reach(_total_within(table, start) + limit.micros)
        if pauses:
            at = _prolonged(start, at, pauses, *_working(table))
    elif pauses:
        at = _paused_days(start, limit, table, pauses)[1]
    else:
        at = table.closes[_last_day(table.day(start), limit, table)]
    return Due(at, table.published is not None and at > table.published)


def worked(start: int, end: int, calendar: Calendar) -> int:
    """The working time between two moments, in microseconds. Raises LimitExceeded outside the calendar."""
    table = calendar.table
    return _total_within(table, end) - _total_within(table, start)


def counting_from(start: int, limit: Limit, calendar: Calendar) -> int:
    """When the counting begins: at once, or with the day after for limits in days (Civil Code 201)."""
    if limit.micros:
        return start
    table = calendar.table
    return table.starts[table.day(start) + 1]


def counted(start: int, end: int, limit: Limit, calendar: Calendar, pauses: Sequence[Interval] = ()) -> int:
    """How long the clock of a limit ran between two moments, in microseconds.

    Limits in working units count working time, the others all time; limits in days begin with the next day.
    """
    begin = counting_from(start, limit, calendar)
    if end <= begin:
        return 0
    measure = _working(calendar.table)[0] if limit.unit in WORKING else _elapsed
    lost = sum(measure(max(a, begin), min(b, end)) for a, b in pauses if b > begin and a < end)
    return measure(begin, end) - lost


def point(start: int, limit: Limit, calendar: Calendar, percent: int, pauses: Sequence[Interval] = ()) -> int:
    """When so many percent of a limit have passed, for reminders; at 100 it is the due moment.

    percent: above 0, at most 100, of the time the clock runs from its first counted moment to the end.
    """
    end = due(start, limit, calendar, pauses).at
    if percent == 100:
        return end
    begin = counting_from(start, limit, calendar)
    measure, advance = _working(calendar.table) if limit.unit in WORKING else (_elapsed, _later)
    whole = counted(start, end, limit, calendar, pauses)
    part = -(-whole * percent // 100)
    return min(end, _prolonged(begin, advance(begin, part), pauses, measure, advance))


def latest_start(end: int, limit: Limit, calendar: Calendar) -> int:
    """The last moment at which a limit may start and still end by `end`. Raises LimitExceeded if there is none."""
    if limit.unit in ELAPSED:
        return end - limit.micros
    table = calendar.table
    if limit.unit is _WORK_HOUR:
        wanted = _total_within(table, end) - limit.micros
        if wanted < 0:
            raise outside()
        span = bisect_right(table.span_totals, wanted)
        if span == len(table.span_totals):
            raise outside()
        return table.span_ends[span] - (table.span_totals[span] - wanted)
    low, high = -1, table.day(end)
    while low < high:
        middle = (low + high + 1) // 2
        if _ends_by(end, middle, limit, table):
            low = middle
        else:
            high = middle - 1
    if low < 0:
        raise outside()
    return table.starts[low + 1] - 1


def next_opening(moment: int, calendar: Calendar) -> int:
    """The first moment of working time at or after a moment."""
    table = calendar.table
    span = bisect_right(table.span_ends, moment)
    if moment < table.starts[0] or span == len(table.span_ends):
        raise outside()
    return max(moment, table.span_starts[span])


def served(start: int, limit: Limit, calendar: Calendar, pauses: Sequence[Interval] = ()) -> int:
    """When the days of a limit in days, working days or months are over, before their last one moves."""
    return _paused_days(start, limit, calendar.table, pauses)[0]


def _total_within(table: DayTable, moment: int) -> int:
    if not table.starts[0] <= moment <= table.starts[-1]:
        raise outside()
    return table.total(moment)


def _ends_by(end: int, day: int, limit: Limit, table: DayTable) -> bool:
    try:
        return table.closes[_last_day(day, limit, table)] <= end
    except LimitExceeded:
        return False


def _last_day(day: int, limit: Limit, table: DayTable) -> int:
    if limit.unit is _WORK_DAY:
        return _nominal_day(day, limit, table)
    return _moved(table, _nominal_day(day, limit, table))


def _nominal_day(day: int, limit: Limit, table: DayTable) -> int:
    unit, value = limit.unit, int(limit.value)
    if unit is _WORK_DAY:
        place = table.rank[day + 1] + value - 1
        if place >= len(table.worked):
            raise outside()
        return table.worked[place]
    last = day + value if unit is _DAY else _corresponding(table.date(day), value) - table.first
    if last >= len(table.closes):
        raise outside()
    return last


def _corresponding(day: date, months: int) -> int:
    """The ordinal of the day of the same number so many months on, or of the month's last day (Civil Code 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > 9999:
        raise outside()
    leap = month == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = _MONTH_DAYS[month] + leap
    return date(year, month + 1, min(day.day, longest)).toordinal()


def _moved(table: DayTable, day: int) -> int:
    target = table.moved[day] if day < len(table.moved) else day
    if target >= len(table.closes):
        raise outside()
    return target


_Measure = Callable[[int, int], int]
_Advance = Callable[[int, int], int]


def _elapsed(start: int, end: int) -> int:
    return end - start


def _later(moment: int, amount: int) -> int:
    return moment + amount


def _working(table: DayTable) -> tuple[_Measure, _Advance]:
    def measure(start: int, end: int) -> int:
        return _total_within(table, end) - _total_within(table, start)

    def advance(moment: int, amount: int) -> int:
        return table.reach(_total_within(table, moment) + amount) if amount else moment

    return measure, advance


def _prolonged(begin: int, end: int, pauses: Sequence[Interval], measure: _Measure, advance: _Advance) -> int:
    """The end moved on by what each pause before it cost."""
    for start, stop in pauses:
        if start >= end:
            break
        if stop > begin:
            end = advance(end, measure(max(start, begin), stop))
    return end


def _paused_days(start: int, limit: Limit, table: DayTable, pauses: Sequence[Interval]) -> tuple[int, int]:
    """When the days have been served, and when the limit ends."""
    first = table.day(start)
    begin = table.starts[first + 1]
    nominal = _nominal_day(first, limit, table)
    by_work = limit.unit is _WORK_DAY
    measure, advance = _working(table) if by_work else (_elapsed, _later)
    over = table.closes[nominal] if by_work else table.starts[nominal + 1]
    day = nominal if by_work else _moved(table, nominal)
    end = table.closes[day]
    for opens, shuts in pauses:
        if opens >= end:
            break
        if shuts <= begin:
            continue
        if opens < over:
            over = advance(over, measure(max(opens, begin), shuts))
        # Never back before a day an earlier pause already took from it.
        day = max(day, table.day(over - 1))
        while True:
            day = _next_worked(table, day) if by_work else _moved(table, day)
            end = table.closes[day]
            if not opens < end <= shuts:
                break
            day += 1
    return over, end


def _next_worked(table: DayTable, day: int) -> int:
    place = table.rank[day]
    if place >= len(table.worked):
        raise outside()
    return table.worked[place]
