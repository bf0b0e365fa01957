"""When things arrive: as many as planned, in order, more in the morning, fewer on holidays, most in a storm."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.calendars.timetable import Timetable
from engine.runtime.session import EPOCH
from engine.samples.draw import Draw
from engine.simulation.county_year import read_plan
from engine.simulation.rhythm import Office, Rhythm, Year, storms
from engine.simulation.staff import ON_SHIFT, Habits, Staff

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Timetable.load(Path(__file__).parents[3] / "config").calendar()
EVEN = Rhythm(months=[1] * 12, weekdays=[1] * 7, holiday=0.2, exchanged=0.8, hours=[1] * 24, storm=10)


def moments(rhythm: Rhythm, count: int, year: int = 2025, seed: str = "one") -> list[datetime]:
    """When so many arrive, in local time."""
    found = Year(year, CALENDAR, storms(year, 4, SHANGHAI, Draw(seed))).arrivals(rhythm, count, Draw(seed))
    return [(EPOCH + timedelta(microseconds=at)).astimezone(SHANGHAI) for _, at in found]


@pytest.fixture(scope="module")
def office() -> list[datetime]:
    """A year of calls."""
    return moments(read_plan({}).kinds[1].rhythm, 20_000)


def test_as_many_come_as_were_planned_in_order_and_within_the_year(office: list[datetime]) -> None:
    assert len(office) == 20_000
    assert office == sorted(office)
    assert {moment.year for moment in office} == {2025}


def test_most_come_in_the_morning_hour_after_opening(office: list[datetime]) -> None:
    hours = Counter(moment.hour for moment in office)
    assert hours.most_common(1)[0][0] == 8
    assert hours[8] > 20 * hours[3]


def test_holidays_are_quiet_and_their_eve_is_not(office: list[datetime]) -> None:
    days = Counter(moment.date() for moment in office)
    spring_festival = [days[date(2025, 1, 29) + timedelta(days=n)] for n in range(5)]
    assert max(spring_festival) < days[date(2025, 1, 27)] / 2


def test_a_saturday_worked_in_exchange_is_busier_than_another(office: list[datetime]) -> None:
    days = Counter(moment.date() for moment in office)
    assert days[date(2025, 2, 8)] > days[date(2025, 2, 15)]


def test_a_storm_brings_ten_times_as_much() -> None:
    (begin, length), *_ = storms(2025, 4, SHANGHAI, Draw("one"))
    found = moments(EVEN, 60_000)
    during = sum(begin <= moment < begin + timedelta(hours=length) for moment in found)
    week_before = begin - timedelta(days=7)
    usual = sum(week_before <= moment < week_before + timedelta(hours=length) for moment in found)
    assert during > 5 * usual


def test_the_same_seed_gives_the_same_year() -> None:
    assert moments(EVEN, 50) == moments(EVEN, 50)
    assert moments(EVEN, 50) != moments(EVEN, 50, seed="two")


def test_offices_open_on_exchanged_saturdays_and_not_on_holidays() -> None:
    office = Office(CALENDAR)
    saturday = datetime(2025, 2, 8, 10, tzinfo=SHANGHAI)
    assert office.next(saturday) == saturday
    eve = datetime(2025, 1, 27, 23, tzinfo=SHANGHAI)
    assert office.next(eve).date() == date(2025, 2, 5)


def test_what_is_due_within_hours_is_done_by_the_night_shift() -> None:
    midnight = datetime(2025, 3, 2, 0, 30, tzinfo=SHANGHAI)
    staff = Staff(Draw("x"), Habits(), Office(CALENDAR).next)
    when = staff.delay(midnight, midnight + timedelta(minutes=30))
    assert when < midnight + timedelta(hours=1)
    later = staff.delay(midnight, midnight + 4 * ON_SHIFT)
    assert later.hour >= 8


def test_most_is_done_in_time_and_some_is_late() -> None:
    staff = Staff(Draw("x"), Habits(), Office(CALENDAR).next)
    opened = datetime(2025, 3, 3, 9, tzinfo=SHANGHAI)
    due = opened + timedelta(hours=5)
    late = sum(staff.delay(opened, due) > due for _ in range(1000))
    assert 20 < late < 100


def test_the_plan_is_of_the_published_size() -> None:
    plan = read_plan({})
    assert sum(plan.counts(1.0)) == 300_000
    assert sum(kind.share for kind in plan.kinds) == pytest.approx(1)
    together = sum(
        count
        for kind, count in zip(plan.kinds, plan.counts(1.0), strict=True)
        if kind.process != "grid_event"
    )
    assert together == 60_000
