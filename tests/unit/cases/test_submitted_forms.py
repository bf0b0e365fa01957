"""A submitted form is held against the form's own rules, which see what the task sees."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from engine.cases import ManualClock
from engine.errors import InvalidInput
from engine.facade import Engine

NOON = 1_750_000_000_000_000

DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
  <process id="p" isExecutable="true">
    <startEvent id="s"/><userTask id="t" name="T"><extensionElements>
      <zeebe:userTask/><zeebe:formDefinition formId="f"/></extensionElements></userTask><endEvent id="e"/>
    <sequenceFlow id="a" sourceRef="s" targetRef="t"/><sequenceFlow id="b" sourceRef="t" targetRef="e"/>
  </process>
</definitions>"""

FORM = json.dumps(
    {
        "id": "f",
        "type": "default",
        "components": [
            {
                "key": "reason",
                "type": "textfield",
                "properties": {"bihuan:mask": "none"},
                "validate": {"required": True},
                "conditional": {"hide": "=urgent = false"},
            },
            {"key": "day", "type": "textfield", "conditional": {"hide": '=now() < @"2025-01-01T00:00:00Z"'}},
        ],
    }
)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as opened:
        opened.deploy({"p.bpmn": DIAGRAM.encode(), "f.form": FORM.encode()}, actor="designer")
        yield opened


def test_a_field_is_asked_for_where_a_variable_of_the_case_shows_it(engine: Engine) -> None:
    case = engine.start("p", {"urgent": True}, actor="a").case_id
    with pytest.raises(InvalidInput) as raised:
        engine.complete(case, engine.tasks(case_id=case)[0].id, {}, actor="a")
    assert list(raised.value.fields) == ["reason"]


def test_a_field_is_dropped_where_a_variable_of_the_case_hides_it(engine: Engine) -> None:
    case = engine.start("p", {"urgent": False}, actor="a").case_id
    engine.complete(case, engine.tasks(case_id=case)[0].id, {"reason": "x"}, actor="a")
    assert "reason" not in engine.variables(case)


def test_the_clock_of_a_form_is_the_clock_of_the_case(engine: Engine) -> None:
    case = engine.start("p", {"urgent": False}, actor="a").case_id
    engine.complete(case, engine.tasks(case_id=case)[0].id, {"day": "Monday"}, actor="a")
    assert engine.variables(case)["day"] == "Monday"


def test_after_a_refused_submission_the_same_task_can_be_completed(engine: Engine) -> None:
    case = engine.start("p", {"urgent": True}, actor="a").case_id
    task = engine.tasks(case_id=case)[0].id
    with pytest.raises(InvalidInput):
        engine.complete(case, task, {}, actor="a")
    assert engine.complete(case, task, {"reason": "r"}, actor="a").status == "completed"


PEOPLE = json.dumps(
    {
        "id": "f",
        "type": "default",
        "components": [
            {
                "type": "dynamiclist",
                "path": "people",
                "components": [
                    {"key": "role", "type": "textfield"},
                    {"key": "name", "type": "textfield", "properties": {"bihuan:mask": "name"}},
                ],
            }
        ],
    }
)


def test_protected_fields_in_the_rows_of_a_list_are_sealed_row_by_row() -> None:
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as engine:
        engine.deploy({"p.bpmn": DIAGRAM.encode(), "f.form": PEOPLE.encode()}, actor="designer")
        case = engine.start("p", {}, actor="a").case_id
        given = {"people": [{"role": "one", "name": "周素云"}, {"role": "two", "name": "许明远"}]}
        engine.complete(case, engine.tasks(case_id=case)[0].id, given, actor="a")
        people = engine.variables(case)["people"]
        assert [person["role"] for person in people] == ["one", "two"]
        assert len({person["name"].entry for person in people}) == 2
        log = b"".join(event.open().canonical() for event in engine.queries.events(case)).decode()
        assert "周素云" not in log
        assert "许明远" not in log
        assert given["people"][0]["name"] == "周素云"
