"""FEEL, the expression language of DMN 1.5: gateways, timers, decision tables and forms all use this one.

An expression is parsed once, compiled to closures, and evaluated within a budget of steps, depth and size.
Nothing of Python can be reached from it: no attribute access, no `eval`. Evaluation is deterministic; the clock
and the host's functions come with the environment. What cannot be computed is null, with its reason recorded.
"""

from __future__ import annotations

from engine.feel.environment import Budget, Environment, Reason
from engine.feel.errors import FeelBudgetError, FeelError, FeelSyntaxError, Position
from engine.feel.expression import Expression, UnaryTests, compile_expression, compile_unary_tests
from engine.feel.printer import print_expression, print_tests
from engine.feel.temporal import (
    ExtendedDate,
    ExtendedDateTime,
    ExtendedDuration,
    ExtendedTime,
    YearsMonthsDuration,
)
from engine.feel.text import to_text
from engine.feel.types import Type, TypeNames
from engine.feel.values import Function, Range, Value

__all__ = [
    "Budget",
    "Environment",
    "Expression",
    "ExtendedDate",
    "ExtendedDateTime",
    "ExtendedDuration",
    "ExtendedTime",
    "FeelBudgetError",
    "FeelError",
    "FeelSyntaxError",
    "Function",
    "Position",
    "Range",
    "Reason",
    "Type",
    "TypeNames",
    "UnaryTests",
    "Value",
    "YearsMonthsDuration",
    "compile_expression",
    "compile_unary_tests",
    "print_expression",
    "print_tests",
    "to_text",
]
