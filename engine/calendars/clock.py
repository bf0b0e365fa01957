"""A running limit: its row, its start, and what was done to it since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.calendars.calendar import Calendar
from engine.calendars.limit import Limit
from engine.calendars.limits import LimitRow, PauseRule, Profile
from engine.calendars.pause import Interval, Pause, merged
from engine.calendars.working_time import Due, due
from engine.errors import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """More time for a limit. at: when it was granted; actor: by whom."""

    limit: Limit
    at: int
    actor: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """One limit of one case. It keeps the row it started under; only the calendar may be corrected later.

    start, stopped: microseconds since 1970 UTC; stopped is None while it runs. pauses: ascending, the last may
    still last.
    """

    row: LimitRow
    start: int
    profile: Profile = Profile.NORMAL
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    stopped: int | None = None

    @property
    def limit(self) -> Limit:
        """Its length without extensions."""
        return self.row.under(self.profile)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ends:
    """When a clock runs out: as first set (pauses included), and with every extension."""

    original: Due
    extended: tuple[Due, ...] = ()

    @property
    def due(self) -> Due:
        """When it runs out."""
        return self.extended[-1] if self.extended else self.original


def standing_still(clock: Clock, calendar: Calendar, now: int) -> Iterator[Pause]:
    """The pauses as they count: none longer than the row allows, one that still lasts up to `now`."""
    rules = {rule.reason: rule for rule in clock.row.pauses}
    for pause in clock.pauses:
        rule = rules.get(pause.reason)
        end = now if pause.end is None else pause.end
        if rule is not None and rule.longest is not None:
            end = min(end, due(pause.start, rule.longest, calendar).at)
        if end > pause.start:
            yield Pause(start=pause.start, end=end, reason=pause.reason, actor=pause.actor)


def ends(clock: Clock, calendar: Calendar, now: int) -> Ends:
    """When a clock runs out, were a pause that still lasts to end at `now`."""
    still = intervals(standing_still(clock, calendar, now))
    original = due(clock.start, clock.limit, calendar, still)
    extended: list[Due] = []
    at = original.at
    for extension in clock.extensions:
        more = due(at, extension.limit, calendar, still)
        extended.append(more)
        at = more.at
    return Ends(original=original, extended=tuple(extended))


def intervals(pauses: Iterator[Pause]) -> Sequence[Interval]:
    """Ended pauses as the arithmetic takes them."""
    return merged((pause.start, pause.end) for pause in pauses if pause.end is not None)


def pause_allowed(clock: Clock, reason: str) -> PauseRule:
    """The rule under which a clock may be paused now. Raises Refusal when it may not."""
    rule = next((each for each in clock.row.pauses if each.reason == reason), None)
    if rule is None:
        known = [each.reason for each in clock.row.pauses]
        raise _refused(
            "limit.pause.reason",
            f"时限“{clock.row.title}”不能因“{reason}”中止，可用的原因：{'、'.join(known) or '无'}",
            f"the limit {clock.row.title_en!r} may not pause for {reason!r}; reasons are: "
            f"{', '.join(known) or 'none'}",
        )
    if clock.stopped is not None or any(pause.end is None for pause in clock.pauses):
        raise _refused(
            "limit.pause.state", "计时已停止或已中止", "the clock has stopped or is paused already"
        )
    used = sum(pause.reason == reason for pause in clock.pauses)
    if rule.times is not None and used >= rule.times:
        raise _refused(
            "limit.pause.times",
            f"因“{reason}”的中止至多 {rule.times} 次",
            f"it may pause for {reason!r} at most {rule.times} times",
        )
    return rule


def extension_allowed(clock: Clock, extension: Extension, calendar: Calendar) -> Due:
    """When a clock would end with one more extension. Raises Refusal when the row does not allow it."""
    rule = clock.row.extension
    if rule is None or rule.times <= len(clock.extensions):
        allowed = rule.times if rule else 0
        raise _refused(
            "limit.extension.times",
            f"时限“{clock.row.title}”至多延期 {allowed} 次",
            f"the limit {clock.row.title_en!r} may be extended at most {allowed} times",
        )
    present = ends(clock, calendar, extension.at).due
    if clock.stopped is not None or extension.at > present.at:
        raise _refused(
            "limit.extension.late", "期限已过，不能延期", "the limit is over, it cannot be extended"
        )
    wanted = due(present.at, extension.limit, calendar)
    if rule.longest is not None and wanted.at > due(present.at, rule.longest, calendar).at:
        zh, en = rule.longest.text()
        raise _refused(
            "limit.extension.longest",
            f"一次至多延期{zh}",
            f"it may be extended by at most {en} at a time",
        )
    return wanted


def _refused(rule: str, message_zh: str, message_en: str) -> Refusal:
    return Refusal(rule=rule, message_zh=message_zh, message_en=message_en)
