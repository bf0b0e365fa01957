"""A city's official target dates against our working-time arithmetic.

    python -m bench.boston [FILE] [--json]

FILE: a CSV with `open_dt`, `target_dt` and `type`; else the environment's BOSTON_DEADLINES, else
`../shared/data/deadlines/boston311-100.csv`. The city publishes no limits, so they are fitted: for each row, limits
and calendar are chosen from the other rows alone, and then predict that row's target.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.calendars import Calendar, DayKind, Limit, Season, SpecialDay, Unit, due, next_opening

ZONE = ZoneInfo("America/New_York")
OPENS = 8 * 3600 + 1800
CLOSES = (16 * 3600 + 1800, 17 * 3600, 17 * 3600 + 1800)
LONGEST_WORKING, LONGEST_CALENDAR = 70, 180
SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOLIDAYS = (date(2022, 1, 17), date(2022, 2, 21), date(2022, 4, 18), date(2022, 5, 30), date(2022, 6, 20))
"""Massachusetts' legal holidays on weekdays in the months the file covers."""
ONE_TARGET = "the only target of its type: nothing to fit from"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A request with an official target; microseconds since 1970 UTC."""

    number: int
    kind: str
    opened: int
    target: int

    @property
    def tolerance(self) -> int:
        """How far a target may be off: the opening is often shown without its seconds."""
        return 59 * SECOND if self.opened % (60 * SECOND) == 0 else SECOND


@dataclass(frozen=True, kw_only=True)
class Place:
    """A way the city may count: when it closes, and whether it observes holidays."""

    closes: int
    observes: bool

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar of it."""
        week = (((OPENS, self.closes),),) * 5 + ((), ())
        free = HOLIDAYS if self.observes else ()
        return Calendar(
            name="boston",
            zone=str(ZONE),
            seasons=(Season(week=week, exchanged=week[0]),),
            special=tuple((day, SpecialDay(kind=DayKind.HOLIDAY, name="holiday")) for day in free),
            first=date(2021, 1, 1),
            last=date(2025, 12, 31),
        )

    def limits(self) -> Iterator[Limit]:
        """Every limit the city may have set: so many working days by the hour, or so many days of 24 hours."""
        hours = Decimal(self.closes - OPENS) / 3600
        for number in range(1, LONGEST_WORKING + 1):
            yield Limit(number * hours, Unit.WORK_HOUR)
        for number in range(1, LONGEST_CALENDAR + 1):
            yield Limit(24 * number, Unit.HOUR)

    def predict(self, row: Row, limit: Limit) -> int:
        """The target a limit gives.

        The close of a day and the next opening are one moment of working time; the city writes the opening.
        """
        at = due(row.opened, limit, self.calendar).at
        return next_opening(at, self.calendar) if limit.unit is Unit.WORK_HOUR else at

    def says(self, limit: Limit) -> str:
        """The limit as the city would put it."""
        if limit.unit is Unit.HOUR:
            return f"{int(limit.value) // 24} days of 24 h"
        return f"{int(limit.value * 3600) // (self.closes - OPENS)} working days"


PLACES = tuple(Place(closes=closes, observes=observes) for closes in CLOSES for observes in (False, True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one row. reason: why it was not reproduced, empty if it was."""

    row: Row
    predicted: int | None
    limit: str
    reason: str

    @property
    def reproduced(self) -> bool:
        """Whether the prediction is the official target."""
        return not self.reason


def read(lines: Iterable[str]) -> tuple[list[Row], int]:
    """The rows with a target, and how many rows there are."""
    rows = []
    total = 0
    for record in csv.DictReader(lines):
        total += 1
        if record["target_dt"].strip():
            rows.append(
                Row(
                    number=total,
                    kind=record["type"],
                    opened=_micros(record["open_dt"]),
                    target=_micros(record["target_dt"]),
                )
            )
    return rows, total


def leave_one_out(rows: Sequence[Row], known: Place | None = None) -> list[Outcome]:
    """Predict each row from all others. known: the way the city counts, if it need not be fitted, too."""
    hits = {place: [_hits(place, row) for row in rows] for place in PLACES}
    outcomes = []
    for left, row in enumerate(rows):
        others = [number for number in range(len(rows)) if number != left]
        # The first of equally good places wins: without holidays before with them.
        place = known or max(PLACES, key=lambda each: _score(rows, hits[each], others))
        siblings = [number for number in others if rows[number].kind == row.kind]
        outcomes.append(_outcome(row, place, hits[place], siblings))
    return outcomes


def best_place(rows: Sequence[Row]) -> Place:
    """The way of counting that explains most of all rows."""
    everything = range(len(rows))
    return max(PLACES, key=lambda each: _score(rows, [_hits(each, row) for row in rows], everything))


def _hits(place: Place, row: Row) -> list[Limit]:
    return [limit for limit in place.limits() if abs(place.predict(row, limit) - row.target) <= row.tolerance]


def _score(rows: Sequence[Row], hits: Sequence[Sequence[Limit]], numbers: Iterable[int]) -> int:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        by_kind[rows[number].kind].append(number)
    return sum(_most(hits, each)[1] for each in by_kind.values())


def _most(hits: Sequence[Sequence[Limit]], numbers: Sequence[int]) -> tuple[Limit | None, int]:
    """The limit that gives most of some rows, and how many; working days before days of 24 hours."""
    counts = Counter(limit for number in numbers for limit in hits[number])
    if not counts:
        return None, 0
    best = max(counts.values())
    at_best = [limit for limit, count in counts.items() if count == best]
    return min(at_best, key=lambda limit: (limit.unit is Unit.HOUR, limit.micros)), best


def _outcome(row: Row, place: Place, hits: Sequence[Sequence[Limit]], siblings: Sequence[int]) -> Outcome:
    if not siblings:
        return Outcome(row=row, predicted=None, limit="", reason=ONE_TARGET)
    limit, _ = _most(hits, siblings)
    if limit is None:
        reason = _wall_clock(row) or "no limit explains the others of its type"
        return Outcome(row=row, predicted=None, limit="", reason=reason)
    predicted = place.predict(row, limit)
    if abs(predicted - row.target) <= row.tolerance:
        return Outcome(row=row, predicted=predicted, limit=place.says(limit), reason="")
    reason = _wall_clock(row) or _closing(row, place, limit)
    if not reason:
        seconds = abs(predicted - row.target) // SECOND
        reason = f"predicted {seconds} s {'before' if predicted < row.target else 'after'} the target"
    return Outcome(row=row, predicted=predicted, limit=place.says(limit), reason=reason)


def _closing(row: Row, place: Place, limit: Limit) -> str:
    """Whether the same limit gives the target where business closes at another hour."""
    if limit.unit is not Unit.WORK_HOUR:
        return ""
    days = Decimal(limit.value) * 3600 / (place.closes - OPENS)
    for other in PLACES:
        same = Limit(days * (other.closes - OPENS) / 3600, Unit.WORK_HOUR)
        if abs(other.predict(row, same) - row.target) <= row.tolerance:
            return "the only row that shows when business closes: without it an earlier close fits as well"
    return ""


def _wall_clock(row: Row) -> str:
    """Why hours cannot give the target, where the city keeps the wall clock across a change of summer time."""
    opened, target = (
        (EPOCH + timedelta(microseconds=each)).astimezone(ZONE) for each in (row.opened, row.target)
    )
    days = (target.date() - opened.date()).days
    kept = (opened + timedelta(days=days)).replace(tzinfo=None)
    shifted = opened.utcoffset() != target.utcoffset()
    if shifted and abs(target.replace(tzinfo=None) - kept) < timedelta(minutes=1):
        return f"{days} days that keep the wall clock across summer time; hours run on"
    return ""


def _micros(text: str) -> int:
    local = datetime.fromisoformat(text.strip()).replace(tzinfo=ZONE)
    return (local - EPOCH) // timedelta(microseconds=1)


def official_file() -> Path:
    """Where the city's file is, if it is at hand."""
    given = os.environ.get("BOSTON_DEADLINES")
    default = Path(__file__).parents[2] / "shared" / "data" / "deadlines" / "boston311-100.csv"
    return Path(given) if given else default


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description="official target dates against our working-time arithmetic")
    parser.add_argument("file", nargs="?", type=Path, default=official_file())
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with options.file.open(encoding="utf-8-sig", newline="") as lines:
        rows, total = read(lines)
    outcomes = leave_one_out(rows)
    place = best_place(rows)
    reproduced = sum(outcome.reproduced for outcome in outcomes)
    alone = sum(outcome.reason == ONE_TARGET for outcome in outcomes)
    others = [outcome for outcome in outcomes if outcome.reason not in ("", ONE_TARGET)]
    singles = [outcome.row for outcome in outcomes if outcome.reason == ONE_TARGET]
    explained = sum(bool(_hits(place, row)) for row in singles)
    given = sum(outcome.reproduced for outcome in leave_one_out(rows, place))
    figures = {
        "rows": total,
        "targets": len(rows),
        "of types with other targets": len(rows) - alone,
        "reproduced": reproduced,
        "reproduced, place fitted from all rows": given,
        "alone in their type": alone,
        "of those, some limit gives the target": explained,
        "closes at": f"{place.closes // 3600:02}:{place.closes % 3600 // 60:02}",
        "observes holidays": place.observes,
    }
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"  {name:40} {value}")
    for outcome in others:
        print(f"  {_told(outcome.row)}: {outcome.limit} {outcome.reason}")
    for row in singles:
        if not _hits(place, row):
            print(f"  {_told(row)}: alone in its type; {_wall_clock(row) or 'no limit gives it'}")


def _told(row: Row) -> str:
    return f"row {row.number} {row.kind}, {_shown(row.opened)} -> {_shown(row.target)}"


def _shown(micros: int) -> str:
    return f"{(EPOCH + timedelta(microseconds=micros)).astimezone(ZONE):%a %Y-%m-%d %H:%M:%S}"


if __name__ == "__main__":
    main()
