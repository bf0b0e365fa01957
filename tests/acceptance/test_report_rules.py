"""The rules of reports name what the shipped packages have: elements, flows, and the answers of forms."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.model import read_package
from engine.model.definition import Definition, Node
from engine.reports.rules import Rules, load_rules
from engine.samples.package import read_folder

ROOT = Path(__file__).resolve().parents[2]


@cache
def rules() -> Rules:
    return load_rules(ROOT / "config")


@cache
def definitions() -> dict[str, Definition]:
    folders = sorted(path.parent for path in (ROOT / "bpmn").glob("*/package.toml"))
    return {each.key: each for folder in folders for each in read_package(read_folder(folder)).definitions}


def node(element: str) -> Node:
    key, _, name = element.partition(".")
    return definitions()[key].nodes[name]


def test_flows_that_are_ranked_are_there_and_help_is_none_of_them() -> None:
    assert rules().ranked <= set(definitions())
    assert "service" not in rules().ranked
    assert not any(element.startswith("service") for element in rules().steps)


def test_what_is_passed_is_there() -> None:
    for elements in rules().marks.values():
        for element in elements:
            assert node(element).id == element.partition(".")[2]


def _options(components: list[dict[str, Any]]) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {}
    for part in components:
        if "values" in part:
            found[part["key"]] = {option["value"] for option in part["values"]}
        found |= _options(part.get("components", []))
    return found


@pytest.mark.parametrize("element", sorted(rules().steps))
def test_a_step_is_a_task_whose_form_has_its_answers(element: str) -> None:
    step, task = rules().steps[element], node(element)
    definition = definitions()[element.partition(".")[0]]
    assert task.work is not None
    assert task.work.form is not None
    options = _options(definition.forms[task.work.form].schema["components"])
    for field, answers in step.answers.items():
        assert set(answers) <= options[field]
