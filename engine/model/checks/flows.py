"""Sequence flows: where they may lead, and which may carry conditions (BPMN 2.0 §8.3.13, §10.3.1)."""

from __future__ import annotations

from engine.model.definition import ACTIVITIES, Flow, Node, NodeKind
from engine.model.draft import Draft
from engine.model.normalise import is_link

_CONDITIONAL = ACTIVITIES | {NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY}
_WITHOUT_INCOMING = frozenset({NodeKind.START_EVENT, NodeKind.BOUNDARY_EVENT})


def check_flows(draft: Draft) -> None:
    """Report flows that leave their scope, stand where none may, or carry conditions in vain."""
    for flow in draft.flows.values():
        source, target = draft.nodes[flow.source], draft.nodes[flow.target]
        if source.container != target.container:
            draft.report(
                "flow.scope",
                flow.id,
                f"顺序流从“{source.container}”进入“{target.container}”",
                f"the flow leads from {source.container!r} into {target.container!r}",
            )
        if not flow.synthetic:
            _check_ends(draft, flow, source, target)
        if flow.condition is not None and source.kind not in _CONDITIONAL:
            draft.report(
                "flow.condition-place",
                flow.id,
                f"从 {source.kind} 流出的顺序流不能带条件",
                f"a flow out of a {source.kind} carries no condition",
            )
    _check_defaults(draft)
    _check_listings(draft)


def _check_ends(draft: Draft, flow: Flow, source: Node, target: Node) -> None:
    if target.kind in _WITHOUT_INCOMING:
        draft.report(
            "flow.start-incoming",
            target.id,
            f"{target.kind} 不能有流入“{flow.id}”",
            f"a {target.kind} has no incoming flow, but {flow.id!r} leads here",
        )
    if source.kind is NodeKind.END_EVENT:
        draft.report(
            "flow.end-outgoing",
            source.id,
            f"结束事件不能有流出“{flow.id}”",
            f"an end event has no outgoing flow, but {flow.id!r} leaves here",
        )
    if is_link(source, NodeKind.THROW_EVENT):
        _report_link(draft, source, "抛出", "流出", "throw", "outgoing")
    if is_link(target, NodeKind.CATCH_EVENT):
        _report_link(draft, target, "捕获", "流入", "catch", "incoming")


def _report_link(draft: Draft, node: Node, kind_zh: str, way_zh: str, kind: str, way: str) -> None:
    draft.report(
        "link.flow",
        node.id,
        f"链接{kind_zh}事件不能有{way_zh}",
        f"a link {kind} event has no {way} flow",
    )


def _check_defaults(draft: Draft) -> None:
    for id_, default in draft.defaults.items():
        node = draft.nodes[id_]
        if node.kind not in _CONDITIONAL:
            draft.report(
                "flow.default", id_, f"{node.kind} 不能有默认流", f"a {node.kind} has no default flow"
            )
        elif default not in node.outgoing:
            draft.report(
                "flow.default",
                id_,
                f"默认流“{default}”不是它的流出",
                f"the default flow {default!r} does not leave it",
            )


def _check_listings(draft: Draft) -> None:
    for listing in draft.listings:
        flow = draft.flows.get(listing.flow)
        word_zh, word = ("流出", "outgoing") if listing.outgoing else ("流入", "incoming")
        if flow is None:
            if listing.flow not in draft.dropped:
                draft.report(
                    "ref.dangling",
                    listing.node,
                    f"所列{word_zh}“{listing.flow}”不存在",
                    f"the {word} flow {listing.flow!r} it lists does not exist",
                )
        elif (flow.source if listing.outgoing else flow.target) != listing.node:
            draft.report(
                "flow.listing",
                listing.node,
                f"所列{word_zh}“{listing.flow}”与顺序流不符",
                f"the {word} flow {listing.flow!r} it lists is not one of its own",
            )
