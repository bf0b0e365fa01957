"""A process as it was read, before it is normalised and checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.definition import Flow, Node
from engine.model.findings import Findings, Place


@dataclass(kw_only=True, slots=True)
class DraftContainer:
    """A process or sub-process and the nodes read in it, in document order."""

    id: str
    parent: str | None
    name: str | None
    line: int
    nodes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """An `incoming` or `outgoing` child of a node: the flow it names, and where."""

    node: str
    flow: str
    outgoing: bool
    line: int


@dataclass(kw_only=True, slots=True)
class Draft:
    """Everything read of one process.

    `nodes` and `flows` hold what is executed; `refused` the ids of nodes that are not, so that flows to and
    from them are not reported as dangling on top; `dropped` the ids of flows that lack an end. `defaults` maps a node to the flow it names as default.
    """

    key: str
    file: str
    line: int
    name: str | None
    version_tag: str | None
    findings: Findings
    properties: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    containers: dict[str, DraftContainer] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    defaults: dict[str, str] = field(default_factory=dict)
    listings: list[Listing] = field(default_factory=list)
    lanes: dict[str, str] = field(default_factory=dict)

    def report(self, rule: str, id_: str, zh: str, en: str) -> None:
        """Note that the node, flow or container `id_` breaks `rule`."""
        item = self.nodes.get(id_) or self.flows.get(id_) or self.containers.get(id_)
        at = self.line if item is None else item.line
        self.findings.add(rule, Place(file=self.file, line=at, element=id_), zh, en)
