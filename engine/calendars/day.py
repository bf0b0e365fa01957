"""Kinds of days, the days that differ from their week, and business hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

Hours: TypeAlias = tuple[tuple[int, int], ...]
"""Opening and closing times of a day's spans of business, in seconds from local midnight, ascending."""

WHOLE_DAY: Final[Hours] = ((0, 86_400),)


class DayKind(StrEnum):
    """What a day is: worked, free as every week, or free by a table of holidays."""

    WORK = "work"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class LastDay(StrEnum):
    """Which free last day of a limit moves to the day after it (Civil Code 203).

    REST_DAY: weekends and holidays, which both are 法定休假日; a Saturday worked in exchange is not. HOLIDAY:
    holidays only. KEEP: none.
    """

    REST_DAY = "rest_day"
    HOLIDAY = "holiday"
    KEEP = "keep"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecialDay:
    """A day that differs from its week: a holiday, or a weekend day worked in exchange.

    hours: its own hours when it is worked; None takes the calendar's.
    """

    kind: DayKind
    name: str = ""
    hours: Hours | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """Business hours from one day of the year to another, both included, across New Year when `since` is later.

    since, until: (month, day). week: the hours of Monday to Sunday; empty where closed. exchanged: the hours of a
    free weekday that is worked in exchange for another day.
    """

    since: tuple[int, int] = (1, 1)
    until: tuple[int, int] = (12, 31)
    week: tuple[Hours, ...]
    exchanged: Hours

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        here = (day.month, day.day)
        if self.since <= self.until:
            return self.since <= here <= self.until
        return here >= self.since or here <= self.until
