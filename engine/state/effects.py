"""Effects: the complete, ordered changes a command makes to the neutral state.

An effect is a JSON list whose first entry names it. Folding a case's effects from the empty state gives its
state at any event, in any version, without SpiffWorkflow: this module is all a verifier needs.

| effect | meaning |
| --- | --- |
| `["case", status]` | the case's status changes |
| `["bounds", {name: value}]` | what the case was started under: zone, limits of execution |
| `["clocks", {path: clock}]` | the clocks that wait for their tasks to be opened again, and the case's own |
| `["scope+", id, parent, owner, kind, element, definition, index, variables]` | a scope opens |
| `["scope-", id, reason]` | a scope ends, with everything in it |
| `["done", scope, output]` | a multi-instance instance finished and keeps its output |
| `["var", scope, {name: value}]` | variables of a scope are set |
| `["own", scope, token, {name: value}]` | variables of an activity itself are set |
| `["token+", scope, id, element, status, flow, host, parent]` | a token appears; `parent` is the token it forked from |
| `["move", scope, token, flow, element]` | a token follows a sequence flow and is ready at its target |
| `["token~", scope, token, status, data]` | a token changes status; data replaces the node's own data |
| `["token-", scope, token, reason, into]` | a token goes, with all it waited for and the scopes it owned; `into` is the token a join merged it into |
| `["task+", scope, row]`, `["task~", scope, id, status, assignee]`, `["task-", scope, id, reason]` | work |
| `["task=", scope, id, {field: value}]` | other fields of a task: due, priority, extra |
| `["timer+", scope, row]`, `["timer-", scope, id, reason]` | timers |
| `["sub+", scope, row]`, `["sub-", scope, id, reason]` | subscriptions |
| `["job+", scope, row]`, `["job~", scope, id, status, retries]`, `["job-", scope, id, reason]` | jobs |
| `["inc+", scope, row]`, `["inc-", scope, id, reason]` | incidents |
| `["out", kind, payload]` | a row leaves through the outbox; the state is unchanged |
| `["note", kind, payload]` | a fact for readers (a decision's trace); the state is unchanged |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import BihuanError
from engine.state.case import CaseState
from engine.state.items import READY, Incident, Item, Job, Subscription, Timer, Token, WorkItem
from engine.state.scope import Scope

Effect = list[Any]


class EffectError(BihuanError):
    """An effect does not fit the state it is applied to: the log was altered or belongs to another case."""

    def __init__(self, effect: Effect, reason: str) -> None:
        super().__init__(
            code="effect.invalid",
            message_zh=f"记录的变化无法应用：{effect[:3]}（{reason}）",
            message_en=f"the recorded effect cannot be applied: {effect[:3]} ({reason})",
        )


def apply(state: CaseState, effect: Effect) -> None:
    """Change the state by one effect.

    Raises EffectError when the effect is unknown or names something that is not there.
    """
    try:
        handler = _HANDLERS[effect[0]]
        handler(state, effect)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise EffectError(effect, f"{type(error).__name__}: {error}") from error


def _take_id(state: CaseState, new_id: int) -> None:
    if new_id < state.next_id:
        raise ValueError(f"id {new_id} was used before")
    state.next_id = new_id + 1
    state.changes.created.add(new_id)


def _touch(state: CaseState, scope_id: int) -> Scope:
    scope = state.scopes[scope_id]
    scope.touch()
    state.changes.scopes[scope_id] = scope
    return scope


def _case(state: CaseState, effect: Effect) -> None:
    state.status = effect[1]


def _bounds(state: CaseState, effect: Effect) -> None:
    state.bounds = dict(effect[1])


def _clocks(state: CaseState, effect: Effect) -> None:
    state.clocks = dict(effect[1])


def _scope_open(state: CaseState, effect: Effect) -> None:
    _, scope_id, parent, owner, kind, element, definition, index, variables = effect
    _take_id(state, scope_id)
    scope = Scope(
        id=scope_id,
        parent=parent,
        owner=owner,
        kind=kind,
        element=element,
        definition=definition,
        index=index,
        variables=dict(variables),
    )
    state.add_scope(scope)
    state.changes.scopes[scope_id] = scope


def _scope_end(state: CaseState, effect: Effect) -> None:
    _drop_scope(state, effect[1])


def _drop_scope(state: CaseState, scope_id: int) -> None:
    scope = state.scopes[scope_id]
    for child in sorted(scope.children):
        _drop_scope(state, child)
    for item in list(scope.items()):
        _forget(state, type(item), item)
    for token_id in scope.tokens:
        del state.home[token_id]
    del state.scopes[scope_id]
    if scope.parent is not None:
        state.scopes[scope.parent].children.discard(scope_id)
    if scope_id in state.changes.created:
        state.changes.created.discard(scope_id)
        state.changes.scopes.pop(scope_id, None)
    else:
        state.changes.scopes[scope_id] = None


def _done(state: CaseState, effect: Effect) -> None:
    scope = _touch(state, effect[1])
    scope.closed = True
    scope.output = effect[2]
    scope.variables = {}


def _set_variables(state: CaseState, effect: Effect) -> None:
    _touch(state, effect[1]).variables.update(effect[2])


def _set_own(state: CaseState, effect: Effect) -> None:
    token = _touch(state, effect[1]).tokens[effect[2]]
    token.variables = {**(token.variables or {}), **effect[3]}


def _token_add(state: CaseState, effect: Effect) -> None:
    _, scope_id, token_id, element, status, flow, host, _parent = effect
    _take_id(state, token_id)
    scope = _touch(state, scope_id)
    scope.tokens[token_id] = Token(token_id, element, status, flow, host)
    state.home[token_id] = scope_id


def _token_move(state: CaseState, effect: Effect) -> None:
    _, scope_id, token_id, flow, element = effect
    token = _touch(state, scope_id).tokens[token_id]
    token.element = element
    token.flow = flow
    token.status = READY
    token.host = None
    token.variables = None
    token.data = None


def _token_change(state: CaseState, effect: Effect) -> None:
    _, scope_id, token_id, status, data = effect
    token = _touch(state, scope_id).tokens[token_id]
    token.status = status
    token.data = data


def _token_end(state: CaseState, effect: Effect) -> None:
    _, scope_id, token_id, _reason, _into = effect
    scope = _touch(state, scope_id)
    del scope.tokens[token_id]
    del state.home[token_id]
    for item in list(scope.items()):
        if item.token == token_id:
            _remove_item(state, scope, type(item), item.id)
    for child in sorted(scope.children):
        if state.scopes[child].owner == token_id:
            _drop_scope(state, child)


_SHELF: dict[type[Any], str] = {
    WorkItem: "tasks",
    Timer: "timers",
    Subscription: "subscriptions",
    Job: "jobs",
    Incident: "incidents",
}


def _adder(kind: type[Any]) -> Callable[[CaseState, Effect], None]:
    shelf = _SHELF[kind]

    def add(state: CaseState, effect: Effect) -> None:
        item = kind(*effect[2])
        _take_id(state, item.id)
        scope = _touch(state, effect[1])
        if item.token not in scope.tokens:
            raise ValueError(f"token {item.token} is not in scope {scope.id}")
        getattr(scope, shelf)[item.id] = item
        state.home[item.id] = scope.id
        state.changes.items[item.id] = (kind, item)

    return add


def _remover(kind: type[Any]) -> Callable[[CaseState, Effect], None]:
    def remove(state: CaseState, effect: Effect) -> None:
        _remove_item(state, _touch(state, effect[1]), kind, effect[2])

    return remove


def _remove_item(state: CaseState, scope: Scope, kind: type[Any], item_id: int) -> None:
    _forget(state, kind, getattr(scope, _SHELF[kind]).pop(item_id))


def _forget(state: CaseState, kind: type[Any], item: Item) -> None:
    item_id = item.id
    del state.home[item_id]
    if item_id in state.changes.created:
        state.changes.created.discard(item_id)
        state.changes.items.pop(item_id, None)
    else:
        state.changes.items[item_id] = (kind, None)
        state.changes.removed[item_id] = item


def _task_change(state: CaseState, effect: Effect) -> None:
    _, scope_id, task_id, status, assignee = effect
    task = _touch(state, scope_id).tasks[task_id]
    task.status = status
    task.assignee = assignee
    state.changes.items[task_id] = (WorkItem, task)


TASK_FIELDS = frozenset({"due", "follow_up", "priority", "groups", "users", "extra"})


def _task_set(state: CaseState, effect: Effect) -> None:
    _, scope_id, task_id, fields = effect
    task = _touch(state, scope_id).tasks[task_id]
    for name, value in fields.items():
        if name not in TASK_FIELDS:
            raise ValueError(f"a task has no field {name}")
        setattr(task, name, value)
    if not fields.keys().isdisjoint(("due", "groups", "users")):
        state.changes.refiled.add(task_id)
    state.changes.items[task_id] = (WorkItem, task)


def _job_change(state: CaseState, effect: Effect) -> None:
    _, scope_id, job_id, status, retries = effect
    job = _touch(state, scope_id).jobs[job_id]
    job.status = status
    job.retries = retries
    state.changes.items[job_id] = (Job, job)


def _nothing(state: CaseState, effect: Effect) -> None:
    """The effect tells readers or the outbox something; the state stays as it is."""


_HANDLERS: dict[str, Callable[[CaseState, Effect], None]] = {
    "case": _case,
    "bounds": _bounds,
    "clocks": _clocks,
    "scope+": _scope_open,
    "scope-": _scope_end,
    "done": _done,
    "var": _set_variables,
    "own": _set_own,
    "token+": _token_add,
    "move": _token_move,
    "token~": _token_change,
    "token-": _token_end,
    "task+": _adder(WorkItem),
    "task~": _task_change,
    "task=": _task_set,
    "task-": _remover(WorkItem),
    "timer+": _adder(Timer),
    "timer-": _remover(Timer),
    "sub+": _adder(Subscription),
    "sub-": _remover(Subscription),
    "job+": _adder(Job),
    "job~": _job_change,
    "job-": _remover(Job),
    "inc+": _adder(Incident),
    "inc-": _remover(Incident),
    "out": _nothing,
    "note": _nothing,
}
