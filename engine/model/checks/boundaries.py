"""Boundary events: what they may be attached to (BPMN 2.0 §10.5.4)."""

from __future__ import annotations

from collections.abc import Iterable

from engine.model.definition import ACTIVITIES, EventKind, Node, NodeKind
from engine.model.draft import Draft

_CODED = frozenset({EventKind.ERROR, EventKind.ESCALATION})


def check_boundaries(draft: Draft) -> None:
    """Report boundary events that hang on nothing, lead nowhere or compete for the same code."""
    for node in draft.nodes.values():
        if node.kind is NodeKind.BOUNDARY_EVENT:
            _check_place(draft, node)
            if not node.outgoing:
                draft.report(
                    "boundary.no-outgoing",
                    node.id,
                    "边界事件没有流出",
                    "the boundary event has no outgoing flow",
                )
        if len(node.boundary) > 1:
            _check_codes(draft, (draft.nodes[id_] for id_ in node.boundary))


def _check_place(draft: Draft, node: Node) -> None:
    if node.attached_to in draft.refused:
        return
    host = draft.nodes.get(node.attached_to or "")
    if host is None:
        draft.report(
            "ref.dangling",
            node.id,
            f"所附着的“{node.attached_to}”不存在",
            f"the activity {node.attached_to!r} it is attached to does not exist",
        )
    elif host.kind not in ACTIVITIES or host.container != node.container:
        draft.report(
            "boundary.place",
            node.id,
            f"不能附着在“{host.id}”上：须是同一层的活动",
            f"cannot be attached to {host.id!r}: an activity of the same level is needed",
        )


def _check_codes(draft: Draft, nodes: Iterable[Node]) -> None:
    seen: dict[tuple[EventKind, str | None], str] = {}
    for node in nodes:
        if node.event is None or node.event.kind not in _CODED:
            continue
        code = None if node.event.name is None else node.event.name.text
        other = seen.setdefault((node.event.kind, code), node.id)
        if other != node.id:
            shown = "*" if code is None else code
            draft.report(
                "boundary.ambiguous",
                node.id,
                f"与“{other}”捕获同一代码 {shown}",
                f"catches the same code {shown} as {other!r}",
            )
