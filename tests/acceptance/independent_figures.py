"""The figures of a service-request file, calculated straight from its rows: the check on the engine's own.

Written apart from the engine on purpose: nothing but the csv and datetime modules, wall-clock times compared
as they are written. Formulas, with the snapshot being the latest created, status or close time of the file:

- closed on time: closed, has a due date, closed at or before it; closed late: closed after it;
- open overdue: not closed, has a due date before the snapshot; without a due date nothing is ever overdue;
- due in period: has a due date before the snapshot; on-time rate: those of them closed on time; overdue
  rate: (closed late + open overdue); both over due in period; settled rate: closed over total;
- a rate over nothing is a dash.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime

FORMAT = "%m/%d/%Y %I:%M:%S %p"
COUNTS = (
    "total",
    "open",
    "closed",
    "with_due",
    "no_due",
    "closed_on_time",
    "closed_late",
    "open_overdue",
    "due_in_period",
    "on_time_in_period",
)


def figures(data: bytes) -> dict[str, dict[str, int | str]]:
    """Counts and rates by agency, and for all of them under the empty name."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    times = [_time(row[column]) for row in rows for column in ("CreatedDate", "StatusDate", "CloseDate")]
    snapshot = max(time for time in times if time is not None)
    table: dict[str, dict[str, int]] = {}
    for row in rows:
        for agency in ("", row["Agency"]):
            _count(table.setdefault(agency, dict.fromkeys(COUNTS, 0)), row, snapshot)
    return {agency: {**counts, **_rates(counts)} for agency, counts in sorted(table.items())}


def _count(counts: dict[str, int], row: dict[str, str], snapshot: datetime) -> None:
    due, closed = _time(row["DueDate"]), _time(row["CloseDate"])
    counts["total"] += 1
    counts["closed" if closed is not None else "open"] += 1
    if due is None:
        counts["no_due"] += 1
        return
    counts["with_due"] += 1
    counts["due_in_period"] += due < snapshot
    if closed is None:
        counts["open_overdue"] += due < snapshot
    elif closed <= due:
        counts["closed_on_time"] += 1
        counts["on_time_in_period"] += due < snapshot
    else:
        counts["closed_late"] += 1


def _rates(counts: dict[str, int]) -> dict[str, str]:
    return {
        "on_time_rate": _percent(counts["on_time_in_period"], counts["due_in_period"]),
        "overdue_rate": _percent(counts["closed_late"] + counts["open_overdue"], counts["due_in_period"]),
        "settled_rate": _percent(counts["closed"], counts["total"]),
    }


def _percent(part: int, whole: int) -> str:
    if whole == 0:
        return "—"
    tenths = (2 * 1000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10} %"


def _time(text: str) -> datetime | None:
    return datetime.strptime(text, FORMAT) if text else None
