"""Gateways: splits choose flows, joins count waiting tokens (BPMN 2.0 §13.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.definition import Node
from engine.runtime import triggers
from engine.runtime.nodes.base import NodeSpec
from engine.runtime.tree import TokenTask
from engine.state import Scope
from engine.state.items import ARMED, READY, WAITING

if TYPE_CHECKING:
    from engine.runtime.session import Session


class ExclusiveSpec(NodeSpec):
    """An exclusive gateway: passes every token through, by one flow (§13.4.2)."""


class ParallelSpec(NodeSpec):
    """A parallel gateway: takes one token from every incoming flow, gives one to every outgoing (§13.4.1).

    A token that arrives waits; the last one missing releases one token of each flow, the oldest first.
    Further tokens stay for the next round.
    """

    def _update_hook(self, my_task: TokenTask) -> bool:
        if len(self.node.incoming) < 2:
            return True
        session: Session = my_task.workflow.top_workflow.session
        scope = session.scope(my_task)
        session.change(my_task, WAITING)
        waiting = _waiting_by_flow(scope, self.node)
        if len(waiting) == len(self.node.incoming):
            _merge(session, scope, sorted(waiting.values()))
        return False


class InclusiveSpec(NodeSpec):
    """An inclusive gateway: joins the tokens that can still come, splits by conditions (§13.4.3).

    Whether it may fire depends on all tokens of the scope, so it is asked when nothing else is ready.
    """

    def _update_hook(self, my_task: TokenTask) -> bool:
        if len(self.node.incoming) < 2:
            return True
        session: Session = my_task.workflow.top_workflow.session
        session.change(my_task, WAITING)
        session.joining[(my_task.scope, self.node.id)] = None
        return False


class EventGatewaySpec(NodeSpec):
    """An event-based gateway: waits for all its events, the first one takes the token (§13.4.4)."""

    def execute(self, session: Session, task: TokenTask) -> bool | None:
        """Wait for every target event."""
        scope, token = session.scope(task), session.token(task)
        program = session.program(scope)
        waits = []
        for flow in program.outgoing(self.node):
            event = program.nodes[flow.target].event
            assert event is not None
            waits.append(triggers.prepare(session, scope, token, flow.target, event))
        session.change(task, WAITING)
        for what in waits:
            triggers.wait(session, scope.id, token.id, what)
        return None


def fire_inclusive(session: Session) -> bool:
    """Release the first inclusive join that need not wait any longer; whether there was one."""
    for scope_id, node_id in sorted(session.joining):
        scope = session.state.scopes[scope_id]
        program = session.program(scope)
        waiting = _waiting_by_flow(scope, program.nodes[node_id])
        if not waiting:
            del session.joining[(scope_id, node_id)]
        elif not _may_still_come(session, scope, program.nodes[node_id], waiting):
            _merge(session, scope, sorted(waiting.values()))
            return True
    return False


def _may_still_come(session: Session, scope: Scope, join: Node, waiting: dict[str, int]) -> bool:
    program = session.program(scope)
    others = (
        program.ways_out(program.nodes[token.element])
        for token in scope.tokens.values()
        if token.status != ARMED and not (token.element == join.id and token.status == WAITING)
    )
    return program.may_still_come(join, waiting, others)


def _waiting_by_flow(scope: Scope, node: Node) -> dict[str, int]:
    """For each incoming flow with a waiting token the oldest one."""
    oldest: dict[str, int] = {}
    for token_id in sorted(scope.tokens):
        token = scope.tokens[token_id]
        if token.element == node.id and token.status == WAITING and token.flow is not None:
            oldest.setdefault(token.flow, token_id)
    return oldest


def _merge(session: Session, scope: Scope, token_ids: list[int]) -> None:
    """Merge waiting tokens into the oldest and make it ready."""
    survivor = session.tasks[token_ids[0]]
    for token_id in token_ids[1:]:
        session.absorb(session.tasks[token_id], "joined", token_ids[0])
    session.change(survivor, READY)
    session.ready.append(survivor)
