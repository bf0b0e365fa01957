"""Three-valued logic and `if` (DMN 1.5, 10.3.2.6 and 10.3.2.7, tables 50 and 51)."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.run import Code, Scope, Truth
from engine.feel.values import kind_of


def logic(node: syntax.Logic, compiler: Compiler) -> Code:
    """`and`, `or`: decided by the first operand that decides it; null when none does and one is no truth value."""
    deciding = node.operator == "or"
    operands = [compiler.compile(operand) for operand in node.operands]
    if len(operands) == 2:
        return _of_two(deciding, operands[0], operands[1])

    def decide(scope: Scope) -> Truth:
        answer: Truth = not deciding
        for operand in operands:
            value = operand(scope)
            if value is deciding:
                return deciding
            if type(value) is not bool:
                answer = _undecided(value, scope)
        return answer

    return decide


def _of_two(deciding: bool, left: Code, right: Code) -> Code:
    other = not deciding

    def decide(scope: Scope) -> Truth:
        one = left(scope)
        if one is deciding:
            return deciding
        two = right(scope)
        if two is deciding:
            return deciding
        if one is other and two is other:
            return other
        return _undecided(one if type(one) is not bool else two, scope)

    return decide


def _undecided(value: Any, scope: Scope) -> Truth:
    return None if value is None else scope.run.null("logic.kind", kind_of(value))


def conditional(node: syntax.If, compiler: Compiler) -> Code:
    """`if`: anything but true takes the `else` part."""
    condition = compiler.compile(node.condition)
    then, otherwise = compiler.compile(node.then), compiler.compile(node.otherwise)

    def choose(scope: Scope) -> Any:
        value = condition(scope)
        if value is True:
            return then(scope)
        if value is not False and value is not None:
            scope.run.null("condition.kind", kind_of(value))
        return otherwise(scope)

    return choose
