"""A range given as text to the function `range` (DMN 1.5, table 73)."""

from __future__ import annotations

from engine.feel import syntax
from engine.feel.compiler import compile_node
from engine.feel.errors import FeelSyntaxError
from engine.feel.parser import parse_expression
from engine.feel.run import Run, Scope
from engine.feel.values import Range

_CONSTRUCTORS = frozenset({"date", "time", "date and time", "duration"})


def parse_range(text: str, run: Run) -> Range | None:
    """The range written as `text`; None when it is none, or its ends are not literal."""
    run.charge(len(text))
    try:
        node = parse_expression(text)
    except FeelSyntaxError:
        return None
    if not isinstance(node, syntax.RangeLiteral | syntax.UnaryTest):
        return None
    if not all(_is_literal(end) for end in node.children()):
        return None
    run.charge(node.weight)
    made = compile_node(node)(Scope({}, None, run))
    return made if isinstance(made, Range) else None


def _is_literal(node: syntax.Node) -> bool:
    if isinstance(node, syntax.Call):
        named = isinstance(node.callee, syntax.Name) and node.callee.name in _CONSTRUCTORS
        return named and all(_is_literal(argument) for argument in node.arguments)
    if isinstance(node, syntax.Negation):
        return isinstance(node.operand, syntax.NumberLiteral)
    return isinstance(
        node, syntax.NumberLiteral | syntax.StringLiteral | syntax.AtLiteral | syntax.NullLiteral
    )
