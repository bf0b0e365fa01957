"""A definition compiled for execution: SpiffWorkflow specs and what joins need to know about the graph."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from threading import Lock

from engine.feel import Expression, compile_expression
from engine.model.definition import Container, Definition, Event, Flow, Node, NodeKind
from engine.runtime.nodes.registry import single_spec_for, spec_for
from engine.runtime.tree import ContainerSpec

INSTANCE_PREFIX = "instance:"


class Program:
    """One definition, ready to run. Immutable and shared by every case of the definition.

    `specs` maps a container id, or `instance:` + id of a multi-instance activity, to its compiled spec.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.digest = definition.digest
        self.nodes = definition.nodes
        self.flows = definition.flows
        self.specs: dict[str, ContainerSpec] = {}
        self._expressions: dict[str, Expression] = {}
        for container in definition.containers.values():
            spec = ContainerSpec(container.id)
            for node_id in container.nodes:
                node = definition.nodes[node_id]
                spec_for(spec, node)
                if node.multi is not None:
                    inner = ContainerSpec(INSTANCE_PREFIX + node.id, is_instance=True)
                    single_spec_for(inner, node)
                    self.specs[inner.name] = inner
            self.specs[container.id] = spec

    def expression(self, text: str) -> Expression:
        """A FEEL expression from a property of the diagram, compiled once."""
        found = self._expressions.get(text)
        if found is None:
            found = self._expressions[text] = compile_expression(text)
        return found

    def container(self, container_id: str) -> Container:
        """The process or sub-process with this id."""
        return self.definition.containers[container_id]

    def outgoing(self, node: Node) -> tuple[Flow, ...]:
        """The node's outgoing flows in document order."""
        return tuple(self.flows[flow] for flow in node.outgoing)

    def event_start(self, container_id: str) -> tuple[Node, Event]:
        """The triggered start event of an event sub-process."""
        node = self.nodes[self.container(container_id).event_starts[0]]
        assert node.event is not None
        return node, node.event

    @cached_property
    def reaching(self) -> dict[str, dict[str, frozenset[str]]]:
        """For each inclusive join: incoming flow → ids of flows from which it can be reached.

        Paths do not pass through the join itself (BPMN 2.0 §13.4.3). A boundary event counts as reachable
        from the activity it is attached to.
        """
        return {
            node.id: {flow: self._flows_before(flow, node.id) for flow in node.incoming}
            for node in self.nodes.values()
            if node.kind is NodeKind.INCLUSIVE_GATEWAY and len(node.incoming) > 1
        }

    def may_still_come(self, join: Node, filled: Collection[str], others: Iterable[frozenset[str]]) -> bool:
        """Whether an inclusive join has to wait: some other token can reach an empty incoming flow and no filled one.

        filled: incoming flows with a waiting token. others: for each token elsewhere the flows it may leave by.
        """
        reaching = self.reaching[join.id]
        empty = [reaching[flow] for flow in join.incoming if flow not in filled]
        taken = [reaching[flow] for flow in join.incoming if flow in filled]
        return any(
            any(not ways.isdisjoint(before) for before in empty)
            and all(ways.isdisjoint(before) for before in taken)
            for ways in others
        )

    def ways_out(self, node: Node) -> frozenset[str]:
        """The flows a token at a node may leave by, those of its boundary events included."""
        ways = set(node.outgoing)
        for boundary in node.boundary:
            ways.update(self.nodes[boundary].outgoing)
        return frozenset(ways)

    def _flows_before(self, target: str, join: str) -> frozenset[str]:
        seen = {target}
        stack = [target]
        while stack:
            source = self.nodes[self.flows[stack.pop()].source]
            if source.id == join:
                continue
            sources = [source]
            if source.attached_to is not None:
                sources.append(self.nodes[source.attached_to])
            for node in sources:
                for flow in node.incoming:
                    if flow not in seen:
                        seen.add(flow)
                        stack.append(flow)
        return frozenset(seen)


class Programs:
    """Compiled programs by definition digest, loaded on first use.

    load: reads the definition with this digest, raising NotFound when there is none.
    """

    def __init__(self, load: Callable[[str], Definition]) -> None:
        self._load = load
        self._known: dict[str, Program] = {}
        self._lock = Lock()

    def get(self, digest: str) -> Program:
        """The program of a definition."""
        program = self._known.get(digest)
        if program is None:
            with self._lock:
                program = self._known.get(digest)
                if program is None:
                    program = self._known[digest] = Program(self._load(digest))
        return program


__all__ = ["INSTANCE_PREFIX", "Program", "Programs"]
