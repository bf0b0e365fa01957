"""Everything the tables say about a case beside its log, read in one exchange."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.store import Reading, Statement
from engine.store.tables import (
    cases,
    incidents,
    jobs,
    scopes,
    subscriptions,
    task_candidates,
    tasks,
    timers,
)

CANDIDATE: Final = (
    "task_id", "kind", "candidate", "due_at", "created_at",
    "free", "soon_at", "priority", "grade", "confidentiality", "flow", "element_id",
)  # fmt: skip

MIRRORED: Final[dict[str, tuple[sa.Table, tuple[str, ...]]]] = {
    "tasks": (
        tasks,
        (
            "task_id",
            "token_id",
            "definition_key",
            "element_id",
            "name",
            "form",
            "status",
            "assignee",
            "due_at",
            "priority",
            "created_at",
            "soon_at",
            "urged",
            "provisional",
        ),
    ),
    "task_candidates": (task_candidates, CANDIDATE),
    "timers": (timers, ("timer_id", "element_id", "due_at")),
    "subscriptions": (
        subscriptions,
        ("subscription_id", "kind", "name", "correlation_key", "element_id", "wakes"),
    ),
    "jobs": (jobs, ("job_id", "token_id", "type", "retries")),
    "incidents": (
        incidents,
        ("incident_id", "kind", "element_id", "message_zh", "message_en", "created_at"),
    ),
}
"""The hot tables and those of their columns that the log decides. A job's status and lock are a worker's."""

_CASE: Final = sa.bindparam("case_id", type_=sa.Uuid)
_CASE_ROW: Final = Statement(sa.select(cases).where(cases.c.case_id == _CASE))
_SCOPES: Final = Statement(sa.select(scopes.c.scope_id, scopes.c.content).where(scopes.c.case_id == _CASE))
_ROWS: Final = {
    name: Statement(sa.select(*(table.c[column] for column in columns)).where(table.c.case_id == _CASE))
    for name, (table, columns) in MIRRORED.items()
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCase:
    """The case row by column (None when it is missing), scope snapshots by id, rows of the hot tables."""

    row: dict[str, Any] | None
    scopes: dict[int, bytes]
    rows: dict[str, set[tuple[Any, ...]]]


def read_case(tx: Reading, case_id: UUID) -> StoredCase:
    """Read what the tables say about a case."""
    params = {"case_id": case_id}
    found = tx.rows_of(
        (_CASE_ROW, params), (_SCOPES, params), *((statement, params) for statement in _ROWS.values())
    )
    names = [column.name for column in cases.columns]
    row = {name: _plain(value) for name, value in zip(names, found[0][0], strict=True)} if found[0] else None
    return StoredCase(
        row=row,
        scopes={int(scope_id): bytes(content) for scope_id, content in found[1]},
        rows={name: set(rows) for name, rows in zip(_ROWS, found[2:], strict=True)},
    )


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
