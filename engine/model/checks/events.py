"""Events: which trigger suits which position (BPMN 2.0 §10.5, tables 10.84 to 10.92)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.definition import Container, EventKind, Node, NodeKind, TimerKind
from engine.model.draft import Draft

_NONE = EventKind.NONE
_PROCESS_START = frozenset({_NONE, EventKind.MESSAGE, EventKind.TIMER, EventKind.SIGNAL})
_EVENT_START = frozenset(
    {
        EventKind.MESSAGE,
        EventKind.TIMER,
        EventKind.SIGNAL,
        EventKind.CONDITIONAL,
        EventKind.ERROR,
        EventKind.ESCALATION,
    }
)
_ALLOWED = {
    NodeKind.CATCH_EVENT: frozenset(
        {EventKind.MESSAGE, EventKind.TIMER, EventKind.SIGNAL, EventKind.CONDITIONAL, EventKind.LINK}
    ),
    NodeKind.THROW_EVENT: frozenset(
        {_NONE, EventKind.MESSAGE, EventKind.SIGNAL, EventKind.ESCALATION, EventKind.LINK}
    ),
    NodeKind.END_EVENT: frozenset(
        {
            _NONE,
            EventKind.MESSAGE,
            EventKind.SIGNAL,
            EventKind.ERROR,
            EventKind.ESCALATION,
            EventKind.TERMINATE,
            EventKind.CANCEL,
        }
    ),
    NodeKind.BOUNDARY_EVENT: _EVENT_START | {EventKind.CANCEL},
}
_ALWAYS_INTERRUPTS = frozenset({EventKind.ERROR, EventKind.CANCEL})


def check_events(draft: Draft, containers: Mapping[str, Container]) -> None:
    """Report events whose trigger cannot occur where they stand."""
    for node in draft.nodes.values():
        if node.event is None or node.kind in (NodeKind.SEND_TASK, NodeKind.RECEIVE_TASK):
            continue
        if _starts_by_condition(node, containers):
            draft.report(
                "event.conditional-start",
                node.id,
                "流程不能以条件启动：尚无案件，没有可供判断的变量",
                "a process is not started by a condition: there is no case yet whose variables it could look at",
            )
        elif node.event.kind not in _allowed(node, draft, containers):
            draft.report(
                "event.kind",
                node.id,
                f"{node.kind} 在此处不能是 {node.event.kind} 类型",
                f"a {node.kind} cannot be of kind {node.event.kind} here",
            )
        if node.event.kind in _ALWAYS_INTERRUPTS and not node.interrupting:
            draft.report(
                "event.interrupting",
                node.id,
                "错误与取消事件总是中断",
                "an error or cancel event always interrupts",
            )
        if node.job is not None and node.event.kind is not EventKind.MESSAGE:
            draft.report(
                "extension.misplaced",
                node.id,
                "只有消息事件可以作为作业",
                "only a message event can be worked as a job",
            )
        _check_mappings(node, draft)
        _check_start_name(node, draft, containers)
        if node.event.timer_kind is TimerKind.CYCLE and _happens_once(node, draft):
            draft.report(
                "timer.cycle-place",
                node.id,
                "周期计时在此处只发生一次",
                "the cycle happens only once here",
            )


def _starts_by_condition(node: Node, containers: Mapping[str, Container]) -> bool:
    return (
        node.kind is NodeKind.START_EVENT
        and node.event is not None
        and node.event.kind is EventKind.CONDITIONAL
        and containers[node.container].parent is None
    )


def _check_start_name(node: Node, draft: Draft, containers: Mapping[str, Container]) -> None:
    starts = node.kind is NodeKind.START_EVENT and containers[node.container].parent is None
    name = node.event.name if node.event else None
    if starts and name is not None and name.expression is not None:
        draft.report(
            "event.code",
            node.id,
            "启动流程的消息或信号，其名称不能是表达式",
            "the name of the message or signal that starts a process cannot be an expression",
        )


def _check_mappings(node: Node, draft: Draft) -> None:
    throws = node.kind in (NodeKind.THROW_EVENT, NodeKind.END_EVENT)
    vain = node.outputs and node.job is None if throws else node.inputs
    if vain:
        draft.report(
            "extension.misplaced",
            node.id,
            "抛出事件只有输入映射，捕获事件只有输出映射",
            "an event that throws has input mappings, one that catches has output mappings",
        )


def _allowed(node: Node, draft: Draft, containers: Mapping[str, Container]) -> frozenset[EventKind]:
    if node.kind is not NodeKind.START_EVENT:
        return _ALLOWED[node.kind]
    if containers[node.container].parent is None:
        return _PROCESS_START
    around = draft.nodes.get(node.container)
    is_event = around is not None and around.kind is NodeKind.EVENT_SUB_PROCESS
    return _EVENT_START if is_event else frozenset({_NONE})


def _happens_once(node: Node, draft: Draft) -> bool:
    if node.kind is NodeKind.START_EVENT:
        return node.container in draft.nodes and node.interrupting
    return node.kind is NodeKind.CATCH_EVENT or node.interrupting
