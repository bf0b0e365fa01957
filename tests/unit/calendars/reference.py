"""The rules told again minute by minute, to compare with: no prefix sums, no search, nothing of the engine's tables.

Only the calendar's content is taken over: its free weekdays, hours, special days. Everything else is counted by
walking along the minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import compress, count, islice
from zoneinfo import ZoneInfo

from engine.calendars import Calendar, DayKind, LastDay, Limit, Unit

MINUTE = 60_000_000
Pauses = Sequence[tuple[int, int]]


class Minutes:
    """Every minute from one date to another: the day it lies in, and whether it is worked.

    Minutes are numbered from 0; `moment` turns a number into microseconds since 1970.
    """

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        zone = ZoneInfo(calendar.zone)
        self.calendar = calendar
        self.special = dict(calendar.special)
        self.begin = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
        end = datetime(last.year, last.month, last.day, tzinfo=zone).astimezone(UTC)
        self.kinds: dict[date, DayKind] = {}
        self.day: list[date] = []
        self.work = bytearray()
        moment = self.begin
        while moment < end:
            local = moment.astimezone(zone)
            hours = self._hours(local.date())
            # Zones shift by whole quarters of an hour, so a quarter lies on one side of any shift.
            for minute in range(local.hour * 60 + local.minute, local.hour * 60 + local.minute + 15):
                self.day.append(local.date())
                self.work.append(any(opens <= minute * 60 < closes for opens, closes in hours))
            moment += timedelta(minutes=15)
        self.length = len(self.day)

    def _hours(self, day: date) -> tuple[tuple[int, int], ...]:
        calendar = self.calendar
        special = self.special.get(day)
        if day not in self.kinds:
            weekly = DayKind.WEEKEND if day.weekday() in calendar.rest else DayKind.WORK
            self.kinds[day] = special.kind if special else weekly
        if self.kinds[day] is not DayKind.WORK:
            return ()
        if special is not None and special.hours is not None:
            return special.hours
        for season in calendar.seasons:
            if season.covers(day):
                return season.exchanged if day.weekday() in calendar.rest else season.week[day.weekday()]
        return ((0, 86_400),)

    def moment(self, minute: int) -> int:
        """Microseconds since 1970 of a minute's beginning."""
        return int(self.begin.timestamp()) * 1_000_000 + minute * MINUTE

    def at(self, moment: int) -> int:
        """The number of the minute that begins at a moment."""
        return (moment - int(self.begin.timestamp()) * 1_000_000) // MINUTE

    def due(self, start: int, limit: Limit, pauses: Pauses) -> int:
        """The minute at whose beginning a limit is over."""
        # A pause that begins when the limit is already over does not concern it.
        for known in range(len(pauses) + 1):
            end = self._due(start, limit, pauses[:known])
            if known == len(pauses) or pauses[known][0] >= end:
                return end
        raise AssertionError

    def _due(self, start: int, limit: Limit, pauses: Pauses) -> int:
        if limit.unit in (Unit.MINUTE, Unit.HOUR):
            return self._run(start, limit.micros // MINUTE, bytearray(b"\x01") * self.length, pauses)
        if limit.unit is Unit.WORK_HOUR:
            return self._run(start, limit.micros // MINUTE, self.work, pauses)
        begin = start
        while self.day[begin] == self.day[start]:
            begin += 1
        if limit.unit is Unit.WORK_DAY:
            need = self._minutes_of_working_days(begin, int(limit.value))
            served = self._run(begin, need, self.work, pauses)
            return self._last_close(served - 1, pauses, free=tuple(DayKind)[1:])
        last = self._nominal(self.day[start], limit)
        need = 0
        while self.day[begin + need] <= last:
            need += 1
        served = self._run(begin, need, bytearray(b"\x01") * self.length, pauses)
        free = {
            LastDay.REST_DAY: (DayKind.WEEKEND, DayKind.HOLIDAY),
            LastDay.HOLIDAY: (DayKind.HOLIDAY,),
            LastDay.KEEP: (),
        }[self.calendar.last_day]
        return self._last_close(served - 1, pauses, free=free)

    def _run(self, start: int, need: int, counts: bytearray, pauses: Pauses) -> int:
        """The first minute before which `need` minutes were counted and not paused."""
        flags = counts[start:]
        for opens, closes in pauses:
            if closes > start:
                opens = max(opens, start)
                flags[opens - start : closes - start] = bytes(closes - opens)
        counted = compress(count(start), flags)
        return next(islice(counted, need - 1, None)) + 1

    def _minutes_of_working_days(self, begin: int, days: int) -> int:
        seen: set[date] = set()
        for number, minute in enumerate(compress(count(begin), self.work[begin:])):
            if self.day[minute] not in seen and len(seen) == days:
                return number
            seen.add(self.day[minute])
        raise AssertionError("the reference is too short")

    def _nominal(self, start: date, limit: Limit) -> date:
        if limit.unit is Unit.DAY:
            return start + timedelta(days=int(limit.value))
        year, month = start.year, start.month
        for _ in range(int(limit.value)):
            month += 1
            if month == 13:
                year, month = year + 1, 1
        for number in range(start.day, 0, -1):
            try:
                return date(year, month, number)
            except ValueError:
                continue
        raise AssertionError

    def _last_close(self, minute: int, pauses: Pauses, *, free: tuple[DayKind, ...]) -> int:
        """When the day of a minute closes, or the next day that is not free and not paused at its close."""
        day = self.day[minute]
        while self.day[minute - 1] == day:
            minute -= 1
        while True:
            day = self.day[minute]
            length = 0
            while self.day[minute + length] == day:
                length += 1
            if self.kinds[day] not in free:
                worked = [each for each in range(minute, minute + length) if self.work[each]]
                close = worked[-1] + 1 if worked else minute + length
                if not any(opens < close <= closes for opens, closes in pauses):
                    return close
            minute += length

    def worked(self, start: int, end: int) -> int:
        """The worked minutes between two minutes."""
        return sum(self.work[start:end])
