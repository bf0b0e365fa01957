"""One row of an inbox: what its columns are read from, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.directory import parse_group
from engine.inbox.boxes import CONFIDENTIALITY_NAMES, GRADE_NAMES
from engine.store import NEVER
from engine.store.tables import UNGRADED, case_headers, case_places, cases, task_candidates, tasks


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxRow:
    """A task, or a case in the boxes of cases; times in microseconds since 1970 UTC.

    flow: key of the case's process. step: element id. due_at: of the task, or of the case where there is no task.
    provisional: the due time rests on holidays not published yet. unit: one the task waits for, when nobody has it.
    place: the unit the case is about. etag: the case's. completed_at: in the box of what was done.
    """

    case_id: UUID
    task_id: int | None
    case_code: str
    title: str
    flow: str
    flow_name: str
    category: str
    grade: str
    confidentiality: str
    lifecycle: str
    case_status: str
    etag: str
    place: str | None
    step: str | None
    step_name: str | None
    status: str | None
    assignee: str | None
    unit: str | None
    urged: int
    priority: int | None
    due_at: int | None
    due_soon: bool
    overdue: bool
    provisional: bool
    created_at: int | None
    completed_at: int | None


CASE_COLUMNS: Final = (
    sa.func.coalesce(case_headers.c.case_code, "").label("case_code"),
    sa.func.coalesce(case_headers.c.title, "").label("title"),
    cases.c.definition_key.label("flow"),
    sa.func.coalesce(case_headers.c.flow_name, "").label("flow_name"),
    sa.func.coalesce(case_headers.c.category, "").label("category"),
    sa.func.coalesce(case_headers.c.grade, UNGRADED).label("grade"),
    sa.func.coalesce(case_headers.c.confidentiality, 0).label("confidentiality"),
    sa.func.coalesce(case_headers.c.lifecycle, "open").label("lifecycle"),
    cases.c.status.label("case_status"),
    cases.c.state_hash.label("etag"),
    case_places.c.place,
)

TASK_COLUMNS: Final = (
    tasks.c.element_id.label("step"),
    tasks.c.name.label("step_name"),
    tasks.c.status,
    tasks.c.assignee,
    tasks.c.urged,
    tasks.c.priority,
    tasks.c.due_at,
    tasks.c.soon_at,
    tasks.c.provisional,
    tasks.c.created_at,
)


def candidate_group() -> sa.ColumnElement[Any]:
    """One of the groups a task waits for."""
    waiting = task_candidates.alias()
    return (
        sa.select(sa.func.min(waiting.c.candidate))
        .where(
            waiting.c.case_id == tasks.c.case_id,
            waiting.c.task_id == tasks.c.task_id,
            waiting.c.kind == "group",
        )
        .scalar_subquery()
        .label("waits_for")
    )


def with_case(source: Any, case_id: sa.ColumnElement[Any]) -> Any:
    """A query's source joined with what a row shows of the case; cases of older versions have no header yet."""
    joined = source.join(cases, cases.c.case_id == case_id)
    joined = joined.outerjoin(case_headers, case_headers.c.case_id == case_id)
    return joined.outerjoin(case_places, case_places.c.case_id == case_id)


def inbox_row(found: Mapping[str, Any], now: int) -> InboxRow:
    """The row of what was read."""
    due = found.get("due_at", NEVER)
    group = parse_group(found.get("waits_for") or "")
    is_open = found.get("completed_at") is None
    return InboxRow(
        case_id=found["case_id"],
        task_id=found.get("task_id"),
        case_code=found["case_code"],
        title=found["title"],
        flow=found["flow"],
        flow_name=found["flow_name"],
        category=found["category"],
        grade=GRADE_NAMES.get(found["grade"], GRADE_NAMES[UNGRADED]),
        confidentiality=CONFIDENTIALITY_NAMES.get(found["confidentiality"], "confidential"),
        lifecycle=found["lifecycle"],
        case_status=found["case_status"],
        etag=bytes(found["etag"]).hex(),
        place=found["place"],
        step=found.get("step"),
        step_name=found.get("step_name"),
        status=found.get("status"),
        assignee=found.get("assignee"),
        unit=None if group is None else group.unit,
        urged=found.get("urged", 0),
        priority=found.get("priority"),
        due_at=None if due == NEVER else due,
        due_soon=is_open and due > now >= found.get("soon_at", NEVER),
        overdue=is_open and due <= now,
        provisional=bool(found.get("provisional", 0)),
        created_at=found.get("created_at"),
        completed_at=found.get("completed_at"),
    )
