"""The functions of expressions, and that a replay answers them from the log."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.calendars import LimitError, Profile, Timetable, functions, providers
from engine.feel import Environment, compile_expression
from engine.runtime import LiveReads, ReplayReads
from engine.runtime.reads import Reads
from tests.unit.calendars.samples import CONFIG, SHANGHAI, moment, shipped_timetable

NOW = "2026-09-30 17:00"


@pytest.fixture(scope="module")
def timetable() -> Timetable:
    return shipped_timetable()


@dataclass
class Case:
    """A running command, as the runtime's session is one."""

    reads: Reads
    now: int = field(default_factory=lambda: moment(NOW))
    zone: ZoneInfo = SHANGHAI


def evaluate(text: str, case: Case) -> Any:
    now = datetime.fromtimestamp(case.now / 1_000_000, UTC).astimezone(case.zone)
    environment = Environment(now=now, functions=functions(case))
    return compile_expression(text).evaluate({}, environment)


def asking(timetable: Timetable) -> Case:
    return Case(LiveReads(providers(lambda: timetable)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("work days(3)", "2026-10-10T18:00:00+08:00"),
        ('work days(1, date and time("2026-03-02T10:00:00+08:00"))', "2026-03-03T18:00:00+08:00"),
        ('work days(1, date and time("2026-03-02T10:00:00"))', "2026-03-03T18:00:00+08:00"),
        ('work days(1, date("2026-03-02"))', "2026-03-03T18:00:00+08:00"),
        ('work days(n: 1, start: date("2026-03-02"))', "2026-03-03T18:00:00+08:00"),
        ("work hours(1)", "2026-09-30T18:00:00+08:00"),
        ("work hours(1.5)", "2026-10-08T09:00:00+08:00"),
        ("work hours(1/3)", "2026-09-30T17:19:59.998800+08:00"),
        ('limit("whistle.emergency.check_in")', "2026-09-30T17:30:00+08:00"),
        ('limit("whistle.daily.check_in")', "2026-10-10T18:00:00+08:00"),
        ('due("whistle.daily.check_in", date("2026-03-02"))', "2026-03-05T18:00:00+08:00"),
        ('limit reminder("whistle.emergency.check_in", 50)', "2026-09-30T17:15:00+08:00"),
        ('limit reminder("dispute.confirmation", 90, date("2026-03-02"))', "2026-03-29T18:36:00+08:00"),
        ('limit info("whistle.daily.check_in").due', "2026-10-10T18:00:00+08:00"),
    ],
)
def test_a_moment_is_answered(text: str, expected: str, timetable: Timetable) -> None:
    assert evaluate(text, asking(timetable)).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('limit duration("whistle.emergency.check_in") = duration("PT30M")', True),
        ('limit info("whistle.daily.check_in").provisional', False),
        ('limit info("whistle.daily.check_in", date("2026-12-30")).provisional', True),
        ('limit info("whistle.daily.check_in").profile', "normal"),
        ("work days(null)", None),
        ("work days(1, null)", None),
        ("limit(null)", None),
        ("limit duration(null)", None),
        ('due("whistle.daily.check_in", null)', None),
        ("limit reminder(null, 50)", None),
        ("limit info(null)", None),
    ],
)
def test_a_value_is_answered(text: str, expected: object, timetable: Timetable) -> None:
    assert evaluate(text, asking(timetable)) == expected


@pytest.mark.parametrize(
    "text",
    [
        'limit("whistle.nothing")',
        "limit(3)",
        'due("whistle.daily.check_in", "tomorrow")',
        'due("whistle.daily.check_in", date("1999-01-01"))',
        "work days(0)",
        "work days(1.5)",
        'work days("3")',
        "work days(true)",
        "work days(90000)",
        'limit reminder("whistle.daily.check_in", 0)',
        'limit reminder("whistle.daily.check_in", 101)',
        'limit reminder("whistle.daily.check_in", 1.5)',
    ],
)
def test_what_cannot_be_answered_says_why(text: str, timetable: Timetable) -> None:
    with pytest.raises(LimitError) as refused:
        evaluate(text, asking(timetable))
    assert refused.value.message_zh
    assert refused.value.message_en


def test_what_is_recorded_is_small_and_names_its_versions(timetable: Timetable) -> None:
    case = asking(timetable)
    evaluate('limit("whistle.daily.check_in")', case)
    evaluate('limit("whistle.daily.check_in")', case)
    row = timetable.limits.row("whistle.daily.check_in", case.now)
    assert case.reads.record == [
        [
            "limit.due",
            ["whistle.daily.check_in", case.now, 100],
            {
                "at": moment("2026-10-10 18:00"),
                "provisional": False,
                "row": row.version,
                "calendar": timetable.calendar("cn").version,
                "profile": "normal",
            },
        ]
    ]
    assert len(json.dumps(case.reads.record)) < 250


@pytest.mark.parametrize("text", ['limit("whistle.daily.check_in")', "work days(2)", 'limit("none")'])
def test_a_replay_needs_no_calendar(text: str, timetable: Timetable) -> None:
    live = asking(timetable)

    def outcome(case: Case) -> object:
        try:
            return evaluate(text, case)
        except LimitError as error:
            return error.message

    first = outcome(live)
    replay = Case(ReplayReads(live.reads.record))
    assert outcome(replay) == first
    assert replay.reads.record == live.reads.record


def test_the_duty_profile_in_force_is_asked_and_recorded() -> None:
    answers = iter((Profile.NORMAL, Profile.WARTIME))
    timetable = Timetable.load(CONFIG, profile=lambda: next(answers))
    text = 'limit info("whistle.emergency.check_in")'
    peace, war = evaluate(text, asking(timetable)), evaluate(text, asking(timetable))
    assert (peace["profile"], war["profile"]) == ("normal", "wartime")
    assert peace["due"] - war["due"] == timedelta(minutes=15)


def test_a_row_can_be_read_whole(timetable: Timetable) -> None:
    row = providers(lambda: timetable)["limit.row"](["whistle.daily.handle", moment(NOW)])
    assert row["version"] == timetable.limits.row("whistle.daily.handle", moment(NOW)).version
    assert row["row"]["extension"] == ["县/指挥平台", "7 workDay", 1]
    assert "refused" in providers(lambda: timetable)["limit.row"](["nothing.at_all", moment(NOW)])
