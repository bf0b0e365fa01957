"""`bihuan cases`: the cases of the database, received last first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.cli.command import command, option
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.cli.outcomes import headings
from engine.cli.types import OneOf, Whole
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.inbox import CaseRow

COLUMNS = ("code", "title", "process", "grade", "status", "lifecycle", "received", "due")
STATUSES = ("active", "suspended", "completed", "cancelled")
LIFECYCLES = ("open", "monitoring", "closed", "cancelled")


def cases(say: Catalogue) -> Command:
    """The command."""
    params = [
        option(say, "cases", "--process", metavar="KEY"),
        option(say, "cases", "--business-key", metavar="TEXT"),
        option(say, "cases", "--text", metavar="TEXT"),
        option(say, "cases", "--category", metavar="TEXT"),
        option(say, "cases", "--grade", metavar="GRADE"),
        option(say, "cases", "--status", type=OneOf(STATUSES, say)),
        option(say, "cases", "--lifecycle", type=OneOf(LIFECYCLES, say)),
        option(say, "cases", "--unit", metavar="ID"),
        option(say, "cases", "--due", is_flag=True),
        option(say, "cases", "--limit", type=Whole(say, least=1, most=1_000), default=50),
    ]
    return command("cases", say, _run, params)


def _run(
    desk: Desk,
    process: str | None,
    business_key: str | None,
    text: str | None,
    category: str | None,
    grade: str | None,
    status: str | None,
    lifecycle: str | None,
    unit: str | None,
    *,
    due: bool,
    limit: int,
) -> None:
    from engine.cli.operator import operator
    from engine.inbox import CaseFilters, Cases, CaseSort

    filters = CaseFilters(
        flow=process,
        business_key=business_key,
        text=text,
        category=category,
        grade=grade,
        status=status,
        lifecycle=lifecycle,
        unit=unit,
    )
    sort = CaseSort.DUE if due else CaseSort.STARTED
    with desk.engine() as engine:
        page = Cases(engine.database).page(operator(engine), filters, sort=sort, limit=limit)
    more = page.next is not None
    if desk.chosen.is_json:
        desk.screen.json({"cases": [_json(desk, row) for row in page.rows], "more": more})
        return
    if page.rows:
        desk.screen.table(headings(desk, COLUMNS), [_line(desk, row) for row in page.rows])
    desk.screen.remark(desk.say("cases.more" if more else "cases.all", count=len(page.rows)))


def _line(desk: Desk, row: CaseRow) -> tuple[object, ...]:
    return (
        row.case_code,
        row.title,
        row.flow_name or row.flow,
        desk.say(f"grade.{row.grade}"),
        desk.say(f"status.{row.status}"),
        desk.say(f"lifecycle.{row.lifecycle}"),
        desk.time(row.received_at),
        desk.time(row.due_at),
    )


def _json(desk: Desk, row: CaseRow) -> dict[str, Any]:
    return {
        "case": str(row.case_id),
        "case_code": row.case_code,
        "title": row.title,
        "process": row.flow,
        "business_key": row.business_key,
        "category": row.category,
        "grade": row.grade,
        "status": row.status,
        "lifecycle": row.lifecycle,
        "place": row.place,
        "owner_unit": row.owner_unit,
        "received_at": desk.iso(row.received_at),
        "due_at": desk.iso(row.due_at),
        "settled_at": desk.iso(row.settled_at),
        "closed_at": desk.iso(row.closed_at),
    }
