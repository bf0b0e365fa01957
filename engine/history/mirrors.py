"""Whether the rows that inboxes and sweeps read say what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.cases.definitions import Definitions
from engine.errors import BihuanError
from engine.history.findings import HistoryFinding
from engine.history.fold import Fold
from engine.state import Scope
from engine.store import NEVER, Reading
from engine.store.tables import incidents, jobs, subscriptions, task_candidates, tasks, timers

Rows = set[tuple[Any, ...]]


def compare_rows(tx: Reading, fold: Fold, definitions: Definitions) -> Iterator[HistoryFinding]:
    """Compare each hot table's rows of a case with those its neutral state leads to."""
    expected = _expected(fold, definitions)
    for name, (table, columns) in TABLES.items():
        query = sa.select(*(table.c[column] for column in columns)).where(table.c.case_id == fold.case_id)
        stored = {tuple(row) for row in tx.execute(query)}
        for row in sorted(expected[name] ^ stored, key=repr):
            missing = row in expected[name]
            yield HistoryFinding(
                rule=f"row.{name}",
                case_id=fold.case_id,
                seq=fold.seq,
                place=f"{name}[{row[0]}]",
                message_zh="缺少与日志相符的行" if missing else "有与日志不符的行",
                message_en="the row the log leads to is missing" if missing else "the row is not in the log",
            )


TABLES: dict[str, tuple[sa.Table, tuple[str, ...]]] = {
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
        ),
    ),
    "task_candidates": (task_candidates, ("task_id", "kind", "candidate", "due_at", "created_at")),
    "timers": (timers, ("timer_id", "element_id", "due_at")),
    "subscriptions": (
        subscriptions,
        ("subscription_id", "kind", "name", "correlation_key", "element_id"),
    ),
    "jobs": (jobs, ("job_id", "token_id", "type", "retries")),
    "incidents": (
        incidents,
        ("incident_id", "kind", "element_id", "message_zh", "message_en", "created_at"),
    ),
}


def _expected(fold: Fold, definitions: Definitions) -> dict[str, Rows]:
    rows: dict[str, Rows] = {name: set() for name in TABLES}
    for scope in fold.state.scopes.values():
        _tasks(rows, scope, definitions)
        rows["timers"] |= {(item.id, item.element, item.due) for item in scope.timers.values()}
        rows["subscriptions"] |= {
            (item.id, item.kind, item.name, item.key, item.element)
            for item in scope.subscriptions.values()
        }
        rows["jobs"] |= {
            (item.id, item.token, item.type, item.retries) for item in scope.jobs.values()
        }
        rows["incidents"] |= {
            (item.id, item.kind, item.element, item.message_zh, item.message_en, item.created)
            for item in scope.incidents.values()
        }
    return rows


def _tasks(rows: dict[str, Rows], scope: Scope, definitions: Definitions) -> None:
    if not scope.tasks:
        return
    try:
        program = definitions.programs.get(scope.definition)
    except BihuanError:
        return
    for item in scope.tasks.values():
        due = NEVER if item.due is None else item.due
        rows["tasks"].add(
            (
                item.id,
                item.token,
                program.definition.key,
                item.element,
                program.nodes[item.element].name or item.element,
                item.form,
                item.status,
                item.assignee,
                due,
                item.priority,
                item.created,
            )
        )
        rows["task_candidates"] |= {(item.id, "group", name, due, item.created) for name in item.groups}
        rows["task_candidates"] |= {(item.id, "user", name, due, item.created) for name in item.users}
