"""China's holidays against an independent package, and the rule for years not yet published.

`other_holidays.json` is what the package `holidays` says. It is no dependency: it cannot be installed together
with the job queue (their demands on python-dateutil exclude each other).
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.calendars import DayKind
from engine.calendars.holidays import (
    FIRST_YEAR,
    LAST_YEAR,
    estimated_days,
    last_published_year,
    published_days,
)

OTHER = json.loads(Path(__file__).with_name("other_holidays.json").read_text())
PUBLISHED = range(FIRST_YEAR, last_published_year() + 1)


def working(year: int) -> set[date]:
    special = published_days(year)
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return {
        day
        for day in days
        if day.year == year and (special[day].kind is DayKind.WORK if day in special else day.weekday() < 5)
    }


@pytest.mark.parametrize("year", PUBLISHED)
def test_published_years_agree_with_another_package(year: int) -> None:
    other = OTHER["working"][str(year)]
    off, on = (
        {date.fromisoformat(f"{year}-{day}") for day in other[key]} for key in ("weekdays_off", "weekends_on")
    )
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    weekdays = {day for day in days if day.year == year and day.weekday() < 5}
    assert working(year) == (weekdays - off) | on


def test_at_least_the_years_up_to_2026_are_published() -> None:
    assert last_published_year() >= 2026


@pytest.mark.parametrize("year", range(last_published_year() + 1, LAST_YEAR + 1))
def test_estimated_years_agree_with_another_package(year: int) -> None:
    other = {date.fromisoformat(f"{year}-{day}") for day in OTHER["holidays"][str(year)]}
    assert set(estimated_days(year)) == other


@pytest.mark.parametrize("year", [2025, 2026])
def test_what_the_rule_promises_the_notice_keeps(year: int) -> None:
    free = {day for day, special in published_days(year).items() if special.kind is DayKind.HOLIDAY}
    assert set(estimated_days(year)) <= free


def test_the_rule_of_2024_gives_thirteen_days() -> None:
    names = [day.name for day in estimated_days(2029).values()]
    assert sum("补假" not in name for name in names) == 13
    assert all("推定" in name for name in names)
    assert {day for day in estimated_days(2029) if day.month == 2} == {
        date(2029, 2, day) for day in range(12, 16)
    }


def test_holidays_at_a_weekend_are_made_up_for() -> None:
    # 1 and 2 May 2027 are a Saturday and a Sunday (article 6).
    assert {day.day for day in estimated_days(2027) if day.month == 5} == {1, 2, 3, 4}
