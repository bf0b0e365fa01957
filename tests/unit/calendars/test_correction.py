"""A corrected calendar moves open clocks and says why; a new rule does not."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendars import (
    Clock,
    DayChange,
    DayKind,
    Limit,
    LimitRow,
    Origin,
    difference,
    moved,
    read_calendar,
)
from engine.errors import InvalidInput
from tests.unit.calendars.samples import CONFIG, moment, wall

TEXT = (CONFIG / "calendars" / "cn.toml").read_text("utf-8")
FREE = '\n[[days]]\ndate = 2026-03-04\nkind = "holiday"\nname = "停止办公"\nsource = "通知"\n'
NOW = moment("2026-03-02 12:00")


def row(limit: str, calendar: str = "cn") -> LimitRow:
    return LimitRow(
        name="test.limit",
        title="试验",
        title_en="test",
        starts_at="a",
        stops_at="b",
        limit=Limit.parse(limit),
        calendar=calendar,
        origin=Origin.DEFAULT,
        effective_from=0,
    )


BEFORE = read_calendar("cn.toml", TEXT.encode())
AFTER = read_calendar("cn.toml", (TEXT + FREE).encode())
CHANGES = difference(BEFORE, AFTER)


def test_the_changed_days_are_found() -> None:
    assert (DayChange(day=date(2026, 3, 4), before=DayKind.WORK, after=DayKind.HOLIDAY),) == CHANGES
    assert difference(BEFORE, BEFORE) == ()


def test_an_open_clock_moves_with_the_reason() -> None:
    clock = Clock(row=row("3 workDay"), start=moment("2026-03-02 10:00"))
    move = moved(clock, BEFORE, AFTER, CHANGES, NOW)
    assert move is not None
    assert (wall(move.before.at), wall(move.after.at)) == ("2026-03-05 18:00", "2026-03-06 18:00")
    assert "2026-03-04由工作日改为放假" in move.reason.zh
    assert "2026-03-04 became a holiday instead of a working day" in move.reason.en
    assert BEFORE.version in move.reason.zh
    assert AFTER.version in move.reason.en


def test_a_clock_that_ends_before_the_change_stays() -> None:
    clock = Clock(row=row("1 workDay"), start=moment("2026-03-02 10:00"))
    assert moved(clock, BEFORE, AFTER, CHANGES, NOW) is None


def test_a_stopped_clock_stays() -> None:
    clock = Clock(row=row("3 workDay"), start=moment("2026-03-02 10:00"), stopped=NOW)
    assert moved(clock, BEFORE, AFTER, CHANGES, NOW) is None


def test_a_clock_by_the_hour_stays() -> None:
    clock = Clock(row=row("72 h"), start=moment("2026-03-02 10:00"))
    assert moved(clock, BEFORE, AFTER, CHANGES, NOW) is None


def test_a_newly_published_year_makes_a_provisional_end_certain() -> None:
    year = (
        '\n[[years]]\nyear = 2027\nsource = "通知"\n[years.free]\n"元旦" = ["2027-01-01"]\n[years.worked]\n'
    )
    after = read_calendar("cn.toml", (TEXT + year).encode())
    clock = Clock(row=row("3 workDay"), start=moment("2026-12-31 10:00"))
    move = moved(clock, BEFORE, after, difference(BEFORE, after), moment("2026-12-31 11:00"))
    assert move is not None
    assert move.before.at == move.after.at
    assert (move.before.provisional, move.after.provisional) == (True, False)
    assert "暂定期限已确定" in move.reason.zh
    assert "now certain" in move.reason.en


def test_other_business_hours_move_clocks_and_are_not_listed_without_end() -> None:
    after = read_calendar("cn.toml", TEXT.replace("13:30-18:00", "13:30-17:30").encode())
    changes = difference(BEFORE, after)
    assert all(change.hours_only for change in changes)
    clock = Clock(row=row("10 workDay"), start=moment("2026-03-02 10:00"))
    move = moved(clock, BEFORE, after, changes, NOW)
    assert move is not None
    assert wall(move.after.at) == "2026-03-16 17:30"
    assert move.reason.zh.count("办公时间改变") == 5
    assert "另有 6 日" in move.reason.zh
    assert "other business hours" in move.reason.en


def test_the_calendar_must_be_the_clocks_own() -> None:
    clock = Clock(row=row("3 workDay", "always"), start=moment("2026-03-02 10:00"))
    with pytest.raises(InvalidInput):
        moved(clock, BEFORE, AFTER, CHANGES, NOW)
