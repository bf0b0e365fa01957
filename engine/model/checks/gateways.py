"""Splits: which conditions and defaults a decision needs (BPMN 2.0 §10.6)."""

from __future__ import annotations

from engine.model.definition import ACTIVITIES, EventKind, Node, NodeKind
from engine.model.draft import Draft

_SPLITS = frozenset({NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY})
_AWAITED = frozenset({EventKind.MESSAGE, EventKind.TIMER, EventKind.SIGNAL, EventKind.CONDITIONAL})


def check_gateways(draft: Draft) -> None:
    """Report splits whose outcome is open, and event gateways that lead to what does not wait."""
    for node in draft.nodes.values():
        if node.kind in _SPLITS and len(node.outgoing) > 1:
            _check_split(draft, node)
        elif node.kind in _SPLITS | ACTIVITIES and node.outgoing:
            _check_way_out(draft, node)
        elif node.kind is NodeKind.EVENT_GATEWAY:
            _check_event_gateway(draft, node)


def _check_split(draft: Draft, node: Node) -> None:
    flows = [draft.flows[id_] for id_ in node.outgoing]
    if not any(flow.is_default for flow in flows):
        _report_no_default(draft, node)
    open_flows = [flow for flow in flows if flow.condition is None and not flow.is_default]
    if node.kind is NodeKind.EXCLUSIVE_GATEWAY and len(open_flows) > 1:
        names = ", ".join(flow.id for flow in open_flows)
        draft.report(
            "gateway.unconditioned",
            node.id,
            f"有多条无条件的非默认流：{names}",
            f"several flows without condition that are not the default: {names}",
        )
        return
    for flow in open_flows:
        draft.report(
            "gateway.condition-missing",
            flow.id,
            "没有条件，视为总是成立",
            "there is no condition; it counts as always true",
        )


def _check_way_out(draft: Draft, node: Node) -> None:
    """An activity, or a gateway with one flow, is stuck as well when all its flows have conditions."""
    flows = [draft.flows[id_] for id_ in node.outgoing]
    if all(flow.condition is not None for flow in flows):
        _report_no_default(draft, node)


def _report_no_default(draft: Draft, node: Node) -> None:
    draft.report(
        "gateway.no-default",
        node.id,
        "没有默认流：所有条件都不成立时无路可走",
        "there is no default flow: when no condition holds there is no way on",
    )


def _check_event_gateway(draft: Draft, node: Node) -> None:
    if len(node.outgoing) < 2:
        draft.report(
            "gateway.event-single",
            node.id,
            "事件网关的流出少于两条",
            "the event-based gateway has fewer than two outgoing flows",
        )
    for id_ in node.outgoing:
        target = draft.nodes[draft.flows[id_].target]
        if not _awaits(target) or len(target.incoming) > 1 or target.boundary or target.inputs:
            draft.report(
                "gateway.event-targets",
                target.id,
                f"事件网关“{node.id}”不能通向它：须是没有其他流入的消息、计时、信号、条件捕获事件或无边界事件、无输入映射的接收任务",
                f"the event-based gateway {node.id!r} cannot lead here: a message, timer, signal or conditional catch event"
                " or a receive task without boundary events and input mappings, with no other incoming flow, is needed",
            )


def _awaits(node: Node) -> bool:
    if node.kind is NodeKind.RECEIVE_TASK:
        return node.multi is None
    return node.kind is NodeKind.CATCH_EVENT and node.event is not None and node.event.kind in _AWAITED
