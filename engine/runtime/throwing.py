"""Errors, escalations and signals thrown inside a case (BPMN 2.0 §10.5.6, §13.5.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.model.definition import Event, EventKind, Node
from engine.runtime import triggers
from engine.runtime.tree import TokenTask
from engine.state import Scope, Token
from engine.state.scope import EVENT_SUB_PROCESS, INSTANCE, SUB_PROCESS

if TYPE_CHECKING:
    from engine.runtime.session import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class Handler:
    """Who catches: an event sub-process of `scope`, or a boundary event of the token `host` in it."""

    scope: Scope
    node: Node
    interrupting: bool
    host: int | None = None


def throw_error(session: Session, task: TokenTask, code: str, values: Mapping[str, Any]) -> bool:
    """Let the nearest handler catch an error. False when nobody does; nothing has changed then."""
    handler = _find(session, task, EventKind.ERROR, code)
    if handler is None:
        return False
    _handle(session, handler, values)
    return True


def escalate(session: Session, task: TokenTask, code: str, values: Mapping[str, Any]) -> None:
    """Let the nearest handler catch an escalation; uncaught it has no effect (§10.5.6)."""
    handler = _find(session, task, EventKind.ESCALATION, code)
    if handler is not None:
        _handle(session, handler, values)


def prepared(session: Session, scope: Scope, token: Token, event: Event) -> Callable[[TokenTask], None]:
    """What throws a signal, message or escalation without variables from a task; its name and key are evaluated now.

    Raises NodeFailure.
    """
    if event.kind is EventKind.MESSAGE:
        message = triggers.prepare_message(session, scope, token, event, {})
        return lambda _: session.emit(["out", "message", message])
    name = triggers.event_name(session, scope, token, event)
    if event.kind is EventKind.SIGNAL:
        return lambda _: signal(session, name, {})
    return lambda task: escalate(session, task, name, {})


def cancel_transaction(session: Session, task: TokenTask) -> None:
    """Leave the nearest transaction around a cancel end event by its cancel boundary event (§10.3.5).

    All that runs in it is ended. There is nothing to compensate: diagrams with compensation are refused.
    """
    scope = session.scope(task)
    while scope.parent is not None and scope.owner is not None:
        is_transaction = scope.kind == SUB_PROCESS and session.program(scope).nodes[scope.element].transaction
        host, scope = scope.owner, session.state.scopes[scope.parent]
        if is_transaction:
            break
    if scope.kind == INSTANCE and scope.parent is not None and scope.owner is not None:
        host, scope = scope.owner, session.state.scopes[scope.parent]
    nodes = session.program(scope).nodes
    events = (nodes[boundary] for boundary in nodes[scope.tokens[host].element].boundary)
    node = next(node for node in events if node.event is not None and node.event.kind is EventKind.CANCEL)
    _handle(session, Handler(scope=scope, node=node, interrupting=True, host=host), {})


def signal(session: Session, name: str, values: Mapping[str, Any]) -> None:
    """Throw a signal: to everyone in this case at once, to other cases by the outbox."""
    session.emit(["out", "signal", {"name": name, "variables": values}])
    broadcast(session, name, values)


def broadcast(session: Session, name: str, values: Mapping[str, Any]) -> int:
    """Let everyone in this case who waits for a signal have it, in order of subscription; how many did."""
    waiting = sorted(
        sub.id
        for scope in session.state.scopes.values()
        for sub in scope.subscriptions.values()
        if sub.kind == "signal" and sub.name == name
    )
    reached = 0
    for sub_id in waiting:
        scope = session.state.scope_of(sub_id)
        if scope is None:
            continue
        reached += 1
        deliver(session, scope, sub_id, values)
    return reached


def deliver(session: Session, scope: Scope, subscription_id: int, values: Mapping[str, Any]) -> None:
    """Trigger the token behind a subscription; the subscription ends unless its token goes on waiting."""
    subscription = scope.subscriptions[subscription_id]
    token = scope.tokens[subscription.token]
    triggers.trigger(session, scope, token, subscription.element, values)


def _handle(session: Session, handler: Handler, values: Mapping[str, Any]) -> None:
    scope, node = handler.scope, handler.node
    if handler.host is None:
        if handler.interrupting:
            triggers.interrupt_scope(session, scope)
        triggers.begin_event_sub_process(session, scope, node, values)
        return
    host = session.tasks[handler.host]
    triggers.enter_boundary(session, scope, host, node, values)
    if handler.interrupting:
        session.cancel(host, "interrupted")


def _find(session: Session, task: TokenTask, kind: EventKind, code: str) -> Handler | None:
    scope = session.scope(task)
    if scope.kind != INSTANCE:
        found = _boundary(session, scope, task.token, kind, code)
        if found is not None:
            return found
    inside: str | None = None
    while True:
        found = _event_sub_process(session, scope, kind, code, inside)
        if found is not None:
            return found
        if scope.owner is None or scope.parent is None:
            return None
        inside = scope.element if scope.kind == EVENT_SUB_PROCESS else None
        owner = scope.owner
        scope = session.state.scopes[scope.parent]
        if scope.kind != INSTANCE and inside is None:
            found = _boundary(session, scope, owner, kind, code)
            if found is not None:
                return found


def _boundary(session: Session, scope: Scope, host: int, kind: EventKind, code: str) -> Handler | None:
    nodes = session.program(scope).nodes
    events = [nodes[boundary] for boundary in nodes[scope.tokens[host].element].boundary]
    node = _best([(event, event) for event in events], kind, code)
    if node is None:
        return None
    return Handler(scope=scope, node=node[0], interrupting=node[1].interrupting, host=host)


def _event_sub_process(
    session: Session, scope: Scope, kind: EventKind, code: str, inside: str | None
) -> Handler | None:
    """The handler inside a scope. `inside` is the event sub-process the throw comes out of.

    One that interrupted its scope was the last: a scope that was interrupted takes no further events. Otherwise
    the others may catch, but never the one that throws.
    """
    if scope.kind == INSTANCE:
        return None
    program = session.program(scope)
    if inside is not None and program.event_start(inside)[0].interrupting:
        return None
    candidates = [
        (program.nodes[sub_process], program.event_start(sub_process)[0])
        for sub_process in program.container(scope.element).event_sub_processes
        if sub_process != inside
    ]
    node = _best(candidates, kind, code)
    return None if node is None else Handler(scope=scope, node=node[0], interrupting=node[1].interrupting)


def _best(candidates: list[tuple[Node, Node]], kind: EventKind, code: str) -> tuple[Node, Node] | None:
    """The candidate whose event names the code, else the first that catches every code."""
    catching = [pair for pair in candidates if _catches(pair[1].event, kind, code)]
    exact = [pair for pair in catching if pair[1].event and pair[1].event.name is not None]
    return next(iter(exact or catching), None)


def _catches(event: Event | None, kind: EventKind, code: str) -> bool:
    """Whether an error or escalation event catches this code; one without a code catches all."""
    if event is None or event.kind is not kind:
        return False
    return event.name is None or event.name.text is None or event.name.text == code
