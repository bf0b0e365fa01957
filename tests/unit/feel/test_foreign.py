"""Functions that models of other engines name in Java's words: pure ones are computed here, all others refused."""

from __future__ import annotations

import math
import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import Environment, FeelBudgetError, compile_expression
from engine.feel.foreign import TABLE, foreign, is_known
from engine.feel.trigonometry import cosine, sine
from tests.unit.feel.evaluating import NOW

FUZZ = int(os.environ.get("BIHUAN_FUZZ", "1"))


def called(class_name: str, signature: str, *arguments: str) -> tuple[Any, list[str]]:
    environment = Environment(now=NOW)
    names = ", ".join(f"p{place}" for place in range(len(arguments)))
    text = (
        f'(function({names}) external {{java: {{class: "{class_name}", method signature: "{signature}"}}}})'
        f"({', '.join(arguments)})"
    )
    value = compile_expression(text).evaluate({}, environment)
    return value, [one.code for one in environment.warnings]


@pytest.mark.parametrize(
    ("class_name", "signature", "arguments", "expected"),
    [
        ("java.lang.Math", "abs(int)", ["-3"], 3),
        ("java.lang.Math", "min(long,long)", ["3", "-4"], -4),
        ("java.lang.Math", "ceil(double)", ["1.2"], 2),
        ("java.lang.Math", "rint(double)", ["2.5"], 2),
        ("java.lang.Math", "round(double)", ["-2.5"], -2),
        ("java.lang.Math", "round(double)", ["2.5"], 3),
        ("java.lang.Math", "pow(double, double)", ["2", "10"], 1024),
        ("java.lang.Math", "log10(double)", ["1000"], 3),
        ("java.lang.Math", "signum(double)", ["-0.1"], -1),
        ("java.lang.Byte", "valueOf(byte)", ["-128"], -128),
        ("java.lang.Integer", "parseInt(java.lang.String)", ['"+12"'], 12),
        ("java.lang.Double", "valueOf(java.lang.String)", ['" 1.50 "'], Decimal("1.5")),
        ("java.lang.Boolean", "parseBoolean(java.lang.String)", ['"TRUE"'], True),
        ("java.lang.String", "valueOf(java.lang.Object)", ["12"], "12"),
        ("java.lang.String", "format(java.lang.String, java.lang.Object...)", ['"%s|%03d|%.2f|%-3s|%%"', '"a"', "7", "1.005", '"b"'], "a|007|1.01|b  |%"),
    ],
)  # fmt: skip
def test_pure_functions_are_computed(
    class_name: str, signature: str, arguments: list[str], expected: Any
) -> None:
    assert called(class_name, signature, *arguments) == (expected, [])


@pytest.mark.parametrize(
    ("class_name", "signature", "arguments"),
    [
        ("java.lang.Math", "abs(int)", ["1.5"]),
        ("java.lang.Math", "abs(int)", ["2147483648"]),
        ("java.lang.Math", "max(int,int)", ["1"]),
        ("java.lang.Math", "max(int,int)", ["1", "2", "3"]),
        ("java.lang.Math", "sin(double)", ["10**16"]),
        ("java.lang.Math", "log10(double)", ["0"]),
        ("java.lang.Math", "abs(double)", ["null"]),
        ("java.lang.Byte", "valueOf(byte)", ["128"]),
        ("java.lang.Integer", "valueOf(java.lang.String)", ['"1_2"']),
        ("java.lang.Integer", "valueOf(java.lang.String)", ['" 12"']),
        ("java.lang.Integer", "valueOf(java.lang.String)", ['"1e3"']),
        ("java.lang.Double", "valueOf(java.lang.String)", ['"NaN"']),
        ("java.lang.String", "valueOf(char)", ['"ab"']),
        ("java.lang.String", "format(java.lang.String, java.lang.Object...)", ['"%s"']),
        ("java.lang.String", "format(java.lang.String, java.lang.Object...)", ['"%x"', "1"]),
        ("java.lang.String", "format(java.lang.String, java.lang.Object...)", ['"%999s%999s%999s%999s%999s%999s%999s%999s%999s%999s%999s"', *"12345678901"]),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit_give_null_with_a_reason(
    class_name: str, signature: str, arguments: list[str]
) -> None:
    value, reasons = called(class_name, signature, *arguments)
    assert value is None
    assert len(reasons) == 1
    assert reasons != ["function.external"]


@pytest.mark.parametrize(
    ("class_name", "signature"),
    [
        ("java.lang.System", "exit(int)"),
        ("java.lang.Runtime", "getRuntime()"),
        ("java.lang.Class", "forName(java.lang.String)"),
        ("java.lang.Math", "random()"),
        ("java.lang.Math", "__class__(double)"),
        ("os", "system(java.lang.String)"),
    ],
)
def test_everything_else_is_refused(class_name: str, signature: str) -> None:
    assert foreign(class_name, signature, ()) is None
    assert not is_known(class_name, signature)
    assert called(class_name, signature, '"1"') == (None, ["function.external"])


@given(st.decimals(min_value=-1000, max_value=1000, places=6))
def test_sine_and_cosine_are_those_of_the_circle(x: Decimal) -> None:
    s, c = sine(x), cosine(x)
    assert s is not None
    assert c is not None
    assert abs(s * s + c * c - 1) < Decimal("1e-27")
    assert math.isclose(float(s), math.sin(float(x)), abs_tol=1e-12)
    assert math.isclose(float(c), math.cos(float(x)), abs_tol=1e-12)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=9),
    st.sampled_from([Decimal("1E+6144"), Decimal("-1E+6144"), Decimal("1E-6143"), Decimal(0)]),
    st.sampled_from(
        [
            "",
            "a",
            "%s",
            "%f",
            "%.99f",
            "%999d",
            "%d%b%n%%",
            "%",
            "1e6144",
            "1e999999",
            "-1e-999999",
            "NaN",
            "0x1",
            "-0",
        ]
    ),
    st.text(max_size=12),
    st.lists(st.integers(), max_size=3),
)


@settings(max_examples=300 * FUZZ, deadline=None)
@given(st.sampled_from(sorted(TABLE)), st.lists(ANYTHING, max_size=4), st.booleans())
def test_whatever_they_are_given_they_answer_within_their_budget(
    key: tuple[str, str, tuple[str, ...]], values: list[Any], fitting: bool
) -> None:
    class_name, method, kinds = key
    names = tuple(f"p{place}" for place in range(len(values)))
    if fitting and "*" not in kinds:
        values = [*values, 1, 1][: len(kinds)]
    function = foreign(
        class_name, f"{method}({','.join('java.lang.Object...' if k == '*' else k for k in kinds)})", names
    )
    assert function is not None
    text = f"f({', '.join(f'p{place}' for place in range(len(values)))})"
    given_values = {"f": function, **{f"p{place}": value for place, value in enumerate(values)}}
    environment = Environment(now=NOW)
    try:
        found = compile_expression(text, names=list(given_values)).evaluate(given_values, environment)
    except FeelBudgetError:
        return
    if isinstance(found, Decimal):
        assert found.is_finite()
        assert abs(found) <= Decimal("9.999999999999999999999999999999999E+6144")
    if isinstance(found, str):
        assert len(found) <= 10_000
