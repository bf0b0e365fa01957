"""Free days and days worked in exchange in China.

Published years come from the package `chinesecalendar`, which follows the yearly notices of the State Council's
General Office. Beyond its last year the days are estimated from the 全国年节及纪念日放假办法 (revised 2024-11-10)
alone: the thirteen days of article 2, those on a Saturday or Sunday made up for on the next working days
(article 6, each of two that fall on the same day), no days worked in exchange (article 7): only a notice sets those. `borax` converts the lunar
dates and finds 清明.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from borax.calendars.lunardate import LunarDate, TermUtils
from chinese_calendar import constants

from engine.calendars.day import DayKind, SpecialDay

FIRST_YEAR: Final = 2006
"""The first year for which the package has every notice, that of the year after included."""
LAST_YEAR: Final = 2080
"""The last year estimated: up to here independent tables of lunar dates agree."""

_CHINESE: Final = {holiday.value: holiday.chinese for holiday in constants.Holiday}
_SATURDAY: Final = 5


def last_published_year() -> int:
    """The last year for which the package has the published table."""
    last: date = max(constants.holidays)
    return last.year


def published_days(year: int) -> dict[date, SpecialDay]:
    """The free days and the days worked in exchange that concern a year's dates, from the published notices."""
    days: dict[date, SpecialDay] = {}
    for day, name in constants.holidays.items():
        if day.year == year:
            days[day] = SpecialDay(kind=DayKind.HOLIDAY, name=_CHINESE[name])
    for day, name in constants.workdays.items():
        if day.year == year and day.weekday() >= _SATURDAY:
            days[day] = SpecialDay(kind=DayKind.WORK, name=f"{_CHINESE[name]}调休上班")
    return days


def estimated_days(year: int) -> dict[date, SpecialDay]:
    """The free days a year will have at least, before its notice is published."""
    free: dict[date, str] = {}
    for day, name in _statutory(year):
        free.setdefault(day, name)
    made_up: dict[date, str] = {}
    for day, name in sorted(_statutory(year)):
        if day.weekday() < _SATURDAY:
            continue
        instead = day
        while instead.weekday() >= _SATURDAY or instead in free or instead in made_up:
            instead += timedelta(days=1)
        made_up[instead] = f"{name}补假"
    return {
        day: SpecialDay(kind=DayKind.HOLIDAY, name=f"{name}（推定）")
        for day, name in sorted((free | made_up).items())
    }


def _statutory(year: int) -> Iterator[tuple[date, str]]:
    """The holidays of article 2; two may fall on one day."""
    yield date(year, 1, 1), "元旦"
    new_year = LunarDate(year, 1, 1).to_solar_date()
    yield new_year - timedelta(days=1), "除夕"
    for number in range(3):
        yield new_year + timedelta(days=number), "春节"
    yield TermUtils.nth_term_day(year, term_name="清明"), "清明"
    yield date(year, 5, 1), "劳动节"
    yield date(year, 5, 2), "劳动节"
    yield LunarDate(year, 5, 5).to_solar_date(), "端午节"
    for number in (1, 2, 3):
        yield date(year, 10, number), "国庆节"
    yield LunarDate(year, 8, 15).to_solar_date(), "中秋节"
