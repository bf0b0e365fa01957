"""Giving a draft one shape: resolved flows, links turned into flows, defaults marked, starts found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from engine.model.definition import Container, EventKind, Flow, Node, NodeKind
from engine.model.draft import Draft, DraftContainer

_NEVER_IMPLICIT = frozenset({NodeKind.START_EVENT, NodeKind.BOUNDARY_EVENT, NodeKind.EVENT_SUB_PROCESS})


def normalise(draft: Draft) -> dict[str, Container]:
    """Complete the nodes and flows of `draft` in place and return its containers.

    Flows without both ends are dropped (`ref.dangling`, unless the end is a refused node); a link throw
    gets a synthetic flow to its catch; each node learns its flows, boundary events and lane.
    """
    _drop_dangling(draft)
    _join_links(draft)
    _mark_defaults(draft)
    _complete_nodes(draft)
    return {container.id: _container(container, draft) for container in draft.containers.values()}


def is_link(node: Node, kind: NodeKind) -> bool:
    """Whether the node is a link event of that kind (throw or catch)."""
    return node.kind is kind and node.event is not None and node.event.kind is EventKind.LINK


def is_triggered(node: Node) -> bool:
    """Whether the node is a start event with a trigger."""
    return (
        node.kind is NodeKind.START_EVENT and node.event is not None and node.event.kind is not EventKind.NONE
    )


def _drop_dangling(draft: Draft) -> None:
    known = draft.nodes.keys() | draft.refused
    for flow in list(draft.flows.values()):
        for end, zh, en in ((flow.source, "来源", "source"), (flow.target, "目标", "target")):
            if end not in known:
                draft.report(
                    "ref.dangling",
                    flow.id,
                    f"顺序流的{zh}“{end}”不是本流程的节点",
                    f"the flow's {en} {end!r} is not a node of this process",
                )
        if flow.source not in draft.nodes or flow.target not in draft.nodes:
            del draft.flows[flow.id]
            draft.dropped.add(flow.id)


def _join_links(draft: Draft) -> None:
    throws: dict[tuple[str, str], list[Node]] = defaultdict(list)
    catches: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in draft.nodes.values():
        if is_link(node, NodeKind.THROW_EVENT):
            throws[_link_key(node)].append(node)
        elif is_link(node, NodeKind.CATCH_EVENT):
            catches[_link_key(node)].append(node)
    for key, nodes in throws.items():
        found = catches.get(key, [])
        for node in nodes:
            if len(found) == 1:
                _add_link(draft, node, found[0])
            elif not found:
                _report_link(draft, node, "没有同名的链接捕获事件", "no link catch event of its name")
    for key, nodes in catches.items():
        for node in nodes[1:]:
            _report_link(draft, node, "链接捕获事件重名", "a second link catch event of its name")
        if key not in throws:
            _report_link(draft, nodes[0], "没有同名的链接抛出事件", "no link throw event of its name")


def _link_key(node: Node) -> tuple[str, str]:
    name = node.event.name if node.event else None
    return node.container, (name.text if name else None) or ""


def _report_link(draft: Draft, node: Node, zh: str, en: str) -> None:
    name = _link_key(node)[1]
    draft.report("link.pair", node.id, f"链接“{name}”：本层{zh}", f"link {name!r}: {en} at this level")


def _add_link(draft: Draft, throw: Node, catch: Node) -> None:
    # A colon cannot occur in an XML id, so no flow of the designer's has this one.
    id_ = f"{throw.id}:link"
    draft.flows[id_] = Flow(id=id_, source=throw.id, target=catch.id, synthetic=True, line=throw.line)


def _mark_defaults(draft: Draft) -> None:
    for id_, default in draft.defaults.items():
        flow = draft.flows.get(default)
        if flow is not None and flow.source == id_:
            if flow.condition is not None:
                draft.report(
                    "flow.default-condition",
                    flow.id,
                    "默认流上的条件不起作用",
                    "the condition on a default flow has no effect",
                )
            draft.flows[default] = replace(flow, is_default=True, condition=None)


def _complete_nodes(draft: Draft) -> None:
    incoming: dict[str, list[str]] = defaultdict(list)
    outgoing: dict[str, list[str]] = defaultdict(list)
    boundary: dict[str, list[str]] = defaultdict(list)
    for flow in draft.flows.values():
        outgoing[flow.source].append(flow.id)
        incoming[flow.target].append(flow.id)
    for node in draft.nodes.values():
        if node.attached_to is not None:
            boundary[node.attached_to].append(node.id)
    for id_, node in draft.nodes.items():
        draft.nodes[id_] = replace(
            node,
            incoming=tuple(incoming[id_]),
            outgoing=tuple(outgoing[id_]),
            boundary=tuple(boundary[id_]),
            lane=_lane(node, draft),
        )


def _lane(node: Node, draft: Draft) -> str | None:
    """The node's own lane, else the lane of the sub-process it stands in."""
    id_: str | None = node.id
    while id_ is not None and id_ not in draft.lanes:
        around = draft.nodes.get(draft.nodes[id_].container)
        id_ = None if around is None else around.id
    return None if id_ is None else draft.lanes[id_]


def _container(draft_container: DraftContainer, draft: Draft) -> Container:
    nodes = [draft.nodes[id_] for id_ in draft_container.nodes]
    starts = [node for node in nodes if node.kind is NodeKind.START_EVENT]
    none_starts = [node.id for node in starts if not is_triggered(node)]
    implicit = [
        node.id
        for node in nodes
        if not node.incoming and node.kind not in _NEVER_IMPLICIT and not is_link(node, NodeKind.CATCH_EVENT)
    ]
    return Container(
        id=draft_container.id,
        parent=draft_container.parent,
        name=draft_container.name,
        nodes=tuple(draft_container.nodes),
        starts=(*none_starts, *implicit),
        event_starts=tuple(node.id for node in starts if is_triggered(node)),
        event_sub_processes=tuple(node.id for node in nodes if node.kind is NodeKind.EVENT_SUB_PROCESS),
    )
