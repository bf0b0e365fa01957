"""Due moments, working time and reminders against counting minute by minute.

`CALENDAR_CASES=100000` makes it long; a failure prints the seed of its case.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from engine.calendars import Calendar, Limit, Unit, counted, due, latest_start, point, worked
from engine.calendars.pause import merged
from tests.unit.calendars.reference import MINUTE, Minutes
from tests.unit.calendars.samples import new_york, office, seasonal, shipped, whole_days

CASES = int(os.environ.get("CALENDAR_CASES", "3000"))
FIRST, LAST = date(2026, 9, 1), date(2028, 6, 1)
STARTS = 440 * 1440
"""Starts lie in the first 440 days: before the end of the published year and after, across a leap day."""

SHARE = 1 if CASES > 3000 else 2
"""Long limits take long to walk along: the short run tries the shorter half."""
LONGEST = {
    Unit.MINUTE: 3 * 1440 // SHARE,
    Unit.HOUR: 200 // SHARE,
    Unit.WORK_HOUR: 60 // SHARE,
    Unit.DAY: 40 // SHARE,
    Unit.WORK_DAY: 24 // SHARE,
    Unit.MONTH: 4 // SHARE,
}
MAKERS: tuple[Callable[[], Calendar], ...] = (office, lambda: shipped("cn"), seasonal, new_york, whole_days)


@pytest.fixture(
    scope="module", params=range(len(MAKERS)), ids=("office", "cn", "seasonal", "new_york", "whole")
)
def minutes(request: pytest.FixtureRequest) -> Minutes:
    return Minutes(MAKERS[request.param](), FIRST, LAST)


def random_limit(random: Random) -> Limit:
    unit = random.choice(list(Unit))
    value: int | Decimal = random.randint(1, LONGEST[unit])
    if unit in (Unit.HOUR, Unit.WORK_HOUR) and random.random() < 0.3:
        value += Decimal(random.choice(("0.25", "0.5", "0.75")))
    return Limit(value, unit)


def random_start(random: Random, minutes: Minutes) -> int:
    if random.random() < 0.5:
        return random.randrange(1440, STARTS)
    # Often just at, before or after a boundary: midnight, opening, closing.
    near = random.randrange(1440, STARTS)
    while minutes.work[near] == minutes.work[near - 1] and minutes.day[near] == minutes.day[near - 1]:
        near += 1
    return near + random.choice((-1, 0, 0, 1))


def random_pauses(random: Random, start: int, limit: Limit, minutes: Minutes) -> list[tuple[int, int]]:
    raw: list[tuple[int, int]] = []
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 3))):
        if raw and random.random() < 0.4:
            # Where the limit would end after the pauses so far: the hours around it are where mistakes hide.
            opens = minutes.due(start, limit, merged(raw)) + random.randrange(-900, 60)
        else:
            opens = start + random.randrange(-200, random.choice((600, 3000, 30_000)))
        raw.append((opens, opens + random.choice((1, 30, 300, 1440, 4000, 12_000))))
    return [(max(opens, 0), closes) for opens, closes in merged(raw)]


def test_due_equals_counting_minute_by_minute(minutes: Minutes) -> None:
    calendar = minutes.calendar
    for seed in range(CASES // len(MAKERS)):
        random = Random(f"{calendar.name} {seed}")
        limit = random_limit(random)
        start = random_start(random, minutes)
        pauses = random_pauses(random, start, limit, minutes)
        expected = minutes.due(start, limit, pauses)
        still = [(minutes.moment(opens), minutes.moment(closes)) for opens, closes in pauses]
        found = due(minutes.moment(start), limit, calendar, still)
        case = f"{calendar.name} {seed}: {limit} from {start} with {pauses}"
        assert minutes.at(found.at) == expected, case
        assert found.at % MINUTE == 0, case


def test_working_time_equals_counting_minute_by_minute(minutes: Minutes) -> None:
    for seed in range(CASES // len(MAKERS)):
        random = Random(f"worked {seed}")
        start = random_start(random, minutes)
        end = start + random.randrange(20_000)
        expected = minutes.worked(start, end) * MINUTE
        assert worked(minutes.moment(start), minutes.moment(end), minutes.calendar) == expected, seed


def test_the_latest_start_ends_in_time_and_a_later_one_does_not(minutes: Minutes) -> None:
    calendar = minutes.calendar
    for seed in range(CASES // len(MAKERS) // 4):
        random = Random(f"latest {seed}")
        limit = random_limit(random)
        end = minutes.moment(random_start(random, minutes) + 200 * 1440)
        start = latest_start(end, limit, calendar)
        assert due(start, limit, calendar).at <= end < due(start + 1, limit, calendar).at, seed


def test_reminders_lie_where_that_part_has_been_counted(minutes: Minutes) -> None:
    calendar = minutes.calendar
    for seed in range(CASES // len(MAKERS) // 4):
        random = Random(f"point {seed}")
        limit = random_limit(random)
        start = random_start(random, minutes)
        pauses = random_pauses(random, start, limit, minutes)
        still = [(minutes.moment(opens), minutes.moment(closes)) for opens, closes in pauses]
        begin = minutes.moment(start)
        end = due(begin, limit, calendar, still).at
        whole = counted(begin, end, limit, calendar, still)
        percent = random.choice((1, 50, 67, 80, 99))
        at = point(begin, limit, calendar, percent, still)
        assert begin < at <= end, seed
        assert counted(begin, at, limit, calendar, still) == -(-whole * percent // 100), seed
        assert point(begin, limit, calendar, 100, still) == end
