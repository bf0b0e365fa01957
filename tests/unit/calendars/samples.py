"""Calendars and moments for tests."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.calendars import Calendar, DayKind, LastDay, Season, SpecialDay, Timetable, read_calendar

CONFIG = Path(__file__).parents[3] / "config"
SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((9 * 3600, 12 * 3600), (14 * 3600, 18 * 3600))
SHORT = ((9 * 3600, 13 * 3600),)
SUMMER = ((8 * 3600, 12 * 3600), (15 * 3600, 18 * 3600 + 1800))
DAY_SHIFT = ((8 * 3600 + 1800, 17 * 3600),)


def moment(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    """Microseconds since 1970 of a wall clock time, `2026-09-30 17:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1_000_000)


def wall(micros: int, zone: ZoneInfo = SHANGHAI) -> str:
    """The wall clock time of a moment."""
    return datetime.fromtimestamp(micros / 1_000_000, zone).strftime("%Y-%m-%d %H:%M")


def shipped(name: str) -> Calendar:
    """A calendar of the configuration that comes with the product."""
    return read_calendar(f"{name}.toml", (CONFIG / "calendars" / f"{name}.toml").read_bytes())


def shipped_timetable() -> Timetable:
    """The configuration that comes with the product."""
    return Timetable.load(CONFIG)


def office(*, last_day: LastDay = LastDay.REST_DAY) -> Calendar:
    """China's days with 09:00-12:00, 14:00-18:00."""
    base = shipped("cn")
    return Calendar(
        name="office",
        seasons=(Season(week=(OFFICE,) * 5 + ((), ()), exchanged=OFFICE),),
        special=base.special,
        published_until=base.published_until,
        last_day=last_day,
    )


def seasonal() -> Calendar:
    """Summer and winter hours, Saturday mornings, single days with hours of their own."""
    week = (OFFICE,) * 5 + (SHORT, ())
    summer = (SUMMER,) * 5 + (SHORT, ())
    return Calendar(
        name="seasonal",
        rest=frozenset({6}),
        seasons=(
            Season(since=(5, 1), until=(9, 30), week=summer, exchanged=SHORT),
            Season(since=(10, 1), until=(4, 30), week=week, exchanged=SHORT),
        ),
        special=(
            (date(2027, 2, 5), SpecialDay(kind=DayKind.HOLIDAY, name="除夕")),
            (date(2027, 3, 1), SpecialDay(kind=DayKind.WORK, name="半日", hours=SHORT)),
            (date(2027, 3, 7), SpecialDay(kind=DayKind.WORK, name="调休上班")),
            (date(2027, 4, 1), SpecialDay(kind=DayKind.WEEKEND, name="轮休")),
        ),
        published_until=date(2027, 6, 30),
        last_day=LastDay.HOLIDAY,
    )


def new_york() -> Calendar:
    """A zone with summer time, one span of business a day."""
    return Calendar(
        name="new_york",
        zone="America/New_York",
        seasons=(Season(week=(DAY_SHIFT,) * 5 + ((), ()), exchanged=DAY_SHIFT),),
        special=((date(2027, 1, 1), SpecialDay(kind=DayKind.HOLIDAY, name="New Year's Day")),),
        last_day=LastDay.REST_DAY,
    )


def whole_days() -> Calendar:
    """Days worked whole, without business hours; no last day moves."""
    return Calendar(name="whole", zone="America/New_York", last_day=LastDay.KEEP)
