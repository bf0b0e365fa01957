"""Calendars as operators write them."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendars import Calendar, ConfigProblems, DayKind, LastDay, Limit, due, read_calendar
from tests.unit.calendars.samples import CONFIG, moment, shipped, wall

HOURS = """
[[hours]]
mon = ["09:00-12:00", "14:00-18:00"]
tue = ["09:00-12:00", "14:00-18:00"]
wed = ["09:00-12:00", "14:00-18:00"]
thu = ["09:00-12:00", "14:00-18:00"]
fri = ["09:00-12:00", "14:00-18:00"]
"""
YEAR = """
[[years]]
year = 2027
source = "notice of 2026"
[years.free]
"元旦" = ["2027-01-01/2027-01-03"]
"春节" = ["2027-02-05/2027-02-12"]
[years.worked]
"春节" = ["2027-02-14", "2026-12-27"]
"""


def read(text: str) -> Calendar:
    return read_calendar("x.toml", f'name = "cn"\n{text}'.encode())


def kind(calendar: Calendar, day: str) -> DayKind:
    return next(kind for each, kind, _, _ in calendar.days() if each.isoformat() == day)


def test_the_shipped_calendars_can_be_read() -> None:
    assert [path.name for path in sorted((CONFIG / "calendars").glob("*.toml"))] == ["always.toml", "cn.toml"]
    china = shipped("cn")
    assert china.published_until is not None
    assert china.published_until >= date(2026, 12, 31)
    assert kind(china, "2026-10-01") is DayKind.HOLIDAY
    assert kind(china, "2026-10-10") is DayKind.WORK
    assert kind(shipped("always"), "2026-10-01") is DayKind.WORK


def test_equal_content_has_an_equal_version() -> None:
    assert read("# a remark\n" + HOURS).version == read(HOURS).version
    assert read(HOURS).version != read(HOURS.replace("18:00", "17:30")).version
    assert read(HOURS).version != read(HOURS + YEAR).version


def test_the_operators_year_replaces_the_estimate_and_is_certain() -> None:
    before, after = read(HOURS), read(HOURS + YEAR)
    assert before.published_until == date(2026, 12, 31)
    assert after.published_until == date(2027, 12, 31)
    assert kind(before, "2027-02-11") is DayKind.WORK
    assert kind(after, "2027-02-11") is DayKind.HOLIDAY
    assert kind(after, "2027-02-14") is DayKind.WORK
    assert kind(after, "2026-12-27") is DayKind.WORK
    assert kind(after, "2027-05-03") is DayKind.WORK  # the operator's table has no Labour Day: it is complete
    start, limit = moment("2027-02-04 10:00"), Limit.parse("1 workDay")
    assert due(start, limit, before).provisional
    assert not due(start, limit, after).provisional
    assert wall(due(start, limit, after).at) == "2027-02-14 18:00"


def test_the_operators_single_days_win_over_every_table() -> None:
    day = '[[days]]\ndate = 2026-10-10\nkind = "holiday"\nname = "停止办公"\nsource = "通知"\n'
    assert kind(read(HOURS + day), "2026-10-10") is DayKind.HOLIDAY
    short = '[[days]]\ndate = 2026-10-12\nkind = "work"\nname = "半天"\nsource = "通知"\nhours = ["09:00-11:00"]\n'
    start = moment("2026-10-11 10:00")
    assert wall(due(start, Limit.parse("1 workDay"), read(HOURS + short)).at) == "2026-10-12 11:00"


def test_seasons_give_summer_and_winter_hours() -> None:
    summer = HOURS.replace("[[hours]]", '[[hours]]\nsince = "05-01"\nuntil = "09-30"').replace(
        "14:00", "15:00"
    )
    winter = HOURS.replace("[[hours]]", '[[hours]]\nsince = "10-01"\nuntil = "04-30"')
    calendar = read(summer + winter)
    limit = Limit.parse("4 workHour")
    assert wall(due(moment("2026-09-29 09:00"), limit, calendar).at) == "2026-09-29 16:00"
    assert wall(due(moment("2026-10-12 09:00"), limit, calendar).at) == "2026-10-12 15:00"


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("rest = 5", 2, "rest"),
        ('rest = ["sun", "noday"]', 2, "rest"),
        ('rest = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]', 2, "rest"),
        ('zone = "Asia/Nowhere"', 2, "zone"),
        ('zone = "../etc/passwd"', 2, "zone"),
        ('holidays = "moon"', 2, "holidays"),
        ('last_day = "whenever"', 2, "last_day"),
        ("first_year = 2030\nlast_year = 2020", 3, "last_year"),
        ("last_year = 2300", 2, "last_year"),
        ("published_until = 5", 2, "published_until"),
        ("colour = 5", 2, "colour"),
        ("\n[[hours]]\nmon = ['9-12']", 4, "hours[1].mon"),
        ("\n[[hours]]\nmon = ['12:00-09:00']", 4, "hours[1].mon"),
        ("\n[[hours]]\nmon = ['09:00-12:00', '11:00-13:00']", 4, "hours[1].mon"),
        ("\n[[hours]]\nmon = ['09:00-24:30']", 4, "hours[1].mon"),
        (HOURS + "sat = ['09:00-12:00']", 9, "hours[1].sat"),
        (HOURS.replace("fri", "# fri"), 3, "hours[1].fri"),
        (HOURS + "since = '02-30'", 9, "hours[1].since"),
        (HOURS + "exchanged = []", 9, "hours[1].exchanged"),
        (HOURS + "colour = 5", 9, "hours[1].colour"),
        (YEAR.replace("2027-01-03", "2027-13-03"), 7, "years[1].free.元旦"),
        (YEAR.replace("2027-01-03", "2026-01-03"), 7, "years[1].free.元旦"),
        (YEAR.replace("2027-02-14", "2027-02-12"), 10, "years[1].worked.春节"),
        (YEAR.replace("2026-12-27", "2025-12-27"), 10, "years[1].worked.春节"),
        (YEAR.replace("year = 2027", "year = 2029"), 7, "years[1].free.元旦"),
        (YEAR.replace("2027", "2029").replace("2026-12-27", "2028-12-27"), 3, "years"),
        (YEAR + YEAR, 13, "years[2].year"),
        (YEAR.replace("[years.worked]", "[years.other]"), 3, "years[1].worked"),
        ('[[days]]\ndate = 2026-10-10\nkind = "holiday"\nname = "x"', 2, "days[1].source"),
        ('[[days]]\ndate = "2026-10-10"\nkind = "holiday"', 3, "days[1].date"),
        ('[[days]]\ndate = 2026-10-10\nkind = "feast"', 4, "days[1].kind"),
        ('[[days]]\nkind = "holiday"', 2, "days[1].date"),
        ("days = 3", 2, "days"),
        ("[days]\nx = 3", 2, "days"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(text: str, line: int, key: str) -> None:
    with pytest.raises(ConfigProblems) as refused:
        read(text)
    (problem,) = refused.value.problems
    assert (problem.file, problem.line, problem.key) == ("x.toml", line, key)
    assert problem.message_zh
    assert problem.message_en
    assert f"x.toml 第 {line} 行" in refused.value.message_zh
    assert f"x.toml line {line}" in refused.value.message_en


@pytest.mark.parametrize("data", [b"name = ", b"\xff", b'name = "a"\nname = "b"'])
def test_what_is_no_toml_is_refused(data: bytes) -> None:
    with pytest.raises(ConfigProblems) as refused:
        read_calendar("x.toml", data)
    assert refused.value.problems[0].file == "x.toml"


def test_a_name_is_needed() -> None:
    with pytest.raises(ConfigProblems):
        read_calendar("x.toml", b"")


def test_the_last_day_rule_is_part_of_the_calendar() -> None:
    assert read('last_day = "keep"').last_day is LastDay.KEEP
    assert read("").last_day is LastDay.REST_DAY
