"""How scopes begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.definition import Container
from engine.runtime import multi_instance, triggers
from engine.runtime.failure import NodeFailure
from engine.runtime.nodes.activity import finish
from engine.state import Scope
from engine.state.case import COMPLETED
from engine.state.scope import INSTANCE

if TYPE_CHECKING:
    from engine.runtime.session import Session


def start(session: Session, scope: Scope, element: str | None = None) -> None:
    """Arm a new scope's event sub-processes and put tokens at its starts.

    element: begin at this start event instead (a message, signal or timer that starts a process); see `check_start`.
    """
    container = session.program(scope).container(scope.element)
    triggers.arm_event_sub_processes(session, scope, container)
    for node_id in (element,) if element is not None else container.starts:
        session.place(scope, node_id)
    session.complete_if_done(scope)


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
