"""Nothing an expression says can raise what is not documented, or take more than its budget.

BIHUAN_FUZZ=N multiplies the number of random examples.
"""

from __future__ import annotations

import contextlib
import os
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feel import (
    Budget,
    Environment,
    FeelBudgetError,
    FeelSyntaxError,
    YearsMonthsDuration,
    compile_expression,
    compile_unary_tests,
    print_expression,
    syntax,
)
from engine.feel.builtins import BUILT_INS

from .trees import NAMES, expressions

FUZZ = int(os.environ.get("BIHUAN_FUZZ", "1"))
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_slow_is_fine = settings(
    max_examples=200 * FUZZ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

_plain: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.integers(-3, 3),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.times(),
    st.timedeltas(),
    st.integers(-(10**13), 10**13).map(YearsMonthsDuration),
    st.sampled_from([1, -1]).map(lambda sign: sign * 10**5000),
    st.sampled_from([Decimal("1E+6000"), Decimal("-1E-6000"), Decimal("Infinity"), 1.5]),
    st.sampled_from(["2026-01-02", "P1D", "(a+)+$", "[1..3]", "999999999-12-31", "a", "i"]),
)
_values = st.recursive(
    _plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)
_variables = st.dictionaries(st.sampled_from(NAMES), _values)


def _environment(steps: int = 3_000) -> Environment:
    return Environment(now=NOW, budget=Budget(steps=steps, depth=250, size=2_000))


def assert_documented(error: FeelBudgetError) -> None:
    assert error.resource in ("steps", "depth", "size")


def assert_placed(error: FeelSyntaxError, text: str) -> None:
    assert 0 <= error.position.offset <= len(text)
    assert error.position.line >= 1
    assert error.position.column >= 1


@_slow_is_fine
@given(expressions, _variables)
def test_random_expressions_give_a_value_or_exceed_the_budget(
    tree: syntax.Node, variables: dict[str, Any]
) -> None:
    expression = compile_expression(print_expression(tree), names=NAMES)
    try:
        expression.evaluate(variables, _environment())
    except FeelBudgetError as error:
        assert_documented(error)


@_slow_is_fine
@given(st.sampled_from(sorted(BUILT_INS)), st.lists(_values, max_size=4))
def test_built_in_functions_take_any_arguments(name: str, arguments: list[Any]) -> None:
    names = [f"v{index}" for index in range(len(arguments))]
    expression = compile_expression(f"{name}({', '.join(names)})")
    try:
        expression.evaluate(dict(zip(names, arguments, strict=True)), _environment())
    except FeelBudgetError as error:
        assert_documented(error)


_PIECES = [
    *"()[]{},:.+-*/=<>@'?\"\\", "..", "**", "<=", "!=", "for", "in", "return", "if", "then", "else", "some", "every",
    "satisfies", "function", "external", "instance", "of", "between", "and", "or", "not", "null", "true", "a", "b",
    "1", "1.5", "1e9", "date", "date and time", "list", "context", "\u3000", "，", "🐎", '"x"', "//", "/*", "*/", "\n",
]  # fmt: skip


@_slow_is_fine
@given(st.lists(st.sampled_from(_PIECES), max_size=30).map(" ".join) | st.text(max_size=30))
def test_any_text_parses_or_is_refused_with_a_position(text: str) -> None:
    for compile_text in (compile_expression, compile_unary_tests):
        try:
            compile_text(text, names=NAMES)
        except FeelSyntaxError as error:
            assert_placed(error, text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 30_000,
        "[" * 30_000,
        "-" * 30_000 + "1",
        "not(" * 8_000 + "true" + ")" * 8_000,
        "1" + " + 1" * 5_000,
        "1" + " ** 1" * 5_000,
        "a" + "[1]" * 5_000,
        "a" + ".b" * 9_000,
        "a" + "()" * 4_000,
        "if a then " * 3_000,
        "for a in b return " * 2_000 + "1",
        "for " + ", ".join(f"a{index} in b" for index in range(2_000)) + " return 1",
        '"' + '\\"' * 16_000,
        "/*" * 16_000,
        "/" + "*" * 30_000,
        "{" + ", ".join(f"a {index}: 1" for index in range(1_900)) + "}",
        "x instance of " + "list<" * 5_000,
        "1" * 40_000,
        " " * 40_000,
        "0." + "0" * 32_000,
        "1e" + "9" * 30_000,
        "in " * 8_000,
        "a in (" * 60 + "1" + "..2)" * 60,
        "a in (" * 60 + "1" + ").b" * 60,
        "a b " * 4_900,
    ],
)
def test_huge_texts_are_answered_quickly(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(FeelSyntaxError, FeelBudgetError):
        compile_expression(text, names=["a b c", "a-b"]).evaluate({}, _environment())
    assert time.process_time() - started < 20


_BOMB = "{a: [1,1,1,1,1,1,1,1,1,1], b: [a,a,a,a,a,a,a,a,a,a], c: [b,b,b,b,b,b,b,b,b,b], d: [c,c,c,c,c,c,c,c,c,c], e: [d,d,d,d,d,d,d,d,d,d], f: [e,e,e,e,e,e,e,e,e,e], g: [f,f,f,f,f,f,f,f,f,f]}"


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10**12 return i",
        "count(for i in 1..100000, j in 1..100000 return 1)",
        "some i in 1..10**12 satisfies i < 0",
        "every i in 1..10**12 satisfies i > 0",
        'for i in @"0001-01-01"..@"9999-12-31" return i',
        "{f: function(n) f(n), g: f(1)}",
        "{f: function(g) g(g), r: f(f)}.r",
        "(function(f) f(f))(function(f) f(f))",
        _BOMB,
        f"string({_BOMB})",
        f"{_BOMB} = {_BOMB}",
        f"flatten({_BOMB}.g)",
        f"distinct values({_BOMB}.g)",
        f"count(sort({_BOMB}.g))",
        'string join(for i in 1..1000 return "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
        'for i in 1..1000 return if i = 1 then "xxxxxxxx" else partial[-1] + partial[-1]',
        "for i in 1..100 return partial",
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+\\1$")',
        'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", "$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0")',
        'for i in 1..10000 return matches(string(i), "(x{900}){5}")',
        "for i in 1..100000 return exp(i / 7)",
        "for i in 1..100000 return 1.1 ** (i / 7)",
        "1[" + "[1][" * 60 + "true" + "]" * 60 + "]",
    ],
)
def test_hungry_expressions_are_stopped_soon(text: str) -> None:
    environment = Environment(now=NOW)
    started = time.process_time()
    with contextlib.suppress(FeelBudgetError, FeelSyntaxError):
        compile_expression(text).evaluate({}, environment)
    assert time.process_time() - started < 30


def test_powers_beyond_the_number_range_are_null() -> None:
    environment = Environment(now=NOW)
    assert compile_expression("10 ** (10 ** 10)").evaluate({}, environment) is None
    assert environment.warnings[0].code == "arithmetic.range"


def test_a_budget_error_names_what_ran_out() -> None:
    with pytest.raises(FeelBudgetError) as caught:
        compile_expression("for i in 1..1000 return i").evaluate({}, _environment(steps=100))
    assert (caught.value.resource, caught.value.limit) == ("steps", 100)


def test_values_of_the_host_that_are_no_feel_values_do_no_harm() -> None:
    environment = Environment(now=NOW)
    variables = {
        "f": 1.5,
        "o": object(),
        "n": Decimal("NaN"),
        "s": {1, 2},
        "d": date(2026, 1, 1),
        "t": timedelta(1),
    }
    for text in (
        "f + 1",
        "o = o",
        "n < 1",
        "n + 1",
        "s[1]",
        "o.x",
        "string(o)",
        "f in [1..2]",
        "n = n",
        "max(n, 1)",
    ):
        compile_expression(text).evaluate(variables, environment)
    assert compile_expression("f + 1").evaluate(variables, environment) is None
