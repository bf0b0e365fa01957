"""The independent calculation itself, checked by hand on a file small enough for it."""

from __future__ import annotations

from tests.acceptance.independent_figures import figures

HEADER = "Agency,CreatedDate,StatusDate,DueDate,CloseDate"


def day(number: int) -> str:
    return f"01/{number:02d}/2018 09:00:00 AM"


def test_every_count_and_rate_by_hand() -> None:
    rows = [
        ("Water", day(1), day(2), day(2), day(2)),  # on time to the second
        ("Water", day(1), day(3), day(2), day(3)),  # late
        ("Water", day(1), day(1), day(5), ""),  # open, overdue at the snapshot (day 10)
        ("Water", day(1), day(1), day(20), ""),  # open, not due yet
        ("Water", day(1), day(1), "", ""),  # open, no due date: never overdue
        ("Water", day(1), day(4), day(20), day(4)),  # on time, due after the snapshot: in no rate
        ("Parks", day(1), day(10), "", day(10)),  # closed, no due date: no rate at all
    ]
    table = figures("\n".join([HEADER, *(",".join(row) for row in rows)]).encode())
    assert table["Water"] == {
        "total": 6,
        "open": 3,
        "closed": 3,
        "with_due": 5,
        "no_due": 1,
        "closed_on_time": 2,
        "closed_late": 1,
        "open_overdue": 1,
        "due_in_period": 3,
        "on_time_in_period": 1,
        "on_time_rate": "33.3 %",
        "overdue_rate": "66.7 %",
        "settled_rate": "50.0 %",
    }
    assert table["Parks"]["on_time_rate"] == table["Parks"]["overdue_rate"] == "—"
    assert table["Parks"]["settled_rate"] == "100.0 %"
    assert table[""]["total"] == 7
