"""No case is closed past its closing conditions, whatever the way (DOMAIN §1.4).

Completing the task that closes a case is held to its conditions by `engine.runtime.duties`. Here are the other ways: a
jump over that task or to an end, and ending a settled case where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.model.definition import Container, Node, NodeKind
from engine.runtime.duties import CLOSED, CONDITION, MILESTONE, refuse_unmet
from engine.runtime.program import Program
from engine.state import Scope, Token

if TYPE_CHECKING:
    from engine.runtime.session import Session

SETTLED = "settled_at"
"""The variable that says that the outcome is reached: what is left is to close the case."""


def check_jump(session: Session, scope: Scope, token: Token, target: str) -> None:
    """A jump past the task that closes the case, or to an end, meets its conditions. Raises Refusal."""
    program = session.program(scope)
    for gate, closing in _gates(program, program.container(scope.element)):
        if gate.id == target or _is_past(program, gate, token.element):
            continue
        if program.nodes[target].kind is NodeKind.END_EVENT or _is_past(program, gate, target):
            _refuse(session, scope, gate, closing)


def check_cancel(session: Session) -> None:
    """A settled case is closed by the task that closes it, and not ended before its conditions are met.

    Raises Refusal.
    """
    root = session.state.root
    if root.variables.get(SETTLED) is None:
        return
    program = session.program(root)
    for gate, closing in _gates(program, program.container(root.element)):
        _refuse(session, root, gate, closing)


def _refuse(session: Session, scope: Scope, gate: Node, closing: Node) -> None:
    """The conditions as the task that closes the case would see them, if it is open or near."""
    inside = scope
    if gate is not closing:
        found = (each for each in session.state.scopes.values() if each.parent == scope.id)
        inside = next((each for each in found if each.element == gate.id), scope)
    open_ = next((item for item in inside.tasks.values() if item.element == closing.id), None)
    token = None if open_ is None else inside.tokens[open_.token]
    refuse_unmet(session, inside, token, closing, {})


def _gates(program: Program, container: Container) -> Iterator[tuple[Node, Node]]:
    """The nodes of a container that close the case or hold what does, each with the task that does."""
    for name in container.nodes:
        node = program.nodes[name]
        if node.properties.get(MILESTONE) == CLOSED and node.properties.get(CONDITION):
            yield node, node
        elif node.kind is NodeKind.SUB_PROCESS:
            for _, closing in _gates(program, program.container(node.id)):
                yield node, closing


def _is_past(program: Program, gate: Node, place: str) -> bool:
    """Whether a node comes after a gate and does not lead back to it."""
    return place in _after(program, gate.id) and gate.id not in _after(program, place)


def _after(program: Program, place: str) -> set[str]:
    """The nodes that can be reached from a node."""
    seen: set[str] = set()
    stack = [place]
    while stack:
        node = program.nodes[stack.pop()]
        for flow in program.ways_out(node):
            following = program.flows[flow].target
            if following not in seen:
                seen.add(following)
                stack.append(following)
    return seen
