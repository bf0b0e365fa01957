"""From syntax tree to closures: each construct becomes one function of the scope it is evaluated in.

A compiled expression costs its weight in steps once at the start; what can repeat (iterations, filters,
function bodies) or grow (lists, strings) pays for itself as it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel import syntax
from engine.feel.compiler import (
    arithmetic,
    boxes,
    calls,
    comparison,
    iteration,
    literals,
    logic,
    paths,
    typing,
)
from engine.feel.compiler.compile import Compiler
from engine.feel.run import Code
from engine.feel.types import TypeNames

_RULES: dict[type[syntax.Node], Callable[[Any, Compiler], Code]] = {
    syntax.NumberLiteral: literals.constant,
    syntax.StringLiteral: literals.constant,
    syntax.BooleanLiteral: literals.constant,
    syntax.NullLiteral: literals.null,
    syntax.AtLiteral: literals.temporal,
    syntax.Name: paths.name,
    syntax.Path: paths.path,
    syntax.Filter: paths.filtered,
    syntax.Call: calls.call,
    syntax.FunctionDefinition: calls.definition,
    syntax.Arithmetic: arithmetic.arithmetic,
    syntax.Negation: arithmetic.negation,
    syntax.Comparison: comparison.comparison,
    syntax.Between: comparison.between,
    syntax.In: comparison.inside,
    syntax.UnaryTest: boxes.unary_range,
    syntax.RangeLiteral: boxes.range_literal,
    syntax.ListLiteral: boxes.list_literal,
    syntax.ContextLiteral: boxes.context_literal,
    syntax.Logic: logic.logic,
    syntax.If: logic.conditional,
    syntax.For: iteration.iteration,
    syntax.Quantified: iteration.quantified,
    syntax.InstanceOf: typing.instance_of,
}


def compile_node(node: syntax.Node, types: TypeNames | None = None) -> Code:
    """The closure that evaluates `node`; `types` are the named types it may refer to."""
    return Compiler(rules=_RULES, types=types or TypeNames()).compile(node)


def compiler(types: TypeNames | None = None) -> Compiler:
    """A compiler with all rules, for those who compile tests."""
    return Compiler(rules=_RULES, types=types or TypeNames())
