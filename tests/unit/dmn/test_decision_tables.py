from __future__ import annotations

from typing import Any

import pytest

from .models import decide, decision, environment, model_of, table

_GRADES = [['"red"', ">= 30", '"county"'], ['"red"', "< 30", '"town"'], ['not("red")', "-", '"village"']]
_OVERLAPPING = [["> 5", '"a"', "1"], ["> 3", '"b"', "2"], ["> 1", '"c"', "3"]]


def _result(value: Any, rules: list[list[str]], **options: Any) -> Any:
    return decide(decision("d", table(["x"], rules, **options)), "d", {"x": value})


@pytest.mark.parametrize(
    ("grade", "people", "level"),
    [("red", 30, "county"), ("red", 29, "town"), ("yellow", 100, "village"), ("yellow", None, "village")],
)
def test_the_rule_whose_cells_all_accept_their_input_decides(
    grade: str, people: int | None, level: str
) -> None:
    body = decision("level", table(["grade", "people"], _GRADES))
    assert decide(body, "level", {"grade": grade, "people": people}) == level


@pytest.mark.parametrize(
    ("policy", "value", "expected"),
    [
        ("FIRST", 9, "a"),
        ("RULE ORDER", 9, ["a", "b", "c"]),
        ("COLLECT", 4, ["b", "c"]),
        ("PRIORITY", 9, "c"),
        ("OUTPUT ORDER", 9, ["c", "a", "b"]),
        ("UNIQUE", 2, "c"),
        ("UNIQUE", 9, None),
        ("ANY", 9, None),
        ("FIRST", 0, None),
        ("COLLECT", 0, None),
    ],
)
def test_the_hit_policy_chooses_among_matching_rules(policy: str, value: int, expected: Any) -> None:
    rules = [[cell, output] for cell, output, _ in _OVERLAPPING]
    assert _result(value, rules, policy=policy, values={0: '"c", "a", "b"'}) == expected


def test_any_accepts_rules_that_agree() -> None:
    assert _result(9, [["> 5", '"a"'], ["> 3", '"a"']], policy="ANY") == "a"


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 6), ("MIN", 1), ("MAX", 3), ("COUNT", 3)])
def test_collected_outputs_are_aggregated(aggregation: str, expected: int) -> None:
    rules = [[cell, number] for cell, _, number in _OVERLAPPING]
    assert _result(9, rules, policy="COLLECT", aggregation=aggregation) == expected


def test_a_default_output_stands_in_when_no_rule_matches() -> None:
    assert _result(0, [["> 5", '"a"']], default='"none"') == "none"


def test_several_outputs_make_a_context() -> None:
    rules = [["> 5", '"county"', "3"], ["<= 5", '"town"', "x + 1"]]
    assert _result(4, rules, outputs=("level", "days")) == {"level": "town", "days": 5}


def test_priority_looks_at_the_outputs_from_left_to_right() -> None:
    rules = [["-", '"b"', "1"], ["-", '"a"', "2"], ["-", '"a"', "1"]]
    options = {"outputs": ("one", "two"), "values": {0: '"a", "b"', 1: "1, 2"}, "policy": "OUTPUT ORDER"}
    assert _result(0, rules, **options) == [
        {"one": "a", "two": 1}, {"one": "a", "two": 2}, {"one": "b", "two": 1},
    ]  # fmt: skip


def test_the_trace_tells_inputs_matched_rules_and_output() -> None:
    body = decision("level", table(["grade", "people"], _GRADES)) + decision(
        "days", "<literalExpression><text>if level = \"county\" then 3 else 5.5</text></literalExpression>",
        decides=["level"],
    )  # fmt: skip
    result = model_of(body).evaluate("days", {"grade": "red", "people": 3}, environment())
    assert result.trace == (
        {
            "decision": "level",
            "name": "level",
            "inputs": {},
            "rules": [{"table": "t", "inputs": ["red", 3], "matched": [{"index": 2, "id": "r2"}]}],
            "output": "town",
        },
        {"decision": "days", "name": "days", "inputs": {"level": "town"}, "rules": [], "output": "@dec:5.5"},
    )


def test_files_of_the_free_modeler_work_as_they_are() -> None:
    data = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:biodi="http://bpmn.io/schema/dmn/biodi/2.0"
  xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1" name="DRD" namespace="http://camunda.org/schema/1.0/dmn"
  exporter="Modeler" exporterVersion="5.0" modeler:executionPlatform="Camunda Cloud">
  <decision id="grading" name="四色研判">
    <decisionTable id="table">
      <input id="Input_1" label="类别" biodi:width="192"><inputExpression id="x1" typeRef="string"><text>case.category</text></inputExpression></input>
      <input id="Input_2" label="人数"><inputExpression id="x2" typeRef="integer"><text>people_count</text></inputExpression>
        <inputValues id="v"><text></text></inputValues></input>
      <output id="Output_1" label="等级" name="grade" typeRef="string" biodi:width="192"/>
      <rule id="r1"><inputEntry id="e1"><text>"土地"</text></inputEntry><inputEntry id="e2"><text>&gt;= 30</text></inputEntry><outputEntry id="o1"><text>"red"</text></outputEntry></rule>
      <rule id="r2"><description>其他</description><inputEntry id="e3"><text></text></inputEntry><inputEntry id="e4"><text>&lt; 30</text></inputEntry><outputEntry id="o2"><text>"yellow"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""
    from engine.dmn import parse

    model = parse(data.encode(), file="grading.dmn")
    inputs = {"case": {"category": "土地"}, "people_count": 31}
    assert model.evaluate("grading", inputs, environment()).value == "red"
    assert model.evaluate("四色研判", {**inputs, "people_count": 3}, environment()).value == "yellow"
