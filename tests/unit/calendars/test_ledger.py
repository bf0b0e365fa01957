"""The clock ledger: every second has one label, and they add up."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from engine.calendars import (
    Calendar,
    Clock,
    Extension,
    ExtensionRule,
    Kind,
    Ledger,
    Limit,
    LimitRow,
    Origin,
    Pause,
    PauseRule,
    Unit,
    counted,
    ends,
    extension_allowed,
    ledger,
    pause_allowed,
)
from engine.calendars.limit import SECOND
from engine.errors import InvalidInput, Refusal
from tests.unit.calendars.samples import moment, new_york, office, seasonal, wall

DAY = 86_400


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return office()


def row(limit: str) -> LimitRow:
    return LimitRow(
        name="test.limit",
        title="试验",
        title_en="test",
        starts_at="a",
        stops_at="b",
        limit=Limit.parse(limit),
        calendar="office",
        origin=Origin.DEFAULT,
        effective_from=0,
        pauses=(
            PauseRule(reason="appraisal", longest=Limit.parse("5 day"), times=2),
            PauseRule(reason="court"),
        ),
        extension=ExtensionRule(approver="leader", longest=Limit.parse("5 workDay"), times=1),
    )


def pause(start: str, end: str | None, reason: str = "appraisal") -> Pause:
    return Pause(start=moment(start), end=None if end is None else moment(end), reason=reason, actor="li")


def shown(account: Ledger) -> list[tuple[str, str, str, bool]]:
    return [(wall(each.start * SECOND), str(each.kind), each.reason, each.late) for each in account.segments]


def test_working_days_are_told_apart_second_by_second(calendar: Calendar) -> None:
    clock = Clock(
        row=row("2 workDay"),
        start=moment("2026-09-30 17:00"),
        pauses=(pause("2026-10-08 10:00", "2026-10-08 11:00"),),
    )
    account = ledger(clock, calendar, moment("2026-10-10 12:00"))
    assert shown(account) == [
        ("2026-09-30 17:00", "outside_hours", "start_day", False),
        ("2026-10-01 00:00", "holiday", "国庆节", False),
        ("2026-10-08 00:00", "outside_hours", "closed", False),
        ("2026-10-08 09:00", "counting", "", False),
        ("2026-10-08 10:00", "paused", "appraisal", False),
        ("2026-10-08 11:00", "counting", "", False),
        ("2026-10-08 12:00", "outside_hours", "closed", False),
        ("2026-10-08 14:00", "counting", "", False),
        ("2026-10-08 18:00", "outside_hours", "closed", False),
        ("2026-10-09 09:00", "counting", "", False),
        ("2026-10-09 12:00", "outside_hours", "closed", False),
        ("2026-10-09 14:00", "counting", "", False),
        ("2026-10-09 18:00", "outside_hours", "closed", False),
        ("2026-10-10 09:00", "counting", "", False),
    ]
    assert wall(account.ends.due.at) == "2026-10-10 18:00"
    assert account.counted == (6 + 7 + 3) * 3600
    assert account.remaining == 4 * 3600
    assert account.segments[4].actor == "li"


def test_days_count_through_holidays_until_the_last_one_moves(calendar: Calendar) -> None:
    clock = Clock(row=row("3 day"), start=moment("2026-09-28 10:00"))
    account = ledger(clock, calendar, moment("2026-10-09 12:00"))
    assert shown(account) == [
        ("2026-09-28 10:00", "outside_hours", "start_day", False),
        ("2026-09-29 00:00", "counting", "", False),
        ("2026-10-02 00:00", "holiday", "国庆节", False),
        ("2026-10-08 00:00", "counting", "", False),
        ("2026-10-08 18:00", "counting", "", True),
    ]
    assert account.counted == 3 * DAY + 18 * 3600
    assert account.late == 18 * 3600
    assert account.remaining == 0


def test_an_extension_is_told_from_the_original_limit(calendar: Calendar) -> None:
    clock = Clock(
        row=row("1 workDay"),
        start=moment("2026-03-02 10:00"),
        extensions=(
            Extension(
                limit=Limit.parse("1 workDay"), at=moment("2026-03-03 17:00"), actor="wu", reason="复杂"
            ),
        ),
    )
    account = ledger(clock, calendar, moment("2026-03-05 10:00"))
    assert wall(account.ends.original.at) == "2026-03-03 18:00"
    assert wall(account.ends.due.at) == "2026-03-04 18:00"
    assert account.seconds(Kind.COUNTING) == 7 * 3600 + 3600
    assert account.seconds(Kind.EXTENDED) == 7 * 3600
    assert (account.counted, account.late) == (14 * 3600, 3600)


def test_a_stopped_clock_has_no_more_time(calendar: Calendar) -> None:
    clock = Clock(row=row("2 workHour"), start=moment("2026-03-02 10:00"), stopped=moment("2026-03-02 11:00"))
    account = ledger(clock, calendar, moment("2026-03-09 10:00"))
    assert [(each.kind, each.seconds) for each in account.segments] == [(Kind.COUNTING, 3600)]
    assert (account.counted, account.remaining) == (3600, 0)


def test_a_pause_that_lasts_holds_the_end_off(calendar: Calendar) -> None:
    clock = Clock(row=row("2 h"), start=moment("2026-03-02 10:00"), pauses=(pause("2026-03-02 11:00", None),))
    account = ledger(clock, calendar, moment("2026-03-02 15:00"))
    assert wall(account.ends.due.at) == "2026-03-02 16:00"
    assert account.remaining == 3600
    assert account.seconds(Kind.PAUSED) == 4 * 3600


def test_a_pause_counts_no_longer_than_its_rule_allows(calendar: Calendar) -> None:
    clock = Clock(
        row=row("2 h"),
        start=moment("2026-03-02 10:00"),
        pauses=(pause("2026-03-02 11:00", "2026-04-02 11:00"),),
    )
    # Five days from 2 March end on Saturday the 7th and so on Monday the 9th at the close of business.
    assert wall(ends(clock, calendar, moment("2026-04-03 10:00")).due.at) == "2026-03-09 19:00"


def test_a_pause_needs_a_reason_of_the_rule() -> None:
    clock = Clock(row=row("2 h"), start=0)
    assert pause_allowed(clock, "appraisal").times == 2
    with pytest.raises(Refusal, match="不能因") as refused:
        pause_allowed(clock, "too_much_work")
    assert refused.value.rule == "limit.pause.reason"


def test_a_reason_may_be_used_as_often_as_the_rule_says() -> None:
    once = pause("2026-03-02 11:00", "2026-03-02 12:00")
    twice = pause("2026-03-03 11:00", "2026-03-03 12:00")
    clock = Clock(row=row("2 day"), start=moment("2026-03-02 10:00"), pauses=(once, twice))
    with pytest.raises(Refusal) as refused:
        pause_allowed(clock, "appraisal")
    assert refused.value.rule == "limit.pause.times"
    assert pause_allowed(clock, "court").times is None


def test_a_clock_that_stands_still_or_has_stopped_cannot_be_paused() -> None:
    standing = Clock(row=row("2 day"), start=0, pauses=(pause("2026-03-02 11:00", None),))
    for clock in (standing, Clock(row=row("2 day"), start=0, stopped=1)):
        with pytest.raises(Refusal) as refused:
            pause_allowed(clock, "court")
        assert refused.value.rule == "limit.pause.state"


def test_an_extension_keeps_to_the_rule(calendar: Calendar) -> None:
    clock = Clock(row=row("1 workDay"), start=moment("2026-03-02 10:00"))

    def more(limit: str, at: str = "2026-03-03 10:00") -> Extension:
        return Extension(limit=Limit.parse(limit), at=moment(at), actor="wu", reason="复杂")

    assert wall(extension_allowed(clock, more("5 workDay"), calendar).at) == "2026-03-10 18:00"
    for extension, rule in (
        (more("6 workDay"), "limit.extension.longest"),
        (more("1 workDay", "2026-03-03 18:01"), "limit.extension.late"),
    ):
        with pytest.raises(Refusal) as refused:
            extension_allowed(clock, extension, calendar)
        assert refused.value.rule == rule
    extended = Clock(row=clock.row, start=clock.start, extensions=(more("1 day"),))
    with pytest.raises(Refusal) as refused:
        extension_allowed(extended, more("1 day"), calendar)
    assert refused.value.rule == "limit.extension.times"


def test_a_pause_cannot_end_before_it_starts() -> None:
    with pytest.raises(InvalidInput):
        Pause(start=2, end=1, reason="court", actor="li")


def test_the_ledger_has_a_wire_form(calendar: Calendar) -> None:
    clock = Clock(row=row("2 h"), start=moment("2026-03-02 10:00"))
    wire = ledger(clock, calendar, moment("2026-03-02 11:00")).wire()
    start = moment("2026-03-02 10:00") // SECOND
    assert wire == {
        "segments": [[start, start + 3600, "counting", "", "", False]],
        "original_due": moment("2026-03-02 12:00"),
        "due": moment("2026-03-02 12:00"),
        "provisional": False,
        "counted": 3600,
        "late": 0,
        "remaining": 3600,
        "calendar": calendar.version,
        "row": clock.row.version,
    }


LIMITS = ("40 min", "30 h", "9 workHour", "4 day", "3 workDay", "1 month")


def random_clock(random: Random) -> tuple[Clock, int]:
    start = moment("2026-09-20 00:00") + random.randrange(300 * DAY) * SECOND + random.randrange(SECOND)
    pauses = []
    at = start
    for _ in range(random.choice((0, 1, 2, 3))):
        opens = at + random.randrange(4 * DAY) * SECOND
        at = opens + random.randrange(3 * DAY) * SECOND + random.randrange(SECOND)
        reason = random.choice(("appraisal", "court"))
        pauses.append(Pause(start=opens, end=at, reason=reason, actor="li"))
    if pauses and random.random() < 0.3:
        pauses[-1] = Pause(start=pauses[-1].start, end=None, reason="court", actor="li")
    extensions = tuple(
        Extension(limit=Limit.parse(random.choice(LIMITS)), at=start, actor="wu", reason="x")
        for _ in range(random.choice((0, 0, 1, 2)))
    )
    until = start + random.choice((0, 1, 40 * DAY, 80 * DAY)) * SECOND + random.randrange(3 * DAY * SECOND)
    stopped = random.choice((None, None, start + random.randrange(20 * DAY) * SECOND))
    pauses = [each for each in pauses if stopped is None or each.start < stopped]
    clock = Clock(
        row=row(random.choice(LIMITS)),
        start=start,
        pauses=tuple(pauses),
        extensions=extensions,
        stopped=stopped,
    )
    return clock, until


@pytest.mark.parametrize("make", [office, seasonal, new_york])
def test_every_second_has_one_label_and_they_add_up(make: Callable[[], Calendar]) -> None:
    calendar = make()
    for seed in range(600):
        clock, until = random_clock(Random(seed))
        account = ledger(clock, calendar, until)
        stop = until if clock.stopped is None else min(until, clock.stopped)
        stop = max(stop, clock.start)
        assert sum(each.seconds for each in account.segments) == stop // SECOND - clock.start // SECOND, seed
        edges = [clock.start // SECOND] + [each.end for each in account.segments]
        assert [each.start for each in account.segments] == edges[:-1], seed
        assert all(each.seconds > 0 for each in account.segments), seed
        assert sum(map(account.seconds, Kind)) == stop // SECOND - clock.start // SECOND, seed
        due = account.ends.due.at
        assert all(each.late == (each.start >= due // SECOND) for each in account.segments), seed
        if (
            not clock.extensions
            and stop >= due
            and clock.limit.unit in (Unit.MINUTE, Unit.HOUR, Unit.WORK_HOUR)
        ):
            # Each of the few segments may lose a part of a second at its edges.
            assert abs(account.counted - clock.limit.micros // SECOND) <= 2 * len(account.segments), seed


def test_what_the_ledger_counts_is_what_the_arithmetic_counts(calendar: Calendar) -> None:
    for seed in range(400):
        clock, until = random_clock(Random(seed))
        clock = Clock(row=clock.row, start=clock.start // SECOND * SECOND, stopped=clock.stopped)
        account = ledger(clock, calendar, until)
        stop = max(clock.start, until if clock.stopped is None else min(until, clock.stopped))
        total = counted(clock.start, stop, clock.limit, calendar) // SECOND
        moved = sum(
            each.seconds
            for each in account.segments
            if each.kind is Kind.HOLIDAY and clock.limit.unit in (Unit.DAY, Unit.MONTH)
        )
        assert account.counted + account.late + moved == total, seed
