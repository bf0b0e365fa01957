"""All a person needs to work on one task: its form, what to fill it with, and where it may go back to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.casepage.entered import PUT_BACK
from engine.errors import NotFound
from engine.model.expressions import compiled
from engine.model.forms import INPUTS, KNOWN_PROPERTY, component_path, expressions, inner
from engine.runtime import Session
from engine.runtime.variables import View
from engine.runtime.verbs.items import kept
from engine.runtime.verbs.returning import Target, targets
from engine.state import WorkItem


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskPage:
    """A task as it stands. item: the task itself. process: key of the process it is in. seq: the case's event number.

    form: the form-js schema. values: wire form, of the names the form reads or writes; a draft kept by the task
    (from a delegate, say) comes before the case's variables.
    """

    item: WorkItem
    name: str
    process: str
    form: Mapping[str, Any] | None
    values: Mapping[str, Any]
    targets: tuple[Target, ...]
    owner: str | None
    urged: int


def task_page(session: Session, task_id: int) -> TaskPage:
    """The page of an open task. Raises NotFound when it is gone."""
    scope = session.state.scope_of(task_id)
    item = scope.tasks.get(task_id) if scope is not None else None
    if scope is None or item is None:
        raise NotFound(
            code="tasks.gone",
            message_zh="任务不存在或已经处理",
            message_en="the task does not exist or was dealt with",
            place={"id": task_id},
        )
    program = session.program(scope)
    node = program.nodes[item.element]
    form = program.definition.forms.get(item.form) if item.form is not None else None
    seen = View(session, scope, scope.tokens[item.token])
    values: dict[str, Any] = {}
    if form is not None:
        wanted = _names(form.schema)
        values = {name: value for name, value in seen.wire().items() if name in wanted}
        values.update(kept(item, "draft", {}))
    return TaskPage(
        item=item,
        name=node.name or node.id,
        process=program.definition.key,
        form=None if form is None else form.schema,
        values=values,
        targets=tuple(targets(session, task_id)),
        owner=kept(item, "owner"),
        urged=len(kept(item, "urged", [])),
    )


def known(page: TaskPage, values: Mapping[str, Any], *, at: datetime, name: str | None) -> dict[str, Any]:
    """What whoever fills in a form need not type: the moment and their name, in the fields that ask for them.

    What an earlier round left in the case gives way; what was entered in this step before it was put back, or kept as its
    draft, stays. values: what the form is filled with. at: the moment, in the zone of the office. name: None where who
    looks at it has none.
    """
    entered = not PUT_BACK.isdisjoint(page.item.extra or {}) or bool(kept(page.item, "draft", {}))
    told = {"name": name}
    found: dict[str, Any] = {}
    for part in _own_fields(page.form or {}):
        key, word = part.get("key"), (part.get("properties") or {}).get(KNOWN_PROPERTY)
        value = _moment(part, at) if word == "now" else told.get(str(word))
        if value is not None and isinstance(key, str) and not (entered and values.get(key)):
            found[key] = value
    return found


def _own_fields(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The fields whose values stand in the case by themselves, in no list and no record."""
    for part in inner(holder):
        if part.get("type") == "group" and not component_path(part):
            yield from _own_fields(part)
        elif len(component_path(part)) == 1 and part.get("type") in INPUTS:
            yield part


def _moment(part: Mapping[str, Any], at: datetime) -> str | None:
    subtype = part.get("subtype")
    if subtype == "date":
        return at.date().isoformat()
    return at.isoformat(timespec="minutes") if subtype == "datetime" else None


def _names(schema: Mapping[str, Any]) -> frozenset[str]:
    """The variables a form shows, lists options from or computes with: the first step of each path."""
    found: set[str] = set()
    waiting = list(inner(schema))
    while waiting:
        component = waiting.pop()
        waiting.extend(inner(component))
        found.update(component_path(component)[:1])
        source = component.get("valuesKey")
        if isinstance(source, str) and source:
            found.add(source.split(".")[0])
        for text in expressions(component):
            found.update(compiled(text).names)
    return frozenset(found)
