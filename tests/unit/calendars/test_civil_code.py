"""Articles 200 to 203 of the Civil Code, and the boundaries where counting goes wrong.

China's days of 2026 and 2027 with office hours 09:00-12:00, 14:00-18:00. In 2026 National Day is free from
Thursday 1 to Wednesday 7 October, in exchange for Sunday 20 September and Saturday 10 October.
"""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.calendars import Calendar, LastDay, Limit, due, latest_start, next_opening, worked
from engine.errors import InvalidInput, LimitExceeded
from tests.unit.calendars.samples import moment, new_york, office, shipped, wall

HOUR = 3_600_000_000


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return office()


def ends(start: str, limit: str, calendar: Calendar) -> str:
    return wall(due(moment(start), Limit.parse(limit), calendar).at)


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        # Article 201: the day it starts is not counted.
        ("2026-03-02 00:00", "1 day", "2026-03-03 18:00"),
        ("2026-03-02 23:59", "1 day", "2026-03-03 18:00"),
        ("2026-03-03 00:00", "1 day", "2026-03-04 18:00"),
        ("2026-03-02 00:00", "1 workDay", "2026-03-03 18:00"),
        ("2026-03-02 23:59", "1 workDay", "2026-03-03 18:00"),
        ("2026-03-02 18:00", "3 workDay", "2026-03-05 18:00"),
        # Article 201: hours run from the start, through nights and holidays.
        ("2026-03-02 23:45", "30 min", "2026-03-03 00:15"),
        ("2026-09-30 17:00", "24 h", "2026-10-01 17:00"),
        # Article 202: the corresponding day, or the month's last.
        ("2026-01-15 10:00", "1 month", "2026-02-24 18:00"),  # 15 February is in Spring Festival
        ("2026-03-31 10:00", "1 month", "2026-04-30 18:00"),
        ("2027-11-30 10:00", "3 month", "2028-02-29 18:00"),
        ("2027-12-31 10:00", "2 month", "2028-02-29 18:00"),
        ("2026-11-30 10:00", "3 month", "2027-03-01 18:00"),  # 28 February 2027 is a Sunday
        ("2028-02-29 10:00", "12 month", "2029-02-28 18:00"),
        # Article 203: a last day in the holidays moves to the day after them.
        ("2026-09-28 10:00", "3 day", "2026-10-08 18:00"),
        ("2026-09-28 10:00", "9 day", "2026-10-08 18:00"),
        ("2026-09-28 10:00", "10 day", "2026-10-08 18:00"),
        ("2026-09-28 10:00", "11 day", "2026-10-09 18:00"),
        # Article 203: Saturdays and Sundays are statutory days of rest, too ...
        ("2026-03-02 10:00", "5 day", "2026-03-09 18:00"),
        # ... unless they are worked in exchange.
        ("2026-09-15 10:00", "5 day", "2026-09-20 18:00"),
        ("2026-10-05 10:00", "5 day", "2026-10-10 18:00"),
        # Holidays in between do count for days, not for working days.
        ("2026-09-30 10:00", "9 day", "2026-10-09 18:00"),
        ("2026-09-30 10:00", "1 workDay", "2026-10-08 18:00"),
        ("2026-09-30 10:00", "3 workDay", "2026-10-10 18:00"),
        ("2026-09-30 10:00", "4 workDay", "2026-10-12 18:00"),
        ("2026-09-18 10:00", "1 workDay", "2026-09-20 18:00"),
        # Started on a free day: the first working day after it is the first.
        ("2026-10-03 10:00", "1 workDay", "2026-10-08 18:00"),
    ],
)
def test_the_end_of_a_limit(start: str, limit: str, end: str, calendar: Calendar) -> None:
    assert ends(start, limit, calendar) == end


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-03-02 09:00", "3 workHour", "2026-03-02 12:00"),
        ("2026-03-02 09:00", "3.25 workHour", "2026-03-02 14:15"),
        ("2026-03-02 12:30", "4 workHour", "2026-03-02 18:00"),
        ("2026-03-02 17:59", "1 workHour", "2026-03-03 09:59"),
        ("2026-03-02 18:00", "1 workHour", "2026-03-03 10:00"),
        ("2026-03-02 06:00", "7 workHour", "2026-03-02 18:00"),
        ("2026-09-30 17:00", "2 workHour", "2026-10-08 10:00"),
        ("2026-10-09 17:00", "2 workHour", "2026-10-10 10:00"),
        ("2028-02-28 17:00", "8 workHour", "2028-02-29 18:00"),
        ("2026-12-31 17:00", "2 workHour", "2027-01-04 10:00"),
    ],
)
def test_working_hours_run_in_business_hours_alone(
    start: str, limit: str, end: str, calendar: Calendar
) -> None:
    assert ends(start, limit, calendar) == end


def test_a_last_day_without_business_hours_ends_at_midnight() -> None:
    always = shipped("always")
    assert ends("2026-09-28 10:00", "3 day", always) == "2026-10-02 00:00"
    assert wall(due(moment("2026-09-30 10:00"), Limit.parse("1 day"), always).at - 1) == "2026-10-01 23:59"


def test_an_operator_may_let_only_holidays_move_or_none() -> None:
    holidays_only, keep = office(last_day=LastDay.HOLIDAY), office(last_day=LastDay.KEEP)
    assert ends("2026-03-02 10:00", "5 day", holidays_only) == "2026-03-08 00:00"
    assert ends("2026-09-28 10:00", "3 day", holidays_only) == "2026-10-08 18:00"
    assert ends("2026-09-28 10:00", "3 day", keep) == "2026-10-02 00:00"


@pytest.mark.parametrize(
    ("start", "limit", "provisional"),
    [
        ("2026-12-30 10:00", "1 workDay", False),
        ("2026-12-30 10:00", "1 day", False),
        ("2026-12-31 17:00", "1 workHour", False),
        ("2026-12-31 17:00", "2 workHour", True),
        ("2026-12-31 10:00", "1 workDay", True),
        ("2026-12-31 10:00", "1 day", True),
        ("2026-12-01 10:00", "1 month", True),
        ("2026-12-31 23:00", "30 h", False),
        ("2027-06-01 10:00", "10 min", False),
    ],
)
def test_beyond_the_published_year_an_end_is_provisional(
    start: str, limit: str, provisional: bool, calendar: Calendar
) -> None:
    assert due(moment(start), Limit.parse(limit), calendar).provisional is provisional


def test_a_provisional_year_has_its_statutory_holidays_and_no_days_in_exchange(calendar: Calendar) -> None:
    assert ends("2027-09-30 10:00", "1 workDay", calendar) == "2027-10-06 18:00"
    assert ends("2027-02-04 10:00", "1 workDay", calendar) == "2027-02-11 18:00"
    saturdays = ("2027-01-30", "2027-02-13", "2027-02-20", "2027-09-25", "2027-10-09")
    for day in saturdays:
        assert worked(moment(f"{day} 00:00"), moment(f"{day} 23:59"), calendar) == 0


@pytest.mark.parametrize(
    ("limit", "pauses", "end"),
    [
        # By the clock and in working hours: to the second.
        ("2 h", [("2026-03-02 10:30", "2026-03-02 11:00")], "2026-03-02 12:30"),
        ("2 h", [("2026-03-02 09:00", "2026-03-02 11:00")], "2026-03-02 13:00"),
        ("2 h", [("2026-03-02 12:00", "2026-03-03 12:00")], "2026-03-02 12:00"),
        ("4 workHour", [("2026-03-02 11:00", "2026-03-02 15:00")], "2026-03-02 18:00"),
        ("4 workHour", [("2026-03-02 12:00", "2026-03-02 14:00")], "2026-03-02 16:00"),
        # In days: what was lost is made good, rounded up to the end of a day.
        ("3 workDay", [("2026-03-03 09:00", "2026-03-03 10:00")], "2026-03-06 18:00"),
        ("3 workDay", [("2026-03-03 00:00", "2026-03-05 00:00")], "2026-03-09 18:00"),
        ("3 workDay", [("2026-03-02 12:00", "2026-03-02 18:00")], "2026-03-05 18:00"),  # the day not counted
        ("3 workDay", [("2026-03-03 18:00", "2026-03-04 09:00")], "2026-03-05 18:00"),  # a night
        ("30 day", [("2026-03-10 00:00", "2026-03-20 00:00")], "2026-04-13 18:00"),  # 11 April is a Saturday
        ("30 day", [("2026-04-01 17:00", "2026-04-09 10:00")], "2026-04-09 18:00"),
        # Never while the clock stands still.
        ("1 workDay", [("2026-03-03 17:00", "2026-03-06 20:00")], "2026-03-09 18:00"),
        # Too late to matter.
        ("1 workDay", [("2026-03-03 18:00", "2026-03-06 20:00")], "2026-03-03 18:00"),
    ],
)
def test_pauses_move_the_end(limit: str, pauses: list[tuple[str, str]], end: str, calendar: Calendar) -> None:
    still = [(moment(opens), moment(closes)) for opens, closes in pauses]
    assert wall(due(moment("2026-03-02 10:00"), Limit.parse(limit), calendar, still).at) == end


def test_summer_time_makes_days_longer_and_shorter_not_hours() -> None:
    calendar = new_york()
    new = ZoneInfo("America/New_York")
    before = moment("2027-03-13 12:00", new)
    assert wall(due(before, Limit.parse("24 h"), calendar).at, new) == "2027-03-14 13:00"
    assert wall(due(before, Limit.parse("1 workDay"), calendar).at, new) == "2027-03-15 17:00"
    assert worked(moment("2027-03-12 08:30", new), moment("2027-03-15 08:30", new), calendar) == 8.5 * HOUR


def test_a_limit_ends_to_the_microsecond(calendar: Calendar) -> None:
    start = moment("2026-03-02 10:00") + 123_457
    assert due(start, Limit.parse("30 min"), calendar).at == start + 30 * 60_000_000
    assert due(start, Limit.parse("2 workHour"), calendar).at == start + 4 * HOUR
    assert due(start, Limit(Decimal("0.5"), Limit.parse("1 h").unit), calendar).at == start + HOUR // 2


def test_the_latest_start_is_the_last_moment_of_its_day(calendar: Calendar) -> None:
    end = moment("2026-10-08 18:00")
    assert latest_start(end, Limit.parse("1 workDay"), calendar) == moment("2026-10-08 00:00") - 1
    assert latest_start(end, Limit.parse("10 day"), calendar) == moment("2026-09-29 00:00") - 1
    assert latest_start(end, Limit.parse("7 workHour"), calendar) == moment("2026-10-08 09:00")
    assert latest_start(end, Limit.parse("8 workHour"), calendar) == moment("2026-09-30 17:00")
    assert latest_start(end, Limit.parse("30 min"), calendar) == moment("2026-10-08 17:30")


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-03-02 10:00", "2026-03-02 10:00"),
        ("2026-03-02 12:00", "2026-03-02 14:00"),
        ("2026-09-30 18:00", "2026-10-08 09:00"),
        ("2026-10-09 18:00", "2026-10-10 09:00"),
    ],
)
def test_the_next_opening(at: str, opens: str, calendar: Calendar) -> None:
    assert wall(next_opening(moment(at), calendar)) == opens


@pytest.mark.parametrize("limit", ["1 day", "1 workDay", "1 month", "1 workHour"])
@pytest.mark.parametrize("start", ["1999-01-01 00:00", "2041-12-31 17:30", "2050-01-01 00:00"])
def test_a_moment_outside_the_calendar_is_refused(start: str, limit: str, calendar: Calendar) -> None:
    with pytest.raises(LimitExceeded) as refused:
        due(moment(start), Limit.parse(limit), calendar)
    assert refused.value.code == "calendar.range"


def test_without_a_start_early_enough_there_is_no_latest_start(calendar: Calendar) -> None:
    for limit in ("10 day", "10 workDay", "1 month", "10 workHour"):
        with pytest.raises(LimitExceeded):
            latest_start(moment("2006-01-04 10:00"), Limit.parse(limit), calendar)


@pytest.mark.parametrize(
    "text", ["", "3", "3 days", "0 day", "-1 h", "1.5 day", "0.5 month", "x min", "1e3 h"]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Limit.parse(text)


@pytest.mark.parametrize("value", [True, None, "NaN", "Infinity", [], 100_001, 0])
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        Limit.of(value, "min")
