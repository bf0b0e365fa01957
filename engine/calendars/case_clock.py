"""The clocks of tasks as cases ask for them: one provider that answers from what the case has recorded.

- `clock.due`: `{name, start, row?, profile?, pauses, extensions, now}` → `{at, original, provisional, row, calendar,
  profile, points: [[percent, at], …], steps: [[action, at, to], …], pausable: [reason, …], restarts}`, or `{refused: [zh, en]}`; `pausable` leaves
  out reasons for which the clock has stood as often as its rule allows
- `clock.stand`: `{name, row?, reason, since, used, now}` → `{allowed, until, row}`: whether a timer of this limit may
  stand for the reason, having done so `used` times, and at the latest until when, or `{refused: [zh, en]}`
- `clock.extend`: the same with `more: [limit, actor]` → the same with the extension added and the rule's `approver`, or
  `{refused: [zh, en], rule}`

No case asks the following; they are for who moves clocks (`engine.cases.clock_changes`).

- `clock.rules`: a limit's name → the versions of its rows, the oldest first
- `clock.calendars`: → `{name: version}`

A clock keeps the row and duty profile it started under (DOMAIN §1.3): the case hands back what it was told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from engine.calendars.calendar import Calendar
from engine.calendars.clock import Clock, Extension, ends, extension_allowed, standing_still
from engine.calendars.limit import Limit
from engine.calendars.limits import LimitRow, Profile
from engine.calendars.pause import Pause
from engine.calendars.timetable import Timetable
from engine.calendars.working_time import due, point
from engine.errors import InvalidInput, LimitExceeded, NotFound, Refusal

CLOCK_DUE = "clock.due"
CLOCK_EXTEND = "clock.extend"
CLOCK_STAND = "clock.stand"
CLOCK_RULES = "clock.rules"
CLOCK_CALENDARS = "clock.calendars"
WHOLE = 100
LADDER = frozenset(
    {
        "remind",
        "yellow_card",
        "duty_leader",
        "supervise.remind",
        "supervise.order",
        "supervise.listed",
        "supervise.interview",
    }
)
"""What the engine itself does about a breach: it tells people. Other actions are the diagram's."""


def case_clock_providers(timetable: Callable[[], Timetable]) -> Mapping[str, Callable[[Any], Any]]:
    """The providers. timetable: gives the timetable in force."""

    def clock_due(key: Any) -> Any:
        return _answer(lambda: _wire(timetable(), _clock(timetable(), key), key))

    def clock_extend(key: Any) -> Any:
        return _answer(lambda: _extended(timetable(), key))

    def clock_stand(key: Any) -> Any:
        return _answer(lambda: _stand(timetable(), key))

    def clock_rules(name: Any) -> Any:
        return [row.version for row in timetable().limits.rows() if row.name == name]

    def clock_calendars(_: Any) -> Any:
        return {name: calendar.version for name, calendar in timetable().calendars.items()}

    return {
        CLOCK_DUE: clock_due,
        CLOCK_EXTEND: clock_extend,
        CLOCK_STAND: clock_stand,
        CLOCK_RULES: clock_rules,
        CLOCK_CALENDARS: clock_calendars,
    }


def clock_of(timetable: Timetable, kept: Mapping[str, Any], stopped: int | None = None) -> Clock:
    """The clock a task's record stands for. Raises NotFound when its row is gone."""
    return Clock(
        row=timetable.limits.version(kept["row"]),
        start=kept["start"],
        profile=Profile(kept["profile"]),
        pauses=tuple(
            Pause(start=start, end=end, reason=reason, actor=actor)
            for start, end, reason, actor in kept.get("pauses", ())
        ),
        extensions=tuple(
            Extension(limit=Limit.parse(limit), at=at, actor=actor, reason="")
            for limit, at, actor in kept.get("extensions", ())
        ),
        stopped=stopped,
    )


def _clock(timetable: Timetable, key: Mapping[str, Any]) -> Clock:
    if key.get("row") is None:
        return timetable.start(key["name"], key["start"])
    return clock_of(timetable, key)


def _extended(timetable: Timetable, key: Mapping[str, Any]) -> Any:
    clock = clock_of(timetable, key)
    limit, actor = key["more"]
    extension = Extension(limit=Limit.parse(limit), at=key["now"], actor=actor, reason="")
    extension_allowed(clock, extension, timetable.calendar_of(clock.row))
    kept = [*key.get("extensions", ()), [limit, key["now"], actor]]
    wider = {**key, "extensions": kept}
    approver = clock.row.extension.approver if clock.row.extension else ""
    return {**_wire(timetable, clock_of(timetable, wider), key), "extensions": kept, "approver": approver}


def _stand(timetable: Timetable, key: Mapping[str, Any]) -> Any:
    limits, since = timetable.limits, key["since"]
    row = limits.row(key["name"], since) if key.get("row") is None else limits.version(key["row"])
    rule = next((each for each in row.pauses if each.reason == key["reason"]), None)
    allowed = rule is not None and (rule.times is None or key["used"] < rule.times)
    until = key["now"]
    if rule is not None and rule.longest is not None:
        until = min(until, due(since, rule.longest, timetable.calendar_of(row)).at)
    return {"allowed": allowed, "until": until, "row": row.version}


def _wire(timetable: Timetable, clock: Clock, key: Mapping[str, Any]) -> Any:
    calendar = timetable.calendar_of(clock.row)
    end = ends(clock, calendar, key["now"])
    still = [
        (pause.start, pause.end)
        for pause in standing_still(clock, calendar, key["now"])
        if pause.end is not None
    ]
    points = [
        [percent, point(clock.start, clock.limit, calendar, percent, still)]
        for percent in clock.row.reminders
        if percent < WHOLE
    ]
    return {
        "at": end.due.at,
        "original": end.original.at,
        "provisional": end.due.provisional,
        "row": clock.row.version,
        "calendar": calendar.version,
        "profile": str(clock.profile),
        "points": points,
        "steps": _steps(clock.row, end.due.at, calendar),
        "pausable": _pausable(clock),
        "restarts": clock.row.restarts,
    }


def _steps(row: LimitRow, end: int, calendar: Calendar) -> list[list[Any]]:
    """What is done about a breach and when, in order (DOMAIN, flow F): cards, orders, listings, interviews."""
    steps = [
        [each.action, end if each.after is None else due(end, each.after, calendar).at, each.to]
        for each in row.breach
        if each.action in LADDER
    ]
    return sorted(steps, key=lambda step: step[1])


def _pausable(clock: Clock) -> list[str]:
    """The reasons for which a clock may still stand: those it may stand for so often are used up."""
    used = Counter(pause.reason for pause in clock.pauses)
    return [rule.reason for rule in clock.row.pauses if rule.times is None or used[rule.reason] < rule.times]


def _answer(answer: Callable[[], Any]) -> Any:
    try:
        return answer()
    except Refusal as error:
        return {"refused": [error.message_zh, error.message_en], "rule": error.rule}
    except (NotFound, LimitExceeded, InvalidInput) as error:
        return {"refused": [error.message_zh, error.message_en]}
