"""Finding a task or another open item for a command, and changing what a task keeps."""

from __future__ import annotations

from typing import Any

from engine.errors import Conflict, NotFound
from engine.runtime.duties import stands_in
from engine.runtime.session import Session
from engine.state import Scope, WorkItem

HELD = "held"
"""A task whose handler waits for others to sign first, or who has finished and waits for later signatures."""


def open_item(session: Session, item_id: int, shelf: str, what: tuple[str, str]) -> tuple[Scope, Any]:
    """What a token waits for, with its scope. what: its kind in Chinese and English. Raises NotFound when it is gone."""
    scope = session.state.scope_of(item_id)
    item = getattr(scope, shelf).get(item_id) if scope is not None else None
    if scope is None or item is None:
        raise NotFound(
            code=f"{shelf}.gone",
            message_zh=f"{what[0]}不存在或已经处理",
            message_en=f"the {what[1]} does not exist or was dealt with",
            place={"id": item_id},
        )
    return scope, item


def open_task(session: Session, task_id: int) -> tuple[Scope, WorkItem]:
    """An open task with its scope. Raises NotFound when it is gone."""
    return open_item(session, task_id, "tasks", ("任务", "task"))


def has(session: Session, item: WorkItem, actor: str) -> bool:
    """Whether a task is the actor's, or of somebody they act for and stand in for now."""
    if item.assignee is None or item.assignee == actor:
        return item.assignee == actor
    return item.assignee == session.absent and stands_in(session, actor, item.groups)


def own_task(session: Session, task_id: int, actor: str) -> tuple[Scope, WorkItem]:
    """A task the actor has, or whom they stand in for. Raises Conflict when somebody else has it, or nobody."""
    scope, item = open_task(session, task_id)
    if not has(session, item, actor):
        raise taken(item)
    return scope, item


def taken(item: WorkItem) -> Conflict:
    """The task is somebody else's, or nobody's yet."""
    who = item.assignee
    return Conflict(
        code="task.taken",
        message_zh=f"任务已由{who}签收" if who else "任务尚未签收",
        message_en=f"the task was claimed by {who}" if who else "the task was not claimed",
        current={"assignee": who, "status": item.status},
    )


def keep(session: Session, scope: Scope, item: WorkItem, **kept: Any) -> None:
    """Set entries of what a task keeps; None removes one."""
    extra = {**(item.extra or {}), **kept}
    extra = {name: value for name, value in extra.items() if value is not None}
    session.emit(["task=", scope.id, item.id, {"extra": extra or None}])


def kept(item: WorkItem, name: str, default: Any = None) -> Any:
    """An entry of what a task keeps."""
    return (item.extra or {}).get(name, default)
