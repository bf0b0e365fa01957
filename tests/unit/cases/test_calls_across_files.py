"""A definition names processes of other files; it is whole without them and finds them when it calls."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.errors import Refusal

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
CALLED = (
    f'{HEAD}<process id="called" isExecutable="true"><startEvent id="cs"/><userTask id="inner"/>'
    '<sequenceFlow id="cf" sourceRef="cs" targetRef="inner"/></process></definitions>'
)
CALLER = (
    f'{HEAD}<process id="p" isExecutable="true"><startEvent id="s"/><callActivity id="c" calledElement="called"/>'
    '<sequenceFlow id="f" sourceRef="s" targetRef="c"/></process></definitions>'
)


def test_a_call_to_a_process_of_another_file_runs_after_the_definition_is_read_back(
    database_url: str,
) -> None:
    with Engine.open(database_url) as engine:
        engine.deploy({"caller.bpmn": CALLER.encode(), "called.bpmn": CALLED.encode()}, actor="d")
        case = engine.start("p", actor="starter").case_id
        assert [task.element for task in engine.tasks(case_id=case)] == ["inner"]


APART = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">'
    '<process id="called" isExecutable="true"><startEvent id="cs"/><userTask id="inner"><extensionElements>'
    '<zeebe:properties><zeebe:property name="bihuan:separation" value="outer"/></zeebe:properties>'
    '</extensionElements></userTask><sequenceFlow id="cf" sourceRef="cs" targetRef="inner"/></process></definitions>'
)
OUTER = (
    f'{HEAD}<process id="p" isExecutable="true"><startEvent id="s"/><userTask id="outer"/>'
    '<callActivity id="c" calledElement="called"/><sequenceFlow id="f" sourceRef="s" targetRef="outer"/>'
    '<sequenceFlow id="g" sourceRef="outer" targetRef="c"/></process></definitions>'
)


def test_a_called_task_is_kept_apart_from_one_of_another_file(database_url: str) -> None:
    with Engine.open(database_url) as engine:
        engine.deploy({"caller.bpmn": OUTER.encode(), "called.bpmn": APART.encode()}, actor="d")
        case = engine.start("p", actor="starter").case_id
        engine.complete(case, engine.tasks(case_id=case)[0].id, {}, actor="li")
        (inner,) = engine.tasks(case_id=case)
        with pytest.raises(Refusal) as refused:
            engine.complete(case, inner.id, {}, actor="li")
        assert refused.value.rule == "separation"
        engine.complete(case, inner.id, {}, actor="wang")
        assert engine.case(case).status == "completed"
