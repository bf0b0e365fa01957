"""When something is due: dates, durations and cycles as BPMN timers and task schedules use them.

BPMN 2.0 §10.5.5.2: `timeDate` and `timeDuration` are ISO 8601, `timeCycle` is an ISO 8601 repeating
interval (`R3/PT10H`, `R/2026-01-01T08:00:00+08:00/P1D`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from engine.feel import YearsMonthsDuration
from engine.feel.temporal_arithmetic import add
from engine.feel.temporal_text import duration_text, months_text, parse_date, parse_date_time, parse_duration
from engine.model.definition import Event, Setting, TimerKind
from engine.runtime.failure import NodeFailure
from engine.runtime.variables import setting
from engine.state import Scope, Token

if TYPE_CHECKING:
    from engine.runtime.session import Session

MICROSECOND = timedelta(microseconds=1)
LATEST = 253_402_300_799_000_000
"""The last second of the year 9999, in microseconds since 1970."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """When a timer fires: first at `due` (microseconds), then `repeats` more times (-1: endless) every
    `interval` (ISO 8601 duration text)."""

    due: int
    interval: str | None = None
    repeats: int = 0


def moment(session: Session, value: Setting | None, scope: Scope, token: Token | None) -> int | None:
    """A point in time a designer set, in microseconds: a date and time, or a duration from now."""
    result = setting(session, value, scope, token)
    if result is None:
        return None
    parsed = _temporal(result)
    due = _instant(session, parsed)
    if due is None:
        raise _unreadable(result)
    return due


def schedule(session: Session, event: Event, scope: Scope, token: Token | None) -> Schedule:
    """When a timer event fires. Raises NodeFailure for what is no date, duration or cycle."""
    raw = setting(session, event.timer, scope, token)
    if raw is None:
        raise NodeFailure("timer.null", "计时的时间为空", "the timer's time is null")
    if event.timer_kind is TimerKind.CYCLE and isinstance(raw, str):
        return _cycle(session, raw)
    parsed = _temporal(raw)
    if event.timer_kind is TimerKind.DATE and not isinstance(parsed, date):
        raise _unreadable(raw)
    if event.timer_kind is not TimerKind.DATE and isinstance(parsed, date):
        raise _unreadable(raw)
    due = _instant(session, parsed)
    if due is None or due > LATEST:
        raise _unreadable(raw)
    if event.timer_kind is TimerKind.CYCLE:
        interval = _interval_text(parsed)
        _step(session, session.now, interval)
        return Schedule(due=due, interval=interval, repeats=-1)
    return Schedule(due=due)


def next_due(session: Session, due: int, interval: str) -> int:
    """The next firing of a cycle after `due`, counted from the planned time, not from when it fired."""
    return _step(session, due, interval)


def _cycle(session: Session, text: str) -> Schedule:
    parts = text.strip().split("/")
    head = parts[0]
    if not head.startswith("R") or len(parts) not in (2, 3):
        raise _unreadable(text)
    count = head[1:]
    if count and not (count.isascii() and count.isdigit() and len(count) <= 9):
        raise _unreadable(text)
    repetitions = int(count) if count else -1
    if repetitions == 0:
        raise _unreadable(text)
    interval = parts[-1]
    first = _step(session, session.now, interval)
    if len(parts) == 3:
        start = _instant(session, _temporal(parts[1]))
        if start is None:
            raise _unreadable(text)
        first = max(start, session.now)
    return Schedule(due=first, interval=interval, repeats=repetitions - 1 if repetitions > 0 else -1)


def _step(session: Session, base: int, interval: str) -> int:
    due = _from(session, base, _duration(interval))
    if due is None or due <= base or due > LATEST:
        raise _unreadable(interval)
    return due


def _temporal(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    for read in (parse_date_time, parse_date, _duration):
        found = read(text)
        if found is not None:
            return found
    return value


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mixed:
    """An ISO 8601 duration with months and days, which FEEL keeps apart."""

    months: YearsMonthsDuration
    rest: timedelta


_ISO_MIXED = re.compile(r"P(\d+Y)?(\d+M)?(\d+D)?(T.+)?")
_ISO_WEEKS = re.compile(r"P(\d{1,9})W")


def _duration(text: str) -> Any:
    parsed = parse_duration(text)
    if parsed is not None:
        return parsed
    weeks = _ISO_WEEKS.fullmatch(text)
    if weeks:
        return parse_duration(f"P{int(weeks[1]) * 7}D")
    mixed = _ISO_MIXED.fullmatch(text)
    if mixed and (mixed[1] or mixed[2]) and (mixed[3] or mixed[4]):
        months = parse_duration(f"P{mixed[1] or ''}{mixed[2] or ''}")
        rest = parse_duration(f"P{mixed[3] or ''}{mixed[4] or ''}")
        if isinstance(months, YearsMonthsDuration) and isinstance(rest, timedelta):
            return _Mixed(months=months, rest=rest)
    return None


def _instant(session: Session, value: Any) -> int | None:
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=session.zone)
        return _micros(aware)
    if isinstance(value, date):
        return _micros(datetime.combine(value, time(), session.zone))
    return _from(session, session.now, value)


def _from(session: Session, base: int, duration: Any) -> int | None:
    if isinstance(duration, timedelta):
        if duration < timedelta():
            raise NodeFailure(
                "timer.negative", f"时长不能为负：{duration}", f"the duration is negative: {duration}"
            )
        return base + duration // MICROSECOND
    if isinstance(duration, _Mixed):
        moved_to = _from(session, base, duration.months)
        return None if moved_to is None else _from(session, moved_to, duration.rest)
    if isinstance(duration, YearsMonthsDuration):
        moved = add(_datetime(session, base), duration)
        due = _micros(moved) if isinstance(moved, datetime) else None
        if due is not None and due < base:
            raise NodeFailure("timer.negative", "时长不能为负", "the duration is negative")
        return due
    return None


def _interval_text(value: Any) -> str:
    if isinstance(value, YearsMonthsDuration):
        return months_text(value)
    return duration_text(value)


def _datetime(session: Session, micros: int) -> datetime:
    from engine.runtime.session import EPOCH

    return (EPOCH + timedelta(microseconds=micros)).astimezone(session.zone)


def _micros(value: datetime) -> int:
    from engine.runtime.session import EPOCH

    return (value - EPOCH) // MICROSECOND


def _unreadable(value: Any) -> NodeFailure:
    shown = str(value)[:80]
    return NodeFailure(
        "timer.unreadable", f"不是有效的日期、时长或周期：{shown}", f"not a date, duration or cycle: {shown}"
    )
