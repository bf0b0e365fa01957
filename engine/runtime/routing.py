"""Which sequence flows a token leaves by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.definition import Flow, Node, NodeKind
from engine.runtime.failure import NodeFailure
from engine.runtime.variables import evaluate
from engine.state import Scope, Token

if TYPE_CHECKING:
    from engine.runtime.session import Session


def route(session: Session, scope: Scope, token: Token, node: Node) -> tuple[str, ...]:
    """The flows out of a node, by the rules of its kind.

    Exclusive gateway: the first flow in document order whose condition is true, else the default
    (BPMN 2.0 §13.4.2). Any other node: every flow without a condition and every one whose condition is true;
    the default when there is none of these (§8.3.13, §13.4.3).
    Raises NodeFailure when no flow can be taken or a condition is neither true nor false.
    """
    flows = session.program(scope).outgoing(node)
    if len(flows) == 1 and flows[0].condition is None:
        return (flows[0].id,)
    exclusive = node.kind is NodeKind.EXCLUSIVE_GATEWAY
    chosen: list[str] = []
    for flow in flows:
        if flow.is_default:
            continue
        if flow.condition is None or _holds(session, scope, token, flow):
            chosen.append(flow.id)
        if exclusive and chosen:
            return (chosen[0],)
    if not chosen:
        chosen = [flow.id for flow in flows if flow.is_default]
    if not chosen and flows:
        raise NodeFailure(
            "flow.none",
            f"“{node.name or node.id}”的所有条件都不成立，也没有默认分支",
            f"no condition holds at “{node.name or node.id}” and there is no default flow",
        )
    return tuple(chosen)


def _holds(session: Session, scope: Scope, token: Token, flow: Flow) -> bool:
    assert flow.condition is not None
    value = evaluate(session, flow.condition, scope, token)
    if value is True or value is False:
        return bool(value)
    shown = "null" if value is None else type(value).__name__
    raise NodeFailure(
        "condition.type",
        f"连线“{flow.name or flow.id}”的条件应为真或假，实际是{shown}：{flow.condition.text[:120]}",
        f"the condition of flow “{flow.name or flow.id}” must be true or false, not {shown}: "
        f"{flow.condition.text[:120]}",
    )
