"""When things arrive in the course of a year: by season, holiday, weekday, hour, and in a storm."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from engine.calendars.calendar import Calendar
from engine.calendars.day import DayKind
from engine.runtime.session import EPOCH
from engine.samples.draw import Draw

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
EVE_OF_HOLIDAY = 1.3
"""Before a holiday more is reported, as people come home and accounts are settled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """How much more or less arrives than on average.

    months: January to December. weekdays: Monday to Sunday, on ordinary days. holiday, exchanged: on statutory
    holidays and on weekend days worked in exchange. hours: 0 to 23. storm: during a storm.
    """

    months: Sequence[float]
    weekdays: Sequence[float]
    holiday: float
    exchanged: float
    hours: Sequence[float]
    storm: float = 1.0


class Year:
    """The hours of a year at a place.

    calendar: which days are worked. storms: when storms begin and how many hours they last.
    """

    def __init__(self, year: int, calendar: Calendar, storms: Sequence[tuple[datetime, int]]) -> None:
        self.zone = ZoneInfo(calendar.zone)
        self.begin = datetime(year, 1, 1, tzinfo=self.zone)
        self.end = datetime(year + 1, 1, 1, tzinfo=self.zone)
        self._days = {day: kind for day, kind, _, _ in calendar.days() if abs(day.year - year) <= 1}
        self._stormy = {
            begin.replace(minute=0) + hour * HOUR for begin, length in storms for hour in range(length)
        }

    def kind(self, day: date) -> DayKind:
        """Whether a day is worked, a weekend or a holiday."""
        return self._days[day]

    def arrivals(self, rhythm: Rhythm, count: int, draw: Draw) -> Iterator[tuple[int, int]]:
        """Number and moment (microseconds) of so many arrivals, in order of time."""
        hours = [self.begin + number * HOUR for number in range((self.end - self.begin) // HOUR)]
        weights = list(accumulate(self._weight(rhythm, hour) for hour in hours))
        for number in range(count):
            point = (number + draw.fork(number).fraction()) / count * weights[-1]
            place = min(bisect_right(weights, point), len(hours) - 1)
            before = weights[place - 1] if place else 0.0
            part = (point - before) / (weights[place] - before)
            yield number, (hours[place] + part * HOUR - EPOCH) // MICROSECOND

    def _weight(self, rhythm: Rhythm, hour: datetime) -> float:
        day = hour.date()
        kind = self.kind(day)
        factor = rhythm.weekdays[day.weekday()]
        if kind is DayKind.HOLIDAY:
            factor = rhythm.holiday
        elif kind is DayKind.WORK and day.weekday() >= 5:
            factor = rhythm.exchanged
        elif self._days.get(day + timedelta(days=1)) is DayKind.HOLIDAY:
            factor *= EVE_OF_HOLIDAY
        factor *= rhythm.months[day.month - 1] * rhythm.hours[hour.hour]
        return factor * rhythm.storm if hour in self._stormy else factor


def storms(year: int, count: int, zone: ZoneInfo, draw: Draw) -> list[tuple[datetime, int]]:
    """So many storms of three hours in the rainy months, each in the afternoon or evening."""
    found = []
    for number in range(count):
        own = draw.fork(f"storm/{number}")
        day = date(year, 6, 1) + timedelta(days=own.whole(0, 90))
        found.append((datetime(day.year, day.month, day.day, own.whole(13, 19), tzinfo=zone), 3))
    return found


class Office:
    """When somebody who is not on duty is at work: hours of the calendar's worked days."""

    def __init__(self, calendar: Calendar) -> None:
        self._zone = ZoneInfo(calendar.zone)
        self._hours = {day: hours for day, kind, _, hours in calendar.days() if kind is DayKind.WORK}
        self._last = calendar.last

    def next(self, moment: datetime) -> datetime:
        """The moment itself during business hours, else the next opening."""
        local = moment.astimezone(self._zone)
        day = local.date()
        second = local.hour * 3600 + local.minute * 60 + local.second
        while day <= self._last:
            for opens, closes in self._hours.get(day, ()):
                if second < opens:
                    return datetime(day.year, day.month, day.day, tzinfo=self._zone) + timedelta(
                        seconds=opens + second % 1200
                    )
                if second < closes:
                    return moment
            day, second = day + timedelta(days=1), 0
        return moment
