"""Forms: what is read of them, and every way to write one badly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.definition import Masking
from engine.model.findings import Findings
from engine.model.forms import INPUTS, inner, label_of, read_form
from tests.unit.model.writing import around, diagram, errors, ext, form, read

TEXT = {"type": "textfield", "key": "title", "id": "c1"}


def rules(data: bytes) -> list[tuple[str, int, str | None]]:
    return errors(("f.form", data))


def with_line(*components: dict[str, Any]) -> bytes:
    """A form whose components begin on line 2, one a line."""
    lines = ",\n".join(json.dumps(component, ensure_ascii=False) for component in components)
    return f'{{"id": "f", "components": [\n{lines}\n]}}'.encode()


def test_fields_are_dotted_paths_through_groups_and_lists() -> None:
    data = form(
        TEXT,
        {"type": "group", "path": "reporter", "components": [{"type": "textfield", "key": "phone"}]},
        {"type": "group", "components": [{"type": "number", "key": "age.years"}]},
        {"type": "dynamiclist", "path": "parties", "components": [{"type": "textfield", "key": "name"}]},
        {"type": "expression", "key": "total", "expression": "=1 + 1"},
        {"type": "text", "text": "hello"},
    )
    found = read_form(data, file="f.form", findings=Findings())
    assert found is not None
    assert found.fields == ("title", "reporter.phone", "age.years", "parties.name", "total")
    assert found.id == "f"


def test_masking_comes_from_properties_and_free_text_is_masked_unless_said_otherwise() -> None:
    data = form(
        {
            "type": "textfield",
            "key": "phone",
            "properties": {"bihuan:mask": "phone", "bihuan:party": "reporter"},
        },
        {"type": "textarea", "key": "story"},
        {"type": "textarea", "key": "place", "properties": {"bihuan:mask": "none"}},
        TEXT,
    )
    found = read_form(data, file="f.form", findings=Findings())
    assert found is not None
    assert found.masked == {"phone": Masking(kind="phone", party="reporter"), "story": Masking(kind="text")}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{", ("form.file", 1, None)),
        (b'{"id": "f",\n "id": "g"}', ("form.file", 1, None)),
        (b'{"id": "f",\n "x": NaN}', ("form.file", 1, None)),
        (b'{"id": "f",\n"x": \xff}', ("form.file", 2, None)),
        (b"[]", ("form.file", 1, None)),
        (b"[" * 100_000, ("form.file", 1, None)),
        (b'{"a":' * 31 + b"1" + b"}" * 31, ("form.file", 1, None)),
        (b'{"x": ' + b"9" * 5000 + b"}", ("form.file", 1, None)),
        (b'{"id": "f", "x": "' + b"x" * 1_100_000 + b'"}', ("form.file", 1, None)),
        (b'{"components": []}', ("form.id", 1, None)),
        (b'{"id": "f"}', ("form.component", 1, None)),
        (b'{"id": "f", "components": [1]}', ("form.component", 1, None)),
    ],
)
def test_a_file_that_is_no_form_is_refused(data: bytes, expected: tuple[str, int, str | None]) -> None:
    assert rules(data) == [expected]


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        ({"type": "hologram", "id": "x"}, "form.component"),
        ({"type": [], "id": "x"}, "form.component"),
        ({"type": "textfield", "id": "x"}, "form.key"),
        ({"type": "textfield", "key": "a b", "id": "x"}, "form.key"),
        ({"type": "textfield", "key": "title", "id": "x"}, "form.key"),
        ({"type": "textfield", "key": "title.sub", "id": "x"}, "form.key"),
        ({"type": "dynamiclist", "id": "x", "components": []}, "form.key"),
        ({"type": "group", "path": "a..b", "id": "x", "components": []}, "form.key"),
        ({"type": "select", "key": "s", "id": "x"}, "form.component"),
        ({"type": "textfield", "key": "t", "id": "x", "validate": {"pattern": "("}}, "form.component"),
        ({"type": "textfield", "key": "t", "id": "x", "validate": {"pattern": r"(a)\1"}}, "form.component"),
        ({"type": "textfield", "key": "t", "id": "x", "validate": {"pattern": []}}, "form.component"),
        ({"type": "number", "key": "t", "id": "x", "validate": {"min": "many"}}, "form.component"),
        ({"type": "number", "key": "t", "id": "x", "validate": [1]}, "form.component"),
        ({"type": "textfield", "key": "t", "id": "x", "conditional": {"hide": "=a +"}}, "expression.syntax"),
        ({"type": "textfield", "key": "t", "id": "x", "readonly": "=1 1"}, "expression.syntax"),
        ({"type": "expression", "key": "t", "id": "x"}, "expression.missing"),
        ({"type": "textfield", "key": "t", "id": "x", "properties": {"bihuan:mask": "secret"}}, "form.mask"),
        ({"type": "textfield", "key": "t", "id": "x", "properties": {"bihuan:mask": {}}}, "form.mask"),
        ({"type": "textfield", "key": "t", "id": "x", "properties": {"bihuan:party": "p"}}, "form.mask"),
        ({"type": "textfield", "key": "t", "id": "x", "properties": {"bihuan:mark": "phone"}}, "form.mark"),
        ({"type": "textfield", "key": "t", "id": "x", "properties": {"bihuan:known": "age"}}, "form.known"),
        ({"type": "textfield", "key": "t", "id": "x", "properties": {"bihuan:known": "now"}}, "form.known"),
        ({"type": "textfield", "key": "t", "id": "x", "properties": {"bihuan:known": []}}, "form.known"),
        (
            {"type": "textfield", "key": "t", "id": "x", "properties": {"bihuan:maks": "x"}},
            "property.unknown",
        ),
        ({"type": "textfield", "key": "t", "id": "x", "properties": []}, None),
        ({"type": "textfield", "key": "t", "id": "x", "properties": [1]}, "form.component"),
    ],
)
def test_a_badly_written_component_is_named_with_its_line(
    component: dict[str, Any], rule: str | None
) -> None:
    expected = [] if rule is None else [(rule, 3, component["id"])]
    assert rules(with_line(TEXT, component)) == expected


def test_a_computed_field_may_not_carry_a_protected_one_out() -> None:
    secret = {"type": "textfield", "key": "phone", "properties": {"bihuan:mask": "phone"}}
    copy = {"type": "expression", "key": "copy", "id": "x", "expression": '=phone + ""'}
    assert rules(with_line(secret, copy)) == [("expression.vault", 3, "x")]
    inside = {"type": "dynamiclist", "path": "parties", "components": [secret, copy]}
    assert rules(with_line(inside)) == [("expression.vault", 2, "x")]


def test_too_many_components_are_refused() -> None:
    parts = [{"type": "textfield", "key": f"k{i}"} for i in range(501)]
    assert rules(form(*parts)) == [("form.component", 1, None)]


def test_form_ids_are_unique_in_a_package() -> None:
    assert errors(("a.form", form(TEXT)), ("b.form.json", form(TEXT))) == [("form.id", 1, "f")]


def test_a_task_uses_its_form_by_id_and_the_definition_carries_the_file() -> None:
    task = f'<userTask id="n">{ext("""<zeebe:formDefinition formId="f"/>""")}</userTask>'
    package = read(diagram(around(task)), ("forms/x.form", form(TEXT)), ("y.form", form(TEXT, id_="g")))
    (definition,) = package.definitions
    assert definition.nodes["n"].work is not None
    assert definition.nodes["n"].work.form == "f"
    assert list(definition.forms) == ["f"]
    assert sorted(definition.resources) == ["forms/x.form", "p.bpmn"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["textfield", "group", "=a"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "key", "path", "id", "components", "validate", "properties", "conditional", "hide",
             "pattern", "min", "bihuan:mask", "bihuan:party", "values", "readonly", "expression"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_no_json_whatsoever_makes_the_reader_stumble(parts: Any) -> None:
    findings = Findings()
    data = json.dumps({"id": "f", "components": parts if isinstance(parts, list) else [parts]}).encode()
    read_form(data, file="f.form", findings=findings)
    assert all(finding.line >= 1 for finding in findings.all())


@pytest.mark.parametrize("named", ["label", "dateLabel", "dateTimeLabel", "timeLabel"])
def test_a_field_is_called_by_whichever_label_it_carries(named: str) -> None:
    assert label_of({"type": "datetime", "key": "at", named: " 发生时间 "}) == "发生时间"
    assert label_of({"type": "datetime", "key": "at", named: ""}) == ""


def test_every_field_of_every_shipped_form_is_called_something() -> None:
    forms = sorted(Path("bpmn").glob("*/forms/*.form"))
    assert len(forms) > 150
    nameless = [
        f"{path}: {component.get('key') or component.get('path')}"
        for path in forms
        for component in _components(json.loads(path.read_text("utf-8")))
        if component.get("type") in {*INPUTS, "dynamiclist"} and not label_of(component)
    ]
    assert nameless == []


def _components(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in inner(holder):
        yield part
        yield from _components(part)
