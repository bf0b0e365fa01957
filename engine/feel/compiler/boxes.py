"""Lists, contexts and ranges (DMN 1.5, 10.3.2.3.8, 10.3.2.3.9, 10.3.2.7)."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.equality import order_key, order_keys
from engine.feel.run import Code, Scope
from engine.feel.values import Range, kind_of


def list_literal(node: syntax.ListLiteral, compiler: Compiler) -> Code:
    """`[a, b, …]`."""
    items = [compiler.compile(item) for item in node.items]

    def build(scope: Scope) -> list[Any]:
        return [item(scope) for item in items]

    return build


def context_literal(node: syntax.ContextLiteral, compiler: Compiler) -> Code:
    """`{a: 1, b: a + 1}`: an entry sees those before it; a key given twice makes the context null."""
    entries = [(entry.key, compiler.compile(entry.value)) for entry in node.entries]
    keys = [key for key, _ in entries]
    doubled = next((key for index, key in enumerate(keys) if key in keys[:index]), None)

    def build(scope: Scope) -> Any:
        if doubled is not None:
            return scope.run.null("context.duplicate", doubled)
        context: dict[str, Any] = {}
        inner = Scope(context, scope, scope.run)
        for key, value in entries:
            context[key] = value(inner)
        return context

    return build


def range_literal(node: syntax.RangeLiteral, compiler: Compiler) -> Code:
    """`[a..b]`, `(a..b)`; null when the ends have no common order."""
    start, end = compiler.compile(node.start), compiler.compile(node.end)
    start_included, end_included = node.start_included, node.end_included

    def build(scope: Scope) -> Any:
        low, high = start(scope), end(scope)
        if low is None or high is None or order_keys(low, high, scope.run) is None:
            return scope.run.null("range.kinds", kind_of(low), kind_of(high))
        return Range(start=low, end=high, start_included=start_included, end_included=end_included)

    return build


def unary_range(node: syntax.UnaryTest, compiler: Compiler) -> Code:
    """`(< 5)` as a value: a range open at the other end; `(= 5)` has both ends the same."""
    endpoint = compiler.compile(node.endpoint)
    operator = node.operator

    def build(scope: Scope) -> Any:
        value = endpoint(scope)
        if order_key(value) is None or operator == "!=":
            return scope.run.null("range.kinds", kind_of(value), "null")
        if operator == "=":
            return Range(start=value, end=value)
        if operator in ("<", "<="):
            return Range(start=None, end=value, start_included=False, end_included=operator == "<=")
        return Range(start=value, end=None, start_included=operator == ">=", end_included=False)

    return build
