"""Short ways to evaluate in tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel import Environment, compile_expression, compile_unary_tests, to_text

NOW = datetime(2026, 3, 31, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def environment(functions: Mapping[str, Callable[..., Any]] | None = None) -> Environment:
    """An environment whose clock stands still."""
    return Environment(now=NOW, functions=functions or {})


def value_of(text: str, variables: Mapping[str, Any] | None = None, names: Collection[str] = ()) -> Any:
    """What an expression evaluates to."""
    known = variables or {}
    return compile_expression(text, names=[*names, *known]).evaluate(known, environment())


def shown(text: str, variables: Mapping[str, Any] | None = None) -> str:
    """The value as FEEL text."""
    return to_text([value_of(text, variables)])[1:-1]


def reasons(text: str, variables: Mapping[str, Any] | None = None) -> list[str]:
    """The codes of the reasons recorded."""
    env = environment()
    compile_expression(text).evaluate(variables or {}, env)
    return [reason.code for reason in env.warnings]


def passes(cell: str, value: Any, variables: Mapping[str, Any] | None = None) -> bool | None:
    """Whether a value passes unary tests."""
    result: bool | None = compile_unary_tests(cell).test(value, variables or {}, environment())
    return result
