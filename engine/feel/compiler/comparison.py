"""Comparisons, `between` and `in` (DMN 1.5, 10.3.2.13.1 to 10.3.2.13.3)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.compiler.tests import compile_test, either
from engine.feel.equality import compare, equal
from engine.feel.run import Code, Scope, Truth

_NUMBERS = frozenset({int, Decimal})
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparison(node: syntax.Comparison, compiler: Compiler) -> Code:
    """`=`, `!=`, `<`, `<=`, `>`, `>=`; with short ways for constants, the usual case in conditions."""
    left = compiler.compile(node.left)
    if isinstance(node.right, syntax.StringLiteral) and node.operator == "=":
        return _equals_text(left, node.right.value)
    if isinstance(node.right, syntax.NumberLiteral):
        return _against_number(node.operator, left, node.right.value)
    right = compiler.compile(node.right)
    name, test = node.operator, _TESTS[node.operator]

    def compared(scope: Scope) -> Truth:
        one, other = left(scope), right(scope)
        if type(one) in _NUMBERS and type(other) in _NUMBERS:
            return test(one, other)
        return compare(name, one, other, scope.run)

    return compared


def _equals_text(left: Code, text: str) -> Code:
    def equals(scope: Scope) -> Truth:
        value = left(scope)
        return value == text if type(value) is str else equal(value, text, scope.run)

    return equals


def _against_number(name: str, left: Code, number: int | Decimal) -> Code:
    test = _TESTS[name]

    def compared(scope: Scope) -> Truth:
        value = left(scope)
        if type(value) in _NUMBERS:
            return test(value, number)
        return compare(name, value, number, scope.run)

    return compared


def between(node: syntax.Between, compiler: Compiler) -> Code:
    """`value between low and high`, ends included."""
    value, low, high = (compiler.compile(part) for part in (node.value, node.low, node.high))

    def inside_both(scope: Scope) -> Truth:
        one = value(scope)
        above = compare(">=", one, low(scope), scope.run)
        below = compare("<=", one, high(scope), scope.run)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    return inside_both


def inside(node: syntax.In, compiler: Compiler) -> Code:
    """`value in test` or `value in (test, …)`."""
    value = compiler.compile(node.value)
    test = either([compile_test(one, compiler, input_names=()) for one in node.tests])

    def is_inside(scope: Scope) -> Truth:
        return test(value(scope), scope)

    return is_inside
