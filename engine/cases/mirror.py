"""The rows that mirror a case's open items, so that inboxes and sweeps can find them by index.

They are written in the command's transaction from what the command touched (`CaseState.changes`), and can be
made again from the neutral state at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from engine.cases import statements as sql
from engine.cases.headers import confidentiality_of, grade_of
from engine.cases.lanes import lane_of
from engine.cases.projections import Ran
from engine.runtime import Session
from engine.state import CaseState, Incident, Job, Subscription, Timer, WorkItem
from engine.state.items import CONDITION
from engine.store import NEVER, Transaction

Writer = Callable[[Transaction, UUID, Session, Any], None]
"""Writes the row of a new item."""


def write(tx: Transaction, case_id: UUID, session: Session) -> None:
    """Write all rows a command changed: items and the snapshots of scopes beside the root."""
    state = session.state
    changes = state.changes
    for item_id, (kind, item) in changes.items.items():
        if item is None:
            _DELETE[kind](tx, case_id, item_id)
        elif item_id in changes.created:
            _INSERT[kind](tx, case_id, session, item)
        else:
            _UPDATE[kind](tx, case_id, session, item)
    root = state.root.id
    for scope_id, scope in changes.scopes.items():
        if scope_id == root:
            continue
        if scope is None:
            tx.write(sql.drop_scope, {"key_case_id": case_id, "key_scope_id": scope_id})
        else:
            row = {"case_id": case_id, "scope_id": scope_id, "content": scope.content()}
            tx.write(sql.put_scope, row)


def new_messages_awaited(state: CaseState) -> list[tuple[str, str]]:
    """Name and correlation key of every message a command began to wait for, in order."""
    return sorted(
        {
            (item.name, item.key or "")
            for item_id, (_, item) in state.changes.items.items()
            if isinstance(item, Subscription) and item.kind == "message" and item_id in state.changes.created
        }
    )


def _insert_task(tx: Transaction, case_id: UUID, session: Session, item: WorkItem) -> None:
    scope = session.state.scope_of(item.id)
    assert scope is not None
    program = session.program(scope)
    due = NEVER if item.due is None else item.due
    row = {
        "case_id": case_id,
        "task_id": item.id,
        "token_id": item.token,
        "definition_key": program.definition.key,
        "element_id": item.element,
        "name": program.nodes[item.element].name or item.element,
        "form": item.form,
        "status": item.status,
        "assignee": item.assignee,
        "due_at": due,
        "priority": item.priority,
        "created_at": item.created,
        **urgency(item, session),
    }
    candidates = candidate_rows(case_id, session, item)
    if candidates and tx.dialect == "postgresql":
        first = {f"{sql.FIRST}{name}": value for name, value in candidates.pop(0).items()}
        tx.write(sql.insert_task_with_candidate, {**row, **first})
    else:
        tx.write(sql.insert_task, row)
    for candidate in candidates:
        tx.write(sql.insert_candidate, candidate)


def urgency(item: WorkItem, session: Ran) -> dict[str, int]:
    """The columns of a task's row that say how urgent it is."""
    extra = item.extra or {}
    provisional = extra.get("clock", {}).get("provisional")
    return {
        "soon_at": soon_at(item, session.settings.soon_seconds),
        "urged": len(extra.get("urged") or ()),
        "provisional": int(bool(provisional)),
    }


def soon_at(item: WorkItem, seconds: int) -> int:
    """From when on a task is due soon: the last reminder of its limit; without one, so many seconds before."""
    if item.due is None:
        return NEVER
    points = [at for percent, at in (item.extra or {}).get("clock", {}).get("points", ()) if percent < 100]
    return max(points) if points else max(item.created, item.due - seconds * 1_000_000)


def refile(tx: Transaction, case_id: UUID, session: Ran) -> None:
    """Write again what inboxes sort and filter open tasks by."""
    for scope in session.state.scopes.values():
        for item in scope.tasks.values():
            _assign(tx, case_id, session, item)
            tx.write(sql.delete_candidates, {"key_case_id": case_id, "key_task_id": item.id})
            _insert_candidates(tx, case_id, session, item)


def _insert_candidates(tx: Transaction, case_id: UUID, session: Ran, item: WorkItem) -> None:
    for row in candidate_rows(case_id, session, item):
        tx.write(sql.insert_candidate, row)


def candidate_rows(case_id: UUID, session: Ran, item: WorkItem) -> list[dict[str, Any]]:
    """The rows of those who may take a task, with what inboxes sort and filter by."""
    if not item.groups and not item.users:
        return []
    due = NEVER if item.due is None else item.due
    root = session.state.root
    definition = session.program(root).definition
    common = {
        "case_id": case_id,
        "task_id": item.id,
        "due_at": due,
        "created_at": item.created,
        "free": int(item.status == "open"),
        "soon_at": soon_at(item, session.settings.soon_seconds),
        "priority": item.priority,
        "grade": grade_of(root.variables),
        "confidentiality": confidentiality_of(root.variables, definition).rank,
        "flow": definition.key,
        "element_id": item.element,
    }
    candidates = [("group", name) for name in item.groups] + [("user", name) for name in item.users]
    return [{**common, "kind": kind, "candidate": name} for kind, name in candidates]


def _assign(tx: Transaction, case_id: UUID, session: Ran, item: WorkItem) -> None:
    tx.write(
        sql.assign_task,
        {
            "key_case_id": case_id,
            "key_task_id": item.id,
            "status": item.status,
            "assignee": item.assignee,
            "due_at": NEVER if item.due is None else item.due,
            "priority": item.priority,
            **urgency(item, session),
        },
    )


def _update_task(tx: Transaction, case_id: UUID, session: Session, item: WorkItem) -> None:
    _assign(tx, case_id, session, item)
    if item.id in session.state.changes.refiled:
        tx.write(sql.delete_candidates, {"key_case_id": case_id, "key_task_id": item.id})
        _insert_candidates(tx, case_id, session, item)
    elif item.groups or item.users:
        free = {"free": int(item.status == "open"), "priority": item.priority}
        tx.write(sql.free_candidates, {"key_case_id": case_id, "key_task_id": item.id, **free})


def _delete_task(tx: Transaction, case_id: UUID, item_id: int) -> None:
    key = {"key_case_id": case_id, "key_task_id": item_id}
    if tx.dialect == "postgresql":
        tx.write(sql.delete_task_with_candidates, key)
    else:
        tx.write(sql.delete_task, key)
        tx.write(sql.delete_candidates, key)


def _insert_timer(tx: Transaction, case_id: UUID, session: Session, item: Timer) -> None:
    scope = session.state.scope_of(item.id)
    assert scope is not None
    tx.write(
        sql.insert_timer,
        {
            "case_id": case_id,
            "timer_id": item.id,
            "element_id": item.element,
            "due_at": item.due,
            "lane": lane_of(session.state, scope),
            "sweep_at": item.due,
        },
    )


def _insert_subscription(tx: Transaction, case_id: UUID, session: Session, item: Subscription) -> None:
    if item.kind == CONDITION:
        return
    tx.write(
        sql.insert_subscription,
        {
            "case_id": case_id,
            "subscription_id": item.id,
            "kind": item.kind,
            "name": item.name,
            "correlation_key": item.key,
            "element_id": item.element,
            "wakes": int(item.wakes),
        },
    )


def _insert_job(tx: Transaction, case_id: UUID, session: Session, item: Job) -> None:
    scope = session.state.scope_of(item.id)
    assert scope is not None
    tx.write(
        sql.insert_job,
        {
            "case_id": case_id,
            "job_id": item.id,
            "token_id": item.token,
            "type": item.type,
            "retries": item.retries,
            "status": item.status,
            "due_at": item.created,
            "worker": None,
            "locked_until": None,
            "lane": lane_of(session.state, scope),
        },
    )


def _update_job(tx: Transaction, case_id: UUID, session: Session, item: Job) -> None:
    tx.write(
        sql.change_job,
        {
            "key_case_id": case_id,
            "key_job_id": item.id,
            "status": item.status,
            "retries": item.retries,
            "due_at": NEVER if item.status == "failed" else session.now,
            "worker": None,
            "locked_until": None,
        },
    )


def _insert_incident(tx: Transaction, case_id: UUID, session: Session, item: Incident) -> None:
    tx.write(
        sql.insert_incident,
        {
            "case_id": case_id,
            "incident_id": item.id,
            "kind": item.kind,
            "element_id": item.element,
            "message_zh": item.message_zh,
            "message_en": item.message_en,
            "created_at": item.created,
        },
    )


def _delete_by(statement: Any, column: str) -> Callable[[Transaction, UUID, int], None]:
    def remove(tx: Transaction, case_id: UUID, item_id: int) -> None:
        tx.write(statement, {"key_case_id": case_id, f"key_{column}": item_id})

    return remove


_INSERT: dict[type[Any], Writer] = {
    WorkItem: _insert_task,
    Timer: _insert_timer,
    Subscription: _insert_subscription,
    Job: _insert_job,
    Incident: _insert_incident,
}
_UPDATE: dict[type[Any], Writer] = {WorkItem: _update_task, Job: _update_job}
_DELETE: dict[type[Any], Callable[[Transaction, UUID, int], None]] = {
    WorkItem: _delete_task,
    Timer: _delete_by(sql.delete_timer, "timer_id"),
    Subscription: _delete_by(sql.delete_subscription, "subscription_id"),
    Job: _delete_by(sql.delete_job, "job_id"),
    Incident: _delete_by(sql.delete_incident, "incident_id"),
}
