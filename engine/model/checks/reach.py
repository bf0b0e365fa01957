"""Reachability: every node from a start, an end from every node (BPMN 2.0 §10.5.2, §13.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from engine.model.definition import Container, NodeKind
from engine.model.draft import Draft

Edges = Mapping[str, list[str]]


def check_reach(draft: Draft, containers: Mapping[str, Container]) -> None:
    """Report nodes no start leads to and nodes that lead to no end, each container by itself.

    A container with a start event begins there and nowhere else: a further node without incoming flow is
    forgotten wiring, not an implicit start (BPMN 2.0 §10.5.2). Nothing is said while nodes are refused,
    for then the graph is not the designer's.
    """
    if draft.refused:
        return
    forwards, backwards = _edges(draft)
    for container in containers.values():
        starts = _starts(draft, container)
        reached = _closure(starts, forwards)
        for id_ in container.nodes:
            if id_ not in reached:
                draft.report("node.unreachable", id_, "从开始无法到达", "no start leads here")
        ends = [id_ for id_ in container.nodes if not draft.nodes[id_].outgoing]
        leading = _closure(ends, backwards)
        for id_ in container.nodes:
            if id_ in reached and id_ not in leading:
                draft.report("node.no-end", id_, "由此无法到达结束", "no end can be reached from here")


def _starts(draft: Draft, container: Container) -> list[str]:
    nodes = [draft.nodes[id_] for id_ in container.nodes]
    explicit = [node.id for node in nodes if node.kind is NodeKind.START_EVENT]
    always = [node.id for node in nodes if node.kind is NodeKind.EVENT_SUB_PROCESS]
    # A boundary event attached to nothing, or elsewhere, is reported as such.
    inside = set(container.nodes)
    loose = [node.id for node in nodes if node.attached_to and node.attached_to not in inside]
    return [*(explicit or container.starts), *always, *loose]


def _edges(draft: Draft) -> tuple[Edges, Edges]:
    forwards: dict[str, list[str]] = defaultdict(list)
    backwards: dict[str, list[str]] = defaultdict(list)
    pairs = [(flow.source, flow.target) for flow in draft.flows.values()]
    pairs += [(node.id, id_) for node in draft.nodes.values() for id_ in node.boundary]
    for source, target in pairs:
        forwards[source].append(target)
        backwards[target].append(source)
    return forwards, backwards


def _closure(starts: Iterable[str], edges: Edges) -> set[str]:
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        for id_ in edges.get(waiting.pop(), ()):
            if id_ not in reached:
                reached.add(id_)
                waiting.append(id_)
    return reached
