"""The clock ledger: what every second of a running limit was.

The segments follow one another without gap or overlap from the start to the end, in whole seconds, so that their
lengths add up to the time that passed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from engine.calendars.calendar import Calendar
from engine.calendars.clock import Clock, Ends, ends, intervals, standing_still
from engine.calendars.limit import SECOND, WORKING, Limit
from engine.calendars.pause import Pause
from engine.calendars.working_time import served
from engine.canonical import Wire


class Kind(StrEnum):
    """What a second was.

    EXTENDED: counted, after the original end and before the extended one. OUTSIDE_HOURS: not counted, also the rest
    of the day a limit in days starts (Civil Code 201). HOLIDAY: a day not worked, weekends included.
    """

    COUNTING = "counting"
    PAUSED = "paused"
    OUTSIDE_HOURS = "outside_hours"
    HOLIDAY = "holiday"
    EXTENDED = "extended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A stretch of time of one kind.

    start, end: seconds since 1970 UTC. reason: why it was not counted: the pause's reason, the holiday's name,
    `weekend`, `start_day`, `closed`. actor: who granted the pause. late: after the clock had run out.
    """

    start: int
    end: int
    kind: Kind
    reason: str = ""
    actor: str = ""
    late: bool = False

    @property
    def seconds(self) -> int:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The account of one clock up to a moment.

    ends: when it runs out. counted: seconds counted in time; late: seconds counted after it had run out.
    remaining: seconds yet to count, 0 once it stopped or ran out. calendar, row: versions it was made with.
    """

    segments: tuple[Segment, ...]
    ends: Ends
    counted: int
    late: int
    remaining: int
    calendar: str
    row: str

    def seconds(self, kind: Kind) -> int:
        """The seconds of one kind."""
        return sum(segment.seconds for segment in self.segments if segment.kind is kind)

    def wire(self) -> Wire:
        """The ledger in wire form; moments in microseconds like all others."""
        due = self.ends.due
        return {
            "segments": [
                [each.start, each.end, str(each.kind), each.reason, each.actor, each.late]
                for each in self.segments
            ],
            "original_due": self.ends.original.at,
            "due": due.at,
            "provisional": due.provisional,
            "counted": self.counted,
            "late": self.late,
            "remaining": self.remaining,
            "calendar": self.calendar,
            "row": self.row,
        }


def ledger(clock: Clock, calendar: Calendar, until: int) -> Ledger:
    """The account of a clock from its start to `until` (microseconds since 1970 UTC), or to where it stopped."""
    stop = until if clock.stopped is None else min(until, clock.stopped)
    stop = max(stop, clock.start)
    pauses = list(standing_still(clock, calendar, stop))
    when = ends(clock, calendar, stop)
    timeline = _without_pauses(clock, calendar, when, pauses, stop)
    segments = tuple(_joined(_late(_paused(timeline, pauses), when.due.at)))
    counting = [each for each in segments if each.kind in (Kind.COUNTING, Kind.EXTENDED)]
    return Ledger(
        segments=segments,
        ends=when,
        counted=sum(each.seconds for each in counting if not each.late),
        late=sum(each.seconds for each in counting if each.late),
        remaining=_remaining(clock, calendar, when, stop),
        calendar=calendar.version,
        row=clock.row.version,
    )


def _without_pauses(
    clock: Clock, calendar: Calendar, when: Ends, pauses: list[Pause], stop: int
) -> Iterator[Segment]:
    """The timeline in microseconds as if no pause had been: first the limit, then each extension, then what is late."""
    start, last = clock.start, clock.limit
    yield from _base(start, min(stop, when.original.at), last, calendar, pauses, Kind.COUNTING)
    start = when.original.at
    for extension, due in zip(clock.extensions, when.extended, strict=True):
        last = extension.limit
        yield from _base(start, min(stop, due.at), last, calendar, pauses, Kind.EXTENDED)
        start = due.at
    if stop > start:
        yield from _plain(start, stop, last, calendar, Kind.COUNTING)


def _base(
    start: int, stop: int, limit: Limit, calendar: Calendar, pauses: list[Pause], kind: Kind
) -> Iterator[Segment]:
    if stop <= start:
        return
    if limit.micros:
        yield from _plain(start, stop, limit, calendar, kind)
        return
    table = calendar.table
    first = table.starts[table.day(start) + 1]
    if kind is Kind.COUNTING:
        free = table.rest[table.day(start)] and limit.unit in WORKING
        reason = _day_reason(calendar, table.day(start)) if free else "start_day"
        label = Kind.HOLIDAY if free else Kind.OUTSIDE_HOURS
        yield Segment(start=start, end=min(first, stop), kind=label, reason=reason)
        start = first
    if limit.unit in WORKING:
        yield from _plain(start, stop, limit, calendar, kind)
        return
    over = served(start if kind is Kind.EXTENDED else first - 1, limit, calendar, intervals(iter(pauses)))
    moved = table.starts[table.day(over - 1) + 1]
    yield from _plain(start, min(stop, moved), limit, calendar, kind)
    yield from _days_off(max(start, moved), stop, calendar, kind)


def _plain(start: int, stop: int, limit: Limit, calendar: Calendar, kind: Kind) -> Iterator[Segment]:
    """Time as a unit sees it: all of it counts, or business hours alone."""
    if stop <= start:
        return
    if limit.unit not in WORKING:
        yield Segment(start=start, end=stop, kind=kind)
        return
    table = calendar.table
    for segment in _days_off(start, stop, calendar, kind):
        if segment.kind is Kind.HOLIDAY:
            yield segment
            continue
        at = segment.start
        span = bisect_right(table.span_ends, at)
        while at < segment.end:
            within = span < len(table.span_ends)
            opens = min(max(table.span_starts[span], at), segment.end) if within else segment.end
            closes = min(table.span_ends[span], segment.end) if within else segment.end
            yield Segment(start=at, end=opens, kind=Kind.OUTSIDE_HOURS, reason="closed")
            yield Segment(start=opens, end=max(closes, opens), kind=kind)
            at = max(closes, opens)
            span += 1


def _days_off(start: int, stop: int, calendar: Calendar, kind: Kind) -> Iterator[Segment]:
    """Day by day: worked days as `kind`, the others as holidays with their names."""
    table = calendar.table
    while start < stop:
        day = table.day(start)
        end = min(stop, table.starts[day + 1])
        if table.rest[day]:
            yield Segment(start=start, end=end, kind=Kind.HOLIDAY, reason=_day_reason(calendar, day))
        else:
            yield Segment(start=start, end=end, kind=kind)
        start = end


def _day_reason(calendar: Calendar, day: int) -> str:
    return calendar.table.names.get(day, "weekend")


def _paused(segments: Iterable[Segment], pauses: list[Pause]) -> Iterator[Segment]:
    """The timeline with the pauses laid over it."""
    for segment in segments:
        at = segment.start
        for pause in pauses:
            assert pause.end is not None
            opens, closes = max(pause.start, at), min(pause.end, segment.end)
            if closes <= opens:
                continue
            yield _part(segment, at, opens)
            yield Segment(start=opens, end=closes, kind=Kind.PAUSED, reason=pause.reason, actor=pause.actor)
            at = closes
        yield segment if at == segment.start else _part(segment, at, segment.end)


def _late(segments: Iterable[Segment], due: int) -> Iterator[Segment]:
    for segment in segments:
        if segment.end <= due:
            yield segment
            continue
        start = max(segment.start, due)
        yield _part(segment, segment.start, start)
        yield _part(segment, start, segment.end, late=True)


def _joined(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The timeline in whole seconds, with neighbours of one kind joined."""
    last: Segment | None = None
    for segment in segments:
        start, end = segment.start // SECOND, segment.end // SECOND
        if end <= start:
            continue
        if last is not None and _label(last) == _label(segment):
            last = _part(last, last.start, end, late=last.late)
            continue
        if last is not None:
            yield last
        last = _part(segment, start, end, late=segment.late)
    if last is not None:
        yield last


def _part(segment: Segment, start: int, end: int, *, late: bool = False) -> Segment:
    return Segment(
        start=start, end=end, kind=segment.kind, reason=segment.reason, actor=segment.actor, late=late
    )


def _label(segment: Segment) -> tuple[Kind, str, str, bool]:
    return segment.kind, segment.reason, segment.actor, segment.late


def _remaining(clock: Clock, calendar: Calendar, when: Ends, stop: int) -> int:
    if clock.stopped is not None or stop >= when.due.at:
        return 0
    last = clock.extensions[-1].limit if clock.extensions else clock.limit
    parts = _plain(stop, when.due.at, last, calendar, Kind.COUNTING)
    return sum(each.end - each.start for each in parts if each.kind is Kind.COUNTING) // SECOND
