"""Processes and sub-processes: how they begin (BPMN 2.0 §10.3.5, §10.5.2)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.definition import Container, Node, NodeKind
from engine.model.draft import Draft


def check_subprocesses(draft: Draft, containers: Mapping[str, Container]) -> None:
    """Report containers that cannot begin and event sub-processes that are not ones."""
    for container in containers.values():
        node = draft.nodes.get(container.id)
        if node is not None and node.kind is NodeKind.EVENT_SUB_PROCESS:
            _check_event_sub_process(draft, node, container)
        elif not (container.starts or draft.refused or (container.parent is None and container.event_starts)):
            draft.report("process.empty", container.id, "没有可以开始的节点", "there is no node to begin at")
        _check_none_starts(draft, container)


def _check_none_starts(draft: Draft, container: Container) -> None:
    """Each start event is a beginning of its own (§10.5.2): of several without trigger none is meant."""
    starts = [id_ for id_ in container.starts if draft.nodes[id_].kind is NodeKind.START_EVENT]
    for id_ in starts[1:]:
        draft.report(
            "process.starts",
            id_,
            f"“{starts[0]}”已是无触发的开始事件",
            f"{starts[0]!r} is a start event without trigger already",
        )


def _check_event_sub_process(draft: Draft, node: Node, container: Container) -> None:
    if node.incoming or node.outgoing or node.boundary or node.multi is not None:
        draft.report(
            "subprocess.event-flow",
            node.id,
            "事件子流程不能有流入流出、边界事件或多实例",
            "an event sub-process has no flows, boundary events or instances",
        )
    starts = [id_ for id_ in container.nodes if draft.nodes[id_].kind is NodeKind.START_EVENT]
    if len(starts) != 1 or len(container.event_starts) != 1:
        draft.report(
            "subprocess.event-start",
            node.id,
            f"须恰有一个带触发的开始事件，现有 {len(container.event_starts)} 个（共 {len(starts)} 个开始事件）",
            f"exactly one start event with a trigger is needed; there are {len(container.event_starts)}"
            f" (of {len(starts)} start events)",
        )
