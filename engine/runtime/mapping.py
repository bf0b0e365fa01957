"""Variable mappings: what goes into a node and what comes out of it (`zeebe:ioMapping`).

Mappings are evaluated in their order, and each sees what those before it gave. A dotted target makes a context:
an input makes a new one of the node's own, an output keeps what the variable outside already holds beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.model.definition import Node, VariableMapping
from engine.runtime.variables import View, Wire, set_path, setting, to_wire
from engine.state import Scope, Token

if TYPE_CHECKING:
    from engine.runtime.session import Session


def inputs(session: Session, scope: Scope, node: Node) -> dict[str, Wire]:
    """The variables a node gets of its own. Raises NodeFailure; changes nothing."""
    own: dict[str, Wire] = {}
    for mapping in node.inputs:
        value = setting(session, mapping.source, scope, None, own)
        set_path(own, mapping.target, to_wire(value, _text(mapping)))
    return own


def outputs(
    session: Session, scope: Scope, token: Token | None, node: Node, values: Mapping[str, Wire]
) -> dict[str, Wire]:
    """What a node with output mappings hands out of what it produced. Raises NodeFailure; changes nothing."""
    produced: dict[str, Wire] = {}
    outside = View(session, scope, None)
    for mapping in node.outputs:
        value = setting(session, mapping.source, scope, token, {**values, **produced})
        set_path(produced, mapping.target, to_wire(value, _text(mapping)), outside)
    return produced


def _text(mapping: VariableMapping) -> str:
    expression = mapping.source.expression
    return mapping.source.text or "" if expression is None else expression.text
