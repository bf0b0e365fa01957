"""Waiting for events and what happens when they come (BPMN 2.0 §10.5, §13.5).

Timers, messages, signals and conditions are waited for by a token: the token of a catch event or event gateway, or an
*armed* token standing at a boundary event (its `host` is the activity's token) or at the start of an event
sub-process. Errors and escalations are thrown up through the scopes: see `engine.runtime.throwing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.model.definition import Container, Event, EventKind, Node, NodeKind
from engine.runtime import clocks, mapping, moments
from engine.runtime.failure import NodeFailure
from engine.runtime.tree import TaskState, TokenTask
from engine.runtime.variables import assign, text_setting
from engine.state import Scope, Subscription, Timer, Token
from engine.state.items import ACTIVE, ARMED, CONDITION, READY
from engine.state.scope import EVENT_SUB_PROCESS

if TYPE_CHECKING:
    from engine.runtime.session import Session

WAITED = frozenset({EventKind.TIMER, EventKind.MESSAGE, EventKind.SIGNAL, EventKind.CONDITIONAL})
"""The kinds of event a token waits for."""

WAKES = "bihuan:wakes"
"""Property of a message event: `true` lets the message reach a suspended case, which then goes on."""


_SUBSCRIBED = {
    EventKind.MESSAGE: "message",
    EventKind.SIGNAL: "signal",
    EventKind.CONDITIONAL: CONDITION,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """One trigger, evaluated: a timer's schedule, or a subscription's name and key; a condition has neither."""

    element: str
    kind: EventKind
    schedule: moments.Schedule | None = None
    name: str = ""
    key: str | None = None


Arm = Wait
"""A wait that an armed token will hold."""


def prepare(session: Session, scope: Scope, token: Token | None, element: str, event: Event) -> Wait:
    """Evaluate what an event waits for. Raises NodeFailure; changes nothing."""
    if event.kind is EventKind.TIMER:
        when = moments.schedule(session, event, scope, token)
        return Wait(element=element, kind=event.kind, schedule=when)
    if event.kind is EventKind.CONDITIONAL:
        return Wait(element=element, kind=event.kind)
    name = event_name(session, scope, token, event)
    key = None
    if event.kind is EventKind.MESSAGE:
        key = _correlation_key(session, scope, token, event, name)
    return Wait(element=element, kind=event.kind, name=name, key=key)


def event_name(session: Session, scope: Scope, token: Token | None, event: Event) -> str:
    """The name of a message or signal, the code of an error or escalation. Raises NodeFailure when empty."""
    name = text_setting(session, event.name, scope, token, ("事件名称", "the event's name"))
    if not name:
        raise NodeFailure("event.name", "事件的名称或代码为空", "the event's name or code is empty")
    return name


def _correlation_key(session: Session, scope: Scope, token: Token | None, event: Event, name: str) -> str:
    key = text_setting(session, event.correlation_key, scope, token, ("关联键", "the correlation key"))
    if not key:
        raise NodeFailure(
            "event.key", f"消息“{name}”的关联键为空", f"the correlation key of message “{name}” is empty"
        )
    return key


def prepare_boundary(session: Session, scope: Scope, token: Token, node: Node) -> list[Arm]:
    """Evaluate the triggers of an activity's boundary events."""
    nodes = session.program(scope).nodes
    arms = []
    for boundary in node.boundary:
        event = nodes[boundary].event
        if event is not None and event.kind in WAITED:
            arms.append(prepare(session, scope, token, boundary, event))
    return arms


def prepare_message(
    session: Session, scope: Scope, token: Token, event: Event, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """The message a throw event or send task publishes: its input mappings are its variables.

    A message without correlation key only starts processes; its key is the empty text.
    """
    name = event_name(session, scope, token, event)
    key = "" if event.correlation_key is None else _correlation_key(session, scope, token, event, name)
    return {"name": name, "key": key, "variables": dict(variables)}


def wait(session: Session, scope_id: int, token_id: int, what: Wait) -> None:
    """Start a timer or subscription for a token."""
    item_id = session.new_id()
    if what.schedule is not None:
        timer = Timer(
            item_id,
            token_id,
            what.element,
            what.schedule.due,
            what.schedule.interval,
            what.schedule.repeats,
        )
        session.emit(["timer+", scope_id, timer.row()])
        return
    kind = _SUBSCRIBED[what.kind]
    wakes = _wakes(session, session.state.scopes[scope_id], what.element)
    subscription = Subscription(item_id, token_id, what.element, kind, what.name, what.key, wakes)
    session.emit(["sub+", scope_id, subscription.row()])


def _wakes(session: Session, scope: Scope, element: str) -> bool:
    """Whether the event that waits lets its message reach a suspended case (`bihuan:wakes`)."""
    program = session.program(scope)
    node = program.nodes[element]
    event = program.event_start(element)[0] if node.kind is NodeKind.EVENT_SUB_PROCESS else node
    return event.properties.get(WAKES) == "true"


def arm(session: Session, scope: Scope, host: TokenTask | None, arms: list[Arm]) -> None:
    """Put an armed token with its trigger at each boundary event or event sub-process start."""
    for entry in arms:
        element = entry.element
        task = session.place(
            scope, element, status=ARMED, host=host.token if host else None, parent=host or None
        )
        wait(session, scope.id, task.token, entry)


def arm_event_sub_processes(session: Session, scope: Scope, container: Container) -> None:
    """Arm the event sub-processes of a new scope."""
    program = session.program(scope)
    for sub_process in container.event_sub_processes:
        _, event = program.event_start(sub_process)
        if event.kind not in WAITED:
            continue
        task = session.place(scope, sub_process, status=ARMED)
        arm_event_sub_process(session, scope, task)


def arm_event_sub_process(session: Session, scope: Scope, task: TokenTask) -> None:
    """Start the wait of an event sub-process; what cannot be evaluated becomes an incident."""
    sub_process = session.token(task).element
    _, event = session.program(scope).event_start(sub_process)
    try:
        what = prepare(session, scope, None, sub_process, event)
    except NodeFailure as failure:
        session.fail(task, failure, {"phase": "arm"})
        return
    wait(session, scope.id, task.token, what)


def fire_timer(session: Session, scope: Scope, timer: Timer) -> None:
    """A timer is due: start its next round if it repeats, then trigger its token."""
    if clocks.is_clock(timer):
        clocks.fire(session, scope, timer)
        return
    session.emit(["timer-", scope.id, timer.id, "fired"])
    if timer.interval is not None and timer.repeats != 0 and stays(session, scope, timer.token):
        following = Timer(
            session.new_id(),
            timer.token,
            timer.element,
            moments.next_due(session, timer.due, timer.interval),
            timer.interval,
            timer.repeats - 1 if timer.repeats > 0 else -1,
        )
        session.emit(["timer+", scope.id, following.row()])
    trigger(session, scope, scope.tokens[timer.token], timer.element, {})


def stays(session: Session, scope: Scope, token_id: int) -> bool:
    """Whether the token goes on waiting after a trigger: armed and not interrupting."""
    token = scope.tokens[token_id]
    return token.status == ARMED and not _node_of_arm(session, scope, token)[0].interrupting


def _node_of_arm(session: Session, scope: Scope, token: Token) -> tuple[Node, Node]:
    """The event node of an armed token, and the node the token stands at."""
    program = session.program(scope)
    node = program.nodes[token.element]
    if node.kind is NodeKind.EVENT_SUB_PROCESS:
        return program.event_start(node.id)[0], node
    return node, node


def trigger(session: Session, scope: Scope, token: Token, element: str, payload: Mapping[str, Any]) -> None:
    """An event reached the token waiting for it. `element` is the event node, `payload` in wire form."""
    from engine.runtime.nodes.activity import finish

    task = session.tasks[token.id]
    node = session.program(scope).nodes[token.element]
    if node.kind is NodeKind.EVENT_SUB_PROCESS:
        _trigger_event_sub_process(session, scope, task, payload)
    elif node.kind is NodeKind.BOUNDARY_EVENT:
        _trigger_boundary(session, scope, task, node, payload)
    elif node.kind is NodeKind.EVENT_GATEWAY:
        _choose(session, scope, task, element, payload)
    else:
        _drop_waits(session, scope, token.id)
        finish(session, task, payload)


def _drop_waits(session: Session, scope: Scope, token_id: int) -> None:
    for timer in [timer for timer in scope.timers.values() if timer.token == token_id]:
        session.emit(["timer-", scope.id, timer.id, "cancelled"])
    for sub in [sub for sub in scope.subscriptions.values() if sub.token == token_id]:
        session.emit(["sub-", scope.id, sub.id, "cancelled"])


def _choose(
    session: Session, scope: Scope, task: TokenTask, element: str, payload: Mapping[str, Any]
) -> None:
    """An event-based gateway's race is won: the token moves to the event that came (BPMN 2.0 §13.4.4)."""
    from engine.runtime.nodes.activity import finish

    _drop_waits(session, scope, task.token)
    program = session.program(scope)
    gateway = program.nodes[session.token(task).element]
    flow = next(flow.id for flow in program.outgoing(gateway) if flow.target == element)
    token_id = task.token
    task._set_state(TaskState.COMPLETED)
    session.follow(task, (flow,), run=False)
    finish(session, session.tasks[token_id], payload)


def _trigger_boundary(
    session: Session, scope: Scope, task: TokenTask, node: Node, payload: Mapping[str, Any]
) -> None:
    token = session.token(task)
    host = token.host
    if not node.interrupting:
        enter_boundary(session, scope, task, node, payload)
        if not _still_waits(scope, token.id):
            session.absorb(task, "fired")
        return
    _drop_waits(session, scope, token.id)
    session.change(task, READY)
    if host is not None:
        session.cancel(session.tasks[host], "interrupted")
    if take_in(session, scope, task, payload):
        task._set_state(TaskState.FUTURE)
        task.task_spec._update(task)


def enter_boundary(
    session: Session, scope: Scope, beside: TokenTask, node: Node, payload: Mapping[str, Any]
) -> None:
    """Let a new token begin at a boundary event that has caught something."""
    task = session.place(scope, node.id, parent=beside)
    take_in(session, scope, task, payload)


def take_in(session: Session, scope: Scope, task: TokenTask, payload: Mapping[str, Any]) -> bool:
    """Let the payload of a boundary event into the scope, through its output mappings when it has any.

    A mapping that fails leaves an incident at the event, from which a retry takes the same payload in.
    """
    node = session.node(scope, session.token(task))
    try:
        values = mapping.outputs(session, scope, None, node, payload) if node.outputs else dict(payload)
        if values:
            assign(session, scope, None, values)
    except NodeFailure as failure:
        session.fail(task, failure, {"phase": "catch", "values": dict(payload)})
        return False
    return True


def _still_waits(scope: Scope, token_id: int) -> bool:
    return any(timer.token == token_id for timer in scope.timers.values()) or any(
        sub.token == token_id for sub in scope.subscriptions.values()
    )


def _trigger_event_sub_process(
    session: Session, scope: Scope, task: TokenTask, payload: Mapping[str, Any]
) -> None:
    token = session.token(task)
    start, node = _node_of_arm(session, scope, token)
    if not start.interrupting:
        begin_event_sub_process(session, scope, node, payload)
        if not _still_waits(scope, token.id):
            session.absorb(task, "fired")
        return
    interrupt_scope(session, scope)
    begin_event_sub_process(session, scope, node, payload)


def interrupt_scope(session: Session, scope: Scope) -> None:
    """Cancel every token of a scope, armed ones too: an interrupting event sub-process takes over."""
    for token_id in sorted(scope.tokens):
        if token_id in scope.tokens:
            session.cancel(session.tasks[token_id], "interrupted")


def begin_event_sub_process(session: Session, scope: Scope, node: Node, payload: Mapping[str, Any]) -> None:
    """Start an event sub-process inside a scope; the event's payload becomes its own variables."""
    open_event_sub_process(session, scope, session.place(scope, node.id, status=ACTIVE), payload)


def open_event_sub_process(
    session: Session, scope: Scope, owner: TokenTask, payload: Mapping[str, Any]
) -> None:
    """Begin inside an event sub-process; what cannot be evaluated becomes an incident, to be retried."""
    from engine.runtime import scopes

    node = session.node(scope, session.token(owner))
    start, _ = session.program(scope).event_start(node.id)
    try:
        own = mapping.inputs(session, scope, node)
        variables = mapping.outputs(session, scope, None, start, payload) if start.outputs else dict(payload)
        inner = session.open_scope(
            kind=EVENT_SUB_PROCESS,
            element=node.id,
            definition=scope.definition,
            variables={**own, **variables},
            owner=owner,
        )
    except NodeFailure as failure:
        session.fail(owner, failure, {"phase": "begin", "values": dict(payload)})
        return
    scopes.start(session, inner, start.id)
