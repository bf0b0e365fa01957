"""Whether tokens may stand where they would stand after a jump.

The container is read as a net of places (nodes) and the moves BPMN allows, conditions left open. A set of
positions is fine when it can be reached from the start. The search is bounded; beyond it there is no answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import combinations

from engine.model.definition import EventKind, Node, NodeKind
from engine.runtime.program import Program

MAX_MARKINGS = 5_000
MAX_BRANCHES = 6

Place = tuple[str, str]
"""A node and the flow a token came by (a join needs to know; else empty)."""

Marking = tuple[Place, ...]
"""Where tokens stand, sorted."""


def reachable_with(
    program: Program, container: str, positions: Iterable[tuple[str, str | None]]
) -> bool | None:
    """Whether tokens can come to stand at exactly these places; None when the net is too large to tell.

    positions: for each token its node and the flow it came by, which counts where it waits at a join. Event
    sub-processes are not looked at: they run beside the flow.
    """
    wanted = tuple(
        sorted(
            (node, (flow or "") if _is_join(program.nodes[node]) else "")
            for node, flow in positions
            if program.nodes[node].kind is not NodeKind.EVENT_SUB_PROCESS
        )
    )
    return not wanted or _Net(program, container).reaches(wanted)


class _Net:
    """The moves of one container. A state is a marking and how many non-interrupting events may still occur.

    More of them than there are tokens in the marking asked for add nothing to it.
    """

    def __init__(self, program: Program, container: str) -> None:
        self._program = program
        self._nodes = {node_id: program.nodes[node_id] for node_id in program.container(container).nodes}
        inside = program.container(container)
        self._starts = [tuple(inside.starts), *((start,) for start in inside.event_starts)]
        self._is_partial = False
        self._wanted: frozenset[str] = frozenset()

    def reaches(self, wanted: Marking) -> bool | None:
        """Whether a marking can be reached."""
        self._wanted = frozenset(node for node, _ in wanted)
        first = [(tuple((node, "") for node in sorted(start)), len(wanted)) for start in self._starts]
        seen = set(first)
        queue = deque(first)
        while queue:
            marking, events = queue.popleft()
            if marking == wanted:
                return True
            for following in self._moves(marking, events):
                if following not in seen:
                    if len(seen) >= MAX_MARKINGS:
                        return None
                    seen.add(following)
                    queue.append(following)
        return None if self._is_partial else False

    def _moves(self, marking: Marking, events: int) -> Iterator[tuple[Marking, int]]:
        for place in self._to_move(marking):
            node = self._nodes[place[0]]
            rest = list(marking)
            rest.remove(place)
            if _is_join(node):
                yield from ((following, events) for following in self._joins(node, marking))
            elif _ends_all(node):
                yield (), events
            else:
                yield from ((self._placed(rest, way), events) for way in self._ways(node))
                yield from self._events(node, rest, marking, events)

    def _to_move(self, marking: Marking) -> Iterable[Place]:
        """One token that cannot stay where it is, or else all: in which order independent tokens move is no matter."""
        places = dict.fromkeys(marking)
        for place in places:
            if place[0] not in self._wanted and not _is_join(self._nodes[place[0]]):
                return (place,)
        return places

    def _joins(self, node: Node, marking: Marking) -> Iterator[Marking]:
        waiting = sorted({place[1] for place in marking if place[0] == node.id})
        if len(waiting) != len(node.incoming):
            if node.kind is NodeKind.PARALLEL_GATEWAY:
                return
            others = (
                self._program.ways_out(self._nodes[place[0]]) for place in marking if place[0] != node.id
            )
            if self._program.may_still_come(node, waiting, others):
                return
        rest = list(marking)
        for flow in waiting:
            rest.remove((node.id, flow))
        yield from (self._placed(rest, way) for way in self._ways(node))

    def _ways(self, node: Node) -> list[list[str]]:
        """The sets of flows a token may leave a node by."""
        flows = self._program.outgoing(node)
        if node.kind in (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.EVENT_GATEWAY):
            return [[flow.id] for flow in flows]
        if node.kind is NodeKind.INCLUSIVE_GATEWAY:
            return self._subsets([flow.id for flow in flows]) if flows else [[]]
        fixed = [flow.id for flow in flows if flow.condition is None and not flow.is_default]
        open_ = [flow.id for flow in flows if flow.condition is not None or flow.is_default]
        ways = [fixed + extra for extra in [[], *self._subsets(open_)]]
        return [way for way in ways if way or not flows]

    def _events(
        self, node: Node, rest: list[Place], marking: Marking, events: int
    ) -> Iterator[tuple[Marking, int]]:
        """What the boundary events of a node may do: take its token over, or begin a path beside it."""
        for boundary in node.boundary:
            if self._nodes[boundary].interrupting:
                yield tuple(sorted([*rest, (boundary, "")])), events
            elif events:
                yield tuple(sorted([*marking, (boundary, "")])), events - 1

    def _subsets(self, flows: list[str]) -> list[list[str]]:
        if len(flows) > MAX_BRANCHES:
            self._is_partial = True
            return [[flow] for flow in flows] + [flows]
        return [list(chosen) for size in range(1, len(flows) + 1) for chosen in combinations(flows, size)]

    def _placed(self, rest: list[Place], flows: list[str]) -> Marking:
        new = []
        for flow in flows:
            target = self._nodes[self._program.flows[flow].target]
            new.append((target.id, flow if _is_join(target) else ""))
        return tuple(sorted([*rest, *new]))


def _is_join(node: Node) -> bool:
    return len(node.incoming) > 1 and node.kind in (NodeKind.PARALLEL_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)


def _ends_all(node: Node) -> bool:
    """Whether no token of the container outlives one that passes this node."""
    return (
        node.kind is NodeKind.END_EVENT
        and node.event is not None
        and node.event.kind in (EventKind.TERMINATE, EventKind.ERROR, EventKind.CANCEL)
    )
