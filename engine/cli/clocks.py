"""The account of a limit as people read it: interval after interval, each with its label, and the sum of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.cli.desk import Desk
from engine.cli.outcomes import headings
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.calendars.ledger import Segment
    from engine.history import TaskClock

COLUMNS: Final = ("from", "to", "#length", "kind", "reason", "actor")
SECOND: Final = 1_000_000
DAY: Final = 86_400


def lasting(say: Catalogue, seconds: int) -> str:
    """A length of time to the second: `3 天 4:05:06`."""
    days, rest = divmod(seconds, DAY)
    clock = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}"
    return say("clock.days", days=days, clock=clock) if days else clock


def clock_json(desk: Desk, clock: TaskClock) -> dict[str, Any]:
    """One account for programs; lengths in seconds. seconds: the sum of the intervals."""
    account = clock.ledger
    return {
        "task": clock.task,
        "element": clock.element,
        "limit": clock.limit,
        "due_at": desk.iso(account.ends.due.at),
        "original_due_at": desk.iso(account.ends.original.at),
        "provisional": account.ends.due.provisional,
        "stopped_at": desk.iso(clock.stopped),
        "seconds": sum(each.seconds for each in account.segments),
        "counted": account.counted,
        "late_seconds": account.late,
        "remaining": account.remaining,
        "intervals": [
            {
                "from": desk.iso(each.start * SECOND),
                "to": desk.iso(each.end * SECOND),
                "seconds": each.seconds,
                "kind": str(each.kind),
                "late": each.late,
                "reason": each.reason,
                "actor": each.actor,
            }
            for each in account.segments
        ],
    }


def show_clock(desk: Desk, clock: TaskClock, name: str) -> None:
    """One account as a table under its title. name: of the task it belongs to."""
    say, account = desk.say, clock.ledger
    state = "clock.running" if clock.stopped is None else "clock.stopped"
    title = say(
        state, limit=clock.limit, name=name, due=desk.time(account.ends.due.at), at=desk.time(clock.stopped)
    )
    rows = [_row(desk, each) for each in account.segments]
    desk.screen.table(headings(desk, COLUMNS), rows, title=title)
    whole = sum(each.seconds for each in account.segments)
    counted, late = account.counted, account.late
    desk.screen.line(
        say(
            "clock.sum",
            whole=lasting(say, whole),
            counted=lasting(say, counted),
            late=lasting(say, late),
            still=lasting(say, whole - counted - late),
            remaining=lasting(say, account.remaining),
        )
    )


def _row(desk: Desk, segment: Segment) -> tuple[object, ...]:
    from engine.cli import moments

    def exact(seconds: int) -> str:
        return moments.local(seconds * SECOND, desk.zone).strftime("%Y-%m-%d %H:%M:%S")

    say = desk.say
    label = say(f"interval.{segment.kind}")
    key = f"interval.{segment.reason}"
    return (
        exact(segment.start),
        exact(segment.end),
        lasting(say, segment.seconds),
        say("clock.late", label=label) if segment.late else label,
        say(key) if segment.reason and say.knows(key) else segment.reason,
        segment.actor,
    )
