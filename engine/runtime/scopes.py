"""How scopes begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.definition import Container, NodeKind
from engine.runtime import mapping, multi_instance, triggers
from engine.runtime.failure import NodeFailure
from engine.runtime.nodes.activity import finish
from engine.runtime.tree import TokenTask
from engine.runtime.variables import assign
from engine.state import Scope
from engine.state.case import COMPLETED
from engine.state.items import READY
from engine.state.scope import EVENT_SUB_PROCESS, INSTANCE

if TYPE_CHECKING:
    from engine.runtime.session import Session


def start(session: Session, scope: Scope, element: str | None = None) -> None:
    """Put tokens at a new scope's starts and arm its event sub-processes.

    What a start event maps is there before anything waits. element: begin at this start event instead (a message,
    signal or timer that starts a process); see `check_start`.
    """
    container = session.program(scope).container(scope.element)
    starts = (element,) if element is not None else container.starts
    failures = {node_id: _map_start(session, scope, node_id) for node_id in starts}
    triggers.arm_event_sub_processes(session, scope, container)
    for node_id, failure in failures.items():
        task = session.place(scope, node_id)
        if failure is not None:
            session.fail(task, failure, {"phase": "start"})
    session.complete_if_done(scope)


def start_again(session: Session, scope: Scope, task: TokenTask) -> None:
    """Let a start event whose mappings failed try them again."""
    session.change(task, READY)
    failure = _map_start(session, scope, session.token(task).element)
    if failure is None:
        session.schedule(task)
    else:
        session.fail(task, failure, {"phase": "start"})


def _map_start(session: Session, scope: Scope, node_id: str) -> NodeFailure | None:
    """Apply a start event's output mappings; why they cannot be applied, or None.

    An event sub-process was given what its trigger brought when it was opened.
    """
    node = session.program(scope).nodes[node_id]
    if node.kind is NodeKind.START_EVENT and node.outputs and scope.kind != EVENT_SUB_PROCESS:
        try:
            assign(session, scope, None, mapping.outputs(session, scope, None, node, {}))
        except NodeFailure as failure:
            return failure
    return None


def check_start(container: Container, element: str | None) -> None:
    """Raise NodeFailure unless a process can begin: at the start event named, or at all that need no trigger."""
    if element is None and not container.starts:
        raise NodeFailure(
            "start.none",
            f"流程“{container.name or container.id}”只能由事件启动",
            f"process “{container.name or container.id}” is started by events only",
        )
    if element is not None and element not in (*container.starts, *container.event_starts):
        raise NodeFailure(
            "start.unknown",
            f"流程“{container.name or container.id}”没有开始事件“{element}”",
            f"process “{container.name or container.id}” has no start event “{element}”",
        )


def complete(session: Session, scope: Scope) -> None:
    """End a scope none of whose tokens is alive, and let what owns it go on (BPMN 2.0 §13.3)."""
    for token_id in sorted(scope.tokens):
        session.absorb(session.tasks[token_id], "disarmed")
    if scope.owner is None:
        session.emit(["case", COMPLETED])
        return
    owner = session.tasks[scope.owner]
    if scope.kind == INSTANCE:
        multi_instance.instance_done(session, scope, owner)
        return
    values: dict[str, Any] = dict(scope.variables)
    session.forget(scope.id)
    session.emit(["scope-", scope.id, "completed"])
    call = session.node(session.scope(owner), session.token(owner)).call
    finish(session, owner, values, propagate=call is not None and call.propagate_child)
