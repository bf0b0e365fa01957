"""What a case may read about time through the port of outside reads, and what of it is recorded.

Only results are recorded, with the versions they follow from, never a calendar: a replay needs no table. Each
provider takes a key and answers in wire form; what cannot be answered (no such limit, none in effect yet, a moment
outside the calendar) is an answer too: `{refused: [message in Chinese, in English]}`.

- `limit.due`: `[name, start, percent]` → `{at, provisional, row, calendar, profile}`
- `calendar.due`: `[calendar or None, start, "3 workDay"]` → `{at, provisional, calendar}`
- `limit.row`: `[name, moment]` → the row in wire form with its version

Moments are microseconds since 1970 UTC; `percent` is 100 for the due moment, less for a reminder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.calendars.limit import Limit
from engine.calendars.timetable import Timetable
from engine.calendars.working_time import Due, due, point
from engine.errors import InvalidInput, LimitExceeded, NotFound

LIMIT_DUE = "limit.due"
CALENDAR_DUE = "calendar.due"
LIMIT_ROW = "limit.row"


def providers(timetable: Callable[[], Timetable]) -> Mapping[str, Callable[[Any], Any]]:
    """The providers of today's answers.

    timetable: gives the timetable in force, so that an operator's change takes effect without a restart.
    """

    def limit_due(key: Any) -> Any:
        name, start, percent = key
        return _answer(lambda: _limit_due(timetable(), name, start, percent))

    def calendar_due(key: Any) -> Any:
        name, start, limit = key
        return _answer(lambda: _calendar_due(timetable(), name, start, limit))

    def limit_row(key: Any) -> Any:
        name, moment = key
        return _answer(lambda: _row(timetable(), name, moment))

    return {LIMIT_DUE: limit_due, CALENDAR_DUE: calendar_due, LIMIT_ROW: limit_row}


def _answer(answer: Callable[[], Any]) -> Any:
    try:
        return answer()
    except (NotFound, LimitExceeded, InvalidInput) as error:
        return {"refused": [error.message_zh, error.message_en]}


def _limit_due(timetable: Timetable, name: str, start: int, percent: int) -> Any:
    clock = timetable.start(name, start)
    calendar = timetable.calendar_of(clock.row)
    end = due(start, clock.limit, calendar)
    if percent != 100:
        at = point(start, clock.limit, calendar, percent)
        end = Due(at, calendar.table.published is not None and at > calendar.table.published)
    return {
        "at": end.at,
        "provisional": end.provisional,
        "row": clock.row.version,
        "calendar": calendar.version,
        "profile": str(clock.profile),
    }


def _calendar_due(timetable: Timetable, name: str | None, start: int, limit: str) -> Any:
    calendar = timetable.calendar(name)
    end = due(start, Limit.parse(limit), calendar)
    return {"at": end.at, "provisional": end.provisional, "calendar": calendar.version}


def _row(timetable: Timetable, name: str, moment: int) -> Any:
    row = timetable.limits.row(name, moment)
    return {"version": row.version, "row": row.wire()}
