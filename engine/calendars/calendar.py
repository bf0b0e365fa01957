"""A calendar: which days are worked, and at which hours. A value, named by the digest of its content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from engine import canonical
from engine.calendars.day import DayKind, Hours, LastDay, Season, SpecialDay
from engine.calendars.day_table import DayTable
from engine.canonical import Wire
from engine.errors import InvalidInput

_VERSION_LENGTH: Final = 16


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Working time of a place.

    name, zone: zone is an IANA name; days begin at its midnight. rest: weekdays free every week (Monday is 0).
    seasons: business hours; without any, worked days count whole and end at 24:00. special: days that differ,
    ascending. published_until: the last day of the last published table of holidays; dates beyond it are
    provisional; None when the calendar does not depend on one. first, last: the days it can count.
    last_day: which free last day moves a limit's end.
    """

    name: str
    zone: str = "Asia/Shanghai"
    rest: frozenset[int] = frozenset({5, 6})
    seasons: tuple[Season, ...] = ()
    special: tuple[tuple[date, SpecialDay], ...] = ()
    published_until: date | None = None
    first: date = date(2006, 1, 1)
    last: date = date(2041, 12, 31)
    last_day: LastDay = LastDay.REST_DAY

    def __post_init__(self) -> None:
        days = [day for day, _ in self.special]
        if days != sorted(set(days)):
            raise InvalidInput.at("special", message_zh="日期须递增且不重复", message_en="days must ascend")
        if self.last <= self.first or len(self.rest) > 6:
            raise InvalidInput.at("last", message_zh="日历没有工作日", message_en="no day could be worked")

    @cached_property
    def version(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the content."""
        return canonical.digest(canonical.dumps(self.wire())).hex()[:_VERSION_LENGTH]

    @cached_property
    def table(self) -> DayTable:
        """The days laid out for counting; made when first needed."""
        return DayTable.of(self)

    def wire(self) -> Wire:
        """Everything its results follow from, in wire form (the zone's own rules apart)."""
        return {
            "name": self.name,
            "zone": self.zone,
            "rest": [int(day) for day in sorted(self.rest)],
            "seasons": [_season_wire(season) for season in self.seasons],
            "special": [_special_wire(day, special) for day, special in self.special],
            "published_until": self.published_until.isoformat() if self.published_until else None,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "last_day": str(self.last_day),
        }

    def days(self) -> Iterator[tuple[date, DayKind, str, Hours]]:
        """Every day with its kind, its name and its hours of work (none for whole days of calendars without)."""
        special = dict(self.special)
        day = self.first
        while day <= self.last:
            yield (day, *self._day(day, special.get(day)))
            day += timedelta(days=1)

    def _day(self, day: date, special: SpecialDay | None) -> tuple[DayKind, str, Hours]:
        free = day.weekday() in self.rest
        kind = special.kind if special else DayKind.WEEKEND if free else DayKind.WORK
        name = special.name if special else ""
        if kind is not DayKind.WORK:
            return kind, name, ()
        if special is not None and special.hours is not None:
            return kind, name, special.hours
        for season in self.seasons:
            if season.covers(day):
                return kind, name, season.exchanged if free else season.week[day.weekday()]
        return kind, name, ()


def _season_wire(season: Season) -> Wire:
    return {
        "since": list(season.since),
        "until": list(season.until),
        "week": [_hours_wire(hours) for hours in season.week],
        "exchanged": _hours_wire(season.exchanged),
    }


def _special_wire(day: date, special: SpecialDay) -> Wire:
    hours = None if special.hours is None else _hours_wire(special.hours)
    return [day.isoformat(), str(special.kind), special.name, hours]


def _hours_wire(hours: Hours) -> Wire:
    return [[opens, closes] for opens, closes in hours]
