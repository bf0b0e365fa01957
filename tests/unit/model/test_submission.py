"""Submissions: the server applies the form's rules whatever the browser did."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feel import Environment
from engine.model.definition import Form
from engine.model.findings import Findings
from engine.model.forms import read_form
from engine.model.submission import FormErrors, validate
from tests.unit.model.writing import form

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def built(*components: dict[str, Any]) -> Form:
    findings = Findings()
    found = read_form(form(*components), file="f.form", findings=findings)
    assert found is not None
    assert not findings.all()
    return found


def submit(
    *components: dict[str, Any], variables: Mapping[str, Any] | None = None, **data: Any
) -> dict[str, Any]:
    return validate(built(*components), data, environment=Environment(now=NOW), variables=variables)


def refused(
    *components: dict[str, Any], variables: Mapping[str, Any] | None = None, **data: Any
) -> dict[str, str]:
    with pytest.raises(FormErrors) as caught:
        submit(*components, variables=variables, **data)
    assert all(message.zh for messages in caught.value.fields.values() for message in messages)
    return {name: "; ".join(m.en for m in messages) for name, messages in caught.value.fields.items()}


def text(key: str = "a", **rest: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, **rest}


def test_what_is_right_comes_back_and_what_was_not_sent_is_absent() -> None:
    assert submit(text(), text("b"), a="x") == {"a": "x"}


def test_every_wrong_field_is_reported_at_once() -> None:
    found = refused(text(validate={"required": True}), {"type": "checkbox", "key": "b"}, b=1)
    assert found == {"a": "is required", "b": "must be true or false"}


@pytest.mark.parametrize("value", [None, "", []])
def test_required_refuses_what_form_js_counts_as_empty(value: Any) -> None:
    component = {"type": "taglist", "key": "a", "values": [{"value": "x"}]} if value == [] else text()
    assert refused({**component, "validate": {"required": True}}, a=value) == {"a": "is required"}


def test_a_required_box_must_be_ticked() -> None:
    box = {"type": "checkbox", "key": "a", "validate": {"required": True}}
    assert refused(box, a=False) == {"a": "is required"}
    assert submit(box, a=True) == {"a": True}


@pytest.mark.parametrize(
    ("component", "value", "error"),
    [
        (text(), 1, "must be text"),
        (text(), "x\x00", "the text is too long or holds a character that is not allowed"),
        (text(), "x" * 100_001, "the text is too long or holds a character that is not allowed"),
        (text(validate={"minLength": 3}), " ab ", "must have at least 3 characters"),
        (text(validate={"maxLength": 2}), "abc", "must have at most 2 characters"),
        (text(validate={"pattern": "^[0-9]{3}$"}), "12", "does not have the right form"),
        (text(validate={"validationType": "email"}), "a@b", "is not an e-mail address"),
        (text(validate={"validationType": "phone"}), "call me", "is not a phone number"),
        ({"type": "number", "key": "a"}, "1", "must be a number"),
        ({"type": "number", "key": "a"}, True, "must be a number"),
        ({"type": "number", "key": "a"}, float("nan"), "must be a number"),
        ({"type": "number", "key": "a"}, 10**40, "must be a number"),
        ({"type": "number", "key": "a", "serializeToString": True}, "x", "must be a number"),
        ({"type": "number", "key": "a", "validate": {"min": 0}}, -1, "must not be less than 0"),
        ({"type": "number", "key": "a", "validate": {"max": 0}}, 0.5, "must not be greater than 0"),
        ({"type": "number", "key": "a", "decimalDigits": 1}, 0.25, "must have at most 1 decimal places"),
        ({"type": "select", "key": "a", "values": [{"value": 1}]}, True, "is not one of the options"),
        ({"type": "radio", "key": "a", "values": [{"value": "x"}]}, "y", "is not one of the options"),
        ({"type": "checklist", "key": "a", "values": [{"value": "x"}]}, "x", "must be a list"),
        ({"type": "taglist", "key": "a", "values": [{"value": "x"}]}, ["y"], "holds a value that is not one of the options"),
        ({"type": "taglist", "key": "a", "values": [{"value": "x"}]}, ["x", "x"], "holds a value twice"),
        ({"type": "datetime", "key": "a"}, "2026-02-30", "is not a valid date or time"),
        ({"type": "datetime", "key": "a"}, "2026-W01-1", "is not a valid date or time"),
        ({"type": "datetime", "key": "a", "subtype": "time"}, "25:00", "is not a valid date or time"),
        ({"type": "datetime", "key": "a", "subtype": "datetime"}, "2026-01-01", "is not a valid date or time"),
        ({"type": "datetime", "key": "a"}, 5, "must be a date or time"),
        ({"type": "filepicker", "key": "a"}, [1], "must be ids of attachments"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused(component: dict[str, Any], value: Any, error: str) -> None:
    assert refused(component, a=value) == {"a": error}


@pytest.mark.parametrize(
    ("component", "value", "kept"),
    [
        (text(validate={"minLength": 3}), "", ""),
        (text(validate={"validationType": "phone"}), "+86 138-0013-8000", "+86 138-0013-8000"),
        ({"type": "number", "key": "a"}, 0.1, Decimal("0.1")),
        ({"type": "number", "key": "a"}, 2.0, 2),
        ({"type": "number", "key": "a", "serializeToString": True}, "1.50", "1.50"),
        ({"type": "number", "key": "a"}, None, None),
        ({"type": "select", "key": "a", "values": ["x"]}, "x", "x"),
        ({"type": "select", "key": "a", "values": ["x"]}, "", None),
        ({"type": "select", "key": "a", "valuesKey": "units"}, "u2", "u2"),
        ({"type": "select", "key": "a", "valuesExpression": '=for u in units return {value: u + "!"}'}, "u1!", "u1!"),
        ({"type": "datetime", "key": "a", "subtype": "datetime"}, "2026-01-01T08:30+08:00", "2026-01-01T08:30+08:00"),
        ({"type": "datetime", "key": "a", "subtype": "time"}, "08:30Z", "08:30Z"),
        ({"type": "filepicker", "key": "a"}, ["file1"], ["file1"]),
    ],
)  # fmt: skip
def test_a_value_of_the_right_kind_is_kept(component: dict[str, Any], value: Any, kept: Any) -> None:
    found = submit(component, variables={"units": ["u1", "u2"]}, a=value)
    assert found == {"a": kept}
    assert type(found["a"]) is type(kept)


def test_unknown_keys_are_refused_at_every_level() -> None:
    group = {"type": "group", "path": "g", "components": [text()]}
    found = refused(group, text("b"), g={"a": "x", "admin": True}, owner="me")
    assert found == {"g.admin": "the form has no such field", "owner": "the form has no such field"}
    assert refused(group, g="x") == {"g": "must be an object"}


def test_hidden_fields_are_dropped_and_not_required() -> None:
    hidden = text("b", conditional={"hide": '=a != "other"'}, validate={"required": True})
    assert submit(text(), hidden, a="x", b="smuggled") == {"a": "x"}
    assert refused(text(), hidden, a="other") == {"b": "is required"}


def test_hiding_a_group_hides_what_is_in_it_and_may_look_at_variables() -> None:
    group = {
        "type": "group",
        "path": "g",
        "conditional": {"hide": "=case.closed"},
        "components": [text(validate={"required": True})],
    }
    assert submit(group, variables={"case": {"closed": True}}, g={"a": 1}) == {}
    assert refused(group, variables={"case": {"closed": False}}) == {"g.a": "is required"}


def test_objects_already_known_are_completed_not_replaced_for_expressions() -> None:
    group = {"type": "group", "path": "g", "components": [text("b", conditional={"hide": "=g.kind = 1"})]}
    assert submit(group, variables={"g": {"kind": 1}}, g={"b": "x"}) == {}


def test_disabled_fields_are_dropped() -> None:
    assert submit(text(disabled=True), a="x") == {}


def test_a_read_only_field_keeps_its_value() -> None:
    field = text(readonly=True, validate={"required": True})
    assert submit(field, variables={"a": "x"}, a="x") == {"a": "x"}
    assert submit(field, variables={"a": "x"}) == {}
    assert refused(field, variables={"a": "x"}, a="y") == {"a": "is read-only and cannot be changed"}
    assert submit(text(readonly="=locked"), variables={"locked": False, "a": "x"}, a="y") == {"a": "y"}
    assert submit(text(readonly=True, defaultValue="d"), a="d") == {"a": "d"}


def test_computed_fields_are_computed_here() -> None:
    total = {"type": "expression", "key": "total", "expression": "=a * 2"}
    assert submit({"type": "number", "key": "a"}, total, a=4, total=1_000) == {"a": 4, "total": 8}


def test_lists_are_checked_item_by_item() -> None:
    items = {
        "type": "dynamiclist",
        "path": "parties",
        "components": [
            text("name", validate={"required": True}),
            text("why", conditional={"hide": "=agrees"}, validate={"required": True}),
            {"type": "checkbox", "key": "agrees"},
        ],
    }
    good = {"name": "x", "agrees": True}
    assert submit(items, parties=[good, {"name": "y", "agrees": False, "why": "z"}]) == {
        "parties": [good, {"name": "y", "agrees": False, "why": "z"}]
    }
    assert refused(items, parties=[good, {"agrees": False, "x": 1}, 5]) == {
        "parties[1].name": "is required",
        "parties[1].why": "is required",
        "parties[1].x": "the form has no such field",
        "parties[2]": "must be an object",
    }
    assert refused(items, parties={}) == {"parties": "must be a list of at most 1000 items"}


def test_a_costly_pattern_costs_nothing() -> None:
    field = text(validate={"pattern": "^(a+)+$"})
    begun = time.process_time()
    refused(field, a="a" * 50_000 + "b")
    assert time.process_time() - begun < 5


def test_messages_are_in_both_languages() -> None:
    with pytest.raises(FormErrors) as caught:
        submit(text(validate={"required": True}))
    assert str(caught.value) == "表单有 1 处不正确"
    assert caught.value.fields["a"][0].zh == "必须填写"


SCHEMA = built(
    text(),
    {"type": "number", "key": "b"},
    {"type": "group", "path": "g", "components": [{"type": "checkbox", "key": "c"}]},
    {"type": "dynamiclist", "path": "l", "components": [text("d")]},
    {"type": "datetime", "key": "t"},
    {"type": "taglist", "key": "v", "values": ["x", "y"]},
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["x", "y"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcdgltvz"), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from("abcdgltvz"), VALUES))
def test_no_submission_makes_the_check_stumble_and_what_passes_passes_again(data: dict[str, Any]) -> None:
    environment = Environment(now=NOW)
    try:
        first = validate(SCHEMA, data, environment=environment)
    except FormErrors:
        return
    assert set(first) <= {"a", "b", "g", "l", "t", "v"}
    again = json.loads(json.dumps(first, default=float))
    assert json.loads(json.dumps(validate(SCHEMA, again, environment=environment), default=float)) == again
