"""Arithmetic (DMN 1.5, 10.3.2.13.4 and 10.3.2.13.5)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import numbers, syntax, temporal_arithmetic
from engine.feel.compiler.compile import Compiler
from engine.feel.compiler.literals import always
from engine.feel.run import Code, Run, Scope
from engine.feel.temporal import DURATIONS, YearsMonthsDuration, duration_nanoseconds, make_duration
from engine.feel.values import kind_of

_NUMBERS = frozenset({int, Decimal})
_POWER_STEPS = 40
_OF_NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "**": numbers.power,
}


def arithmetic(node: syntax.Arithmetic, compiler: Compiler) -> Code:
    """`+`, `-`, `*`, `/`, `**`."""
    operator = node.operator
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    of_numbers = _OF_NUMBERS[operator]

    def calculate(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        if type(one) in _NUMBERS and type(other) in _NUMBERS:
            if operator == "/" and other == 0:
                return scope.run.null("arithmetic.zero")
            if operator == "**":
                scope.run.charge(_POWER_STEPS)
            result = of_numbers(one, other)
            return scope.run.null("arithmetic.range") if result is None else result
        return _of_others(operator, one, other, scope.run)

    return calculate


def _of_others(operator: str, left: Any, right: Any, run: Run) -> Any:
    if operator == "+" and type(left) is str and type(right) is str:
        run.fits(len(left) + len(right))
        run.charge((len(left) + len(right)) // 64)
        return left + right
    result = None
    if operator == "+":
        result = temporal_arithmetic.add(left, right)
    elif operator == "-":
        result = temporal_arithmetic.subtract(left, right)
    elif operator == "*":
        result = _scaled(left, right)
    elif operator == "/" and (type(left) in DURATIONS or type(left) is YearsMonthsDuration):
        result = temporal_arithmetic.ratio(left, right)
    if result is None:
        return run.null("arithmetic.kinds", operator, kind_of(left), kind_of(right))
    return result


def _scaled(left: Any, right: Any) -> Any:
    if type(left) in _NUMBERS:
        left, right = right, left
    if type(right) in _NUMBERS and (type(left) in DURATIONS or type(left) is YearsMonthsDuration):
        return temporal_arithmetic.scale(left, right)
    return None


def negation(node: syntax.Negation, compiler: Compiler) -> Code:
    """`-` before a number or duration; a negative literal is a constant."""
    if isinstance(node.operand, syntax.NumberLiteral):
        return always(numbers.negate(node.operand.value))
    operand = compiler.compile(node.operand)

    def negate(scope: Scope) -> Any:
        value = operand(scope)
        kind = type(value)
        if kind in _NUMBERS:
            return numbers.negate(value)
        if kind in DURATIONS:
            return make_duration(-duration_nanoseconds(value))
        if kind is YearsMonthsDuration:
            return YearsMonthsDuration(-value.months)
        return scope.run.null("arithmetic.negate", kind_of(value))

    return negate
