"""Whether tokens may stand where they would stand after a jump.

The container is read as a net of places (nodes) and the moves BPMN allows, conditions left open. A set of
positions is fine when it can be reached from the start. The search is bounded; beyond it there is no answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import combinations

from engine.model.definition import Node, NodeKind
from engine.runtime.program import Program

MAX_MARKINGS = 20_000
MAX_BRANCHES = 6

Marking = tuple[tuple[str, str], ...]
"""Sorted pairs of node id and the flow a token came by (a join needs to know; else empty)."""


def reachable_with(
    program: Program, container: str, positions: Iterable[tuple[str, str | None]]
) -> bool | None:
    """Whether tokens can come to stand at exactly these places; None when the net is too large to tell.

    positions: for each token its node and the flow it came by, which counts where it waits at a join.
    """
    wanted = tuple(
        sorted((node, (flow or "") if _is_join(program.nodes[node]) else "") for node, flow in positions)
    )
    nodes = {node_id: program.nodes[node_id] for node_id in program.container(container).nodes}
    start = tuple(sorted((node_id, "") for node_id in program.container(container).starts))
    seen: set[Marking] = {start}
    queue = deque([start])
    while queue:
        marking = queue.popleft()
        if marking == wanted:
            return True
        for following in _moves(program, nodes, marking):
            if following not in seen:
                if len(seen) >= MAX_MARKINGS:
                    return None
                seen.add(following)
                queue.append(following)
    return False


def _moves(program: Program, nodes: dict[str, Node], marking: Marking) -> list[Marking]:
    found: list[Marking] = []
    for place in dict.fromkeys(marking):
        node = nodes[place[0]]
        rest = list(marking)
        rest.remove(place)
        if _is_join(node):
            found.extend(_joins(program, node, marking))
            continue
        found.extend(_placed(rest, program, flows) for flows in _ways(program, nodes, node))
    return found


def _joins(program: Program, node: Node, marking: Marking) -> list[Marking]:
    waiting = sorted({place[1] for place in marking if place[0] == node.id})
    complete = len(waiting) == len(node.incoming)
    if not complete:
        if node.kind is NodeKind.PARALLEL_GATEWAY:
            return []
        others = (program.ways_out(program.nodes[place[0]]) for place in marking if place[0] != node.id)
        if program.may_still_come(node, waiting, others):
            return []
    rest = list(marking)
    for flow in waiting:
        rest.remove((node.id, flow))
    outgoing = [flow.id for flow in program.outgoing(node)]
    ways = [outgoing] if node.kind is NodeKind.PARALLEL_GATEWAY else _subsets(outgoing)
    return [_placed(rest, program, way) for way in ways]


def _ways(program: Program, nodes: dict[str, Node], node: Node) -> list[list[str]]:
    """The sets of flows a token may leave a node by, its boundary events included."""
    flows = program.outgoing(node)
    if node.kind in (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.EVENT_GATEWAY):
        ways = [[flow.id] for flow in flows]
    elif node.kind is NodeKind.INCLUSIVE_GATEWAY:
        ways = _subsets([flow.id for flow in flows])
    else:
        fixed = [flow.id for flow in flows if flow.condition is None and not flow.is_default]
        open_ = [flow.id for flow in flows if flow.condition is not None or flow.is_default]
        ways = [fixed + extra for extra in [[], *_subsets(open_)]] if open_ else [fixed]
        ways = [way for way in ways if way or not flows]
    for boundary in node.boundary:
        event = nodes[boundary]
        leaving = list(event.outgoing)
        if event.interrupting:
            ways.append(leaving)
        else:
            ways.extend([way + leaving for way in list(ways)])
    return ways


def _subsets(flows: list[str]) -> list[list[str]]:
    if len(flows) > MAX_BRANCHES:
        return [[flow] for flow in flows] + [flows]
    return [list(chosen) for size in range(1, len(flows) + 1) for chosen in combinations(flows, size)]


def _placed(rest: list[tuple[str, str]], program: Program, flows: list[str]) -> Marking:
    new = []
    for flow in flows:
        target = program.nodes[program.flows[flow].target]
        new.append((target.id, flow if _is_join(target) else ""))
    return tuple(sorted([*rest, *new]))


def _is_join(node: Node) -> bool:
    return len(node.incoming) > 1 and node.kind in (NodeKind.PARALLEL_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)
