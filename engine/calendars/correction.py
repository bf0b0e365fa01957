"""A corrected calendar: which days changed, and which open clocks it moves, with the reason for each log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.calendars.calendar import Calendar
from engine.calendars.clock import Clock, ends
from engine.calendars.day import DayKind, Hours
from engine.calendars.working_time import Due
from engine.errors import InvalidInput, Message

_NAMED: Final = 5
_KINDS: Final = {
    DayKind.WORK: ("工作日", "a working day"),
    DayKind.WEEKEND: ("周末", "a weekend day"),
    DayKind.HOLIDAY: ("放假", "a holiday"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DayChange:
    """A day that is no longer what it was. hours_only: it is worked as before, at other hours."""

    day: date
    before: DayKind
    after: DayKind
    hours_only: bool = False

    def text(self) -> tuple[str, str]:
        """For people: in Chinese and in English."""
        if self.hours_only:
            return f"{self.day}办公时间改变", f"{self.day} has other business hours"
        return f"{self.day}由{_KINDS[self.before][0]}改为{_KINDS[self.after][0]}", (
            f"{self.day} became {_KINDS[self.after][1]} instead of {_KINDS[self.before][1]}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """The end of a clock before and after a correction, and why it changed.

    The moment may be the same and only its being provisional have changed.
    """

    before: Due
    after: Due
    reason: Message


def difference(before: Calendar, after: Calendar) -> tuple[DayChange, ...]:
    """The days both calendars know and judge differently, ascending."""
    old: dict[date, tuple[DayKind, Hours]] = {day: (kind, hours) for day, kind, _, hours in before.days()}
    changes = []
    for day, kind, _, hours in after.days():
        if day in old and old[day] != (kind, hours):
            was = old[day][0]
            changes.append(DayChange(day=day, before=was, after=kind, hours_only=was is kind))
    return tuple(changes)


def moved(
    clock: Clock, before: Calendar, after: Calendar, changes: Sequence[DayChange], now: int
) -> Move | None:
    """What a corrected calendar does to a running clock; None when nothing.

    changes: the `difference` of the two, computed once for many clocks. now: the case clock. Raises InvalidInput
    when the clock's row names another calendar.
    """
    if clock.row.calendar != after.name:
        raise InvalidInput.at(
            "calendar",
            message_zh=f"计时用的是日历“{clock.row.calendar}”",
            message_en=f"the clock runs on the calendar {clock.row.calendar!r}",
        )
    if clock.stopped is not None:
        return None
    old, new = ends(clock, before, now).due, ends(clock, after, now).due
    if old == new:
        return None
    table = after.table
    first, last = table.date(table.day(clock.start)), table.date(table.day(max(old.at, new.at) - 1))
    mine = [change for change in changes if first <= change.day <= last]
    return Move(before=old, after=new, reason=_reason(before, after, old, new, mine))


def _reason(before: Calendar, after: Calendar, old: Due, new: Due, changes: Sequence[DayChange]) -> Message:
    zh = f"日历“{after.name}”由版本 {before.version} 更正为 {after.version}"
    en = f"calendar {after.name!r} was corrected from version {before.version} to {after.version}"
    named = [change.text() for change in changes[:_NAMED]]
    if named:
        rest = len(changes) - len(named)
        zh += f"：{'；'.join(each for each, _ in named)}" + (f"；另有 {rest} 日" if rest else "")
        en += f": {'; '.join(each for _, each in named)}" + (f"; and {rest} more days" if rest else "")
    if old.provisional and not new.provisional:
        zh += "；暂定期限已确定"
        en += "; the provisional date is now certain"
    return Message(zh=zh, en=en)
