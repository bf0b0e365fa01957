"""Reading one BPMN process into a draft: nodes, flows, containers, lanes."""

from __future__ import annotations

from lxml import etree

from engine.markup import line
from engine.model.activities import read_doing, read_mappings
from engine.model.definition import Event, EventKind, Flow, Node, NodeKind
from engine.model.draft import Draft, DraftContainer, Listing
from engine.model.events import read_event, read_message
from engine.model.expressions import compiled
from engine.model.extensions import extension
from engine.model.instances import read_multi
from engine.model.namespaces import local
from engine.model.properties import read_properties
from engine.model.source import Source, bare, child, children, is_true

MAX_ELEMENTS = 10_000
MAX_DEPTH = 50

KINDS = {kind.value: kind for kind in NodeKind if kind is not NodeKind.EVENT_SUB_PROCESS}
KINDS["transaction"] = NodeKind.SUB_PROCESS
REFUSED_NODES = frozenset(
    {
        "complexGateway", "adHocSubProcess", "choreographyTask", "subChoreography",
        "callChoreography", "implicitThrowEvent", "event",
    }
)  # fmt: skip
_EVENTS = frozenset(
    {
        NodeKind.START_EVENT,
        NodeKind.END_EVENT,
        NodeKind.CATCH_EVENT,
        NodeKind.THROW_EVENT,
        NodeKind.BOUNDARY_EVENT,
    }
)


def read_process(element: etree._Element, source: Source) -> Draft:
    """Read an executable `process` element; what cannot be executed is reported to `source`."""
    version = extension(element, "versionTag")
    draft = Draft(
        key=element.get("id", ""),
        file=source.file,
        line=line(element),
        name=element.get("name") or None,
        version_tag=None if version is None else version.get("value") or None,
        findings=source.findings,
        properties=read_properties(element, source),
    )
    _Reader(source, draft).container(element, None, 0)
    if len(draft.nodes) + len(draft.flows) > MAX_ELEMENTS:
        source.report(
            "process.size",
            element,
            f"流程有 {len(draft.nodes) + len(draft.flows)} 个节点与连线，上限 {MAX_ELEMENTS}",
            f"the process holds {len(draft.nodes) + len(draft.flows)} nodes and flows, at most {MAX_ELEMENTS}",
        )
    return draft


class _Reader:
    """Walks one process; the draft collects what it reads."""

    def __init__(self, source: Source, draft: Draft) -> None:
        self._source = source
        self._draft = draft

    def container(self, element: etree._Element, parent: str | None, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._source.report(
                "process.depth",
                element,
                f"子流程嵌套超过 {MAX_DEPTH} 层",
                f"sub-processes are nested more than {MAX_DEPTH} levels deep",
            )
            return
        container = DraftContainer(
            id=element.get("id", ""), parent=parent, name=element.get("name") or None, line=line(element)
        )
        self._draft.containers.setdefault(container.id, container)
        for part in children(element):
            name = local(part)
            if name in KINDS:
                self._node(part, KINDS[name], container, depth)
            elif name == "sequenceFlow":
                self._flow(part)
            elif name == "laneSet":
                self._lanes(part)
            elif name in REFUSED_NODES:
                self._draft.refused.add(part.get("id", ""))

    def _node(self, element: etree._Element, kind: NodeKind, container: DraftContainer, depth: int) -> None:
        id_ = element.get("id", "")
        # Of elements with one id only the first is read; the others are reported as duplicates. Read as
        # well, a sub-process could come to stand in itself.
        if not self._has_id(element) or id_ in self._draft.nodes or id_ in self._draft.containers:
            return
        if kind is NodeKind.SUB_PROCESS and is_true(element, "triggeredByEvent", default=False):
            kind = NodeKind.EVENT_SUB_PROCESS
        event = self._event(element, kind)
        if event is None and kind in _EVENTS:
            self._draft.refused.add(id_)
            return
        source, doing = self._source, read_doing(element, kind, self._source)
        if kind in _SENDING_TASKS and doing.job is None:
            event = read_message(element, element, source)
        attached = element.get("attachedToRef")
        self._draft.nodes[id_] = Node(
            id=id_,
            kind=kind,
            container=container.id,
            name=element.get("name") or None,
            line=line(element),
            event=event,
            attached_to=None if attached is None else bare(attached),
            transaction=local(element) == "transaction",
            interrupting=kind not in _INTERRUPTING or is_true(element, _INTERRUPTING[kind], default=True),
            multi=read_multi(element, source),
            inputs=read_mappings(element, "input", source),
            outputs=read_mappings(element, "output", source),
            work=doing.work,
            job=doing.job,
            script=doing.script,
            decision=doing.decision,
            result_variable=doing.result_variable,
            call=doing.call,
            properties=read_properties(element, source),
        )
        container.nodes.append(id_)
        self._links(element, id_)
        if kind in (NodeKind.SUB_PROCESS, NodeKind.EVENT_SUB_PROCESS):
            self.container(element, container.id, depth + 1)

    def _event(self, element: etree._Element, kind: NodeKind) -> Event | None:
        return read_event(element, self._source) if kind in _EVENTS else None

    def _links(self, element: etree._Element, id_: str) -> None:
        if default := element.get("default"):
            self._draft.defaults[id_] = default
        for part in children(element):
            name = local(part)
            if name in ("incoming", "outgoing"):
                flow = bare(part.text or "")
                self._draft.listings.append(
                    Listing(node=id_, flow=flow, outgoing=name == "outgoing", line=line(part))
                )

    def _flow(self, element: etree._Element) -> None:
        if not self._has_id(element):
            return
        id_ = element.get("id", "")
        if id_ in self._draft.flows:
            return
        written = child(element, "conditionExpression")
        condition = self._source.written(written)
        if written is not None and condition is None:
            # Refused with a finding; the checks of gateways need only know that there is a condition.
            condition = compiled("false")
        self._draft.flows[id_] = Flow(
            id=id_,
            source=element.get("sourceRef", ""),
            target=element.get("targetRef", ""),
            name=element.get("name") or None,
            condition=condition,
            line=line(element),
        )

    def _lanes(self, lanes: etree._Element) -> None:
        for lane in children(lanes):
            for part in children(lane):
                name = local(part)
                if name == "flowNodeRef":
                    reference = bare(part.text or "")
                    self._draft.lanes[reference] = lane.get("name") or lane.get("id") or ""
                elif name == "childLaneSet":
                    self._lanes(part)

    def _has_id(self, element: etree._Element) -> bool:
        if element.get("id"):
            return True
        self._source.report(
            "id.missing", element, f"{local(element)} 没有标识", f"the {local(element)} has no id"
        )
        return False


_SENDING_TASKS = frozenset({NodeKind.SEND_TASK, NodeKind.RECEIVE_TASK})
_INTERRUPTING = {NodeKind.BOUNDARY_EVENT: "cancelActivity", NodeKind.START_EVENT: "isInterrupting"}


def is_none(node: Node) -> bool:
    """Whether the node is an event without trigger or result."""
    return node.event is not None and node.event.kind is EventKind.NONE
