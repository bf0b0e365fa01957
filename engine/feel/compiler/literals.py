"""Constants."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.run import Code, Scope
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time


def constant(
    node: syntax.NumberLiteral | syntax.StringLiteral | syntax.BooleanLiteral, _compiler: Compiler
) -> Code:
    """A number, string or truth value."""
    return always(node.value)


def null(_node: syntax.NullLiteral, _compiler: Compiler) -> Code:
    """`null`."""
    return always(None)


def always(value: Any) -> Code:
    """The closure that gives `value`."""

    def read(_scope: Scope) -> Any:
        return value

    return read


def temporal(node: syntax.AtLiteral, _compiler: Compiler) -> Code:
    """`@"…"`; null when the text is no temporal value (rule 62)."""
    value = at_literal(node.text)
    if value is not None:
        return always(value)

    def invalid(scope: Scope) -> Any:
        return scope.run.null("temporal.text", node.text, "date and time")

    return invalid


def at_literal(text: str) -> Any:
    """The date, time, date and time, or duration written as `text`; None when it is none of them."""
    if "P" in text[:2]:
        return parse_duration(text)
    if "T" in text[:12]:
        return parse_date_time(text)
    return parse_date(text) or parse_time(text)
