"""What a task's form is filled with."""

from __future__ import annotations

from engine.model.forms import expressions
from engine.taskpage import _names


def test_a_form_is_given_what_its_conditions_read() -> None:
    reason = {
        "type": "textarea",
        "key": "override_reason",
        "conditional": {"hide": "=confirmed_grade = proposal.grade"},
    }
    assert list(expressions(reason)) == ["confirmed_grade = proposal.grade"]
    assert _names({"components": [reason]}) == {"override_reason", "confirmed_grade", "proposal"}


def test_options_and_computed_values_are_given_what_they_read_inside_a_list_too() -> None:
    inside = [
        {"type": "select", "key": "unit", "valuesExpression": '=units[kind = "bureau"]'},
        {"type": "expression", "key": "sum", "expression": "=price * 2"},
    ]
    rows = {"type": "dynamiclist", "path": "rows", "components": inside}
    assert {"rows", "units", "price"} <= _names({"components": [rows]})
