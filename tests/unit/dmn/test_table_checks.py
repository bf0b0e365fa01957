from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import DmnFinding, Severity

from .models import decision, environment, model_of, reading_of, table


def _findings(rules: list[list[str]], inputs: list[str] | None = None, **options: Any) -> list[DmnFinding]:
    body = decision("d", table(inputs or ["x"], rules, **options))
    return [one for one in reading_of(body).findings if one.severity is Severity.WARNING]


def _told(
    rules: list[list[str]], inputs: list[str] | None = None, **options: Any
) -> list[tuple[str, int | None]]:
    return [(one.rule, one.row) for one in _findings(rules, inputs, **options)]


@pytest.mark.parametrize(
    ("rules", "options", "told"),
    [
        ([["< 5", "1"], [">= 5", "2"]], {}, []),
        ([["< 5", "1"], ["> 5", "2"]], {}, [("dmn.gap", None)]),
        ([["<= 5", "1"], [">= 5", "2"]], {}, [("dmn.overlap", 2)]),
        ([["<= 5", "1"], [">= 5", "2"]], {"policy": "FIRST"}, []),
        ([["<= 5", "1"], [">= 5", "1"]], {"policy": "ANY"}, []),
        ([["<= 5", "1"], [">= 5", "2"]], {"policy": "ANY"}, [("dmn.overlap", 2)]),
        ([["< 5", "1"], ["< 3", "2"], ["-", "3"]], {"policy": "FIRST"}, [("dmn.unreachable", 2)]),
        ([["[5..1]", "1"], ["-", "2"]], {}, [("dmn.unreachable", 1)]),
        ([["< 5", "1"]], {"policy": "COLLECT"}, []),
        ([["< 5", "1"]], {"default": "0"}, []),
        ([['"a"', "1"], ['"b"', "2"]], {}, [("dmn.gap", None)]),
        ([['"a"', "1"], ['"b"', "2"]], {"allowed": '"a", "b"'}, []),
        ([['"a"', "1"], ['not("a")', "2"]], {}, []),
        ([["true", "1"], ["false", "2"]], {}, []),
        ([["true", "1"]], {}, [("dmn.gap", None)]),
        ([['date("2026-01-01")', "1"], ['< date("2026-01-01")', "2"], ['> @"2026-01-01"', "3"]], {}, []),
        ([["limit", "1"], ["< 5", "2"]], {}, []),
    ],
)
def test_overlaps_gaps_and_unreachable_rules_are_told(
    rules: list[list[str]], options: dict[str, Any], told: list[tuple[str, int | None]]
) -> None:
    assert _told(rules, **options) == told


def test_columns_are_looked_at_together() -> None:
    rules = [['"red"', ">= 30", "1"], ['"red"', "< 30", "2"], ['not("red")', "-", "3"]]
    assert _told(rules, ["grade", "people"]) == []
    assert _told([*rules[:2], ['"green"', "-", "3"]], ["grade", "people"]) == [("dmn.gap", None)]
    assert _told([*rules, ["-", "> 100", "4"]], ["grade", "people"]) == [
        ("dmn.overlap", 4),
        ("dmn.overlap", 4),
    ]


def test_a_finding_says_where_in_both_languages() -> None:
    (finding,) = _findings([["<= 5", "1"], [">= 5", "2"]])
    assert (finding.decision, finding.row, finding.column, finding.file) == ("d", 2, 1, "test.dmn")
    assert finding.message_zh.startswith("第 1 条与第 2 条规则重叠，例如 x: 5；可改窄")
    assert finding.message_en.startswith("rules 1 and 2 overlap, for example at x: 5; narrow")


def test_a_cell_that_cannot_hold_is_told_with_its_place_and_what_is_possible() -> None:
    rules = [['  "green"', "-", "1"], ["-", "-", "2"]]
    (finding,) = _findings(rules, ["x", "y"], policy="FIRST", allowed='"red", "amber"')
    assert (finding.rule, finding.row, finding.column, finding.character) == ("dmn.unreachable", 1, 1, 2)
    assert finding.message_en.endswith('possible are "red", "amber"')


@pytest.mark.parametrize(
    ("rules", "options", "told"),
    [
        ([["null", "1"], ["not(null)", "2"]], {}, []),
        ([["null", "1"], ["< 5", "2"], [">= 5", "3"]], {}, []),
        ([["null", "1"], ["not(< 5)", "2"], ["< 5", "3"]], {}, []),
        ([["null", "1"], ['not("a", null)', "2"], ['"a"', "3"]], {}, []),
        ([["null", "1"], ['not("a")', "2"], ['"a"', "3"]], {}, [("dmn.overlap", 2)]),
        ([["null, 5", "1"], ["null", "2"], ["not(5, null)", "3"]], {}, [("dmn.overlap", 2)]),
        ([["not(null)", "1"]], {}, [("dmn.gap", None)]),
        ([["1", '"b"'], ["1", '"a"'], ["-", '"a"']], {"values": {0: '"a", "b"'}}, [("dmn.unreachable", 1)]),
        ([["1", '"a"'], ["1", '"a"'], ["-", '"b"']], {"values": {0: '"a", "b"'}}, [("dmn.unreachable", 2)]),
        ([["< 1", '"a"'], ["< 2", '"a"'], ["-", "x"]], {"values": {0: '"a", "b"'}}, []),
        ([["-", '"b"'], ["5", '"c"']], {"values": {0: '"a", "b"'}}, [("dmn.unreachable", 2)]),
    ],
)
def test_null_is_looked_at_where_it_is_named_and_priority_follows_the_outputs(
    rules: list[list[str]], options: dict[str, Any], told: list[tuple[str, int | None]]
) -> None:
    policy = "PRIORITY" if "values" in options else "UNIQUE"
    assert _told(rules, policy=policy, **options) == told


def test_the_same_output_written_otherwise_is_no_overlap_under_any() -> None:
    assert _told([["-", "1"], ["-", " 1.0 "]], policy="ANY") == []


def test_allowed_values_of_the_type_bound_a_column() -> None:
    kinds = (
        '<itemDefinition name="tGrade"><typeRef>string</typeRef>'
        '<allowedValues><text>"red", "green"</text></allowedValues></itemDefinition>'
    )
    body = kinds + decision("d", table(["x"], [['"red"', "1"], ['"green"', "2"]]))
    typed = body.replace("<inputExpression>", '<inputExpression typeRef="tGrade">')
    assert [one.rule for one in reading_of(body).findings] == ["dmn.gap"]
    assert reading_of(typed).findings == ()


_CELLS = ["-", "< 2", "[1..3]", "(1..3)", "2", "not(2)", "> 3", "1, 3"]
_NULL_CELLS = [*_CELLS, "null", "not(null)", "null, 2", "not(null, 2)", "not(< 2)"]


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(_NULL_CELLS), st.sampled_from("abc")), min_size=1, max_size=5),
    st.sampled_from(["FIRST", "PRIORITY"]),
)
def test_a_rule_is_told_to_be_masked_exactly_when_no_input_makes_it_count(
    rules: list[tuple[str, str]], policy: str
) -> None:
    rows = [["null, -1, 99", '"z"'], *([cell, f'"{output}"'] for cell, output in rules)]
    values = {0: '"a", "b", "c", "z"'}
    told = {row for rule, row in _told(rows, policy=policy, values=values) if rule == "dmn.unreachable"}
    points = [None, *(Decimal(point) for point in ("-1", "0", "1", "1.5", "2", "2.5", "3", "4", "99"))]
    model = model_of(decision("d", table(["x"], rows, policy=policy, values=values)))
    counting = set()
    for point in points:
        (entry,) = model.evaluate("d", {"x": point}, environment()).trace
        (asked,) = entry["rules"]
        matched = [one["index"] for one in asked["matched"]]
        if policy == "PRIORITY":
            matched.sort(key=lambda index: (rows[index - 1][1], index))
        counting |= set(matched[:1])
    assert told == set(range(1, len(rows) + 1)) - counting


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_CELLS), st.sampled_from(_CELLS)), min_size=1, max_size=5))
def test_gaps_and_overlaps_are_told_exactly_when_inputs_show_them(cells: list[tuple[str, str]]) -> None:
    rules = [[*pair, str(number)] for number, pair in enumerate(cells)]
    model = model_of(decision("d", table(["x", "y"], rules, policy="RULE ORDER")))
    points = [Decimal(point) for point in ("0", "1", "1.5", "2", "2.5", "3", "4")]
    hits = [
        model.evaluate("d", {"x": x, "y": y}, environment()).value or []
        for x, y in itertools.product(points, points)
    ]
    told = {rule for rule, _ in _told(rules, ["x", "y"])}
    assert ("dmn.gap" in told) == any(not found for found in hits)
    assert ("dmn.overlap" in told) == any(len(found) > 1 for found in hits)


def test_large_tables_are_checked_in_time() -> None:
    rules = [
        [f"[{i}..{i + 1})", f"[{j}..{j + 1})", f"[{k}..{k + 1})", str(i)]
        for i, j, k in itertools.product(range(7), repeat=3)
    ]
    assert ("dmn.gap", None) in _told(rules, ["a", "b", "c"])
