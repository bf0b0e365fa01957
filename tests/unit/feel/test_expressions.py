from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from typing import Any

import pytest

from engine.feel import FeelSyntaxError, Function, compile_expression

from .evaluating import environment, reasons, shown, value_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("2 ** 3 ** 2", "64"),
        ("-2 ** 2", "4"),
        ("10 - 2 - 3", "5"),
        ("0.1 + 0.2 = 0.3", "true"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("2 / 3", "0.6666666666666666666666666666666667"),
        ("1.50", "1.5"),
        ("1.2e3", "1200"),
        (".5 + .5", "1"),
        ("9999999999999999999999999999999999 + 1", "10000000000000000000000000000000000"),
        ("12345678901234567890123456789012345 - 12345678901234567890123456789012340", "0"),
        ('"a" + "b"', '"ab"'),
        ("1 / 0", "null"),
        ('1 + "a"', "null"),
        ("1 < 2 and 2 < 3", "true"),
        ('"a" < "b"', "true"),
        ("1 between 1 and 2", "true"),
        ("not(true)", "false"),
        ("if 1 > 2 then 3 else 4", "4"),
        ("if null then 1 else 2", "2"),
        ("for x in [1, 2], y in [x, 10] return x * y", "[1, 10, 4, 20]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]"),
        ("for i in [1..3) return i", "[1, 2]"),
        ('for d in @"2026-01-30"..@"2026-02-01" return d.day', "[30, 31, 1]"),
        ("some x in [1, 2] satisfies x > 1", "true"),
        ("every x in [] satisfies x > 1", "true"),
        ("some x in [null, 1] satisfies x > 1", "null"),
        ("{a: 1, b: a + 1}.b", "2"),
        ("{a: {b: 1}}.a.b", "1"),
        ('{"with space": 1}.with space', "1"),
        ("[{a: 1}, {a: 2}].a", "[1, 2]"),
        ("[1, 2, 3][2]", "2"),
        ("[1, 2, 3][-1]", "3"),
        ("[1, 2, 3][4]", "null"),
        ("[1, 2, 3][item > 1]", "[2, 3]"),
        ("[{a: 1}, {a: 2}][a = 2]", "[{a: 2}]"),
        ("[1, 2, 3][even(item)]", "[2]"),
        ("(function(a, b) a - b)(b: 1, a: 3)", "2"),
        ("{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(10)}.r", "3628800"),
        ("sort([3, 1, 2], function(x, y) x > y)", "[3, 2, 1]"),
        ("5 in (1, [4..6])", "true"),
        ("5 in > 5", "false"),
        ("[1..5].end", "5"),
        ("[1..5].start included", "true"),
        ("]1..5[ = (1..5)", "true"),
        ("(< 5) = (< 5)", "true"),
        ("3 in (< 5)", "true"),
        ("1 instance of number", "true"),
        ("[1] instance of list<string>", "false"),
        ("null instance of Null", "true"),
        ("{a: 1} instance of context<a: number>", "true"),
        ("// comment\n1 /* another */ + 1", "2"),
        ('"\\u4e2d\\n\\"\\p"', '"中\\n\\"\\\\p"'),
    ],
)
def test_expressions_have_their_value(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize("left", [True, False, None])
@pytest.mark.parametrize("right", [True, False, None])
def test_logic_is_three_valued(left: bool | None, right: bool | None) -> None:
    variables = {"a": left, "b": right}
    conjunction = False if False in (left, right) else (None if None in (left, right) else True)
    disjunction = True if True in (left, right) else (None if None in (left, right) else False)
    assert value_of("a and b", variables) is conjunction
    assert value_of("a or b", variables) is disjunction
    assert value_of("a and b and b", variables) is conjunction
    assert value_of("a or b or b", variables) is disjunction


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("missing", "name.unknown"),
        ("{a: 1}.b", "member.missing"),
        ("1 / 0", "arithmetic.zero"),
        ('1 + "a"', "arithmetic.kinds"),
        ('1 < "a"', "compare.kinds"),
        ("missing()", "function.unknown"),
        ("upper case(1)", "function.argument"),
        ("upper case()", "function.arguments"),
        ('date("yesterday")', "temporal.text"),
        ("[1][2]", "filter.index"),
        ("1 and true", "logic.kind"),
        ("{a: 1, a: 2}", "context.duplicate"),
        ('matches("a", "(")', "pattern.invalid"),
        (
            '(function(x) external {java: {class: "java.lang.System", method signature: "exit(int)"}})(1)',
            "function.external",
        ),
    ],
)
def test_nulls_have_a_recorded_reason(text: str, code: str) -> None:
    assert value_of(text) is None or isinstance(value_of(text), bool | list)
    assert code in reasons(text)


def test_a_reason_is_worded_in_both_languages() -> None:
    env = environment()
    compile_expression("缺少 + 1").evaluate({}, env)
    assert env.warnings[0].message_zh == "没有名为“缺少”的变量"
    assert env.warnings[0].message_en == "no variable is named '缺少'"


def test_an_external_function_is_refused_by_its_name() -> None:
    env = environment()
    text = '(function(x) external {java: {class: "java.lang.System", method signature: "exit(int)"}})(1)'
    assert compile_expression(text).evaluate({}, env) is None
    assert "java.lang.System.exit(int)" in env.warnings[0].message_en


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("first name", [], 1),
        ("pre-bureau risk + 1", ["pre-bureau risk"], 3),
        ("a - b", ["a", "b"], 3),
        ("a-b", ["a", "b", "a-b"], 7),
        ("terms and conditions", ["terms and conditions"], 9),
        ("办理 状态", [], 8),
        ("金额（元）", ["金额（元）"], 11),
        ("level 2 price", [], 12),
        ("date and time of birth", ["date and time of birth"], 13),
    ],
)
def test_names_may_hold_blanks_and_operators(text: str, names: list[str], expected: int) -> None:
    variables = {
        "first name": 1, "pre-bureau risk": 2, "a": 5, "b": 2, "a-b": 7, "terms and conditions": 9, "办理 状态": 8,
        "金额（元）": 11, "level 2 price": 12, "date and time of birth": 13,
    }  # fmt: skip
    assert compile_expression(text, names=names).evaluate(variables, environment()) == expected


def test_an_expression_knows_what_it_reads() -> None:
    expression = compile_expression(
        'if case.grid = "A" then sum(for p in parties return p.age + offset) else work days(case.received at, 3)'
    )
    assert expression.names == {"case", "parties", "offset"}
    assert expression.paths == {("case", "grid"), ("case", "received at"), ("parties",), ("offset",)}
    assert expression.functions == {"sum", "work days"}


def test_names_inside_filters_may_be_entries_of_the_items() -> None:
    expression = compile_expression("parties[age < limit and role = wanted] = wanted")
    assert expression.names == {"parties", "age", "limit", "role", "wanted"}
    assert expression.item_names == {"age", "limit", "role"}


def test_functions_of_the_host_are_called_with_values() -> None:
    env = environment({"work days": lambda count, calendar="cn": f"{count}/{calendar}"})
    assert compile_expression("work days(3)").evaluate({}, env) == "3/cn"
    assert compile_expression('work days(count: 3, calendar: "x")').evaluate({}, env) == "3/x"
    assert compile_expression("work days()").evaluate({}, env) is None
    assert compile_expression("work days(n: 1)").evaluate({}, env) is None
    assert [reason.code for reason in env.warnings] == ["function.arguments"] * 2


def test_what_a_function_of_the_host_raises_passes_through() -> None:
    def limit(_name: str) -> Any:
        raise LookupError("no such limit")

    with pytest.raises(LookupError):
        compile_expression('limit("x")').evaluate({}, environment({"limit": limit}))


class _Lazy(Mapping[str, Any]):
    """Knows which names were read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.read.append(name)
        return {"inner": 5}

    def __contains__(self, name: object) -> bool:
        return name != "missing"

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("variables must not be listed")

    def __len__(self) -> int:
        raise AssertionError("variables must not be counted")


def test_variables_are_read_only_when_needed() -> None:
    variables = _Lazy()
    text = "if false and unused then unused else used.inner + count([1])"
    assert compile_expression(text).evaluate(variables, environment()) == 6
    assert set(variables.read) <= {"used", "count"}


def test_a_variable_that_is_no_function_does_not_hide_a_function() -> None:
    assert value_of("count([1, 2]) + count", {"count": 3}) == 5
    assert isinstance(value_of("count"), Function)


def test_the_ambient_decimal_context_has_no_influence() -> None:
    with localcontext() as context:
        context.prec = 3
        assert value_of("1 / 3 + 1000") == Decimal("1000.333333333333333333333333333333")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("1 +", 1, 4),
        ("1 + +", 1, 5),
        ("a\n  b = )", 2, 7),
        ('"open', 1, 1),
        ("a，b", 1, 2),
        ("f(a: 1, 2)", 1, 9),
    ],
)
def test_syntax_errors_have_a_position(text: str, line: int, column: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    assert (caught.value.position.line, caught.value.position.column) == (line, column)
    assert caught.value.message_zh
    assert caught.value.message_en


@pytest.mark.parametrize("key", ["x[", "x[1]", "x,", "x=", "x..", "x(", "x:", "x<"])
def test_a_key_that_is_no_name_does_not_change_how_names_are_read(key: str) -> None:
    assert value_of(f'{{x: [7], "{key}": 1, y: x[1]}}.y') == 7
    assert value_of(f'get value({{"{key}": 1}}, "{key}")') == 1


def test_a_key_with_signs_that_names_may_have_is_read_as_a_name() -> None:
    assert value_of('{x: 1, "x-y 2": 5, z: x-y 2}.z') == 5
