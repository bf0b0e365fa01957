"""The open tasks of a case as its reader sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.casepage.asking import Asked
from engine.errors import Message, NotFound
from engine.privacy import Eyes, Reader
from engine.runtime.verbs.returning import Target
from engine.state import CaseState, Scope, WorkItem


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTask:
    """An open task. Times in microseconds.

    returns: the earlier steps with whether the task may go back to each, and why not; None when it is not asked
    for. unmet: closing conditions that forbid to complete it as things stand.
    """

    id: int
    element: str
    name: str
    form: str | None
    status: str
    assignee: str | None
    groups: tuple[str, ...]
    created_at: int
    due_at: int | None
    original_due: int | None
    priority: int
    urged: int
    is_mine: bool
    returns: tuple[Target, ...] | None
    unmet: tuple[Message, ...]


def open_tasks(
    state: CaseState, eyes: Eyes, names: Mapping[tuple[str, str], str], asked: Asked
) -> Iterator[OpenTask]:
    """The open tasks that somebody sees, in order. names: of elements, by definition."""
    found = [
        (scope, item)
        for scope in state.scopes.values()
        for item in scope.tasks.values()
        if eyes.sees_task(item.id)
    ]
    for scope, item in sorted(found, key=lambda pair: pair[1].id):
        extra = item.extra or {}
        yield OpenTask(
            id=item.id,
            element=item.element,
            name=names.get((scope.definition, item.element), item.element),
            form=item.form,
            status=item.status,
            assignee=item.assignee,
            groups=tuple(item.groups),
            created_at=item.created,
            due_at=item.due,
            original_due=extra.get("original_due") or (extra.get("clock") or {}).get("original"),
            priority=item.priority,
            urged=len(extra.get("urged") or ()),
            is_mine=is_mine(eyes.reader, item),
            returns=asked.returns.get(item.id),
            unmet=asked.unmet.get(item.id, ()),
        )


def seen_task(state: CaseState, eyes: Eyes, task: int) -> tuple[Scope, WorkItem]:
    """An open task with its scope. Raises NotFound when it is gone or not theirs to see."""
    scope = state.scope_of(task)
    item = None if scope is None else scope.tasks.get(task)
    if scope is None or item is None or not eyes.sees_task(task):
        raise NotFound(
            code="tasks.gone",
            message_zh="任务不存在或已经处理",
            message_en="the task does not exist or was dealt with",
            place={"id": task},
        )
    return scope, item


def is_mine(reader: Reader, item: WorkItem) -> bool:
    """Whether somebody has a task or may take it."""
    if item.assignee is not None:
        return item.assignee == reader.person
    named = reader.person in item.users or not reader.groups.isdisjoint(item.groups)
    return named or (reader.index is None) or not (item.users or item.groups)
