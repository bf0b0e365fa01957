"""Official target dates reproduced by our working-time arithmetic, limits fitted from the other rows.

Generated rows follow the same rule told independently: so many working days of 08:30-17:00 from the moment of the
request, or from the next opening when it comes outside business hours; or so many days of 24 hours. The city's own
file is tried as well wherever it is at hand (BOSTON_DEADLINES).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bench.boston import best_place, leave_one_out, official_file, read

ZONE = ZoneInfo("America/New_York")
OPENS, CLOSES = time(8, 30), time(17)
TYPES = {
    "litter": ("working", 1),
    "barrels": ("working", 2),
    "graffiti": ("working", 45),
    "rats": ("calendar", 30),
}
FORMAT = "%Y-%m-%d %H:%M:%S"


def target(opened: datetime, unit: str, number: int) -> datetime:
    if unit == "calendar":
        later = opened.astimezone(ZoneInfo("UTC")) + timedelta(days=number)
        return later.astimezone(ZONE)
    at = opened
    if at.weekday() > 4 or at.time() >= CLOSES or at.time() < OPENS:
        if at.time() >= CLOSES or at.weekday() > 4:
            at += timedelta(days=1)
        while at.weekday() > 4:
            at += timedelta(days=1)
        at = datetime.combine(at.date(), OPENS, ZONE)
    while number:
        at += timedelta(days=1)
        number -= at.weekday() < 5
    return at


def generated(count: int) -> list[str]:
    random = Random(7)
    lines = ["type,open_dt,target_dt"]
    begin = datetime(2022, 1, 1, tzinfo=ZONE)
    for _ in range(count):
        kind = random.choice(sorted(TYPES))
        opened = begin + timedelta(seconds=random.randrange(20 * 86_400))
        due = target(opened, *TYPES[kind])
        lines.append(f"{kind},{opened.strftime(FORMAT)},{due.strftime(FORMAT)}")
    return [*lines, "litter,2022-01-05 10:00:00,"]


def test_generated_targets_are_all_reproduced() -> None:
    rows, total = read(generated(60))
    assert (len(rows), total) == (60, 61)
    outcomes = leave_one_out(rows)
    assert [outcome for outcome in outcomes if not outcome.reproduced] == []
    place = best_place(rows)
    assert (place.closes, place.observes) == (17 * 3600, False)


def test_a_target_that_follows_no_rule_is_told() -> None:
    lines = [*generated(40), "litter,2022-01-05 10:00:00,2022-01-05 10:17:00"]
    rows, _ = read(lines)
    missed = [outcome for outcome in leave_one_out(rows) if not outcome.reproduced]
    assert [outcome.reason for outcome in missed] == ["predicted 85380 s after the target"]


def test_the_citys_own_targets_are_reproduced_where_its_file_is_at_hand() -> None:
    file = official_file()
    lines = file.read_text("utf-8-sig").splitlines(keepends=True) if file.exists() else generated(80)
    rows, _ = read(lines)
    outcomes = leave_one_out(rows)
    fitted = [
        outcome
        for outcome in outcomes
        if outcome.reason != "the only target of its type: nothing to fit from"
    ]
    assert len(fitted) >= 80
    assert sum(outcome.reproduced for outcome in fitted) >= len(fitted) - 4
    assert all(outcome.reproduced or outcome.reason for outcome in outcomes)
