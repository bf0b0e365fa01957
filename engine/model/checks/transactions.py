"""Transactions: where they may be cancelled, and where that leads (BPMN 2.0 §10.3.5, §10.5.3)."""

from __future__ import annotations

from engine.model.definition import EventKind, Node, NodeKind
from engine.model.draft import Draft

_RULE = "transaction.cancel"


def check_transactions(draft: Draft) -> None:
    """Report cancel events that stand outside a transaction, lead nowhere or compete."""
    for node in draft.nodes.values():
        if node.event is None or node.event.kind is not EventKind.CANCEL:
            continue
        if node.kind is NodeKind.END_EVENT:
            _check_end(draft, node)
        elif node.kind is NodeKind.BOUNDARY_EVENT:
            _check_boundary(draft, node)


def _check_end(draft: Draft, node: Node) -> None:
    around = draft.nodes.get(node.container)
    while around is not None and not around.transaction:
        around = draft.nodes.get(around.container)
    if around is None:
        draft.report(
            _RULE,
            node.id,
            "取消结束事件不在事务子流程之内",
            "the cancel end event does not stand inside a transaction",
        )
    elif not _cancels(draft, around):
        draft.report(
            _RULE,
            node.id,
            f"事务“{around.id}”没有取消边界事件：取消后无处可去",
            f"the transaction {around.id!r} has no cancel boundary event: cancelled, it leads nowhere",
        )


def _check_boundary(draft: Draft, node: Node) -> None:
    host = draft.nodes.get(node.attached_to or "")
    if host is None:
        return
    if not host.transaction:
        draft.report(
            _RULE,
            node.id,
            f"“{host.id}”不是事务子流程",
            f"{host.id!r} is not a transaction",
        )
    elif _cancels(draft, host)[0] != node.id:
        draft.report(
            _RULE,
            node.id,
            f"事务“{host.id}”已有取消边界事件",
            f"the transaction {host.id!r} has a cancel boundary event already",
        )


def _cancels(draft: Draft, transaction: Node) -> list[str]:
    """The cancel boundary events of a transaction."""
    events = ((id_, draft.nodes[id_].event) for id_ in transaction.boundary)
    return [id_ for id_, event in events if event is not None and event.kind is EventKind.CANCEL]
