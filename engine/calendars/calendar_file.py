"""A calendar as an operator writes it: business hours, single days, and the tables of newly published years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.calendars import holidays
from engine.calendars.calendar import Calendar
from engine.calendars.config_text import ConfigProblems, Entries, Mistake, Source
from engine.calendars.day import DayKind, Hours, LastDay, Season, SpecialDay
from engine.errors import InvalidInput

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_MONTH_DAY: Final = re.compile(r"(\d\d)-(\d\d)")
_RANGE: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?")
_YEARS_AHEAD: Final = 15
_LAST_YEAR: Final = 2049
_LEAP_YEAR: Final = 2024


def read_calendar(file: str, data: bytes) -> Calendar:
    """Read a calendar from TOML (docs/calendars.md describes the file).

    Raises ConfigProblems naming file, line and key.
    """
    source = Source(file, data)
    try:
        return _calendar(Entries(source.table, ()))
    except Mistake as mistake:
        raise ConfigProblems([source.problem(mistake)]) from None


def _calendar(entries: Entries) -> Calendar:
    name = entries.text("name")
    entries.text("title", name)
    zone = entries.text("zone", "Asia/Shanghai")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        entries.wrong("zone", f"没有时区“{zone}”", f"there is no time zone {zone!r}")
    rest = _weekdays(entries, "rest")
    china = entries.choice("holidays", ("china", "none"), "china") == "china"
    years = _years(entries)
    published, special = _special(china, years, entries)
    seasons = tuple(_season(each, rest) for each in entries.tables("hours"))
    special |= dict(_single(each, bool(seasons)) for each in entries.tables("days"))
    first = entries.whole("first_year", holidays.FIRST_YEAR)
    last = entries.whole("last_year", published + _YEARS_AHEAD if published else _LAST_YEAR)
    last_day = entries.choice("last_day", [str(each) for each in LastDay], str(LastDay.REST_DAY))
    if not 1970 <= first <= last <= holidays.LAST_YEAR:
        entries.wrong("last_year", "年份范围不对", "the range of years is wrong")
    if china:
        for year in range((published or 0) + 1, last + 1):
            special = {**holidays.estimated_days(year), **special}
    until = entries.day("published_until", date(published, 12, 31) if published else None)
    entries.done()
    try:
        return Calendar(
            name=name,
            zone=zone,
            rest=rest,
            seasons=seasons,
            special=tuple(sorted((day, each) for day, each in special.items() if first <= day.year <= last)),
            published_until=until,
            first=date(first, 1, 1),
            last=date(last, 12, 31),
            last_day=LastDay(last_day),
        )
    except InvalidInput as error:
        raise Mistake((), error.message_zh, error.message_en) from None


def _years(entries: Entries) -> dict[int, dict[date, SpecialDay]]:
    years: dict[int, dict[date, SpecialDay]] = {}
    for each in entries.tables("years"):
        year, days = _year(each)
        if year in years:
            each.wrong("year", f"{year} 年出现两次", f"{year} is there twice")
        years[year] = days
    return years


def _special(
    china: bool, years: Mapping[int, dict[date, SpecialDay]], entries: Entries
) -> tuple[int | None, dict[date, SpecialDay]]:
    """The last year with a published table, and the special days of all published years.

    The operator's table of a year replaces the package's.
    """
    special: dict[date, SpecialDay] = {}
    for days in years.values():
        special |= days
    if not china:
        return None, special
    published = holidays.last_published_year()
    while published + 1 in years:
        published += 1
    for year in years:
        if year > published:
            entries.wrong(
                "years",
                f"{year} 年之前缺少 {published + 1} 年的放假表",
                f"the table of {published + 1} must come before that of {year}",
            )
    for year in range(holidays.FIRST_YEAR, published + 1):
        if year not in years:
            special = {**holidays.published_days(year), **special}
    return published, special


def _year(entries: Entries) -> tuple[int, dict[date, SpecialDay]]:
    year = entries.whole("year", 0)
    entries.text("source")
    days: dict[date, SpecialDay] = {}
    for key, kind in (("free", DayKind.HOLIDAY), ("worked", DayKind.WORK)):
        table = entries.table(key)
        if table is None:
            entries.wrong(key, "缺少", "is missing")
        for name in table.names():
            for text in table.texts(name):
                for day in _range(table, name, text):
                    if day in days or day.year not in (year - 1, year):
                        table.wrong(name, f"{day} 重复或不属于该年", f"{day} is twice or not in that year")
                    days[day] = SpecialDay(kind=kind, name=name)
    entries.done()
    return year, days


def _range(entries: Entries, key: str, text: str) -> list[date]:
    match = _RANGE.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        first = date.fromisoformat(match[1])
        last = date.fromisoformat(match[2]) if match[2] else first
    except ValueError:
        entries.wrong(
            key, f"“{text}”应如 2027-02-05 或 2027-02-05/2027-02-11", f"{text!r} is no date or range"
        )
    if not 0 <= (last - first).days <= 60:
        entries.wrong(key, f"“{text}”的起止不对", f"{text!r} is no range of up to 60 days")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _single(entries: Entries, has_hours: bool) -> tuple[date, SpecialDay]:
    day = entries.day("date")
    if day is None:
        entries.wrong("date", "缺少", "is missing")
    kind = DayKind(entries.choice("kind", [str(each) for each in DayKind]))
    hours = _hours(entries, "hours") if entries.has("hours") else None
    if hours is not None and (kind is not DayKind.WORK or not has_hours or not hours):
        entries.wrong("hours", "这一天不能有办公时间", "that day cannot have business hours")
    special = SpecialDay(kind=kind, name=entries.text("name"), hours=hours)
    entries.text("source")
    entries.done()
    return day, special


def _season(entries: Entries, rest: frozenset[int]) -> Season:
    week = []
    for number, name in enumerate(WEEK):
        hours = _hours(entries, name)
        if bool(hours) is (number in rest):
            entries.wrong(
                name, "工作日须有、休息日不得有办公时间", "worked days have hours, free ones have none"
            )
        week.append(hours)
    exchanged = _hours(entries, "exchanged") if entries.has("exchanged") else max(week, key=bool)
    season = Season(
        since=_month_day(entries, "since", "01-01"),
        until=_month_day(entries, "until", "12-31"),
        week=tuple(week),
        exchanged=exchanged,
    )
    if not exchanged:
        entries.wrong("exchanged", "不能为空", "must not be empty")
    entries.done()
    return season


def _hours(entries: Entries, key: str) -> Hours:
    spans: list[tuple[int, int]] = []
    for text in entries.texts(key):
        match = _SPAN.fullmatch(text)
        if match is None:
            entries.wrong(key, f"“{text}”应如 08:30-12:00", f"{text!r} is not like 08:30-12:00")
        opens = int(match[1]) * 3600 + int(match[2]) * 60
        closes = int(match[3]) * 3600 + int(match[4]) * 60
        if opens >= closes or closes > 86_400 or (spans and opens < spans[-1][1]):
            entries.wrong(key, f"“{text}”与前后时段冲突", f"{text!r} is empty or overlaps the one before")
        spans.append((opens, closes))
    return tuple(spans)


def _weekdays(entries: Entries, key: str) -> frozenset[int]:
    names = entries.texts(key) if entries.has(key) else ("sat", "sun")
    entries.get(key)
    for name in names:
        if name not in WEEK:
            entries.wrong(key, f"“{name}”不是星期", f"{name!r} is no day of the week")
    if len(set(names)) == len(WEEK):
        entries.wrong(key, "至少有一天工作", "at least one day must be worked")
    return frozenset(WEEK.index(name) for name in names)


def _month_day(entries: Entries, key: str, default: str) -> tuple[int, int]:
    text: Any = entries.text(key, default)
    match = _MONTH_DAY.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        date(_LEAP_YEAR, int(match[1]), int(match[2]))
    except ValueError:
        entries.wrong(key, f"“{text}”应如 05-01", f"{text!r} is not like 05-01")
    return int(match[1]), int(match[2])
