"""Tests of a value: table cells and what follows `in` (DMN 1.5, 10.3.2.12 and rules 7 to 16)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel import syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.equality import belongs, compare, equal, within
from engine.feel.run import Scope, Truth
from engine.feel.values import Range

Test: TypeAlias = Callable[[Any, Scope], Truth]
"""Takes the tested value and the scope of the expression around."""

_NUMBERS = frozenset({int, Decimal})
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_tests(node: syntax.Tests, compiler: Compiler) -> Test:
    """The whole cell: no tests accept everything, several accept what any accepts, `not` turns it round."""
    if not node.tests:
        return lambda _value, _scope: True
    test = either([compile_test(one, compiler, input_names=("?",)) for one in node.tests])
    if not node.negated:
        return test

    def negated(value: Any, scope: Scope) -> Truth:
        result = test(value, scope)
        return None if result is None else not result

    return negated


def either(tests: Sequence[Test]) -> Test:
    """True when one test is; else null when one is; else false."""
    if len(tests) == 1:
        return tests[0]

    def any_of(value: Any, scope: Scope) -> Truth:
        answer: Truth = False
        for test in tests:
            result = test(value, scope)
            if result is True:
                return True
            if result is None:
                answer = None
        return answer

    return any_of


def compile_test(node: syntax.Node, compiler: Compiler, *, input_names: tuple[str, ...]) -> Test:
    """One test. `input_names`: the names by which the tested value is read inside it ("?" in cells)."""
    if isinstance(node, syntax.UnaryTest):
        return _operator_test(node, compiler)
    if isinstance(node, syntax.StringLiteral):
        return _text_test(node.value)
    if isinstance(node, syntax.NumberLiteral):
        return _number_test(operator.eq, "=", node.value)
    if isinstance(node, syntax.RangeLiteral):
        return _range_test(node, compiler)
    if "?" in input_names and _reads_input(node):
        return _condition_test(node, compiler)
    return _value_test(node, compiler, cell=bool(input_names))


def _text_test(text: str) -> Test:
    def same(value: Any, scope: Scope) -> Truth:
        if type(value) is str:
            return value == text
        return belongs_either_way(value, text, scope)

    return same


def _number_test(test: Callable[[Any, Any], bool], name: str, number: int | Decimal) -> Test:
    def compared(value: Any, scope: Scope) -> Truth:
        if type(value) in _NUMBERS:
            return test(value, number)
        return compare(name, value, number, scope.run)

    return compared


def belongs_either_way(value: Any, test: Any, scope: Scope) -> Truth:
    """Whether the value belongs to the test."""
    return belongs(value, test, scope.run)


def _operator_test(node: syntax.UnaryTest, compiler: Compiler) -> Test:
    name = node.operator
    if isinstance(node.endpoint, syntax.NumberLiteral) and name in _ORDER:
        return _number_test(_ORDER[name], name, node.endpoint.value)
    endpoint = compiler.compile(node.endpoint)

    def compared(value: Any, scope: Scope) -> Truth:
        return compare(name, value, endpoint(scope), scope.run)

    return compared


def _range_test(node: syntax.RangeLiteral, compiler: Compiler) -> Test:
    if isinstance(node.start, syntax.NumberLiteral) and isinstance(node.end, syntax.NumberLiteral):
        low, high = node.start.value, node.end.value
        above = operator.le if node.start_included else operator.lt
        below = operator.le if node.end_included else operator.lt
        bounds = Range(
            start=low, end=high, start_included=node.start_included, end_included=node.end_included
        )

        def between(value: Any, scope: Scope) -> Truth:
            if type(value) in _NUMBERS:
                return above(low, value) and below(value, high)
            return within(value, bounds, scope.run)

        return between
    made = compiler.compile(node)

    def inside(value: Any, scope: Scope) -> Truth:
        bounds = made(scope)
        return None if bounds is None else belongs(value, bounds, scope.run)

    return inside


def _condition_test(node: syntax.Node, compiler: Compiler) -> Test:
    condition = compiler.compile(node)

    def holds(value: Any, scope: Scope) -> Truth:
        result = condition(Scope({"?": value}, scope, scope.run))
        if result is None or type(result) is bool:
            return result
        return belongs(value, result, scope.run)

    return holds


def _value_test(node: syntax.Node, compiler: Compiler, *, cell: bool) -> Test:
    wanted = compiler.compile(node)
    boolean = _is_condition(node)

    def matches(value: Any, scope: Scope) -> Truth:
        result = wanted(scope)
        # A cell may hold a whole condition that does not mention its input (10.3.2.12): a truth value that
        # the input, not being one, could never equal.
        if cell and type(result) is bool and (boolean or type(value) is not bool):
            return result
        if value is None or result is None:
            return equal(value, result, scope.run)
        return belongs(value, result, scope.run)

    return matches


def _is_condition(node: syntax.Node) -> bool:
    return isinstance(node, syntax.Comparison | syntax.Between | syntax.In | syntax.Logic | syntax.Quantified)


def _reads_input(node: syntax.Node) -> bool:
    if isinstance(node, syntax.Name) and node.name == "?":
        return True
    return any(_reads_input(child) for child in node.children())
