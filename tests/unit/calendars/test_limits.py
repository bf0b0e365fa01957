"""Limits as rows: which version a clock starts under, and the rows that come with the product."""

from __future__ import annotations

import re

import pytest

from engine.calendars import (
    ConfigProblems,
    Limit,
    Limits,
    Origin,
    Profile,
    Timetable,
    due,
    point,
    read_limits,
)
from engine.errors import NotFound
from tests.unit.calendars.samples import CONFIG, moment, shipped_timetable, wall

ROW = """
[[limit]]
name = "whistle.daily.accept"
title = "接哨"
title_en = "signing for it"
starts_at = "whistle.dispatched"
stops_at = "whistle.accepted"
value = 1
unit = "workDay"
source = "default"
effective_from = 2020-01-01
"""
ZONES = {"cn": "Asia/Shanghai"}


def read(text: str) -> Limits:
    return read_limits({"x.toml": text.encode()}, ZONES)


@pytest.fixture(scope="module")
def timetable() -> Timetable:
    return shipped_timetable()


def test_a_clock_starts_under_the_row_in_effect() -> None:
    limits = read(ROW + ROW.replace("value = 1", "value = 2").replace("2020-01-01", "2026-03-01"))
    old = limits.row("whistle.daily.accept", moment("2026-02-28 23:59"))
    new = limits.row("whistle.daily.accept", moment("2026-03-01 00:00"))
    assert (str(old.limit), str(new.limit)) == ("1 workDay", "2 workDay")
    assert limits.version(old.version) is old
    assert old.version != new.version
    assert limits.rows() == (old, new)


def test_a_limit_that_is_unknown_or_not_yet_in_effect_is_not_found() -> None:
    limits = read(ROW)
    with pytest.raises(NotFound, match="没有名为"):
        limits.row("whistle.daily", moment("2026-01-01 00:00"))
    with pytest.raises(NotFound, match="尚未生效"):
        limits.row("whistle.daily.accept", moment("2019-12-31 23:59"))
    with pytest.raises(NotFound):
        limits.version("0" * 16)


def test_profiles_change_the_length_and_nothing_else(timetable: Timetable) -> None:
    row = timetable.limits.row("whistle.daily.check_in", moment("2026-03-02 10:00"))
    assert str(row.under(Profile.NORMAL)) == "3 workDay"
    assert str(row.under(Profile.SPECIAL)) == "1 workDay"
    assert str(row.under(Profile.WARTIME)) == "12 h"
    plain = read(ROW).row("whistle.daily.accept", moment("2026-03-02 10:00"))
    assert plain.under(Profile.WARTIME) == plain.limit


# The limits the flows name (DOMAIN §3), with where they come from.
NAMED = {
    "dispute.first_contact.red": "2 h",
    "dispute.first_contact.red_repeated": "4 h",
    "dispute.first_contact.orange": "24 h",
    "dispute.first_contact.yellow": "3 workDay",
    "dispute.review.red": "1 day",
    "dispute.review.orange": "7 day",
    "dispute.review.yellow": "14 day",
    "dispute.duplicate.window": "90 day",
    "dispute.confirmation": "30 day",
    "dispute.follow_up.serious.first": "7 day",
    "dispute.follow_up.serious.second": "30 day",
    "dispute.follow_up.serious.third": "90 day",
    "dispute.follow_up.yellow": "15 day",
    "dispute.reopen.window": "180 day",
    "whistle.emergency.form": "24 h",
    "whistle.emergency.dispatch": "10 min",
    "whistle.daily.dispatch": "1 workDay",
    "whistle.hard.dispatch": "1 workDay",
    "whistle.emergency.accept": "15 min",
    "whistle.daily.accept": "1 workDay",
    "whistle.hard.accept": "2 workDay",
    "whistle.return": "1 workDay",
    "whistle.emergency.check_in": "30 min",
    "whistle.daily.check_in": "3 workDay",
    "whistle.hard.check_in": "5 workDay",
    "whistle.daily.handle": "7 workDay",
    "whistle.hard.plan": "15 workDay",
    "referral.accept": "3 workDay",
    "referral.court.delegated": "30 day",
    "referral.court.entrusted.ordinary": "15 day",
    "referral.court.entrusted.summary": "7 day",
    "referral.police": "15 day",
    "service.order.claim": "2 workDay",
    "service.review": "14 day",
    "intake.dispatch.emergency": "1 h",
    "intake.dispatch.urgent": "2 h",
    "intake.dispatch.normal": "24 h",
    "intake.accept": "1 workDay",
    "intake.contact.normal": "24 h",
    "intake.contact.urgent": "2 h",
    "intake.shelved.review": "90 day",
    "supervision.order": "1 workDay",
    "supervision.listed": "3 workDay",
    "supervision.interview": "5 workDay",
    "petition.register": "15 day",
    "petition.objection": "5 workDay",
    "petition.decide": "60 day",
    "petition.review.request": "30 day",
    "petition.review.decide": "30 day",
}


@pytest.mark.parametrize("name", NAMED)
def test_the_limits_of_the_flows_are_there(name: str, timetable: Timetable) -> None:
    assert str(timetable.limits.row(name, moment("2026-03-02 10:00")).limit) == NAMED[name]


def test_every_law_is_cited_by_article_and_everything_else_is_marked(timetable: Timetable) -> None:
    rows = timetable.limits.rows()
    assert len(rows) >= len(NAMED)
    for row in rows:
        if row.origin is Origin.LAW:
            assert re.search(r"第[一二三四五六七八九十百]+条", row.article), row.name
        else:
            assert not row.article, row.name
        assert row.calendar in timetable.calendars


def test_reminders_of_the_judicial_confirmation_fall_on_days_20_and_27(timetable: Timetable) -> None:
    start = moment("2026-05-08 10:00")
    clock = timetable.start("dispute.confirmation", start)
    calendar = timetable.calendar_of(clock.row)
    days = [wall(point(start, clock.limit, calendar, percent))[:10] for percent in clock.row.reminders]
    assert wall(due(start, clock.limit, calendar).at) == "2026-06-08 18:00"  # 7 June is a Sunday
    assert days == ["2026-05-29", "2026-06-05"]


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('name = "whistle.daily.accept"', 'name = "Whistle"', 3, "limit[1].name"),
        ("value = 1", "value = 0", 8, "limit[1].value"),
        ("value = 1", 'value = "many"', 8, "limit[1].value"),
        ("value = 1", "value = 1.5", 8, "limit[1].value"),
        ("value = 1\n", "", 2, "limit[1].value"),
        ('unit = "workDay"', 'unit = "days"', 9, "limit[1].unit"),
        ('unit = "workDay"', 'unit = "workDay"\ncalendar = "mars"', 10, "limit[1].calendar"),
        ('source = "default"', 'source = "hearsay"', 10, "limit[1].source"),
        ('source = "default"', 'source = "law"', 2, "limit[1].article"),
        ('source = "default"', 'source = "default"\narticle = "第一条"', 11, "limit[1].article"),
        ("2020-01-01", '"2020-01-01"', 11, "limit[1].effective_from"),
        ("effective_from = 2020-01-01", "", 2, "limit[1].effective_from"),
        ("effective_from", "reminders = [80, 50]\neffective_from", 11, "limit[1].reminders"),
        ("effective_from", "reminders = [120]\neffective_from", 11, "limit[1].reminders"),
        ("effective_from", "reminders = [true]\neffective_from", 11, "limit[1].reminders"),
        ("effective_from", 'restarts = "yes"\neffective_from', 11, "limit[1].restarts"),
        ("effective_from", 'colour = "red"\neffective_from', 11, "limit[1].colour"),
        ("effective_from", 'profiles = { night = "1 h" }\neffective_from', 11, "limit[1].profiles.night"),
        ("effective_from", 'profiles = { special = "1" }\neffective_from', 11, "limit[1].profiles.special"),
        (
            "effective_from",
            "pauses = [{ longest = '3 day' }]\neffective_from",
            11,
            "limit[1].pauses[1].reason",
        ),
        (
            "effective_from",
            "pauses = [\n  { reason = 'a' },\n  { reason = 'a' },\n]\neffective_from",
            11,
            "limit[1].pauses",
        ),
        ("effective_from", "extension = { times = 1 }\neffective_from", 11, "limit[1].extension.approver"),
        (
            "effective_from",
            "breach = [{ action = 'a', after = 'soon' }]\neffective_from",
            11,
            "limit[1].breach[1].after",
        ),
        ("stops_at", "stop_at", 2, "limit[1].stops_at"),
        ("whistle.dispatched", "分哨", 6, "limit[1].starts_at"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(old: str, new: str, line: int, key: str) -> None:
    assert old in ROW
    with pytest.raises(ConfigProblems) as refused:
        read(ROW.replace(old, new))
    (problem,) = refused.value.problems
    assert (problem.file, problem.line, problem.key) == ("x.toml", line, key)


def test_all_mistakes_of_all_files_are_reported_at_once() -> None:
    bad = ROW.replace("value = 1", "value = 0")
    with pytest.raises(ConfigProblems) as refused:
        read_limits({"a.toml": (ROW + bad + bad).encode(), "b.toml": ROW.encode()}, ZONES)
    assert [(each.file, each.key) for each in refused.value.problems] == [
        ("a.toml", "limit[2].value"),
        ("a.toml", "limit[3].value"),
        ("b.toml", "limit[1].effective_from"),
    ]


def test_a_setting_outside_the_rows_is_a_mistake() -> None:
    with pytest.raises(ConfigProblems) as refused:
        read('title = "x"\n' + ROW)
    assert refused.value.problems[0].key == "title"


def test_a_folder_reports_calendars_that_cannot_be_read() -> None:
    good = (CONFIG / "calendars" / "cn.toml").read_bytes()
    with pytest.raises(ConfigProblems) as refused:
        Timetable.read({"a.toml": good, "b.toml": good, "c.toml": b"x = 1"}, {})
    assert [each.file for each in refused.value.problems] == ["b.toml", "c.toml"]


def test_an_unknown_calendar_is_not_found(timetable: Timetable) -> None:
    with pytest.raises(NotFound):
        timetable.calendar("mars")


def test_a_limit_prints_for_people() -> None:
    assert Limit.parse("3 workDay").text() == ("3个工作日", "3 working days")
    assert Limit.parse("1.5 h").text() == ("1.5小时", "1.5 h")
