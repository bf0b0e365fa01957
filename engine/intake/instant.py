"""From the wall-clock time a file writes to an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.intake.layout import ISO

EARLIEST = 1900
LATEST = 2200

FOLD = "fold"
GAP = "gap"


def parse(text: str, formats: tuple[str, ...]) -> datetime | None:
    """The time a text says in one of the formats, with its offset if it has one; None if in none of them."""
    for form in formats:
        try:
            # DTZ007: wall-clock time is what the file holds; the zone is applied by `resolve`
            read = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
        return read if EARLIEST <= read.year < LATEST else None
    return None


def resolve(read: datetime, zone: ZoneInfo) -> tuple[datetime, str | None]:
    """The instant (in UTC) of a time as read, and what was doubtful about it.

    A time without offset is wall-clock time in `zone`. `FOLD`: it occurs twice, the first is taken. `GAP`: it
    never occurs, the offset from before the clocks went forward is taken. Rule: RFC 5545 §3.3.5.
    """
    if read.tzinfo is not None:
        return read.astimezone(UTC), None
    first = read.replace(tzinfo=zone, fold=0)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    instant = first.astimezone(UTC)
    if before == after or before is None or after is None:
        return instant, None
    return instant, GAP if before < after else FOLD
